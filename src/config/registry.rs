//! The registry's settings, which both functions of the stack read.

use super::AwsEnvironment;
use super::aws::EndpointOptions;
use crate::registry::{RegistryEndpoint, RegistrySettings, TableName};
use crate::settings::{SettingError, Settings};

/// Reads what the registry needs; without `REGISTRY_TABLE` there is none, and nothing of it is required.
pub(super) fn read_registry(
    settings: &Settings<'_>,
    aws: &AwsEnvironment,
    errors: &mut Vec<SettingError>,
) -> Option<RegistrySettings> {
    const SETTING: &str = "REGISTRY_TABLE";
    let name = settings.get(SETTING)?;
    let region = aws.require_region(errors);
    let table = TableName::parse(&name, region.as_deref())
        .map_err(|detail| errors.push(SettingError { setting: SETTING, detail }))
        .ok();
    let before = errors.len();
    let options = aws.read_table_endpoint(settings, region.as_deref(), errors);
    let endpoint = region.filter(|_| errors.len() == before);
    let endpoint = endpoint.and_then(|region| resolve(&region, options, errors));
    let app_name = aws.read_app_name(settings, errors);
    let credentials = aws.require_credentials(settings, errors);
    Some(RegistrySettings { table: table?, endpoint: endpoint?, credentials: credentials?, app_name })
}

fn resolve(
    region: &str,
    options: EndpointOptions,
    errors: &mut Vec<SettingError>,
) -> Option<RegistryEndpoint> {
    let EndpointOptions { use_fips, use_dual_stack, custom } = options;
    RegistryEndpoint::resolve(region, use_fips, use_dual_stack, custom.map(|(_, url)| url))
        .map_err(|error| {
            // What is left of the SDK's rules: a region that is no name of a host.
            let detail = format!("has no endpoint for DynamoDB in `{region}`: {error}");
            errors.push(SettingError { setting: "AWS_REGION", detail });
        })
        .ok()
}

#[cfg(test)]
mod tests {
    use aws_sdk_chimesdkmeetings::config::{Credentials, Region, SharedCredentialsProvider};

    use super::*;

    const TABLE: (&str, &str) = ("REGISTRY_TABLE", "registry");
    const OWN_URL: (&str, &str) = ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:3003");
    const FIPS: (&str, &str) = ("AWS_USE_FIPS_ENDPOINT", "true");
    const DUAL_STACK: (&str, &str) = ("AWS_USE_DUALSTACK_ENDPOINT", "true");

    /// Reads these variables in that region. Returns the settings, and the variables that have a fault.
    fn read(region: &str, values: &[(&str, &str)]) -> (Option<RegistrySettings>, Vec<&'static str>) {
        let lookup = |name: &str| {
            values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let settings = Settings::new(&lookup);
        let is_true = |name: &str| settings.get(name).map(|value| value == "true");
        let credentials = Credentials::new("AKIDEXAMPLE", "example", None, None, "test");
        let aws = AwsEnvironment {
            region: Some(region)
                .filter(|region| !region.is_empty())
                .map(|region| Region::new(region.to_owned())),
            credentials: Some(SharedCredentialsProvider::new(credentials)),
            use_fips: is_true("AWS_USE_FIPS_ENDPOINT"),
            use_dual_stack: is_true("AWS_USE_DUALSTACK_ENDPOINT"),
            endpoint_url: settings.get("AWS_ENDPOINT_URL"),
            ignore_configured_endpoint_urls: is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
            app_name: None,
        };
        let mut errors = Vec::new();
        let registry = read_registry(&settings, &aws, &mut errors);
        (registry, errors.iter().map(|error| error.setting).collect())
    }

    #[test]
    fn without_a_table_there_is_no_registry_and_nothing_of_it_is_read() {
        for values in
            [&[] as &[_], &[("REGISTRY_TABLE", "")], &[("AWS_ENDPOINT_URL_DYNAMODB", "nowhere"), FIPS]]
        {
            let (registry, faults) = read("", values);
            assert!(registry.is_none() && faults.is_empty(), "{values:?}: {faults:?}");
        }
    }

    #[test]
    fn the_endpoint_is_the_regions_or_the_one_that_is_set() {
        for (region, values, url, why) in [
            ("eu-central-1", &[TABLE] as &[_], "https://dynamodb.eu-central-1.amazonaws.com", "the region's"),
            ("us-east-1", &[TABLE, FIPS], "https://dynamodb-fips.us-east-1.amazonaws.com", "FIPS"),
            ("us-east-1", &[TABLE, DUAL_STACK], "https://dynamodb.us-east-1.api.aws", "dual-stack"),
            ("us-east-1", &[TABLE, ("AWS_ENDPOINT_URL", "http://a:1")], "http://a:1", "that of all services"),
            (
                "us-east-1",
                &[TABLE, ("AWS_ENDPOINT_URL", "http://a:1"), OWN_URL],
                OWN_URL.1,
                "DynamoDB's own first",
            ),
            (
                "us-east-1",
                &[TABLE, OWN_URL, ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")],
                "https://dynamodb.us-east-1.amazonaws.com",
                "set and ignored",
            ),
        ] {
            let (registry, faults) = read(region, values);
            assert!(faults.is_empty(), "{why}: {faults:?}");
            let registry = registry.expect(why);
            assert_eq!((registry.table.as_str(), registry.endpoint.url()), ("registry", url), "{why}");
        }
    }

    #[test]
    fn every_fault_is_reported_at_once() {
        for (region, values, expected, why) in [
            ("us-east-1", &[("REGISTRY_TABLE", "a b")] as &[_], &["REGISTRY_TABLE"] as &[_], "no name"),
            (
                "us-east-1",
                &[("REGISTRY_TABLE", "arn:aws:dynamodb:eu-west-2:111122223333:table/registry")],
                &["REGISTRY_TABLE"],
                "a table in another region",
            ),
            ("", &[TABLE], &["AWS_REGION"], "no region"),
            ("not a region", &[TABLE], &["AWS_REGION"], "a region that is no name of a host"),
            ("eu-central-1", &[TABLE, FIPS], &["AWS_USE_FIPS_ENDPOINT"], "no FIPS endpoint there"),
            ("us-east-1", &[TABLE, FIPS, OWN_URL], &["AWS_USE_FIPS_ENDPOINT"], "the SDK refuses both"),
            (
                "us-east-1",
                &[TABLE, DUAL_STACK, OWN_URL],
                &["AWS_USE_DUALSTACK_ENDPOINT"],
                "the SDK refuses both",
            ),
            (
                "us-east-1",
                &[("REGISTRY_TABLE", "t"), ("AWS_ENDPOINT_URL_DYNAMODB", "localhost:3003")],
                &["REGISTRY_TABLE", "AWS_ENDPOINT_URL_DYNAMODB"],
                "two at once",
            ),
        ] {
            let (registry, faults) = read(region, values);
            assert_eq!(faults, expected, "{why}");
            assert!(registry.is_none(), "{why}");
        }
    }
}
