//! Several issuers, in the JSON array JWT_ISSUERS.

use super::issuer_settings::{IssuerSettings, TokenUse};
use super::key_source::KeyPlace;
use crate::auth::claim_names::{ClaimNames, check_name};
use crate::json::{Json, Object};
use crate::settings::SettingError;

pub(super) const JWT_ISSUERS: &str = "JWT_ISSUERS";

/// Reads the list. Adds every error to `errors`, with a JSON pointer into the list. The result is valid only if it adds
/// none.
pub(super) fn read(
    text: &str,
    claim_names: &ClaimNames,
    token_use: TokenUse,
    errors: &mut Vec<SettingError>,
) -> Vec<IssuerSettings> {
    let json = match Json::parse(text.as_bytes()) {
        Ok(json) => json,
        Err(error) => {
            report(errors, format!("is not JSON: {error}"));
            return Vec::new();
        }
    };
    let entries = json.as_array().unwrap_or_default();
    if entries.is_empty() {
        report(errors, "must be a JSON array with at least one issuer");
    }
    let mut issuers = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let pointer = format!("/{index}");
        match entry {
            Json::Object(members) => {
                let sole = entries.len() == 1;
                let mut reader = EntryReader { pointer, members, errors };
                issuers.extend(reader.read(claim_names.clone(), token_use, sole));
            }
            other => report(errors, format!("at `{pointer}`: must be an object, not {}", other.kind())),
        }
    }
    check_distinct(&issuers, errors);
    issuers
}

fn report(errors: &mut Vec<SettingError>, detail: impl Into<String>) {
    errors.push(SettingError { setting: JWT_ISSUERS, detail: detail.into() });
}

/// Rejects repeated issuers, since the second one's audiences and tenants would be ignored, and tenants of two issuers,
/// since either issuer could act for the other's tenant.
fn check_distinct(issuers: &[IssuerSettings], errors: &mut Vec<SettingError>) {
    for (index, issuer) in issuers.iter().enumerate() {
        let earlier = issuers.iter().take(index);
        if earlier.clone().any(|other| other.issuer == issuer.issuer) {
            report(errors, format!("lists the issuer `{}` twice", issuer.issuer));
        }
        for tenant in issuer.tenants.iter().flatten() {
            if earlier.clone().any(|other| other.tenants.iter().flatten().any(|owned| owned == tenant)) {
                report(errors, format!("gives the tenant `{tenant}` to two issuers"));
            }
        }
    }
}

/// Reads one entry of the list.
struct EntryReader<'e, 'j> {
    /// The entry's place, as a JSON pointer.
    pointer: String,
    members: &'e Object<'j>,
    errors: &'e mut Vec<SettingError>,
}

impl EntryReader<'_, '_> {
    const MEMBERS: [&'static str; 6] =
        ["issuer", "audiences", "jwksUri", "jwksFile", "tenantClaim", "tenants"];

    /// Reads the issuer. `sole`: the list has no other entry.
    fn read(
        &mut self,
        mut claim_names: ClaimNames,
        token_use: TokenUse,
        sole: bool,
    ) -> Option<IssuerSettings> {
        let members = self.members;
        for name in members.repeated() {
            self.report(name, "is repeated");
        }
        for (name, _) in members.iter().filter(|(name, _)| !Self::MEMBERS.contains(name)) {
            self.report(name, &format!("is unknown: an issuer has {}", Self::MEMBERS.join(", ")));
        }
        self.require("issuer", "is required");
        let issuer = self.text("issuer");
        self.require("audiences", "is required");
        let audiences = self.texts("audiences");
        if !sole {
            self.require("tenants", "is required if there are several issuers");
        }
        let tenants = self.texts("tenants");
        if let Some(name) = self.text("tenantClaim") {
            if let Err(error) = check_name(&name) {
                self.report("tenantClaim", error);
            }
            claim_names.tenant = name;
        }
        let (uri, file) = (self.text("jwksUri"), self.text("jwksFile"));
        let place = KeyPlace {
            issuer: issuer.as_deref(),
            uri: uri.as_deref(),
            file: file.as_deref(),
            names: ["issuer", "jwksUri", "jwksFile"],
        };
        let keys = place.read(&mut |member, detail| self.report(member, &detail))?;
        Some(IssuerSettings { issuer: issuer?, audiences: audiences?, keys, claim_names, tenants, token_use })
    }

    fn report(&mut self, member: &str, detail: &str) {
        let member = member.replace('~', "~0").replace('/', "~1");
        report(self.errors, format!("at `{}/{member}`: {detail}", self.pointer));
    }

    fn require(&mut self, member: &str, detail: &str) {
        if self.members.get(member).is_none() {
            self.report(member, detail);
        }
    }

    fn text(&mut self, member: &str) -> Option<String> {
        match self.members.get(member)? {
            Json::String(text) if !text.is_empty() => Some(text.clone().into_owned()),
            _ => {
                self.report(member, "must be a non-empty string");
                None
            }
        }
    }

    fn texts(&mut self, member: &str) -> Option<Vec<String>> {
        let items = self.members.get(member)?.as_array().unwrap_or_default();
        let texts: Vec<&str> =
            items.iter().filter_map(Json::as_str).filter(|text| !text.is_empty()).collect();
        if items.is_empty() || texts.len() != items.len() {
            self.report(member, "must be a non-empty array of non-empty strings");
            return None;
        }
        Some(texts.into_iter().map(str::to_owned).collect())
    }
}
