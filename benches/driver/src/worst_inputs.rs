//! The most expensive events that were found, each as large as Lambda allows.
//!
//! docs/reliability.md promises 200 ms of CPU at most. It is checked in instructions, which vary far less than times: every machine
//! that was measured executes more than one instruction in a nanosecond.

use serde_json::{Value, json};

use crate::instructions::{instructions_of, two_at_a_time};
use crate::subjects::Subject;
use crate::{Failure, println_all};

/// Lambda's limit for the event of a synchronous invocation, in bytes (Lambda quotas).
const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;

/// The gateway's limit for an event without its body, and for a body, in bytes.
const MAX_ENVELOPE_BYTES: usize = 128 * 1024;
const MAX_BODY_BYTES: usize = 64 * 1024;

/// 200 ms at one instruction a nanosecond.
const MAX_INSTRUCTIONS: u64 = 200_000_000;

/// The claim that names the caller.
const SUBJECT: &str = "/requestContext/authorizer/jwt/claims/sub";

/// Counts and prints the instructions of each input in each mode. Returns whether all are within the limit.
pub(crate) fn check(modes: &[Subject]) -> Result<bool, Failure> {
    let counted = two_at_a_time(modes, |gateway| {
        let mut within = true;
        let idle = instructions_of(gateway, 0)?;
        for (what, event) in inputs(&gateway.event)? {
            let subject = Subject { event, ..gateway.clone() };
            let count = instructions_of(&subject, 1)?.saturating_sub(idle);
            let fits = count <= MAX_INSTRUCTIONS;
            let verdict = if fits { "within" } else { "ABOVE" };
            println_all(&format!(
                "{verdict} worst inputs: {}, {what}: {count} of {MAX_INSTRUCTIONS}",
                gateway.row.name()
            ));
            within &= fits;
        }
        Ok(within)
    })?;
    Ok(counted.into_iter().all(|within| within))
}

/// Joins items with commas, as many as fit into that many bytes.
fn list(item: impl Fn(usize) -> String, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes);
    for n in 0.. {
        let item = item(n);
        if text.len().saturating_add(item.len()).saturating_add(1) > bytes {
            break;
        }
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&item);
    }
    text
}

/// Events made of one that is answered 201, by name.
fn inputs(plain: &[u8]) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
    let plain: Value = serde_json::from_slice(plain)?;
    // Room for the rest of the event.
    let large = MAX_EVENT_BYTES.saturating_sub(16 * 1024);
    let envelope = MAX_ENVELOPE_BYTES.saturating_sub(16 * 1024);
    let body = MAX_BODY_BYTES.saturating_sub(64);
    let replace = |event: &Value, pointer: &str, value: Value| -> Result<Value, Failure> {
        let mut event = event.clone();
        *event.pointer_mut(pointer).ok_or_else(|| format!("the event has no `{pointer}`"))? = value;
        Ok(event)
    };
    let with = |pointer: &str, value: Value| Ok(replace(&plain, pointer, value)?.to_string().into_bytes());
    // Texts that `serde_json` would write shorter replace a placeholder.
    let with_text_in = |event: &Value, pointer: &str, text: &str| -> Result<Vec<u8>, Failure> {
        let event = replace(event, pointer, json!("PLACEHOLDER"))?.to_string();
        Ok(event.replacen("\"PLACEHOLDER\"", text, 1).into_bytes())
    };
    let with_text = |pointer: &str, text: &str| with_text_in(&plain, pointer, text);
    let with_body = |text: String| with("/body", Value::String(text));
    let header = |name: usize, value: &str| format!(r#""x{name:x}":"{value}""#);
    let payload_1 = |headers: &str| {
        let claims = plain.pointer("/requestContext/authorizer/jwt/claims").cloned().unwrap_or_default();
        format!(
            r#"{{"path":"/meetings","httpMethod":"POST","body":"{{}}","multiValueHeaders":{headers},
            "requestContext":{{"httpMethod":"POST","authorizer":{{"claims":{claims}}}}}}}"#
        )
        .into_bytes()
    };
    let groups = "/requestContext/authorizer/jwt/claims/cognito:groups";
    let inputs = vec![
        ("a body of 6 MB", with_body("a".repeat(large))),
        ("a body of 6 MB of escapes", with_text("/body", &format!("\"{}\"", "\\u00e9".repeat(large / 6)))),
        ("brackets only", Ok(b"[".repeat(MAX_EVENT_BYTES))),
        (
            "numbers in an unknown member",
            with_text("/version", &format!("[{}]", list(|_| "0".into(), large))),
        ),
        (
            "values of one header, four times the limit",
            Ok(payload_1(&format!(
                r#"{{"authorization":[{}]}}"#,
                list(|n| format!("\"{n:x}\""), MAX_ENVELOPE_BYTES.saturating_mul(4))
            ))),
        ),
        (
            "values of one header, as many as fit",
            Ok(payload_1(&format!(r#"{{"content-type":[{}]}}"#, list(|n| format!("\"{n:x}\""), envelope)))),
        ),
        (
            "headers, as many as fit",
            with_text("/headers", &format!("{{{}}}", list(|n| header(n, ""), envelope))),
        ),
        (
            "headers in two cases, as many as fit",
            with_text("/headers", &format!("{{\"X0\":\"\",{}}}", list(|n| header(n, ""), envelope))),
        ),
        (
            "a number as a claim, and headers, as many as fit",
            with_text_in(
                &replace(&plain, SUBJECT, json!(7))?,
                "/headers",
                &format!("{{{}}}", list(|n| header(n, ""), envelope)),
            ),
        ),
        (
            "an object as a claim, as large as fits",
            with_text(SUBJECT, &format!("{{{}}}", list(|n| format!("\"{n:x}\":0"), envelope))),
        ),
        ("groups, as many as fit", with(groups, json!(format!("[{}]", "g ".repeat(envelope / 2))))),
        (
            "a tenant of 100 KB",
            with("/requestContext/authorizer/jwt/claims/custom:tenant_id", json!("t".repeat(envelope))),
        ),
        (
            "a bearer token of 100 KB",
            with("/headers/authorization", json!(format!("Bearer {}", "a".repeat(envelope)))),
        ),
        ("a query of 100 KB", with("/rawQueryString", json!("&".repeat(envelope)))),
        (
            "unknown members, as many as fit",
            with_body(format!("{{{}}}", list(|n| format!("\"{n:x}\":1"), body))),
        ),
        ("one member as often as fits", with_body(format!("{{{}}}", list(|_| r#""Tags":1"#.into(), body)))),
        (
            "tags of unknown members",
            with_body(format!(r#"{{"Tags":[{}]}}"#, list(|n| format!("{{\"{n:x}\":0}}"), body))),
        ),
        (
            "a member's name of 60 KB",
            with_body(format!(r#"{{"{}":1}}"#, "~/".repeat(body.saturating_sub(32) / 2))),
        ),
        (
            "nested as deep as it is long",
            with_body(format!("{}{}", "[".repeat(body / 2), "]".repeat(body / 2))),
        ),
    ];
    inputs.into_iter().map(|(what, event)| Ok((what, event?))).collect()
}
