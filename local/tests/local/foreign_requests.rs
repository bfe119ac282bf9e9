//! Requests that a foreign web page makes a browser send to this machine: refused by every port alike.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::Method;
use local::dynamodb::Dynamodb;
use local::front::{Front, Handler, Route};
use local::issuer::Issuer;
use local::simulator::Simulator;
use serde_json::{Value, json};

use crate::exchange::{Connection, Exchange};
use crate::simulator::{ANY_PORT, create, request_with};

const ALL_INTERFACES: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// What `cargo run -p local` listens with.
struct Ports {
    front: Front,
    simulator: Simulator,
    issuer: Issuer,
    table: Dynamodb,
    /// how often the function behind the front was invoked
    invocations: Arc<AtomicU64>,
}

impl Ports {
    fn start(bind: SocketAddr) -> Self {
        let invocations = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&invocations);
        let handler: Handler = Arc::new(move |_, _| {
            counted.fetch_add(1, Ordering::Relaxed);
            Box::pin(async { br#"{"statusCode":200,"body":"{}"}"#.to_vec() })
        });
        let front = Front::start(bind, vec![Route::new(Method::POST, "/meetings")], handler).unwrap();
        let simulator = Simulator::start(bind).unwrap();
        let (issuer, table) = (Issuer::start(bind).unwrap(), Dynamodb::start(bind).unwrap());
        Self { front, simulator, issuer, table, invocations }
    }

    /// Each port's name and number, and the line of a request that it answers with 200.
    fn each(&self) -> [(&'static str, u16, &'static str); 4] {
        [
            ("front", self.front.address().port(), "POST /meetings"),
            ("simulator", self.simulator.address().port(), "GET /simulator/requests"),
            ("issuer", self.issuer.address().port(), "GET /token?tenant=acme"),
            ("table", self.table.address().port(), "GET /"),
        ]
    }
}

/// Sends a request line and headers over loopback; `PORT` in the headers stands for the port.
async fn ask(port: u16, line: &str, version: &str, headers: &[&str]) -> Exchange {
    let mut head = format!("{line} HTTP/{version}\r\n");
    for header in headers {
        head.push_str(&header.replace("PORT", &port.to_string()));
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    let mut connection = Connection::open(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await;
    connection.exchange_head(&head).await.unwrap()
}

/// The message of a refusal: a problem at the front, an error in Chime's form at the simulator.
fn complaint(port: &str, answer: &Exchange) -> String {
    let body = answer.json();
    let text = match port {
        "front" => {
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            assert_eq!(body["instance"].as_str(), answer.header("apigw-requestid"));
            assert_eq!((&body["status"], &body["RequestId"]), (&json!(answer.status), &body["instance"]));
            assert_eq!(Some(body["Code"].as_str().unwrap()), answer.header("x-amzn-errortype"));
            assert_eq!((&body["Message"], &body["errors"][0]["detail"]), (&body["detail"], &body["detail"]));
            let header = body["errors"][0]["header"].as_str().unwrap();
            assert!(body["detail"].as_str().unwrap().to_lowercase().contains(header), "{body}");
            &body["detail"]
        }
        "simulator" => {
            assert!(answer.header("x-amzn-errortype").is_some());
            &body["Message"]
        }
        "table" => &body["message"],
        _ => &body["error"],
    };
    text.as_str().unwrap().to_owned()
}

type Row = (&'static str, &'static [&'static str], u16, &'static str);

/// A request's version, its headers, the expected status (200 means that the port serves the request), and the reason.
const OVER_LOOPBACK: &[Row] = &[
    ("1.1", &["Host: localhost"], 200, "a local host"),
    ("1.1", &["Host: localhost:PORT"], 200, "with the port"),
    ("1.1", &["Host: localhost:8080"], 200, "with the port of a port forwarding"),
    ("1.1", &["Host: 127.0.0.1:PORT"], 200, "the bind address"),
    ("1.1", &["Host: [::1]:PORT"], 200, "loopback of IPv6"),
    ("1.1", &["Host: host.docker.internal:PORT"], 200, "a container of Docker for Mac"),
    ("1.0", &["Host: localhost"], 200, "HTTP/1.0 with a host"),
    ("1.1", &["Host: localhost", "Origin: http://localhost:5173"], 200, "a frontend under development"),
    (
        "1.1",
        &["Host: localhost", "Origin: https://app.localhost"],
        200,
        "the same over TLS, by a name of its own",
    ),
    ("1.1", &["Host: evil.example:PORT"], 421, "DNS rebinding"),
    ("1.1", &["Host: evil.example", "Origin: http://localhost:5173"], 421, "a local page does not mend that"),
    ("1.1", &["Host: 172.17.0.1:PORT"], 421, "an address that is not listened on"),
    ("1.1", &[], 400, "no host"),
    ("1.0", &[], 400, "no host, which HTTP/1.0 permits"),
    ("1.1", &["Host: localhost", "Host: localhost"], 400, "two hosts"),
    ("1.1", &["Host: localhost", "Origin: https://evil.example"], 403, "a page from anywhere"),
    ("1.1", &["Host: localhost", "Origin: http://evil.example:PORT"], 403, "with the same port"),
    ("1.1", &["Host: localhost", "Origin: null"], 403, "a sandboxed frame of a page from anywhere"),
];

const OVER_ALL_INTERFACES: &[Row] = &[
    ("1.1", &["Host: localhost:PORT"], 200, "a local host"),
    ("1.1", &["Host: 172.17.0.1:PORT"], 200, "a container, by the address of its bridge"),
    ("1.1", &["Host: host.docker.internal:PORT"], 200, "a container of Docker for Mac"),
    ("1.1", &["Host: 172.17.0.1:PORT", "Origin: http://172.17.0.1:5173"], 200, "a page of the same machine"),
    ("1.1", &["Host: evil.example:PORT"], 421, "DNS rebinding"),
    ("1.1", &[], 400, "no host"),
    ("1.1", &["Host: 172.17.0.1:PORT", "Origin: https://evil.example"], 403, "a page from anywhere"),
    ("1.1", &["Host: 172.17.0.1:PORT", "Origin: http://192.0.2.7"], 403, "a page from an address anywhere"),
];

#[tokio::test]
async fn every_port_answers_this_machine_and_refuses_foreign_hosts_and_pages() {
    for (bind, rows) in [(ANY_PORT, OVER_LOOPBACK), (ALL_INTERFACES, OVER_ALL_INTERFACES)] {
        let ports = Ports::start(bind);
        for (name, port, line) in ports.each() {
            for (version, headers, expected, reason) in rows {
                let invocations = ports.invocations.load(Ordering::Relaxed);
                let answer = ask(port, line, version, headers).await;
                assert_eq!(answer.status, *expected, "{name} at {bind}: {headers:?}: {reason}");
                if answer.status == 200 {
                    continue;
                }
                assert_eq!(ports.invocations.load(Ordering::Relaxed), invocations, "{name}: {reason}");
                let header = if *expected == 403 { "`Origin`" } else { "`Host`" };
                let complaint = complaint(name, &answer);
                assert!(complaint.contains(header) && complaint.contains("localhost"), "{name}: {complaint}");
                assert_eq!(answer.header("access-control-allow-origin"), None, "{name}: {reason}");
            }
        }
    }
}

#[tokio::test]
async fn refuses_a_foreign_pages_preflight() {
    let ports = Ports::start(ANY_PORT);
    let headers = ["Host: localhost", "Origin: https://evil.example", "Access-Control-Request-Method: POST"];
    for (name, port, line) in ports.each() {
        let line = format!("OPTIONS {}", line.split(' ').nth(1).unwrap());
        let answer = ask(port, &line, "1.1", &headers).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, None), "{name}");
    }
}

#[tokio::test]
async fn a_foreign_page_changes_nothing_in_the_simulator() {
    let ports = Ports::start(ANY_PORT);
    let port = ports.simulator.address().port();
    assert_eq!(create(&ports.simulator, &request_with("MeetingHostId", Value::Null)).await.status, 201);
    for headers in
        [["Host: localhost", "Origin: https://evil.example"], ["Host: evil.example", "Accept: */*"]]
    {
        ask(port, "DELETE /simulator/state", "1.1", &headers).await;
        ask(port, "POST /meetings", "1.1", &headers).await;
    }
    assert_eq!((ports.simulator.meetings().len(), ports.simulator.requests().len()), (1, 1));
}

#[tokio::test]
async fn pages_of_this_machine_read_tokens_and_nobody_else_may() {
    let ports = Ports::start(ANY_PORT);
    let port = ports.issuer.address().port();
    for path in ["/token", "/.well-known/openid-configuration", "/.well-known/jwks.json"] {
        let line = format!("GET {path}");
        let page = ask(port, &line, "1.1", &["Host: localhost", "Origin: http://localhost:5173"]).await;
        assert_eq!(page.header("access-control-allow-origin"), Some("http://localhost:5173"), "{path}");
        let no_page = ask(port, &line, "1.1", &["Host: localhost"]).await;
        assert_eq!(no_page.header("access-control-allow-origin"), None, "{path}");
        for answer in [page, no_page] {
            assert_eq!((answer.status, answer.header("vary")), (200, Some("Origin")), "{path}");
        }
    }
}
