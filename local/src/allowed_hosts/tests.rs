//! Tables of hosts and origins, by the address that is listened on. `tests/local/foreign_requests.rs` asks the ports.

use hyper::Request;

use super::*;

const HOST_NAMES: u16 = 421;
const NOT_A_HOST: u16 = 400;
const ORIGINS: u16 = 403;
const PASSES: u16 = 200;

fn status(bind: &str, target: &str, headers: &[(&str, &str)]) -> u16 {
    let request =
        headers.iter().fold(Request::get(target), |request, (name, value)| request.header(*name, *value));
    let Ok(request) = request.body(()) else { return 0 };
    let Ok(bind) = bind.parse() else { return 0 };
    let checked = AllowedHosts::listening_on(bind).check(&request.into_parts().0);
    checked.map_or_else(|error| error.status().as_u16(), |()| PASSES)
}

#[test]
fn accepts_only_names_of_this_machine_in_host() {
    let rows = [
        ("127.0.0.1", "localhost", PASSES, "without a port"),
        ("127.0.0.1", "LocalHost:3000", PASSES, "names have no case"),
        ("127.0.0.1", "localhost:65535", PASSES, "the port of a port forwarding"),
        ("127.0.0.1", "app.localhost:3000", PASSES, "a name below localhost"),
        ("127.0.0.1", "127.255.0.9:3000", PASSES, "all of 127.0.0.0/8 is loopback"),
        ("127.0.0.1", "[::1]:3000", PASSES, "loopback of IPv6"),
        ("127.0.0.1", "[::ffff:127.0.0.1]", PASSES, "loopback of IPv4 in IPv6"),
        ("127.0.0.1", "host.docker.internal:3001", PASSES, "how a container of Docker names this machine"),
        ("127.0.0.1", "host.containers.internal", PASSES, "how a container of Podman names it"),
        ("127.0.0.1", "evil.example:3000", HOST_NAMES, "the name of a page that rebinds it"),
        ("127.0.0.1", "localhost.evil.example", HOST_NAMES, "begins like localhost"),
        ("127.0.0.1", "evillocalhost", HOST_NAMES, "ends like localhost, with no dot before"),
        ("127.0.0.1", "127.0.0.1.evil.example", HOST_NAMES, "begins like an address"),
        ("127.0.0.1", "evil.internal", HOST_NAMES, "another name below internal"),
        ("127.0.0.1", "192.0.2.7:3000", HOST_NAMES, "an address that is not listened on"),
        ("127.0.0.1", "0.0.0.0:3000", HOST_NAMES, "every address, where one is listened on"),
        ("127.0.0.1", "[2001:db8::1]", HOST_NAMES, "an address of IPv6 that is not listened on"),
        ("127.0.0.1", "2130706433", HOST_NAMES, "an address as one number: a browser would not send it"),
        ("127.0.0.1", "", NOT_A_HOST, "empty"),
        ("127.0.0.1", "ann@localhost", NOT_A_HOST, "user information"),
        ("127.0.0.1", "localhost/", NOT_A_HOST, "a path"),
        ("127.0.0.1", "localhost:", NOT_A_HOST, "a colon without a port"),
        ("127.0.0.1", "localhost:port", NOT_A_HOST, "a port that is not a number"),
        ("127.0.0.1", "localhost:65536", NOT_A_HOST, "a port above the highest"),
        ("127.0.0.1", "[::1", NOT_A_HOST, "a bracket that does not close"),
        ("127.0.0.1", "[localhost]", NOT_A_HOST, "a name in brackets"),
        ("127.0.0.1", "http://localhost", NOT_A_HOST, "an address with a scheme"),
        ("172.17.0.1", "172.17.0.1:3001", PASSES, "the address that is listened on"),
        ("172.17.0.1", "localhost:3001", PASSES, "loopback stays local"),
        ("172.17.0.1", "172.17.0.2", HOST_NAMES, "the address beside it"),
        ("::ffff:172.17.0.1", "172.17.0.1", PASSES, "the address that is listened on, written as IPv6"),
        ("2001:db8::1", "[2001:DB8:0::1]:3000", PASSES, "the same address in another spelling"),
        ("0.0.0.0", "172.17.0.1:3001", PASSES, "any address may lead to all interfaces"),
        ("::", "[2001:db8::1]:3001", PASSES, "the same of IPv6"),
        ("0.0.0.0", "evil.example", HOST_NAMES, "rebinding works there too"),
        ("0.0.0.0", "172.17.0.1.evil.example", HOST_NAMES, "a name that begins like an address"),
    ];
    for (bind, host, expected, reason) in rows {
        assert_eq!(status(bind, "/", &[("host", host)]), expected, "{host} at {bind}: {reason}");
    }
}

#[test]
fn requires_one_host_and_prefers_the_target() {
    let local = ("host", "localhost");
    assert_eq!(status("127.0.0.1", "/", &[]), NOT_A_HOST, "missing");
    assert_eq!(status("127.0.0.1", "/", &[local, local]), NOT_A_HOST, "twice");
    assert_eq!(status("127.0.0.1", "http://localhost:3000/", &[local]), PASSES, "a local target");
    assert_eq!(status("127.0.0.1", "http://evil.example/", &[local]), HOST_NAMES, "a foreign target");
    assert_eq!(
        status("127.0.0.1", "http://ann@localhost/", &[local]),
        HOST_NAMES,
        "user information in the target"
    );
}

#[test]
fn accepts_only_pages_of_this_machine_as_origin() {
    let rows = [
        ("127.0.0.1", "localhost", "http://localhost:5173", PASSES, "a frontend under development"),
        ("127.0.0.1", "localhost", "https://localhost:5173", PASSES, "the same over TLS"),
        ("127.0.0.1", "127.0.0.1", "http://localhost", PASSES, "another name of loopback, the default port"),
        ("127.0.0.1", "localhost", "http://127.0.0.1:8080", PASSES, "a loopback address"),
        ("127.0.0.1", "localhost", "http://[::1]:1", PASSES, "loopback of IPv6"),
        ("127.0.0.1", "localhost", "http://app.localhost:5173", PASSES, "a name below localhost"),
        ("127.0.0.1", "host.docker.internal", "http://host.docker.internal:5173", PASSES, "the host itself"),
        (
            "127.0.0.1",
            "localhost",
            "http://host.docker.internal",
            ORIGINS,
            "the container's name for another host",
        ),
        ("127.0.0.1", "localhost", "https://evil.example", ORIGINS, "a foreign page"),
        ("127.0.0.1", "localhost", "http://evil.example:3000", ORIGINS, "a foreign page on the same port"),
        ("127.0.0.1", "localhost", "http://localhost.evil.example", ORIGINS, "begins like localhost"),
        ("127.0.0.1", "localhost", "http://evil.example#.localhost", ORIGINS, "a fragment that ends like it"),
        ("127.0.0.1", "localhost", "http://localhost@evil.example", ORIGINS, "user information like it"),
        ("127.0.0.1", "localhost", "null", ORIGINS, "a sandboxed frame of any page"),
        ("127.0.0.1", "localhost", "file://", ORIGINS, "a file"),
        ("127.0.0.1", "localhost", "chrome-extension://localhost", ORIGINS, "another scheme"),
        ("127.0.0.1", "localhost", "localhost:5173", ORIGINS, "no scheme"),
        ("127.0.0.1", "localhost", "http://localhost:80x", ORIGINS, "a port that is not a number"),
        ("127.0.0.1", "localhost", "http://localhost/", ORIGINS, "a path"),
        ("127.0.0.1", "localhost", "", ORIGINS, "empty"),
        ("127.0.0.1", "localhost", "http://localhost https://evil.example", ORIGINS, "two of them"),
        ("127.0.0.1", "localhost", "http://192.0.2.7:5173", ORIGINS, "a foreign page at an address"),
        (
            "172.17.0.1",
            "localhost",
            "http://172.17.0.1:5173",
            PASSES,
            "a page at the address that is listened on",
        ),
        ("172.17.0.1", "172.17.0.1", "http://172.17.0.2:5173", ORIGINS, "a page at the address beside it"),
        ("0.0.0.0", "172.17.0.1", "http://172.17.0.1:5173", PASSES, "a page at the address that is asked"),
        ("0.0.0.0", "172.17.0.1", "http://192.0.2.7:5173", ORIGINS, "a foreign page at another address"),
        ("0.0.0.0", "localhost", "http://172.17.0.1:5173", ORIGINS, "the same, by the name of loopback"),
    ];
    for (bind, host, origin, expected, reason) in rows {
        let headers = [("host", host), ("origin", origin)];
        assert_eq!(status(bind, "/", &headers), expected, "{origin} asks {host} at {bind}: {reason}");
    }
    let twice = [("host", "localhost"), ("origin", "http://localhost"), ("origin", "http://localhost")];
    assert_eq!(status("127.0.0.1", "/", &twice), ORIGINS, "twice");
}

#[test]
fn only_the_simulator_accepts_chimes_names() {
    let allows = |hosts: AllowedHosts, name: &str| hosts.allows(&Host::Name(name.to_owned()));
    let Ok(bind) = "127.0.0.1".parse() else { return };
    let hosts = AllowedHosts::listening_on(bind);
    for (name, expected, why) in [
        ("meetings-chime.us-east-1.amazonaws.com", true, "the region's own"),
        ("meetings-chime-fips.us-gov-west-1.amazonaws.com", true, "with FIPS"),
        ("meetings-chime.eu-central-1.api.aws", true, "dual-stack"),
        ("meetings-chime.us-east-1.amazonaws.com.evil.example", false, "begins like one"),
        ("meetings-chimera.us-east-1.amazonaws.com", false, "another service"),
        ("evil.us-east-1.amazonaws.com", false, "a name that a customer of AWS may have"),
        ("meetings-chime.evil.s3.amazonaws.com", false, "a bucket of S3 that begins like one"),
        ("meetings-chime..amazonaws.com", false, "no region"),
        ("meetings-chime.amazonaws.com", false, "no label for a region"),
    ] {
        assert_eq!(allows(hosts.and_chime(), name), expected, "{why}");
        assert!(!allows(hosts, name), "{why}");
    }
}
