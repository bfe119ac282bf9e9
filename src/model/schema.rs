//! What a type needs to be described by the editors' schema of the policy document.

/// A type that the schema of the policy document can describe; without the schema, any type.
#[cfg(not(feature = "schema"))]
pub trait Described {}

#[cfg(not(feature = "schema"))]
impl<T> Described for T {}

#[cfg(feature = "schema")]
pub use schemars::JsonSchema as Described;
