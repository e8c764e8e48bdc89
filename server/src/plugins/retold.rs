//! Classification changes that the operator wants told again, until the dispatcher tells them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shouxin_core::id::Position;

/// Changes of one plugin that wait to be told again: one that is not asked for them takes no other's room.
const WAITING_MAX: usize = 1024;

/// What waits, by plugin.
#[derive(Default)]
pub(super) struct Retold(Mutex<BTreeMap<String, BTreeSet<Position>>>);

impl Retold {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, BTreeSet<Position>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes one; false where as many of this plugin wait as may.
    pub(super) fn add(&self, name: &str, at: Position) -> bool {
        let mut waiting = self.lock();
        let own = waiting.entry(name.to_owned()).or_default();
        own.contains(&at) || (own.len() < WAITING_MAX && own.insert(at))
    }

    /// Takes the first of what waits for a plugin.
    pub(super) fn take(&self, name: &str, most: usize) -> Vec<Position> {
        let mut waiting = self.lock();
        let Some(own) = waiting.get_mut(name) else {
            return Vec::new();
        };
        let taken = (0..most).map_while(|_| own.pop_first()).collect();
        if own.is_empty() {
            waiting.remove(name);
        }
        taken
    }

    /// Nothing more is told to it: each change stays a dead letter.
    pub(super) fn clear(&self, name: &str) {
        self.lock().remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// There was one bound for all plugins, and what waited for one that is paused was never taken.
    #[test]
    fn what_waits_for_one_plugin_takes_no_room_from_another() {
        let (retold, at) = (Retold::default(), Position::local);
        for sequence in 0..WAITING_MAX as u64 {
            assert!(retold.add("paused", at(sequence)));
        }
        assert!(!retold.add("paused", at(9_999)), "it is full");
        assert!(retold.add("paused", at(0)), "what waits already waits");
        assert!(retold.add("another", at(7)) && retold.add("another", at(3)));
        assert_eq!(retold.take("another", 1), [at(3)], "the first of it");
        assert_eq!(retold.take("another", 9), [at(7)]);
        retold.clear("paused");
        assert_eq!(retold.take("paused", 9), []);
        assert!(retold.add("paused", at(9_999)));
    }
}
