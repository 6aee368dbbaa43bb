//! By which ways a message to a person goes: WhatsApp's 24-hour window, texts only to mobiles, opt-outs
//! (`spec.md` §7 and §8; the window is Meta's rule, enforced by Twilio as error 63016).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::crm::Channel;
use crate::phone::PhoneNumber;

/// What is known about reaching somebody.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    pub phone: Option<PhoneNumber>,
    /// Their last WhatsApp message to us; none if they never wrote.
    pub last_whatsapp: Option<Timestamp>,
    pub prefers_whatsapp: bool,
    /// Channels they stopped for service messages.
    pub opted_out: Vec<Channel>,
    /// Whether an approved template exists for this message.
    pub has_template: bool,
    /// Where they take email, if we send any and they have not stopped it.
    pub email: Option<String>,
    pub prefers_email: bool,
}

/// One way of sending one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Sms,
    WhatsAppText,
    WhatsAppTemplate,
    Email,
}

impl Way {
    pub fn channel(self) -> Channel {
        match self {
            Self::Sms => Channel::Sms,
            Self::WhatsAppText | Self::WhatsAppTemplate => Channel::WhatsApp,
            Self::Email => Channel::Email,
        }
    }
}

const WHATSAPP_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// SMS to a mobile, and WhatsApp as well where the person uses it: free text inside the window, else an approved
/// template, else nothing more, as the SMS carries the same words.
pub fn ways(reach: &Reach, now: Timestamp) -> Vec<Way> {
    if !reach.phone.as_ref().is_some_and(PhoneNumber::takes_texts) {
        return Vec::new();
    }
    let mut ways = Vec::new();
    if !reach.opted_out.contains(&Channel::Sms) {
        ways.push(Way::Sms);
    }
    let uses_whatsapp = reach.last_whatsapp.is_some() || reach.prefers_whatsapp;
    if uses_whatsapp && !reach.opted_out.contains(&Channel::WhatsApp) {
        ways.extend(whatsapp_way(reach, now));
    }
    ways
}

/// The one way of a package of homes that goes out by itself (`spec.md` §7): email where they prefer it, WhatsApp where they
/// use it, else email, else an SMS with the link.
pub fn package_way(reach: &Reach, now: Timestamp) -> Option<Way> {
    let email = reach.email.is_some().then_some(Way::Email);
    let by_phone = ways(reach, now);
    let has = |way: &Way| by_phone.contains(way).then_some(*way);
    email
        .filter(|_| reach.prefers_email)
        .or_else(|| has(&Way::WhatsAppText))
        .or_else(|| has(&Way::WhatsAppTemplate))
        .or(email)
        .or_else(|| has(&Way::Sms))
}

fn whatsapp_way(reach: &Reach, now: Timestamp) -> Option<Way> {
    let in_window = reach.last_whatsapp.is_some_and(|last| now.duration_since(last) < WHATSAPP_WINDOW);
    match (in_window, reach.has_template) {
        (true, _) => Some(Way::WhatsAppText),
        (false, true) => Some(Way::WhatsAppTemplate),
        (false, false) => None,
    }
}

/// The next way after WhatsApp refused for good (window closed, no WhatsApp on that number): SMS, unless the same
/// words went by SMS already.
pub fn fallback(failed: Channel, reach: &Reach, sms_already: bool) -> Option<Way> {
    let can_text = reach.phone.as_ref().is_some_and(PhoneNumber::takes_texts)
        && !reach.opted_out.contains(&Channel::Sms);
    (failed == Channel::WhatsApp && can_text && !sms_already).then_some(Way::Sms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn reach(hours_since_whatsapp: Option<i64>) -> Reach {
        Reach {
            phone: PhoneNumber::parse("07700900123").ok(),
            last_whatsapp: hours_since_whatsapp
                .map(|h| now().checked_sub(SignedDuration::from_hours(h)).unwrap()),
            ..Reach::default()
        }
    }

    #[test]
    fn whatsapp_is_free_text_only_inside_its_window() {
        assert_eq!(ways(&reach(None), now()), [Way::Sms]);
        assert_eq!(ways(&reach(Some(23)), now()), [Way::Sms, Way::WhatsAppText]);
        assert_eq!(ways(&reach(Some(24)), now()), [Way::Sms]);
        let with_template = Reach { has_template: true, ..reach(Some(24)) };
        assert_eq!(ways(&with_template, now()), [Way::Sms, Way::WhatsAppTemplate]);
    }

    #[test]
    fn who_stopped_a_channel_gets_nothing_there() {
        let stopped = Reach { opted_out: vec![Channel::Sms], ..reach(Some(1)) };
        assert_eq!(ways(&stopped, now()), [Way::WhatsAppText]);
        assert_eq!(fallback(Channel::WhatsApp, &stopped, false), None);
    }

    #[test]
    fn landlines_get_no_texts() {
        let landline = Reach { phone: PhoneNumber::parse("02079460123").ok(), ..Reach::default() };
        assert!(ways(&landline, now()).is_empty());
    }

    #[test]
    fn a_package_takes_the_first_way_that_is_open() {
        let by_email = Some("sam@example.com".to_owned());
        let emailed =
            |reach: Reach, prefers| Reach { email: by_email.clone(), prefers_email: prefers, ..reach };
        for (reach, way) in [
            (emailed(reach(Some(1)), true), Some(Way::Email)),
            (emailed(reach(Some(1)), false), Some(Way::WhatsAppText)),
            (emailed(reach(Some(30)), false), Some(Way::Email)),
            (reach(Some(30)), Some(Way::Sms)),
            (Reach { has_template: true, ..reach(Some(30)) }, Some(Way::WhatsAppTemplate)),
            (Reach::default(), None),
        ] {
            assert_eq!(package_way(&reach, now()), way, "{reach:?}");
        }
    }

    #[test]
    fn a_refused_whatsapp_falls_back_to_sms_once() {
        assert_eq!(fallback(Channel::WhatsApp, &reach(Some(1)), false), Some(Way::Sms));
        assert_eq!(fallback(Channel::WhatsApp, &reach(Some(1)), true), None);
    }
}
