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
pub struct Fault {
    /// JSON pointer to the member at fault.
    pub pointer: String,
    /// Which rule it breaks.
    pub detail: String,
}

impl Fault {
    /// A fault at that place.
    pub fn at(path: &Path<'_>, detail: impl Into<String>) -> Self {
        Fault { pointer: path.to_string(), detail: detail.into() }
    }
}

impl fmt::Display for Fault {
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

/// An object's members, taken by name; what nobody took is reported as unknown.
pub struct Members<'j, 'a, 'p> {
    object: &'j Object<'a>,
    path: &'p Path<'p>,
    taken: u64,
}

impl<'j, 'a, 'p> Members<'j, 'a, 'p> {
    /// Starts on a value that should be an object. Repeated members are reported here.
    pub fn of(json: &'j Json<'a>, path: &'p Path<'p>, faults: &mut Vec<Fault>) -> Option<Self> {
        let Json::Object(object) = json else {
            faults.push(Fault::at(path, format!("must be an object, not {}", json.kind())));
            return None;
        };
        for name in object.repeated() {
            faults.push(Fault::at(&Path::Member(path, name), "is repeated"));
        }
        Some(Members { object, path, taken: 0 })
    }

    /// The value of that member, when the object has it.
    pub fn take(&mut self, name: &str) -> Option<&'j Json<'a>> {
        let mut found = None;
        for (index, (member, value)) in self.object.members.iter().enumerate() {
            if member != name {
                continue;
            }
            self.taken |= mark(index);
            found = found.or(Some(value));
        }
        found
    }

    /// The member read as a `T`; a value that is none is reported, and so is a `null`.
    pub fn read<T: ReadJson>(&mut self, name: &str, faults: &mut Vec<Fault>) -> Option<T> {
        let json = self.take(name)?;
        match T::read_json(json) {
            Ok(value) => Some(value),
            Err(detail) => {
                faults.push(Fault::at(&Path::Member(self.path, name), detail));
                None
            }
        }
    }

    /// Where these members stand.
    #[must_use]
    pub fn path(&self) -> &'p Path<'p> {
        self.path
    }

    /// Reports every member that was not taken. `known` is what the message offers instead.
    pub fn finish(self, known: &[&str], faults: &mut Vec<Fault>) {
        let mut last_reported: Option<&str> = None;
        for (index, (name, _)) in self.object.members.iter().enumerate() {
            let taken =
                if index < TRACKED { self.taken & mark(index) != 0 } else { known.contains(&name.as_ref()) };
            if taken || last_reported == Some(name) {
                continue;
            }
            last_reported = Some(name);
            let detail = format!("is not a member that is known here; known are {}", listing(known));
            faults.push(Fault::at(&Path::Member(self.path, name), detail));
        }
    }
}

/// How many leading members have a bit of their own; an object with more is judged by the names it may have.
const TRACKED: usize = 64;

fn mark(index: usize) -> u64 {
    u32::try_from(index).ok().and_then(|index| 1_u64.checked_shl(index)).unwrap_or(0)
}

fn listing(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Reads a list whose items are all of one type; every item at fault is reported.
pub fn read_list<T: ReadJson>(json: &Json<'_>, path: &Path<'_>, faults: &mut Vec<Fault>) -> Option<Vec<T>> {
    let Json::Array(items) = json else {
        faults.push(Fault::at(path, format!("must be an array, not {}", json.kind())));
        return None;
    };
    let mut values = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match T::read_json(item) {
            Ok(value) => values.push(value),
            Err(detail) => faults.push(Fault::at(&Path::Item(path, index), detail)),
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

    #[test]
    fn members_nobody_took_are_unknown_even_behind_the_sixty_fourth() {
        let many: Vec<String> = (0..70).map(|n| format!(r#""m{n}":true"#)).collect();
        let text = format!("{{{}}}", many.join(","));
        let json = Json::parse(text.as_bytes()).unwrap();
        let mut faults = Vec::new();
        let mut members = Members::of(&json, &Path::Root, &mut faults).unwrap();
        assert_eq!(members.read::<bool>("m3", &mut faults), Some(true));
        members.finish(&["m3"], &mut faults);
        assert_eq!(faults.len(), 69);
        assert!(faults.iter().all(|fault| fault.pointer != "#/m3"));
    }

    #[test]
    fn every_fault_of_one_object_is_reported_at_once() {
        let json = Json::parse(br#"{"a":null,"b":1,"b":2,"c":true}"#).unwrap();
        let mut faults = Vec::new();
        let mut members = Members::of(&json, &Path::Root, &mut faults).unwrap();
        members.read::<bool>("a", &mut faults);
        members.finish(&["a"], &mut faults);
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["#/b", "#/a", "#/b", "#/c"]);
    }
}
