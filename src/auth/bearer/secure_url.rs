//! Addresses in the settings that issuers' documents may be fetched from.

use std::net::IpAddr;

/// An address from the settings: an `https` URL, or an `http` URL whose host is loopback, for tests and local runs.
///
/// Anyone who can change the keys in transit can sign any token, so other `http` URLs are rejected. An address from an
/// issuer's document has another type, with stricter rules: see `discovery`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecureUrl(HttpUrl);

/// An absolute URL for a request, from any source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HttpUrl {
    pub(super) text: String,
    pub(super) is_encrypted: bool,
    /// An IPv6 address without its brackets.
    pub(super) host: String,
}

impl SecureUrl {
    /// Parses and checks a URL.
    ///
    /// # Errors
    /// What is wrong with it, without quoting it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = HttpUrl::parse(text)?;
        if url.is_encrypted || url.is_on_loopback() { Ok(SecureUrl(url)) } else { Err(NOT_SECURE) }
    }

    /// The URL as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    pub(super) fn url(&self) -> &HttpUrl {
        &self.0
    }
}

const NOT_SECURE: &str = "must begin with https:// (http:// only for a host on loopback)";

impl HttpUrl {
    /// Parses a URL and checks everything but the security of its scheme and host.
    ///
    /// # Errors
    /// What is wrong with it, without quoting it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        // `http::Uri` ignores fragments.
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
        let host = authority.host();
        if host.is_empty() {
            return Err("has no host");
        }
        let is_encrypted = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(NOT_SECURE),
        };
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        Ok(HttpUrl { text: text.to_owned(), is_encrypted, host: bare.to_owned() })
    }

    /// Whether the host is certainly loopback: an address, or `localhost` (RFC 6761). Other names can resolve to anything.
    pub(super) fn is_on_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_https_anywhere_and_http_only_on_loopback() {
        for (url, accepted, why) in [
            ("https://issuer.example/keys", true, "https"),
            ("https://issuer.example:8443/keys?v=1", true, "a port and a query"),
            ("http://127.0.0.1:9000/keys", true, "loopback"),
            ("http://127.255.0.1/keys", true, "all of 127.0.0.0/8 is loopback"),
            ("http://[::1]:9000/keys", true, "loopback of IPv6"),
            ("http://localhost:9000/keys", true, "loopback by name"),
            ("http://issuer.example/keys", false, "not encrypted"),
            ("http://127.0.0.1.example/keys", false, "a name that begins like loopback"),
            ("http://localhost.example/keys", false, "a name that begins like loopback"),
            ("http://127.0.0.1@issuer.example/keys", false, "the host follows the @"),
            ("http://10.0.0.1/keys", false, "private but not loopback"),
            ("https://user:secret@issuer.example/keys", false, "credentials in an address"),
            ("https://issuer.example/keys#part", false, "a fragment"),
            ("ftp://issuer.example/keys", false, "another scheme"),
            ("file:///etc/keys.json", false, "another scheme"),
            ("issuer.example/keys", false, "no scheme"),
            ("/keys", false, "a path"),
            ("https://", false, "no host"),
            ("https://issuer.example/a b", false, "a space"),
            ("", false, "empty"),
        ] {
            assert_eq!(SecureUrl::parse(url).is_ok(), accepted, "{url}: {why}");
        }
    }
}
