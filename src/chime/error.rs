//! What can go wrong at Chime, as a closed enum: the SDK's open set of errors ends here.

use std::error::Error;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_chimesdkmeetings::config::http::HttpResponse;
use aws_sdk_chimesdkmeetings::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_chimesdkmeetings::operation::RequestId as _;

use crate::outbound::{causes, chain_of_causes};

/// Why there is no meeting to hand out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChimeErrorKind {
    /// The primary meeting is missing, ended or another tenant's. Which of them, the caller must not learn.
    PrimaryNotTheTenants,
    /// The primary meeting is the tenant's, and itself a replica.
    PrimaryIsReplica,
    /// There is no such meeting that is the tenant's: it is another tenant's, has ended or never was.
    NoSuchMeeting,
    /// Chime refused the request's members, though they satisfy its published model.
    Rejected,
    /// Chime knows no such meeting.
    NotFound,
    /// Chime did not let the stack call it: its IAM policy, its credentials, its account.
    Misconfigured,
    /// The token was used with other members, or by a request that is still under way: Chime has one error for both.
    Conflict,
    /// The meeting that came back differs from what was asked for in these members. It is not handed out.
    DifferentMeeting(Vec<String>),
    /// Too many requests; how long Chime asked to wait, when it did.
    Throttled(Option<Duration>),
    /// The account has as many meetings as its quota allows.
    QuotaFull,
    /// Chime failed, or answered something that can't be read.
    Failed,
    /// Chime says that it is unavailable, or can't be connected to; how long it asked to wait, when it did.
    Unavailable(Option<Duration>),
    /// No answer within the time left.
    TimedOut,
    /// The gateway could not even build the request: a bug, or no random bytes.
    NotSent,
}

/// An error of Chime, with what the log should say of it.
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
}

impl ChimeError {
    /// Whether somebody should look into it, whatever status the caller gets.
    #[must_use]
    pub fn is_alarming(&self) -> bool {
        matches!(
            self.kind,
            ChimeErrorKind::DifferentMeeting(_) | ChimeErrorKind::Rejected | ChimeErrorKind::QuotaFull
        )
    }

    pub(super) fn new(kind: ChimeErrorKind, detail: impl Into<String>) -> Self {
        ChimeError { kind, detail: detail.into(), request_id: None, attempts: 0 }
    }

    /// The error that one of the SDK stands for.
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
            // Never connected, or the connection broke before an answer: DNS, refusal, reset.
            SdkError::DispatchFailure(_) => ChimeErrorKind::Unavailable(None),
            _ => classify(status, error.code(), retry_after),
        };
        // Chime's own words may repeat members of the request, so of an error of its own only the code is kept.
        let detail = match error {
            SdkError::ServiceError(_) => {
                format!("status {}, code {}", status.unwrap_or_default(), error.code().unwrap_or("none"))
            }
            // Not the SDK's `DisplayErrorContext`: it ends in a debug view that holds the answer's body.
            _ => format!("status {}, {}", status.unwrap_or_default(), chain_of_causes(error)),
        };
        ChimeError { kind, detail, request_id: error.request_id().map(str::to_owned), attempts: 0 }
    }
}

fn classify(status: Option<u16>, code: Option<&str>, retry_after: Option<Duration>) -> ChimeErrorKind {
    match (status, code) {
        // A full quota is a 400 at Chime, and the caller's request is not at fault.
        (_, Some("LimitExceededException")) => ChimeErrorKind::QuotaFull,
        (Some(429), _) | (_, Some("ThrottlingException" | "TooManyRequestsException")) => {
            ChimeErrorKind::Throttled(retry_after)
        }
        (Some(401 | 403), _) => ChimeErrorKind::Misconfigured,
        (Some(409), _) => ChimeErrorKind::Conflict,
        (Some(404), _) => ChimeErrorKind::NotFound,
        // Without a code it is not Chime who says so, but something on the way to it.
        (Some(400 | 422), Some(_)) => ChimeErrorKind::Rejected,
        (Some(503), _) => ChimeErrorKind::Unavailable(retry_after),
        _ => ChimeErrorKind::Failed,
    }
}

/// `Retry-After` in seconds. Its other form, a date, Chime does not use; it counts as not given.
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
    fn what_happened_before_there_was_an_answer_is_told_apart() {
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
                "the SDK's own timeouts, were they on",
            ),
            (
                CreateError::dispatch_failure(ConnectorError::timeout("connect timed out".into())),
                ChimeErrorKind::TimedOut,
                "connect timed out",
                "the HTTP client's",
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
                "credentials, however deep the cause",
            ),
            (
                CreateError::dispatch_failure(ConnectorError::io("reset by peer".into())),
                ChimeErrorKind::Unavailable(None),
                "reset by peer",
                "the connection broke",
            ),
        ] {
            let failure = ChimeError::from_sdk(&error);
            assert_eq!(failure.kind, expected, "{why}");
            assert!(failure.detail.contains(detail), "the log gets the innermost cause: {}", failure.detail);
            assert_eq!(failure.request_id, None);
        }
    }

    #[test]
    fn of_what_chime_says_only_the_code_is_kept_for_the_log() {
        let metadata =
            ErrorMetadata::builder().code("BadRequestException").message("anna@example.com").build();
        let response = HttpResponse::new(400.try_into().unwrap(), SdkBody::empty());
        let error = CreateError::service_error(CreateMeetingError::generic(metadata), response);
        let failure = ChimeError::from_sdk(&error);
        assert_eq!(failure.detail, "status 400, code BadRequestException");
        assert_eq!(failure.kind, ChimeErrorKind::Rejected);
    }

    #[test]
    fn the_log_line_has_the_kind_the_attempts_and_the_detail() {
        let failure = ChimeError { attempts: 3, ..ChimeError::new(ChimeErrorKind::Failed, "status 500") };
        assert_eq!(failure.to_string(), "Failed after 3 attempt(s): status 500");
    }

    #[test]
    fn somebody_should_look_into_what_no_caller_can_mend() {
        for (error, alarming) in [
            (ChimeErrorKind::DifferentMeeting(vec!["MediaRegion".to_owned()]), true),
            (ChimeErrorKind::Rejected, true),
            (ChimeErrorKind::QuotaFull, true),
            (ChimeErrorKind::Conflict, false),
            (ChimeErrorKind::Throttled(None), false),
            (ChimeErrorKind::PrimaryNotTheTenants, false),
        ] {
            assert_eq!(ChimeError::new(error.clone(), "").is_alarming(), alarming, "{error:?}");
        }
    }

    #[test]
    fn every_status_and_code_has_its_meaning() {
        let wait = Some(Duration::from_secs(7));
        for (status, code, expected, why) in [
            (400, Some("BadRequestException"), ChimeErrorKind::Rejected, "modelled"),
            (400, Some("ValidationException"), ChimeErrorKind::Rejected, "met in the wild"),
            (400, None, ChimeErrorKind::Failed, "a proxy's: it says nothing of the request's members"),
            (400, Some("LimitExceededException"), ChimeErrorKind::QuotaFull, "a quota behind a 400"),
            (
                400,
                Some("ThrottlingException"),
                ChimeErrorKind::Throttled(wait),
                "by code, whatever the status",
            ),
            (401, Some("UnauthorizedException"), ChimeErrorKind::Misconfigured, "the stack's"),
            (403, Some("ForbiddenException"), ChimeErrorKind::Misconfigured, "the stack's"),
            (403, Some("AccessDeniedException"), ChimeErrorKind::Misconfigured, "IAM's"),
            (403, Some("ExpiredTokenException"), ChimeErrorKind::Misconfigured, "credentials"),
            (404, Some("NotFoundException"), ChimeErrorKind::NotFound, "judged by the operation"),
            (409, Some("ConflictException"), ChimeErrorKind::Conflict, "modelled"),
            (422, Some("UnprocessableEntityException"), ChimeErrorKind::Rejected, "modelled"),
            (429, Some("ThrottlingException"), ChimeErrorKind::Throttled(wait), "modelled"),
            (429, None, ChimeErrorKind::Throttled(wait), "by status alone"),
            (500, Some("ServiceFailureException"), ChimeErrorKind::Failed, "modelled"),
            (502, None, ChimeErrorKind::Failed, "a proxy's"),
            (503, Some("ServiceUnavailableException"), ChimeErrorKind::Unavailable(wait), "modelled"),
            (200, None, ChimeErrorKind::Failed, "a success that can't be read"),
            (302, None, ChimeErrorKind::Failed, "nothing that Chime answers"),
        ] {
            assert_eq!(classify(Some(status), code, wait), expected, "{status} {code:?}: {why}");
        }
    }

    #[test]
    fn a_retry_after_that_is_no_number_of_seconds_counts_as_not_given() {
        assert_eq!(seconds(" 3 "), Some(Duration::from_secs(3)));
        assert_eq!(seconds("-1"), None);
        assert_eq!(seconds("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
