//! Tracing and metrics. Never logged: bodies, texts, names, numbers, keys of natural persons,
//! paths of requests, addresses of peers. Reports of wrongdoing are not even counted here: a figure
//! that rises between two readings would tell when one came.

use std::sync::atomic::AtomicU64;
use std::time::Instant;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Labels of a command.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CommandLabels {
    command: String,
    outcome: String,
}

/// Labels of a plugin call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CallLabels {
    plugin: String,
    hook: String,
    outcome: String,
}

/// Every figure the server keeps.
pub struct Metrics {
    registry: Registry,
    commands: Family<CommandLabels, Counter>,
    batch_commits: Histogram,
    sync_seconds: Histogram,
    calls: Family<CallLabels, Counter>,
    /// Sequence of the next event.
    pub head: Gauge<i64>,
    /// Walks that are not settled.
    pub open_walks: Gauge<u64, AtomicU64>,
}

/// Observes the time until it is dropped.
pub struct Timer<'a> {
    histogram: &'a Histogram,
    began: Instant,
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        self.histogram.observe(self.began.elapsed().as_secs_f64());
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("shouxin");
        let commands = Family::default();
        let batch_commits = Histogram::new(exponential_buckets(1.0, 2.0, 11));
        let sync_seconds = Histogram::new(exponential_buckets(0.000_05, 2.0, 14));
        let calls = Family::default();
        let head = Gauge::default();
        let open_walks = Gauge::default();
        registry.register("commands", "Commands by name and outcome", commands.clone());
        registry.register("batch_commits", "Commits under one sync", batch_commits.clone());
        registry.register("sync_seconds", "Time of one durable append", sync_seconds.clone());
        registry.register("plugin_calls", "Calls by plugin, hook, outcome", calls.clone());
        registry.register("next_event", "Sequence of the next event", head.clone());
        registry.register("open_walks", "Changes not confirmed everywhere", open_walks.clone());
        Metrics { registry, commands, batch_commits, sync_seconds, calls, head, open_walks }
    }
}

impl Metrics {
    /// Counts a command.
    pub fn command(&self, command: &str, accepted: bool) {
        let outcome = if accepted { "accepted" } else { "refused" };
        let labels = CommandLabels { command: command.to_owned(), outcome: outcome.to_owned() };
        self.commands.get_or_create(&labels).inc();
    }

    /// Observes how many commits share one sync.
    pub fn batch(&self, commits: usize) {
        self.batch_commits.observe(f64::from(u32::try_from(commits).unwrap_or(u32::MAX)));
    }

    /// Observes the time of a durable append until dropped.
    pub fn sync_timer(&self) -> Timer<'_> {
        Timer { histogram: &self.sync_seconds, began: Instant::now() }
    }

    /// Counts a call of a plugin.
    pub fn call(&self, plugin: &str, hook: &str, outcome: &str) {
        let labels = CallLabels {
            plugin: plugin.to_owned(),
            hook: hook.to_owned(),
            outcome: outcome.to_owned(),
        };
        self.calls.get_or_create(&labels).inc();
    }

    /// The text form of Prometheus.
    pub fn text(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }
}

/// Libraries that see paths, headers, addresses or rows. Whatever `RUST_LOG` says, none of them
/// writes at a finer level than this: a receipt stands in a path.
const QUIET: &[&str] = &["actix", "h2", "httparse", "mio", "sled"];

fn is_quiet(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    *metadata.level() <= Level::INFO || !QUIET.iter().any(|own| target.starts_with(own))
}

/// Starts logging to standard error; `RUST_LOG` sets the filter.
pub fn init(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match json {
        true => builder.json().finish().with(filter_fn(is_quiet)).try_init(),
        false => builder.finish().with(filter_fn(is_quiet)).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
}
