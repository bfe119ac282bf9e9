//! Merges a tenant's block over everyone's, and finds the errors that show only after merging.

use std::sync::Arc;

use super::layers::{Layers, Source};
use super::merge_callers::merge_callers;
use super::merge_limits::merge_limits;
use super::merge_members::{merge_capabilities, merge_members};
use super::merge_tags::{check_tag_lists, merge_tags};
use super::rules::{CallerRules, Ruled, TenantIds, TenantPolicy};
use crate::json::{MemberError, Path};
use crate::model::{Capabilities, MAX_TENANT_IDS, Members, TenantId};

/// Everyone's merged rules, which all tenants without rules of their own share.
pub(super) struct Shared {
    members: Arc<Members<Ruled>>,
    capabilities: Arc<Capabilities<Ruled>>,
    callers: Arc<CallerRules>,
    /// The errors of the members of everyone's block by itself, and of its capabilities.
    member_errors: Vec<MemberError>,
    capability_errors: Vec<MemberError>,
}

impl Shared {
    /// Reports the errors of everyone's tag lists to `tag_errors`. Errors of the other members count only when a tenant
    /// inherits them.
    pub(super) fn of(everyone: Source<'_>, tag_errors: &mut Vec<MemberError>) -> Self {
        let (mut member_errors, mut capability_errors) = (Vec::new(), Vec::new());
        let members = Arc::new(merge_members(Layers::alone(everyone), &mut member_errors));
        let capabilities = Arc::new(merge_capabilities(Layers::alone(everyone), &mut capability_errors));
        let callers = Arc::new(merge_callers(everyone.block.callers.as_ref(), None));
        check_tag_lists(everyone, everyone, tag_errors);
        Shared { members, capabilities, callers, member_errors, capability_errors }
    }

    /// The errors of everyone's block by itself, which count when a tenant inherits them.
    pub(super) fn errors(&self) -> impl Iterator<Item = &MemberError> {
        self.member_errors.iter().chain(&self.capability_errors)
    }

    /// Who has each right in a tenant without a block of its own.
    pub(super) fn callers(&self) -> &CallerRules {
        &self.callers
    }
}

/// The policy of the tenant of that name.
///
/// Errors of everyone's block are reported again for each tenant that inherits them. The caller removes repeats.
pub(super) fn merge(
    tenant: &str,
    layers: Layers<'_>,
    shared: &Shared,
    errors: &mut Vec<MemberError>,
) -> TenantPolicy {
    let own = layers.own.block;
    let members = if own.leaves_members_alone() {
        errors.extend(shared.member_errors.iter().cloned());
        Arc::clone(&shared.members)
    } else {
        Arc::new(merge_members(layers, errors))
    };
    let capabilities = if own.leaves_capabilities_alone() {
        errors.extend(shared.capability_errors.iter().cloned());
        Arc::clone(&shared.capabilities)
    } else {
        Arc::new(merge_capabilities(layers, errors))
    };
    if !members.media_region.is_written() {
        let detail = "could never create a meeting: no MediaRegion is fixed, default or allowed";
        errors.push(MemberError::at(layers.own.path, detail));
    }
    let callers = match &own.callers {
        None => Arc::clone(&shared.callers),
        callers => Arc::new(merge_callers(layers.everyone.block.callers.as_ref(), callers.as_ref())),
    };
    TenantPolicy {
        tenant_ids: TenantIds(merge_tenant_ids(tenant, layers, errors)),
        members,
        capabilities,
        tags: merge_tags(tenant, layers, errors),
        callers,
        limits: merge_limits(layers),
    }
}

fn merge_tenant_ids(tenant: &str, layers: Layers<'_>, errors: &mut Vec<MemberError>) -> Vec<TenantId> {
    let Layers { everyone, own } = layers;
    let (source, templates, inherited) = match (own.block.tenant_ids(), everyone.block.tenant_ids()) {
        (Some(templates), _) => (own, templates, false),
        (None, Some(templates)) => (everyone, templates, true),
        (None, None) => {
            let detail = "has no TenantIds: `Fixed` here or in `Everyone` must have at least one";
            errors.push(MemberError::at(own.path, detail));
            return Vec::new();
        }
    };
    let fixed = Path::Member(source.path, "Fixed");
    let list = Path::Member(&fixed, "TenantIds");
    if templates.is_empty() || templates.len() > MAX_TENANT_IDS {
        errors.push(MemberError::at(&list, format!("must have 1 to {MAX_TENANT_IDS} items")));
    }
    let mut ids: Vec<TenantId> = Vec::with_capacity(templates.len());
    for (index, template) in templates.iter().enumerate() {
        let text = template.fill(tenant);
        match TenantId::parse(&text) {
            Ok(id) if ids.contains(&id) => {
                errors.push(MemberError::at(&Path::Item(&list, index), format!("`{text}` is repeated")));
            }
            Ok(id) => ids.push(id),
            Err(detail) => {
                // When a tenant's name makes everyone's template invalid, the error is at the tenant.
                let item = Path::Item(&list, index);
                let place = if inherited && template.has_variable() { own.path } else { &item };
                errors.push(MemberError::at(place, format!("TenantId `{text}` {detail}")));
            }
        }
    }
    ids
}
