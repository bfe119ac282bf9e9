//! What the subcommands that answer a question share: reading files, printing, and how they end.

use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

/// How a subcommand ended that could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing is wrong. Exit status 0.
    Done,
    /// What was checked has faults, or what was asked about is refused. Exit status 1.
    Faulty,
}

/// Why a subcommand can't be carried out. Exit status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct CommandError(pub(crate) String);

/// The exit status of a command, after its message.
pub(crate) fn exit(ended: Result<Outcome, CommandError>) -> ExitCode {
    match ended {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Faulty) => ExitCode::FAILURE,
        Err(error) => {
            // There is nowhere to report a failure of this.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::from(2)
        }
    }
}

/// The content of a file; `-` is the standard input.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, CommandError> {
    let content = if file.as_os_str() == "-" {
        let mut content = Vec::new();
        io::stdin().read_to_end(&mut content).map(|_| content)
    } else {
        std::fs::read(file)
    };
    content.map_err(|error| CommandError(format!("cannot read {}: {error}", file.display())))
}

/// Writes to the standard output.
pub(crate) fn print(text: &str) -> Result<(), CommandError> {
    let mut output = io::stdout().lock();
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
        .map_err(|error| CommandError(format!("cannot write to the standard output: {error}")))
}

/// Writes JSON to the standard output.
pub(crate) fn print_json(value: &Value) -> Result<(), CommandError> {
    print(&format!("{value:#}\n"))
}
