//! The budget of instructions, benches/budget.json, and what is allowed above it; and the most that the zip may weigh.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::archive::zipped_size;
use crate::instructions::Counts;
use crate::subjects::JOIN;
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

/// The largest zip in bytes that the project promises, whatever it weighs today.
pub(crate) const MAX_ZIP_BYTES: u64 = 2_900_000;

/// How many instructions Join may take above the SDK's CreateAttendee alone, where the proof is remembered.
pub(crate) const MAX_JOIN_ABOVE_BARE: u64 = 100_000;

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

/// Whether every count, and the program's archive, is within the budget; prints each.
pub(crate) fn check(counted: &[Counts], program: &Path) -> Result<bool, Failure> {
    let text = std::fs::read_to_string(repository().join("benches/budget.json"))?;
    let budget: Budget = serde_json::from_str(&text)?;
    let compiler = building::compiler()?;
    println_all(&format!("compiler: {compiler}"));
    if compiler != budget.compiler {
        println_all(&format!("WARNING: the budget was counted with another compiler: {}", budget.compiler));
    }
    let zip = zipped_size(&[program])?;
    let mut within = zip <= MAX_ZIP_BYTES;
    println_all(&format!("{} budget: zip: {zip} of {MAX_ZIP_BYTES} bytes", verdict(within)));
    for counts in counted {
        let granted = budget.instructions.iter().find(|granted| granted.name == counts.name);
        let granted = granted.ok_or_else(|| format!("the budget has no line for {}", counts.name))?;
        for (what, count, granted) in [
            ("init", counts.init, granted.init),
            ("init and first request", counts.init_and_first, granted.init_and_first),
            ("warm request", counts.warm_request, granted.warm_request),
        ] {
            let fits = fits(count, granted, budget.allowed_excess_percent);
            println_all(&format!("{} budget: {}, {what}: {count} of {granted}", verdict(fits), counts.name));
            within &= fits;
        }
    }
    let join = counted.iter().find(|counts| counts.name == JOIN).ok_or("Join was not counted")?;
    let most = budget.bare_attendee.saturating_add(MAX_JOIN_ABOVE_BARE);
    let fits = join.warm_request <= most;
    println_all(&format!(
        "{} promise: Join, warm request: {} of {most}, the SDK's call alone and {MAX_JOIN_ABOVE_BARE}",
        verdict(fits),
        join.warm_request
    ));
    Ok(within && fits)
}

fn verdict(fits: bool) -> &'static str {
    if fits { "within" } else { "ABOVE" }
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
