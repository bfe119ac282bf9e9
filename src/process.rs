//! The process of a function: reads its settings, starts the log, serves.

use std::process::ExitCode;

use crate::config::{AwsEnvironment, SettingsError};
use crate::settings::Settings;
use crate::telemetry::LogFilter;

/// Runs a function until Lambda ends the process. `read` reads the configuration, of which `log_filter` takes the part for the
/// log, and `serve` serves with it.
///
/// Every error is logged: a setting that is missing or malformed, a runtime that does not start, and what `serve` returns.
pub fn run<C, F: Future<Output = Result<(), lambda_runtime::Error>>>(
    read: impl FnOnce(&Settings<'_>, AwsEnvironment) -> Result<C, SettingsError>,
    log_filter: impl FnOnce(&C) -> LogFilter,
    serve: impl FnOnce(C) -> F,
) -> ExitCode {
    // Lambda sends a process one invocation at a time, so one thread is enough.
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(read_and_serve(read, log_filter, serve)),
        Err(error) => {
            LogFilter::default().start();
            tracing::error!(%error, "the async runtime did not start");
            ExitCode::FAILURE
        }
    }
}

async fn read_and_serve<C, F: Future<Output = Result<(), lambda_runtime::Error>>>(
    read: impl FnOnce(&Settings<'_>, AwsEnvironment) -> Result<C, SettingsError>,
    log_filter: impl FnOnce(&C) -> LogFilter,
    serve: impl FnOnce(C) -> F,
) -> ExitCode {
    let lookup = |name: &str| std::env::var(name).ok();
    let config = match read(&Settings::new(&lookup), AwsEnvironment::of_process().await) {
        Ok(config) => config,
        Err(error) => {
            LogFilter::default().start();
            for error in &error.0 {
                tracing::error!(setting = error.setting, "{error}");
            }
            return ExitCode::FAILURE;
        }
    };
    log_filter(&config).start();
    match serve(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the Lambda Runtime API failed");
            ExitCode::FAILURE
        }
    }
}
