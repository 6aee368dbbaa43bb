//! Saved searches and consents: what people asked to hear of, and the words by which they did.

use agency::crm::{LeadId, Listing, Wants};
use jiff::Timestamp;

use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::types::{Int, Ts};

#[derive(Clone, Debug)]
pub struct NewSearch<'a> {
    pub id: &'a str,
    pub lead: LeadId,
    pub conversation: Option<&'a str>,
    pub wants: &'a Wants,
    /// The words that asked for it: the consent.
    pub words: &'a str,
    pub consent_id: &'a str,
    pub now: Timestamp,
}

/// What somebody wants to hear of.
#[derive(Clone, Debug)]
pub struct SavedSearch {
    pub lead: LeadId,
    pub wants: Wants,
}

impl Store {
    /// Searches, with consent, that a home of this listing, size and price may fit. The rest is the rules' to judge.
    pub async fn searches_for(
        &self,
        listing: Listing,
        bedrooms: i64,
        price: i64,
    ) -> Result<Vec<SavedSearch>, StoreError> {
        const SQL: &str = "SELECT lead_id, wants FROM saved_searches WHERE active = (1 = 1) AND consent = (1 = 1) \
             AND (listing IS NULL OR listing = $1) AND (bedrooms_min IS NULL OR bedrooms_min <= $2) \
             AND (bedrooms_max IS NULL OR bedrooms_max >= $2) AND (budget_max IS NULL OR budget_max >= $3) ORDER BY lead_id";
        let rows: Vec<(Int, String)> = read!(self, |c| sqlx::query_as(SQL)
            .bind(listing.word())
            .bind(bedrooms)
            .bind(price)
            .fetch_all(c)
            .await)?;
        rows.into_iter()
            .map(|(lead, wants)| {
                Ok(SavedSearch { lead: LeadId(lead.0), wants: serde_json::from_str(&wants)? })
            })
            .collect()
    }
}

impl Tx {
    /// Keeps what somebody wants to hear of, one search a person: the latest wish is the one that counts.
    pub async fn save_search(&mut self, new: &NewSearch<'_>) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO saved_searches (id, lead_id, conversation_id, wants, listing, bedrooms_min, bedrooms_max, budget_max, \
             consent, active, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (1 = 1), (1 = 1), $9, $9) \
             ON CONFLICT (lead_id) DO UPDATE SET conversation_id = excluded.conversation_id, wants = excluded.wants, \
             listing = excluded.listing, bedrooms_min = excluded.bedrooms_min, bedrooms_max = excluded.bedrooms_max, \
             budget_max = excluded.budget_max, consent = (1 = 1), active = (1 = 1), updated_at = excluded.updated_at";
        const CONSENT: &str = "INSERT INTO consents (id, lead_id, channel, purpose, given, words, recorded_at) \
             VALUES ($1, $2, 'any', 'new_homes', (1 = 1), $3, $4)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(new.lead.0)
                .bind(new.conversation)
                .bind(serde_json::to_string(new.wants)?)
                .bind(new.wants.listing.map(Listing::word))
                .bind(new.wants.bedrooms_min)
                .bind(new.wants.bedrooms_max)
                .bind(new.wants.budget_max)
                .bind(Ts(new.now))
        )?;
        execute!(
            self,
            sqlx::query(CONSENT).bind(new.consent_id).bind(new.lead.0).bind(new.words).bind(Ts(new.now))
        )?;
        // Who asks for it anew has taken back that they wanted no more of it.
        const TAKEN_BACK: &str = "DELETE FROM opt_outs WHERE purpose = 'new_homes' AND address IN ( \
             SELECT phone FROM voice_leads WHERE id = $1 UNION SELECT email FROM voice_leads WHERE id = $1)";
        execute!(self, sqlx::query(TAKEN_BACK).bind(new.lead.0))?;
        Ok(())
    }

    /// Somebody who had asked to hear of homes does so no more.
    pub async fn end_search(
        &mut self,
        lead: LeadId,
        (consent_id, words): (&str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE saved_searches SET active = (1 = 0), updated_at = $2 WHERE lead_id = $1 AND active = (1 = 1)";
        const CONSENT: &str = "INSERT INTO consents (id, lead_id, channel, purpose, given, words, recorded_at) \
             VALUES ($1, $2, 'any', 'new_homes', (1 = 0), $3, $4)";
        if execute!(self, sqlx::query(SQL).bind(lead.0).bind(Ts(now)))? > 0 {
            execute!(self, sqlx::query(CONSENT).bind(consent_id).bind(lead.0).bind(words).bind(Ts(now)))?;
        }
        Ok(())
    }

    /// A search that is saved follows what its owner wants now.
    pub async fn refresh_search(
        &mut self,
        lead: LeadId,
        wants: &Wants,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE saved_searches SET wants = $2, listing = $3, bedrooms_min = $4, bedrooms_max = $5, budget_max = $6, \
             updated_at = $7 WHERE lead_id = $1 AND active = (1 = 1)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(lead.0)
                .bind(serde_json::to_string(wants)?)
                .bind(wants.listing.map(Listing::word))
                .bind(wants.bedrooms_min)
                .bind(wants.bedrooms_max)
                .bind(wants.budget_max)
                .bind(Ts(now))
        )?;
        Ok(())
    }
}
