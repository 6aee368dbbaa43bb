//! Email by SMTP (RFC 5321). A message keeps its Message-ID through every attempt, so that a receiver who took one whose answer was
//! lost can tell the second from it.

use std::time::{Duration, SystemTime};

use agency::messages::Attachment;
use agency::outbox::Failure;
use anyhow::Context as _;
use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as Enclosed, Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;
use store::ClaimedMessage;

use super::{Pictures, Sent, Undelivered};
use crate::settings::Email;

pub struct Mailer {
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    pictures: Pictures,
}

/// What goes with one email at most.
const FILES_MAX: usize = 5;

impl Mailer {
    /// None: the agency sends no email.
    pub fn new(settings: &Email, pictures: Pictures) -> anyhow::Result<Option<Self>> {
        const WAIT: Duration = Duration::from_secs(20);
        let url = settings.smtp_url.expose_secret();
        if url.is_empty() {
            return Ok(None);
        }
        let from = settings.from.parse().context(
            "EMAIL_FROM is not an address; give it as `Name <office@agency.example>` beside SMTP_URL",
        )?;
        let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .ok()
            .context("SMTP_URL cannot be read; give it as smtps://user:password@host")?
            .timeout(Some(WAIT))
            .build();
        Ok(Some(Self { smtp, from, pictures }))
    }

    /// The address of the sender, without the name.
    pub fn address(&self) -> String {
        self.from.email.to_string()
    }

    /// Whether the server takes our name and password.
    pub async fn answers(&self) -> Result<bool, lettre::transport::smtp::Error> {
        self.smtp.test_connection().await
    }

    /// Within the lease: a server that takes the connection and says nothing holds nobody.
    pub async fn create(&self, message: &ClaimedMessage, now: Timestamp) -> Result<Sent, Undelivered> {
        const WAIT: Duration = Duration::from_secs(40);
        let silent = Undelivered { failure: Failure::Unknown, http_status: None, code: None };
        tokio::time::timeout(WAIT, self.deliver(message, now)).await.unwrap_or(Err(silent))
    }

    async fn deliver(&self, message: &ClaimedMessage, now: Timestamp) -> Result<Sent, Undelivered> {
        let unfit = |_| Undelivered { failure: Failure::Permanent, http_status: None, code: None };
        let (files, left_out) = self.fetch(message).await;
        let email = self.compose(message, files, now).map_err(unfit)?;
        let response = self.smtp.send(email).await.map_err(|error| refused(&error))?;
        Ok(Sent {
            sid: format!("smtp-{}", message.id),
            http_status: i64::from(u16::from(response.code())),
            detail: (!left_out.is_empty()).then(|| format!("left out: {}", left_out.join(", "))),
        })
    }

    fn compose(
        &self,
        message: &ClaimedMessage,
        files: Vec<SinglePart>,
        now: Timestamp,
    ) -> anyhow::Result<Message> {
        let host = self.from.email.domain();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(message.to.parse()?)
            .subject(message.subject.clone().unwrap_or_default())
            .date(SystemTime::from(now))
            .message_id(Some(format!("<{}@{host}>", message.id)));
        if let Some(url) = &message.unsubscribe {
            builder = builder
                .raw_header(header("List-Unsubscribe", format!("<{url}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        let mut words = MultiPart::alternative().singlepart(SinglePart::plain(message.body.clone()));
        if let Some(html) = message.html.as_ref().filter(|html| !html.is_empty()) {
            words = words.singlepart(SinglePart::html(html.clone()));
        }
        let enclosed = attachments(message);
        for (method, text) in enclosed.iter().filter_map(calendar) {
            let kind = ContentType::parse(&format!("text/calendar; charset=utf-8; method={method}"))?;
            words = words.singlepart(SinglePart::builder().header(kind).body(text.clone()));
        }
        let all = files.into_iter().fold(MultiPart::mixed().multipart(words), MultiPart::singlepart);
        Ok(builder.multipart(all)?)
    }

    /// The files that could be had, and the names of those that could not.
    async fn fetch(&self, message: &ClaimedMessage) -> (Vec<SinglePart>, Vec<String>) {
        let (mut files, mut left_out) = (Vec::new(), Vec::new());
        for attachment in attachments(message) {
            match attachment {
                Attachment::Calendar { method, text } => {
                    if let Ok(kind) = ContentType::parse(&format!("application/ics; method={method}")) {
                        files.push(Enclosed::new("invitation.ics".to_owned()).body(text, kind));
                    }
                }
                Attachment::Fetched { name, url } => match self.fetch_one(&url).await {
                    Some((bytes, kind, ending)) if files.len() < FILES_MAX => {
                        files.push(Enclosed::new(format!("{name}.{ending}")).body(bytes, kind));
                    }
                    _ => left_out.push(name),
                },
            }
        }
        (files, left_out)
    }

    async fn fetch_one(&self, url: &str) -> Option<(Vec<u8>, ContentType, &'static str)> {
        let bytes = self.pictures.fetch(url).await?;
        let (kind, ending) = sniffed(&bytes)?;
        Some((bytes, ContentType::parse(kind).ok()?, ending))
    }
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn attachments(message: &ClaimedMessage) -> Vec<Attachment> {
    message.attachments.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

fn calendar(attachment: &Attachment) -> Option<(&String, &String)> {
    match attachment {
        Attachment::Calendar { method, text } => Some((method, text)),
        Attachment::Fetched { .. } => None,
    }
}

/// By its first bytes: what a server says of a file proves nothing.
fn sniffed(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const KINDS: &[(&[u8], &str, &str)] = &[
        (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
        (b"\xff\xd8\xff", "image/jpeg", "jpg"),
        (b"GIF8", "image/gif", "gif"),
        (b"%PDF-", "application/pdf", "pdf"),
    ];
    KINDS.iter().find(|(start, _, _)| bytes.starts_with(start)).map(|(_, kind, ending)| (*kind, *ending))
}

/// 4xx passes by itself, 5xx does not (RFC 5321, 4.2.1); without an answer nobody knows.
fn refused(error: &lettre::transport::smtp::Error) -> Undelivered {
    let code = error.status().map(|code| i64::from(u16::from(code)));
    /// The account, not the letter: a password that was changed is put right, and the letter goes then (RFC 4954).
    const OURS_TO_MEND: [i64; 4] = [454, 530, 534, 535];
    let failure = if code.is_some_and(|code| OURS_TO_MEND.contains(&code)) {
        Failure::Transient
    } else if error.is_permanent() {
        Failure::Permanent
    } else if error.is_timeout() {
        Failure::Unknown
    } else {
        Failure::Transient
    };
    Undelivered { failure, http_status: code, code }
}
