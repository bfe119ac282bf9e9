//! The Lambda binary: settings, clients, run.

use std::process::ExitCode;

use meeting_gateway::config::{AwsEnvironment, Config};
use meeting_gateway::settings::Settings;
use meeting_gateway::telemetry::LogFilter;
use meeting_gateway::{lambda, start};

fn main() -> ExitCode {
    // Lambda sends a process one invocation at a time, so one thread is enough.
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => {
            LogFilter::default().start();
            tracing::error!(%error, "the async runtime did not start");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> ExitCode {
    let lookup = |name: &str| std::env::var(name).ok();
    let config = match Config::read(&Settings::new(&lookup), AwsEnvironment::of_process().await) {
        Ok(config) => config,
        Err(error) => {
            LogFilter::default().start();
            for error in &error.0 {
                tracing::error!(setting = error.setting, "{error}");
            }
            return ExitCode::FAILURE;
        }
    };
    config.log_filter.clone().start();
    let gateway = start::gateway(config);
    gateway.warm_up().await;
    match lambda::serve(gateway).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the Lambda Runtime API failed");
            ExitCode::FAILURE
        }
    }
}
