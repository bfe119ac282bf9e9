//! One request to Chime: sends it with retries, keeps the answer's text, and notes Chime's request id.

use std::error::Error;

use aws_sdk_chimesdkmeetings::config::http::HttpResponse;
use aws_sdk_chimesdkmeetings::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_chimesdkmeetings::operation::RequestId;

use super::answer_text::AnswerText;
use super::attempt::{Attempts, with_retries};
use super::error::{ChimeError, ChimeErrorKind};

/// Chime's answer.
#[derive(Debug)]
pub(super) struct ChimeAnswer<T> {
    /// As the SDK parsed it.
    pub(super) output: T,
    /// As Chime wrote it.
    pub(super) text: AnswerText,
}

impl<T> ChimeAnswer<T> {
    /// The error for an answer that can't be returned to the caller.
    pub(super) fn invalid(&self, detail: impl Into<String>) -> ChimeError {
        ChimeError::new(ChimeErrorKind::Failed, detail)
    }
}

/// Sends a request until it succeeds, fails permanently, or runs out of time or attempts. An answer that `read` refuses as
/// invalid is a failed attempt.
pub(super) async fn ask<T, U, E, F>(
    attempts: Attempts<'_>,
    mut send: impl FnMut(AnswerText) -> F,
    read: impl Fn(ChimeAnswer<T>) -> Result<U, ChimeError>,
) -> Result<U, ChimeError>
where
    T: RequestId,
    E: Error + ProvideErrorMetadata + 'static,
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    let attempt = || {
        let text = AnswerText::default();
        let sent = send(text.clone());
        let read = &read;
        async move {
            let output = sent.await.map_err(|error| {
                let error = ChimeError::from_sdk(&error);
                attempts.usage.note_request_id(error.request_id.as_deref());
                error
            })?;
            attempts.usage.note_request_id(output.request_id());
            read(ChimeAnswer { output, text })
        }
    };
    with_retries(attempts, attempt).await
}
