//! Several processes of one function, each of which serves one invocation at a time, as Lambda runs them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::RuntimeApi;
use super::function::Function;
use super::outcome::Outcome;
use crate::front::Handler;

/// The processes of a function. The one that was free last takes the next invocation; where none is free another is
/// started, up to as many as there may be. Then the invocation waits.
#[derive(Debug)]
pub struct Pool {
    function: Function,
    turns: Semaphore,
    free: Mutex<Vec<Arc<RuntimeApi>>>,
    /// in the order of their start
    started: Mutex<Vec<Arc<RuntimeApi>>>,
    /// invocations that had no answer
    unanswered: Mutex<Vec<String>>,
}

impl Pool {
    /// No process yet, and at most so many.
    #[must_use]
    pub fn new(function: Function, most: usize) -> Self {
        Self {
            function,
            turns: Semaphore::new(most),
            free: Mutex::default(),
            started: Mutex::default(),
            unanswered: Mutex::default(),
        }
    }

    /// Starts processes ahead of the invocations, and waits until they are ready. Must be called inside a Tokio
    /// runtime.
    ///
    /// # Errors
    /// When one can't be started or does not come up.
    pub async fn start(&self, processes: usize, limit: Duration) -> Result<(), String> {
        let mut ready = Vec::new();
        for _ in 0..processes {
            ready.push(self.process().map_err(|error| self.cannot_start(&error))?);
        }
        for process in &ready {
            if let Some(outcome) = process.wait_until_ready(limit).await {
                return Err(format!("a process did not come up: {outcome:?}\n{}", process.standard_output()));
            }
        }
        self.free.lock().extend(ready);
        Ok(())
    }

    /// Hands an event to a process and waits for the answer, the init of a new process included. None when there is
    /// no answer, which is kept among [`Pool::unanswered`].
    pub async fn invoke(&self, event: impl Into<Bytes>, limit: Duration) -> Option<Bytes> {
        let _turn = self.turns.acquire().await;
        let free = self.free.lock().pop();
        let process = match free.map_or_else(|| self.process(), Ok) {
            Ok(process) => process,
            Err(error) => {
                self.unanswered.lock().push(self.cannot_start(&error));
                return None;
            }
        };
        let outcome = process.invoke(event, limit).await;
        match outcome {
            Outcome::Response(answer) => {
                self.free.lock().push(process);
                Some(answer)
            }
            other => {
                self.unanswered.lock().push(format!("{other:?}"));
                // It can take another event only where it lives on.
                if matches!(other, Outcome::Error(_)) {
                    self.free.lock().push(process);
                }
                None
            }
        }
    }

    /// The pool as the function behind an HTTP front.
    #[must_use]
    pub fn handler(self: &Arc<Self>, limit: Duration) -> Handler {
        let pool = Arc::clone(self);
        Arc::new(move |event, _| {
            let pool = Arc::clone(&pool);
            // The front answers 500 to an answer that is empty, as API Gateway to none.
            Box::pin(async move { pool.invoke(event, limit).await.unwrap_or_default().to_vec() })
        })
    }

    /// The processes that were started so far, in the order of their start.
    #[must_use]
    pub fn processes(&self) -> Vec<Arc<RuntimeApi>> {
        self.started.lock().clone()
    }

    /// The invocations that had no answer, and why.
    #[must_use]
    pub fn unanswered(&self) -> Vec<String> {
        self.unanswered.lock().clone()
    }

    fn process(&self) -> io::Result<Arc<RuntimeApi>> {
        let process = Arc::new(RuntimeApi::start(&self.function)?);
        self.started.lock().push(Arc::clone(&process));
        Ok(process)
    }

    fn cannot_start(&self, error: &io::Error) -> String {
        format!("cannot start {}: {error}", self.function.binary.display())
    }
}
