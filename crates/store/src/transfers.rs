//! Calls put through to colleagues, and who could take one.

use std::collections::BTreeSet;

use agency::crm::{LeadId, UserId};
use agency::handoff::{Colleague, Reason};
use agency::phone::PhoneNumber;
use jiff::{SignedDuration, Timestamp};

use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::types::{Int, Ts};

#[derive(Clone, Debug)]
pub struct NewTransfer<'a> {
    pub id: &'a str,
    pub conversation: &'a str,
    pub lead: LeadId,
    pub reason: Reason,
    pub summary: &'a str,
    pub now: Timestamp,
}

/// A transfer as it stands.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeptTransfer {
    pub summary: String,
    status: String,
    taken_by: Option<Int>,
}

impl KeptTransfer {
    pub fn is_taken(&self) -> bool {
        matches!(self.status.as_str(), "accepted" | "connected")
    }

    pub fn taken_by(&self) -> Option<UserId> {
        self.taken_by.map(|id| UserId(id.0))
    }
}

/// A transfer whose end never came keeps nobody busy for longer.
const CALL_MAX: SignedDuration = SignedDuration::from_hours(1);

impl Store {
    pub async fn transfer(&self, id: &str) -> Result<Option<KeptTransfer>, StoreError> {
        const SQL: &str = "SELECT summary, status, taken_by FROM transfers WHERE id = $1";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }

    /// Whether a colleague took this call.
    pub async fn was_taken(&self, conversation: &str) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT 1 FROM transfers WHERE conversation_id = $1 AND status IN ('accepted', 'connected') LIMIT 1";
        let found: Option<Int> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(conversation).fetch_optional(c).await)?;
        Ok(found.is_some())
    }

    /// Everybody with a telephone, with hours, absences, and whether they are busy at this moment.
    pub async fn colleagues(&self, now: Timestamp) -> Result<Vec<Colleague>, StoreError> {
        const PEOPLE: &str = "SELECT id, COALESCE(name, 'A colleague'), phone, COALESCE(role, '') FROM users \
             WHERE active = (1 = 1) AND phone IS NOT NULL ORDER BY id";
        const TALKING: &str = "SELECT taken_by FROM transfers WHERE status = 'accepted' AND ended_at IS NULL AND taken_by IS NOT NULL AND started_at > $1";
        let people: Vec<(Int, String, String, String)> =
            read!(self, |c| sqlx::query_as(PEOPLE).fetch_all(c).await)?;
        let since = now.saturating_sub(CALL_MAX).unwrap_or(now);
        let talking: Vec<Int> =
            read!(self, |c| sqlx::query_scalar(TALKING).bind(Ts(since)).fetch_all(c).await)?;
        let soon = now.saturating_add(SignedDuration::from_mins(1)).unwrap_or(now);
        let (hours, busy) = tokio::try_join!(self.hours_of_staff(now, soon), self.busy_times(now, soon))?;
        let mut taken: BTreeSet<UserId> = talking.into_iter().map(|id| UserId(id.0)).collect();
        taken.extend(busy.iter().filter(|busy| busy.overlaps(now, soon)).filter_map(|busy| busy.negotiator));
        let colleague = |(id, name, phone, role): (Int, String, String, String)| {
            let user = UserId(id.0);
            let (shifts, absences) = hours.get(&id.0).cloned().unwrap_or_default();
            let phone = PhoneNumber::parse(&phone).ok()?;
            Some(Colleague { user, name, phone, role, shifts, absences, is_busy: taken.contains(&user) })
        };
        Ok(people.into_iter().filter_map(colleague).collect())
    }
}

impl Tx {
    pub async fn begin_transfer(&mut self, new: &NewTransfer<'_>) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO transfers (id, conversation_id, lead_id, reason, summary, status, started_at) \
             VALUES ($1, $2, $3, $4, $5, 'ringing', $6)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(new.conversation)
                .bind(new.lead.0)
                .bind(new.reason.word())
                .bind(new.summary)
                .bind(Ts(new.now))
        )?;
        Ok(())
    }

    /// Somebody takes the call; says whether they are the first.
    pub async fn take_transfer(&mut self, id: &str, user: UserId) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE transfers SET status = 'accepted', taken_by = $2 WHERE id = $1 AND status = 'ringing' AND ended_at IS NULL";
        Ok(execute!(self, sqlx::query(SQL).bind(id).bind(user.0))? > 0)
    }

    /// It is over: whoever took it is free again, or nobody did.
    pub async fn end_transfer(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE transfers SET status = CASE WHEN status = 'accepted' THEN 'connected' ELSE 'failed' END, ended_at = $2 \
             WHERE id = $1 AND ended_at IS NULL";
        execute!(self, sqlx::query(SQL).bind(id).bind(Ts(now)))?;
        Ok(())
    }
}
