//! A proxy between the gateway processes and the table, which does to requests what networks and DynamoDB do.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use local::dynamodb;
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The connection breaks before the request arrives.
    NeverArrived,
    /// The request is carried out, and the connection breaks before the answer.
    AnswerLost,
    /// The connection breaks, and the request is carried out later, perhaps after its repeat.
    CarriedOutLater,
    /// TransactionConflict.
    Conflict,
    /// ThrottlingException or ProvisionedThroughputExceededException.
    Throttled,
    /// 500, and nothing is carried out.
    Failed,
    /// 500, and the request is carried out.
    FailedOnceCarriedOut,
    /// The request waits, and the order of requests changes.
    Waits,
    /// The answer waits.
    AnswerWaits,
}

const FAULTS: [Fault; 9] = [
    Fault::NeverArrived,
    Fault::AnswerLost,
    Fault::CarriedOutLater,
    Fault::Conflict,
    Fault::Throttled,
    Fault::Failed,
    Fault::FailedOnceCarriedOut,
    Fault::Waits,
    Fault::AnswerWaits,
];

/// The longest that something waits. What is carried out so much later comes in the round's next phase, or after it.
const MAX_WAIT: Duration = Duration::from_millis(1_000);

/// A running proxy.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: SocketAddr,
    authority: HeaderValue,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
    chance: Mutex<Chance>,
    counts: Mutex<BTreeMap<String, u64>>,
}

/// How probable a fault is, and the randomness.
struct Chance {
    rate: f64,
    random: fastrand::Rng,
}

#[derive(Debug, thiserror::Error)]
enum ProxyError {
    #[error("the connection is broken on purpose")]
    OnPurpose,
    #[error("the table can't be reached: {0}")]
    Connect(#[from] std::io::Error),
    #[error("the table breaks the connection: {0}")]
    Http(#[from] hyper::Error),
    #[error("an invalid request: {0}")]
    Invalid(#[from] hyper::http::Error),
}

impl Proxy {
    /// Starts a proxy before the table at a URL.
    pub(crate) async fn start(url: &str, seed: u64) -> Result<Self, String> {
        let authority = url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/');
        let mut addresses =
            tokio::net::lookup_host(authority).await.map_err(|error| format!("{url}: {error}"))?;
        let upstream = addresses.next().ok_or_else(|| format!("{url} has no address"))?;
        let authority = HeaderValue::from_str(authority).map_err(|error| format!("{url}: {error}"))?;
        let shared = Arc::new(Shared {
            upstream,
            authority,
            idle: Mutex::default(),
            chance: Mutex::new(Chance { rate: 0.0, random: fastrand::Rng::with_seed(seed) }),
            counts: Mutex::default(),
        });
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let served = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Fails only on a connection that is closed already.
                let _ = stream.set_nodelay(true);
                let shared = Arc::clone(&served);
                tokio::spawn(async move {
                    let service = service_fn(move |request| serve(Arc::clone(&shared), request));
                    // An error is the client's, or deliberate.
                    let _ = http1::Builder::new()
                        .writev(false)
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Ok(Self { address, shared })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets how probable a fault is for each request to come.
    pub(crate) fn set_rate(&self, rate: f64) {
        self.shared.chance.lock().rate = rate;
    }

    /// How many requests there were of each operation, and how many of each fault.
    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.shared.counts.lock().clone()
    }
}

async fn serve(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, ProxyError> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    shared.count(&operation);
    let fault = shared.draw();
    let Some((fault, wait)) = fault else { return shared.pass_on(&parts, body).await };
    shared.count(&format!("{fault:?}"));
    match fault {
        Fault::NeverArrived => Err(ProxyError::OnPurpose),
        Fault::AnswerLost => {
            shared.pass_on(&parts, body).await?;
            Err(ProxyError::OnPurpose)
        }
        Fault::CarriedOutLater => {
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                // Whoever has asked is told nothing in any case.
                let _ = shared.pass_on(&parts, body).await;
            });
            Err(ProxyError::OnPurpose)
        }
        // Reads never conflict: they are throttled instead.
        Fault::Conflict if ["GetItem", "Query"].contains(&operation.as_str()) => {
            refused(&dynamodb::Fault::Throttling, &body)
        }
        Fault::Conflict => refused(&dynamodb::Fault::TransactionConflict, &body),
        Fault::Throttled if wait.as_millis().is_multiple_of(2) => {
            refused(&dynamodb::Fault::ProvisionedThroughputExceeded, &body)
        }
        Fault::Throttled => refused(&dynamodb::Fault::Throttling, &body),
        Fault::Failed => refused(&dynamodb::Fault::InternalServerError, &body),
        Fault::FailedOnceCarriedOut => {
            shared.pass_on(&parts, body.clone()).await?;
            refused(&dynamodb::Fault::InternalServerError, &body)
        }
        Fault::Waits => {
            tokio::time::sleep(wait).await;
            shared.pass_on(&parts, body).await
        }
        Fault::AnswerWaits => {
            let answer = shared.pass_on(&parts, body).await;
            tokio::time::sleep(wait).await;
            answer
        }
    }
}

impl Shared {
    /// The fault that strikes the next request, and for how long it waits.
    fn draw(&self) -> Option<(Fault, Duration)> {
        let mut chance = self.chance.lock();
        if chance.random.f64() >= chance.rate {
            return None;
        }
        let fault = chance.random.choice(FAULTS)?;
        // Mostly short: as long as other requests take. Seldom as long as a whole phase.
        let wait = MAX_WAIT.mul_f64(chance.random.f64().powi(6));
        Some((fault, wait))
    }

    fn count(&self, what: &str) {
        let mut counts = self.counts.lock();
        let count = counts.entry(what.to_owned()).or_default();
        *count = count.saturating_add(1);
    }

    async fn pass_on(&self, parts: &Parts, body: Bytes) -> Result<Response<Full<Bytes>>, ProxyError> {
        let mut request = Request::builder().method(parts.method.clone()).uri(parts.uri.clone());
        for (name, value) in &parts.headers {
            if ![HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING].contains(name) {
                request = request.header(name, value);
            }
        }
        let request = request.header(HOST, &self.authority).body(Full::new(body))?;
        let mut sender = self.connection().await?;
        let (parts, body) = sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        self.idle.lock().push(sender);
        let mut answer = Response::builder().status(parts.status);
        for (name, value) in &parts.headers {
            if ![CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING].contains(name) {
                answer = answer.header(name, value);
            }
        }
        Ok(answer.body(Full::new(body))?)
    }

    async fn connection(&self) -> Result<SendRequest<Full<Bytes>>, ProxyError> {
        loop {
            let kept = self.idle.lock().pop();
            let Some(mut sender) = kept else { break };
            if sender.ready().await.is_ok() {
                return Ok(sender);
            }
        }
        let stream = TcpStream::connect(self.upstream).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}

/// The answer of the table that is played, whichever table is behind the proxy.
fn refused(fault: &dynamodb::Fault, body: &[u8]) -> Result<Response<Full<Bytes>>, ProxyError> {
    let request = serde_json::from_slice(body).unwrap_or_default();
    let (status, answer) = fault.answer(&request).ok_or(ProxyError::OnPurpose)?;
    let response = Response::builder().status(status).header(CONTENT_TYPE, "application/x-amz-json-1.0");
    Ok(response.body(Full::new(Bytes::from(answer.to_string())))?)
}
