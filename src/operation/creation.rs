//! Creates a meeting: within the tenant's limits and noted in the registry, where the gateway has one.

use registry_core::{Digest, Open, Opened, Opening, RequestKey};

use super::new_meeting::NewMeeting;
use super::registry_chime::Creation;
use super::registry_driver::Driver;
use super::row::Call;
use crate::chime::CreatedMeeting;
use crate::model::Limits;
use crate::registry::{Registry, RegistryError, caller_key, digest, fresh_generation};
use crate::request_error::RequestError;

/// The version of the digest by which a repeated creation finds its slots. With another one it takes further slots.
const REQUEST: &str = "meeting-gateway/registry/creation/1";

/// Creates a meeting that is no room's. Without a registry nothing but Chime is asked.
///
/// # Errors
/// When a limit is reached, the table does not answer and there are limits, or Chime fails.
pub(super) async fn create(
    call: Call<'_>,
    limits: Limits,
    meeting: NewMeeting<'_>,
) -> Result<CreatedMeeting, RequestError> {
    match call.registry {
        None => meeting.create(call.chime, call.attempts).await,
        // Boxed, so that a gateway without a registry does not carry its state.
        Some(registry) => Box::pin(create_in(registry, call, limits, meeting)).await,
    }
}

async fn create_in(
    registry: &Registry,
    call: Call<'_>,
    limits: Limits,
    meeting: NewMeeting<'_>,
) -> Result<CreatedMeeting, RequestError> {
    let plan = meeting.plan.plan();
    let (gateway, tenant, subject) = (call.chime.gateway_name(), plan.tenant(), plan.subject());
    let request = match plan.idempotency_key() {
        // One key is one creation for each of the two operations.
        Some(key) => {
            let operation = if meeting.attendees.is_some() { "with-attendees" } else { "meeting" };
            digest(REQUEST, &[gateway, tenant, subject, operation, key.as_str()])
        }
        None => fresh_generation().0,
    };
    let opening = Opening {
        limits: limits_of(limits),
        caller: caller_key(gateway, tenant, subject),
        request: RequestKey::Key(Digest(request)),
    };
    let mut driver = Driver::new(call, registry, None, plan.tenant_ids());
    driver.chime.creation = Some(Creation::Meeting(meeting));
    let opened = driver.run(Open::start(opening)).await;
    let chime = driver.chime;
    match opened {
        // An ended meeting is what Chime answers to the key, as without a registry.
        Opened::Meeting(_) | Opened::Ended(_) => chime.created.ok_or(RequestError::Bug("no meeting is kept")),
        Opened::Full(owner) => Err(RegistryError::of_full(owner, limits).into()),
        Opened::Conflict | Opened::Refused | Opened::ChimeFailed => {
            Err(chime.error.unwrap_or(RequestError::Bug("no error of Chime is kept")))
        }
        // Only a room can be lost.
        Opened::Lost(_) | Opened::Unavailable => Err(RegistryError::Unavailable.into()),
    }
}

/// The limits, as the machines take them.
pub(super) fn limits_of(limits: Limits) -> registry_core::Limits {
    registry_core::Limits { tenant: limits.open_meetings, caller: limits.open_meetings_per_caller }
}
