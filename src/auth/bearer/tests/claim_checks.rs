//! One row for each check on the claims, with values on both sides of each bound.

use serde_json::{Value, json};

use super::minting::Signer;
use super::{AUDIENCE, NOW, at, claims, claims_with, claims_without, decide, issuer, outcome};
use crate::auth::bearer::{KeySet, LEEWAY, TokenUse, verify};
use crate::auth::{AuthenticationError, TenantError, TokenError};

fn missing(claim: &str) -> Result<(), TokenError> {
    Err(TokenError::missing(claim))
}

fn mistyped(claim: &str, found: &'static str) -> Result<(), TokenError> {
    Err(TokenError::mistyped(claim, found))
}

fn out_of_range(claim: &'static str) -> Result<(), TokenError> {
    Err(TokenError::TimeOutOfRange { claim })
}

fn not_yet(claim: &'static str) -> Result<(), TokenError> {
    Err(TokenError::NotYetValid { claim })
}

const MIXED: &str = "an array with something else than strings";

#[test]
fn token_that_passes_every_check_names_its_caller() {
    let signer = Signer::es256("k1");
    let caller = decide(&signer.token(&claims()), &issuer(), &signer).unwrap();
    assert_eq!(caller.tenant(), "acme");
    assert_eq!(caller.subject(), "user-1");
    assert_eq!(caller.scopes(), ["meetings:create", "meetings:read"]);
    assert_eq!(caller.groups(), ["hosts", "members"]);
}

#[test]
fn accepts_or_refuses_token_by_one_changed_claim() {
    let leeway = LEEWAY.as_secs();
    let rows: Vec<(&str, Value, Result<(), TokenError>, &str)> = vec![
        ("iss", json!("https://issuer.example/pool/"), Err(TokenError::UnknownIssuer), "an additional slash"),
        ("iss", json!("https://ISSUER.example/pool"), Err(TokenError::UnknownIssuer), "another case"),
        (
            "iss",
            json!(["https://issuer.example/pool"]),
            mistyped("iss", "an array"),
            "the right value in an array",
        ),
        ("iss", json!(7), mistyped("iss", "a number"), "a number"),
        ("iss", json!(null), mistyped("iss", "null"), "null"),
        ("exp", json!(NOW - leeway + 1), Ok(()), "in the past, within the leeway"),
        ("exp", json!(NOW - leeway), Err(TokenError::Expired), "in the past by the whole leeway"),
        (
            "exp",
            json!(f64::from(u32::try_from(NOW - leeway).unwrap()) + 0.9),
            Err(TokenError::Expired),
            "a fraction does not extend it",
        ),
        (
            "exp",
            json!(f64::from(u32::try_from(NOW - leeway).unwrap()) + 1.1),
            Ok(()),
            "a fraction does not shorten it",
        ),
        (
            "nbf",
            json!(f64::from(u32::try_from(NOW + leeway).unwrap()) + 0.1),
            not_yet("nbf"),
            "a fraction counts",
        ),
        ("exp", json!(0), Err(TokenError::Expired), "the first second of 1970"),
        ("exp", json!(253_402_300_799_u64), Ok(()), "the last second of 9999"),
        ("exp", json!(253_402_300_800_u64), out_of_range("exp"), "a second later"),
        ("exp", json!(u64::MAX), out_of_range("exp"), "2^64 - 1, which some readers take for -1"),
        ("exp", json!(-1), out_of_range("exp"), "before 1970"),
        ("exp", json!(1e300), out_of_range("exp"), "practically never"),
        ("exp", json!((NOW + 300).to_string()), mistyped("exp", "a string"), "a number in a string"),
        ("exp", json!(null), mistyped("exp", "null"), "null"),
        ("exp", json!(true), mistyped("exp", "a boolean"), "a boolean"),
        ("nbf", json!(NOW + leeway), Ok(()), "in the future by the leeway"),
        ("nbf", json!(NOW + leeway + 1), not_yet("nbf"), "in the future by a second more"),
        ("nbf", json!("0"), mistyped("nbf", "a string"), "a string"),
        ("nbf", json!(null), mistyped("nbf", "null"), "null"),
        ("iat", json!(NOW + leeway), Ok(()), "in the future by the leeway"),
        ("iat", json!(NOW + leeway + 1), not_yet("iat"), "in the future by a second more"),
        ("iat", json!(u64::MAX), out_of_range("iat"), "2^64 - 1"),
        ("iat", json!("now"), mistyped("iat", "a string"), "a string"),
        ("aud", json!("second-client"), Ok(()), "the other accepted audience"),
        ("aud", json!(["elsewhere", AUDIENCE]), Ok(()), "one of several"),
        ("aud", json!("elsewhere"), Err(TokenError::WrongAudience), "another audience"),
        ("aud", json!(["elsewhere"]), Err(TokenError::WrongAudience), "none of several"),
        ("aud", json!([]), Err(TokenError::WrongAudience), "an empty array"),
        ("aud", json!(""), Err(TokenError::WrongAudience), "the empty string"),
        ("aud", json!("meetings-client second-client"), Err(TokenError::WrongAudience), "two in one string"),
        ("aud", json!("Meetings-Client"), Err(TokenError::WrongAudience), "another case"),
        ("aud", json!([AUDIENCE, 7]), mistyped("aud", MIXED), "a number beside the right one"),
        ("aud", json!([[AUDIENCE]]), mistyped("aud", MIXED), "an array in an array"),
        ("aud", json!({"aud": AUDIENCE}), mistyped("aud", "an object"), "an object"),
        ("aud", json!(null), mistyped("aud", "null"), "null"),
        ("token_use", json!("access"), Ok(()), "an access token"),
        ("token_use", json!("id"), Err(TokenError::WrongTokenUse), "an ID token"),
        ("token_use", json!("Access"), Err(TokenError::WrongTokenUse), "another case"),
        ("token_use", json!(["access"]), mistyped("token_use", "an array"), "an array"),
        ("token_use", json!(null), mistyped("token_use", "null"), "null"),
        ("sub", json!(""), Err(TokenError::ClaimEmpty { claim: "sub".to_owned() }), "empty"),
        ("sub", json!(" "), Ok(()), "any one character"),
        ("sub", json!(17), mistyped("sub", "a number"), "a number"),
        ("sub", json!(null), mistyped("sub", "null"), "null"),
        ("scope", json!(["meetings:create"]), mistyped("scope", "an array"), "RFC 8693 requires a string"),
        ("scope", json!(""), Ok(()), "no scopes"),
        ("scope", json!(7), mistyped("scope", "a number"), "a number"),
        ("scope", json!(null), mistyped("scope", "null"), "null"),
        ("cognito:groups", json!("hosts"), Ok(()), "one group as a string"),
        ("cognito:groups", json!(["hosts", null]), mistyped("cognito:groups", MIXED), "null beside a group"),
        ("cognito:groups", json!({"hosts": true}), mistyped("cognito:groups", "an object"), "an object"),
        ("jti", json!("1"), Ok(()), "an id, which is not used"),
        ("jti", json!(1), mistyped("jti", "a number"), "a number"),
        ("jti", json!(null), mistyped("jti", "null"), "null"),
        ("unknown", json!({"anything": [1, null]}), Ok(()), "an unknown claim"),
    ];
    let signer = Signer::es256("k1");
    for (claim, value, expected, why) in rows {
        let token = signer.token(&claims_with(claim, value.clone()));
        assert_eq!(outcome(decide(&token, &issuer(), &signer)), expected, "{claim} = {value}: {why}");
    }
}

#[test]
fn refuses_token_without_a_required_claim() {
    let signer = Signer::es256("k1");
    for (claim, expected) in [
        ("iss", missing("iss")),
        ("exp", missing("exp")),
        ("aud", missing("aud")),
        ("sub", missing("sub")),
        ("nbf", Ok(())),
        ("iat", Ok(())),
        ("scope", Ok(())),
        ("cognito:groups", Ok(())),
    ] {
        let token = signer.token(&claims_without(claim));
        assert_eq!(outcome(decide(&token, &issuer(), &signer)), expected, "{claim}");
    }
}

#[test]
fn client_id_replaces_audience_only_in_cognito_access_token() {
    let signer = Signer::es256("k1");
    let cognito = || {
        let mut claims = claims_without("aud");
        claims["token_use"] = json!("access");
        claims["client_id"] = json!(AUDIENCE);
        claims
    };
    let decided = |claims: &Value| outcome(decide(&signer.token(claims), &issuer(), &signer));
    assert_eq!(decided(&cognito()), Ok(()));

    let mut other_client = cognito();
    other_client["client_id"] = json!("elsewhere");
    assert_eq!(decided(&other_client), Err(TokenError::WrongAudience));

    let mut several_clients = cognito();
    several_clients["client_id"] = json!([AUDIENCE]);
    assert_eq!(decided(&several_clients), mistyped("client_id", "an array"));

    let mut not_cognito = cognito();
    not_cognito.as_object_mut().unwrap().remove("token_use");
    assert_eq!(decided(&not_cognito), missing("aud"), "RFC 9068 has client_id in addition to aud");

    let mut both = cognito();
    both["aud"] = json!("elsewhere");
    assert_eq!(decided(&both), Err(TokenError::WrongAudience), "if there is an audience, only it counts");

    let mut neither = cognito();
    neither.as_object_mut().unwrap().remove("client_id");
    assert_eq!(decided(&neither), missing("client_id"));
}

#[test]
fn accepts_only_id_tokens_if_the_settings_ask_for_them() {
    let signer = Signer::es256("k1");
    let mut for_id = issuer();
    for_id.token_use = TokenUse::Id;
    let decided = |claims: &Value| outcome(decide(&signer.token(claims), &for_id, &signer));
    assert_eq!(decided(&claims_with("token_use", json!("id"))), Ok(()));
    assert_eq!(decided(&claims_with("token_use", json!("access"))), Err(TokenError::WrongTokenUse));
    assert_eq!(decided(&claims()), Ok(()), "only Cognito writes token_use");

    let mut client_only = claims_with("token_use", json!("id"));
    client_only.as_object_mut().unwrap().remove("aud");
    client_only["client_id"] = json!(AUDIENCE);
    assert_eq!(decided(&client_only), missing("aud"), "an ID token always has an audience");

    let header = json!({"alg": "ES256", "kid": "k1", "typ": "at+jwt"});
    let access = signer.token_with(&header, &claims());
    assert_eq!(outcome(decide(&access, &for_id, &signer)), Err(TokenError::AccessTokenForId));
    assert_eq!(outcome(decide(&access, &issuer(), &signer)), Ok(()));
}

#[test]
fn reads_scp_only_if_scope_is_missing_and_the_claim_has_its_default_name() {
    let signer = Signer::es256("k1");
    let mut entra = claims_without("scope");
    entra["scp"] = json!("read write");
    let mut okta = claims_without("scope");
    okta["scp"] = json!(["read", "write"]);
    for claims in [&entra, &okta] {
        assert_eq!(decide(&signer.token(claims), &issuer(), &signer).unwrap().scopes(), ["read", "write"]);
    }
    let both = claims_with("scp", json!("admin"));
    let caller = decide(&signer.token(&both), &issuer(), &signer).unwrap();
    assert_eq!(caller.scopes(), ["meetings:create", "meetings:read"]);

    let mut renamed = issuer();
    renamed.claim_names.scope = "permissions".to_owned();
    let caller = decide(&signer.token(&both), &renamed, &signer).unwrap();
    assert!(caller.scopes().is_empty(), "scp does not replace a renamed claim");
    let array = claims_with("permissions", json!(["create", "read"]));
    let caller = decide(&signer.token(&array), &renamed, &signer).unwrap();
    assert_eq!(caller.scopes(), ["create", "read"]);
}

#[test]
fn reads_tenant_from_the_configured_claim_as_a_string() {
    let signer = Signer::es256("k1");
    let claim = || "custom:tenant_id".to_owned();
    for (value, expected) in [
        (json!("globex"), Ok("globex")),
        (json!(""), Err(TenantError::Empty { claim: claim() })),
        (json!(["acme"]), Err(TenantError::NotAString { claim: claim(), found: "an array" })),
        (json!(7), Err(TenantError::NotAString { claim: claim(), found: "a number" })),
        (json!(null), Err(TenantError::NotAString { claim: claim(), found: "null" })),
    ] {
        let decision = decide(&signer.token(&claims_with("custom:tenant_id", value)), &issuer(), &signer);
        let tenant = decision.map(|caller| caller.tenant().to_owned());
        assert_eq!(tenant, expected.map(str::to_owned).map_err(AuthenticationError::NoTenant));
    }
    let without = decide(&signer.token(&claims_without("custom:tenant_id")), &issuer(), &signer);
    assert_eq!(without, Err(AuthenticationError::NoTenant(TenantError::Missing { claim: claim() })));
}

#[test]
fn reads_tenant_from_a_namespaced_or_nested_claim() {
    let signer = Signer::es256("k1");
    let mut claims = claims_without("custom:tenant_id");
    claims["https://example.com/tenant"] = json!("globex");
    claims["organisation"] = json!({"id": "initech"});
    for (name, tenant) in [("https://example.com/tenant", "globex"), ("/organisation/id", "initech")] {
        let mut issuer = issuer();
        issuer.claim_names.tenant = name.to_owned();
        assert_eq!(decide(&signer.token(&claims), &issuer, &signer).unwrap().tenant(), tenant);
    }
}

#[test]
fn checks_the_token_before_its_tenant() {
    let signer = Signer::es256("k1");
    let mut claims = claims_without("custom:tenant_id");
    claims["exp"] = json!(NOW - 3600);
    let decision = decide(&signer.token(&claims), &issuer(), &signer);
    assert_eq!(outcome(decision), Err(TokenError::Expired), "403 is only for valid tokens");
}

#[test]
fn clock_before_1970_accepts_no_token() {
    let signer = Signer::es256("k1");
    let keys = KeySet::parse(super::jwk_set([&signer.jwk]).as_bytes()).unwrap();
    let unset = at(0) - std::time::Duration::from_secs(1);
    let decision = verify(&signer.token(&claims()), &[(&issuer(), &keys)], unset);
    assert_eq!(outcome(decision), Err(TokenError::ClockUnset));
}

#[test]
fn reads_subject_only_from_the_configured_claim() {
    let signer = Signer::es256("k1");
    for (setting, claim, value, expected, why) in [
        ("sub", "sub", json!("ann"), Ok("ann"), "the default"),
        ("email", "email", json!("ann@example.com"), Ok("ann@example.com"), "the configured claim"),
        ("/user/id", "user", json!({ "id": "ann" }), Ok("ann"), "a JSON pointer"),
        ("email", "name", json!("ann"), Err(missing("email")), "`sub` does not replace it"),
        ("email", "email", json!(null), Err(mistyped("email", "null")), "null"),
        ("email", "email", json!(["ann"]), Err(mistyped("email", "an array")), "an array"),
        (
            "email",
            "email",
            json!(""),
            Err(Err(TokenError::ClaimEmpty { claim: "email".to_owned() })),
            "empty",
        ),
    ] {
        let mut issuer = issuer();
        issuer.claim_names.subject = setting.to_owned();
        let decided = decide(&signer.token(&claims_with(claim, value)), &issuer, &signer);
        match expected {
            Ok(subject) => assert_eq!(decided.unwrap().subject(), subject, "{why}"),
            Err(refusal) => assert_eq!(outcome(decided), refusal, "{why}"),
        }
    }
}
