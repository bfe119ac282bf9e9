//! What the deployed functions would find in their environments.

use std::collections::BTreeMap;

use local::issuer::{AUDIENCE, Issuer};
use local::simulator::ACCOUNT;

use crate::cli::{GATEWAY_NAME, ServeOptions};
use crate::endpoint::ChimeEndpoint;
use crate::environment_variables::{CLAIM_SETTINGS, variable, variables};

/// The settings of an identity provider, which the environment may give in place of the issuer that is started here.
const ISSUER_SETTINGS: &[&str] =
    &["JWT_ISSUER", "JWT_AUDIENCE", "JWKS_URI", "JWKS_FILE", "JWT_ISSUERS", "TOKEN_USE"];

/// The AWS SDKs' own variables that count for the real Chime.
const HOW_AWS_IS_CALLED: &[&str] =
    &["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_SDK_UA_APP_ID"];

/// Whether the environment names an identity provider of the user's own.
pub(super) fn has_own_issuer() -> bool {
    variable("JWT_ISSUER").is_some() || variable("JWT_ISSUERS").is_some()
}

/// The settings of the gateway.
pub(super) fn settings(
    options: &ServeOptions,
    issuer: &Issuer,
    chime_endpoint: Option<String>,
) -> BTreeMap<String, String> {
    let region = options.region();
    let local_queue = format!("arn:aws:sqs:{region}:{ACCOUNT}:local-notifications");
    let queue = variable("NOTIFICATIONS_QUEUE_ARN");
    let mut settings = BTreeMap::from([
        ("AUTH_MODE".to_owned(), "bearer".to_owned()),
        ("JWT_ISSUER".to_owned(), issuer.issuer_url()),
        ("JWT_AUDIENCE".to_owned(), AUDIENCE.to_owned()),
        ("NOTIFICATIONS_QUEUE_ARN".to_owned(), queue.unwrap_or(local_queue)),
        ("GATEWAY_NAME".to_owned(), GATEWAY_NAME.to_owned()),
        ("AWS_REGION".to_owned(), region),
        ("POLICY_FILE".to_owned(), options.policy_file().display().to_string()),
    ]);
    if has_own_issuer() {
        settings.retain(|name, _| !ISSUER_SETTINGS.contains(&name.as_str()));
    }
    settings.extend(variables(ISSUER_SETTINGS).chain(variables(CLAIM_SETTINGS)));
    if options.chime_endpoint == Some(ChimeEndpoint::Aws) {
        settings.extend(variables(HOW_AWS_IS_CALLED));
    }
    if let Some(url) = chime_endpoint {
        settings.insert("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS".to_owned(), url);
    }
    settings
}

/// The settings of the function `notifications`, without a bus.
pub(super) fn notifications_settings(
    options: &ServeOptions,
    registry: Option<&[(String, String); 2]>,
) -> BTreeMap<String, String> {
    let own = [("GATEWAY_NAME", GATEWAY_NAME.to_owned()), ("AWS_REGION", options.region())];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    own.into_iter().chain(registry.into_iter().flatten().cloned()).collect()
}
