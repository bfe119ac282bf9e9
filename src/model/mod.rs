//! Chime's model: the members of requests as types that can't have an invalid value, and the regions.

mod bound;
mod features;
mod member;
mod regions;
mod request;
mod values;
mod wire;

pub use bound::{AnyValue, Bound, BoundKind, Ceiling, OneOf};
pub use features::{AttendeeCount, ContentResolution, EchoReduction, NetworkType, VideoResolution};
pub use member::{Entry, Make, Member, Members, Optional, Presence, Required, TryMake, Visit, Wrap};
pub use regions::{CONTROL_REGIONS, FIPS_REGIONS, Partition, check_control_region};
pub use request::{Asked, AskedTag, IDEMPOTENCY_KEY_HEADER, MeetingRequest, Requested};
pub use values::{
    ExternalMeetingId, IdempotencyKey, MAX_TAGS, MAX_TENANT_IDS, MediaRegion, MeetingHostId, MeetingId,
    PrimaryMeetingId, TagKey, TagValue, TenantId,
};
pub use wire::{Shape, ToWire, Wire};
