//! A TCP listener that serves each connection in a task of its own, and ends them all when it is dropped.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A bound address with its accept loop.
#[derive(Debug)]
pub(crate) struct Listening {
    address: SocketAddr,
    accept_loop: JoinHandle<()>,
}

impl Listening {
    /// Binds and begins to accept; port 0 takes any free one. Must be called inside a Tokio runtime.
    ///
    /// Every connection has TCP_NODELAY set: an answer in two writes would otherwise wait for the peer's delayed
    /// acknowledgement.
    pub(crate) fn start<S, F>(bind: SocketAddr, serve: S) -> io::Result<Self>
    where
        S: Fn(TcpStream, SocketAddr) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = std::net::TcpListener::bind(bind)?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let accept_loop = tokio::spawn(async move {
            // Aborting this task drops the set, and with it every connection.
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((stream, peer)) => {
                            // Fails only on a connection that is closed already.
                            let _ = stream.set_nodelay(true);
                            connections.spawn(serve(stream, peer));
                        }
                        // Most likely out of file descriptors: wait until some are free.
                        Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
                    },
                    Some(_) = connections.join_next() => {}
                }
            }
        });
        Ok(Self { address, accept_loop })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port and every connection.
    pub(crate) fn close(&self) {
        self.accept_loop.abort();
    }

    /// The address for clients on this machine: a wildcard address is reached over loopback.
    pub(crate) fn reachable_address(&self) -> SocketAddr {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            let loopback = if address.is_ipv4() {
                std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)
            } else {
                std::net::IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)
            };
            address.set_ip(loopback);
        }
        address
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.close();
    }
}
