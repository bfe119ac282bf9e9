//! A JSON value as it was written: members keep their order, and a repeated member is still there to be refused.
//!
//! `serde_json::Value` keeps the last of two members of one name, and so would hide from a check what another reader
//! of the same text sees. Everything that a stranger or an operator writes (request bodies, tokens, claims, the policy
//! document) is read through this type.

mod known_members;
mod piecewise;
mod value;

pub use known_members::{ErrorSink, KnownMembers, MemberError, Names, Path, ReadJson, read_list};
pub use piecewise::{for_each_member, parse_all_but};
pub use value::{Json, Object};
