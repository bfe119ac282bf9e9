//! CreateMeeting from a bearer token to Chime's answer.

use local::issuer::TokenRequest;
use meeting_gateway::model::{Bound as _, BoundKind, Member, Members, OfMeeting, Shape, Visit};
use serde_json::{Value, json};

use crate::harness::{Answer, GATEWAY_NAME, PATIENCE, QUEUE, Stack, post, with_header};

#[tokio::test]
async fn creates_a_meeting_under_the_tenants_policy_and_returns_chimes_answer() {
    let stack = Stack::start().await;
    let answer = stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let meeting = &stack.simulator.meetings()[0].body;
    assert_eq!(answer.body, json!({ "Meeting": meeting }));
    let sent = stack.creation();
    assert_eq!(sent["TenantIds"], json!(["acme"]));
    assert_eq!(sent["NotificationsConfiguration"], json!({ "SqsQueueArn": QUEUE }));
    let tags = sent["Tags"].as_array().unwrap();
    assert!(tags.contains(&json!({ "Key": "MeetingGateway", "Value": GATEWAY_NAME })));
    assert!(tags.contains(&json!({ "Key": "CostCenter", "Value": "4711" })));
    assert!(stack.simulator.requests().iter().all(|request| request.signed));
}

#[tokio::test]
async fn keeps_members_of_the_answer_that_the_sdk_does_not_know() {
    use local::simulator::TransportFault;
    let stack = Stack::start().await;
    let newer = json!({ "SomethingNewer": { "Nested": [1, 2.5e3, null] } });
    let members = newer.as_object().unwrap().clone();
    stack.simulator.inject(TransportFault::OtherMeeting { members }, 1);
    let answer = stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.body["Meeting"]["SomethingNewer"], newer["SomethingNewer"]);
}

/// boto3, the AWS CLI and the TypeScript types require this member.
#[tokio::test]
async fn every_sample_tenant_may_send_its_own_region_and_those_it_is_allowed() {
    let stack = Stack::start().await;
    for (tenant, region, status, why) in [
        ("acme", "eu-central-1", 201, "the tenant's default, one of a list"),
        ("globex", "eu-central-1", 201, "fixed"),
        ("initech", "us-east-1", 201, "everyone's default"),
        ("globex", "us-east-1", 403, "everyone's default, where the tenant's own is fixed"),
        ("initech", "eu-central-1", 403, "another tenant's"),
    ] {
        stack.reset_simulator();
        let answer =
            stack.create(tenant, &json!({ "ExternalMeetingId": "standup", "MediaRegion": region })).await;
        assert_eq!(answer.status, status, "{tenant} {region}: {why}: {}", answer.text);
        if status == 201 {
            assert_eq!(stack.creation()["MediaRegion"], json!(region), "{tenant}: {why}");
        } else {
            assert_eq!(answer.places(), ["#/MediaRegion"], "{tenant}: {why}");
            assert_eq!(stack.simulator.requests().len(), 0, "{tenant}: {why}");
        }
    }
}

#[tokio::test]
async fn rejects_members_that_the_gateway_alone_sets_even_with_its_own_value() {
    let stack = Stack::start().await;
    for (member, value, place) in [
        ("TenantIds", json!(["acme"]), "#/TenantIds"),
        ("NotificationsConfiguration", json!({ "SqsQueueArn": QUEUE }), "#/NotificationsConfiguration"),
        ("Tags", json!([{ "Key": "MeetingGateway", "Value": GATEWAY_NAME }]), "#/Tags/0/Key"),
    ] {
        let answer = stack.create("acme", &json!({ "ExternalMeetingId": "standup", member: value })).await;
        assert_eq!((answer.status, answer.places()), (403, vec![place.to_owned()]), "{}", answer.text);
    }
    assert_eq!(stack.simulator.requests().len(), 0);
}

#[tokio::test]
async fn a_problem_is_both_rfc_9457_and_an_exception_of_chime() {
    let stack = Stack::start().await;
    let answer = stack.create("acme", &json!({ "ExternalMeetingId": "x", "MediaRegion": "mars-1" })).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.header("x-amzn-errortype"), Some("BadRequestException"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    for (member, expected) in [
        ("type", json!("about:blank")),
        ("title", json!("Bad Request")),
        ("status", json!(400)),
        ("instance", json!("JKJaXmPLvHcESHA=")),
        ("RequestId", json!("JKJaXmPLvHcESHA=")),
        ("Code", json!("BadRequestException")),
    ] {
        assert_eq!(answer.body[member], expected, "{member}");
    }
    assert_eq!(answer.body["detail"], answer.body["Message"]);
    assert_eq!(answer.places(), ["#/ExternalMeetingId", "#/MediaRegion"]);
    // Most SDKs drop `errors`.
    assert_eq!(
        answer.body["Message"],
        "the request is invalid: #/ExternalMeetingId must have 2 to 64 characters; #/MediaRegion is not one of the \
         values that the tenant's policy allows: `eu-central-1`, `eu-west-2`, `us-east-1`"
    );
}

#[tokio::test]
async fn one_key_gives_one_meeting_and_other_members_conflict() {
    let stack = Stack::start().await;
    let body = json!({ "ExternalMeetingId": "standup", "ClientRequestToken": "key-1" });
    let first = stack.create("acme", &body).await;
    let again = stack.create("acme", &body).await;
    assert_eq!((first.status, &first.text), (201, &again.text));
    let headers = post(&stack.token("acme"), &json!({ "ExternalMeetingId": "standup" }).to_string());
    let by_header = stack.invoke(&with_header(headers, "idempotency-key", "\"key-1\"")).await;
    assert_eq!(by_header.text, first.text, "the header is the same key");
    let other = json!({ "ExternalMeetingId": "another", "ClientRequestToken": "key-1" });
    let conflict = stack.create("acme", &other).await;
    assert_eq!((conflict.status, &conflict.body["Code"]), (409, &json!("ConflictException")));
    assert_eq!(stack.simulator.meetings().len(), 1);
}

#[tokio::test]
async fn one_key_of_two_tenants_or_two_people_makes_two_meetings() {
    let stack = Stack::start().await;
    let body = json!({ "ExternalMeetingId": "standup", "ClientRequestToken": "key-1" });
    let mut tokens = Vec::new();
    for (tenant, subject) in [("acme", "ann"), ("acme", "bob"), ("initech", "ann")] {
        let request = TokenRequest { subject: subject.to_owned(), ..TokenRequest::new(tenant, &["hosts"]) };
        let token = stack.issuer.token(&request).unwrap();
        assert_eq!(stack.invoke(&post(&token, &body.to_string())).await.status, 201);
        tokens = stack.creations().iter().map(|sent| sent["ClientRequestToken"].to_string()).collect();
    }
    tokens.sort();
    tokens.dedup();
    assert_eq!((tokens.len(), stack.simulator.meetings().len()), (3, 3));
}

#[tokio::test]
async fn without_a_key_each_request_is_its_own_meeting() {
    let stack = Stack::start().await;
    let body = json!({ "ExternalMeetingId": "standup" });
    stack.create("acme", &body).await;
    stack.create("acme", &body).await;
    assert_eq!(stack.simulator.meetings().len(), 2);
}

#[tokio::test]
async fn tells_a_caller_without_the_right_nothing_about_the_policy() {
    let stack = Stack::start().await;
    let body = json!({ "ExternalMeetingId": "standup", "MediaRegion": "mars-1" }).to_string();
    let token = stack.issuer.token(&TokenRequest::new("globex", &["members"])).unwrap();
    let answer = stack.invoke(&post(&token, &body)).await;
    assert_eq!((answer.status, answer.places().len()), (403, 0), "{}", answer.text);
    assert!(answer.text.contains("hosts"), "it says which group is missing");
    let unknown = stack.invoke(&post(&stack.token("umbrella"), &body)).await;
    assert_eq!((unknown.status, unknown.places().len()), (403, 0));
}

#[tokio::test]
async fn names_a_missing_scope_in_the_header_of_rfc_6750() {
    let policy = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" },
                      "Callers": { "AnyScope": ["meetings/create", "meetings/admin"] } },
        "Tenants": { "acme": {} }
    });
    let stack = Stack::with().policy(&policy).start().await;
    let answer = stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
    assert_eq!(answer.status, 403);
    let expected = r#"Bearer error="insufficient_scope", scope="meetings/create meetings/admin""#;
    assert_eq!(answer.header("www-authenticate"), Some(expected));
    let request =
        TokenRequest { scope: Some("other meetings/admin".into()), ..TokenRequest::new("acme", &[]) };
    let token = stack.issuer.token(&request).unwrap();
    let body = json!({ "ExternalMeetingId": "standup" }).to_string();
    assert_eq!(stack.invoke(&post(&token, &body)).await.status, 201);
}

#[tokio::test]
async fn logs_no_secret_at_any_level() {
    let stack = Stack::with().setting("RUST_LOG", "trace").start().await;
    let token = stack.token("acme");
    let body = json!({ "ExternalMeetingId": "secret-external-id", "ClientRequestToken": "secret-key-1" });
    let answer = stack.invoke(&post(&token, &body.to_string())).await;
    assert_eq!(answer.status, 201);
    let refused = json!({ "ExternalMeetingId": "secret-external-id", "SecretMember": 1, "MediaRegion": "secret-region" });
    assert_eq!(stack.invoke(&post(&token, &refused.to_string())).await.status, 400);
    let log = stack.function.logs_with("request refused", PATIENCE).await.expect("the refusal is logged");
    let meeting = answer.body["Meeting"]["MeetingId"].as_str().unwrap();
    assert!(
        log.contains(meeting) && log.contains("acme"),
        "the meeting's id and the tenant are there: {log}"
    );
    let audio_url = answer.body["Meeting"]["MediaPlacement"]["AudioHostUrl"].as_str().unwrap();
    for secret in [
        "secret-external-id", "secret-key-1", "SecretMember", "secret-region", &token, audio_url,
        "wJalrXUtnFEMI",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

#[tokio::test]
async fn answers_an_event_that_is_not_json_and_goes_on() {
    let stack = Stack::start().await;
    for event in ["", "{", "not json", "\u{0}", "[[[[[[", r#"{"requestContext":{"http":"#] {
        let answer = Answer::of(stack.invoke_within(event, PATIENCE).await);
        assert_eq!((answer.status, &answer.body["Code"]), (400, &json!("BadRequestException")), "{event:?}");
    }
    let bytes: &'static [u8] = &[0xff, 0xfe, b'{', 0x80];
    assert_eq!(Answer::of(stack.invoke_within(bytes, PATIENCE).await).status, 400);
    assert_eq!(stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await.status, 201);
}

#[tokio::test]
async fn ignores_a_request_id_that_would_split_a_header() {
    let stack = Stack::start().await;
    let mut event = post(&stack.token("acme"), &json!({ "ExternalMeetingId": "standup" }).to_string());
    event["requestContext"]["requestId"] = json!("a\r\nset-cookie: x=1");
    let answer = stack.invoke(&event).await;
    assert_eq!(answer.status, 201);
    assert!(answer.header("x-amzn-requestid").is_some_and(|id| !id.contains('\n')));
}

/// Every status that Chime's errors become. `faults.rs` has the full matrix.
#[tokio::test]
async fn reports_errors_of_chime_in_the_gateways_own_words() {
    use local::simulator::Fault;
    let stack = Stack::start().await;
    for (exception, status, code) in [
        ("BadRequestException", 400, "BadRequestException"),
        ("LimitExceededException", 429, "LimitExceededException"),
        ("UnauthorizedException", 500, "ServiceFailureException"),
        ("ForbiddenException", 500, "ServiceFailureException"),
        ("AccessDeniedException", 500, "ServiceFailureException"),
        ("ConflictException", 409, "ConflictException"),
        ("ThrottlingException", 429, "ThrottlingException"),
        ("ServiceFailureException", 502, "ServiceFailureException"),
        ("ServiceUnavailableException", 503, "ServiceUnavailableException"),
    ] {
        stack.reset_simulator();
        stack.simulator.inject(Fault::exception(exception).expect("the simulator knows it"), 9);
        let answer = stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
        assert_eq!((answer.status, &answer.body["Code"]), (status, &json!(code)), "{exception}");
        let wants_retry_after = [429, 503].contains(&status);
        assert_eq!(answer.header("retry-after").is_some(), wants_retry_after, "{exception}");
        // botocore's header, in milliseconds.
        let milliseconds = answer.header("retry-after").map(|seconds| format!("{seconds}000"));
        assert_eq!(answer.header("x-amz-retry-after"), milliseconds.as_deref(), "{exception}");
        assert_eq!(
            answer.body["instance"],
            json!("JKJaXmPLvHcESHA="),
            "the id is API Gateway's, not Chime's"
        );
        assert_eq!(answer.body["errors"], Value::Array(Vec::new()), "{exception}");
    }
}

/// A body that asks for every member that a policy decides, and a policy that allows all of it.
struct EveryMember {
    body: Value,
    policy: Value,
    primary: String,
}

impl Visit<OfMeeting> for EveryMember {
    fn visit<M: Member<Group = OfMeeting>>(&mut self) {
        let value = match (M::NAME, M::SHAPE) {
            ("MediaRegion", _) => json!("eu-west-2"),
            ("PrimaryMeetingId", _) => json!(self.primary),
            (_, Shape::Text { min, .. }) => json!("x".repeat(min)),
            (_, Shape::Names(names)) => json!(names[0]),
            (_, Shape::Number { min, .. }) => json!(min),
        };
        let allowed = match M::Bound::KIND {
            BoundKind::OneOf => json!([value]),
            BoundKind::Ceiling => value.clone(),
            BoundKind::AnyValue => json!(true),
        };
        for (document, value) in [(&mut self.body, value), (&mut self.policy, allowed)] {
            *M::NAME.split('/').fold(document, |object, name| &mut object[name]) = value;
        }
    }
}

/// The members of one body that another has not, or has with another value.
struct NotIn<'b>(&'b Value, &'b Value, Vec<&'static str>);

impl Visit<OfMeeting> for NotIn<'_> {
    fn visit<M: Member<Group = OfMeeting>>(&mut self) {
        let pointer = format!("/{}", M::NAME);
        assert!(self.0.pointer(&pointer).is_some(), "{pointer} is asked for");
        if self.0.pointer(&pointer) != self.1.pointer(&pointer) {
            self.2.push(M::NAME);
        }
    }
}

#[tokio::test]
async fn sends_every_member_that_the_policy_allows_and_the_caller_asks_for() {
    let mut every = EveryMember {
        body: json!({ "ExternalMeetingId": "standup" }),
        policy: json!({}),
        primary: String::new(),
    };
    Members::visit(&mut every);
    let region = json!({ "TenantIds": ["${tenant}"] });
    let block =
        json!({ "Fixed": region, "Default": { "MediaRegion": "eu-west-2" }, "Allowed": every.policy });
    let policy = json!({ "Tenants": { "acme": block } });
    let stack = Stack::with().policy(&policy).start().await;
    let primary = stack.create("acme", &json!({ "ExternalMeetingId": "main-room" })).await;
    every.primary = primary.body["Meeting"]["MeetingId"].as_str().expect("an id").to_owned();
    Members::visit(&mut every);
    let answer = stack.create("acme", &every.body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let sent = stack.creations().pop().expect("the second creation");
    let mut missing = NotIn(&every.body, &sent, Vec::new());
    Members::visit(&mut missing);
    assert_eq!(missing.2, [""; 0], "{sent}");
}
