//! The edge to the Lambda Runtime API.
//!
//! `lambda_runtime` would parse each event into a type and report a failed invocation where it can't. The gateway
//! answers every event, so it takes the event's bytes past that parser: a layer hands them to the handler and leaves
//! `null` for the parser. So each event is parsed once, by [`Gateway::handle`].

use std::cell::Cell;
use std::convert::Infallible;
use std::future::Future;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::TryFutureExt as _;
use futures_util::future::MapErr;
use hyper_util::client::legacy;
use lambda_runtime::tower::{Layer, Service};
use lambda_runtime::{Error, LambdaEvent, LambdaInvocation, Runtime, service_fn};
use tokio::task::futures::TaskLocalFuture;
use tokio::time::Instant;

use crate::api_gateway::Answer;
use crate::gateway::{Gateway, Invocation};

/// An event as Lambda sent it. The type is the runtime's.
type EventBytes = bytes::Bytes;

tokio::task_local! {
    static EVENT: EventBytes;
}

/// Serves invocations until Lambda ends the process, or until the Runtime API goes away while the process waits for an
/// event: emulators end that way, and it is no error.
///
/// # Errors
/// When the Runtime API can't be reached at all, breaks its protocol, or does not take an answer.
pub async fn serve(gateway: Gateway) -> Result<(), Error> {
    let gateway = &gateway;
    let has_served = &Cell::new(false);
    let handler = service_fn(move |event: LambdaEvent<()>| async move {
        has_served.set(true);
        let bytes = EVENT.with(EventBytes::clone);
        let invocation = Invocation {
            request_id: &event.context.request_id,
            deadline: deadline(event.context.deadline, SystemTime::now(), Instant::now()),
        };
        Ok::<Answer, Infallible>(gateway.handle(&bytes, invocation).await)
    });
    let ended = Runtime::new(handler).layer(EventAside).run().await;
    match ended {
        Err(error) if is_shutdown(&error, has_served.get()) => {
            tracing::info!(%error, "stops, since the Runtime API is gone");
            Ok(())
        }
        ended => ended,
    }
}

/// Whether the Runtime API went away while it was asked for the next event. A connection that was refused before any
/// event came shows that there never was a Runtime API.
fn is_shutdown(error: &Error, has_served: bool) -> bool {
    error.downcast_ref::<legacy::Error>().is_some_and(|error| has_served || !error.is_connect())
}

/// An invocation whose answer was lost.
#[derive(Debug, thiserror::Error)]
#[error("an answer was not taken: {0}")]
struct LostAnswerError(Error);

/// Lambda's deadline, milliseconds since 1970 by the wall clock, on the clock that timeouts run by.
fn deadline(epoch_milliseconds: u64, wall_clock: SystemTime, now: Instant) -> Instant {
    let deadline = UNIX_EPOCH.checked_add(Duration::from_millis(epoch_milliseconds)).unwrap_or(wall_clock);
    let left = deadline.duration_since(wall_clock).unwrap_or_default();
    now.checked_add(left).unwrap_or(now)
}

/// Puts each event's bytes aside for the handler, and marks errors that come after an event was taken.
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
    type Future = MapErr<TaskLocalFuture<EventBytes, S::Future>, fn(Error) -> Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> Self::Future {
        let event = std::mem::replace(&mut invocation.body, EventBytes::from_static(b"null"));
        let lost: fn(Error) -> Error = |error| Box::new(LostAnswerError(error));
        EVENT.scope(event, self.inner.call(invocation)).map_err(lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deadline_is_as_far_away_as_lambda_says_and_never_in_the_past() {
        let now = Instant::now();
        let wall_clock = UNIX_EPOCH + Duration::from_millis(10_000);
        assert_eq!(deadline(13_000, wall_clock, now), now + Duration::from_secs(3));
        assert_eq!(deadline(9_000, wall_clock, now), now);
        assert!(deadline(u64::MAX, wall_clock, now) >= now);
    }
}
