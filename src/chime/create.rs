//! CreateMeeting and CreateMeetingWithAttendees.

use std::sync::Arc;

use aws_sdk_chimesdkmeetings::operation::create_meeting::CreateMeetingOutput;
use aws_sdk_chimesdkmeetings::operation::create_meeting_with_attendees::CreateMeetingWithAttendeesOutput;
use aws_sdk_chimesdkmeetings::types::{
    AttendeeFeatures, AudioFeatures, ContentFeatures, Meeting, MeetingFeaturesConfiguration,
    NotificationsConfiguration, Tag, VideoFeatures,
};

use super::ask::{ChimeAnswer, ask};
use super::attempt::Attempts;
use super::attendees::{AskedNames, OtherAttendees};
use super::client::Chime;
use super::echo::differences;
use super::error::{ChimeError, ChimeErrorKind};
use super::own_meeting::OwnMeeting;
use super::primary::ProvenPlan;
use super::sdk_attendee::sdk_attendees;
use super::token::{Purpose, RoomToken, client_request_token};
use crate::log_text::bounded;
use crate::model::{MeetingId, Members};
use crate::policy::{GATEWAY_TAG, MeetingPlan, NewAttendee, Sent};

/// A meeting, as Chime returned it.
#[derive(Clone)]
pub struct CreatedMeeting {
    /// `{"Meeting": …}`, with attendees `{"Meeting": …, "Attendees": …, "Errors": …}`, each byte for byte as Chime wrote
    /// it.
    pub body: String,
    /// Chime's id of the meeting, for the log.
    pub meeting_id: String,
    /// The region that hosts its media, for the log.
    pub media_region: Option<String>,
    /// The proof that it is the tenant's. `None` when Chime's answer does not show it.
    pub proof: Option<OwnMeeting>,
}

impl CreatedMeeting {
    /// The meeting's id, for requests about it.
    ///
    /// # Errors
    /// When Chime's answer has one that its model does not allow.
    pub fn id(&self) -> Result<MeetingId, ChimeError> {
        MeetingId::parse(&self.meeting_id.to_ascii_lowercase()).map_err(|rule| {
            let detail = format!("Chime created a meeting with an invalid id: it {rule}");
            ChimeError::new(ChimeErrorKind::Failed, detail)
        })
    }
}

/// Withholds the body, which may have JoinTokens.
impl std::fmt::Debug for CreatedMeeting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedMeeting").field("meeting_id", &self.meeting_id).finish_non_exhaustive()
    }
}

/// Sets the members of a meeting, which the SDK's two requests that create one have in common. Each attempt makes its request
/// anew, which costs as much as a copy and leaves none over; only a list of attendees is copied.
macro_rules! with_members {
    ($request:expr, $chime:expr, $plan:expr, $token:expr) => {{
        let (chime, plan): (&Chime, &MeetingPlan) = ($chime, $plan);
        let members = plan.members();
        let queue =
            NotificationsConfiguration::builder().sqs_queue_arn(&chime.notifications_queue_arn).build();
        $request
            .client_request_token($token)
            .external_meeting_id(plan.external_meeting_id().as_str())
            .media_region(members.media_region.as_str())
            .set_media_placement_network_type(members.network_type.map(|value| value.as_str().into()))
            .set_meeting_host_id(members.meeting_host_id.as_ref().map(|id| id.as_str().to_owned()))
            .set_primary_meeting_id(members.primary_meeting_id.as_ref().map(|id| id.as_str().to_owned()))
            .set_meeting_features(features(members))
            .set_tenant_ids(Some(plan.tenant_ids().iter().map(|id| id.as_str().to_owned()).collect()))
            .set_tags(Some(tags(plan, &chime.gateway_name)))
            .notifications_configuration(queue)
    }};
}

impl Chime {
    /// Creates the meeting, or returns the one that the same idempotency key created before.
    ///
    /// # Errors
    /// When Chime fails or refuses the request, or returns a meeting that differs from the plan.
    pub async fn create_meeting(
        &self,
        plan: &ProvenPlan,
        attempts: Attempts<'_>,
    ) -> Result<CreatedMeeting, ChimeError> {
        let token = self.token(&plan.plan, Purpose::Meeting)?;
        self.create(plan, token, attempts).await
    }

    /// Creates a room's meeting, or returns the one that a request with the same members created for the same generation.
    ///
    /// # Errors
    /// As for [`Chime::create_meeting`].
    pub async fn create_room_meeting(
        &self,
        plan: &ProvenPlan,
        token: RoomToken<'_>,
        attempts: Attempts<'_>,
    ) -> Result<CreatedMeeting, ChimeError> {
        let token = token.client_request_token(&self.gateway_name, plan.plan.tenant());
        self.create(plan, token, attempts).await
    }

    async fn create(
        &self,
        plan: &ProvenPlan,
        token: String,
        attempts: Attempts<'_>,
    ) -> Result<CreatedMeeting, ChimeError> {
        let send = |text| {
            let request = with_members!(self.client.create_meeting(), self, &plan.plan, &token);
            request.customize().interceptor(text).send()
        };
        let created =
            ask(attempts, send, |answer| self.created(&plan.plan, answer, CreateMeetingOutput::meeting, ""));
        created.await.map_err(|error| plan.error(error))
    }

    /// Creates the meeting with attendees. A part of the attendees may fail; the answer then has their errors.
    ///
    /// # Errors
    /// As for [`Chime::create_meeting`], and when Chime returns attendees that were not asked for.
    pub async fn create_meeting_with_attendees(
        &self,
        plan: &ProvenPlan,
        attendees: &[NewAttendee],
        attempts: Attempts<'_>,
    ) -> Result<CreatedMeeting, ChimeError> {
        let token = self.token(&plan.plan, Purpose::MeetingWithAttendees)?;
        let sent = sdk_attendees(attendees)?;
        let names = AskedNames::of(attendees);
        let send = |text| {
            let request = self.client.create_meeting_with_attendees();
            let request = with_members!(request, self, &plan.plan, &token).set_attendees(Some(sent.clone()));
            request.customize().interceptor(text).send()
        };
        let created = ask(attempts, send, |answer| {
            let others = created_attendees(&answer, &names)?;
            self.created(&plan.plan, answer, CreateMeetingWithAttendeesOutput::meeting, &others)
        });
        created.await.map_err(|error| plan.error(error))
    }

    /// Checks that Chime created the meeting of the plan, and remembers that it is the tenant's.
    fn created<T>(
        &self,
        plan: &MeetingPlan,
        answer: ChimeAnswer<T>,
        meeting: fn(&T) -> Option<&Meeting>,
        others: &str,
    ) -> Result<CreatedMeeting, ChimeError> {
        let meeting = meeting(&answer.output).ok_or_else(|| answer.invalid("Chime returned no meeting"))?;
        let (Some(meeting_id), Some(_)) = (meeting.meeting_id(), meeting.media_placement()) else {
            return Err(answer.invalid("Chime returned a meeting without an id or a media placement"));
        };
        let text: Option<Arc<str>> = answer.text.read(|raw| raw.meeting.map(|meeting| meeting.get().into()));
        let text = text.ok_or_else(|| answer.invalid("Chime's answer is not valid JSON"))?;
        let different = differences(plan, meeting);
        if !different.is_empty() {
            let detail =
                format!("Chime returned meeting {} with other {}", bounded(meeting_id), different.join(", "));
            let kind = ChimeErrorKind::DifferentMeeting(different);
            return Err(ChimeError { kind, ..answer.invalid(detail) });
        }
        let body = [r#"{"Meeting":"#, &*text, others, "}"].concat();
        let proof = OwnMeeting::of_creation(meeting, text, plan.tenant_ids());
        if let Some(proof) = &proof {
            self.proofs.remember(proof.clone());
        }
        let media_region = meeting.media_region().map(|region| bounded(region).into_owned());
        Ok(CreatedMeeting { body, meeting_id: bounded(meeting_id).into_owned(), media_region, proof })
    }

    fn token(&self, plan: &MeetingPlan, purpose: Purpose) -> Result<String, ChimeError> {
        client_request_token(&self.gateway_name, plan, purpose).map_err(|_| {
            ChimeError::new(ChimeErrorKind::NotSent, "the operating system returned no random bytes")
        })
    }
}

/// The members of the answer besides the meeting. Attendees that were not asked for belong to another request.
fn created_attendees<T>(answer: &ChimeAnswer<T>, names: &AskedNames<'_>) -> Result<String, ChimeError> {
    let others = answer.text.read(|raw| names.answered(raw.attendees.unwrap_or_default(), raw.errors));
    let others = others.ok_or_else(|| answer.invalid("Chime returned an invalid attendee"))?;
    let members = others.map_err(|OtherAttendees| {
        let kind = ChimeErrorKind::DifferentMeeting(vec!["Attendees".to_owned()]);
        ChimeError { kind, ..answer.invalid("Chime returned other attendees than those that were asked for") }
    })?;
    Ok(format!(",{members}"))
}

/// The plan's tags and the gateway's own.
fn tags(plan: &MeetingPlan, gateway_name: &str) -> Vec<Tag> {
    let tags = plan.tags().iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let tags = tags.chain(std::iter::once((GATEWAY_TAG, gateway_name)));
    // The builder fails only without a key or a value.
    tags.filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect()
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
