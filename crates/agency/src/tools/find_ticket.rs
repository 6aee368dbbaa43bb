//! Read: how a repair stands, or the papers of a tenancy. Told only to who shows they know it: full name, address or whole postcode, and the
//! ticket's reference, all matched in silence; or, without the reference, to who reads back the code that was sent to the number on file (the second and
//! third rungs of the disclosure ladder, `domain.md` §3.4 of the reference).

use serde::{Deserialize, Serialize};

use super::same_name::is_same_name;
use crate::crm::TicketId;
use crate::language::Address;
use crate::phone::PhoneNumber;

/// What the caller has said of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FindTicket {
    pub name: String,
    pub place: Option<Address>,
    /// The figures of a reference such as T-12.
    pub reference: Option<String>,
    /// They want their papers, not how a repair stands.
    #[serde(default)]
    pub papers: bool,
}

/// A ticket as it is kept.
#[derive(Clone, Debug)]
pub struct KnownTicket {
    pub id: TicketId,
    pub reference: String,
    pub category: String,
    pub status: String,
    pub tenant_name: String,
    pub home: Address,
    pub manager_name: Option<String>,
}

/// A tenant as we have them.
#[derive(Clone, Debug)]
pub struct KnownTenant {
    pub id: i64,
    pub name: String,
    pub phone: PhoneNumber,
    pub home: Address,
}

/// How a ticket stands, as it may be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketStatus {
    pub reference: String,
    pub category: String,
    pub status: String,
    pub manager_name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketOutcome {
    Told(Vec<TicketStatus>),
    /// Nothing fits all that was said.
    NotFound,
    /// Sent if there is somebody to send it to: the caller does not learn which.
    CodeSent,
    WrongCode,
    /// So many papers went to the number on file.
    PapersSent(usize),
}

impl FindTicket {
    fn is_of(&self, name: &str, home: &Address) -> bool {
        self.place.as_ref().is_some_and(|place| place.is_home(home) || place.is_postcode_of(home))
            && is_same_name(&self.name, name)
    }

    /// The one tenant that name and address fit.
    pub fn tenant(&self, tenants: Vec<KnownTenant>) -> Option<KnownTenant> {
        let mut fitting = tenants.into_iter().filter(|tenant| self.is_of(&tenant.name, &tenant.home));
        fitting.next().filter(|_| fitting.next().is_none())
    }
}

/// The ticket that all of it fits.
pub fn decide(call: &FindTicket, tickets: Vec<KnownTicket>) -> TicketOutcome {
    let Some(figures) = &call.reference else { return TicketOutcome::NotFound };
    let is_it = |ticket: &KnownTicket| {
        let own: String = ticket.reference.chars().filter(char::is_ascii_digit).collect();
        own == *figures && call.is_of(&ticket.tenant_name, &ticket.home)
    };
    match tickets.into_iter().find(is_it) {
        Some(ticket) => TicketOutcome::Told(vec![status(ticket)]),
        None => TicketOutcome::NotFound,
    }
}

pub fn status(ticket: KnownTicket) -> TicketStatus {
    TicketStatus {
        reference: ticket.reference,
        category: ticket.category,
        status: ticket.status,
        manager_name: ticket.manager_name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> KnownTicket {
        KnownTicket {
            id: TicketId(12),
            reference: "T-12".into(),
            category: "heating and hot water".into(),
            status: "open".into(),
            tenant_name: "Grace Mensah".into(),
            home: Address::of_home("Flat 2, 18 Elgin Avenue", "W9 2QL"),
            manager_name: Some("Ruth Adeyemi".into()),
        }
    }

    #[test]
    fn all_of_it_must_be_right() {
        let right = FindTicket {
            name: "Grace Mensa".into(),
            place: Some(Address::of_line("Flat 2, 18 Elgin Avenue")),
            reference: Some("12".into()),
            papers: false,
        };
        assert!(matches!(decide(&right, vec![ticket()]), TicketOutcome::Told(_)));
        let by_postcode = |code: &str| FindTicket {
            place: Some(Address { postcode: Some(code.into()), ..Address::default() }),
            ..right.clone()
        };
        assert!(matches!(decide(&by_postcode("W9 2QL"), vec![ticket()]), TicketOutcome::Told(_)));
        for wrong in [
            by_postcode("W9"),
            by_postcode("W9 2QN"),
            FindTicket { name: "Grace".into(), ..right.clone() },
            FindTicket { name: "Joan Achebe".into(), ..right.clone() },
            FindTicket { place: None, ..right.clone() },
            FindTicket { place: Some(Address::of_line("Flat 3, 18 Elgin Avenue")), ..right.clone() },
            FindTicket { reference: Some("2".into()), ..right.clone() },
            FindTicket { reference: None, ..right.clone() },
        ] {
            assert_eq!(decide(&wrong, vec![ticket()]), TicketOutcome::NotFound, "{wrong:?}");
        }
    }
}
