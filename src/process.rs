//! The process of a function: reads its settings, starts the log, serves.

use std::process::ExitCode;

use crate::config::{AwsEnvironment, Config, NotificationsConfig, SettingsError};
use crate::settings::Settings;
use crate::telemetry::LogFilter;

/// The configuration of a function.
pub trait Configuration {
    /// Which log lines the function writes.
    fn log_filter(&self) -> LogFilter;
}

impl Configuration for Config {
    fn log_filter(&self) -> LogFilter {
        self.log_filter.clone()
    }
}

impl Configuration for NotificationsConfig {
    fn log_filter(&self) -> LogFilter {
        self.log_filter.clone()
    }
}

/// Runs a function until Lambda ends the process. `read` reads the configuration, and `serve` serves with it.
///
/// Every error is logged: a setting that is missing or malformed, a runtime that does not start, and what `serve` returns.
pub fn run<C: Configuration, F: Future<Output = Result<(), lambda_runtime::Error>>>(
    read: impl FnOnce(&Settings<'_>, AwsEnvironment) -> Result<C, SettingsError>,
    serve: impl FnOnce(C) -> F,
) -> ExitCode {
    // Lambda sends a process one invocation at a time, so one thread is enough.
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(read_and_serve(read, serve)),
        Err(error) => {
            LogFilter::default().start();
            tracing::error!(%error, "the async runtime did not start");
            ExitCode::FAILURE
        }
    }
}

async fn read_and_serve<C: Configuration, F: Future<Output = Result<(), lambda_runtime::Error>>>(
    read: impl FnOnce(&Settings<'_>, AwsEnvironment) -> Result<C, SettingsError>,
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
    config.log_filter().start();
    match serve(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the Lambda Runtime API failed");
            ExitCode::FAILURE
        }
    }
}
