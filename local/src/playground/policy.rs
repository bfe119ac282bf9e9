//! `PUT /local/policy`: a document is tried.

use bytes::Bytes;
use hyper::{Response, StatusCode};
use local::front::PageBody;
use serde_json::json;

use super::Playground;
use super::answer::{Error, json as answer_json, json_with_status};
use super::members::Members;
use crate::check::faults_json;

impl Playground {
    /// Serves the document of the body without saving it, or answers 422 with its faults.
    ///
    /// # Errors
    /// 400 for a body without a document, 409 where none may be tried.
    pub(super) fn try_policy(&self, body: &Bytes) -> Result<Response<PageBody>, Error> {
        if !self.allows_trial {
            return Err(Error::conflict(
                "no document is tried where --allow-remote lets others make requests with your AWS credentials",
            ));
        }
        let mut members = Members::read(body)?;
        let document = members.required_text("document");
        members.end()?;
        Ok(match self.policy.try_out(&document) {
            Ok(()) => answer_json(&self.policy.shown()),
            Err(faults) => {
                let faults = json!({ "faults": faults_json(&faults) });
                json_with_status(StatusCode::UNPROCESSABLE_ENTITY, &faults)
            }
        })
    }
}
