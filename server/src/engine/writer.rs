//! The writer decides batch after batch; the committer syncs each, publishes it, answers it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::thread::{self, JoinHandle};

use shouxin_core::apply::apply;
use shouxin_core::codec::{self, CodecError, ENCODED_BYTES_MAX};
use shouxin_core::command::Command;
use shouxin_core::decide::{
    Context, Draft, Outcome, decide, first_keys, recorded, recorded_rejects,
};
use shouxin_core::event::{Envelope, Event};
use shouxin_core::guard::{Misfit, RecordedGround, Refusal};
use shouxin_core::id::Position;
use shouxin_core::log::{Commit, Entry, Log as _, check_batch};
use shouxin_core::row::{Key, Row};
use shouxin_core::rows::{Rows, Stop};
use shouxin_core::rules::RuleSet;
use shouxin_core::time::Day;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::engine::denials::Denials;
use crate::engine::recovery::link_person;
use crate::engine::sources::{Failure, Source, encode_changes, settle};
use crate::engine::{Committed, EngineError, Parts, Request, Submission};
use crate::log::{LogReader, SegmentLog};
use crate::telemetry::Metrics;
use crate::vault::{Vault, random_salt};
use crate::view::{Applied, Changes, View, ViewError};

type Bytes = Option<Arc<[u8]>>;
type Reply = (oneshot::Sender<Result<Committed, EngineError>>, Result<Committed, EngineError>);

/// Bytes of encoded events after which a batch is closed.
const BATCH_BYTES_MAX: usize = 2 << 20;
/// Events after which a batch is closed: bounds the rows one publication changes.
const BATCH_EVENTS_MAX: usize = 4096;

/// Everything that becomes durable with one fdatasync.
#[derive(Default)]
struct Batch {
    number: u64,
    expected_next: u64,
    commits: Vec<Commit>,
    changes: Changes,
    replies: Vec<Reply>,
    bytes: usize,
    events: usize,
}

/// Rows that are decided but not durable yet: seen by the writer alone.
#[derive(Default)]
struct Pending {
    /// By key: the batch that wrote it last, and the row or its absence.
    rows: HashMap<Vec<u8>, (u64, Bytes)>,
}

struct Seen<'a> {
    pending: &'a Pending,
    view: &'a View,
}

impl Source for Seen<'_> {
    fn find(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, ViewError> {
        match self.pending.rows.get(key) {
            Some((_, row)) => Ok(row.clone()),
            None => self.view.read().get(key),
        }
    }
}

struct Writer {
    view: Arc<View>,
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    rules: Arc<RuleSet>,
    rules_at: Option<Position>,
    reader: LogReader,
    next: u64,
    pending: Pending,
    denials: Denials,
    metrics: Arc<Metrics>,
}

pub(super) fn start(
    parts: Parts,
    receiver: mpsc::Receiver<Submission>,
    head: watch::Sender<u64>,
) -> std::io::Result<Vec<JoinHandle<()>>> {
    // One batch waits while one is synced: batches grow with the load by themselves.
    let (to_committer, batches) = std_mpsc::sync_channel::<Batch>(1);
    let (published, from_committer) = std_mpsc::channel::<u64>();
    let Parts { log, view, vault, clock, rules, settings, metrics, on_fatal } = parts;
    let writer = Writer {
        reader: log.reader(),
        next: view.applied().next,
        rules_at: current_rules(&view),
        view: view.clone(),
        vault,
        clock,
        rules,
        pending: Pending::default(),
        denials: Denials::new(settings.denials_per_minute_max),
        metrics: metrics.clone(),
    };
    let batch_max = settings.batch_commits_max.max(1);
    let deciding = thread::Builder::new()
        .name("writer".to_owned())
        .spawn(move || writer.run(receiver, &to_committer, &from_committer, batch_max))?;
    let committing = thread::Builder::new().name("committer".to_owned()).spawn(move || {
        let committer = Committer { log, view, head, metrics, on_fatal };
        committer.run(&batches, &published);
    })?;
    Ok(vec![deciding, committing])
}

fn current_rules(view: &View) -> Option<Position> {
    let bytes = view.read().get(&Key::Rules.encode()).ok()??;
    match codec::decode_row(&bytes) {
        Ok(Row::Rules(row)) => Some(row.at),
        _ => None,
    }
}

impl Writer {
    fn run(
        mut self,
        mut receiver: mpsc::Receiver<Submission>,
        to_committer: &std_mpsc::SyncSender<Batch>,
        published: &std_mpsc::Receiver<u64>,
        batch_max: usize,
    ) {
        let mut number = 0;
        while let Some(first) = receiver.blocking_recv() {
            number += 1;
            self.forget(published);
            let mut batch = Batch { number, expected_next: self.next, ..Batch::default() };
            self.take(first, &mut batch);
            while batch.replies.len() < batch_max
                && batch.bytes < BATCH_BYTES_MAX
                && batch.events < BATCH_EVENTS_MAX
            {
                match receiver.try_recv() {
                    Ok(submission) => self.take(submission, &mut batch),
                    Err(_) => break,
                }
            }
            self.metrics.batch(batch.commits.len());
            if to_committer.send(batch).is_err() {
                return;
            }
        }
    }

    /// Drops pending rows that readers can see by now.
    fn forget(&mut self, published: &std_mpsc::Receiver<u64>) {
        if let Some(through) = published.try_iter().last() {
            self.pending.rows.retain(|_, row| row.0 > through);
        }
    }

    fn take(&mut self, submission: Submission, batch: &mut Batch) {
        let Submission { request, reply } = submission;
        let label = request.label;
        let answer = self.handle(&request, batch);
        self.metrics.command(label, answer.is_ok());
        batch.replies.push((reply, answer));
    }

    fn handle(&mut self, request: &Request, batch: &mut Batch) -> Result<Committed, EngineError> {
        let now = self.clock.now();
        let rules = self.rules.clone();
        let context = Context {
            now,
            today: now.legal_date(),
            actor: &request.actor,
            role: request.role,
            rules: &rules,
            next: Position::local(self.next),
            starts_stopped: self.clock.starts_stopped(),
            idempotency: request.idempotency,
            expected: request.expected,
        };
        let mut rows = Rows::new();
        let seen = Seen { pending: &self.pending, view: &self.view };
        if let Some(key_id) = &request.key {
            still_opens(&seen, key_id, context.today)?;
        }
        if let Some(repeated) = self.repeated(&seen, &mut rows, request)? {
            return Ok(repeated);
        }
        let keys = first_keys(&request.command, &context);
        let outcome = settle(&seen, &mut rows, |rows| {
            rows.want(keys.iter().cloned())?;
            decide(rows, &request.command, &context)
        });
        match outcome {
            Ok(outcome) => {
                let denied = recorded_rejects(&request.command, &outcome.rejects, &request.actor);
                let committed = self.commit(rows, outcome, request, &context, batch)?;
                for (ground, subject) in denied {
                    let target = subject.map_or_else(String::new, |subject| subject.to_string());
                    // What was taken has been taken: a defect here fails nothing of it.
                    if let Err(error) = self.record(request, target, ground, &context, batch) {
                        tracing::error!(%error, "a refusal was not recorded");
                    }
                }
                Ok(committed)
            }
            Err(Failure::Stop(Stop::Refuse(refusal))) => {
                if let Some(ground) = recorded(refusal.ground, &request.actor) {
                    self.record(request, request.target.clone(), ground, &context, batch)?;
                }
                Err(EngineError::Refused(refusal))
            }
            Err(Failure::Stop(stop)) => Err(EngineError::Defect(format!("{stop:?}"))),
            Err(Failure::Read(what)) => Err(EngineError::Defect(what)),
        }
    }

    fn repeated(
        &self,
        seen: &Seen<'_>,
        rows: &mut Rows,
        request: &Request,
    ) -> Result<Option<Committed>, EngineError> {
        let Some(own) = request.idempotency else {
            return Ok(None);
        };
        let key = Key::Idempotency(own.tag);
        let found = settle(seen, rows, |rows| Ok(rows.get(&key)?.cloned()))
            .map_err(|failure| EngineError::Defect(format!("{failure:?}")))?;
        let Some(Row::Idempotency(row)) = found else {
            return Ok(None);
        };
        if row.of.request != own.request {
            return Err(EngineError::KeyReused);
        }
        let events = committed_events(&self.reader, row.first)?;
        Ok(Some(Committed { events, rejects: Vec::new(), repeated: true }))
    }

    /// Records a refusal in a commit of its own, which leads to nothing else.
    fn record(
        &mut self,
        request: &Request,
        target: String,
        ground: RecordedGround,
        context: &Context<'_>,
        batch: &mut Batch,
    ) -> Result<(), EngineError> {
        let Some(uncounted) = self.denials.admit(&request.actor.to_string(), context.now) else {
            return Ok(());
        };
        let command =
            Command::RecordDenial { command: request.label.to_owned(), target, ground, uncounted };
        let rows = Rows::new();
        let next = Position::local(self.next);
        let bare = Context { next, idempotency: None, expected: None, ..*context };
        let outcome = decide(&rows, &command, &bare)
            .map_err(|stop| EngineError::Defect(format!("{stop:?}")))?;
        self.commit(rows, outcome, request, &bare, batch).map(|_| ())
    }

    fn commit(
        &mut self,
        mut rows: Rows,
        outcome: Outcome,
        request: &Request,
        context: &Context<'_>,
        batch: &mut Batch,
    ) -> Result<Committed, EngineError> {
        let defect = |what: String| EngineError::Defect(what);
        let mut entries = Vec::with_capacity(outcome.drafts.len());
        let mut events = Vec::with_capacity(outcome.drafts.len());
        let mut rules_at = self.rules_at;
        let seen = Seen { pending: &self.pending, view: &self.view };
        for (offset, draft) in outcome.drafts.into_iter().enumerate() {
            let envelope = envelope(draft, offset, request, context, rules_at);
            let bytes = codec::encode_event(&envelope).map_err(unstorable)?;
            settle(&seen, &mut rows, |rows| apply(rows, &envelope))
                .map_err(|failure| defect(format!("{failure:?}")))?;
            settle(&seen, &mut rows, |rows| link_person(rows, &envelope, &self.vault))
                .map_err(|failure| defect(format!("{failure:?}")))?;
            if matches!(envelope.event, Event::RulesLoaded { .. }) {
                rules_at = Some(envelope.position);
            }
            events.push((envelope.position, envelope.event.name()));
            let salt = random_salt().map_err(|error| defect(error.to_string()))?;
            entries.push(Entry { salt, bytes });
        }
        let changes = encode_changes(rows.take_changes()).map_err(unstorable)?;
        let commit = Commit { entries };
        let (count, bytes) = match commit.entries.len() {
            0 => (0, 0),
            count => (count, commit_bytes(&commit)?),
        };
        // Nothing above changed the writer: a defect refuses this command alone.
        batch.bytes += bytes;
        self.rules_at = rules_at;
        self.next += u64::try_from(count).unwrap_or(u64::MAX);
        batch.events += count;
        for (key, row) in &changes {
            self.pending.rows.insert(key.clone(), (batch.number, row.clone()));
        }
        batch.changes.extend(changes);
        if count > 0 {
            batch.commits.push(commit);
        }
        Ok(Committed { events, rejects: outcome.rejects, repeated: false })
    }
}

/// Refuses what was asked by a key that was revoked, or has expired, while it waited. As where the
/// request came in, nothing is recorded of it and no earlier answer is given again.
fn still_opens(seen: &Seen<'_>, key_id: &str, today: Day) -> Result<(), EngineError> {
    let opens = settle(seen, &mut Rows::new(), |rows| {
        Ok(rows.api_key(key_id)?.is_some_and(|row| row.opens(today)))
    });
    match opens {
        Ok(true) => Ok(()),
        Ok(false) => Err(EngineError::KeyEnded),
        Err(failure) => Err(EngineError::Defect(format!("{failure:?}"))),
    }
}

fn envelope(
    draft: Draft,
    offset: usize,
    request: &Request,
    context: &Context<'_>,
    rules: Option<Position>,
) -> Envelope {
    let offset = u64::try_from(offset).unwrap_or(u64::MAX);
    let position = Position { sequence: context.next.sequence + offset, ..context.next };
    let within = (offset > 0).then_some(context.next);
    Envelope {
        position,
        recorded_at: context.now,
        legal_date: context.today,
        actor: request.actor.clone(),
        subject: draft.subject,
        cause: draft.cause.or(within).or(request.cause),
        idempotency: context.idempotency.filter(|_| offset == 0),
        rules,
        event: draft.event,
    }
}

/// The bytes a commit takes in the log. More than the log takes is refused here, where it is one
/// command's fault: behind this point it would be the disk's, and end the process.
fn commit_bytes(commit: &Commit) -> Result<usize, EngineError> {
    check_batch(std::slice::from_ref(commit)).map_err(|error| {
        let detail =
            format!("一次提交超过日志上限：{error} / more than one commit of the log takes");
        let cure = "请分批提交 / split the batch".to_owned();
        EngineError::Refused(Refusal::misfit(Misfit::Limit, detail, cure))
    })
}

/// Texts that are each within their bounds can be too long together for one event or row: that is
/// the command's fault. Anything else that cannot be encoded is a defect.
fn unstorable(error: CodecError) -> EngineError {
    if error != CodecError::TooLong {
        return EngineError::Defect(error.to_string());
    }
    let detail = format!(
        "文本合计超过一个事件的上限 {ENCODED_BYTES_MAX} 字节 / the texts together are too long for \
         one event"
    );
    let cure = "请精简，详情放入附件 / shorten them, put details into a document".to_owned();
    EngineError::Refused(Refusal::misfit(Misfit::Limit, detail, cure))
}

/// The events of the commit that begins at `first`, read back from the log.
fn committed_events(
    reader: &LogReader,
    first: Position,
) -> Result<Vec<(Position, &'static str)>, EngineError> {
    let defect = |what: String| EngineError::Defect(what);
    let commits = reader.read(first.sequence, 1).map_err(|error| defect(error.to_string()))?;
    let commit = commits.first().ok_or(EngineError::Busy)?;
    commit
        .entries
        .iter()
        .map(|entry| {
            let event = codec::decode_event(&entry.bytes).map_err(|e| defect(e.to_string()))?;
            Ok((event.position, event.event.name()))
        })
        .collect()
}

struct Committer {
    log: SegmentLog,
    view: Arc<View>,
    head: watch::Sender<u64>,
    metrics: Arc<Metrics>,
    on_fatal: Box<dyn Fn(&str) + Send + Sync>,
}

impl Committer {
    fn run(mut self, batches: &std_mpsc::Receiver<Batch>, published: &std_mpsc::Sender<u64>) {
        while let Ok(batch) = batches.recv() {
            if let Err(what) = self.make_durable(&batch) {
                // Nobody is answered: what the disk holds is not known (design.md 2).
                tracing::error!(%what, "durability lost, stopping");
                (self.on_fatal)(&what);
                return;
            }
            for (reply, answer) in batch.replies {
                // A client that has gone away still had its command carried out.
                let _gone = reply.send(answer);
            }
            if published.send(batch.number).is_err() {
                return;
            }
        }
    }

    fn make_durable(&mut self, batch: &Batch) -> Result<(), String> {
        if batch.commits.is_empty() {
            return Ok(());
        }
        let timer = self.metrics.sync_timer();
        let head =
            self.log.append(batch.expected_next, &batch.commits).map_err(|e| e.to_string())?;
        drop(timer);
        let applied = Applied { next: head.next, chain: head.chain };
        let changes = batch.changes.clone();
        self.view.publish(changes, applied).map_err(|error| error.to_string())?;
        self.head.send_replace(head.next);
        Ok(())
    }
}
