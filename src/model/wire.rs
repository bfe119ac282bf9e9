//! Values as the wire has them.

use std::fmt;

/// A value as the wire has it.
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
    /// A string of so many characters.
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

/// A type whose values go over the wire.
pub trait ToWire {
    /// The values that it can have.
    const SHAPE: Shape;

    /// What it stands for, in the words of its documentation.
    const DESCRIPTION: &'static str;

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
