//! Which homes came with a feed: what a whole feed does not name any more is off the market.

use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Tx, execute, within};
use crate::error::StoreError;
use crate::types::Ts;

impl Tx {
    /// This home came with this feed.
    pub async fn mark_imported(
        &mut self,
        reference: &str,
        feed: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.changed(Subject::Property, None);
        const SQL: &str = "INSERT INTO imported_properties (property_id, feed, seen_at) SELECT id, $2, $3 FROM properties WHERE reference = $1 \
             ON CONFLICT (property_id) DO UPDATE SET feed = excluded.feed, seen_at = excluded.seen_at";
        execute!(self, sqlx::query(SQL).bind(reference).bind(feed).bind(Ts(now)))?;
        Ok(())
    }

    /// The references of all that came with this feed and can still be had, or will be.
    pub async fn imported_by(&mut self, feed: &str) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT p.reference FROM imported_properties i JOIN properties p ON p.id = i.property_id WHERE i.feed = $1 AND p.status NOT IN ('withdrawn', 'sold', 'let') ORDER BY p.reference";
        Ok(within!(self, |c| sqlx::query_scalar(SQL).bind(feed).fetch_all(c).await)?)
    }

    /// The feed names it no more.
    pub async fn forget_imported(&mut self, reference: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM imported_properties WHERE property_id = (SELECT id FROM properties WHERE reference = $1)";
        execute!(self, sqlx::query(SQL).bind(reference))?;
        Ok(())
    }
}
