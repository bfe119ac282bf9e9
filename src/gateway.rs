//! The path of a request: runs its steps in order. A good place to start reading.

use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use http::header::CONTENT_TYPE;
use tokio::time::{Instant, timeout_at};

use crate::api_gateway::{Answer, HttpRequest, PayloadFormat, REQUEST_ID};
use crate::auth::{AuthenticationError, Caller, ClaimNames, LoggedCaller, authorizer, bearer};
use crate::chime::{Attempts, Chime, ChimeUsage};
use crate::model::MeetingId;
use crate::operation::{self, Call, Operation, Route, Success};
use crate::policy::Policies;
use crate::problem::Problem;
use crate::registry::{Registry, RegistryUsage};
use crate::request_error::RequestError;
use crate::request_line::{Ending, Request};
use crate::telemetry::ColdStart;

/// How callers are authenticated. There is no mode without authentication.
#[derive(Debug)]
pub enum Authenticator {
    /// API Gateway's authorizer has verified the token (`AUTH_MODE=authorizer`).
    Authorizer(ClaimNames),
    /// The function verifies the token itself (`AUTH_MODE=bearer`).
    Bearer(bearer::Verifier),
}

/// The gateway: everything that requests share.
#[derive(Debug)]
pub struct Gateway {
    authenticator: Authenticator,
    policies: Policies,
    chime: Chime,
    /// Without one there are no rooms and no limits.
    registry: Option<Registry>,
    cold_start: ColdStart,
}

/// An answered event.
#[derive(Debug)]
#[must_use]
pub struct Handled {
    /// The answer.
    pub answer: Answer,
    /// The log line, with the line break at its end. A function must write it, whatever the log level is.
    pub line: String,
}

/// An invocation of the function.
#[derive(Debug, Clone, Copy)]
pub struct Invocation<'i> {
    /// The id of the invocation, for events without a request id.
    pub request_id: &'i str,
    /// X-Ray's id of the trace.
    pub trace_id: Option<&'i str>,
    /// When Lambda stops waiting for the answer.
    pub deadline: Instant,
}

/// Time before Lambda's deadline that is reserved for sending the answer.
pub(crate) const RESERVE: Duration = Duration::from_millis(500);

/// API Gateway times out 30 seconds after it receives the request, part of which Lambda's start may take.
const MAX_WORK_TIME: Duration = Duration::from_secs(27);

impl Gateway {
    /// A gateway with these parts. Without a registry it has no rooms, and takes no note of meetings.
    #[must_use]
    pub fn new(
        authenticator: Authenticator,
        policies: Policies,
        chime: Chime,
        registry: Option<Registry>,
    ) -> Self {
        Gateway { authenticator, policies, chime, registry, cold_start: ColdStart::default() }
    }

    /// Prepares for the first request: opens the connections to Chime and to the registry's table, and fetches the issuers'
    /// keys. Bounded in time, and never fails.
    pub async fn warm_up(&self) {
        let keys = async {
            if let Authenticator::Bearer(verifier) = &self.authenticator {
                verifier.prefetch().await;
            }
        };
        let registry = async {
            if let Some(registry) = &self.registry {
                registry.connect_ahead().await;
            }
        };
        tokio::join!(self.chime.connect_ahead(), keys, registry);
    }

    /// Answers an event.
    ///
    /// A panic is answered too. `lambda_runtime` would report a failed invocation, for which API Gateway's answer is
    /// not a problem that clients understand.
    pub async fn handle(&self, event: &[u8], invocation: Invocation<'_>) -> Handled {
        let known = Known::of(invocation);
        let deadline = end_of_work(known.started, invocation.deadline);
        // Unwind safe: the cache of keys is consistent between any two statements, and the SDK's client drops the
        // connection in use.
        let serving = AssertUnwindSafe(self.serve(event, deadline, &known));
        let result = serving.catch_unwind().await.unwrap_or(Err(RequestError::Panicked));
        let request_id = known.request_id();
        let (meeting, ending, answer) = match result {
            Ok((operation, success)) => {
                let Success { body, meeting_id, media_region, room_opened } = success;
                let ending = Ending::served(operation.success).opening_room(room_opened);
                (Some((meeting_id, media_region)), ending, served(operation, body, request_id))
            }
            Err(error) => {
                let problem = Problem::of(&error);
                let cause = error.to_string();
                let ending = Ending::problem(problem.status(), problem.code(), cause, error.alarm());
                let ending = ending.at_limit(error.limit());
                (None, ending, problem.into_answer(request_id))
            }
        };
        let caller = known.caller.get();
        let chime_request_id = known.usage.request_id();
        let request = Request {
            service: self.chime.gateway_name(),
            is_cold_start: self.cold_start.take(),
            function_request_id: invocation.request_id,
            xray_trace_id: invocation.trace_id,
            correlation_id: request_id,
            operation: known.operation.get().copied(),
            tenant: caller.map(|caller| caller.tenant.as_str()),
            caller: caller.map(|caller| caller.caller.as_str()),
            meeting_id: meeting
                .as_ref()
                .and_then(|(id, _)| id.as_deref())
                .or(known.meeting_id.get().map(MeetingId::as_str)),
            media_region: meeting.as_ref().and_then(|(_, region)| region.as_deref()),
            attempts: known.usage.attempts(),
            chime_request_id: chime_request_id.as_deref(),
            chime_duration: known.usage.time(),
            registry_attempts: known.registry_usage.attempts(),
            registry_duration: known.registry_usage.time(),
            registry_failed: known.registry_usage.has_failed(),
            duration: known.started.elapsed(),
        };
        let line = request.line(ending, SystemTime::now());
        Handled { answer: answer.in_format(known.format.get().copied().unwrap_or(PayloadFormat::V2)), line }
    }

    async fn serve(
        &self,
        event: &[u8],
        deadline: Instant,
        known: &Known<'_>,
    ) -> Result<(&'static Operation, Success), RequestError> {
        let request = HttpRequest::from_event(event)?;
        known.note_request(&request);
        let Route { operation, parameters } = operation::find(&request, self.registry.is_some())?;
        known.operation.get_or_init(|| operation.name);
        if let Some(id) = parameters.meeting_id() {
            known.meeting_id.get_or_init(|| id);
        }
        // Only fetching an issuer's keys can take this long.
        let caller = timeout_at(deadline, self.authenticate(&request))
            .await
            .unwrap_or(Err(AuthenticationError::KeysUnavailable { retry_after: 1 }))?;
        known.caller.get_or_init(|| caller.logged(self.chime.gateway_name()));
        #[cfg(feature = "planted-panic")]
        planted_panic(&request);
        let call = Call {
            policies: &self.policies,
            chime: &self.chime,
            registry: self.registry.as_ref(),
            registry_usage: &known.registry_usage,
            caller: &caller,
            request: &request,
            parameters: &parameters,
            attempts: Attempts { deadline, repeat: operation.repeat, usage: &known.usage },
        };
        Ok((operation, operation.serve(call).await?))
    }

    async fn authenticate(&self, request: &HttpRequest) -> Result<Caller, AuthenticationError> {
        match &self.authenticator {
            Authenticator::Authorizer(names) => authorizer::authenticate(&request.authorizer, names),
            Authenticator::Bearer(verifier) => {
                verifier.authenticate(request.header("authorization").as_deref()).await
            }
        }
    }
}

/// Panics when the request asks for it, with the caller's text, which must not reach the log.
#[cfg(feature = "planted-panic")]
#[expect(clippy::panic, reason = "the feature's purpose")]
fn planted_panic(request: &HttpRequest) {
    if let Some(text) = request.header("x-planted-panic") {
        panic!("planted: {text}");
    }
}

/// When the work must end, for the answer to arrive in time.
fn end_of_work(started: Instant, deadline: Instant) -> Instant {
    let deadline = deadline.checked_sub(RESERVE).unwrap_or(started);
    deadline.min(started.checked_add(MAX_WORK_TIME).unwrap_or(deadline))
}

/// Whether a request id is valid in a header. API Gateway's always are, but a forged event's may not be.
fn is_plain(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The answer of a successful operation.
fn served(operation: &Operation, body: Option<String>, request_id: &str) -> Answer {
    let request_id = (REQUEST_ID, request_id.to_owned().into());
    match body {
        Some(body) => {
            let content_type = (CONTENT_TYPE, "application/json".into());
            Answer::new(operation.success, vec![content_type, request_id], body)
        }
        None => Answer::new(operation.success, vec![request_id], String::new()),
    }
}

/// What is known about a request so far, for its log line and its answer, also after a panic.
struct Known<'i> {
    started: Instant,
    invocation_id: &'i str,
    request_id: OnceLock<String>,
    format: OnceLock<PayloadFormat>,
    operation: OnceLock<&'static str>,
    /// The meeting in the path, whether it exists or not.
    meeting_id: OnceLock<MeetingId>,
    caller: OnceLock<LoggedCaller>,
    usage: ChimeUsage,
    registry_usage: RegistryUsage,
}

impl<'i> Known<'i> {
    fn of(invocation: Invocation<'i>) -> Self {
        Known {
            started: Instant::now(),
            invocation_id: invocation.request_id,
            request_id: OnceLock::new(),
            format: OnceLock::new(),
            operation: OnceLock::new(),
            meeting_id: OnceLock::new(),
            caller: OnceLock::new(),
            usage: ChimeUsage::default(),
            registry_usage: RegistryUsage::default(),
        }
    }

    fn note_request(&self, request: &HttpRequest) {
        if let Some(id) = request.request_id.as_deref().filter(|id| is_plain(id)) {
            self.request_id.get_or_init(|| id.to_owned());
        }
        self.format.get_or_init(|| request.format);
    }

    /// API Gateway's id of the request, else Lambda's id of the invocation.
    fn request_id(&self) -> &str {
        self.request_id.get().map_or(self.invocation_id, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends_before_lambda_and_api_gateway_time_out() {
        let started = Instant::now();
        let after = |milliseconds| started + Duration::from_millis(milliseconds);
        assert_eq!(end_of_work(started, after(10_000)), after(9_500));
        assert_eq!(end_of_work(started, after(60_000)), after(27_000));
        assert!(end_of_work(started, after(200)) <= started, "no time is left");
    }

    #[test]
    fn ignores_a_request_id_that_is_invalid_in_a_header() {
        assert!(is_plain("JKJaXmPLvHcESHA="));
        assert!(!is_plain("a\r\nset-cookie: x"));
        assert!(!is_plain("a b"));
        assert!(!is_plain(""));
        assert!(!is_plain(&"a".repeat(129)));
    }
}
