//! What the registry has to do with events: the tenant of a meeting, its usage, and its slots, which are free when it has ended.

use std::collections::BTreeMap;

use registry_core::{
    Answer, At, FreeMeeting, Generation, Machine as _, MeetingKey, Request, Step, TableAnswer, TableRequest,
};
use tokio::time::Instant;

use super::meeting_event::MeetingEvent;
use super::tenant_event::TenantEvent;
use crate::model::{AttendeeId, MeetingId};
use crate::registry::{EventTime, Registry, RegistryUsage, Scope, Unavailable, meeting_key, now};

/// The registry, as events need it.
#[derive(Debug)]
pub(super) struct MeetingRegistry<'r> {
    registry: &'r Registry,
    /// The gateway's name.
    gateway: &'r str,
    /// Seconds since 1970.
    now: u64,
    deadline: Instant,
    usage: RegistryUsage,
}

impl<'r> MeetingRegistry<'r> {
    /// The registry for one batch. Nothing of it goes on after the deadline.
    pub(super) fn new(registry: &'r Registry, gateway: &'r str, deadline: Instant) -> Self {
        MeetingRegistry { registry, gateway, now: now(), deadline, usage: RegistryUsage::default() }
    }

    /// Records the times of events, counts their meetings, and gives the events their tenants.
    pub(super) async fn record(&self, events: &mut [TenantEvent<'_>]) {
        let mut meetings: BTreeMap<MeetingKey, Vec<&mut TenantEvent<'_>>> = BTreeMap::new();
        for event in events {
            if let Some(meeting) = meeting_of(&event.event) {
                meetings.entry(meeting).or_default().push(event);
            }
        }
        for (meeting, mut events) in meetings {
            let mut has_times = false;
            for event in &mut events {
                let Some(time) = time_of(&event.event) else { continue };
                let recorded =
                    self.registry.record_time(meeting, &time, self.now, self.deadline, &self.usage);
                match recorded.await {
                    Ok(()) => has_times = true,
                    Err(error) => event.outcome = Err(error.into()),
                }
            }
            let tenant = self.tenant(meeting, has_times).await;
            for event in events {
                match &tenant {
                    Ok(tenant) => event.tenant.clone_from(tenant),
                    Err(error) => event.outcome = Err((*error).into()),
                }
            }
        }
    }

    /// The meeting's tenant, after the meeting was counted if there are new times.
    async fn tenant(&self, meeting: MeetingKey, has_times: bool) -> Result<Option<String>, Unavailable> {
        let record = if has_times {
            self.registry.count_meeting(meeting, self.now, self.deadline, &self.usage).await?
        } else {
            self.registry.tenant_of(meeting, self.deadline, &self.usage).await?
        };
        Ok(record.map(|record| record.tenant))
    }

    /// Frees the slots of a meeting that has ended. For any other event it does nothing.
    pub(super) async fn free(&self, event: &TenantEvent<'_>) -> Result<(), Unavailable> {
        let Some(meeting) = meeting_of(&event.event).filter(|_| event.event.is_end_of_meeting()) else {
            return Ok(());
        };
        if let Some(tenant) = &event.tenant {
            return self.free_of_tenant(meeting, tenant).await;
        }
        // The meeting may get its tenant and slots right now. Once it is marked, it gets none.
        let nobody = Scope { gateway: self.gateway, tenant: "", room: None };
        let mark = TableRequest::MarkEnded(meeting);
        let marked = self.registry.ask(nobody, mark, self.deadline, &self.usage).await;
        if marked == TableAnswer::Unclear {
            return Err(Unavailable);
        }
        match self.registry.tenant_of(meeting, self.deadline, &self.usage).await? {
            Some(record) => self.free_of_tenant(meeting, &record.tenant).await,
            None => Ok(()),
        }
    }

    async fn free_of_tenant(&self, meeting: MeetingKey, tenant: &str) -> Result<(), Unavailable> {
        let scope = Scope { gateway: self.gateway, tenant, room: None };
        // The machine uses neither clock nor random numbers.
        let at = At { now: self.now, generation: Generation(0) };
        let (mut machine, mut step) = FreeMeeting::start(meeting);
        loop {
            let request = match step {
                Step::Ask(Request::Table(request)) => request,
                Step::Done(true) => return Ok(()),
                Step::Done(false) | Step::Ask(Request::Chime(_)) => return Err(Unavailable),
            };
            let answer = self.registry.ask(scope, request, self.deadline, &self.usage).await;
            step = machine.next(&Answer::Table(answer), at);
        }
    }
}

/// The meeting that an event is about.
fn meeting_of(event: &MeetingEvent) -> Option<MeetingKey> {
    let id = MeetingId::parse(event.meeting_id.as_deref()?).ok()?;
    meeting_key(&id)
}

/// The time that an event gives usage. `None` for one that changes no usage: of another type, of a machine, or without a time.
fn time_of(event: &MeetingEvent) -> Option<EventTime> {
    if !event.is_of_meeting() {
        return None;
    }
    let (is_of_attendee, is_end) = match event.event_type.as_deref()? {
        "chime:MeetingStarted" => (false, false),
        "chime:MeetingEnded" => (false, true),
        "chime:AttendeeJoined" => (true, false),
        // Chime sends one of the two.
        "chime:AttendeeLeft" | "chime:AttendeeDropped" => (true, true),
        _ => return None,
    };
    let attendee = if is_of_attendee {
        let id = event.attendee_id.as_deref().filter(|_| event.is_machine != Some(true))?;
        Some(AttendeeId::parse(id).ok()?)
    } else {
        None
    };
    Some(EventTime { attendee, is_end, milliseconds: event.timestamp? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MEETING: &str = "eb81e378-37db-4b5a-8e57-88904f2c1152";
    const ATTENDEE: &str = "0f8a1c00-0000-4abc-8000-00000000000d";
    const STATE_CHANGE: &str = "Chime Meeting State Change";

    fn event(kind: &str, event_type: &str, changed: &str, value: serde_json::Value) -> MeetingEvent {
        let mut event = json!({
            "detail-type": kind,
            "detail": {
                "eventType": event_type, "timestamp": 1_764_064_800_000_u64, "meetingId": MEETING,
                "attendeeId": ATTENDEE, "externalUserId": "anna",
            },
        });
        event["detail"][changed] = value;
        MeetingEvent::read(&event.to_string()).unwrap()
    }

    #[test]
    fn times_of_usage_are_those_of_meetings_and_people() {
        let person = || AttendeeId::parse(ATTENDEE).ok();
        for (event_type, expected, why) in [
            ("chime:MeetingStarted", Some((None, false)), "a meeting starts"),
            ("chime:MeetingEnded", Some((None, true)), "and ends"),
            ("chime:AttendeeJoined", Some((person(), false)), "a person joins"),
            ("chime:AttendeeLeft", Some((person(), true)), "and leaves"),
            ("chime:AttendeeDropped", Some((person(), true)), "or drops out"),
            ("chime:AttendeeAdded", None, "who was added is not there yet"),
            ("chime:AttendeeVideoStarted", None, "who shows video has joined before"),
        ] {
            let expected = expected.map(|(attendee, is_end)| EventTime {
                attendee,
                is_end,
                milliseconds: 1_764_064_800_000,
            });
            let event = event(STATE_CHANGE, event_type, "mediaRegion", json!("us-east-1"));
            assert_eq!(time_of(&event), expected, "{why}");
        }
    }

    #[test]
    fn what_gives_no_time_changes_no_usage() {
        const JOINED: &str = "chime:AttendeeJoined";
        for (event, why) in [
            (event(STATE_CHANGE, JOINED, "externalUserId", json!("aws:MediaPipeline-1")), "a machine"),
            (event(STATE_CHANGE, JOINED, "timestamp", json!("soon")), "no time"),
            (event(STATE_CHANGE, JOINED, "attendeeId", json!("a-1")), "no id of an attendee"),
            (event(STATE_CHANGE, JOINED, "attendeeId", json!(null)), "no attendee"),
            (event("Chime Media Pipeline State Change", JOINED, "a", json!(1)), "another kind"),
        ] {
            assert_eq!(time_of(&event), None, "{why}");
        }
    }

    #[test]
    fn an_event_is_about_a_meeting_with_an_id_of_chimes() {
        let of = |id| meeting_of(&event(STATE_CHANGE, "chime:MeetingEnded", "meetingId", id));
        assert_eq!(of(json!(MEETING)), Some(MeetingKey(0xeb81_e378_37db_4b5a_8e57_8890_4f2c_1152)));
        assert_eq!(of(json!(MEETING.to_uppercase())), of(json!(MEETING)));
        for id in [json!(null), json!("standup"), json!(7)] {
            assert_eq!(of(id.clone()), None, "{id}");
        }
    }
}
