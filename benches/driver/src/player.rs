//! Plays the Lambda Runtime API to a function's process, on blocking sockets and with nothing between the clock and the
//! wire: the reading thread takes the time when the last byte of a request has arrived.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::sys::signal::{Signal, kill};
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

use crate::Failure;

/// How a function's process is started.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// Its environment beside what Lambda itself sets.
    pub(crate) environment: Vec<(String, String)>,
    /// Where its output goes.
    pub(crate) log: PathBuf,
}

/// A running function that waits for its next event.
#[derive(Debug)]
pub(crate) struct Player {
    child: Child,
    requests: Receiver<Request>,
    /// The connection that the function waits on for its next event.
    waiting: Option<TcpStream>,
    init: Duration,
    patience: Duration,
    invocations: u64,
    log: PathBuf,
}

/// A request of the function's to the Runtime API.
#[derive(Debug)]
struct Request {
    method: String,
    path: String,
    body: Vec<u8>,
    arrived: Instant,
    connection: TcpStream,
}

impl Player {
    /// Starts the process and waits until it asks for its first event; `patience` bounds every wait.
    pub(crate) fn start(program: &Program, patience: Duration) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let sender = sender.clone();
                std::thread::spawn(move || {
                    // An error is the process's end, which the other side of the channel notices.
                    let _ = read_requests(connection, |request| sender.send(request).is_ok());
                });
            }
        });
        let log = File::create(&program.log)?;
        let mut command = Command::new(&program.path);
        command
            .args(&program.arguments)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "benchmark")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/benchmark")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "benchmark")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .envs(program.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let started = Instant::now();
        let child = command.spawn()?;
        let mut player = Player {
            child,
            requests,
            waiting: None,
            init: Duration::ZERO,
            patience,
            invocations: 0,
            log: program.log.clone(),
        };
        let ready = player.wait_until_it_asks()?;
        player.init = ready.duration_since(started);
        Ok(player)
    }

    /// From the start of the process to its first request for an event.
    pub(crate) fn init(&self) -> Duration {
        self.init
    }

    /// Hands over an event: the time until the answer was there, and the answer. Returns when the process asks for
    /// the next one, so that all its work in between is done.
    pub(crate) fn invoke(&mut self, event: &[u8]) -> Result<(Duration, Vec<u8>), Failure> {
        let mut connection = self.waiting.take().ok_or("the function does not wait for an event")?;
        self.invocations = self.invocations.saturating_add(1);
        let id = format!("8476a536-e9f4-11e8-9739-{:012x}", self.invocations);
        let deadline =
            SystemTime::now().duration_since(UNIX_EPOCH)?.saturating_add(self.patience).as_millis();
        let mut message = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             lambda-runtime-aws-request-id: {id}\r\nlambda-runtime-deadline-ms: {deadline}\r\n\
             lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:111122223333:function:benchmark\r\n\
             lambda-runtime-trace-id: Root=1-5e6722a7-cc56cb1746db7ae02d4da47e;Sampled=0\r\n\r\n",
            event.len()
        )
        .into_bytes();
        message.extend_from_slice(event);
        let sent = Instant::now();
        connection.write_all(&message)?;
        let mut answer = self.next_request()?;
        if answer.method != "POST" || !answer.path.ends_with("/response") {
            let body = String::from_utf8_lossy(&answer.body);
            return Err(format!("the function did not answer but sent {}: {body}", answer.path).into());
        }
        answer.connection.write_all(
            b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"status\":\"OK\"}",
        )?;
        let took = answer.arrived.duration_since(sent);
        self.wait_until_it_asks()?;
        Ok((took, answer.body))
    }

    /// CPU time that the process has used so far, all its threads together, in user and in kernel mode.
    pub(crate) fn cpu_time(&self) -> Result<Duration, Failure> {
        let clock = clock_getcpuclockid(self.process())?;
        Ok(clock_gettime(clock)?.into())
    }

    /// The most memory, in bytes, that was ever resident.
    pub(crate) fn peak_memory(&self) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no VmHWM")?;
        Ok(kibibytes.trim().parse::<u64>()?.saturating_mul(1024))
    }

    /// Asks the process to end, which a profiler needs, and waits for it.
    pub(crate) fn terminate(mut self) -> Result<(), Failure> {
        kill(self.process(), Signal::SIGTERM)?;
        let status = self.child.wait()?;
        match status.signal() == Some(Signal::SIGTERM as i32) || status.success() {
            true => Ok(()),
            false => Err(self.failure(&format!("it ended with {status}"))),
        }
    }

    fn process(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap_or_default())
    }

    fn wait_until_it_asks(&mut self) -> Result<Instant, Failure> {
        let request = self.next_request()?;
        if request.method != "GET" || !request.path.ends_with("/invocation/next") {
            let body = String::from_utf8_lossy(&request.body);
            return Err(self.failure(&format!("it sent {} {}: {body}", request.method, request.path)));
        }
        self.waiting = Some(request.connection);
        Ok(request.arrived)
    }

    fn next_request(&mut self) -> Result<Request, Failure> {
        let deadline = Instant::now().checked_add(self.patience);
        loop {
            match self.requests.recv_timeout(Duration::from_millis(100)) {
                Ok(request) => return Ok(request),
                Err(RecvTimeoutError::Disconnected) => return Err(self.failure("it can't be reached")),
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(status) = self.child.try_wait()? {
                        return Err(self.failure(&format!("it ended with {status}")));
                    }
                    if deadline.is_none_or(|deadline| Instant::now() > deadline) {
                        return Err(self.failure("it does not answer"));
                    }
                }
            }
        }
    }

    fn failure(&self, what: &str) -> Failure {
        format!("a function failed: {what}; its output: {}", last_lines(&self.log)).into()
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

/// Reads the requests of one connection until it ends or `take` wants no more.
fn read_requests(connection: TcpStream, take: impl Fn(Request) -> bool) -> Result<(), Failure> {
    connection.set_nodelay(true)?;
    let mut reader = BufReader::new(connection.try_clone()?);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split_ascii_whitespace();
        let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(()) };
        let (method, path) = (method.to_owned(), path.to_owned());
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                return Err("a body of unknown length".into());
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let arrived = Instant::now();
        if !take(Request { method, path, body, arrived, connection: connection.try_clone()? }) {
            return Ok(());
        }
    }
}
