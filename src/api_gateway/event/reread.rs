//! Reads events that the types of `aws_lambda_events` refuse or would read with loss.
//!
//! Claims are strings in those types, but API Gateway has sent numbers and booleans (aws-lambda-go #294). Here an event
//! is reduced to the members that the gateway needs, in the form of the crate's types, and then parsed by them:
//!
//! - Claims that are arrays are flattened, as API Gateway does. Other claims that are not strings are dropped, and so
//!   are items of arrays. Callers who need them are then refused.
//! - Headers whose names differ only in case keep all values. Values that are not strings are dropped. An event with a
//!   header that is invalid in HTTP is refused, since dropping an idempotency key could create a second meeting.
//!
//! Runs only when needed. The caller bounds the size of the event without its body.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use http::{HeaderName, HeaderValue};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayV2httpRequest};

/// Whether two headers of an event have the same name, in any case.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HeaderNames {
    pub(super) has_one_twice: bool,
}

impl<'de> Deserialize<'de> for HeaderNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HeaderNamesVisitor)
    }
}

struct HeaderNamesVisitor;

impl<'de> Visitor<'de> for HeaderNamesVisitor {
    type Value = HeaderNames;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("headers")
    }

    fn visit_unit<E>(self) -> Result<HeaderNames, E> {
        Ok(HeaderNames::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<HeaderNames, A::Error> {
        let mut names: Vec<Cow<'de, str>> = Vec::with_capacity(32);
        while let Some((Name(name), _)) = access.next_entry::<Name<'de>, IgnoredAny>()? {
            names.push(name);
        }
        Ok(HeaderNames { has_one_twice: has_one_twice(&names) })
    }
}

fn has_one_twice(names: &[Cow<'_, str>]) -> bool {
    // A request has some twenty headers; for those, comparing takes fewer instructions than hashing.
    const MAX_COMPARED: usize = 40;
    if names.len() > MAX_COMPARED {
        let mut seen = HashSet::new();
        return !names.iter().all(|name| seen.insert(name.to_ascii_lowercase()));
    }
    names.iter().enumerate().any(|(index, name)| {
        names.iter().take(index).any(|other| other.len() == name.len() && other.eq_ignore_ascii_case(name))
    })
}

/// A member's name, borrowed where it has no escape.
#[derive(serde::Deserialize)]
struct Name<'n>(#[serde(borrow)] Cow<'n, str>);

/// Reads a payload 2.0 event. `None` when it is not one.
pub(super) fn payload_2(event: &str) -> Option<ApiGatewayV2httpRequest> {
    let mut event: Map<String, Value> = serde_json::from_str(event).ok()?;
    keep(&mut event, &["rawPath", "rawQueryString", "headers", "requestContext", "body", "isBase64Encoded"]);
    keep_strings(&mut event, &["rawQueryString", "body"]);
    clean_envelope(&mut event)?;
    let context = event.get_mut("requestContext")?.as_object_mut()?;
    keep(context, &["stage", "requestId", "http", "authorizer"]);
    keep_strings(context, &["stage", "requestId"]);
    keep(context.get_mut("http")?.as_object_mut()?, &["method"]);
    if let Some(authorizer) = context.remove("authorizer") {
        context.insert("authorizer".to_owned(), payload_2_authorizer(authorizer));
    }
    typed(event)
}

/// Reads a payload 1.0 event. `None` when it is not one.
pub(super) fn payload_1(event: &str) -> Option<ApiGatewayProxyRequest> {
    let mut event: Map<String, Value> = serde_json::from_str(event).ok()?;
    const MEMBERS: [&str; 9] = [
        "path",
        "httpMethod",
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "requestContext",
        "body",
        "isBase64Encoded",
    ];
    keep(&mut event, &MEMBERS);
    keep_strings(&mut event, &["body"]);
    clean_envelope(&mut event)?;
    // Values of another type count as empty, so that an `operation` does not go unseen.
    let as_text = |value: &mut Value| {
        if !value.is_string() {
            *value = "".into();
        }
    };
    if let Some(Value::Object(parameters)) = event.get_mut("queryStringParameters") {
        parameters.values_mut().for_each(as_text);
    } else {
        event.remove("queryStringParameters");
    }
    if let Some(Value::Object(parameters)) = event.get_mut("multiValueQueryStringParameters") {
        for values in parameters.values_mut() {
            match values {
                Value::Array(values) => values.iter_mut().for_each(as_text),
                other => *other = Value::Array(vec!["".into()]),
            }
        }
    } else {
        event.remove("multiValueQueryStringParameters");
    }
    let method = event.get("httpMethod")?.clone();
    let context = event.get_mut("requestContext")?.as_object_mut()?;
    keep(context, &["stage", "requestId", "authorizer"]);
    keep_strings(context, &["stage", "requestId"]);
    // The crate's type requires the method here too.
    context.insert("httpMethod".to_owned(), method);
    if !context.get("authorizer").is_some_and(Value::is_object) {
        context.remove("authorizer");
    }
    typed(event)
}

fn typed<T: DeserializeOwned>(event: Map<String, Value>) -> Option<T> {
    T::deserialize(Value::Object(event)).ok()
}

fn keep(object: &mut Map<String, Value>, members: &[&str]) {
    object.retain(|name, _| members.contains(&name.as_str()));
}

/// Drops the given members when they are not strings.
fn keep_strings(object: &mut Map<String, Value>, members: &[&str]) {
    object.retain(|name, value| value.is_string() || !members.contains(&name.as_str()));
}

fn clean_envelope(event: &mut Map<String, Value>) -> Option<()> {
    if !event.get("isBase64Encoded").is_some_and(Value::is_boolean) {
        event.remove("isBase64Encoded");
    }
    for name in ["headers", "multiValueHeaders"] {
        if let Some(headers) = event.get_mut(name) {
            *headers = clean_headers(headers.take())?;
        }
    }
    Some(())
}

/// Every header with its values that are strings. `None` when a header is invalid in HTTP.
fn clean_headers(headers: Value) -> Option<Value> {
    let Value::Object(headers) = headers else { return Some(Value::Null) };
    let mut values_of: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (name, value) in headers {
        HeaderName::from_bytes(name.as_bytes()).ok()?;
        let values = match value {
            Value::Array(values) => values,
            value => vec![value],
        };
        let texts = values_of.entry(name.to_ascii_lowercase()).or_default();
        for value in values {
            let Some(text) = value.as_str() else { continue };
            HeaderValue::from_str(text).ok()?;
            texts.push(value);
        }
    }
    Some(values_of.into_iter().map(|(name, values)| (name, Value::Array(values))).collect())
}

fn payload_2_authorizer(authorizer: Value) -> Value {
    let Value::Object(mut authorizer) = authorizer else { return Value::Null };
    authorizer.retain(|name, value| matches!(name.as_str(), "jwt" | "lambda") && value.is_object());
    if let Some(Value::Object(jwt)) = authorizer.get_mut("jwt") {
        jwt.retain(|name, value| name == "claims" && value.is_object());
        if let Some(Value::Object(claims)) = jwt.get_mut("claims") {
            *claims = plain_claims(std::mem::take(claims));
        }
    }
    Value::Object(authorizer)
}

/// The claims that are strings, and arrays of strings flattened as API Gateway does: `["a", "b"]` as `"[a b]"`.
fn plain_claims(claims: Map<String, Value>) -> Map<String, Value> {
    let plain = |value: Value| match value {
        Value::String(_) => Some(value),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            Some(Value::String(format!("[{}]", items.join(" "))))
        }
        _ => None,
    };
    claims.into_iter().filter_map(|(name, value)| plain(value).map(|value| (name, value))).collect()
}
