//! The body of Chime's answer as Chime sent it, next to the SDK's parsed type.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_chimesdkmeetings::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_chimesdkmeetings::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_chimesdkmeetings::error::BoxError;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Keeps the body of the answer. The SDK's types would drop members that are newer than the SDK.
#[derive(Debug, Clone, Default)]
pub(super) struct AnswerText(Arc<Mutex<Vec<u8>>>);

impl AnswerText {
    /// `{"Meeting": …}` with the meeting as Chime wrote it. `None` when the body is not JSON or has no meeting.
    pub(super) fn meeting_only(&self) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer<'a> {
            #[serde(borrow)]
            meeting: &'a RawValue,
        }
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answer: Answer<'_> = serde_json::from_slice(&text).ok()?;
        Some(format!(r#"{{"Meeting":{}}}"#, answer.meeting.get()))
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for AnswerText {
    fn name(&self) -> &'static str {
        "AnswerText"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let text = context.response().body().bytes().unwrap_or_default();
        text.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}
