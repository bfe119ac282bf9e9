//! The capabilities of one attendee together.

use super::capabilities::{Capability, ContentCapability, VideoCapability};
use super::member::{Capabilities, Member, Wrap};

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

/// Written out, since deriving it would ask more of `Exactly` than of its values.
impl Clone for Capabilities<Exactly> {
    fn clone(&self) -> Self {
        let Capabilities { audio, video, content } = self;
        Capabilities { audio: *audio, video: *video, content: *content }
    }
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
    use super::super::capabilities::AudioCapability;
    use super::*;

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
