//! A server in the process of the test, whose clock can be moved; its plugins run in child processes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Instant;

use serde_json::Value;
use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::id::Position;
use shouxin_core::time::{Day, Timestamp};
use shouxin_server::access::AccessLog;
use shouxin_server::app::{DataFolder, Purpose, Server, Start};
use shouxin_server::clock::{Clock, MovedClock, SystemClock};
use shouxin_server::config::Config;
use shouxin_server::engine::{Engine, Request};
use shouxin_server::plugins::{Life, PluginGrant, PluginsFile, Step};
use shouxin_server::socket::Refused;
use shouxin_server::{keys, schedule};
use tokio::sync::oneshot;

use crate::{Client, county, shouxin};

/// The day on which these servers start.
pub const FIRST: &str = "2026-03-02";

/// The last day of keys.
const KEYS_END: &str = "2199-12-31";

/// Nine o'clock of a day.
pub fn morning(day: &str) -> Timestamp {
    let day: Day = day.parse().expect("a day");
    Timestamp::start_of(day).plus_ms(9 * 3_600_000)
}

/// A server in this process.
pub struct Running {
    /// `http://127.0.0.1:PORT`
    pub base: String,
    /// Its engine.
    pub engine: Arc<Engine>,
    /// Its plugins' life.
    pub life: Arc<Life>,
    /// Who looked at what.
    pub access: AccessLog,
    /// From opening the folder to listening, in seconds.
    pub start_seconds: f64,
    clock: Option<Arc<MovedClock>>,
    runtime: tokio::runtime::Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// What to start.
pub struct Setting {
    /// What for.
    pub purpose: Purpose,
    /// The day on whose morning its clock stands until it is moved; none for the machine's clock.
    pub day: Option<String>,
    /// The plugins.
    pub plugins: PluginsFile,
    /// The program of plugins' children, and its arguments.
    pub host: (PathBuf, Vec<String>),
}

impl Running {
    /// Starts on the morning of the first day, with plugins that nobody signed.
    pub fn start(data: &Path, grants: Vec<PluginGrant>) -> Running {
        Running::start_on(FIRST, data, grants)
    }

    /// The same on the morning of a day: over older data, of a later one.
    pub fn start_on(day: &str, data: &Path, grants: Vec<PluginGrant>) -> Running {
        Running::with(day, data, PluginsFile::unsigned(grants))
    }

    /// The same with everything that `plugins.toml` says.
    pub fn with(day: &str, data: &Path, plugins: PluginsFile) -> Running {
        Running::opened(Purpose::Demo, day, data, plugins)
    }

    /// The same over a folder that `serve` can take over afterwards.
    pub fn opened(purpose: Purpose, day: &str, data: &Path, plugins: PluginsFile) -> Running {
        let host = (shouxin(), vec!["plugin-host".to_owned()]);
        Running::begin(data, Setting { purpose, day: Some(day.to_owned()), plugins, host })
    }

    /// Starts.
    pub fn begin(data: &Path, setting: Setting) -> Running {
        let began = Instant::now();
        let Setting { purpose, day, plugins, host } = setting;
        let moved = day.map(|day| Arc::new(MovedClock::new(morning(&day))));
        let (data, handed) = (data.to_owned(), moved.clone());
        let (ready, started) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let config = Config::default();
                let folder = DataFolder::open(&data, purpose, &config, &mut |_| {});
                let folder = folder.expect("the folder");
                let clock: Arc<dyn Clock> = match handed {
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
                    host,
                    on_fatal: Box::new(|what| panic!("{what}")),
                })
                .await
                .expect("the server");
                let runtime = tokio::runtime::Handle::current();
                let (life, access) = (server.life.clone(), server.access.clone());
                let parts = (server.address, server.engine.clone(), life, access, runtime);
                ready.send(parts).expect("the test");
                // The test may have failed and gone; the server is stopped either way.
                let _asked = stopped.await;
                server.stop().await.expect("a clean stop");
            });
        });
        let (address, engine, life, access, runtime) = started.recv().expect("a started server");
        Running {
            base: format!("http://{address}"),
            engine,
            life,
            access,
            start_seconds: began.elapsed().as_secs_f64(),
            clock: moved,
            runtime,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Where it listens, `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Moves the clock to the morning of a day and lets the timers look.
    pub fn on(&self, day: &str) {
        self.clock.as_ref().expect("a clock that can be moved").advance_to(morning(day));
        self.runtime.block_on(schedule::pass(&self.engine)).expect("the timers");
    }

    /// A client with the key of an officer.
    pub fn client(&self, role: Role, department: &str, officer: &str) -> Client {
        Client::new(&self.base, Some(&self.key(role, Some((department, officer)))))
    }

    /// A key, of an officer of a department where one is named.
    pub fn key(&self, role: Role, officer: Option<(&str, &str)>) -> String {
        let officer = officer.map(|(department, officer)| self.officer(department, officer));
        let expires: Day = KEYS_END.parse().expect("a day");
        keys::create(&self.engine, role, officer, None, expires).expect("a key")
    }

    /// An officer of a department.
    pub fn officer(&self, department: &str, officer: &str) -> OfficerRef {
        let found = self.engine.rules.department(department).expect("a department");
        let Ok(SubjectKey::Organisation(authority)) = found.uscc.parse() else {
            panic!("a code");
        };
        OfficerRef { authority, officer: officer.to_owned() }
    }

    /// A client that acts for a subject.
    pub fn subject(&self, subject: &str) -> Client {
        let acts_for: SubjectKey = subject.parse().expect("a subject");
        let expires: Day = KEYS_END.parse().expect("a day");
        let key = keys::create(&self.engine, Role::Subject, None, Some(acts_for), expires);
        Client::new(&self.base, Some(&key.expect("a key")))
    }

    /// A client with the key of an operator.
    pub fn operator(&self) -> Client {
        Client::new(&self.base, Some(&self.key(Role::Operator, None)))
    }

    /// A step of a plugin's life, as the operator's socket takes it.
    ///
    /// # Errors
    /// Why it was not taken.
    pub fn step(&self, step: Step) -> Result<Value, Refused> {
        self.life.step(step, &self.engine)
    }

    /// A step that is taken.
    pub fn took(&self, step: Step) {
        if let Err(refused) = self.step(step) {
            panic!("{}", refused.text);
        }
    }

    /// A step that is refused with this code.
    pub fn refuses(&self, step: Step, code: &str) {
        let refused = self.step(step).expect_err(code);
        assert!(refused.text.contains(code), "{code}: {}", refused.text);
        assert_eq!(refused.code, 3, "{}", refused.text);
    }

    /// Carries a command out for somebody without HTTP; the position of its first event.
    pub fn command(&self, role: Role, actor: &Actor, command: Command) -> Position {
        let request = Request { role, ..Request::internal(actor.clone(), "kit", command) };
        let done = self.engine.submit_blocking(request);
        done.unwrap_or_else(|error| panic!("{error}")).first().expect("an event")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server thread may have ended by itself.
            let _gone = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(std::thread::panicking() || ended.is_ok(), "the server ended badly");
        }
    }
}
