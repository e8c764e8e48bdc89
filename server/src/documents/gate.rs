//! How many documents are on their way at once: each takes its whole length in memory, so their
//! number is bounded, and one key cannot take every place.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Places for work that takes memory.
#[derive(Debug)]
pub struct Gate {
    total_max: usize,
    key_max: usize,
    taken: Arc<Mutex<BTreeMap<String, usize>>>,
}

/// A place; it is free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    key: String,
    taken: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Gate {
    /// A gate of `total_max` places, `key_max` of them for one key.
    pub fn new(total_max: usize, key_max: usize) -> Gate {
        Gate { total_max, key_max, taken: Arc::default() }
    }

    /// A place, or nothing where there is none.
    pub fn enter(&self, key: &str) -> Option<Place> {
        let mut taken = lock(&self.taken);
        let total: usize = taken.values().sum();
        let own = taken.get(key).copied().unwrap_or(0);
        if total >= self.total_max || own >= self.key_max {
            return None;
        }
        taken.insert(key.to_owned(), own + 1);
        Some(Place { key: key.to_owned(), taken: self.taken.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        match taken.get(&self.key).copied() {
            Some(own) if own > 1 => drop(taken.insert(self.key.clone(), own - 1)),
            _ => drop(taken.remove(&self.key)),
        }
    }
}

fn lock(taken: &Mutex<BTreeMap<String, usize>>) -> MutexGuard<'_, BTreeMap<String, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_cannot_take_every_place_and_a_dropped_place_is_free() {
        let gate = Gate::new(3, 2);
        let first = gate.enter("a").unwrap();
        let _second = gate.enter("a").unwrap();
        assert!(gate.enter("a").is_none());
        let _third = gate.enter("b").unwrap();
        assert!(gate.enter("c").is_none());
        drop(first);
        assert!(gate.enter("c").is_some());
        assert!(gate.enter("a").is_some());
    }
}
