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

use crate::options::Options;

/// How often a client asks for one meeting before it gives up, which fails the run.
const MAX_TRIES: u32 = 40;

/// How long a client waits between two tries, whatever Retry-After says: the simulator's quota is not really full.
const PAUSE: Duration = Duration::from_millis(20);

/// How many times in a row something is not there before a client believes it.
const MISSING: u32 = 4;

/// One meeting in this many is requested again, and must be the same.
const REPEATED: usize = 10;

/// What all clients share.
pub(crate) struct Run {
    pub(crate) meetings: usize,
    /// how many each meeting gets
    pub(crate) attendees: usize,
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
    pub(crate) fn new(options: &Options, front: SocketAddr) -> Self {
        Self {
            meetings: options.meetings,
            attendees: options.attendees,
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
            if self.run.attendees > 0 {
                self.live(&meeting).await?;
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
            let (status, answer) = self.ask("POST", "/meetings", &body).await?;
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

    /// Sends a request and counts its answer.
    async fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<(u16, Value), String> {
        let started = Instant::now();
        let (status, answer) = self.send(method, path, body).await?;
        self.run.took(started.elapsed());
        let code = answer["Code"].as_str().unwrap_or_default().to_owned();
        if !is_documented(status, &code, &answer) {
            return Err(format!("{method} {path}: an answer that is not documented: {status} {answer}"));
        }
        self.run.count(status, code);
        Ok((status, answer))
    }

    /// People come into a meeting, one of them is removed, and the meeting ends.
    async fn live(&mut self, meeting: &str) -> Result<(), String> {
        let meeting = format!("/meetings/{meeting}");
        let attendees = format!("{meeting}/attendees");
        let mut last = String::new();
        for number in 0..self.run.attendees {
            let body = json!({ "ExternalUserId": format!("person {number}") }).to_string();
            let answer = self.repeat("POST", &attendees, &body, 201).await?;
            last = answer["Attendee"]["AttendeeId"].as_str().unwrap_or_default().to_owned();
        }
        self.repeat("DELETE", &format!("{attendees}/{last}"), "", 204).await?;
        self.repeat("DELETE", &meeting, "", 204).await?;
        Ok(())
    }

    /// Sends a request until it has succeeded. A deletion has too when there is nothing to delete any more, which only
    /// several answers in a row show: a meeting that Chime describes wrongly is answered as if it were not there.
    async fn repeat(&mut self, method: &str, path: &str, body: &str, wanted: u16) -> Result<Value, String> {
        let mut missing = 0_u32;
        for _ in 0..MAX_TRIES {
            let (status, answer) = self.ask(method, path, body).await?;
            missing = if status == 404 { missing.saturating_add(1) } else { 0 };
            if status == wanted || (method == "DELETE" && missing == MISSING) {
                return Ok(answer);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(format!("{method} {path} did not succeed in {MAX_TRIES} tries"))
    }

    async fn send(&mut self, method: &str, path: &str, body: &str) -> Result<(u16, Value), String> {
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
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.to_owned())))
            .map_err(|error| error.to_string())?;
        connection.ready().await.map_err(broken)?;
        let response = connection.send_request(request).await.map_err(broken)?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(broken)?.to_bytes();
        if status == 204 && body.is_empty() {
            return Ok((status, Value::Null));
        }
        let answer =
            serde_json::from_slice(&body).map_err(|error| format!("{status} is no JSON: {error}"))?;
        Ok((status, answer))
    }
}

/// Whether the answer is one that the documentation lists for these faults.
fn is_documented(status: u16, code: &str, answer: &Value) -> bool {
    const PROBLEMS: [(u16, &str); 10] = [
        (404, "NotFoundException"),
        (409, "ConflictException"),
        (429, "ThrottlingException"),
        (429, "LimitExceededException"),
        (500, "ServiceFailureException"),
        (502, "ServiceFailureException"),
        (503, "ServiceUnavailableException"),
        (504, "ServiceUnavailableException"),
        (201, ""),
        (204, ""),
    ];
    let is_whole = if status == 201 {
        answer["Meeting"]["MediaPlacement"].is_object() || answer["Attendee"]["JoinToken"].is_string()
    } else if status == 204 {
        answer.is_null()
    } else {
        answer["status"] == json!(status) && answer["errors"].is_array() && answer["RequestId"].is_string()
    };
    PROBLEMS.contains(&(status, code)) && is_whole
}
