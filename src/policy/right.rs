//! The rights that a policy gives to callers, each a type, so that a step can ask for one in its signature.

/// A right: what a caller needs for an operation.
pub trait Right: sealed::Sealed {
    /// Its name, as the table of operations shows it.
    const NAME: &'static str;
}

/// To create meetings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Create;

impl Right for Create {
    const NAME: &'static str = "Create";
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Create {}
}
