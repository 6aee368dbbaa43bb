//! An ordinary repair: its ticket, a task where nobody looks after the home or it is urgent, and the reference by text.

use agency::crm::{Priority, TaskKind};
use agency::messages::{kind, repair_reported};
use agency::phone::PhoneNumber;
use agency::tools::report_repair::{RepairReported, ReportRepair};
use agency::tools::{ToolCall, ToolOutcome};
use agency::triage::Level;
use store::{NewTicket, StoreError};

use super::commit;
use super::emergency::home_of;
use super::task::{Task, leave};
use crate::conversation::Talk;
use crate::outbox::post_all_ways;

pub(super) async fn report_repair(
    talk: &Talk<'_>,
    call: &ReportRepair,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let home = home_of(app, call.place.as_ref(), call.phone.as_ref()).await?;
    let who = [call.name.clone(), call.phone.as_ref().map(PhoneNumber::national)];
    let who: Vec<String> = who.into_iter().flatten().collect();
    let description =
        format!("{}\nReported by: {} (conversation {})", call.description, who.join(", "), talk.conversation);
    let mut tx = app.store.begin().await?;
    let ticket = tx
        .open_ticket(&NewTicket {
            home: home.as_ref(),
            category: &call.category,
            urgency: call.urgency,
            description: &description,
            call_sid: talk.call_sid.as_deref(),
            now: app.now(),
        })
        .await?;
    tx.link_ticket(&talk.conversation, ticket.id).await?;
    let has_manager = home.as_ref().is_some_and(|home| home.manager.is_some());
    if !has_manager || call.urgency != Level::Normal {
        let priority = if call.urgency == Level::Normal { Priority::Normal } else { Priority::Urgent };
        let task = Task {
            kind: TaskKind::FollowUp,
            priority,
            title: &format!("{}: {} repair, {}", ticket.reference, call.urgency, call.category),
            notes: &description,
            due: agency::tools::take_message::call_back_due(app.hours(), app.now()),
        };
        leave(talk.app, &mut tx, &talk.about(), (&task, key)).await?;
    }
    // Whoever writes reads it in the answer.
    let texted = call.phone.as_ref().filter(|phone| phone.takes_texts() && !talk.state.manner.is_written());
    if let Some(phone) = texted {
        let body = repair_reported(&ticket.reference, app.whatsapp_number().as_ref(), app.agency());
        let to = (kind::REPAIR_REPORTED, phone, body.as_str());
        post_all_ways(app, &mut tx, &talk.about(), to, &format!("{}:{key}", kind::REPAIR_REPORTED)).await?;
    }
    let reported = RepairReported {
        reference: ticket.reference,
        texted: texted.is_some() || talk.state.manner.is_written(),
    };
    let call = ToolCall::ReportRepair(Box::new(call.clone()));
    commit(talk, tx, &call, ToolOutcome::RepairReported(reported), key).await
}
