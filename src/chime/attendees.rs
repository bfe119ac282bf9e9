//! Requests about attendees.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::ask::{ChimeAnswer, ask};
use super::attempt::Attempts;
use super::attendee_text::AttendeeText;
use super::client::Chime;
use super::error::{ChimeError, ChimeErrorKind, Missing};
use super::own_meeting::OwnMeeting;
use super::sdk_attendee::{sdk_attendees, sdk_capabilities};
use crate::model::{AttendeeId, AttendeeOwner, Page};
use crate::policy::NewAttendee;

/// JSON for the caller, made of Chime's answer.
#[derive(Clone, PartialEq, Eq)]
pub struct AttendeeAnswer {
    /// The attendee, or the whole body for several.
    pub text: String,
}

/// Withholds the text, which may have a JoinToken.
impl fmt::Debug for AttendeeAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttendeeAnswer(<withheld>)")
    }
}

impl AttendeeAnswer {
    /// The answer with that text.
    ///
    /// # Errors
    /// Without a text, since Chime returned no attendee, an invalid one, or one that was not asked for.
    pub(super) fn of<T>(text: Option<String>, answer: &ChimeAnswer<T>) -> Result<Self, ChimeError> {
        let text = text.ok_or_else(|| {
            answer.invalid("Chime returned no attendee, an invalid one, or one that was not asked for")
        })?;
        Ok(AttendeeAnswer { text })
    }
}

/// An attendee of a meeting, as a reader may see it.
#[derive(Debug)]
pub struct SeenAttendee {
    /// ExternalUserId, by which the caller's right is checked.
    pub external_user_id: String,
    /// The attendee. It has a JoinToken only when the reader is the owner.
    pub answer: AttendeeAnswer,
}

/// The names of the attendees that were asked for.
pub(super) struct AskedNames<'n>(BTreeSet<&'n str>);

/// The answer has other attendees than those that were asked for.
pub(super) struct OtherAttendees;

impl<'n> AskedNames<'n> {
    pub(super) fn of(attendees: &'n [NewAttendee]) -> Self {
        AskedNames(attendees.iter().map(|attendee| attendee.external_user_id().as_str()).collect())
    }

    /// Whether an attendee was asked for and can join. Another one's JoinToken would let the caller join as somebody else.
    fn have(&self, attendee: &AttendeeText<'_>) -> bool {
        attendee.has_join_token()
            && attendee.external_user_id().is_some_and(|id| self.0.contains(id.as_ref()))
    }

    /// The members `Attendees` and `Errors` of an answer, for the creator of the attendees. `None` when an attendee is
    /// invalid, and [`OtherAttendees`] when the answer is not about exactly those that were asked for.
    pub(super) fn answered(
        &self,
        attendees: Vec<&RawValue>,
        errors: Option<&RawValue>,
    ) -> Option<Result<String, OtherAttendees>> {
        let attendees = AttendeeText::read_all(attendees)?;
        if !attendees.iter().all(|attendee| self.have(attendee)) || !self.are_all_in(&attendees, errors) {
            return Some(Err(OtherAttendees));
        }
        let texts: Vec<&str> = attendees.iter().map(AttendeeText::for_creator).collect();
        let errors = errors.map(|errors| format!(r#","Errors":{}"#, errors.get())).unwrap_or_default();
        Some(Ok(format!(r#""Attendees":[{}]{errors}"#, texts.join(","))))
    }

    /// Whether each that was asked for is among the attendees or the errors.
    fn are_all_in(&self, attendees: &[AttendeeText<'_>], errors: Option<&RawValue>) -> bool {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct NotCreated {
            external_user_id: Option<String>,
        }
        let errors = errors.map(|errors| serde_json::from_str::<Option<Vec<NotCreated>>>(errors.get()));
        let Ok(errors) = errors.transpose() else { return false };
        let failed =
            errors.flatten().unwrap_or_default().into_iter().filter_map(|error| error.external_user_id);
        let created = attendees.iter().filter_map(AttendeeText::external_user_id).map(Cow::into_owned);
        let answered: BTreeSet<String> = created.chain(failed).collect();
        self.0.iter().all(|name| answered.contains(*name))
    }
}

impl Chime {
    /// Creates an attendee. The text has its JoinToken.
    ///
    /// # Errors
    /// When the meeting has ended or is full, or Chime fails or returns another attendee.
    pub async fn create_attendee(
        &self,
        meeting: &OwnMeeting,
        attendee: &NewAttendee,
        attempts: Attempts<'_>,
    ) -> Result<AttendeeAnswer, ChimeError> {
        let request = self
            .client
            .create_attendee()
            .meeting_id(meeting.id().as_str())
            .external_user_id(attendee.external_user_id().as_str())
            .set_capabilities(attendee.capabilities().map(sdk_capabilities).transpose()?);
        let names = AskedNames::of(std::slice::from_ref(attendee));
        let send = |text| request.clone().customize().interceptor(text).send();
        let created = ask(attempts, send, |answer| {
            let created = answer.text.read(|raw| {
                let attendee = AttendeeText::read(raw.attendee?)?;
                let is_the_one = names.have(&attendee);
                is_the_one.then(|| attendee.for_creator().to_owned())
            });
            AttendeeAnswer::of(created, &answer)
        });
        created.await.map_err(|error| self.error_in(meeting, full_meeting(error)))
    }

    /// Creates several attendees. A part of them may fail; the answer then has their errors.
    ///
    /// # Errors
    /// When the meeting has ended, or Chime fails or returns an attendee that was not asked for.
    pub async fn batch_create_attendee(
        &self,
        meeting: &OwnMeeting,
        attendees: &[NewAttendee],
        attempts: Attempts<'_>,
    ) -> Result<AttendeeAnswer, ChimeError> {
        let request = self
            .client
            .batch_create_attendee()
            .meeting_id(meeting.id().as_str())
            .set_attendees(Some(sdk_attendees(attendees)?));
        let names = AskedNames::of(attendees);
        let send = |text| request.clone().customize().interceptor(text).send();
        let created = ask(attempts, send, |answer| {
            let created = answer.text.read(|raw| {
                let members = names.answered(raw.attendees.unwrap_or_default(), raw.errors)?.ok()?;
                Some(format!("{{{members}}}"))
            });
            AttendeeAnswer::of(created, &answer)
        });
        created.await.map_err(|error| self.error_in(meeting, full_meeting(error)))
    }

    /// Lists a page of the attendees. Only those of `reader` have their JoinToken.
    ///
    /// # Errors
    /// When the meeting has ended, the page's token is invalid, or Chime fails.
    pub async fn list_attendees(
        &self,
        meeting: &OwnMeeting,
        page: &Page,
        reader: Option<&AttendeeOwner>,
        attempts: Attempts<'_>,
    ) -> Result<AttendeeAnswer, ChimeError> {
        let request = self
            .client
            .list_attendees()
            .meeting_id(meeting.id().as_str())
            .set_max_results(page.max_results)
            .set_next_token(page.next_token.clone());
        let send = |text| request.clone().customize().interceptor(text).send();
        let listed = ask(attempts, send, |answer| {
            let listed = answer.text.read(|raw| {
                let attendees = AttendeeText::read_all(raw.attendees.unwrap_or_default())?;
                let shown = attendees.iter().map(|attendee| attendee.for_reader(reader));
                let attendees = shown.collect::<Vec<_>>().join(",");
                let next = raw.next_token.map(|token| format!(r#","NextToken":{}"#, token.get()));
                Some(format!(r#"{{"Attendees":[{attendees}]{}}}"#, next.unwrap_or_default()))
            });
            AttendeeAnswer::of(listed, &answer)
        });
        listed.await.map_err(|error| match error.kind {
            ChimeErrorKind::Rejected if page.next_token.is_some() => {
                ChimeError { kind: ChimeErrorKind::InvalidNextToken, ..error }
            }
            _ => self.error_in(meeting, error),
        })
    }

    /// Gets an attendee.
    ///
    /// # Errors
    /// When there is no such attendee or the meeting has ended, or Chime fails or returns another attendee.
    pub async fn get_attendee(
        &self,
        meeting: &OwnMeeting,
        id: &AttendeeId,
        reader: Option<&AttendeeOwner>,
        attempts: Attempts<'_>,
    ) -> Result<SeenAttendee, ChimeError> {
        let request = self.client.get_attendee().meeting_id(meeting.id().as_str()).attendee_id(id.as_str());
        let send = |text| request.clone().customize().interceptor(text).send();
        let got = ask(attempts, send, |answer| {
            let seen = answer.text.read(|raw| seen(raw.attendee?, id, reader));
            let (external_user_id, text) = seen.unzip();
            let answer = AttendeeAnswer::of(text, &answer)?;
            Ok(SeenAttendee { external_user_id: external_user_id.unwrap_or_default(), answer })
        });
        got.await.map_err(no_such_attendee)
    }

    /// Deletes an attendee. Not finding it counts as done when an earlier attempt may have deleted it.
    ///
    /// # Errors
    /// When there is no such attendee or the meeting has ended, or Chime fails.
    pub async fn delete_attendee(
        &self,
        meeting: &OwnMeeting,
        id: &AttendeeId,
        attempts: Attempts<'_>,
    ) -> Result<(), ChimeError> {
        let request =
            self.client.delete_attendee().meeting_id(meeting.id().as_str()).attendee_id(id.as_str());
        let send = |text| request.clone().customize().interceptor(text).send();
        match ask(attempts, send, |_| Ok(())).await {
            Err(error) if !error.is_done_deletion() => Err(no_such_attendee(error)),
            _ => Ok(()),
        }
    }
}

/// The attendee of that id, for a reader, with its ExternalUserId.
pub(super) fn seen(
    raw: &RawValue,
    id: &AttendeeId,
    reader: Option<&AttendeeOwner>,
) -> Option<(String, String)> {
    let attendee = AttendeeText::read(raw)?;
    let is_the_one = attendee.attendee_id().is_some_and(|found| id.is(&found));
    let external_user_id = attendee.external_user_id()?.into_owned();
    is_the_one.then(|| (external_user_id, attendee.for_reader(reader).into_owned()))
}

/// `NotFound` of a request about an attendee leaves open whether the meeting or the attendee is missing. The proof is not
/// forgotten, so that the number of calls does not tell a missing attendee from another person's.
pub(super) fn no_such_attendee(error: ChimeError) -> ChimeError {
    match error.kind {
        ChimeErrorKind::NotFound => {
            ChimeError { kind: ChimeErrorKind::NoSuchMeeting(Missing::NotFound), ..error }
        }
        _ => error,
    }
}

/// For attendees Chime's one error for quotas means that the meeting is full.
fn full_meeting(error: ChimeError) -> ChimeError {
    match error.kind {
        ChimeErrorKind::QuotaFull => ChimeError { kind: ChimeErrorKind::MeetingFull, ..error },
        _ => error,
    }
}
