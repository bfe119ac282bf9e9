//! Where a tenant's policy comes from: for each member, tag and right, the place in the document that decides it.
//!
//! No request needs this. Operators do, who ask why a request was decided as it was.

use serde_json::Value;

use super::admit::missing;
use super::deployment::Deployment;
use super::document::Block;
use super::layers::{DocumentPlace, Layers, NOTHING, Source};
use super::lists::{ListedGroup, Reading};
use super::merge_callers::{merge_callers, place_of_right};
use super::merge_limits::{merge_limits, place_of_limit};
use super::merge_members::Statements;
use super::merge_tags::{TagPlace, tag_places};
use super::right::RightName;
use crate::auth::Caller;
use crate::json::{Json, KnownMembers, MemberError, Names, Path};
use crate::model::{Capabilities, Member, Members, Visit, Wire};

/// The policy of a caller's tenant, with the place of each part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyExplanation {
    /// Pointer to the tenant's block. `None` for a tenant that is not listed.
    pub tenant: Option<String>,
    /// Whether the document admits the tenant: it is listed, or unlisted tenants get what `Everyone` has.
    pub is_admitted: bool,
    /// Each right, and whether the caller has it. Empty for a tenant that is not admitted.
    pub rights: Vec<RightExplanation>,
    /// Each limit on open meetings. Empty for a tenant that is not admitted.
    pub limits: Vec<LimitExplanation>,
    /// Each member of a meeting and each capability of an attendee.
    pub members: Vec<MemberExplanation>,
    /// Each tag that the policy sends or allows.
    pub tags: Vec<TagPlace>,
    /// The TenantIds, and where they are written. `None` without any.
    pub tenant_ids: Option<(Vec<String>, DocumentPlace)>,
}

/// Who has a right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightExplanation {
    /// The right's name, as in the document.
    pub right: &'static str,
    /// Who has it, in words.
    pub holders: String,
    /// Whether the caller is one of them.
    pub is_held: bool,
    /// Pointer to what decides it. `None` when nothing is written about it.
    pub pointer: Option<String>,
}

/// A limit on open meetings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitExplanation {
    /// The limit's name, as in the document.
    pub limit: &'static str,
    /// How many. `None` for no limit.
    pub value: Option<u16>,
    /// Pointer to what decides it. `None` for no limit.
    pub pointer: Option<String>,
}

/// What the policy has for one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberExplanation {
    /// The member's path in the request, with `/` between the names.
    pub name: &'static str,
    /// What the gateway sends when the caller does not ask for the member.
    pub sent: Option<Value>,
    /// Where that is written: `Fixed`, `Default`, or `Allowed` for a ceiling that binds silence too.
    pub source: Option<DocumentPlace>,
    /// Where the bound of what the caller may ask for is written.
    pub allowed: Option<DocumentPlace>,
    /// What the meeting has when nothing is sent, by Chime's documentation.
    pub chime_default: Option<Value>,
}

/// Explains the policy of the caller's tenant in a document that [`Policies::load`](super::Policies::load) accepts.
///
/// # Errors
/// When the document is not JSON, or has errors of its own.
pub fn explain(
    document: &[u8],
    deployment: &Deployment,
    caller: &Caller,
) -> Result<PolicyExplanation, Vec<MemberError>> {
    let json = Json::parse(document)
        .map_err(|error| vec![MemberError::at(&Path::Root, format!("is not a JSON document: {error}"))])?;
    let mut errors = Vec::new();
    let names = Names { offered: &[], reserved: &["$schema", "Everyone", "Tenants", "UnlistedTenants"] };
    let Some(members) = KnownMembers::of(&json, &Path::Root, names, &mut errors) else { return Err(errors) };
    let block = |json: Option<&Json<'_>>, path: &Path<'_>, errors: &mut Vec<MemberError>| {
        json.map(|json| Block::read(json, path, &mut Reading { deployment: *deployment, errors }))
            .unwrap_or_default()
    };
    let everyone_path = members.path_of("Everyone");
    let everyone = block(members.get("Everyone"), &everyone_path, &mut errors);
    let tenants = members.get("Tenants").and_then(Json::as_object);
    let own_json = tenants.and_then(|tenants| tenants.get(caller.tenant()));
    let tenants_path = members.path_of("Tenants");
    let own_path = Path::Member(&tenants_path, caller.tenant());
    let own = own_json.map(|json| block(Some(json), &own_path, &mut errors));
    if !errors.is_empty() {
        return Err(errors);
    }
    let layers = Layers {
        everyone: Source { block: &everyone, path: &everyone_path },
        own: Source { block: own.as_ref().unwrap_or(&NOTHING), path: &own_path },
    };
    let admits_unlisted = members.get("UnlistedTenants").and_then(Json::as_str) == Some("Everyone");
    let is_admitted = own.is_some() || admits_unlisted;
    let mut members = Explain { layers, members: Vec::new() };
    Members::visit(&mut members);
    Capabilities::visit(&mut members);
    Ok(PolicyExplanation {
        tenant: own.as_ref().map(|_| own_path.to_string()),
        is_admitted,
        rights: if is_admitted { rights(layers, caller) } else { Vec::new() },
        limits: if is_admitted { limits(layers) } else { Vec::new() },
        members: members.members,
        tags: tag_places(layers),
        tenant_ids: tenant_ids(layers, caller.tenant()),
    })
}

fn json(value: Wire<'_>) -> Value {
    match value {
        Wire::Text(text) => text.into(),
        Wire::Number(number) => number.into(),
    }
}

fn rights(layers: Layers<'_>, caller: &Caller) -> Vec<RightExplanation> {
    let rules = merge_callers(layers.everyone.block.callers.as_ref(), layers.own.block.callers.as_ref());
    let explain = |right: &RightName| RightExplanation {
        right: right.as_str(),
        holders: rules.holders(*right).to_string(),
        is_held: missing(*right, rules.holders(*right), caller).is_none(),
        pointer: place_of_right(layers, *right),
    };
    RightName::ALL.iter().map(explain).collect()
}

fn limits(layers: Layers<'_>) -> Vec<LimitExplanation> {
    let explain = |(limit, value)| LimitExplanation { limit, value, pointer: place_of_limit(layers, limit) };
    merge_limits(layers).each().map(explain).into()
}

fn tenant_ids(layers: Layers<'_>, tenant: &str) -> Option<(Vec<String>, DocumentPlace)> {
    [layers.own, layers.everyone].into_iter().find_map(|source| {
        let ids = source.block.tenant_ids()?.iter().map(|template| template.fill(tenant).into_owned());
        let fixed = Path::Member(source.path, "Fixed");
        let pointer = Path::Member(&fixed, "TenantIds").to_string();
        Some((ids.collect(), DocumentPlace { list: "Fixed", pointer }))
    })
}

/// Explains each member of a group.
struct Explain<'b> {
    layers: Layers<'b>,
    members: Vec<MemberExplanation>,
}

impl<G: ListedGroup> Visit<G> for Explain<'_> {
    fn visit<M: Member<Group = G>>(&mut self) {
        let statements = Statements::<M>::in_layers(self.layers);
        let (source, allowed) = (statements.place_of_sent(), statements.place_of_allowed());
        // Errors are those of the document, which was loaded before.
        let sent = statements.merge(&mut Vec::new()).sent_when_unasked();
        self.members.push(MemberExplanation {
            name: M::NAME,
            source: source.filter(|_| sent.is_some()),
            sent: sent.map(|value| json(value.wire())),
            allowed,
            chime_default: M::CHIME_DEFAULT.map(|value| json(value.wire())),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Limits, Partition};

    const DEPLOYMENT: Deployment = Deployment { partition: Partition::Commercial, has_registry: true };

    fn explained(document: &serde_json::Value, tenant: &str, groups: &[&str]) -> PolicyExplanation {
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        let caller = Caller::for_tests(tenant, "anna", Vec::new(), groups);
        explain(document.to_string().as_bytes(), &DEPLOYMENT, &caller).unwrap()
    }

    #[test]
    fn each_members_value_has_the_place_that_decides_it() {
        let place = |list, pointer: &str| Some(DocumentPlace { list, pointer: pointer.to_owned() });
        for (everyone, own, sent, source, allowed, why) in [
            (
                serde_json::json!({ "Default": { "MediaRegion": "us-east-1" } }),
                serde_json::json!({}),
                Some("us-east-1"),
                place("Default", "#/Everyone/Default/MediaRegion"),
                None,
                "everyone's default",
            ),
            (
                serde_json::json!({ "Default": { "MediaRegion": "us-east-1" } }),
                serde_json::json!({ "Default": { "MediaRegion": "us-west-2" } }),
                Some("us-west-2"),
                place("Default", "#/Tenants/a~1b/Default/MediaRegion"),
                None,
                "the tenant's own default wins",
            ),
            (
                serde_json::json!({ "Default": { "MediaRegion": "us-east-1" } }),
                serde_json::json!({ "Fixed": { "MediaRegion": "us-west-2" } }),
                Some("us-west-2"),
                place("Fixed", "#/Tenants/a~1b/Fixed/MediaRegion"),
                None,
                "the tenant's Fixed removes everyone's default",
            ),
            (
                serde_json::json!({ "Allowed": { "MediaRegion": ["us-east-1"] } }),
                serde_json::json!({}),
                None,
                None,
                place("Allowed", "#/Everyone/Allowed/MediaRegion"),
                "a list of choices sends nothing",
            ),
        ] {
            let document = serde_json::json!({ "Everyone": everyone, "Tenants": { "a/b": own } });
            let explained = explained(&document, "a/b", &[]);
            let member = explained.members.into_iter().find(|member| member.name == "MediaRegion").unwrap();
            assert_eq!(member.sent, sent.map(Value::from), "{why}");
            assert_eq!((member.source, member.allowed), (source, allowed), "{why}");
        }
    }

    #[test]
    fn a_ceiling_that_binds_silence_is_the_place_of_what_is_sent() {
        let document = serde_json::json!({
            "Everyone": { "Allowed": { "MeetingFeatures": { "Attendee": { "MaxCount": 50 } } } }
        });
        let explained = explained(&document, "acme", &[]);
        let count = explained.members.iter().find(|member| member.name.ends_with("MaxCount")).unwrap();
        assert_eq!(count.sent, Some(50.into()));
        assert_eq!(
            count.source.as_ref().unwrap().pointer,
            "#/Everyone/Allowed/MeetingFeatures/Attendee/MaxCount"
        );
        assert_eq!(count.chime_default, Some(250.into()));
        assert_eq!((explained.tenant, explained.is_admitted), (None, false), "the tenant is not listed");
        assert_eq!(explained.rights, []);
    }

    #[test]
    fn each_right_has_the_place_of_what_is_written_first() {
        let direct = serde_json::json!({ "AnyGroup": ["hosts"] });
        let entry = serde_json::json!({ "Join": { "AnyGroup": ["members"] } });
        for (everyone, own, pointer, is_held, why) in [
            (&serde_json::json!({}), &serde_json::json!({}), None, true, "nothing is written"),
            (&direct, &serde_json::json!({}), Some("#/Everyone/Callers"), true, "everyone's direct lists"),
            (&entry, &serde_json::json!({}), Some("#/Everyone/Callers/Join"), false, "everyone's entry"),
            (&entry, &direct, Some("#/Tenants/acme/Callers"), true, "the tenant's direct lists come before"),
            (&direct, &entry, Some("#/Tenants/acme/Callers/Join"), false, "the tenant's entry"),
        ] {
            let document = serde_json::json!({
                "Everyone": { "Callers": everyone }, "Tenants": { "acme": { "Callers": own } }
            });
            let explained = explained(&document, "acme", &["hosts"]);
            let join = explained.rights.into_iter().find(|right| right.right == "Join").unwrap();
            assert_eq!((join.pointer.as_deref(), join.is_held), (pointer, is_held), "{why}");
        }
    }

    #[test]
    fn each_limit_has_the_place_that_decides_it() {
        let document = serde_json::json!({
            "Everyone": { "Limits": { "OpenMeetings": 20, "OpenMeetingsPerCaller": 3 } },
            "Tenants": { "acme": { "Limits": { "OpenMeetings": 50 } }, "globex": {} }
        });
        let limits = |tenant: &str| {
            let limits = explained(&document, tenant, &[]).limits.into_iter();
            limits.map(|limit| (limit.value, limit.pointer.unwrap_or_default())).collect::<Vec<_>>()
        };
        let of_callers = (Some(3), "#/Everyone/Limits/OpenMeetingsPerCaller".to_owned());
        let own = (Some(50), "#/Tenants/acme/Limits/OpenMeetings".to_owned());
        assert_eq!(limits("acme"), [own, of_callers.clone()]);
        assert_eq!(limits("globex"), [(Some(20), "#/Everyone/Limits/OpenMeetings".to_owned()), of_callers]);
        assert_eq!(limits("initech"), [], "not admitted");
        let plain = serde_json::json!({ "Tenants": { "acme": {} } });
        let names: Vec<_> = explained(&plain, "acme", &[]).limits.iter().map(|limit| limit.limit).collect();
        assert_eq!(names, Limits::NAMES, "also without any limit");
    }

    #[test]
    fn each_tag_has_the_place_that_decides_it() {
        let document = serde_json::json!({
            "Everyone": { "Fixed": { "Tags": { "Tenant": "${tenant}" } }, "Default": { "Tags": { "Plan": "free" } },
                          "Allowed": { "Tags": ["Course", "plan"] } },
            "Tenants": { "acme": { "Fixed": { "Tags": { "Plan": "paid" } } } }
        });
        let tags = explained(&document, "acme", &[]).tags;
        let places: Vec<&str> = tags.iter().map(|tag| tag.pointer.as_str()).collect();
        assert_eq!(
            places,
            ["#/Everyone/Fixed/Tags/Tenant", "#/Tenants/acme/Fixed/Tags/Plan", "#/Everyone/Allowed/Tags/0"]
        );
    }

    #[test]
    fn document_with_errors_is_not_explained() {
        let caller = Caller::for_tests("acme", "anna", Vec::new(), Vec::new());
        let errors = explain(br#"{ "Everyone": { "Fixed": { "MediaRegion": 1 } } }"#, &DEPLOYMENT, &caller)
            .unwrap_err();
        assert_eq!(errors[0].pointer, "#/Everyone/Fixed/MediaRegion");
        assert!(explain(b"{", &DEPLOYMENT, &caller).is_err());
    }
}
