//! ListAttendees: lists the attendees of a meeting, page by page.

use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::Recency;
use crate::model::Page;
use crate::policy::{Admitted, Moderate};
use crate::request_error::RequestError;

pub(super) struct ListAttendees;

impl Serve<Moderate> for ListAttendees {
    fn serve<'c>(admitted: Admitted<'c, Moderate>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, Moderate>, call: Call<'_>) -> Result<Success, RequestError> {
    let query = call.request.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let page = Page::read(query)?;
    let meeting = call.own_meeting(&admitted, Recency::Any).await?;
    let reader = admitted.owner();
    let listed = call.chime.list_attendees(&meeting, &page, reader.as_ref(), call.attempts).await?;
    Ok(Success::in_meeting(&meeting, listed.text))
}
