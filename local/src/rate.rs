//! Rates with a burst, as API Gateway's throttling and Chime's quotas have them.

use std::time::Instant;

/// So many requests a second, and so many at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// requests a second that are accepted for ever
    pub a_second: f64,
    /// requests that are accepted at once after a pause
    pub burst: f64,
}

/// A bucket of tokens: it fills with the rate up to the burst, and each request that is accepted takes one. A request
/// that is refused takes none.
#[derive(Debug)]
pub(crate) struct TokenBucket {
    rate: Rate,
    tokens: f64,
    filled: Instant,
}

impl TokenBucket {
    /// A full one.
    pub(crate) fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, tokens: rate.burst, filled: now }
    }

    /// Whether a request of now is accepted.
    pub(crate) fn accepts(&mut self, now: Instant) -> bool {
        let filled = now.saturating_duration_since(self.filled).as_secs_f64() * self.rate.a_second;
        self.tokens = (self.tokens + filled).min(self.rate.burst);
        self.filled = now.max(self.filled);
        let accepted = self.tokens >= 1.0;
        if accepted {
            self.tokens -= 1.0;
        }
        accepted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_accepted_and_then_the_rate() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(Rate { a_second: 10.0, burst: 20.0 }, start);
        let mut accepted = |milliseconds: u64, requests: usize| {
            let now = start.checked_add(Duration::from_millis(milliseconds)).unwrap();
            (0..requests).filter(|_| bucket.accepts(now)).count()
        };
        assert_eq!(accepted(0, 100), 20, "the burst");
        assert_eq!(accepted(500, 100), 5, "half a second's, and what was refused took nothing");
        assert_eq!(accepted(400, 100), 0, "a clock that goes back gives nothing");
        assert_eq!(accepted(60_000, 100), 20, "no more than the burst after a pause");
    }
}
