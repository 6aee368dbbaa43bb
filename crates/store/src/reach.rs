//! How somebody can be reached, and what they have said stop to.

use agency::crm::Channel;
use agency::messages::Reach;
use agency::phone::PhoneNumber;
use jiff::Timestamp;

use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::messages::ClaimedMessage;
use crate::types::{Int, Ts};

const STOPPED: &str = "SELECT 1 FROM opt_outs WHERE address = $1 AND purpose IN ($2, 'all') LIMIT 1";

impl Store {
    /// What decides the ways a person can be reached; templates are the settings' to know.
    pub async fn reach(&self, phone: &PhoneNumber) -> Result<Reach, StoreError> {
        const LAST: &str = "SELECT created_at FROM messages WHERE from_address = $1 AND direction = 'inbound' AND channel = 'whatsapp' \
             ORDER BY created_at DESC LIMIT 1";
        const PREFERS: &str = "SELECT 1 FROM voice_leads WHERE phone = $1 AND (preferred_contact_method = 'whatsapp' OR source = 'whatsapp')";
        const EMAIL: &str = "SELECT email, (preferred_contact_method = 'email') AS prefers FROM voice_leads WHERE phone = $1 AND email IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM opt_outs WHERE address = voice_leads.email AND channel = 'email' AND purpose IN ('service', 'all'))";
        const OUT: &str = "SELECT channel FROM opt_outs WHERE address = $1 AND purpose IN ('service', 'all')";
        let whatsapp = format!("whatsapp:{phone}");
        let last: Option<Ts> =
            read!(self, |c| sqlx::query_scalar(LAST).bind(&whatsapp).fetch_optional(c).await)?;
        let prefers: Option<Int> =
            read!(self, |c| sqlx::query_scalar(PREFERS).bind(phone.as_str()).fetch_optional(c).await)?;
        let email: Option<(String, bool)> =
            read!(self, |c| sqlx::query_as(EMAIL).bind(phone.as_str()).fetch_optional(c).await)?;
        let opted_out: Vec<String> =
            read!(self, |c| sqlx::query_scalar(OUT).bind(phone.as_str()).fetch_all(c).await)?;
        Ok(Reach {
            phone: Some(phone.clone()),
            last_whatsapp: last.map(|at| at.0),
            prefers_whatsapp: prefers.is_some(),
            opted_out: opted_out.iter().filter_map(|channel| Channel::from_word(channel)).collect(),
            has_template: false,
            prefers_email: email.as_ref().is_some_and(|(_, prefers)| *prefers),
            email: email.map(|(address, _)| address),
        })
    }

    /// Whether the same words of this appointment went, or will go, out by SMS.
    pub async fn has_sms_twin(&self, message: &ClaimedMessage) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT 1 FROM messages WHERE channel = 'sms' AND kind = $1 AND conversation_id = $2 \
             AND (appointment_id = $3 OR $3 IS NULL) AND status NOT IN ('failed', 'undelivered')";
        let found: Option<Int> = read!(self, |c| sqlx::query_scalar(SQL)
            .bind(&message.kind)
            .bind(&message.conversation)
            .bind(message.appointment.map(|id| id.0))
            .fetch_optional(c)
            .await)?;
        Ok(found.is_some())
    }

    /// Whether somebody has said stop to messages of this purpose, by whatever way.
    pub async fn has_stopped(&self, addresses: &[&str], purpose: &str) -> Result<bool, StoreError> {
        for address in addresses {
            let found: Option<Int> = read!(self, |c| sqlx::query_scalar(STOPPED)
                .bind(*address)
                .bind(purpose)
                .fetch_optional(c)
                .await)?;
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Tx {
    /// This number is not to be texted any more, for whatever purpose. Said twice, it is kept once.
    pub async fn opt_out(&mut self, id: &str, phone: &PhoneNumber, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO opt_outs (id, address, channel, purpose, recorded_at) VALUES ($1, $2, 'sms', 'all', $3) \
             ON CONFLICT DO NOTHING";
        execute!(self, sqlx::query(SQL).bind(id).bind(phone.as_str()).bind(Ts(now)))?;
        Ok(())
    }

    /// They write START: nothing is stopped any more.
    pub async fn opt_in(&mut self, phone: &PhoneNumber) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM opt_outs WHERE address = $1";
        execute!(self, sqlx::query(SQL).bind(phone.as_str()))?;
        Ok(())
    }

    /// Stops messages of one purpose to an address. Said twice, it is kept once.
    pub async fn stop_purpose(
        &mut self,
        id: &str,
        (address, channel, purpose): (&str, &str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO opt_outs (id, address, channel, purpose, recorded_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        execute!(self, sqlx::query(SQL).bind(id).bind(address).bind(channel).bind(purpose).bind(Ts(now)))?;
        Ok(())
    }

    /// As [`Store::has_stopped`], within the transaction.
    pub async fn has_stopped(&mut self, address: &str, purpose: &str) -> Result<bool, StoreError> {
        let found: Option<Int> = within!(self, |c| sqlx::query_scalar(STOPPED)
            .bind(address)
            .bind(purpose)
            .fetch_optional(c)
            .await)?;
        Ok(found.is_some())
    }
}
