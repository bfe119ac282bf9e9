//! The gateway itself: the same handler that runs in Lambda.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;

use local::front::Handler;
use meeting_gateway::api_gateway::EventAnswer;
use meeting_gateway::config::{AwsEnvironment, Config};
use meeting_gateway::gateway::{Handled, Invocation};
use meeting_gateway::settings::Settings;
use meeting_gateway::telemetry::{LogFilter, json_lines};

use crate::check::Stack;
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
    let config = environment.read()?;
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
    pub(crate) fn read(&self) -> Result<Config, String> {
        let lookup = |name: &str| self.settings.get(name).cloned();
        Config::read(&Settings::new(&lookup), self.aws.clone()).map_err(|error| error.to_string())
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
