//! The meetings that exist, the tokens that made them, and Chime's rules about both.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::attendees::{Attendee, Attendees};
use super::operations::Operation;
use super::rules::{Rules, TokenMemory};

/// The account whose meetings these are: the one that AWS uses in examples.
pub const ACCOUNT: &str = "111122223333";

/// The most replicas of one primary meeting (developer guide, "Media replication").
pub const MAX_REPLICAS: usize = 4;

/// One meeting, alive or ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Meeting {
    /// what Chime answers as `Meeting`
    pub body: Value,
    /// the control region that made it
    pub region: String,
    /// the tags it was created with; no answer shows them
    pub tags: Value,
    /// the ARN of the queue that gets its events
    pub queue: Option<String>,
    /// whether it is still there
    pub alive: bool,
    pub(super) attendees: Attendees,
}

/// Why a meeting was not created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum CreateError {
    #[error("ClientRequestToken was used with other members")]
    TokenReused,
    #[error("the meeting of ClientRequestToken has ended")]
    TokenOfEnded,
    #[error("{0} meetings are open, as many as the account may have in a region")]
    QuotaIsFull(usize),
    #[error("PrimaryMeetingId {0}")]
    Primary(&'static str),
}

/// A creation that had no error.
#[derive(Debug)]
pub(super) struct Created<'m> {
    pub(super) answer: Value,
    /// none when the same request has made it before
    pub(super) meeting: Option<&'m Meeting>,
}

/// All meetings and all tokens.
#[derive(Debug, Default)]
pub(super) struct Meetings {
    /// in the order of their creation
    all: Vec<Meeting>,
    tokens: HashMap<Token, Remembered>,
}

/// A ClientRequestToken counts for one operation in one control region.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Token {
    operation: Operation,
    region: String,
    text: String,
}

/// What was sent with a token, and what it was answered.
#[derive(Debug)]
struct Remembered {
    members: Map<String, Value>,
    answer: Value,
}

impl Meetings {
    /// Every meeting made so far, ended ones too.
    pub(super) fn all(&self) -> &[Meeting] {
        &self.all
    }

    /// Creates a meeting, and its attendees where there are any, from valid members; or finds the answer that the same
    /// request had before.
    pub(super) fn create(
        &mut self,
        operation: Operation,
        members: &Map<String, Value>,
        region: &str,
        rules: &Rules,
    ) -> Result<Created<'_>, CreateError> {
        let token = text(members, "ClientRequestToken").to_owned();
        let token = Token { operation, region: region.to_owned(), text: token };
        if let Some(again) = self.remembered(&token, members, rules.token_memory) {
            return again.map(|answer| Created { answer, meeting: None });
        }
        let open = self.all.iter().filter(|meeting| meeting.alive && meeting.region == region).count();
        if let Some(most) = rules.max_open_meetings.filter(|most| open >= *most) {
            return Err(CreateError::QuotaIsFull(most));
        }
        if let Some(primary) = members.get("PrimaryMeetingId").and_then(Value::as_str) {
            self.check_primary(primary, region)?;
        }
        let body = meeting_body(members, region);
        let mut attendees = Attendees::new(members.get("MeetingFeatures"));
        let answer = match members.get("Attendees") {
            None => json!({ "Meeting": body }),
            items => {
                let (created, errors) = attendees.create_each(items, rules.repeats_attendee);
                json!({ "Meeting": body, "Attendees": created, "Errors": errors })
            }
        };
        let tags = members.get("Tags").cloned().unwrap_or_else(|| json!([]));
        let (region, queue) = (region.to_owned(), queue_of(members));
        self.all.push(Meeting { body, region, tags, queue, alive: true, attendees });
        self.tokens.insert(token, Remembered { members: members.clone(), answer: answer.clone() });
        Ok(Created { answer, meeting: self.all.last() })
    }

    /// What a request with a token is answered that was used before; `None` makes a meeting.
    fn remembered(
        &self,
        token: &Token,
        members: &Map<String, Value>,
        memory: TokenMemory,
    ) -> Option<Result<Value, CreateError>> {
        if memory == TokenMemory::Forgotten {
            return None;
        }
        let before = self.tokens.get(token)?;
        if before.members != *members {
            return Some(Err(CreateError::TokenReused));
        }
        let id = before.answer.pointer("/Meeting/MeetingId").and_then(Value::as_str).unwrap_or_default();
        let goes_on = self.all.iter().any(|meeting| meeting.is(id, &token.region));
        match memory {
            TokenMemory::WhileMeetingGoesOn if !goes_on => None,
            TokenMemory::ConflictOnceEnded if !goes_on => Some(Err(CreateError::TokenOfEnded)),
            _ => Some(Ok(before.answer.clone())),
        }
    }

    /// Adds a meeting in place of one with the same id.
    pub(super) fn plant(&mut self, meeting: Meeting) {
        self.all.retain(|other| other.id() != meeting.id());
        self.all.push(meeting);
    }

    /// A living meeting of this control region.
    pub(super) fn get_mut(&mut self, id: &str, region: &str) -> Option<&mut Meeting> {
        self.all.iter_mut().find(|meeting| meeting.is(id, region))
    }

    /// Ends a meeting and its replicas. Returns those that had not ended before.
    pub(super) fn end(&mut self, id: &str, region: &str) -> Vec<&Meeting> {
        let ending = self.all.iter_mut().filter(|meeting| meeting.alive && meeting.region == region);
        let ending = ending.filter(|meeting| meeting.id() == id || meeting.primary() == Some(id));
        ending
            .map(|meeting| {
                meeting.alive = false;
                &*meeting
            })
            .collect()
    }

    /// Ends a meeting in whatever region it is. Returns what has ended with it.
    pub(super) fn end_by_itself(&mut self, id: &str) -> Vec<&Meeting> {
        let region = self.all.iter().find(|meeting| meeting.id() == id).map(|meeting| meeting.region.clone());
        region.map(|region| self.end(id, &region)).unwrap_or_default()
    }

    fn check_primary(&self, primary: &str, region: &str) -> Result<(), CreateError> {
        let Some(meeting) = self.all.iter().find(|meeting| meeting.is(primary, region)) else {
            return Err(CreateError::Primary("names no meeting that exists"));
        };
        if meeting.primary().is_some() {
            return Err(CreateError::Primary("names a meeting that is itself a replica"));
        }
        let replicas =
            self.all.iter().filter(|other| other.alive && other.primary() == Some(primary)).count();
        if replicas >= MAX_REPLICAS {
            return Err(CreateError::Primary(
                "names a meeting that already has the most replicas allowed, 4",
            ));
        }
        Ok(())
    }
}

impl Meeting {
    /// The MeetingId.
    #[must_use]
    pub fn id(&self) -> &str {
        self.body.get("MeetingId").and_then(Value::as_str).unwrap_or_default()
    }

    /// Every attendee made so far, deleted ones too, in order.
    #[must_use]
    pub fn attendees(&self) -> &[Attendee] {
        self.attendees.all()
    }

    /// The meeting as `GET /simulator/meetings` lists it, JoinTokens included.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let attendees = self.attendees.all().iter();
        let attendees: Vec<Value> = attendees
            .map(|attendee| json!({ "Attendee": attendee.body, "deleted": attendee.deleted }))
            .collect();
        json!({
            "Meeting": self.body, "Tags": self.tags, "region": self.region, "alive": self.alive,
            "queue": self.queue, "attendees": attendees,
        })
    }

    fn is(&self, id: &str, region: &str) -> bool {
        self.alive && self.region == region && self.id() == id
    }

    fn primary(&self) -> Option<&str> {
        self.body.get("PrimaryMeetingId").and_then(Value::as_str)
    }
}

/// Every member of the model's `Meeting`. Members that repeat the request are there only if the request has them.
pub(super) fn meeting_body(members: &Map<String, Value>, region: &str) -> Value {
    let id = Uuid::new_v4().to_string();
    let media_region = text(members, "MediaRegion");
    let host = format!("m1.{}.app.chime.aws", short_region(media_region));
    let tokenless = id.replace('-', "");
    let mut body = json!({
        "MeetingId": id,
        "MeetingArn": format!("arn:{}:chime:{region}:{ACCOUNT}:meeting/{id}", partition(region)),
        "ExternalMeetingId": text(members, "ExternalMeetingId"),
        "MediaRegion": media_region,
        "MediaPlacement": {
            "AudioHostUrl": format!("{tokenless}.k.{host}:3478"),
            "AudioFallbackUrl": format!("wss://wss.k.{host}:443/calls/{id}"),
            "SignalingUrl": format!("wss://signal.{host}/control/{id}"),
            "TurnControlUrl": format!("https://ccp.cp.{host}/v2/turn_sessions"),
            "ScreenDataUrl": format!("wss://bitpw.{host}:443/v2/screen/{id}"),
            "ScreenViewingUrl": format!("wss://bitpw.{host}:443/ws/connect?passcode=null&viewer_uuid=null&X-BitHub-Call-Id={id}"),
            "ScreenSharingUrl": format!("wss://bitpw.{host}:443/v2/screen/{id}"),
            "EventIngestionUrl": format!("https://data.svc.{}.ingest.chime.aws/v1/client-events", short_region(media_region)),
        },
    });
    if let Value::Object(body) = &mut body {
        for echoed in ["MeetingHostId", "MeetingFeatures", "PrimaryMeetingId", "TenantIds"] {
            if let Some(value) = members.get(echoed) {
                body.insert(echoed.to_owned(), value.clone());
            }
        }
    }
    body
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> &'a str {
    members.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn partition(region: &str) -> &'static str {
    if region.starts_with("us-gov-") { "aws-us-gov" } else { "aws" }
}

/// `eu-central-1` as Chime's host names have it: `ec1`.
fn short_region(region: &str) -> String {
    region.split('-').filter_map(|part| part.chars().next()).collect()
}

/// The queue that a creation's members name.
fn queue_of(members: &Map<String, Value>) -> Option<String> {
    let queue = members.get("NotificationsConfiguration")?.get("SqsQueueArn")?;
    queue.as_str().map(str::to_owned)
}
