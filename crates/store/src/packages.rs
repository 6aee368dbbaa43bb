//! Packages of homes that were sent to a lead, and what there is to see of a home.

use agency::crm::{LeadId, Property, PropertyId};
use agency::messages::{Negotiator, PropertyMedia};
use jiff::Timestamp;

use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::types::{IdList, Int, TextList, Ts};

#[derive(Clone, Debug)]
pub struct NewPackage<'a> {
    pub id: &'a str,
    pub lead: LeadId,
    pub conversation: Option<&'a str>,
    pub occasion: &'a str,
    pub homes: &'a [PropertyId],
    pub now: Timestamp,
}

/// A package as its page needs it.
#[derive(Clone, Debug)]
pub struct Package {
    pub id: String,
    pub lead: LeadId,
    pub occasion: String,
    pub homes: Vec<PropertyId>,
}

#[derive(sqlx::FromRow)]
struct MediaRow {
    id: Int,
    images: Option<TextList>,
    floor_plan_url: Option<String>,
    epc_url: Option<String>,
    virtual_tour_url: Option<String>,
}

impl Store {
    /// Pictures, plan, certificate and tour of a home.
    pub async fn media(&self, home: PropertyId) -> Result<PropertyMedia, StoreError> {
        const SQL: &str =
            "SELECT id, images, floor_plan_url, epc_url, virtual_tour_url FROM properties WHERE id = $1";
        let row: Option<MediaRow> =
            read!(self, |c| sqlx::query_as(SQL).bind(home.0).fetch_optional(c).await)?;
        Ok(row.map_or_else(PropertyMedia::default, |row| PropertyMedia {
            property: Some(PropertyId(row.id.0)),
            images: row.images.unwrap_or_default().0,
            floor_plan_url: row.floor_plan_url,
            epc_url: row.epc_url,
            virtual_tour_url: row.virtual_tour_url,
        }))
    }

    /// Whoever looks after a home.
    pub async fn negotiator_of(&self, home: &Property) -> Result<Option<Negotiator>, StoreError> {
        const SQL: &str =
            "SELECT name, email FROM users WHERE id = $1 AND active = (1 = 1) AND name IS NOT NULL";
        let Some(agent) = home.agent else { return Ok(None) };
        let row: Option<(String, Option<String>)> =
            read!(self, |c| sqlx::query_as(SQL).bind(agent.0).fetch_optional(c).await)?;
        Ok(row.map(|(name, email)| Negotiator { name, email }))
    }

    /// When this lead is to see this home.
    pub async fn viewing_of(
        &self,
        lead: LeadId,
        home: PropertyId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT scheduled_date FROM viewing_appointments WHERE lead_id = $1 AND property_id = $2 AND status = 'booked' \
             AND scheduled_date > $3 ORDER BY scheduled_date LIMIT 1";
        let at: Option<Ts> = read!(self, |c| sqlx::query_scalar(SQL)
            .bind(lead.0)
            .bind(home.0)
            .bind(Ts(now))
            .fetch_optional(c)
            .await)?;
        Ok(at.map(|at| at.0))
    }

    /// When this lead is expected anywhere.
    pub async fn viewings_of(&self, lead: LeadId, now: Timestamp) -> Result<Vec<Timestamp>, StoreError> {
        const SQL: &str = "SELECT scheduled_date FROM viewing_appointments WHERE lead_id = $1 AND status = 'booked' AND scheduled_date > $2";
        let at: Vec<Ts> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(lead.0).bind(Ts(now)).fetch_all(c).await)?;
        Ok(at.into_iter().map(|at| at.0).collect())
    }

    pub async fn package(&self, id: &str) -> Result<Option<Package>, StoreError> {
        const SQL: &str = "SELECT lead_id, occasion FROM packages WHERE id = $1";
        let row: Option<(Int, String)> =
            read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
        let Some((lead, occasion)) = row else { return Ok(None) };
        let homes = self.homes_of_package(id).await?;
        Ok(Some(Package { id: id.to_owned(), lead: LeadId(lead.0), occasion, homes }))
    }

    /// Where a package went first, and by what.
    pub async fn address_of_package(&self, id: &str) -> Result<Option<(String, String)>, StoreError> {
        const SQL: &str =
            "SELECT to_address, channel FROM messages WHERE package_id = $1 ORDER BY id LIMIT 1";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }

    async fn homes_of_package(&self, id: &str) -> Result<Vec<PropertyId>, StoreError> {
        const PG: &str = "SELECT unnest(homes) FROM packages WHERE id = $1";
        const LITE: &str =
            "SELECT home.value FROM packages, json_each(packages.homes) AS home WHERE packages.id = $1";
        let text = crate::db::sql!(self, pg: PG, lite: LITE);
        let ids: Vec<Int> = read!(self, |c| sqlx::query_scalar(text).bind(id).fetch_all(c).await)?;
        Ok(ids.into_iter().map(|id| PropertyId(id.0)).collect())
    }

    /// What sold near there lately, the newest first.
    pub async fn sold_nearby(&self, outward: &str, limit: i64) -> Result<Vec<PropertyId>, StoreError> {
        const SQL: &str = "SELECT id FROM properties WHERE status = 'sold' AND upper(postcode) LIKE $1 ORDER BY updated_at DESC, id DESC LIMIT $2";
        let ids: Vec<Int> = read!(self, |c| sqlx::query_scalar(SQL)
            .bind(format!("{outward} %"))
            .bind(limit)
            .fetch_all(c)
            .await)?;
        Ok(ids.into_iter().map(|id| PropertyId(id.0)).collect())
    }
}

impl Tx {
    pub async fn add_package(&mut self, new: &NewPackage<'_>) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO packages (id, lead_id, conversation_id, occasion, homes, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(new.lead.0)
                .bind(new.conversation)
                .bind(new.occasion)
                .bind(IdList(new.homes.iter().map(|id| id.0).collect()))
                .bind(Ts(new.now))
        )?;
        Ok(())
    }

    /// Somebody has looked at the page.
    pub async fn open_package(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE packages SET opened_at = COALESCE(opened_at, $2) WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id).bind(Ts(now)))?;
        Ok(())
    }

    /// Of these homes, those whose details this lead was never sent.
    pub async fn not_sent_yet(
        &mut self,
        lead: LeadId,
        homes: &[PropertyId],
    ) -> Result<Vec<PropertyId>, StoreError> {
        const SQL: &str = "SELECT 1 FROM voice_lead_properties WHERE lead_id = $1 AND property_id = $2 AND info_sent_date IS NOT NULL";
        let mut fresh = Vec::new();
        for home in homes {
            let sent: Option<Int> =
                within!(self, |c| sqlx::query_scalar(SQL).bind(lead.0).bind(home.0).fetch_optional(c).await)?;
            if sent.is_none() {
                fresh.push(*home);
            }
        }
        Ok(fresh)
    }

    /// The rest of a package does not go that way any more.
    pub async fn call_off_package(
        &mut self,
        package: &str,
        channel: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE messages SET status = 'cancelled', updated_at = $3 \
             WHERE package_id = $1 AND channel = $2 AND status = 'queued'";
        execute!(self, sqlx::query(SQL).bind(package).bind(channel).bind(Ts(now)))?;
        Ok(())
    }
}
