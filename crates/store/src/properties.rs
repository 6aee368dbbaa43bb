//! Homes on the market.

use agency::crm::{Listing, Property, PropertyId, PropertyType, RentPeriod, StaffName, UserId, street_of};
use agency::language::Lexicon;
use agency::search::Criteria;

use crate::db::{Store, read, sql};
use crate::error::StoreError;
use crate::types::{Day, Int, TextList};

#[derive(sqlx::FromRow)]
struct PropertyRow {
    id: Int,
    reference: String,
    listing_type: Option<String>,
    status: Option<String>,
    address_line1: String,
    area: String,
    postcode: String,
    bedrooms: Option<Int>,
    bathrooms: Option<Int>,
    property_type: Option<String>,
    price: Option<Int>,
    rent_period: Option<String>,
    description: String,
    features: Option<TextList>,
    epc_rating: Option<String>,
    council_tax_band: Option<String>,
    tenure: Option<String>,
    furnished: Option<String>,
    available_from: Option<Day>,
    agent_id: Option<Int>,
}

macro_rules! select_properties {
    ($rest:literal) => {
        concat!(
            "SELECT id, COALESCE(reference, '') AS reference, listing_type, status, COALESCE(address_line1, '') AS address_line1, \
             COALESCE(area, '') AS area, COALESCE(postcode, '') AS postcode, bedrooms, bathrooms, property_type, price, rent_period, \
             COALESCE(description, '') AS description, features, epc_rating, council_tax_band, tenure, furnished, available_from, \
             agent_id FROM properties p ",
            $rest
        )
    };
}

/// A monthly figure for comparing rents; a price as it is.
macro_rules! find_properties {
    ($in_areas:literal) => {
        concat!(
            select_properties!(
                "WHERE status = 'available' AND price IS NOT NULL AND bedrooms IS NOT NULL AND (listing_type || '') IN ('rent', 'sale') \
                 AND (property_type || '') IN ('flat', 'house', 'studio', 'maisonette') AND ($1 IS NULL OR listing_type = $1) AND ($2 IS NULL OR property_type = $2) \
                 AND ($3 IS NULL OR bedrooms >= $3) AND ($4 IS NULL OR bedrooms <= $4) \
                 AND ($5 IS NULL OR CASE WHEN rent_period = 'week' THEN (price * 52 + 6) / 12 ELSE price END >= $5) \
                 AND ($6 IS NULL OR CASE WHEN rent_period = 'week' THEN (price * 52 + 6) / 12 ELSE price END <= $6) \
                 AND ($7 = 0 OR "
            ),
            $in_areas,
            ") ORDER BY CASE WHEN rent_period = 'week' THEN (price * 52 + 6) / 12 ELSE price END DESC, id DESC LIMIT $10"
        )
    };
}

impl Store {
    /// Homes that meet all conditions, nearest to the top of the budget first, then the newest.
    pub async fn find_properties(
        &self,
        criteria: &Criteria,
        limit: i64,
    ) -> Result<Vec<Property>, StoreError> {
        const PG: &str = find_properties!("lower(area) = ANY ($8) OR upper(postcode) LIKE ANY ($9)");
        const LITE: &str = find_properties!(
            "lower(area) IN (SELECT value FROM json_each($8)) \
             OR EXISTS (SELECT 1 FROM json_each($9) AS pattern WHERE upper(postcode) LIKE pattern.value)"
        );
        let names = TextList(criteria.area_names.iter().map(|name| name.to_lowercase()).collect());
        let patterns = TextList(criteria.outwards.iter().map(|code| format!("{code} %")).collect());
        let narrows_area = i64::from(!names.0.is_empty() || !patterns.0.is_empty());
        let text = sql!(self, pg: PG, lite: LITE);
        let rows: Vec<PropertyRow> = read!(self, |c| sqlx::query_as(text)
            .bind(criteria.listing.map(Listing::word))
            .bind(criteria.property_type.map(PropertyType::word))
            .bind(criteria.bedrooms_min)
            .bind(criteria.bedrooms_max)
            .bind(criteria.price_min)
            .bind(criteria.price_max)
            .bind(narrows_area)
            .bind(names)
            .bind(patterns)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        Ok(rows.into_iter().filter_map(PropertyRow::into_property).collect())
    }

    pub async fn property(&self, id: PropertyId) -> Result<Option<Property>, StoreError> {
        const SQL: &str = select_properties!("WHERE id = $1");
        let row: Option<PropertyRow> =
            read!(self, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        Ok(row.and_then(PropertyRow::into_property))
    }

    /// One home, on the market or off it, by the digits of its reference.
    pub async fn property_by_reference(&self, digits: &str) -> Result<Option<Property>, StoreError> {
        const SQL: &str = select_properties!(
            "WHERE replace(replace(reference, '-', ''), ' ', '') LIKE $1 ORDER BY id DESC LIMIT 1"
        );
        let pattern = format!("%{digits}");
        let row: Option<PropertyRow> =
            read!(self, |c| sqlx::query_as(SQL).bind(pattern).fetch_optional(c).await)?;
        Ok(row.and_then(PropertyRow::into_property))
    }

    /// Homes in these streets that are on the market. Addresses are compared as the callers hear them.
    pub async fn properties_in_streets(&self, streets: &[String]) -> Result<Vec<Property>, StoreError> {
        const SQL: &str = select_properties!("WHERE status = 'available' ORDER BY id DESC");
        let rows: Vec<PropertyRow> = read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
        let there = rows
            .into_iter()
            .filter(|row| streets.iter().any(|street| street == street_of(&row.address_line1)));
        Ok(there.filter_map(PropertyRow::into_property).collect())
    }

    /// Every area and street that there is a home in, on offer or managed, for matching speech.
    pub async fn lexicon(&self) -> Result<Lexicon, StoreError> {
        const SQL: &str = "SELECT DISTINCT area, address_line1, postcode FROM properties WHERE status = 'available' \
             AND area IS NOT NULL AND address_line1 IS NOT NULL AND postcode IS NOT NULL";
        const MANAGED: &str =
            "SELECT DISTINCT address_line1 FROM pm_properties WHERE address_line1 IS NOT NULL";
        let rows: Vec<(String, String, String)> = read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
        let managed: Vec<String> = read!(self, |c| sqlx::query_scalar(MANAGED).fetch_all(c).await)?;
        Ok(Lexicon::of_homes(rows).with_streets(managed.iter().map(|line| street_of(line).to_owned())))
    }

    /// Active staff, for the recogniser's hints.
    pub async fn staff_names(&self) -> Result<Vec<StaffName>, StoreError> {
        const SQL: &str =
            "SELECT id, name FROM users WHERE active = (1 = 1) AND name IS NOT NULL ORDER BY id";
        let rows: Vec<(Int, String)> = read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(id, name)| StaffName { id: UserId(id.0), name }).collect())
    }
}

impl PropertyRow {
    /// None for a row that lacks a price, a number of bedrooms or a word of ours: it cannot be spoken of rightly.
    fn into_property(self) -> Option<Property> {
        Some(Property {
            id: PropertyId(self.id.0),
            reference: self.reference,
            listing: Listing::from_word(&self.listing_type?)?,
            status: self.status?,
            address_line1: self.address_line1,
            area: self.area,
            postcode: self.postcode,
            bedrooms: self.bedrooms?.0,
            bathrooms: self.bathrooms.map_or(0, |n| n.0),
            property_type: PropertyType::from_word(&self.property_type?)?,
            price: self.price?.0,
            rent_period: self.rent_period.as_deref().and_then(RentPeriod::from_word),
            description: self.description,
            features: self.features.unwrap_or_default().0,
            epc_rating: self.epc_rating,
            council_tax_band: self.council_tax_band,
            tenure: self.tenure,
            furnished: self.furnished,
            available_from: self.available_from.map(|day| day.0),
            agent: self.agent_id.map(|id| UserId(id.0)),
        })
    }
}
