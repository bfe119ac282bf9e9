//! The configuration of the function that reads the queue of meeting events.

use super::registry::read_registry;
use super::{AwsEnvironment, SettingsError, read_gateway_name};
use crate::notifications::BusSettings;
use crate::registry::RegistrySettings;
use crate::settings::{SettingError, Settings};
use crate::telemetry::LogFilter;

/// The configuration of the function.
#[derive(Debug)]
pub struct NotificationsConfig {
    /// The gateway whose queue it reads (`GATEWAY_NAME`).
    pub gateway_name: String,
    /// The bus that events are put on, from `EVENT_BUS_NAME` and the AWS SDKs' own variables. `None` without that name.
    pub bus: Option<BusSettings>,
    /// The registry, from `REGISTRY_TABLE` and the AWS SDKs' own variables. `None` without that name.
    pub registry: Option<RegistrySettings>,
    /// From `RUST_LOG` or `AWS_LAMBDA_LOG_LEVEL`.
    pub log_filter: LogFilter,
}

impl NotificationsConfig {
    /// Reads every setting. `aws` has the variables that the AWS SDKs parse. `settings` must have the same variables, to
    /// report the invalid ones.
    ///
    /// # Errors
    /// Every setting that is missing or malformed.
    pub fn read(settings: &Settings<'_>, aws: AwsEnvironment) -> Result<Self, SettingsError> {
        let mut errors = Vec::new();
        let log_filter = LogFilter::read(settings, &mut errors);
        let gateway_name = read_gateway_name(settings, &mut errors);
        let bus = read_bus(settings, &aws, &mut errors);
        let registry = read_registry(settings, &aws, &mut errors);
        match gateway_name {
            Some(gateway_name) if errors.is_empty() => {
                Ok(NotificationsConfig { gateway_name, bus, registry, log_filter })
            }
            _ => Err(SettingsError::of(errors)),
        }
    }
}

/// Reads what the bus needs; without a bus nothing of it is required.
fn read_bus(
    settings: &Settings<'_>,
    aws: &AwsEnvironment,
    errors: &mut Vec<SettingError>,
) -> Option<BusSettings> {
    const SETTING: &str = "EVENT_BUS_NAME";
    let name = settings.get(SETTING)?;
    if !is_bus(&name) {
        let detail = format!(
            "must be the name of an EventBridge bus (letters, digits and `._-`, at most 256) or its ARN, not `{name}`"
        );
        errors.push(SettingError { setting: SETTING, detail });
    }
    let region = aws.require_region(errors);
    let options = aws.read_bus_endpoint(settings, errors);
    let app_name = aws.read_app_name(settings, errors);
    let credentials = aws.require_credentials(settings, errors);
    Some(BusSettings {
        name,
        region: region?,
        credentials: credentials?,
        app_name,
        use_fips: options.use_fips,
        use_dual_stack: options.use_dual_stack,
        endpoint_url: options.custom.map(|(_, url)| url),
    })
}

/// The pattern of PutEvents for the name of a bus, or an ARN that ends in one. Nobody but a partner of AWS may put events on a
/// partner's bus, whose name has slashes.
fn is_bus(text: &str) -> bool {
    let name = match text.strip_prefix("arn:") {
        None => text,
        Some(rest) => match rest.split(':').collect::<Vec<_>>().as_slice() {
            [partition, "events", region, account, resource]
                if partition.starts_with("aws") && !region.is_empty() && account.len() == 12 =>
            {
                resource.strip_prefix("event-bus/").unwrap_or_default()
            }
            _ => return false,
        },
    };
    (1..=256).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_is_a_name_or_an_arn() {
        for (text, expected) in [
            ("default", true),
            ("my.bus_1-x", true),
            ("aws.partner/example.com/1", false),
            ("arn:aws:events:eu-central-1:111122223333:event-bus/meetings", true),
            ("arn:aws-us-gov:events:us-gov-west-1:111122223333:event-bus/meetings", true),
            ("arn:aws:sns:eu-central-1:111122223333:meetings", false),
            ("arn:aws:events:eu-central-1:111122223333:rule/meetings", false),
            ("arn:aws:events:eu-central-1:111122223333:event-bus/", false),
            ("my bus", false),
            ("a:b", false),
        ] {
            assert_eq!(is_bus(text), expected, "{text}");
        }
        assert!(is_bus(&"a".repeat(256)) && !is_bus(&"a".repeat(257)));
    }

    #[test]
    fn reports_every_fault_at_once_and_needs_nothing_for_a_bus_that_there_is_not() {
        let faults = |values: &'static [(&'static str, &'static str)]| {
            let lookup = |name: &str| {
                values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            match NotificationsConfig::read(&Settings::new(&lookup), AwsEnvironment::default()) {
                Ok(_) => Vec::new(),
                Err(error) => error.0.iter().map(|error| error.setting).collect(),
            }
        };
        assert_eq!(faults(&[("GATEWAY_NAME", "stack")]), [] as [&str; 0]);
        assert_eq!(faults(&[("GATEWAY_NAME", "stack"), ("EVENT_BUS_NAME", "")]), [] as [&str; 0]);
        assert_eq!(
            faults(&[("EVENT_BUS_NAME", "my bus"), ("AWS_LAMBDA_LOG_LEVEL", "loud")]),
            [
                "AWS_LAMBDA_LOG_LEVEL",
                "GATEWAY_NAME",
                "EVENT_BUS_NAME",
                "AWS_REGION",
                "AWS_ACCESS_KEY_ID",
                "AWS_SECRET_ACCESS_KEY"
            ]
        );
        assert_eq!(
            faults(&[("GATEWAY_NAME", "stack"), ("REGISTRY_TABLE", "t"), ("EVENT_BUS_NAME", "default")]),
            ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "REGISTRY_TABLE"],
            "what bus and registry both need is reported once"
        );
    }
}
