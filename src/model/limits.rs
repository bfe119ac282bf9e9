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
    /// No limit.
    pub const NONE: Limits = Limits { open_meetings: None, open_meetings_per_caller: None };

    /// The smallest limit. With 0 nobody could create a meeting, which is what the right Create is for.
    pub const MIN: u16 = 1;

    /// The greatest limit: all of a tenant's slots fit one page of a DynamoDB query (1 MB), and Chime's own quota is 250 meetings
    /// in an account and region before it is raised.
    pub const MAX: u16 = 1_000;

    /// The names, as in the policy document and in the order of [`Limits::each`].
    pub const NAMES: [&'static str; 2] = ["OpenMeetings", "OpenMeetingsPerCaller"];

    /// Each limit with its name.
    #[must_use]
    pub fn each(self) -> [(&'static str, Option<u16>); 2] {
        let [tenants, callers] = Self::NAMES;
        [(tenants, self.open_meetings), (callers, self.open_meetings_per_caller)]
    }

    /// Whether there is no limit.
    #[must_use]
    pub fn are_none(self) -> bool {
        self == Limits::NONE
    }
}
