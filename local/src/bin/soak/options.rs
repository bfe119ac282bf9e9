//! The options of the soak test.

use std::path::PathBuf;

use clap::Parser;

/// Creates meetings through the HTTP front while Chime fails, and checks every answer and what exists in the end.
#[derive(Debug, Parser)]
#[command(name = "soak")]
pub(crate) struct Options {
    /// How many meetings are asked for
    #[arg(long, default_value_t = 50_000)]
    pub(crate) meetings: usize,

    /// How many clients ask at the same time
    #[arg(long, default_value_t = 32)]
    pub(crate) clients: usize,

    /// How many gateway processes serve them; as in Lambda, each serves one request at a time
    #[arg(long, default_value_t = 32)]
    pub(crate) processes: usize,

    /// The share of the requests to Chime that each fault strikes
    #[arg(long, default_value_t = 0.02)]
    pub(crate) rate: f64,

    /// Where the faults' randomness begins
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,

    /// How many attendees each meeting gets; of a meeting with attendees one is deleted, and then the meeting
    #[arg(long, default_value_t = 0)]
    pub(crate) attendees: usize,

    /// The URL of an SQS to which the events of the meetings are sent
    #[arg(long, value_name = "URL", requires = "queue")]
    pub(crate) sqs_endpoint: Option<String>,

    /// The ARN of the queue with which the meetings are created
    #[arg(long, value_name = "ARN")]
    pub(crate) queue: Option<String>,

    /// Where to write the record of every event, as JSON
    #[arg(long, value_name = "FILE", requires = "sqs_endpoint")]
    pub(crate) events: Option<PathBuf>,

    /// The gateway's binary, from `cargo build --release --bin gateway`
    #[arg(long, default_value = "target/release/gateway", value_name = "FILE")]
    pub(crate) gateway: PathBuf,
}
