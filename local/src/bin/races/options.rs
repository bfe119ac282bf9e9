//! The options of the rounds.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Lets several gateway processes do the same thing at once, round after round, and looks at what Chime has afterwards.
#[derive(Debug, Parser)]
#[command(name = "races")]
pub(crate) struct Options {
    /// What they do
    #[arg(value_enum, default_values_t = [Race::Rooms, Race::Limits, Race::Attack])]
    pub(crate) races: Vec<Race>,

    /// How many rounds there are of rooms and of limits
    #[arg(long, default_value_t = 1_000)]
    pub(crate) rounds: u32,

    /// The first round; with `--rounds 1` the one that failed is repeated with its own conditions
    #[arg(long, default_value_t = 0)]
    pub(crate) first: u32,

    /// How many gateway processes there are; as in Lambda, each serves one request at a time
    #[arg(long, default_value_t = 6)]
    pub(crate) processes: usize,

    /// The share of the requests to the table that a fault strikes, in rounds with faults
    #[arg(long, default_value_t = 0.1)]
    pub(crate) table_faults: f64,

    /// The share of the requests to Chime that a fault strikes, in rounds with faults
    #[arg(long, default_value_t = 0.05)]
    pub(crate) chime_faults: f64,

    /// Where the rounds' randomness begins
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,

    /// The URL of a DynamoDB with the table; without it, the one of this package is started
    #[arg(long, value_name = "URL")]
    pub(crate) registry: Option<String>,

    /// The name of the table
    #[arg(long, default_value = local::dynamodb::TABLE, value_name = "NAME")]
    pub(crate) table: String,

    /// The gateway's binary
    #[arg(long, default_value = "target/debug/gateway", value_name = "FILE")]
    pub(crate) gateway: PathBuf,
}

/// What the gateway processes do at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Race {
    /// Join one room, while its meeting ends and processes die
    Rooms,
    /// Create more meetings than a tenant and its callers may have
    Limits,
    /// Create 300 meetings for members of one tenant, in an account that may have 250
    Attack,
}
