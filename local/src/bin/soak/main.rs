//! `cargo run -p local --bin soak`: the gateway's own binary under load while Chime fails in every way.
//!
//! Clients come through the HTTP front, which hands each request to one of a pool of gateway processes, as Lambda does.
//! Each client has a key of its own for each meeting and asks again with it until it has the meeting. In the end, Chime
//! has exactly one meeting per key.
//!
//! With `--attendees` people come and go in the meetings, and with `--sqs-endpoint` all of that is told to a queue.

mod books;
mod client;
mod options;
mod pool;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::Parser;
use local::front::{FUNCTION_TIMEOUT, Front, Route};
use local::issuer::{Issuer, TokenRequest};
use local::runtime_api::Pool;
use local::simulator::{EventTarget, Extent, Fault, Injection, Simulator, SimulatorOptions, TransportFault};
use meeting_gateway::operation::OPERATIONS;
use serde_json::json;
use tokio::task::JoinSet;

use self::client::{Client, Run};
use self::options::Options;

/// Memory may grow by this factor, and this much more, after the first fifth of the requests.
const MAX_GROWTH: (f64, u64) = (1.10, 1024);

#[tokio::main]
async fn main() -> ExitCode {
    let ended = soak(&Options::parse()).await;
    let (text, code) = match ended {
        Ok(report) => (report, ExitCode::SUCCESS),
        Err(message) => (format!("FAILED: {message}\n"), ExitCode::FAILURE),
    };
    // There is nowhere to report a failure of this.
    let _ = io::stdout().write_all(text.as_bytes());
    code
}

async fn soak(options: &Options) -> Result<String, String> {
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let cannot = |what: &'static str| move |error: io::Error| format!("cannot start {what}: {error}");
    let simulator_options = SimulatorOptions {
        seed: options.seed,
        events: options.sqs_endpoint.clone().map_or(EventTarget::Nowhere, EventTarget::Sqs),
        ..SimulatorOptions::default()
    };
    let simulator =
        Simulator::start_with(loopback, simulator_options).map_err(cannot("the Chime simulator"))?;
    let issuer = Issuer::start(loopback).map_err(|error| error.to_string())?;
    let pool = pool::start(options, &simulator, &issuer).await?;
    let routes = OPERATIONS.iter().map(Route::from).collect();
    let front =
        Front::start(loopback, routes, pool.handler(FUNCTION_TIMEOUT)).map_err(cannot("the HTTP front"))?;
    let faults = faults()?;
    for (_, fault) in &faults {
        let extent = Extent::Rate(options.rate);
        simulator.arm(Injection { fault: fault.clone(), extent, operation: None });
    }

    let run = Arc::new(Run::new(options, front.address()));
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for number in 0..options.clients {
        let subject = format!("client-{number}");
        let request = TokenRequest { subject, ..TokenRequest::new("acme", &["hosts"]) };
        let token = issuer.token(&request).map_err(|error| error.to_string())?;
        clients.spawn(Client { run: Arc::clone(&run), token, connection: None }.work());
    }
    let memory = watch(&run, &pool, started).await?;
    for ended in clients.join_all().await {
        ended?;
    }
    let elapsed = started.elapsed();
    let mut report = check_outcome(options, &run, &pool, &simulator, &memory, elapsed, &faults)?;
    if options.sqs_endpoint.is_some() {
        report.push_str(&books::check_events(options, &simulator).await?);
    }
    Ok(report)
}

/// Every kind of fault, with its name in the report.
fn faults() -> Result<Vec<(&'static str, Fault)>, String> {
    let exception = |name: &str| Fault::exception(name).ok_or_else(|| format!("no exception {name}"));
    Ok(vec![
        ("a reset before the request was read", TransportFault::ResetBeforeRead {}.into()),
        ("a stale pooled connection", TransportFault::ResetReusedConnection {}.into()),
        ("throttling", exception("ThrottlingException")?),
        ("a full quota", exception("LimitExceededException")?),
        ("a conflict", exception("ConflictException")?),
        ("a failure once created", exception("ServiceFailureException")?.after_creating()),
        ("unavailability", exception("ServiceUnavailableException")?),
        ("a refusal by IAM", exception("AccessDeniedException")?),
        ("a body that is no JSON", TransportFault::UnparseableBody { status: 201 }.into()),
        ("a truncated body", TransportFault::TruncatedBody {}.into()),
        ("a success without a meeting", TransportFault::NoMeeting {}.into()),
        ("another meeting", other_meeting()),
        ("a reset once created", TransportFault::ResetAfterRead { creates: true }.into()),
        ("a reset, nothing created", TransportFault::ResetAfterRead { creates: false }.into()),
        ("an end once created", TransportFault::CloseAfterRead { creates: true }.into()),
        ("an end after the answer", TransportFault::CloseAfterAnswer {}.into()),
        ("slow headers", TransportFault::DelayedHeaders { milliseconds: 300 }.into()),
        ("a slow body", TransportFault::SlowBody { bytes: 200, pause_milliseconds: 20 }.into()),
        ("silence once created", TransportFault::BlackHole { creates: true }.into()),
    ])
}

fn other_meeting() -> Fault {
    let members = [("TenantIds".to_owned(), json!(["globex"]))].into_iter().collect();
    TransportFault::OtherMeeting { members }.into()
}

/// Memory after the first fifth of the meetings, and the highest of all later readings, for each process.
struct Memory {
    early: Vec<u64>,
    highest: Vec<u64>,
    last: Vec<u64>,
}

/// Reads the processes' memory until all meetings exist or nothing has happened for too long.
async fn watch(run: &Run, pool: &Pool, started: Instant) -> Result<Memory, String> {
    const SILENCE: Duration = Duration::from_secs(60);
    let mut memory: Option<Memory> = None;
    let (mut before, mut since, mut told) = (0, Instant::now(), 0);
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let done = run.done.load(Ordering::Relaxed);
        let now = pool::memory(pool)?;
        if done.saturating_mul(5) >= run.meetings {
            let memory = memory.get_or_insert_with(|| Memory {
                early: now.clone(),
                highest: now.clone(),
                last: now.clone(),
            });
            memory.highest.iter_mut().zip(&now).for_each(|(highest, now)| *highest = (*highest).max(*now));
            memory.last = now;
        }
        let tenth = done.saturating_mul(10).checked_div(run.meetings).unwrap_or_default();
        if tenth > told {
            told = tenth;
            let line = format!("{:>6.0} s  {done} meetings\n", started.elapsed().as_secs_f64());
            // Output that can't be written is not a failure.
            let _ = io::stderr().write_all(line.as_bytes());
        }
        if done != before {
            (before, since) = (done, Instant::now());
        }
        match memory {
            Some(memory) if done >= run.meetings => return Ok(memory),
            // The clients' own errors say why.
            Some(memory) if since.elapsed() > SILENCE => return Ok(memory),
            None if since.elapsed() > SILENCE => {
                return Err(format!("nothing has happened for {SILENCE:?}, {done} meetings are there"));
            }
            kept => memory = kept,
        }
    }
}

fn check_outcome(
    options: &Options,
    run: &Run,
    pool: &Pool,
    simulator: &Simulator,
    memory: &Memory,
    elapsed: Duration,
    faults: &[(&'static str, Fault)],
) -> Result<String, String> {
    let unanswered = pool.unanswered();
    if let Some(first) = unanswered.first() {
        return Err(format!("{} invocation(s) had no answer, the first: {first}", unanswered.len()));
    }
    let handed_out: BTreeSet<String> = run.created.lock().iter().cloned().collect();
    let at_chime: BTreeSet<String> =
        simulator.meetings().iter().map(|meeting| meeting.id().to_owned()).collect();
    let keys = run.done.load(Ordering::Relaxed);
    if keys != options.meetings || handed_out.len() != keys || at_chime != handed_out {
        return Err(format!(
            "{keys} keys were given {} meetings, and Chime has {}",
            handed_out.len(),
            at_chime.len()
        ));
    }
    let (factor, slack) = MAX_GROWTH;
    for (early, highest) in memory.early.iter().zip(&memory.highest) {
        if *highest as f64 > *early as f64 * factor + slack as f64 {
            return Err(format!("a process grew from {early} to {highest} KiB"));
        }
    }
    let requests = run.requests.load(Ordering::Relaxed);
    let asked = simulator.requests().len();
    let mut report = format!(
        "{keys} keys, {} meetings at Chime, the same ones; {requests} requests of {} clients, {asked} requests that Chime \
         read; {:.0} s, {:.0} requests a second, the longest {:.1} s\n",
        at_chime.len(),
        options.clients,
        elapsed.as_secs_f64(),
        requests as f64 / elapsed.as_secs_f64(),
        run.longest.lock().as_secs_f64(),
    );
    report.push_str(&format!(
        "{} faults, each on {:.1} % of what reached Chime\n",
        faults.len(),
        options.rate * 100.0
    ));
    for ((status, code), count) in run.answers.lock().iter() {
        report.push_str(&format!("{count:>8}  {status} {code}\n"));
    }
    let range = |values: &[u64]| {
        format!("{} to {}", values.iter().min().unwrap_or(&0), values.iter().max().unwrap_or(&0))
    };
    report.push_str(&format!(
        "resident memory of {} processes, KiB: {} after a fifth, {} at most afterwards, {} in the end\n",
        pool.processes().len(),
        range(&memory.early),
        range(&memory.highest),
        range(&memory.last),
    ));
    Ok(report)
}
