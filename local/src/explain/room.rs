//! The room of an explained request, as the registry has it.

use std::time::{SystemTime, UNIX_EPOCH};

use meeting_gateway::auth::Caller;
use meeting_gateway::config::Config;
use meeting_gateway::model::{MeetingId, RoomId};
use meeting_gateway::outbound::Outbound;
use meeting_gateway::policy::PolicyExplanation;
use meeting_gateway::registry::{Registry, RegistryUsage, Scope, fresh_generation, meeting_key};
use registry_core::{Room, TableAnswer, TableRequest};
use tokio::time::Instant;

use super::event::Asked;
use super::placeholders::{GATEWAY_NAME, MEETING, ROOM};

/// Whether the room has a meeting when the request comes: always, except for a caller who may open it, unless that one asks
/// to find it open.
pub(super) fn is_open(asked: &Asked, policy: &PolicyExplanation) -> bool {
    asked.is_about_a_room() && (asked.room_is_open || !may_open(policy) || asked.operation.name != "JoinRoom")
}

/// Whether the caller may open a room.
pub(super) fn may_open(policy: &PolicyExplanation) -> bool {
    policy.rights.iter().any(|right| right.right == "Create" && right.is_held)
}

/// Lets the room have [`MEETING`].
pub(super) async fn open(config: &Config, caller: &Caller, deadline: Instant) -> Result<(), String> {
    let Some(settings) = config.registry.clone() else { return Ok(()) };
    let cannot = |why: &str| format!("cannot open the room: {why}");
    let room = RoomId::parse(ROOM).map_err(|rule| cannot(&rule))?;
    let meeting = MeetingId::parse(MEETING).map_err(|rule| cannot(&rule))?;
    let scope = Scope { gateway: GATEWAY_NAME, tenant: caller.tenant(), room: Some(&room) };
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let opened = Room { generation: fresh_generation(), since, meeting: meeting_key(&meeting) };
    let request = TableRequest::PutRoom { expected: None, room: opened };
    let registry = Registry::new(settings, &Outbound::new());
    match registry.ask(scope, request, deadline, &RegistryUsage::default()).await {
        TableAnswer::Room(Some(room)) if room == opened => Ok(()),
        other => Err(cannot(&format!("the table answers {other:?}"))),
    }
}
