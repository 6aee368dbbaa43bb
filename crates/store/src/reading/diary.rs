//! Appointments and repairs, as the agency's own tables have them.

use jiff::Timestamp;

use super::row::row;
use super::{ByRank, Paging, unzip};
use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::types::Ts;

row! {
    ViewingView {
        id: i64,
        /// viewing or valuation.
        kind: String,
        start: Timestamp,
        minutes: i64,
        /// booked, cancelled, completed or `no_show`.
        status: String,
        viewer_name: Option<String>,
        viewer_phone: Option<String>,
        lead: Option<i64>,
        agent: Option<i64>,
        agent_name: Option<String>,
        property: Option<i64>,
        reference: Option<String>,
        address: Option<String>,
        /// The latest message about it, such as `viewing_confirmation`, and what became of it; none: nothing was sent.
        told: Option<String>,
        told_status: Option<String>,
    }
}

row! {
    TicketView {
        id: i64,
        reference: String,
        category: String,
        /// emergency, urgent or normal.
        urgency: String,
        description: String,
        status: String,
        tenant_name: Option<String>,
        /// Masked for read-only accounts.
        tenant_phone: Option<String>,
        address: Option<String>,
        assigned_to: Option<i64>,
        manager_name: Option<String>,
        /// The conversation it was reported in.
        call: Option<String>,
        created: Timestamp,
    }
}

macro_rules! select_tickets {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, k.reference, k.category, k.urgency, k.description, k.status, t.name AS tenant_name, t.phone AS tenant_phone, \
             h.address_line1 AS address, k.assigned_to, u.name AS manager_name, COALESCE((SELECT c.id FROM conversations c WHERE c.call_sid = k.call_sid), \
             (SELECT min(c.id) FROM conversations c WHERE c.ticket_id = k.id)) AS call, k.created_at AS created \
             FROM support_tickets k LEFT JOIN pm_tenants t ON t.id = k.tenant_id LEFT JOIN pm_properties h ON h.id = k.pm_property_id \
             LEFT JOIN users u ON u.id = k.assigned_to ",
            $rest
        )
    };
}

impl TicketView {
    #[must_use]
    pub fn place(&self) -> ByRank<i64> {
        let rank = match self.urgency.as_str() {
            "emergency" => 0,
            "urgent" => 1,
            _ => 2,
        };
        (rank, self.created, self.id)
    }
}

impl Store {
    /// Appointments that begin in this time, of everybody or of one lead; at most 500.
    pub async fn viewings(
        &self,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
        lead: Option<i64>,
    ) -> Result<Vec<ViewingView>, StoreError> {
        const SQL: &str = "SELECT a.id, COALESCE(a.kind, 'viewing') AS kind, a.scheduled_date AS start, COALESCE(a.duration_minutes, 30) AS minutes, \
             a.status, a.viewer_name, a.viewer_phone, a.lead_id AS lead, a.agent_id AS agent, u.name AS agent_name, a.property_id AS property, \
             p.reference, COALESCE(p.address_line1, a.address) AS address, m.kind AS told, m.status AS told_status \
             FROM viewing_appointments a LEFT JOIN users u ON u.id = a.agent_id LEFT JOIN properties p ON p.id = a.property_id \
             LEFT JOIN messages m ON m.id = (SELECT n.id FROM messages n WHERE n.appointment_id = a.id AND n.direction = 'outbound' ORDER BY n.created_at DESC, n.id DESC LIMIT 1) \
             WHERE ($1 IS NULL OR a.scheduled_date >= $1) AND ($2 IS NULL OR a.scheduled_date < $2) AND ($3 IS NULL OR a.lead_id = $3) \
             ORDER BY a.scheduled_date, a.id LIMIT 500";
        Ok(read!(self, |c| sqlx::query_as(SQL)
            .bind(from.map(Ts))
            .bind(until.map(Ts))
            .bind(lead)
            .fetch_all(c)
            .await)?)
    }

    /// Repairs: the urgent first, then the newest. `is_open`: only those still to be done, or only the others.
    pub async fn tickets(
        &self,
        is_open: Option<bool>,
        urgency: Option<&str>,
        paging: &Paging<ByRank<i64>>,
    ) -> Result<Vec<TicketView>, StoreError> {
        const SQL: &str = select_tickets!(
            "WHERE ($1 IS NULL OR (k.status NOT IN ('resolved', 'closed')) = $1) AND ($2 IS NULL OR k.urgency = $2) \
             AND ($3 IS NULL OR CASE k.urgency WHEN 'emergency' THEN 0 WHEN 'urgent' THEN 1 ELSE 2 END > $3 \
               OR (CASE k.urgency WHEN 'emergency' THEN 0 WHEN 'urgent' THEN 1 ELSE 2 END = $3 AND (k.created_at, k.id) < ($4, $5))) \
             ORDER BY CASE k.urgency WHEN 'emergency' THEN 0 WHEN 'urgent' THEN 1 ELSE 2 END, k.created_at DESC, k.id DESC LIMIT $6"
        );
        let (rank, at, id) = unzip(paging.after);
        Ok(read!(self, |c| sqlx::query_as(SQL)
            .bind(is_open)
            .bind(urgency)
            .bind(rank)
            .bind(at.map(Ts))
            .bind(id)
            .bind(paging.limit)
            .fetch_all(c)
            .await)?)
    }

    pub async fn ticket(&self, id: i64) -> Result<Option<TicketView>, StoreError> {
        const SQL: &str = select_tickets!("WHERE k.id = $1");
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }
}

impl Tx {
    /// Whoever changes this repair after us waits until we have committed.
    pub async fn lock_ticket(&mut self, id: i64) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE support_tickets SET status = status WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id))?;
        Ok(())
    }

    /// What staff change of a repair: status, urgency, and whose it is.
    pub async fn edit_ticket(&mut self, ticket: &TicketView) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE support_tickets SET status = $2, urgency = $3, assigned_to = $4 WHERE id = $1";
        self.changed(Subject::Ticket, Some(&ticket.id.to_string()));
        execute!(
            self,
            sqlx::query(SQL)
                .bind(ticket.id)
                .bind(&ticket.status)
                .bind(&ticket.urgency)
                .bind(ticket.assigned_to)
        )?;
        Ok(())
    }
}
