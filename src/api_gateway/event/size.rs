//! How much of an event is what, found without building anything of it.

use std::borrow::Cow;

/// Whether at most `limit` bytes of a JSON text are outside of strings. Stops at the first one above, so that a text of
/// megabytes with little in it (`[[[[…`) costs no more than one of that limit.
///
/// Says nothing of whether the text is JSON.
pub(super) fn is_mostly_strings(text: &str, limit: usize) -> bool {
    let mut rest = text.as_bytes();
    let mut outside: usize = 0;
    loop {
        let start = rest.iter().take(limit.saturating_add(1)).position(|byte| *byte == b'"');
        // Both quotes of a string count as outside, so that empty strings cost something too.
        outside = outside.saturating_add(start.unwrap_or(rest.len()).saturating_add(2));
        if outside > limit {
            return false;
        }
        let Some(string) = start.and_then(|start| rest.get(start.saturating_add(1)..)) else { return true };
        rest = behind_string(string);
    }
}

/// What follows the closing quote of the string whose opening quote comes before `text`.
fn behind_string(mut text: &[u8]) -> &[u8] {
    while let Some(index) = text.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
        let is_end = text.get(index) == Some(&b'"');
        // A backslash takes the next byte with it.
        let behind = index.saturating_add(if is_end { 1 } else { 2 });
        text = text.get(behind..).unwrap_or_default();
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
        Some((before, behind)) => Cow::Owned([before, "null", behind].concat()),
        None => Cow::Borrowed(event),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_outside_of_strings_are_counted_up_to_the_limit() {
        for (text, limit, expected, why) in [
            ("", 2, true, "nothing"),
            ("[[", 4, true, "just few enough"),
            ("[[[", 4, false, "one more"),
            (r#"{"a":"b"}"#, 9, true, "quotes count, what is between them does not"),
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
    fn a_part_is_replaced_where_it_is() {
        let event = r#"{"a":"x","body":"x"}"#;
        let body = &event[16..19];
        assert_eq!(body, r#""x""#);
        assert_eq!(without(event, body), r#"{"a":"x","body":null}"#);
        assert_eq!(without(event, "elsewhere"), event);
    }
}
