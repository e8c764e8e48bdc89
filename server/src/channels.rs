//! Channels: portals, the platform and keyed recipients that show what is public.
//!
//! The log is the outbox. Every change of what is public leaves an entry in the order of the log;
//! a channel is sent what changed behind its cursor, as it may be shown at that moment, and its
//! cursor moves only by an event that says it confirmed. So nothing is lost or sent out of order
//! over a restart or a rebuild, and a withdrawal goes wherever the publication went (INV-13).

mod drop;
pub(crate) mod face;
mod reason;
mod settings;
mod webhook;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use shouxin_core::actor::Actor;
use shouxin_core::codec;
use shouxin_core::command::Command;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::event::Target;
use shouxin_core::id::Position;
use shouxin_core::keys;
use shouxin_core::row::{ChannelRow, Key, Row};
use tokio::sync::watch;

pub use settings::{Channel, ChannelsError, Confirm, Kind, read};

use crate::engine::query::{Query, QueryError};
use crate::engine::{Engine, EngineError, Request};

/// Changes looked at for one batch: more than one commit can hold, so that a batch never ends in
/// the middle of a commit.
const CHANGES_PER_BATCH_MAX: usize = 2048;
/// The first wait after a failure; it doubles up to the last.
const RETRY_FIRST: Duration = Duration::from_millis(500);
const RETRY_LAST: Duration = Duration::from_secs(300);
/// How often an acknowledgement is looked for, and an idle channel looks at the date.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Changes for a channel, in one body.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Sequence of the first event it covers.
    pub from: u64,
    /// Position of the last event it covers: where the cursor goes.
    pub through: Position,
    /// How many things it tells of.
    pub items: u32,
    /// The JSON.
    pub body: Vec<u8>,
}

impl Batch {
    /// Name of the batch, the same however often it is sent.
    pub fn name(&self) -> String {
        batch_name(self.from, self.through)
    }

    /// What the recipient confirmed by this batch, under its reference.
    fn confirmed(&self, reference: String) -> Confirmation {
        let batch_sha256 = Sha256::digest(&self.body).into();
        Confirmation { reference, through: self.through, items: self.items, batch_sha256 }
    }
}

fn batch_name(from: u64, through: Position) -> String {
    format!("{from:012}-{:012}", through.sequence)
}

/// What a recipient confirmed: it may be a batch that was handed over before the newest one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The recipient's reference.
    pub reference: String,
    /// Position of the last event it covers: where the cursor goes.
    pub through: Position,
    /// How many things it told of.
    pub items: u32,
    /// SHA-256 of the JSON that the recipient has.
    pub batch_sha256: [u8; 32],
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Confirmed.
    Confirmed(Confirmation),
    /// Handed over; the recipient has not confirmed yet.
    Waiting,
}

/// Why a channel was not served.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The recipient did not take it. The text names the kind of failure, so that it is recorded
    /// once a kind.
    #[error("{0}")]
    Refused(String),
    /// The register could not make the batch.
    #[error("making a batch: {0}")]
    Batch(String),
    /// The engine did not take the confirmation.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<QueryError> for DeliveryError {
    fn from(error: QueryError) -> DeliveryError {
        DeliveryError::Batch(error.to_string())
    }
}

/// Opens what is configured and new, and notes what is configured no more: that is waited for until
/// it comes back or the operator waives it.
pub async fn open(engine: &Engine, channels: &[Channel]) -> Result<(), EngineError> {
    let known = rows(engine).unwrap_or_default();
    for channel in channels {
        let from = Position::local(0);
        let command = ChannelCommand::Open { channel: channel.name.clone(), from };
        submit(engine, Actor::Operator, "channels.open", command).await?;
    }
    for row in known {
        if !channels.iter().any(|own| own.name == row.name) {
            if row.closing.is_none() {
                tracing::warn!(
                    channel = %row.name,
                    "渠道已从 channels.toml 移除，仍待其撤下已公示内容 / no longer in channels.toml: what it shows is waited for"
                );
            }
            let command = ChannelCommand::Close { channel: row.name };
            submit(engine, Actor::Operator, "channels.close", command).await?;
        }
    }
    Ok(())
}

async fn submit(
    engine: &Engine,
    actor: Actor,
    label: &'static str,
    command: ChannelCommand,
) -> Result<(), EngineError> {
    let request = Request::internal(actor, label, Command::Channel(command));
    engine.submit(request).await.map(|_| ())
}

/// The operator answers for it, with a reason, that nothing is to be withdrawn from a channel that is
/// configured no more.
pub fn waive(engine: &Engine, channel: String, reason: String) -> Result<(), EngineError> {
    let command = Command::Channel(ChannelCommand::Waive { channel, reason });
    let request = Request::internal(Actor::Operator, "channels.waive", command);
    engine.submit_blocking(request).map(|_| ())
}

/// The channels as the view has them, with those that are configured no more.
pub fn rows(engine: &Engine) -> Result<Vec<ChannelRow>, QueryError> {
    let query = Query::new(engine.view.read());
    Ok(match query.row(&Key::Channels)? {
        Some(Row::Channels(rows)) => rows,
        _ => Vec::new(),
    })
}

/// Serves one channel until told to stop.
pub async fn run(
    channel: Channel,
    data: std::path::PathBuf,
    engine: Arc<Engine>,
    mut stop: watch::Receiver<bool>,
) {
    let mut head = engine.head();
    let mut retry = RETRY_FIRST;
    loop {
        head.borrow_and_update();
        let wait = match step(&channel, &data, &engine).await {
            Ok(Some(Delivery::Confirmed(_))) => {
                retry = RETRY_FIRST;
                continue;
            }
            Ok(Some(Delivery::Waiting)) => LOOK_AGAIN,
            Ok(None) => Duration::MAX,
            Err(DeliveryError::Engine(EngineError::Stopped)) => return,
            Err(error) => {
                tracing::warn!(channel = %channel.name, %error, "渠道未送达 / a channel was not served");
                let wait = retry;
                retry = (retry * 2).min(RETRY_LAST);
                if let DeliveryError::Refused(detail) = error {
                    note_failure(&channel, &engine, detail).await;
                }
                wait
            }
        };
        let sleep = tokio::time::sleep(wait.min(Duration::from_secs(3600)));
        tokio::select! {
            // What changes while a channel fails goes with the next attempt.
            changed = head.changed(), if wait == Duration::MAX => if changed.is_err() { return },
            () = sleep => {}
            _ = stop.changed() => if *stop.borrow() { return },
        }
    }
}

async fn note_failure(channel: &Channel, engine: &Engine, detail: String) {
    let command = ChannelCommand::Fail { channel: channel.name.clone(), detail };
    if let Err(error) = submit(engine, Actor::System, "channels.fail", command).await {
        tracing::warn!(channel = %channel.name, %error, "a failure was not recorded");
    }
}

/// Sends what changed behind the cursor once; nothing where nothing did.
async fn step(
    channel: &Channel,
    data: &Path,
    engine: &Arc<Engine>,
) -> Result<Option<Delivery>, DeliveryError> {
    let Some(row) = rows(engine)?.into_iter().find(|own| own.name == channel.name) else {
        return Ok(None);
    };
    let made = {
        let engine = engine.clone();
        let row = row.clone();
        tokio::task::spawn_blocking(move || batch(&engine, &row)).await
    };
    let batch = match made {
        Ok(made) => made?,
        Err(_) => return Err(DeliveryError::Batch("it ended with a panic".to_owned())),
    };
    let Some((batch, oldest)) = batch else {
        return Ok(None);
    };
    let sent = {
        let (channel, data, batch) = (channel.clone(), data.to_owned(), batch.clone());
        tokio::task::spawn_blocking(move || match &channel.kind {
            Kind::FileDrop { folder, confirm } => {
                drop::deliver(&data.join(folder), *confirm, &batch)
            }
            Kind::Webhook { url, secret, timeout } => {
                webhook::deliver(&channel.name, url, secret, *timeout, &batch)
            }
        })
        .await
    };
    let sent = sent.unwrap_or_else(|_| Err("the delivery ended with a panic".to_owned()));
    match sent {
        Ok(Delivery::Confirmed(own)) => {
            let Confirmation { reference, through, items, batch_sha256 } = own.clone();
            let channel = channel.name.clone();
            let command =
                ChannelCommand::Confirm { channel, through, items, batch_sha256, reference };
            submit(engine, Actor::System, "channels.confirm", command).await?;
            Ok(Some(Delivery::Confirmed(own)))
        }
        Ok(Delivery::Waiting) => {
            overdue(channel, engine, &row, oldest).await?;
            Ok(Some(Delivery::Waiting))
        }
        Err(detail) => {
            overdue(channel, engine, &row, oldest).await?;
            Err(DeliveryError::Refused(detail))
        }
    }
}

/// Says once that the oldest unconfirmed change is over its day.
async fn overdue(
    channel: &Channel,
    engine: &Engine,
    row: &ChannelRow,
    oldest: Position,
) -> Result<(), DeliveryError> {
    if row.overdue {
        return Ok(());
    }
    let commits = engine.log.read(oldest.sequence, 1);
    let commits = commits.map_err(|error| DeliveryError::Batch(error.to_string()))?;
    let first = commits.first().and_then(|commit| commit.entries.first());
    let Some(envelope) = first.and_then(|entry| codec::decode_event(&entry.bytes).ok()) else {
        return Err(DeliveryError::Batch(format!("event {oldest} cannot be read")));
    };
    let due = engine.rules.calendar.after(envelope.legal_date, channel.confirm_within_wd).day;
    if engine.clock.now().legal_date() <= due {
        return Ok(());
    }
    let command = ChannelCommand::Overdue { channel: channel.name.clone(), oldest, due };
    submit(engine, Actor::System, "channels.overdue", command).await?;
    Ok(())
}

/// The commit that an event stands in: its first sequence and the last.
fn commit_of(engine: &Engine, at: Position) -> Result<(u64, u64), DeliveryError> {
    let unreadable = |what: String| DeliveryError::Batch(format!("event {at}: {what}"));
    let commits = engine.log.read(at.sequence, 1).map_err(|error| unreadable(error.to_string()))?;
    let commit = commits.first().ok_or_else(|| unreadable("it is not there".to_owned()))?;
    Ok((commit.first, commit.next().saturating_sub(1)))
}

/// What changed behind a channel's cursor, each thing once and as it may be shown now, and the
/// position of the oldest change.
fn batch(engine: &Engine, row: &ChannelRow) -> Result<Option<(Batch, Position)>, DeliveryError> {
    let mut query = Query::new(engine.view.read());
    let after = keys::public_changes_after(row.confirmed_through);
    let entries = query.range(keys::PUBLIC_CHANGES, Some(&after), CHANGES_PER_BATCH_MAX)?;
    let full = entries.len() == CHANGES_PER_BATCH_MAX;
    let mut changes: Vec<(Position, Target)> =
        entries.iter().filter_map(|entry| keys::read_public_change(entry)).collect();
    let Some((last, _)) = changes.last().copied() else {
        return Ok(None);
    };
    let (first_of_last, mut through) = commit_of(engine, last)?;
    if full {
        changes.retain(|(at, _)| at.sequence < first_of_last);
        through = first_of_last.saturating_sub(1);
    }
    let Some((oldest, _)) = changes.first().copied() else {
        return Err(DeliveryError::Batch("a commit changes more than a batch takes".to_owned()));
    };
    let newest: BTreeMap<Target, Position> =
        changes.into_iter().map(|(at, target)| (target, at)).collect();
    let today = engine.clock.now().legal_date();
    let mut items = Vec::new();
    for (target, at) in newest {
        let mut item = face::of(engine, &mut query, target, at, today)?;
        if item["action"] == "withdraw" {
            let reason = face::reason(&mut query, target, today)?;
            reason.with_author(engine, target, at).say(&mut item);
        }
        items.push(item);
    }
    let through = Position { sequence: through, ..last };
    let from = row.confirmed_through.sequence;
    let body = json!({
        "channel": row.name,
        "from": row.confirmed_through.to_string(),
        "through": through.to_string(),
        "as_of": today,
        "items": items,
    });
    let items = u32::try_from(items.len()).unwrap_or(u32::MAX);
    let body = body.to_string().into_bytes();
    Ok(Some((Batch { from, through, items, body }, oldest)))
}
