//! The table of what is measured. A new operation or function is a row.

use std::fmt::{self, Display, Formatter};

use crate::surroundings::Roots;

/// A function that serves an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) function: Function,
    pub(crate) operation: Operation,
    /// What its instructions are held to in `cargo benchmark check`; none where they are not counted there.
    pub(crate) budget: Option<Budgeted>,
}

/// A program, and how it is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// `lambda_runtime` answering a constant.
    Floor,
    /// The SDK's calls in Rust, with the authorities that it trusts.
    Bare(Roots),
    Gateway(Gateway),
    /// The function that reads the queue, without a bus to put events on and without a registry.
    Notifications,
    Node,
    Python,
}

/// How the gateway is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gateway {
    pub(crate) mode: Mode,
    /// How many tenants the policy document has; the sample where it is none.
    pub(crate) tenants: Option<usize>,
    /// Whether it has a table for rooms and limits.
    pub(crate) registry: bool,
}

/// Who checks the caller's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Authorizer,
    Bearer,
}

/// What a function is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// A constant answer, to the event of CreateMeeting.
    Constant,
    CreateMeeting,
    GetMeeting,
    CreateAttendee,
    Join,
    /// Of a room that is open.
    JoinRoom,
    /// Ten events of Chime's.
    Batch,
}

/// One of the three counts of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Init,
    InitAndFirst,
    WarmRequest,
}

/// What a count is compared with, counted in the same run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference {
    /// The count, in multiples of another row's.
    Ratio(Other, Measure),
    /// What the count has above another row's.
    Above(Other, Measure),
}

/// Another row, by what tells it from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Other {
    function: Function,
    operation: Operation,
}

/// The references of a row's init, of its init with the first request, and of a later request.
pub(crate) type Budgeted = [(Measure, Reference); 3];

/// Sizes of the policy document whose cost is measured, in tenants.
pub(crate) const TENANTS: [usize; 3] = [10, 5_000, 10_000];

pub(crate) const FLOOR: Row = row(Function::Floor, Operation::Constant);
pub(crate) const BARE_CALL: Row = row(Function::Bare(Roots::System), Operation::CreateMeeting);
pub(crate) const GATEWAY: Row = gateway(Mode::Authorizer, Operation::CreateMeeting);
pub(crate) const GATEWAY_BEARER: Row = gateway(Mode::Bearer, Operation::CreateMeeting);

/// Everything that is measured, in the order of the tables.
pub(crate) const ROWS: &[Row] = &[
    FLOOR,
    BARE_CALL,
    held(GATEWAY, beside_bare(Operation::CreateMeeting)),
    held(GATEWAY_BEARER, beside_bare(Operation::CreateMeeting)),
    with_tenants(TENANTS[0]),
    with_tenants(TENANTS[1]),
    held(with_tenants(TENANTS[2]), above_the_sample()),
    held(with_registry(Mode::Authorizer, Operation::CreateMeeting), beside_bare(Operation::CreateMeeting)),
    peer(Function::Node, Operation::CreateMeeting),
    peer(Function::Python, Operation::CreateMeeting),
    bare(Operation::Join),
    held(gateway(Mode::Authorizer, Operation::Join), beside_bare(Operation::CreateAttendee)),
    gateway(Mode::Bearer, Operation::Join),
    peer(Function::Node, Operation::Join),
    peer(Function::Python, Operation::Join),
    bare(Operation::GetMeeting),
    held(gateway(Mode::Authorizer, Operation::GetMeeting), beside_bare(Operation::GetMeeting)),
    gateway(Mode::Bearer, Operation::GetMeeting),
    peer(Function::Node, Operation::GetMeeting),
    peer(Function::Python, Operation::GetMeeting),
    bare(Operation::CreateAttendee),
    held(gateway(Mode::Authorizer, Operation::CreateAttendee), beside_bare(Operation::CreateAttendee)),
    gateway(Mode::Bearer, Operation::CreateAttendee),
    peer(Function::Node, Operation::CreateAttendee),
    peer(Function::Python, Operation::CreateAttendee),
    held(with_registry(Mode::Authorizer, Operation::JoinRoom), beside_bare(Operation::CreateAttendee)),
    with_registry(Mode::Bearer, Operation::JoinRoom),
    held(row(Function::Notifications, Operation::Batch), beside_floor()),
];

/// What the budget counts beside the rows that it holds.
pub(crate) fn references() -> Vec<Row> {
    let calls = [Operation::CreateMeeting, Operation::GetMeeting, Operation::CreateAttendee];
    let calls = calls.map(|operation| row(Function::Bare(Roots::BuiltIn), operation));
    [vec![FLOOR], calls.into()].concat()
}

/// The gateway with the sample policy and without a registry.
pub(crate) const fn gateway(mode: Mode, operation: Operation) -> Row {
    row(Function::Gateway(Gateway { mode, tenants: None, registry: false }), operation)
}

/// The gateway with a document of that many tenants.
pub(crate) const fn with_tenants(count: usize) -> Row {
    let gateway = Gateway { mode: Mode::Authorizer, tenants: Some(count), registry: false };
    row(Function::Gateway(gateway), Operation::CreateMeeting)
}

/// The SDK's calls alone, as one would write them.
pub(crate) const fn bare(operation: Operation) -> Row {
    row(Function::Bare(Roots::System), operation)
}

/// The gateway's Join, whose later requests a promise is of.
pub(crate) const fn join() -> Row {
    gateway(Mode::Authorizer, Operation::Join)
}

/// A peer's row.
pub(crate) const fn peer(function: Function, operation: Operation) -> Row {
    row(function, operation)
}

const fn with_registry(mode: Mode, operation: Operation) -> Row {
    row(Function::Gateway(Gateway { mode, tenants: None, registry: true }), operation)
}

const fn row(function: Function, operation: Operation) -> Row {
    Row { function, operation, budget: None }
}

const fn held(row: Row, budget: Budgeted) -> Row {
    Row { budget: Some(budget), ..row }
}

/// The SDK's call does what most of a request's instructions are for, with the same crates: a handshake of TLS, a signature, two
/// requests on loopback. The gateway opens its connection in init, the bare call with its first request, so both of the
/// gateway's cold counts are compared with the bare call's init and first request.
const fn beside_bare(operation: Operation) -> Budgeted {
    let bare = Other { function: Function::Bare(Roots::BuiltIn), operation };
    [
        (Measure::Init, Reference::Ratio(bare, Measure::InitAndFirst)),
        (Measure::InitAndFirst, Reference::Ratio(bare, Measure::InitAndFirst)),
        (Measure::WarmRequest, Reference::Ratio(bare, Measure::WarmRequest)),
    ]
}

/// Thirty times the bare call's instructions are spent on the document, which that call says nothing of. So what is above
/// the same gateway's with the sample is held.
const fn above_the_sample() -> Budgeted {
    let sample = GATEWAY.other();
    let bare = Other { function: Function::Bare(Roots::BuiltIn), operation: Operation::CreateMeeting };
    [
        (Measure::Init, Reference::Above(sample, Measure::Init)),
        (Measure::InitAndFirst, Reference::Above(sample, Measure::InitAndFirst)),
        (Measure::WarmRequest, Reference::Ratio(bare, Measure::WarmRequest)),
    ]
}

/// Without a bus and a table it calls nobody: what is left beside its own work is Lambda's runtime client.
const fn beside_floor() -> Budgeted {
    let floor = FLOOR.other();
    [
        (Measure::Init, Reference::Ratio(floor, Measure::Init)),
        (Measure::InitAndFirst, Reference::Ratio(floor, Measure::InitAndFirst)),
        (Measure::WarmRequest, Reference::Ratio(floor, Measure::WarmRequest)),
    ]
}

impl Function {
    /// Whether it is the SDK alone.
    pub(crate) fn is_bare(self) -> bool {
        matches!(self, Function::Bare(_))
    }
}

impl Row {
    /// Function and operation, as one text.
    pub(crate) fn name(&self) -> String {
        self.other().to_string()
    }

    /// Whether its instructions can be counted.
    pub(crate) fn is_in_rust(&self) -> bool {
        !matches!(self.function, Function::Node | Function::Python)
    }

    /// Whether it is the same row, whatever the budget says of it.
    pub(crate) fn is(&self, other: &Row) -> bool {
        self.other() == other.other()
    }

    /// Whether others that do the same job must send Chime the same requests.
    pub(crate) fn is_compared(&self) -> bool {
        let sets_up_alike = match self.function {
            Function::Gateway(gateway) => gateway.tenants.is_none() && !gateway.registry,
            function => !matches!(function, Function::Floor | Function::Notifications),
        };
        sets_up_alike && !matches!(self.operation, Operation::Constant | Operation::Batch)
    }

    /// The row, as others refer to it.
    pub(crate) const fn other(&self) -> Other {
        Other { function: self.function, operation: self.operation }
    }
}

impl Other {
    /// Whether it means that row.
    pub(crate) fn is(&self, row: &Row) -> bool {
        *self == row.other()
    }
}

impl Display for Other {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self.operation, self.function) {
            (Operation::Constant | Operation::Batch, function) => write!(f, "{function}"),
            (operation, function) => write!(f, "{operation}, {function}"),
        }
    }
}

impl Display for Measure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Measure::Init => "init",
            Measure::InitAndFirst => "init and first request",
            Measure::WarmRequest => "warm request",
        })
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Function::Floor => f.write_str("floor: `lambda_runtime` answering a constant"),
            Function::Bare(Roots::System) => f.write_str("the SDK alone, Rust"),
            Function::Bare(_) => f.write_str("the SDK alone, Rust, with the built-in authorities"),
            Function::Gateway(gateway) => write!(f, "{gateway}"),
            Function::Notifications => f.write_str("**notifications**, a batch of ten events"),
            Function::Node => f.write_str("Node.js, SDK v3 bundled"),
            Function::Python => f.write_str("Python, boto3"),
        }
    }
}

impl Display for Gateway {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            Mode::Authorizer => "authorizer",
            Mode::Bearer => "bearer",
        };
        write!(f, "**gateway**, {mode} mode")?;
        if let Some(tenants) = self.tenants {
            write!(f, ", {tenants} tenants")?;
        }
        if self.registry { f.write_str(", registry") } else { Ok(()) }
    }
}

impl Display for Operation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operation::Constant => "constant",
            Operation::CreateMeeting => "CreateMeeting",
            Operation::GetMeeting => "GetMeeting",
            Operation::CreateAttendee => "CreateAttendee",
            Operation::Join => "Join",
            Operation::JoinRoom => "JoinRoom",
            Operation::Batch => "batch",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_in_the_table_once() {
        for row in ROWS {
            assert_eq!(ROWS.iter().filter(|other| row.is(other)).count(), 1, "{}", row.name());
        }
    }

    #[test]
    fn what_the_budget_refers_to_is_counted_there() {
        let references = references();
        let counted = |other: &Other| {
            references.iter().any(|row| other.is(row))
                || ROWS.iter().any(|row| row.budget.is_some() && other.is(row))
        };
        for (_, reference) in ROWS.iter().filter_map(|row| row.budget).flatten() {
            let (Reference::Ratio(other, _) | Reference::Above(other, _)) = reference;
            assert!(counted(&other), "{other}");
        }
    }
}
