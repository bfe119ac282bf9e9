//! What each capability costs in the zips of the functions: the bytes of each program, by the crates that its symbols are of.

mod capability;
mod program;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use self::capability::{CAPABILITIES, of_owner};
use self::program::{Part, parts_of};
use crate::Failure;
use crate::building::Artefacts;

/// Bytes in the program, and an estimate of those in the zip.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Weight {
    bytes: u64,
    zipped: f64,
}

/// A table of both functions. Their programs must have their symbols.
pub(crate) fn table(artefacts: &Artefacts) -> Result<String, Failure> {
    let mut functions = Vec::new();
    for path in [&artefacts.gateway, &artefacts.notifications] {
        let failed = |error| format!("{}: {error}", path.display());
        functions.push(parts_of(&std::fs::read(path)?).map_err(failed)?);
    }
    let [gateway, notifications] = functions.as_slice() else { return Err("two functions".into()) };
    Ok(render(gateway, notifications))
}

fn render(gateway: &[Part], notifications: &[Part]) -> String {
    let (gateway, notifications) = (by_capability(gateway), by_capability(notifications));
    let mut table = String::from(
        "| | gateway, bytes | KB of the zip | notifications, bytes | KB of the zip |\n|---|---|---|---|---|\n",
    );
    let mut row = |what: &str, weights: [Weight; 2]| {
        let cells = weights.map(|weight| format!("{} | {:.0}", weight.bytes, weight.zipped / 1e3));
        let _ = writeln!(table, "| {what} | {} |", cells.join(" | "));
    };
    let mut totals = [Weight::default(); 2];
    for name in CAPABILITIES.iter().map(|(name, _)| *name).chain(capability::FURTHER) {
        let weights = [&gateway, &notifications].map(|all| all.get(name).copied().unwrap_or_default());
        for (total, weight) in totals.iter_mut().zip(weights) {
            total.add(weight);
        }
        if weights.iter().any(|weight| weight.bytes > 0) {
            row(name, weights);
        }
    }
    row("**all**", totals);
    table
}

fn by_capability(parts: &[Part]) -> BTreeMap<&'static str, Weight> {
    let mut weights: BTreeMap<&'static str, Weight> = BTreeMap::new();
    for part in parts {
        weights.entry(of_owner(&part.owner)).or_default().add(part.weight);
    }
    weights
}

impl Weight {
    fn add(&mut self, other: Weight) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.zipped += other.zipped;
    }
}

#[cfg(test)]
mod tests {
    use super::program::Owner;
    use super::*;

    fn part(owner: Owner, bytes: u64) -> Part {
        Part { owner, weight: Weight { bytes, zipped: 500.0 } }
    }

    #[test]
    fn a_row_has_the_sum_of_its_crates_and_the_last_row_everything() {
        let gateway = [
            part(Owner::Crate("ring".into()), 1_000),
            part(Owner::Crate("rustls".into()), 2_000),
            part(Owner::Unwinding, 10),
        ];
        let table = render(&gateway, &[part(Owner::Crate("no_such_crate".into()), 7)]);
        assert!(table.contains("| TLS and cryptography | 3000 | 1 | 0 | 0 |"), "{table}");
        assert!(table.contains("| other crates | 0 | 0 | 7 | 0 |"), "{table}");
        assert!(table.contains("| **all** | 3010 | 2 | 7 | 0 |"), "{table}");
    }

    #[test]
    fn the_parts_of_this_program_are_as_large_as_what_it_loads() -> Result<(), Failure> {
        let program = std::fs::read(std::env::current_exe()?)?;
        let parts = parts_of(&program)?;
        let sum: u64 = parts.iter().map(|part| part.weight.bytes).sum();
        let named = parts.iter().any(|part| part.owner == Owner::Crate("benchmark".into()));
        assert!(named && sum > 1_000_000 && sum <= u64::try_from(program.len())?, "{sum}");
        Ok(())
    }
}
