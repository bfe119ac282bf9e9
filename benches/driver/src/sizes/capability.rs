//! Which capability a crate is for. A new crate is a word here; what is missing is shown as other crates.

use super::program::Owner;

/// The capabilities, in the order of the table, each with its crates; `*` stands for any rest of a name. Of the gateway's own
/// crate the modules are named.
pub(super) const CAPABILITIES: &[(&str, &[&str])] = &[
    (
        "TLS and cryptography",
        &[
            "ring", "rustls", "rustls_*", "webpki", "tokio_rustls", "untrusted", "subtle", "zeroize",
            "openssl_probe", "sha2", "hmac", "digest", "block_buffer", "crypto_common", "hybrid_array",
            "cpufeatures", "typenum",
        ],
    ),
    (
        "HTTP client",
        &[
            "hyper",
            "hyper_*",
            "h2",
            "http",
            "http_body*",
            "httparse",
            "tower*",
            "indexmap",
            "slab",
            "socket2",
            "want",
            "try_lock",
            "fnv",
            "ipnet",
            "atomic_waker",
            "aws_smithy_http_client",
            "meeting_gateway::outbound",
        ],
    ),
    (
        "AWS SDK: signing, retries, endpoints, settings",
        &[
            "aws_smithy_*",
            "aws_sigv4",
            "aws_runtime",
            "aws_types",
            "aws_config",
            "aws_credential_types",
            "aws_sdk_sts",
            "time",
            "time_core",
            "deranged",
            "uuid",
            "percent_encoding",
            "form_urlencoded",
            "url",
            "urlencoding",
            "idna",
            "idna_adapter",
            "icu_*",
            "xmlparser",
            "regex_lite",
            "base64_simd",
            "vsimd",
            "outref",
            "bytes_utils",
            "hex",
            "fastrand",
            "zerovec",
            "yoke",
            "writeable",
            "litemap",
            "utf8_iter",
            "num_conv",
        ],
    ),
    ("the client of Chime", &["aws_sdk_chimesdkmeetings"]),
    ("the client of DynamoDB", &["aws_sdk_dynamodb"]),
    ("the client of EventBridge", &["aws_sdk_eventbridge"]),
    ("rooms, limits and usage", &["meeting_gateway::registry", "registry_core"]),
    ("who is asking: tokens and claims", &["meeting_gateway::auth", "base64"]),
    ("policy", &["meeting_gateway::policy"]),
    (
        "operations",
        &[
            "meeting_gateway::operation",
            "meeting_gateway::gateway",
            "meeting_gateway::chime",
            "meeting_gateway::model",
            "meeting_gateway::problem",
            "meeting_gateway::request_error",
            "meeting_gateway::finding",
            "meeting_gateway::api_gateway",
            "lru",
        ],
    ),
    ("meeting events", &["meeting_gateway::notifications"]),
    (
        "log lines and metrics",
        &[
            "meeting_gateway::request_line",
            "meeting_gateway::telemetry",
            "meeting_gateway::log_text",
            "tracing*",
            "sharded_slab",
            "thread_local",
            "lazy_static",
            "log",
        ],
    ),
    ("JSON", &["meeting_gateway::json", "serde*", "itoa", "ryu", "zmij", "memchr"]),
    (
        "settings, start, and what else is the gateway's own",
        &["meeting_gateway*", "gateway", "notifications"],
    ),
    ("the Lambda runtime", &["lambda_runtime*", "aws_lambda_events", "async_stream"]),
    (
        "the event loop",
        &[
            "tokio*", "mio", "bytes", "futures*", "pin_project*", "once_cell", "signal_hook*", "libc",
            "parking_lot*",
        ],
    ),
    (
        "Rust's standard library",
        &[
            "std", "core", "alloc", "compiler_builtins", "gimli", "addr2line", "miniz_oxide",
            "rustc_demangle", "object", "hashbrown", "std_detect", "panic_unwind", "adler2", "unwind",
        ],
    ),
];

/// What is of no crate in the table above.
pub(super) const FURTHER: [&str; 5] = [OTHER_CRATES, NAMELESS, RELOCATIONS, UNWINDING, REST];

const OTHER_CRATES: &str = "other crates";
const NAMELESS: &str = "code and constants without a crate's name";
const RELOCATIONS: &str = "relocations";
const UNWINDING: &str = "tables for unwinding";
const REST: &str = "other sections";

/// The row that an owner is counted in.
pub(super) fn of_owner(owner: &Owner) -> &'static str {
    match owner {
        Owner::Nameless => NAMELESS,
        Owner::Relocations => RELOCATIONS,
        Owner::Unwinding => UNWINDING,
        Owner::OtherSection => REST,
        Owner::Crate(name) => {
            let names_it = |pattern: &&str| match pattern.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => name == pattern,
            };
            let found = CAPABILITIES.iter().find(|(_, crates)| crates.iter().any(names_it));
            found.map_or(OTHER_CRATES, |(capability, _)| capability)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_of_the_first_capability_that_names_it() {
        for (name, capability) in [
            ("aws_smithy_http_client", "HTTP client"),
            ("aws_smithy_types", "AWS SDK: signing, retries, endpoints, settings"),
            ("meeting_gateway::policy", "policy"),
            ("meeting_gateway::settings", "settings, start, and what else is the gateway's own"),
            ("tokio_rustls", "TLS and cryptography"),
            ("tokio", "the event loop"),
            ("unheard_of", "other crates"),
        ] {
            assert_eq!(of_owner(&Owner::Crate(name.to_owned())), capability, "{name}");
        }
    }
}
