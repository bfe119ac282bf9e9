//! The gateway processes, and callers who ask them until there is an answer.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use local::front::FUNCTION_TIMEOUT;
use local::runtime_api::{Function, Outcome, RuntimeApi};
use parking_lot::Mutex;
use serde_json::Value;

use crate::ask::Ask;

/// How often a caller asks before it gives up, which fails the round.
const MAX_TRIES: usize = 200;

/// How long a caller waits between two tries, whatever Retry-After says: a minute a try would make rounds of hours.
const PAUSE: Duration = Duration::from_millis(20);

/// The gateway processes. Whoever asks chooses one.
pub(crate) struct Fleet {
    function: Function,
    processes: Vec<Mutex<Arc<RuntimeApi>>>,
    asked: AtomicU64,
    killed: AtomicU64,
    /// the longest that a caller had to ask
    longest: Mutex<Duration>,
    /// by status and code
    answers: Mutex<BTreeMap<(u16, String), u64>>,
}

/// What a caller has in the end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Settled {
    /// A success.
    Done(Value),
    /// A limit of the policy is reached.
    Limit,
    /// Chime's own quota is full.
    Quota,
    /// 404.
    NotFound,
}

/// What a request was answered.
enum Answer {
    Http {
        status: u16,
        body: Value,
    },
    /// The process was killed first.
    Died,
}

impl Fleet {
    /// Starts as many processes, and waits until they are ready.
    pub(crate) async fn start(function: Function, processes: usize) -> Result<Arc<Self>, String> {
        let mut started = Vec::new();
        for _ in 0..processes {
            started.push(Mutex::new(start(&function)?));
        }
        for process in &started {
            let process = Arc::clone(&process.lock());
            if let Some(outcome) = process.wait_until_ready(FUNCTION_TIMEOUT).await {
                return Err(format!(
                    "a gateway process did not come up: {outcome:?}\n{}",
                    process.standard_output()
                ));
            }
        }
        Ok(Arc::new(Self {
            function,
            processes: started,
            asked: AtomicU64::new(0),
            killed: AtomicU64::new(0),
            longest: Mutex::default(),
            answers: Mutex::default(),
        }))
    }

    pub(crate) fn size(&self) -> usize {
        self.processes.len()
    }

    /// How many requests there were, and how many processes were killed.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.asked.load(Ordering::Relaxed), self.killed.load(Ordering::Relaxed))
    }

    /// The longest that a caller had to ask until there was a final answer.
    pub(crate) fn longest(&self) -> Duration {
        *self.longest.lock()
    }

    /// How many answers there were of each status and code.
    pub(crate) fn answers(&self) -> BTreeMap<(u16, String), u64> {
        self.answers.lock().clone()
    }

    /// Kills a process wherever it is, and starts another in its place.
    pub(crate) fn kill(&self, number: usize) -> Result<(), String> {
        let Some(process) = self.processes.get(number) else { return Ok(()) };
        let killed = std::mem::replace(&mut *process.lock(), start(&self.function)?);
        killed.kill();
        self.killed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Asks once a process and then, until the answer is final, one after the other. A caller who is told of a limit goes on
    /// too if `waits_for_limit` says so.
    pub(crate) async fn settle(
        &self,
        first: usize,
        ask: &Ask,
        waits_for_limit: bool,
    ) -> Result<Settled, String> {
        let started = Instant::now();
        let settled = self.ask_until_settled(first, ask, waits_for_limit).await;
        let mut longest = self.longest.lock();
        *longest = started.elapsed().max(*longest);
        settled
    }

    async fn ask_until_settled(
        &self,
        first: usize,
        ask: &Ask,
        waits_for_limit: bool,
    ) -> Result<Settled, String> {
        let mut last = String::new();
        for number in (0..self.size()).cycle().skip(first).take(MAX_TRIES) {
            let Answer::Http { status, body } = self.invoke(number, ask).await? else { continue };
            let code = body.get("Code").and_then(Value::as_str).unwrap_or_default();
            let message = body.get("Message").and_then(Value::as_str).unwrap_or_default();
            match (status, code) {
                (200 | 201 | 204, "") => return Ok(Settled::Done(body)),
                (404, "NotFoundException") => return Ok(Settled::NotFound),
                (429, "LimitExceededException") if !message.contains("OpenMeetings") => {
                    return Ok(Settled::Quota);
                }
                (429, "LimitExceededException") if !waits_for_limit => return Ok(Settled::Limit),
                (409, "ConflictException")
                | (429, "ThrottlingException" | "LimitExceededException")
                | (502, "ServiceFailureException")
                | (503 | 504, "ServiceUnavailableException") => last = format!("{status} {body}"),
                _ => return Err(format!("{ask:?} has an answer that it should not have: {status} {body}")),
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(format!("{ask:?} is not served after {MAX_TRIES} tries; the last answer is {last}"))
    }

    async fn invoke(&self, number: usize, ask: &Ask) -> Result<Answer, String> {
        let slot = self.processes.get(number).ok_or_else(|| format!("there is no process {number}"))?;
        let process = Arc::clone(&slot.lock());
        let request_id = self.asked.fetch_add(1, Ordering::Relaxed);
        let answer = match process.invoke(ask.event(request_id), FUNCTION_TIMEOUT).await {
            Outcome::Response(answer) => answer,
            Outcome::Exited(_) if !Arc::ptr_eq(&process, &slot.lock()) => return Ok(Answer::Died),
            other => return Err(format!("{ask:?} has no answer: {other:?}\n{}", process.standard_output())),
        };
        let answer: Value = serde_json::from_slice(&answer).map_err(|error| format!("no JSON: {error}"))?;
        let status = answer.get("statusCode").and_then(Value::as_u64).unwrap_or_default();
        let status = u16::try_from(status).unwrap_or_default();
        let text = answer.get("body").and_then(Value::as_str).unwrap_or_default();
        let body: Value = match text {
            "" => Value::Null,
            text => serde_json::from_str(text).map_err(|error| format!("{status} is no JSON: {error}"))?,
        };
        let code = body.get("Code").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut answers = self.answers.lock();
        let count = answers.entry((status, code)).or_default();
        *count = count.saturating_add(1);
        Ok(Answer::Http { status, body })
    }
}

/// A gateway with its settings: authorizer mode, the simulator, and the table behind the proxy.
pub(crate) fn gateway(binary: &Path, policy: &Path, chime: &str, registry: &str, table: &str) -> Function {
    let settings = [
        ("AUTH_MODE", "authorizer"),
        ("POLICY_FILE", &policy.display().to_string()),
        // A queue that nothing is sent to.
        ("NOTIFICATIONS_QUEUE_ARN", "arn:aws:sqs:us-east-1:111122223333:events"),
        ("GATEWAY_NAME", "races"),
        ("REGISTRY_TABLE", table),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", chime),
        ("AWS_ENDPOINT_URL_DYNAMODB", registry),
        // ministack takes an account's number for the account.
        ("AWS_ACCESS_KEY_ID", "123456789012"),
        ("AWS_SECRET_ACCESS_KEY", "made-up"),
        // The stand-in keeps the log in memory, and only a failure shows it.
        ("RUST_LOG", "warn"),
    ];
    settings
        .iter()
        .fold(Function::new(binary), |function, (name, value)| function.with_environment(name, value))
}

fn start(function: &Function) -> Result<Arc<RuntimeApi>, String> {
    let process = RuntimeApi::start(function);
    process.map(Arc::new).map_err(|error| format!("cannot start {}: {error}", function.binary.display()))
}
