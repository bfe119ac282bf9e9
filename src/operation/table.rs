//! The table of operations. Tests compare the template's routes and the list in README with it.

use http::Method;

use super::batch_create_attendee::BatchCreateAttendee;
use super::batch_update_attendee_capabilities_except::BatchUpdateAttendeeCapabilitiesExcept;
use super::create_attendee::CreateAttendee;
use super::create_meeting::CreateMeeting;
use super::create_meeting_with_attendees::CreateMeetingWithAttendees;
use super::delete_attendee::DeleteAttendee;
use super::delete_meeting::DeleteMeeting;
use super::delete_room::DeleteRoom;
use super::get_attendee::GetAttendee;
use super::get_meeting::GetMeeting;
use super::get_room::GetRoom;
use super::join::Join;
use super::join_room::JoinRoom;
use super::list_attendees::ListAttendees;
use super::row::{Handler, Operation};
use super::update_attendee_capabilities::UpdateAttendeeCapabilities;
use crate::chime::Repeat;
use crate::policy::{self, AnyRight, Create, CreateWithAttendees, End, JoinOrModerate, Moderate};

/// Every operation that the gateway serves.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        name: "CreateMeeting",
        method: Method::POST,
        path: "/meetings",
        query: None,
        success: 201,
        repeat: Repeat::Always,
        needs_registry: false,
        handler: Handler::new::<Create, CreateMeeting>(),
    },
    Operation {
        name: "CreateMeetingWithAttendees",
        method: Method::POST,
        path: "/meetings",
        query: Some("create-attendees"),
        success: 201,
        repeat: Repeat::Always,
        needs_registry: false,
        handler: Handler::new::<CreateWithAttendees, CreateMeetingWithAttendees>(),
    },
    Operation {
        name: "GetMeeting",
        method: Method::GET,
        path: "/meetings/{MeetingId}",
        query: None,
        success: 200,
        repeat: Repeat::Always,
        needs_registry: false,
        handler: Handler::new::<AnyRight, GetMeeting>(),
    },
    Operation {
        name: "DeleteMeeting",
        method: Method::DELETE,
        path: "/meetings/{MeetingId}",
        query: None,
        success: 204,
        repeat: Repeat::Always,
        needs_registry: false,
        handler: Handler::new::<End, DeleteMeeting>(),
    },
    Operation {
        name: "Join",
        method: Method::POST,
        path: "/meetings/{MeetingId}/join",
        query: None,
        success: 201,
        repeat: Repeat::IfNothingHappened,
        needs_registry: false,
        handler: Handler::new::<policy::Join, Join>(),
    },
    Operation {
        name: "CreateAttendee",
        method: Method::POST,
        path: "/meetings/{MeetingId}/attendees",
        query: None,
        success: 201,
        repeat: Repeat::IfNothingHappened,
        needs_registry: false,
        handler: Handler::new::<JoinOrModerate, CreateAttendee>(),
    },
    Operation {
        name: "BatchCreateAttendee",
        method: Method::POST,
        path: "/meetings/{MeetingId}/attendees",
        query: Some("batch-create"),
        success: 201,
        repeat: Repeat::IfNothingHappened,
        needs_registry: false,
        handler: Handler::new::<Moderate, BatchCreateAttendee>(),
    },
    Operation {
        name: "ListAttendees",
        method: Method::GET,
        path: "/meetings/{MeetingId}/attendees",
        query: None,
        success: 200,
        repeat: Repeat::Always,
        needs_registry: false,
        handler: Handler::new::<Moderate, ListAttendees>(),
    },
    Operation {
        name: "GetAttendee",
        method: Method::GET,
        path: "/meetings/{MeetingId}/attendees/{AttendeeId}",
        query: None,
        success: 200,
        repeat: Repeat::Always,
        needs_registry: false,
        handler: Handler::new::<JoinOrModerate, GetAttendee>(),
    },
    Operation {
        name: "DeleteAttendee",
        method: Method::DELETE,
        path: "/meetings/{MeetingId}/attendees/{AttendeeId}",
        query: None,
        success: 204,
        repeat: Repeat::Always,
        needs_registry: false,
        handler: Handler::new::<JoinOrModerate, DeleteAttendee>(),
    },
    Operation {
        name: "UpdateAttendeeCapabilities",
        method: Method::PUT,
        path: "/meetings/{MeetingId}/attendees/{AttendeeId}/capabilities",
        query: None,
        success: 200,
        repeat: Repeat::Always,
        needs_registry: false,
        handler: Handler::new::<Moderate, UpdateAttendeeCapabilities>(),
    },
    Operation {
        name: "BatchUpdateAttendeeCapabilitiesExcept",
        method: Method::PUT,
        path: "/meetings/{MeetingId}/attendees/capabilities",
        query: Some("batch-update-except"),
        success: 200,
        repeat: Repeat::IfNothingHappened,
        needs_registry: false,
        handler: Handler::new::<Moderate, BatchUpdateAttendeeCapabilitiesExcept>(),
    },
    Operation {
        name: "JoinRoom",
        method: Method::POST,
        path: "/rooms/{RoomId}/join",
        query: None,
        success: 201,
        repeat: Repeat::IfNothingHappened,
        needs_registry: true,
        handler: Handler::new::<policy::Join, JoinRoom>(),
    },
    Operation {
        name: "GetRoom",
        method: Method::GET,
        path: "/rooms/{RoomId}",
        query: None,
        success: 200,
        repeat: Repeat::Always,
        needs_registry: true,
        handler: Handler::new::<AnyRight, GetRoom>(),
    },
    Operation {
        name: "DeleteRoom",
        method: Method::DELETE,
        path: "/rooms/{RoomId}",
        query: None,
        success: 204,
        repeat: Repeat::Always,
        needs_registry: true,
        handler: Handler::new::<End, DeleteRoom>(),
    },
];
