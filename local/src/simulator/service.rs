//! From a request to the simulator's reaction: route, signature, operation, and the fault armed for it.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request, StatusCode};
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::faults::{Fault, Moment, TransportFault};
use super::meetings::CreateError;
use super::record::{Operation, RecordedRequest};
use super::script::Step;
use super::shared::Shared;
use super::signature::{SignatureError, region_of_signature};
use super::{control, validation};

/// Paths below this are the simulator's own, unsigned and untouched by faults.
pub(super) const CONTROL_PREFIX: &str = "/simulator/";

/// What the connection is to do.
#[derive(Debug)]
pub(super) enum Reaction {
    /// answer as HTTP
    Answer(Answer),
    /// leave HTTP
    Script(Vec<Step>),
}

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
    let fault = shared.state.lock().faults.take(call.operation, Moment::AfterRead);
    let pause = match &fault {
        Some(Fault::Transport(fault @ TransportFault::DelayedHeaders { .. })) => fault.pause(),
        _ => std::time::Duration::ZERO,
    };
    let (status, reaction) = match fault {
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
    if !pause.is_zero() {
        tokio::time::sleep(pause).await;
    }
    reaction
}

/// A request as Chime understands it.
struct Call {
    operation: Operation,
    /// the last part of the path
    meeting_id: String,
    region: Result<String, SignatureError>,
    body: Bytes,
}

impl Call {
    fn read(parts: &Parts, body: Bytes) -> Self {
        let path = parts.uri.path_and_query().map(|path| path.as_str()).unwrap_or_default();
        let last = parts.uri.path().rsplit('/').next().unwrap_or_default();
        let meeting_id = percent_encoding::percent_decode_str(last).decode_utf8_lossy().into_owned();
        let operation = Operation::of(parts.method.as_str(), path);
        Self { operation, meeting_id, region: region_of_signature(&parts.headers), body }
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
            operation: self.operation,
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
        match self.operation {
            Operation::CreateMeeting => create(shared, region, &self.body),
            Operation::Unknown => {
                Answer::exception("UnknownOperationException", 404, "no such operation", None)
            }
            _ if !validation::is_meeting_id(&self.meeting_id) => {
                Answer::exception("BadRequestException", 400, "MeetingId is not of the form of a GUID", None)
            }
            Operation::GetMeeting => match shared.state.lock().meetings.get(&self.meeting_id, region) {
                Some(meeting) => Answer::json(200, &json!({ "Meeting": meeting.body })),
                None => not_found(),
            },
            Operation::DeleteMeeting => {
                if shared.state.lock().meetings.end(&self.meeting_id, region) {
                    Answer::json(204, &Value::Null)
                } else {
                    not_found()
                }
            }
        }
    }
}

fn create(shared: &Shared, region: &str, body: &[u8]) -> Answer {
    let members = match validation::create_meeting_request(body, region) {
        Ok(members) => members,
        Err(violations) => {
            return Answer::exception("BadRequestException", 400, &violations.join("; "), None);
        }
    };
    match shared.state.lock().meetings.create(&members, region) {
        Ok(meeting) => Answer::json(201, &json!({ "Meeting": meeting })),
        Err(CreateError::TokenReused) => {
            let message = "ClientRequestToken was used with other members";
            Answer::exception("ConflictException", 409, message, None)
        }
        Err(CreateError::Primary(message)) => Answer::exception("BadRequestException", 400, message, None),
    }
}

fn not_found() -> Answer {
    Answer::exception("NotFoundException", 404, "no such meeting", None)
}

fn answered(answer: Answer) -> (Option<StatusCode>, Reaction) {
    (Some(answer.status), Reaction::Answer(answer))
}

/// Plays a fault of the transport or of the form. Returns the status that the client sees, if any.
fn misbehave(fault: TransportFault, perform: impl FnOnce() -> Answer) -> (Option<StatusCode>, Reaction) {
    match fault {
        TransportFault::UnparseableBody { status } => {
            let mut answer = Answer::raw(status, Bytes::from_static(b"<html>no JSON at all</html>"));
            answer.header("content-type", "application/json");
            answered(answer)
        }
        TransportFault::NoMeeting {} => answered(Answer::json(201, &json!({}))),
        TransportFault::OtherMeeting { members } => answered(with_other_members(perform(), members)),
        TransportFault::Answer { status, headers, body } => {
            let mut answer = Answer::raw(status, Bytes::from(body));
            for (name, value) in &headers {
                answer.header(name, value);
            }
            answered(answer)
        }
        TransportFault::DelayedHeaders { .. } => answered(perform()),
        TransportFault::TruncatedBody {} => {
            let answer = perform();
            let status = answer.status;
            let (head, body) = answer.into_wire();
            let half = body.slice(..body.len() / 2);
            (Some(status), Reaction::Script(vec![write(head, &half), Step::Close]))
        }
        TransportFault::SlowBody { bytes, .. } => {
            let pause = fault.pause();
            let mut answer = perform();
            let status = answer.status;
            answer.header("connection", "close");
            let (head, body) = answer.into_wire();
            let mut steps = vec![Step::Write(Bytes::from(head))];
            for piece in body.chunks(bytes.max(1)) {
                steps.push(Step::Pause(pause));
                steps.push(Step::Write(Bytes::copy_from_slice(piece)));
            }
            steps.push(Step::Close);
            (Some(status), Reaction::Script(steps))
        }
        TransportFault::CloseAfterAnswer {} => {
            let answer = perform();
            let status = answer.status;
            let (head, body) = answer.into_wire();
            (Some(status), Reaction::Script(vec![write(head, &body), Step::Close]))
        }
        TransportFault::ResetAfterRead { creates } => silent(creates, perform, Step::Reset),
        TransportFault::CloseAfterRead { creates } => silent(creates, perform, Step::Close),
        TransportFault::BlackHole { creates } => silent(creates, perform, Step::Hold),
        // Both strike before a request is read, never here.
        TransportFault::ResetBeforeRead {} | TransportFault::ResetReusedConnection {} => {
            (None, Reaction::Script(vec![Step::Reset]))
        }
    }
}

fn silent(creates: bool, perform: impl FnOnce() -> Answer, step: Step) -> (Option<StatusCode>, Reaction) {
    if creates {
        perform();
    }
    (None, Reaction::Script(vec![step]))
}

fn write(mut head: Vec<u8>, body: &[u8]) -> Step {
    head.extend_from_slice(body);
    Step::Write(Bytes::from(head))
}

/// Replaces members of the answer's meeting, or removes them where the value is null.
fn with_other_members(answer: Answer, members: Map<String, Value>) -> Answer {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    let Some(meeting) = body.get_mut("Meeting").and_then(Value::as_object_mut) else { return answer };
    for (name, value) in members {
        if value.is_null() {
            meeting.remove(&name);
        } else {
            meeting.insert(name, value);
        }
    }
    Answer { body: Bytes::from(body.to_string()), ..answer }
}

/// The number of the attempt, from `amz-sdk-request: attempt=2; max=3`.
fn attempt(headers: &HeaderMap) -> Option<u32> {
    let header = headers.get("amz-sdk-request")?.to_str().ok()?;
    let mut fields = header.split(';').map(str::trim);
    fields.find_map(|field| field.strip_prefix("attempt="))?.parse().ok()
}

fn milliseconds_since_1970() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
