//! Values in the form that is sent to Chime.

use std::fmt;

/// A value in the form that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire<'v> {
    /// A string.
    Text(&'v str),
    /// A number.
    Number(i64),
}

/// The values that a type can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A string, with its length in characters.
    Text {
        /// Minimum.
        min: usize,
        /// Maximum.
        max: usize,
    },
    /// One of these strings.
    Names(&'static [&'static str]),
    /// A whole number in this range.
    Number {
        /// Minimum.
        min: u64,
        /// Maximum.
        max: u64,
    },
}

/// A type whose values are sent to Chime.
pub trait ToWire {
    /// The values that it can have.
    const SHAPE: Shape;

    /// Its description in the policy's JSON schema.
    const DESCRIPTION: &'static str;

    /// The value in the form that is sent.
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
