//! Oral exams: a backend creates hundreds of meetings faster than Chime takes them, and looks at those that are on.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::mix;
use crate::user::User;
use crate::world::{Held, World};

/// The exams of one hour.
pub(crate) struct Exams {
    world: Arc<World>,
    /// such as `1`
    hour: usize,
    /// the full hour
    begins: Instant,
    /// when the last one has to be over
    ends: Instant,
    on: Mutex<Vec<Arc<Held>>>,
}

impl Exams {
    pub(crate) fn new(world: Arc<World>, hour: usize, begins: Instant) -> Arc<Self> {
        let ends = world.after(begins, mix::HOUR);
        Arc::new(Self { world, hour, begins, ends, on: Mutex::default() })
    }

    pub(crate) async fn hold(self: Arc<Self>, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut exams = JoinSet::new();
        let begins = self.world.after(self.begins, mix::EXAMS_BEGIN_AFTER);
        for number in 0..mix::EXAMS_OF_AN_HOUR {
            let begins =
                self.world.after(begins, Duration::from_secs_f64(number as f64 / mix::EXAMS_A_SECOND));
            exams.spawn(Arc::clone(&self).exam(number, begins, random.u64(..)));
        }
        let mut looks = mix::LOOKS_EVERY;
        while let Some(time) = begins.checked_add(looks).filter(|time| *time < self.ends) {
            exams.spawn(Arc::clone(&self).look(time, random.u64(..)));
            looks = looks.saturating_add(mix::LOOKS_EVERY);
        }
        exams.join_all().await;
    }

    async fn exam(self: Arc<Self>, number: usize, begins: Instant, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let world = &self.world;
        let name = format!("exam-{}-{number}", self.hour);
        let mut backend = User::new(world, mix::EXAMS, &["hosts"], "backend", random.u64(..));
        let Some(id) = backend.create(&name, begins, self.ends).await else { return };
        let created = Instant::now();
        let (shortest, longest) = mix::EXAM;
        let length = shortest.saturating_add(longest.saturating_sub(shortest).mul_f64(random.f64()));
        // The last ones do not all end at the same time.
        let latest =
            self.ends.checked_sub(Duration::from_secs(20).mul_f64(random.f64())).unwrap_or(self.ends);
        let ends = world.after(created, length).min(latest).max(created);
        let meeting = Held::new(id, ends);
        self.on.lock().push(Arc::clone(&meeting));
        let mut people = JoinSet::new();
        for role in ["candidate", "examiner"] {
            let user = User::new(world, mix::EXAMS, &[], &format!("{role}-{name}"), random.u64(..));
            let comes = world.after(created, mix::COMING_TO_AN_EXAM.mul_f64(random.f64())).min(ends);
            let connecting = Duration::from_secs_f64(0.5 + 1.5 * random.f64());
            people.spawn(attend(Arc::clone(world), user, Arc::clone(&meeting), comes, connecting));
        }
        people.join_all().await;
        backend.end(&meeting, ends).await;
        self.on.lock().retain(|other| other.id != meeting.id);
    }

    /// Looks at each exam that is on.
    async fn look(self: Arc<Self>, time: Instant, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        sleep_until(time).await;
        let on = self.on.lock().clone();
        let mut looks = JoinSet::new();
        for (number, meeting) in on.into_iter().enumerate() {
            let mut backend = User::new(&self.world, mix::EXAMS, &["hosts"], "backend", random.u64(..));
            let intended =
                self.world.after(time, Duration::from_secs_f64(number as f64 / mix::LOOKS_A_SECOND));
            looks.spawn(async move {
                sleep_until(intended).await;
                // It has ended meanwhile, and the backend knows it.
                if !meeting.may_have_ended() {
                    backend.look(&meeting, intended).await;
                }
            });
        }
        looks.join_all().await;
    }
}

async fn attend(world: Arc<World>, mut user: User, meeting: Arc<Held>, comes: Instant, connecting: Duration) {
    let joined = user.join(&meeting, comes).await;
    // Its connection would be closed while the person is in the meeting.
    drop(user);
    if let Some(attendee) = joined {
        world.stay(&meeting.id, &attendee, meeting.ends, connecting).await;
    }
}
