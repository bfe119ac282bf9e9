//! The faults that a client of the table has to survive, and which requests they strike.

use std::time::Duration;

use hyper::StatusCode;
use serde_json::Value;

use super::error::{CancellationReason, DynamodbError};
use super::record::RecordedRequest;

/// What goes wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The request takes effect, and the connection closes without an answer.
    AnswerLost,
    /// The connection closes without an answer, and nothing happens.
    ConnectionBroken,
    /// The connection closes without an answer, and the request takes effect that much later.
    LateEffect(Duration),
    /// The request takes effect at once, and the answer comes that much later.
    SlowAnswer(Duration),
    /// TransactionConflictException, or for a transaction TransactionCanceledException with the reason TransactionConflict for
    /// its first write; nothing happens.
    TransactionConflict,
    /// ProvisionedThroughputExceededException; nothing happens.
    ProvisionedThroughputExceeded,
    /// ThrottlingException; nothing happens.
    Throttling,
    /// 500 InternalServerError; nothing happens.
    InternalServerError,
    /// 500 InternalServerError, although the request takes effect.
    InternalServerErrorAfterEffect,
    /// 503 ServiceUnavailableException; nothing happens.
    ServiceUnavailable,
}

/// How a fault is made of its name and a pause, which most have not.
type Make = fn(Duration) -> Fault;

/// Every fault by its name over HTTP.
pub(super) const FAULTS: &[(&str, Make)] = &[
    ("AnswerLost", |_| Fault::AnswerLost),
    ("ConnectionBroken", |_| Fault::ConnectionBroken),
    ("LateEffect", Fault::LateEffect),
    ("SlowAnswer", Fault::SlowAnswer),
    ("TransactionConflict", |_| Fault::TransactionConflict),
    ("ProvisionedThroughputExceeded", |_| Fault::ProvisionedThroughputExceeded),
    ("Throttling", |_| Fault::Throttling),
    ("InternalServerError", |_| Fault::InternalServerError),
    ("InternalServerErrorAfterEffect", |_| Fault::InternalServerErrorAfterEffect),
    ("ServiceUnavailable", |_| Fault::ServiceUnavailable),
];

/// A fault, and the requests that it strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injection {
    /// what goes wrong
    pub fault: Fault,
    /// for how many matching requests
    pub times: u32,
    /// with which operation only, such as `PutItem`
    pub operation: Option<String>,
    /// with a partition key that begins so only, such as `room#`; one write of a transaction is enough
    pub partition_prefix: Option<String>,
}

impl Injection {
    /// A fault for so many requests, whichever come next.
    #[must_use]
    pub fn new(fault: Fault, times: u32) -> Self {
        Self { fault, times, operation: None, partition_prefix: None }
    }

    /// The same for one operation.
    #[must_use]
    pub fn of_operation(self, operation: &str) -> Self {
        Self { operation: Some(operation.to_owned()), ..self }
    }

    /// The same for partition keys that begin so.
    #[must_use]
    pub fn of_partitions(self, prefix: &str) -> Self {
        Self { partition_prefix: Some(prefix.to_owned()), ..self }
    }

    fn strikes(&self, request: &RecordedRequest) -> bool {
        let has_prefix = |prefix: &String| request.keys.iter().any(|key| key.partition.starts_with(prefix));
        self.operation.as_ref().is_none_or(|operation| *operation == request.operation)
            && self.partition_prefix.as_ref().is_none_or(has_prefix)
    }
}

impl Fault {
    /// The faults that strike at once and pass, so that a repeat finds the table as it should be.
    pub const PASSING: [Self; 8] = [
        Self::AnswerLost,
        Self::ConnectionBroken,
        Self::TransactionConflict,
        Self::ProvisionedThroughputExceeded,
        Self::Throttling,
        Self::InternalServerError,
        Self::InternalServerErrorAfterEffect,
        Self::ServiceUnavailable,
    ];

    /// The status and the body that a request with this body is answered with; none for a fault that is no error.
    #[must_use]
    pub fn answer(&self, request: &Value) -> Option<(StatusCode, Value)> {
        self.error(request).map(|error| (error.status(), error.body()))
    }

    /// The error that a request with this body is answered with, if it is one.
    pub(super) fn error(&self, body: &Value) -> Option<DynamodbError> {
        match self {
            Self::TransactionConflict => Some(conflict(body)),
            Self::ProvisionedThroughputExceeded => Some(DynamodbError::ProvisionedThroughputExceeded),
            Self::Throttling => Some(DynamodbError::Throttling),
            Self::InternalServerError | Self::InternalServerErrorAfterEffect => {
                Some(DynamodbError::InternalServer)
            }
            Self::ServiceUnavailable => Some(DynamodbError::ServiceUnavailable),
            Self::AnswerLost | Self::ConnectionBroken | Self::LateEffect(_) | Self::SlowAnswer(_) => None,
        }
    }
}

fn conflict(body: &Value) -> DynamodbError {
    let writes = body.get("TransactItems").and_then(Value::as_array).map_or(0, Vec::len);
    let mut reasons = vec![CancellationReason::NONE; writes];
    match reasons.first_mut() {
        Some(first) => {
            *first = CancellationReason::conflict();
            DynamodbError::TransactionCanceled(reasons)
        }
        None => DynamodbError::TransactionConflict,
    }
}

/// The faults that are armed, first in first out.
#[derive(Debug, Default)]
pub(super) struct ArmedFaults(Vec<Injection>);

impl ArmedFaults {
    pub(super) fn arm(&mut self, injection: Injection) {
        if injection.times > 0 {
            self.0.push(injection);
        }
    }

    /// The fault for this request, if any; it is used up by it.
    pub(super) fn take(&mut self, request: &RecordedRequest) -> Option<Fault> {
        let injection = self.0.iter_mut().find(|injection| injection.strikes(request))?;
        injection.times = injection.times.saturating_sub(1);
        let fault = injection.fault.clone();
        self.0.retain(|injection| injection.times > 0);
        Some(fault)
    }
}
