//! The attendees of one meeting and Chime's rules about them.

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The most attendees of a meeting that sets no MaxCount (model, `AttendeeMax`).
pub const MAX_ATTENDEES: usize = 250;

/// How many attendees ListAttendees answers when `max-results` is absent. The real number is undocumented.
pub const DEFAULT_PAGE: usize = 50;

/// One attendee, there or deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct Attendee {
    /// what Chime answers as `Attendee`, its JoinToken included
    pub body: Value,
    /// whether it was deleted
    pub deleted: bool,
}

/// Why an attendee was not created or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum AttendeeError {
    #[error("Capabilities.{0} is not None, but MeetingFeatures.{0}.MaxResolution of the meeting is")]
    FeatureIsNone(&'static str),
    #[error("the meeting has the most attendees allowed, {0}")]
    LimitExceeded(usize),
}

/// The attendees of one meeting.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Attendees {
    /// in the order of their creation, deleted ones too
    all: Vec<Attendee>,
    max_count: usize,
    has_video: bool,
    has_content: bool,
    /// the tokens that ListAttendees gave out, each with the index in `all` where its page begins
    next_tokens: HashMap<String, usize>,
}

/// A part of the attendees, and the token of the next one.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) attendees: Vec<Value>,
    pub(super) next_token: Option<String>,
}

impl Attendees {
    /// No attendees yet, for a meeting with these MeetingFeatures.
    pub(super) fn new(features: Option<&Value>) -> Self {
        let at = |pointer: &str| features.and_then(|features| features.pointer(pointer));
        let max_count = at("/Attendee/MaxCount").and_then(Value::as_u64);
        Self {
            all: Vec::new(),
            max_count: max_count.and_then(|count| usize::try_from(count).ok()).unwrap_or(MAX_ATTENDEES),
            has_video: at("/Video/MaxResolution").is_none_or(|resolution| resolution != "None"),
            has_content: at("/Content/MaxResolution").is_none_or(|resolution| resolution != "None"),
            next_tokens: HashMap::new(),
        }
    }

    /// Adds an attendee with that id.
    pub(super) fn plant(&mut self, id: &str, external_user_id: &str) {
        let body = json!({
            "ExternalUserId": external_user_id,
            "AttendeeId": id,
            "JoinToken": join_token(),
            "Capabilities": self.default_capabilities(),
        });
        self.all.push(Attendee { body, deleted: false });
    }

    /// Every attendee made so far, deleted ones too.
    pub(super) fn all(&self) -> &[Attendee] {
        &self.all
    }

    /// Creates an attendee from valid members. With `repeats`, an ExternalUserId that is there already gives its
    /// attendee again, as it is.
    pub(super) fn create(
        &mut self,
        members: &Map<String, Value>,
        repeats: bool,
    ) -> Result<Value, AttendeeError> {
        let capabilities = members.get("Capabilities");
        if let Some(asked) = capabilities {
            self.check_capabilities(asked)?;
        }
        let user = members.get("ExternalUserId");
        let mut present = self.all.iter().filter(|attendee| !attendee.deleted);
        if repeats && let Some(same) = present.find(|other| other.body.get("ExternalUserId") == user) {
            return Ok(same.body.clone());
        }
        if self.all.iter().filter(|attendee| !attendee.deleted).count() >= self.max_count {
            return Err(AttendeeError::LimitExceeded(self.max_count));
        }
        let body = json!({
            "ExternalUserId": user,
            "AttendeeId": Uuid::new_v4().to_string(),
            "JoinToken": join_token(),
            "Capabilities": capabilities.cloned().unwrap_or_else(|| self.default_capabilities()),
        });
        self.all.push(Attendee { body: body.clone(), deleted: false });
        Ok(body)
    }

    /// Creates several attendees. Returns those that were created, and a `CreateAttendeeError` for each other one.
    pub(super) fn create_each(&mut self, items: Option<&Value>, repeats: bool) -> (Vec<Value>, Vec<Value>) {
        let (mut created, mut errors) = (Vec::new(), Vec::new());
        let items = items.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for item in items.iter().filter_map(Value::as_object) {
            match self.create(item, repeats) {
                Ok(attendee) => created.push(attendee),
                Err(error) => errors.push(json!({
                    "ExternalUserId": item.get("ExternalUserId"),
                    "ErrorCode": error.code(),
                    "ErrorMessage": error.to_string(),
                })),
            }
        }
        (created, errors)
    }

    /// An attendee that was not deleted.
    pub(super) fn get(&self, id: &str) -> Option<&Attendee> {
        self.all.iter().find(|attendee| attendee.is_present(id))
    }

    /// Deletes an attendee and returns it; none when there is none.
    pub(super) fn delete(&mut self, id: &str) -> Option<Attendee> {
        let found = self.all.iter_mut().find(|attendee| attendee.is_present(id))?;
        found.deleted = true;
        Some(found.clone())
    }

    /// At most `max` attendees, from the beginning or from where a token was given out; none for any other token.
    pub(super) fn page(&mut self, token: Option<&str>, max: usize) -> Option<Page> {
        let start = match token {
            None => 0,
            Some(token) => *self.next_tokens.get(token)?,
        };
        let mut present = self.all.iter().enumerate().skip(start).filter(|(_, attendee)| !attendee.deleted);
        let attendees = present.by_ref().take(max).map(|(_, attendee)| attendee.body.clone()).collect();
        let next_token = present.next().map(|(index, _)| (Uuid::new_v4().to_string(), index));
        self.next_tokens.extend(next_token.clone());
        Some(Page { attendees, next_token: next_token.map(|(token, _)| token) })
    }

    /// Gives an attendee other capabilities; none when there is no such attendee.
    pub(super) fn update(
        &mut self,
        id: &str,
        capabilities: &Value,
    ) -> Result<Option<Attendee>, AttendeeError> {
        if self.get(id).is_none() {
            return Ok(None);
        }
        self.check_capabilities(capabilities)?;
        let found = self.all.iter_mut().find(|attendee| attendee.is_present(id));
        Ok(found.map(|attendee| {
            attendee.set_capabilities(capabilities);
            attendee.clone()
        }))
    }

    /// Gives all attendees but these other capabilities, and returns them. Ids that no attendee has count for nothing.
    pub(super) fn update_except(
        &mut self,
        excluded: &[&str],
        capabilities: &Value,
    ) -> Result<Vec<Attendee>, AttendeeError> {
        self.check_capabilities(capabilities)?;
        let others = self.all.iter_mut().filter(|attendee| !excluded.contains(&attendee.id()));
        let others = others.filter(|attendee| !attendee.deleted);
        Ok(others
            .map(|attendee| {
                attendee.set_capabilities(capabilities);
                attendee.clone()
            })
            .collect())
    }

    /// Refuses what the meeting has switched off (documentation of `AttendeeCapabilities`).
    fn check_capabilities(&self, capabilities: &Value) -> Result<(), AttendeeError> {
        let is_none = |kind: &str| capabilities.get(kind).is_none_or(|value| value == "None");
        for (kind, allowed) in [("Video", self.has_video), ("Content", self.has_content)] {
            if !allowed && !is_none(kind) {
                return Err(AttendeeError::FeatureIsNone(kind));
            }
        }
        Ok(())
    }

    /// What an attendee gets who asks for nothing. A meeting without video but with content gives Video Receive, since
    /// content needs it (documentation of `AttendeeCapabilities`).
    fn default_capabilities(&self) -> Value {
        let video = match (self.has_video, self.has_content) {
            (true, _) => "SendReceive",
            (false, true) => "Receive",
            (false, false) => "None",
        };
        let content = if self.has_content { "SendReceive" } else { "None" };
        json!({ "Audio": "SendReceive", "Video": video, "Content": content })
    }
}

impl Attendee {
    /// The AttendeeId.
    #[must_use]
    pub fn id(&self) -> &str {
        self.body.get("AttendeeId").and_then(Value::as_str).unwrap_or_default()
    }

    /// The ExternalUserId.
    #[must_use]
    pub fn external_user_id(&self) -> &str {
        self.body.get("ExternalUserId").and_then(Value::as_str).unwrap_or_default()
    }

    fn is_present(&self, id: &str) -> bool {
        !self.deleted && self.id() == id
    }

    fn set_capabilities(&mut self, capabilities: &Value) {
        if let Value::Object(body) = &mut self.body {
            body.insert("Capabilities".to_owned(), capabilities.clone());
        }
    }
}

impl AttendeeError {
    /// The `ErrorCode` of a `CreateAttendeeError`; the exception's name without its ending.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::FeatureIsNone(_) => "BadRequest",
            Self::LimitExceeded(_) => "LimitExceeded",
        }
    }
}

/// As long and as opaque as a real one; nothing can join with it.
fn join_token() -> String {
    let random: Vec<u8> = (0..12).flat_map(|_| *Uuid::new_v4().as_bytes()).collect();
    BASE64_STANDARD.encode(random)
}
