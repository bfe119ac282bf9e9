//! What is measured: which program, in which surroundings, with which event.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::building::Artefacts;
use crate::player::{Player, Program};
use crate::surroundings::{Roots, Surroundings};
use crate::{Failure, policies, repository};

/// A function to measure.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) program: Program,
    pub(crate) event: Vec<u8>,
    /// What is deployed.
    pub(crate) artefact: Vec<PathBuf>,
    pub(crate) calls_chime: bool,
}

pub(crate) const FLOOR: &str = "floor: `lambda_runtime` answering a constant";
pub(crate) const BARE_CALL: &str = "the SDK call and nothing else, Rust";
pub(crate) const BARE_ATTENDEE: &str = "the SDK's CreateAttendee and nothing else, Rust";
pub(crate) const AUTHORIZER: &str = "**gateway**, authorizer mode";
pub(crate) const BEARER: &str = "**gateway**, bearer mode";
pub(crate) const REGISTRY: &str = "**gateway**, authorizer mode, registry";
pub(crate) const JOIN: &str = "**gateway**, authorizer mode, Join";
pub(crate) const NOTIFICATIONS: &str = "**notifications**, a batch of events";
pub(crate) const NODE: &str = "Node.js, SDK v3 bundled";
pub(crate) const PYTHON: &str = "Python, boto3";

/// Longest wait for the gateway's init and for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sizes of the policy document whose cost is measured, in tenants.
pub(crate) const TENANTS: [usize; 3] = [10, 5_000, 10_000];

/// The gateway's row with a document of that many tenants.
pub(crate) fn with_tenants(count: usize) -> String {
    format!("**gateway**, authorizer mode, {count} tenants")
}

/// Everything that is timed.
pub(crate) fn all(
    artefacts: &Artefacts,
    around: &Surroundings,
    folder: &Path,
) -> Result<Vec<Subject>, Failure> {
    let mut subjects = in_rust(artefacts, around, folder)?;
    let maker = Maker { artefacts, around, folder, chime: around.chime() };
    subjects.push(maker.node()?);
    subjects.push(maker.python()?);
    Ok(subjects)
}

/// Everything whose instructions are counted.
pub(crate) fn in_rust(
    artefacts: &Artefacts,
    around: &Surroundings,
    folder: &Path,
) -> Result<Vec<Subject>, Failure> {
    let maker = Maker { artefacts, around, folder, chime: around.chime() };
    let mut subjects = vec![maker.floor()?, maker.bare_call()?, maker.authorizer()?, maker.bearer()?];
    for count in TENANTS {
        subjects.push(maker.with_tenants(count)?);
    }
    Ok(subjects)
}

/// The calls that make an attendee: the SDK's alone, and Join, whose first request in a process asks for the meeting and
/// whose later ones remember it.
pub(crate) fn in_a_meeting(
    artefacts: &Artefacts,
    around: &Surroundings,
    folder: &Path,
) -> Result<[Subject; 2], Failure> {
    let maker = Maker { artefacts, around, folder, chime: around.chime() };
    let authorizer = maker.authorizer()?;
    let event = join_event(&create_meeting(&authorizer)?)?;
    let bare = maker.in_rust(BARE_ATTENDEE, &artefacts.peers.join("bare-attendee"), Roots::System)?;
    let mut join = authorizer;
    join.name = JOIN.to_owned();
    join.program.log = maker.log(JOIN);
    Ok([Subject { event: event.clone(), ..bare }, Subject { event, ..join }])
}

/// The gateway alone, in authorizer mode and in bearer mode.
pub(crate) fn in_both_modes(
    artefacts: &Artefacts,
    around: &Surroundings,
    folder: &Path,
) -> Result<Vec<Subject>, Failure> {
    let maker = Maker { artefacts, around, folder, chime: around.chime() };
    Ok(vec![maker.authorizer()?, maker.bearer()?])
}

/// The gateway alone, in both modes, with many tenants, and with a registry, in which a tenant without Limits writes one item a
/// meeting.
pub(crate) fn in_budget(
    artefacts: &Artefacts,
    around: &Surroundings,
    folder: &Path,
) -> Result<Vec<Subject>, Failure> {
    let mut subjects = in_both_modes(artefacts, around, folder)?;
    let maker = Maker { artefacts, around, folder, chime: around.chime() };
    let [_, _, most] = TENANTS;
    subjects.push(maker.with_tenants(most)?);
    subjects.push(maker.with_registry()?);
    Ok(subjects)
}

/// The function that reads the queue, with a batch of events and no bus to put them on.
pub(crate) fn reader_of_the_queue(
    artefacts: &Artefacts,
    around: &Surroundings,
    folder: &Path,
) -> Result<Subject, Failure> {
    let maker = Maker { artefacts, around, folder, chime: around.chime() };
    let mut subject = maker.in_rust(NOTIFICATIONS, &artefacts.notifications, Roots::BuiltIn)?;
    set(&mut subject, "GATEWAY_NAME", "meeting-gateway");
    let event = std::fs::read(repository().join("events/sqs-meeting-and-attendees.json"))?;
    Ok(Subject { event, calls_chime: false, ..subject })
}

/// The floor, and the gateway with no Chime to connect to: their init is measured without a network.
pub(crate) fn without_network(
    artefacts: &Artefacts,
    around: &Surroundings,
    folder: &Path,
) -> Result<[Subject; 2], Failure> {
    // Port 9 (discard): nobody listens there, and the kernel refuses at once. An address, since looking up a name is the
    // network's part as well: the system's resolver takes some 0.4 ms even for `localhost`.
    let maker = Maker { artefacts, around, folder, chime: "https://127.0.0.1:9".to_owned() };
    Ok([maker.floor()?, maker.authorizer()?])
}

/// Those whose first request is measured on a slow network.
pub(crate) fn far_away(
    artefacts: &Artefacts,
    around: &Surroundings,
    folder: &Path,
) -> Result<Vec<Subject>, Failure> {
    let maker = Maker { artefacts, around, folder, chime: around.chime_far_away() };
    Ok(vec![maker.bare_call()?, maker.authorizer()?, maker.bearer()?, maker.node()?, maker.python()?])
}

struct Maker<'a> {
    artefacts: &'a Artefacts,
    around: &'a Surroundings,
    folder: &'a Path,
    chime: String,
}

impl Maker<'_> {
    fn floor(&self) -> Result<Subject, Failure> {
        let subject = self.in_rust(FLOOR, &self.artefacts.peers.join("floor"), Roots::BuiltIn)?;
        Ok(Subject { calls_chime: false, ..subject })
    }

    fn bare_call(&self) -> Result<Subject, Failure> {
        self.in_rust(BARE_CALL, &self.artefacts.peers.join("bare-call"), Roots::System)
    }

    fn authorizer(&self) -> Result<Subject, Failure> {
        self.gateway(AUTHORIZER, &policies::sample())
    }

    fn with_tenants(&self, count: usize) -> Result<Subject, Failure> {
        self.gateway(&with_tenants(count), &policies::with_tenants(count, self.folder)?)
    }

    fn gateway(&self, name: &str, policy: &Path) -> Result<Subject, Failure> {
        let mut subject = self.in_rust(name, &self.artefacts.gateway, Roots::BuiltIn)?;
        set(&mut subject, "POLICY_FILE", &policy.to_string_lossy());
        set(&mut subject, "GATEWAY_NAME", "meeting-gateway");
        set(&mut subject, "AUTH_MODE", "authorizer");
        Ok(subject)
    }

    fn bearer(&self) -> Result<Subject, Failure> {
        let mut subject = self.authorizer()?;
        subject.name = BEARER.to_owned();
        subject.program.log = self.log(BEARER);
        subject.event = event(Some(&self.around.token()?))?;
        set(&mut subject, "AUTH_MODE", "bearer");
        subject.program.environment.extend(self.around.issuer_settings());
        Ok(subject)
    }

    fn with_registry(&self) -> Result<Subject, Failure> {
        let mut subject = self.gateway(REGISTRY, &policies::sample())?;
        set(&mut subject, "REGISTRY_TABLE", local::dynamodb::TABLE);
        set(&mut subject, "AWS_ENDPOINT_URL_DYNAMODB", &self.around.table());
        Ok(subject)
    }

    fn node(&self) -> Result<Subject, Failure> {
        let bundle = &self.artefacts.node_bundle;
        let mut subject = self.subject(NODE, &self.artefacts.node, vec![bundle.clone()])?;
        subject.program.arguments.push(bundle.to_string_lossy().into_owned());
        set(&mut subject, "NODE_EXTRA_CA_CERTS", &self.around.authorities(Roots::None)?);
        Ok(subject)
    }

    fn python(&self) -> Result<Subject, Failure> {
        let (sources, packages) = (&self.artefacts.python_sources, &self.artefacts.python_packages);
        let artefact = vec![sources.join("function.py"), packages.clone()];
        let mut subject = self.subject(PYTHON, &self.artefacts.python, artefact)?;
        subject.program.arguments.push(sources.join("runtime.py").to_string_lossy().into_owned());
        set(&mut subject, "PYTHONPATH", &packages.to_string_lossy());
        set(&mut subject, "AWS_CA_BUNDLE", &self.around.authorities(Roots::System)?);
        Ok(subject)
    }

    fn in_rust(&self, name: &str, program: &Path, roots: Roots) -> Result<Subject, Failure> {
        let mut subject = self.subject(name, program, vec![program.to_owned()])?;
        // Read by the SDK's TLS in place of the machine's store.
        set(&mut subject, "SSL_CERT_FILE", &self.around.authorities(roots)?);
        Ok(subject)
    }

    fn subject(&self, name: &str, path: &Path, artefact: Vec<PathBuf>) -> Result<Subject, Failure> {
        let environment = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("AWS_SESSION_TOKEN", "example-session-token"),
            ("NOTIFICATIONS_QUEUE_ARN", "arn:aws:sqs:us-east-1:111122223333:meeting-notifications"),
            ("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", &self.chime),
            // As Lambda sets them, for the SDKs that look there.
            ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
            ("LANG", "en_US.UTF-8"),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let log = self.log(name);
        let program = Program { path: path.to_owned(), arguments: Vec::new(), environment, log };
        Ok(Subject { name: name.to_owned(), program, event: event(None)?, artefact, calls_chime: true })
    }

    fn log(&self, name: &str) -> PathBuf {
        let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        self.folder.join(format!("{name}.log"))
    }
}

fn set(subject: &mut Subject, name: &str, value: &str) {
    subject.program.environment.retain(|(other, _)| other != name);
    subject.program.environment.push((name.to_owned(), value.to_owned()));
}

fn sample_event() -> Result<Value, Failure> {
    Ok(serde_json::from_str(&std::fs::read_to_string(repository().join("events/http-api-create.json"))?)?)
}

/// The same caller's request to join a meeting, without a body.
fn join_event(meeting_id: &str) -> Result<Vec<u8>, Failure> {
    let mut event = sample_event()?;
    let path = format!("/meetings/{meeting_id}/join");
    let route = json!("POST /meetings/{MeetingId}/join");
    for (pointer, value) in [
        ("/rawPath", json!(path)),
        ("/requestContext/http/path", json!(path)),
        ("/routeKey", route.clone()),
        ("/requestContext/routeKey", route),
        ("/headers/content-length", json!("0")),
    ] {
        *event.pointer_mut(pointer).ok_or_else(|| format!("the event has no `{pointer}`"))? = value;
    }
    let event_members = event.as_object_mut().ok_or("the event is no object")?;
    event_members.remove("body");
    Ok(serde_json::to_vec(&event)?)
}

/// Has the gateway create a meeting that takes as many attendees as Chime allows. Returns its id.
fn create_meeting(gateway: &Subject) -> Result<String, Failure> {
    let mut event = sample_event()?;
    let body =
        json!({ "ExternalMeetingId": "physics", "MeetingFeatures": { "Attendee": { "MaxCount": 250 } } });
    let event_members = event.as_object_mut().ok_or("the event is no object")?;
    event_members.insert("body".to_owned(), body.to_string().into());
    let mut player = Player::start(&gateway.program, PATIENCE)?;
    let (_, answer) = player.invoke(&serde_json::to_vec(&event)?)?;
    let answer: Value = serde_json::from_slice(&answer)?;
    let body = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    let body: Value = serde_json::from_str(body)?;
    let id = body.pointer("/Meeting/MeetingId").and_then(Value::as_str);
    Ok(id.ok_or_else(|| format!("the gateway created no meeting: {body}"))?.to_owned())
}

/// The sample event of API Gateway, without an idempotency key, so that every request makes a meeting.
fn event(token: Option<&str>) -> Result<Vec<u8>, Failure> {
    let mut event = sample_event()?;
    let body = event.get("body").and_then(Value::as_str).ok_or("the event has no body")?;
    let mut body: Value = serde_json::from_str(body)?;
    body.as_object_mut().ok_or("the body is no object")?.remove("ClientRequestToken");
    let event_members = event.as_object_mut().ok_or("the event is no object")?;
    event_members.insert("body".to_owned(), body.to_string().into());
    if let Some(token) = token {
        let headers = event_members.get_mut("headers").and_then(Value::as_object_mut).ok_or("no headers")?;
        headers.insert("authorization".to_owned(), json!(format!("Bearer {token}")));
    }
    Ok(serde_json::to_vec(&event)?)
}
