//! The control plane for people and for other processes, under `/dynamodb/`: arm faults, read requests and items, start anew.

use std::time::Duration;

use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::faults::{FAULTS, Fault, Injection};
use super::shared::Shared;

/// Paths below this are no requests of DynamoDB's: unsigned, never recorded, and untouched by faults.
pub(super) const CONTROL_PREFIX: &str = "/dynamodb/";

/// The fault that lasts until the state is reset, and that no request uses up.
const DOWN: &str = "Down";

/// The body of `POST /dynamodb/faults`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultRequest {
    fault: String,
    milliseconds: Option<u64>,
    times: Option<u32>,
    operation: Option<String>,
    partition_prefix: Option<String>,
}

/// Answers one control request; the 404 lists the paths.
pub(super) fn answer(shared: &Shared, parts: &Parts, body: &[u8]) -> (StatusCode, Value) {
    let mut state = shared.state.lock();
    match (&parts.method, parts.uri.path()) {
        (&Method::POST, "/dynamodb/faults") => match read_fault(body) {
            Ok(injection) => {
                match injection {
                    Some(injection) => state.faults.arm(injection),
                    None => state.is_down = true,
                }
                (StatusCode::NO_CONTENT, Value::Null)
            }
            Err(message) => (StatusCode::BAD_REQUEST, json!({ "message": message })),
        },
        (&Method::GET, "/dynamodb/requests") => (StatusCode::OK, json!(state.requests)),
        (&Method::GET, "/dynamodb/items") => (StatusCode::OK, json!(state.tables.registry_items())),
        (&Method::DELETE, "/dynamodb/state") => {
            state.reset();
            (StatusCode::NO_CONTENT, Value::Null)
        }
        _ => (
            StatusCode::NOT_FOUND,
            json!({ "message": "there are POST /dynamodb/faults, GET /dynamodb/requests, GET /dynamodb/items, \
                                DELETE /dynamodb/state" }),
        ),
    }
}

/// The fault that a body asks for; none when it is that the table is down.
fn read_fault(body: &[u8]) -> Result<Option<Injection>, String> {
    let request: FaultRequest = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let FaultRequest { fault, milliseconds, times, operation, partition_prefix } = request;
    if fault == DOWN {
        let is_bare =
            milliseconds.is_none() && times.is_none() && operation.is_none() && partition_prefix.is_none();
        return if is_bare {
            Ok(None)
        } else {
            Err(format!("`{DOWN}` is for every request, until the state is reset"))
        };
    }
    let pause = Duration::from_millis(milliseconds.unwrap_or_default());
    let named = FAULTS.iter().find(|(name, _)| *name == fault).map(|(_, make)| make(pause));
    let names = || FAULTS.iter().map(|(name, _)| *name).chain([DOWN]).collect::<Vec<_>>().join(", ");
    let found = named.ok_or_else(|| format!("no fault `{fault}`; there are {}", names()))?;
    match (&found, milliseconds) {
        (Fault::SlowAnswer(_) | Fault::LateEffect(_), None) => Err(format!("`{fault}` needs `milliseconds`")),
        (Fault::SlowAnswer(_) | Fault::LateEffect(_), _) | (_, None) => {
            Ok(Some(Injection { fault: found, times: times.unwrap_or(1), operation, partition_prefix }))
        }
        (_, Some(_)) => Err(format!("`{fault}` has no `milliseconds`")),
    }
}
