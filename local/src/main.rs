//! `cargo run -p local`: the gateway and everything that it talks to, on one machine.

mod aws;
mod check;
mod cli;
mod command;
mod endpoint;
mod environment_variables;
mod explain;
mod gateway;
mod lists;
mod notifications;
mod output;
mod playground;
mod registry;
mod request_lines;
mod serve;
mod serving_policy;
mod token;
mod welcome;

use std::process::ExitCode;

use clap::Parser;

use self::cli::{Arguments, Command, Function};
use self::command::{Outcome, exit, print};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let printed = |text: String| exit(print(&text).map(|()| Outcome::Done));
    match arguments.command {
        None => serve(&arguments.serve).await,
        Some(Command::Serve(options)) => serve(&options).await,
        Some(Command::Check(options)) => exit(check::run(&options)),
        Some(Command::Explain(options)) => exit(explain::run(&options).await),
        Some(Command::Schema) => printed(lists::policy_schema()),
        Some(Command::Settings { function: Function::Gateway }) => printed(lists::settings_list()),
        Some(Command::Settings { function: Function::Notifications }) => {
            printed(lists::notifications_settings_list())
        }
        Some(Command::Operations) => printed(local::front::operations_list()),
        Some(Command::Metrics) => printed(lists::metrics()),
        Some(Command::Token(options)) => exit(token::run(&options).await),
    }
}

async fn serve(options: &cli::ServeOptions) -> ExitCode {
    match serve::run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
