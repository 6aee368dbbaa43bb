//! A valuation, confirmed: when, where, who comes, what to expect. No value is ever named before the visit.

use jiff::Timestamp;

use super::letter::AgencyView;
use super::template;
use super::viewing_confirmation::Confirmation;
use crate::settings::AgencyProfile;
use crate::speech;

pub fn valuation_confirmation(
    address: &str,
    start: Timestamp,
    valuer_name: &str,
    agency: &AgencyProfile,
) -> String {
    let confirmation = Confirmation {
        agency: AgencyView::new(agency),
        when: speech::moment_in_writing(start),
        home: address,
        reference: "",
        staff: valuer_name,
        first_name: "",
        map: "",
    };
    template::text("valuation_confirmation.sms.txt", &confirmation)
}
