//! What is personal goes when its time is over. One list says what goes; the preview counts by it and the night deletes by it.

use agency::phone::PhoneNumber;
use jiff::Timestamp;

use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::persons::KnownPerson;
use crate::types::{Int, Ts};

/// Until when each kind goes.
#[derive(Clone, Copy, Debug)]
pub struct Cutoffs {
    pub transcripts: Timestamp,
    pub messages: Timestamp,
    pub leads: Timestamp,
    pub recordings: Timestamp,
    /// What only serves Twilio's repeats, and codes.
    pub technical: Timestamp,
}

/// Something that goes. In the texts, `$1` is the cutoff, and `$2` now.
struct Rule {
    kind: &'static str,
    of: fn(&Cutoffs) -> Timestamp,
    count: &'static str,
    acts: &'static [&'static str],
}

macro_rules! old_calls {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "(SELECT c.id FROM conversations c WHERE c.ended_at < $1 AND c.lead_id NOT IN (SELECT lead_id FROM legal_holds))",
            $after
        )
    };
}

macro_rules! old_messages {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "(SELECT m.id FROM messages m WHERE m.created_at < $1 AND m.status NOT IN ('queued', 'sending') \
              AND (m.lead_id IS NULL OR m.lead_id NOT IN (SELECT lead_id FROM legal_holds)))",
            $after
        )
    };
}

const TECHNICAL: &str = "technical";

const RULES: &[Rule] = &[
    Rule {
        kind: "transcripts",
        of: |cutoffs| cutoffs.transcripts,
        count: old_calls!(
            "SELECT count(DISTINCT conversation_id) FROM conversation_turns WHERE conversation_id IN ",
            ""
        ),
        acts: &[
            old_calls!(
                "INSERT INTO provider_deletions (id, kind, provider_sid, next_attempt_at, created_at) \
              SELECT 'deletion_' || call_sid, 'call', call_sid, $2, $2 FROM conversations WHERE call_sid LIKE 'CA%' AND state <> '{}' AND id IN ",
                " ON CONFLICT DO NOTHING"
            ),
            old_calls!("DELETE FROM notes WHERE conversation_id IN ", ""),
            old_calls!("DELETE FROM conversation_turns WHERE conversation_id IN ", ""),
            old_calls!(
                "UPDATE voice_lead_calls SET transcript = NULL, ai_summary = NULL, review = NULL, follow_up_notes = NULL \
              WHERE (transcript IS NOT NULL OR ai_summary IS NOT NULL OR review IS NOT NULL) AND conversation_id IN ",
                ""
            ),
            old_calls!(
                "UPDATE transfers SET summary = '', caller = NULL, note = NULL WHERE summary <> '' AND conversation_id IN ",
                ""
            ),
            old_calls!("UPDATE conversations SET state = '{}' WHERE state <> '{}' AND id IN ", ""),
        ],
    },
    Rule {
        kind: "messages",
        of: |cutoffs| cutoffs.messages,
        count: old_messages!("SELECT count(*) FROM messages WHERE id IN ", ""),
        acts: &[
            old_messages!(
                "INSERT INTO provider_deletions (id, kind, provider_sid, next_attempt_at, created_at) \
              SELECT 'deletion_' || provider_sid, 'message', provider_sid, $2, $2 FROM messages WHERE provider_sid IS NOT NULL AND id IN ",
                " ON CONFLICT DO NOTHING"
            ),
            old_messages!(
                "INSERT INTO file_deletions (path, created_at) SELECT path, $2 FROM message_media WHERE path IS NOT NULL AND message_id IN ",
                " ON CONFLICT DO NOTHING"
            ),
            old_messages!("DELETE FROM message_media WHERE message_id IN ", ""),
            old_messages!("DELETE FROM message_attempts WHERE message_id IN ", ""),
            old_messages!("DELETE FROM messages WHERE id IN ", ""),
            "DELETE FROM message_receipts WHERE received_at < $1",
        ],
    },
    Rule {
        kind: "recordings",
        of: |cutoffs| cutoffs.recordings,
        count: old_calls!(
            "SELECT count(*) FROM recordings WHERE status = 'stored' AND conversation_id IN ",
            ""
        ),
        acts: &[
            old_calls!(
                "UPDATE voice_lead_calls SET recording_url = NULL WHERE recording_url IS NOT NULL AND conversation_id IN ",
                ""
            ),
            old_calls!(
                "INSERT INTO file_deletions (path, created_at) SELECT path, $2 FROM recordings WHERE path IS NOT NULL AND conversation_id IN ",
                " ON CONFLICT DO NOTHING"
            ),
            old_calls!(
                "UPDATE recordings SET status = 'gone', path = NULL WHERE status = 'stored' AND conversation_id IN ",
                ""
            ),
        ],
    },
    Rule {
        kind: TECHNICAL,
        of: |cutoffs| cutoffs.technical,
        count: "SELECT (SELECT count(*) FROM webhook_answers WHERE created_at < $1) + (SELECT count(*) FROM verification_codes WHERE sent_at < $1)",
        acts: &[
            "DELETE FROM webhook_answers WHERE created_at < $1",
            "DELETE FROM verification_codes WHERE sent_at < $1",
        ],
    },
];

/// Whoever was not in touch since then, is no customer and no tenant, has nothing ahead and no claim open.
const LEADS: &str = "SELECT l.id, l.phone FROM voice_leads l WHERE COALESCE(l.last_call_date, l.created_at) < $1 \
     AND (l.phone IS NOT NULL OR l.name IS NOT NULL OR l.email IS NOT NULL) AND l.status <> 'converted' \
     AND l.id NOT IN (SELECT lead_id FROM legal_holds) \
     AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.lead_id = l.id AND m.direction = 'inbound' AND m.created_at >= $1) \
     AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.lead_id = l.id AND c.updated_at >= $1) \
     AND NOT EXISTS (SELECT 1 FROM pm_tenants t WHERE t.phone = l.phone) AND NOT EXISTS (SELECT 1 FROM pm_landlords o WHERE o.phone = l.phone) \
     AND NOT EXISTS (SELECT 1 FROM viewing_appointments a WHERE a.lead_id = l.id AND a.scheduled_date >= $1) ORDER BY l.id";

impl Store {
    /// How much of each kind would go now.
    pub async fn due_to_go(&self, cutoffs: &Cutoffs) -> Result<Vec<(&'static str, i64)>, StoreError> {
        let mut due = Vec::new();
        for rule in RULES {
            let at = Ts((rule.of)(cutoffs));
            let count: Int = read!(self, |c| sqlx::query_scalar(rule.count).bind(at).fetch_one(c).await)?;
            due.push((rule.kind, count.0));
        }
        let leads = self.leads_to_forget(cutoffs.leads).await?.len();
        due.push(("leads", i64::try_from(leads).unwrap_or(i64::MAX)));
        Ok(due)
    }

    /// People whose time is over, to be erased one by one.
    pub async fn leads_to_forget(&self, before: Timestamp) -> Result<Vec<KnownPerson>, StoreError> {
        let rows: Vec<(Int, Option<String>)> =
            read!(self, |c| sqlx::query_as(LEADS).bind(Ts(before)).fetch_all(c).await)?;
        let person = |(lead, phone): (Int, Option<String>)| KnownPerson {
            phone: phone.and_then(|phone| PhoneNumber::parse(&phone).ok()),
            lead: Some(lead.0),
        };
        Ok(rows.into_iter().map(person).collect())
    }
}

impl Tx {
    /// Deletes what is due, but for the people themselves; says how many rows that were somebody's words.
    pub async fn let_go(&mut self, cutoffs: &Cutoffs, now: Timestamp) -> Result<u64, StoreError> {
        let mut rows = 0;
        for rule in RULES {
            for act in rule.acts.iter().copied() {
                let at = Ts((rule.of)(cutoffs));
                let gone = if act.contains("$2") {
                    execute!(self, sqlx::query(act).bind(at).bind(Ts(now)))?
                } else {
                    execute!(self, sqlx::query(act).bind(at))?
                };
                rows += if rule.kind == TECHNICAL { 0 } else { gone };
            }
        }
        Ok(rows)
    }
}
