//! A stand-in for SQS that keeps what it is sent. A real one is asked in `checks/notifications`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::simulator::ANY_PORT;

#[derive(Default)]
struct State {
    /// the operation of each request, the account and region that signed it, and its body
    requests: Vec<(String, String, Value)>,
    failures: u32,
    pause: Duration,
}

pub(crate) struct CapturedSqs {
    pub(crate) endpoint: String,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

impl CapturedSqs {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(ANY_PORT).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                let service = service_fn(move |request| answer(Arc::clone(&state), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { endpoint, state, serving }
    }

    /// Fails the coming requests with 500.
    pub(crate) fn fail(&self, times: u32) {
        self.state.lock().failures = times;
    }

    /// Answers each request only after a while.
    pub(crate) fn pause(&self, pause: Duration) {
        self.state.lock().pause = pause;
    }

    /// The requests of one operation: who signed each, and its body.
    pub(crate) fn requests(&self, operation: &str) -> Vec<(String, Value)> {
        let state = self.state.lock();
        let of_operation = state.requests.iter().filter(|(name, ..)| name == operation);
        of_operation.map(|(_, signer, body)| (signer.clone(), body.clone())).collect()
    }

    /// The texts of the messages that it took, in order.
    pub(crate) fn messages(&self) -> Vec<String> {
        let sent = self.requests("SendMessage");
        sent.iter().map(|(_, body)| body["MessageBody"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for CapturedSqs {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(
    state: Arc<Mutex<State>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let header = |name: &str| parts.headers[name].to_str().unwrap().to_owned();
    let operation = header("x-amz-target").trim_start_matches("AmazonSQS.").to_owned();
    // `Credential=<key id>/<day>/<region>/sqs/aws4_request`
    let authorization = header("authorization");
    let scope: Vec<&str> = authorization.split_once("Credential=").unwrap().1.split('/').collect();
    let signer = format!("{} {}", scope[0], scope[2]);
    let body: Value = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap();
    let pause = state.lock().pause;
    tokio::time::sleep(pause).await;
    let mut state = state.lock();
    let (status, answer) = if state.failures > 0 {
        state.failures -= 1;
        (500, json!({ "__type": "InternalFailure", "message": "planted" }))
    } else {
        let number = state.requests.len();
        let url = format!("http://sqs.example/{}", body["QueueName"].as_str().unwrap_or_default());
        state.requests.push((operation, signer, body));
        (200, json!({ "QueueUrl": url, "MessageId": format!("message-{number}") }))
    };
    let response = Response::builder().status(status).header("content-type", "application/x-amz-json-1.0");
    Ok(response.body(Full::new(Bytes::from(answer.to_string()))).unwrap())
}
