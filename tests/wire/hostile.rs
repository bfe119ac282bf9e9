//! Hostile input: depth, size, count, bytes that are not text, and values that would split a header.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Answer, PATIENCE, Stack, event, post, with_header};

/// The largest body of a refusal, in bytes: a hundred short findings.
const MAX_REFUSAL: usize = 100_000;

/// Most characters of `Message`.
const MAX_MESSAGE: usize = 1_000;

/// The largest body that is read, in bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Bodies that are refused, with the reason; each has at most 64 KiB, so that the body is read.
fn refused_bodies() -> Vec<(String, &'static str)> {
    let filled = |item: &dyn Fn(usize) -> String, open: &str, close: &str| {
        let mut items = Vec::new();
        let mut room = MAX_BODY_BYTES.saturating_sub(open.len()).saturating_sub(close.len());
        for item in (0..).map(item) {
            let Some(left) = room.checked_sub(item.len().saturating_add(1)) else { break };
            room = left;
            items.push(item);
        }
        format!("{open}{}{close}", items.join(","))
    };
    let half = MAX_BODY_BYTES / 2 - 16;
    vec![
        ("[".repeat(MAX_BODY_BYTES), "open brackets only"),
        (format!("{}{}", "[".repeat(half), "]".repeat(half)), "as deep as it is long"),
        (format!(r#"{{"ExternalMeetingId":{}1{}}}"#, "[".repeat(half), "]".repeat(half)), "deep in a member"),
        (format!("{}1{}", r#"{"a":"#.repeat(9_000), "}".repeat(9_000)), "deep objects"),
        (filled(&|n| format!(r#""{n:x}":1"#), "{", "}"), "as many unknown members as fit"),
        (filled(&|_| r#""ExternalMeetingId":"ab""#.to_owned(), "{", "}"), "one member as often as fits"),
        (filled(&|n| format!(r#""\u0001{n:x}":1"#), "{", "}"), "unknown members whose names are escaped"),
        (
            filled(&|n| format!(r#""{n:03}{}":1"#, "\\u0001".repeat(62)), "{", "}"),
            "unknown members whose names are long and escaped",
        ),
        (filled(&|_| "{}".to_owned(), r#"{"Tags":["#, "]}"), "as many tags as fit"),
        (filled(&|n| format!(r#"{{"{n:x}":0}}"#), r#"{"Tags":["#, "]}"), "tags of unknown members"),
        (format!(r#"{{"{}":1}}"#, "~/\\\"".repeat(10_000)), "one unknown member with a name of 40 KB"),
        (format!(r#"{{"ExternalMeetingId":"{}"}}"#, "é".repeat(30_000)), "a value of 60 KB"),
        (
            format!(r#"{{"ExternalMeetingId":"ab","MediaRegion":"{}"}}"#, "\\u0000".repeat(9_000)),
            "nothing but NUL",
        ),
        (format!(r#"{{"ExternalMeetingId":{}}}"#, "9".repeat(60_000)), "a number of 60,000 digits"),
        (r#"{"ExternalMeetingId":1e999999999}"#.to_owned(), "a number beyond any float"),
        (r#"{"ExternalMeetingId":"\ud800"}"#.to_owned(), "half a surrogate pair"),
        ("\u{feff}{\"ExternalMeetingId\":\"ab\"}".to_owned(), "a byte order mark"),
        (r#"{"ExternalMeetingId":"ab"}{"ExternalMeetingId":"cd"}"#.to_owned(), "two bodies"),
    ]
}

#[tokio::test]
async fn answers_any_body_soon_with_a_small_problem() {
    let stack = Stack::start().await;
    let token = stack.token("acme");
    stack.function.wait_until_ready(PATIENCE).await;
    for (body, why) in refused_bodies() {
        let started = Instant::now();
        let answer = stack.invoke(&post(&token, &body)).await;
        assert_eq!((answer.status, &answer.body["Code"]), (400, &json!("BadRequestException")), "{why}");
        assert!(started.elapsed() < Duration::from_secs(3), "{why}: {:?}", started.elapsed());
        assert!(answer.text.len() < MAX_REFUSAL, "{why}: {} bytes", answer.text.len());
        assert!((1..=100).contains(&answer.places().len()), "{why}: {}", answer.places().len());
        let message = answer.body["Message"].as_str().expect("a problem has a message");
        assert!(message.chars().count() <= MAX_MESSAGE, "{why}: {message}");
    }
    assert_eq!(stack.simulator.requests().len(), 0);
    assert_eq!(stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await.status, 201);
}

/// The same bodies in a room, as a whole and as its `Meeting`.
#[tokio::test]
async fn answers_any_body_for_a_room_soon_with_a_small_problem() {
    let stack = Stack::with().registry().start().await;
    let token = stack.token("acme");
    stack.function.wait_until_ready(PATIENCE).await;
    for (body, why) in refused_bodies() {
        // What no longer fits 64 KiB is refused for that.
        for body in [body.clone(), format!(r#"{{"Meeting":{body}}}"#)] {
            let is_too_large = body.len() > MAX_BODY_BYTES;
            let mut event = event(&token, "POST /rooms/team-standup/join", Some(&json!({})));
            event["body"] = json!(body);
            let started = Instant::now();
            let answer = stack.invoke(&event).await;
            assert_eq!(answer.status, if is_too_large { 413 } else { 400 }, "{why}: {}", answer.text);
            assert!(started.elapsed() < Duration::from_secs(3), "{why}: {:?}", started.elapsed());
            assert!(answer.text.len() < MAX_REFUSAL, "{why}: {} bytes", answer.text.len());
        }
    }
    assert_eq!((stack.simulator.requests().len(), stack.table().requests().len()), (0, 0));
}

/// Whatever stands in the place of a room's name: an answer, and nothing of it in the table.
#[tokio::test]
async fn any_text_in_the_place_of_a_rooms_name_is_a_room_or_404() {
    let stack = Stack::with().registry().start().await;
    let token = stack.token("acme");
    let long = "r".repeat(8_000);
    for (name, status, why) in [
        ("room#other", 404, "the table's own separator"),
        ("aws:room", 404, "reserved at Chime"),
        ("room name", 404, "a space"),
        ("room\u{0}", 404, "a control character"),
        ("\u{1f600}\u{1f600}", 404, "beyond the basic plane"),
        (&*long, 404, "8 KB"),
        ("%2e%2e", 404, "an escaped path"),
        ("a..", 201, "dots behind a letter are a name"),
        ("0_0-.", 201, "every mark that a name may have"),
    ] {
        let answer = stack.send(&token, &format!("POST /rooms/{name}/join"), None).await;
        assert_eq!(answer.status, status, "{why}: {}", answer.text);
    }
    assert_eq!(stack.creations().len(), 2);
}

#[tokio::test]
async fn lists_a_hundred_findings_and_counts_the_rest() {
    let stack = Stack::start().await;
    let token = stack.token("acme");
    // Unknown members, and a missing ExternalMeetingId beside them.
    for (unknown, last, why) in [
        (99, "is not a known member", "just as many as are listed"),
        (100, "2 more findings are not listed here", "one more"),
        (6_000, "5902 more findings are not listed here", "nearly as many as a body holds"),
    ] {
        let members: Vec<String> = (0..unknown).map(|n| format!(r#""m{n}":1"#)).collect();
        let answer = stack.invoke(&post(&token, &format!("{{{}}}", members.join(",")))).await;
        assert_eq!(answer.status, 400, "{why}");
        let errors = answer.body["errors"].as_array().expect("a problem has errors");
        assert_eq!(errors.len(), 100, "{why}");
        assert_eq!(errors[0]["pointer"], "#/ExternalMeetingId", "{why}: known members come first");
        assert_eq!(errors[99]["detail"], last, "{why}");
        let told: BTreeSet<String> = answer.places().into_iter().collect();
        assert_eq!(told.len(), 100, "{why}: no place twice");
        let message = answer.body["Message"].as_str().expect("a problem has a message");
        let repeated =
            message.matches("is required").count() + message.matches("is not a known member").count();
        assert!(repeated > 20, "{why}: {message}");
        assert!(
            message.ends_with(&format!("; and {} more findings", unknown + 1 - repeated)),
            "{why}: {message}"
        );
    }
}

#[tokio::test]
async fn shortens_a_long_name_and_points_at_its_object() {
    let stack = Stack::start().await;
    let name = format!("{}{}", "~/".repeat(32), "x".repeat(40_000));
    for (body, pointer) in [
        (json!({ "ExternalMeetingId": "standup", (name.clone()): 1 }), "#"),
        (
            json!({ "ExternalMeetingId": "standup", "Tags": [{ "Key": "Course", "Value": "1", (name.clone()): 1 }] }),
            "#/Tags/0",
        ),
    ] {
        let answer = stack.create("acme", &body).await;
        assert_eq!((answer.status, answer.places()), (400, vec![pointer.to_owned()]));
        let detail = answer.body["errors"][0]["detail"].as_str().expect("a finding has a detail");
        assert!(detail.contains(&format!("`{}`", "~/".repeat(32))) && detail.contains("40064"), "{detail}");
        assert!(answer.text.len() < 2_000, "{}", answer.text);
    }
}

#[tokio::test]
async fn reads_a_body_of_at_most_64_kib_as_text_or_base64() {
    use base64::Engine as _;
    let stack = Stack::start().await;
    let token = stack.token("acme");
    let short = r#"{"ExternalMeetingId":"standup"}"#;
    for (length, status) in [(MAX_BODY_BYTES, 201), (MAX_BODY_BYTES + 1, 413), (4 * 1024 * 1024, 413)] {
        let body = format!("{short}{}", " ".repeat(length - short.len()));
        assert_eq!(stack.invoke(&post(&token, &body)).await.status, status, "{length} bytes");
        let mut event = post(&token, &base64::engine::general_purpose::STANDARD.encode(&body));
        event["isBase64Encoded"] = json!(true);
        assert_eq!(stack.invoke(&event).await.status, status, "{length} bytes in base64");
    }
    let mut event = post(&token, "e30*");
    event["isBase64Encoded"] = json!(true);
    assert_eq!(stack.invoke(&event).await.status, 400);
}

/// 64 characters are characters, as Chime counts them, not bytes and not UTF-16 units.
#[tokio::test]
async fn counts_lengths_in_characters_and_changes_no_value() {
    let stack = Stack::start().await;
    for (id, status, why) in [
        ("é".repeat(64), 201, "64 characters in 128 bytes"),
        ("é".repeat(65), 400, "65 characters"),
        ("é".repeat(2), 201, "2 characters"),
        ("é".to_owned(), 400, "1 character in 2 bytes"),
        ("e\u{301}".repeat(2), 400, "a combining accent is outside the alphabet"),
        ("À«ÿ».:|'\"#/\\".replace('\\', ""), 201, "the alphabet's far ends"),
        ("Āa".to_owned(), 400, "one after the last letter of the alphabet"),
        ("𝄞𝄞".to_owned(), 400, "outside the basic plane"),
        ("a\u{0}b".to_owned(), 400, "a control character"),
        ("AwS:meeting".to_owned(), 400, "reserved in any case"),
    ] {
        stack.reset_simulator();
        let answer = stack.create("acme", &json!({ "ExternalMeetingId": id })).await;
        assert_eq!(answer.status, status, "{why}: {}", answer.text);
        if status == 201 {
            assert_eq!(stack.creation()["ExternalMeetingId"], json!(id), "{why}");
            assert_eq!(answer.body["Meeting"]["ExternalMeetingId"], json!(id), "{why}");
        } else {
            assert_eq!(answer.places(), ["#/ExternalMeetingId"], "{why}");
        }
    }
}

/// Everything that a caller writes and that could reach a header of the answer or of the request to Chime.
#[tokio::test]
async fn no_input_becomes_a_header() {
    let stack = Stack::start().await;
    let injection = "x\r\nset-cookie: stolen=1\r\n\r\n<html>";
    let body = json!({ "ExternalMeetingId": "standup" }).to_string();
    let token = stack.token("acme");
    let mut events = vec![
        post(&token, &json!({ "ExternalMeetingId": injection, "ClientRequestToken": injection }).to_string()),
        post(&token, &json!({ "ExternalMeetingId": "standup", injection: 1 }).to_string()),
        post(injection, &body),
        with_header(post(&token, &body), "idempotency-key", injection),
        with_header(post(&token, &body), "content-type", injection),
        with_header(post(&token, &body), injection, "1"),
    ];
    for pointer in ["/requestContext/requestId", "/requestContext/http/method", "/rawPath", "/rawQueryString"]
    {
        let mut event = post(&token, &body);
        *event.pointer_mut(pointer).expect("the event has it") = json!(injection);
        events.push(event);
    }
    for event in &events {
        let answer = stack.invoke(event).await;
        assert!((200..500).contains(&answer.status), "{event}: {}", answer.text);
        check_headers(&answer);
    }
    for sent in stack.simulator.requests() {
        assert!(sent.signed && sent.path == "/meetings", "{sent:?}");
    }
}

fn check_headers(answer: &Answer) {
    const NAMES: [&str; 8] = [
        "allow", "cache-control", "content-type", "retry-after", "www-authenticate", "x-amz-retry-after",
        "x-amzn-errortype", "x-amzn-requestid",
    ];
    let headers: &serde_json::Map<String, Value> = answer.headers.as_object().expect("headers are an object");
    for (name, value) in headers {
        assert!(NAMES.contains(&name.as_str()), "{name}");
        let value = value.as_str().expect("a header is text");
        assert!(value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()), "{name}: {value:?}");
        assert!(!value.contains("stolen"), "{name}: {value:?}");
    }
}
