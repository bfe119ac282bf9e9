//! Why a request was not served, as a closed enum over all steps. [`crate::problem`] makes the client's answer from it.

use crate::api_gateway::{BodyError, RouteError, UnknownEventError};
use crate::auth::AuthenticationError;
use crate::chime::{ChimeError, ChimeErrorKind, Missing};
use crate::finding::{Finding, FindingKind, Findings, Place};
use crate::policy::AdmissionError;
use crate::registry::RegistryError;
use crate::request_line::Alarm;

/// Why a request was not served. The text is for the log and has nothing sensitive.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The event is not an HTTP request that this gateway serves.
    #[error(transparent)]
    UnknownEvent(#[from] UnknownEventError),
    /// There is no such operation.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The caller is not authenticated.
    #[error(transparent)]
    Authentication(#[from] AuthenticationError),
    /// The caller has no right to the operation.
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    /// The body can't be read.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The request breaks rules of the model or of the policy.
    #[error("{}", summary(.0))]
    Findings(Findings),
    /// An id in the path can't be one. Chime was not asked. The text says which.
    #[error("the {0} in the path can't be one")]
    ImpossibleId(&'static str),
    /// The room's name in the path can't be one. Nothing was asked. The text says which rule it breaks.
    #[error("the room's name in the path can't be one")]
    ImpossibleRoom(String),
    /// The attendee is another person's, and the caller may act on their own alone.
    #[error("the attendee is another person's")]
    AnothersAttendee,
    /// Chime failed, or its answer can't be returned to the caller.
    #[error(transparent)]
    Chime(#[from] ChimeError),
    /// The same about a room's meeting. A conflict is about opening the room, and no fault of the caller, who chose no key.
    #[error(transparent)]
    ChimeInRoom(ChimeError),
    /// A limit is reached, a room is not open, or the registry's table did not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A bug of the gateway that is not a panic. The text says which.
    #[error("a bug: {0}")]
    Bug(&'static str),
    /// The gateway panicked: a bug.
    #[error("the handler panicked")]
    Panicked,
}

impl RequestError {
    /// The alarm for an error that an operator must look into.
    pub(crate) fn alarm(&self) -> Option<Alarm> {
        match self {
            RequestError::Panicked | RequestError::Bug(_) => Some(Alarm::InternalError),
            RequestError::Chime(error) | RequestError::ChimeInRoom(error) => match error.kind {
                ChimeErrorKind::QuotaFull => Some(Alarm::QuotaFull),
                ChimeErrorKind::DifferentMeeting(_) => Some(Alarm::DifferentMeeting),
                ChimeErrorKind::Rejected => Some(Alarm::ChimeRejected),
                ChimeErrorKind::Forbidden | ChimeErrorKind::Misconfigured => Some(Alarm::ChimeAccessDenied),
                ChimeErrorKind::NoSuchMeeting(Missing::Forbidden) if self.is_in_room() => {
                    Some(Alarm::ChimeAccessDenied)
                }
                ChimeErrorKind::NotSent => Some(Alarm::InternalError),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is about a room's meeting, which the stack itself has created.
    fn is_in_room(&self) -> bool {
        matches!(self, RequestError::ChimeInRoom(_))
    }

    /// The name of the tenant's limit that was reached.
    pub(crate) fn limit(&self) -> Option<&'static str> {
        let RequestError::Registry(error) = self else { return None };
        error.limit().map(|(name, _)| name)
    }
}

impl From<Findings> for RequestError {
    fn from(findings: Findings) -> Self {
        RequestError::Findings(findings)
    }
}

impl From<Finding> for RequestError {
    fn from(finding: Finding) -> Self {
        RequestError::Findings(finding.into())
    }
}

/// Findings in the log: their number, and the pointers of those that break the policy. Other pointers are not logged,
/// since they may have the name of an unknown member, which is the caller's text.
fn summary(findings: &Findings) -> String {
    let (model, policy) = (findings.breaking_model(), findings.breaking_policy());
    let mut text = format!("{model} finding(s) break the model, {policy} the policy");
    for finding in findings.listed().iter().filter(|finding| finding.kind == FindingKind::BreaksPolicy) {
        text.push(' ');
        text.push_str(match &finding.place {
            Place::Member(pointer) => pointer,
            Place::Header(name) | Place::Parameter(name) => name,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_what_only_an_operator_can_mend() {
        let chime = |kind: ChimeErrorKind| RequestError::Chime(ChimeError::for_tests(kind));
        for (error, expected, why) in [
            (RequestError::Panicked, Some(Alarm::InternalError), "a bug"),
            (RequestError::Bug(""), Some(Alarm::InternalError), "a bug"),
            (
                RequestError::ChimeInRoom(ChimeError::for_tests(ChimeErrorKind::NoSuchMeeting(
                    Missing::Forbidden,
                ))),
                Some(Alarm::ChimeAccessDenied),
                "no caller named that meeting",
            ),
            (chime(ChimeErrorKind::NotSent), Some(Alarm::InternalError), "a bug"),
            (chime(ChimeErrorKind::QuotaFull), Some(Alarm::QuotaFull), "nobody can create a meeting"),
            (
                chime(ChimeErrorKind::DifferentMeeting(Vec::new())),
                Some(Alarm::DifferentMeeting),
                "perhaps another tenant's",
            ),
            (chime(ChimeErrorKind::Rejected), Some(Alarm::ChimeRejected), "a rule that is not published"),
            (chime(ChimeErrorKind::Forbidden), Some(Alarm::ChimeAccessDenied), "IAM"),
            (chime(ChimeErrorKind::Misconfigured), Some(Alarm::ChimeAccessDenied), "the credentials"),
            (chime(ChimeErrorKind::NoSuchMeeting(Missing::Forbidden)), None, "a caller may guess ids"),
            (chime(ChimeErrorKind::MeetingFull), None, "as many as the caller asked for"),
            (chime(ChimeErrorKind::Conflict), None, "the caller's key"),
            (chime(ChimeErrorKind::Throttled(None)), None, "Chime's own metric has its alarm"),
            (chime(ChimeErrorKind::Failed), None, "an outage of Chime: counted as 5xx"),
            (chime(ChimeErrorKind::Unavailable(None)), None, "likewise"),
            (chime(ChimeErrorKind::Unreachable), None, "likewise"),
            (chime(ChimeErrorKind::Disconnected), None, "likewise"),
            (chime(ChimeErrorKind::TimedOut), None, "likewise"),
            (
                RequestError::ChimeInRoom(ChimeError::for_tests(
                    ChimeErrorKind::DifferentMeeting(Vec::new()),
                )),
                Some(Alarm::DifferentMeeting),
                "in a room as elsewhere",
            ),
            (RegistryError::TenantLimit(20).into(), None, "the tenant's, and a metric of its own"),
            (RegistryError::Unavailable.into(), None, "likewise"),
            (RequestError::ImpossibleId("meeting's id"), None, "the caller's"),
            (RequestError::AnothersAttendee, None, "the caller's"),
        ] {
            assert_eq!(error.alarm(), expected, "{error}: {why}");
        }
    }
}
