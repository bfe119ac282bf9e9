//! From a meeting to people in it: what is sent to Chime for an attendee, and what of Chime's answer a caller gets.

use local::simulator::{Operation, TransportFault};
use serde_json::{Value, json};

use crate::harness::{PATIENCE, Stack, event, with_header};

async fn meeting(stack: &Stack, tenant: &str) -> String {
    let answer = stack.create(tenant, &json!({ "ExternalMeetingId": "standup" })).await;
    answer.body["Meeting"]["MeetingId"].as_str().expect("a meeting").to_owned()
}

/// The last body that reached Chime for an operation.
fn sent(stack: &Stack, operation: Operation) -> Value {
    let requests = stack.simulator.requests();
    requests.into_iter().rfind(|request| request.operation == operation).expect("Chime was asked").body
}

fn attendees_of(stack: &Stack, meeting: &str) -> Vec<Value> {
    stack.simulator.attendees(meeting).into_iter().map(|attendee| attendee.body).collect()
}

#[tokio::test]
async fn joining_gives_the_meeting_and_an_attendee_as_chime_wrote_them() {
    let stack = Stack::start().await;
    let meeting = meeting(&stack, "acme").await;
    let bob = stack.token_of("acme", "bob", &["members"]);
    let joined = stack.send(&bob, &format!("POST /meetings/{meeting}/join"), None).await;
    assert_eq!(joined.status, 201, "{}", joined.text);
    let expected = json!({
        "Meeting": stack.simulator.meetings()[0].body,
        "Attendee": attendees_of(&stack, &meeting)[0],
    });
    assert_eq!(joined.body, expected);
    assert_eq!(joined.body["Attendee"]["ExternalUserId"], "bob");
    assert_eq!(joined.header("cache-control"), Some("no-store"));
    let phone = json!({ "ExternalUserId": "bob#phone" });
    let second = stack.send(&bob, &format!("POST /meetings/{meeting}/join"), Some(&phone)).await;
    assert_ne!(second.body["Attendee"]["JoinToken"], joined.body["Attendee"]["JoinToken"]);
}

#[tokio::test]
async fn a_body_may_be_absent_whatever_its_content_type() {
    let stack = Stack::start().await;
    let meeting = meeting(&stack, "acme").await;
    for last in ["join", "attendees"] {
        let request = format!("POST /meetings/{meeting}/{last}");
        for (body, content_type, status, why) in [
            (None, "text/plain", 201, "nothing is of that type"),
            (Some(json!({})), "application/json", 201, "an empty object"),
            (Some(json!({})), "text/plain", 415, "a body of another type"),
            (Some(json!([])), "application/json", 400, "not an object"),
        ] {
            let event = event(&stack.token("acme"), &request, body.as_ref());
            let answer = stack.invoke(&with_header(event, "content-type", content_type)).await;
            assert_eq!(answer.status, status, "{last}: {why}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_join_token_goes_to_its_creator_and_owner_alone() {
    let stack = Stack::start().await;
    let meeting = meeting(&stack, "acme").await;
    let host = stack.token_of("acme", "anna", &["hosts"]);
    let attendees = format!("/meetings/{meeting}/attendees");
    let batch = json!({ "Attendees": [{ "ExternalUserId": "bob" }, { "ExternalUserId": "anna#phone" }] });
    let created = stack.send(&host, &format!("POST {attendees}?operation=batch-create"), Some(&batch)).await;
    assert_eq!(
        created.body["Attendees"],
        json!(attendees_of(&stack, &meeting)),
        "the creator gets all of it"
    );
    let of = |name: &str| {
        let all = created.body["Attendees"].as_array().unwrap().iter();
        all.clone().find(|attendee| attendee["ExternalUserId"] == name).unwrap().clone()
    };
    let without_token = |mut attendee: Value| {
        attendee.as_object_mut().unwrap().remove("JoinToken");
        attendee
    };
    let id = |name: &str| of(name)["AttendeeId"].as_str().unwrap().to_owned();
    let listed = stack.send(&host, &format!("GET {attendees}"), None).await;
    assert_eq!(listed.body, json!({ "Attendees": [without_token(of("bob")), of("anna#phone")] }));
    for (token, name, expected, why) in [
        (&host, "bob", without_token(of("bob")), "a moderator does not get another person's"),
        (&host, "anna#phone", of("anna#phone"), "but their own"),
        (&stack.token_of("acme", "bob", &["members"]), "bob", of("bob"), "the owner does"),
    ] {
        let got = stack.send(token, &format!("GET {attendees}/{}", id(name)), None).await;
        assert_eq!(got.body, json!({ "Attendee": expected }), "{why}");
    }
    let mute = json!({ "Capabilities": { "Audio": "Receive", "Video": "Receive", "Content": "None" } });
    let path = |name: &str| format!("PUT {attendees}/{}/capabilities", id(name));
    let muted = stack.send(&host, &path("bob"), Some(&mute)).await;
    assert_eq!((muted.status, &muted.body["Attendee"]["JoinToken"]), (200, &Value::Null));
    assert_eq!(muted.body["Attendee"]["Capabilities"], mute["Capabilities"]);
    let own = stack.send(&host, &path("anna#phone"), Some(&mute)).await;
    assert_eq!(own.body["Attendee"]["JoinToken"], of("anna#phone")["JoinToken"]);
}

#[tokio::test]
async fn an_attendee_that_was_not_asked_for_is_never_handed_out() {
    let stack = Stack::start().await;
    let meeting = meeting(&stack, "acme").await;
    let create = json!({ "ExternalMeetingId": "standup", "Attendees": [{}] });
    let batch = json!({ "Attendees": [{ "ExternalUserId": "bob" }] });
    for (request, body, status) in [
        (format!("POST /meetings/{meeting}/join"), None, 502),
        (format!("POST /meetings/{meeting}/attendees"), None, 502),
        (format!("POST /meetings/{meeting}/attendees?operation=batch-create"), Some(&batch), 502),
        ("POST /meetings?operation=create-attendees".to_owned(), Some(&create), 409),
    ] {
        for members in [
            json!({ "ExternalUserId": "eve" }),
            json!({ "ExternalUserId": "local-user#x" }),
            json!({ "JoinToken": null }),
        ] {
            let members = members.as_object().unwrap().clone();
            stack.simulator.inject(TransportFault::OtherAttendee { members: members.clone() }, 9);
            let answer = stack.send(&stack.token("acme"), &request, body).await;
            assert_eq!(answer.status, status, "{request} {members:?}: {}", answer.text);
            assert!(!answer.text.contains("JoinToken") && !answer.text.contains("eve"), "{}", answer.text);
            stack.simulator.disarm();
        }
    }
    let path = format!("GET /meetings/{meeting}/attendees");
    let first = stack.simulator.attendees(&meeting)[0].id().to_owned();
    let members =
        json!({ "AttendeeId": "eb81e378-37db-4b5a-8e57-88904f2c1152" }).as_object().unwrap().clone();
    stack.simulator.inject(TransportFault::OtherAttendee { members }, 9);
    let answer = stack.send(&stack.token("acme"), &format!("{path}/{first}"), None).await;
    assert_eq!(answer.status, 502, "another attendee than the one asked for: {}", answer.text);
}

#[tokio::test]
async fn an_excluded_attendee_keeps_its_capabilities_in_whatever_case_its_id_is_written() {
    let stack = Stack::start().await;
    let meeting = meeting(&stack, "acme").await;
    let host = stack.token("acme");
    stack.send(&host, &format!("POST /meetings/{meeting}/attendees"), None).await;
    let attendee = stack.simulator.attendees(&meeting)[0].id().to_uppercase();
    let mute = json!({ "Audio": "None", "Video": "None", "Content": "None" });
    let body = json!({ "Capabilities": mute, "ExcludedAttendeeIds": [{ "AttendeeId": attendee }] });
    let path = format!("PUT /meetings/{meeting}/attendees/capabilities?operation=batch-update-except");
    assert_eq!(stack.send(&host, &path, Some(&body)).await.status, 200);
    assert_ne!(stack.simulator.attendees(&meeting)[0].body["Capabilities"], mute);
}

#[tokio::test]
async fn a_webinars_audience_receives_and_its_hosts_speak() {
    let stack = Stack::start().await;
    let create = |features: Value| json!({ "ExternalMeetingId": "town", "MeetingFeatures": features });
    let all = stack.create("town-hall", &create(json!({}))).await;
    let id =
        |answer: &crate::harness::Answer| answer.body["Meeting"]["MeetingId"].as_str().unwrap().to_owned();
    let path = format!("POST /meetings/{}/join", id(&all));
    let (guest, host) =
        (stack.token_of("town-hall", "guest", &[]), stack.token_of("town-hall", "host", &["hosts"]));
    let joined = stack.send(&guest, &path, None).await;
    let receive = json!({ "Audio": "Receive", "Video": "Receive", "Content": "Receive" });
    assert_eq!(joined.status, 201, "{}", joined.text);
    assert_eq!(sent(&stack, Operation::CreateAttendee)["Capabilities"], receive);
    let speak =
        json!({ "Capabilities": { "Audio": "SendReceive", "Video": "Receive", "Content": "Receive" } });
    let refused = stack.send(&guest, &path, Some(&speak)).await;
    assert_eq!((refused.status, refused.places()), (403, vec!["#/Capabilities/Audio".to_owned()]));
    let joined = stack.send(&host, &path, None).await;
    assert_eq!(joined.status, 201);
    assert_eq!(sent(&stack, Operation::CreateAttendee)["Capabilities"], Value::Null, "Chime's default holds");
    let given = json!({ "ExternalUserId": "guest#stage", "Capabilities": speak["Capabilities"] });
    let path = format!("POST /meetings/{}/attendees", id(&all));
    assert_eq!(stack.send(&host, &path, Some(&given)).await.status, 201);
    assert_eq!(sent(&stack, Operation::CreateAttendee)["Capabilities"], speak["Capabilities"]);
}

#[tokio::test]
async fn capabilities_fit_the_meetings_features() {
    let policy = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" },
                      "Callers": { "Moderate": { "AnyGroup": ["hosts"] } } },
        "Tenants": { "acme": {
            "Default": { "Capabilities": { "Audio": "Receive" } },
            "Allowed": { "Capabilities": { "Audio": "SendReceive", "Video": "SendReceive", "Content": "SendReceive" },
                         "MeetingFeatures": { "Video": { "MaxResolution": "HD" }, "Content": { "MaxResolution": "FHD" } } }
        } }
    });
    let stack = Stack::with().policy(&policy).start().await;
    let features = json!({ "Video": { "MaxResolution": "None" } });
    let body = json!({ "ExternalMeetingId": "audio", "MeetingFeatures": features });
    let meeting = stack.create("acme", &body).await.body["Meeting"]["MeetingId"].as_str().unwrap().to_owned();
    let member = stack.token_of("acme", "anna", &[]);
    let path = format!("POST /meetings/{meeting}/join");
    assert_eq!(stack.send(&member, &path, None).await.status, 201);
    let filled = json!({ "Audio": "Receive", "Video": "None", "Content": "None" });
    assert_eq!(
        sent(&stack, Operation::CreateAttendee)["Capabilities"],
        filled,
        "lowered to what the meeting has"
    );
    let before = stack.simulator.requests().len();
    let video = json!({ "Audio": "Send", "Video": "Receive", "Content": "None" });
    for (request, body, place) in [
        (path.clone(), json!({ "Capabilities": video }), "#/Capabilities/Video"),
        (
            format!("POST /meetings/{meeting}/attendees?operation=batch-create"),
            json!({ "Attendees": [{ "ExternalUserId": "bob" }, { "ExternalUserId": "eve", "Capabilities": video }] }),
            "#/Attendees/1/Capabilities/Video",
        ),
        (
            format!("PUT /meetings/{meeting}/attendees/eb81e378-37db-4b5a-8e57-88904f2c1152/capabilities"),
            json!({ "Capabilities": video }),
            "#/Capabilities/Video",
        ),
    ] {
        let answer = stack.send(&stack.token("acme"), &request, Some(&body)).await;
        assert_eq!(
            (answer.status, answer.places()),
            (400, vec![place.to_owned()]),
            "{request}: {}",
            answer.text
        );
    }
    assert_eq!(stack.simulator.requests().len(), before, "found before Chime");
    let create = json!({ "ExternalMeetingId": "audio", "MeetingFeatures": features,
                         "Attendees": [{ "Capabilities": video }] });
    let answer = stack.send(&member, "POST /meetings?operation=create-attendees", Some(&create)).await;
    assert_eq!((answer.status, answer.places()), (400, vec!["#/Attendees/0/Capabilities/Video".to_owned()]));
}

#[tokio::test]
async fn a_subject_that_chime_would_not_take_is_refused_with_what_to_do() {
    let stack = Stack::start().await;
    let meeting = meeting(&stack, "acme").await;
    let path = format!("POST /meetings/{meeting}/join");
    let before = stack.simulator.requests().len();
    for (subject, hint, why) in [
        ("anna#admin", "SUBJECT_CLAIM", "contains `#`"),
        (" anna", "SUBJECT_CLAIM", "begins with white space"),
        ("aws:anna", "SUBJECT_CLAIM", "reserved"),
        ("Žofie", "SUBJECT_CLAIM", "outside the pattern"),
        ("a", "suffix", "too short by itself"),
    ] {
        let token = stack.token_of("acme", subject, &["members"]);
        let answer = stack.send(&token, &path, None).await;
        assert_eq!((answer.status, answer.places()), (403, vec!["#/ExternalUserId".to_owned()]), "{why}");
        assert!(answer.body["Message"].as_str().unwrap().contains(hint), "{why}: {}", answer.text);
    }
    assert_eq!(stack.simulator.requests().len(), before, "Chime was not asked");
    let body = json!({ "ExternalUserId": "a#phone" });
    let answer = stack.send(&stack.token_of("acme", "a", &["members"]), &path, Some(&body)).await;
    assert_eq!(answer.status, 201, "one character with a suffix: {}", answer.text);
}

#[tokio::test]
async fn the_subject_comes_from_the_claim_of_the_setting() {
    // Any claim of the token that is a string will do.
    let stack = Stack::with().setting("SUBJECT_CLAIM", "custom:tenant_id").start().await;
    let meeting = meeting(&stack, "acme").await;
    let token = stack.token_of("acme", "anna", &["members"]);
    let answer = stack.send(&token, &format!("POST /meetings/{meeting}/join"), None).await;
    assert_eq!(answer.body["Attendee"]["ExternalUserId"], "acme", "{}", answer.text);
}

#[tokio::test]
async fn lists_come_page_by_page() {
    let stack = Stack::start().await;
    let meeting = meeting(&stack, "acme").await;
    let host = stack.token("acme");
    let attendees: Vec<Value> =
        (0..5).map(|number| json!({ "ExternalUserId": format!("guest-{number}") })).collect();
    let path = format!("/meetings/{meeting}/attendees");
    let batch = json!({ "Attendees": attendees });
    assert_eq!(
        stack.send(&host, &format!("POST {path}?operation=batch-create"), Some(&batch)).await.status,
        201
    );
    let mut names = Vec::new();
    let mut query = "max-results=2".to_owned();
    loop {
        let page = stack.send(&host, &format!("GET {path}?{query}"), None).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let listed = page.body["Attendees"].as_array().unwrap();
        names.extend(listed.iter().map(|attendee| attendee["ExternalUserId"].as_str().unwrap().to_owned()));
        let Some(token) = page.body["NextToken"].as_str() else { break };
        let escaped: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
        query = format!("max-results=2&next-token={escaped}");
    }
    assert_eq!(names, ["guest-0", "guest-1", "guest-2", "guest-3", "guest-4"]);
    for (query, place) in [
        ("max-results=0", "max-results"),
        ("max-results=101", "max-results"),
        ("max-results=2&max-results=2", "max-results"),
        ("next-token=", "next-token"),
        ("next-token=made-up", "next-token"),
    ] {
        let answer = stack.send(&host, &format!("GET {path}?{query}"), None).await;
        assert_eq!(
            (answer.status, answer.places()),
            (400, vec![place.to_owned()]),
            "{query}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn an_operation_that_a_path_does_not_have_is_no_route() {
    let stack = Stack::start().await;
    let meeting = meeting(&stack, "acme").await;
    for request in [
        "POST /meetings?operation=batch-create".to_owned(),
        "POST /meetings?operation=create-attendees&operation=create-attendees".to_owned(),
        format!("GET /meetings/{meeting}?operation=get"),
        format!("POST /meetings/{meeting}/join?operation="),
        format!("PUT /meetings/{meeting}/attendees/capabilities?operation=batch-create"),
    ] {
        let answer = stack.send(&stack.token("acme"), &request, Some(&json!({}))).await;
        assert_eq!(
            (answer.status, &answer.body["Message"]),
            (404, &json!("there is no such route")),
            "{request}"
        );
    }
    let capabilities = format!("PUT /meetings/{meeting}/attendees/capabilities");
    let answer = stack.send(&stack.token("acme"), &capabilities, Some(&json!({}))).await;
    assert_eq!(
        (answer.status, answer.header("allow")),
        (405, Some("GET, DELETE")),
        "without the operation's name"
    );
}

#[tokio::test]
async fn one_key_makes_one_meeting_with_its_attendees_and_none_of_the_other_operation() {
    let stack = Stack::start().await;
    let host = stack.token("acme");
    let plain = json!({ "ExternalMeetingId": "standup", "ClientRequestToken": "one-key" });
    let mut with = plain.clone();
    with["Attendees"] = json!([{}, { "ExternalUserId": "bob" }]);
    let create =
        async |body: &Value| stack.send(&host, "POST /meetings?operation=create-attendees", Some(body)).await;
    let first = create(&with).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(create(&with).await.body, first.body, "a retry");
    let other = stack.send(&host, "POST /meetings", Some(&plain)).await;
    assert_ne!(other.body["Meeting"]["MeetingId"], first.body["Meeting"]["MeetingId"], "another operation");
    with["Attendees"] = json!([{}, { "ExternalUserId": "eve" }]);
    assert_eq!(create(&with).await.status, 409, "other attendees");
    assert_eq!(stack.simulator.meetings().len(), 2);
}

#[tokio::test]
async fn a_part_of_a_batch_may_fail_and_a_full_meeting_is_429() {
    let stack = Stack::start().await;
    let body = json!({ "ExternalMeetingId": "small", "MeetingFeatures": { "Attendee": { "MaxCount": 1 } } });
    let meeting = stack.create("acme", &body).await.body["Meeting"]["MeetingId"].as_str().unwrap().to_owned();
    let batch = json!({ "Attendees": [{ "ExternalUserId": "bob" }, { "ExternalUserId": "eve" }] });
    let path = format!("POST /meetings/{meeting}/attendees");
    let answer =
        stack.send(&stack.token("acme"), &format!("{path}?operation=batch-create"), Some(&batch)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.body["Attendees"].as_array().unwrap().len(), 1);
    assert_eq!(answer.body["Errors"][0]["ExternalUserId"], "eve");
    let full = stack.send(&stack.token("acme"), &path, None).await;
    assert_eq!((full.status, &full.body["Code"]), (429, &json!("LimitExceededException")), "{}", full.text);
    assert_eq!(full.header("retry-after"), Some("60"));
    let log = stack.function.logs_with("MeetingFull", PATIENCE).await.expect("it is logged");
    assert!(!log.contains(r#""level":"ERROR""#), "no operator can help: {log}");
}

#[tokio::test]
async fn no_log_line_has_a_token_a_name_or_a_subject() {
    let stack = Stack::with().setting("RUST_LOG", "trace").start().await;
    let subject = "planted-subject";
    let host = stack.token_of("acme", subject, &["hosts"]);
    let body = json!({ "ExternalMeetingId": "planted-meeting", "ClientRequestToken": "planted-key",
                       "Attendees": [{}, { "ExternalUserId": "planted-guest" }] });
    let created = stack.send(&host, "POST /meetings?operation=create-attendees", Some(&body)).await;
    let meeting = created.body["Meeting"]["MeetingId"].as_str().unwrap().to_owned();
    let path = format!("/meetings/{meeting}");
    let joined = stack.send(&host, &format!("POST {path}/join"), None).await;
    let guest = created.body["Attendees"][1]["AttendeeId"].as_str().unwrap();
    let capabilities = json!({ "Capabilities": { "Audio": "None", "Video": "None", "Content": "None" } });
    for (request, body) in [
        (format!("GET {path}/attendees"), None),
        (format!("GET {path}/attendees/{guest}"), None),
        (format!("PUT {path}/attendees/{guest}/capabilities"), Some(&capabilities)),
        (format!("POST {path}/attendees"), Some(&json!({ "ExternalUserId": "planted;invalid" }))),
        (format!("POST {path}/attendees"), Some(&json!({ "planted-member": 1 }))),
        (format!("DELETE {path}/attendees/{guest}"), None),
        (format!("DELETE {path}"), None),
        (format!("POST {path}/join"), None),
    ] {
        stack.send(&host, &request, body).await;
    }
    let member = stack.token_of("acme", subject, &["members"]);
    stack
        .send(&member, &format!("POST {path}/join"), Some(&json!({ "ExternalUserId": "planted-other" })))
        .await;
    stack.function.logs_with("\"status\":403", PATIENCE).await.expect("the last refusal is logged");
    let log = format!("{}{}", stack.function.standard_output(), stack.function.standard_error());
    let token = |answer: &Value| answer["JoinToken"].as_str().expect("a token").to_owned();
    let tokens = [token(&joined.body["Attendee"]), token(&created.body["Attendees"][0]), host, member];
    for secret in tokens.iter().map(String::as_str).chain(["planted", subject]) {
        assert!(!log.contains(secret), "the log has `{secret}`: {log}");
    }
    assert!(log.contains(&meeting), "but it has the meeting's id");
}
