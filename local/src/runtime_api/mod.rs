//! A stand-in for the Lambda Runtime API: runs a function's binary as a process, hands it one event at a time, and
//! reports the outcome of each.

mod endpoints;
mod function;
mod outcome;
mod pool;
mod process;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

pub use self::function::Function;
pub use self::outcome::Outcome;
pub use self::pool::Pool;

use self::endpoints::{Exchange, Invocation};
use self::outcome::FunctionState;
use self::process::Process;
use crate::listening::Listening;

/// A running function under the stand-in. Dropping it kills the process and closes the port.
#[derive(Debug)]
pub struct RuntimeApi {
    listening: Listening,
    process: Process,
    exchange: Arc<Exchange>,
    invocations: mpsc::Sender<Invocation>,
    state: watch::Receiver<FunctionState>,
    /// one invocation at a time, as in one Lambda sandbox
    turn: tokio::sync::Mutex<()>,
    invoked_function_arn: String,
}

impl RuntimeApi {
    /// Starts the function on a free loopback port. Must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// When no port can be bound or the binary cannot be started.
    pub fn start(function: &Function) -> io::Result<Self> {
        let (invocations, queue) = mpsc::channel(1);
        let (progress, state) = watch::channel(FunctionState::Starting);
        let progress = Arc::new(progress);
        let exchange = Arc::new(Exchange::new(queue, Arc::clone(&progress)));
        let listening = endpoints::serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), Arc::clone(&exchange))?;
        exchange.process_starts_now();
        let process = Process::start(function, listening.address(), move |status| {
            progress.send_if_modified(|state| {
                // The reported reason says more than the exit status.
                let ended_for_a_reason = matches!(state, FunctionState::InitFailed(_));
                if !ended_for_a_reason {
                    *state = FunctionState::Exited(status);
                }
                !ended_for_a_reason
            });
        })?;
        let invoked_function_arn =
            format!("arn:aws:lambda:us-east-1:111122223333:function:{}", function.name);
        Ok(Self {
            listening,
            process,
            exchange,
            invocations,
            state,
            turn: tokio::sync::Mutex::new(()),
            invoked_function_arn,
        })
    }

    /// Hands the function an event and waits for the outcome, its init included.
    ///
    /// The deadline that the function is told is `limit` from when it takes the event, as in Lambda.
    pub async fn invoke(&self, event: impl Into<Bytes>, limit: Duration) -> Outcome {
        let _turn = self.turn.lock().await;
        if let Some(outcome) = self.wait_until_ready(limit).await {
            return outcome;
        }
        let (answer, answered) = oneshot::channel();
        let invocation = Invocation {
            event: event.into(),
            limit,
            invoked_function_arn: self.invoked_function_arn.clone(),
            answer,
        };
        if self.invocations.send(invocation).await.is_err() {
            return self.end_of_function().await;
        }
        tokio::select! {
            biased;
            Ok(outcome) = answered => outcome,
            outcome = self.end_of_function() => outcome,
            () = tokio::time::sleep(limit) => {
                self.process.kill();
                Outcome::TimedOut
            }
        }
    }

    /// Waits until the function asks for its first event. Returns `None` then, and otherwise how its init failed.
    pub async fn wait_until_ready(&self, limit: Duration) -> Option<Outcome> {
        let mut state = self.state.clone();
        let settled = state.wait_for(|state| *state != FunctionState::Starting);
        match tokio::time::timeout(limit, settled).await {
            Err(_) => {
                self.process.kill();
                Some(Outcome::TimedOut)
            }
            Ok(Err(_)) => None,
            Ok(Ok(state)) => match &*state {
                FunctionState::Starting | FunctionState::Ready => None,
                FunctionState::InitFailed(error) => Some(Outcome::InitError(error.clone())),
                FunctionState::Exited(status) => Some(Outcome::Exited(*status)),
            },
        }
    }

    /// From the start of the process to its first request for an event.
    #[must_use]
    pub fn init_time(&self) -> Option<Duration> {
        self.exchange.init_time()
    }

    /// Everything that the process has written to its standard output so far.
    #[must_use]
    pub fn standard_output(&self) -> String {
        self.process.standard_output()
    }

    /// Everything that the process has written to its standard error so far.
    #[must_use]
    pub fn standard_error(&self) -> String {
        self.process.standard_error()
    }

    /// Waits until the outputs contain a text and returns both. The pipes are read concurrently, so a log line may come
    /// a moment after the answer.
    ///
    /// # Errors
    /// Both outputs as they are when the limit has passed.
    pub async fn logs_with(&self, text: &str, limit: Duration) -> Result<String, String> {
        let deadline = Instant::now().checked_add(limit);
        loop {
            let logs = format!("{}{}", self.standard_output(), self.standard_error());
            if logs.contains(text) {
                return Ok(logs);
            }
            if deadline.is_none_or(|deadline| Instant::now() >= deadline) {
                return Err(logs);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The id of the process, to read its memory and CPU time by.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// The address of the Runtime API.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// Closes the Runtime API and leaves the process alone, as an emulator does when it stops.
    pub fn close(&self) {
        self.listening.close();
    }

    /// Waits until the process has ended; `None` after the limit.
    pub async fn wait_until_ended(&self, limit: Duration) -> Option<Outcome> {
        tokio::time::timeout(limit, self.end_of_function()).await.ok()
    }

    /// Kills the process; a running invocation becomes [`Outcome::Exited`].
    pub fn kill(&self) {
        self.process.kill();
    }

    /// Waits until the function can no longer answer.
    async fn end_of_function(&self) -> Outcome {
        let mut state = self.state.clone();
        let ended = state
            .wait_for(|state| matches!(state, FunctionState::InitFailed(_) | FunctionState::Exited(_)))
            .await
            .map(|state| state.clone());
        match ended {
            Ok(FunctionState::Exited(status)) => Outcome::Exited(status),
            Ok(FunctionState::InitFailed(error)) => Outcome::InitError(error),
            // The sender lives as long as this value.
            Ok(_) | Err(_) => std::future::pending().await,
        }
    }
}
