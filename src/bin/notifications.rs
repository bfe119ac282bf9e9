//! The Lambda binary that reads the queue of meeting events: settings, client, run.

use std::process::ExitCode;

use meeting_gateway::config::NotificationsConfig;
use meeting_gateway::{lambda, process, start};

fn main() -> ExitCode {
    process::run(NotificationsConfig::read, |config| {
        lambda::serve_notifications(start::notifications(config))
    })
}
