//! The way to the network: what is granted is opened by the register and handed over; everything else
//! is not. The other side is a real server on the loopback.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use kit::{Running, faulty, start, try_start, with_fault};
use serde_json::{Value, json};
use shouxin_plugin_host::{Hook, Isolation, Mode, PluginSpec, StartError};

/// A server that answers each `ping` with `pong`; it ends with the test.
fn server(address: &str) -> u16 {
    let listener = TcpListener::bind(address).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream: TcpStream = stream.unwrap();
            let mut asked = [0; 4];
            if stream.read_exact(&mut asked).is_ok() && &asked == b"ping" {
                let _ = stream.write_all(b"pong");
            }
        }
    });
    port
}

fn granted(folder: &Path, grants: &[String]) -> PluginSpec {
    PluginSpec { connect: grants.to_vec(), ..faulty(folder) }
}

fn dial(running: &Running, host: &str, port: u16) -> String {
    dial_for(running, host, port, 30_000)
}

fn dial_for(running: &Running, host: &str, port: u16, wait_ms: u64) -> String {
    let question = json!({"try": "dial", "host": host, "port": port, "wait_ms": wait_ms});
    match running.query(question) {
        Value::String(answer) => answer,
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_granted_is_reached_and_nothing_else() {
    let (port, other) = (server("127.0.0.1:0"), server("127.0.0.1:0"));
    for isolation in [Isolation::Process, Isolation::InProcess] {
        let running = start(|folder| PluginSpec {
            isolation,
            ..granted(folder, &[format!("127.0.0.1:{port}"), format!("localhost:{port}")])
        });
        for _ in 0..3 {
            assert_eq!(dial(&running, "127.0.0.1", port), "ok");
        }
        assert_eq!(dial(&running, "localhost", port), "ok");
        // Another port, another spelling of the same, and names that are none.
        for (host, port) in [("127.0.0.1", other), ("127.1", port), ("LOCALHOST", port)] {
            assert_eq!(dial(&running, host, port), "NotGranted", "{host}:{port}");
        }
        for host in ["", &"a".repeat(254)] {
            assert_eq!(dial(&running, host, port), "BadName", "{host}");
        }
        running.works();
    }
}

#[test]
fn a_granted_connection_is_not_turned_to_another_address() {
    let port = server("127.0.0.1:0");
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    let question = |name: &str| {
        let other = other.local_addr().unwrap().port();
        json!({"try": name, "host": "127.0.0.1", "port": port, "other": other})
    };
    for isolation in [Isolation::Process, Isolation::InProcess] {
        let running = start(|folder| PluginSpec {
            isolation,
            ..granted(folder, &[format!("127.0.0.1:{port}")])
        });
        let answer = running.query(question("fast-open"));
        match isolation {
            // The filter refuses the flag.
            Isolation::Process => {
                assert_eq!(answer, "EPERM");
                assert_eq!(running.query(question("fast-open-unnamed")), "EPERM");
            }
            // No filter: the socket itself says that it is connected, and stays so.
            Isolation::InProcess => assert_ne!(answer, "ok"),
        }
        let reached = other.accept().map(drop).map_err(|error| error.kind());
        assert_eq!(reached, Err(std::io::ErrorKind::WouldBlock), "{isolation:?}");
        running.works();
    }
}

#[test]
fn an_address_of_version_6_is_granted_in_brackets() {
    let port = server("[::1]:0");
    let running = start(|folder| granted(folder, &[format!("[::1]:{port}")]));
    assert_eq!(dial(&running, "::1", port), "ok");
    assert_eq!(dial(&running, "[::1]", port), "ok");
}

#[test]
fn only_a_live_instance_reaches_anything() {
    let port = server("127.0.0.1:0");
    for mode in [Mode::Shadow, Mode::DryRun, Mode::Check] {
        let running =
            start(|folder| PluginSpec { mode, ..granted(folder, &[format!("127.0.0.1:{port}")]) });
        assert_eq!(dial(&running, "127.0.0.1", port), "NotGranted", "{mode:?}");
    }
    let running = start(faulty);
    assert_eq!(dial(&running, "127.0.0.1", port), "NotGranted");
}

#[test]
fn nobody_there_and_no_answer_are_told_apart() {
    // A port that was free a moment ago, and one whose queue of callers is full.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let full = rustix::net::socket(
        rustix::net::AddressFamily::INET,
        rustix::net::SocketType::STREAM,
        None,
    )
    .unwrap();
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    rustix::net::bind(&full, &any).unwrap();
    rustix::net::listen(&full, 0).unwrap();
    let listener = TcpListener::from(full);
    let address = listener.local_addr().unwrap();
    let wait = Duration::from_millis(200);
    let mut callers = Vec::new();
    while let Ok(caller) = TcpStream::connect_timeout(&address, wait) {
        callers.push(caller);
        assert!(callers.len() < 64, "the queue has no end");
    }
    let grants = [format!("127.0.0.1:{free}"), address.to_string(), "no.invalid:1".to_owned()];
    let running = start(|folder| granted(folder, &grants));
    assert_eq!(dial(&running, "127.0.0.1", free), "Unreachable");
    assert_eq!(dial_for(&running, "127.0.0.1", address.port(), 300), "TimedOut");
    assert_eq!(dial_for(&running, "127.0.0.1", free, 0), "TimedOut");
    // How long a name that is none takes to be none is the system's affair.
    assert!(["Unreachable", "TimedOut"].contains(&dial(&running, "no.invalid", 1).as_str()));
    running.works();
}

#[test]
fn a_wait_ends_with_the_call_it_is_part_of() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let mut callers = Vec::new();
    while let Ok(caller) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        callers.push(caller);
        assert!(callers.len() < 8_192, "the queue has no end");
    }
    let running = start(|folder| {
        let mut spec = granted(folder, &[address.to_string()]);
        spec.limits.deadline_ms = 700;
        spec
    });
    let began = Instant::now();
    let question = json!({"try": "dial", "host": "127.0.0.1", "port": address.port()});
    let completion = running.call(Hook::Query, question.to_string().into_bytes());
    // The plugin asked for half a minute; whether its answer or the deadline came first, it ended.
    assert!(began.elapsed() < Duration::from_secs(20), "{completion:?}");
}

#[test]
fn a_restarted_plugin_reaches_what_it_reached() {
    let port = server("127.0.0.1:0");
    let running = start(|folder| granted(folder, &[format!("127.0.0.1:{port}")]));
    for _ in 0..3 {
        assert_eq!(dial(&running, "127.0.0.1", port), "ok");
        running.execute(with_fault("abort"));
        assert!(running.plugin.wait_running(60_000));
    }
    assert_eq!(dial(&running, "127.0.0.1", port), "ok");
}

#[test]
fn a_grant_that_is_none_is_refused_at_the_start() {
    for grant in ["nowhere", "a:0", ":1", "a:http"] {
        let error = try_start(|folder| granted(folder, &[grant.to_owned()]));
        assert!(matches!(error, Err(StartError::Spec { .. })), "{grant}");
    }
    let many: Vec<String> = (1..=65).map(|port| format!("a:{port}")).collect();
    assert!(matches!(try_start(|folder| granted(folder, &many)), Err(StartError::Spec { .. })));
}
