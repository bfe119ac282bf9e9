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

/// Longest that the function's start waits for a connection. Within a region one takes some milliseconds; what is not
/// there by then goes on coming about beside the first request, which would have waited for it just as long.
pub(super) const MAX_WAIT: Duration = Duration::from_millis(500);

impl Outbound {
    /// Opens a connection to the host of that address and keeps it for the first request: TCP and TLS, and no HTTP. A
    /// request is begun, as that is what a pool opens connections for, and dropped as soon as the connection is there,
    /// so that nothing is sent on it.
    ///
    /// Waits for at most half a second, and fails nothing: the first request tries again.
    pub async fn connect_ahead(&self, address: &str) {
        let origin = address.parse::<Uri>().ok().and_then(|uri| OriginKey::from_uri(&uri).ok());
        let (Some(origin), Ok(request)) = (origin, HttpRequest::get(address)) else {
            tracing::warn!("no connection can be opened ahead: the address is none");
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
            Ok(Err(error)) => tracing::warn!(%error, "no connection was opened ahead"),
            Err(_) => tracing::warn!("a connection that was begun ahead is not there yet"),
        }
    }
}
