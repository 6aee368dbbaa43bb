//! Packages of homes: read and worded before the transaction, written within it, so that what was sent, to whom and by which way
//! is recorded with the fact that caused it.

use agency::crm::{Channel, LeadId, Property, PropertyId, Wants};
use agency::messages::approved;
use agency::messages::{Email, Occasion, PropertyDetails, PropertyMedia, Reach, Way, fallback, kind, ways};
use agency::phone::PhoneNumber;
use jiff::Timestamp;
use store::{ClaimedMessage, NewMessage, NewPackage, Rich, StoreError, Tx};

use crate::app::App;
use crate::delivery::addresses;
use crate::links::Page;

/// Who gets which homes, and why.
pub(crate) struct For<'a> {
    pub(crate) lead: LeadId,
    pub(crate) conversation: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
    pub(crate) wants: &'a Wants,
    pub(crate) homes: &'a [Property],
    pub(crate) occasion: Occasion,
    pub(crate) phone: Option<&'a PhoneNumber>,
    pub(crate) email: Option<&'a str>,
    /// Says what is not to be sent twice.
    pub(crate) key: &'a str,
    pub(crate) send_after: Timestamp,
}

/// A package that is worded, and not written yet.
pub(crate) struct Package {
    id: String,
    lead: LeadId,
    conversation: Option<String>,
    occasion: Occasion,
    homes: Vec<PropertyId>,
    drafts: Vec<Draft>,
    send_after: Timestamp,
}

/// One message of it.
struct Draft {
    channel: Channel,
    kind: &'static str,
    to: String,
    from: String,
    body: String,
    content: Option<(String, String)>,
    media: Option<String>,
    email: Option<Email>,
    dedupe_key: String,
}

impl Package {
    pub(crate) fn lead(&self) -> LeadId {
        self.lead
    }

    pub(crate) fn homes(&self) -> &[PropertyId] {
        &self.homes
    }

    /// By what it goes, each once.
    pub(crate) fn channels(&self) -> Vec<Channel> {
        let mut channels: Vec<Channel> = self.drafts.iter().map(|draft| draft.channel).collect();
        channels.dedup();
        channels
    }
}

/// Words a package for these ways.
pub(crate) async fn prepare(app: &App, of: &For<'_>, ways: &[Way]) -> Result<Package, StoreError> {
    let id = app.id("package");
    let drafts = drafts(app, of, &id, ways).await?;
    Ok(Package {
        id,
        lead: of.lead,
        conversation: of.conversation.map(str::to_owned),
        occasion: of.occasion,
        homes: of.homes.iter().map(|home| home.id).collect(),
        drafts,
        send_after: of.send_after,
    })
}

async fn drafts(app: &App, of: &For<'_>, id: &str, ways: &[Way]) -> Result<Vec<Draft>, StoreError> {
    let mut homes: Vec<(Property, PropertyMedia)> = Vec::new();
    for home in of.homes {
        homes.push((home.clone(), app.store.media(home.id).await?));
    }
    let negotiator = match of.homes.first() {
        Some(home) => app.store.negotiator_of(home).await?,
        None => None,
    };
    let page = app.links.to(Page::Homes, id);
    let unsubscribe = app.links.to(Page::Unsubscribe, id);
    let details = PropertyDetails {
        homes: &homes,
        occasion: of.occasion,
        name: of.name,
        wants: of.wants,
        negotiator,
        base_url: app.links.base_url(),
        page: &page,
        // What was asked for at that moment is an answer, not marketing (PECR 2003, reg. 22).
        unsubscribe: of.occasion.is_news().then_some(unsubscribe.as_str()),
    };
    let mut drafts = Vec::new();
    for way in ways {
        drafts.extend(by_way(app, of, &details, *way));
    }
    Ok(drafts)
}

fn kind_of(occasion: Occasion) -> &'static str {
    if occasion.is_news() { kind::NEW_MATCH } else { kind::PROPERTY_DETAILS }
}

fn by_way(app: &App, of: &For<'_>, details: &PropertyDetails<'_>, way: Way) -> Vec<Draft> {
    let (agency, kind, channel) = (app.agency(), kind_of(of.occasion), way.channel());
    let key = |part: usize| format!("{kind}:{}:{channel}:{part}", of.key);
    if let (Way::Email, Some(to), Some(mailer)) = (way, of.email, &app.mailer) {
        let email = details.email(agency);
        let body = email.text.clone();
        let (to, from) = (to.to_owned(), mailer.address());
        return vec![Draft {
            channel,
            kind,
            to,
            from,
            body,
            content: None,
            media: None,
            email: Some(email),
            dedupe_key: key(0),
        }];
    }
    let Some(phone) = of.phone else { return Vec::new() };
    let (to, from) = addresses(&app.settings.twilio, phone, channel);
    let draft = |part: usize, body: String, media, content| Draft {
        channel,
        kind,
        to: to.clone(),
        from: from.clone(),
        body,
        content,
        media,
        email: None,
        dedupe_key: key(part),
    };
    match way {
        Way::Sms => vec![draft(0, details.sms(agency), None, None)],
        Way::WhatsAppText => {
            let parts = details.whatsapp(agency);
            let last = parts.len().saturating_sub(1);
            let parts = parts.into_iter().enumerate();
            parts
                .map(|(n, part)| {
                    let buttons = if n == last { buttons(app, &part.body) } else { None };
                    draft(n, part.body, part.picture, buttons)
                })
                .collect()
        }
        Way::WhatsAppTemplate => {
            let Some(template) = app.settings.whatsapp_templates.get(kind::PROPERTY_CARD) else {
                return Vec::new();
            };
            let cards = details.template_variables(agency).into_iter().enumerate();
            cards
                .map(|(n, values)| {
                    let numbered: serde_json::Map<String, serde_json::Value> = values
                        .iter()
                        .zip(1..)
                        .map(|(value, n)| (n.to_string(), value.as_str().into()))
                        .collect();
                    let variables = serde_json::Value::Object(numbered).to_string();
                    draft(n, values.join(", "), None, Some((template.clone(), variables)))
                })
                .collect()
        }
        Way::Email => Vec::new(),
    }
}

/// Quick replies (BOOK, and so on) need a content of Twilio's; without one the words alone ask for them.
fn buttons(app: &App, body: &str) -> Option<(String, String)> {
    let content = app.settings.whatsapp_templates.get(approved::PROPERTY_BUTTONS)?;
    let one_line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    Some((content.clone(), serde_json::json!({ "1": one_line }).to_string()))
}

/// Writes it: the package, its messages in order, and what the lead was sent.
pub(crate) async fn write(app: &App, tx: &mut Tx, package: &Package) -> Result<(), StoreError> {
    let now = app.now();
    let new = NewPackage {
        id: &package.id,
        lead: package.lead,
        conversation: package.conversation.as_deref(),
        occasion: package.occasion.word(),
        homes: &package.homes,
        now,
    };
    tx.add_package(&new).await?;
    if !enqueue(app, tx, package, None).await? {
        return Ok(());
    }
    let by = match package.channels().as_slice() {
        [] => return Ok(()),
        [only] => only.word(),
        _ => "both",
    };
    for home in &package.homes {
        tx.details_sent(package.lead, *home, by, now).await?;
    }
    Ok(())
}

/// False: it was written before.
async fn enqueue(
    app: &App,
    tx: &mut Tx,
    package: &Package,
    fallback_for: Option<&str>,
) -> Result<bool, StoreError> {
    let mut is_new = false;
    for draft in &package.drafts {
        let id = app.id("msg");
        let attachments =
            draft.email.as_ref().map(|email| serde_json::to_string(&email.attachments)).transpose()?;
        let message = NewMessage {
            id: &id,
            channel: draft.channel,
            kind: draft.kind,
            lead: Some(package.lead),
            conversation: package.conversation.as_deref(),
            appointment: None,
            alert: None,
            to: &draft.to,
            from: &draft.from,
            body: &draft.body,
            content_sid: draft.content.as_ref().map(|(sid, _)| sid.as_str()),
            content_variables: draft.content.as_ref().map(|(_, variables)| variables.as_str()),
            rich: Rich {
                package: Some(&package.id),
                subject: draft.email.as_ref().map(|email| email.subject.as_str()),
                html: draft.email.as_ref().map(|email| email.html.as_str()),
                media: draft.media.as_deref(),
                attachments: attachments.as_deref(),
                unsubscribe: draft.email.as_ref().and_then(|email| email.unsubscribe.as_deref()),
            },
            dedupe_key: &draft.dedupe_key,
            fallback_for,
            send_after: package.send_after,
            now: app.now(),
        };
        is_new |= tx.enqueue(&message).await?;
    }
    Ok(is_new)
}

/// A message of a package failed for good: the package goes another way, once: after WhatsApp by email, and at last by an SMS
/// with its page. None: there is none.
pub(crate) async fn another_way(
    app: &App,
    failed: &ClaimedMessage,
    reach: &Reach,
) -> Result<Option<Package>, StoreError> {
    let (Some(id), Some(channel)) = (&failed.package, Channel::from_word(&failed.channel)) else {
        return Ok(None);
    };
    let Some(package) = app.store.package(id).await? else { return Ok(None) };
    let mut tx = app.store.begin().await?;
    let facts = tx.lead_facts(package.lead).await?;
    tx.commit().await?;
    let has_email = reach.email.is_some() && channel == Channel::WhatsApp;
    let can_text = match &facts.phone {
        Some(phone) if channel == Channel::Email => {
            ways(&crate::delivery::reach(app, phone, &failed.kind).await?, app.now()).contains(&Way::Sms)
        }
        _ => fallback(channel, reach, false).is_some(),
    };
    let way = match (has_email, can_text) {
        (true, _) => Way::Email,
        (false, true) => Way::Sms,
        (false, false) => return Ok(None),
    };
    let mut homes = Vec::new();
    for home in &package.homes {
        homes.extend(app.store.property(*home).await?);
    }
    let occasion = Occasion::from_word(&package.occasion).unwrap_or(Occasion::SpokenOf);
    let of = For {
        lead: package.lead,
        conversation: failed.conversation.as_deref(),
        name: facts.name.as_deref(),
        wants: &facts.wants,
        homes: &homes,
        occasion,
        phone: facts.phone.as_ref(),
        email: facts.email.as_deref(),
        key: &format!("instead:{id}"),
        send_after: app.now(),
    };
    let drafts = drafts(app, &of, id, &[way]).await?;
    if drafts.is_empty() {
        return Ok(None);
    }
    Ok(Some(Package {
        id: id.clone(),
        lead: package.lead,
        conversation: failed.conversation.clone(),
        occasion,
        homes: package.homes,
        drafts,
        send_after: app.now(),
    }))
}

/// The other way, in the transaction that settles the failure; what is left of the first is called off.
pub(crate) async fn write_another_way(
    app: &App,
    tx: &mut Tx,
    failed: &ClaimedMessage,
    package: &Package,
) -> Result<(), StoreError> {
    tx.call_off_package(&package.id, &failed.channel, app.now()).await?;
    enqueue(app, tx, package, Some(&failed.id)).await?;
    let by = package.channels().first().map_or(Channel::Sms, |channel| *channel);
    for home in &package.homes {
        tx.details_sent(package.lead, *home, by.word(), app.now()).await?;
    }
    Ok(())
}
