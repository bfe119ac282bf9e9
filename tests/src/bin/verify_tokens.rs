//! Verifies tokens with the gateway's own verifier, for checks against other libraries and issuers. Not deployed.
//!
//! The settings are the gateway's (JWT_ISSUER, JWT_AUDIENCE, JWKS_FILE, TOKEN_USE or JWT_ISSUERS; TENANT_CLAIM,
//! SCOPE_CLAIM, GROUPS_CLAIM, SUBJECT_CLAIM), with the keys in files. NOW is the time at which tokens are verified, in
//! seconds since 1970.
//!
//! Each line of the standard input is a JSON string with the value of an Authorization header; each line of the
//! standard output is a JSON object: `{"verdict": "accepted", "tenant": …, "subject": …, "scopes": …, "groups": …}`, or
//! `{"verdict": "refused" | "no_tenant", "cause": …}`.

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::time::{Duration, UNIX_EPOCH};

use meeting_gateway::auth::bearer::{BearerSettings, KeySource, decide};
use meeting_gateway::auth::{AuthenticationError, ClaimNames};
use meeting_gateway::settings::Settings;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let lookup = |name: &str| std::env::var(name).ok();
    let settings = Settings::new(&lookup);
    let mut errors = Vec::new();
    let claim_names = ClaimNames::read(&settings, &mut errors);
    let bearer = BearerSettings::read(&settings, &claim_names, &mut errors);
    let bearer = bearer.filter(|_| errors.is_empty()).ok_or_else(|| format!("{errors:?}"))?;
    let seconds: u64 = settings.get("NOW").ok_or("NOW is required")?.parse()?;
    let now = UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or("NOW is out of range")?;
    let mut trusted = Vec::new();
    for issuer in &bearer.issuers {
        let KeySource::File(keys) = &issuer.keys else {
            return Err(format!("the keys of `{}` are not in a file", issuer.issuer).into());
        };
        trusted.push((issuer, keys.as_ref()));
    }

    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let authorization: String = serde_json::from_str(&line?)?;
        let verdict = match decide(Some(&authorization), &trusted, now) {
            Ok(caller) => json!({
                "verdict": "accepted", "tenant": caller.tenant(), "subject": caller.subject(),
                "scopes": caller.scopes(), "groups": caller.groups(),
            }),
            Err(error) => refusal(&error),
        };
        writeln!(output, "{verdict}")?;
    }
    Ok(())
}

fn refusal(error: &AuthenticationError) -> Value {
    let verdict = match error {
        AuthenticationError::NoTenant(_) => "no_tenant",
        _ => "refused",
    };
    json!({"verdict": verdict, "cause": error.to_string()})
}
