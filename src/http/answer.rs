//! An answer in the one shape that payload 1.0, payload 2.0 and function URLs all take.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

/// An HTTP answer. Every answer is `Cache-Control: no-store`: a meeting holds its participants' way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers beside `Cache-Control`, which every answer has.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The body, JSON always.
    pub body: String,
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut answer = serializer.serialize_struct("Answer", 4)?;
        answer.serialize_field("statusCode", &self.status)?;
        answer.serialize_field("headers", &Headers(&self.headers))?;
        answer.serialize_field("body", &self.body)?;
        answer.serialize_field("isBase64Encoded", &false)?;
        answer.end()
    }
}

struct Headers<'a>(&'a [(&'static str, Cow<'static, str>)]);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len().saturating_add(1)))?;
        map.serialize_entry("cache-control", "no-store")?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
