//! benches/runs.json: the headline ratios of every run that was kept, because ratios of times differ between machines of one
//! kind. README and docs/speed.md claim what holds in all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::building::{self, asked};
use crate::report::Report;
use crate::statistics::bounds;
use crate::subjects::{BARE_CALL, FLOOR, Function, GATEWAY, Operation, peer};
use crate::{Failure, repository};

/// One run, on one machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    /// The day, as `2026-11-24`.
    pub(crate) date: Option<String>,
    /// What was measured: the commit, or what is known of it.
    pub(crate) build: String,
    pub(crate) processor: Option<String>,
    pub(crate) compiler: Option<String>,
    /// How often each function was started.
    pub(crate) turns: Option<usize>,
    /// What else is to be known of it.
    pub(crate) note: String,
    /// By the keys of [`HEADLINES`]; what was not measured is absent.
    pub(crate) ratios: BTreeMap<String, f64>,
}

/// A ratio whose spread is shown: its key, what it is, and how a report gives it.
type Headline = (&'static str, &'static str, fn(&Report) -> Option<f64>);

/// Ratios of times of one run to each other, so that the speed of the machine cancels out as far as it can.
const HEADLINES: [Headline; 7] = [
    ("init_without_network", "init without network, in floors", |report| {
        let [floor, gateway] = report.init_without_network?;
        Some(gateway / floor)
    }),
    ("cold_cpu", "CPU of init and first request, in floors", |report| {
        Some(report.times_of(&GATEWAY)?.cpu_first / report.times_of(&FLOOR)?.cpu_first)
    }),
    ("warm_cpu_in_bare_calls", "CPU of a request, in bare SDK calls", |report| {
        Some(report.times_of(&GATEWAY)?.cpu_warm / report.times_of(&BARE_CALL)?.cpu_warm)
    }),
    ("cold_cpu_node", "CPU of init and first request, Node.js to gateway", |report| {
        cold(report, Function::Node)
    }),
    ("cold_cpu_python", "CPU of init and first request, Python to gateway", |report| {
        cold(report, Function::Python)
    }),
    ("warm_cpu_node", "CPU of a request, Node.js to gateway", |report| warm(report, Function::Node)),
    ("warm_cpu_python", "CPU of a request, Python to gateway", |report| warm(report, Function::Python)),
];

fn cold(report: &Report, function: Function) -> Option<f64> {
    let peer = report.times_of(&peer(function, Operation::CreateMeeting))?;
    Some(peer.cpu_first / report.times_of(&GATEWAY)?.cpu_first)
}

fn warm(report: &Report, function: Function) -> Option<f64> {
    let peer = report.times_of(&peer(function, Operation::CreateMeeting))?;
    Some(peer.cpu_warm / report.times_of(&GATEWAY)?.cpu_warm)
}

/// The runs that were kept.
pub(crate) fn read() -> Result<Vec<Run>, Failure> {
    Ok(serde_json::from_str(&std::fs::read_to_string(path())?)?)
}

/// Keeps the runs.
pub(crate) fn write(runs: &[Run]) -> Result<(), Failure> {
    Ok(std::fs::write(path(), serde_json::to_string_pretty(runs)? + "\n")?)
}

/// What a report gives, on this machine and today; none where it has no times.
pub(crate) fn of(report: &Report, turns: usize) -> Result<Option<Run>, Failure> {
    let ratios: BTreeMap<String, f64> = HEADLINES
        .iter()
        .filter_map(|(key, _, ratio)| Some(((*key).to_owned(), hundredths(ratio(report)?))))
        .collect();
    if ratios.is_empty() {
        return Ok(None);
    }
    let here = repository();
    Ok(Some(Run {
        date: Some(asked(&here, "date", &["-u", "+%F"])?),
        build: build()?,
        processor: processor(),
        compiler: Some(building::compiler()?),
        turns: Some(turns),
        note: String::new(),
        ratios,
    }))
}

/// A table of lowest and highest of each ratio: in all runs, and in those of the newest build.
pub(crate) fn spread(runs: &[Run]) -> String {
    let Some(newest) = runs.last() else { return String::new() };
    let of_newest: Vec<&Run> = runs.iter().filter(|run| run.build == newest.build).collect();
    let all: Vec<&Run> = runs.iter().collect();
    let builds: BTreeSet<&str> = runs.iter().map(|run| run.build.as_str()).collect();
    let mut table = format!(
        "Ratios of CreateMeeting in authorizer mode, in all runs that were kept (`benches/runs.json`), of {} builds, and in those of \
         the newest ({}):\n\n\
         | | lowest | highest | runs | newest build, lowest | highest | runs |\n|---|---|---|---|---|---|---|\n",
        builds.len(),
        newest.build
    );
    for (key, what, _) in HEADLINES {
        let _ = writeln!(table, "| {what} | {} | {} |", spread_of(&all, key), spread_of(&of_newest, key));
    }
    table
}

/// Lowest and highest of a ratio, and in how many runs it was measured.
fn spread_of(runs: &[&Run], key: &str) -> String {
    let values: Vec<f64> = runs.iter().filter_map(|run| run.ratios.get(key).copied()).collect();
    if values.is_empty() {
        return "– | – | 0".to_owned();
    }
    let (lowest, highest) = bounds(&values);
    format!("{lowest} | {highest} | {}", values.len())
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn path() -> PathBuf {
    repository().join("benches/runs.json")
}

/// The commit, and whether the files differ from it.
fn build() -> Result<String, Failure> {
    let commit = asked(&repository(), "git", &["describe", "--always", "--dirty=, with changes"])?;
    Ok(format!("commit {commit}"))
}

/// The name of the processor, where the system tells it as Linux does.
fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(build: &str, ratio: f64) -> Run {
        Run {
            date: None,
            build: build.to_owned(),
            processor: None,
            compiler: None,
            turns: None,
            note: String::new(),
            ratios: BTreeMap::from([("cold_cpu_node".to_owned(), ratio)]),
        }
    }

    #[test]
    fn the_spread_tells_the_newest_build_from_all() {
        let table = spread(&[run("a", 40.5), run("a", 32.6), run("b", 39.0), run("b", 38.5)]);
        let row = "| CPU of init and first request, Node.js to gateway | 32.6 | 40.5 | 4 | 38.5 | 39 | 2 |";
        assert!(table.contains(row), "{table}");
        assert!(table.contains("of 2 builds") && table.contains("the newest (b)"), "{table}");
        assert!(table.contains("| CPU of a request, Python to gateway | – | – | 0 | – | – | 0 |"), "{table}");
        assert_eq!(spread(&[]), "");
    }

    #[test]
    fn the_file_is_as_it_would_be_written_and_its_ratios_have_a_meaning() -> Result<(), Failure> {
        let runs = read()?;
        assert_eq!(std::fs::read_to_string(path())?, serde_json::to_string_pretty(&runs)? + "\n");
        assert!(runs.len() >= 2);
        for key in runs.iter().flat_map(|run| run.ratios.keys()) {
            assert!(HEADLINES.iter().any(|(known, ..)| known == key), "{key}");
        }
        Ok(())
    }
}
