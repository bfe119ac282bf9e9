//! The HTTPS client: a pool of connections for each set of certificate authorities, made on first use.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::pool::{self, ConnectionEvent, ConnectionPool, OriginKey};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime::client::auth::no_auth::NoAuthRuntimePluginV2;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::endpoints::StaticUriEndpointResolver;
use aws_smithy_runtime::client::retries::strategy::NeverRetryStrategy;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;

use super::roots::{BUILT_IN_ROOTS, Trust, is_from_unknown_authority, trust_for};

/// Maximum time to open a connection, so that a lost packet costs only one attempt.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The HTTPS client of the process, for AWS's services and the issuers' keys. It uses ring for TLS and keeps connections for the
/// next invocation. Clones share everything.
#[derive(Debug, Clone, Default)]
pub struct Outbound {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    built_in: OnceLock<Result<SharedHttpConnector, ClientError>>,
    system: OnceLock<Result<SharedHttpConnector, ClientError>>,
    built_in_trust: BuiltInTrust,
    opened: Arc<Origins>,
}

/// The origins to which connections have been opened.
#[derive(Debug, Default)]
struct Origins(Mutex<Vec<OriginKey>>);

/// Records whether AWS's hosts have certificates of the built-in authorities: `0` until the first connection.
#[derive(Debug, Default)]
struct BuiltInTrust(AtomicU8);

/// The SDK refused the client's configuration, which is a bug.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the HTTPS client can't be built: {0}")]
struct ClientError(String);

impl Outbound {
    /// A client without connections.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The client in the SDK's type.
    #[must_use]
    pub fn connector(&self) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }

    /// Whether a connection to that origin has been opened.
    pub(super) fn has_opened(&self, origin: &OriginKey) -> bool {
        self.shared.opened.contains(origin)
    }

    fn call_trusting(&self, trust: Trust, request: HttpRequest) -> HttpConnectorFuture {
        let shared = &self.shared;
        if trust == Trust::System || shared.built_in_trust.is_refused() {
            return shared.call(Trust::System, request);
        }
        let again = if shared.built_in_trust.is_accepted() { None } else { request.try_clone() };
        let answer = shared.call(Trust::BuiltIn, request);
        let shared = Arc::clone(shared);
        HttpConnectorFuture::new(async move {
            let answer = answer.await;
            shared.built_in_trust.note(&answer);
            match again {
                Some(again) if shared.built_in_trust.is_refused() => shared.call(Trust::System, again).await,
                _ => answer,
            }
        })
    }
}

impl HttpConnector for Outbound {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let trust = request.uri().parse().map_or(Trust::BuiltIn, |uri| trust_for(&uri));
        self.call_trusting(trust, request)
    }
}

impl Origins {
    fn contains(&self, origin: &OriginKey) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(origin)
    }

    fn add(&self, origin: &OriginKey) {
        let mut origins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !origins.contains(origin) {
            origins.push(origin.clone());
        }
    }
}

impl BuiltInTrust {
    const ACCEPTED: u8 = 1;
    const REFUSED: u8 = 2;

    fn is_accepted(&self) -> bool {
        self.0.load(Ordering::Relaxed) == Self::ACCEPTED
    }

    fn is_refused(&self) -> bool {
        self.0.load(Ordering::Relaxed) == Self::REFUSED
    }

    fn note<T>(&self, answer: &Result<T, ConnectorError>) {
        match answer {
            Ok(_) => self.0.store(Self::ACCEPTED, Ordering::Relaxed),
            Err(error) if is_from_unknown_authority(error) => {
                tracing::warn!(
                    "AWS's certificate is of no built-in authority: using the system's authorities"
                );
                self.0.store(Self::REFUSED, Ordering::Relaxed);
            }
            Err(_) => {}
        }
    }
}

impl Shared {
    fn call(&self, trust: Trust, request: HttpRequest) -> HttpConnectorFuture {
        let pool = match trust {
            Trust::BuiltIn => &self.built_in,
            Trust::System => &self.system,
        };
        match pool.get_or_init(|| connector(trust, Arc::clone(&self.opened))) {
            Ok(connector) => connector.call(request),
            Err(error) => HttpConnectorFuture::ready(Err(ConnectorError::user(error.clone().into()))),
        }
    }
}

fn connector(trust: Trust, opened: Arc<Origins>) -> Result<SharedHttpConnector, ClientError> {
    let make = || -> Result<SharedHttpConnector, BoxError> {
        let store = match trust {
            Trust::BuiltIn => BUILT_IN_ROOTS
                .iter()
                .fold(TrustStore::empty(), |store, root| store.with_pem_certificate(*root)),
            Trust::System => TrustStore::default(),
        };
        let pool = ConnectionPool::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(TlsContext::builder().with_trust_store(store).build()?)
            .event_listener(move |event: &ConnectionEvent<'_>| {
                if let ConnectionEvent::Opened(event) = event {
                    opened.add(event.connection().origin());
                }
            })
            .build_https()?;
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
        Ok(pool::Client::new(&pool)?.http_connector(&settings, &components()?))
    };
    make().map_err(|error| ClientError(error.to_string()))
}

/// The components that the pool requires of an SDK client. It uses only the clock and the timer.
fn components() -> Result<RuntimeComponents, BoxError> {
    let nothing = RuntimeComponentsBuilder::new("outbound");
    let no_authentication = NoAuthRuntimePluginV2::new();
    let components = nothing.clone().merge_from(&no_authentication.runtime_components(&nothing));
    Ok(components
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(Vec::new())))
        .with_endpoint_resolver(Some(StaticUriEndpointResolver::uri("")))
        .with_identity_cache(Some(IdentityCache::no_cache()))
        .with_retry_strategy(Some(NeverRetryStrategy::new()))
        .build()?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;

    use super::*;

    /// A server with a self-signed certificate. The channel gets a message for each aborted handshake.
    async fn untrusted_server() -> (String, tokio::sync::mpsc::UnboundedReceiver<()>) {
        let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
        let tls = ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        let (broken_off, count) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            let acceptor = TlsAcceptor::from(Arc::new(tls));
            while let Ok((stream, _)) = listener.accept().await {
                if acceptor.accept(stream).await.is_err() {
                    let _ = broken_off.send(());
                }
            }
        });
        (address, count)
    }

    #[tokio::test]
    async fn falls_back_to_the_systems_authorities_and_keeps_using_them() {
        let (address, mut broken_off) = untrusted_server().await;
        let outbound = Outbound::new();
        let patience = Duration::from_secs(10);
        for handshakes in [2, 1] {
            let request = HttpRequest::get(address.as_str()).unwrap();
            let answer =
                tokio::time::timeout(patience, outbound.call_trusting(Trust::BuiltIn, request)).await;
            let error = answer.unwrap().unwrap_err();
            assert!(is_from_unknown_authority(&error), "{error:?}");
            assert!(outbound.shared.built_in_trust.is_refused());
            for _ in 0..handshakes {
                tokio::time::timeout(patience, broken_off.recv()).await.unwrap().unwrap();
            }
            assert!(broken_off.try_recv().is_err());
        }
    }
}
