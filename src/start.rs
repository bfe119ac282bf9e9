//! A gateway from its configuration.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_sdk_chimesdkmeetings::config::SharedCredentialsProvider;

use crate::auth::bearer::Verifier;
use crate::chime::{Chime, http_connector};
use crate::config::{AuthSettings, Config};
use crate::gateway::{Authenticator, Gateway};

/// The credentials that Lambda puts into the environment. Nothing is looked for anywhere else.
#[must_use]
pub fn lambda_credentials() -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
}

/// Makes the gateway. Nothing is sent yet.
#[must_use]
pub fn gateway(config: Config, credentials: SharedCredentialsProvider) -> Gateway {
    let connector = http_connector();
    let authenticator = match config.auth {
        AuthSettings::Authorizer(names) => Authenticator::Authorizer(names),
        AuthSettings::Bearer(settings) => Authenticator::Bearer(Verifier::new(settings, connector.clone())),
    };
    Gateway::new(authenticator, config.policies, Chime::new(config.chime, connector, credentials))
}
