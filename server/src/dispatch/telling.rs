//! Tells plugins of classification changes: in order, a page at a time, from a cursor in the log.

use std::collections::{BTreeMap, HashMap};

use shouxin_core::command::Command;
use shouxin_core::id::Position;
use shouxin_core::row::{Index, PluginRow};
use shouxin_plugin_host::{Completion, FailureKind, Hook, Outcome};

use crate::dispatch::{Dispatcher, Note, Task, message};
use crate::engine::Request;
use crate::engine::query::{Query, QueryError};
use crate::plugins::Running;

/// Classification changes told under way at once, by plugin.
const TELL_PAGE: usize = 32;
/// Attempts at one change; after them it is a dead letter, which holds nothing up.
const TELL_ATTEMPTS_MAX: u32 = 5;

/// What a plugin has been told of the changes after its cursor.
#[derive(Default)]
pub(super) struct Telling {
    waiting: BTreeMap<Position, Option<bool>>,
    attempts: HashMap<Position, u32>,
    committing: bool,
}

impl Dispatcher {
    /// Tells a plugin of what it was not told, where nothing is under way.
    pub(super) fn tell(&mut self, running: &Running, row: &PluginRow) -> Result<(), QueryError> {
        let engine = self.engine.clone();
        let plugin = row.name.as_str();
        let busy = self.telling.get(plugin).is_some_and(|own| !own.waiting.is_empty());
        if busy {
            self.finish_telling(running);
            return Ok(());
        }
        let page: Vec<Position> = {
            let query = Query::new(engine.view.read());
            let entry = Index::ClassificationChange(Position::local(0));
            query.page(&entry, Some(row.told_through), TELL_PAGE)?.0
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
                let key = format!("classified/{at}");
                if self.submit(plugin, Hook::Classified, body, key, Task::Tell { at }).is_err() {
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

    pub(super) fn told(&mut self, running: &Running, at: Position, completion: &Completion) {
        let plugin = running.candidate.name.as_str();
        match &completion.outcome {
            Outcome::Answered(_) => self.mark_told(plugin, at, true),
            // A plugin without the hook does not want to be told.
            Outcome::Failed { kind: FailureKind::Refused, .. } => {
                self.mark_told(plugin, at, true);
            }
            // It had no turn: nothing happened, and no attempt is counted.
            _ if !completion.begun => self.tell_one(plugin, at),
            _ => {
                let Some(telling) = self.telling.get_mut(plugin) else {
                    return;
                };
                let attempts = telling.attempts.entry(at).or_insert(0);
                *attempts += 1;
                if *attempts >= TELL_ATTEMPTS_MAX {
                    self.mark_told(plugin, at, false);
                } else {
                    self.engine.metrics.retry(plugin);
                    self.tell_one(plugin, at);
                }
            }
        }
        self.finish_telling(running);
    }

    fn finish_telling(&mut self, running: &Running) {
        let plugin = running.candidate.name.as_str();
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
        let plugin = plugin.to_owned();
        let command = Command::PluginTold { plugin: plugin.clone(), through, undelivered };
        let request = Request::internal(running.actor(), "plugins.told", command);
        self.spawn(request, move |_| Note::Told { plugin });
    }

    /// Tells a plugin again of what the operator asked for.
    pub(super) fn tell_late(&mut self, running: &Running) {
        let plugin = running.candidate.name.clone();
        for at in self.plugins.take_retold(&plugin) {
            if !self.telling_late.insert((plugin.clone(), at)) {
                continue;
            }
            let built = message::classified(&self.engine, at);
            let told = built.map_err(|error| error.to_string()).and_then(|body| {
                let (key, task) = (format!("classified/{at}"), Task::TellLate { at });
                self.submit(&plugin, Hook::Classified, body, key, task)
                    .map_err(|error| error.to_string())
            });
            if let Err(error) = told {
                tracing::warn!(%plugin, %at, %error, "a change was not told again; it stays a dead letter");
                self.telling_late.remove(&(plugin.clone(), at));
            }
        }
    }

    pub(super) fn told_late(&mut self, running: &Running, at: Position, outcome: &Outcome) {
        let plugin = running.candidate.name.clone();
        match outcome {
            Outcome::Answered(_) | Outcome::Failed { kind: FailureKind::Refused, .. } => {
                let command = Command::PluginToldLate { plugin: plugin.clone(), at };
                let request = Request::internal(running.actor(), "plugins.told_late", command);
                self.spawn(request, move |_| Note::ToldLate { plugin, at });
            }
            _ => {
                tracing::warn!(%plugin, %at, "a change was not told again; it stays a dead letter");
                self.telling_late.remove(&(plugin, at));
            }
        }
    }
}
