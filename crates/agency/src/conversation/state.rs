//! The whole memory of one conversation.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Effect, Step};
use crate::crm::{ActionTaken, CallOutcome, Caller, Property, PropertyId, TaskKind, Wants};
use crate::dialogue::{Handover, Report, Valuation};
use crate::diary::{Avoids, TimeWish};
use crate::language::{Act, Address, Expecting, Intent};
use crate::manner::Manner;
use crate::model::{Grounds, History};
use crate::phone::PhoneNumber;
use crate::tools::ToolCall;
use crate::tools::find_ticket::FindTicket;
use crate::tools::find_viewing::{BookedViewing, FindViewing};
use crate::tools::viewing_slots::OfferedSlot;
use crate::triage::Emergency;

/// What a caller wants of a viewing they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    LookUp,
    Move,
    Cancel,
    /// They are late for it.
    Late,
}

/// Whether details are to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sending {
    NotOffered,
    Offered,
    /// They wanted none.
    Declined,
}

/// Who the caller says they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Details {
    pub name: Option<String>,
    pub phone: Option<PhoneNumber>,
    pub email: Option<String>,
    /// Asked and declined, or not understood twice: not asked again.
    pub email_declined: bool,
}

impl Details {
    /// What the records know of whoever has this number.
    fn of(caller: &Caller) -> Self {
        Self {
            name: caller.name.clone(),
            phone: caller.phone.clone(),
            email: caller.email.clone(),
            email_declined: false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question that was put once")]
pub struct State {
    pub caller: Caller,
    /// Whether they ring or write.
    pub manner: Manner,
    /// The number of the last turn answered; the greeting is turn 0.
    pub turn: u32,
    pub step: Step,
    pub intent: Option<Intent>,
    pub wants: Wants,
    /// Questions about the wish that were put once already.
    pub asked: Vec<Expecting>,
    /// The homes last offered, in the order they were said.
    pub offered: Vec<Property>,
    /// Every home spoken of, in order.
    pub discussed: Vec<PropertyId>,
    pub chosen: Option<Property>,
    pub wish: TimeWish,
    /// What was said not to suit, all through the call.
    pub avoids: Avoids,
    pub slots: Vec<OfferedSlot>,
    pub slot: Option<OfferedSlot>,
    pub details: Details,
    pub message: Option<String>,
    /// What kind of task the message becomes.
    pub message_about: TaskKind,
    /// They asked not to be written to any more.
    pub opts_out: bool,
    /// Homes that are to be viewed as well, after the one in hand.
    pub next_up: Vec<Property>,
    /// What was said of a viewing that is in the diary, and the viewing once it is found.
    pub find: FindViewing,
    pub change: Change,
    pub viewing: Option<BookedViewing>,
    /// Questions that a colleague must confirm.
    pub to_confirm: Vec<String>,
    /// The home that was last asked about, among several offered: "it".
    pub focus: Option<PropertyId>,
    /// Figures of a telephone number that is not whole yet.
    pub figures: String,
    /// What was said last, and how often in a row.
    pub said: String,
    pub same_words: u8,
    /// Words that tell of something written, while it is not sure that they were heard; and what was not heard of them.
    pub must_hear: Option<String>,
    pub untold: Option<String>,
    /// What a model is told of the talk, and what of its words may be spoken.
    pub history: History,
    pub grounds: Grounds,
    /// The same, from the caller's own mouth: it may be read back, and proves nothing.
    pub said_by_caller: Grounds,
    /// The latest words were a plain yes.
    pub agreed: bool,
    /// What the model asked for since the caller spoke.
    pub asked_by_model: Vec<String>,
    /// Sentences of the model that nothing backed: for review.
    pub flagged: Vec<String>,
    /// Twilio records this call.
    #[serde(default)]
    pub recorded: bool,
    /// The words by which they objected to that in the same breath as a danger, until it is seen to.
    #[serde(default)]
    pub objection: Option<String>,
    /// The last line of a colleague who listens that the model was told.
    #[serde(default)]
    pub whispered: Option<String>,
    /// How many statements of the model were checked, and how many of them were held back.
    #[serde(default)]
    pub statements: (u32, u32),
    /// They have said goodbye, and were asked one thing more.
    pub leaving: bool,
    /// Questions put to somebody who had said goodbye.
    pub held_back: u8,
    /// How the details of the home that is being looked for shall be sent.
    pub send_by: Option<Act>,
    /// A place that was asked for and is none of ours.
    pub elsewhere: Option<String>,
    /// The details of the homes that were spoken of.
    pub sending: Sending,
    /// The words by which they asked to hear of new homes.
    pub keeps_posted: Option<String>,
    /// Complaint, press, law or a death: nobody asks how the call was.
    pub is_delicate: bool,
    pub name_asked: bool,
    pub rudeness: u8,
    /// The caller's latest words, for the message that a colleague may get.
    pub last_heard: String,
    /// The repair that is asked about, and how often it was not found.
    pub ticket: FindTicket,
    pub ticket_tries: u8,
    /// The home that is to be valued.
    pub valuation: Option<Valuation>,
    /// What is being reported as wrong in a home.
    pub report: Option<Report>,
    /// Why a person is to take over, while that is being tried; and whether it was tried before.
    pub handover: Option<Handover>,
    pub was_put_through: bool,
    /// Where the danger is, as said in the words that named it.
    pub emergency_place: Option<Address>,
    /// A danger that may have been named: the caller was asked.
    pub doubt: Option<Emergency>,
    /// Dangers that were asked about, each once; and the words that made us ask.
    pub doubted: Vec<String>,
    pub doubted_words: String,
    /// Dangers that were alerted in this call; each is alerted once.
    pub hazards: Vec<String>,
    pub silences: u8,
    pub misses: u8,
    pub last_words: String,
    pub actions: Vec<ActionTaken>,
    pub caller_spoke: bool,
}

impl State {
    /// A state as it was saved, by whatever release: what an older one did not know is as at the beginning of a call, and what a
    /// newer one knows besides is left out. A call goes on while nodes of two releases take its turns.
    pub fn read(saved: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(saved).or_else(|_| {
            let mut whole = serde_json::to_value(Self::new(Caller::unknown(None)))?;
            lay_over(&mut whole, serde_json::from_str(saved)?);
            serde_json::from_value(whole)
        })
    }

    pub fn new(caller: Caller) -> Self {
        let details = Details::of(&caller);
        Self {
            wants: Wants::default(),
            caller,
            manner: Manner::Spoken,
            turn: 0,
            step: Step::Opening,
            intent: None,
            asked: Vec::new(),
            offered: Vec::new(),
            discussed: Vec::new(),
            chosen: None,
            wish: TimeWish::default(),
            avoids: Avoids::default(),
            slots: Vec::new(),
            slot: None,
            details,
            message: None,
            message_about: TaskKind::CallBack,
            opts_out: false,
            next_up: Vec::new(),
            find: FindViewing::default(),
            change: Change::LookUp,
            viewing: None,
            to_confirm: Vec::new(),
            focus: None,
            figures: String::new(),
            said: String::new(),
            same_words: 0,
            must_hear: None,
            untold: None,
            history: History::default(),
            grounds: Grounds::default(),
            said_by_caller: Grounds::default(),
            agreed: false,
            asked_by_model: Vec::new(),
            flagged: Vec::new(),
            recorded: false,
            objection: None,
            whispered: None,
            statements: (0, 0),
            leaving: false,
            held_back: 0,
            send_by: None,
            elsewhere: None,
            sending: Sending::NotOffered,
            keeps_posted: None,
            is_delicate: false,
            name_asked: false,
            rudeness: 0,
            last_heard: String::new(),
            ticket: FindTicket::default(),
            ticket_tries: 0,
            valuation: None,
            report: None,
            emergency_place: None,
            handover: None,
            was_put_through: false,
            doubt: None,
            doubted: Vec::new(),
            doubted_words: String::new(),
            hazards: Vec::new(),
            silences: 0,
            misses: 0,
            last_words: String::new(),
            actions: Vec::new(),
            caller_spoke: false,
        }
    }

    /// Somebody who writes. What was said less than a day ago, by whatever way, still stands: "the three you mentioned".
    pub fn in_writing(caller: Caller, earlier: Option<State>) -> Self {
        let mut state = Self { manner: Manner::Written, ..Self::new(caller) };
        if let Some(earlier) = earlier {
            state.wants = earlier.wants;
            state.avoids = earlier.avoids;
            state.step = if earlier.offered.is_empty() { Step::Opening } else { Step::AnythingElse };
            state.offered = earlier.offered;
            let was_sent = earlier.actions.contains(&ActionTaken::InfoSent);
            state.sending = if was_sent { Sending::Offered } else { earlier.sending };
            state.details.name = state.details.name.or(earlier.details.name);
            state.details.email = state.details.email.or(earlier.details.email);
        }
        state
    }

    /// Says something and listens for the answer to it.
    pub(crate) fn ask(&mut self, step: Step, words: impl Into<String>) -> Vec<Effect> {
        let words = words.into();
        self.step = step;
        self.last_words.clone_from(&words);
        vec![Effect::Say { words }, Effect::Listen { expecting: step.expecting() }]
    }

    /// The name as it may be read back: whole if it was said in this call, else the first name only.
    pub(crate) fn name_to_say(&self) -> &str {
        let name = self.details.name.as_deref().unwrap_or_default();
        if self.details.name == self.caller.name {
            self.caller.first_name().unwrap_or_default()
        } else {
            name
        }
    }

    /// Whether something was booked or sent: then the homes need not be sent again.
    pub(crate) fn did_send_or_book(&self) -> bool {
        self.actions.contains(&ActionTaken::InfoSent) || self.actions.contains(&ActionTaken::ViewingBooked)
    }

    /// Whether the home in hand is that of a viewing to be moved, not of a new one.
    pub(crate) fn is_moving(&self) -> bool {
        let (Some(viewing), Some(chosen)) = (&self.viewing, &self.chosen) else { return false };
        self.change == Change::Move && viewing.property.id == chosen.id
    }

    pub(crate) fn run(call: ToolCall) -> Vec<Effect> {
        vec![Effect::RunTool { call }]
    }

    /// Says the last words of the call.
    pub(crate) fn end(&mut self, words: impl Into<String>) -> Vec<Effect> {
        self.step = Step::Ended;
        vec![Effect::Say { words: words.into() }, Effect::End]
    }

    pub(crate) fn did(&mut self, action: ActionTaken) {
        if !self.actions.contains(&action) {
            self.actions.push(action);
        }
    }

    /// They were about to book a valuation.
    pub fn wants_valuation(&self) -> bool {
        self.valuation.is_some()
    }

    /// The emergency that was raised in this conversation.
    pub fn alert(&self) -> Option<&str> {
        self.report.as_ref()?.alert()
    }

    /// A colleague took the call.
    pub fn was_transferred(&mut self) {
        self.did(ActionTaken::Transferred);
        self.step = Step::Ended;
    }

    /// How the call ended, from what was done in it.
    pub fn outcome(&self) -> CallOutcome {
        let did = |action| self.actions.contains(&action);
        if did(ActionTaken::Emergency) {
            CallOutcome::Emergency
        } else if did(ActionTaken::ViewingChanged) && self.viewing.is_none() {
            CallOutcome::ViewingChanged
        } else if did(ActionTaken::ValuationBooked) {
            CallOutcome::ValuationBooked
        } else if did(ActionTaken::ViewingBooked) {
            CallOutcome::ViewingBooked
        } else if did(ActionTaken::ViewingChanged) {
            CallOutcome::ViewingChanged
        } else if did(ActionTaken::Transferred) {
            CallOutcome::Transferred
        } else if did(ActionTaken::TicketRaised) {
            CallOutcome::TicketRaised
        } else if did(ActionTaken::CallbackPromised) {
            CallOutcome::CallbackPromised
        } else if did(ActionTaken::MessageTaken) {
            CallOutcome::MessageTaken
        } else if did(ActionTaken::InfoSent) {
            CallOutcome::InfoSent
        } else if did(ActionTaken::InfoGiven) {
            CallOutcome::InfoGiven
        } else {
            CallOutcome::Abandoned
        }
    }
}

fn lay_over(whole: &mut Value, saved: Value) {
    match (whole, saved) {
        (Value::Object(whole), Value::Object(saved)) => {
            for (name, value) in saved {
                lay_over(whole.entry(name).or_insert(Value::Null), value);
            }
        }
        (whole, saved) => *whole = saved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every field that is there at the beginning of a call may have been unknown to the release that saved it.
    #[test]
    fn a_state_of_another_release_is_read() {
        let fresh = State { turn: 7, ..State::new(Caller::unknown(None)) };
        let saved = serde_json::to_value(&fresh).unwrap();
        let mut tried = 0;
        for (name, value) in saved.as_object().unwrap() {
            let inner = value.as_object().into_iter().flat_map(|inner| inner.keys());
            for path in std::iter::once(None).chain(inner.map(Some)) {
                let mut older = saved.clone();
                match path {
                    None => older.as_object_mut().unwrap().remove(name),
                    Some(inner) => older[name].as_object_mut().unwrap().remove(inner),
                };
                older["of a newer release"] = true.into();
                let read = State::read(&older.to_string());
                let expected = State { turn: if name == "turn" { 0 } else { 7 }, ..fresh.clone() };
                assert_eq!(read.unwrap_or_else(|error| panic!("without {name} {path:?}: {error}")), expected);
                tried += 1;
            }
        }
        assert!(tried > 50, "{tried}");
    }
}
