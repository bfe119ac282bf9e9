//! `cargo benchmark`: what the gateway costs, beside what users would write instead.
//!
//! Plays the Lambda Runtime API to each function's process and Chime, over TLS, to its SDK; see docs/speed.md.

mod archive;
mod budget;
mod building;
mod instructions;
mod measure;
mod network;
mod player;
mod plot;
mod policies;
mod profiles;
mod report;
mod statistics;
mod subjects;
mod surroundings;
mod worst_inputs;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::building::{Artefacts, Built};
use crate::report::Report;
use crate::surroundings::Surroundings;

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
    /// Writes the tables and the plot into docs/ as well.
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
    /// Counts the gateway's instructions and fails where they exceed benches/budget.json by more than it allows, where the
    /// zip does, or where one of the worst inputs takes more than 200 ms.
    Check,
    /// Builds the gateway with other release profiles and shows what each makes of it. Takes an hour.
    Profiles,
    /// Counts the gateway's instructions and writes them to benches/budget.json.
    WriteBudget,
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
    let command = options.command.unwrap_or(Command::All);
    let folder = repository().join("target/measured");
    let surroundings = Surroundings::start(&folder)?;
    let built = &options.built;
    match command {
        Command::Profiles => profiles::compare(&surroundings, &folder).map(|()| true),
        Command::Check | Command::WriteBudget => {
            let writes = matches!(command, Command::WriteBudget);
            let build = if writes { Artefacts::build_in_rust } else { Artefacts::functions_alone };
            let artefacts = build(built, &options.profile)?;
            let mut subjects = subjects::in_budget(&artefacts, &surroundings, &folder)?;
            let [bare_attendee, join] = subjects::in_a_meeting(&artefacts, &surroundings, &folder)?;
            subjects.push(join);
            subjects.push(subjects::reader_of_the_queue(&artefacts, &surroundings, &folder)?);
            if writes {
                let counted = instructions::count_all(&subjects)?;
                budget::write(&counted, instructions::count(&bare_attendee)?.warm_request)?;
            }
            // The worst inputs come first: their lines are many, and the last lines are what a reader of a log sees.
            let modes = subjects::in_both_modes(&artefacts, &surroundings, &folder)?;
            let worst_are_within = worst_inputs::check(&modes)?;
            let request_line = building::request_line(&options.profile)?;
            let request_line = instructions::of_request_line(&request_line, &folder)?;
            Ok(budget::check(&subjects, &artefacts, request_line)? && worst_are_within)
        }
        Command::All | Command::Times | Command::Instructions => {
            let artefacts = Artefacts::build_all(built, &options.profile)?;
            let mut report = Report { versions: artefacts.versions()?, ..Report::default() };
            if !matches!(command, Command::Times) {
                let mut subjects = subjects::in_rust(&artefacts, &surroundings, &folder)?;
                subjects.extend(subjects::in_a_meeting(&artefacts, &surroundings, &folder)?);
                report.instructions = instructions::count_all(&subjects)?;
            }
            if !matches!(command, Command::Instructions) {
                let subjects = subjects::all(&artefacts, &surroundings, &folder)?;
                measure::same_requests(&subjects, &surroundings)?;
                report.times = measure::in_turns(&subjects, &surroundings, options.runs, options.requests)?;
                let without = subjects::without_network(&artefacts, &surroundings, &folder)?;
                report.init_without_network = Some(measure::inits(&without, options.runs.saturating_mul(4))?);
                let far = subjects::far_away(&artefacts, &surroundings, &folder)?;
                report.far_away = measure::far_away(&far, options.runs.min(10))?;
            }
            let text = report.to_markdown();
            println_all(&text);
            std::fs::write(folder.join("speed.md"), &text)?;
            if let Some(svg) = plot::plot(&report) {
                std::fs::write(folder.join("speed.svg"), &svg)?;
                if options.write {
                    std::fs::write(repository().join("docs/speed.svg"), svg)?;
                }
            }
            if options.write {
                report::write_into(&repository().join("docs/speed.md"), &text)?;
            }
            Ok(true)
        }
    }
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
