//! Events of every kind, and unusual ones.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn with_request<T>(event: &str, check: impl FnOnce(&HttpRequest) -> T) -> T {
    check(&HttpRequest::from_event(event.as_bytes()).unwrap())
}

#[test]
fn removes_the_stage_once_and_only_at_the_start() {
    for (path, stage, expected, why) in [
        ("/meetings", Some("$default"), "/meetings", "the default stage has no prefix"),
        ("/prod/meetings", Some("prod"), "/meetings", "a named stage"),
        ("/meetings", Some("prod"), "/meetings", "a custom domain leaves it out"),
        ("/meetings", Some("meetings"), "/meetings", "a stage named like the route, with a custom domain"),
        ("/meetings/meetings", Some("meetings"), "/meetings", "a stage named like the route"),
        ("/production/meetings", Some("prod"), "/production/meetings", "a longer name"),
        ("/prod/prod/meetings", Some("prod"), "/prod/meetings", "once"),
        ("/meetings", None, "/meetings", "no stage"),
    ] {
        assert_eq!(without_stage(path, stage), expected, "{why}");
    }
}

#[test]
fn finds_headers_in_any_case_and_joins_repeated_ones() {
    let event = r#"{"rawPath":"/meetings","requestContext":{"http":{"method":"POST"}},
        "headers":{"IDEMPOTENCY-key":"a","idempotency-Key":"b"}}"#;
    with_request(event, |request| {
        assert_eq!(request.header("Idempotency-Key").as_deref(), Some("a, b"));
    });
    let event = r#"{"path":"/meetings","httpMethod":"POST","requestContext":{},
        "headers":{"k":"b","z":"1"},"multiValueHeaders":{"K":["a"],"k":["b"],"z":["1"]}}"#;
    with_request(event, |request| {
        assert_eq!(request.header("K").as_deref(), Some("a, b"));
        assert_eq!(request.header("z").as_deref(), Some("1"), "the same value twice counts once");
    });
}

#[test]
fn rejects_events_of_another_kind() {
    for (event, why) in [
        ("null", "not an object"),
        ("[]", "not an object"),
        ("{}", "no context"),
        (r#"{"Records":[{"eventSource":"aws:sqs"}]}"#, "a queue's event"),
        (r#"{"requestContext":{"elb":{}},"httpMethod":"POST","path":"/meetings"}"#, "a load balancer's"),
        (r#"{"requestContext":{"http":{}},"rawPath":"/meetings"}"#, "no method"),
        (r#"{"requestContext":{"http":{"method":"POST"}}}"#, "no path"),
        (r#"{"requestContext":{"http":{"method":7}},"rawPath":"/meetings"}"#, "a method that is a number"),
        (r#"{"requestContext":{"connectionId":"x","routeKey":"$connect"}}"#, "a WebSocket's"),
    ] {
        assert!(HttpRequest::from_event(event.as_bytes()).is_err(), "{why}");
    }
}

#[test]
fn reads_every_parameter_of_the_query_in_both_formats() {
    let payload_2 = |query: &str| {
        format!(
            r#"{{"rawPath":"/meetings","rawQueryString":"{query}","requestContext":{{"http":{{"method":"POST"}}}}}}"#
        )
    };
    let payload_1 = |parameters: &str| {
        format!(
            r#"{{"path":"/meetings","httpMethod":"POST","requestContext":{{"httpMethod":"POST"}},{parameters}}}"#
        )
    };
    for (event, name, expected, why) in [
        (payload_2(""), "operation", vec![], "no query"),
        (payload_2("operation=create-attendees"), "operation", vec!["create-attendees"], "one"),
        (payload_2("a=1&operation"), "operation", vec![""], "without a value"),
        (payload_2("xoperation=1"), "operation", vec![], "another name"),
        (payload_2("operation=a&operation=b"), "operation", vec!["a", "b"], "repeated"),
        (payload_2("next-token=a%2Bb%3D%3D"), "next-token", vec!["a+b=="], "decoded"),
        (payload_1(r#""queryStringParameters":{"operation":"a"}"#), "operation", vec!["a"], "one"),
        (
            payload_1(
                r#""queryStringParameters":{"operation":"b"},"multiValueQueryStringParameters":{"operation":["a","b"]}"#,
            ),
            "operation",
            vec!["a", "b"],
            "repeated: only the multi-value form has both",
        ),
        (
            payload_1(r#""queryStringParameters":{"operation":7},"headers":{"n":"v"}"#),
            "operation",
            vec![""],
            "a number is not unseen",
        ),
        (
            payload_1(r#""multiValueQueryStringParameters":{"operation":["a",7]}"#),
            "operation",
            vec!["a", ""],
            "a number in a list",
        ),
        (payload_1(r#""queryStringParameters":null"#), "operation", vec![], "null, as API Gateway sends it"),
    ] {
        with_request(&event, |request| {
            let values: Vec<&str> = request.parameters(name).collect();
            assert_eq!(values, expected, "{event}: {why}");
        });
    }
}

#[test]
fn a_missing_body_needs_no_content_type() {
    for (body, content_type, expected, why) in [
        ("", "text/plain", Ok(0), "nothing to be of that type"),
        ("{}", "text/plain", Err(BodyError::NotJson), "a body of another type"),
        ("{}", "application/json", Ok(2), "JSON"),
    ] {
        let event = format!(
            r#"{{"rawPath":"/","headers":{{"content-type":"{content_type}"}},"requestContext":{{"http":{{"method":"POST"}}}},"body":"{body}"}}"#
        );
        with_request(&event, |request| {
            assert_eq!(request.json_body().map(|body| body.len()), expected, "{why}");
        });
    }
}

#[test]
fn bounds_bodies_before_decoding() {
    let body = |text: &str, is_base64| Body::new(Some(text.to_owned()), is_base64);
    let length = |text: &str, is_base64| body(text, is_base64).bytes().map(|bytes| bytes.len());
    assert_eq!(body("e30=", true).bytes().unwrap().as_ref(), b"{}");
    let longest = "a".repeat(Body::MAX_BYTES);
    let too_long = format!("{longest}a");
    for (text, is_base64, expected, why) in [
        ("e30", true, Err(BodyError::InvalidBase64), "padding is missing"),
        ("?", true, Err(BodyError::InvalidBase64), "outside the alphabet"),
        (&longest, false, Ok(Body::MAX_BYTES), "at the limit"),
        (&too_long, false, Err(BodyError::TooLarge), "one byte more"),
        (&STANDARD.encode(&longest), true, Ok(Body::MAX_BYTES), "at the limit in base64"),
        (&STANDARD.encode(&too_long), true, Err(BodyError::TooLarge), "one byte more in base64"),
        (
            &STANDARD.encode(format!("{longest}aaa")),
            true,
            Err(BodyError::TooLarge),
            "refused before decoding",
        ),
    ] {
        assert_eq!(length(text, is_base64), expected, "{why}");
    }
}

#[test]
fn does_not_parse_a_body_longer_than_the_limit_fully_escaped() {
    let event = |body: &str| {
        let event = format!(
            r#"{{"rawPath":"/meetings","requestContext":{{"http":{{"method":"POST"}}}},"body":"{body}","isBase64Encoded":true}}"#
        );
        HttpRequest::from_event(event.as_bytes()).unwrap().body
    };
    let escapes = |count: usize| "\\u0061".repeat(count);
    let longest = event(&escapes(Body::MAX_BASE64_BYTES));
    assert!(matches!(&longest, Body::Base64(text) if text.len() == Body::MAX_BASE64_BYTES));
    assert!(matches!(event(&escapes(Body::MAX_BASE64_BYTES + 1)), Body::TooLarge));
    assert_eq!(event(&escapes(1_000_000)).bytes(), Err(BodyError::TooLarge));
}

#[test]
fn recognises_authorizers_by_their_members() {
    let context = |authorizer: &str, payload_1: bool| {
        let event = if payload_1 {
            format!(r#"{{"path":"/","httpMethod":"POST","requestContext":{{"authorizer":{authorizer}}}}}"#)
        } else {
            format!(
                r#"{{"rawPath":"/","requestContext":{{"http":{{"method":"POST"}},"authorizer":{authorizer}}}}}"#
            )
        };
        with_request(&event, |request| match request.authorizer {
            AuthorizerContext::Absent => "absent",
            AuthorizerContext::JwtClaims(_) => "jwt",
            AuthorizerContext::Payload1Claims(_) => "payload 1",
            AuthorizerContext::LambdaContext(_) => "lambda",
        })
    };
    assert_eq!(context("null", false), "absent");
    assert_eq!(context(r#"{"jwt":{"claims":{"sub":"u"}}}"#, false), "jwt");
    assert_eq!(context(r#"{"jwt":{"claims":{}}}"#, false), "absent", "no claims");
    assert_eq!(context(r#"{"jwt":{"claims":null}}"#, false), "absent");
    assert_eq!(context(r#"{"lambda":{"sub":"u"}}"#, false), "lambda");
    assert_eq!(context(r#"{"lambda":{}}"#, false), "absent", "no context");
    assert_eq!(context(r#"{"lambda":null}"#, false), "absent");
    assert_eq!(context(r#"{"iam":{"userId":"x"}}"#, false), "absent");
    assert_eq!(context(r#"{"claims":{}}"#, false), "absent", "payload 2.0 has no claims at this level");
    assert_eq!(context(r#"{"claims":{"sub":"u"}}"#, true), "payload 1");
    assert_eq!(context(r#"{"claims":"x"}"#, true), "absent");
    assert_eq!(context(r#"{"principalId":"p"}"#, true), "lambda");
    assert_eq!(context("null", true), "absent");
}

fn claim(event: &str, name: &str) -> Option<String> {
    with_request(event, |request| match &request.authorizer {
        AuthorizerContext::JwtClaims(claims) => claims.get(name).and_then(Json::as_str).map(str::to_owned),
        other => panic!("{other:?}"),
    })
}

#[test]
fn drops_claims_that_are_not_strings_and_flattens_arrays() {
    let event = r#"{"rawPath":"/meetings","requestContext":{"http":{"method":"POST"},"authorizer":{"jwt":{"claims":{
        "sub":"u","exp":1800000000,"email_verified":true,"none":null,"cognito:groups":["hosts","former hosts"],
        "mixed":["a",1],"address":{"country":"DE"},"custom:tenant_id":"acme"}}}}}"#;
    for (name, value, why) in [
        ("sub", Some("u"), "a string"),
        ("custom:tenant_id", Some("acme"), "a string after claims of other kinds"),
        ("cognito:groups", Some("[hosts former hosts]"), "an array, as API Gateway flattens it"),
        ("exp", None, "a number"),
        ("email_verified", None, "a boolean"),
        ("none", None, "null"),
        ("mixed", Some("[a]"), "an array with a number in it"),
        ("address", None, "an object"),
    ] {
        assert_eq!(claim(event, name).as_deref(), value, "{why}");
    }
}

/// Each row has one unusual member. The rest of the event is read as without it.
#[test]
fn ignores_unusual_members() {
    const PLAIN: &str = r#"{"version":"2.0","rawPath":"/meetings","rawQueryString":"operation=x","headers":{"k":"v"},
        "requestContext":{"http":{"method":"POST"},"requestId":"id","stage":"$default",
        "authorizer":{"jwt":{"claims":{"sub":"u"}}}},"body":"e30=","isBase64Encoded":true}"#;
    for (from, to, why) in [
        ("", "", "nothing unusual"),
        (r#""version""#, r#""cookies":7,"version""#, "a member that is not read"),
        (r#""k":"v""#, r#""k":"v","n":7"#, "a header that is a number"),
        (r#""k":"v""#, r#""k":"v","n":null"#, "a header that is null"),
        (r#""stage":"$default""#, r#""stage":null"#, "no stage"),
        (r#""stage":"$default""#, r#""stage":{}"#, "a stage that is an object"),
        (r#""claims":{"sub":"u"}"#, r#""claims":{"sub":"u","n":7},"scopes":{}"#, "scopes next to the claims"),
        (r#"{"method":"POST"}"#, r#"{"method":"POST","sourceIp":7}"#, "an address that is a number"),
    ] {
        let event = PLAIN.replacen(from, to, usize::from(!from.is_empty()));
        with_request(&event, |request| {
            assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/meetings"), "{why}");
            assert_eq!(request.parameters("operation").collect::<Vec<_>>(), ["x"], "{why}");
            assert_eq!(request.request_id.as_deref(), Some("id"), "{why}");
            assert_eq!(request.header("k").as_deref(), Some("v"), "{why}");
            assert_eq!(request.header("n"), None, "{why}");
            assert_eq!(request.body.bytes().unwrap().as_ref(), b"{}", "{why}");
        });
        assert_eq!(claim(&event, "sub").as_deref(), Some("u"), "{why}");
    }
}

#[test]
fn rejects_an_event_with_an_invalid_header() {
    let event = |headers: &str| {
        let event = format!(
            r#"{{"rawPath":"/meetings","requestContext":{{"http":{{"method":"POST"}}}},"headers":{{{headers}}}}}"#
        );
        HttpRequest::from_event(event.as_bytes()).is_ok()
    };
    for (headers, is_read, why) in [
        (r#""idempotency-key":"key-1""#, true, "a plain value"),
        (r#""idempotency-key":"clé""#, true, "bytes above ASCII, which HTTP allows"),
        (r#""idempotency-key":"key-1\n""#, false, "a line break"),
        (r#""idempotency-key":"key-1\u0000""#, false, "NUL"),
        (r#""idempotency-key ":"key-1""#, false, "a name with a space"),
        (r#""idempotency-key":"key-1\n","n":7"#, false, "next to a header that is a number"),
    ] {
        assert_eq!(event(headers), is_read, "{why}");
    }
}

#[test]
fn bounds_the_event_without_its_body() {
    let event = |padding: usize, body: usize| {
        let (padding, body) = ("p".repeat(padding), "b".repeat(body));
        format!(
            r#"{{"rawPath":"/meetings","requestContext":{{"http":{{"method":"POST"}}}},"headers":{{"p":"{padding}"}},"body":"{body}"}}"#
        )
    };
    let rest = event(0, 0).len() - r#""""#.len();
    assert!(HttpRequest::from_event(event(MAX_ENVELOPE_BYTES - rest, 1_000_000).as_bytes()).is_ok());
    assert!(HttpRequest::from_event(event(MAX_ENVELOPE_BYTES - rest + 1, 0).as_bytes()).is_err());
}

#[test]
fn does_not_panic_with_the_maximum_number_of_headers() {
    let names: Vec<String> = (0..13_400).map(|n| format!(r#""{n:x}":"""#)).collect();
    let event = format!(
        r#"{{"rawPath":"/","requestContext":{{"http":{{"method":"POST"}}}},"headers":{{{}}}}}"#,
        names.join(",")
    );
    assert!(event.len() > MAX_ENVELOPE_BYTES - 4_000 && event.len() < MAX_ENVELOPE_BYTES, "{}", event.len());
    with_request(&event, |request| assert_eq!(request.header("3457").as_deref(), Some("")));
}
