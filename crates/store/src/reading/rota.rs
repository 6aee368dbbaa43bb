//! Who is on call when, who is away, and who wants no messages.

use jiff::Timestamp;

use super::row::row;
use super::{ByTime, Paging};
use crate::db::{Store, read};
use crate::error::StoreError;
use crate::types::Ts;

row! {
    /// One line of the rota: rung in the order of the lines.
    ShiftView {
        user: i64,
        name: Option<String>,
        /// monday to sunday; none: every day.
        days: Vec<String>,
        /// HH:MM, London's; none: from midnight.
        starts: Option<String>,
        /// HH:MM; none: until midnight. Before `starts`: over midnight.
        ends: Option<String>,
    }
}

row! {
    /// Somebody is away: neither on call nor in the diary.
    AbsenceView {
        id: String,
        user: i64,
        name: Option<String>,
        starts: Timestamp,
        ends: Timestamp,
        reason: Option<String>,
    }
}

row! {
    /// Somebody has said stop.
    OptOutView {
        id: String,
        /// Masked for read-only accounts.
        address: String,
        channel: String,
        /// service, `new_homes`, survey or all.
        purpose: String,
        recorded: Timestamp,
    }
}

row! {
    /// Somebody works that weekday between these times.
    WorkingHours {
        user: i64,
        /// monday to sunday.
        weekday: String,
        /// HH:MM.
        starts: String,
        ends: String,
    }
}

row! {
    ContractorView {
        trade: String,
        name: String,
        phone: String,
        /// `24 hours`, or such as `07:00-22:00`; none: not in emergencies.
        hours: Option<String>,
    }
}

row! {
    /// Somebody of the agency, as the CRM has them.
    UserView {
        user: i64,
        name: String,
        /// False: they have left.
        is_active: bool,
    }
}

impl Store {
    /// Everybody, with a telephone or without; those who have left last.
    pub async fn users(&self) -> Result<Vec<UserView>, StoreError> {
        const SQL: &str = "SELECT id AS \"user\", COALESCE(name, 'User ' || id) AS name, COALESCE(active = (1 = 1), 1 = 0) AS is_active \
             FROM users ORDER BY COALESCE(active = (1 = 1), 1 = 0) DESC, name, id";
        Ok(read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?)
    }

    /// Everybody's hours, in the order of people and times.
    pub async fn working_hours(&self) -> Result<Vec<WorkingHours>, StoreError> {
        const SQL: &str = "SELECT user_id AS \"user\", weekday, starts, ends FROM working_hours ORDER BY user_id, starts, ends, weekday";
        Ok(read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?)
    }

    /// In the order in which they are called out.
    pub async fn all_contractors(&self) -> Result<Vec<ContractorView>, StoreError> {
        const SQL: &str = "SELECT trade, name, phone, hours FROM contractors ORDER BY id";
        Ok(read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?)
    }

    /// Every line, whoever is away or has left included.
    pub async fn rota(&self) -> Result<Vec<ShiftView>, StoreError> {
        const SQL: &str = "SELECT r.user_id AS \"user\", u.name, r.days, r.starts, r.ends FROM oncall_rota r \
             LEFT JOIN users u ON u.id = r.user_id ORDER BY r.position, r.id";
        Ok(read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?)
    }

    /// Those that are not over by then, in their order.
    pub async fn absences(&self, from: Timestamp) -> Result<Vec<AbsenceView>, StoreError> {
        const SQL: &str = "SELECT a.id, a.user_id AS \"user\", u.name, a.starts_at AS starts, a.ends_at AS ends, a.reason FROM absences a \
             LEFT JOIN users u ON u.id = a.user_id WHERE a.ends_at > $1 ORDER BY a.starts_at, a.id";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(Ts(from)).fetch_all(c).await)?)
    }

    /// The latest first.
    pub async fn opt_outs(&self, paging: &Paging<ByTime<String>>) -> Result<Vec<OptOutView>, StoreError> {
        const SQL: &str = "SELECT id, address, channel, purpose, recorded_at AS recorded FROM opt_outs \
             WHERE ($1 IS NULL OR (recorded_at, id) < ($1, $2)) ORDER BY recorded_at DESC, id DESC LIMIT $3";
        let (at, id) = paging.after.clone().unzip();
        Ok(read!(self, |c| sqlx::query_as(SQL)
            .bind(at.map(Ts))
            .bind(id)
            .bind(paging.limit)
            .fetch_all(c)
            .await)?)
    }
}
