//! After a conversation: it is reviewed once, under a lease, and what the review found is written in one go.

use agency::crm::{Interest, LeadId, LeadStatus, MoveUrgency, PropertyId, Wants};
use agency::language::Qualification;
use agency::phone::PhoneNumber;
use agency::review::{Score, ScoreFacts, StatusFacts};
use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::lease::{Claim, claim};
use crate::types::{Int, TextList, Ts};

/// A conversation that has ended and is to be reviewed by this worker.
#[derive(Clone, Debug)]
pub struct ToReview {
    pub conversation: String,
    pub lead: LeadId,
    pub state: String,
    pub turn: u32,
    pub ended: Timestamp,
    /// How often it was begun, this time included.
    pub attempts: i64,
}

#[derive(sqlx::FromRow)]
struct ToReviewRow {
    id: String,
    lead_id: Int,
    state: String,
    turn: Int,
    ended_at: Ts,
    review_attempts: Int,
}

/// Everything that scoring, status and sending ask of a lead.
#[derive(Clone, Debug)]
pub struct LeadFacts {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<PhoneNumber>,
    pub wants: Wants,
    pub lead_status: LeadStatus,
    pub score: ScoreFacts,
    pub status: StatusFacts,
}

#[derive(sqlx::FromRow)]
struct LeadFactsRow {
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    status: String,
    total_calls: Int,
    viewed: Int,
    has_viewing: bool,
    mortgage_approved: Option<bool>,
    has_deposit: Option<bool>,
    urgency: Option<String>,
    last_call: Option<Ts>,
    last_message: Option<Ts>,
    was_contacted: bool,
}

/// Something that was said two ways: the later one counts, and both are shown.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Contradiction {
    pub field: String,
    pub was: String,
    pub is_now: Option<String>,
    pub words: Option<String>,
}

const CLAIM: Claim = claim!(
    due: "SELECT 1 FROM conversations WHERE ended_at IS NOT NULL AND reviewed_at IS NULL \
          AND (review_claimed_until IS NULL OR review_claimed_until <= $1) LIMIT 1",
    take: "UPDATE conversations SET review_claimed_until = $2, review_attempts = review_attempts + 1 WHERE id IN ( \
           SELECT id FROM conversations WHERE ended_at IS NOT NULL AND reviewed_at IS NULL \
           AND (review_claimed_until IS NULL OR review_claimed_until <= $1) ORDER BY ended_at LIMIT $3",
    ") RETURNING id, lead_id, state, turn, ended_at, review_attempts"
);

impl Store {
    /// Takes ended conversations that nobody has reviewed, the oldest first, under a lease.
    pub async fn claim_reviews(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: i64,
    ) -> Result<Vec<ToReview>, StoreError> {
        let rows: Vec<ToReviewRow> = self.claim(&CLAIM, now, lease_until, limit).await?;
        Ok(rows.into_iter().map(ToReviewRow::into_review).collect())
    }

    /// Leads whose score is from before then: it changes with time alone.
    pub async fn leads_to_score(&self, before: Timestamp, limit: i64) -> Result<Vec<LeadId>, StoreError> {
        const SQL: &str =
            "SELECT id FROM voice_leads WHERE scored_at IS NULL OR scored_at < $1 ORDER BY id LIMIT $2";
        let ids: Vec<Int> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(Ts(before)).bind(limit).fetch_all(c).await)?;
        Ok(ids.into_iter().map(|id| LeadId(id.0)).collect())
    }
}

impl ToReviewRow {
    fn into_review(self) -> ToReview {
        ToReview {
            conversation: self.id,
            lead: LeadId(self.lead_id.0),
            state: self.state,
            turn: u32::try_from(self.turn.0).unwrap_or_default(),
            ended: self.ended_at.0,
            attempts: self.review_attempts.0,
        }
    }
}

impl Tx {
    /// Marks a conversation as reviewed; false if it was before, or if it has gone on since.
    pub async fn finish_review(&mut self, review: &ToReview, now: Timestamp) -> Result<bool, StoreError> {
        self.changed(Subject::Call, Some(&review.conversation));
        const SQL: &str = "UPDATE conversations SET reviewed_at = $2, review_claimed_until = NULL \
             WHERE id = $1 AND reviewed_at IS NULL AND ended_at IS NOT NULL AND turn = $3";
        let done = execute!(
            self,
            sqlx::query(SQL).bind(&review.conversation).bind(Ts(now)).bind(i64::from(review.turn))
        )?;
        Ok(done > 0)
    }

    /// The review as it was read, beside the call it is of.
    pub async fn keep_review(
        &mut self,
        review: &ToReview,
        analysis: &str,
        summary: &str,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE voice_lead_calls SET review = $2, ai_summary = $3 WHERE conversation_id = $1";
        execute!(self, sqlx::query(SQL).bind(&review.conversation).bind(analysis).bind(summary))?;
        Ok(())
    }

    /// What this conversation said otherwise than it, or an earlier one, had said.
    pub async fn contradictions(&mut self, conversation: &str) -> Result<Vec<Contradiction>, StoreError> {
        const SQL: &str = "SELECT field, old_value AS was, new_value AS is_now, words FROM requirement_changes \
             WHERE conversation_id = $1 AND old_value IS NOT NULL ORDER BY said_at, id";
        Ok(within!(self, |c| sqlx::query_as(SQL).bind(conversation).fetch_all(c).await)?)
    }

    /// Writes one thing that a lead told of themselves, with the words that told it; nothing if it was known.
    pub async fn qualify(
        &mut self,
        lead: LeadId,
        (field, value, words): (Qualification, &str, &str),
        (id, conversation): (&str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (old, set) = qualification_sql(field, self.is_postgres());
        let before: Option<String> =
            within!(self, |c| sqlx::query_scalar(old).bind(lead.0).fetch_one(c).await)?;
        if before.as_deref() == Some(value) {
            return Ok(());
        }
        execute!(self, sqlx::query(set).bind(lead.0).bind(value).bind(Ts(now)))?;
        const CHANGE: &str = "INSERT INTO requirement_changes (id, lead_id, conversation_id, field, old_value, new_value, words, said_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        execute!(
            self,
            sqlx::query(CHANGE)
                .bind(id)
                .bind(lead.0)
                .bind(conversation)
                .bind(field.word())
                .bind(before)
                .bind(value)
                .bind(words)
                .bind(Ts(now))
        )?;
        Ok(())
    }

    /// Whoever writes of this lead after us waits until we have committed.
    pub async fn lock_lead(&mut self, lead: LeadId) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE voice_leads SET score = score WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(lead.0))?;
        Ok(())
    }

    /// What a lead says of a home they spoke of. One they are to view is liked by deed.
    pub async fn think_of(
        &mut self,
        lead: LeadId,
        property: PropertyId,
        interest: Interest,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE voice_lead_properties SET interest = $3 WHERE lead_id = $1 AND property_id = $2 AND viewing_booked_date IS NULL";
        execute!(self, sqlx::query(SQL).bind(lead.0).bind(property.0).bind(interest.word()))?;
        Ok(())
    }

    /// A lead as it stands in this transaction.
    pub async fn lead_facts(&mut self, lead: LeadId) -> Result<LeadFacts, StoreError> {
        const SQL: &str = "SELECT l.name, l.email, l.phone, l.status, l.total_calls, l.mortgage_approved, l.has_deposit, l.urgency, \
             (SELECT count(*) FROM voice_lead_properties p WHERE p.lead_id = l.id AND p.viewing_completed_date IS NOT NULL) AS viewed, \
             EXISTS (SELECT 1 FROM voice_lead_properties p WHERE p.lead_id = l.id AND p.viewing_booked_date IS NOT NULL) AS has_viewing, \
             l.last_call_date AS last_call, \
             (SELECT max(m.created_at) FROM messages m WHERE m.lead_id = l.id AND m.direction = 'inbound') AS last_message, \
             (EXISTS (SELECT 1 FROM voice_lead_properties p WHERE p.lead_id = l.id AND p.info_sent_date IS NOT NULL) \
               OR EXISTS (SELECT 1 FROM voice_lead_calls v WHERE v.lead_id = l.id AND v.outcome = 'transferred') \
               OR EXISTS (SELECT 1 FROM tasks t WHERE t.lead_id = l.id AND t.kind = 'call_back' AND t.status = 'done')) AS was_contacted \
             FROM voice_leads l WHERE l.id = $1";
        let row: LeadFactsRow = within!(self, |c| sqlx::query_as(SQL).bind(lead.0).fetch_one(c).await)?;
        let wants = self.requirements(lead).await?.wants();
        Ok(row.into_facts(wants))
    }

    /// Score, reasons, temperature and status.
    pub async fn keep_score(
        &mut self,
        lead: LeadId,
        score: &Score,
        status: LeadStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE voice_leads SET score = $2, score_reasons = $3, temperature = $4, status = $5, scored_at = $6 WHERE id = $1";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(lead.0)
                .bind(score.value)
                .bind(TextList(score.reasons.clone()))
                .bind(score.temperature.word())
                .bind(status.word())
                .bind(Ts(now))
        )?;
        Ok(())
    }
}

impl LeadFactsRow {
    fn into_facts(self, wants: Wants) -> LeadFacts {
        let score = ScoreFacts {
            calls: self.total_calls.0,
            viewed: self.viewed.0,
            mortgage_approved: self.mortgage_approved == Some(true),
            has_deposit: self.has_deposit == Some(true),
            budget_max_known: wants.budget_max.is_some(),
            urgency: self.urgency.as_deref().and_then(MoveUrgency::from_word),
            last_contact: self.last_call.max(self.last_message).map(|at| at.0),
        };
        let status = StatusFacts {
            contacted: self.was_contacted,
            has_name: self.name.is_some(),
            has_need: wants.listing.is_some(),
            has_place: !wants.areas.is_empty(),
            has_budget: wants.budget_max.is_some() || wants.budget_min.is_some(),
            has_viewing: self.has_viewing,
        };
        LeadFacts {
            phone: self.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok()),
            name: self.name,
            email: self.email,
            wants,
            lead_status: LeadStatus::from_word(&self.status).unwrap_or(LeadStatus::New),
            score,
            status,
        }
    }
}

/// (the value now, the change) of a column.
fn qualification_sql(field: Qualification, is_postgres: bool) -> (&'static str, &'static str) {
    use Qualification as Q;
    macro_rules! text {
        ($column:literal) => {
            (
                concat!("SELECT ", $column, " FROM voice_leads WHERE id = $1"),
                concat!("UPDATE voice_leads SET ", $column, " = $2, updated_at = $3 WHERE id = $1"),
            )
        };
    }
    macro_rules! yes_no {
        ($column:literal) => {
            (
                concat!(
                    "SELECT CASE WHEN ",
                    $column,
                    " THEN 'true' WHEN NOT ",
                    $column,
                    " THEN 'false' END FROM voice_leads WHERE id = $1"
                ),
                concat!(
                    "UPDATE voice_leads SET ",
                    $column,
                    " = ($2 = 'true'), updated_at = $3 WHERE id = $1"
                ),
            )
        };
    }
    // A typed column on PostgreSQL: read as text, and cast from it.
    macro_rules! cast {
        ($column:literal, $read:literal, $as:literal) => {
            if is_postgres {
                (
                    concat!("SELECT to_char(", $column, ", ", $read, ") FROM voice_leads WHERE id = $1"),
                    concat!(
                        "UPDATE voice_leads SET ",
                        $column,
                        " = CAST($2 AS ",
                        $as,
                        "), updated_at = $3 WHERE id = $1"
                    ),
                )
            } else {
                text!($column)
            }
        };
    }
    match field {
        Q::MoveInDate => cast!("move_in_date", "'YYYY-MM-DD'", "DATE"),
        Q::HasDeposit => yes_no!("has_deposit"),
        Q::IsFirstTimeBuyer => yes_no!("is_first_time_buyer"),
        Q::MortgageApproved => yes_no!("mortgage_approved"),
        Q::CurrentSituation => text!("current_situation"),
        Q::ReasonForMoving => text!("reason_for_moving"),
        Q::Urgency => text!("urgency"),
        Q::BestTimeToCall => text!("best_time_to_call"),
        Q::DoNotCallBefore => cast!("do_not_call_before", "'HH24:MI'", "TIME"),
        Q::DoNotCallAfter => cast!("do_not_call_after", "'HH24:MI'", "TIME"),
        Q::PreferredContactMethod => text!("preferred_contact_method"),
    }
}
