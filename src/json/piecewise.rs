//! A long object read member by member, each forgotten before the next: a document of ten thousand tenants is never
//! held whole, and the memory of one tenant's members serves for the next one's.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::value::{Json, MemberName, Object};

/// Parses an object but leaves one member unparsed: it is `null` in the value, and its raw text is returned beside it,
/// checked for syntax only. Of a repeated member, the first text is returned.
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
    let parsed = AllBut(member).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(parsed)
}

/// Hands over each member of the object that the text holds, in its order, repeated ones included. `None` when the text
/// holds no object.
///
/// # Errors
/// As for [`Json::parse`]; members before the place at fault have been handed over.
pub fn for_each_member<'a>(
    text: &'a str,
    visit: &mut dyn FnMut(Cow<'a, str>, Json<'a>),
) -> Result<Option<()>, serde_json::Error> {
    if !is_object(text) {
        return Ok(None);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    EachMember(visit).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(Some(()))
}

fn is_object(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{')
}

struct AllBut<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for AllBut<'_> {
    type Value = (Json<'de>, Option<&'de str>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

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

impl<'de> DeserializeSeed<'de> for EachMember<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

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
    fn one_member_is_left_out_and_its_text_kept() {
        let text = br#" {"a":1,"long":{"x": [1, 2] },"b":2,"long":3}"#;
        let (json, left_out) = parse_all_but("long", text).unwrap();
        assert_eq!(left_out, Some(r#"{"x": [1, 2] }"#));
        let object = json.as_object().unwrap();
        assert_eq!(object.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "long", "b", "long"]);
        assert_eq!(object.repeated().collect::<Vec<_>>(), ["long"]);
        assert_eq!(object.get("long"), Some(&Json::Null));
    }

    #[test]
    fn what_is_no_object_is_read_as_it_is() {
        for text in ["[1]", "null", "\"long\"", " 7"] {
            let whole = Json::parse(text.as_bytes()).unwrap();
            assert_eq!(parse_all_but("long", text.as_bytes()).unwrap(), (whole, None), "{text}");
            assert!(matches!(for_each_member(text, &mut |_, _| panic!("{text} has a member")), Ok(None)));
        }
    }

    #[test]
    fn text_that_is_no_json_is_refused_in_the_member_that_is_left_out_too() {
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
    fn every_member_is_handed_over_in_order_with_its_repeats() {
        let names: Vec<String> =
            members(r#"{"b":1,"a":{"c":2},"\u0062":3}"#).into_iter().map(|m| m.0).collect();
        assert_eq!(names, ["b", "a", "b"]);
        assert_eq!(members("{}"), []);
    }

    #[test]
    fn nesting_beyond_the_bound_is_refused_not_overflowed() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(for_each_member(&deep, &mut |_, _| ()).is_err());
        let (_, left_out) = parse_all_but("a", deep.as_bytes()).unwrap();
        assert_eq!(left_out.map(str::len), Some(200_000));
    }
}
