//! Makes and writes the log line of a request as often as its argument says. Built of the gateway's own source files.

#![expect(dead_code, unreachable_pub, reason = "the included files are parts of a library")]

use std::hint::black_box;
use std::time::{Duration, SystemTime};

use request_line::{Alarm, Ending, Request};

mod telemetry;

#[path = "../../../src/request_line.rs"]
mod request_line;

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1);
    for number in 0..count {
        let request = Request {
            service: "meeting-gateway",
            is_cold_start: number == 0,
            function_request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            xray_trace_id: Some("1-5759e988-bd862e3fe1be46a994272793"),
            correlation_id: "JKJaXmPLvHcESHA=",
            operation: Some("CreateMeeting"),
            tenant: Some("acme"),
            caller: Some("dfe98d1c8a191f1c"),
            meeting_id: Some("eb81e378-37db-4b5a-8e57-88904f2c1152"),
            media_region: Some("eu-central-1"),
            attempts: 1,
            chime_request_id: Some("1f0a7c3e-6f0c-4a53-9d0b-0c1f2f3f4f5f"),
            chime_duration: Duration::from_micros(41_234),
            registry_attempts: 3,
            registry_duration: Duration::from_micros(8_123),
            registry_failed: true,
            duration: Duration::from_micros(52_345),
        };
        // The longest kind of line, longer than any that is written: a refusal that is an alarm, and a limit.
        let cause = "QuotaFull after 1 attempt(s): status 400, code LimitExceededException".to_owned();
        let ending = Ending::problem(429, "LimitExceededException", cause, Some(Alarm::QuotaFull))
            .at_limit(Some("OpenMeetingsPerCaller"));
        telemetry::write_line(&black_box(request).line(ending, SystemTime::now()));
    }
}
