//! The log against its model, against every crash, and against every flipped byte.

use std::sync::Arc;

use proptest::prelude::*;
use shouxin_core::log::frame::{
    BATCH_HEADER_BYTES, SEGMENT_HEADER_BYTES, SegmentHeader, encode_batch,
};
use shouxin_core::log::memory::MemoryLog;
use shouxin_core::log::{AppendError, Commit, Entry, Log, ReadError, StoredCommit};

use super::faults::{CRASHES, Crash, FaultyStorage};
use super::reader::LogReader;
use super::segments::Prepare;
use super::verify::verify_on;
use super::{LogSettings, OpenError, Recovery, SegmentLog, segment_name, verify};

const TINY: LogSettings = LogSettings { segment_bytes: 4096, log_number: 0 };

fn commit(seed: u8, entries: usize, bytes: usize) -> Commit {
    let entry = |index| Entry { salt: [seed; 32], bytes: vec![seed ^ index as u8; bytes] };
    Commit { entries: (0..entries).map(entry).collect() }
}

fn open(storage: &FaultyStorage) -> Result<(SegmentLog, Recovery), OpenError> {
    SegmentLog::open_on(Arc::new(storage.clone()), TINY, Prepare::OnDemand)
}

/// What must be equal between the log and its model.
fn shape(commits: &[StoredCommit]) -> Vec<(u64, Vec<Entry>, [u8; 32])> {
    let shape = |commit: &StoredCommit| (commit.first, commit.entries.clone(), commit.chain_after);
    commits.iter().map(shape).collect()
}

fn all(reader: &LogReader) -> Vec<StoredCommit> {
    reader.scan(0).collect::<Result<_, _>>().unwrap()
}

/// Batches of one to three commits that fill several tiny segments.
fn script() -> Vec<Vec<Commit>> {
    (0..9).map(|seed| (0..=seed % 3).map(|n| commit(seed * 8 + n, 2, 350)).collect()).collect()
}

/// Appends the script until something fails; returns how many batches were acknowledged.
fn play(storage: &FaultyStorage) -> usize {
    let Ok((mut log, _)) = open(storage) else { return 0 };
    for (acknowledged, batch) in script().iter().enumerate() {
        let next = log.head().next;
        if log.append(next, batch).is_err() {
            let again = log.append(next, batch);
            assert!(matches!(again, Err(AppendError::Fatal { .. })), "poisoned for ever");
            assert_eq!(log.head().next, next);
            assert_eq!(log.reader().head().next, next, "nothing unacknowledged is shown");
            return acknowledged;
        }
    }
    script().len()
}

#[test]
fn no_crash_loses_or_tears_an_acknowledged_commit() {
    let whole = FaultyStorage::default();
    assert_eq!(play(&whole), script().len());
    let operations = whole.trace();
    assert!(operations.iter().filter(|what| what.starts_with("rename")).count() >= 3);
    for (fail_at, operation) in operations.iter().enumerate() {
        for how in CRASHES {
            let context = format!("{how:?} at {fail_at} ({operation})");
            let storage = FaultyStorage::default();
            storage.fail_at(fail_at);
            let acknowledged = play(&storage);
            let storage = storage.crash(how);
            let (log, _) = open(&storage).unwrap_or_else(|error| panic!("{context}: {error}"));
            let head = log.head();
            let found = all(&log.reader());
            drop(log);
            // A second crash at once must not take back what this start has shown.
            let storage = storage.crash(Crash::Lost);
            let (mut log, recovery) = open(&storage).unwrap();
            assert_eq!(log.head(), head, "{context}");
            assert_eq!(recovery.torn_tail, None, "{context}");
            let batches = script();
            let mut model = MemoryLog::new(0);
            for batch in &batches[..acknowledged] {
                model.append(model.head().next, batch).unwrap();
            }
            if found.len() > model.read(0, usize::MAX).unwrap().len() {
                // The batch in flight may have survived, but then as a whole.
                model.append(model.head().next, &batches[acknowledged]).unwrap();
            }
            let expected = model.read(0, usize::MAX).unwrap();
            assert_eq!(shape(&found), shape(&expected), "{context}");
            assert_eq!(verify_on(&storage, &mut |_| ()).unwrap().head, head, "{context}");
            log.append(head.next, &[commit(99, 1, 10)]).unwrap();
            assert_eq!(verify_on(&storage, &mut |_| ()).unwrap().head, log.head(), "{context}");
        }
    }
}

#[test]
fn no_crash_during_recovery_loses_anything_either() {
    let torn = FaultyStorage::default();
    let whole = FaultyStorage::default();
    play(&whole);
    torn.fail_at(whole.trace().len() - 1);
    let acknowledged = play(&torn);
    let batches = script();
    let expected: usize = batches[..acknowledged].iter().map(Vec::len).sum();
    for first in CRASHES {
        for fail_at in 0..6 {
            for second in CRASHES {
                let storage = torn.crash(first);
                storage.fail_at(fail_at);
                drop(open(&storage));
                let storage = storage.crash(second);
                let (log, _) = open(&storage).unwrap();
                let found = all(&log.reader()).len();
                let in_flight = batches[acknowledged].len();
                assert!(found == expected || found == expected + in_flight);
                verify_on(&storage, &mut |_| ()).unwrap();
            }
        }
    }
}

#[test]
fn every_flipped_byte_is_named_and_nothing_is_cut() {
    let storage = FaultyStorage::default();
    play(&storage);
    let storage = storage.crash(Crash::Persisted);
    let verified = verify_on(&storage, &mut |_| ()).unwrap();
    let (log, _) = open(&storage).unwrap();
    let commits = all(&log.reader());
    drop(log);
    assert_eq!(verified.entries, verified.head.next);
    assert_eq!(verified.commits, commits.len() as u64);
    let names: Vec<String> = {
        use super::storage::Storage;
        let mut names = storage.list().unwrap();
        names.retain(|name| name.ends_with(".seg"));
        names
    };
    for name in &names {
        let bytes = storage.bytes_of(name);
        for offset in (0..bytes.len()).filter(|at| *at < 400 || at % 7 == 0) {
            storage.flip(name, offset, 0x21);
            let error = verify_on(&storage, &mut |_| ()).unwrap_err();
            let ReadError::Damaged(damage) = error else { panic!("{error}") };
            assert!(damage.byte_offset <= offset as u64 || damage.file != *name, "{damage}");
            storage.flip(name, offset, 0x21);
        }
    }
    verify_on(&storage, &mut |_| ()).unwrap();
}

#[test]
fn damage_below_a_later_batch_refuses_to_open_and_changes_nothing() {
    let storage = FaultyStorage::default();
    let (mut log, _) = open(&storage).unwrap();
    let mut starts = Vec::new();
    for seed in 0..3 {
        log.append(u64::from(seed), &[commit(seed, 1, 100)]).unwrap();
        starts.push(all(&log.reader()).pop().unwrap().byte_offset as usize - 44);
    }
    drop(log);
    let name = segment_name(0);
    for offset in starts[1]..starts[2] {
        storage.flip(&name, offset, 1);
        let before = storage.bytes_of(&name);
        let Err(OpenError::Damaged(damage)) = open(&storage) else { panic!("opened at {offset}") };
        assert_eq!((damage.sequence, damage.file.as_str()), (1, name.as_str()));
        assert_eq!(damage.byte_offset, starts[1] as u64);
        assert_eq!(storage.bytes_of(&name), before);
        storage.flip(&name, offset, 1);
    }
    // The last batch cannot be told from one that was never acknowledged.
    storage.flip(&name, starts[2] + 60, 1);
    let (log, recovery) = open(&storage).unwrap();
    assert_eq!(log.head().next, 2);
    assert_eq!(recovery.torn_tail.unwrap().offset, starts[2] as u64);
}

#[test]
fn an_entry_that_looks_like_a_batch_header_does_not_pass_for_one() {
    let storage = FaultyStorage::default();
    let (mut log, _) = open(&storage).unwrap();
    let mut forged = Vec::new();
    encode_batch([0; 8], 200, 9, &[commit(1, 1, 1)], &mut forged);
    let entry = Entry { salt: [0; 32], bytes: forged };
    log.append(0, &[Commit { entries: vec![entry] }]).unwrap();
    drop(log);
    storage.flip(&segment_name(0), SEGMENT_HEADER_BYTES + 50, 1);
    let (log, recovery) = open(&storage).unwrap();
    assert_eq!(log.head().next, 0);
    assert!(recovery.torn_tail.is_some());
}

#[test]
fn the_file_holds_exactly_the_documented_bytes() {
    let storage = FaultyStorage::default();
    let (mut log, _) = open(&storage).unwrap();
    let batches = [vec![commit(1, 2, 5)], vec![commit(2, 1, 0), commit(3, 1, 9)]];
    log.append(0, &batches[0]).unwrap();
    log.append(2, &batches[1]).unwrap();
    let bytes = storage.bytes_of(&segment_name(0));
    let header = SegmentHeader::decode(&bytes).unwrap();
    let mut expected = header.encode();
    encode_batch(header.tag, 96, 0, &batches[0], &mut expected);
    let end = expected.len() as u64;
    encode_batch(header.tag, end, 2, &batches[1], &mut expected);
    expected.resize(4096, 0);
    assert_eq!(bytes, expected);
}

#[test]
fn one_batch_is_one_write_and_one_sync() {
    let storage = FaultyStorage::default();
    let (mut log, _) = open(&storage).unwrap();
    let before = storage.trace().len();
    log.append(0, &[commit(1, 3, 10), commit(2, 1, 10)]).unwrap();
    assert_eq!(storage.trace()[before..], ["write", "sync"]);
}

#[test]
fn a_missing_segment_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = SegmentLog::open(folder.path(), TINY).unwrap();
    for seed in 0..9 {
        log.append(u64::from(seed), &[commit(seed, 1, 1500)]).unwrap();
    }
    drop(log);
    std::fs::remove_file(folder.path().join(segment_name(2))).unwrap();
    let error = verify(folder.path(), &mut |_| ()).unwrap_err();
    let ReadError::Damaged(damage) = error else { panic!("{error}") };
    assert_eq!(damage.sequence, 2);
    assert!(damage.what.contains("00000000000000000002.seg is missing"), "{damage}");
    let reader = LogReader::open_read_only(folder.path()).unwrap();
    assert!(reader.scan(0).any(|commit| commit.is_err()));
    assert!(reader.read(3, 1).is_err());
}

#[test]
fn a_sealed_segment_that_lost_its_last_batch_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = SegmentLog::open(folder.path(), TINY).unwrap();
    for seed in 0..4 {
        log.append(u64::from(seed), &[commit(seed, 1, 1500)]).unwrap();
    }
    let last = log.read(1, 1).unwrap().remove(0);
    drop(log);
    let path = folder.path().join(segment_name(0));
    let mut bytes = std::fs::read(&path).unwrap();
    let start = last.byte_offset as usize - BATCH_HEADER_BYTES;
    bytes[start..].fill(0);
    std::fs::write(&path, bytes).unwrap();
    let error = verify(folder.path(), &mut |_| ()).unwrap_err();
    let ReadError::Damaged(damage) = error else { panic!("{error}") };
    assert_eq!((damage.sequence, damage.byte_offset), (1, start as u64));
    assert_eq!(damage.file, segment_name(0));
    let reader = LogReader::open_read_only(folder.path()).unwrap();
    assert_eq!(reader.scan(0).filter(Result::is_ok).count(), 1, "the scan stops at the damage");
    assert!(reader.read(0, 9).is_err());
    assert_eq!(reader.read(2, 9).unwrap().len(), 2, "what is whole stays readable");
}

#[test]
fn reading_only_leaves_a_torn_tail_alone_and_opening_settles_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = SegmentLog::open(folder.path(), TINY).unwrap();
    let head = log.append(0, &[commit(1, 2, 100)]).unwrap();
    let whole = log.append(2, &[commit(2, 2, 100), commit(3, 1, 100)]).unwrap();
    let end = log.read(3, 1).unwrap()[0].byte_offset - BATCH_HEADER_BYTES as u64;
    drop(log);
    let path = folder.path().join(segment_name(0));
    let mut torn = std::fs::read(&path).unwrap();
    assert_eq!(LogReader::open_read_only(folder.path()).unwrap().head(), whole);
    // The second frame of the last batch did not reach the disk; the first one did.
    torn[end as usize + 340..].fill(0);
    std::fs::write(&path, &torn).unwrap();
    let reader = LogReader::open_read_only(folder.path()).unwrap();
    assert_eq!((reader.head(), all(&reader).len()), (head, 1));
    assert_eq!(std::fs::read(&path).unwrap(), torn);
    assert!(verify(folder.path(), &mut |_| ()).is_err());
    let (log, recovery) = SegmentLog::open(folder.path(), TINY).unwrap();
    let found = recovery.torn_tail.unwrap();
    assert_eq!((found.file, found.offset), (segment_name(0), end));
    assert!(found.bytes > 300 && found.bytes <= 340);
    assert_eq!(log.head(), head);
    assert_eq!(verify(folder.path(), &mut |_| ()).unwrap().head, head);
}

#[test]
fn a_second_writer_and_another_log_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (log, recovery) = SegmentLog::open(folder.path(), TINY).unwrap();
    assert!(recovery.created);
    assert!(matches!(SegmentLog::open(folder.path(), TINY), Err(OpenError::InUse(_))));
    drop(log);
    let other = LogSettings { log_number: 7, ..TINY };
    let result = SegmentLog::open(folder.path(), other);
    assert!(matches!(result, Err(OpenError::OtherLog { expected: 7, found: 0 })));
    assert!(!SegmentLog::open(folder.path(), TINY).unwrap().1.created);
    let small = LogSettings { segment_bytes: 4095, ..TINY };
    assert!(matches!(SegmentLog::open(folder.path(), small), Err(OpenError::SegmentBytes(4095))));
}

#[test]
fn a_batch_longer_than_a_segment_gets_a_longer_one() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = SegmentLog::open(folder.path(), TINY).unwrap();
    let big = vec![commit(1, 10, 60_000), commit(2, 10, 60_000)];
    log.append(0, &big).unwrap();
    log.append(20, &[commit(3, 1, 10)]).unwrap();
    log.append(21, &big).unwrap();
    let head = log.head();
    let reader = log.reader();
    for from in [0, 9, 10, 19, 20, 21, 30, 31, 40] {
        let found = reader.read(from, 1).unwrap();
        assert!(found[0].first <= from && from < found[0].next(), "{from}");
    }
    drop(log);
    assert_eq!(verify(folder.path(), &mut |_| ()).unwrap().head, head);
}

#[test]
fn readers_on_other_threads_see_whole_commits_up_to_the_head() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = SegmentLog::open(folder.path(), TINY).unwrap();
    let reader = log.reader();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let reader = reader.clone();
            scope.spawn(move || {
                let mut next = 0;
                while next < 300 {
                    for commit in reader.scan(next) {
                        let commit = commit.unwrap();
                        assert_eq!(commit.first, next);
                        next = commit.next();
                    }
                    assert!(reader.head().next >= next);
                }
            });
        }
        for seed in 0..100 {
            log.append(u64::from(seed) * 3, &[commit(seed, 1, 300), commit(seed, 2, 50)]).unwrap();
        }
    });
}

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<(u8, usize, usize)>),
    Stale(u64),
    Read(u64, usize),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let sizes = prop_oneof![8 => 0..400usize, 1 => 3000..70_000usize];
    let batch = prop::collection::vec((any::<u8>(), 1..5usize, sizes), 0..5);
    let step = prop_oneof![
        6 => batch.prop_map(Step::Append),
        1 => (1..5u64).prop_map(Step::Stale),
        4 => (0..120u64, 0..20usize).prop_map(|(from, max)| Step::Read(from, max)),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_segments_behave_like_the_model(steps in steps()) {
        let storage = FaultyStorage::default();
        let (mut log, _) = open(&storage).unwrap();
        let mut model = MemoryLog::new(0);
        for step in steps {
            match step {
                Step::Append(sizes) => {
                    let batch: Vec<Commit> =
                        sizes.into_iter().map(|(seed, n, bytes)| commit(seed, n, bytes)).collect();
                    let next = model.head().next;
                    prop_assert_eq!(log.append(next, &batch), model.append(next, &batch));
                }
                Step::Stale(ahead) => {
                    let next = model.head().next + ahead;
                    let batch = [commit(0, 1, 1)];
                    prop_assert_eq!(log.append(next, &batch), model.append(next, &batch));
                }
                Step::Read(from, max) => {
                    let (found, expected) = (log.read(from, max), model.read(from, max));
                    prop_assert_eq!(shape(&found.unwrap()), shape(&expected.unwrap()));
                }
                Step::Reopen => {
                    drop(log);
                    let (opened, recovery) = open(&storage).unwrap();
                    prop_assert_eq!(recovery, Recovery { created: false, torn_tail: None });
                    log = opened;
                }
            }
            prop_assert_eq!(log.head(), model.head());
        }
        let expected = model.read(0, usize::MAX).unwrap();
        prop_assert_eq!(shape(&all(&log.reader())), shape(&expected));
        prop_assert_eq!(verify_on(&storage, &mut |_| ()).unwrap().head, model.head());
        for from in 0..model.head().next {
            let from_here = log.reader().scan(from).next().unwrap().unwrap();
            prop_assert!(from_here.first <= from && from < from_here.next());
        }
    }
}
