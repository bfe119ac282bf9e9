//! What `cargo run -p local` prints once everything listens.

use std::fmt::Write;
use std::path::Path;

use local::sample_tenants::SampleTenant;

/// What there is, and how to try it.
#[derive(Debug)]
pub(crate) struct Welcome<'w> {
    /// The URL of the front. `None` without a gateway.
    pub(crate) front: Option<String>,
    /// Where Chime is.
    pub(crate) chime: String,
    /// The settings that name the registry's table. `None` without a registry.
    pub(crate) registry: Option<String>,
    /// The URL of the token issuer.
    pub(crate) issuer: String,
    /// The policy document. `None` without a gateway.
    pub(crate) policy: Option<&'w Path>,
    /// The tenants that tokens of this issuer can name. `None` when the gateway trusts another issuer.
    pub(crate) tenants: Option<Vec<SampleTenant>>,
}

/// Tenants that are named; of more it says only how many.
const MAX_NAMED: usize = 5;

impl Welcome<'_> {
    /// The text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if let Some(url) = &self.front {
            line(&mut text, &format!("Meeting gateway  {url}/ is a page to try it on"));
        }
        line(&mut text, &format!("Chime            {}", self.chime));
        let registry = self.registry.as_deref().unwrap_or("none, so no rooms and no Limits");
        line(&mut text, &format!("Registry         {registry}"));
        line(&mut text, &format!("Token issuer     JWT_ISSUER={} JWT_AUDIENCE=local", self.issuer));
        if let Some(policy) = self.policy {
            line(&mut text, &format!("Policy           {}, read again when it changes", policy.display()));
        }
        if let Some(url) = &self.front {
            self.how_to_try(url, &mut text);
        }
        line(&mut text, "\nRequests to Chime and to the table are shown below. Ctrl-C stops.");
        text
    }

    fn how_to_try(&self, url: &str, text: &mut String) {
        let Some(tenants) = &self.tenants else {
            line(text, "\nTokens are those of the issuer that the environment names, not of the one above.");
            return;
        };
        let Some(first) = tenants.first() else {
            line(text, "\nThe policy lists no tenant.");
            return;
        };
        let or_a_room = if self.registry.is_some() { "; or join a room, which opens it" } else { "" };
        line(text, &format!("\nCreate a meeting and join it{or_a_room}:"));
        line(text, &format!("TOKEN=$(curl -s '{}')", token_url(&self.issuer, first)));
        line(
            text,
            &format!(
                "curl -s {url}/meetings -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \
                 -d '{{\"ExternalMeetingId\":\"standup\"}}'"
            ),
        );
        line(
            text,
            &format!("curl -s -X POST {url}/meetings/MEETING_ID/join -H \"Authorization: Bearer $TOKEN\""),
        );
        if self.registry.is_some() {
            line(
                text,
                &format!("curl -s -X POST {url}/rooms/standup/join -H \"Authorization: Bearer $TOKEN\""),
            );
        }
        let others: Vec<String> = tenants.iter().skip(1).take(MAX_NAMED).map(query).collect();
        if !others.is_empty() {
            let more = tenants.len().saturating_sub(1).saturating_sub(others.len());
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            line(text, &format!("Other tokens: {}{more}", others.join(", ")));
        }
    }
}

/// Where a token is for a caller whom the tenant's policy lets create meetings.
fn token_url(issuer: &str, tenant: &SampleTenant) -> String {
    format!("{issuer}/token?{}", query(tenant))
}

fn query(tenant: &SampleTenant) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("tenant", &tenant.name);
    if !tenant.groups.is_empty() {
        query.append_pair("groups", &tenant.groups.join(","));
    }
    if !tenant.scopes.is_empty() {
        query.append_pair("scope", &tenant.scopes.join(" "));
    }
    // A comma needs no escape in a query, and reads better without.
    query.finish().replace("%2C", ",")
}

fn line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
