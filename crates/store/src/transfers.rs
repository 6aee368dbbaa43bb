//! Calls put through to colleagues, and who could take one.

use std::collections::BTreeSet;

use agency::crm::{LeadId, PropertyId, Role, UserId};
use agency::handoff::{Colleague, Reason, Waiting};
use agency::phone::PhoneNumber;
use jiff::{SignedDuration, Timestamp};

use crate::changes::Subject;
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
    pub caller: Role,
    pub home: Option<PropertyId>,
    /// Nobody is rung yet: the caller waits for somebody to be free.
    pub holds: bool,
    pub now: Timestamp,
}

/// A transfer as it stands.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeptTransfer {
    pub summary: String,
    reason: String,
    status: String,
    taken_by: Option<Int>,
    caller: Option<String>,
    property_id: Option<Int>,
    holding_since: Option<Ts>,
}

impl KeptTransfer {
    pub fn is_taken(&self) -> bool {
        matches!(self.status.as_str(), "accepted" | "connected")
    }

    /// Nobody has taken it, and nobody has given it up.
    pub fn is_open(&self) -> bool {
        self.status == "ringing"
    }

    /// What the caller waits for, and since when they hold.
    pub fn waiting(&self) -> Option<(Waiting, Timestamp)> {
        Some((waiting(&self.reason, self.caller.as_deref())?, self.holding_since?.0))
    }

    pub fn home(&self) -> Option<PropertyId> {
        self.property_id.map(|id| PropertyId(id.0))
    }

    pub fn taken_by(&self) -> Option<UserId> {
        self.taken_by.map(|id| UserId(id.0))
    }
}

fn waiting(reason: &str, caller: Option<&str>) -> Option<Waiting> {
    Some((Reason::from_word(reason)?, caller.and_then(Role::from_word).unwrap_or(Role::Unknown)))
}

/// A caller whose telephone has not asked for so long holds no longer, though nobody told us.
const ASKS_WITHIN: SignedDuration = SignedDuration::from_mins(2);

/// A transfer whose end never came keeps nobody busy for longer.
const CALL_MAX: SignedDuration = SignedDuration::from_hours(1);

impl Store {
    pub async fn transfer(&self, id: &str) -> Result<Option<KeptTransfer>, StoreError> {
        const SQL: &str = "SELECT summary, reason, status, taken_by, caller, property_id, holding_since FROM transfers WHERE id = $1";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }

    /// Those who hold since before then, or are rung for after they held; the longest first.
    pub async fn waiting_before(
        &self,
        since: Timestamp,
        id: &str,
        now: Timestamp,
    ) -> Result<Vec<Waiting>, StoreError> {
        const SQL: &str = "SELECT reason, caller FROM transfers WHERE status = 'ringing' AND ended_at IS NULL AND asked_at > $1 \
             AND (holding_since < $2 OR (holding_since = $2 AND id < $3)) ORDER BY holding_since, id";
        let seen = Ts(now.saturating_sub(ASKS_WITHIN).unwrap_or(now));
        let found: Vec<(String, Option<String>)> =
            read!(self, |c| sqlx::query_as(SQL).bind(seen).bind(Ts(since)).bind(id).fetch_all(c).await)?;
        Ok(found.iter().filter_map(|(reason, caller)| waiting(reason, caller.as_deref())).collect())
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
        self.changed(Subject::Call, Some(new.conversation));
        const SQL: &str = "INSERT INTO transfers (id, conversation_id, lead_id, reason, summary, status, started_at, caller, property_id, holding_since, asked_at) \
             VALUES ($1, $2, $3, $4, $5, 'ringing', $6, $7, $8, $9, $9)";
        let holding_since = new.holds.then_some(Ts(new.now));
        execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(new.conversation)
                .bind(new.lead.0)
                .bind(new.reason.word())
                .bind(new.summary)
                .bind(Ts(new.now))
                .bind(new.caller.word())
                .bind(new.home.map(|home| home.0))
                .bind(holding_since)
        )?;
        Ok(())
    }

    /// The telephone of somebody who holds has asked what comes next.
    pub async fn still_holds(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE transfers SET asked_at = $2 WHERE id = $1 AND ended_at IS NULL";
        execute!(self, sqlx::query(SQL).bind(id).bind(Ts(now)))?;
        Ok(())
    }

    /// Somebody takes the call; says whether they are the first.
    pub async fn take_transfer(&mut self, id: &str, user: UserId) -> Result<bool, StoreError> {
        self.changed(Subject::Call, None);
        const SQL: &str = "UPDATE transfers SET status = 'accepted', taken_by = $2 WHERE id = $1 AND status = 'ringing' AND ended_at IS NULL";
        Ok(execute!(self, sqlx::query(SQL).bind(id).bind(user.0))? > 0)
    }

    /// It is over: whoever took it is free again, or nobody did.
    pub async fn end_transfer(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        self.changed(Subject::Call, None);
        const SQL: &str = "UPDATE transfers SET status = CASE WHEN status = 'accepted' THEN 'connected' ELSE 'failed' END, ended_at = $2 \
             WHERE id = $1 AND ended_at IS NULL";
        execute!(self, sqlx::query(SQL).bind(id).bind(Ts(now)))?;
        Ok(())
    }
}
