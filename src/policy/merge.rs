//! One tenant's block laid over everyone's: the tenant's policy, and every error that only shows after merging.

use std::sync::Arc;

use super::document::{Block, Callers, Name};
use super::layers::{Layers, Source};
use super::merge_members::merge_members;
use super::merge_tags::{check_tag_lists, merge_tags};
use super::rules::{CallerRules, Rule, Ruled, TenantIds, TenantPolicy};
use super::template::Template;
use crate::json::{MemberError, Path};
use crate::model::{MAX_TENANT_IDS, Members, TenantId};

/// What every tenant shares that adds nothing of its own, worked out once.
pub(super) struct Shared {
    members: Arc<Members<Ruled>>,
    callers: Arc<CallerRules>,
    errors: Vec<MemberError>,
}

impl Shared {
    /// Faults that everyone's tag lists have by themselves are reported here, once. Those of its other members are
    /// reported where a tenant inherits them.
    pub(super) fn of(everyone: Source<'_>, tag_errors: &mut Vec<MemberError>) -> Self {
        let mut errors = Vec::new();
        let nothing = Block::default();
        let layers = Layers { everyone, own: Source { block: &nothing, path: everyone.path } };
        let members = Arc::new(merge_members(layers, &mut errors));
        let callers = Arc::new(merge_callers(everyone.block.callers.as_ref(), None));
        check_tag_lists(layers.everyone, layers.everyone, tag_errors);
        Shared { members, callers, errors }
    }

    /// What is wrong with the members of everyone's block where nothing is laid over it.
    pub(super) fn errors(&self) -> &[MemberError] {
        &self.errors
    }
}

/// The policy of the tenant of that name.
///
/// Faults that everyone's block has by itself are found again for each tenant that inherits them: the caller removes
/// repeats.
pub(super) fn merge(
    tenant: &str,
    layers: Layers<'_>,
    shared: &Shared,
    errors: &mut Vec<MemberError>,
) -> TenantPolicy {
    let own = layers.own.block;
    let members = if own.leaves_members_alone() {
        errors.extend(shared.errors.iter().cloned());
        Arc::clone(&shared.members)
    } else {
        Arc::new(merge_members(layers, errors))
    };
    if members.media_region == (Rule::Open { default: None, allowed: None }) {
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
        tags: merge_tags(tenant, layers, errors),
        callers,
    }
}

fn merge_callers(everyone: Option<&Callers>, own: Option<&Callers>) -> CallerRules {
    let pick = |select: fn(&Callers) -> &Option<Vec<Name>>| {
        own.and_then(|callers| select(callers).clone())
            .or_else(|| everyone.and_then(|callers| select(callers).clone()))
    };
    CallerRules {
        any_scope: pick(|callers| &callers.any_scope),
        any_group: pick(|callers| &callers.any_group),
    }
}

fn merge_tenant_ids(tenant: &str, layers: Layers<'_>, errors: &mut Vec<MemberError>) -> Vec<TenantId> {
    fn written<'b>(source: Source<'b>) -> Option<&'b [Template]> {
        source.block.fixed.as_ref().and_then(|fixed| fixed.tenant_ids.as_deref())
    }
    let (source, templates, inherited) = match (written(layers.own), written(layers.everyone)) {
        (Some(templates), _) => (layers.own, templates, false),
        (None, Some(templates)) => (layers.everyone, templates, true),
        (None, None) => {
            let detail = "has no TenantIds: `Fixed` here or in `Everyone` must give at least one";
            errors.push(MemberError::at(layers.own.path, detail));
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
                errors.push(MemberError::at(&Path::Item(&list, index), format!("`{text}` stands twice")));
            }
            Ok(id) => ids.push(id),
            Err(detail) => {
                // A tenant's name that does not fit everyone's template is the tenant's fault, not the template's.
                let item = Path::Item(&list, index);
                let place = if inherited && template.has_variable() { layers.own.path } else { &item };
                errors.push(MemberError::at(place, format!("TenantId `{text}` {detail}")));
            }
        }
    }
    ids
}
