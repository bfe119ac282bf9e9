//! Retries within the request's remaining time.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::error::Unavailable;
use super::table_error::TableError;
use super::usage::RegistryUsage;
use crate::outbound::{backoff, time_for_attempt};

/// Maximum number of attempts at one request.
const MAX_ATTEMPTS: u32 = 3;

/// Maximum time for one attempt. DynamoDB usually answers within ten milliseconds, so what takes longer than this is lost.
const MAX_ATTEMPT_TIME: Duration = Duration::from_secs(2);

/// An attempt is not cut shorter than this to leave time for a later one.
const MIN_SHARE: Duration = Duration::from_millis(100);

/// No attempt starts with less time than this: DynamoDB could hardly answer it.
const MIN_ATTEMPT_TIME: Duration = Duration::from_millis(20);

/// Maximum wait before the second attempt. It doubles with each attempt. The wait is random, at least half of it.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// Runs `attempt`, with the number of the attempt from 1 on, until it succeeds, fails permanently, or runs out of time or attempts.
///
/// Every request may be repeated as it is (`registry_core::table`). An attempt that runs out of time is dropped together with its connection, so
/// a late answer can't be taken for another request's; what it wrote may still be written.
///
/// # Errors
/// When there is no answer in the end. The log says why.
pub(super) async fn with_retries<T, F>(
    name: &'static str,
    deadline: Instant,
    usage: &RegistryUsage,
    attempt: impl FnMut(u32) -> F,
) -> Result<T, Unavailable>
where
    F: Future<Output = Result<T, TableError>>,
{
    let started = Instant::now();
    let result = retry(name, deadline, usage, attempt).await;
    usage.add_time(started.elapsed());
    result.map_err(|(error, attempts)| {
        usage.note_failure();
        let TableError { detail, request_id, .. } = error;
        tracing::error!(
            request = name,
            attempts,
            table_request_id = request_id,
            detail,
            "the registry's table did not answer"
        );
        Unavailable
    })
}

async fn retry<T, F>(
    name: &'static str,
    deadline: Instant,
    usage: &RegistryUsage,
    mut attempt: impl FnMut(u32) -> F,
) -> Result<T, (TableError, u32)>
where
    F: Future<Output = Result<T, TableError>>,
{
    let mut made: u32 = 0;
    let mut last: Option<TableError> = None;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left < MIN_ATTEMPT_TIME {
            let error = last.unwrap_or_else(|| TableError::no_answer("too little time was left to ask"));
            return Err((error, made));
        }
        let time = time_for_attempt(left, MAX_ATTEMPTS.saturating_sub(made), MIN_SHARE, MAX_ATTEMPT_TIME);
        made = made.saturating_add(1);
        usage.count_attempt();
        let result = timeout(time, attempt(made))
            .await
            .unwrap_or_else(|_| Err(TableError::no_answer("no answer within the time for one attempt")));
        let error = match result {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let wait = backoff(FIRST_BACKOFF, made);
        let left = deadline.saturating_duration_since(Instant::now());
        if !error.may_succeed || made >= MAX_ATTEMPTS || wait.saturating_add(MIN_ATTEMPT_TIME) > left {
            return Err((error, made));
        }
        tracing::warn!(
            request = name,
            attempt = made,
            table_request_id = error.request_id,
            detail = error.detail,
            "the registry's table failed, retrying"
        );
        last = Some(error);
        sleep(wait).await;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn refused() -> TableError {
        TableError { may_succeed: false, ..TableError::no_answer("refused") }
    }

    /// Runs attempts that fail with `error` or, without one, hang, and returns how many there were and how long they took.
    async fn failing(time: Duration, error: Option<fn() -> TableError>) -> (u32, Duration, RegistryUsage) {
        let (usage, started, made) = (RegistryUsage::default(), Instant::now(), Cell::new(0));
        let attempt = |number| {
            made.set(number);
            async move {
                match error {
                    Some(error) => Err::<(), _>(error()),
                    None => std::future::pending().await,
                }
            }
        };
        assert_eq!(
            with_retries("GetRoom", started.checked_add(time).unwrap(), &usage, attempt).await,
            Err(Unavailable)
        );
        (made.get(), started.elapsed(), usage)
    }

    #[tokio::test]
    async fn what_may_succeed_has_three_attempts_and_its_failure_is_noted() {
        let (made, took, usage) =
            failing(Duration::from_secs(20), Some(|| TableError::no_answer("lost"))).await;
        assert_eq!((made, usage.attempts(), usage.has_failed()), (3, 3, true));
        assert!(took <= FIRST_BACKOFF * 3 + Duration::from_millis(10), "{took:?}");
        assert!(usage.time() >= FIRST_BACKOFF, "the waits count");
    }

    #[tokio::test]
    async fn what_can_not_succeed_has_one_attempt() {
        let (made, _, usage) = failing(Duration::from_secs(20), Some(refused)).await;
        assert_eq!((made, usage.has_failed()), (1, true));
    }

    #[tokio::test]
    async fn an_attempt_that_hangs_leaves_time_for_others_and_all_end_at_the_deadline() {
        for (time, expected, why) in [
            (600, 3, "a share each"),
            (200, 2, "an attempt is not cut shorter than 100 ms"),
            (19, 0, "too little for an attempt"),
        ] {
            let (made, took, _) = failing(Duration::from_millis(time), None).await;
            assert_eq!(made, expected, "{time} ms: {why}");
            assert!(took <= Duration::from_millis(time + 50), "{time} ms: {took:?}");
        }
    }

    #[tokio::test]
    async fn an_answer_ends_the_attempts_and_nothing_is_noted() {
        let usage = RegistryUsage::default();
        let deadline = Instant::now() + Duration::from_secs(1);
        let attempt =
            |number| async move { if number == 2 { Ok(number) } else { Err(TableError::no_answer("lost")) } };
        assert_eq!(with_retries("GetRoom", deadline, &usage, attempt).await, Ok(2));
        assert_eq!((usage.attempts(), usage.has_failed()), (2, false));
    }
}
