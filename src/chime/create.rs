//! CreateMeeting.

use aws_sdk_chimesdkmeetings::operation::RequestId as _;
use aws_sdk_chimesdkmeetings::operation::create_meeting::builders::CreateMeetingFluentBuilder;
use aws_sdk_chimesdkmeetings::types::{
    AttendeeFeatures, AudioFeatures, ContentFeatures, MeetingFeaturesConfiguration,
    NotificationsConfiguration, Tag, VideoFeatures,
};

use super::answer_text::AnswerText;
use super::attempt::{Attempts, with_retries};
use super::client::Chime;
use super::echo::differences;
use super::error::{ChimeError, ChimeErrorKind};
use super::own_meeting::ProvenPlan;
use super::token::client_request_token;
use crate::model::Members;
use crate::policy::{GATEWAY_TAG, MeetingPlan, Sent};

/// A meeting, as Chime returned it.
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
    /// Creates the meeting, or returns the one that the same idempotency key created before.
    ///
    /// # Errors
    /// When Chime fails or refuses the request, or returns a meeting that differs from the plan.
    pub async fn create_meeting(
        &self,
        ProvenPlan { plan, primary }: &ProvenPlan,
        attempts: Attempts,
    ) -> Result<CreatedMeeting, ChimeError> {
        let token = client_request_token(&self.gateway_name, plan).map_err(|_| {
            ChimeError::new(ChimeErrorKind::NotSent, "the operating system returned no random bytes")
        })?;
        let request = self.request(plan, token);
        let created = with_retries(attempts, || send(request.clone(), plan)).await;
        created.map_err(|error| match (&error.kind, primary) {
            // `prove_primary` has just found the primary, so it has ended since.
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
            // The builder fails only without a key or a value.
            Tag::builder().key(key).value(value).build().ok()
        });
        let members = plan.members();
        let queue =
            NotificationsConfiguration::builder().sqs_queue_arn(&self.notifications_queue_arn).build();
        self.client
            .create_meeting()
            .client_request_token(token)
            .external_meeting_id(plan.external_meeting_id().as_str())
            .media_region(members.media_region.as_str())
            .set_media_placement_network_type(members.network_type.map(|value| value.as_str().into()))
            .set_meeting_host_id(members.meeting_host_id.as_ref().map(|id| id.as_str().to_owned()))
            .set_primary_meeting_id(members.primary_meeting_id.as_ref().map(|id| id.as_str().to_owned()))
            .set_meeting_features(features(members))
            .set_tenant_ids(Some(plan.tenant_ids().iter().map(|id| id.as_str().to_owned()).collect()))
            .set_tags(Some(tags.collect()))
            .notifications_configuration(queue)
    }
}

/// MeetingFeatures with only the groups that have a value, or `None` without any.
fn features(members: &Members<Sent>) -> Option<MeetingFeaturesConfiguration> {
    let audio = members.echo_reduction.map(|value| value.as_str().into());
    let audio = audio.map(|value| AudioFeatures::builder().echo_reduction(value).build());
    let video = members.video_resolution.map(|value| value.as_str().into());
    let video = video.map(|value| VideoFeatures::builder().max_resolution(value).build());
    let content = members.content_resolution.map(|value| value.as_str().into());
    let content = content.map(|value| ContentFeatures::builder().max_resolution(value).build());
    let attendee = members.attendee_count.map(|value| i32::from(value.get()));
    let attendee = attendee.map(|value| AttendeeFeatures::builder().max_count(value).build());
    let features = MeetingFeaturesConfiguration::builder()
        .set_audio(audio)
        .set_video(video)
        .set_content(content)
        .set_attendee(attendee)
        .build();
    (features != MeetingFeaturesConfiguration::builder().build()).then_some(features)
}

async fn send(request: CreateMeetingFluentBuilder, plan: &MeetingPlan) -> Result<CreatedMeeting, ChimeError> {
    let answer_text = AnswerText::default();
    let answer = request.customize().interceptor(answer_text.clone()).send().await;
    let output = answer.map_err(|error| ChimeError::from_sdk(&error))?;
    let chime_request_id = output.request_id().map(str::to_owned);
    let failed = |detail: &str| ChimeError {
        request_id: chime_request_id.clone(),
        ..ChimeError::new(ChimeErrorKind::Failed, detail)
    };
    let meeting = output.meeting().ok_or_else(|| failed("Chime returned no meeting"))?;
    let (Some(meeting_id), Some(_)) = (meeting.meeting_id(), meeting.media_placement()) else {
        return Err(failed("Chime returned a meeting without an id or a media placement"));
    };
    let body = answer_text.meeting_only().ok_or_else(|| failed("Chime's answer is not valid JSON"))?;
    let different = differences(plan, meeting);
    if !different.is_empty() {
        let detail = format!("Chime returned meeting {meeting_id} with other {}", different.join(", "));
        return Err(ChimeError { kind: ChimeErrorKind::DifferentMeeting(different), ..failed(&detail) });
    }
    Ok(CreatedMeeting { body, meeting_id: meeting_id.to_owned(), chime_request_id })
}
