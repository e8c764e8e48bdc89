//! The view against a map in memory: through freezing, flushing, reopening, copies and threads.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use proptest::prelude::*;

use super::store::Store;
use super::*;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

fn settings(overlay_rows_max: usize) -> ViewSettings {
    // Long, so that generations end where the tests end them.
    ViewSettings { cache_bytes: 1 << 20, overlay_rows_max, flush_interval_ms: 3_600_000 }
}

fn applied(next: u64) -> Applied {
    let mut chain = [0; 32];
    chain[..8].copy_from_slice(&next.to_be_bytes());
    if next == 0 { Applied::default() } else { Applied { next, chain } }
}

fn value(bytes: &[u8]) -> Option<Arc<[u8]>> {
    Some(Arc::from(bytes))
}

fn rows(page: Page) -> Vec<(Vec<u8>, Vec<u8>)> {
    page.into_iter().map(|(key, value)| (key, value.to_vec())).collect()
}

fn all(view: &View) -> (Applied, Model) {
    let snapshot = view.read();
    let page = snapshot.range(b"", None, usize::MAX).unwrap();
    (snapshot.applied(), rows(page).into_iter().collect())
}

#[derive(Clone, Debug)]
enum Step {
    Publish(Vec<(Vec<u8>, Option<Vec<u8>>)>),
    Get(Vec<u8>),
    Page { prefix: Vec<u8>, from: Option<Vec<u8>>, limit: usize, reverse: bool },
    Flush,
    Reopen { flush: bool },
}

/// Few keys, so that rows are replaced and removed in every generation; the highest byte a key
/// may begin with and the highest of all, so that prefixes end in every way.
fn key() -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(vec![0, b'a', b'b', 0xfe]), tail(2)).prop_map(|(first, mut tail)| {
        tail.insert(0, first);
        tail
    })
}

fn tail(len_max: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0, b'a', 0xfe, 0xff]), 0..=len_max)
}

fn step() -> impl Strategy<Value = Step> {
    let change = (key(), prop::option::weighted(0.7, prop::collection::vec(any::<u8>(), 0..4)));
    let page = (tail(3), prop::option::of(tail(3)), 0..9_usize, any::<bool>());
    prop_oneof![
        12 => prop::collection::vec(change, 0..6).prop_map(Step::Publish),
        4 => key().prop_map(Step::Get),
        8 => page.prop_map(|(prefix, from, limit, reverse)| {
            Step::Page { prefix, from, limit, reverse }
        }),
        2 => Just(Step::Flush),
        1 => any::<bool>().prop_map(|flush| Step::Reopen { flush }),
    ]
}

/// What a page should be, computed the slow way.
fn model_page(
    model: &Model,
    prefix: &[u8],
    from: Option<&[u8]>,
    limit: usize,
    reverse: bool,
) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut page: Vec<_> = model
        .iter()
        .filter(|(key, _)| key.starts_with(prefix))
        .filter(|(key, _)| match from {
            Some(before) if reverse => key.as_slice() < before,
            Some(after) => key.as_slice() > after,
            None => true,
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if reverse {
        page.reverse();
    }
    page.truncate(limit);
    page
}

fn apply(model: &mut Model, changes: &[(Vec<u8>, Option<Vec<u8>>)]) {
    for (key, value) in changes {
        match value {
            Some(value) => model.insert(key.clone(), value.clone()),
            None => model.remove(key),
        };
    }
}

fn as_changes(changes: Vec<(Vec<u8>, Option<Vec<u8>>)>) -> Changes {
    changes.into_iter().map(|(key, bytes)| (key, bytes.map(Arc::from))).collect()
}

/// Runs steps on a view and on the model. `history[n]` is the model after `n` commits, so that a
/// view that lost its unflushed commits is compared with the state it claims to have.
fn run(steps: Vec<Step>, overlay_rows_max: usize) -> Result<(), TestCaseError> {
    let dir = tempfile::tempdir().unwrap();
    let open = || View::open(dir.path(), settings(overlay_rows_max)).unwrap();
    let mut view = open();
    let mut history = vec![Model::new()];
    for step in steps {
        let model = history.last().unwrap();
        match step {
            Step::Publish(changes) => {
                let mut model = model.clone();
                apply(&mut model, &changes);
                view.publish(as_changes(changes), applied(history.len() as u64)).unwrap();
                history.push(model);
            }
            Step::Get(key) => {
                let found = view.read().get(&key).unwrap();
                prop_assert_eq!(found.as_deref(), model.get(&key).map(Vec::as_slice));
            }
            Step::Page { prefix, from, limit, reverse } => {
                let snapshot = view.read();
                let page = if reverse {
                    snapshot.range_reverse(&prefix, from.as_deref(), limit)
                } else {
                    snapshot.range(&prefix, from.as_deref(), limit)
                };
                let expected = model_page(model, &prefix, from.as_deref(), limit, reverse);
                prop_assert_eq!(rows(page.unwrap()), expected);
            }
            Step::Flush => view.flush_now().unwrap(),
            Step::Reopen { flush: true } => {
                view.close().unwrap();
                view = open();
                prop_assert_eq!(view.applied(), applied(history.len() as u64 - 1));
            }
            Step::Reopen { flush: false } => {
                drop(view);
                view = open();
                let reached = view.applied().next as usize;
                prop_assert!(reached < history.len());
                history.truncate(reached + 1);
            }
        }
        let (at, found) = all(&view);
        prop_assert_eq!(at, applied(history.len() as u64 - 1));
        prop_assert_eq!(&found, history.last().unwrap());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn view_equals_the_model_through_freezing_flushing_and_reopening(
        steps in prop::collection::vec(step(), 1..60),
        overlay_rows_max in 1..12_usize,
    ) {
        run(steps, overlay_rows_max)?;
    }
}

/// Commit `n` writes `n` under every key of one row set and moves a second set by removing one
/// row and putting another, so a reader that saw half a commit would find two numbers or a wrong
/// count.
fn numbered_commit(n: u64, width: u64) -> Changes {
    let number = n.to_be_bytes();
    let mut changes: Changes = (0..width)
        .map(|row| ([b"same".as_slice(), &row.to_be_bytes()].concat(), value(&number)))
        .collect();
    let moving = |n: u64| [b"move".as_slice(), &n.to_be_bytes()].concat();
    changes.push((moving(n), value(&number)));
    if n > 1 {
        changes.push((moving(n - 1), None));
    }
    changes
}

fn assert_whole_commit(snapshot: &Snapshot<'_>, width: u64) {
    let n = snapshot.applied().next;
    assert_eq!(snapshot.applied(), applied(n));
    let same = rows(snapshot.range(b"same", None, usize::MAX).unwrap());
    let moved = rows(snapshot.range_reverse(b"move", None, usize::MAX).unwrap());
    if n == 0 {
        assert!(same.is_empty() && moved.is_empty());
        return;
    }
    assert_eq!(same.len() as u64, width);
    assert!(same.iter().all(|(_, number)| *number == n.to_be_bytes()), "commit {n}: {same:?}");
    assert_eq!(moved.len(), 1, "commit {n}");
    assert_eq!(moved[0].1, n.to_be_bytes());
}

#[test]
fn readers_see_only_whole_commits_while_rows_are_flushed() {
    const WIDTH: u64 = 7;
    let dir = tempfile::tempdir().unwrap();
    let view = View::open(dir.path(), settings(20)).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut last = 0;
                    while !done.load(Ordering::Acquire) {
                        let snapshot = view.read();
                        assert!(snapshot.applied().next >= last);
                        last = snapshot.applied().next;
                        assert_whole_commit(&snapshot, WIDTH);
                    }
                })
            })
            .collect();
        for n in 1..=400 {
            view.publish(numbered_commit(n, WIDTH), applied(n)).unwrap();
        }
        view.flush_now().unwrap();
        done.store(true, Ordering::Release);
        for reader in readers {
            reader.join().unwrap();
        }
    });
    view.close().unwrap();
    let view = View::open(dir.path(), settings(20)).unwrap();
    assert_eq!(view.applied(), applied(400));
    assert_whole_commit(&view.read(), WIDTH);
}

#[test]
fn a_snapshot_keeps_its_state_while_the_store_takes_the_frozen_rows() {
    let dir = tempfile::tempdir().unwrap();
    let view = View::open(dir.path(), settings(4)).unwrap();
    for n in 1..=3 {
        view.publish(numbered_commit(n, 4), applied(n)).unwrap();
        // The rows of this commit have just been frozen: the flusher works on them meanwhile.
        let snapshot = view.read();
        for _ in 0..50 {
            assert_eq!(snapshot.applied(), applied(n));
            assert_whole_commit(&snapshot, 4);
        }
    }
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The files as a killed process leaves them: everything flushed is there, nothing later has to.
#[test]
fn a_copy_taken_while_open_has_the_rows_of_the_position_it_claims() {
    const WIDTH: u64 = 5;
    let dir = tempfile::tempdir().unwrap();
    let live = dir.path().join("live");
    let view = View::open(&live, settings(30)).unwrap();
    for round in 1..=6_u64 {
        let flushed = round * 10;
        for n in flushed - 9..=flushed {
            view.publish(numbered_commit(n, WIDTH), applied(n)).unwrap();
        }
        view.flush_now().unwrap();
        // Fewer rows than a generation holds, so these stay in memory and the files at rest.
        let beyond = numbered_commit(flushed, WIDTH);
        view.publish(beyond, applied(flushed)).unwrap();

        let copy = dir.path().join(format!("copy-{round}"));
        copy_dir(&live, &copy);
        let reopened = View::open(&copy, settings(30)).unwrap();
        assert_eq!(reopened.applied(), applied(flushed));
        assert_whole_commit(&reopened.read(), WIDTH);
    }
}

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Copying file by file while the flusher writes is no state a disk was ever in. Such a copy may
/// be refused, but if it opens its rows are those of its position.
#[test]
fn a_copy_torn_by_the_flusher_is_right_or_refused() {
    const WIDTH: u64 = 5;
    let dir = tempfile::tempdir().unwrap();
    let live = dir.path().join("live");
    let view = View::open(&live, settings(6)).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = 0;
            while !done.load(Ordering::Acquire) {
                n += 1;
                view.publish(numbered_commit(n, WIDTH), applied(n)).unwrap();
            }
        });
        // Ends the writer also when a check below fails, or the scope would wait for ever.
        let _end = SetOnDrop(&done);
        for round in 0..8 {
            let copy = dir.path().join(format!("copy-{round}"));
            copy_dir(&live, &copy);
            match View::open(&copy, settings(6)) {
                // A page that the copy tore is an error when read, never other rows.
                Ok(reopened) if reopened.read().range(b"", None, usize::MAX).is_ok() => {
                    assert_whole_commit(&reopened.read(), WIDTH);
                }
                Ok(_) => {}
                Err(error) => assert!(matches!(error, ViewError::Unusable { .. }), "{error}"),
            }
        }
    });
}

/// Set for the child that `a_killed_process_leaves_whole_commits` starts: where its view is.
const CHILD_DIR: &str = "SHOUXIN_TEST_VIEW_DIR";
/// Enough rows that almost all of the child's time goes into writing them to the store, so that
/// a kill falls between two rows.
const CHILD_WIDTH: u64 = 3_000;
/// Each commit fills a generation.
const CHILD_ROWS: usize = 3_000;

/// The child: says each commit and publishes it, until it is killed. By itself it does nothing.
#[test]
fn child_that_publishes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else { return };
    let view = View::open(Path::new(&dir), settings(CHILD_ROWS)).unwrap();
    let mut n = view.applied().next;
    loop {
        n += 1;
        println!("commit {n}");
        view.publish(numbered_commit(n, CHILD_WIDTH), applied(n)).unwrap();
    }
}

/// Kills a writer in the middle of its flushes, over and over on the same files: what is there
/// afterwards is the state after some commit that was published, and never less than before.
#[test]
fn a_killed_process_leaves_whole_commits() {
    let dir = tempfile::tempdir().unwrap();
    let mut reached = 0;
    for round in 0..5_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                "view::tests::child_that_publishes_until_it_is_killed",
            ])
            .env(CHILD_DIR, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut published = reached;
        while published < reached + 4 + round {
            published = commit_said(&lines.next().unwrap().unwrap()).unwrap_or(published);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            published = commit_said(&line).unwrap_or(published);
        }
        let view = View::open(dir.path(), settings(CHILD_ROWS)).unwrap();
        assert!((reached..=published).contains(&view.applied().next));
        assert_whole_commit(&view.read(), CHILD_WIDTH);
        reached = view.applied().next;
    }
    assert!(reached > 0);
}

fn commit_said(line: &str) -> Option<u64> {
    line.strip_prefix("commit ")?.parse().ok()
}

#[test]
fn a_failed_write_stops_the_writer_and_keeps_what_readers_see() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, at) = Store::open(dir.path(), 1 << 20).unwrap();
    // The kernel refuses to sync a character device, so every batch fails at its last step.
    store.replace_sync(fs::File::open("/dev/null").unwrap());
    let view = View::start(store, at, settings(2)).unwrap();
    view.health().unwrap();
    view.publish(numbered_commit(1, 2), applied(1)).unwrap();
    let failed = view.flush_now();
    assert!(matches!(failed, Err(ViewError::Poisoned { .. })), "{failed:?}");
    let refused = view.publish(numbered_commit(2, 2), applied(2));
    assert!(matches!(refused, Err(ViewError::Poisoned { .. })), "{refused:?}");
    assert!(matches!(view.health(), Err(ViewError::Poisoned { .. })));
    assert_whole_commit(&view.read(), 2);
    assert_eq!(view.applied(), applied(1));
    assert!(view.close().is_err());
}

#[test]
fn rows_out_of_bounds_and_positions_going_back_are_refused_whole() {
    let dir = tempfile::tempdir().unwrap();
    let view = View::open(dir.path(), settings(10)).unwrap();
    view.publish(vec![(b"a".to_vec(), value(b"1"))], applied(5)).unwrap();
    let bad_keys = [vec![], vec![0xff, 1], vec![1; KEY_BYTES_MAX + 1]];
    for key in bad_keys {
        let changes = vec![(b"a".to_vec(), None), (key, value(b"x"))];
        assert!(matches!(view.publish(changes, applied(6)), Err(ViewError::Key { .. })));
    }
    let long = vec![(b"a".to_vec(), value(&vec![0; VALUE_BYTES_MAX + 1]))];
    assert!(matches!(view.publish(long, applied(6)), Err(ViewError::Value { .. })));
    let back = view.publish(vec![(b"a".to_vec(), None)], applied(4));
    assert!(matches!(back, Err(ViewError::OutOfOrder { next: 4, applied_next: 5 })));
    assert_eq!(all(&view), (applied(5), Model::from([(b"a".to_vec(), b"1".to_vec())])));
    assert_eq!(view.read().get(b"\xffapplied").unwrap(), None);
    assert_eq!(view.read().get(b"").unwrap(), None);
    let widest = vec![(vec![1; KEY_BYTES_MAX], value(&vec![7; VALUE_BYTES_MAX]))];
    view.publish(widest, applied(6)).unwrap();
    view.close().unwrap();
    let view = View::open(dir.path(), settings(10)).unwrap();
    assert_eq!(all(&view).1.len(), 2);
    assert!(view.size_on_disk().unwrap() > VALUE_BYTES_MAX as u64);
}

/// Waits for the flusher as long as it takes: the files change by themselves or the test hangs.
#[test]
fn a_generation_that_is_not_full_is_written_when_it_is_old() {
    let dir = tempfile::tempdir().unwrap();
    let live = dir.path().join("live");
    let often = ViewSettings { flush_interval_ms: 1, ..settings(1_000) };
    let view = View::open(&live, often).unwrap();
    for n in 1..=5 {
        view.publish(numbered_commit(n, 3), applied(n)).unwrap();
        while !view.is_flushed() {
            thread::yield_now();
        }
        // At rest now: nothing was published since.
        let copy = dir.path().join(format!("copy-{n}"));
        copy_dir(&live, &copy);
        let reopened = View::open(&copy, often).unwrap();
        assert_eq!(reopened.applied(), applied(n));
        assert_whole_commit(&reopened.read(), 3);
    }
}

#[test]
fn readers_see_only_whole_commits_while_old_generations_are_written() {
    let dir = tempfile::tempdir().unwrap();
    let often = ViewSettings { flush_interval_ms: 1, ..settings(30) };
    let view = View::open(dir.path(), often).unwrap();
    for n in 1..=300 {
        view.publish(numbered_commit(n, 7), applied(n)).unwrap();
        assert_whole_commit(&view.read(), 7);
    }
    view.close().unwrap();
    let view = View::open(dir.path(), often).unwrap();
    assert_eq!(view.applied(), applied(300));
    assert_whole_commit(&view.read(), 7);
}

#[test]
fn a_commit_without_rows_moves_the_position_to_disk() {
    let dir = tempfile::tempdir().unwrap();
    let view = View::open(dir.path(), settings(10)).unwrap();
    view.publish(Vec::new(), applied(3)).unwrap();
    view.close().unwrap();
    assert_eq!(View::open(dir.path(), settings(10)).unwrap().applied(), applied(3));
}

#[test]
fn a_view_on_another_thread_is_shared_without_ceremony() {
    fn shared<T: Send + Sync>() {}
    shared::<View>();
}
