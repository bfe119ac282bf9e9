//! Reads Lambda events into one request type: API Gateway's HTTP API (payload 2.0), its REST API (payload 1.0), and
//! function URLs (payload 2.0).
//!
//! The types of `aws_lambda_events` parse the events. API Gateway may send events that these types refuse, for example
//! with a claim that is a number. Such an event is read again by `reread`.

mod reread;
mod size;

use std::borrow::Cow;
use std::collections::HashSet;

use aws_lambda_events::apigw::{
    ApiGatewayProxyRequest, ApiGatewayRequestAuthorizer, ApiGatewayV2httpRequest,
};
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use self::reread::HeaderNames;
use super::answer::PayloadFormat;
use super::body::{Body, BodyError, is_json};
use crate::json::{Json, Object};

/// An HTTP request from any kind of event.
#[derive(Debug)]
pub struct HttpRequest {
    /// The method. Methods are case-sensitive (RFC 9110, section 9.1).
    pub method: Method,
    /// The path without the stage's prefix.
    pub path: String,
    /// The parameters of the query, decoded, with repeats.
    pub query: Vec<(String, String)>,
    /// What API Gateway's authorizer says about the caller.
    pub authorizer: AuthorizerContext<'static>,
    /// API Gateway's request id.
    pub request_id: Option<String>,
    /// The body, still encoded as in the event.
    pub body: Body,
    /// The format of the event, which is the format that the answer must have.
    pub format: PayloadFormat,
    /// Payload 1.0's `multiValueHeaders`, then `headers`, which has only the last value of each header.
    headers: [HeaderMap; 2],
}

/// What API Gateway's authorizer says about the caller. Used only with `AUTH_MODE=authorizer`.
#[derive(Debug, Clone)]
pub enum AuthorizerContext<'c> {
    /// No authorizer, one of another kind, or one without claims or context.
    Absent,
    /// The claims of an HTTP API's JWT authorizer (payload 2.0), with arrays flattened, as in `"[a b]"`.
    JwtClaims(Object<'c>),
    /// The claims in a payload 1.0 event. A REST API's Cognito authorizer joins arrays with commas, and an HTTP API's
    /// JWT authorizer flattens them.
    Payload1Claims(Object<'c>),
    /// The context that a Lambda authorizer returned.
    LambdaContext(Object<'c>),
}

/// The gateway does not serve this kind of event. The text says why and quotes nothing from the event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownEventError(&'static str);

/// Maximum size of an event without its body, in bytes.
///
/// API Gateway allows 10,240 bytes of headers (its quotas page) and puts them into the event at most twice. The claims
/// come from a token in them. The limit bounds the work on an event and the names in a `HeaderMap`, which panics above
/// 24,576.
const MAX_ENVELOPE_BYTES: usize = 128 * 1024;

const TOO_LARGE: UnknownEventError =
    UnknownEventError("the event without its body has more than 131072 bytes");
const NOT_API_GATEWAY: UnknownEventError = UnknownEventError("the event is not from API Gateway");

/// The members that tell an event's kind, and whether the crate's types read it without loss.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outline<'e> {
    request_context: Option<ContextOutline>,
    #[serde(borrow)]
    body: Option<&'e RawValue>,
    #[serde(default)]
    headers: HeaderNames,
    multi_value_headers: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct ContextOutline {
    http: Option<IgnoredAny>,
    elb: Option<IgnoredAny>,
}

impl HttpRequest {
    /// Reads an event.
    ///
    /// # Errors
    /// When it is not an HTTP request of API Gateway or of a function URL.
    pub fn from_event(event: &[u8]) -> Result<Self, UnknownEventError> {
        const NOT_JSON: UnknownEventError = UnknownEventError("the event is not JSON");
        let event = std::str::from_utf8(event).map_err(|_| NOT_JSON)?;
        if event.len() > MAX_ENVELOPE_BYTES && !size::is_mostly_strings(event, MAX_ENVELOPE_BYTES) {
            return Err(TOO_LARGE);
        }
        let outline: Outline<'_> = serde_json::from_str(event).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => NOT_API_GATEWAY,
            _ => NOT_JSON,
        })?;
        let body = outline.body.map_or("", RawValue::get);
        if event.len().saturating_sub(body.len()) > MAX_ENVELOPE_BYTES {
            return Err(TOO_LARGE);
        }
        let context = outline.request_context.ok_or(UnknownEventError("`requestContext` is missing"))?;
        if context.elb.is_some() {
            return Err(UnknownEventError(
                "the event comes from a load balancer, which does not authenticate callers",
            ));
        }
        // Such a body is refused in any case, so it is not parsed.
        let is_body_too_large = body.len() > Body::MAX_JSON_BYTES;
        let event = if is_body_too_large { size::without(event, body) } else { Cow::Borrowed(event) };
        // The crate's type keeps the last of two headers that differ only in case, but `reread` keeps both.
        let is_read_whole = outline.multi_value_headers.is_some() || !outline.headers.has_one_twice;
        let read = if context.http.is_some() {
            let read = is_read_whole.then(|| serde_json::from_str::<ApiGatewayV2httpRequest>(&event).ok());
            read.flatten().or_else(|| reread::payload_2(&event)).and_then(Self::from_payload_2)
        } else {
            let read = is_read_whole.then(|| serde_json::from_str::<ApiGatewayProxyRequest>(&event).ok());
            read.flatten().or_else(|| reread::payload_1(&event)).and_then(Self::from_payload_1)
        };
        let mut request = read.ok_or(NOT_API_GATEWAY)?;
        if is_body_too_large {
            request.body = Body::TooLarge;
        }
        Ok(request)
    }

    fn from_payload_2(event: ApiGatewayV2httpRequest) -> Option<Self> {
        let context = event.request_context;
        Some(HttpRequest {
            method: context.http.method,
            path: without_stage(&event.raw_path?, context.stage.as_deref()).to_owned(),
            query: event.raw_query_string.as_deref().map(parameters).unwrap_or_default(),
            authorizer: context.authorizer.map_or(AuthorizerContext::Absent, AuthorizerContext::of_payload_2),
            request_id: context.request_id,
            body: Body::new(event.body, event.is_base64_encoded),
            format: PayloadFormat::V2,
            headers: [HeaderMap::new(), event.headers],
        })
    }

    fn from_payload_1(event: ApiGatewayProxyRequest) -> Option<Self> {
        let context = event.request_context;
        // Of a repeated parameter, only the multi-value form has every value.
        let [every, last] = [&event.multi_value_query_string_parameters, &event.query_string_parameters];
        let query = if every.is_empty() { last } else { every };
        Some(HttpRequest {
            method: event.http_method,
            // A REST API's own domain leaves the stage out of `path`; an HTTP API that sends payload 1.0 does not.
            path: without_stage(&event.path?, context.stage.as_deref()).to_owned(),
            query: query.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            authorizer: AuthorizerContext::of_payload_1(context.authorizer),
            request_id: context.request_id,
            body: Body::new(event.body, event.is_base64_encoded),
            format: PayloadFormat::V1,
            headers: [event.multi_value_headers, event.headers],
        })
    }

    /// A header's value, by its name in any case. Several values are joined by commas, as in HTTP and payload 2.0, and
    /// equal values count once. Takes time linear in the number of values.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let values = self.headers.iter().flat_map(|headers| headers.get_all(name));
        // Header values come from JSON strings, so each is valid UTF-8.
        let mut values = values.filter_map(|value: &HeaderValue| std::str::from_utf8(value.as_bytes()).ok());
        let first = values.next()?;
        let mut joined = Cow::Borrowed(first);
        // Payload 1.0 has every header twice, so most have two equal values.
        let mut others = values.filter(|value| *value != first).peekable();
        if others.peek().is_some() {
            let mut seen = HashSet::new();
            for value in others.filter(|value| seen.insert(*value)) {
                let joined = joined.to_mut();
                joined.push_str(", ");
                joined.push_str(value);
            }
        }
        Some(joined)
    }

    /// The values of a query parameter.
    pub fn parameters<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.query.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The bytes of a JSON body, empty when there is none.
    ///
    /// # Errors
    /// When there is a body and `Content-Type` names another type, or the body can't be decoded or is too large.
    pub fn json_body(&self) -> Result<Cow<'_, [u8]>, BodyError> {
        if self.body.is_empty() {
            return Ok(Cow::Borrowed(&[]));
        }
        if self.header("content-type").is_some_and(|value| !is_json(&value)) {
            return Err(BodyError::NotJson);
        }
        self.body.bytes()
    }
}

impl AuthorizerContext<'static> {
    fn of_payload_2(authorizer: ApiGatewayRequestAuthorizer) -> Self {
        if let Some(jwt) = authorizer.jwt {
            let claims = jwt.claims.into_iter().map(|(name, value)| (name, Json::String(Cow::Owned(value))));
            return Self::unless_empty(claims.collect(), AuthorizerContext::JwtClaims);
        }
        Self::unless_empty(json_object(authorizer.fields), AuthorizerContext::LambdaContext)
    }

    fn of_payload_1(mut authorizer: ApiGatewayRequestAuthorizer) -> Self {
        match authorizer.fields.remove("claims") {
            Some(Value::Object(claims)) => {
                Self::unless_empty(json_object(claims), AuthorizerContext::Payload1Claims)
            }
            Some(_) => AuthorizerContext::Absent,
            // A Lambda authorizer's context is next to `principalId`.
            None => Self::unless_empty(json_object(authorizer.fields), AuthorizerContext::LambdaContext),
        }
    }

    fn unless_empty(claims: Object<'static>, context: fn(Object<'static>) -> Self) -> Self {
        if claims.is_empty() { AuthorizerContext::Absent } else { context(claims) }
    }
}

fn json_object(members: impl IntoIterator<Item = (String, Value)>) -> Object<'static> {
    members.into_iter().map(|(name, value)| (name, Json::from(value))).collect()
}

/// Removes the stage that an HTTP API with a named stage puts before the path.
fn without_stage<'e>(path: &'e str, stage: Option<&str>) -> &'e str {
    let Some(stage) = stage.filter(|stage| *stage != "$default" && !stage.is_empty()) else { return path };
    match path.strip_prefix('/').and_then(|rest| rest.strip_prefix(stage)) {
        // The rest must be a path: a custom domain leaves the stage out, and a stage may have the name of a route.
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

/// The parameters of a query string.
fn parameters(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

#[cfg(test)]
mod tests;
