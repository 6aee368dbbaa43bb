//! Colleagues who sign in: accounts, sessions, one-time links, and the audit of what each has changed. Tokens come as hashes.

use agency::crm::UserId;
use agency::staff::StaffRole;
use jiff::Timestamp;

use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::types::{Int, Ts};

#[derive(Clone, Debug)]
pub struct Account {
    pub id: String,
    pub email: String,
    pub name: String,
    pub role: StaffRole,
    /// Who they are in the CRM.
    pub user: Option<UserId>,
    /// PHC text; none until they have chosen one.
    pub password_hash: Option<String>,
    /// Base32; none: no second factor.
    pub totp_secret: Option<String>,
    pub failed_attempts: i64,
    pub locked_until: Option<Timestamp>,
    pub is_disabled: bool,
    pub created: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    email: String,
    name: String,
    role: String,
    user_id: Option<Int>,
    password_hash: Option<String>,
    totp_secret: Option<String>,
    failed_attempts: Int,
    locked_until: Option<Ts>,
    disabled_at: Option<Ts>,
    created_at: Ts,
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            // The column's check lets no other word in.
            role: StaffRole::from_word(&row.role).unwrap_or(StaffRole::ReadOnly),
            user: row.user_id.map(|id| UserId(id.0)),
            password_hash: row.password_hash,
            totp_secret: row.totp_secret,
            failed_attempts: row.failed_attempts.0,
            locked_until: row.locked_until.map(|at| at.0),
            is_disabled: row.disabled_at.is_some(),
            created: row.created_at.0,
        }
    }
}

/// A browser that is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    pub account: String,
    pub browser: Option<String>,
    pub created: Timestamp,
    pub seen: Timestamp,
    pub expires: Timestamp,
}

type SessionRow = (String, String, Option<String>, Ts, Ts, Ts);

fn session((id, account, browser, created, seen, expires): SessionRow) -> Session {
    Session { id, account, browser, created: created.0, seen: seen.0, expires: expires.0 }
}

#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    pub id: &'a str,
    pub email: &'a str,
    pub name: &'a str,
    pub role: StaffRole,
    pub user: Option<UserId>,
    pub now: Timestamp,
}

/// Who did what to which record.
#[derive(Clone, Debug)]
pub struct Audited<'a> {
    pub id: &'a str,
    pub actor: &'a str,
    pub action: &'a str,
    pub subject: &'a str,
    pub detail: Option<&'a str>,
    pub now: Timestamp,
}

/// An entry of the audit; the actor by name, where there still is one.
#[derive(Clone, Debug)]
pub struct AuditRow {
    pub id: String,
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub detail: Option<String>,
    pub happened: Timestamp,
}

type AuditedRow = (String, String, String, String, Option<String>, Ts);

macro_rules! select_accounts {
    ($rest:literal) => {
        concat!(
            "SELECT id, email, name, role, user_id, password_hash, totp_secret, failed_attempts, locked_until, disabled_at, created_at \
             FROM staff_accounts ",
            $rest
        )
    };
}

macro_rules! select_sessions {
    ($rest:literal) => {
        concat!("SELECT id, account_id, browser, created_at, seen_at, expires_at FROM staff_sessions ", $rest)
    };
}

impl Store {
    pub async fn account(&self, id: &str) -> Result<Option<Account>, StoreError> {
        const SQL: &str = select_accounts!("WHERE id = $1");
        let row: Option<Row> = read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
        Ok(row.map(Account::from))
    }

    /// `email` in small letters.
    pub async fn account_of(&self, email: &str) -> Result<Option<Account>, StoreError> {
        const SQL: &str = select_accounts!("WHERE email = $1");
        let row: Option<Row> = read!(self, |c| sqlx::query_as(SQL).bind(email).fetch_optional(c).await)?;
        Ok(row.map(Account::from))
    }

    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        const SQL: &str = select_accounts!("ORDER BY name, id");
        let rows: Vec<Row> = read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
        Ok(rows.into_iter().map(Account::from).collect())
    }

    /// Whose link it is, if it is good.
    pub async fn link_of(&self, token_hash: &str, now: Timestamp) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT account_id FROM staff_links WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(token_hash).bind(Ts(now)).fetch_optional(c).await)?)
    }

    /// What was changed, or who looked at whom; the latest first.
    pub async fn audited(&self, looks: bool, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        const SQL: &str = "SELECT e.id, COALESCE(a.name, e.actor), e.action, e.subject, e.detail, e.happened_at \
             FROM audit_log e LEFT JOIN staff_accounts a ON a.id = e.actor WHERE (e.action = 'looked_at') = $2 ORDER BY e.happened_at DESC, e.id DESC LIMIT $1";
        let rows: Vec<AuditedRow> =
            read!(self, |c| sqlx::query_as(SQL).bind(limit).bind(looks).fetch_all(c).await)?;
        let entry = |(id, actor, action, subject, detail, happened): AuditedRow| AuditRow {
            id,
            actor,
            action,
            subject,
            detail,
            happened: happened.0,
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Whether this look is written down.
    pub async fn is_audited(&self, id: &str) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT count(*) FROM audit_log WHERE id = $1";
        let count: i64 = read!(self, |c| sqlx::query_scalar(SQL).bind(id).fetch_one(c).await)?;
        Ok(count > 0)
    }

    /// The session of this token that is still good.
    pub async fn session(&self, token_hash: &str, now: Timestamp) -> Result<Option<Session>, StoreError> {
        const SQL: &str = select_sessions!("WHERE token_hash = $1 AND expires_at > $2");
        let row: Option<SessionRow> =
            read!(self, |c| sqlx::query_as(SQL).bind(token_hash).bind(Ts(now)).fetch_optional(c).await)?;
        Ok(row.map(session))
    }

    pub async fn sessions_of(&self, account: &str, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        const SQL: &str =
            select_sessions!("WHERE account_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id");
        let rows: Vec<SessionRow> =
            read!(self, |c| sqlx::query_as(SQL).bind(account).bind(Ts(now)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(session).collect())
    }
}

impl Tx {
    /// Belongs to the colleague named, or else to the one with this address in the CRM. Refused with
    /// [`StoreError::AlreadyDone`] where the address has an account.
    pub async fn add_account(&mut self, new: &NewAccount<'_>) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO staff_accounts (id, email, name, role, user_id, created_at, updated_at) VALUES ($1, $2, $3, $4, \
             COALESCE($5, (SELECT min(id) FROM users WHERE active = (1 = 1) AND lower(email) = $2)), $6, $6)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(new.email)
                .bind(new.name)
                .bind(new.role.word())
                .bind(new.user.map(|user| user.0))
                .bind(Ts(new.now))
        )
        .map_err(|error| StoreError::unique_as(error, StoreError::AlreadyDone))?;
        Ok(())
    }

    /// A wrong password or figure; from some number on the account rests until then.
    pub async fn sign_in_failed(
        &mut self,
        account: &str,
        rests_until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE staff_accounts SET failed_attempts = failed_attempts + 1, locked_until = $2 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(account).bind(rests_until.map(Ts)))?;
        Ok(())
    }

    pub async fn begin_session(&mut self, new: &Session, token_hash: &str) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO staff_sessions (id, account_id, token_hash, browser, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        const ACCOUNT: &str =
            "UPDATE staff_accounts SET failed_attempts = 0, locked_until = NULL WHERE id = $1";
        const OLD: &str = "DELETE FROM staff_sessions WHERE expires_at <= $1";
        execute!(self, sqlx::query(ACCOUNT).bind(&new.account))?;
        execute!(self, sqlx::query(OLD).bind(Ts(new.created)))?;
        execute!(
            self,
            sqlx::query(SQL)
                .bind(&new.id)
                .bind(&new.account)
                .bind(token_hash)
                .bind(&new.browser)
                .bind(Ts(new.created))
                .bind(Ts(new.seen))
                .bind(Ts(new.expires))
        )?;
        Ok(())
    }

    /// The session is in use: it lasts until then.
    pub async fn session_seen(
        &mut self,
        id: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE staff_sessions SET seen_at = $2, expires_at = $3 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id).bind(Ts(now)).bind(Ts(expires)))?;
        Ok(())
    }

    /// Says how many: none where it is not theirs.
    pub async fn end_session(&mut self, account: &str, id: &str) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM staff_sessions WHERE account_id = $1 AND id = $2";
        Ok(execute!(self, sqlx::query(SQL).bind(account).bind(id))?)
    }

    pub async fn end_sessions(&mut self, account: &str) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM staff_sessions WHERE account_id = $1";
        Ok(execute!(self, sqlx::query(SQL).bind(account))?)
    }

    pub async fn set_password(
        &mut self,
        account: &str,
        hash: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE staff_accounts SET password_hash = $2, failed_attempts = 0, locked_until = NULL, updated_at = $3 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(account).bind(hash).bind(Ts(now)))?;
        Ok(())
    }

    /// A link by which somebody chooses a password, once.
    pub async fn add_link(
        &mut self,
        token_hash: &str,
        account: &str,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO staff_links (token_hash, account_id, expires_at) VALUES ($1, $2, $3)";
        execute!(self, sqlx::query(SQL).bind(token_hash).bind(account).bind(Ts(expires)))?;
        Ok(())
    }

    /// Whose link it is, if it is good; from now on it is not.
    pub async fn use_link(&mut self, token_hash: &str, now: Timestamp) -> Result<Option<String>, StoreError> {
        const SQL: &str = "UPDATE staff_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING account_id";
        Ok(within!(self, |c| sqlx::query_scalar(SQL).bind(token_hash).bind(Ts(now)).fetch_optional(c).await)?)
    }

    /// The second factor: set, or (`None`) no more.
    pub async fn set_totp(
        &mut self,
        account: &str,
        secret: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE staff_accounts SET totp_secret = $2, totp_step = NULL, updated_at = $3 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(account).bind(secret).bind(Ts(now)))?;
        Ok(())
    }

    /// A figure of this half-minute is good once (RFC 6238, 5.2); says whether it is the first time.
    pub async fn use_totp(&mut self, account: &str, step: i64) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE staff_accounts SET totp_step = $2 WHERE id = $1 AND (totp_step IS NULL OR totp_step < $2)";
        Ok(execute!(self, sqlx::query(SQL).bind(account).bind(step))? > 0)
    }

    /// Role, colleague in the CRM, and whether they may sign in at all. Whoever may not any more is signed out everywhere.
    pub async fn change_account(
        &mut self,
        account: &str,
        (role, user): (StaffRole, Option<UserId>),
        is_disabled: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE staff_accounts SET role = $2, disabled_at = $3, user_id = $5, version = version + 1, updated_at = $4 WHERE id = $1";
        let disabled = is_disabled.then_some(Ts(now));
        let changed = execute!(
            self,
            sqlx::query(SQL)
                .bind(account)
                .bind(role.word())
                .bind(disabled)
                .bind(Ts(now))
                .bind(user.map(|user| user.0))
        )?;
        if is_disabled {
            self.end_sessions(account).await?;
        }
        Ok(changed > 0)
    }

    pub async fn audit(&mut self, entry: &Audited<'_>) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO audit_log (id, actor, action, subject, detail, happened_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(entry.id)
                .bind(entry.actor)
                .bind(entry.action)
                .bind(entry.subject)
                .bind(entry.detail)
                .bind(Ts(entry.now))
        )?;
        Ok(())
    }
}
