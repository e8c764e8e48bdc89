//! Hears what plugins log, to find personal data in it.
//!
//! The host hands a plugin's lines to `tracing` under the target `shouxin::plugin`. [`log_layer`]
//! listens there. A program that installs a subscriber of its own adds the layer to it; where no
//! subscriber stands, the suite installs one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// The target of plugins' lines.
const TARGET: &str = "shouxin::plugin";

/// Who listens for what: number of the watch, and what it looks for.
static WATCHES: Mutex<BTreeMap<u64, Heard>> = Mutex::new(BTreeMap::new());

static NEXT: AtomicU64 = AtomicU64::new(0);

#[derive(Default)]
struct Heard {
    texts: Vec<String>,
    /// The first line that held one of the texts.
    found: Option<String>,
    lines: u64,
}

fn watches() -> MutexGuard<'static, BTreeMap<u64, Heard>> {
    WATCHES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A layer that hears what plugins log while a check runs.
pub fn log_layer<S: Subscriber>() -> impl Layer<S> {
    Ears
}

struct Ears;

impl<S: Subscriber> Layer<S> for Ears {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if event.metadata().target() != TARGET {
            return;
        }
        let mut line = Line::default();
        event.record(&mut line);
        for heard in watches().values_mut() {
            heard.lines += 1;
            let hit = heard.texts.iter().any(|text| line.0.contains(text.as_str()));
            if hit && heard.found.is_none() {
                heard.found = Some(line.0.clone());
            }
        }
    }
}

#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

/// Listens from when it is made until it is dropped.
pub(crate) struct Watch {
    number: u64,
    works: bool,
}

impl Watch {
    pub(crate) fn start() -> Watch {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| {
            let ears = tracing_subscriber::registry().with(log_layer());
            // Fails where a subscriber stands already, which is then asked below.
            let _ = tracing::subscriber::set_global_default(ears);
        });
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let probe = format!("shouxin plugin check listens ({number})");
        watches().insert(number, Heard { texts: vec![probe.clone()], ..Heard::default() });
        tracing::info!(target: "shouxin::plugin", "{probe}");
        let works =
            watches().insert(number, Heard::default()).is_some_and(|heard| heard.found.is_some());
        Watch { number, works }
    }

    /// Looks for a text from now on.
    pub(crate) fn look_for(&self, text: &str) {
        if let Some(heard) = watches().get_mut(&self.number) {
            heard.texts.push(text.to_owned());
        }
    }

    /// The first line with one of the texts; an error if nothing can be heard here.
    pub(crate) fn found(&self) -> Result<Option<String>, &'static str> {
        if !self.works {
            return Err("the log of this program cannot be listened to");
        }
        Ok(watches().get(&self.number).and_then(|heard| heard.found.clone()))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        watches().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_plugins_are_heard_and_only_the_text_that_is_looked_for() {
        let watch = Watch::start();
        watch.look_for("尤溪县某某");
        tracing::info!("尤溪县某某 in a line of the register");
        tracing::info!(target: "shouxin::plugin", "another line");
        assert_eq!(watch.found(), Ok(None));
        tracing::info!(target: "shouxin::plugin", plugin = "x", "barred: {}", "尤溪县某某公司");
        assert_eq!(watch.found(), Ok(Some("barred: 尤溪县某某公司".to_owned())));
    }
}
