//! The gateway's Lambda binary: settings, clients, run.

use std::process::ExitCode;

use meeting_gateway::config::Config;
use meeting_gateway::{lambda, process, start};

fn main() -> ExitCode {
    let log_filter = |config: &Config| config.log_filter.clone();
    process::run(Config::read, log_filter, |config| async {
        let gateway = start::gateway(config);
        gateway.warm_up().await;
        lambda::serve(gateway).await
    })
}
