//! What colleagues write down: of a lead, of a repair, of a call or of one line of it.

use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::reading::row::row;
use crate::types::{Int, Ts};

/// What a note is of.
#[derive(Clone, Copy, Debug)]
pub enum NoteOf<'a> {
    Lead(i64),
    Ticket(i64),
    /// A conversation, or one line of it.
    Call(&'a str, Option<&'a str>),
}

#[derive(Clone, Debug)]
pub struct NewNote<'a> {
    pub id: &'a str,
    pub of: NoteOf<'a>,
    pub account: &'a str,
    pub body: &'a str,
    /// Written again with the same, it is one note.
    pub dedupe_key: &'a str,
    pub now: Timestamp,
}

row! {
    NoteView {
        id: String,
        /// Who wrote it, as an account and by name.
        account: String,
        by: String,
        body: String,
        /// The line of a conversation that it is of.
        line: Option<String>,
        written: Timestamp,
    }
}

impl<'a> NoteOf<'a> {
    fn columns(self) -> (Option<i64>, Option<i64>, Option<&'a str>, Option<&'a str>) {
        match self {
            Self::Lead(lead) => (Some(lead), None, None, None),
            Self::Ticket(ticket) => (None, Some(ticket), None, None),
            Self::Call(call, line) => (None, None, Some(call), line),
        }
    }

    fn subject(self) -> (Subject, String) {
        match self {
            Self::Lead(lead) => (Subject::Lead, lead.to_string()),
            Self::Ticket(ticket) => (Subject::Ticket, ticket.to_string()),
            Self::Call(call, _) => (Subject::Call, call.to_owned()),
        }
    }
}

impl Store {
    /// In the order they were written; of a conversation, those of its lines too.
    pub async fn notes_of(&self, of: NoteOf<'_>) -> Result<Vec<NoteView>, StoreError> {
        const SQL: &str = "SELECT n.id, n.account_id AS account, COALESCE(s.name, n.account_id) AS by, n.body, n.turn_id AS line, n.created_at AS written \
             FROM notes n LEFT JOIN staff_accounts s ON s.id = n.account_id \
             WHERE n.lead_id = $1 OR n.ticket_id = $2 OR n.conversation_id = $3 ORDER BY n.created_at, n.id";
        let (lead, ticket, call, _) = of.columns();
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(lead).bind(ticket).bind(call).fetch_all(c).await)?)
    }
}

impl Tx {
    /// False: it was written already.
    pub async fn add_note(&mut self, new: &NewNote<'_>) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO notes (id, lead_id, ticket_id, conversation_id, turn_id, account_id, body, dedupe_key, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (dedupe_key) DO NOTHING";
        let (subject, id) = new.of.subject();
        self.changed(subject, Some(&id));
        let (lead, ticket, call, line) = new.of.columns();
        let written = execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(lead)
                .bind(ticket)
                .bind(call)
                .bind(line)
                .bind(new.account)
                .bind(new.body)
                .bind(new.dedupe_key)
                .bind(Ts(new.now))
        )?;
        Ok(written > 0)
    }

    /// Whoever wrote a note takes it back; false: there is no such note of theirs.
    pub async fn remove_note(&mut self, id: &str, account: &str) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM notes WHERE id = $1 AND account_id = $2 RETURNING lead_id, ticket_id, conversation_id";
        let gone: Option<(Option<Int>, Option<Int>, Option<String>)> =
            within!(self, |c| sqlx::query_as(SQL).bind(id).bind(account).fetch_optional(c).await)?;
        let of = match &gone {
            Some((Some(lead), ..)) => NoteOf::Lead(lead.0),
            Some((_, Some(ticket), _)) => NoteOf::Ticket(ticket.0),
            Some((.., Some(call))) => NoteOf::Call(call, None),
            _ => return Ok(false),
        };
        let (subject, subject_id) = of.subject();
        self.changed(subject, Some(&subject_id));
        Ok(true)
    }
}
