//! A gateway from its configuration.

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_sdk_chimesdkmeetings::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};

use crate::auth::bearer::Verifier;
use crate::chime::Chime;
use crate::config::{AuthSettings, Config, Settings};
use crate::gateway::{Authenticator, Gateway};
use crate::outbound::Outbound;

/// The credentials that Lambda puts into the environment, where they stay the same for as long as the process lives.
/// Nothing is looked for anywhere else; without them, each request fails as it needs them.
#[must_use]
pub fn lambda_credentials(environment: &Settings<'_>) -> SharedCredentialsProvider {
    let (id, secret) = (environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY"));
    match id.zip(secret) {
        Some((id, secret)) => {
            let token = environment.get("AWS_SESSION_TOKEN");
            SharedCredentialsProvider::new(Credentials::new(id, secret, token, None, "LambdaEnvironment"))
        }
        None => SharedCredentialsProvider::new(NoCredentials),
    }
}

/// Makes the gateway. Nothing is sent yet.
#[must_use]
pub fn gateway(config: Config, credentials: SharedCredentialsProvider) -> Gateway {
    let outbound = Outbound::new();
    let authenticator = match config.auth {
        AuthSettings::Authorizer(names) => Authenticator::Authorizer(names),
        AuthSettings::Bearer(settings) => {
            Authenticator::Bearer(Verifier::new(settings, outbound.connector()))
        }
    };
    Gateway::new(authenticator, config.policies, Chime::new(config.chime, &outbound, credentials))
}

/// Stands where the environment holds no credentials.
#[derive(Debug)]
struct NoCredentials;

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let reason = "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set";
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded(reason)))
    }
}
