//! Classifications made elsewhere: who hands them in, what replaces them, and that nothing of them
//! becomes the register's own.

use crate::kit;
use crate::kit::later::keeps;
use crate::kit::rules::{MARKET, PUBLIC_RATING, RATING, TAX, day};
use crate::kit::steps::*;
use crate::kit::table::{Asked, compare};
use crate::kit::{
    Post, Who, World, guard, machines, misfit, officer, organisation, party, person, timer,
};
use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::command::imported::ImportedCommand;
use shouxin_core::event::Capacity;
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::ImportedId;
use shouxin_core::row::social::{ImportedRow, SocialIndex, SocialKey, SocialRow};
use shouxin_core::row::{Index, Key, Row};
use shouxin_core::rules::SubjectKind;

fn tax() -> Who {
    officer(TAX, Post::Handler)
}

fn seeded() -> World {
    let mut world = World::new();
    world.must(&officer(MARKET, Post::Handler), &register(organisation(1)));
    world.must(&officer(MARKET, Post::Handler), &register_person(1, Capacity::Full));
    world
}

fn received(subject: SubjectKey, change: impl Fn(&mut ImportedCommand)) -> Command {
    let mut own = ImportedCommand::Receive {
        subject,
        standard: RATING.to_owned(),
        class_name: "B".to_owned(),
        decision_number: "税信〔2026〕1号".to_owned(),
        decided_on: day("2026-02-01"),
        valid_until: day("2026-03-10"),
    };
    change(&mut own);
    Command::Imported(own)
}

fn plain() -> Command {
    received(organisation(1), |_| {})
}

macro_rules! set {
    ($it:ident, $field:ident = $value:expr) => {
        match $it {
            ImportedCommand::Receive { $field, .. } => *$field = $value,
            ImportedCommand::Withdraw { .. } => panic!("not a receipt"),
        }
    };
}

fn newest(world: &World) -> ImportedId {
    kit::later::newest(world, |key| match key {
        Key::Social(SocialKey::Imported(id)) => Some(*id),
        _ => None,
    })
}

fn row(world: &World, id: ImportedId) -> &ImportedRow {
    match world.row(&Key::Social(SocialKey::Imported(id))) {
        Some(Row::Social(SocialRow::Imported(row))) => row,
        other => panic!("{id}: {other:?}"),
    }
}

fn first(world: &World) -> ImportedId {
    let found = world.index.iter().find_map(|entry| match entry {
        Index::Social(SocialIndex::SubjectImported(_, id)) => Some(*id),
        _ => None,
    });
    found.unwrap_or(ImportedId(world.next()))
}

fn withdraw(id: ImportedId) -> Command {
    Command::Imported(ImportedCommand::Withdraw { classification: id, reasons: text() })
}

#[test]
fn every_state_takes_what_it_may_and_nothing_else() {
    let none = seeded();
    let mut live = none.clone();
    live.must(&tax(), &plain());
    let mut superseded = live.clone();
    superseded.must(&tax(), &received(organisation(1), |it| set!(it, class_name = "A".to_owned())));
    let mut withdrawn = live.clone();
    withdrawn.must(&tax(), &withdraw(newest(&live)));
    let mut expired = live.clone();
    expired.pass(9);
    let id = newest(&live);
    let kept = [&live, &superseded, &withdrawn, &expired].map(|world| keeps(world, id.0));
    assert_eq!(kept, [true, false, false, false], "it keeps the file while it is valid");
    let states = [
        ("none", none),
        ("live", live),
        ("superseded", superseded),
        ("withdrawn", withdrawn),
        ("expired", expired),
    ];
    let commands: [Asked<'_>; 3] = [
        ("receive", tax(), &|_| {
            received(organisation(1), |it| set!(it, valid_until = day("2026-12-31")))
        }),
        ("receive an earlier one", tax(), &|_| {
            received(organisation(1), |it| {
                set!(it, decided_on = day("2026-01-31"));
                set!(it, valid_until = day("2026-12-31"));
            })
        }),
        ("withdraw the first", tax(), &|world| withdraw(first(world))),
    ];
    compare(
        &machines::IMPORTED,
        &states,
        &commands,
        &[
            ("none", "receive", &["classification.received"]),
            ("live", "receive", &["classification.received"]),
            ("superseded", "receive", &["classification.received"]),
            ("withdrawn", "receive", &["classification.received"]),
            ("expired", "receive", &["classification.received"]),
            ("none", "receive an earlier one", &["classification.received"]),
            ("withdrawn", "receive an earlier one", &["classification.received"]),
            ("live", "withdraw the first", &["classification.withdrawn"]),
            ("expired", "withdraw the first", &["classification.withdrawn"]),
        ],
        &[("none", "withdraw the first", Ground::Misfit(Misfit::NotFound))],
    );
}

/// Covers O20, O06.
#[test]
fn only_its_author_under_a_standard_on_file() {
    let world = seeded();
    let command = |change: &dyn Fn(&mut ImportedCommand)| received(organisation(1), change);
    let value = misfit(Misfit::Value);
    let table: Vec<(&str, Who, Command, Ground)> = vec![
        ("not its author", officer(MARKET, Post::Handler), plain(), guard(Guard::Competent)),
        ("no officer", timer(), plain(), guard(Guard::Human)),
        ("the subject itself", party(organisation(1)), plain(), guard(Guard::Human)),
        ("no such standard", tax(), command(&|it| set!(it, standard = "x".to_owned())), value),
        ("no such class", tax(), command(&|it| set!(it, class_name = "C".to_owned())), value),
        ("no file", tax(), received(organisation(2), |_| {}), misfit(Misfit::NotFound)),
        ("a person", tax(), received(person(1), |_| {}), value),
        (
            "no number",
            tax(),
            command(&|it| set!(it, decision_number = " ".to_owned())),
            guard(Guard::Document),
        ),
        (
            "decided tomorrow",
            tax(),
            command(&|it| set!(it, decided_on = day("2026-03-03"))),
            guard(Guard::Document),
        ),
        (
            "over already",
            tax(),
            command(&|it| set!(it, valid_until = day("2026-03-01"))),
            guard(Guard::End),
        ),
        (
            "over before it was decided",
            tax(),
            command(&|it| {
                set!(it, decided_on = day("2026-03-02"));
                set!(it, valid_until = day("2026-03-02"));
            }),
            guard(Guard::End),
        ),
    ];
    for (what, who, command, ground) in table {
        assert_eq!(world.refused(&who, &command), ground, "{what}");
    }
    let mut later = world.clone();
    later.today = day("2026-03-20");
    let long = received(organisation(1), |it| set!(it, valid_until = day("2026-12-31")));
    assert_eq!(later.refused(&tax(), &long), guard(Guard::Basis), "the standard was repealed");

    let mut world = world;
    world.must(&tax(), &plain());
    let id = newest(&world);
    let ground = world.refused(&officer(MARKET, Post::Handler), &withdraw(id));
    assert_eq!(ground, guard(Guard::Competent));
    let bare = ImportedCommand::Withdraw { classification: id, reasons: no_text() };
    assert_eq!(world.refused(&tax(), &Command::Imported(bare)), guard(Guard::Document));
}

/// A later decision replaces the same author's under the same standard and no other; a day ends it
/// for every reader without any event; the subject's own marks never change.
/// Covers O20.
#[test]
fn it_is_replaced_by_its_author_and_ended_by_its_date() {
    let mut world = seeded();
    world.must(&tax(), &plain());
    let old = newest(&world);
    let other = received(organisation(1), |it| set!(it, standard = PUBLIC_RATING.to_owned()));
    world.must(&tax(), &other);
    let public = newest(&world);
    world.must(&tax(), &received(organisation(1), |it| set!(it, class_name = "A".to_owned())));
    let new = newest(&world);
    assert_eq!(row(&world, old).superseded_by, Some(new));
    assert_eq!(row(&world, public).superseded_by, None);
    assert_eq!(row(&world, new).state(day("2026-03-10")), "in_force");
    assert_eq!(row(&world, new).state(day("2026-03-11")), "expired");
    assert_eq!(
        (row(&world, new).author.as_str(), row(&world, new).standard.as_str()),
        (TAX, RATING)
    );
    assert_eq!(world.pass(30), Vec::<&str>::new(), "no timer has to say so");
    match world.row(&Key::Subject(organisation(1))) {
        Some(Row::Subject(head)) => assert_eq!(head.marks, Vec::new()),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.replayed().rows, world.rows);
}

#[test]
fn a_standard_is_for_kinds_of_organisations_and_its_class_holds_through_today() {
    let mut world = seeded();
    let own = received(organisation(1), |it| set!(it, valid_until = world.today));
    assert!(world.ask(&tax(), &own).is_ok());
    let mut rules = kit::rules::rules().clone();
    for standard in &mut rules.standards {
        standard.subjects.push(SubjectKind::NaturalPerson);
        standard.subjects.retain(|kind| *kind != SubjectKind::Enterprise);
    }
    world.rules = std::sync::Arc::new(rules);
    for subject in [organisation(1), person(1)] {
        let own = received(subject, |_| {});
        assert_eq!(world.refused(&tax(), &own), misfit(Misfit::Value), "{subject}");
    }
}
