//! What time makes of appointments: a reminder before, a question after, and what staff mark them as.

use agency::crm::{AppointmentId, LeadId, PropertyId};
use agency::phone::PhoneNumber;
use jiff::Timestamp;

use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::types::{Int, Ts};

/// What was done about an appointment, at the time it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppointmentStep {
    Reminded,
    /// How it went.
    Asked,
    Completed,
    Missed,
}

impl AppointmentStep {
    fn word(self) -> &'static str {
        match self {
            Self::Reminded => "reminded",
            Self::Asked => "asked",
            Self::Completed => "completed",
            Self::Missed => "missed",
        }
    }
}

/// A viewing with something to be done about it.
#[derive(Clone, Debug)]
pub struct Due {
    pub appointment: AppointmentId,
    pub property: PropertyId,
    pub lead: Option<LeadId>,
    pub start: Timestamp,
    pub minutes: i64,
    pub viewer_name: String,
    pub viewer_phone: Option<PhoneNumber>,
    pub viewer_email: Option<String>,
    pub staff_name: String,
    pub staff_phone: Option<PhoneNumber>,
    /// When it was booked or last confirmed: nobody is reminded of what they have just heard.
    pub last_told: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct DueRow {
    id: Int,
    property_id: Int,
    lead_id: Option<Int>,
    scheduled_date: Ts,
    duration_minutes: Option<Int>,
    viewer_name: Option<String>,
    viewer_phone: Option<String>,
    viewer_email: Option<String>,
    staff_name: Option<String>,
    staff_phone: Option<String>,
    created_at: Option<Ts>,
    confirmed_at: Option<Ts>,
}

impl Store {
    /// Viewings of that status between two instants about which this step was not taken.
    pub async fn viewings_without(
        &self,
        step: AppointmentStep,
        status: &str,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<Due>, StoreError> {
        const SQL: &str = "SELECT a.id, a.property_id, a.lead_id, a.scheduled_date, a.duration_minutes, a.viewer_name, \
             COALESCE(a.viewer_phone, l.phone) AS viewer_phone, COALESCE(a.viewer_email, l.email) AS viewer_email, \
             u.name AS staff_name, u.phone AS staff_phone, a.created_at, \
             (SELECT max(m.created_at) FROM messages m WHERE m.appointment_id = a.id AND m.kind = 'viewing_confirmation') AS confirmed_at \
             FROM viewing_appointments a LEFT JOIN users u ON u.id = a.agent_id LEFT JOIN voice_leads l ON l.id = a.lead_id \
             WHERE a.kind = 'viewing' AND a.status = $1 AND a.property_id IS NOT NULL AND a.scheduled_date > $2 AND a.scheduled_date <= $3 \
             AND NOT EXISTS (SELECT 1 FROM appointment_steps s WHERE s.appointment_id = a.id AND s.scheduled_date = a.scheduled_date AND s.step = $4) \
             ORDER BY a.scheduled_date, a.id LIMIT 200";
        let rows: Vec<DueRow> = read!(self, |c| sqlx::query_as(SQL)
            .bind(status)
            .bind(Ts(from))
            .bind(Ts(to))
            .bind(step.word())
            .fetch_all(c)
            .await)?;
        Ok(rows.into_iter().map(DueRow::into_due).collect())
    }

    /// The home that this lead was asked about since then, and has said nothing of.
    pub async fn asked_about(
        &self,
        lead: LeadId,
        since: Timestamp,
    ) -> Result<Option<PropertyId>, StoreError> {
        const SQL: &str = "SELECT a.property_id FROM appointment_steps s JOIN viewing_appointments a ON a.id = s.appointment_id \
             LEFT JOIN voice_lead_properties p ON p.lead_id = a.lead_id AND p.property_id = a.property_id \
             WHERE s.step = 'asked' AND a.lead_id = $1 AND s.taken_at >= $2 AND p.feedback IS NULL ORDER BY s.taken_at DESC LIMIT 1";
        let id: Option<Int> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(lead.0).bind(Ts(since)).fetch_optional(c).await)?;
        Ok(id.map(|id| PropertyId(id.0)))
    }

    /// When it is to be, if it is.
    pub async fn booked_start(&self, appointment: AppointmentId) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str =
            "SELECT scheduled_date FROM viewing_appointments WHERE id = $1 AND status = 'booked'";
        let at: Option<Ts> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(appointment.0).fetch_optional(c).await)?;
        Ok(at.map(|at| at.0))
    }

    /// The time that it was last reminded of.
    pub async fn reminded_of(&self, appointment: AppointmentId) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT scheduled_date FROM appointment_steps WHERE appointment_id = $1 AND step = 'reminded' \
             ORDER BY taken_at DESC, scheduled_date DESC LIMIT 1";
        let at: Option<Ts> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(appointment.0).fetch_optional(c).await)?;
        Ok(at.map(|at| at.0))
    }

    /// Colleagues of these roles who can be texted.
    pub async fn phones_of(&self, roles: &[&str]) -> Result<Vec<PhoneNumber>, StoreError> {
        const SQL: &str =
            "SELECT phone FROM users WHERE role = $1 AND active = (1 = 1) AND phone IS NOT NULL ORDER BY id";
        let mut phones = Vec::new();
        for role in roles {
            let of_role: Vec<String> =
                read!(self, |c| sqlx::query_scalar(SQL).bind(*role).fetch_all(c).await)?;
            phones.extend(of_role.iter().filter_map(|phone| PhoneNumber::parse(phone).ok()));
        }
        Ok(phones)
    }
}

impl DueRow {
    fn into_due(self) -> Due {
        let number = |phone: Option<String>| phone.and_then(|phone| PhoneNumber::parse(&phone).ok());
        Due {
            appointment: AppointmentId(self.id.0),
            property: PropertyId(self.property_id.0),
            lead: self.lead_id.map(|id| LeadId(id.0)),
            start: self.scheduled_date.0,
            minutes: self.duration_minutes.map_or(30, |minutes| minutes.0),
            viewer_name: self.viewer_name.unwrap_or_default(),
            viewer_phone: number(self.viewer_phone),
            viewer_email: self.viewer_email,
            staff_name: self.staff_name.unwrap_or_else(|| "A colleague".to_owned()),
            staff_phone: number(self.staff_phone),
            last_told: self.created_at.max(self.confirmed_at).map(|at| at.0),
        }
    }
}

impl Tx {
    /// Takes a step about an appointment; false if it was taken before, or if the appointment has moved or changed since.
    pub async fn take_step(
        &mut self,
        due: &Due,
        step: AppointmentStep,
        status: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO appointment_steps (appointment_id, scheduled_date, step, taken_at) \
             SELECT id, scheduled_date, $3, $4 FROM viewing_appointments WHERE id = $1 AND scheduled_date = $2 AND status = $5 \
             ON CONFLICT DO NOTHING";
        let taken = execute!(
            self,
            sqlx::query(SQL)
                .bind(due.appointment.0)
                .bind(Ts(due.start))
                .bind(step.word())
                .bind(Ts(now))
                .bind(status)
        )?;
        Ok(taken > 0)
    }

    /// They came: the lead has viewed the home.
    pub async fn viewing_completed(
        &mut self,
        lead: LeadId,
        property: PropertyId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO voice_lead_properties (lead_id, property_id, first_mentioned, interest, viewing_completed_date) \
             VALUES ($1, $2, $3, 'high', $3) ON CONFLICT (lead_id, property_id) DO UPDATE SET viewing_completed_date = excluded.viewing_completed_date";
        execute!(self, sqlx::query(SQL).bind(lead.0).bind(property.0).bind(Ts(at)))?;
        Ok(())
    }

    /// What they said of a home they saw.
    pub async fn keep_feedback(
        &mut self,
        lead: LeadId,
        property: PropertyId,
        words: &str,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE voice_lead_properties SET feedback = $3 WHERE lead_id = $1 AND property_id = $2";
        execute!(self, sqlx::query(SQL).bind(lead.0).bind(property.0).bind(words))?;
        Ok(())
    }
}
