//! Errors of Chime as a closed enum, made from the SDK's open set of errors.

use std::error::Error;
use std::io;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_chimesdkmeetings::config::http::HttpResponse;
use aws_sdk_chimesdkmeetings::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_chimesdkmeetings::operation::RequestId as _;
use aws_smithy_runtime_api::client::dns::ResolveDnsError;

use crate::log_text::bounded;
use crate::outbound::{causes, chain_of_causes};

/// Why a request to Chime failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChimeErrorKind {
    /// The primary meeting is missing, ended or another tenant's. The caller is not told which.
    PrimaryNotTheTenants,
    /// The primary meeting is the tenant's, but is itself a replica.
    PrimaryIsReplica,
    /// The tenant has no such meeting. The caller is not told why.
    NoSuchMeeting(Missing),
    /// Chime refused the request's members, though they satisfy its published model.
    Rejected,
    /// Chime has no such meeting: its typed NotFoundException.
    NotFound,
    /// The stack may not do this: its IAM policy, or a meeting that it did not create.
    Forbidden,
    /// Chime does not let the stack call it: its credentials or its account.
    Misconfigured,
    /// The token was used with other members, or by a request that is still in progress: Chime has one error for both.
    Conflict,
    /// Chime returned a meeting that differs from the request in these members. The caller does not get it.
    DifferentMeeting(Vec<String>),
    /// Too many requests, with Chime's `Retry-After`.
    Throttled(Option<Duration>),
    /// The account has as many meetings as its quota allows.
    QuotaFull,
    /// The meeting has as many attendees as it allows.
    MeetingFull,
    /// Chime did not give out that token of a page.
    InvalidNextToken,
    /// Chime failed, or its answer is invalid.
    Failed,
    /// Chime answered that it is unavailable, with its `Retry-After`.
    Unavailable(Option<Duration>),
    /// There was no connection to Chime, so nothing was sent.
    Unreachable,
    /// The connection to Chime broke before an answer.
    Disconnected,
    /// No answer within the time left.
    TimedOut,
    /// The gateway could not build the request: a bug, or no random bytes.
    NotSent,
}

/// Why a tenant has no such meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Chime's typed NotFoundException, and nothing else: the meeting has ended or never existed.
    NotFound,
    /// The meeting goes on, and its TenantIds are not the tenant's.
    OtherTenantIds,
    /// Chime does not let the stack see it: IAM, or the tag of another stack.
    Forbidden,
    /// Chime refused the id.
    Rejected,
}

/// A failed request to Chime, with the details for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?} after {attempts} attempt(s): {detail}")]
pub struct ChimeError {
    /// What went wrong.
    pub kind: ChimeErrorKind,
    /// The details, for the log only.
    pub detail: String,
    /// Chime's own request id, when there was an answer.
    pub request_id: Option<String>,
    /// How many attempts were made.
    pub attempts: u32,
    /// Whether Chime may have done what an attempt before the last one asked for.
    pub may_have_happened: bool,
}

impl ChimeErrorKind {
    /// Whether Chime may have done what the request asked for.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        matches!(self, ChimeErrorKind::Failed | ChimeErrorKind::TimedOut | ChimeErrorKind::Disconnected)
    }
}

impl ChimeError {
    /// Whether a deletion is done although Chime found nothing to delete: an earlier attempt may have deleted it.
    pub(super) fn is_done_deletion(&self) -> bool {
        self.kind == ChimeErrorKind::NotFound && self.may_have_happened
    }

    /// Whether Chime surely did nothing of what was asked for, in any attempt.
    #[must_use]
    pub fn nothing_happened(&self) -> bool {
        !self.may_have_happened && !self.kind.may_have_happened()
    }

    pub(super) fn new(kind: ChimeErrorKind, detail: impl Into<String>) -> Self {
        ChimeError { kind, detail: detail.into(), request_id: None, attempts: 0, may_have_happened: false }
    }

    /// An error for the tests of what becomes of it.
    #[cfg(test)]
    pub(crate) fn for_tests(kind: ChimeErrorKind) -> Self {
        ChimeError::new(kind, "a test")
    }

    /// Classifies an error of the SDK.
    pub(super) fn from_sdk<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let response = error.raw_response();
        let status = response.map(|response| response.status().as_u16());
        let retry_after =
            response.and_then(|response| response.headers().get("retry-after")).and_then(seconds);
        let kind = match error {
            SdkError::ConstructionFailure(_) => ChimeErrorKind::NotSent,
            SdkError::TimeoutError(_) => ChimeErrorKind::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => ChimeErrorKind::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_user() => ChimeErrorKind::NotSent,
            SdkError::DispatchFailure(_) if causes(error).any(|cause| cause.is::<CredentialsError>()) => {
                ChimeErrorKind::Misconfigured
            }
            SdkError::DispatchFailure(_) if causes(error).any(is_unsent) => ChimeErrorKind::Unreachable,
            SdkError::DispatchFailure(_) => ChimeErrorKind::Disconnected,
            _ => classify(status, error.code(), retry_after),
        };
        // Chime's messages may quote members of the request, so only the code of Chime's errors is logged.
        let detail = match error {
            SdkError::ServiceError(_) => {
                let code = bounded(error.code().unwrap_or("none"));
                format!("status {}, code {code}", status.unwrap_or_default())
            }
            // Not the SDK's `DisplayErrorContext`: its debug view has the answer's body.
            _ => format!("status {}, {}", status.unwrap_or_default(), chain_of_causes(error)),
        };
        ChimeError { request_id: error.request_id().map(str::to_owned), ..ChimeError::new(kind, detail) }
    }
}

fn classify(status: Option<u16>, code: Option<&str>, retry_after: Option<Duration>) -> ChimeErrorKind {
    match (status, code) {
        // Chime answers a full quota with 400, though the request is valid.
        (_, Some("LimitExceededException")) => ChimeErrorKind::QuotaFull,
        (Some(429), _) | (_, Some("ThrottlingException" | "TooManyRequestsException")) => {
            ChimeErrorKind::Throttled(retry_after)
        }
        (Some(401), _) => ChimeErrorKind::Misconfigured,
        (Some(403), _) => ChimeErrorKind::Forbidden,
        (Some(409), _) => ChimeErrorKind::Conflict,
        // Without its code, the answer comes from a proxy and not from Chime. A room's meeting is given up on Chime's alone.
        (Some(404), Some("NotFoundException")) => ChimeErrorKind::NotFound,
        // Without a code, likewise.
        (Some(400 | 422), Some(_)) => ChimeErrorKind::Rejected,
        (Some(503), _) => ChimeErrorKind::Unavailable(retry_after),
        _ => ChimeErrorKind::Failed,
    }
}

/// Whether a cause says that nothing was sent: no address, nobody listens there, or a pooled connection that the other end
/// closed was noticed before anything was written to it.
fn is_unsent(cause: &(dyn Error + 'static)) -> bool {
    let refused = cause
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
    let unsent = cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled);
    refused || unsent || cause.is::<ResolveDnsError>()
}

/// `Retry-After` in seconds. Chime does not use the other form, a date, which is ignored.
fn seconds(value: &str) -> Option<Duration> {
    value.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use aws_sdk_chimesdkmeetings::operation::create_meeting::CreateMeetingError;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    type CreateError = SdkError<CreateMeetingError, HttpResponse>;

    #[test]
    fn classifies_errors_without_an_answer() {
        let no_credentials = CredentialsError::not_loaded("none in the environment");
        for (error, expected, detail, why) in [
            (
                CreateError::construction_failure("no host"),
                ChimeErrorKind::NotSent,
                "no host",
                "a request that could not be built",
            ),
            (
                CreateError::timeout_error("too long"),
                ChimeErrorKind::TimedOut,
                "too long",
                "the SDK's own timeout",
            ),
            (
                CreateError::dispatch_failure(ConnectorError::timeout("connect timed out".into())),
                ChimeErrorKind::TimedOut,
                "connect timed out",
                "the HTTP client's timeout",
            ),
            (
                CreateError::dispatch_failure(ConnectorError::user("bad header".into())),
                ChimeErrorKind::NotSent,
                "bad header",
                "a request that is not HTTP",
            ),
            (
                CreateError::dispatch_failure(ConnectorError::other(no_credentials.into(), None)),
                ChimeErrorKind::Misconfigured,
                "none in the environment",
                "missing credentials as a nested cause",
            ),
            (
                CreateError::dispatch_failure(ConnectorError::io("reset by peer".into())),
                ChimeErrorKind::Disconnected,
                "reset by peer",
                "the connection broke",
            ),
            (
                CreateError::dispatch_failure(ConnectorError::io(
                    io::Error::from(io::ErrorKind::ConnectionRefused).into(),
                )),
                ChimeErrorKind::Unreachable,
                "refused",
                "nobody listens",
            ),
            (
                CreateError::dispatch_failure(ConnectorError::io(
                    io::Error::from(io::ErrorKind::ConnectionReset).into(),
                )),
                ChimeErrorKind::Disconnected,
                "reset",
                "a reset comes after something was sent",
            ),
            (
                CreateError::dispatch_failure(ConnectorError::io(
                    ResolveDnsError::new("no such host").into(),
                )),
                ChimeErrorKind::Unreachable,
                "no such host",
                "no address",
            ),
        ] {
            let failure = ChimeError::from_sdk(&error);
            assert_eq!(failure.kind, expected, "{why}");
            assert!(failure.detail.contains(detail), "the log gets the innermost cause: {}", failure.detail);
            assert_eq!(failure.request_id, None);
        }
    }

    #[test]
    fn logs_the_code_of_chimes_error_but_not_its_message() {
        let metadata =
            ErrorMetadata::builder().code("BadRequestException").message("anna@example.com").build();
        let response = HttpResponse::new(400.try_into().unwrap(), SdkBody::empty());
        let error = CreateError::service_error(CreateMeetingError::generic(metadata), response);
        let failure = ChimeError::from_sdk(&error);
        assert_eq!(failure.detail, "status 400, code BadRequestException");
        assert_eq!(failure.kind, ChimeErrorKind::Rejected);
    }

    #[test]
    fn displays_the_kind_the_attempts_and_the_detail() {
        let failure = ChimeError { attempts: 3, ..ChimeError::new(ChimeErrorKind::Failed, "status 500") };
        assert_eq!(failure.to_string(), "Failed after 3 attempt(s): status 500");
    }

    #[test]
    fn classifies_every_status_and_code() {
        let wait = Some(Duration::from_secs(7));
        for (status, code, expected, why) in [
            (400, Some("BadRequestException"), ChimeErrorKind::Rejected, "modelled"),
            (400, Some("ValidationException"), ChimeErrorKind::Rejected, "not modelled, but seen"),
            (400, None, ChimeErrorKind::Failed, "a proxy's answer"),
            (400, Some("LimitExceededException"), ChimeErrorKind::QuotaFull, "a full quota"),
            (
                400,
                Some("ThrottlingException"),
                ChimeErrorKind::Throttled(wait),
                "by code, whatever the status",
            ),
            (401, Some("UnauthorizedException"), ChimeErrorKind::Misconfigured, "modelled"),
            (403, Some("ForbiddenException"), ChimeErrorKind::Forbidden, "modelled"),
            (403, Some("AccessDeniedException"), ChimeErrorKind::Forbidden, "the IAM policy"),
            (403, Some("ExpiredTokenException"), ChimeErrorKind::Forbidden, "the credentials"),
            (404, Some("NotFoundException"), ChimeErrorKind::NotFound, "modelled"),
            (404, Some("UnknownOperationException"), ChimeErrorKind::Failed, "not about a meeting"),
            (404, None, ChimeErrorKind::Failed, "a proxy's answer"),
            (409, Some("ConflictException"), ChimeErrorKind::Conflict, "modelled"),
            (422, Some("UnprocessableEntityException"), ChimeErrorKind::Rejected, "modelled"),
            (429, Some("ThrottlingException"), ChimeErrorKind::Throttled(wait), "modelled"),
            (429, None, ChimeErrorKind::Throttled(wait), "by status alone"),
            (500, Some("ServiceFailureException"), ChimeErrorKind::Failed, "modelled"),
            (502, None, ChimeErrorKind::Failed, "a proxy's answer"),
            (503, Some("ServiceUnavailableException"), ChimeErrorKind::Unavailable(wait), "modelled"),
            (200, None, ChimeErrorKind::Failed, "a success that can't be parsed"),
            (302, None, ChimeErrorKind::Failed, "a status that Chime does not use"),
        ] {
            assert_eq!(classify(Some(status), code, wait), expected, "{status} {code:?}: {why}");
        }
    }

    #[test]
    fn ignores_a_retry_after_that_is_not_a_number_of_seconds() {
        assert_eq!(seconds(" 3 "), Some(Duration::from_secs(3)));
        assert_eq!(seconds("-1"), None);
        assert_eq!(seconds("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
