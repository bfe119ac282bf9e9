//! DynamoDB on loopback: the requests that the gateway and its tests send, on the JSON 1.0 wire, with their expressions, errors
//! and limits, and with the faults that a client has to survive. What is not played is refused by name.
//!
//! Each request is carried out on its own and is seen by the next one, as strongly consistent reads and writes of one region are.
//! Items whose time to live has passed stay.

mod control;
mod error;
mod expression;
mod faults;
mod members;
mod number;
mod perform;
mod query;
mod read_value;
mod record;
mod service;
mod shared;
mod table;
mod tables;
mod transaction;
mod value;
mod write;

use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde_json::Value;

pub use self::faults::{Fault, Injection};
pub use self::record::{Outcome, RecordedKey, RecordedRequest};
pub use self::tables::TABLE;

use self::shared::{Shared, State};
use crate::allowed_hosts::AllowedHosts;
use crate::listening::Listening;
use crate::log::Log;

/// A running DynamoDB; dropping it closes its port and every connection.
#[derive(Debug)]
pub struct Dynamodb {
    listening: Listening,
    shared: Arc<Shared>,
}

/// Options.
#[derive(Default)]
pub struct DynamodbOptions {
    /// where to log a line per request, with its keys and nothing else
    pub log: Option<Box<dyn Write + Send>>,
}

impl Dynamodb {
    /// Starts on an address with the table [`TABLE`], empty; port 0 takes any free one. Must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start(bind: SocketAddr) -> io::Result<Self> {
        Self::start_with(bind, DynamodbOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start_with(bind: SocketAddr, options: DynamodbOptions) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new()),
            log: Log::new(options.log),
            connections: AtomicU64::new(0),
            allowed_hosts: AllowedHosts::listening_on(bind.ip()),
        });
        let served = Arc::clone(&shared);
        let listening =
            Listening::start(bind, move |stream, _peer| service::serve(stream, Arc::clone(&served)))?;
        Ok(Self { listening, shared })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// The value for `AWS_ENDPOINT_URL_DYNAMODB` on this machine, with no slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.listening.reachable_address())
    }

    /// The gateway's settings that name [`TABLE`].
    #[must_use]
    pub fn settings(&self) -> [(String, String); 2] {
        [
            ("REGISTRY_TABLE".to_owned(), TABLE.to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), self.url()),
        ]
    }

    /// Every item of [`TABLE`] in the order of the keys, as on the wire: `{"pk": {"S": "…"}, …}`.
    #[must_use]
    pub fn items(&self) -> Vec<Value> {
        self.shared.state.lock().tables.registry_items()
    }

    /// Every request that was read so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.state.lock().requests.clone()
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Arms a fault for so many requests, whichever come next; faults strike in the order in which they were armed.
    pub fn inject(&self, fault: Fault, times: u32) {
        self.arm(Injection::new(fault, times));
    }

    /// Arms a fault for certain requests.
    pub fn arm(&self, injection: Injection) {
        self.shared.state.lock().faults.arm(injection);
    }

    /// Whether every request's connection is closed without an answer from now on, as when the service is out of reach. Such
    /// requests are not recorded.
    pub fn set_down(&self, is_down: bool) {
        self.shared.state.lock().is_down = is_down;
    }

    /// Forgets tables, items, requests and faults, and is up again, with [`TABLE`] empty; connections stay.
    pub fn reset(&self) {
        self.shared.state.lock().reset();
    }
}

impl fmt::Debug for DynamodbOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamodbOptions").field("log", &self.log.is_some()).finish()
    }
}
