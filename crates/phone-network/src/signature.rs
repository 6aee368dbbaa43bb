//! `X-Twilio-Signature` as Twilio makes it: the URL, then every parameter sorted by name with its value, HMAC-SHA1,
//! base64 (twilio.com/docs/usage/security).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// For a repeated name its distinct values are signed, sorted, each with the name.
pub fn sign(auth_token: &str, url: &str, parameters: &[(String, String)]) -> String {
    let mut pairs: Vec<&(String, String)> = parameters.iter().collect();
    pairs.sort();
    pairs.dedup();
    let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()).expect("any length of key will do");
    mac.update(url.as_bytes());
    for (name, value) in pairs {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_the_example_of_the_documentation() {
        let parameters = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675310"),
            ("Digits", "1234"),
            ("From", "+14158675310"),
            ("To", "+18005551212"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let signature = sign("12345", "https://example.com/myapp.php?foo=1&bar=2", &parameters);
        assert_eq!(signature, "L/OH5YylLD5NRKLltdqwSvS0BnU=");
    }
}
