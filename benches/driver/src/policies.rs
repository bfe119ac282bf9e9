//! Policy documents of any size: the sample's tenant among many.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{Failure, repository};

/// The sample policy.
pub(crate) fn sample() -> PathBuf {
    repository().join("policy/policy.json")
}

/// A document in a file of the folder: the sample's tenants, and others until there are that many. Of these, one in
/// three is empty, one has a cost centre and a region, one has ceilings and callers of its own.
pub(crate) fn with_tenants(count: usize, folder: &Path) -> Result<PathBuf, Failure> {
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(sample())?)?;
    let tenants = document.get_mut("Tenants").and_then(Value::as_object_mut).ok_or("no tenants")?;
    for number in tenants.len()..count {
        let block = match number % 3 {
            0 => json!({}),
            1 => json!({
                "Fixed": { "Tags": { "CostCenter": number.to_string() } },
                "Default": { "MediaRegion": "eu-central-1" },
            }),
            _ => json!({
                "Allowed": {
                    "MediaRegion": ["us-east-1", "eu-west-2"],
                    "MeetingFeatures": { "Video": { "MaxResolution": "FHD" }, "Attendee": { "MaxCount": 100 } },
                    "Tags": ["Course"],
                },
                "Callers": { "AnyGroup": ["hosts"] },
            }),
        };
        // Separated, since Chime rejects ids with one character four times in a row, such as `customer-1111`.
        tenants.insert(format!("customer-{}-{}", number / 100, number % 100), block);
    }
    let path = folder.join(format!("policy-{count}.json"));
    std::fs::write(&path, serde_json::to_vec(&document)?)?;
    Ok(path)
}
