//! The gateway's limits against Amazon's published model, as botocore has it. The simulator is compared with the same
//! model on its own, so that neither is checked against the other alone.

use std::collections::BTreeSet;

use gateway_tests::{DEPLOYMENT, repository};
use meeting_gateway::json::{Json, ReadJson};
use meeting_gateway::model::{
    AttendeeCount, ContentResolution, EchoReduction, ExternalMeetingId, IdempotencyKey, MAX_TAGS,
    MediaRegion, MeetingHostId, NetworkType, Partition, PrimaryMeetingId, TagKey, TagValue, TenantId,
    VideoResolution,
};
use meeting_gateway::policy::Policies;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::harness::Stack;

/// How many random texts each type is tested with, beside those at the limits.
const CASES: usize = 3_000;

fn model() -> Value {
    let path = repository().join("tests/chime-model/create-meeting.json");
    serde_json::from_slice(&std::fs::read(path).expect("the model is there")).expect("the model is JSON")
}

fn takes<T: ReadJson>(value: &Value) -> bool {
    T::read_json(&Json::parse(value.to_string().as_bytes()).expect("JSON")).is_ok()
}

/// One text type of the gateway and the model's shape for it.
struct TextType {
    shape: &'static str,
    takes: fn(&Value) -> bool,
    /// The rule that only the model's documentation states.
    documented: fn(&str) -> bool,
    /// The pattern that only the documentation's text has.
    documented_pattern: Option<&'static str>,
}

fn nothing_more(_: &str) -> bool {
    true
}

fn not_reserved(text: &str) -> bool {
    !text.to_lowercase().starts_with("aws:")
}

const TEXT_TYPES: [TextType; 8] = [
    TextType {
        shape: "ClientRequestToken",
        takes: takes::<IdempotencyKey>,
        documented: nothing_more,
        documented_pattern: None,
    },
    TextType {
        shape: "MediaRegion",
        takes: takes::<MediaRegion>,
        documented: nothing_more,
        documented_pattern: None,
    },
    TextType {
        shape: "ExternalUserId",
        takes: takes::<MeetingHostId>,
        documented: nothing_more,
        documented_pattern: None,
    },
    TextType {
        shape: "ExternalMeetingId",
        takes: takes::<ExternalMeetingId>,
        documented: not_reserved,
        documented_pattern: Some(r##"[-_&@+=,(){}\[\]\/«».:|'"#a-zA-Z0-9À-ÿ\s]*"##),
    },
    TextType {
        shape: "PrimaryMeetingId",
        takes: takes::<PrimaryMeetingId>,
        documented: nothing_more,
        documented_pattern: None,
    },
    TextType {
        shape: "TenantId",
        takes: takes::<TenantId>,
        documented: nothing_more,
        documented_pattern: None,
    },
    TextType { shape: "TagKey", takes: takes::<TagKey>, documented: not_reserved, documented_pattern: None },
    TextType {
        shape: "TagValue",
        takes: takes::<TagValue>,
        documented: nothing_more,
        documented_pattern: None,
    },
];

/// A pattern of the model as a check of the whole text, with `\w` and `\s` in ASCII.
fn whole(pattern: &str) -> fancy_regex::Regex {
    let pattern = pattern.replace(r"\w", "a-zA-Z0-9_").replace(r"\s", r"\t\n\x0B\x0C\r ");
    fancy_regex::Regex::new(&format!(r"\A(?:{pattern})\z")).expect("the model's patterns compile")
}

#[test]
fn every_text_type_accepts_exactly_what_the_model_accepts() {
    let model = model();
    let mut runner = TestRunner::new(Config::default());
    for text_type in &TEXT_TYPES {
        let shape = &model["shapes"][text_type.shape];
        let (min, max) = (shape["min"].as_u64().unwrap() as usize, shape["max"].as_u64().unwrap() as usize);
        let pattern = shape["pattern"].as_str().or(text_type.documented_pattern).map(whole);
        let expected = |text: &str| {
            (min..=max).contains(&text.chars().count())
                && pattern.as_ref().is_none_or(|pattern| pattern.is_match(text).unwrap())
                && (text_type.documented)(text)
        };
        let mut asked = (0_u32, 0_u32);
        let mut check = |text: &str| {
            let taken = (text_type.takes)(&json!(text));
            assert_eq!(taken, expected(text), "{}: {text:?}", text_type.shape);
            if taken { asked.0 += 1 } else { asked.1 += 1 }
        };
        for length in [0, 1, min.saturating_sub(1), min, min + 1, max - 1, max, max + 1, max * 5] {
            check(&"ab".repeat(length).chars().take(length).collect::<String>());
            check(&"ÿ".repeat(length));
            check(&"🙂".repeat(length));
        }
        // Every character that a wrong range could let in, and many others.
        for character in ('\0'..'\u{250}').chain("“”‘’\u{2028}\u{3000}ſK".chars()) {
            check(&format!("ab{character}c"));
        }
        for text in
            ["aws:x", "AWS:x", "aWs:", "xaws:", "aaab", "aaaab", "baaaa", "abababab", "    ", "$$$", "$$$$"]
        {
            check(text);
        }
        // Random texts over all characters hardly ever satisfy a narrow pattern, so some are made of the characters that
        // the model takes, at lengths around both limits.
        let taken: Vec<char> =
            ('\0'..'\u{250}').filter(|character| expected(&format!("ab{character}c"))).collect();
        let texts = prop_oneof![
            vec(select(taken), 0..=max + 2).prop_map(String::from_iter),
            "[-_&@+=,(){}\\[\\]/.:|'a-zA-Z0-9 ]{0,70}",
            "[-_!@#$a-c]{0,12}",
            "\\PC{0,70}",
            "[+-=._:/@\\s]{0,40}",
        ];
        for _ in 0..CASES {
            check(&texts.new_tree(&mut runner).expect("the strategy makes texts").current());
        }
        // About 560 are expected to be taken: a fifth of the cases has taken characters, and nearly all of those the right
        // length. Some are always refused, by the lengths above.
        assert!(asked.0 > 300 && asked.1 > 0, "{}: {asked:?} taken and refused", text_type.shape);
    }
}

#[test]
fn every_enumeration_has_the_models_values_and_no_other() {
    let shapes = &model()["shapes"];
    for (shape, values) in [
        ("MeetingFeatureStatus", EchoReduction::ALL.iter().map(|value| value.as_str()).collect()),
        ("VideoResolution", VideoResolution::ALL.iter().map(|value| value.as_str()).collect()),
        ("ContentResolution", ContentResolution::ALL.iter().map(|value| value.as_str()).collect()),
        (
            "MediaPlacementNetworkType",
            NetworkType::ALL.iter().map(|value| value.as_str()).collect::<BTreeSet<_>>(),
        ),
    ] {
        let published = shapes[shape]["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(values, published, "{shape}");
    }
}

#[test]
fn numbers_and_list_sizes_are_the_models() {
    let shapes = &model()["shapes"];
    assert_eq!(shapes["AttendeeMax"]["min"], json!(AttendeeCount::MIN.get()));
    assert_eq!(shapes["AttendeeMax"]["max"], json!(AttendeeCount::MAX.get()));
    assert_eq!(shapes["TagList"]["max"], json!(MAX_TAGS));
    let list = &shapes["TenantIdList"];
    let (min, max) = (list["min"].as_u64().unwrap(), list["max"].as_u64().unwrap());
    for count in 0..=max + 1 {
        let ids: Vec<String> = (0..count).map(|number| format!("acme-{number}")).collect();
        let policy = json!({ "Tenants": { "acme": {
            "Fixed": { "TenantIds": ids }, "Default": { "MediaRegion": "us-east-1" },
        } } });
        let loaded = Policies::load(policy.to_string().as_bytes(), &DEPLOYMENT);
        assert_eq!(loaded.is_ok(), (min..=max).contains(&count), "{count} TenantIds");
    }
}

/// The finding for a member that is null. Every member has one, since null is never a value.
async fn finding_for(stack: &Stack, member: &str) -> Value {
    let answer = stack.create("acme", &json!({ member: null })).await;
    let errors = answer.body["errors"].as_array().expect("a problem has errors").clone();
    let pointer = json!(format!("#/{member}"));
    let found = errors.into_iter().find(|error| error["pointer"] == pointer);
    found.unwrap_or_else(|| panic!("no finding for {member}: {}", answer.text))["detail"].take()
}

#[tokio::test]
async fn a_member_is_known_exactly_when_the_model_has_it() {
    let stack = Stack::start().await;
    let unknown = finding_for(&stack, "Nickname").await;
    let (is_unknown, known) = unknown
        .as_str()
        .and_then(|detail| detail.split_once("; known are "))
        .expect("it lists the known members");
    let model = model();
    let members = model["shapes"]["CreateMeetingRequest"]["members"].as_object().unwrap();
    // A member that the model gains fails here, until somebody has decided who owns it.
    for member in members.keys() {
        let detail = finding_for(&stack, member).await;
        assert!(!detail.as_str().unwrap().starts_with(is_unknown), "{member}: {detail}");
    }
    let names: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    assert!(!names.is_empty() && names.iter().all(|name| members.contains_key(*name)), "{known}");
}

#[test]
fn media_regions_are_those_that_the_model_documents() {
    let regions = [Partition::Commercial, Partition::GovCloud].map(Partition::media_regions).concat();
    let model = model();
    let documented = model["documented_media_regions"].as_array().unwrap().iter().filter_map(Value::as_str);
    assert_eq!(BTreeSet::from_iter(regions), documented.collect());
}
