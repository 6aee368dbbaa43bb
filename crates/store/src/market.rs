//! What has changed on the market since it was last looked at, whoever wrote it: an import, staff, the CRM.

use agency::crm::{AppointmentId, LeadId, PropertyId};
use jiff::Timestamp;

use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::types::{Int, Ts};

/// What happened to a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarketNews {
    Appeared,
    Reduced,
    Back,
    /// It cannot be had any more.
    Gone,
}

impl MarketNews {
    pub fn word(self) -> &'static str {
        match self {
            Self::Appeared => "appeared",
            Self::Reduced => "reduced",
            Self::Back => "back",
            Self::Gone => "gone",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Appeared, Self::Reduced, Self::Back, Self::Gone].into_iter().find(|news| news.word() == word)
    }
}

/// A home whose status or price is not what was seen last.
#[derive(Clone, Debug)]
pub struct MarketChange {
    pub property: PropertyId,
    pub status: String,
    pub price: i64,
    /// None: it was never seen.
    pub before: Option<SeenBefore>,
}

/// What a home was when it was looked at last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenBefore {
    pub status: String,
    /// Comparable: whole pounds a month for a letting.
    pub price: i64,
    /// Whether it could ever be had.
    pub was_available: bool,
}

/// News that nobody has been told of.
#[derive(Clone, Debug)]
pub struct Untold {
    pub id: String,
    pub property: PropertyId,
    pub news: MarketNews,
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    id: Int,
    status: String,
    price: Int,
    old_status: Option<String>,
    old_price: Option<Int>,
    was_available: Option<bool>,
}

/// A weekly rent by the month, as everywhere prices are compared.
macro_rules! comparable {
    () => {
        "CASE WHEN p.rent_period = 'week' THEN (p.price * 52 + 6) / 12 ELSE p.price END"
    };
}

impl Store {
    /// Whether the market was ever looked at: what is there the first time is not news.
    pub async fn has_watched(&self) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT property_id FROM property_watch LIMIT 1";
        let one: Option<Int> = read!(self, |c| sqlx::query_scalar(SQL).fetch_optional(c).await)?;
        Ok(one.is_some())
    }

    pub async fn market_changes(&self, limit: i64) -> Result<Vec<MarketChange>, StoreError> {
        const SQL: &str = concat!(
            "SELECT p.id, p.status, ",
            comparable!(),
            " AS price, w.status AS old_status, w.price AS old_price, w.was_available \
             FROM properties p LEFT JOIN property_watch w ON w.property_id = p.id WHERE p.status IS NOT NULL AND p.price IS NOT NULL \
             AND (w.property_id IS NULL OR w.status <> p.status OR w.price <> ",
            comparable!(),
            ") ORDER BY p.id LIMIT $1"
        );
        let rows: Vec<ChangeRow> = read!(self, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await)?;
        Ok(rows.into_iter().map(ChangeRow::into_change).collect())
    }

    pub async fn untold_news(&self, limit: i64) -> Result<Vec<Untold>, StoreError> {
        const SQL: &str = "SELECT id, property_id, news FROM property_news WHERE told_at IS NULL ORDER BY noticed_at, id LIMIT $1";
        let rows: Vec<(String, Int, String)> =
            read!(self, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await)?;
        let read = |(id, property, news): (String, Int, String)| {
            Some(Untold { id, property: PropertyId(property.0), news: MarketNews::from_word(&news)? })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Leads by their score, the best first.
    pub async fn best_first(&self, leads: &[LeadId]) -> Result<Vec<LeadId>, StoreError> {
        const SQL: &str = "SELECT score FROM voice_leads WHERE id = $1";
        let mut scored = Vec::with_capacity(leads.len());
        for lead in leads {
            let score: Option<Int> =
                read!(self, |c| sqlx::query_scalar(SQL).bind(lead.0).fetch_optional(c).await)?;
            scored.extend(score.map(|score| (score.0, *lead)));
        }
        scored.sort_by_key(|(score, lead)| (std::cmp::Reverse(*score), *lead));
        Ok(scored.into_iter().map(|(_, lead)| lead).collect())
    }
}

impl ChangeRow {
    fn into_change(self) -> MarketChange {
        MarketChange {
            property: PropertyId(self.id.0),
            status: self.status,
            price: self.price.0,
            before: self.old_status.zip(self.old_price).map(|(status, price)| SeenBefore {
                status,
                price: price.0,
                was_available: self.was_available == Some(true),
            }),
        }
    }
}

impl Tx {
    /// The first look: everything is as it is.
    pub async fn watch_all(&mut self, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = concat!(
            "INSERT INTO property_watch (property_id, status, price, was_available, seen_at) \
             SELECT p.id, p.status, ",
            comparable!(),
            ", p.status = 'available', $1 FROM properties p \
             WHERE p.status IS NOT NULL AND p.price IS NOT NULL ON CONFLICT DO NOTHING"
        );
        execute!(self, sqlx::query(SQL).bind(Ts(now)))?;
        Ok(())
    }

    /// Keeps what a home looks like now; false if somebody else noted it at the same moment.
    pub async fn note_market(&mut self, change: &MarketChange, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO property_watch (property_id, status, price, was_available, seen_at) VALUES ($1, $2, $3, $2 = 'available', $4) \
             ON CONFLICT (property_id) DO UPDATE SET status = excluded.status, price = excluded.price, seen_at = excluded.seen_at, \
             was_available = (property_watch.was_available OR excluded.was_available) WHERE property_watch.status <> excluded.status OR property_watch.price <> excluded.price";
        let changed = execute!(
            self,
            sqlx::query(SQL).bind(change.property.0).bind(&change.status).bind(change.price).bind(Ts(now))
        )?;
        Ok(changed > 0)
    }

    pub async fn add_news(
        &mut self,
        id: &str,
        change: &MarketChange,
        news: MarketNews,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO property_news (id, property_id, news, price, noticed_at) VALUES ($1, $2, $3, $4, $5)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(id)
                .bind(change.property.0)
                .bind(news.word())
                .bind(change.price)
                .bind(Ts(now))
        )?;
        Ok(())
    }

    /// This lead is told of this news now; false if they were before.
    pub async fn tell_news(&mut self, news: &str, lead: LeadId) -> Result<bool, StoreError> {
        const SQL: &str =
            "INSERT INTO property_news_told (news_id, lead_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        Ok(execute!(self, sqlx::query(SQL).bind(news).bind(lead.0))? > 0)
    }

    /// Everybody whom it concerns has been told.
    pub async fn finish_news(&mut self, news: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE property_news SET told_at = $2 WHERE id = $1 AND told_at IS NULL";
        execute!(self, sqlx::query(SQL).bind(news).bind(Ts(now)))?;
        Ok(())
    }

    /// Viewings of a home that are still to come.
    pub async fn viewings_to_come(
        &mut self,
        home: PropertyId,
        now: Timestamp,
    ) -> Result<Vec<(AppointmentId, Timestamp)>, StoreError> {
        const SQL: &str = "SELECT id, scheduled_date FROM viewing_appointments WHERE property_id = $1 AND status = 'booked' \
             AND scheduled_date > $2 ORDER BY scheduled_date";
        let rows: Vec<(Int, Ts)> =
            within!(self, |c| sqlx::query_as(SQL).bind(home.0).bind(Ts(now)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(id, at)| (AppointmentId(id.0), at.0)).collect())
    }
}
