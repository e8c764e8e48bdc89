//! The store alone: its markers, and writes cut short at every step.

use super::*;

#[test]
fn marker_round_trips_and_refuses_any_changed_bit() {
    let applied = Applied { next: 7, chain: [9; 32] };
    let good = encode_marker(applied);
    assert_eq!(decode_marker(&good), Ok(applied));
    for bit in 0..MARKER_BYTES * 8 {
        let mut bad = good;
        bad[bit / 8] ^= 1 << (bit % 8);
        assert!(decode_marker(&bad).is_err(), "bit {bit}");
    }
    assert!(decode_marker(&good[..47]).is_err());
}

#[test]
fn marker_of_another_schema_or_missing_marker_is_unusable() {
    let dir = tempfile::tempdir().unwrap();
    let (store, applied) = Store::open(dir.path(), 1 << 20).unwrap();
    assert_eq!(applied, Applied::default());
    store.db.insert(b"row", b"without a marker").unwrap();
    store.db.remove(MARKER_KEY).unwrap();
    assert!(matches!(store.recover(), Err(ViewError::Unusable { .. })));

    let mut other = encode_marker(Applied { next: 3, chain: [1; 32] });
    other[..4].copy_from_slice(&(SCHEMA + 1).to_be_bytes());
    let crc = crc32c::crc32c(&other[..44]);
    other[44..].copy_from_slice(&crc.to_be_bytes());
    store.db.insert(MARKER_KEY, &other[..]).unwrap();
    drop(store);
    let error = Store::open(dir.path(), 1 << 20).err().unwrap();
    assert!(error.to_string().contains("schema 2"), "{error}");
}

#[test]
fn snapshot_left_by_a_killed_opening_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let applied = Applied { next: 1, chain: [2; 32] };
    let (store, _) = Store::open(dir.path(), 1 << 20).unwrap();
    store.write(&Rows::from([(b"a".to_vec(), Some(Arc::from(&b"1"[..])))]), applied).unwrap();
    drop(store);
    fs::write(dir.path().join("snap.00000000FFFFFFFF.generating"), b"").unwrap();
    let (store, reopened) = Store::open(dir.path(), 1 << 20).unwrap();
    assert_eq!(reopened, applied);
    assert_eq!(store.get(b"a").unwrap().as_deref(), Some(&b"1"[..]));
}

fn row(key: &str, value: Option<&str>) -> (Vec<u8>, Option<Arc<[u8]>>) {
    (key.into(), value.map(|value| Arc::from(value.as_bytes())))
}

/// Where a write may be cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    Saved,
    Begun,
    Rows(usize),
    Marked,
}

/// A store at `BEFORE`, and then a write to `AFTER` up to the cut. The files stay as a
/// killed process would leave them.
fn cut_short(dir: &Path, cut: Cut) {
    let old = Rows::from([row("a", Some("1")), row("b", Some("1")), row("c", Some("1"))]);
    let new = Rows::from([row("a", Some("2")), row("b", None), row("d", Some("2"))]);
    let (store, _) = Store::open(dir, 1 << 20).unwrap();
    store.write(&old, BEFORE).unwrap();
    redo::save(dir, &new, BEFORE, AFTER).unwrap();
    if cut == Cut::Saved {
        return;
    }
    store.begin(AFTER).unwrap();
    match cut {
        Cut::Rows(rows) => store.put_rows(new.iter().take(rows)).unwrap(),
        Cut::Marked => {
            store.put_rows(&new).unwrap();
            store.finish(AFTER).unwrap();
            // As if the removal of the file had not reached the disk.
            redo::save(dir, &new, BEFORE, AFTER).unwrap();
        }
        Cut::Saved | Cut::Begun => {}
    }
}

const BEFORE: Applied = Applied { next: 4, chain: [4; 32] };
const AFTER: Applied = Applied { next: 8, chain: [8; 32] };
const CUTS: [Cut; 7] =
    [Cut::Saved, Cut::Begun, Cut::Rows(0), Cut::Rows(1), Cut::Rows(2), Cut::Rows(3), Cut::Marked];

#[test]
fn a_write_cut_short_anywhere_is_brought_to_its_end() {
    for cut in CUTS {
        let dir = tempfile::tempdir().unwrap();
        cut_short(dir.path(), cut);
        let (store, applied) = Store::open(dir.path(), 1 << 20).unwrap();
        assert_eq!(applied, AFTER, "{cut:?}");
        let found = ["a", "b", "c", "d"].map(|key| store.get(key.as_bytes()).unwrap());
        assert_eq!(
            found.map(|value| value.map(|value| value.to_vec())),
            [Some(b"2".to_vec()), None, Some(b"1".to_vec()), Some(b"2".to_vec())],
            "{cut:?}"
        );
        assert_eq!(redo::load(dir.path()).unwrap(), None);
        assert_eq!(store.position_at(WRITING_KEY).unwrap(), None);
    }
}

#[test]
fn a_write_cut_short_without_its_redo_file_makes_the_store_unusable() {
    for cut in CUTS {
        let dir = tempfile::tempdir().unwrap();
        cut_short(dir.path(), cut);
        redo::remove(dir.path()).unwrap();
        match Store::open(dir.path(), 1 << 20) {
            Ok((_, applied)) if cut == Cut::Saved => assert_eq!(applied, BEFORE),
            Ok((_, applied)) if cut == Cut::Marked => assert_eq!(applied, AFTER),
            Ok((_, applied)) => panic!("{cut:?} opened at {applied:?}"),
            Err(error) => assert!(matches!(error, ViewError::Unusable { .. }), "{error}"),
        }
    }
}

/// The kernel refuses to sync a character device, so the write fails at its first sync.
#[test]
fn a_write_that_failed_is_ended_by_its_redo_file_and_by_nothing_else() {
    for redo_is_lost in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = Store::open(dir.path(), 1 << 20).unwrap();
        store.replace_sync(File::open("/dev/null").unwrap());
        let rows = Rows::from([row("a", Some("1"))]);
        assert!(matches!(store.write(&rows, AFTER), Err(ViewError::Store { .. })));
        drop(store);
        if redo_is_lost {
            redo::remove(dir.path()).unwrap();
        }
        match Store::open(dir.path(), 1 << 20) {
            Ok((store, applied)) if !redo_is_lost => {
                assert_eq!(applied, AFTER);
                assert_eq!(store.get(b"a").unwrap().as_deref(), Some(&b"1"[..]));
            }
            Err(ViewError::Unusable { .. }) if redo_is_lost => {}
            Ok((_, applied)) => panic!("opened at {applied:?}"),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_redo_file_that_never_got_its_name_is_no_redo_file() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path(), 1 << 20).unwrap());
    fs::write(dir.path().join(redo::REDO_FILE_NEW), b"half").unwrap();
    let (_, applied) = Store::open(dir.path(), 1 << 20).unwrap();
    assert_eq!(applied, Applied::default());
    assert!(!dir.path().join(redo::REDO_FILE_NEW).exists());
}

#[test]
fn a_redo_file_of_another_position_makes_the_store_unusable() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path(), 1 << 20).unwrap();
    let at = |next: u64| Applied { next, chain: [1; 32] };
    store.write(&Rows::new(), at(3)).unwrap();
    drop(store);
    redo::save(dir.path(), &Rows::new(), at(5), at(6)).unwrap();
    let error = Store::open(dir.path(), 1 << 20).err().unwrap();
    assert!(matches!(error, ViewError::Unusable { .. }), "{error}");
    assert!(error.to_string().contains("stands at event 3"), "{error}");
    destroy(dir.path()).unwrap();
    let (_, applied) = Store::open(dir.path(), 1 << 20).unwrap();
    assert_eq!(applied, Applied::default());
}

#[test]
fn destroy_removes_the_store_and_leaves_what_is_not_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let own = dir.path().join("view");
    drop(Store::open(&own, 1 << 20).unwrap());
    fs::write(own.join("notes.txt"), b"kept").unwrap();
    destroy(&own).unwrap();
    assert_eq!(entries(&own).unwrap(), vec![own.join("notes.txt")]);
    fs::remove_file(own.join("notes.txt")).unwrap();
    destroy(&own).unwrap();
    assert!(!own.exists());
    destroy(&own).unwrap();
}
