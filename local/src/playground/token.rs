//! `POST /local/token`: a token of the issuer that runs here.

use bytes::Bytes;
use hyper::Response;
use local::front::PageBody;
use local::issuer::TokenRequest;
use serde_json::json;

use super::Playground;
use super::answer::{Error, json as answer_json};
use super::members::Members;

impl Playground {
    /// Makes a token for whoever the body describes: `tenant`, `subject`, `groups`, `scope` and `expires_in` (seconds), each
    /// optional as in the issuer's own `/token`.
    ///
    /// # Errors
    /// 409 where the gateway trusts another issuer, 400 for a body that is none.
    pub(super) fn token(&self, body: &Bytes) -> Result<Response<PageBody>, Error> {
        let Some(issuer) = &self.issuer else {
            return Err(Error::conflict(
                "the gateway trusts the issuer that the environment names; its tokens can't be made here",
            ));
        };
        let mut members = Members::read(body)?;
        let default = TokenRequest::default();
        let request = TokenRequest {
            tenant: members.text("tenant"),
            groups: members.texts("groups"),
            subject: members.text("subject").unwrap_or(default.subject),
            scope: members.text("scope").filter(|scope| !scope.is_empty()),
            lifetime_seconds: members.number("expires_in").unwrap_or(default.lifetime_seconds),
        };
        members.end()?;
        let token = issuer.token(&request).map_err(|error| Error::conflict(error.to_string()))?;
        Ok(answer_json(&json!({ "token": token })))
    }
}
