//! One write to one item, alone or in a transaction.

use super::error::{DynamodbError, constraint, invalid, invalid_parameter};
use super::expression::{Condition, Update};
use super::members::Members;
use super::table::ItemKey;
use super::tables::Tables;
use super::value::{Item, size_of};

/// The largest item, in bytes (developer guide, "Quotas": 400 KB).
const MAX_ITEM: usize = 409_600;

/// A write, or a check that writes nothing.
#[derive(Debug, Clone)]
pub(super) struct Write {
    pub(super) table: String,
    pub(super) key: ItemKey,
    action: Action,
    condition: Option<Condition>,
    /// whether a failed condition is answered with the item
    shows_item: bool,
}

#[derive(Debug, Clone)]
enum Action {
    Put(Item),
    Update(Option<Update>),
    Delete,
    Check,
}

/// An item before and after a write.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) old: Option<Item>,
    pub(super) new: Option<Item>,
}

/// What a write is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Put,
    Update,
    Delete,
    Check,
}

impl Write {
    /// Reads a write's members.
    pub(super) fn read(tables: &Tables, kind: Kind, members: &mut Members) -> Result<Self, DynamodbError> {
        let name = members.table()?;
        let mut placeholders = members.placeholders()?;
        let update = match members.text("UpdateExpression")? {
            Some(expression) if kind == Kind::Update => Some(Update::read(&expression, &mut placeholders)?),
            Some(_) => return Err(invalid("not played on this machine: UpdateExpression")),
            None => None,
        };
        let condition = match members.text("ConditionExpression")? {
            Some(expression) => Some(Condition::read("ConditionExpression", &expression, &mut placeholders)?),
            None => None,
        };
        let expressions = if kind == Kind::Update {
            "UpdateExpression and ConditionExpression"
        } else {
            "ConditionExpression"
        };
        placeholders.check_used(update.is_some() || condition.is_some(), expressions)?;
        let shows_item =
            members.choice("ReturnValuesOnConditionCheckFailure", &["NONE", "ALL_OLD"])? == "ALL_OLD";
        let given = members.required_item(if kind == Kind::Put { "Item" } else { "Key" })?;
        let keys = &tables.get(&name)?.keys;
        let (key, action) = match kind {
            Kind::Put => (keys.of_item(&given)?, Action::Put(given)),
            Kind::Update => {
                let changed = update.as_ref().map(Update::paths).unwrap_or_default();
                if let Some(path) = changed.iter().find(|path| keys.has(&path.attribute)) {
                    return Err(invalid_parameter(format_args!(
                        "Cannot update attribute {}. This attribute is part of the key",
                        path.attribute
                    )));
                }
                (keys.of_key(&given)?, Action::Update(update))
            }
            Kind::Delete => (keys.of_key(&given)?, Action::Delete),
            Kind::Check if condition.is_none() => {
                let member = "transactItems.1.member.conditionCheck.conditionExpression";
                return Err(constraint(format_args!("Value null at '{member}'"), "not be null"));
            }
            Kind::Check => (keys.of_key(&given)?, Action::Check),
        };
        Ok(Self { table: name, key, action, condition, shows_item })
    }

    /// What it would change; changes nothing.
    ///
    /// # Errors
    /// When its condition does not hold, or the item could not be written.
    pub(super) fn change(&self, tables: &Tables) -> Result<Change, DynamodbError> {
        let table = tables.get(&self.table)?;
        let old = table.items.get(&self.key).cloned();
        let nothing = Item::new();
        let holds = |condition: &Condition| condition.holds(old.as_ref().unwrap_or(&nothing));
        if !self.condition.as_ref().is_none_or(holds) {
            return Err(DynamodbError::ConditionalCheckFailed(old.filter(|_| self.shows_item)));
        }
        let new = match &self.action {
            Action::Put(item) => Some(item.clone()),
            Action::Delete => None,
            Action::Check => old.clone(),
            Action::Update(update) => {
                let mut item = old.clone().unwrap_or_else(|| table.keys.to_item(&self.key));
                if let Some(update) = update {
                    update.apply(&mut item)?;
                }
                let makes_none = old.is_none() && update.as_ref().is_some_and(Update::only_removes);
                (!makes_none).then_some(item)
            }
        };
        if new.as_ref().is_some_and(|item| size_of(item) > MAX_ITEM) {
            return Err(match self.action {
                Action::Update(_) => invalid("Item size to update has exceeded the maximum allowed size"),
                _ => invalid("Item size has exceeded the maximum allowed size"),
            });
        }
        Ok(Change { old, new })
    }

    /// Writes.
    pub(super) fn apply(&self, tables: &mut Tables, change: &Change) -> Result<(), DynamodbError> {
        let items = &mut tables.get_mut(&self.table)?.items;
        match &change.new {
            Some(item) => items.insert(self.key.clone(), item.clone()),
            None => items.remove(&self.key),
        };
        Ok(())
    }

    /// The bytes that it counts for in a transaction.
    pub(super) fn size(&self, change: &Change) -> usize {
        change.new.as_ref().map_or(0, size_of)
    }

    /// The update, if it is one.
    pub(super) fn update(&self) -> Option<&Update> {
        match &self.action {
            Action::Update(update) => update.as_ref(),
            _ => None,
        }
    }
}
