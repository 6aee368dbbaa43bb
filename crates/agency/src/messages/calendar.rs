//! Calendar invitations (RFC 5545, RFC 5546): the instant in UTC, so that no program can misread the zone; an update has the
//! same UID and a higher SEQUENCE, and so has a cancellation.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::letter::Attachment;

pub(super) struct Invitation<'a> {
    /// The same for all that concerns one appointment.
    pub uid: &'a str,
    pub start: Timestamp,
    pub minutes: i64,
    pub title: &'a str,
    pub place: &'a str,
    pub notes: &'a str,
    pub organiser: (&'a str, &'a str),
    pub guest: (&'a str, &'a str),
    pub now: Timestamp,
    pub is_cancelled: bool,
}

impl Invitation<'_> {
    pub(super) fn attachment(&self) -> Attachment {
        let method = if self.is_cancelled { "CANCEL" } else { "REQUEST" };
        Attachment::Calendar { method: method.to_owned(), text: self.text(method) }
    }

    fn text(&self, method: &str) -> String {
        let end =
            self.start.saturating_add(jiff::SignedDuration::from_mins(self.minutes)).unwrap_or(self.start);
        let status = if self.is_cancelled { "CANCELLED" } else { "CONFIRMED" };
        let ((organiser, from), (guest, to)) = (self.organiser, self.guest);
        let lines = [
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//receptionist//EN".to_owned(),
            format!("METHOD:{method}"),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", escaped(self.uid)),
            format!("SEQUENCE:{}", sequence(self.now)),
            format!("DTSTAMP:{}", utc(self.now)),
            format!("DTSTART:{}", utc(self.start)),
            format!("DTEND:{}", utc(end)),
            format!("SUMMARY:{}", escaped(self.title)),
            format!("LOCATION:{}", escaped(self.place)),
            format!("DESCRIPTION:{}", escaped(self.notes)),
            format!("STATUS:{status}"),
            format!("ORGANIZER;CN={}:mailto:{from}", quoted(organiser)),
            format!(
                "ATTENDEE;CN={};ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{to}",
                quoted(guest)
            ),
            "END:VEVENT".to_owned(),
            "END:VCALENDAR".to_owned(),
        ];
        lines.iter().map(|line| folded(line)).collect()
    }
}

/// Never lower than that of an earlier message about the same appointment.
fn sequence(now: Timestamp) -> i64 {
    const START_OF_2026: i64 = 1_767_225_600;
    (now.as_second() - START_OF_2026).max(0)
}

fn utc(instant: Timestamp) -> String {
    instant.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace("\r\n", "\\n")
        .replace('\n', "\\n")
}

/// A parameter's value cannot hold quotation marks at all (RFC 5545, 3.2).
fn quoted(text: &str) -> String {
    let plain: String = text.chars().filter(|c| *c != '"' && !c.is_control()).collect();
    format!("\"{plain}\"")
}

/// Lines of at most 75 octets, continued with a space.
fn folded(line: &str) -> String {
    const OCTETS_MAX: usize = 75;
    let mut out = String::new();
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > OCTETS_MAX {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(c);
        octets += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_in_summer_is_in_utc_and_folded() {
        let invitation = Invitation {
            uid: "appointment-7@agency.example",
            start: "2026-07-01T14:30:00Z".parse().unwrap(),
            minutes: 30,
            title: "Viewing: 2-bed flat, Elgin Avenue; Maida Vale",
            place: "12 Elgin Avenue, Maida Vale, W9 1AB — ring the bell that says “Flat 3, second floor”",
            notes: "Amy Hart meets you there.\nBring nothing.",
            organiser: ("John \"JB\" Barclay", "office@agency.example"),
            guest: ("Sam Okoro", "sam@example.com"),
            now: "2026-06-30T09:00:00Z".parse().unwrap(),
            is_cancelled: false,
        };
        let Attachment::Calendar { text, .. } = invitation.attachment() else { panic!("a calendar") };
        assert!(text.contains("DTSTART:20260701T143000Z\r\nDTEND:20260701T150000Z\r\n"), "{text}");
        assert!(text.contains("SUMMARY:Viewing: 2-bed flat\\, Elgin Avenue\\; Maida Vale\r\n"), "{text}");
        assert!(text.contains("CN=\"John JB Barclay\""), "{text}");
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    }
}
