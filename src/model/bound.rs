//! The three kinds of bounds that `Allowed` can set for a member.

use std::fmt;

use super::wire::ToWire;
use crate::json::{ErrorSink, Json, Path, ReadJson, read_list};

/// What a policy allows a caller to ask for in one member.
pub trait Bound<M>: Clone + PartialEq + fmt::Debug {
    /// Which kind of bound it is.
    const KIND: BoundKind;

    /// The error's detail for a `Default` that the bound does not allow.
    const OUTSIDE: &'static str;

    /// Reads the bound from a policy document. An invalid one is reported.
    fn read(json: &Json<'_>, path: &Path<'_>, errors: &mut dyn ErrorSink) -> Option<Self>;

    /// Whether a caller may ask for that value.
    fn allows(&self, value: &M) -> bool;

    /// The finding's detail for a value that is not allowed.
    fn refusal(&self) -> String;

    /// The value to send instead of Chime's default under the bound, if any.
    fn bind(&self, chime_default: Option<M>) -> Option<M> {
        drop(chime_default);
        None
    }

    /// Whether a caller may ask for any value at all.
    fn allows_any(&self) -> bool {
        true
    }

    /// The values that the bound lists, if it is a list.
    fn listed(&self) -> &[M] {
        &[]
    }
}

/// The kinds of bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundKind {
    /// [`OneOf`], as JSON a list of values.
    OneOf,
    /// [`Ceiling`], as JSON a value.
    Ceiling,
    /// [`AnyValue`], as JSON `true` or `false`.
    AnyValue,
}

/// The values that a caller may choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOf<M>(Vec<M>);

/// The highest value that a caller may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceiling<M>(pub M);

/// Whether a caller may ask for any value of a member that has no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyValue(bool);

impl<M: ReadJson + ToWire + Clone + PartialEq + fmt::Debug> Bound<M> for OneOf<M> {
    const KIND: BoundKind = BoundKind::OneOf;
    const OUTSIDE: &'static str = "is not in the list of `Allowed`";

    fn read(json: &Json<'_>, path: &Path<'_>, errors: &mut dyn ErrorSink) -> Option<Self> {
        let values = read_list(json, path, errors)?;
        if values.is_empty() {
            errors.add(path, &"is an empty list: leave the member out to allow no value");
        }
        Some(OneOf(values))
    }

    fn allows(&self, value: &M) -> bool {
        self.0.contains(value)
    }

    fn refusal(&self) -> String {
        let values: Vec<String> = self.0.iter().map(|value| format!("`{}`", value.wire())).collect();
        format!("is not one of the values that the tenant's policy allows: {}", values.join(", "))
    }

    fn listed(&self) -> &[M] {
        &self.0
    }
}

impl<M: ReadJson + ToWire + Clone + PartialOrd + fmt::Debug> Bound<M> for Ceiling<M> {
    const KIND: BoundKind = BoundKind::Ceiling;
    const OUTSIDE: &'static str = "is above the maximum of `Allowed`";

    fn read(json: &Json<'_>, path: &Path<'_>, errors: &mut dyn ErrorSink) -> Option<Self> {
        M::read_json(json).map(Ceiling).map_err(|detail| errors.add(path, &detail)).ok()
    }

    fn allows(&self, value: &M) -> bool {
        *value <= self.0
    }

    /// The lower of the ceiling and the default.
    fn bind(&self, chime_default: Option<M>) -> Option<M> {
        chime_default.map(|default| if self.allows(&default) { default } else { self.0.clone() })
    }

    fn refusal(&self) -> String {
        format!("is above the maximum that the tenant's policy allows: `{}`", self.0.wire())
    }
}

impl<M> Bound<M> for AnyValue {
    const KIND: BoundKind = BoundKind::AnyValue;
    const OUTSIDE: &'static str = "";

    fn read(json: &Json<'_>, path: &Path<'_>, errors: &mut dyn ErrorSink) -> Option<Self> {
        bool::read_json(json).map(AnyValue).map_err(|detail| errors.add(path, &detail)).ok()
    }

    fn allows(&self, _: &M) -> bool {
        true
    }

    fn refusal(&self) -> String {
        String::new()
    }

    fn allows_any(&self) -> bool {
        self.0
    }
}
