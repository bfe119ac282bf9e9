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

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(body: &str) -> (u16, Value) {
        let stack = Stack { region: "us-east-1".to_owned(), has_registry: true };
        let (status, answer) = answer(body.as_bytes(), &stack);
        (status.as_u16(), answer)
    }

    #[test]
    fn a_document_is_answered_with_its_faults_or_with_what_it_gives() {
        let good = r#"{"Everyone":{"Fixed":{"TenantIds":["acme"],"MediaRegion":"us-east-1"}},"Tenants":{"acme":{}}}"#;
        let (status, found) = ask(&json!({ "document": good }).to_string());
        assert_eq!((status, &found["faults"]), (200, &json!([])), "{found:#}");
        assert_eq!(
            found["rights"][0],
            json!({ "right": "Create", "holders": "every caller", "tenants": ["acme"] })
        );
        assert_eq!(found["limits"][0]["limit"], "OpenMeetings");
        let (status, found) = ask(&json!({ "document": "{\n\"Tenants\":\n1}" }).to_string());
        assert_eq!((status, &found["rights"]), (200, &json!([])), "{found:#}");
        let expected = json!([{
            "pointer": "#/Tenants", "detail": "must be an object of tenants, not a number", "line": 2, "column": 1
        }]);
        assert_eq!(found["faults"], expected);
    }

    #[test]
    fn a_body_without_a_document_is_400_and_says_what_it_must_have() {
        for (body, error) in [
            ("", "the body is not JSON: "),
            ("[]", "#: must be an object, not an array"),
            ("{}", "#/document: must be a string with the text of a policy document, not nothing"),
            (
                r#"{"document":{}}"#,
                "#/document: must be a string with the text of a policy document, not an object",
            ),
            (r#"{"document":"{}","file":""}"#, "#/file: is not a known member; known are `document`"),
        ] {
            let (status, found) = ask(body);
            assert_eq!(status, 400, "{body}");
            assert!(found["error"].as_str().unwrap().contains(error), "{error} is not in {found:#}");
        }
    }
}
