//! A report of something wrong in a home: an ordinary repair, or an emergency after its safety words. Of an emergency only
//! what is needed is asked, and every answer is kept at once; of a repair the questions of `domain.md` §1.5 (reference),
//! each once, and its ticket is written at the end. Nothing is promised but that somebody will be in touch.

use serde::{Deserialize, Serialize};

use super::{closing, details, message};
use crate::conversation::{Context, Effect, State, Step};
use crate::crm::ActionTaken;
use crate::language::{Act, Address, Heard, address_in, plain};
use crate::manner::Manner;
use crate::repairs;
use crate::tools::ToolCall;
use crate::tools::emergency_details::{EmergencyDetails, EmergencyNoted};
use crate::tools::raise_emergency::{EmergencyRaised, RaiseEmergency};
use crate::tools::report_repair::{RepairReported, ReportRepair};
use crate::triage::{self, Emergency, Level};

/// What was said of it so far. That of an emergency stays for the rest of the call: more may be said of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Of an emergency, once it was raised.
    alert: Option<String>,
    reference: Option<String>,
    contractor: Option<String>,
    hazard: Option<String>,
    level: Level,
    what: String,
    place: Option<Address>,
    since: Option<String>,
    vulnerable: Option<String>,
    access: Option<String>,
    asked: Vec<Step>,
}

impl Report {
    fn new(level: Level, hazard: Option<String>, what: &str, place: Option<Address>) -> Self {
        Self {
            alert: None,
            reference: None,
            contractor: None,
            hazard,
            level,
            what: what.to_owned(),
            place,
            since: None,
            vulnerable: None,
            access: None,
            asked: Vec::new(),
        }
    }

    pub(crate) fn alert(&self) -> Option<&str> {
        self.alert.as_deref()
    }

    /// The words by which triage judges it, with what is said next.
    pub(crate) fn with(&self, words: &str) -> Option<String> {
        let is_open = self.alert.is_none() && !self.what.is_empty();
        is_open.then(|| format!("{}, {words}", self.what))
    }
}

/// A repair is reported; what was said already is not asked for again.
pub(crate) fn begin(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Vec<Effect> {
    let found = triage::triage(&[words.to_owned()], context.now, context.triage);
    let names_it = found.is_some() || repairs::category(None, words).is_some();
    let (level, hazard) = found.map_or((Level::Normal, None), |found| (found.level(), Some(found.hazard)));
    let what = if names_it { words } else { "" };
    let mut report = Report::new(level, hazard, what, address_in(words, context.lexicon));
    if heard.wish.dates.is_empty() && says_since(words) {
        report.asked.push(Step::ReportSince);
        report.since = Some(words.to_owned());
    }
    state.report = Some(report);
    next(state, if names_it { "I'm sorry to hear that. " } else { "" })
}

fn says_since(words: &str) -> bool {
    const SINCE: &[&str] =
        &["since", "ago", "yesterday", "night", "morning", "days", "week", "weeks", "hours", "months"];
    plain(words).split(' ').any(|word| SINCE.contains(&word))
}

/// The next question that was not put yet, or the end.
fn next(state: &mut State, lead_in: &str) -> Vec<Effect> {
    let Some(step) = missing(state) else { return finish(state) };
    let Some(report) = &mut state.report else { return finish(state) };
    let again = report.asked.contains(&step);
    report.asked.push(step);
    state.ask(step, format!("{lead_in}{}", question(step, again)))
}

fn missing(state: &State) -> Option<Step> {
    let report = state.report.as_ref()?;
    let wanted = [
        (Step::ReportWhat, report.what.is_empty(), 1),
        (Step::ReportPlace, report.place.as_ref().is_none_or(|place| place.number.is_none()), 2),
        (Step::ReportSince, report.alert.is_none(), 1),
        (Step::ReportVulnerable, report.alert.is_none() && report.level != Level::Normal, 1),
        (Step::ReportAccess, report.alert.is_none(), 1),
        (Step::ReportName, state.details.name.is_none(), 1),
        (Step::ReportPhone, state.details.phone.is_none(), 1),
    ];
    let times = |step: Step| report.asked.iter().filter(|asked| **asked == step).count();
    let open = wanted.into_iter().find(|(step, missing, most)| *missing && times(*step) < *most);
    open.map(|(step, ..)| step)
}

fn question(step: Step, again: bool) -> &'static str {
    match step {
        Step::ReportWhat => "What's the problem, and where in the home is it?",
        Step::ReportPlace if again => "Sorry, which house number and street is that?",
        Step::ReportPlace => "What's the address, with the flat number?",
        Step::ReportSince => "Since when has it been like that, and is it getting worse?",
        Step::ReportVulnerable => {
            "Is anyone there very young, elderly, pregnant or ill? I ask so that we know how fast to act."
        }
        Step::ReportAccess => "If nobody is in, may we use our keys, and which times suit you best?",
        Step::ReportName => "And your name, please?",
        _ => "And which number can we ring you on? You can say it or key it in.",
    }
}

/// More of an emergency that was reported in this call.
pub(crate) fn more(state: &mut State, words: &str, context: &Context) -> Option<Vec<Effect>> {
    let report = state.report.as_mut().filter(|report| report.alert.is_some())?;
    let place = address_in(words, context.lexicon);
    report.place = place.map(|place| place.or(report.place.take())).or(report.place.take());
    Some(keep(state, words))
}

/// Where an emergency is, said after the questions were over: nobody looks for a home there.
pub(crate) fn late_place(
    state: &mut State,
    heard: &Heard,
    words: &str,
    context: &Context,
) -> Option<Vec<Effect>> {
    let report = state.report.as_ref().filter(|report| report.alert.is_some())?;
    let is_open = report.place.as_ref().is_none_or(|place| place.number.is_none());
    let says_where = heard.intent.is_none() && address_in(words, context.lexicon).is_some();
    if is_open && says_where { more(state, words, context) } else { None }
}

/// The answer to whatever was asked.
pub(super) fn answer(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Vec<Effect> {
    let step = state.step;
    if heard.did(Act::Goodbye) && heard.entities.is_empty() && step != Step::ReportWhat {
        return finish(state);
    }
    let joined = details::joined_number(state, heard);
    let Some(report) = &mut state.report else { return closing::anything_else(state, "") };
    let said = Some(words.to_owned()).filter(|words| !words.is_empty());
    let heard_place = address_in(words, context.lexicon);
    if step == Step::ReportPlace || (heard_place.is_some() && report.place.is_none()) {
        report.place = heard_place.map(|place| place.or(report.place.take())).or(report.place.take());
    }
    match step {
        Step::ReportWhat => {
            words.clone_into(&mut report.what);
            let found = triage::triage(&[words.to_owned()], context.now, context.triage);
            (report.level, report.hazard) = found
                .map_or((report.level, report.hazard.take()), |found| (found.level(), Some(found.hazard)));
        }
        Step::ReportPlace => report.what = format!("{} / {words}", report.what),
        Step::ReportSince => report.since = said,
        Step::ReportVulnerable => {
            report.vulnerable = said;
            let is_worse = heard.did(Act::Affirm) && !heard.did(Act::Deny);
            if let Some(emergency) = report
                .hazard
                .clone()
                .filter(|_| is_worse)
                .and_then(|hazard| triage::for_the_vulnerable(&hazard, words))
            {
                return raise(state, emergency, context).unwrap_or_default();
            }
        }
        Step::ReportAccess => report.access = said,
        Step::ReportName => state.details.name = heard.name.clone().or(state.details.name.take()),
        _ => state.details.phone = heard.phone.clone().or(joined).or(state.details.phone.take()),
    }
    keep(state, words)
}

/// An emergency's answer is written down at once; a repair's is kept for its ticket, and for a colleague if the line is lost.
fn keep(state: &mut State, words: &str) -> Vec<Effect> {
    let Some(report) = &state.report else { return Vec::new() };
    if let (Some(alert), Some(hazard)) = (&report.alert, &report.hazard) {
        return State::run(ToolCall::EmergencyDetails(EmergencyDetails {
            alert: alert.clone(),
            hazard: hazard.clone(),
            words: words.to_owned(),
            name: state.details.name.clone(),
            phone: state.details.phone.clone(),
            place: report.place.clone(),
        }));
    }
    state.message = Some(description(report));
    next(state, "Thank you. ")
}

fn description(report: &Report) -> String {
    let place = report.place.as_ref().map(ToString::to_string);
    let parts = [
        ("", Some(&report.what)),
        ("Where: ", place.as_ref()),
        ("Since: ", report.since.as_ref()),
        ("Anyone vulnerable: ", report.vulnerable.as_ref()),
        ("Access: ", report.access.as_ref()),
    ];
    let said = parts.iter().filter_map(|(heading, words)| Some(format!("{heading}{}", words.as_ref()?)));
    said.collect::<Vec<_>>().join("\n")
}

/// Safety words, then the alert; nothing is asked before.
pub(crate) fn raise(state: &mut State, emergency: Emergency, context: &Context) -> Option<Vec<Effect>> {
    let hazard = triage::hazard(&emergency.hazard)?;
    state.handover = None;
    let mut effects = vec![warn(state, hazard)];
    if state.hazards.contains(&emergency.hazard) {
        effects.extend(said_again(state, hazard.ends_call));
        return Some(effects);
    }
    if hazard.ends_call {
        state.step = Step::Ended;
    }
    state.emergency_place = address_in(&state.last_heard, context.lexicon);
    let so_far = state.report.as_ref().and_then(|report| report.with(&state.last_heard));
    let call = RaiseEmergency {
        emergency,
        words: so_far.unwrap_or_else(|| state.last_heard.clone()),
        name: state.details.name.clone(),
        phone: state.details.phone.clone(),
        place: address_of(state, state.report.as_ref()),
    };
    effects.push(Effect::RunTool { call: ToolCall::RaiseEmergency(Box::new(call)) });
    Some(effects)
}

fn warn(state: &mut State, hazard: &triage::Hazard) -> Effect {
    state.did(ActionTaken::Emergency);
    let words = safety_words(state, hazard);
    state.last_words.clone_from(&words);
    Effect::Warn { words }
}

fn safety_words(state: &State, hazard: &triage::Hazard) -> String {
    match state.manner {
        Manner::Spoken => hazard.words(state.details.phone.is_some()),
        Manner::Written => hazard.words_in_writing(),
    }
}

/// After the safety words: hang up where the caller must go, else ask what is needed. Whoever lost the words with the process that was
/// to say them hears them now.
pub(super) fn raised(state: &mut State, raised: EmergencyRaised) -> Vec<Effect> {
    let hazard = triage::hazard(&raised.hazard);
    let unsaid = hazard.filter(|hazard| state.last_words != safety_words(state, hazard));
    let mut effects: Vec<Effect> = unsaid.map(|hazard| warn(state, hazard)).into_iter().collect();
    if unsaid.is_some_and(|hazard| hazard.ends_call) {
        state.step = Step::Ended;
    }
    state.hazards.push(raised.hazard.clone());
    let before = state.report.take();
    let place = address_of(state, before.as_ref());
    state.message = None;
    let mut report = Report::new(Level::Emergency, Some(raised.hazard), &state.last_heard, place);
    report.alert = Some(raised.alert);
    report.reference = raised.reference;
    state.report = Some(report);
    if state.step == Step::Ended {
        effects.push(Effect::End);
    } else {
        effects.extend(next(state, "I've alerted a colleague. "));
    }
    effects
}

fn address_of(state: &State, before: Option<&Report>) -> Option<Address> {
    state.emergency_place.clone().or_else(|| before?.place.clone())
}

/// The same danger again: more of what was said is kept, and the talk goes on.
fn said_again(state: &mut State, ends_call: bool) -> Vec<Effect> {
    if ends_call {
        state.step = Step::Ended;
        return vec![Effect::End];
    }
    let words = state.last_heard.clone();
    match &state.report {
        Some(report) if report.alert.is_some() => keep(state, &words),
        _ => closing::anything_else(state, "A colleague has been alerted and will ring you."),
    }
}

pub(super) fn noted(state: &mut State, noted: EmergencyNoted) -> Vec<Effect> {
    if let Some(report) = &mut state.report {
        report.alert = Some(noted.alert);
        report.reference = noted.reference.or(report.reference.take());
        report.contractor = noted.contractor.map(|contractor| {
            format!(
                " If you can't wait for the call, our emergency {} is {}, on {}.",
                contractor.trade,
                contractor.name,
                state.manner.phone(&contractor.phone)
            )
        });
    }
    next(state, "Thank you. ")
}

/// Everything that is needed is known, or the caller says no more.
fn finish(state: &mut State) -> Vec<Effect> {
    let Some(report) = &state.report else { return closing::anything_else(state, "") };
    if report.alert.is_none() {
        return write_repair(state);
    }
    let reference = report
        .reference
        .as_deref()
        .map(|reference| format!(" Your reference is {}.", told(reference, state.manner)));
    let words = format!(
        "Thank you. A colleague has been alerted{}{}{}",
        if state.details.phone.is_some() { " and will ring you as soon as they can." } else { "." },
        report.contractor.as_deref().unwrap_or_default(),
        reference.unwrap_or_default()
    );
    closing::after_message(state, &words)
}

fn told(reference: &str, manner: Manner) -> String {
    if manner.is_written() {
        return reference.to_owned();
    }
    let figures: Vec<String> = reference.chars().filter(|c| *c != '-').map(String::from).collect();
    figures.join(" ")
}

fn write_repair(state: &mut State) -> Vec<Effect> {
    let Some(report) = &state.report else { return Vec::new() };
    let kind = repairs::category(report.hazard.as_deref().filter(|hazard| *hazard != "repair"), &report.what);
    let call = ReportRepair {
        category: kind.map_or(repairs::OTHER, |kind| kind.name.as_str()).to_owned(),
        urgency: report.level,
        description: description(report),
        place: report.place.clone(),
        name: state.details.name.clone(),
        phone: state.details.phone.clone(),
    };
    State::run(ToolCall::ReportRepair(Box::new(call)))
}

pub(super) fn written(state: &mut State, reported: &RepairReported) -> Vec<Effect> {
    state.did(ActionTaken::TicketRaised);
    state.message = None;
    let urgent = state.report.take().is_some_and(|report| report.level != Level::Normal);
    let words = format!(
        "Thank you. I've logged that{} for the property manager, who will be in touch. Your reference is {}.{}",
        if urgent { " as urgent" } else { "" },
        told(&reported.reference, state.manner),
        if reported.texted { " I'm texting you that, with where to send photos." } else { "" }
    );
    closing::after_message(state, &words)
}

/// Nobody answers any more, or it goes in circles: what is known must do.
pub(super) fn give_up(state: &mut State) -> Vec<Effect> {
    match &state.report {
        Some(report) if report.alert.is_none() && report.what.is_empty() => {
            state.report = None;
            message::take(state)
        }
        _ => finish(state),
    }
}
