//! Runs the gateway on one machine.
