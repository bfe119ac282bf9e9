//! The claims that API Gateway's authorizer verified.
//!
//! This trusts the event: whoever may invoke the function directly can write whatever claims they like into it. The
//! stack's default is `AUTH_MODE=bearer` for that reason.

use super::bearer::{find_claim, scopes_of_claim, tenant_of_claims};
use super::{AuthenticationError, Caller, ClaimNames, TenantError};
use crate::http::AuthorizerContext;
use crate::json::{Json, Object};

/// Makes a caller of what the authorizer says.
///
/// # Errors
/// When there was no authorizer, or its claims name no subject or no tenant.
pub fn authenticate(
    context: AuthorizerContext<'_>,
    names: &ClaimNames,
) -> Result<Caller, AuthenticationError> {
    let claims = match context {
        AuthorizerContext::Absent => return Err(AuthenticationError::NoCredentials),
        AuthorizerContext::JwtClaims(claims)
        | AuthorizerContext::CognitoClaims(claims)
        | AuthorizerContext::LambdaContext(claims) => claims,
    };
    // A Lambda authorizer that names a principal need not repeat it as `sub`.
    let subject = ["sub", "principalId"].iter().find_map(|name| claims.get(name).and_then(Json::as_str));
    let Some(subject) = subject.filter(|subject| !subject.is_empty()) else {
        let cause = "the authorizer's claims have no `sub` that is a string";
        return Err(AuthenticationError::InvalidCredentials(cause.to_owned()));
    };
    let tenant = tenant_of_claims(claims, &names.tenant).map_err(AuthenticationError::NoTenant)?;
    if is_flattened_array(&tenant) {
        let claim = names.tenant.clone();
        return Err(AuthenticationError::NoTenant(TenantError::NotAString {
            claim,
            found: "a flattened array",
        }));
    }
    Ok(Caller::new(tenant, subject.to_owned(), scopes(claims, names), groups(context, claims, names)))
}

/// An array that payload 2.0 flattened to `"[a b]"`. No tenant's name looks so: Chime takes no bracket in a TenantId.
fn is_flattened_array(text: &str) -> bool {
    text.starts_with('[') && text.ends_with(']')
}

/// Scopes, in the forms that authorizers give them: a string with spaces, an array, an array flattened. A claim that is
/// neither carries none, and whatever needs a scope is refused.
fn scopes(claims: &Object<'_>, names: &ClaimNames) -> Vec<String> {
    let claim = find_claim(claims, &names.scope).or_else(|| claims.get("scp"));
    match claim {
        Some(Json::String(text)) if is_flattened_array(text) => flattened(text),
        Some(value) => scopes_of_claim(value).unwrap_or_default(),
        None => Vec::new(),
    }
}

/// Groups, likewise. A REST API's Cognito authorizer joins them by commas. No name of a Cognito group has a space; one
/// that has a comma can be read as two, so with such groups the function verifies the token itself.
fn groups(context: AuthorizerContext<'_>, claims: &Object<'_>, names: &ClaimNames) -> Vec<String> {
    match (find_claim(claims, &names.groups), context) {
        (Some(Json::String(text)), _) if text.is_empty() => Vec::new(),
        (Some(Json::String(text)), AuthorizerContext::JwtClaims(_)) if is_flattened_array(text) => {
            flattened(text)
        }
        (Some(Json::String(text)), AuthorizerContext::CognitoClaims(_)) => {
            text.split(',').map(|group| group.trim().to_owned()).filter(|group| !group.is_empty()).collect()
        }
        (Some(Json::String(text)), _) => vec![text.clone().into_owned()],
        (Some(Json::Array(items)), _) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn flattened(text: &str) -> Vec<String> {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_default();
    inner.split(' ').filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> ClaimNames {
        ClaimNames {
            tenant: "custom:tenant_id".to_owned(),
            scope: "scope".to_owned(),
            groups: "cognito:groups".to_owned(),
        }
    }

    fn caller(kind: &str, claims: &str) -> Result<Caller, AuthenticationError> {
        let json = Json::parse(claims.as_bytes()).unwrap();
        let claims = json.as_object().unwrap();
        let context = match kind {
            "jwt" => AuthorizerContext::JwtClaims(claims),
            "cognito" => AuthorizerContext::CognitoClaims(claims),
            _ => AuthorizerContext::LambdaContext(claims),
        };
        authenticate(context, &names())
    }

    #[test]
    fn groups_are_read_as_each_authorizer_writes_them() {
        for (kind, value, expected, why) in [
            ("jwt", r#""[hosts members]""#, vec!["hosts", "members"], "payload 2.0 flattens an array"),
            ("jwt", r#""[]""#, vec![], "an empty array, flattened"),
            ("jwt", r#""""#, vec![], "the empty string is no group's name"),
            ("lambda", r#""""#, vec![], "nor is it one from a Lambda authorizer"),
            ("jwt", r#""hosts""#, vec!["hosts"], "one group"),
            ("jwt", r#""hosts members""#, vec!["hosts members"], "a string is one group"),
            (
                "cognito",
                r#""hosts,members""#,
                vec!["hosts", "members"],
                "payload 1.0 joins an array by commas",
            ),
            ("cognito", r#""""#, vec![], "no group"),
            (
                "lambda",
                r#"["hosts","members"]"#,
                vec!["hosts", "members"],
                "a Lambda authorizer may give an array",
            ),
            ("lambda", r#""a,b""#, vec!["a,b"], "and a string of its is one group"),
            ("jwt", "7", vec![], "a number is no group and fails nothing"),
            ("jwt", r#"[7,"hosts",null]"#, vec!["hosts"], "nor does one among others"),
            ("jwt", "null", vec![], "null is none"),
        ] {
            let claims = format!(r#"{{"sub":"u","custom:tenant_id":"acme","cognito:groups":{value}}}"#);
            assert_eq!(caller(kind, &claims).unwrap().groups(), expected, "{why}");
        }
    }

    #[test]
    fn scopes_are_read_from_either_claim_in_any_form() {
        for (claim, expected) in [
            (r#""scope":"a b""#, vec!["a", "b"]),
            (r#""scope":"[a b]""#, vec!["a", "b"]),
            (r#""scope":"[a b""#, vec!["[a", "b"]),
            (r#""scope":"a b]""#, vec!["a", "b]"]),
            (r#""scp":["a","b"]"#, vec!["a", "b"]),
            (r#""scope":"a","scp":"b""#, vec!["a"]),
            (r#""scope":7"#, vec![]),
        ] {
            let claims = format!(r#"{{"sub":"u","custom:tenant_id":"acme",{claim}}}"#);
            assert_eq!(caller("jwt", &claims).unwrap().scopes(), expected, "{claim}");
        }
    }

    #[test]
    fn a_tenant_is_a_plain_string_and_nothing_else() {
        for (claims, why) in [
            (r#"{"sub":"u"}"#, "no claim"),
            (r#"{"sub":"u","custom:tenant_id":"[acme globex]"}"#, "an array, flattened"),
            (r#"{"sub":"u","custom:tenant_id":"[acme]"}"#, "an array of one, flattened"),
            (r#"{"sub":"u","custom:tenant_id":["acme"]}"#, "an array"),
            (r#"{"sub":"u","custom:tenant_id":7}"#, "a number"),
            (r#"{"sub":"u","custom:tenant_id":""}"#, "empty"),
            (r#"{"sub":"u","custom:tenant_id":null}"#, "null"),
        ] {
            assert!(matches!(caller("jwt", claims), Err(AuthenticationError::NoTenant(_))), "{why}");
        }
        assert_eq!(caller("jwt", r#"{"sub":"u","custom:tenant_id":"acme"}"#).unwrap().tenant(), "acme");
    }

    #[test]
    fn a_caller_has_a_subject() {
        for (claims, subject) in [
            (r#"{"sub":"u","principalId":"p","custom:tenant_id":"acme"}"#, Some("u")),
            (r#"{"principalId":"p","custom:tenant_id":"acme"}"#, Some("p")),
            (r#"{"sub":7,"custom:tenant_id":"acme"}"#, None),
            (r#"{"sub":"","custom:tenant_id":"acme"}"#, None),
            (r#"{"custom:tenant_id":"acme"}"#, None),
            ("{}", None),
        ] {
            let caller = caller("lambda", claims);
            assert_eq!(caller.as_ref().ok().map(Caller::subject), subject, "{claims}");
            assert!(subject.is_some() || matches!(caller, Err(AuthenticationError::InvalidCredentials(_))));
        }
    }

    #[test]
    fn nothing_is_believed_where_there_was_no_authorizer() {
        let refused = authenticate(AuthorizerContext::Absent, &names());
        assert!(matches!(refused, Err(AuthenticationError::NoCredentials)));
    }
}
