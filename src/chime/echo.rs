//! Whether the meeting that came back is the one that was asked for.

use aws_sdk_chimesdkmeetings::types::Meeting;

use crate::model::{
    AttendeeCount, ContentResolution, EchoReduction, MediaRegion, MeetingHostId, Member, Members, Presence,
    PrimaryMeetingId, VideoResolution, Visit, Wire,
};
use crate::policy::{MeetingPlan, Sent};

/// The members that Chime repeats in its answer with another value than was sent. What it does not repeat can't be
/// compared.
///
/// Users report that a token reused with other members brings the old meeting back. It may even be another person's,
/// so it is never handed out.
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

/// The value that Chime repeats of that member.
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

impl Visit for Comparison<'_> {
    fn visit<M: Member>(&mut self) {
        let sent = M::Presence::value(M::of(self.sent)).map(M::wire);
        let differs = match (sent, echoed(self.meeting, M::NAME)) {
            (_, None) => false,
            // A replica where none was asked for is another meeting as well. Ids are hexadecimal numbers, which have no
            // other meaning in the other case.
            (Some(Wire::Text(sent)), Some(Wire::Text(echoed))) if M::IS_MEETING_ID => {
                !sent.eq_ignore_ascii_case(echoed)
            }
            (None, Some(_)) => M::IS_MEETING_ID,
            (sent, echoed) => sent != echoed,
        };
        if differs {
            // A group of features by its name: it has one member.
            let shown = M::NAME.rsplit_once('/').map_or(M::NAME, |(group, _)| group);
            self.different.push(shown.replace('/', "."));
        }
    }
}
