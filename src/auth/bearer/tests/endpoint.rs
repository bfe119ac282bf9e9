//! An issuer's web server on loopback, with real HTTP over real sockets, which can misbehave.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::json;

/// How the server answers a request.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// 200 with this body.
    Body(String),
    /// This status, with an empty JSON object.
    Status(u16),
    /// This status and body.
    StatusWithBody(u16, String),
    /// 302 to this address.
    Redirect(String),
    /// Reads the request and does not answer.
    Silence,
    /// A body with one byte every 100 ms.
    Drip,
    /// 200 with this content length and no body.
    Announced(usize),
    /// 200 with this body and no content length.
    Unannounced(String),
    /// Closes the connection.
    HangUp,
}

/// A running server. It serves its configuration and the key set at separate paths.
#[derive(Clone)]
pub(super) struct Endpoint {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    configuration: Answer,
    keys: Answer,
    requests: Vec<String>,
    answers_once_per_connection: bool,
    delay: Duration,
}

impl Endpoint {
    /// A server with a valid configuration and these keys.
    pub(super) fn start(keys: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let configuration = Answer::Body(
            json!({"issuer": format!("http://{address}"), "jwks_uri": format!("http://{address}/keys")})
                .to_string(),
        );
        let state = Arc::new(Mutex::new(State {
            configuration,
            keys,
            requests: Vec::new(),
            answers_once_per_connection: false,
            delay: Duration::ZERO,
        }));
        let endpoint = Endpoint { address, state };
        let serving = endpoint.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let serving = serving.clone();
                thread::spawn(move || serving.serve(stream.unwrap()));
            }
        });
        endpoint
    }

    /// The issuer's URL, from which the configuration is discovered.
    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn keys_address(&self) -> String {
        format!("http://{}/keys", self.address)
    }

    /// How many requests for the keys were received.
    pub(super) fn key_requests(&self) -> usize {
        self.state.lock().unwrap().requests.iter().filter(|path| *path == "/keys").count()
    }

    /// All requested paths, in order.
    pub(super) fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }

    pub(super) fn set_keys(&self, answer: Answer) {
        self.state.lock().unwrap().keys = answer;
    }

    pub(super) fn set_configuration(&self, answer: Answer) {
        self.state.lock().unwrap().configuration = answer;
    }

    /// Closes a connection without an answer on its second request, like a server that dropped an idle connection.
    pub(super) fn answer_once_per_connection(&self) {
        self.state.lock().unwrap().answers_once_per_connection = true;
    }

    /// Waits this long before each answer.
    pub(super) fn set_delay(&self, delay: Duration) {
        self.state.lock().unwrap().delay = delay;
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        for earlier in 0.. {
            let Some(path) = read_request(&mut reader) else { return };
            let (answer, delay) = {
                let mut state = self.state.lock().unwrap();
                if state.answers_once_per_connection && earlier > 0 {
                    return;
                }
                state.requests.push(path.clone());
                let answer = match path.as_str() {
                    "/.well-known/openid-configuration" => state.configuration.clone(),
                    "/keys" => state.keys.clone(),
                    _ => Answer::Status(404),
                };
                (answer, state.delay)
            };
            thread::sleep(delay);
            // In some tests the client disconnects.
            if respond(&mut stream, &answer).is_err() || matches!(answer, Answer::HangUp) {
                return;
            }
        }
    }
}

/// The path of the next request on the connection; `None` at its end.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|length| *length > 0)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        if line == "\r\n" {
            return first.split(' ').nth(1).map(str::to_owned);
        }
    }
}

fn respond(stream: &mut TcpStream, answer: &Answer) -> std::io::Result<()> {
    let head = |status: u16, more: &str| {
        format!("HTTP/1.1 {status} Any\r\ncontent-type: application/json\r\n{more}\r\n")
    };
    match answer {
        Answer::Body(body) => {
            write!(stream, "{}{body}", head(200, &format!("content-length: {}\r\n", body.len())))
        }
        Answer::Status(status) => write!(stream, "{}{{}}", head(*status, "content-length: 2\r\n")),
        Answer::Redirect(to) => {
            write!(stream, "{}", head(302, &format!("location: {to}\r\ncontent-length: 0\r\n")))
        }
        Answer::Silence => {
            thread::sleep(Duration::from_secs(10));
            Ok(())
        }
        Answer::Drip => {
            write!(stream, "{}", head(200, "content-length: 1000\r\n"))?;
            for _ in 0..100 {
                stream.write_all(b" ")?;
                thread::sleep(Duration::from_millis(100));
            }
            Ok(())
        }
        Answer::Announced(length) => {
            write!(stream, "{}", head(200, &format!("content-length: {length}\r\n")))
        }
        Answer::StatusWithBody(status, body) => {
            write!(stream, "{}{body}", head(*status, &format!("content-length: {}\r\n", body.len())))
        }
        Answer::Unannounced(body) => {
            write!(stream, "{}{body}", head(200, "connection: close\r\n"))?;
            stream.shutdown(std::net::Shutdown::Both)
        }
        Answer::HangUp => Ok(()),
    }
}
