//! What others must have ready: the network that brings callers here, Twilio, the model, the mail server.

use std::time::Duration;

use reqwest::{Client, Url};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::Finding;
use crate::delivery::{Mailer, NumberUrls, Pictures, TwilioClient, encrypt};
use crate::settings::Settings;

pub(super) async fn look(settings: &Settings) -> Vec<Finding> {
    encrypt();
    let http = Client::builder().timeout(Duration::from_secs(10)).build().unwrap_or_default();
    let (base, numbers, model, mail) =
        tokio::join!(base_url(settings, &http), twilio(settings), model(settings, &http), email(settings));
    let mut findings = vec![base];
    findings.extend(numbers);
    findings.extend([model, mail]);
    findings
}

/// Callers' networks reach us: a certificate that is valid, and our own answer behind it.
async fn base_url(settings: &Settings, http: &Client) -> Finding {
    const CHECK: &str = "base_url";
    let base = settings.server.base_url.trim_end_matches('/');
    let fix = "Point the name at this server, give the proxy a certificate (certbot, Caddy), and start `receptionist serve`.";
    match http.get(format!("{base}/healthz")).send().await {
        Ok(answer) if answer.status().is_success() => {
            let ours = answer.text().await.unwrap_or_default();
            if ours.trim() != "ok" {
                return Finding::fail(CHECK, format!("something else answers at {base}"), fix);
            }
            if base.starts_with("https:") {
                Finding::ok(CHECK, format!("{base} answers, with a valid certificate"))
            } else {
                Finding::warn(
                    CHECK,
                    format!("{base} answers, without TLS"),
                    "Twilio needs https: set BASE_URL.",
                )
            }
        }
        Ok(answer) => Finding::fail(CHECK, format!("{base} answers {}", answer.status()), fix),
        Err(error) => Finding::fail(CHECK, format!("{base} does not answer: {}", reason(&error)), fix),
    }
}

/// The last cause: the ones before it only repeat that a request failed.
fn reason(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

async fn twilio(settings: &Settings) -> Vec<Finding> {
    const CHECK: &str = "twilio_number";
    let twilio = &settings.twilio;
    if twilio.account_sid.is_empty()
        || twilio.auth_token.expose_secret().is_empty()
        || twilio.phone_number.is_empty()
    {
        let fix = "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER.";
        return vec![Finding::fail(CHECK, "Twilio is not set up", fix)];
    }
    let client = match TwilioClient::new(settings) {
        Ok(client) => client,
        Err(error) => return vec![Finding::fail(CHECK, format!("{error:#}"), "Correct TWILIO_API_URL.")],
    };
    let number = &twilio.phone_number;
    let mut findings = vec![match client.number(number).await {
        Ok(Some(found)) => {
            let wanted = NumberUrls::wanted(settings);
            let differ: Vec<&str> = found.urls.differences(&wanted).iter().map(|(name, ..)| *name).collect();
            if differ.is_empty() {
                Finding::ok(CHECK, format!("{number} sends its calls and texts here"))
            } else {
                let fix =
                    "Run `receptionist twilio connect`: it shows the difference, and with --yes sets it.";
                Finding::fail(CHECK, format!("{number} has another {}", differ.join(", ")), fix)
            }
        }
        Ok(None) => Finding::fail(
            CHECK,
            format!("{number} is not a number of this account"),
            "Correct TWILIO_PHONE_NUMBER.",
        ),
        Err(error) if error.status().is_some_and(|status| status == 401) => Finding::fail(
            CHECK,
            "Twilio does not know this account and token",
            "Copy both from Twilio's console.",
        ),
        Err(error) => Finding::fail(
            CHECK,
            format!("Twilio does not answer: {}", reason(&error)),
            "Check TWILIO_API_URL and the network; status.twilio.com.",
        ),
    }];
    findings.push(fallback(settings));
    findings.push(whatsapp(settings));
    findings
}

/// Where Twilio asks when we are down must not be down with us.
fn fallback(settings: &Settings) -> Finding {
    const CHECK: &str = "fallback";
    let fix = "Put a page of TwiML that forwards to a person on another host (a TwiML Bin will do), and set TWILIO_FALLBACK_URL to it.";
    let host = |url: &str| Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    match &settings.twilio.fallback_url {
        None => Finding::warn(
            CHECK,
            "the fallback lies on this server: when it is down, callers hear an error",
            fix,
        ),
        Some(url) if host(url) == host(&settings.server.base_url) => {
            Finding::warn(CHECK, "the fallback lies on the same host", fix)
        }
        Some(_) => Finding::ok(CHECK, "the fallback lies on another host"),
    }
}

fn whatsapp(settings: &Settings) -> Finding {
    const CHECK: &str = "whatsapp";
    if settings.twilio.whatsapp_number.is_none() {
        return Finding::skipped(CHECK, "TWILIO_WHATSAPP_NUMBER is not set: texts go by SMS");
    }
    if settings.whatsapp_templates.is_empty() {
        let fix = "Register them (`receptionist templates list`), and name them in [whatsapp_templates].";
        return Finding::warn(CHECK, "no template is approved: outside 24 hours people get SMS instead", fix);
    }
    Finding::ok(
        CHECK,
        "a sender and templates are set; `receptionist templates check` asks Twilio about each",
    )
}

async fn model(settings: &Settings, http: &Client) -> Finding {
    const CHECK: &str = "model";
    let model = &settings.model;
    if model.api_key.expose_secret().is_empty() {
        return Finding::skipped(CHECK, "OPENAI_API_KEY is not set: the rules engine answers alone");
    }
    let url = format!("{}/models", model.base_url.trim_end_matches('/'));
    let answer = match http.get(url).bearer_auth(model.api_key.expose_secret()).send().await {
        Ok(answer) => answer,
        Err(error) => {
            return Finding::warn(
                CHECK,
                format!("it does not answer: {}", reason(&error)),
                "Check OPENAI_BASE_URL. The rules engine answers meanwhile.",
            );
        }
    };
    if !answer.status().is_success() {
        let found = format!("it refuses the key ({})", answer.status());
        return Finding::warn(
            CHECK,
            found,
            "Make a new key and set OPENAI_API_KEY. The rules engine answers meanwhile.",
        );
    }
    let listed: Value = answer.json().await.unwrap_or_default();
    let has =
        |name: &str| listed["data"].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == name));
    if has(&model.name) {
        Finding::ok(CHECK, format!("{} is there for this key", model.name))
    } else {
        let found = format!("{} is not among the models of this key", model.name);
        Finding::warn(CHECK, found, "Set OPENAI_MODEL to one that the endpoint lists.")
    }
}

async fn email(settings: &Settings) -> Finding {
    const CHECK: &str = "email";
    let fix = "Correct SMTP_URL and EMAIL_FROM.";
    let mailer =
        Pictures::new(&settings.server.base_url).and_then(|pictures| Mailer::new(&settings.email, pictures));
    match mailer {
        Ok(None) => {
            Finding::skipped(CHECK, "SMTP_URL is not set: what is promised by email is a colleague's task")
        }
        Err(error) => Finding::fail(CHECK, format!("{error:#}"), fix),
        Ok(Some(mailer)) => match mailer.answers().await {
            Ok(true) => Finding::ok(CHECK, "the mail server takes our name and password"),
            Ok(false) => Finding::fail(CHECK, "the mail server refuses", fix),
            Err(error) => {
                Finding::fail(CHECK, format!("the mail server does not answer: {}", reason(&error)), fix)
            }
        },
    }
}
