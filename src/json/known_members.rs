//! Reads an object's members and reports every error with its JSON pointer.

use std::collections::BTreeSet;
use std::fmt;

use smallvec::SmallVec;

use super::value::Json;

/// The place of a value in its document, as a chain from the value to the root on the stack, without allocations.
///
/// Displayed as a JSON pointer in URI fragment form (`#/Tags/0/Key`), with `~` and `/` escaped as in RFC 6901.
#[derive(Debug, Clone, Copy)]
pub enum Path<'p> {
    /// The whole document.
    Root,
    /// A member of the object at that place.
    Member(&'p Path<'p>, &'p str),
    /// An item of the array at that place.
    Item(&'p Path<'p>, usize),
    /// The value below that place with this path: names that need no escape, with `/` between them.
    Below(&'p Path<'p>, &'static str),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => f.write_str("#"),
            Path::Member(parent, name) => {
                write!(f, "{parent}/")?;
                for character in name.chars() {
                    match character {
                        '~' => f.write_str("~0")?,
                        '/' => f.write_str("~1")?,
                        other => write!(f, "{other}")?,
                    }
                }
                Ok(())
            }
            Path::Item(parent, index) => write!(f, "{parent}/{index}"),
            Path::Below(parent, names) => write!(f, "{parent}/{names}"),
        }
    }
}

/// A rule that a member of a document breaks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
#[error("{pointer}: {detail}")]
pub struct MemberError {
    /// JSON pointer to the member.
    pub pointer: String,
    /// The rule.
    pub detail: String,
}

impl MemberError {
    /// An error at that place.
    pub fn at(path: &Path<'_>, detail: impl Into<String>) -> Self {
        MemberError { pointer: path.to_string(), detail: detail.into() }
    }
}

/// Receives errors.
pub trait ErrorSink {
    /// Adds the error of the value at that place. `detail` is formatted only if the error is kept.
    fn add(&mut self, path: &Path<'_>, detail: &dyn fmt::Display);
}

/// Keeps every error.
impl ErrorSink for Vec<MemberError> {
    fn add(&mut self, path: &Path<'_>, detail: &dyn fmt::Display) {
        self.push(MemberError::at(path, detail.to_string()));
    }
}

/// A type that can be read from a JSON value.
pub trait ReadJson: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// When the value breaks a rule. The text names every broken rule, but not the member.
    fn read_json(json: &Json<'_>) -> Result<Self, String>;
}

impl ReadJson for bool {
    fn read_json(json: &Json<'_>) -> Result<Self, String> {
        match json {
            Json::Bool(value) => Ok(*value),
            other => Err(format!("must be `true` or `false`, not {}", other.kind())),
        }
    }
}

/// The names that the members of an object may have. A name with `/` is the path of a member in a nested object.
#[derive(Debug, Clone, Copy)]
pub struct Names<'n> {
    /// Known names that the error of an unknown member lists.
    pub offered: &'n [&'n [&'static str]],
    /// Known names that it does not list.
    pub reserved: &'n [&'static str],
}

/// The known members of an object and its nested objects, by name.
#[derive(Debug)]
pub struct KnownMembers<'j, 'a, 'p> {
    path: &'p Path<'p>,
    // Most objects have at most four, which need no allocation.
    values: SmallVec<[(&'static str, &'j Json<'a>); 4]>,
}

impl<'j, 'a, 'p> KnownMembers<'j, 'a, 'p> {
    /// The members of an object. Reports a value that is not an object, and unknown and repeated members, each name
    /// once. The first value of a repeated member counts.
    pub fn of(
        json: &'j Json<'a>,
        path: &'p Path<'p>,
        names: Names<'_>,
        errors: &mut dyn ErrorSink,
    ) -> Option<Self> {
        let mut members = KnownMembers { path, values: SmallVec::new() };
        members.collect(json, path, names, "", errors, None).then_some(members)
    }

    /// The same, but errors of nested objects go to `nested`, and those of the object itself to `own`.
    pub fn sorted(
        json: &'j Json<'a>,
        path: &'p Path<'p>,
        names: Names<'_>,
        nested: &mut dyn ErrorSink,
        own: &mut dyn ErrorSink,
    ) -> Option<Self> {
        let mut members = KnownMembers { path, values: SmallVec::new() };
        members.collect(json, path, names, "", nested, Some(own)).then_some(members)
    }

    /// Number of known members in the object.
    #[must_use]
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// The value of that member, if any.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'j Json<'a>> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Reads that member as a `T`. Reports an invalid value, including `null`.
    pub fn read<T: ReadJson>(&self, name: &'static str, errors: &mut dyn ErrorSink) -> Option<T> {
        T::read_json(self.get(name)?).map_err(|detail| errors.add(&self.path_of(name), &detail)).ok()
    }

    /// The path of that member.
    #[must_use]
    pub fn path_of(&self, name: &'static str) -> Path<'p> {
        Path::Below(self.path, name)
    }

    /// Adds the members of an object whose own name is `prefix`, which ends in `/`. The object's own errors go to the
    /// second sink if there is one.
    fn collect(
        &mut self,
        json: &'j Json<'a>,
        path: &Path<'_>,
        names: Names<'_>,
        prefix: &str,
        nested: &mut dyn ErrorSink,
        mut own: Option<&mut dyn ErrorSink>,
    ) -> bool {
        let Json::Object(object) = json else {
            own_sink(&mut own, nested).add(path, &format_args!("must be an object, not {}", json.kind()));
            return false;
        };
        // Sorted, for a fast lookup of each member.
        let mut repeated: Vec<(&str, bool)> = Vec::new();
        if object.len() > 1 {
            repeated.extend(object.repeated().map(|name| (name, false)));
            repeated.sort_unstable();
        }
        let mut has_offered = false;
        for (name, value) in object.iter() {
            let entry = repeated.binary_search_by_key(&name, |(other, _)| *other).ok();
            let is_repeated = match entry.and_then(|entry| repeated.get_mut(entry)) {
                Some((_, true)) => continue,
                Some((_, reported)) => {
                    *reported = true;
                    true
                }
                None => false,
            };
            let place = Path::Member(path, name);
            let Some(known) = names.find(prefix, name) else {
                let repeated = if is_repeated { " and is repeated" } else { "" };
                if has_offered {
                    own_sink(&mut own, nested).add(&place, &format_args!("is not a known member{repeated}"));
                } else {
                    has_offered = true;
                    let known = names.listing(prefix);
                    own_sink(&mut own, nested)
                        .add(&place, &format_args!("is not a known member{repeated}; known are {known}"));
                }
                continue;
            };
            if is_repeated {
                own_sink(&mut own, nested).add(&place, &"is repeated");
            }
            let end = prefix.len().saturating_add(name.len());
            match known.get(..end.saturating_add(1)) {
                None => self.values.push((known, value)),
                Some(prefix) => {
                    self.collect(value, &place, names, prefix, nested, None);
                }
            }
        }
        true
    }
}

/// The sink of an object's own errors.
fn own_sink<'s>(
    own: &'s mut Option<&mut dyn ErrorSink>,
    nested: &'s mut dyn ErrorSink,
) -> &'s mut dyn ErrorSink {
    match own {
        Some(own) => *own,
        None => nested,
    }
}

impl<'n> Names<'n> {
    /// Names that are all listed.
    #[must_use]
    pub fn new(offered: &'n [&'n [&'static str]]) -> Self {
        Names { offered, reserved: &[] }
    }

    /// A known name that starts with `prefix` and continues with `name`. Plain loops, with the cheap comparisons first,
    /// since this runs for each member of each tenant.
    fn find(&self, prefix: &str, name: &str) -> Option<&'static str> {
        let end = prefix.len().saturating_add(name.len());
        for names in self.offered.iter().chain(std::iter::once(&self.reserved)) {
            for known in *names {
                // A member's own name may contain `/`, but no known name does between its separators.
                let is_step = known.len() == end || known.as_bytes().get(end) == Some(&b'/');
                if is_step
                    && known.get(prefix.len()..end) == Some(name)
                    && known.starts_with(prefix)
                    && !name.contains('/')
                {
                    return Some(known);
                }
            }
        }
        None
    }

    /// The sorted names that an object with that prefix may have, for a message.
    fn listing(&self, prefix: &str) -> String {
        let offered = self.offered.iter().copied().flatten();
        let steps = offered.filter_map(|name| name.strip_prefix(prefix)?.split('/').next());
        let steps: BTreeSet<&str> = steps.collect();
        steps.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}

/// Reads a list of values of one type. Reports every invalid item.
pub fn read_list<T: ReadJson>(
    json: &Json<'_>,
    path: &Path<'_>,
    errors: &mut dyn ErrorSink,
) -> Option<Vec<T>> {
    let Json::Array(items) = json else {
        errors.add(path, &format_args!("must be an array, not {}", json.kind()));
        return None;
    };
    let mut values = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match T::read_json(item) {
            Ok(value) => values.push(value),
            Err(detail) => errors.add(&Path::Item(path, index), &detail),
        }
    }
    (values.len() == items.len()).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_escaped_as_in_rfc_6901() {
        let tenants = Path::Member(&Path::Root, "Tenants");
        assert_eq!(Path::Item(&Path::Member(&tenants, "a/b~c"), 3).to_string(), "#/Tenants/a~1b~0c/3");
    }

    /// The errors of an object that may have these names, and the names that were found.
    fn read(text: &str, known: &[&'static str]) -> (Vec<String>, Vec<&'static str>) {
        let json = Json::parse(text.as_bytes()).unwrap();
        let mut errors: Vec<MemberError> = Vec::new();
        let members = KnownMembers::of(
            &json,
            &Path::Root,
            Names { offered: &[known], reserved: &["own"] },
            &mut errors,
        );
        let mut found = Vec::new();
        for name in known.iter().chain(&["own"]) {
            let members = members.as_ref().unwrap();
            found.extend(members.get(name).map(|_| *name));
            members.read::<bool>(name, &mut errors);
        }
        (errors.iter().map(MemberError::to_string).collect(), found)
    }

    #[test]
    fn reports_every_error_of_one_object_at_once_and_each_name_once() {
        let (errors, found) =
            read(r#"{"a":null,"b":1,"c":true,"d":true,"own":true,"b":2,"d":false,"b":3}"#, &["d", "a"]);
        assert_eq!(
            errors,
            [
                "#/b: is not a known member and is repeated; known are `a`, `d`",
                "#/c: is not a known member",
                "#/d: is repeated",
                "#/a: must be `true` or `false`, not null",
            ]
        );
        assert_eq!(found, ["d", "a", "own"]);
    }

    #[test]
    fn finds_members_of_nested_objects_by_their_path() {
        let known = &["a/b/c", "a/b/d", "a/e", "f"];
        let (errors, found) = read(r#"{"a":{"b":{"c":true,"x":0},"e":true,"b":{"d":true}},"f":true}"#, known);
        assert_eq!(found, ["a/b/c", "a/e", "f"]);
        assert_eq!(errors, ["#/a/b: is repeated", "#/a/b/x: is not a known member; known are `c`, `d`"]);
        let (errors, found) = read(r#"{"a":{"b":[true],"e":7}}"#, known);
        assert_eq!(found, ["a/e"]);
        assert_eq!(
            errors,
            ["#/a/b: must be an object, not an array", "#/a/e: must be `true` or `false`, not a number"]
        );
    }

    #[test]
    fn a_members_own_name_with_a_slash_is_not_a_path() {
        for name in ["a/b", "a/b/c", "a/", "/", ""] {
            let (errors, found) = read(&format!(r#"{{"{name}":{{"c":true}}}}"#), &["a/b/c"]);
            assert_eq!((errors.len(), found.len()), (1, 0), "{name}");
        }
    }

    #[test]
    fn reports_each_of_many_repeated_names_once() {
        // The repeats are far apart, and there are more names than are compared in pairs.
        let once: Vec<String> = (0..100).map(|n| format!(r#""m{n}":true"#)).collect();
        let text = format!("{{{}}}", [once.clone(), once].concat().join(","));
        let (errors, _) = read(&text, &["a"]);
        assert_eq!(errors.len(), 100);
        assert_eq!(errors[0], "#/m0: is not a known member and is repeated; known are `a`");
        assert_eq!(errors[99], "#/m99: is not a known member and is repeated");
    }
}
