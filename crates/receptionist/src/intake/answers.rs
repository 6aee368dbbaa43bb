//! Answers to what we asked in writing: how a call was, from 1 to 5, what could have been better, and how a viewing went.

use agency::crm::{LeadId, Priority, PropertyId, TaskKind};
use agency::messages::{Way, kind, score_in, survey_thanks};
use agency::phone::PhoneNumber;
use agency::tools::take_message::call_back_due;
use jiff::SignedDuration;
use store::{NewTask, StoreError, Tx};

use crate::app::App;
use crate::outbox::{About, Post, post};

/// What was answered.
pub(super) enum Answered {
    Score { survey: String, score: i64, phone: PhoneNumber },
    Comment { survey: String },
    Feedback { home: PropertyId },
}

impl Answered {
    pub(super) fn is_score(&self) -> bool {
        matches!(self, Self::Score { .. })
    }
}

/// So long a question stands open.
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(72);

/// Which open question these words answer, if any. A figure alone is a score; other words are of the viewing, or of the call.
pub(super) async fn to_question(
    app: &App,
    phone: &PhoneNumber,
    words: &str,
) -> Result<Option<Answered>, StoreError> {
    let Some(lead) = app.store.lead_with(phone).await? else { return Ok(None) };
    let since = app.now().saturating_sub(OPEN_FOR).unwrap_or_default();
    let survey = app.store.survey_since(lead, since).await?;
    Ok(match (survey, score_in(words)) {
        (Some(survey), Some(score)) if survey.score.is_none() => {
            Some(Answered::Score { survey: survey.id, score, phone: phone.clone() })
        }
        (Some(survey), None) if survey.score.is_some() => Some(Answered::Comment { survey: survey.id }),
        (_, None) => app.store.asked_about(lead, since).await?.map(|home| Answered::Feedback { home }),
        _ => None,
    })
}

/// Keeps the answer; what a person should hear of is their task.
pub(super) async fn keep(
    app: &App,
    tx: &mut Tx,
    (message, lead): (&str, LeadId),
    answered: &Answered,
    words: &str,
) -> Result<(), StoreError> {
    const UNHAPPY: i64 = 2;
    match answered {
        Answered::Score { survey, score, phone } => {
            tx.answer_survey(survey, *score, app.now()).await?;
            thank(app, tx, lead, (survey, *score, phone)).await?;
            if *score <= UNHAPPY {
                let title = format!("A caller gave {score} of 5: ring them");
                leave(app, tx, (message, lead), (&title, words)).await?;
            }
            Ok(())
        }
        Answered::Comment { survey } => tx.comment_survey(survey, words).await,
        Answered::Feedback { home } => tx.keep_feedback(lead, *home, words).await,
    }
}

async fn thank(
    app: &App,
    tx: &mut Tx,
    lead: LeadId,
    (survey, score, phone): (&str, i64, &PhoneNumber),
) -> Result<(), StoreError> {
    let about = About { lead: Some(lead), conversation: None, alert: None };
    let thanks = Post {
        kind: kind::SURVEY_THANKS,
        to: phone,
        way: Way::Sms,
        body: &survey_thanks(score, app.agency()),
        appointment: None,
        dedupe_key: &format!("{}:{survey}", kind::SURVEY_THANKS),
    };
    post(app, tx, &about, &thanks).await
}

async fn leave(
    app: &App,
    tx: &mut Tx,
    (message, lead): (&str, LeadId),
    (title, words): (&str, &str),
) -> Result<(), StoreError> {
    let now = app.now();
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::Complaint,
        priority: Priority::Urgent,
        title,
        notes: Some(words),
        lead: Some(lead),
        conversation: None,
        message: Some(message),
        dedupe_key: &format!("answer:{message}"),
        due: Some(call_back_due(app.hours(), now)),
        now,
    };
    tx.add_task(&task).await?;
    Ok(())
}
