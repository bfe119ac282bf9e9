//! The Lambda binary that reads the queue of meeting events: settings, client, run.

use std::process::ExitCode;

use meeting_gateway::config::NotificationsConfig;
use meeting_gateway::{lambda, process, start};

fn main() -> ExitCode {
    let log_filter = |config: &NotificationsConfig| config.log_filter.clone();
    process::run(NotificationsConfig::read, log_filter, |config| {
        lambda::serve_notifications(start::notifications(config))
    })
}
