//! When everything of the mix begins.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::appointments::{self, Appointment};
use crate::exams::Exams;
use crate::world::World;
use crate::{classes, mix};

/// No meeting begins later than so long before the end.
const LAST_MEETINGS: Duration = Duration::from_secs(45);

/// Plays the mix until everything is over.
pub(crate) async fn play(world: &Arc<World>, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut meetings = JoinSet::new();
    let mut hour = 0_usize;
    let mut begins = world.start;
    while begins < world.end {
        for room in 0..mix::ROOMS {
            let room = format!("course-{hour}-{room}");
            meetings.spawn(classes::hold(Arc::clone(world), room, begins, random.u64(..)));
        }
        meetings.spawn(Exams::new(Arc::clone(world), hour, begins).hold(random.u64(..)));
        hour = hour.saturating_add(1);
        let Some(next) = begins.checked_add(mix::HOUR) else { break };
        begins = next;
    }
    for (number, begins) in arrivals(world, mix::APPOINTMENTS_A_SECOND, &mut random).into_iter().enumerate() {
        let appointment = Appointment {
            tenant: mix::CLINIC,
            name: format!("appointment-{number}"),
            host: format!("doctor-{}", random.usize(..mix::DOCTORS)),
            mean_length: mix::APPOINTMENT,
            forgetting: mix::FORGETTING,
        };
        meetings.spawn(appointments::hold(Arc::clone(world), appointment, begins, random.u64(..)));
    }
    for (number, begins) in arrivals(world, mix::CALLS_A_SECOND, &mut random).into_iter().enumerate() {
        let call = Appointment {
            tenant: mix::STARTUP,
            name: format!("call-{number}"),
            host: format!("host-{}", random.usize(..mix::HOSTS)),
            mean_length: mix::CALL,
            forgetting: 0.0,
        };
        meetings.spawn(appointments::hold(Arc::clone(world), call, begins, random.u64(..)));
    }
    let telling = tokio::spawn(tell(Arc::clone(world)));
    meetings.join_all().await;
    telling.abort();
    end_what_is_left(world);
}

/// Arrivals at random with a rate: the time between two of them is exponential.
fn arrivals(world: &World, a_second: f64, random: &mut fastrand::Rng) -> Vec<Instant> {
    let mut arrivals = Vec::new();
    let mut next = world.start;
    loop {
        let pause = Duration::from_secs_f64(-(1.0 - random.f64()).ln() / a_second);
        match next.checked_add(pause) {
            Some(time) if time.checked_add(LAST_MEETINGS).is_some_and(|last| last < world.end) => {
                arrivals.push(time);
                next = time;
            }
            _ => return arrivals,
        }
    }
}

/// A creation that a user gave up may have made a meeting all the same, and so may an end that was given up have left one; Chime
/// ends it. One whose end was answered must be over.
fn end_what_is_left(world: &World) {
    for meeting in world.simulator.meetings().iter().filter(|meeting| meeting.alive) {
        if world.records.has_ended(meeting.id()) {
            world.records.fault(format!("meeting {} goes on after its end was answered", meeting.id()));
        }
        world.simulator.end_meeting(meeting.id());
    }
}

/// Says each minute how far it is.
async fn tell(world: Arc<World>) {
    let mut next = world.start;
    loop {
        next = next.checked_add(Duration::from_secs(60)).unwrap_or(next);
        sleep_until(next).await;
        let (meetings, minutes) = (world.simulator.meetings(), world.start.elapsed().as_secs() / 60);
        let open = meetings.iter().filter(|meeting| meeting.alive).count();
        let requests = world.simulator.request_count();
        let faults = world.records.faults().len();
        let line = format!(
            "{minutes:>3} min  {requests} calls to Chime, {open} meetings are open, {faults} faults\n"
        );
        // Output that can't be written is not a failure.
        let _ = io::stderr().write_all(line.as_bytes());
    }
}
