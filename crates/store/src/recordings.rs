//! The sound of calls: a row from the first word on, the file once it is fetched, and nothing once its time is over or the caller
//! objects.

use agency::crm::LeadId;
use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::lease::{Claim, claim};
use crate::types::{Int, Ts};

/// A recording with something left to do.
#[derive(Clone, Debug)]
pub struct DueRecording {
    pub conversation: String,
    pub call_sid: Option<String>,
    /// None: Twilio has not told us that it is whole.
    pub sid: Option<String>,
    pub call_ended: bool,
    pub attempts: i64,
    pub began: Timestamp,
}

/// Where the sound of a call lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRecording {
    pub path: String,
    pub duration_s: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct DueRow {
    conversation_id: String,
    call_sid: Option<String>,
    recording_sid: Option<String>,
    ended: bool,
    attempts: Int,
    created_at: Ts,
}

impl From<DueRow> for DueRecording {
    fn from(row: DueRow) -> Self {
        Self {
            conversation: row.conversation_id,
            call_sid: row.call_sid,
            sid: row.recording_sid,
            call_ended: row.ended,
            attempts: row.attempts.0,
            began: row.created_at.0,
        }
    }
}

const CLAIM: Claim = claim!(
    due: "SELECT 1 FROM recordings WHERE next_attempt_at <= $1 LIMIT 1",
    take: "UPDATE recordings SET next_attempt_at = $2, attempts = attempts + 1 WHERE conversation_id IN ( \
           SELECT conversation_id FROM recordings WHERE next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT $3",
    ") RETURNING conversation_id"
);

impl Store {
    /// Takes recordings with something left to do, under a lease.
    pub async fn claim_recordings(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: i64,
    ) -> Result<Vec<DueRecording>, StoreError> {
        const ROW: &str = "SELECT r.conversation_id, c.call_sid, r.recording_sid, (c.ended_at IS NOT NULL) AS ended, r.attempts, r.created_at \
             FROM recordings r JOIN conversations c ON c.id = r.conversation_id WHERE r.conversation_id = $1";
        let mut claimed = Vec::new();
        for (id,) in self.claim::<(String,)>(&CLAIM, now, lease_until, limit).await? {
            let row: Option<DueRow> = read!(self, |c| sqlx::query_as(ROW).bind(&id).fetch_optional(c).await)?;
            claimed.extend(row.map(DueRecording::from));
        }
        Ok(claimed)
    }

    /// The sound of a conversation, if it is kept.
    pub async fn recording(&self, conversation: &str) -> Result<Option<KeptRecording>, StoreError> {
        const SQL: &str = "SELECT path, duration FROM recordings WHERE conversation_id = $1 AND status = 'stored' AND path IS NOT NULL";
        let row: Option<(String, Option<Int>)> =
            read!(self, |c| sqlx::query_as(SQL).bind(conversation).fetch_optional(c).await)?;
        Ok(row.map(|(path, duration)| KeptRecording { path, duration_s: duration.map(|seconds| seconds.0) }))
    }
}

impl Tx {
    /// Twilio records this call from now on; if it does not tell of it, it is asked then.
    pub async fn begin_recording(
        &mut self,
        conversation: &str,
        now: Timestamp,
        asked: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO recordings (conversation_id, status, next_attempt_at, created_at) VALUES ($1, 'running', $2, $3)";
        execute!(self, sqlx::query(SQL).bind(conversation).bind(Ts(asked)).bind(Ts(now)))?;
        Ok(())
    }

    /// Twilio has the whole sound of a call. What nobody may keep (the caller objected, or we know of no such call) is deleted there.
    pub async fn recording_told(
        &mut self,
        call_sid: &str,
        sid: &str,
        duration_s: Option<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const TOLD: &str = "UPDATE recordings SET status = 'waiting', recording_sid = $2, duration = $3, attempts = 0, next_attempt_at = $4 \
             WHERE status = 'running' AND conversation_id IN (SELECT id FROM conversations WHERE call_sid = $1)";
        const IS_KEPT: &str = "SELECT 1 FROM recordings WHERE recording_sid = $1 AND status <> 'refused'";
        let told = execute!(self, sqlx::query(TOLD).bind(call_sid).bind(sid).bind(duration_s).bind(Ts(now)))?;
        if told > 0 {
            return Ok(());
        }
        let kept: Option<Int> =
            within!(self, |c| sqlx::query_scalar(IS_KEPT).bind(sid).fetch_optional(c).await)?;
        if kept.is_none() { self.delete_at_provider(("recording", sid), now).await } else { Ok(()) }
    }

    /// It is ours now, and goes at Twilio. False: meanwhile nobody may keep it, and the file goes too.
    pub async fn recording_stored(
        &mut self,
        due: &DueRecording,
        (path, bytes): (&str, i64),
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const STORED: &str = "UPDATE recordings SET status = 'stored', path = $2, bytes = $3, attempts = 0, next_attempt_at = NULL \
             WHERE conversation_id = $1 AND status = 'waiting'";
        const CALL: &str = "UPDATE voice_lead_calls SET recording_url = '/api/v1/calls/' || $1 || '/recording' WHERE conversation_id = $1";
        let id = due.conversation.as_str();
        self.changed(Subject::Call, Some(id));
        if execute!(self, sqlx::query(STORED).bind(id).bind(path).bind(bytes))? == 0 {
            self.delete_file(path, now).await?;
            return Ok(false);
        }
        execute!(self, sqlx::query(CALL).bind(id))?;
        if let Some(sid) = &due.sid {
            self.delete_at_provider(("recording", sid), now).await?;
        }
        Ok(true)
    }

    /// There is none (`gone`), or it could not be fetched (`failed`).
    pub async fn end_recording(&mut self, conversation: &str, status: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE recordings SET status = $2, next_attempt_at = NULL WHERE conversation_id = $1 AND status IN ('running', 'waiting')";
        execute!(self, sqlx::query(SQL).bind(conversation).bind(status))?;
        Ok(())
    }

    pub async fn recording_again(&mut self, conversation: &str, at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE recordings SET next_attempt_at = $2 WHERE conversation_id = $1 AND status IN ('running', 'waiting')";
        execute!(self, sqlx::query(SQL).bind(conversation).bind(Ts(at)))?;
        Ok(())
    }

    /// Somebody does not want to be recorded: not now, and not later. What there is of this conversation goes.
    pub async fn refuse_recording(
        &mut self,
        (conversation, lead): (&str, LeadId),
        (consent, words): (&str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const CONSENT: &str = "INSERT INTO consents (id, lead_id, channel, purpose, given, words, recorded_at) \
             VALUES ($1, $2, 'any', 'recording', (1 = 0), $3, $4)";
        execute!(self, sqlx::query(CONSENT).bind(consent).bind(lead.0).bind(words).bind(Ts(now)))?;
        self.drop_recording(conversation, "refused", now).await
    }

    /// The sound of a conversation goes: ours at once, Twilio's behind it.
    pub async fn drop_recording(
        &mut self,
        conversation: &str,
        status: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const HELD: &str = "SELECT recording_sid, path FROM recordings WHERE conversation_id = $1";
        const GONE: &str = "UPDATE recordings SET status = $2, path = NULL, next_attempt_at = NULL WHERE conversation_id = $1";
        const CALL: &str = "UPDATE voice_lead_calls SET recording_url = NULL WHERE conversation_id = $1";
        let held: Option<(Option<String>, Option<String>)> =
            within!(self, |c| sqlx::query_as(HELD).bind(conversation).fetch_optional(c).await)?;
        let Some((sid, path)) = held else { return Ok(()) };
        execute!(self, sqlx::query(GONE).bind(conversation).bind(status))?;
        execute!(self, sqlx::query(CALL).bind(conversation))?;
        if let Some(sid) = sid {
            self.delete_at_provider(("recording", &sid), now).await?;
        }
        match path {
            Some(path) => self.delete_file(&path, now).await,
            None => Ok(()),
        }
    }
}
