//! People who write, told to both databases: what waits and who answers it, where a conversation goes on, and the files they
//! send.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use agency::chat::MediaKind;
use agency::crm::{CallOutcome, Channel, LeadId, Priority, TaskKind};
use agency::triage::Level;
use store::{
    BeginChat, EndedCall, NewDocument, NewInbound, NewMedia, NewMessage, NewTask, NewTicket, Rich, SavedTurn,
    Store, StoreError, StoredMedia,
};
use support::{later, now, phone};

const WRITER: &str = "whatsapp:+447700900801";

#[tokio::test]
async fn chats_on_both_databases() {
    for (name, database) in testkit::both() {
        let store = Store::open(&database.url).await.unwrap();
        let lead = writes(&store).await;
        is_answered_once(&store, lead, name).await;
        goes_to_a_person(&store, lead).await;
        is_closed(&store, lead).await;
        sends_files(&store).await;
        has_papers(&store).await;
        store.close().await;
    }
}

async fn write(store: &Store, (id, body): (&str, &str), minutes: i64) -> LeadId {
    let mut tx = store.begin().await.unwrap();
    let lead = tx.lead_for_message(&phone("+447700900801"), Channel::WhatsApp, later(minutes)).await.unwrap();
    let new = NewInbound {
        id,
        channel: Channel::WhatsApp,
        lead: Some(lead),
        to: "whatsapp:+442079460100",
        from: WRITER,
        body,
        provider_sid: id,
        is_answered: false,
        now: later(minutes),
    };
    assert!(tx.receive(&new).await.unwrap());
    tx.await_answer((WRITER, Channel::WhatsApp, lead), Some("Sam"), later(minutes + 1), later(minutes))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    lead
}

/// Two messages in a row wait together, and not before they are due.
async fn writes(store: &Store) -> LeadId {
    assert!(store.chat(WRITER).await.unwrap().is_none());
    assert!(store.next_answer().await.unwrap().is_none());
    let lead = write(store, ("msg_1", "hello"), 0).await;
    write(store, ("msg_2", "is anybody there"), 1).await;
    assert_eq!(store.chat(WRITER).await.unwrap().unwrap().profile_name.as_deref(), Some("Sam"));
    assert_eq!(store.next_answer().await.unwrap(), Some(later(2)));
    let bodies: Vec<String> =
        store.waiting(WRITER).await.unwrap().into_iter().map(|message| message.body).collect();
    assert_eq!(bodies, ["hello", "is anybody there"]);
    assert!(store.claim_chats(later(1), later(9), 10).await.unwrap().is_empty());
    lead
}

async fn is_answered_once(store: &Store, lead: LeadId, name: &str) {
    let (one, other) =
        tokio::join!(store.claim_chats(later(2), later(9), 10), store.claim_chats(later(2), later(9), 10));
    assert_eq!(one.unwrap().len() + other.unwrap().len(), 1, "{name}: one worker has it");
    store.let_go_of_chat(WRITER, later(3)).await.unwrap();
    assert_eq!(store.next_answer().await.unwrap(), Some(later(3)), "{name}: another may try");
    let mut tx = store.begin().await.unwrap();
    let begin = BeginChat {
        address: WRITER,
        conversation: "chat_1",
        lead,
        channel: Channel::WhatsApp,
        name: Some("Sam Okoro"),
        email: None,
        now: later(2),
    };
    tx.begin_chat(&begin).await.unwrap();
    let saved = SavedTurn { conversation: "chat_1", turn: 0, state: "{}", lines: &[], now: later(2) };
    tx.save_turn(&saved).await.unwrap();
    reply(&mut tx, lead).await;
    let ids = ["msg_1".to_owned(), "msg_2".to_owned()];
    tx.answered(WRITER, &ids, (Some("chat_1"), true), later(2)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let again = tx.answered(WRITER, &ids, (Some("chat_1"), true), later(2)).await;
    assert!(matches!(again, Err(StoreError::TurnTaken)), "{name}: answered once");
    drop(tx);
    let chat = store.chat(WRITER).await.unwrap().unwrap();
    assert_eq!((chat.asks, chat.conversation.as_deref()), (true, Some("chat_1")));
    assert!(store.waiting(WRITER).await.unwrap().is_empty());
    assert!(store.claim_chats(later(60), later(70), 10).await.unwrap().is_empty(), "{name}");
    assert_eq!(store.conversation_with_id("chat_1").await.unwrap().unwrap().lead, lead);
    assert_eq!(store.state_since(lead, now()).await.unwrap().as_deref(), Some("{}"));
    assert_eq!(store.state_since(lead, later(3)).await.unwrap(), None);
    assert_eq!(store.replies_since(WRITER, now()).await.unwrap(), 1);
    assert_eq!(store.replies_since(WRITER, later(3)).await.unwrap(), 0);
    assert_eq!(store.same_words_since(WRITER, "hello", now()).await.unwrap(), 1);
}

async fn reply(tx: &mut store::Tx, lead: LeadId) {
    let message = NewMessage {
        id: "msg_reply",
        channel: Channel::WhatsApp,
        kind: "reply",
        lead: Some(lead),
        conversation: Some("chat_1"),
        appointment: None,
        alert: None,
        to: WRITER,
        from: "whatsapp:+442079460100",
        body: "Hello",
        content_sid: None,
        content_variables: None,
        rich: Rich::default(),
        dedupe_key: "reply:chat_1:1",
        fallback_for: None,
        send_after: later(2),
        now: later(2),
    };
    assert!(tx.enqueue(&message).await.unwrap());
}

/// We are quiet while their task is open; an answer may wait, and a doubt comes back by itself.
async fn goes_to_a_person(store: &Store, lead: LeadId) {
    let task = NewTask {
        id: "task_1",
        kind: TaskKind::CallBack,
        priority: Priority::Urgent,
        title: "Take over a chat",
        notes: None,
        lead: Some(lead),
        conversation: Some("chat_1"),
        message: None,
        dedupe_key: "t1",
        due: None,
        now: later(3),
    };
    let mut tx = store.begin().await.unwrap();
    tx.add_task(&task).await.unwrap();
    tx.pass_chat("chat_1", "task_1").await.unwrap();
    tx.ask_again(WRITER, later(5)).await.unwrap();
    tx.commit().await.unwrap();
    let claimed = store.claim_chats(later(5), later(9), 10).await.unwrap();
    assert!(claimed[0].is_with_a_person && claimed[0].in_doubt);
    let mut tx = store.begin().await.unwrap();
    tx.answer_later(WRITER, later(8)).await.unwrap();
    tx.take_chat_back("chat_1").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.next_answer().await.unwrap(), Some(later(8)));
    assert!(!store.chat(WRITER).await.unwrap().unwrap().is_with_a_person);
}

async fn is_closed(store: &Store, lead: LeadId) {
    assert_eq!(store.silent_chats(later(40)).await.unwrap(), ["chat_1"]);
    let ended = EndedCall {
        conversation: "chat_1",
        turn: 0,
        duration_s: None,
        outcome: CallOutcome::InfoGiven,
        intent: None,
        discussed: &[],
        actions: &[],
        follow_up_notes: None,
        model_prices: None,
        statements: (4, 1),
        now: later(40),
    };
    let mut tx = store.begin().await.unwrap();
    assert!(tx.end_call(&ended).await.unwrap());
    tx.commit().await.unwrap();
    assert!(store.silent_chats(later(90)).await.unwrap().is_empty());
    assert!(!store.chat(WRITER).await.unwrap().unwrap().asks, "a closed chat asks nothing");
    let calls = store.rows("voice_lead_calls").await.unwrap();
    assert_eq!(
        (calls[0]["channel"].as_str(), calls[0]["outcome"].as_str()),
        (Some("whatsapp"), Some("info_given"))
    );
    let leads = store.rows("voice_leads").await.unwrap();
    assert_eq!((leads[0]["total_calls"].as_i64(), leads[0]["name"].as_str()), (Some(0), Some("Sam Okoro")));
    assert_eq!(leads[0]["id"], lead.0);
}

/// A tenant's papers are theirs alone.
async fn has_papers(store: &Store) {
    let new = NewDocument {
        id: "doc_1",
        kind: "contract",
        tenant: 7,
        name: "Tenancy agreement",
        path: "documents/doc_1.pdf",
        media_type: "application/pdf",
        bytes: 9,
        now: now(),
    };
    let mut tx = store.begin().await.unwrap();
    tx.attach_document(&new, ("audit_1", "the command line")).await.unwrap();
    tx.commit().await.unwrap();
    let papers = store.papers(&store::Paging { after: None, limit: 10 }).await.unwrap();
    assert_eq!((papers.len(), papers[0].tenant, papers[0].name.as_str()), (1, 7, "Tenancy agreement"));
    let mut tx = store.begin().await.unwrap();
    tx.remove_document("doc_none").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.papers_of(7).await.unwrap().len(), 1);
    assert!(store.papers_of(8).await.unwrap().is_empty());
    assert_eq!(store.document("doc_1").await.unwrap().unwrap().name, "Tenancy agreement");
    assert_eq!(store.rows("audit_log").await.unwrap()[0]["subject"], "doc_1");
}

/// Fetched once, of the repair that the chat is about, then deleted where it came from.
async fn sends_files(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    for (n, id) in (0..).zip(["media_1", "media_2", "media_3"]) {
        let url = "http://127.0.0.1/x";
        let new =
            NewMedia { id, message: "msg_1", position: n, url, said_type: Some("audio/ogg"), now: now() };
        tx.keep_media(&new).await.unwrap();
    }
    let new = NewTicket {
        home: None,
        category: "appliances",
        urgency: Level::Normal,
        description: "broken",
        call_sid: None,
        now: now(),
    };
    let ticket = tx.open_ticket(&new).await.unwrap();
    tx.link_ticket("chat_1", ticket.id).await.unwrap();
    tx.commit().await.unwrap();
    let due = store.claim_media(now(), later(2), 10).await.unwrap();
    assert_eq!((due.len(), due[0].is_fetched, due[0].conversation.as_deref()), (3, false, Some("chat_1")));
    assert!(store.claim_media(now(), later(2), 10).await.unwrap().is_empty(), "under a lease");
    let stored =
        StoredMedia { kind: MediaKind::Picture, media_type: "image/jpeg", bytes: 3, path: "2026/11/x.jpg" };
    let mut tx = store.begin().await.unwrap();
    tx.media_stored("media_1", &stored, now()).await.unwrap();
    tx.media_refused("media_2", "it is too large", now()).await.unwrap();
    tx.media_failed("media_3", "it could not be fetched").await.unwrap();
    tx.commit().await.unwrap();
    let left = store.claim_media(now(), later(2), 10).await.unwrap();
    assert_eq!(left.iter().filter(|media| media.is_fetched).count(), 2, "to be deleted");
    let mut tx = store.begin().await.unwrap();
    tx.media_done("media_1", Some(now())).await.unwrap();
    tx.media_again("media_2", later(9)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.claim_media(later(8), later(9), 10).await.unwrap().is_empty());
    let sent = store.media_of_ticket(ticket.id.0).await.unwrap();
    assert_eq!((sent.len(), sent[0].path.as_str(), sent[0].kind.as_str()), (1, "2026/11/x.jpg", "picture"));
    let lead = sent[0].lead.unwrap();
    assert_eq!(store.media_of_lead(lead).await.unwrap()[0].id, "media_1");
    assert_eq!(store.medium("media_1").await.unwrap().unwrap().message, "msg_1");
    assert!(store.medium("media_2").await.unwrap().is_none(), "it was refused");
    let made = store.made_in("chat_1").await.unwrap();
    let of = |kind: &str| made.iter().find(|one| one.kind == kind);
    assert_eq!(of("ticket").unwrap().id, ticket.id.0.to_string());
    assert!(store.made_in("nothing").await.unwrap().is_empty());
}
