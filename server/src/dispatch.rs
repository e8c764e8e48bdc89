//! Carries what was decided to the departments' plugins, and their answers back as commands.
//!
//! The log is the outbox (design.md 5): what is owed follows from rows alone (`owed_hook`), so a
//! restart or a rebuild delivers nothing that has a result. Only attempts and back-off live here.
//! Suspensions and ends are looked at before executions, go before them, and wait for no dead letter,
//! pause, validity or full window.

mod answering;
mod calling;
mod forgetting;
pub mod message;
mod retry;
mod round;
mod telling;
pub(crate) mod walk;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shouxin_core::actor::{Actor, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::decide::{owed_courtesy, owed_hook};
use shouxin_core::event::{CaseHook, Target};
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::row::{Due, Index, Key, MeasureRow, PluginRow, Row};
use shouxin_core::text::Sealed;
use shouxin_core::time::Day;
use shouxin_plugin_host::{FailureKind, Hook, Outcome, State};
use tokio::sync::{mpsc, watch};

use crate::dispatch::forgetting::Forgetting;
use crate::dispatch::retry::{Backoff, Waiting};
use crate::dispatch::round::round;
use crate::dispatch::telling::Telling;
use crate::dispatch::walk::Walks;
use crate::engine::query::{Query, QueryError};
use crate::engine::{Engine, EngineError, Request};
use crate::plugins::{Done, Plugins, Running};

/// Rows looked at in one pass, so that a pass is short whatever waits.
const ROWS_PER_PASS_MAX: usize = 1024;
/// Executions that are read at once: most passes find room for a few, behind those of the last.
const EXECUTIONS_PAGE: usize = 128;
/// Cases of which a plugin is told what an officer did, at once.
const COURTESIES_MAX: usize = 8;
/// Places of a plugin's window that executions leave to what is told.
const TELLING_RESERVE: usize = 4;
/// Cases of one plugin that wait to be tried again; beyond them it begins no further one.
const WAITING_MAX: usize = 20_000;
/// How long what the log did not take is left alone.
const AGAIN_MS: u64 = 1_000;
/// How long a case that cannot be read is left alone, in ms.
const UNREADABLE_MS: u64 = 60_000;
/// The longest the dispatcher sleeps: a plugin that came back is noticed by then.
const IDLE: Duration = Duration::from_millis(500);
/// What the last answers get to reach the log, beyond the calls themselves.
const ANSWERS_LAST: Duration = Duration::from_secs(2);
/// Characters kept of what a plugin says about a failure.
const DETAIL_CHARS_MAX: usize = 200;

/// What a call was for.
enum Task {
    Case { measure: MeasureId, hook: CaseHook, order: Position, step: Position },
    Tell { at: Position },
    TellLate { at: Position },
    Forget { at: Position },
}

struct InFlight {
    /// The version that was called: whoever takes its place answers for calls of its own.
    running: Arc<Running>,
    task: Task,
}

impl InFlight {
    fn plugin(&self) -> &str {
        &self.running.candidate.name
    }
}

/// Notes from tasks that carried an answer into the engine.
enum Note {
    CaseCommitted { of: CaseOf, result: Result<(), EngineError> },
    SaidDown { of: CaseOf, step: Position, said: bool },
    Told { plugin: String, committed: bool },
    ToldLate { plugin: String, at: Position },
    Forgot { plugin: String, committed: bool },
    WalkSettled { cause: Position, root: Target, committed: bool },
    Ended { measure: MeasureId, committed: bool },
}

/// Which case a note is about, and whose call.
struct CaseOf {
    measure: MeasureId,
    hook: CaseHook,
    plugin: String,
}

/// A call about a case that is owed now.
struct CaseStep {
    measure: MeasureId,
    hook: CaseHook,
    /// The event that it stands for.
    step: Position,
    /// What its answer names.
    order: Position,
    /// Who ordered it, where an officer did.
    ordered_by: Option<String>,
    plugin: String,
    /// Whose burden it begins; nobody's where it relieves, or is an incentive.
    burden: Option<SubjectKey>,
}

/// The dispatcher.
pub struct Dispatcher {
    engine: Arc<Engine>,
    plugins: Arc<Plugins>,
    done: mpsc::UnboundedReceiver<Done>,
    notes: mpsc::UnboundedReceiver<Note>,
    notify: mpsc::UnboundedSender<Note>,
    in_flight: HashMap<u64, InFlight>,
    /// Calls under way that begin or tell something, by plugin; what relieves has room of its own.
    used: HashMap<String, usize>,
    /// The call under way about a case.
    calling: HashMap<MeasureId, (u64, CaseHook)>,
    /// Cases with a call or an answer under way, or with a wait to sit out.
    busy: HashMap<MeasureId, Option<Backoff>>,
    /// When waits are over. An entry that its case outlived is passed over.
    due: BTreeSet<(Instant, MeasureId)>,
    /// Cases that wait to be tried again, by plugin.
    waiting: Waiting,
    /// The burden that a plugin is beginning for a subject: one at a time, so that none overtakes a dead
    /// letter.
    burdens: HashMap<(String, SubjectKey), MeasureId>,
    burden_of: HashMap<MeasureId, (String, SubjectKey)>,
    cursors: HashMap<String, Option<Position>>,
    courtesy_cursors: HashMap<String, Option<Position>>,
    telling: HashMap<String, Telling>,
    /// The deployed plugins as of this pass.
    deployed: Vec<PluginRow>,
    forgetting: HashMap<String, Forgetting>,
    telling_late: HashSet<(String, Position)>,
    walks: Walks,
    /// When all walks had a turn last, as far as a pass goes.
    walked_at: Option<Instant>,
    /// Cases of which a timer is saying that they have ended; of those of which it could not, from when it
    /// is tried again.
    ending: HashMap<MeasureId, Option<Instant>>,
    /// Suspensions and ends of which it was said that the plugin is down.
    said_down: HashSet<(MeasureId, Position)>,
    /// Plugins that are called for what begins a burden: neither paused nor past their last day.
    begins: HashSet<String>,
    next_ticket: u64,
    /// Answers on their way into the log.
    committing: usize,
    /// How long calls under way may take when the server stops, in ms.
    drain_ms: u64,
}

impl Dispatcher {
    /// A dispatcher over these plugins; completions come from `done`. It stops them when it is stopped.
    pub fn new(
        engine: Arc<Engine>,
        plugins: Arc<Plugins>,
        done: mpsc::UnboundedReceiver<Done>,
        drain_ms: u64,
    ) -> Dispatcher {
        let (notify, notes) = mpsc::unbounded_channel();
        Dispatcher {
            engine,
            plugins,
            done,
            notes,
            notify,
            in_flight: HashMap::new(),
            used: HashMap::new(),
            calling: HashMap::new(),
            busy: HashMap::new(),
            due: BTreeSet::new(),
            waiting: Waiting::default(),
            burdens: HashMap::new(),
            burden_of: HashMap::new(),
            deployed: Vec::new(),
            cursors: HashMap::new(),
            courtesy_cursors: HashMap::new(),
            telling: HashMap::new(),
            forgetting: HashMap::new(),
            telling_late: HashSet::new(),
            walks: Walks::default(),
            walked_at: None,
            ending: HashMap::new(),
            said_down: HashSet::new(),
            begins: HashSet::new(),
            next_ticket: 1,
            committing: 0,
            drain_ms,
        }
    }

    /// Runs until told to stop.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut head = self.engine.head();
        let plugins = self.plugins.clone();
        loop {
            let left = self.pass().unwrap_or_else(|error| {
                tracing::error!(%error, "the dispatcher cannot read what is owed");
                false
            });
            if left && !*stop.borrow() {
                // Others on this thread get their turn, and what came in meanwhile is taken below.
                tokio::task::yield_now().await;
                self.take_in();
                continue;
            }
            let wake = self.next_due().map_or(IDLE, |due| {
                due.saturating_duration_since(Instant::now()).clamp(Duration::from_millis(1), IDLE)
            });
            tokio::select! {
                changed = head.changed() => if changed.is_err() { return },
                // Where no plugin runs nobody answers, and what follows from an end is said all the same.
                Some(done) = self.done.recv() => self.completed(done),
                note = self.notes.recv() => if let Some(note) = note { self.noted(note) },
                () = plugins.changed.notified() => {}
                () = tokio::time::sleep(wake) => {}
                _ = stop.changed() => if *stop.borrow() { return self.drain().await },
            }
            self.take_in();
        }
    }

    /// Takes what came in already.
    fn take_in(&mut self) {
        while let Ok(done) = self.done.try_recv() {
            self.completed(done);
        }
        while let Ok(note) = self.notes.try_recv() {
            self.noted(note);
        }
    }

    /// Takes no more calls, lets those under way be answered, and sees every answer into the log: what
    /// was carried out is not asked again at the next start.
    async fn drain(mut self) {
        let (plugins, drain_ms) = (self.plugins.clone(), self.drain_ms);
        let mut stopping = tokio::task::spawn_blocking(move || plugins.stop(drain_ms));
        let mut stopped = false;
        let end = tokio::time::Instant::now() + Duration::from_millis(drain_ms) + ANSWERS_LAST;
        while !stopped || !self.in_flight.is_empty() || self.committing > 0 {
            tokio::select! {
                _ = &mut stopping, if !stopped => stopped = true,
                Some(done) = self.done.recv() => self.completed(done),
                Some(note) = self.notes.recv() => self.noted(note),
                () = tokio::time::sleep_until(end) => {
                    let (calls, answers) = (self.in_flight.len(), self.committing);
                    tracing::warn!(calls, answers, "stopping without every answer: they are asked again");
                    return;
                }
            }
        }
    }

    /// The next moment at which something may be tried again.
    fn next_due(&self) -> Option<Instant> {
        let now = Instant::now();
        let forgetting = self.forgetting.values().filter_map(Forgetting::due);
        let telling = self.telling.values().filter_map(Telling::due);
        let others = forgetting.chain(telling).filter(|due| *due > now).min();
        self.due.first().map(|(due, _)| *due).into_iter().chain(others).min()
    }

    /// Has a case of a plugin sit out its wait; its attempts are kept over it.
    fn wait(&mut self, id: MeasureId, plugin: &str, backoff: Backoff) {
        match backoff.due() {
            Some(due) => {
                self.due.insert((due, id));
                self.busy.insert(id, Some(backoff));
                self.waiting.begins(id, plugin);
            }
            None => {
                self.free_again(id);
                self.walks.keep_attempts(id, backoff);
            }
        }
    }

    /// A case has no call or answer under way, and nothing to wait for.
    fn free_again(&mut self, id: MeasureId) -> Option<Backoff> {
        self.waiting.is_over(id);
        self.walks.has_news(id);
        self.busy.remove(&id).flatten()
    }

    /// A call about a case, or what it says of one, is under way.
    fn under_way(&mut self, id: MeasureId) {
        self.waiting.is_over(id);
        self.busy.insert(id, None);
    }

    /// Frees the cases whose wait is over.
    fn waits_over(&mut self) {
        let now = Instant::now();
        while let Some((due, id)) = self.due.first().copied().filter(|(due, _)| *due <= now) {
            self.due.remove(&(due, id));
            let over = matches!(self.busy.get(&id), Some(Some(own)) if own.due() == Some(due));
            if let Some(backoff) = over.then(|| self.free_again(id)).flatten() {
                self.walks.keep_attempts(id, backoff);
            }
        }
        self.ending.retain(|_, again| again.is_none_or(|again| again > now));
    }

    /// Looks at what is owed, at a bounded part of it; says whether another look at once finds more.
    fn pass(&mut self) -> Result<bool, QueryError> {
        self.waits_over();
        let engine = self.engine.clone();
        self.deployed = match Query::new(engine.view.read()).row(&Key::Plugins)? {
            Some(Row::Plugins(rows)) => rows,
            _ => Vec::new(),
        };
        let today = engine.clock.now().legal_date();
        let begins = self.deployed.iter().filter(|row| row.begins_burdens(today));
        self.begins = begins.map(|row| row.name.clone()).collect();
        // What relieves a subject first; it waits for no pause and no validity.
        self.settle_walks()?;
        for running in self.plugins.all() {
            let name = running.candidate.name.as_str();
            let row = self.deployed.iter().find(|row| row.name == name);
            // Nothing is read for one that takes no calls.
            let Some(row) = row.filter(|_| running.state() == Some(State::Running)).cloned() else {
                continue;
            };
            // What cannot be read of one plugin holds up no other.
            if let Err(error) = self.serve(&running, &row, today) {
                tracing::error!(plugin = %name, %error, "what is owed to a plugin cannot be read");
            }
        }
        Ok(self.walks.left())
    }

    /// Everything that one plugin is owed.
    fn serve(&mut self, running: &Running, row: &PluginRow, today: Day) -> Result<(), QueryError> {
        self.owed_courtesies(running)?;
        self.forget(running, row)?;
        if self.begins.contains(&row.name) {
            self.tell(running, row)?;
            self.tell_late(running);
            self.owed_executions(running, row, today)?;
        }
        Ok(())
    }

    /// Changes of a parent's standing, oldest first: everybody under it hears of them.
    fn settle_walks(&mut self) -> Result<(), QueryError> {
        let engine = self.engine.clone();
        let found = {
            let mut query = Query::new(engine.view.read());
            self.walks.refresh(&query)?;
            if self.walks.unread() {
                return Ok(());
            }
            let today = engine.clock.now().legal_date();
            let live = self.live();
            let busy = |id| matches!(self.busy.get(&id), Some(None));
            let all = self.walked_at.is_none_or(|at| at.elapsed() >= IDLE);
            if all {
                self.walked_at = Some(Instant::now());
            }
            self.walks.owed(&mut query, today, ROWS_PER_PASS_MAX, &live, &busy, all)
        };
        engine.metrics.open_walks.set(u64::try_from(self.walks.len()).unwrap_or(u64::MAX));
        for owed in found {
            if let Some(hook) = owed.steps.hook {
                self.call_owed(owed.measure, hook, owed.step, None);
            }
            // No call waits for this: what it says is true whether a system answers or not.
            if owed.steps.end && !self.ending.contains_key(&owed.measure) {
                self.ending.insert(owed.measure, None);
                let (measure, due) = (owed.measure, Due::Measure(owed.measure));
                let command = Command::Tick { due };
                let mut request = Request::internal(Actor::System, "families.end", command);
                request.cause = Some(owed.cause);
                self.spawn(request, move |result| Note::Ended {
                    measure,
                    committed: result.is_ok(),
                });
            }
        }
        for (cause, root) in self.walks.take_settled() {
            let command = Command::SettleFamily { cause, root };
            let mut request = Request::internal(Actor::System, "families.settle", command);
            request.cause = Some(cause);
            self.spawn(request, move |result| Note::WalkSettled {
                cause,
                root,
                committed: result.is_ok(),
            });
        }
        Ok(())
    }

    /// Plugins that are not retired.
    fn live(&self) -> BTreeSet<String> {
        let live = self.deployed.iter().filter(|row| row.retired.is_none());
        live.map(|row| row.name.clone()).collect()
    }

    /// How many more calls a plugin may be given that begin or tell something.
    fn room(&self, running: &Running) -> usize {
        let window = running.candidate.grant.limits.in_flight_max;
        let used = self.used.get(&running.candidate.name).copied().unwrap_or(0);
        window.saturating_sub(used)
    }

    /// The same for executions: they leave some places to what is told.
    fn room_to_begin(&mut self, running: &Running) -> usize {
        let plugin = running.candidate.name.as_str();
        if self.waiting.is_full(plugin, WAITING_MAX) {
            return 0;
        }
        let window = running.candidate.grant.limits.in_flight_max;
        self.room(running).saturating_sub((window / 4).min(TELLING_RESERVE))
    }

    fn owed_executions(
        &mut self,
        running: &Running,
        row: &PluginRow,
        today: Day,
    ) -> Result<(), QueryError> {
        let engine = self.engine.clone();
        let plugin = running.candidate.name.as_str();
        let room = self.room_to_begin(running);
        if room == 0 {
            return Ok(());
        }
        if !self.walks.known() {
            return Ok(());
        }
        let entry = Index::Owed(plugin.to_owned(), MeasureId(Position::local(0)));
        let began_at = self.cursors.get(plugin).copied().flatten();
        let mut chosen = Vec::new();
        let live = self.live();
        let mut query = Query::new(engine.view.read());
        let erased = forgetting::pending(&query, row, self.forgetting.get(plugin))?;
        let page = |query: &mut Query<'_>, after| query.page(&entry, after, EXECUTIONS_PAGE);
        let next = round(&mut query, began_at, ROWS_PER_PASS_MAX, page, |query, at| {
            let id = MeasureId(at);
            if !self.free(id) {
                return Ok(ControlFlow::Continue(()));
            }
            let (row, standing) = match walk::case(query, id, today) {
                Ok(found) => found,
                Err(error) => {
                    tracing::error!(%error, case = %id, "a case cannot be read; others go on");
                    return Ok(ControlFlow::Continue(()));
                }
            };
            let burden = (!row.incentive).then_some(row.subject);
            let under_way = |subject| {
                self.burdens.contains_key(&(plugin.to_owned(), subject))
                    || chosen.iter().any(|(_, _, own)| *own == Some(subject))
            };
            if owed_hook(&row, standing) == Some(CaseHook::Execute)
                && !self.walks.unsure(&row, standing, &live)
                && !erased.holds(&row.subject)
                && !burden.is_some_and(under_way)
                && !behind_a_dead_letter(query, plugin, &row)?
            {
                chosen.push((id, execute_step(&row), burden));
            }
            match chosen.len() < room {
                true => Ok(ControlFlow::Continue(())),
                false => Ok(ControlFlow::Break(())),
            }
        })?;
        drop(query);
        self.cursors.insert(plugin.to_owned(), next);
        for (id, step, burden) in chosen {
            self.call_owed(id, CaseHook::Execute, step, burden);
        }
        Ok(())
    }

    /// What an officer did in a plugin's place, and its own data does not know yet.
    fn owed_courtesies(&mut self, running: &Running) -> Result<(), QueryError> {
        let engine = self.engine.clone();
        let plugin = running.candidate.name.as_str();
        let entry = Index::Courtesy(plugin.to_owned(), MeasureId(Position::local(0)));
        let after = self.courtesy_cursors.get(plugin).copied().flatten();
        let mut steps = Vec::new();
        {
            let mut query = Query::new(engine.view.read());
            let (positions, more) = query.page(&entry, after, COURTESIES_MAX)?;
            let cursor = positions.last().copied().filter(|_| more);
            self.courtesy_cursors.insert(plugin.to_owned(), cursor);
            for id in positions.into_iter().map(MeasureId).filter(|id| self.free(*id)) {
                let row = query.ask(|rows| rows.must_measure(id).cloned())?;
                let Some((plugin, hook, step)) = owed_courtesy(&row) else {
                    continue;
                };
                if hook == CaseHook::Resume && !self.begins.contains(plugin) {
                    continue;
                }
                let plugin = plugin.to_owned();
                let (order, ordered_by) = (step, None);
                let burden = None;
                steps.push(CaseStep { measure: id, hook, step, order, ordered_by, plugin, burden });
            }
        }
        for step in steps {
            self.call_case(step);
        }
        Ok(())
    }

    /// A plugin's own words may name people: they are sealed like every other text of the case.
    fn sealed(&self, id: MeasureId, text: &str) -> Option<Sealed> {
        let text: String = text.chars().take(DETAIL_CHARS_MAX).collect();
        let sealed = seal_for_case(&self.engine, id, &text);
        sealed.inspect_err(|error| tracing::error!(%error, case = %id, "sealing failed")).ok()
    }

    fn spawn(
        &mut self,
        request: Request,
        note: impl FnOnce(Result<crate::engine::Committed, EngineError>) -> Note + Send + 'static,
    ) {
        self.committing += 1;
        let (engine, notify) = (self.engine.clone(), self.notify.clone());
        tokio::spawn(async move {
            let result = engine.submit(request).await;
            // The dispatcher may have stopped; what was committed stays committed.
            let _gone = notify.send(note(result));
        });
    }

    fn noted(&mut self, note: Note) {
        self.committing = self.committing.saturating_sub(1);
        match note {
            Note::SaidDown { of: CaseOf { measure, hook, plugin }, step, said } => {
                self.free_again(measure);
                if !said {
                    self.said_down.remove(&(measure, step));
                    self.wait(measure, &plugin, Backoff::new(hook, 1).at_least_ms(AGAIN_MS));
                }
            }
            Note::CaseCommitted { of: CaseOf { measure, hook, plugin }, result } => {
                self.release(measure);
                let again = self.walks.take_attempts(measure);
                match (result, again) {
                    (Ok(()), Some(backoff)) => self.wait(measure, &plugin, backoff),
                    (Ok(()), None) => {
                        self.free_again(measure);
                    }
                    (Err(error), again) => {
                        // Another step overtook it, or the engine is busy: what is owed now is
                        // worked out afresh after a short wait.
                        tracing::debug!(%error, case = %measure, "an answer was not taken");
                        let backoff = again.filter(|own| own.hook() == hook);
                        let backoff = backoff.unwrap_or_else(|| Backoff::new(hook, 50));
                        self.wait(measure, &plugin, backoff.at_least_ms(50));
                    }
                }
            }
            Note::Told { plugin, committed } => self.page_noted(&plugin, committed),
            Note::ToldLate { plugin, at } => {
                self.telling_late.remove(&(plugin, at));
            }
            Note::Forgot { plugin, committed } => self.forgetting_noted(&plugin, committed),
            Note::WalkSettled { cause, root, committed } => {
                self.walks.settled((cause, root), committed);
            }
            Note::Ended { measure, committed: true } => {
                self.ending.remove(&measure);
            }
            Note::Ended { measure, committed: false } => {
                let again = Instant::now() + Duration::from_millis(AGAIN_MS);
                self.ending.insert(measure, Some(again));
            }
        }
    }
}

/// A text about a case, sealed with the key of the subject whose case it is.
///
/// # Errors
/// The case has no file, or its key is gone.
pub fn seal_for_case(engine: &Engine, id: MeasureId, text: &str) -> Result<Sealed, QueryError> {
    let mut query = Query::new(engine.view.read());
    let head = query.ask(|rows| rows.must_subject(rows.must_measure(id)?.subject).cloned())?;
    let text = if text.is_empty() { "-" } else { text };
    let sealed = engine.vault.seal(head.slot, &head.key.to_string(), text.as_bytes());
    sealed.map_err(|error| QueryError::Read(error.to_string()))
}

/// Whether a burden waits because the same plugin gave up an earlier one of the same subject and
/// nobody has answered for it. An incentive waits for nothing.
pub(crate) fn behind_a_dead_letter(
    query: &Query<'_>,
    plugin: &str,
    row: &MeasureRow,
) -> Result<bool, QueryError> {
    if row.incentive {
        return Ok(false);
    }
    let entry = Index::DeadOn(plugin.to_owned(), row.subject, MeasureId(Position::local(0)));
    let (found, _) = query.page(&entry, None, 1)?;
    Ok(!found.is_empty())
}

/// The step of an execution: the order, or the answer that last changed the case's state in the
/// department, whichever came later. Both stand in the log, so it is the same after a restart.
pub fn execute_step(row: &MeasureRow) -> Position {
    let order = row.state.order().map(|order| order.at);
    order.max(row.confirmed_at).unwrap_or(row.id.0)
}

/// Whether a call goes before those that wait: what relieves a subject, and what removes its data.
fn goes_first(hook: Hook) -> bool {
    matches!(hook, Hook::Suspend | Hook::Lift | Hook::Forget)
}

/// The hook of the plugin contract that carries a step of a case.
pub fn plugin_hook(hook: CaseHook) -> Hook {
    match hook {
        CaseHook::Execute => Hook::Execute,
        CaseHook::Suspend => Hook::Suspend,
        CaseHook::Resume => Hook::Resume,
        CaseHook::Lift => Hook::Lift,
    }
}

/// Whether a call ended the process of its plugin.
fn ends_the_process(outcome: &Outcome) -> bool {
    use FailureKind::{Crash, Deadline, Panic};
    matches!(outcome, Outcome::Failed { kind: Panic | Crash | Deadline, .. })
}
