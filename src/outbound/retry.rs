//! The times of retries, for every service that is called: of one attempt, and of the wait before the next.

use std::time::Duration;

/// An equal share of the remaining time, so that an attempt that hangs leaves time for the others. It is between `shortest` and
/// `longest`, and never more than what is left.
pub(crate) fn time_for_attempt(
    left: Duration,
    attempts_left: u32,
    shortest: Duration,
    longest: Duration,
) -> Duration {
    let share = left.checked_div(attempts_left.max(1)).unwrap_or(left);
    share.clamp(shortest, longest).min(left)
}

/// The wait after so many attempts: at most `first` after the first, and twice as long after each other one. It is random, so that
/// those who failed together do not come back together, and at least half of that.
pub(crate) fn backoff(first: Duration, attempts_made: u32) -> Duration {
    let doublings = attempts_made.saturating_sub(1);
    let longest = first.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
    longest.mul_f64(fastrand::f64().mul_add(0.5, 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_has_a_share_within_bounds() {
        let time = |left, attempts_left| {
            let [left, shortest, longest] = [left, 100, 2_000].map(Duration::from_millis);
            time_for_attempt(left, attempts_left, shortest, longest).as_millis()
        };
        for (left, attempts_left, expected, why) in [
            (600, 3, 200, "a third"),
            (600, 1, 600, "all, for the last one"),
            (600, 0, 600, "the same, beyond the last one"),
            (150, 3, 100, "not cut shorter"),
            (50, 3, 50, "not more than is left"),
            (20_000, 3, 2_000, "no longer than an attempt may take"),
        ] {
            assert_eq!(time(left, attempts_left), expected, "{why}");
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
