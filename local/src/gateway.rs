//! The gateway itself: the same handler that runs in Lambda.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use local::front::Handler;
use meeting_gateway::api_gateway::EventAnswer;
use meeting_gateway::config::{AwsEnvironment, Config, SettingsError};
use meeting_gateway::gateway::{Handled, Invocation};
use meeting_gateway::settings::Settings;
use meeting_gateway::telemetry::{LogFilter, json_lines};

use crate::check::{Stack, load};
use crate::output::Output;
use crate::playground::Exchanges;
use crate::request_lines;
use crate::serving_policy::ServingPolicy;

/// What the deployed function would find in its environment.
pub(crate) struct Environment {
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) aws: AwsEnvironment,
}

/// Makes the function that the HTTP front calls, and says which policy document it serves.
///
/// # Errors
/// Every invalid setting and every fault of the policy document.
pub(crate) async fn start(
    environment: Environment,
    stack: &Stack,
    output: Output,
    exchanges: Arc<Exchanges>,
) -> Result<(Handler, Arc<ServingPolicy>), String> {
    let file = environment.policy_file();
    // Before the configuration is read, so that no change of the document is missed.
    let known = std::fs::read(&file).ok();
    let config = environment.read().map_err(|errors| cannot_start(errors, &file, known.as_deref(), stack))?;
    // Only the log says why a request was refused, here as in Lambda.
    start_log(config.log_filter.clone(), output.clone());
    let policy = ServingPolicy::start(config, stack.clone(), file, known, output.clone());
    policy.gateway().warm_up().await;
    let serving = Arc::clone(&policy);
    let handler: Handler = Arc::new(move |event, invocation| {
        let gateway = serving.gateway();
        let (lines, exchanges) = (output.clone(), Arc::clone(&exchanges));
        Box::pin(async move {
            let running = exchanges.begin(&event);
            let deadline = tokio::time::Instant::from_std(invocation.deadline);
            let invocation = Invocation { request_id: &invocation.request_id, trace_id: None, deadline };
            let Handled { answer, line } = gateway.handle(&event, invocation).await;
            request_lines::write(&line, lines);
            running.end(&answer, &line);
            // Text, numbers and maps of text always serialize.
            serde_json::to_vec(&EventAnswer::from(answer)).unwrap_or_default()
        })
    });
    Ok((handler, policy))
}

impl Environment {
    /// Reads the settings, and the policy document that they name.
    ///
    /// # Errors
    /// Every invalid setting and every fault of the document.
    fn read(&self) -> Result<Config, SettingsError> {
        let lookup = |name: &str| self.settings.get(name).cloned();
        Config::read(&Settings::new(&lookup), self.aws.clone())
    }

    fn policy_file(&self) -> PathBuf {
        self.settings.get(POLICY_FILE).map(PathBuf::from).unwrap_or_default()
    }
}

/// The setting that names the policy document.
const POLICY_FILE: &str = "POLICY_FILE";

/// What is wrong, with the line and the column of each fault of the document.
fn cannot_start(errors: SettingsError, file: &Path, document: Option<&[u8]>, stack: &Stack) -> String {
    let faults = document.and_then(|document| load(document, stack).err()).unwrap_or_default();
    if faults.is_empty() {
        return errors.to_string();
    }
    let SettingsError(mut others) = errors;
    others.retain(|error| error.setting != POLICY_FILE);
    let others = (!others.is_empty()).then(|| SettingsError(others).to_string());
    let lines: Vec<String> =
        others.into_iter().chain(faults.iter().map(|fault| fault.in_file(file))).collect();
    lines.join("\n")
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
