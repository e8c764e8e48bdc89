//! The engine: one writer decides, one committer makes it durable, everybody reads the view.
//!
//! While one batch is in fdatasync the next is decided; then all commands of the first are
//! answered. An answer means durable and readable. After a failed sync the process exits
//! (design.md 2): the next start proves the tail again.

mod denials;
#[cfg(test)]
pub(crate) mod kit;
pub mod query;
pub mod recovery;
mod sources;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;

use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::decide::Reject;
use shouxin_core::event::Idempotency;
use shouxin_core::guard::Refusal;
use shouxin_core::id::Position;
use shouxin_core::rules::RuleSet;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::log::{LogReader, SegmentLog};
use crate::telemetry::Metrics;
use crate::vault::Vault;
use crate::view::View;

/// Bounds of the engine.
#[derive(Clone, Copy, Debug)]
pub struct EngineSettings {
    /// Commands that may wait; one more is answered 503.
    pub queue_len_max: usize,
    /// Commands in one batch.
    pub batch_commits_max: usize,
    /// Recorded refusals per key and minute; beyond that they are counted.
    pub denials_per_minute_max: u32,
}

impl Default for EngineSettings {
    fn default() -> EngineSettings {
        EngineSettings { queue_len_max: 4096, batch_commits_max: 1024, denials_per_minute_max: 30 }
    }
}

/// A command with who asks.
#[derive(Debug)]
pub struct Request {
    /// Who.
    pub actor: Actor,
    /// With which role.
    pub role: Role,
    /// By which key it was asked; none for what the register itself and its operator do. It is looked
    /// at once more when the command is decided, after everything decided before it.
    pub key: Option<String>,
    /// What, by route: `listings.decide`. Stands in `guard.denied`.
    pub label: &'static str,
    /// What it is about, as an id or key. Stands in `guard.denied`.
    pub target: String,
    /// The command.
    pub command: Command,
    /// Idempotency key and request, if given.
    pub idempotency: Option<Idempotency>,
    /// The version of the file it was made for, if given.
    pub expected: Option<(SubjectKey, Position)>,
    /// The event it acts on (timers, plugins).
    pub cause: Option<Position>,
}

impl Request {
    /// A request of the register itself: timers, dispatcher, operator.
    pub fn internal(actor: Actor, label: &'static str, command: Command) -> Request {
        let role = Role::Operator;
        Request {
            actor,
            role,
            key: None,
            label,
            target: String::new(),
            command,
            idempotency: None,
            expected: None,
            cause: None,
        }
    }
}

/// What a durable command led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Position and name of each event, in order.
    pub events: Vec<(Position, &'static str)>,
    /// Items of a batch that were not taken.
    pub rejects: Vec<Reject>,
    /// The command had been carried out before, under the same idempotency key.
    pub repeated: bool,
}

impl Committed {
    /// Position of the first event.
    pub fn first(&self) -> Option<Position> {
        self.events.first().map(|event| event.0)
    }
}

/// Why a command did not lead to anything.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Refused by a guard or because it does not fit.
    #[error("refused: {}", .0.detail)]
    Refused(Refusal),
    /// The key by which it was asked was revoked, or has expired, before the command was decided.
    #[error("the key was revoked, or has expired")]
    KeyEnded,
    /// The idempotency key came with another request before.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The queue is full.
    #[error("the queue is full")]
    Busy,
    /// The engine has stopped, or is stopping.
    #[error("the engine has stopped")]
    Stopped,
    /// Something that cannot be: a row that does not fit its event, damaged bytes.
    #[error("defect: {0}")]
    Defect(String),
}

pub(crate) struct Submission {
    request: Request,
    reply: oneshot::Sender<Result<Committed, EngineError>>,
}

/// What the engine is made of.
pub struct Parts {
    /// The log, recovered.
    pub log: SegmentLog,
    /// The view, brought up to the log.
    pub view: Arc<View>,
    /// Keys.
    pub vault: Arc<Vault>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Rules in force.
    pub rules: Arc<RuleSet>,
    /// Bounds.
    pub settings: EngineSettings,
    /// Figures.
    pub metrics: Arc<Metrics>,
    /// Called when durability is lost; ends the process.
    pub on_fatal: Box<dyn Fn(&str) + Send + Sync>,
}

/// The one way to change anything, and the way to everything that is read.
pub struct Engine {
    queue: RwLock<Option<mpsc::Sender<Submission>>>,
    threads: std::sync::Mutex<Vec<JoinHandle<()>>>,
    head: watch::Receiver<u64>,
    /// The view.
    pub view: Arc<View>,
    /// The log, for reading.
    pub log: LogReader,
    /// Keys.
    pub vault: Arc<Vault>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Rules in force.
    pub rules: Arc<RuleSet>,
    /// Figures.
    pub metrics: Arc<Metrics>,
}

impl Engine {
    /// Starts writer and committer.
    pub fn start(parts: Parts) -> std::io::Result<Engine> {
        let (sender, receiver) = mpsc::channel(parts.settings.queue_len_max);
        let reader = parts.log.reader();
        let next = parts.view.applied().next;
        let (head_sender, head) = watch::channel(next);
        let view = parts.view.clone();
        let vault = parts.vault.clone();
        let clock = parts.clock.clone();
        let rules = parts.rules.clone();
        let metrics = parts.metrics.clone();
        let threads = writer::start(parts, receiver, head_sender)?;
        Ok(Engine {
            queue: RwLock::new(Some(sender)),
            threads: std::sync::Mutex::new(threads),
            head,
            view,
            log: reader,
            vault,
            clock,
            rules,
            metrics,
        })
    }

    fn sender(&self) -> Result<mpsc::Sender<Submission>, EngineError> {
        let queue = self.queue.read().map_err(|_| EngineError::Stopped)?;
        queue.clone().ok_or(EngineError::Stopped)
    }

    /// Submits a command and waits until it is durable and readable.
    pub async fn submit(&self, request: Request) -> Result<Committed, EngineError> {
        let (reply, answer) = oneshot::channel();
        let submission = Submission { request, reply };
        self.sender()?.try_send(submission).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => EngineError::Busy,
            mpsc::error::TrySendError::Closed(_) => EngineError::Stopped,
        })?;
        answer.await.unwrap_or(Err(EngineError::Stopped))
    }

    /// The same from a thread of its own; waits for room instead of answering busy.
    pub fn submit_blocking(&self, request: Request) -> Result<Committed, EngineError> {
        let (reply, answer) = oneshot::channel();
        let submission = Submission { request, reply };
        self.sender()?.blocking_send(submission).map_err(|_| EngineError::Stopped)?;
        answer.blocking_recv().unwrap_or(Err(EngineError::Stopped))
    }

    /// Tells when the log has grown: the sequence of the next event.
    pub fn head(&self) -> watch::Receiver<u64> {
        self.head.clone()
    }

    /// Takes no more commands, answers those that wait, and ends the threads.
    pub fn stop(&self) {
        if let Ok(mut queue) = self.queue.write() {
            queue.take();
        }
        let threads = match self.threads.lock() {
            Ok(mut threads) => std::mem::take(&mut *threads),
            Err(_) => return,
        };
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("an engine thread ended with a panic");
            }
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}
