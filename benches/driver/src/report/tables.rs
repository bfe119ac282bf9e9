//! The tables of times and of instructions.

use std::fmt::Write as _;

use super::Report;
use crate::statistics::float;
use crate::subjects::FLOOR;

impl Report {
    pub(super) fn times_table(&self) -> String {
        let Some(floor) = self.times_of(&FLOOR) else { return String::new() };
        let mut table = String::from(
            "Medians, in multiples of the floor:\n\n\
             | operation | | init | first request | CPU, init + first | warm p50 | warm p99 | CPU, warm request | peak memory | zip |\n\
             |---|---|---|---|---|---|---|---|---|---|\n",
        );
        for times in &self.times {
            let ratio = |value: f64, of: f64| format!("{:.2}", value / of);
            let cells = if times.row.is(&FLOOR) {
                [floor.init, floor.first, floor.cpu_first, floor.warm_p50, floor.warm_p99, floor.cpu_warm]
                    .map(|milliseconds| format!("1 ({milliseconds:.2} ms)"))
            } else {
                [
                    ratio(times.init, floor.init),
                    ratio(times.first, floor.first),
                    ratio(times.cpu_first, floor.cpu_first),
                    ratio(times.warm_p50, floor.warm_p50),
                    ratio(times.warm_p99, floor.warm_p99),
                    ratio(times.cpu_warm, floor.cpu_warm),
                ]
            };
            let (operation, function) = (times.row.operation, times.row.function);
            let (memory, zip) = (megabytes(times.peak_memory), megabytes(times.zip));
            let cells = cells.join(" | ");
            let _ = writeln!(table, "| {operation} | {function} | {cells} | {memory} | {zip} |");
        }
        table
    }

    pub(super) fn far_away_table(&self) -> String {
        if self.far_away.is_empty() {
            return String::new();
        }
        let mut table = String::from(
            "CreateMeeting, Chime 20 ms a round trip away, 400 ms between init and the first event:\n\n\
             | | init | first request | warm request | first, in multiples of warm |\n|---|---|---|---|---|\n",
        );
        for row in &self.far_away {
            let _ = writeln!(
                table,
                "| {} | {:.1} ms | {:.1} ms | {:.1} ms | {:.2} |",
                row.row.function,
                row.init,
                row.first,
                row.warm,
                row.first / row.warm
            );
        }
        table
    }

    pub(super) fn instructions_table(&self) -> String {
        if self.instructions.is_empty() {
            return String::new();
        }
        let mut table = String::from(
            "Instructions, by callgrind:\n\n\
             | operation | | millions, init | millions, init + first | thousands, warm request |\n|---|---|---|---|---|\n",
        );
        for counts in &self.instructions {
            let _ = writeln!(
                table,
                "| {} | {} | {:.2} | {:.2} | {:.0} |",
                counts.row.operation,
                counts.row.function,
                float(counts.init) / 1e6,
                float(counts.init_and_first) / 1e6,
                float(counts.warm_request()) / 1e3
            );
        }
        table
    }
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}
