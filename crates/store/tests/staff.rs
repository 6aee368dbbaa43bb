//! Colleagues who sign in, what they look at, callers who hold, and what is told to whoever listens, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::time::Duration;

use agency::crm::{LeadId, Priority, PropertyId, Role, TaskKind, UserId};
use agency::handoff::Reason;
use agency::staff::StaffRole;
use store::{
    Audited, BeginCall, CallFilter, Change, HomeView, LeadFilter, List, NewAccount, NewContractor, NewTask,
    NewTransfer, Paging, RulesView, SavedTurn, Session, Store, StoreError, Subject, TaskFilter, TaskView,
    TicketView, TurnLine, TurnTimes, WorkingHours,
};
use support::{later, now, phone, rows};

async fn on_both(test: impl AsyncFn(Store)) {
    for database in [testkit::sqlite(), testkit::postgres()] {
        let store = Store::open(&database.url).await.unwrap();
        test(store.clone()).await;
        store.close().await;
    }
}

fn first_page<Place>() -> Paging<Place> {
    Paging { after: None, limit: 10 }
}

/// Read one at a time, a list has the same records in the same order as read at once: these.
async fn in_pages<R, Place: Clone>(
    read: impl AsyncFn(Paging<Place>) -> Vec<R>,
    place: impl Fn(&R) -> Place,
    id: impl Fn(&R) -> String,
) -> Vec<String> {
    let whole: Vec<_> = read(first_page()).await.iter().map(&id).collect();
    let (mut after, mut one_by_one) = (None, Vec::new());
    while let Some(row) = read(Paging { after: after.clone(), limit: 1 }).await.pop() {
        one_by_one.push(id(&row));
        after = Some(place(&row));
    }
    assert_eq!(one_by_one, whole);
    whole
}

fn account<'a>(id: &'a str, email: &'a str) -> NewAccount<'a> {
    NewAccount { id, email, name: "Aisha Khan", role: StaffRole::Manager, user: Some(UserId(1)), now: now() }
}

fn session(id: &str, expires: i64) -> Session {
    Session {
        id: id.into(),
        account: "account_1".into(),
        browser: Some("Firefox".into()),
        created: now(),
        seen: now(),
        expires: later(expires),
    }
}

#[tokio::test]
async fn accounts_and_sessions() {
    on_both(async |store| {
        let mut tx = store.begin().await.unwrap();
        tx.add_account(&account("account_1", "aisha@agency.example")).await.unwrap();
        tx.add_link("link", "account_1", later(60)).await.unwrap();
        tx.add_link("old link", "account_1", later(1)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let twice = tx.add_account(&account("account_2", "aisha@agency.example")).await;
        assert!(matches!(twice, Err(StoreError::AlreadyDone)));
        drop(tx);

        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.use_link("old link", later(2)).await.unwrap(), None, "too old");
        assert_eq!(store.link_of("link", later(2)).await.unwrap().as_deref(), Some("account_1"));
        assert_eq!(store.link_of("old link", later(2)).await.unwrap(), None);
        assert_eq!(tx.use_link("link", later(2)).await.unwrap().as_deref(), Some("account_1"));
        assert_eq!(tx.use_link("link", later(2)).await.unwrap(), None, "good once");
        tx.set_password("account_1", "hash", later(2)).await.unwrap();
        tx.sign_in_failed("account_1", Some(later(5))).await.unwrap();
        tx.commit().await.unwrap();
        let kept = store.account_of("aisha@agency.example").await.unwrap().unwrap();
        assert_eq!((kept.failed_attempts, kept.locked_until), (1, Some(later(5))));

        let mut tx = store.begin().await.unwrap();
        tx.begin_session(&session("session_1", 60), "token 1").await.unwrap();
        tx.begin_session(&session("session_2", 60), "token 2").await.unwrap();
        tx.session_seen("session_1", later(30), later(90)).await.unwrap();
        tx.set_totp("account_1", Some("SECRET"), now()).await.unwrap();
        assert!(tx.use_totp("account_1", 7).await.unwrap());
        assert!(!tx.use_totp("account_1", 7).await.unwrap(), "a figure is good once");
        tx.commit().await.unwrap();
        let kept = store.account("account_1").await.unwrap().unwrap();
        assert_eq!((kept.failed_attempts, kept.locked_until, kept.role), (0, None, StaffRole::Manager));
        assert_eq!(store.session("token 1", later(70)).await.unwrap().unwrap().id, "session_1");
        assert!(store.session("token 2", later(70)).await.unwrap().is_none(), "nobody used it");
        assert_eq!(store.sessions_of("account_1", later(70)).await.unwrap().len(), 1);

        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.end_session("account_9", "session_1").await.unwrap(), 0, "not theirs");
        assert_eq!(tx.end_session("account_1", "session_1").await.unwrap(), 1);
        assert_eq!(tx.end_sessions("account_1").await.unwrap(), 1);
        tx.begin_session(&session("session_3", 60), "token 3").await.unwrap();
        assert!(tx.change_account("account_1", (StaffRole::ReadOnly, None), true, later(3)).await.unwrap());
        let entry = Audited {
            id: "audit_1",
            actor: "account_1",
            action: "account_changed",
            subject: "account_1",
            detail: None,
            now: later(3),
        };
        tx.audit(&entry).await.unwrap();
        tx.commit().await.unwrap();
        assert!(store.session("token 3", later(4)).await.unwrap().is_none(), "out at once, everywhere");
        let all = store.accounts().await.unwrap();
        assert!(all[0].is_disabled && all[0].role == StaffRole::ReadOnly);
        assert_eq!(store.audited(false, 10).await.unwrap()[0].actor, "Aisha Khan");
        assert_eq!(store.audited(true, 10).await.unwrap().len(), 0, "nobody has looked");
        assert!(!store.is_audited("look:1").await.unwrap());
    })
    .await;
}

async fn a_call(store: &Store, id: &str, minutes: i64, words: &str) -> LeadId {
    let begin = BeginCall {
        conversation: id,
        call_sid: id,
        phone: Some(&phone("07700900110")),
        name: Some("Grace Mensah"),
        email: None,
        direction: "inbound",
        now: later(minutes),
    };
    let mut tx = store.begin().await.unwrap();
    let lead = tx.begin_call(&begin).await.unwrap();
    let line = TurnLine {
        id: format!("turn_{id}"),
        speaker: "caller",
        words: words.into(),
        confidence: None,
        times: TurnTimes { took_ms: Some(40), ..TurnTimes::default() },
    };
    let saved = SavedTurn { conversation: id, turn: 0, state: "{}", lines: &[line], now: later(minutes) };
    tx.save_turn(&saved).await.unwrap();
    tx.commit().await.unwrap();
    lead
}

#[tokio::test]
async fn calls_and_tasks_are_found() {
    on_both(async |store| {
        let lead = a_call(&store, "call_1", 0, "Is it 100% quiet in Elgin Avenue?").await;
        for n in 2..=5 {
            a_call(&store, &format!("call_{n}"), n, "hello").await;
        }
        let found = |filter: CallFilter, after, limit| {
            let store = store.clone();
            async move {
                let rows = store.calls(&filter, &Paging { after, limit }).await.unwrap();
                rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
            }
        };
        let all = CallFilter::default;
        assert_eq!(found(all(), None, 2).await, ["call_5", "call_4"]);
        let after = Some((later(4), "call_4".to_owned()));
        assert_eq!(found(all(), after, 10).await, ["call_3", "call_2", "call_1"]);
        let said = |words: &str| CallFilter { words: Some(words.into()), ..all() };
        assert_eq!(found(said("100% QUIET"), None, 10).await, ["call_1"]);
        assert_eq!(found(said("1_0%"), None, 10).await, [""; 0], "what people type is no pattern");
        assert_eq!(found(CallFilter { is_live: Some(false), ..all() }, None, 10).await, [""; 0]);
        let until = CallFilter { until: Some(later(3)), lead: Some(lead.0), has_emergency: Some(false), ..all() };
        assert_eq!(found(until, None, 10).await, ["call_2", "call_1"]);
        let one = store.call("call_1").await.unwrap().unwrap();
        assert_eq!((one.name.as_deref(), one.channel.as_str(), one.ended), (Some("Grace Mensah"), "voice", None));
        assert_eq!(store.call_lines("call_1").await.unwrap()[0].took_ms, Some(40));
        assert!(store.call("call_9").await.unwrap().is_none());
        assert!(store.incidents(true, 10).await.unwrap().is_empty());

        let staff = serde_json::json!([{"id": 1, "name": "Amy Hart", "phone": null, "role": "negotiator", "active": true}]);
        let mut tx = store.begin().await.unwrap();
        tx.insert_rows("users", &rows(staff)).await.unwrap();
        for (id, priority) in [("task_1", Priority::Normal), ("task_2", Priority::Urgent)] {
            let task = NewTask {
                id,
                kind: TaskKind::CallBack,
                priority,
                title: "Ring back",
                notes: None,
                lead: Some(lead),
                conversation: Some("call_1"),
                message: None,
                dedupe_key: id,
                due: Some(later(60)),
                now: now(),
            };
            assert!(tx.add_task(&task).await.unwrap());
        }
        tx.commit().await.unwrap();
        let open = TaskFilter { status: "open".into(), assigned_to: None, kind: None };
        let tasks = store.tasks(&open, &first_page()).await.unwrap();
        assert_eq!(tasks.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["task_2", "task_1"]);
        let mut task = store.task("task_2").await.unwrap().unwrap();
        (task.status, task.done, task.assigned_to) = ("done".into(), Some(later(9)), Some(1));
        let mut tx = store.begin().await.unwrap();
        assert!(tx.change_task(&task).await.unwrap());
        tx.commit().await.unwrap();
        let mine = TaskFilter { status: "done".into(), assigned_to: Some(Some(1)), kind: None };
        assert_eq!(store.tasks(&mine, &first_page()).await.unwrap()[0].assigned_name.as_deref(), Some("Amy Hart"));
        let nobodys = TaskFilter { assigned_to: Some(None), ..open };
        assert_eq!(store.tasks(&nobodys, &first_page()).await.unwrap()[0].id, "task_1");
    })
    .await;
}

/// A home, an appointment, a repair and a message, found again.
#[tokio::test]
async fn the_rest_is_found() {
    on_both(async |store| {
        let lead = a_call(&store, "call_1", 0, "hello").await;
        let mut tx = store.begin().await.unwrap();
        let given = |table: &'static str, row: serde_json::Value| (table, rows(serde_json::json!([row])));
        for (table, rows) in [
            given("users", serde_json::json!({"id": 1, "name": "Amy Hart", "phone": null, "role": "negotiator", "active": true})),
            given("properties", serde_json::json!({
                "id": 3, "reference": "JB-2026-003", "listing_type": "rent", "status": "available", "address_line1": "Flat 2, 18 Elgin Avenue",
                "area": "Maida Vale", "city": "London", "postcode": "W9 2QL", "bedrooms": 2, "bathrooms": 1, "property_type": "flat",
                "price": 2200, "rent_period": "month", "description": "", "features": [], "images": [], "agent_id": 1,
                "created_at": "2026-11-01T00:00:00.000000Z", "updated_at": "2026-11-01T00:00:00.000000Z"
            })),
            given("viewing_appointments", serde_json::json!({
                "id": 1, "property_id": 3, "lead_id": lead.0, "agent_id": 1, "kind": "viewing", "scheduled_date": "2026-11-25T10:00:00.000000Z",
                "duration_minutes": 30, "status": "booked", "viewer_name": "Grace Mensah", "created_at": "2026-11-23T09:30:00.000000Z"
            })),
            given("support_tickets", serde_json::json!({
                "id": 1, "reference": "JB-T-000001", "category": "plumbing", "urgency": "urgent", "description": "A tap drips", "status": "open",
                "call_sid": "call_1", "created_at": "2026-11-23T09:30:00.000000Z"
            })),
        ] {
            tx.insert_rows(table, &rows).await.unwrap();
        }
        tx.commit().await.unwrap();
        let by = |words: &str| LeadFilter { words: Some(words.into()), by_number: true, ..LeadFilter::default() };
        assert_eq!(store.leads(&by("MENSAH"), &first_page()).await.unwrap()[0].id, lead.0);
        assert!(store.leads(&by("900999"), &first_page()).await.unwrap().is_empty());
        let masked = LeadFilter { by_number: false, ..by("900110") };
        assert!(store.leads(&masked, &first_page()).await.unwrap().is_empty(), "a masked number is not found by trying");
        assert_eq!(store.leads(&by("900110"), &first_page()).await.unwrap().len(), 1);
        assert_eq!(store.lead(lead).await.unwrap().unwrap().areas, [""; 0]);
        assert!(store.messages_of(lead, None, 10).await.unwrap().is_empty());
        let since = |from| LeadFilter { from: Some(from), ..LeadFilter::default() };
        assert!(store.leads(&since(later(9_000_000)), &first_page()).await.unwrap().is_empty());
        assert_eq!(store.known_of(lead).await.unwrap().unwrap().preferred_contact_method, "phone");
        assert!(store.stopped_by(lead).await.unwrap().is_empty());
        assert!(store.talked_of_by(lead).await.unwrap().is_empty());
        let homes = store.homes(Some("elgin av"), Some("available"), now(), &first_page()).await.unwrap();
        assert_eq!((homes[0].agent_name.as_deref(), homes[0].next_viewing.is_some(), homes[0].leads), (Some("Amy Hart"), true, 0));
        assert!(store.homes(Some("nowhere"), None, now(), &first_page()).await.unwrap().is_empty());
        let viewings = store.viewings(Some(now()), None, Some(lead.0)).await.unwrap();
        assert_eq!((viewings[0].reference.as_deref(), viewings[0].agent_name.as_deref()), (Some("JB-2026-003"), Some("Amy Hart")));
        assert!(store.viewings(None, Some(now()), None).await.unwrap().is_empty());
        let tickets = store.tickets(Some(true), None, &first_page()).await.unwrap();
        assert_eq!((tickets[0].call.as_deref(), tickets[0].urgency.as_str()), (Some("call_1"), "urgent"));
        assert!(store.tickets(None, Some("normal"), &first_page()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_committed_is_told_and_nothing_else() {
    on_both(async |store| {
        let carried = tokio::spawn({
            let store = store.clone();
            async move { store.carry_changes().await }
        });
        let mut changes = store.changes();
        // PostgreSQL's listener needs a moment until it listens; then the first change that is told is the last that was made.
        let mut heard = None;
        for n in 0..100 {
            let mut rolled_back = store.begin().await.unwrap();
            rolled_back.finish_task("task_never", now()).await.unwrap();
            drop(rolled_back);
            let mut tx = store.begin().await.unwrap();
            tx.finish_task(&format!("task_{n}"), now()).await.unwrap();
            tx.commit().await.unwrap();
            if let Ok(change) = tokio::time::timeout(Duration::from_millis(100), changes.recv()).await {
                heard = Some((n, change.unwrap()));
                break;
            }
        }
        let (n, change) = heard.unwrap();
        assert_eq!(change, Change { subject: Subject::Task, id: Some(format!("task_{n}")) });
        carried.abort();
    })
    .await;
}

#[tokio::test]
async fn one_person_holds_a_call() {
    on_both(async |store| {
        let lead = a_call(&store, "call_1", 0, "hello").await;
        assert_eq!(store.call_sid("call_1").await.unwrap().as_deref(), Some("call_1"));
        assert!(store.open_transfer("call_1", now()).await.unwrap().is_none());
        let claim = async |id: &str, conversation: &str| {
            let new = NewTransfer {
                id,
                conversation,
                lead,
                reason: Reason::TakenOver,
                summary: "",
                caller: Role::Unknown,
                home: None,
                holds: false,
                now: now(),
            };
            let mut tx = store.begin().await.unwrap();
            let is_theirs = tx.claim_call(&new).await.unwrap();
            tx.commit().await.unwrap();
            is_theirs
        };
        assert!(!claim("transfer_0", "call_9").await, "there is no such call");
        let (one, other) = tokio::join!(claim("transfer_1", "call_1"), claim("transfer_2", "call_1"));
        assert!(one != other, "two at the same moment, and one of them has it");
        let open = store.open_transfer("call_1", later(1)).await.unwrap().unwrap();
        let mut tx = store.begin().await.unwrap();
        assert!(!tx.note_for_sarah(&open.id, Some("early")).await.unwrap(), "it still rings");
        assert!(tx.take_transfer(&open.id, UserId(1)).await.unwrap());
        assert!(tx.note_for_sarah(&open.id, Some("Tuesday")).await.unwrap());
        tx.end_transfer(&open.id, later(1)).await.unwrap();
        tx.commit().await.unwrap();
        let kept = store.transfer(&open.id).await.unwrap().unwrap();
        assert!(kept.was_taken_over() && kept.note.as_deref() == Some("Tuesday"));
        assert!(claim("transfer_3", "call_1").await, "free again");
        assert!(store.open_transfer("call_1", later(1)).await.unwrap().is_some());
        assert!(store.open_transfer("call_1", later(3)).await.unwrap().is_none(), "nobody rings for so long");
    })
    .await;
}

#[tokio::test]
async fn callers_hold_in_the_order_they_came() {
    on_both(async |store| {
        let lead = a_call(&store, "call_1", 0, "hello").await;
        let mut tx = store.begin().await.unwrap();
        for (id, minutes) in [("transfer_1", 0), ("transfer_2", 1)] {
            let held = NewTransfer {
                id,
                conversation: "call_1",
                lead,
                reason: Reason::Asked,
                summary: "",
                caller: Role::Tenant,
                home: None,
                holds: true,
                now: later(minutes),
            };
            tx.begin_transfer(&held).await.unwrap();
        }
        tx.commit().await.unwrap();
        let holding = async |at| {
            store.holding(later(at)).await.unwrap().into_iter().map(|(id, _)| id).collect::<Vec<_>>()
        };
        assert_eq!(store.holding(later(0)).await.unwrap()[0].1, (Reason::Asked, Role::Tenant));
        assert_eq!(holding(1).await, ["transfer_1", "transfer_2"]);
        assert!(holding(3).await.is_empty(), "their telephones have not asked for minutes");
        let mut tx = store.begin().await.unwrap();
        tx.still_holds("transfer_1", later(3)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(holding(3).await, ["transfer_1"]);
    })
    .await;
}

#[tokio::test]
async fn every_list_is_read_in_pages() {
    on_both(async |store| {
        let lead = a_call(&store, "call_1", 0, "hello").await;
        let mut tx = store.begin().await.unwrap();
        for n in 1..=4_i64 {
            let id = format!("task_{n}");
            let task = NewTask {
                id: &id,
                kind: TaskKind::CallBack,
                priority: if n == 3 { Priority::Urgent } else { Priority::Normal },
                title: "Ring back",
                notes: None,
                lead: Some(lead),
                conversation: None,
                message: None,
                dedupe_key: &id,
                due: (n != 2).then(|| later(60 - n)),
                now: now(),
            };
            tx.add_task(&task).await.unwrap();
        }
        let urgency = ["normal", "emergency", "normal", "urgent"];
        let status = ["let", "available", "available", "sold"];
        for (n, (urgency, status)) in (1..).zip(urgency.into_iter().zip(status)) {
            let ticket = serde_json::json!({
                "id": n, "reference": format!("T-{n}"), "category": "plumbing", "urgency": urgency, "description": "A tap drips",
                "status": "open", "created_at": "2026-11-23T09:30:00.000000Z"
            });
            let home = serde_json::json!({
                "id": n, "reference": format!("JB-{n}"), "listing_type": "rent", "status": status, "address_line1": "18 Elgin Avenue",
                "area": "Maida Vale", "city": "London", "postcode": "W9 2QL", "bedrooms": 2, "bathrooms": 1, "property_type": "flat",
                "price": 2200, "rent_period": "month", "description": "", "features": [], "images": [],
                "created_at": "2026-11-01T00:00:00.000000Z", "updated_at": "2026-11-01T00:00:00.000000Z"
            });
            tx.insert_rows("support_tickets", &rows(serde_json::json!([ticket]))).await.unwrap();
            tx.insert_rows("properties", &rows(serde_json::json!([home]))).await.unwrap();
        }
        tx.commit().await.unwrap();

        let open = TaskFilter { status: "open".into(), assigned_to: None, kind: None };
        let tasks = async |paging| store.tasks(&open, &paging).await.unwrap();
        let order = in_pages(tasks, TaskView::place, |task| task.id.clone()).await;
        assert_eq!(order, ["task_3", "task_2", "task_4", "task_1"], "the urgent first, then what is due first");
        let mut tx = store.begin().await.unwrap();
        for (n, id) in ["task_1", "task_3", "task_4"].into_iter().enumerate() {
            tx.lock_task(id).await.unwrap();
            tx.finish_task(id, later(i64::from(n != 0))).await.unwrap();
        }
        tx.commit().await.unwrap();
        let done = TaskFilter { status: "done".into(), ..open.clone() };
        let tasks = async |paging| store.tasks(&done, &paging).await.unwrap();
        assert_eq!(in_pages(tasks, TaskView::place, |task| task.id.clone()).await, ["task_4", "task_3", "task_1"]);
        let tickets = async |paging| store.tickets(None, None, &paging).await.unwrap();
        let order = in_pages(tickets, TicketView::place, |ticket| ticket.id.to_string()).await;
        assert_eq!(order, ["2", "4", "3", "1"]);
        let homes = async |paging| store.homes(None, None, now(), &paging).await.unwrap();
        assert_eq!(in_pages(homes, HomeView::place, |home| home.id.to_string()).await, ["2", "3", "1", "4"]);
    })
    .await;
}

#[tokio::test]
async fn managers_say_who_works_when_and_who_is_called_out() {
    on_both(async |store| {
        let hours = |weekday: &str, starts: &str| WorkingHours {
            user: 1,
            weekday: weekday.into(),
            starts: starts.into(),
            ends: "18:00".into(),
        };
        let contractor = |name: &str| NewContractor {
            trade: "plumber".into(),
            name: name.into(),
            phone: phone("02079460161"),
            hours: Some("24 hours".into()),
        };
        for round in 1..=2 {
            let mut tx = store.begin().await.unwrap();
            tx.lock_list(List::WorkingHours).await.unwrap();
            tx.set_working_hours(&[hours("monday", "09:00"), hours("friday", "10:00")][..round])
                .await
                .unwrap();
            tx.lock_list(List::Contractors).await.unwrap();
            tx.set_contractors(&[contractor("Brightwater"), contractor("Canal")][..round]).await.unwrap();
            tx.lock_property(3).await.unwrap();
            let rules = RulesView {
                notice_hours: Some(24),
                weekdays: vec!["monday".into()],
                earliest: Some("10:00".into()),
                latest_end: None,
                keys_with: Some(1),
                note: Some(format!("round {round}")),
            };
            tx.set_rules(3, &rules).await.unwrap();
            tx.commit().await.unwrap();
        }
        let kept = store.working_hours().await.unwrap();
        assert_eq!(kept.iter().map(|one| one.weekday.as_str()).collect::<Vec<_>>(), ["monday", "friday"]);
        let called = store.all_contractors().await.unwrap();
        assert_eq!(called.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Brightwater", "Canal"]);
        assert_eq!(store.contractors("plumber").await.unwrap().len(), 2);
        let rules = store.rules_of(3).await.unwrap();
        assert_eq!((rules.notice_hours, rules.note.as_deref()), (Some(24), Some("round 2")));
        assert_eq!(store.viewing_rules(PropertyId(3)).await.unwrap().keys_with, Some(UserId(1)));
        assert!(store.rules_of(4).await.unwrap().weekdays.is_empty());
    })
    .await;
}
