//! DynamoDB's expressions (developer guide, "Using expressions"): conditions, updates, projections, key conditions.

mod condition;
mod function;
mod key_condition;
mod operand;
mod parser;
mod path;
mod placeholders;
mod projection;
mod token;
mod update;

pub(super) use self::condition::Condition;
pub(super) use self::key_condition::KeyCondition;
pub(super) use self::path::project;
pub(super) use self::placeholders::Placeholders;
pub(super) use self::projection::Projection;
pub(super) use self::update::Update;
