//! `cargo benchmark`: what the gateway costs, beside what users would write instead.
//!
//! Plays the Lambda Runtime API to each function's process and Chime, over TLS, to its SDK; see docs/speed.md.

mod archive;
mod budget;
mod building;
mod instructions;
mod measure;
mod network;
mod noise;
mod player;
mod plot;
mod policies;
mod profiles;
mod report;
mod runs;
mod sizes;
mod statistics;
mod subjects;
mod surroundings;
mod worst_inputs;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::building::{Artefacts, Built};
use crate::report::{MEASURED, Report, SIZES};
use crate::subjects::{FLOOR, Function, GATEWAY, GATEWAY_BEARER, Maker, Operation, ROWS, Row, bare, peer};
use crate::surroundings::{Host, Surroundings};

/// Any failure, for people to read.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures the gateway beside what users would write instead.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// Cargo's profile for the functions in Rust.
    #[arg(long, default_value = "release", global = true)]
    profile: String,
    #[command(flatten)]
    built: Built,
    /// How often each function is started; all take turns.
    #[arg(long, default_value_t = 25, global = true)]
    runs: usize,
    /// Requests that are measured in each run after the first.
    #[arg(long, default_value_t = 300, global = true)]
    requests: usize,
    /// Where a run keeps its files, below the repository's root; two runs at once need two.
    #[arg(long, default_value = "target/measured", global = true)]
    folder: PathBuf,
    /// Writes the tables and the plot into docs/ as well, and the ratios into benches/runs.json.
    #[arg(long, global = true)]
    write: bool,
}

/// What is measured; everything when none is given.
#[derive(Debug, Clone, Copy, Subcommand)]
enum Command {
    /// Everything.
    All,
    /// Times, memory and sizes only.
    Times,
    /// Instructions only.
    Instructions,
    /// Counts instructions beside their references, and fails where one exceeds benches/budget.json by more than it
    /// allows, where the zip does, or where one of the worst inputs takes more than 200 million instructions.
    Check,
    /// Builds the gateway with other release profiles and shows what each makes of it. Takes an hour.
    Profiles,
    /// Counts instructions and their references and writes them to benches/budget.json.
    WriteBudget,
    /// Counts all that the budget holds several times and shows how far the counts are apart.
    Noise {
        /// How often.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// One function at a time, so that a processor stays idle.
        #[arg(long)]
        alone: bool,
    },
    /// What each capability costs in the functions' zips. Builds both with symbols, where they are not given.
    Sizes,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Whether what was checked holds.
fn run(options: &Options) -> Result<bool, Failure> {
    let folder = repository().join(&options.folder);
    let command = options.command.unwrap_or(Command::All);
    if matches!(command, Command::Sizes) {
        return show_sizes(options).map(|()| true);
    }
    let around = Surroundings::start(&folder)?;
    match command {
        Command::Sizes => Ok(true),
        Command::Profiles => profiles::compare(&around, &folder).map(|()| true),
        Command::Check => check(options, &around, &folder),
        Command::WriteBudget => {
            let artefacts = functions_and_references(options)?;
            let maker = Maker::new(&artefacts, &around, &folder, Host::Address);
            let references = maker.make_all(&subjects::references())?;
            budget::write(&maker.make_all(held())?, &references).map(|()| true)
        }
        Command::Noise { rounds, alone } => {
            let artefacts = functions_and_references(options)?;
            let maker = Maker::new(&artefacts, &around, &folder, Host::Address);
            let mut subjects = maker.make_all(&subjects::references())?;
            subjects.extend(maker.make_all(held())?);
            noise::measure(&subjects, rounds, alone).map(|()| true)
        }
        Command::All | Command::Times | Command::Instructions => {
            measure_and_show(options, command, &around, &folder).map(|()| true)
        }
    }
}

/// The rows that the budget holds.
fn held() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(|row| row.budget.is_some())
}

fn functions_and_references(options: &Options) -> Result<Artefacts, Failure> {
    Artefacts::functions_alone(&options.built, &options.profile)?.with_peers(&options.built, &options.profile)
}

fn check(options: &Options, around: &Surroundings, folder: &Path) -> Result<bool, Failure> {
    let artefacts = functions_and_references(options)?;
    let maker = Maker::new(&artefacts, around, folder, Host::Address);
    // The worst inputs come first: their lines are many, and the last lines are what a reader of a log sees.
    let modes = maker.make_all([&GATEWAY, &GATEWAY_BEARER])?;
    let worst_are_within = worst_inputs::check(&modes)?;
    let request_line = building::request_line(&options.built, &options.profile)?;
    let request_line = instructions::of_request_line(&request_line, folder)?;
    let references = maker.make_all(&subjects::references())?;
    let are_within = budget::check(&maker.make_all(held())?, &references, &artefacts, request_line)?;
    Ok(are_within && worst_are_within)
}

/// Those whose first request is measured on a slow network.
const FAR_AWAY: [Row; 5] = [
    bare(Operation::CreateMeeting),
    GATEWAY,
    GATEWAY_BEARER,
    peer(Function::Node, Operation::CreateMeeting),
    peer(Function::Python, Operation::CreateMeeting),
];

fn measure_and_show(
    options: &Options,
    command: Command,
    around: &Surroundings,
    folder: &Path,
) -> Result<(), Failure> {
    let artefacts = Artefacts::build_all(&options.built, &options.profile)?;
    let mut report = Report { versions: artefacts.versions()?, runs: runs::read()?, ..Report::default() };
    if !matches!(command, Command::Times) {
        let maker = Maker::new(&artefacts, around, folder, Host::Address);
        let subjects = maker.make_all(ROWS.iter().filter(|row| row.is_in_rust()))?;
        report.instructions = instructions::count_all(&subjects)?;
    }
    if !matches!(command, Command::Instructions) {
        let maker = Maker::new(&artefacts, around, folder, Host::Name);
        let subjects = maker.make_all(ROWS)?;
        measure::same_requests(&subjects, around)?;
        report.times = measure::in_turns(&subjects, around, options.runs, options.requests)?;
        let [floor, gateway] = [&FLOOR, &GATEWAY].map(|row| maker.clone().without_network().make(row));
        let inits = measure::inits(&[floor?, gateway?], options.runs.saturating_mul(4))?;
        report.init_without_network = Some(inits);
        let far = maker.far_away().make_all(&FAR_AWAY)?;
        report.far_away = measure::far_away(&far, options.runs.min(10))?;
        report.notifications_zip = Some(archive::zipped_size(&[&artefacts.notifications])?);
        report.runs.extend(runs::of(&report, options.runs)?);
    }
    let text = report.to_markdown();
    println_all(&text);
    std::fs::write(folder.join("speed.md"), &text)?;
    let svg = plot::plot(&report);
    if let Some(svg) = &svg {
        std::fs::write(folder.join("speed.svg"), svg)?;
    }
    if options.write {
        if let Some(svg) = svg {
            std::fs::write(repository().join("docs/speed.svg"), svg)?;
        }
        runs::write(&report.runs)?;
        MEASURED.write_into(&page(), &text)?;
    }
    Ok(())
}

fn show_sizes(options: &Options) -> Result<(), Failure> {
    let artefacts = Artefacts::functions_alone(&options.built, "profiling")?;
    let text = sizes::table(&artefacts)?;
    println_all(&text);
    if options.write { SIZES.write_into(&page(), &text) } else { Ok(()) }
}

fn page() -> PathBuf {
    repository().join("docs/speed.md")
}

/// The root of the repository.
fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

#[expect(clippy::print_stdout, reason = "the table is the program's output")]
fn println_all(text: &str) {
    println!("{text}");
}
