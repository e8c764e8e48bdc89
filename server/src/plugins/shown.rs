//! What is shown of plugins: to the operator, on `/v1/plugins`, as metrics. Every figure costs a bounded
//! number of rows, however much waits.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use shouxin_core::codec;
use shouxin_core::event::plugin::Admission;
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::keys;
use shouxin_core::row::{Index, Key, PluginRow, Row, ShadowRow};
use shouxin_core::time::Timestamp;
use shouxin_plugin_host::State;

use crate::engine::Engine;
use crate::engine::query::{Query, QueryError};
use crate::plugins::forgets::Unforgotten;
use crate::plugins::{Life, Plugins, Running, start};

/// Things counted of a queue; more are said to be more.
const COUNTED_MAX: usize = 100;

/// A queue, counted as far as it is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// How many; at most 100.
    pub count: usize,
    /// There are more.
    pub more: bool,
    /// How long the one of them has waited that waits longest, in ms; where there are more, of those counted.
    pub oldest_ms: Option<u64>,
}

impl Queue {
    fn json(self) -> Value {
        json!({
            "count": self.count,
            "more": self.more,
            "oldest_seconds": self.oldest_ms.map(|ms| ms / 1000),
        })
    }
}

/// What is known of one deployed plugin at a moment.
#[derive(Clone, Debug)]
pub struct Observed {
    /// Its row.
    pub row: PluginRow,
    /// Classification changes that it was not told of.
    pub lag: Queue,
    /// Executions that it was ordered and has not confirmed, the first by the number of their case.
    pub waiting: Queue,
    /// Executions that it gave up and nobody answered for.
    pub dead_cases: Queue,
    /// Classification changes that did not reach it.
    pub dead_information: Queue,
    /// What an officer did in its place and it does not know.
    pub courtesies: Queue,
    /// Erased subjects that it is still to forget.
    pub to_forget: Queue,
    /// How that goes.
    pub forget: Unforgotten,
}

fn since(engine: &Engine, at: Position, now: Timestamp) -> Option<u64> {
    let commits = engine.log.read(at.sequence, 1).ok()?;
    let commit = commits.first()?;
    let offset = usize::try_from(at.sequence.checked_sub(commit.first)?).ok()?;
    let envelope = codec::decode_event(&commit.entries.get(offset)?.bytes).ok()?;
    u64::try_from(now.0.saturating_sub(envelope.recorded_at.0)).ok()
}

/// A queue by an index. What its entries are about may be older or younger than they are: an order can stand
/// behind that of a later case. So each of those counted is asked since when it waits. Positions grow with
/// time, so that one event is read.
fn queue(
    engine: &Engine,
    query: &mut Query<'_>,
    entry: &Index,
    after: Option<Position>,
    mut since_when: impl FnMut(&mut Query<'_>, Position) -> Option<Position>,
) -> Result<Queue, QueryError> {
    let (found, more) = query.page(entry, after, COUNTED_MAX)?;
    let oldest = found.iter().filter_map(|at| since_when(query, *at)).min();
    let oldest_ms = oldest.and_then(|at| since(engine, at, engine.clock.now()));
    Ok(Queue { count: found.len(), more, oldest_ms })
}

/// When an execution was ordered.
fn ordered(query: &mut Query<'_>, at: Position) -> Option<Position> {
    let row = query.ask(|rows| rows.must_measure(MeasureId(at)).cloned()).ok()?;
    row.state.order().or(row.last_order.as_ref()).map(|order| order.at)
}

/// When an officer did what the plugin is to be told.
fn done_by_hand(query: &mut Query<'_>, at: Position) -> Option<Position> {
    let row = query.ask(|rows| rows.must_measure(MeasureId(at)).cloned()).ok()?;
    row.courtesy.map(|courtesy| courtesy.cause)
}

/// The erasures that a plugin has not taken. Those that it took beyond the first are counted no more.
fn erasures(
    engine: &Engine,
    query: &Query<'_>,
    row: &PluginRow,
    ahead: &BTreeSet<Position>,
) -> Result<Queue, QueryError> {
    let after = keys::erasures_after(row.forgotten_through);
    let most = COUNTED_MAX + 1 + ahead.len();
    let found = query.range(keys::ERASURES, Some(&after), most)?;
    let found = found.iter().filter_map(|entry| keys::read_erasure(entry)).map(|(at, _)| at);
    let found: Vec<Position> = found.filter(|at| !ahead.contains(at)).collect();
    let oldest_ms = found.first().and_then(|at| since(engine, *at, engine.clock.now()));
    let (count, more) = (found.len().min(COUNTED_MAX), found.len() > COUNTED_MAX);
    Ok(Queue { count, more, oldest_ms })
}

/// Looks at one plugin.
///
/// # Errors
/// The view cannot be read.
pub fn observe(engine: &Engine, plugins: &Plugins, row: PluginRow) -> Result<Observed, QueryError> {
    let mut query = Query::new(engine.view.read());
    let query = &mut query;
    let name = || row.name.clone();
    let zero = MeasureId(Position::local(0));
    let itself = |_: &mut Query<'_>, at: Position| Some(at);
    let changes = Index::ClassificationChange(Position::local(0));
    let lag = queue(engine, query, &changes, Some(row.told_through), itself)?;
    let waiting = queue(engine, query, &Index::Owed(name(), zero), None, ordered)?;
    let dead_cases = queue(engine, query, &Index::DeadLetter(name(), zero), None, ordered)?;
    let untold = Index::Untold(name(), Position::local(0));
    let dead_information = queue(engine, query, &untold, None, itself)?;
    let courtesies = queue(engine, query, &Index::Courtesy(name(), zero), None, done_by_hand)?;
    let forget = plugins.forgets.of(&row.name);
    let to_forget = erasures(engine, query, &row, &forget.ahead)?;
    Ok(Observed { row, lag, waiting, dead_cases, dead_information, courtesies, to_forget, forget })
}

/// Every deployed plugin that is not retired, as it stands now.
///
/// # Errors
/// The view cannot be read.
pub fn observe_all(engine: &Engine, plugins: &Plugins) -> Result<Vec<Observed>, QueryError> {
    let rows = match Query::new(engine.view.read()).row(&Key::Plugins)? {
        Some(Row::Plugins(rows)) => rows,
        _ => Vec::new(),
    };
    let rows = rows.into_iter().filter(|row| row.retired.is_none());
    rows.map(|row| observe(engine, plugins, row)).collect()
}

/// The word for how a plugin is doing.
fn state(running: Option<&Running>, paused: bool) -> &'static str {
    let health = running.and_then(Running::health);
    match health.map(|health| health.state) {
        Some(State::Running) if paused => "paused",
        Some(State::Running) => "running",
        Some(State::Restarting) => "restarting",
        Some(State::Tripped) => "tripped",
        Some(State::Stopped) => "stopped",
        None => "not_running",
    }
}

fn admission(admission: &Admission) -> Value {
    match admission {
        Admission::Signed { manifest_sha256, key_id, valid_from, valid_until } => json!({
            "signed_by": key_id,
            "manifest_sha256": HEXLOWER.encode(manifest_sha256),
            "valid_from": valid_from,
            "valid_until": valid_until,
        }),
        Admission::Unsigned => json!({"unsigned": true}),
    }
}

fn health(running: &Running) -> Value {
    let Some(health) = running.health() else {
        return Value::Null;
    };
    json!({
        "restarts": health.restarts,
        "in_flight": health.in_flight,
        "last_error": health.last_error,
        "pid": health.pid,
        "cage": health.cage,
        "breaker": if health.state == State::Tripped { "open" } else { "closed" },
        "abi": health.abi.map(|abi| json!({
            "major": abi.abi_major, "minor": abi.abi_minor, "hooks": abi.hooks,
        })),
    })
}

/// One deployed plugin.
fn deployed(engine: &Engine, plugins: &Plugins, observed: &Observed, why: Option<&Value>) -> Value {
    let row = &observed.row;
    let today = engine.clock.now().legal_date();
    let running = plugins.get(&row.name);
    let mut shown = json!({
        "name": row.name,
        "version": row.version,
        "department": row.department,
        "measures": row.measures,
        "sha256": HEXLOWER.encode(&row.sha256),
        "admission": admission(&row.admission),
        "state": state(running.as_deref(), row.paused.is_some()),
        "begins_burdens": row.begins_burdens(today),
        "since": row.since.to_string(),
        "paused_since": row.paused.map(|at| at.to_string()),
        "earlier": row.earlier.as_ref().map(|own| &own.version),
        "told_through": row.told_through.to_string(),
        "forgotten_through": row.forgotten_through.to_string(),
        "lag": observed.lag.json(),
        "waiting": observed.waiting.json(),
        "dead_letters": {
            "cases": observed.dead_cases.json(),
            "information": observed.dead_information.json(),
        },
        "to_be_told_by_hand": observed.courtesies.json(),
        "to_forget": observed.to_forget.count > 0,
        "forget": {
            "pending": observed.to_forget.count,
            "more": observed.to_forget.more,
            "oldest_seconds": observed.to_forget.oldest_ms.map(|ms| ms / 1000),
            "attempts": observed.forget.attempts,
            "last_error": observed.forget.last_error,
        },
    });
    with_health(&mut shown, running.as_deref(), || {
        why.map_or(Value::Null, |own| own["last_error"].clone())
    });
    shown
}

/// Adds how it does. One that does not run says why not.
fn with_health(shown: &mut Value, running: Option<&Running>, why: impl FnOnce() -> Value) {
    if let (Some(shown), Some(Value::Object(more))) = (shown.as_object_mut(), running.map(health)) {
        shown.extend(more);
    }
    if shown["last_error"].is_null() {
        shown["last_error"] = why();
    }
}

/// A version in the shadow.
fn shadow(plugins: &Plugins, row: &ShadowRow) -> Value {
    let shadow = plugins.shadow(&row.name);
    let running = shadow.as_deref().map(|own| &own.running);
    let mut shown = json!({
        "version": row.own.version,
        "sha256": HEXLOWER.encode(&row.own.sha256),
        "admission": admission(&row.own.admission),
        "since": row.since.to_string(),
        "state": state(running, false),
        "compared": shadow.as_ref().map(|own| own.comparison.compared()),
    });
    with_health(&mut shown, running, || json!(plugins.shadow_error(&row.name)));
    shown
}

/// A deployed plugin that runs no more.
fn retired(row: &PluginRow) -> Option<Value> {
    Some(json!({
        "name": row.name,
        "version": row.version,
        "department": row.department,
        "measures": row.measures,
        "sha256": HEXLOWER.encode(&row.sha256),
        "state": "retired",
        "retired_at": row.retired?.to_string(),
    }))
}

/// Everything about plugins: deployed ones with their shadows, those that are refused, the retired.
///
/// # Errors
/// The view cannot be read.
pub fn all(engine: &Engine, plugins: &Plugins) -> Result<Vec<Value>, QueryError> {
    let (rows, shadows) = start::rows(engine).map_err(QueryError::Read)?;
    let refused = plugins.refusals();
    let why = |name: &str| refused.iter().find(|own| own["name"] == name);
    let mut shown = Vec::new();
    for row in rows.iter().filter(|row| row.retired.is_none()) {
        let observed = observe(engine, plugins, row.clone())?;
        let mut own = deployed(engine, plugins, &observed, why(&row.name));
        if let Some(found) = shadows.iter().find(|own| own.name == row.name) {
            own["shadow"] = shadow(plugins, found);
        }
        shown.push(own);
    }
    let live = |name: &str| rows.iter().any(|row| row.name == name && row.retired.is_none());
    for found in shadows.iter().filter(|own| !live(&own.name)) {
        shown.push(json!({
            "name": found.name,
            "department": found.own.department,
            "measures": found.own.measures,
            "state": "shadow_only",
            "shadow": shadow(plugins, found),
        }));
    }
    for row in &rows {
        if let Some(mut own) = retired(row) {
            // Why it was not admitted any more, where that was found out since the start.
            own["last_error"] = why(&row.name).map_or(Value::Null, |own| own["last_error"].clone());
            shown.push(own);
        }
    }
    let new = |own: &&Value| rows.iter().all(|row| own["name"] != row.name.as_str());
    shown.extend(refused.iter().filter(new).cloned());
    Ok(shown)
}

impl Life {
    /// Everything about plugins, for whoever asks over the socket.
    pub fn shown(&self, engine: &Engine) -> Vec<Value> {
        all(engine, self.plugins()).unwrap_or_else(|error| {
            tracing::error!(%error, "the state of the plugins cannot be read");
            Vec::new()
        })
    }
}
