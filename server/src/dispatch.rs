//! Carries what was decided to the departments' plugins, and their answers back as commands.
//!
//! The log is the outbox (design.md 5): what is owed follows from rows alone (`owed_hook`), so a
//! restart or a rebuild delivers nothing that has a result. Only attempts and back-off live here.
//! Suspensions and ends are looked at before executions, go before them, and wait for no dead letter,
//! pause, validity or full window.

mod forgetting;
pub mod message;
mod retry;
mod telling;
pub(crate) mod walk;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::decide::{owed_courtesy, owed_hook};
use shouxin_core::event::{CallFault, CaseHook};
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::row::{Due, Index, Key, MeasureRow, PluginRow, Row};
use shouxin_core::text::Sealed;
use shouxin_core::time::Day;
use shouxin_plugin_host::wire::AnswerOutcome;
use shouxin_plugin_host::{Call, FailureKind, Hook, Outcome, SubmitError};
use tokio::sync::{mpsc, watch};

use crate::dispatch::forgetting::Forgetting;
use crate::dispatch::retry::Backoff;
use crate::dispatch::telling::Telling;
use crate::dispatch::walk::Walks;
use crate::engine::query::{Query, QueryError};
use crate::engine::{Engine, EngineError, Request};
use crate::plugins::{Done, Gate, Plugins, Running};

/// Rows looked at in one pass, so that a pass is short whatever waits.
const ROWS_PER_PASS_MAX: usize = 1024;
/// Cases of which a plugin is told what an officer did, at once.
const COURTESIES_MAX: usize = 8;
/// The longest the dispatcher sleeps: a plugin that came back is noticed by then.
const IDLE: Duration = Duration::from_millis(500);
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
    CaseCommitted { measure: MeasureId, result: Result<(), EngineError> },
    Told { plugin: String },
    ToldLate { plugin: String, at: Position },
    Forgot { plugin: String, committed: bool },
    WalkSettled,
    Ended { measure: MeasureId },
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
    busy: HashMap<MeasureId, Option<Backoff>>,
    cursors: HashMap<String, Option<Position>>,
    courtesy_cursors: HashMap<String, Option<Position>>,
    telling: HashMap<String, Telling>,
    forgetting: HashMap<String, Forgetting>,
    telling_late: HashSet<(String, Position)>,
    walks: Walks,
    /// Cases of which a timer is saying that they have ended.
    ending: HashSet<MeasureId>,
    /// Suspensions and ends of which it was said that the plugin is down.
    said_down: HashSet<(MeasureId, CaseHook)>,
    /// Plugins that are called for what begins a burden: neither paused nor past their last day.
    begins: HashSet<String>,
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
            used: HashMap::new(),
            calling: HashMap::new(),
            busy: HashMap::new(),
            cursors: HashMap::new(),
            courtesy_cursors: HashMap::new(),
            telling: HashMap::new(),
            forgetting: HashMap::new(),
            telling_late: HashSet::new(),
            walks: Walks::default(),
            ending: HashSet::new(),
            said_down: HashSet::new(),
            begins: HashSet::new(),
            next_ticket: 1,
        }
    }

    /// Runs until told to stop.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut head = self.engine.head();
        let plugins = self.plugins.clone();
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
                () = plugins.changed.notified() => {}
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
        let forgetting = self.forgetting.values().filter_map(Forgetting::due);
        self.busy.values().flatten().filter_map(Backoff::due).chain(forgetting).min()
    }

    fn pass(&mut self) -> Result<(), QueryError> {
        let engine = self.engine.clone();
        let rows = match Query::new(engine.view.read()).row(&Key::Plugins)? {
            Some(Row::Plugins(rows)) => rows,
            _ => Vec::new(),
        };
        let today = engine.clock.now().legal_date();
        let begins = rows.iter().filter(|row| row.begins_burdens(today));
        self.begins = begins.map(|row| row.name.clone()).collect();
        // What relieves a subject first; it waits for no pause and no validity.
        self.settle_walks(&rows)?;
        for running in self.plugins.all() {
            let name = running.candidate.name.as_str();
            let Some(row) = rows.iter().find(|row| row.name == name) else {
                continue;
            };
            self.owed_courtesies(&running)?;
            self.forget(&running, row)?;
            if self.begins.contains(name) {
                self.owed_executions(&running, row, today)?;
                self.tell(&running, row)?;
            }
            self.tell_late(&running);
        }
        Ok(())
    }

    /// Changes of a parent's standing, oldest first: everybody under it hears of them.
    fn settle_walks(&mut self, rows: &[PluginRow]) -> Result<(), QueryError> {
        let engine = self.engine.clone();
        let live = rows.iter().filter(|row| row.retired.is_none());
        let live = live.map(|row| row.name.clone()).collect();
        let found = {
            let mut query = Query::new(engine.view.read());
            self.walks.refresh(&query)?;
            let today = engine.clock.now().legal_date();
            let busy = |id| matches!(self.busy.get(&id), Some(None));
            self.walks.owed(&mut query, today, ROWS_PER_PASS_MAX, &live, &busy)?
        };
        engine.metrics.open_walks.set(u64::try_from(self.walks.len()).unwrap_or(u64::MAX));
        for owed in found {
            if let Some(hook) = owed.steps.hook {
                self.call_owed(owed.measure, hook, owed.step);
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

    /// How many more calls a plugin may be given that begin something.
    fn room(&self, running: &Running) -> usize {
        let window = running.candidate.grant.limits.in_flight_max;
        let used = self.used.get(&running.candidate.name).copied().unwrap_or(0);
        window.saturating_sub(used)
    }

    fn owed_executions(
        &mut self,
        running: &Running,
        row: &PluginRow,
        today: Day,
    ) -> Result<(), QueryError> {
        let engine = self.engine.clone();
        let plugin = running.candidate.name.as_str();
        let mut room = self.room(running);
        if room == 0 {
            return Ok(());
        }
        let entry = Index::Owed(plugin.to_owned(), MeasureId(Position::local(0)));
        let after = self.cursors.get(plugin).copied().flatten();
        let mut chosen = Vec::new();
        {
            let mut query = Query::new(engine.view.read());
            let erased = forgetting::pending(&query, row)?;
            let (positions, more) = query.page(&entry, after, ROWS_PER_PASS_MAX)?;
            let last = positions.last().copied();
            for at in &positions {
                let id = MeasureId(*at);
                if room == 0 {
                    break;
                }
                if !self.free(id) || self.walks.unsure(id) {
                    continue;
                }
                let (row, standing) = walk::case(&mut query, id, today)?;
                if owed_hook(&row, standing) == Some(CaseHook::Execute)
                    && !erased.holds(&row.subject)
                    && !behind_a_dead_letter(&query, plugin, &row)?
                {
                    chosen.push((id, execute_step(&row)));
                    room -= 1;
                }
            }
            let cursor = if more && room > 0 { last } else { None };
            self.cursors.insert(plugin.to_owned(), cursor);
        }
        for (id, step) in chosen {
            self.call_owed(id, CaseHook::Execute, step);
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
                steps.push(CaseStep { measure: id, hook, step, order, ordered_by, plugin });
            }
        }
        for step in steps {
            self.call_case(step);
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

    /// Makes the call that a case owes under the order that stands.
    fn call_owed(&mut self, id: MeasureId, hook: CaseHook, step: Position) {
        let engine = self.engine.clone();
        let row = Query::new(engine.view.read()).ask(|rows| rows.must_measure(id).cloned());
        let order = match &row {
            Ok(row) => row.order_to_undo(),
            Err(error) => {
                tracing::error!(%error, case = %id, "a case cannot be read");
                None
            }
        };
        let Some((order, plugin)) = order.and_then(|order| Some((order, order.plugin.clone()?)))
        else {
            return;
        };
        let ordered_by = (hook == CaseHook::Execute).then(|| order.by.to_string());
        let order = order.at;
        self.call_case(CaseStep { measure: id, hook, step, order, ordered_by, plugin });
    }

    fn call_case(&mut self, call: CaseStep) {
        let CaseStep { measure: id, hook, step, order, ordered_by, plugin } = call;
        // What ends or suspends a burden waits for nothing but the call that is under way.
        let overtakes = matches!(hook, CaseHook::Suspend | CaseHook::Lift);
        let waiting_other = matches!(self.busy.get(&id), Some(Some(own)) if own.hook() != hook);
        let allowed = self.free(id) || (overtakes && waiting_other);
        if !allowed {
            if overtakes {
                self.stop_begun(id, &plugin);
            }
            return;
        }
        let engine = self.engine.clone();
        let today = engine.clock.now().legal_date();
        let built = {
            let mut query = Query::new(engine.view.read());
            let call = message::CaseCall { id, hook, step, ordered_by };
            message::case(&engine.rules, today, &mut query, call)
        };
        let (key, body) = match built {
            Ok(built) => built,
            Err(error) => {
                tracing::error!(%error, case = %id, "a case cannot be put into a message");
                return;
            }
        };
        let task = Task::Case { measure: id, hook, order, step };
        match self.submit(&plugin, plugin_hook(hook), body, key, task) {
            Ok(()) => {
                let kept = self.busy.remove(&id).flatten().filter(|own| own.hook() == hook);
                self.busy.insert(id, None);
                self.said_down.remove(&(id, hook));
                if let Some(backoff) = kept {
                    self.walks.keep_attempts(id, backoff);
                }
            }
            // A suspension or an end that reaches nobody is said at once: an officer does it by hand.
            Err(SubmitError::Down { until: None }) if overtakes => {
                self.say_down(id, hook, order, &plugin)
            }
            Err(_) => {}
        }
    }

    /// Stops a call that begins something, unless it has begun; what relieves follows at once.
    fn stop_begun(&self, id: MeasureId, plugin: &str) {
        if let Some((ticket, CaseHook::Execute | CaseHook::Resume)) = self.calling.get(&id)
            && let Some(running) = self.plugins.get(plugin)
        {
            running.cancel(*ticket);
        }
    }

    fn say_down(&mut self, id: MeasureId, hook: CaseHook, order: Position, plugin: &str) {
        if !self.said_down.insert((id, hook)) {
            return;
        }
        let why = "熔断，未能送达 / the breaker is open: it was not delivered";
        let (Some(running), Some(detail)) = (self.plugins.get(plugin), self.sealed(id, why)) else {
            return;
        };
        let command = Command::PluginFailed {
            measure: id,
            hook,
            order,
            fault: CallFault::Crash,
            detail,
            attempt: 1,
            final_attempt: false,
        };
        let mut request = Request::internal(running.actor(), "plugins.answer", command);
        request.cause = Some(order);
        self.busy.insert(id, None);
        self.walks.keep_attempts(id, Backoff::new(hook, running.candidate.grant.retry_base_ms));
        self.spawn(request, move |result| Note::CaseCommitted {
            measure: id,
            result: result.map(|_| ()),
        });
    }

    /// Hands a call to a plugin, and to the shadow beside it.
    fn submit(
        &mut self,
        plugin: &str,
        hook: Hook,
        body: Vec<u8>,
        key: String,
        task: Task,
    ) -> Result<(), SubmitError> {
        let running = self.plugins.get(plugin).ok_or(SubmitError::Stopped)?;
        let ticket = self.next_ticket;
        let shadow = self.plugins.shadow(plugin);
        let copy = shadow.as_ref().map(|_| body.clone());
        let first = goes_first(hook);
        if let Task::Case { measure, hook, order, .. } = &task {
            self.plugins.gates.open(ticket, Gate { measure: *measure, hook: *hook, order: *order });
        }
        let call = Call { ticket, hook, body };
        let taken = if first { running.submit_first(call) } else { running.submit(call) };
        if taken.is_err() {
            self.plugins.gates.close(ticket);
        }
        if let Err(error @ SubmitError::TooLarge { .. }) = &taken {
            tracing::error!(%error, %plugin, "a call was not taken");
        }
        taken?;
        self.next_ticket += 1;
        if let (Some(shadow), Some(body)) = (shadow, copy) {
            shadow.comparison.given(ticket, key);
            let call = Call { ticket, hook, body };
            let own = &shadow.running;
            let taken = if first { own.submit_first(call) } else { own.submit(call) };
            if taken.is_err() {
                shadow.comparison.shadow(ticket, None);
            }
        }
        if !first {
            *self.used.entry(plugin.to_owned()).or_insert(0) += 1;
        }
        if let Task::Case { measure, hook, .. } = &task {
            self.calling.insert(*measure, (ticket, *hook));
        }
        self.in_flight.insert(ticket, InFlight { running, task });
        Ok(())
    }

    fn completed(&mut self, done: Done) {
        let Some(call) = self.in_flight.remove(&done.completion.ticket) else {
            return;
        };
        let hook = done.completion.hook;
        if let Some(used) = self.used.get_mut(call.plugin()).filter(|_| !goes_first(hook)) {
            *used = used.saturating_sub(1);
        }
        if let Task::Case { measure, .. } = &call.task {
            self.calling.remove(measure);
            self.plugins.gates.close(done.completion.ticket);
        }
        self.plugins.compare(&done.plugin, &done.completion);
        let outcome = match &done.completion.outcome {
            Outcome::Answered(answer) => format!("{:?}", answer.outcome).to_lowercase(),
            Outcome::Queried(_) => "queried".to_owned(),
            Outcome::Failed { kind, .. } => kind.as_str().to_owned(),
        };
        let seconds = Duration::from_micros(done.completion.duration_us).as_secs_f64();
        let begun = done.completion.begun.then_some(seconds);
        self.engine.metrics.call(&done.plugin, &hook.to_string(), &outcome, begun);
        match call.task {
            Task::Tell { at } => self.told(&call.running, at, &done.completion),
            Task::TellLate { at } => self.told_late(&call.running, at, &done.completion.outcome),
            Task::Forget { at } => self.forgot(&call.running, at, &done.completion),
            Task::Case { measure, hook, order, step } => {
                if let Outcome::Answered(answer) = &done.completion.outcome
                    && answer.outcome == AnswerOutcome::Done
                {
                    self.walks.answered(measure, step);
                }
                self.case_completed(&call.running, &done, measure, hook, order);
            }
        }
    }

    fn case_completed(
        &mut self,
        running: &Running,
        done: &Done,
        id: MeasureId,
        hook: CaseHook,
        order: Position,
    ) {
        if !done.completion.begun && matches!(done.completion.outcome, Outcome::Failed { .. }) {
            // It had no turn: nothing happened, and no attempt is counted.
            self.busy.remove(&id);
            return;
        }
        let grant = &running.candidate.grant;
        let (base_ms, attempts_max) = (grant.retry_base_ms, grant.attempts_max);
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
                    self.engine.metrics.retry(&done.plugin);
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
        let mut request = Request::internal(running.actor(), "plugins.answer", command);
        request.cause = Some(order);
        self.spawn(request, move |result| Note::CaseCommitted {
            measure: id,
            result: result.map(|_| ()),
        });
    }

    /// A plugin's own words may name people: they are sealed like every other text of the case.
    fn sealed(&self, id: MeasureId, text: &str) -> Option<Sealed> {
        let text: String = text.chars().take(DETAIL_CHARS_MAX).collect();
        let sealed = seal_for_case(&self.engine, id, &text);
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
            Note::ToldLate { plugin, at } => {
                self.telling_late.remove(&(plugin, at));
            }
            Note::Forgot { plugin, committed } => self.forgetting_noted(&plugin, committed),
            Note::WalkSettled => self.walks.look_again(),
            Note::Ended { measure } => {
                self.ending.remove(&measure);
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
fn behind_a_dead_letter(
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
