//! Which part of a list a caller asks for.

use crate::finding::{Finding, Findings};

/// The query parameters of ListAttendees. The limits are from the model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    pub(crate) max_results: Option<i32>,
    pub(crate) next_token: Option<String>,
}

/// The query parameter with the maximum number of results, as findings name it.
const MAX_RESULTS: &str = "max-results";

/// The query parameter with the token of the page before, as findings name it.
pub(crate) const NEXT_TOKEN: &str = "next-token";

/// Maximum length of a token, in characters (model).
const MAX_TOKEN: usize = 4_096;

impl Page {
    /// Reads the parameters of a query. Others are ignored.
    ///
    /// # Errors
    /// A finding for each invalid or repeated parameter.
    pub fn read<'q>(parameters: impl Iterator<Item = (&'q str, &'q str)>) -> Result<Self, Findings> {
        let (mut results, mut tokens) = (Vec::new(), Vec::new());
        for (name, value) in parameters {
            match name {
                MAX_RESULTS => results.push(value),
                NEXT_TOKEN => tokens.push(value),
                _ => {}
            }
        }
        let mut findings = Findings::default();
        let max_results = one(MAX_RESULTS, &results, &mut findings).and_then(|value| {
            // `+5` would parse too.
            let number =
                value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok()).flatten();
            let valid = number.filter(|number| (1..=100).contains(number));
            if valid.is_none() {
                findings.push(Finding::in_parameter(MAX_RESULTS, "must be a whole number from 1 to 100"));
            }
            valid
        });
        let next_token = one(NEXT_TOKEN, &tokens, &mut findings).map(str::to_owned);
        if next_token.as_ref().is_some_and(|token| token.is_empty() || token.chars().count() > MAX_TOKEN) {
            let detail = format!("must have 1 to {MAX_TOKEN} characters");
            findings.push(Finding::in_parameter(NEXT_TOKEN, detail));
        }
        if findings.is_empty() { Ok(Page { max_results, next_token }) } else { Err(findings) }
    }
}

/// The value of a parameter that may be there once.
fn one<'q>(name: &'static str, values: &[&'q str], findings: &mut Findings) -> Option<&'q str> {
    if values.len() > 1 {
        findings.push(Finding::in_parameter(name, "is repeated"));
    }
    values.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;

    #[test]
    fn reads_valid_parameters_and_reports_the_others() {
        let longest = "t".repeat(MAX_TOKEN);
        let too_long = "t".repeat(MAX_TOKEN + 1);
        let page = |max_results, next_token: Option<&str>| Page {
            max_results,
            next_token: next_token.map(str::to_owned),
        };
        for (query, expected, why) in [
            (vec![], Ok(page(None, None)), "both are optional"),
            (vec![(MAX_RESULTS, "1")], Ok(page(Some(1), None)), "the minimum"),
            (vec![(MAX_RESULTS, "100")], Ok(page(Some(100), None)), "the maximum"),
            (vec![(MAX_RESULTS, "0")], Err(vec![MAX_RESULTS]), "below"),
            (vec![(MAX_RESULTS, "101")], Err(vec![MAX_RESULTS]), "above"),
            (vec![(MAX_RESULTS, "+5")], Err(vec![MAX_RESULTS]), "a sign"),
            (vec![(MAX_RESULTS, "")], Err(vec![MAX_RESULTS]), "empty"),
            (vec![(MAX_RESULTS, "5"), (MAX_RESULTS, "5")], Err(vec![MAX_RESULTS]), "repeated"),
            (vec![(NEXT_TOKEN, &longest)], Ok(page(None, Some(&longest))), "the longest token"),
            (vec![(NEXT_TOKEN, &too_long)], Err(vec![NEXT_TOKEN]), "one character more"),
            (vec![(NEXT_TOKEN, "")], Err(vec![NEXT_TOKEN]), "empty"),
            (vec![(MAX_RESULTS, "x"), (NEXT_TOKEN, "")], Err(vec![MAX_RESULTS, NEXT_TOKEN]), "both at once"),
            (vec![("maxResults", "x")], Ok(page(None, None)), "another parameter"),
        ] {
            let read = Page::read(query.into_iter()).map_err(|findings| {
                let names = findings.listed().iter().filter_map(|finding| match finding.place {
                    Place::Parameter(name) => Some(name),
                    _ => None,
                });
                names.collect::<Vec<_>>()
            });
            assert_eq!(read, expected, "{why}");
        }
    }
}
