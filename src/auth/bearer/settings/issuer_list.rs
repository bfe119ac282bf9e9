//! JWT_ISSUERS: several issuers in one JSON array.

use super::{IssuerSettings, JWT_ISSUERS, KeyPlace, MALFORMED_POINTER, Part, TokenUse, fault};
use crate::auth::{ClaimNames, claim_values::is_well_formed_name};
use crate::json::{Json, Object};
use crate::settings::SettingError;

/// Reads the list. Every fault is added to `faults`, with a JSON pointer to its place in the list; what is returned is
/// of use only when there was none.
pub(super) fn read(
    text: &str,
    claim_names: &ClaimNames,
    token_use: TokenUse,
    faults: &mut Vec<SettingError>,
) -> Vec<IssuerSettings> {
    let mut report = |pointer: &str, detail: &str| {
        let place = if pointer.is_empty() { String::new() } else { format!("at `{pointer}`: ") };
        faults.push(fault(JWT_ISSUERS, format!("{place}{detail}")));
    };
    let json = match Json::parse(text.as_bytes()) {
        Ok(json) => json,
        Err(error) => {
            report("", &format!("is not JSON: {error}"));
            return Vec::new();
        }
    };
    let entries = match json.as_array() {
        Some([]) | None => {
            report("", "must be a JSON array with at least one issuer");
            return Vec::new();
        }
        Some(entries) => entries,
    };
    let issuers: Vec<IssuerSettings> = entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| {
            let reader = EntryReader { pointer: format!("/{index}"), sole: entries.len() == 1 };
            reader.read(entry, claim_names, token_use, &mut report)
        })
        .collect();
    check_distinct(&issuers, &mut report);
    issuers
}

/// No two issuers of one name: the second's audiences and tenants would never be looked at. No tenant of two issuers:
/// either could then act for what the other owns.
fn check_distinct(issuers: &[IssuerSettings], report: &mut dyn FnMut(&str, &str)) {
    for (index, issuer) in issuers.iter().enumerate() {
        let earlier = issuers.iter().take(index);
        if earlier.clone().any(|other| other.issuer == issuer.issuer) {
            report("", &format!("lists the issuer `{}` twice", issuer.issuer));
        }
        for tenant in issuer.tenants.iter().flatten() {
            if earlier.clone().any(|other| other.tenants.iter().flatten().any(|owned| owned == tenant)) {
                report("", &format!("gives the tenant `{tenant}` to two issuers"));
            }
        }
    }
}

/// Reads one entry of the list.
struct EntryReader {
    /// The entry's place, as a JSON pointer.
    pointer: String,
    /// Whether the list has no other entry.
    sole: bool,
}

impl EntryReader {
    const MEMBERS: [&'static str; 6] =
        ["issuer", "audiences", "jwksUri", "jwksFile", "tenantClaim", "tenants"];

    fn read(
        &self,
        entry: &Json<'_>,
        claim_names: &ClaimNames,
        token_use: TokenUse,
        report: &mut dyn FnMut(&str, &str),
    ) -> Option<IssuerSettings> {
        let Some(members) = entry.as_object() else {
            report(&self.pointer, &format!("must be an object, and is {}", entry.kind()));
            return None;
        };
        for name in members.repeated() {
            report(&self.at(name), "stands twice");
        }
        for (name, _) in members.iter().filter(|(name, _)| !Self::MEMBERS.contains(name)) {
            report(&self.at(name), &format!("is unknown: an issuer has {}", Self::MEMBERS.join(", ")));
        }
        let issuer = self.required_text(members, "issuer", report);
        let audiences = self.texts(members, "audiences", report);
        if members.get("audiences").is_none() {
            report(&self.at("audiences"), "is required");
        }
        let tenants = self.texts(members, "tenants", report);
        if members.get("tenants").is_none() && !self.sole {
            report(&self.at("tenants"), "is required where there are several issuers");
        }
        let mut claim_names = claim_names.clone();
        if let Some(name) = self.text(members, "tenantClaim", report) {
            if !is_well_formed_name(&name) {
                report(&self.at("tenantClaim"), MALFORMED_POINTER);
            }
            claim_names.tenant = name;
        }
        let (uri, file) = (self.text(members, "jwksUri", report), self.text(members, "jwksFile", report));
        let place = KeyPlace { uri: uri.as_deref(), file: file.as_deref() };
        let issuer = issuer?;
        let keys = place.read(&issuer, &mut |part, detail| {
            let member = match part {
                Part::Issuer => "issuer",
                Part::Uri => "jwksUri",
                Part::File => "jwksFile",
            };
            report(&self.at(member), &detail);
        })?;
        Some(IssuerSettings { issuer, audiences: audiences?, keys, claim_names, tenants, token_use })
    }

    fn at(&self, member: &str) -> String {
        format!("{}/{}", self.pointer, member.replace('~', "~0").replace('/', "~1"))
    }

    fn required_text(
        &self,
        members: &Object<'_>,
        name: &str,
        report: &mut dyn FnMut(&str, &str),
    ) -> Option<String> {
        if members.get(name).is_none() {
            report(&self.at(name), "is required");
        }
        self.text(members, name, report)
    }

    fn text(&self, members: &Object<'_>, name: &str, report: &mut dyn FnMut(&str, &str)) -> Option<String> {
        match members.get(name)? {
            Json::String(text) if !text.is_empty() => Some(text.clone().into_owned()),
            _ => {
                report(&self.at(name), "must be a string that is not empty");
                None
            }
        }
    }

    fn texts(
        &self,
        members: &Object<'_>,
        name: &str,
        report: &mut dyn FnMut(&str, &str),
    ) -> Option<Vec<String>> {
        let items = members.get(name)?.as_array().unwrap_or_default();
        let texts: Vec<String> = items
            .iter()
            .filter_map(Json::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect();
        if items.is_empty() || texts.len() != items.len() {
            report(&self.at(name), "must be an array of at least one string, none empty");
            return None;
        }
        Some(texts)
    }
}
