//! Sealed segments that were read lately: their open files and sparse indexes, a bounded number.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::walk::{Point, Segment};

/// Sealed segments kept open with their index. An index of 64 MiB holds about a thousand points of
/// 64 bytes, so the cache stays below 16 MiB and as many open files as this.
pub(super) const SEALED_MAX: usize = 256;

/// A sealed segment and the points from which it can be read.
pub(super) struct Sealed {
    pub segment: Segment,
    pub index: Vec<Point>,
}

/// The segments read lately, by first sequence.
#[derive(Default)]
pub(super) struct SealedCache {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Rises with every use, so that the lowest mark is the segment unused for longest.
    clock: u64,
    held: BTreeMap<u64, (u64, Arc<Sealed>)>,
}

impl SealedCache {
    pub fn get(&self, first_sequence: u64) -> Option<Arc<Sealed>> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.clock += 1;
        let clock = inner.clock;
        let (used, sealed) = inner.held.get_mut(&first_sequence)?;
        *used = clock;
        Some(Arc::clone(sealed))
    }

    pub fn insert(&self, first_sequence: u64, sealed: Arc<Sealed>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.clock += 1;
        let clock = inner.clock;
        inner.held.insert(first_sequence, (clock, sealed));
        if inner.held.len() > SEALED_MAX {
            let oldest = inner.held.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(first_sequence) = oldest.map(|(first_sequence, _)| *first_sequence) {
                inner.held.remove(&first_sequence);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use shouxin_core::log::frame::SegmentHeader;

    use super::super::storage::{Access, Folder, Storage};
    use super::*;

    fn sealed(folder: &Path) -> Arc<Sealed> {
        let storage = Folder::create(folder).unwrap();
        storage.create_zeroed("any", 1).unwrap();
        let header = SegmentHeader {
            log_number: 0,
            tag: [0; 8],
            first_sequence: 0,
            chain: [0; 32],
            start_offset: 0,
            previous_end: 0,
            segment_bytes: 1,
        };
        let file = storage.open("any", Access::Read).unwrap();
        Arc::new(Sealed { segment: Segment { name: "any".into(), header, file }, index: vec![] })
    }

    #[test]
    fn the_segment_unused_for_longest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = sealed(folder.path());
        let cache = SealedCache::default();
        for first_sequence in 0..SEALED_MAX as u64 {
            cache.insert(first_sequence, Arc::clone(&sealed));
        }
        assert!(cache.get(0).is_some());
        cache.insert(1000, sealed);
        assert!(cache.get(0).is_some());
        assert!(cache.get(1).is_none());
        assert!(cache.get(1000).is_some());
    }
}
