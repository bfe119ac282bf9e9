//! Times, memory and sizes, by running each function many times, in turns.

use std::path::Path;
use std::time::Duration;

use local::simulator::RecordedRequest;
use serde_json::Value;

use crate::Failure;
use crate::archive::zipped_size;
use crate::player::Player;
use crate::statistics::{float, median, quantile};
use crate::subjects::{Operation, Row, Subject};
use crate::surroundings::Surroundings;

/// Longest wait for any step of a function.
const PATIENCE: Duration = Duration::from_secs(20);

/// Requests after the first that are not measured, for warming up.
const WARMING_UP: usize = 50;

/// How long to wait for a connection that init begins on the slow network.
const SETTLING: Duration = Duration::from_millis(400);

/// Medians over all runs of one function.
#[derive(Debug, Clone)]
pub(crate) struct Times {
    pub(crate) row: Row,
    /// Milliseconds from the start of the process to its first request for an event.
    pub(crate) init: f64,
    /// Milliseconds from handing over the first event to its answer.
    pub(crate) first: f64,
    /// Milliseconds of CPU, of init and the first request together.
    pub(crate) cpu_first: f64,
    /// Milliseconds of a later request.
    pub(crate) warm_p50: f64,
    pub(crate) warm_p99: f64,
    /// Milliseconds of CPU of a later request.
    pub(crate) cpu_warm: f64,
    /// Bytes.
    pub(crate) peak_memory: f64,
    /// Bytes.
    pub(crate) zip: f64,
}

/// One run of one function.
#[derive(Debug, Default)]
struct Runs {
    init: Vec<f64>,
    first: Vec<f64>,
    cpu_first: Vec<f64>,
    warm_p50: Vec<f64>,
    warm_p99: Vec<f64>,
    cpu_warm: Vec<f64>,
    peak_memory: Vec<f64>,
}

/// The first request after a connection could be opened ahead, and later ones, on the slow network.
#[derive(Debug, Clone)]
pub(crate) struct FarAway {
    pub(crate) row: Row,
    pub(crate) init: f64,
    pub(crate) first: f64,
    pub(crate) warm: f64,
}

/// What Chime is asked: method, path and body of each request.
type Asked = Vec<(String, String, Value)>;

/// Fails unless all functions that do the same job send Chime the same requests.
pub(crate) fn same_requests(subjects: &[Subject], around: &Surroundings) -> Result<(), Failure> {
    let mut expected: Vec<(&Subject, Asked)> = Vec::new();
    for subject in subjects.iter().filter(|subject| subject.row.is_compared()) {
        let asked = asked(subject, around)?;
        match expected.iter().find(|(first, _)| first.row.operation == subject.row.operation) {
            None => expected.push((subject, asked)),
            Some((first, other)) if *other != asked => {
                let (name, first) = (subject.row.name(), first.row.name());
                return Err(format!("{first} asks Chime for {other:?}, {name} for {asked:?}").into());
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The requests that one event makes.
fn asked(subject: &Subject, around: &Surroundings) -> Result<Asked, Failure> {
    around.renew();
    let mut player = Player::start(&subject.program, PATIENCE)?;
    if subject.row.operation == Operation::CreateAttendee {
        // The gateway's first request in a process asks whose the meeting is as well, which the peers take for granted.
        player.invoke(&subject.event)?;
    }
    around.renew();
    let (_, answer) = player.invoke(&subject.event)?;
    let answer: Value = serde_json::from_slice(&answer)?;
    if !matches!(answer.get("statusCode").and_then(Value::as_u64), Some(200 | 201)) {
        return Err(format!("{} answered {answer}", subject.row.name()).into());
    }
    let asked: Asked = around.take_requests().into_iter().map(normalised).collect();
    if asked.is_empty() {
        Err(format!("{} asked Chime for nothing", subject.row.name()).into())
    } else {
        Ok(asked)
    }
}

/// A request without what differs from one to the next: its token, and the order of tags.
fn normalised(request: RecordedRequest) -> (String, String, Value) {
    let mut body = request.body;
    if let Some(members) = body.as_object_mut() {
        members.remove("ClientRequestToken");
    }
    if let Some(Value::Array(tags)) = body.get_mut("Tags") {
        tags.sort_by_key(ToString::to_string);
    }
    (request.method, request.path, body)
}

/// Runs every function that often, in turns, so that other load on the machine affects all alike.
pub(crate) fn in_turns(
    subjects: &[Subject],
    around: &Surroundings,
    runs: usize,
    requests: usize,
) -> Result<Vec<Times>, Failure> {
    let mut measured: Vec<Runs> = subjects.iter().map(|_| Runs::default()).collect();
    for run in 1..=runs {
        eprintln!("run {run} of {runs}");
        for (subject, measured) in subjects.iter().zip(&mut measured) {
            around.renew();
            subject.prepare()?;
            measured.add(subject, requests)?;
        }
    }
    subjects.iter().zip(&measured).map(|(subject, runs)| runs.medians(subject)).collect()
}

impl Runs {
    fn add(&mut self, subject: &Subject, requests: usize) -> Result<(), Failure> {
        let mut player = Player::start(&subject.program, PATIENCE)?;
        self.init.push(milliseconds(player.init()));
        self.first.push(milliseconds(player.invoke(&subject.event)?.0));
        self.cpu_first.push(milliseconds(player.cpu_time()?));
        for _ in 0..WARMING_UP {
            player.invoke(&subject.event)?;
        }
        let before = player.cpu_time()?;
        let mut warm = Vec::with_capacity(requests);
        for _ in 0..requests {
            warm.push(milliseconds(player.invoke(&subject.event)?.0));
        }
        let used = player.cpu_time()?.saturating_sub(before);
        self.cpu_warm.push(milliseconds(used) / count(requests));
        self.warm_p50.push(median(&warm));
        self.warm_p99.push(quantile(&warm, 0.99));
        self.peak_memory.push(float(player.peak_memory()?));
        Ok(())
    }

    fn medians(&self, subject: &Subject) -> Result<Times, Failure> {
        let parts: Vec<&Path> = subject.artefact.iter().map(AsRef::as_ref).collect();
        Ok(Times {
            row: subject.row,
            init: median(&self.init),
            first: median(&self.first),
            cpu_first: median(&self.cpu_first),
            warm_p50: median(&self.warm_p50),
            warm_p99: median(&self.warm_p99),
            cpu_warm: median(&self.cpu_warm),
            peak_memory: median(&self.peak_memory),
            zip: float(zipped_size(&parts)?),
        })
    }
}

/// Median milliseconds of each function's init, in turns.
pub(crate) fn inits(subjects: &[Subject; 2], runs: usize) -> Result<[f64; 2], Failure> {
    let mut measured = [Vec::new(), Vec::new()];
    for _ in 0..runs {
        for (subject, inits) in subjects.iter().zip(&mut measured) {
            inits.push(milliseconds(Player::start(&subject.program, PATIENCE)?.init()));
        }
    }
    Ok(measured.map(|inits| median(&inits)))
}

/// The first request on a slow network, after init and the connection that it begins.
pub(crate) fn far_away(subjects: &[Subject], runs: usize) -> Result<Vec<FarAway>, Failure> {
    let mut measured: Vec<[Vec<f64>; 3]> = subjects.iter().map(|_| Default::default()).collect();
    for _ in 0..runs {
        for (subject, [inits, firsts, warms]) in subjects.iter().zip(&mut measured) {
            let mut player = Player::start(&subject.program, PATIENCE)?;
            inits.push(milliseconds(player.init()));
            std::thread::sleep(SETTLING);
            firsts.push(milliseconds(player.invoke(&subject.event)?.0));
            let mut warm = Vec::new();
            for _ in 0..10 {
                warm.push(milliseconds(player.invoke(&subject.event)?.0));
            }
            warms.push(median(&warm));
        }
    }
    let rows = subjects.iter().zip(&measured).map(|(subject, [init, first, warm])| FarAway {
        row: subject.row,
        init: median(init),
        first: median(first),
        warm: median(warm),
    });
    Ok(rows.collect())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and sizes here are far below what a float counts exactly"
)]
fn count(number: usize) -> f64 {
    number as f64
}
