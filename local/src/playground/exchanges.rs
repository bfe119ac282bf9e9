//! The last requests to the API, each with the requests to Chime that were made while it ran.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use local::clock::milliseconds_since_1970;
use local::simulator::{RecordedRequest, Simulator};
use meeting_gateway::api_gateway::{Answer, REQUEST_ID};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// How many are kept.
const KEPT: usize = 100;

/// How many requests to Chime are kept with each, the first ones. One request to the API alone makes fewer, with all its retries; while
/// one waits for Chime, a load test makes thousands.
const KEPT_REQUESTS: usize = 100;

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
    /// What Chime was asked meanwhile, at most [`KEPT_REQUESTS`].
    chime: Vec<Value>,
    /// How many more requests it got.
    chime_left_out: usize,
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
        let simulator = self.exchanges.simulator.as_ref();
        let requests = simulator.map(|it| it.requests_after(self.requests_before, KEPT_REQUESTS));
        let (requests, chime_left_out) = requests.unwrap_or_default();
        let duration = self.started.elapsed().as_millis();
        let shared = self.exchanges.state.lock().running.get(&self.number).copied().unwrap_or_default();
        let exchange = Exchange {
            request_id: request_id.map(|(_, id)| id.to_string()).unwrap_or_default(),
            method: self.method.clone(),
            path: self.path.clone(),
            status: answer.status,
            time: self.time,
            duration_ms: u64::try_from(duration).unwrap_or(u64::MAX),
            line: serde_json::from_str(line).ok(),
            chime: shown(&requests, shared),
            chime_left_out,
            shared,
        };
        let mut state = self.exchanges.state.lock();
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

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    /// Sends so many requests to a simulator over one connection, each without a signature.
    async fn ask(simulator: &Simulator, count: usize) {
        let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
        for number in 0..count {
            let close = if number == count.saturating_sub(1) { "connection: close\r\n" } else { "" };
            let request = format!("GET /meetings/{number} HTTP/1.1\r\nhost: localhost\r\n{close}\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
        }
        stream.read_to_end(&mut Vec::new()).await.unwrap();
    }

    #[tokio::test]
    async fn of_many_requests_to_chime_an_exchange_keeps_the_first_and_the_number_of_the_others() {
        let simulator = Arc::new(Simulator::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap());
        let exchanges = Exchanges::new(Some(Arc::clone(&simulator)));
        for (count, kept, left_out) in
            [(3, 3, 0), (KEPT_REQUESTS, KEPT_REQUESTS, 0), (KEPT_REQUESTS + 7, KEPT_REQUESTS, 7)]
        {
            let running = exchanges.begin(b"{}");
            ask(&simulator, count).await;
            running.end(&Answer::new(200, Vec::new(), String::new()), "{}");
            let exchange = exchanges.all().pop().unwrap();
            assert_eq!((exchange.chime.len(), exchange.chime_left_out), (kept, left_out), "of {count}");
            assert_eq!(exchange.chime[0]["path"], "/meetings/0");
        }
    }
}
