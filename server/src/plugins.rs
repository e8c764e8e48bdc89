//! The plugins of departments: which run, and how they are reached.
//!
//! `plugins.toml` says whom the operator trusts and what each plugin may do; what is deployed stands
//! in the log, the bytes of each library under `plugins/<sha256>`. This file keeps what runs now:
//! the live version of each plugin and, where one is tried, the shadow beside it. Versions come and
//! go while the server runs (`life.rs`).

mod candidate;
mod file;
pub mod forgets;
mod gate;
pub mod history;
pub mod letters;
pub mod library;
mod life;
mod pins;
mod retold;
mod shadow;
pub mod shown;
mod start;
pub mod tries;
mod turn;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde_json::Value;
use shouxin_core::actor::Actor;
use shouxin_core::id::Position;
use shouxin_plugin_host::{
    AbiInfo, Call, Completion, Health, Hook, Hung, Mode, Outcome, Plugin, PluginSpec, State,
    SubmitError,
};
use tokio::sync::{Notify, mpsc, oneshot};

pub use candidate::{Candidate, date};
pub use file::{GrantedField, Pinned, PluginGrant, PluginsFile};
use forgets::Forgets;
pub use gate::{Gate, Gates};
pub use library::sha256_of as library_sha256;
pub use life::{Life, Step};
use retold::Retold;
pub use shadow::{Compared, Comparison, Difference};
pub use start::start;
pub use tries::Tries;

/// Tickets from here on belong to queries; below, to the dispatcher.
const QUERY_TICKETS: u64 = 1 << 62;
/// Counts what begins anew: starts of plugins, and resumptions.
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// Hooks without which a case, or a subject's data, could not be dealt with to its end.
const REQUIRED: [Hook; 5] = [Hook::Execute, Hook::Suspend, Hook::Resume, Hook::Lift, Hook::Forget];

/// Why a library is not admitted: a code for machines, a sentence and a cure for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}; {cure}")]
pub struct Verdict {
    /// Which rule.
    pub code: &'static str,
    /// What is so.
    pub detail: String,
    /// What would make it succeed.
    pub cure: String,
}

impl Verdict {
    fn new(code: &'static str, detail: String, cure: &str) -> Verdict {
        Verdict { code, detail, cure: cure.to_owned() }
    }
}

/// Why a plugin cannot be admitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdmissionError {
    /// The file cannot be read or does not parse.
    #[error("{file}: {problem}")]
    File {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The list of keys cannot be used.
    #[error(transparent)]
    Trust(shouxin_plugin_admission::TrustError),
    /// It may not run.
    #[error(transparent)]
    Refused(Verdict),
    /// The library is not the one that was pinned.
    #[error(
        "plugin {name}: the library {library} has SHA-256 {found}, admitted is {admitted}; admit \
         the new one in plugins.toml, or put the admitted one back"
    )]
    Hash {
        /// Plugin.
        name: String,
        /// Library.
        library: PathBuf,
        /// Found.
        found: String,
        /// Admitted.
        admitted: String,
    },
    /// The plugin does not start.
    #[error("plugin {name}: {problem}")]
    Start {
        /// Plugin.
        name: String,
        /// What is wrong.
        problem: String,
    },
}

impl AdmissionError {
    /// Whether it may succeed later as it is: it did not start, or a file could not be read. Whatever
    /// else was found takes the right to run away.
    pub fn may_pass(&self) -> bool {
        matches!(self, AdmissionError::Start { .. } | AdmissionError::File { .. })
    }
}

/// A running version of a plugin.
pub struct Running {
    /// What runs, and by what right.
    pub candidate: Candidate,
    /// Taken out once, when it is stopped.
    plugin: RwLock<Option<Plugin>>,
    begun: AtomicU64,
}

impl Running {
    fn of(candidate: Candidate, plugin: Plugin) -> Running {
        let begun = AtomicU64::new(BEGUN.fetch_add(1, Ordering::Relaxed));
        Running { candidate, plugin: RwLock::new(Some(plugin)), begun }
    }

    /// Another number after each start and each resumption: what was waited out before need not be now.
    pub fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    fn with<T>(&self, ask: impl FnOnce(&Plugin) -> T) -> Option<T> {
        self.plugin.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(ask)
    }

    /// Hands over a call. Never blocks.
    ///
    /// # Errors
    /// It was not taken.
    pub fn submit(&self, call: Call) -> Result<(), SubmitError> {
        self.with(|plugin| plugin.submit(call)).unwrap_or(Err(SubmitError::Stopped))
    }

    /// Whether it takes calls; none once it was stopped.
    pub fn state(&self) -> Option<State> {
        self.with(Plugin::state)
    }

    /// Whether it offers a hook.
    pub fn offers(&self, hook: Hook) -> bool {
        self.with(|plugin| plugin.offers(hook)).unwrap_or(true)
    }

    /// How it is doing; none once it was stopped.
    pub fn health(&self) -> Option<Health> {
        self.with(Plugin::health)
    }

    /// Hands over a call that goes before those that wait.
    ///
    /// # Errors
    /// It was not taken.
    pub fn submit_first(&self, call: Call) -> Result<(), SubmitError> {
        self.with(|plugin| plugin.submit_first(call)).unwrap_or(Err(SubmitError::Stopped))
    }

    /// Has a call dropped that the plugin has not begun.
    pub fn cancel(&self, ticket: u64) {
        self.with(|plugin| plugin.cancel(ticket));
    }

    /// Closes the breaker.
    pub fn reset_breaker(&self) {
        self.begun.store(BEGUN.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        self.with(Plugin::reset_breaker);
    }

    /// Who answers.
    pub fn actor(&self) -> Actor {
        Actor::Plugin { name: self.candidate.name.clone(), version: self.candidate.version.clone() }
    }

    /// Stops it, letting calls in flight finish for so long. What hangs is handed over.
    fn stop(&self, drain_ms: u64) -> Option<Hung> {
        let plugin = self.plugin.write().unwrap_or_else(PoisonError::into_inner).take();
        plugin.and_then(|plugin| plugin.stop(drain_ms))
    }
}

/// A version that is tried beside the live one.
pub struct Shadow {
    /// What runs.
    pub running: Running,
    /// What it answers beside what the live one answers.
    pub comparison: Arc<Comparison>,
}

type Queries = Arc<Mutex<BTreeMap<u64, oneshot::Sender<Result<Value, String>>>>>;

/// A completion with the plugin it came from.
#[derive(Debug)]
pub struct Done {
    /// Plugin.
    pub plugin: String,
    /// Completion.
    pub completion: Completion,
}

/// Every plugin of this server.
pub struct Plugins {
    live: RwLock<BTreeMap<String, Arc<Running>>>,
    shadows: RwLock<BTreeMap<String, Arc<Shadow>>>,
    /// One shadow is started or stopped at a time, so that nobody clears a folder under another.
    shadow_turn: Mutex<()>,
    /// Shadows that are to begin over an empty folder.
    emptied: Mutex<BTreeSet<String>>,
    /// Threads of stopped versions that are in a call still, by name.
    hung: Mutex<BTreeMap<String, Hung>>,
    /// Who is tried again, and when.
    pub tries: Tries,
    /// Classification changes that the operator wants told again.
    retold: Retold,
    /// How far each is with what it is to forget.
    pub forgets: Forgets,
    /// Why a shadow does not run.
    shadow_errors: Mutex<BTreeMap<String, String>>,
    /// Why a deployed plugin, or one that is granted, does not run.
    refused: Mutex<BTreeMap<String, Value>>,
    queries: Queries,
    next_query: AtomicU64,
    data: PathBuf,
    host: (PathBuf, Vec<String>),
    done: mpsc::UnboundedSender<Done>,
    /// What is asked right before a plugin begins a call.
    pub gates: Arc<Gates>,
    /// Somebody came or went, or was woken: the dispatcher looks.
    pub changed: Notify,
}

impl Plugins {
    /// None yet. Completions of the dispatcher's calls go to `done`, which is bounded by what is in
    /// flight.
    pub fn new(
        data: &Path,
        host: (PathBuf, Vec<String>),
        done: mpsc::UnboundedSender<Done>,
        gates: Gates,
    ) -> Plugins {
        Plugins {
            live: RwLock::default(),
            shadows: RwLock::default(),
            shadow_turn: Mutex::default(),
            emptied: Mutex::default(),
            hung: Mutex::default(),
            tries: Tries::default(),
            retold: Retold::default(),
            forgets: Forgets::default(),
            shadow_errors: Mutex::default(),
            refused: Mutex::default(),
            queries: Arc::default(),
            next_query: AtomicU64::new(QUERY_TICKETS),
            data: data.to_owned(),
            host,
            done,
            gates: Arc::new(gates),
            changed: Notify::new(),
        }
    }

    /// A plugin by name.
    pub fn get(&self, name: &str) -> Option<Arc<Running>> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// The shadow beside a plugin.
    pub fn shadow(&self, name: &str) -> Option<Arc<Shadow>> {
        self.shadows.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Every live plugin, by name.
    pub fn all(&self) -> Vec<Arc<Running>> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Every shadow, by name.
    pub fn shadows(&self) -> Vec<Arc<Shadow>> {
        self.shadows.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The department a plugin works for.
    pub fn department(&self, name: &str) -> Option<String> {
        self.get(name).map(|running| running.candidate.grant.department.clone())
    }

    /// Has a call ended in the comparison with a shadow, if there is one.
    pub fn compare(&self, name: &str, completion: &Completion) {
        if let Some(shadow) = self.shadow(name) {
            let outcome = completion.begun.then_some(&completion.outcome);
            shadow.comparison.live(completion.ticket, outcome);
        }
    }

    fn spec(&self, candidate: &Candidate, mode: Mode) -> Result<PluginSpec, AdmissionError> {
        let grant = &candidate.grant;
        let bad = |problem: String| AdmissionError::Start { name: candidate.name.clone(), problem };
        // A name has no dot, so no folder of one plugin is another's.
        let folder = match mode {
            Mode::Live => candidate.name.clone(),
            Mode::Shadow => format!("{}.shadow", candidate.name),
            Mode::DryRun | Mode::Check => format!("{}.trial", candidate.name),
        };
        Ok(PluginSpec {
            name: candidate.name.clone(),
            library: candidate.library.clone(),
            sha256: candidate.sha256,
            data_dir: self.data.join("plugin-data").join(folder),
            config: serde_json::to_value(&grant.settings).map_err(|e| bad(e.to_string()))?,
            mode,
            connect: grant.connect.clone(),
            isolation: match mode {
                // What is only tried never runs in the register's own process.
                Mode::Live => grant.isolation,
                _ => shouxin_plugin_host::Isolation::Process,
            },
            limits: grant.limits.clone(),
            host_program: self.host.0.clone(),
            host_args: self.host.1.clone(),
        })
    }

    fn launch(
        &self,
        candidate: &Candidate,
        mode: Mode,
        deliver: impl Fn(Completion) + Send + Sync + 'static,
    ) -> Result<Plugin, AdmissionError> {
        let spec = self.spec(candidate, mode)?;
        let name = candidate.name.clone();
        let gates = (mode == Mode::Live).then(|| self.gates.clone());
        let started = match gates {
            Some(gates) => {
                let gate = move |ticket| gates.may_begin(ticket);
                Plugin::start_gated(spec, Box::new(deliver), Box::new(gate))
            }
            None => Plugin::start(spec, Box::new(deliver)),
        };
        started.map_err(|error| AdmissionError::Start { name, problem: error.to_string() })
    }

    /// Starts a version over the plugin's own folder and makes it the live one.
    ///
    /// # Errors
    /// It does not start; nothing has changed then.
    pub fn start_live(&self, candidate: Candidate) -> Result<(), AdmissionError> {
        if self.hangs(&candidate.name) {
            let problem = "较早的实例卡在调用中，须重启本系统 / a thread of an earlier version hangs in its call \
                           and may write to the folder: only a restart of the register ends it";
            let name = candidate.name.clone();
            return Err(AdmissionError::Start { name, problem: problem.to_owned() });
        }
        let (queries, done) = (self.queries.clone(), self.done.clone());
        let name = candidate.name.clone();
        let deliver = move |completion: Completion| {
            if completion.ticket >= QUERY_TICKETS {
                answer(&queries, completion);
            } else if done.send(Done { plugin: name.clone(), completion }).is_err() {
                tracing::debug!("a completion came after the dispatcher had stopped");
            }
        };
        let plugin = self.launch(&candidate, Mode::Live, deliver)?;
        let name = candidate.name.clone();
        self.accepted(&name);
        self.tries.forget(&name);
        let running = Arc::new(Running::of(candidate, plugin));
        self.live.write().unwrap_or_else(PoisonError::into_inner).insert(name, running);
        self.changed.notify_one();
        Ok(())
    }

    /// Starts a version beside the live one, over a folder of its own that begins empty.
    ///
    /// # Errors
    /// It does not start, or its folder cannot be emptied. That it does not run is shown with the reason.
    pub fn start_shadow(&self, candidate: Candidate) -> Result<(), AdmissionError> {
        let _turn = self.shadow_turn();
        self.shadow_begins(candidate)
    }

    /// Why a shadow does not run, where that was found out.
    pub fn shadow_error(&self, name: &str) -> Option<String> {
        self.shadow_errors.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Notes why a shadow does not run.
    pub fn shadow_refused(&self, name: &str, error: &AdmissionError) {
        tracing::error!(plugin = %name, %error, "影子版本未启动 / the shadow does not run");
        let mut errors = self.shadow_errors.lock().unwrap_or_else(PoisonError::into_inner);
        errors.insert(name.to_owned(), error.to_string());
    }

    fn shadow_turn(&self) -> MutexGuard<'_, ()> {
        self.shadow_turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shadow_begins(&self, candidate: Candidate) -> Result<(), AdmissionError> {
        let name = candidate.name.clone();
        let begun = self.shadow_over_nothing(candidate);
        match &begun {
            Ok(()) => {
                let errors = self.shadow_errors.lock();
                errors.unwrap_or_else(PoisonError::into_inner).remove(&name);
            }
            Err(error) => self.shadow_refused(&name, error),
        }
        begun
    }

    fn shadow_over_nothing(&self, candidate: Candidate) -> Result<(), AdmissionError> {
        let comparison = Arc::new(Comparison::default());
        let told = comparison.clone();
        let deliver = move |completion: Completion| {
            told.shadow(completion.ticket, completion.begun.then_some(&completion.outcome));
        };
        self.begins_empty(&candidate.name, &format!("{}.shadow", candidate.name))?;
        let plugin = self.launch(&candidate, Mode::Shadow, deliver)?;
        let name = candidate.name.clone();
        let running = Running::of(candidate, plugin);
        let shadow = Arc::new(Shadow { running, comparison });
        self.shadows.write().unwrap_or_else(PoisonError::into_inner).insert(name, shadow);
        Ok(())
    }

    /// Loads a version once over an empty folder and answers what it says about itself, so that a
    /// library that does not start is refused before anything is recorded.
    ///
    /// # Errors
    /// It does not start.
    pub fn try_out(&self, candidate: &Candidate) -> Result<AbiInfo, AdmissionError> {
        let folder = format!("{}.trial", candidate.name);
        self.begins_empty(&candidate.name, &folder)?;
        let tried = self.launch(candidate, Mode::Check, |_| {});
        let info = tried.as_ref().ok().and_then(|plugin| plugin.health().abi);
        let tried = tried.map(|plugin| plugin.stop(0));
        self.clear(&folder);
        tried?;
        let info = info.ok_or_else(|| AdmissionError::Start {
            name: candidate.name.clone(),
            problem: "it says nothing about itself".to_owned(),
        })?;
        let missing =
            REQUIRED.iter().find(|hook| !info.hooks.iter().any(|own| own == hook.as_str()));
        match missing {
            Some(hook) => Err(AdmissionError::Refused(Verdict::new(
                "MISSING_HOOK",
                format!("插件没有 {hook} / the plugin does not offer it"),
                "五个钩子都须提供；用 shouxin plugin check 检查 / all five are required; see `shouxin plugin check`",
            ))),
            None => Ok(info),
        }
    }

    /// Removes a folder that is only tried in. What is left behind is found once somebody is to begin
    /// over it.
    fn clear(&self, folder: &str) {
        if let Err((path, error)) = self.removed(folder) {
            tracing::warn!(%error, path = %path.display(), "a folder of a trial is left behind");
        }
    }

    fn removed(&self, folder: &str) -> Result<(), (PathBuf, std::io::Error)> {
        let path = self.data.join("plugin-data").join(folder);
        match std::fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err((path, error)),
            _ => Ok(()),
        }
    }

    /// The same for whoever begins there: over what another left, a trial tries something else, and a
    /// shadow may keep whom it should have forgotten.
    fn begins_empty(&self, name: &str, folder: &str) -> Result<(), AdmissionError> {
        self.removed(folder).map_err(|(path, error)| AdmissionError::Start {
            name: name.to_owned(),
            problem: format!(
                "{} 无法清空，请移走后再试：{error} / that folder cannot be emptied: move it away and try again",
                path.display()
            ),
        })
    }

    /// Stops the live version: what is in flight gets so long to be answered.
    pub fn stop_live(&self, name: &str, drain_ms: u64) {
        let running = self.live.write().unwrap_or_else(PoisonError::into_inner).remove(name);
        if let Some(hung) = running.and_then(|running| running.stop(drain_ms)) {
            let mut kept = self.hung.lock().unwrap_or_else(PoisonError::into_inner);
            kept.insert(name.to_owned(), hung);
        }
        self.changed.notify_one();
    }

    /// Whether a body of this name is in a call from which it does not come back; only one on a
    /// thread of this process can be.
    pub fn hangs(&self, name: &str) -> bool {
        let mut hung = self.hung.lock().unwrap_or_else(PoisonError::into_inner);
        hung.retain(|_, own| !own.is_over());
        let stopped = hung.contains_key(name);
        drop(hung);
        stopped || self.get(name).and_then(|own| own.with(Plugin::hangs)).unwrap_or_default()
    }

    /// Stops a shadow and removes its folder.
    pub fn stop_shadow(&self, name: &str) {
        let _turn = self.shadow_turn();
        let shadow = self.shadows.write().unwrap_or_else(PoisonError::into_inner).remove(name);
        if let Some(shadow) = shadow {
            shadow.running.stop(0);
        }
        self.shadow_errors.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        self.clear(&format!("{name}.shadow"));
    }

    /// A shadow did not remove what it keeps of an erased subject, or was not asked to: it begins
    /// anew over an empty folder. Returns at once; that it does not start again is said in the log.
    pub fn shadow_missed_forget(self: &Arc<Self>, name: &str) {
        let Some(missed) = self.shadow(name) else {
            return;
        };
        let emptied = || self.emptied.lock().unwrap_or_else(PoisonError::into_inner);
        if !emptied().insert(name.to_owned()) {
            return;
        }
        let (own, of) = (self.clone(), name.to_owned());
        let thread = std::thread::Builder::new().name(format!("plugin-shadow {name}"));
        let begun = thread.spawn(move || own.begin_shadow_anew(&of, &missed));
        if let Err(error) = begun {
            tracing::error!(plugin = %name, %error, "影子版本未清空，已停止 / the shadow is stopped");
            emptied().remove(name);
            self.stop_shadow(name);
        }
    }

    fn begin_shadow_anew(&self, name: &str, missed: &Arc<Shadow>) {
        let _turn = self.shadow_turn();
        self.emptied.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        // Meanwhile another version may stand there, or none.
        if !self.shadow(name).is_some_and(|own| Arc::ptr_eq(&own, missed)) {
            return;
        }
        self.shadows.write().unwrap_or_else(PoisonError::into_inner).remove(name);
        missed.running.stop(0);
        // Where it does not start again that is shown with the reason.
        let _refused = self.shadow_begins(missed.running.candidate.clone());
    }

    /// Removes the folders of trials, and those of shadows but these.
    pub fn sweep(&self, shadows: &BTreeSet<String>) {
        let _turn = self.shadow_turn();
        let folder = self.data.join("plugin-data");
        // Where there is no folder yet nothing is left behind in it.
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let gone = match name.rsplit_once('.') {
                Some((_, "trial")) => true,
                Some((own, "shadow")) => !shadows.contains(own),
                _ => false,
            };
            if gone {
                self.clear(&name);
            }
        }
    }

    /// Has a classification change told again; false where as many of this plugin wait as may.
    pub fn tell_again(&self, name: &str, at: Position) -> bool {
        let taken = self.retold.add(name, at);
        if taken {
            self.changed.notify_one();
        }
        taken
    }

    /// The same for what was taken and had no turn. Nobody is woken: there is none at once either.
    pub fn put_back(&self, name: &str, at: Position) {
        if !self.retold.add(name, at) {
            tracing::warn!(plugin = %name, %at, "a change was not told again; it stays a dead letter");
        }
    }

    /// What a plugin is to be told again, the first of it.
    pub fn take_retold(&self, name: &str, most: usize) -> Vec<Position> {
        self.retold.take(name, most)
    }

    /// It is called no more: what waited to be told again stays a dead letter, and nothing is tried again.
    pub fn retired(&self, name: &str) {
        self.retold.clear(name);
        self.tries.forget(name);
        self.forgets.over(name);
    }

    /// Notes why a plugin does not run.
    pub fn refuse(&self, name: &str, shown: Value) {
        tracing::error!(plugin = %name, why = %shown["last_error"], "插件未启用 / the plugin is refused; going on without it");
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), shown);
    }

    fn accepted(&self, name: &str) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// What does not run, and why.
    pub fn refusals(&self) -> Vec<Value> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Asks a plugin's own store.
    pub async fn query(&self, name: &str, question: Value) -> Result<Value, String> {
        let running = self.get(name).ok_or("no such plugin")?;
        let ticket = self.next_query.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        if let Ok(mut queries) = self.queries.lock() {
            queries.insert(ticket, reply);
        }
        let body = question.to_string().into_bytes();
        if let Err(error) = running.submit(Call { ticket, hook: Hook::Query, body }) {
            if let Ok(mut queries) = self.queries.lock() {
                queries.remove(&ticket);
            }
            return Err(error.to_string());
        }
        answer.await.unwrap_or_else(|_| Err("the plugin was stopped".to_owned()))
    }

    /// Stops every plugin, letting calls in flight finish for so long, all at the same time.
    pub fn stop(&self, drain_ms: u64) {
        let names: Vec<String> =
            self.shadows().iter().map(|own| own.running.candidate.name.clone()).collect();
        for name in names {
            let shadow = self.shadows.write().unwrap_or_else(PoisonError::into_inner).remove(&name);
            if let Some(shadow) = shadow {
                shadow.running.stop(0);
            }
        }
        let live = std::mem::take(&mut *self.live.write().unwrap_or_else(PoisonError::into_inner));
        std::thread::scope(|scope| {
            for running in live.values() {
                scope.spawn(|| running.stop(drain_ms));
            }
        });
    }
}

fn answer(queries: &Queries, completion: Completion) {
    let reply = queries.lock().ok().and_then(|mut own| own.remove(&completion.ticket));
    let result = match completion.outcome {
        Outcome::Queried(value) => Ok(value),
        Outcome::Failed { kind, detail } => Err(format!("{}: {detail}", kind.as_str())),
        Outcome::Answered(_) => Err("the plugin answered something else".to_owned()),
    };
    if let Some(reply) = reply {
        // Whoever asked may have gone away.
        let _gone = reply.send(result);
    }
}
