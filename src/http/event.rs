//! Lambda events to one request type: API Gateway's HTTP API (payload 2.0), its REST API (payload 1.0), and function
//! URLs, which send payload 2.0 as well.
//!
//! Reading fails only where the event is none of these. Whatever else is odd about one (a header that is no string, a
//! claim that is a number, a context that is `null`) is for the step to judge that needs it.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::json::{Json, Object};

/// An HTTP request, whichever kind of event brought it.
#[derive(Debug)]
pub struct HttpRequest<'e> {
    /// The method, in the case in which it came.
    pub method: &'e str,
    /// The path without the stage's prefix.
    pub path: &'e str,
    /// The value of the query parameter `operation`, when the query has it. In Chime's API it tells apart operations
    /// that share a path.
    pub operation: Option<Cow<'e, str>>,
    /// What API Gateway's authorizer says of the caller.
    pub authorizer: AuthorizerContext<'e>,
    /// API Gateway's request id.
    pub request_id: Option<&'e str>,
    /// The body, still as the event has it.
    pub body: Body<'e>,
    headers: Vec<(&'e str, &'e str)>,
}

/// What API Gateway's authorizer says of the caller. Only `AUTH_MODE=authorizer` believes any of it.
#[derive(Debug, Clone, Copy)]
pub enum AuthorizerContext<'e> {
    /// There was no authorizer, or one of another kind.
    Absent,
    /// The claims of an HTTP API's JWT authorizer: arrays arrive flattened, as in `"[a b]"`.
    JwtClaims(&'e Object<'e>),
    /// The claims of a REST API's Cognito authorizer: arrays arrive joined by commas.
    CognitoClaims(&'e Object<'e>),
    /// The context that a Lambda authorizer gave.
    LambdaContext(&'e Object<'e>),
}

/// A body as the event has it.
#[derive(Debug, Clone, Copy)]
pub struct Body<'e> {
    text: &'e str,
    is_base64: bool,
}

/// Why a body can't be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// It has more bytes than [`Body::MOST_BYTES`].
    TooLarge,
    /// The event calls it base64, and it is none.
    InvalidBase64,
}

/// The event is none that this gateway serves. The text names what was missed and quotes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEventError(String);

impl UnknownEventError {
    /// The event is not even JSON.
    #[must_use]
    pub fn not_json() -> Self {
        unknown("the event is not JSON")
    }
}

impl fmt::Display for UnknownEventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnknownEventError {}

impl<'e> Body<'e> {
    /// Most bytes of a body. The largest request that the model allows has some 30 KB.
    pub const MOST_BYTES: usize = 64 * 1024;

    /// The body's bytes.
    ///
    /// # Errors
    /// When there are too many, or the base64 is none.
    pub fn bytes(self) -> Result<Cow<'e, [u8]>, BodyError> {
        if !self.is_base64 {
            let fits = self.text.len() <= Self::MOST_BYTES;
            return if fits { Ok(Cow::Borrowed(self.text.as_bytes())) } else { Err(BodyError::TooLarge) };
        }
        // Checked before decoding, so that nothing is allocated for what is refused.
        const MOST_BASE64: usize = Body::MOST_BYTES.div_ceil(3) * 4;
        if self.text.len() > MOST_BASE64 {
            return Err(BodyError::TooLarge);
        }
        let bytes = STANDARD.decode(self.text).map_err(|_| BodyError::InvalidBase64)?;
        if bytes.len() > Self::MOST_BYTES { Err(BodyError::TooLarge) } else { Ok(Cow::Owned(bytes)) }
    }
}

impl<'e> HttpRequest<'e> {
    /// Reads an event.
    ///
    /// # Errors
    /// When it is no HTTP request of API Gateway or a function URL.
    pub fn from_event(event: &'e Json<'e>) -> Result<Self, UnknownEventError> {
        let event = event.as_object().ok_or_else(|| unknown("the event is not an object"))?;
        let context = event
            .get("requestContext")
            .and_then(Json::as_object)
            .ok_or_else(|| unknown("the event has no `requestContext`"))?;
        if context.get("elb").is_some() {
            return Err(unknown("the event comes from a load balancer, which authenticates nobody here"));
        }
        match context.get("http").and_then(Json::as_object) {
            Some(http) => Self::from_payload_2(event, context, http),
            None => Self::from_payload_1(event, context),
        }
    }

    fn from_payload_2(
        event: &'e Object<'e>,
        context: &'e Object<'e>,
        http: &'e Object<'e>,
    ) -> Result<Self, UnknownEventError> {
        let method = text(http, "method").ok_or_else(|| unknown("`requestContext.http` has no `method`"))?;
        let raw_path = text(event, "rawPath").ok_or_else(|| unknown("the event has no `rawPath`"))?;
        let path = without_stage(raw_path, text(context, "stage"));
        let operation = text(event, "rawQueryString").and_then(operation_in_query);
        let authorizer = context.get("authorizer").and_then(Json::as_object);
        let member = |name: &str| authorizer.and_then(|object| object.get(name)).and_then(Json::as_object);
        let authorizer = match (member("jwt"), member("lambda")) {
            (Some(jwt), _) => jwt
                .get("claims")
                .and_then(Json::as_object)
                .map_or(AuthorizerContext::Absent, AuthorizerContext::JwtClaims),
            (None, Some(lambda)) => AuthorizerContext::LambdaContext(lambda),
            (None, None) => AuthorizerContext::Absent,
        };
        Ok(HttpRequest {
            method,
            path,
            operation,
            authorizer,
            request_id: text(context, "requestId"),
            body: body(event),
            headers: headers(event),
        })
    }

    fn from_payload_1(event: &'e Object<'e>, context: &'e Object<'e>) -> Result<Self, UnknownEventError> {
        let method = text(event, "httpMethod").ok_or_else(|| unknown("the event names no HTTP method"))?;
        let path = text(event, "path").ok_or_else(|| unknown("the event has no `path`"))?;
        let operation = event
            .get("queryStringParameters")
            .and_then(Json::as_object)
            .and_then(|query| query.get("operation"))
            .map(|value| Cow::Borrowed(value.as_str().unwrap_or_default()));
        let authorizer = match context.get("authorizer").and_then(Json::as_object) {
            None => AuthorizerContext::Absent,
            Some(object) => match object.get("claims") {
                // A Lambda authorizer's context lies flat beside `principalId`.
                None => AuthorizerContext::LambdaContext(object),
                Some(claims) => {
                    claims.as_object().map_or(AuthorizerContext::Absent, AuthorizerContext::CognitoClaims)
                }
            },
        };
        Ok(HttpRequest {
            method,
            // A REST API's own domain leaves the stage out of `path`; an HTTP API that sends payload 1.0 does not.
            path: without_stage(path, text(context, "stage")),
            operation,
            authorizer,
            request_id: text(context, "requestId"),
            body: body(event),
            headers: headers(event),
        })
    }

    /// A header's value, by its name in any case. Several values are joined by a comma, as HTTP allows and as payload
    /// 2.0 does by itself; the same value twice counts once.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<Cow<'e, str>> {
        let mut found: Option<Cow<'e, str>> = None;
        let mut seen: Vec<&str> = Vec::new();
        for (header, value) in &self.headers {
            if !header.eq_ignore_ascii_case(name) || seen.contains(value) {
                continue;
            }
            seen.push(value);
            found = Some(match found {
                None => Cow::Borrowed(*value),
                Some(before) => Cow::Owned(format!("{before}, {value}")),
            });
        }
        found
    }
}

fn unknown(what: &str) -> UnknownEventError {
    UnknownEventError(what.to_owned())
}

fn text<'e>(object: &'e Object<'e>, name: &str) -> Option<&'e str> {
    object.get(name).and_then(Json::as_str)
}

fn body<'e>(event: &'e Object<'e>) -> Body<'e> {
    Body {
        text: text(event, "body").unwrap_or_default(),
        is_base64: event.get("isBase64Encoded") == Some(&Json::Bool(true)),
    }
}

/// Every header, payload 1.0's `multiValueHeaders` before `headers`, which holds the last value only.
fn headers<'e>(event: &'e Object<'e>) -> Vec<(&'e str, &'e str)> {
    let mut headers = Vec::new();
    for (name, values) in
        event.get("multiValueHeaders").and_then(Json::as_object).into_iter().flat_map(Object::iter)
    {
        for value in values.as_array().unwrap_or_default() {
            headers.extend(value.as_str().map(|value| (name, value)));
        }
    }
    for (name, value) in event.get("headers").and_then(Json::as_object).into_iter().flat_map(Object::iter) {
        headers.extend(value.as_str().map(|value| (name, value)));
    }
    headers
}

/// Takes off the stage that an HTTP API with a named stage puts before the path.
fn without_stage<'e>(path: &'e str, stage: Option<&str>) -> &'e str {
    let Some(stage) = stage.filter(|stage| *stage != "$default" && !stage.is_empty()) else { return path };
    match path.strip_prefix('/').and_then(|rest| rest.strip_prefix(stage)) {
        // What follows must be a path again: a custom domain leaves the stage out, and a stage may be named as a route.
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

/// The first `operation` of a query string. No value needs decoding to be told from the names that exist.
fn operation_in_query(query: &str) -> Option<Cow<'_, str>> {
    query.split('&').find_map(|pair| match pair.split_once('=') {
        Some(("operation", value)) => Some(Cow::Borrowed(value)),
        None if pair == "operation" => Some(Cow::Borrowed("")),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_request<T>(event: &str, check: impl FnOnce(&HttpRequest<'_>) -> T) -> T {
        let json = Json::parse(event.as_bytes()).unwrap();
        check(&HttpRequest::from_event(&json).unwrap())
    }

    #[test]
    fn the_stage_is_taken_off_once_and_only_where_it_stands() {
        for (path, stage, expected, why) in [
            ("/meetings", Some("$default"), "/meetings", "the default stage has no prefix"),
            ("/prod/meetings", Some("prod"), "/meetings", "a named stage"),
            ("/meetings", Some("prod"), "/meetings", "a custom domain leaves it out"),
            (
                "/meetings",
                Some("meetings"),
                "/meetings",
                "a stage named as the route, behind a custom domain",
            ),
            ("/meetings/meetings", Some("meetings"), "/meetings", "a stage named as the route"),
            ("/production/meetings", Some("prod"), "/production/meetings", "a longer name"),
            ("/prod/prod/meetings", Some("prod"), "/prod/meetings", "once"),
            ("/meetings", None, "/meetings", "no stage at all"),
        ] {
            assert_eq!(without_stage(path, stage), expected, "{why}");
        }
    }

    #[test]
    fn headers_are_found_in_any_case_and_repeats_are_joined() {
        let event = r#"{"rawPath":"/meetings","requestContext":{"http":{"method":"POST"}},
            "headers":{"IDEMPOTENCY-key":"a","idempotency-Key":"b","x":1,"y":null}}"#;
        with_request(event, |request| {
            assert_eq!(request.header("Idempotency-Key").as_deref(), Some("a, b"));
            assert_eq!(request.header("x"), None, "a number is no header value");
        });
        let event = r#"{"path":"/meetings","httpMethod":"POST","requestContext":{},
            "headers":{"k":"b","z":"1"},"multiValueHeaders":{"k":["a","b"],"z":["1"]}}"#;
        with_request(event, |request| {
            assert_eq!(request.header("K").as_deref(), Some("a, b"));
            assert_eq!(request.header("z").as_deref(), Some("1"), "the same value twice counts once");
        });
    }

    #[test]
    fn events_of_another_kind_are_told_apart() {
        for (event, why) in [
            ("null", "not an object"),
            ("[]", "not an object"),
            ("{}", "no context"),
            (r#"{"Records":[{"eventSource":"aws:sqs"}]}"#, "a queue's event"),
            (r#"{"requestContext":{"elb":{}},"httpMethod":"POST","path":"/meetings"}"#, "a load balancer's"),
            (r#"{"requestContext":{"http":{}},"rawPath":"/meetings"}"#, "no method"),
            (r#"{"requestContext":{"http":{"method":"POST"}}}"#, "no path"),
            (
                r#"{"requestContext":{"http":{"method":7}},"rawPath":"/meetings"}"#,
                "a method that is a number",
            ),
            (r#"{"requestContext":{"connectionId":"x","routeKey":"$connect"}}"#, "a WebSocket's"),
        ] {
            let json = Json::parse(event.as_bytes()).unwrap();
            assert!(HttpRequest::from_event(&json).is_err(), "{why}");
        }
    }

    #[test]
    fn an_operation_is_seen_whatever_its_value() {
        for (query, expected) in [
            ("", None),
            ("operation=create-attendees", Some("create-attendees")),
            ("a=1&operation", Some("")),
            ("xoperation=1", None),
            ("operation=", Some("")),
        ] {
            assert_eq!(operation_in_query(query).as_deref(), expected, "{query}");
        }
    }

    #[test]
    fn bodies_are_bounded_before_they_are_decoded() {
        let body = |text: &'static str, is_base64| Body { text, is_base64 }.bytes();
        assert_eq!(body("e30=", true).unwrap().as_ref(), b"{}");
        assert_eq!(body("e30", true), Err(BodyError::InvalidBase64));
        assert_eq!(body("?", true), Err(BodyError::InvalidBase64));
        let most = "a".repeat(Body::MOST_BYTES);
        assert!(Body { text: &most, is_base64: false }.bytes().is_ok());
        assert_eq!(Body { text: &format!("{most}a"), is_base64: false }.bytes(), Err(BodyError::TooLarge));
        let encoded = STANDARD.encode(&most);
        assert!(Body { text: &encoded, is_base64: true }.bytes().is_ok());
        let encoded = STANDARD.encode(format!("{most}a"));
        assert_eq!(Body { text: &encoded, is_base64: true }.bytes(), Err(BodyError::TooLarge));
        assert_eq!(
            Body { text: &format!("{encoded}AAAA"), is_base64: true }.bytes(),
            Err(BodyError::TooLarge)
        );
    }

    #[test]
    fn authorizers_are_recognised_by_their_shape() {
        let context = |authorizer: &str, payload_1: bool| {
            let event = if payload_1 {
                format!(
                    r#"{{"path":"/","httpMethod":"POST","requestContext":{{"authorizer":{authorizer}}}}}"#
                )
            } else {
                format!(
                    r#"{{"rawPath":"/","requestContext":{{"http":{{"method":"POST"}},"authorizer":{authorizer}}}}}"#
                )
            };
            with_request(&event, |request| match request.authorizer {
                AuthorizerContext::Absent => "absent",
                AuthorizerContext::JwtClaims(_) => "jwt",
                AuthorizerContext::CognitoClaims(_) => "cognito",
                AuthorizerContext::LambdaContext(_) => "lambda",
            })
        };
        assert_eq!(context("null", false), "absent");
        assert_eq!(context(r#"{"jwt":{"claims":{}}}"#, false), "jwt");
        assert_eq!(context(r#"{"jwt":{"claims":null}}"#, false), "absent");
        assert_eq!(context(r#"{"lambda":{}}"#, false), "lambda");
        assert_eq!(context(r#"{"lambda":null}"#, false), "absent");
        assert_eq!(context(r#"{"iam":{"userId":"x"}}"#, false), "absent");
        assert_eq!(context(r#"{"claims":{}}"#, false), "absent", "payload 2.0 has no claims at this level");
        assert_eq!(context(r#"{"claims":{}}"#, true), "cognito");
        assert_eq!(context(r#"{"claims":"x"}"#, true), "absent");
        assert_eq!(context(r#"{"principalId":"p"}"#, true), "lambda");
        assert_eq!(context("null", true), "absent");
    }
}
