//! The store against a plain map, and against every way a write can be cut short.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn reopened(folder: &TempDir, store: Store<String>) -> Store<String> {
    drop(store);
    Store::open(folder.path(), "t").unwrap()
}

fn content(store: &Store<String>) -> BTreeMap<String, String> {
    store.iter().map(|(key, value)| (key.to_owned(), value.clone())).collect()
}

#[derive(Clone, Debug)]
enum Act {
    Put(u8, String),
    Remove(u8),
    Erase(u8),
    Reopen,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..6u8, "[a-z\n\"限]{0,8}").prop_map(|(key, value)| Act::Put(key, value)),
        2 => (0..6u8).prop_map(Act::Remove),
        1 => (0..6u8).prop_map(Act::Erase),
        1 => Just(Act::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn it_is_the_map_it_was_told_to_be(acts in proptest::collection::vec(act(), 0..40)) {
        let folder = TempDir::new().unwrap();
        let mut store = Store::<String>::open(folder.path(), "t").unwrap();
        let mut model = BTreeMap::new();
        for act in acts {
            match act {
                Act::Put(key, value) => {
                    store.put(&key.to_string(), value.clone()).unwrap();
                    model.insert(key.to_string(), value);
                }
                Act::Remove(key) => {
                    store.remove(&key.to_string()).unwrap();
                    model.remove(&key.to_string());
                }
                Act::Erase(key) => {
                    store.erase(|found, _| found == key.to_string()).unwrap();
                    model.remove(&key.to_string());
                }
                Act::Reopen => store = reopened(&folder, store),
            }
            prop_assert_eq!(&content(&store), &model);
            let rest = store.iter_from("3").map(|(key, _)| key);
            prop_assert!(rest.eq(model.range("3".to_owned()..).map(|(key, _)| key.as_str())));
        }
        prop_assert_eq!(&content(&reopened(&folder, store)), &model);
    }
}

#[test]
fn cut_at_every_byte_it_holds_exactly_the_finished_puts() {
    let folder = TempDir::new().unwrap();
    let mut store = Store::<String>::open(folder.path(), "t").unwrap();
    let path = folder.path().join("t.store");
    let mut ends = vec![std::fs::metadata(&path).unwrap().len()];
    for number in 0..3 {
        store.put(&number.to_string(), format!("value {number}")).unwrap();
        ends.push(std::fs::metadata(&path).unwrap().len());
    }
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    for length in 0..=whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        let mut store = Store::<String>::open(folder.path(), "t").unwrap();
        let finished = ends.iter().filter(|end| **end <= length as u64).count().saturating_sub(1);
        assert_eq!(store.len(), finished, "cut at {length}");
        store.put("after", "x".into()).unwrap();
        assert_eq!(reopened(&folder, store).len(), finished + 1, "cut at {length}, then a put");
    }
}

#[test]
fn damage_before_the_last_line_is_named_and_kept() {
    let folder = TempDir::new().unwrap();
    let mut store = Store::<String>::open(folder.path(), "t").unwrap();
    store.put("a", "first".into()).unwrap();
    store.put("b", "second".into()).unwrap();
    drop(store);
    let path = folder.path().join("t.store");
    let text = std::fs::read_to_string(&path).unwrap().replace("first", "f1rst");
    std::fs::write(&path, &text).unwrap();
    let error = Store::<String>::open(folder.path(), "t").unwrap_err();
    assert!(matches!(error, StoreError::Damaged { line: 2, .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn what_is_erased_is_nowhere_in_the_folder() {
    let folder = TempDir::new().unwrap();
    let mut store = Store::<String>::open(folder.path(), "t").unwrap();
    store.put("a", "SECRET".into()).unwrap();
    store.put("a", "SECRET again".into()).unwrap();
    store.put("b", "public".into()).unwrap();
    store.remove("a").unwrap();
    let history = std::fs::read_to_string(folder.path().join("t.store")).unwrap();
    assert!(history.contains("SECRET"), "a removal keeps history, which is why erase exists");
    store.erase(|key, _| key == "a").unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("SECRET"));
    }
    assert_eq!(store.len(), 1);
}

#[test]
fn history_does_not_grow_for_ever() {
    let folder = TempDir::new().unwrap();
    let mut store = Store::<String>::open(folder.path(), "t").unwrap();
    for number in 0..2_500 {
        store.put("only", number.to_string()).unwrap();
    }
    let text = std::fs::read_to_string(folder.path().join("t.store")).unwrap();
    assert!(text.lines().count() <= HISTORY_LINES_MIN + 4, "{}", text.lines().count());
    assert_eq!(reopened(&folder, store).get("only").unwrap(), "2499");
}

#[test]
fn two_processes_do_not_share_it() {
    let folder = TempDir::new().unwrap();
    let _first = Store::<String>::open(folder.path(), "t").unwrap();
    let error = Store::<String>::open(folder.path(), "t").unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
}

#[test]
fn a_failed_write_leaves_the_old_entry_and_the_store_usable() {
    let folder = TempDir::new().unwrap();
    let mut store = Store::<String>::open(folder.path(), "t").unwrap();
    store.put("a", "old".into()).unwrap();
    // A descriptor that cannot be written stands for a disk that refuses.
    store.file = Some(File::open(folder.path().join("t.store")).unwrap());
    assert!(matches!(store.put("a", "new".into()), Err(StoreError::Io { .. })));
    assert_eq!(store.get("a").unwrap(), "old");
    store.put("a", "newer".into()).unwrap();
    assert_eq!(reopened(&folder, store).get("a").unwrap(), "newer");
}
