//! How far counts of the same program differ from each other: what the budget's allowed excess has to be above.

use std::fmt::Write as _;

use crate::instructions::{Counts, count, count_all};
use crate::statistics::{bounds, float};
use crate::subjects::{Measure, Reference, Subject};
use crate::{Failure, println_all};

/// Counts every function that often, one or two at a time, and prints the lowest and the highest count of each, and how far
/// apart they are; the same of each count's ratio to its reference in the same round.
pub(crate) fn measure(subjects: &[Subject], rounds: usize, alone: bool) -> Result<(), Failure> {
    let mut counted: Vec<Vec<Counts>> = Vec::new();
    for _ in 0..rounds {
        counted.push(if alone {
            subjects.iter().map(count).collect::<Result<_, _>>()?
        } else {
            count_all(subjects)?
        });
    }
    let mut table = String::from(
        "| | | lowest | highest | apart | ratio to its reference, apart |\n|---|---|---|---|---|---|\n",
    );
    for (index, subject) in subjects.iter().enumerate() {
        for measure in [Measure::Init, Measure::InitAndFirst, Measure::WarmRequest] {
            let own = |round: &Vec<Counts>| round.get(index).map_or(0.0, |counts| float(counts.of(measure)));
            let counts: Vec<f64> = counted.iter().map(own).collect();
            let ratios: Vec<f64> = counted
                .iter()
                .filter_map(|round| Some(own(round) / float(reference(subject, measure, round)?)))
                .collect();
            let (lowest, highest) = bounds(&counts);
            let ratios = if ratios.is_empty() { "–".to_owned() } else { apart(&ratios) };
            let _ = writeln!(
                table,
                "| {} | {measure} | {lowest:.0} | {highest:.0} | {} | {ratios} |",
                subject.row.name(),
                apart(&counts)
            );
        }
    }
    println_all(&table);
    Ok(())
}

/// What a row's count is held to, where it is a ratio.
fn reference(subject: &Subject, measure: Measure, round: &[Counts]) -> Option<u64> {
    let budget = subject.row.budget?;
    let (_, reference) = budget.into_iter().find(|(of, _)| *of == measure)?;
    let Reference::Ratio(other, measure) = reference else { return None };
    Some(round.iter().find(|counts| other.is(&counts.row))?.of(measure))
}

fn apart(values: &[f64]) -> String {
    let (lowest, highest) = bounds(values);
    format!("{:.2} %", (highest / lowest - 1.0) * 100.0)
}
