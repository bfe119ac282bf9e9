//! Compares the meeting that Chime returns with the request.

use aws_sdk_chimesdkmeetings::types::Meeting;

use crate::model::{
    AttendeeCount, ContentResolution, EchoReduction, MediaRegion, MeetingHostId, Member, Members, OfMeeting,
    Presence, PrimaryMeetingId, VideoResolution, Visit, Wire,
};
use crate::policy::{MeetingPlan, Sent};

/// Members that differ between the request and Chime's answer. Members that the answer leaves out are not compared.
///
/// Users report that Chime returns the old meeting when a token is reused with other members. It may be another
/// person's, so the caller never gets it.
pub(super) fn differences(plan: &MeetingPlan, meeting: &Meeting) -> Vec<String> {
    let mut comparison = Comparison { sent: plan.members(), meeting, different: Vec::new() };
    if meeting.external_meeting_id().is_some_and(|id| id != plan.external_meeting_id().as_str()) {
        comparison.different.push("ExternalMeetingId".to_owned());
    }
    if let Some(echoed) = &meeting.tenant_ids {
        let mut echoed: Vec<&str> = echoed.iter().map(String::as_str).collect();
        let mut sent: Vec<&str> = plan.tenant_ids().iter().map(|id| id.as_str()).collect();
        echoed.sort_unstable();
        sent.sort_unstable();
        if echoed != sent {
            comparison.different.push("TenantIds".to_owned());
        }
    }
    Members::visit(&mut comparison);
    comparison.different
}

/// The member's value in Chime's answer.
fn echoed<'m>(meeting: &'m Meeting, name: &str) -> Option<Wire<'m>> {
    let features = meeting.meeting_features();
    match name {
        MediaRegion::NAME => meeting.media_region().map(Wire::Text),
        MeetingHostId::NAME => meeting.meeting_host_id().map(Wire::Text),
        PrimaryMeetingId::NAME => meeting.primary_meeting_id().map(Wire::Text),
        EchoReduction::NAME => Some(Wire::Text(features?.audio()?.echo_reduction()?.as_str())),
        VideoResolution::NAME => Some(Wire::Text(features?.video()?.max_resolution()?.as_str())),
        ContentResolution::NAME => Some(Wire::Text(features?.content()?.max_resolution()?.as_str())),
        AttendeeCount::NAME => Some(Wire::Number(features?.attendee()?.max_count()?.into())),
        _ => None,
    }
}

struct Comparison<'c> {
    sent: &'c Members<Sent>,
    meeting: &'c Meeting,
    different: Vec<String>,
}

impl Visit<OfMeeting> for Comparison<'_> {
    fn visit<M: Member<Group = OfMeeting>>(&mut self) {
        let sent = M::Presence::value(M::of::<Sent>(self.sent)).map(M::wire);
        let differs = match (sent, echoed(self.meeting, M::NAME)) {
            (_, None) => false,
            // Ids are hexadecimal, so their case has no meaning. A replica where none was asked for is another meeting.
            (Some(Wire::Text(sent)), Some(Wire::Text(echoed))) if M::IS_MEETING_ID => {
                !sent.eq_ignore_ascii_case(echoed)
            }
            (None, Some(_)) => M::IS_MEETING_ID,
            (sent, echoed) => sent != echoed,
        };
        if differs {
            // Each group of features has one member, so its name says enough.
            let shown = M::NAME.rsplit_once('/').map_or(M::NAME, |(group, _)| group);
            self.different.push(shown.replace('/', "."));
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_chimesdkmeetings::types::{
        AttendeeFeatures, AudioFeatures, ContentFeatures, MeetingFeaturesConfiguration, VideoFeatures,
    };

    use super::*;

    /// Members that Chime does not repeat (API reference, `Meeting`).
    const NOT_REPEATED: [&str; 1] = ["MediaPlacementNetworkType"];

    #[test]
    fn compares_every_member_that_chime_repeats() {
        let features = MeetingFeaturesConfiguration::builder()
            .audio(AudioFeatures::builder().echo_reduction("AVAILABLE".into()).build())
            .video(VideoFeatures::builder().max_resolution("HD".into()).build())
            .content(ContentFeatures::builder().max_resolution("FHD".into()).build())
            .attendee(AttendeeFeatures::builder().max_count(25).build());
        let meeting = Meeting::builder()
            .media_region("us-east-1")
            .meeting_host_id("host")
            .primary_meeting_id("primary")
            .meeting_features(features.build())
            .build();
        for name in Members::NAMES {
            assert_ne!(echoed(&meeting, name).is_some(), NOT_REPEATED.contains(name), "{name}");
        }
    }
}
