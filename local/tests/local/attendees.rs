//! The simulator's operations on attendees, through the real SDK client.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use aws_sdk_chimesdkmeetings::Client;
use aws_sdk_chimesdkmeetings::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_chimesdkmeetings::operation::create_meeting_with_attendees::builders::CreateMeetingWithAttendeesFluentBuilder;
use aws_sdk_chimesdkmeetings::types::{
    Attendee, AttendeeFeatures, AttendeeIdItem, CreateAttendeeRequestItem, MeetingFeaturesConfiguration,
};
use local::simulator::{DEFAULT_PAGE, MAX_ATTENDEES, Simulator, SimulatorOptions};
use serde_json::{Value, json};

use crate::capabilities::capabilities;
use crate::model::published;
use crate::sdk::client;
use crate::simulator::{ANY_PORT, members, new_meeting, send};

/// Creates a meeting with room for so many attendees; returns its id.
pub(crate) async fn meeting_for(client: &Client, token: &str, max_count: i32) -> String {
    let attendees = AttendeeFeatures::builder().max_count(max_count).build();
    let created = client
        .create_meeting()
        .client_request_token(token)
        .media_region("eu-west-2")
        .external_meeting_id("standup")
        .meeting_features(MeetingFeaturesConfiguration::builder().attendee(attendees).build())
        .send()
        .await
        .unwrap();
    created.meeting().unwrap().meeting_id().unwrap().to_owned()
}

async fn join(client: &Client, meeting: &str, user: &str) -> Attendee {
    let created = client.create_attendee().meeting_id(meeting).external_user_id(user).send().await.unwrap();
    created.attendee().unwrap().clone()
}

fn items(users: &[&str]) -> Option<Vec<CreateAttendeeRequestItem>> {
    let item = |user: &&str| CreateAttendeeRequestItem::builder().external_user_id(*user).build().unwrap();
    Some(users.iter().map(item).collect())
}

fn users(attendees: &[Attendee]) -> Vec<&str> {
    attendees.iter().filter_map(Attendee::external_user_id).collect()
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or("no service error")
}

#[tokio::test]
async fn an_attendee_can_be_created_found_listed_changed_and_deleted() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let client = client(&simulator.endpoint(), 1);
    let meeting = meeting_for(&client, "token", 10).await;

    let created = client
        .create_attendee()
        .meeting_id(&meeting)
        .external_user_id("ann#laptop")
        .capabilities(capabilities("Send", "Receive", "Receive"))
        .send()
        .await
        .unwrap();

    let ann = created.attendee().unwrap();
    let id = ann.attendee_id().unwrap();
    assert_eq!(ann.external_user_id(), Some("ann#laptop"));
    assert_eq!(ann.capabilities(), Some(&capabilities("Send", "Receive", "Receive")));
    assert!(ann.join_token().is_some_and(|token| (100..=2048).contains(&token.len())));
    let found = client.get_attendee().meeting_id(&meeting).attendee_id(id).send().await.unwrap();
    assert_eq!(found.attendee(), Some(ann), "with its JoinToken");
    let listed = client.list_attendees().meeting_id(&meeting).send().await.unwrap();
    assert_eq!((listed.attendees(), listed.next_token()), (std::slice::from_ref(ann), None));

    let muted = capabilities("Receive", "None", "None");
    let update = client.update_attendee_capabilities().meeting_id(&meeting).attendee_id(id);
    let updated = update.capabilities(muted.clone()).send().await.unwrap();
    assert_eq!(updated.attendee().unwrap().capabilities(), Some(&muted));
    assert_eq!(updated.attendee().unwrap().join_token(), ann.join_token());
    let found = client.get_attendee().meeting_id(&meeting).attendee_id(id).send().await.unwrap();
    assert_eq!(found.attendee().unwrap().capabilities(), Some(&muted));

    client.delete_attendee().meeting_id(&meeting).attendee_id(id).send().await.unwrap();
    let gone = client.get_attendee().meeting_id(&meeting).attendee_id(id).send().await.unwrap_err();
    assert!(gone.into_service_error().is_not_found_exception());
    let again = client.delete_attendee().meeting_id(&meeting).attendee_id(id).send().await.unwrap_err();
    assert!(again.into_service_error().is_not_found_exception());
    let update = client.update_attendee_capabilities().meeting_id(&meeting).attendee_id(id);
    let update = update.capabilities(muted).send().await.unwrap_err();
    assert!(update.into_service_error().is_not_found_exception());
    assert!(client.list_attendees().meeting_id(&meeting).send().await.unwrap().attendees().is_empty());
}

#[tokio::test]
async fn a_batch_creates_attendees_of_which_all_but_some_can_be_changed() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let client = client(&simulator.endpoint(), 1);
    let meeting = meeting_for(&client, "token", 10).await;
    let batch = client.batch_create_attendee().meeting_id(&meeting);
    let batch = batch.set_attendees(items(&["ann", "bob", "eve"])).send().await.unwrap();
    assert_eq!((users(batch.attendees()), batch.errors()), (vec!["ann", "bob", "eve"], &[][..]));
    let eve = batch.attendees()[2].attendee_id().unwrap();
    client.delete_attendee().meeting_id(&meeting).attendee_id(eve).send().await.unwrap();

    let ann = batch.attendees()[0].attendee_id().unwrap();
    let muted = capabilities("Receive", "None", "None");
    client
        .batch_update_attendee_capabilities_except()
        .meeting_id(&meeting)
        .excluded_attendee_ids(AttendeeIdItem::builder().attendee_id(ann).build().unwrap())
        .capabilities(muted.clone())
        .send()
        .await
        .unwrap();

    let listed = client.list_attendees().meeting_id(&meeting).send().await.unwrap();
    let everything = capabilities("SendReceive", "SendReceive", "SendReceive");
    let found: Vec<_> = listed.attendees().iter().map(|attendee| attendee.capabilities().unwrap()).collect();
    assert_eq!((users(listed.attendees()), found), (vec!["ann", "bob"], vec![&everything, &muted]));
    let seen = simulator.attendees(&meeting);
    let seen: Vec<_> = seen.iter().map(|attendee| (attendee.external_user_id(), attendee.deleted)).collect();
    assert_eq!(seen, [("ann", false), ("bob", false), ("eve", true)]);
    let kept = &simulator.attendees(&meeting)[2].body["Capabilities"];
    assert_eq!(kept["Audio"], "SendReceive", "a deleted attendee stays as it was");
    assert!(simulator.attendees("no meeting").is_empty());
}

fn with_attendees(client: &Client, users: &[&str]) -> CreateMeetingWithAttendeesFluentBuilder {
    client
        .create_meeting_with_attendees()
        .client_request_token("token")
        .media_region("eu-west-2")
        .external_meeting_id("standup")
        .set_attendees(items(users))
}

#[tokio::test]
async fn a_meeting_comes_with_its_attendees_and_its_token_counts_for_this_operation_alone() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let client = client(&simulator.endpoint(), 1);
    let first = with_attendees(&client, &["ann", "bob"]).send().await.unwrap();
    let meeting = first.meeting().unwrap().meeting_id().unwrap();
    assert_eq!((users(first.attendees()), first.errors()), (vec!["ann", "bob"], &[][..]));
    let listed = client.list_attendees().meeting_id(meeting).send().await.unwrap();
    assert_eq!(listed.attendees(), first.attendees());

    let again = with_attendees(&client, &["ann", "bob"]).send().await.unwrap();
    assert_eq!((again.meeting(), again.attendees()), (first.meeting(), first.attendees()));
    let conflict = with_attendees(&client, &["ann"]).send().await.unwrap_err();
    assert!(conflict.into_service_error().is_conflict_exception());
    let other = meeting_for(&client, "token", 10).await;
    assert_ne!(other, meeting, "the same token of CreateMeeting is another one");
    assert_eq!((simulator.meetings().len(), simulator.attendees(meeting).len()), (2, 2));
}

#[tokio::test]
async fn a_full_meeting_refuses_an_attendee_and_takes_a_part_of_a_batch() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let client = client(&simulator.endpoint(), 1);
    let meeting = meeting_for(&client, "token", 3).await;
    let first = join(&client, &meeting, "first").await;

    let batch = client.batch_create_attendee().meeting_id(&meeting);
    let batch = batch.set_attendees(items(&["ann", "bob", "eve", "joe"])).send().await.unwrap();
    assert_eq!(users(batch.attendees()), ["ann", "bob"]);
    let errors: Vec<_> =
        batch.errors().iter().map(|error| (error.external_user_id(), error.error_code())).collect();
    let full = Some("LimitExceeded");
    assert_eq!(errors, [(Some("eve"), full), (Some("joe"), full)]);
    assert!(batch.errors()[0].error_message().unwrap().contains("the most attendees allowed, 3"));

    let refused = client.create_attendee().meeting_id(&meeting).external_user_id("eve").send().await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 400);
    assert!(refused.into_service_error().is_limit_exceeded_exception());
    client
        .delete_attendee()
        .meeting_id(&meeting)
        .attendee_id(first.attendee_id().unwrap())
        .send()
        .await
        .unwrap();
    join(&client, &meeting, "eve").await;

    let attendees = AttendeeFeatures::builder().max_count(1).build();
    let features = MeetingFeaturesConfiguration::builder().attendee(attendees).build();
    let small = with_attendees(&client, &["ann", "bob"]).meeting_features(features).send().await.unwrap();
    assert_eq!((users(small.attendees()), small.errors().len()), (vec!["ann"], 1));
}

#[tokio::test]
async fn a_meeting_without_a_max_count_has_room_for_250() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let meeting = new_meeting(&simulator, json!({})).await;
    let batch = |from: usize, count: usize| -> Value {
        let users = from..from + count;
        json!({ "Attendees": users.map(|user| json!({ "ExternalUserId": format!("u{user}") })).collect::<Vec<_>>() })
    };
    let path = format!("{meeting}/attendees?operation=batch-create");
    for (from, count) in [(0, 100), (100, 100), (200, 50)] {
        let answer = send(&simulator, "POST", &path, &batch(from, count)).await.json();
        assert_eq!(answer["Errors"], json!([]));
    }
    let answer = send(&simulator, "POST", &path, &batch(MAX_ATTENDEES, 1)).await.json();
    assert_eq!(answer["Errors"][0]["ErrorCode"], "LimitExceeded");
}

#[tokio::test]
async fn a_list_comes_in_pages_whose_tokens_are_the_meetings_own() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let client = client(&simulator.endpoint(), 1);
    let meeting = meeting_for(&client, "token", 250).await;
    let names: Vec<String> = (0..7).map(|index| format!("user-{index}")).collect();
    let mut ids = Vec::new();
    for name in &names {
        ids.push(join(&client, &meeting, name).await.attendee_id().unwrap().to_owned());
    }
    let list = || client.list_attendees().meeting_id(&meeting);

    let first = list().max_results(3).send().await.unwrap();
    assert_eq!(users(first.attendees()), names[..3]);
    let token = first.next_token().unwrap();
    client.delete_attendee().meeting_id(&meeting).attendee_id(&ids[4]).send().await.unwrap();
    let second = list().max_results(3).next_token(token).send().await.unwrap();
    assert_eq!(users(second.attendees()), ["user-3", "user-5", "user-6"], "user-4 was deleted meanwhile");
    assert_eq!(second.next_token(), None, "no empty page follows");
    let again = list().max_results(1).next_token(token).send().await.unwrap();
    assert_eq!(users(again.attendees()), ["user-3"], "a token can be used again, with another size");

    let elsewhere = meeting_for(&client, "other", 250).await;
    let foreign = client.list_attendees().meeting_id(&elsewhere).next_token(token).send().await.unwrap_err();
    assert!(foreign.into_service_error().is_bad_request_exception());
    let invented = list().next_token("invented").send().await.unwrap_err();
    assert!(invented.into_service_error().is_bad_request_exception());

    let many: Vec<String> = (0..100).map(|index| format!("more-{index}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    client.batch_create_attendee().meeting_id(&meeting).set_attendees(items(&many)).send().await.unwrap();
    let page = list().send().await.unwrap();
    assert_eq!((page.attendees().len(), page.next_token().is_some()), (DEFAULT_PAGE, true));
    assert_eq!(list().max_results(100).send().await.unwrap().attendees().len(), 100);
}

#[tokio::test]
async fn an_external_user_id_makes_another_attendee_or_repeats_one() {
    for repeats_attendee in [false, true] {
        let options = SimulatorOptions { repeats_attendee, ..SimulatorOptions::default() };
        let simulator = Simulator::start_with(ANY_PORT, options).unwrap();
        let client = client(&simulator.endpoint(), 1);
        let meeting = meeting_for(&client, "token", 10).await;
        let first = join(&client, &meeting, "ann").await;
        let second = join(&client, &meeting, "ann").await;
        let batch = client.batch_create_attendee().meeting_id(&meeting);
        batch.set_attendees(items(&["ann", "bob"])).send().await.unwrap();
        assert_eq!(first == second, repeats_attendee);
        assert_eq!(simulator.attendees(&meeting).len(), if repeats_attendee { 2 } else { 4 });

        let id = first.attendee_id().unwrap();
        client.delete_attendee().meeting_id(&meeting).attendee_id(id).send().await.unwrap();
        assert_ne!(
            join(&client, &meeting, "ann").await.attendee_id(),
            Some(id),
            "a deleted one never returns"
        );
        let elsewhere = meeting_for(&client, "other", 10).await;
        assert_ne!(join(&client, &elsewhere, "bob").await.attendee_id(), None);
        assert_eq!(simulator.attendees(&elsewhere).len(), 1, "another meeting has attendees of its own");
    }
}

#[tokio::test]
async fn a_full_meeting_still_repeats_an_attendee() {
    let options = SimulatorOptions { repeats_attendee: true, ..SimulatorOptions::default() };
    let simulator = Simulator::start_with(ANY_PORT, options).unwrap();
    let client = client(&simulator.endpoint(), 1);
    let meeting = meeting_for(&client, "token", 1).await;
    assert_eq!(join(&client, &meeting, "ann").await, join(&client, &meeting, "ann").await);
}

#[tokio::test]
async fn nothing_is_left_of_an_ended_meeting_for_any_operation() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let client = client(&simulator.endpoint(), 1);
    let meeting = meeting_for(&client, "token", 10).await;
    let ann = join(&client, &meeting, "ann").await;
    let id = ann.attendee_id().unwrap();
    let muted = || capabilities("Receive", "None", "None");
    client.delete_meeting().meeting_id(&meeting).send().await.unwrap();

    let mut codes = Vec::new();
    macro_rules! refused {
        ($request:expr) => {
            codes.push(code(&$request.meeting_id(&meeting).send().await.unwrap_err()).to_owned())
        };
    }
    refused!(client.get_meeting());
    refused!(client.delete_meeting());
    refused!(client.create_attendee().external_user_id("ann"));
    refused!(client.batch_create_attendee().set_attendees(items(&["ann"])));
    refused!(client.list_attendees());
    refused!(client.get_attendee().attendee_id(id));
    refused!(client.delete_attendee().attendee_id(id));
    refused!(client.update_attendee_capabilities().attendee_id(id).capabilities(muted()));
    refused!(
        client
            .batch_update_attendee_capabilities_except()
            .excluded_attendee_ids(AttendeeIdItem::builder().attendee_id(id).build().unwrap())
            .capabilities(muted())
    );
    assert_eq!(codes, ["NotFoundException"; 9]);
    assert_eq!(simulator.attendees(&meeting).len(), 1, "tests still see who was there");
}

#[tokio::test]
async fn answers_have_exactly_the_members_of_the_model() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let output = |operation: &str| published()["operations"][operation]["output"].clone();
    let meeting = new_meeting(&simulator, json!({ "Attendee": { "MaxCount": 2 } })).await;
    let path = format!("{meeting}/attendees");
    let answer = send(&simulator, "POST", &path, &json!({ "ExternalUserId": "ann" })).await;
    assert_eq!((answer.status, members(&answer.json())), (201, output("CreateAttendee")));
    let attendee = answer.json()["Attendee"].clone();
    assert_eq!(members(&attendee), published()["responses"]["Attendee"]);

    let two = json!({ "Attendees": [{ "ExternalUserId": "bob" }, { "ExternalUserId": "eve" }] });
    let batch = send(&simulator, "POST", &format!("{path}?operation=batch-create"), &two).await;
    assert_eq!((batch.status, members(&batch.json())), (201, output("BatchCreateAttendee")));
    assert_eq!(members(&batch.json()["Errors"][0]), published()["responses"]["CreateAttendeeError"]);
    let page = send(&simulator, "GET", &format!("{path}?max-results=1"), &Value::Null).await.json();
    assert_eq!(members(&page), output("ListAttendees"));
    let ann = format!("{path}/{}", attendee["AttendeeId"].as_str().unwrap());
    let found = send(&simulator, "GET", &ann, &Value::Null).await;
    assert_eq!((found.status, members(&found.json())), (200, output("GetAttendee")));

    let muted = json!({ "Audio": "None", "Video": "None", "Content": "None" });
    let body = json!({ "Capabilities": muted });
    let updated = send(&simulator, "PUT", &format!("{ann}/capabilities"), &body).await;
    assert_eq!((updated.status, members(&updated.json())), (200, output("UpdateAttendeeCapabilities")));
    let except = format!("{path}/capabilities?operation=batch-update-except");
    let body =
        json!({ "Capabilities": muted, "ExcludedAttendeeIds": [{ "AttendeeId": attendee["AttendeeId"] }] });
    let updated = send(&simulator, "PUT", &except, &body).await;
    assert_eq!((updated.status, updated.json()), (200, json!({})));
    let deleted = send(&simulator, "DELETE", &ann, &Value::Null).await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));

    let shown = send(&simulator, "GET", "/simulator/meetings", &Value::Null).await.json();
    let gone = json!({ "Attendee": { "ExternalUserId": "ann", "AttendeeId": attendee["AttendeeId"],
        "JoinToken": attendee["JoinToken"], "Capabilities": muted }, "deleted": true });
    assert_eq!((&shown[0]["attendees"][0], &shown[0]["attendees"][1]["deleted"]), (&gone, &json!(false)));
}

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_shows_what_creations_ask_but_no_join_token() {
    let log = Log::default();
    let options = SimulatorOptions { log: Some(Box::new(log.clone())), ..SimulatorOptions::default() };
    let simulator = Simulator::start_with(ANY_PORT, options).unwrap();
    let client = client(&simulator.endpoint(), 1);
    let created = with_attendees(&client, &["ann"]).send().await.unwrap();
    let meeting = created.meeting().unwrap().meeting_id().unwrap();
    join(&client, meeting, "bob").await;
    client.batch_create_attendee().meeting_id(meeting).set_attendees(items(&["eve"])).send().await.unwrap();
    client.list_attendees().meeting_id(meeting).send().await.unwrap();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains(&format!("GET /meetings/{meeting}/attendees -> 200")), "{log}");
    for user in ["ann", "bob", "eve"] {
        assert!(log.contains(&format!("\"ExternalUserId\": \"{user}\"")), "{log}");
    }
    for attendee in simulator.attendees(meeting) {
        assert!(!log.contains(attendee.body["JoinToken"].as_str().unwrap()), "{log}");
    }
}
