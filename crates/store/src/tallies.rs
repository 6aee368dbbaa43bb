//! The calls, counted by London day (docs/analytics.md). A trigger marks the UTC day of what has changed as stale; the days it
//! touches are counted again whole, from the rows themselves.

use std::collections::BTreeSet;

use agency::analytics::Measure;
use agency::london;
use jiff::ToSpan;
use jiff::civil::{Date, Time};

use crate::db::{Store, Tx, execute, sql, within};
use crate::error::StoreError;
use crate::types::Ts;

/// So many stale days are counted at once: no other write waits for longer.
const AT_ONCE: i64 = 3;

/// In no other program's use: "tallies".
const TURN: i64 = 0x0074_616c_6c69_6573;

/// Inserts the tallies of a day ($3, from $1 until $2) of one measure ($4): by channel and item, how many, and a sum.
macro_rules! tally {
    ($channel:literal, $item:expr, $n:literal, $total:literal, $($rest:expr),+) => {
        concat!(
            "INSERT INTO call_tallies (day, channel, measure, item, n, total) SELECT $3, ", $channel, ", $4, ", $item, ", ",
            $n, ", ", $total, " FROM ", $($rest,)+ " GROUP BY 2, 4"
        )
    };
}

macro_rules! calls {
    ($item:expr, $n:literal, $total:literal, $($rest:expr),+) => {
        tally!("v.channel", $item, $n, $total, "voice_lead_calls v ", $($rest),+)
    };
}

macro_rules! began {
    () => {
        "WHERE v.created_at >= $1 AND v.created_at < $2 "
    };
}

/// Those that are over; what the CRM knew before us has no conversation.
macro_rules! over {
    ($($and:expr),*) => {
        calls!("''", "count(*)", "0", began!(), "AND v.ended_at IS NOT NULL AND v.conversation_id IS NOT NULL " $(, $and)*)
    };
}

macro_rules! new_leads {
    ($($and:expr),*) => {
        tally!("CASE l.source WHEN 'phone_call' THEN 'voice' WHEN 'email' THEN 'web' ELSE l.source END", "''", "count(*)",
            "COALESCE(sum(l.score), 0)", "voice_leads l WHERE l.created_at >= $1 AND l.created_at < $2 " $(, $and)*)
    };
}

macro_rules! assessments {
    ($n:literal, $total:literal) => {
        calls!("''", $n, $total, "JOIN assessments w ON w.conversation_id = v.conversation_id ", began!())
    };
}

/// They were in touch about the same thing within a day.
macro_rules! again {
    ($day_later:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM voice_lead_calls r WHERE r.lead_id = v.lead_id AND r.intent = v.intent \
             AND r.created_at > v.created_at AND r.created_at <= ",
            $day_later,
            ") "
        )
    };
}

macro_rules! enquiries {
    () => {
        "AND v.intent IN ('property_enquiry_rent', 'property_enquiry_buy', 'book_viewing') "
    };
}

/// Each measure with how it is counted; the databases differ in how they add to an instant.
macro_rules! statements {
    ($day_later:literal, $fortnight_later:literal) => {{
        use Measure as M;
        &[
            (M::Calls, calls!("''", "count(*)", "0", began!())),
            (M::Duration, calls!("''", "count(v.duration)", "COALESCE(sum(v.duration), 0)", began!())),
            (M::Hour, calls!("h.weekday_hour", "count(*)", "0", "JOIN london_hours h ON v.created_at >= h.begins AND v.created_at < h.ends WHERE h.day = $3 \
                AND v.created_at >= $1 AND v.created_at < $2 ")),
            (M::Outcome, calls!("COALESCE(v.outcome, 'going_on')", "count(*)", "0", began!())),
            (M::Intent, calls!("COALESCE(v.intent, 'unknown')", "count(*)", "0", began!())),
            (M::Ended, over!()),
            (M::Answered, over!("AND EXISTS (SELECT 1 FROM conversation_turns t WHERE t.conversation_id = v.conversation_id AND t.speaker = 'receptionist') ")),
            (M::Response, calls!(
                "CAST(CASE WHEN COALESCE(t.first_token_ms, t.took_ms) < 1000 THEN COALESCE(t.first_token_ms, t.took_ms) / 10 * 10 \
                 WHEN COALESCE(t.first_token_ms, t.took_ms) < 10000 THEN COALESCE(t.first_token_ms, t.took_ms) / 100 * 100 \
                 ELSE COALESCE(t.first_token_ms, t.took_ms) / 1000 * 1000 END AS TEXT)",
                "count(*)", "sum(COALESCE(t.first_token_ms, t.took_ms))", "JOIN conversation_turns t ON t.conversation_id = v.conversation_id ", began!(),
                "AND COALESCE(t.first_token_ms, t.took_ms) IS NOT NULL ")),
            (M::HandedOff, over!("AND (v.outcome IN ('transferred', 'callback_promised') \
                OR EXISTS (SELECT 1 FROM transfers f WHERE f.conversation_id = v.conversation_id AND f.reason <> 'taken_over')) ")),
            (M::Resolved, over!("AND v.outcome NOT IN ('abandoned', 'failed', 'transferred', 'callback_promised', 'emergency') \
                AND NOT EXISTS (SELECT 1 FROM transfers f WHERE f.conversation_id = v.conversation_id) AND NOT ", again!($day_later))),
            (M::Repeated, over!("AND ", again!($day_later))),
            (M::Enquiry, over!(enquiries!())),
            (M::Booked, over!(enquiries!(), "AND v.outcome = 'viewing_booked' ")),
            (M::Cost, calls!("''", "count(v.model_cost_micros)", "COALESCE(sum(v.model_cost_micros), 0)", began!())),
            (M::Statement, calls!("''", "COALESCE(sum(v.statements_checked), 0)", "COALESCE(sum(v.statements_refused), 0)", began!())),
            (M::Lead, new_leads!()),
            (M::LeadCaptured, new_leads!("AND l.name IS NOT NULL AND (l.looking_for IN ('rent', 'buy', 'both') OR EXISTS (SELECT 1 FROM voice_lead_calls v \
                WHERE v.lead_id = l.id AND v.created_at < $2 AND v.intent <> 'general_enquiry')) ")),
            (M::LeadQualified, new_leads!("AND COALESCE(l.qualified_at, CASE WHEN l.status IN ('qualified', 'viewing_booked', 'offer_made', 'converted') \
                THEN l.updated_at END) <= ", $fortnight_later)),
            (M::Surveyed, tally!("'voice'", "''", "count(*)", "0", "surveys s WHERE s.asked_at >= $1 AND s.asked_at < $2 ")),
            (M::Satisfaction, tally!("'voice'", "CAST(s.score AS TEXT)", "count(*)", "sum(s.score)",
                "surveys s WHERE s.asked_at >= $1 AND s.asked_at < $2 AND s.score IS NOT NULL ")),
            (M::Assessed, assessments!("count(*)", "sum(w.score)")),
            (M::IntentAssessed, assessments!("count(w.intent_is_right)", "count(*) FILTER (WHERE w.intent_is_right)")),
        ]
    }};
}

type Statements = &'static [(Measure, &'static str)];
const PG: Statements =
    statements!("v.created_at + interval '24 hours'", "l.created_at + interval '336 hours'");
const LITE: Statements = statements!(
    "strftime('%Y-%m-%dT%H:%M:%S', v.created_at, '+1 day') || substr(v.created_at, 20)",
    "strftime('%Y-%m-%dT%H:%M:%S', l.created_at, '+14 days') || substr(l.created_at, 20)"
);

impl Store {
    /// Counts some of the days of which something has changed, the latest first. Says whether there were any.
    pub async fn count_stale_days(&self) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let stale = tx.take_stale_days().await?;
        // A UTC day lies in two of London's, and whoever was in touch is looked for in the day after.
        let days = |day: &Date| [-1, 0, 1].map(|more| day.saturating_add(more.days()));
        for day in stale.iter().flat_map(days).collect::<BTreeSet<Date>>() {
            tx.count_day(day).await?;
        }
        tx.commit().await?;
        Ok(!stale.is_empty())
    }
}

impl Tx {
    /// One node at a time: two that count the same day would each add its tallies.
    async fn take_stale_days(&mut self) -> Result<Vec<Date>, StoreError> {
        const SQL: &str = "DELETE FROM stale_days WHERE day IN (SELECT DISTINCT day FROM stale_days ORDER BY day DESC LIMIT $1) RETURNING day";
        if self.is_postgres() {
            execute!(self, sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(TURN))?;
        }
        let days: BTreeSet<String> =
            within!(self, |c| sqlx::query_scalar(SQL).bind(AT_ONCE).fetch_all(c).await)?
                .into_iter()
                .collect();
        let read = |day: String| day.parse().map_err(|_| StoreError::Unfit(format!("{day} is not a day")));
        days.into_iter().map(read).collect()
    }

    async fn count_day(&mut self, day: Date) -> Result<(), StoreError> {
        const FORGET: &str = "DELETE FROM call_tallies WHERE day = $1";
        self.know_hours(day).await?;
        let word = day.to_string();
        let midnight = |day: Date| Ts(london::instant_at(day, Time::midnight()));
        execute!(self, sqlx::query(FORGET).bind(&word))?;
        for (measure, statement) in sql!(self, pg: PG, lite: LITE) {
            execute!(
                self,
                sqlx::query(*statement)
                    .bind(midnight(day))
                    .bind(midnight(day.saturating_add(1.day())))
                    .bind(&word)
                    .bind(measure.word())
            )?;
        }
        Ok(())
    }

    /// The hours of a London day, for what is counted by the hour.
    async fn know_hours(&mut self, day: Date) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO london_hours (begins, ends, day, weekday_hour) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        for (begins, ends, hour) in london::hours_of(day) {
            let weekday_hour = format!("{}-{hour:02}", day.weekday().to_monday_one_offset());
            execute!(
                self,
                sqlx::query(SQL).bind(Ts(begins)).bind(Ts(ends)).bind(day.to_string()).bind(weekday_hour)
            )?;
        }
        Ok(())
    }
}
