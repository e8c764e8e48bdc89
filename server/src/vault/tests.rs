//! The vault as its callers use it, with real files.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::thread;

use proptest::prelude::*;

use super::ring::BLOCK_SLOTS;
use super::*;

fn new_vault() -> (tempfile::TempDir, Vault) {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    (dir, vault)
}

#[test]
fn a_sealed_text_opens_under_its_label_also_after_a_restart() {
    let (dir, vault) = new_vault();
    let slot = vault.allocate().unwrap();
    let clear = "异议理由：处罚决定已被撤销".as_bytes();
    let sealed = vault.seal(slot, "objection/7", clear).unwrap();
    assert!(sealed.is_stated());
    assert_eq!(sealed.clear_bytes as usize, clear.len());
    assert_eq!(vault.open_text(&sealed, "objection/7").unwrap().as_slice(), clear);
    let again = vault.seal(slot, "objection/7", clear).unwrap();
    assert_ne!((again.nonce, &again.bytes), (sealed.nonce, &sealed.bytes));
    drop(vault);
    let vault = Vault::open(dir.path()).unwrap();
    assert_eq!(vault.open_text(&sealed, "objection/7").unwrap().as_slice(), clear);
}

#[test]
fn another_label_slot_length_nonce_or_text_is_tampering() {
    let (_dir, vault) = new_vault();
    let (slot, other) = (vault.allocate().unwrap(), vault.allocate().unwrap());
    let sealed = vault.seal(slot, "name", b"text").unwrap();
    let refused = |changed: &Sealed, label| {
        matches!(vault.open_text(changed, label), Err(VaultError::Tampered { .. }))
    };
    assert!(refused(&sealed, "names"));
    assert!(refused(&Sealed { slot: other, ..sealed.clone() }, "name"));
    assert!(refused(&Sealed { clear_bytes: 5, ..sealed.clone() }, "name"));
    assert!(refused(&Sealed { nonce: [0; 24], ..sealed.clone() }, "name"));
    assert!(refused(&Sealed { bytes: Vec::new(), ..sealed.clone() }, "name"));
    for byte in 0..sealed.bytes.len() {
        let mut changed = sealed.clone();
        changed.bytes[byte] ^= 1;
        assert!(refused(&changed, "name"), "byte {byte}");
    }
}

#[test]
fn a_destroyed_key_is_gone_from_memory_and_disk_and_its_neighbours_are_not() {
    let (dir, vault) = new_vault();
    let slots = [(); 3].map(|()| vault.allocate().unwrap());
    let sealed = slots.map(|slot| vault.seal(slot, "t", b"text").unwrap());
    vault.destroy(slots[1]).unwrap();
    vault.destroy(slots[1]).unwrap();
    let check = |vault: &Vault| {
        let gone = vault.open_text(&sealed[1], "t");
        assert!(matches!(gone, Err(VaultError::Destroyed { slot }) if slot == slots[1]));
        assert!(matches!(vault.seal(slots[1], "t", b"x"), Err(VaultError::Destroyed { .. })));
        assert_eq!(vault.open_text(&sealed[0], "t").unwrap().as_slice(), b"text");
        assert_eq!(vault.open_text(&sealed[2], "t").unwrap().as_slice(), b"text");
    };
    check(&vault);
    drop(vault);
    check(&Vault::open(dir.path()).unwrap());
    let ring = fs::read(dir.path().join("ring")).unwrap();
    let at = (slots[1] as usize + 1) * 72;
    assert_eq!(ring[at..at + 72], [0; 72]);
}

#[test]
fn no_slot_is_given_twice_through_restarts_blocks_and_threads() {
    let dir = tempfile::tempdir().unwrap();
    let mut given = BTreeSet::new();
    for allocations in [1, BLOCK_SLOTS + 3, 0, 5] {
        let vault = Arc::new(Vault::open(dir.path()).unwrap());
        let workers = [(); 2].map(|()| {
            let vault = Arc::clone(&vault);
            thread::spawn(move || {
                (0..allocations).map(|_| vault.allocate().unwrap()).collect::<Vec<_>>()
            })
        });
        for slot in workers.into_iter().flat_map(|worker| worker.join().unwrap()) {
            assert!(given.insert(slot), "slot {slot} given twice");
        }
    }
    // The first, third and fourth start at a block boundary; the second fills two and more.
    assert!(given.contains(&BLOCK_SLOTS));
    assert_eq!(given.len() as u64, 2 * (1 + BLOCK_SLOTS + 3 + 5));
}

#[test]
fn a_block_half_prepared_at_a_crash_is_prepared_again() {
    let (dir, vault) = new_vault();
    let slot = vault.allocate().unwrap();
    let sealed = vault.seal(slot, "t", b"text").unwrap();
    drop(vault);
    let path = dir.path().join("ring");
    let mut ring = fs::read(&path).unwrap();
    ring.extend_from_slice(&[7; 100]);
    fs::write(&path, ring).unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    assert!(matches!(
        vault.seal(BLOCK_SLOTS, "t", b"x"),
        Err(VaultError::NoSlot { slots: BLOCK_SLOTS, .. })
    ));
    assert_eq!(vault.slots(), BLOCK_SLOTS);
    assert_eq!(vault.allocate().unwrap(), BLOCK_SLOTS);
    assert_eq!(vault.slots(), 2 * BLOCK_SLOTS);
    let next = vault.seal(BLOCK_SLOTS, "t", b"next").unwrap();
    assert_eq!(vault.open_text(&next, "t").unwrap().as_slice(), b"next");
    assert_eq!(vault.open_text(&sealed, "t").unwrap().as_slice(), b"text");
}

#[test]
fn a_damaged_or_exchanged_slot_does_not_open() {
    let (dir, vault) = new_vault();
    let (first, second) = (vault.allocate().unwrap(), vault.allocate().unwrap());
    drop(vault);
    let path = dir.path().join("ring");
    let mut ring = fs::read(&path).unwrap();
    let slot = |n: u64| (n as usize + 1) * 72..(n as usize + 2) * 72;
    let moved = ring[slot(second)].to_vec();
    ring[slot(first)].copy_from_slice(&moved);
    fs::write(&path, ring).unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    assert!(matches!(vault.seal(first, "t", b"x"), Err(VaultError::DamagedSlot { .. })));
    assert!(vault.seal(second, "t", b"x").is_ok());
}

#[test]
fn the_master_key_is_for_its_owner_alone() {
    let (dir, vault) = new_vault();
    drop(vault);
    let path = dir.path().join("master.key");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&dir.path().join("ring")), 0o600);
    for wide in [0o640, 0o604, 0o660, 0o700] {
        fs::set_permissions(&path, fs::Permissions::from_mode(wide)).unwrap();
        let error = Vault::open(dir.path()).err().unwrap();
        assert!(matches!(error, VaultError::MasterMode { mode, .. } if mode == wide), "{error}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    Vault::open(dir.path()).unwrap();
}

#[test]
fn a_master_key_that_is_missing_malformed_or_another_is_refused() {
    let (dir, vault) = new_vault();
    drop(vault);
    let path = dir.path().join("master.key");
    let good = fs::read(&path).unwrap();
    let bad: [Vec<u8>; 4] =
        [good[..63].to_vec(), [&good[..64], b"0"].concat(), vec![b'g'; 64], Vec::new()];
    for bad in bad {
        fs::write(&path, &bad).unwrap();
        let error = Vault::open(dir.path()).err().unwrap();
        assert!(matches!(error, VaultError::MasterMalformed { .. }), "{error}");
    }
    fs::write(&path, "0".repeat(64)).unwrap();
    let error = Vault::open(dir.path()).err().unwrap();
    assert!(error.to_string().contains("another master key"), "{error}");
    fs::remove_file(&path).unwrap();
    let error = Vault::open(dir.path()).err().unwrap();
    assert!(matches!(error, VaultError::MasterMissing { .. }), "{error}");
    assert!(!path.exists());
    // Editors drop or change the line end; that harms nothing.
    fs::write(&path, [&good[..64], b"\r\n"].concat()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    Vault::open(dir.path()).unwrap();
}

#[test]
fn a_ring_that_is_cut_or_of_another_kind_is_refused() {
    let (dir, vault) = new_vault();
    drop(vault);
    let path = dir.path().join("ring");
    let good = fs::read(&path).unwrap();
    for bad in [good[..71].to_vec(), vec![0; 72], Vec::new()] {
        fs::write(&path, bad).unwrap();
        let error = Vault::open(dir.path()).err().unwrap();
        assert!(matches!(error, VaultError::RingMalformed { .. }), "{error}");
    }
}

#[test]
fn keyed_hashes_are_stable_told_apart_by_purpose_and_depend_on_the_master_key() {
    let (dir, vault) = new_vault();
    let id = "11010519491231002X";
    let tag = vault.person_lookup(id);
    assert_ne!(tag, vault.api_key_hash(id));
    assert_ne!(tag, vault.request_tag(id.as_bytes()));
    assert_ne!(vault.request_tag(id.as_bytes()), vault.api_key_hash(id));
    assert_ne!(vault.idempotency_tag("a", "bc"), vault.idempotency_tag("ab", "c"));
    drop(vault);
    assert_eq!(Vault::open(dir.path()).unwrap().person_lookup(id), tag);
    assert_ne!(new_vault().1.person_lookup(id), tag);
}

#[test]
fn a_text_beyond_the_limit_is_refused_and_one_at_the_limit_is_not() {
    let (_dir, vault) = new_vault();
    let slot = vault.allocate().unwrap();
    let longest = vec![1; SEALED_BYTES_MAX as usize];
    let sealed = vault.seal(slot, "t", &longest).unwrap();
    assert_eq!(*vault.open_text(&sealed, "t").unwrap(), longest);
    let longer = vec![1; SEALED_BYTES_MAX as usize + 1];
    assert!(matches!(vault.seal(slot, "t", &longer), Err(VaultError::TooLong { .. })));
    assert!(matches!(vault.seal(u64::MAX, "t", b""), Err(VaultError::NoSlot { .. })));
}

#[test]
fn random_values_have_their_shape_and_do_not_repeat() {
    let secret = random_secret().unwrap();
    assert_eq!(secret.len(), 32);
    assert!(secret.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7')));
    assert_ne!(*secret, *random_secret().unwrap());
    assert_ne!(random_salt().unwrap(), random_salt().unwrap());
    assert_ne!(random_person_key().unwrap(), random_person_key().unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn any_text_under_any_label_comes_back(
        texts in prop::collection::vec(
            (".{0,20}", prop::collection::vec(any::<u8>(), 0..200)), 1..20,
        ),
    ) {
        let (_dir, vault) = new_vault();
        let slot = vault.allocate().unwrap();
        for (label, clear) in texts {
            let sealed = vault.seal(slot, &label, &clear).unwrap();
            prop_assert_eq!(&*vault.open_text(&sealed, &label).unwrap(), &clear);
        }
    }
}

#[test]
fn a_vault_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Vault>();
}
