//! The lists of a block: `Fixed`, `Default` and `Allowed`.

use std::sync::LazyLock;

use super::deployment::Deployment;
use super::template::Template;
use crate::json::{Json, KnownMembers, MemberError, Names, Path, ReadJson as _, read_list};
use crate::model::{
    Bound as _, Capabilities, Group, Make, Member, Members, OfAttendee, OfMeeting, TagKey, Visit, Wrap,
};

/// The values of `Fixed` or `Default`.
#[derive(Debug)]
pub(super) struct Values {
    /// The tenant's labels at Chime. Only `Fixed` may have them.
    pub(super) tenant_ids: Option<Vec<Template>>,
    /// `None` without a value for any member, as in most tenants' lists.
    pub(super) members: Option<Members<Written>>,
    /// The same for the capabilities of attendees.
    pub(super) capabilities: Option<Capabilities<Written>>,
    pub(super) tags: Option<Tags>,
}

/// What a caller may ask for.
#[derive(Debug)]
pub(super) struct Allowed {
    pub(super) members: Members<Bounded>,
    /// `None` without any.
    pub(super) capabilities: Option<Capabilities<Bounded>>,
    /// The keys of tags.
    pub(super) tags: Option<Vec<TagKey>>,
}

/// Tags in the order of the document. In JSON an object of keys and values.
#[derive(Debug, Default)]
pub(super) struct Tags(pub(super) Vec<(TagKey, Template)>);

/// A value that a list has for each member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written;

impl Wrap for Written {
    type Of<M: Member> = Option<M>;
}

/// What a list allows for each member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounded;

impl Wrap for Bounded {
    type Of<M: Member> = Option<M::Bound>;
}

/// The names of the members that `Fixed` and `Default` may have.
static VALUE_NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names = ValueNames(Vec::new());
    Members::visit(&mut names);
    Capabilities::visit(&mut names);
    names.0
});

struct ValueNames(Vec<&'static str>);

impl<G: Group> Visit<G> for ValueNames {
    fn visit<M: Member<Group = G>>(&mut self) {
        if M::HAS_POLICY_VALUE {
            self.0.push(M::NAME);
        }
    }
}

impl Values {
    /// Reads `Fixed` or `Default`. `others` are the names that the list may have besides those of members.
    pub(super) fn read(
        json: &Json<'_>,
        path: &Path<'_>,
        others: &[&'static str],
        reading: &mut Reading<'_>,
    ) -> Option<Self> {
        let members = KnownMembers::of(json, path, Names::new(&[others, &VALUE_NAMES]), reading.errors)?;
        let ids = members.get("TenantIds");
        let others = others.iter().filter(|name| members.get(name).is_some()).count();
        Some(Values {
            tenant_ids: ids.and_then(|ids| read_list(ids, &members.path_of("TenantIds"), reading.errors)),
            tags: read_tags(&members, reading.errors),
            members: (members.count() > others)
                .then(|| Members::make(&mut Reader { members: &members, reading })),
            capabilities: has_capabilities(&members)
                .then(|| Capabilities::make(&mut Reader { members: &members, reading })),
        })
    }
}

impl Allowed {
    pub(super) fn read(json: &Json<'_>, path: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let members = KnownMembers::of(
            json,
            path,
            Names::new(&[&["Tags"], Members::NAMES, Capabilities::NAMES]),
            reading.errors,
        )?;
        Some(Allowed {
            tags: members
                .get("Tags")
                .and_then(|keys| read_list(keys, &members.path_of("Tags"), reading.errors)),
            members: Members::make(&mut Reader { members: &members, reading }),
            capabilities: has_capabilities(&members)
                .then(|| Capabilities::make(&mut Reader { members: &members, reading })),
        })
    }
}

/// The stack that the document is for, and the errors found so far.
pub(super) struct Reading<'r> {
    pub(super) deployment: Deployment,
    pub(super) errors: &'r mut Vec<MemberError>,
}

/// Reads the members of a list. Reports values that Chime refuses in the stack's partition.
struct Reader<'r, 'e, 'j, 'a, 'p> {
    members: &'r KnownMembers<'j, 'a, 'p>,
    reading: &'r mut Reading<'e>,
}

impl<G: Group> Make<G, Written> for Reader<'_, '_, '_, '_, '_> {
    fn make<M: Member<Group = G>>(&mut self) -> Option<M> {
        let Reading { deployment, errors } = &mut *self.reading;
        let value: M = self.members.read(M::NAME, *errors)?;
        if let Err(detail) = value.check_in(deployment.partition) {
            errors.push(MemberError::at(&self.members.path_of(M::NAME), detail));
        }
        Some(value)
    }
}

impl<G: Group> Make<G, Bounded> for Reader<'_, '_, '_, '_, '_> {
    fn make<M: Member<Group = G>>(&mut self) -> Option<M::Bound> {
        let Reading { deployment, errors } = &mut *self.reading;
        let path = self.members.path_of(M::NAME);
        let bound = M::Bound::read(self.members.get(M::NAME)?, &path, *errors)?;
        for (index, value) in bound.listed().iter().enumerate() {
            if let Err(detail) = value.check_in(deployment.partition) {
                errors.push(MemberError::at(&Path::Item(&path, index), detail));
            }
        }
        Some(bound)
    }
}

fn has_capabilities(members: &KnownMembers<'_, '_, '_>) -> bool {
    Capabilities::NAMES.iter().any(|name| members.get(name).is_some())
}

/// A group of members that the lists have.
pub(super) trait ListedGroup: Group + Sized {
    /// The group's values in `Fixed` or `Default`.
    fn written(values: &Values) -> Option<&Self::Of<Written>>;

    /// The group's bounds in `Allowed`.
    fn bounded(allowed: &Allowed) -> Option<&Self::Of<Bounded>>;
}

impl ListedGroup for OfMeeting {
    fn written(values: &Values) -> Option<&Members<Written>> {
        values.members.as_ref()
    }

    fn bounded(allowed: &Allowed) -> Option<&Members<Bounded>> {
        Some(&allowed.members)
    }
}

impl ListedGroup for OfAttendee {
    fn written(values: &Values) -> Option<&Capabilities<Written>> {
        values.capabilities.as_ref()
    }

    fn bounded(allowed: &Allowed) -> Option<&Capabilities<Bounded>> {
        allowed.capabilities.as_ref()
    }
}

fn read_tags(members: &KnownMembers<'_, '_, '_>, errors: &mut Vec<MemberError>) -> Option<Tags> {
    let json = members.get("Tags")?;
    let path = members.path_of("Tags");
    let Some(object) = json.as_object() else {
        errors.push(MemberError::at(
            &path,
            format!("must be an object of keys and values, not {}", json.kind()),
        ));
        return None;
    };
    for key in object.repeated() {
        errors.push(MemberError::at(&Path::Member(&path, key), "is repeated"));
    }
    let mut tags = Vec::with_capacity(object.len());
    for (key, value) in object.iter() {
        let path = Path::Member(&path, key);
        let key = TagKey::parse(key).map_err(|detail| {
            errors.push(MemberError::at(&path, format!("is not a valid key: it {detail}")))
        });
        let value = Template::read_json(value).map_err(|detail| errors.push(MemberError::at(&path, detail)));
        if let (Ok(key), Ok(value)) = (key, value) {
            tags.push((key, value));
        }
    }
    Some(Tags(tags))
}
