//! Documents as their callers use them, with real files.

use shouxin_core::actor::PersonKey;

use super::*;

struct Bench {
    dir: tempfile::TempDir,
    vault: Arc<Vault>,
    documents: Documents,
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(&dir.path().join("vault")).unwrap());
    let documents = Documents::open(&dir.path().join("documents"), vault.clone()).unwrap();
    Bench { dir, vault, documents }
}

impl Bench {
    fn owner(&self, number: u8) -> Owner {
        let subject = SubjectKey::Person(PersonKey([number; 16]));
        Owner { subject, slot: self.vault.allocate().unwrap() }
    }

    fn put(&self, owner: Owner, text: &str) -> Result<Stored, DocumentError> {
        self.documents.put(owner, Zeroizing::new(text.as_bytes().to_vec()))
    }

    fn reopen(&self) -> Documents {
        Documents::open(&self.dir.path().join("documents"), self.vault.clone()).unwrap()
    }

    fn path(&self, owner: Owner, stored: Stored) -> PathBuf {
        self.documents.path(owner.subject, &stored.sha256)
    }
}

const TEXT: &str = "送达回证：本文书由当事人签收";

#[test]
fn a_document_comes_back_by_its_digest_also_after_a_restart_and_twice_is_once() {
    let bench = bench();
    let owner = bench.owner(1);
    let stored = bench.put(owner, TEXT).unwrap();
    assert_eq!(stored.sha256, Digest::from(Sha256::digest(TEXT)));
    assert_eq!((stored.bytes, stored.kind, stored.fresh), (TEXT.len(), Kind::Text, true));
    assert!(!bench.put(owner, TEXT).unwrap().fresh);
    for documents in [&bench.documents, &bench.reopen()] {
        assert!(documents.has(owner, &stored.sha256).unwrap());
        let opened = documents.get(owner, &stored.sha256).unwrap();
        assert_eq!((opened.kind, &opened.clear[..]), (Kind::Text, TEXT.as_bytes()));
    }
    let file = fs::read(bench.path(owner, stored)).unwrap();
    assert!(!file.windows(12).any(|part| part == &TEXT.as_bytes()[..12]), "it is in clear");
    assert!(fs::read_dir(bench.dir.path().join("documents/incoming")).unwrap().next().is_none());
}

#[test]
fn the_same_bytes_for_two_subjects_are_two_files_and_neither_opens_for_the_other() {
    let bench = bench();
    let (one, two) = (bench.owner(1), bench.owner(2));
    let stored = bench.put(one, TEXT).unwrap();
    assert!(!bench.documents.has(two, &stored.sha256).unwrap());
    assert!(matches!(bench.documents.get(two, &stored.sha256), Err(DocumentError::Missing)));
    assert!(bench.put(two, TEXT).unwrap().fresh);
    assert_ne!(bench.path(one, stored), bench.path(two, stored));
    // A file that is moved under the name of another subject is no document of that subject.
    fs::copy(bench.path(one, stored), bench.path(two, stored)).unwrap();
    assert!(!bench.documents.has(two, &stored.sha256).unwrap());
    let moved = bench.documents.get(two, &stored.sha256);
    assert!(matches!(moved, Err(DocumentError::Damaged { .. })), "{moved:?}");
}

#[test]
fn an_erased_subject_is_named_as_such_and_the_other_copy_stays() {
    let bench = bench();
    let (one, two) = (bench.owner(1), bench.owner(2));
    let stored = bench.put(one, TEXT).unwrap();
    bench.put(two, TEXT).unwrap();
    bench.vault.destroy(one.slot).unwrap();
    assert!(matches!(bench.documents.get(one, &stored.sha256), Err(DocumentError::Erased)));
    assert!(matches!(bench.documents.has(one, &stored.sha256), Err(DocumentError::Erased)));
    assert!(matches!(bench.put(one, "新的文书"), Err(DocumentError::Erased)));
    assert!(bench.documents.get(two, &stored.sha256).is_ok());
}

#[test]
fn any_changed_byte_is_found_on_reading_and_the_original_heals_it() {
    let bench = bench();
    let owner = bench.owner(1);
    let stored = bench.put(owner, TEXT).unwrap();
    let path = bench.path(owner, stored);
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, changed).unwrap();
        let read = bench.documents.get(owner, &stored.sha256);
        assert!(matches!(read, Err(DocumentError::Damaged { .. })), "byte {at}: {read:?}");
    }
    for bytes in [0, 1, HEADER_BYTES, whole.len() - 1] {
        fs::write(&path, &whole[..bytes]).unwrap();
        assert!(!bench.documents.has(owner, &stored.sha256).unwrap(), "{bytes} bytes count");
        assert!(bench.documents.get(owner, &stored.sha256).is_err(), "{bytes} bytes open");
    }
    assert!(bench.put(owner, TEXT).unwrap().fresh);
    assert!(bench.documents.get(owner, &stored.sha256).is_ok());
}

#[test]
fn empty_too_large_and_unknown_bytes_leave_nothing_behind() {
    let bench = bench();
    let owner = bench.owner(1);
    assert!(matches!(bench.put(owner, ""), Err(DocumentError::Empty)));
    let large = Zeroizing::new(vec![b' '; DOCUMENT_BYTES_MAX + 1]);
    assert!(matches!(bench.documents.put(owner, large), Err(DocumentError::TooLarge(_))));
    assert!(matches!(bench.put(owner, "\u{7f}ELF"), Err(DocumentError::Unknown)));
    let largest = Zeroizing::new(vec![b' '; DOCUMENT_BYTES_MAX]);
    assert_eq!(bench.documents.put(owner, largest).unwrap().bytes, DOCUMENT_BYTES_MAX);
    let folders = fs::read_dir(bench.dir.path().join("documents")).unwrap().count();
    assert_eq!(folders, 2, "incoming, and the folder of the largest");
}

#[test]
fn what_an_upload_left_unfinished_is_removed_at_the_next_start() {
    let bench = bench();
    let incoming = bench.dir.path().join("documents/incoming/7");
    fs::write(&incoming, b"half").unwrap();
    bench.reopen();
    assert!(!incoming.exists());
}

#[test]
fn a_name_that_is_not_synced_yet_is_not_counted() {
    let bench = bench();
    let owner = bench.owner(1);
    let stored = bench.put(owner, TEXT).unwrap();
    lock(&bench.documents.unsynced).insert(bench.path(owner, stored));
    assert!(!bench.documents.has(owner, &stored.sha256).unwrap());
    assert!(bench.put(owner, TEXT).unwrap().fresh, "it is written anew");
    assert!(bench.documents.has(owner, &stored.sha256).unwrap());
}
