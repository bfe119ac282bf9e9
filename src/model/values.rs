//! The text members of requests, each as a type that allows only values of the API's model.
//!
//! Lengths count Unicode characters, as Chime does. The model's `\w` and `\s` are ASCII. Limits and patterns are from
//! Amazon's published model of the Chime SDK Meetings API, unless another source is named. The pattern of
//! `ExternalMeetingId` and `ExternalUserId` is only in the text of the documentation.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::wire::{Shape, ToWire, Wire};
use crate::json::{Json, ReadJson};

/// Declares a text type: its documentation, its length in characters, and the rule for its text.
macro_rules! text_type {
    ($(#[doc = $doc:literal])+ $name:ident, $length:expr, $rule:path) => {
        // Shared, not copied: `Everyone`'s values are part of every tenant's policy.
        $(#[doc = $doc])+
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Length in characters.
            pub const LENGTH: RangeInclusive<usize> = $length;

            /// Checks a text against the model.
            ///
            /// # Errors
            /// When the text breaks a rule. The error names every broken rule.
            pub fn parse(text: &str) -> Result<Self, String> {
                let mut broken = Vec::new();
                check_length(text, Self::LENGTH, &mut broken);
                $rule(text, &mut broken);
                if broken.is_empty() { Ok($name(text.into())) } else { Err(broken.join("; ")) }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ToWire for $name {
            const SHAPE: Shape = Shape::Text { min: *Self::LENGTH.start(), max: *Self::LENGTH.end() };
            const DESCRIPTION: &'static str = concat!($($doc),+);

            fn wire(&self) -> Wire<'_> {
                Wire::Text(&self.0)
            }
        }

        impl ReadJson for $name {
            fn read_json(json: &Json<'_>) -> Result<Self, String> {
                match json {
                    Json::String(text) => $name::parse(text),
                    other => Err(format!("must be a string, not {}", other.kind())),
                }
            }
        }
    };
}

/// Implements a `Debug` with the value for types whose value may be in logs.
macro_rules! shown {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}

/// Implements a `Debug` without the value for types that the model marks as sensitive, to keep it out of logs.
macro_rules! withheld {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(<withheld>)"))
            }
        }
    )*};
}

text_type! {
    /// The product's own name for a meeting. Chime does not keep it unique.
    ExternalMeetingId, 2..=64, external_id
}
text_type! {
    /// The product's own name for an attendee. Two devices with the same one throw each other out of a meeting.
    ExternalUserId, 2..=64, external_id
}
text_type! {
    /// A region whose media servers host a meeting. The model bounds only its length.
    MediaRegion, 2..=64, any_text
}
text_type! {
    /// The reserved member `MeetingHostId`.
    MeetingHostId, 2..=64, any_text
}
text_type! {
    /// The id of the meeting whose media a new one replicates.
    PrimaryMeetingId, 2..=64, any_text
}
text_type! {
    /// The id of a meeting, in the pattern that the model has for paths.
    MeetingId, 36..=36, guid
}
text_type! {
    /// The id of an attendee, in the pattern that the model has for paths.
    AttendeeId, 36..=36, guid
}
text_type! {
    /// The name of a room within a tenant, compared exactly. It is the ExternalMeetingId of the room's meetings.
    RoomId, 2..=64, room_id
}
text_type! {
    /// The caller's idempotency key, in the pattern that the model has for `ClientRequestToken`.
    IdempotencyKey, 2..=64, client_request_token
}
text_type! {
    /// A tenant's label at Chime. No character may be repeated four times in a row.
    TenantId, 2..=256, tenant_id
}
text_type! {
    /// A tag's key.
    TagKey, 1..=128, tag_key
}
text_type! {
    /// A tag's value.
    TagValue, 0..=256, tag_value
}

shown!(MediaRegion, TenantId, TagKey, TagValue, PrimaryMeetingId, MeetingId, AttendeeId);
withheld!(ExternalMeetingId, ExternalUserId, MeetingHostId, IdempotencyKey, RoomId);

/// Maximum number of items that `TenantIds` may have (model).
pub const MAX_TENANT_IDS: usize = 5;

/// Maximum number of tags that a meeting may have (model).
pub const MAX_TAGS: usize = 50;

/// Every room's name is an ExternalMeetingId: its characters are allowed there, and `aws:` has a colon.
impl From<&RoomId> for ExternalMeetingId {
    fn from(room: &RoomId) -> Self {
        ExternalMeetingId(room.0.clone())
    }
}

impl TagKey {
    /// Whether IAM treats two keys as one: it ignores case.
    #[must_use]
    pub fn same_to_iam(&self, other: &TagKey) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

/// Maximum number of items that `Attendees` of BatchCreateAttendee may have (model).
pub const MAX_ATTENDEES: usize = 100;

/// The same of CreateMeetingWithAttendees (model).
pub const MAX_ATTENDEES_AT_CREATION: usize = 20;

/// Maximum number of items that `ExcludedAttendeeIds` may have (model).
pub const MAX_EXCLUDED_ATTENDEES: usize = 250;

impl AttendeeId {
    /// The id as Chime writes ids. The model allows both cases.
    #[must_use]
    pub fn in_lower_case(self) -> Self {
        AttendeeId(self.0.to_ascii_lowercase().into())
    }

    /// Whether a text is this id, in any case.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text)
    }
}

impl MeetingId {
    /// Whether a text is this id, in any case. Chime returns ids in lower case, but its model allows both.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text)
    }

    /// The id with these 128 bits, in lower case.
    #[must_use]
    pub fn from_bits(bits: u128) -> Self {
        let digits = format!("{bits:032x}");
        let mut id = String::with_capacity(36);
        for (index, digit) in digits.chars().enumerate() {
            if matches!(index, 8 | 12 | 16 | 20) {
                id.push('-');
            }
            id.push(digit);
        }
        MeetingId(id.into())
    }

    /// The id's 128 bits, which are the same in either case.
    #[must_use]
    pub fn bits(&self) -> Option<u128> {
        let digits: String = self.0.chars().filter(|character| *character != '-').collect();
        u128::from_str_radix(&digits, 16).ok()
    }
}

fn check_length(text: &str, length: RangeInclusive<usize>, broken: &mut Vec<String>) {
    // A character has at most four bytes, so a text of more than four times the limit need not be counted.
    let characters =
        if text.len() > length.end().saturating_mul(4) { usize::MAX } else { text.chars().count() };
    if !length.contains(&characters) {
        let (min, max) = (length.start(), length.end());
        let range = if min == max { min.to_string() } else { format!("{min} to {max}") };
        broken.push(format!("must have {range} characters"));
    }
}

fn check_characters(text: &str, allowed: impl Fn(char) -> bool, rule: &str, broken: &mut Vec<String>) {
    if !text.chars().all(allowed) {
        broken.push(format!("may contain only {rule}"));
    }
}

fn any_text(_: &str, _: &mut Vec<String>) {}

fn external_id(text: &str, broken: &mut Vec<String>) {
    fn allowed(character: char) -> bool {
        character.is_ascii_alphanumeric()
            || is_space(character)
            || ('À'..='ÿ').contains(&character)
            || "-_&@+=,(){}[]/«».:|'\"#".contains(character)
    }
    check_characters(
        text,
        allowed,
        "ASCII letters and digits, `À` to `ÿ`, white space and any of `-_&@+=,(){}[]/«».:|'\"#`",
        broken,
    );
    check_not_reserved(text, broken);
}

fn client_request_token(text: &str, broken: &mut Vec<String>) {
    fn allowed(character: char) -> bool {
        matches!(character, '-' | '_') || character.is_ascii_alphanumeric()
    }
    check_characters(text, allowed, "ASCII letters, digits, `-` and `_`", broken);
}

/// `[A-Za-z0-9][-_.A-Za-z0-9]*`, the gateway's own rule.
fn room_id(text: &str, broken: &mut Vec<String>) {
    fn allowed(character: char) -> bool {
        matches!(character, '-' | '_' | '.') || character.is_ascii_alphanumeric()
    }
    check_characters(text, allowed, "ASCII letters, digits, `-`, `_` and `.`", broken);
    if !text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        broken.push("must begin with an ASCII letter or digit".to_owned());
    }
}

/// `[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}` (model, `GuidString`).
fn guid(text: &str, broken: &mut Vec<String>) {
    let is_at = |index: usize, byte: u8| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let fits = text.len() == 36 && text.bytes().enumerate().all(|(index, byte)| is_at(index, byte));
    if !fits {
        broken.push(
            "must be five groups of 8, 4, 4, 4 and 12 hexadecimal digits with `-` between them".to_owned(),
        );
    }
}

fn tenant_id(text: &str, broken: &mut Vec<String>) {
    fn allowed(character: char) -> bool {
        matches!(character, '-' | '_' | '!' | '@' | '#' | '$') || character.is_ascii_alphanumeric()
    }
    check_characters(text, allowed, "ASCII letters, digits and any of `-_!@#$`", broken);
    if has_run_of_four(text) {
        broken.push("may not repeat a character four times in a row".to_owned());
    }
}

/// The model's look-ahead `(?!.*?(.)\1{3})`.
fn has_run_of_four(text: &str) -> bool {
    let mut last = None;
    let mut run = 0_u8;
    for character in text.chars() {
        run = if last == Some(character) { run.saturating_add(1) } else { 1 };
        if run == 4 {
            return true;
        }
        last = Some(character);
    }
    false
}

fn tag_key(text: &str, broken: &mut Vec<String>) {
    // The model's class is `[a-zA-Z+-=._:/]`, where `+-=` is a range that includes the digits and `,-./:;<`.
    fn allowed(character: char) -> bool {
        matches!(character, '+'..='=' | '_') || character.is_ascii_alphabetic()
    }
    check_characters(text, allowed, "ASCII letters, digits and any of `+,-./:;<=_`", broken);
    check_not_reserved(text, broken);
}

fn tag_value(text: &str, broken: &mut Vec<String>) {
    fn allowed(character: char) -> bool {
        matches!(character, '+'..='=' | '_' | '@') || character.is_ascii_alphabetic() || is_space(character)
    }
    check_characters(text, allowed, "ASCII letters, digits, white space and any of `+,-./:;<=_@`", broken);
}

fn check_not_reserved(text: &str, broken: &mut Vec<String>) {
    if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
        broken.push("may not begin with `aws:`, in any case".to_owned());
    }
}

/// ASCII `\s`: tab, line feed, vertical tab, form feed, carriage return, space.
fn is_space(character: char) -> bool {
    matches!(character, '\t'..='\r' | ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict<T>(result: Result<T, String>) -> String {
        result.err().unwrap_or_default()
    }

    #[test]
    fn a_meeting_id_is_its_128_bits() {
        let id = MeetingId::parse("0F8A1C00-0000-4ABC-8000-00000000000d").unwrap();
        assert_eq!(id.bits(), Some(0x0f8a_1c00_0000_4abc_8000_0000_0000_000d));
        let again = MeetingId::from_bits(id.bits().unwrap());
        assert_eq!(again.as_str(), "0f8a1c00-0000-4abc-8000-00000000000d");
        assert!(MeetingId::parse(MeetingId::from_bits(0).as_str()).is_ok(), "leading zeros stay");
    }

    #[test]
    fn lengths_count_characters_and_not_bytes() {
        assert_eq!(verdict(ExternalMeetingId::parse(&"ÿ".repeat(64))), "");
        assert_eq!(verdict(ExternalMeetingId::parse(&"ÿ".repeat(65))), "must have 2 to 64 characters");
        assert_eq!(verdict(ExternalMeetingId::parse("x")), "must have 2 to 64 characters");
        assert_eq!(verdict(ExternalMeetingId::parse("xy")), "");
    }

    #[test]
    fn external_meeting_ids_follow_the_documented_pattern() {
        for (text, fits, why) in [
            ("a-_&@+=,(){}[]/«».:|'\"#Z9", true, "every mark of the pattern"),
            ("tab\tand space", true, r"white space is in the class"),
            ("À×÷ÿ", true, "the range is by code point, × and ÷ included"),
            ("a\u{a0}b", false, r"`\s` is ASCII"),
            ("semi;colon", false, "not in the class"),
            ("emoji🙂", false, "not in the class"),
            ("aws:thing", false, "reserved"),
            ("AwS:thing", false, "reserved in any case"),
            ("xaws:thing", true, "reserved only at the beginning"),
            ("nul\0", false, "a control character"),
        ] {
            assert_eq!(ExternalMeetingId::parse(text).is_ok(), fits, "{text:?}: {why}");
        }
    }

    #[test]
    fn tenant_ids_may_repeat_a_character_three_times_in_a_row_but_not_four() {
        assert!(TenantId::parse("aaab").is_ok());
        assert_eq!(verdict(TenantId::parse("aaaab")), "may not repeat a character four times in a row");
        assert_eq!(verdict(TenantId::parse("x----y")), "may not repeat a character four times in a row");
        assert!(TenantId::parse("x--y--z").is_ok());
        assert!(TenantId::parse("abababab").is_ok());
        assert!(TenantId::parse("a.b").is_err(), "no dot");
        assert!(TenantId::parse(&"ab".repeat(128)).is_ok());
        assert!(TenantId::parse(&format!("{}c", "ab".repeat(128))).is_err());
    }

    #[test]
    fn meeting_ids_follow_the_models_pattern() {
        for (text, fits, why) in [
            ("eb81e378-37db-4b5a-8e57-88904f2c1152", true, "as Chime returns them"),
            ("EB81E378-37DB-4B5A-8E57-88904F2C1152", true, "the model allows both cases"),
            ("eb81e378-37db-4b5a-8e57-88904f2c115", false, "one digit less"),
            ("eb81e378-37db-4b5a-8e57-88904f2c11520", false, "one digit more"),
            ("eb81e37-837db-4b5a-8e57-88904f2c1152", false, "a digit in another group"),
            ("eb81e378-37db-4b5a-8e57-88904f2c115g", false, "not a hexadecimal digit"),
            ("eb81e378-37db-4b5a-8e57-88904f2c115２", false, "a digit outside ASCII"),
            ("eb81e378-37db-4b5a-8e57-88904f2c1152-", false, "an extra empty group"),
            ("eb81e378-37db-4b5a-8e57-88904f2c1152\n", false, "a line feed after it"),
            ("eb81e37837db4b5a8e5788904f2c1152", false, "without `-`"),
            ("{b81e378-37db-4b5a-8e57-88904f2c1152", false, "a bracket"),
            ("..", false, "a path segment with a special meaning"),
            ("", false, "empty"),
        ] {
            assert_eq!(MeetingId::parse(text).is_ok(), fits, "{text:?}: {why}");
        }
    }

    #[test]
    fn room_ids_are_plain_names() {
        for (text, fits, why) in [
            ("weekly-stand_up.2026", true, "every kind of character"),
            ("7a", true, "a digit first"),
            ("a", false, "one character, which no ExternalMeetingId may have"),
            (&"a".repeat(64), true, "the greatest length"),
            (&"a".repeat(65), false, "one more"),
            ("-a", false, "a mark first"),
            (".a", false, "a mark first"),
            ("..", false, "a path segment with a special meaning"),
            ("a b", false, "a space"),
            ("a%20b", false, "an escape is not decoded"),
            ("é1", false, "outside ASCII"),
        ] {
            assert_eq!(RoomId::parse(text).is_ok(), fits, "{text:?}: {why}");
        }
        let every = RoomId::parse("Aws-Standup_2026.11").unwrap();
        assert_eq!(ExternalMeetingId::parse(every.as_str()), Ok((&every).into()), "fits ExternalMeetingId");
        let text = format!("{:?}", RoomId::parse("salary-talks").unwrap());
        assert!(!text.contains("salary"), "a room's name is withheld: {text}");
    }

    #[test]
    fn names_every_broken_rule() {
        let text = verdict(TenantId::parse("...."));
        assert!(text.contains("may contain only") && text.contains("four times"), "{text}");
    }

    #[test]
    fn tag_keys_follow_the_models_character_range() {
        for (key, fits) in [
            ("Cost-Center_7", true),
            ("a,b;c<d=e", true),
            ("a b", false),
            ("a@b", false),
            ("a>b", false),
            ("aws:x", false),
            ("", false),
        ] {
            assert_eq!(TagKey::parse(key).is_ok(), fits, "{key:?}");
        }
        assert!(TagKey::parse(&"k".repeat(128)).is_ok());
        assert!(TagKey::parse(&"k".repeat(129)).is_err());
    }

    #[test]
    fn tag_values_may_be_empty_and_may_contain_at_signs_and_spaces() {
        assert!(TagValue::parse("").is_ok());
        assert!(TagValue::parse("a b@c").is_ok());
        assert!(TagValue::parse("ä").is_err(), r"`\w` is ASCII");
        assert!(TagValue::parse(&"v".repeat(256)).is_ok());
        assert!(TagValue::parse(&"v".repeat(257)).is_err());
    }

    #[test]
    fn idempotency_keys_are_client_request_tokens() {
        assert!(IdempotencyKey::parse("0f8b-_Z").is_ok());
        assert!(IdempotencyKey::parse("a").is_err());
        assert!(IdempotencyKey::parse("a b").is_err());
        assert!(IdempotencyKey::parse(&"k".repeat(65)).is_err());
    }

    #[test]
    fn debug_output_withholds_sensitive_values() {
        let id = ExternalMeetingId::parse("board-meeting").unwrap();
        assert!(!format!("{id:?}").contains("board"));
    }
}
