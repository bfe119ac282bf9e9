//! Conditions: `ConditionExpression` and `FilterExpression`.

use std::cmp::Ordering;

use super::super::error::DynamodbError;
use super::super::value::{AttributeValue, Item};
use super::function::Function;
use super::operand::Operand;
use super::parser::Parser;
use super::placeholders::Placeholders;
use super::token::Token;

/// A condition on an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    Or(Box<Condition>, Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Compare(Comparison),
    /// `a IN (b, c)`.
    In(Operand, Vec<Operand>),
    Function(Function),
}

/// `a = b`, `a <> b`, `a < b`, `a <= b`, `a > b`, `a >= b`; `a BETWEEN b AND c` is two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(super) left: Operand,
    pub(super) comparator: &'static str,
    pub(super) right: Operand,
}

/// The most values in the list of `IN` (developer guide, "Comparison operator and function reference").
const MAX_IN: usize = 100;

impl Condition {
    /// Reads an expression; `kind` is the request's member.
    pub(crate) fn read(
        kind: &'static str,
        expression: &str,
        placeholders: &mut Placeholders,
    ) -> Result<Self, DynamodbError> {
        let mut parser = Parser::new(kind, expression, placeholders)?;
        let condition = read_or(&mut parser)?;
        parser.expect_end()?;
        Ok(condition)
    }

    /// Whether it holds of an item; what is not there has no attributes.
    pub(crate) fn holds(&self, item: &Item) -> bool {
        match self {
            Self::Or(one, two) => one.holds(item) || two.holds(item),
            Self::And(one, two) => one.holds(item) && two.holds(item),
            Self::Not(condition) => !condition.holds(item),
            Self::Compare(comparison) => comparison.holds(item),
            Self::In(operand, list) => operand
                .of(item)
                .is_some_and(|value| list.iter().any(|listed| listed.of(item).as_ref() == Some(&value))),
            Self::Function(function) => function.holds(item),
        }
    }
}

fn read_or(parser: &mut Parser<'_>) -> Result<Condition, DynamodbError> {
    let mut condition = read_and(parser)?;
    while parser.takes_keyword("OR") {
        condition = Condition::Or(Box::new(condition), Box::new(read_and(parser)?));
    }
    Ok(condition)
}

fn read_and(parser: &mut Parser<'_>) -> Result<Condition, DynamodbError> {
    let mut condition = read_not(parser)?;
    while parser.takes_keyword("AND") {
        condition = Condition::And(Box::new(condition), Box::new(read_not(parser)?));
    }
    Ok(condition)
}

fn read_not(parser: &mut Parser<'_>) -> Result<Condition, DynamodbError> {
    if parser.takes_keyword("NOT") {
        return Ok(Condition::Not(Box::new(read_not(parser)?)));
    }
    let start = parser.position();
    if parser.takes("(") {
        let inside = parser.position();
        let condition = read_or(parser)?;
        if parser.last_group == Some((inside, parser.position())) {
            return Err(parser.refused("The expression has redundant parentheses;"));
        }
        parser.expect(")")?;
        parser.last_group = Some((start, parser.position()));
        return Ok(condition);
    }
    if let Some(function) = Function::read(parser)? {
        return Ok(Condition::Function(function));
    }
    read_comparison(parser)
}

fn read_comparison(parser: &mut Parser<'_>) -> Result<Condition, DynamodbError> {
    let left = Operand::read(parser)?;
    if parser.takes_keyword("BETWEEN") {
        let low = Operand::read(parser)?;
        if !parser.takes_keyword("AND") {
            return Err(parser.syntax_error());
        }
        let high = Operand::read(parser)?;
        return between(parser, left, low, high);
    }
    if parser.takes_keyword("IN") {
        parser.expect("(")?;
        let list = parser.list(Operand::read)?;
        parser.expect(")")?;
        if list.len() > MAX_IN {
            return Err(parser.refused(format!(
                "The IN operator is provided with too many operands; number of operands: {}",
                list.len()
            )));
        }
        return Ok(Condition::In(left, list));
    }
    let comparator = match parser.peek() {
        Token::Sign(sign @ ("=" | "<>" | "<" | "<=" | ">" | ">=")) => *sign,
        _ => return Err(parser.syntax_error()),
    };
    parser.advance();
    let comparison = Comparison { left, comparator, right: Operand::read(parser)? };
    comparison.check(parser, comparator)?;
    Ok(Condition::Compare(comparison))
}

fn between(
    parser: &Parser<'_>,
    operand: Operand,
    low: Operand,
    high: Operand,
) -> Result<Condition, DynamodbError> {
    if let (Operand::Value(low), Operand::Value(high)) = (&low, &high) {
        let message = match order(low, high) {
            None => Some("The BETWEEN operator requires same data type for lower and upper bounds"),
            Some(Ordering::Greater) => {
                Some("The BETWEEN operator requires upper bound to be greater than or equal to lower bound")
            }
            Some(_) => None,
        };
        if let Some(message) = message {
            let shown = |value| serde_json::to_string(value).unwrap_or_default();
            return Err(parser.refused(format!(
                "{message}; lower bound operand: AttributeValue: {}, upper bound operand: AttributeValue: {}",
                shown(low),
                shown(high)
            )));
        }
    }
    let from = Comparison { left: operand.clone(), comparator: ">=", right: low };
    let to = Comparison { left: operand, comparator: "<=", right: high };
    from.check(parser, "BETWEEN")?;
    to.check(parser, "BETWEEN")?;
    Ok(Condition::And(Box::new(Condition::Compare(from)), Box::new(Condition::Compare(to))))
}

impl Comparison {
    /// Refuses what no item can make true: operands that are one, and order between what has none.
    fn check(&self, parser: &Parser<'_>, operator: &str) -> Result<(), DynamodbError> {
        if let (Operand::Path(left), true) = (&self.left, self.left == self.right) {
            return Err(parser.refused(format!(
                "The first operand must be distinct from the remaining operands for this operator or function; operator: \
                 {operator}, first operand: {left}"
            )));
        }
        let is_ordered = |kind: &&str| ["S", "N", "B"].contains(kind);
        let types = [self.left.known_type(), self.right.known_type()];
        let unordered = types.into_iter().flatten().find(|kind| !is_ordered(kind));
        match unordered {
            Some(kind) if !["=", "<>"].contains(&self.comparator) => Err(parser.refused(format!(
                "Incorrect operand type for operator or function; operator: {operator}, operand type: {kind}"
            ))),
            _ => Ok(()),
        }
    }

    fn holds(&self, item: &Item) -> bool {
        let (left, right) = (self.left.of(item), self.right.of(item));
        match self.comparator {
            "=" => left.is_some() && left == right,
            // What is not there is unequal to everything.
            "<>" => left.is_none() || left != right,
            comparator => {
                let order = left.zip(right).and_then(|(left, right)| order(&left, &right));
                order.is_some_and(|order| match comparator {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                })
            }
        }
    }
}

/// The order of two values of one type; only text, numbers and bytes have one.
fn order(one: &AttributeValue, two: &AttributeValue) -> Option<Ordering> {
    match (one, two) {
        (AttributeValue::S(_), AttributeValue::S(_))
        | (AttributeValue::N(_), AttributeValue::N(_))
        | (AttributeValue::B(_), AttributeValue::B(_)) => Some(one.cmp(two)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamodb::read_value::read_item;
    use serde_json::json;

    /// An item with one attribute of each kind that conditions tell apart.
    fn item() -> Item {
        let item = json!({
            "pk": { "S": "room#1" }, "generation": { "S": "g1" }, "expires": { "N": "100" },
            "slots": { "SS": ["a", "b"] }, "ended": { "BOOL": true }, "parts": { "L": [{ "N": "1" }] },
            "place": { "M": { "city": { "S": "x" } } },
        });
        read_item(&item).unwrap()
    }

    fn placeholders() -> Placeholders {
        let values = json!({
            ":g": { "S": "g1" }, ":h": { "S": "g2" }, ":99": { "N": "99" }, ":100": { "N": "100" }, ":yes": { "BOOL": true },
            ":set": { "SS": ["b", "a"] }, ":a": { "S": "a" }, ":room": { "S": "room#" }, ":one": { "N": "1.0" },
            ":type": { "S": "SS" }, ":wrong": { "S": "TEXT" },
        });
        let names = [("#ttl".to_owned(), "ttl".to_owned()), ("#p".to_owned(), "pk".to_owned())];
        Placeholders::new(Some(names.into()), Some(read_item(&values).unwrap())).unwrap()
    }

    fn read(expression: &str) -> Result<Condition, DynamodbError> {
        Condition::read("ConditionExpression", expression, &mut placeholders())
    }

    #[test]
    fn conditions_hold_as_documented() {
        let rows = [
            ("attribute_exists(pk)", true, "there is one"),
            ("attribute_not_exists(pk)", false, "there is one"),
            ("attribute_exists(#ttl)", false, "there is none"),
            ("attribute_exists(place.city)", true, "a member of a map"),
            ("attribute_exists(parts[0])", true, "an element of a list"),
            ("attribute_exists(parts[1])", false, "beyond the list"),
            ("attribute_exists(pk.city)", false, "text has no members"),
            ("generation = :g", true, "equal"),
            ("generation = :h", false, "unequal"),
            ("generation = :100", false, "of another type"),
            ("meeting = :g", false, "what is not there equals nothing"),
            ("generation <> :h", true, "unequal"),
            ("meeting <> :h", true, "what is not there is unequal to everything"),
            ("expires <= :100", true, "as large"),
            ("expires <= :99", false, "larger"),
            ("expires < :100", false, "as large"),
            ("expires > :99", true, "by value: as text 99 would be larger"),
            ("expires >= :g", false, "another type has no order"),
            ("meeting < :100", false, "what is not there has no order"),
            ("expires BETWEEN :99 AND :100", true, "bounds belong to it"),
            ("generation BETWEEN :h AND :room", false, "below the bounds"),
            ("generation IN (:h, :g)", true, "one of the list"),
            ("generation IN (:h)", false, "none of the list"),
            ("slots = :set", true, "sets have no order"),
            ("ended = :yes", true, "booleans"),
            ("contains(slots, :a)", true, "an element of a set"),
            ("contains(slots, :g)", false, "no element of the set"),
            ("contains(parts, :one)", true, "numbers are equal by value"),
            ("contains(pk, :a)", false, "text without the text"),
            ("begins_with(pk, :room)", true, "it begins so"),
            ("begins_with(generation, :room)", false, "it does not"),
            ("attribute_type(slots, :type)", true, "the type"),
            ("size(pk) < :99", true, "the length of text"),
            ("size(expires) < :99", false, "a number has no size"),
            ("NOT generation = :h", true, "not"),
            ("NOT generation = :g OR ended = :yes", true, "NOT binds closer than OR"),
            ("ended = :yes OR generation = :h AND generation = :g", true, "AND binds closer than OR"),
            ("(ended = :yes OR generation = :h) AND generation = :h", false, "parentheses bind closest"),
            ("#p = :room or GENERATION = :g", false, "names have a case, keywords none"),
        ];
        for (expression, holds, reason) in rows {
            assert_eq!(read(expression).map(|it| it.holds(&item())), Ok(holds), "{expression}: {reason}");
        }
    }

    #[test]
    fn what_dynamodb_refuses_is_refused() {
        let rows = [
            ("", "can not be empty", "nothing"),
            ("pk", "Syntax error; token: \"<EOF>\", near: \"pk\"", "no condition"),
            ("ttl = :100", "reserved keyword: ttl", "a reserved word as a name"),
            ("generation = :none", "attribute value: :none", "a value that is not given"),
            ("#none = :g", "attribute name: #none", "a name that is not given"),
            ("generation == :g", "Syntax error; token: \"=\", near: \"= = :g\"", "a sign that is not one"),
            ("generation ! :g", "Syntax error", "a character of no sign"),
            ("(generation = :g", "Syntax error", "an open parenthesis"),
            ("generation = :g)", "Syntax error", "a parenthesis too many"),
            ("((generation = :g))", "redundant parentheses", "parentheses twice"),
            ("generation = generation", "must be distinct", "an operand with itself"),
            ("ended < :yes", "operand type: BOOL", "an order that booleans have not"),
            ("exists(pk)", "Invalid function name; function: exists", "no such function"),
            ("if_not_exists(pk, :g)", "not allowed in a condition", "a function of updates"),
            ("attribute_exists(pk, :g)", "number of operands: 2", "an operand too many"),
            ("attribute_exists(:g)", "requires a document path", "a value where a path belongs"),
            ("attribute_type(pk, :wrong)", "Invalid attribute type name", "no such type"),
            ("begins_with(pk, :100)", "operand type: N", "a number begins nothing"),
            ("expires BETWEEN :100 AND :99", "upper bound to be greater", "bounds the wrong way round"),
            ("expires BETWEEN :99 AND :g", "same data type", "bounds of two types"),
        ];
        for (expression, part, reason) in rows {
            let error = read(expression).unwrap_err().to_string();
            assert!(error.starts_with("Invalid ConditionExpression: "), "{reason}: {error}");
            assert!(error.contains(part), "{expression}: {reason}: {error}");
        }
        assert!(read("(generation = :g) OR (generation = :h)").is_ok(), "parentheses side by side");
        assert!(read("((generation = :g) OR ended = :yes)").is_ok(), "parentheses around more");
    }
}
