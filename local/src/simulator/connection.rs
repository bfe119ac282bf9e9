//! One connection to the simulator: served by hyper, or, to simulate a transport fault, by a script of bytes and pauses.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;

use super::faults::Moment;
use super::misbehave::Reaction;
use super::operations::Operation;
use super::script::{Step, Transport, play};
use super::service;
use super::shared::Shared;

/// A pending answer; boxed, because taking a connection back from hyper needs a future that can move.
type Responding = Pin<Box<dyn Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send>>;

/// Serves one connection to its end.
pub(super) async fn serve<T: Transport>(stream: T, shared: Arc<Shared>) {
    let (scripts, mut script) = mpsc::unbounded_channel();
    let number = shared.connections.fetch_add(1, Ordering::Relaxed).saturating_add(1);
    let state = Arc::new(ConnectionState {
        number,
        awaits_request: AtomicBool::new(true),
        answered: AtomicU64::new(0),
        scripts,
    });
    let stream = WatchedStream {
        inner: stream,
        shared: Arc::clone(&shared),
        state: Arc::clone(&state),
        cut_off: false,
    };
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        let state = Arc::clone(&state);
        let reaction: Responding = Box::pin(async move {
            match service::react(&shared, state.number, request).await {
                Reaction::Answer(answer) => {
                    state.answered.fetch_add(1, Ordering::Relaxed);
                    state.awaits_request.store(true, Ordering::Relaxed);
                    Ok(answer.into_response())
                }
                Reaction::Script(steps) => {
                    // The connection is taken from hyper as soon as the script arrives.
                    let _ = state.scripts.send(steps);
                    std::future::pending().await
                }
            }
        });
        reaction
    });
    let mut connection = http1::Builder::new().writev(false).serve_connection(TokioIo::new(stream), service);
    let steps = tokio::select! {
        // An error here is the peer's: it closed the connection, or sent no HTTP.
        _ = &mut connection => return,
        steps = script.recv() => steps.unwrap_or_default(),
    };
    let stream = connection.into_parts().io.into_inner().inner;
    // A script ends early only when the peer closes the connection.
    let _ = play(stream, steps).await;
}

struct ConnectionState {
    number: u64,
    /// whether the next bytes to arrive begin a request
    awaits_request: AtomicBool,
    /// how many requests it has answered
    answered: AtomicU64,
    scripts: mpsc::UnboundedSender<Vec<Step>>,
}

/// The stream under hyper, which can reset before hyper sees the request.
struct WatchedStream<T> {
    inner: T,
    shared: Arc<Shared>,
    state: Arc<ConnectionState>,
    /// whether it ends with a reset, which an orderly shutdown would prevent
    cut_off: bool,
}

impl<T: Transport> WatchedStream<T> {
    /// Whether the fault armed for the request that begins with these bytes resets the connection.
    fn cuts_off(&self, beginning: &[u8]) -> bool {
        if beginning.is_empty() || !self.state.awaits_request.swap(false, Ordering::Relaxed) {
            return false;
        }
        let line = String::from_utf8_lossy(beginning);
        let mut words = line.split_ascii_whitespace();
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if path.starts_with(service::CONTROL_PREFIX) {
            return false;
        }
        let reused = self.state.answered.load(Ordering::Relaxed) > 0;
        let operation = Operation::of(method, path);
        let cuts_off =
            self.shared.state.lock().faults.take(operation, Moment::BeforeRead { reused }).is_some();
        if cuts_off {
            self.shared.changed();
        }
        cuts_off
    }
}

impl<T: Transport> AsyncRead for WatchedStream<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(context, buffer);
        if matches!(read, Poll::Ready(Ok(())))
            && self.cuts_off(buffer.filled().get(before..).unwrap_or_default())
        {
            self.inner.reset_on_drop();
            self.cut_off = true;
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        read
    }
}

impl<T: Transport> AsyncWrite for WatchedStream<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.cut_off {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
