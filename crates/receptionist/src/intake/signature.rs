//! `X-Twilio-Signature` (twilio.com/docs/usage/security): HMAC over the public URL and the sorted parameters, with the
//! auth token, or with a SharedKey when `X-Twilio-Webhooks-Signature-Settings` names one. The public URL is
//! configured; proxy headers are never trusted.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What webhooks may be signed with.
#[derive(Clone, Debug)]
pub struct Keys {
    pub auth_token: SecretString,
    /// Secrets of SharedKeys by their id.
    pub shared: BTreeMap<String, SecretString>,
}

/// What was signed: form parameters, or a JSON body whose digest stands in the URL.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    Form(&'a [(String, String)]),
    Json(&'a [u8]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Sha1,
    Sha256,
}

/// Whether this request comes from Twilio. `url` is the configured base with the untouched path and query.
pub fn verify(keys: &Keys, url: &str, payload: Payload<'_>, signature: &str, settings: Option<&str>) -> bool {
    let Some((key, algorithm)) = key_for(keys, settings) else { return false };
    if let Payload::Json(body) = payload
        && !body_digest_matches(url, body)
    {
        return false;
    }
    let parameters = match payload {
        Payload::Form(pairs) => joined(pairs),
        Payload::Json(_) => String::new(),
    };
    candidates(url).iter().any(|url| {
        let expected = mac(key.expose_secret(), algorithm, &format!("{url}{parameters}"));
        expected.as_bytes().ct_eq(signature.as_bytes()).into()
    })
}

/// `key=<id>,algorithm=HMAC_SHA256`. Without an algorithm it is SHA-1 with the auth token.
fn key_for<'k>(keys: &'k Keys, settings: Option<&str>) -> Option<(&'k SecretString, Algorithm)> {
    let fields: BTreeMap<&str, &str> =
        settings.unwrap_or_default().split(',').filter_map(|field| field.trim().split_once('=')).collect();
    let algorithm = match fields.get("algorithm") {
        None => return Some((&keys.auth_token, Algorithm::Sha1)),
        Some(&"HMAC_SHA1") => Algorithm::Sha1,
        Some(&"HMAC_SHA256") => Algorithm::Sha256,
        Some(_) => return None,
    };
    let key = fields.get("key").and_then(|id| keys.shared.get(*id))?;
    Some((key, algorithm))
}

/// The distinct pairs in byte order of their names, then values, without separators.
fn joined(pairs: &[(String, String)]) -> String {
    let mut sorted: Vec<&(String, String)> = pairs.iter().collect();
    sorted.sort();
    sorted.dedup();
    sorted.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect()
}

/// Twilio's back end drops or keeps ports inconsistently, and its SDKs accept either.
fn candidates(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    };
    let default_port = if matches!(scheme, "https" | "wss") { "443" } else { "80" };
    let mut all = vec![format!("{scheme}://{host}{path}"), format!("{scheme}://{name}{path}")];
    if port.is_none() {
        all.push(format!("{scheme}://{name}:{default_port}{path}"));
    }
    all
}

/// `bodySHA256=<hex>` in the query.
fn body_digest_matches(url: &str, body: &[u8]) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let given = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "bodySHA256");
    given.is_some_and(|(_, hex)| hex::encode(Sha256::digest(body)).as_bytes().ct_eq(hex.as_bytes()).into())
}

fn mac(key: &str, algorithm: Algorithm, data: &str) -> String {
    const ANY_LENGTH: &str = "HMAC takes keys of any length";
    match algorithm {
        Algorithm::Sha1 => {
            let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect(ANY_LENGTH);
            mac.update(data.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        }
        Algorithm::Sha256 => {
            let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect(ANY_LENGTH);
            mac.update(data.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys { auth_token: "12345".into(), shared: BTreeMap::from([("SK1".to_owned(), "12345".into())]) }
    }

    fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
        given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn my_company() -> Vec<(String, String)> {
        pairs(&[
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+12349013030"),
            ("Digits", "1234"),
            ("From", "+12349013030"),
            ("To", "+18005551212"),
        ])
    }

    const MY_COMPANY: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

    #[test]
    fn the_forms_of_the_reference_are_accepted_and_nothing_else() {
        let example = pairs(&[
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675310"),
            ("Digits", "1234"),
            ("From", "+14158675310"),
            ("To", "+18005551212"),
        ]);
        let odd =
            pairs(&[("A", "x y"), ("Body", ""), ("Emoji", "😀"), ("From", "+447700900123"), ("To", "+441")]);
        let repeated = pairs(&[("K", "b"), ("K", "a"), ("K", "b")]);
        for (url, form, signature) in [
            ("https://example.com/myapp.php?foo=1&bar=2", example, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
            (MY_COMPANY, my_company(), "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
            ("wss://relay.example.com/ws", vec![], "ttD+yNqRrhonsZrRUfw+tkdYD+s="),
            ("https://e.com/a", odd, "LsYb7OV55KKUsV2neEmzpePm0Vg="),
            ("https://e.com/a", repeated, "73Kxr54sWcnZ+gMUcek0WuC1aY0="),
        ] {
            assert!(verify(&keys(), url, Payload::Form(&form), signature, None), "{url}");
            let mut changed = form.clone();
            changed.push(("Extra".into(), String::new()));
            assert!(!verify(&keys(), url, Payload::Form(&changed), signature, None), "{url} with one more");
            assert!(!verify(&keys(), &format!("{url}x"), Payload::Form(&form), signature, None));
            assert!(!verify(&keys(), url, Payload::Form(&form), "", None));
        }
    }

    #[test]
    fn json_needs_its_digest_in_the_url() {
        let url = "https://example.com/myapp?bodySHA256=5ccde7145dfb8f56479710896586cb9d5911809d83afbe34627818790db0aec9";
        let body = br#"{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}"#;
        let signature = "hPXmLwIy3Fgqv1i9KPmH/HhQ6zo=";
        assert!(verify(&keys(), url, Payload::Json(body), signature, None));
        assert!(!verify(&keys(), url, Payload::Json(b"{}"), signature, None));
        assert!(!verify(&keys(), "https://example.com/myapp", Payload::Json(body), signature, None));
    }

    #[test]
    fn a_shared_key_signs_with_its_own_algorithm() {
        let signature = "Rmm4Vzj+Ky7JGoWXMCsZDZuHDszLr9xvdbvitrDr4/M=";
        let form = my_company();
        let signed_with =
            |settings| verify(&keys(), MY_COMPANY, Payload::Form(&form), signature, Some(settings));
        assert!(signed_with("key=SK1,algorithm=HMAC_SHA256"));
        assert!(!signed_with("key=SK2,algorithm=HMAC_SHA256"), "a key we do not have");
        assert!(!signed_with("key=SK1,algorithm=HMAC_MD5"), "an algorithm nobody knows");
        assert!(!signed_with("key=SK1"), "SHA-1 with the auth token gives another signature");
        let plain = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";
        assert!(verify(&keys(), MY_COMPANY, Payload::Form(&form), plain, Some("key=SK1")));
    }

    #[test]
    fn ports_may_be_kept_dropped_or_added() {
        let form = my_company();
        for url in [
            "https://mycompany.com:443/myapp.php?foo=1&bar=2",
            "https://mycompany.com:8443/myapp.php?foo=1&bar=2",
        ] {
            assert!(
                verify(&keys(), url, Payload::Form(&form), "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", None),
                "{url}"
            );
        }
    }
}
