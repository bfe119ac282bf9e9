//! A client of server-sent events.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use crate::exchange::{Connection, Exchange};

/// Long enough for an expected event, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A stream of events that is read as it comes.
pub(crate) struct EventStream {
    connection: Connection,
    /// the head of the answer
    pub(crate) head: Exchange,
    /// what was read and holds no whole chunk yet
    chunked: Vec<u8>,
    /// the text that holds no whole event yet
    text: String,
}

impl EventStream {
    pub(crate) async fn open(address: SocketAddr, path: &str) -> Self {
        let mut connection = Connection::open(address).await;
        connection.send("GET", path, &[], b"").await.unwrap();
        let mut head = connection.read_answer().await.unwrap();
        assert_eq!(head.header("transfer-encoding"), Some("chunked"));
        let chunked = std::mem::take(&mut head.body);
        Self { connection, head, chunked, text: String::new() }
    }

    /// The next event of that name for which something is so; events before it are dropped.
    pub(crate) async fn next(&mut self, name: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        json(&self.next_text(name, is_so).await)
    }

    /// The same as the text that it has.
    pub(crate) async fn next_text(&mut self, name: &str, is_so: impl Fn(&Value) -> bool) -> String {
        let found = async {
            loop {
                let (event, data) = self.read_event().await;
                if event == name && is_so(&json(&data)) {
                    return data;
                }
            }
        };
        timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("no such event `{name}`"))
    }

    /// The next event, with its name and data.
    pub(crate) async fn event(&mut self) -> (String, Value) {
        let (name, data) = timeout(PATIENCE, self.read_event()).await.unwrap_or_else(|_| panic!("no event"));
        (name, json(&data))
    }

    async fn read_event(&mut self) -> (String, String) {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                if let (Some(name), Some(data)) = (field("event: "), field("data: ")) {
                    return (name.to_owned(), data.to_owned());
                }
                continue;
            }
            self.read_chunk().await;
        }
    }

    async fn read_chunk(&mut self) {
        loop {
            if let Some(end) = self.chunked.windows(2).position(|window| window == b"\r\n") {
                let length = std::str::from_utf8(&self.chunked[..end]).unwrap();
                let length = usize::from_str_radix(length, 16).unwrap();
                let (begin, end) = (end + 2, end + 2 + length);
                if self.chunked.len() >= end + 2 {
                    self.text.push_str(std::str::from_utf8(&self.chunked[begin..end]).unwrap());
                    self.chunked.drain(..end + 2);
                    return;
                }
            }
            self.connection.read_more(&mut self.chunked).await.unwrap();
        }
    }
}

fn json(data: &str) -> Value {
    serde_json::from_str(data).unwrap()
}
