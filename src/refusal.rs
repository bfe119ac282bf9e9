//! Why a request is not answered with a meeting: everything that can be, in one closed enum without HTTP in it.
//!
//! What the client is told of each stands in one place, `http::problem`; what the log is told, here.

use std::fmt;

use crate::auth::{AuthenticationError, bounded};
use crate::chime::ChimeFailure;
use crate::finding::{Finding, FindingKind, Findings, Place};
use crate::http::{BodyError, RouteError, UnknownEventError};
use crate::policy::NotAdmitted;

/// Why there is no meeting.
#[derive(Debug)]
pub enum Refusal {
    /// The event is no HTTP request that this gateway serves.
    UnknownEvent(UnknownEventError),
    /// There is no such operation.
    Route(RouteError),
    /// Nobody was authenticated.
    Authentication(AuthenticationError),
    /// The caller may not create meetings at all.
    NotAdmitted(NotAdmitted),
    /// The body is said to be something else than JSON.
    NotJson,
    /// The body can't be had.
    Body(BodyError),
    /// The request breaks rules of the model or of the policy: all that it breaks.
    Findings(Findings),
    /// Chime gave no meeting, or none that may be handed out.
    Chime(ChimeFailure),
    /// The gateway panicked: a bug.
    Panicked,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UnknownEvent(error) => error.fmt(f),
            Refusal::Route(RouteError::NoSuchRoute) => f.write_str("no such route"),
            Refusal::Route(RouteError::MethodNotAllowed { .. }) => {
                f.write_str("the route has no such method")
            }
            Refusal::Authentication(error) => error.fmt(f),
            // The text may quote the tenant's name, which is the caller's own text and of any length.
            Refusal::NotAdmitted(NotAdmitted::NoSuchTenant(why)) => f.write_str(&bounded(why)),
            Refusal::NotAdmitted(NotAdmitted::Lacking { scopes, groups }) => {
                write!(f, "the caller has none of the scopes {scopes:?} or none of the groups {groups:?}")
            }
            Refusal::NotJson => f.write_str("the content type is not JSON"),
            Refusal::Body(BodyError::TooLarge) => f.write_str("the body is too large"),
            Refusal::Body(BodyError::InvalidBase64) => f.write_str("the body is no base64"),
            Refusal::Findings(findings) => write_findings(findings, f),
            Refusal::Chime(failure) => failure.fmt(f),
            Refusal::Panicked => f.write_str("the handler panicked"),
        }
    }
}

/// Only those pointers are shown that the policy gave: another may hold an unknown member's name, which is the
/// caller's own text, and bodies are not logged.
fn write_findings(findings: &Findings, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (model, policy) = (findings.breaking_model(), findings.breaking_policy());
    write!(f, "{model} finding(s) break the model, {policy} the policy")?;
    for finding in findings.listed().iter().filter(|finding| finding.kind == FindingKind::BreaksPolicy) {
        match &finding.place {
            Place::Member(pointer) => write!(f, " {pointer}")?,
            Place::Header(name) => write!(f, " {name}")?,
        }
    }
    Ok(())
}

impl std::error::Error for Refusal {}

impl From<UnknownEventError> for Refusal {
    fn from(error: UnknownEventError) -> Self {
        Refusal::UnknownEvent(error)
    }
}

impl From<RouteError> for Refusal {
    fn from(error: RouteError) -> Self {
        Refusal::Route(error)
    }
}

impl From<AuthenticationError> for Refusal {
    fn from(error: AuthenticationError) -> Self {
        Refusal::Authentication(error)
    }
}

impl From<NotAdmitted> for Refusal {
    fn from(error: NotAdmitted) -> Self {
        Refusal::NotAdmitted(error)
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        Refusal::Body(error)
    }
}

impl From<Findings> for Refusal {
    fn from(findings: Findings) -> Self {
        Refusal::Findings(findings)
    }
}

impl From<Vec<Finding>> for Refusal {
    fn from(findings: Vec<Finding>) -> Self {
        Refusal::Findings(findings.into())
    }
}

impl From<ChimeFailure> for Refusal {
    fn from(failure: ChimeFailure) -> Self {
        Refusal::Chime(failure)
    }
}
