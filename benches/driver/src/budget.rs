//! The budget of instructions, benches/budget.json, and what is allowed above it; and the most that the zip may weigh.

use std::fmt::{self, Display, Formatter};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::archive::zipped_size;
use crate::building::Artefacts;
use crate::instructions::{self, Counts, two_at_a_time};
use crate::subjects::{JOIN, Subject};
use crate::{Failure, building, println_all, repository};

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budget {
    /// By how many percent a count may exceed the budget.
    allowed_excess_percent: u64,
    /// The compiler that built what was counted, as `rustc --version` names it.
    compiler: String,
    instructions: Vec<Counts>,
    /// Instructions of a later request of the SDK's CreateAttendee and nothing else.
    bare_attendee: u64,
}

/// The largest zip of the gateway in bytes that the project promises, whatever it weighs today.
pub(crate) const MAX_GATEWAY_ZIP_BYTES: u64 = 3_400_000;

/// The same of the function that reads the queue.
const MAX_NOTIFICATIONS_ZIP_BYTES: u64 = 3_000_000;

/// How many instructions Join may take above the SDK's CreateAttendee alone, where the proof is remembered.
pub(crate) const MAX_JOIN_ABOVE_BARE: u64 = 100_000;

/// How many instructions the log line of a request may take, from its values to the last byte that is written.
pub(crate) const MAX_REQUEST_LINE: u64 = 30_000;

/// Puts what was counted into the file; of the SDK's CreateAttendee a later request.
pub(crate) fn write(counted: &[Counts], bare_attendee: u64) -> Result<(), Failure> {
    let budget = Budget {
        allowed_excess_percent: 5,
        compiler: building::compiler()?,
        instructions: counted.to_vec(),
        bare_attendee,
    };
    let text = serde_json::to_string_pretty(&budget)?;
    Ok(std::fs::write(repository().join("benches/budget.json"), text + "\n")?)
}

/// Whether every count, and the archive of each function, is within the budget; prints each.
pub(crate) fn check(subjects: &[Subject], artefacts: &Artefacts, request_line: u64) -> Result<bool, Failure> {
    let text = std::fs::read_to_string(repository().join("benches/budget.json"))?;
    let budget: Budget = serde_json::from_str(&text)?;
    let compiler = building::compiler()?;
    println_all(&format!("compiler: {compiler}"));
    if compiler != budget.compiler {
        println_all(&format!("WARNING: the budget was counted with another compiler: {}", budget.compiler));
    }
    let mut lines = vec![
        Line::of_zip("gateway", &artefacts.gateway, MAX_GATEWAY_ZIP_BYTES)?,
        Line::of_zip("notifications", &artefacts.notifications, MAX_NOTIFICATIONS_ZIP_BYTES)?,
        Line::of_request_line(request_line),
    ];
    lines.extend(two_at_a_time(subjects, |subject| budget.count(subject))?.into_iter().flatten());
    for line in &lines {
        println_all(&line.to_string());
    }
    Ok(lines.iter().all(Line::fits))
}

/// How often a function is counted before it is said to exceed its budget.
///
/// A count is of the same instructions each time but for what depends on the clock: the gateway waits half a second for its
/// connection to Chime, and on a busy machine, under valgrind, that may pass. One more handshake is some 800 thousand.
const COUNTS: usize = 5;

impl Budget {
    /// Counts a function until all is within the budget, at most [`COUNTS`] times; each line has the lowest count.
    fn count(&self, subject: &Subject) -> Result<Vec<Line>, Failure> {
        let mut lowest = instructions::count(subject)?;
        let mut lines = self.lines(&lowest)?;
        for _ in 1..COUNTS {
            if lines.iter().all(Line::fits) {
                break;
            }
            lowest = lowest.lowest(&instructions::count(subject)?);
            lines = self.lines(&lowest)?;
        }
        Ok(lines)
    }

    fn lines(&self, counts: &Counts) -> Result<Vec<Line>, Failure> {
        let granted = self.instructions.iter().find(|granted| granted.name == counts.name);
        let granted = granted.ok_or_else(|| format!("the budget has no line for {}", counts.name))?;
        let line = |what: &str, count, granted| Line {
            what: format!("budget: {}, {what}", counts.name),
            count,
            granted,
            allowed_excess_percent: self.allowed_excess_percent,
        };
        let mut lines = vec![
            line("init", counts.init, granted.init),
            line("init and first request", counts.init_and_first, granted.init_and_first),
            line("warm request", counts.warm_request, granted.warm_request),
        ];
        if counts.name == JOIN {
            lines.push(Line {
                what: format!("promise: Join, warm request, the SDK's call alone and {MAX_JOIN_ABOVE_BARE}"),
                count: counts.warm_request,
                granted: self.bare_attendee.saturating_add(MAX_JOIN_ABOVE_BARE),
                allowed_excess_percent: 0,
            });
        }
        Ok(lines)
    }
}

/// A number, and what it may be.
#[derive(Debug)]
struct Line {
    what: String,
    count: u64,
    granted: u64,
    allowed_excess_percent: u64,
}

impl Line {
    fn of_zip(name: &str, program: &Path, granted: u64) -> Result<Self, Failure> {
        let what = format!("budget: zip of {name}, in bytes");
        let count = zipped_size(&[program])?;
        Ok(Line { what, count, granted, allowed_excess_percent: 0 })
    }

    fn of_request_line(count: u64) -> Self {
        let what = "promise: the log line of a request".to_owned();
        Line { what, count, granted: MAX_REQUEST_LINE, allowed_excess_percent: 0 }
    }

    fn fits(&self) -> bool {
        fits(self.count, self.granted, self.allowed_excess_percent)
    }
}

impl Display for Line {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let verdict = if self.fits() { "within" } else { "ABOVE" };
        write!(f, "{verdict} {}: {} of {}", self.what, self.count, self.granted)
    }
}

fn fits(count: u64, granted: u64, allowed_excess_percent: u64) -> bool {
    let hundredths =
        u128::from(granted).saturating_mul(u128::from(allowed_excess_percent.saturating_add(100)));
    u128::from(count).saturating_mul(100) <= hundredths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_percent_more_fits_and_one_instruction_above_does_not() {
        assert!(fits(105, 100, 5));
        assert!(!fits(106, 100, 5));
        assert!(!fits(1, 0, 5));
        assert!(fits(1_050_000, 1_000_000, 5));
        assert!(!fits(1_050_001, 1_000_000, 5));
    }
}
