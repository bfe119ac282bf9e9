//! The names that the machines of `registry-core` don't know, and that are written into keys: table, gateway, tenant and room.

use crate::model::RoomId;

/// The table's name or ARN (`REGISTRY_TABLE`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName(String);

/// Where a machine's requests apply.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'s> {
    /// The gateway (`GATEWAY_NAME`).
    pub gateway: &'s str,
    /// The tenant.
    pub tenant: &'s str,
    /// The room, for requests about one.
    pub room: Option<&'s RoomId>,
}

impl TableName {
    /// Checks a name (`[a-zA-Z0-9_.-]{3,255}`, DynamoDB's API reference, "CreateTable") or an ARN that ends in one. The table of an
    /// ARN must be in the region whose endpoint is called, where that is known.
    ///
    /// # Errors
    /// What the text must be.
    pub fn parse(text: &str, region: Option<&str>) -> Result<Self, String> {
        let Some(arn) = text.strip_prefix("arn:") else {
            return if is_table(text) {
                Ok(TableName(text.to_owned()))
            } else {
                Err(format!(
                    "must be the name of a DynamoDB table (3 to 255 letters, digits and `_.-`) or its ARN, not `{text}`"
                ))
            };
        };
        match arn.split(':').collect::<Vec<_>>().as_slice() {
            [partition, "dynamodb", table_region, account, resource]
                if partition.starts_with("aws")
                    && !table_region.is_empty()
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && resource.strip_prefix("table/").is_some_and(is_table) =>
            {
                match region.filter(|region| region != table_region) {
                    None => Ok(TableName(text.to_owned())),
                    Some(region) => Err(format!(
                        "is in `{table_region}`, but the gateway calls DynamoDB in AWS_REGION, `{region}`"
                    )),
                }
            }
            _ => Err(format!(
                "must be `arn:<partition>:dynamodb:<region>:<account>:table/<name>` or a table's name, not `{text}`"
            )),
        }
    }

    /// The name or ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_table(name: &str) -> bool {
    (3..=255).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_a_name_or_an_arn() {
        for (text, fits, why) in [
            ("meetings-RegistryTable-1ABC", true, "a name as CloudFormation makes it"),
            ("a_b", true, "the shortest"),
            ("a.b", true, "a dot"),
            ("ab", false, "too short"),
            ("my table", false, "a space"),
            ("a:b", false, "a colon"),
            ("arn:aws:dynamodb:eu-central-1:111122223333:table/meetings", true, "an ARN"),
            ("arn:aws:dynamodb:eu-central-1:111122223333:table/ab", false, "its name is too short"),
            ("arn:aws:dynamodb:eu-central-1:111122223333:table/meetings/index/a", false, "an index"),
            ("arn:aws:dynamodb:eu-central-1:1111:table/meetings", false, "no account"),
            ("arn:aws:dynamodb:eu-central-1:11112222333x:table/meetings", false, "an account with a letter"),
            ("arn:aws:dynamodb::111122223333:table/meetings", false, "no region"),
            ("arn:aws:sqs:eu-central-1:111122223333:meetings", false, "a queue"),
            ("arn:nobody:dynamodb:eu-central-1:111122223333:table/meetings", false, "no partition"),
            ("arn:aws:dynamodb:us-east-1:111122223333:table/meetings", false, "another region"),
        ] {
            assert_eq!(TableName::parse(text, Some("eu-central-1")).is_ok(), fits, "{text}: {why}");
        }
        let arn = "arn:aws-us-gov:dynamodb:us-gov-west-1:111122223333:table/meetings";
        assert!(TableName::parse(arn, None).is_ok(), "the region is missing, which is a fault of its own");
        assert!(TableName::parse(&"a".repeat(255), None).is_ok());
        assert!(TableName::parse(&"a".repeat(256), None).is_err());
    }
}
