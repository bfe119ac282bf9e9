//! The table of promises: what each line promises, and what was measured.

use std::fmt::Write as _;

use super::Report;
use crate::budget::{
    MAX_GATEWAY_ZIP_BYTES, MAX_INIT_AND_FIRST, MAX_JOIN_ABOVE_BARE, MAX_NOTIFICATIONS_ZIP_BYTES,
};
use crate::statistics::float;
use crate::subjects::{
    BARE_CALL, FLOOR, Function, GATEWAY, GATEWAY_BEARER, Operation, Row, TENANTS, bare, join, peer,
    with_tenants,
};

/// What a line promises, and what was measured.
struct Promise {
    promise: &'static str,
    limit: String,
    measured: String,
    is_met: bool,
}

/// Instructions of one RS256 verification with a key of 2048 bits by ring under callgrind: what its annotation gives for
/// `ring::rsa::verification::verify_rsa_`, by the number of requests.
const RS256_VERIFICATION: u64 = 406_000;

impl Report {
    pub(super) fn promises_table(&self) -> String {
        let mut promises = Vec::new();
        self.promises_of_times(&mut promises);
        self.promises_of_sizes(&mut promises);
        self.promises_beside_peers(&mut promises);
        self.promises_of_instructions(&mut promises);
        if promises.is_empty() {
            return String::new();
        }
        let mut table = String::from("| promise | limit | measured | |\n|---|---|---|---|\n");
        for Promise { promise, limit, measured, is_met } in promises {
            let verdict = if is_met { "met" } else { "**missed**" };
            let _ = writeln!(table, "| {promise} | {limit} | {measured} | {verdict} |");
        }
        table
    }

    fn promises_of_times(&self, promises: &mut Vec<Promise>) {
        if let Some([floor, gateway]) = self.init_without_network {
            promises.push(at_most("init without network, in floors", gateway / floor, 1.4, ""));
        }
        if let (Some(floor), Some(gateway)) = (self.times_of(&FLOOR), self.times_of(&GATEWAY)) {
            let ratio = gateway.cpu_first / floor.cpu_first;
            promises.push(at_most("CPU of init and first request, in floors", ratio, 2.6, ""));
        }
        if let (Some(call), Some(gateway)) = (self.times_of(&BARE_CALL), self.times_of(&GATEWAY)) {
            let ratio = gateway.cpu_warm / call.cpu_warm;
            promises.push(at_most("CPU of a request, in bare SDK calls, authorizer mode", ratio, 1.0, ""));
        }
        for (row, promise) in [
            (GATEWAY, "first request far away, in warm ones, authorizer mode"),
            (GATEWAY_BEARER, "first request far away, in warm ones, bearer mode"),
        ] {
            if let Some(row) = self.far_away.iter().find(|times| times.row.is(&row)) {
                promises.push(at_most(promise, row.first / row.warm, 1.5, ""));
            }
        }
        let [few, _, many] = TENANTS;
        if let (Some(few_times), Some(many_times)) =
            (self.times_of(&with_tenants(few)), self.times_of(&with_tenants(many)))
        {
            let tenants = u32::try_from(many.saturating_sub(few)).map_or(f64::INFINITY, f64::from);
            let microseconds = (many_times.init - few_times.init) * 1000.0 / tenants;
            promises.push(at_most("init, for each tenant of 10,000", microseconds, 3.0, " µs"));
            promises.push(at_most(
                "CPU of a request at 10,000 tenants, in those at 10",
                many_times.cpu_warm / few_times.cpu_warm,
                1.1,
                "",
            ));
        }
    }

    fn promises_of_sizes(&self, promises: &mut Vec<Promise>) {
        if let Some(gateway) = self.times_of(&GATEWAY) {
            let limit = float(MAX_GATEWAY_ZIP_BYTES) / 1e6;
            promises.push(at_most("zip of the gateway", gateway.zip / 1e6, limit, " MB"));
        }
        if let Some(zip) = self.notifications_zip {
            let limit = float(MAX_NOTIFICATIONS_ZIP_BYTES) / 1e6;
            promises.push(at_most("zip of `notifications`", float(zip) / 1e6, limit, " MB"));
        }
    }

    fn promises_beside_peers(&self, promises: &mut Vec<Promise>) {
        let Some(gateway) = self.times_of(&GATEWAY) else { return };
        for (function, first, first_promise, warm_promise) in [
            (
                Function::Node,
                30.0,
                "CPU of init and first request, Node.js to gateway",
                "CPU of a request, Node.js to gateway",
            ),
            (
                Function::Python,
                50.0,
                "CPU of init and first request, Python to gateway",
                "CPU of a request, Python to gateway",
            ),
        ] {
            let Some(peer) = self.times_of(&peer(function, Operation::CreateMeeting)) else { continue };
            for (promise, measured, limit) in [
                (first_promise, peer.cpu_first / gateway.cpu_first, first),
                (warm_promise, peer.cpu_warm / gateway.cpu_warm, 8.0),
            ] {
                promises.push(Promise {
                    promise,
                    limit: format!("at least {limit}"),
                    measured: format!("{measured:.1}"),
                    is_met: measured >= limit,
                });
            }
        }
    }

    fn promises_of_instructions(&self, promises: &mut Vec<Promise>) {
        if let Some(gateway) = self.counts_of(&GATEWAY) {
            let millions = float(gateway.init_and_first) / 1e6;
            let promise = "instructions of init and first request, authorizer mode";
            promises.push(at_most(promise, millions, float(MAX_INIT_AND_FIRST) / 1e6, " M"));
        }
        let rs256 = float(RS256_VERIFICATION) / 1e3;
        let join_limit = float(MAX_JOIN_ABOVE_BARE) / 1e3;
        for (promise, row, call, limit) in [
            (
                "instructions of a request above the bare SDK call's, authorizer mode",
                GATEWAY,
                BARE_CALL,
                100.0,
            ),
            ("the same, bearer mode, with one RS256 verification", GATEWAY_BEARER, BARE_CALL, 100.0 + rs256),
            (
                "instructions of Join above the bare SDK call's, the proof remembered",
                join(),
                bare(Operation::CreateAttendee),
                join_limit,
            ),
        ] {
            if let (Some(counts), Some(call)) = (self.counts_of(&row), self.counts_of(&call)) {
                let above = (float(counts.warm_request()) - float(call.warm_request())) / 1e3;
                promises.push(at_most(promise, above, limit, " K"));
            }
        }
        let [few, _, many] = TENANTS.map(|count: usize| -> Row { with_tenants(count) });
        if let (Some(few), Some(many)) = (self.counts_of(&few), self.counts_of(&many)) {
            let ratio = float(many.warm_request()) / float(few.warm_request());
            let promise = "instructions of a request at 10,000 tenants, in those at 10";
            promises.push(at_most(promise, ratio, 1.05, ""));
        }
    }
}

fn at_most(promise: &'static str, measured: f64, limit: f64, unit: &str) -> Promise {
    Promise {
        promise,
        limit: format!("at most {limit}{unit}"),
        measured: format!("{measured:.2}{unit}"),
        is_met: measured <= limit,
    }
}
