//! Findings: the rules that a request breaks. Each is an entry of a problem's `errors`.

use std::fmt;

use crate::json::{ErrorSink, Path};

/// A rule that a request breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// The kind of rule, which decides between 400 and 403.
    pub kind: FindingKind,
    /// The rule, for the caller.
    pub detail: String,
}

/// Where in the request a finding is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A member of the body, as a JSON pointer in fragment form.
    Member(String),
    /// A header, by name.
    Header(&'static str),
    /// A parameter of the query, by name.
    Parameter(&'static str),
}

/// The two kinds of rule that a request can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// The API's model, which no policy can change. 400.
    BreaksModel,
    /// The tenant's policy. 403.
    BreaksPolicy,
}

impl Finding {
    /// A member of the body breaks a rule of the model.
    #[must_use]
    pub fn breaks_model(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let place = Place::Member(pointer.into());
        Finding { place, kind: FindingKind::BreaksModel, detail: detail.into() }
    }

    /// A member of the body breaks the policy.
    #[must_use]
    pub fn breaks_policy(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let place = Place::Member(pointer.into());
        Finding { place, kind: FindingKind::BreaksPolicy, detail: detail.into() }
    }

    /// A header breaks a rule of the model.
    #[must_use]
    pub fn in_header(header: &'static str, detail: impl Into<String>) -> Self {
        Finding { place: Place::Header(header), kind: FindingKind::BreaksModel, detail: detail.into() }
    }

    /// A parameter of the query breaks a rule of the model.
    #[must_use]
    pub fn in_parameter(parameter: &'static str, detail: impl Into<String>) -> Self {
        Finding { place: Place::Parameter(parameter), kind: FindingKind::BreaksModel, detail: detail.into() }
    }
}

/// Maximum number of findings that are kept. Others are only counted, since a body can have 12,000 invalid members.
pub const MAX_LISTED: usize = 100;

/// Maximum length of a member's name in a pointer, in characters. The model's longest name has 26.
pub const MAX_POINTER_NAME: usize = 64;

/// The findings of a request: the first [`MAX_LISTED`], and the number of each kind.
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

    /// The kept findings, in the order in which they were added.
    #[must_use]
    pub fn listed(&self) -> &[Finding] {
        &self.listed
    }

    /// Number of findings, kept or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.breaking_model.saturating_add(self.breaking_policy)
    }

    /// Whether there are no findings.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of findings that break the model, kept or not.
    #[must_use]
    pub fn breaking_model(&self) -> usize {
        self.breaking_model
    }

    /// Number of findings that break the policy, kept or not.
    #[must_use]
    pub fn breaking_policy(&self) -> usize {
        self.breaking_policy
    }

    /// Adds the findings of another list after those of this one.
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

#[cfg(test)]
impl Findings {
    /// Each listed finding in short, for tests: `400 #/pointer` where it breaks the model, `403 #/pointer` where it breaks the
    /// policy.
    pub(crate) fn in_short(&self) -> Vec<String> {
        let in_short = |finding: &Finding| {
            let status = if finding.kind == FindingKind::BreaksModel { 400 } else { 403 };
            match &finding.place {
                Place::Member(pointer) => format!("{status} {pointer}"),
                Place::Header(name) | Place::Parameter(name) => format!("{status} {name}"),
            }
        };
        self.listed().iter().map(in_short).collect()
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

/// Errors of the body break the model.
///
/// A name longer than [`MAX_POINTER_NAME`] is left out of the pointer, to bound its length. The pointer is then that of
/// the member's object, and the detail has the start of the name and its length.
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
    fn counts_findings_by_kind_that_it_does_not_list() {
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
    fn points_at_the_object_of_a_member_with_a_long_name() {
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
