//! Serves the Lambda Runtime API.
//!
//! `lambda_runtime` parses each event, and reports a failed invocation for an invalid one. The gateway answers every
//! event, so a layer passes the event's bytes to the handler and leaves `null` for the parser. Only [`Gateway::handle`]
//! and [`Batch::read`] parse the event.

use std::cell::Cell;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::task::{self, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::TryFutureExt as _;
use futures_util::future::MapErr;
use hyper_util::client::legacy;
use lambda_runtime::tower::{Layer, Service};
use lambda_runtime::{Context, Diagnostic, Error, LambdaEvent, LambdaInvocation, Runtime, service_fn};
use serde::Serialize;
use tokio::time::Instant;

use crate::api_gateway::EventAnswer;
use crate::gateway::{Gateway, Handled, Invocation, RESERVE};
use crate::notifications::{Batch, BatchAnswer, InvalidBatchError, Notifications, Read};
use crate::telemetry::{trace_id, write_line};

tokio::task_local! {
    static EVENT: Bytes;
}

/// Serves requests with the gateway until Lambda ends the process, or the Runtime API closes while the process waits for
/// an event, as emulators do.
///
/// # Errors
/// When the Runtime API can't be reached, breaks its protocol, or does not accept an answer.
pub async fn serve(gateway: Gateway) -> Result<(), Error> {
    let gateway = &gateway;
    run(move |event: Bytes, context: Context| async move {
        let invocation = Invocation {
            request_id: &context.request_id,
            trace_id: context.xray_trace_id.as_deref().and_then(trace_id),
            deadline: deadline(context.deadline, SystemTime::now(), Instant::now()),
        };
        let Handled { answer, line } = gateway.handle(&event, invocation).await;
        write_line(&line);
        Ok::<EventAnswer, Infallible>(answer.into())
    })
    .await
}

/// Reads batches of meeting events, likewise. A batch that is not one fails whole, and stays in the queue.
///
/// # Errors
/// As for [`serve`].
pub async fn serve_notifications(notifications: Notifications) -> Result<(), Error> {
    let notifications = &notifications;
    run(move |event: Bytes, context: Context| async move {
        let batch = Batch::read(&event)?;
        let deadline = deadline(context.deadline, SystemTime::now(), Instant::now());
        let deadline = deadline.checked_sub(RESERVE).unwrap_or(deadline);
        let trace = context.xray_trace_id.as_deref().and_then(trace_id);
        let Read { answer, lines } = notifications.handle(&batch, &context.request_id, trace, deadline).await;
        write_line(&lines);
        Ok::<BatchAnswer, InvalidBatchError>(answer)
    })
    .await
}

impl From<InvalidBatchError> for Diagnostic {
    fn from(error: InvalidBatchError) -> Self {
        Diagnostic { error_type: "InvalidBatchError".to_owned(), error_message: error.to_string() }
    }
}

/// Serves invocations with `handle`, which gets each event as bytes.
async fn run<A, E, F>(handle: impl Fn(Bytes, Context) -> F) -> Result<(), Error>
where
    A: Serialize,
    E: Into<Diagnostic> + fmt::Debug,
    F: Future<Output = Result<A, E>>,
{
    let has_served = &Cell::new(false);
    let handler = service_fn(|event: LambdaEvent<()>| {
        has_served.set(true);
        handle(EVENT.with(Bytes::clone), event.context)
    });
    let ended = Runtime::new(handler).layer(EventAside).run().await;
    match ended {
        Err(error) if is_shutdown(&error, has_served.get()) => {
            tracing::info!(%error, "stopping, since the Runtime API is gone");
            Ok(())
        }
        ended => ended,
    }
}

/// Whether the Runtime API closed while the process waited for the next event. It is an error when the first connection
/// fails, or when something answers that is not HTTP.
fn is_shutdown(error: &Error, has_served: bool) -> bool {
    let Some(error) = error.downcast_ref::<legacy::Error>() else { return false };
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<hyper::Error>());
    !cause.is_some_and(hyper::Error::is_parse) && (has_served || !error.is_connect())
}

/// The Runtime API did not accept an invocation's answer.
#[derive(Debug, thiserror::Error)]
#[error("the Runtime API did not accept an answer: {0}")]
struct LostAnswerError(Error);

/// Lambda's deadline, in milliseconds since 1970 by the wall clock, as an instant of the clock for timeouts.
fn deadline(epoch_milliseconds: u64, wall_clock: SystemTime, now: Instant) -> Instant {
    let deadline = UNIX_EPOCH.checked_add(Duration::from_millis(epoch_milliseconds)).unwrap_or(wall_clock);
    let left = deadline.duration_since(wall_clock).unwrap_or_default();
    now.checked_add(left).unwrap_or(now)
}

/// Passes each event's bytes to the handler, and marks errors after an event was received.
struct EventAside;

impl<S> Layer<S> for EventAside {
    type Service = EventAsideService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        EventAsideService { inner }
    }
}

#[derive(Clone)]
struct EventAsideService<S> {
    inner: S,
}

impl<S> Service<LambdaInvocation> for EventAsideService<S>
where
    S: Service<LambdaInvocation, Error = Error>,
    S::Future: Future<Output = Result<S::Response, Error>>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = MapErr<S::Future, fn(Error) -> Error>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> Self::Future {
        let event = std::mem::replace(&mut invocation.body, Bytes::from_static(b"null"));
        let lost: fn(Error) -> Error = |error| Box::new(LostAnswerError(error));
        // The handler takes the event where the call makes the future, before the future runs.
        EVENT.sync_scope(event, || self.inner.call(invocation)).map_err(lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deadline_is_as_far_away_as_lambdas_and_never_in_the_past() {
        let now = Instant::now();
        let wall_clock = UNIX_EPOCH + Duration::from_millis(10_000);
        assert_eq!(deadline(13_000, wall_clock, now), now + Duration::from_secs(3));
        assert_eq!(deadline(9_000, wall_clock, now), now);
        assert!(deadline(u64::MAX, wall_clock, now) >= now);
    }
}
