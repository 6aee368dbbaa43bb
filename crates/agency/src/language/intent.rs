//! What a call is about: the eleven intents of `spec.md` §6.3, by the words that give them away.

use super::tokens::Tokens;
use crate::crm::{Listing, Wants, vocabulary};
use crate::diary::TimeWish;

vocabulary! {
    /// The intents, as recorded with each call.
    Intent {
        PropertyEnquiryRent = "property_enquiry_rent", PropertyEnquiryBuy = "property_enquiry_buy",
        BookViewing = "book_viewing", BookValuation = "book_valuation", TenantMaintenance = "tenant_maintenance",
        TenantGeneral = "tenant_general", LandlordEnquiry = "landlord_enquiry", ExistingViewing = "existing_viewing",
        SpeakToAgent = "speak_to_agent", OfficeHours = "office_hours", GeneralEnquiry = "general_enquiry",
    }
}

impl Intent {
    /// Whether this call is looking for a home.
    pub fn is_enquiry(self) -> bool {
        matches!(self, Self::PropertyEnquiryRent | Self::PropertyEnquiryBuy | Self::BookViewing)
    }
}

/// The first whose words are there; the particular before the general.
const WORDS: &[(Intent, &[&str])] = &[
    (
        Intent::TenantMaintenance,
        &[
            "leak",
            "leaking",
            "boiler",
            "no heating",
            "no hot water",
            "repair",
            "broken",
            "blocked",
            "mould",
            "damp",
            "not working",
            "stopped working",
            "dripping",
            "flooding",
            "burst",
        ],
    ),
    (
        Intent::BookValuation,
        &[
            "valuation",
            "valued",
            "what my flat is worth",
            "sell my",
            "selling my",
            "let out my",
            "rent out my",
            "appraisal",
            "let my",
            "thinking of selling",
            "value my",
            "value our",
            "want to sell",
            "like to sell",
            "to sell it",
            "were selling",
            "we are selling",
            "selling our",
            "let out our",
            "sell our",
        ],
    ),
    (
        Intent::ExistingViewing,
        &[
            "my viewing",
            "cancel that",
            "cancel it",
            "wrong day",
            "wrong time",
            "my appointment",
            "the viewing i",
            "change the viewing",
            "cancel the viewing",
            "move the viewing",
            "reschedule",
            "cancel my",
            "running late",
        ],
    ),
    (
        Intent::LandlordEnquiry,
        &[
            "im a landlord",
            "i am a landlord",
            "my tenant",
            "my tenants",
            "the tenant hasnt",
            "my rental property",
            "your management",
        ],
    ),
    (
        Intent::TenantGeneral,
        &[
            "im a tenant",
            "i am a tenant",
            "my tenancy",
            "my landlord",
            "my deposit",
            "my rent",
            "notice to leave",
            "moving out",
        ],
    ),
    (
        Intent::OfficeHours,
        &[
            "opening hours",
            "are you open",
            "what time do you",
            "when do you open",
            "when do you close",
            "where are you",
            "your address",
            "your office",
        ],
    ),
    (
        Intent::BookViewing,
        &[
            "viewing",
            "view it",
            "to view",
            "see it",
            "have a look",
            "look around",
            "come and see",
            "book",
            "view the",
            "see the",
        ],
    ),
];

pub(super) fn intent(tokens: &Tokens, wants: &Wants, wish: &TimeWish) -> Option<Intent> {
    if let Some((intent, _)) = WORDS.iter().find(|(_, phrases)| tokens.has_any(phrases)) {
        return Some(*intent);
    }
    match wants.listing {
        Some(Listing::Rent) => Some(Intent::PropertyEnquiryRent),
        Some(Listing::Sale) => Some(Intent::PropertyEnquiryBuy),
        None if !wish.dates.is_empty() => None,
        None if super::acts::acts(tokens).contains(&super::Act::HandOff) => Some(Intent::SpeakToAgent),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_tell_what_they_are_about() {
        for (text, expected) in [
            ("my boiler has stopped working", Intent::TenantMaintenance),
            ("I'd like a valuation of my house", Intent::BookValuation),
            ("I need to reschedule", Intent::ExistingViewing),
            ("what are your opening hours", Intent::OfficeHours),
            ("can I book a viewing", Intent::BookViewing),
            ("can I speak to someone", Intent::SpeakToAgent),
        ] {
            assert_eq!(
                intent(&Tokens::of(text), &Wants::default(), &TimeWish::default()),
                Some(expected),
                "{text}"
            );
        }
    }
}
