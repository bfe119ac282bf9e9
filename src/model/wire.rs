//! Values as the wire has them.

use std::fmt;

/// A value as the wire has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire<'v> {
    /// A string.
    Text(&'v str),
    /// A number.
    Number(u64),
}

/// A type whose values go over the wire.
pub trait ToWire {
    /// The value as the wire has it.
    fn wire(&self) -> Wire<'_>;
}

impl fmt::Display for Wire<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wire::Text(text) => f.write_str(text),
            Wire::Number(number) => number.fmt(f),
        }
    }
}
