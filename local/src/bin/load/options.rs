//! The options of the load test.

use std::path::PathBuf;

use clap::Parser;

/// Plays a product's users at the limits of an account, through API Gateway, gateway, Chime, the registry and
/// `notifications`.
#[derive(Debug, Parser)]
#[command(name = "load")]
pub(crate) struct Options {
    /// How long users come; five minutes are one hour of the mix
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..))]
    pub(crate) minutes: u32,

    /// Where all randomness begins: users, repeats, and Chime's latencies
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,

    /// The gateway's binary
    #[arg(long, default_value = ".aws-sam/build/GatewayFunction/bootstrap", value_name = "FILE")]
    pub(crate) gateway: PathBuf,

    /// The binary of `notifications`
    #[arg(long, default_value = ".aws-sam/build/NotificationsFunction/bootstrap", value_name = "FILE")]
    pub(crate) notifications: PathBuf,

    /// Writes the tables into docs/capacity.md, where the run has passed
    #[arg(long)]
    pub(crate) write: bool,
}
