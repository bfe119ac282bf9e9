//! `explain`: what a request would get, and why.
//!
//! The gateway itself serves the request, between an authorizer that passes the given claims on and the simulator, so the
//! request to Chime is exact. What is added here is where each value comes from.

mod claim_names;
mod command;
mod event;
mod page;
mod placeholders;
mod policy;
mod report;
mod room;
mod values;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use local::dynamodb::Dynamodb;
use local::simulator::{ACCOUNT, PlantedMeeting, Simulator};
use meeting_gateway::api_gateway::HttpRequest;
use meeting_gateway::auth::{Caller, authorizer};
use meeting_gateway::config::{AuthSettings, Config};
use meeting_gateway::gateway::Invocation;
use meeting_gateway::operation::{OPERATIONS, Operation};
use meeting_gateway::settings::Settings;
use meeting_gateway::start;
use serde_json::Value;
use tokio::time::Instant;

pub(crate) use self::command::run;
use self::event::Asked;
pub(crate) use self::page::answer;
use self::placeholders::{ATTENDEE, GATEWAY_NAME, MEETING, QUEUE, ROOM};
use self::report::Explained;
use self::values::rows;
use crate::aws;
use crate::check::{Fault, Stack, load};

/// Long enough for a few requests on this machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Explains a request to a gateway with that policy document in that stack. Its log line is not written.
///
/// # Errors
/// When the document has faults, or the claims identify no caller.
async fn explain(document: &[u8], stack: &Stack, asked: &Asked) -> Result<Explained, ExplainError> {
    let Stack { region, has_registry } = stack;
    load(document, stack).map_err(ExplainError::Faults)?;
    let simulator = Simulator::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .map_err(|error| ExplainError::Failed(format!("cannot start the Chime simulator: {error}")))?;
    let dynamodb = start_registry(*has_registry)?;
    let mut settings = settings(region, &simulator);
    settings.extend(claim_names::settings(&asked.claims).map_err(ExplainError::Failed)?);
    settings.extend(dynamodb.iter().flat_map(Dynamodb::settings));
    let lookup = |name: &str| settings.get(name).cloned();
    let config = Config::read_with_policy(&Settings::new(&lookup), aws::made_up(region), document)
        .map_err(|error| ExplainError::Failed(error.to_string()))?;
    let AuthSettings::Authorizer(names) = &config.auth else {
        return Err(ExplainError::Failed("the gateway is not in authorizer mode".to_owned()));
    };
    let event = asked.event(MEETING, ATTENDEE, ROOM);
    let request = HttpRequest::from_event(&event)
        .map_err(|error| ExplainError::Failed(format!("invalid event: {error}")))?;
    let caller = authorizer::authenticate(&request.authorizer, names)
        .map_err(|error| ExplainError::NoCaller(error.to_string()))?;
    let policy = meeting_gateway::policy::explain(document, &stack.deployment(), &caller)
        .map_err(|errors| ExplainError::Failed(errors.iter().map(|error| format!("{error}\n")).collect()))?;
    let tenant_ids = policy.tenant_ids.as_ref().map_or(&[][..], |(ids, _)| ids);
    plant(&simulator, region, asked, &caller, tenant_ids);

    let deadline = Instant::now().checked_add(PATIENCE).unwrap_or_else(Instant::now);
    if room::is_open(asked, &policy) {
        room::open(&config, &caller, deadline).await.map_err(ExplainError::Failed)?;
    }
    let gateway = start::gateway(config);
    let invocation = Invocation { request_id: "explain", trace_id: None, deadline };
    let answer = gateway.handle(&event, invocation).await.answer;
    let status = answer.status;
    let problem: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let problem = if status < 300 { Value::Null } else { problem };
    let requests = simulator.requests();
    let rows = rows(&policy, asked, &requests, &problem);
    let document = serde_json::from_slice(document).unwrap_or_default();
    Ok(Explained { operation: asked.operation, caller, policy, document, rows, requests, status, problem })
}

/// The operation of that name.
///
/// # Errors
/// The names that there are.
fn operation(name: &str) -> Result<&'static Operation, String> {
    OPERATIONS.iter().find(|operation| operation.name == name).ok_or_else(|| {
        let names: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
        format!("unknown operation `{name}`; there are {}", names.join(", "))
    })
}

/// Why a request can't be explained.
#[derive(Debug, thiserror::Error)]
enum ExplainError {
    /// The policy document has faults.
    #[error("the policy document has faults")]
    Faults(Vec<Fault>),
    /// The claims lack what an identity is made of.
    #[error("the claims identify no caller: {0}")]
    NoCaller(String),
    /// A fault of this machine or of the settings in its environment.
    #[error("{0}")]
    Failed(String),
}

/// The registry's table, empty.
fn start_registry(has_registry: bool) -> Result<Option<Dynamodb>, ExplainError> {
    let start = || Dynamodb::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let started = has_registry.then(start).transpose();
    started.map_err(|error| ExplainError::Failed(format!("cannot start the registry's table: {error}")))
}

/// The settings of a gateway behind an authorizer, with placeholders for its name and its queue.
fn settings(region: &str, simulator: &Simulator) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("AUTH_MODE".to_owned(), "authorizer".to_owned()),
        ("NOTIFICATIONS_QUEUE_ARN".to_owned(), format!("arn:aws:sqs:{region}:{ACCOUNT}:{QUEUE}")),
        ("GATEWAY_NAME".to_owned(), GATEWAY_NAME.to_owned()),
        ("AWS_REGION".to_owned(), region.to_owned()),
        // Only a name in messages: the document is given.
        ("POLICY_FILE".to_owned(), "the policy document".to_owned()),
        ("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS".to_owned(), simulator.endpoint()),
    ])
}

/// Adds the meetings that the request names, as meetings of the tenant.
fn plant(simulator: &Simulator, region: &str, asked: &Asked, caller: &Caller, tenant_ids: &[String]) {
    let own = [(ATTENDEE, caller.subject())];
    let meeting =
        PlantedMeeting { id: MEETING, region, tenant_ids, gateway_name: GATEWAY_NAME, attendees: &own };
    simulator.plant(&meeting);
    let body = asked.json_body();
    let primary = ["/PrimaryMeetingId", "/Meeting/PrimaryMeetingId"].iter();
    for primary in primary.filter_map(|pointer| body.pointer(pointer)?.as_str()) {
        simulator.plant(&PlantedMeeting { id: primary, attendees: &[], ..meeting });
    }
}
