//! What changes, told to browsers as it is committed: `GET /api/v1/events`, one stream a browser. A frame names the record, not
//! what it holds: whoever shows it reads it again, through the same checks as ever.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, StreamExt, stream};
use store::{Change, Store};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::access::{Staff, Views};
use crate::app::App;

/// So many are kept for a browser that comes back.
const KEPT: usize = 1_024;
const HEARTBEAT: Duration = Duration::from_secs(15);
/// After a lost connection to the database.
const AGAIN: Duration = Duration::from_secs(1);

/// One frame: its number, and what changed (`None`: too much to say, read everything again).
type Frame = (u64, Option<Change>);

/// The stream of this node: numbered, the last ones kept.
#[derive(Debug)]
pub(crate) struct Events {
    /// Numbers of another node, or of this one before it was started anew, mean nothing here.
    node: String,
    kept: Mutex<Kept>,
    frames: broadcast::Sender<Frame>,
}

#[derive(Debug, Default)]
struct Kept {
    last: u64,
    frames: VecDeque<Frame>,
}

impl Events {
    pub(crate) fn new(node: &str) -> Arc<Self> {
        let frames = broadcast::Sender::new(KEPT);
        Arc::new(Self { node: node.to_owned(), kept: Mutex::default(), frames })
    }

    fn tell(&self, change: Option<Change>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        let frame = (kept.last, change);
        kept.frames.push_back(frame.clone());
        if kept.frames.len() > KEPT {
            kept.frames.pop_front();
        }
        // Nobody looks: nobody needs to know.
        let _ = self.frames.send(frame);
    }

    /// What was missed since then, and everything from now on. Too long ago, or another node's number: one frame says so.
    fn since(&self, last_id: Option<&str>) -> (Vec<Frame>, broadcast::Receiver<Frame>) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let from_now = self.frames.subscribe();
        let number = last_id
            .and_then(|id| id.rsplit_once('-'))
            .filter(|(node, _)| *node == self.node)
            .and_then(|(_, number)| number.parse::<u64>().ok());
        let is_kept = |number: u64| {
            number == kept.last || kept.frames.front().is_some_and(|(first, _)| *first <= number + 1)
        };
        let missed = match number.filter(|number| *number <= kept.last && is_kept(*number)) {
            Some(number) => kept.frames.iter().filter(|(nth, _)| *nth > number).cloned().collect(),
            None => vec![(kept.last, None)],
        };
        (missed, from_now)
    }

    fn event(&self, (number, change): &Frame) -> Event {
        let event = Event::default().id(format!("{}-{number}", self.node));
        match change {
            Some(change) => event.event("change").json_data(change).unwrap_or_default(),
            None => event.event("resync").data("{}"),
        }
    }
}

/// Brings what the database tells to the stream, until told to stop.
pub(crate) async fn carry(events: Arc<Events>, store: Store, stop: CancellationToken) {
    let mut changes = store.changes();
    let hear = async {
        loop {
            match changes.recv().await {
                Ok(change) => events.tell(Some(change)),
                Err(RecvError::Lagged(_)) => events.tell(None),
                Err(RecvError::Closed) => return,
            }
        }
    };
    let carry = async {
        while let Err(error) = store.carry_changes().await {
            tracing::warn!(error = %error, code = error.code(), "changes of other nodes are not heard for a moment");
            tokio::time::sleep(AGAIN).await;
            events.tell(None);
        }
    };
    tokio::select! {
        () = async { tokio::join!(hear, carry); } => {}
        () = stop.cancelled() => {}
    }
}

/// Changes as they are committed: server-sent events.
///
/// `event: change` with `{"subject": "call", "id": "…"}` (no id: any of its kind), or `event: resync`: read everything again.
/// A browser that comes back says `Last-Event-ID` and gets what it missed.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", security(("session" = ["view"])),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 401, body = super::Problem)))]
pub(super) async fn events(
    State(app): State<App>,
    staff: Staff<Views>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last_id = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let (missed, from_now) = app.events.since(last_id);
    let hub = app.events.clone();
    let first = stream::iter(missed);
    let rest = stream::unfold(from_now, |mut from_now| async {
        match from_now.recv().await {
            Ok(frame) => Some((frame, from_now)),
            Err(RecvError::Lagged(missed)) => Some(((missed, None), from_now)),
            Err(RecvError::Closed) => None,
        }
    });
    let frames = first.chain(rest).map(move |frame| Ok(hub.event(&frame)));
    let ends = still_signed_in(app.clone(), staff.session.id, staff.account.id);
    Sse::new(frames.take_until(ends)).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

/// Returns when the session has ended, or this process is about to.
async fn still_signed_in(app: App, session: String, account: String) {
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            () = tokio::time::sleep(HEARTBEAT) => {}
        }
        let sessions = app.store.sessions_of(&account, app.now()).await;
        if sessions.is_ok_and(|sessions| sessions.iter().all(|open| open.id != session)) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use store::Subject;

    use super::*;

    fn numbers(events: &Events, last_id: Option<&str>) -> Vec<(u64, bool)> {
        events.since(last_id).0.iter().map(|(number, change)| (*number, change.is_some())).collect()
    }

    #[test]
    fn a_browser_that_comes_back_gets_what_it_missed() {
        let events = Events::new("node_1");
        assert_eq!(numbers(&events, None), [(0, false)], "it reads everything first");
        let change = || Some(Change { subject: Subject::Task, id: None });
        (0..3).for_each(|_| events.tell(change()));
        assert_eq!(numbers(&events, Some("node_1-1")), [(2, true), (3, true)]);
        assert_eq!(numbers(&events, Some("node_1-3")), []);
        for stranger in ["node_2-1", "node_1-9", "node_1", ""] {
            assert_eq!(numbers(&events, Some(stranger)), [(3, false)], "{stranger}");
        }
        (0..KEPT).for_each(|_| events.tell(change()));
        assert_eq!(numbers(&events, Some("node_1-1")), [(3 + KEPT as u64, false)], "too long ago");
    }
}
