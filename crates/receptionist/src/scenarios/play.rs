//! Plays a scenario against a fresh fictional agency, with a stepped clock and the built-in phone network.

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use phone_network::{Call, Faults, Listening, MailServer};

use super::format::{Phone, Recipient, Scenario, Service, Step};
use super::judge::{Changes, Snapshot, differences, mail_differences};
use super::{outside, writing};
use crate::rehearsal::{AGENCY_NUMBER, Plan, Rehearsal};
use crate::seed::seed;

/// How a scenario went. It passed when `problems` is empty.
pub struct Verdict {
    pub problems: Vec<String>,
    /// What was said, for whoever looks into a failure.
    pub transcript: Vec<String>,
    /// What is new or different at the end, for whoever writes down what to expect.
    pub changes: Changes,
}

/// Runs one scenario on an empty database.
pub async fn run(
    scenario: &Scenario,
    database_url: &str,
    environment: &[(&'static str, String)],
) -> anyhow::Result<Verdict> {
    let clock: Timestamp = scenario.clock.parse().context("`clock` is not an RFC 3339 instant")?;
    let mail = MailServer::start().await?;
    let mut environment = environment.to_vec();
    if scenario.mail.is_some() {
        environment.push(("SMTP_URL", mail.url().to_owned()));
        environment.push(("EMAIL_FROM", "John Barclay <office@johnbarclay.example>".to_owned()));
    }
    let mut rehearsal = Rehearsal::start(Plan { environment, ..Plan::stepped(database_url, clock) }).await?;
    prepare(scenario, &rehearsal, clock).await?;
    let before = Snapshot::take(&rehearsal.app.store).await?;
    let writer = scenario.writer.clone();
    let mut stage = Stage { call: None, mail, writer, read: 0, transcript: Vec::new() };
    if !scenario.caller.is_empty() {
        let call = rehearsal.network.ring(&scenario.caller, AGENCY_NUMBER).await?;
        stage.transcript.push(format!("Sarah: {}", call.heard()));
        stage.call = Some(call);
    }
    let mut problems = stage.play(&scenario.steps, &mut rehearsal).await;
    if let Some(call) = &mut stage.call {
        call.hang_up();
    }
    rehearsal.settle().await?;
    let after = Snapshot::take(&rehearsal.app.store).await?;
    let changes = before.changes(&after);
    problems.extend(differences(&changes, &scenario.expect, scenario.judged));
    problems.extend(rehearsal.network.complaints());
    problems
        .extend(scenario.mail.iter().flat_map(|expected| mail_differences(expected, &stage.mail.letters())));
    problems.extend(wording(scenario, &stage, &rehearsal));
    rehearsal.stop().await;
    Ok(Verdict { problems, transcript: stage.transcript, changes })
}

/// The fictional agency, and what this story adds to it. Where days are to pass, the work of earlier days is done.
async fn prepare(scenario: &Scenario, rehearsal: &Rehearsal, clock: Timestamp) -> anyhow::Result<()> {
    seed(&rehearsal.app.store, agency::london::date_of(clock)).await?;
    write_given(scenario, rehearsal).await?;
    for (number, recipient) in &scenario.recipients {
        rehearsal.network.set_recipient(number, network_recipient(*recipient));
    }
    for (number, phone) in &scenario.phones {
        rehearsal.network.set_phone(number, network_phone(*phone));
    }
    if scenario.steps.iter().any(|step| matches!(step, Step::Until(_))) {
        rehearsal.follow_up().await?;
    }
    Ok(())
}

/// What must and what must not have been said.
fn wording(scenario: &Scenario, stage: &Stage, rehearsal: &Rehearsal) -> Vec<String> {
    let heard = stage.call.as_ref().map(Call::all_heard).unwrap_or_default();
    let said = format!("{heard}\n{}", writing::all_read(&stage.writer, rehearsal));
    let unsaid = scenario.safety_words.iter().filter(|words| !said.contains(*words));
    let forbidden = scenario.never_said.iter().filter(|words| said.contains(*words));
    unsaid
        .map(|words| format!("these safety words were not said: {words}"))
        .chain(forbidden.map(|words| format!("this was said: {words}")))
        .collect()
}

/// Who takes part besides the app.
struct Stage {
    call: Option<Call>,
    mail: MailServer,
    /// Whoever writes, and how many of the messages to them are in the transcript.
    writer: String,
    read: usize,
    transcript: Vec<String>,
}

impl Stage {
    async fn play(&mut self, steps: &[Step], rehearsal: &mut Rehearsal) -> Vec<String> {
        for step in steps {
            if let Err(error) = self.take(step, rehearsal).await {
                return vec![format!("at {step:?}: {error:#}")];
            }
            self.transcript.push(format!("{step:?}"));
            let by_voice = matches!(step, Step::Say(_) | Step::Press(_) | Step::Silence(_) | Step::Crash(_));
            let heard =
                self.call.as_ref().filter(|_| by_voice).map(|call| format!("Sarah: {}", call.heard()));
            self.transcript.extend(heard);
            let read = writing::read(&self.writer, rehearsal);
            self.transcript.extend(read.iter().skip(self.read).map(|words| format!("Sarah writes: {words}")));
            self.read = read.len();
        }
        Vec::new()
    }

    async fn take(&mut self, step: &Step, rehearsal: &mut Rehearsal) -> anyhow::Result<()> {
        match step {
            Step::Until(then) => {
                if let Some(call) = &mut self.call {
                    call.hang_up();
                }
                rehearsal.until(then.parse().context("not an RFC 3339 instant")?).await
            }
            Step::Down(service) | Step::Up(service) => {
                let is_away = matches!(step, Step::Down(_));
                match service {
                    Service::Mail => self.mail.set_away(is_away),
                    Service::Twilio => {
                        let server_error = if is_away { 1.0 } else { 0.0 };
                        rehearsal.network.set_faults(Faults { server_error, ..Faults::default() });
                    }
                }
                Ok(())
            }
            Step::RefusesMail(to) => {
                /// No such mailbox (RFC 5321, 4.2.3).
                const NO_SUCH_MAILBOX: u16 = 550;
                self.mail.refuse(to, NO_SUCH_MAILBOX);
                Ok(())
            }
            Step::Unsubscribes(to) => outside::unsubscribe(to, &self.mail, rehearsal).await,
            Step::BooksOnPage(to) => outside::book_on_page(to, &self.mail, rehearsal).await,
            Step::Changes { .. } | Step::Adds { .. } | Step::Imports { .. } => {
                outside::write(step, rehearsal).await
            }
            Step::Writes { from, words } => {
                writing::write(from, std::slice::from_ref(words), rehearsal).await
            }
            Step::Write(words) => writing::write(&self.writer, std::slice::from_ref(words), rehearsal).await,
            Step::Pieces(pieces) => writing::write(&self.writer, pieces, rehearsal).await,
            Step::Repeated { words, times } => writing::repeat(&self.writer, words, *times, rehearsal).await,
            Step::Sends { words, files } => writing::send(&self.writer, words, files, rehearsal).await,
            Step::RivalBooks(number) => rival_books(number, rehearsal).await,
            Step::AnotherCaller { from, says } => {
                let mut other = rehearsal.network.ring(from, AGENCY_NUMBER).await?;
                for words in says {
                    other.say(words).await?;
                }
                other.hang_up();
                Ok(())
            }
            // Time passes also where nobody rings.
            Step::Wait(minutes) => rehearsal.pass(SignedDuration::from_mins(*minutes)).await,
            Step::Crash(_) if self.call.is_none() => rehearsal.crash().await,
            _ => take(step, self.call.as_mut().context("nobody rings in this scenario")?, rehearsal).await,
        }
    }
}

async fn write_given(scenario: &Scenario, rehearsal: &Rehearsal) -> anyhow::Result<()> {
    let mut tx = rehearsal.app.store.begin().await?;
    for (table, rows) in &scenario.given {
        tx.insert_rows(table, rows).await.with_context(|| format!("`given` rows of {table}"))?;
    }
    tx.commit().await?;
    Ok(())
}

fn network_phone(phone: Phone) -> phone_network::Phone {
    match phone {
        Phone::Accepts => phone_network::Phone::Presses("1"),
        Phone::PassesOn => phone_network::Phone::Presses("2"),
        Phone::HearsTwiceAndAccepts => phone_network::Phone::Presses("01"),
        Phone::Machine => phone_network::Phone::Machine,
        Phone::Busy => phone_network::Phone::Busy,
        Phone::NoAnswer => phone_network::Phone::NoAnswer,
    }
}

fn network_recipient(recipient: Recipient) -> phone_network::Recipient {
    match recipient {
        Recipient::Refused(code) => phone_network::Recipient::Refused(code),
        Recipient::Undelivered(code) => phone_network::Recipient::Undelivered(code),
        Recipient::UndeliveredOnce(code) => phone_network::Recipient::UndeliveredOnce(code),
        Recipient::BusyOnce(_) => phone_network::Recipient::BusyOnce,
        Recipient::SilentOnce(_) => phone_network::Recipient::SilentOnce,
        Recipient::LostOnce(_) => phone_network::Recipient::LostOnce,
    }
}

/// Longer than anything we say takes to be heard, and the silence after it.
const LONG_SILENCE: SignedDuration = SignedDuration::from_secs(90);

async fn take(step: &Step, call: &mut Call, rehearsal: &mut Rehearsal) -> anyhow::Result<()> {
    match step {
        Step::Say(words) => call.say(words).await?,
        Step::Press(keys) => call.press(keys).await?,
        Step::Silence(times) => {
            for _ in 0..*times {
                if call.listening().is_some_and(Listening::is_relay) {
                    rehearsal.app.relays.subscribe().wait_for(|count| *count > 0).await?;
                    rehearsal.let_pass(LONG_SILENCE);
                }
                call.silence().await?;
            }
        }
        Step::Crash(_) => {
            rehearsal.crash().await?;
            call.drop_relay().await;
        }
        Step::HangUp(_) => call.hang_up(),
        other => anyhow::bail!("{other:?} is no part of a call"),
    }
    Ok(())
}

/// Another caller asks for the same home and takes the first time offered.
async fn rival_books(number: &str, rehearsal: &Rehearsal) -> anyhow::Result<()> {
    let mut rival = rehearsal.network.ring(number, AGENCY_NUMBER).await?;
    for words in [
        "a two bedroom flat to rent in Maida Vale up to 3000 a month",
        "the first one",
        "the first one",
        "Robin Rival",
        "no email",
        "yes",
    ] {
        rival.say(words).await?;
    }
    rival.hang_up();
    Ok(())
}
