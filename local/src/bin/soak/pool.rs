//! The gateway processes, each of which serves one request at a time.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use local::front::{FUNCTION_TIMEOUT, Handler};
use local::issuer::{AUDIENCE, Issuer};
use local::runtime_api::{Function, Outcome, RuntimeApi};
use local::simulator::Simulator;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::options::Options;

/// A queue that nothing is sent to.
const NO_QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:events";

/// The gateway processes, of which any free one takes the next request.
pub(crate) struct Pool {
    pub(crate) processes: Vec<Arc<RuntimeApi>>,
    free: Mutex<Vec<Arc<RuntimeApi>>>,
    turns: Semaphore,
    /// invocations that had no answer
    pub(crate) unanswered: Mutex<Vec<String>>,
}

impl Pool {
    pub(crate) async fn start(
        options: &Options,
        simulator: &Simulator,
        issuer: &Issuer,
    ) -> Result<Arc<Self>, String> {
        let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/policy.json");
        let settings = [
            ("AUTH_MODE", "bearer".to_owned()),
            ("JWT_ISSUER", issuer.issuer_url()),
            ("JWT_AUDIENCE", AUDIENCE.to_owned()),
            ("POLICY_FILE", policy.display().to_string()),
            ("NOTIFICATIONS_QUEUE_ARN", options.queue.clone().unwrap_or_else(|| NO_QUEUE.to_owned())),
            ("GATEWAY_NAME", "soak".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", simulator.endpoint()),
            ("AWS_ACCESS_KEY_ID", "AKIDLOCAL".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "made-up".to_owned()),
            // The stand-in keeps the log in memory, and nothing here reads it.
            ("RUST_LOG", "off".to_owned()),
        ];
        let function = settings.iter().fold(Function::new(&options.gateway), |function, (name, value)| {
            function.with_environment(name, value)
        });
        let mut processes = Vec::new();
        for _ in 0..options.processes {
            let process = RuntimeApi::start(&function)
                .map_err(|error| format!("cannot start {}: {error}", options.gateway.display()))?;
            processes.push(Arc::new(process));
        }
        for process in &processes {
            if let Some(outcome) = process.wait_until_ready(FUNCTION_TIMEOUT).await {
                return Err(format!("a gateway process did not come up: {outcome:?}"));
            }
        }
        Ok(Arc::new(Self {
            free: Mutex::new(processes.clone()),
            turns: Semaphore::new(processes.len()),
            processes,
            unanswered: Mutex::default(),
        }))
    }

    pub(crate) fn handler(pool: &Arc<Self>) -> Handler {
        let pool = Arc::clone(pool);
        Arc::new(move |event, _| {
            let pool = Arc::clone(&pool);
            Box::pin(async move { pool.invoke(event).await })
        })
    }

    async fn invoke(&self, event: Bytes) -> Vec<u8> {
        let turn = self.turns.acquire().await;
        let taken = self.free.lock().pop();
        let outcome = match (&turn, &taken) {
            (Ok(_), Some(process)) => process.invoke(event, FUNCTION_TIMEOUT).await,
            _ => return Vec::new(),
        };
        self.free.lock().extend(taken);
        match outcome {
            Outcome::Response(answer) => answer.to_vec(),
            other => {
                self.unanswered.lock().push(format!("{other:?}"));
                Vec::new()
            }
        }
    }

    /// Resident memory of each process, in KiB, in the order of their start.
    pub(crate) fn memory(&self) -> Result<Vec<u64>, String> {
        self.processes.iter().map(|process| resident_kib(process.process_id())).collect()
    }
}

/// `VmRSS` of `/proc/<id>/status`.
fn resident_kib(process: u32) -> Result<u64, String> {
    let file = format!("/proc/{process}/status");
    let status = std::fs::read_to_string(&file).map_err(|error| format!("cannot read {file}: {error}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let words = line.unwrap_or_default().split_whitespace().next();
    words.and_then(|word| word.parse().ok()).ok_or_else(|| format!("no VmRSS in {file}"))
}
