//! What the configurations of the SDKs' clients have in common.

/// Sets on the configuration of an SDK's client, whose type each SDK has of its own, what is the same for each: the one HTTPS
/// client, credentials and the application's name, and that the SDK neither retries nor times out. It knows no deadline, so the
/// callers of each client bound and repeat requests themselves.
macro_rules! client_config {
    ($builder:expr, $outbound:expr, $credentials:expr, $app_name:expr) => {{
        let connector = $outbound.connector();
        let mut builder = $builder
            .behavior_version(aws_smithy_runtime_api::client::behavior_version::BehaviorVersion::latest())
            .http_client(aws_smithy_runtime_api::client::http::http_client_fn(move |_, _| {
                connector.clone()
            }))
            .credentials_provider($credentials)
            .retry_config(aws_smithy_types::retry::RetryConfig::disabled())
            .timeout_config(aws_smithy_types::timeout::TimeoutConfig::disabled())
            .stalled_stream_protection(
                aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig::disabled(),
            );
        builder.set_app_name($app_name);
        builder
    }};
}

pub(crate) use client_config;
