//! Checks a request as Chime does, and reports every violation at once.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use fancy_regex::Regex;
use meeting_gateway::json::Json;
use serde_json::{Map, Value};

use super::model::{self, Constraint, DOCUMENTED_PATTERNS, Kind, MEDIA_REGIONS};
use super::operations::Route;

/// The most attendees of a meeting with FHD video or UHD content (developer guide, "Meeting features").
pub const MAX_ATTENDEES_AT_HIGH_RESOLUTION: u64 = 25;

/// Reads a request and checks it against the model and the documentation. Returns its members, wherever they stand.
///
/// `region` is the control region that the request was signed for.
///
/// # Errors
/// Every violation, each beginning with the place in the request, such as `Tags[0].Key`.
pub(super) fn request(route: &Route, body: &[u8], region: &str) -> Result<Map<String, Value>, Vec<String>> {
    let mut violations = Vec::new();
    let mut value = Value::Object(Map::new());
    if route.row.has_body() {
        value = serde_json::from_slice(body).map_err(|error| vec![format!("body is not JSON: {error}")])?;
        if let Ok(json) = Json::parse(body) {
            repeated_members(&json, "", &mut violations);
        }
    }
    if let Value::Object(members) = &mut value {
        for (name, located) in &route.members {
            if members.insert(name.clone(), located.clone()).is_some() {
                violations.push(format!("{name} is not a member of the body"));
            }
        }
    }
    match route.row.input() {
        Some(input) => check_against(input, &value, "", &mut violations),
        None => violations.push("the operation has no request in the model".to_owned()),
    }
    match value {
        Value::Object(members) => {
            if route.row.operation.creates_meeting() {
                documented_rules(&members, region, &mut violations);
            }
            if violations.is_empty() { Ok(members) } else { Err(violations) }
        }
        _ => Err(violations),
    }
}

/// Checks one value against one shape of the model.
fn check(shape: &str, value: &Value, place: &str, violations: &mut Vec<String>) {
    let Some(constraint) = model::constraint(shape) else {
        violations.push(format!("{place}: no shape `{shape}` in the model"));
        return;
    };
    check_against(constraint, value, place, violations);
}

fn check_against(constraint: &Constraint, value: &Value, place: &str, violations: &mut Vec<String>) {
    match (constraint.kind, value) {
        (Kind::Structure, Value::Object(members)) => check_structure(constraint, members, place, violations),
        (Kind::List, Value::Array(items)) => {
            check_size(constraint, items.len(), "items", place, violations);
            for (index, item) in items.iter().enumerate() {
                check(constraint.item.unwrap_or_default(), item, &format!("{place}[{index}]"), violations);
            }
        }
        (Kind::String, Value::String(text)) => check_string(constraint, text, place, violations),
        (Kind::Integer, Value::Number(number)) => match number.as_u64() {
            Some(number) => check_size(
                constraint,
                usize::try_from(number).unwrap_or(usize::MAX),
                "as its value",
                place,
                violations,
            ),
            None => violations.push(format!("{place} is not an integer of {}", range(constraint))),
        },
        (kind, other) => {
            let wanted = format!("{kind:?}").to_lowercase();
            violations.push(format!("{} is not of type {wanted}: {}", place_or_body(place), kind_of(other)));
        }
    }
}

fn check_structure(
    constraint: &Constraint,
    members: &Map<String, Value>,
    place: &str,
    violations: &mut Vec<String>,
) {
    for required in constraint.required {
        if !members.contains_key(*required) {
            violations.push(format!("{} is missing", inside(place, required)));
        }
    }
    for (name, value) in members {
        let place = inside(place, name);
        match constraint.members.iter().find(|(known, _)| known == name) {
            Some((_, shape)) => {
                check(shape, value, &place, violations);
                check_documented_pattern(name, value, &place, violations);
            }
            None => violations.push(format!("{place} is not a member of the model")),
        }
    }
    if constraint.name == "AttendeeCapabilities" {
        capabilities_rule(members, place, violations);
    }
}

/// Checks the members whose pattern only the documentation has; it reserves a prefix of each, too.
fn check_documented_pattern(name: &str, value: &Value, place: &str, violations: &mut Vec<String>) {
    if let (Value::String(text), Some(pattern)) = (value, DOCUMENTED.get(name)) {
        check_pattern(pattern, text, place, violations);
        if has_reserved_prefix(text) {
            violations.push(format!("{place} begins with the reserved prefix aws:"));
        }
    }
}

fn check_string(constraint: &Constraint, text: &str, place: &str, violations: &mut Vec<String>) {
    if !constraint.values.is_empty() && !constraint.values.contains(&text) {
        violations.push(format!("{place} is not one of {}", constraint.values.join(", ")));
    }
    check_size(constraint, text.chars().count(), "characters", place, violations);
    if let Some(pattern) = PATTERNS.get(constraint.name) {
        check_pattern(pattern, text, place, violations);
    }
}

fn check_pattern((pattern, source): &Pattern, text: &str, place: &str, violations: &mut Vec<String>) {
    if !pattern.is_match(text).unwrap_or(false) {
        violations.push(format!("{place} does not match {source}"));
    }
}

fn check_size(constraint: &Constraint, size: usize, unit: &str, place: &str, violations: &mut Vec<String>) {
    let too_small = constraint.min.is_some_and(|min| size < min);
    let too_large = constraint.max.is_some_and(|max| size > max);
    if too_small || too_large {
        violations.push(format!("{place} has {size} {unit}, not {}", range(constraint)));
    }
}

/// The rules for a new meeting that the documentation states in words.
fn documented_rules(members: &Map<String, Value>, region: &str, violations: &mut Vec<String>) {
    if let Some(media_region) = text(members, "MediaRegion") {
        if !MEDIA_REGIONS.contains(&media_region) {
            violations.push(format!("MediaRegion {media_region} is no media region"));
        } else if is_govcloud(media_region) != is_govcloud(region) {
            violations.push(format!("MediaRegion {media_region} is in another partition than {region}"));
        }
    }
    tag_rules(members, violations);
    resolution_rule(members, violations);
}

fn tag_rules(members: &Map<String, Value>, violations: &mut Vec<String>) {
    let tags = members.get("Tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut seen = BTreeSet::new();
    for (index, tag) in tags.iter().enumerate() {
        let Some(key) = tag.get("Key").and_then(Value::as_str) else { continue };
        if has_reserved_prefix(key) {
            violations.push(format!("Tags[{index}].Key begins with the reserved prefix aws:"));
        }
        if !seen.insert(key) {
            violations.push(format!("Tags[{index}].Key repeats the key of another tag"));
        }
    }
}

fn resolution_rule(members: &Map<String, Value>, violations: &mut Vec<String>) {
    let Some(features) = members.get("MeetingFeatures") else { return };
    let asks = |group: &str, resolution: &str| {
        features.pointer(&format!("/{group}/MaxResolution")).and_then(Value::as_str) == Some(resolution)
    };
    if !asks("Video", "FHD") && !asks("Content", "UHD") {
        return;
    }
    let attendees = features.pointer("/Attendee/MaxCount").and_then(Value::as_u64);
    if attendees.is_none_or(|count| count > MAX_ATTENDEES_AT_HIGH_RESOLUTION) {
        violations.push(format!(
            "MeetingFeatures.Attendee.MaxCount must be at most {MAX_ATTENDEES_AT_HIGH_RESOLUTION} \
             for FHD video or UHD content"
        ));
    }
}

/// Content above None needs Video that receives. The documentation says so for Content of SendReceive and Receive; Send
/// is refused too, which is the stricter reading.
fn capabilities_rule(members: &Map<String, Value>, place: &str, violations: &mut Vec<String>) {
    let sends_or_receives = matches!(text(members, "Content"), Some("SendReceive" | "Send" | "Receive"));
    let receives_video = matches!(text(members, "Video"), Some("SendReceive" | "Receive"));
    if sends_or_receives && text(members, "Video").is_some() && !receives_video {
        violations.push(format!("{place}.Content needs a Video of SendReceive or Receive"));
    }
}

/// Rejects repeated members: JSON does not define which of them counts.
fn repeated_members(json: &Json<'_>, place: &str, violations: &mut Vec<String>) {
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                repeated_members(item, &format!("{place}[{index}]"), violations);
            }
        }
        Json::Object(object) => {
            let mut seen = BTreeSet::new();
            for (name, value) in object.iter() {
                let place = inside(place, name);
                if !seen.insert(name) {
                    violations.push(format!("{place} is there more than once"));
                }
                repeated_members(value, &place, violations);
            }
        }
        _ => {}
    }
}

/// A compiled pattern with its source for messages.
type Pattern = (Regex, &'static str);

/// The patterns by shape.
static PATTERNS: LazyLock<HashMap<&'static str, Pattern>> = LazyLock::new(|| {
    let modelled = model::CONSTRAINTS.iter();
    compiled(modelled.filter_map(|constraint| Some((constraint.name, constraint.pattern?))))
});

/// The patterns that only the documentation has, by member.
static DOCUMENTED: LazyLock<HashMap<&'static str, Pattern>> =
    LazyLock::new(|| compiled(DOCUMENTED_PATTERNS.iter().copied()));

fn compiled(sources: impl Iterator<Item = (&'static str, &'static str)>) -> HashMap<&'static str, Pattern> {
    sources.filter_map(|(name, source)| Some((name, (compile(source)?, source)))).collect()
}

/// Compiles a pattern of the model so that it must match the whole value, with `\s` and `\w` in ASCII, as in Java.
///
/// In the model both stand only inside brackets, where the POSIX classes mean the same.
fn compile(source: &str) -> Option<Regex> {
    let ascii = source.replace(r"\s", "[:space:]").replace(r"\w", "[:word:]");
    Regex::new(&format!(r"\A(?:{ascii})\z")).ok()
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Value::as_str)
}

fn has_reserved_prefix(text: &str) -> bool {
    text.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
}

fn is_govcloud(region: &str) -> bool {
    region.starts_with("us-gov-")
}

fn inside(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn place_or_body(place: &str) -> &str {
    if place.is_empty() { "body" } else { place }
}

fn range(constraint: &Constraint) -> String {
    format!("{}..{}", constraint.min.unwrap_or(0), constraint.max.unwrap_or(usize::MAX))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_of_the_model_compiles() {
        let declared = model::CONSTRAINTS.iter().filter(|constraint| constraint.pattern.is_some()).count();
        assert_eq!((PATTERNS.len(), DOCUMENTED.len()), (declared, DOCUMENTED_PATTERNS.len()));
    }
}
