//! Who is on call when, and who is away, as staff set it.

use agency::phone::PhoneNumber;
use jiff::Timestamp;

use crate::db::{Open, Tx, execute};
use crate::error::StoreError;
use crate::reading::WorkingHours;
use crate::types::{TextList, Ts};

/// A list that is kept as a whole.
#[derive(Clone, Copy, Debug)]
pub enum List {
    Rota,
    WorkingHours,
    Contractors,
}

/// Advisory locks of the lists begin here; the CRM's programmes have their own numbers ("list" in ASCII).
const CLASS_OF_LOCKS: i64 = 0x6c69_7374_0000;

/// A line of the rota.
#[derive(Clone, Debug)]
pub struct NewShift {
    pub user: i64,
    pub days: Vec<String>,
    pub starts: Option<String>,
    pub ends: Option<String>,
}

/// A contractor who is called out.
#[derive(Clone, Debug)]
pub struct NewContractor {
    pub trade: String,
    pub name: String,
    pub phone: PhoneNumber,
    pub hours: Option<String>,
}

/// Somebody will be away.
#[derive(Clone, Debug)]
pub struct NewAbsence<'a> {
    pub id: &'a str,
    pub user: i64,
    pub starts: Timestamp,
    pub ends: Timestamp,
    pub reason: Option<&'a str>,
}

impl Tx {
    /// Whoever sets this list after us waits until we have committed, also where it is empty.
    pub async fn lock_list(&mut self, list: List) -> Result<(), StoreError> {
        // SQLite has one writer, who has begun already.
        if let Open::Pg(tx) = &mut self.open {
            let key = CLASS_OF_LOCKS + i64::from(list as u8);
            sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(key).execute(&mut **tx).await?;
        }
        Ok(())
    }

    /// The lines of the rota are these, in this order.
    pub async fn set_rota(&mut self, shifts: &[NewShift]) -> Result<(), StoreError> {
        const CLEAR: &str = "DELETE FROM oncall_rota";
        const ADD: &str =
            "INSERT INTO oncall_rota (user_id, position, days, starts, ends) VALUES ($1, $2, $3, $4, $5)";
        execute!(self, sqlx::query(CLEAR))?;
        for (position, shift) in (1_i64..).zip(shifts) {
            execute!(
                self,
                sqlx::query(ADD)
                    .bind(shift.user)
                    .bind(position)
                    .bind(TextList(shift.days.clone()))
                    .bind(shift.starts.as_deref())
                    .bind(shift.ends.as_deref())
            )?;
        }
        Ok(())
    }

    /// Everybody's hours are these; whoever has none works the office's.
    pub async fn set_working_hours(&mut self, hours: &[WorkingHours]) -> Result<(), StoreError> {
        const CLEAR: &str = "DELETE FROM working_hours";
        const ADD: &str =
            "INSERT INTO working_hours (user_id, weekday, starts, ends) VALUES ($1, $2, $3, $4)";
        execute!(self, sqlx::query(CLEAR))?;
        for one in hours {
            execute!(
                self,
                sqlx::query(ADD).bind(one.user).bind(&one.weekday).bind(&one.starts).bind(&one.ends)
            )?;
        }
        Ok(())
    }

    /// The contractors are these, in this order.
    pub async fn set_contractors(&mut self, contractors: &[NewContractor]) -> Result<(), StoreError> {
        const CLEAR: &str = "DELETE FROM contractors";
        const ADD: &str =
            "INSERT INTO contractors (id, trade, name, phone, hours) VALUES ($1, $2, $3, $4, $5)";
        execute!(self, sqlx::query(CLEAR))?;
        for (id, one) in (1_i64..).zip(contractors) {
            execute!(
                self,
                sqlx::query(ADD)
                    .bind(id)
                    .bind(&one.trade)
                    .bind(&one.name)
                    .bind(one.phone.as_str())
                    .bind(one.hours.as_deref())
            )?;
        }
        Ok(())
    }

    pub async fn add_absence(&mut self, absence: &NewAbsence<'_>) -> Result<(), StoreError> {
        const SQL: &str =
            "INSERT INTO absences (id, user_id, starts_at, ends_at, reason) VALUES ($1, $2, $3, $4, $5)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(absence.id)
                .bind(absence.user)
                .bind(Ts(absence.starts))
                .bind(Ts(absence.ends))
                .bind(absence.reason)
        )?;
        Ok(())
    }

    /// Says whether there was one.
    pub async fn remove_absence(&mut self, id: &str) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM absences WHERE id = $1";
        Ok(execute!(self, sqlx::query(SQL).bind(id))? > 0)
    }
}
