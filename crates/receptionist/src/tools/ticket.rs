//! How a repair stands, and the one-time code that proves who asks. What is looked up is compared in silence: every answer
//! is the same whether somebody is there or not, until all of it is right.

use agency::messages::{document, kind, verification_code};
use agency::tools::find_ticket::{self, FindTicket, TicketOutcome};
use agency::tools::{ToolCall, ToolOutcome};
use sha2::{Digest, Sha256};
use store::{StoreError, Tx};

use super::commit;
use crate::app::App;
use crate::conversation::Talk;
use crate::documents;
use crate::outbox::post_all_ways;

pub(super) async fn find_ticket(app: &App, call: &FindTicket) -> Result<ToolOutcome, StoreError> {
    let tickets = match &call.reference {
        Some(figures) => app.store.tickets_with(figures).await?,
        None => Vec::new(),
    };
    Ok(ToolOutcome::Ticket(find_ticket::decide(call, tickets)))
}

pub(super) async fn send_code(
    talk: &Talk<'_>,
    call: &FindTicket,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let tenant = call.tenant(app.store.tenants().await?);
    let may_send = match &tenant {
        Some(tenant) => app.store.may_send_code(tenant.id, app.now()).await?,
        None => false,
    };
    let mut tx = app.store.begin().await?;
    if let Some(tenant) = tenant.filter(|_| may_send) {
        let code = app.ids.code();
        tx.keep_code(&app.id("code"), &talk.conversation, tenant.id, &digest(talk, &code), app.now()).await?;
        let body = verification_code(&code, app.agency());
        let to = (kind::VERIFICATION_CODE, &tenant.phone, body.as_str());
        post_all_ways(app, &mut tx, &talk.about(), to, &format!("{}:{key}", kind::VERIFICATION_CODE)).await?;
    }
    let outcome = ToolOutcome::Ticket(TicketOutcome::CodeSent);
    commit(talk, tx, &ToolCall::SendCode(call.clone()), outcome, key).await
}

pub(super) async fn check_code(talk: &Talk<'_>, code: &str, key: &str) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let mut tx = app.store.begin().await?;
    let tenant = tx.try_code(&talk.conversation, &digest(talk, code), app.now()).await?;
    let outcome = match tenant {
        Some(tenant) if talk.state.ticket.papers => {
            TicketOutcome::PapersSent(send_papers(talk, &mut tx, tenant, key).await?)
        }
        Some(tenant) => {
            let tickets = app.store.tickets_of(tenant).await?;
            TicketOutcome::Told(tickets.into_iter().map(find_ticket::status).collect())
        }
        None => TicketOutcome::WrongCode,
    };
    // The transcript keeps that a code was tried, not which.
    commit(talk, tx, &ToolCall::CheckCode("…".to_owned()), ToolOutcome::Ticket(outcome), key).await
}

/// Their papers as links that end after a day, to the number on file, whoever asks.
async fn send_papers(talk: &Talk<'_>, tx: &mut Tx, tenant: i64, key: &str) -> Result<usize, StoreError> {
    let app = talk.app;
    let Some(tenant) = app.store.tenants().await?.into_iter().find(|known| known.id == tenant) else {
        return Ok(0);
    };
    let papers = app.store.papers_of(tenant.id).await?;
    for paper in &papers {
        let body = document(&paper.name, app.agency(), &documents::link(app, &paper.id));
        let to = (kind::DOCUMENT, &tenant.phone, body.as_str());
        let dedupe_key = format!("{}:{key}:{}", kind::DOCUMENT, paper.id);
        post_all_ways(app, tx, &talk.about(), to, &dedupe_key).await?;
    }
    Ok(papers.len())
}

/// A code is only good in the conversation it was sent in.
fn digest(talk: &Talk<'_>, code: &str) -> String {
    hex::encode(Sha256::digest(format!("{}:{code}", talk.conversation).as_bytes()))
}
