//! Emergencies until somebody has taken them. An alert stands on a ladder: `next_at` says when the next person is rung,
//! and is empty once somebody has acknowledged it, or it turned out to be another's. Whoever commits a step has made it:
//! a process that dies between two loses neither.

use agency::crm::{LeadId, ManagedHomeId, TicketId, UserId};
use agency::phone::PhoneNumber;
use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, sql, within};
use crate::error::StoreError;
use crate::types::{Int, Ts};

#[derive(Clone, Debug)]
pub struct NewAlert<'a> {
    pub id: &'a str,
    pub hazard: &'a str,
    pub evidence: &'a str,
    pub place: Option<&'a str>,
    pub home: Option<ManagedHomeId>,
    /// Hazard and building, where they are known: there is one alert for each.
    pub incident: Option<&'a str>,
    pub lead: LeadId,
    pub conversation: &'a str,
    pub dedupe_key: &'a str,
    pub now: Timestamp,
}

/// Who told of it.
#[derive(Clone, Debug)]
pub struct NewReporter<'a> {
    pub alert: &'a str,
    pub conversation: &'a str,
    pub lead: LeadId,
    pub name: Option<&'a str>,
    pub phone: Option<&'a PhoneNumber>,
    pub words: &'a str,
    pub now: Timestamp,
}

/// An alert as it stands.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Alert {
    pub id: String,
    pub hazard: String,
    pub evidence: String,
    pub place: Option<String>,
    ticket_id: Option<Int>,
    lead_id: Int,
    pub conversation_id: String,
    raised_at: Ts,
    rungs: Int,
    acknowledged_at: Option<Ts>,
    merged_into: Option<String>,
    pub acknowledged_name: Option<String>,
}

impl Alert {
    pub fn ticket(&self) -> Option<TicketId> {
        self.ticket_id.map(|id| TicketId(id.0))
    }

    pub fn lead(&self) -> LeadId {
        LeadId(self.lead_id.0)
    }

    pub fn raised_at(&self) -> Timestamp {
        self.raised_at.0
    }

    /// How many people were rung so far.
    pub fn rungs(&self) -> usize {
        usize::try_from(self.rungs.0).unwrap_or_default()
    }

    pub fn is_merged(&self) -> bool {
        self.merged_into.is_some()
    }

    pub fn is_acknowledged(&self) -> bool {
        self.acknowledged_at.is_some()
    }
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Reporter {
    pub conversation_id: String,
    lead_id: Int,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub words: String,
}

impl Reporter {
    pub fn lead(&self) -> LeadId {
        LeadId(self.lead_id.0)
    }
}

macro_rules! select_alerts {
    ($rest:literal) => {
        concat!(
            "SELECT id, COALESCE(hazard, '') AS hazard, COALESCE(evidence, '') AS evidence, place, ticket_id, COALESCE(lead_id, 0) AS lead_id, \
             COALESCE(conversation_id, '') AS conversation_id, raised_at, rungs, acknowledged_at, merged_into, acknowledged_name FROM alerts ",
            $rest
        )
    };
}

impl Store {
    pub async fn alert(&self, id: &str) -> Result<Option<Alert>, StoreError> {
        const SQL: &str = select_alerts!("WHERE id = $1");
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }

    pub async fn reporters(&self, alert: &str) -> Result<Vec<Reporter>, StoreError> {
        const SQL: &str = "SELECT conversation_id, lead_id, name, phone, words FROM alert_reporters WHERE alert_id = $1 ORDER BY reported_at, conversation_id";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(alert).fetch_all(c).await)?)
    }

    /// Whether a step of some ladder is due: asked often, and writes nothing.
    pub async fn has_due_alert(&self, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT 1 FROM alerts WHERE next_at <= $1 LIMIT 1";
        let found: Option<Int> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(Ts(now)).fetch_optional(c).await)?;
        Ok(found.is_some())
    }

    /// (when, what, detail), first to last.
    pub async fn alert_steps(
        &self,
        alert: &str,
    ) -> Result<Vec<(Timestamp, String, Option<String>)>, StoreError> {
        const SQL: &str =
            "SELECT happened_at, step, detail FROM alert_steps WHERE alert_id = $1 ORDER BY happened_at, id";
        let rows: Vec<(Ts, String, Option<String>)> =
            read!(self, |c| sqlx::query_as(SQL).bind(alert).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(at, step, detail)| (at.0, step, detail)).collect())
    }

    /// Alerts, the newest first.
    pub async fn alerts(&self, limit: i64) -> Result<Vec<Alert>, StoreError> {
        const SQL: &str = select_alerts!("WHERE merged_into IS NULL ORDER BY id DESC LIMIT $1");
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Writes an emergency, or finds the one of the same incident. Gives its id, and whether it is new.
    pub async fn raise_alert(&mut self, new: &NewAlert<'_>) -> Result<(String, bool), StoreError> {
        self.changed(Subject::Alert, Some(new.id));
        const ALERT: &str = "INSERT INTO alerts (id, kind, hazard, evidence, place, pm_property_id, incident, lead_id, conversation_id, dedupe_key, raised_at, next_at) \
             VALUES ($1, 'emergency', $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT DO NOTHING";
        const THERE: &str = "SELECT id FROM alerts WHERE incident = $1 OR dedupe_key = $2";
        let written = execute!(
            self,
            sqlx::query(ALERT)
                .bind(new.id)
                .bind(new.hazard)
                .bind(new.evidence)
                .bind(new.place)
                .bind(new.home.map(|id| id.0))
                .bind(new.incident)
                .bind(new.lead.0)
                .bind(new.conversation)
                .bind(new.dedupe_key)
                .bind(Ts(new.now))
        )?;
        if written > 0 {
            return Ok((new.id.to_owned(), true));
        }
        let there: String = within!(self, |c| sqlx::query_scalar(THERE)
            .bind(new.incident)
            .bind(new.dedupe_key)
            .fetch_one(c)
            .await)?;
        Ok((there, false))
    }

    /// An alert, held until this transaction ends: two steps of it cannot be made at once.
    pub async fn hold_alert(&mut self, id: &str) -> Result<Option<Alert>, StoreError> {
        const PG: &str = select_alerts!("WHERE id = $1 FOR NO KEY UPDATE");
        const LITE: &str = select_alerts!("WHERE id = $1");
        let text = sql!(self, pg: PG, lite: LITE);
        Ok(within!(self, |c| sqlx::query_as(text).bind(id).fetch_optional(c).await)?)
    }

    /// The alert whose next step is due first, if no other node is at it.
    pub async fn due_alert(&mut self, now: Timestamp) -> Result<Option<Alert>, StoreError> {
        const PG: &str =
            select_alerts!("WHERE next_at <= $1 ORDER BY next_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED");
        const LITE: &str = select_alerts!("WHERE next_at <= $1 ORDER BY next_at LIMIT 1");
        let text = sql!(self, pg: PG, lite: LITE);
        Ok(within!(self, |c| sqlx::query_as(text).bind(Ts(now)).fetch_optional(c).await)?)
    }

    pub async fn set_alert_ticket(&mut self, alert: &str, ticket: TicketId) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE alerts SET ticket_id = $2 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(alert).bind(ticket.0))?;
        Ok(())
    }

    /// Who reported it; what is said later in the same call is added.
    pub async fn add_reporter(&mut self, new: &NewReporter<'_>) -> Result<bool, StoreError> {
        const NEW: &str = "INSERT INTO alert_reporters (alert_id, conversation_id, lead_id, name, phone, words, reported_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (alert_id, conversation_id) DO NOTHING";
        const MORE: &str = "UPDATE alert_reporters SET name = COALESCE($3, name), phone = COALESCE($4, phone), words = words || ' / ' || $5 \
             WHERE alert_id = $1 AND conversation_id = $2";
        let phone = new.phone.map(PhoneNumber::as_str);
        let written = execute!(
            self,
            sqlx::query(NEW)
                .bind(new.alert)
                .bind(new.conversation)
                .bind(new.lead.0)
                .bind(new.name)
                .bind(phone)
                .bind(new.words)
                .bind(Ts(new.now))
        )?;
        if written == 0 {
            execute!(
                self,
                sqlx::query(MORE)
                    .bind(new.alert)
                    .bind(new.conversation)
                    .bind(new.name)
                    .bind(phone)
                    .bind(new.words)
            )?;
        }
        Ok(written > 0)
    }

    pub async fn add_alert_step(
        &mut self,
        id: &str,
        alert: &str,
        step: &str,
        detail: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.changed(Subject::Alert, Some(alert));
        const SQL: &str = "INSERT INTO alert_steps (id, alert_id, happened_at, step, detail) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        execute!(self, sqlx::query(SQL).bind(id).bind(alert).bind(Ts(now)).bind(step).bind(detail))?;
        Ok(())
    }

    /// One step of the ladder is made.
    pub async fn climbed(&mut self, alert: &str, rungs: usize, next_at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE alerts SET rungs = $2, next_at = $3 WHERE id = $1";
        let rungs = i64::try_from(rungs).unwrap_or(i64::MAX);
        execute!(self, sqlx::query(SQL).bind(alert).bind(rungs).bind(Ts(next_at)))?;
        Ok(())
    }

    /// The next person is rung now, unless that is due anyway or nobody need be.
    pub async fn hurry_alert(&mut self, alert: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE alerts SET next_at = $2 WHERE id = $1 AND next_at > $2";
        execute!(self, sqlx::query(SQL).bind(alert).bind(Ts(now)))?;
        Ok(())
    }

    /// Somebody takes it: the ladder ends, and what has not left yet to others stays here. Says whether they are the first.
    pub async fn acknowledge_alert(
        &mut self,
        alert: &str,
        user: Option<UserId>,
        name: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.changed(Subject::Alert, Some(alert));
        const SQL: &str = "UPDATE alerts SET acknowledged_at = $2, acknowledged_by = $3, acknowledged_name = $4, next_at = NULL \
             WHERE id = $1 AND acknowledged_at IS NULL";
        let first =
            execute!(self, sqlx::query(SQL).bind(alert).bind(Ts(now)).bind(user.map(|id| id.0)).bind(name))?
                > 0;
        if first {
            self.cancel_alert_messages(alert, now).await?;
        }
        Ok(first)
    }

    async fn cancel_alert_messages(&mut self, alert: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE messages SET status = 'cancelled', updated_at = $2 WHERE alert_id = $1 AND status = 'queued' \
             AND kind IN ('emergency_alert', 'emergency_call')";
        execute!(self, sqlx::query(SQL).bind(alert).bind(Ts(now)))?;
        Ok(())
    }

    /// Where it is. If the same incident is there already, nothing is changed and its id comes back.
    pub async fn place_alert(
        &mut self,
        alert: &str,
        place: &str,
        home: Option<ManagedHomeId>,
        incident: Option<&str>,
    ) -> Result<Option<String>, StoreError> {
        self.changed(Subject::Alert, Some(alert));
        const SAME: &str = "SELECT id FROM alerts WHERE incident = $1 AND id <> $2";
        const SQL: &str = "UPDATE alerts SET place = $2, pm_property_id = COALESCE($3, pm_property_id), incident = COALESCE($4, incident) WHERE id = $1";
        let same: Option<String> =
            within!(self, |c| sqlx::query_scalar(SAME).bind(incident).bind(alert).fetch_optional(c).await)?;
        if same.is_some() {
            return Ok(same);
        }
        execute!(self, sqlx::query(SQL).bind(alert).bind(place).bind(home.map(|id| id.0)).bind(incident))
            .map_err(|error| StoreError::unique_as(error, StoreError::TurnTaken))?;
        Ok(None)
    }

    /// Where the caller's other alerts are that have no place yet: the same caller is in one place.
    pub async fn place_others(&mut self, conversation: &str, place: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE alerts SET place = $2 WHERE conversation_id = $1 AND place IS NULL";
        execute!(self, sqlx::query(SQL).bind(conversation).bind(place))?;
        Ok(())
    }

    /// It is part of another: its ladder ends, and its reporters are the other's.
    pub async fn merge_alert(&mut self, alert: &str, into: &str, now: Timestamp) -> Result<(), StoreError> {
        self.changed(Subject::Alert, Some(alert));
        const ALERT: &str =
            "UPDATE alerts SET merged_into = $2, next_at = NULL, incident = NULL WHERE id = $1";
        const REPORTERS: &str = "UPDATE alert_reporters SET alert_id = $2 WHERE alert_id = $1";
        execute!(self, sqlx::query(ALERT).bind(alert).bind(into))?;
        execute!(self, sqlx::query(REPORTERS).bind(alert).bind(into))?;
        self.cancel_alert_messages(alert, now).await
    }

    /// What is reported from now on is another incident.
    pub async fn forget_incidents(&mut self, raised_before: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE alerts SET incident = NULL WHERE incident IS NOT NULL AND raised_at < $1";
        execute!(self, sqlx::query(SQL).bind(Ts(raised_before)))?;
        Ok(())
    }
}
