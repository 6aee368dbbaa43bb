//! People who look for a home, and everything that was written to and by them.

use agency::crm::LeadId;

use jiff::Timestamp;

use super::row::row;
use super::{ByTime, Paging, anywhere};
use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::types::Ts;

#[derive(Clone, Debug, Default)]
pub struct LeadFilter {
    pub status: Option<String>,
    pub temperature: Option<String>,
    /// Part of a name, a number or an address.
    pub words: Option<String>,
}

row! {
    LeadView {
        id: i64,
        name: Option<String>,
        /// Masked for read-only accounts, as the address is.
        phone: Option<String>,
        email: Option<String>,
        /// rent, buy, both or undecided.
        looking_for: Option<String>,
        property_type: Option<String>,
        bedrooms_min: Option<i64>,
        bedrooms_max: Option<i64>,
        /// Whole pounds: a month to rent, in all to buy.
        budget_min: Option<i64>,
        budget_max: Option<i64>,
        areas: Vec<String>,
        status: String,
        temperature: String,
        /// 0 to 100, and what it is made of.
        score: i64,
        score_reasons: Vec<String>,
        source: String,
        total_calls: i64,
        last_call: Option<Timestamp>,
        updated: Timestamp,
    }
}

row! {
    /// A message to or from somebody, with what became of it.
    MessageView {
        id: String,
        /// inbound or outbound.
        direction: String,
        channel: String,
        kind: String,
        body: String,
        /// As the provider last told: queued, sent, delivered, undelivered and so on.
        status: String,
        /// Twilio's.
        error_code: Option<i64>,
        created: Timestamp,
    }
}

macro_rules! select_leads {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, phone, email, looking_for, property_type, bedrooms_min, bedrooms_max, budget_min, budget_max, \
             preferred_area_names AS areas, status, temperature, score, score_reasons, source, total_calls, last_call_date AS last_call, \
             updated_at AS updated FROM voice_leads ",
            $rest
        )
    };
}

impl Tx {
    /// What staff change of a lead: name, email and status.
    pub async fn edit_lead(&mut self, lead: &LeadView, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE voice_leads SET name = $2, email = $3, status = $4, updated_at = $5 WHERE id = $1";
        self.changed(Subject::Lead, Some(&lead.id.to_string()));
        execute!(
            self,
            sqlx::query(SQL)
                .bind(lead.id)
                .bind(&lead.name)
                .bind(&lead.email)
                .bind(&lead.status)
                .bind(Ts(now))
        )?;
        Ok(())
    }
}

impl Store {
    /// Whoever was in touch last, first.
    pub async fn leads(
        &self,
        filter: &LeadFilter,
        paging: &Paging<ByTime<i64>>,
    ) -> Result<Vec<LeadView>, StoreError> {
        const SQL: &str = select_leads!(
            "WHERE ($1 IS NULL OR status = $1) AND ($2 IS NULL OR temperature = $2) \
             AND ($3 IS NULL OR lower(COALESCE(name, '') || ' ' || COALESCE(phone, '') || ' ' || COALESCE(email, '')) LIKE $3 ESCAPE '\\') \
             AND ($4 IS NULL OR updated_at < $4 OR (updated_at = $4 AND id < $5)) ORDER BY updated_at DESC, id DESC LIMIT $6"
        );
        let (at, id) = paging.after.unzip();
        Ok(read!(self, |c| sqlx::query_as(SQL)
            .bind(filter.status.as_deref())
            .bind(filter.temperature.as_deref())
            .bind(filter.words.as_deref().map(anywhere))
            .bind(at.map(Ts))
            .bind(id)
            .bind(paging.limit)
            .fetch_all(c)
            .await)?)
    }

    pub async fn lead(&self, id: LeadId) -> Result<Option<LeadView>, StoreError> {
        const SQL: &str = select_leads!("WHERE id = $1");
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?)
    }

    /// The latest messages to and from somebody, the newest first.
    pub async fn messages_of(&self, lead: LeadId, limit: i64) -> Result<Vec<MessageView>, StoreError> {
        const SQL: &str = "SELECT id, direction, channel, kind, body, status, error_code, created_at AS created FROM messages \
             WHERE lead_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(lead.0).bind(limit).fetch_all(c).await)?)
    }
}
