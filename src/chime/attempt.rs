//! Retries within the invocation's remaining time.

use std::time::Duration;

use tokio::time::Instant;

use super::error::{ChimeError, ChimeErrorKind};
use super::usage::ChimeUsage;
use crate::outbound::{NoAnswer, RetryLimits, backoff, within};

/// The limits of the attempts at one request. Chime usually answers within a few hundred milliseconds. Three attempts of the
/// maximum time fit the 30 seconds that API Gateway waits. A slow answer is better than a retry, hence the share of two seconds, and
/// with less than 300 ms Chime could hardly answer.
const LIMITS: RetryLimits = RetryLimits {
    max_attempts: 3,
    max_attempt_time: Duration::from_secs(8),
    min_share: Duration::from_secs(2),
    min_attempt_time: Duration::from_millis(300),
};

/// Maximum backoff before the second attempt. It doubles with each attempt. The wait is random, at least half of it.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// The same after a conflict: a simultaneous request needs time to end, and Chime takes a few hundred milliseconds.
const FIRST_BACKOFF_IN_CONFLICT: Duration = Duration::from_millis(400);

/// Maximum `Retry-After` of Chime that the gateway waits itself. With a longer one, the caller is told to retry.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// When a failed attempt may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Always: the request only reads, has a ClientRequestToken by which Chime recognises a repeat, or leaves the same
    /// state however often it is done.
    Always,
    /// Only when Chime certainly did nothing: the request was never sent, or Chime answered 429 or 503.
    IfNothingHappened,
}

/// Limits of the attempts at one request, and where they are counted.
#[derive(Debug, Clone, Copy)]
pub struct Attempts<'u> {
    /// When the last attempt must have ended.
    pub deadline: Instant,
    /// When a failed attempt may be repeated.
    pub repeat: Repeat,
    /// What the attempts took.
    pub usage: &'u ChimeUsage,
}

impl Attempts<'_> {
    /// The same with that time at most.
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        Attempts { deadline: within(time, self.deadline), ..self }
    }

    /// The same for a request that only reads.
    #[must_use]
    pub fn reading(self) -> Self {
        Attempts { repeat: Repeat::Always, ..self }
    }
}

/// Runs `attempt` until it succeeds, fails permanently, or runs out of time or attempts.
pub(super) async fn with_retries<T, F>(
    attempts: Attempts<'_>,
    mut attempt: impl FnMut() -> F,
) -> Result<T, ChimeError>
where
    F: Future<Output = Result<T, ChimeError>>,
{
    let Attempts { deadline, repeat, usage } = attempts;
    usage.begin();
    // The first error that leaves open what happened.
    let mut unclear: Option<ChimeError> = None;
    let mut may_have_happened = false;
    let wait = |error: &mut ChimeError, made| {
        error.attempts = made;
        error.may_have_happened = may_have_happened;
        may_have_happened |= error.kind.may_have_happened();
        wait_before_retry(&error.kind, made, repeat)
    };
    let repeating = |error: &ChimeError, attempt| {
        let ChimeError { request_id, detail, .. } = error;
        tracing::warn!(attempt, chime_request_id = request_id, detail, "chime failed, retrying");
        if unclear.is_none() && error.kind != ChimeErrorKind::Conflict {
            unclear = Some(error.clone());
        }
    };
    let result = LIMITS.retry(deadline, usage.calls(), |_| attempt(), wait, repeating).await;
    result.map_err(|(error, _)| error_to_report(error, unclear))
}

impl From<NoAnswer> for ChimeError {
    fn from(no_answer: NoAnswer) -> Self {
        let detail = match no_answer {
            NoAnswer::OutOfTime => "too little time was left to ask Chime",
            NoAnswer::TimedOut => "no answer within the time for one attempt",
        };
        ChimeError::new(ChimeErrorKind::TimedOut, detail)
    }
}

/// A conflict after an attempt without an answer may be a conflict with that attempt, which Chime may still be working
/// on. It says nothing about the caller's key, so the first error is reported, and the caller may retry.
fn error_to_report(error: ChimeError, unclear: Option<ChimeError>) -> ChimeError {
    match unclear {
        Some(unclear) if error.kind == ChimeErrorKind::Conflict => {
            let ChimeError { attempts, may_have_happened, .. } = error;
            ChimeError { attempts, may_have_happened, ..unclear }
        }
        _ => error,
    }
}

/// How long to wait before the next attempt. `None` when a retry can't help or is not allowed.
fn wait_before_retry(kind: &ChimeErrorKind, attempts: u32, repeat: Repeat) -> Option<Duration> {
    let asked_for = match (kind, repeat) {
        (ChimeErrorKind::Throttled(wait), _) => *wait,
        (ChimeErrorKind::Unavailable(wait), _) => *wait,
        (ChimeErrorKind::Unreachable, _) => None,
        // ConflictException means either a simultaneous request or a key that was used with other members.
        (
            ChimeErrorKind::Failed
            | ChimeErrorKind::TimedOut
            | ChimeErrorKind::Disconnected
            | ChimeErrorKind::Conflict,
            Repeat::Always,
        ) => None,
        _ => return None,
    };
    if asked_for.is_some_and(|wait| wait > MAX_WAIT) {
        return None;
    }
    let first = if *kind == ChimeErrorKind::Conflict { FIRST_BACKOFF_IN_CONFLICT } else { FIRST_BACKOFF };
    Some(asked_for.unwrap_or_default().max(backoff(first, attempts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_two_seconds_itself_and_leaves_longer_waits_to_the_caller() {
        let wait = |wait| wait_before_retry(&ChimeErrorKind::Throttled(Some(wait)), 1, Repeat::Always);
        assert_eq!(wait(MAX_WAIT), Some(Duration::from_secs(2)));
        assert_eq!(wait(MAX_WAIT + Duration::from_millis(1)), None);
    }

    #[test]
    fn waits_double_and_are_jittered_but_never_shorter_than_chime_asked_for() {
        for _ in 0..100 {
            let first = wait_before_retry(&ChimeErrorKind::Failed, 1, Repeat::Always).unwrap();
            assert!((FIRST_BACKOFF / 2..=FIRST_BACKOFF).contains(&first));
            let second = wait_before_retry(&ChimeErrorKind::Failed, 2, Repeat::Always).unwrap();
            assert!((FIRST_BACKOFF..=FIRST_BACKOFF * 2).contains(&second));
        }
        let conflict = wait_before_retry(&ChimeErrorKind::Conflict, 1, Repeat::Always).unwrap();
        assert!(conflict >= FIRST_BACKOFF_IN_CONFLICT / 2, "a simultaneous request has time to end");
        let asked = Duration::from_secs(1);
        assert_eq!(
            wait_before_retry(&ChimeErrorKind::Throttled(Some(asked)), 1, Repeat::Always),
            Some(asked)
        );
        assert_eq!(
            wait_before_retry(&ChimeErrorKind::Throttled(Some(MAX_WAIT * 2)), 1, Repeat::Always),
            None
        );
    }

    #[test]
    fn an_attempt_gets_its_share_of_the_remaining_time_within_bounds() {
        let seconds = Duration::from_secs_f64;
        for (left, made, expected, why) in [
            (27.0, 0, 8.0, "at most the maximum"),
            (18.0, 1, 8.0, "at most the maximum for the second"),
            (9.0, 0, 3.0, "a third each"),
            (6.0, 1, 3.0, "half of what is left"),
            (3.0, 2, 3.0, "the last attempt gets all of it"),
            (3.0, 0, 2.0, "at least the share"),
            (1.0, 0, 1.0, "never more than is left"),
        ] {
            assert_eq!(LIMITS.time_for_attempt(seconds(left), made), seconds(expected), "{why}");
        }
    }

    #[test]
    fn reports_the_earlier_timeout_instead_of_a_conflict_that_follows_it() {
        let error = |kind, attempts| ChimeError { attempts, ..ChimeError::new(kind, "") };
        let reported =
            error_to_report(error(ChimeErrorKind::Conflict, 3), Some(error(ChimeErrorKind::TimedOut, 1)));
        assert_eq!((reported.kind, reported.attempts), (ChimeErrorKind::TimedOut, 3));
        let reported = error_to_report(error(ChimeErrorKind::Conflict, 3), None);
        assert_eq!(reported.kind, ChimeErrorKind::Conflict);
        let reported =
            error_to_report(error(ChimeErrorKind::QuotaFull, 2), Some(error(ChimeErrorKind::TimedOut, 1)));
        assert_eq!(reported.kind, ChimeErrorKind::QuotaFull);
    }

    #[test]
    fn retries_a_request_without_a_token_only_when_nothing_happened() {
        for (kind, repeated, why) in [
            (ChimeErrorKind::Throttled(None), true, "Chime did nothing"),
            (ChimeErrorKind::Unavailable(None), true, "Chime answered that it did nothing"),
            (ChimeErrorKind::Unreachable, true, "nothing was sent"),
            (ChimeErrorKind::Disconnected, false, "the connection may have broken after the request"),
            (ChimeErrorKind::Failed, false, "Chime may have done it nevertheless"),
            (ChimeErrorKind::TimedOut, false, "it may still be in progress"),
            (ChimeErrorKind::Conflict, false, "another request changed the same thing"),
        ] {
            let wait = wait_before_retry(&kind, 1, Repeat::IfNothingHappened);
            assert_eq!(wait.is_some(), repeated, "{kind:?}: {why}");
            assert!(wait_before_retry(&kind, 1, Repeat::Always).is_some(), "{kind:?}");
        }
    }

    #[test]
    fn does_not_retry_permanent_errors() {
        for error in [
            ChimeErrorKind::QuotaFull,
            ChimeErrorKind::Rejected,
            ChimeErrorKind::Misconfigured,
            ChimeErrorKind::Forbidden,
            ChimeErrorKind::NotFound,
            ChimeErrorKind::NotSent,
        ] {
            assert_eq!(wait_before_retry(&error, 1, Repeat::Always), None, "{error:?}");
        }
    }
}
