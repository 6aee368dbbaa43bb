//! Links to pages for people who have no sign-in: each carries its own proof, made with a key that only the database holds, so
//! that nobody can guess another's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

pub struct Links {
    base_url: String,
    key: String,
}

/// What a link leads to. One page's proof opens no other.
#[derive(Clone, Copy, Debug)]
pub enum Page {
    Homes,
    Unsubscribe,
    Brochure,
    Document,
}

impl Page {
    fn path(self) -> &'static str {
        match self {
            Self::Homes => "homes",
            Self::Unsubscribe => "unsubscribe",
            Self::Brochure => "brochures",
            Self::Document => "documents",
        }
    }
}

/// Of the 32 bytes of the proof: 128 bits are beyond guessing, and fit an SMS.
const PROOF_BYTES: usize = 16;

impl Links {
    pub fn new(base_url: &str, key: String) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned(), key }
    }

    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// `https://…/homes/package_01J….PROOF`
    pub fn to(&self, page: Page, id: &str) -> String {
        format!("{}/{}/{id}.{}", self.base_url, page.path(), URL_SAFE_NO_PAD.encode(self.proof(page, id)))
    }

    /// The id of a link's last part, if the proof is ours.
    pub fn opened<'t>(&self, page: Page, token: &'t str) -> Option<&'t str> {
        let (id, proof) = token.split_once('.')?;
        let given = URL_SAFE_NO_PAD.decode(proof).ok()?;
        bool::from(self.proof(page, id).as_slice().ct_eq(&given)).then_some(id)
    }

    fn proof(&self, page: Page, id: &str) -> Vec<u8> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.key.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(format!("{}/{id}", page.path()).as_bytes());
        mac.finalize().into_bytes()[..PROOF_BYTES].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_links_open_and_each_only_its_page() {
        let links = Links::new("https://a.example/", "k".repeat(64));
        let token = links.to(Page::Homes, "package_1").rsplit('/').next().unwrap().to_owned();
        assert_eq!(links.opened(Page::Homes, &token), Some("package_1"));
        assert_eq!(links.opened(Page::Unsubscribe, &token), None);
        assert_eq!(Links::new("", "x".repeat(64)).opened(Page::Homes, &token), None);
        for forged in
            [token.replace("package_1", "package_2"), "package_1.".into(), "package_1".into(), ".".into()]
        {
            assert_eq!(links.opened(Page::Homes, &forged), None, "{forged}");
        }
    }
}
