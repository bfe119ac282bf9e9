//! A plain HTTP/1.1 server around one async function, for everything here but the simulator.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::listening::Listening;

/// A request that gets no answer: hyper closes its connection.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed on purpose")]
pub(crate) struct NoAnswerError;

/// Serves every request on an address with one function, which is given the peer's address too.
pub(crate) fn serve<S, F, B>(bind: SocketAddr, respond: S) -> io::Result<Listening>
where
    S: Fn(Request<Incoming>, SocketAddr) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Response<B>, NoAnswerError>> + Send + 'static,
    B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    let respond = Arc::new(respond);
    Listening::start(bind, move |stream, peer| {
        let respond = Arc::clone(&respond);
        serve_connection(stream, move |request| respond(request, peer))
    })
}

/// Serves one connection to its end.
pub(crate) async fn serve_connection<S, F, B>(stream: TcpStream, respond: S)
where
    S: Fn(Request<Incoming>) -> F,
    F: Future<Output = Result<Response<B>, NoAnswerError>>,
    B: Body<Data = Bytes, Error = Infallible> + 'static,
{
    // Headers and body in one write. An error is the peer's, or deliberate.
    let connection =
        http1::Builder::new().writev(false).serve_connection(TokioIo::new(stream), service_fn(respond));
    let _ = connection.await;
}

/// An answer with a JSON body.
pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An answer with no body.
pub(crate) fn empty_response(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status;
    response
}
