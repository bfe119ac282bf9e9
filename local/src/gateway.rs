//! The gateway itself: the same handler that runs in Lambda. Reads a changed policy document again.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use local::front::Handler;
use meeting_gateway::api_gateway::EventAnswer;
use meeting_gateway::config::{AwsEnvironment, Config};
use meeting_gateway::gateway::{Gateway, Handled, Invocation};
use meeting_gateway::settings::Settings;
use meeting_gateway::start;
use meeting_gateway::telemetry::{LogFilter, json_lines};
use parking_lot::RwLock;

use crate::output::Output;
use crate::request_lines;

/// What the deployed function would find in its environment.
pub(crate) struct Environment {
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) aws: AwsEnvironment,
}

/// How often the policy document is looked at.
const POLL: Duration = Duration::from_millis(250);

/// Makes the function that the HTTP front calls. A changed policy document is read again, as if the function had started
/// anew; with an error in it, the one before serves on.
///
/// # Errors
/// Every invalid setting and every fault of the policy document.
pub(crate) async fn handler(environment: Environment, output: Output) -> Result<Handler, String> {
    // Before the document is read, so that no change of it is missed.
    let known = std::fs::read(environment.policy_file()).ok();
    let config = environment.read()?;
    // Only the log says why a request was refused, here as in Lambda.
    start_log(config.log_filter.clone(), output.clone());
    let serving = Arc::new(RwLock::new(Arc::new(start::gateway(config))));
    let gateway = Arc::clone(&serving.read());
    gateway.warm_up().await;
    let watched = Arc::clone(&serving);
    let lines = output.clone();
    tokio::spawn(async move { watch(environment, known, &watched, output).await });
    Ok(Arc::new(move |event, invocation| {
        let gateway = Arc::clone(&serving.read());
        let lines = lines.clone();
        Box::pin(async move {
            let deadline = tokio::time::Instant::from_std(invocation.deadline);
            let invocation = Invocation { request_id: &invocation.request_id, trace_id: None, deadline };
            let Handled { answer, line } = gateway.handle(&event, invocation).await;
            request_lines::write(&line, lines);
            // Text, numbers and maps of text always serialize.
            serde_json::to_vec(&EventAnswer::from(answer)).unwrap_or_default()
        })
    }))
}

impl Environment {
    /// Reads the settings, and the policy document that they name.
    ///
    /// # Errors
    /// Every invalid setting and every fault of the document.
    pub(crate) fn read(&self) -> Result<Config, String> {
        let lookup = |name: &str| self.settings.get(name).cloned();
        Config::read(&Settings::new(&lookup), self.aws.clone()).map_err(|error| error.to_string())
    }

    /// The same with this policy document in place of the file's.
    ///
    /// # Errors
    /// Every invalid setting and every fault of the document.
    pub(crate) fn read_with_policy(&self, document: &[u8]) -> Result<Config, String> {
        let lookup = |name: &str| self.settings.get(name).cloned();
        Config::read_with_policy(&Settings::new(&lookup), self.aws.clone(), document)
            .map_err(|error| error.to_string())
    }

    fn policy_file(&self) -> PathBuf {
        self.settings.get("POLICY_FILE").map(PathBuf::from).unwrap_or_default()
    }
}

/// Lines for people on a terminal, JSON elsewhere.
fn start_log(filter: LogFilter, output: Output) {
    let writer = move || output.clone();
    if io::stdout().is_terminal() {
        let lines = tracing_subscriber::fmt::layer().compact().with_target(false).with_ansi(false);
        filter.start_with(lines.with_writer(writer));
    } else {
        filter.start_with(json_lines().with_writer(writer));
    }
}

/// Serves every changed document that has no error.
async fn watch(
    environment: Environment,
    mut known: Option<Vec<u8>>,
    serving: &RwLock<Arc<Gateway>>,
    mut output: Output,
) {
    let file = environment.policy_file();
    let mut before = known.clone();
    loop {
        tokio::time::sleep(POLL).await;
        let now = std::fs::read(&file).ok();
        // Twice the same: an editor may write a file in several steps.
        let is_complete = now == before;
        before.clone_from(&now);
        if !is_complete || now == known {
            continue;
        }
        known = now;
        let line = match environment.read() {
            Ok(config) => {
                *serving.write() = Arc::new(start::gateway(config));
                format!("policy  {} was read again\n", file.display())
            }
            Err(error) => {
                format!("policy  {} changed, and the one before serves on: {error}\n", file.display())
            }
        };
        // There is nowhere to report a failure of this.
        let _ = output.write_all(line.as_bytes());
    }
}
