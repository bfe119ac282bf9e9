//! The faults that the simulator can be told to play, and for how many requests.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::model::{EXCEPTIONS, UNMODELLED_EXCEPTIONS};
use super::operations::Operation;

/// One fault that a client has to survive.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// An error in Chime's own shape.
    Exception {
        /// the exception's name, modelled or not
        name: String,
        /// the HTTP status
        status: u16,
        /// the header Retry-After, in seconds
        retry_after: Option<u32>,
        /// whether the request takes effect nevertheless
        creates: bool,
    },
    /// A fault of the transport or of the answer's form.
    Transport(TransportFault),
}

/// A fault other than Chime's own errors. Over HTTP its name is the member `fault`, with its fields beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all_fields = "snake_case", deny_unknown_fields)]
pub enum TransportFault {
    /// A status with a body that is not JSON; nothing is created.
    UnparseableBody {
        /// the HTTP status
        status: u16,
    },
    /// The request takes effect; the answer's body, or without one its head, ends halfway and the connection closes.
    TruncatedBody {},
    /// 201 with an empty JSON object; nothing is created.
    NoMeeting {},
    /// An answer in which these members of `Meeting` are replaced, or removed where the value is null.
    OtherMeeting {
        /// the members of `Meeting` that differ
        members: Map<String, Value>,
    },
    /// An answer in which these members of `Attendee`, or of the first of `Attendees`, are replaced, or removed where the
    /// value is null.
    OtherAttendee {
        /// the members of the attendee that differ
        members: Map<String, Value>,
    },
    /// The connection is reset as soon as a request begins to arrive, before any of it is interpreted.
    ResetBeforeRead {},
    /// The same, but only on a connection that has answered before: a pooled connection that has gone stale.
    ResetReusedConnection {},
    /// The connection is reset after the whole request was read.
    ResetAfterRead {
        /// whether the request takes effect first
        creates: bool,
    },
    /// The connection closes in order, without an answer, after the whole request was read.
    CloseAfterRead {
        /// whether the request takes effect first
        creates: bool,
    },
    /// The request takes effect at once, the answer begins later.
    DelayedHeaders {
        /// how much later
        milliseconds: u64,
    },
    /// The request takes effect; the answer's body arrives in small pieces.
    SlowBody {
        /// bytes in each piece
        bytes: usize,
        /// the pause before each piece
        pause_milliseconds: u64,
    },
    /// No answer ever, the connection stays open.
    BlackHole {
        /// whether the request takes effect
        creates: bool,
    },
    /// The right answer, without announcing that the connection then closes at once.
    CloseAfterAnswer {},
    /// Any answer at all; nothing is created.
    Answer {
        /// the HTTP status
        status: u16,
        /// headers beside Content-Length
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// the body, as it is
        #[serde(default)]
        body: String,
    },
}

/// How long a fault stays armed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// for this many requests
    Times(u32),
    /// for each request with this probability, between 0 and 1, until the state is reset
    Rate(f64),
}

/// An armed fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Injection {
    /// what goes wrong
    pub fault: Fault,
    /// how often
    pub extent: Extent,
    /// for which operation only
    pub operation: Option<Operation>,
}

impl Fault {
    /// An exception by its name, with the status of the model (or, unmodelled, the one seen in practice).
    #[must_use]
    pub fn exception(name: &str) -> Option<Self> {
        let mut known = EXCEPTIONS.iter().chain(UNMODELLED_EXCEPTIONS);
        let (_, status) = known.find(|(known, _)| *known == name)?;
        Some(Self::Exception { name: name.to_owned(), status: *status, retry_after: None, creates: false })
    }

    /// The same exception with a Retry-After header; other faults are left as they are.
    #[must_use]
    pub fn with_retry_after(self, seconds: u32) -> Self {
        match self {
            Self::Exception { name, status, creates, .. } => {
                Self::Exception { name, status, retry_after: Some(seconds), creates }
            }
            other => other,
        }
    }

    /// The same exception after the request took effect; other faults are left as they are.
    #[must_use]
    pub fn after_creating(self) -> Self {
        match self {
            Self::Exception { name, status, retry_after, .. } => {
                Self::Exception { name, status, retry_after, creates: true }
            }
            other => other,
        }
    }
}

impl From<TransportFault> for Fault {
    fn from(fault: TransportFault) -> Self {
        Self::Transport(fault)
    }
}

impl TransportFault {
    /// The pause of [`TransportFault::DelayedHeaders`] and [`TransportFault::SlowBody`].
    #[must_use]
    pub fn pause(&self) -> Duration {
        match self {
            Self::DelayedHeaders { milliseconds }
            | Self::SlowBody { pause_milliseconds: milliseconds, .. } => Duration::from_millis(*milliseconds),
            _ => Duration::ZERO,
        }
    }
}

impl Injection {
    /// Reads the body of `POST /simulator/faults`: `fault`, its own fields, and `times` or `rate`, `operation`.
    ///
    /// # Errors
    /// What is wrong, with the valid names.
    pub fn from_json(mut members: Map<String, Value>) -> Result<Self, String> {
        let operation = take(&mut members, "operation")?;
        let times: Option<u32> = take(&mut members, "times")?;
        let rate: Option<f64> = take(&mut members, "rate")?;
        let extent = match (times, rate) {
            (Some(0), None) => return Err("`times` must be at least 1".to_owned()),
            (Some(_), Some(_)) => return Err("`times` and `rate` exclude each other".to_owned()),
            (times, None) => Extent::Times(times.unwrap_or(1)),
            (None, Some(rate)) if (0.0..=1.0).contains(&rate) => Extent::Rate(rate),
            (None, Some(rate)) => return Err(format!("`rate` {rate} is not between 0 and 1")),
        };
        Ok(Self { fault: fault_from_json(members)?, extent, operation })
    }

    /// The fault as [`Injection::from_json`] reads it; `times` says how many requests it is still to strike.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut shown = match &self.fault {
            Fault::Exception { name, retry_after, creates, .. } => {
                let mut shown = json!({ "fault": name });
                if let Some(seconds) = retry_after {
                    insert(&mut shown, "retry_after_seconds", json!(seconds));
                }
                if *creates {
                    insert(&mut shown, "creates", json!(true));
                }
                shown
            }
            Fault::Transport(fault) => json!(fault),
        };
        match self.extent {
            Extent::Times(times) => insert(&mut shown, "times", json!(times)),
            Extent::Rate(rate) => insert(&mut shown, "rate", json!(rate)),
        }
        if let Some(operation) = self.operation {
            insert(&mut shown, "operation", json!(operation));
        }
        shown
    }
}

fn insert(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = object {
        members.insert(name.to_owned(), value);
    }
}

fn fault_from_json(mut members: Map<String, Value>) -> Result<Fault, String> {
    let name = members.get("fault").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(mut fault) = Fault::exception(&name) {
        if let Some(seconds) = take(&mut members, "retry_after_seconds")? {
            fault = fault.with_retry_after(seconds);
        }
        if take(&mut members, "creates")?.unwrap_or(false) {
            fault = fault.after_creating();
        }
        members.remove("fault");
        return match members.keys().next() {
            Some(unknown) => Err(format!("`{unknown}` is no field of an exception")),
            None => Ok(fault),
        };
    }
    serde_json::from_value(Value::Object(members)).map(Fault::Transport).map_err(|error| {
        let names: Vec<&str> =
            EXCEPTIONS.iter().chain(UNMODELLED_EXCEPTIONS).map(|(name, _)| *name).collect();
        format!("{error}; or an exception: {}", names.join(", "))
    })
}

fn take<T: serde::de::DeserializeOwned>(
    members: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, String> {
    let Some(value) = members.remove(name) else { return Ok(None) };
    serde_json::from_value(value).map(Some).map_err(|error| format!("`{name}`: {error}"))
}

/// The faults that are armed, first in first out.
#[derive(Debug)]
pub(super) struct ArmedFaults {
    injections: Vec<Injection>,
    random: fastrand::Rng,
}

/// The moment at which a fault is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// the first bytes of a request have arrived
    BeforeRead {
        /// whether the connection has answered an earlier request
        reused: bool,
    },
    /// the request has been read
    AfterRead,
}

impl ArmedFaults {
    pub(super) fn new(seed: u64) -> Self {
        Self { injections: Vec::new(), random: fastrand::Rng::with_seed(seed) }
    }

    pub(super) fn arm(&mut self, injection: Injection) {
        self.injections.push(injection);
    }

    /// The faults, in the order in which they strike, each with how many requests it is still to strike.
    pub(super) fn armed(&self) -> &[Injection] {
        &self.injections
    }

    pub(super) fn disarm(&mut self) {
        self.injections.clear();
    }

    /// The fault for this request, if any; a counted one is used up by it.
    pub(super) fn take(&mut self, operation: Operation, moment: Moment) -> Option<Fault> {
        let random = &mut self.random;
        let found = self.injections.iter_mut().find(|injection| {
            injection.operation.is_none_or(|wanted| wanted == operation)
                && happens_at(&injection.fault, moment)
                && match injection.extent {
                    Extent::Times(times) => times > 0,
                    Extent::Rate(rate) => random.f64() < rate,
                }
        })?;
        if let Extent::Times(times) = &mut found.extent {
            *times = times.saturating_sub(1);
        }
        let fault = found.fault.clone();
        self.injections.retain(|injection| injection.extent != Extent::Times(0));
        Some(fault)
    }
}

fn happens_at(fault: &Fault, moment: Moment) -> bool {
    match fault {
        Fault::Transport(TransportFault::ResetBeforeRead {}) => matches!(moment, Moment::BeforeRead { .. }),
        Fault::Transport(TransportFault::ResetReusedConnection {}) => {
            moment == Moment::BeforeRead { reused: true }
        }
        _ => moment == Moment::AfterRead,
    }
}
