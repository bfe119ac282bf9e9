use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::api_gateway::HttpRequest;
use crate::auth::{TenantError, TokenError};
use crate::chime::Missing;
use crate::policy::RightName;

/// An error of every variant, including the variants of the errors in them.
fn every_error() -> Vec<RequestError> {
    let text = || "cause".to_owned();
    let wait = Some(Duration::from_secs(7));
    let chime = [
        ChimeErrorKind::PrimaryNotTheTenants,
        ChimeErrorKind::PrimaryIsReplica,
        ChimeErrorKind::NoSuchMeeting(Missing::NotFound),
        ChimeErrorKind::NoSuchMeeting(Missing::OtherTenantIds),
        ChimeErrorKind::NoSuchMeeting(Missing::Forbidden),
        ChimeErrorKind::NoSuchMeeting(Missing::Rejected),
        ChimeErrorKind::Rejected,
        ChimeErrorKind::NotFound,
        ChimeErrorKind::Misconfigured,
        ChimeErrorKind::Conflict,
        ChimeErrorKind::DifferentMeeting(vec!["MediaRegion".to_owned()]),
        ChimeErrorKind::Throttled(None),
        ChimeErrorKind::Throttled(wait),
        ChimeErrorKind::QuotaFull,
        ChimeErrorKind::Failed,
        ChimeErrorKind::Unavailable(None),
        ChimeErrorKind::Unavailable(wait),
        ChimeErrorKind::TimedOut,
        ChimeErrorKind::NotSent,
        ChimeErrorKind::Forbidden,
        ChimeErrorKind::MeetingFull,
        ChimeErrorKind::InvalidNextToken,
        ChimeErrorKind::Unreachable,
        ChimeErrorKind::Disconnected,
    ];
    let chime = chime.map(|kind| {
        let detail = text();
        RequestError::Chime(ChimeError {
            kind,
            detail,
            request_id: None,
            attempts: 1,
            may_have_happened: false,
        })
    });
    let others = vec![
        RequestError::UnknownEvent(HttpRequest::from_event(b"").unwrap_err()),
        RequestError::Route(RouteError::NoSuchRoute),
        RequestError::Route(RouteError::MethodNotAllowed { allow: vec![Method::POST] }),
        RequestError::Authentication(AuthenticationError::NoCredentials),
        RequestError::Authentication(AuthenticationError::InvalidCredentials(text())),
        RequestError::Authentication(AuthenticationError::InvalidToken(TokenError::TooLong)),
        RequestError::Authentication(AuthenticationError::NoTenant(TenantError::Missing { claim: text() })),
        RequestError::Authentication(AuthenticationError::KeysUnavailable { retry_after: 9 }),
        RequestError::Admission(AdmissionError::NoSuchTenant(text())),
        RequestError::Admission(AdmissionError::Lacking(vec![
            MissingRight::Nobodys(RightName::End),
            MissingRight::Requires { right: RightName::Join, scopes: vec![text()], groups: vec![text()] },
        ])),
        RequestError::ImpossibleId("meeting's id"),
        RequestError::AnothersAttendee,
        RequestError::ImpossibleRoom(text()),
        RequestError::Bug(""),
        RequestError::Body(BodyError::NotJson),
        RequestError::Body(BodyError::TooLarge),
        RequestError::Body(BodyError::InvalidBase64),
        RequestError::Findings(Finding::breaks_model("#/MediaRegion", "is required").into()),
        RequestError::Findings(Finding::breaks_policy("#/MediaRegion", "is fixed").into()),
        RequestError::Panicked,
        RequestError::Registry(RegistryError::RoomNotOpen),
        RequestError::Registry(RegistryError::RoomOfOtherTenantIds),
        RequestError::Registry(RegistryError::TenantLimit(20)),
        RequestError::Registry(RegistryError::CallerLimit(3)),
        RequestError::Registry(RegistryError::Unavailable),
    ];
    let in_room = [
        ChimeErrorKind::Conflict,
        ChimeErrorKind::DifferentMeeting(vec!["MediaRegion".to_owned()]),
        ChimeErrorKind::NoSuchMeeting(Missing::Forbidden),
        ChimeErrorKind::NoSuchMeeting(Missing::OtherTenantIds),
        ChimeErrorKind::PrimaryIsReplica,
    ];
    let in_room = in_room.map(|kind| RequestError::ChimeInRoom(ChimeError::for_tests(kind)));
    others.into_iter().chain(chime).chain(in_room).collect()
}

/// Does not compile when a variant is added, which `every_error` then needs too.
fn needs_a_row(error: &RequestError) {
    match error {
        RequestError::UnknownEvent(_) | RequestError::Findings(_) => {}
        RequestError::Panicked | RequestError::Bug(_) => {}
        RequestError::Route(RouteError::NoSuchRoute | RouteError::MethodNotAllowed { .. }) => {}
        RequestError::Authentication(
            AuthenticationError::NoCredentials
            | AuthenticationError::InvalidCredentials(_)
            | AuthenticationError::InvalidToken(_)
            | AuthenticationError::NoTenant(_)
            | AuthenticationError::KeysUnavailable { .. },
        ) => {}
        RequestError::Admission(AdmissionError::NoSuchTenant(_) | AdmissionError::Lacking(_)) => {}
        RequestError::ImpossibleId(_) | RequestError::ImpossibleRoom(_) | RequestError::AnothersAttendee => {}
        RequestError::Body(BodyError::NotJson | BodyError::TooLarge | BodyError::InvalidBase64) => {}
        RequestError::Registry(
            RegistryError::RoomNotOpen
            | RegistryError::RoomOfOtherTenantIds
            | RegistryError::TenantLimit(_)
            | RegistryError::CallerLimit(_)
            | RegistryError::Unavailable,
        ) => {}
        RequestError::Chime(error) | RequestError::ChimeInRoom(error) => match error.kind {
            ChimeErrorKind::PrimaryNotTheTenants
            | ChimeErrorKind::PrimaryIsReplica
            | ChimeErrorKind::NoSuchMeeting(
                Missing::NotFound | Missing::OtherTenantIds | Missing::Forbidden | Missing::Rejected,
            )
            | ChimeErrorKind::Rejected
            | ChimeErrorKind::NotFound
            | ChimeErrorKind::Misconfigured
            | ChimeErrorKind::Conflict
            | ChimeErrorKind::DifferentMeeting(_)
            | ChimeErrorKind::Throttled(_)
            | ChimeErrorKind::QuotaFull
            | ChimeErrorKind::Failed
            | ChimeErrorKind::Unavailable(_)
            | ChimeErrorKind::TimedOut
            | ChimeErrorKind::Forbidden
            | ChimeErrorKind::MeetingFull
            | ChimeErrorKind::InvalidNextToken
            | ChimeErrorKind::Unreachable
            | ChimeErrorKind::Disconnected
            | ChimeErrorKind::NotSent => {}
        },
    }
}

/// The exceptions of the API's published model.
fn exceptions_of_the_model() -> BTreeSet<String> {
    let table = include_str!("../../tests/chime-model/create-meeting.json");
    let table: Value = serde_json::from_str(table).unwrap();
    table["exceptions"].as_object().unwrap().keys().cloned().collect()
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_ref())
}

#[test]
fn every_code_is_an_exception_of_chimes_model() {
    let model = exceptions_of_the_model();
    assert!(model.contains("BadRequestException"), "{model:?}");
    for refusal in every_error() {
        needs_a_row(&refusal);
        let said = refusal.to_string();
        let answer = Problem::of(&refusal).into_answer("id-1");
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let code = body["Code"].as_str().unwrap();
        assert!(model.contains(code), "{said}: {code}");
        assert_eq!(header(&answer, "x-amzn-errortype"), Some(code), "{said}");
        assert_eq!(body["Message"], body["detail"], "{said}");
        assert_eq!(body["status"], answer.status, "{said}");
    }
}

#[test]
fn answers_that_say_when_to_retry_have_both_headers() {
    let mut waits = Vec::new();
    for refusal in every_error() {
        let said = refusal.to_string();
        let answer = Problem::of(&refusal).into_answer("id-1");
        let seconds = header(&answer, "retry-after").map(|value| value.parse::<u64>().unwrap());
        let milliseconds = header(&answer, "x-amz-retry-after").map(|value| value.parse::<u64>().unwrap());
        assert_eq!(seconds.map(|seconds| seconds * 1_000), milliseconds, "{said}");
        assert_eq!(seconds.is_some(), [429, 503].contains(&answer.status), "{said}: {}", answer.status);
        waits.extend(seconds);
    }
    waits.sort_unstable();
    assert_eq!(waits, [2, 2, 2, 2, 2, 2, 2, 7, 7, 9, 60, 60, 60, 60]);
}

#[test]
fn findings_of_both_kinds_are_400_even_when_only_those_of_the_policy_are_listed() {
    let policy = || (0..150).map(|_| Finding::breaks_policy("#/a", "is fixed"));
    let mut findings = Findings::from(policy().collect::<Vec<_>>());
    assert_eq!(Problem::of(&RequestError::Findings(findings.clone())).status(), 403);
    findings.push(Finding::breaks_model("#/b", "is required"));
    assert_eq!(Problem::of(&RequestError::Findings(findings)).status(), 400);
}

#[test]
fn an_error_in_a_room_is_told_in_the_terms_of_a_room() {
    let in_room = |kind| Problem::of(&RequestError::ChimeInRoom(ChimeError::for_tests(kind)));
    for (kind, status, why) in [
        (ChimeErrorKind::Conflict, 503, "the caller chose no key, and can come back in a moment"),
        (ChimeErrorKind::DifferentMeeting(Vec::new()), 503, "likewise"),
        (ChimeErrorKind::NoSuchMeeting(Missing::OtherTenantIds), 409, "until the meeting ends"),
        (
            ChimeErrorKind::NoSuchMeeting(Missing::Forbidden),
            500,
            "the stack made the meeting, and may not see it",
        ),
        (ChimeErrorKind::QuotaFull, 429, "as elsewhere"),
        (ChimeErrorKind::TimedOut, 504, "as elsewhere"),
    ] {
        assert_eq!(in_room(kind).status(), status, "{why}");
    }
    let primary = in_room(ChimeErrorKind::PrimaryNotTheTenants);
    assert!(primary.detail.contains("#/Meeting/PrimaryMeetingId"), "{}", primary.detail);
}

#[test]
fn a_limit_is_named_with_its_value() {
    for (error, expected) in [
        (RegistryError::TenantLimit(20), "`OpenMeetings` is 20"),
        (RegistryError::CallerLimit(3), "`OpenMeetingsPerCaller` is 3"),
    ] {
        let problem = Problem::of(&error.into());
        assert_eq!((problem.status(), problem.code()), (429, "LimitExceededException"));
        assert!(problem.detail.ends_with(expected), "{}", problem.detail);
    }
}
