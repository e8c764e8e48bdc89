//! Has plugins forget the subjects whose files were erased: in order, one after another, from a cursor
//! in the log, until each has answered that nothing is left. Neither a pause nor the end of a manifest
//! holds it up, and it is never given up.

use std::collections::BTreeSet;
use std::time::Instant;

use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::event::CaseHook;
use shouxin_core::id::Position;
use shouxin_core::keys;
use shouxin_core::row::PluginRow;
use shouxin_plugin_host::wire::{AnswerOutcome, Forget, SCHEMA};
use shouxin_plugin_host::{Completion, Hook, Outcome};

use crate::dispatch::retry::Backoff;
use crate::dispatch::{Dispatcher, Note, Task};
use crate::engine::Request;
use crate::engine::query::{Query, QueryError};
use crate::plugins::Running;

/// How far a plugin is with one erasure.
pub(super) struct Forgetting {
    backoff: Backoff,
    /// Asked, or its answer is on its way into the log.
    under_way: bool,
}

impl Forgetting {
    /// When it is asked again.
    pub(super) fn due(&self) -> Option<Instant> {
        self.backoff.due().filter(|_| !self.under_way)
    }
}

/// Erased subjects looked at before executions begin; where more wait, none begins.
const PENDING_MAX: usize = 256;

/// Subjects that a plugin is to forget before it is given anything new about them.
pub(super) struct Pending {
    subjects: BTreeSet<SubjectKey>,
    more: bool,
}

impl Pending {
    /// Whether nothing about this subject may begin yet. A code can be registered anew once its file
    /// was erased.
    pub(super) fn holds(&self, subject: &SubjectKey) -> bool {
        self.more || self.subjects.contains(subject)
    }
}

/// What a plugin is still to forget.
pub(super) fn pending(query: &Query<'_>, row: &PluginRow) -> Result<Pending, QueryError> {
    let after = keys::erasures_after(row.forgotten_through);
    let found = query.range(keys::ERASURES, Some(&after), PENDING_MAX)?;
    let more = found.len() >= PENDING_MAX;
    let subjects = found.iter().filter_map(|entry| keys::read_erasure(entry));
    Ok(Pending { subjects: subjects.map(|(_, subject)| subject).collect(), more })
}

impl Dispatcher {
    /// Asks a plugin to forget the next erased subject.
    pub(super) fn forget(&mut self, running: &Running, row: &PluginRow) -> Result<(), QueryError> {
        let plugin = row.name.as_str();
        let waits = self
            .forgetting
            .get(plugin)
            .is_some_and(|own| own.under_way || own.due().is_some_and(|due| due > Instant::now()));
        if waits {
            return Ok(());
        }
        let engine = self.engine.clone();
        let found = {
            let query = Query::new(engine.view.read());
            let after = keys::erasures_after(row.forgotten_through);
            query.range(keys::ERASURES, Some(&after), 1)?
        };
        let Some((at, subject)) = found.first().and_then(|entry| keys::read_erasure(entry)) else {
            return Ok(());
        };
        let forget = Forget { schema: SCHEMA, subject_key: subject.to_string() };
        let body = forget.encode().map_err(|error| QueryError::Read(error.to_string()))?;
        let key = format!("forget/{at}");
        if self.submit(plugin, Hook::Forget, body, key, Task::Forget { at }).is_ok() {
            let base_ms = running.candidate.grant.retry_base_ms;
            let own = self.forgetting.entry(plugin.to_owned()).or_insert_with(|| Forgetting {
                // What is tried again in the same way has the same waits.
                backoff: Backoff::new(CaseHook::Lift, base_ms),
                under_way: true,
            });
            own.under_way = true;
        }
        Ok(())
    }

    pub(super) fn forgot(&mut self, running: &Running, at: Position, completion: &Completion) {
        let plugin = running.candidate.name.clone();
        let done = matches!(&completion.outcome,
            Outcome::Answered(answer) if answer.outcome == AnswerOutcome::Done);
        if done {
            // What is only tried keeps nothing of an erased subject, whatever it would answer.
            self.plugins.shadow_missed_forget(&plugin);
            let command = Command::PluginForgot { plugin: plugin.clone(), through: at };
            let request = Request::internal(running.actor(), "plugins.forgot", command);
            self.spawn(request, move |result| Note::Forgot { plugin, committed: result.is_ok() });
            return;
        }
        let Some(own) = self.forgetting.get_mut(&plugin) else {
            return;
        };
        own.under_way = false;
        if completion.begun {
            let attempt = own.backoff.failed();
            self.engine.metrics.retry(&plugin);
            tracing::warn!(%plugin, %at, attempt, "插件未能删除已注销主体的数据，将重试 / a plugin did not forget an erased subject; it is asked again");
        }
    }

    pub(super) fn forgetting_noted(&mut self, plugin: &str, committed: bool) {
        match committed {
            true => {
                self.forgetting.remove(plugin);
            }
            false => {
                if let Some(own) = self.forgetting.get_mut(plugin) {
                    own.under_way = false;
                    own.backoff.failed();
                }
            }
        }
    }
}
