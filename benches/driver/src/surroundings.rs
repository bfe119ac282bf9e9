//! The surroundings of a measured function: Chime, the registry's table and an issuer, all over TLS, on loopback.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use local::dynamodb::Dynamodb;
use local::issuer::{Algorithm, Issuer, MintOptions, TokenRequest};
use local::simulator::{Operation, Simulator};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::{Failure, network};

/// Delay of a round trip on the simulated network.
pub(crate) const ROUND_TRIP: Duration = Duration::from_millis(20);

/// The tenant that all requests are for.
const TENANT: &str = "acme";

/// Chime, the table and the issuer, and how they are reached.
pub(crate) struct Surroundings {
    simulator: Simulator,
    issuer: Issuer,
    issuer_over_tls: SocketAddr,
    /// Plays the table for as long as it is held.
    _dynamodb: Dynamodb,
    table_over_tls: SocketAddr,
    chime_far_away: SocketAddr,
    authority_pem: String,
    folder: PathBuf,
    // Last, so that everything above still has its runtime when it is dropped.
    _runtime: Runtime,
}

/// Which certificate authorities a function trusts, beside the one of this run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Roots {
    /// As many as are built into the gateway.
    BuiltIn,
    /// All that this machine trusts, as the function would find them in Lambda.
    System,
    /// None: for programs that bring their own.
    None,
}

impl Surroundings {
    /// Starts everything; files go to the folder.
    pub(crate) fn start(folder: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (authority_pem, tls) = certificates()?;
        let entered = runtime.enter();
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let simulator = Simulator::start_tls(any_port, tls.clone())?;
        let issuer = Issuer::start_with_published_rsa_key()?;
        let dynamodb = Dynamodb::start(any_port)?;
        let tls = Arc::new(tls);
        let table_over_tls = network::terminate_tls(dynamodb.address(), Arc::clone(&tls))?;
        let issuer_over_tls = network::terminate_tls(issuer.address(), tls)?;
        let chime_far_away = network::delay(simulator.address(), ROUND_TRIP)?;
        drop(entered);
        let folder = folder.to_owned();
        Ok(Surroundings {
            simulator,
            issuer,
            issuer_over_tls,
            _dynamodb: dynamodb,
            table_over_tls,
            chime_far_away,
            authority_pem,
            folder,
            _runtime: runtime,
        })
    }

    /// The value for `AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS`.
    pub(crate) fn chime(&self) -> String {
        format!("https://localhost:{}", self.simulator.address().port())
    }

    /// The same on a network where a round trip takes [`ROUND_TRIP`].
    pub(crate) fn chime_far_away(&self) -> String {
        format!("https://localhost:{}", self.chime_far_away.port())
    }

    /// The value for `AWS_ENDPOINT_URL_DYNAMODB`.
    pub(crate) fn table(&self) -> String {
        format!("https://localhost:{}", self.table_over_tls.port())
    }

    /// The settings of bearer mode.
    pub(crate) fn issuer_settings(&self) -> Vec<(String, String)> {
        let keys = format!("https://localhost:{}/", self.issuer_over_tls.port());
        let path = self.issuer.jwks_uri();
        let path = path.strip_prefix(&self.issuer.issuer_url()).unwrap_or_default().trim_start_matches('/');
        [
            ("JWT_ISSUER", self.issuer.issuer_url()),
            ("JWT_AUDIENCE", local::issuer::AUDIENCE.to_owned()),
            ("JWKS_URI", keys + path),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// A token for a host of the tenant, signed by RS256.
    pub(crate) fn token(&self) -> Result<String, Failure> {
        let claims = TokenRequest::new(TENANT, &["hosts"]).claims(&self.issuer.issuer_url());
        let options = MintOptions { algorithm: Algorithm::Rs256, ..MintOptions::default() };
        Ok(self.issuer.mint(&claims, &options)?)
    }

    /// A file with certificate authorities to trust.
    pub(crate) fn authorities(&self, roots: Roots) -> Result<String, Failure> {
        let others = match roots {
            // `localhost` is not AWS: there the gateway asks the system's store, so that is made as small.
            Roots::BuiltIn => meeting_gateway::outbound::BUILT_IN_ROOTS.join("\n"),
            Roots::System => system_roots()?,
            Roots::None => String::new(),
        };
        let path = self.folder.join(format!("roots-{roots:?}.pem"));
        std::fs::write(&path, format!("{others}\n{}", self.authority_pem))?;
        Ok(path.to_string_lossy().into_owned())
    }

    /// The bodies of the CreateMeeting requests since the last call, and forgets them.
    pub(crate) fn take_creations(&self) -> Vec<Value> {
        let requests = self.simulator.requests();
        self.simulator.reset();
        let creations = requests.into_iter().filter(|request| request.operation == Operation::CreateMeeting);
        creations.map(|request| request.body).collect()
    }
}

/// A certificate authority, and a server's certificate from it.
fn certificates() -> Result<(String, ServerConfig), Failure> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(rcgen::DnType::CommonName, "Benchmark, thrown away after the run");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let mut server = CertificateParams::new(vec!["localhost".to_owned()])?;
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = server.signed_by(&key, &authority)?;
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let tls = ServerConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok((authority.pem(), tls))
}

fn system_roots() -> Result<String, Failure> {
    let places =
        ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];
    let found = places.iter().find_map(|place| std::fs::read_to_string(place).ok());
    found.ok_or_else(|| "this machine has no store of certificate authorities (ca-certificates)".into())
}
