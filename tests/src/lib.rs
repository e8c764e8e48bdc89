//! The kit of the whole-system tests: a real server in a process of its own, a client that says
//! what it got, and where the built programs and plugins are.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "the kit of tests: whatever does not work is the test's failure"
)]

pub mod cases;
pub mod running;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longest wait for anything a test waits for.
pub const WAIT: Duration = Duration::from_secs(60);

/// Folder of the built test binaries, where the plugins stand too.
pub fn built() -> PathBuf {
    let exe = std::env::current_exe().unwrap_or_default();
    exe.parent().map(Path::to_owned).unwrap_or_default()
}

/// A built plugin.
pub fn plugin(name: &str) -> PathBuf {
    built().join(format!("libshouxin_{name}.so"))
}

/// The county's data files.
pub fn county() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config")
}

/// The `shouxin` binary. Tests build no binaries of other packages, so it is built here, once;
/// where it is fresh that takes a moment.
pub fn shouxin() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let path = built().join("../shouxin");
        let release = built().components().any(|part| part.as_os_str() == "release");
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // Of the whole workspace, so that crates are asked for the same features as when everything is
        // tested, and are not compiled once more.
        command.args(["build", "--quiet", "--locked", "--workspace", "--bin", "shouxin"]);
        command.args(release.then_some("--release"));
        // What cargo tells this test of its own package would have dependencies built anew that ask
        // for it (ring's build script does), here and with the next build outside.
        for (name, _) in std::env::vars_os() {
            let own = name.to_str().is_some_and(|name| {
                ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
                    .iter()
                    .any(|prefix| name.starts_with(prefix))
            });
            if own {
                command.env_remove(name);
            }
        }
        let done = command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).status();
        assert!(done.is_ok_and(|status| status.success()), "the binary does not build");
        path
    };
    BUILT.get_or_init(build).clone()
}

/// A configuration folder: the county's, with a `server.toml` of the test's own.
pub fn config(folder: &Path, server: &str) -> PathBuf {
    let config = folder.join("config");
    copy(&county(), &config);
    std::fs::write(config.join("server.toml"), server).expect("writing server.toml");
    config.join("server.toml")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("making a folder");
    for entry in std::fs::read_dir(from).expect("reading a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copying a file");
        }
    }
}

/// Runs a command of the binary; answers exit code, output and errors.
pub fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(shouxin()).args(arguments).output().expect("running shouxin");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// A server in a process of its own.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub base: String,
}

impl Server {
    /// Starts a server and waits until it says that it listens.
    pub fn start(config: &Path, data: &Path) -> Server {
        Server::start_logging(config, data, "warn", Stdio::inherit())
    }

    /// The same, with a filter of what it logs and where that goes.
    pub fn start_logging(config: &Path, data: &Path, filter: &str, errors: Stdio) -> Server {
        let mut child = Command::new(shouxin())
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(config)
            .arg("--data")
            .arg(data)
            .env("RUST_LOG", filter)
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("starting shouxin serve");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        let base = line.trim().strip_prefix("listening on ").map(str::to_owned);
        let base = base.unwrap_or_else(|| panic!("the server did not start: {line:?}"));
        Server { child, base }
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// kill -9.
    pub fn kill(mut self) {
        self.child.kill().expect("killing the server");
        self.child.wait().expect("waiting for the killed server");
    }

    /// SIGTERM, and its exit code.
    pub fn terminate(mut self) -> Option<i32> {
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let pid = pid.expect("a process number");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("sending TERM");
        self.child.wait().expect("waiting for the server").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A failed test must not leave a server behind; a stopped one is gone already.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A key made through the command line.
pub fn key(data: &Path, role: &str, officer: Option<(&str, &str)>) -> String {
    let (data, config) = (data.display().to_string(), county().display().to_string());
    let mut arguments = vec!["key", "create", "--data", &data, "--config", &config];
    arguments.extend(["--role", role, "--expires-on", "2199-12-31"]);
    if let Some((authority, officer)) = officer {
        arguments.extend(["--authority", authority, "--officer", officer]);
    }
    let (code, output, errors) = run(&arguments);
    assert_eq!(code, 0, "{errors}");
    output.trim().to_owned()
}

/// Fails where a text stands in clear in any file under a folder.
pub fn nowhere_in_clear(folder: &Path, text: &str) {
    for entry in std::fs::read_dir(folder).expect("reading a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            nowhere_in_clear(&path, text);
            continue;
        }
        let bytes = std::fs::read(&path).expect("reading a file");
        let found = bytes.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(!found, "{text} stands in {}", path.display());
    }
}

/// Status, body and content type of an answer.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON body; under `text` where it is none, as far as it is text.
    pub body: Value,
    /// Content type.
    pub kind: String,
}

/// A client with one key.
#[derive(Clone)]
pub struct Client {
    base: String,
    key: Option<String>,
    agent: ureq::Agent,
}

impl Client {
    /// A client of a server; without a key it is the public.
    pub fn new(base: &str, key: Option<&str>) -> Client {
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(WAIT));
        Client { base: base.to_owned(), key: key.map(str::to_owned), agent: config.build().into() }
    }

    /// Sends bytes; `None` where the connection broke.
    pub fn send(&self, path: &str, headers: &[(&str, &str)], bytes: &[u8]) -> Option<Answer> {
        let mut request = self.agent.post(format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.header("Authorization", format!("Bearer {key}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.send(bytes).ok()?)
    }

    /// Sends JSON under an idempotency key.
    pub fn post(&self, path: &str, key: &str, body: &Value) -> Option<Answer> {
        let headers = [("Idempotency-Key", key), ("Content-Type", "application/json")];
        self.send(path, &headers, body.to_string().as_bytes())
    }

    /// Uploads a text as a document of a subject; answers its digest, for a step to name.
    pub fn document(&self, subject: &str, text: &str) -> String {
        let path = format!("/v1/documents?subject={subject}");
        let answer = self.send(&path, &[("Content-Type", "text/plain")], text.as_bytes());
        let answer = answer.expect("an answer");
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        answer.body["sha256"].as_str().expect("an address").to_owned()
    }

    /// Reads.
    pub fn get(&self, path: &str) -> Option<Answer> {
        self.get_for(path, "test case")
    }

    /// Reads for a purpose.
    pub fn get_for(&self, path: &str, purpose: &str) -> Option<Answer> {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.header("Authorization", format!("Bearer {key}"));
            request = request.header("Purpose", purpose);
        }
        answer(request.call().ok()?)
    }

    /// Reads until something holds.
    pub fn until(&self, path: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let found = self.get(path).map(|answer| answer.body).unwrap_or_default();
            if holds(&found) {
                return found;
            }
            assert!(began.elapsed() < WAIT, "{path} never came to {what}: {found}");
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Option<Answer> {
    let status = response.status().as_u16();
    let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().to_owned();
    let bytes = response.body_mut().read_to_vec().ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let body = serde_json::from_str(&text).unwrap_or_else(|_| json!({"text": text}));
    Some(Answer { status, body, kind })
}
