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

/// Labels of a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct PluginLabels {
    plugin: String,
}

/// Labels of the time of a plugin's calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct HookLabels {
    plugin: String,
    hook: String,
}

/// Figures of every plugin as they were when somebody asked.
#[derive(Default)]
struct PluginGauges {
    lag_changes: Family<PluginLabels, Gauge<i64>>,
    lag_seconds: Family<PluginLabels, Gauge<i64>>,
    waiting: Family<PluginLabels, Gauge<i64>>,
    oldest_waiting_seconds: Family<PluginLabels, Gauge<i64>>,
    forget_pending: Family<PluginLabels, Gauge<i64>>,
    forget_oldest_seconds: Family<PluginLabels, Gauge<i64>>,
    dead_letters: Family<PluginLabels, Gauge<i64>>,
    restarts: Family<PluginLabels, Gauge<i64>>,
    breaker_open: Family<PluginLabels, Gauge<i64>>,
    running: Family<PluginLabels, Gauge<i64>>,
}

/// One plugin's figures; queues are counted up to 100.
pub struct PluginFigures {
    /// Classification changes that it was not told of.
    pub lag_changes: usize,
    /// Age of the first of them.
    pub lag_seconds: u64,
    /// Executions that it has not confirmed.
    pub waiting: usize,
    /// Age of the oldest order among those counted.
    pub oldest_waiting_seconds: u64,
    /// Erased subjects that it has not forgotten.
    pub forget_pending: usize,
    /// Age of the first of those erasures.
    pub forget_oldest_seconds: u64,
    /// What it gave up or was not told.
    pub dead_letters: usize,
    /// Starts after the first.
    pub restarts: u64,
    /// Whether its breaker is open.
    pub breaker_open: bool,
    /// Whether it takes calls.
    pub running: bool,
}

impl PluginGauges {
    fn register(&self, registry: &mut Registry) {
        let gauges = [
            (
                "plugin_lag_changes",
                "Classification changes a plugin was not told of, at most 100",
                &self.lag_changes,
            ),
            (
                "plugin_lag_seconds",
                "Age of the first change a plugin was not told of",
                &self.lag_seconds,
            ),
            ("plugin_waiting", "Executions a plugin has not confirmed, at most 100", &self.waiting),
            (
                "plugin_oldest_waiting_seconds",
                "Age of the oldest order among those counted",
                &self.oldest_waiting_seconds,
            ),
            (
                "plugin_forget_pending",
                "Erased subjects a plugin has not forgotten, at most 100",
                &self.forget_pending,
            ),
            (
                "plugin_forget_oldest_seconds",
                "Age of the first erasure a plugin has not taken",
                &self.forget_oldest_seconds,
            ),
            (
                "plugin_dead_letters",
                "What a plugin gave up or was not told, at most 200",
                &self.dead_letters,
            ),
            ("plugin_restarts", "Starts of a plugin after its first", &self.restarts),
            ("plugin_breaker_open", "1 while a plugin crashed too often", &self.breaker_open),
            ("plugin_running", "1 while a plugin takes calls", &self.running),
        ];
        for (name, help, family) in gauges {
            registry.register(name, help, family.clone());
        }
    }

    fn set(&self, plugin: &str, figures: &PluginFigures) {
        let labels = PluginLabels { plugin: plugin.to_owned() };
        let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let count = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        for (family, value) in [
            (&self.lag_changes, count(figures.lag_changes)),
            (&self.lag_seconds, whole(figures.lag_seconds)),
            (&self.waiting, count(figures.waiting)),
            (&self.oldest_waiting_seconds, whole(figures.oldest_waiting_seconds)),
            (&self.forget_pending, count(figures.forget_pending)),
            (&self.forget_oldest_seconds, whole(figures.forget_oldest_seconds)),
            (&self.dead_letters, count(figures.dead_letters)),
            (&self.restarts, whole(figures.restarts)),
            (&self.breaker_open, i64::from(figures.breaker_open)),
            (&self.running, i64::from(figures.running)),
        ] {
            family.get_or_create(&labels).set(value);
        }
    }

    fn clear(&self) {
        for family in [
            &self.lag_changes,
            &self.lag_seconds,
            &self.waiting,
            &self.oldest_waiting_seconds,
            &self.forget_pending,
            &self.forget_oldest_seconds,
            &self.dead_letters,
            &self.restarts,
            &self.breaker_open,
            &self.running,
        ] {
            family.clear();
        }
    }
}

/// Every figure the server keeps.
pub struct Metrics {
    registry: Registry,
    commands: Family<CommandLabels, Counter>,
    batch_commits: Histogram,
    sync_seconds: Histogram,
    calls: Family<CallLabels, Counter>,
    call_seconds: Family<HookLabels, Histogram>,
    retries: Family<PluginLabels, Counter>,
    plugins: PluginGauges,
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
        let call_seconds: Family<HookLabels, Histogram> =
            Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.000_05, 2.0, 20)));
        let retries = Family::default();
        let plugins = PluginGauges::default();
        let help = "Time of a plugin's call from its turn to its end";
        registry.register("plugin_call_seconds", help, call_seconds.clone());
        registry.register("plugin_retries", "Calls that are tried again", retries.clone());
        plugins.register(&mut registry);
        registry.register("next_event", "Sequence of the next event", head.clone());
        registry.register("open_walks", "Changes not confirmed everywhere", open_walks.clone());
        Metrics {
            registry,
            commands,
            batch_commits,
            sync_seconds,
            calls,
            call_seconds,
            retries,
            plugins,
            head,
            open_walks,
        }
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

    /// Counts a call of a plugin that is tried again.
    pub fn retry(&self, plugin: &str) {
        self.retries.get_or_create(&PluginLabels { plugin: plugin.to_owned() }).inc();
    }

    /// Takes the figures of every plugin; those of plugins that are gone go.
    pub fn plugins<'a>(&self, all: impl Iterator<Item = (&'a str, PluginFigures)>) {
        self.plugins.clear();
        for (plugin, figures) in all {
            self.plugins.set(plugin, &figures);
        }
    }

    /// Counts a call of a plugin, and how long it took if it had its turn.
    pub fn call(&self, plugin: &str, hook: &str, outcome: &str, seconds: Option<f64>) {
        if let Some(seconds) = seconds {
            let labels = HookLabels { plugin: plugin.to_owned(), hook: hook.to_owned() };
            self.call_seconds.get_or_create(&labels).observe(seconds);
        }
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
