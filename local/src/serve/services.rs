//! What the gateway talks to, as far as it is played here.

use std::net::SocketAddr;
use std::sync::Arc;

use local::dynamodb::{Dynamodb, DynamodbOptions, TABLE};
use local::issuer::{Issuer, IssuerError};
use local::queue::Queue;
use local::simulator::{EventTarget, Simulator, SimulatorOptions};
use meeting_gateway::config::AwsEnvironment;

use super::listen_error::cannot_bind;
use super::settings::notifications_settings;
use crate::cli::ServeOptions;
use crate::endpoint::{ChimeEndpoint, RegistryEndpoint, SqsEndpoint};
use crate::environment_variables::variable;
use crate::output::Output;
use crate::registry::Registry;
use crate::{aws, notifications};

/// What the gateway talks to.
pub(super) struct Services {
    pub(super) issuer: Arc<Issuer>,
    /// Chime, where it is simulated here.
    pub(super) simulator: Option<Arc<Simulator>>,
    /// The queue of meeting events with its reader, where it is played here.
    pub(super) queue: Option<Queue>,
    /// The registry's table; none where there is to be no registry.
    pub(super) registry: Option<Arc<Registry>>,
    pub(super) aws: AwsEnvironment,
}

impl Services {
    /// Starts everything.
    ///
    /// # Errors
    /// What can't be started, and why.
    pub(super) async fn start(options: &ServeOptions, output: &Output) -> Result<Self, String> {
        let issuer = Arc::new(start_issuer(options)?);
        let aws = aws::environment(options).await?;
        let registry = start_registry(options, &aws, output.clone()).await?.map(Arc::new);
        let queue = if has_queue(options) {
            let registry = registry.as_deref().map(Registry::settings);
            let settings = notifications_settings(options, registry.as_ref());
            Some(notifications::queue(&settings, aws.clone(), output.clone())?)
        } else {
            None
        };
        let simulator = match options.chime_endpoint {
            None => Some(Arc::new(start_simulator(options, queue.clone(), output.clone())?)),
            Some(_) => None,
        };
        Ok(Self { issuer, simulator, queue, registry, aws })
    }

    /// The URL of Chime. None for the real service.
    pub(super) fn chime_endpoint(&self, options: &ServeOptions) -> Option<String> {
        match (&options.chime_endpoint, &self.simulator) {
            (Some(ChimeEndpoint::Url(url)), _) => Some(url.clone()),
            (_, Some(simulator)) => Some(simulator.endpoint()),
            (_, None) => None,
        }
    }
}

/// Whether the queue of events is played here: the simulator's events go to no other, and the function that reads it is started too.
fn has_queue(options: &ServeOptions) -> bool {
    options.chime_endpoint.is_none() && options.sqs_endpoint.is_none() && !options.simulator_only
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
