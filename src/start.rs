//! Makes each function from its configuration.

use crate::auth::bearer::Verifier;
use crate::chime::Chime;
use crate::config::{AuthSettings, Config, NotificationsConfig};
use crate::gateway::{Authenticator, Gateway};
use crate::notifications::{Bus, Notifications};
use crate::outbound::Outbound;
use crate::registry::Registry;

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
    let registry = config.registry.map(|settings| Registry::new(settings, &outbound));
    Gateway::new(authenticator, config.policies, Chime::new(config.chime, &outbound), registry)
}

/// Makes the reader of the queue of meeting events. Sends nothing.
#[must_use]
pub fn notifications(config: NotificationsConfig) -> Notifications {
    let bus = config.bus.map(|settings| Bus::new(settings, &Outbound::new()));
    Notifications::new(config.gateway_name, bus)
}
