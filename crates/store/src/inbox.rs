//! Messages that people write to us: kept once by the provider's id, whoever wrote them becoming a lead.

use agency::crm::{Channel, LeadId};
use agency::phone::PhoneNumber;
use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::types::{Int, Ts};

#[derive(Clone, Debug)]
pub struct NewInbound<'a> {
    pub id: &'a str,
    pub channel: Channel,
    pub lead: Option<LeadId>,
    pub to: &'a str,
    pub from: &'a str,
    pub body: &'a str,
    pub provider_sid: &'a str,
    /// Nothing waits for an answer to it.
    pub is_answered: bool,
    pub now: Timestamp,
}

impl Store {
    /// Whether this number is a colleague's: what they write is not an applicant's.
    pub async fn is_staff(&self, phone: &PhoneNumber) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT 1 FROM users WHERE phone = $1 AND active = (1 = 1) LIMIT 1";
        let found: Option<Int> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(phone.as_str()).fetch_optional(c).await)?;
        Ok(found.is_some())
    }
}

impl Store {
    /// The lead who has this number.
    pub async fn lead_with(&self, phone: &PhoneNumber) -> Result<Option<LeadId>, StoreError> {
        const SQL: &str = "SELECT id FROM voice_leads WHERE phone = $1";
        let id: Option<Int> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(phone.as_str()).fetch_optional(c).await)?;
        Ok(id.map(|id| LeadId(id.0)))
    }
}

impl Tx {
    /// Keeps a message; says whether it is new.
    pub async fn receive(&mut self, new: &NewInbound<'_>) -> Result<bool, StoreError> {
        self.changed(Subject::Message, Some(new.id));
        const SQL: &str = "INSERT INTO messages (id, direction, channel, kind, lead_id, to_address, from_address, body, status, provider_sid, \
             send_after, created_at, updated_at, answered_at) VALUES ($1, 'inbound', $2, 'text', $3, $4, $5, $6, 'received', $7, $8, $8, $8, $9) \
             ON CONFLICT (provider_sid) DO NOTHING";
        let written = execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(new.channel.word())
                .bind(new.lead.map(|id| id.0))
                .bind(new.to)
                .bind(new.from)
                .bind(new.body)
                .bind(new.provider_sid)
                .bind(Ts(new.now))
                .bind(new.is_answered.then_some(Ts(new.now)))
        )?;
        Ok(written > 0)
    }

    /// The lead of somebody who writes, made if new.
    pub async fn lead_for_message(
        &mut self,
        phone: &PhoneNumber,
        channel: Channel,
        now: Timestamp,
    ) -> Result<LeadId, StoreError> {
        const SQL: &str = "INSERT INTO voice_leads (phone, source, created_at, updated_at) VALUES ($1, $2, $3, $3) \
             ON CONFLICT (phone) DO UPDATE SET updated_at = excluded.updated_at RETURNING id";
        let id: Int = within!(self, |c| sqlx::query_scalar(SQL)
            .bind(phone.as_str())
            .bind(channel.word())
            .bind(Ts(now))
            .fetch_one(c)
            .await)?;
        Ok(LeadId(id.0))
    }
}
