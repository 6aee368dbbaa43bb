//! Pictures and plans of homes, from wherever their records say they are.

use std::time::Duration;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pictures(reqwest::Client);

impl Pictures {
    /// What is larger is left out.
    const BYTES_MAX: usize = 4 << 20;

    pub fn new() -> anyhow::Result<Self> {
        // A picture's address never leads on to another host.
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(4))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self(http))
    }

    /// None: it cannot be had.
    pub async fn fetch(&self, url: &str) -> Option<Vec<u8>> {
        let mut response = self.0.get(url).send().await.ok()?.error_for_status().ok()?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.ok()? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > Self::BYTES_MAX {
                return None;
            }
        }
        Some(bytes)
    }
}
