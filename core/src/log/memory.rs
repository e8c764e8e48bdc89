//! The log in memory: the model that says what every other log must do.

use super::{
    AppendError, Commit, Head, Log, ReadError, StoredCommit, chain_over, check_batch, frame,
};

/// A log that ends with the process. Its byte offsets count the bytes of frames only, since it has
/// neither segments nor batch headers.
#[derive(Clone, Debug)]
pub struct MemoryLog {
    commits: Vec<StoredCommit>,
    head: Head,
    end_offset: u64,
}

impl MemoryLog {
    /// An empty log.
    #[must_use]
    pub fn new(log_number: u16) -> Self {
        Self { commits: Vec::new(), head: Head::empty(log_number), end_offset: 0 }
    }
}

impl Log for MemoryLog {
    fn head(&self) -> Head {
        self.head
    }

    fn append(&mut self, expected_next: u64, batch: &[Commit]) -> Result<Head, AppendError> {
        if expected_next != self.head.next {
            return Err(AppendError::Stale { expected: expected_next, next: self.head.next });
        }
        check_batch(batch)?;
        for commit in batch {
            let stored = StoredCommit {
                first: self.head.next,
                entries: commit.entries.clone(),
                byte_offset: self.end_offset,
                chain_after: chain_over(&self.head.chain, &commit.entries),
            };
            self.head = Head { next: stored.next(), chain: stored.chain_after };
            let bytes: usize = stored.entries.iter().map(|entry| entry.bytes.len()).sum();
            let bytes = bytes
                + frame::FRAME_HEADER_BYTES
                + frame::ENTRY_HEADER_BYTES * stored.entries.len();
            self.end_offset =
                self.end_offset.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
            self.commits.push(stored);
        }
        Ok(self.head)
    }

    fn read(&self, from: u64, commits_max: usize) -> Result<Vec<StoredCommit>, ReadError> {
        let start = self.commits.partition_point(|commit| commit.next() <= from);
        Ok(self.commits.iter().skip(start).take(commits_max).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Entry, genesis};
    use super::*;

    fn commit(entries: usize) -> Commit {
        Commit { entries: vec![Entry { salt: [1; 32], bytes: vec![2; 3] }; entries] }
    }

    #[test]
    fn a_read_starts_with_the_commit_that_contains_the_sequence() {
        let mut log = MemoryLog::new(0);
        assert_eq!(log.head(), Head { next: 0, chain: genesis(0) });
        let head = log.append(0, &[commit(2), commit(3), commit(1)]).unwrap();
        assert_eq!(head.next, 6);
        let firsts = |from, max| -> Vec<u64> {
            log.read(from, max).unwrap().iter().map(|commit| commit.first).collect()
        };
        assert_eq!(firsts(0, 9), [0, 2, 5]);
        assert_eq!(firsts(1, 1), [0]);
        assert_eq!(firsts(4, 9), [2, 5]);
        assert_eq!(firsts(6, 9), [0; 0]);
        assert_eq!(firsts(0, 0), [0; 0]);
        assert_eq!(log.read(5, 1).unwrap()[0].chain_after, head.chain);
    }

    #[test]
    fn a_stale_or_empty_append_changes_nothing() {
        let mut log = MemoryLog::new(0);
        log.append(0, &[commit(1)]).unwrap();
        let before = log.head();
        assert_eq!(log.append(0, &[commit(1)]), Err(AppendError::Stale { expected: 0, next: 1 }));
        assert_eq!(log.append(1, &[Commit::default()]), Err(AppendError::Empty { commit: 0 }));
        assert_eq!(log.append(1, &[]), Ok(before));
        assert_eq!(log.head(), before);
    }
}
