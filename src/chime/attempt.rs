//! Retries within the time that is left of the invocation.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::error::{ChimeError, ChimeFailure};

/// Most times that Chime is asked for one thing.
const MOST_ATTEMPTS: u32 = 3;

/// Longest that one attempt may take. Chime answers within some hundred milliseconds; three such attempts fit the
/// 30 seconds that API Gateway waits.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(8);

/// An attempt is not cut shorter than this for the sake of a later one: a slow answer is better than a repeat.
const LEAST_SHARE: Duration = Duration::from_secs(2);

/// An attempt that has less time than this is not begun: Chime could hardly answer it.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(300);

/// Longest wait before the second attempt; it doubles with each further one, and is drawn between half and all of it.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// The same where Chime reports a conflict. A simultaneous request has to be given the time to end, and Chime takes some
/// hundred milliseconds for one.
const FIRST_BACKOFF_IN_CONFLICT: Duration = Duration::from_millis(400);

/// Longest wait that Chime may ask for and still have the caller wait for it, rather than be told to come back.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Runs `attempt` until it succeeds, fails for good, or could not be done in time.
///
/// `attempt` must be safe to repeat: here, because every repeat carries the same ClientRequestToken, or only reads. One
/// that is cut off is dropped, and its connection with it: the answer to come is never taken for a later request's.
pub(super) async fn with_retries<T, F>(
    deadline: Instant,
    mut attempt: impl FnMut() -> F,
) -> Result<T, ChimeFailure>
where
    F: Future<Output = Result<T, ChimeFailure>>,
{
    let mut attempts: u32 = 0;
    let mut last: Option<ChimeFailure> = None;
    // The first failure that left open whether the meeting was created.
    let mut unsettled: Option<ChimeFailure> = None;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left < SHORTEST_ATTEMPT {
            let failure = last.unwrap_or_else(|| {
                ChimeFailure::new(ChimeError::TimedOut, "too little time was left to ask Chime")
            });
            return Err(settle(failure, unsettled));
        }
        let time = time_for_attempt(left, attempts);
        attempts = attempts.saturating_add(1);
        let result = timeout(time, attempt()).await.unwrap_or_else(|_| {
            Err(ChimeFailure::new(ChimeError::TimedOut, "no answer within the time for one attempt"))
        });
        let failure = match result {
            Ok(value) => return Ok(value),
            Err(failure) => ChimeFailure { attempts, ..failure },
        };
        let wait = wait_before_retry(&failure.error, attempts);
        let left = deadline.saturating_duration_since(Instant::now());
        match wait {
            Some(wait) if attempts < MOST_ATTEMPTS && wait.saturating_add(SHORTEST_ATTEMPT) <= left => {
                tracing::warn!(
                    attempt = attempts,
                    chime_request_id = failure.request_id,
                    detail = failure.detail,
                    "chime failed, asking again"
                );
                if unsettled.is_none() && failure.error != ChimeError::Conflict {
                    unsettled = Some(failure.clone());
                }
                last = Some(failure);
                sleep(wait).await;
            }
            _ => return Err(settle(failure, unsettled)),
        }
    }
}

/// A conflict that follows an attempt without an answer may be with that very attempt, which Chime still works on. That
/// says nothing of the caller's key, so the caller hears of the first failure, and may ask again.
fn settle(failure: ChimeFailure, unsettled: Option<ChimeFailure>) -> ChimeFailure {
    match unsettled {
        Some(unsettled) if failure.error == ChimeError::Conflict => {
            ChimeFailure { attempts: failure.attempts, ..unsettled }
        }
        _ => failure,
    }
}

/// Its share of the time left, so that an attempt that hangs leaves the others theirs.
fn time_for_attempt(left: Duration, attempts_made: u32) -> Duration {
    let attempts_left = MOST_ATTEMPTS.saturating_sub(attempts_made).max(1);
    let share = left.checked_div(attempts_left).unwrap_or(left);
    share.clamp(LEAST_SHARE, LONGEST_ATTEMPT).min(left)
}

/// How long to wait before asking again; `None` where asking again can't help.
fn wait_before_retry(error: &ChimeError, attempts: u32) -> Option<Duration> {
    let asked_for = match error {
        ChimeError::Throttled(wait) | ChimeError::Unavailable(wait) => *wait,
        // ConflictException means a simultaneous request as well as a key used with other members.
        ChimeError::Failed | ChimeError::TimedOut | ChimeError::Conflict => None,
        ChimeError::PrimaryNotTheTenants
        | ChimeError::PrimaryIsReplica
        | ChimeError::Rejected
        | ChimeError::NotFound
        | ChimeError::Misconfigured
        | ChimeError::DifferentMeeting(_)
        | ChimeError::QuotaFull
        | ChimeError::NotSent => return None,
    };
    if asked_for.is_some_and(|wait| wait > LONGEST_WAIT) {
        return None;
    }
    let first = if *error == ChimeError::Conflict { FIRST_BACKOFF_IN_CONFLICT } else { FIRST_BACKOFF };
    let longest = first.saturating_mul(1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX));
    Some(asked_for.unwrap_or_default().max(longest.mul_f64(fastrand::f64().mul_add(0.5, 0.5))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_of_two_seconds_is_kept_and_a_longer_one_is_the_callers() {
        let wait = |wait| wait_before_retry(&ChimeError::Throttled(Some(wait)), 1);
        assert_eq!(wait(LONGEST_WAIT), Some(Duration::from_secs(2)));
        assert_eq!(wait(LONGEST_WAIT + Duration::from_millis(1)), None);
    }

    #[test]
    fn waits_double_and_are_jittered_but_never_shorter_than_chime_asked_for() {
        for _ in 0..100 {
            let first = wait_before_retry(&ChimeError::Failed, 1).unwrap();
            assert!((FIRST_BACKOFF / 2..=FIRST_BACKOFF).contains(&first));
            let second = wait_before_retry(&ChimeError::Failed, 2).unwrap();
            assert!((FIRST_BACKOFF..=FIRST_BACKOFF * 2).contains(&second));
        }
        let conflict = wait_before_retry(&ChimeError::Conflict, 1).unwrap();
        assert!(conflict >= FIRST_BACKOFF_IN_CONFLICT / 2, "a simultaneous request has the time to end");
        let asked = Duration::from_secs(1);
        assert_eq!(wait_before_retry(&ChimeError::Throttled(Some(asked)), 1), Some(asked));
        assert_eq!(wait_before_retry(&ChimeError::Throttled(Some(LONGEST_WAIT * 2)), 1), None);
    }

    #[test]
    fn an_attempt_has_its_share_of_the_time_left_within_bounds() {
        let seconds = Duration::from_secs_f64;
        for (left, made, expected, why) in [
            (27.0, 0, 8.0, "no attempt takes longer than is sensible"),
            (18.0, 1, 8.0, "nor the second"),
            (9.0, 0, 3.0, "a third each"),
            (6.0, 1, 3.0, "half of what is left"),
            (3.0, 2, 3.0, "the last has all of it"),
            (3.0, 0, 2.0, "a slow answer is better than a repeat"),
            (1.0, 0, 1.0, "never more than is left"),
        ] {
            assert_eq!(time_for_attempt(seconds(left), made), seconds(expected), "{why}");
        }
    }

    #[test]
    fn a_conflict_after_an_attempt_without_an_answer_is_told_as_that() {
        let failure = |error, attempts| ChimeFailure { attempts, ..ChimeFailure::new(error, "") };
        let settled = settle(failure(ChimeError::Conflict, 3), Some(failure(ChimeError::TimedOut, 1)));
        assert_eq!((settled.error, settled.attempts), (ChimeError::TimedOut, 3));
        let settled = settle(failure(ChimeError::Conflict, 3), None);
        assert_eq!(settled.error, ChimeError::Conflict);
        let settled = settle(failure(ChimeError::QuotaFull, 2), Some(failure(ChimeError::TimedOut, 1)));
        assert_eq!(settled.error, ChimeError::QuotaFull);
    }

    #[test]
    fn what_asking_again_cannot_mend_is_not_asked_again() {
        for error in
            [ChimeError::QuotaFull, ChimeError::Rejected, ChimeError::Misconfigured, ChimeError::NotSent]
        {
            assert_eq!(wait_before_retry(&error, 1), None, "{error:?}");
        }
    }
}
