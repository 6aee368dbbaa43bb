//! nginx as `deploy/nginx.conf` documents it, before several nodes.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// A port of the loopback that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("the loopback has free ports")
        .port()
}

/// The documented set-up, on other ports and without TLS.
pub struct Nginx {
    process: Child,
    _folder: tempfile::TempDir,
}

impl Nginx {
    /// On this port, before these nodes.
    pub fn start(port: u16, nodes: &[u16]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let at = |name: &str| folder.path().join(name).display().to_string();
        let mut text = include_str!("../../../deploy/nginx.conf")
            .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port};"))
            .replace("/var/log/nginx/receptionist.log", &at("access.log"));
        for (nth, documented) in [8081, 8082, 8083].iter().enumerate() {
            let there =
                nodes.get(nth).map_or("# nobody".to_owned(), |node| format!("server 127.0.0.1:{node}"));
            text = text.replace(&format!("server 127.0.0.1:{documented}"), &there);
        }
        let kept: Vec<&str> = text.lines().filter(|line| !line.trim().starts_with("ssl_")).collect();
        let text = kept.join("\n");
        let own = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {};", at(kind)))
            .join(" ");
        let text = text.replacen("http {", &format!("http {{ {own}"), 1);
        std::fs::write(at("nginx.conf"), format!("daemon off; pid {};\n{text}", at("nginx.pid")))
            .expect("a temporary file can be written");
        let program =
            if std::path::Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
        let process = Command::new(program)
            .args(["-c", &at("nginx.conf"), "-e", &at("error.log")])
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx is missing: run `make test-tools`, or `apt-get install nginx-light`");
        Self { process, _folder: folder }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        drop(Command::new("kill").args(["-s", "TERM", &self.process.id().to_string()]).status());
        drop(self.process.wait());
    }
}
