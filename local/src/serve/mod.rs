//! `serve`: the gateway and everything that it talks to.

mod listen_error;
mod services;
mod settings;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use local::front::{Front, Route};
use local::sample_tenants::sample_tenants;
use meeting_gateway::operation::OPERATIONS;

use self::listen_error::cannot_bind;
use self::services::Services;
use self::settings::{has_own_issuer, settings};
use crate::check::Stack;
use crate::cli::ServeOptions;
use crate::endpoint::ChimeEndpoint;
use crate::gateway;
use crate::output::Output;
use crate::playground::{Exchanges, Playground};
use crate::registry::Registry;
use crate::welcome::Welcome;

/// Starts everything and runs until Ctrl-C.
pub(crate) async fn run(options: &ServeOptions) -> Result<(), String> {
    options.check_remote_use()?;
    let output = Output::default();
    let services = Services::start(options, &output).await?;
    let mut tenants = None;
    let front = if options.simulator_only {
        None
    } else {
        // Tokens of another issuer can't be made here, so there is no curl that works when pasted.
        tenants = if has_own_issuer() { None } else { Some(sample_tenants(&read_policy(options)?)) };
        Some(start_gateway(options, &services, &output).await?)
    };
    // Waits for Ctrl-C from here on, not only after the welcome.
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    tokio::select! {
        biased;
        interrupted = &mut interrupt => return interrupted.map_err(|error| cannot_wait(&error)),
        () = std::future::ready(()) => {}
    }
    let policy = options.policy_file();
    let registry = services.registry.as_deref().map(Registry::settings);
    let welcome = Welcome {
        front: front.as_ref().map(Front::url),
        chime: match services.chime_endpoint(options) {
            Some(url) => format!("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS={url}"),
            None => format!("the real service in {}, with your AWS credentials", options.region()),
        },
        registry: registry.map(|settings| settings.map(|(name, value)| format!("{name}={value}")).join(" ")),
        issuer: services.issuer.issuer_url(),
        policy: front.is_some().then_some(policy.as_path()),
        tenants,
    };
    let printed = output.welcome(&welcome.text());
    printed.map_err(|error| format!("cannot write to the standard output: {error}"))?;
    interrupt.await.map_err(|error| cannot_wait(&error))?;
    match services.simulator.map_or(0, |simulator| simulator.waiting_events()) {
        0 => Ok(()),
        waiting => Err(format!("{waiting} events of meetings were not sent yet, and are lost")),
    }
}

/// Starts the gateway behind the front, and the page beside it.
async fn start_gateway(
    options: &ServeOptions,
    services: &Services,
    output: &Output,
) -> Result<Front, String> {
    let Services { issuer, simulator, queue, registry, aws } = services;
    let mut settings = settings(options, issuer, services.chime_endpoint(options));
    settings.extend(registry.iter().flat_map(|registry| registry.settings()));
    let environment = gateway::Environment { settings, aws: aws.clone() };
    let stack = Stack { region: options.region(), has_registry: registry.is_some() };
    let exchanges = Exchanges::new(simulator.clone());
    let (handler, policy) =
        gateway::start(environment, &stack, output.clone(), Arc::clone(&exchanges)).await?;
    let playground = Arc::new(Playground {
        issuer: (!has_own_issuer()).then(|| Arc::clone(issuer)),
        simulator: simulator.clone(),
        queue: queue.clone(),
        registry: registry.clone(),
        chime: options.chime_endpoint.as_ref().map_or("simulator".to_owned(), ChimeEndpoint::to_string),
        stack,
        policy,
        allows_trial: !options.opens_credentials(),
        exchanges,
    });
    let address = SocketAddr::new(options.bind, options.port);
    let routes = OPERATIONS.iter().map(Route::from).collect();
    Front::start_with_pages(address, routes, handler, playground.pages())
        .map_err(|error| cannot_bind(&error, address, "--port"))
}

fn read_policy(options: &ServeOptions) -> Result<serde_json::Value, String> {
    let file = options.policy_file();
    let document = std::fs::read(&file)
        .map_err(|error| format!("cannot read the policy {}: {error}; see --policy", file.display()))?;
    serde_json::from_slice(&document)
        .map_err(|error| format!("the policy {} is not JSON: {error}", file.display()))
}

fn cannot_wait(error: &io::Error) -> String {
    format!("cannot wait for Ctrl-C: {error}")
}
