//! How often somebody has rung, written and been written to.

use agency::phone::PhoneNumber;
use jiff::Timestamp;

use crate::db::{Store, read};
use crate::error::StoreError;
use crate::types::Ts;

impl Store {
    /// Calls from this number since then.
    pub async fn calls_from(&self, phone: &PhoneNumber, since: Timestamp) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT count(*) FROM voice_lead_calls c JOIN voice_leads l ON l.id = c.lead_id \
             WHERE l.phone = $1 AND c.call_sid IS NOT NULL AND c.created_at > $2";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(phone.as_str()).bind(Ts(since)).fetch_one(c).await)?)
    }

    /// Messages from this number, by SMS and WhatsApp, since then.
    pub async fn messages_from(&self, phone: &PhoneNumber, since: Timestamp) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT count(*) FROM messages \
             WHERE direction = 'inbound' AND from_address IN ($1, 'whatsapp:' || $1) AND created_at > $2";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(phone.as_str()).bind(Ts(since)).fetch_one(c).await)?)
    }

    /// Texts that left for this address since then; what an emergency sent is not counted.
    pub async fn texts_to(&self, address: &str, since: Timestamp) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT count(*) FROM messages WHERE direction = 'outbound' AND to_address = $1 \
             AND channel IN ('sms', 'whatsapp') AND status IN ('sent', 'delivered', 'undelivered') \
             AND kind NOT LIKE 'emergency%' AND created_at > $2";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(address).bind(Ts(since)).fetch_one(c).await)?)
    }
}
