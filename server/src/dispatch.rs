//! Carries what was decided to the departments' plugins, and their answers back as commands.
//!
//! The log is the outbox (design.md 5): what is owed follows from rows alone (`owed_hook`), so a
//! restart or a rebuild delivers nothing that has a result. Only attempts and back-off live here.
//! Suspensions and ends are looked at before executions, and a window is kept free for them.

mod message;
mod retry;
mod walk;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::decide::owed_hook;
use shouxin_core::event::{CallFault, CaseHook};
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::row::{Due, Index, Key, MeasureRow, PluginRow, Row};
use shouxin_core::text::Sealed;
use shouxin_plugin_host::wire::AnswerOutcome;
use shouxin_plugin_host::{Call, FailureKind, Hook, Outcome, SubmitError};
use tokio::sync::{mpsc, watch};

use crate::dispatch::retry::Backoff;
use crate::dispatch::walk::Walks;
use crate::engine::query::{Query, QueryError};
use crate::engine::{Engine, EngineError, Request};
use crate::plugins::{Done, Plugins, Running};

/// Rows looked at in one pass, so that a pass is short whatever waits.
const ROWS_PER_PASS_MAX: usize = 1024;
/// Calls of a plugin's window that executions leave free for suspensions and ends.
const WINDOW_RESERVE: usize = 8;
/// The longest the dispatcher sleeps: a plugin that came back is noticed by then.
const IDLE: Duration = Duration::from_millis(500);
/// Classification changes told under way at once, by plugin.
const TELL_PAGE: usize = 32;
const TELL_ATTEMPTS_MAX: u32 = 5;
/// Characters kept of what a plugin says about a failure.
const DETAIL_CHARS_MAX: usize = 200;

/// What a call was for.
enum Task {
    Case { measure: MeasureId, hook: CaseHook, order: Position },
    Tell { at: Position },
}

struct InFlight {
    plugin: String,
    task: Task,
}

/// What a plugin has been told of the changes after its cursor.
#[derive(Default)]
struct Telling {
    waiting: BTreeMap<Position, Option<bool>>,
    attempts: HashMap<Position, u32>,
    committing: bool,
}

/// Notes from tasks that carried an answer into the engine.
enum Note {
    CaseCommitted { measure: MeasureId, result: Result<(), EngineError> },
    Told { plugin: String },
    WalkSettled,
    Ended { measure: MeasureId },
}

/// The dispatcher.
pub struct Dispatcher {
    engine: Arc<Engine>,
    plugins: Arc<Plugins>,
    done: mpsc::UnboundedReceiver<Done>,
    notes: mpsc::UnboundedReceiver<Note>,
    notify: mpsc::UnboundedSender<Note>,
    in_flight: HashMap<u64, InFlight>,
    busy: HashMap<MeasureId, Option<Backoff>>,
    cursors: HashMap<String, Option<Position>>,
    telling: HashMap<String, Telling>,
    walks: Walks,
    /// Cases of which a timer is saying that they have ended.
    ending: HashSet<MeasureId>,
    next_ticket: u64,
}

impl Dispatcher {
    /// A dispatcher over these plugins; completions come from `done`.
    pub fn new(
        engine: Arc<Engine>,
        plugins: Arc<Plugins>,
        done: mpsc::UnboundedReceiver<Done>,
    ) -> Dispatcher {
        let (notify, notes) = mpsc::unbounded_channel();
        Dispatcher {
            engine,
            plugins,
            done,
            notes,
            notify,
            in_flight: HashMap::new(),
            busy: HashMap::new(),
            cursors: HashMap::new(),
            telling: HashMap::new(),
            walks: Walks::default(),
            ending: HashSet::new(),
            next_ticket: 1,
        }
    }

    /// Runs until told to stop.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut head = self.engine.head();
        loop {
            if let Err(error) = self.pass() {
                tracing::error!(%error, "the dispatcher cannot read what is owed");
            }
            let wake = self.next_due().map_or(IDLE, |due| {
                due.saturating_duration_since(Instant::now()).clamp(Duration::from_millis(1), IDLE)
            });
            tokio::select! {
                changed = head.changed() => if changed.is_err() { return },
                // Where no plugin runs nobody answers, and what follows from an end is said all the same.
                Some(done) = self.done.recv() => self.completed(done),
                note = self.notes.recv() => if let Some(note) = note { self.noted(note) },
                () = tokio::time::sleep(wake) => {}
                _ = stop.changed() => if *stop.borrow() { return },
            }
            while let Ok(done) = self.done.try_recv() {
                self.completed(done);
            }
            while let Ok(note) = self.notes.try_recv() {
                self.noted(note);
            }
        }
    }

    fn next_due(&self) -> Option<Instant> {
        self.busy.values().flatten().filter_map(Backoff::due).min()
    }

    fn pass(&mut self) -> Result<(), QueryError> {
        self.settle_walks()?;
        let names: Vec<String> = self.plugins.iter().map(|(name, _)| name.clone()).collect();
        for name in names {
            self.owed_executions(&name)?;
            self.tell(&name)?;
        }
        Ok(())
    }

    /// Changes of a parent's standing, oldest first: everybody under it hears of them.
    fn settle_walks(&mut self) -> Result<(), QueryError> {
        let engine = self.engine.clone();
        let found = {
            let mut query = Query::new(engine.view.read());
            self.walks.refresh(&query)?;
            let today = engine.clock.now().legal_date();
            self.walks.owed(&mut query, today, ROWS_PER_PASS_MAX)?
        };
        engine.metrics.open_walks.set(u64::try_from(self.walks.len()).unwrap_or(u64::MAX));
        for owed in found {
            if let Some(hook) = owed.steps.hook {
                self.call_case(owed.measure, hook, owed.cause);
            }
            // No call waits for this: what it says is true whether a system answers or not.
            if owed.steps.end && self.ending.insert(owed.measure) {
                let (measure, due) = (owed.measure, Due::Measure(owed.measure));
                let command = Command::Tick { due };
                let mut request = Request::internal(Actor::System, "families.end", command);
                request.cause = Some(owed.cause);
                self.spawn(request, move |_| Note::Ended { measure });
            }
        }
        for (cause, root) in self.walks.take_settled() {
            let command = Command::SettleFamily { cause, root };
            let mut request = Request::internal(Actor::System, "families.settle", command);
            request.cause = Some(cause);
            self.spawn(request, |_| Note::WalkSettled);
        }
        Ok(())
    }

    fn owed_executions(&mut self, plugin: &str) -> Result<(), QueryError> {
        let engine = self.engine.clone();
        let Some(running) = self.plugins.get(plugin) else {
            return Ok(());
        };
        let window = running.grant.limits.in_flight_max.saturating_sub(WINDOW_RESERVE).max(1);
        let used = self.in_flight.values().filter(|call| call.plugin == plugin).count();
        let mut room = window.saturating_sub(used);
        if room == 0 {
            return Ok(());
        }
        let today = engine.clock.now().legal_date();
        let entry = Index::Owed(plugin.to_owned(), MeasureId(Position::local(0)));
        let after = self.cursors.get(plugin).copied().flatten();
        let mut chosen = Vec::new();
        {
            let mut query = Query::new(engine.view.read());
            let (positions, more) = query.page(&entry, after, ROWS_PER_PASS_MAX)?;
            let last = positions.last().copied();
            for at in &positions {
                let id = MeasureId(*at);
                if room == 0 {
                    break;
                }
                if !self.free(id) {
                    continue;
                }
                let (row, standing) = walk::case(&mut query, id, today)?;
                if owed_hook(&row, standing) == Some(CaseHook::Execute) {
                    chosen.push((id, execute_step(&row)));
                    room -= 1;
                }
            }
            let cursor = if more && room > 0 { last } else { None };
            self.cursors.insert(plugin.to_owned(), cursor);
        }
        for (id, step) in chosen {
            self.call_case(id, CaseHook::Execute, step);
        }
        Ok(())
    }

    /// Whether a case has no call under way and no wait to sit out.
    fn free(&self, id: MeasureId) -> bool {
        match self.busy.get(&id) {
            None => true,
            Some(Some(backoff)) => backoff.due().is_some_and(|due| due <= Instant::now()),
            Some(None) => false,
        }
    }

    fn call_case(&mut self, id: MeasureId, hook: CaseHook, step: Position) {
        // What ends or suspends a burden waits for nothing but the call that is under way.
        let overtakes = matches!(hook, CaseHook::Suspend | CaseHook::Lift);
        let waiting_other = matches!(self.busy.get(&id), Some(Some(own)) if own.hook() != hook);
        let allowed = self.free(id) || (overtakes && waiting_other);
        if !allowed {
            return;
        }
        let engine = self.engine.clone();
        let built = {
            let mut query = Query::new(engine.view.read());
            message::case(&engine, &mut query, id, hook, step)
        };
        let (plugin, order, body) = match built {
            Ok(built) => built,
            Err(error) => {
                tracing::error!(%error, case = %id, "a case cannot be put into a message");
                return;
            }
        };
        let hook_name = plugin_hook(hook);
        let task = Task::Case { measure: id, hook, order };
        if self.submit(&plugin, hook_name, body, task) {
            let kept = self.busy.remove(&id).flatten().filter(|own| own.hook() == hook);
            self.busy.insert(id, None);
            if let Some(backoff) = kept {
                self.walks.keep_attempts(id, backoff);
            }
        }
    }

    fn submit(&mut self, plugin: &str, hook: Hook, body: Vec<u8>, task: Task) -> bool {
        let Some(running) = self.plugins.get(plugin) else {
            return false;
        };
        let ticket = self.next_ticket;
        match running.plugin.submit(Call { ticket, hook, body }) {
            Ok(()) => {
                self.next_ticket += 1;
                self.in_flight.insert(ticket, InFlight { plugin: plugin.to_owned(), task });
                true
            }
            Err(SubmitError::Full | SubmitError::Down { .. } | SubmitError::Stopped) => false,
            Err(error) => {
                tracing::error!(%error, %plugin, "a call was not taken");
                false
            }
        }
    }

    fn completed(&mut self, done: Done) {
        let Some(call) = self.in_flight.remove(&done.completion.ticket) else {
            return;
        };
        let hook = done.completion.hook;
        let outcome = match &done.completion.outcome {
            Outcome::Answered(answer) => format!("{:?}", answer.outcome).to_lowercase(),
            Outcome::Queried(_) => "queried".to_owned(),
            Outcome::Failed { kind, .. } => kind.as_str().to_owned(),
        };
        self.engine.metrics.call(&done.plugin, &hook.to_string(), &outcome);
        match call.task {
            Task::Tell { at } => self.told(&done.plugin, at, &done.completion.outcome),
            Task::Case { measure, hook, order } => {
                self.case_completed(&done, measure, hook, order);
            }
        }
    }

    fn case_completed(&mut self, done: &Done, id: MeasureId, hook: CaseHook, order: Position) {
        let Some(running) = self.plugins.get(&done.plugin) else {
            return;
        };
        let actor = plugin_actor(running);
        if !done.completion.begun && matches!(done.completion.outcome, Outcome::Failed { .. }) {
            // It had no turn: nothing happened, and no attempt is counted.
            self.busy.remove(&id);
            return;
        }
        let (base_ms, attempts_max) = (running.grant.retry_base_ms, running.grant.attempts_max);
        let mut backoff =
            self.walks.take_attempts(id).unwrap_or_else(|| Backoff::new(hook, base_ms));
        let command = match &done.completion.outcome {
            Outcome::Answered(answer) if answer.outcome == AnswerOutcome::Done => {
                let reference = answer.reference.clone().unwrap_or_default();
                Command::PluginDone { measure: id, hook, order, reference }
            }
            Outcome::Answered(answer) if answer.outcome == AnswerOutcome::Later => {
                let times = backoff.wait_for(answer.retry_after_ms.unwrap_or(base_ms));
                // Said once for as long as it puts the call off, since nobody else would hear of it;
                // it is asked again all the same.
                let said = answer.detail.as_deref().unwrap_or_default();
                let detail = (times == attempts_max.max(1))
                    .then(|| self.sealed(id, &format!("later, {times} times: {said}")));
                let Some(detail) = detail.flatten() else {
                    self.busy.insert(id, Some(backoff));
                    return;
                };
                self.walks.keep_attempts(id, backoff);
                Command::PluginFailed {
                    measure: id,
                    hook,
                    order,
                    fault: CallFault::Answered,
                    detail,
                    attempt: times,
                    final_attempt: false,
                }
            }
            outcome => {
                let attempt = backoff.failed();
                let (fault, detail, for_good) = fault(outcome);
                let final_attempt =
                    hook == CaseHook::Execute && (for_good || attempt >= attempts_max);
                // After the last attempt an officer orders anew, and the count begins anew.
                if !final_attempt {
                    self.walks.keep_attempts(id, backoff);
                }
                let Some(detail) = self.sealed(id, &detail) else {
                    self.busy.remove(&id);
                    return;
                };
                Command::PluginFailed {
                    measure: id,
                    hook,
                    order,
                    fault,
                    detail,
                    attempt,
                    final_attempt,
                }
            }
        };
        let failed = matches!(command, Command::PluginFailed { .. });
        if !failed {
            self.walks.take_attempts(id);
        }
        let mut request = Request::internal(actor, "plugins.answer", command);
        request.cause = Some(order);
        self.spawn(request, move |result| Note::CaseCommitted {
            measure: id,
            result: result.map(|_| ()),
        });
    }

    /// A plugin's own words may name people: they are sealed like every other text of the case.
    fn sealed(&self, id: MeasureId, text: &str) -> Option<Sealed> {
        let mut query = Query::new(self.engine.view.read());
        let head = query.ask(|rows| rows.must_subject(rows.must_measure(id)?.subject).cloned());
        let head = head.inspect_err(|error| tracing::error!(%error, case = %id, "no file")).ok()?;
        let text: String = text.chars().take(DETAIL_CHARS_MAX).collect();
        let text = if text.is_empty() { "-".to_owned() } else { text };
        let sealed = self.engine.vault.seal(head.slot, &head.key.to_string(), text.as_bytes());
        sealed.inspect_err(|error| tracing::error!(%error, case = %id, "sealing failed")).ok()
    }

    fn spawn(
        &self,
        request: Request,
        note: impl FnOnce(Result<crate::engine::Committed, EngineError>) -> Note + Send + 'static,
    ) {
        let (engine, notify) = (self.engine.clone(), self.notify.clone());
        tokio::spawn(async move {
            let result = engine.submit(request).await;
            // The dispatcher may have stopped; what was committed stays committed.
            let _gone = notify.send(note(result));
        });
    }

    fn noted(&mut self, note: Note) {
        match note {
            Note::CaseCommitted { measure, result } => {
                let again = self.walks.take_attempts(measure);
                match (result, again) {
                    (Ok(()), Some(backoff)) => {
                        self.busy.insert(measure, Some(backoff));
                    }
                    (Ok(()), None) => {
                        self.busy.remove(&measure);
                    }
                    (Err(error), again) => {
                        // Another step overtook it, or the engine is busy: what is owed now is
                        // worked out afresh after a short wait.
                        tracing::debug!(%error, case = %measure, "an answer was not taken");
                        let backoff = again.unwrap_or_else(|| Backoff::new(CaseHook::Execute, 50));
                        self.busy.insert(measure, Some(backoff.at_least_ms(50)));
                    }
                }
                self.walks.look_again();
            }
            Note::Told { plugin } => {
                self.telling.remove(&plugin);
            }
            Note::WalkSettled => self.walks.look_again(),
            Note::Ended { measure } => {
                self.ending.remove(&measure);
            }
        }
    }

    /// Tells a plugin of classification changes, in order, a page at a time.
    fn tell(&mut self, plugin: &str) -> Result<(), QueryError> {
        let engine = self.engine.clone();
        let busy = self.telling.get(plugin).is_some_and(|own| !own.waiting.is_empty());
        if busy {
            self.finish_telling(plugin);
            return Ok(());
        }
        let page: Vec<Position> = {
            let query = Query::new(engine.view.read());
            let told = match query.row(&Key::Plugins)? {
                Some(Row::Plugins(rows)) => told_through(&rows, plugin),
                _ => None,
            };
            let Some(told) = told else {
                return Ok(());
            };
            let entry = Index::ClassificationChange(Position::local(0));
            query.page(&entry, Some(told), TELL_PAGE)?.0
        };
        if page.is_empty() {
            return Ok(());
        }
        let waiting = page.iter().map(|at| (*at, None)).collect();
        self.telling.insert(plugin.to_owned(), Telling { waiting, ..Telling::default() });
        for at in page {
            self.tell_one(plugin, at);
        }
        Ok(())
    }

    fn tell_one(&mut self, plugin: &str, at: Position) {
        match message::classified(&self.engine, at) {
            Ok(body) => {
                if !self.submit(plugin, Hook::Classified, body, Task::Tell { at }) {
                    // The page is started afresh once the plugin takes calls again.
                    self.telling.remove(plugin);
                }
            }
            Err(error) => {
                tracing::error!(%error, %at, "a classification change cannot be told");
                self.mark_told(plugin, at, false);
            }
        }
    }

    fn mark_told(&mut self, plugin: &str, at: Position, delivered: bool) {
        if let Some(state) = self.telling.get_mut(plugin).and_then(|own| own.waiting.get_mut(&at)) {
            *state = Some(delivered);
        }
    }

    fn told(&mut self, plugin: &str, at: Position, outcome: &Outcome) {
        match outcome {
            Outcome::Answered(_) => self.mark_told(plugin, at, true),
            // A plugin without the hook does not want to be told.
            Outcome::Failed { kind: FailureKind::Refused, .. } => {
                self.mark_told(plugin, at, true);
            }
            _ => {
                let Some(telling) = self.telling.get_mut(plugin) else {
                    return;
                };
                let attempts = telling.attempts.entry(at).or_insert(0);
                *attempts += 1;
                if *attempts >= TELL_ATTEMPTS_MAX {
                    self.mark_told(plugin, at, false);
                } else {
                    self.tell_one(plugin, at);
                }
            }
        }
        self.finish_telling(plugin);
    }

    fn finish_telling(&mut self, plugin: &str) {
        let Some(telling) = self.telling.get_mut(plugin) else {
            return;
        };
        let complete = telling.waiting.values().all(Option::is_some);
        if !complete || telling.committing {
            return;
        }
        let Some(through) = telling.waiting.keys().last().copied() else {
            return;
        };
        telling.committing = true;
        let undelivered: Vec<Position> = telling
            .waiting
            .iter()
            .filter(|(_, delivered)| **delivered == Some(false))
            .map(|(at, _)| *at)
            .collect();
        let Some(running) = self.plugins.get(plugin) else {
            return;
        };
        let plugin = plugin.to_owned();
        let command = Command::PluginTold { plugin: plugin.clone(), through, undelivered };
        let request = Request::internal(plugin_actor(running), "plugins.told", command);
        self.spawn(request, move |_| Note::Told { plugin });
    }
}

fn told_through(rows: &[PluginRow], plugin: &str) -> Option<Position> {
    rows.iter().find(|row| row.name == plugin).map(|row| row.told_through)
}

/// The step of an execution: the order, or the answer that last changed the case's state in the
/// department, whichever came later. Both stand in the log, so it is the same after a restart.
fn execute_step(row: &MeasureRow) -> Position {
    let order = row.state.order().map(|order| order.at);
    order.max(row.confirmed_at).unwrap_or(row.id.0)
}

fn plugin_actor(running: &Running) -> Actor {
    Actor::Plugin { name: running.grant.name.clone(), version: running.grant.version.clone() }
}

fn plugin_hook(hook: CaseHook) -> Hook {
    match hook {
        CaseHook::Execute => Hook::Execute,
        CaseHook::Suspend => Hook::Suspend,
        CaseHook::Resume => Hook::Resume,
        CaseHook::Lift => Hook::Lift,
    }
}

/// Kind and detail of a failure, and whether trying again is pointless.
fn fault(outcome: &Outcome) -> (CallFault, String, bool) {
    match outcome {
        Outcome::Answered(answer) => {
            let detail = answer.detail.clone().unwrap_or_else(|| "no detail".to_owned());
            (CallFault::Answered, detail, true)
        }
        Outcome::Queried(_) => (CallFault::BadAnswer, "a query's answer".to_owned(), false),
        Outcome::Failed { kind, detail } => {
            let fault = match kind {
                FailureKind::Panic => CallFault::Panic,
                // Nobody cancels here; what never began is submitted again without counting.
                FailureKind::Crash | FailureKind::Cancelled => CallFault::Crash,
                FailureKind::Deadline => CallFault::Deadline,
                FailureKind::BadAnswer | FailureKind::TooLarge => CallFault::BadAnswer,
                FailureKind::Refused => CallFault::Refused,
            };
            (fault, detail.clone(), false)
        }
    }
}
