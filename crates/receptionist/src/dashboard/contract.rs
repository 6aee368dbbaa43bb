//! What every operation may answer besides its own: refusals, as problem details.

use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};

const PROBLEM: &str = "application/problem+json";
/// Status, name in the document, what it means.
const EVERYWHERE: [(&str, &str, &str); 4] = [
    ("400", "Unclear", "A value cannot be understood; `detail` says which"),
    ("403", "Forbidden", "The role does not allow it, or another site's page asks"),
    ("429", "TooOften", "Too often; `detail` says how long to wait"),
    ("503", "TryAgain", "The database, or Twilio, does not answer; nothing was changed"),
];
const SIGNED_IN: (&str, &str, &str) = ("401", "NotSignedIn", "Nobody is signed in");

pub(super) fn with_refusals(mut document: OpenApi) -> OpenApi {
    for item in document.paths.paths.values_mut() {
        let all = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        all.into_iter().flatten().for_each(describe);
    }
    let named = &mut document.components.get_or_insert_default().responses;
    for (_, name, means) in EVERYWHERE.into_iter().chain([SIGNED_IN]) {
        named.insert(name.to_owned(), RefOr::T(refusal(means)));
    }
    document
}

fn describe(operation: &mut Operation) {
    let signed_in = operation.security.is_some().then_some(SIGNED_IN);
    let responses = &mut operation.responses.responses;
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            name_problems(response);
        }
    }
    for (status, name, _) in EVERYWHERE.into_iter().chain(signed_in) {
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::Ref(Ref::from_response_name(name)));
    }
}

/// The type that is really sent.
fn name_problems(response: &mut Response) {
    let is_problem =
        |content: &RefOr<Content>| matches!(content, RefOr::T(content) if content.schema == Some(problem()));
    if response.content.get("application/json").is_some_and(is_problem)
        && let Some(content) = response.content.shift_remove("application/json")
    {
        response.content.insert(PROBLEM.to_owned(), content);
    }
}

fn refusal(means: &str) -> Response {
    ResponseBuilder::new().description(means).content(PROBLEM, Content::new(Some(problem()))).build()
}

fn problem() -> RefOr<Schema> {
    Ref::from_schema_name("Problem").into()
}
