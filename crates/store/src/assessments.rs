//! What colleagues think of calls they read, one assessment each.

use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Tx, execute};
use crate::error::StoreError;
use crate::types::{TextList, Ts};

#[derive(Clone, Debug)]
pub struct NewAssessment<'a> {
    pub id: &'a str,
    pub conversation: &'a str,
    pub account: &'a str,
    /// 1 to 5.
    pub score: i64,
    /// What the caller really wanted, of the intents' words.
    pub intent: Option<&'a str>,
    pub intent_is_right: Option<bool>,
    pub tags: Vec<String>,
    pub comment: Option<&'a str>,
    pub now: Timestamp,
}

impl Tx {
    /// Whoever assesses a call again changes what they said of it.
    pub async fn assess(&mut self, new: &NewAssessment<'_>) -> Result<(), StoreError> {
        self.changed(Subject::Call, Some(new.conversation));
        const SQL: &str = "INSERT INTO assessments (id, conversation_id, account_id, score, intent, intent_is_right, tags, comment, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (conversation_id, account_id) DO UPDATE SET score = excluded.score, \
             intent = excluded.intent, intent_is_right = excluded.intent_is_right, tags = excluded.tags, comment = excluded.comment, updated_at = excluded.updated_at";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(new.conversation)
                .bind(new.account)
                .bind(new.score)
                .bind(new.intent)
                .bind(new.intent_is_right)
                .bind(TextList(new.tags.clone()))
                .bind(new.comment)
                .bind(Ts(new.now))
        )?;
        Ok(())
    }
}
