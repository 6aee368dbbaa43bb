//! The work after a conversation, for every one that has ended: it is read (by the model where there is one, else by the
//! rules), the lead is merged and scored, and what follows is written, all in one commit that happens once. A worker that
//! dies leaves the conversation to the next; what was being read is read again, and nothing was written.

use agency::conversation::State;
use agency::crm::{Interest, LeadId, Priority, Property, TaskKind};
use agency::language::Qualification;
use agency::review::{
    Analysis, FollowUp, Reviewed, asks_for_news, by_rules, messages, schema, score, status, summary,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::{Contradiction, NewSearch, NewTask, StoreError, ToReview, Tx};

use crate::app::App;
use crate::packages::{self, Package};

mod homes;
mod survey;

pub(crate) use homes::{NEW_HOMES, has_stopped};

/// So many are held in memory at once, however many calls ended together.
const BATCH: i64 = 16;
/// Begun so often, something in it stops every worker: a person looks at it.
const ATTEMPTS_MAX: i64 = 5;

/// Reviews everything that waits; says how many. A test steps this, the worker loops it.
pub async fn review_due(app: &App) -> Result<usize, StoreError> {
    let mut done = 0;
    loop {
        let now = app.now();
        let lease = SignedDuration::from_secs(app.settings.following_up.review_lease_s);
        let lease_until = now.saturating_add(lease).unwrap_or(now);
        let claimed = app.store.claim_reviews(now, lease_until, BATCH).await?;
        if claimed.is_empty() {
            return Ok(done);
        }
        done += claimed.len();
        let reading = claimed.into_iter().map(|one| {
            let app = app.clone();
            tokio::spawn(async move { review(&app, &one).await })
        });
        for read in reading.collect::<Vec<_>>() {
            if let Ok(Err(error)) = read.await {
                // The lease runs out and it is read again.
                tracing::error!(error = %error, code = error.code(), "a review could not be written");
            }
        }
    }
}

async fn review(app: &App, one: &ToReview) -> Result<(), StoreError> {
    let state = State::read(&one.state).ok();
    let Some(state) = state.filter(|_| one.attempts <= ATTEMPTS_MAX) else {
        return set_aside(app, one).await;
    };
    let lines = app.store.transcript(&one.conversation).await?;
    let homes = homes(app, &state).await?;
    let words = app.words().await?;
    let reviewed =
        Reviewed { state: &state, lines: &lines, homes: &homes, lexicon: &words.lexicon, ended: one.ended };
    let (analysis, read_by) = analyse(app, &reviewed).await;
    write(app, one, &reviewed, &analysis, read_by).await
}

/// Nobody can read it: a person is told, and it is not tried for ever.
async fn set_aside(app: &App, one: &ToReview) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    if tx.finish_review(one, app.now()).await? {
        let note = json!({"read_by": "nobody"}).to_string();
        tx.keep_review(one, &note, "This conversation could not be reviewed.").await?;
        let trouble = FollowUp {
            title: "A conversation could not be reviewed: read its transcript".to_owned(),
            words: String::new(),
            urgent: false,
        };
        leave(app, &mut tx, one, (&trouble, TaskKind::Review, "unread")).await?;
    }
    tx.commit().await
}

async fn homes(app: &App, state: &State) -> Result<Vec<Property>, StoreError> {
    let mut homes = Vec::new();
    for id in &state.discussed {
        homes.extend(app.store.property(*id).await?);
    }
    Ok(homes)
}

/// The rules read where no model does, or where it gives nothing that can be read.
async fn analyse(app: &App, reviewed: &Reviewed<'_>) -> (Analysis, &'static str) {
    let by_model = match &app.models {
        Some(models) if reviewed.state.caller_spoke => {
            let answer =
                models.fill_in(&messages(reviewed), ("conversation_review", &schema()), app.now()).await;
            answer.ok().and_then(|json| serde_json::from_str::<Analysis>(&json).ok())
        }
        _ => None,
    };
    match by_model.map(|analysis| analysis.supported(reviewed)) {
        Some(analysis) if !analysis.summary.is_empty() => (analysis, "model"),
        _ => (by_rules(reviewed), "rules"),
    }
}

async fn write(
    app: &App,
    one: &ToReview,
    reviewed: &Reviewed<'_>,
    analysis: &Analysis,
    read_by: &str,
) -> Result<(), StoreError> {
    let package = homes::to_send(app, one, reviewed, analysis).await?;
    let mut tx = app.store.begin().await?;
    if !tx.finish_review(one, app.now()).await? {
        return Ok(());
    }
    for (number, requirement) in analysis.requirements.iter().enumerate() {
        let Some(field) = requirement.column() else { continue };
        let id = format!("change_{}_{number}_{}", one.conversation, one.turn);
        let told = (field, requirement.value.as_str(), requirement.words.as_str());
        tx.qualify(one.lead, told, (&id, &one.conversation), one.ended).await?;
    }
    for (home, interest) in opinions(analysis, reviewed) {
        tx.think_of(one.lead, home.id, interest).await?;
    }
    for task in &analysis.follow_ups {
        leave(app, &mut tx, one, (task, TaskKind::FollowUp, &task.title)).await?;
        // Whoever looks after the home that was spoken of last.
        if let Some(agent) = reviewed.homes.last().and_then(|home| home.agent) {
            tx.give_task(&task_key(one, &task.title), agent).await?;
        }
    }
    if let Some(words) = calling_times(analysis) {
        tx.note_calling_times(one.lead, &words).await?;
    }
    keep_search(app, &mut tx, one, reviewed).await?;
    if !send(app, &mut tx, package.as_ref()).await? {
        // Another review has just sent some of these homes: this one is read again when its lease ends.
        return Ok(());
    }
    survey::ask(app, &mut tx, one, reviewed).await?;
    let said_two_ways = tx.contradictions(&one.conversation).await?;
    let kept = kept(analysis, reviewed, read_by, &said_two_ways).to_string();
    tx.keep_review(one, &kept, &analysis.summary.join("\n")).await?;
    rate(&mut tx, one.lead, app.now()).await?;
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(())
}

/// False: some of the homes have been sent since they were chosen.
async fn send(app: &App, tx: &mut Tx, package: Option<&Package>) -> Result<bool, StoreError> {
    let Some(package) = package else { return Ok(true) };
    tx.lock_lead(package.lead()).await?;
    if tx.not_sent_yet(package.lead(), package.homes()).await?.len() < package.homes().len() {
        return Ok(false);
    }
    packages::write(app, tx, package).await.map(|()| true)
}

/// Who asked to hear of new homes is told of them; who asked before, of what they want now.
async fn keep_search(
    app: &App,
    tx: &mut Tx,
    one: &ToReview,
    reviewed: &Reviewed<'_>,
) -> Result<(), StoreError> {
    let wants = tx.lead_facts(one.lead).await?.wants;
    if wants.is_empty() {
        return Ok(());
    }
    let Some(words) = asks_for_news(reviewed) else {
        return tx.refresh_search(one.lead, &wants, one.ended).await;
    };
    let search = NewSearch {
        id: &app.id("search"),
        lead: one.lead,
        conversation: Some(&one.conversation),
        wants: &wants,
        words: &words,
        consent_id: &app.id("consent"),
        now: one.ended,
    };
    tx.save_search(&search).await
}

/// The review as it is kept with the call: what was recorded, what was read and by whom, and what was said two ways.
fn kept(analysis: &Analysis, reviewed: &Reviewed, read_by: &str, said_two_ways: &[Contradiction]) -> Value {
    let contradictions: Vec<Value> = said_two_ways
        .iter()
        .map(|it| json!({"field": it.field, "was": it.was, "is_now": it.is_now, "words": it.words}))
        .collect();
    json!({
        "read_by": read_by,
        "recorded": summary(reviewed.state),
        "analysis": analysis,
        "contradictions": contradictions,
    })
}

fn opinions<'a>(analysis: &Analysis, reviewed: &'a Reviewed<'_>) -> Vec<(&'a Property, Interest)> {
    let said = analysis.homes.iter().filter_map(|said| {
        let home = reviewed.homes.iter().find(|home| home.reference == said.reference)?;
        Some((home, Interest::from_word(&said.interest)?))
    });
    said.collect()
}

/// Score, temperature and status, from the lead as this transaction leaves it.
pub(crate) async fn rate(tx: &mut Tx, lead: LeadId, now: Timestamp) -> Result<(), StoreError> {
    let facts = tx.lead_facts(lead).await?;
    tx.keep_score(lead, &score(&facts.score, now), status(facts.lead_status, facts.status), now).await
}

fn task_key(one: &ToReview, key: &str) -> String {
    format!("review:{}:{key}", one.conversation)
}

/// `Not to be rung before 10:00.`
fn calling_times(analysis: &Analysis) -> Option<String> {
    let of = |field: Qualification| {
        let said = analysis.requirements.iter().find(|requirement| requirement.column() == Some(field))?;
        Some(said.value.as_str())
    };
    let before = of(Qualification::DoNotCallBefore).map(|time| format!("before {time}"));
    let after = of(Qualification::DoNotCallAfter).map(|time| format!("after {time}"));
    let times: Vec<String> = before.into_iter().chain(after).collect();
    (!times.is_empty()).then(|| format!("Not to be rung {}.", times.join(" or ")))
}

async fn leave(
    app: &App,
    tx: &mut Tx,
    one: &ToReview,
    (task, kind, key): (&FollowUp, TaskKind, &str),
) -> Result<(), StoreError> {
    let now = app.now();
    let new = NewTask {
        id: &app.id("task"),
        kind,
        priority: if task.urgent { Priority::Urgent } else { Priority::Normal },
        title: &task.title,
        notes: Some(&task.words).filter(|words| !words.is_empty()).map(String::as_str),
        lead: Some(one.lead),
        conversation: Some(&one.conversation),
        message: None,
        dedupe_key: &task_key(one, key),
        due: Some(app.hours().next_opening(now)),
        now,
    };
    tx.add_task(&new).await?;
    Ok(())
}

/// Scores fade with time alone: each lead's is worked out again once a day.
pub async fn rate_daily(app: &App) -> Result<(), StoreError> {
    /// A few at a time: no transaction is long.
    const AT_ONCE: i64 = 100;
    let now = app.now();
    let today = agency::london::instant_at(agency::london::date_of(now), jiff::civil::Time::midnight());
    for lead in app.store.leads_to_score(today, AT_ONCE).await? {
        let mut tx = app.store.begin().await?;
        rate(&mut tx, lead, now).await?;
        tx.commit().await?;
    }
    Ok(())
}
