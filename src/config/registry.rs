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
