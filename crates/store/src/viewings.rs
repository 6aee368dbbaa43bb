//! Viewings that are in the diary: looked up, called off, moved.

use agency::crm::{AppointmentId, LeadId, PropertyId, street_of};
use agency::phone::PhoneNumber;
use agency::tools::find_viewing::BookedViewing;
use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read};
use crate::diary::Place;
use crate::error::StoreError;
use crate::reading::row::row;
use crate::types::{Int, Ts};

#[derive(sqlx::FromRow)]
struct BookedRow {
    id: Int,
    scheduled_date: Ts,
    viewer_name: String,
    negotiator_name: String,
}

/// What changes with the viewing's time: the lead's link to the home.
const LINK: &str = "UPDATE voice_lead_properties SET viewing_booked_date = $1 WHERE property_id = $2 \
     AND lead_id = (SELECT lead_id FROM viewing_appointments WHERE id = $3)";

row! {
    /// A valuation in the diary, with whose home it is.
    BookedValuation {
        id: i64,
        lead: Option<i64>,
        address: String,
        start: Timestamp,
        minutes: i64,
        name: String,
        phone: Option<String>,
        email: Option<String>,
        valuer: String,
    }
}

impl Store {
    /// Homes in these streets, on the market or off it.
    pub async fn homes_in_streets(&self, streets: &[String]) -> Result<Vec<PropertyId>, StoreError> {
        const SQL: &str =
            "SELECT id, address_line1 FROM properties WHERE address_line1 IS NOT NULL ORDER BY id";
        let rows: Vec<(Int, String)> = read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
        let there =
            rows.into_iter().filter(|(_, line)| streets.iter().any(|street| street == street_of(line)));
        Ok(there.map(|(id, _)| PropertyId(id.0)).collect())
    }

    /// Viewings of these homes that are still to come.
    pub async fn booked_viewings(
        &self,
        homes: &[PropertyId],
        now: Timestamp,
    ) -> Result<Vec<BookedViewing>, StoreError> {
        const SQL: &str = "SELECT a.id, a.scheduled_date, COALESCE(a.viewer_name, '') AS viewer_name, \
             COALESCE(u.name, 'A colleague') AS negotiator_name \
             FROM viewing_appointments a LEFT JOIN users u ON u.id = a.agent_id \
             WHERE a.property_id = $1 AND a.kind = 'viewing' AND a.status = 'booked' AND a.scheduled_date >= $2 \
             ORDER BY a.scheduled_date";
        let mut found = Vec::new();
        for home in homes {
            let rows: Vec<BookedRow> =
                read!(self, |c| sqlx::query_as(SQL).bind(home.0).bind(Ts(now)).fetch_all(c).await)?;
            if rows.is_empty() {
                continue;
            }
            let Some(property) = self.property(*home).await? else { continue };
            found.extend(rows.into_iter().map(|row| BookedViewing {
                appointment: AppointmentId(row.id.0),
                property: property.clone(),
                start: row.scheduled_date.0,
                viewer_name: row.viewer_name,
                negotiator_name: row.negotiator_name,
            }));
        }
        Ok(found)
    }

    /// A viewing that is booked, with the telephone of whoever is to come and the lead it is of.
    pub async fn booked_viewing(
        &self,
        id: AppointmentId,
    ) -> Result<Option<(BookedViewing, Option<PhoneNumber>, Option<LeadId>)>, StoreError> {
        const SQL: &str = "SELECT a.property_id, a.viewer_phone, a.lead_id, a.scheduled_date, COALESCE(a.viewer_name, ''), COALESCE(u.name, 'A colleague') \
             FROM viewing_appointments a LEFT JOIN users u ON u.id = a.agent_id WHERE a.id = $1 AND a.kind = 'viewing' AND a.status = 'booked'";
        type Row = (Option<Int>, Option<String>, Option<Int>, Ts, String, String);
        let row: Option<Row> = read!(self, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        let Some((Some(home), phone, lead, start, viewer_name, negotiator_name)) = row else {
            return Ok(None);
        };
        let Some(property) = self.property(PropertyId(home.0)).await? else { return Ok(None) };
        let viewing =
            BookedViewing { appointment: id, property, start: start.0, viewer_name, negotiator_name };
        let phone = phone.and_then(|phone| PhoneNumber::parse(&phone).ok());
        Ok(Some((viewing, phone, lead.map(|lead| LeadId(lead.0)))))
    }

    /// A valuation that is booked.
    pub async fn booked_valuation(&self, id: AppointmentId) -> Result<Option<BookedValuation>, StoreError> {
        const SQL: &str = "SELECT a.id, a.lead_id AS lead, COALESCE(a.address, '') AS address, a.scheduled_date AS start, \
             COALESCE(a.duration_minutes, 30) AS minutes, COALESCE(a.viewer_name, l.name, '') AS name, \
             COALESCE(a.viewer_phone, l.phone) AS phone, COALESCE(a.viewer_email, l.email) AS email, COALESCE(u.name, 'A colleague') AS valuer FROM viewing_appointments a \
             LEFT JOIN users u ON u.id = a.agent_id LEFT JOIN voice_leads l ON l.id = a.lead_id WHERE a.id = $1 AND a.kind = 'valuation' AND a.status = 'booked'";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?)
    }

    /// Where whoever is to come takes email.
    pub async fn viewer_email(&self, appointment: AppointmentId) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT COALESCE(a.viewer_email, l.email) FROM viewing_appointments a \
             LEFT JOIN voice_leads l ON l.id = a.lead_id WHERE a.id = $1";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(appointment.0).fetch_optional(c).await)?.flatten())
    }

    /// The telephone of whoever shows the home.
    pub async fn phone_of_shower(
        &self,
        appointment: AppointmentId,
    ) -> Result<Option<PhoneNumber>, StoreError> {
        const SQL: &str = "SELECT u.phone FROM viewing_appointments a JOIN users u ON u.id = a.agent_id WHERE a.id = $1 AND u.phone IS NOT NULL";
        let phone: Option<String> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(appointment.0).fetch_optional(c).await)?;
        Ok(phone.and_then(|phone| PhoneNumber::parse(&phone).ok()))
    }
}

impl Tx {
    /// What became of an appointment; false if it is not booked, or lies ahead.
    pub async fn viewing_over(
        &mut self,
        id: AppointmentId,
        status: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.changed(Subject::Viewing, Some(&id.0.to_string()));
        const SQL: &str = "UPDATE viewing_appointments SET status = $2 WHERE id = $1 AND status = 'booked' AND scheduled_date <= $3";
        Ok(execute!(self, sqlx::query(SQL).bind(id.0).bind(status).bind(Ts(now)))? > 0)
    }

    /// Calls a viewing off and frees its time; false if it is no longer booked for that time.
    pub async fn cancel_viewing(&mut self, viewing: &BookedViewing) -> Result<bool, StoreError> {
        let id = viewing.appointment;
        if !self.cancel_booked(id, viewing.start).await? {
            return Ok(false);
        }
        execute!(self, sqlx::query(LINK).bind(None::<Ts>).bind(viewing.property.id.0).bind(id.0))?;
        Ok(true)
    }

    /// The same for an appointment without a home of ours: a valuation.
    pub async fn cancel_booked(&mut self, id: AppointmentId, start: Timestamp) -> Result<bool, StoreError> {
        self.changed(Subject::Viewing, None);
        const SQL: &str = "UPDATE viewing_appointments SET status = 'cancelled' \
             WHERE id = $1 AND status = 'booked' AND scheduled_date = $2";
        if execute!(self, sqlx::query(SQL).bind(id.0).bind(Ts(start)))? == 0 {
            return Ok(false);
        }
        self.free_cells(id).await?;
        Ok(true)
    }

    /// Moves a viewing to another time; false if it is no longer booked for the old one. A time that is taken leaves
    /// everything as it was, once the transaction is dropped.
    pub async fn move_viewing(&mut self, viewing: &BookedViewing, to: Place) -> Result<bool, StoreError> {
        let id = viewing.appointment;
        if !self.move_booked(id, viewing.start, to).await? {
            return Ok(false);
        }
        let home = to.property.map(|id| id.0);
        execute!(self, sqlx::query(LINK).bind(Some(Ts(to.start))).bind(home).bind(id.0))?;
        Ok(true)
    }

    /// The same for an appointment without a home of ours: a valuation.
    pub async fn move_booked(
        &mut self,
        id: AppointmentId,
        from: Timestamp,
        to: Place,
    ) -> Result<bool, StoreError> {
        self.changed(Subject::Viewing, None);
        const SQL: &str = "UPDATE viewing_appointments SET scheduled_date = $3, agent_id = $4, duration_minutes = $5 \
             WHERE id = $1 AND status = 'booked' AND scheduled_date = $2";
        self.check_place(to, Some(id)).await?;
        let moved = execute!(
            self,
            sqlx::query(SQL)
                .bind(id.0)
                .bind(Ts(from))
                .bind(Ts(to.start))
                .bind(to.negotiator.0)
                .bind(to.minutes)
        )?;
        if moved == 0 {
            return Ok(false);
        }
        self.free_cells(id).await?;
        self.claim(to, id).await?;
        Ok(true)
    }

    pub(crate) async fn free_cells(&mut self, appointment: AppointmentId) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM diary_cells WHERE appointment_id = $1";
        execute!(self, sqlx::query(SQL).bind(appointment.0))?;
        Ok(())
    }
}
