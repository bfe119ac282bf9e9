//! What was measured, in Markdown, as the terminal shows it and docs/speed.md keeps it.

mod promises;
mod tables;

use std::path::Path;

use crate::Failure;
use crate::instructions::Counts;
use crate::measure::{FarAway, Times};
use crate::runs::Run;
use crate::subjects::Row;

/// Everything that was measured; what was not is empty.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) instructions: Vec<Counts>,
    pub(crate) times: Vec<Times>,
    pub(crate) far_away: Vec<FarAway>,
    /// Milliseconds of init without a network: the floor's and the gateway's.
    pub(crate) init_without_network: Option<[f64; 2]>,
    /// Bytes of the zip of `notifications`.
    pub(crate) notifications_zip: Option<u64>,
    /// What it was measured on.
    pub(crate) versions: String,
    /// The runs of benches/runs.json, this one too where it has times.
    pub(crate) runs: Vec<Run>,
}

/// A part of a page that a command writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks {
    begin: &'static str,
    end: &'static str,
}

/// The tables of `cargo benchmark --write`.
pub(crate) const MEASURED: Marks = Marks {
    begin: "<!-- written by `cargo benchmark --write` -->",
    end: "<!-- end of what `cargo benchmark --write` writes -->",
};

/// The table of `cargo benchmark sizes --write`.
pub(crate) const SIZES: Marks = Marks {
    begin: "<!-- written by `cargo benchmark sizes --write` -->",
    end: "<!-- end of what `cargo benchmark sizes --write` writes -->",
};

impl Marks {
    /// Puts a text between the marks of a page.
    pub(crate) fn write_into(self, page: &Path, text: &str) -> Result<(), Failure> {
        let written = self.between(&std::fs::read_to_string(page)?, text)?;
        Ok(std::fs::write(page, written)?)
    }

    fn between(self, page: &str, text: &str) -> Result<String, Failure> {
        let Marks { begin, end } = self;
        let (before, rest) = page.split_once(begin).ok_or_else(|| format!("the page has no `{begin}`"))?;
        let (_, after) = rest.split_once(end).ok_or_else(|| format!("the page has no `{end}`"))?;
        Ok(format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim()))
    }
}

impl Report {
    /// All tables.
    pub(crate) fn to_markdown(&self) -> String {
        let parts = [
            format!("{}\n", self.versions),
            self.times_table(),
            self.far_away_table(),
            self.instructions_table(),
            self.promises_table(),
            crate::runs::spread(&self.runs),
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// The times of one row.
    pub(crate) fn times_of(&self, row: &Row) -> Option<&Times> {
        self.times.iter().find(|times| times.row.is(row))
    }

    fn counts_of(&self, row: &Row) -> Option<&Counts> {
        self.instructions.iter().find(|counts| counts.row.is(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::{FLOOR, GATEWAY, ROWS};

    #[test]
    fn only_what_lies_between_the_marks_is_written() -> Result<(), Failure> {
        let marks = Marks { begin: "<a>", end: "</a>" };
        assert_eq!(marks.between("x <a> old </a> y", "new\n")?, "x <a>\n\nnew\n\n</a> y");
        assert!(marks.between("x </a> y", "new").is_err());
        Ok(())
    }

    #[test]
    fn every_row_that_was_counted_is_in_a_table() {
        let counts =
            |row: &Row| Counts { row: *row, init: 1_000_000, init_and_first: 2_000_000, all: 3_000_000 };
        let instructions = ROWS.iter().filter(|row| row.is_in_rust()).map(counts).collect();
        let text = Report { instructions, ..Report::default() }.to_markdown();
        for row in ROWS.iter().filter(|row| row.is_in_rust()) {
            assert!(text.contains(&row.function.to_string()) && text.contains(&row.operation.to_string()));
        }
        assert!(!text.contains("warm p50"), "what was not measured has no table");
        assert!(text.contains("instructions of a request above the bare SDK call's"));
    }

    #[test]
    fn times_are_in_multiples_of_the_floor() {
        let times = |row: Row, milliseconds: f64| Times {
            row,
            init: milliseconds,
            first: milliseconds,
            cpu_first: milliseconds,
            warm_p50: milliseconds,
            warm_p99: milliseconds,
            cpu_warm: milliseconds,
            peak_memory: 1e6,
            zip: 3e6,
        };
        let report = Report { times: vec![times(FLOOR, 2.0), times(GATEWAY, 5.0)], ..Report::default() };
        let text = report.to_markdown();
        assert!(text.contains("1 (2.00 ms)") && text.contains("| 2.50 |"), "{text}");
        assert!(
            text.contains("| CPU of init and first request, in floors | at most 2.6 | 2.50 | met |"),
            "{text}"
        );
        assert!(text.contains("| zip of the gateway | at most 3.4 MB | 3.00 MB | met |"), "{text}");
    }
}
