//! What the page asks about a request that is being written.

use hyper::StatusCode;
use meeting_gateway::json::{Json, KnownMembers, MemberError, Names, Path};
use meeting_gateway::operation::Operation;
use serde_json::{Value, json};

use super::{Asked, ExplainError, explain, operation, report};
use crate::check::{Stack, faults_json};

/// The answer to `POST /local/explain`. `serving` is the document that serves, which is taken where the body has none.
///
/// 200 for a request that would be refused too, 422 with `faults` for a document that has faults, 400 with `error` for a body
/// that is not as it must be and for claims that identify no caller, 500 with `error` for a fault of this machine.
pub(crate) async fn answer(body: &[u8], serving: &[u8], stack: &Stack) -> (StatusCode, Value) {
    let error = |status, error: String| (status, json!({ "error": error }));
    let Question { asked, document } = match Question::read(body) {
        Ok(question) => question,
        Err(errors) => return error(StatusCode::BAD_REQUEST, errors),
    };
    let document = document.as_deref().map_or(serving, str::as_bytes);
    match explain(document, stack, &asked).await {
        Ok(explained) => (StatusCode::OK, report::json(&explained)),
        Err(ExplainError::Faults(faults)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, json!({ "faults": faults_json(&faults) }))
        }
        Err(why @ ExplainError::NoCaller(_)) => error(StatusCode::BAD_REQUEST, why.to_string()),
        Err(why @ ExplainError::Failed(_)) => error(StatusCode::INTERNAL_SERVER_ERROR, why.to_string()),
    }
}

/// The body of a question.
struct Question {
    asked: Asked,
    /// The policy document; `None` for the one that serves.
    document: Option<String>,
}

const NAMES: &[&str] = &["operation", "claims", "body", "document", "room_is_open"];

impl Question {
    /// Reads a body. The error names every member that breaks a rule.
    fn read(body: &[u8]) -> Result<Self, String> {
        let json = Json::parse(body).map_err(|error| format!("the body is not JSON: {error}"))?;
        let mut errors: Vec<MemberError> = Vec::new();
        let known = KnownMembers::of(&json, &Path::Root, Names::new(&[NAMES]), &mut errors);
        let question = known.and_then(|members| {
            let operation = read_operation(&members, &mut errors);
            let claims = read_claims(&members, body, &mut errors);
            let body = read_text(&members, "body", &mut errors);
            let document = read_text(&members, "document", &mut errors);
            let room_is_open = members.read("room_is_open", &mut errors).unwrap_or(false);
            let asked = Asked { operation: operation?, claims: claims?, body, room_is_open };
            Some(Question { asked, document })
        });
        match question {
            Some(question) if errors.is_empty() => Ok(question),
            _ => Err(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
        }
    }
}

type Members<'j, 'a, 'p> = KnownMembers<'j, 'a, 'p>;

fn read_operation(
    members: &Members<'_, '_, '_>,
    errors: &mut Vec<MemberError>,
) -> Option<&'static Operation> {
    let found = match members.get("operation") {
        Some(Json::String(name)) => operation(name),
        Some(other) => Err(format!("must be a string, not {}", other.kind())),
        None => Err("is required: the name of an operation, such as `CreateMeeting`".to_owned()),
    };
    found.map_err(|detail| errors.push(MemberError::at(&members.path_of("operation"), detail))).ok()
}

/// The claims as they were sent.
fn read_claims(members: &Members<'_, '_, '_>, body: &[u8], errors: &mut Vec<MemberError>) -> Option<Value> {
    let detail = match members.get("claims") {
        Some(claims @ Json::Object(_)) if claims.has_repeated_members() => "has a repeated member".to_owned(),
        Some(Json::Object(_)) => {
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            return body.get("claims").cloned();
        }
        Some(other) => format!("must be an object, not {}", other.kind()),
        None => "is required: the claims of the caller's token, an object".to_owned(),
    };
    errors.push(MemberError::at(&members.path_of("claims"), detail));
    None
}

fn read_text(
    members: &Members<'_, '_, '_>,
    name: &'static str,
    errors: &mut Vec<MemberError>,
) -> Option<String> {
    match members.get(name)? {
        Json::Null => None,
        Json::String(text) => Some(text.clone().into_owned()),
        other => {
            let detail = format!("must be a string or null, not {}", other.kind());
            errors.push(MemberError::at(&members.path_of(name), detail));
            None
        }
    }
}
