//! What came of a run, and whether it is as it must be.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use local::dynamodb::Dynamodb;
use local::runtime_api::Pool;
use local::simulator::{Delivery, Latency, Meeting, OPEN_MEETINGS, RecordedEvent};
use serde_json::Value;

use crate::chime::{self, Calls};
use crate::event_source::{EventSource, Read};
use crate::lines;
use crate::mix;
use crate::records::{Refusal, Requests, milliseconds, quantile};
use crate::usage::{self, Usage};
use crate::world::World;

/// What the gateway itself may add to a request, at the 99th percentile, in milliseconds. Its CPU time is a third of a
/// millisecond (docs/speed.md); ten times as much allows for a process that waits for its turn on a machine that plays
/// all of its surroundings. More would be a fault of the gateway.
const MAX_OWN_MS: f64 = 3.0;

/// What a plain join may take at the 99th percentile beside Chime's two calls, in milliseconds: the gateway's share,
/// the way through the front, the start of a process, which in a wave is more than one in a hundred, and the chance
/// in what Chime draws.
const MAX_BESIDE_CHIME_MS: f64 = 150.0;

/// How many attempts at Chime a plain join makes: GetMeeting and CreateAttendee. Where the process remembers the meeting, they are two
/// at CreateAttendee.
const CALLS_OF_A_JOIN: u32 = 2;

/// How many of such joins a run has at least that reaches each limit.
const MIN_PLAIN_JOINS: usize = 100;

/// The shortest run that must reach each limit.
const MINUTES_TO_REACH_ALL: u32 = 5;

/// What came of a run.
pub(crate) struct Outcome {
    pub(crate) operations: BTreeMap<&'static str, Requests>,
    pub(crate) calls: BTreeMap<String, Calls>,
    pub(crate) most_open: u64,
    pub(crate) meetings: usize,
    pub(crate) events: usize,
    pub(crate) read: Read,
    pub(crate) usage: BTreeMap<String, Usage>,
    /// the gateway's own share of each request, in milliseconds
    pub(crate) own: Vec<f64>,
    /// joins that made two attempts at Chime, in milliseconds
    pub(crate) plain_joins: Vec<f64>,
    /// the 99th percentile of two of Chime's calls, one after the other, in milliseconds
    pub(crate) two_calls: f64,
    /// the inits of the gateway's processes, in milliseconds
    pub(crate) inits: Vec<f64>,
    pub(crate) readers: usize,
    pub(crate) faults: Vec<String>,
}

impl Outcome {
    pub(crate) async fn of(
        world: &World,
        minutes: u32,
        gateway: &Pool,
        events: &EventSource,
        table: &Dynamodb,
        latency: Latency,
    ) -> Self {
        let read = events.empty(world.simulator.events().len()).await;
        let (meetings, recorded) = (world.simulator.meetings(), world.simulator.events());
        let request_lines = lines::of_requests(gateway);
        let by_id: HashMap<&str, u32> =
            request_lines.iter().map(|line| (line.correlation_id.as_str(), line.attempts)).collect();
        let joins = world.records.joins();
        let plain = joins
            .iter()
            .filter(|(id, _)| by_id.get(id.as_str()) == Some(&CALLS_OF_A_JOIN))
            .map(|(_, took)| *took);
        let inits =
            gateway.processes().iter().filter_map(|process| process.init_time()).map(milliseconds).collect();
        let mut outcome = Self {
            operations: world.records.operations(),
            calls: chime::calls(&world.simulator.requests()),
            most_open: chime::most_open(&recorded),
            meetings: meetings.len(),
            events: recorded.len(),
            read,
            usage: usage::happened(&meetings, &recorded),
            own: request_lines.iter().map(lines::RequestLine::own_ms).collect(),
            plain_joins: plain.collect(),
            two_calls: p99_of_two_calls(latency),
            inits,
            readers: events.pool.processes().len(),
            faults: world.records.faults(),
        };
        outcome
            .faults
            .extend(gateway.unanswered().into_iter().map(|why| format!("a request had no answer: {why}")));
        let unread = events.pool.unanswered().into_iter();
        outcome.faults.extend(unread.map(|why| format!("a batch had no answer: {why}")));
        outcome.check_answered(request_lines.len());
        outcome.check_meetings(&meetings, &world.records.meetings());
        outcome.check_events(&recorded, &events.pool);
        outcome.check_usage(&table.items());
        outcome.check_times();
        if minutes >= MINUTES_TO_REACH_ALL {
            outcome.check_limits_were_reached();
        }
        outcome
    }

    fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    /// The gateway has logged each request that API Gateway let through.
    fn check_answered(&mut self, logged: usize) {
        let (mut sent, mut throttled) = (0_u64, 0_u64);
        for requests in self.operations.values() {
            sent = sent.saturating_add(requests.sent);
            throttled = throttled
                .saturating_add(requests.refused.get(&Refusal::ApiGateway).copied().unwrap_or_default());
        }
        let passed = sent.saturating_sub(throttled);
        if passed != logged as u64 {
            self.fault(format!("{passed} requests reached the gateway, which has logged {logged}"));
        }
    }

    /// Each name has one meeting at most, and it is the one that was answered.
    fn check_meetings(
        &mut self,
        meetings: &[Meeting],
        answered: &BTreeMap<(String, String), BTreeSet<String>>,
    ) {
        let mut at_chime: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for meeting in meetings {
            let text = |pointer: &str| {
                meeting.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            at_chime
                .entry((text("/TenantIds/0"), text("/ExternalMeetingId")))
                .or_default()
                .insert(meeting.id().to_owned());
        }
        for (name, ids) in &at_chime {
            // A creation whose last try was given up may have made one that nobody was given.
            let same = answered.get(name).is_none_or(|answered| answered == ids);
            if ids.len() > 1 || !same {
                self.fault(format!(
                    "{name:?} has the meetings {ids:?} at Chime, and was given {:?}",
                    answered.get(name)
                ));
            }
        }
        if let Some(missing) = answered.keys().find(|name| !at_chime.contains_key(*name)) {
            self.fault(format!("{missing:?} was given a meeting that Chime has not"));
        }
    }

    /// `notifications` has handled each event once.
    fn check_events(&mut self, recorded: &[RecordedEvent], notifications: &Pool) {
        let (handled, failed) = lines::of_messages(notifications);
        let sent: BTreeSet<&str> = recorded
            .iter()
            .filter_map(|event| match &event.delivery {
                Delivery::Sent { message_id } => Some(message_id.as_str()),
                _ => None,
            })
            .collect();
        if sent.len() != recorded.len() {
            self.fault(format!("of {} events {} were sent", recorded.len(), sent.len()));
        }
        let lost = sent.iter().filter(|id| !handled.contains_key(**id)).count();
        let twice = handled.values().filter(|count| **count > 1).count();
        let unknown = handled.keys().filter(|id| !sent.contains(id.as_str())).count();
        if (lost, twice, unknown, failed) != (0, 0, 0, 0) {
            self.fault(format!(
                "events: {lost} lost, {twice} counted twice, {unknown} made up, {failed} failed"
            ));
        }
        if self.read.left > 0 || !self.read.dead_letters.is_empty() {
            let (left, dead) = (self.read.left, self.read.dead_letters.len());
            self.fault(format!("{left} messages are left in the queue, and {dead} are dead letters"));
        }
    }

    /// The registry has counted what happened, and no slot is taken in the end.
    fn check_usage(&mut self, items: &[Value]) {
        match usage::counted(items) {
            Ok(counted) if counted == self.usage => {}
            Ok(counted) => self.fault(format!("usage is {counted:?} instead of {:?}", self.usage)),
            Err(error) => self.fault(error),
        }
        let taken = items.iter().filter(|item| {
            let key = item.pointer("/pk/S").and_then(Value::as_str).unwrap_or_default();
            (key.starts_with("tenant-slots#") || key.starts_with("caller-slots#"))
                && item.get("request").is_some()
        });
        let taken = taken.count();
        if taken > 0 {
            self.fault(format!("{taken} slots are taken in the end"));
        }
    }

    fn check_times(&mut self) {
        let own = quantile(&self.own, 0.99);
        if own > MAX_OWN_MS {
            self.fault(format!(
                "the gateway's own share is {own:.1} ms at the 99th percentile, above {MAX_OWN_MS}"
            ));
        }
        let (join, limit) = (quantile(&self.plain_joins, 0.99), self.join_limit());
        if join > limit {
            self.fault(format!("a plain join takes {join:.0} ms at the 99th percentile, above {limit:.0}"));
        }
    }

    /// What a plain join may take at the 99th percentile.
    pub(crate) fn join_limit(&self) -> f64 {
        self.two_calls + MAX_BESIDE_CHIME_MS
    }

    /// A load that reaches no limit measures something else, and so does one without plain joins.
    fn check_limits_were_reached(&mut self) {
        if self.plain_joins.len() < MIN_PLAIN_JOINS {
            self.fault(format!("only {} joins made two attempts at Chime", self.plain_joins.len()));
        }
        for refusal in Refusal::ALL {
            let seen = self.operations.values().any(|requests| requests.refused.contains_key(&refusal));
            if !seen {
                self.fault(format!("nobody was refused by {}", refusal.name()));
            }
        }
        for operation in ["CreateMeeting", "CreateAttendee", "GetMeeting"] {
            if self.calls.get(operation).is_none_or(|calls| calls.throttled == 0) {
                self.fault(format!("Chime's rate of {operation} was not reached"));
            }
        }
        if self.most_open != OPEN_MEETINGS as u64 {
            self.fault(format!("{} meetings were open at once, and not {OPEN_MEETINGS}", self.most_open));
        }
        let tenants = [mix::CLINIC, mix::EXAMS, mix::STARTUP, mix::UNIVERSITY];
        if !self.usage.keys().map(String::as_str).eq(tenants) {
            self.fault(format!("not every tenant had meetings: {:?}", self.usage.keys()));
        }
    }
}

/// The 99th percentile of two calls to Chime, one after the other, in milliseconds: of many that are drawn.
fn p99_of_two_calls(latency: Latency) -> f64 {
    const DRAWS: usize = 200_000;
    let mut random = fastrand::Rng::with_seed(1);
    let mut pair = || latency.draw(&mut random).saturating_add(latency.draw(&mut random));
    let pairs: Vec<f64> = (0..DRAWS).map(|_| milliseconds(pair())).collect();
    quantile(&pairs, 0.99)
}
