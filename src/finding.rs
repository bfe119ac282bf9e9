//! What is wrong with a request: one entry of a problem's `errors`.

use crate::json::Fault;

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// Which kind of rule is broken; it decides between 400 and 403.
    pub kind: FindingKind,
    /// Which rule, in words for the caller.
    pub detail: String,
}

/// Where in the request a finding is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A member of the body, as a JSON pointer in fragment form.
    Member(String),
    /// A header, by name.
    Header(&'static str),
}

/// The two kinds of rule that a request can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// The API's model: no policy could allow it. 400.
    BreaksModel,
    /// The tenant's policy. 403.
    BreaksPolicy,
}

impl Finding {
    /// A rule of the model is broken by a member of the body.
    #[must_use]
    pub fn breaks_model(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Finding {
            place: Place::Member(pointer.into()),
            kind: FindingKind::BreaksModel,
            detail: detail.into(),
        }
    }

    /// The policy does not allow a member of the body.
    #[must_use]
    pub fn breaks_policy(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Finding {
            place: Place::Member(pointer.into()),
            kind: FindingKind::BreaksPolicy,
            detail: detail.into(),
        }
    }

    /// A header breaks a rule of the wire.
    #[must_use]
    pub fn in_header(header: &'static str, detail: impl Into<String>) -> Self {
        Finding { place: Place::Header(header), kind: FindingKind::BreaksModel, detail: detail.into() }
    }
}

impl From<Fault> for Finding {
    fn from(fault: Fault) -> Self {
        Finding::breaks_model(fault.pointer, fault.detail)
    }
}
