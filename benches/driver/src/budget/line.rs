//! One line of the budget: a number, and what it may be.

use std::fmt::{self, Display, Formatter};

use crate::statistics::float;
use crate::subjects::Reference;

/// A number, and what it may be.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) count: u64,
    pub(crate) limit: Limit,
}

/// What a number may be.
#[derive(Debug, Clone)]
pub(crate) enum Limit {
    /// At most that.
    AtMost(u64),
    /// Beside a reference that was counted in the same run: not more than when the budget was written, but for some percent.
    Beside(Beside),
}

/// A count's reference now, and both when the budget was written.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    pub(crate) reference: Reference,
    pub(crate) reference_count: u64,
    pub(crate) granted_count: u64,
    pub(crate) granted_reference: u64,
    pub(crate) allowed_excess_percent: u64,
}

impl Line {
    /// Whether it is what it may be.
    pub(crate) fn fits(&self) -> bool {
        match &self.limit {
            Limit::AtMost(limit) => self.count <= *limit,
            Limit::Beside(beside) => beside.fits(self.count),
        }
    }
}

impl Beside {
    fn fits(&self, count: u64) -> bool {
        let hundredths = u128::from(self.allowed_excess_percent.saturating_add(100));
        match self.reference {
            // count / reference <= granted count / granted reference, without a division.
            Reference::Ratio(..) => {
                let now = u128::from(count).saturating_mul(u128::from(self.granted_reference));
                let granted = u128::from(self.granted_count).saturating_mul(u128::from(self.reference_count));
                now.saturating_mul(100) <= granted.saturating_mul(hundredths)
            }
            Reference::Above(..) => {
                let now = u128::from(count.saturating_sub(self.reference_count));
                let granted = u128::from(self.granted_count.saturating_sub(self.granted_reference));
                now.saturating_mul(100) <= granted.saturating_mul(hundredths)
            }
        }
    }
}

impl Display for Line {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let verdict = if self.fits() { "within" } else { "ABOVE" };
        write!(f, "{verdict} {}: {}", self.what, self.count)?;
        match &self.limit {
            Limit::AtMost(limit) => write!(f, " of {limit}"),
            Limit::Beside(beside) => beside.describe(self.count, f),
        }
    }
}

impl Beside {
    fn describe(&self, count: u64, f: &mut Formatter<'_>) -> fmt::Result {
        let percent = self.allowed_excess_percent;
        match self.reference {
            Reference::Ratio(other, measure) => {
                let now = ratio(count, self.reference_count);
                let granted = ratio(self.granted_count, self.granted_reference);
                write!(f, ", {now:.4} times {other}, {measure}; granted {granted:.4} and {percent} % of it")
            }
            Reference::Above(other, measure) => {
                let now = count.saturating_sub(self.reference_count);
                let granted = self.granted_count.saturating_sub(self.granted_reference);
                write!(f, ", {now} above {other}, {measure}; granted {granted} and {percent} % of it")
            }
        }
    }
}

fn ratio(count: u64, reference: u64) -> f64 {
    float(count) / float(reference)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::{FLOOR, GATEWAY};

    fn beside(reference: Reference, reference_count: u64) -> Beside {
        let (granted_count, granted_reference) = (1_000, 500);
        Beside { reference, reference_count, granted_count, granted_reference, allowed_excess_percent: 3 }
    }

    fn ratio_to_floor() -> Reference {
        Reference::Ratio(FLOOR.other(), crate::subjects::Measure::Init)
    }

    #[test]
    fn three_percent_more_fits_and_one_instruction_above_does_not() {
        let beside = beside(ratio_to_floor(), 500);
        assert!(beside.fits(1_030));
        assert!(!beside.fits(1_031));
    }

    #[test]
    fn what_moves_count_and_reference_alike_moves_no_ratio() {
        let on_another_machine = beside(ratio_to_floor(), 525);
        assert!(on_another_machine.fits(1_050));
        assert!(on_another_machine.fits(1_081));
        assert!(!on_another_machine.fits(1_082));
        assert!(!on_another_machine.fits(1_103), "five percent more of it");
    }

    #[test]
    fn a_reference_that_costs_less_lowers_what_is_granted() {
        assert!(!beside(ratio_to_floor(), 400).fits(1_000));
    }

    #[test]
    fn above_is_a_difference() {
        let above = Reference::Above(GATEWAY.other(), crate::subjects::Measure::Init);
        assert!(beside(above, 500).fits(1_015));
        assert!(!beside(above, 500).fits(1_016));
        assert!(beside(above, 900).fits(1_415));
    }

    #[test]
    fn without_a_reference_nothing_fits() {
        assert!(!beside(ratio_to_floor(), 0).fits(1));
    }
}
