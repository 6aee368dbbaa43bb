//! Telephone numbers in E.164, with one constructor.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};
use serde::{Deserialize, Serialize};

/// A dialable number in E.164, such as `+447700900123`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a telephone number that can be dialled; give it with its country code, such as +447700900123")]
pub struct NotAPhoneNumber;

/// Ofcom keeps these ranges for drama: they are possible but belong to nobody, so `libphonenumber` calls the mobile
/// ones invalid. (Ofcom, "Telephone numbers for use in TV and radio drama programmes".)
const DRAMA_MOBILE_PREFIX: &str = "+447700900";

impl PhoneNumber {
    /// Reads a number as Twilio, a person or a CRM writes it; without a country code it is British.
    pub fn parse(text: &str) -> Result<Self, NotAPhoneNumber> {
        let number = PHONE_NUMBER_UTIL.parse(text, Some(Region::GB)).map_err(|_| NotAPhoneNumber)?;
        let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
        let is_drama = e164.starts_with(DRAMA_MOBILE_PREFIX) && e164.len() == 13;
        let is_valid = || PHONE_NUMBER_UTIL.is_valid_number(&number);
        if is_drama || is_valid() { Ok(Self(e164)) } else { Err(NotAPhoneNumber) }
    }

    /// The caller's number from Twilio's `From`: none when it is withheld, anonymous, SIP or a client name.
    pub fn from_caller_id(from: &str) -> Option<Self> {
        // +266696687 spells ANONYMOUS on a keypad; Twilio sends it for withheld numbers.
        let withheld = from == "+266696687" || !from.starts_with('+');
        if withheld { None } else { Self::parse(from).ok() }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text can reach it. Drama mobiles count as mobiles.
    pub fn takes_texts(&self) -> bool {
        if self.0.starts_with(DRAMA_MOBILE_PREFIX) {
            return true;
        }
        PHONE_NUMBER_UTIL.parse(&self.0, None).is_ok_and(|number| {
            matches!(number.get_type(), PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile)
        })
    }

    /// The country it is in, as its calling code: 44.
    pub fn calling_code(&self) -> Option<i32> {
        PHONE_NUMBER_UTIL.parse(&self.0, None).ok().map(|number| number.country_code)
    }

    /// Whether it costs what telephoning costs: no premium rate, shared cost, personal or pager number (Ofcom, "The National
    /// Telephone Numbering Plan"), which is where the gain of toll fraud is.
    pub fn is_ordinary(&self) -> bool {
        use PhoneNumberType::{FixedLine, FixedLineOrMobile, Mobile, TollFree, UAN, VoIP};
        let of_kind = |kind| matches!(kind, FixedLine | FixedLineOrMobile | Mobile | TollFree | UAN | VoIP);
        self.0.starts_with(DRAMA_MOBILE_PREFIX)
            || PHONE_NUMBER_UTIL.parse(&self.0, None).is_ok_and(|number| of_kind(number.get_type()))
    }

    /// As the British write it: `07700 900123`, `020 7946 0123`.
    pub fn national(&self) -> String {
        if let Some(rest) = self.0.strip_prefix(DRAMA_MOBILE_PREFIX) {
            return format!("07700 900{rest}");
        }
        PHONE_NUMBER_UTIL.parse(&self.0, None).map_or_else(
            |_| self.0.clone(),
            |number| number.format_as(PhoneNumberFormat::National).into_owned(),
        )
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = NotAPhoneNumber;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_as_people_write_them() {
        for (text, e164) in [
            ("07700 900123", "+447700900123"),
            ("+44 7700 900123", "+447700900123"),
            ("020 7946 0123", "+442079460123"),
            ("0800 496 0001", "+448004960001"),
            ("+14158675310", "+14158675310"),
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), e164, "{text}");
        }
    }

    #[test]
    fn refuses_what_cannot_be_dialled() {
        for text in ["", "12345", "07700 9001", "anonymous", "+4412345", "999"] {
            assert_eq!(PhoneNumber::parse(text), Err(NotAPhoneNumber), "{text}");
        }
    }

    #[test]
    fn a_withheld_number_is_no_number() {
        for from in ["anonymous", "unknown", "restricted", "+266696687", "client:demo", "sip:a@b", ""] {
            assert_eq!(PhoneNumber::from_caller_id(from), None, "{from}");
        }
    }

    #[test]
    fn texts_go_to_mobiles_only() {
        assert!(PhoneNumber::parse("07700900123").unwrap().takes_texts());
        assert!(!PhoneNumber::parse("02079460123").unwrap().takes_texts());
    }

    #[test]
    fn is_written_the_british_way() {
        assert_eq!(PhoneNumber::parse("+447700900123").unwrap().national(), "07700 900123");
        assert_eq!(PhoneNumber::parse("+442079460123").unwrap().national(), "020 7946 0123");
    }
}
