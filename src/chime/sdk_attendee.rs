//! Attendees and capabilities in the SDK's types. Its builders refuse a value only when a required member is missing,
//! which is never so.

use aws_sdk_chimesdkmeetings::types::{AttendeeCapabilities, CreateAttendeeRequestItem};

use super::error::{ChimeError, ChimeErrorKind};
use crate::model::{Capabilities, Exactly};
use crate::policy::NewAttendee;

/// The SDK's form of capabilities.
pub(super) fn sdk_capabilities(
    capabilities: &Capabilities<Exactly>,
) -> Result<AttendeeCapabilities, ChimeError> {
    AttendeeCapabilities::builder()
        .audio(capabilities.audio.0.as_str().into())
        .video(capabilities.video.0.as_str().into())
        .content(capabilities.content.0.as_str().into())
        .build()
        .map_err(|_| ChimeError::new(ChimeErrorKind::NotSent, "the SDK refused capabilities"))
}

/// The SDK's form of attendees.
pub(super) fn sdk_attendees(attendees: &[NewAttendee]) -> Result<Vec<CreateAttendeeRequestItem>, ChimeError> {
    let sdk_attendee = |attendee: &NewAttendee| {
        CreateAttendeeRequestItem::builder()
            .external_user_id(attendee.external_user_id().as_str())
            .set_capabilities(attendee.capabilities().map(sdk_capabilities).transpose()?)
            .build()
            .map_err(|_| ChimeError::new(ChimeErrorKind::NotSent, "the SDK refused an attendee"))
    };
    attendees.iter().map(sdk_attendee).collect()
}
