//! Who rings and writes, what they want, and what they heard. They answer what they are asked, and say again what was not heard.

use std::time::Duration;

use phone_network::{Call, Ending, Inbound, Network, NetworkError};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::rehearsal::{AGENCY_NUMBER, WHATSAPP_NUMBER};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    View,
    Enquire,
    AskForSomebody,
    Repair,
    Danger,
    Valuation,
    HangUp,
    Text,
    WhatsApp,
}

impl Errand {
    fn draw(rng: &mut StdRng) -> Self {
        match rng.random_range(0..100) {
            0..38 => Self::View,
            38..55 => Self::Enquire,
            55..62 => Self::AskForSomebody,
            62..70 => Self::Repair,
            70..74 => Self::Danger,
            74..80 => Self::Valuation,
            80..84 => Self::HangUp,
            84..93 => Self::Text,
            _ => Self::WhatsApp,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::View => "want a viewing",
            Self::Enquire => "ask for homes",
            Self::AskForSomebody => "ask for a person",
            Self::Repair => "report a repair",
            Self::Danger => "smell gas",
            Self::Valuation => "want a valuation",
            Self::HangUp => "hang up at once",
            Self::Text => "text",
            Self::WhatsApp => "write by WhatsApp",
        }
    }

    pub(super) fn is_written(self) -> bool {
        matches!(self, Self::Text | Self::WhatsApp)
    }

    fn begins(self, rng: &mut StdRng) -> String {
        let area = ["Maida Vale", "Queen's Park", "Kensal Rise", "Notting Hill", "W9", "W10", "NW6"]
            [rng.random_range(0..7)];
        let beds = ["one", "two", "three"][rng.random_range(0..3)];
        match self {
            Self::View => format!(
                "I'd like to view a {beds} bedroom flat to rent in {area} up to four thousand a month"
            ),
            Self::Enquire => format!("do you have any {beds} bedroom flats to rent in {area}"),
            Self::AskForSomebody => "can I speak to somebody please".to_owned(),
            Self::Repair => "the kitchen tap has been dripping since Monday".to_owned(),
            Self::Danger => format!("I can smell gas at {} Elgin Avenue", rng.random_range(1..80)),
            Self::Valuation => "I'd like a valuation of my flat".to_owned(),
            Self::HangUp => String::new(),
            Self::Text | Self::WhatsApp => format!("show me {beds} bed flats to rent in {area}"),
        }
    }
}

/// Somebody, with what they want.
pub(super) struct Person {
    errand: Errand,
    phone: String,
    name: String,
    begins: String,
    think: Duration,
}

/// What they can tell afterwards.
#[derive(Debug)]
pub(super) struct Witness {
    pub(super) errand: Errand,
    pub(super) phone: String,
    /// The call's id, or the message's.
    pub(super) sid: String,
    pub(super) heard: String,
    /// What they began with reached somebody: for a text, the webhook was answered.
    pub(super) was_taken: bool,
    pub(super) ending: Option<Ending>,
    pub(super) repeats: u32,
    /// How often nobody of ours answered.
    pub(super) rang_in_vain: u32,
    pub(super) cut_off: u32,
}

const TENANTS: u32 = 5;
const FIRST_NAMES: [&str; 8] = ["Anna", "Brian", "Carol", "Daniel", "Emma", "Frank", "Grace", "Helen"];
const SURNAMES: [&str; 8] = ["Baker", "Carter", "Dawson", "Ellis", "Foster", "Graham", "Harris", "Jenkins"];

impl Person {
    pub(super) fn of(seed: u64, n: u32) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ (u64::from(n) << 20));
        let errand = Errand::draw(&mut rng);
        let phone = match errand {
            Errand::Repair => format!("+4477009001{:02}", 10 + n % TENANTS),
            _ => format!("+447700900{:03}", 300 + n % 600),
        };
        let name = format!("{} {}", FIRST_NAMES[rng.random_range(0..8)], SURNAMES[rng.random_range(0..8)]);
        let think = Duration::from_millis(rng.random_range(5..80));
        Self { begins: errand.begins(&mut rng), errand, phone, name, think }
    }

    pub(super) async fn go(self, network: &Network) -> Witness {
        let mut witness = Witness {
            errand: self.errand,
            phone: self.phone.clone(),
            sid: String::new(),
            heard: String::new(),
            was_taken: false,
            ending: None,
            repeats: 0,
            rang_in_vain: 0,
            cut_off: 0,
        };
        if self.errand.is_written() {
            let is_text = self.errand == Errand::Text;
            let from = if is_text { self.phone } else { format!("whatsapp:{}", self.phone) };
            let to = if is_text { AGENCY_NUMBER } else { WHATSAPP_NUMBER };
            let text = Inbound { from: &from, to, body: &self.begins, ..Inbound::default() };
            (witness.sid, witness.was_taken) = network.post(&text).await;
            return witness;
        }
        // Whoever is cut off in the middle rings again.
        const CALLS_MAX: u32 = 4;
        for _ in 0..CALLS_MAX {
            let Some(mut call) = self.ring(network, &mut witness).await else { return witness };
            drop(self.talk(&mut call, &mut witness).await);
            call.hang_up();
            witness.sid = call.sid().to_owned();
            witness.heard = call.all_heard();
            witness.ending = call.ending();
            if witness.ending != Some(Ending::ApplicationError) {
                break;
            }
            witness.cut_off += 1;
        }
        witness
    }

    /// Who hears nothing but Twilio's "application error" rings again.
    async fn ring(&self, network: &Network, witness: &mut Witness) -> Option<Call> {
        const TIMES_MAX: u32 = 60;
        const REST: Duration = Duration::from_millis(500);
        for _ in 0..TIMES_MAX {
            match network.ring(&self.phone, AGENCY_NUMBER).await {
                Ok(call) if call.ending() != Some(Ending::ApplicationError) => return Some(call),
                _ => witness.rang_in_vain += 1,
            }
            tokio::time::sleep(REST).await;
        }
        None
    }

    async fn talk(&self, call: &mut Call, witness: &mut Witness) -> Result<(), NetworkError> {
        const SENTENCES_MAX: u32 = 18;
        if self.errand == Errand::HangUp {
            return Ok(());
        }
        let mut words = self.begins.clone();
        for _ in 0..SENTENCES_MAX {
            tokio::time::sleep(self.think).await;
            if call.ending().is_some() {
                return Ok(());
            }
            call.say(&words).await?;
            witness.was_taken = true;
            match self.answer(&call.heard().to_lowercase()) {
                Answer::Again => witness.repeats += 1,
                Answer::Say(next) => next.clone_into(&mut words),
            }
        }
        Ok(())
    }

    /// To the last thing that was asked.
    fn answer<'p>(&'p self, heard: &str) -> Answer<'p> {
        let asked = |words: &str| heard.rfind(words);
        let answers = [
            (
                asked("once more").or(asked("again?")).or(asked("didn't catch")).or(asked("didn't quite")),
                Answer::Again,
            ),
            (
                asked("first name and surname").or(asked("full name")).or(asked("your name")),
                Answer::Say(&self.name),
            ),
            (asked("email"), Answer::Say("no email")),
            (asked("shall i").or(asked("is that right")), Answer::Say("yes please")),
            (asked("budget").or(asked("a month")).or(asked("how much")), Answer::Say("the first one")),
            (asked("which").or(asked("would you like to")), Answer::Say("the first one")),
            (asked("suit").or(asked("what time")), Answer::Say("the second one")),
            (asked("address").or(asked("postcode")), Answer::Say("22 Elgin Avenue W9 1JN")),
            (asked("bedrooms"), Answer::Say("two bedrooms")),
            (asked("sell or let").or(asked("selling or letting")), Answer::Say("to let")),
            (asked("anybody").or(asked("anyone")), Answer::Say("no")),
            (asked("anything else"), Answer::Say("no thank you, goodbye")),
        ];
        let last =
            answers.into_iter().filter_map(|(at, answer)| Some((at?, answer))).max_by_key(|(at, _)| *at);
        last.map_or(Answer::Say("no thank you, goodbye"), |(_, answer)| answer)
    }
}

enum Answer<'p> {
    /// What was said before.
    Again,
    Say(&'p str),
}
