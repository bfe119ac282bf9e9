//! The policy document that serves: that of the file, read again when it changes, or one that is tried without being saved.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use meeting_gateway::chime::ChimeSettings;
use meeting_gateway::config::{AuthSettings, Config};
use meeting_gateway::gateway::Gateway;
use meeting_gateway::policy::Policies;
use meeting_gateway::registry::RegistrySettings;
use meeting_gateway::start;
use meeting_gateway::telemetry::LogFilter;
use parking_lot::RwLock;
use serde_json::{Value, json};

use crate::check::{Fault, Stack, faults_json, load};
use crate::output::Output;

/// How often the file is looked at.
const POLL: Duration = Duration::from_millis(250);

/// The policy document that serves.
pub(crate) struct ServingPolicy {
    file: PathBuf,
    stack: Stack,
    settings: GatewaySettings,
    state: RwLock<State>,
    revision: AtomicU64,
    output: Output,
}

/// What a gateway is made of beside its policy.
struct GatewaySettings {
    auth: AuthSettings,
    chime: ChimeSettings,
    registry: Option<RegistrySettings>,
    log_filter: LogFilter,
}

struct State {
    /// The file as it was last without a fault.
    of_file: Served,
    /// The document that is tried.
    trial: Option<Served>,
    /// The file as it is.
    saved: Vec<u8>,
    /// What is wrong with that.
    faults: Vec<Fault>,
}

/// A document without a fault, and the gateway with it.
#[derive(Clone)]
struct Served {
    document: String,
    gateway: Arc<Gateway>,
}

impl ServingPolicy {
    /// Serves the document of a configuration, and from now on every changed one that has no fault. Must be called inside a
    /// Tokio runtime.
    pub(crate) fn start(
        config: Config,
        stack: Stack,
        file: PathBuf,
        known: Option<Vec<u8>>,
        output: Output,
    ) -> Arc<Self> {
        let Config { auth, policies, chime, registry, log_filter } = config;
        let settings = GatewaySettings { auth, chime, registry, log_filter };
        let saved = known.clone().unwrap_or_default();
        let of_file = settings.served(&saved, policies);
        let state = RwLock::new(State { of_file, trial: None, saved, faults: Vec::new() });
        let policy = Arc::new(Self { file, stack, settings, state, revision: AtomicU64::new(0), output });
        let watched = Arc::clone(&policy);
        tokio::spawn(async move { watched.watch(known).await });
        policy
    }

    /// The gateway for the next request.
    pub(crate) fn gateway(&self) -> Arc<Gateway> {
        Arc::clone(&self.state.read().serving().gateway)
    }

    /// The document that serves.
    pub(crate) fn document(&self) -> String {
        self.state.read().serving().document.clone()
    }

    /// A number that grows with every change, of the file or of the trial.
    pub(crate) fn revision(&self) -> u64 {
        self.revision.load(Ordering::Relaxed)
    }

    /// Whether a document is tried, and what is wrong with the file; the revision tells documents apart of which the same is so.
    pub(crate) fn status(&self) -> Value {
        let revision = self.revision();
        let state = self.state.read();
        json!({ "revision": revision, "is_trial": state.trial.is_some(), "faults": faults_json(&state.faults) })
    }

    /// The document that serves and the file.
    pub(crate) fn shown(&self) -> Value {
        let state = self.state.read();
        json!({
            "file": self.file.display().to_string(),
            "document": state.serving().document,
            "saved": String::from_utf8_lossy(&state.saved),
            "is_trial": state.trial.is_some(),
        })
    }

    /// Serves a document without saving it, until [`ServingPolicy::end_trial`].
    ///
    /// # Errors
    /// Every fault of it; the one before serves on.
    pub(crate) fn try_out(&self, document: &str) -> Result<(), Vec<Fault>> {
        let served = self.load(document.as_bytes())?;
        self.state.write().trial = Some(served);
        self.changed("a document is tried that is not saved");
        Ok(())
    }

    /// Serves the file again, as it was last without a fault.
    pub(crate) fn end_trial(&self) {
        if self.state.write().trial.take().is_some() {
            self.changed(&format!("{} serves again", self.file.display()));
        }
    }

    /// Takes every changed file that has no fault.
    async fn watch(&self, mut known: Option<Vec<u8>>) {
        let mut before = known.clone();
        loop {
            tokio::time::sleep(POLL).await;
            let now = std::fs::read(&self.file).ok();
            // Twice the same: an editor may write a file in several steps.
            let is_complete = now == before;
            before.clone_from(&now);
            if is_complete && now != known {
                known.clone_from(&now);
                self.take(now);
            }
        }
    }

    /// Takes the file as it is now; `None` where it can't be read.
    fn take(&self, now: Option<Vec<u8>>) {
        let file = self.file.display();
        let missing =
            || vec![Fault { pointer: None, place: None, detail: "the file can't be read".to_owned() }];
        let loaded = now.as_deref().ok_or_else(missing).and_then(|document| self.load(document));
        let mut state = self.state.write();
        state.saved = now.unwrap_or_default();
        let line = match loaded {
            Ok(served) => {
                state.of_file = served;
                state.faults.clear();
                let later = if state.trial.is_some() { ", and serves after the trial" } else { "" };
                format!("{file} was read again{later}")
            }
            Err(faults) => {
                let shown = |fault: &Fault| format!("\n  {}", fault.in_file(&self.file));
                let shown: String = faults.iter().map(shown).collect();
                state.faults = faults;
                format!("{file} changed, and the one before serves on:{shown}")
            }
        };
        drop(state);
        self.changed(&line);
    }

    fn load(&self, document: &[u8]) -> Result<Served, Vec<Fault>> {
        Ok(self.settings.served(document, load(document, &self.stack)?))
    }

    fn changed(&self, line: &str) {
        self.revision.fetch_add(1, Ordering::Relaxed);
        // There is nowhere to report a failure of this.
        let _ = self.output.clone().write_all(format!("policy  {line}\n").as_bytes());
    }
}

impl GatewaySettings {
    fn served(&self, document: &[u8], policies: Policies) -> Served {
        let Self { auth, chime, registry, log_filter } = self;
        let gateway = start::gateway(Config {
            auth: auth.clone(),
            policies,
            chime: chime.clone(),
            registry: registry.clone(),
            log_filter: log_filter.clone(),
        });
        Served { document: String::from_utf8_lossy(document).into_owned(), gateway: Arc::new(gateway) }
    }
}

impl State {
    fn serving(&self) -> &Served {
        self.trial.as_ref().unwrap_or(&self.of_file)
    }
}
