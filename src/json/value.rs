//! A JSON value that keeps the order of members and repeated members.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value. Strings without escapes are borrowed from the text.
///
/// `serde_json` limits the depth to 128, so parsing can't overflow the stack.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// any number
    Number(serde_json::Number),
    /// a string
    String(Cow<'a, str>),
    /// an array
    Array(Vec<Json<'a>>),
    /// an object
    Object(Object<'a>),
}

/// The members of a JSON object in the order of the text, repeated ones included.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object<'a> {
    pub(super) members: Vec<(Cow<'a, str>, Json<'a>)>,
}

impl<'a> Json<'a> {
    /// Parses a text with exactly one JSON value.
    ///
    /// # Errors
    /// When the text is not JSON, is nested deeper than 128 levels, or continues after the value.
    pub fn parse(text: &'a [u8]) -> Result<Self, serde_json::Error> {
        match std::str::from_utf8(text) {
            // Checked once here instead of for each string.
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(text),
        }
    }

    /// The string, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// The object, if this is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The items, if this is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Json<'a>]> {
        match self {
            Json::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The kind of value, for error messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }

    /// Whether any object in this value, at any depth, has a repeated member.
    #[must_use]
    pub fn has_repeated_members(&self) -> bool {
        match self {
            Json::Array(items) => items.iter().any(Json::has_repeated_members),
            Json::Object(object) => {
                object.repeated().next().is_some()
                    || object.iter().any(|(_, value)| value.has_repeated_members())
            }
            _ => false,
        }
    }
}

impl<'a> Object<'a> {
    /// The first member with that name. See [`Object::repeated`] for repeats.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.members.iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// Every member, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.members.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Number of members, including repeats.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The repeated names, each once.
    pub fn repeated(&self) -> impl Iterator<Item = &str> {
        // With more members, comparing in pairs would take too long.
        const PAIRWISE: usize = 32;
        let mut names: Vec<&str> = Vec::new();
        if self.members.len() <= PAIRWISE {
            for (index, (name, _)) in self.members.iter().enumerate() {
                let before = self.members.iter().take(index).filter(|(other, _)| other == name).count();
                if before == 1 {
                    names.push(name);
                }
            }
        } else {
            let mut sorted: Vec<&str> = self.members.iter().map(|(name, _)| name.as_ref()).collect();
            sorted.sort_unstable();
            for (name, next) in sorted.iter().zip(sorted.iter().skip(1)) {
                if name == next && names.last() != Some(name) {
                    names.push(name);
                }
            }
        }
        names.into_iter()
    }
}

impl<'a> FromIterator<(String, Json<'a>)> for Object<'a> {
    fn from_iter<I: IntoIterator<Item = (String, Json<'a>)>>(members: I) -> Self {
        Object { members: members.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect() }
    }
}

impl From<serde_json::Value> for Json<'static> {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(value),
            Value::Number(number) => Json::Number(number),
            Value::String(text) => Json::String(Cow::Owned(text)),
            Value::Array(items) => Json::Array(items.into_iter().map(Json::from).collect()),
            Value::Object(members) => {
                Json::Object(members.into_iter().map(|(name, value)| (name, Json::from(value))).collect())
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        // Numbers in JSON are always finite, so the fallback is never used.
        Ok(serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(MemberName(name)) = access.next_key()? {
            members.push((name, access.next_value()?));
        }
        Ok(Json::Object(Object { members }))
    }
}

/// A member's name, borrowed if possible. `Cow`'s own `Deserialize` always copies.
pub(super) struct MemberName<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for MemberName<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = MemberName<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member's name")
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(MemberName(Cow::Borrowed(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(MemberName(Cow::Owned(value.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_repeated_members_and_names_each_once() {
        let json = Json::parse(br#"{"a":1,"b":2,"a":3,"a":4}"#).unwrap();
        let object = json.as_object().unwrap();
        assert_eq!(object.len(), 4);
        assert_eq!(object.repeated().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn finds_repeats_in_a_large_object() {
        let members: Vec<String> = (0..1000).map(|n| format!(r#""m{n}":0"#)).collect();
        let text = format!(r#"{{{},"m7":1,"m7":2,"m900":0}}"#, members.join(","));
        let json = Json::parse(text.as_bytes()).unwrap();
        assert_eq!(json.as_object().unwrap().repeated().collect::<Vec<_>>(), ["m7", "m900"]);
    }

    #[test]
    fn finds_repeats_at_any_depth_and_with_escapes() {
        let json = Json::parse(br#"{"list":[{"k":1,"\u006b":2}]}"#).unwrap();
        assert!(json.has_repeated_members());
        assert!(!Json::parse(br#"{"list":[{"k":1},{"k":2}]}"#).unwrap().has_repeated_members());
    }

    #[test]
    fn rejects_too_deep_nesting() {
        let deep = "[".repeat(100_000);
        assert!(Json::parse(deep.as_bytes()).is_err());
    }

    #[test]
    fn rejects_text_after_the_value() {
        assert!(Json::parse(b"{} {}").is_err());
    }
}
