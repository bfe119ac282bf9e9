//! Which log lines are written, and how: one JSON object per line on standard output, where Lambda collects it.

use tracing::level_filters::LevelFilter;
use tracing::{Level, Subscriber};
use tracing_subscriber::filter::{FilterFn, Targets, filter_fn};
use tracing_subscriber::fmt::format::{Format, Json, JsonFields};
use tracing_subscriber::layer::{Layered, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::settings::{SettingError, Settings};

/// Which log lines are written.
#[derive(Debug, Clone)]
pub struct LogFilter(Targets);

impl Default for LogFilter {
    fn default() -> Self {
        LogFilter(Targets::new().with_default(LevelFilter::INFO))
    }
}

impl LogFilter {
    /// Reads `RUST_LOG`, else `AWS_LAMBDA_LOG_LEVEL`, which Lambda's logging controls set. `INFO` when both are unset.
    pub fn read(settings: &Settings<'_>, errors: &mut Vec<SettingError>) -> Self {
        if let Some(text) = settings.get("RUST_LOG") {
            return text.parse().map(LogFilter).unwrap_or_else(|_| {
                let detail =
                    format!("must be a list such as `info` or `warn,meeting_gateway=info`, not `{text}`");
                errors.push(SettingError { setting: "RUST_LOG", detail });
                LogFilter::default()
            });
        }
        let Some(text) = settings.get("AWS_LAMBDA_LOG_LEVEL") else { return LogFilter::default() };
        let level = match text.to_ascii_uppercase().as_str() {
            // Lambda has a level above ERROR, Rust does not.
            "FATAL" | "ERROR" => LevelFilter::ERROR,
            "WARN" => LevelFilter::WARN,
            "INFO" => LevelFilter::INFO,
            "DEBUG" => LevelFilter::DEBUG,
            "TRACE" => LevelFilter::TRACE,
            _ => {
                let detail =
                    format!("must be `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`, not `{text}`");
                errors.push(SettingError { setting: "AWS_LAMBDA_LOG_LEVEL", detail });
                LevelFilter::INFO
            }
        };
        LogFilter(Targets::new().with_default(level))
    }

    /// Starts logging in JSON, including panics. Does nothing when logging has already started.
    pub fn start(self) {
        self.start_with(json_lines());
    }

    /// The same with lines of another form, or to another place.
    pub fn start_with<L: Layer<Filtered> + Send + Sync>(self, lines: L) {
        let started = tracing_subscriber::registry().with(self.0).with(no_payloads()).with(lines).try_init();
        drop(started);
        std::panic::set_hook(Box::new(|panic| {
            // Only the location: the message of a panic may quote a caller's text.
            let location = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(location, "panicked");
        }));
    }
}

/// What [`LogFilter::start_with`] writes: every line that passes the filters.
pub type Filtered = Layered<FilterFn, Layered<Targets, Registry>>;

/// One JSON object a line, on standard output.
#[must_use]
pub fn json_lines<S>() -> fmt::Layer<S, JsonFields, Format<Json>>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false)
}

/// INVARIANT (no payloads): below INFO, the runtime logs whole events and the SDK whole requests, including tokens and
/// join tokens. Whatever level is set, only this crate logs below INFO. A release has no lines below INFO at all (Cargo.toml,
/// `tracing`); this holds in debug builds too.
fn no_payloads() -> FilterFn {
    filter_fn(|metadata| {
        *metadata.level() <= Level::INFO || metadata.target().split("::").next() == Some("meeting_gateway")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, value: &'static str) -> (LogFilter, Vec<SettingError>) {
        let lookup = |asked: &str| (asked == name).then(|| value.to_owned());
        let mut errors = Vec::new();
        let filter = LogFilter::read(&Settings::new(&lookup), &mut errors);
        (filter, errors)
    }

    #[test]
    fn reads_levels_from_either_variable() {
        let (filter, errors) = read("RUST_LOG", "warn,meeting_gateway=debug");
        assert_eq!(errors, []);
        assert!(filter.0.would_enable("meeting_gateway::chime", &Level::DEBUG));
        assert!(!filter.0.would_enable("hyper", &Level::INFO));
        let (filter, _) = read("AWS_LAMBDA_LOG_LEVEL", "FATAL");
        assert!(!filter.0.would_enable("meeting_gateway", &Level::WARN));
    }

    #[test]
    fn reports_an_invalid_level_with_its_setting() {
        assert_eq!(read("RUST_LOG", "loud=very").1[0].setting, "RUST_LOG");
        assert_eq!(read("AWS_LAMBDA_LOG_LEVEL", "loud").1[0].setting, "AWS_LAMBDA_LOG_LEVEL");
    }
}
