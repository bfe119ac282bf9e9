//! Whether the meeting that came back is the one that was asked for.

use crate::json::{Json, Object};
use crate::model::{Echo, Member, Members, Presence, Visit, Wire};
use crate::policy::{MeetingPlan, Sent};

/// The members that Chime repeats in its answer, `{"Meeting": …}`, with another value than was sent. What it does not
/// repeat can't be compared.
///
/// Users report that a token reused with other members brings the old meeting back. It may even be another person's,
/// so it is never handed out.
pub(super) fn differences(plan: &MeetingPlan, answer: &str) -> Vec<String> {
    let answer = Json::parse(answer.as_bytes()).unwrap_or(Json::Null);
    let Some(meeting) = answer.as_object().and_then(|answer| answer.get("Meeting")?.as_object()) else {
        return vec!["Meeting".to_owned()];
    };
    let mut comparison = Comparison { sent: plan.members(), meeting, different: Vec::new() };
    let id = Wire::Text(plan.external_meeting_id().as_str());
    comparison.compare("ExternalMeetingId", Echo::Exact, Some(id));
    if let Some(echoed) = comparison.echoed("TenantIds").and_then(Json::as_array) {
        let mut echoed: Vec<Option<&str>> = echoed.iter().map(Json::as_str).collect();
        let mut sent: Vec<Option<&str>> = plan.tenant_ids().iter().map(|id| Some(id.as_str())).collect();
        echoed.sort_unstable();
        sent.sort_unstable();
        if echoed != sent {
            comparison.different.push("TenantIds".to_owned());
        }
    }
    Members::visit(&mut comparison);
    comparison.different
}

struct Comparison<'c, 'j> {
    sent: &'c Members<Sent>,
    meeting: &'c Object<'j>,
    different: Vec<String>,
}

impl Visit for Comparison<'_, '_> {
    fn visit<M: Member>(&mut self) {
        let sent = M::Presence::value(M::of(self.sent));
        self.compare(M::NAME, M::ECHO, sent.map(M::wire));
    }
}

impl<'c, 'j> Comparison<'c, 'j> {
    /// The value of that path in the answer, unless it is `null`.
    fn echoed(&self, name: &str) -> Option<&'c Json<'j>> {
        let (groups, name) = name.rsplit_once('/').map_or(("", name), |(groups, name)| (groups, name));
        let mut groups = groups.split('/').filter(|group| !group.is_empty());
        let object = groups.try_fold(self.meeting, |object, group| object.get(group)?.as_object());
        object?.get(name).filter(|value| **value != Json::Null)
    }

    fn compare(&mut self, name: &str, echo: Echo, sent: Option<Wire<'_>>) {
        let differs = match (echo, sent, self.echoed(name)) {
            (Echo::Never, ..) | (_, _, None) | (Echo::Exact, None, _) => false,
            (Echo::Exact, Some(sent), Some(echoed)) => !is_same(sent, echoed),
            // A replica where none was asked for is another meeting as well. Ids are hexadecimal numbers, which have no
            // other meaning in the other case.
            (Echo::Id, sent, Some(echoed)) => !matches!(
                (sent, echoed.as_str()),
                (Some(Wire::Text(sent)), Some(echoed)) if sent.eq_ignore_ascii_case(echoed)
            ),
        };
        if differs {
            // A group of features by its name: it has one member.
            let shown = name.rsplit_once('/').map_or(name, |(group, _)| group);
            self.different.push(shown.replace('/', "."));
        }
    }
}

fn is_same(sent: Wire<'_>, echoed: &Json<'_>) -> bool {
    match (sent, echoed) {
        (Wire::Text(sent), Json::String(echoed)) => sent == echoed,
        (Wire::Number(sent), Json::Number(echoed)) => echoed.as_u64() == Some(sent),
        _ => false,
    }
}
