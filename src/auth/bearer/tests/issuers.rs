//! Several issuers: none can speak for another.

use serde_json::json;

use super::minting::{Signer, jwk_set};
use super::{ISSUER, NOW, at, claims, claims_with, issuer, outcome};
use crate::auth::bearer::claims::VerifiedToken;
use crate::auth::bearer::compact::UnverifiedToken;
use crate::auth::bearer::{IssuerSettings, KeySet, verify};
use crate::auth::{AuthenticationError, Caller, TenantError, TokenError};

const OTHER: &str = "https://other.example";

/// Two issuers, each with a key of the same `kid`: the first owns acme, the second globex.
struct Two {
    first: (IssuerSettings, KeySet, Signer),
    second: (IssuerSettings, KeySet, Signer),
}

impl Two {
    fn new() -> Self {
        let member = |name: &str, tenant: &str| {
            let mut settings = issuer();
            settings.issuer = name.to_owned();
            settings.tenants = Some(vec![tenant.to_owned()]);
            let signer = Signer::es256("k1");
            let keys = KeySet::parse(jwk_set([&signer.jwk]).as_bytes()).unwrap();
            (settings, keys, signer)
        };
        Two { first: member(ISSUER, "acme"), second: member(OTHER, "globex") }
    }

    fn decide(&self, token: &str) -> Result<Caller, AuthenticationError> {
        let trusted = [(&self.first.0, &self.first.1), (&self.second.0, &self.second.1)];
        verify(token, &trusted, at(NOW))
    }
}

#[test]
fn each_issuer_speaks_only_for_its_own_tenant() {
    let two = Two::new();
    for (signer, name, tenant, allowed) in [
        (&two.first.2, ISSUER, "acme", true),
        (&two.second.2, OTHER, "globex", true),
        (&two.first.2, ISSUER, "globex", false),
        (&two.second.2, OTHER, "acme", false),
        (&two.first.2, ISSUER, "unowned", false),
    ] {
        let mut claims = claims_with("iss", json!(name));
        claims["custom:tenant_id"] = json!(tenant);
        let tenants = two.decide(&signer.token(&claims)).map(|caller| caller.tenant().to_owned());
        let refused =
            AuthenticationError::NoTenant(TenantError::NotTheIssuers { claim: "custom:tenant_id".into() });
        assert_eq!(
            tenants,
            if allowed { Ok(tenant.to_owned()) } else { Err(refused) },
            "{name} for {tenant}"
        );
    }
}

#[test]
fn rejects_key_of_another_issuer_with_the_same_kid() {
    let two = Two::new();
    let token = two.second.2.token(&claims());
    assert_eq!(outcome(two.decide(&token)), Err(TokenError::BadSignature));
}

/// The claimed issuer selects the keys; the check after the signature does not rely on it.
#[test]
fn verified_token_of_another_issuer_is_rejected() {
    let two = Two::new();
    let token = two.first.2.token(&claims());
    let verified = VerifiedToken::verify(UnverifiedToken::read(&token).unwrap(), &two.first.1).unwrap();
    assert_eq!(outcome(verified.caller(&two.first.0, at(NOW))), Ok(()));
    assert_eq!(outcome(verified.caller(&two.second.0, at(NOW))), Err(TokenError::IssuerDiffers));
}

#[test]
fn rejects_untrusted_issuer_even_with_a_trusted_key() {
    let two = Two::new();
    let token = two.first.2.token(&claims_with("iss", json!("https://stranger.example")));
    assert_eq!(outcome(two.decide(&token)), Err(TokenError::UnknownIssuer));
}

#[test]
fn each_issuer_has_its_own_audiences_and_tenant_claim() {
    let mut two = Two::new();
    two.second.0.audiences = vec!["other-client".to_owned()];
    two.second.0.claim_names.tenant = "/org/id".to_owned();
    let mut claims = claims_with("iss", json!(OTHER));
    claims["org"] = json!({"id": "globex"});
    assert_eq!(outcome(two.decide(&two.second.2.token(&claims))), Err(TokenError::WrongAudience));
    claims["aud"] = json!("other-client");
    assert_eq!(two.decide(&two.second.2.token(&claims)).unwrap().tenant(), "globex");
}
