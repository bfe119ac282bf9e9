//! What the page does to the simulated Chime: its faults, and what happens to its meetings.

use bytes::Bytes;
use hyper::{Response, StatusCode};
use local::front::PageBody;
use local::simulator::{Injection, Simulator};

use super::Playground;
use super::answer::{Error, empty, json_with_status};
use super::members::Members;

impl Playground {
    /// Makes coming requests to Chime fail, as `POST /simulator/faults` does.
    pub(super) fn arm_fault(&self, body: &Bytes) -> Result<Response<PageBody>, Error> {
        let simulator = self.simulated()?;
        let fault = Injection::from_json(Members::read(body)?.all()).map_err(Error::bad_request)?;
        simulator.arm(fault);
        Ok(empty())
    }

    /// Lets no further request fail.
    pub(super) fn disarm_faults(&self) -> Result<Response<PageBody>, Error> {
        self.simulated()?.disarm();
        Ok(empty())
    }

    /// Ends a meeting as Chime does by itself when nobody is in it.
    pub(super) fn end_meeting(&self, id: &str) -> Result<Response<PageBody>, Error> {
        if self.simulated()?.end_meeting(id) {
            Ok(empty())
        } else {
            Err(Error::not_found(format!("there is no meeting {id} that goes on")))
        }
    }

    /// Sends events of a meeting, as `POST /simulator/events` does: people connect and leave.
    pub(super) fn send_events(&self, id: &str, body: &Bytes) -> Result<Response<PageBody>, Error> {
        let simulator = self.simulated()?;
        let mut members = Members::read(body)?;
        let events = members.array("events");
        members.end()?;
        if !simulator.meetings().iter().any(|meeting| meeting.id() == id) {
            return Err(Error::not_found(format!("there is no meeting {id}")));
        }
        let sent = simulator.send_events(id, events).map_err(Error::bad_request)?;
        Ok(json_with_status(StatusCode::ACCEPTED, &sent))
    }

    fn simulated(&self) -> Result<&Simulator, Error> {
        self.simulator
            .as_deref()
            .ok_or_else(|| Error::conflict("Chime is not simulated here; see --chime-endpoint"))
    }
}
