//! From a request to the simulator's reaction: route, signature, operation, and the fault armed for it.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request};
use serde_json::Value;

use super::answer::Answer;
use super::faults::{Fault, Moment, TransportFault};
use super::misbehave::{Reaction, answered, misbehave};
use super::operations::{Operation, Route};
use super::perform::OperationError;
use super::record::RecordedRequest;
use super::script::Step;
use super::shared::Shared;
use super::{control, operations, perform};
use crate::clock::milliseconds_since_1970;
use crate::signature::{SignatureError, region_of_signature};

/// Paths below this are the simulator's own, unsigned and untouched by faults.
pub(super) const CONTROL_PREFIX: &str = "/simulator/";

/// The service name in the credential scope of a request to Chime (model, `signingName`).
const SIGNING_NAME: &str = "chime";

pub(super) async fn react(shared: &Shared, connection: u64, request: Request<Incoming>) -> Reaction {
    let (parts, body) = request.into_parts();
    // It is not a request to Chime, so it is not recorded and uses up no fault.
    if let Err(error) = shared.allowed_hosts.check(&parts) {
        let status = error.status().as_u16();
        return Reaction::Answer(Answer::exception(error.code(), status, &error.to_string(), None));
    }
    let Ok(body) = body.collect().await.map(|body| body.to_bytes()) else {
        // The peer closed the connection.
        return Reaction::Script(vec![Step::Close]);
    };
    if parts.uri.path().starts_with(CONTROL_PREFIX) {
        return Reaction::Answer(control::answer(shared, &parts, &body));
    }
    let call = Call::read(&parts, body);
    let index = shared.record(call.recorded(&parts, connection));
    let is_accepted = shared.pace.accepts(call.operation());
    let half_of_the_time = shared.pace.delay(call.operation()).mul_f64(0.5);
    if !half_of_the_time.is_zero() {
        tokio::time::sleep(half_of_the_time).await;
    }
    let fault = shared.state.lock().faults.take(call.operation(), Moment::AfterRead);
    let pause = match &fault {
        Some(Fault::Transport(fault @ TransportFault::DelayedHeaders { .. })) => fault.pause(),
        _ => std::time::Duration::ZERO,
    };
    let (status, reaction) = match fault {
        None if !is_accepted => {
            answered(Answer::exception("ThrottlingException", 429, "Rate exceeded", None))
        }
        None => answered(call.perform(shared)),
        Some(Fault::Exception { name, status, retry_after, creates }) => {
            if creates {
                call.perform(shared);
            }
            answered(Answer::exception(&name, status, "injected", retry_after))
        }
        Some(Fault::Transport(fault)) => misbehave(fault, || call.perform(shared)),
    };
    shared.complete(index, status);
    let pause = pause.saturating_add(half_of_the_time);
    if !pause.is_zero() {
        tokio::time::sleep(pause).await;
    }
    reaction
}

/// A request as Chime understands it.
struct Call {
    /// none when it names no operation
    route: Option<Route>,
    region: Result<String, SignatureError>,
    body: Bytes,
}

impl Call {
    fn read(parts: &Parts, body: Bytes) -> Self {
        let path = parts.uri.path_and_query().map(|path| path.as_str()).unwrap_or_default();
        let route = operations::find(parts.method.as_str(), path);
        Self { route, region: region_of_signature(&parts.headers, SIGNING_NAME), body }
    }

    fn operation(&self) -> Operation {
        self.route.as_ref().map_or(Operation::Unknown, |route| route.row.operation)
    }

    fn recorded(&self, parts: &Parts, connection: u64) -> RecordedRequest {
        let body = if self.body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&self.body)
                .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&self.body).into_owned()))
        };
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        RecordedRequest {
            headers,
            method: parts.method.to_string(),
            path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            operation: self.operation(),
            body,
            signed: self.region.is_ok(),
            region: self.region.clone().ok(),
            attempt: attempt(&parts.headers),
            time: milliseconds_since_1970(),
            connection,
            status: None,
        }
    }

    /// Performs the operation.
    fn perform(&self, shared: &Shared) -> Answer {
        let region = match &self.region {
            Ok(region) => region,
            Err(error) => return Answer::exception(error.exception, 403, &error.message, None),
        };
        let Some(route) = &self.route else { return refused(perform::unknown_operation()) };
        match perform::perform(&mut shared.state.lock(), route, region, &self.body) {
            Ok(body) => Answer::json(route.row.success, &body),
            Err(error) => refused(error),
        }
    }
}

fn refused(error: OperationError) -> Answer {
    Answer::exception(error.exception, error.status, &error.message, None)
}

/// The number of the attempt, from `amz-sdk-request: attempt=2; max=3`.
fn attempt(headers: &HeaderMap) -> Option<u32> {
    let header = headers.get("amz-sdk-request")?.to_str().ok()?;
    let mut fields = header.split(';').map(str::trim);
    fields.find_map(|field| field.strip_prefix("attempt="))?.parse().ok()
}
