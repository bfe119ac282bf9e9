//! A user, or a backend: asks, and after a refusal asks again as docs/frontends.md advises.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use crate::client::{Answer, Ask, Client};
use crate::records::Refusal;
use crate::world::{Held, World};

/// How long a client waits at least where an answer has no Retry-After.
const WITHOUT_RETRY_AFTER: Duration = Duration::from_secs(1);

/// The random time on top, so that those who were refused together do not come back together.
const JITTER: Duration = Duration::from_secs(3);

/// The same after LimitExceededException, whose Retry-After is a minute.
const JITTER_OF_FULL: Duration = Duration::from_secs(10);

/// How often a user asks at most.
const MAX_TRIES: u32 = 15;

pub(crate) struct User {
    world: Arc<World>,
    tenant: &'static str,
    subject: String,
    client: Client,
    random: fastrand::Rng,
}

impl User {
    pub(crate) fn new(
        world: &Arc<World>,
        tenant: &'static str,
        groups: &[&str],
        subject: &str,
        seed: u64,
    ) -> Self {
        let client = Client::new(world.front, &world.token(tenant, groups, subject));
        let subject = subject.to_owned();
        Self { world: Arc::clone(world), tenant, subject, client, random: fastrand::Rng::with_seed(seed) }
    }

    /// Creates a meeting; none when there is none until then.
    pub(crate) async fn create(&mut self, name: &str, intended: Instant, until: Instant) -> Option<String> {
        let ask = Ask {
            operation: "CreateMeeting",
            method: "POST",
            path: "/meetings".to_owned(),
            body: Some(json!({ "ExternalMeetingId": name })),
            key: Some(format!("key-{name}")),
        };
        let answer = self.ask(&ask, intended, until, None).await?;
        self.note_meeting(name, &answer)
    }

    /// Joins a meeting. Returns the id of the attendee; none when the meeting has ended before.
    pub(crate) async fn join(&mut self, meeting: &Held, intended: Instant) -> Option<String> {
        let ask = Ask::of_meeting("Join", "POST", format!("/meetings/{}/join", meeting.id));
        let answer = self.ask(&ask, intended, meeting.ends, Some(meeting)).await?;
        self.attendee_of(&meeting.id, &answer)
    }

    /// Joins a room. Returns the ids of the meeting and of the attendee.
    pub(crate) async fn join_room(
        &mut self,
        room: &str,
        intended: Instant,
        until: Instant,
    ) -> Option<(String, String)> {
        let ask = Ask::of_meeting("JoinRoom", "POST", format!("/rooms/{room}/join"));
        let answer = self.ask(&ask, intended, until, None).await?;
        let meeting = self.note_meeting(room, &answer)?;
        let attendee = self.attendee_of(&meeting, &answer)?;
        Some((meeting, attendee))
    }

    /// Looks at a meeting.
    pub(crate) async fn look(&mut self, meeting: &Held, intended: Instant) {
        let ask = Ask::of_meeting("GetMeeting", "GET", format!("/meetings/{}", meeting.id));
        let Some(answer) = self.ask(&ask, intended, meeting.ends, Some(meeting)).await else { return };
        if answer.pointer("/Meeting/MeetingId").and_then(Value::as_str) != Some(meeting.id.as_str()) {
            self.world.records.fault(format!("a look at {} was answered with {answer}", meeting.id));
        }
    }

    /// Removes somebody.
    pub(crate) async fn remove(&mut self, meeting: &str, attendee: &str, intended: Instant, until: Instant) {
        let path = format!("/meetings/{meeting}/attendees/{attendee}");
        self.ask(&Ask::of_meeting("DeleteAttendee", "DELETE", path), intended, until, None).await;
    }

    /// Ends a meeting.
    pub(crate) async fn end(&mut self, meeting: &Held, intended: Instant) {
        meeting.begin_to_end();
        let ask = Ask::of_meeting("DeleteMeeting", "DELETE", format!("/meetings/{}", meeting.id));
        if self.ask(&ask, intended, self.world.latest, None).await.is_some() {
            self.world.records.ended(&meeting.id);
        }
    }

    /// Ends a room's meeting.
    pub(crate) async fn end_room(&mut self, room: &str, meeting: &str, intended: Instant) {
        let ask = Ask::of_meeting("DeleteRoom", "DELETE", format!("/rooms/{room}"));
        if self.ask(&ask, intended, self.world.latest, None).await.is_some() {
            self.world.records.ended(meeting);
        }
    }

    /// Asks at that time, and again after each refusal, but not later than `until`. None when nothing came of it. The
    /// time that a request takes counts from when it is meant to be sent.
    async fn ask(
        &mut self,
        ask: &Ask,
        mut intended: Instant,
        until: Instant,
        of: Option<&Held>,
    ) -> Option<Value> {
        let first = intended;
        for attempt in 1..=MAX_TRIES {
            sleep_until(intended).await;
            self.world.records.sent(ask.operation);
            let answer = match self.client.send(ask).await {
                Ok(answer) => answer,
                Err(error) => {
                    self.world.records.fault(format!("{} {}: {error}", ask.method, ask.path));
                    return None;
                }
            };
            let records = &self.world.records;
            match (answer.status, refusal(&answer)) {
                (200 | 201 | 204, _) => {
                    let took = intended.elapsed();
                    records.served(ask.operation, took, (attempt > 1).then(|| first.elapsed()));
                    if ask.operation == "Join" {
                        records.joined(answer.request_id, took);
                    }
                    return Some(answer.body);
                }
                (_, Some(refusal)) => {
                    records.refused(ask.operation, refusal);
                    let jitter = match refusal {
                        Refusal::ApiGateway | Refusal::ChimeRate => JITTER,
                        Refusal::MeetingsAtOnce | Refusal::Limits => JITTER_OF_FULL,
                    };
                    let wait = answer.retry_after.unwrap_or(WITHOUT_RETRY_AFTER);
                    let wait = wait.saturating_add(jitter.mul_f64(self.random.f64()));
                    intended = Instant::now().checked_add(wait).unwrap_or(until);
                    if intended >= until {
                        break;
                    }
                }
                (404, None) if of.is_some_and(Held::may_have_ended) => {
                    records.too_late(ask.operation);
                    return None;
                }
                _ => {
                    let Answer { status, body, .. } = answer;
                    records.fault(format!("{} {}: {status} {body}", ask.method, ask.path));
                    return None;
                }
            }
        }
        self.world.records.gave_up(ask.operation);
        None
    }

    fn note_meeting(&self, name: &str, answer: &Value) -> Option<String> {
        let meeting = answer.pointer("/Meeting/MeetingId").and_then(Value::as_str);
        let is_whole = answer.pointer("/Meeting/ExternalMeetingId").and_then(Value::as_str) == Some(name)
            && answer.pointer("/Meeting/TenantIds/0").and_then(Value::as_str) == Some(self.tenant);
        match meeting.filter(|_| is_whole) {
            Some(meeting) => {
                self.world.records.handed_out(self.tenant, name, meeting);
                Some(meeting.to_owned())
            }
            None => {
                self.world.records.fault(format!("`{name}` was answered with another meeting: {answer}"));
                None
            }
        }
    }

    fn attendee_of(&self, meeting: &str, answer: &Value) -> Option<String> {
        let is_whole = answer.pointer("/Meeting/MeetingId").and_then(Value::as_str) == Some(meeting)
            && answer.pointer("/Attendee/ExternalUserId").and_then(Value::as_str)
                == Some(self.subject.as_str())
            && answer.pointer("/Attendee/JoinToken").is_some_and(Value::is_string);
        let attendee = answer.pointer("/Attendee/AttendeeId").and_then(Value::as_str).filter(|_| is_whole);
        if attendee.is_none() {
            self.world.records.fault(format!("a join of {meeting} was answered with {answer}"));
        }
        attendee.map(str::to_owned)
    }
}

impl Ask {
    fn of_meeting(operation: &'static str, method: &'static str, path: String) -> Self {
        Self { operation, method, path, body: None, key: None }
    }
}

/// Who refused, where it is a refusal that a client may expect.
fn refusal(answer: &Answer) -> Option<Refusal> {
    let text = |name: &str| answer.body.get(name).and_then(Value::as_str);
    match (answer.status, text("Code")) {
        (429, None) if text("message") == Some("Too Many Requests") => Some(Refusal::ApiGateway),
        // The gateway's own refusals say when to come back.
        (429, Some(_)) if answer.retry_after.is_none() => None,
        (429, Some("ThrottlingException")) => Some(Refusal::ChimeRate),
        (429, Some("LimitExceededException")) => match text("Message") {
            Some(message) if message.contains("`OpenMeetings") => Some(Refusal::Limits),
            _ => Some(Refusal::MeetingsAtOnce),
        },
        _ => None,
    }
}
