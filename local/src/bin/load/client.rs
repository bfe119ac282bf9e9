//! A user's connection to the API, kept alive as a browser keeps one. A browser would speak HTTP/2 to API Gateway;
//! here it is HTTP/1.1, with one request at a time, as each user here sends them.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// the operation's name in the table
    pub(crate) operation: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    /// the header Idempotency-Key
    pub(crate) key: Option<String>,
}

/// What it was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    /// API Gateway's id of the request, which the gateway logs
    pub(crate) request_id: String,
    pub(crate) body: Value,
}

/// A signed-in user's connection.
#[derive(Debug)]
pub(crate) struct Client {
    front: SocketAddr,
    authorization: String,
    connection: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    pub(crate) fn new(front: SocketAddr, token: &str) -> Self {
        Self { front, authorization: format!("Bearer {token}"), connection: None }
    }

    /// Sends a request.
    ///
    /// # Errors
    /// When there is no answer in HTTP with a JSON body or none.
    pub(crate) async fn send(&mut self, ask: &Ask) -> Result<Answer, String> {
        let broken = |error: hyper::Error| format!("the HTTP front broke the connection: {error}");
        let connection = match &mut self.connection {
            Some(connection) => connection,
            closed => {
                let stream = TcpStream::connect(self.front).await.map_err(|error| error.to_string())?;
                stream.set_nodelay(true).map_err(|error| error.to_string())?;
                let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
                tokio::spawn(connection);
                closed.insert(sender)
            }
        };
        let mut request = Request::builder()
            .method(ask.method)
            .uri(&ask.path)
            .header("host", "localhost")
            .header("authorization", &self.authorization);
        if ask.body.is_some() {
            request = request.header("content-type", "application/json");
        }
        if let Some(key) = &ask.key {
            request = request.header("idempotency-key", key);
        }
        let body = ask.body.as_ref().map(Value::to_string).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())?;
        connection.ready().await.map_err(broken)?;
        let response = connection.send_request(request).await.map_err(broken)?;
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let retry_after =
            header("retry-after").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
        let request_id = header("apigw-requestid").unwrap_or_default().to_owned();
        let body = response.into_body().collect().await.map_err(broken)?.to_bytes();
        let body = match body.is_empty() {
            true => Value::Null,
            false => {
                serde_json::from_slice(&body).map_err(|error| format!("{status} is no JSON: {error}"))?
            }
        };
        Ok(Answer { status, retry_after, request_id, body })
    }
}
