//! Clients that ask for meetings, and check every answer.

#![expect(clippy::indexing_slicing, reason = "a JSON value that has no such member gives null")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// How often a client asks for one meeting before it gives up, which fails the run.
const MAX_TRIES: u32 = 40;

/// How long a client waits between two tries, whatever Retry-After says: the simulator's quota is not really full.
const PAUSE: Duration = Duration::from_millis(20);

/// One meeting in this many is requested again, and must be the same.
const REPEATED: usize = 10;

/// What all clients share.
pub(crate) struct Run {
    pub(crate) meetings: usize,
    pub(crate) front: SocketAddr,
    pub(crate) next: AtomicUsize,
    pub(crate) done: AtomicUsize,
    pub(crate) requests: AtomicU64,
    /// by status and code
    pub(crate) answers: Mutex<BTreeMap<(u16, String), u64>>,
    /// the meeting of each key
    pub(crate) created: Mutex<Vec<String>>,
    pub(crate) longest: Mutex<Duration>,
}

impl Run {
    pub(crate) fn new(meetings: usize, front: SocketAddr) -> Self {
        Self {
            meetings,
            front,
            next: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            requests: AtomicU64::new(0),
            answers: Mutex::default(),
            created: Mutex::default(),
            longest: Mutex::default(),
        }
    }

    fn count(&self, status: u16, code: String) {
        let mut answers = self.answers.lock();
        let count = answers.entry((status, code)).or_default();
        *count = count.saturating_add(1);
    }

    fn took(&self, time: Duration) {
        let mut longest = self.longest.lock();
        *longest = time.max(*longest);
    }
}

pub(crate) struct Client {
    pub(crate) run: Arc<Run>,
    pub(crate) token: String,
    pub(crate) connection: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    /// Asks for meetings until there are enough.
    pub(crate) async fn work(mut self) -> Result<(), String> {
        loop {
            let number = self.run.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.run.meetings {
                return Ok(());
            }
            let meeting = self.meeting(number).await?;
            if number.checked_rem(REPEATED) == Some(0) {
                let again = self.meeting(number).await?;
                if again != meeting {
                    return Err(format!("key {number} gave two meetings, {meeting} and {again}"));
                }
            }
            self.run.created.lock().push(meeting);
            self.run.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Asks for one meeting with its key until it exists. Returns its id.
    async fn meeting(&mut self, number: usize) -> Result<String, String> {
        let name = format!("meeting {number}");
        let body =
            json!({ "ExternalMeetingId": name, "ClientRequestToken": format!("key-{number}") }).to_string();
        for _ in 0..MAX_TRIES {
            let started = Instant::now();
            let (status, answer) = self.post(&body).await?;
            self.run.took(started.elapsed());
            let code = answer["Code"].as_str().unwrap_or_default().to_owned();
            if !is_documented(status, &code, &answer) {
                return Err(format!("an answer that is not documented: {status} {answer}"));
            }
            self.run.count(status, code);
            if status == 201 {
                let meeting = &answer["Meeting"];
                if meeting["ExternalMeetingId"] != json!(name) || meeting["TenantIds"] != json!(["acme"]) {
                    return Err(format!("`{name}` was answered with another meeting: {meeting}"));
                }
                return Ok(meeting["MeetingId"].as_str().unwrap_or_default().to_owned());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(format!("`{name}` was not there after {MAX_TRIES} tries"))
    }

    async fn post(&mut self, body: &str) -> Result<(u16, Value), String> {
        self.run.requests.fetch_add(1, Ordering::Relaxed);
        let broken = |error: hyper::Error| format!("the HTTP front broke the connection: {error}");
        let connection = match &mut self.connection {
            Some(connection) => connection,
            closed => {
                let stream = TcpStream::connect(self.run.front).await.map_err(|error| error.to_string())?;
                let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
                tokio::spawn(connection);
                closed.insert(sender)
            }
        };
        let request = Request::post("/meetings")
            .header("host", "localhost")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.to_owned())))
            .map_err(|error| error.to_string())?;
        connection.ready().await.map_err(broken)?;
        let response = connection.send_request(request).await.map_err(broken)?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(broken)?.to_bytes();
        let answer =
            serde_json::from_slice(&body).map_err(|error| format!("{status} is no JSON: {error}"))?;
        Ok((status, answer))
    }
}

/// Whether the answer is one that the documentation lists for these faults.
fn is_documented(status: u16, code: &str, answer: &Value) -> bool {
    const PROBLEMS: [(u16, &str); 8] = [
        (409, "ConflictException"),
        (429, "ThrottlingException"),
        (429, "LimitExceededException"),
        (500, "ServiceFailureException"),
        (502, "ServiceFailureException"),
        (503, "ServiceUnavailableException"),
        (504, "ServiceUnavailableException"),
        (201, ""),
    ];
    let is_whole = if status == 201 {
        answer["Meeting"]["MediaPlacement"].is_object()
    } else {
        answer["status"] == json!(status) && answer["errors"].is_array() && answer["RequestId"].is_string()
    };
    PROBLEMS.contains(&(status, code)) && is_whole
}
