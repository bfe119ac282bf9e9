//! The four paths of the Runtime API, version 2018-06-01.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use super::outcome::{FunctionState, Outcome};
use crate::http_server::{NoAnswerError, json_response, serve as serve_http};
use crate::listening::Listening;

const PREFIX: &str = "/2018-06-01/runtime";

/// One event on its way to the function.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) event: Bytes,
    pub(super) limit: Duration,
    pub(super) invoked_function_arn: String,
    pub(super) answer: oneshot::Sender<Outcome>,
}

/// What the paths share.
pub(super) struct Exchange {
    queue: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    progress: Arc<watch::Sender<FunctionState>>,
    /// the invocation that the function is working on: its request id, and where the answer goes
    current: Mutex<Option<(String, oneshot::Sender<Outcome>)>>,
    started: Mutex<Instant>,
    init_time: OnceLock<Duration>,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("init_time", &self.init_time).finish_non_exhaustive()
    }
}

impl Exchange {
    pub(super) fn new(
        queue: mpsc::Receiver<Invocation>,
        progress: Arc<watch::Sender<FunctionState>>,
    ) -> Self {
        Self {
            queue: tokio::sync::Mutex::new(queue),
            progress,
            current: Mutex::new(None),
            started: Mutex::new(Instant::now()),
            init_time: OnceLock::new(),
        }
    }

    pub(super) fn process_starts_now(&self) {
        *self.started.lock() = Instant::now();
    }

    /// From the start of the process to its first request for an event.
    pub(super) fn init_time(&self) -> Option<Duration> {
        self.init_time.get().copied()
    }

    /// Long poll: answers when there is an event.
    async fn next(&self) -> Result<Response<Full<Bytes>>, NoAnswerError> {
        // Only the first request for an event ends the init.
        let _ = self.init_time.set(self.started.lock().elapsed());
        self.progress.send_if_modified(|state| {
            let first = *state == FunctionState::Starting;
            if first {
                *state = FunctionState::Ready;
            }
            first
        });
        // There is no sender when the stand-in is being dropped.
        let invocation = self.queue.lock().await.recv().await.ok_or(NoAnswerError)?;
        let request_id = Uuid::new_v4().to_string();
        let mut response = Response::new(Full::new(invocation.event));
        set_headers(response.headers_mut(), &request_id, invocation.limit, &invocation.invoked_function_arn);
        *self.current.lock() = Some((request_id, invocation.answer));
        Ok(response)
    }

    /// Takes an answer to the current invocation and returns the function's response.
    fn finish(&self, request_id: &str, outcome: Outcome) -> Response<Full<Bytes>> {
        let mut current = self.current.lock();
        let taken = current.take_if(|(id, _)| id == request_id);
        match taken {
            Some((_, answer)) => {
                // The receiver is gone when the invocation has timed out.
                let _ = answer.send(outcome);
                accepted()
            }
            None => refused(StatusCode::BAD_REQUEST, "InvalidRequestID"),
        }
    }

    fn init_failed(&self, error: Bytes) -> Response<Full<Bytes>> {
        self.progress.send_if_modified(|state| {
            let open = *state == FunctionState::Starting;
            if open {
                *state = FunctionState::InitFailed(error);
            }
            open
        });
        accepted()
    }
}

pub(super) fn serve(bind: SocketAddr, exchange: Arc<Exchange>) -> io::Result<Listening> {
    serve_http(bind, move |request, _peer| {
        let exchange = Arc::clone(&exchange);
        async move { respond(&exchange, request).await }
    })
}

async fn respond(
    exchange: &Exchange,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, NoAnswerError> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| NoAnswerError)?.to_bytes();
    let path: Vec<&str> =
        parts.uri.path().strip_prefix(PREFIX).unwrap_or_default().split('/').skip(1).collect();
    match (&parts.method, path.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => exchange.next().await,
        (&Method::POST, ["invocation", id, "response"]) => Ok(exchange.finish(id, Outcome::Response(body))),
        (&Method::POST, ["invocation", id, "error"]) => Ok(exchange.finish(id, Outcome::Error(body))),
        (&Method::POST, ["init", "error"]) => Ok(exchange.init_failed(body)),
        _ => Ok(refused(StatusCode::NOT_FOUND, "NoSuchPath")),
    }
}

fn set_headers(headers: &mut HeaderMap, request_id: &str, limit: Duration, function_arn: &str) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let trace = Uuid::new_v4().simple().to_string();
    let trace = format!(
        "Root=1-{:08x}-{};Parent={};Sampled=0",
        now.as_secs(),
        trace.get(..24).unwrap_or_default(),
        trace.get(16..).unwrap_or_default()
    );
    let values = [
        ("lambda-runtime-aws-request-id", request_id.to_owned()),
        ("lambda-runtime-deadline-ms", now.saturating_add(limit).as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", function_arn.to_owned()),
        ("lambda-runtime-trace-id", trace),
    ];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
}

fn accepted() -> Response<Full<Bytes>> {
    json_response(StatusCode::ACCEPTED, &json!({ "status": "OK" }))
}

fn refused(status: StatusCode, kind: &str) -> Response<Full<Bytes>> {
    json_response(status, &json!({ "errorType": kind, "errorMessage": kind }))
}
