//! The gateway's `telemetry`, as far as the line needs it.

#[path = "../../../src/telemetry/line.rs"]
mod line;
#[path = "../../../src/telemetry/metric.rs"]
mod metric;

pub(crate) use line::{Level, Line, write_line};
pub(crate) use metric::{Measured, Metric, Unit};
