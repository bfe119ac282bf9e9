//! Scripts of connections that break HTTP: bytes, pauses and ways to end.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a misbehaving connection does next.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// writes these bytes
    Write(Bytes),
    /// waits
    Pause(Duration),
    /// closes in order (FIN)
    Close,
    /// resets (RST)
    Reset,
    /// keeps the connection open and sends nothing until the peer closes it
    Hold,
}

/// A byte stream over TCP whose closing can be made a reset.
pub(super) trait Transport: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// Makes the connection end with RST instead of FIN when it is dropped.
    fn reset_on_drop(&self);
}

impl Transport for TcpStream {
    fn reset_on_drop(&self) {
        // Fails only on a connection that is closed already.
        let _ = self.set_zero_linger();
    }
}

impl Transport for tokio_rustls::server::TlsStream<TcpStream> {
    fn reset_on_drop(&self) {
        self.get_ref().0.reset_on_drop();
    }
}

/// Plays a script on a connection.
///
/// # Errors
/// When the peer closes the connection first.
pub(super) async fn play<T: Transport>(mut stream: T, steps: Vec<Step>) -> io::Result<()> {
    for step in steps {
        match step {
            Step::Write(bytes) => {
                stream.write_all(&bytes).await?;
                stream.flush().await?;
            }
            Step::Pause(pause) => tokio::time::sleep(pause).await,
            Step::Close => stream.shutdown().await?,
            Step::Reset => stream.reset_on_drop(),
            Step::Hold => {
                let mut ignored = tokio::io::sink();
                tokio::io::copy(&mut stream, &mut ignored).await?;
            }
        }
    }
    Ok(())
}
