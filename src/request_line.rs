//! The log line of a request, which is also its metrics.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::telemetry::{Level, Line, Measured, Metric, Unit};

/// All requests.
const SERVICE: &[&str] = &["service"];
/// The requests for one operation.
const OPERATION: &[&str] = &["service", "operation"];

/// Requests, by operation and outcome.
const REQUESTS: Metric = Metric {
    name: "Requests",
    unit: Unit::Count,
    dimensions: &[SERVICE, OPERATION, &["service", "operation", "outcome"]],
};
/// The time from the event to the answer.
const DURATION: Metric =
    Metric { name: "duration_ms", unit: Unit::Milliseconds, dimensions: &[SERVICE, OPERATION] };
/// The part of it that was spent on Chime, where Chime was asked: attempts, and waits between them.
const CHIME_DURATION: Metric =
    Metric { name: "chime_ms", unit: Unit::Milliseconds, dimensions: &[SERVICE, OPERATION] };
/// The part of it that was spent on the registry's table, where it was asked: attempts, and waits between them.
const REGISTRY_DURATION: Metric =
    Metric { name: "registry_ms", unit: Unit::Milliseconds, dimensions: &[SERVICE, OPERATION] };
/// Requests that were refused since a limit of the tenant was reached.
const LIMIT_REACHED: Metric = Metric::of_service("LimitReached");
/// Requests with a request to the registry's table that got no answer in the end, whatever the caller got.
const REGISTRY_FAILED: Metric = Metric::of_service("RegistryFailed");
/// Processes that served their first request.
const COLD_STARTS: Metric = Metric::of_service("ColdStarts");

/// What must wake somebody, whatever status the caller gets. Each is a metric of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// The account has as many meetings as its quota allows.
    QuotaFull,
    /// Chime returned another meeting than the one asked for.
    DifferentMeeting,
    /// Chime refused members that satisfy its published rules.
    ChimeRejected,
    /// Chime does not let the stack call it, or there are no credentials.
    ChimeAccessDenied,
    /// A bug of the gateway.
    InternalError,
}

const QUOTA_FULL: Metric = Metric::of_service("QuotaFull");
const DIFFERENT_MEETING: Metric = Metric::of_service("DifferentMeeting");
const CHIME_REJECTED: Metric = Metric::of_service("ChimeRejected");
const CHIME_ACCESS_DENIED: Metric = Metric::of_service("ChimeAccessDenied");
const INTERNAL_ERROR: Metric = Metric::of_service("InternalError");

impl Alarm {
    fn metric(self) -> &'static Metric {
        match self {
            Alarm::QuotaFull => &QUOTA_FULL,
            Alarm::DifferentMeeting => &DIFFERENT_MEETING,
            Alarm::ChimeRejected => &CHIME_REJECTED,
            Alarm::ChimeAccessDenied => &CHIME_ACCESS_DENIED,
            Alarm::InternalError => &INTERNAL_ERROR,
        }
    }
}

/// Every metric of the gateway.
pub const METRICS: &[&Metric] = &[
    &REQUESTS, &DURATION, &CHIME_DURATION, &REGISTRY_DURATION, &COLD_STARTS, &QUOTA_FULL, &DIFFERENT_MEETING,
    &CHIME_REJECTED, &CHIME_ACCESS_DENIED, &INTERNAL_ERROR, &LIMIT_REACHED, &REGISTRY_FAILED,
];

/// How a request ended, for its log line.
#[derive(Debug)]
pub(crate) struct Ending {
    level: Level,
    message: &'static str,
    outcome: &'static str,
    status: u16,
    code: Option<&'static str>,
    cause: Option<String>,
    alarm: Option<Alarm>,
    limit: Option<&'static str>,
    room_opened: bool,
}

impl Ending {
    /// The request was served.
    pub(crate) fn served(status: u16) -> Self {
        Ending {
            level: Level::Info,
            message: "request served",
            outcome: if status == 201 { "created" } else { "ok" },
            status,
            code: None,
            cause: None,
            alarm: None,
            limit: None,
            room_opened: false,
        }
    }

    /// The request was answered with a problem of that status and code. The cause has nothing sensitive.
    pub(crate) fn problem(status: u16, code: &'static str, cause: String, alarm: Option<Alarm>) -> Self {
        let (level, message) = match status {
            500.. => (Level::Error, "request failed"),
            // Some refusals need an operator too, such as a meeting that is not the one asked for.
            _ if alarm.is_some() => (Level::Error, "request failed"),
            _ => (Level::Warn, "request refused"),
        };
        let outcome = match status {
            429 => "throttled",
            500.. => "failed",
            _ => "refused",
        };
        let code = Some(code);
        Ending {
            level,
            message,
            outcome,
            status,
            code,
            cause: Some(cause),
            alarm,
            limit: None,
            room_opened: false,
        }
    }

    /// The name of the tenant's limit that was reached, if that is why.
    pub(crate) fn at_limit(self, limit: Option<&'static str>) -> Self {
        Ending { limit, ..self }
    }

    /// Whether the request has opened a room. Only then does it count among those that created a meeting.
    pub(crate) fn opening_room(self, room_opened: bool) -> Self {
        Ending { room_opened, ..self }
    }
}

/// What is known of a request when it ends.
#[derive(Debug)]
pub(crate) struct Request<'r> {
    pub(crate) service: &'r str,
    pub(crate) is_cold_start: bool,
    pub(crate) function_request_id: &'r str,
    pub(crate) xray_trace_id: Option<&'r str>,
    /// The id that the caller sees.
    pub(crate) correlation_id: &'r str,
    pub(crate) operation: Option<&'static str>,
    pub(crate) tenant: Option<&'r str>,
    /// Stands for the caller, who must not be named.
    pub(crate) caller: Option<&'r str>,
    pub(crate) meeting_id: Option<&'r str>,
    pub(crate) media_region: Option<&'r str>,
    /// How many attempts were made at calls to Chime.
    pub(crate) attempts: u32,
    /// Chime's id of the last of them that it answered.
    pub(crate) chime_request_id: Option<&'r str>,
    /// The part of `duration` that was spent on Chime.
    pub(crate) chime_duration: Duration,
    /// How many attempts were made at requests to the registry's table.
    pub(crate) registry_attempts: u32,
    /// The part of `duration` that was spent on the table.
    pub(crate) registry_duration: Duration,
    /// Whether a request to the table got no answer in the end.
    pub(crate) registry_failed: bool,
    /// From the event to the answer.
    pub(crate) duration: Duration,
}

/// The members of the line, besides those of every line.
#[derive(Serialize)]
struct Members<'r> {
    correlation_id: &'r str,
    /// The operation's name, or `none` when the request matches no operation.
    operation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<&'r str>,
    outcome: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    attempts: u32,
    /// Where it is no metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    chime_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chime_request_id: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
    /// Only where it is true, so that a query finds it by its presence.
    #[serde(skip_serializing_if = "Option::is_none")]
    room_opened: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meeting_id: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_region: Option<&'r str>,
}

impl Request<'_> {
    /// The line of the request.
    pub(crate) fn line(&self, ending: Ending, time: SystemTime) -> String {
        let mut measured = Measured::default();
        measured.count(&REQUESTS);
        measured.time(&DURATION, self.duration);
        // A request that never asked Chime has the member alone: as a metric it would pull Chime's percentiles down.
        let chime_ms = if self.attempts > 0 {
            measured.time(&CHIME_DURATION, self.chime_duration);
            None
        } else {
            Some(0.0)
        };
        let asked_registry = self.registry_attempts > 0;
        if asked_registry {
            measured.time(&REGISTRY_DURATION, self.registry_duration);
        }
        if self.is_cold_start {
            measured.count(&COLD_STARTS);
        }
        if let Some(alarm) = ending.alarm {
            measured.count(alarm.metric());
        }
        if ending.limit.is_some() {
            measured.count(&LIMIT_REACHED);
        }
        if self.registry_failed {
            measured.count(&REGISTRY_FAILED);
        }
        let line = Line {
            level: ending.level,
            message: ending.message,
            service: self.service,
            cold_start: self.is_cold_start,
            function_request_id: self.function_request_id,
            xray_trace_id: self.xray_trace_id,
            members: Members {
                correlation_id: self.correlation_id,
                operation: self.operation.unwrap_or("none"),
                tenant: self.tenant,
                caller: self.caller,
                outcome: ending.outcome,
                status: ending.status,
                code: ending.code,
                cause: ending.cause,
                attempts: self.attempts,
                chime_ms,
                chime_request_id: self.chime_request_id,
                registry_attempts: asked_registry.then_some(self.registry_attempts),
                limit: ending.limit,
                room_opened: ending.room_opened.then_some(true),
                meeting_id: self.meeting_id,
                media_region: self.media_region,
            },
            measured,
        };
        line.text(time)
    }
}
