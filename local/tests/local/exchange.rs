//! A client that shows every byte: one HTTP/1.1 exchange at a time over a plain socket.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Long enough for any exchange that is meant to succeed on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection that can be used for several exchanges.
pub(crate) struct Connection {
    stream: TcpStream,
}

/// An answer, read to the end that its Content-Length gives.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap() }
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn exchange(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Exchange> {
        self.send(method, path, headers, body).await?;
        timeout(PATIENCE, self.read_answer()).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<()> {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body);
        self.stream.write_all(&bytes).await
    }

    /// Sends the head of a request exactly as it is written, with no body, and reads the answer.
    pub(crate) async fn exchange_head(&mut self, head: &str) -> io::Result<Exchange> {
        self.stream.write_all(head.as_bytes()).await?;
        timeout(PATIENCE, self.read_answer()).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    pub(crate) async fn read_answer(&mut self) -> io::Result<Exchange> {
        let mut bytes = Vec::new();
        let head_end = loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            self.read_more(&mut bytes).await?;
        };
        let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length").map(|(_, value)| value);
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        let mut body = bytes.split_off(head_end);
        while body.len() < length {
            self.read_more(&mut body).await?;
        }
        Ok(Exchange { status, headers, body })
    }

    /// What the peer does when nothing is sent: `Ok(0)` is a close.
    pub(crate) async fn read_within(&mut self, patience: Duration) -> Option<io::Result<usize>> {
        let mut buffer = [0; 1];
        timeout(patience, self.stream.read(&mut buffer)).await.ok()
    }

    /// Reads some bytes more.
    pub(crate) async fn read_more(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        if self.stream.read_buf(into).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

impl Exchange {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// One exchange on a connection of its own.
pub(crate) async fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Exchange {
    Connection::open(address).await.exchange(method, path, headers, body).await.unwrap()
}
