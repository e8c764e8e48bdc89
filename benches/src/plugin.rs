//! Deliveries to plugins: through a child process and in this one, one call or many under way, one
//! plugin or ten at once, each call about 2 kB; and how soon a plugin that was killed is back.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use shouxin_plugin_host::wire::{Classified, Colour, InForce, SCHEMA, Subject};
use shouxin_plugin_host::{Call, Hook, Isolation, Limits, Mode, Plugin, PluginSpec};

use crate::figures::{Table, microseconds};

/// A message has at least so many bytes.
const BODY_BYTES: usize = 2_000;

/// Restarts that are timed.
const RESTARTS: usize = 50;

/// `plugin`
pub fn calls(calls: u64) {
    let columns = ["where", "plugins", "under way", "deliveries/s", "p50, µs", "p99, µs"];
    let mut table = Table::new(&format!("plugin --calls {calls}"), &columns);
    let library = Library::beside();
    for isolation in [Isolation::Process, Isolation::InProcess] {
        for plugins in [1, 10] {
            for window in [1, 64] {
                // One call under way measures the time there and back, which takes fewer calls.
                let own = if window == 1 { calls / 4 } else { calls };
                let figure = measure(&library, isolation, plugins, window, own);
                table.row([
                    format!("{isolation:?}"),
                    plugins.to_string(),
                    window.to_string(),
                    format!("{:.0}", figure.rate),
                    microseconds(figure.p50_ns),
                    microseconds(figure.p99_ns),
                ]);
            }
        }
    }
    table.print();
    let columns = ["restarts", "library, bytes", "p50, µs", "longest, µs"];
    let mut table = Table::new(&format!("plugin --calls {calls}"), &columns);
    let mut starts = restarts(&library);
    table.row([
        starts.len().to_string(),
        library.bytes.to_string(),
        microseconds(at(&mut starts, 50) * 1_000.0),
        microseconds(at(&mut starts, 100) * 1_000.0),
    ]);
    table.print();
}

/// A plugin's library.
struct Library {
    path: PathBuf,
    sha256: [u8; 32],
    bytes: usize,
}

impl Library {
    fn beside() -> Library {
        let exe = std::env::current_exe().expect("this program");
        let path = exe.with_file_name("libshouxin_plugin_market.so");
        let bytes = std::fs::read(&path).expect("build the plugins first: make bench does");
        Library { path, sha256: Sha256::digest(&bytes).into(), bytes: bytes.len() }
    }

    fn spec(&self, folder: &Path, isolation: Isolation) -> PluginSpec {
        PluginSpec {
            name: "market".to_owned(),
            library: self.path.clone(),
            sha256: self.sha256,
            data_dir: folder.to_owned(),
            config: serde_json::json!({}),
            mode: Mode::Live,
            connect: Vec::new(),
            isolation,
            limits: Limits {
                restart_backoff_min_ms: 0,
                restart_backoff_max_ms: 0,
                breaker_crashes: usize::MAX,
                ..Limits::default()
            },
            host_program: PathBuf::from("/proc/self/exe"),
            host_args: vec!["plugin-host".to_owned()],
        }
    }
}

struct Figure {
    rate: f64,
    p50_ns: f64,
    p99_ns: f64,
}

/// One plugin with its next call always ready: the end of one submits another.
struct Lane {
    plugin: RwLock<Option<Plugin>>,
    body: Vec<u8>,
    state: Mutex<State>,
}

struct State {
    /// Calls to submit.
    left: u64,
    /// Calls without an end.
    under_way: u64,
    next: u64,
    /// When the call was submitted whose ticket has this remainder.
    submitted: Vec<Instant>,
    took_ns: Vec<u32>,
    done: Sender<()>,
}

impl Lane {
    /// Submits the next call, if one is left.
    fn next(&self) {
        let ticket = {
            let mut state = self.state.lock().expect("the state");
            if state.left == 0 {
                return;
            }
            state.left -= 1;
            state.under_way += 1;
            let ticket = state.next;
            state.next += 1;
            let at = ticket as usize % state.submitted.len();
            state.submitted[at] = Instant::now();
            ticket
        };
        let call = Call { ticket, hook: Hook::Classified, body: self.body.clone() };
        let plugin = self.plugin.read().expect("the plugin");
        plugin.as_ref().expect("a plugin").submit(call).expect("room in the window");
    }

    fn ended(&self, ticket: u64) {
        {
            let mut state = self.state.lock().expect("the state");
            let at = ticket as usize % state.submitted.len();
            let took = state.submitted[at].elapsed().as_nanos();
            state.took_ns.push(u32::try_from(took).unwrap_or(u32::MAX));
            state.under_way -= 1;
            if state.left == 0 && state.under_way == 0 {
                state.done.send(()).expect("somebody measures");
            }
        }
        self.next();
    }
}

fn lane(spec: PluginSpec, window: usize, calls: u64) -> (Arc<Lane>, Receiver<()>) {
    let (done, ended) = channel();
    let state = State {
        left: calls,
        under_way: 0,
        next: 0,
        submitted: vec![Instant::now(); window],
        took_ns: Vec::with_capacity(calls as usize),
        done,
    };
    let lane = Arc::new(Lane { plugin: RwLock::default(), body: body(), state: Mutex::new(state) });
    let own = Arc::clone(&lane);
    let plugin = Plugin::start(spec, Box::new(move |completion| own.ended(completion.ticket)))
        .expect("the plugin starts");
    *lane.plugin.write().expect("the plugin") = Some(plugin);
    (lane, ended)
}

fn measure(
    library: &Library,
    isolation: Isolation,
    plugins: u64,
    window: usize,
    calls: u64,
) -> Figure {
    let folder = tempfile::tempdir().expect("a folder");
    let lanes: Vec<_> = (0..plugins)
        .map(|number| {
            let spec = library.spec(&folder.path().join(number.to_string()), isolation);
            lane(spec, window, calls / plugins)
        })
        .collect();
    let began = Instant::now();
    for _ in 0..window {
        for (lane, _) in &lanes {
            lane.next();
        }
    }
    for (_, ended) in &lanes {
        ended.recv().expect("the last completion");
    }
    let took = began.elapsed().as_secs_f64();
    let mut all = Vec::new();
    for (lane, _) in &lanes {
        all.append(&mut lane.state.lock().expect("the state").took_ns);
        let plugin = lane.plugin.write().expect("the plugin").take();
        plugin.expect("a plugin").stop(1_000);
    }
    let rate = all.len() as f64 / took;
    Figure { rate, p50_ns: at(&mut all, 50), p99_ns: at(&mut all, 99) }
}

/// The value below which so many of a hundred lie.
fn at<T: Ord + Copy + Into<f64>>(values: &mut [T], percent: usize) -> f64 {
    values.sort_unstable();
    let place = (values.len() * percent / 100).min(values.len() - 1);
    values[place].into()
}

/// Kills the child again and again; how long each start took, in microseconds.
fn restarts(library: &Library) -> Vec<u32> {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = library.spec(folder.path(), Isolation::Process);
    let plugin = Plugin::start(spec, Box::new(|_| {})).expect("the plugin starts");
    let mut starts = Vec::new();
    while starts.len() < RESTARTS {
        let health = plugin.health();
        let pid = health.pid.expect("a child").to_string();
        let killed = std::process::Command::new("kill").args(["-9", &pid]).status();
        assert!(killed.expect("kill").success());
        while plugin.health().restarts == health.restarts {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(plugin.wait_running(10_000), "it comes back");
        starts.push(u32::try_from(plugin.health().start_us.expect("a start")).unwrap_or(u32::MAX));
    }
    plugin.stop(1_000);
    starts
}

/// A message of about 2 kB, as the register sends them: what is in force for one subject.
fn body() -> Vec<u8> {
    let mut message = Classified {
        schema: SCHEMA,
        position: 1,
        subject: Subject {
            key: "91350426XY00000125".to_owned(),
            kind: "enterprise".to_owned(),
            name: Some("基准".to_owned()),
        },
        as_of: "2026-01-05".parse().expect("a date"),
        in_force: Vec::new(),
        suspended: Vec::new(),
    };
    loop {
        let body = message.encode().expect("a message");
        if body.len() >= BODY_BYTES {
            return body;
        }
        message.in_force.push(in_force(message.in_force.len()));
    }
}

fn in_force(number: usize) -> InForce {
    InForce {
        listing: format!("L-{}", 1_000 + number),
        colour: Colour::Black,
        since: "2026-01-05".parse().expect("a date"),
        until: "2029-01-04".parse().expect("a date"),
        authority: "11350426003800001A".to_owned(),
    }
}
