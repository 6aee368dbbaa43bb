//! Stands for everybody's mail server on the loopback: SMTP (RFC 5321) as far as sending needs it, and what arrived, read as mail
//! programs read it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mailparse::{DispositionType, MailHeaderMap, ParsedMail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::NetworkError;

/// A letter that was taken.
#[derive(Clone, Debug)]
pub struct Letter {
    pub from: String,
    pub to: String,
    pub raw: Vec<u8>,
}

/// What of a letter can be looked at.
#[derive(Clone, Debug)]
pub struct ReadLetter {
    pub subject: String,
    pub message_id: String,
    pub unsubscribe: Option<String>,
    pub text: String,
    pub html: String,
    /// Names of the files, in order.
    pub files: Vec<String>,
    /// The invitation, if there is one.
    pub calendar: Option<String>,
}

#[derive(Debug, Default)]
struct Post {
    letters: Vec<Letter>,
    /// Answers to the first words of whoever connects, while nobody is to be served.
    is_away: bool,
    /// Codes for recipients who are refused.
    refused: HashMap<String, u16>,
    /// The connection is cut after the letter was taken, and before it is said, so many times.
    silent: u32,
}

/// A mail server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MailServer {
    post: Arc<Mutex<Post>>,
    url: String,
}

impl MailServer {
    /// Opens its door on a free port of the loopback.
    pub async fn start() -> Result<Self, NetworkError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(NetworkError::Port)?;
        let url = format!("smtp://{}", listener.local_addr().map_err(NetworkError::Port)?);
        let server = Self { post: Arc::default(), url };
        let taking = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = taking.clone();
                tokio::spawn(async move { server.serve(stream).await });
            }
        });
        Ok(server)
    }

    /// For `SMTP_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.lock().letters.clone()
    }

    /// From now on, until it is back, everybody is told to come again (421).
    pub fn set_away(&self, is_away: bool) {
        self.lock().is_away = is_away;
    }

    /// This recipient is answered with this code.
    pub fn refuse(&self, to: &str, code: u16) {
        self.lock().refused.insert(to.to_owned(), code);
    }

    /// So many letters are taken without a word.
    pub fn fall_silent(&self, times: u32) {
        self.lock().silent = times;
    }

    fn lock(&self) -> MutexGuard<'_, Post> {
        self.post.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        if self.lock().is_away {
            return stream.get_mut().write_all(b"421 come again later\r\n").await;
        }
        stream.get_mut().write_all(b"220 mail.example ESMTP\r\n").await?;
        let (mut from, mut to) = (String::new(), String::new());
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let word = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
            let answer = match word.as_str() {
                "EHLO" | "HELO" => "250-mail.example\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n".to_owned(),
                "MAIL" if self.lock().is_away => "421 come again later\r\n".to_owned(),
                "MAIL" => {
                    from = address(&line);
                    "250 go on\r\n".to_owned()
                }
                "RCPT" => {
                    to = address(&line);
                    match self.lock().refused.get(&to) {
                        Some(code) => format!("{code} not this one\r\n"),
                        None => "250 go on\r\n".to_owned(),
                    }
                }
                "DATA" => {
                    stream.get_mut().write_all(b"354 end with a dot\r\n").await?;
                    let raw = data(&mut stream).await?;
                    if self.take(Letter { from: from.clone(), to: to.clone(), raw }) {
                        return Ok(());
                    }
                    "250 taken\r\n".to_owned()
                }
                "RSET" | "NOOP" => "250 ok\r\n".to_owned(),
                "QUIT" => return stream.get_mut().write_all(b"221 goodbye\r\n").await,
                _ => "502 not known here\r\n".to_owned(),
            };
            stream.get_mut().write_all(answer.as_bytes()).await?;
        }
    }

    /// Says whether to fall silent about it.
    fn take(&self, letter: Letter) -> bool {
        let mut post = self.lock();
        post.letters.push(letter);
        let is_silent = post.silent > 0;
        post.silent = post.silent.saturating_sub(1);
        is_silent
    }
}

/// `a@b.example` of `MAIL FROM:<a@b.example> BODY=8BITMIME`.
fn address(line: &str) -> String {
    let start = line.find('<').map_or(0, |at| at + 1);
    line[start..].split('>').next().unwrap_or_default().trim().to_owned()
}

/// Up to the line with one dot; a doubled dot at a line's start is one (RFC 5321, 4.5.2).
async fn data(stream: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 || line == b".\r\n" {
            return Ok(raw);
        }
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

impl Letter {
    /// None: no mail program could read it.
    pub fn read(&self) -> Option<ReadLetter> {
        let parsed = mailparse::parse_mail(&self.raw).ok()?;
        let mut read = ReadLetter {
            subject: parsed.headers.get_first_value("Subject").unwrap_or_default(),
            message_id: parsed.headers.get_first_value("Message-ID").unwrap_or_default(),
            unsubscribe: parsed.headers.get_first_value("List-Unsubscribe"),
            text: String::new(),
            html: String::new(),
            files: Vec::new(),
            calendar: None,
        };
        read.take(&parsed);
        Some(read)
    }
}

impl ReadLetter {
    fn take(&mut self, part: &ParsedMail) {
        let disposition = part.get_content_disposition();
        if disposition.disposition == DispositionType::Attachment {
            self.files.extend(disposition.params.get("filename").cloned());
            return;
        }
        match part.ctype.mimetype.as_str() {
            "text/plain" => self.text = part.get_body().unwrap_or_default(),
            "text/html" => self.html = part.get_body().unwrap_or_default(),
            "text/calendar" => self.calendar = part.get_body().ok(),
            _ => part.subparts.iter().for_each(|inner| self.take(inner)),
        }
    }
}
