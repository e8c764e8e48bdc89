//! The composition root: opens a data folder, starts everything in order, stops it in reverse.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig};
use actix_web::{HttpServer, web};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use shouxin_core::actor::Actor;
use shouxin_core::codec;
use shouxin_core::command::Command;
use shouxin_core::row::{Key, Row};
use shouxin_core::rules::{RuleError, RuleFile, RuleSet, RulesVersion};
use shouxin_core::time::{Day, Timestamp};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

use crate::access::AccessLog;
use crate::clock::Clock;
use crate::config::Config;
use crate::dispatch::Dispatcher;
use crate::documents::{DocumentError, Documents};
use crate::engine::query::Query;
use crate::engine::recovery::{RecoveryError, catch_up};
use crate::engine::{Engine, EngineError, Parts, Request};
use crate::http::streams::Streams;
use crate::http::{self, App, BODY_BYTES_MAX};
use crate::lock::{DataLock, LockError};
use crate::log::{LogReader, LogSettings, OpenError, SegmentLog};
use crate::plugins::library::Libraries;
use crate::plugins::tries;
use crate::plugins::{self, AdmissionError, Gates, Life, Plugins, PluginsFile};
use crate::telemetry::Metrics;
use crate::vault::{Vault, VaultError, random_salt};
use crate::view::{View, ViewError, ViewSettings};
use crate::whistle::{Whistle, WhistleError, timer};
use crate::{channels, closing, erasure, schedule};

/// The data file that a county may be without.
const CONTRACTS: &str = "contracts.toml";
/// Marks a folder whose clock was moved by a demonstration.
const DEMO_MARK: &str = "DEMO";

/// What a folder is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Real work.
    Serve,
    /// The demonstration.
    Demo,
    /// Reading and rebuilding; nothing is started.
    Inspect,
}

/// Why the register cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The file system refused.
    #[error("{doing}: {source}")]
    Io {
        /// What was tried.
        doing: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder belongs to a demonstration, or to real work.
    #[error("{0}")]
    Purpose(String),
    /// Another process has the folder.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The key ring cannot be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The log cannot be opened.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// The view cannot be opened.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The view cannot be brought up to the log.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// The rules do not load.
    #[error("the rules do not load:\n{}", .0.iter().map(|e| format!("  {e}")).collect::<Vec<_>>().join("\n"))]
    Rules(Vec<RuleError>),
    /// The engine refused something at start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The list of channels cannot be read.
    #[error(transparent)]
    Channels(#[from] crate::channels::ChannelsError),
    /// A plugin list cannot be read.
    #[error(transparent)]
    Plugins(#[from] AdmissionError),
    /// The documents cannot be opened.
    #[error("the documents: {0}")]
    Documents(#[from] DocumentError),
    /// The access log cannot be opened.
    #[error("the access log: {0}")]
    Access(String),
    /// The reports of wrongdoing cannot be opened.
    #[error(transparent)]
    Whistle(#[from] WhistleError),
}

fn io(doing: String) -> impl FnOnce(std::io::Error) -> StartError {
    move |source| StartError::Io { doing, source }
}

/// An opened data folder: everything recovered, nothing started.
pub struct DataFolder {
    /// Where it is.
    pub path: PathBuf,
    /// Keys.
    pub vault: Arc<Vault>,
    /// The log.
    pub log: SegmentLog,
    /// The view, as far as the log.
    pub view: Arc<View>,
    /// When the last event was recorded.
    pub last_recorded: Option<Timestamp>,
    lock: DataLock,
}

impl DataFolder {
    /// Opens a folder, or makes it. `say` is told of everything out of the ordinary.
    pub fn open(
        path: &Path,
        purpose: Purpose,
        config: &Config,
        say: &mut dyn FnMut(String),
    ) -> Result<DataFolder, StartError> {
        std::fs::create_dir_all(path).map_err(io(format!("making {}", path.display())))?;
        // Nobody but the register's own user reads keys, logs or the operator's socket.
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
            .map_err(io(format!("closing {} to others", path.display())))?;
        let lock = DataLock::acquire(path)?;
        mark(path, purpose)?;
        for part in ["documents", "rules", "plugins", "plugin-data", "vault"] {
            let part = path.join(part);
            std::fs::create_dir_all(&part).map_err(io(format!("making {}", part.display())))?;
        }
        let vault = Arc::new(Vault::open(&path.join("vault"))?);
        let settings =
            LogSettings { segment_bytes: config.log.segment_bytes, ..LogSettings::default() };
        let (log, recovery) = SegmentLog::open(&path.join("log"), settings)?;
        if let Some(torn) = &recovery.torn_tail {
            say(format!(
                "日志尾部未写完的 {} 字节已清除，未应答任何请求 / a torn tail of {} bytes was \
                 zeroed at byte {} of {}; nothing acknowledged was lost",
                torn.bytes, torn.bytes, torn.offset, torn.file
            ));
        }
        let view = open_view(path, config, say)?;
        let reader = log.reader();
        let head = reader.head();
        let behind = head.next.saturating_sub(view.applied().next);
        let applied = catch_up(&view, &reader, &vault, u64::MAX, &mut |_| {})?;
        if behind > 0 && applied > 0 {
            tracing::info!(applied, "the view was brought up to the log");
        }
        check_slots(&view, &vault)?;
        let last_recorded = last_recorded(&reader)?;
        Ok(DataFolder { path: path.to_owned(), vault, log, view, last_recorded, lock })
    }

    /// Its parts, with the lock kept for as long as the process lives.
    pub fn into_parts(self) -> (SegmentLog, Arc<View>, Arc<Vault>, DataLock) {
        (self.log, self.view, self.vault, self.lock)
    }
}

fn mark(path: &Path, purpose: Purpose) -> Result<(), StartError> {
    let mark = path.join(DEMO_MARK);
    let demo = mark.exists();
    let used = path.join("log").exists();
    match purpose {
        Purpose::Serve if demo => Err(StartError::Purpose(format!(
            "{} 是演示数据，不能用于正式服务 / holds a demonstration; serve needs a folder of its own",
            path.display()
        ))),
        Purpose::Demo if used && !demo => Err(StartError::Purpose(format!(
            "{} 不是演示数据，演示会移动时钟 / holds real data; demo needs a new folder",
            path.display()
        ))),
        Purpose::Demo if !demo => {
            let text = "演示数据 / demonstration data: the clock was moved.\n";
            std::fs::write(&mark, text).map_err(io(format!("writing {}", mark.display())))
        }
        _ => Ok(()),
    }
}

fn open_view(
    path: &Path,
    config: &Config,
    say: &mut dyn FnMut(String),
) -> Result<Arc<View>, StartError> {
    let folder = path.join("view");
    let settings = view_settings(config);
    match View::open(&folder, settings) {
        Ok(view) => Ok(Arc::new(view)),
        Err(ViewError::Unusable { why }) => {
            say(format!(
                "视图不可用（{why}），按日志重建 / the view is unusable and is rebuilt from the log"
            ));
            View::destroy(&folder)?;
            Ok(Arc::new(View::open(&folder, settings)?))
        }
        Err(error) => Err(error.into()),
    }
}

/// Settings of the view.
pub fn view_settings(config: &Config) -> ViewSettings {
    ViewSettings {
        cache_bytes: config.view.cache_bytes,
        overlay_rows_max: config.view.overlay_rows_max,
        flush_interval_ms: config.view.flush_interval_ms,
    }
}

/// Refuses a key ring that is older than the log: it would give one slot to two subjects.
pub(crate) fn check_slots(view: &View, vault: &Vault) -> Result<(), StartError> {
    let found = view.read().get(&Key::Slots.encode())?;
    let named = match found.as_deref().map(codec::decode_row) {
        Some(Ok(Row::Slots(slots))) => slots,
        Some(_) => {
            let what = "the row of the key slots is damaged; run shouxin rebuild".to_owned();
            return Err(StartError::Recovery(RecoveryError::Apply(what)));
        }
        None => 0,
    };
    if named > vault.slots() {
        return Err(StartError::Purpose(format!(
            "密钥库只有 {} 个槽位，日志已用到第 {named} 个：vault/ring 是旧备份，请恢复与日志同期的密钥库 / \
             the key ring holds {} slots and the log names {named}: vault/ring is an older copy",
            vault.slots(),
            vault.slots()
        )));
    }
    Ok(())
}

fn last_recorded(log: &LogReader) -> Result<Option<Timestamp>, StartError> {
    let damaged = |what: String| StartError::Recovery(RecoveryError::Log(what));
    let Some(last) = log.head().next.checked_sub(1) else {
        return Ok(None);
    };
    let commits = log.read(last, 1).map_err(|error| damaged(error.to_string()))?;
    let entry = commits.last().and_then(|commit| commit.entries.last());
    match entry.map(|entry| codec::decode_event(&entry.bytes)) {
        Some(Ok(envelope)) => Ok(Some(envelope.recorded_at)),
        Some(Err(error)) => Err(damaged(error.to_string())),
        None => Ok(None),
    }
}

/// The data files below a configuration folder, as the loader takes them.
pub fn read_rules(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, StartError> {
    let mut files = Vec::new();
    for name in ["instruments.toml", "departments.toml"] {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).map_err(io(format!("reading {}", path.display())))?;
        files.push((name.to_owned(), bytes));
    }
    // A county from before contracts has none: nothing that is not public is shared then.
    match std::fs::read(folder.join(CONTRACTS)) {
        Ok(bytes) => files.push((CONTRACTS.to_owned(), bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(io(format!("reading {CONTRACTS}"))(error)),
    }
    for (part, ending) in [("catalogue", "toml"), ("rules", "toml"), ("calendar", "csv")] {
        let path = folder.join(part);
        let entries =
            std::fs::read_dir(&path).map_err(io(format!("reading {}", path.display())))?;
        for entry in entries {
            let path = entry.map_err(io(format!("reading {part}")))?.path();
            if path.extension().is_some_and(|own| own == ending) {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let bytes =
                    std::fs::read(&path).map_err(io(format!("reading {}", path.display())))?;
                files.push((format!("{part}/{name}"), bytes));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Parses and checks data files.
pub fn load_rules(files: &[(String, Vec<u8>)]) -> Result<RuleSet, StartError> {
    let files: Vec<RuleFile<'_>> =
        files.iter().map(|(name, bytes)| RuleFile { name, bytes }).collect();
    RuleSet::load(&files).map_err(StartError::Rules)
}

/// The same for files that were kept with a version once in force.
pub fn load_kept_rules(files: &[(String, Vec<u8>)]) -> Result<RuleSet, StartError> {
    let files: Vec<RuleFile<'_>> =
        files.iter().map(|(name, bytes)| RuleFile { name, bytes }).collect();
    RuleSet::load_kept(&files).map_err(StartError::Rules)
}

/// Keeps the exact bytes of every data file under its hash (design.md 6).
pub fn keep_rules(
    folder: &Path,
    files: &[(String, Vec<u8>)],
) -> Result<Vec<(String, [u8; 32])>, StartError> {
    let mut kept = Vec::new();
    for (name, bytes) in files {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        let path = folder.join("rules").join(HEXLOWER.encode(&hash));
        if !path.exists() {
            let part = path.with_extension("part");
            let written = std::fs::write(&part, bytes)
                .and_then(|()| std::fs::File::open(&part)?.sync_all())
                .and_then(|()| std::fs::rename(&part, &path));
            written.map_err(io(format!("keeping {name}")))?;
        }
        kept.push((name.clone(), hash));
    }
    Ok(kept)
}

/// What a server is started with.
pub struct Start {
    /// The opened folder.
    pub folder: DataFolder,
    /// Bounds.
    pub config: Config,
    /// Folder of the data files.
    pub rules: PathBuf,
    /// What plugins may do, and whom the operator trusts to sign them.
    pub plugins: PluginsFile,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where to listen.
    pub listen: String,
    /// Program and arguments that become a plugin's host.
    pub host: (PathBuf, Vec<String>),
    /// Called when durability is lost.
    pub on_fatal: Box<dyn Fn(&str) + Send + Sync>,
}

/// A running server.
pub struct Server {
    /// Changes and reads.
    pub engine: Arc<Engine>,
    /// Who looked.
    pub access: AccessLog,
    /// Makes the timers look at once.
    pub kick: Arc<Notify>,
    /// Where it listens.
    pub address: std::net::SocketAddr,
    plugins: Arc<Plugins>,
    /// Steps of the plugins' lives.
    pub life: Arc<Life>,
    view: Arc<View>,
    whistle: Arc<Whistle>,
    streams: Arc<Streams>,
    http: ServerHandle,
    http_task: JoinHandle<std::io::Result<()>>,
    tasks: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
    _lock: DataLock,
}

impl Server {
    /// Starts everything: engine, rules, plugins, dispatcher, timers, HTTP.
    pub async fn start(start: Start) -> Result<Server, StartError> {
        let Start { folder, config, rules, plugins: file, clock, listen, host, on_fatal } = start;
        let files = read_rules(&rules)?;
        let set = Arc::new(load_rules(&files)?);
        let kept = keep_rules(&folder.path, &files)?;
        let metrics = Arc::new(Metrics::default());
        let documents = folder.path.join("documents");
        let documents = Arc::new(Documents::open(&documents, folder.vault.clone())?);
        let view = folder.view.clone();
        let engine = Arc::new(
            Engine::start(Parts {
                log: folder.log,
                view: folder.view,
                vault: folder.vault,
                clock,
                rules: set.clone(),
                settings: config.engine.settings(),
                metrics,
                on_fatal,
            })
            .map_err(io("starting the engine".to_owned()))?,
        );
        let load = Command::LoadRules { version: set.version, files: kept };
        engine.submit(Request::internal(Actor::Operator, "rules.load", load)).await?;
        let configured = channels::read(&rules.join("channels.toml"))?;
        channels::open(&engine, &configured).await?;
        let (done, completions) = mpsc::unbounded_channel();
        let plugins = Arc::new(Plugins::new(&folder.path, host, done, Gates::of(&engine)));
        let libraries = Libraries::of(&folder.path);
        plugins::start(&engine, &plugins, &libraries, &file).await?;
        let drain_ms = config.http.drain_ms;
        let life = Arc::new(Life::new(plugins.clone(), libraries, file, true, drain_ms));
        let (stop, stopped) = watch::channel(false);
        let kick = Arc::new(Notify::new());
        let dispatcher = Dispatcher::new(engine.clone(), plugins.clone(), completions, drain_ms);
        let mut tasks = vec![
            tokio::spawn(dispatcher.run(stopped.clone())),
            tokio::spawn(tries::run(life.clone(), engine.clone(), stopped.clone())),
            tokio::spawn(closing::run(engine.clone(), stopped.clone())),
            tokio::spawn(erasure::run(engine.clone(), stopped.clone())),
            tokio::spawn(schedule::recount(engine.clone(), stopped.clone())),
            tokio::spawn(schedule::shorten(engine.clone(), stopped.clone())),
            tokio::spawn(schedule::run(engine.clone(), kick.clone(), stopped.clone())),
        ];
        for channel in configured {
            let path = folder.path.clone();
            tasks.push(tokio::spawn(channels::run(channel, path, engine.clone(), stopped.clone())));
        }
        let salt = || random_salt().unwrap_or_default();
        let access =
            AccessLog::open(&folder.path.join("access"), config.log.access_segment_bytes, salt)
                .map_err(StartError::Access)?;
        let whistle = Whistle::open(&folder.path.join("whistle"), &config.whistle)?;
        let whistle = Arc::new(whistle.judged_by(rules_loaded(&engine)?));
        let clock = engine.clone();
        let today = move || clock.clock.now().legal_date();
        let late = timer::run(whistle.clone(), today, engine.rules.clone(), stopped.clone());
        tasks.push(tokio::spawn(late));
        let streams = Arc::new(Streams::default());
        let app = App {
            engine: engine.clone(),
            access: access.clone(),
            documents,
            documents_required: config.documents.required,
            plugins: plugins.clone(),
            life: life.clone(),
            whistle: whistle.clone(),
            streams: streams.clone(),
        };
        let (http, address) = serve_http(app, &config, &listen)?;
        let handle = http.handle();
        let http_task = tokio::spawn(http);
        Ok(Server {
            engine,
            access,
            kick,
            address,
            plugins,
            life,
            view,
            whistle,
            streams,
            http: handle,
            http_task,
            tasks,
            stop,
            _lock: folder.lock,
        })
    }

    /// Takes no more requests, lets what was begun finish, and closes everything.
    pub async fn stop(self) -> Result<(), StartError> {
        self.streams.close();
        self.http.stop(true).await;
        if let Ok(Err(error)) = self.http_task.await {
            tracing::warn!(%error, "HTTP ended with an error");
        }
        self.stop.send_replace(true);
        for task in self.tasks {
            if task.await.is_err() {
                tracing::error!("a task ended with a panic");
            }
        }
        let (engine, plugins, view) = (self.engine, self.plugins, self.view);
        let whistle = self.whistle;
        let closed = tokio::task::spawn_blocking(move || {
            whistle.flush();
            drop(whistle);
            // The dispatcher has stopped them; a shadow or a plugin that came meanwhile is stopped here.
            plugins.stop(0);
            engine.stop();
            drop(engine);
            match Arc::into_inner(view) {
                Some(view) => view.close(),
                None => Ok(()),
            }
        });
        match closed.await {
            Ok(closed) => Ok(closed?),
            Err(_) => Err(StartError::Purpose("stopping ended with a panic".to_owned())),
        }
    }
}

/// Versions of the rules by the day on which they were loaded, oldest first, back to the one with which
/// today began.
fn rules_loaded(engine: &Engine) -> Result<Vec<(Day, RulesVersion)>, StartError> {
    let failed = |what: String| StartError::Whistle(WhistleError::Failed(what));
    let row = Query::new(engine.view.read()).row(&Key::Rules);
    let Some(Row::Rules(row)) = row.map_err(|error| failed(error.to_string()))? else {
        return Ok(Vec::new());
    };
    let today = engine.clock.now().legal_date();
    let mut loaded = Vec::new();
    for (at, version) in [(row.at, row.version)].into_iter().chain(row.earlier) {
        let commits = engine.log.read(at.sequence, 1).map_err(|error| failed(error.to_string()))?;
        let entry = commits.first().and_then(|commit| {
            let place = usize::try_from(at.sequence.saturating_sub(commit.first)).ok()?;
            commit.entries.get(place)
        });
        let entry = entry.ok_or_else(|| failed(format!("{at} 不在日志中 / is not in the log")))?;
        let event = codec::decode_event(&entry.bytes).map_err(|error| failed(error.to_string()))?;
        loaded.insert(0, (event.legal_date, version));
        if event.legal_date < today {
            break;
        }
    }
    Ok(loaded)
}

fn serve_http(
    app: App,
    config: &Config,
    listen: &str,
) -> Result<(actix_web::dev::Server, std::net::SocketAddr), StartError> {
    let app = Data::new(app);
    let make = move || {
        actix_web::App::new()
            .app_data(app.clone())
            .app_data(PayloadConfig::new(BODY_BYTES_MAX))
            .wrap(from_fn(http::query::known))
            .configure(http::routes)
            .default_service(web::to(http::nowhere))
    };
    let server = HttpServer::new(make)
        .workers(config.http.workers)
        .max_connections(config.http.connections_max)
        .shutdown_timeout(config.http.drain_ms.div_ceil(1000))
        .disable_signals()
        .bind(listen)
        .map_err(io(format!("listening on {listen}")))?;
    let address = server.addrs().first().copied();
    let address = address.ok_or_else(|| StartError::Purpose("no address is bound".to_owned()))?;
    Ok((server.run(), address))
}
