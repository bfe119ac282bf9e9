//! OpenID Connect Discovery: where an issuer publishes its configuration, and which key address it may name.

use std::net::{IpAddr, Ipv4Addr};

use super::secure_url::{HttpUrl, SecureUrl};
use crate::json::Json;

/// An issuer whose keys are discovered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    issuer: String,
    configuration: SecureUrl,
    trust: DiscoveredTrust,
}

/// The address of a key set, from a published configuration.
///
/// It comes from the issuer's server, not the operator, so its rules are stricter than those of a [`SecureUrl`]: it must
/// not name the function's own machine, where the Lambda Runtime API serves other callers' invocations over plain HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DiscoveredUrl(HttpUrl);

/// Which addresses an issuer's configuration may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DiscoveredTrust {
    /// `https` on other machines.
    Remote,
    /// `https` on any machine: the operator configured an `https` issuer on this machine.
    Loopback,
    /// Also `http` on loopback: the operator configured an `http` issuer, which must be on loopback.
    PlainLoopback,
}

impl Discovery {
    /// Checks an issuer whose keys should be discovered.
    ///
    /// # Errors
    /// What is wrong with the issuer as a URL, without quoting it.
    pub fn of_issuer(issuer: &str) -> Result<Self, &'static str> {
        if issuer.contains('?') {
            return Err("must have no query");
        }
        let parsed = SecureUrl::parse(issuer)?;
        let trust = if !parsed.url().is_encrypted {
            DiscoveredTrust::PlainLoopback
        } else if is_local(&parsed.url().host) {
            DiscoveredTrust::Loopback
        } else {
            DiscoveredTrust::Remote
        };
        // OpenID Connect Discovery 1.0, section 4.1: a trailing slash of the issuer is removed.
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
    /// The configuration's `issuer` must equal that of the settings (OpenID Connect Discovery 1.0, section 4.3).
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
            return Err("is for another issuer: `issuer` differs from the setting");
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

/// Whether a host is this machine, link-local, or in a form that hides its address.
///
/// A DNS name can still resolve to loopback. But then the TLS handshake for that name fails, since no server of this
/// machine has its certificate.
fn is_local(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return is_local_address(address);
    }
    // The parser rejects IPv6 addresses with a zone (`fe80::1%25eth0`). Names have no colon.
    if host.contains(':') {
        return true;
    }
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let last_label = name.rsplit('.').next().unwrap_or_default();
    // RFC 6761, section 6.3, reserves `localhost` and all its subdomains. Resolvers read `127.1`, `2130706433` and `0x7f.1`
    // as 127.0.0.1; no top-level domain is a number.
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

/// All of 0.0.0.0/8 is this machine (RFC 1122, section 3.2.1.3). In Lambda, the Runtime API can have an address in
/// 169.254.0.0/16.
fn is_local_ipv4(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_link_local() || address.octets()[0] == 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Whether an issuer's configuration may name this address.
    fn accepts(issuer: &str, jwks_uri: &str) -> Result<(), &'static str> {
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
    fn remote_issuer_may_name_only_https_on_other_machines() {
        for (jwks_uri, accepted, why) in [
            ("https://issuer.example/keys", true, "the issuer's own host"),
            ("https://keys.example:8443/keys", true, "another host, another port"),
            ("https://192.0.2.7/keys", true, "an address"),
            ("https://10.0.0.7/keys", true, "a private network is not this machine"),
            ("https://[2001:db8::7]/keys", true, "an IPv6 address"),
            ("https://localhost.example/keys", true, "a name that only begins with localhost"),
            ("https://7.example/keys", true, "a numeric label of a name"),
            ("http://issuer.example/keys", false, "http"),
            ("http://127.0.0.1:9001/2018-06-01/runtime/invocation/next", false, "the Runtime API"),
            ("http://localhost:9001/2018-06-01/runtime/invocation/next", false, "the same by name"),
            ("http://[::1]:9001/2018-06-01/runtime/invocation/next", false, "the same in IPv6"),
            ("http://169.254.100.1:9001/2018-06-01/runtime/invocation/next", false, "the same on the link"),
            ("https://127.0.0.1/keys", false, "loopback"),
            ("https://127.255.0.1/keys", false, "loopback is 127.0.0.0/8"),
            ("https://localhost/keys", false, "loopback by name"),
            ("https://LOCALHOST/keys", false, "names ignore case"),
            ("https://localhost./keys", false, "the same name, fully qualified"),
            ("https://a.localhost/keys", false, "a subdomain of localhost"),
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
            ("https://127.0.0.1./keys", false, "an address with a trailing dot"),
        ] {
            assert_eq!(
                accepts("https://issuer.example/pool", jwks_uri).is_ok(),
                accepted,
                "{jwks_uri}: {why}"
            );
        }
    }

    #[test]
    fn loopback_issuer_may_name_loopback_but_no_weaker_scheme() {
        for (issuer, jwks_uri, accepted, why) in [
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/keys", true, "the issuer's own address"),
            ("http://127.0.0.1:9000", "http://localhost:9001/keys", true, "another port of this machine"),
            ("http://127.0.0.1:9000", "https://keys.example/keys", true, "https"),
            ("http://127.0.0.1:9000", "http://keys.example/keys", false, "http beyond loopback"),
            ("https://localhost:9000", "https://127.0.0.1:9001/keys", true, "https on this machine"),
            ("https://localhost:9000", "http://127.0.0.1:9001/keys", false, "http, but the issuer has https"),
        ] {
            assert_eq!(accepts(issuer, jwks_uri).is_ok(), accepted, "{issuer} to {jwks_uri}: {why}");
        }
    }
}
