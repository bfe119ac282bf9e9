//! The API's description as JSON, which browsers read without a library.

use std::sync::LazyLock;

use meeting_gateway::json::Json;
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

/// The API's description.
pub(super) const YAML: &str = include_str!("../../../openapi.yaml");

/// The same as JSON, its members in the order of the file: forms and readers show them in that order. `Err` says why the file
/// is not YAML.
pub(super) fn as_json() -> Result<&'static str, &'static str> {
    static CONVERTED: LazyLock<Result<String, String>> = LazyLock::new(|| convert(YAML));
    CONVERTED.as_deref().map_err(String::as_str)
}

fn convert(yaml: &str) -> Result<String, String> {
    let description: Json<'_> = serde_saphyr::from_str(yaml).map_err(|error| error.to_string())?;
    serde_json::to_string(&InOrder(&description)).map_err(|error| error.to_string())
}

/// A value that is written with its members in order, where `serde_json::Value` sorts them.
struct InOrder<'j>(&'j Json<'j>);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Number(number) => number.serialize(serializer),
            Json::String(text) => serializer.serialize_str(text),
            Json::Array(items) => {
                let mut array = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    array.serialize_element(&InOrder(item))?;
                }
                array.end()
            }
            Json::Object(object) => {
                let mut members = serializer.serialize_map(Some(object.len()))?;
                for (name, value) in object.iter() {
                    members.serialize_entry(name, &InOrder(value))?;
                }
                members.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_description_as_json_has_what_the_yaml_has() {
        let expected: Value = serde_saphyr::from_str(YAML).unwrap();
        let converted: Value = serde_json::from_str(as_json().unwrap()).unwrap();
        // Not `assert_eq`, which would print both.
        assert!(converted == expected);
        assert_eq!(converted["openapi"], "3.1.0", "a text that looks like a number stays one");
    }

    #[test]
    fn members_keep_the_order_of_the_file() {
        let converted = convert("b: {z: 1, a: [true, null, 1.5, \"2\"]}\na: x\n").unwrap();
        assert_eq!(converted, r#"{"b":{"z":1,"a":[true,null,1.5,"2"]},"a":"x"}"#);
    }

    #[test]
    fn text_that_is_not_yaml_is_an_error() {
        assert!(convert("a: [").is_err());
    }
}
