//! An HTTP request as the event that an HTTP API sends, payload format 2.0.
//!
//! It is written member by member, and not through `aws_lambda_events`: its type for this event also serialises
//! members that API Gateway never sends, `httpMethod` among them, by which payload 1.0 is recognised.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::{CONTENT_TYPE, COOKIE, USER_AGENT};
use hyper::http::request::Parts;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

use super::routes::Matched;
use crate::clock::milliseconds_since_1970;

/// The id of this API, and the first part of its domain name.
const API_ID: &str = "local";

/// The account of AWS's examples.
const ACCOUNT: &str = "111122223333";

/// A request that a route fits.
pub(super) struct Arrival<'a> {
    pub(super) parts: &'a Parts,
    pub(super) body: &'a [u8],
    pub(super) peer: SocketAddr,
    pub(super) request_id: &'a str,
    pub(super) matched: Matched<'a>,
}

pub(super) fn payload_2_0(arrival: &Arrival<'_>) -> Bytes {
    let parts = arrival.parts;
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let route_key = arrival.matched.route.to_string();
    let source_ip = arrival.peer.ip().to_string();
    let (time, epoch) = now();
    let mut headers = joined_headers(&parts.headers);
    headers.insert("x-forwarded-for".to_owned(), source_ip.clone());
    headers.insert("x-forwarded-proto".to_owned(), "https".to_owned());
    headers.insert("x-forwarded-port".to_owned(), "443".to_owned());
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "domainName": format!("{API_ID}.execute-api.us-east-1.amazonaws.com"),
            "domainPrefix": API_ID,
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", parts.version),
                "sourceIp": source_ip,
                "userAgent": text(&parts.headers, &USER_AGENT),
            },
            "requestId": arrival.request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": time,
            "timeEpoch": epoch,
        },
        "isBase64Encoded": false,
    });
    if let Value::Object(members) = &mut event {
        add_what_is_there(members, arrival, query);
    }
    Bytes::from(event.to_string())
}

/// Adds the members that are absent, not empty, when they have no value.
fn add_what_is_there(members: &mut Map<String, Value>, arrival: &Arrival<'_>, query: &str) {
    let cookies: Vec<String> = arrival
        .parts
        .headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .map(|cookie| String::from_utf8_lossy(cookie).trim().to_owned())
        .collect();
    if !cookies.is_empty() {
        members.insert("cookies".to_owned(), json!(cookies));
    }
    if !query.is_empty() {
        let mut parameters: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            join(&mut parameters, name.into_owned(), &value);
        }
        members.insert("queryStringParameters".to_owned(), json!(parameters));
    }
    if !arrival.matched.path_parameters.is_empty() {
        members.insert("pathParameters".to_owned(), json!(arrival.matched.path_parameters));
    }
    if arrival.body.is_empty() {
        return;
    }
    match std::str::from_utf8(arrival.body) {
        Ok(body) if is_text(&text(&arrival.parts.headers, &CONTENT_TYPE)) => {
            members.insert("body".to_owned(), json!(body));
        }
        _ => {
            members.insert("body".to_owned(), json!(BASE64_STANDARD.encode(arrival.body)));
            members.insert("isBase64Encoded".to_owned(), json!(true));
        }
    }
}

/// Names in lower case, the values of a repeated header joined by commas; cookies have a member of their own.
fn joined_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| **name != COOKIE) {
        join(&mut joined, name.as_str().to_owned(), &String::from_utf8_lossy(value.as_bytes()));
    }
    joined
}

fn join(into: &mut BTreeMap<String, String>, name: String, value: &str) {
    into.entry(name)
        .and_modify(|joined| {
            joined.push(',');
            joined.push_str(value);
        })
        .or_insert_with(|| value.to_owned());
}

/// Whether an HTTP API passes a body of this type on unchanged.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || matches!(essence.as_str(), "application/json" | "application/javascript" | "application/xml")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
}

fn text(headers: &HeaderMap, name: &hyper::header::HeaderName) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

/// The time as in an access log, and in milliseconds since 1970.
fn now() -> (String, u64) {
    let format = format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");
    let time = OffsetDateTime::now_utc().format(&format).unwrap_or_default();
    (time, milliseconds_since_1970())
}
