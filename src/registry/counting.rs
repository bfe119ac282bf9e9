//! Counts a meeting in its tenant's day: the requests of [`CountMeeting`].

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};
use registry_core::{
    CountAnswer, CountMeeting, CountRequest, CountResult, CountStep, Counted, MeetingKey, MeetingUsage,
    Minutes, Peaks, WriteCount,
};
use tokio::time::{Instant, sleep};

use super::attempt::with_retries;
use super::client::Registry;
use super::error::Unavailable;
use super::items::{Attributes, Item, MEETING_SECONDS, key, malformed, meeting_item_key, number};
use super::meetings::{MeetingRecord, record};
use super::table_error::TableError;
use super::usage::RegistryUsage;
use super::write::values;

/// How long DynamoDB keeps a day's usage after it was last written, in seconds: 400 days, so that a year can be compared with the one
/// before.
const USAGE_SECONDS: u64 = 400 * 24 * 60 * 60;

/// Maximum wait after each round in which another count was faster. It grows with the rounds. The wait is random.
const WAIT_OF_A_ROUND: Duration = Duration::from_millis(20);

impl Registry {
    /// Counts a meeting by the times that are recorded, and returns what the table knows of the meeting. `None` where it knows no
    /// tenant: then nothing is counted.
    ///
    /// # Errors
    /// When the table does not answer, or other counts were faster each time. Counting once more is harmless.
    pub async fn count_meeting(
        &self,
        meeting: MeetingKey,
        now: u64,
        deadline: Instant,
        usage: &RegistryUsage,
    ) -> Result<Option<MeetingRecord>, Unavailable> {
        let mut known: Option<MeetingRecord> = None;
        let (mut machine, mut step) = CountMeeting::start();
        loop {
            let request = match step {
                CountStep::Ask(request) => request,
                CountStep::Done(CountResult::Counted | CountResult::NoTenant) => return Ok(known),
                CountStep::Done(CountResult::Failed) => return Err(Unavailable),
            };
            let of = known.as_ref();
            let attempt = |_| self.ask_of_count(meeting, of, &request, now);
            let answer = match with_retries(name(&request), deadline, usage, attempt).await {
                Ok(Answered::Meeting(read)) => {
                    let (record, counted) = read.unzip();
                    known = record;
                    CountAnswer::Meeting(counted)
                }
                Ok(Answered::Other(answer)) => answer,
                Err(Unavailable) => CountAnswer::Unclear,
            };
            if answer == CountAnswer::Changed {
                let longest = WAIT_OF_A_ROUND.saturating_mul(u32::from(machine.rounds()));
                sleep(longest.mul_f64(fastrand::f64())).await;
            }
            step = machine.next(answer);
        }
    }

    async fn ask_of_count(
        &self,
        meeting: MeetingKey,
        known: Option<&MeetingRecord>,
        request: &CountRequest,
        now: u64,
    ) -> Result<Answered, TableError> {
        let of =
            || known.ok_or_else(|| TableError::invalid("a count of a meeting whose tenant is not known"));
        let answer = match request {
            CountRequest::ReadMeeting => {
                let item = self.get(meeting_item_key(meeting)).await?;
                let item = item.filter(|item| item.contains_key("tenant"));
                let read = item.map(|item| Ok::<_, TableError>((record(&item)?, counted(&item)?)));
                return read.transpose().map(Answered::Meeting);
            }
            CountRequest::ReadTimes => CountAnswer::Times(self.read_times(meeting).await?),
            CountRequest::ReadPeaks => CountAnswer::Peaks(match self.get(day_key(of()?)).await? {
                Some(item) => peaks(&item)?,
                None => Peaks::default(),
            }),
            CountRequest::Write(write) => self.write_count(meeting, of()?, write, now).await?,
        };
        Ok(Answered::Other(answer))
    }

    async fn write_count(
        &self,
        meeting: MeetingKey,
        known: &MeetingRecord,
        write: &WriteCount,
        now: u64,
    ) -> Result<CountAnswer, TableError> {
        let mut updates = vec![self.counted_meeting(meeting, write, now)?];
        if !write.difference.is_none() {
            updates.push(self.counted_day(known, write, now)?);
        }
        let canceled = |reasons: &[_]| Ok(has_changed(reasons).then_some(CountAnswer::Changed));
        self.transact(updates, CountAnswer::Done, canceled).await
    }

    fn counted_meeting(
        &self,
        meeting: MeetingKey,
        write: &WriteCount,
        now: u64,
    ) -> Result<TransactWriteItem, TableError> {
        let condition = match write.revision {
            0 => "attribute_exists(#tenant) AND attribute_not_exists(#usage_revision)",
            _ => "#usage_revision = :revision",
        };
        let mut values = values([
            (":next", number(write.revision.saturating_add(1))),
            (":usage", usage_value(&write.difference.new)),
            (":ttl", number(now.saturating_add(MEETING_SECONDS))),
        ]);
        if write.revision > 0 {
            values.insert(":revision".to_owned(), number(write.revision));
        }
        let expression = "SET #usage_revision = :next, #usage = :usage, #ttl = :ttl";
        self.transaction_update(meeting_item_key(meeting), Some(condition), expression, values)
    }

    fn counted_day(
        &self,
        known: &MeetingRecord,
        write: &WriteCount,
        now: u64,
    ) -> Result<TransactWriteItem, TableError> {
        let difference = &write.difference;
        let mut values = values([
            (":meetings", AttributeValue::N(difference.meetings().to_string())),
            (":meeting_minutes", AttributeValue::N(difference.meeting_minutes().to_string())),
            (":attendee_minutes", AttributeValue::N(difference.attendee_minutes().to_string())),
            (":ttl", number(now.saturating_add(USAGE_SECONDS))),
        ]);
        let sums = "ADD #meetings :meetings, #meeting_minutes :meeting_minutes, #attendee_minutes :attendee_minutes \
                    SET #ttl = :ttl";
        let Some((before, after)) = &write.peaks else {
            return self.transaction_update(day_key(known), None, sums, values);
        };
        values.insert(":before".to_owned(), peaks_value(before));
        values.insert(":peaks".to_owned(), peaks_value(after));
        values.insert(":peak".to_owned(), number(u64::from(after.greatest())));
        let condition = if before.0.is_empty() {
            "attribute_not_exists(#peaks) OR #peaks = :before"
        } else {
            "#peaks = :before"
        };
        let expression = format!("{sums}, #peak = :peak, #peaks = :peaks");
        self.transaction_update(day_key(known), Some(condition), &expression, values)
    }
}

/// An answer of the table. That to `ReadMeeting` has what the machine needs not know.
enum Answered {
    Meeting(Option<(MeetingRecord, Counted)>),
    Other(CountAnswer),
}

/// The request's name in the log.
fn name(request: &CountRequest) -> &'static str {
    match request {
        CountRequest::ReadMeeting => "ReadMeeting",
        CountRequest::ReadTimes => "ReadTimes",
        CountRequest::ReadPeaks => "ReadPeaks",
        CountRequest::Write(_) => "WriteCount",
    }
}

/// Whether a condition failed or another transaction had one of the items: either way the count reads again.
fn has_changed(reasons: &[CancellationReason]) -> bool {
    let is_change = |code| matches!(code, "ConditionalCheckFailed" | "TransactionConflict");
    let mut codes =
        reasons.iter().filter_map(CancellationReason::code).filter(|code| *code != "None").peekable();
    codes.peek().is_some() && codes.all(is_change)
}

fn day_key(known: &MeetingRecord) -> Item {
    key(format!("usage#{}", known.tenant), known.day.clone())
}

fn usage_value(usage: &MeetingUsage) -> AttributeValue {
    AttributeValue::M(values([
        ("meeting_minutes", AttributeValue::N(usage.meeting_minutes.to_string())),
        ("attendee_minutes", AttributeValue::N(usage.attendee_minutes.to_string())),
        ("peak", number(u64::from(usage.peak))),
    ]))
}

/// What a meeting's item says of its usage.
fn counted(item: &Item) -> Result<Counted, TableError> {
    if !item.contains_key("usage_revision") {
        return Ok(Counted::default());
    }
    let revision = Attributes(item).number("usage_revision")?;
    let read = || {
        let usage = item.get("usage")?.as_m().ok()?;
        let text = |name: &str| usage.get(name).and_then(|value| value.as_n().ok());
        let minutes = |name: &str| text(name).and_then(|text| text.parse::<Minutes>().ok());
        Some(MeetingUsage {
            meeting_minutes: minutes("meeting_minutes")?,
            attendee_minutes: minutes("attendee_minutes")?,
            peak: text("peak")?.parse().ok()?,
        })
    };
    Ok(Counted { revision, usage: Some(read().ok_or_else(|| malformed("usage"))?) })
}

/// The peaks as a map: how many attendees, and in how many meetings.
fn peaks_value(peaks: &Peaks) -> AttributeValue {
    AttributeValue::M(peaks.0.iter().map(|(peak, meetings)| (peak.to_string(), number(*meetings))).collect())
}

fn peaks(item: &Item) -> Result<Peaks, TableError> {
    let Some(value) = item.get("peaks") else { return Ok(Peaks::default()) };
    let read = |(peak, meetings): (&String, &AttributeValue)| {
        Some((peak.parse().ok()?, meetings.as_n().ok()?.parse().ok()?))
    };
    let peaks =
        value.as_m().ok().and_then(|map| map.iter().map(read).collect::<Option<BTreeMap<u32, u64>>>());
    peaks.map(Peaks).ok_or_else(|| malformed("peaks"))
}

#[cfg(test)]
mod tests {
    use super::super::items::text;
    use super::*;

    fn usage() -> MeetingUsage {
        MeetingUsage { meeting_minutes: Minutes(12_500), attendee_minutes: Minutes(20_001), peak: 2 }
    }

    #[test]
    fn what_was_counted_is_read_back() {
        let counted_before = values([("usage_revision", number(3)), ("usage", usage_value(&usage()))]);
        assert_eq!(counted(&counted_before), Ok(Counted { revision: 3, usage: Some(usage()) }));
        assert_eq!(counted(&values([("tenant", text("acme"))])), Ok(Counted::default()), "never counted");
        let peaks_before = Peaks([(2, 1), (12, 3)].into());
        assert_eq!(peaks(&values([("peaks", peaks_value(&peaks_before))])), Ok(peaks_before));
        assert_eq!(peaks(&Item::new()), Ok(Peaks::default()), "nobody joined on that day");
    }

    #[test]
    fn malformed_attributes_are_errors_that_name_them() {
        for (item, name, why) in [
            (values([("usage_revision", text("3"))]), "usage_revision", "a text"),
            (values([("usage_revision", number(3))]), "usage", "no usage"),
            (values([("usage_revision", number(3)), ("usage", number(1))]), "usage", "a number"),
        ] {
            let error = counted(&item).expect_err(why);
            assert!(error.detail.contains(&format!("`{name}`")), "{why}: {}", error.detail);
        }
        let map = |peak: &str, meetings| AttributeValue::M(values([(peak, meetings)]));
        for (value, why) in [
            (number(1), "a number"),
            (map("x", number(1)), "no number of attendees"),
            (map("2", text("1")), "a text"),
        ] {
            assert!(peaks(&values([("peaks", value)])).is_err(), "{why}");
        }
    }

    #[test]
    fn a_count_reads_again_when_another_was_faster() {
        for (codes, expected, why) in [
            (&["ConditionalCheckFailed", "None"] as &[_], true, "the meeting was counted"),
            (&["None", "ConditionalCheckFailed"], true, "the day's peaks have changed"),
            (&["TransactionConflict", "None"], true, "another transaction is at it"),
            (&["ThrottlingError", "ConditionalCheckFailed"], false, "throttled"),
            (&["ValidationError", "None"], false, "a fault"),
            (&["None", "None"], false, "no reason"),
            (&[], false, "none at all"),
        ] {
            let reasons: Vec<_> =
                codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
            assert_eq!(has_changed(&reasons), expected, "{why}");
        }
    }
}
