//! Projections: `ProjectionExpression`, the parts of an item that an answer has.

use super::super::error::DynamodbError;
use super::super::value::Item;
use super::parser::Parser;
use super::path::{Path, project};
use super::placeholders::Placeholders;

/// Which parts of an item an answer has.
#[derive(Debug, Clone)]
pub(crate) struct Projection(Vec<Path>);

impl Projection {
    /// Reads an expression.
    pub(crate) fn read(expression: &str, placeholders: &mut Placeholders) -> Result<Self, DynamodbError> {
        let mut parser = Parser::new("ProjectionExpression", expression, placeholders)?;
        let paths = parser.list(Parser::path)?;
        parser.expect_end()?;
        for (index, one) in paths.iter().enumerate() {
            if let Some(two) = paths.iter().skip(index.saturating_add(1)).find(|two| one.overlaps(two)) {
                return Err(parser.refused(format!(
                    "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: {one}, \
                     path two: {two}"
                )));
            }
        }
        Ok(Self(paths))
    }

    /// Those parts.
    pub(crate) fn of(&self, item: &Item) -> Item {
        project(item, &self.0)
    }
}
