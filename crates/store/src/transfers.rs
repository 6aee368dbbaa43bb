//! Calls put through to colleagues, and who could take one.

use std::collections::BTreeSet;

use agency::crm::{LeadId, PropertyId, Role, UserId};
use agency::handoff::{Colleague, Reason, Waiting};
use agency::phone::PhoneNumber;
use jiff::{SignedDuration, Timestamp};

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, within};
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
    pub note: Option<String>,
}

impl KeptTransfer {
    pub fn is_taken(&self) -> bool {
        matches!(self.status.as_str(), "accepted" | "connected")
    }

    /// Nobody has taken it, and nobody has given it up.
    pub fn is_open(&self) -> bool {
        self.status == "ringing"
    }

    /// A colleague wanted it, not the caller.
    pub fn was_taken_over(&self) -> bool {
        self.reason == Reason::TakenOver.word()
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

/// A transfer that is not over.
#[derive(Clone, Debug)]
pub struct OpenTransfer {
    pub id: String,
    /// ringing or accepted
    pub status: String,
    /// Whoever has taken it.
    pub name: Option<String>,
    pub started: Timestamp,
}

fn waiting(reason: &str, caller: Option<&str>) -> Option<Waiting> {
    Some((Reason::from_word(reason)?, caller.and_then(Role::from_word).unwrap_or(Role::Unknown)))
}

/// A transfer whose end never came keeps nobody busy for longer.
const CALL_MAX: SignedDuration = SignedDuration::from_hours(1);

/// Nobody rings or holds for longer without Twilio asking us something: whoever began it died, and nobody told us.
const RINGS_MAX: SignedDuration = SignedDuration::from_mins(2);

/// A transfer that is talked on, rings, or waits for somebody to be free ($2 and $3 are of [`open_since`]).
macro_rules! open_transfers {
    () => {
        "t.conversation_id = $1 AND t.ended_at IS NULL AND ((t.status = 'accepted' AND t.started_at > $2) \
         OR (t.status = 'ringing' AND COALESCE(t.asked_at, t.started_at) > $3))"
    };
}

fn open_since(now: Timestamp) -> (Ts, Ts) {
    let ago = |time| Ts(now.saturating_sub(time).unwrap_or(now));
    (ago(CALL_MAX), ago(RINGS_MAX))
}

impl Store {
    pub async fn transfer(&self, id: &str) -> Result<Option<KeptTransfer>, StoreError> {
        const SQL: &str = "SELECT summary, reason, status, taken_by, caller, property_id, holding_since, note FROM transfers WHERE id = $1";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }

    /// Those who hold, or are rung for after they held, with what each waits for; the longest first.
    pub async fn holding(&self, now: Timestamp) -> Result<Vec<(String, Waiting)>, StoreError> {
        const SQL: &str = "SELECT id, reason, caller FROM transfers WHERE status = 'ringing' AND ended_at IS NULL \
             AND holding_since IS NOT NULL AND asked_at > $1 ORDER BY holding_since, id";
        let (_, asked) = open_since(now);
        let found: Vec<(String, String, Option<String>)> =
            read!(self, |c| sqlx::query_as(SQL).bind(asked).fetch_all(c).await)?;
        let holds = |(id, reason, caller): (String, String, Option<String>)| {
            Some((id, waiting(&reason, caller.as_deref())?))
        };
        Ok(found.into_iter().filter_map(holds).collect())
    }

    /// The transfer of a call that rings or is talked on, with whoever has it.
    pub async fn open_transfer(
        &self,
        conversation: &str,
        now: Timestamp,
    ) -> Result<Option<OpenTransfer>, StoreError> {
        const SQL: &str = concat!(
            "SELECT t.id, t.status, u.name, t.started_at FROM transfers t LEFT JOIN users u ON u.id = t.taken_by WHERE ",
            open_transfers!(),
            " ORDER BY t.started_at DESC LIMIT 1"
        );
        let (talks, rings) = open_since(now);
        let row: Option<(String, String, Option<String>, Ts)> = read!(self, |c| sqlx::query_as(SQL)
            .bind(conversation)
            .bind(talks)
            .bind(rings)
            .fetch_optional(c)
            .await)?;
        Ok(row.map(|(id, status, name, started)| OpenTransfer { id, status, name, started: started.0 }))
    }

    /// As [`Tx::end_transfer`], by itself.
    pub async fn end_transfer(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.end_transfer(id, now).await?;
        tx.commit().await
    }

    /// What Twilio calls the call of a conversation; none: it is a chat.
    pub async fn call_sid(&self, conversation: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT call_sid FROM conversations WHERE id = $1";
        let found: Option<Option<String>> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(conversation).fetch_optional(c).await)?;
        Ok(found.flatten())
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
    /// As [`Tx::begin_transfer`], if nobody has the call or is being rung for it. Says whether it is theirs.
    pub async fn claim_call(&mut self, new: &NewTransfer<'_>) -> Result<bool, StoreError> {
        const LOCK: &str = "UPDATE conversations SET id = id WHERE id = $1 AND ended_at IS NULL";
        const OPEN: &str = concat!("SELECT 1 FROM transfers t WHERE ", open_transfers!(), " LIMIT 1");
        // Two who want the same call wait for one another here.
        if execute!(self, sqlx::query(LOCK).bind(new.conversation))? == 0 {
            return Ok(false);
        }
        let (talks, rings) = open_since(new.now);
        let open: Option<Int> = within!(self, |c| sqlx::query_scalar(OPEN)
            .bind(new.conversation)
            .bind(talks)
            .bind(rings)
            .fetch_optional(c)
            .await)?;
        if open.is_some() {
            return Ok(false);
        }
        self.begin_transfer(new).await?;
        Ok(true)
    }

    /// What Sarah is told when whoever has the call gives it back. Says whether somebody has it.
    pub async fn note_for_sarah(&mut self, id: &str, note: Option<&str>) -> Result<bool, StoreError> {
        const SQL: &str =
            "UPDATE transfers SET note = $2 WHERE id = $1 AND status = 'accepted' AND ended_at IS NULL";
        Ok(execute!(self, sqlx::query(SQL).bind(id).bind(note))? > 0)
    }

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
