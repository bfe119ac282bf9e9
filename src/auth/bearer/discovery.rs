//! OpenID Connect Discovery: where an issuer publishes its configuration, and which address is taken from it.

use std::net::{IpAddr, Ipv4Addr};

use super::SecureUrl;
use super::secure_url::HttpUrl;
use crate::json::Json;

/// An issuer of the settings whose keys are discovered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    issuer: String,
    configuration: SecureUrl,
    trust: DiscoveredTrust,
}

/// The address of a key set as a published configuration names it.
///
/// The issuer's server wrote it, not the operator, so it is held to more than a [`SecureUrl`]: it must not lead the
/// function to its own machine. There, the Lambda Runtime API hands out other callers' invocations over plain HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DiscoveredUrl(HttpUrl);

/// What an issuer's configuration may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DiscoveredTrust {
    /// `https` on other machines.
    Remote,
    /// `https` anywhere: the operator wrote an issuer on this machine, with `https`.
    Loopback,
    /// Also `http` on loopback: the operator wrote an issuer with `http`, which only loopback may have.
    PlainLoopback,
}

impl Discovery {
    /// Checks an issuer whose keys are to be discovered.
    ///
    /// # Errors
    /// What is wrong with the issuer as a URL, without quoting it.
    pub fn of_issuer(issuer: &str) -> Result<Self, &'static str> {
        if issuer.contains('?') {
            return Err("must have no query");
        }
        let written = SecureUrl::parse(issuer)?;
        let trust = if !written.url().is_encrypted {
            DiscoveredTrust::PlainLoopback
        } else if is_local(&written.url().host) {
            DiscoveredTrust::Loopback
        } else {
            DiscoveredTrust::Remote
        };
        // OpenID Connect Discovery 1.0, section 4.1: a slash that ends the issuer is not doubled.
        let configuration = SecureUrl::parse(&format!(
            "{}/.well-known/openid-configuration",
            issuer.strip_suffix('/').unwrap_or(issuer)
        ))?;
        Ok(Discovery { issuer: issuer.to_owned(), configuration, trust })
    }

    /// Where the configuration is published.
    #[must_use]
    pub fn configuration(&self) -> &SecureUrl {
        &self.configuration
    }

    /// Reads the address of the keys from the published configuration.
    ///
    /// The configuration's `issuer` must be exactly the one of the settings (OpenID Connect Discovery 1.0, section 4.3):
    /// the configuration of another issuer is refused.
    ///
    /// # Errors
    /// What is wrong with the configuration, without quoting it.
    pub(super) fn keys_address(&self, configuration: &[u8]) -> Result<DiscoveredUrl, &'static str> {
        let json = Json::parse(configuration).map_err(|_| "is not JSON")?;
        if json.has_repeated_members() {
            return Err("names a member twice");
        }
        let member = |name: &str| json.as_object().and_then(|object| object.get(name)).and_then(Json::as_str);
        if member("issuer") != Some(self.issuer.as_str()) {
            return Err("is another issuer's: `issuer` differs from the setting");
        }
        let address = member("jwks_uri").ok_or("has no `jwks_uri`")?;
        let url = HttpUrl::parse(address).map_err(|_| "has a `jwks_uri` that is not an https URL")?;
        let is_protected =
            url.is_encrypted || (self.trust == DiscoveredTrust::PlainLoopback && url.is_on_loopback());
        if !is_protected {
            return Err("has a `jwks_uri` that is not https, which only an http issuer on loopback may have");
        }
        if is_local(&url.host) && self.trust == DiscoveredTrust::Remote {
            return Err(
                "has a `jwks_uri` on this machine or its link, which only an issuer on loopback may have",
            );
        }
        Ok(DiscoveredUrl(url))
    }
}

impl DiscoveredUrl {
    /// The URL as the configuration has it.
    pub(super) fn as_str(&self) -> &str {
        &self.0.text
    }
}

/// Whether a host is this machine, its local link, or written in a way that hides which address it is.
///
/// A DNS name can still resolve to loopback. Such a connection begins with a TLS handshake for that name, which no server
/// of this machine completes.
fn is_local(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return is_local_address(address);
    }
    // An IPv6 address with a zone (`fe80::1%25eth0`) is none to the parser. Names have no colon.
    if host.contains(':') {
        return true;
    }
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let last_label = name.rsplit('.').next().unwrap_or_default();
    // RFC 6761, section 6.3, reserves `localhost` and all names below it. The resolver takes `127.1`, `2130706433` and
    // `0x7f.1` for 127.0.0.1; no top-level domain is a number.
    last_label == "localhost"
        || last_label.starts_with("0x")
        || last_label.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_local_address(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_local_ipv4(address),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unspecified() || address.is_unicast_link_local()
        }
    }
}

/// The rest of 0.0.0.0/8 names this machine as well (RFC 1122, section 3.2.1.3). In Lambda the Runtime API can have an
/// address in 169.254.0.0/16.
fn is_local_ipv4(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_link_local() || address.octets()[0] == 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Whether an issuer's configuration may name that address.
    fn takes(issuer: &str, jwks_uri: &str) -> Result<(), &'static str> {
        let configuration = json!({ "issuer": issuer, "jwks_uri": jwks_uri }).to_string();
        Discovery::of_issuer(issuer).unwrap().keys_address(configuration.as_bytes()).map(|_| ())
    }

    #[test]
    fn configuration_address_has_one_slash_before_well_known() {
        for (issuer, url) in [
            ("https://issuer.example", "https://issuer.example/.well-known/openid-configuration"),
            ("https://issuer.example/", "https://issuer.example/.well-known/openid-configuration"),
            ("https://issuer.example/pool", "https://issuer.example/pool/.well-known/openid-configuration"),
        ] {
            assert_eq!(Discovery::of_issuer(issuer).unwrap().configuration().as_str(), url);
        }
        assert!(Discovery::of_issuer("https://issuer.example?tenant=a").is_err());
    }

    #[test]
    fn remote_issuer_leads_to_https_on_other_machines_only() {
        for (jwks_uri, taken, why) in [
            ("https://issuer.example/keys", true, "the issuer's own host"),
            ("https://keys.example:8443/keys", true, "another host, another port"),
            ("https://192.0.2.7/keys", true, "an address"),
            ("https://10.0.0.7/keys", true, "a private network is not this machine"),
            ("https://[2001:db8::7]/keys", true, "an IPv6 address"),
            ("https://localhost.example/keys", true, "a name that only begins like loopback"),
            ("https://7.example/keys", true, "a number in front of a name"),
            ("http://issuer.example/keys", false, "http"),
            ("http://127.0.0.1:9001/2018-06-01/runtime/invocation/next", false, "the Runtime API"),
            ("http://localhost:9001/2018-06-01/runtime/invocation/next", false, "the same by name"),
            ("http://[::1]:9001/2018-06-01/runtime/invocation/next", false, "the same in IPv6"),
            ("http://169.254.100.1:9001/2018-06-01/runtime/invocation/next", false, "the same on the link"),
            ("https://127.0.0.1/keys", false, "loopback"),
            ("https://127.255.0.1/keys", false, "loopback is 127.0.0.0/8"),
            ("https://localhost/keys", false, "loopback by name"),
            ("https://LOCALHOST/keys", false, "names have no case"),
            ("https://localhost./keys", false, "the same name, fully qualified"),
            ("https://a.localhost/keys", false, "a name below localhost"),
            ("https://[::1]/keys", false, "IPv6 loopback"),
            ("https://[::ffff:127.0.0.1]/keys", false, "loopback mapped into IPv6"),
            ("https://0.0.0.0/keys", false, "unspecified, which connects to this machine"),
            ("https://0.1.2.3/keys", false, "this network"),
            ("https://[::]/keys", false, "unspecified in IPv6"),
            ("https://169.254.169.254/keys", false, "link-local"),
            ("https://[fe80::1]/keys", false, "link-local in IPv6"),
            ("https://127.1/keys", false, "a short form of 127.0.0.1"),
            ("https://2130706433/keys", false, "127.0.0.1 as one number"),
            ("https://0x7f.1/keys", false, "127.0.0.1 with a hexadecimal part"),
            ("https://0x7f000001/keys", false, "127.0.0.1 as one hexadecimal number"),
            ("https://0177.0.0.01/keys", false, "127.0.0.1 with octal parts"),
            ("https://127.0.0.1./keys", false, "an address with a dot at its end"),
        ] {
            assert_eq!(takes("https://issuer.example/pool", jwks_uri).is_ok(), taken, "{jwks_uri}: {why}");
        }
    }

    #[test]
    fn loopback_issuer_leads_to_loopback_and_never_to_a_weaker_scheme() {
        for (issuer, jwks_uri, taken, why) in [
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/keys", true, "as the operator wrote it"),
            ("http://127.0.0.1:9000", "http://localhost:9001/keys", true, "another port of this machine"),
            ("http://127.0.0.1:9000", "https://keys.example/keys", true, "https"),
            ("http://127.0.0.1:9000", "http://keys.example/keys", false, "http beyond loopback"),
            ("https://localhost:9000", "https://127.0.0.1:9001/keys", true, "https on this machine"),
            (
                "https://localhost:9000",
                "http://127.0.0.1:9001/keys",
                false,
                "http, where the operator wrote https",
            ),
        ] {
            assert_eq!(takes(issuer, jwks_uri).is_ok(), taken, "{issuer} to {jwks_uri}: {why}");
        }
    }
}
