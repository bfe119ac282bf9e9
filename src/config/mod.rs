//! The configuration: reads all settings and the files that they name once, and reports all errors at once.

mod aws;
mod notifications;
mod registry;

pub use aws::AwsEnvironment;
pub use notifications::NotificationsConfig;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::auth::ClaimNames;
use crate::auth::bearer::BearerSettings;
use crate::chime::ChimeSettings;
use crate::model::{Partition, TagValue};
use crate::policy::{Deployment, Policies};
use crate::registry::RegistrySettings;
use crate::settings::{SettingError, Settings};
use crate::telemetry::LogFilter;

/// Every setting that is missing or malformed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} error(s) in the settings{}", .0.len(), .0.iter().map(|error| format!("\n  {error}")).collect::<String>())]
pub struct SettingsError(pub Vec<SettingError>);

/// How callers are authenticated (`AUTH_MODE`).
#[derive(Debug, Clone)]
pub enum AuthSettings {
    /// `authorizer`: by the claims that API Gateway verified.
    Authorizer(ClaimNames),
    /// `bearer`: by the function itself.
    Bearer(BearerSettings),
}

/// The gateway's configuration.
#[derive(Debug)]
pub struct Config {
    /// From `AUTH_MODE`, the names of claims, and what bearer mode needs.
    pub auth: AuthSettings,
    /// The tenants' policies, from `POLICY_FILE`.
    pub policies: Policies,
    /// From `GATEWAY_NAME`, `NOTIFICATIONS_QUEUE_ARN` and the AWS SDKs' own variables.
    pub chime: ChimeSettings,
    /// The registry, from `REGISTRY_TABLE` and the AWS SDKs' own variables. `None` without that name.
    pub registry: Option<RegistrySettings>,
    /// From `RUST_LOG` or `AWS_LAMBDA_LOG_LEVEL`.
    pub log_filter: LogFilter,
}

impl Config {
    /// Reads every setting and the files that they name. `aws` has the variables that the AWS SDKs parse. `settings`
    /// must have the same variables, to report the invalid ones.
    ///
    /// # Errors
    /// Every setting that is missing or malformed, and every error of the policy document.
    pub fn read(settings: &Settings<'_>, aws: AwsEnvironment) -> Result<Self, SettingsError> {
        Self::read_all(settings, aws, None)
    }

    /// The same with this policy document in place of the file that `POLICY_FILE` names, which is not read.
    ///
    /// # Errors
    /// As for [`Config::read`].
    pub fn read_with_policy(
        settings: &Settings<'_>,
        aws: AwsEnvironment,
        document: &[u8],
    ) -> Result<Self, SettingsError> {
        Self::read_all(settings, aws, Some(document))
    }

    fn read_all(
        settings: &Settings<'_>,
        aws: AwsEnvironment,
        document: Option<&[u8]>,
    ) -> Result<Self, SettingsError> {
        let mut errors = Vec::new();
        let log_filter = LogFilter::read(settings, &mut errors);
        let region = aws.require_region(&mut errors);
        let auth = read_auth(settings, &mut errors);
        let policies = read_policies(settings, document, region.as_deref(), &mut errors);
        let queue = read_queue(settings, region.as_deref(), &mut errors);
        let gateway_name = read_gateway_name(settings, &mut errors);
        let endpoint = aws.read_chime_endpoint(settings, region.as_deref(), &mut errors);
        let app_name = aws.read_app_name(settings, &mut errors);
        let credentials = aws.require_credentials(settings, &mut errors);
        let registry = registry::read_registry(settings, &aws, &mut errors);
        match (auth, policies, endpoint, credentials, queue, gateway_name) {
            (
                Some(auth),
                Some(policies),
                Some(endpoint),
                Some(credentials),
                Some(notifications_queue_arn),
                Some(gateway_name),
            ) if errors.is_empty() => {
                let chime =
                    ChimeSettings { endpoint, credentials, app_name, gateway_name, notifications_queue_arn };
                Ok(Config { auth, policies, chime, registry, log_filter })
            }
            _ => Err(SettingsError::of(errors)),
        }
    }
}

impl SettingsError {
    /// Each error once: two services read some of the same variables.
    fn of(mut errors: Vec<SettingError>) -> Self {
        // A policy document may have thousands.
        let mut seen = HashSet::new();
        errors.retain(|error| seen.insert(error.clone()));
        SettingsError(errors)
    }
}

fn read_auth(settings: &Settings<'_>, errors: &mut Vec<SettingError>) -> Option<AuthSettings> {
    let names = ClaimNames::read(settings, errors);
    match settings.require("AUTH_MODE", errors)?.as_str() {
        "authorizer" => Some(AuthSettings::Authorizer(names)),
        "bearer" => BearerSettings::read(settings, &names, errors).map(AuthSettings::Bearer),
        other => {
            let detail = format!("must be `authorizer` or `bearer`, not `{other}`");
            errors.push(SettingError { setting: "AUTH_MODE", detail });
            None
        }
    }
}

fn read_policies(
    settings: &Settings<'_>,
    document: Option<&[u8]>,
    region: Option<&str>,
    errors: &mut Vec<SettingError>,
) -> Option<Policies> {
    const SETTING: &str = "POLICY_FILE";
    let path = settings.require(SETTING, errors)?;
    let mut error = |detail: String| errors.push(SettingError { setting: SETTING, detail });
    let read = || std::fs::read(&path).map(Cow::Owned);
    let text = match document.map_or_else(read, |text| Ok(Cow::Borrowed(text))) {
        Ok(text) => text,
        Err(cause) => {
            error(format!("names `{path}`, which can't be read: {cause}"));
            return None;
        }
    };
    let partition = Partition::of_region(region.unwrap_or_default());
    // The setting's own faults are reported by its reading.
    let has_registry = settings.get("REGISTRY_TABLE").is_some();
    match Policies::load(&text, &Deployment { partition, has_registry }) {
        Ok(policies) => Some(policies),
        Err(found) => {
            found.iter().for_each(|found| error(format!("names `{path}`, where {found}")));
            None
        }
    }
}

/// The queue must be a standard queue in the region of the Chime endpoint. With any other queue, Chime creates the
/// meeting and silently drops its events.
fn read_queue(
    settings: &Settings<'_>,
    region: Option<&str>,
    errors: &mut Vec<SettingError>,
) -> Option<String> {
    const SETTING: &str = "NOTIFICATIONS_QUEUE_ARN";
    let arn = settings.require(SETTING, errors)?;
    let before = errors.len();
    let mut error = |detail: String| errors.push(SettingError { setting: SETTING, detail });
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "sqs", queue_region, account, name] = parts.as_slice() else {
        error(format!("must be `arn:<partition>:sqs:<region>:<account>:<name>`, not `{arn}`"));
        return None;
    };
    if !partition.starts_with("aws") || !is_made_of(partition, "-") {
        error(format!("has an invalid partition: `{partition}`"));
    }
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        error(format!("has an account that is not 12 digits: `{account}`"));
    }
    if name.ends_with(".fifo") {
        error("is a FIFO queue, to which Chime sends no events: it must be a standard queue".to_owned());
    } else if name.is_empty() || name.len() > 80 || !is_made_of(name, "-_") {
        error(format!("has an invalid queue name: `{name}`"));
    }
    if let Some(region) = region.filter(|region| region != queue_region) {
        error(format!(
            "is in `{queue_region}`, but Chime sends events only to a queue in AWS_REGION, `{region}`"
        ));
    }
    (errors.len() == before).then_some(arn)
}

fn is_made_of(text: &str, marks: &str) -> bool {
    text.chars().all(|character| character.is_ascii_alphanumeric() || marks.contains(character))
}

fn read_gateway_name(settings: &Settings<'_>, errors: &mut Vec<SettingError>) -> Option<String> {
    const SETTING: &str = "GATEWAY_NAME";
    let name = settings.require(SETTING, errors)?;
    match TagValue::parse(&name) {
        // CloudWatch's rules for the value of a dimension (PutMetricData).
        Ok(_) if name.starts_with(':') || name.trim().is_empty() => {
            let detail = format!(
                "must not begin with `:` or be blank, since metrics have it as a dimension: `{name}`"
            );
            errors.push(SettingError { setting: SETTING, detail });
            None
        }
        Ok(_) => Some(name),
        Err(detail) => {
            errors.push(SettingError {
                setting: SETTING,
                detail: format!("must be valid as a tag's value: `{name}` {detail}"),
            });
            None
        }
    }
}
