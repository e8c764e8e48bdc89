//! A server in this process over a folder of its own, and somebody with a key.

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Instant;

use shouxin_core::actor::{OfficerRef, Role, SubjectKey};
use shouxin_core::time::Day;
use shouxin_server::app::{DataFolder, Purpose, Server, Start};
use shouxin_server::clock::{Clock, MovedClock, SystemClock};
use shouxin_server::config::Config;
use shouxin_server::engine::Engine;
use shouxin_server::plugins::{Life, PluginsFile};
use shouxin_server::{keys, schedule};
use tokio::sync::oneshot;

/// A running server.
pub struct Running {
    /// `127.0.0.1:PORT`
    pub address: String,
    /// Its engine.
    pub engine: Arc<Engine>,
    /// Its plugins' life.
    pub life: Arc<Life>,
    runtime: tokio::runtime::Handle,
    /// From opening the folder to listening, in seconds.
    pub start_seconds: f64,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// The county's data files.
pub fn county() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config")
}

impl Running {
    /// Starts a server over a folder.
    pub fn start(data: &Path) -> Running {
        Running::with(data, PluginsFile::default(), None)
    }

    /// The same with plugins, and with a clock that is moved where one is given.
    pub fn with(data: &Path, plugins: PluginsFile, moved: Option<Arc<MovedClock>>) -> Running {
        let began = Instant::now();
        let data = data.to_owned();
        let (ready, started) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let config = Config::default();
                let folder = DataFolder::open(&data, Purpose::Serve, &config, &mut |text| {
                    println!("! {text}");
                });
                let folder = folder.expect("the folder opens");
                let clock: Arc<dyn Clock> = match moved {
                    Some(clock) => clock,
                    None => Arc::new(SystemClock::new(folder.last_recorded, &folder.path)),
                };
                let server = Server::start(Start {
                    folder,
                    config,
                    rules: county(),
                    plugins,
                    clock,
                    listen: "127.0.0.1:0".to_owned(),
                    host: (PathBuf::from("/proc/self/exe"), vec!["plugin-host".to_owned()]),
                    on_fatal: Box::new(|what| {
                        eprintln!("{what}");
                        std::process::exit(70);
                    }),
                });
                let server = server.await.expect("the server starts");
                let runtime = tokio::runtime::Handle::current();
                let parts = (
                    server.address.to_string(),
                    server.engine.clone(),
                    server.life.clone(),
                    runtime,
                );
                ready.send(parts).expect("the bench");
                // Whoever measures may have stopped; the server is stopped either way.
                let _asked = stopped.await;
                server.stop().await.expect("the server stops");
            });
        });
        let (address, engine, life, runtime) = started.recv().expect("a started server");
        let start_seconds = began.elapsed().as_secs_f64();
        let (stop, thread) = (Some(stop), Some(thread));
        Running { address, engine, life, runtime, start_seconds, stop, thread }
    }

    /// Lets the timers look.
    pub fn timers(&self) {
        self.runtime.block_on(schedule::pass(&self.engine)).expect("the timers");
    }

    /// A key of an officer of market supervision.
    pub fn key(&self) -> String {
        let found = self.engine.rules.department("market").expect("the department");
        let Ok(SubjectKey::Organisation(authority)) = found.uscc.parse() else {
            return String::new();
        };
        let officer = Some(OfficerRef { authority, officer: "SC-03".to_owned() });
        let day = Day::MAX;
        keys::create(&self.engine, Role::Provider, officer, None, day).expect("a key")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _gone = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// Resident memory of this process, in MiB.
pub fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

/// Bytes of every file below a folder, in MiB, as the disk holds them.
pub fn disk_mib(folder: &Path) -> f64 {
    use std::os::unix::fs::MetadataExt as _;
    let mut total = 0.0;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            total += disk_mib(&path);
        } else if let Ok(metadata) = entry.metadata() {
            total += metadata.blocks() as f64 * 512.0 / 1_048_576.0;
        }
    }
    total
}
