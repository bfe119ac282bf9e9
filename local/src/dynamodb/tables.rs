//! All tables, the requests about tables themselves, and the tokens of transactions.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::error::{DynamodbError, invalid, invalid_parameter};
use super::members::Members;
use super::table::{KeyAttribute, KeySchema, Table};
use super::value::size_of;
use crate::clock::milliseconds_since_1970;

/// How long a transaction's ClientRequestToken is remembered (API reference, TransactWriteItems).
const TOKEN_LIFETIME: Duration = Duration::from_secs(600);

/// The account in ARNs of tables.
const ACCOUNT: &str = "123456789012";

/// The table that is there from the start, with the keys `pk` and `sk`.
pub const TABLE: &str = "local-registry";

/// All tables.
#[derive(Debug, Default)]
pub(super) struct Tables {
    tables: BTreeMap<String, Table>,
    tokens: BTreeMap<String, (Instant, Value)>,
}

impl Tables {
    /// [`TABLE`] alone, with the keys `pk` and `sk`, both strings, and `ttl` as its time to live.
    pub(super) fn with_registry() -> Self {
        let key = |name: &str| KeyAttribute { name: name.to_owned(), kind: "S".to_owned() };
        let mut table =
            Table::new(KeySchema { partition: key("pk"), sort: Some(key("sk")) }, milliseconds_since_1970());
        table.ttl_attribute = Some("ttl".to_owned());
        Self { tables: BTreeMap::from([(TABLE.to_owned(), table)]), tokens: BTreeMap::new() }
    }

    /// The items of [`TABLE`], as on the wire.
    pub(super) fn registry_items(&self) -> Vec<Value> {
        let items = self.tables.get(TABLE).map(|table| table.items.values());
        items.into_iter().flatten().map(|item| json!(item)).collect()
    }

    /// A table of requests about items.
    pub(super) fn get(&self, name: &str) -> Result<&Table, DynamodbError> {
        self.tables.get(name).ok_or_else(|| DynamodbError::ResourceNotFound(String::new()))
    }

    /// The same to change it.
    pub(super) fn get_mut(&mut self, name: &str) -> Result<&mut Table, DynamodbError> {
        self.tables.get_mut(name).ok_or_else(|| DynamodbError::ResourceNotFound(String::new()))
    }

    /// Whether a transaction with this token was carried out before.
    ///
    /// # Errors
    /// When it was another transaction.
    pub(super) fn repeats(&mut self, token: &str, request: &Value) -> Result<bool, DynamodbError> {
        self.tokens.retain(|_, (at, _)| at.elapsed() < TOKEN_LIFETIME);
        match self.tokens.get(token) {
            None => Ok(false),
            Some((_, before)) if before == request => Ok(true),
            Some(_) => Err(DynamodbError::IdempotentParameterMismatch),
        }
    }

    /// Remembers a transaction that was carried out.
    pub(super) fn remember(&mut self, token: String, request: Value) {
        self.tokens.insert(token, (Instant::now(), request));
    }

    /// CreateTable. The table is active at once, where DynamoDB needs some seconds.
    pub(super) fn create(&mut self, members: &mut Members) -> Result<Value, DynamodbError> {
        let name = members.table()?;
        let mut attributes = key_attributes(members)?;
        let mut of_kind = BTreeMap::new();
        for element in members.array("KeySchema")? {
            let mut element = Members::new(element)?;
            let name = element.required_text("AttributeName")?;
            let kind = attributes.remove(&name).ok_or_else(|| {
                invalid_parameter(format_args!(
                    "Some index key attributes are not defined in AttributeDefinitions. Keys: [{name}]"
                ))
            })?;
            of_kind.insert(element.required_text("KeyType")?, KeyAttribute { name, kind });
        }
        if !attributes.is_empty() {
            return Err(invalid_parameter(
                "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
            ));
        }
        let partition = of_kind
            .remove("HASH")
            .ok_or_else(|| invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"))?;
        let sort = of_kind.remove("RANGE");
        // How a table is paid for, encrypted, tagged or protected makes no difference here.
        for ignored in ["BillingMode", "TableClass"] {
            members.text(ignored)?;
        }
        for ignored in ["ProvisionedThroughput", "SSESpecification", "OnDemandThroughput"] {
            members.object(ignored)?;
        }
        members.expect_no_more()?;
        if self.tables.contains_key(&name) {
            return Err(DynamodbError::ResourceInUse(format!("Table already exists: {name}")));
        }
        let table = Table::new(KeySchema { partition, sort }, milliseconds_since_1970());
        let description = describe(&name, &table);
        self.tables.insert(name, table);
        Ok(json!({ "TableDescription": description }))
    }

    /// DescribeTable.
    pub(super) fn describe(&self, members: &mut Members) -> Result<Value, DynamodbError> {
        let name = members.table()?;
        members.expect_no_more()?;
        Ok(json!({ "Table": describe(&name, self.named(&name)?) }))
    }

    /// DeleteTable.
    pub(super) fn delete(&mut self, members: &mut Members) -> Result<Value, DynamodbError> {
        let name = members.table()?;
        members.expect_no_more()?;
        let description = describe(&name, self.named(&name)?);
        self.tables.remove(&name);
        Ok(json!({ "TableDescription": description }))
    }

    /// ListTables: all of them in one answer.
    pub(super) fn list(&self, members: &mut Members) -> Result<Value, DynamodbError> {
        members.expect_no_more()?;
        Ok(json!({ "TableNames": self.tables.keys().collect::<Vec<_>>() }))
    }

    /// UpdateTimeToLive.
    pub(super) fn set_ttl(&mut self, members: &mut Members) -> Result<Value, DynamodbError> {
        let name = members.table()?;
        let mut specification = members
            .object("TimeToLiveSpecification")?
            .ok_or_else(|| invalid("TimeToLiveSpecification is missing"))?;
        let attribute = specification.required_text("AttributeName")?;
        let enabled = specification.flag("Enabled")?;
        specification.expect_no_more()?;
        members.expect_no_more()?;
        self.named(&name)?;
        self.get_mut(&name)?.ttl_attribute = enabled.then(|| attribute.clone());
        Ok(json!({ "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": enabled } }))
    }

    /// DescribeTimeToLive.
    pub(super) fn ttl(&self, members: &mut Members) -> Result<Value, DynamodbError> {
        let name = members.table()?;
        members.expect_no_more()?;
        let description = match &self.named(&name)?.ttl_attribute {
            Some(attribute) => json!({ "TimeToLiveStatus": "ENABLED", "AttributeName": attribute }),
            None => json!({ "TimeToLiveStatus": "DISABLED" }),
        };
        Ok(json!({ "TimeToLiveDescription": description }))
    }

    /// A table of requests about tables, whose error names it.
    fn named(&self, name: &str) -> Result<&Table, DynamodbError> {
        let table = self.tables.get(name);
        table.ok_or_else(|| DynamodbError::ResourceNotFound(format!(": Table: {name} not found")))
    }
}

/// The type of each attribute that is defined.
fn key_attributes(members: &mut Members) -> Result<BTreeMap<String, String>, DynamodbError> {
    let mut attributes = BTreeMap::new();
    for definition in members.array("AttributeDefinitions")? {
        let mut definition = Members::new(definition)?;
        let name = definition.required_text("AttributeName")?;
        attributes.insert(name, definition.choice("AttributeType", &["S", "N", "B"])?.to_owned());
        definition.expect_no_more()?;
    }
    Ok(attributes)
}

fn describe(name: &str, table: &Table) -> Value {
    let definitions: Vec<Value> = table
        .keys
        .attributes()
        .map(|key| json!({ "AttributeName": key.name, "AttributeType": key.kind }))
        .collect();
    let kinds = ["HASH", "RANGE"];
    let schema: Vec<Value> = table
        .keys
        .attributes()
        .zip(kinds)
        .map(|(key, kind)| json!({ "AttributeName": key.name, "KeyType": kind }))
        .collect();
    let seconds = Duration::from_millis(table.created).as_secs_f64();
    json!({
        "TableName": name,
        "TableArn": format!("arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{name}"),
        "TableStatus": "ACTIVE",
        "CreationDateTime": seconds,
        "AttributeDefinitions": definitions,
        "KeySchema": schema,
        "BillingModeSummary": { "BillingMode": "PAY_PER_REQUEST" },
        "ItemCount": table.items.len(),
        "TableSizeBytes": table.items.values().map(size_of).sum::<usize>(),
    })
}
