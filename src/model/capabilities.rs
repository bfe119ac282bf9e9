//! What an attendee may send and receive.

use std::cmp::Ordering;

use super::bound::Ceiling;
use super::member::{Capabilities, Member, Optional, Wrap};
use super::names::names;
use super::wire::{Shape, ToWire, Wire};
use crate::json::{Json, ReadJson};

names! {
    /// What an attendee may do with one kind of media.
    Capability {
        /// neither send nor receive
        None = "None",
        /// send only
        Send = "Send",
        /// receive only
        Receive = "Receive",
        /// send and receive
        SendReceive = "SendReceive",
    }
}

impl Capability {
    /// Whether the attendee may receive.
    #[must_use]
    pub fn receives(self) -> bool {
        matches!(self, Capability::Receive | Capability::SendReceive)
    }

    fn sends(self) -> bool {
        matches!(self, Capability::Send | Capability::SendReceive)
    }
}

/// `Send` and `Receive` have no order: neither allows what the other does.
impl PartialOrd for Capability {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let is_within = |one: &Self, other: &Self| {
            (!one.sends() || other.sends()) && (!one.receives() || other.receives())
        };
        match (is_within(self, other), is_within(other, self)) {
            (true, true) => Some(Ordering::Equal),
            (true, false) => Some(Ordering::Less),
            (false, true) => Some(Ordering::Greater),
            (false, false) => None,
        }
    }
}

/// Declares the capability for one kind of media, a member of `Capabilities`. Chime's default is from the API reference.
macro_rules! capability {
    ($(#[doc = $doc:literal])+ $name:ident, $path:literal) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Hash)]
        pub struct $name(pub Capability);

        impl Member for $name {
            const NAME: &'static str = $path;
            type Bound = Ceiling<Self>;
            type Presence = Optional;
            const CHIME_DEFAULT: Option<Self> = Some($name(Capability::SendReceive));
        }

        impl ReadJson for $name {
            fn read_json(json: &Json<'_>) -> Result<Self, String> {
                Capability::read_json(json).map($name)
            }
        }

        impl ToWire for $name {
            const SHAPE: Shape = Capability::SHAPE;
            const DESCRIPTION: &'static str = concat!($($doc),+);

            fn wire(&self) -> Wire<'_> {
                self.0.wire()
            }
        }
    };
}

capability! {
    /// What an attendee may do with audio.
    AudioCapability, "Capabilities/Audio"
}
capability! {
    /// What an attendee may do with camera video.
    VideoCapability, "Capabilities/Video"
}
capability! {
    /// What an attendee may do with shared content.
    ContentCapability, "Capabilities/Content"
}

/// A value for each member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exactly;

impl Wrap for Exactly {
    type Of<M: Member> = M;
}

/// Whether a meeting has video and content: a `MaxResolution` of `None` leaves them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeetingMedia {
    /// Whether it has camera video.
    pub video: bool,
    /// Whether it has shared content.
    pub content: bool,
}

impl Capabilities<Exactly> {
    /// Whether Chime takes them together: content needs video that receives (model).
    #[must_use]
    pub fn fit_together(&self) -> bool {
        self.content.0 == Capability::None || self.video.0.receives()
    }

    /// With `None` for what the meeting does not have, and for content without video that receives.
    #[must_use]
    pub fn lowered_to(self, media: MeetingMedia) -> Self {
        let Capabilities { audio, video, content } = self;
        let video = if media.video { video } else { VideoCapability(Capability::None) };
        let has_content = media.content && video.0.receives();
        let content = if has_content { content } else { ContentCapability(Capability::None) };
        Capabilities { audio, video, content }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn send_and_receive_are_within_neither_of_each_other() {
        use Capability::{None as Nothing, Receive, Send, SendReceive};
        for (one, other, expected) in [
            (Nothing, Send, Some(Ordering::Less)),
            (Nothing, Receive, Some(Ordering::Less)),
            (Nothing, SendReceive, Some(Ordering::Less)),
            (Send, Receive, None),
            (Receive, Send, None),
            (Send, SendReceive, Some(Ordering::Less)),
            (SendReceive, Receive, Some(Ordering::Greater)),
            (Receive, Receive, Some(Ordering::Equal)),
        ] {
            assert_eq!(one.partial_cmp(&other), expected, "{one:?} and {other:?}");
        }
    }

    #[test]
    fn content_needs_video_that_receives() {
        for video in Capability::ALL {
            for content in Capability::ALL {
                let together = of(*video, *content);
                let expected = *content == Capability::None
                    || matches!(video, Capability::Receive | Capability::SendReceive);
                assert_eq!(together.fit_together(), expected, "{video:?} and {content:?}");
            }
        }
    }

    #[test]
    fn lowers_only_what_the_meeting_or_the_video_leaf_demands() {
        use Capability::{None as Nothing, Receive, Send, SendReceive};
        let media = |video, content| MeetingMedia { video, content };
        for (given, media, expected, why) in [
            ((SendReceive, SendReceive), media(true, true), (SendReceive, SendReceive), "nothing to lower"),
            ((SendReceive, SendReceive), media(true, false), (SendReceive, Nothing), "no content"),
            ((SendReceive, Receive), media(false, true), (Nothing, Nothing), "content needs video"),
            ((Send, Receive), media(true, true), (Send, Nothing), "video does not receive"),
            ((Receive, Send), media(true, true), (Receive, Send), "video receives"),
        ] {
            let lowered = of(given.0, given.1).lowered_to(media);
            assert_eq!((lowered.video.0, lowered.content.0), expected, "{why}");
            assert_eq!(lowered.audio.0, SendReceive, "audio stays");
            assert!(lowered.fit_together(), "{why}");
        }
    }

    fn of(video: Capability, content: Capability) -> Capabilities<Exactly> {
        Capabilities {
            audio: AudioCapability(Capability::SendReceive),
            video: VideoCapability(video),
            content: ContentCapability(content),
        }
    }
}
