//! A bounded cache of unwrapped data keys: opening a slot costs a read and a cipher.

use std::collections::HashMap;

use super::Key;

/// Two generations of keys. A key used again moves to the young one; when that is full, the old
/// one is dropped whole. This keeps what is in use, in constant time, without any list.
pub(super) struct KeyCache {
    young: HashMap<u64, Key>,
    old: HashMap<u64, Key>,
    generation_max: usize,
}

impl KeyCache {
    /// A cache of at most `keys_max` keys.
    pub(super) fn new(keys_max: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), generation_max: (keys_max / 2).max(1) }
    }

    pub(super) fn get(&mut self, slot: u64) -> Option<Key> {
        if let Some(key) = self.young.get(&slot) {
            return Some(key.clone());
        }
        let key = self.old.remove(&slot)?;
        self.put(slot, key.clone());
        Some(key)
    }

    pub(super) fn put(&mut self, slot: u64, key: Key) {
        if self.young.len() >= self.generation_max {
            // Full size from the start: a map that grows leaves copies of its keys behind.
            let young = HashMap::with_capacity(self.generation_max);
            self.old = std::mem::replace(&mut self.young, young);
        }
        self.young.insert(slot, key);
    }

    pub(super) fn remove(&mut self, slot: u64) {
        self.young.remove(&slot);
        self.old.remove(&slot);
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    #[test]
    fn keys_in_use_stay_and_the_number_is_bounded() {
        let mut cache = KeyCache::new(8);
        for slot in 0..100 {
            cache.put(slot, Zeroizing::new([slot as u8; 32]));
            assert!(cache.get(0).is_some_and(|key| *key == [0; 32]), "after {slot}");
            assert!(cache.young.len() + cache.old.len() <= 8);
        }
        assert!(cache.get(50).is_none());
        cache.remove(0);
        assert!(cache.get(0).is_none());
    }
}
