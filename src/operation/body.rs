//! Reads the JSON body of a request.

use std::borrow::Cow;

use super::row::Call;
use crate::finding::Finding;
use crate::json::Json;
use crate::request_error::RequestError;

/// Reads a body. What `read` finds is in its result.
///
/// # Errors
/// When the body is not JSON in UTF-8, or too large.
pub(super) fn read<T>(call: Call<'_>, read: impl FnOnce(&Json<'_>) -> T) -> Result<T, RequestError> {
    parse(&call.request.json_body()?, read)
}

/// Reads a body of which no member is required, so that a missing one is like an empty object.
///
/// # Errors
/// When there is a body that is not JSON in UTF-8, or too large.
pub(super) fn read_or_empty<T>(call: Call<'_>, read: impl FnOnce(&Json<'_>) -> T) -> Result<T, RequestError> {
    let body = call.request.json_body()?;
    parse(&if body.is_empty() { Cow::Borrowed(&b"{}"[..]) } else { body }, read)
}

fn parse<T>(body: &[u8], read: impl FnOnce(&Json<'_>) -> T) -> Result<T, RequestError> {
    let json = Json::parse(body).map_err(|error| {
        // serde_json's error has the place and the rule, and quotes nothing from the text.
        Finding::breaks_model("#", format!("must be a JSON object: {error}"))
    })?;
    Ok(read(&json))
}
