//! The standard output of `serve`: nothing comes before the welcome or inside it.

use std::io::{self, Write};
use std::sync::Arc;

use parking_lot::Mutex;

/// The standard output, shared. What is written before [`Output::welcome`] waits for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Output(Arc<Mutex<State>>);

/// What waits for the welcome; `None` once it was printed.
#[derive(Debug)]
struct State(Option<Vec<u8>>);

impl Default for State {
    fn default() -> Self {
        State(Some(Vec::new()))
    }
}

impl Output {
    /// Prints the welcome, then what was written until now.
    ///
    /// # Errors
    /// When the standard output can't be written.
    pub(crate) fn welcome(&self, text: &str) -> io::Result<()> {
        let mut state = self.0.lock();
        let waiting = state.0.take().unwrap_or_default();
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.write_all(&waiting)?;
        stdout.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0.lock().0 {
            Some(waiting) => waiting.write(bytes),
            None => io::stdout().lock().write(bytes),
        }
    }

    /// A line is written whole, not in parts between those of another one.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.0.lock().0 {
            Some(waiting) => waiting.write_all(bytes),
            None => io::stdout().lock().write_all(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &self.0.lock().0 {
            Some(_) => Ok(()),
            None => io::stdout().lock().flush(),
        }
    }
}
