//! The tokens of an expression.

use std::fmt;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or a keyword.
    Word(String),
    /// `#name`, with its `#`.
    Name(String),
    /// `:value`, with its `:`.
    Value(String),
    /// The index of a list's element.
    Index(usize),
    /// A comparator, a bracket, or another sign.
    Sign(&'static str),
    /// The end of the expression.
    End,
}

/// Longer signs stand before those that they begin with.
const SIGNS: &[&str] = &["<>", "<=", ">=", "=", "<", ">", "(", ")", "[", "]", ",", ".", "+", "-"];

/// Cuts an expression into tokens, the last of which is [`Token::End`].
///
/// # Errors
/// The text from the first character on that begins no token.
pub(super) fn tokens(expression: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let token = match first {
            '#' | ':' => {
                let name = leading(rest.get(1..).unwrap_or_default(), is_of_word);
                if name.is_empty() {
                    return Err(rest.to_owned());
                }
                if first == '#' { Token::Name(format!("#{name}")) } else { Token::Value(format!(":{name}")) }
            }
            _ if first.is_ascii_digit() => {
                let digits = leading(rest, |character| character.is_ascii_digit());
                Token::Index(digits.parse().map_err(|_| rest.to_owned())?)
            }
            _ if is_of_word(first) => Token::Word(leading(rest, is_of_word).to_owned()),
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                Token::Sign(sign.ok_or_else(|| rest.to_owned())?)
            }
        };
        let length = match &token {
            Token::Index(_) => leading(rest, |character| character.is_ascii_digit()).len(),
            token => token.to_string().len(),
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    tokens.push(Token::End);
    Ok(tokens)
}

fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn leading(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    let end = text.find(|character| !belongs(character)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(text) | Self::Name(text) | Self::Value(text) => f.write_str(text),
            Self::Index(index) => write!(f, "{index}"),
            Self::Sign(sign) => f.write_str(sign),
            Self::End => f.write_str("<EOF>"),
        }
    }
}
