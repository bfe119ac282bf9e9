//! `explain`: what a request would get, and why.
//!
//! The gateway itself serves the request, between an authorizer that passes the given claims on and the simulator, so the
//! request to Chime is exact. What is added here is where each value comes from.

mod event;
mod placeholders;
mod report;
mod room;
mod values;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use local::dynamodb::Dynamodb;
use local::simulator::{ACCOUNT, PlantedMeeting, Simulator};
use meeting_gateway::api_gateway::HttpRequest;
use meeting_gateway::auth::{Caller, authorizer};
use meeting_gateway::config::AuthSettings;
use meeting_gateway::gateway::Invocation;
use meeting_gateway::operation::{OPERATIONS, Operation};
use meeting_gateway::policy;
use meeting_gateway::start;
use serde_json::Value;
use tokio::time::Instant;

use self::event::Asked;
use self::placeholders::{ATTENDEE, GATEWAY_NAME, MEETING, QUEUE, ROOM};
use self::report::Explained;
use self::values::rows;
use crate::check::{check, deployment, faults_json};
use crate::cli::{ExplainOptions, policy_file};
use crate::command::{CommandError, Outcome, print, print_json, read};
use crate::gateway::Environment;
use crate::{aws, serve};

/// Long enough for a few requests on this machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Explains the request.
pub(crate) async fn run(options: &ExplainOptions) -> Result<Outcome, CommandError> {
    let file = policy_file(&options.policy);
    let document = std::fs::read(&file)
        .map_err(|error| CommandError(format!("cannot read the policy {}: {error}", file.display())))?;
    let (region, has_registry) = (options.region.get(), options.registry.get());
    if let Err(faults) = check(&document, &region, has_registry) {
        if options.json {
            print_json(&serde_json::json!({ "faults": faults_json(&faults) }))?;
        }
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        return Err(CommandError(faults.join("\n")));
    }
    let operation = operation(&options.operation)?;
    if options.claims.as_os_str() == "-" && options.request.as_deref() == Some("@-") {
        return Err(CommandError("the standard input can be the claims or the request, not both".to_owned()));
    }
    let asked = Asked { operation, claims: claims(&options.claims)?, body: body(options)? };
    let explained = explain(&file, &document, options, &asked).await?;
    if options.json {
        print_json(&report::json(&explained))?;
    } else {
        print(&report::text(&explained))?;
    }
    let is_served = (200..300).contains(&explained.status);
    Ok(if is_served { Outcome::Done } else { Outcome::Faulty })
}

fn operation(name: &str) -> Result<&'static Operation, CommandError> {
    OPERATIONS.iter().find(|operation| operation.name == name).ok_or_else(|| {
        let names: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
        CommandError(format!("unknown operation `{name}`; there are {}", names.join(", ")))
    })
}

fn claims(file: &Path) -> Result<Value, CommandError> {
    let invalid = |why: &str| CommandError(format!("the claims in {} {why}", file.display()));
    let claims: Value =
        serde_json::from_slice(&read(file)?).map_err(|error| invalid(&format!("are not JSON: {error}")))?;
    if claims.is_object() { Ok(claims) } else { Err(invalid("must be a JSON object")) }
}

/// The body: text, or that of a file.
fn body(options: &ExplainOptions) -> Result<Option<String>, CommandError> {
    let Some(text) = &options.request else { return Ok(None) };
    let Some(file) = text.strip_prefix('@') else { return Ok(Some(text.clone())) };
    let text = String::from_utf8(read(Path::new(file))?);
    text.map(Some).map_err(|error| CommandError(format!("the request in {file} is not UTF-8: {error}")))
}

async fn explain(
    file: &Path,
    document: &[u8],
    options: &ExplainOptions,
    asked: &Asked,
) -> Result<Explained, CommandError> {
    let (region, has_registry) = (&options.region.get(), options.registry.get());
    let simulator = Simulator::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .map_err(|error| CommandError(format!("cannot start the Chime simulator: {error}")))?;
    let dynamodb = start_registry(has_registry)?;
    let mut settings = settings(file, region, &simulator);
    settings.extend(dynamodb.iter().flat_map(Dynamodb::settings));
    let environment = Environment { settings, aws: aws::made_up(region) };
    let config = environment.read().map_err(CommandError)?;
    let AuthSettings::Authorizer(names) = &config.auth else {
        return Err(CommandError("the gateway is not in authorizer mode".to_owned()));
    };
    let event = asked.event(MEETING, ATTENDEE, ROOM);
    let request =
        HttpRequest::from_event(&event).map_err(|error| CommandError(format!("invalid event: {error}")))?;
    let caller = authorizer::authenticate(&request.authorizer, names)
        .map_err(|error| CommandError(format!("the claims identify no caller: {error}")))?;
    let policy = policy::explain(document, &deployment(region, has_registry), &caller)
        .map_err(|errors| CommandError(errors.iter().map(|error| format!("{error}\n")).collect()))?;
    let tenant_ids = policy.tenant_ids.as_ref().map_or(&[][..], |(ids, _)| ids);
    plant(&simulator, region, asked, &caller, tenant_ids);

    let deadline = Instant::now().checked_add(PATIENCE).unwrap_or_else(Instant::now);
    if room::is_open(asked, &policy, options.room_is_open) {
        room::open(&config, &caller, deadline).await?;
    }
    let gateway = start::gateway(config);
    let invocation = Invocation { request_id: "explain", trace_id: None, deadline };
    let answer = gateway.handle(&event, invocation).await.answer;
    let status = answer.status;
    let problem: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let problem = if status < 300 { Value::Null } else { problem };
    let requests = simulator.requests();
    let rows = rows(&policy, asked, &requests, &problem);
    Ok(Explained { operation: asked.operation, caller, policy, rows, requests, status, problem })
}

/// The registry's table, empty.
fn start_registry(has_registry: bool) -> Result<Option<Dynamodb>, CommandError> {
    let start = || Dynamodb::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let started = has_registry.then(start).transpose();
    started.map_err(|error| CommandError(format!("cannot start the registry's table: {error}")))
}

/// The settings of a gateway behind an authorizer, with placeholders for its name and its queue.
fn settings(policy: &Path, region: &str, simulator: &Simulator) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::from([
        ("AUTH_MODE".to_owned(), "authorizer".to_owned()),
        ("NOTIFICATIONS_QUEUE_ARN".to_owned(), format!("arn:aws:sqs:{region}:{ACCOUNT}:{QUEUE}")),
        ("GATEWAY_NAME".to_owned(), GATEWAY_NAME.to_owned()),
        ("AWS_REGION".to_owned(), region.to_owned()),
        ("POLICY_FILE".to_owned(), policy.display().to_string()),
        ("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS".to_owned(), simulator.endpoint()),
    ]);
    settings.extend(serve::all_from_environment(serve::CLAIM_SETTINGS));
    settings
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
