//! What conditions compare: a path, a value, or the size of what a path leads to.

use std::borrow::Cow;

use super::super::error::DynamodbError;
use super::super::number::Number;
use super::super::value::{AttributeValue, Item};
use super::parser::Parser;
use super::path::Path;
use super::token::Token;

/// An operand of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operand {
    Path(Path),
    Value(AttributeValue),
    Size(Path),
}

impl Operand {
    pub(super) fn read(parser: &mut Parser<'_>) -> Result<Self, DynamodbError> {
        match parser.peek() {
            Token::Value(_) => parser.value().map(Self::Value),
            Token::Word(word) if word == "size" && parser.sign_follows("(") => {
                parser.advance();
                parser.expect("(")?;
                if matches!(parser.peek(), Token::Value(_)) {
                    // DynamoDB takes a value here too, which says nothing about the item.
                    return Err(parser.refused(
                        "Operator or function requires a document path; operator or function: size",
                    ));
                }
                let path = parser.path()?;
                parser.expect(")")?;
                Ok(Self::Size(path))
            }
            _ => parser.path().map(Self::Path),
        }
    }

    /// Its value for an item; `None` when the path leads to nothing, or to what has no size.
    pub(super) fn of<'v>(&'v self, item: &'v Item) -> Option<Cow<'v, AttributeValue>> {
        match self {
            Self::Path(path) => path.find(item).map(Cow::Borrowed),
            Self::Value(value) => Some(Cow::Borrowed(value)),
            Self::Size(path) => {
                let length = path.find(item)?.length()?;
                Some(Cow::Owned(AttributeValue::N(Number::from_length(length))))
            }
        }
    }

    /// The type, where it is known without an item.
    pub(super) fn known_type(&self) -> Option<&'static str> {
        match self {
            Self::Path(_) => None,
            Self::Value(value) => Some(value.type_name()),
            Self::Size(_) => Some("N"),
        }
    }
}
