//! The AWS SDKs' own variables. The SDK's own providers read them; a value that those only warn about is an error here.

use aws_config::default_provider::endpoint_url::endpoint_url_provider;
use aws_config::default_provider::ignore_configured_endpoint_urls::ignore_configured_endpoint_urls_provider;
use aws_config::default_provider::use_dual_stack::use_dual_stack_provider;
use aws_config::default_provider::use_fips::use_fips_provider;
use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::region::ProvideRegion as _;
use aws_config::provider_config::ProviderConfig;
use aws_sdk_chimesdkmeetings::config::endpoint::Params;
use aws_sdk_chimesdkmeetings::config::{AppName, ProvideCredentials as _, Region, SharedCredentialsProvider};

use crate::chime::ChimeEndpoint;
use crate::model::{FIPS_REGIONS, check_control_region};
use crate::settings::{SettingError, Settings};

const REGION: &str = "AWS_REGION";
const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
const USE_FIPS: &str = "AWS_USE_FIPS_ENDPOINT";
const USE_DUAL_STACK: &str = "AWS_USE_DUALSTACK_ENDPOINT";
const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
const CHIME_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS";
const IGNORE_ENDPOINT_URLS: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
const APP_ID: &str = "AWS_SDK_UA_APP_ID";

/// What the AWS SDKs make of their own variables. A variable whose value they do not accept is `None` here, like one
/// that is not set: [`super::Config::read`] tells the two apart.
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
    /// `AWS_ENDPOINT_URL`. The variable for Chime alone has no provider outside the SDK's loader: it is read as a
    /// setting.
    pub endpoint_url: Option<String>,
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`.
    pub ignore_configured_endpoint_urls: Option<bool>,
    /// `AWS_SDK_UA_APP_ID`.
    pub app_name: Option<AppName>,
}

impl AwsEnvironment {
    /// Reads the environment of this process.
    ///
    /// Profile files never count. Most providers fall back to them, so a provider is asked only when its variable is
    /// set: the variable goes before the file, even when its value is not valid.
    pub async fn of_process() -> Self {
        let lookup = |name: &str| std::env::var(name).ok();
        let settings = Settings::new(&lookup);
        let is_set = |name: &str| settings.get(name).is_some();
        let mut aws = AwsEnvironment {
            region: EnvironmentVariableRegionProvider::new().region().await,
            ..AwsEnvironment::default()
        };
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
        let region = self.region.as_ref().map(ToString::to_string).filter(|region| !region.is_empty());
        if region.is_none() {
            errors.push(SettingError::is_required(REGION));
        }
        region
    }

    /// Requests could not be signed without them, so the function does not start.
    pub(super) fn require_credentials(
        &self,
        settings: &Settings<'_>,
        errors: &mut Vec<SettingError>,
    ) -> Option<SharedCredentialsProvider> {
        if self.credentials.is_none() {
            let is_blank = |name: &&str| settings.get(name).is_none_or(|value| value.trim().is_empty());
            errors.extend(
                [ACCESS_KEY_ID, SECRET_ACCESS_KEY]
                    .into_iter()
                    .filter(is_blank)
                    .map(SettingError::is_required),
            );
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

    /// Where Chime is called. Options that the SDK would combine into an address that does not exist are errors.
    pub(super) fn read_chime_endpoint(
        &self,
        settings: &Settings<'_>,
        region: Option<&str>,
        errors: &mut Vec<SettingError>,
    ) -> Option<ChimeEndpoint> {
        let before = errors.len();
        let use_fips = read_switch(settings, USE_FIPS, self.use_fips, errors);
        let use_dual_stack = read_switch(settings, USE_DUAL_STACK, self.use_dual_stack, errors);
        let custom = self.read_custom_endpoint(settings, errors);
        let mut fault = |setting: &'static str, detail: String| errors.push(SettingError { setting, detail });
        match (&custom, region) {
            (Some((variable, _)), _) => {
                for (setting, _) in
                    [(USE_FIPS, use_fips), (USE_DUAL_STACK, use_dual_stack)].iter().filter(|(_, on)| *on)
                {
                    fault(setting, format!("can't be `true` together with {variable}: the SDK refuses both"));
                }
            }
            (None, Some(region)) => {
                if let Err(detail) = check_control_region(region) {
                    fault(
                        REGION,
                        format!(
                            "must be a region that has Chime, or {CHIME_ENDPOINT_URL} must be set: {detail}"
                        ),
                    );
                } else if use_fips && !FIPS_REGIONS.contains(&region) {
                    let regions = FIPS_REGIONS.join(", ");
                    fault(
                        USE_FIPS,
                        format!("can't be `true` in `{region}`: Chime has FIPS endpoints in {regions}"),
                    );
                }
            }
            (None, None) => {}
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
                // The one rule of the SDK that is not checked above: a partition without dual-stack endpoints.
                let setting = if use_dual_stack { USE_DUAL_STACK } else { REGION };
                let detail = format!("leaves no endpoint for Chime in `{region}`: {error}");
                errors.push(SettingError { setting, detail });
            })
            .ok()
    }

    /// The endpoint that is set for Chime, with the variable that sets it.
    fn read_custom_endpoint(
        &self,
        settings: &Settings<'_>,
        errors: &mut Vec<SettingError>,
    ) -> Option<(&'static str, String)> {
        let ignored =
            read_switch(settings, IGNORE_ENDPOINT_URLS, self.ignore_configured_endpoint_urls, errors);
        if ignored {
            return None;
        }
        let for_all = read_url(settings, ENDPOINT_URL, self.endpoint_url.clone(), errors);
        let for_chime = read_url(settings, CHIME_ENDPOINT_URL, settings.get(CHIME_ENDPOINT_URL), errors);
        for_chime.or(for_all)
    }
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

/// The SDK takes any URL, `localhost:3001` with a scheme called `localhost` among them.
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
