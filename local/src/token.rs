//! `token`: asks the issuer of a running `serve` for a token.

use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::handshake;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::cli::TokenOptions;
use crate::command::{CommandError, Outcome, print};

/// Prints the token.
pub(crate) async fn run(options: &TokenOptions) -> Result<Outcome, CommandError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.issuer_port));
    let (status, body) = get(address, &path(options)).await.map_err(|error| {
        CommandError(format!(
            "the token issuer at {address} does not answer: {error}; is `serve` running? See --issuer-port"
        ))
    })?;
    if status != StatusCode::OK {
        return Err(CommandError(format!("the token issuer refuses: {body}")));
    }
    print(&format!("{}\n", body.trim_end()))?;
    Ok(Outcome::Done)
}

fn path(options: &TokenOptions) -> String {
    let TokenOptions { tenant, groups, scope, sub, expires_in, issuer_port: _ } = options;
    let expires_in = expires_in.map(|seconds| seconds.to_string());
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in
        [("tenant", tenant), ("groups", groups), ("scope", scope), ("sub", sub), ("expires_in", &expires_in)]
    {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    format!("/token?{}", query.finish())
}

async fn get(
    address: SocketAddr,
    path: &str,
) -> Result<(StatusCode, String), Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    // Ends with the process.
    tokio::spawn(connection);
    let request = Request::get(path).header("host", address.to_string()).body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}
