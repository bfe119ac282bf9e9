//! Whatever the caller sends, the request that reaches Chime carries exactly what the policy says and satisfies every
//! constraint of the model.

use std::collections::BTreeMap;

use local::simulator::Operation;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::harness::{GATEWAY_NAME, PATIENCE, QUEUE, Stack, post, with_header};

/// How many requests each property sees. Each goes through the process, the SDK and the simulator.
const CASES: usize = 600;

/// Any JSON value, small.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("")),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("\\PC{0,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A valid value most of the time, and any JSON otherwise.
fn mostly(fitting: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    prop_oneof![30 => fitting, 1 => any_json()].boxed()
}

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = Value> {
    proptest::sample::select(values).prop_map(Value::from)
}

fn features() -> BoxedStrategy<Value> {
    let group = |name: &'static str, leaf: &'static str, value: BoxedStrategy<Value>| {
        mostly(value).prop_map(move |value| (name.to_owned(), json!({ leaf: value }))).boxed()
    };
    let groups = prop_oneof![
        group("Audio", "EchoReduction", one_of(&["AVAILABLE", "UNAVAILABLE"]).boxed()),
        group("Video", "MaxResolution", one_of(&["None", "HD", "FHD"]).boxed()),
        group("Content", "MaxResolution", one_of(&["None", "FHD", "UHD"]).boxed()),
        group(
            "Attendee",
            "MaxCount",
            prop_oneof![4 => 1..26_i64, 1 => 0..300_i64].prop_map(Value::from).boxed()
        ),
    ];
    proptest::collection::vec(groups, 0..4)
        .prop_map(|groups| Value::Object(groups.into_iter().collect()))
        .boxed()
}

fn tags() -> BoxedStrategy<Value> {
    let key = prop_oneof![
        8 => one_of(&["Course", "Room"]),
        2 => one_of(&["course", "Tenant", "CostCenter", "MeetingGateway", "meetinggateway", "aws:x"]),
        1 => "[a-zA-Z+-=._:/]{1,6}".prop_map(Value::from),
    ];
    let tag = (mostly(key), mostly("[\\w @:/.+=-]{0,10}".prop_map(Value::from)))
        .prop_map(|(key, value)| json!({ "Key": key, "Value": value }));
    proptest::collection::vec(mostly(tag), 0..3).prop_map(Value::from).boxed()
}

/// A member of the body, known or unknown, valid or invalid.
fn member() -> impl Strategy<Value = (String, Value)> {
    let named = |name: &'static str, value: BoxedStrategy<Value>| {
        mostly(value).prop_map(move |value| (name.to_owned(), value)).boxed()
    };
    prop_oneof![
        6 => named("MediaRegion", one_of(&["eu-central-1", "eu-west-2", "us-east-1", "ap-south-1"]).boxed()),
        6 => named("MeetingFeatures", features()),
        6 => named("Tags", tags()),
        1 => named("MediaPlacementNetworkType", one_of(&["Ipv4Only", "DualStack"]).boxed()),
        1 => named("MeetingHostId", "\\PC{1,70}".prop_map(Value::from).boxed()),
        1 => named("PrimaryMeetingId", "[a-f0-9-]{36}".prop_map(Value::from).boxed()),
        2 => named("ClientRequestToken", "[-_a-zA-Z0-9]{2,66}".prop_map(Value::from).boxed()),
        1 => named("TenantIds", Just(json!(["globex"])).boxed()),
        1 => named("NotificationsConfiguration", Just(json!({ "SnsTopicArn": "arn:aws:sns:x" })).boxed()),
        1 => ("\\PC{0,12}", any_json()),
    ]
}

fn body() -> impl Strategy<Value = Value> {
    let id = prop_oneof![
        20 => r#"[-_&@+=,(){}\[\]/«».:|'"\#a-zA-Z0-9À-ÿ\t ]{2,64}"#,
        1 => "[ -~À-ÿ]{1,66}",
        1 => "\\PC{1,66}",
        1 => Just("aws:reserved".to_owned()),
    ];
    (mostly(id.prop_map(Value::from)), proptest::collection::vec(member(), 0..3)).prop_map(|(id, members)| {
        let mut body: Map<String, Value> = members.into_iter().collect();
        body.insert("ExternalMeetingId".to_owned(), id);
        Value::Object(body)
    })
}

/// What the sample policy always sends for a tenant: its TenantIds and its fixed tags.
fn always_sent(tenant: &str) -> (Value, BTreeMap<&str, &str>) {
    let mut tags = BTreeMap::from([("MeetingGateway", GATEWAY_NAME), ("Tenant", tenant)]);
    if tenant == "acme" {
        tags.insert("CostCenter", "4711");
    }
    (json!([tenant]), tags)
}

const REGION: &str = "/MediaRegion";
const NETWORK: &str = "/MediaPlacementNetworkType";
const HOST: &str = "/MeetingHostId";
const ECHO: &str = "/MeetingFeatures/Audio/EchoReduction";
const VIDEO: &str = "/MeetingFeatures/Video/MaxResolution";
const CONTENT: &str = "/MeetingFeatures/Content/MaxResolution";
const COUNT: &str = "/MeetingFeatures/Attendee/MaxCount";

/// The members that a caller asks for and the sample policy decides, but tags and the primary.
const DECIDED: [&str; 7] = [REGION, NETWORK, HOST, ECHO, VIDEO, CONTENT, COUNT];

/// What the sample policy sends for a silent caller of the tenant.
fn sent_for_silence(tenant: &str) -> BTreeMap<&'static str, Value> {
    match tenant {
        "acme" => vec![
            (REGION, json!("eu-central-1")),
            (VIDEO, json!("HD")),
            (CONTENT, json!("FHD")),
            (COUNT, json!(25)),
        ],
        "globex" => vec![
            (REGION, json!("eu-central-1")),
            (VIDEO, json!("HD")),
            (CONTENT, json!("None")),
            (COUNT, json!(10)),
        ],
        _ => vec![(REGION, json!("us-east-1")), (COUNT, json!(25))],
    }
    .into_iter()
    .collect()
}

/// What a meeting then has, Chime's documented defaults included.
fn silence(tenant: &str) -> BTreeMap<&'static str, Value> {
    let mut silence =
        BTreeMap::from([(NETWORK, json!("Ipv4Only")), (VIDEO, json!("HD")), (CONTENT, json!("FHD"))]);
    silence.extend(sent_for_silence(tenant));
    silence
}

/// Whether a caller of the tenant may ask for that value under the sample policy.
fn may_ask(tenant: &str, member: &str, value: &Value) -> bool {
    let is_allowed = match (tenant, member) {
        ("acme", REGION) => ["eu-central-1", "eu-west-2", "us-east-1"].iter().any(|region| value == region),
        ("acme", NETWORK | ECHO | VIDEO | CONTENT | COUNT) => true,
        ("initech", COUNT) => value.as_u64().is_some_and(|count| count <= 50),
        _ => false,
    };
    is_allowed || silence(tenant).get(member) == Some(value)
}

/// Keys that a caller of the tenant may add under the sample policy.
fn may_add(tenant: &str) -> &'static [&'static str] {
    if tenant == "acme" { &["Course", "Room"] } else { &[] }
}

#[tokio::test]
async fn requests_to_chime_obey_policy_and_model_whatever_the_caller_sends() {
    let stack = Stack::start().await;
    let tokens: Vec<(&str, String)> =
        ["acme", "globex", "initech"].into_iter().map(|tenant| (tenant, stack.token(tenant))).collect();
    let mut runner = TestRunner::new(Config::default());
    let strategy = (
        body(),
        0..tokens.len(),
        proptest::option::of(prop_oneof![4 => "[-_a-zA-Z0-9]{2,64}", 1 => "[ -~]{0,70}"]),
    );
    let (mut created, mut refused) = (0_u32, 0_u32);
    for _ in 0..CASES {
        let (body, tenant, key) =
            strategy.new_tree(&mut runner).expect("the strategy makes values").current();
        let (tenant, token) = &tokens[tenant];
        let mut event = post(token, &body.to_string());
        if let Some(key) = &key {
            event = with_header(event, "idempotency-key", key);
        }
        stack.reset_simulator();
        let answer = stack.invoke(&event).await;
        let context = format!("{tenant} sent {body} with key {key:?}: {}", answer.text);
        for request in stack.simulator.requests() {
            assert!(request.signed, "{context}");
            if request.operation == Operation::CreateMeeting {
                // The simulator checks every constraint of the model, so the gateway is at fault when it refuses a request.
                assert_eq!(request.status, Some(201), "the model is satisfied: {context}");
                check_sent(tenant, &body, &request.body, &context);
            }
        }
        match answer.status {
            201 => {
                created += 1;
                assert_eq!(stack.creations().len(), 1, "{context}");
            }
            400 | 403 => {
                refused += 1;
                assert_eq!(stack.creations().len(), 0, "what is refused is not sent: {context}");
                assert!(!answer.places().is_empty(), "a refusal names what is at fault: {context}");
            }
            _ => panic!("no other answer is due: {context}"),
        }
    }
    // A generator that makes only one kind tests nothing.
    assert!(created > 50 && refused > 50, "{created} created, {refused} refused");
}

/// The same members under `Meeting` of a request for a room, whose name is the ExternalMeetingId.
#[tokio::test]
async fn a_rooms_meeting_obeys_policy_and_model_whatever_the_caller_sends() {
    let stack = Stack::with().registry().start().await;
    let tokens: Vec<(&str, String)> =
        ["acme", "globex", "initech"].into_iter().map(|tenant| (tenant, stack.token(tenant))).collect();
    let mut runner = TestRunner::new(Config::default());
    let strategy = (proptest::collection::vec(member(), 0..3), 0..tokens.len(), any_json());
    let (mut created, mut refused) = (0_u32, 0_u32);
    for number in 0..CASES / 2 {
        let (members, tenant, other) =
            strategy.new_tree(&mut runner).expect("the strategy makes values").current();
        let (tenant, token) = &tokens[tenant];
        let room = format!("random-room-{number}");
        let mut asked: Map<String, Value> = members.into_iter().collect();
        let mut body = json!({ "Meeting": asked });
        if number % 16 == 0 {
            body["ExternalUserId"] = other;
        }
        stack.reset_simulator();
        let answer = stack.send(token, &format!("POST /rooms/{room}/join"), Some(&body)).await;
        let context = format!("{tenant} sent {body}: {}", answer.text);
        asked.insert("ExternalMeetingId".to_owned(), json!(room));
        for request in stack.simulator.requests() {
            if request.operation == Operation::CreateMeeting {
                assert_eq!(request.status, Some(201), "the model is satisfied: {context}");
                check_sent(tenant, &Value::Object(asked.clone()), &request.body, &context);
            }
        }
        let is_created = answer.status == 201;
        assert!(is_created || matches!(answer.status, 400 | 403), "no other answer is due: {context}");
        assert_eq!(stack.creations().len(), usize::from(is_created), "{context}");
        created += u32::from(is_created);
        refused += u32::from(!is_created);
    }
    assert!(created > 25 && refused > 25, "{created} created, {refused} refused");
}

fn check_sent(tenant: &str, asked: &Value, sent: &Value, context: &str) {
    let (tenant_ids, fixed_tags) = always_sent(tenant);
    assert_eq!(sent["TenantIds"], tenant_ids, "{context}");
    assert_eq!(sent["NotificationsConfiguration"], json!({ "SqsQueueArn": QUEUE }), "{context}");
    assert_eq!(
        sent["ExternalMeetingId"], asked["ExternalMeetingId"],
        "nothing is cut or repaired: {context}"
    );
    for member in DECIDED {
        let expected = match asked.pointer(member) {
            Some(value) => {
                assert!(may_ask(tenant, member, value), "{member} may not be asked for: {context}");
                Some(value.clone())
            }
            None => sent_for_silence(tenant).remove(member),
        };
        assert_eq!(sent.pointer(member), expected.as_ref(), "{member}: {context}");
    }
    let mut tags = BTreeMap::new();
    for tag in sent["Tags"].as_array().expect("tags are sent always") {
        let (key, value) = (tag["Key"].as_str().expect("a key"), tag["Value"].as_str().expect("a value"));
        assert!(tags.insert(key, value).is_none(), "one tag a key: {context}");
    }
    for (key, value) in &fixed_tags {
        assert_eq!(tags.remove(key), Some(*value), "{context}");
    }
    assert!(
        tags.keys().all(|key| may_add(tenant).contains(key)),
        "no tag that the policy does not give: {context}"
    );
}

/// Asking for any part of what a silent caller gets gives the same: no policy refuses it, and no tag is sent twice.
#[tokio::test]
async fn any_part_of_what_a_silent_caller_gets_may_be_asked_for() {
    let stack = Stack::start().await;
    let mut runner = TestRunner::new(Config::default());
    let strategy = (
        proptest::sample::select(vec!["acme", "globex", "initech"]),
        proptest::collection::vec(any::<bool>(), DECIDED.len()),
        proptest::collection::vec(any::<bool>(), 3),
    );
    for _ in 0..CASES / 3 {
        let (tenant, members, tags) =
            strategy.new_tree(&mut runner).expect("the strategy makes values").current();
        let mut body = json!({ "ExternalMeetingId": "standup" });
        let silence = silence(tenant);
        for member in DECIDED.iter().zip(&members).filter_map(|(member, wanted)| wanted.then_some(*member)) {
            let Some(value) = silence.get(member) else { continue };
            let mut at = &mut body;
            for name in member.split('/').skip(1) {
                at = &mut at[name];
            }
            *at = value.clone();
        }
        let (_, fixed_tags) = always_sent(tenant);
        let own = fixed_tags.iter().filter(|(key, _)| **key != "MeetingGateway").zip(&tags);
        let own: Vec<Value> = own
            .filter(|(_, wanted)| **wanted)
            .map(|((key, value), _)| json!({ "Key": key, "Value": value }))
            .collect();
        if !own.is_empty() {
            body["Tags"] = Value::from(own);
        }
        stack.reset_simulator();
        let answer = stack.create(tenant, &body).await;
        let context = format!("{tenant} sent {body}: {}", answer.text);
        assert_eq!(answer.status, 201, "{context}");
        check_sent(tenant, &body, &stack.creation(), &context);
        assert_eq!(stack.creation()["Tags"].as_array().map(Vec::len), Some(fixed_tags.len()), "{context}");
    }
}

/// Bytes that are hardly ever JSON, in the place of the whole event.
#[tokio::test]
async fn answers_any_bytes() {
    let stack = Stack::start().await;
    let mut runner = TestRunner::new(Config::default());
    let strategy = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..64),
        any_json().prop_map(|json| json.to_string().into_bytes()),
        any_json().prop_map(|json| {
            json!({ "requestContext": json, "httpMethod": "POST", "path": "/meetings" })
                .to_string()
                .into_bytes()
        }),
        any_json().prop_map(|json| json!({ "requestContext": { "http": json }, "rawPath": "/meetings" })
            .to_string()
            .into_bytes()),
        any_json().prop_map(|json| {
            let mut event = post("x", "{}");
            event["headers"] = json;
            event.to_string().into_bytes()
        }),
    ];
    for _ in 0..CASES {
        let event = strategy.new_tree(&mut runner).expect("the strategy makes values").current();
        let answer = crate::harness::Answer::of(stack.invoke_within(event.clone(), PATIENCE).await);
        assert!([400, 401, 404, 405].contains(&answer.status), "{event:?}: {}", answer.text);
    }
    assert_eq!(stack.simulator.requests().len(), 0);
}
