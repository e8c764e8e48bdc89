//! Tolerant acceptance: every command in every state, who comes through the green channel, and
//! what can never be missing.

use crate::kit;
use crate::kit::later::after;
use crate::kit::rules::{HONOUR, OFFICE, TAX, cite, day};
use crate::kit::steps::*;
use crate::kit::table::{Asked, STATE, compare};
use crate::kit::tolerance::*;
use crate::kit::{
    Post, Who, World, guard, machines, misfit, officer, organisation, party, person, timer,
};
use shouxin_core::command::Command;
use shouxin_core::command::tolerance::{Missing, ToleranceCommand as C};
use shouxin_core::decide::clean_from;
use shouxin_core::event::tolerance::{GreenChannel, HandedIn};
use shouxin_core::event::{Finding, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{ListingId, RecordId, ToleranceId};
use shouxin_core::limits::{MISSING_DOCUMENTS_MAX, SHORT_TEXT_BYTES_MAX};
use shouxin_core::row::tolerance::ToleranceState;
use shouxin_core::row::{Due, Key};
use shouxin_core::text::Sealed;
use shouxin_core::time::Day;

fn of(world: &World) -> ToleranceId {
    let found = world.rows.keys().filter_map(|key| match key {
        Key::Tolerance(id) => Some(*id),
        _ => None,
    });
    found.max().unwrap_or(ToleranceId(world.next()))
}

fn opened() -> World {
    let world = World::seeded();
    after(&world, &handler(), &tolerate(&world, organisation(1)))
}

fn then(world: &World, who: &Who, command: impl Fn(&World, ToleranceId) -> Command) -> World {
    after(world, who, &command(world, of(world)))
}

fn states() -> Vec<(&'static str, World)> {
    let due = tolerance_row(&opened(), of(&opened())).due.day;
    let mut due_passed = opened();
    due_passed.today = due.plus_days(1);
    let mut overdue = opened();
    assert_eq!(overdue.go_to(due.plus_days(1)), ["tolerant_acceptance.overdue"]);
    let half = then(&opened(), &handler(), |world, id| supply(world, id, &[0]));
    vec![
        ("none", World::seeded()),
        ("open", opened()),
        ("open, day passed", due_passed),
        ("half", half.clone()),
        ("overdue", overdue.clone()),
        ("completed", then(&half, &handler(), |world, id| supply(world, id, &[1]))),
        ("withdrawn", then(&half, &party(organisation(1)), |_, id| give_up(id))),
        ("closed", then(&overdue, &handler(), |_, id| close(id))),
    ]
}

/// Covers O32.
#[test]
fn a_tolerant_acceptance_knows_no_other_way() {
    let commands: [Asked<'_>; 5] = [
        ("open", handler(), &|world| tolerate(world, organisation(1))),
        ("supply", handler(), &|world| supply(world, of(world), &[1])),
        ("withdraw", party(organisation(1)), &|world| give_up(of(world))),
        ("close", handler(), &|world| close(of(world))),
        ("tick", timer(), &|world| Command::Tick { due: Due::Tolerance(of(world)) }),
    ];
    const SUPPLIED: &[&str] = &["tolerant_acceptance.supplied"];
    const WITHDRAWN: &[&str] = &["tolerant_acceptance.withdrawn"];
    compare(
        &machines::TOLERANCE,
        &states(),
        &commands,
        &[
            ("*", "open", &["tolerant_acceptance.opened"]),
            ("open", "supply", SUPPLIED),
            ("open", "withdraw", WITHDRAWN),
            ("open, day passed", "supply", SUPPLIED),
            ("open, day passed", "withdraw", WITHDRAWN),
            ("open, day passed", "tick", &["tolerant_acceptance.overdue"]),
            ("half", "supply", SUPPLIED),
            ("half", "withdraw", WITHDRAWN),
            ("overdue", "supply", SUPPLIED),
            ("overdue", "withdraw", WITHDRAWN),
            ("overdue", "close", &["tolerant_acceptance.closed"]),
        ],
        &[],
    );
}

#[test]
fn the_file_is_complete_with_the_last_document_and_only_then() {
    let half = then(&opened(), &handler(), |world, id| supply(world, id, &[0]));
    let id = of(&half);
    assert_eq!(tolerance_row(&half, id).state, ToleranceState::Open);
    let value = misfit(Misfit::Value);
    for places in [&[0][..], &[2], &[1, 1], &[]] {
        assert_eq!(half.refused(&handler(), &supply(&half, id, places)), value, "{places:?}");
    }
    let mut done = half.clone();
    let all = supply(&done, id, &[1]);
    done.must(&handler(), &all);
    assert_eq!(tolerance_row(&done, id).state, ToleranceState::Completed);
    assert_eq!(tolerance_row(&done, id).completed_on, Some(done.today));
    assert!(done.pass(60).is_empty(), "no timer looks at what is complete");
}

/// Covers T05.
#[test]
fn what_came_in_time_is_in_time_however_late_it_is_entered() {
    let (_, overdue) = states().swap_remove(4);
    let row = tolerance_row(&overdue, of(&overdue));
    let supplied = |received_on: Day| {
        let documents = [0, 1].map(|place| HandedIn { place, sha256: digest(71) }).to_vec();
        Command::Tolerance(C::Supply { acceptance: row.id, documents, received_on })
    };
    let value = misfit(Misfit::Value);
    let early = row.opened_on.plus_days(-1);
    assert_eq!(overdue.refused(&handler(), &supplied(early)), value);
    let late = overdue.today.plus_days(1);
    assert_eq!(overdue.refused(&handler(), &supplied(late)), value);
    let done = after(&overdue, &handler(), &supplied(row.due.day));
    assert_eq!(tolerance_row(&done, row.id).completed_on, Some(row.due.day));
}

/// Spoils one command and says which refusal it must meet; unspoiled it is taken.
#[track_caller]
fn spoiled(world: &World, right: &Command, ground: Ground, spoil: impl FnOnce(&mut C)) {
    world.ask(&handler(), right).expect("unspoiled it is taken");
    let Command::Tolerance(mut own) = right.clone() else {
        panic!("not about a tolerant acceptance");
    };
    spoil(&mut own);
    assert_eq!(world.refused(&handler(), &Command::Tolerance(own)), ground);
}

macro_rules! set {
    ($($field:ident = $value:expr),+) => {
        |own: &mut C| match own {
            C::Open { $($field,)+ .. } => { $(*$field = $value;)+ }
            other => panic!("not an opening: {other:?}"),
        }
    };
}

/// Covers O32.
#[test]
fn what_law_requires_is_never_missing_and_the_rest_has_its_bounds() {
    let world = World::seeded();
    let right = tolerate(&world, organisation(1));
    let plain = || Missing { name: text(), required_by_law: false };
    let by_law = || Missing { name: text(), required_by_law: true };
    let law = guard(Guard::LawRequired);
    spoiled(&world, &right, law, set!(missing = vec![plain(), by_law()]));
    let mut second = right.clone();
    if let Command::Tolerance(C::Open { missing, .. }) = &mut second {
        *missing = vec![plain(), by_law()];
    }
    let said = world.ask(&handler(), &second).expect_err("law requires it").detail;
    assert!(said.contains("第 2 项") && said.ends_with("document 2"), "counted from one: {said}");
    let limit = misfit(Misfit::Limit);
    spoiled(&world, &right, limit, set!(missing = Vec::new()));
    spoiled(&world, &right, limit, set!(missing = vec![plain(); 17]));
    let value = misfit(Misfit::Value);
    spoiled(&world, &right, value, set!(working_days = 0));
    spoiled(&world, &right, value, set!(working_days = 61));
    let document = guard(Guard::Document);
    spoiled(&world, &right, document, set!(promise_sha256 = [0; 32]));
    spoiled(&world, &right, document, set!(matter = no_text()));
    let nameless = Missing { name: no_text(), required_by_law: false };
    spoiled(&world, &right, document, set!(missing = vec![nameless]));
    spoiled(&world, &right, guard(Guard::Basis), set!(basis = vec![cite("repealed")]));
    assert_eq!(world.refused(&party(organisation(1)), &right), guard(Guard::Human));
    let limited = tolerate(&world, person(3));
    assert_eq!(world.refused(&handler(), &limited), guard(Guard::Capacity));
    let opened = after(&world, &handler(), &right);
    let elsewhere = officer(TAX, Post::Handler);
    for command in [supply(&opened, of(&opened), &[0]), give_up(of(&opened)), close(of(&opened))] {
        assert_eq!(opened.refused(&elsewhere, &command), guard(Guard::Competent));
    }
    assert_eq!(opened.refused(&handler(), &give_up(of(&opened))), document);
    let counter =
        C::Withdraw { acceptance: of(&opened), reasons: text(), document_sha256: Some(digest(1)) };
    opened.ask(&handler(), &Command::Tolerance(counter)).expect("the subject's own paper");
}

fn red(world: &mut World) -> ListingId {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), officer(OFFICE, Post::Head));
    let id = ListingId(world.must(&nominator, &nominate(organisation(1))));
    let check = check_nomination(world, id, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing: id });
    world.pass(8);
    let decision = decide_red(world, id);
    world.must(&decider, &decision);
    id
}

/// Covers O31, T04.
#[test]
fn an_exemplar_comes_through_and_so_does_a_clean_record_of_three_years() {
    let mut world = World::seeded();
    let no_entry = guard(Guard::RedCheck);
    let clean = after(&world, &handler(), &tolerate(&world, organisation(1)));
    let from = clean_from(world.today, 3);
    assert_eq!(from, day("2023-03-02"));
    let right = |world: &World| tolerance_row(world, of(world)).by_right_of;
    assert_eq!(right(&clean), GreenChannel::CleanRecord { from });
    let listing = red(&mut world);
    world.with_record();
    let exemplar = after(&world, &handler(), &tolerate(&world, organisation(1)));
    assert_eq!(right(&exemplar), GreenChannel::Exemplar(listing));
    let mut disputed = world.clone();
    disputed.objection(organisation(1), Target::Listing(listing), false);
    let command = tolerate(&disputed, organisation(1));
    assert_eq!(disputed.refused(&handler(), &command), no_entry, "a suspended red listing");
    let (mut black, _) = kit::later::listed();
    assert_eq!(black.refused(&handler(), &tolerate(&black, organisation(1))), no_entry);
    let mut without = tolerate(&black, organisation(1));
    if let Command::Tolerance(C::Open { adverse, .. }) = &mut without {
        adverse.clear();
    }
    assert_eq!(black.refused(&handler(), &without), no_entry, "on the black list");
    black.today = end().plus_days(1);
    black.ask(&handler(), &tolerate(&black, organisation(1))).expect_err("a record counts still");
}

/// Covers T04.
#[test]
fn only_records_that_stand_count_and_only_for_three_years() {
    let mut world = World::seeded();
    let record = world.with_record();
    let counted = |world: &World| adverse(world, organisation(1), clean_from(world.today, 3));
    assert_eq!(counted(&world), [record]);
    let command = tolerate(&world, organisation(1));
    assert_eq!(world.refused(&handler(), &command), guard(Guard::RedCheck));
    let annul = Command::AnnulRecord { record, reasons: text() };
    let annulled = after(&world, &head(), &annul);
    assert_eq!(counted(&annulled), Vec::<RecordId>::new());
    annulled.ask(&handler(), &tolerate(&annulled, organisation(1))).expect("it never was");
    let mut disputed = world.clone();
    let objection = disputed.objection(organisation(1), Target::Record(record), false);
    assert_eq!(counted(&disputed), Vec::<RecordId>::new(), "suspended, it has no effect");
    disputed.outcome(objection, Finding::Correct);
    assert_eq!(counted(&disputed), [record]);
    let mut favourable = record_of(&world, "honour");
    favourable.item = HONOUR.to_owned();
    favourable.severity = None;
    let mut honoured = World::seeded();
    honoured.must(&handler(), &Command::SubmitRecords { records: vec![favourable] });
    assert_eq!(counted(&honoured), Vec::<RecordId>::new());
    // The day itself counts: three whole years end with it.
    let on = day("2026-01-15");
    for (today, counts) in [(day("2029-01-15"), 1), (day("2029-01-16"), 0)] {
        let from = clean_from(today, 3);
        assert_eq!(adverse(&world, organisation(1), from).len(), counts, "{on} on {today}");
    }
}

fn record_of(world: &World, number: &str) -> shouxin_core::command::NewRecord {
    assert!(!world.log.is_empty());
    record(organisation(1), number)
}

#[test]
fn a_file_that_changed_since_it_was_looked_at_is_looked_at_anew() {
    let mut world = World::seeded();
    let command = tolerate(&world, organisation(1));
    world.with_record();
    assert_eq!(world.refused(&handler(), &command), misfit(Misfit::Stale));
}

#[test]
fn nothing_adverse_follows_from_documents_that_did_not_come() {
    let (_, closed) = states().swap_remove(6);
    assert!(closed.marks(organisation(1)).is_empty());
    assert_eq!(adverse(&closed, organisation(1), day("2020-01-01")), Vec::<RecordId>::new());
    closed.ask(&handler(), &tolerate(&closed, organisation(1))).expect("the next file");
    assert_eq!(closed.refused(&handler(), &close(of(&closed))), STATE);
}

#[test]
fn the_log_alone_gives_every_state_again_and_the_keys_are_read_back() {
    for (state, mut world) in states() {
        world.with_record();
        let replayed = world.replayed();
        assert_eq!(replayed.rows, world.rows, "{state}");
        assert_eq!(replayed.index, world.index, "{state}");
        for entry in &world.index {
            let bytes = entry.encode();
            assert!(bytes.starts_with(&entry.prefix()), "{entry:?}");
            if let shouxin_core::row::Index::Due(on, due) = entry {
                assert_eq!(shouxin_core::keys::read_due(&bytes), Some((*on, *due)), "{state}");
            }
            if let shouxin_core::row::Index::AdverseRecord(key, on, _) = entry {
                let (prefix, before) = shouxin_core::keys::adverse_from(*key, *on);
                let (_, next) = shouxin_core::keys::adverse_from(*key, on.plus_days(1));
                assert!(bytes.starts_with(&prefix) && bytes > before && bytes < next, "{state}");
            }
        }
    }
}

#[test]
fn a_matter_is_a_name_and_the_missing_documents_are_bounded() {
    let world = World::seeded();
    let right = tolerate(&world, organisation(1));
    let with = |change: &dyn Fn(&mut C)| {
        let Command::Tolerance(mut own) = right.clone() else { panic!("a tolerance") };
        change(&mut own);
        world.ask(&handler(), &Command::Tolerance(own)).map_err(|own| own.ground)
    };
    let named = |bytes: usize| {
        with(&|own| {
            if let C::Open { matter, .. } = own {
                *matter = Sealed { clear_bytes: u32::try_from(bytes).unwrap(), ..text() };
            }
        })
    };
    assert!(named(SHORT_TEXT_BYTES_MAX).is_ok());
    for over in [1, 2] {
        assert_eq!(
            named(SHORT_TEXT_BYTES_MAX + over).expect_err("too long"),
            misfit(Misfit::Limit)
        );
    }
    let lacking = |count: usize| {
        with(&|own| {
            if let C::Open { missing, .. } = own {
                *missing = vec![Missing { name: text(), required_by_law: false }; count];
            }
        })
    };
    assert!(lacking(MISSING_DOCUMENTS_MAX).is_ok());
    assert_eq!(lacking(MISSING_DOCUMENTS_MAX + 1).expect_err("too many"), misfit(Misfit::Limit));
    assert_eq!(lacking(0).expect_err("none"), misfit(Misfit::Limit));
}
