//! The members of a request's body: every fault at once, each with its member.

use bytes::Bytes;
use meeting_gateway::json::Json;
use serde_json::{Map, Value};

use super::answer::Error;

/// The members that were not read yet, and what is wrong with those that were.
#[derive(Debug)]
pub(super) struct Members {
    rest: Map<String, Value>,
    known: Vec<&'static str>,
    faults: Vec<String>,
}

impl Members {
    /// Reads a body.
    ///
    /// # Errors
    /// When it is not a JSON object, or a member is repeated in it.
    pub(super) fn read(body: &Bytes) -> Result<Self, Error> {
        let not_json =
            |error: serde_json::Error| Error::bad_request(format!("the body is not JSON: {error}"));
        let json = Json::parse(body).map_err(not_json)?;
        if json.has_repeated_members() {
            return Err(Error::bad_request("the body has a repeated member"));
        }
        match serde_json::from_slice(body).map_err(not_json)? {
            Value::Object(rest) => Ok(Self { rest, known: Vec::new(), faults: Vec::new() }),
            _ => Err(Error::bad_request(format!("the body must be an object, not {}", json.kind()))),
        }
    }

    /// A text. `None` where it is absent or null.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        self.take(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    /// A text that must be there.
    pub(super) fn required_text(&mut self, name: &'static str) -> String {
        self.require(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    /// `true` or `false`, which must be there.
    pub(super) fn required_boolean(&mut self, name: &'static str) -> bool {
        self.require(name, "true or false", Value::as_bool)
    }

    /// An array that must be there, as it is.
    pub(super) fn array(&mut self, name: &'static str) -> Value {
        self.require(name, "an array", |value| value.is_array().then(|| value.clone()))
    }

    /// A list of texts, empty where it is absent or null.
    pub(super) fn texts(&mut self, name: &'static str) -> Vec<String> {
        let texts = |value: &Value| {
            let texts = value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<String>>>()
        };
        self.take(name, "an array of strings", texts).unwrap_or_default()
    }

    /// A whole number from 0. `None` where it is absent or null.
    pub(super) fn number(&mut self, name: &'static str) -> Option<u64> {
        self.take(name, "a whole number from 0", Value::as_u64)
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Every fault of a member that was read, and every member that was not.
    pub(super) fn end(mut self) -> Result<(), Error> {
        let known = self.known.join(", ");
        self.faults.extend(self.rest.keys().map(|name| format!("`{name}` is unknown; known are {known}")));
        if self.faults.is_empty() { Ok(()) } else { Err(Error::bad_request(self.faults.join("; "))) }
    }

    /// Every member, for a reader of its own.
    pub(super) fn all(self) -> Map<String, Value> {
        self.rest
    }

    fn require<T: Default>(
        &mut self,
        name: &'static str,
        what: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> T {
        let is_absent = self.rest.get(name).is_none_or(Value::is_null);
        let value = self.take(name, what, read);
        if is_absent {
            self.faults.push(format!("`{name}` is required: {what}"));
        }
        value.unwrap_or_default()
    }

    fn take<T>(
        &mut self,
        name: &'static str,
        what: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        self.known.push(name);
        let value = self.rest.remove(name).filter(|value| !value.is_null())?;
        let read = read(&value);
        if read.is_none() {
            self.faults.push(format!("`{name}` must be {what}"));
        }
        read
    }
}
