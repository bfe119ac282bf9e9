//! DynamoDB's numbers: up to 38 significant digits, exact, with a magnitude from 1E-130 to 9.99…E+125 (developer guide,
//! "Supported data types").

use std::cmp::Ordering;
use std::fmt;

/// The most significant digits that a number may have.
const MAX_DIGITS: u32 = 38;

/// The largest exponent of a number's first digit.
const MAX_EXPONENT: i64 = 125;

/// The smallest exponent of a number's first digit.
const MIN_EXPONENT: i64 = -130;

/// A number, `mantissa × 10^exponent`. The mantissa does not end in a zero, so equal numbers are equal in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    mantissa: i128,
    exponent: i64,
}

/// Why a text is no number, or arithmetic has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NumberError {
    #[error("The parameter cannot be converted to a numeric value: {0}")]
    NotNumeric(String),
    #[error("Attempting to store more than 38 significant digits in a Number")]
    TooManyDigits,
    #[error("Number overflow. Attempting to store a number with magnitude larger than supported range")]
    Overflow,
    #[error("Number underflow. Attempting to store a number with magnitude smaller than supported range")]
    Underflow,
}

impl Number {
    /// Reads a decimal, such as `-12.50` or `1e3`.
    pub(crate) fn parse(text: &str) -> Result<Self, NumberError> {
        let not_numeric = || NumberError::NotNumeric(text.to_owned());
        let (decimal, exponent) = match text.split_once(['e', 'E']) {
            // Longer ones are out of range in any case, zero excepted.
            Some((decimal, exponent)) => (decimal, exponent.parse::<i32>().map_err(|_| not_numeric())?),
            None => (text, 0),
        };
        let (is_negative, decimal) = match decimal.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, decimal.strip_prefix('+').unwrap_or(decimal)),
        };
        let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
        let mut digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(not_numeric());
        }
        let fraction = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
        let mut exponent = i64::from(exponent).saturating_sub(fraction);
        while digits.ends_with('0') {
            digits.pop();
            exponent = exponent.saturating_add(1);
        }
        let digits = digits.trim_start_matches('0');
        if digits.is_empty() {
            return Ok(Self::ZERO);
        }
        if digits.len() > 38 {
            return Err(NumberError::TooManyDigits);
        }
        let mantissa: i128 = digits.parse().map_err(|_| NumberError::TooManyDigits)?;
        Self { mantissa: if is_negative { mantissa.saturating_neg() } else { mantissa }, exponent }.in_range()
    }

    const ZERO: Self = Self { mantissa: 0, exponent: 0 };

    /// A length or a count.
    pub(crate) fn from_length(length: usize) -> Self {
        let mantissa = i128::try_from(length).unwrap_or(i128::MAX);
        Self { mantissa, exponent: 0 }.without_trailing_zeros()
    }

    /// The sum.
    pub(crate) fn plus(self, other: Self) -> Result<Self, NumberError> {
        if self.mantissa == 0 || other.mantissa == 0 {
            return Ok(if self.mantissa == 0 { other } else { self });
        }
        let exponent = self.exponent.min(other.exponent);
        let mantissa = |number: Self| {
            let shift = u32::try_from(number.exponent.saturating_sub(exponent)).ok()?;
            number.mantissa.checked_mul(10_i128.checked_pow(shift)?)
        };
        let sum = mantissa(self).zip(mantissa(other)).and_then(|(one, two)| one.checked_add(two));
        let sum = Self { mantissa: sum.ok_or(NumberError::TooManyDigits)?, exponent };
        let sum = sum.without_trailing_zeros();
        if sum.digits() > MAX_DIGITS { Err(NumberError::TooManyDigits) } else { sum.in_range() }
    }

    /// The difference.
    pub(crate) fn minus(self, other: Self) -> Result<Self, NumberError> {
        self.plus(Self { mantissa: other.mantissa.saturating_neg(), ..other })
    }

    /// The bytes that it counts for in an item: about one for two digits, and one more.
    pub(crate) fn size(self) -> usize {
        let digits = usize::try_from(self.digits()).unwrap_or(usize::MAX);
        digits.div_ceil(2).saturating_add(1).saturating_add(usize::from(self.mantissa < 0))
    }

    fn digits(self) -> u32 {
        self.mantissa.unsigned_abs().checked_ilog10().map_or(0, |digits| digits.saturating_add(1))
    }

    /// The exponent of the first digit.
    fn magnitude(self) -> i64 {
        self.exponent.saturating_add(i64::from(self.digits())).saturating_sub(1)
    }

    fn without_trailing_zeros(mut self) -> Self {
        if self.mantissa == 0 {
            return Self::ZERO;
        }
        while self.mantissa.checked_rem(10) == Some(0) {
            self.mantissa = self.mantissa.checked_div(10).unwrap_or_default();
            self.exponent = self.exponent.saturating_add(1);
        }
        self
    }

    fn in_range(self) -> Result<Self, NumberError> {
        match self.magnitude() {
            _ if self.mantissa == 0 => Ok(Self::ZERO),
            MIN_EXPONENT..=MAX_EXPONENT => Ok(self),
            magnitude if magnitude > MAX_EXPONENT => Err(NumberError::Overflow),
            _ => Err(NumberError::Underflow),
        }
    }

    /// The mantissa with 38 digits, to compare numbers of one magnitude.
    fn aligned(self) -> i128 {
        let shift = MAX_DIGITS.saturating_sub(self.digits());
        10_i128.checked_pow(shift).and_then(|power| self.mantissa.checked_mul(power)).unwrap_or(self.mantissa)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = self.mantissa.signum();
        sign.cmp(&other.mantissa.signum())
            .then_with(|| {
                let by_magnitude = self.magnitude().cmp(&other.magnitude());
                if sign < 0 { by_magnitude.reverse() } else { by_magnitude }
            })
            .then_with(|| self.aligned().cmp(&other.aligned()))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As DynamoDB answers it: without an exponent and without zeros that say nothing.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs().to_string();
        match usize::try_from(self.exponent) {
            Ok(zeros) => write!(f, "{sign}{digits}{}", "0".repeat(zeros)),
            Err(_) => {
                let decimals = usize::try_from(self.exponent.unsigned_abs()).unwrap_or(usize::MAX);
                let padded = format!("{digits:0>width$}", width = decimals.saturating_add(1));
                let (whole, fraction) = padded.split_at(padded.len().saturating_sub(decimals));
                write!(f, "{sign}{whole}.{fraction}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn equal_numbers_are_written_alike() {
        let rows = [
            ("0", "0", "zero"),
            ("-0.00", "0", "zero has no sign and no decimals"),
            ("007", "7", "leading zeros say nothing"),
            ("1.50", "1.5", "zeros at the end say nothing"),
            ("1e3", "1000", "no exponent in answers"),
            ("1.5E-3", "0.0015", "no exponent in answers"),
            ("+12", "12", "a plus says nothing"),
            ("-120", "-120", "a zero before the point counts"),
            (".5", "0.5", "a point without digits before it"),
        ];
        for (text, written, reason) in rows {
            assert_eq!(number(text).to_string(), written, "{reason}");
        }
    }

    #[test]
    fn what_dynamodb_refuses_is_no_number() {
        let (long, short) = ("1".repeat(39), format!("{}00", "1".repeat(38)));
        let rows = [
            ("", Err("cannot be converted"), "nothing"),
            ("one", Err("cannot be converted"), "a word"),
            ("1.2.3", Err("cannot be converted"), "two points"),
            ("1e", Err("cannot be converted"), "an exponent without digits"),
            (&long, Err("38 significant"), "39 digits"),
            (&short, Ok(()), "zeros at the end are not significant"),
            ("9.9e125", Ok(()), "the largest magnitude"),
            ("1e126", Err("overflow"), "above it"),
            ("1e-130", Ok(()), "the smallest magnitude"),
            ("1e-131", Err("underflow"), "below it"),
        ];
        for (text, expected, reason) in rows {
            let found = Number::parse(text).map(|_| ()).map_err(|error| error.to_string());
            match (found, expected) {
                (Ok(()), Ok(())) => {}
                (Err(found), Err(part)) => assert!(found.contains(part), "{reason}: {found}"),
                (found, _) => panic!("{reason}: {found:?}"),
            }
        }
    }

    #[test]
    fn numbers_are_ordered_by_value() {
        let ascending = ["-1e10", "-20", "-3", "-0.5", "0", "1e-5", "0.5", "2.9", "3", "10", "100", "1e10"];
        for pair in ascending.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn sums_are_exact() {
        let rows = [("0.1", "0.2", "0.3"), ("999", "1", "1000"), ("5", "-5", "0"), ("-1.5", "0.25", "-1.25")];
        for (one, two, sum) in rows {
            assert_eq!(number(one).plus(number(two)), Ok(number(sum)), "{one} + {two}");
            assert_eq!(number(sum).minus(number(two)), Ok(number(one)), "{sum} - {two}");
        }
        assert_eq!(number("1e40").plus(number("1")), Err(NumberError::TooManyDigits));
    }
}
