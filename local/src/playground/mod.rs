//! The page to try the gateway on: its files, and what it asks for below `/local/`. Only pages of the front's own origin can
//! read these answers.

mod answer;
mod event_stream;
mod exchanges;
mod files;
mod members;
mod policy;
mod queue;
mod routes;
mod simulation;
mod state;
mod token;
mod usage;

use std::sync::Arc;

use bytes::Bytes;
use hyper::Response;
use hyper::http::request::Parts;
use local::front::{PageBody, Pages};
use local::issuer::Issuer;
use local::queue::Queue;
use local::simulator::Simulator;

pub(crate) use self::exchanges::Exchanges;

use self::answer::{Error, error};
use self::routes::Endpoint;
use crate::check::{self, Stack};
use crate::explain;
use crate::registry::Registry;
use crate::serving_policy::ServingPolicy;

/// What the page asks about.
pub(crate) struct Playground {
    /// Makes the tokens. `None` where the gateway trusts another issuer.
    pub(crate) issuer: Option<Arc<Issuer>>,
    /// Chime, where it is simulated here.
    pub(crate) simulator: Option<Arc<Simulator>>,
    /// The queue of meeting events, where it is played here.
    pub(crate) queue: Option<Queue>,
    /// The table of rooms, limits and usage. `None` without one.
    pub(crate) registry: Option<Arc<Registry>>,
    /// Where Chime is: `simulator`, `aws` or a URL.
    pub(crate) chime: String,
    pub(crate) stack: Stack,
    pub(crate) policy: Arc<ServingPolicy>,
    /// Whether a document may be tried: not where others than the user reach the port and the user pays for what it allows.
    pub(crate) allows_trial: bool,
    pub(crate) exchanges: Arc<Exchanges>,
}

/// The paths that only the page asks for.
const LOCAL: &str = "/local/";

impl Playground {
    /// The pages to serve beside the API.
    pub(crate) fn pages(self: &Arc<Self>) -> Pages {
        let playground = Arc::clone(self);
        Arc::new(move |parts| {
            if let Some(file) = files::find(parts) {
                return Some(Box::new(move |_, _| Box::pin(std::future::ready(file.answer()))));
            }
            if !parts.uri.path().starts_with(LOCAL) {
                return None;
            }
            let playground = Arc::clone(&playground);
            Some(Box::new(move |parts, body| {
                Box::pin(
                    async move { playground.answer(&parts, &body).await.unwrap_or_else(|it| error(&it)) },
                )
            }))
        })
    }

    async fn answer(self: &Arc<Self>, parts: &Parts, body: &Bytes) -> Result<Response<PageBody>, Error> {
        let (endpoint, parameters) = routes::find(parts)?;
        let id = parameters.get("id").unwrap_or_default();
        answer::check_content_type(parts, body)?;
        match endpoint {
            Endpoint::State => self.state(parts),
            Endpoint::Token => self.token(body),
            Endpoint::Explain => {
                let serving = self.policy.document();
                let (status, answer) = explain::answer(body, serving.as_bytes(), &self.stack).await;
                Ok(answer::json_with_status(status, &answer))
            }
            Endpoint::CheckPolicy => {
                let (status, answer) = check::answer(body, &self.stack);
                Ok(answer::json_with_status(status, &answer))
            }
            Endpoint::Policy => Ok(answer::json(&self.policy.shown())),
            Endpoint::TryPolicy => self.try_policy(body),
            Endpoint::EndTrial => {
                self.policy.end_trial();
                Ok(answer::json(&self.policy.shown()))
            }
            Endpoint::Exchanges => Ok(answer::json(&self.exchanges.all())),
            Endpoint::Events => Ok(self.event_stream()),
            Endpoint::ArmFault => self.arm_fault(body),
            Endpoint::DisarmFaults => self.disarm_faults(),
            Endpoint::EndMeeting => self.end_meeting(id),
            Endpoint::SendEvents => self.send_events(id, body),
            Endpoint::Queue => self.queue(),
            Endpoint::HoldQueue => self.hold_queue(body),
            Endpoint::Message => self.act_on_message(id, body),
            Endpoint::Shuffle => self.deliver_reversed(),
            Endpoint::Usage => Ok(self.usage()),
        }
    }
}
