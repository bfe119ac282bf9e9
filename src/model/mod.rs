//! What a caller asks for: CreateMeeting's members as types that cannot hold a bad value.

mod features;
mod regions;
mod request;
mod values;

pub use features::{AttendeeCount, ContentResolution, EchoReduction, NetworkType, VideoResolution};
pub use regions::{CONTROL_REGIONS, FIPS_REGIONS, Partition, check_control_region};
pub use request::{Asked, AskedTag, IDEMPOTENCY_KEY_HEADER, MeetingRequest};
pub use values::{
    ExternalMeetingId, IdempotencyKey, MAX_TAGS, MAX_TENANT_IDS, MediaRegion, MeetingHostId, MeetingId,
    PrimaryMeetingId, TagKey, TagValue, TenantId,
};
