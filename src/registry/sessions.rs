//! The times of a meeting's events. Each is kept in a set, so an event that is read again changes nothing.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use registry_core::{MeetingKey, MeetingTimes, Times};
use tokio::time::Instant;

use super::attempt::with_retries;
use super::client::Registry;
use super::error::Unavailable;
use super::items::{Item, MEETING_SECONDS, has_sort_key, key, malformed, number};
use super::keys::meeting_id;
use super::table_error::TableError;
use super::usage::RegistryUsage;
use super::write::values;
use crate::model::AttendeeId;

/// The sort key of the meeting's own times. An attendee's id is a UUID, so none is the same.
const OF_MEETING: &str = "meeting";

/// The time at which a meeting started or ended, or an attendee joined or left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTime {
    /// The attendee. `None` for the meeting itself.
    pub attendee: Option<AttendeeId>,
    /// Whether it ended or left.
    pub is_end: bool,
    /// Milliseconds since 1970, as Chime says.
    pub milliseconds: u64,
}

impl Registry {
    /// Adds a time to those of the meeting's events.
    ///
    /// # Errors
    /// When the table does not answer. Recording it once more is harmless.
    pub async fn record_time(
        &self,
        meeting: MeetingKey,
        time: &EventTime,
        now: u64,
        deadline: Instant,
        usage: &RegistryUsage,
    ) -> Result<(), Unavailable> {
        let expression = match (&time.attendee, time.is_end) {
            (None, false) => "ADD #started :time SET #ttl = :ttl",
            (None, true) => "ADD #ended :time SET #ttl = :ttl",
            (Some(_), false) => "ADD #joined :time SET #ttl = :ttl",
            (Some(_), true) => "ADD #left :time SET #ttl = :ttl",
        };
        let of = time.attendee.as_ref().map_or(OF_MEETING, AttendeeId::as_str).to_ascii_lowercase();
        let values = values([
            (":time", AttributeValue::Ns(vec![time.milliseconds.to_string()])),
            (":ttl", number(now.saturating_add(MEETING_SECONDS))),
        ]);
        with_retries("RecordTime", deadline, usage, |_| async {
            let key = key(times_of(meeting), of.clone());
            self.update(key, expression, values.clone(), ReturnValue::None).await.map(drop)
        })
        .await
    }

    /// Reads all times of a meeting.
    pub(super) async fn read_times(&self, meeting: MeetingKey) -> Result<MeetingTimes, TableError> {
        let mut times = MeetingTimes::default();
        self.query(&times_of(meeting), |item| add(&mut times, item)).await?;
        Ok(times)
    }
}

/// The partition key of a meeting's times.
fn times_of(meeting: MeetingKey) -> String {
    format!("session#{}", meeting_id(meeting).as_str())
}

fn add(times: &mut MeetingTimes, item: &Item) -> Result<(), TableError> {
    let read = |name: &str| match item.get(name) {
        None => Ok(Vec::new()),
        Some(set) => numbers(set).ok_or_else(|| malformed(name)),
    };
    if has_sort_key(item, OF_MEETING) {
        times.meeting.began.extend(read("started")?);
        times.meeting.ended.extend(read("ended")?);
    } else {
        let (began, ended) = (read("joined")?, read("left")?);
        times
            .attendees
            .push(Times { began: began.into_iter().collect(), ended: ended.into_iter().collect() });
    }
    Ok(())
}

fn numbers(set: &AttributeValue) -> Option<Vec<u64>> {
    set.as_ns().ok()?.iter().map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::items::{SK, text};
    use super::*;

    fn item(of: &str, name: &str, value: AttributeValue) -> Item {
        values([(SK, text(of)), (name, value)])
    }

    fn set(times: &[&str]) -> AttributeValue {
        AttributeValue::Ns(times.iter().map(|time| (*time).to_owned()).collect())
    }

    #[test]
    fn times_are_the_meetings_or_an_attendees() {
        let mut times = MeetingTimes::default();
        for (of, name, numbers) in [
            ("meeting", "started", &["5"] as &[_]),
            ("meeting", "ended", &["9"]),
            ("a-1", "joined", &["7", "6"]),
        ] {
            add(&mut times, &item(of, name, set(numbers))).unwrap();
        }
        let of = |began: &[u64], ended: &[u64]| Times {
            began: began.iter().copied().collect(),
            ended: ended.iter().copied().collect(),
        };
        assert_eq!(times, MeetingTimes { meeting: of(&[5], &[9]), attendees: vec![of(&[6, 7], &[])] });
    }

    #[test]
    fn a_malformed_set_is_an_error_that_names_it() {
        for (value, why) in [
            (text("5"), "a text"),
            (number(5), "one number"),
            (set(&["-5"]), "negative"),
            (set(&["5.5"]), "a part"),
        ] {
            let error = add(&mut MeetingTimes::default(), &item("a-1", "left", value)).expect_err(why);
            assert!(error.detail.contains("`left`"), "{why}: {}", error.detail);
        }
    }
}
