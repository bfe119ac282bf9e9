//! What the page asks of a document that is being edited.

use hyper::StatusCode;
use meeting_gateway::json::{Json, KnownMembers, MemberError, Names, Path};
use serde_json::{Value, json};

use super::{Stack, check, to_json};

/// The answer to `POST /local/policy/check`, whose body is `{"document": text}`: the faults of the document, or who has each
/// right and which limits hold.
pub(crate) fn answer(body: &[u8], stack: &Stack) -> (StatusCode, Value) {
    match document(body) {
        Ok(document) => (StatusCode::OK, to_json(&check(document.as_bytes(), stack))),
        Err(error) => (StatusCode::BAD_REQUEST, json!({ "error": error })),
    }
}

fn document(body: &[u8]) -> Result<String, String> {
    let json = Json::parse(body).map_err(|error| format!("the body is not JSON: {error}"))?;
    let mut errors: Vec<MemberError> = Vec::new();
    let members = KnownMembers::of(&json, &Path::Root, Names::new(&[&["document"]]), &mut errors);
    let document = members.as_ref().and_then(|members| members.get("document"));
    let text = document.and_then(Json::as_str);
    if text.is_none() && members.is_some() {
        let kind = document.map_or("nothing", Json::kind);
        errors.push(MemberError {
            pointer: "#/document".to_owned(),
            detail: format!("must be a string with the text of a policy document, not {kind}"),
        });
    }
    match text {
        Some(text) if errors.is_empty() => Ok(text.to_owned()),
        _ => Err(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
    }
}
