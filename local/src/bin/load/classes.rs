//! Classes: a wave of people joins rooms at the full hour.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::mix;
use crate::user::User;
use crate::world::World;

/// A class that goes on.
struct Class {
    world: Arc<World>,
    room: String,
    begins: Instant,
    ends: Instant,
    /// who can be removed: a meeting and an attendee
    seated: Mutex<Vec<(String, String)>>,
}

/// Holds one class.
pub(crate) async fn hold(world: Arc<World>, room: String, begins: Instant, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let ends = world.after(begins, mix::CLASS);
    let class = Arc::new(Class { world, room, begins, ends, seated: Mutex::default() });
    let mut people = JoinSet::new();
    for number in 0..mix::PEOPLE_OF_A_ROOM {
        let (class, seed) = (Arc::clone(&class), random.u64(..));
        // The sum of two is a triangle with its top in the middle.
        let arrives = mix::ARRIVALS_OF_A_ROOM.mul_f64(f64::midpoint(random.f64(), random.f64()));
        people.spawn(async move { class.attend(number, arrives, seed).await });
    }
    let seed = random.u64(..);
    people.spawn(async move { class.teach(seed).await });
    people.join_all().await;
}

impl Class {
    async fn attend(&self, number: usize, arrives: Duration, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let subject = format!("student-{}-{number}", self.room);
        let mut student = User::new(&self.world, mix::UNIVERSITY, &[], &subject, random.u64(..));
        let arrives = self.world.after(self.begins, arrives);
        let leaves =
            self.ends.checked_sub(Duration::from_secs(10).mul_f64(random.f64())).unwrap_or(self.ends);
        let reloads = random.f64() < mix::RELOADING;
        let reload = self.world.after(arrives, mix::CLASS.mul_f64(0.2 + 0.4 * random.f64())).min(leaves);
        let Some((meeting, attendee)) = student.join_room(&self.room, arrives, self.ends).await else {
            return;
        };
        let came = Instant::now();
        self.seated.lock().push((meeting.clone(), attendee.clone()));
        let connecting = Duration::from_secs_f64(0.5 + 1.5 * random.f64());
        if !reloads {
            // Its connection would be closed while the person is in the meeting.
            drop(student);
            self.world.stay(&meeting, &attendee, leaves, connecting).await;
            return;
        }
        self.world.stay(&meeting, &attendee, reload, connecting).await;
        // Whoever came in only after that time loads the page again at once.
        let reload = if came > reload { Instant::now() } else { reload };
        if let Some((meeting, attendee)) = student.join_room(&self.room, reload, self.ends).await {
            self.world.stay(&meeting, &attendee, leaves, connecting).await;
        }
    }

    async fn teach(&self, seed: u64) {
        let subject = format!("teacher-{}", self.room);
        let mut teacher = User::new(&self.world, mix::UNIVERSITY, &["hosts"], &subject, seed);
        let joined = teacher.join_room(&self.room, self.begins, self.ends).await;
        let Some((meeting, attendee)) = joined else { return };
        let stays = self.world.stay(&meeting, &attendee, self.ends, Duration::from_secs(1));
        let removes = async {
            let time = self.world.after(self.begins, mix::CLASS.mul_f64(0.5));
            sleep_until(time).await;
            let removed = self.seated.lock().first().cloned();
            if let Some((meeting, attendee)) = removed {
                teacher.remove(&meeting, &attendee, time, self.ends).await;
            }
        };
        tokio::join!(stays, removes);
        teacher.end_room(&self.room, &meeting, self.ends).await;
    }
}
