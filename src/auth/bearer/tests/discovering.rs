//! Which addresses a published configuration can make the function connect to, over real sockets.

use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::Arc;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::minting::{Signer, jwk_set};
use super::{NOW, at, claims_with, issuer};
use crate::auth::AuthenticationError;
use crate::auth::bearer::{BearerSettings, Discovery, KeySource, Verifier};

/// An HTTPS issuer with a public name. The test's resolver resolves the name to loopback, where the server is.
struct RemoteIssuer {
    port: u16,
    certificate: String,
}

const HOST: &str = "issuer.example";

impl RemoteIssuer {
    /// Serves the configuration, which is made from the issuer's URL, and the keys at `/keys`.
    async fn start(configuration: impl Fn(&str) -> Value, keys: String) -> Self {
        let certified = rcgen::generate_simple_self_signed(vec![HOST.to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
        let tls = ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .unwrap();
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let issuer =
            RemoteIssuer { port: listener.local_addr().unwrap().port(), certificate: certified.cert.pem() };
        let configuration = configuration(&issuer.url()).to_string();
        tokio::spawn(async move {
            let acceptor = TlsAcceptor::from(Arc::new(tls));
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => request.push(byte),
                        Err(_) => break,
                    }
                }
                let body = if request.starts_with(b"GET /keys ") { &keys } else { &configuration };
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                // The client may be gone.
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        issuer
    }

    fn url(&self) -> String {
        format!("https://{HOST}:{}", self.port)
    }

    /// A connector like the binary's, which trusts this issuer's certificate and resolves every name to loopback.
    fn connector(&self) -> SharedHttpConnector {
        let store = TrustStore::empty().with_pem_certificate(self.certificate.as_bytes());
        let context = TlsContext::builder().with_trust_store(store).build().unwrap();
        let connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(context)
            .build_with_resolver(EverythingIsLoopback);
        SharedHttpConnector::new(connector)
    }

    /// Whether a new verifier fetches this issuer's keys and accepts its token.
    async fn is_accepted(&self, signer: &Signer) -> bool {
        let mut settings = issuer();
        settings.issuer = self.url();
        settings.keys = KeySource::Discovered(Discovery::of_issuer(&settings.issuer).unwrap());
        let verifier = Verifier::new(BearerSettings { issuers: vec![settings] }, self.connector());
        let value = format!("Bearer {}", signer.token(&claims_with("iss", json!(self.url()))));
        match verifier.authenticate_at(Some(&value), at(NOW)).await {
            Ok(_) => true,
            Err(AuthenticationError::KeysUnavailable { .. }) => false,
            Err(other) => panic!("{other}"),
        }
    }
}

#[derive(Debug, Clone)]
struct EverythingIsLoopback;

impl ResolveDns for EverythingIsLoopback {
    fn resolve_dns<'a>(&'a self, _: &'a str) -> DnsFuture<'a> {
        DnsFuture::ready(Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]))
    }
}

#[tokio::test]
async fn fetches_keys_of_a_remote_issuer() {
    let signer = Signer::es256("k1");
    let own = |issuer: &str| json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") });
    let issuer = RemoteIssuer::start(own, jwk_set([&signer.jwk])).await;
    assert!(issuer.is_accepted(&signer).await);
}

#[tokio::test]
async fn remote_issuer_causes_no_connection_to_loopback() {
    let signer = Signer::es256("k1");
    for (address, why) in [
        ("http://127.0.0.1:PORT/2018-06-01/runtime/invocation/next", "the Runtime API"),
        ("http://localhost:PORT/2018-06-01/runtime/invocation/next", "the Runtime API by name"),
        ("https://127.0.0.1:PORT/2018-06-01/runtime/invocation/next", "with https"),
        ("https://localhost:PORT/2018-06-01/runtime/invocation/next", "with https, by name"),
    ] {
        let target = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        target.set_nonblocking(true).unwrap();
        let address = address.replace("PORT", &target.local_addr().unwrap().port().to_string());
        let configuration = |issuer: &str| json!({ "issuer": issuer, "jwks_uri": address });
        let issuer = RemoteIssuer::start(configuration, jwk_set([&signer.jwk])).await;
        assert!(!issuer.is_accepted(&signer).await, "{why}");
        assert!(target.accept().is_err(), "{why}: no connection");
    }
}
