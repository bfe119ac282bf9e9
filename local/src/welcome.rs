//! What `cargo run -p local` prints once everything listens.

use std::fmt::Write;

use local::issuer::{Issuer, IssuerError, TokenRequest};
use local::sample_tenants::SampleTenant;

use crate::gateway::operations_list;

/// The addresses, and a request per tenant to paste into a shell.
///
/// # Errors
/// When no token can be signed.
pub(crate) fn text(
    front_url: Option<&str>,
    chime: &str,
    issuer: &Issuer,
    tenants: Option<&[SampleTenant]>,
) -> Result<String, IssuerError> {
    let mut text = String::new();
    if let Some(url) = front_url {
        line(&mut text, &format!("Meeting gateway  {url}"));
        for operation in operations_list().lines() {
            line(&mut text, &format!("                 {operation}"));
        }
    }
    line(&mut text, &format!("Chime            {chime}"));
    line(&mut text, &format!("Token issuer     JWT_ISSUER={} JWT_AUDIENCE=local", issuer.issuer_url()));
    line(
        &mut text,
        &format!("                 curl -sS '{}/token?tenant=NAME&groups=A,B&sub=USER'", issuer.issuer_url()),
    );
    let Some(url) = front_url else { return Ok(text) };
    let Some(tenants) = tenants else {
        line(
            &mut text,
            "\nTokens are those of the issuer that the environment names, not of the one above.\n",
        );
        return Ok(text);
    };
    for tenant in tenants {
        let token = issuer.token(&token_request(tenant))?;
        line(&mut text, &format!("\n{}:", tenant.name));
        line(
            &mut text,
            &format!(
                "curl -sS -X POST {url}/meetings -H 'Authorization: Bearer {token}' \
                 -H 'Content-Type: application/json' -d '{{\"ExternalMeetingId\":\"standup\"}}'"
            ),
        );
    }
    if !tenants.is_empty() {
        let join =
            format!("\nThen join it, with the same header: curl -sS -X POST {url}/meetings/MEETING_ID/join");
        line(&mut text, &join);
    }
    if tenants.is_empty() {
        line(&mut text, "\nThe policy lists no tenant.");
    }
    line(&mut text, "\nRequests that reach Chime are shown below. Ctrl-C stops.\n");
    Ok(text)
}

/// A caller whom the tenant's policy lets in.
fn token_request(tenant: &SampleTenant) -> TokenRequest {
    TokenRequest {
        tenant: Some(tenant.name.clone()),
        groups: tenant.groups.clone(),
        scope: (!tenant.scopes.is_empty()).then(|| tenant.scopes.join(" ")),
        ..TokenRequest::default()
    }
}

fn line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
