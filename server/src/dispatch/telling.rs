//! Tells plugins of classification changes: in order, a page at a time, from a cursor in the log.

use std::collections::BTreeMap;

use shouxin_core::command::Command;
use shouxin_core::id::Position;
use shouxin_core::row::{Index, PluginRow};
use shouxin_plugin_host::{Completion, FailureKind, Hook, Outcome};

use crate::dispatch::retry::CRASHES_MAX;
use crate::dispatch::{Dispatcher, Note, Task, ends_the_process, message};
use crate::engine::Request;
use crate::engine::query::{Query, QueryError};
use crate::plugins::Running;

/// Classification changes of one page; the cursor moves behind it as a whole.
const TELL_PAGE: usize = 32;
/// Changes under way at once, by plugin: its window belongs to cases first.
const TELL_WINDOW: usize = 16;
/// Attempts at one change; after them it is a dead letter, which holds nothing up.
const TELL_ATTEMPTS_MAX: u32 = 5;

/// How far one change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Todo,
    UnderWay,
    Told { delivered: bool },
}

/// One change of a page.
struct Item {
    state: State,
    attempts: u32,
    crashes: u32,
}

/// What a plugin has been told of the changes after its cursor. It outlives a restart of the plugin:
/// what ended its process is counted over all of them.
#[derive(Default)]
pub(super) struct Telling {
    page: BTreeMap<Position, Item>,
    committing: bool,
}

impl Telling {
    fn under_way(&self) -> usize {
        self.page.values().filter(|item| item.state == State::UnderWay).count()
    }
}

impl Dispatcher {
    /// Tells a plugin of what it was not told, as far as there is room.
    pub(super) fn tell(&mut self, running: &Running, row: &PluginRow) -> Result<(), QueryError> {
        let plugin = row.name.as_str();
        if self.telling.get(plugin).is_none_or(|own| own.page.is_empty()) {
            let page: Vec<Position> = {
                let query = Query::new(self.engine.view.read());
                let entry = Index::ClassificationChange(Position::local(0));
                query.page(&entry, Some(row.told_through), TELL_PAGE)?.0
            };
            if page.is_empty() {
                return Ok(());
            }
            let new = |at| (at, Item { state: State::Todo, attempts: 0, crashes: 0 });
            let page = page.into_iter().map(new).collect();
            self.telling.insert(plugin.to_owned(), Telling { page, committing: false });
        }
        self.tell_more(running);
        self.finish_telling(running);
        Ok(())
    }

    fn tell_more(&mut self, running: &Running) {
        let plugin = running.candidate.name.as_str();
        let Some(telling) = self.telling.get(plugin) else {
            return;
        };
        let room = TELL_WINDOW.saturating_sub(telling.under_way()).min(self.room(running));
        let todo = telling.page.iter().filter(|(_, item)| item.state == State::Todo);
        let next: Vec<Position> = todo.map(|(at, _)| *at).take(room).collect();
        let fields = running.candidate.grant.fields.clone();
        for at in next {
            let state = match message::classified(&self.engine, at, &fields) {
                // Of a person only whoever is granted it is told.
                Ok(None) => State::Told { delivered: true },
                Ok(Some(body)) => {
                    let key = format!("classified/{at}");
                    let sent = self.submit(plugin, Hook::Classified, body, key, Task::Tell { at });
                    if sent.is_err() {
                        // The rest goes on once the plugin takes calls again.
                        return;
                    }
                    State::UnderWay
                }
                Err(error) => {
                    tracing::error!(%error, %at, "a classification change cannot be told");
                    State::Told { delivered: false }
                }
            };
            self.mark(plugin, at, |item| item.state = state);
        }
    }

    fn mark(&mut self, plugin: &str, at: Position, change: impl FnOnce(&mut Item)) {
        if let Some(item) = self.telling.get_mut(plugin).and_then(|own| own.page.get_mut(&at)) {
            change(item);
        }
    }

    pub(super) fn told(&mut self, running: &Running, at: Position, completion: &Completion) {
        let plugin = running.candidate.name.as_str();
        let begun = completion.begun;
        match &completion.outcome {
            // A plugin without the hook does not want to be told.
            Outcome::Answered(_) | Outcome::Failed { kind: FailureKind::Refused, .. } => {
                self.mark(plugin, at, |item| item.state = State::Told { delivered: true });
            }
            outcome => {
                let ended = ends_the_process(outcome);
                self.mark(plugin, at, |item| {
                    item.state = State::Todo;
                    // It had no turn: nothing happened, and no attempt is counted.
                    if begun {
                        item.attempts += 1;
                        item.crashes += u32::from(ended);
                    }
                    if item.attempts >= TELL_ATTEMPTS_MAX || item.crashes >= CRASHES_MAX {
                        item.state = State::Told { delivered: false };
                    }
                });
                self.engine.metrics.retry(plugin);
            }
        }
        self.finish_telling(running);
    }

    fn finish_telling(&mut self, running: &Running) {
        let plugin = running.candidate.name.as_str();
        let Some(telling) = self.telling.get_mut(plugin) else {
            return;
        };
        let told = |item: &Item| matches!(item.state, State::Told { .. });
        if telling.committing || !telling.page.values().all(told) {
            return;
        }
        let Some(through) = telling.page.keys().last().copied() else {
            return;
        };
        telling.committing = true;
        let lost = |item: &Item| item.state == State::Told { delivered: false };
        let lost = telling.page.iter().filter(|(_, item)| lost(item));
        let undelivered: Vec<Position> = lost.map(|(at, _)| *at).collect();
        let plugin = plugin.to_owned();
        let command = Command::PluginTold { plugin: plugin.clone(), through, undelivered };
        let request = Request::internal(running.actor(), "plugins.told", command);
        self.spawn(request, move |_| Note::Told { plugin });
    }

    /// Tells a plugin again of what the operator asked for, as far as there is room.
    pub(super) fn tell_late(&mut self, running: &Running) {
        let plugin = running.candidate.name.clone();
        let under_way = self.telling_late.iter().filter(|(own, _)| *own == plugin).count();
        let room = TELL_WINDOW.saturating_sub(under_way).min(self.room(running));
        for at in self.plugins.take_retold(&plugin, room) {
            if !self.telling_late.insert((plugin.clone(), at)) {
                continue;
            }
            let fields = &running.candidate.grant.fields;
            let told = match message::classified(&self.engine, at, fields) {
                Ok(Some(body)) => {
                    let (key, task) = (format!("classified/{at}"), Task::TellLate { at });
                    self.submit(&plugin, Hook::Classified, body, key, task)
                        .map_err(|error| error.to_string())
                }
                Ok(None) => Err("nothing is told of it".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            if let Err(error) = told {
                tracing::warn!(%plugin, %at, %error, "a change was not told again; it stays a dead letter");
                self.telling_late.remove(&(plugin.clone(), at));
            }
        }
    }

    pub(super) fn told_late(&mut self, running: &Running, at: Position, completion: &Completion) {
        let plugin = running.candidate.name.clone();
        match &completion.outcome {
            Outcome::Answered(_) | Outcome::Failed { kind: FailureKind::Refused, .. } => {
                let command = Command::PluginToldLate { plugin: plugin.clone(), at };
                let request = Request::internal(running.actor(), "plugins.told_late", command);
                self.spawn(request, move |_| Note::ToldLate { plugin, at });
            }
            _ => {
                self.telling_late.remove(&(plugin.clone(), at));
                // It had no turn: it is asked again. Else it stays a dead letter.
                let again = !completion.begun && self.plugins.tell_again(&plugin, at);
                if !again {
                    tracing::warn!(%plugin, %at, "a change was not told again; it stays a dead letter");
                }
            }
        }
    }
}
