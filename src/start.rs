//! Makes the gateway from its configuration.

use crate::auth::bearer::Verifier;
use crate::chime::Chime;
use crate::config::{AuthSettings, Config};
use crate::gateway::{Authenticator, Gateway};
use crate::outbound::Outbound;

/// Makes the gateway. Sends nothing.
#[must_use]
pub fn gateway(config: Config) -> Gateway {
    let outbound = Outbound::new();
    let authenticator = match config.auth {
        AuthSettings::Authorizer(names) => Authenticator::Authorizer(names),
        AuthSettings::Bearer(settings) => {
            Authenticator::Bearer(Verifier::new(settings, outbound.connector()))
        }
    };
    Gateway::new(authenticator, config.policies, Chime::new(config.chime, &outbound))
}
