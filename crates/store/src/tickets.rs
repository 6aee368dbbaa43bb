//! Repair tickets: opened, added to, told to those who reported them; and the one-time codes that prove who asks.

use agency::crm::TicketId;
use agency::language::Address;
use agency::phone::PhoneNumber;
use agency::tools::find_ticket::{KnownTenant, KnownTicket};
use agency::triage::Level;
use jiff::{SignedDuration, Timestamp};

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::managed::ManagedHome;
use crate::types::{Int, Ts};

#[derive(Clone, Debug)]
pub struct NewTicket<'a> {
    pub home: Option<&'a ManagedHome>,
    pub category: &'a str,
    pub urgency: Level,
    pub description: &'a str,
    pub call_sid: Option<&'a str>,
    pub now: Timestamp,
}

/// A ticket as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub id: TicketId,
    pub reference: String,
}

#[derive(sqlx::FromRow)]
struct TicketRow {
    id: Int,
    reference: String,
    category: String,
    status: String,
    tenant_name: String,
    address_line1: String,
    postcode: String,
    manager_name: Option<String>,
}

macro_rules! select_tickets {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, COALESCE(k.reference, '') AS reference, COALESCE(k.category, '') AS category, COALESCE(k.status, '') AS status, \
             COALESCE(t.name, '') AS tenant_name, COALESCE(h.address_line1, '') AS address_line1, COALESCE(h.postcode, '') AS postcode, u.name AS manager_name \
             FROM support_tickets k JOIN pm_tenants t ON t.id = k.tenant_id JOIN pm_properties h ON h.id = k.pm_property_id \
             LEFT JOIN users u ON u.id = k.assigned_to ",
            $rest
        )
    };
}

impl TicketRow {
    fn known(self) -> KnownTicket {
        KnownTicket {
            id: TicketId(self.id.0),
            reference: self.reference,
            category: self.category,
            status: self.status,
            tenant_name: self.tenant_name,
            home: Address::of_home(&self.address_line1, &self.postcode),
            manager_name: self.manager_name,
        }
    }
}

/// A code is good for so long, and may be tried so often.
const CODE_FOR: SignedDuration = SignedDuration::from_mins(10);
const TRIES_MAX: i64 = 3;
/// So many codes go to one tenant in an hour.
const CODES_MAX: i64 = 3;

impl Store {
    /// Tickets with these figures in their reference.
    pub async fn tickets_with(&self, figures: &str) -> Result<Vec<KnownTicket>, StoreError> {
        const SQL: &str = select_tickets!("WHERE k.reference LIKE $1 ORDER BY k.id DESC LIMIT 20");
        let rows: Vec<TicketRow> =
            read!(self, |c| sqlx::query_as(SQL).bind(format!("%{figures}")).fetch_all(c).await)?;
        Ok(rows.into_iter().map(TicketRow::known).collect())
    }

    /// A tenant's tickets, the newest first; those that are done long ago are not told.
    pub async fn tickets_of(&self, tenant: i64) -> Result<Vec<KnownTicket>, StoreError> {
        const SQL: &str =
            select_tickets!("WHERE k.tenant_id = $1 AND k.status <> 'closed' ORDER BY k.id DESC LIMIT 3");
        let rows: Vec<TicketRow> = read!(self, |c| sqlx::query_as(SQL).bind(tenant).fetch_all(c).await)?;
        Ok(rows.into_iter().map(TicketRow::known).collect())
    }

    /// Every tenant with a telephone, for a silent comparison.
    pub async fn tenants(&self) -> Result<Vec<KnownTenant>, StoreError> {
        const SQL: &str = "SELECT t.id, COALESCE(t.name, ''), t.phone, COALESCE(h.address_line1, ''), COALESCE(h.postcode, '') FROM pm_tenants t \
             JOIN pm_properties h ON h.id = t.pm_property_id WHERE t.phone IS NOT NULL ORDER BY t.id";
        let rows: Vec<(Int, String, String, String, String)> =
            read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
        let tenant = |(id, name, phone, line, postcode): (Int, String, String, String, String)| {
            let (phone, home) = (PhoneNumber::parse(&phone).ok()?, Address::of_home(&line, &postcode));
            Some(KnownTenant { id: id.0, name, phone, home })
        };
        Ok(rows.into_iter().filter_map(tenant).collect())
    }

    /// How many codes went to a tenant in the last hour; more are not sent.
    pub async fn may_send_code(&self, tenant: i64, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT count(*) FROM verification_codes WHERE tenant_id = $1 AND sent_at > $2";
        let since = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(now);
        let sent: Int =
            read!(self, |c| sqlx::query_scalar(SQL).bind(tenant).bind(Ts(since)).fetch_one(c).await)?;
        Ok(sent.0 < CODES_MAX)
    }
}

impl Tx {
    /// Opens a ticket. Its reference follows from its number.
    pub async fn open_ticket(&mut self, new: &NewTicket<'_>) -> Result<Ticket, StoreError> {
        self.changed(Subject::Ticket, None);
        const SQL: &str = "INSERT INTO support_tickets (reference, tenant_id, pm_property_id, category, urgency, description, status, assigned_to, call_sid, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9) RETURNING id";
        const NAME: &str = "UPDATE support_tickets SET reference = $2 WHERE id = $1";
        let home = new.home;
        let id: Int = within!(self, |c| sqlx::query_scalar(SQL)
            .bind("T-new")
            .bind(home.and_then(|home| home.tenant))
            .bind(home.map(|home| home.id.0))
            .bind(new.category)
            .bind(new.urgency.word())
            .bind(new.description)
            .bind(home.and_then(|home| home.manager.as_ref()?.user).map(|user| user.0))
            .bind(new.call_sid)
            .bind(Ts(new.now))
            .fetch_one(c)
            .await)?;
        let id = TicketId(id.0);
        let reference = id.reference();
        execute!(self, sqlx::query(NAME).bind(id.0).bind(&reference))?;
        Ok(Ticket { id, reference })
    }

    /// What else was said of it; where it is, once that is known.
    pub async fn add_to_ticket(
        &mut self,
        ticket: TicketId,
        words: &str,
        home: Option<&ManagedHome>,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE support_tickets SET description = description || $2, tenant_id = COALESCE($3, tenant_id), \
             pm_property_id = COALESCE($4, pm_property_id), assigned_to = COALESCE($5, assigned_to) WHERE id = $1";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(ticket.0)
                .bind(words)
                .bind(home.and_then(|home| home.tenant))
                .bind(home.map(|home| home.id.0))
                .bind(home.and_then(|home| home.manager.as_ref()?.user).map(|user| user.0))
        )?;
        Ok(())
    }

    /// It told of what another ticket tells of.
    pub async fn close_ticket(&mut self, ticket: TicketId, why: &str) -> Result<(), StoreError> {
        self.changed(Subject::Ticket, Some(&ticket.0.to_string()));
        const SQL: &str =
            "UPDATE support_tickets SET status = 'closed', description = description || $2 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(ticket.0).bind(why))?;
        Ok(())
    }

    pub async fn keep_code(
        &mut self,
        id: &str,
        conversation: &str,
        tenant: i64,
        digest: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO verification_codes (id, conversation_id, tenant_id, digest, sent_at) VALUES ($1, $2, $3, $4, $5)";
        execute!(self, sqlx::query(SQL).bind(id).bind(conversation).bind(tenant).bind(digest).bind(Ts(now)))?;
        Ok(())
    }

    /// Tries a code: the tenant it was sent to, if it is the latest of this conversation, right, fresh, not used and not tried
    /// too often. Every try counts.
    pub async fn try_code(
        &mut self,
        conversation: &str,
        digest: &str,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        const LATEST: &str = "SELECT id, tenant_id, digest FROM verification_codes WHERE conversation_id = $1 AND used_at IS NULL \
             AND sent_at > $2 AND attempts < $3 ORDER BY id DESC LIMIT 1";
        const TRIED: &str =
            "UPDATE verification_codes SET attempts = attempts + 1, used_at = $2 WHERE id = $1";
        let since = now.saturating_sub(CODE_FOR).unwrap_or(now);
        let latest: Option<(String, Int, String)> = within!(self, |c| sqlx::query_as(LATEST)
            .bind(conversation)
            .bind(Ts(since))
            .bind(TRIES_MAX)
            .fetch_optional(c)
            .await)?;
        let Some((id, tenant, kept)) = latest else { return Ok(None) };
        let is_right = kept == digest;
        execute!(self, sqlx::query(TRIED).bind(id).bind(is_right.then_some(Ts(now))))?;
        Ok(is_right.then_some(tenant.0))
    }
}
