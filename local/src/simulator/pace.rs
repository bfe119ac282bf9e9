//! How many calls Chime takes, and how long it works on each.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::operations::Operation;
use crate::rate::{Rate, TokenBucket};

/// Chime's default quota for each operation of an account in a region.
pub const CALL_RATE: Rate = Rate { a_second: 10.0, burst: 20.0 };

/// Chime's default quota of meetings at once of an account in a region.
pub const OPEN_MEETINGS: usize = 250;

/// The number of standard deviations above the median of a normal distribution below which 99 % of it are.
const P99_OF_NORMAL: f64 = 2.326_347_874;

/// A log-normal distribution of times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latency {
    /// half of the times are below it
    pub median: Duration,
    /// 99 % of the times are below it
    pub p99: Duration,
}

impl Latency {
    /// Draws a time.
    #[must_use]
    pub fn draw(&self, random: &mut fastrand::Rng) -> Duration {
        let sigma = (self.p99.as_secs_f64() / self.median.as_secs_f64()).ln() / P99_OF_NORMAL;
        self.median.mul_f64((sigma * normal(random)).exp())
    }
}

/// A draw from the normal distribution of mean 0 and deviation 1, by Box and Muller.
fn normal(random: &mut fastrand::Rng) -> f64 {
    // Never 0, whose logarithm is infinite.
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.f64()).cos()
}

/// The pace of one simulator.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Option<Rate>,
    latency: Option<Latency>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    buckets: HashMap<Operation, TokenBucket>,
    random: fastrand::Rng,
}

impl Pace {
    pub(super) fn new(rate: Option<Rate>, latency: Option<Latency>, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self { rate, latency, state: Mutex::new(State { buckets: HashMap::new(), random }) }
    }

    /// Whether a call of now is within the operation's quota. What names no operation has none.
    pub(super) fn accepts(&self, operation: Operation) -> bool {
        let Some(rate) = self.rate.filter(|_| operation != Operation::Unknown) else { return true };
        let now = Instant::now();
        let mut state = self.state.lock();
        state.buckets.entry(operation).or_insert_with(|| TokenBucket::new(rate, now)).accepts(now)
    }

    /// How long the next call takes.
    pub(super) fn delay(&self, operation: Operation) -> Duration {
        match self.latency {
            Some(latency) if operation != Operation::Unknown => latency.draw(&mut self.state.lock().random),
            _ => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_times_are_below_the_median_and_99_percent_below_the_p99() {
        let latency = Latency { median: Duration::from_millis(120), p99: Duration::from_millis(400) };
        let mut random = fastrand::Rng::with_seed(1);
        let times: Vec<Duration> = (0..100_000).map(|_| latency.draw(&mut random)).collect();
        for (bound, expected) in [(latency.median, 0.5), (latency.p99, 0.99)] {
            let share = times.iter().filter(|time| **time < bound).count() as f64 / times.len() as f64;
            assert!((share - expected).abs() < 0.005, "{share} of the times are below {bound:?}");
        }
    }

    #[test]
    fn each_operation_has_a_quota_of_its_own() {
        let pace = Pace::new(Some(Rate { a_second: 1e-6, burst: 2.0 }), None, 1);
        let accepted = |operation: Operation| (0..5).filter(|_| pace.accepts(operation)).count();
        assert_eq!([accepted(Operation::CreateMeeting), accepted(Operation::GetMeeting)], [2, 2]);
        assert_eq!(accepted(Operation::Unknown), 5, "a request that only opens a connection");
    }
}
