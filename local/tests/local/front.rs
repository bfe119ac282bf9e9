//! The HTTP front: what the function is sent, what the client gets, what API Gateway says by itself.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::channel::Channel;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Response};
use local::front::{Front, Handler, Invocation, Pages, Route};
use local::rate::Rate;
use serde_json::{Value, json};

use crate::exchange::{Connection, Exchange, exchange};
use crate::simulator::ANY_PORT;

fn front(handler: Handler) -> Front {
    let routes =
        vec![Route::new(Method::POST, "/meetings"), Route::new(Method::GET, "/meetings/{meetingId}")];
    Front::start(ANY_PORT, routes, handler).unwrap()
}

/// A function that answers the event that it got.
fn echo() -> Front {
    front(Arc::new(|event, invocation: Invocation| {
        Box::pin(async move {
            assert!(invocation.deadline > std::time::Instant::now() && !invocation.request_id.is_empty());
            let event = String::from_utf8(event.to_vec()).unwrap();
            json!({ "statusCode": 200, "headers": { "content-type": "application/json" }, "body": event })
                .to_string()
                .into_bytes()
        })
    }))
}

/// A function that always answers this.
fn always(answer: &'static str) -> Front {
    front(Arc::new(move |_, _| Box::pin(async move { answer.as_bytes().to_vec() })))
}

async fn post(front: &Front, headers: &[(&str, &str)], body: &[u8]) -> Exchange {
    exchange(front.address(), "POST", "/meetings", headers, body).await
}

#[tokio::test]
async fn a_request_becomes_an_event_of_payload_2_0() {
    let front = echo();
    let headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Twice", "a"),
        ("User-Agent", "test/1"),
        ("x-twice", "b"),
        ("Cookie", "one=1; two=2"),
    ];
    let path = "/meetings?a=1&b=%20x&a=2";
    let answer = exchange(front.address(), "POST", path, &headers, br#"{"A":"\u00e4"}"#).await;
    let event = answer.json();
    let context = &event["requestContext"];
    let expected = json!({
        "version": "2.0",
        "routeKey": "POST /meetings",
        "rawPath": "/meetings",
        "rawQueryString": "a=1&b=%20x&a=2",
        "cookies": ["one=1", "two=2"],
        "headers": {
            "content-type": "application/json; charset=utf-8", "content-length": "14", "host": "localhost",
            "user-agent": "test/1", "x-twice": "a,b",
            "x-forwarded-for": "127.0.0.1", "x-forwarded-port": "443", "x-forwarded-proto": "https",
        },
        "queryStringParameters": { "a": "1,2", "b": " x" },
        "requestContext": {
            "accountId": "111122223333", "apiId": "local", "domainPrefix": "local",
            "domainName": "local.execute-api.us-east-1.amazonaws.com",
            "http": { "method": "POST", "path": "/meetings", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test/1" },
            "requestId": context["requestId"], "routeKey": "POST /meetings", "stage": "$default",
            "time": context["time"], "timeEpoch": context["timeEpoch"],
        },
        "body": "{\"A\":\"\\u00e4\"}",
        "isBase64Encoded": false,
    });
    assert_eq!(event, expected);
    assert_eq!(answer.header("apigw-requestid"), context["requestId"].as_str());
    assert!(
        context["time"].as_str().unwrap().ends_with(" +0000") && context["timeEpoch"].as_u64().unwrap() > 0
    );
}

#[tokio::test]
async fn what_is_absent_from_a_request_is_absent_from_its_event() {
    let event = exchange(echo().address(), "GET", "/meetings/a%20b", &[], b"").await.json();
    for name in ["cookies", "queryStringParameters", "body"] {
        assert!(event.get(name).is_none(), "{name}");
    }
    assert_eq!(event["pathParameters"], json!({ "meetingId": "a b" }));
    assert_eq!(
        (&event["rawPath"], &event["routeKey"]),
        (&json!("/meetings/a%20b"), &json!("GET /meetings/{meetingId}"))
    );
}

#[tokio::test]
async fn bodies_that_are_not_text_arrive_in_base64() {
    let front = echo();
    let rows: &[(&str, &[u8], bool)] = &[
        ("application/json", b"{}", false),
        ("application/problem+json", b"{}", false),
        ("text/plain", b"x", false),
        ("application/octet-stream", b"{}", true),
        ("application/x-www-form-urlencoded", b"a=1", true),
        ("application/json", &[0xff], true),
    ];
    for (content_type, body, encoded) in rows {
        let event = post(&front, &[("content-type", content_type)], body).await.json();
        assert_eq!(event["isBase64Encoded"], *encoded, "{content_type} {body:?}");
    }
    let event = post(&front, &[], b"{}").await.json();
    assert_eq!((&event["isBase64Encoded"], &event["body"]), (&json!(true), &json!("e30=")));
}

#[tokio::test]
async fn api_gateway_answers_some_requests_by_itself() {
    let front = echo();
    for (method, path) in [
        ("GET", "/meetings"),
        ("POST", "/"),
        ("POST", "/meetings/"),
        ("POST", "/meetings/a"),
        ("GET", "/meetings/"),
        ("OPTIONS", "/meetings"),
    ] {
        let answer = exchange(front.address(), method, path, &[], b"").await;
        assert_eq!(
            (answer.status, answer.json()),
            (404, json!({ "message": "Not Found" })),
            "{method} {path}"
        );
    }
    let largest = vec![b'x'; local::front::MAX_BODY_BYTES];
    assert_eq!(post(&front, &[("content-type", "text/plain")], &largest).await.status, 200);
    let too_large = vec![b'x'; local::front::MAX_BODY_BYTES + 1];
    let answer = post(&front, &[("content-type", "text/plain")], &too_large).await;
    assert_eq!((answer.status, answer.json()), (413, json!({ "message": "Request Too Long" })));
}

#[tokio::test]
async fn a_functions_answer_becomes_the_response() {
    let answer = post(
        &always(
            r#"{"statusCode":429,"headers":{"Retry-After":7,"content-type":"application/problem+json","content-length":"999"},
                "cookies":["a=1","b=2"],"body":"aGk=","isBase64Encoded":true}"#,
        ),
        &[],
        b"",
    )
    .await;
    assert_eq!((answer.status, answer.text().as_str()), (429, "hi"));
    assert_eq!(answer.header("retry-after"), Some("7"));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let cookies: Vec<_> =
        answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value).collect();
    assert_eq!(cookies, ["a=1", "b=2"]);

    let inferred = post(&always(r#"{"any":1}"#), &[], b"").await;
    assert_eq!((inferred.status, inferred.json()), (200, json!({ "any": 1 })));
}

#[tokio::test]
async fn a_failing_function_or_malformed_answer_is_an_internal_server_error() {
    let panicking: Handler = Arc::new(|_, _| Box::pin(async { panic!("on purpose") }));
    let fronts = [
        ("a panic", front(panicking)),
        ("no JSON", always("oops")),
        ("no status", always(r#"{"statusCode":"many"}"#)),
        ("an impossible status", always(r#"{"statusCode":42}"#)),
        ("broken base64", always(r#"{"statusCode":200,"body":"*","isBase64Encoded":true}"#)),
        ("a line break in a header", always(r#"{"statusCode":200,"headers":{"a":"b\nc"}}"#)),
    ];
    for (reason, front) in fronts {
        let answer = post(&front, &[], b"").await;
        assert_eq!(
            (answer.status, answer.json()),
            (500, json!({ "message": "Internal Server Error" })),
            "{reason}"
        );
    }
}

fn cors_headers(answer: &Exchange) -> Value {
    let headers = answer.headers.iter().filter(|(name, _)| name.starts_with("access-control-"));
    headers
        .map(|(name, value)| (name["access-control-".len()..].to_owned(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[tokio::test]
async fn a_frontend_on_another_local_port_passes_the_preflight_and_reads_the_answer() {
    let front = always(
        r#"{"statusCode":401,"headers":{"access-control-allow-origin":"*","access-control-allow-credentials":"true"}}"#,
    );
    let exposed = "retry-after,x-amz-retry-after,x-amzn-errortype,x-amzn-requestid,apigw-requestid";
    for origin in ["http://localhost:5173", "http://127.0.0.1:8080", "https://[::1]:1", "http://localhost"] {
        let preflight = [("origin", origin), ("access-control-request-method", "POST")];
        let answer = exchange(front.address(), "OPTIONS", "/meetings", &preflight, b"").await;
        assert_eq!(answer.status, 204, "{origin}");
        assert_eq!(
            cors_headers(&answer),
            json!({
                "allow-origin": origin,
                "allow-methods": "GET,POST",
                "allow-headers": "authorization,content-type,idempotency-key,amz-sdk-invocation-id,amz-sdk-request,\
                                  x-amz-user-agent,x-amz-content-sha256,x-amz-date,traceparent,tracestate",
                "expose-headers": exposed,
                "max-age": "7200",
            })
        );
        let answer = post(&front, &[("origin", origin)], b"").await;
        let expected = json!({ "allow-origin": origin, "expose-headers": exposed });
        assert_eq!((answer.status, cors_headers(&answer)), (401, expected));
        let unknown = exchange(front.address(), "GET", "/nowhere", &[("origin", origin)], b"").await;
        assert_eq!((unknown.status, unknown.header("access-control-allow-origin")), (404, Some(origin)));
    }
}

/// An API beside a page at `/page` that answers what it was sent, and another at `/endless` whose body never ends.
fn front_with_pages() -> Front {
    let handler: Handler =
        Arc::new(|_, _| Box::pin(async { br#"{"statusCode":200,"body":"the API"}"#.to_vec() }));
    let pages: Pages = Arc::new(|parts| match parts.uri.path() {
        "/page" => Some(Box::new(|parts, body| {
            let text = format!("{} {}", parts.method, String::from_utf8_lossy(&body));
            Box::pin(async { Response::new(Full::from(text).boxed()) })
        })),
        "/endless" => Some(Box::new(|_, _| {
            let (mut sender, body) = Channel::new(1);
            tokio::spawn(async move {
                // Ends with the connection.
                while sender.send_data("data: 1\n\n".into()).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            });
            Box::pin(async { Response::new(body.boxed()) })
        })),
        _ => None,
    });
    let routes = vec![Route::new(Method::POST, "/meetings"), Route::new(Method::POST, "/page")];
    Front::start_with_pages(ANY_PORT, routes, handler, pages).unwrap()
}

#[tokio::test]
async fn a_page_stands_before_the_api_and_has_no_cors() {
    let front = front_with_pages();
    let origin = ("origin", "http://localhost:5173");
    let preflight = [origin, ("access-control-request-method", "POST")];
    for (method, path, headers, expected) in [
        ("POST", "/page", &[origin][..], "POST body"),
        ("OPTIONS", "/page", &preflight, "OPTIONS body"),
        ("POST", "/meetings", &[], "the API"),
    ] {
        let answer = exchange(front.address(), method, path, headers, b"body").await;
        assert_eq!((answer.status, answer.text().as_str()), (200, expected), "{method} {path}");
        assert_eq!(cors_headers(&answer), json!({}), "{method} {path}");
    }
    let foreign = [("origin", "https://evil.example")];
    assert_eq!(exchange(front.address(), "POST", "/page", &foreign, b"").await.status, 403);
    let too_large = vec![b'x'; local::front::MAX_BODY_BYTES + 1];
    let answer = exchange(front.address(), "POST", "/page", &[], &too_large).await;
    assert!(answer.status == 413 && answer.text().contains("10485760 bytes"), "{}", answer.text());
}

#[tokio::test]
async fn a_page_may_arrive_bit_by_bit_and_closes_with_the_front() {
    let front = front_with_pages();
    let mut connection = Connection::open(front.address()).await;
    connection.send("GET", "/endless", &[], b"").await.unwrap();
    let mut read = connection.read_answer().await.unwrap().body;
    while read.windows(6).filter(|window| window == b"data: ").count() < 2 {
        connection.read_more(&mut read).await.unwrap();
    }
    drop(front);
    let closed = async { while connection.read_more(&mut read).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(20), closed).await.unwrap();
}

#[tokio::test]
async fn without_an_origin_there_is_no_cors_header_at_all() {
    let front = always(r#"{"statusCode":200,"headers":{"access-control-allow-origin":"*"}}"#);
    assert_eq!(cors_headers(&post(&front, &[], b"").await), json!({}));
}

#[tokio::test]
async fn what_is_above_the_throttling_gets_api_gateways_own_429() {
    let routes = vec![Route::new(Method::POST, "/meetings")];
    let function: Handler = Arc::new(|_, _| Box::pin(async { br#"{"statusCode":201}"#.to_vec() }));
    let throttling = Rate { a_second: 1e-6, burst: 2.0 };
    let front = Front::start_throttled(ANY_PORT, routes, function, throttling).unwrap();
    assert_eq!(
        exchange(front.address(), "GET", "/nothing", &[], b"").await.status,
        404,
        "no route, no token taken"
    );
    for status in [201, 201, 429, 429] {
        let answer = post(&front, &[], b"{}").await;
        assert_eq!(answer.status, status);
        if status == 429 {
            assert_eq!(answer.json(), json!({ "message": "Too Many Requests" }));
            assert!(answer.header("retry-after").is_none());
        }
    }
}
