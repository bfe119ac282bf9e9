//! Puts events on an EventBridge bus.

use std::time::Duration;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::config::{AppName, Config, Region, SharedCredentialsProvider};
use aws_sdk_eventbridge::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_eventbridge::operation::put_events::PutEventsError;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Serialize;
use tokio::time::{Instant, sleep, timeout};

use super::put_error::{MAX_BYTES, PutError};
use super::tenant_event::TenantEvent;
use crate::log_text::bounded;
use crate::outbound::{Outbound, backoff, chain_of_causes, client_config};

/// Maximum number of entries in one PutEvents request (EventBridge's API reference).
const MAX_ENTRIES: usize = 10;

/// What an entry's time counts in its size (same page).
const TIME_BYTES: usize = 14;

/// Maximum number of attempts at one entry.
const MAX_ATTEMPTS: u32 = 3;

/// Maximum time for one attempt.
const MAX_ATTEMPT_TIME: Duration = Duration::from_secs(5);

/// No attempt starts with less time than this.
const MIN_ATTEMPT_TIME: Duration = Duration::from_millis(300);

/// Maximum wait before the second attempt. It doubles with each attempt. The wait is random, at least half of it.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// The source of every entry.
const SOURCE: &str = "meeting-gateway";

/// Settings of the bus.
#[derive(Debug, Clone)]
pub struct BusSettings {
    /// The bus's name or ARN (`EVENT_BUS_NAME`).
    pub name: String,
    /// The region.
    pub region: String,
    /// Credentials that requests are signed with.
    pub credentials: SharedCredentialsProvider,
    /// The application's name in the User-Agent of requests (`AWS_SDK_UA_APP_ID`).
    pub app_name: Option<AppName>,
    /// `AWS_USE_FIPS_ENDPOINT`.
    pub use_fips: bool,
    /// `AWS_USE_DUALSTACK_ENDPOINT`.
    pub use_dual_stack: bool,
    /// `AWS_ENDPOINT_URL_EVENTBRIDGE` or `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
}

/// An EventBridge bus.
#[derive(Debug)]
pub struct Bus {
    client: Client,
    name: String,
}

/// What becomes of one attempt at an entry.
#[derive(Debug, PartialEq, Eq)]
enum Attempted {
    /// It is on the bus, with that id.
    Taken(String),
    /// Another attempt may succeed.
    Failed(String),
    /// No attempt can succeed.
    Refused(String),
}

/// An entry, with the index of its event.
struct Entry {
    index: usize,
    bytes: usize,
    entry: PutEventsRequestEntry,
    /// Why the last attempt failed.
    failed: Option<String>,
}

/// What EventBridge answered to a whole request.
enum Answered {
    /// For each entry, what became of it.
    Each(Vec<Attempted>),
    /// No attempt can succeed with these entries together; one alone may.
    RefusedTogether(String),
}

impl Bus {
    /// Creates the client. Sends nothing.
    #[must_use]
    pub fn new(settings: BusSettings, outbound: &Outbound) -> Self {
        // Retries are made here: the SDK's would repeat entries that were taken.
        let mut config = client_config!(Config::builder(), outbound, settings.credentials, settings.app_name)
            .region(Region::new(settings.region))
            .use_fips(settings.use_fips)
            .use_dual_stack(settings.use_dual_stack);
        config.set_endpoint_url(settings.endpoint_url);
        Bus { client: Client::from_conf(config.build()), name: settings.name }
    }

    /// Puts events on the bus, each with the id of its message, its tenant where that is known, and the gateway's name. Returns
    /// EventBridge's id or an error for each event, in their order.
    ///
    /// A bus that does not exist takes events and drops them, without an error.
    pub(super) async fn put(
        &self,
        events: &[&TenantEvent<'_>],
        service: &str,
        deadline: Instant,
    ) -> Vec<Result<String, PutError>> {
        let mut results: Vec<Result<String, PutError>> = vec![Err(PutError::OutOfTime); events.len()];
        let mut entries = Vec::new();
        for (index, event) in events.iter().enumerate() {
            let entry = self.entry(event, service);
            let bytes = size(&entry);
            if bytes <= MAX_BYTES {
                entries.push(Entry { index, bytes, entry, failed: None });
            } else if let Some(result) = results.get_mut(index) {
                *result = Err(PutError::TooLarge(bytes));
            }
        }
        for request in requests(entries) {
            for (index, result) in self.put_with_retries(request, deadline).await {
                if let Some(slot) = results.get_mut(index) {
                    *slot = result;
                }
            }
        }
        results
    }

    fn entry(&self, of: &TenantEvent<'_>, service: &str) -> PutEventsRequestEntry {
        let event = &of.event;
        let own = OwnMembers { message_id: &of.message.message_id, service, tenant: of.tenant.as_deref() };
        let time =
            event.time.as_deref().and_then(|time| DateTime::from_str(time, Format::DateTimeWithOffset).ok());
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(&event.detail_type)
            .detail(detail(&own, &event.detail))
            .set_time(time)
            .set_resources(Some(event.resources.clone()))
            .build()
    }

    /// Puts the entries of one request. Only those that failed are tried again.
    async fn put_with_retries(
        &self,
        mut entries: Vec<Entry>,
        deadline: Instant,
    ) -> Vec<(usize, Result<String, PutError>)> {
        let mut results = Vec::new();
        for attempt in 1..=MAX_ATTEMPTS {
            let left = deadline.saturating_duration_since(Instant::now());
            if left < MIN_ATTEMPT_TIME {
                break;
            }
            let attempted = self.put_once(&entries, deadline).await;
            let mut failed = Vec::new();
            for (entry, attempted) in entries.into_iter().zip(attempted) {
                match attempted {
                    Attempted::Taken(id) => results.push((entry.index, Ok(id))),
                    Attempted::Refused(why) => results.push((entry.index, Err(PutError::NotTaken(why)))),
                    Attempted::Failed(why) => failed.push(Entry { failed: Some(why), ..entry }),
                }
            }
            entries = failed;
            let Some(first) = entries.first() else { break };
            if attempt < MAX_ATTEMPTS {
                let (cause, count) = (first.failed.as_deref(), entries.len());
                tracing::warn!(attempt, count, cause, "EventBridge failed, retrying");
                sleep(backoff(FIRST_BACKOFF, attempt)).await;
            }
        }
        let error = |failed: Option<String>| failed.map_or(PutError::OutOfTime, PutError::NotTaken);
        results.extend(entries.into_iter().map(|entry| (entry.index, Err(error(entry.failed)))));
        results
    }

    /// One attempt at each entry: one request, or one for each entry where EventBridge refuses them together. So an entry
    /// that breaks a rule of EventBridge does not keep the others from the bus.
    async fn put_once(&self, entries: &[Entry], deadline: Instant) -> Vec<Attempted> {
        match self.request(entries, deadline).await {
            Answered::Each(attempted) => attempted,
            Answered::RefusedTogether(why) if entries.len() <= 1 => {
                entries.iter().map(|_| Attempted::Refused(why.clone())).collect()
            }
            Answered::RefusedTogether(_) => {
                let mut attempted = Vec::new();
                for entry in entries.chunks(1) {
                    attempted.extend(match self.request(entry, deadline).await {
                        Answered::Each(attempted) => attempted,
                        Answered::RefusedTogether(why) => vec![Attempted::Refused(why)],
                    });
                }
                attempted
            }
        }
    }

    async fn request(&self, entries: &[Entry], deadline: Instant) -> Answered {
        let request = self.client.put_events();
        let request = request.set_entries(Some(entries.iter().map(|entry| entry.entry.clone()).collect()));
        let all = |attempted: fn(String) -> Attempted, why: &str| {
            Answered::Each(entries.iter().map(|_| attempted(why.to_owned())).collect())
        };
        let time = deadline.saturating_duration_since(Instant::now()).min(MAX_ATTEMPT_TIME);
        match timeout(time, request.send()).await {
            Err(_) => all(Attempted::Failed, "no answer within the time for one attempt"),
            Ok(Err(error)) if may_succeed(&error) => all(Attempted::Failed, &describe(&error)),
            Ok(Err(error)) if concerns_every_entry(&error) => all(Attempted::Refused, &describe(&error)),
            Ok(Err(error)) => Answered::RefusedTogether(describe(&error)),
            Ok(Ok(answer)) => {
                let answers = answer.entries.unwrap_or_default();
                let answers = answers.iter().map(Some).chain(std::iter::repeat(None));
                Answered::Each(entries.iter().zip(answers).map(|(_, answer)| attempted(answer)).collect())
            }
        }
    }
}

/// The member `meetingGateway` of an entry's detail. The bus's consumers tell repeats by the id of the message.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OwnMembers<'o> {
    message_id: &'o str,
    service: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'o str>,
}

/// The detail with the gateway's own member.
fn detail(own: &OwnMembers<'_>, detail: &str) -> String {
    // Text always serializes.
    let own = serde_json::to_string(own).unwrap_or_default();
    let members = detail.strip_prefix('{').unwrap_or_default().trim_start();
    let comma = if members.starts_with('}') { "" } else { "," };
    format!(r#"{{"meetingGateway":{own}{comma}{members}"#)
}

/// The size of an entry, as EventBridge counts it.
fn size(entry: &PutEventsRequestEntry) -> usize {
    let texts = [entry.source(), entry.detail_type(), entry.detail()];
    let texts = texts.into_iter().flatten().map(str::len);
    let resources = entry.resources().iter().map(String::len);
    let time = entry.time().map(|_| TIME_BYTES);
    texts.chain(resources).chain(time).fold(0, usize::saturating_add)
}

/// Groups entries into requests within EventBridge's limits.
fn requests(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut requests: Vec<Vec<Entry>> = Vec::new();
    let mut bytes = 0_usize;
    for entry in entries {
        bytes = bytes.saturating_add(entry.bytes);
        match requests.last_mut() {
            Some(request) if request.len() < MAX_ENTRIES && bytes <= MAX_BYTES => request.push(entry),
            _ => {
                bytes = entry.bytes;
                requests.push(vec![entry]);
            }
        }
    }
    requests
}

/// What an answer's entry says. EventBridge documents which two errors another attempt may cure.
fn attempted(answer: Option<&PutEventsResultEntry>) -> Attempted {
    match answer.map(|answer| (answer.error_code(), answer.event_id())) {
        Some((None, Some(id))) => Attempted::Taken(id.to_owned()),
        Some((Some(code @ ("InternalFailure" | "ThrottlingException")), _)) => {
            Attempted::Failed(code.to_owned())
        }
        Some((Some(code), _)) => Attempted::Refused(bounded(code).into_owned()),
        Some((None, None)) => {
            Attempted::Failed("the answer has neither an id nor an error for it".to_owned())
        }
        None => Attempted::Failed("the answer has no entry for it".to_owned()),
    }
}

/// Whether a refused request would be refused with other entries too: IAM or the signature, not what is in them.
fn concerns_every_entry(error: &SdkError<PutEventsError, HttpResponse>) -> bool {
    let code = error.code().unwrap_or_default();
    matches!(error, SdkError::ConstructionFailure(_))
        || ["AccessDenied", "Token", "Signature", "Credential", "Unauthorized", "NotAuthorized", "OptIn"]
            .iter()
            .any(|part| code.contains(part))
}

/// Whether another attempt at the whole request may succeed: there was no answer, or one of throttling or of a failure.
fn may_succeed(error: &SdkError<PutEventsError, HttpResponse>) -> bool {
    let status = error.raw_response().map(|response| response.status().as_u16());
    match (error, status) {
        (SdkError::ConstructionFailure(_), _) => false,
        (_, None) => true,
        (_, Some(status)) => {
            status >= 500 || status == 429 || error.code().is_some_and(|code| code.contains("Throttl"))
        }
    }
}

fn describe(error: &SdkError<PutEventsError, HttpResponse>) -> String {
    let status = error.raw_response().map(|response| response.status().as_u16());
    match (error, status) {
        // EventBridge's messages may quote members of the request, so only the code is logged.
        (SdkError::ServiceError(_), Some(status)) => {
            format!("status {status}, code {}", bounded(error.code().unwrap_or("none")))
        }
        (_, Some(status)) => format!("status {status}, {}", chain_of_causes(error)),
        (_, None) => chain_of_causes(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(bytes: usize) -> Entry {
        Entry { index: 0, bytes, entry: PutEventsRequestEntry::builder().build(), failed: None }
    }

    fn grouped(sizes: &[usize]) -> Vec<usize> {
        requests(sizes.iter().copied().map(entry).collect()).iter().map(Vec::len).collect()
    }

    #[test]
    fn a_request_has_at_most_ten_entries_and_256_kb() {
        assert_eq!(grouped(&[]), Vec::<usize>::new());
        assert_eq!(grouped(&[1; 10]), [10]);
        assert_eq!(grouped(&[1; 11]), [10, 1]);
        assert_eq!(grouped(&[MAX_BYTES]), [1]);
        assert_eq!(grouped(&[MAX_BYTES / 2; 3]), [2, 1]);
        assert_eq!(grouped(&[MAX_BYTES / 2 + 1; 3]), [1, 1, 1]);
        assert_eq!(grouped(&[1, MAX_BYTES, 1]), [1, 1, 1]);
    }

    #[test]
    fn an_entry_is_on_the_bus_only_with_an_id() {
        let answer = PutEventsResultEntry::builder;
        let failed = |why: &str| Attempted::Failed(why.to_owned());
        for (answer, expected, why) in [
            (Some(answer().event_id("e-1").build()), Attempted::Taken("e-1".to_owned()), "an id"),
            (
                Some(answer().error_code("ThrottlingException").build()),
                failed("ThrottlingException"),
                "documented",
            ),
            (Some(answer().error_code("InternalFailure").build()), failed("InternalFailure"), "documented"),
            (
                Some(answer().error_code("MalformedDetail").build()),
                Attempted::Refused("MalformedDetail".to_owned()),
                "documented as not to be repeated",
            ),
            (Some(answer().build()), failed("the answer has neither an id nor an error for it"), "neither"),
            (None, failed("the answer has no entry for it"), "fewer entries than were sent"),
        ] {
            assert_eq!(attempted(answer.as_ref()), expected, "{why}");
        }
    }

    #[test]
    fn the_size_counts_every_part_that_eventbridge_counts() {
        let entry = PutEventsRequestEntry::builder().source("12345").detail_type("123").detail("{}");
        assert_eq!(size(&entry.clone().build()), 10);
        let timed = entry.clone().time(DateTime::from_secs(0)).build();
        assert_eq!(size(&timed), 24);
        assert_eq!(size(&entry.resources("é").event_bus_name("not counted").build()), 12);
    }

    #[test]
    fn the_detail_keeps_chimes_text_and_names_message_and_tenant() {
        let own = |tenant| OwnMembers { message_id: "m-1", service: "stack", tenant };
        assert_eq!(
            detail(&own(None), r#"{"a":1.0,"b":[]}"#),
            r#"{"meetingGateway":{"messageId":"m-1","service":"stack"},"a":1.0,"b":[]}"#
        );
        assert_eq!(
            detail(&own(Some("acme")), "{ }"),
            r#"{"meetingGateway":{"messageId":"m-1","service":"stack","tenant":"acme"}}"#
        );
    }
}
