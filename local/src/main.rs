//! `cargo run -p local`: the gateway and everything that it talks to, on one machine.

mod aws;
mod cli;
mod gateway;
mod welcome;

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use local::front::{Front, Route};
use local::issuer::{AUDIENCE, Issuer, IssuerError};
use local::sample_tenants::sample_tenants;
use local::simulator::{ACCOUNT, Simulator, SimulatorOptions};
use meeting_gateway::operation::OPERATIONS;

use self::cli::{ChimeEndpoint, GATEWAY_NAME, Options};

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let ended = match &options.check_policy {
        Some(file) => check_policy(file, &options.region()),
        None if options.policy_schema => print(&gateway::policy_schema()),
        None if options.list_settings => print(&gateway::settings_list()),
        None if options.list_operations => print(&gateway::operations_list()),
        None => run(&options).await,
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // There is nowhere to report a failure of this.
            let _ = writeln!(io::stderr(), "{message}");
            ExitCode::FAILURE
        }
    }
}

/// Starts everything and runs until Ctrl-C.
async fn run(options: &Options) -> Result<(), String> {
    options.check_remote_use()?;
    let issuer = start_issuer(options)?;
    let simulator = match options.chime_endpoint {
        None => Some(start_simulator(options)?),
        Some(_) => None,
    };
    let chime_endpoint = match (&options.chime_endpoint, &simulator) {
        (Some(ChimeEndpoint::Url(url)), _) => Some(url.clone()),
        (_, Some(simulator)) => Some(simulator.endpoint()),
        (_, None) => None,
    };
    let chime = match &chime_endpoint {
        Some(url) => format!("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS={url}"),
        None => format!("the real service in {}, with your AWS credentials", options.region()),
    };
    let mut tenants = None;
    let front = if options.simulator_only {
        None
    } else {
        let settings = settings(options, &issuer, chime_endpoint);
        // Tokens of another issuer can't be made here, so there is no curl that works when pasted.
        tenants = if has_own_issuer() { None } else { Some(sample_tenants(&read_policy(options)?)) };
        let aws = aws::environment(&options.region(), options.chime_endpoint.as_ref()).await?;
        Some(start_front(options, gateway::handler(&settings, aws).await?)?)
    };
    // Waits for Ctrl-C from here on, not only after the welcome.
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    tokio::select! {
        biased;
        interrupted = &mut interrupt => return interrupted.map_err(|error| cannot_wait(&error)),
        () = std::future::ready(()) => {}
    }
    let url = front.as_ref().map(Front::url);
    let text = welcome::text(url.as_deref(), &chime, &issuer, tenants.as_deref())
        .map_err(|error| error.to_string())?;
    print(&text)?;
    interrupt.await.map_err(|error| cannot_wait(&error))
}

fn cannot_wait(error: &io::Error) -> String {
    format!("cannot wait for Ctrl-C: {error}")
}

/// The settings of an identity provider, which the environment may give in place of the issuer that is started here.
const WHO_IS_ASKING: &[&str] = &[
    "JWT_ISSUER", "JWT_AUDIENCE", "JWKS_URI", "JWKS_FILE", "JWT_ISSUERS", "TOKEN_USE", "TENANT_CLAIM",
    "SCOPE_CLAIM", "GROUPS_CLAIM", "SUBJECT_CLAIM",
];

/// The AWS SDKs' own variables that count for the real Chime.
const HOW_AWS_IS_CALLED: &[&str] =
    &["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_SDK_UA_APP_ID"];

fn from_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether the environment names an identity provider of the user's own.
fn has_own_issuer() -> bool {
    from_environment("JWT_ISSUER").is_some() || from_environment("JWT_ISSUERS").is_some()
}

/// What the deployed function would find in its environment.
fn settings(options: &Options, issuer: &Issuer, chime_endpoint: Option<String>) -> BTreeMap<String, String> {
    let region = options.region();
    let local_queue = format!("arn:aws:sqs:{region}:{ACCOUNT}:local-notifications");
    let queue = from_environment("NOTIFICATIONS_QUEUE_ARN");
    let mut settings = BTreeMap::from([
        ("AUTH_MODE".to_owned(), "bearer".to_owned()),
        ("JWT_ISSUER".to_owned(), issuer.issuer_url()),
        ("JWT_AUDIENCE".to_owned(), AUDIENCE.to_owned()),
        ("NOTIFICATIONS_QUEUE_ARN".to_owned(), queue.unwrap_or(local_queue)),
        ("GATEWAY_NAME".to_owned(), GATEWAY_NAME.to_owned()),
        ("AWS_REGION".to_owned(), region),
        ("POLICY_FILE".to_owned(), options.policy_file().display().to_string()),
    ]);
    if has_own_issuer() {
        settings.retain(|name, _| !WHO_IS_ASKING.contains(&name.as_str()));
    }
    for name in WHO_IS_ASKING {
        settings.extend(from_environment(name).map(|value| ((*name).to_owned(), value)));
    }
    if options.chime_endpoint == Some(ChimeEndpoint::Aws) {
        for name in HOW_AWS_IS_CALLED {
            settings.extend(from_environment(name).map(|value| ((*name).to_owned(), value)));
        }
    }
    if let Some(url) = chime_endpoint {
        settings.insert("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS".to_owned(), url);
    }
    settings
}

fn check_policy(file: &std::path::Path, region: &str) -> Result<(), String> {
    let document = std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let rights = gateway::check_policy(&document, region).map_err(|faults| faults.join("\n"))?;
    print(&format!("{}: no fault found\n{rights}", file.display()))
}

fn read_policy(options: &Options) -> Result<serde_json::Value, String> {
    let file = options.policy_file();
    let document = std::fs::read(&file)
        .map_err(|error| format!("cannot read the policy {}: {error}; see --policy", file.display()))?;
    serde_json::from_slice(&document)
        .map_err(|error| format!("the policy {} is not JSON: {error}", file.display()))
}

fn start_simulator(options: &Options) -> Result<Simulator, String> {
    let address = SocketAddr::new(options.bind, options.simulator_port);
    let simulator = SimulatorOptions {
        log: Some(Box::new(io::stdout())),
        gateway_name: options.tag_of_simulator(),
        ..SimulatorOptions::default()
    };
    Simulator::start_with(address, simulator)
        .map_err(|error| cannot_bind(&error, address, "--simulator-port"))
}

fn start_issuer(options: &Options) -> Result<Issuer, String> {
    let address = SocketAddr::new(options.bind, options.issuer_port);
    Issuer::start(address).map_err(|error| match error {
        IssuerError::Bind(error) => cannot_bind(&error, address, "--issuer-port"),
        other => other.to_string(),
    })
}

fn start_front(options: &Options, handler: local::front::Handler) -> Result<Front, String> {
    let address = SocketAddr::new(options.bind, options.port);
    let routes = OPERATIONS.iter().map(Route::from).collect();
    Front::start(address, routes, handler).map_err(|error| cannot_bind(&error, address, "--port"))
}

fn cannot_bind(error: &io::Error, address: SocketAddr, option: &str) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => {
            format!("port {} on {} is in use; choose another with {option}", address.port(), address.ip())
        }
        ErrorKind::AddrNotAvailable => {
            format!("{} is not an address of this machine; see --bind", address.ip())
        }
        _ => format!("cannot listen on {address}: {error}"),
    }
}

fn print(text: &str) -> Result<(), String> {
    let mut output = io::stdout().lock();
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
        .map_err(|error| format!("cannot write to the standard output: {error}"))
}
