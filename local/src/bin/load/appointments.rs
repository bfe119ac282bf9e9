//! Meetings of two: whoever hosts creates one and joins, the guest joins a little later, and the host ends it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::mix;
use crate::user::User;
use crate::world::{Held, World};

/// Whose meeting it is, and what it is like.
#[derive(Debug, Clone)]
pub(crate) struct Appointment {
    pub(crate) tenant: &'static str,
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) mean_length: Duration,
    /// the share of the hosts who do not end it
    pub(crate) forgetting: f64,
}

/// How long a host goes on asking for a meeting.
const PATIENCE: Duration = Duration::from_secs(90);

pub(crate) async fn hold(world: Arc<World>, appointment: Appointment, begins: Instant, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let Appointment { tenant, name, host, mean_length, forgetting } = appointment;
    let mut hosting = User::new(&world, tenant, &["hosts"], &host, random.u64(..));
    let mut visiting = User::new(&world, tenant, &[], &format!("guest-{name}"), random.u64(..));
    let length = mean_length.mul_f64(-(1.0 - random.f64()).ln());
    let sends_again = random.f64() < mix::SENT_AGAIN;
    let forgets = random.f64() < forgetting;
    let guest_comes = Duration::from_secs_f64(5.0 + 15.0 * random.f64());
    let connecting = Duration::from_secs_f64(0.5 + 1.5 * random.f64());

    let until = world.after(begins, PATIENCE);
    let Some(id) = hosting.create(&name, begins, until).await else { return };
    let created = Instant::now();
    let ends = world.after(created, guest_comes.saturating_add(length));
    if sends_again {
        // The other answer's meeting is compared in the end.
        hosting.create(&name, created, until).await;
    }
    let meeting = Held::new(id, ends);
    let host_stays = async {
        if let Some(attendee) = hosting.join(&meeting, Instant::now()).await {
            world.stay(&meeting.id, &attendee, ends, connecting).await;
        }
        if !forgets {
            hosting.end(&meeting, ends).await;
        }
    };
    let guest_stays = async {
        if let Some(attendee) = visiting.join(&meeting, world.after(created, guest_comes)).await {
            world.stay(&meeting.id, &attendee, ends, connecting).await;
        }
    };
    tokio::join!(host_stays, guest_stays);
    if forgets {
        sleep_until(world.after(ends, mix::CHIME_ENDS_AFTER)).await;
        world.simulator.end_meeting(&meeting.id);
    }
}
