//! The body of a request: decoding, its maximum size, and its media type.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A body, encoded as in the event.
#[derive(Debug, Clone)]
pub enum Body {
    /// The body itself.
    Text(String),
    /// The body in base64.
    Base64(String),
    /// A body that was too large to be read.
    TooLarge,
}

/// Why a body can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// `Content-Type` is not JSON in UTF-8.
    #[error("content type is not JSON")]
    NotJson,
    /// It has more than [`Body::MAX_BYTES`] bytes.
    #[error("body is larger than {} bytes", Body::MAX_BYTES)]
    TooLarge,
    /// The event marks the body as base64, but it is not.
    #[error("body is not valid base64")]
    InvalidBase64,
}

impl Body {
    /// Maximum size of a body, in bytes. The largest request that the model allows has about 30 KB.
    pub const MAX_BYTES: usize = 64 * 1024;

    pub(super) const MAX_BASE64_BYTES: usize = Self::MAX_BYTES.div_ceil(3) * 4;

    /// The longest JSON string for such a body: quotes, and an escape of six bytes for each character.
    pub(super) const MAX_JSON_BYTES: usize = Self::MAX_BASE64_BYTES * 6 + 2;

    pub(super) fn new(text: Option<String>, is_base64: bool) -> Self {
        let text = text.unwrap_or_default();
        if is_base64 { Body::Base64(text) } else { Body::Text(text) }
    }

    /// Whether there is no body.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Body::Text(text) | Body::Base64(text) if text.is_empty())
    }

    /// The body's bytes.
    ///
    /// # Errors
    /// When the body is too large, or the base64 is invalid.
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, BodyError> {
        match self {
            Body::Text(text) if text.len() <= Self::MAX_BYTES => Ok(Cow::Borrowed(text.as_bytes())),
            // Checked before decoding, so that nothing is allocated for a body that is too large.
            Body::Base64(text) if text.len() <= Self::MAX_BASE64_BYTES => {
                let bytes = STANDARD.decode(text).map_err(|_| BodyError::InvalidBase64)?;
                if bytes.len() > Self::MAX_BYTES { Err(BodyError::TooLarge) } else { Ok(Cow::Owned(bytes)) }
            }
            Body::Text(_) | Body::Base64(_) | Body::TooLarge => Err(BodyError::TooLarge),
        }
    }
}

/// Whether a `Content-Type` is `application/json` or `application/*+json`, in UTF-8, which RFC 8259 requires.
pub(super) fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    let mut charsets = parts
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    is_json && charsets.all(|(_, value)| value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_json_by_its_media_type() {
        for (value, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json; charset=\"utf-8\"", true),
            ("application/vnd.api+json", true),
            ("application/json; charset=latin1", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("application/jsonx", false),
            ("text/json+json", false),
            ("", false),
        ] {
            assert_eq!(is_json(value), expected, "{value}");
        }
    }
}
