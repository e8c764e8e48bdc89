//! What the tests of the host share: specifications, calls, and a place where completions arrive.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test file uses a part, and a test stops at the first surprise"
)]

pub mod cc;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rustix::fs::{FileType, Mode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shouxin_plugin_host::wire::Answer;
use shouxin_plugin_host::{
    Call, Completion, FailureKind, Hook, Isolation, Limits, Outcome, Plugin, PluginSpec, StartError,
};
use tempfile::TempDir;

/// A bound for things that happen at once; only a broken host reaches it.
const PATIENCE_MS: u64 = 60_000;

/// The library of a package of this workspace, built by cargo as a dev-dependency.
pub fn library(package: &str) -> PathBuf {
    let folder = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    folder.join(format!("lib{}.so", package.replace('-', "_")))
}

/// The example in C.
pub fn example() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../abi/examples/minimal.c");
    std::fs::read_to_string(path).unwrap()
}

/// Compiles C to a shared library.
pub fn compile(folder: &Path, name: &str, source: &str) -> PathBuf {
    let (input, output) = (folder.join(format!("{name}.c")), folder.join(format!("lib{name}.so")));
    std::fs::write(&input, source).unwrap();
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../abi/include");
    let done = Command::new("cc")
        .args(["-std=c99", "-shared", "-fPIC", "-I"])
        .arg(include)
        .args([Path::new("-o"), &output, &input])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    output
}

pub fn sha256(path: &Path) -> [u8; 32] {
    Sha256::digest(std::fs::read(path).unwrap()).into()
}

pub fn spec(name: &str, library: &Path, data_dir: &Path) -> PluginSpec {
    PluginSpec {
        name: name.to_owned(),
        library: library.to_owned(),
        sha256: sha256(library),
        data_dir: data_dir.to_owned(),
        config: Value::Null,
        mode: shouxin_plugin_host::Mode::Live,
        connect: Vec::new(),
        isolation: Isolation::Process,
        limits: Limits {
            deadline_ms: PATIENCE_MS,
            start_deadline_ms: PATIENCE_MS,
            restart_backoff_min_ms: 0,
            restart_backoff_max_ms: 0,
            breaker_crashes: 1_000,
            ..Limits::default()
        },
        host_program: env!("CARGO_BIN_EXE_plugin-host").into(),
        host_args: Vec::new(),
    }
}

pub fn faulty(data_dir: &Path) -> PluginSpec {
    spec("faulty", &library("shouxin-fixture-faulty"), data_dir)
}

/// A case with a fault in its parameters.
pub fn case(step: u64, parameters: Value) -> Vec<u8> {
    let case = json!({
        "schema": 1, "case_id": "M-0.1", "step": step, "idempotency_key": format!("M-0.1/x/{step}"),
        "subject": {"key": "91350426MA2XYZ1234", "kind": "enterprise"}, "department": "试验局",
        "measure": {"id": "M-A17", "name_zh": "限制参与政府采购招标", "parameters": parameters},
        "decision": {
            "id": "D-0.1", "authority": "11350426003800001A",
            "document_number": "尤财购〔2026〕3号", "served_on": "2026-03-02"
        },
        "basis": [], "valid_from": "2026-03-10", "valid_until": "2027-03-09",
        "accepted_by": "officer-17", "ordered_by": "officer-17", "as_of": "2026-03-10"
    });
    case.to_string().into_bytes()
}

pub fn with_fault(fault: &str) -> Vec<u8> {
    case(1, json!({"fault": fault}))
}

/// A plugin with its completions.
pub struct Running {
    pub plugin: Plugin,
    pub folder: TempDir,
    completions: Receiver<Completion>,
}

fn sender() -> (Box<dyn Fn(Completion) + Send + Sync>, Receiver<Completion>) {
    let (sender, receiver): (Sender<Completion>, _) = channel();
    (Box::new(move |completion| drop(sender.send(completion))), receiver)
}

/// Starts a plugin over a folder that a test keeps.
pub fn start_in(folder: TempDir, make: impl FnOnce(&Path) -> PluginSpec) -> Running {
    let (on_completion, completions) = sender();
    let plugin = Plugin::start(make(&folder.path().join("data")), on_completion).unwrap();
    Running { plugin, folder, completions }
}

pub fn start(make: impl FnOnce(&Path) -> PluginSpec) -> Running {
    try_start(make).unwrap_or_else(|error| panic!("{error}"))
}

/// The same with a gate.
pub fn start_gated(
    make: impl FnOnce(&Path) -> PluginSpec,
    gate: impl Fn(u64) -> bool + Send + Sync + 'static,
) -> Running {
    let folder = TempDir::new().unwrap();
    let (on_completion, completions) = sender();
    let spec = make(&folder.path().join("data"));
    let plugin = Plugin::start_gated(spec, on_completion, Box::new(gate)).unwrap();
    Running { plugin, folder, completions }
}

pub fn try_start(make: impl FnOnce(&Path) -> PluginSpec) -> Result<Running, StartError> {
    let folder = TempDir::new().unwrap();
    let (on_completion, completions) = sender();
    let plugin = Plugin::start(make(&folder.path().join("data")), on_completion)?;
    Ok(Running { plugin, folder, completions })
}

impl Running {
    pub fn into_parts(self) -> (Plugin, Receiver<Completion>) {
        (self.plugin, self.completions)
    }

    /// A named pipe in the plugin's folder: who opens one end waits for the other.
    pub fn fifo(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join("data").join(name);
        let mode = Mode::RUSR | Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &path, FileType::Fifo, mode, 0).unwrap();
        path
    }

    pub fn submit(&self, ticket: u64, hook: Hook, body: Vec<u8>) {
        self.plugin.submit(Call { ticket, hook, body }).unwrap();
    }

    pub fn next(&self) -> Completion {
        self.completions.recv_timeout(Duration::from_millis(PATIENCE_MS)).unwrap()
    }

    pub fn no_more(&self) {
        assert_eq!(self.completions.try_recv().ok(), None);
    }

    pub fn call(&self, hook: Hook, body: Vec<u8>) -> Completion {
        self.submit(9, hook, body);
        let completion = self.next();
        assert_eq!((completion.ticket, completion.hook), (9, hook));
        completion
    }

    pub fn execute(&self, body: Vec<u8>) -> Completion {
        self.call(Hook::Execute, body)
    }

    pub fn query(&self, question: Value) -> Value {
        match self.call(Hook::Query, question.to_string().into_bytes()).outcome {
            Outcome::Queried(value) => value,
            other => panic!("{other:?}"),
        }
    }

    /// The plugin answers an ordinary call, after a restart if one is under way.
    pub fn works(&self) {
        assert!(self.plugin.wait_running(PATIENCE_MS), "{:?}", self.plugin.health());
        let answer = answered(self.execute(case(1, json!({}))));
        assert!(answer.reference.is_some());
    }
}

/// Has the plugin begin a call that stands until it is let go; returns once it has begun.
pub fn hold(running: &Running, ticket: u64) -> Gate {
    let (call, gate) = stand(running, ticket);
    running.plugin.submit(call).unwrap();
    gate.begun();
    gate
}

fn stand(running: &Running, ticket: u64) -> (Call, Gate) {
    let path = running.fifo(&format!("gate-{ticket}"));
    let go = running.fifo(&format!("gate-{ticket}.go"));
    let parameters = json!({"fault": "stand", "path": path.to_str().unwrap()});
    (Call { ticket, hook: Hook::Execute, body: case(1, parameters) }, Gate { path, go })
}

/// What a call stands at.
pub struct Gate {
    path: PathBuf,
    go: PathBuf,
}

impl Gate {
    fn begun(&self) {
        File::open(&self.path).unwrap();
    }

    pub fn open(&self) {
        File::options().write(true).open(&self.go).unwrap();
    }
}

/// A plugin that stands, so that what is handed over meanwhile waits before it.
pub struct Standing<'a> {
    running: &'a Running,
    gates: [Gate; 3],
}

/// The tickets of a standing plugin's own calls: these and the two below.
const STANDING: u64 = u64::MAX;

impl<'a> Standing<'a> {
    pub fn new(running: &'a Running) -> Standing<'a> {
        let gates = [0, 1, 2].map(|number| {
            let (call, gate) = stand(running, STANDING - number);
            // Nothing that is handed over later goes before these.
            running.plugin.submit_first(call).unwrap();
            gate
        });
        gates[0].begun();
        Standing { running, gates }
    }

    /// Lets the plugin go once all that was handed over has been sent to it, as far as there is room.
    /// The host sends before it reads again: the second answer is read after all that was handed
    /// over before the first was known.
    /// Gives the completions of others that came meanwhile: of what was cancelled.
    pub fn go(self) -> Vec<Completion> {
        let mut others = Vec::new();
        for (number, gate) in (0..).zip(&self.gates) {
            if number > 0 {
                gate.begun();
            }
            gate.open();
            loop {
                let completion = self.running.next();
                if completion.ticket == STANDING - number {
                    break;
                }
                others.push(completion);
            }
        }
        others
    }
}

pub fn answered(completion: Completion) -> Answer {
    match completion.outcome {
        Outcome::Answered(answer) => answer,
        other => panic!("{other:?}"),
    }
}

pub fn failed(completion: Completion) -> (FailureKind, String) {
    match completion.outcome {
        Outcome::Failed { kind, detail } => (kind, detail),
        other => panic!("{other:?}"),
    }
}
