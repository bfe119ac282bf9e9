//! Where each value of a request comes from.

use local::simulator::RecordedRequest;
use meeting_gateway::policy::{DocumentPlace, MemberExplanation, PolicyExplanation};
use serde_json::{Value, json};

use super::event::Asked;
use super::room;

/// One value of the request to Chime, or of the meeting.
#[derive(Debug)]
pub(super) struct Row {
    /// The member in the body, as a JSON pointer in fragment form. A tag has its key in place of an index.
    pub(super) member: String,
    pub(super) value: Value,
    pub(super) from: From,
    /// Pointer to the place in the policy document that decides it, or that allows what was asked for.
    pub(super) pointer: Option<String>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// The body of the request.
    Caller,
    /// The body of the request, for a meeting that is not made.
    Unused,
    /// The body of the request, against the policy or the model: see the findings.
    Refused,
    /// The room's name.
    Room,
    /// The subject of the token.
    Subject,
    /// `Fixed` of the policy.
    Fixed,
    /// `Default` of the policy.
    Default,
    /// A ceiling in `Allowed`, which binds silence too.
    Ceiling,
    /// Chime's documented default.
    Chime,
    /// The policy or Chime's default, lowered: the meeting has no such media, or Video does not receive.
    Lowered,
    /// The gateway alone.
    Gateway,
}

impl From {
    /// The word for programs.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            From::Caller => "caller",
            From::Unused => "caller, not used: the caller opens no room",
            From::Refused => "caller, refused",
            From::Room => "the room's name",
            From::Subject => "subject",
            From::Fixed => "Fixed",
            From::Default => "Default",
            From::Ceiling => "ceiling",
            From::Chime => "Chime's default",
            From::Lowered => "lowered to what the meeting, or Video that does not receive, demands",
            From::Gateway => "gateway",
        }
    }

    pub(super) fn of_list(list: &str) -> Self {
        match list {
            "Fixed" => From::Fixed,
            "Default" => From::Default,
            _ => From::Ceiling,
        }
    }

    /// Where a value comes from that is sent without being asked for. A ceiling sends Chime's default where that is lower.
    fn unasked(list: &str, member: &MemberExplanation, value: &Value) -> Self {
        let from = From::of_list(list);
        let is_default = member.chime_default.as_ref() == Some(value);
        if from == From::Ceiling && is_default { From::Chime } else { from }
    }
}

/// Members that the gateway alone sets.
const GATEWAYS_OWN: [&str; 2] = ["ClientRequestToken", "NotificationsConfiguration"];

/// The group of members that an attendee has and a meeting has not.
const OF_ATTENDEES: &str = "Capabilities/";

/// The rows of a request. Of a refused one only what it asks for, since the rest is not decided.
pub(super) fn rows(
    policy: &PolicyExplanation,
    asked: &Asked,
    requests: &[RecordedRequest],
    problem: &Value,
) -> Vec<Row> {
    let asked_body = asked.json_body();
    // The last one is the operation's own: those before it are proofs.
    let sent = requests.last().map_or(&Value::Null, |request| &request.body);
    let rows = Rows { policy, asked: &asked_body, sent };
    let findings = problem.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let refused: Vec<&str> = findings.iter().filter_map(|finding| finding.get("pointer")?.as_str()).collect();
    let operation = asked.operation.name;
    let mut all = Vec::new();
    if operation.starts_with("CreateMeeting") {
        rows.meeting(&mut all);
    }
    if operation == "JoinRoom" {
        all.extend(meeting_of_room(policy, &asked_body, requests, problem.is_null()));
    }
    let takes_list = operation == "CreateMeetingWithAttendees" || operation == "BatchCreateAttendee";
    if takes_list {
        let attendees = asked_body.get("Attendees").and_then(Value::as_array).map_or(0, Vec::len);
        (0..attendees).for_each(|index| rows.attendee(&format!("Attendees/{index}/"), &mut all));
    } else if operation.starts_with("Join")
        || operation == "CreateAttendee"
        || operation.contains("Capabilities")
    {
        rows.attendee("", &mut all);
    }
    if let Some(excluded) = asked_body.get("ExcludedAttendeeIds") {
        all.push(row("ExcludedAttendeeIds", excluded.clone(), From::Caller, None));
    }
    for row in all.iter_mut().filter(|row| refused.contains(&row.member.as_str())) {
        row.from = From::Refused;
    }
    for pointer in refused {
        // Unknown members, and those that only the gateway sets.
        if let (false, Some(value)) = (all.iter().any(|row| row.member == pointer), at(&asked_body, pointer))
        {
            let member = pointer.to_owned();
            all.push(Row { member, value: value.clone(), from: From::Refused, pointer: None });
        }
    }
    all
}

/// The rows of the meeting that a request to join a room makes, or would make if it were not refused.
fn meeting_of_room(
    policy: &PolicyExplanation,
    asked: &Value,
    requests: &[RecordedRequest],
    is_served: bool,
) -> Vec<Row> {
    let member = asked.get("Meeting");
    let created = requests.iter().find(|request| request.path == "/meetings");
    let mut all = Vec::new();
    match (created, member) {
        (None, Some(member)) if is_served || !room::may_open(policy) => {
            all.push(row("Meeting", member.clone(), From::Unused, None));
        }
        (None, None) => {}
        (created, member) => {
            let sent = created.map_or(&Value::Null, |request| &request.body);
            Rows { policy, asked: member.unwrap_or(&Value::Null), sent }.meeting(&mut all);
            for row in &mut all {
                row.member = row.member.replacen("#/", "#/Meeting/", 1);
            }
        }
    }
    all
}

struct Rows<'r> {
    policy: &'r PolicyExplanation,
    asked: &'r Value,
    sent: &'r Value,
}

impl Rows<'_> {
    fn meeting(&self, rows: &mut Vec<Row>) {
        let id = "ExternalMeetingId";
        match (self.asked.get(id), self.sent.get(id)) {
            (Some(value), _) => rows.push(row(id, value.clone(), From::Caller, None)),
            (None, Some(value)) => rows.push(row(id, value.clone(), From::Room, None)),
            (None, None) => {}
        }
        for member in self.policy.members.iter().filter(|member| !member.name.starts_with(OF_ATTENDEES)) {
            rows.extend(self.member(member, ""));
        }
        if let Some(ids) = self.sent.get("TenantIds") {
            let place = self.policy.tenant_ids.as_ref().map(|(_, place)| place.pointer.clone());
            rows.push(row("TenantIds", ids.clone(), From::Fixed, place));
        }
        self.tags(rows);
        for name in GATEWAYS_OWN {
            if let Some(value) = self.sent.get(name) {
                rows.push(row(name, value.clone(), From::Gateway, None));
            }
        }
    }

    /// The attendee whose members begin with that prefix.
    fn attendee(&self, prefix: &str, rows: &mut Vec<Row>) {
        let id = format!("{prefix}ExternalUserId");
        match (below(self.asked, &id), below(self.sent, &id)) {
            (Some(value), _) => rows.push(row(&id, value.clone(), From::Caller, None)),
            (None, Some(value)) => rows.push(row(&id, value.clone(), From::Subject, None)),
            (None, None) => {}
        }
        for member in self.policy.members.iter().filter(|member| member.name.starts_with(OF_ATTENDEES)) {
            rows.extend(self.member(member, prefix));
        }
    }

    /// `None` for a member that is neither asked for nor sent, and of which Chime documents no default.
    fn member(&self, member: &MemberExplanation, prefix: &str) -> Option<Row> {
        let name = format!("{prefix}{}", member.name);
        let sent = below(self.sent, &name);
        let source = member.source.as_ref();
        if let Some(value) = below(self.asked, &name) {
            let allows = self.allows(member, value).map(|place| place.pointer.clone());
            return Some(row(&name, value.clone(), From::Caller, allows));
        }
        if self.sent.is_null() {
            return None;
        }
        let by_policy = member.sent.as_ref().zip(source);
        match (by_policy, sent) {
            (Some((by_policy, place)), Some(value)) => {
                let is_lowered = value != by_policy;
                let from =
                    if is_lowered { From::Lowered } else { From::unasked(place.list, member, by_policy) };
                Some(row(&name, value.clone(), from, Some(place.pointer.clone())))
            }
            (None, Some(value)) => {
                let is_default = member.chime_default.as_ref().is_some_and(|default| value == default);
                let from = if is_default { From::Chime } else { From::Lowered };
                Some(row(&name, value.clone(), from, None))
            }
            (_, None) => {
                let default = member.chime_default.as_ref()?;
                Some(row(&name, default.clone(), From::Chime, None))
            }
        }
    }

    /// What allows a value that was asked for: the value that a request without the member gets, else the bound. Nothing of
    /// the policy where the model alone binds the caller.
    fn allows<'m>(&self, member: &'m MemberExplanation, value: &Value) -> Option<&'m DocumentPlace> {
        let moderates = self.policy.rights.iter().any(|right| right.right == "Moderate" && right.is_held);
        if moderates && member.name.starts_with(OF_ATTENDEES) {
            return None;
        }
        let is_repeated = member.sent.as_ref().is_some_and(|sent| value == sent);
        let place = if is_repeated { member.source.as_ref() } else { member.allowed.as_ref() };
        place.or(member.source.as_ref())
    }

    fn tags(&self, rows: &mut Vec<Row>) {
        let asked = |key: &str| tags(self.asked).any(|(asked, _)| asked == key);
        let place_of = |list: &str, key: &str| {
            self.policy.tags.iter().find(|place| place.list == list && place.key == key)
        };
        for (key, value) in tags(self.sent) {
            // In the order of the decision: what is fixed, what was asked for, what is sent without asking.
            let allowed = place_of("Allowed", key).filter(|_| asked(key));
            let (from, place) = match (place_of("Fixed", key), allowed, place_of("Default", key)) {
                (Some(fixed), _, _) => (From::Fixed, Some(fixed)),
                (None, Some(allowed), _) => (From::Caller, Some(allowed)),
                (None, None, Some(default)) => (From::Default, Some(default)),
                (None, None, None) => (From::Gateway, None),
            };
            let pointer = place.map(|place| place.pointer.clone());
            let key = key.replace('~', "~0").replace('/', "~1");
            rows.push(row(&format!("Tags/{key}"), json!(value), from, pointer));
        }
    }
}

fn tags(body: &Value) -> impl Iterator<Item = (&str, &str)> {
    let tags = body.get("Tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    tags.iter().filter_map(|tag| Some((tag.get("Key")?.as_str()?, tag.get("Value")?.as_str()?)))
}

fn row(member: &str, value: Value, from: From, pointer: Option<String>) -> Row {
    Row { member: format!("#/{member}"), value, from, pointer }
}

/// The member with that path of names.
fn below<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    value.pointer(&format!("/{path}"))
}

/// The value at a pointer in fragment form.
fn at<'v>(body: &'v Value, pointer: &str) -> Option<&'v Value> {
    body.pointer(pointer.strip_prefix('#')?)
}
