//! Logs and metrics: one JSON object per line on standard output, where Lambda collects it.
//!
//! Most lines are `tracing` events, which [`LogFilter`] filters. The line of a request or of a meeting event is a [`Line`]:
//! it is always written, since CloudWatch makes metrics of its members.

mod cold_start;
mod line;
mod log_filter;
mod metric;

pub use cold_start::ColdStart;
pub use line::{Level, Line, trace_id, write_line};
pub use log_filter::{Filtered, LogFilter, json_lines};
pub use metric::{Measured, Metric, NAMESPACE, Unit};
