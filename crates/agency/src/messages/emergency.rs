//! What people are told of an emergency: whoever is on call, the landlord, those who reported it. Nobody outside the agency
//! is told another's name or number.

use crate::phone::PhoneNumber;
use crate::settings::AgencyProfile;
use crate::speech;

/// An emergency as staff hear of it.
#[derive(Clone, Debug)]
pub struct Incident<'a> {
    pub hazard: &'a str,
    pub evidence: &'a str,
    pub place: Option<&'a str>,
    pub reference: Option<&'a str>,
    pub name: Option<&'a str>,
    pub phone: Option<&'a PhoneNumber>,
}

impl Incident<'_> {
    fn what(&self) -> String {
        self.hazard.replace('_', " ")
    }

    fn place(&self) -> String {
        self.place.map_or_else(|| "an address not known yet".to_owned(), str::to_owned)
    }

    fn who(&self) -> &str {
        self.name.unwrap_or("a caller")
    }
}

/// To whoever is on call, and the property manager.
pub fn emergency_alert(incident: &Incident, agency: &AgencyProfile) -> String {
    let number = incident.phone.map_or("a withheld number".to_owned(), PhoneNumber::national);
    let reference = incident.reference.map(|reference| format!(" {reference}.")).unwrap_or_default();
    format!(
        "EMERGENCY, {}: {} at {}. \"{}\", said {} on {number}. They had the safety advice.{reference} Answer our call and press 1, or reply OK, to take it.",
        agency.short_name,
        incident.what(),
        incident.place(),
        incident.evidence,
        incident.who(),
    )
}

/// The same on the telephone, before the keys are named.
pub fn emergency_call(incident: &Incident, agency: &AgencyProfile) -> String {
    let number = incident.phone.map_or("a number that was withheld".to_owned(), speech::phone);
    format!(
        "This is {}, the assistant at {}, with an emergency: {}, at {}. {} said: {}. Their number is {number}. They have had the safety advice.",
        agency.persona,
        agency.name,
        incident.what(),
        incident.place(),
        speech::capitalised(incident.who()),
        incident.evidence,
    )
}

/// To the landlord of a managed home.
pub fn emergency_notice(incident: &Incident, agency: &AgencyProfile) -> String {
    let reference =
        incident.reference.map(|reference| format!(" Reference {reference}.")).unwrap_or_default();
    format!(
        "{}: an emergency ({}) was reported at {}. Our on-call team has been alerted and will keep you informed.{reference} Ring {} with any question.",
        agency.short_name,
        incident.what(),
        incident.place(),
        agency.phone.national()
    )
}

/// To everybody who reported it, once somebody has taken it.
pub fn help_is_coming(name: &str, reference: Option<&str>, agency: &AgencyProfile) -> String {
    let reference = reference.map(|reference| format!(" Reference {reference}.")).unwrap_or_default();
    format!(
        "{}: {name} is dealing with what you reported and will ring you.{reference} If anyone is in danger call 999; for gas leave and call 0800 111 999.",
        agency.short_name
    )
}

/// To the others who were alerted.
pub fn stand_down(name: &str, incident: &Incident, agency: &AgencyProfile) -> String {
    format!(
        "{}: {name} has taken the emergency ({}) at {}. You need do nothing more.",
        agency.short_name,
        incident.what(),
        incident.place()
    )
}

/// To whoever reported a repair: its reference, and how to send pictures.
pub fn repair_reported(reference: &str, whatsapp: Option<&PhoneNumber>, agency: &AgencyProfile) -> String {
    let photos = whatsapp
        .map(|number| format!(" Please send photos by WhatsApp to {}.", number.national()))
        .unwrap_or_default();
    format!(
        "{}: thank you for reporting the repair. Reference {reference}. The property manager will be in touch.{photos} If it gets worse ring {}.",
        agency.short_name,
        agency.phone.national()
    )
}
