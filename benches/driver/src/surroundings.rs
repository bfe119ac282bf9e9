//! The surroundings of a measured function: Chime, the registry's table and an issuer, all over TLS, on loopback.

use std::fmt::{self, Display, Formatter};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use local::dynamodb::Dynamodb;
use local::issuer::{Algorithm, Issuer, MintOptions, TokenRequest};
use local::simulator::{RecordedRequest, Simulator, SimulatorOptions};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
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
    dynamodb: Dynamodb,
    table_over_tls: SocketAddr,
    chime_far_away: SocketAddr,
    authority_pem: String,
    folder: PathBuf,
    // Last, so that everything above still has its runtime when it is dropped.
    _runtime: Runtime,
}

/// How a function names this machine in its settings.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Host {
    /// `localhost`: the system's resolver is asked, as it is in Lambda.
    Name,
    /// The address, so that what the resolver reads on this machine counts for nothing.
    Address,
}

/// Which certificate authorities a function trusts, beside the one of this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        // A caller's second attendee in a meeting is the first one again: a meeting has room for 250, and a run asks for more.
        let options = SimulatorOptions {
            tls: Some(Arc::new(tls.clone())),
            repeats_attendee: true,
            ..SimulatorOptions::default()
        };
        let simulator = Simulator::start_with(any_port, options)?;
        simulator.add_sample_meeting();
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
            dynamodb,
            table_over_tls,
            chime_far_away,
            authority_pem,
            folder,
            _runtime: runtime,
        })
    }

    /// The value for `AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS`.
    pub(crate) fn chime(&self, host: Host) -> String {
        format!("https://{host}:{}", self.simulator.address().port())
    }

    /// The same on a network where a round trip takes [`ROUND_TRIP`].
    pub(crate) fn chime_far_away(&self) -> String {
        format!("https://localhost:{}", self.chime_far_away.port())
    }

    /// The value for `AWS_ENDPOINT_URL_DYNAMODB`.
    pub(crate) fn table(&self, host: Host) -> String {
        format!("https://{host}:{}", self.table_over_tls.port())
    }

    /// The settings of bearer mode.
    pub(crate) fn issuer_settings(&self, host: Host) -> Vec<(String, String)> {
        let keys = format!("https://{host}:{}/", self.issuer_over_tls.port());
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
    pub(crate) fn token(&self, subject: &str) -> Result<String, Failure> {
        let request = TokenRequest { subject: subject.to_owned(), ..TokenRequest::new(TENANT, &["hosts"]) };
        let claims = request.claims(&self.issuer.issuer_url());
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

    /// The requests to Chime since the last call, without those that only open a connection; forgets them, and all that they
    /// made, so that the surroundings are as at the start.
    pub(crate) fn take_requests(&self) -> Vec<RecordedRequest> {
        let (requests, _) = self.simulator.requests_after(0, usize::MAX);
        self.renew();
        requests
    }

    /// Makes the surroundings as they were at the start: one meeting, which the sample events name, and an empty table.
    pub(crate) fn renew(&self) {
        self.simulator.reset();
        self.simulator.add_sample_meeting();
        self.dynamodb.reset();
    }
}

impl Display for Host {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Host::Name => "localhost",
            Host::Address => "127.0.0.1",
        })
    }
}

/// A certificate authority, and a server's certificate from it.
fn certificates() -> Result<(String, ServerConfig), Failure> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(rcgen::DnType::CommonName, "Benchmark, thrown away after the run");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let mut server = CertificateParams::new([Host::Name, Host::Address].map(|host| host.to_string()))?;
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
