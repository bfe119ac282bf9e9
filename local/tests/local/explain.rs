//! `explain`: what a request gets, and why.

use serde_json::{Value, json};

use crate::commands::{run, run_with};
use crate::program::policy_file;

/// What `explain --json` prints for a request of a host of acme, with its exit status.
fn explained(policy: &Value, arguments: &[&str]) -> (Option<i32>, Value) {
    let claims = r#"{"sub":"anna","custom:tenant_id":"acme","cognito:groups":["hosts"]}"#;
    explained_to(claims, policy, arguments)
}

/// The same for a caller with these claims.
fn explained_to(claims: &str, policy: &Value, arguments: &[&str]) -> (Option<i32>, Value) {
    let name = format!("explained-{}", std::thread::current().name().unwrap().replace("::", "-"));
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"));
    std::fs::write(&file, policy.to_string()).unwrap();
    let fixed = ["explain", "--json", "--policy", file.to_str().unwrap(), "--claims", "-"];
    let (code, stdout, stderr) = run(&[&fixed[..], arguments].concat(), claims);
    let value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"));
    (code, value)
}

/// The value of a member, where it comes from, and the place in the policy.
fn member<'v>(explained: &'v Value, member: &str) -> (&'v Value, &'v str, Option<&'v str>) {
    let rows = explained["members"].as_array().unwrap();
    let row = rows.iter().find(|row| row["member"] == member);
    let row = row.unwrap_or_else(|| panic!("no `{member}` in {rows:#?}"));
    (&row["value"], row["from"].as_str().unwrap(), row["pointer"].as_str())
}

fn policy() -> Value {
    json!({
        "Everyone": {
            "Fixed": { "TenantIds": ["${tenant}"], "Tags": { "Tenant": "${tenant}" } },
            "Default": { "MediaRegion": "us-east-1" },
            "Allowed": { "MeetingFeatures": { "Attendee": { "MaxCount": 50 } } },
            "Callers": { "AnyGroup": ["hosts"], "End": { "AnyGroup": ["owners"] } },
        },
        "Tenants": {
            "acme": {
                "Fixed": { "Capabilities": { "Video": "Receive" } },
                "Default": { "MediaRegion": "eu-central-1" },
                "Allowed": { "MediaRegion": ["eu-central-1", "eu-west-2"], "Tags": ["Course"], "PrimaryMeetingId": true },
            },
        },
    })
}

#[test]
fn each_value_is_explained_with_its_origin_and_its_place() {
    let body = r#"{"ExternalMeetingId":"standup","MediaRegion":"eu-west-2","Tags":[{"Key":"Course","Value":"physics"}]}"#;
    let (code, explained) = explained(&policy(), &["--request", body]);
    assert_eq!((code, &explained["status"]), (Some(0), &json!(201)));
    let acme = "#/Tenants/acme";
    for (name, value, from, pointer, why) in [
        ("#/ExternalMeetingId", json!("standup"), "caller", None, "the caller's own"),
        (
            "#/MediaRegion",
            json!("eu-west-2"),
            "caller",
            Some(format!("{acme}/Allowed/MediaRegion")),
            "the tenant allows it",
        ),
        (
            "#/MeetingFeatures/Attendee/MaxCount",
            json!(50),
            "ceiling",
            Some("#/Everyone/Allowed/MeetingFeatures/Attendee/MaxCount".to_owned()),
            "binds silence",
        ),
        ("#/MeetingFeatures/Video/MaxResolution", json!("HD"), "Chime's default", None, "nothing is written"),
        ("#/TenantIds", json!(["acme"]), "Fixed", Some("#/Everyone/Fixed/TenantIds".to_owned()), "filled in"),
        (
            "#/Tags/Tenant",
            json!("acme"),
            "Fixed",
            Some("#/Everyone/Fixed/Tags/Tenant".to_owned()),
            "a fixed tag",
        ),
        (
            "#/Tags/Course",
            json!("physics"),
            "caller",
            Some(format!("{acme}/Allowed/Tags/0")),
            "an allowed tag",
        ),
        ("#/Tags/MeetingGateway", json!("GATEWAY_NAME"), "gateway", None, "a placeholder"),
    ] {
        assert_eq!(member(&explained, name), (&value, from, pointer.as_deref()), "{why}");
    }
    let sent = &explained["requests"][0];
    assert_eq!((&sent["method"], &sent["path"]), (&json!("POST"), &json!("/meetings")));
    assert_eq!(sent["body"]["MediaRegion"], "eu-west-2");
    assert_eq!(
        sent["body"]["NotificationsConfiguration"]["SqsQueueArn"],
        "arn:aws:sqs:us-east-1:111122223333:QUEUE"
    );
}

#[test]
fn silence_is_explained_by_the_default_that_wins() {
    let (_, explained) = explained(&policy(), &["--request", r#"{"ExternalMeetingId":"standup"}"#]);
    let expected = (&json!("eu-central-1"), "Default", Some("#/Tenants/acme/Default/MediaRegion"));
    assert_eq!(member(&explained, "#/MediaRegion"), expected);
}

#[test]
fn refused_request_shows_every_finding_and_no_request() {
    let body = r#"{"ExternalMeetingId":"x","MediaRegion":"us-west-2","TenantIds":["globex"]}"#;
    let (code, explained) = explained(&policy(), &["--request", body]);
    assert_eq!((code, &explained["status"]), (Some(1), &json!(400)));
    let errors = explained["problem"]["errors"].as_array().unwrap();
    let mut pointers: Vec<&str> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["#/ExternalMeetingId", "#/MediaRegion", "#/TenantIds"]);
    for pointer in pointers {
        assert_eq!(member(&explained, pointer).1, "caller, refused");
    }
    assert_eq!(explained["members"].as_array().unwrap().len(), 3, "what is not asked for is not decided");
    assert_eq!(explained["requests"], json!([]));
}

#[test]
fn fixed_tag_that_is_asked_for_stays_the_policys_and_numbers_stay_numbers() {
    let mut policy = policy();
    policy["Everyone"]["Allowed"] = json!({ "Tags": ["Course"] });
    policy["Tenants"]["acme"]["Allowed"] = json!({ "MediaRegion": ["eu-central-1"] });
    policy["Tenants"]["acme"]["Fixed"]["Tags"] = json!({ "Course": "physics", "a/b": "c" });
    let body = r#"{"ExternalMeetingId":"standup","Tags":[{"Key":"Course","Value":"physics"}]}"#;
    let (code, explained) = explained(&policy, &["--request", body]);
    assert_eq!(code, Some(0), "{explained:#}");
    let course = (&json!("physics"), "Fixed", Some("#/Tenants/acme/Fixed/Tags/Course"));
    assert_eq!(member(&explained, "#/Tags/Course"), course);
    assert_eq!(member(&explained, "#/Tags/a~1b").1, "Fixed");
    assert_eq!(member(&explained, "#/MeetingFeatures/Attendee/MaxCount").0, &json!(250));
}

/// What the policy has for a member.
fn policy_for<'v>(explained: &'v Value, member: &str) -> &'v Value {
    let members = explained["policy"]["members"].as_array().unwrap();
    members.iter().find(|found| found["member"] == member).unwrap_or_else(|| panic!("no {member}"))
}

#[test]
fn the_policy_has_each_members_value_and_bound_whatever_is_asked_for() {
    let mut policy = policy();
    policy["Tenants"]["acme"]["Allowed"]["MeetingFeatures"] = json!({ "Video": { "MaxResolution": "HD" } });
    let refused = r#"{"ExternalMeetingId":"standup","MediaRegion":"us-west-2"}"#;
    let (code, explained) = explained(&policy, &["--request", refused]);
    assert_eq!(code, Some(1), "also of a request that is refused");
    let acme = "#/Tenants/acme";
    for (name, expected, why) in [
        (
            "MediaRegion",
            json!({
                "sent": "eu-central-1", "from": "Default", "pointer": format!("{acme}/Default/MediaRegion"),
                "allowed": ["eu-central-1", "eu-west-2"], "allowed_pointer": format!("{acme}/Allowed/MediaRegion"),
                "chime_default": null,
            }),
            "a default among values to choose from",
        ),
        (
            "MeetingFeatures/Attendee/MaxCount",
            json!({
                "sent": 50, "from": "ceiling", "pointer": "#/Everyone/Allowed/MeetingFeatures/Attendee/MaxCount",
                "allowed": 50, "allowed_pointer": "#/Everyone/Allowed/MeetingFeatures/Attendee/MaxCount",
                "chime_default": 250,
            }),
            "a ceiling, which binds silence too",
        ),
        (
            "MeetingFeatures/Content/MaxResolution",
            json!({
                "sent": null, "from": null, "pointer": null, "allowed": null, "allowed_pointer": null,
                "chime_default": "FHD",
            }),
            "nothing is written",
        ),
        (
            "PrimaryMeetingId",
            json!({
                "sent": null, "from": null, "pointer": null, "allowed": true,
                "allowed_pointer": format!("{acme}/Allowed/PrimaryMeetingId"), "chime_default": null,
            }),
            "any value is allowed",
        ),
        (
            "Capabilities/Video",
            json!({
                "sent": "Receive", "from": "Fixed", "pointer": format!("{acme}/Fixed/Capabilities/Video"),
                "allowed": null, "allowed_pointer": null, "chime_default": "SendReceive",
            }),
            "an attendee's capability, fixed",
        ),
    ] {
        let member = format!("#/{name}");
        let mut expected = expected;
        expected["member"] = json!(member);
        assert_eq!(policy_for(&explained, &member), &expected, "{why}");
    }
    let tags = json!([
        { "key": "Tenant", "list": "Fixed", "pointer": "#/Everyone/Fixed/Tags/Tenant" },
        { "key": "Course", "list": "Allowed", "pointer": format!("{acme}/Allowed/Tags/0") },
    ]);
    assert_eq!(explained["policy"]["tags"], tags);
    let ids = json!({ "value": ["acme"], "pointer": "#/Everyone/Fixed/TenantIds" });
    assert_eq!(explained["policy"]["tenant_ids"], ids);
}

#[test]
fn a_bound_is_found_in_the_block_of_a_tenant_whose_name_needs_escapes() {
    let mut policy = policy();
    policy["Tenants"]["a/b~c"] = policy["Tenants"]["acme"].take();
    policy["Tenants"].as_object_mut().unwrap().remove("acme");
    let fixed = &mut policy["Tenants"]["a/b~c"]["Fixed"];
    fixed["TenantIds"] = json!(["abc"]);
    fixed["Tags"] = json!({ "Tenant": "abc" });
    let claims = r#"{"sub":"anna","custom:tenant_id":"a/b~c","cognito:groups":["hosts"]}"#;
    let (_, explained) = explained_to(claims, &policy, &["--request", r#"{"ExternalMeetingId":"standup"}"#]);
    let region = policy_for(&explained, "#/MediaRegion");
    assert_eq!(region["allowed_pointer"], "#/Tenants/a~1b~0c/Allowed/MediaRegion");
    assert_eq!(region["allowed"], json!(["eu-central-1", "eu-west-2"]));
}

#[test]
fn tenant_that_is_not_admitted_has_no_rights() {
    let mut policy = policy();
    policy["Tenants"] = json!({});
    let (code, explained) = explained(&policy, &["--request", r#"{"ExternalMeetingId":"standup"}"#]);
    assert_eq!((code, &explained["status"]), (Some(1), &json!(403)));
    assert_eq!((&explained["tenant"]["admitted"], &explained["rights"]), (&json!(false), &json!([])));
}

#[test]
fn rights_are_explained_with_the_place_that_decides_them() {
    let (code, explained) = explained(&policy(), &["--operation", "DeleteMeeting"]);
    assert_eq!((code, &explained["status"], &explained["needs"]), (Some(1), &json!(403), &json!("End")));
    let rights = explained["rights"].as_array().unwrap();
    let end = rights.iter().find(|right| right["right"] == "End").unwrap();
    assert_eq!((&end["held"], &end["pointer"]), (&json!(false), &json!("#/Everyone/Callers/End")));
    let create = rights.iter().find(|right| right["right"] == "Create").unwrap();
    assert_eq!((&create["held"], &create["pointer"]), (&json!(true), &json!("#/Everyone/Callers")));
}

#[test]
fn attendees_capabilities_are_explained_in_a_meeting_that_is_taken_to_be_the_tenants() {
    let mut policy = policy();
    policy["Everyone"]["Callers"] = json!({});
    let (code, explained) = explained(&policy, &["--operation", "Join"]);
    assert_eq!((code, &explained["status"]), (Some(0), &json!(201)));
    assert_eq!(member(&explained, "#/ExternalUserId"), (&json!("anna"), "subject", None));
    let video = (&json!("Receive"), "Fixed", Some("#/Tenants/acme/Fixed/Capabilities/Video"));
    assert_eq!(member(&explained, "#/Capabilities/Video"), video);
    assert_eq!(member(&explained, "#/Capabilities/Audio").1, "Chime's default");
    let requests = explained["requests"].as_array().unwrap();
    let paths: Vec<&str> = requests.iter().map(|request| request["path"].as_str().unwrap()).collect();
    assert!(paths[1].ends_with("/attendees"), "{paths:?}");
}

#[test]
fn capabilities_are_explained_as_lowered_and_a_moderators_as_bound_by_the_model_alone() {
    let mut policy = policy();
    policy["Tenants"]["acme"]["Fixed"]["Capabilities"] = json!({ "Audio": "Receive" });
    policy["Tenants"]["acme"]["Allowed"]["MeetingFeatures"] = json!({ "Video": { "MaxResolution": "HD" } });
    let body = r#"{"ExternalMeetingId":"standup","MeetingFeatures":{"Video":{"MaxResolution":"None"}},
        "Attendees":[{"ExternalUserId":"bob"},
                     {"ExternalUserId":"eve","Capabilities":{"Audio":"SendReceive","Video":"None","Content":"None"}}]}"#;
    let operation = ["--operation", "CreateMeetingWithAttendees", "--request", body];
    let (code, explained) = explained(&policy, &operation);
    assert_eq!(code, Some(0), "{explained:#}");
    let audio = (&json!("Receive"), "Fixed", Some("#/Tenants/acme/Fixed/Capabilities/Audio"));
    assert_eq!(member(&explained, "#/Attendees/0/Capabilities/Audio"), audio);
    let lowered =
        (&json!("None"), "lowered to what the meeting, or Video that does not receive, demands", None);
    assert_eq!(member(&explained, "#/Attendees/0/Capabilities/Video"), lowered);
    let asked = (&json!("SendReceive"), "caller", None);
    assert_eq!(
        member(&explained, "#/Attendees/1/Capabilities/Audio"),
        asked,
        "a moderator may ask for anything"
    );
}

#[test]
fn primary_is_taken_to_be_the_tenants() {
    let body = r#"{"ExternalMeetingId":"standup","PrimaryMeetingId":"6b1e5a3b-0000-4000-8000-00000000abcd"}"#;
    let (code, explained) = explained(&policy(), &["--request", body]);
    assert_eq!((code, &explained["status"]), (Some(0), &json!(201)), "{explained:#}");
}

#[test]
fn limits_are_explained_with_the_place_that_decides_them() {
    let mut policy = policy();
    policy["Everyone"]["Limits"] = json!({ "OpenMeetings": 20, "OpenMeetingsPerCaller": 3 });
    policy["Tenants"]["acme"]["Limits"] = json!({ "OpenMeetings": 50 });
    let request = ["--request", r#"{"ExternalMeetingId":"standup"}"#];
    let (code, found) = explained(&policy, &request);
    assert_eq!(code, Some(0), "within the limits: {found:#}");
    assert_eq!(
        found["limits"],
        json!([
            { "limit": "OpenMeetings", "value": 50, "pointer": "#/Tenants/acme/Limits/OpenMeetings" },
            { "limit": "OpenMeetingsPerCaller", "value": 3, "pointer": "#/Everyone/Limits/OpenMeetingsPerCaller" },
        ])
    );
    let (code, found) = explained(&policy, &[&request[..], &["--no-registry"]].concat());
    assert_eq!(code, Some(2), "a stack without a registry can't have them");
    assert_eq!(found["faults"][0]["pointer"], "#/Everyone/Limits");
    policy["Everyone"]["Limits"] = json!({});
    policy["Tenants"]["acme"]["Limits"] = json!({});
    let (_, found) = explained(&policy, &request);
    let expected = json!({ "limit": "OpenMeetings", "value": null, "pointer": null });
    assert_eq!(found["limits"][0], expected, "no limit");
}

/// The methods and paths of the requests to Chime, the last part of a path alone.
fn chime_requests(explained: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let short = |path: String| path.rsplit('/').next().unwrap_or_default().to_owned();
    let requests = explained["requests"].as_array().unwrap().iter();
    requests
        .map(|request| format!("{} {}", text(&request["method"]), short(text(&request["path"]))))
        .collect()
}

#[test]
fn opening_a_room_is_explained_as_its_meeting_and_the_callers_attendee() {
    let body = r#"{"Meeting":{"MediaRegion":"eu-west-2","PrimaryMeetingId":"6b1e5a3b-0000-4000-8000-00000000abcd"}}"#;
    let (code, explained) = explained(&policy(), &["--operation", "JoinRoom", "--request", body]);
    assert_eq!((code, &explained["status"]), (Some(0), &json!(201)), "{explained:#}");
    assert_eq!(chime_requests(&explained)[1..], ["POST meetings", "POST attendees"]);
    for (name, value, from, pointer, why) in [
        ("#/Meeting/ExternalMeetingId", json!("ROOM"), "the room's name", None, "a placeholder"),
        (
            "#/Meeting/MediaRegion",
            json!("eu-west-2"),
            "caller",
            Some("#/Tenants/acme/Allowed/MediaRegion"),
            "the tenant allows it",
        ),
        (
            "#/Meeting/MeetingFeatures/Attendee/MaxCount",
            json!(50),
            "ceiling",
            Some("#/Everyone/Allowed/MeetingFeatures/Attendee/MaxCount"),
            "binds silence",
        ),
        (
            "#/Meeting/Tags/Tenant",
            json!("acme"),
            "Fixed",
            Some("#/Everyone/Fixed/Tags/Tenant"),
            "a fixed tag",
        ),
        ("#/ExternalUserId", json!("anna"), "subject", None, "the attendee's"),
    ] {
        assert_eq!(member(&explained, name), (&value, from, pointer), "{why}");
    }
}

#[test]
fn joining_an_open_room_is_explained_without_a_meeting() {
    let body = r#"{"Meeting":{"MediaRegion":"eu-west-2"}}"#;
    let join = ["--operation", "JoinRoom", "--request", body];
    let mut members = policy();
    members["Everyone"]["Callers"]["Create"] = json!({ "AnyGroup": ["owners"] });
    for (policy, arguments, why) in [
        (
            &policy(),
            &[&join[..], &["--room-is-open"]].concat(),
            "a caller who may open it, and finds it open",
        ),
        (&members, &join.to_vec(), "a caller who may not"),
    ] {
        let (code, explained) = explained(policy, arguments);
        assert_eq!((code, &explained["status"]), (Some(0), &json!(201)), "{why}: {explained:#}");
        assert_eq!(chime_requests(&explained)[1..], ["POST attendees"], "{why}");
        let unused =
            (&json!({ "MediaRegion": "eu-west-2" }), "caller, not used: the caller opens no room", None);
        assert_eq!(member(&explained, "#/Meeting"), unused, "{why}");
        assert_eq!(member(&explained, "#/ExternalUserId").1, "subject", "{why}");
    }
}

#[test]
fn refused_room_shows_every_finding_of_attendee_and_meeting() {
    let body = r#"{"ExternalUserId":"?;","Meeting":{"MediaRegion":"us-west-2","ExternalMeetingId":"x"}}"#;
    let (code, found) = explained(&policy(), &["--operation", "JoinRoom", "--request", body]);
    assert_eq!((code, &found["status"]), (Some(1), &json!(400)));
    for pointer in ["#/ExternalUserId", "#/Meeting/MediaRegion", "#/Meeting/ExternalMeetingId"] {
        assert_eq!(member(&found, pointer).1, "caller, refused", "{pointer}");
    }
    assert_eq!(found["members"].as_array().unwrap().len(), 3, "what is not asked for is not decided");
    assert_eq!(found["requests"], json!([]));
    let (code, found) = explained(&policy(), &["--operation", "GetRoom", "--no-registry"]);
    assert_eq!((code, &found["status"]), (Some(1), &json!(404)), "a stack without a registry has no rooms");
}

#[test]
fn every_operation_can_be_explained() {
    let user = r#"{"ExternalUserId":"bob#1"}"#;
    let capabilities = r#"{"Audio":"None","Video":"None","Content":"None"}"#;
    let bodies = [
        ("CreateMeeting", r#"{"ExternalMeetingId":"standup"}"#.to_owned()),
        ("CreateMeetingWithAttendees", format!(r#"{{"ExternalMeetingId":"standup","Attendees":[{user}]}}"#)),
        ("CreateAttendee", user.to_owned()),
        ("BatchCreateAttendee", format!(r#"{{"Attendees":[{user}]}}"#)),
        ("UpdateAttendeeCapabilities", format!(r#"{{"Capabilities":{capabilities}}}"#)),
        (
            "BatchUpdateAttendeeCapabilitiesExcept",
            format!(
                r#"{{"Capabilities":{capabilities},"ExcludedAttendeeIds":[{{"AttendeeId":"5a3b1e00-0000-4000-8000-000000000002"}}]}}"#
            ),
        ),
    ];
    let mut policy = policy();
    policy["Everyone"]["Callers"] = json!({ "AnyGroup": ["hosts"] });
    let (_, operations, _) = run(&["operations"], "");
    for line in operations.lines() {
        let name = line.split(' ').nth(2).unwrap();
        let body = bodies.iter().find(|(operation, _)| *operation == name);
        let body: Vec<&str> = body.into_iter().flat_map(|(_, body)| ["--request", body.as_str()]).collect();
        let (code, explained) = explained(&policy, &[&["--operation", name], body.as_slice()].concat());
        assert_eq!(code, Some(0), "{name}: {explained:#}");
        assert!(!explained["requests"].as_array().unwrap().is_empty(), "{name}");
    }
}

#[test]
fn text_for_people_has_the_same_answer() {
    let file = policy_file("explained-text");
    let claims = r#"{"sub":"anna","custom:tenant_id":"acme","cognito:groups":["hosts"]}"#;
    let policy = ["explain", "--policy", file.to_str().unwrap(), "--claims", "-"];
    let (code, text, stderr) =
        run(&[&policy[..], &["--request", r#"{"ExternalMeetingId":"standup"}"#]].concat(), claims);
    assert_eq!(code, Some(0), "{text}{stderr}");
    for part in [
        "Create     yes",
        "OpenMeetingsPerCaller   no limit",
        "Everyone's #/Everyone/Default/MediaRegion",
        "served     201",
        "Chime gets POST /meetings",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let (code, text, _) = run(&[&policy[..], &["--request", r#"{"ExternalMeetingId":""}"#]].concat(), claims);
    assert_eq!(code, Some(1));
    assert!(text.contains("refused    400") && text.contains("#/ExternalMeetingId must"), "{text}");
}

#[test]
fn claims_are_read_as_the_environment_says_for_their_issuer() {
    let file = policy_file("explain-issuers");
    let arguments =
        ["explain", "--policy", file.to_str().unwrap(), "--claims", "-", "--operation", "GetMeeting"];
    let issuers = r#"[{"issuer":"https://one.example","audiences":["a"],"tenantClaim":"org"}]"#;
    for (claims, tenant) in [
        (r#"{"sub":"anna","iss":"https://one.example","org":"acme","custom:tenant_id":"globex"}"#, "acme"),
        (r#"{"sub":"anna","iss":"https://two.example","org":"acme","custom:tenant_id":"globex"}"#, "globex"),
    ] {
        let (_, text, stderr) = run_with(&arguments, claims, &[("JWT_ISSUERS", issuers)]);
        assert!(text.contains(&format!("tenant     {tenant} ")), "{claims}: {text}{stderr}");
    }
    let claims = r#"{"sub":"anna","custom:tenant_id":"globex"}"#;
    let (code, _, stderr) = run_with(&arguments, claims, &[("JWT_ISSUERS", "{")]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("JWT_ISSUERS of the environment is not a list of issuers"), "{stderr}");
}

#[test]
fn explain_that_cant_be_carried_out_exits_2_and_says_why() {
    let file = policy_file("explain-refused");
    let policy = file.to_str().unwrap();
    for (arguments, stdin, message) in [
        (vec!["--policy", "/no/such.json", "--claims", "-"], "{}", "cannot read the policy /no/such.json"),
        (vec!["--policy", policy, "--claims", "-"], "[]", "must be a JSON object"),
        (vec!["--policy", policy, "--claims", "-"], "{", "are not JSON"),
        (vec!["--policy", policy, "--claims", "-"], r#"{"sub":"anna"}"#, "identify no caller"),
        (
            vec!["--policy", policy, "--claims", "-", "--operation", "Leave"],
            "{}",
            "unknown operation `Leave`; there are CreateMeeting",
        ),
        (vec!["--policy", policy], "", "--claims"),
    ] {
        let (code, _, stderr) = run(&[&["explain"], arguments.as_slice()].concat(), stdin);
        assert_eq!(code, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
}
