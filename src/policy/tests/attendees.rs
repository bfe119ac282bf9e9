//! Decisions on attendees: names and capabilities.

use serde_json::{Value, json};

use super::{errors, load};
use crate::auth::Caller;
use crate::finding::Findings;
use crate::json::Json;
use crate::model::{
    AttendeeRequest, AttendeesRequest, Capabilities, CapabilitiesRequest, Exactly, MeetingMedia,
    MeetingWithAttendeesRequest,
};
use crate::policy::{AttendeePlan, CreateWithAttendees, JoinOrModerate, Moderate, NewAttendee, Policies};

const ALL_MEDIA: MeetingMedia = MeetingMedia { video: true, content: true };

/// A document in which the group of a right's name has it.
fn policies(acme: &Value) -> Policies {
    let rights = ["Create", "Join", "Moderate", "End"];
    let callers: serde_json::Map<String, Value> =
        rights.iter().map(|right| ((*right).to_owned(), json!({ "AnyGroup": [right] }))).collect();
    let document = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" }, "Callers": callers },
        "Tenants": { "acme": acme }
    });
    load(&document).expect("the row's document is valid")
}

fn caller(subject: &str, rights: &[&str]) -> Caller {
    let rights = rights.iter().map(|right| (*right).to_owned()).collect();
    Caller::for_tests("acme", subject, Vec::new(), rights)
}

fn json(body: &Value) -> String {
    body.to_string()
}

/// A new attendee as `ExternalUserId Audio/Video/Content`, or its findings.
fn shown(result: Result<NewAttendee, Findings>) -> Result<String, Vec<String>> {
    let attendee = result.map_err(|findings| findings.in_short())?;
    let capabilities = attendee.capabilities().map_or_else(|| "unset".to_owned(), words);
    Ok(format!("{} {capabilities}", attendee.external_user_id().as_str()))
}

fn words(capabilities: &Capabilities<Exactly>) -> String {
    let Capabilities { audio, video, content } = capabilities;
    [audio.0, video.0, content.0].map(|capability| capability.as_str()).join("/")
}

fn decide(acme: &Value, caller: &Caller, body: &Value, media: MeetingMedia) -> Result<String, Vec<String>> {
    let policies = policies(acme);
    let admitted = policies.admit::<JoinOrModerate>(caller).expect("the row's caller has a right");
    let text = json(body);
    let request = AttendeeRequest::read(&Json::parse(text.as_bytes()).unwrap());
    shown(admitted.decide_attendee(request).and_then(|plan| plan.fit(media)))
}

#[test]
fn an_attendee_is_the_callers_own_unless_the_caller_moderates() {
    let id = |id: &str| json!({ "ExternalUserId": id });
    let refused = || Err(vec!["403 #/ExternalUserId".to_owned()]);
    let name = |name: &str| Ok(format!("{name} unset"));
    for (subject, rights, body, expected, why) in [
        ("anna", &["Join"][..], json!({}), name("anna"), "silent: the subject"),
        ("anna", &["Join"], id("anna"), name("anna"), "the subject"),
        ("anna", &["Join"], id("anna#phone"), name("anna#phone"), "with a suffix"),
        ("anna", &["Join"], id("annabel"), refused(), "a longer subject is another person"),
        ("annabel", &["Join"], id("anna"), refused(), "so is a shorter one"),
        ("anna", &["Join"], id("Anna"), refused(), "and one in another case"),
        ("anna", &["Join"], id("#anna"), refused(), "and an empty one"),
        ("anna", &["Join", "Moderate"], id("bob"), name("bob"), "a moderator may name anybody"),
        ("anna", &["Moderate"], id("bob#tablet"), name("bob#tablet"), "also without the right to join"),
        ("anna", &["Moderate"], json!({}), refused(), "but not join without it"),
        ("anna", &["Moderate"], id("anna#phone"), refused(), "by any name of their own"),
        ("a", &["Join"], json!({}), refused(), "one character is too short by itself"),
        ("a", &["Join"], id("a#phone"), name("a#phone"), "and long enough with a suffix"),
        ("an#na", &["Join"], json!({}), refused(), "a subject with `#`"),
        ("an#na", &["Join"], id("an#na"), refused(), "which is the suffix of `an`"),
        ("an#na", &["Moderate"], id("an#na"), name("an#na"), "a moderator may create it for `an`"),
        (" anna", &["Join"], id(" anna#phone"), refused(), "a subject that begins with white space"),
        ("aws:anna", &["Join"], json!({}), refused(), "a reserved subject"),
        ("Žofie", &["Join"], json!({}), refused(), "a letter outside the pattern"),
        (
            "anna",
            &["Join"],
            id("an;na"),
            Err(vec!["400 #/ExternalUserId".to_owned()]),
            "an invalid name is nobody's",
        ),
    ] {
        let found = decide(&json!({}), &caller(subject, rights), &body, ALL_MEDIA);
        assert_eq!(found, expected, "{subject} {rights:?} {body}: {why}");
    }
}

#[test]
fn a_long_subject_has_room_for_no_suffix() {
    let subject = "s".repeat(64);
    let join = caller(&subject, &["Join"]);
    assert_eq!(decide(&json!({}), &join, &json!({}), ALL_MEDIA), Ok(format!("{subject} unset")));
    let body = json!({ "ExternalUserId": format!("{subject}#1") });
    assert_eq!(decide(&json!({}), &join, &body, ALL_MEDIA), Err(vec!["400 #/ExternalUserId".to_owned()]));
    let join = caller(&"s".repeat(65), &["Join"]);
    assert_eq!(
        decide(&json!({}), &join, &json!({}), ALL_MEDIA),
        Err(vec!["403 #/ExternalUserId".to_owned()])
    );
}

fn capabilities(audio: &str, video: &str, content: &str) -> Value {
    json!({ "Audio": audio, "Video": video, "Content": content })
}

#[test]
fn silence_gets_what_the_policy_has_and_nothing_without_a_rule() {
    let receive = json!({ "Fixed": { "Capabilities": capabilities("Receive", "Receive", "Receive") } });
    let sent = |words: &str| Ok(format!("anna {words}"));
    let media = |video, content| MeetingMedia { video, content };
    let (join, both) = (&["Join"][..], &["Join", "Moderate"][..]);
    for (acme, rights, media, expected, why) in [
        (json!({}), join, ALL_MEDIA, sent("unset"), "no rule: Chime's default"),
        (receive.clone(), join, ALL_MEDIA, sent("Receive/Receive/Receive"), "fixed"),
        (receive.clone(), both, ALL_MEDIA, sent("unset"), "a moderator's own attendee"),
        (receive.clone(), join, media(false, true), sent("Receive/None/None"), "no video in the meeting"),
        (receive, join, media(true, false), sent("Receive/Receive/None"), "no content in the meeting"),
        (
            json!({ "Default": { "Capabilities": { "Audio": "None" } } }),
            join,
            ALL_MEDIA,
            sent("None/SendReceive/SendReceive"),
            "one rule: all three are sent",
        ),
        (
            json!({ "Allowed": { "Capabilities": { "Video": "Send" } } }),
            join,
            ALL_MEDIA,
            sent("SendReceive/Send/None"),
            "a ceiling binds silence, and content needs video that receives",
        ),
        (
            json!({ "Allowed": { "Capabilities": { "Audio": "SendReceive" } } }),
            join,
            ALL_MEDIA,
            sent("SendReceive/SendReceive/SendReceive"),
            "the highest ceiling is a rule too",
        ),
    ] {
        let found = decide(&acme, &caller("anna", rights), &json!({}), media);
        assert_eq!(found, expected, "{acme}: {why}");
    }
}

#[test]
fn what_a_moderator_creates_for_others_without_asking_gets_what_the_policy_has() {
    let receive = json!({ "Fixed": { "Capabilities": capabilities("Receive", "Receive", "Receive") } });
    let body = json!({ "ExternalUserId": "bob" });
    let found = decide(&receive, &caller("anna", &["Join", "Moderate"]), &body, ALL_MEDIA);
    assert_eq!(found, Ok("bob Receive/Receive/Receive".to_owned()));
    let content = json!({ "Fixed": { "Capabilities": { "Content": "None" } } });
    let found = decide(&content, &caller("anna", &["Join"]), &json!({}), ALL_MEDIA);
    assert_eq!(found, Ok("anna SendReceive/SendReceive/None".to_owned()), "a rule for content alone");
}

#[test]
fn asking_is_bound_by_the_policy_except_for_moderators() {
    let asked = |audio, video, content| json!({ "Capabilities": capabilities(audio, video, content) });
    let sent = |words: &str| Ok(format!("anna {words}"));
    let refused = |list: &[&str]| Err(list.iter().map(|finding| (*finding).to_owned()).collect());
    let (join, both) = (&["Join"][..], &["Join", "Moderate"][..]);
    let media = |video, content| MeetingMedia { video, content };
    let receive = json!({ "Fixed": { "Capabilities": capabilities("Receive", "Receive", "Receive") } });
    let up_to_receive =
        json!({ "Allowed": { "Capabilities": capabilities("Receive", "Receive", "Receive") } });
    let all =
        json!({ "Allowed": { "Capabilities": capabilities("SendReceive", "SendReceive", "SendReceive") } });
    for (acme, rights, body, media, expected, why) in [
        (
            json!({}),
            join,
            asked("SendReceive", "SendReceive", "SendReceive"),
            ALL_MEDIA,
            sent("SendReceive/SendReceive/SendReceive"),
            "Chime's default may be asked for",
        ),
        (
            json!({}),
            join,
            asked("Receive", "SendReceive", "SendReceive"),
            ALL_MEDIA,
            refused(&["403 #/Capabilities/Audio"]),
            "nothing else without `Allowed`",
        ),
        (
            receive.clone(),
            join,
            asked("Receive", "Receive", "Receive"),
            ALL_MEDIA,
            sent("Receive/Receive/Receive"),
            "the fixed values",
        ),
        (
            receive.clone(),
            join,
            asked("SendReceive", "None", "None"),
            ALL_MEDIA,
            refused(&["403 #/Capabilities/Audio"]),
            "whether the meeting demands no video is not known yet",
        ),
        (
            receive.clone(),
            join,
            asked("Receive", "None", "None"),
            ALL_MEDIA,
            refused(&["403 #/Capabilities/Video"]),
            "another than fixed; content is lowered with the video",
        ),
        (
            receive.clone(),
            join,
            asked("Receive", "None", "None"),
            media(false, true),
            sent("Receive/None/None"),
            "what silence brings in a meeting without video",
        ),
        (
            receive.clone(),
            join,
            asked("Receive", "Receive", "None"),
            media(true, false),
            sent("Receive/Receive/None"),
            "what silence brings in a meeting without content",
        ),
        (
            receive.clone(),
            join,
            asked("Receive", "Receive", "None"),
            ALL_MEDIA,
            refused(&["403 #/Capabilities/Content"]),
            "the same in a meeting with content",
        ),
        (
            receive.clone(),
            both,
            asked("SendReceive", "SendReceive", "None"),
            ALL_MEDIA,
            sent("SendReceive/SendReceive/None"),
            "a moderator may ask for anything",
        ),
        (
            up_to_receive.clone(),
            join,
            asked("None", "Receive", "Receive"),
            ALL_MEDIA,
            sent("None/Receive/Receive"),
            "within the ceilings",
        ),
        (
            up_to_receive,
            join,
            asked("Send", "Receive", "Receive"),
            ALL_MEDIA,
            refused(&["403 #/Capabilities/Audio"]),
            "Send is not within Receive",
        ),
        (
            all.clone(),
            join,
            asked("None", "Send", "Receive"),
            ALL_MEDIA,
            refused(&["400 #/Capabilities/Content"]),
            "content without video that receives",
        ),
        (
            all.clone(),
            both,
            asked("None", "None", "Send"),
            ALL_MEDIA,
            refused(&["400 #/Capabilities/Content"]),
            "the model binds a moderator too",
        ),
        (
            all.clone(),
            join,
            asked("None", "Receive", "Receive"),
            media(true, false),
            refused(&["400 #/Capabilities/Content"]),
            "the meeting has no content",
        ),
        (
            all,
            both,
            asked("None", "Receive", "Receive"),
            media(false, false),
            refused(&["400 #/Capabilities/Video", "400 #/Capabilities/Content"]),
            "the meeting has neither",
        ),
    ] {
        let found = decide(&acme, &caller("anna", rights), &body, media);
        assert_eq!(found, expected, "{acme} {rights:?} {body}: {why}");
    }
}

#[test]
fn findings_of_lists_have_the_index_of_their_attendee() {
    let policies = policies(&json!({}));
    let moderator = caller("anna", &["Moderate"]);
    let read = |body: &Value| AttendeesRequest::read(&Json::parse(json(body).as_bytes()).unwrap());
    let admitted = policies.admit::<Moderate>(&moderator).unwrap();
    let body = json!({ "Attendees": [
        { "ExternalUserId": "bob" },
        {},
        { "ExternalUserId": "x", "Capabilities": capabilities("None", "None", "Send") },
        { "ExternalUserId": "eve", "Capabilities": { "Audio": "None" } },
    ] });
    let findings = admitted.decide_attendees(read(&body)).unwrap_err();
    assert_eq!(
        findings.in_short(),
        [
            "400 #/Attendees/2/ExternalUserId",
            "400 #/Attendees/2/Capabilities/Content",
            "400 #/Attendees/3/Capabilities/Video",
            "400 #/Attendees/3/Capabilities/Content",
        ],
        "a moderator's own attendee needs no right to join in a batch"
    );
    let body = json!({ "Attendees": [
        { "ExternalUserId": "bob", "Capabilities": capabilities("None", "Receive", "None") },
        { "ExternalUserId": "eve", "Capabilities": capabilities("None", "None", "None") },
    ] });
    let plans = admitted.decide_attendees(read(&body)).unwrap();
    let findings = AttendeePlan::fit_all(plans, MeetingMedia { video: false, content: true }).unwrap_err();
    assert_eq!(findings.in_short(), ["400 #/Attendees/0/Capabilities/Video"]);
}

#[test]
fn a_moderator_sets_capabilities_within_the_model() {
    let policies = policies(&json!({ "Fixed": { "Capabilities": capabilities("None", "None", "None") } }));
    let moderator = caller("anna", &["Moderate"]);
    let admitted = policies.admit::<Moderate>(&moderator).unwrap();
    let decide = |values: Value, media| {
        let text = json(&json!({ "Capabilities": values }));
        let request = CapabilitiesRequest::read(&Json::parse(text.as_bytes()).unwrap());
        let decided = admitted.decide_capabilities(request).and_then(|plan| plan.fit(media));
        decided.map(|decided| words(decided.capabilities())).map_err(|findings| findings.in_short())
    };
    let none = MeetingMedia { video: false, content: false };
    for (values, media, expected, why) in [
        (
            capabilities("SendReceive", "SendReceive", "Send"),
            ALL_MEDIA,
            Ok("SendReceive/SendReceive/Send".to_owned()),
            "above what the policy fixes",
        ),
        (
            capabilities("Send", "Send", "Send"),
            ALL_MEDIA,
            Err(vec!["400 #/Capabilities/Content".to_owned()]),
            "content without video that receives",
        ),
        (
            capabilities("Send", "Send", "None"),
            none,
            Err(vec!["400 #/Capabilities/Video".to_owned()]),
            "a meeting without video",
        ),
        (capabilities("Send", "None", "None"), none, Ok("Send/None/None".to_owned()), "its only value"),
    ] {
        assert_eq!(decide(values.clone(), media), expected, "{values}: {why}");
    }
}

#[test]
fn attendees_of_a_new_meeting_are_checked_against_its_own_features() {
    let policies =
        policies(&json!({ "Allowed": { "MeetingFeatures": { "Video": { "MaxResolution": "HD" } } } }));
    let decide = |rights: &[&str], video: &str, attendees: Value| {
        let body = json!({ "ExternalMeetingId": "standup", "Attendees": attendees,
                           "MeetingFeatures": { "Video": { "MaxResolution": video } } });
        let text = json(&body);
        let request = MeetingWithAttendeesRequest::read(&Json::parse(text.as_bytes()).unwrap(), None);
        let caller = caller("anna", rights);
        let admitted = policies.admit::<CreateWithAttendees>(&caller).unwrap();
        let decided = admitted.decide_with_attendees(request);
        decided.map(|(_, attendees)| attendees.len()).map_err(|findings| findings.in_short())
    };
    let all = &["Create", "Join", "Moderate"][..];
    let video =
        json!([{}, { "ExternalUserId": "bob", "Capabilities": capabilities("Send", "Receive", "None") }]);
    assert_eq!(decide(all, "HD", video.clone()), Ok(2));
    assert_eq!(
        decide(all, "None", video.clone()),
        Err(vec!["400 #/Attendees/1/Capabilities/Video".to_owned()])
    );
    let content = |resolution: &str| {
        let body = json!({ "ExternalMeetingId": "standup", "MeetingFeatures": { "Content": { "MaxResolution": resolution } },
                           "Attendees": [{ "Capabilities": capabilities("Send", "Receive", "Send") }] });
        let text = json(&body);
        let request = MeetingWithAttendeesRequest::read(&Json::parse(text.as_bytes()).unwrap(), None);
        let allowed = json!({ "Allowed": { "MeetingFeatures": { "Content": { "MaxResolution": "FHD" } } } });
        let (policies, caller) = (self::policies(&allowed), caller("anna", all));
        let decided = policies.admit::<CreateWithAttendees>(&caller).unwrap().decide_with_attendees(request);
        decided.map(drop).map_err(|findings| findings.in_short())
    };
    assert_eq!(content("FHD"), Ok(()));
    assert_eq!(content("None"), Err(vec!["400 #/Attendees/0/Capabilities/Content".to_owned()]));
    assert_eq!(
        decide(&["Create", "Join"], "HD", video.clone()),
        Err(vec![
            "403 #/Attendees/1/ExternalUserId".to_owned(),
            "403 #/Attendees/1/Capabilities/Audio".to_owned(),
            "403 #/Attendees/1/Capabilities/Video".to_owned(),
            "403 #/Attendees/1/Capabilities/Content".to_owned(),
        ]),
        "another person, and capabilities that the policy does not allow"
    );
    assert_eq!(
        decide(&["Create"], "HD", json!([{}])),
        Err(vec!["403 #/Attendees/0/ExternalUserId".to_owned()]),
        "oneself, without the right to join"
    );
    assert_eq!(
        decide(all, "8K", video),
        Err(vec!["400 #/MeetingFeatures/Video/MaxResolution".to_owned()]),
        "an invalid feature leaves the media open"
    );
}

#[test]
fn capabilities_of_a_document_are_checked_when_it_is_loaded() {
    let at = |list: &str, kind: &str| format!("#/Tenants/acme/{list}/Capabilities/{kind}");
    for (acme, expected, why) in [
        (
            json!({ "Fixed": { "Capabilities": { "Video": "Send", "Content": "Receive" } } }),
            vec![at("Fixed", "Content")],
            "content without video that receives",
        ),
        (
            json!({ "Fixed": { "Capabilities": { "Video": "None" } }, "Default": { "Capabilities": { "Content": "Send" } } }),
            vec![at("Default", "Content")],
            "the same from two lists",
        ),
        (json!({ "Fixed": { "Capabilities": { "Video": "None" } } }), vec![], "content is lowered by itself"),
        (
            json!({ "Default": { "Capabilities": { "Audio": "Send" } }, "Allowed": { "Capabilities": { "Audio": "Receive" } } }),
            vec![at("Default", "Audio")],
            "a default that is not within the ceiling",
        ),
        (
            json!({ "Fixed": { "Capabilities": { "Audio": "Send" } }, "Allowed": { "Capabilities": { "Audio": "Send" } } }),
            vec![at("Allowed", "Audio")],
            "fixed and allowed",
        ),
        (
            json!({ "Fixed": { "Capabilities": { "Audio": "Mute" } } }),
            vec![at("Fixed", "Audio")],
            "no such value",
        ),
        (
            json!({ "Fixed": { "Capabilities": { "Text": "None" } } }),
            vec![at("Fixed", "Text")],
            "no such kind",
        ),
    ] {
        let document = json!({
            "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" } },
            "Tenants": { "acme": acme }
        });
        assert_eq!(errors(&document), expected, "{why}");
    }
}

#[test]
fn capabilities_merge_leaf_by_leaf() {
    let document = json!({
        "Everyone": {
            "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1", "Capabilities": { "Audio": "Receive" } },
            "Default": { "Capabilities": { "Video": "Receive" } }
        },
        "Tenants": {
            "acme": { "Default": { "Capabilities": { "Video": "SendReceive", "Content": "None" } } },
            "globex": {}
        }
    });
    let policies = load(&document).unwrap();
    let of = |tenant: &str| {
        let caller = Caller::for_tests(tenant, "anna", Vec::new(), Vec::new());
        let admitted = policies.admit::<JoinOrModerate>(&caller).unwrap();
        let request = AttendeeRequest::read(&Json::parse(b"{}").unwrap());
        shown(admitted.decide_attendee(request).and_then(|plan| plan.fit(ALL_MEDIA)))
    };
    assert_eq!(of("acme"), Ok("anna Receive/SendReceive/None".to_owned()));
    assert_eq!(of("globex"), Ok("anna Receive/Receive/SendReceive".to_owned()));
}
