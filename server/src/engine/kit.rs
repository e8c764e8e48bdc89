//! A real engine over a folder of its own, for tests: real log, real view, the county's rules.
#![allow(clippy::expect_used, reason = "in a test a failure is what they are for")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::command::{Command, NewSubject};
use shouxin_core::rules::SubjectKind;
use shouxin_core::text::Name;
use shouxin_core::time::{Day, Timestamp};

use crate::app::{DataFolder, Purpose, keep_rules, load_rules, read_rules};
use crate::clock::Clock;
use crate::config::Config;
use crate::demo::sample::code;
use crate::engine::{Committed, Engine, EngineError, Parts, Request};
use crate::lock::DataLock;
use crate::view::View;

/// A data file by its name, and its bytes.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// The county's data files.
pub(crate) fn county() -> Files {
    read_rules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../config")).expect("the county")
}

/// A day.
pub(crate) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// The morning of a day.
pub(crate) fn morning(text: &str) -> Timestamp {
    Timestamp::start_of(day(text)).plus_ms(9 * 3_600_000)
}

/// A running engine.
pub(crate) struct Running {
    pub(crate) engine: Arc<Engine>,
    view: Arc<View>,
    _lock: DataLock,
}

impl Running {
    /// Opens a folder and loads the rules, as a start of the server does.
    pub(crate) fn start(data: &Path, clock: Arc<dyn Clock>, files: &Files) -> Running {
        let config = Config::default();
        let folder = DataFolder::open(data, Purpose::Serve, &config, &mut |_| {});
        let folder = folder.expect("the folder opens");
        let kept = keep_rules(&folder.path, files).expect("they are kept");
        let rules = Arc::new(load_rules(files).expect("they load"));
        let version = rules.version;
        let (log, view, vault, lock) = folder.into_parts();
        let kept_view = view.clone();
        let engine = Engine::start(Parts {
            log,
            view,
            vault,
            clock,
            rules,
            settings: config.engine.settings(),
            metrics: Arc::default(),
            on_fatal: Box::new(|_| {}),
        });
        let engine = Arc::new(engine.expect("it starts"));
        let running = Running { engine, view: kept_view, _lock: lock };
        let load = Command::LoadRules { version, files: kept };
        running.must(Request::internal(Actor::Operator, "rules.load", load));
        running
    }

    /// Stops it: its folder can be opened again.
    pub(crate) fn stop(self) {
        let Running { engine, view, _lock } = self;
        engine.stop();
        drop(engine);
        Arc::into_inner(view).expect("nobody reads it").close().expect("it closes");
    }

    /// Carries something out.
    pub(crate) fn ask(&self, request: Request) -> Result<Committed, EngineError> {
        self.engine.submit_blocking(request)
    }

    /// Carries out what is allowed.
    pub(crate) fn must(&self, request: Request) -> Committed {
        self.ask(request).expect("it is taken")
    }

    /// How often a command was decided, whatever came of it.
    pub(crate) fn decided(&self, label: &str) -> u64 {
        let text = self.engine.metrics.text();
        let label = format!("command=\"{label}\"");
        let own = text.lines().filter(|line| line.contains("commands") && line.contains(&label));
        own.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    }
}

/// An officer of market supervision.
pub(crate) fn market(running: &Running) -> OfficerRef {
    let found = running.engine.rules.department("market").expect("the department");
    let Ok(SubjectKey::Organisation(authority)) = found.uscc.parse() else {
        unreachable!("a department is an organisation");
    };
    OfficerRef { authority, officer: "SC-03".to_owned() }
}

/// An organisation of the county.
pub(crate) fn organisation(number: u32) -> SubjectKey {
    code("91", number).parse().expect("a code")
}

/// What a provider asks for.
pub(crate) fn provided(running: &Running, label: &'static str, command: Command) -> Request {
    let actor = Actor::Officer(market(running));
    Request { role: Role::Provider, ..Request::internal(actor, label, command) }
}

/// The registration of an organisation.
pub(crate) fn register(running: &Running, number: u32) -> Command {
    let subject = NewSubject {
        key: organisation(number),
        kind: SubjectKind::Enterprise,
        name: Name::Clear(format!("企业{number}")),
        slot: running.engine.vault.allocate().expect("a slot"),
        attestation: None,
    };
    Command::RegisterSubjects { subjects: vec![subject] }
}

/// The folder of the data below a test's own.
pub(crate) fn data(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("data")
}
