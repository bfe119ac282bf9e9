//! Retries within the request's remaining time.

use std::time::Duration;

use tokio::time::Instant;

use super::error::Unavailable;
use super::table_error::TableError;
use super::usage::RegistryUsage;
use crate::outbound::{NoAnswer, RetryLimits, backoff};

/// The limits of the attempts at one request. DynamoDB usually answers within ten milliseconds, so what takes longer than two
/// seconds is lost, and with less than 20 ms it could hardly answer.
const LIMITS: RetryLimits = RetryLimits {
    max_attempts: 3,
    max_attempt_time: Duration::from_secs(2),
    min_share: Duration::from_millis(100),
    min_attempt_time: Duration::from_millis(20),
};

/// Maximum wait before the second attempt. It doubles with each attempt. The wait is random, at least half of it.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// Runs `attempt`, with the number of the attempt from 1 on, until it succeeds, fails permanently, or runs out of time or attempts.
///
/// Every request may be repeated as it is (`registry_core::table`). What an attempt wrote that ran out of time may still be
/// written.
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
    let wait = |error: &mut TableError, made| error.may_succeed.then(|| backoff(FIRST_BACKOFF, made));
    let repeating = |error: &TableError, attempt| {
        let TableError { detail, request_id, .. } = error;
        tracing::warn!(
            request = name,
            attempt,
            table_request_id = request_id,
            detail,
            "the registry's table failed, retrying"
        );
    };
    let result = LIMITS.retry(deadline, usage.calls(), attempt, wait, repeating).await;
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

impl From<NoAnswer> for TableError {
    fn from(no_answer: NoAnswer) -> Self {
        TableError::no_answer(match no_answer {
            NoAnswer::OutOfTime => "too little time was left to ask",
            NoAnswer::TimedOut => "no answer within the time for one attempt",
        })
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
        assert!(took <= FIRST_BACKOFF * 3 + Duration::from_millis(500), "{took:?}");
        assert!(usage.time() >= FIRST_BACKOFF, "the waits count");
    }

    #[tokio::test]
    async fn what_can_not_succeed_has_one_attempt() {
        let (made, _, usage) = failing(Duration::from_secs(20), Some(refused)).await;
        assert_eq!((made, usage.has_failed()), (1, true));
    }

    #[tokio::test]
    async fn an_attempt_that_hangs_leaves_time_for_others_and_all_end_at_the_deadline() {
        // How long each may take has a test in `retry.rs`. Here a busy machine is to be late by a second without a failure.
        for (time, expected, why) in [(3_000, 3, "a share each"), (19, 0, "too little for an attempt")] {
            let (made, took, _) = failing(Duration::from_millis(time), None).await;
            assert_eq!(made, expected, "{time} ms: {why}");
            assert!(took <= Duration::from_millis(time + 500), "{time} ms: {took:?}");
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
