//! The tables, in Markdown, as the terminal shows them and docs/speed.md keeps them.

use std::fmt::Write as _;
use std::path::Path;

use crate::Failure;
use crate::budget::MAX_JOIN_ABOVE_BARE;
use crate::instructions::Counts;
use crate::measure::{FarAway, Times};
use crate::subjects::{
    AUTHORIZER, BARE_ATTENDEE, BARE_CALL, BEARER, FLOOR, JOIN, NODE, PYTHON, TENANTS, with_tenants,
};

/// Everything that was measured; what was not is empty.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) instructions: Vec<Counts>,
    pub(crate) times: Vec<Times>,
    pub(crate) far_away: Vec<FarAway>,
    /// Milliseconds of init without a network: the floor's and the gateway's.
    pub(crate) init_without_network: Option<[f64; 2]>,
    /// What it was measured on.
    pub(crate) versions: String,
}

/// What a line promises, and what was measured.
struct Target {
    promise: &'static str,
    limit: String,
    measured: String,
    met: bool,
}

/// Instructions of one RS256 verification with a key of 2048 bits by ring under callgrind: what its annotation gives for
/// `ring::rsa::verification::verify_rsa_`, by the number of requests.
const RS256_VERIFICATION: u64 = 406_000;

const BEGIN: &str = "<!-- written by `cargo benchmark --write` -->";
const END: &str = "<!-- end of what `cargo benchmark --write` writes -->";

/// Puts the tables between the marks of a page.
pub(crate) fn write_into(page: &Path, tables: &str) -> Result<(), Failure> {
    let text = std::fs::read_to_string(page)?;
    let (before, rest) = text.split_once(BEGIN).ok_or("the page has no mark where the tables begin")?;
    let (_, after) = rest.split_once(END).ok_or("the page has no mark where the tables end")?;
    Ok(std::fs::write(page, format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", tables.trim()))?)
}

impl Report {
    /// All tables.
    pub(crate) fn to_markdown(&self) -> String {
        let parts = [
            format!("{}\n", self.versions),
            self.times_table(),
            self.far_away_table(),
            self.instructions_table(),
            self.targets_table(),
        ];
        parts.join("\n")
    }

    /// The times of one function.
    pub(crate) fn times_of(&self, name: &str) -> Option<&Times> {
        self.times.iter().find(|times| times.name == name)
    }

    fn counts_of(&self, name: &str) -> Option<&Counts> {
        self.instructions.iter().find(|counts| counts.name == name)
    }

    fn times_table(&self) -> String {
        let Some(floor) = self.times_of(FLOOR) else { return String::new() };
        let mut table = String::from(
            "Medians, in multiples of the floor:\n\n\
             | | init | first request | CPU, init + first | warm p50 | warm p99 | CPU, warm request | peak memory | zip |\n\
             |---|---|---|---|---|---|---|---|---|\n",
        );
        for times in &self.times {
            let ratio = |value: f64, of: f64| format!("{:.2}", value / of);
            let cells = if times.name == FLOOR {
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
            let (memory, zip) = (megabytes(times.peak_memory), megabytes(times.zip));
            let _ = writeln!(table, "| {} | {} | {memory} | {zip} |", times.name, cells.join(" | "));
        }
        table
    }

    fn far_away_table(&self) -> String {
        if self.far_away.is_empty() {
            return String::new();
        }
        let mut table = String::from(
            "Chime 20 ms a round trip away, 400 ms between init and the first event:\n\n\
             | | init | first request | warm request | first, in multiples of warm |\n|---|---|---|---|---|\n",
        );
        for row in &self.far_away {
            let _ = writeln!(
                table,
                "| {} | {:.1} ms | {:.1} ms | {:.1} ms | {:.2} |",
                row.name,
                row.init,
                row.first,
                row.warm,
                row.first / row.warm
            );
        }
        table
    }

    fn instructions_table(&self) -> String {
        if self.instructions.is_empty() {
            return String::new();
        }
        let mut table = String::from(
            "Instructions, by callgrind:\n\n\
             | | millions, init | millions, init + first | thousands, warm request |\n|---|---|---|---|\n",
        );
        for counts in &self.instructions {
            let _ = writeln!(
                table,
                "| {} | {:.2} | {:.2} | {:.0} |",
                counts.name,
                float(counts.init) / 1e6,
                float(counts.init_and_first) / 1e6,
                float(counts.warm_request) / 1e3
            );
        }
        table
    }

    fn targets_table(&self) -> String {
        let mut table = String::from("| promise | limit | measured | |\n|---|---|---|---|\n");
        for target in self.targets() {
            let verdict = if target.met { "met" } else { "**missed**" };
            let _ = writeln!(
                table,
                "| {} | {} | {} | {verdict} |",
                target.promise, target.limit, target.measured
            );
        }
        table
    }

    fn targets(&self) -> Vec<Target> {
        let mut targets = Vec::new();
        self.time_targets(&mut targets);
        self.peer_targets(&mut targets);
        self.instruction_targets(&mut targets);
        targets
    }

    fn time_targets(&self, targets: &mut Vec<Target>) {
        let mut at_most = |promise, measured: f64, limit: f64, unit: &str| {
            targets.push(Target {
                promise,
                limit: format!("at most {limit}{unit}"),
                measured: format!("{measured:.2}{unit}"),
                met: measured <= limit,
            });
        };
        if let (Some(floor), Some(gateway)) = (self.times_of(FLOOR), self.times_of(AUTHORIZER)) {
            if let Some([floor, gateway]) = self.init_without_network {
                at_most("init without network, in floors", gateway / floor, 1.5, "");
            }
            at_most("CPU of init and first request, in floors", gateway.cpu_first / floor.cpu_first, 2.6, "");
            at_most("zip", gateway.zip / 1e6, float(crate::budget::MAX_GATEWAY_ZIP_BYTES) / 1e6, " MB");
        }
        for (name, promise) in [
            (AUTHORIZER, "first request far away, in warm ones, authorizer mode"),
            (BEARER, "first request far away, in warm ones, bearer mode"),
        ] {
            if let Some(row) = self.far_away.iter().find(|row| row.name == name) {
                at_most(promise, row.first / row.warm, 1.5, "");
            }
        }
        if let [few, .., many] = self.sizes_of_policy().as_slice()
            && let (Some(few_times), Some(many_times)) = (self.times_of(&few.1), self.times_of(&many.1))
        {
            let microseconds = (many_times.init - few_times.init) * 1000.0 / (float(many.0) - float(few.0));
            at_most("init, for each tenant of 10,000", microseconds, 3.0, " µs");
            at_most(
                "CPU of a request at 10,000 tenants, in those at 10",
                many_times.cpu_warm / few_times.cpu_warm,
                1.1,
                "",
            );
        }
    }

    fn peer_targets(&self, targets: &mut Vec<Target>) {
        let Some(gateway) = self.times_of(AUTHORIZER) else { return };
        for (peer, first, first_promise, warm_promise) in [
            (
                NODE,
                35.0,
                "CPU of init and first request, Node.js to gateway",
                "CPU of a request, Node.js to gateway",
            ),
            (
                PYTHON,
                60.0,
                "CPU of init and first request, Python to gateway",
                "CPU of a request, Python to gateway",
            ),
        ] {
            let Some(peer) = self.times_of(peer) else { continue };
            for (promise, measured, limit) in [
                (first_promise, peer.cpu_first / gateway.cpu_first, first),
                (warm_promise, peer.cpu_warm / gateway.cpu_warm, 8.0),
            ] {
                targets.push(Target {
                    promise,
                    limit: format!("at least {limit}"),
                    measured: format!("{measured:.1}"),
                    met: measured >= limit,
                });
            }
        }
    }

    fn instruction_targets(&self, targets: &mut Vec<Target>) {
        let mut at_most = |promise, measured: f64, limit: f64, unit: &str| {
            targets.push(Target {
                promise,
                limit: format!("at most {limit}{unit}"),
                measured: format!("{measured:.2}{unit}"),
                met: measured <= limit,
            });
        };
        if let Some(gateway) = self.counts_of(AUTHORIZER) {
            let millions = float(gateway.init_and_first) / 1e6;
            at_most("instructions of init and first request, authorizer mode", millions, 6.5, " M");
            if let Some(bare) = self.counts_of(BARE_CALL) {
                let above = (float(gateway.warm_request) - float(bare.warm_request)) / 1e3;
                at_most(
                    "instructions of a request above the bare SDK call's, authorizer mode",
                    above,
                    100.0,
                    " K",
                );
                if let Some(bearer) = self.counts_of(BEARER) {
                    let above = (float(bearer.warm_request) - float(bare.warm_request)) / 1e3;
                    let limit = 100.0 + float(RS256_VERIFICATION) / 1e3;
                    at_most("the same, bearer mode, with one RS256 verification", above, limit, " K");
                }
            }
        }
        if let (Some(join), Some(bare)) = (self.counts_of(JOIN), self.counts_of(BARE_ATTENDEE)) {
            let above = (float(join.warm_request) - float(bare.warm_request)) / 1e3;
            let limit = float(MAX_JOIN_ABOVE_BARE) / 1e3;
            at_most(
                "instructions of Join above the bare SDK call's, the proof remembered",
                above,
                limit,
                " K",
            );
        }
        if let [few, .., many] = self.sizes_of_policy().as_slice()
            && let (Some(few), Some(many)) = (self.counts_of(&few.1), self.counts_of(&many.1))
        {
            let ratio = float(many.warm_request) / float(few.warm_request);
            at_most("instructions of a request at 10,000 tenants, in those at 10", ratio, 1.05, "");
        }
    }

    fn sizes_of_policy(&self) -> Vec<(u64, String)> {
        TENANTS.map(|count| (u64::try_from(count).unwrap_or_default(), with_tenants(count))).into()
    }
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below what a float counts exactly")]
fn float(count: u64) -> f64 {
    count as f64
}
