//! Reads a long object member by member and drops each before the next, so that a document of ten thousand tenants is
//! never in memory as a whole.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::value::{Json, MemberName, Object};

/// Parses an object but leaves one member unparsed. The member is `null` in the value, and its raw text is returned,
/// checked for syntax only. If the member is repeated, the first text is returned.
///
/// # Errors
/// As for [`Json::parse`].
pub fn parse_all_but<'a>(
    member: &str,
    text: &'a [u8],
) -> Result<(Json<'a>, Option<&'a str>), serde_json::Error> {
    let Some(text) = std::str::from_utf8(text).ok().filter(|text| is_object(text)) else {
        return Json::parse(text).map(|json| (json, None));
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = deserializer.deserialize_map(AllBut(member))?;
    deserializer.end()?;
    Ok(parsed)
}

/// Visits each member of an object in the order of the text, including repeated ones. `None` when the text is not an
/// object.
///
/// # Errors
/// As for [`Json::parse`]. The members before the error have been visited.
pub fn for_each_member<'a>(
    text: &'a str,
    visit: &mut dyn FnMut(Cow<'a, str>, Json<'a>),
) -> Result<Option<()>, serde_json::Error> {
    if !is_object(text) {
        return Ok(None);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.deserialize_map(EachMember(visit))?;
    deserializer.end()?;
    Ok(Some(()))
}

fn is_object(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{')
}

struct AllBut<'n>(&'n str);

impl<'de> Visitor<'de> for AllBut<'_> {
    type Value = (Json<'de>, Option<&'de str>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        let mut left_out = None;
        while let Some(MemberName(name)) = access.next_key()? {
            if name == self.0 {
                let text = access.next_value::<&RawValue>()?;
                left_out = left_out.or(Some(text.get()));
                members.push((name, Json::Null));
            } else {
                members.push((name, access.next_value()?));
            }
        }
        Ok((Json::Object(Object { members }), left_out))
    }
}

struct EachMember<'f, 'a>(&'f mut dyn FnMut(Cow<'a, str>, Json<'a>));

impl<'de> Visitor<'de> for EachMember<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        while let Some(MemberName(name)) = access.next_key()? {
            (self.0)(name, access.next_value()?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(text: &str) -> Vec<(String, String)> {
        let mut members = Vec::new();
        for_each_member(text, &mut |name, json| members.push((name.into_owned(), format!("{json:?}"))))
            .unwrap();
        members
    }

    #[test]
    fn leaves_one_member_unparsed_and_returns_its_text() {
        let text = br#" {"a":1,"long":{"x": [1, 2] },"b":2,"long":3}"#;
        let (json, left_out) = parse_all_but("long", text).unwrap();
        assert_eq!(left_out, Some(r#"{"x": [1, 2] }"#));
        let object = json.as_object().unwrap();
        assert_eq!(object.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "long", "b", "long"]);
        assert_eq!(object.repeated().collect::<Vec<_>>(), ["long"]);
        assert_eq!(object.get("long"), Some(&Json::Null));
    }

    #[test]
    fn parses_values_that_are_not_objects_as_a_whole() {
        for text in ["[1]", "null", "\"long\"", " 7"] {
            let whole = Json::parse(text.as_bytes()).unwrap();
            assert_eq!(parse_all_but("long", text.as_bytes()).unwrap(), (whole, None), "{text}");
            assert!(matches!(for_each_member(text, &mut |_, _| panic!("{text} has a member")), Ok(None)));
        }
    }

    #[test]
    fn rejects_invalid_json_in_the_unparsed_member_too() {
        for text in [
            &br#"{"long":{"x":}}"#[..],
            br#"{"long":[1,}"#,
            br#"{"long":"\q"}"#,
            br#"{"long":1} 2"#,
            b"{\"long\":\"\xff\"}",
            b"",
        ] {
            assert!(parse_all_but("long", text).is_err(), "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn visits_every_member_in_order_including_repeats() {
        let names: Vec<String> =
            members(r#"{"b":1,"a":{"c":2},"\u0062":3}"#).into_iter().map(|m| m.0).collect();
        assert_eq!(names, ["b", "a", "b"]);
        assert_eq!(members("{}"), []);
    }

    #[test]
    fn rejects_too_deep_nesting() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(for_each_member(&deep, &mut |_, _| ()).is_err());
        let (_, left_out) = parse_all_but("a", deep.as_bytes()).unwrap();
        assert_eq!(left_out.map(str::len), Some(200_000));
    }
}
