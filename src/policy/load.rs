//! Loads the policies from the document's text, or reports every error.

use std::sync::Arc;

use super::deployment::Deployment;
use super::document::{Block, UnlistedTenants};
use super::layers::{Layers, Source};
use super::lists::Reading;
use super::merge::{Shared, merge};
use super::right::RightName;
use super::rules::{CallerRules, TenantPolicy};
use crate::json::{Json, KnownMembers, MemberError, Names, Path, for_each_member, parse_all_but};
use crate::model::{Limits, TenantId};

/// The policies of all tenants.
pub struct Policies {
    /// Sorted by name. With ten thousand tenants, this fills faster than a hash table, since the text is usually
    /// sorted, and a search takes no measurable part of a request.
    tenants: Vec<(Arc<str>, TenantPolicy)>,
    /// What unlisted tenants get, when they are admitted.
    unlisted: Option<Unlisted>,
}

struct Unlisted {
    everyone: Block,
    shared: Shared,
    /// The sorted TenantIds of all listed tenants, which no unlisted tenant may have.
    owned_ids: Vec<TenantId>,
}

/// Why a tenant has no policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoPolicyError {
    /// It is not listed, and unlisted tenants are refused.
    Unlisted,
    /// It is not listed, unlisted tenants are admitted, but its name can't be used. The text is for the log.
    UnusableName(String),
}

impl std::fmt::Debug for Policies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policies").field("tenants", &self.tenants.len()).finish_non_exhaustive()
    }
}

impl Policies {
    /// Loads a document for that stack.
    ///
    /// # Errors
    /// Every error of the document, in the order of the pointers.
    pub fn load(text: &[u8], deployment: &Deployment) -> Result<Self, Vec<MemberError>> {
        let no_json = |error| vec![MemberError::at(&Path::Root, format!("is not a JSON document: {error}"))];
        let (json, tenants) = parse_all_but(TENANTS, text).map_err(no_json)?;
        let mut errors = Vec::new();
        let policies = read(&json, tenants, *deployment, &mut errors)
            // Parsed again, for the error's line and column in the whole document.
            .map_err(|error| no_json(Json::parse(text).err().unwrap_or(error)))?;
        match policies {
            Some(policies) if errors.is_empty() => Ok(policies),
            _ => {
                errors.sort();
                errors.dedup();
                Err(errors)
            }
        }
    }

    /// The names of the listed tenants, in order.
    #[must_use]
    pub fn tenant_names(&self) -> Vec<&str> {
        self.tenants.iter().map(|(name, _)| name.as_ref()).collect()
    }

    /// Who has that right, in words, for each listed tenant in order. With `None` for a tenant that is not listed, if such
    /// tenants are admitted.
    pub fn holders(&self, right: RightName) -> impl Iterator<Item = (Option<&str>, String)> {
        let words = move |rules: &CallerRules| rules.holders(right).to_string();
        let listed = self.tenants.iter().map(move |(name, policy)| (Some(&**name), words(&policy.callers)));
        listed.chain(self.unlisted.iter().map(move |unlisted| (None, words(unlisted.shared.callers()))))
    }

    /// The limits of each listed tenant in order. With `None` for a tenant that is not listed, if such tenants are admitted.
    pub fn limits(&self) -> impl Iterator<Item = (Option<&str>, Limits)> {
        let listed = self.tenants.iter().map(|(name, policy)| (Some(&**name), policy.limits));
        listed.chain(self.unlisted.iter().map(|unlisted| (None, unlisted.everyone.limits)))
    }

    /// The policy of the tenant of that name.
    pub(super) fn policy_of(
        &self,
        tenant: &str,
    ) -> Result<std::borrow::Cow<'_, TenantPolicy>, NoPolicyError> {
        let found = self.tenants.binary_search_by(|(name, _)| name.as_ref().cmp(tenant));
        if let Some((_, policy)) = found.ok().and_then(|index| self.tenants.get(index)) {
            return Ok(std::borrow::Cow::Borrowed(policy));
        }
        let Some(unlisted) = &self.unlisted else { return Err(NoPolicyError::Unlisted) };
        let mut errors = Vec::new();
        let policy = unlisted.policy_of(tenant, &mut errors);
        if let Some(error) = errors.first() {
            return Err(NoPolicyError::UnusableName(error.detail.clone()));
        }
        let is_owned = |id: &TenantId| unlisted.owned_ids.binary_search(id).is_ok();
        let named_like_an_id = TenantId::parse(tenant).is_ok_and(|name| is_owned(&name));
        if named_like_an_id || policy.tenant_ids.iter().any(is_owned) {
            return Err(NoPolicyError::UnusableName(
                "it is or results in a TenantId of a listed tenant".to_owned(),
            ));
        }
        Ok(std::borrow::Cow::Owned(policy))
    }
}

impl Unlisted {
    fn policy_of(&self, tenant: &str, errors: &mut Vec<MemberError>) -> TenantPolicy {
        let path = Path::Member(&Path::Root, "Everyone");
        let everyone = Source { block: &self.everyone, path: &path };
        merge(tenant, Layers::alone(everyone), &self.shared, errors)
    }
}

/// The member that makes up most of the document, so it is read tenant by tenant.
const TENANTS: &str = "Tenants";

/// The policies of a document. `None` when it is not an object.
fn read(
    json: &Json<'_>,
    tenants: Option<&str>,
    deployment: Deployment,
    errors: &mut Vec<MemberError>,
) -> Result<Option<Policies>, serde_json::Error> {
    let root = Path::Root;
    let names = Names::new(&[&["$schema", "Everyone", TENANTS, "UnlistedTenants"]]);
    let Some(members) = KnownMembers::of(json, &root, names, errors) else { return Ok(None) };
    if let Some(schema) = members.get("$schema")
        && schema.as_str().is_none()
    {
        let detail = format!("must be a string, not {}", schema.kind());
        errors.push(MemberError::at(&members.path_of("$schema"), detail));
    }
    let everyone_path = members.path_of("Everyone");
    let everyone = members
        .get("Everyone")
        .map(|json| Block::read(json, &everyone_path, &mut Reading { deployment, errors }))
        .unwrap_or_default();
    let unlisted = members.read::<UnlistedTenants>("UnlistedTenants", errors).unwrap_or_default();

    let source = Source { block: &everyone, path: &everyone_path };
    let shared = Shared::of(source, errors);
    let tenants_path = Path::Member(&root, TENANTS);
    let mut tenants = match tenants {
        Some(text) => read_tenants(text, &tenants_path, source, &shared, deployment, errors)?,
        None => Vec::new(),
    };
    if tenants.is_empty() {
        errors.extend(shared.errors().cloned());
    }
    let owned_ids = claim_ids(&tenants, &tenants_path, errors);
    let unlisted = match unlisted {
        UnlistedTenants::Deny => None,
        UnlistedTenants::Everyone => {
            check_everyone_alone(source, &shared, errors);
            let owned_ids = owned_ids.into_iter().cloned().collect();
            Some(Unlisted { everyone, shared, owned_ids })
        }
    };
    // Sorted after `claim_ids`, which reports the later of two tenants with one id.
    tenants.sort_unstable_by(|(name, _), (other, _)| name.cmp(other));
    for pair in tenants.windows(2) {
        if let [(name, _), (other, _)] = pair
            && name == other
        {
            errors.push(MemberError::at(&Path::Member(&tenants_path, name), "is repeated"));
        }
    }
    Ok(Some(Policies { tenants, unlisted }))
}

/// The policies of the listed tenants, in the order of the text.
fn read_tenants(
    text: &str,
    path: &Path<'_>,
    everyone: Source<'_>,
    shared: &Shared,
    deployment: Deployment,
    errors: &mut Vec<MemberError>,
) -> Result<Vec<(Arc<str>, TenantPolicy)>, serde_json::Error> {
    let mut tenants = Vec::new();
    let read = for_each_member(text, &mut |name, json| {
        let path = Path::Member(path, &name);
        if name.is_empty() {
            errors.push(MemberError::at(&path, "is an empty name, which no token can have"));
        }
        let own = Block::read(&json, &path, &mut Reading { deployment, errors });
        let layers = Layers { everyone, own: Source { block: &own, path: &path } };
        let policy = merge(&name, layers, shared, errors);
        tenants.push((name.into(), policy));
    })?;
    if read.is_none() {
        let kind = Json::parse(text.as_bytes())?.kind();
        errors.push(MemberError::at(path, format!("must be an object of tenants, not {kind}")));
    }
    Ok(tenants)
}

/// Every TenantId of the tenants, sorted.
// INVARIANT (isolation): the gateway tells by TenantIds whose meeting it is, so no two tenants share one.
fn claim_ids<'t>(
    tenants: &'t [(Arc<str>, TenantPolicy)],
    path: &Path<'_>,
    errors: &mut Vec<MemberError>,
) -> Vec<&'t TenantId> {
    let owners = tenants.iter().flat_map(|(name, policy)| policy.tenant_ids.iter().map(move |id| (id, name)));
    let mut owners: Vec<(&TenantId, &Arc<str>)> = owners.collect();
    owners.sort_by_key(|(id, _)| *id);
    for pair in owners.windows(2) {
        if let [(id, owner), (other_id, name)] = pair
            && id == other_id
            && owner != name
        {
            let detail =
                format!("TenantId `{}` is also tenant `{owner}`'s: no two may share one", id.as_str());
            errors.push(MemberError::at(&Path::Member(path, name), detail));
        }
    }
    owners.into_iter().map(|(id, _)| id).collect()
}

/// Checks everyone's block for unlisted tenants, which have no other.
fn check_everyone_alone(everyone: Source<'_>, shared: &Shared, errors: &mut Vec<MemberError>) {
    // Any valid name finds the errors that do not depend on the name.
    merge("tenant", Layers::alone(everyone), shared, errors);
    let templates = everyone.block.tenant_ids().unwrap_or_default();
    let fixed = Path::Member(everyone.path, "Fixed");
    let list = Path::Member(&fixed, "TenantIds");
    for (index, template) in templates.iter().enumerate() {
        if !template.has_variable() {
            let detail = "would be shared by all unlisted tenants: it must contain `${tenant}`";
            errors.push(MemberError::at(&Path::Item(&list, index), detail));
        }
    }
    if templates.len() > 1 {
        // With `${tenant}` and `${tenant}-x`, the tenants `a` and `a-x` would share `a-x`.
        let detail =
            "must have one item when unlisted tenants are admitted: with two, tenants could share an id";
        errors.push(MemberError::at(&list, detail));
    }
}
