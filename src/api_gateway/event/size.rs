//! Sizes of the parts of an event, without parsing it.

use std::borrow::Cow;

/// Whether at most `limit` bytes of a JSON text are outside of strings. Stops at the limit, so a text of megabytes such
/// as `[[[[…` takes no longer. The text need not be valid JSON.
pub(super) fn is_mostly_strings(text: &str, limit: usize) -> bool {
    let mut rest = text.as_bytes();
    let mut outside: usize = 0;
    loop {
        let start = rest.iter().take(limit.saturating_add(1)).position(|byte| *byte == b'"');
        // Both quotes of a string count as outside, so that empty strings count too.
        outside = outside.saturating_add(start.unwrap_or(rest.len()).saturating_add(2));
        if outside > limit {
            return false;
        }
        let Some(string) = start.and_then(|start| rest.get(start.saturating_add(1)..)) else { return true };
        rest = after_string(string);
    }
}

/// The text after the closing quote of the string whose opening quote is before `text`.
fn after_string(mut text: &[u8]) -> &[u8] {
    while let Some(index) = text.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
        let is_end = text.get(index) == Some(&b'"');
        // A backslash escapes the next byte.
        let next = index.saturating_add(if is_end { 1 } else { 2 });
        text = text.get(next..).unwrap_or_default();
        if is_end {
            return text;
        }
    }
    &[]
}

/// The event with `null` in place of one of its parts.
pub(super) fn without<'e>(event: &'e str, part: &str) -> Cow<'e, str> {
    // The part is a slice of the event, so its address tells where it is.
    let start = part.as_ptr().addr().checked_sub(event.as_ptr().addr());
    let parts =
        start.and_then(|start| Some((event.get(..start)?, event.get(start.checked_add(part.len())?..)?)));
    match parts {
        Some((before, after)) => Cow::Owned([before, "null", after].concat()),
        None => Cow::Borrowed(event),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_outside_of_strings_are_counted_up_to_the_limit() {
        for (text, limit, expected, why) in [
            ("", 2, true, "empty"),
            ("[[", 4, true, "at the limit"),
            ("[[[", 4, false, "one more"),
            (r#"{"a":"b"}"#, 9, true, "quotes count, the text between them does not"),
            (r#"{"a":"b"}"#, 8, false, "one more"),
            (r#"{"a":"bbbbbbbbbbbbbbbbbbbbbbbb"}"#, 9, true, "a long string"),
            (r#"{"a":"b\"[[[[[[[[[["}"#, 9, true, "an escaped quote does not end a string"),
            (r#"{"a":"b\\"[[[[[[["}"#, 9, false, "a backslash that is escaped does not escape the quote"),
            (r#""a\"#, 4, true, "a string without an end"),
            (r#""","","","","#, 6, false, "empty strings"),
        ] {
            assert_eq!(is_mostly_strings(text, limit), expected, "{text}: {why}");
        }
    }

    #[test]
    fn replaces_only_the_given_slice_of_the_event() {
        let event = r#"{"a":"x","body":"x"}"#;
        let body = &event[16..19];
        assert_eq!(body, r#""x""#);
        assert_eq!(without(event, body), r#"{"a":"x","body":null}"#);
        assert_eq!(without(event, "elsewhere"), event);
    }
}
