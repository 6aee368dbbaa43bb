//! The official SDKs of Twilio and OpenAI, run as the programs they are. `make test-tools` installs them into
//! `.cache/`, from PyPI and npm, at the versions pinned in `tests/oracles/`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a Python script of `tests/oracles/` with the official SDKs; gives what it printed.
pub fn python(script: &str, input: &str) -> String {
    let program = root().join(".cache/oracles/python/bin/python3");
    run(&program, script, input)
}

/// Runs a Node script of `tests/oracles/` with the official SDKs.
pub fn node(script: &str, input: &str) -> String {
    run(Path::new("node"), script, input)
}

/// A server that speaks as S3 does (PyPI's moto); ends with this value.
pub struct ObjectStore {
    pub url: String,
    server: std::process::Child,
}

impl Drop for ObjectStore {
    fn drop(&mut self) {
        // It may be gone already; then there is nothing to stop.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl ObjectStore {
    pub async fn start() -> Self {
        let port = free_port();
        let server = Command::new(root().join(".cache/oracles/python/bin/moto_server"))
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("moto cannot be started ({error}): run `make test-tools`"));
        let store = Self { url: format!("http://127.0.0.1:{port}"), server };
        for _ in 0..400 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return store;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("moto did not come up on {}", store.url);
    }
}

fn free_port() -> u16 {
    let bound = std::net::TcpListener::bind("127.0.0.1:0").and_then(|bound| bound.local_addr());
    bound.expect("the loopback has a free port").port()
}

fn run(program: &Path, script: &str, input: &str) -> String {
    use std::io::Write;
    let mut child = Command::new(program)
        .arg(root().join("tests/oracles").join(script))
        .env("NODE_PATH", root().join(".cache/oracles/node/node_modules"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{} cannot be started ({error}): run `make test-tools`", program.display())
        });
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("the script reads its input");
    let output = child.wait_with_output().expect("the script ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{script} failed (if a module is missing, run `make test-tools`): {said}"
    );
    String::from_utf8(output.stdout).expect("the script prints UTF-8")
}
