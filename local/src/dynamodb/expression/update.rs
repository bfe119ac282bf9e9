//! Updates: `UpdateExpression`.

use std::collections::BTreeSet;

use super::super::error::{DynamodbError, invalid};
use super::super::value::{AttributeValue, Item};
use super::parser::Parser;
use super::path::Path;
use super::placeholders::Placeholders;
use super::token::Token;

/// What an expression changes. Every value is that of the item as it was before.
#[derive(Debug, Clone, Default)]
pub(crate) struct Update {
    sets: Vec<(Path, SetValue)>,
    removes: Vec<Path>,
    adds: Vec<(Path, AttributeValue)>,
    deletes: Vec<(Path, AttributeValue)>,
}

/// What `SET` writes.
#[derive(Debug, Clone)]
enum SetValue {
    One(SetOperand),
    Plus(SetOperand, SetOperand),
    Minus(SetOperand, SetOperand),
}

#[derive(Debug, Clone)]
enum SetOperand {
    Path(Path),
    Value(AttributeValue),
    IfNotExists(Path, Box<SetOperand>),
    ListAppend(Box<SetOperand>, Box<SetOperand>),
}

const KIND: &str = "UpdateExpression";

impl Update {
    /// Reads an expression.
    pub(crate) fn read(expression: &str, placeholders: &mut Placeholders) -> Result<Self, DynamodbError> {
        let mut parser = Parser::new(KIND, expression, placeholders)?;
        let mut update = Self::default();
        let mut seen: Vec<&str> = Vec::new();
        while *parser.peek() != Token::End {
            let clauses = ["SET", "REMOVE", "ADD", "DELETE"];
            let Some(clause) = clauses.into_iter().find(|clause| parser.takes_keyword(clause)) else {
                return Err(parser.syntax_error());
            };
            if seen.contains(&clause) {
                return Err(parser.refused(format!(
                    "The \"{clause}\" section can only be used once in an update expression;"
                )));
            }
            seen.push(clause);
            match clause {
                "SET" => update.sets = parser.list(read_set)?,
                "REMOVE" => update.removes = parser.list(Parser::path)?,
                "ADD" => update.adds = parser.list(|parser| read_change(parser, "ADD"))?,
                _ => update.deletes = parser.list(|parser| read_change(parser, "DELETE"))?,
            }
        }
        update.check_paths(&parser)?;
        Ok(update)
    }

    /// The paths that it changes.
    pub(crate) fn paths(&self) -> Vec<Path> {
        let sets = self.sets.iter().map(|(path, _)| path);
        let changes = self.adds.iter().chain(&self.deletes).map(|(path, _)| path);
        sets.chain(&self.removes).chain(changes).cloned().collect()
    }

    /// Whether it takes away only, which makes no item where there is none.
    pub(crate) fn only_removes(&self) -> bool {
        self.sets.is_empty() && self.adds.is_empty() && !(self.removes.is_empty() && self.deletes.is_empty())
    }

    /// Changes an item.
    pub(crate) fn apply(&self, item: &mut Item) -> Result<(), DynamodbError> {
        let before = item.clone();
        for (path, value) in &self.sets {
            let value = value.of(&before)?;
            path.set(item, value).ok_or_else(invalid_path)?;
        }
        for (path, value) in &self.adds {
            let sum = match (path.find(&before), value) {
                (None, value) => value.clone(),
                (Some(AttributeValue::N(one)), AttributeValue::N(two)) => {
                    AttributeValue::N(one.plus(*two).map_err(|error| invalid(error.to_string()))?)
                }
                (Some(AttributeValue::Ss(one)), AttributeValue::Ss(two)) => AttributeValue::Ss(one | two),
                (Some(AttributeValue::Ns(one)), AttributeValue::Ns(two)) => AttributeValue::Ns(one | two),
                (Some(AttributeValue::Bs(one)), AttributeValue::Bs(two)) => AttributeValue::Bs(one | two),
                _ => return Err(wrong_type()),
            };
            path.set(item, sum).ok_or_else(invalid_path)?;
        }
        for (path, value) in &self.deletes {
            let rest = match (path.find(&before), value) {
                (None, _) => continue,
                (Some(AttributeValue::Ss(one)), AttributeValue::Ss(two)) => {
                    AttributeValue::Ss(without(one, two))
                }
                (Some(AttributeValue::Ns(one)), AttributeValue::Ns(two)) => {
                    AttributeValue::Ns(without(one, two))
                }
                (Some(AttributeValue::Bs(one)), AttributeValue::Bs(two)) => {
                    AttributeValue::Bs(without(one, two))
                }
                _ => return Err(wrong_type()),
            };
            // There are no empty sets.
            let changed = if rest.length() == Some(0) { path.remove(item) } else { path.set(item, rest) };
            changed.ok_or_else(invalid_path)?;
        }
        // Indexes are those of the list as it was, so the last elements go first.
        let mut removes: Vec<&Path> = self.removes.iter().collect();
        removes.sort_by_key(|path| std::cmp::Reverse(path.last_index()));
        removes.into_iter().try_for_each(|path| path.remove(item).ok_or_else(invalid_path))
    }

    fn check_paths(&self, parser: &Parser<'_>) -> Result<(), DynamodbError> {
        let paths = self.paths();
        for (index, one) in paths.iter().enumerate() {
            for two in paths.iter().skip(index.saturating_add(1)) {
                let relation = if one.overlaps(two) {
                    "overlap"
                } else if one.conflicts(two) {
                    "conflict"
                } else {
                    continue;
                };
                return Err(parser.refused(format!(
                    "Two document paths {relation} with each other; must remove or rewrite one of these paths; path one: {one}, \
                     path two: {two}"
                )));
            }
        }
        Ok(())
    }
}

fn read_set(parser: &mut Parser<'_>) -> Result<(Path, SetValue), DynamodbError> {
    let path = parser.path()?;
    parser.expect("=")?;
    let first = SetOperand::read(parser)?;
    let value = if parser.takes("+") {
        let second = first.read_second(parser, "+")?;
        SetValue::Plus(first, second)
    } else if parser.takes("-") {
        let second = first.read_second(parser, "-")?;
        SetValue::Minus(first, second)
    } else {
        SetValue::One(first)
    };
    Ok((path, value))
}

/// Reads what `ADD` or `DELETE` does to one path.
fn read_change(parser: &mut Parser<'_>, clause: &str) -> Result<(Path, AttributeValue), DynamodbError> {
    let path = parser.path()?;
    let value = parser.value()?;
    match value {
        AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_) => Ok((path, value)),
        AttributeValue::N(_) if clause == "ADD" => Ok((path, value)),
        _ => Err(parser.refused(format!(
            "Incorrect operand type for operator or function; operator: {clause}, operand type: {}, typeSet: \
             ALLOWED_FOR_{clause}_OPERAND",
            long_name(&value)
        ))),
    }
}

/// The name of a type in errors of `ADD` and `DELETE`.
fn long_name(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::S(_) => "STRING",
        AttributeValue::N(_) => "NUMBER",
        AttributeValue::B(_) => "BINARY",
        AttributeValue::Bool(_) => "BOOLEAN",
        AttributeValue::Null => "NULL",
        AttributeValue::Ss(_) => "STRING_SET",
        AttributeValue::Ns(_) => "NUMBER_SET",
        AttributeValue::Bs(_) => "BINARY_SET",
        AttributeValue::L(_) => "LIST",
        AttributeValue::M(_) => "MAP",
    }
}

impl SetValue {
    fn of(&self, item: &Item) -> Result<AttributeValue, DynamodbError> {
        let number = |operand: &SetOperand| match operand.of(item)? {
            AttributeValue::N(number) => Ok(number),
            _ => Err(wrong_type()),
        };
        let result = match self {
            Self::One(operand) => return operand.of(item),
            Self::Plus(one, two) => number(one)?.plus(number(two)?),
            Self::Minus(one, two) => number(one)?.minus(number(two)?),
        };
        result.map(AttributeValue::N).map_err(|error| invalid(error.to_string()))
    }
}

impl SetOperand {
    fn read(parser: &mut Parser<'_>) -> Result<Self, DynamodbError> {
        let function = match parser.peek() {
            Token::Value(_) => return parser.value().map(Self::Value),
            Token::Word(word) if parser.sign_follows("(") => word.clone(),
            _ => return parser.path().map(Self::Path),
        };
        if !["if_not_exists", "list_append"].contains(&function.as_str()) {
            return Err(parser.refused(format!("Invalid function name; function: {function}")));
        }
        parser.advance();
        parser.expect("(")?;
        let first = Self::read(parser)?;
        parser.expect(",")?;
        let second = Self::read(parser)?;
        parser.expect(")")?;
        match (function.as_str(), first) {
            ("if_not_exists", Self::Path(path)) => Ok(Self::IfNotExists(path, Box::new(second))),
            ("if_not_exists", _) => Err(parser.refused(
                "Operator or function requires a document path; operator or function: if_not_exists",
            )),
            (_, first) => Ok(Self::ListAppend(Box::new(first), Box::new(second))),
        }
    }

    /// Reads the other operand of a sum or a difference, of which both must be numbers.
    fn read_second(&self, parser: &mut Parser<'_>, sign: &str) -> Result<Self, DynamodbError> {
        let second = Self::read(parser)?;
        second.check_number(parser, sign)?;
        self.check_number(parser, sign)?;
        Ok(second)
    }

    fn check_number(&self, parser: &Parser<'_>, sign: &str) -> Result<(), DynamodbError> {
        match self {
            Self::Value(value) if value.type_name() != "N" => Err(parser.refused(format!(
                "Incorrect operand type for operator or function; operator or function: {sign}, operand type: {}",
                value.type_name()
            ))),
            _ => Ok(()),
        }
    }

    fn of(&self, item: &Item) -> Result<AttributeValue, DynamodbError> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Path(path) => path.find(item).cloned().ok_or_else(|| {
                invalid("The provided expression refers to an attribute that does not exist in the item")
            }),
            Self::IfNotExists(path, otherwise) => {
                path.find(item).cloned().map_or_else(|| otherwise.of(item), Ok)
            }
            Self::ListAppend(one, two) => match (one.of(item)?, two.of(item)?) {
                (AttributeValue::L(mut one), AttributeValue::L(two)) => {
                    one.extend(two);
                    Ok(AttributeValue::L(one))
                }
                _ => Err(wrong_type()),
            },
        }
    }
}

fn without<T: Ord + Clone>(set: &BTreeSet<T>, removed: &BTreeSet<T>) -> BTreeSet<T> {
    set.difference(removed).cloned().collect()
}

fn invalid_path() -> DynamodbError {
    invalid("The document path provided in the update expression is invalid for update")
}

fn wrong_type() -> DynamodbError {
    invalid("An operand in the update expression has an incorrect data type")
}
