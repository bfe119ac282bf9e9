use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::auth::TenantError;
use crate::auth::bearer::TokenError;
use crate::http::HttpRequest;

/// A refusal of every variant, and of every variant within it.
fn every_refusal() -> Vec<Refusal> {
    let text = || "cause".to_owned();
    let wait = Some(Duration::from_secs(7));
    let chime = [
        ChimeError::PrimaryNotTheTenants,
        ChimeError::PrimaryIsReplica,
        ChimeError::Rejected,
        ChimeError::NotFound,
        ChimeError::Misconfigured,
        ChimeError::Conflict,
        ChimeError::DifferentMeeting(vec!["MediaRegion"]),
        ChimeError::Throttled(None),
        ChimeError::Throttled(wait),
        ChimeError::QuotaFull,
        ChimeError::Failed,
        ChimeError::Unavailable(None),
        ChimeError::Unavailable(wait),
        ChimeError::TimedOut,
        ChimeError::NotSent,
    ];
    let chime = chime
        .map(|error| Refusal::Chime(ChimeFailure { error, detail: text(), request_id: None, attempts: 1 }));
    let others = vec![
        Refusal::UnknownEvent(HttpRequest::from_event(b"").unwrap_err()),
        Refusal::Route(RouteError::NoSuchRoute),
        Refusal::Route(RouteError::MethodNotAllowed { allow: "POST" }),
        Refusal::Authentication(AuthenticationError::NoCredentials),
        Refusal::Authentication(AuthenticationError::InvalidCredentials(text())),
        Refusal::Authentication(AuthenticationError::InvalidToken(TokenError::TooLong)),
        Refusal::Authentication(AuthenticationError::NoTenant(TenantError::Missing { claim: text() })),
        Refusal::Authentication(AuthenticationError::KeysUnavailable { retry_after: 9 }),
        Refusal::NotAdmitted(NotAdmitted::NoSuchTenant(text())),
        Refusal::NotAdmitted(NotAdmitted::Lacking { scopes: vec![text()], groups: vec![text()] }),
        Refusal::NotJson,
        Refusal::Body(BodyError::TooLarge),
        Refusal::Body(BodyError::InvalidBase64),
        Refusal::Findings(Finding::breaks_model("#/MediaRegion", "is required").into()),
        Refusal::Findings(Finding::breaks_policy("#/MediaRegion", "is fixed").into()),
        Refusal::Panicked,
    ];
    others.into_iter().chain(chime).collect()
}

/// Does not compile when a refusal is added: then `every_refusal` needs it as well.
fn needs_a_row(refusal: &Refusal) {
    match refusal {
        Refusal::UnknownEvent(_) | Refusal::Findings(_) | Refusal::NotJson | Refusal::Panicked => {}
        Refusal::Route(RouteError::NoSuchRoute | RouteError::MethodNotAllowed { .. }) => {}
        Refusal::Authentication(
            AuthenticationError::NoCredentials
            | AuthenticationError::InvalidCredentials(_)
            | AuthenticationError::InvalidToken(_)
            | AuthenticationError::NoTenant(_)
            | AuthenticationError::KeysUnavailable { .. },
        ) => {}
        Refusal::NotAdmitted(NotAdmitted::NoSuchTenant(_) | NotAdmitted::Lacking { .. }) => {}
        Refusal::Body(BodyError::TooLarge | BodyError::InvalidBase64) => {}
        Refusal::Chime(failure) => match failure.error {
            ChimeError::PrimaryNotTheTenants
            | ChimeError::PrimaryIsReplica
            | ChimeError::Rejected
            | ChimeError::NotFound
            | ChimeError::Misconfigured
            | ChimeError::Conflict
            | ChimeError::DifferentMeeting(_)
            | ChimeError::Throttled(_)
            | ChimeError::QuotaFull
            | ChimeError::Failed
            | ChimeError::Unavailable(_)
            | ChimeError::TimedOut
            | ChimeError::NotSent => {}
        },
    }
}

/// The exceptions that the published model of the API has.
fn exceptions_of_the_model() -> BTreeSet<String> {
    let table = include_str!("../../../local/tests/chime-model/create-meeting.json");
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
    for refusal in every_refusal() {
        needs_a_row(&refusal);
        let said = refusal.to_string();
        let answer = Problem::of(refusal).into_answer("id-1");
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let code = body["Code"].as_str().unwrap();
        assert!(model.contains(code), "{said}: {code}");
        assert_eq!(header(&answer, "x-amzn-errortype"), Some(code), "{said}");
        assert_eq!(body["Message"], body["detail"], "{said}");
        assert_eq!(body["status"], answer.status, "{said}");
    }
}

#[test]
fn every_answer_that_says_when_to_retry_says_it_in_both_headers() {
    let mut waits = Vec::new();
    for refusal in every_refusal() {
        let said = refusal.to_string();
        let answer = Problem::of(refusal).into_answer("id-1");
        let seconds = header(&answer, "retry-after").map(|value| value.parse::<u64>().unwrap());
        let milliseconds = header(&answer, "x-amz-retry-after").map(|value| value.parse::<u64>().unwrap());
        assert_eq!(seconds.map(|seconds| seconds * 1_000), milliseconds, "{said}");
        assert_eq!(seconds.is_some(), [429, 503].contains(&answer.status), "{said}: {}", answer.status);
        waits.extend(seconds);
    }
    waits.sort_unstable();
    assert_eq!(waits, [2, 2, 7, 7, 9, 60]);
}

#[test]
fn findings_of_both_kinds_are_400_even_when_those_that_break_the_model_are_not_listed() {
    let policy = || (0..150).map(|_| Finding::breaks_policy("#/a", "is fixed"));
    let mut findings = Findings::from(policy().collect::<Vec<_>>());
    assert_eq!(Problem::of(Refusal::Findings(findings.clone())).status(), 403);
    findings.push(Finding::breaks_model("#/b", "is required"));
    assert_eq!(Problem::of(Refusal::Findings(findings)).status(), 400);
}
