//! Tells plugins of classification changes: in order, a page at a time, from a cursor in the log.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::event::CaseHook;
use shouxin_core::id::Position;
use shouxin_core::row::{Index, PluginRow};
use shouxin_plugin_host::wire::AnswerOutcome;
use shouxin_plugin_host::{Completion, FailureKind, Hook, Outcome, SubmitError};

use crate::dispatch::retry::Backoff;
use crate::dispatch::{Dispatcher, Note, Task, ends_the_process, message};
use crate::engine::Request;
use crate::engine::query::{Query, QueryError};
use crate::plugins::Running;

/// Classification changes that are read at once, and behind which the cursor moves at once.
const TELL_PAGE: usize = 32;
/// Changes that are known at once: while the first waits, those of other subjects go on behind it.
const TELL_KNOWN_MAX: usize = 1024;
/// Changes under way at once, by plugin: its window belongs to cases first.
const TELL_WINDOW: usize = 16;
/// Attempts at one change; after them it is a dead letter, which holds nothing up.
const TELL_ATTEMPTS_MAX: u32 = 5;
/// How often a plugin may put one change off; after that it is a dead letter too. Whoever asks for no
/// longer wait than the usual one has put it off for minutes by then, and up to a day.
const TELL_LATERS_MAX: u32 = 100;
/// How long a page waits that could not be recorded.
const AGAIN: Duration = Duration::from_secs(1);

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
    /// Whose; known once it was read. Changes of one subject are told one after the other.
    subject: Option<SubjectKey>,
    attempts: Backoff,
}

/// What an answer or a failure says of a change.
enum Heard {
    Delivered,
    /// It will not be: no further attempt says anything new.
    Lost,
    Later(u64),
    /// The attempt failed; whether it ended the process.
    Failed {
        ended: bool,
    },
    /// It had no turn: nothing happened, and no attempt is counted.
    Unbegun,
}

fn heard(completion: &Completion) -> Heard {
    match &completion.outcome {
        Outcome::Answered(answer) => match answer.outcome {
            AnswerOutcome::Done => Heard::Delivered,
            AnswerOutcome::Later => Heard::Later(answer.retry_after_ms.unwrap_or_default()),
            AnswerOutcome::Failed | AnswerOutcome::NeedsHuman => Heard::Lost,
        },
        Outcome::Failed { .. } if !completion.begun => Heard::Unbegun,
        Outcome::Failed { kind: FailureKind::Refused, .. } => Heard::Lost,
        outcome => Heard::Failed { ended: ends_the_process(outcome) },
    }
}

/// What a plugin has been told of the changes after its cursor. It outlives a restart of the plugin:
/// what ended its process is counted over all of them. The cursor moves up to the first that was not told;
/// what was told beyond is known here alone, and told again after a restart.
#[derive(Default)]
pub(super) struct Telling {
    page: BTreeMap<Position, Item>,
    /// How far the cursor is being moved.
    committing: Option<Position>,
    /// That could not be recorded, and is again from this moment.
    again: Option<Instant>,
}

impl Telling {
    fn under_way(&self) -> usize {
        self.page.values().filter(|item| item.state == State::UnderWay).count()
    }

    /// Whether what is known is told or waits, and there is room for more.
    fn wants_more(&self) -> bool {
        let now = Instant::now();
        let open = |item: &&Item| match item.state {
            State::Todo => item.attempts.due().is_none_or(|due| due <= now),
            State::UnderWay => true,
            State::Told { .. } => false,
        };
        self.page.len() < TELL_KNOWN_MAX && self.page.values().filter(open).count() < TELL_WINDOW
    }

    /// How far everything was told, once it is worth a record: a whole page, or nothing is under way that would make it more.
    fn through(&self) -> Option<Position> {
        let told = |item: &Item| matches!(item.state, State::Told { .. });
        let first = self.page.iter().take_while(|(_, item)| told(item));
        let (count, last) = first.fold((0, None), |(count, _), (at, _)| (count + 1, Some(*at)));
        let worth = count >= TELL_PAGE || self.under_way() == 0;
        last.filter(|_| worth)
    }

    /// The next moment at which something may be tried again.
    pub(super) fn due(&self) -> Option<Instant> {
        let todo = self.page.values().filter(|item| item.state == State::Todo);
        todo.filter_map(|item| item.attempts.due()).chain(self.again).min()
    }
}

impl Dispatcher {
    /// Tells a plugin of what it was not told, as far as there is room.
    pub(super) fn tell(&mut self, running: &Running, row: &PluginRow) -> Result<(), QueryError> {
        let plugin = row.name.as_str();
        let known = self.telling.get(plugin);
        let last = known.and_then(|own| own.page.last_key_value()).map(|(at, _)| *at);
        if known.is_none_or(Telling::wants_more) {
            let page: Vec<Position> = {
                let query = Query::new(self.engine.view.read());
                let entry = Index::ClassificationChange(Position::local(0));
                query.page(&entry, last.max(Some(row.told_through)), TELL_PAGE)?.0
            };
            if page.is_empty() && last.is_none() {
                return Ok(());
            }
            let base_ms = running.candidate.grant.retry_base_ms;
            // The hook only tells one wait of a case from another, and these are of none.
            let new = |at| {
                let attempts = Backoff::new(CaseHook::Execute, base_ms);
                (at, Item { state: State::Todo, subject: None, attempts })
            };
            let telling = self.telling.entry(plugin.to_owned()).or_default();
            telling.page.extend(page.into_iter().map(new));
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
        let mut room = TELL_WINDOW.saturating_sub(telling.under_way()).min(self.room(running));
        let offered = running.offers(Hook::Classified);
        let now = Instant::now();
        // Subjects of whom an earlier change is under way or waits: none overtakes it.
        let mut held = BTreeSet::new();
        let open =
            telling.page.iter().filter(|(_, item)| !matches!(item.state, State::Told { .. }));
        let open: Vec<(Position, State, Option<SubjectKey>, bool)> = open
            .map(|(at, item)| {
                let waits = item.attempts.due().is_some_and(|due| due > now);
                (*at, item.state, item.subject, waits)
            })
            .collect();
        for (at, state, subject, waits) in open {
            if room == 0 {
                return;
            }
            if !offered {
                // A plugin without the hook does not want to be told.
                self.mark(plugin, at, |item| item.state = State::Told { delivered: true });
                continue;
            }
            if state == State::UnderWay || waits {
                held.extend(subject);
                continue;
            }
            if subject.is_some_and(|subject| held.contains(&subject)) {
                continue;
            }
            let envelope = match message::event(&self.engine, at) {
                Ok(envelope) => envelope,
                Err(error) => {
                    self.cannot_be_told(plugin, at, &error);
                    continue;
                }
            };
            let subject = envelope.subject;
            self.mark(plugin, at, |item| item.subject = subject);
            if subject.is_some_and(|subject| held.contains(&subject)) {
                continue;
            }
            let fields = &running.candidate.grant.fields;
            let mut query = Query::new(self.engine.view.read());
            let told = message::classified(&mut query, &envelope, fields);
            drop(query);
            let state = match told {
                // Of a person only whoever is granted it is told.
                Ok(None) => State::Told { delivered: true },
                Ok(Some(body)) => {
                    let key = format!("classified/{at}");
                    let sent = self.submit(plugin, Hook::Classified, body, key, Task::Tell { at });
                    if sent.is_err() {
                        // The rest goes on once the plugin takes calls again.
                        return;
                    }
                    room -= 1;
                    held.extend(subject);
                    State::UnderWay
                }
                Err(error) => {
                    self.cannot_be_told(plugin, at, &error);
                    continue;
                }
            };
            self.mark(plugin, at, |item| item.state = state);
        }
    }

    fn cannot_be_told(&mut self, plugin: &str, at: Position, error: &QueryError) {
        tracing::error!(%error, %at, %plugin, "a classification change cannot be told");
        self.mark(plugin, at, |item| item.state = State::Told { delivered: false });
    }

    fn mark(&mut self, plugin: &str, at: Position, change: impl FnOnce(&mut Item)) {
        if let Some(item) = self.telling.get_mut(plugin).and_then(|own| own.page.get_mut(&at)) {
            change(item);
        }
    }

    pub(super) fn told(&mut self, running: &Running, at: Position, completion: &Completion) {
        let plugin = running.candidate.name.as_str();
        let heard = heard(completion);
        let retried = matches!(heard, Heard::Later(_) | Heard::Failed { .. });
        self.mark(plugin, at, |item| {
            item.state = match heard {
                Heard::Delivered => State::Told { delivered: true },
                Heard::Lost => State::Told { delivered: false },
                Heard::Unbegun => State::Todo,
                Heard::Later(ms) => match item.attempts.wait_for(ms) >= TELL_LATERS_MAX {
                    true => State::Told { delivered: false },
                    false => State::Todo,
                },
                Heard::Failed { ended } => {
                    let attempts = match ended {
                        true => item.attempts.crashed(),
                        false => item.attempts.failed(),
                    };
                    match attempts >= TELL_ATTEMPTS_MAX || item.attempts.poisons() {
                        true => State::Told { delivered: false },
                        false => State::Todo,
                    }
                }
            };
        });
        if retried {
            self.engine.metrics.retry(plugin);
        }
        self.finish_telling(running);
    }

    fn finish_telling(&mut self, running: &Running) {
        let plugin = running.candidate.name.as_str();
        let Some(telling) = self.telling.get_mut(plugin) else {
            return;
        };
        let waits = telling.again.is_some_and(|again| again > Instant::now());
        let through = telling.through().filter(|_| telling.committing.is_none() && !waits);
        let Some(through) = through else {
            return;
        };
        telling.committing = Some(through);
        let lost = |item: &Item| item.state == State::Told { delivered: false };
        let lost = telling.page.range(..=through).filter(|(_, item)| lost(item));
        let undelivered: Vec<Position> = lost.map(|(at, _)| *at).collect();
        let plugin = plugin.to_owned();
        let command = Command::PluginTold { plugin: plugin.clone(), through, undelivered };
        let request = Request::internal(running.actor(), "plugins.told", command);
        self.spawn(request, move |result| Note::Told { plugin, committed: result.is_ok() });
    }

    /// The cursor was moved, or could not be: then what was told is kept, and nothing of it is told twice.
    pub(super) fn page_noted(&mut self, plugin: &str, committed: bool) {
        let Some(telling) = self.telling.get_mut(plugin) else {
            return;
        };
        let through = telling.committing.take();
        match through.filter(|_| committed) {
            Some(through) => {
                telling.page = telling.page.split_off(&through);
                telling.page.remove(&through);
                telling.again = None;
                if telling.page.is_empty() {
                    self.telling.remove(plugin);
                }
            }
            None => telling.again = Some(Instant::now() + AGAIN),
        }
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
            let problem = match self.late(running, at) {
                Ok(Some(body)) => {
                    let (key, task) = (format!("classified/{at}"), Task::TellLate { at });
                    match self.submit(&plugin, Hook::Classified, body, key, task) {
                        Ok(()) => continue,
                        // It has no turn now: it waits for the next.
                        Err(SubmitError::Full | SubmitError::Down { .. }) => {
                            self.telling_late.remove(&(plugin.clone(), at));
                            self.plugins.put_back(&plugin, at);
                            continue;
                        }
                        Err(error) => error.to_string(),
                    }
                }
                Ok(None) => "nothing is told of it".to_owned(),
                Err(error) => error.to_string(),
            };
            tracing::warn!(%plugin, %at, %problem, "a change was not told again; it stays a dead letter");
            self.telling_late.remove(&(plugin.clone(), at));
        }
    }

    fn late(&self, running: &Running, at: Position) -> Result<Option<Vec<u8>>, QueryError> {
        let envelope = message::event(&self.engine, at)?;
        let mut query = Query::new(self.engine.view.read());
        message::classified(&mut query, &envelope, &running.candidate.grant.fields)
    }

    pub(super) fn told_late(&mut self, running: &Running, at: Position, completion: &Completion) {
        let plugin = running.candidate.name.clone();
        let heard = heard(completion);
        if matches!(heard, Heard::Delivered) {
            let command = Command::PluginToldLate { plugin: plugin.clone(), at };
            let request = Request::internal(running.actor(), "plugins.told_late", command);
            self.spawn(request, move |_| Note::ToldLate { plugin, at });
            return;
        }
        self.telling_late.remove(&(plugin.clone(), at));
        // It had no turn: it is asked again. Else it stays a dead letter.
        let again = matches!(heard, Heard::Unbegun) && self.plugins.tell_again(&plugin, at);
        if !again {
            tracing::warn!(%plugin, %at, "a change was not told again; it stays a dead letter");
        }
    }
}
