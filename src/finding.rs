//! What is wrong with a request: one entry of a problem's `errors` each, and all of them together.

use std::fmt;

use crate::json::{ErrorSink, Path};

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

/// Most findings of one request that are kept. More are counted, so that no body makes the gateway write a text for
/// each of twelve thousand members.
pub const MAX_LISTED: usize = 100;

/// Longest name of a member, in characters, that a pointer holds. The model's longest has 26.
pub const MAX_POINTER_NAME: usize = 64;

/// Everything that is wrong with a request: the first [`MAX_LISTED`] findings, and how many there are of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    listed: Vec<Finding>,
    breaking_model: usize,
    breaking_policy: usize,
}

impl Findings {
    /// Adds a finding. Beyond [`MAX_LISTED`] it is only counted.
    pub fn push(&mut self, finding: Finding) {
        self.count(finding.kind);
        if self.listed.len() < MAX_LISTED {
            self.listed.push(finding);
        }
    }

    /// The findings that are kept, in the order in which they were found.
    #[must_use]
    pub fn listed(&self) -> &[Finding] {
        &self.listed
    }

    /// How many findings there are, whether they are kept or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.breaking_model.saturating_add(self.breaking_policy)
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many findings break the model, whether they are kept or not.
    #[must_use]
    pub fn breaking_model(&self) -> usize {
        self.breaking_model
    }

    /// How many findings break the policy, whether they are kept or not.
    #[must_use]
    pub fn breaking_policy(&self) -> usize {
        self.breaking_policy
    }

    /// Adds what another list has, after what this one has.
    pub fn append(&mut self, other: Findings) {
        self.breaking_model = self.breaking_model.saturating_add(other.breaking_model);
        self.breaking_policy = self.breaking_policy.saturating_add(other.breaking_policy);
        let room = MAX_LISTED.saturating_sub(self.listed.len());
        self.listed.extend(other.listed.into_iter().take(room));
    }

    fn count(&mut self, kind: FindingKind) {
        let count = match kind {
            FindingKind::BreaksModel => &mut self.breaking_model,
            FindingKind::BreaksPolicy => &mut self.breaking_policy,
        };
        *count = count.saturating_add(1);
    }
}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        let mut findings = Findings::default();
        findings.push(finding);
        findings
    }
}

impl From<Vec<Finding>> for Findings {
    fn from(list: Vec<Finding>) -> Self {
        let mut findings = Findings::default();
        list.into_iter().for_each(|finding| findings.push(finding));
        findings
    }
}

/// A fault of the body breaks the model.
///
/// A name longer than [`MAX_POINTER_NAME`] is not written into the pointer, whose length it would decide: the pointer is
/// then that of the object that holds the member, and the detail says how the name begins and how long it is.
impl ErrorSink for Findings {
    fn add(&mut self, path: &Path<'_>, detail: &dyn fmt::Display) {
        if self.listed.len() >= MAX_LISTED {
            self.count(FindingKind::BreaksModel);
            return;
        }
        self.push(match path {
            Path::Member(parent, name) if name.chars().nth(MAX_POINTER_NAME).is_some() => {
                let start: String = name.chars().take(MAX_POINTER_NAME).collect();
                let length = name.chars().count();
                let detail = format!(
                    "has a member whose name has {length} characters and begins with `{start}`: it {detail}"
                );
                Finding::breaks_model(parent.to_string(), detail)
            }
            path => Finding::breaks_model(path.to_string(), detail.to_string()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_it_does_not_list_by_kind() {
        let mut findings = Findings::default();
        for number in 0..MAX_LISTED {
            findings.push(Finding::breaks_policy(format!("#/{number}"), "is fixed"));
        }
        assert_eq!((findings.listed().len(), findings.breaking_model()), (100, 0));
        findings.push(Finding::breaks_policy("#/a", "is fixed"));
        findings.push(Finding::breaks_model("#/b", "is required"));
        findings.add(&Path::Member(&Path::Root, "c"), &"is not a known member");
        assert_eq!((findings.listed().len(), findings.len()), (100, 103));
        assert_eq!((findings.breaking_model(), findings.breaking_policy()), (2, 101));
    }

    #[test]
    fn names_a_member_with_a_long_name_by_its_object() {
        let tag = Path::Item(&Path::Root, 7);
        for (name, pointer, detail, why) in [
            (
                "é".repeat(64),
                format!("#/7/{}", "é".repeat(64)),
                "is not a known member".to_owned(),
                "just short enough",
            ),
            (
                "é".repeat(65),
                "#/7".to_owned(),
                format!(
                    "has a member whose name has 65 characters and begins with `{}`: it is not a known member",
                    "é".repeat(64)
                ),
                "one character more",
            ),
        ] {
            let mut findings = Findings::default();
            findings.add(&Path::Member(&tag, &name), &"is not a known member");
            assert_eq!(findings, Findings::from(Finding::breaks_model(pointer, detail)), "{why}");
        }
    }
}
