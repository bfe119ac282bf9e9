//! Texts of callers and of Chime in log lines.

use std::borrow::Cow;

/// The maximum number of characters of a text in a log line that a caller or Chime wrote. Chime's TenantIds have at most 256 (model).
const MAX_LOGGED_CHARACTERS: usize = 256;

/// A text for a log line: all of it, or its first 256 characters and its length in bytes.
#[must_use]
pub fn bounded(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_LOGGED_CHARACTERS) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let start = text.get(..end).unwrap_or_default();
            Cow::Owned(format!("{start}… ({} bytes)", text.len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logged_text_is_bounded_and_shows_its_length() {
        let longest = "é".repeat(MAX_LOGGED_CHARACTERS);
        assert_eq!(bounded(&longest), longest);
        assert_eq!(bounded(&format!("{longest}é")), format!("{longest}… (514 bytes)"));
    }
}
