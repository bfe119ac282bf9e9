//! The function's process: started with nothing inherited, its output kept, killed when dropped.

use std::io;
use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::function::Function;

/// How long to wait for the output of a process that has ended. A child that it leaves behind holds the pipes
/// open, so that their end may never come.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A child process.
#[derive(Debug)]
pub(super) struct Process {
    id: u32,
    output: Arc<Mutex<Vec<u8>>>,
    errors: Arc<Mutex<Vec<u8>>>,
    stop: Arc<Notify>,
    /// owns the child, which dies with it
    watcher: JoinHandle<()>,
}

impl Process {
    /// Starts the function's binary; `on_exit` is called once, after all its output has been read.
    pub(super) fn start(
        function: &Function,
        runtime_api: SocketAddr,
        on_exit: impl FnOnce(ExitStatus) + Send + 'static,
    ) -> io::Result<Self> {
        let mut command = Command::new(&function.binary);
        command
            .args(&function.arguments)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &function.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_size.to_string())
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", function.name))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "local")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(coverage) = std::env::var_os("LLVM_PROFILE_FILE") {
            command.env("LLVM_PROFILE_FILE", coverage);
        }
        command.envs(function.environment.iter().map(|(name, value)| (name, value)));
        let mut child = command.spawn()?;
        let id = child.id().unwrap_or_default();
        let output = Arc::new(Mutex::new(Vec::new()));
        let errors = Arc::new(Mutex::new(Vec::new()));
        let reading_output = tokio::spawn(keep(child.stdout.take(), Arc::clone(&output)));
        let reading_errors = tokio::spawn(keep(child.stderr.take(), Arc::clone(&errors)));
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let watcher = tokio::spawn(async move {
            let status = tokio::select! {
                status = child.wait() => status,
                () = stopped.notified() => {
                    // Fails only when it has ended by itself.
                    let _ = child.start_kill();
                    child.wait().await
                }
            };
            let reading = async { tokio::join!(reading_output, reading_errors) };
            let _ = tokio::time::timeout(LAST_WORDS, reading).await;
            if let Ok(status) = status {
                on_exit(status);
            }
        });
        Ok(Self { id, output, errors, stop, watcher })
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn kill(&self) {
        self.stop.notify_one();
    }

    pub(super) fn standard_output(&self) -> String {
        String::from_utf8_lossy(&self.output.lock()).into_owned()
    }

    pub(super) fn standard_error(&self) -> String {
        String::from_utf8_lossy(&self.errors.lock()).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The task owns the child, and Tokio kills a child that is dropped.
        self.watcher.abort();
    }
}

async fn keep(pipe: Option<impl AsyncRead + Unpin>, into: Arc<Mutex<Vec<u8>>>) {
    let Some(mut pipe) = pipe else { return };
    let mut buffer = vec![0; 8192];
    while let Ok(read @ 1..) = pipe.read(&mut buffer).await {
        into.lock().extend_from_slice(buffer.get(..read).unwrap_or_default());
    }
}
