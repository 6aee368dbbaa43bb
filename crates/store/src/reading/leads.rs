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
    /// Part of a name; of a number or an address where `by_number`.
    pub words: Option<String>,
    pub by_number: bool,
    /// First in touch from then, and before then.
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
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
        assigned_to: Option<i64>,
        assigned_name: Option<String>,
        updated: Timestamp,
    }
}

row! {
    /// What else they have said of themselves; not part of what staff edit.
    LeadKnown {
        /// A day, or the words they used.
        move_in_date: Option<String>,
        /// immediate, `within_month`, `within_3_months` or browsing.
        urgency: Option<String>,
        must_haves: Vec<String>,
        deal_breakers: Vec<String>,
        current_situation: Option<String>,
        reason_for_moving: Option<String>,
        mortgage_approved: Option<bool>,
        best_time_to_call: Option<String>,
        do_not_call_before: Option<String>,
        do_not_call_after: Option<String>,
        /// phone, email or whatsapp.
        preferred_contact_method: String,
    }
}

row! {
    /// A home that was spoken of with them.
    TalkedOf {
        property: i64,
        address: Option<String>,
        reference: Option<String>,
        /// high, medium, low or rejected.
        interest: String,
        times: i64,
        feedback: Option<String>,
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
             assigned_agent_id AS assigned_to, (SELECT u.name FROM users u WHERE u.id = assigned_agent_id) AS assigned_name, updated_at AS updated FROM voice_leads ",
            $rest
        )
    };
}

impl Tx {
    /// What staff change of a lead: name, email, status, and whose it is.
    pub async fn edit_lead(&mut self, lead: &LeadView, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE voice_leads SET name = $2, email = $3, status = $4, updated_at = $5, assigned_agent_id = $6 WHERE id = $1";
        self.changed(Subject::Lead, Some(&lead.id.to_string()));
        execute!(
            self,
            sqlx::query(SQL)
                .bind(lead.id)
                .bind(&lead.name)
                .bind(&lead.email)
                .bind(&lead.status)
                .bind(Ts(now))
                .bind(lead.assigned_to)
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
             AND ($3 IS NULL OR lower(COALESCE(name, '') || CASE WHEN $9 THEN ' ' || COALESCE(phone, '') || ' ' || COALESCE(email, '') ELSE '' END) LIKE $3 ESCAPE '\\') \
             AND ($7 IS NULL OR created_at >= $7) AND ($8 IS NULL OR created_at < $8) \
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
            .bind(filter.from.map(Ts))
            .bind(filter.until.map(Ts))
            .bind(filter.by_number)
            .fetch_all(c)
            .await)?)
    }

    pub async fn lead(&self, id: LeadId) -> Result<Option<LeadView>, StoreError> {
        const SQL: &str = select_leads!("WHERE id = $1");
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?)
    }

    pub async fn known_of(&self, id: LeadId) -> Result<Option<LeadKnown>, StoreError> {
        const SQL: &str = "SELECT CAST(l.move_in_date AS TEXT) AS move_in_date, l.urgency, l.must_haves, l.deal_breakers, l.current_situation, \
             l.reason_for_moving, l.mortgage_approved, l.best_time_to_call, CAST(l.do_not_call_before AS TEXT) AS do_not_call_before, \
             CAST(l.do_not_call_after AS TEXT) AS do_not_call_after, l.preferred_contact_method FROM voice_leads l WHERE l.id = $1";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?)
    }

    /// To what they have said stop, by any way: service, `new_homes`, survey or all.
    pub async fn stopped_by(&self, id: LeadId) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT DISTINCT o.purpose FROM opt_outs o JOIN voice_leads l ON o.address IN (l.phone, 'whatsapp:' || l.phone, l.email) \
             WHERE l.id = $1 ORDER BY o.purpose";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(id.0).fetch_all(c).await)?)
    }

    /// The homes that were spoken of, what they like best first.
    pub async fn talked_of_by(&self, id: LeadId) -> Result<Vec<TalkedOf>, StoreError> {
        const SQL: &str = "SELECT t.property_id AS property, p.address_line1 AS address, p.reference, t.interest, t.times_discussed AS times, t.feedback \
             FROM voice_lead_properties t LEFT JOIN properties p ON p.id = t.property_id WHERE t.lead_id = $1 \
             ORDER BY CASE t.interest WHEN 'high' THEN 0 WHEN 'medium' THEN 1 WHEN 'low' THEN 2 ELSE 3 END, t.times_discussed DESC, t.property_id LIMIT 50";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)?)
    }

    /// The latest messages to and from somebody, the newest first; of one channel with what colleagues wrote by another.
    pub async fn messages_of(
        &self,
        lead: LeadId,
        channel: Option<&str>,
        limit: i64,
    ) -> Result<Vec<MessageView>, StoreError> {
        const SQL: &str = "SELECT id, direction, channel, kind, body, status, error_code, created_at AS created FROM messages \
             WHERE lead_id = $1 AND ($3 IS NULL OR channel = $3 OR kind = 'from_staff') ORDER BY created_at DESC, id DESC LIMIT $2";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(lead.0).bind(limit).bind(channel).fetch_all(c).await)?)
    }
}
