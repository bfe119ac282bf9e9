//! Which requests a port answers: those whose `Host` names this machine and whose `Origin`, if any, is a page of it.
//!
//! Any web page can make its visitor's browser send requests to the visitor's own machine. Sent to `localhost` they carry
//! the page's `Origin`. With DNS rebinding, the page's own host name resolves to this machine, and they carry that name in
//! `Host`.

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use hyper::header::{HOST, HeaderName, HeaderValue, ORIGIN};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::{HeaderMap, StatusCode};

/// The names by which containers reach the machine that runs them: Docker's and Podman's. The top-level domain
/// `internal` is reserved for private use, so no public name server can answer for them.
const CONTAINER_HOST_NAMES: &[&str] = &["host.docker.internal", "host.containers.internal"];

/// The names and addresses of this machine, for a port that listens on a certain address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AllowedHosts {
    bind: IpAddr,
    allows_chime: bool,
}

/// Why a request is refused before the rest of it is read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}")]
pub(crate) struct ForeignRequestError {
    header: HeaderName,
    status: StatusCode,
    rule: String,
}

/// The host of an address, without its port.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Address(IpAddr),
    /// in lower case
    Name(String),
}

impl AllowedHosts {
    /// Allows loopback, the names of this machine, and the address that is listened on.
    pub(crate) fn listening_on(bind: IpAddr) -> Self {
        Self { bind: bind.to_canonical(), allows_chime: false }
    }

    /// Allows the names of Chime's endpoints too, for a simulator to which a resolver directs them. Only AWS can make such a
    /// name resolve to another address, so DNS rebinding can't use it.
    pub(crate) fn and_chime(self) -> Self {
        Self { allows_chime: true, ..self }
    }

    /// Checks `Host` and `Origin` of a request.
    ///
    /// The port in either header is ignored: port forwarding and published ports of containers change it, and neither attack
    /// depends on it.
    ///
    /// # Errors
    /// 400 when `Host` is missing, repeated or malformed (RFC 9112, section 3.2), 421 when it names another machine, 403
    /// when `Origin` is repeated, malformed or a foreign page.
    pub(crate) fn check(self, request: &Parts) -> Result<(), ForeignRequestError> {
        let named = only_value(&request.headers, &HOST).and_then(Host::of_header);
        let host = named.ok_or_else(|| self.refused(HOST, StatusCode::BAD_REQUEST))?;
        // A target in absolute form takes precedence over the header (RFC 9112, section 3.2.2).
        let target = request.uri.authority().map(|authority| Host::of_authority(authority.as_str()));
        let all_allowed =
            self.allows(&host) && target.is_none_or(|target| target.is_some_and(|host| self.allows(&host)));
        if !all_allowed {
            return Err(self.refused(HOST, StatusCode::MISDIRECTED_REQUEST));
        }
        if !request.headers.contains_key(ORIGIN) {
            return Ok(());
        }
        let page = only_value(&request.headers, &ORIGIN).and_then(Host::of_origin);
        match page {
            Some(page) if self.is_local(&page) || page == host => Ok(()),
            _ => Err(self.refused(ORIGIN, StatusCode::FORBIDDEN)),
        }
    }

    fn allows(self, host: &Host) -> bool {
        self.is_local(host)
            || match host {
                // Rebinding needs a name. Which addresses lead to a port on all interfaces is unknown: behind address
                // translation they are not this machine's own.
                Host::Address(_) => self.bind.is_unspecified(),
                Host::Name(name) => {
                    CONTAINER_HOST_NAMES.contains(&name.as_str()) || (self.allows_chime && is_chime(name))
                }
            }
    }

    /// Whether a page at that host, on any port, is one of this machine. IP addresses alone prove nothing: foreign pages
    /// have them too.
    fn is_local(self, host: &Host) -> bool {
        match host {
            Host::Address(address) => address.is_loopback() || *address == self.bind,
            // Names below `localhost` never reach a public name server's records (RFC 6761, section 6.3).
            Host::Name(name) => name == "localhost" || name.ends_with(".localhost"),
        }
    }

    fn refused(self, header: HeaderName, status: StatusCode) -> ForeignRequestError {
        let bind = match self.bind {
            bind if bind.is_loopback() => String::new(),
            bind if bind.is_unspecified() && header == HOST => ", any IP address".to_owned(),
            bind => format!(", {bind}"),
        };
        let rule = if header == HOST {
            let containers = CONTAINER_HOST_NAMES.join(", ");
            format!(
                "`Host` must be given once and name this machine: localhost, a name below .localhost, a loopback \
                 address, {containers}{bind}; with any port"
            )
        } else {
            format!(
                "`Origin`, where it is sent, must be a page of this machine: http or https at localhost, a name below \
                 .localhost, a loopback address{bind}, or the host that `Host` names; with any port"
            )
        };
        ForeignRequestError { header, status, rule }
    }
}

/// Whether the name is a Chime endpoint's by the SDK's endpoint rules, such as `meetings-chime.us-east-1.amazonaws.com`. One
/// label stands for the region: names with more may belong to a customer of AWS, such as a bucket of S3.
fn is_chime(name: &str) -> bool {
    let service = ["meetings-chime.", "meetings-chime-fips."].iter().find_map(|it| name.strip_prefix(it));
    let region =
        service.and_then(|rest| [".amazonaws.com", ".api.aws"].iter().find_map(|it| rest.strip_suffix(it)));
    region.is_some_and(|region| !region.is_empty() && !region.contains('.'))
}

impl ForeignRequestError {
    /// The header at fault, in lower case.
    pub(crate) fn header(&self) -> &str {
        self.header.as_str()
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Chime's own name for an error of that status.
    pub(crate) fn code(&self) -> &'static str {
        if self.status == StatusCode::FORBIDDEN { "ForbiddenException" } else { "BadRequestException" }
    }
}

impl Host {
    fn of_header(value: &HeaderValue) -> Option<Self> {
        Self::of_authority(value.to_str().ok()?)
    }

    fn of_origin(value: &HeaderValue) -> Option<Self> {
        let origin = value.to_str().ok()?;
        Self::of_authority(origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"))?)
    }

    /// Reads a host with or without a port, and nothing else: no user information, no path.
    fn of_authority(text: &str) -> Option<Self> {
        let authority: Authority = text.parse().ok()?;
        let host = authority.host();
        let rest = text.strip_prefix(host)?;
        if !rest.is_empty() && authority.port().is_none_or(|port| rest != format!(":{}", port.as_str())) {
            return None;
        }
        let address = match host.strip_prefix('[') {
            Some(bracketed) => Some(bracketed.strip_suffix(']')?.parse().ok()?),
            None => host.parse().ok(),
        };
        Some(match address {
            Some(address) => Self::Address(IpAddr::to_canonical(&address)),
            None => Self::Name(host.to_ascii_lowercase()),
        })
    }
}

/// The value of a header that is present exactly once.
fn only_value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then_some(first)
}
