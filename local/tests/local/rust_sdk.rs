//! AWS's SDK for Rust as a client of the gateway, by the recipe of docs/clients.md: each operation's answer, and each error
//! that its model lists as the SDK's own type. The refusals are those that the other clients are tested with.

use std::collections::BTreeMap;

use aws_sdk_chimesdkmeetings::Client;
use aws_sdk_chimesdkmeetings::config::retry::RetryConfig;
use aws_sdk_chimesdkmeetings::error::{DisplayErrorContext, SdkError};
use aws_sdk_chimesdkmeetings::types::{
    AttendeeCapabilities, AttendeeIdItem, CreateAttendeeRequestItem, MediaCapabilities,
};
use aws_smithy_http_client::Builder;
use serde_json::{Value, json};

use crate::exchange::exchange;
use crate::program::Program;
use crate::recipe;

/// The same refusals as for the clients in Python, JavaScript and the shell.
const REFUSALS: &str = include_str!("../../../checks/clients/refusals.json");

fn client(url: &str, token: &str) -> Client {
    let configuration = recipe::configured(url, token)
        .http_client(Builder::new().build_http())
        .retry_config(RetryConfig::disabled());
    Client::from_conf(configuration.build())
}

fn capabilities() -> AttendeeCapabilities {
    AttendeeCapabilities::builder()
        .audio(MediaCapabilities::Send)
        .video(MediaCapabilities::Receive)
        .content(MediaCapabilities::None)
        .build()
        .unwrap()
}

fn attendee(id: &str) -> CreateAttendeeRequestItem {
    CreateAttendeeRequestItem::builder().external_user_id(id).build().unwrap()
}

async fn join(program: &Program, token: &str, meeting: &str) -> Value {
    let headers = [("authorization", &*format!("Bearer {token}"))];
    let answer = exchange(program.front(), "POST", &format!("/meetings/{meeting}/join"), &headers, b"").await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn recipe_of_the_page_creates_a_meeting_and_joins_it() {
    let program = Program::start(&[], "Ctrl-C stops");
    let token = program.token("tenant=acme&groups=hosts&sub=anna").await;
    recipe::run(&client(&program.url(), &token)).await.unwrap();
    let meetings = exchange(program.simulator(), "GET", "/simulator/meetings", &[], b"").await.json();
    assert_eq!(meetings[0]["attendees"][0]["Attendee"]["ExternalUserId"], "anna");
}

#[tokio::test]
async fn a_meetings_life_passes_through_the_sdk() {
    let program = Program::start(&[], "Ctrl-C stops");
    let token = program.token("tenant=acme&groups=hosts&sub=anna").await;
    let chime = client(&program.url(), &token);
    let created = chime
        .create_meeting()
        .external_meeting_id("standup")
        .media_region("eu-central-1")
        .client_request_token("standup-1")
        .send()
        .await
        .unwrap();
    let meeting = created.meeting().unwrap();
    let id = meeting.meeting_id().unwrap();
    assert_eq!(
        (meeting.external_meeting_id(), meeting.tenant_ids()),
        (Some("standup"), &["acme".to_owned()][..])
    );
    assert!(meeting.media_placement().unwrap().audio_host_url().is_some());
    let found = chime.get_meeting().meeting_id(id).send().await.unwrap();
    assert_eq!(found.meeting(), Some(meeting));

    let with_attendees = chime
        .create_meeting_with_attendees()
        .external_meeting_id("planning")
        .media_region("eu-central-1")
        .client_request_token("planning-1")
        .attendees(attendee("bob"))
        .send()
        .await
        .unwrap();
    assert_eq!(with_attendees.attendees()[0].external_user_id(), Some("bob"));
    assert!(with_attendees.attendees()[0].join_token().is_some() && with_attendees.errors().is_empty());

    let joined = join(&program, &token, id).await;
    assert_eq!(joined["Meeting"]["MeetingId"], id);
    let own = joined["Attendee"]["AttendeeId"].as_str().unwrap();
    let other = chime.create_attendee().meeting_id(id).external_user_id("bob").send().await.unwrap();
    let other = other.attendee().unwrap().attendee_id().unwrap().to_owned();
    let batch =
        chime.batch_create_attendee().meeting_id(id).attendees(attendee("carol")).send().await.unwrap();
    assert_eq!((batch.attendees().len(), batch.errors().len()), (1, 0));

    let mut names: Vec<Vec<String>> = Vec::new();
    let mut pages = chime.list_attendees().meeting_id(id).max_results(2).into_paginator().send();
    while let Some(page) = pages.next().await {
        names.push(
            page.unwrap().attendees().iter().map(|one| one.external_user_id().unwrap().to_owned()).collect(),
        );
    }
    assert_eq!(names, [vec!["anna".to_owned(), "bob".to_owned()], vec!["carol".to_owned()]]);

    let changed =
        chime.update_attendee_capabilities().meeting_id(id).attendee_id(&other).capabilities(capabilities());
    let changed = changed.send().await.unwrap();
    assert_eq!(changed.attendee().unwrap().capabilities(), Some(&capabilities()));
    chime
        .batch_update_attendee_capabilities_except()
        .meeting_id(id)
        .excluded_attendee_ids(AttendeeIdItem::builder().attendee_id(&other).build().unwrap())
        .capabilities(capabilities())
        .send()
        .await
        .unwrap();
    let seen = chime.get_attendee().meeting_id(id).attendee_id(own).send().await.unwrap();
    assert_eq!(seen.attendee().unwrap().capabilities(), Some(&capabilities()));
    assert!(seen.attendee().unwrap().join_token().is_some(), "one's own");
    let seen = chime.get_attendee().meeting_id(id).attendee_id(&other).send().await.unwrap();
    assert!(seen.attendee().unwrap().join_token().is_none(), "another person's");

    chime.delete_attendee().meeting_id(id).attendee_id(&other).send().await.unwrap();
    let gone = chime.get_attendee().meeting_id(id).attendee_id(&other).send().await.unwrap_err();
    assert!(gone.into_service_error().is_not_found_exception());
    chime.delete_meeting().meeting_id(id).send().await.unwrap();
    let gone = chime.get_meeting().meeting_id(id).send().await.unwrap_err();
    assert!(gone.into_service_error().is_not_found_exception());
}

/// The name of the exception that an error is, by its type, and the status of its answer.
type Raised = Result<(), (&'static str, u16)>;

/// Calls an operation, and tells its error by the SDK's own type: one that every operation has, or one of its own.
macro_rules! call {
    ($request:expr, $error:path: $($own:ident)*) => {
        call!(@all $request, $error:
            BadRequestException ForbiddenException ServiceFailureException ServiceUnavailableException ThrottlingException
            UnauthorizedException $($own)*)
    };
    (@all $request:expr, $error:path: $($exception:ident)+) => {{
        use $error as Raised;
        $request.send().await.map(drop).map_err(|error: SdkError<Raised>| {
            let status = error.raw_response().map_or(0, |answer| answer.status().as_u16());
            let shown = DisplayErrorContext(&error).to_string();
            match error.into_service_error() {
                $(Raised::$exception(_) => (stringify!($exception), status),)+
                _ => panic!("not a typed exception: {shown}"),
            }
        })
    }};
}

/// The operations, with the exceptions that the model lists for each.
const OPERATIONS: &[(&str, &[&str])] = &[
    ("CreateMeeting", &["ConflictException", "LimitExceededException"]),
    ("CreateMeetingWithAttendees", &["ConflictException", "LimitExceededException"]),
    ("GetMeeting", &["NotFoundException"]),
    ("DeleteMeeting", &["NotFoundException"]),
    ("CreateAttendee", &["NotFoundException", "LimitExceededException", "UnprocessableEntityException"]),
    ("BatchCreateAttendee", &["NotFoundException", "LimitExceededException", "UnprocessableEntityException"]),
    ("ListAttendees", &["NotFoundException"]),
    ("GetAttendee", &["NotFoundException"]),
    ("DeleteAttendee", &["NotFoundException"]),
    ("UpdateAttendeeCapabilities", &["NotFoundException", "ConflictException"]),
    ("BatchUpdateAttendeeCapabilitiesExcept", &["NotFoundException", "ConflictException"]),
];

/// Those that the model lists for every operation.
const OF_ALL: &[&str] = &[
    "BadRequestException",
    "ForbiddenException",
    "ServiceFailureException",
    "ServiceUnavailableException",
    "ThrottlingException",
    "UnauthorizedException",
];

async fn call(chime: &Client, operation: &str, meeting: &str, one: &str) -> Raised {
    use aws_sdk_chimesdkmeetings::operation as op;
    match operation {
        "CreateMeeting" => call!(
            chime.create_meeting().external_meeting_id("standup").media_region("eu-central-1").client_request_token("standup-1"),
            op::create_meeting::CreateMeetingError: ConflictException LimitExceededException
        ),
        "CreateMeetingWithAttendees" => call!(
            chime.create_meeting_with_attendees().external_meeting_id("standup").media_region("eu-central-1")
                .client_request_token("standup-2").attendees(attendee("anna")),
            op::create_meeting_with_attendees::CreateMeetingWithAttendeesError: ConflictException LimitExceededException
        ),
        "GetMeeting" => call!(
            chime.get_meeting().meeting_id(meeting),
            op::get_meeting::GetMeetingError: NotFoundException
        ),
        "DeleteMeeting" => call!(
            chime.delete_meeting().meeting_id(meeting),
            op::delete_meeting::DeleteMeetingError: NotFoundException
        ),
        "CreateAttendee" => call!(
            chime.create_attendee().meeting_id(meeting).external_user_id("anna"),
            op::create_attendee::CreateAttendeeError: LimitExceededException NotFoundException UnprocessableEntityException
        ),
        "BatchCreateAttendee" => call!(
            chime.batch_create_attendee().meeting_id(meeting).attendees(attendee("anna")),
            op::batch_create_attendee::BatchCreateAttendeeError: LimitExceededException NotFoundException UnprocessableEntityException
        ),
        "ListAttendees" => call!(
            chime.list_attendees().meeting_id(meeting),
            op::list_attendees::ListAttendeesError: NotFoundException
        ),
        "GetAttendee" => call!(
            chime.get_attendee().meeting_id(meeting).attendee_id(one),
            op::get_attendee::GetAttendeeError: NotFoundException
        ),
        "DeleteAttendee" => call!(
            chime.delete_attendee().meeting_id(meeting).attendee_id(one),
            op::delete_attendee::DeleteAttendeeError: NotFoundException
        ),
        "UpdateAttendeeCapabilities" => call!(
            chime.update_attendee_capabilities().meeting_id(meeting).attendee_id(one).capabilities(capabilities()),
            op::update_attendee_capabilities::UpdateAttendeeCapabilitiesError: ConflictException NotFoundException
        ),
        "BatchUpdateAttendeeCapabilitiesExcept" => call!(
            chime.batch_update_attendee_capabilities_except().meeting_id(meeting).capabilities(capabilities())
                .excluded_attendee_ids(AttendeeIdItem::builder().attendee_id(one).build().unwrap()),
            op::batch_update_attendee_capabilities_except::BatchUpdateAttendeeCapabilitiesExceptError: ConflictException NotFoundException
        ),
        other => panic!("no call for {other}"),
    }
}

fn lists(operation: &str, exception: &str) -> bool {
    let mut own = OPERATIONS.iter().filter(|(name, _)| *name == operation);
    OF_ALL.contains(&exception) || own.any(|(_, exceptions)| exceptions.contains(&exception))
}

/// Whether the table of refusals says that the operation never raises the exception.
fn is_never(refusals: &Value, operation: &str, exception: &str) -> bool {
    let rows = refusals["never"].as_array().unwrap();
    rows.iter().any(|row| row["operation"] == operation && row["exception"] == exception)
}

async fn raises_each(slow: bool) -> BTreeMap<&'static str, Vec<String>> {
    let program = Program::start(&[], "Ctrl-C stops");
    let refusals: Value = serde_json::from_str(REFUSALS).unwrap();
    let host = program.token("tenant=acme&groups=hosts&sub=anna").await;
    let chime = client(&program.url(), &host);
    let mut raised: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in refusals["refusals"].as_array().unwrap() {
        if row.get("slow").is_some() != slow {
            continue;
        }
        let exception = row["exception"].as_str().unwrap();
        let created = chime.create_meeting().external_meeting_id("standup").media_region("eu-central-1");
        let created = created.client_request_token(row["name"].as_str().unwrap().replace([' ', '\''], "-"));
        let created = created.send().await.unwrap();
        let meeting = created.meeting().unwrap().meeting_id().unwrap();
        let joined = join(&program, &host, meeting).await;
        let one = joined["Attendee"]["AttendeeId"].as_str().unwrap();
        let caller = match row.get("person") {
            None => chime.clone(),
            Some(Value::Null) => client(&program.url(), "no-token"),
            Some(person) => {
                let person = &refusals["people"][person.as_str().unwrap()];
                let text = |name: &str| person[name].as_str().unwrap();
                let query =
                    format!("tenant={}&groups={}&sub={}", text("tenant"), text("groups"), text("sub"));
                client(&program.url(), &program.token(&query).await)
            }
        };
        let mut calls = Vec::new();
        for (operation, _) in OPERATIONS {
            if !lists(operation, exception) || is_never(&refusals, operation, exception) {
                continue;
            }
            if let Some(fault) = row.get("fault") {
                let mut fault = fault.clone();
                fault["operation"] = json!(operation);
                fault["rate"] = json!(1);
                let body = fault.to_string();
                let armed =
                    exchange(program.simulator(), "POST", "/simulator/faults", &[], body.as_bytes()).await;
                assert_eq!(armed.status, 204, "{}", armed.text());
            }
            let caller = &caller;
            calls.push(async move { (*operation, call(caller, operation, meeting, one).await) });
        }
        let status = u16::try_from(row["status"].as_u64().unwrap()).unwrap();
        for (operation, found) in futures_util::future::join_all(calls).await {
            assert_eq!(found, Err((exception, status)), "{operation}: {}", row["name"]);
            raised.entry(operation).or_default().push(exception.to_owned());
        }
        exchange(program.simulator(), "DELETE", "/simulator/state", &[], b"").await;
    }
    raised
}

#[tokio::test]
async fn every_exception_of_each_operations_model_is_raised_as_its_type() {
    let raised = raises_each(false).await;
    let refusals: Value = serde_json::from_str(REFUSALS).unwrap();
    for (operation, own) in OPERATIONS {
        for exception in own.iter().chain(OF_ALL) {
            let is_raised = raised[operation].iter().any(|name| name == exception);
            assert_ne!(is_raised, is_never(&refusals, operation, exception), "{operation}: {exception}");
        }
    }
}

#[tokio::test]
async fn answer_that_chime_leaves_open_is_504_and_typed() {
    assert_eq!(raises_each(true).await.len(), OPERATIONS.len());
}
