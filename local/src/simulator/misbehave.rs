//! How an armed fault spoils an answer or a connection.

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::faults::TransportFault;
use super::script::Step;

/// What the connection is to do.
#[derive(Debug)]
pub(super) enum Reaction {
    /// answer as HTTP
    Answer(Answer),
    /// leave HTTP
    Script(Vec<Step>),
}

pub(super) fn answered(answer: Answer) -> (Option<StatusCode>, Reaction) {
    (Some(answer.status), Reaction::Answer(answer))
}

/// Plays a fault of the transport or of the form. Returns the status that the client sees, if any.
pub(super) fn misbehave(
    fault: TransportFault,
    perform: impl FnOnce() -> Answer,
) -> (Option<StatusCode>, Reaction) {
    match fault {
        TransportFault::UnparseableBody { status } => {
            let mut answer = Answer::raw(status, Bytes::from_static(b"<html>no JSON at all</html>"));
            answer.header("content-type", "application/json");
            answered(answer)
        }
        TransportFault::NoMeeting {} => answered(Answer::json(201, &json!({}))),
        TransportFault::OtherMeeting { members } => {
            answered(with_other_members(perform(), &["/Meeting"], members))
        }
        TransportFault::OtherAttendee { members } => {
            answered(with_other_members(perform(), &["/Attendee", "/Attendees/0"], members))
        }
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
            let half =
                |bytes: &[u8]| Bytes::copy_from_slice(bytes.get(..bytes.len() / 2).unwrap_or_default());
            let cut = if body.is_empty() { Step::Write(half(&head)) } else { write(head, &half(&body)) };
            (Some(status), Reaction::Script(vec![cut, Step::Close]))
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

/// Replaces members of an object in the answer, or removes them where the value is null.
fn with_other_members(answer: Answer, pointers: &[&str], members: Map<String, Value>) -> Answer {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    let found = pointers.iter().find(|pointer| body.pointer(pointer).is_some());
    let Some(Value::Object(object)) = found.and_then(|pointer| body.pointer_mut(pointer)) else {
        return answer;
    };
    for (name, value) in members {
        if value.is_null() {
            object.remove(&name);
        } else {
            object.insert(name, value);
        }
    }
    Answer { body: Bytes::from(body.to_string()), ..answer }
}
