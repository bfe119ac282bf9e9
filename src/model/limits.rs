//! How many meetings may be open at a time.

/// Limits on open meetings. `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Limits {
    /// `OpenMeetings`: the tenant's.
    pub open_meetings: Option<u16>,
    /// `OpenMeetingsPerCaller`: each caller's of the tenant.
    pub open_meetings_per_caller: Option<u16>,
}

impl Limits {
    /// The greatest limit: all of a tenant's slots fit one page of a DynamoDB query (1 MB), and Chime's own quota is 250 meetings
    /// in an account and region before it is raised.
    pub const MAX: u16 = 1_000;

    /// Whether there is no limit.
    #[must_use]
    pub fn are_none(self) -> bool {
        self == Limits::default()
    }
}
