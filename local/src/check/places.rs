//! Where the members of a document stand in its text.
//!
//! Only a document with faults is read for this, once more and by another parser than the gateway's: `Json` of the gateway has no
//! positions, and would pay for them with memory and time in each start of the function.

use std::collections::HashMap;

use jsonc_parser::ast::Value;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use meeting_gateway::json::{Json, Path};

/// A place in a text. Both numbers count from 1, as in editors; the column counts characters, a tab and an emoji as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TextPlace {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The places of a document.
pub(super) struct Places<'d> {
    document: &'d [u8],
    /// Where the name of each member and each item of a list begins, in bytes, by the JSON pointer. Of a repeated member the last.
    offsets: HashMap<String, usize>,
    /// Where the whole value begins, or where the parser stopped in a text that is not JSON.
    root: usize,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl<'d> Places<'d> {
    /// Reads the places of a document, which need not be JSON.
    pub(super) fn of(document: &'d [u8]) -> Self {
        let ends = document.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(index, _)| index.saturating_add(1))).collect();
        let mut places = Places { document, offsets: HashMap::new(), root: 0, lines };
        match (Json::parse(document), std::str::from_utf8(document)) {
            (Ok(_), Ok(text)) => places.read(text),
            (Ok(_), Err(_)) => {}
            (Err(error), _) => {
                let line = places.lines.get(error.line().saturating_sub(1)).copied();
                let column = error.column().saturating_sub(1);
                places.root = line.unwrap_or_default().saturating_add(column).min(document.len());
            }
        }
        places
    }

    /// The place of a member. Of one that is missing, that of the object in which it would stand.
    pub(super) fn find(&self, pointer: &str) -> TextPlace {
        let mut pointer = pointer;
        let offset = loop {
            if let Some(offset) = self.offsets.get(pointer) {
                break *offset;
            }
            match pointer.rsplit_once('/') {
                Some((parent, _)) => pointer = parent,
                None => break self.root,
            }
        };
        self.text_place(offset)
    }

    fn read(&mut self, text: &str) {
        let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
        if let Some(value) = parsed.ok().and_then(|parsed| parsed.value) {
            self.root = start_of(&value);
            self.collect(&value, &Path::Root);
        }
    }

    /// Adds what is below a value.
    fn collect(&mut self, value: &Value<'_>, path: &Path<'_>) {
        match value {
            Value::Object(object) => {
                for property in &object.properties {
                    let path = Path::Member(path, property.name.as_str());
                    self.offsets.insert(path.to_string(), property.range.start);
                    self.collect(&property.value, &path);
                }
            }
            Value::Array(array) => {
                for (index, item) in array.elements.iter().enumerate() {
                    let path = Path::Item(path, index);
                    self.offsets.insert(path.to_string(), start_of(item));
                    self.collect(item, &path);
                }
            }
            _ => {}
        }
    }

    fn text_place(&self, offset: usize) -> TextPlace {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let before = String::from_utf8_lossy(self.document.get(start..offset).unwrap_or_default());
        TextPlace { line, column: before.chars().count().saturating_add(1) }
    }
}

fn start_of(value: &Value<'_>) -> usize {
    use jsonc_parser::common::Ranged as _;
    value.range().start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(document: &str, pointer: &str) -> (usize, usize) {
        let TextPlace { line, column } = Places::of(document.as_bytes()).find(pointer);
        (line, column)
    }

    #[test]
    fn each_pointer_is_found_at_the_line_and_column_of_its_name() {
        let document = "\n{\n  \"Everyone\": { \"Fixed\": {\"TenantIds\": [\"a\", \"b\"]}},\n\t\"Tenants\": {\"a/b~c\": {},\r\n\
                        \"ü😀\": {\"x\": 1}}}\n";
        for (pointer, place, why) in [
            ("#", (2, 1), "the value itself, after an empty line"),
            ("#/Everyone", (3, 3), "a member, at its quote"),
            ("#/Everyone/Fixed/TenantIds", (3, 27), "a member of an object in the same line"),
            ("#/Everyone/Fixed/TenantIds/1", (3, 46), "an item"),
            ("#/Tenants", (4, 2), "a tab is one column"),
            ("#/Tenants/a~1b~0c", (4, 14), "a name with escapes in the pointer"),
            ("#/Tenants/ü😀", (5, 1), "after a line that ends with CR and LF"),
            ("#/Tenants/ü😀/x", (5, 8), "columns are characters, not bytes"),
            ("#/Everyone/Limits", (3, 3), "a missing member is at its object"),
            ("#/Everyone/Fixed/MeetingFeatures/Video", (3, 17), "a missing path is at what there is of it"),
            ("#/UnlistedTenants", (2, 1), "a missing member of the document"),
        ] {
            assert_eq!(find(document, pointer), place, "{pointer}: {why}");
        }
    }

    #[test]
    fn a_name_with_escapes_is_found_by_the_text_that_it_stands_for() {
        assert_eq!(find(r#"{"T": 1, "\u0041": 2}"#, "#/A"), (1, 10));
    }

    #[test]
    fn a_repeated_member_is_found_where_it_stands_last() {
        assert_eq!(find("{\"a\": 1,\n \"a\": 2}", "#/a"), (2, 2));
    }

    #[test]
    fn a_text_that_is_not_json_is_at_fault_where_its_reading_ends() {
        for (document, place, why) in [
            ("", (1, 1), "empty"),
            ("{\n  \"a\": }", (2, 8), "no value"),
            ("{\n  \"ü😀\": }", (2, 9), "columns are characters, not bytes"),
            ("{\"a\": 1}\n}", (2, 1), "more after the value"),
            ("{\"a\": 1\n", (2, 1), "an end too early"),
            ("// comment\n{}", (1, 1), "comments are not JSON"),
            ("{\"a\": 1,}", (1, 9), "a comma too many"),
        ] {
            assert_eq!(find(document, "#"), place, "{why}: {document}");
        }
        let place = Places::of(b"{\n\"\xff\": 1}").find("#");
        assert_eq!(place.line, 2, "not UTF-8: {place:?}");
    }
}
