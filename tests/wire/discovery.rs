//! An issuer whose published configuration leads the function to its own machine.

use std::sync::Arc;

use local::issuer::{MintOptions, TokenRequest};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use crate::connections::throw_away_certificate;
use crate::harness::{PATIENCE, Stack, post};

/// An issuer with HTTPS that answers every request with its configuration, as soon as it has one.
struct HttpsIssuer {
    url: String,
    configuration: watch::Sender<Option<Value>>,
}

impl HttpsIssuer {
    async fn start(tls: ServerConfig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let (configuration, published) = watch::channel(None::<Value>);
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, mut published) = (acceptor.clone(), published.clone());
                tokio::spawn(async move {
                    let mut stream = acceptor.accept(stream).await.ok()?;
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        request.push(stream.read_u8().await.ok()?);
                    }
                    let body = published.wait_for(Option::is_some).await.ok()?.as_ref()?.to_string();
                    let length = body.len();
                    let answer = format!(
                        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                    );
                    stream.write_all(answer.as_bytes()).await.ok()?;
                    stream.shutdown().await.ok()
                });
            }
        });
        HttpsIssuer { url: format!("https://localhost:{port}"), configuration }
    }
}

#[tokio::test]
async fn an_issuers_configuration_cannot_make_the_function_lose_an_invocation() {
    let (tls, trusted) = throw_away_certificate("leading-issuer", "localhost");
    let issuer = HttpsIssuer::start(tls).await;
    let stack =
        Stack::with().setting("JWT_ISSUER", &issuer.url).setting("SSL_CERT_FILE", &trusted).start().await;
    // The function is fetching the configuration in its init, and waits for it.
    let next = format!("http://{}/2018-06-01/runtime/invocation/next", stack.function.address());
    issuer.configuration.send_replace(Some(json!({ "issuer": issuer.url, "jwks_uri": next })));

    let claims = TokenRequest::new("acme", &["hosts"]).claims(&issuer.url);
    let token = stack.issuer.mint(&claims, &MintOptions::default()).expect("the issuer signs");
    let answer = stack.invoke(&post(&token, &json!({ "ExternalMeetingId": "standup" }).to_string())).await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    let log = stack.function.logs_with("could not be fetched", PATIENCE).await.expect("the log says why");
    assert!(log.contains("has a `jwks_uri` that is not https"), "{log}");
}
