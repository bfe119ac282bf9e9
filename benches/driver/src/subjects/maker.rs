//! Makes the rows: programs, their settings and their events.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::event::{CALLER, event};
use super::{Function, Gateway, Mode, Row, Subject};
use crate::building::Artefacts;
use crate::player::Program;
use crate::surroundings::{Host, Roots, Surroundings};
use crate::{Failure, policies};

/// Longest wait for the gateway's init and for its answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// All that is the same for many rows.
#[derive(Clone)]
pub(crate) struct Maker<'a> {
    artefacts: &'a Artefacts,
    around: &'a Surroundings,
    folder: &'a Path,
    chime: String,
    host: Host,
}

impl<'a> Maker<'a> {
    /// Functions that find everything on this machine, by its name or by its address.
    pub(crate) fn new(
        artefacts: &'a Artefacts,
        around: &'a Surroundings,
        folder: &'a Path,
        host: Host,
    ) -> Self {
        Maker { artefacts, around, folder, chime: around.chime(host), host }
    }

    /// Chime at the end of a slow network.
    pub(crate) fn far_away(self) -> Self {
        Maker { chime: self.around.chime_far_away(), ..self }
    }

    /// No Chime to connect to.
    ///
    /// Port 9 (discard): nobody listens there, and the kernel refuses at once. An address, since looking up a name is the
    /// network's part as well: the system's resolver takes some 0.4 ms even for `localhost`.
    pub(crate) fn without_network(self) -> Self {
        Maker { chime: "https://127.0.0.1:9".to_owned(), ..self }
    }

    /// Each of the rows.
    pub(crate) fn make_all<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r Row>,
    ) -> Result<Vec<Subject>, Failure> {
        rows.into_iter().map(|row| self.make(row)).collect()
    }

    /// One row.
    pub(crate) fn make(&self, row: &Row) -> Result<Subject, Failure> {
        let artefacts = self.artefacts;
        match row.function {
            Function::Floor => self.in_rust(row, &artefacts.floor, Roots::BuiltIn),
            Function::Bare(roots) => {
                let mut subject = self.in_rust(row, &artefacts.bare_calls, roots)?;
                set_handler(&mut subject);
                Ok(subject)
            }
            Function::Gateway(gateway) => self.gateway(row, gateway),
            Function::Notifications => {
                let mut subject = self.in_rust(row, &artefacts.notifications, Roots::BuiltIn)?;
                set(&mut subject, "GATEWAY_NAME", "meeting-gateway");
                Ok(subject)
            }
            Function::Node => self.node(row),
            Function::Python => self.python(row),
        }
    }

    fn gateway(&self, row: &Row, gateway: Gateway) -> Result<Subject, Failure> {
        let policy = match gateway.tenants {
            None => policies::sample(),
            Some(count) => policies::with_tenants(count, self.folder)?,
        };
        let mut subject = self.in_rust(row, &self.artefacts.gateway, Roots::BuiltIn)?;
        set(&mut subject, "POLICY_FILE", &policy.to_string_lossy());
        set(&mut subject, "GATEWAY_NAME", "meeting-gateway");
        match gateway.mode {
            Mode::Authorizer => set(&mut subject, "AUTH_MODE", "authorizer"),
            Mode::Bearer => {
                set(&mut subject, "AUTH_MODE", "bearer");
                subject.program.environment.extend(self.around.issuer_settings(self.host));
                subject.event = event(row.operation, Some(&self.around.token(CALLER)?))?;
            }
        }
        if gateway.registry {
            set(&mut subject, "REGISTRY_TABLE", local::dynamodb::TABLE);
            set(&mut subject, "AWS_ENDPOINT_URL_DYNAMODB", &self.around.table(self.host));
        }
        Ok(subject)
    }

    fn node(&self, row: &Row) -> Result<Subject, Failure> {
        let bundle = &self.artefacts.node_bundle;
        let mut subject = self.subject(row, &self.artefacts.node, vec![bundle.clone()])?;
        subject.program.arguments.push(bundle.to_string_lossy().into_owned());
        set_handler(&mut subject);
        set(&mut subject, "NODE_EXTRA_CA_CERTS", &self.around.authorities(Roots::None)?);
        Ok(subject)
    }

    fn python(&self, row: &Row) -> Result<Subject, Failure> {
        let (sources, packages) = (&self.artefacts.python_sources, &self.artefacts.python_packages);
        let artefact = vec![sources.join("function.py"), packages.clone()];
        let mut subject = self.subject(row, &self.artefacts.python, artefact)?;
        subject.program.arguments.push(sources.join("runtime.py").to_string_lossy().into_owned());
        set_handler(&mut subject);
        set(&mut subject, "PYTHONPATH", &packages.to_string_lossy());
        set(&mut subject, "AWS_CA_BUNDLE", &self.around.authorities(Roots::System)?);
        Ok(subject)
    }

    fn in_rust(&self, row: &Row, program: &Path, roots: Roots) -> Result<Subject, Failure> {
        let mut subject = self.subject(row, program, vec![program.to_owned()])?;
        set(&mut subject, "SSL_CERT_FILE", &self.around.authorities(roots)?);
        Ok(subject)
    }

    fn subject(&self, row: &Row, path: &Path, artefact: Vec<PathBuf>) -> Result<Subject, Failure> {
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
        let name: String = row.name().chars().filter(char::is_ascii_alphanumeric).collect();
        let log = self.folder.join(format!("{name}.log"));
        let program = Program { path: path.to_owned(), arguments: Vec::new(), environment, log };
        Ok(Subject { row: *row, program, event: event(row.operation, None)?, artefact })
    }
}

/// Which of its handlers a peer calls, as Lambda says it.
fn set_handler(subject: &mut Subject) {
    let handler = subject.row.operation.to_string();
    set(subject, "_HANDLER", &handler);
}

fn set(subject: &mut Subject, name: &str, value: &str) {
    subject.program.environment.retain(|(other, _)| other != name);
    subject.program.environment.push((name.to_owned(), value.to_owned()));
}
