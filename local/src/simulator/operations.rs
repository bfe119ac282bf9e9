//! Chime's operations and how a request names one of them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::model::{self, Constraint, Kind};

/// The operations that the simulator plays, each under Chime's own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are Chime's and `OPERATIONS` says what each one is")]
pub enum Operation {
    CreateMeeting,
    CreateMeetingWithAttendees,
    GetMeeting,
    DeleteMeeting,
    CreateAttendee,
    BatchCreateAttendee,
    ListAttendees,
    GetAttendee,
    DeleteAttendee,
    UpdateAttendeeCapabilities,
    BatchUpdateAttendeeCapabilitiesExcept,
    /// anything else
    Unknown,
}

/// How one operation looks in HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// which operation
    pub operation: Operation,
    /// the HTTP method
    pub method: &'static str,
    /// the path; a segment `{Name}` is the member `Name` of the request
    pub path: &'static str,
    /// the value of the query's parameter `operation`; where it is none, the query must not have that parameter
    pub query: Option<&'static str>,
    /// the query's parameters that are members of the request (parameter, member)
    pub parameters: &'static [(&'static str, &'static str)],
    /// the status of a success: the model's where it fixes one, otherwise what the service answers
    pub success: u16,
}

/// Every operation that the simulator plays.
pub const OPERATIONS: &[Row] = &[
    row(Operation::CreateMeeting, "POST", "/meetings", None, 201),
    row(Operation::CreateMeetingWithAttendees, "POST", "/meetings", Some("create-attendees"), 201),
    row(Operation::GetMeeting, "GET", "/meetings/{MeetingId}", None, 200),
    row(Operation::DeleteMeeting, "DELETE", "/meetings/{MeetingId}", None, 204),
    row(Operation::CreateAttendee, "POST", ATTENDEES, None, 201),
    row(Operation::BatchCreateAttendee, "POST", ATTENDEES, Some("batch-create"), 201),
    Row {
        parameters: &[("max-results", "MaxResults"), ("next-token", "NextToken")],
        ..row(Operation::ListAttendees, "GET", ATTENDEES, None, 200)
    },
    row(Operation::GetAttendee, "GET", "/meetings/{MeetingId}/attendees/{AttendeeId}", None, 200),
    row(Operation::DeleteAttendee, "DELETE", "/meetings/{MeetingId}/attendees/{AttendeeId}", None, 204),
    row(
        Operation::UpdateAttendeeCapabilities,
        "PUT",
        "/meetings/{MeetingId}/attendees/{AttendeeId}/capabilities",
        None,
        200,
    ),
    row(
        Operation::BatchUpdateAttendeeCapabilitiesExcept,
        "PUT",
        "/meetings/{MeetingId}/attendees/capabilities",
        Some("batch-update-except"),
        200,
    ),
];

const ATTENDEES: &str = "/meetings/{MeetingId}/attendees";

const fn row(
    operation: Operation,
    method: &'static str,
    path: &'static str,
    query: Option<&'static str>,
    success: u16,
) -> Row {
    Row { operation, method, path, query, parameters: &[], success }
}

impl Row {
    /// The shape of the request in the model.
    #[must_use]
    pub fn input(&self) -> Option<&'static Constraint> {
        model::constraint(&format!("{:?}Request", self.operation))
    }

    /// Whether the model has members of the request in the body.
    pub(super) fn has_body(&self) -> bool {
        matches!(self.method, "POST" | "PUT")
    }

    /// The value of a parameter; a query has only texts, and a member that is a number has to become one.
    fn parameter(&self, member: &str, text: &str) -> Value {
        let shapes = self.input().map(|input| input.members).unwrap_or_default();
        let shape = shapes.iter().find(|(name, _)| *name == member).map(|(_, shape)| *shape);
        let is_integer = shape.and_then(model::constraint).is_some_and(|shape| shape.kind == Kind::Integer);
        match text.parse::<i64>() {
            Ok(number) if is_integer => Value::from(number),
            _ => Value::from(text),
        }
    }
}

/// A request that names an operation.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) row: &'static Row,
    /// the members of the request that stand in its path and query
    pub(super) members: Map<String, Value>,
}

/// The operation that a method and a path (with its query) name.
pub(super) fn find(method: &str, path_and_query: &str) -> Option<Route> {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let query: Vec<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(query.as_bytes()).collect();
    OPERATIONS.iter().find_map(|row| {
        let operations = query.iter().filter(|(name, _)| name == "operation").map(|(_, value)| &**value);
        if row.method != method || !operations.eq(row.query) {
            return None;
        }
        let mut members = members_of_path(row.path, path)?;
        for (parameter, member) in row.parameters {
            let last = query.iter().rev().find(|(name, _)| name == parameter);
            members.extend(last.map(|(_, text)| ((*member).to_owned(), row.parameter(member, text))));
        }
        Some(Route { row, members })
    })
}

fn members_of_path(template: &str, path: &str) -> Option<Map<String, Value>> {
    let mut members = Map::new();
    let mut segments = path.split('/');
    for wanted in template.split('/') {
        let segment = segments.next()?;
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => {
                let value = percent_decode_str(segment).decode_utf8_lossy().into_owned();
                members.insert(name.to_owned(), Value::from(value));
            }
            Some(_) => return None,
            None if segment == wanted => {}
            None => return None,
        }
    }
    segments.next().is_none().then_some(members)
}

impl Operation {
    /// The operation that a method and a path (with its query) name.
    #[must_use]
    pub fn of(method: &str, path_and_query: &str) -> Self {
        find(method, path_and_query).map_or(Self::Unknown, |route| route.row.operation)
    }

    /// Whether it makes a meeting.
    pub(super) fn creates_meeting(self) -> bool {
        matches!(self, Self::CreateMeeting | Self::CreateMeetingWithAttendees)
    }

    /// Whether it makes meetings or attendees.
    pub(super) fn creates(self) -> bool {
        self.creates_meeting() || matches!(self, Self::CreateAttendee | Self::BatchCreateAttendee)
    }
}
