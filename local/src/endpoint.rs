//! Where Chime, the registry's table and the queue of events are, when they are not played here.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Where Chime is, when not the simulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChimeEndpoint {
    /// the service itself
    Aws,
    /// something else that speaks its protocol
    Url(String),
}

/// Where the registry's table is, when it is not played here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RegistryEndpoint {
    /// there is no registry
    None,
    /// a DynamoDB
    Url(String),
}

/// Where the simulator's events go, when not to the queue that is played here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SqsEndpoint {
    /// nowhere
    None,
    /// to an SQS
    Url(String),
}

impl ChimeEndpoint {
    /// Whether requests for Chime leave this machine.
    pub(crate) fn is_remote(&self) -> bool {
        match self {
            Self::Aws => true,
            Self::Url(url) => !is_on_this_machine(url),
        }
    }
}

impl RegistryEndpoint {
    /// Whether requests for the table leave this machine.
    pub(crate) fn is_remote(&self) -> bool {
        matches!(self, Self::Url(url) if !is_on_this_machine(url))
    }
}

fn is_on_this_machine(url: &str) -> bool {
    let url: Option<hyper::Uri> = url.parse().ok();
    let host = url.as_ref().and_then(hyper::Uri::host).unwrap_or_default();
    let address: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    host.eq_ignore_ascii_case("localhost")
        || address.is_some_and(|address| address.to_canonical().is_loopback())
}

/// An http or https URL, without a slash at the end.
fn http_url(text: &str) -> Result<String, String> {
    let is_one = text.starts_with("http://") || text.starts_with("https://");
    is_one.then(|| text.trim_end_matches('/').to_owned()).ok_or("no http or https URL".to_owned())
}

impl fmt::Display for ChimeEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aws => "aws",
            Self::Url(url) => url,
        })
    }
}

impl fmt::Display for RegistryEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Url(url) => url,
        })
    }
}

impl FromStr for ChimeEndpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "aws" => Ok(Self::Aws),
            url => http_url(url).map(Self::Url).map_err(|error| format!("not `aws`, and {error}")),
        }
    }
}

impl FromStr for RegistryEndpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self::None),
            url => http_url(url).map(Self::Url).map_err(|error| format!("not `none`, and {error}")),
        }
    }
}

impl FromStr for SqsEndpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self::None),
            url => http_url(url).map(Self::Url).map_err(|error| format!("not `none`, and {error}")),
        }
    }
}
