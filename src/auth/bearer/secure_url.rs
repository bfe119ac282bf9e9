//! Addresses that keys may be fetched from.

use std::net::IpAddr;

/// An `https` URL, or an `http` one whose host is this machine.
///
/// Whoever can change the keys on their way can sign any token, so they never travel unprotected; the exception serves
/// tests and local runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecureUrl(String);

impl SecureUrl {
    /// Checks a URL.
    ///
    /// # Errors
    /// What is wrong with it, without quoting it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        // `http::Uri` drops fragments without a word.
        if text.contains('#') {
            return Err("must have no fragment");
        }
        let uri: http::Uri = text.parse().map_err(|_| "is not a URL")?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("is not an absolute URL");
        };
        if authority.as_str().contains('@') {
            return Err("must have no user name or password");
        }
        if authority.host().is_empty() {
            return Err("has no host");
        }
        match scheme {
            "https" => Ok(SecureUrl(text.to_owned())),
            "http" if is_loopback(authority.host()) => Ok(SecureUrl(text.to_owned())),
            _ => Err("must begin with https:// (http:// only for a host on loopback)"),
        }
    }

    /// The URL as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where an issuer of this URL publishes its configuration (OpenID Connect Discovery 1.0, section 4.1): a slash
    /// that ends the issuer is not doubled.
    pub(super) fn discovery(issuer: &str) -> Result<Self, &'static str> {
        if issuer.contains('?') {
            return Err("must have no query");
        }
        Self::parse(issuer)?;
        Self::parse(&format!(
            "{}/.well-known/openid-configuration",
            issuer.strip_suffix('/').unwrap_or(issuer)
        ))
    }
}

/// `localhost` is loopback by RFC 6761; any other name could be anything.
fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_is_taken_from_anywhere_and_http_from_this_machine_alone() {
        for (url, taken, why) in [
            ("https://issuer.example/keys", true, "https"),
            ("https://issuer.example:8443/keys?v=1", true, "a port and a query"),
            ("http://127.0.0.1:9000/keys", true, "loopback"),
            ("http://127.255.0.1/keys", true, "all of 127.0.0.0/8 is loopback"),
            ("http://[::1]:9000/keys", true, "loopback of IPv6"),
            ("http://localhost:9000/keys", true, "loopback by name"),
            ("http://issuer.example/keys", false, "not protected on its way"),
            ("http://127.0.0.1.example/keys", false, "a name that begins like loopback"),
            ("http://localhost.example/keys", false, "a name that begins like loopback"),
            ("http://127.0.0.1@issuer.example/keys", false, "the host follows the @"),
            ("http://10.0.0.1/keys", false, "private, yet not loopback"),
            ("https://user:secret@issuer.example/keys", false, "credentials in an address"),
            ("https://issuer.example/keys#part", false, "a fragment"),
            ("ftp://issuer.example/keys", false, "another scheme"),
            ("file:///etc/keys.json", false, "another scheme"),
            ("issuer.example/keys", false, "no scheme"),
            ("/keys", false, "a path"),
            ("https://", false, "no host"),
            ("https://issuer.example/a b", false, "a space"),
            ("", false, "nothing"),
        ] {
            assert_eq!(SecureUrl::parse(url).is_ok(), taken, "{url}: {why}");
        }
    }

    #[test]
    fn discovery_adds_one_slash_and_no_second() {
        for (issuer, url) in [
            ("https://issuer.example", "https://issuer.example/.well-known/openid-configuration"),
            ("https://issuer.example/", "https://issuer.example/.well-known/openid-configuration"),
            ("https://issuer.example/pool", "https://issuer.example/pool/.well-known/openid-configuration"),
        ] {
            assert_eq!(SecureUrl::discovery(issuer).unwrap().as_str(), url);
        }
        assert!(SecureUrl::discovery("https://issuer.example?tenant=a").is_err());
    }
}
