//! The last requests to the API, each with the requests to Chime that were made while it ran.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use local::simulator::{RecordedRequest, Simulator};
use meeting_gateway::api_gateway::{Answer, REQUEST_ID};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// How many are kept.
const KEPT: usize = 100;

/// The last requests to the API.
pub(crate) struct Exchanges {
    /// Chime, where it is simulated here.
    simulator: Option<Arc<Simulator>>,
    state: Mutex<State>,
}

/// One request to the API.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Exchange {
    /// The answer's `x-amzn-requestid`.
    request_id: String,
    method: String,
    /// Path and query.
    path: String,
    status: u16,
    /// When it arrived, in milliseconds since 1970.
    time: u64,
    duration_ms: u64,
    /// The log line, its members in their order.
    line: Option<Box<RawValue>>,
    /// What Chime was asked meanwhile.
    chime: Vec<Value>,
    /// Whether another request ran at the same time, so that `chime` may hold requests of both.
    shared: bool,
}

#[derive(Default)]
struct State {
    kept: VecDeque<Exchange>,
    /// How many there were, those that are no longer kept included.
    count: u64,
    /// The requests that run, and whether another one did at the same time.
    running: BTreeMap<u64, bool>,
    started: u64,
}

/// A request that runs.
pub(crate) struct Running {
    exchanges: Arc<Exchanges>,
    number: u64,
    method: String,
    path: String,
    time: u64,
    started: Instant,
    requests_before: usize,
}

impl Exchanges {
    /// None yet.
    pub(crate) fn new(simulator: Option<Arc<Simulator>>) -> Arc<Self> {
        Arc::new(Self { simulator, state: Mutex::default() })
    }

    /// Notes that a request begins, from the event that the function is sent.
    pub(crate) fn begin(self: &Arc<Self>, event: &[u8]) -> Running {
        let event: Value = serde_json::from_slice(event).unwrap_or_default();
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let query = text("/rawQueryString");
        let separator = if query.is_empty() { "" } else { "?" };
        let number = {
            let mut state = self.state.lock();
            state.started = state.started.saturating_add(1);
            let number = state.started;
            let shared = !state.running.is_empty();
            state.running.values_mut().for_each(|shared| *shared = true);
            state.running.insert(number, shared);
            number
        };
        Running {
            number,
            method: text("/requestContext/http/method").to_owned(),
            path: format!("{}{separator}{query}", text("/rawPath")),
            time: milliseconds_since_1970(),
            started: Instant::now(),
            requests_before: self.simulator.as_ref().map_or(0, |simulator| simulator.request_count()),
            exchanges: Arc::clone(self),
        }
    }

    /// Those that are kept, oldest first.
    pub(super) fn all(&self) -> Vec<Exchange> {
        self.state.lock().kept.iter().cloned().collect()
    }

    /// Those after the first ones, of which there were that many, as far as they are kept; each with its number from 1.
    pub(super) fn after(&self, first_ones: u64) -> Vec<(u64, Exchange)> {
        let state = self.state.lock();
        let newest_first = (1..=state.count).rev().zip(state.kept.iter().rev());
        let wanted = newest_first.take_while(|(number, _)| *number > first_ones);
        let mut newest_first: Vec<(u64, Exchange)> =
            wanted.map(|(number, exchange)| (number, exchange.clone())).collect();
        newest_first.reverse();
        newest_first
    }
}

impl Running {
    /// Notes how it ended.
    pub(crate) fn end(self, answer: &Answer, line: &str) {
        let request_id = answer.headers.iter().find(|(name, _)| *name == REQUEST_ID);
        let requests = self.exchanges.simulator.as_ref().map(|it| it.requests_after(self.requests_before));
        let mut requests = requests.unwrap_or_default();
        requests.retain(|request| !is_connecting(request));
        let duration = self.started.elapsed().as_millis();
        let mut state = self.exchanges.state.lock();
        let shared = state.running.get(&self.number).copied().unwrap_or_default();
        let exchange = Exchange {
            request_id: request_id.map(|(_, id)| id.to_string()).unwrap_or_default(),
            method: self.method.clone(),
            path: self.path.clone(),
            status: answer.status,
            time: self.time,
            duration_ms: u64::try_from(duration).unwrap_or(u64::MAX),
            line: serde_json::from_str(line).ok(),
            chime: shown(&requests, shared),
            shared,
        };
        if state.kept.len() >= KEPT {
            state.kept.pop_front();
        }
        state.kept.push_back(exchange);
        state.count = state.count.saturating_add(1);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Also where the front gives the function up, which is then never answered.
        self.exchanges.state.lock().running.remove(&self.number);
    }
}

pub(super) fn milliseconds_since_1970() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

/// Whether it only opens the connection, which asks Chime for nothing.
fn is_connecting(request: &RecordedRequest) -> bool {
    request.method == "GET" && request.path == "/"
}

/// The requests, each with the number of the attempt that it was: the same one again, since the gateway repeats requests itself and not
/// by the SDK, whose header would say it. Of two requests to the API at the same time nobody can tell a repeat from the other's.
fn shown(requests: &[RecordedRequest], shared: bool) -> Vec<Value> {
    let is_same = |one: &RecordedRequest, other: &RecordedRequest| {
        (&one.method, &one.path, &one.body) == (&other.method, &other.path, &other.body)
    };
    let numbered = requests.iter().enumerate().map(|(index, request)| {
        let before = requests.iter().take(index).filter(|earlier| is_same(earlier, request)).count();
        let attempt = (!shared).then_some(before.saturating_add(1));
        let RecordedRequest { operation, method, path, body, status, .. } = request;
        json!({
            "operation": operation, "method": method, "path": path, "body": body, "status": status, "attempt": attempt,
        })
    });
    numbered.collect()
}
