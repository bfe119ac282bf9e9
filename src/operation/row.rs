//! A row of the table of operations, and the input and output of an operation.

use futures_util::future::BoxFuture;
use http::Method;

use crate::api_gateway::{HttpRequest, RouteError};
use crate::auth::Caller;
use crate::chime::{Attempts, AttendeeAnswer, Chime, CreatedMeeting, OwnMeeting, Recency, Repeat};
use crate::model::{AttendeeId, MeetingId, RoomId};
use crate::policy::{Admitted, JoinOrModerate, Policies, Right};
use crate::registry::{Registry, RegistryUsage};
use crate::request_error::RequestError;

/// One operation: a row of [`super::OPERATIONS`].
#[derive(Debug)]
pub struct Operation {
    /// The name in Chime's API.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with parameters in braces: `/meetings/{MeetingId}`.
    pub path: &'static str,
    /// The value of the query parameter `operation`, for operations that share a method and a path.
    pub query: Option<&'static str>,
    /// The status of a success.
    pub success: u16,
    /// When a failed attempt at Chime may be repeated. For an operation that may also create or end a meeting, which is always
    /// repeated, this is the rule for the attendee.
    pub repeat: Repeat,
    /// Whether the operation exists only with a registry.
    pub needs_registry: bool,
    /// The right that a caller needs, and the function that serves a caller who has it.
    pub handler: Handler,
}

/// The right to an operation together with what serves it, so that the two can't differ.
#[derive(Debug)]
pub struct Handler {
    right: &'static str,
    serve: for<'c> fn(Call<'c>) -> ServeFuture<'c>,
}

/// The result of an operation, when it is there.
pub(super) type ServeFuture<'c> = BoxFuture<'c, Result<Success, RequestError>>;

/// Serves an operation for callers who have the right `R`.
pub(super) trait Serve<R: Right> {
    /// Serves one request.
    fn serve<'c>(admitted: Admitted<'c, R>, call: Call<'c>) -> ServeFuture<'c>;
}

impl Handler {
    /// Serves `S` for callers who have the right `R`, and refuses all others.
    pub(super) const fn new<R: Right, S: Serve<R>>() -> Self {
        Handler {
            right: R::NAME,
            serve: |call| match call.policies.admit(call.caller) {
                Ok(admitted) => S::serve(admitted, call),
                Err(error) => Box::pin(std::future::ready(Err(error.into()))),
            },
        }
    }
}

/// A request for one operation, by an authenticated caller.
#[derive(Debug, Clone, Copy)]
pub struct Call<'c> {
    /// The tenants' policies.
    pub policies: &'c Policies,
    /// Chime.
    pub chime: &'c Chime,
    /// The registry, if the gateway has one.
    pub registry: Option<&'c Registry>,
    /// What the requests to the registry's table take.
    pub registry_usage: &'c RegistryUsage,
    /// The caller.
    pub caller: &'c Caller,
    /// The request.
    pub request: &'c HttpRequest,
    /// The values of the parameters in the path.
    pub parameters: &'c PathParameters,
    /// Limits of the attempts at Chime.
    pub attempts: Attempts<'c>,
}

impl<'c> Call<'c> {
    /// The registry. Every operation that needs one is found only where there is one.
    ///
    /// # Errors
    /// Without one.
    pub(super) fn registry(&self) -> Result<&'c Registry, RequestError> {
        self.registry.ok_or(RequestError::Route(RouteError::NoSuchRoute))
    }

    /// The meeting's id in the path.
    ///
    /// # Errors
    /// When it can't be one.
    pub(super) fn meeting_id(&self) -> Result<MeetingId, RequestError> {
        self.parameters.meeting_id().ok_or(RequestError::ImpossibleId("meeting's id"))
    }

    /// The attendee's id in the path, in lower case, as Chime writes ids. The model allows both.
    ///
    /// # Errors
    /// When it can't be one.
    pub(super) fn attendee_id(&self) -> Result<AttendeeId, RequestError> {
        let id = self.parameters.get("AttendeeId").unwrap_or_default();
        AttendeeId::parse(&id.to_ascii_lowercase()).map_err(|_| RequestError::ImpossibleId("attendee's id"))
    }

    /// The room's name in the path.
    ///
    /// # Errors
    /// When it can't be one.
    pub(super) fn room_id(&self) -> Result<RoomId, RequestError> {
        let name = self.parameters.get("RoomId").unwrap_or_default();
        RoomId::parse(name).map_err(RequestError::ImpossibleRoom)
    }

    /// Proves that the meeting in the path is the tenant's.
    ///
    /// # Errors
    /// When it is not, or Chime fails.
    pub(super) async fn own_meeting<R>(
        &self,
        admitted: &Admitted<'_, R>,
        recency: Recency,
    ) -> Result<OwnMeeting, RequestError> {
        let id = self.meeting_id()?;
        Ok(self.chime.own_meeting(&id, admitted.tenant_ids(), recency, self.attempts).await?)
    }

    /// Gets an attendee that the caller may see. Another person's is answered like a missing one.
    ///
    /// # Errors
    /// When there is none, or Chime fails.
    pub(super) async fn see_attendee(
        &self,
        admitted: &Admitted<'_, JoinOrModerate>,
        meeting: &OwnMeeting,
        id: &AttendeeId,
    ) -> Result<AttendeeAnswer, RequestError> {
        let reader = admitted.owner();
        let seen = self.chime.get_attendee(meeting, id, reader.as_ref(), self.attempts.reading()).await?;
        if admitted.may_act_on(&seen.external_user_id) {
            return Ok(seen.answer);
        }
        Err(RequestError::AnothersAttendee)
    }
}

/// The result of an operation.
#[derive(Clone, PartialEq, Eq)]
pub struct Success {
    /// The body, in JSON.
    pub body: Option<String>,
    /// The meeting's id, for the log. `None` when the answer is about no meeting.
    pub meeting_id: Option<String>,
    /// The region that hosts the meeting's media, for the log.
    pub media_region: Option<String>,
    /// Whether the request has opened a room, and so created the meeting that it joined.
    pub room_opened: bool,
}

/// The values of the parameters in a path, by name, not decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PathParameters(Vec<(&'static str, String)>);

impl PathParameters {
    /// The values of the template's parameters. `None` when the path does not match. A value is one segment that is not
    /// empty. It is not decoded, since no id needs an escape.
    #[must_use]
    pub fn read(template: &'static str, path: &str) -> Option<Self> {
        let mut segments = path.split('/');
        let mut values = Vec::new();
        for expected in template.split('/') {
            let segment = segments.next()?;
            match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !segment.is_empty() => values.push((name, segment.to_owned())),
                None if segment == expected => {}
                _ => return None,
            }
        }
        segments.next().is_none().then_some(PathParameters(values))
    }

    /// Every parameter with its value, in the order of the path.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The meeting's id, in lower case, as Chime writes ids. The model allows both. `None` when it can't be one.
    #[must_use]
    pub fn meeting_id(&self) -> Option<MeetingId> {
        MeetingId::parse(&self.get("MeetingId")?.to_ascii_lowercase()).ok()
    }

    /// The value of the parameter of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(parameter, _)| *parameter == name).map(|(_, value)| value.as_str())
    }
}

/// Withholds the body, which may have JoinTokens.
impl std::fmt::Debug for Success {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Success").field("meeting_id", &self.meeting_id).finish_non_exhaustive()
    }
}

impl From<CreatedMeeting> for Success {
    fn from(created: CreatedMeeting) -> Self {
        let CreatedMeeting { body, meeting_id, media_region, proof: _ } = created;
        Success { body: Some(body), meeting_id: Some(meeting_id), media_region, room_opened: false }
    }
}

impl Success {
    /// A body about a meeting.
    pub(super) fn in_meeting(meeting: &OwnMeeting, body: String) -> Self {
        Success { body: Some(body), ..Success::done(meeting) }
    }

    /// No body, and no meeting.
    pub(super) fn nothing() -> Self {
        Success { body: None, meeting_id: None, media_region: None, room_opened: false }
    }

    /// No body.
    pub(super) fn done(meeting: &OwnMeeting) -> Self {
        Success {
            body: None,
            meeting_id: Some(meeting.id().as_str().to_owned()),
            media_region: meeting.media_region().map(str::to_owned),
            room_opened: false,
        }
    }
}

impl Operation {
    /// Serves a request for this operation.
    ///
    /// # Errors
    /// When a step of the operation fails.
    pub async fn serve(&self, call: Call<'_>) -> Result<Success, RequestError> {
        (self.handler.serve)(call).await
    }

    /// The name of the right that a caller needs.
    #[must_use]
    pub fn right(&self) -> &'static str {
        self.handler.right
    }
}
