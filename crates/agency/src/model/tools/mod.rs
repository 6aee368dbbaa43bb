//! What the model may ask for. One file per tool: its arguments, whose schema the model is given, and what the rules make
//! of them. Every tool ends in the same steps and commits as the rules engine's own: what is not known is asked, and
//! what is written was read back and agreed to first.

mod book_valuation;
mod book_viewing;
mod cancel_viewing;
mod carry_on;
mod choose_home;
mod end_call;
mod find_viewing;
mod hand_over;
mod home_facts;
mod move_viewing;
mod office_facts;
mod report_repair;
mod search_homes;
mod send_details;
mod take_message;
mod viewing_times;

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::ToolSpec;
use crate::conversation::{Context, Effect, State};
use crate::crm::Property;
use crate::language::{Expecting, Heard, Said, hear};

/// Why a tool is not run; the model is told.
type Refusal = String;
type Answer = Result<Vec<Effect>, Refusal>;

/// The tools, always in this order.
pub fn all() -> Vec<ToolSpec> {
    vec![
        spec::<search_homes::Arguments>("search_homes", search_homes::DESCRIPTION),
        spec::<choose_home::Arguments>("choose_home", choose_home::DESCRIPTION),
        spec::<home_facts::Arguments>("home_facts", home_facts::DESCRIPTION),
        spec::<viewing_times::Arguments>("viewing_times", viewing_times::DESCRIPTION),
        spec::<book_viewing::Arguments>("book_viewing", book_viewing::DESCRIPTION),
        spec::<book_valuation::Arguments>("book_valuation", book_valuation::DESCRIPTION),
        spec::<report_repair::Arguments>("report_repair", report_repair::DESCRIPTION),
        spec::<find_viewing::Arguments>("find_viewing", find_viewing::DESCRIPTION),
        spec::<move_viewing::Arguments>("move_viewing", move_viewing::DESCRIPTION),
        spec::<cancel_viewing::Arguments>("cancel_viewing", cancel_viewing::DESCRIPTION),
        spec::<send_details::Arguments>("send_details", send_details::DESCRIPTION),
        spec::<take_message::Arguments>("take_message", take_message::DESCRIPTION),
        spec::<hand_over::Arguments>("hand_over", hand_over::DESCRIPTION),
        spec::<office_facts::Arguments>("office_facts", office_facts::DESCRIPTION),
        spec::<end_call::Arguments>("end_call", end_call::DESCRIPTION),
        spec::<carry_on::Arguments>("carry_on", carry_on::DESCRIPTION),
    ]
}

/// Runs what the model asks for. The same tool with the same arguments is run once a turn.
pub(crate) fn call(state: &mut State, name: &str, arguments: &str, context: &Context) -> Vec<Effect> {
    let asked = format!("{name} {arguments}");
    if state.asked_by_model.contains(&asked) {
        return refused("You have asked for that already, and the caller has said nothing new.".into());
    }
    state.asked_by_model.push(asked);
    decide(state, name, arguments, context).unwrap_or_else(refused)
}

fn refused(words: Refusal) -> Vec<Effect> {
    vec![Effect::Tell { words }]
}

fn decide(state: &mut State, name: &str, arguments: &str, context: &Context) -> Answer {
    match name {
        "search_homes" => Ok(search_homes::run(state, &read(arguments)?, context)),
        "choose_home" => choose_home::run(state, &read(arguments)?),
        "home_facts" => home_facts::run(state, &read(arguments)?, context),
        "viewing_times" => viewing_times::run(state, &read(arguments)?, context),
        "book_viewing" => book_viewing::run(state, &read(arguments)?),
        "book_valuation" => Ok(book_valuation::run(state, &read(arguments)?, context)),
        "report_repair" => Ok(report_repair::run(state, &read(arguments)?, context)),
        "find_viewing" => Ok(find_viewing::run(state, &read(arguments)?, context)),
        "move_viewing" => move_viewing::run(state, &read(arguments)?, context),
        "cancel_viewing" => cancel_viewing::run(state, &read(arguments)?),
        "send_details" => send_details::run(state, &read(arguments)?),
        "take_message" => Ok(take_message::run(state, &read(arguments)?)),
        "hand_over" => Ok(hand_over::run(state, &read(arguments)?)),
        "office_facts" => office_facts::run(state, &read(arguments)?, context),
        "end_call" => Ok(end_call::run(state, &read(arguments)?)),
        "carry_on" => Ok(carry_on::run(state, &read(arguments)?, context)),
        _ => Err(format!("There is no tool called {name}.")),
    }
}

fn read<T: DeserializeOwned>(arguments: &str) -> Result<T, Refusal> {
    let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
    serde_json::from_str(arguments).map_err(|error| format!("The arguments do not fit the schema: {error}"))
}

/// `home-1` is the first of those offered.
pub(crate) fn home_id(index: usize) -> String {
    format!("home-{}", index + 1)
}

fn home(state: &State, id: &str) -> Result<Property, Refusal> {
    let found = state.offered.iter().enumerate().find(|(n, _)| home_id(*n) == id);
    found
        .map(|(_, home)| home.clone())
        .ok_or_else(|| format!("{id} was not offered in this call; search first."))
}

/// Words the model passes on are read as the caller's would be: the code resolves days, amounts and places.
fn heard(state: &State, words: &str, expecting: Expecting, context: &Context) -> Heard {
    let said = Said {
        alternatives: &[words.to_owned()],
        expecting,
        listing: state.wants.listing,
        offers: &[],
        now: context.now,
    };
    hear(&said, context.lexicon)
}

fn spec<T: JsonSchema>(name: &'static str, description: &'static str) -> ToolSpec {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    ToolSpec { name, description, schema: strict(schema.to_value()) }
}

/// Strict mode wants every property required and no others allowed.
pub(crate) fn strict(mut schema: Value) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.retain(|key, _| !matches!(key.as_str(), "$schema" | "title" | "description"));
        let names: Vec<Value> = object
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Map::keys)
            .cloned()
            .map(Value::from)
            .collect();
        object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
        object.insert("required".into(), names.into());
        object.insert("additionalProperties".into(), false.into());
    }
    schema
}
