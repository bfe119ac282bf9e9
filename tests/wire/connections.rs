//! Connections to Chime: opened in init, kept, and checked.

use std::time::Duration;

use serde_json::json;
use tokio::net::TcpListener;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::harness::{PATIENCE, Stack};

/// A server's configuration with a certificate for that host, and a file of authorities that trusts it.
pub(crate) fn throw_away_certificate(name: &str, host: &str) -> (ServerConfig, String) {
    let certified = rcgen::generate_simple_self_signed(vec![host.to_owned()]).expect("a key is made");
    let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
    let tls = ServerConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("ring has the default protocol versions")
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .expect("the key is the certificate's");
    let path = format!("{}/{name}.pem", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, certified.cert.pem()).expect("the test's folder is writable");
    (tls, path)
}

fn a_meeting() -> serde_json::Value {
    json!({ "ExternalMeetingId": "standup" })
}

#[tokio::test]
async fn the_first_request_uses_the_connection_that_init_opens() {
    let (tls, trusted) = throw_away_certificate("opened-in-init", "localhost");
    let stack = Stack::with().chime_over_tls(tls).setting("SSL_CERT_FILE", &trusted).start().await;
    assert_eq!(stack.function.wait_until_ready(PATIENCE).await, None);
    assert_eq!(stack.simulator.connections(), 1, "the handshake is done when init is");
    assert!(stack.simulator.requests().is_empty(), "no HTTP was sent");
    for _ in 0..2 {
        assert_eq!(stack.create("acme", &a_meeting()).await.status, 201);
    }
    assert_eq!(stack.simulator.connections(), 1);
    assert_eq!(stack.simulator.requests().len(), 2);
}

#[tokio::test]
async fn rejects_an_untrusted_certificate_without_failing_init() {
    let (tls, _) = throw_away_certificate("the-servers", "localhost");
    let (_, trusted) = throw_away_certificate("another", "localhost");
    let stack = Stack::with().chime_over_tls(tls).setting("SSL_CERT_FILE", &trusted).start().await;
    let answer = stack.create("acme", &a_meeting()).await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert!(stack.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_silent_chime_delays_init_by_half_a_second_at_most() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = silent.local_addr().expect("it is bound");
    let stack = Stack::with()
        .setting("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", &format!("https://localhost:{}", address.port()))
        .start()
        .await;
    assert_eq!(stack.function.wait_until_ready(PATIENCE).await, None);
    let init = stack.function.init_time().expect("init is over");
    assert!(init >= Duration::from_millis(450), "init waits for the connection: {init:?}");
    assert!(init < Duration::from_millis(1500), "and not for long: {init:?}");
}

#[tokio::test]
async fn init_ends_at_once_when_chime_is_unreachable() {
    let unused = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = unused.local_addr().expect("it is bound");
    drop(unused);
    let stack = Stack::with()
        .setting("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", &format!("http://{address}"))
        .start()
        .await;
    assert_eq!(stack.function.wait_until_ready(PATIENCE).await, None);
    let init = stack.function.init_time().expect("init is over");
    assert!(init < Duration::from_millis(400), "{init:?}");
}
