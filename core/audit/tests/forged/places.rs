//! Every check of the audit has its forgery: which module can name which guard or invariant is read
//! from the sources, so that a check nobody forges a log for cannot be added unseen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use shouxin_audit::Violation;

use super::*;

/// A module of the audit, as a file under `src/`, and a name it can say.
type Place = (String, &'static str);

/// The files under a folder, named from it.
fn sources(folder: &Path, under: &str, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|own| own.to_str()).expect("a name");
        let own = format!("{under}{name}");
        if path.is_dir() {
            sources(&path, &format!("{own}/"), found);
        } else {
            found.push((own, fs::read_to_string(&path).expect("a file")));
        }
    }
}

/// Code alone: without comments and imports.
fn code(text: &str) -> String {
    let lines = text.lines().map(|own| own.split("//").next().unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join("\n");
    let mut code = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("use ") {
        let (before, own) = rest.split_at(at);
        code.push_str(before);
        // An import ends with its semicolon; a word that ends in "use " is none.
        let import = before.is_empty() || before.ends_with(['\n', ' ']);
        rest = match own.split_once(';') {
            Some((_, after)) if import => after,
            _ => {
                code.push_str("use ");
                &own[4..]
            }
        };
    }
    code.push_str(rest);
    code
}

/// Names by the words that stand for them in the sources.
fn words() -> BTreeMap<String, &'static str> {
    let guards = Guard::ALL.iter().map(|own| (format!("Guard::{own:?}"), own.name()));
    let invariants = INVARIANTS.iter().map(|own| (own.0.replace('-', "_"), own.0));
    guards.chain(invariants).collect()
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Whether a word stands in a text as a whole.
fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// What the checks of `here.rs`, which every module shares, can name: by the check.
fn shared(
    text: &str,
    words: &BTreeMap<String, &'static str>,
) -> BTreeMap<String, BTreeSet<&'static str>> {
    let bodies: BTreeMap<String, &str> = text
        .split("fn ")
        .skip(1)
        .filter_map(|own| Some((own[..own.find(['(', '<'])?].to_owned(), own)))
        .collect();
    let direct = |body: &str| {
        let named = words.iter().filter(|own| holds(body, own.0));
        named.map(|own| *own.1).collect::<BTreeSet<_>>()
    };
    let mut found: BTreeMap<String, BTreeSet<&'static str>> =
        bodies.iter().map(|(name, body)| (name.clone(), direct(body))).collect();
    // One check may call another, and that a third.
    for _ in 0..bodies.len() {
        let before = found.clone();
        for (name, body) in &bodies {
            let called = before.iter().filter(|own| body.contains(&format!("self.{}(", own.0)));
            found.entry(name.clone()).or_default().extend(called.flat_map(|own| own.1));
        }
    }
    found.retain(|_, names| !names.is_empty());
    found
}

/// Every place that can name a violation.
fn places() -> BTreeSet<Place> {
    let mut files = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&folder, "", &mut files);
    let words = words();
    let here = files.iter().find(|own| own.0 == "here.rs").expect("it is there");
    let shared = shared(&code(&here.1), &words);
    let mut found = BTreeSet::new();
    for (file, text) in files.iter().filter(|own| !matches!(own.0.as_str(), "here.rs" | "names.rs"))
    {
        let code = code(text);
        let own = words.iter().filter(|own| holds(&code, own.0)).map(|own| *own.1);
        let called = shared.iter().filter(|own| code.contains(&format!("at.{}(", own.0)));
        let names = own.chain(called.flat_map(|own| own.1.iter().copied()));
        found.extend(names.map(|name| (file.clone(), name)));
    }
    found
}

fn said(violations: Vec<Violation>) -> impl Iterator<Item = Place> {
    violations.into_iter().map(|own| (own.said_at().0.to_owned(), own.name))
}

#[test]
fn every_check_of_every_module_has_its_forgery() {
    let mut reached: BTreeSet<Place> =
        table().iter().flat_map(|own| said(own.log.audit())).collect();
    reached.extend(reports::table().iter().flat_map(|own| said(own.told.audit())));
    let places = places();
    assert!(places.len() > 100, "the sources are not read as they are written");
    let unknown: Vec<&Place> = reached.difference(&places).collect();
    assert_eq!(unknown, Vec::<&Place>::new(), "the sources are not read as they are written");
    let missing: Vec<&Place> = places.difference(&reached).collect();
    assert_eq!(missing, Vec::<&Place>::new(), "of {}: nobody forges a log for these", places.len());
}
