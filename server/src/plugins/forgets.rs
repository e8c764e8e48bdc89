//! How far each plugin is with the subjects that it is to forget, beyond what stands in the log: for
//! whoever looks. The dispatcher notes it; it is begun anew with the server.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shouxin_core::id::Position;

/// What is known of one plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unforgotten {
    /// Erasures that it has taken while an earlier one is outstanding.
    pub ahead: BTreeSet<Position>,
    /// Attempts at the one that was tried most often.
    pub attempts: u32,
    /// How the last attempt failed.
    pub last_error: Option<String>,
}

/// The same of every plugin that has something to forget; at most as many as run.
#[derive(Default)]
pub struct Forgets(Mutex<BTreeMap<String, Unforgotten>>);

impl Forgets {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Unforgotten>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a plugin.
    pub fn of(&self, name: &str) -> Unforgotten {
        self.lock().get(name).cloned().unwrap_or_default()
    }

    /// What the dispatcher knows now.
    pub(crate) fn note(&self, name: &str, now: Unforgotten) {
        self.lock().insert(name.to_owned(), now);
    }

    /// Nothing is left to forget.
    pub(crate) fn over(&self, name: &str) {
        self.lock().remove(name);
    }
}
