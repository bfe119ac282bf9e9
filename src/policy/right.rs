//! The rights that a policy gives to callers. Each right to an operation is a type, so a function can require one in its
//! signature.

/// A right that a policy gives to callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RightName {
    /// To create meetings.
    Create,
    /// To join meetings as oneself.
    Join,
    /// To act on other people's attendees, and to set capabilities.
    Moderate,
    /// To end meetings.
    End,
}

impl RightName {
    /// All of them, in the order of the documentation.
    pub const ALL: &[RightName] = &[RightName::Create, RightName::Join, RightName::Moderate, RightName::End];

    /// The name, as in the policy document.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RightName::Create => "Create",
            RightName::Join => "Join",
            RightName::Moderate => "Moderate",
            RightName::End => "End",
        }
    }
}

/// The right to an operation.
pub trait Right {
    /// The name, as in the table of operations.
    const NAME: &'static str;

    /// A caller needs one of these.
    const ANY_OF: &'static [RightName];
}

/// The right to an operation that creates meetings.
pub trait CreatesMeetings: Right {}

/// The right to an operation that creates attendees.
pub trait CreatesAttendees: Right {
    /// Whether creating an attendee for oneself needs the right to join.
    const OWN_NEEDS_JOIN: bool = true;
}

/// Declares the right to an operation.
macro_rules! right {
    ($(#[doc = $doc:literal])+ $name:ident, $text:literal, $any_of:expr) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;

        impl Right for $name {
            const NAME: &'static str = $text;
            const ANY_OF: &'static [RightName] = $any_of;
        }
    };
}

right! {
    /// The right to create meetings.
    Create, "Create", &[RightName::Create]
}
right! {
    /// The right to create meetings with attendees. The decision checks the right to each attendee.
    CreateWithAttendees, "Create; per attendee Join or Moderate", &[RightName::Create]
}
right! {
    /// The right to join meetings. The decision requires [`Moderate`] for another person's name.
    Join, "Join", &[RightName::Join]
}
right! {
    /// The right to act on attendees: one's own with Join, others with Moderate.
    JoinOrModerate, "Join for one's own, else Moderate", &[RightName::Join, RightName::Moderate]
}
right! {
    /// The right to act on everybody's attendees.
    Moderate, "Moderate", &[RightName::Moderate]
}
right! {
    /// The right to end meetings.
    End, "End", &[RightName::End]
}
right! {
    /// The right to see a meeting: any of the four.
    AnyRight, "any", RightName::ALL
}

impl CreatesMeetings for Create {}
impl CreatesMeetings for CreateWithAttendees {}
impl CreatesAttendees for CreateWithAttendees {}
impl CreatesAttendees for Join {}
impl CreatesAttendees for JoinOrModerate {}
impl CreatesAttendees for Moderate {
    const OWN_NEEDS_JOIN: bool = false;
}
