//! The tallies of some days, added up.

use agency::analytics::{Measure, Tallies, Tally};
use agency::london;
use jiff::ToSpan;
use jiff::civil::{Date, Time};

use crate::db::{Store, read};
use crate::error::StoreError;
use crate::types::{Int, Ts};

/// Some days, of all channels or of one.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    pub from: Date,
    /// Included.
    pub to: Date,
    pub channel: Option<&'a str>,
}

fn tally(n: Int, total: Int) -> Tally {
    Tally { n: n.0, total: total.0 }
}

impl Store {
    pub async fn tallies(&self, of: Counted<'_>) -> Result<Tallies, StoreError> {
        const SQL: &str = "SELECT measure, item, CAST(sum(n) AS BIGINT), CAST(sum(total) AS BIGINT) FROM call_tallies \
             WHERE day >= $1 AND day <= $2 AND ($3 IS NULL OR channel = $3) GROUP BY measure, item";
        let rows: Vec<(String, String, Int, Int)> = read!(self, |c| sqlx::query_as(SQL)
            .bind(of.from.to_string())
            .bind(of.to.to_string())
            .bind(of.channel)
            .fetch_all(c)
            .await)?;
        let mut tallies = Tallies::default();
        for (measure, item, n, total) in rows {
            if let Some(measure) = Measure::from_word(&measure) {
                tallies.add(measure, &item, tally(n, total));
            }
        }
        Ok(tallies)
    }

    /// Day by day, of what has no items.
    pub async fn tallies_by_day(&self, of: Counted<'_>) -> Result<Vec<(Date, Measure, Tally)>, StoreError> {
        const SQL: &str = "SELECT day, measure, CAST(sum(n) AS BIGINT), CAST(sum(total) AS BIGINT) FROM call_tallies \
             WHERE day >= $1 AND day <= $2 AND ($3 IS NULL OR channel = $3) AND item = '' GROUP BY day, measure ORDER BY day";
        let rows: Vec<(String, String, Int, Int)> = read!(self, |c| sqlx::query_as(SQL)
            .bind(of.from.to_string())
            .bind(of.to.to_string())
            .bind(of.channel)
            .fetch_all(c)
            .await)?;
        let read = |(day, measure, n, total): (String, String, Int, Int)| {
            Some((day.parse().ok()?, Measure::from_word(&measure)?, tally(n, total)))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// How many different people were in touch.
    pub async fn people_in_touch(&self, of: Counted<'_>) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT count(DISTINCT lead_id) FROM voice_lead_calls WHERE created_at >= $1 AND created_at < $2 AND ($3 IS NULL OR channel = $3)";
        let midnight = |day: Date| Ts(london::instant_at(day, Time::midnight()));
        let found: Int = read!(self, |c| sqlx::query_scalar(SQL)
            .bind(midnight(of.from))
            .bind(midnight(of.to.saturating_add(1.day())))
            .bind(of.channel)
            .fetch_one(c)
            .await)?;
        Ok(found.0)
    }

    /// Whether days wait to be counted.
    pub async fn has_stale_days(&self) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT 1 FROM stale_days LIMIT 1";
        let found: Option<Int> = read!(self, |c| sqlx::query_scalar(SQL).fetch_optional(c).await)?;
        Ok(found.is_some())
    }
}
