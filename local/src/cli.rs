//! The command line of `cargo run -p local`.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::Parser;

/// Runs the meeting gateway on this machine: the gateway behind an HTTP front, a Chime simulator, a token issuer.
///
/// It prints the operations, a curl per tenant of the policy that works when pasted, and every request to Chime.
#[derive(Debug, Parser)]
#[command(name = "local", after_help = WHO_IS_ANSWERED)]
pub(crate) struct Options {
    /// Port of the HTTP front
    #[arg(long, default_value_t = 3000)]
    pub(crate) port: u16,

    /// Port of the Chime simulator
    #[arg(long, default_value_t = 3001)]
    pub(crate) simulator_port: u16,

    /// Port of the token issuer
    #[arg(long, default_value_t = 3002)]
    pub(crate) issuer_port: u16,

    /// Address to listen on; 0.0.0.0 where a container has to reach it
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) bind: IpAddr,

    /// The policy document
    #[arg(long, default_value = DEFAULT_POLICY, value_name = "FILE")]
    pub(crate) policy: PathBuf,

    /// `aws` for the real Chime, with your own AWS credentials and a real bill, or the URL of anything that speaks its
    /// protocol; without it, the simulator
    #[arg(long, value_name = "aws|URL", conflicts_with = "simulator_only")]
    pub(crate) chime_endpoint: Option<ChimeEndpoint>,

    /// Allow --bind beyond loopback together with a --chime-endpoint beyond it: anyone who reaches the port can then
    /// create meetings with your AWS credentials
    #[arg(long)]
    pub(crate) allow_remote: bool,

    /// Start the simulator and the issuer only, for a function that runs elsewhere
    #[arg(long)]
    pub(crate) simulator_only: bool,

    /// The name in the tag `MeetingGateway` without which the simulator refuses a meeting, as the stack's IAM policy
    /// does; without it, the gateway's own, or with --simulator-only none
    #[arg(long, value_name = "NAME", conflicts_with = "chime_endpoint")]
    pub(crate) simulator_gateway_name: Option<String>,

    /// Check a policy document, print every fault, and exit: 0 without a fault, 1 with one
    #[arg(long, value_name = "FILE")]
    pub(crate) check_policy: Option<PathBuf>,

    /// Print the JSON Schema of the policy document, and exit
    #[arg(long)]
    pub(crate) policy_schema: bool,

    /// Print the settings that the gateway reads, each `required` or `optional`, and exit
    #[arg(long)]
    pub(crate) list_settings: bool,

    /// Print the operations that the gateway serves, each with method, path, name and right, and exit
    #[arg(long)]
    pub(crate) list_operations: bool,

    /// The AWS region that Chime is called in; without it AWS_REGION of the environment, or us-east-1
    #[arg(long)]
    pub(crate) region: Option<String>,
}

/// Where Chime is, when not the simulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChimeEndpoint {
    /// the service itself
    Aws,
    /// something else that speaks its protocol
    Url(String),
}

const WHO_IS_ANSWERED: &str = "\
Who is answered, on all three ports:
  Requests whose Host names this machine: localhost, a name below .localhost, a loopback address, host.docker.internal,
  host.containers.internal, or the address given to --bind (with 0.0.0.0 or ::, any IP address); with any port.
  Among requests that carry an Origin, those of pages at http or https of localhost, a name below .localhost, a loopback
  address, the address given to --bind, or the host that Host names; with any port.
  Anything else is refused: it may come from a web page that a browser on this machine has open.";

/// The GATEWAY_NAME of the gateway on this machine.
pub(crate) const GATEWAY_NAME: &str = "local";

const DEFAULT_POLICY: &str = "policy/policy.json";

impl Options {
    /// The policy file; the sample is found from any folder.
    pub(crate) fn policy_file(&self) -> PathBuf {
        if self.policy.as_os_str() == DEFAULT_POLICY && !self.policy.exists() {
            let beside_this_crate = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
            return beside_this_crate.join(DEFAULT_POLICY);
        }
        self.policy.clone()
    }

    /// Refuses to open the user's AWS credentials to anyone who reaches the ports, unless that is allowed.
    ///
    /// # Errors
    /// When they would be open without `--allow-remote`.
    pub(crate) fn check_remote_use(&self) -> Result<(), String> {
        let chime = self.chime_endpoint.as_ref().filter(|endpoint| !endpoint.is_on_this_machine());
        match chime {
            Some(endpoint) if !self.allow_remote && !self.bind.to_canonical().is_loopback() => Err(format!(
                "--bind {} together with --chime-endpoint {endpoint} needs --allow-remote: anyone who reaches that \
                 address over the network could use your AWS credentials",
                self.bind
            )),
            _ => Ok(()),
        }
    }

    /// The name in the tag that the simulator insists on.
    pub(crate) fn tag_of_simulator(&self) -> Option<String> {
        let own = (!self.simulator_only).then(|| GATEWAY_NAME.to_owned());
        self.simulator_gateway_name.clone().or(own)
    }

    /// The region by option, environment or default.
    pub(crate) fn region(&self) -> String {
        let from_environment = || std::env::var("AWS_REGION").ok().filter(|region| !region.is_empty());
        self.region.clone().or_else(from_environment).unwrap_or_else(|| "us-east-1".to_owned())
    }
}

impl ChimeEndpoint {
    /// Whether requests for Chime stay on this machine.
    fn is_on_this_machine(&self) -> bool {
        let Self::Url(url) = self else { return false };
        let url: Option<hyper::Uri> = url.parse().ok();
        let host = url.as_ref().and_then(hyper::Uri::host).unwrap_or_default();
        let address: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        host.eq_ignore_ascii_case("localhost")
            || address.is_some_and(|address| address.to_canonical().is_loopback())
    }
}

impl std::fmt::Display for ChimeEndpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Aws => "aws",
            Self::Url(url) => url,
        })
    }
}

impl std::str::FromStr for ChimeEndpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "aws" => Ok(Self::Aws),
            url if url.starts_with("http://") || url.starts_with("https://") => {
                Ok(Self::Url(url.trim_end_matches('/').to_owned()))
            }
            _ => Err("neither `aws` nor an http or https URL".to_owned()),
        }
    }
}
