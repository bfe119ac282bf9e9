//! The issuer's paths: discovery, keys, and a token for the asking.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, ORIGIN, VARY,
};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::keys::Algorithm;
use super::shared::{JwksBehaviour, MintOptions, Shared};
use super::token_request::TokenRequest;
use crate::allowed_hosts::AllowedHosts;
use crate::http_server::{NoAnswerError, empty_response, json_response, serve as serve_http};
use crate::listening::Listening;

pub(super) fn serve(bind: SocketAddr, shared: Arc<Shared>) -> io::Result<Listening> {
    let allowed_hosts = AllowedHosts::listening_on(bind.ip());
    serve_http(bind, move |request: Request<Incoming>, _peer| {
        let shared = Arc::clone(&shared);
        async move {
            let (parts, _) = request.into_parts();
            if let Err(error) = allowed_hosts.check(&parts) {
                return Ok(json_response(error.status(), &json!({ "error": error.to_string() })));
            }
            let mut response = respond(&shared, &parts).await?;
            // Tokens are for the pages of this machine alone; only theirs get here.
            if let Some(origin) = parts.headers.get(ORIGIN) {
                response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            }
            response.headers_mut().insert(VARY, HeaderValue::from_static("Origin"));
            Ok(response)
        }
    })
}

async fn respond(shared: &Shared, parts: &Parts) -> Result<Response<Full<Bytes>>, NoAnswerError> {
    match (&parts.method, parts.uri.path()) {
        (&Method::GET, "/.well-known/openid-configuration") => {
            shared.discovery_fetches.fetch_add(1, Ordering::Relaxed);
            let other = shared.discovery_document.lock().clone();
            Ok(json_response(StatusCode::OK, &other.unwrap_or_else(|| discovery_document(shared))))
        }
        (&Method::GET, "/.well-known/jwks.json") => {
            shared.jwks_fetches.fetch_add(1, Ordering::Relaxed);
            jwks(shared).await
        }
        (&Method::GET, "/token") => Ok(token(shared, parts)),
        _ => Ok(json_response(
            StatusCode::NOT_FOUND,
            &json!({ "error": "there are /.well-known/openid-configuration, /.well-known/jwks.json, /token" }),
        )),
    }
}

fn discovery_document(shared: &Shared) -> Value {
    let algorithms: Vec<&str> = shared.keys.lock().algorithms().map(Algorithm::name).collect();
    json!({
        "issuer": shared.issuer_url(),
        "jwks_uri": shared.jwks_uri(),
        // There is no authorization endpoint: tokens are at `/token`, for the asking and without OAuth.
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
    })
}

async fn jwks(shared: &Shared) -> Result<Response<Full<Bytes>>, NoAnswerError> {
    let behaviour = shared.jwks_behaviour.lock().clone();
    let keys = || shared.keys.lock().jwks();
    match behaviour {
        JwksBehaviour::Serve => Ok(json_response(StatusCode::OK, &keys())),
        JwksBehaviour::Delay(delay) => {
            tokio::time::sleep(delay).await;
            Ok(json_response(StatusCode::OK, &keys()))
        }
        JwksBehaviour::Fail(status) => {
            Ok(empty_response(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)))
        }
        JwksBehaviour::Oversize(size) => {
            let mut text = keys().to_string();
            text.push_str(&" ".repeat(size.saturating_sub(text.len())));
            Ok(text_response("application/json", text))
        }
        JwksBehaviour::Body(text) => Ok(text_response("application/json", text)),
        JwksBehaviour::Close => Err(NoAnswerError),
    }
}

/// The token alone, for a shell; an OAuth 2 token response for clients that accept JSON.
fn token(shared: &Shared, parts: &Parts) -> Response<Full<Bytes>> {
    let request = match TokenRequest::from_query(parts.uri.query().unwrap_or_default()) {
        Ok(request) => request,
        Err(error) => return json_response(StatusCode::BAD_REQUEST, &json!({ "error": error.to_string() })),
    };
    let token = match shared.mint(&request.claims(&shared.issuer_url()), &MintOptions::default()) {
        Ok(token) => token,
        Err(error) => {
            return json_response(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "error": error.to_string() }));
        }
    };
    let accept = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = if accept.contains("application/json") {
        let body =
            json!({ "access_token": token, "token_type": "Bearer", "expires_in": request.lifetime_seconds });
        json_response(StatusCode::OK, &body)
    } else {
        text_response("text/plain", token)
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn text_response(content_type: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
