//! The gateway processes, each of which serves one request at a time.

use std::path::Path;
use std::sync::Arc;

use local::front::FUNCTION_TIMEOUT;
use local::issuer::{AUDIENCE, Issuer};
use local::runtime_api::{Function, Pool};
use local::simulator::Simulator;

use crate::options::Options;

/// A queue that nothing is sent to.
const NO_QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:events";

/// As many processes as the options say, all of them started before the first request.
pub(crate) async fn start(
    options: &Options,
    simulator: &Simulator,
    issuer: &Issuer,
) -> Result<Arc<Pool>, String> {
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
    let pool = Pool::new(function, options.processes);
    pool.start(options.processes, FUNCTION_TIMEOUT).await?;
    Ok(Arc::new(pool))
}

/// Resident memory of each process, in KiB, in the order of their start.
pub(crate) fn memory(pool: &Pool) -> Result<Vec<u64>, String> {
    pool.processes().iter().map(|process| resident_kib(process.process_id())).collect()
}

/// `VmRSS` of `/proc/<id>/status`.
fn resident_kib(process: u32) -> Result<u64, String> {
    let file = format!("/proc/{process}/status");
    let status = std::fs::read_to_string(&file).map_err(|error| format!("cannot read {file}: {error}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let words = line.unwrap_or_default().split_whitespace().next();
    words.and_then(|word| word.parse().ok()).ok_or_else(|| format!("no VmRSS in {file}"))
}
