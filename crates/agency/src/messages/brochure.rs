//! The words around a brochure; like every written mention of a letting they hold the exact rent.

use super::money::price;
use crate::crm::Property;
use crate::settings::AgencyProfile;
use crate::speech;

pub fn brochure(home: &Property, agency: &AgencyProfile, link: &str) -> String {
    let kind = speech::kind(home);
    format!(
        "{}: the brochure of {kind} in {}, {} ({}), with its floor plan and material information: {link}",
        agency.short_name,
        home.street(),
        home.area,
        price(home)
    )
}
