//! Chime's model: the members of requests as types that can't have an invalid value, and the regions.

mod asked;
mod attendee;
mod bound;
mod capabilities;
mod capability_set;
mod features;
mod limits;
mod member;
mod names;
mod owner;
mod page;
mod regions;
mod request;
mod room;
mod values;
mod wire;

pub use asked::{Asked, Requested};
pub use attendee::{AttendeeRequest, AttendeesRequest, CapabilitiesRequest};
pub use bound::{AnyValue, Bound, BoundKind, Ceiling, OneOf};
pub use capabilities::{AudioCapability, Capability, ContentCapability, VideoCapability};
pub use capability_set::{Exactly, MeetingMedia};
pub use features::{AttendeeCount, ContentResolution, EchoReduction, NetworkType, VideoResolution};
pub use limits::Limits;
pub use member::{
    Capabilities, Entry, Group, Make, Member, Members, OfAttendee, OfMeeting, Optional, Presence, Required,
    TryMake, Visit, Wrap,
};
pub use owner::AttendeeOwner;
pub(crate) use page::NEXT_TOKEN;
pub use page::Page;
pub use regions::{CONTROL_REGIONS, FIPS_REGIONS, Partition, check_control_region};
pub use request::{AskedTag, IDEMPOTENCY_KEY_HEADER, MeetingRequest, MeetingWithAttendeesRequest};
pub use room::RoomRequest;
pub use values::{
    AttendeeId, ExternalMeetingId, ExternalUserId, IdempotencyKey, MAX_ATTENDEES, MAX_ATTENDEES_AT_CREATION,
    MAX_EXCLUDED_ATTENDEES, MAX_TAGS, MAX_TENANT_IDS, MediaRegion, MeetingHostId, MeetingId,
    PrimaryMeetingId, RoomId, TagKey, TagValue, TenantId,
};
pub use wire::{Shape, ToWire, Wire};
