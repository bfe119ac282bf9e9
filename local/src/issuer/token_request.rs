//! Reads who a development token is for, and makes its claims.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use uuid::Uuid;

/// The audience of every development token.
pub const AUDIENCE: &str = "local";

/// How long a development token lives unless told otherwise: a working day.
const LIFETIME_SECONDS: u64 = 12 * 60 * 60;

/// The person, tenant and rights in a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// `custom:tenant_id`; none leaves the claim out
    pub tenant: Option<String>,
    /// `cognito:groups`; none leaves the claim out
    pub groups: Vec<String>,
    /// `sub`
    pub subject: String,
    /// `scope`, words separated by spaces; none leaves the claim out
    pub scope: Option<String>,
    /// from `iat` to `exp`; 0 is a token that has expired
    pub lifetime_seconds: u64,
}

/// Why a query of `/token` is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRequestError {
    /// The parameter is unknown.
    #[error("unknown parameter `{0}`; known are tenant, groups, sub, scope, expires_in")]
    UnknownParameter(String),
    /// `expires_in` is not a number of seconds.
    #[error("expires_in `{0}` is not a number of seconds")]
    Lifetime(String),
}

impl TokenRequest {
    /// A member of a tenant, in these groups.
    #[must_use]
    pub fn new(tenant: &str, groups: &[&str]) -> Self {
        Self {
            tenant: Some(tenant.to_owned()),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Reads a query such as `tenant=acme&groups=hosts,members&sub=ann&scope=a+b&expires_in=60`.
    ///
    /// # Errors
    /// When a parameter is unknown or malformed.
    pub fn from_query(query: &str) -> Result<Self, TokenRequestError> {
        let mut request = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "tenant" => request.tenant = Some(value.into_owned()),
                "groups" => {
                    request.groups =
                        value.split(',').filter(|group| !group.is_empty()).map(str::to_owned).collect();
                }
                "sub" => request.subject = value.into_owned(),
                "scope" => request.scope = Some(value.into_owned()),
                "expires_in" => {
                    request.lifetime_seconds =
                        value.parse().map_err(|_| TokenRequestError::Lifetime(value.into_owned()))?;
                }
                _ => return Err(TokenRequestError::UnknownParameter(name.into_owned())),
            }
        }
        Ok(request)
    }

    /// The claims as Cognito names them, in an access token from this issuer.
    #[must_use]
    pub fn claims(&self, issuer_url: &str) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut claims = json!({
            "iss": issuer_url,
            "sub": self.subject,
            "aud": AUDIENCE,
            "client_id": AUDIENCE,
            "token_use": "access",
            "iat": now,
            "exp": now.saturating_add(self.lifetime_seconds),
            "jti": Uuid::new_v4().to_string(),
        });
        if let Value::Object(members) = &mut claims {
            if let Some(tenant) = &self.tenant {
                members.insert("custom:tenant_id".to_owned(), json!(tenant));
            }
            if !self.groups.is_empty() {
                members.insert("cognito:groups".to_owned(), json!(self.groups));
            }
            if let Some(scope) = &self.scope {
                members.insert("scope".to_owned(), json!(scope));
            }
        }
        claims
    }
}

impl Default for TokenRequest {
    fn default() -> Self {
        Self {
            tenant: None,
            groups: Vec::new(),
            subject: "local-user".to_owned(),
            scope: None,
            lifetime_seconds: LIFETIME_SECONDS,
        }
    }
}
