//! Messages of a tool, into the outbox within the tool's own transaction.

use agency::crm::{AppointmentId, Channel};
use agency::messages::Way;
use agency::phone::PhoneNumber;
use store::{NewMessage, StoreError};

use crate::conversation::Talk;
use crate::delivery::addresses;

/// One message to one person.
pub(super) struct Post<'a> {
    pub(super) kind: &'a str,
    pub(super) to: &'a PhoneNumber,
    pub(super) way: Way,
    pub(super) body: &'a str,
    pub(super) appointment: Option<AppointmentId>,
    /// Says what is not to be sent twice.
    pub(super) dedupe_key: &'a str,
}

pub(super) async fn post(talk: &Talk<'_>, tx: &mut store::Tx, post: &Post<'_>) -> Result<(), StoreError> {
    let app = talk.app;
    let channel: Channel = post.way.channel();
    let (to, from) = addresses(&app.settings.twilio, post.to, channel);
    let template =
        app.settings.whatsapp_templates.get(post.kind).filter(|_| post.way == Way::WhatsAppTemplate);
    let variables = serde_json::json!({ "1": post.body.lines().collect::<Vec<_>>().join(" ") }).to_string();
    let message = NewMessage {
        id: &app.id("msg"),
        channel,
        kind: post.kind,
        lead: Some(talk.lead),
        conversation: Some(&talk.conversation),
        appointment: post.appointment,
        to: &to,
        from: &from,
        body: post.body,
        content_sid: template.map(String::as_str),
        content_variables: template.map(|_| variables.as_str()),
        dedupe_key: post.dedupe_key,
        fallback_for: None,
        send_after: app.now(),
        now: app.now(),
    };
    tx.enqueue(&message).await?;
    Ok(())
}
