//! Opening a connection before it is needed.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use aws_smithy_http_client::pool::OriginKey;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use http::Uri;

use super::connector::Outbound;

/// Maximum time that the start waits for a connection. Within a region it takes a few milliseconds. A slower one
/// continues to open during the first request.
pub(super) const MAX_WAIT: Duration = Duration::from_millis(500);

/// What the log says where a connection is not open in time. The benchmark looks for it.
pub const NOT_OPEN_YET: &str = "the connection for the first request is not open yet";

impl Outbound {
    /// Opens a TLS connection to the host of that URL and keeps it for the first request. The pool opens connections
    /// only for requests, so a request is started and dropped once the connection is open, before anything is sent.
    ///
    /// Waits at most half a second. Errors are only logged, since the first request tries again.
    pub async fn connect_ahead(&self, address: &str) {
        let origin = address.parse::<Uri>().ok().and_then(|uri| OriginKey::from_uri(&uri).ok());
        let (Some(origin), Ok(request)) = (origin, HttpRequest::get(address)) else {
            tracing::warn!("can't open a connection before the first request: invalid URL");
            return;
        };
        let mut request = pin!(self.call(request));
        let connecting = poll_fn(|context| {
            if self.has_opened(&origin) {
                return Poll::Ready(Ok(()));
            }
            request.as_mut().poll(context).map_ok(drop)
        });
        match tokio::time::timeout(MAX_WAIT, connecting).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "failed to open a connection before the first request"),
            Err(_) => tracing::warn!("{NOT_OPEN_YET}"),
        }
    }
}
