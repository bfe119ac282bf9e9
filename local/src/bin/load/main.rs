//! `cargo run -p local --bin load`: a product's users for twenty minutes, at the limits of an account.
//!
//! Users come through API Gateway's throttling to gateway processes, as many as Lambda would start. Chime has its
//! quotas and takes its time, and the queue of its events is read by `notifications`. Every time counts from when a
//! request is meant to be sent, so that a slow answer delays nobody else's request without being seen. In the end
//! everything has to add up: meetings, events, usage.

mod appointments;
mod chime;
mod classes;
mod client;
mod event_source;
mod exams;
mod lines;
mod mix;
mod options;
mod outcome;
mod records;
mod report;
mod schedule;
mod usage;
mod user;
mod world;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use local::dynamodb::Dynamodb;
use local::front::{FUNCTION_TIMEOUT, Front, Route, THROTTLING};
use local::issuer::{AUDIENCE, Issuer};
use local::runtime_api::{Function, Pool};
use local::simulator::{CALL_RATE, EventTarget, Latency, OPEN_MEETINGS, Simulator, SimulatorOptions};
use meeting_gateway::operation::OPERATIONS;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;

use self::event_source::EventSource;
use self::options::Options;
use self::outcome::Outcome;
use self::records::Records;
use self::world::World;

/// How long Chime takes. AWS says nothing about it; these are assumptions.
const LATENCY: Latency = Latency { median: Duration::from_millis(120), p99: Duration::from_millis(400) };

/// How many processes of a function Lambda runs at once: the default quota of an account.
const CONCURRENCY: usize = 1_000;

/// The queue with which the meetings are created.
const QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:events";

/// How long the run takes whose tables docs/capacity.md has.
const MINUTES_OF_THE_PAGE: u32 = 20;

/// How long the last ends of meetings may be repeated.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::main]
async fn main() -> ExitCode {
    let (text, code) = match load(&Options::parse()).await {
        Ok((report, true)) => (report, ExitCode::SUCCESS),
        Ok((report, false)) => (report, ExitCode::FAILURE),
        Err(message) => (format!("FAILED: {message}\n"), ExitCode::FAILURE),
    };
    // There is nowhere to report a failure of this.
    let _ = io::stdout().write_all(text.as_bytes());
    code
}

/// Plays the load. Returns the report and whether everything is as it must be.
async fn load(options: &Options) -> Result<(String, bool), String> {
    if options.write && options.minutes != MINUTES_OF_THE_PAGE {
        return Err(format!(
            "--write needs a run of {MINUTES_OF_THE_PAGE} minutes, as docs/capacity.md says"
        ));
    }
    let folder = std::env::temp_dir().join(format!("load-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let played = play(options, &folder.join("policy.json")).await;
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    let outcome = played?;
    let tables = report::tables(options, &outcome);
    let mut text = tables.clone();
    for fault in outcome.faults.iter().take(20) {
        text.push_str(&format!("FAILED: {fault}\n"));
    }
    if outcome.faults.len() > 20 {
        text.push_str(&format!("FAILED: {} faults in all\n", outcome.faults.len()));
    }
    let passed = outcome.faults.is_empty();
    if passed && options.write {
        report::write(&tables)?;
    }
    Ok((text, passed))
}

async fn play(options: &Options, policy: &Path) -> Result<Outcome, String> {
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let cannot = |what: &'static str| move |error: io::Error| format!("cannot start {what}: {error}");
    std::fs::write(policy, mix::policy().to_string()).map_err(|error| error.to_string())?;
    let (sender, events) = unbounded_channel();
    let simulator = SimulatorOptions {
        seed: options.seed,
        events: EventTarget::Channel(sender),
        max_open_meetings: Some(OPEN_MEETINGS),
        call_rate: Some(CALL_RATE),
        latency: Some(LATENCY),
        ..SimulatorOptions::default()
    };
    let simulator = Simulator::start_with(loopback, simulator).map_err(cannot("the Chime simulator"))?;
    let issuer = Issuer::start(loopback).map_err(|error| error.to_string())?;
    let table = Dynamodb::start(loopback).map_err(cannot("the table"))?;
    let gateway = gateway(options, policy, &simulator, &issuer, &table);
    let gateway = Arc::new(Pool::new(gateway, CONCURRENCY));
    let routes = OPERATIONS.iter().map(Route::from).collect();
    let front = Front::start_throttled(loopback, routes, gateway.handler(FUNCTION_TIMEOUT), THROTTLING);
    let front = front.map_err(cannot("the HTTP front"))?;
    let events = EventSource::start(notifications(options, &table), events);

    // Everybody has a token before the first one comes.
    let start = Instant::now().checked_add(Duration::from_secs(5)).ok_or("the run never begins")?;
    let length = Duration::from_secs(u64::from(options.minutes).saturating_mul(60));
    let end = start.checked_add(length).ok_or("the run never ends")?;
    let latest = end.checked_add(PATIENCE).ok_or("the run never ends")?;
    let address = front.address();
    let world = Arc::new(World {
        simulator,
        issuer,
        front: address,
        records: Records::default(),
        start,
        end,
        latest,
    });
    schedule::play(&world, options.seed).await;
    Ok(Outcome::of(&world, options.minutes, &gateway, &events, &table, LATENCY).await)
}

/// The gateway in bearer mode, with its registry.
fn gateway(
    options: &Options,
    policy: &Path,
    simulator: &Simulator,
    issuer: &Issuer,
    table: &Dynamodb,
) -> Function {
    let settings = [
        ("AUTH_MODE", "bearer".to_owned()),
        ("JWT_ISSUER", issuer.issuer_url()),
        ("JWT_AUDIENCE", AUDIENCE.to_owned()),
        ("POLICY_FILE", policy.display().to_string()),
        ("NOTIFICATIONS_QUEUE_ARN", QUEUE.to_owned()),
        ("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", simulator.endpoint()),
    ];
    with_settings(Function::new(&options.gateway), &settings, table)
}

fn notifications(options: &Options, table: &Dynamodb) -> Function {
    with_settings(Function::new(&options.notifications), &[("EVENT_BUS_NAME", String::new())], table)
}

fn with_settings(function: Function, own: &[(&str, String)], table: &Dynamodb) -> Function {
    let shared = [
        ("GATEWAY_NAME", "load".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDLOCAL".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "made-up".to_owned()),
    ];
    let function = own
        .iter()
        .chain(&shared)
        .fold(function, |function, (name, value)| function.with_environment(name, value));
    let registry = table.settings();
    registry.iter().fold(function, |function, (name, value)| function.with_environment(name, value))
}
