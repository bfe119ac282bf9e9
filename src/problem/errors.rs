//! A problem's findings: the entries of `errors`, and the same in the message, for clients that read nothing else. Both
//! are bounded and say how many findings they leave out.

use std::borrow::Cow;

use serde::Serialize;

use crate::finding::{Finding, Findings, MAX_LISTED, Place};

/// Maximum length of the message, in characters.
pub(super) const MAX_MESSAGE: usize = 1_000;

/// An entry of `errors`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'static str>,
    detail: String,
}

impl From<&Finding> for Entry {
    fn from(finding: &Finding) -> Self {
        let mut entry = Entry { detail: finding.detail.clone(), ..Entry::default() };
        match &finding.place {
            Place::Member(pointer) => entry.pointer = Some(pointer.clone()),
            Place::Header(name) => entry.header = Some(*name),
            Place::Parameter(name) => entry.parameter = Some(*name),
        }
        entry
    }
}

/// One entry for each finding. With more than [`MAX_LISTED`] findings, the last entry says how many are left out.
pub(super) fn entries(findings: &Findings) -> Vec<Entry> {
    let listed = findings.listed();
    if findings.len() <= MAX_LISTED {
        return listed.iter().map(Entry::from).collect();
    }
    let shown = MAX_LISTED.saturating_sub(1);
    let mut entries: Vec<Entry> = listed.iter().take(shown).map(Entry::from).collect();
    let left_out = findings.len().saturating_sub(entries.len());
    let detail = format!("{left_out} more findings are not listed here");
    entries.push(Entry { pointer: Some("#".to_owned()), detail, ..Entry::default() });
    entries
}

/// `summary`, then as many whole findings as fit into [`MAX_MESSAGE`] characters, then the number of the others. When
/// not even the first finding fits, it is cut.
pub(super) fn message(summary: &str, findings: &Findings) -> String {
    const CUT: &str = "… (cut here; `errors` has all of it)";
    let mut text = format!("{summary}: ");
    let mut length = text.chars().count();
    let mut left = findings.len();
    for (index, finding) in findings.listed().iter().enumerate() {
        let separator = if index == 0 { "" } else { "; " };
        let sentence = format!("{separator}{} {}", place(finding), finding.detail);
        let left_after = left.saturating_sub(1);
        // The number of the others must fit too, if this is the last finding that does.
        let needed = sentence.chars().count().saturating_add(more(left_after).chars().count());
        if length.saturating_add(needed) > MAX_MESSAGE {
            if index == 0 {
                let around = [CUT, &more(left_after)].iter().map(|text| text.chars().count()).sum();
                let room = MAX_MESSAGE.saturating_sub(length).saturating_sub(around);
                text.extend(sentence.chars().take(room));
                text.push_str(CUT);
                left = left_after;
            }
            break;
        }
        length = length.saturating_add(sentence.chars().count());
        text.push_str(&sentence);
        left = left_after;
    }
    text.push_str(&more(left));
    text
}

/// The place of a finding, as the subject of its sentence.
fn place(finding: &Finding) -> Cow<'_, str> {
    match &finding.place {
        Place::Member(pointer) if pointer == "#" => Cow::Borrowed("the body"),
        Place::Member(pointer) => Cow::Borrowed(pointer),
        Place::Header(name) => Cow::Owned(format!("the header {name}")),
        Place::Parameter(name) => Cow::Owned(format!("the parameter {name}")),
    }
}

/// Says how many findings the message leaves out. Empty when it has them all.
fn more(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "; and 1 more finding".to_owned(),
        count => format!("; and {count} more findings"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn model(pointer: &str, detail: &str) -> Finding {
        Finding::breaks_model(pointer, detail)
    }

    #[test]
    fn a_message_has_all_findings_when_they_fit() {
        let findings = vec![
            model("#/ExternalMeetingId", "is required"),
            model("#", "must be a JSON object"),
            Finding::in_header("Idempotency-Key", "must have 2 to 64 characters"),
        ];
        assert_eq!(
            message("the request is invalid", &findings.into()),
            "the request is invalid: #/ExternalMeetingId is required; the body must be a JSON object; \
             the header Idempotency-Key must have 2 to 64 characters"
        );
    }

    #[test]
    fn a_message_has_whole_findings_and_the_number_of_the_others() {
        // "s: " and then sentences of 101 characters, 103 with the separator.
        let detail = "d".repeat(97);
        let list = |count: usize| Findings::from(vec![model("#/a", &detail); count]);
        for (count, said, ending) in [
            (9, 9, "d"),
            (10, 9, "; and 1 more finding"),
            (100, 9, "; and 91 more findings"),
            (5_000, 9, "; and 4991 more findings"),
        ] {
            let text = message("s", &list(count));
            assert!(text.chars().count() <= MAX_MESSAGE, "{count}: {text}");
            assert_eq!(text.matches(&detail).count(), said, "{count}: {text}");
            assert!(text.ends_with(ending), "{count}: {text}");
        }
    }

    #[test]
    fn a_message_may_have_exactly_the_maximum_length() {
        for (length, fits) in [(MAX_MESSAGE - 7, true), (MAX_MESSAGE - 6, false)] {
            // "s: #/a " has seven characters.
            let text = message("s", &model("#/a", &"é".repeat(length)).into());
            assert_eq!(text.chars().count(), MAX_MESSAGE, "{text}");
            assert_eq!(text.ends_with('é'), fits, "{text}");
        }
    }

    #[test]
    fn a_message_says_that_the_first_finding_is_cut_and_the_number_of_the_others() {
        let long = vec![model("#/a", &"é".repeat(5_000)), model("#/b", "is required")];
        let text = message("the request is invalid", &long.into());
        assert_eq!(text.chars().count(), MAX_MESSAGE);
        assert!(text.starts_with("the request is invalid: #/a éé"), "{text}");
        assert!(text.ends_with("é… (cut here; `errors` has all of it); and 1 more finding"), "{text}");
    }

    #[test]
    fn lists_at_most_100_entries_and_the_last_says_how_many_are_left_out() {
        for (count, listed, last) in [
            (1, 1, "is unknown"),
            (100, 100, "is unknown"),
            (101, 100, "2 more findings are not listed here"),
            (12_000, 100, "11901 more findings are not listed here"),
        ] {
            let findings = Findings::from(vec![model("#/a", "is unknown"); count]);
            let entries = entries(&findings);
            assert_eq!(
                (entries.len(), entries[listed - 1].detail.as_str()),
                (listed, last),
                "{count} findings"
            );
            assert!(entries.iter().all(|entry| entry.pointer.is_some()), "{count} findings");
        }
    }

    proptest! {
        /// Whatever the findings say, the message is bounded, has whole findings only, and counts the others.
        #[test]
        fn a_message_is_bounded_and_counts_every_finding(
            details in proptest::collection::vec("[^;]{0,400}", 1..150),
        ) {
            let findings: Vec<Finding> = details.iter().map(|detail| model("#/a", detail)).collect();
            let text = message("s", &findings.into());
            prop_assert!(text.chars().count() <= MAX_MESSAGE, "{}", text);
            let mut sentences: Vec<&str> = text.strip_prefix("s: ").expect("the summary").split("; ").collect();
            let left_out = sentences.pop_if(|sentence| sentence.starts_with("and ")).map_or(0, |sentence| {
                sentence.split(' ').nth(1).and_then(|count| count.parse().ok()).expect("a number")
            });
            prop_assert_eq!(details.len().checked_sub(sentences.len()), Some(left_out), "{}", text);
            for (sentence, detail) in sentences.iter().zip(&details) {
                prop_assert_eq!(*sentence, format!("#/a {detail}"));
            }
        }
    }
}
