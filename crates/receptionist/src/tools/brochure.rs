//! The brochure of a home: its link by SMS, the file itself on WhatsApp.

use agency::messages::{Way, brochure, kind};
use agency::tools::send_brochure::SendBrochure;
use agency::tools::{ToolCall, ToolOutcome};
use store::StoreError;

use super::booking::ways_of;
use super::commit;
use crate::brochure::link;
use crate::conversation::Talk;
use crate::outbox::{Post, post_with_file};

pub(super) async fn send_brochure(
    talk: &Talk<'_>,
    call: &SendBrochure,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    // To whoever writes, where they write.
    let ways = match talk.writes_by {
        Some(way) if talk.state.caller.phone.as_ref() == Some(&call.to) => vec![way],
        _ => ways_of(talk.app, Some(&call.to), kind::BROCHURE).await?,
    };
    let mut tx = app.store.begin().await?;
    for home in &call.homes {
        let link = link(app, home.id);
        for way in &ways {
            let message = Post {
                kind: kind::BROCHURE,
                to: &call.to,
                way: *way,
                body: &brochure(home, app.agency(), &link),
                appointment: None,
                dedupe_key: &format!("{}:{key}:{}:{}", kind::BROCHURE, home.id.0, way.channel()),
            };
            let file = (*way == Way::WhatsAppText).then_some(link.as_str());
            post_with_file(app, &mut tx, &talk.about(), &message, file).await?;
        }
    }
    commit(talk, tx, &ToolCall::SendBrochure(call.clone()), ToolOutcome::BrochureSent, key).await
}
