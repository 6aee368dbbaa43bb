//! Pictures and plans of homes, from wherever their records say they are: on the internet, and nowhere nearer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::settings::is_loopback;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pictures {
    http: reqwest::Client,
    /// A rehearsal's pictures are on this machine.
    anywhere: bool,
}

impl Pictures {
    /// What is larger is left out.
    const BYTES_MAX: usize = 4 << 20;

    /// For the server with this address.
    pub fn new(base_url: &str) -> anyhow::Result<Self> {
        let anywhere = is_loopback(base_url);
        // A picture's address never leads on to another host.
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(4))
            .redirect(reqwest::redirect::Policy::none());
        let client = if anywhere { client } else { client.no_proxy().dns_resolver(Arc::new(PublicOnly)) };
        Ok(Self { http: client.build()?, anywhere })
    }

    /// None: it cannot be had.
    pub async fn fetch(&self, url: &str) -> Option<Vec<u8>> {
        let url: reqwest::Url = url.parse().ok()?;
        // A number is asked of no resolver.
        let number = url.host_str()?.trim_matches(['[', ']']).parse::<IpAddr>();
        if !self.anywhere && number.is_ok_and(|address| !is_public(address)) {
            return None;
        }
        let mut response = self.http.get(url).send().await.ok()?.error_for_status().ok()?;
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

/// Names are looked up once, here, and what is found is what is connected to.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Not of this machine, the network around it, or a cloud's own services (IANA's special-purpose registries, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => is_public_v4(address),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special =
        matches!((a, b, c), (0 | 240.., ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _));
    !is_special
        && !address.is_loopback()
        && !address.is_private()
        && !address.is_link_local()
        && !address.is_multicast()
        && !address.is_documentation()
}

/// `2000::/3` is what is given out; of it not what stands for addresses of the other kind (6to4, Teredo) or is documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    a & 0xe000 == 0x2000 && a != 0x2002 && !(a == 0x2001 && matches!(b, 0 | 0xdb8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_internet_is_public() {
        for text in ["93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:4700::1111"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "127.0.0.1", "10.0.0.8", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
            "0.0.0.0", "255.255.255.255", "224.0.0.1", "198.18.0.1", "::1", "::", "fe80::1", "fd00:ec2::254",
            "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    /// Whatever a listing says: nobody who listens here is rung.
    #[tokio::test]
    async fn nothing_of_this_machine_is_fetched() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let pictures = Pictures::new("https://agency.example").unwrap();
        for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1"]
        {
            assert_eq!(pictures.fetch(&format!("http://{host}:{port}/a.jpg")).await, None, "{host}");
        }
        let rung = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
        assert!(rung.is_err(), "somebody came");
        let here = Pictures::new("http://127.0.0.1:8080").unwrap();
        let url = format!("http://127.0.0.1:{port}/a.jpg");
        let fetched = tokio::time::timeout(Duration::from_millis(500), here.fetch(&url));
        let (fetched, rung) = tokio::join!(fetched, listener.accept());
        assert!(rung.is_ok() && fetched.is_err(), "a rehearsal's are");
    }
}
