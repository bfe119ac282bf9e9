//! The members of requests that a tenant's policy decides, each declared once.
//!
//! A new member of a meeting needs a value type, a [`Member`] implementation, a line in `members!` below, the line in
//! `chime::create` that sends it and, if Chime returns it, one in `chime::echo`.

use std::fmt;

use super::bound::{AnyValue, Bound, Ceiling, OneOf};
use super::capabilities::{AudioCapability, Capability, ContentCapability, VideoCapability};
use super::features::{AttendeeCount, ContentResolution, EchoReduction, NetworkType, VideoResolution};
use super::regions::Partition;
use super::values::{MediaRegion, MeetingHostId, PrimaryMeetingId};
use super::wire::ToWire;
use crate::json::ReadJson;

/// A member of a request that a tenant's policy decides.
pub trait Member: Entry + ReadJson + ToWire + Clone + PartialEq + fmt::Debug {
    /// Its path in the request and in each list of a policy, with `/` between the names.
    const NAME: &'static str;

    /// Its kind of bound in `Allowed`.
    type Bound: Bound<Self>;

    /// Whether Chime requires it.
    type Presence: Presence;

    /// Whether `Fixed` and `Default` may have a value for it.
    const HAS_POLICY_VALUE: bool = true;

    /// Whether messages withhold its value.
    const IS_SENSITIVE: bool = false;

    /// The value that a meeting gets when nothing is sent, by Chime's documentation.
    const CHIME_DEFAULT: Option<Self> = None;

    /// Whether it is the id of another meeting. Chime may return it in another case, and only if one was sent.
    const IS_MEETING_ID: bool = false;

    /// What is sent under that bound when the caller does not ask for a value. A ceiling applies then as well, so
    /// leaving a member out never gets more than asking for it.
    fn sent_under(bound: &Self::Bound) -> Option<Self> {
        bound.bind(Self::CHIME_DEFAULT)
    }

    /// Checks a policy's value for a stack in that partition.
    ///
    /// # Errors
    /// When Chime would always refuse the value. The text says why.
    fn check_in(&self, partition: Partition) -> Result<(), String> {
        let _ = partition;
        Ok(())
    }

    /// The value for messages. `None` when it is sensitive.
    fn shown(&self) -> Option<String> {
        (!Self::IS_SENSITIVE).then(|| self.wire().to_string())
    }
}

/// Whether Chime requires a member.
pub trait Presence {
    /// What is sent.
    type Of<M: fmt::Debug>: fmt::Debug;

    /// What is sent for that value. `None` when a required value is missing.
    fn of<M: fmt::Debug>(value: Option<M>) -> Option<Self::Of<M>>;

    /// The value, if any.
    fn value<M: fmt::Debug>(sent: &Self::Of<M>) -> Option<&M>;
}

/// Chime requires it.
#[derive(Debug, Clone, Copy)]
pub struct Required;

/// It may be left out.
#[derive(Debug, Clone, Copy)]
pub struct Optional;

impl Presence for Required {
    type Of<M: fmt::Debug> = M;

    fn of<M: fmt::Debug>(value: Option<M>) -> Option<M> {
        value
    }

    fn value<M: fmt::Debug>(sent: &M) -> Option<&M> {
        Some(sent)
    }
}

impl Presence for Optional {
    type Of<M: fmt::Debug> = Option<M>;

    fn of<M: fmt::Debug>(value: Option<M>) -> Option<Option<M>> {
        Some(value)
    }

    fn value<M: fmt::Debug>(sent: &Option<M>) -> Option<&M> {
        sent.as_ref()
    }
}

/// What a set of members has for each of them, such as a value or a rule.
pub trait Wrap {
    /// The type for the member `M`.
    type Of<M: Member>: fmt::Debug;
}

/// Members that stand together in a request.
pub trait Group {
    /// The struct with an entry for each of them, of the type that `W` defines.
    type Of<W: Wrap>;
}

/// A member's entry in the struct of its group.
pub trait Entry: Sized {
    /// Its group.
    type Group: Group;

    /// The entry.
    fn of<W: Wrap>(members: &<Self::Group as Group>::Of<W>) -> &W::Of<Self>
    where
        Self: Member;
}

/// Makes the entry of each member of a group.
pub trait Make<G: Group, W: Wrap> {
    /// Makes one entry.
    fn make<M: Member<Group = G>>(&mut self) -> W::Of<M>;
}

/// Makes the entry of each member of a group, or none at all.
pub trait TryMake<G: Group, W: Wrap> {
    /// Makes one entry.
    fn try_make<M: Member<Group = G>>(&mut self) -> Option<W::Of<M>>;
}

/// Does something for each member of a group.
pub trait Visit<G: Group> {
    /// Does it for one.
    fn visit<M: Member<Group = G>>(&mut self);
}

/// Declares a group and its struct, with a field for each member.
macro_rules! members {
    ($(#[doc = $doc:literal])+ $set:ident of $group:ident { $($field:ident: $member:ident),+ $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy)]
        pub struct $group;

        impl Group for $group {
            type Of<W: Wrap> = $set<W>;
        }

        $(#[doc = $doc])+
        ///
        /// Has an entry for each, of the type that `W` defines.
        #[derive(Debug)]
        pub struct $set<W: Wrap> {
            $(#[doc = concat!("The entry of [`", stringify!($member), "`].")] pub $field: W::Of<$member>,)+
        }

        impl<W: Wrap> $set<W> {
            /// Makes every entry.
            pub fn make(maker: &mut impl Make<$group, W>) -> Self {
                $set { $($field: maker.make::<$member>()),+ }
            }

            /// Makes every entry. `None` when one is missing.
            pub fn try_make(maker: &mut impl TryMake<$group, W>) -> Option<Self> {
                Some($set { $($field: maker.try_make::<$member>()?),+ })
            }
        }

        impl $set<()> {
            /// The names of all members.
            pub const NAMES: &'static [&'static str] = &[$($member::NAME),+];

            /// Visits every member.
            pub fn visit(visitor: &mut impl Visit<$group>) {
                $(visitor.visit::<$member>();)+
            }
        }

        $(impl Entry for $member {
            type Group = $group;

            fn of<W: Wrap>(members: &$set<W>) -> &W::Of<Self> {
                &members.$field
            }
        })+
    };
}

members! {
    /// The members of a meeting that a policy decides.
    Members of OfMeeting {
        media_region: MediaRegion,
        network_type: NetworkType,
        meeting_host_id: MeetingHostId,
        echo_reduction: EchoReduction,
        video_resolution: VideoResolution,
        content_resolution: ContentResolution,
        attendee_count: AttendeeCount,
        primary_meeting_id: PrimaryMeetingId,
    }
}

members! {
    /// The capabilities of an attendee.
    Capabilities of OfAttendee {
        audio: AudioCapability,
        video: VideoCapability,
        content: ContentCapability,
    }
}

/// Members without entries.
impl Wrap for () {
    type Of<M: Member> = ();
}

impl Member for MediaRegion {
    const NAME: &'static str = "MediaRegion";
    type Bound = OneOf<Self>;
    type Presence = Required;

    fn check_in(&self, partition: Partition) -> Result<(), String> {
        let regions = partition.media_regions();
        if regions.contains(&self.as_str()) {
            return Ok(());
        }
        Err(format!(
            "`{}` hosts no meetings in this partition; these do: {}",
            self.as_str(),
            regions.join(", ")
        ))
    }
}

/// Chime's default is the only type from before the member existed.
impl Member for NetworkType {
    const NAME: &'static str = "MediaPlacementNetworkType";
    type Bound = Ceiling<Self>;
    type Presence = Optional;
    const CHIME_DEFAULT: Option<Self> = Some(NetworkType::Ipv4Only);

    fn sent_under(Ceiling(ceiling): &Ceiling<Self>) -> Option<Self> {
        (*ceiling == NetworkType::Ipv4Only).then_some(*ceiling)
    }
}

/// "Reserved" and sensitive (model).
impl Member for MeetingHostId {
    const NAME: &'static str = "MeetingHostId";
    type Bound = AnyValue;
    type Presence = Optional;
    const IS_SENSITIVE: bool = true;
}

/// Chime documents no default.
impl Member for EchoReduction {
    const NAME: &'static str = "MeetingFeatures/Audio/EchoReduction";
    type Bound = Ceiling<Self>;
    type Presence = Optional;

    fn sent_under(Ceiling(ceiling): &Ceiling<Self>) -> Option<Self> {
        (*ceiling == EchoReduction::Unavailable).then_some(*ceiling)
    }
}

/// Chime's default is from the API reference of CreateMeeting.
impl Member for VideoResolution {
    const NAME: &'static str = "MeetingFeatures/Video/MaxResolution";
    type Bound = Ceiling<Self>;
    type Presence = Optional;
    const CHIME_DEFAULT: Option<Self> = Some(VideoResolution::Hd);
}

/// Chime's default is from the API reference of CreateMeeting.
impl Member for ContentResolution {
    const NAME: &'static str = "MeetingFeatures/Content/MaxResolution";
    type Bound = Ceiling<Self>;
    type Presence = Optional;
    const CHIME_DEFAULT: Option<Self> = Some(ContentResolution::Fhd);
}

/// Chime's default is from the developer guide.
impl Member for AttendeeCount {
    const NAME: &'static str = "MeetingFeatures/Attendee/MaxCount";
    type Bound = Ceiling<Self>;
    type Presence = Optional;
    const CHIME_DEFAULT: Option<Self> = Some(AttendeeCount::MAX);
}

/// `chime` proves that it is the tenant's before it creates anything.
impl Member for PrimaryMeetingId {
    const NAME: &'static str = "PrimaryMeetingId";
    type Bound = AnyValue;
    type Presence = Optional;
    const HAS_POLICY_VALUE: bool = false;
    const IS_MEETING_ID: bool = true;
}

/// Declares that a capability is a member. Chime's default is from the API reference.
macro_rules! capability_member {
    ($member:ident, $path:literal) => {
        impl Member for $member {
            const NAME: &'static str = $path;
            type Bound = Ceiling<Self>;
            type Presence = Optional;
            const CHIME_DEFAULT: Option<Self> = Some($member(Capability::SendReceive));
        }
    };
}

capability_member!(AudioCapability, "Capabilities/Audio");
capability_member!(VideoCapability, "Capabilities/Video");
capability_member!(ContentCapability, "Capabilities/Content");
