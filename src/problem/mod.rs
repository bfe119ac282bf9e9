//! Errors as problems (RFC 9457) that AWS SDKs read as Chime's own exceptions. Only this module maps errors to HTTP.
//! All texts are the gateway's own: Chime's are never sent to clients.

mod errors;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::time::Duration;

use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, Method};
use serde::Serialize;

use self::errors::{Entry, entries, message};
use crate::api_gateway::{Answer, Body, BodyError, REQUEST_ID, RouteError};
use crate::auth::AuthenticationError;
use crate::chime::{ChimeError, ChimeErrorKind, Missing};
use crate::finding::{Finding, Findings};
use crate::model::NEXT_TOKEN;
use crate::policy::{AdmissionError, MissingRight};
use crate::registry::RegistryError;
use crate::request_error::RequestError;

/// Default `Retry-After`, in seconds. Chime's limit is ten requests a second, and this leaves a margin.
const USUAL_WAIT: u64 = 2;

/// `Retry-After` when the quota of meetings or a tenant's limit is full, in seconds. A meeting without attendees ends only
/// after five minutes (developer guide), so a much earlier retry rarely succeeds.
const QUOTA_WAIT: u64 = 60;

/// The header with the type of an error, by which AWS SDKs choose their exception.
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// The header that botocore reads in place of `Retry-After`, in milliseconds.
const AMZ_RETRY_AFTER: HeaderName = HeaderName::from_static("x-amz-retry-after");

/// An error in HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: u16,
    /// An exception of Chime's model, so that AWS SDKs raise their type for it.
    code: &'static str,
    detail: Cow<'static, str>,
    errors: Vec<Entry>,
    headers: Vec<(HeaderName, Cow<'static, str>)>,
}

/// The body: the members of RFC 9457 and those of Chime's errors.
#[derive(Serialize)]
struct ProblemBody<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    instance: &'a str,
    errors: &'a [Entry],
    #[serde(rename = "Code")]
    code: &'static str,
    #[serde(rename = "Message")]
    message: &'a str,
    #[serde(rename = "RequestId")]
    request_id: &'a str,
}

impl Problem {
    /// The problem for an error.
    #[must_use]
    pub fn of(error: &RequestError) -> Self {
        match error {
            RequestError::UnknownEvent(_) => {
                let detail = "the event is not an HTTP request that this gateway serves";
                Problem::new(400, "BadRequestException", detail)
            }
            RequestError::Route(RouteError::NoSuchRoute) => {
                Problem::new(404, "NotFoundException", "there is no such route")
            }
            RequestError::Route(RouteError::MethodNotAllowed { allow }) => {
                let allow: Vec<&str> = allow.iter().map(Method::as_str).collect();
                Problem::new(405, "BadRequestException", "the route has no such method")
                    .header(ALLOW, allow.join(", "))
            }
            RequestError::Authentication(error) => Problem::of_authentication(error),
            RequestError::Admission(error) => Problem::of_admission(error),
            RequestError::Body(BodyError::NotJson) => {
                Problem::new(415, "BadRequestException", "the body must be `application/json`")
            }
            RequestError::Body(BodyError::TooLarge) => Problem::new(
                413,
                "BadRequestException",
                format!("the body may have at most {} bytes", Body::MAX_BYTES),
            ),
            RequestError::Body(BodyError::InvalidBase64) => {
                Problem::of_findings(&Finding::breaks_model("#", "is not valid base64").into())
            }
            RequestError::Findings(findings) => Problem::of_findings(findings),
            RequestError::ImpossibleId(_) | RequestError::AnothersAttendee => Problem::not_found(),
            RequestError::ImpossibleRoom(rule) => {
                Problem::new(404, "NotFoundException", format!("there is no such room: its name {rule}"))
            }
            RequestError::Chime(error) => Problem::of_chime(error, "#"),
            RequestError::ChimeInRoom(error) => Problem::of_chime_in_room(error),
            RequestError::Registry(error) => Problem::of_registry(*error),
            RequestError::Panicked | RequestError::Bug(_) => Problem::internal(),
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The exception of Chime's model.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The answer to the request of that id.
    #[must_use]
    pub fn into_answer(self, request_id: &str) -> Answer {
        let body = ProblemBody {
            // The status says which kind of problem it is (RFC 9457, section 4.2.1). `Code` is more specific.
            r#type: "about:blank",
            title: title(self.status),
            status: self.status,
            detail: &self.detail,
            instance: request_id,
            errors: &self.errors,
            code: self.code,
            message: &self.detail,
            request_id,
        };
        // Serializing texts, numbers and lists can't fail.
        let body = serde_json::to_string(&body).unwrap_or_default();
        let mut headers = self.headers;
        headers.push((CONTENT_TYPE, Cow::Borrowed("application/problem+json")));
        headers.push((ERROR_TYPE, Cow::Borrowed(self.code)));
        headers.push((REQUEST_ID, Cow::Owned(request_id.to_owned())));
        Answer::new(self.status, headers, body)
    }

    fn new(status: u16, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Problem { status, code, detail: detail.into(), errors: Vec::new(), headers: Vec::new() }
    }

    fn header(mut self, name: HeaderName, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds HTTP's header, in seconds, and the one that botocore reads instead, in milliseconds.
    fn retry_after(self, wait: Option<Duration>, otherwise: u64) -> Self {
        let seconds = wait.map_or(otherwise, |wait| wait.as_secs().max(1));
        self.header(RETRY_AFTER, seconds.to_string())
            .header(AMZ_RETRY_AFTER, seconds.saturating_mul(1_000).to_string())
    }

    fn internal() -> Self {
        let detail = "the gateway failed; its log has the cause under this request id";
        Problem::new(500, "ServiceFailureException", detail)
    }

    /// Every invalid token gets the same body. Only the log says which check failed.
    fn of_authentication(error: &AuthenticationError) -> Self {
        let unauthorized = || Problem::new(401, "UnauthorizedException", "a valid bearer token is required");
        match error {
            AuthenticationError::NoCredentials => unauthorized().header(WWW_AUTHENTICATE, "Bearer"),
            AuthenticationError::InvalidCredentials(_) | AuthenticationError::InvalidToken(_) => {
                unauthorized().header(WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)
            }
            AuthenticationError::NoTenant(_) => Problem::unknown_tenant(),
            AuthenticationError::KeysUnavailable { retry_after } => {
                let detail = "the keys to verify tokens can't be fetched at the moment";
                Problem::new(503, "ServiceUnavailableException", detail)
                    .retry_after(None, u64::from(*retry_after))
            }
        }
    }

    fn unknown_tenant() -> Self {
        Problem::new(403, "ForbiddenException", "the token names no tenant that this gateway serves")
    }

    /// One answer for another tenant's meeting, an ended one, one that never was and an id that can't be one, and the same
    /// for attendees.
    fn not_found() -> Self {
        Problem::new(404, "NotFoundException", "there is no such meeting or attendee")
    }

    fn of_admission(error: &AdmissionError) -> Self {
        let AdmissionError::Lacking(missing) = error else { return Problem::unknown_tenant() };
        let needs: Vec<String> = missing.iter().map(requirement).collect();
        let detail = format!("the operation needs {}", needs.join(", or "));
        let problem = Problem::new(403, "ForbiddenException", detail);
        let scopes = missing.iter().flat_map(|missing| match missing {
            MissingRight::Requires { scopes, .. } => scopes.as_slice(),
            MissingRight::Nobodys(_) => &[],
        });
        let mut nameable: Vec<&str> = Vec::new();
        let mut lacks_scopes = false;
        for scope in scopes {
            lacks_scopes = true;
            // The policy document allows any text as a scope, but RFC 6749 limits the characters in the header.
            if is_scope_token(scope) && !nameable.contains(&scope.as_str()) {
                nameable.push(scope);
            }
        }
        if !lacks_scopes {
            return problem;
        }
        problem.header(
            WWW_AUTHENTICATE,
            format!(r#"Bearer error="insufficient_scope", scope="{}""#, nameable.join(" ")),
        )
    }

    /// 400 when any finding breaks the model, 403 when all break only the policy.
    fn of_findings(findings: &Findings) -> Self {
        let (status, code, summary) = if findings.breaking_model() > 0 {
            (400, "BadRequestException", "the request is invalid")
        } else {
            (403, "ForbiddenException", "the tenant's policy does not allow the request")
        };
        let mut problem = Problem::new(status, code, message(summary, findings));
        problem.errors = entries(findings);
        problem
    }

    /// `meeting` is the pointer to the members of the meeting that was to be created.
    fn of_chime(error: &ChimeError, meeting: &str) -> Self {
        let primary = || format!("{meeting}/PrimaryMeetingId");
        match &error.kind {
            ChimeErrorKind::PrimaryNotTheTenants => {
                let detail = "is not the id of a running meeting of this tenant";
                Problem::of_findings(&Finding::breaks_policy(primary(), detail).into())
            }
            ChimeErrorKind::PrimaryIsReplica => {
                let detail = "is itself a replica, which can't be replicated";
                Problem::of_findings(&Finding::breaks_model(primary(), detail).into())
            }
            ChimeErrorKind::NoSuchMeeting(_) => Problem::not_found(),
            ChimeErrorKind::InvalidNextToken => {
                let detail = "is not a token that an answer for this meeting had as NextToken";
                Problem::of_findings(&Finding::in_parameter(NEXT_TOKEN, detail).into())
            }
            ChimeErrorKind::Rejected => {
                let detail =
                    "Chime refuses this combination of members, for a reason outside its published model";
                Problem::new(400, "BadRequestException", detail)
            }
            ChimeErrorKind::Forbidden | ChimeErrorKind::Misconfigured | ChimeErrorKind::NotSent => {
                Problem::internal()
            }
            ChimeErrorKind::Conflict => Problem::new(
                409,
                "ConflictException",
                "another request for the same is still in progress, or the idempotency key was used with other members, \
                 or the policy changed in between",
            ),
            ChimeErrorKind::DifferentMeeting(members) => Problem::new(
                409,
                "ConflictException",
                format!("the idempotency key belongs to a meeting with other {}", members.join(", ")),
            ),
            ChimeErrorKind::Throttled(wait) => {
                Problem::new(429, "ThrottlingException", "too many requests").retry_after(*wait, USUAL_WAIT)
            }
            ChimeErrorKind::QuotaFull => Problem::full("the account's quota of meetings is full"),
            ChimeErrorKind::MeetingFull => Problem::full("the meeting has as many attendees as it allows"),
            ChimeErrorKind::NotFound | ChimeErrorKind::Failed => Problem::invalid_answer(),
            ChimeErrorKind::Unavailable(wait) => {
                Problem::new(503, "ServiceUnavailableException", "Chime is unavailable")
                    .retry_after(*wait, USUAL_WAIT)
            }
            ChimeErrorKind::Unreachable | ChimeErrorKind::Disconnected => {
                Problem::new(503, "ServiceUnavailableException", "Chime is unavailable")
                    .retry_after(None, USUAL_WAIT)
            }
            ChimeErrorKind::TimedOut => {
                Problem::new(504, "ServiceUnavailableException", "Chime did not answer in time")
            }
        }
    }
}

impl Problem {
    fn of_chime_in_room(error: &ChimeError) -> Self {
        match &error.kind {
            ChimeErrorKind::Conflict | ChimeErrorKind::DifferentMeeting(_) => {
                let detail = "another request is opening the room; it can be joined in a moment";
                Problem::new(503, "ServiceUnavailableException", detail).retry_after(None, USUAL_WAIT)
            }
            // The registry says that the meeting is the stack's own.
            ChimeErrorKind::NoSuchMeeting(Missing::Forbidden) => Problem::internal(),
            ChimeErrorKind::NoSuchMeeting(Missing::Rejected) => Problem::invalid_answer(),
            ChimeErrorKind::NoSuchMeeting(Missing::OtherTenantIds) => {
                Problem::of_registry(RegistryError::RoomOfOtherTenantIds)
            }
            _ => Problem::of_chime(error, "#/Meeting"),
        }
    }

    fn of_registry(error: RegistryError) -> Self {
        match error {
            RegistryError::RoomNotOpen => {
                let detail = "the room is not open; it opens when somebody with the right Create joins it";
                Problem::new(404, "NotFoundException", detail)
            }
            RegistryError::RoomOfOtherTenantIds => {
                let detail = "the room's meeting has other TenantIds than the tenant has now; the room is free again once \
                              that meeting has ended";
                Problem::new(409, "ConflictException", detail)
            }
            RegistryError::TenantLimit(limit) => Problem::full(format!(
                "the tenant has as many open meetings as its policy allows: `OpenMeetings` is {limit}"
            )),
            RegistryError::CallerLimit(limit) => Problem::full(format!(
                "the caller has as many open meetings as the tenant's policy allows: `OpenMeetingsPerCaller` is {limit}"
            )),
            RegistryError::Unavailable => {
                let detail = "rooms and limits can't be looked up at the moment";
                Problem::new(503, "ServiceUnavailableException", detail).retry_after(None, USUAL_WAIT)
            }
        }
    }

    fn invalid_answer() -> Self {
        Problem::new(502, "ServiceFailureException", "Chime failed or returned an invalid answer")
    }

    fn full(detail: impl Into<Cow<'static, str>>) -> Self {
        Problem::new(429, "LimitExceededException", detail).retry_after(None, QUOTA_WAIT)
    }
}

/// What a caller needs for a right.
fn requirement(missing: &MissingRight) -> String {
    match missing {
        MissingRight::Nobodys(right) => {
            format!("the right {}, which the tenant's policy gives to nobody", right.as_str())
        }
        MissingRight::Requires { right, scopes, groups } => {
            let mut needs = Vec::new();
            if !scopes.is_empty() {
                needs.push(format!("one of the scopes {}", quoted(scopes)));
            }
            if !groups.is_empty() {
                needs.push(format!("one of the groups {}", quoted(groups)));
            }
            let needs = needs.join(" and ");
            format!("the right {}, for which the tenant's policy requires {needs}", right.as_str())
        }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// RFC 6749, section 3.3: printable ASCII without space, `"` and `\`.
fn is_scope_token(scope: &str) -> bool {
    scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Internal Server Error",
    }
}
