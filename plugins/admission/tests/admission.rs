//! Who is admitted and who is not, each refusal by its name.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use shouxin_plugin_admission::{
    Admitted, Date, Draft, KeyPair, Manifest, RefusalCode, Revoked, Trust, TrustKey, generate,
    sign, signer,
};

const LIBRARY: [u8; 32] = [7; 32];

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn manifest() -> Manifest {
    let draft = Draft::parse(
        "name = 'procurement'\nversion = '1.2.0'\ndepartment = 'procurement'\nmeasures = ['M-A17', \
         'M-A18']\nvalid_from = '2026-01-01'\nvalid_until = '2027-12-31'\n",
    );
    draft.unwrap().of(LIBRARY, (1, 1)).unwrap()
}

fn trusting(department: &str, keys: &[&KeyPair], revoked: &[Revoked]) -> Trust {
    let keys = keys.iter().map(|key| key.public.clone()).collect();
    Trust::new(&[TrustKey { department: department.to_owned(), keys }], revoked).unwrap()
}

fn admit(trust: &Trust, note: &[u8], on: &str) -> Result<Admitted, RefusalCode> {
    trust.admit(note, LIBRARY, day(on)).map_err(|refusal| {
        assert!(refusal.detail.chars().any(|c| c > '\u{2e80}'), "in Chinese too: {refusal}");
        refusal.code
    })
}

#[test]
fn what_a_trusted_key_signed_is_admitted_while_it_is_valid() {
    let key = generate("procurement-2026").unwrap();
    let trust = trusting("procurement", &[&key], &[]);
    let note = sign(&manifest(), &key.private).unwrap();
    let admitted = admit(&trust, &note, "2026-01-01").unwrap();
    assert_eq!(admitted.manifest, manifest());
    assert_eq!(admitted.key_id, signer(&key.private).unwrap());
    assert!(admit(&trust, &note, "2027-12-31").is_ok());
    assert_eq!(admit(&trust, &note, "2025-12-31").unwrap_err(), RefusalCode::NotYetValid);
    assert_eq!(admit(&trust, &note, "2028-01-01").unwrap_err(), RefusalCode::Expired);
    assert!(trust.known(&note, LIBRARY).is_ok(), "what was deployed is known after its last day");
}

#[test]
fn a_key_signs_for_its_own_department_only() {
    let (ours, theirs) = (generate("a").unwrap(), generate("b").unwrap());
    let note = sign(&manifest(), &theirs.private).unwrap();
    let of_another = trusting("market", &[&theirs], &[]);
    assert_eq!(admit(&of_another, &note, "2026-06-01").unwrap_err(), RefusalCode::UnknownKey);
    let trust = trusting("procurement", &[&ours], &[]);
    assert_eq!(admit(&trust, &note, "2026-06-01").unwrap_err(), RefusalCode::UnknownKey);
}

#[test]
fn a_manifest_is_about_one_library() {
    let key = generate("procurement-2026").unwrap();
    let trust = trusting("procurement", &[&key], &[]);
    let note = sign(&manifest(), &key.private).unwrap();
    let refusal = trust.admit(&note, [8; 32], day("2026-06-01")).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::OtherLibrary);
    assert!(refusal.detail.contains(&"07".repeat(32)) && refusal.detail.contains(&"08".repeat(32)));
}

#[test]
fn what_was_revoked_is_refused_with_the_reason() {
    let key = generate("procurement-2026").unwrap();
    let note = sign(&manifest(), &key.private).unwrap();
    let reason = || "私钥泄露 / the key leaked".to_owned();
    let library = Revoked { sha256: Some("07".repeat(32)), key: None, reason: reason() };
    let by_id = Revoked { sha256: None, key: signer(&key.private).ok(), reason: reason() };
    let whole = Revoked { sha256: None, key: Some(key.public.clone()), reason: reason() };
    for (revoked, code) in [
        (library, RefusalCode::RevokedLibrary),
        (by_id, RefusalCode::RevokedKey),
        (whole, RefusalCode::RevokedKey),
    ] {
        let trust = trusting("procurement", &[&key], &[revoked]);
        let refusal = trust.known(&note, LIBRARY).unwrap_err();
        assert_eq!(refusal.code, code);
        assert!(refusal.detail.contains("私钥泄露"), "{refusal}");
    }
}

/// A line that was pasted twice, in one entry or in two, had every plugin of its department refused.
#[test]
fn a_key_that_stands_there_twice_counts_once() {
    let key = generate("procurement-2026").unwrap();
    let note = sign(&manifest(), &key.private).unwrap();
    let entry = |keys: Vec<String>| TrustKey { department: "procurement".to_owned(), keys };
    let own = || key.public.clone();
    let spaced = format!("  {}\n", key.public);
    for entries in [
        vec![entry(vec![own(), own()])],
        vec![entry(vec![own()]), entry(vec![own()])],
        vec![entry(vec![own(), spaced])],
    ] {
        let trust = Trust::new(&entries, &[]).unwrap();
        assert!(admit(&trust, &note, "2026-06-01").is_ok(), "{entries:?}");
    }
}

/// A signature names its key by name and id, of 4 bytes: of two that share both nobody knows which is meant.
#[test]
fn two_keys_of_one_name_and_id_are_refused_by_their_entry() {
    let one = "twins+8048a38d+AbPibTOBJJi7cdLbtpAS9EETcFpxQZ8Oh903pfAvQMbr".to_owned();
    let two = "twins+8048a38d+ASPfnMGXv0Ax3Jqmv++e9abLOSZu23RDpt795D4iyOoJ".to_owned();
    let entry = |department: &str, key: &str| TrustKey {
        department: department.to_owned(),
        keys: vec![key.to_owned()],
    };
    let error = Trust::new(&[entry("tax", &one), entry("tax", &two)], &[]).unwrap_err().to_string();
    assert!(error.contains("[[trust]] 2 (tax)") && error.contains("twins+8048a38d"), "{error}");
    // What two departments trust are two lists.
    assert!(Trust::new(&[entry("tax", &one), entry("market", &two)], &[]).is_ok());
    // Another id under the same name is another key: a department renews its key so.
    let renewed = generate("twins").unwrap().public;
    assert!(Trust::new(&[entry("tax", &one), entry("tax", &renewed)], &[]).is_ok());
}

#[test]
fn entries_that_cannot_be_used_are_named() {
    let key = TrustKey { department: "market".to_owned(), keys: vec!["x+y".to_owned()] };
    let error = Trust::new(&[key], &[]).unwrap_err().to_string();
    assert!(error.contains("[[trust]] 1 (market)"), "{error}");
    let malformed = [
        (None, None),
        (Some("zz"), None),
        (None, Some("name")),
        (None, Some("name+1a2b3c4")),
        (None, Some("name+0x1a2b3c")),
        (None, Some("name +1a2b3c4d0")),
        (None, Some("name+")),
    ];
    for (sha256, key) in malformed {
        let (sha256, key) = (sha256.map(str::to_owned), key.map(str::to_owned));
        let entry = Revoked { sha256, key, reason: String::new() };
        let error = Trust::new(&[], &[entry]).unwrap_err().to_string();
        assert!(error.contains("[[revoked]] 1"), "{error}");
    }
    // A key that nobody trusts any more may stay on the list.
    let gone =
        Revoked { sha256: None, key: Some("gone+1A2B3C4D".to_owned()), reason: "-".to_owned() };
    assert!(Trust::new(&[], &[gone]).is_ok());
}

#[test]
fn manifests_that_cannot_be_are_refused_by_field() {
    let bad = |from: &str, to: &str| {
        let text = manifest().text().replace(from, to);
        assert_ne!(text, manifest().text(), "{from}");
        Manifest::parse(&text).unwrap_err().to_string()
    };
    assert!(bad("manifest v1", "manifest v2").contains("v2"));
    assert!(bad("name procurement", "name Procurement").contains("name"));
    assert!(bad("measures M-A17 M-A18", "measures M-A17  M-A18").contains("measures"));
    assert!(bad("abi 1.1", "abi 1").contains("line 7"));
    assert!(bad("abi 1.1", "abi 01.1").contains("one form"));
    assert!(bad("2026-01-01 2027-12-31", "2027-12-31 2026-01-01").contains("valid"));
    assert!(bad("2027-12-31\n", "2027-12-31\nfields names\n").contains("line 9"));
    assert!(bad("sha256 0707", "sha256 07").contains("line 6"));
    assert!(Draft::parse("name = 'x'").is_err());
}

proptest! {
    /// A note of which one byte was changed admits nothing, and panics nowhere.
    #[test]
    fn no_changed_byte_is_admitted(place in 0usize..1000, flip in 1u8..=255) {
        let key = generate("procurement-2026").unwrap();
        let trust = trusting("procurement", &[&key], &[]);
        let mut note = sign(&manifest(), &key.private).unwrap();
        let place = place % note.len();
        note[place] ^= flip;
        if let Ok(admitted) = trust.admit(&note, LIBRARY, day("2026-06-01")) {
            // The last bits of base64 padding may differ without a meaning; the text may not.
            prop_assert_eq!(admitted.manifest, manifest());
        }
    }

    #[test]
    fn any_bytes_are_refused_in_order(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let trust = Trust::new(&[], &[]).unwrap();
        prop_assert_eq!(trust.known(&bytes, LIBRARY).unwrap_err().code, RefusalCode::Malformed);
    }
}
