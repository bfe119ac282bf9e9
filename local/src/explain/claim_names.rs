//! The claims that the caller's identity is read from: those that the gateway of the same environment reads.

use serde::Deserialize;
use serde_json::Value;

use crate::environment_variables::{CLAIM_SETTINGS, variable, variables};

/// The list of trusted issuers, each of which may name a tenant claim of its own.
const ISSUERS: &str = "JWT_ISSUERS";

/// The setting that it stands for.
const TENANT_CLAIM: &str = "TENANT_CLAIM";

/// The settings that name claims, for a token with these claims.
///
/// # Errors
/// When the list of issuers can't be read.
pub(super) fn settings(claims: &Value) -> Result<Vec<(String, String)>, String> {
    let mut settings: Vec<(String, String)> = variables(CLAIM_SETTINGS).collect();
    if let Some(issuers) = variable(ISSUERS) {
        // The last one of a name counts.
        settings.extend(tenant_claim(&issuers, claims)?.map(|name| (TENANT_CLAIM.to_owned(), name)));
    }
    Ok(settings)
}

/// One issuer of the list, as far as it counts here.
#[derive(Deserialize)]
struct Issuer {
    issuer: String,
    #[serde(rename = "tenantClaim")]
    tenant_claim: Option<String>,
}

/// The tenant claim of the issuer that made the token. `None` where the issuer has none of its own, or none is named.
fn tenant_claim(issuers: &str, claims: &Value) -> Result<Option<String>, String> {
    let issuers: Vec<Issuer> = serde_json::from_str(issuers)
        .map_err(|error| format!("{ISSUERS} of the environment is not a list of issuers: {error}"))?;
    let made_by = claims.get("iss").and_then(Value::as_str);
    let own = issuers.into_iter().find(|issuer| Some(issuer.issuer.as_str()) == made_by);
    Ok(own.and_then(|issuer| issuer.tenant_claim))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_tenant_claim_is_that_of_the_tokens_issuer() {
        let issuers = json!([
            { "issuer": "https://one.example", "audiences": ["a"], "tenantClaim": "/org/id", "tenants": ["acme"] },
            { "issuer": "https://two.example", "audiences": ["a"], "tenants": ["globex"] },
        ])
        .to_string();
        for (claims, expected, why) in [
            (json!({ "iss": "https://one.example" }), Some("/org/id"), "it has one of its own"),
            (json!({ "iss": "https://two.example" }), None, "it has none of its own"),
            (json!({ "iss": "https://one.example/" }), None, "issuers are compared exactly"),
            (json!({}), None, "the claims name no issuer"),
        ] {
            assert_eq!(tenant_claim(&issuers, &claims).unwrap().as_deref(), expected, "{why}");
        }
    }

    #[test]
    fn a_list_of_issuers_that_cannot_be_read_is_an_error() {
        for issuers in ["{", "{}", r#"[{"tenantClaim":"org"}]"#] {
            let error = tenant_claim(issuers, &json!({})).unwrap_err();
            assert!(
                error.starts_with("JWT_ISSUERS of the environment is not a list of issuers: "),
                "{error}"
            );
        }
    }
}
