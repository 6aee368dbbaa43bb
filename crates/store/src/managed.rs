//! Managed homes and who belongs to them, contractors, and who is on call. The homes are the CRM's.

use agency::crm::{ManagedHomeId, UserId};
use agency::language::Address;
use agency::oncall::{OnCall, Shift};
use agency::phone::PhoneNumber;
use agency::settings::Day;
use jiff::Timestamp;
use jiff::civil::Time;

use crate::db::{Store, read};
use crate::error::StoreError;
use crate::types::{Int, TextList, Ts};

/// A managed home with the people who must know of an emergency in it.
#[derive(Clone, Debug)]
pub struct ManagedHome {
    pub id: ManagedHomeId,
    pub address_line1: String,
    pub tenant: Option<i64>,
    pub manager: Option<Person>,
    pub landlord: Option<Person>,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub user: Option<UserId>,
    pub name: String,
    pub phone: Option<PhoneNumber>,
}

#[derive(Clone, Debug)]
pub struct Contractor {
    pub name: String,
    pub phone: PhoneNumber,
    /// `24 hours`, `07:00-22:00`.
    pub hours: Option<String>,
}

#[derive(sqlx::FromRow)]
struct HomeRow {
    id: Int,
    address_line1: String,
    tenant_id: Option<Int>,
    manager_id: Option<Int>,
    manager_name: Option<String>,
    manager_phone: Option<String>,
    landlord_name: Option<String>,
    landlord_phone: Option<String>,
}

macro_rules! select_homes {
    ($rest:literal) => {
        concat!(
            "SELECT h.id, COALESCE(h.address_line1, '') AS address_line1, t.id AS tenant_id, m.id AS manager_id, m.name AS manager_name, \
             m.phone AS manager_phone, l.name AS landlord_name, l.phone AS landlord_phone FROM pm_properties h \
             LEFT JOIN pm_tenants t ON t.pm_property_id = h.id LEFT JOIN users m ON m.id = h.manager_id \
             LEFT JOIN pm_landlords l ON l.id = h.landlord_id ",
            $rest
        )
    };
}

fn number(text: Option<&str>) -> Option<PhoneNumber> {
    PhoneNumber::parse(text?).ok()
}

impl HomeRow {
    fn home(self) -> ManagedHome {
        let manager = self.manager_id.map(|id| Person {
            user: Some(UserId(id.0)),
            name: self.manager_name.unwrap_or_else(|| "the property manager".to_owned()),
            phone: number(self.manager_phone.as_deref()),
        });
        let landlord = self.landlord_name.map(|name| Person {
            user: None,
            name,
            phone: number(self.landlord_phone.as_deref()),
        });
        ManagedHome {
            id: ManagedHomeId(self.id.0),
            address_line1: self.address_line1,
            tenant: self.tenant_id.map(|id| id.0),
            manager,
            landlord,
        }
    }
}

impl Store {
    /// The home of the tenant with this number: a hint where an emergency is, never proof of who rings.
    pub async fn home_of_tenant(&self, phone: &PhoneNumber) -> Result<Option<ManagedHome>, StoreError> {
        const SQL: &str = select_homes!("WHERE t.phone = $1 ORDER BY h.id LIMIT 1");
        let row: Option<HomeRow> =
            read!(self, |c| sqlx::query_as(SQL).bind(phone.as_str()).fetch_optional(c).await)?;
        Ok(row.map(HomeRow::home))
    }

    /// The managed home at this address. Addresses are compared as callers say them.
    pub async fn home_at(&self, address: &Address) -> Result<Option<ManagedHome>, StoreError> {
        const SQL: &str = select_homes!("ORDER BY h.id, t.id");
        let rows: Vec<HomeRow> = read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
        let is_there = |row: &HomeRow| address.is_home(&Address::of_line(&row.address_line1));
        Ok(rows.into_iter().find(is_there).map(HomeRow::home))
    }

    /// Contractors of a trade, in the order they were entered.
    pub async fn contractors(&self, trade: &str) -> Result<Vec<Contractor>, StoreError> {
        const SQL: &str = "SELECT name, phone, hours FROM contractors WHERE trade = $1 ORDER BY id";
        let rows: Vec<(String, String, Option<String>)> =
            read!(self, |c| sqlx::query_as(SQL).bind(trade).fetch_all(c).await)?;
        let read = |(name, phone, hours): (String, String, Option<String>)| {
            Some(Contractor { name, phone: number(Some(&phone))?, hours })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// The rota, in its order. Who is absent, has left or has no number is not on it.
    pub async fn oncall_rota(&self, now: Timestamp) -> Result<Vec<Shift>, StoreError> {
        const SQL: &str = "SELECT r.user_id, u.name, u.phone, r.days, r.starts, r.ends FROM oncall_rota r JOIN users u ON u.id = r.user_id \
             WHERE u.active = (1 = 1) AND u.phone IS NOT NULL AND NOT EXISTS \
             (SELECT 1 FROM absences a WHERE a.user_id = r.user_id AND a.starts_at <= $1 AND a.ends_at > $1) ORDER BY r.position, r.id";
        type Row = (Int, Option<String>, String, TextList, Option<String>, Option<String>);
        let rows: Vec<Row> = read!(self, |c| sqlx::query_as(SQL).bind(Ts(now)).fetch_all(c).await)?;
        Ok(rows.into_iter().filter_map(shift).collect())
    }
}

fn shift(
    (user, name, phone, days, starts, ends): (
        Int,
        Option<String>,
        String,
        TextList,
        Option<String>,
        Option<String>,
    ),
) -> Option<Shift> {
    // "24:00" is midnight, which is the end anyway.
    let time = |text: Option<String>| text.and_then(|text| text.parse::<Time>().ok());
    let day =
        |word: &String| serde_json::from_value::<Day>(serde_json::Value::String(word.to_lowercase())).ok();
    let person = OnCall {
        user: Some(UserId(user.0)),
        name: name.unwrap_or_else(|| "A colleague".to_owned()),
        phone: number(Some(&phone))?,
    };
    Some(Shift {
        person,
        days: days.0.iter().filter_map(day).collect(),
        starts: time(starts),
        ends: time(ends),
    })
}
