//! The gateway's own limits against Amazon's published model, as botocore has it: the same table that the simulator is
//! checked against, read here once more, so that neither is only checked against itself.

use std::path::Path;

use meeting_gateway::json::{Json, ReadJson};
use meeting_gateway::model::{
    AttendeeCount, ContentResolution, EchoReduction, ExternalMeetingId, IdempotencyKey, MediaRegion,
    MeetingHostId, NetworkType, Partition, PrimaryMeetingId, TagKey, TagValue, TenantId, VideoResolution,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

/// How many texts each type is asked about beside those at the edges.
const CASES: usize = 3_000;

fn model() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("local/tests/chime-model/create-meeting.json");
    serde_json::from_slice(&std::fs::read(path).expect("the table is there")).expect("the table is JSON")
}

fn takes<T: ReadJson>(value: &Value) -> bool {
    T::read_json(&Json::parse(value.to_string().as_bytes()).expect("JSON")).is_ok()
}

/// One text type of the gateway and the model's shape for it.
struct TextType {
    shape: &'static str,
    takes: fn(&Value) -> bool,
    /// What the model's documentation says in words beside the shape.
    documented: fn(&str) -> bool,
    /// The pattern that stands in the documentation's text only.
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
fn every_text_type_takes_exactly_what_the_model_takes() {
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
        // Every character of the first planes that could be let in by mistake, and many that could not.
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
    let model = model();
    let names = |all: Vec<&'static str>| {
        let mut all = all;
        all.sort_unstable();
        json!(all)
    };
    let of_model = |shape: &str| {
        let mut values: Vec<&str> =
            model["shapes"][shape]["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        values.sort_unstable();
        json!(values)
    };
    assert_eq!(
        names(EchoReduction::ALL.iter().map(|v| v.as_str()).collect()),
        of_model("MeetingFeatureStatus")
    );
    assert_eq!(names(VideoResolution::ALL.iter().map(|v| v.as_str()).collect()), of_model("VideoResolution"));
    assert_eq!(
        names(ContentResolution::ALL.iter().map(|v| v.as_str()).collect()),
        of_model("ContentResolution")
    );
    assert_eq!(
        names(NetworkType::ALL.iter().map(|v| v.as_str()).collect()),
        of_model("MediaPlacementNetworkType")
    );
}

#[test]
fn numbers_and_list_sizes_are_the_models() {
    let shapes = &model()["shapes"];
    assert_eq!(shapes["AttendeeMax"]["min"], json!(AttendeeCount::MIN.get()));
    assert_eq!(shapes["AttendeeMax"]["max"], json!(AttendeeCount::MAX.get()));
    assert_eq!(shapes["TagList"]["max"], json!(meeting_gateway::model::MAX_TAGS));
    assert_eq!(shapes["TenantIdList"]["max"], json!(meeting_gateway::model::MAX_TENANT_IDS));
    assert_eq!(shapes["TenantIdList"]["min"], json!(1));
}

#[test]
fn every_member_of_the_model_has_an_owner() {
    let model = model();
    let members = model["shapes"]["CreateMeetingRequest"]["members"].as_object().unwrap();
    let mut members: Vec<&str> = members.keys().map(String::as_str).collect();
    members.sort_unstable();
    // A member that the model gains fails here, until somebody has decided who owns it.
    let owned = [
        "ClientRequestToken",
        "ExternalMeetingId",
        "MediaPlacementNetworkType",
        "MediaRegion",
        "MeetingFeatures",
        "MeetingHostId",
        "NotificationsConfiguration",
        "PrimaryMeetingId",
        "Tags",
        "TenantIds",
    ];
    assert_eq!(members, owned);
}

#[test]
fn media_regions_are_those_of_the_simulator_which_has_them_from_the_models_documentation() {
    let mut regions: Vec<&str> = [Partition::Commercial, Partition::GovCloud]
        .iter()
        .flat_map(|partition| partition.media_regions())
        .copied()
        .collect();
    let mut documented = local::simulator::model::MEDIA_REGIONS.to_vec();
    regions.sort_unstable();
    documented.sort_unstable();
    assert_eq!(regions, documented);
}
