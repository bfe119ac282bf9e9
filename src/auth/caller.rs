//! Who is asking, once authentication has said so.

/// An authenticated caller.
///
// INVARIANT (authenticated): only `auth` can make one, since the constructor is private to it; the policy decision
// takes nothing else as the asker. "Decide without authentication" does not compile.
#[derive(Clone, PartialEq, Eq)]
pub struct Caller {
    tenant: String,
    subject: String,
    scopes: Vec<String>,
    groups: Vec<String>,
}

impl Caller {
    pub(super) fn new(tenant: String, subject: String, scopes: Vec<String>, groups: Vec<String>) -> Self {
        Caller { tenant, subject, scopes, groups }
    }

    /// A caller for the tests of what comes after authentication.
    #[cfg(test)]
    pub(crate) fn for_tests(tenant: &str, subject: &str, scopes: Vec<String>, groups: Vec<String>) -> Self {
        Caller::new(tenant.to_owned(), subject.to_owned(), scopes, groups)
    }

    /// The tenant that the token names. Not yet known to be one that the policy has.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The token's subject: unique within its issuer.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The scopes that the token carries.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// The groups that the token carries.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
    }
}

/// The subject is a person's identifier and stays out of logs; the rest may be shown.
impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller")
            .field("tenant", &self.tenant)
            .field("subject", &"<withheld>")
            .field("scopes", &self.scopes)
            .field("groups", &self.groups)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_can_be_logged_without_the_person() {
        let caller =
            Caller::for_tests("acme", "anna@example.com", vec!["write".to_owned()], vec!["hosts".to_owned()]);
        let shown = format!("{caller:?}");
        assert!(!shown.contains("anna"), "{shown}");
        for other in ["acme", "write", "hosts"] {
            assert!(shown.contains(other), "{shown} lacks {other}");
        }
    }
}
