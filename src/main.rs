//! The Lambda binary: settings, clients, run.

use std::process::ExitCode;

use meeting_gateway::config::{Config, Settings};
use meeting_gateway::telemetry::LogFilter;
use meeting_gateway::{lambda, start};

fn main() -> ExitCode {
    let lookup = |name: &str| std::env::var(name).ok();
    let settings = Settings::new(&lookup);
    let config = match Config::read(&settings) {
        Ok(config) => config,
        Err(error) => {
            LogFilter::default().start();
            for fault in &error.0 {
                tracing::error!(setting = fault.setting, "{fault}");
            }
            return ExitCode::FAILURE;
        }
    };
    config.log_filter.clone().start();
    // One invocation at a time is all that Lambda gives a process, so one thread is all that it needs.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "the async runtime did not start");
            return ExitCode::FAILURE;
        }
    };
    let served = runtime.block_on(async {
        let gateway = start::gateway(config, start::lambda_credentials(&settings));
        gateway.warm_up().await;
        lambda::serve(gateway).await
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the lambda runtime API can't be spoken to");
            ExitCode::FAILURE
        }
    }
}
