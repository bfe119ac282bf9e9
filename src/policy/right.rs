//! The rights that a policy gives to callers. Each is a type, so a function can require one in its signature.

/// A right that a caller needs for an operation.
pub trait Right {
    /// The name, as in the table of operations.
    const NAME: &'static str;
}

/// The right to create meetings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Create;

impl Right for Create {
    const NAME: &'static str = "Create";
}
