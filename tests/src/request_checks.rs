//! What must hold for any bytes that come as an event, as a body or as a policy document.
//!
//! The whole gateway runs, with no time left: whatever would go to Chime is answered 504 instead, and what would go to the
//! registry's table 503. Each check panics where something does not hold.

use std::collections::BTreeSet;

use aws_sdk_chimesdkmeetings::config::endpoint::Params;
use aws_sdk_chimesdkmeetings::config::{Credentials, SharedCredentialsProvider};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use meeting_gateway::api_gateway::{Answer, EventAnswer};
use meeting_gateway::auth::ClaimNames;
use meeting_gateway::chime::{Chime, ChimeEndpoint, ChimeSettings};
use meeting_gateway::gateway::{Authenticator, Gateway, Invocation};
use meeting_gateway::operation::OPERATIONS;
use meeting_gateway::outbound::Outbound;
use meeting_gateway::policy::Policies;
use meeting_gateway::registry::{Registry, RegistryEndpoint, RegistrySettings, TableName};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::time::Instant;

use crate::DEPLOYMENT;

/// The status of a request that would have gone to the registry's table, and of one that would have gone to Chime.
const ACCEPTED: [u16; 2] = [503, 504];

/// Every other status that is answered without Chime. 500 is missing: it would be a panic.
const REFUSED: [u16; 7] = [400, 401, 403, 404, 405, 413, 415];

/// The exceptions of Chime's model that can be answered without Chime.
const CODES: [&str; 5] = [
    "BadRequestException",
    "UnauthorizedException",
    "ForbiddenException",
    "NotFoundException",
    "ServiceUnavailableException",
];

/// An id of a meeting or an attendee.
const ID: &str = "eb81e378-37db-4b5a-8e57-88904f2c1152";

/// An address that nothing is sent to, since there is no time.
const NOWHERE: &str = "http://127.0.0.1:1";

/// The size of an answer that lists findings, in bytes.
const MAX_REFUSAL: usize = 100_000;

/// Lambda takes no larger answer from a function, in bytes.
const MAX_ANSWER_BYTES: usize = 6 * 1024 * 1024;

thread_local! {
    static RIG: Rig = Rig::new();
}

struct Rig {
    runtime: Runtime,
    chime: Chime,
    registry: Registry,
    /// with the sample policy
    gateway: Gateway,
}

/// Checks the answer to an event of any kind. Returns whether the request would have gone to Chime or to the table.
pub fn event(data: &[u8]) -> bool {
    RIG.with(|rig| check_answer(&rig.answer(&rig.gateway, data)))
}

/// Checks the answers of every operation to a body, which ends at the first NUL; the rest is the value of the header
/// `Idempotency-Key`. Returns whether CreateMeeting would have gone to Chime.
pub fn body(data: &[u8]) -> bool {
    let end = data.iter().position(|byte| *byte == 0);
    let (body, key) = data.split_at(end.unwrap_or(data.len()));
    let key = end.map(|_| String::from_utf8_lossy(&key[1..]).into_owned());
    let event = create_event("acme", body, key.as_deref());
    for operation in OPERATIONS {
        let mut event = event.clone();
        let path = operation.path.replace("{MeetingId}", ID).replace("{AttendeeId}", ID);
        event["rawPath"] = path.replace("{RoomId}", "standup").into();
        event["rawQueryString"] = operation.query.map(|query| format!("operation={query}")).into();
        event["requestContext"]["http"]["method"] = operation.method.as_str().into();
        RIG.with(|rig| check_answer(&rig.answer(&rig.gateway, event.to_string().as_bytes())));
    }
    let accepted = RIG.with(|rig| check_answer(&rig.answer(&rig.gateway, event.to_string().as_bytes())));
    if accepted {
        check_accepted_body(body, key.as_deref());
    }
    accepted
}

/// Checks a policy document. Returns whether it loads.
pub fn policy(data: &[u8]) -> bool {
    match Policies::load(data, &DEPLOYMENT) {
        Err(faults) => {
            assert!(!faults.is_empty(), "a document without a fault is loaded");
            for fault in faults {
                assert!(fault.pointer.starts_with('#') && !fault.detail.is_empty(), "{fault:?}");
            }
            false
        }
        Ok(policies) => {
            let tenants: Vec<String> =
                policies.tenant_names().into_iter().take(4).map(str::to_owned).collect();
            RIG.with(|rig| rig.check_policies(policies, &tenants));
            true
        }
    }
}

impl Rig {
    fn new() -> Self {
        let sample = include_bytes!("../../policy/policy.json");
        let policies = Policies::load(sample, &DEPLOYMENT).expect("the sample has no fault");
        let parameters = Params::builder().region("us-east-1").endpoint(NOWHERE).build();
        let endpoint = ChimeEndpoint::resolve(parameters.expect("both are set")).expect("it is a URL");
        let credentials = Credentials::new("AKIDEXAMPLE", "example", None, None, "fuzz");
        let credentials = SharedCredentialsProvider::new(credentials);
        let settings = ChimeSettings {
            endpoint,
            credentials: credentials.clone(),
            app_name: None,
            gateway_name: "gateway".to_owned(),
            notifications_queue_arn: "arn:aws:sqs:us-east-1:111122223333:events".to_owned(),
        };
        let outbound = Outbound::new();
        let chime = Chime::new(settings, &outbound);
        let endpoint = RegistryEndpoint::resolve("us-east-1", false, false, Some(NOWHERE.to_owned()));
        let settings = RegistrySettings {
            table: TableName::parse("registry", None).expect("it is a name"),
            endpoint: endpoint.expect("it is a URL"),
            credentials,
            app_name: None,
        };
        let registry = Registry::new(settings, &outbound);
        let gateway = gateway(policies, chime.clone(), registry.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("it starts");
        Rig { runtime, chime, registry, gateway }
    }

    fn answer(&self, gateway: &Gateway, event: &[u8]) -> Answer {
        self.runtime.block_on(async {
            let invocation = Invocation { request_id: "lambda-id", trace_id: None, deadline: Instant::now() };
            gateway.handle(event, invocation).await.answer
        })
    }

    /// Checks that a tenant of a loaded document gets a plan for a minimal request, unless the policy gives the caller no
    /// right.
    fn check_policies(&self, policies: Policies, tenants: &[String]) {
        let gateway = gateway(policies, self.chime.clone(), self.registry.clone());
        for tenant in tenants {
            let event = create_event(tenant, br#"{"ExternalMeetingId":"standup"}"#, None);
            let answer = self.answer(&gateway, event.to_string().as_bytes());
            if !check_answer(&answer) {
                let problem: Value = serde_json::from_str(&answer.body).expect("checked before");
                assert_eq!(
                    (answer.status, &problem["errors"]),
                    (403, &json!([])),
                    "{tenant}: {}",
                    answer.body
                );
            }
        }
    }
}

fn gateway(policies: Policies, chime: Chime, registry: Registry) -> Gateway {
    Gateway::new(Authenticator::Authorizer(ClaimNames::default()), policies, chime, Some(registry))
}

fn create_event(tenant: &str, body: &[u8], key: Option<&str>) -> Value {
    let text = std::str::from_utf8(body);
    json!({
        "version": "2.0",
        "rawPath": "/meetings",
        "headers": key.map_or(json!({}), |key| json!({ "idempotency-key": key })),
        "requestContext": {
            "http": { "method": "POST" },
            "requestId": "gateway-id",
            "authorizer": { "jwt": { "claims": {
                "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example",
                "sub": "user", "custom:tenant_id": tenant, "cognito:groups": "[hosts members]"
            } } },
        },
        "body": text.map_or_else(|_| STANDARD.encode(body), str::to_owned),
        "isBase64Encoded": text.is_err(),
    })
}

/// Checks that an answer is a documented one and valid HTTP. Returns whether the request would have gone to Chime or to the
/// table.
fn check_answer(answer: &Answer) -> bool {
    let is_accepted = ACCEPTED.contains(&answer.status);
    assert!(is_accepted || REFUSED.contains(&answer.status), "{answer:?}");
    for (name, value) in answer.headers.iter().map(|(name, value)| (name.as_str(), value)) {
        let is_text = |text: &str| text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        assert!(is_text(name) && is_text(value), "{name}: {value}");
    }
    let written = serde_json::to_vec(&EventAnswer::from(answer.clone())).expect("text and numbers serialize");
    assert!(written.len() < MAX_ANSWER_BYTES, "{} bytes", written.len());
    let problem: Value = serde_json::from_str(&answer.body).expect("every body is JSON");
    assert_eq!(problem["status"], json!(answer.status));
    assert_eq!((&problem["detail"], &problem["instance"]), (&problem["Message"], &problem["RequestId"]));
    assert!(problem["Code"].as_str().is_some_and(|code| CODES.contains(&code)), "{problem}");
    let errors = problem["errors"].as_array().expect("every problem has errors");
    assert!(errors.len() <= 100, "{} errors", errors.len());
    if !errors.is_empty() {
        let message = problem["Message"].as_str().expect("every problem has a message");
        assert!(message.chars().count() <= 1_000, "{message}");
        assert!(answer.body.len() < MAX_REFUSAL, "{} bytes", answer.body.len());
    }
    for error in errors {
        let pointer = error["pointer"].as_str();
        assert!(pointer.is_none_or(|pointer| pointer.starts_with('#')), "{error}");
        let places = ["pointer", "header", "parameter"].iter().filter(|place| error[**place].is_string());
        assert_eq!(places.count(), 1, "one place: {error}");
        assert!(error["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{error}");
    }
    is_accepted
}

/// Checks an accepted body as `serde_json` alone reads it.
fn check_accepted_body(body: &[u8], header: Option<&str>) {
    const MEMBERS: [&str; 8] = [
        "ClientRequestToken",
        "ExternalMeetingId",
        "MediaPlacementNetworkType",
        "MediaRegion",
        "MeetingFeatures",
        "MeetingHostId",
        "PrimaryMeetingId",
        "Tags",
    ];
    assert!(body.len() <= 64 * 1024);
    let value: Value = serde_json::from_slice(body).expect("an accepted body is JSON");
    let object = value.as_object().expect("and an object");
    let names: BTreeSet<&str> = object.keys().map(String::as_str).collect();
    assert!(names.iter().all(|name| MEMBERS.contains(name)), "{names:?}");
    assert!(object.values().all(|value| !value.is_null()), "{value}");
    let id = object["ExternalMeetingId"].as_str().expect("the id is text");
    assert!((2..=64).contains(&id.chars().count()) && !id.to_ascii_lowercase().starts_with("aws:"), "{id:?}");
    assert!(
        object
            .get("MediaRegion")
            .is_none_or(|region| ["eu-central-1", "eu-west-2", "us-east-1"].iter().any(|one| region == one))
    );
    assert!(object.get("Tags").is_none_or(|tags| tags.as_array().is_some_and(|tags| tags.len() <= 50)));
    let is_key = |key: &str| {
        (2..=64).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let in_body = object.get("ClientRequestToken").map(|key| key.as_str().expect("a key is text"));
    let in_header = header.map(|key| key.trim_matches([' ', '\t']).trim_matches('"'));
    assert!(in_body.is_none_or(is_key) && in_header.is_none_or(is_key));
    assert!(in_body.is_none() || in_header.is_none() || in_body == in_header);
}
