//! The edge to the Lambda Runtime API.
//!
//! `lambda_runtime` would parse each event into a type and report a failed invocation where it can't. The gateway
//! answers every event, so it takes the event's bytes past that parser: a layer hands them to the handler and leaves
//! `null` for the parser. So each event is parsed once, by [`Gateway::handle`].

use std::convert::Infallible;
use std::future::Future;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_runtime::tower::{Layer, Service};
use lambda_runtime::{Error, LambdaEvent, LambdaInvocation, Runtime, service_fn};
use tokio::task::futures::TaskLocalFuture;
use tokio::time::Instant;

use crate::gateway::{Gateway, Invocation};
use crate::http::Answer;

/// An event as Lambda sent it. The type is the runtime's.
type EventBytes = bytes::Bytes;

tokio::task_local! {
    static EVENT: EventBytes;
}

/// Serves invocations until Lambda ends the process.
///
/// # Errors
/// When the Runtime API can't be spoken to.
pub async fn serve(gateway: Gateway) -> Result<(), Error> {
    let gateway = &gateway;
    let handler = service_fn(move |event: LambdaEvent<()>| async move {
        let bytes = EVENT.with(EventBytes::clone);
        let invocation = Invocation {
            request_id: &event.context.request_id,
            deadline: deadline(event.context.deadline, SystemTime::now(), Instant::now()),
        };
        Ok::<Answer, Infallible>(gateway.handle(&bytes, invocation).await)
    });
    Runtime::new(handler).layer(EventAside).run().await
}

/// Lambda's deadline, milliseconds since 1970 by the wall clock, on the clock that timeouts run by.
fn deadline(epoch_milliseconds: u64, wall_clock: SystemTime, now: Instant) -> Instant {
    let deadline = UNIX_EPOCH.checked_add(Duration::from_millis(epoch_milliseconds)).unwrap_or(wall_clock);
    let left = deadline.duration_since(wall_clock).unwrap_or_default();
    now.checked_add(left).unwrap_or(now)
}

/// Puts each event's bytes aside for the handler.
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
    S: Service<LambdaInvocation>,
    S::Future: Future<Output = Result<S::Response, S::Error>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = TaskLocalFuture<EventBytes, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> Self::Future {
        let event = std::mem::replace(&mut invocation.body, EventBytes::from_static(b"null"));
        EVENT.scope(event, self.inner.call(invocation))
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
