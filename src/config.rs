//! Settings: from any lookup function (the environment, in Lambda) to typed configuration, every fault at once.

mod aws;

use std::fmt;

pub use aws::AwsEnvironment;

use crate::auth::ClaimNames;
use crate::auth::bearer::BearerSettings;
use crate::chime::ChimeSettings;
use crate::meeting::{Partition, TagValue};
use crate::policy::Policies;
use crate::telemetry::LogFilter;

/// One setting that is missing or malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFault {
    /// The variable's name.
    pub setting: &'static str,
    /// What is wrong with it, and what would be right.
    pub detail: String,
}

impl fmt::Display for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.setting, self.detail)
    }
}

/// Every setting that is missing or malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub Vec<SettingFault>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fault(s) in the settings", self.0.len())?;
        for fault in &self.0 {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// A lookup of settings by name. An empty value counts as unset: SAM's local emulator hands over empty strings.
pub struct Settings<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Settings<'a> {
    /// Settings from any function that finds a variable's value.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Settings { lookup }
    }

    /// The value, when there is one that is not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// The value of a setting that must be there; a missing one is reported.
    fn require(&self, name: &'static str, faults: &mut Vec<SettingFault>) -> Option<String> {
        let value = self.get(name);
        if value.is_none() {
            faults.push(SettingFault { setting: name, detail: "is required".to_owned() });
        }
        value
    }
}

/// How callers are authenticated (`AUTH_MODE`).
#[derive(Debug)]
pub enum AuthSettings {
    /// `authorizer`: by the claims that API Gateway verified.
    Authorizer(ClaimNames),
    /// `bearer`: by the function itself.
    Bearer(BearerSettings),
}

/// Everything that the gateway is set to do.
#[derive(Debug)]
pub struct Config {
    /// From `AUTH_MODE`, the names of claims, and what bearer mode needs.
    pub auth: AuthSettings,
    /// The tenants' policies, from `POLICY_FILE`.
    pub policies: Policies,
    /// From `GATEWAY_NAME`, `NOTIFICATIONS_QUEUE_ARN` and the AWS SDKs' own variables.
    pub chime: ChimeSettings,
    /// From `RUST_LOG` or `AWS_LAMBDA_LOG_LEVEL`.
    pub log_filter: LogFilter,
}

impl Config {
    /// Reads every setting, and the files that settings name. `aws` is what the AWS SDKs make of their own variables;
    /// `settings` must have the same variables, since a value that the SDKs do not accept shows only there.
    ///
    /// # Errors
    /// Every setting that is missing or malformed, and every fault of the policy document.
    pub fn read(settings: &Settings<'_>, aws: AwsEnvironment) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let log_filter = LogFilter::read(settings, &mut faults);
        let region = aws.require_region(&mut faults);
        let auth = read_auth(settings, &mut faults);
        let policies = read_policies(settings, region.as_deref(), &mut faults);
        let queue = read_queue(settings, region.as_deref(), &mut faults);
        let gateway_name = read_gateway_name(settings, &mut faults);
        let endpoint = aws.read_chime_endpoint(settings, region.as_deref(), &mut faults);
        let app_name = aws.read_app_name(settings, &mut faults);
        let credentials = aws.require_credentials(settings, &mut faults);
        match (auth, policies, endpoint, credentials, queue, gateway_name) {
            (
                Some(auth),
                Some(policies),
                Some(endpoint),
                Some(credentials),
                Some(notifications_queue_arn),
                Some(gateway_name),
            ) if faults.is_empty() => {
                let chime =
                    ChimeSettings { endpoint, credentials, app_name, gateway_name, notifications_queue_arn };
                Ok(Config { auth, policies, chime, log_filter })
            }
            _ => Err(ConfigError(faults)),
        }
    }
}

fn read_auth(settings: &Settings<'_>, faults: &mut Vec<SettingFault>) -> Option<AuthSettings> {
    let names = ClaimNames::read(settings);
    match settings.require("AUTH_MODE", faults)?.as_str() {
        "authorizer" => {
            crate::auth::bearer::check_claim_names(&names, faults);
            Some(AuthSettings::Authorizer(names))
        }
        "bearer" => BearerSettings::read(settings, &names, faults).map(AuthSettings::Bearer),
        other => {
            let detail = format!("must be `authorizer` or `bearer`, not `{other}`");
            faults.push(SettingFault { setting: "AUTH_MODE", detail });
            None
        }
    }
}

fn read_policies(
    settings: &Settings<'_>,
    region: Option<&str>,
    faults: &mut Vec<SettingFault>,
) -> Option<Policies> {
    const SETTING: &str = "POLICY_FILE";
    let path = settings.require(SETTING, faults)?;
    let mut fault = |detail: String| faults.push(SettingFault { setting: SETTING, detail });
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) => {
            fault(format!("names `{path}`, which can't be read: {error}"));
            return None;
        }
    };
    match Policies::load(&text, Partition::of_region(region.unwrap_or_default())) {
        Ok(policies) => Some(policies),
        Err(found) => {
            found.iter().for_each(|found| fault(format!("names `{path}`, where {found}")));
            None
        }
    }
}

/// The queue must be a standard one, and in the region whose Chime endpoint is called: with any other, Chime takes the
/// meeting and drops its events in silence.
fn read_queue(
    settings: &Settings<'_>,
    region: Option<&str>,
    faults: &mut Vec<SettingFault>,
) -> Option<String> {
    const SETTING: &str = "NOTIFICATIONS_QUEUE_ARN";
    let arn = settings.require(SETTING, faults)?;
    let before = faults.len();
    let mut fault = |detail: String| faults.push(SettingFault { setting: SETTING, detail });
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "sqs", queue_region, account, name] = parts.as_slice() else {
        fault(format!("must be `arn:<partition>:sqs:<region>:<account>:<name>`, not `{arn}`"));
        return None;
    };
    if !partition.starts_with("aws") || !is_made_of(partition, "-") {
        fault(format!("names no partition of AWS: `{partition}`"));
    }
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        fault(format!("names no account of 12 digits: `{account}`"));
    }
    if name.ends_with(".fifo") {
        fault("is a FIFO queue, which Chime's events never reach: it must be a standard one".to_owned());
    } else if name.is_empty() || name.len() > 80 || !is_made_of(name, "-_") {
        fault(format!("names no queue: `{name}`"));
    }
    if let Some(region) = region.filter(|region| region != queue_region) {
        fault(format!("is in `{queue_region}`; events are lost unless it is in AWS_REGION, `{region}`"));
    }
    (faults.len() == before).then_some(arn)
}

fn is_made_of(text: &str, marks: &str) -> bool {
    text.chars().all(|character| character.is_ascii_alphanumeric() || marks.contains(character))
}

fn read_gateway_name(settings: &Settings<'_>, faults: &mut Vec<SettingFault>) -> Option<String> {
    const SETTING: &str = "GATEWAY_NAME";
    let name = settings.require(SETTING, faults)?;
    match TagValue::parse(&name) {
        Ok(_) => Some(name),
        Err(detail) => {
            faults.push(SettingFault {
                setting: SETTING,
                detail: format!("is a tag's value, and `{name}` {detail}"),
            });
            None
        }
    }
}
