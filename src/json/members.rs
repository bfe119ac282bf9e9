//! Reading an object member by member, so that every fault is found in one pass and named by its JSON pointer.

use std::fmt;

use super::{Json, Object};

/// Where a value stands in its document: a chain from the value back to the root, kept on the stack.
///
/// Displayed as a JSON pointer in URI fragment form (`#/Tags/0/Key`), with `~` and `/` escaped as RFC 6901 has it.
/// Nothing is allocated until a fault is reported.
#[derive(Debug, Clone, Copy)]
pub enum Path<'p> {
    /// the whole document
    Root,
    /// a member of the object at that place
    Member(&'p Path<'p>, &'p str),
    /// an item of the array at that place
    Item(&'p Path<'p>, usize),
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
        }
    }
}

/// One rule that a document breaks, and where.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberError {
    /// JSON pointer to the member at fault.
    pub pointer: String,
    /// Which rule it breaks.
    pub detail: String,
}

impl MemberError {
    /// A fault at that place.
    pub fn at(path: &Path<'_>, detail: impl Into<String>) -> Self {
        MemberError { pointer: path.to_string(), detail: detail.into() }
    }
}

/// What faults are reported to.
pub trait ErrorSink {
    /// Takes the fault of the value at that place. `detail` is written out only where the fault is kept.
    fn add(&mut self, path: &Path<'_>, detail: &dyn fmt::Display);
}

/// Keeps every fault: whoever wrote the document wants to see them all.
impl ErrorSink for Vec<MemberError> {
    fn add(&mut self, path: &Path<'_>, detail: &dyn fmt::Display) {
        self.push(MemberError::at(path, detail.to_string()));
    }
}

impl fmt::Display for MemberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.detail)
    }
}

/// A type that can be read from one JSON value, or say which rules the value breaks.
pub trait ReadJson: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// Names every rule that the value breaks, without naming the member.
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

/// An object's members, taken by name. [`Members::finish`] reports what nobody took, and what is repeated.
#[must_use = "unknown and repeated members are reported by `finish`"]
pub struct Members<'j, 'a, 'p> {
    object: &'j Object<'a>,
    path: &'p Path<'p>,
    /// One bit for each of the leading members: all that an object has that is not broken or hostile.
    taken: u64,
    /// The same for the members behind those.
    taken_behind: Vec<bool>,
}

impl<'j, 'a, 'p> Members<'j, 'a, 'p> {
    /// Starts on a value that should be an object.
    pub fn of(json: &'j Json<'a>, path: &'p Path<'p>, faults: &mut dyn ErrorSink) -> Option<Self> {
        let Json::Object(object) = json else {
            faults.add(path, &format_args!("must be an object, not {}", json.kind()));
            return None;
        };
        let taken_behind = vec![false; object.len().saturating_sub(LEADING)];
        Some(Members { object, path, taken: 0, taken_behind })
    }

    /// The value of that member, when the object has it; of a repeated member the first one's.
    pub fn take(&mut self, name: &str) -> Option<&'j Json<'a>> {
        let mut found = None;
        for (index, (member, value)) in self.object.members.iter().enumerate() {
            if member != name {
                continue;
            }
            self.taken |= bit(index);
            if let Some(taken) =
                index.checked_sub(LEADING).and_then(|behind| self.taken_behind.get_mut(behind))
            {
                *taken = true;
            }
            found = found.or(Some(value));
        }
        found
    }

    /// The member read as a `T`; a value that is none is reported, and so is a `null`.
    pub fn read<T: ReadJson>(&mut self, name: &str, faults: &mut dyn ErrorSink) -> Option<T> {
        let json = self.take(name)?;
        match T::read_json(json) {
            Ok(value) => Some(value),
            Err(detail) => {
                faults.add(&Path::Member(self.path, name), &detail);
                None
            }
        }
    }

    /// Where these members stand.
    #[must_use]
    pub fn path(&self) -> &'p Path<'p> {
        self.path
    }

    /// Reports every member that was not taken and every member that is repeated, each name once. `known` is what the
    /// first message about an unknown member offers instead.
    pub fn finish(self, known: &[&str], faults: &mut dyn ErrorSink) {
        // Sorted, so that looking each member up takes little time however many there are.
        let mut repeated: Vec<(&str, bool)> = self.object.repeated().map(|name| (name, false)).collect();
        repeated.sort_unstable();
        let mut offered = false;
        for (index, (name, _)) in self.object.members.iter().enumerate() {
            let name = name.as_ref();
            let entry = repeated.binary_search_by_key(&name, |(other, _)| *other).ok();
            let is_repeated = match entry.and_then(|entry| repeated.get_mut(entry)) {
                Some((_, reported)) if *reported => continue,
                Some((_, reported)) => {
                    *reported = true;
                    true
                }
                None => false,
            };
            let place = Path::Member(self.path, name);
            match (self.is_taken(index), is_repeated) {
                (true, false) => {}
                (true, true) => faults.add(&place, &"is repeated"),
                (false, _) => {
                    let repeated = if is_repeated { " and is repeated" } else { "" };
                    if offered {
                        faults.add(&place, &format_args!("is not a known member{repeated}"));
                    } else {
                        offered = true;
                        let known = listing(known);
                        faults
                            .add(&place, &format_args!("is not a known member{repeated}; known are {known}"));
                    }
                }
            }
        }
    }

    fn is_taken(&self, index: usize) -> bool {
        match index.checked_sub(LEADING) {
            None => self.taken & bit(index) != 0,
            Some(behind) => self.taken_behind.get(behind).is_some_and(|taken| *taken),
        }
    }
}

/// How many leading members have a bit of their own.
const LEADING: usize = 64;

fn bit(index: usize) -> u64 {
    u32::try_from(index).ok().and_then(|index| 1_u64.checked_shl(index)).unwrap_or(0)
}

fn listing(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Reads a list whose items are all of one type; every item at fault is reported.
pub fn read_list<T: ReadJson>(
    json: &Json<'_>,
    path: &Path<'_>,
    faults: &mut dyn ErrorSink,
) -> Option<Vec<T>> {
    let Json::Array(items) = json else {
        faults.add(path, &format_args!("must be an array, not {}", json.kind()));
        return None;
    };
    let mut values = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match T::read_json(item) {
            Ok(value) => values.push(value),
            Err(detail) => faults.add(&Path::Item(path, index), &detail),
        }
    }
    (values.len() == items.len()).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_what_rfc_6901_reserves() {
        let tenants = Path::Member(&Path::Root, "Tenants");
        assert_eq!(Path::Item(&Path::Member(&tenants, "a/b~c"), 3).to_string(), "#/Tenants/a~1b~0c/3");
    }

    /// The faults of an object of which `taken` is read as booleans and `known` is offered.
    fn faults_of(text: &str, taken: &[&str], known: &[&str]) -> Vec<String> {
        let json = Json::parse(text.as_bytes()).unwrap();
        let mut faults: Vec<MemberError> = Vec::new();
        let mut members = Members::of(&json, &Path::Root, &mut faults).unwrap();
        for name in taken {
            members.read::<bool>(name, &mut faults);
        }
        members.finish(known, &mut faults);
        faults.iter().map(MemberError::to_string).collect()
    }

    #[test]
    fn reports_members_nobody_took_even_behind_the_sixty_fourth() {
        let many: Vec<String> = (0..70).map(|n| format!(r#""m{n}":true"#)).collect();
        let text = format!("{{{}}}", many.join(","));
        for taken in ["m3", "m68"] {
            let faults = faults_of(&text, &[taken], &["m3"]);
            assert_eq!(faults.len(), 69, "{taken}");
            assert!(faults.iter().all(|fault| !fault.starts_with(&format!("#/{taken}:"))), "{taken}");
        }
    }

    #[test]
    fn reports_every_fault_of_one_object_at_once_and_each_name_once() {
        let faults = faults_of(
            r#"{"a":null,"b":1,"c":true,"d":true,"b":2,"d":false,"b":3}"#,
            &["a", "d"],
            &["a", "d"],
        );
        assert_eq!(
            faults,
            [
                "#/a: must be `true` or `false`, not null",
                "#/b: is not a known member and is repeated; known are `a`, `d`",
                "#/c: is not a known member",
                "#/d: is repeated",
            ]
        );
    }

    #[test]
    fn reports_each_of_many_names_once_wherever_its_repeats_stand() {
        // The repeats of a name stand far apart, and there are more names than are compared in pairs.
        let once: Vec<String> = (0..100).map(|n| format!(r#""m{n}":true"#)).collect();
        let text = format!("{{{}}}", [once.clone(), once].concat().join(","));
        let faults = faults_of(&text, &[], &["a"]);
        assert_eq!(faults.len(), 100);
        assert_eq!(faults[0], "#/m0: is not a known member and is repeated; known are `a`");
        assert_eq!(faults[99], "#/m99: is not a known member and is repeated");
    }
}
