//! The simulator's control plane for other processes, under `/simulator/`: arm faults, read requests, reset.

use hyper::Method;
use hyper::http::request::Parts;
use serde_json::{Value, json};

use super::answer::Answer;
use super::events::EventsRequest;
use super::faults::Injection;
use super::meetings::Meeting;
use super::sample::sample_meeting;
use super::shared::{Shared, State};

/// A meeting's path, without its id.
const MEETING: &str = "/simulator/meetings/";

/// Answers one control request; the 404 lists the paths.
pub(super) fn answer(shared: &Shared, parts: &Parts, body: &[u8]) -> Answer {
    let answer = perform(shared, parts, body);
    if parts.method != Method::GET {
        shared.changed();
    }
    answer
}

fn perform(shared: &Shared, parts: &Parts, body: &[u8]) -> Answer {
    match (&parts.method, parts.uri.path()) {
        (&Method::POST, "/simulator/faults") => arm(shared, body),
        (&Method::GET, "/simulator/requests") => Answer::json(200, &json!(shared.state.lock().requests)),
        (&Method::GET, "/simulator/meetings") => {
            let state = shared.state.lock();
            let meetings: Vec<Value> = state.meetings.all().iter().map(Meeting::to_json).collect();
            Answer::json(200, &Value::Array(meetings))
        }
        (&Method::POST, "/simulator/sample-meeting") => {
            let meeting = sample_meeting();
            let answer = meeting.to_json();
            shared.state.lock().meetings.plant(meeting);
            Answer::json(201, &answer)
        }
        (&Method::POST, "/simulator/events") => send_events(shared, body),
        (&Method::GET, "/simulator/events") => Answer::json(200, &json!(shared.state.lock().events.all())),
        (&Method::GET, "/simulator/faults") => {
            let state = shared.state.lock();
            let armed: Vec<Value> = state.faults.armed().iter().map(Injection::to_json).collect();
            Answer::json(200, &Value::Array(armed))
        }
        (&Method::DELETE, "/simulator/faults") => {
            shared.state.lock().faults.disarm();
            Answer::json(204, &Value::Null)
        }
        (&Method::DELETE, path) if path.starts_with(MEETING) => {
            let id = path.strip_prefix(MEETING).unwrap_or_default();
            if shared.state.lock().end_meeting(id) {
                Answer::json(204, &Value::Null)
            } else {
                Answer::json(404, &json!({ "message": format!("there is no meeting {id} that goes on") }))
            }
        }
        (&Method::DELETE, "/simulator/state") => {
            shared.reset();
            Answer::json(204, &Value::Null)
        }
        _ => Answer::json(
            404,
            &json!({ "message": "there are GET, POST and DELETE /simulator/faults, GET /simulator/requests, GET /simulator/meetings, \
                                 DELETE /simulator/meetings/{id}, POST and GET /simulator/events, \
                                 POST /simulator/sample-meeting, DELETE /simulator/state" }),
        ),
    }
}

fn send_events(shared: &Shared, body: &[u8]) -> Answer {
    let sent = serde_json::from_slice::<EventsRequest>(body).map_err(|error| error.to_string()).and_then(
        |request| {
            let State { meetings, events, .. } = &mut *shared.state.lock();
            request.send(meetings, events)
        },
    );
    match sent {
        Ok(entries) => Answer::json(202, &json!(entries)),
        Err(message) => Answer::json(400, &json!({ "message": message })),
    }
}

fn arm(shared: &Shared, body: &[u8]) -> Answer {
    let injection =
        serde_json::from_slice(body).map_err(|error| error.to_string()).and_then(Injection::from_json);
    match injection {
        Ok(injection) => {
            shared.state.lock().faults.arm(injection);
            Answer::json(204, &Value::Null)
        }
        Err(message) => Answer::json(400, &json!({ "message": message })),
    }
}
