//! `cargo run -p local --bin races`: several gateway processes do the same thing at once, and what Chime has afterwards is
//! what it should have.
//!
//! Each round draws its own conditions: whether requests to the table and to Chime fail and how, whether Chime remembers
//! tokens, whether processes are killed. A round that failed is repeated by its number, with other timing.

mod ask;
mod attack;
mod fleet;
mod limits;
mod options;
mod policy;
mod proxy;
mod rooms;
mod world;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Parser;
use local::dynamodb::Dynamodb;
use local::simulator::{Simulator, SimulatorOptions};

use self::fleet::Fleet;
use self::options::{Options, Race};
use self::proxy::Proxy;
use self::world::World;

#[tokio::main]
async fn main() -> ExitCode {
    let (text, code) = match races(Options::parse()).await {
        Ok(report) => (report, ExitCode::SUCCESS),
        Err(message) => (format!("FAILED: {message}\n"), ExitCode::FAILURE),
    };
    // There is nowhere to report a failure of this.
    let _ = io::stdout().write_all(text.as_bytes());
    code
}

async fn races(options: Options) -> Result<String, String> {
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    // The table that is played stays as long as it is held.
    let (table, _played) = match options.registry.clone() {
        Some(url) => (url, None),
        None => {
            let played = Dynamodb::start(loopback);
            let played = played.map_err(|error| format!("cannot start the table: {error}"))?;
            (played.url(), Some(played))
        }
    };
    let proxy = Proxy::start(&table, options.seed).await?;
    let simulator_options = SimulatorOptions {
        seed: options.seed,
        max_open_meetings: Some(attack::QUOTA),
        ..SimulatorOptions::default()
    };
    let simulator = Simulator::start_with(loopback, simulator_options)
        .map_err(|error| format!("cannot start the Chime simulator: {error}"))?;
    let folder = std::env::temp_dir().join(format!("races-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let file = folder.join("policy.json");
    let rounds = options.first..options.first.saturating_add(options.rounds);
    std::fs::write(&file, policy::document(rounds)).map_err(|error| error.to_string())?;
    let chime = simulator.endpoint();
    let function = fleet::gateway(&options.gateway, &file, &chime, &proxy.url(), &options.table);
    let fleet = Fleet::start(function, options.processes).await;
    let world = fleet.map(|fleet| Arc::new(World { options, simulator, proxy, fleet }));
    let report = match world {
        Ok(world) => play(&world).await,
        Err(message) => Err(message),
    };
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    report
}

async fn play(world: &Arc<World>) -> Result<String, String> {
    let mut report = String::new();
    for race in &world.options.races {
        let started = Instant::now();
        let line = match race {
            Race::Rooms | Race::Limits => rounds(world, *race).await?,
            Race::Attack => attack::play(world).await?,
        };
        let elapsed = started.elapsed().as_secs_f64();
        report.push_str(&format!("{race:?}, {elapsed:.0} s: {line}"));
    }
    report.push_str(&summary(world));
    Ok(report)
}

async fn rounds(world: &Arc<World>, race: Race) -> Result<String, String> {
    let Options { first, rounds, .. } = world.options;
    let mut left_open: usize = 0;
    let tenth = (rounds / 10).max(1);
    for number in first..first.saturating_add(rounds) {
        let open = match race {
            Race::Rooms => rooms::play(world, number).await?,
            _ => limits::play(world, number).await?,
        };
        left_open = left_open.saturating_add(open);
        let done = number.saturating_sub(first).saturating_add(1);
        if done.is_multiple_of(tenth) {
            // Output that can't be written is not a failure.
            let _ = io::stderr().write_all(format!("{done} rounds of {race:?}\n").as_bytes());
        }
    }
    Ok(format!("{rounds} rounds, {left_open} meetings left open that nobody was given\n"))
}

fn summary(world: &World) -> String {
    let (asked, killed) = world.fleet.counts();
    let processes = world.options.processes;
    let mut text = format!(
        "{asked} requests to {processes} gateway processes, of which {killed} were killed and replaced\n"
    );
    let longest = world.fleet.longest().as_secs_f64();
    text.push_str(&format!("the longest that a caller had to ask: {longest:.1} s\n"));
    for ((status, code), count) in world.fleet.answers() {
        text.push_str(&format!("{count:>8}  {status} {code}\n"));
    }
    text.push_str("requests to the table, and what became of them\n");
    for (what, count) in world.proxy.counts() {
        text.push_str(&format!("{count:>8}  {what}\n"));
    }
    text
}
