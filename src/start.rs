//! Makes each function from its configuration.

use std::cell::LazyCell;

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

/// Makes the reader of the queue of meeting events. Sends nothing, and makes no client that its settings do not name.
#[must_use]
pub fn notifications(config: NotificationsConfig) -> Notifications {
    let outbound = LazyCell::new(Outbound::new);
    let bus = config.bus.map(|settings| Bus::new(settings, &outbound));
    let registry = config.registry.map(|settings| Registry::new(settings, &outbound));
    Notifications::new(config.gateway_name, bus, registry)
}
