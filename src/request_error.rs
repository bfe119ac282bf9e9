//! Why a request was not served: one closed enum for every step, and the cause as the log has it.
//!
//! What a client is told of each stands in one place, [`crate::problem`].

use std::fmt;

use crate::api_gateway::{BodyError, RouteError, UnknownEventError};
use crate::auth::AuthenticationError;
use crate::chime::ChimeError;
use crate::finding::{Finding, FindingKind, Findings, Place};
use crate::policy::AdmissionError;

/// Why a request was not served. Its text is for the log and holds nothing that is withheld from logs.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The event is not an HTTP request that this gateway serves.
    #[error(transparent)]
    UnknownEvent(#[from] UnknownEventError),
    /// There is no such operation.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// Nobody was authenticated.
    #[error(transparent)]
    Authentication(#[from] AuthenticationError),
    /// The caller has no right to the operation.
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    /// The body can't be read.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The request breaks rules of the model or of the policy: every rule that it breaks.
    #[error("{}", Summary(.0))]
    Findings(Findings),
    /// Chime gave no answer that may be handed out.
    #[error(transparent)]
    Chime(#[from] ChimeError),
    /// The gateway panicked: a bug.
    #[error("the handler panicked")]
    Panicked,
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

/// Findings as the log shows them: how many, and the pointers of those that break the policy. Other pointers are not
/// logged, since they may hold the name of an unknown member, which is the caller's own text.
struct Summary<'f>(&'f Findings);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, policy) = (self.0.breaking_model(), self.0.breaking_policy());
        write!(f, "{model} finding(s) break the model, {policy} the policy")?;
        for finding in self.0.listed().iter().filter(|finding| finding.kind == FindingKind::BreaksPolicy) {
            match &finding.place {
                Place::Member(pointer) => write!(f, " {pointer}")?,
                Place::Header(name) => write!(f, " {name}")?,
            }
        }
        Ok(())
    }
}
