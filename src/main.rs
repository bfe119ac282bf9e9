//! The gateway's Lambda binary: settings, clients, run.

use std::process::ExitCode;

use meeting_gateway::config::Config;
use meeting_gateway::{lambda, process, start};

fn main() -> ExitCode {
    process::run(Config::read, |config| async {
        let gateway = start::gateway(config);
        gateway.warm_up().await;
        lambda::serve(gateway).await
    })
}
