//! Instructions, counted by callgrind: other load moves them little, but for what waits for the clock (docs/speed.md).
//!
//! Valgrind plays a processor without the newest instructions, so cryptography takes more of them here than in Lambda.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use meeting_gateway::outbound::NOT_OPEN_YET;

use crate::Failure;
use crate::player::{Player, Program};
use crate::subjects::{Measure, Row, Subject};

/// Longest wait for any step of a function under valgrind, which is some fifty times as slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// Requests over which the count of one is averaged.
pub(crate) const REQUESTS: u64 = 20;

/// How often a process is counted whose connection was not open in time.
const ATTEMPTS: usize = 6;

/// What is set for a program that is counted, so that a machine's processor and caches choose nothing.
///
/// The C library chooses its functions for strings by the processor, and from which length on they copy in another way by the
/// sizes of its caches. These are the functions that every x86-64 processor has, and the thresholds of one machine.
const NEUTRAL: [(&str, &str); 1] = [(
    "GLIBC_TUNABLES",
    "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-AVX,-BMI1,-BMI2,-LZCNT,-MOVBE,-POPCNT,-SSSE3,-SSE4_1,-SSE4_2,-ERMS,\
     -FSRM,-RTM,-XSAVEC:\
     glibc.cpu.x86_data_cache_size=0x8000:glibc.cpu.x86_shared_cache_size=0x100000:\
     glibc.cpu.x86_non_temporal_threshold=0xc0000:glibc.cpu.x86_rep_movsb_threshold=0x2000:\
     glibc.cpu.x86_rep_stosb_threshold=0x2000",
)];

/// Instructions of one function.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) row: Row,
    /// From the start of the process until it waits for its first event.
    pub(crate) init: u64,
    /// The same and its first request.
    pub(crate) init_and_first: u64,
    /// The same and [`REQUESTS`] more.
    pub(crate) all: u64,
}

impl Counts {
    /// One of the three that are shown.
    pub(crate) fn of(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Init => self.init,
            Measure::InitAndFirst => self.init_and_first,
            Measure::WarmRequest => self.warm_request(),
        }
    }

    /// A later request.
    pub(crate) fn warm_request(&self) -> u64 {
        self.all.saturating_sub(self.init_and_first).checked_div(REQUESTS).unwrap_or_default()
    }

    /// The lower of each. Of what was counted, not of the difference: where only the count of the first request has a second
    /// connection, the later ones would seem to take less than they do.
    pub(crate) fn lowest(self, other: &Counts) -> Self {
        Counts {
            init: self.init.min(other.init),
            init_and_first: self.init_and_first.min(other.init_and_first),
            all: self.all.min(other.all),
            ..self
        }
    }
}

/// Counts those of every function.
pub(crate) fn count_all(subjects: &[Subject]) -> Result<Vec<Counts>, Failure> {
    two_at_a_time(subjects, count)
}

/// Counts of each function, in the order of the functions. Valgrind runs a program on one processor, and two are the fewest
/// that a machine for checks has.
pub(crate) fn two_at_a_time<T: Send>(
    subjects: &[Subject],
    count: impl Fn(&Subject) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let count = &count;
    let mut counted = Vec::new();
    for pair in subjects.chunks(2) {
        let both: Vec<Result<T, Failure>> = std::thread::scope(|scope| {
            let threads: Vec<_> = pair.iter().map(|subject| scope.spawn(move || count(subject))).collect();
            let panicked = || Err("counting panicked".into());
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| panicked())).collect()
        });
        for result in both {
            counted.push(result?);
        }
    }
    Ok(counted)
}

/// Counts those of one function.
pub(crate) fn count(subject: &Subject) -> Result<Counts, Failure> {
    eprintln!("counting: {}", subject.row.name());
    let init = instructions_of(subject, 0)?;
    let init_and_first = instructions_of(subject, 1)?;
    let all = instructions_of(subject, REQUESTS.saturating_add(1))?;
    Ok(Counts { row: subject.row, init, init_and_first, all })
}

/// Instructions of a process that answers that many requests.
///
/// The gateway waits half a second in init for its connection to Chime. On a busy machine, under valgrind, that may pass, and the
/// first request opens another: 0.8 to 1.3 million instructions, which are 4.8 % and more of each of [`REQUESTS`]. Its log says
/// so, and then another process is counted, [`ATTEMPTS`] in all. One that is counted before its handshake has ended takes too few.
pub(crate) fn instructions_of(subject: &Subject, requests: u64) -> Result<u64, Failure> {
    for _ in 0..ATTEMPTS {
        let count = count_once(subject, requests)?;
        if !std::fs::read_to_string(&subject.program.log)?.contains(NOT_OPEN_YET) {
            return Ok(count);
        }
    }
    let name = subject.row.name();
    Err(format!("{name}: in each of {ATTEMPTS} processes the connection was not open in time").into())
}

fn count_once(subject: &Subject, requests: u64) -> Result<u64, Failure> {
    let output = subject.program.log.with_extension("callgrind");
    let path = subject.program.path.to_string_lossy().into_owned();
    let mut arguments =
        vec!["--tool=callgrind".to_owned(), format!("--callgrind-out-file={}", output.display()), path];
    arguments.extend(subject.program.arguments.iter().cloned());
    let mut environment = subject.program.environment.clone();
    environment.extend(NEUTRAL.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let program = Program { path: valgrind()?.into(), arguments, environment, ..subject.program.clone() };
    subject.prepare()?;
    let mut player = Player::start(&program, PATIENCE)?;
    for _ in 0..requests {
        player.invoke(&subject.event)?;
    }
    player.terminate()?;
    total(&output)
}

/// Instructions of one log line: those of a program that writes some more lines, by line.
pub(crate) fn of_request_line(program: &Path, folder: &Path) -> Result<u64, Failure> {
    const LINES: u64 = 1_000;
    let output = folder.join("request-line.callgrind");
    let count = |lines: u64| -> Result<u64, Failure> {
        let status = Command::new(valgrind()?)
            .args(["--tool=callgrind", &format!("--callgrind-out-file={}", output.display())])
            .args([program.as_os_str(), lines.to_string().as_ref()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if status.success() { total(&output) } else { Err("the program of the log line failed".into()) }
    };
    let more = count(LINES.saturating_mul(2))?.saturating_sub(count(LINES)?);
    Ok(more.checked_div(LINES).unwrap_or_default())
}

/// The sum that callgrind writes at the end of its output.
fn total(output: &Path) -> Result<u64, Failure> {
    let text = std::fs::read_to_string(output)?;
    let line = text.lines().find_map(|line| line.strip_prefix("totals:").or(line.strip_prefix("summary:")));
    Ok(line.ok_or("callgrind wrote no total")?.trim().parse()?)
}

fn valgrind() -> Result<String, Failure> {
    let output = Command::new("sh").args(["-c", "command -v valgrind"]).output()?;
    let path = String::from_utf8(output.stdout)?.trim().to_owned();
    if path.is_empty() {
        return Err("valgrind is not installed (Debian: apt-get install valgrind)".into());
    }
    Ok(path)
}
