//! Why a request was not served, as a closed enum over all steps. [`crate::problem`] makes the client's answer from it.

use std::fmt;

use crate::api_gateway::{BodyError, RouteError, UnknownEventError};
use crate::auth::AuthenticationError;
use crate::chime::ChimeError;
use crate::finding::{Finding, FindingKind, Findings, Place};
use crate::policy::AdmissionError;

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
    #[error("{}", Summary(.0))]
    Findings(Findings),
    /// Chime failed, or its answer can't be returned to the caller.
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

/// Findings in the log: their number, and the pointers of those that break the policy. Other pointers are not logged,
/// since they may have the name of an unknown member, which is the caller's text.
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
