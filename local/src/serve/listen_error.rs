//! Why a port can't be listened on, and by which option to choose another.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

/// The message about an address that can't be listened on. `option` chooses its port.
pub(super) fn cannot_bind(error: &io::Error, address: SocketAddr, option: &str) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => {
            format!("port {} on {} is in use; choose another with {option}", address.port(), address.ip())
        }
        ErrorKind::AddrNotAvailable => {
            format!("{} is not an address of this machine; see --bind", address.ip())
        }
        _ => format!("cannot listen on {address}: {error}"),
    }
}
