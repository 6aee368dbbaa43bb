//! A real mail server (aiosmtpd), and real readers of mail and calendars, in `tests/oracles/mail.py`.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::oracle::root;

/// It stops with this value.
pub struct RealMail {
    /// For `SMTP_URL`.
    pub url: String,
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl RealMail {
    pub fn start() -> Self {
        let program = root().join(".cache/oracles/python/bin/python3");
        let mut process = Command::new(&program)
            .arg(root().join("tests/oracles/mail.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{} cannot be started ({error}): run `make test-tools`", program.display())
            });
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let port = lines.next().expect("it prints its port").expect("UTF-8");
        Self { url: format!("smtp://127.0.0.1:{port}"), process, lines }
    }

    /// The next letter, as Python read it. Waits for it.
    pub fn next_letter(&mut self) -> Value {
        let line = self.lines.next().expect("the mail server runs").expect("UTF-8");
        serde_json::from_str(&line).expect("a line is JSON")
    }
}

impl Drop for RealMail {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
