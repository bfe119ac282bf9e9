//! Repeats requests within the remaining time, for every service that is called.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::call_usage::CallUsage;

/// The limits of the attempts at one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryLimits {
    /// Maximum number of attempts.
    pub(crate) max_attempts: u32,
    /// Maximum time for one attempt.
    pub(crate) max_attempt_time: Duration,
    /// An attempt is not cut shorter than this to leave time for a later one.
    pub(crate) min_share: Duration,
    /// No attempt starts with less time than this.
    pub(crate) min_attempt_time: Duration,
}

/// Why an attempt has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// Too little time was left to make it.
    OutOfTime,
    /// None came within the time for one attempt.
    TimedOut,
}

impl RetryLimits {
    /// Runs `attempt`, with the number of the attempt from 1 on, until it succeeds, fails permanently, or runs out of time or
    /// attempts. An attempt that runs out of time is dropped together with its connection, so a late answer can't be taken for
    /// another request's.
    ///
    /// After a failed attempt, `wait` says how long to wait before the next one, and `None` if there must be none. `repeating` is told
    /// of each error after which there is another attempt.
    ///
    /// # Errors
    /// The last error, and how many attempts were made.
    pub(crate) async fn retry<T, E, F>(
        &self,
        deadline: Instant,
        usage: &CallUsage,
        attempt: impl FnMut(u32) -> F,
        wait: impl FnMut(&mut E, u32) -> Option<Duration>,
        repeating: impl FnMut(&E, u32),
    ) -> Result<T, (E, u32)>
    where
        E: From<NoAnswer>,
        F: Future<Output = Result<T, E>>,
    {
        let started = Instant::now();
        let result = self.attempts(deadline, usage, attempt, wait, repeating).await;
        usage.add_time(started.elapsed());
        result
    }

    async fn attempts<T, E, F>(
        &self,
        deadline: Instant,
        usage: &CallUsage,
        mut attempt: impl FnMut(u32) -> F,
        mut wait: impl FnMut(&mut E, u32) -> Option<Duration>,
        mut repeating: impl FnMut(&E, u32),
    ) -> Result<T, (E, u32)>
    where
        E: From<NoAnswer>,
        F: Future<Output = Result<T, E>>,
    {
        let mut made: u32 = 0;
        let mut last: Option<E> = None;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left < self.min_attempt_time {
                return Err((last.unwrap_or_else(|| NoAnswer::OutOfTime.into()), made));
            }
            let time = self.time_for_attempt(left, made);
            made = made.saturating_add(1);
            usage.count_attempt();
            let result =
                timeout(time, attempt(made)).await.unwrap_or_else(|_| Err(NoAnswer::TimedOut.into()));
            let mut error = match result {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let wait = wait(&mut error, made);
            let left = deadline.saturating_duration_since(Instant::now());
            match wait {
                Some(wait)
                    if made < self.max_attempts && wait.saturating_add(self.min_attempt_time) <= left =>
                {
                    repeating(&error, made);
                    last = Some(error);
                    sleep(wait).await;
                }
                _ => return Err((error, made)),
            }
        }
    }

    /// An equal share of the remaining time, so that an attempt that hangs leaves time for the others. Never more than what is
    /// left.
    pub(crate) fn time_for_attempt(&self, left: Duration, attempts_made: u32) -> Duration {
        let attempts_left = self.max_attempts.saturating_sub(attempts_made).max(1);
        let share = left.checked_div(attempts_left).unwrap_or(left);
        share.clamp(self.min_share, self.max_attempt_time).min(left)
    }
}

/// The wait after so many attempts: at most `first` after the first, and twice as long after each other one. It is random, so that
/// those who failed together do not come back together, and at least half of that.
pub(crate) fn backoff(first: Duration, attempts_made: u32) -> Duration {
    let doublings = attempts_made.saturating_sub(1);
    let longest = first.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
    longest.mul_f64(fastrand::f64().mul_add(0.5, 0.5))
}

/// The deadline, or the end of that time from now on if it is earlier.
pub(crate) fn within(time: Duration, deadline: Instant) -> Instant {
    Instant::now().checked_add(time).map_or(deadline, |end| end.min(deadline))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_has_a_share_within_bounds() {
        let limits = RetryLimits {
            max_attempts: 3,
            max_attempt_time: Duration::from_secs(2),
            min_share: Duration::from_millis(100),
            min_attempt_time: Duration::from_millis(20),
        };
        for (left, made, expected, why) in [
            (600, 0, 200, "a third"),
            (600, 2, 600, "all, for the last one"),
            (600, 3, 600, "the same, beyond the last one"),
            (150, 0, 100, "not cut shorter"),
            (50, 0, 50, "not more than is left"),
            (20_000, 0, 2_000, "no longer than an attempt may take"),
        ] {
            let time = limits.time_for_attempt(Duration::from_millis(left), made);
            assert_eq!(time.as_millis(), expected, "{why}");
        }
    }

    #[test]
    fn waits_double_and_are_at_least_half_of_the_longest() {
        let first = Duration::from_millis(100);
        for (attempts_made, longest) in [(1, first), (2, first * 2), (3, first * 4)] {
            for _ in 0..100 {
                let wait = backoff(first, attempts_made);
                assert!((longest / 2..=longest).contains(&wait), "{wait:?} after {attempts_made}");
            }
        }
        assert!(backoff(first, 100) >= backoff(first, 3), "no overflow");
    }
}
