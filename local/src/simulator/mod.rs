//! Amazon Chime SDK Meetings on loopback: the operations on meetings and attendees on the REST-JSON wire, every
//! constraint of the model, remembered tokens, and any way of failing that a client has to survive.

mod answer;
mod attendees;
mod connection;
mod control;
mod events;
mod faults;
mod meetings;
mod misbehave;
pub mod model;
mod operations;
mod pace;
mod perform;
mod record;
mod rules;
mod sample;
mod script;
mod service;
mod shared;
mod validation;

use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde_json::Value;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

pub use self::attendees::{Attendee, DEFAULT_PAGE, MAX_ATTENDEES};
pub use self::events::{Delivery, EventTarget, RecordedEvent};
pub use self::faults::{Extent, Fault, Injection, TransportFault};
pub use self::meetings::{ACCOUNT, MAX_REPLICAS, Meeting};
pub use self::operations::{OPERATIONS, Operation, Row};
pub use self::pace::{CALL_RATE, Latency, OPEN_MEETINGS};
pub use self::record::RecordedRequest;
pub use self::rules::TokenMemory;
pub use self::sample::PlantedMeeting;
pub use self::validation::MAX_ATTENDEES_AT_HIGH_RESOLUTION;

use self::events::{Entry, Events, EventsRequest};
use self::pace::Pace;
use self::rules::Rules;
use self::shared::{Shared, State};
use crate::allowed_hosts::AllowedHosts;
use crate::listening::Listening;
use crate::log::Log;
use crate::rate::Rate;

/// A running simulator; dropping it closes its port and every connection.
#[derive(Debug)]
pub struct Simulator {
    listening: Listening,
    scheme: &'static str,
    shared: Arc<Shared>,
}

/// Options of the simulator.
#[derive(Default)]
pub struct SimulatorOptions {
    /// where to log a line per request and the body of each creation; answers, which hold JoinTokens, are never logged
    pub log: Option<Box<dyn Write + Send>>,
    /// speak TLS with this configuration
    pub tls: Option<Arc<ServerConfig>>,
    /// the seed of [`Extent::Rate`]
    pub seed: u64,
    /// play an account whose IAM policy allows only meetings with the tag `MeetingGateway` of this value: any other is
    /// 403 AccessDeniedException. Chime's own checks of the request come first.
    pub gateway_name: Option<String>,
    /// whether a second attendee with the same ExternalUserId in a meeting is the first one again. The documentation
    /// calls ExternalUserId "an idempotency token", but what a repeat returns is undocumented. By default a repeat
    /// makes a second attendee, so that tests can count them.
    pub repeats_attendee: bool,
    /// where the events of each meeting go that was created with a queue
    pub events: EventTarget,
    /// how tokens are remembered
    pub token_memory: TokenMemory,
    /// how many meetings may be open in a region; more is 400 LimitExceededException. Chime's own quota is 250 for an
    /// account that has asked for no other; here there is none by default
    pub max_open_meetings: Option<usize>,
    /// how many calls of each operation are taken; more are 429 ThrottlingException, and do not count against the
    /// rate. Chime's own quota is [`CALL_RATE`]; here there is none by default
    pub call_rate: Option<Rate>,
    /// how long each call takes, also one that is refused. It takes effect after half of the time
    pub latency: Option<Latency>,
}

impl Simulator {
    /// Starts on an address; port 0 takes any free one. Must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start(bind: SocketAddr) -> io::Result<Self> {
        Self::start_with(bind, SimulatorOptions::default())
    }

    /// The same over TLS.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start_tls(bind: SocketAddr, tls: ServerConfig) -> io::Result<Self> {
        Self::start_with(bind, SimulatorOptions { tls: Some(Arc::new(tls)), ..SimulatorOptions::default() })
    }

    /// The same with options.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start_with(bind: SocketAddr, options: SimulatorOptions) -> io::Result<Self> {
        let rules = Rules {
            gateway_name: options.gateway_name,
            repeats_attendee: options.repeats_attendee,
            token_memory: options.token_memory,
            max_open_meetings: options.max_open_meetings,
        };
        let log = Log::new(options.log);
        let events = Events::sent_to(options.events, &log);
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(options.seed, rules, events)),
            log,
            connections: AtomicU64::new(0),
            revision: AtomicU64::new(0),
            seed: options.seed,
            pace: Pace::new(options.call_rate, options.latency, options.seed),
            allowed_hosts: AllowedHosts::listening_on(bind.ip()).and_chime(),
        });
        let scheme = if options.tls.is_some() { "https" } else { "http" };
        let acceptor = options.tls.map(TlsAcceptor::from);
        let served = Arc::clone(&shared);
        let listening = Listening::start(bind, move |stream, _peer| {
            let shared = Arc::clone(&served);
            let acceptor = acceptor.clone();
            async move {
                match acceptor {
                    None => connection::serve(stream, shared).await,
                    Some(acceptor) => {
                        // A failed handshake is the client's to report.
                        if let Ok(stream) = acceptor.accept(stream).await {
                            connection::serve(stream, shared).await;
                        }
                    }
                }
            }
        })?;
        Ok(Self { listening, scheme, shared })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// The value for `AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS` on this machine, with no slash at the end.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{}://{}", self.scheme, self.listening.reachable_address())
    }

    /// Arms a fault for so many requests of any operation; faults strike in the order in which they were armed.
    pub fn inject(&self, fault: impl Into<Fault>, times: u32) {
        self.arm(Injection { fault: fault.into(), extent: Extent::Times(times), operation: None });
    }

    /// Arms a fault with its extent and operation.
    pub fn arm(&self, injection: Injection) {
        self.shared.state.lock().faults.arm(injection);
        self.shared.changed();
    }

    /// The armed faults, in the order in which they strike, each with how many requests it is still to strike.
    #[must_use]
    pub fn armed_faults(&self) -> Vec<Injection> {
        self.shared.state.lock().faults.armed().to_vec()
    }

    /// Disarms every fault and leaves the rest as it is.
    pub fn disarm(&self) {
        self.shared.state.lock().faults.disarm();
        self.shared.changed();
    }

    /// Every request to Chime that was read so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.state.lock().requests.clone()
    }

    /// How many of them there are.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.shared.state.lock().requests.len()
    }

    /// The requests to Chime without the first ones, of which there are that many: at most `at_most` of them, and how many more came.
    /// Those that only open a connection are left out.
    #[must_use]
    pub fn requests_after(&self, first_ones: usize, at_most: usize) -> (Vec<RecordedRequest>, usize) {
        let state = self.shared.state.lock();
        let later = state.requests.get(first_ones..).unwrap_or_default();
        let mut asking = later.iter().filter(|request| !request.only_connects());
        let kept = asking.by_ref().take(at_most).cloned().collect();
        (kept, asking.count())
    }

    /// A number that grows when meetings, attendees or armed faults may have changed.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.shared.revision.load(Ordering::Relaxed)
    }

    /// Every meeting made so far, ended ones too, in order.
    #[must_use]
    pub fn meetings(&self) -> Vec<Meeting> {
        self.shared.state.lock().meetings.all().to_vec()
    }

    /// Every attendee made so far in a meeting, deleted ones too, in order; none for an id that no meeting has.
    #[must_use]
    pub fn attendees(&self, meeting_id: &str) -> Vec<Attendee> {
        let state = self.shared.state.lock();
        let meeting = state.meetings.all().iter().find(|meeting| meeting.id() == meeting_id);
        meeting.map(|meeting| meeting.attendees.all().to_vec()).unwrap_or_default()
    }

    /// Every event that was handed to a queue so far, in order.
    #[must_use]
    pub fn events(&self) -> Vec<RecordedEvent> {
        self.shared.state.lock().events.all().iter().map(Entry::read).collect()
    }

    /// Sends events of a meeting to its queue, as if people were in it: `events` is the member of the body of
    /// `POST /simulator/events`. Returns them.
    ///
    /// # Errors
    /// What is wrong with them, or that there is no such meeting; then none is sent.
    pub fn send_events(&self, meeting_id: &str, events: Value) -> Result<Vec<RecordedEvent>, String> {
        let request = EventsRequest::of(meeting_id, events)?;
        let sent = {
            let State { meetings, events, .. } = &mut *self.shared.state.lock();
            request.send(meetings, events)?
        };
        Ok(sent.iter().map(Entry::read).collect())
    }

    /// How many of them are yet to be sent.
    #[must_use]
    pub fn waiting_events(&self) -> usize {
        self.shared.state.lock().events.waiting()
    }

    /// Sets [`SimulatorOptions::gateway_name`] for the requests to come.
    pub fn set_gateway_name(&self, name: Option<&str>) {
        self.shared.state.lock().rules.gateway_name = name.map(str::to_owned);
    }

    /// Sets [`SimulatorOptions::token_memory`] for the requests to come.
    pub fn set_token_memory(&self, memory: TokenMemory) {
        self.shared.state.lock().rules.token_memory = memory;
    }

    /// How many connections were accepted so far (over TLS: with their handshake completed).
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Adds the meeting that the sample events name, with two attendees.
    pub fn add_sample_meeting(&self) {
        self.shared.state.lock().meetings.plant(sample::sample_meeting());
        self.shared.changed();
    }

    /// Adds a meeting, in place of one with the same id.
    pub fn plant(&self, meeting: &PlantedMeeting<'_>) {
        self.shared.state.lock().meetings.plant(meeting.into());
        self.shared.changed();
    }

    /// Ends a meeting as Chime does by itself when nobody is in it. Whether there was one that went on.
    pub fn end_meeting(&self, meeting_id: &str) -> bool {
        let ended = self.shared.state.lock().end_meeting(meeting_id);
        self.shared.changed();
        ended
    }

    /// Forgets meetings, attendees, tokens, requests, faults and events; connections and options stay.
    pub fn reset(&self) {
        self.shared.reset();
    }
}

impl fmt::Debug for SimulatorOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatorOptions")
            .field("log", &self.log.is_some())
            .field("tls", &self.tls.is_some())
            .field("seed", &self.seed)
            .field("gateway_name", &self.gateway_name)
            .field("repeats_attendee", &self.repeats_attendee)
            .field("events", &self.events)
            .field("token_memory", &self.token_memory)
            .field("max_open_meetings", &self.max_open_meetings)
            .field("call_rate", &self.call_rate)
            .field("latency", &self.latency)
            .finish()
    }
}
