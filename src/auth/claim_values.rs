//! The values of claims whose names are settings: tenant, subject, scopes, groups.

use super::error::TenantError;
use super::token_error::TokenError;
use crate::json::{Json, Object};

/// Finds a claim by name: a member of the claims or, when the name begins with `/`, what the JSON pointer (RFC 6901)
/// points to.
///
/// A name such as `https://example.com/tenant` does not begin with `/`, so it is one member's name.
pub(super) fn find<'c, 'j>(claims: &'c Object<'j>, name: &str) -> Option<&'c Json<'j>> {
    let Some(pointer) = name.strip_prefix('/') else {
        return claims.get(name);
    };
    let mut steps = pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
    let first = claims.get(&steps.next()?)?;
    steps.try_fold(first, |value, step| match value {
        Json::Object(object) => object.get(&step),
        Json::Array(items) => array_index(&step).and_then(|index| items.get(index)),
        _ => None,
    })
}

/// RFC 6901, section 4: digits without a leading zero.
fn array_index(step: &str) -> Option<usize> {
    let canonical = step == "0" || (!step.starts_with('0') && step.bytes().all(|byte| byte.is_ascii_digit()));
    if canonical { step.parse().ok() } else { None }
}

/// The string in a claim that RFC 7519 or Cognito defines.
///
/// # Errors
/// When the claim is missing or not a string.
pub(super) fn required_string<'c>(claims: &'c Object<'_>, claim: &str) -> Result<&'c str, TokenError> {
    match claims.get(claim) {
        None => Err(TokenError::missing(claim)),
        Some(Json::String(text)) => Ok(text),
        Some(other) => Err(TokenError::mistyped(claim, other.kind())),
    }
}

/// The tenant that the claim names: a plain string that is not empty.
///
/// # Errors
/// When the claim is missing, empty or not a string. An array with one tenant is refused too: if it ever had two, there
/// would be no rule to choose between them.
pub(super) fn tenant(claims: &Object<'_>, name: &str) -> Result<String, TenantError> {
    match find(claims, name) {
        None => Err(TenantError::Missing { claim: name.to_owned() }),
        Some(Json::String(tenant)) if tenant.is_empty() => Err(TenantError::Empty { claim: name.to_owned() }),
        Some(Json::String(tenant)) => Ok(tenant.clone().into_owned()),
        Some(other) => Err(TenantError::NotAString { claim: name.to_owned(), found: other.kind() }),
    }
}

/// The caller's identifier, from the claim of the settings. No other claim replaces it: callers who share a subject
/// share idempotency keys, and a Lambda authorizer's `principalId` may be the same for everybody.
///
/// # Errors
/// When the claim is missing, empty or not a string.
pub(super) fn subject(claims: &Object<'_>, name: &str) -> Result<String, TokenError> {
    match find(claims, name) {
        None => Err(TokenError::missing(name)),
        Some(Json::String(subject)) if subject.is_empty() => {
            Err(TokenError::ClaimEmpty { claim: name.to_owned() })
        }
        Some(Json::String(subject)) => Ok(subject.clone().into_owned()),
        Some(other) => Err(TokenError::mistyped(name, other.kind())),
    }
}

/// Scopes, from a string of scopes separated by spaces (RFC 6749, section 3.3) or from an array of strings.
///
/// # Errors
/// What the value is instead.
pub(super) fn scopes(value: &Json<'_>) -> Result<Vec<String>, &'static str> {
    match value {
        Json::String(list) => {
            Ok(list.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect())
        }
        other => strings(other),
    }
}

/// Groups, from an array of strings, or from a string that names one group.
///
/// A string is never split: that could give a caller groups that the issuer did not write.
///
/// # Errors
/// What the value is instead.
pub(super) fn groups(value: &Json<'_>) -> Result<Vec<String>, &'static str> {
    match value {
        Json::String(group) if group.is_empty() => Ok(Vec::new()),
        Json::String(group) => Ok(vec![group.clone().into_owned()]),
        other => strings(other),
    }
}

fn strings(value: &Json<'_>) -> Result<Vec<String>, &'static str> {
    let items = value.as_array().ok_or_else(|| value.kind())?;
    let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    texts.ok_or("an array with something else than strings")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMS: &str = r#"{
        "custom:tenant_id": "acme", "https://example.com/tenant": "globex",
        "org": {"id": "initech", "a/b": {"~": "deep"}, "list": ["zeroth", {"id": "first"}]},
        "/org/id": "a pointer does not reach this",
        "many": ["acme"], "number": 7, "empty": "", "none": null
    }"#;

    fn with_claims<T>(text: &str, check: impl FnOnce(&Object<'_>) -> T) -> T {
        check(Json::parse(text.as_bytes()).unwrap().as_object().unwrap())
    }

    #[test]
    fn name_is_one_member_unless_it_begins_with_slash() {
        for (name, found) in [
            ("custom:tenant_id", Some("acme")),
            ("https://example.com/tenant", Some("globex")),
            ("/org/id", Some("initech")),
            ("/org/a~1b/~0", Some("deep")),
            ("/org/list/0", Some("zeroth")),
            ("/org/list/1/id", Some("first")),
            ("/custom:tenant_id", Some("acme")),
            ("org", None),
            ("/org/list/00", None),
            ("/org/list/+1", None),
            ("/org/list/2", None),
            ("/org/list/-", None),
            ("/org/id/deeper", None),
            ("/", None),
            ("Custom:tenant_id", None),
        ] {
            let value =
                with_claims(CLAIMS, |claims| find(claims, name).and_then(Json::as_str).map(str::to_owned));
            assert_eq!(value.as_deref(), found, "{name}");
        }
    }

    #[test]
    fn tenant_is_a_non_empty_string() {
        let named = |name: &str| with_claims(CLAIMS, |claims| tenant(claims, name));
        let claim = |name: &str| name.to_owned();
        assert_eq!(named("/org/id"), Ok("initech".to_owned()));
        assert_eq!(named("missing"), Err(TenantError::Missing { claim: claim("missing") }));
        assert_eq!(named("empty"), Err(TenantError::Empty { claim: claim("empty") }));
        for (name, found) in
            [("many", "an array"), ("number", "a number"), ("none", "null"), ("org", "an object")]
        {
            assert_eq!(named(name), Err(TenantError::NotAString { claim: claim(name), found }));
        }
    }

    #[test]
    fn splits_scopes_at_spaces_but_not_groups() {
        let value = Json::parse(br#""meetings:create  read""#).unwrap();
        assert_eq!(scopes(&value), Ok(vec!["meetings:create".to_owned(), "read".to_owned()]));
        assert_eq!(groups(&value), Ok(vec!["meetings:create  read".to_owned()]));
        let list = Json::parse(br#"["a b", "c"]"#).unwrap();
        assert_eq!(scopes(&list), Ok(vec!["a b".to_owned(), "c".to_owned()]));
        assert_eq!(groups(&list), Ok(vec!["a b".to_owned(), "c".to_owned()]));
        assert_eq!(groups(&Json::parse(br#""""#).unwrap()), Ok(Vec::new()));
    }

    #[test]
    fn names_the_type_of_invalid_scopes_and_groups() {
        for (text, found) in [
            ("null", "null"),
            ("true", "a boolean"),
            ("7", "a number"),
            ("{}", "an object"),
            (r#"["a", 7]"#, "an array with something else than strings"),
            (r#"[["a"]]"#, "an array with something else than strings"),
        ] {
            let value = Json::parse(text.as_bytes()).unwrap();
            assert_eq!(scopes(&value), Err(found), "{text}");
            assert_eq!(groups(&value), Err(found), "{text}");
        }
    }
}
