//! Calls to whoever is on duty, about an emergency that nobody has taken yet.

use agency::crm::UserId;
use agency::phone::PhoneNumber;
use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::types::{Int, Ts};

#[derive(Clone, Debug)]
pub struct NewRing<'a> {
    pub id: &'a str,
    pub alert: &'a str,
    pub user: Option<UserId>,
    pub name: &'a str,
    pub phone: &'a PhoneNumber,
    pub ends_round: bool,
    pub now: Timestamp,
}

/// One call to one person on duty.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Ring {
    pub id: String,
    pub alert_id: String,
    user_id: Option<Int>,
    pub name: String,
    pub phone: String,
    pub ends_round: bool,
}

impl Ring {
    pub fn user(&self) -> Option<UserId> {
        self.user_id.map(|id| UserId(id.0))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RingAnswer {
    Accepted,
    PassedOn,
}

impl RingAnswer {
    fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::PassedOn => "passed_on",
        }
    }
}

const RING: &str = "SELECT id, alert_id, user_id, name, phone, ends_round FROM alert_rings WHERE id = $1";

impl Store {
    pub async fn ring(&self, id: &str) -> Result<Option<Ring>, StoreError> {
        Ok(read!(self, |c| sqlx::query_as(RING).bind(id).fetch_optional(c).await)?)
    }

    /// The latest call to this number about something nobody has taken yet.
    pub async fn open_ring_to(&self, phone: &PhoneNumber) -> Result<Option<Ring>, StoreError> {
        const SQL: &str = "SELECT r.id, r.alert_id, r.user_id, r.name, r.phone, r.ends_round FROM alert_rings r JOIN alerts a ON a.id = r.alert_id \
             WHERE r.phone = $1 AND a.acknowledged_at IS NULL AND a.merged_into IS NULL ORDER BY r.id DESC LIMIT 1";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(phone.as_str()).fetch_optional(c).await)?)
    }

    /// The numbers that were rung for it, each once.
    pub async fn rung_for(&self, alert: &str) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT DISTINCT phone FROM alert_rings WHERE alert_id = $1 ORDER BY phone";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(alert).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Somebody is rung. An earlier call to the same number that has not left yet is not made any more.
    pub async fn add_ring(&mut self, new: &NewRing<'_>) -> Result<(), StoreError> {
        self.changed(Subject::Alert, Some(new.alert));
        const RING: &str = "INSERT INTO alert_rings (id, alert_id, user_id, name, phone, ends_round, rung_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        const EARLIER: &str = "UPDATE messages SET status = 'cancelled', updated_at = $3 WHERE alert_id = $1 AND to_address = $2 \
             AND channel = 'voice' AND status = 'queued'";
        execute!(self, sqlx::query(EARLIER).bind(new.alert).bind(new.phone.as_str()).bind(Ts(new.now)))?;
        execute!(
            self,
            sqlx::query(RING)
                .bind(new.id)
                .bind(new.alert)
                .bind(new.user.map(|id| id.0))
                .bind(new.name)
                .bind(new.phone.as_str())
                .bind(new.ends_round)
                .bind(Ts(new.now))
        )?;
        Ok(())
    }

    /// The first answer to a call counts; says whether this was it.
    pub async fn answer_ring(
        &mut self,
        ring: &str,
        answer: RingAnswer,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE alert_rings SET answer = $2, answered_at = $3 WHERE id = $1 AND (answer IS NULL OR answer = 'no_answer')";
        Ok(execute!(self, sqlx::query(SQL).bind(ring).bind(answer.word()).bind(Ts(now)))? > 0)
    }

    /// It was not taken; says whether nobody knew yet.
    pub async fn ring_unanswered(&mut self, ring: &str, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str =
            "UPDATE alert_rings SET answer = 'no_answer', answered_at = $2 WHERE id = $1 AND answer IS NULL";
        Ok(execute!(self, sqlx::query(SQL).bind(ring).bind(Ts(now)))? > 0)
    }
}
