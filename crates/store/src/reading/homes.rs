//! The homes on and off the market, with what is asked about them.

use jiff::Timestamp;

use super::row::row;
use super::{Paging, anywhere, unzip};
use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::types::{TextList, Ts};

row! {
    HomeView {
        id: i64,
        reference: String,
        /// rent or sale.
        listing: String,
        status: String,
        address: String,
        postcode: String,
        area: Option<String>,
        bedrooms: Option<i64>,
        property_type: Option<String>,
        /// Whole pounds.
        price: Option<i64>,
        /// month or week; none: for sale.
        rent_period: Option<String>,
        epc_rating: Option<String>,
        agent_name: Option<String>,
        next_viewing: Option<Timestamp>,
        /// How many people have talked of it.
        leads: i64,
    }
}

/// On the market or not, street, id.
pub type HomePlace = (i64, String, i64);

impl HomeView {
    #[must_use]
    pub fn place(&self) -> HomePlace {
        (i64::from(self.status != "available"), self.address.clone(), self.id)
    }
}

row! {
    /// When a home may be viewed.
    RulesView {
        /// Of the tenant who lives there.
        notice_hours: Option<i64>,
        /// monday to sunday; none: any day.
        weekdays: Vec<String>,
        /// HH:MM.
        earliest: Option<String>,
        latest_end: Option<String>,
        /// Whoever holds the keys: nobody else shows it. A colleague's id in the CRM.
        keys_with: Option<i64>,
        /// For colleagues: Sarah says nothing of it.
        note: Option<String>,
    }
}

impl Store {
    pub async fn rules_of(&self, property: i64) -> Result<RulesView, StoreError> {
        const SQL: &str = "SELECT notice_hours, weekdays, earliest, latest_end, keys_with, note FROM viewing_rules WHERE property_id = $1";
        let found: Option<RulesView> =
            read!(self, |c| sqlx::query_as(SQL).bind(property).fetch_optional(c).await)?;
        Ok(found.unwrap_or_else(|| RulesView {
            notice_hours: None,
            weekdays: Vec::new(),
            earliest: None,
            latest_end: None,
            keys_with: None,
            note: None,
        }))
    }

    /// By street, reference, postcode or area; those on the market first.
    pub async fn homes(
        &self,
        words: Option<&str>,
        status: Option<&str>,
        now: Timestamp,
        paging: &Paging<HomePlace>,
    ) -> Result<Vec<HomeView>, StoreError> {
        const SQL: &str = "SELECT p.id, p.reference, p.listing_type AS listing, p.status, p.address_line1 AS address, p.postcode, p.area, p.bedrooms, \
             p.property_type, p.price, p.rent_period, p.epc_rating, u.name AS agent_name, \
             (SELECT min(a.scheduled_date) FROM viewing_appointments a WHERE a.property_id = p.id AND a.status = 'booked' AND a.scheduled_date >= $3) AS next_viewing, \
             (SELECT count(*) FROM voice_lead_properties l WHERE l.property_id = p.id) AS leads \
             FROM properties p LEFT JOIN users u ON u.id = p.agent_id \
             WHERE ($1 IS NULL OR lower(p.reference || ' ' || p.address_line1 || ' ' || p.postcode || ' ' || COALESCE(p.area, '')) LIKE $1 ESCAPE '\\') \
             AND ($2 IS NULL OR p.status = $2) \
             AND ($4 IS NULL OR (CASE WHEN p.status = 'available' THEN 0 ELSE 1 END, p.address_line1, p.id) > ($4, $5, $6)) \
             ORDER BY CASE WHEN p.status = 'available' THEN 0 ELSE 1 END, p.address_line1, p.id LIMIT $7";
        let (rank, street, id) = unzip(paging.after.clone());
        Ok(read!(self, |c| sqlx::query_as(SQL)
            .bind(words.map(anywhere))
            .bind(status)
            .bind(Ts(now))
            .bind(rank)
            .bind(street)
            .bind(id)
            .bind(paging.limit)
            .fetch_all(c)
            .await)?)
    }
}

impl Tx {
    /// Whoever sets the rules of this home after us waits until we have committed.
    pub async fn lock_property(&mut self, property: i64) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE properties SET status = status WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(property))?;
        Ok(())
    }

    pub async fn set_rules(&mut self, property: i64, rules: &RulesView) -> Result<(), StoreError> {
        self.changed(Subject::Property, Some(&property.to_string()));
        const SQL: &str = "INSERT INTO viewing_rules (property_id, notice_hours, weekdays, earliest, latest_end, keys_with, note) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (property_id) DO UPDATE SET notice_hours = excluded.notice_hours, \
             weekdays = excluded.weekdays, earliest = excluded.earliest, latest_end = excluded.latest_end, keys_with = excluded.keys_with, note = excluded.note";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(property)
                .bind(rules.notice_hours)
                .bind(TextList(rules.weekdays.clone()))
                .bind(rules.earliest.as_deref())
                .bind(rules.latest_end.as_deref())
                .bind(rules.keys_with)
                .bind(rules.note.as_deref())
        )?;
        Ok(())
    }
}
