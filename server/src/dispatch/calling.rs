//! Hands calls about cases to plugins, and says so where none can be handed over.

use std::sync::Arc;

use shouxin_core::actor::{Actor, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::event::{CallFault, CaseHook};
use shouxin_core::id::{MeasureId, Position};
use shouxin_plugin_host::{Call, Hook, State, SubmitError};

use crate::dispatch::retry::Backoff;
use crate::dispatch::{
    CaseOf, CaseStep, Dispatcher, InFlight, Note, Task, UNREADABLE_MS, goes_first, message,
    plugin_hook,
};
use crate::engine::Request;
use crate::engine::query::Query;
use crate::plugins::{Gate, Running};

/// Steps of which it is remembered that they did not reach a plugin that is down.
const SAID_DOWN_MAX: usize = 100_000;

/// Whether a plugin can be called now.
enum Callable {
    Yes(Arc<Running>),
    /// It is being restarted.
    Later,
    /// Nobody knows when: its breaker is open, or it did not start. Who answers for what is said of it.
    Down(Actor),
    /// It is deployed no more.
    Gone,
}

impl Dispatcher {
    /// Whether a case has no call under way and no wait to sit out.
    pub(super) fn free(&self, id: MeasureId) -> bool {
        !self.busy.contains_key(&id)
    }

    /// Makes the call that a case owes under the order that stands.
    pub(super) fn call_owed(
        &mut self,
        id: MeasureId,
        hook: CaseHook,
        step: Position,
        burden: Option<SubjectKey>,
    ) {
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
        self.call_case(CaseStep { measure: id, hook, step, order, ordered_by, plugin, burden });
    }

    pub(super) fn call_case(&mut self, call: CaseStep) {
        let CaseStep { measure: id, hook, step, order, ordered_by, plugin, burden } = call;
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
        // What begins a burden is not handed to a plugin that is paused or past its last day: the last
        // question would send it back, again and again.
        if matches!(hook, CaseHook::Execute | CaseHook::Resume) && !self.begins.contains(&plugin) {
            return;
        }
        let running = match self.callable(&plugin) {
            Callable::Yes(running) => running,
            // A suspension or an end that reaches nobody is said at once: an officer does it by hand.
            Callable::Down(actor) if overtakes => {
                self.say_down(CaseOf { measure: id, hook, plugin }, step, order, actor);
                return;
            }
            Callable::Down(_) | Callable::Later | Callable::Gone => return,
        };
        let engine = self.engine.clone();
        let today = engine.clock.now().legal_date();
        let built = {
            let mut query = Query::new(engine.view.read());
            let call = message::CaseCall { id, hook, step, ordered_by };
            let fields = &running.candidate.grant.fields;
            message::case(&engine.rules, today, &mut query, call, fields)
        };
        let (key, body) = match built {
            Ok(built) => built,
            Err(error) => {
                tracing::error!(%error, case = %id, "a case cannot be put into a message");
                // It is looked at again, but not at every turn.
                self.wait(id, &plugin, Backoff::new(hook, 1).at_least_ms(UNREADABLE_MS));
                return;
            }
        };
        let task = Task::Case { measure: id, hook, order, step };
        if self.submit(&plugin, plugin_hook(hook), body, key, task).is_ok() {
            self.under_way(id);
            if let Some(subject) = burden {
                self.burdens.insert((plugin.clone(), subject), id);
                self.burden_of.insert(id, (plugin, subject));
            }
        }
    }

    /// Whether a plugin can be called now.
    fn callable(&self, plugin: &str) -> Callable {
        let row = self.deployed.iter().find(|row| row.name == plugin && row.retired.is_none());
        let Some(row) = row else {
            return Callable::Gone;
        };
        let running = self.plugins.get(plugin);
        match running.as_ref().and_then(|running| running.state()) {
            Some(State::Running) => running.map_or(Callable::Later, Callable::Yes),
            Some(State::Restarting) => Callable::Later,
            // A version that is being exchanged answers in a moment; one that stays away is down.
            Some(State::Tripped | State::Stopped) | None => Callable::Down(Actor::Plugin {
                name: row.name.clone(),
                version: row.version.clone(),
            }),
        }
    }

    /// A case's burden is begun, or is not: another of the same subject may follow.
    pub(super) fn release(&mut self, id: MeasureId) {
        if let Some(own) = self.burden_of.remove(&id) {
            self.burdens.remove(&own);
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

    /// Says once for each step that it did not reach the plugin.
    fn say_down(&mut self, of: CaseOf, step: Position, order: Position, actor: Actor) {
        let (id, hook) = (of.measure, of.hook);
        if self.said_down.len() >= SAID_DOWN_MAX {
            // Saying it again does no harm: what stands there already is not recorded twice.
            self.said_down.clear();
        }
        if !self.said_down.insert((id, step)) {
            return;
        }
        let why = "插件未在运行，未能送达 / the plugin does not run: it was not delivered";
        let Some(detail) = self.sealed(id, why) else {
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
        let mut request = Request::internal(actor, "plugins.answer", command);
        request.cause = Some(order);
        self.under_way(id);
        self.spawn(request, move |result| Note::SaidDown { of, step, said: result.is_ok() });
    }

    /// Hands a call to a plugin, and to the shadow beside it.
    pub(super) fn submit(
        &mut self,
        plugin: &str,
        hook: Hook,
        body: Vec<u8>,
        key: String,
        task: Task,
    ) -> Result<(), SubmitError> {
        let running = self.plugins.get(plugin).ok_or(SubmitError::Stopped)?;
        let ticket = self.next_ticket;
        // A shadow forgets by beginning anew over an empty folder (`forgetting.rs`).
        let shadow = self.plugins.shadow(plugin).filter(|_| hook != Hook::Forget);
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
}
