//! The tables of a run, in Markdown.

use std::fs;
use std::path::Path;

use crate::mix;
use crate::options::Options;
use crate::outcome::Outcome;
use crate::records::{Refusal, quantile};

const BEGIN: &str = "<!-- written by `load --write` -->";
const END: &str = "<!-- end of what `load --write` writes -->";

/// The tables.
pub(crate) fn tables(options: &Options, outcome: &Outcome) -> String {
    let mut text = String::new();
    text.push_str(&run(options));
    text.push_str(&mix_table());
    text.push_str(&users(outcome));
    text.push_str(&repeats(outcome));
    text.push_str(&chime(outcome));
    text.push_str(&everything_else(outcome));
    text
}

/// Puts the tables between the marks of docs/capacity.md.
///
/// # Errors
/// When the page can't be read or written, or has no marks.
pub(crate) fn write(tables: &str) -> Result<(), String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/capacity.md");
    let failed = |error: std::io::Error| format!("{}: {error}", page.display());
    let text = fs::read_to_string(&page).map_err(failed)?;
    let (before, rest) = text.split_once(BEGIN).ok_or("docs/capacity.md has no mark for the tables")?;
    let (_, after) = rest.split_once(END).ok_or("docs/capacity.md has no mark for the end of the tables")?;
    fs::write(&page, format!("{before}{BEGIN}\n\n{tables}\n{END}{after}")).map_err(failed)
}

fn run(options: &Options) -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown", |(_, model)| model);
    let Options { minutes, seed, .. } = options;
    format!("{minutes} minutes, seed {seed}, on {processors} processors ({model}).\n\n")
}

fn mix_table() -> String {
    let mut text = "| who | what they ask for | how much of it |\n|---|---|---|\n".to_owned();
    for [who, what, how] in mix::rows() {
        text.push_str(&format!("| {who} | {what} | {how} |\n"));
    }
    text
}

fn users(outcome: &Outcome) -> String {
    let mut text = "\n| operation | requests | served | p50, ms | p99, ms | longest, ms |".to_owned();
    for refusal in Refusal::ALL {
        text.push_str(&format!(" refused by {} |", refusal.name()));
    }
    text.push_str("\n|---|---|---|---|---|---|---|---|---|---|\n");
    for (operation, requests) in &outcome.operations {
        let [p50, p99, longest] = [0.5, 0.99, 1.0].map(|share| quantile(&requests.served, share));
        text.push_str(&format!(
            "| {operation} | {} | {} | {p50:.0} | {p99:.0} | {longest:.0} |",
            requests.sent,
            requests.served.len()
        ));
        for refusal in Refusal::ALL {
            text.push_str(&format!(" {} |", requests.refused.get(&refusal).copied().unwrap_or_default()));
        }
        text.push('\n');
    }
    text
}

fn repeats(outcome: &Outcome) -> String {
    let mut text =
        "\n| operation | served at once | served after repeats | p50, s | p99, s | longest, s | given \
     up | too late: the meeting had ended |\n|---|---|---|---|---|---|---|---|\n"
            .to_owned();
    for (operation, requests) in &outcome.operations {
        let repeated = requests.after_repeats.len();
        let [p50, p99, longest] = [0.5, 0.99, 1.0].map(|share| match repeated {
            0 => "–".to_owned(),
            _ => format!("{:.1}", quantile(&requests.after_repeats, share)),
        });
        text.push_str(&format!(
            "| {operation} | {} | {repeated} | {p50} | {p99} | {longest} | {} | {} |\n",
            requests.served.len().saturating_sub(repeated),
            requests.given_up,
            requests.too_late,
        ));
    }
    text
}

fn chime(outcome: &Outcome) -> String {
    let mut text =
        "\n| at Chime | calls | in one second at most | 429: above the rate | 400: 250 meetings are open \
         |\n|---|---|---|---|---|\n"
            .to_owned();
    for (operation, calls) in &outcome.calls {
        text.push_str(&format!(
            "| {operation} | {} | {} | {} | {} |\n",
            calls.all, calls.in_a_second, calls.throttled, calls.at_quota
        ));
    }
    text
}

fn everything_else(outcome: &Outcome) -> String {
    let Outcome { read, .. } = outcome;
    let [own_p50, own_p99] = [0.5, 0.99].map(|share| quantile(&outcome.own, share));
    let [init_p50, longest_init] = [0.5, 1.0].map(|share| quantile(&outcome.inits, share));
    let [join_p50, join_p99] = [0.5, 0.99].map(|share| quantile(&outcome.plain_joins, share));
    let mut text = "\n| what | measured |\n|---|---|\n".to_owned();
    let mut row = |what: &str, measured: String| text.push_str(&format!("| {what} | {measured} |\n"));
    row("meetings, and the most at once", format!("{}, {}", outcome.meetings, outcome.most_open));
    row(
        "gateway processes that were started, which is also how many worked at the same time at most",
        format!("{}; init {:.0} ms (median), {:.0} ms at most", outcome.inits.len(), init_p50, longest_init),
    );
    row(
        "the gateway's own share of a request (`duration_ms` − `chime_ms` − `registry_ms`)",
        format!("p50 {:.2} ms, p99 {:.2} ms, of {} requests", own_p50, own_p99, outcome.own.len()),
    );
    row(
        "a Join that made two attempts at Chime, most of them GetMeeting and CreateAttendee",
        format!(
            "p50 {:.0} ms, p99 {:.0} ms, of {}; two calls alone have a p99 of {:.0} ms",
            join_p50,
            join_p99,
            outcome.plain_joins.len(),
            outcome.two_calls
        ),
    );
    row(
        "events, each counted once",
        format!(
            "{} in {} batches, by {} processes of `notifications`",
            outcome.events, read.batches, outcome.readers
        ),
    );
    row(
        "age of the oldest message, each second",
        format!("p50 {:.1} s, p99 {:.1} s", quantile(&read.ages, 0.5), quantile(&read.ages, 0.99)),
    );
    for (tenant, usage) in &outcome.usage {
        let minutes = |thousandths: i64| thousandths as f64 / 1_000.0;
        row(
            &format!("usage of `{tenant}` in the registry, which is what happened"),
            format!(
                "{} meetings, {:.1} meeting minutes, {:.1} attendee minutes, at most {} people at once",
                usage.meetings,
                minutes(usage.meeting_minutes),
                minutes(usage.attendee_minutes),
                usage.peaks.last_key_value().map_or(0, |(peak, _)| *peak)
            ),
        );
    }
    text
}
