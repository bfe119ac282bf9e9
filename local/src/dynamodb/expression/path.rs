//! Document paths, such as `meeting.attendees[0]`: reading, writing and removing what they lead to.

use std::fmt;

use super::super::value::{AttributeValue, Item};

/// A document path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// The attribute.
    pub(crate) attribute: String,
    /// What follows it.
    pub(crate) steps: Vec<PathStep>,
}

/// A step into a map or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathStep {
    Member(String),
    Index(usize),
}

impl Path {
    /// The value that it leads to.
    pub(crate) fn find<'i>(&self, item: &'i Item) -> Option<&'i AttributeValue> {
        let mut value = item.get(&self.attribute)?;
        for step in &self.steps {
            value = match (step, value) {
                (PathStep::Member(name), AttributeValue::M(map)) => map.get(name)?,
                (PathStep::Index(index), AttributeValue::L(list)) => list.get(*index)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// Whether it is an attribute's name alone.
    pub(super) fn is_attribute(&self) -> bool {
        self.steps.is_empty()
    }

    /// Puts a value where it leads to. `None` when what holds its last step is not there.
    pub(super) fn set(&self, item: &mut Item, value: AttributeValue) -> Option<()> {
        let Some((last, parents)) = self.steps.split_last() else {
            item.insert(self.attribute.clone(), value);
            return Some(());
        };
        match (last, descend(item, &self.attribute, parents)?) {
            (PathStep::Member(name), AttributeValue::M(map)) => {
                map.insert(name.clone(), value);
            }
            (PathStep::Index(index), AttributeValue::L(list)) => match list.get_mut(*index) {
                Some(element) => *element = value,
                // Beyond the end it is appended, at whichever index.
                None => list.push(value),
            },
            _ => return None,
        }
        Some(())
    }

    /// Removes what it leads to. `None` when what holds its last step is not there.
    pub(super) fn remove(&self, item: &mut Item) -> Option<()> {
        let Some((last, parents)) = self.steps.split_last() else {
            item.remove(&self.attribute);
            return Some(());
        };
        match (last, descend(item, &self.attribute, parents)?) {
            (PathStep::Member(name), AttributeValue::M(map)) => {
                map.remove(name);
            }
            (PathStep::Index(index), AttributeValue::L(list)) => {
                if *index < list.len() {
                    list.remove(*index);
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// The index of its last step, if that is one.
    pub(super) fn last_index(&self) -> Option<usize> {
        match self.steps.last()? {
            PathStep::Index(index) => Some(*index),
            PathStep::Member(_) => None,
        }
    }

    /// Whether one of both leads to what the other leads to, or into it.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.attribute == other.attribute && self.steps.iter().zip(&other.steps).all(|(one, two)| one == two)
    }

    /// Whether both go on from one value, the one by name and the other by index.
    pub(super) fn conflicts(&self, other: &Self) -> bool {
        let differ = self.steps.iter().zip(&other.steps).find(|(one, two)| one != two);
        self.attribute == other.attribute
            && matches!(
                differ,
                Some((PathStep::Member(_), PathStep::Index(_)) | (PathStep::Index(_), PathStep::Member(_)))
            )
    }
}

fn descend<'i>(item: &'i mut Item, attribute: &str, steps: &[PathStep]) -> Option<&'i mut AttributeValue> {
    let mut value = item.get_mut(attribute)?;
    for step in steps {
        value = match (step, value) {
            (PathStep::Member(name), AttributeValue::M(map)) => map.get_mut(name)?,
            (PathStep::Index(index), AttributeValue::L(list)) => list.get_mut(*index)?,
            _ => return None,
        };
    }
    Some(value)
}

/// The parts of an item that paths lead to, in the places that they have in it; elements of a list close up.
pub(crate) fn project(item: &Item, paths: &[Path]) -> Item {
    let part = |(name, value): (&String, &AttributeValue)| {
        let of_attribute = paths.iter().filter(|path| path.attribute == *name);
        let steps: Vec<&[PathStep]> = of_attribute.map(|path| path.steps.as_slice()).collect();
        Some((name.clone(), part_of(value, &steps)?))
    };
    item.iter().filter_map(part).collect()
}

/// The part of a value that some paths lead to; `None` where none leads to anything.
fn part_of(value: &AttributeValue, paths: &[&[PathStep]]) -> Option<AttributeValue> {
    if paths.iter().any(|steps| steps.is_empty()) {
        return Some(value.clone());
    }
    let behind = |wanted: &PathStep| -> Vec<&[PathStep]> {
        let split = paths.iter().filter_map(|steps| steps.split_first());
        split.filter(|(first, _)| *first == wanted).map(|(_, rest)| rest).collect()
    };
    match value {
        AttributeValue::M(map) => {
            let part = |(name, value): (&String, &AttributeValue)| {
                Some((name.clone(), part_of(value, &behind(&PathStep::Member(name.clone())))?))
            };
            let map: Item = map.iter().filter_map(part).collect();
            (!map.is_empty()).then_some(AttributeValue::M(map))
        }
        AttributeValue::L(list) => {
            let part = |(index, value)| part_of(value, &behind(&PathStep::Index(index)));
            let list: Vec<AttributeValue> = list.iter().enumerate().filter_map(part).collect();
            (!list.is_empty()).then_some(AttributeValue::L(list))
        }
        _ => None,
    }
}

/// As DynamoDB names it in errors: `[meeting, attendees, [0]]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}", self.attribute)?;
        for step in &self.steps {
            match step {
                PathStep::Member(name) => write!(f, ", {name}")?,
                PathStep::Index(index) => write!(f, ", [{index}]")?,
            }
        }
        f.write_str("]")
    }
}
