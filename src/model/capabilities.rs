//! What an attendee may send and receive.

use std::cmp::Ordering;

use super::names::names;
use super::wire::{Shape, ToWire, Wire};
use crate::json::{Json, ReadJson};

names! {
    /// What an attendee may do with one kind of media.
    Capability {
        /// neither send nor receive
        None = "None",
        /// send only
        Send = "Send",
        /// receive only
        Receive = "Receive",
        /// send and receive
        SendReceive = "SendReceive",
    }
}

impl Capability {
    /// Whether the attendee may receive.
    #[must_use]
    pub fn receives(self) -> bool {
        matches!(self, Capability::Receive | Capability::SendReceive)
    }

    fn sends(self) -> bool {
        matches!(self, Capability::Send | Capability::SendReceive)
    }
}

/// `Send` and `Receive` have no order: neither allows what the other does.
impl PartialOrd for Capability {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let is_within = |one: &Self, other: &Self| {
            (!one.sends() || other.sends()) && (!one.receives() || other.receives())
        };
        match (is_within(self, other), is_within(other, self)) {
            (true, true) => Some(Ordering::Equal),
            (true, false) => Some(Ordering::Less),
            (false, true) => Some(Ordering::Greater),
            (false, false) => None,
        }
    }
}

/// Declares the capability for one kind of media.
macro_rules! capability {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Hash)]
        pub struct $name(pub Capability);

        impl ReadJson for $name {
            fn read_json(json: &Json<'_>) -> Result<Self, String> {
                Capability::read_json(json).map($name)
            }
        }

        impl ToWire for $name {
            const SHAPE: Shape = Capability::SHAPE;
            const DESCRIPTION: &'static str = concat!($($doc),+);

            fn wire(&self) -> Wire<'_> {
                self.0.wire()
            }
        }
    };
}

capability! {
    /// What an attendee may do with audio.
    AudioCapability
}
capability! {
    /// What an attendee may do with camera video.
    VideoCapability
}
capability! {
    /// What an attendee may do with shared content.
    ContentCapability
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn send_and_receive_are_within_neither_of_each_other() {
        use Capability::{None as Nothing, Receive, Send, SendReceive};
        for (one, other, expected) in [
            (Nothing, Send, Some(Ordering::Less)),
            (Nothing, Receive, Some(Ordering::Less)),
            (Nothing, SendReceive, Some(Ordering::Less)),
            (Send, Receive, None),
            (Receive, Send, None),
            (Send, SendReceive, Some(Ordering::Less)),
            (SendReceive, Receive, Some(Ordering::Greater)),
            (Receive, Receive, Some(Ordering::Equal)),
        ] {
            assert_eq!(one.partial_cmp(&other), expected, "{one:?} and {other:?}");
        }
    }
}
