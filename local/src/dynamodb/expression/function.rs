//! The functions that are conditions.

use super::super::error::DynamodbError;
use super::super::value::{AttributeValue, Item};
use super::operand::Operand;
use super::parser::Parser;
use super::path::Path;
use super::token::Token;

/// A function that is a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Function {
    Exists(Path),
    NotExists(Path),
    Type(Path, String),
    BeginsWith(Path, Operand),
    Contains(Path, Operand),
}

/// The types that `attribute_type` takes.
const TYPES: &[&str] = &["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"];

impl Function {
    /// Reads a function if one comes next.
    pub(super) fn read(parser: &mut Parser<'_>) -> Result<Option<Self>, DynamodbError> {
        let name = match parser.peek() {
            Token::Word(name) if parser.sign_follows("(") && name != "size" => name.clone(),
            _ => return Ok(None),
        };
        let count = match name.as_str() {
            "attribute_exists" | "attribute_not_exists" => 1,
            "attribute_type" | "begins_with" | "contains" => 2,
            // The functions of updates.
            "if_not_exists" | "list_append" => {
                return Err(parser.refused(format!(
                    "The function is not allowed in a condition expression; function: {name}"
                )));
            }
            _ => return Err(parser.refused(format!("Invalid function name; function: {name}"))),
        };
        parser.advance();
        parser.expect("(")?;
        let operands = parser.list(Operand::read)?;
        parser.expect(")")?;
        if operands.len() != count {
            return Err(parser.refused(format!(
                "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: {}",
                operands.len()
            )));
        }
        let mut operands = operands.into_iter();
        let Some(Operand::Path(path)) = operands.next() else {
            return Err(parser.refused(format!(
                "Operator or function requires a document path; operator or function: {name}"
            )));
        };
        Self::new(parser, &name, path, operands.next()).map(Some)
    }

    fn new(
        parser: &Parser<'_>,
        name: &str,
        path: Path,
        second: Option<Operand>,
    ) -> Result<Self, DynamodbError> {
        let wrong_type = |kind: &str| {
            parser.refused(format!(
                "Incorrect operand type for operator or function; operator or function: {name}, operand type: {kind}"
            ))
        };
        match (name, second) {
            ("attribute_exists", None) => Ok(Self::Exists(path)),
            ("attribute_not_exists", None) => Ok(Self::NotExists(path)),
            ("attribute_type", Some(Operand::Value(AttributeValue::S(kind)))) => {
                if !TYPES.contains(&kind.as_str()) {
                    return Err(parser.refused(format!(
                        "Invalid attribute type name found; type: {kind}, valid types: {{{}}}",
                        TYPES.join(",")
                    )));
                }
                Ok(Self::Type(path, kind))
            }
            ("begins_with", Some(operand)) => match operand.known_type() {
                None | Some("S" | "B") => Ok(Self::BeginsWith(path, operand)),
                Some(kind) => Err(wrong_type(kind)),
            },
            ("contains", Some(operand)) => Ok(Self::Contains(path, operand)),
            (_, operand) => Err(wrong_type(operand.and_then(|it| it.known_type()).unwrap_or("a path"))),
        }
    }

    pub(super) fn holds(&self, item: &Item) -> bool {
        match self {
            Self::Exists(path) => path.find(item).is_some(),
            Self::NotExists(path) => path.find(item).is_none(),
            Self::Type(path, kind) => path.find(item).is_some_and(|value| value.type_name() == kind),
            Self::BeginsWith(path, operand) => {
                let pair = path.find(item).zip(operand.of(item));
                pair.is_some_and(|(value, beginning)| begins_with(value, &beginning))
            }
            Self::Contains(path, operand) => {
                let pair = path.find(item).zip(operand.of(item));
                pair.is_some_and(|(value, sought)| contains(value, &sought))
            }
        }
    }
}

/// Whether text begins with text, or bytes with bytes.
pub(super) fn begins_with(value: &AttributeValue, beginning: &AttributeValue) -> bool {
    match (value, beginning) {
        (AttributeValue::S(value), AttributeValue::S(beginning)) => value.starts_with(beginning.as_str()),
        (AttributeValue::B(value), AttributeValue::B(beginning)) => value.starts_with(beginning),
        _ => false,
    }
}

fn contains(value: &AttributeValue, sought: &AttributeValue) -> bool {
    match (value, sought) {
        (AttributeValue::S(value), AttributeValue::S(sought)) => value.contains(sought.as_str()),
        (AttributeValue::B(value), AttributeValue::B(sought)) => {
            sought.is_empty() || value.windows(sought.len()).any(|window| window == sought)
        }
        (AttributeValue::Ss(set), AttributeValue::S(sought)) => set.contains(sought),
        (AttributeValue::Ns(set), AttributeValue::N(sought)) => set.contains(sought),
        (AttributeValue::Bs(set), AttributeValue::B(sought)) => set.contains(sought),
        (AttributeValue::L(list), sought) => list.contains(sought),
        _ => false,
    }
}
