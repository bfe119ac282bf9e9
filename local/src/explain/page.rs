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

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"] }, "Default": { "MediaRegion": "us-east-1" } },
        "Tenants": { "acme": {} }
    }"#;

    async fn ask(body: &Value) -> (u16, Value) {
        let stack = Stack { region: "us-east-1".to_owned(), has_registry: true };
        let (status, answer) = answer(body.to_string().as_bytes(), POLICY.as_bytes(), &stack).await;
        (status.as_u16(), answer)
    }

    fn question() -> Value {
        json!({
            "operation": "CreateMeeting",
            "claims": { "sub": "anna", "custom:tenant_id": "acme" },
            "body": r#"{"ExternalMeetingId":"standup"}"#,
            "room_is_open": false,
        })
    }

    #[tokio::test]
    async fn a_question_without_a_document_is_about_the_one_that_serves() {
        let (status, found) = ask(&question()).await;
        assert_eq!((status, &found["status"]), (200, &json!(201)), "{found:#}");
        assert_eq!(found["requests"][0]["body"]["MediaRegion"], "us-east-1");
    }

    #[tokio::test]
    async fn a_question_with_a_document_is_about_that_one() {
        let mut question = question();
        question["document"] = json!(POLICY.replace("us-east-1", "eu-central-1"));
        let (status, found) = ask(&question).await;
        assert_eq!(status, 200, "{found:#}");
        assert_eq!(found["requests"][0]["body"]["MediaRegion"], "eu-central-1");
    }

    #[tokio::test]
    async fn a_request_that_would_be_refused_is_explained() {
        let mut question = question();
        question["body"] = Value::Null;
        let (status, found) = ask(&question).await;
        assert_eq!((status, &found["status"]), (200, &json!(400)), "{found:#}");
        assert!(
            found["policy"]["members"].is_array(),
            "the policy is explained before anything is asked for"
        );
    }

    #[tokio::test]
    async fn an_open_room_is_joined_without_a_new_meeting() {
        let mut question = question();
        question["operation"] = json!("JoinRoom");
        question["body"] = Value::Null;
        for (is_open, creates) in [(false, true), (true, false)] {
            question["room_is_open"] = json!(is_open);
            let (_, found) = ask(&question).await;
            let requests = found["requests"].as_array().unwrap();
            assert_eq!(requests.iter().any(|request| request["path"] == "/meetings"), creates, "{is_open}");
        }
    }

    #[tokio::test]
    async fn a_document_with_faults_is_422_with_their_places() {
        let mut question = question();
        question["document"] = json!("{\n \"Tenant\": {}\n}");
        let (status, found) = ask(&question).await;
        assert_eq!(status, 422, "{found:#}");
        let fault = &found["faults"][0];
        assert_eq!(
            (&fault["pointer"], &fault["line"], &fault["column"]),
            (&json!("#/Tenant"), &json!(2), &json!(2))
        );
    }

    #[tokio::test]
    async fn a_question_that_cannot_be_answered_is_400_and_names_each_member_at_fault() {
        for (changes, errors, why) in [
            (
                json!({ "operation": "Leave" }),
                &["#/operation: unknown operation `Leave`; there are CreateMeeting"][..],
                "no operation",
            ),
            (json!({ "operation": 1 }), &["#/operation: must be a string, not a number"], "another type"),
            (json!({ "operation": null }), &["#/operation: must be a string, not null"], "null is no name"),
            (json!({ "claims": [] }), &["#/claims: must be an object, not an array"], "another type"),
            (json!({ "claims": {} }), &["the claims identify no caller: "], "nobody"),
            (
                json!({ "body": {} }),
                &["#/body: must be a string or null, not an object"],
                "a body that is no text",
            ),
            (
                json!({ "document": {} }),
                &["#/document: must be a string or null, not an object"],
                "a document that is no text",
            ),
            (
                json!({ "room_is_open": "no" }),
                &["#/room_is_open: must be `true` or `false`, not a string"],
                "another type",
            ),
            (
                json!({ "Operation": "Join" }),
                &["#/Operation: is not a known member; known are `body`, `claims`"],
                "a typing error",
            ),
            (
                json!({ "operation": "Leave", "body": 1, "claims": 2 }),
                &["#/operation: ", "; #/claims: ", "; #/body: "],
                "all faults at once",
            ),
        ] {
            let mut question = question();
            for (name, value) in changes.as_object().unwrap() {
                question[name] = value.clone();
            }
            let (status, found) = ask(&question).await;
            assert_eq!(status, 400, "{why}: {found:#}");
            for error in errors {
                assert!(
                    found["error"].as_str().unwrap().contains(error),
                    "{why}: {error} is not in {found:#}"
                );
            }
        }
    }

    #[tokio::test]
    async fn what_is_missing_or_repeated_is_named() {
        let stack = Stack { region: "us-east-1".to_owned(), has_registry: true };
        for (body, error) in [
            ("{}", "#/operation: is required"),
            ("{}", "#/claims: is required"),
            ("{", "the body is not JSON: "),
            ("[]", "#: must be an object, not an array"),
            (r#"{"operation":"Join","claims":{"sub":"a","sub":"b"}}"#, "#/claims: has a repeated member"),
            (r#"{"operation":"Join","operation":"Join","claims":{}}"#, "#/operation: is repeated"),
        ] {
            let (status, found) = answer(body.as_bytes(), POLICY.as_bytes(), &stack).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
            assert!(found["error"].as_str().unwrap().contains(error), "{error} is not in {found:#}");
        }
    }
}
