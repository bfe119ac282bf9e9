//! The local tools as their users see them: over sockets, as processes, through their public functions.

mod exchange;
mod faults;
mod model;
mod simulator;
