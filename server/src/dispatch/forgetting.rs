//! Has plugins forget the subjects whose files were erased, from a cursor in the log, until each has
//! answered that nothing is left. Neither a pause nor the end of a manifest holds it up, and it is never
//! given up.
//!
//! One call at a time, the oldest erasure first. One that the plugin does not take waits, and those after
//! it are asked meanwhile: what is to be forgotten of one subject is not changed by what is forgotten of
//! another. The cursor says that nothing is left of everything before it, so it moves up to the first that
//! is outstanding; what was forgotten beyond is known here alone and asked again after a restart, which
//! changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::event::CaseHook;
use shouxin_core::id::Position;
use shouxin_core::keys;
use shouxin_core::row::PluginRow;
use shouxin_core::text::shortened;
use shouxin_plugin_host::wire::{AnswerOutcome, Forget, SCHEMA};
use shouxin_plugin_host::{Completion, Hook, Outcome};

use crate::dispatch::retry::Backoff;
use crate::dispatch::{DETAIL_CHARS_MAX, Dispatcher, Note, Task, ends_the_process};
use crate::engine::Request;
use crate::engine::query::{Query, QueryError};
use crate::plugins::Running;
use crate::plugins::forgets::Unforgotten;

/// An erasure that the plugin did not take.
struct Wait {
    attempts: u32,
    backoff: Backoff,
}

/// How far a plugin is with what it is to forget.
pub(super) struct Forgetting {
    /// Which start of the plugin the waits are about: another one, and one that an operator resumed, is
    /// asked at once.
    begun: u64,
    /// The erasure that it is asked about.
    under_way: Option<(Position, SubjectKey)>,
    /// What it took beyond the cursor.
    done: BTreeSet<Position>,
    /// What it did not take, and when each is asked again.
    waits: BTreeMap<Position, Wait>,
    /// No erasure at all is asked before: one that ends the plugin's process must not open the breaker for
    /// everything else, and several of them must not either.
    all: Backoff,
    /// How far the cursor is being moved.
    committing: Option<Position>,
    /// When there is something to ask again.
    due: Option<Instant>,
    last_error: Option<String>,
}

impl Forgetting {
    fn of(running: &Running) -> Forgetting {
        Forgetting {
            begun: running.begun(),
            under_way: None,
            done: BTreeSet::new(),
            waits: BTreeMap::new(),
            all: backoff(running),
            committing: None,
            due: None,
            last_error: None,
        }
    }

    /// Erasures that are looked at: those that are outstanding, and those taken between them.
    fn window(&self) -> usize {
        PENDING_MAX + self.done.len().min(AHEAD_MAX)
    }

    /// Whether the cursor may be moved: it is not being moved, and no wait stands since that failed.
    fn may_commit(&self) -> bool {
        self.committing.is_none() && self.all.due().is_none_or(|due| due <= Instant::now())
    }

    /// Whether no further one is asked about before the cursor moves.
    fn is_full(&self) -> bool {
        self.done.len() >= AHEAD_MAX
    }

    /// When it is asked again.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due.filter(|_| self.under_way.is_none())
    }

    /// What is known of erasures before the cursor is of no use any more, and no wait of another start of
    /// the plugin is.
    fn clear(&mut self, row: &PluginRow, running: &Running) {
        let through = row.forgotten_through;
        self.done = self.done.split_off(&Position { sequence: through.sequence + 1, ..through });
        self.waits.retain(|at, _| *at > through);
        if self.committing.is_some_and(|own| own <= through) {
            self.committing = None;
        }
        if self.begun != running.begun() {
            self.begun = running.begun();
            self.waits.clear();
            self.all = backoff(running);
        }
    }

    /// The erasure that is to be asked about now: of those whose wait is over the one that was tried least
    /// often, then the oldest.
    fn next<'p>(
        &mut self,
        pending: &'p [(Position, SubjectKey)],
        now: Instant,
    ) -> Option<&'p (Position, SubjectKey)> {
        let open = || pending.iter().filter(|(at, _)| !self.done.contains(at));
        let later = |backoff: &Backoff| backoff.due().filter(|due| *due > now);
        let all = later(&self.all);
        let due = |at: &Position| self.waits.get(at).and_then(|own| later(&own.backoff)).max(all);
        let attempts = |at: &Position| self.waits.get(at).map_or(0, |own| own.attempts);
        let ready = open().filter(|(at, _)| due(at).is_none());
        let next = ready.min_by_key(|(at, _)| (attempts(at), *at));
        let again = open().filter_map(|(at, _)| due(at)).min();
        self.due = again.filter(|_| next.is_none());
        next
    }

    /// How far nothing is left: up to the first that is outstanding.
    fn through(&self, pending: &[(Position, SubjectKey)]) -> Option<Position> {
        let taken = pending.iter().map(|(at, _)| *at).take_while(|at| self.done.contains(at));
        taken.last()
    }

    fn shown(&self) -> Unforgotten {
        Unforgotten {
            ahead: self.done.clone(),
            attempts: self.waits.values().map(|own| own.attempts).max().unwrap_or_default(),
            last_error: self.last_error.clone().filter(|_| !self.waits.is_empty()),
        }
    }
}

/// What is tried again in the same way as a lift has the same waits.
fn backoff(running: &Running) -> Backoff {
    Backoff::new(CaseHook::Lift, running.candidate.grant.retry_base_ms)
}

/// How an attempt failed, in words that may stand in the register's own log: a plugin's text may name the
/// subject that is to be forgotten.
fn failure(outcome: &Outcome, subject: &SubjectKey) -> String {
    let (what, detail) = match outcome {
        Outcome::Answered(answer) => {
            (format!("{:?}", answer.outcome).to_lowercase(), answer.detail.as_deref())
        }
        Outcome::Queried(_) => ("queried".to_owned(), None),
        Outcome::Failed { kind, detail } => (kind.as_str().to_owned(), Some(detail.as_str())),
    };
    let detail = detail.unwrap_or("no detail").replace(&subject.to_string(), "…");
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    let detail: String = detail.chars().take(DETAIL_CHARS_MAX).map(shown).collect();
    format!("{what}: {}", shortened(&detail))
}

/// Erased subjects looked at before executions begin; where more wait, none begins.
const PENDING_MAX: usize = 256;

/// Erasures beyond one that a plugin does not take that are remembered as taken; where as many are, no
/// further one is asked about and no execution begins.
const AHEAD_MAX: usize = 1024;

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

/// What a plugin is still to forget, beyond what it took already.
pub(super) fn pending(
    query: &Query<'_>,
    row: &PluginRow,
    own: Option<&Forgetting>,
) -> Result<Pending, QueryError> {
    let after = keys::erasures_after(row.forgotten_through);
    let found =
        query.range(keys::ERASURES, Some(&after), own.map_or(PENDING_MAX, Forgetting::window))?;
    let open = |at: &Position| own.is_none_or(|own| !own.done.contains(at));
    let open =
        found.iter().filter_map(|entry| keys::read_erasure(entry)).filter(|(at, _)| open(at));
    let subjects: Vec<SubjectKey> = open.map(|(_, subject)| subject).collect();
    let more = subjects.len() >= PENDING_MAX || own.is_some_and(Forgetting::is_full);
    Ok(Pending { subjects: subjects.into_iter().collect(), more })
}

impl Dispatcher {
    /// Asks a plugin to forget the next erased subject.
    pub(super) fn forget(&mut self, running: &Running, row: &PluginRow) -> Result<(), QueryError> {
        let plugin = row.name.as_str();
        // Mostly there is none.
        let most = self.forgetting.get(plugin).map_or(1, Forgetting::window);
        let pending = self.to_forget(row, most)?;
        if pending.is_empty() {
            if self.forgetting.remove(plugin).is_some() {
                self.plugins.forgets.over(plugin);
            }
            return Ok(());
        }
        let new = || Forgetting::of(running);
        let own = self.forgetting.entry(plugin.to_owned()).or_insert_with(new);
        own.clear(row, running);
        self.plugins.forgets.note(plugin, own.shown());
        if own.under_way.is_some() {
            return Ok(());
        }
        let pending = match own.is_full() {
            // Only what lies between is asked about, so that what is remembered stays bounded.
            true => pending.into_iter().filter(|(at, _)| Some(at) < own.done.last()).collect(),
            false => pending,
        };
        if let Some((at, subject)) = own.next(&pending, Instant::now()).copied() {
            let forget = Forget { schema: SCHEMA, subject_key: subject.to_string() };
            let body = forget.encode().map_err(|error| QueryError::Read(error.to_string()))?;
            let key = format!("forget/{at}");
            let sent = self.submit(plugin, Hook::Forget, body, key, Task::Forget { at }).is_ok();
            if let Some(own) = self.forgetting.get_mut(plugin).filter(|_| sent) {
                own.under_way = Some((at, subject));
            }
        }
        self.forgotten(running, row)
    }

    /// The first of what a plugin is to forget.
    fn to_forget(
        &self,
        row: &PluginRow,
        most: usize,
    ) -> Result<Vec<(Position, SubjectKey)>, QueryError> {
        let query = Query::new(self.engine.view.read());
        let after = keys::erasures_after(row.forgotten_through);
        let found = query.range(keys::ERASURES, Some(&after), most)?;
        Ok(found.iter().filter_map(|entry| keys::read_erasure(entry)).collect())
    }

    /// Says in the log how far nothing is left.
    fn forgotten(&mut self, running: &Running, row: &PluginRow) -> Result<(), QueryError> {
        let plugin = row.name.clone();
        let first = match self.forgetting.get(&plugin) {
            Some(own) if own.may_commit() => own.done.first().copied(),
            _ => None,
        };
        if first.is_none() {
            return Ok(());
        }
        let window = self.forgetting.get(&plugin).map_or(PENDING_MAX, Forgetting::window);
        let pending = self.to_forget(row, window)?;
        let own = self.forgetting.get_mut(&plugin);
        let Some((own, through)) = own.and_then(|own| own.through(&pending).map(|at| (own, at)))
        else {
            return Ok(());
        };
        own.committing = Some(through);
        let command = Command::PluginForgot { plugin: plugin.clone(), through };
        let request = Request::internal(running.actor(), "plugins.forgot", command);
        self.spawn(request, move |result| Note::Forgot { plugin, committed: result.is_ok() });
        Ok(())
    }

    pub(super) fn forgot(&mut self, running: &Running, at: Position, completion: &Completion) {
        let plugin = running.candidate.name.clone();
        let Some(own) = self.forgetting.get_mut(&plugin) else {
            return;
        };
        let asked = own.under_way.take_if(|(own, _)| *own == at);
        let done = matches!(&completion.outcome,
            Outcome::Answered(answer) if answer.outcome == AnswerOutcome::Done);
        if done {
            own.waits.remove(&at);
            own.done.insert(at);
            // What is only tried keeps nothing of an erased subject, whatever it would answer.
            self.plugins.shadow_missed_forget(&plugin);
            let row = self.deployed.iter().find(|row| row.name == plugin).cloned();
            let said = row.map(|row| self.forgotten(running, &row));
            if let Some(Err(error)) = said {
                tracing::error!(%plugin, %error, "the erased subjects cannot be read");
            }
        } else if let Some((_, subject)) = asked.filter(|_| completion.begun) {
            let new = || Wait { attempts: 0, backoff: backoff(running) };
            let wait = own.waits.entry(at).or_insert_with(new);
            wait.attempts = match ends_the_process(&completion.outcome) {
                true => {
                    own.all.crashed();
                    wait.backoff.crashed()
                }
                false => wait.backoff.failed(),
            };
            let (attempt, error) = (wait.attempts, failure(&completion.outcome, &subject));
            self.engine.metrics.retry(&plugin);
            tracing::warn!(%plugin, %at, attempt, %error, "插件未能删除已注销主体的数据，将重试 / a plugin did not forget an erased subject; it is asked again");
            own.last_error = Some(error);
        }
    }

    pub(super) fn forgetting_noted(&mut self, plugin: &str, committed: bool) {
        if let Some(own) = self.forgetting.get_mut(plugin).filter(|_| !committed) {
            // The engine is busy: the cursor is moved after a while.
            own.committing = None;
            own.all.failed();
        }
    }
}
