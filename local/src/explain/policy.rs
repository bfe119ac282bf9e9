//! What the policy has for each member, whatever the request asks for.

use meeting_gateway::policy::{DocumentPlace, MemberExplanation, PolicyExplanation, TagPlace};
use serde_json::{Value, json};

use super::values::From;

/// The member `policy` of the report. `document` is the policy document as it is written.
///
/// - `members`: every member of a meeting and every capability of an attendee. `sent` is what is sent when the caller is
///   silent, null for nothing, with `from` and `pointer`: the list and the place that decide it. `allowed` is the bound of what the
///   caller may ask for as the document has it, at `allowed_pointer`; both null where the caller may ask only for what a request
///   without the member gets. `chime_default` is Chime's documented default.
/// - `tags`: every tag that is sent or may be asked for. `list` is `Fixed`, `Default` or `Allowed`.
/// - `tenant_ids`: the TenantIds, null without any.
pub(super) fn policy_json(policy: &PolicyExplanation, document: &Value) -> Value {
    let member = |member: &MemberExplanation| {
        let MemberExplanation { name, sent, source, allowed, chime_default } = member;
        let allowed = allowed.as_ref();
        json!({
            "member": format!("#/{name}"),
            "sent": sent,
            "from": source.as_ref().map(|place| From::of_list(place.list).as_str()),
            "pointer": source.as_ref().map(|place| &place.pointer),
            "allowed": allowed.and_then(|place| written_at(document, place)),
            "allowed_pointer": allowed.map(|place| &place.pointer),
            "chime_default": chime_default,
        })
    };
    let tag =
        |TagPlace { key, list, pointer }: &TagPlace| json!({ "key": key, "list": list, "pointer": pointer });
    let tenant_ids = policy.tenant_ids.as_ref();
    json!({
        "members": policy.members.iter().map(member).collect::<Vec<_>>(),
        "tags": policy.tags.iter().map(tag).collect::<Vec<_>>(),
        "tenant_ids": tenant_ids.map(|(ids, place)| json!({ "value": ids, "pointer": place.pointer })),
    })
}

/// What the document has at a place. A document without faults has no repeated member, so there is one value.
fn written_at<'d>(document: &'d Value, place: &DocumentPlace) -> Option<&'d Value> {
    document.pointer(place.pointer.strip_prefix('#')?)
}
