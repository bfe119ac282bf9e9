//! The budget, benches/budget.json: instructions beside references that are counted in the same run, and the most that a zip
//! may weigh.
//!
//! Counts alone do not hold on another machine, even of the same kind (docs/speed.md). What moves them there moves the
//! reference as well.

mod line;

use std::path::Path;

use serde::{Deserialize, Serialize};

use self::line::{Beside, Limit, Line};
use crate::archive::zipped_size;
use crate::building::Artefacts;
use crate::instructions::{Counts, count_all};
use crate::subjects::{GATEWAY, Measure, Operation, Reference, Subject, join};
use crate::{Failure, building, println_all, repository};

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budget {
    /// By how many percent a line may exceed what is granted.
    allowed_excess_percent: u64,
    /// The compiler that built what was counted, as `rustc --version` names it.
    compiler: String,
    lines: Vec<Granted>,
}

/// What a row's count was, and its reference's, when the budget was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Granted {
    row: String,
    measure: String,
    count: u64,
    reference: u64,
}

/// The largest zip of the gateway in bytes that the project promises, whatever it weighs today.
pub(crate) const MAX_GATEWAY_ZIP_BYTES: u64 = 3_400_000;

/// The same of the function that reads the queue.
pub(crate) const MAX_NOTIFICATIONS_ZIP_BYTES: u64 = 3_000_000;

/// How many instructions Join may take above the SDK's CreateAttendee alone, where the proof is remembered.
pub(crate) const MAX_JOIN_ABOVE_BARE: u64 = 100_000;

/// How many instructions init and the first request may take in authorizer mode, whatever a reference takes.
pub(crate) const MAX_INIT_AND_FIRST: u64 = 6_500_000;

/// How many instructions the log line of a request may take, from its values to the last byte that is written.
pub(crate) const MAX_REQUEST_LINE: u64 = 30_000;

/// Less than the 5 % that must not pass unseen, and more than counts differ by chance (docs/speed.md).
const ALLOWED_EXCESS_PERCENT: u64 = 3;

/// How often a function is counted before it is said to exceed its budget: some of its work depends on the clock.
const COUNTS: usize = 5;

/// How often a reference is counted: one that is too high by chance would grant too much.
const REFERENCE_COUNTS: usize = 2;

/// Counts the functions and their references, and puts the counts into the file.
pub(crate) fn write(subjects: &[Subject], references: &[Subject]) -> Result<(), Failure> {
    let references = lowest_of_some(references)?;
    let counted = lowest_of_some(subjects)?;
    let mut lines = Vec::new();
    for counts in &counted {
        for (measure, reference) in counts.row.budget.into_iter().flatten() {
            let reference = referred(reference, &counted, &references)?;
            let (row, measure, count) = (counts.row.name(), measure.to_string(), counts.of(measure));
            lines.push(Granted { row, measure, count, reference });
        }
    }
    let budget =
        Budget { allowed_excess_percent: ALLOWED_EXCESS_PERCENT, compiler: building::compiler()?, lines };
    Ok(std::fs::write(path(), serde_json::to_string_pretty(&budget)? + "\n")?)
}

/// Whether every count, and the archive of each function, is within the budget; prints each.
pub(crate) fn check(
    subjects: &[Subject],
    references: &[Subject],
    artefacts: &Artefacts,
    request_line: u64,
) -> Result<bool, Failure> {
    let budget: Budget = serde_json::from_str(&std::fs::read_to_string(path())?)?;
    let compiler = building::compiler()?;
    println_all(&format!("compiler: {compiler}"));
    if compiler != budget.compiler {
        println_all(&format!("WARNING: the budget was counted with another compiler: {}", budget.compiler));
    }
    let of_log_line = Line {
        what: "promise: the log line of a request".to_owned(),
        count: request_line,
        limit: Limit::AtMost(MAX_REQUEST_LINE),
    };
    let mut lines = vec![
        of_zip("gateway", &artefacts.gateway, MAX_GATEWAY_ZIP_BYTES)?,
        of_zip("notifications", &artefacts.notifications, MAX_NOTIFICATIONS_ZIP_BYTES)?,
        of_log_line,
    ];
    lines.extend(budget.count(subjects, &lowest_of_some(references)?)?);
    for line in &lines {
        println_all(&line.to_string());
    }
    Ok(lines.iter().all(Line::fits))
}

impl Budget {
    /// Counts every function, and those that are above their budget again, at most [`COUNTS`] times; each line has the lowest
    /// count.
    fn count(&self, subjects: &[Subject], references: &[Counts]) -> Result<Vec<Line>, Failure> {
        let mut counted = count_all(subjects)?;
        for _ in 1..COUNTS {
            let lines = self.lines(&counted, references)?;
            let is_above = |subject: &&Subject| {
                let name = subject.row.name();
                lines.iter().any(|(row, line)| *row == name && !line.fits())
            };
            let above: Vec<Subject> = subjects.iter().filter(is_above).cloned().collect();
            if above.is_empty() {
                break;
            }
            for again in count_all(&above)? {
                for counts in counted.iter_mut().filter(|counts| counts.row.is(&again.row)) {
                    *counts = counts.lowest(&again);
                }
            }
        }
        Ok(self.lines(&counted, references)?.into_iter().map(|(_, line)| line).collect())
    }

    /// The lines of what was counted, each with the name of its row.
    fn lines(&self, counted: &[Counts], references: &[Counts]) -> Result<Vec<(String, Line)>, Failure> {
        let mut lines = Vec::new();
        for counts in counted {
            let name = counts.row.name();
            for (measure, reference) in counts.row.budget.into_iter().flatten() {
                let granted = self.granted(&name, measure)?;
                let beside = Beside {
                    reference,
                    reference_count: referred(reference, counted, references)?,
                    granted_count: granted.count,
                    granted_reference: granted.reference,
                    allowed_excess_percent: self.allowed_excess_percent,
                };
                let what = format!("budget: {name}, {measure}");
                let line = Line { what, count: counts.of(measure), limit: Limit::Beside(beside) };
                lines.push((name.clone(), line));
            }
            if counts.row.is(&GATEWAY) {
                lines.push((name.clone(), promise_of_a_cold_start(counts)));
            }
            if counts.row.is(&join()) {
                lines.push((name, promise_of_join(counts, bare_attendee_in(references)?)));
            }
        }
        Ok(lines)
    }

    fn granted(&self, row: &str, measure: Measure) -> Result<&Granted, Failure> {
        let measure = measure.to_string();
        let granted = self.lines.iter().find(|granted| granted.row == row && granted.measure == measure);
        granted.ok_or_else(|| format!("the budget has no line for {row}, {measure}").into())
    }
}

/// What the ratios do not see: crates that both the gateway and its references have.
fn promise_of_a_cold_start(gateway: &Counts) -> Line {
    Line {
        what: "promise: init and first request, authorizer mode".to_owned(),
        count: gateway.init_and_first,
        limit: Limit::AtMost(MAX_INIT_AND_FIRST),
    }
}

/// Join's later request beside the SDK's call alone.
fn promise_of_join(join: &Counts, bare_attendee: u64) -> Line {
    Line {
        what: format!("promise: Join, warm request, the SDK's call alone and {MAX_JOIN_ABOVE_BARE}"),
        count: join.warm_request(),
        limit: Limit::AtMost(bare_attendee.saturating_add(MAX_JOIN_ABOVE_BARE)),
    }
}

fn path() -> std::path::PathBuf {
    repository().join("benches/budget.json")
}

/// The lowest of [`REFERENCE_COUNTS`] counts of each.
fn lowest_of_some(subjects: &[Subject]) -> Result<Vec<Counts>, Failure> {
    let mut lowest = count_all(subjects)?;
    for _ in 1..REFERENCE_COUNTS {
        let again = count_all(subjects)?;
        lowest = lowest.into_iter().zip(&again).map(|(counts, other)| counts.lowest(other)).collect();
    }
    Ok(lowest)
}

/// The count that a reference means, among both.
fn referred(reference: Reference, counted: &[Counts], references: &[Counts]) -> Result<u64, Failure> {
    let (Reference::Ratio(other, measure) | Reference::Above(other, measure)) = reference;
    let found = counted.iter().chain(references).find(|counts| other.is(&counts.row));
    Ok(found.ok_or_else(|| format!("{other} was not counted"))?.of(measure))
}

fn bare_attendee_in(references: &[Counts]) -> Result<u64, Failure> {
    let is =
        |counts: &&Counts| counts.row.operation == Operation::CreateAttendee && counts.row.function.is_bare();
    Ok(references.iter().find(is).ok_or("the SDK's CreateAttendee was not counted")?.warm_request())
}

fn of_zip(name: &str, program: &Path, limit: u64) -> Result<Line, Failure> {
    let what = format!("budget: zip of {name}, in bytes");
    Ok(Line { what, count: zipped_size(&[program])?, limit: Limit::AtMost(limit) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instructions::REQUESTS;
    use crate::subjects::{GATEWAY, ROWS, Row, references};

    fn counts(row: Row, all: u64) -> Counts {
        Counts { row, init: all, init_and_first: all, all: all.saturating_mul(REQUESTS.saturating_add(1)) }
    }

    /// The whole budget file of a machine where everything takes that many instructions.
    fn budget(all: u64) -> Budget {
        let lines = ROWS
            .iter()
            .flat_map(|row| row.budget.into_iter().flatten().map(move |(measure, _)| (row, measure)));
        let lines = lines.map(|(row, measure)| {
            let (row, measure) = (row.name(), measure.to_string());
            Granted { row, measure, count: all, reference: all }
        });
        Budget {
            allowed_excess_percent: ALLOWED_EXCESS_PERCENT,
            compiler: String::new(),
            lines: lines.collect(),
        }
    }

    #[test]
    fn five_percent_more_of_one_row_is_above_its_budget() -> Result<(), Failure> {
        let references: Vec<Counts> = references().into_iter().map(|row| counts(row, 1_000_000)).collect();
        let above = |count| -> Result<usize, Failure> {
            let gateway = *ROWS.iter().find(|row| row.is(&GATEWAY)).ok_or("no such row")?;
            let lines = budget(1_000_000).lines(&[counts(gateway, count)], &references)?;
            Ok(lines.iter().filter(|(_, line)| !line.fits()).count())
        };
        assert_eq!((above(1_000_000)?, above(1_030_000)?, above(1_050_000)?), (0, 0, 3));
        Ok(())
    }

    #[test]
    fn join_may_take_the_call_and_what_is_promised_and_no_instruction_more() {
        let (bare, join) = (700_000, counts(join(), 800_000));
        assert!(promise_of_join(&join, bare).fits());
        assert!(!promise_of_join(&join, bare - 1).fits());
    }

    #[test]
    fn the_file_has_a_line_for_each_that_is_held_and_no_other() -> Result<(), Failure> {
        let written: Budget = serde_json::from_str(&std::fs::read_to_string(path())?)?;
        let names = |budget: &Budget| -> Vec<(String, String)> {
            budget.lines.iter().map(|line| (line.row.clone(), line.measure.clone())).collect()
        };
        assert_eq!(names(&written), names(&budget(1)));
        assert_eq!(written.allowed_excess_percent, ALLOWED_EXCESS_PERCENT);
        Ok(())
    }
}
