//! The body of Chime's answer as Chime sent it, next to the SDK's parsed type.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_chimesdkmeetings::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_chimesdkmeetings::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_chimesdkmeetings::error::BoxError;
use aws_smithy_types::body::SdkBody;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Keeps the body of the answer. The SDK's types would drop members that are newer than the SDK.
#[derive(Clone, Default)]
pub(super) struct AnswerText(Arc<Mutex<Option<SdkBody>>>);

/// The members of Chime's answers, each as Chime wrote it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RawAnswer<'a> {
    #[serde(borrow, default)]
    pub(super) meeting: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) attendee: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) attendees: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    pub(super) errors: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) next_token: Option<&'a RawValue>,
}

impl AnswerText {
    /// Reads the body. `None` when it is not a JSON object, or `read` returns `None`.
    pub(super) fn read<T>(&self, read: impl FnOnce(RawAnswer<'_>) -> Option<T>) -> Option<T> {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read(serde_json::from_slice(body.as_ref()?.bytes()?).ok()?)
    }
}

/// Withholds the body, which may have JoinTokens.
impl std::fmt::Debug for AnswerText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnswerText(<withheld>)")
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
        // The SDK has read the body into memory, which the clone shares.
        let body = context.response().body().try_clone();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = body;
        Ok(())
    }
}
