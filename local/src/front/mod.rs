//! API Gateway's HTTP API in front of a function, on one machine: routes, CORS, events of payload 2.0, and the answers
//! that API Gateway gives by itself. Beside the API it can serve pages.

mod answer;
mod cors;
mod description;
mod event;
mod pages;
mod routes;

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use parking_lot::Mutex;
use serde_json::json;
use uuid::Uuid;

use self::cors::Cors;
use self::event::Arrival;
pub use self::pages::operations_list;
pub use self::routes::Route;
use crate::allowed_hosts::{AllowedHosts, ForeignRequestError};
use crate::http_server::{NoAnswerError, json_response, serve as serve_http};
use crate::listening::Listening;
use crate::rate::{Rate, TokenBucket};

/// The largest request body that an HTTP API takes, in bytes (API Gateway's quotas).
pub const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// How long an HTTP API waits for its integration: API Gateway's default and quota, which the template leaves as it is.
pub const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);

/// The function's own timeout, as template.yaml sets it: under API Gateway's, so that the function answers first.
pub const FUNCTION_TIMEOUT: Duration = Duration::from_secs(28);

/// How many requests the API accepts from all callers together: the defaults of the template's `ThrottlingRate` and
/// `ThrottlingBurst`.
pub const THROTTLING: Rate = Rate { a_second: 20.0, burst: 40.0 };

/// The function: an event's JSON in, the answer's JSON out.
pub type Handler = Arc<dyn Fn(Bytes, Invocation) -> Handling + Send + Sync>;

/// A function's pending answer.
pub type Handling = Pin<Box<dyn Future<Output = Vec<u8>> + Send>>;

/// What is served beside the API: the answer to a request whose path is a page's, `None` where it is the API's.
pub type Pages = Arc<dyn Fn(&Parts) -> Option<Page> + Send + Sync>;

/// Answers a request once its body was read.
pub type Page = Box<dyn FnOnce(Parts, Bytes) -> Answering + Send>;

/// The pending answer of a page.
pub type Answering = Pin<Box<dyn Future<Output = Response<PageBody>> + Send>>;

/// The body of a page, which may arrive bit by bit.
pub type PageBody = BoxBody<Bytes, Infallible>;

/// What Lambda gives a function beside the event.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Lambda's request id
    pub request_id: String,
    /// when the function is killed
    pub deadline: Instant,
}

/// A running front; dropping it closes its port.
#[derive(Debug)]
pub struct Front {
    listening: Listening,
}

impl Front {
    /// Starts on an address; port 0 takes any free one. Must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start(bind: SocketAddr, routes: Vec<Route>, handler: Handler) -> io::Result<Self> {
        Self::start_with_pages(bind, routes, handler, Arc::new(|_| None))
    }

    /// The same with throttling: what is above it gets API Gateway's own 429, without Retry-After, and never reaches
    /// the function.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start_throttled(
        bind: SocketAddr,
        routes: Vec<Route>,
        handler: Handler,
        throttling: Rate,
    ) -> io::Result<Self> {
        let throttling = TokenBucket::new(throttling, Instant::now());
        Self::start_api(bind, routes, handler, Arc::new(|_| None), Some(throttling))
    }

    /// The same, with pages beside the API. Their requests have no CORS: only pages of the same origin can read the answers.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start_with_pages(
        bind: SocketAddr,
        routes: Vec<Route>,
        handler: Handler,
        pages: Pages,
    ) -> io::Result<Self> {
        Self::start_api(bind, routes, handler, pages, None)
    }

    fn start_api(
        bind: SocketAddr,
        routes: Vec<Route>,
        handler: Handler,
        pages: Pages,
        throttling: Option<TokenBucket>,
    ) -> io::Result<Self> {
        let throttling = throttling.map(Mutex::new);
        let allowed_hosts = AllowedHosts::listening_on(bind.ip());
        let cors = Cors::of(&routes)?;
        let gateway = Arc::new(ApiGateway { routes, cors, handler, pages, throttling, allowed_hosts });
        let listening = serve_http(bind, move |request, peer| {
            let gateway = Arc::clone(&gateway);
            async move { gateway.respond(request, peer).await }
        })?;
        Ok(Self { listening })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// Its URL for clients on this machine, with no slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.listening.reachable_address())
    }
}

struct ApiGateway {
    routes: Vec<Route>,
    cors: Cors,
    handler: Handler,
    pages: Pages,
    /// none lets every request through
    throttling: Option<Mutex<TokenBucket>>,
    allowed_hosts: AllowedHosts,
}

impl ApiGateway {
    async fn respond(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Result<Response<PageBody>, NoAnswerError> {
        let (parts, body) = request.into_parts();
        let request_id = api_gateway_request_id();
        if let Err(error) = self.allowed_hosts.check(&parts) {
            return Ok(with_request_id(refusal(&error, &request_id), &request_id).map(Full::boxed));
        }
        let body = Limited::new(body, MAX_BODY_BYTES);
        if let Some(page) = (self.pages)(&parts) {
            return Ok(match body.collect().await {
                Ok(body) => page(parts, body.to_bytes()).await,
                Err(error) if error.is::<LengthLimitError>() => {
                    let text = format!("the body must have at most {MAX_BODY_BYTES} bytes");
                    json_response(StatusCode::PAYLOAD_TOO_LARGE, &json!({ "error": text })).map(Full::boxed)
                }
                Err(_) => return Err(NoAnswerError),
            });
        }
        let response = if cors::is_preflight(&parts) {
            self.cors.preflight_response(&parts.headers)
        } else if let Some(mut page) = pages::page(&parts) {
            self.cors.add_to_answer(&parts.headers, page.headers_mut());
            page
        } else {
            let mut response = match (routes::find(&self.routes, &parts), body.collect().await) {
                (None, _) => message(StatusCode::NOT_FOUND, "Not Found"),
                (Some(_), Err(error)) if error.is::<LengthLimitError>() => {
                    message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long")
                }
                (Some(_), Err(_)) => return Err(NoAnswerError),
                (Some(_), Ok(_)) if self.is_throttled() => {
                    message(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")
                }
                (Some(matched), Ok(body)) => {
                    let arrival = Arrival {
                        parts: &parts,
                        body: &body.to_bytes(),
                        peer,
                        request_id: &request_id,
                        matched,
                    };
                    self.invoke(event::payload_2_0(&arrival)).await
                }
            };
            self.cors.add_to_answer(&parts.headers, response.headers_mut());
            response
        };
        Ok(with_request_id(response, &request_id).map(Full::boxed))
    }

    fn is_throttled(&self) -> bool {
        self.throttling.as_ref().is_some_and(|bucket| !bucket.lock().accepts(Instant::now()))
    }

    async fn invoke(&self, event: Bytes) -> Response<Full<Bytes>> {
        let deadline = Instant::now().checked_add(FUNCTION_TIMEOUT).unwrap_or_else(Instant::now);
        let invocation = Invocation { request_id: Uuid::new_v4().to_string(), deadline };
        // In a task of its own the function may panic, and outlives a client that disconnects, as in Lambda.
        let mut running = tokio::spawn((self.handler)(event, invocation));
        match tokio::time::timeout(INTEGRATION_TIMEOUT, &mut running).await {
            Ok(Ok(answer)) => answer::response(&answer)
                .unwrap_or_else(|_| message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")),
            Ok(Err(_)) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            Err(_) => {
                running.abort();
                message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
        }
    }
}

impl fmt::Debug for ApiGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiGateway").field("routes", &self.routes).finish_non_exhaustive()
    }
}

/// An answer that API Gateway gives by itself.
fn message(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    json_response(status, &json!({ "message": text }))
}

/// Refuses a request that never reaches a deployed API, in the form of the gateway's own problems.
fn refusal(error: &ForeignRequestError, request_id: &str) -> Response<Full<Bytes>> {
    let (status, detail) = (error.status(), error.to_string());
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "detail": detail,
        "instance": request_id,
        "errors": [{ "header": error.header(), "detail": detail }],
        "Code": error.code(),
        "Message": detail,
        "RequestId": request_id,
    });
    let mut response = json_response(status, &body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert("x-amzn-errortype", HeaderValue::from_static(error.code()));
    response
}

/// API Gateway's own header.
fn with_request_id(mut response: Response<Full<Bytes>>, request_id: &str) -> Response<Full<Bytes>> {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("apigw-requestid", value);
    }
    response
}

/// Such as `JKJaXmPLvHcESHA=`: 11 bytes in base64.
fn api_gateway_request_id() -> String {
    let random = Uuid::new_v4().into_bytes();
    BASE64_STANDARD.encode(random.get(..11).unwrap_or_default())
}
