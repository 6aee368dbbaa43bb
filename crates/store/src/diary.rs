//! The diary's facts, and the one place that writes an appointment. Cells, not checks, stop a double booking.

use std::collections::{BTreeMap, BTreeSet};

use agency::crm::{AppointmentId, LeadId, PropertyId, UserId};
use agency::diary::{Absence, Busy, Negotiator, PropertyRules, Shift, cells};
use agency::phone::PhoneNumber;
use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, Timestamp};

use crate::changes::Subject;
use crate::db::{Open, Store, Tx, execute, read, sql, within};
use crate::error::StoreError;
use crate::types::{Int, TextList, Ts};

/// No appointment is longer; how far back a running one may have begun.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
const DEFAULT_MINUTES: i64 = 30;

#[derive(Clone, Debug)]
pub struct NewAppointment<'a> {
    /// None: a valuation.
    pub property: Option<PropertyId>,
    /// Of a valuation.
    pub address: Option<&'a str>,
    pub negotiator: UserId,
    pub lead: LeadId,
    pub start: Timestamp,
    pub minutes: i64,
    pub viewer_name: &'a str,
    pub viewer_email: Option<&'a str>,
    pub viewer_phone: Option<&'a PhoneNumber>,
    pub now: Timestamp,
}

/// The time that an appointment takes of one person and one home.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub property: Option<PropertyId>,
    pub negotiator: UserId,
    pub start: Timestamp,
    pub minutes: i64,
}

impl NewAppointment<'_> {
    fn place(&self) -> Place {
        Place {
            property: self.property,
            negotiator: self.negotiator,
            start: self.start,
            minutes: self.minutes,
        }
    }
}

/// What the reconciler did with one appointment that had no cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub appointment: AppointmentId,
    /// Another appointment holds one of its quarters: the CRM booked twice, and a person must choose.
    pub clashes: bool,
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct AppointmentRow {
    id: Int,
    property_id: Option<Int>,
    agent_id: Option<Int>,
    scheduled_date: Ts,
    duration_minutes: Option<Int>,
}

impl AppointmentRow {
    fn busy(&self) -> Busy {
        let minutes = self.duration_minutes.map_or(DEFAULT_MINUTES, |n| n.0);
        Busy {
            negotiator: self.agent_id.map(|id| UserId(id.0)),
            property: self.property_id.map(|id| PropertyId(id.0)),
            from: self.scheduled_date.0,
            until: self
                .scheduled_date
                .0
                .saturating_add(SignedDuration::from_mins(minutes))
                .unwrap_or(self.scheduled_date.0),
        }
    }
}

impl AppointmentRow {
    /// Each quarter, once for the person (`true`) and once for the home.
    fn wanted_cells(&self, minutes: i64) -> BTreeSet<(Timestamp, bool)> {
        let resources = [(self.agent_id.is_some(), true), (self.property_id.is_some(), false)];
        cells(self.scheduled_date.0, minutes)
            .into_iter()
            .flat_map(|cell| {
                resources.iter().filter(|(there, _)| *there).map(move |(_, is_person)| (cell, *is_person))
            })
            .collect()
    }
}

const BOOKED_BETWEEN: &str = "SELECT id, property_id, agent_id, scheduled_date, duration_minutes FROM viewing_appointments \
     WHERE status = 'booked' AND scheduled_date >= $1 AND scheduled_date < $2";

impl Store {
    /// Every appointment in the window, ours and the CRM's.
    pub async fn busy_times(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Busy>, StoreError> {
        let earliest = from.saturating_sub(LONGEST).unwrap_or(from);
        let rows: Vec<AppointmentRow> = read!(self, |c| sqlx::query_as(BOOKED_BETWEEN)
            .bind(Ts(earliest))
            .bind(Ts(until))
            .fetch_all(c)
            .await)?;
        Ok(rows.iter().map(AppointmentRow::busy).collect())
    }

    /// Staff of these roles, with hours and absences.
    pub async fn diaries_of(
        &self,
        roles: &[String],
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Negotiator>, StoreError> {
        const PG: &str = "SELECT id, COALESCE(name, 'A colleague') FROM users WHERE role = ANY ($1) AND active = (1 = 1) ORDER BY id";
        const LITE: &str = "SELECT id, COALESCE(name, 'A colleague') FROM users WHERE role IN (SELECT value FROM json_each($1)) AND active = (1 = 1) ORDER BY id";
        let (text, roles) = (sql!(self, pg: PG, lite: LITE), TextList(roles.to_vec()));
        let people: Vec<(Int, String)> =
            read!(self, |c| sqlx::query_as(text).bind(roles).fetch_all(c).await)?;
        let mut hours = self.hours_of_staff(from, until).await?;
        let diary = |(id, name): (Int, String)| {
            let (shifts, absences) = hours.remove(&id.0).unwrap_or_default();
            Negotiator { id: UserId(id.0), name, shifts, absences }
        };
        Ok(people.into_iter().map(diary).collect())
    }

    /// Everybody's shifts, and their absences in the window, by user.
    pub(crate) async fn hours_of_staff(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<BTreeMap<i64, (Vec<Shift>, Vec<Absence>)>, StoreError> {
        const HOURS: &str = "SELECT user_id, weekday, starts, ends FROM working_hours";
        const ABSENCES: &str =
            "SELECT user_id, starts_at, ends_at FROM absences WHERE starts_at < $2 AND ends_at > $1";
        let hours: Vec<(Int, String, String, String)> =
            read!(self, |c| sqlx::query_as(HOURS).fetch_all(c).await)?;
        let absences: Vec<(Int, Ts, Ts)> =
            read!(self, |c| sqlx::query_as(ABSENCES).bind(Ts(from)).bind(Ts(until)).fetch_all(c).await)?;
        let mut found: BTreeMap<i64, (Vec<Shift>, Vec<Absence>)> = BTreeMap::new();
        for (user, weekday, starts, ends) in hours {
            found.entry(user.0).or_default().0.extend(shift(&weekday, &starts, &ends));
        }
        for (user, from, until) in absences {
            found.entry(user.0).or_default().1.push(Absence { from: from.0, until: until.0 });
        }
        Ok(found)
    }

    pub async fn viewing_rules(&self, property: PropertyId) -> Result<PropertyRules, StoreError> {
        #[derive(sqlx::FromRow)]
        struct Row {
            notice_hours: Option<Int>,
            weekdays: TextList,
            earliest: Option<String>,
            latest_end: Option<String>,
            keys_with: Option<Int>,
        }
        const SQL: &str = "SELECT notice_hours, weekdays, earliest, latest_end, keys_with FROM viewing_rules WHERE property_id = $1";
        let row: Option<Row> = read!(self, |c| sqlx::query_as(SQL).bind(property.0).fetch_optional(c).await)?;
        Ok(row.map_or_else(PropertyRules::default, |row| PropertyRules {
            notice_hours: row.notice_hours.map(|n| n.0),
            weekdays: row.weekdays.0.iter().filter_map(|day| weekday(day)).collect(),
            earliest: row.earliest.and_then(|time| time.parse().ok()),
            latest_end: row.latest_end.and_then(|time| time.parse().ok()),
            keys_with: row.keys_with.map(|id| UserId(id.0)),
        }))
    }
}

impl Tx {
    /// Writes an appointment with its cells, or says that the slot is taken. The CRM's own appointments are read
    /// inside this transaction; on PostgreSQL nobody can add one between the reading and the commit.
    pub async fn book(&mut self, new: &NewAppointment<'_>) -> Result<AppointmentId, StoreError> {
        self.changed(Subject::Viewing, None);
        self.check_place(new.place(), None).await?;
        const SQL: &str = "INSERT INTO viewing_appointments (property_id, lead_id, agent_id, kind, scheduled_date, duration_minutes, \
             status, viewer_name, viewer_email, viewer_phone, created_at, address) \
             VALUES ($1, $2, $3, $10, $4, $5, 'booked', $6, $7, $8, $9, $11) RETURNING id";
        let id: Int = within!(self, |c| sqlx::query_scalar(SQL)
            .bind(new.property.map(|id| id.0))
            .bind(new.lead.0)
            .bind(new.negotiator.0)
            .bind(Ts(new.start))
            .bind(new.minutes)
            .bind(new.viewer_name)
            .bind(new.viewer_email)
            .bind(new.viewer_phone.map(PhoneNumber::as_str))
            .bind(Ts(new.now))
            .bind(if new.property.is_some() { "viewing" } else { "valuation" })
            .bind(new.address)
            .fetch_one(c)
            .await)?;
        self.claim(new.place(), AppointmentId(id.0)).await?;
        Ok(AppointmentId(id.0))
    }

    /// Whether this time may be taken, as far as appointments tell; nobody can write one until this transaction ends.
    pub(crate) async fn check_place(
        &mut self,
        place: Place,
        except: Option<AppointmentId>,
    ) -> Result<(), StoreError> {
        if let Open::Pg(tx) = &mut self.open {
            sqlx::query("LOCK TABLE viewing_appointments IN SHARE ROW EXCLUSIVE MODE")
                .execute(&mut **tx)
                .await?;
        }
        if let Some(property) = place.property {
            self.check_available(property).await?;
        }
        self.check_foreign(place, except).await
    }

    pub(crate) async fn claim(&mut self, place: Place, appointment: AppointmentId) -> Result<(), StoreError> {
        for cell in cells(place.start, place.minutes) {
            self.claim_cell(cell, Some(place.negotiator), None, appointment.0).await?;
            if place.property.is_some() {
                self.claim_cell(cell, None, place.property, appointment.0).await?;
            }
        }
        Ok(())
    }

    /// A home that was let or withdrawn since it was offered is not booked.
    async fn check_available(&mut self, property: PropertyId) -> Result<(), StoreError> {
        const SQL: &str = "SELECT status FROM properties WHERE id = $1";
        let status: Option<String> =
            within!(self, |c| sqlx::query_scalar(SQL).bind(property.0).fetch_optional(c).await)?;
        if status.as_deref() == Some("available") { Ok(()) } else { Err(StoreError::OffTheMarket) }
    }

    async fn check_foreign(&mut self, new: Place, except: Option<AppointmentId>) -> Result<(), StoreError> {
        let earliest = new.start.saturating_sub(LONGEST).unwrap_or(new.start);
        let end = new.start.saturating_add(SignedDuration::from_mins(new.minutes)).unwrap_or(new.start);
        let rows: Vec<AppointmentRow> = within!(self, |c| sqlx::query_as(BOOKED_BETWEEN)
            .bind(Ts(earliest))
            .bind(Ts(end))
            .fetch_all(c)
            .await)?;
        let others = rows.iter().filter(|row| except.is_none_or(|id| id.0 != row.id.0));
        let clash = others.map(AppointmentRow::busy).any(|busy| {
            let concerns_us = busy.negotiator == Some(new.negotiator)
                || (new.property.is_some() && busy.property == new.property);
            concerns_us && busy.overlaps(new.start, end)
        });
        if clash { Err(StoreError::SlotTaken) } else { Ok(()) }
    }

    async fn claim_cell(
        &mut self,
        cell: Timestamp,
        user: Option<UserId>,
        property: Option<PropertyId>,
        appointment: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO diary_cells (cell_start, user_id, property_id, appointment_id) VALUES ($1, $2, $3, $4)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(Ts(cell))
                .bind(user.map(|id| id.0))
                .bind(property.map(|id| id.0))
                .bind(appointment)
        )
        .map_err(|error| StoreError::unique_as(error, StoreError::SlotTaken))?;
        Ok(())
    }

    /// Gives cells to appointments the CRM wrote, and frees those of appointments that were moved or called off.
    /// Reports what it claimed, and what clashes for as long as it does.
    pub async fn reconcile_cells(&mut self, from: Timestamp) -> Result<Vec<Claimed>, StoreError> {
        const STALE: &str = "DELETE FROM diary_cells WHERE NOT EXISTS (SELECT 1 FROM viewing_appointments a \
             WHERE a.id = diary_cells.appointment_id AND a.status = 'booked' \
             AND (diary_cells.user_id IS NULL OR diary_cells.user_id = a.agent_id) \
             AND (diary_cells.property_id IS NULL OR diary_cells.property_id = a.property_id))";
        const HELD: &str =
            "SELECT appointment_id, cell_start, user_id IS NOT NULL FROM diary_cells WHERE cell_start >= $1";
        const FAR_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 365);
        execute!(self, sqlx::query(STALE))?;
        let rows: Vec<AppointmentRow> = within!(self, |c| sqlx::query_as(BOOKED_BETWEEN)
            .bind(Ts(from))
            .bind(Ts(from.saturating_add(FAR_AHEAD).unwrap_or(from)))
            .fetch_all(c)
            .await)?;
        let held: Vec<(Int, Ts, bool)> =
            within!(self, |c| sqlx::query_as(HELD).bind(Ts(from)).fetch_all(c).await)?;
        let mut cells_of: BTreeMap<i64, BTreeSet<(Timestamp, bool)>> = BTreeMap::new();
        for (appointment, cell, is_person) in held {
            cells_of.entry(appointment.0).or_default().insert((cell.0, is_person));
        }
        let mut claimed = Vec::new();
        for row in rows {
            let has = cells_of.remove(&row.id.0).unwrap_or_default();
            claimed.extend(self.reconcile_one(&row, &has).await?);
        }
        Ok(claimed)
    }

    async fn reconcile_one(
        &mut self,
        row: &AppointmentRow,
        has: &BTreeSet<(Timestamp, bool)>,
    ) -> Result<Option<Claimed>, StoreError> {
        const FREE: &str = "DELETE FROM diary_cells WHERE appointment_id = $1 AND cell_start = $2";
        const CLAIM: &str = "INSERT INTO diary_cells (cell_start, user_id, property_id, appointment_id) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING";
        let minutes = row.duration_minutes.map_or(DEFAULT_MINUTES, |n| n.0);
        let should = row.wanted_cells(minutes);
        for (cell, _) in has.iter().filter(|held| !should.contains(held)) {
            execute!(self, sqlx::query(FREE).bind(row.id.0).bind(Ts(*cell)))?;
        }
        let (mut is_new, mut clashes) = (false, false);
        for (cell, is_person) in should.iter().filter(|wanted| !has.contains(wanted)) {
            let user = row.agent_id.filter(|_| *is_person).map(|id| id.0);
            let property = row.property_id.filter(|_| !*is_person).map(|id| id.0);
            let written =
                execute!(self, sqlx::query(CLAIM).bind(Ts(*cell)).bind(user).bind(property).bind(row.id.0))?;
            is_new |= written > 0;
            clashes |= written == 0;
        }
        Ok((is_new || clashes).then_some(Claimed { appointment: AppointmentId(row.id.0), clashes }))
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let index = NAMES.iter().position(|known| *known == name)?;
    i8::try_from(index).ok().and_then(|offset| Weekday::from_monday_zero_offset(offset).ok())
}

fn shift(day: &str, starts: &str, ends: &str) -> Option<Shift> {
    let time = |text: &str| text.parse::<Time>().ok();
    Some(Shift { weekday: weekday(day)?, starts: time(starts)?, ends: time(ends)? })
}
