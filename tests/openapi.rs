//! The limits in openapi.yaml are those of the code, member by member and in both directions.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test fails by panicking, and its helpers are outside of #[test]"
)]

use std::collections::BTreeSet;

use fancy_regex::Regex;
use meeting_gateway::model::{
    AttendeeId, Capabilities, ExternalMeetingId, ExternalUserId, Group, IdempotencyKey, MAX_ATTENDEES,
    MAX_ATTENDEES_AT_CREATION, MAX_EXCLUDED_ATTENDEES, MAX_TAGS, MeetingId, Member, Members, RoomId, Shape,
    TagKey, TagValue, ToWire, Visit,
};
use serde_json::{Value, json};

/// Texts that are compared with each pattern, made at random.
const TEXTS: usize = 20_000;

fn description() -> Value {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.yaml");
    serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The description, and the members of requests that were compared: `MeetingRequest/MediaRegion`.
struct Compared {
    description: Value,
    members: BTreeSet<String>,
}

impl Compared {
    /// A schema, or the one that it refers to.
    fn followed<'v>(&'v self, schema: &'v Value) -> &'v Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.description.pointer(reference.trim_start_matches('#')).unwrap(),
            None => schema,
        }
    }

    /// The schema of a member of a request.
    fn property(&self, path: &str) -> &Value {
        let (name, path) = path.split_once('/').unwrap();
        let mut schema = &self.description["components"]["schemas"][name];
        for name in path.split('/') {
            schema = self.followed(schema);
            schema = if name == "0" { &schema["items"] } else { &schema["properties"][name] };
            assert!(!schema.is_null(), "`{path}` is not in the schema");
        }
        self.followed(schema)
    }

    /// Compares a member's type, length, range and names.
    fn compare<T: ToWire>(&mut self, path: &str) {
        let schema = self.property(path);
        let keywords = ["minLength", "maxLength", "minimum", "maximum", "enum"];
        let described: Vec<&Value> = keywords.iter().map(|keyword| &schema[keyword]).collect();
        let null = Value::Null;
        match T::SHAPE {
            Shape::Text { min, max } => {
                assert_eq!(described, [&json!(min), &json!(max), &null, &null, &null], "{path}");
            }
            Shape::Number { min, max } => {
                assert_eq!(described, [&null, &null, &json!(min), &json!(max), &null], "{path}");
            }
            Shape::Names(names) => {
                assert_eq!(described, [&null, &null, &null, &null, &json!(names)], "{path}");
            }
        }
        self.members.insert(path.to_owned());
    }

    /// The same for a text, and its pattern by many texts.
    fn compare_text<T: ToWire>(&mut self, path: &str, parse: impl Fn(&str) -> bool) {
        self.compare::<T>(path);
        self.compare_pattern(path, parse);
    }

    fn compare_pattern(&self, path: &str, parse: impl Fn(&str) -> bool) {
        let schema = self.property(path);
        let pattern =
            Regex::new(schema["pattern"].as_str().unwrap_or_else(|| panic!("{path}: no pattern"))).unwrap();
        let [min, max] = ["minLength", "maxLength"].map(|keyword| schema[keyword].as_u64().unwrap());
        let mut random = fastrand::Rng::with_seed(13);
        let mut valid = 0;
        for _ in 0..TEXTS {
            let text = text(&mut random);
            let length = text.chars().count() as u64;
            let described = (min..=max).contains(&length) && pattern.is_match(&text).unwrap();
            assert_eq!(described, parse(&text), "{path}: {text:?}");
            valid += usize::from(described);
        }
        assert!(valid > 0 && valid < TEXTS, "{path}: {valid} of {TEXTS} texts are valid: they tell nothing");
    }
}

/// Compares each member of a group below a schema.
struct OfGroup<'c>(&'c mut Compared, &'static str);

impl<G: Group> Visit<G> for OfGroup<'_> {
    fn visit<M: Member<Group = G>>(&mut self) {
        self.0.compare::<M>(&format!("{}/{}", self.1, M::NAME));
    }
}

/// A text of characters that some pattern treats differently, or an id, which chance would not make.
fn text(random: &mut fastrand::Rng) -> String {
    const CHARACTERS: &[char] = &[
        'a', 'w', 's', 'S', 'Z', '0', '9', 'f', 'g', '-', '_', '&', '@', '+', '=', ',', '(', ')', '{', '}',
        '[', ']', '/', '\\', '«', '»', '.', ':', ';', '<', '>', '|', '\'', '"', '#', ' ', '\t', '\n', 'é',
        'À', 'ÿ', 'Ā', '×', '÷', '~', '!', '$', '%', '*', '?', '^', '`', '\u{a0}', '\u{2028}', '日',
    ];
    let length = match random.u8(0..10) {
        0 => random.usize(0..3),
        1 => random.usize(60..70),
        2 => random.usize(120..140),
        3 => random.usize(250..260),
        _ => random.usize(1..8),
    };
    match random.u8(0..10) {
        0 => format!("{}:{}", random.choice(["aws", "AWS", "awS", "xaws"]).unwrap(), random.u8(..)),
        1 => {
            let id =
                format!("{:08x}-{:04X}-4000-8000-{:012x}", random.u32(..), random.u16(..), random.u32(..));
            let cut = random.usize(id.len() - 1..=id.len());
            id[..cut].to_owned()
        }
        // Mostly letters, so that long texts are valid too.
        2..=5 => std::iter::repeat_with(|| random.alphanumeric()).take(length).collect(),
        _ => std::iter::repeat_with(|| *random.choice(CHARACTERS).unwrap()).take(length).collect(),
    }
}

/// Every member without members of its own below a schema.
fn leaves(compared: &Compared, schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    let schema = compared.followed(schema);
    if let Some(properties) = schema["properties"].as_object() {
        for (name, property) in properties {
            leaves(compared, property, &format!("{path}/{name}"), found);
        }
    } else if schema["type"] == "array" {
        leaves(compared, &schema["items"], &format!("{path}/0"), found);
    } else {
        found.insert(path.to_owned());
    }
}

#[test]
fn every_member_of_every_request_has_the_limits_of_the_code() {
    let mut compared = Compared { description: description(), members: BTreeSet::new() };
    for meeting in
        ["MeetingRequest", "MeetingWithAttendeesRequest", "RoomMeetingRequest", "RoomRequest/Meeting"]
    {
        Members::visit(&mut OfGroup(&mut compared, meeting));
        let path = |name: &str| format!("{meeting}/{name}");
        compared.compare_text::<TagKey>(&path("Tags/0/Key"), |text| TagKey::parse(text).is_ok());
        compared.compare_text::<TagValue>(&path("Tags/0/Value"), |text| TagValue::parse(text).is_ok());
        assert_eq!(compared.property(&path("Tags"))["maxItems"], MAX_TAGS);
    }
    // The meeting of a room has the room's name, and no key.
    for request in ["MeetingRequest", "MeetingWithAttendeesRequest"] {
        let path = |name: &str| format!("{request}/{name}");
        compared.compare_text::<ExternalMeetingId>(&path("ExternalMeetingId"), |text| {
            ExternalMeetingId::parse(text).is_ok()
        });
        compared.compare_text::<IdempotencyKey>(&path("ClientRequestToken"), |text| {
            IdempotencyKey::parse(text).is_ok()
        });
    }
    for (attendee, most) in [
        ("AttendeeRequest", None),
        ("RoomRequest", None),
        ("AttendeesRequest/Attendees/0", Some(MAX_ATTENDEES)),
        ("MeetingWithAttendeesRequest/Attendees/0", Some(MAX_ATTENDEES_AT_CREATION)),
    ] {
        Capabilities::visit(&mut OfGroup(&mut compared, attendee));
        compared.compare_text::<ExternalUserId>(&format!("{attendee}/ExternalUserId"), |text| {
            ExternalUserId::parse(text).is_ok()
        });
        if let Some(most) = most {
            let list = compared.property(attendee.trim_end_matches("/0"));
            assert_eq!((&list["minItems"], &list["maxItems"]), (&json!(1), &json!(most)), "{attendee}");
        }
    }
    for request in ["CapabilitiesRequest", "CapabilitiesExceptRequest"] {
        Capabilities::visit(&mut OfGroup(&mut compared, request));
    }
    compared
        .compare_text::<AttendeeId>("CapabilitiesExceptRequest/ExcludedAttendeeIds/0/AttendeeId", |text| {
            AttendeeId::parse(text).is_ok()
        });
    let excluded = compared.property("CapabilitiesExceptRequest/ExcludedAttendeeIds");
    assert_eq!(excluded["maxItems"], MAX_EXCLUDED_ATTENDEES);

    let mut described = BTreeSet::new();
    let schemas = compared.description["components"]["schemas"].as_object().unwrap();
    let requests = schemas.iter().filter(|(name, _)| name.ends_with("Request"));
    requests.for_each(|(name, schema)| leaves(&compared, schema, name, &mut described));
    assert_eq!(described, compared.members, "members of requests, described and compared");
}

#[test]
fn parameters_have_the_limits_of_the_code() {
    let compared = Compared { description: description(), members: BTreeSet::new() };
    let parameters = &compared.description["components"]["parameters"];
    for (name, parse) in [
        ("MeetingId", (|text: &str| MeetingId::parse(text).is_ok()) as fn(&str) -> bool),
        ("AttendeeId", |text| AttendeeId::parse(text).is_ok()),
        ("RoomId", |text| RoomId::parse(text).is_ok()),
        ("IdempotencyKey", |text| IdempotencyKey::parse(text).is_ok()),
    ] {
        let schema = compared.followed(&parameters[name]["schema"]);
        let holder =
            json!({ "components": { "schemas": { "Parameters": { "properties": { name: schema } } } } });
        let holder = Compared { description: holder, members: BTreeSet::new() };
        holder.compare_pattern(&format!("Parameters/{name}"), parse);
    }
    let read =
        |name: &str, value: &str| meeting_gateway::model::Page::read([(name, value)].into_iter()).is_ok();
    let results = compared.followed(&parameters["MaxResults"]["schema"]);
    let [min, max] = ["minimum", "maximum"].map(|keyword| results[keyword].as_u64().unwrap());
    for number in 0..=200 {
        assert_eq!((min..=max).contains(&number), read("max-results", &number.to_string()), "{number}");
    }
    let token = compared.followed(&parameters["NextToken"]["schema"]);
    let [min, max] = ["minLength", "maxLength"].map(|keyword| token[keyword].as_u64().unwrap() as usize);
    for (length, is_valid) in [(min - 1, false), (min, true), (max, true), (max + 1, false)] {
        assert_eq!(read("next-token", &"t".repeat(length)), is_valid, "{length} characters");
    }
}
