//! How long a webhook waits for a database that does not answer.

use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};
use tokio::time::timeout;

use crate::app::App;

/// What has become of a turn, or the end of a call, while Twilio waited.
#[derive(Debug)]
pub enum Answer<T> {
    Kept(T),
    /// It failed, or the database has fallen silent: another node may have one.
    NoDatabase,
    /// It waits for something (a row that another node has locked, say): it would at any node.
    Slow,
}

/// Twilio waits 15 s, for all nodes that are asked (`deploy/nginx.conf`). A database that has fallen silent gives no error: it is
/// asked whether it is still there.
pub async fn in_time<T>(app: &App, mut work: JoinHandle<Option<T>>) -> Answer<T> {
    const SOON: Duration = Duration::from_secs(2);
    const SIGN_OF_LIFE: Duration = Duration::from_millis(500);
    const AT_LAST: Duration = Duration::from_secs(4);
    let answer =
        |done: Result<Option<T>, JoinError>| done.ok().flatten().map_or(Answer::NoDatabase, Answer::Kept);
    if let Ok(done) = timeout(SOON, &mut work).await {
        return answer(done);
    }
    let sign = timeout(SIGN_OF_LIFE, app.store.outbox_backlog(app.now())).await;
    if !sign.is_ok_and(|backlog| backlog.is_ok()) && !work.is_finished() {
        return Answer::NoDatabase;
    }
    timeout(AT_LAST, work).await.map_or(Answer::Slow, answer)
}
