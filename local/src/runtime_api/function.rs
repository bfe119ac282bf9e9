//! The function to run.

use std::path::PathBuf;

/// The program to run, with its arguments and environment.
#[derive(Debug, Clone)]
pub struct Function {
    /// the program
    pub binary: PathBuf,
    /// its arguments; Lambda gives none
    pub arguments: Vec<String>,
    /// its environment beside what the stand-in sets; nothing is inherited, except LLVM_PROFILE_FILE (test coverage)
    pub environment: Vec<(String, String)>,
    /// AWS_LAMBDA_FUNCTION_NAME
    pub name: String,
    /// AWS_LAMBDA_FUNCTION_MEMORY_SIZE, in MB; nothing enforces it
    pub memory_size: u32,
}

impl Function {
    /// A binary with no arguments and no settings.
    #[must_use]
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        Self {
            binary: binary.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            name: "local".to_owned(),
            memory_size: 256,
        }
    }

    /// The same with one environment variable more.
    #[must_use]
    pub fn with_environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with one argument more.
    #[must_use]
    pub fn with_argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }
}
