//! Leads: one per caller, merged from what each call said, with the history of every change.

use agency::crm::{Interest, LeadId, PropertyId, Wants};
use agency::phone::PhoneNumber;
use jiff::Timestamp;

use crate::calls::BeginCall;
use crate::changes::Subject;
use crate::db::{Tx, execute, within};
use crate::error::StoreError;
use crate::requirements::KeptRequirements;
use crate::types::{Int, Ts};

/// What a turn told about a lead. Absent means nothing new.
#[derive(Clone, Debug, Default)]
pub struct LeadChange {
    pub name: Option<String>,
    pub email: Option<String>,
    pub wants: Option<Wants>,
    /// The number was only said, so it proves nobody: a name and an address that are kept stay.
    pub keeps_person: bool,
    pub conversation: Option<String>,
    /// The caller's words that told it.
    pub words: Option<String>,
    /// One id for each possible change row.
    pub change_ids: Vec<String>,
}

impl Tx {
    /// The lead of a caller, made if new; this call counts. A withheld number gets a lead of its own.
    pub(crate) async fn lead_for_call(&mut self, call: &BeginCall<'_>) -> Result<LeadId, StoreError> {
        const SQL: &str = "INSERT INTO voice_leads (phone, name, email, source, first_call_date, last_call_date, total_calls, created_at, updated_at) \
             VALUES ($1, $2, $3, 'phone_call', $4, $4, 1, $4, $4) \
             ON CONFLICT (phone) DO UPDATE SET total_calls = voice_leads.total_calls + 1, \
             name = COALESCE(voice_leads.name, excluded.name), email = COALESCE(voice_leads.email, excluded.email), \
             first_call_date = COALESCE(voice_leads.first_call_date, excluded.first_call_date), \
             last_call_date = excluded.last_call_date, updated_at = excluded.updated_at RETURNING id";
        let phone = call.phone.map(PhoneNumber::as_str);
        let id: Int = within!(self, |c| sqlx::query_scalar(SQL)
            .bind(phone)
            .bind(call.name)
            .bind(call.email)
            .bind(Ts(call.now))
            .fetch_one(c)
            .await)?;
        Ok(LeadId(id.0))
    }

    /// Merges what was said, keeping what was not mentioned, and writes a row for each thing that changed.
    pub async fn change_lead(
        &mut self,
        lead: LeadId,
        change: &LeadChange,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.changed(Subject::Lead, Some(&lead.0.to_string()));
        let before = self.requirements(lead).await?;
        let after = before.merged(change);
        const SQL: &str = "UPDATE voice_leads SET name = $2, email = $3, looking_for = $4, property_type = $5, bedrooms_min = $6, \
             bedrooms_max = $7, budget_min = $8, budget_max = $9, preferred_areas = $10, preferred_area_names = $11, \
             must_haves = $12, deal_breakers = $13, updated_at = $14 WHERE id = $1";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(lead.0)
                .bind(&after.name)
                .bind(&after.email)
                .bind(&after.looking_for)
                .bind(&after.property_type)
                .bind(after.bedrooms_min.map(|n| n.0))
                .bind(after.bedrooms_max.map(|n| n.0))
                .bind(after.budget_min.map(|n| n.0))
                .bind(after.budget_max.map(|n| n.0))
                .bind(after.preferred_areas.clone())
                .bind(after.preferred_area_names.clone())
                .bind(after.must_haves.clone())
                .bind(after.deal_breakers.clone())
                .bind(Ts(now))
        )?;
        let changes = before.differences(&after);
        for ((field, old, new), id) in changes.into_iter().zip(&change.change_ids) {
            self.note_change(id, lead, change, (field, old, new), now).await?;
        }
        Ok(())
    }

    pub(crate) async fn requirements(&mut self, lead: LeadId) -> Result<KeptRequirements, StoreError> {
        const SQL: &str = "SELECT name, email, looking_for, property_type, bedrooms_min, bedrooms_max, budget_min, budget_max, \
             preferred_areas, preferred_area_names, must_haves, deal_breakers FROM voice_leads WHERE id = $1";
        Ok(within!(self, |c| sqlx::query_as(SQL).bind(lead.0).fetch_one(c).await)?)
    }

    async fn note_change(
        &mut self,
        id: &str,
        lead: LeadId,
        change: &LeadChange,
        (field, old, new): (&str, Option<String>, Option<String>),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO requirement_changes (id, lead_id, conversation_id, field, old_value, new_value, words, said_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(id)
                .bind(lead.0)
                .bind(&change.conversation)
                .bind(field)
                .bind(old)
                .bind(new)
                .bind(&change.words)
                .bind(Ts(now))
        )?;
        Ok(())
    }

    /// Notes that a home was spoken of in this call.
    pub async fn discuss(
        &mut self,
        lead: LeadId,
        property: PropertyId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO voice_lead_properties (lead_id, property_id, first_mentioned) VALUES ($1, $2, $3) \
             ON CONFLICT (lead_id, property_id) DO UPDATE SET times_discussed = voice_lead_properties.times_discussed + 1";
        execute!(self, sqlx::query(SQL).bind(lead.0).bind(property.0).bind(Ts(now)))?;
        Ok(())
    }

    /// A viewing was booked: the home is liked, and the lead moves forward unless staff have moved it further.
    pub async fn viewing_booked(
        &mut self,
        lead: LeadId,
        property: PropertyId,
        start: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const LINK: &str = "INSERT INTO voice_lead_properties (lead_id, property_id, first_mentioned, interest, viewing_booked_date) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (lead_id, property_id) \
             DO UPDATE SET interest = excluded.interest, viewing_booked_date = excluded.viewing_booked_date";
        const LEAD: &str = "UPDATE voice_leads SET status = 'viewing_booked', updated_at = $2 \
             WHERE id = $1 AND status IN ('new', 'contacted', 'qualified')";
        execute!(
            self,
            sqlx::query(LINK)
                .bind(lead.0)
                .bind(property.0)
                .bind(Ts(now))
                .bind(Interest::High.word())
                .bind(Ts(start))
        )?;
        execute!(self, sqlx::query(LEAD).bind(lead.0).bind(Ts(now)))?;
        Ok(())
    }

    /// The details of a home were sent to this lead.
    pub async fn details_sent(
        &mut self,
        lead: LeadId,
        property: PropertyId,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO voice_lead_properties (lead_id, property_id, first_mentioned, info_sent_date, info_sent_via) \
             VALUES ($1, $2, $3, $3, $4) ON CONFLICT (lead_id, property_id) \
             DO UPDATE SET info_sent_date = excluded.info_sent_date, info_sent_via = excluded.info_sent_via";
        execute!(self, sqlx::query(SQL).bind(lead.0).bind(property.0).bind(Ts(now)).bind(by))?;
        Ok(())
    }

    /// A caller with a withheld number has given one, or corrected it: this conversation, and nothing else, goes to the
    /// lead of that number. The lead the conversation leaves goes away with its last call.
    pub async fn give_phone(
        &mut self,
        lead: LeadId,
        conversation: &str,
        phone: &PhoneNumber,
        now: Timestamp,
    ) -> Result<LeadId, StoreError> {
        const OWNER: &str = "SELECT id FROM voice_leads WHERE phone = $1";
        const NAME_IT: &str = "UPDATE voice_leads SET phone = $2, updated_at = $3 WHERE id = $1 AND (phone IS NULL OR total_calls <= 1)";
        const NEW: &str = "INSERT INTO voice_leads (phone, source, first_call_date, created_at, updated_at) \
             VALUES ($1, 'phone_call', $2, $2, $2) RETURNING id";
        let owner: Option<Int> =
            within!(self, |c| sqlx::query_scalar(OWNER).bind(phone.as_str()).fetch_optional(c).await)?;
        let to = match owner {
            Some(owner) => owner,
            None if execute!(self, sqlx::query(NAME_IT).bind(lead.0).bind(phone.as_str()).bind(Ts(now)))?
                > 0 =>
            {
                return Ok(lead);
            }
            None => within!(self, |c| sqlx::query_scalar(NEW)
                .bind(phone.as_str())
                .bind(Ts(now))
                .fetch_one(c)
                .await)?,
        };
        if to.0 != lead.0 {
            self.move_conversation(conversation, lead, LeadId(to.0), now).await?;
        }
        Ok(LeadId(to.0))
    }

    async fn move_conversation(
        &mut self,
        conversation: &str,
        from: LeadId,
        to: LeadId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const MOVES: [&str; 6] = [
            "UPDATE voice_lead_calls SET lead_id = $2 WHERE conversation_id = $1",
            "UPDATE conversations SET lead_id = $2 WHERE id = $1",
            "UPDATE requirement_changes SET lead_id = $2 WHERE conversation_id = $1",
            "UPDATE messages SET lead_id = $2 WHERE conversation_id = $1",
            "UPDATE tasks SET lead_id = $2 WHERE conversation_id = $1",
            "UPDATE alerts SET lead_id = $2 WHERE conversation_id = $1",
        ];
        const LEFT: &str =
            "UPDATE voice_leads SET total_calls = total_calls - 1, updated_at = $2 WHERE id = $1";
        const JOINED: &str = "UPDATE voice_leads SET total_calls = total_calls + 1, last_call_date = $2, updated_at = $2 WHERE id = $1";
        const DELETE: &str = "DELETE FROM voice_leads WHERE id = $1 AND total_calls <= 0 \
             AND NOT EXISTS (SELECT 1 FROM voice_lead_calls WHERE lead_id = $1) \
             AND NOT EXISTS (SELECT 1 FROM viewing_appointments WHERE lead_id = $1) \
             AND NOT EXISTS (SELECT 1 FROM packages WHERE lead_id = $1) AND NOT EXISTS (SELECT 1 FROM saved_searches WHERE lead_id = $1) \
             AND NOT EXISTS (SELECT 1 FROM surveys WHERE lead_id = $1) AND NOT EXISTS (SELECT 1 FROM chats WHERE lead_id = $1)";
        // A withheld number's lead is of this call alone: what it was sent, whoever has the number was sent.
        const SENT: &str = "INSERT INTO voice_lead_properties (lead_id, property_id, first_mentioned, times_discussed, info_sent_date, info_sent_via) \
             SELECT $2, property_id, first_mentioned, 0, info_sent_date, info_sent_via FROM voice_lead_properties \
             WHERE lead_id = $1 AND info_sent_date IS NOT NULL AND EXISTS (SELECT 1 FROM voice_leads WHERE id = $1 AND phone IS NULL) \
             ON CONFLICT (lead_id, property_id) DO UPDATE SET info_sent_date = excluded.info_sent_date, info_sent_via = excluded.info_sent_via";
        const KEPT: [&str; 3] = [
            "UPDATE packages SET lead_id = $2 WHERE lead_id = $1 AND EXISTS (SELECT 1 FROM voice_leads WHERE id = $1 AND phone IS NULL)",
            "UPDATE saved_searches SET lead_id = $2 WHERE lead_id = $1 AND EXISTS (SELECT 1 FROM voice_leads WHERE id = $1 AND phone IS NULL)",
            "UPDATE surveys SET lead_id = $2 WHERE lead_id = $1 AND EXISTS (SELECT 1 FROM voice_leads WHERE id = $1 AND phone IS NULL)",
        ];
        for text in [SENT].iter().chain(&KEPT) {
            execute!(self, sqlx::query(*text).bind(from.0).bind(to.0))?;
        }
        for text in MOVES {
            execute!(self, sqlx::query(text).bind(conversation).bind(to.0))?;
        }
        execute!(self, sqlx::query(LEFT).bind(from.0).bind(Ts(now)))?;
        execute!(self, sqlx::query(JOINED).bind(to.0).bind(Ts(now)))?;
        execute!(self, sqlx::query(DELETE).bind(from.0))?;
        Ok(())
    }
}
