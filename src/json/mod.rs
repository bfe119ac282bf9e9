//! JSON values that keep the order of members and repeated members, so that repeats can be refused.
//!
//! `serde_json::Value` keeps only the last of two members with one name, so a check would not see what another parser
//! of the same text may use. Request bodies, tokens, claims and the policy document are read with this type.

mod known_members;
mod piecewise;
mod value;

pub use known_members::{ErrorSink, KnownMembers, MemberError, Names, Path, ReadJson, read_list};
pub use piecewise::{for_each_member, parse_all_but};
pub use value::{Json, Object};
