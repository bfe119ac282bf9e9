//! Attendees as Chime wrote them, with the JoinToken only for those who may have it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::AttendeeOwner;

/// The member that lets its holder join as the attendee.
const JOIN_TOKEN: &str = "JoinToken";

/// An attendee of Chime's answer.
///
/// Whoever holds its JoinToken joins as that person. So the text with it is only for whoever created the attendee, and
/// for its owner.
pub(super) struct AttendeeText<'a> {
    text: &'a str,
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> AttendeeText<'a> {
    /// Reads an attendee. `None` when it is not an object with an ExternalUserId and an AttendeeId.
    pub(super) fn read(raw: &'a RawValue) -> Option<Self> {
        let Members(members) = serde_json::from_str(raw.get()).ok()?;
        let attendee = AttendeeText { text: raw.get(), members };
        (attendee.external_user_id().is_some() && attendee.attendee_id().is_some()).then_some(attendee)
    }

    /// Reads every attendee of a list. `None` when one is invalid.
    pub(super) fn read_all(list: Vec<&'a RawValue>) -> Option<Vec<Self>> {
        list.into_iter().map(Self::read).collect()
    }

    /// ExternalUserId.
    pub(super) fn external_user_id(&self) -> Option<Cow<'a, str>> {
        self.string("ExternalUserId")
    }

    /// AttendeeId.
    pub(super) fn attendee_id(&self) -> Option<Cow<'a, str>> {
        self.string("AttendeeId")
    }

    /// Whether there is a JoinToken.
    pub(super) fn has_join_token(&self) -> bool {
        self.string(JOIN_TOKEN).is_some_and(|token| !token.is_empty())
    }

    /// The text for whoever created the attendee: all of it.
    pub(super) fn for_creator(&self) -> &'a str {
        self.text
    }

    /// The text for a reader: without the JoinToken, unless the reader is the owner.
    pub(super) fn for_reader(&self, reader: Option<&AttendeeOwner>) -> Cow<'a, str> {
        let is_own = self.external_user_id().is_some_and(|id| reader.is_some_and(|reader| reader.owns(&id)));
        if is_own {
            return Cow::Borrowed(self.text);
        }
        let shown = self.members.iter().filter(|(name, _)| name != JOIN_TOKEN);
        let shown = shown.map(|(name, value)| format!("{}:{}", quoted(name), value.get()));
        Cow::Owned(format!("{{{}}}", shown.collect::<Vec<_>>().join(",")))
    }

    /// A member that is a string. A repeated one counts as missing: readers differ in which of them they take.
    fn string(&self, name: &str) -> Option<Cow<'a, str>> {
        let mut values = self.members.iter().filter(|(other, _)| other == name);
        let (_, value) = values.next()?;
        if values.next().is_some() {
            return None;
        }
        serde_json::from_str::<Text<'a>>(value.get()).ok().map(|Text(text)| text)
    }
}

fn quoted(name: &str) -> String {
    // Serializing a string can't fail.
    serde_json::to_string(name).unwrap_or_default()
}

/// A string, borrowed where it has no escape.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object in the order of the text, with repeats.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attendee")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(4);
        while let Some((Text(name), value)) = access.next_entry::<Text<'de>, &RawValue>()? {
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    const ANNA: &str =
        r#"{"ExternalUserId":"anna#phone","AttendeeId":"a-1","JoinToken":"secret","New":{"a": [1, 2]}}"#;

    #[test]
    fn only_the_owner_reads_a_join_token() {
        let raw = raw(ANNA);
        let attendee = AttendeeText::read(&raw).unwrap();
        let owner = |subject| AttendeeOwner::of_subject(subject).unwrap();
        let without = r#"{"ExternalUserId":"anna#phone","AttendeeId":"a-1","New":{"a": [1, 2]}}"#;
        assert_eq!(attendee.for_reader(Some(&owner("anna"))), ANNA);
        assert_eq!(attendee.for_reader(Some(&owner("annabel"))), without);
        assert_eq!(attendee.for_reader(None), without);
        assert_eq!(attendee.for_creator(), ANNA);
    }

    #[test]
    fn a_join_token_is_found_however_it_is_written() {
        for (text, why) in [
            (r#"{"ExternalUserId":"anna","AttendeeId":"a","\u004aoinToken":"secret"}"#, "an escaped name"),
            (
                r#"{"JoinToken":"secret","ExternalUserId":"anna","AttendeeId":"a","JoinToken":"secret"}"#,
                "repeated",
            ),
            (r#"{"ExternalUserId":"anna","AttendeeId":"a","JoinToken":{"secret":"secret"}}"#, "an object"),
        ] {
            let raw = raw(text);
            let shown = AttendeeText::read(&raw).unwrap().for_reader(None).into_owned();
            assert_eq!(shown, r#"{"ExternalUserId":"anna","AttendeeId":"a"}"#, "{why}");
        }
    }

    #[test]
    fn an_attendee_needs_one_external_user_id_and_one_attendee_id() {
        for (text, valid, why) in [
            (ANNA, true, "complete"),
            (r#"{"AttendeeId":"a"}"#, false, "no ExternalUserId"),
            (r#"{"ExternalUserId":"anna"}"#, false, "no AttendeeId"),
            (r#"{"ExternalUserId":"anna","ExternalUserId":"bob","AttendeeId":"a"}"#, false, "two owners"),
            (r#"{"ExternalUserId":7,"AttendeeId":"a"}"#, false, "not a string"),
            ("[]", false, "not an object"),
        ] {
            assert_eq!(AttendeeText::read(&raw(text)).is_some(), valid, "{why}");
        }
    }

    #[test]
    fn an_escaped_external_user_id_is_read_as_its_text() {
        let raw = raw(r#"{"ExternalUserId":"\u0061nna","AttendeeId":"a","JoinToken":"secret"}"#);
        let anna = AttendeeOwner::of_subject("anna").unwrap();
        assert!(AttendeeText::read(&raw).unwrap().for_reader(Some(&anna)).contains("secret"));
    }
}
