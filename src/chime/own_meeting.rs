//! Proof that a meeting is the tenant's, from the answer of GetMeeting.
//!
//! Chime does not enforce TenantIds: without the proof, any caller could act on any meeting of the account.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_chimesdkmeetings::types::Meeting;

use super::error::{ChimeError, ChimeErrorKind, Missing};
use crate::log_text::bounded;
use crate::model::{ContentResolution, MeetingId, MeetingMedia, TenantId, VideoResolution};
use crate::policy::TenantIds;

/// A meeting of the tenant: GetMeeting returns TenantIds for it, and all of them are the tenant's.
///
/// Only [`Chime`](super::Chime) makes one, so an operation on a meeting can't skip the proof:
///
/// ```
/// # use meeting_gateway::{chime::{Attempts, Chime, OwnMeeting, Recency}, model::MeetingId, policy::TenantIds};
/// async fn prove(chime: &Chime, id: &MeetingId, ids: &TenantIds, attempts: Attempts<'_>) -> OwnMeeting {
///     chime.own_meeting(id, ids, Recency::Any, attempts).await.unwrap()
/// }
/// ```
///
/// ```compile_fail,E0451
/// # use meeting_gateway::{chime::OwnMeeting, model::MeetingId};
/// fn skip_the_proof(id: MeetingId, meeting: OwnMeeting) -> OwnMeeting {
///     OwnMeeting { id, ..meeting }
/// }
/// ```
#[derive(Clone)]
pub struct OwnMeeting {
    id: MeetingId,
    /// A TenantId of the tenant, which no other tenant has.
    tenant: TenantId,
    media: MeetingMedia,
    pub(super) is_replica: bool,
    media_region: Option<String>,
    /// The meeting, byte for byte as Chime wrote it.
    text: Arc<str>,
    /// When Chime wrote it, by the wall clock: Lambda freezes the process, and a monotonic clock may stop meanwhile.
    read: SystemTime,
}

/// How old the proof of a meeting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recency {
    /// Chime is asked.
    Now,
    /// A minute, so that the caller sees the meeting as it is and soon notices that it has ended.
    Minute,
    /// Any: TenantIds and features of a meeting never change.
    Any,
}

/// How old the text of a meeting may be with [`Recency::Minute`].
const MINUTE: Duration = Duration::from_secs(60);

impl Recency {
    /// Whether a proof of that time is recent enough.
    pub(super) fn allows(self, read: SystemTime, now: SystemTime) -> bool {
        match self {
            Recency::Now => false,
            // A clock that went back leaves the age open.
            Recency::Minute => now.duration_since(read).is_ok_and(|age| age < MINUTE),
            Recency::Any => true,
        }
    }
}

impl OwnMeeting {
    /// Checks that Chime returned the meeting that was asked for, and that it is the tenant's.
    pub(super) fn check(
        asked: &MeetingId,
        meeting: Option<&Meeting>,
        text: Option<Arc<str>>,
        tenant_ids: &TenantIds,
    ) -> Result<Self, ChimeError> {
        let (Some(meeting), Some(text)) = (meeting, text) else {
            return Err(ChimeError::new(ChimeErrorKind::Failed, "GetMeeting returned no meeting"));
        };
        if !meeting.meeting_id().is_some_and(|id| asked.is(id)) {
            let detail = "GetMeeting returned another meeting than the one asked for";
            return Err(ChimeError::new(ChimeErrorKind::Failed, detail));
        }
        let not_the_tenants = || {
            let detail = "the meeting has TenantIds that are not the tenant's";
            ChimeError::new(ChimeErrorKind::NoSuchMeeting(Missing::OtherTenantIds), detail)
        };
        let tenant = tenant_ids.first().ok_or_else(not_the_tenants)?;
        if meeting.tenant_ids().is_empty() || !meeting.tenant_ids().iter().all(|id| tenant_ids.contains(id)) {
            return Err(not_the_tenants());
        }
        Ok(OwnMeeting {
            id: asked.clone(),
            tenant: tenant.clone(),
            media: media(meeting),
            media_region: meeting.media_region().map(|region| bounded(region).into_owned()),
            is_replica: meeting.primary_meeting_id().is_some(),
            text,
            read: SystemTime::now(),
        })
    }

    /// The proof for a meeting that was just created. `None` when the answer does not show that it is the tenant's.
    pub(super) fn of_creation(meeting: &Meeting, text: Arc<str>, tenant_ids: &TenantIds) -> Option<Self> {
        let id = MeetingId::parse(meeting.meeting_id()?).ok()?;
        Self::check(&id, Some(meeting), Some(text), tenant_ids).ok()
    }

    /// The meeting's id.
    #[must_use]
    pub fn id(&self) -> &MeetingId {
        &self.id
    }

    /// The media that the meeting has.
    #[must_use]
    pub fn media(&self) -> MeetingMedia {
        self.media
    }

    /// The region that hosts its media, for the log.
    #[must_use]
    pub fn media_region(&self) -> Option<&str> {
        self.media_region.as_deref()
    }

    /// The meeting, byte for byte as Chime wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A TenantId of the tenant that it is proven for, which no other tenant has.
    pub(super) fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// When Chime wrote it.
    pub(super) fn read(&self) -> SystemTime {
        self.read
    }
}

/// Withholds the meeting's text, which has the ExternalMeetingId.
impl fmt::Debug for OwnMeeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnMeeting").field("id", &self.id).field("media", &self.media).finish_non_exhaustive()
    }
}

fn media(meeting: &Meeting) -> MeetingMedia {
    let features = meeting.meeting_features();
    let video = features.and_then(|features| features.video()?.max_resolution());
    let content = features.and_then(|features| features.content()?.max_resolution());
    MeetingMedia {
        video: video.is_none_or(|resolution| resolution.as_str() != VideoResolution::None.as_str()),
        content: content.is_none_or(|resolution| resolution.as_str() != ContentResolution::None.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_counted_by_the_wall_clock_and_a_clock_that_went_back_does_not_count() {
        let read = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        for (now, expected, why) in [
            (read, true, "at once"),
            (read + Duration::from_millis(59_999), true, "just within"),
            (read + Duration::from_secs(60), false, "a minute"),
            (read - Duration::from_secs(1), false, "the clock went back"),
        ] {
            assert_eq!(Recency::Minute.allows(read, now), expected, "{why}");
            assert!(Recency::Any.allows(read, now) && !Recency::Now.allows(read, now), "{why}");
        }
    }

    #[test]
    fn a_meeting_lacks_the_media_whose_resolution_is_none() {
        use aws_sdk_chimesdkmeetings::types::{ContentFeatures, MeetingFeaturesConfiguration, VideoFeatures};
        let meeting = |video: &str, content: &str| {
            let video = VideoFeatures::builder().max_resolution(video.into()).build();
            let content = ContentFeatures::builder().max_resolution(content.into()).build();
            let features = MeetingFeaturesConfiguration::builder().video(video).content(content).build();
            Meeting::builder().meeting_features(features).build()
        };
        for (meeting, video, content, why) in [
            (Meeting::builder().build(), true, true, "no features"),
            (meeting("HD", "FHD"), true, true, "both"),
            (meeting("None", "FHD"), false, true, "no video"),
            (meeting("HD", "None"), true, false, "no content"),
        ] {
            assert_eq!(media(&meeting), MeetingMedia { video, content }, "{why}");
        }
    }

    const ASKED: &str = "eb81e378-37db-4b5a-8e57-88904f2c1152";

    /// The error for an answer of GetMeeting with these members.
    fn error_of(meeting_id: Option<&str>, ids: &[&str]) -> Option<ChimeErrorKind> {
        let meeting = Meeting::builder()
            .set_meeting_id(meeting_id.map(str::to_owned))
            .set_tenant_ids(Some(ids.iter().map(|id| (*id).to_owned()).collect()))
            .build();
        let own = TenantIds::for_tests(&["acme", "acme-labs"]);
        let checked =
            OwnMeeting::check(&MeetingId::parse(ASKED).unwrap(), Some(&meeting), Some("{}".into()), &own);
        checked.err().map(|error| error.kind)
    }

    #[test]
    fn rejects_another_meeting_than_the_one_asked_for() {
        for (meeting_id, expected, why) in [
            (Some(ASKED), None, "the same"),
            (Some("EB81E378-37DB-4B5A-8E57-88904F2C1152"), None, "the same in the other case"),
            (
                Some("eb81e378-37db-4b5a-8e57-88904f2c1153"),
                Some(ChimeErrorKind::Failed),
                "another of the tenant's",
            ),
            (Some(""), Some(ChimeErrorKind::Failed), "an empty id"),
            (None, Some(ChimeErrorKind::Failed), "no id"),
        ] {
            assert_eq!(error_of(meeting_id, &["acme"]), expected, "{why}");
        }
    }

    #[test]
    fn a_meeting_is_the_tenants_only_when_all_its_tenant_ids_are() {
        let not_the_tenants = || Some(ChimeErrorKind::NoSuchMeeting(Missing::OtherTenantIds));
        for (ids, expected, why) in [
            (&["acme"][..], None, "one of the tenant's"),
            (&["acme", "acme-labs"], None, "both of the tenant's"),
            (&[], not_the_tenants(), "no TenantIds"),
            (&["globex"], not_the_tenants(), "another tenant's"),
            (&["acme", "globex"], not_the_tenants(), "shared with another tenant"),
            (&["ACME"], not_the_tenants(), "ids are case-sensitive"),
        ] {
            assert_eq!(error_of(Some(ASKED), ids), expected, "{why}");
        }
    }
}
