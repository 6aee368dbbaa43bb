//! All that is kept of one person: shown to them (UK GDPR, article 15), and erased (article 17). One list says of every table how a
//! row belongs to somebody and what is left of it; a test refuses a table that is not in it.

use agency::crm::{AppointmentId, UserId};
use agency::phone::PhoneNumber;
use jiff::Timestamp;
use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::rows::{Rows, TABLES};
use crate::types::{Int, Ts};

/// What erasing leaves of a row.
#[derive(Clone, Copy)]
enum Left {
    Nothing,
    /// The row without the person: what is set.
    Cleared(&'static str),
    /// The row as it is: the agency's own record of a contract, which it keeps on another basis (article 17.3).
    All,
}
use Left::{All, Cleared, Nothing};

const OF_LEAD: &str = "lead_id = {lead}";
const OF_CONVERSATION: &str = "conversation_id IN (SELECT id FROM conversations WHERE lead_id = {lead})";
const OF_MESSAGE: &str = "message_id IN (SELECT id FROM messages WHERE {message})";
const TICKET: &str = "call_sid IN (SELECT call_sid FROM conversations WHERE lead_id = {lead}) OR tenant_id IN (SELECT id FROM pm_tenants WHERE phone = '{phone}') \
     OR id IN (SELECT ticket_id FROM conversations WHERE lead_id = {lead})";
const MESSAGE: &str = "lead_id = {lead} OR to_address IN ('{phone}', 'whatsapp:{phone}') OR from_address IN ('{phone}', 'whatsapp:{phone}') \
     OR to_address = (SELECT email FROM voice_leads WHERE id = {lead})";

/// Table, which rows are theirs, and what is left. In this order: what is found by another row goes before it.
const HELD: &[(&str, &str, Left)] = &[
    (
        "webhook_answers",
        "EXISTS (SELECT 1 FROM conversations c WHERE c.lead_id = {lead} AND c.call_sid IS NOT NULL AND request LIKE c.call_sid || '%') \
      OR EXISTS (SELECT 1 FROM messages WHERE ({message}) AND provider_sid IS NOT NULL AND request LIKE provider_sid || '%')",
        Nothing,
    ),
    ("message_media", OF_MESSAGE, Nothing),
    ("message_attempts", OF_MESSAGE, Nothing),
    ("message_receipts", "provider_sid IN (SELECT provider_sid FROM messages WHERE {message})", Nothing),
    ("messages", "{message}", Nothing),
    (
        "notes",
        "lead_id = {lead} OR conversation_id IN (SELECT id FROM conversations WHERE lead_id = {lead}) \
      OR ticket_id IN (SELECT id FROM support_tickets WHERE {ticket})",
        Nothing,
    ),
    (
        "support_tickets",
        "{ticket}",
        Cleared("description = 'Erased at the caller''s request.', tenant_id = NULL, call_sid = NULL"),
    ),
    (
        "viewing_appointments",
        "lead_id = {lead} OR viewer_phone = '{phone}'",
        Cleared("viewer_name = NULL, viewer_email = NULL, viewer_phone = NULL, address = NULL"),
    ),
    ("conversation_turns", OF_CONVERSATION, Nothing),
    ("recordings", OF_CONVERSATION, Nothing),
    ("verification_codes", OF_CONVERSATION, Nothing),
    ("assessments", OF_CONVERSATION, Cleared("comment = NULL")),
    (
        "alert_steps",
        "alert_id IN (SELECT id FROM alerts WHERE lead_id = {lead}) AND detail = (SELECT a.evidence FROM alerts a WHERE a.id = alert_id)",
        Cleared("detail = NULL"),
    ),
    ("alerts", OF_LEAD, Cleared("evidence = NULL, place = NULL")),
    ("alert_reporters", OF_LEAD, Nothing),
    ("transfers", OF_LEAD, Cleared("summary = '', caller = NULL, note = NULL")),
    ("tasks", OF_LEAD, Nothing),
    ("chats", OF_LEAD, Nothing),
    ("packages", OF_LEAD, Nothing),
    ("property_news_told", OF_LEAD, Nothing),
    ("requirement_changes", OF_LEAD, Nothing),
    ("saved_searches", OF_LEAD, Nothing),
    ("surveys", OF_LEAD, Cleared("comment = NULL")),
    ("consents", OF_LEAD, Nothing),
    (
        "opt_outs",
        "address IN ('{phone}', 'whatsapp:{phone}') OR address = (SELECT email FROM voice_leads WHERE id = {lead})",
        Nothing,
    ),
    ("voice_lead_properties", OF_LEAD, Nothing),
    ("documents", OF_LEAD, Nothing),
    ("documents", "tenant_id IN (SELECT id FROM pm_tenants WHERE phone = '{phone}')", All),
    (
        "voice_lead_calls",
        OF_LEAD,
        Cleared(
            "transcript = NULL, ai_summary = NULL, review = NULL, recording_url = NULL, follow_up_notes = NULL, call_sid = NULL",
        ),
    ),
    ("conversations", OF_LEAD, Cleared("state = '{}', call_sid = NULL")),
    (
        "voice_leads",
        "id = {lead}",
        Cleared(
            "phone = NULL, name = NULL, email = NULL, current_situation = NULL, reason_for_moving = NULL, best_time_to_call = NULL, status = 'lost'",
        ),
    ),
    ("unified_contacts", "phone = '{phone}'", Cleared("name = NULL, email = NULL, phone = NULL")),
    ("pm_tenants", "phone = '{phone}'", All),
    ("pm_landlords", "phone = '{phone}'", All),
    ("legal_holds", OF_LEAD, All),
];

/// Tables in which no caller stands.
#[cfg(test)]
const HOLDS_NOBODY: &[&str] = &[
    "users", "properties", "pm_properties", "diary_cells", "working_hours", "absences", "viewing_rules",
    "alert_rings", "contractors", "oncall_rota", "audit_log", "settings", "property_watch", "property_news",
    "appointment_steps", "imported_properties", "staff_accounts", "staff_sessions", "staff_links",
    "setting_drafts", "setting_versions", "london_hours", "call_tallies", "stale_days", "provider_deletions",
    "file_deletions",
];

/// Somebody by their number, with the lead they are; both are figures, and safe in a statement.
#[derive(Clone, Debug)]
pub struct KnownPerson {
    /// None: they always withheld it.
    pub phone: Option<PhoneNumber>,
    /// None: only the agency's own tables know them.
    pub lead: Option<i64>,
}

/// An appointment of theirs that lies ahead.
#[derive(Clone, Debug)]
pub struct FutureAppointment {
    pub id: AppointmentId,
    pub kind: String,
    pub start: Timestamp,
    pub agent: Option<UserId>,
    /// Of the home; a valuation has none.
    pub reference: Option<String>,
}

/// What an erasure did to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    pub table: &'static str,
    pub rows: u64,
    /// deleted, cleared or kept.
    pub what: &'static str,
}

impl KnownPerson {
    fn condition(&self, of: &str) -> String {
        of.replace("{message}", MESSAGE)
            .replace("{ticket}", TICKET)
            .replace("{lead}", &self.lead.unwrap_or(-1).to_string())
            .replace("{phone}", self.phone.as_ref().map_or("nobody", PhoneNumber::as_str))
    }
}

impl Store {
    pub async fn person(&self, phone: &PhoneNumber) -> Result<KnownPerson, StoreError> {
        const SQL: &str = "SELECT id FROM voice_leads WHERE phone = $1";
        let lead: Option<Int> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(phone.as_str()).fetch_optional(c).await)?;
        Ok(KnownPerson { phone: Some(phone.clone()), lead: lead.map(|lead| lead.0) })
    }

    /// The same by their lead; none: it is not there, or was erased.
    pub async fn person_of_lead(&self, lead: i64) -> Result<Option<KnownPerson>, StoreError> {
        const SQL: &str = "SELECT phone FROM voice_leads WHERE id = $1";
        let row: Option<(Option<String>,)> =
            read!(self, |c| sqlx::query_as(SQL).bind(lead).fetch_optional(c).await)?;
        let person = |(phone,): (Option<String>,)| KnownPerson {
            phone: phone.and_then(|phone| PhoneNumber::parse(&phone).ok()),
            lead: Some(lead),
        };
        Ok(row.map(person))
    }

    /// Every row of theirs, by table.
    pub async fn all_of(&self, person: &KnownPerson) -> Result<Vec<(&'static str, Rows)>, StoreError> {
        let mut all: Vec<(&'static str, Rows)> = Vec::new();
        for (table, of, _) in HELD {
            let rows = self.rows_where(table, &person.condition(of)).await?;
            match all.iter_mut().find(|(known, _)| known == table) {
                Some((_, known)) => known.extend(rows),
                None if rows.is_empty() => {}
                None => all.push((table, rows)),
            }
        }
        Ok(all)
    }

    /// Tables in which one of these words still stands, with how often: the proof of an erasure.
    pub async fn search_everywhere(
        &self,
        words: &[String],
    ) -> Result<Vec<(&'static str, usize)>, StoreError> {
        let mut found = Vec::new();
        for table in TABLES {
            let stands = |row: &Map<String, Value>| {
                let text = Value::Object(row.clone()).to_string().to_lowercase();
                words.iter().any(|word| text.contains(&word.to_lowercase()))
            };
            let times = self.rows(table).await?.iter().filter(|row| stands(row)).count();
            if times > 0 {
                found.push((*table, times));
            }
        }
        Ok(found)
    }

    /// Why this person must not be erased.
    pub async fn hold_on(&self, lead: i64) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT reason FROM legal_holds WHERE lead_id = $1";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(lead).fetch_optional(c).await)?)
    }

    /// Viewings and valuations of theirs that are booked and lie ahead.
    pub async fn appointments_ahead(
        &self,
        person: &KnownPerson,
        now: Timestamp,
    ) -> Result<Vec<FutureAppointment>, StoreError> {
        const SQL: &str = "SELECT a.id, COALESCE(a.kind, 'viewing'), a.scheduled_date, a.agent_id, p.reference FROM viewing_appointments a \
             LEFT JOIN properties p ON p.id = a.property_id \
             WHERE (a.lead_id = $1 OR a.viewer_phone = $2) AND a.status = 'booked' AND a.scheduled_date > $3 ORDER BY a.scheduled_date, a.id";
        type Row = (Int, String, Ts, Option<Int>, Option<String>);
        let rows: Vec<Row> = read!(self, |c| sqlx::query_as(SQL)
            .bind(person.lead)
            .bind(person.phone.as_ref().map(PhoneNumber::as_str))
            .bind(Ts(now))
            .fetch_all(c)
            .await)?;
        let appointment = |(id, kind, start, agent, reference): Row| FutureAppointment {
            id: AppointmentId(id.0),
            kind,
            start: start.0,
            agent: agent.map(|agent| UserId(agent.0)),
            reference,
        };
        Ok(rows.into_iter().map(appointment).collect())
    }
}

impl Tx {
    /// Takes an appointment out of the diary; false: it is not booked any more.
    pub async fn cancel_appointment(&mut self, appointment: &FutureAppointment) -> Result<bool, StoreError> {
        const SQL: &str =
            "UPDATE viewing_appointments SET status = 'cancelled' WHERE id = $1 AND status = 'booked'";
        self.changed(Subject::Viewing, Some(&appointment.id.0.to_string()));
        let cancelled = execute!(self, sqlx::query(SQL).bind(appointment.id.0))? > 0;
        self.free_cells(appointment.id).await?;
        Ok(cancelled)
    }

    /// Erases somebody from every table. What Twilio and the shelf keep of them is noted, for the worker to delete there.
    pub async fn erase(&mut self, person: &KnownPerson, now: Timestamp) -> Result<Vec<Erased>, StoreError> {
        self.note_copies(person, now).await?;
        let mut done = Vec::new();
        for (table, of, left) in HELD {
            let condition = person.condition(of);
            let (what, sql) = match left {
                Nothing => ("deleted", format!("DELETE FROM {table} WHERE {condition}")),
                Cleared(set) => ("cleared", format!("UPDATE {table} SET {set} WHERE {condition}")),
                All => ("kept", format!("UPDATE {table} SET id = id WHERE {condition}")),
            };
            let rows = execute!(self, sqlx::query(AssertSqlSafe(sql)))?;
            if rows > 0 {
                done.push(Erased { table, rows, what });
            }
        }
        self.changed(Subject::Lead, None);
        Ok(done)
    }

    async fn note_copies(&mut self, person: &KnownPerson, now: Timestamp) -> Result<(), StoreError> {
        for (kind, from) in [
            (
                "call",
                "SELECT call_sid FROM conversations WHERE lead_id = {lead} AND call_sid LIKE 'CA%'"
                    .to_owned(),
            ),
            (
                "message",
                "SELECT provider_sid FROM messages WHERE ({message}) AND provider_sid IS NOT NULL".to_owned(),
            ),
            (
                "recording",
                format!(
                    "SELECT recording_sid FROM recordings WHERE {OF_CONVERSATION} AND recording_sid IS NOT NULL"
                ),
            ),
        ] {
            let sql = person.condition(&from);
            let sids: Vec<String> =
                within!(self, |c| sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(c).await)?;
            for sid in sids {
                self.delete_at_provider((kind, &sid), now).await?;
            }
        }
        for from in [
            format!("SELECT path FROM message_media WHERE {OF_MESSAGE} AND path IS NOT NULL"),
            format!("SELECT path FROM documents WHERE {OF_LEAD}"),
            format!("SELECT path FROM recordings WHERE {OF_CONVERSATION} AND path IS NOT NULL"),
        ] {
            let sql = person.condition(&from);
            let paths: Vec<String> =
                within!(self, |c| sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(c).await)?;
            for path in paths {
                self.delete_file(&path, now).await?;
            }
        }
        Ok(())
    }

    /// From now on this person is neither erased nor forgotten.
    pub async fn place_hold(
        &mut self,
        id: &str,
        lead: i64,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO legal_holds (id, lead_id, reason, placed_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (lead_id) DO UPDATE SET reason = excluded.reason";
        execute!(self, sqlx::query(SQL).bind(id).bind(lead).bind(reason).bind(Ts(now)))?;
        Ok(())
    }

    /// Says whether there was one.
    pub async fn lift_hold(&mut self, lead: i64) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM legal_holds WHERE lead_id = $1";
        Ok(execute!(self, sqlx::query(SQL).bind(lead))? > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_says_what_becomes_of_a_person() {
        for table in TABLES {
            let is_held = HELD.iter().any(|(held, ..)| held == table);
            assert!(is_held != HOLDS_NOBODY.contains(table), "{table}: in HELD or in HOLDS_NOBODY");
        }
    }
}
