//! A function's answer, payload format 2.0, as the HTTP response that an HTTP API makes of it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE, TRANSFER_ENCODING};
use hyper::{Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

/// An answer of the function that an HTTP API replaces with a 500.
#[derive(Debug, thiserror::Error)]
#[error("the function's answer is malformed")]
pub(super) struct MalformedAnswerError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    #[serde(default)]
    cookies: Vec<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// Makes the response; JSON without a status code is the body of a 200, as API Gateway infers it.
pub(super) fn response(answer: &[u8]) -> Result<Response<Full<Bytes>>, MalformedAnswerError> {
    let value: Value = serde_json::from_slice(answer).map_err(|_| MalformedAnswerError)?;
    if value.get("statusCode").is_none() {
        return Ok(crate::http_server::json_response(StatusCode::OK, &value));
    }
    let answer: Answer = serde_json::from_value(value).map_err(|_| MalformedAnswerError)?;
    let body = answer.body.unwrap_or_default().into_bytes();
    let body = if answer.is_base64_encoded {
        BASE64_STANDARD.decode(body).map_err(|_| MalformedAnswerError)?
    } else {
        body
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(answer.status_code).map_err(|_| MalformedAnswerError)?;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    for (name, value) in answer.headers {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name = HeaderName::try_from(name).map_err(|_| MalformedAnswerError)?;
        // hyper sets the length itself.
        if name != CONTENT_LENGTH && name != TRANSFER_ENCODING {
            headers.insert(name, HeaderValue::try_from(value).map_err(|_| MalformedAnswerError)?);
        }
    }
    for cookie in answer.cookies {
        headers.append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(|_| MalformedAnswerError)?);
    }
    Ok(response)
}
