//! What each operation does to the meetings, and what it answers.

use serde_json::{Map, Value, json};

use super::attendees::{AttendeeError, DEFAULT_PAGE};
use super::events::{Events, event_type};
use super::meetings::{CreateError, Meeting};
use super::operations::{Operation, Route};
use super::rules::Rules;
use super::shared::State;
use super::validation;

/// A refusal, as the exception that Chime or IAM answers.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct OperationError {
    pub(super) exception: &'static str,
    pub(super) status: u16,
    pub(super) message: String,
}

/// The members of a request, from its path, query and body; valid by the model.
type Members = Map<String, Value>;
type Answered = Result<Value, OperationError>;

/// Performs the operation that a request names, in the control region that it was signed for.
pub(super) fn perform(state: &mut State, route: &Route, region: &str, body: &[u8]) -> Answered {
    let members = &validation::request(route, body, region).map_err(|found| bad_request(found.join("; ")))?;
    let operation = route.row.operation;
    if operation.creates_meeting() {
        return create_meeting(state, operation, members, region);
    }
    let State { meetings, rules, events, .. } = state;
    let id = text(members, "MeetingId");
    let meeting = meetings.get_mut(id, region).ok_or_else(|| not_found("meeting"))?;
    check_tag(rules, operation, &meeting.tags)?;
    match operation {
        Operation::GetMeeting => Ok(json!({ "Meeting": meeting.body })),
        Operation::DeleteMeeting => {
            for ended in meetings.end(id, region) {
                events.of_meeting(event_type::MEETING_ENDED, ended);
            }
            Ok(Value::Null)
        }
        Operation::CreateAttendee => create_attendee(meeting, members, rules, events),
        Operation::BatchCreateAttendee => Ok(create_attendees(meeting, members, rules, events)),
        Operation::ListAttendees => list_attendees(meeting, members),
        Operation::GetAttendee => get_attendee(meeting, members),
        Operation::DeleteAttendee => delete_attendee(meeting, members, events),
        Operation::UpdateAttendeeCapabilities => update_capabilities(meeting, members, events),
        Operation::BatchUpdateAttendeeCapabilitiesExcept => {
            update_capabilities_except(meeting, members, events)
        }
        Operation::CreateMeeting | Operation::CreateMeetingWithAttendees | Operation::Unknown => {
            Err(unknown_operation())
        }
    }
}

/// What a request is answered that names no operation.
pub(super) fn unknown_operation() -> OperationError {
    refusal("UnknownOperationException", 404, "no such operation".to_owned())
}

fn create_meeting(state: &mut State, operation: Operation, members: &Members, region: &str) -> Answered {
    check_tag(&state.rules, operation, members.get("Tags").unwrap_or(&Value::Null))?;
    let created = state.meetings.create(operation, members, region, &state.rules);
    let created = created.map_err(|error| match error {
        CreateError::TokenReused | CreateError::TokenOfEnded => {
            refusal("ConflictException", 409, error.to_string())
        }
        CreateError::QuotaIsFull(_) => refusal("LimitExceededException", 400, error.to_string()),
        CreateError::Primary(_) => bad_request(error.to_string()),
    })?;
    if let Some(meeting) = created.meeting {
        state.events.of_meeting(event_type::MEETING_STARTED, meeting);
        attendees_were_added(meeting, 0, &mut state.events);
    }
    Ok(created.answer)
}

fn create_attendee(meeting: &mut Meeting, members: &Members, rules: &Rules, events: &mut Events) -> Answered {
    let before = meeting.attendees.all().len();
    let attendee = meeting.attendees.create(members, rules.repeats_attendee)?;
    attendees_were_added(meeting, before, events);
    Ok(json!({ "Attendee": attendee }))
}

fn create_attendees(meeting: &mut Meeting, members: &Members, rules: &Rules, events: &mut Events) -> Value {
    let before = meeting.attendees.all().len();
    let (created, errors) = meeting.attendees.create_each(members.get("Attendees"), rules.repeats_attendee);
    attendees_were_added(meeting, before, events);
    json!({ "Attendees": created, "Errors": errors })
}

/// Sends an event for each attendee but the first so many. One that an ExternalUserId repeats is not among them.
fn attendees_were_added(meeting: &Meeting, before: usize, events: &mut Events) {
    for attendee in meeting.attendees.all().iter().skip(before) {
        events.of_attendee(event_type::ATTENDEE_ADDED, meeting, attendee);
    }
}

fn list_attendees(meeting: &mut Meeting, members: &Members) -> Answered {
    let max = members.get("MaxResults").and_then(Value::as_u64).and_then(|max| usize::try_from(max).ok());
    let token = members.get("NextToken").and_then(Value::as_str);
    let page = meeting.attendees.page(token, max.unwrap_or(DEFAULT_PAGE));
    let page = page.ok_or_else(|| bad_request("NextToken was not given out for this meeting".to_owned()))?;
    let mut answer = json!({ "Attendees": page.attendees });
    if let (Value::Object(answer), Some(token)) = (&mut answer, page.next_token) {
        answer.insert("NextToken".to_owned(), Value::from(token));
    }
    Ok(answer)
}

fn get_attendee(meeting: &Meeting, members: &Members) -> Answered {
    let found = meeting.attendees.get(text(members, "AttendeeId"));
    found.map(|attendee| json!({ "Attendee": attendee.body })).ok_or_else(|| not_found("attendee"))
}

fn delete_attendee(meeting: &mut Meeting, members: &Members, events: &mut Events) -> Answered {
    let deleted = meeting.attendees.delete(text(members, "AttendeeId"));
    let deleted = deleted.ok_or_else(|| not_found("attendee"))?;
    events.of_attendee(event_type::ATTENDEE_DELETED, meeting, &deleted);
    Ok(Value::Null)
}

fn update_capabilities(meeting: &mut Meeting, members: &Members, events: &mut Events) -> Answered {
    let updated = meeting.attendees.update(text(members, "AttendeeId"), capabilities(members))?;
    let updated = updated.ok_or_else(|| not_found("attendee"))?;
    events.of_attendee(event_type::CAPABILITIES_UPDATED, meeting, &updated);
    Ok(json!({ "Attendee": updated.body }))
}

fn update_capabilities_except(meeting: &mut Meeting, members: &Members, events: &mut Events) -> Answered {
    let excluded = members.get("ExcludedAttendeeIds").and_then(Value::as_array);
    let excluded: Vec<&str> =
        excluded.into_iter().flatten().filter_map(|item| item.get("AttendeeId")?.as_str()).collect();
    for attendee in meeting.attendees.update_except(&excluded, capabilities(members))? {
        events.of_attendee(event_type::CAPABILITIES_UPDATED, meeting, &attendee);
    }
    Ok(json!({}))
}

/// Refuses what an IAM policy refuses that allows only meetings with the stack's tag: `aws:RequestTag` on creations,
/// `aws:ResourceTag` on what exists.
fn check_tag(rules: &Rules, operation: Operation, tags: &Value) -> Result<(), OperationError> {
    let Some(name) = &rules.gateway_name else { return Ok(()) };
    let wanted = json!({ "Key": "MeetingGateway", "Value": name });
    if tags.as_array().is_some_and(|tags| tags.contains(&wanted)) {
        return Ok(());
    }
    let message =
        format!("not authorized to perform chime:{operation:?} without the tag MeetingGateway={name}");
    Err(refusal("AccessDeniedException", 403, message))
}

fn text<'a>(members: &'a Members, name: &str) -> &'a str {
    members.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn capabilities(members: &Members) -> &Value {
    members.get("Capabilities").unwrap_or(&Value::Null)
}

fn not_found(what: &str) -> OperationError {
    refusal("NotFoundException", 404, format!("no such {what}"))
}

fn bad_request(message: String) -> OperationError {
    refusal("BadRequestException", 400, message)
}

fn refusal(exception: &'static str, status: u16, message: String) -> OperationError {
    OperationError { exception, status, message }
}

impl From<AttendeeError> for OperationError {
    fn from(error: AttendeeError) -> Self {
        match error {
            AttendeeError::FeatureIsNone(_) => bad_request(error.to_string()),
            AttendeeError::LimitExceeded(_) => refusal("LimitExceededException", 400, error.to_string()),
        }
    }
}
