//! The policy document as it is written: one block for everyone, one for each tenant. The editors' JSON Schema is
//! generated from these types.

use std::borrow::Cow;

use crate::json::{Json, MemberError, Members, Path, ReadJson, read_list};
use crate::model::{
    AttendeeCount, ContentResolution, EchoReduction, MediaRegion, MeetingHostId, NetworkType, TagKey,
    VideoResolution,
};

/// The policy document.
#[derive(Debug)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "PolicyDocument", rename_all = "PascalCase", deny_unknown_fields)
)]
#[expect(dead_code, reason = "the schema is generated from it; the document is never held whole")]
pub(super) struct Document {
    /// Where an editor finds the schema of this document.
    #[cfg_attr(feature = "schema", schemars(rename = "$schema"))]
    schema: Option<String>,
    /// What lies under every tenant, member by member.
    everyone: Option<Block>,
    /// The tenants by name: the text that the tenant claim of their callers' tokens holds.
    tenants: Option<std::collections::BTreeMap<String, Block>>,
    /// What becomes of tenants that are not listed. `Deny` when absent.
    unlisted_tenants: Option<UnlistedTenants>,
}

/// What becomes of tenants that are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) enum UnlistedTenants {
    /// They are refused.
    #[default]
    Deny,
    /// They get what `Everyone` has.
    Everyone,
}

/// What one tenant, or everyone, has.
#[derive(Debug, Default)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename_all = "PascalCase", deny_unknown_fields)
)]
pub(super) struct Block {
    /// Always sent; a caller may ask for the same value, and for no other.
    pub(super) fixed: Option<Fixed>,
    /// Sent when the caller is silent; a caller may ask for the same value, and for another only where `Allowed` says so.
    pub(super) default: Option<Defaults>,
    /// What the caller may ask for. Of a member that is absent here, only the value that silence brings: the policy's, or
    /// Chime's own default (HD, FHD, 250, Ipv4Only) where the policy has none.
    pub(super) allowed: Option<Allowed>,
    /// Who within the tenant may create meetings. Absent: every authenticated caller of the tenant.
    pub(super) callers: Option<Callers>,
}

/// Values that are always sent. A caller may repeat them, key by key for tags, but for `TenantIds`.
#[derive(Debug, Default)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename_all = "PascalCase", deny_unknown_fields)
)]
pub(super) struct Fixed {
    /// The tenant's labels at Chime: 1 to 5. `${tenant}` stands for the tenant's name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 5)))]
    pub(super) tenant_ids: Option<Vec<Template>>,
    /// The region that hosts the media.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", length(min = 2, max = 64)))]
    pub(super) media_region: Option<MediaRegion>,
    /// Which networks the media servers answer on.
    pub(super) media_placement_network_type: Option<NetworkType>,
    /// The reserved member MeetingHostId.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", length(min = 2, max = 64)))]
    pub(super) meeting_host_id: Option<MeetingHostId>,
    /// Features of the meeting.
    pub(super) meeting_features: Option<Features>,
    /// Tags by key. `${tenant}` stands for the tenant's name in a value.
    pub(super) tags: Option<Tags>,
}

/// Values that are sent when the caller is silent.
#[derive(Debug, Default)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename_all = "PascalCase", deny_unknown_fields)
)]
pub(super) struct Defaults {
    /// The region that hosts the media.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", length(min = 2, max = 64)))]
    pub(super) media_region: Option<MediaRegion>,
    /// Which networks the media servers answer on.
    pub(super) media_placement_network_type: Option<NetworkType>,
    /// The reserved member MeetingHostId.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", length(min = 2, max = 64)))]
    pub(super) meeting_host_id: Option<MeetingHostId>,
    /// Features of the meeting.
    pub(super) meeting_features: Option<Features>,
    /// Tags by key. `${tenant}` stands for the tenant's name in a value.
    pub(super) tags: Option<Tags>,
}

/// What a caller may ask for.
#[derive(Debug, Default)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename_all = "PascalCase", deny_unknown_fields)
)]
pub(super) struct Allowed {
    /// The regions to choose from.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<String>>", length(min = 1)))]
    pub(super) media_region: Option<Vec<MediaRegion>>,
    /// The highest network type.
    pub(super) media_placement_network_type: Option<NetworkType>,
    /// Whether MeetingHostId may be set.
    pub(super) meeting_host_id: Option<bool>,
    /// The highest features. They bind silence too: a caller who asks for nothing gets no more.
    pub(super) meeting_features: Option<Features>,
    /// Whether a meeting of the same tenant may be replicated.
    pub(super) primary_meeting_id: Option<bool>,
    /// The keys of tags that a caller may set.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<String>>"))]
    pub(super) tags: Option<Vec<TagKey>>,
}

/// MeetingFeatures, leaf by leaf.
#[derive(Debug, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub(super) struct Features {
    /// Audio features.
    #[cfg_attr(feature = "schema", schemars(rename = "Audio", with = "Option<schema::Audio>"))]
    pub(super) echo_reduction: Option<EchoReduction>,
    /// Video features.
    #[cfg_attr(feature = "schema", schemars(rename = "Video", with = "Option<schema::Video>"))]
    pub(super) video_resolution: Option<VideoResolution>,
    /// Content features.
    #[cfg_attr(feature = "schema", schemars(rename = "Content", with = "Option<schema::Content>"))]
    pub(super) content_resolution: Option<ContentResolution>,
    /// Attendee features.
    #[cfg_attr(feature = "schema", schemars(rename = "Attendee", with = "Option<schema::Attendee>"))]
    pub(super) attendee_count: Option<AttendeeCount>,
}

/// Who may create meetings. Where both members stand, both must hold.
#[derive(Debug, Default)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename_all = "PascalCase", deny_unknown_fields)
)]
pub(super) struct Callers {
    /// At least one of these scopes.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(super) any_scope: Option<Vec<Name>>,
    /// At least one of these groups.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(super) any_group: Option<Vec<Name>>,
}

/// Tags in the order of the document; as JSON an object of key and value.
#[derive(Debug, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Tags(
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, String>"))]
    pub(super) Vec<(TagKey, Template)>,
);

/// A text in which `${tenant}` stands for the tenant's name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Template(String);

/// A scope's or a group's name: any text but the empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Name(#[cfg_attr(feature = "schema", schemars(length(min = 1)))] String);

impl Name {
    /// The name.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The one variable.
const TENANT: &str = "${tenant}";

impl Template {
    /// Whether the text differs from tenant to tenant.
    pub(super) fn has_variable(&self) -> bool {
        self.0.contains(TENANT)
    }

    /// The text for one tenant.
    pub(super) fn fill<'t>(&'t self, tenant: &'t str) -> Cow<'t, str> {
        if self.0 == TENANT {
            return Cow::Borrowed(tenant);
        }
        if !self.0.contains('$') {
            return Cow::Borrowed(&self.0);
        }
        // Character by character and not by `replace`, whose search costs more to set up than a text of this length to
        // read: this runs for every tenant of the document.
        let mut filled = String::with_capacity(self.0.len().saturating_add(tenant.len()));
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            filled.push_str(before);
            match after.strip_prefix("{tenant}") {
                Some(behind) => {
                    filled.push_str(tenant);
                    rest = behind;
                }
                None => {
                    filled.push('$');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        Cow::Owned(filled)
    }
}

impl ReadJson for Template {
    fn read_json(json: &Json<'_>) -> Result<Self, String> {
        let Json::String(text) = json else { return Err(format!("must be a string, not {}", json.kind())) };
        if text.contains('$') && text.replace(TENANT, "").contains("${") {
            return Err("holds a variable that is not `${tenant}`, the only one there is".to_owned());
        }
        Ok(Template(text.clone().into_owned()))
    }
}

impl ReadJson for Name {
    fn read_json(json: &Json<'_>) -> Result<Self, String> {
        match json {
            Json::String(text) if !text.is_empty() => Ok(Name(text.clone().into_owned())),
            Json::String(_) => Err("must not be empty".to_owned()),
            other => Err(format!("must be a string, not {}", other.kind())),
        }
    }
}

impl ReadJson for UnlistedTenants {
    fn read_json(json: &Json<'_>) -> Result<Self, String> {
        match json.as_str() {
            Some("Deny") => Ok(UnlistedTenants::Deny),
            Some("Everyone") => Ok(UnlistedTenants::Everyone),
            _ => Err("must be one of `Deny`, `Everyone`".to_owned()),
        }
    }
}

impl Block {
    /// Reads a block. Members that break a rule are reported and left out.
    pub(super) fn read(json: &Json<'_>, path: &Path<'_>, faults: &mut Vec<MemberError>) -> Block {
        let mut block = Block::default();
        let Some(mut members) = Members::of(json, path, faults) else { return block };
        block.fixed =
            members.take("Fixed").map(|json| Fixed::read(json, &Path::Member(path, "Fixed"), faults));
        block.default =
            members.take("Default").map(|json| Defaults::read(json, &Path::Member(path, "Default"), faults));
        block.allowed =
            members.take("Allowed").map(|json| Allowed::read(json, &Path::Member(path, "Allowed"), faults));
        block.callers =
            members.take("Callers").map(|json| Callers::read(json, &Path::Member(path, "Callers"), faults));
        members.finish(&["Allowed", "Callers", "Default", "Fixed"], faults);
        block
    }
}

impl Fixed {
    fn read(json: &Json<'_>, path: &Path<'_>, faults: &mut Vec<MemberError>) -> Fixed {
        let mut fixed = Fixed::default();
        let Some(mut members) = Members::of(json, path, faults) else { return fixed };
        fixed.tenant_ids = take_list(&mut members, "TenantIds", faults);
        fixed.media_region = members.read("MediaRegion", faults);
        fixed.media_placement_network_type = members.read("MediaPlacementNetworkType", faults);
        fixed.meeting_host_id = members.read("MeetingHostId", faults);
        fixed.meeting_features = take_features(&mut members, faults);
        fixed.tags = take_tags(&mut members, faults);
        members.finish(
            &[
                "MediaPlacementNetworkType",
                "MediaRegion",
                "MeetingFeatures",
                "MeetingHostId",
                "Tags",
                "TenantIds",
            ],
            faults,
        );
        fixed
    }
}

impl Defaults {
    fn read(json: &Json<'_>, path: &Path<'_>, faults: &mut Vec<MemberError>) -> Defaults {
        let mut default = Defaults::default();
        let Some(mut members) = Members::of(json, path, faults) else { return default };
        default.media_region = members.read("MediaRegion", faults);
        default.media_placement_network_type = members.read("MediaPlacementNetworkType", faults);
        default.meeting_host_id = members.read("MeetingHostId", faults);
        default.meeting_features = take_features(&mut members, faults);
        default.tags = take_tags(&mut members, faults);
        members.finish(
            &["MediaPlacementNetworkType", "MediaRegion", "MeetingFeatures", "MeetingHostId", "Tags"],
            faults,
        );
        default
    }
}

impl Allowed {
    fn read(json: &Json<'_>, path: &Path<'_>, faults: &mut Vec<MemberError>) -> Allowed {
        let mut allowed = Allowed::default();
        let Some(mut members) = Members::of(json, path, faults) else { return allowed };
        allowed.media_region = take_list(&mut members, "MediaRegion", faults);
        if allowed.media_region.as_ref().is_some_and(Vec::is_empty) {
            let detail = "is an empty list: leave the member out to allow none";
            faults.push(MemberError::at(&Path::Member(path, "MediaRegion"), detail));
        }
        allowed.media_placement_network_type = members.read("MediaPlacementNetworkType", faults);
        allowed.meeting_host_id = members.read("MeetingHostId", faults);
        allowed.meeting_features = take_features(&mut members, faults);
        allowed.primary_meeting_id = members.read("PrimaryMeetingId", faults);
        allowed.tags = take_list(&mut members, "Tags", faults);
        members.finish(
            &[
                "MediaPlacementNetworkType",
                "MediaRegion",
                "MeetingFeatures",
                "MeetingHostId",
                "PrimaryMeetingId",
                "Tags",
            ],
            faults,
        );
        allowed
    }
}

impl Callers {
    fn read(json: &Json<'_>, path: &Path<'_>, faults: &mut Vec<MemberError>) -> Callers {
        let mut callers = Callers::default();
        let Some(mut members) = Members::of(json, path, faults) else { return callers };
        callers.any_scope = take_list(&mut members, "AnyScope", faults);
        callers.any_group = take_list(&mut members, "AnyGroup", faults);
        for (name, list) in [("AnyScope", &callers.any_scope), ("AnyGroup", &callers.any_group)] {
            if list.as_ref().is_some_and(Vec::is_empty) {
                let detail =
                    "is an empty list, which nobody could satisfy: leave the member out to ask for none";
                faults.push(MemberError::at(&Path::Member(path, name), detail));
            }
        }
        members.finish(&["AnyGroup", "AnyScope"], faults);
        callers
    }
}

impl Features {
    fn read(json: &Json<'_>, path: &Path<'_>, faults: &mut Vec<MemberError>) -> Features {
        let mut features = Features::default();
        let Some(mut members) = Members::of(json, path, faults) else { return features };
        features.echo_reduction = take_leaf(&mut members, "Audio", "EchoReduction", faults);
        features.video_resolution = take_leaf(&mut members, "Video", "MaxResolution", faults);
        features.content_resolution = take_leaf(&mut members, "Content", "MaxResolution", faults);
        features.attendee_count = take_leaf(&mut members, "Attendee", "MaxCount", faults);
        members.finish(&["Attendee", "Audio", "Content", "Video"], faults);
        features
    }
}

fn take_features(members: &mut Members<'_, '_, '_>, faults: &mut Vec<MemberError>) -> Option<Features> {
    let json = members.take("MeetingFeatures")?;
    Some(Features::read(json, &Path::Member(members.path(), "MeetingFeatures"), faults))
}

fn take_leaf<T: ReadJson>(
    features: &mut Members<'_, '_, '_>,
    group: &str,
    leaf: &str,
    faults: &mut Vec<MemberError>,
) -> Option<T> {
    let json = features.take(group)?;
    let path = Path::Member(features.path(), group);
    let mut members = Members::of(json, &path, faults)?;
    let value = members.read(leaf, faults);
    members.finish(&[leaf], faults);
    value
}

fn take_list<T: ReadJson>(
    members: &mut Members<'_, '_, '_>,
    name: &str,
    faults: &mut Vec<MemberError>,
) -> Option<Vec<T>> {
    let json = members.take(name)?;
    read_list(json, &Path::Member(members.path(), name), faults)
}

fn take_tags(members: &mut Members<'_, '_, '_>, faults: &mut Vec<MemberError>) -> Option<Tags> {
    let json = members.take("Tags")?;
    let path = Path::Member(members.path(), "Tags");
    let Some(object) = json.as_object() else {
        faults.push(MemberError::at(
            &path,
            format!("must be an object of keys and values, not {}", json.kind()),
        ));
        return None;
    };
    for key in object.repeated() {
        faults.push(MemberError::at(&Path::Member(&path, key), "is repeated"));
    }
    let mut tags = Vec::with_capacity(object.len());
    for (key, value) in object.iter() {
        let path = Path::Member(&path, key);
        let key = TagKey::parse(key)
            .map_err(|detail| faults.push(MemberError::at(&path, format!("as a tag's key: {detail}"))));
        let value = Template::read_json(value).map_err(|detail| faults.push(MemberError::at(&path, detail)));
        if let (Ok(key), Ok(value)) = (key, value) {
            tags.push((key, value));
        }
    }
    Some(Tags(tags))
}

/// Shapes that exist for the schema only: in memory a group of features is its one leaf.
#[cfg(feature = "schema")]
mod schema {
    use super::{ContentResolution, EchoReduction, VideoResolution};

    macro_rules! group {
        ($(#[$doc:meta])* $name:ident { $(#[$leaf:meta])* $field:ident: $type:ty }) => {
            $(#[$doc])*
            #[derive(schemars::JsonSchema)]
            #[schemars(rename_all = "PascalCase", deny_unknown_fields)]
            #[expect(dead_code, reason = "the schema is generated from it, nothing is stored in it")]
            pub(super) struct $name { $(#[$leaf])* $field: Option<$type> }
        };
    }

    group! {
        /// Audio features.
        Audio {
            /// Whether clients may switch echo reduction on.
            echo_reduction: EchoReduction
        }
    }
    group! {
        /// Video features.
        Video {
            /// Highest resolution of camera video.
            max_resolution: VideoResolution
        }
    }
    group! {
        /// Content features.
        Content {
            /// Highest resolution of shared content.
            max_resolution: ContentResolution
        }
    }
    group! {
        /// Attendee features.
        Attendee {
            /// Most attendees.
            #[schemars(range(min = 1, max = 250))]
            max_count: u8
        }
    }
}
