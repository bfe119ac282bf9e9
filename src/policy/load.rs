//! From the document's text to the policies that requests are decided by, or every fault that it has.

use std::collections::{HashMap, HashSet};

use super::document::{Block, UnlistedTenants};
use super::merge::{Layers, Shared, Source, merge};
use super::rules::TenantPolicy;
use crate::json::{Fault, Json, Members, Path};
use crate::meeting::{Partition, TenantId};

/// The policies of all tenants.
pub struct Policies {
    tenants: HashMap<String, TenantPolicy>,
    /// Every TenantId that a listed tenant has.
    owned_ids: HashSet<TenantId>,
    /// What unlisted tenants get, when they are let in.
    unlisted: Option<Unlisted>,
}

struct Unlisted {
    everyone: Block,
    shared: Shared,
    partition: Partition,
}

/// Why a tenant has no policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoPolicy {
    /// It is not listed, and unlisted tenants are refused.
    Unlisted,
    /// It is not listed, unlisted tenants are let in, and its name can't be used: why, for the log.
    UnusableName(String),
}

impl std::fmt::Debug for Policies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policies").field("tenants", &self.tenants.len()).finish_non_exhaustive()
    }
}

impl Policies {
    /// Loads a document for a stack in that partition.
    ///
    /// # Errors
    /// Every fault of the document, in the order of its pointers.
    pub fn load(text: &[u8], partition: Partition) -> Result<Self, Vec<Fault>> {
        let json = Json::parse(text)
            .map_err(|error| vec![Fault::at(&Path::Root, format!("is not a JSON document: {error}"))])?;
        let mut faults = Vec::new();
        let policies = read(&json, partition, &mut faults);
        match policies {
            Some(policies) if faults.is_empty() => Ok(policies),
            _ => {
                faults.sort();
                faults.dedup();
                Err(faults)
            }
        }
    }

    /// The names of the listed tenants, in order.
    #[must_use]
    pub fn tenant_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.tenants.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The policy of the tenant of that name.
    pub(super) fn policy_of(&self, tenant: &str) -> Result<std::borrow::Cow<'_, TenantPolicy>, NoPolicy> {
        if let Some(policy) = self.tenants.get(tenant) {
            return Ok(std::borrow::Cow::Borrowed(policy));
        }
        let Some(unlisted) = &self.unlisted else { return Err(NoPolicy::Unlisted) };
        let mut faults = Vec::new();
        let policy = unlisted.policy_of(tenant, &mut faults);
        if let Some(fault) = faults.first() {
            return Err(NoPolicy::UnusableName(fault.detail.clone()));
        }
        let named_like_an_id = TenantId::parse(tenant).is_ok_and(|name| self.owned_ids.contains(&name));
        if named_like_an_id || policy.tenant_ids.iter().any(|id| self.owned_ids.contains(id)) {
            return Err(NoPolicy::UnusableName("it stands for a TenantId of a listed tenant".to_owned()));
        }
        Ok(std::borrow::Cow::Owned(policy))
    }
}

impl Unlisted {
    fn policy_of(&self, tenant: &str, faults: &mut Vec<Fault>) -> TenantPolicy {
        let nothing = Block::default();
        let path = Path::Member(&Path::Root, "Everyone");
        let everyone = Source { block: &self.everyone, path: &path };
        let layers = Layers { everyone, own: Source { block: &nothing, path: &path } };
        merge(tenant, layers, &self.shared, self.partition, faults)
    }
}

fn read(json: &Json<'_>, partition: Partition, faults: &mut Vec<Fault>) -> Option<Policies> {
    let root = Path::Root;
    let mut members = Members::of(json, &root, faults)?;
    if let Some(schema) = members.take("$schema")
        && schema.as_str().is_none()
    {
        faults.push(Fault::at(
            &Path::Member(&root, "$schema"),
            format!("must be a string, not {}", schema.kind()),
        ));
    }
    let everyone_path = Path::Member(&root, "Everyone");
    let everyone =
        members.take("Everyone").map(|json| Block::read(json, &everyone_path, faults)).unwrap_or_default();
    let unlisted = members.read::<UnlistedTenants>("UnlistedTenants", faults).unwrap_or_default();
    let tenants_json = members.take("Tenants");
    members.finish(&["$schema", "Everyone", "Tenants", "UnlistedTenants"], faults);

    let source = Source { block: &everyone, path: &everyone_path };
    let shared = Shared::of(source, partition, faults);
    let tenants_path = Path::Member(&root, "Tenants");
    let mut listed = Listed::default();
    if let Some(json) = tenants_json {
        listed.read(json, &tenants_path, source, &shared, partition, faults);
    }
    if listed.policies.is_empty() {
        faults.extend(shared.faults().iter().cloned());
    }
    let unlisted = match unlisted {
        UnlistedTenants::Deny => None,
        UnlistedTenants::Everyone => {
            check_everyone_alone(source, &shared, partition, faults);
            Some(Unlisted { everyone, shared, partition })
        }
    };
    Some(Policies { tenants: listed.policies, owned_ids: listed.owners.into_keys().collect(), unlisted })
}

/// The listed tenants while they are read.
#[derive(Default)]
struct Listed<'j> {
    policies: HashMap<String, TenantPolicy>,
    owners: HashMap<TenantId, &'j str>,
}

impl<'j> Listed<'j> {
    fn read(
        &mut self,
        json: &'j Json<'_>,
        path: &Path<'_>,
        everyone: Source<'_>,
        shared: &Shared,
        partition: Partition,
        faults: &mut Vec<Fault>,
    ) {
        let Some(object) = json.as_object() else {
            faults.push(Fault::at(path, format!("must be an object of tenants, not {}", json.kind())));
            return;
        };
        for name in object.repeated() {
            faults.push(Fault::at(&Path::Member(path, name), "is repeated"));
        }
        self.policies.reserve(object.len());
        self.owners.reserve(object.len());
        for (name, json) in object.iter() {
            let path = Path::Member(path, name);
            if name.is_empty() {
                faults.push(Fault::at(&path, "is an empty name, which no token's claim can hold"));
            }
            let own = Block::read(json, &path, faults);
            let layers = Layers { everyone, own: Source { block: &own, path: &path } };
            let policy = merge(name, layers, shared, partition, faults);
            self.claim_ids(name, &policy, &path, faults);
            self.policies.insert(name.to_owned(), policy);
        }
    }

    // INVARIANT (isolation): TenantIds are how the gateway tells whose meeting one is, so no two tenants share one.
    fn claim_ids(&mut self, name: &'j str, policy: &TenantPolicy, path: &Path<'_>, faults: &mut Vec<Fault>) {
        for id in &policy.tenant_ids {
            if let Some(owner) = self.owners.insert(id.clone(), name)
                && owner != name
            {
                let detail =
                    format!("TenantId `{}` is also tenant `{owner}`'s; isolation rests on them", id.as_str());
                faults.push(Fault::at(path, detail));
            }
        }
    }
}

/// What everyone's block needs where unlisted tenants live by it alone.
fn check_everyone_alone(
    everyone: Source<'_>,
    shared: &Shared,
    partition: Partition,
    faults: &mut Vec<Fault>,
) {
    let nothing = Block::default();
    let layers = Layers { everyone, own: Source { block: &nothing, path: everyone.path } };
    // Any name that fits every pattern shows what is wrong with the block whatever the name.
    merge("tenant", layers, shared, partition, faults);
    let templates =
        everyone.block.fixed.as_ref().and_then(|fixed| fixed.tenant_ids.as_deref()).unwrap_or_default();
    let fixed = Path::Member(everyone.path, "Fixed");
    let list = Path::Member(&fixed, "TenantIds");
    for (index, template) in templates.iter().enumerate() {
        if !template.has_variable() {
            let detail = "would be shared by all unlisted tenants: it must hold `${tenant}`";
            faults.push(Fault::at(&Path::Item(&list, index), detail));
        }
    }
    if templates.len() > 1 {
        // With `${tenant}` and `${tenant}-x`, the tenants `a` and `a-x` would share `a-x`.
        let detail =
            "must be one item while unlisted tenants are let in: two could make two tenants share an id";
        faults.push(Fault::at(&list, detail));
    }
}
