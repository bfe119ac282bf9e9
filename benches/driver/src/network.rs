//! Proxies to a server on loopback: one adds TLS, one adds the delay of a network.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use crate::Failure;

/// Accepts TLS on a free port and passes what it carries on to a server. Must be called inside a Tokio runtime.
pub(crate) fn terminate_tls(target: SocketAddr, tls: Arc<ServerConfig>) -> Result<SocketAddr, Failure> {
    let acceptor = TlsAcceptor::from(tls);
    forward(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut inner = acceptor.accept(stream).await?;
            let mut outer = TcpStream::connect(target).await?;
            outer.set_nodelay(true)?;
            copy_bidirectional(&mut inner, &mut outer).await?;
            Ok(())
        }
    })
}

/// Passes bytes on to a server as a network would on which a round trip takes that long, and one round trip more before
/// the first: the kernel has accepted the connection by then, where a network would still have carried the handshake
/// of TCP. Must be called inside a Tokio runtime.
pub(crate) fn delay(target: SocketAddr, round_trip: Duration) -> Result<SocketAddr, Failure> {
    let one_way = round_trip.checked_div(2).unwrap_or_default();
    forward(move |near| async move {
        let far = TcpStream::connect(target).await?;
        far.set_nodelay(true)?;
        let (near_read, near_write) = near.into_split();
        let (far_read, far_write) = far.into_split();
        let there = async {
            near_read.readable().await?;
            sleep(round_trip).await;
            pump(near_read, far_write, one_way).await
        };
        tokio::try_join!(there, pump(far_read, near_write, one_way))?;
        Ok(())
    })
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, one_way: Duration) -> std::io::Result<()> {
    let (sender, mut under_way) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let receiving = async move {
        let mut buffer = vec![0; 65_536];
        while let read @ 1.. = from.read(&mut buffer).await? {
            let now = Instant::now();
            let bytes = buffer.get(..read).unwrap_or_default().to_vec();
            let _ = sender.send((now.checked_add(one_way).unwrap_or(now), bytes));
        }
        Ok(())
    };
    let sending = async move {
        while let Some((due, bytes)) = under_way.recv().await {
            sleep_until(due).await;
            to.write_all(&bytes).await?;
        }
        to.shutdown().await
    };
    tokio::try_join!(receiving, sending).map(|_| ())
}

fn forward<F>(carry: impl Fn(TcpStream) -> F + Send + 'static) -> Result<SocketAddr, Failure>
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Fails only on a connection that is closed already.
            let _ = stream.set_nodelay(true);
            let carried = carry(stream);
            tokio::spawn(async move {
                // An error is the peer's, which closed the connection.
                let _ = carried.await;
            });
        }
    });
    Ok(address)
}
