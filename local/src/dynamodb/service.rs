//! From a request to an answer: host, signature, operation, and the fault armed for it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::control;
use super::error::DynamodbError;
use super::faults::Fault;
use super::record::{Outcome, RecordedRequest, keys_of};
use super::shared::{RecordIndex, Shared};
use crate::clock::milliseconds_since_1970;
use crate::http_server::{NoAnswerError, empty_response, json_response, serve_connection};
use crate::signature::region_of_signature;

/// The service name in the credential scope of a request (model, `signingName`).
const SIGNING_NAME: &str = "dynamodb";

/// What stands before the operation in the header X-Amz-Target: the version of the API.
const TARGET_PREFIX: &str = "DynamoDB_20120810.";

type Answered = Result<Response<Full<Bytes>>, NoAnswerError>;

/// Serves one connection to its end.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let connection = shared.connections.fetch_add(1, Ordering::Relaxed).saturating_add(1);
    serve_connection(stream, move |request| {
        let shared = Arc::clone(&shared);
        async move { respond(&shared, connection, request).await }
    })
    .await;
}

async fn respond(shared: &Arc<Shared>, connection: u64, request: Request<Incoming>) -> Answered {
    let (parts, body) = request.into_parts();
    if let Err(error) = shared.allowed_hosts.check(&parts) {
        return Ok(json_response(error.status(), &json!({ "message": error.to_string() })));
    }
    let body = body.collect().await.map_err(|_| NoAnswerError)?.to_bytes();
    if parts.uri.path().starts_with(control::CONTROL_PREFIX) {
        return Ok(match control::answer(shared, &parts, &body) {
            (status, Value::Null) => empty_response(status),
            (status, body) => json_response(status, &body),
        });
    }
    if shared.state.lock().is_down {
        return Err(NoAnswerError);
    }
    if parts.method != Method::POST || parts.uri.path() != "/" {
        return Ok(health(&parts));
    }
    let (operation, body) = match read(&parts, &body) {
        Ok(read) => read,
        Err(error) => return Ok(refused(&error)),
    };
    let (at, fault) = {
        let mut state = shared.state.lock();
        let request = RecordedRequest {
            keys: keys_of(&state.tables, &operation, &body),
            operation: operation.clone(),
            body: body.clone(),
            time: milliseconds_since_1970(),
            connection,
            outcome: None,
        };
        let fault = state.faults.take(&request);
        (state.record(request), fault)
    };
    react(shared, at, fault, operation, body).await
}

async fn react(
    shared: &Arc<Shared>,
    at: RecordIndex,
    fault: Option<Fault>,
    operation: String,
    body: Value,
) -> Answered {
    let perform = || shared.perform(at, &operation, &body);
    let result = match &fault {
        None | Some(Fault::SlowAnswer(_)) => Some(perform()),
        Some(fault) => {
            if matches!(fault, Fault::AnswerLost | Fault::InternalServerErrorAfterEffect) {
                let _ = perform();
            }
            fault.error(&body).map(Err)
        }
    };
    let outcome = match &result {
        None => Outcome::NoAnswer,
        Some(Err(error)) => Outcome::Refused(error.name().to_owned()),
        Some(Ok(_)) => Outcome::Done,
    };
    shared.complete(at, outcome);
    match fault {
        Some(Fault::SlowAnswer(later)) => tokio::time::sleep(later).await,
        Some(Fault::LateEffect(later)) => {
            let shared = Arc::clone(shared);
            tokio::spawn(async move {
                tokio::time::sleep(later).await;
                let _ = shared.perform(at, &operation, &body);
            });
        }
        _ => {}
    }
    let answer_to = |result: Result<Value, DynamodbError>| {
        result.map_or_else(|error| refused(&error), |body| answer(StatusCode::OK, &body))
    };
    result.map(answer_to).ok_or(NoAnswerError)
}

/// The operation and the body of a request.
fn read(parts: &Parts, body: &[u8]) -> Result<(String, Value), DynamodbError> {
    let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.strip_prefix(TARGET_PREFIX).ok_or_else(|| {
        DynamodbError::UnknownOperation(format!(
            "the header X-Amz-Target is `{target}`, not {TARGET_PREFIX}…"
        ))
    })?;
    region_of_signature(&parts.headers, SIGNING_NAME)
        .map_err(|error| DynamodbError::Unsigned(error.exception, error.message))?;
    let body = serde_json::from_slice(body)
        .map_err(|error| DynamodbError::Serialization(format!("the body is not JSON: {error}")))?;
    Ok((operation.to_owned(), body))
}

fn refused(error: &DynamodbError) -> Response<Full<Bytes>> {
    answer(error.status(), &error.body())
}

fn answer(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let text = body.to_string();
    let checksum = crc32(text.as_bytes());
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    headers.insert("x-amz-crc32", HeaderValue::from(checksum));
    let id: String =
        std::iter::repeat_with(|| fastrand::alphanumeric().to_ascii_uppercase()).take(52).collect();
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// `GET /`, which says that the endpoint is there; anything else is no request of DynamoDB's.
fn health(parts: &Parts) -> Response<Full<Bytes>> {
    if parts.method == Method::GET && parts.uri.path() == "/" {
        return Response::new(Full::new(Bytes::from_static(b"healthy: dynamodb.local ")));
    }
    json_response(StatusCode::NOT_FOUND, &json!({ "message": "there are POST / and GET /" }))
}

/// The checksum by which AWS's SDKs check the body: CRC-32 as in zlib.
fn crc32(bytes: &[u8]) -> u32 {
    let of_byte = |checksum: u32, byte: &u8| {
        (0..8).fold(checksum ^ u32::from(*byte), |bits, _| {
            if bits & 1 == 1 { (bits >> 1) ^ 0xEDB8_8320 } else { bits >> 1 }
        })
    };
    !bytes.iter().fold(u32::MAX, of_byte)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_is_that_of_zlib() {
        assert_eq!(super::crc32(b"123456789"), 0xCBF4_3926, "the check value of CRC-32/ISO-HDLC");
    }
}
