//! The AWS SDKs' own variables. The SDK's providers parse them. Invalid values, for which the SDK only logs a warning,
//! are errors here.

use aws_config::default_provider::endpoint_url::endpoint_url_provider;
use aws_config::default_provider::ignore_configured_endpoint_urls::ignore_configured_endpoint_urls_provider;
use aws_config::default_provider::use_dual_stack::use_dual_stack_provider;
use aws_config::default_provider::use_fips::use_fips_provider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_sdk_chimesdkmeetings::config::endpoint::Params;
use aws_sdk_chimesdkmeetings::config::{AppName, ProvideCredentials as _, Region, SharedCredentialsProvider};

use crate::chime::ChimeEndpoint;
use crate::model::{FIPS_REGIONS, check_control_region};
use crate::settings::{SettingError, Settings};

const REGION: &str = "AWS_REGION";
const DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
const USE_FIPS: &str = "AWS_USE_FIPS_ENDPOINT";
const USE_DUAL_STACK: &str = "AWS_USE_DUALSTACK_ENDPOINT";
const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
const CHIME_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS";
const TABLE_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL_DYNAMODB";
const BUS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL_EVENTBRIDGE";
const IGNORE_ENDPOINT_URLS: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
const APP_ID: &str = "AWS_SDK_UA_APP_ID";

/// The regions where DynamoDB has a FIPS endpoint (AWS General Reference, "Amazon DynamoDB endpoints and quotas"). The SDK's rules would
/// make up a host for any other.
const TABLE_FIPS_REGIONS: &[&str] = &[
    "ca-central-1", "ca-west-1", "us-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1", "us-west-1",
    "us-west-2",
];

/// The variables that the AWS SDKs parse. Both an unset and an invalid variable are `None`: [`super::Config::read`]
/// tells them apart.
#[derive(Debug, Clone, Default)]
pub struct AwsEnvironment {
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`.
    pub region: Option<Region>,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    pub credentials: Option<SharedCredentialsProvider>,
    /// `AWS_USE_FIPS_ENDPOINT`.
    pub use_fips: Option<bool>,
    /// `AWS_USE_DUALSTACK_ENDPOINT`.
    pub use_dual_stack: Option<bool>,
    /// `AWS_ENDPOINT_URL`. Chime's own variable is read as a setting, since only the SDK's loader has a provider for
    /// it.
    pub endpoint_url: Option<String>,
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`.
    pub ignore_configured_endpoint_urls: Option<bool>,
    /// `AWS_SDK_UA_APP_ID`.
    pub app_name: Option<AppName>,
}

/// The options from which the SDK makes an endpoint.
pub(super) struct EndpointOptions {
    pub(super) use_fips: bool,
    pub(super) use_dual_stack: bool,
    /// The custom endpoint, with its variable.
    pub(super) custom: Option<(&'static str, String)>,
}

impl AwsEnvironment {
    /// Reads the environment of this process.
    ///
    /// Profile files are ignored. Most providers fall back to them, but not when their variable is set, even to an
    /// invalid value. So a provider is called only when its variable is set.
    pub async fn of_process() -> Self {
        let lookup = |name: &str| std::env::var(name).ok();
        let settings = Settings::new(&lookup);
        let is_set = |name: &str| settings.get(name).is_some();
        let mut aws = AwsEnvironment { region: region(&settings), ..AwsEnvironment::default() };
        let credentials = EnvironmentVariableCredentialsProvider::new();
        if credentials.provide_credentials().await.is_ok() {
            aws.credentials = Some(SharedCredentialsProvider::new(credentials));
        }
        let configuration = ProviderConfig::empty();
        if is_set(USE_FIPS) {
            aws.use_fips = use_fips_provider(&configuration).await;
        }
        if is_set(USE_DUAL_STACK) {
            aws.use_dual_stack = use_dual_stack_provider(&configuration).await;
        }
        if is_set(ENDPOINT_URL) {
            aws.endpoint_url = endpoint_url_provider(&configuration).await;
        }
        if is_set(IGNORE_ENDPOINT_URLS) {
            aws.ignore_configured_endpoint_urls =
                ignore_configured_endpoint_urls_provider(&configuration).await;
        }
        if is_set(APP_ID) {
            aws.app_name = aws_config::default_provider::app_name::default_provider().app_name().await;
        }
        aws
    }

    pub(super) fn require_region(&self, errors: &mut Vec<SettingError>) -> Option<String> {
        if self.region.is_none() {
            errors.push(SettingError::missing(REGION));
        }
        self.region.as_ref().map(ToString::to_string)
    }

    /// The credentials to sign requests with. Without them the function does not start.
    pub(super) fn require_credentials(
        &self,
        settings: &Settings<'_>,
        errors: &mut Vec<SettingError>,
    ) -> Option<SharedCredentialsProvider> {
        if self.credentials.is_none() {
            let is_blank = |name: &&str| settings.get(name).is_none_or(|value| value.trim().is_empty());
            let blank = [ACCESS_KEY_ID, SECRET_ACCESS_KEY].into_iter().filter(is_blank);
            errors.extend(blank.map(SettingError::missing));
        }
        self.credentials.clone()
    }

    pub(super) fn read_app_name(
        &self,
        settings: &Settings<'_>,
        errors: &mut Vec<SettingError>,
    ) -> Option<AppName> {
        if let (Some(value), None) = (settings.get(APP_ID), &self.app_name) {
            let detail = format!("must consist of letters, digits and any of !#$%&'*+-.^_`|~, not `{value}`");
            errors.push(SettingError { setting: APP_ID, detail });
        }
        self.app_name.clone()
    }

    /// Chime's endpoint. Reports options that the SDK would combine into an endpoint that does not exist.
    pub(super) fn read_chime_endpoint(
        &self,
        settings: &Settings<'_>,
        region: Option<&str>,
        errors: &mut Vec<SettingError>,
    ) -> Option<ChimeEndpoint> {
        let before = errors.len();
        let EndpointOptions { use_fips, use_dual_stack, custom } =
            self.read_endpoint_options(settings, CHIME_ENDPOINT_URL, errors);
        let mut error = |setting: &'static str, detail: String| errors.push(SettingError { setting, detail });
        if let (None, Some(region)) = (&custom, region) {
            if let Err(detail) = check_control_region(region) {
                let detail =
                    format!("must be a region with Chime, or {CHIME_ENDPOINT_URL} must be set: {detail}");
                error(REGION, detail);
            } else if use_fips && !FIPS_REGIONS.contains(&region) {
                let regions = FIPS_REGIONS.join(", ");
                let detail = format!("can't be `true` in `{region}`: Chime has FIPS endpoints in {regions}");
                error(USE_FIPS, detail);
            }
        }
        let region = region.filter(|_| errors.len() == before)?;
        let parameters = Params::builder()
            .region(region)
            .use_fips(use_fips)
            .use_dual_stack(use_dual_stack)
            .set_endpoint(custom.map(|(_, url)| url))
            .build();
        let resolved = parameters.map_err(Into::into).and_then(ChimeEndpoint::resolve);
        resolved
            .map_err(|error| {
                // The SDK's only rule that is not checked above is a partition without dual-stack endpoints.
                let setting = if use_dual_stack { USE_DUAL_STACK } else { REGION };
                let detail = format!("has no endpoint for Chime in `{region}`: {error}");
                errors.push(SettingError { setting, detail });
            })
            .ok()
    }

    /// The options of EventBridge's endpoint.
    pub(super) fn read_bus_endpoint(
        &self,
        settings: &Settings<'_>,
        errors: &mut Vec<SettingError>,
    ) -> EndpointOptions {
        self.read_endpoint_options(settings, BUS_ENDPOINT_URL, errors)
    }

    /// The options of DynamoDB's endpoint.
    pub(super) fn read_table_endpoint(
        &self,
        settings: &Settings<'_>,
        region: Option<&str>,
        errors: &mut Vec<SettingError>,
    ) -> EndpointOptions {
        let options = self.read_endpoint_options(settings, TABLE_ENDPOINT_URL, errors);
        let is_without_fips = |region: &&str| !TABLE_FIPS_REGIONS.contains(region);
        if options.use_fips
            && options.custom.is_none()
            && let Some(region) = region.filter(is_without_fips)
        {
            let regions = TABLE_FIPS_REGIONS.join(", ");
            let detail = format!("can't be `true` in `{region}`: DynamoDB has FIPS endpoints in {regions}");
            errors.push(SettingError { setting: USE_FIPS, detail });
        }
        options
    }

    /// The options of a service's endpoint. Reports those that the SDK refuses together.
    fn read_endpoint_options(
        &self,
        settings: &Settings<'_>,
        own_variable: &'static str,
        errors: &mut Vec<SettingError>,
    ) -> EndpointOptions {
        let use_fips = read_switch(settings, USE_FIPS, self.use_fips, errors);
        let use_dual_stack = read_switch(settings, USE_DUAL_STACK, self.use_dual_stack, errors);
        let custom = self.read_custom_endpoint(settings, own_variable, errors);
        if let Some((variable, _)) = &custom {
            let both = [(USE_FIPS, use_fips), (USE_DUAL_STACK, use_dual_stack)];
            errors.extend(both.into_iter().filter(|(_, on)| *on).map(|(setting, _)| SettingError {
                setting,
                detail: format!("can't be `true` together with {variable}: the SDK refuses both"),
            }));
        }
        EndpointOptions { use_fips, use_dual_stack, custom }
    }

    /// The custom endpoint, with its variable.
    fn read_custom_endpoint(
        &self,
        settings: &Settings<'_>,
        own_variable: &'static str,
        errors: &mut Vec<SettingError>,
    ) -> Option<(&'static str, String)> {
        let ignored =
            read_switch(settings, IGNORE_ENDPOINT_URLS, self.ignore_configured_endpoint_urls, errors);
        if ignored {
            return None;
        }
        let for_all = read_url(settings, ENDPOINT_URL, self.endpoint_url.clone(), errors);
        let own = read_url(settings, own_variable, settings.get(own_variable), errors);
        own.or(for_all)
    }
}

/// The SDK's provider would not fall back from an empty `AWS_REGION`.
fn region(settings: &Settings<'_>) -> Option<Region> {
    settings.get(REGION).or_else(|| settings.get(DEFAULT_REGION)).map(Region::new)
}

fn read_switch(
    settings: &Settings<'_>,
    setting: &'static str,
    provided: Option<bool>,
    errors: &mut Vec<SettingError>,
) -> bool {
    if let (Some(value), None) = (settings.get(setting), provided) {
        errors.push(SettingError { setting, detail: format!("must be `true` or `false`, not `{value}`") });
    }
    provided.unwrap_or_default()
}

/// Checks a URL more strictly than the SDK, which accepts `localhost:3001` as a URL with the scheme `localhost`.
fn read_url(
    settings: &Settings<'_>,
    setting: &'static str,
    provided: Option<String>,
    errors: &mut Vec<SettingError>,
) -> Option<(&'static str, String)> {
    let value = settings.get(setting)?;
    let is_usable = |url: &String| {
        url.parse::<http::Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
        })
    };
    let usable = provided.filter(is_usable);
    if usable.is_none() {
        let detail =
            format!("must be a URL that begins with `https://` or `http://` and names a host, not `{value}`");
        errors.push(SettingError { setting, detail });
    }
    usable.map(|url| (setting, url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_region_falls_back_to_the_default_region() {
        let region_of = |values: [&'static str; 2]| {
            let lookup = move |name: &str| {
                [REGION, DEFAULT_REGION]
                    .iter()
                    .zip(values)
                    .find(|(other, _)| **other == name)
                    .map(|(_, value)| value.to_owned())
            };
            region(&Settings::new(&lookup)).map(|region| region.to_string())
        };
        assert_eq!(region_of(["us-east-1", "us-west-2"]).as_deref(), Some("us-east-1"));
        assert_eq!(region_of(["", "us-west-2"]).as_deref(), Some("us-west-2"));
        assert_eq!(region_of(["", ""]), None);
    }
}
