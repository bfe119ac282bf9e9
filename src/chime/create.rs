//! CreateMeeting.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_chimesdkmeetings::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_chimesdkmeetings::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_chimesdkmeetings::error::BoxError;
use aws_sdk_chimesdkmeetings::operation::RequestId as _;
use aws_sdk_chimesdkmeetings::operation::create_meeting::builders::CreateMeetingFluentBuilder;
use aws_sdk_chimesdkmeetings::types::{
    AttendeeFeatures, AudioFeatures, ContentFeatures, Meeting, MeetingFeaturesConfiguration,
    NotificationsConfiguration, Tag, VideoFeatures,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::attempt::{Attempts, with_retries};
use super::client::Chime;
use super::error::{ChimeError, ChimeErrorKind};
use super::own_meeting::ProvenPlan;
use super::token::client_request_token;
use crate::model::{AttendeeCount, ContentResolution, EchoReduction, VideoResolution};
use crate::policy::{Features, GATEWAY_TAG, MeetingPlan};

/// A meeting, as Chime gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedMeeting {
    /// `{"Meeting": …}`, the meeting byte for byte as Chime wrote it.
    pub body: String,
    /// Chime's id of the meeting.
    pub meeting_id: String,
    /// Chime's request id, for the log.
    pub chime_request_id: Option<String>,
}

impl Chime {
    /// Creates the meeting, or finds the one that the same idempotency key created before.
    ///
    /// # Errors
    /// When there is no meeting, or none that may be handed out.
    pub async fn create_meeting(
        &self,
        plan: &ProvenPlan,
        attempts: Attempts,
    ) -> Result<CreatedMeeting, ChimeError> {
        let plan = plan.plan();
        let token = client_request_token(&self.gateway_name, plan).map_err(|_| {
            ChimeError::new(ChimeErrorKind::NotSent, "the operating system gave no random bytes")
        })?;
        let request = self.request(plan, token);
        let created = with_retries(attempts, || send(request.clone(), plan)).await;
        created.map_err(|error| match (&error.kind, plan.primary_meeting_id()) {
            // The primary was there a moment ago, so it has ended since.
            (ChimeErrorKind::NotFound, Some(_)) => {
                ChimeError { kind: ChimeErrorKind::PrimaryNotTheTenants, ..error }
            }
            _ => error,
        })
    }

    fn request(&self, plan: &MeetingPlan, token: String) -> CreateMeetingFluentBuilder {
        let own_tag = (GATEWAY_TAG, self.gateway_name.as_str());
        let tags = plan.tags().iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let tags = tags.chain(std::iter::once(own_tag)).filter_map(|(key, value)| {
            // The builder fails only when a part is missing, and both are there.
            Tag::builder().key(key).value(value).build().ok()
        });
        let queue =
            NotificationsConfiguration::builder().sqs_queue_arn(&self.notifications_queue_arn).build();
        self.client
            .create_meeting()
            .client_request_token(token)
            .external_meeting_id(plan.external_meeting_id().as_str())
            .media_region(plan.media_region().as_str())
            .set_media_placement_network_type(plan.network_type().map(|value| value.as_str().into()))
            .set_meeting_host_id(plan.meeting_host_id().map(|id| id.as_str().to_owned()))
            .set_primary_meeting_id(plan.primary_meeting_id().map(|id| id.as_str().to_owned()))
            .set_meeting_features(features(*plan.features()))
            .set_tenant_ids(Some(plan.tenant_ids().iter().map(|id| id.as_str().to_owned()).collect()))
            .set_tags(Some(tags.collect()))
            .notifications_configuration(queue)
    }
}

/// MeetingFeatures with those groups only that have a value; `None` when no group has.
fn features(features: Features) -> Option<MeetingFeaturesConfiguration> {
    if features == Features::default() {
        return None;
    }
    let audio = |value: EchoReduction| AudioFeatures::builder().echo_reduction(value.as_str().into()).build();
    let video =
        |value: VideoResolution| VideoFeatures::builder().max_resolution(value.as_str().into()).build();
    let content =
        |value: ContentResolution| ContentFeatures::builder().max_resolution(value.as_str().into()).build();
    let attendee = |value: AttendeeCount| AttendeeFeatures::builder().max_count(value.get().into()).build();
    Some(
        MeetingFeaturesConfiguration::builder()
            .set_audio(features.echo_reduction.map(audio))
            .set_video(features.video_resolution.map(video))
            .set_content(features.content_resolution.map(content))
            .set_attendee(features.attendee_count.map(attendee))
            .build(),
    )
}

async fn send(request: CreateMeetingFluentBuilder, plan: &MeetingPlan) -> Result<CreatedMeeting, ChimeError> {
    let answer_text = AnswerText::default();
    let answer = request.customize().interceptor(answer_text.clone()).send().await;
    let output = answer.map_err(|error| ChimeError::from_sdk(&error))?;
    let chime_request_id = output.request_id().map(str::to_owned);
    let failed = |kind, detail: &str| ChimeError {
        request_id: chime_request_id.clone(),
        ..ChimeError::new(kind, detail)
    };
    let Some(meeting) = output.meeting() else {
        return Err(failed(ChimeErrorKind::Failed, "a success without a meeting"));
    };
    let (Some(meeting_id), Some(_)) = (meeting.meeting_id(), meeting.media_placement()) else {
        return Err(failed(
            ChimeErrorKind::Failed,
            "a meeting without its id or its media placement, which nobody could join",
        ));
    };
    let Some(body) = answer_text.meeting_only() else {
        return Err(failed(ChimeErrorKind::Failed, "an answer that is not JSON throughout"));
    };
    let different = differences(plan, meeting);
    if !different.is_empty() {
        let detail = format!("meeting {meeting_id} came back with other {}", different.join(", "));
        return Err(failed(ChimeErrorKind::DifferentMeeting(different), &detail));
    }
    Ok(CreatedMeeting { body, meeting_id: meeting_id.to_owned(), chime_request_id })
}

/// The members asked for that Chime echoes with another value. What it does not echo can't be compared.
///
/// Users report that a token reused with other members brings the old meeting back. It may even be another person's,
/// so it is never handed out.
fn differences(plan: &MeetingPlan, meeting: &Meeting) -> Vec<&'static str> {
    let echoed = meeting.meeting_features();
    let asked = plan.features();
    let audio = echoed.and_then(|features| features.audio()).and_then(|audio| audio.echo_reduction());
    let video = echoed.and_then(|features| features.video()).and_then(|video| video.max_resolution());
    let content = echoed.and_then(|features| features.content()).and_then(|content| content.max_resolution());
    let attendees = echoed.and_then(|features| features.attendee()).and_then(|attendee| attendee.max_count());
    let tenant_ids = (meeting.tenant_ids.as_ref())
        .is_some_and(|ids| !same_set(ids, plan.tenant_ids().iter().map(|id| id.as_str())));
    // A replica where none was asked for is another meeting as well. Ids are hexadecimal numbers: the case in which the
    // caller wrote one means nothing.
    let other_primary = meeting.primary_meeting_id().is_some_and(|echoed| {
        plan.primary_meeting_id().is_none_or(|asked| !asked.as_str().eq_ignore_ascii_case(echoed))
    });
    let host = plan.meeting_host_id().map(|id| id.as_str());
    [
        (
            differs(Some(plan.external_meeting_id().as_str()), meeting.external_meeting_id()),
            "ExternalMeetingId",
        ),
        (differs(Some(plan.media_region().as_str()), meeting.media_region()), "MediaRegion"),
        (tenant_ids, "TenantIds"),
        (
            differs(asked.echo_reduction.map(|v| v.as_str()), audio.map(|v| v.as_str())),
            "MeetingFeatures.Audio",
        ),
        (
            differs(asked.video_resolution.map(|v| v.as_str()), video.map(|v| v.as_str())),
            "MeetingFeatures.Video",
        ),
        (
            differs(asked.content_resolution.map(|v| v.as_str()), content.map(|v| v.as_str())),
            "MeetingFeatures.Content",
        ),
        (differs(asked.attendee_count.map(|v| i32::from(v.get())), attendees), "MeetingFeatures.Attendee"),
        (differs(host, meeting.meeting_host_id()), "MeetingHostId"),
        (other_primary, "PrimaryMeetingId"),
    ]
    .into_iter()
    .filter_map(|(different, member)| different.then_some(member))
    .collect()
}

fn differs<T: PartialEq>(asked: Option<T>, echoed: Option<T>) -> bool {
    matches!((asked, echoed), (Some(asked), Some(echoed)) if asked != echoed)
}

fn same_set<'a>(echoed: &[String], asked: impl Iterator<Item = &'a str>) -> bool {
    let mut asked: Vec<&str> = asked.collect();
    let mut echoed: Vec<&str> = echoed.iter().map(String::as_str).collect();
    asked.sort_unstable();
    echoed.sort_unstable();
    asked == echoed
}

/// Keeps the text of the answer, which the SDK's types would not give back whole: members that are newer than the SDK
/// would be lost on the way.
#[derive(Debug, Clone, Default)]
struct AnswerText(Arc<Mutex<Vec<u8>>>);

impl AnswerText {
    /// `{"Meeting": …}` with the meeting as it was written, when the text is JSON and has one.
    fn meeting_only(&self) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer<'a> {
            #[serde(borrow)]
            meeting: &'a RawValue,
        }
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answer: Answer<'_> = serde_json::from_slice(&text).ok()?;
        Some(format!(r#"{{"Meeting":{}}}"#, answer.meeting.get()))
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for AnswerText {
    fn name(&self) -> &'static str {
        "AnswerText"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let text = context.response().body().bytes().unwrap_or_default();
        text.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}
