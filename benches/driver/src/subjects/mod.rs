//! What is measured: which program, for which operation, in which surroundings.

mod event;
mod maker;
mod row;

use std::path::PathBuf;

pub(crate) use self::maker::Maker;
pub(crate) use self::row::{
    BARE_CALL, FLOOR, Function, GATEWAY, GATEWAY_BEARER, Gateway, Measure, Mode, Operation, ROWS, Reference,
    Row, TENANTS, bare, join, peer, references, with_tenants,
};
use crate::Failure;
use crate::player::{Player, Program};

/// A row with all that running it takes.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) row: Row,
    pub(crate) program: Program,
    pub(crate) event: Vec<u8>,
    /// What is deployed.
    pub(crate) artefact: Vec<PathBuf>,
}

impl Subject {
    /// Makes what the row's requests find there: a room that is open. The function itself opens it, in a process of its own.
    pub(crate) fn prepare(&self) -> Result<(), Failure> {
        if self.row.operation != Operation::JoinRoom {
            return Ok(());
        }
        let (_, answer) = Player::start(&self.program, maker::PATIENCE)?.invoke(&self.event)?;
        let opened = String::from_utf8_lossy(&answer).contains("\"statusCode\":201");
        if opened { Ok(()) } else { Err(format!("no room: {}", String::from_utf8_lossy(&answer)).into()) }
    }
}
