//! `GET /local/events`: what changes, as server-sent events.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::channel::{Channel, Sender};
use hyper::Response;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use local::front::PageBody;
use local::simulator::Injection;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior};

use super::Playground;

/// How often it looks for changes, which are to be seen within a fifth of a second.
const POLL: Duration = Duration::from_millis(100);

/// How long it rests after it has looked for changes, as a multiple of the time that this took: thousands of meetings and requests, as a
/// load test makes them, are then sent less often, and the gateway is not held up.
const REST: u32 = 10;

/// How often a comment is sent when nothing happens, so that a page or a proxy does not take the stream for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How many chunks may wait for a page that reads slowly. Beyond that states are sent later, and newer, and of the exchanges those that are
/// still kept.
const WAITING: usize = 1;

impl Playground {
    /// The present state, then every change.
    pub(super) fn event_stream(self: &Arc<Self>) -> Response<PageBody> {
        let (sender, body) = Channel::<Bytes, Infallible>::new(WAITING);
        let stream = Stream {
            playground: Arc::clone(self),
            sender,
            exchanges: 0,
            revisions: Revisions::default(),
            rests_until: Instant::now(),
            sent: BTreeMap::new(),
        };
        // Ends when it can no longer send: when the page was closed, or the front's port.
        tokio::spawn(async move { stream.run().await });
        let mut response = Response::new(body.boxed());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

/// One page's stream, and what it was sent so far.
struct Stream {
    playground: Arc<Playground>,
    sender: Sender<Bytes, Infallible>,
    /// how many exchanges
    exchanges: u64,
    /// the revision that was looked at last, of each thing that has one
    revisions: Revisions,
    /// when it looks for changes again
    rests_until: Instant,
    /// the data of the last event of each name
    sent: BTreeMap<&'static str, String>,
}

/// Numbers that change with what they stand for.
#[derive(Default, PartialEq, Eq)]
struct Revisions {
    policy: Option<u64>,
    simulator: Option<u64>,
    queue: Option<u64>,
}

/// The page has gone away.
struct GoneError;

impl Stream {
    async fn run(mut self) {
        let mut ticks = tokio::time::interval(POLL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_sent = Instant::now();
        loop {
            ticks.tick().await;
            let mut text = self.changes();
            if text.is_empty() && last_sent.elapsed() >= KEEP_ALIVE {
                text.push_str(": still here\n\n");
            }
            if text.is_empty() {
                continue;
            }
            if self.send(text).await.is_err() {
                return;
            }
            last_sent = Instant::now();
        }
    }

    async fn send(&mut self, text: String) -> Result<(), GoneError> {
        self.sender.send_data(Bytes::from(text)).await.map_err(|_| GoneError)
    }

    /// The events since the last ones.
    fn changes(&mut self) -> String {
        let mut text = String::new();
        let started = Instant::now();
        if started < self.rests_until {
            return text;
        }
        self.states(&mut text);
        for (number, exchange) in self.playground.exchanges.after(self.exchanges) {
            event(&mut text, "exchange", &in_order(&exchange));
            self.exchanges = number;
        }
        let rest = started.elapsed().saturating_mul(REST);
        self.rests_until = Instant::now().checked_add(rest).unwrap_or(started);
        text
    }

    /// Adds the states that have changed.
    fn states(&mut self, text: &mut String) {
        let playground = Arc::clone(&self.playground);
        // The revision is read before what it stands for, so that no change is missed.
        let policy = Some(playground.policy.revision());
        if self.revisions.policy != policy {
            self.revisions.policy = policy;
            self.state(text, "policy", &playground.policy.status());
        }
        if let Some(simulator) = &playground.simulator {
            let revision = Some(simulator.revision());
            if self.revisions.simulator != revision {
                self.revisions.simulator = revision;
                let meetings = simulator.meetings();
                let meetings = meetings.iter().map(|meeting| without_join_tokens(meeting.to_json()));
                self.state(text, "meetings", &meetings.collect::<Value>());
                let faults = simulator.armed_faults();
                self.state(text, "faults", &faults.iter().map(Injection::to_json).collect::<Value>());
            }
        }
        if let Some(queue) = &playground.queue {
            let revision = Some(*queue.revision().borrow());
            if self.revisions.queue != revision {
                self.revisions.queue = revision;
                self.state(text, "queue", &json!({ "holds": queue.holds() }));
                self.state(text, "messages", &queue.messages());
            }
        }
    }

    /// Adds an event with a whole state, unless it is the one that was sent last.
    fn state(&mut self, text: &mut String, name: &'static str, state: &impl Serialize) {
        let data = in_order(state);
        if self.sent.get(name) != Some(&data) {
            event(text, name, &data);
            self.sent.insert(name, data);
        }
    }
}

/// As JSON. Not by way of a `Value`, which would sort the members of log lines. Text, numbers and maps of text always serialize.
fn in_order(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Adds an event. JSON has no line break, which would end the data.
fn event(text: &mut String, name: &str, data: &str) {
    text.push_str(&format!("event: {name}\ndata: {data}\n\n"));
}

/// A meeting as a page shows it: a JoinToken lets whoever has it in.
fn without_join_tokens(mut meeting: Value) -> Value {
    let attendees = meeting.get_mut("attendees").and_then(Value::as_array_mut);
    for attendee in attendees.into_iter().flatten() {
        if let Some(token) = attendee.pointer_mut("/Attendee/JoinToken") {
            *token = Value::from("…");
        }
    }
    meeting
}
