//! What users saw, by operation.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use parking_lot::Mutex;

/// Who refused a request, always with 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refusal {
    /// API Gateway's throttling, without a code and without Retry-After.
    ApiGateway,
    /// Chime's rate for an operation.
    ChimeRate,
    /// Chime's quota of meetings at once.
    MeetingsAtOnce,
    /// The tenant's Limits.
    Limits,
}

impl Refusal {
    pub(crate) const ALL: [Self; 4] = [Self::ApiGateway, Self::ChimeRate, Self::MeetingsAtOnce, Self::Limits];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ApiGateway => "API Gateway's throttling",
            Self::ChimeRate => "Chime's rate",
            Self::MeetingsAtOnce => "Chime's meetings at once",
            Self::Limits => "the tenant's Limits",
        }
    }
}

/// The requests of one operation.
#[derive(Debug, Default, Clone)]
pub(crate) struct Requests {
    pub(crate) sent: u64,
    /// how long each request took that was served, in milliseconds
    pub(crate) served: Vec<f64>,
    pub(crate) refused: BTreeMap<Refusal, u64>,
    /// from the first try to the end of the one that was served, in seconds, where there were several
    pub(crate) after_repeats: Vec<f64>,
    /// what users no longer asked for after refusals
    pub(crate) given_up: u64,
    /// 404, since the meeting had ended before
    pub(crate) too_late: u64,
}

/// What is recorded while the load runs.
#[derive(Debug, Default)]
pub(crate) struct Records {
    operations: Mutex<BTreeMap<&'static str, Requests>>,
    /// the request ids of joins that were served, and how long they took, in milliseconds
    joins: Mutex<Vec<(String, f64)>>,
    /// the ids of the meetings that were answered, by tenant and name
    handed_out: Mutex<BTreeMap<(String, String), BTreeSet<String>>>,
    /// the ids of the meetings whose end was answered
    ended: Mutex<BTreeSet<String>>,
    faults: Mutex<Vec<String>>,
}

impl Records {
    /// A request was served. `since_first` is the time since the first try, where this is another.
    pub(crate) fn served(&self, operation: &'static str, took: Duration, since_first: Option<Duration>) {
        self.change(operation, |requests| {
            requests.served.push(milliseconds(took));
            requests.after_repeats.extend(since_first.map(|time| time.as_secs_f64()));
        });
    }

    pub(crate) fn joined(&self, request_id: String, took: Duration) {
        self.joins.lock().push((request_id, milliseconds(took)));
    }

    pub(crate) fn refused(&self, operation: &'static str, refusal: Refusal) {
        self.change(operation, |requests| {
            let count = requests.refused.entry(refusal).or_default();
            *count = count.saturating_add(1);
        });
    }

    pub(crate) fn sent(&self, operation: &'static str) {
        self.change(operation, |requests| requests.sent = requests.sent.saturating_add(1));
    }

    pub(crate) fn gave_up(&self, operation: &'static str) {
        self.change(operation, |requests| requests.given_up = requests.given_up.saturating_add(1));
    }

    pub(crate) fn too_late(&self, operation: &'static str) {
        self.change(operation, |requests| requests.too_late = requests.too_late.saturating_add(1));
    }

    /// A meeting of that name was answered.
    pub(crate) fn handed_out(&self, tenant: &str, name: &str, meeting: &str) {
        let key = (tenant.to_owned(), name.to_owned());
        self.handed_out.lock().entry(key).or_default().insert(meeting.to_owned());
    }

    /// The end of a meeting was answered.
    pub(crate) fn ended(&self, meeting: &str) {
        self.ended.lock().insert(meeting.to_owned());
    }

    pub(crate) fn has_ended(&self, meeting: &str) -> bool {
        self.ended.lock().contains(meeting)
    }

    /// Something happened that must not.
    pub(crate) fn fault(&self, fault: String) {
        self.faults.lock().push(fault);
    }

    pub(crate) fn operations(&self) -> BTreeMap<&'static str, Requests> {
        self.operations.lock().clone()
    }

    pub(crate) fn joins(&self) -> Vec<(String, f64)> {
        self.joins.lock().clone()
    }

    pub(crate) fn meetings(&self) -> BTreeMap<(String, String), BTreeSet<String>> {
        self.handed_out.lock().clone()
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        self.faults.lock().clone()
    }

    fn change(&self, operation: &'static str, change: impl FnOnce(&mut Requests)) {
        change(self.operations.lock().entry(operation).or_default());
    }
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The value below or at which that share of the values is (nearest rank); 0 of none.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).or(sorted.last()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!([0.5, 0.99, 1.0].map(|share| quantile(&values, share)), [50.0, 99.0, 100.0]);
        assert_eq!((quantile(&[7.0], 0.5), quantile(&[], 0.5)), (7.0, 0.0));
    }
}
