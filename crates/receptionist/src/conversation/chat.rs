//! People who write. What waits of one person is one turn: it is answered under a lease, the machine runs as it does for a
//! call, and the turn is committed with its answer, which leaves by the way they wrote.

use agency::chat::{CHARS_MAX, Pace, as_said, choices, pace};
use agency::conversation::{Effect, Event, State, handle};
use agency::crm::{Channel, Priority, TaskKind};
use agency::language::Expecting;
use agency::messages::{Way, kind};
use agency::phone::PhoneNumber;
use agency::{speech, triage};
use jiff::{SignedDuration, Timestamp};
use store::{BeginChat, Chat, Conversation, NewTask, StoreError, Tx, Waiting};
use tokio::task::JoinSet;
use tracing::Instrument;

use super::ending::end_conversation;
use super::talk::{Kept, Talk, said};
use crate::app::{App, Words};
use crate::outbox::{About, Post, post, post_with_choices};
use crate::telemetry::of_conversation;

/// Begun so often, something in it stops every worker: a person answers.
const ATTEMPTS_MAX: i64 = 5;
/// Another worker may move the conversation on between our reading and writing; more often than this it cannot.
const TRIES_MAX: usize = 4;

/// Answers everybody whose answer is due; says how many. A test steps this, the worker loops it.
pub async fn answer_chats(app: &App) -> Result<usize, StoreError> {
    let mut answering = JoinSet::new();
    let mut done = 0;
    loop {
        let free = app.settings.chat.at_once.saturating_sub(answering.len());
        let claimed = if free > 0 { claim(app, free).await? } else { Vec::new() };
        done += claimed.len();
        for chat in claimed {
            let app = app.clone();
            answering.spawn(async move { answer_or_again(&app, &chat).await });
        }
        // Whoever writes meanwhile does not wait for the slowest of these.
        tokio::select! {
            next = answering.join_next() => if next.is_none() { return Ok(done) },
            () = app.chats_rung.notified() => {}
        }
    }
}

/// Answers this person now: what they wrote waits for nobody, not even for a worker that is answering what they wrote before.
/// One turn can be committed once; the other is thrown away.
pub async fn answer_chat(app: &App, address: &str) -> Result<(), StoreError> {
    match app.store.chat(address).await? {
        Some(chat) => answer(app, &chat).await,
        None => Ok(()),
    }
}

async fn claim(app: &App, limit: usize) -> Result<Vec<Chat>, StoreError> {
    let now = app.now();
    let lease_until = now.saturating_add(SignedDuration::from_secs(app.settings.chat.lease_s)).unwrap_or(now);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    app.store.claim_chats(now, lease_until, limit).await
}

/// What could not be answered is tried again soon; the lease is for workers that die.
async fn answer_or_again(app: &App, chat: &Chat) {
    const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(2);
    let Err(error) = answer(app, chat).await else { return };
    if matches!(error, StoreError::TurnTaken) {
        // Somebody else was faster.
        return;
    }
    tracing::error!(error = %error, code = error.code(), "a chat could not be answered; it is tried again");
    let soon = app.now().saturating_add(AGAIN_AFTER).unwrap_or_default();
    if let Err(error) = app.store.let_go_of_chat(&chat.address, soon).await {
        tracing::error!(error = %error, code = error.code(), "its lease runs out");
    }
}

async fn answer(app: &App, chat: &Chat) -> Result<(), StoreError> {
    let waiting = app.store.waiting(&chat.address).await?;
    let is_danger = chat.in_doubt || is_danger(app, &waiting);
    if !is_danger && (waiting.is_empty() || chat.is_with_a_person) {
        return leave_it(app, chat, &waiting).await;
    }
    if chat.attempts > ATTEMPTS_MAX {
        return give_to_a_person(app, chat, &waiting, "Answer a message: we could not").await;
    }
    match speed(app, chat, &waiting).await? {
        Pace::Loop if !is_danger => {
            return give_to_a_person(app, chat, &waiting, "A chat that does not end: is it a machine?").await;
        }
        Pace::Wait(time) if !is_danger => {
            let mut tx = app.store.begin().await?;
            tx.answer_later(&chat.address, app.now().saturating_add(time).unwrap_or_default()).await?;
            return tx.commit().await;
        }
        _ => {}
    }
    for _ in 0..TRIES_MAX {
        match take_turn(app, &chat.address).await {
            Err(StoreError::TurnTaken | StoreError::AlreadyDone) => {}
            other => return other,
        }
    }
    Err(StoreError::TurnTaken)
}

/// A danger, or what may be one: then we are not quiet, whoever has the chat.
fn is_danger(app: &App, waiting: &[Waiting]) -> bool {
    let words: Vec<&str> = waiting.iter().map(|message| message.body.as_str()).collect();
    let (words, now, choices) = ([words.join(". ")], app.now(), &app.settings.triage);
    triage::emergency(&words, now, choices).is_some() || triage::doubt(&words, now, choices).is_some()
}

async fn speed(app: &App, chat: &Chat, waiting: &[Waiting]) -> Result<Pace, StoreError> {
    /// Shorter words are answers, and answers are alike.
    const SENTENCE_CHARS: usize = 20;
    let since = |time| app.now().saturating_sub(time).unwrap_or_default();
    let in_half_a_minute =
        app.store.replies_since(&chat.address, since(SignedDuration::from_secs(30))).await?;
    let in_an_hour = app.store.replies_since(&chat.address, since(SignedDuration::from_hours(1))).await?;
    let last = waiting.last().map_or("", |message| message.body.as_str());
    let same_words = if last.chars().count() < SENTENCE_CHARS {
        0
    } else {
        app.store.same_words_since(&chat.address, last, since(SignedDuration::from_hours(1))).await?
    };
    Ok(pace(in_half_a_minute, in_an_hour, same_words))
}

fn ids(waiting: &[Waiting]) -> Vec<String> {
    waiting.iter().map(|message| message.id.clone()).collect()
}

/// A person answers it, and has it before them.
async fn leave_it(app: &App, chat: &Chat, waiting: &[Waiting]) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    let conversation = (chat.conversation.as_deref(), chat.asks);
    tx.answered(&chat.address, &ids(waiting), conversation, app.now()).await?;
    tx.commit().await
}

/// Nothing is lost: the words are in the task, and we are quiet until it is done.
async fn give_to_a_person(
    app: &App,
    chat: &Chat,
    waiting: &[Waiting],
    title: &str,
) -> Result<(), StoreError> {
    let now = app.now();
    let words: Vec<&str> = waiting.iter().map(|message| message.body.as_str()).collect();
    let first = waiting.first().map_or("", |message| message.id.as_str());
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::CallBack,
        priority: Priority::Urgent,
        title,
        notes: Some(&words.join("\n")),
        lead: Some(chat.lead),
        conversation: chat.conversation.as_deref(),
        message: Some(first),
        dedupe_key: &format!("chat:{}:{first}", chat.address),
        due: Some(agency::tools::take_message::call_back_due(app.hours(), now)),
        now,
    };
    let mut tx = app.store.begin().await?;
    tx.add_task(&task).await?;
    if let Some(conversation) = &chat.conversation {
        tx.pass_chat(conversation, task.id).await?;
    }
    tx.answered(&chat.address, &ids(waiting), (chat.conversation.as_deref(), false), now).await?;
    tx.commit().await
}

/// First the conversation, then what waits: whoever commits a turn in between makes ours one that is taken.
async fn take_turn(app: &App, address: &str) -> Result<(), StoreError> {
    let began = app.now();
    let words = app.words().await?;
    let chat = app.store.chat(address).await?.ok_or(StoreError::TurnTaken)?;
    let Some(saved) = open_conversation(app, &chat).await? else {
        begin(app, &chat, &words).await?;
        return Err(StoreError::TurnTaken);
    };
    let span = of_conversation(tracing::info_span!("turn", door = "chat"), &saved.id);
    answer_what_waits(app, (&words, &chat, &saved), began).instrument(span).await
}

async fn answer_what_waits(
    app: &App,
    (words, chat, saved): (&Words, &Chat, &Conversation),
    began: Timestamp,
) -> Result<(), StoreError> {
    let address = chat.address.as_str();
    let waiting = app.store.waiting(address).await?;
    if waiting.is_empty() && !chat.in_doubt {
        return Ok(());
    }
    let before = State::read(&saved.state)?;
    let written = Written::of(&waiting, &before);
    let unfinished = app.store.unfinished_tools(&saved.id, saved.turn).await?;
    let mut talk = Talk::new(app, words, (saved.id.clone(), None, saved.lead), before.clone());
    talk.state.turn = saved.turn + 1;
    talk.writes_by = Some(way(chat.channel));
    let effects = if unfinished.is_empty() {
        talk.answer(written.heard.clone(), began).await
    } else {
        talk.resume(&unfinished, &written.heard).await?
    };
    let is_greeted = saved.turn > 0 || before.last_words.is_empty();
    let greeting =
        (!is_greeted).then(|| app.greeting_in_writing(&before.caller, chat.profile_name.as_deref()));
    let reply = Reply::of(&effects, greeting.as_deref());
    let kept =
        Kept { event: &written.kept, confidence: None, before: Some(&before), said: &said(&effects), began };
    let mut tx = app.store.begin().await?;
    talk.keep(&mut tx, &kept, &talk.lines(&kept)).await?;
    reply.write(&talk, &mut tx, chat).await?;
    let asks = talk.state.doubt.is_some() || talk.state.step.expecting() != Expecting::Anything;
    tx.answered(address, &ids(&waiting), (Some(&saved.id), asks), app.now()).await?;
    if talk.state.alert().is_some() && before.alert().is_none() {
        // Whoever had the chat did not have this.
        tx.take_chat_back(&saved.id).await?;
    }
    if talk.state.doubt.is_some() {
        let patience = SignedDuration::from_secs(app.settings.chat.doubt_wait_s);
        tx.ask_again(address, app.now().saturating_add(patience).unwrap_or_default()).await?;
    }
    tx.commit().await?;
    app.outbox_rung.notify_one();
    if effects.contains(&Effect::End) {
        end_conversation(app, &saved.id).await?;
    }
    Ok(())
}

async fn open_conversation(app: &App, chat: &Chat) -> Result<Option<Conversation>, StoreError> {
    let Some(id) = &chat.conversation else { return Ok(None) };
    Ok(app.store.conversation_with_id(id).await?.filter(|saved| !saved.ended))
}

/// A chat begins: with its greeting, or where they were less than a day ago.
async fn begin(app: &App, chat: &Chat, words: &Words) -> Result<(), StoreError> {
    let now = app.now();
    let phone = number_of(&chat.address);
    let caller = app.store.who_is_calling(phone.as_ref()).await?;
    let since = now.saturating_sub(SignedDuration::from_hours(app.settings.chat.goes_on_h));
    let earlier = app.store.state_since(chat.lead, since.unwrap_or_default()).await?;
    let earlier: Option<State> = earlier.and_then(|state| State::read(&state).ok());
    let is_first = earlier.as_ref().is_none_or(|earlier| !earlier.manner.is_written());
    let (name, email) = (caller.name.clone(), caller.email.clone());
    let mut state = State::in_writing(caller, earlier);
    if is_first {
        handle(&mut state, Event::Started, &app.context(words));
    }
    let conversation = app.id("call");
    let talk = Talk::new(app, words, (conversation.clone(), None, chat.lead), state);
    let begin = BeginChat {
        address: &chat.address,
        conversation: &conversation,
        lead: chat.lead,
        channel: chat.channel,
        name: name.as_deref(),
        email: email.as_deref(),
        now,
    };
    let kept = Kept { event: &Event::Started, confidence: None, before: None, said: "", began: now };
    let mut tx = app.store.begin().await?;
    tx.begin_chat(&begin).await?;
    talk.keep(&mut tx, &kept, &[]).await?;
    tx.commit().await?;
    metrics::counter!("chats_total", "channel" => chat.channel.word()).increment(1);
    Ok(())
}

fn number_of(address: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(address.strip_prefix("whatsapp:").unwrap_or(address)).ok()
}

/// Everything they wrote since the last answer, as one thing that was said.
struct Written {
    /// As it is heard.
    heard: Event,
    /// As it stands in the transcript.
    kept: Event,
}

impl Written {
    fn of(waiting: &[Waiting], state: &State) -> Self {
        if waiting.is_empty() {
            return Self { heard: Event::CallerSilent, kept: Event::CallerSilent };
        }
        let bodies: Vec<&str> =
            waiting.iter().map(|message| message.body.trim()).filter(|body| !body.is_empty()).collect();
        if bodies.is_empty() {
            let came = Event::FilesCame { voice: waiting.iter().any(|message| message.has_voice) };
            return Self { heard: came.clone(), kept: came };
        }
        let heard: Vec<String> = bodies.iter().map(|body| as_said(body, state.step)).collect();
        Self { heard: spoken(joined(&heard)), kept: spoken(bodies.join("\n")) }
    }
}

fn spoken(words: String) -> Event {
    Event::CallerSpoke { alternatives: vec![words] }
}

/// Sentence by sentence: what ends one message does not begin the next.
fn joined(parts: &[String]) -> String {
    let ends = |part: &String| part.ends_with(['.', '!', '?', ',']);
    let ended: Vec<String> =
        parts.iter().map(|part| if ends(part) { part.clone() } else { format!("{part}.") }).collect();
    match parts {
        [only] => only.clone(),
        _ => ended.join(" "),
    }
}

/// They have just written: the window is open.
fn way(channel: Channel) -> Way {
    if channel == Channel::WhatsApp { Way::WhatsAppText } else { Way::Sms }
}

/// What is written back.
struct Reply {
    /// Safety words: a message of their own, before anything else.
    warning: Option<String>,
    words: String,
}

impl Reply {
    fn of(effects: &[Effect], greeting: Option<&str>) -> Self {
        let warning = effects.iter().find_map(|effect| match effect {
            Effect::Warn { words } => Some(words.clone()),
            _ => None,
        });
        let says = effects.iter().filter_map(|effect| match effect {
            Effect::Say { words } => Some(words.as_str()),
            _ => None,
        });
        let greeting = greeting.filter(|_| warning.is_none());
        let words = greeting.into_iter().chain(says).collect::<Vec<_>>().join(" ");
        Self { warning, words }
    }

    async fn write(&self, talk: &Talk<'_>, tx: &mut Tx, chat: &Chat) -> Result<(), StoreError> {
        let Some(phone) = number_of(&chat.address) else { return Ok(()) };
        let turn = format!("{}:{}", talk.conversation, talk.state.turn);
        let mut message = Post {
            kind: kind::SAFETY_ADVICE,
            to: &phone,
            way: way(chat.channel),
            body: "",
            appointment: None,
            dedupe_key: &format!("{}:{turn}", kind::SAFETY_ADVICE),
        };
        if let Some(warning) = &self.warning {
            let about = About { alert: talk.state.alert(), ..talk.about() };
            post(talk.app, tx, &about, &Post { body: warning, ..message }).await?;
        }
        message.kind = kind::REPLY;
        let pieces = speech::pieces(&self.words, CHARS_MAX);
        let last = pieces.len() - 1;
        for (n, body) in pieces.into_iter().enumerate().filter(|(_, body)| !body.is_empty()) {
            let dedupe_key = format!("{}:{turn}:{n}", kind::REPLY);
            let piece = Post { body, dedupe_key: &dedupe_key, ..message };
            let choices = if n == last { choices(&talk.state) } else { Vec::new() };
            post_with_choices(talk.app, tx, &talk.about(), &piece, &choices).await?;
        }
        Ok(())
    }
}

/// Chats in which nobody has written for a while are over, and are reviewed.
pub async fn close_silent_chats(app: &App) -> Result<(), StoreError> {
    let after = SignedDuration::from_mins(app.settings.chat.close_after_min);
    let since: Timestamp = app.now().saturating_sub(after).unwrap_or_default();
    for conversation in app.store.silent_chats(since).await? {
        end_conversation(app, &conversation).await?;
    }
    Ok(())
}
