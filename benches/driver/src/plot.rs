//! The plot of the README: CPU of a cold start and of a warm request, as bars on a logarithmic scale.

use std::fmt::Write as _;

use crate::measure::Times;
use crate::report::Report;
use crate::subjects::{BARE_CALL, FLOOR, Function, GATEWAY, GATEWAY_BEARER, Operation, peer};

const WIDTH: f64 = 760.0;
const LABELS: f64 = 190.0;
const BAR: f64 = 22.0;
const LINE: f64 = 30.0;

/// A title, and which time it is of.
type Panel = (&'static str, fn(&Times) -> f64);

/// The picture, when everything on it was measured.
pub(crate) fn plot(report: &Report) -> Option<String> {
    let rows = [
        (FLOOR, "floor (constant answer)", "#9aa5b1"),
        (BARE_CALL, "SDK call alone, Rust", "#9aa5b1"),
        (GATEWAY, "gateway, authorizer mode", "#0b7285"),
        (GATEWAY_BEARER, "gateway, bearer mode", "#0b7285"),
        (peer(Function::Node, Operation::CreateMeeting), "Node.js 20, SDK v3 bundled", "#c2410c"),
        (peer(Function::Python, Operation::CreateMeeting), "Python 3.11, boto3", "#c2410c"),
    ];
    let mut body = String::new();
    let mut top = 34.0;
    let panels: [Panel; 2] = [
        ("CreateMeeting: CPU of a cold start with its first request, milliseconds", |times| times.cpu_first),
        ("CreateMeeting: CPU of a warm request, milliseconds", |times| times.cpu_warm),
    ];
    for (title, value) in panels {
        let values: Vec<f64> =
            rows.iter().map(|(row, ..)| report.times_of(row).map(value)).collect::<Option<_>>()?;
        let least = values.iter().copied().fold(f64::INFINITY, f64::min) / 2.0;
        let most = values.iter().copied().fold(0.0, f64::max);
        let _ = write!(body, r#"<text x="0" y="{top}" class="title">{title} (logarithmic)</text>"#);
        top += 14.0;
        for ((_, label, colour), value) in rows.iter().zip(&values) {
            let share = (value / least).ln() / (most / least).ln();
            let length = share * (WIDTH - LABELS - 80.0);
            let middle = top + BAR * 0.7;
            let _ = write!(
                body,
                r#"<text x="{label_x}" y="{middle}" text-anchor="end">{label}</text><rect x="{LABELS}" y="{top}" width="{length:.1}" height="{BAR}" rx="2" fill="{colour}"/><text x="{value_x:.1}" y="{middle}">{number}</text>"#,
                label_x = LABELS - 8.0,
                value_x = LABELS + length + 6.0,
                number = significant(*value),
            );
            top += LINE;
        }
        top += 30.0;
    }
    let height = top - 20.0;
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-label="CPU time of the gateway beside its peers"><style>text{{font:13px system-ui,sans-serif;fill:#1f2933}}.title{{font-weight:600}}</style><rect width="100%" height="100%" fill="#fff"/><g transform="translate(8 0)">{body}</g></svg>
"##
    ))
}

/// A number with three significant digits.
fn significant(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value if value >= 1.0 => format!("{value:.2}"),
        value => format!("{value:.3}"),
    }
}
