//! A message to one person, written into the outbox within the transaction of the fact it tells.

use agency::crm::{AppointmentId, Channel, LeadId};
use agency::messages::{Email, Way, approved, ways};
use agency::phone::PhoneNumber;
use jiff::Timestamp;
use store::{NewMessage, Rich, StoreError, Tx};

use crate::app::App;
use crate::delivery::{addresses, reach};

/// What a message is about.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    /// None: nobody who ever called, such as a colleague.
    pub(crate) lead: Option<LeadId>,
    pub(crate) conversation: Option<&'a str>,
    /// An emergency: its messages wait for no others.
    pub(crate) alert: Option<&'a str>,
}

/// One message to one person.
#[derive(Clone, Copy)]
pub(crate) struct Post<'a> {
    pub(crate) kind: &'a str,
    pub(crate) to: &'a PhoneNumber,
    pub(crate) way: Way,
    pub(crate) body: &'a str,
    pub(crate) appointment: Option<AppointmentId>,
    /// Says what is not to be sent twice.
    pub(crate) dedupe_key: &'a str,
}

pub(crate) async fn post(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    post: &Post<'_>,
) -> Result<(), StoreError> {
    post_at(app, tx, about, post, app.now()).await
}

/// A message that leaves then, and not before.
pub(crate) async fn post_at(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    post: &Post<'_>,
    send_after: Timestamp,
) -> Result<(), StoreError> {
    let channel: Channel = post.way.channel();
    let (to, from) = addresses(&app.settings.twilio, post.to, channel);
    let template =
        app.settings.whatsapp_templates.get(post.kind).filter(|_| post.way == Way::WhatsAppTemplate);
    let variables = serde_json::json!({ "1": post.body.lines().collect::<Vec<_>>().join(" ") }).to_string();
    let id = app.id("msg");
    let message = NewMessage {
        content_sid: template.map(String::as_str),
        content_variables: template.map(|_| variables.as_str()),
        appointment: post.appointment,
        send_after,
        ..bare(app, about, &id, (channel, post.kind), (&to, &from), post.body, post.dedupe_key)
    };
    tx.enqueue(&message).await?;
    Ok(())
}

fn bare<'a>(
    app: &App,
    about: &About<'a>,
    id: &'a str,
    (channel, kind): (Channel, &'a str),
    (to, from): (&'a str, &'a str),
    body: &'a str,
    dedupe_key: &'a str,
) -> NewMessage<'a> {
    NewMessage {
        id,
        channel,
        kind,
        lead: about.lead,
        conversation: about.conversation,
        appointment: None,
        alert: about.alert,
        to,
        from,
        body,
        content_sid: None,
        content_variables: None,
        rich: Rich::default(),
        dedupe_key,
        fallback_for: None,
        send_after: app.now(),
        now: app.now(),
    }
}

/// Words with a file that the provider fetches, where the way takes one.
pub(crate) async fn post_with_file(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    message: &Post<'_>,
    file: Option<&str>,
) -> Result<(), StoreError> {
    let channel = message.way.channel();
    let (to, from) = addresses(&app.settings.twilio, message.to, channel);
    let id = app.id("msg");
    let new = NewMessage {
        rich: Rich { media: file, ..Rich::default() },
        ..bare(app, about, &id, (channel, message.kind), (&to, &from), message.body, message.dedupe_key)
    };
    tx.enqueue(&new).await?;
    Ok(())
}

/// Words with something to tap under them, where the settings have quick replies for so many; else the words alone, which say
/// what to write.
pub(crate) async fn post_with_choices(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    message: &Post<'_>,
    choices: &[String],
) -> Result<(), StoreError> {
    let name = choices.len().checked_sub(2).and_then(|n| approved::CHOICES.get(n));
    let content = name.and_then(|name| app.settings.whatsapp_templates.get(*name));
    let Some(content) = content.filter(|_| message.way == Way::WhatsAppText) else {
        return post(app, tx, about, message).await;
    };
    // No line may end within a variable (error 63013).
    let one_line = message.body.split_whitespace().collect::<Vec<_>>().join(" ");
    let values = std::iter::once(&one_line).chain(choices).zip(1..);
    let variables: serde_json::Map<String, serde_json::Value> =
        values.map(|(value, n)| (n.to_string(), value.as_str().into())).collect();
    let variables = serde_json::Value::Object(variables).to_string();
    let (to, from) = addresses(&app.settings.twilio, message.to, Channel::WhatsApp);
    let id = app.id("msg");
    let new = NewMessage {
        content_sid: Some(content),
        content_variables: Some(&variables),
        ..bare(
            app,
            about,
            &id,
            (Channel::WhatsApp, message.kind),
            (&to, &from),
            message.body,
            message.dedupe_key,
        )
    };
    tx.enqueue(&new).await?;
    Ok(())
}

/// An email with all that goes with it; nothing where the agency sends none.
pub(crate) async fn post_email(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    (kind, to, email): (&str, &str, &Email),
    (appointment, dedupe_key): (Option<AppointmentId>, &str),
) -> Result<(), StoreError> {
    let Some(mailer) = &app.mailer else { return Ok(()) };
    let attachments = serde_json::to_string(&email.attachments)?;
    let (id, from) = (app.id("msg"), mailer.address());
    let message = NewMessage {
        appointment,
        rich: Rich {
            subject: Some(&email.subject),
            html: Some(&email.html),
            attachments: Some(&attachments),
            unsubscribe: email.unsubscribe.as_deref(),
            ..Rich::default()
        },
        ..bare(app, about, &id, (Channel::Email, kind), (to, &from), &email.text, dedupe_key)
    };
    tx.enqueue(&message).await?;
    Ok(())
}

/// By every way this person gets this kind of message.
pub(crate) async fn post_all_ways(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    (kind, to, body): (&str, &PhoneNumber, &str),
    key: &str,
) -> Result<(), StoreError> {
    for way in ways(&reach(app, to, kind).await?, app.now()) {
        let dedupe_key = format!("{key}:{}", way.channel());
        let message = Post { kind, to, way, body, appointment: None, dedupe_key: &dedupe_key };
        post(app, tx, about, &message).await?;
    }
    Ok(())
}

/// To the staff's channel, where the agency has one.
pub(crate) async fn post_to_slack(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    (kind, body): (&str, &str),
    key: &str,
) -> Result<(), StoreError> {
    if app.slack.is_none() {
        return Ok(());
    }
    let (id, dedupe_key) = (app.id("msg"), format!("{key}:slack"));
    tx.enqueue(&bare(app, about, &id, (Channel::Slack, kind), ("slack", "receptionist"), body, &dedupe_key))
        .await?;
    Ok(())
}

/// A call to somebody: when they answer, `door` says what they hear.
pub(crate) async fn post_call(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    (kind, to, door): (&str, &PhoneNumber, &str),
    key: &str,
) -> Result<(), StoreError> {
    let (id, from) = (app.id("msg"), &app.settings.twilio.phone_number);
    tx.enqueue(&bare(app, about, &id, (Channel::Voice, kind), (to.as_str(), from), door, key)).await?;
    Ok(())
}
