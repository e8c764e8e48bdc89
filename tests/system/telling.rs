//! What a plugin is told of classifications: put off while its system is away, in order for each subject,
//! and a dead letter where it says no.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use serde_json::{Value, json};
use shouxin_core::actor::SubjectKey;
use shouxin_core::id::Position;
use shouxin_server::dispatch::message;
use shouxin_server::plugins::{PluginsFile, Step};
use shouxin_tests::cases::{Case, PROCUREMENT, accepted, each, object};
use shouxin_tests::running::{FIRST, Running};

use crate::exactly_once::{checked, lines, with_a_journal};

/// Subjects of whom it is told twice: of the listing, and of its suspension.
const SUBJECTS: u32 = 24;

fn started(folder: &Path, settings: &str) -> Running {
    let file = folder.join("plugins.toml");
    std::fs::write(&file, with_a_journal("", settings)).expect("plugins.toml");
    let file = PluginsFile::read(&file).expect("plugins.toml");
    Running::with(FIRST, &folder.join("data"), file)
}

fn shown(running: &Running, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let of = |body: &Value| body["plugins"][0].clone();
    of(&running.operator().until("/v1/plugins", what, |body| holds(&of(body))))
}

/// Listings of each subject, and then an objection to each.
fn changed_twice(running: &Running) -> Vec<Case> {
    let made = accepted(running, &[(&PROCUREMENT, 1..SUBJECTS + 1)]).remove(0);
    each(0..SUBJECTS, |number| object(running, &made[number as usize]));
    made
}

/// What the journal says of changes, in its order: where in the log, and what came of it.
fn told(data: &Path) -> Vec<(u64, String)> {
    let lines = lines(data);
    let own = lines.iter().filter_map(|line| line.strip_prefix("classified/"));
    let own = own.filter_map(|line| line.split_once(' '));
    own.map(|(at, what)| (at.parse().expect("a position"), what.to_owned())).collect()
}

#[test]
fn a_change_that_is_put_off_is_not_lost_and_no_later_one_of_the_same_subject_overtakes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let running = started(folder.path(), "told_once = \"up\"\n");
    // Both changes of some subjects stand in the first part that it is told.
    let reason = "稍候 / in a moment".to_owned();
    running.took(Step::Pause { name: "faulty".to_owned(), reason });
    changed_twice(&running);
    running.took(Step::Resume { name: "faulty".to_owned() });
    shown(&running, "put off", |_| told(&data).len() > 3 * SUBJECTS as usize);
    let waits = shown(&running, "waiting", |own| own["lag"]["count"] == json!(2 * SUBJECTS));
    assert_eq!(waits["dead_letters"]["information"]["count"], json!(0), "{waits}");
    assert!(told(&data).iter().all(|(_, what)| what == "Later"));

    File::create(data.join("plugin-data").join("faulty").join("up")).expect("a file");
    let done = shown(&running, "told", |own| own["lag"]["count"] == json!(0));
    assert_eq!(done["dead_letters"]["information"]["count"], json!(0), "{done}");
    let all = told(&data);
    let told_of: Vec<u64> =
        all.iter().filter(|(_, what)| what == "Told").map(|(at, _)| *at).collect();
    let mut by_subject: BTreeMap<SubjectKey, Vec<u64>> = BTreeMap::new();
    for at in &told_of {
        let event = message::event(&running.engine, Position::local(*at)).expect("an event");
        by_subject.entry(event.subject.expect("a subject")).or_default().push(*at);
    }
    assert_eq!((told_of.len(), by_subject.len()), (2 * SUBJECTS as usize, SUBJECTS as usize));
    assert!(by_subject.values().all(|own| own.is_sorted()), "{by_subject:?}");
    // Nothing of a subject was even asked before what came earlier had been told.
    for own in by_subject.values() {
        let [first, second] = own.as_slice() else { panic!("two each: {own:?}") };
        let told_at = all.iter().position(|(at, what)| at == first && what == "Told");
        let asked_at = all.iter().position(|(at, _)| at == second);
        assert!(told_at < asked_at, "{first} and {second}");
    }
    drop(running);
    checked(&data);
}

#[test]
fn a_change_that_its_plugin_refuses_is_a_dead_letter_and_holds_up_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let never = shouxin_server::demo::sample::code("91", 3);
    let running = started(folder.path(), &format!("never_told = {never:?}\n"));
    changed_twice(&running);
    let dead = shown(&running, "told of all but two", |own| {
        own["lag"]["count"] == json!(0) && own["dead_letters"]["information"]["count"] == json!(2)
    });
    assert_eq!(dead["restarts"], json!(0), "{dead}");
    let all = told(&data);
    let told_of = all.iter().filter(|(_, what)| what == "Told").count();
    assert_eq!((told_of, all.len()), (2 * SUBJECTS as usize - 2, 2 * SUBJECTS as usize));
    drop(running);
    checked(&data);
}
