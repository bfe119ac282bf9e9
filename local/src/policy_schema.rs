//! The JSON Schema of the policy document, for editors: what a policy may have of each member, from the members'
//! declarations. A test compares every name in it with those that the document's reader knows.

use meeting_gateway::model::{
    Bound, BoundKind, Capabilities, Group, Limits, MAX_TENANT_IDS, Member, Members, Shape, TagKey, ToWire,
    Visit,
};
use serde_json::{Map, Value, json};

/// The schema.
#[must_use]
pub fn document_schema() -> Value {
    let tags = json!({
        "description": "Tags by key. `${tenant}` stands for the tenant's name in a value.",
        "type": "object",
        "additionalProperties": { "type": "string" }
    });
    let tenant_ids = json!({
        "description": "The tenant's labels at Chime. `${tenant}` stands for the tenant's name.",
        "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": MAX_TENANT_IDS
    });
    let tag_keys = json!({
        "description": "The keys of tags that a caller may set.", "type": "array", "items": shape::<TagKey>()
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "PolicyDocument",
        "description": "The policy document.",
        "type": "object",
        "properties": {
            "$schema": { "description": "Where an editor finds the schema of this document.", "type": "string" },
            "Everyone": { "description": "Lies under every tenant, member by member.", "$ref": "#/$defs/Block" },
            "Tenants": {
                "description": "The tenants by name: the text that the tenant claim of their callers' tokens holds.",
                "type": "object", "additionalProperties": { "$ref": "#/$defs/Block" }
            },
            "UnlistedTenants": {
                "description": "Tenants that are not listed are refused (`Deny`, also when absent) or get what `Everyone` has.",
                "enum": ["Deny", "Everyone"]
            }
        },
        "additionalProperties": false,
        "$defs": {
            "Block": {
                "description": "What one tenant, or everyone, has.",
                "type": "object",
                "properties": {
                    "Fixed": list(
                        "Always sent; a caller may ask for the same value, and for no other.",
                        false,
                        [("Tags", tags.clone()), ("TenantIds", tenant_ids)],
                    ),
                    "Default": list(
                        "Sent when the caller is silent; a caller may ask for the same value, and for another only where \
                         `Allowed` says so.",
                        false,
                        [("Tags", tags)],
                    ),
                    "Allowed": list(
                        "What a caller may ask for. Of a member that is absent here: only the value that a request without \
                         it gets.",
                        true,
                        [("Tags", tag_keys)],
                    ),
                    "Callers": {
                        "description": "Who within the tenant has which right. `AnyGroup` and `AnyScope` hold for rights without \
                                        an entry. With nothing written at all, Create and Join are every caller's, and Moderate \
                                        and End nobody's.",
                        "type": "object",
                        "properties": {
                            "AnyGroup": any_of("At least one of these groups."),
                            "AnyScope": any_of("At least one of these scopes."),
                            "Create": holders("Who may create meetings."),
                            "Join": holders("Who may join meetings as themselves."),
                            "Moderate": holders("Who may act on other people's attendees, and set capabilities."),
                            "End": holders("Who may end meetings.")
                        },
                        "additionalProperties": false
                    },
                    "Limits": limits()
                },
                "additionalProperties": false
            }
        }
    })
}

/// How many meetings may be open at a time.
fn limits() -> Value {
    let [tenants, callers] = Limits::NAMES;
    let limit = |description: &str| json!({ "description": description, "type": "integer", "minimum": Limits::MIN, "maximum": Limits::MAX });
    json!({
        "description": "How many meetings may be open at a time. Needs a stack with the registry.",
        "type": "object",
        "properties": {
            tenants: limit("How many meetings the tenant may have open at a time."),
            callers: limit("How many meetings each caller of the tenant may have open at a time.")
        },
        "additionalProperties": false
    })
}

/// Who has a right.
fn holders(description: &str) -> Value {
    let description = format!(
        "{description} Where both members stand, both must hold. Without any: every authenticated caller of the tenant."
    );
    let schema = json!({
        "type": "object",
        "properties": {
            "AnyGroup": any_of("At least one of these groups."),
            "AnyScope": any_of("At least one of these scopes.")
        },
        "additionalProperties": false
    });
    describe(schema, &description)
}

fn any_of(description: &str) -> Value {
    let name = json!({ "type": "string", "minLength": 1 });
    json!({ "description": description, "type": "array", "items": name, "minItems": 1 })
}

/// A list of a block: these properties, and one for each member.
fn list<const N: usize>(description: &str, is_allowed: bool, others: [(&str, Value); N]) -> Value {
    let root = others.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    let mut properties = Properties { root, is_allowed };
    Members::visit(&mut properties);
    Capabilities::visit(&mut properties);
    describe(object(properties.root), description)
}

/// A schema with a description.
fn describe(mut schema: Value, description: &str) -> Value {
    if let Value::Object(members) = &mut schema {
        members.insert("description".to_owned(), description.into());
    }
    schema
}

fn object(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// The properties of a list, filled member by member.
struct Properties {
    root: Map<String, Value>,
    is_allowed: bool,
}

impl<G: Group> Visit<G> for Properties {
    fn visit<M: Member<Group = G>>(&mut self) {
        if self.is_allowed {
            insert(&mut self.root, M::NAME, bound::<M>());
        } else if M::HAS_POLICY_VALUE {
            insert(&mut self.root, M::NAME, shape::<M>());
        }
    }
}

fn insert(properties: &mut Map<String, Value>, name: &str, schema: Value) {
    let Some((first, rest)) = name.split_once('/') else {
        properties.insert(name.to_owned(), schema);
        return;
    };
    let group = properties.entry(first).or_insert_with(|| object(Map::new()));
    if let Some(Value::Object(inner)) = group.get_mut("properties") {
        insert(inner, rest, schema);
    }
}

fn shape<T: ToWire>() -> Value {
    let schema = match T::SHAPE {
        Shape::Text { min, max } => json!({ "type": "string", "minLength": min, "maxLength": max }),
        Shape::Names(names) => json!({ "enum": names }),
        Shape::Number { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
    };
    describe(schema, T::DESCRIPTION.trim())
}

fn bound<M: Member>() -> Value {
    let (schema, description) = match <M::Bound as Bound<M>>::KIND {
        BoundKind::OneOf => {
            (json!({ "type": "array", "items": shape::<M>(), "minItems": 1 }), "The values to choose from.")
        }
        BoundKind::Ceiling => {
            (shape::<M>(), "The highest value that a caller may ask for. It binds silence too.")
        }
        BoundKind::AnyValue => (json!({ "type": "boolean" }), "Whether a caller may ask for any value."),
    };
    describe(schema, description)
}
