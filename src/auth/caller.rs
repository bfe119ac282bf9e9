//! The authenticated caller.

use ring::digest::{Context, SHA256};

use crate::log_text::bounded;

/// An authenticated caller. Only `auth` makes one, and [`Policies::admit`](crate::policy::Policies::admit) takes nothing
/// else:
///
/// ```
/// # use meeting_gateway::auth::Caller;
/// fn tenant(caller: &Caller) -> &str {
///     caller.tenant()
/// }
/// ```
///
/// ```compile_fail,E0451
/// # use meeting_gateway::auth::Caller;
/// fn forge(tenant: String, subject: String) -> Caller {
///     Caller { tenant, subject, scopes: Vec::new(), groups: Vec::new() }
/// }
/// ```
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

    /// The caller as log lines of the gateway with this name show it.
    #[must_use]
    pub fn logged(&self, gateway_name: &str) -> LoggedCaller {
        let mut hash = Context::new(&SHA256);
        for part in [gateway_name.as_bytes(), &[0], self.subject.as_bytes()] {
            hash.update(part);
        }
        let digest = hash.finish();
        let first = digest.as_ref().first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
        let caller = format!("{first:016x}");
        LoggedCaller { tenant: bounded(&self.tenant).into_owned(), caller }
    }

    /// The tenant that the token names. The policy may not know it.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The token's subject, unique within its issuer.
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

/// A caller as log lines show it: operators can tell callers apart but not identify them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCaller {
    /// The tenant, at most 256 characters of it.
    pub tenant: String,
    /// The first 16 hex digits of SHA-256 over gateway name, a zero byte and subject.
    pub caller: String,
}

/// Withholds the subject: it identifies a person and must not be logged.
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
    fn log_line_has_a_hash_of_gateway_name_and_subject() {
        let caller = Caller::for_tests("acme", "anna@example.com", Vec::new(), Vec::new());
        let logged = caller.logged("gateway");
        // printf 'gateway\0anna@example.com' | sha256sum
        assert_eq!(logged.caller, "dfe98d1c8a191f1c");
        assert_eq!(logged.tenant, "acme");
        assert_ne!(caller.logged("another").caller, logged.caller);
    }

    #[test]
    fn debug_output_withholds_the_subject() {
        let caller =
            Caller::for_tests("acme", "anna@example.com", vec!["write".to_owned()], vec!["hosts".to_owned()]);
        let shown = format!("{caller:?}");
        assert!(!shown.contains("anna"), "{shown}");
        for other in ["acme", "write", "hosts"] {
            assert!(shown.contains(other), "{shown} lacks {other}");
        }
    }
}
