//! The claims that API Gateway's authorizer verified.
//!
//! This trusts the event: anyone who may invoke the function directly can write any claims into it. Therefore the
//! stack's default is `AUTH_MODE=bearer`.
//!
//! API Gateway writes a claim that is an array as one string, which is ambiguous: `"[a b]"` may be two items or one with
//! a space. Such a string is split only if no item can have a space; otherwise it is read as one item, so that nobody
//! gets a group or scope that the issuer did not write. In bearer mode the function reads the token itself, which is
//! not ambiguous.

use super::caller::Caller;
use super::claim_names::ClaimNames;
use super::claim_values;
use super::error::{AuthenticationError, TenantError};
use super::token_error::TokenError;
use crate::api_gateway::AuthorizerContext;
use crate::json::{Json, Object};

/// What the log calls an array that API Gateway flattened.
const FLATTENED_ARRAY: &str = "a flattened array";

/// Makes a caller from the authorizer's claims.
///
/// # Errors
/// When there was no authorizer, or its claims name no subject or no tenant.
pub fn authenticate(
    context: &AuthorizerContext<'_>,
    names: &ClaimNames,
) -> Result<Caller, AuthenticationError> {
    let (claims, writer) = match context {
        AuthorizerContext::Absent => return Err(AuthenticationError::NoCredentials),
        AuthorizerContext::JwtClaims(claims) => (claims, Writer::Payload2),
        AuthorizerContext::Payload1Claims(claims) => (claims, Writer::Payload1),
        AuthorizerContext::LambdaContext(claims) => (claims, Writer::LambdaAuthorizer),
    };
    let subject = subject(claims, &names.subject)
        .map_err(|error| AuthenticationError::InvalidCredentials(error.to_string()))?;
    let tenant = claim_values::tenant(claims, &names.tenant)?;
    if is_flattened_array(&tenant) {
        return Err(TenantError::NotAString { claim: names.tenant.clone(), found: FLATTENED_ARRAY }.into());
    }
    let lists = Lists { claims, writer, is_cognito: is_cognito_user_pool(claims) };
    Ok(Caller::new(tenant, subject, lists.scopes(&names.scope), lists.groups(&names.groups)))
}

/// The caller's identifier; [`claim_values::subject`], but not a flattened array.
fn subject(claims: &Object<'_>, name: &str) -> Result<String, TokenError> {
    let subject = claim_values::subject(claims, name)?;
    if is_flattened_array(&subject) {
        return Err(TokenError::mistyped(name, FLATTENED_ARRAY));
    }
    Ok(subject)
}

/// Whether the text has the form of an array that API Gateway flattened: `"[a b]"`. A TenantId has no bracket.
fn is_flattened_array(text: &str) -> bool {
    text.starts_with('[') && text.ends_with(']')
}

/// Whether the token's issuer is a Cognito user pool: `https://cognito-idp.<region>.amazonaws.com/<pool>`. Its groups
/// (`GroupNameType` in Cognito's API model) and scopes have no spaces in their names.
fn is_cognito_user_pool(claims: &Object<'_>) -> bool {
    let issuer = claims.get("iss").and_then(Json::as_str).unwrap_or_default();
    let Some((host, pool)) =
        issuer.strip_prefix("https://cognito-idp.").and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let region = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"));
    let is_region = |region: &str| {
        !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    region.is_some_and(is_region) && !pool.is_empty() && !pool.contains('/')
}

/// Who wrote the claims into the event, which decides how a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writer {
    /// An HTTP API's JWT authorizer: arrays are flattened.
    Payload2,
    /// A REST API's Cognito authorizer, which joins arrays by commas, or an HTTP API's JWT authorizer in payload 1.0.
    Payload1,
    /// A Lambda authorizer: its values are taken literally.
    LambdaAuthorizer,
}

/// Reads the claims that are lists of names. A claim of any other type is read as an empty list.
struct Lists<'c, 'j> {
    claims: &'c Object<'j>,
    writer: Writer,
    is_cognito: bool,
}

impl Lists<'_, '_> {
    /// Scopes: a string separated by spaces (RFC 6749, section 3.3), an array, or a flattened array.
    fn scopes(&self, name: &str) -> Vec<String> {
        let (name, claim) = match claim_values::find(self.claims, name) {
            // As in bearer mode: some issuers write `scp` instead of `scope`.
            None if name == "scope" => ("scp", self.claims.get("scp")),
            claim => (name, claim),
        };
        match claim {
            Some(Json::String(text)) if self.may_flatten() && is_flattened_array(text) => {
                self.flattened(name, text)
            }
            Some(value) => claim_values::scopes(value).unwrap_or_default(),
            None => Vec::new(),
        }
    }

    /// Groups: one group as a string, an array, a flattened array or, from a REST API, groups separated by commas. A user
    /// pool's group with a comma or brackets in its name can be read as several groups; such pools need bearer mode.
    fn groups(&self, name: &str) -> Vec<String> {
        match claim_values::find(self.claims, name) {
            Some(Json::String(text)) if text.is_empty() => Vec::new(),
            Some(Json::String(text)) if self.may_flatten() && is_flattened_array(text) => {
                self.flattened(name, text)
            }
            Some(Json::String(text)) if self.writer == Writer::Payload1 && self.is_cognitos_own(name) => text
                .split(',')
                .map(|group| group.trim().to_owned())
                .filter(|group| !group.is_empty())
                .collect(),
            Some(Json::String(text)) => vec![text.clone().into_owned()],
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    fn may_flatten(&self) -> bool {
        self.writer != Writer::LambdaAuthorizer
    }

    /// Whether a user pool writes this claim itself, under its own rules for names. A custom attribute, or a claim that a
    /// trigger adds, can be any text.
    fn is_cognitos_own(&self, name: &str) -> bool {
        self.is_cognito && matches!(name, "cognito:groups" | "scope" | "scp")
    }

    /// The items of a flattened array: split at spaces if no item can have one, otherwise one item.
    fn flattened(&self, name: &str, text: &str) -> Vec<String> {
        let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_default();
        let items: Vec<&str> =
            if self.is_cognitos_own(name) { inner.split(' ').collect() } else { vec![inner] };
        items.into_iter().filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> ClaimNames {
        ClaimNames::default()
    }

    fn caller(kind: &str, claims: &str) -> Result<Caller, AuthenticationError> {
        let json = Json::parse(claims.as_bytes()).unwrap();
        let claims = json.as_object().unwrap().clone();
        let context = match kind {
            "payload 2" => AuthorizerContext::JwtClaims(claims),
            "payload 1" => AuthorizerContext::Payload1Claims(claims),
            _ => AuthorizerContext::LambdaContext(claims),
        };
        authenticate(&context, &names())
    }

    const USER_POOL: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Example";
    const OTHER: &str = "https://issuer.example.com";

    #[test]
    fn reads_groups_as_each_authorizer_writes_them() {
        for (kind, issuer, value, expected, why) in [
            (
                "payload 2",
                USER_POOL,
                r#""[hosts members]""#,
                vec!["hosts", "members"],
                "payload 2.0 flattens an array",
            ),
            ("payload 2", OTHER, r#""[not hosts]""#, vec!["not hosts"], "may be one group with a space"),
            (
                "payload 2",
                OTHER,
                r#""[Former hosts]""#,
                vec!["Former hosts"],
                "its last word is not a group either",
            ),
            ("payload 2", OTHER, r#""[hosts]""#, vec!["hosts"], "one group without a space"),
            ("payload 2", OTHER, r#""[]""#, vec![], "an empty array, flattened"),
            ("payload 2", USER_POOL, r#""[]""#, vec![], "the same of a user pool"),
            ("payload 2", OTHER, r#""""#, vec![], "the empty string names no group"),
            ("payload 2", OTHER, r#""hosts""#, vec!["hosts"], "one group"),
            ("payload 2", USER_POOL, r#""hosts members""#, vec!["hosts members"], "a string is one group"),
            (
                "payload 1",
                USER_POOL,
                r#""hosts,members""#,
                vec!["hosts", "members"],
                "a REST API joins by commas",
            ),
            (
                "payload 1",
                USER_POOL,
                r#""[hosts members]""#,
                vec!["hosts", "members"],
                "an HTTP API flattens",
            ),
            (
                "payload 1",
                OTHER,
                r#""hosts,members""#,
                vec!["hosts,members"],
                "may be one group with a comma",
            ),
            ("payload 1", OTHER, r#""[not hosts]""#, vec!["not hosts"], "may be one group with a space"),
            ("payload 1", USER_POOL, r#""""#, vec![], "no group"),
            (
                "lambda",
                OTHER,
                r#"["hosts","members"]"#,
                vec!["hosts", "members"],
                "a context may have an array",
            ),
            ("lambda", OTHER, r#""a,b""#, vec!["a,b"], "a string in a context is one group"),
            ("lambda", USER_POOL, r#""[a b]""#, vec!["[a b]"], "even if it looks like a flattened array"),
            ("lambda", OTHER, r#""""#, vec![], "the empty string names no group"),
            ("payload 2", USER_POOL, "7", vec![], "a number names no group"),
            ("payload 2", USER_POOL, r#"[7,"hosts",null]"#, vec!["hosts"], "a number in an array is skipped"),
            ("payload 2", USER_POOL, "null", vec![], "null names no group"),
        ] {
            let claims = format!(
                r#"{{"iss":"{issuer}","sub":"u","custom:tenant_id":"acme","cognito:groups":{value}}}"#
            );
            assert_eq!(caller(kind, &claims).unwrap().groups(), expected, "{kind} {value}: {why}");
        }
    }

    #[test]
    fn splits_only_claims_that_a_user_pool_writes_itself() {
        for (kind, value, expected, why) in [
            ("payload 2", "[not hosts]", "not hosts", "a claim that a trigger adds may have spaces"),
            ("payload 1", "[not hosts]", "not hosts", "the same in payload 1.0"),
            ("payload 1", "guest,hosts", "guest,hosts", "a comma does not split either"),
        ] {
            let claims =
                format!(r#"{{"iss":"{USER_POOL}","sub":"u","custom:tenant_id":"acme","roles":"{value}"}}"#);
            let json = Json::parse(claims.as_bytes()).unwrap();
            let claims = json.as_object().unwrap().clone();
            let context = match kind {
                "payload 2" => AuthorizerContext::JwtClaims(claims),
                _ => AuthorizerContext::Payload1Claims(claims),
            };
            let names = ClaimNames { groups: "roles".into(), scope: "permissions".into(), ..names() };
            assert_eq!(authenticate(&context, &names).unwrap().groups(), [expected], "{why}");
        }
    }

    #[test]
    fn scp_does_not_replace_a_renamed_scope_claim() {
        let json = Json::parse(br#"{"sub":"u","custom:tenant_id":"acme","scp":["a"]}"#).unwrap();
        let context = AuthorizerContext::JwtClaims(json.as_object().unwrap().clone());
        let names = ClaimNames { scope: "permissions".into(), ..names() };
        assert!(authenticate(&context, &names).unwrap().scopes().is_empty());
    }

    #[test]
    fn recognises_user_pools_by_their_issuer() {
        for (issuer, expected) in [
            (USER_POOL, true),
            ("https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Example", true),
            ("http://cognito-idp.eu-central-1.amazonaws.com/pool", false),
            ("https://cognito-idp.evil.example/eu-central-1_Example", false),
            ("https://cognito-idp.eu-central-1.amazonaws.com.evil.example/pool", false),
            ("https://cognito-idp.evil.example/.amazonaws.com/pool", false),
            ("https://cognito-idp.a.b.amazonaws.com/pool", false),
            ("https://cognito-idp.eu-central-1.amazonaws.com/", false),
            ("https://cognito-idp..amazonaws.com/pool", false),
            ("https://issuer.example.com/cognito-idp.eu-central-1.amazonaws.com/pool", false),
        ] {
            let claims =
                Json::Object([("iss".to_owned(), Json::String(issuer.into()))].into_iter().collect());
            assert_eq!(is_cognito_user_pool(claims.as_object().unwrap()), expected, "{issuer}");
        }
        assert!(!is_cognito_user_pool(&Object::default()), "without an issuer");
    }

    #[test]
    fn reads_scopes_from_scope_or_scp_in_any_form() {
        for (kind, issuer, claim, expected) in [
            ("payload 2", OTHER, r#""scope":"a b""#, vec!["a", "b"]),
            ("payload 2", USER_POOL, r#""scope":"[a b]""#, vec!["a", "b"]),
            ("payload 2", OTHER, r#""scope":"[a b]""#, vec!["a b"]),
            ("payload 1", USER_POOL, r#""scp":"[a b]""#, vec!["a", "b"]),
            ("payload 1", OTHER, r#""scp":"[not a]""#, vec!["not a"]),
            ("lambda", USER_POOL, r#""scope":"[a b]""#, vec!["[a", "b]"]),
            ("payload 2", USER_POOL, r#""scope":"[a b""#, vec!["[a", "b"]),
            ("payload 2", USER_POOL, r#""scope":"a b]""#, vec!["a", "b]"]),
            ("payload 2", OTHER, r#""scp":["a","b"]"#, vec!["a", "b"]),
            ("payload 2", OTHER, r#""scope":"a","scp":"b""#, vec!["a"]),
            ("payload 2", OTHER, r#""scope":7"#, vec![]),
        ] {
            let claims = format!(r#"{{"iss":"{issuer}","sub":"u","custom:tenant_id":"acme",{claim}}}"#);
            assert_eq!(caller(kind, &claims).unwrap().scopes(), expected, "{kind} {issuer} {claim}");
        }
    }

    #[test]
    fn rejects_tenant_that_is_not_a_plain_string() {
        for (claims, why) in [
            (r#"{"sub":"u"}"#, "no claim"),
            (r#"{"sub":"u","custom:tenant_id":"[acme globex]"}"#, "an array, flattened"),
            (r#"{"sub":"u","custom:tenant_id":"[acme]"}"#, "an array of one, flattened"),
            (r#"{"sub":"u","custom:tenant_id":["acme"]}"#, "an array"),
            (r#"{"sub":"u","custom:tenant_id":7}"#, "a number"),
            (r#"{"sub":"u","custom:tenant_id":""}"#, "empty"),
            (r#"{"sub":"u","custom:tenant_id":null}"#, "null"),
        ] {
            assert!(matches!(caller("payload 2", claims), Err(AuthenticationError::NoTenant(_))), "{why}");
        }
        assert_eq!(caller("payload 2", r#"{"sub":"u","custom:tenant_id":"acme"}"#).unwrap().tenant(), "acme");
    }

    #[test]
    fn reads_subject_only_from_the_configured_claim() {
        for (setting, claims, subject, why) in [
            ("sub", r#""sub":"u","principalId":"p""#, Some("u"), "the default"),
            ("sub", r#""principalId":"p""#, None, "`principalId` may be the same for everybody"),
            ("sub", r#""sub":null,"principalId":"p""#, None, "nor does it replace a null subject"),
            ("sub", r#""sub":7"#, None, "a number"),
            ("sub", r#""sub":"""#, None, "empty"),
            ("sub", r#""sub":"[u]""#, None, "an array, flattened"),
            ("sub", r#""sub":["u"]"#, None, "an array"),
            ("principalId", r#""principalId":"p""#, Some("p"), "the configured claim"),
            ("/user/id", r#""sub":"u","user":{"id":"i"}"#, Some("i"), "a JSON pointer"),
            ("/user/id", r#""sub":"u""#, None, "no other claim replaces it"),
        ] {
            let text = format!(r#"{{"custom:tenant_id":"acme",{claims}}}"#);
            let json = Json::parse(text.as_bytes()).unwrap();
            let context = AuthorizerContext::LambdaContext(json.as_object().unwrap().clone());
            let names = ClaimNames { subject: setting.to_owned(), ..names() };
            let caller = authenticate(&context, &names);
            assert_eq!(caller.as_ref().ok().map(Caller::subject), subject, "{why}");
            assert!(subject.is_some() || matches!(caller, Err(AuthenticationError::InvalidCredentials(_))));
        }
    }

    #[test]
    fn no_authorizer_means_no_credentials() {
        let refused = authenticate(&AuthorizerContext::Absent, &names());
        assert!(matches!(refused, Err(AuthenticationError::NoCredentials)));
    }
}
