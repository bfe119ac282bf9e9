//! The path of a request: runs its steps in order, and logs the result. A good place to start reading.

use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;
use std::time::Duration;

use futures_util::FutureExt as _;
use http::header::CONTENT_TYPE;
use tokio::time::{Instant, timeout_at};

use crate::api_gateway::{Answer, HttpRequest, PayloadFormat, REQUEST_ID};
use crate::auth::{AuthenticationError, Caller, ClaimNames, LoggedCaller, authorizer, bearer};
use crate::chime::{Attempts, Chime};
use crate::operation::{self, Call, Operation, Route, Success};
use crate::policy::Policies;
use crate::problem::Problem;
use crate::request_error::RequestError;

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
}

/// An invocation of the function.
#[derive(Debug, Clone, Copy)]
pub struct Invocation<'i> {
    /// The id of the invocation, for events without a request id.
    pub request_id: &'i str,
    /// When Lambda stops waiting for the answer.
    pub deadline: Instant,
}

/// Time before Lambda's deadline that is reserved for sending the answer.
const RESERVE: Duration = Duration::from_millis(500);

/// API Gateway times out 30 seconds after it receives the request, part of which Lambda's start may take.
const MAX_WORK_TIME: Duration = Duration::from_secs(27);

impl Gateway {
    /// A gateway with these parts.
    #[must_use]
    pub fn new(authenticator: Authenticator, policies: Policies, chime: Chime) -> Self {
        Gateway { authenticator, policies, chime }
    }

    /// Prepares for the first request: opens the connection to Chime and fetches the issuers' keys. Bounded in time,
    /// and never fails.
    pub async fn warm_up(&self) {
        match &self.authenticator {
            Authenticator::Authorizer(_) => self.chime.connect_ahead().await,
            Authenticator::Bearer(verifier) => {
                tokio::join!(self.chime.connect_ahead(), verifier.prefetch());
            }
        }
    }

    /// Answers an event, and logs the answer with its cause.
    ///
    /// A panic is answered too. `lambda_runtime` would report a failed invocation, for which API Gateway's answer is
    /// not a problem that clients understand.
    pub async fn handle(&self, event: &[u8], invocation: Invocation<'_>) -> Answer {
        let known = Known::of(invocation.request_id);
        let deadline = end_of_work(known.started, invocation.deadline);
        // Unwind safe: the cache of keys is consistent between any two statements, and the SDK's client drops the
        // connection in use.
        let serving = AssertUnwindSafe(self.serve(event, deadline, &known));
        let result = serving.catch_unwind().await.unwrap_or(Err(RequestError::Panicked));
        let answer = match result {
            Ok((operation, success)) => known.success(operation, success),
            Err(error) => known.refused(error),
        };
        answer.in_format(known.format.get().copied().unwrap_or(PayloadFormat::V2))
    }

    async fn serve(
        &self,
        event: &[u8],
        deadline: Instant,
        known: &Known<'_>,
    ) -> Result<(&'static Operation, Success), RequestError> {
        let request = HttpRequest::from_event(event)?;
        known.note_request(&request);
        let Route { operation, parameters } = operation::find(&request)?;
        known.operation.get_or_init(|| operation.name);
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
            caller: &caller,
            request: &request,
            parameters: &parameters,
            attempts: Attempts { deadline, repeat: operation.repeat },
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

/// What is known about a request so far, for its log line and its answer, also after a panic.
struct Known<'i> {
    started: Instant,
    invocation_id: &'i str,
    request_id: OnceLock<String>,
    format: OnceLock<PayloadFormat>,
    operation: OnceLock<&'static str>,
    caller: OnceLock<LoggedCaller>,
}

impl<'i> Known<'i> {
    fn of(invocation_id: &'i str) -> Self {
        Known {
            started: Instant::now(),
            invocation_id,
            request_id: OnceLock::new(),
            format: OnceLock::new(),
            operation: OnceLock::new(),
            caller: OnceLock::new(),
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

    fn success(&self, operation: &Operation, success: Success) -> Answer {
        let request_id = self.request_id();
        let caller = self.caller.get();
        tracing::info!(
            request_id,
            operation = operation.name,
            tenant = caller.map(|caller| caller.tenant.as_str()),
            caller = caller.map(|caller| caller.caller.as_str()),
            meeting_id = success.meeting_id,
            chime_request_id = success.chime_request_id,
            status = operation.success,
            milliseconds = milliseconds(self.started),
            "request served"
        );
        let request_id = (REQUEST_ID, request_id.to_owned().into());
        match success.body {
            Some(body) => {
                let content_type = (CONTENT_TYPE, "application/json".into());
                Answer::new(operation.success, vec![content_type, request_id], body)
            }
            None => Answer::new(operation.success, vec![request_id], String::new()),
        }
    }

    fn refused(&self, error: RequestError) -> Answer {
        let request_id = self.request_id();
        let operation = self.operation.get();
        let caller = self.caller.get();
        let tenant = caller.map(|caller| caller.tenant.as_str());
        let caller = caller.map(|caller| caller.caller.as_str());
        let cause = error.to_string();
        let (chime_request_id, is_alarming) = match &error {
            RequestError::Chime(error) => (error.request_id.clone(), error.is_alarming()),
            RequestError::AnothersAttendee { chime_request_id } => (chime_request_id.clone(), false),
            _ => (None, false),
        };
        let problem = Problem::of(error);
        let status = problem.status();
        let milliseconds = milliseconds(self.started);
        macro_rules! log {
            ($level:ident, $message:literal) => {
                tracing::$level!(
                    request_id, operation, tenant, caller, status, chime_request_id, milliseconds, cause,
                    $message
                )
            };
        }
        // Some 4xx need an operator too, such as a meeting that is not the one asked for.
        if status >= 500 || is_alarming {
            log!(error, "request failed");
        } else {
            log!(warn, "request refused");
        }
        problem.into_answer(request_id)
    }
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
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
