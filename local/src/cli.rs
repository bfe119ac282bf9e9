//! The command line of `cargo run -p local`.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::endpoint::{ChimeEndpoint, RegistryEndpoint, SqsEndpoint};
use crate::environment_variables::variable;

/// Runs the meeting gateway on this machine, and answers questions about its policy.
///
/// Without a subcommand it is `serve`, whose options need no name before them.
#[derive(Debug, Parser)]
#[command(name = "local", version, args_conflicts_with_subcommands = true, after_help = EXIT_STATUSES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) serve: ServeOptions,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the gateway behind an HTTP front, with a Chime simulator, a DynamoDB and a token issuer, until Ctrl-C
    Serve(Box<ServeOptions>),
    /// Check policy documents, and print every fault, or who has each right and which limits hold
    Check(CheckOptions),
    /// Say what a request would get and why: each member's value and its place in the policy, and the exact request to Chime
    Explain(ExplainOptions),
    /// Print the JSON Schema of the policy document
    Schema,
    /// Print the settings that a function reads, each `required` or `optional`
    Settings {
        /// The function
        #[arg(value_enum, default_value_t = Function::Gateway)]
        function: Function,
    },
    /// Print the operations that the gateway serves, each with method, path, name and right
    Operations,
    /// Print the metrics that the functions write to their logs, as a JSON array
    Metrics,
    /// Print a token of the issuer that a running `serve` has started
    Token(TokenOptions),
}

/// A function of the stack.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Function {
    /// What serves requests
    Gateway,
    /// What reads the queue of meeting events
    Notifications,
}

/// The options of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// Policy documents; `-` is the standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) region: RegionOption,

    #[command(flatten)]
    pub(crate) registry: RegistryOption,

    /// Print JSON: an array with `file`, `faults`, `rights` and `limits` of each document
    #[arg(long)]
    pub(crate) json: bool,
}

/// The options of `explain`.
///
/// The claims are not verified. A meeting or attendee in the path is taken to exist and to be the tenant's, and no other meeting
/// to be open. A room has a meeting, but for a caller who may open it. The gateway's name, the queue and the room are
/// placeholders. Claims are read as the settings TENANT_CLAIM, SCOPE_CLAIM, GROUPS_CLAIM and
/// SUBJECT_CLAIM of the environment say, and JWT_ISSUERS for the issuer that `iss` names.
#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// The policy document
    #[arg(long, default_value = DEFAULT_POLICY, value_name = "FILE")]
    pub(crate) policy: PathBuf,

    /// The claims of the caller's token, a file with a JSON object; `-` is the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) claims: PathBuf,

    /// The body of the request, as text; `@FILE` is a file, `@-` the standard input. Without it there is no body
    #[arg(long, value_name = "BODY")]
    pub(crate) request: Option<String>,

    /// The operation
    #[arg(long, default_value = "CreateMeeting", value_name = "NAME")]
    pub(crate) operation: String,

    /// JoinRoom: the room has a meeting, also when the caller may open it
    #[arg(long)]
    pub(crate) room_is_open: bool,

    #[command(flatten)]
    pub(crate) region: RegionOption,

    #[command(flatten)]
    pub(crate) registry: RegistryOption,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The options of `token`.
#[derive(Debug, Args)]
pub(crate) struct TokenOptions {
    /// The tenant
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant: Option<String>,

    /// Groups, separated by commas
    #[arg(long, value_name = "A,B")]
    pub(crate) groups: Option<String>,

    /// Scopes, separated by spaces
    #[arg(long, value_name = "SCOPES")]
    pub(crate) scope: Option<String>,

    /// The subject
    #[arg(long, value_name = "USER")]
    pub(crate) sub: Option<String>,

    /// Lifetime in seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) expires_in: Option<u64>,

    /// Port of the token issuer
    #[arg(long, default_value_t = 3002)]
    pub(crate) issuer_port: u16,
}

/// The option `--region`.
#[derive(Debug, Args)]
pub(crate) struct RegionOption {
    /// The AWS region that Chime is called in; without it AWS_REGION of the environment, or us-east-1
    #[arg(long)]
    region: Option<String>,
}

/// The option `--no-registry`.
#[derive(Debug, Args)]
pub(crate) struct RegistryOption {
    /// The stack has no registry (its parameter Registry is `false`): Limits are faults, and there are no rooms
    #[arg(long)]
    no_registry: bool,
}

/// The options of `serve`.
#[derive(Debug, Args)]
#[command(after_help = WHO_IS_ANSWERED)]
pub(crate) struct ServeOptions {
    /// Port of the HTTP front
    #[arg(long, default_value_t = 3000)]
    pub(crate) port: u16,

    /// Port of the Chime simulator
    #[arg(long, default_value_t = 3001)]
    pub(crate) simulator_port: u16,

    /// Port of the token issuer
    #[arg(long, default_value_t = 3002)]
    pub(crate) issuer_port: u16,

    /// Port of the registry's table, a DynamoDB that is played here
    #[arg(long, default_value_t = 3003)]
    pub(crate) registry_port: u16,

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

    /// The URL of another DynamoDB, such as moto's, where the table that REGISTRY_TABLE of the environment names, or
    /// `local-registry`, is made if it is missing; `none` for a gateway without rooms and Limits. A URL beyond this machine is
    /// called with your own AWS credentials
    #[arg(long, value_name = "URL|none")]
    pub(crate) registry: Option<RegistryEndpoint>,

    /// Allow --bind beyond loopback together with a --chime-endpoint or --registry beyond it: anyone who reaches the port
    /// can then create meetings with your AWS credentials
    #[arg(long)]
    pub(crate) allow_remote: bool,

    /// Start the simulator, the issuer and the registry's table only, for a function that runs elsewhere
    #[arg(long)]
    pub(crate) simulator_only: bool,

    /// The name in the tag `MeetingGateway` without which the simulator refuses a meeting, as the stack's IAM policy
    /// does; without it, the gateway's own, or with --simulator-only none
    #[arg(long, value_name = "NAME", conflicts_with = "chime_endpoint")]
    pub(crate) simulator_gateway_name: Option<String>,

    /// Where the simulator sends the events of meetings, in place of the queue that is played here: the URL of an SQS, such as
    /// moto's or ministack's, with the queue that NOTIFICATIONS_QUEUE_ARN of the environment names, or `none` for nowhere
    #[arg(long, value_name = "none|URL", conflicts_with = "chime_endpoint")]
    pub(crate) sqs_endpoint: Option<SqsEndpoint>,

    #[command(flatten)]
    pub(crate) region: RegionOption,
}

const WHO_IS_ANSWERED: &str = "\
Who is answered, on all four ports:
  Requests whose Host names this machine: localhost, a name below .localhost, a loopback address, host.docker.internal,
  host.containers.internal, or the address given to --bind (with 0.0.0.0 or ::, any IP address); with any port.
  Among requests that carry an Origin, those of pages at http or https of localhost, a name below .localhost, a loopback
  address, the address given to --bind, or the host that Host names; with any port.
  Anything else is refused: it may come from a web page that a browser on this machine has open.";

/// The GATEWAY_NAME of the gateway on this machine.
pub(crate) const GATEWAY_NAME: &str = "local";

const DEFAULT_POLICY: &str = "policy/policy.json";

const EXIT_STATUSES: &str = "\
Exit statuses:
  0  done; `check`: no document has a fault; `explain`: the request would be served
  1  `check`: a document has faults; `explain`: the request would be refused; `serve`: it can't start
  2  the command can't be carried out: unknown or missing options, a file that can't be read, claims that are not a JSON
     object or identify no caller, an unknown operation, `explain` with a policy that has faults, `token` without a running issuer";

impl ServeOptions {
    /// The policy file.
    pub(crate) fn policy_file(&self) -> PathBuf {
        policy_file(&self.policy)
    }

    /// Refuses to open the user's AWS credentials to anyone who reaches the ports, unless that is allowed.
    ///
    /// # Errors
    /// When they would be open without `--allow-remote`.
    pub(crate) fn check_remote_use(&self) -> Result<(), String> {
        let chime = self.chime_endpoint.as_ref().filter(|endpoint| endpoint.is_remote());
        let registry = self.registry.as_ref().filter(|endpoint| endpoint.is_remote());
        let remote = chime.map(|endpoint| format!("--chime-endpoint {endpoint}"));
        let remote = remote.or_else(|| registry.map(|endpoint| format!("--registry {endpoint}")));
        match remote {
            Some(option) if !self.allow_remote && self.is_bound_beyond_loopback() => Err(format!(
                "--bind {} together with {option} needs --allow-remote: anyone who reaches that address over the network \
                 could use your AWS credentials",
                self.bind
            )),
            _ => Ok(()),
        }
    }

    /// Whether others than the user can make requests that the user's own AWS credentials sign, which needs `--allow-remote`.
    pub(crate) fn opens_credentials(&self) -> bool {
        self.is_bound_beyond_loopback()
            && (self.chime_endpoint.as_ref().is_some_and(ChimeEndpoint::is_remote)
                || self.registry.as_ref().is_some_and(RegistryEndpoint::is_remote))
    }

    fn is_bound_beyond_loopback(&self) -> bool {
        !self.bind.to_canonical().is_loopback()
    }

    /// Whether the user's own AWS credentials sign requests, and not made-up ones.
    pub(crate) fn uses_own_credentials(&self) -> bool {
        self.chime_endpoint.is_some() || self.registry.as_ref().is_some_and(RegistryEndpoint::is_remote)
    }

    /// The name in the tag that the simulator insists on.
    pub(crate) fn tag_of_simulator(&self) -> Option<String> {
        let own = (!self.simulator_only).then(|| GATEWAY_NAME.to_owned());
        self.simulator_gateway_name.clone().or(own)
    }

    /// The region by option, environment or default.
    pub(crate) fn region(&self) -> String {
        self.region.get()
    }
}

impl RegistryOption {
    /// Whether the stack has a registry, which is the template's default.
    pub(crate) fn get(&self) -> bool {
        !self.no_registry
    }
}

impl RegionOption {
    /// The region by option, environment or default.
    pub(crate) fn get(&self) -> String {
        self.region.clone().or_else(|| variable("AWS_REGION")).unwrap_or_else(|| "us-east-1".to_owned())
    }
}

/// The policy file; the sample is found from any folder.
pub(crate) fn policy_file(given: &Path) -> PathBuf {
    if given.as_os_str() == DEFAULT_POLICY && !given.exists() {
        let beside_this_crate = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        return beside_this_crate.join(DEFAULT_POLICY);
    }
    given.to_owned()
}
