//! `serve`: the gateway and everything that it talks to.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;

use local::dynamodb::{Dynamodb, DynamodbOptions, TABLE};
use local::front::{Front, Handler, Pages, Route};
use local::issuer::{AUDIENCE, Issuer, IssuerError};
use local::queue::Queue;
use local::sample_tenants::sample_tenants;
use local::simulator::{ACCOUNT, EventTarget, Simulator, SimulatorOptions};
use meeting_gateway::config::AwsEnvironment;
use meeting_gateway::operation::OPERATIONS;

use crate::check::Stack;
use crate::cli::{GATEWAY_NAME, ServeOptions};
use crate::endpoint::{ChimeEndpoint, RegistryEndpoint, SqsEndpoint};
use crate::environment_variables::{CLAIM_SETTINGS, variable, variables};
use crate::output::Output;
use crate::playground::{Exchanges, Playground};
use crate::registry::Registry;
use crate::welcome::Welcome;
use crate::{aws, gateway, notifications};

/// Starts everything and runs until Ctrl-C.
pub(crate) async fn run(options: &ServeOptions) -> Result<(), String> {
    options.check_remote_use()?;
    let output = Output::default();
    let issuer = Arc::new(start_issuer(options)?);
    let aws = aws::environment(options).await?;
    let registry = start_registry(options, &aws, output.clone()).await?.map(Arc::new);
    let registry_settings = registry.as_deref().map(Registry::settings);
    let queue = if has_queue(options) {
        let settings = notifications_settings(options, registry_settings.as_ref());
        Some(notifications::queue(&settings, aws.clone(), output.clone())?)
    } else {
        None
    };
    let simulator = match options.chime_endpoint {
        None => Some(Arc::new(start_simulator(options, queue.clone(), output.clone())?)),
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
        let mut settings = settings(options, &issuer, chime_endpoint);
        settings.extend(registry_settings.clone().into_iter().flatten());
        // Tokens of another issuer can't be made here, so there is no curl that works when pasted.
        tenants = if has_own_issuer() { None } else { Some(sample_tenants(&read_policy(options)?)) };
        let environment = gateway::Environment { settings, aws };
        let exchanges = Exchanges::new(simulator.clone());
        let stack = Stack { region: options.region(), has_registry: registry.is_some() };
        let (handler, policy) =
            gateway::start(environment, &stack, output.clone(), Arc::clone(&exchanges)).await?;
        let playground = Arc::new(Playground {
            issuer: (!has_own_issuer()).then(|| Arc::clone(&issuer)),
            simulator: simulator.clone(),
            queue: queue.clone(),
            registry: registry.clone(),
            chime: options.chime_endpoint.as_ref().map_or("simulator".to_owned(), ChimeEndpoint::to_string),
            stack: stack.clone(),
            policy,
            allows_trial: !options.opens_credentials(),
            exchanges,
        });
        Some(start_front(options, handler, playground.pages())?)
    };
    // Waits for Ctrl-C from here on, not only after the welcome.
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    tokio::select! {
        biased;
        interrupted = &mut interrupt => return interrupted.map_err(|error| cannot_wait(&error)),
        () = std::future::ready(()) => {}
    }
    let policy = options.policy_file();
    let welcome = Welcome {
        front: front.as_ref().map(Front::url),
        chime,
        registry: registry_settings
            .map(|settings| settings.map(|(name, value)| format!("{name}={value}")).join(" ")),
        issuer: issuer.issuer_url(),
        policy: front.is_some().then_some(policy.as_path()),
        tenants,
    };
    let printed = output.welcome(&welcome.text());
    printed.map_err(|error| format!("cannot write to the standard output: {error}"))?;
    interrupt.await.map_err(|error| cannot_wait(&error))?;
    match simulator.map_or(0, |simulator| simulator.waiting_events()) {
        0 => Ok(()),
        waiting => Err(format!("{waiting} events of meetings were not sent yet, and are lost")),
    }
}

fn cannot_wait(error: &io::Error) -> String {
    format!("cannot wait for Ctrl-C: {error}")
}

/// The settings of an identity provider, which the environment may give in place of the issuer that is started here.
const ISSUER_SETTINGS: &[&str] =
    &["JWT_ISSUER", "JWT_AUDIENCE", "JWKS_URI", "JWKS_FILE", "JWT_ISSUERS", "TOKEN_USE"];

/// The AWS SDKs' own variables that count for the real Chime.
const HOW_AWS_IS_CALLED: &[&str] =
    &["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_SDK_UA_APP_ID"];

/// Whether the environment names an identity provider of the user's own.
fn has_own_issuer() -> bool {
    variable("JWT_ISSUER").is_some() || variable("JWT_ISSUERS").is_some()
}

/// What the deployed function would find in its environment.
fn settings(
    options: &ServeOptions,
    issuer: &Issuer,
    chime_endpoint: Option<String>,
) -> BTreeMap<String, String> {
    let region = options.region();
    let local_queue = format!("arn:aws:sqs:{region}:{ACCOUNT}:local-notifications");
    let queue = variable("NOTIFICATIONS_QUEUE_ARN");
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
        settings.retain(|name, _| !ISSUER_SETTINGS.contains(&name.as_str()));
    }
    settings.extend(variables(ISSUER_SETTINGS).chain(variables(CLAIM_SETTINGS)));
    if options.chime_endpoint == Some(ChimeEndpoint::Aws) {
        settings.extend(variables(HOW_AWS_IS_CALLED));
    }
    if let Some(url) = chime_endpoint {
        settings.insert("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS".to_owned(), url);
    }
    settings
}

fn read_policy(options: &ServeOptions) -> Result<serde_json::Value, String> {
    let file = options.policy_file();
    let document = std::fs::read(&file)
        .map_err(|error| format!("cannot read the policy {}: {error}; see --policy", file.display()))?;
    serde_json::from_slice(&document)
        .map_err(|error| format!("the policy {} is not JSON: {error}", file.display()))
}

/// Whether the queue of events is played here: the simulator's events go to no other, and the function that reads it is started too.
fn has_queue(options: &ServeOptions) -> bool {
    options.chime_endpoint.is_none() && options.sqs_endpoint.is_none() && !options.simulator_only
}

/// What the deployed function `notifications` would find in its environment, without a bus.
fn notifications_settings(
    options: &ServeOptions,
    registry: Option<&[(String, String); 2]>,
) -> BTreeMap<String, String> {
    let own = [("GATEWAY_NAME", GATEWAY_NAME.to_owned()), ("AWS_REGION", options.region())];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    own.into_iter().chain(registry.into_iter().flatten().cloned()).collect()
}

fn start_simulator(
    options: &ServeOptions,
    queue: Option<Queue>,
    output: Output,
) -> Result<Simulator, String> {
    let address = SocketAddr::new(options.bind, options.simulator_port);
    let events = match (&options.sqs_endpoint, queue) {
        (Some(SqsEndpoint::Url(url)), _) => EventTarget::Sqs(url.clone()),
        (None, Some(queue)) => EventTarget::Queue(queue),
        (Some(SqsEndpoint::None), _) | (None, None) => EventTarget::Nowhere,
    };
    let simulator = SimulatorOptions {
        log: Some(Box::new(output)),
        gateway_name: options.tag_of_simulator(),
        events,
        ..SimulatorOptions::default()
    };
    Simulator::start_with(address, simulator)
        .map_err(|error| cannot_bind(&error, address, "--simulator-port"))
}

/// The registry's table; none where there is to be no registry.
async fn start_registry(
    options: &ServeOptions,
    aws: &AwsEnvironment,
    output: Output,
) -> Result<Option<Registry>, String> {
    match &options.registry {
        Some(RegistryEndpoint::None) => Ok(None),
        Some(RegistryEndpoint::Url(url)) => {
            let table = variable("REGISTRY_TABLE").unwrap_or_else(|| TABLE.to_owned());
            Registry::elsewhere(url.clone(), table, aws).await.map(Some)
        }
        None => {
            let address = SocketAddr::new(options.bind, options.registry_port);
            let dynamodb = Dynamodb::start_with(address, DynamodbOptions { log: Some(Box::new(output)) })
                .map_err(|error| cannot_bind(&error, address, "--registry-port"))?;
            Ok(Some(Registry::played(dynamodb)))
        }
    }
}

fn start_issuer(options: &ServeOptions) -> Result<Issuer, String> {
    let address = SocketAddr::new(options.bind, options.issuer_port);
    Issuer::start(address).map_err(|error| match error {
        IssuerError::Bind(error) => cannot_bind(&error, address, "--issuer-port"),
        other => other.to_string(),
    })
}

fn start_front(options: &ServeOptions, handler: Handler, pages: Pages) -> Result<Front, String> {
    let address = SocketAddr::new(options.bind, options.port);
    let routes = OPERATIONS.iter().map(Route::from).collect();
    Front::start_with_pages(address, routes, handler, pages)
        .map_err(|error| cannot_bind(&error, address, "--port"))
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
