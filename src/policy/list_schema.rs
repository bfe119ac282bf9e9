//! What the editors' schema says of the lists of a block.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::model::{MAX_TENANT_IDS, Member, Members, TagKey, Visit};

/// The list `Fixed`.
pub(super) struct Fixed;

/// The list `Default`.
pub(super) struct Default;

/// The list `Allowed`.
pub(super) struct Allowed;

impl JsonSchema for Fixed {
    fn schema_name() -> Cow<'static, str> {
        "Fixed".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let description =
            "Values that are always sent. A caller may repeat them, key by key for tags, but for TenantIds.";
        let tenant_ids = json!({
            "description": "The tenant's labels at Chime. `${tenant}` stands for the tenant's name.",
            "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": MAX_TENANT_IDS
        });
        list(description, false, [("Tags", tags()), ("TenantIds", tenant_ids)], generator)
    }
}

impl JsonSchema for Default {
    fn schema_name() -> Cow<'static, str> {
        "Default".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        list("Values that are sent when the caller is silent.", false, [("Tags", tags())], generator)
    }
}

impl JsonSchema for Allowed {
    fn schema_name() -> Cow<'static, str> {
        "Allowed".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let keys = json!({
            "description": "The keys of tags that a caller may set.",
            "type": "array", "items": generator.subschema_for::<TagKey>()
        });
        list("What a caller may ask for.", true, [("Tags", keys)], generator)
    }
}

fn tags() -> Value {
    let description = "Tags by key. `${tenant}` stands for the tenant's name in a value.";
    json!({ "description": description, "type": "object", "additionalProperties": { "type": "string" } })
}

/// A list with these properties and one for each member.
fn list<const N: usize>(
    description: &str,
    is_allowed: bool,
    others: [(&str, Value); N],
    generator: &mut SchemaGenerator,
) -> Schema {
    let root = others.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    let mut properties = Properties { root, is_allowed, generator };
    Members::visit(&mut properties);
    let mut schema = object(properties.root);
    schema.insert("description".to_owned(), description.into());
    schema
}

fn object(properties: Map<String, Value>) -> Schema {
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// The properties of a list, filled member by member.
struct Properties<'g> {
    root: Map<String, Value>,
    is_allowed: bool,
    generator: &'g mut SchemaGenerator,
}

impl Visit for Properties<'_> {
    fn visit<M: Member>(&mut self) {
        let schema = match self.is_allowed {
            true => self.generator.subschema_for::<M::Bound>(),
            false if M::HAS_POLICY_VALUE => self.generator.subschema_for::<M>(),
            false => return,
        };
        insert(&mut self.root, M::NAME, schema.into());
    }
}

fn insert(properties: &mut Map<String, Value>, name: &str, schema: Value) {
    let Some((first, rest)) = name.split_once('/') else {
        properties.insert(name.to_owned(), schema);
        return;
    };
    let group = properties.entry(first).or_insert_with(|| object(Map::new()).into());
    if let Some(Value::Object(inner)) = group.get_mut("properties") {
        insert(inner, rest, schema);
    }
}
