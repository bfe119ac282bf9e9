//! What every kind of expression is read with: tokens, paths, values, lists.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::super::error::{DynamodbError, invalid};
use super::super::value::AttributeValue;
use super::path::{Path, PathStep};
use super::placeholders::Placeholders;
use super::token::{Token, tokens};

/// The longest expression, in bytes (developer guide, "Quotas": expression string 4 KB).
const MAX_EXPRESSION: usize = 4_096;

/// The words that can't be an attribute's name without a placeholder (developer guide, "Reserved words in DynamoDB").
static RESERVED_WORDS: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("reserved_words.txt").split_ascii_whitespace().collect());

/// Reads an expression token by token.
pub(super) struct Parser<'p> {
    kind: &'static str,
    tokens: Vec<Token>,
    at: usize,
    /// where the last group in parentheses began and ended
    pub(super) last_group: Option<(usize, usize)>,
    placeholders: &'p mut Placeholders,
}

impl<'p> Parser<'p> {
    /// `kind` is the request's member, such as `ConditionExpression`, which errors name.
    pub(super) fn new(
        kind: &'static str,
        expression: &str,
        placeholders: &'p mut Placeholders,
    ) -> Result<Self, DynamodbError> {
        let refused = |message: String| Err(invalid(format!("Invalid {kind}: {message}")));
        if expression.trim().is_empty() {
            return refused("The expression can not be empty;".to_owned());
        }
        if expression.len() > MAX_EXPRESSION {
            let size = expression.len();
            return refused(format!(
                "Expression size has exceeded the maximum allowed size; expression size: {size}"
            ));
        }
        match tokens(expression) {
            Ok(tokens) => Ok(Self { kind, tokens, at: 0, last_group: None, placeholders }),
            Err(rest) => {
                let token: String = rest.chars().take(1).collect();
                let near: String = rest.chars().take(10).collect();
                refused(format!("Syntax error; token: \"{token}\", near: \"{near}\""))
            }
        }
    }

    /// An error of the expression.
    pub(super) fn refused(&self, message: impl std::fmt::Display) -> DynamodbError {
        invalid(format!("Invalid {}: {message}", self.kind))
    }

    /// The token that is read next.
    pub(super) fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    /// How many tokens were read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Whether the token after the next is this sign.
    pub(super) fn sign_follows(&self, sign: &str) -> bool {
        self.tokens
            .get(self.at.saturating_add(1))
            .is_some_and(|token| matches!(token, Token::Sign(it) if *it == sign))
    }

    pub(super) fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        self.at = self.at.saturating_add(1);
        token
    }

    /// Reads a sign if it comes next.
    pub(super) fn takes(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.peek(), Token::Sign(next) if *next == sign);
        if is_next {
            self.advance();
        }
        is_next
    }

    /// Reads a keyword if it comes next, in any case.
    pub(super) fn takes_keyword(&mut self, keyword: &str) -> bool {
        let is_next = matches!(self.peek(), Token::Word(word) if word.eq_ignore_ascii_case(keyword));
        if is_next {
            self.advance();
        }
        is_next
    }

    pub(super) fn expect(&mut self, sign: &str) -> Result<(), DynamodbError> {
        if self.takes(sign) { Ok(()) } else { Err(self.syntax_error()) }
    }

    pub(super) fn expect_end(&self) -> Result<(), DynamodbError> {
        if *self.peek() == Token::End { Ok(()) } else { Err(self.syntax_error()) }
    }

    /// The next token is not one that can stand here.
    pub(super) fn syntax_error(&self) -> DynamodbError {
        let from = self.at.saturating_sub(1);
        let near: Vec<String> = self
            .tokens
            .iter()
            .skip(from)
            .take(self.at.saturating_sub(from).saturating_add(2))
            .filter(|token| **token != Token::End)
            .map(ToString::to_string)
            .collect();
        self.refused(format!("Syntax error; token: \"{}\", near: \"{}\"", self.peek(), near.join(" ")))
    }

    /// Reads a document path.
    pub(super) fn path(&mut self) -> Result<Path, DynamodbError> {
        let attribute = self.name()?;
        let mut steps = Vec::new();
        loop {
            if self.takes(".") {
                steps.push(PathStep::Member(self.name()?));
            } else if self.takes("[") {
                let Token::Index(index) = *self.peek() else { return Err(self.syntax_error()) };
                self.advance();
                self.expect("]")?;
                steps.push(PathStep::Index(index));
            } else {
                return Ok(Path { attribute, steps });
            }
        }
    }

    fn name(&mut self) -> Result<String, DynamodbError> {
        match self.peek().clone() {
            Token::Name(placeholder) => {
                self.advance();
                self.placeholders.name(&placeholder).map_err(|message| self.refused(message))
            }
            Token::Word(word) => {
                if RESERVED_WORDS.contains(word.to_ascii_uppercase().as_str()) {
                    return Err(self
                        .refused(format!("Attribute name is a reserved keyword; reserved keyword: {word}")));
                }
                self.advance();
                Ok(word)
            }
            _ => Err(self.syntax_error()),
        }
    }

    /// Reads a `:value`.
    pub(super) fn value(&mut self) -> Result<AttributeValue, DynamodbError> {
        let Token::Value(placeholder) = self.peek().clone() else { return Err(self.syntax_error()) };
        self.advance();
        self.placeholders.value(&placeholder).map_err(|message| self.refused(message))
    }

    /// Reads one or more, with commas between them.
    pub(super) fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, DynamodbError>,
    ) -> Result<Vec<T>, DynamodbError> {
        let mut list = vec![read(self)?];
        while self.takes(",") {
            list.push(read(self)?);
        }
        Ok(list)
    }
}
