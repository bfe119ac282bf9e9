//! Where Chime and DynamoDB log, as they are played here.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use parking_lot::Mutex;

/// The log, shared; nothing is written when there is none.
#[derive(Clone)]
pub(crate) struct Log(Arc<Mutex<Option<Box<dyn Write + Send>>>>);

impl Log {
    pub(crate) fn new(destination: Option<Box<dyn Write + Send>>) -> Self {
        Self(Arc::new(Mutex::new(destination)))
    }

    /// Writes whole lines.
    pub(crate) fn write(&self, lines: &str) {
        if let Some(log) = self.0.lock().as_mut() {
            // A closed log is not an error.
            let _ = log.write_all(lines.as_bytes()).and_then(|()| log.flush());
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}
