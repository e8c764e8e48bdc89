//! Redress of what an authority took back itself: owed where somebody was shown it or acted on it,
//! done once, by that authority (domain.md 2.3a).

use shouxin_core::actor::SubjectKey;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseHook, CaseRef, Finding, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{AttributionId, ListingId, MeasureId, RecordId};
use shouxin_core::row::{Key, Repairable, Row};

use crate::kit::asked::revoke;
use crate::kit::later::{rule, suit};
use crate::kit::repairs::checked;
use crate::kit::rules::{PERSONS, STATUTE};
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{World, guard, organisation, party, person};

const OWED: &str = "redress.owed_by_annulment";

fn done(target: Target) -> Command {
    let evidence = vec![digest(44)];
    let own = RemedyCommand::CompleteAnnulmentRedress { target, account: text(), evidence };
    Command::Remedy(own)
}

fn owed(world: &World, key: &Key) -> Option<bool> {
    match world.row(key) {
        Some(Row::Record(row)) => row.redress_done,
        Some(Row::Listing(row)) => row.redress_done,
        Some(Row::Attribution(row)) => row.redress_done,
        other => panic!("{other:?}"),
    }
}

/// Whom redress is said to be owed to from a place on.
fn owed_to(world: &World, from: usize) -> Vec<SubjectKey> {
    let all = world.log[from..].iter().filter(|own| {
        [OWED, "redress.owed", "redress.opened"].contains(&own.event.name())
            && own.subject.is_some_and(|own| own.is_person())
    });
    all.filter_map(|own| own.subject).collect()
}

/// A person answers under a listing, and a measure on the person was carried out.
fn acted_on() -> (World, ListingId, AttributionId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let id = AttributionId(world.must(&handler(), &attribute(listing, person(1))));
    world.advance(CaseRef::Attribution(id), &[PERSONS], Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(listing, Some(id), PERSONS)));
    world.proceed(measure, Progress::FedBack);
    (world, listing, id)
}

/// Covers O67.
#[test]
fn what_several_outcomes_find_void_is_redressed_once() {
    let opened = |world: &World| {
        let names = ["redress.owed", "redress.opened", OWED];
        world.log.iter().filter(|own| names.contains(&own.event.name())).count()
    };
    for target in [true, false] {
        let (world, listing) = crate::kit::later::listed();
        let target = match target {
            true => Target::Listing(listing),
            false => Target::Measure(world.clone().measure(listing, STATUTE, Progress::Executed)),
        };
        let mut world = world;
        if let Target::Measure(_) = target {
            world.measure(listing, STATUTE, Progress::Executed);
        }
        let mut suits = Vec::new();
        for _ in 0..2 {
            let command = suit(&world, target);
            world.must(&handler(), &command);
            suits.push(crate::kit::later::remedy_of(&world));
        }
        let id = world.objection(organisation(1), target, false);
        world.outcome(id, Finding::Error);
        assert_eq!(opened(&world), 1);
        for remedy in suits {
            let document = judgment(&world, organisation(1));
            let (outcome, reasons) = (RemedyOutcome::Revoked, text());
            let ruled = RemedyCommand::DecideRemedy { remedy, outcome, document, reasons };
            world.must(&clerk(), &Command::Remedy(ruled));
        }
        assert_eq!(opened(&world), 1, "{target:?} was wrong once");
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// Covers O67.
#[test]
fn what_was_done_to_restore_a_reputation_is_shown_by_documents() {
    let (mut world, listing) = crate::kit::later::listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(id, Finding::Error);
    for evidence in [Vec::new(), vec![[0; 32]]] {
        let bare = Command::CompleteRedress { objection: id, account: text(), evidence };
        assert_eq!(world.refused(&handler(), &bare), guard(Guard::Document));
    }
    world.must(&handler(), &redress(id));
    let mut world = World::seeded();
    let record = world.with_record();
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    let mut bare = done(Target::Record(record));
    if let Command::Remedy(RemedyCommand::CompleteAnnulmentRedress { evidence, .. }) = &mut bare {
        evidence.clear();
    }
    assert_eq!(world.refused(&handler(), &bare), guard(Guard::Document));
    world.must(&handler(), &done(Target::Record(record)));
}

/// Covers O67.
#[test]
fn who_annuls_what_was_shown_owes_redress_and_does_it_once() {
    let mut world = World::seeded();
    let record = world.with_record();
    let (key, target) = (Key::Record(record), Target::Record(record));
    assert_eq!(world.refused(&handler(), &done(target)), STATE, "nothing is owed");
    let annul = Command::AnnulRecord { record, reasons: text() };
    assert_eq!(world.run(&handler(), &annul).unwrap(), ["record.annulled", OWED]);
    assert_eq!(owed(&world, &key), Some(false));
    assert_eq!(world.refused(&implementer(), &done(target)), guard(Guard::Competent));
    assert!(world.ask(&party(organisation(1)), &done(target)).is_err(), "not the party's");
    assert_eq!(world.run(&handler(), &done(target)).unwrap(), ["redress.done_after_annulment"]);
    assert_eq!(owed(&world, &key), Some(true));
    assert_eq!(world.refused(&handler(), &done(target)), STATE, "it is done");
    assert_eq!(world.replayed().rows, world.rows);
}

#[test]
fn what_nobody_saw_or_acted_on_leaves_nothing_to_restore() {
    let mut world = World::seeded();
    let own = NewRecord {
        withheld: true,
        withheld_reason: Some(text()),
        ..record(organisation(1), "一号")
    };
    let submit = Command::SubmitRecords { records: vec![own] };
    let record = RecordId(world.must(&handler(), &submit));
    let annul = Command::AnnulRecord { record, reasons: text() };
    assert_eq!(world.run(&handler(), &annul).unwrap(), ["record.annulled"]);
    let listing = world.listing(&[], &[STATUTE], Stage::Served);
    let command = revoke(&world, CaseRef::Listing(listing));
    assert_eq!(world.run(&head(), &command).unwrap(), ["listing.revoked"]);
    assert_eq!(owed(&world, &Key::Listing(listing)), None);
}

/// A person is on no channel, but a measure against one is acted on; that it was lifted since undoes
/// nothing of it.
#[test]
fn an_order_on_a_person_is_enough() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[], Stage::Effective);
    let attribution = AttributionId(world.must(&handler(), &attribute(listing, person(1))));
    let case = CaseRef::Attribution(attribution);
    world.advance(case, &[PERSONS], Stage::Effective);
    let command = revoke(&world, case);
    let said = world.clone().run(&head(), &command).unwrap();
    assert_eq!(said, ["listing.revoked", "classification.changed"], "nobody acted on it");
    let measure = MeasureId(world.must(&handler(), &initiate(listing, Some(attribution), PERSONS)));
    world.proceed(measure, Progress::FedBack);
    assert!(world.listing_row(listing).acted_on);
    assert_eq!(world.run(&head(), &command).unwrap().last(), Some(&OWED));
    let target = Target::Attribution(attribution);
    assert_eq!(owed(&world, &Key::Attribution(attribution)), Some(false));
    assert_eq!(world.refused(&handler(), &done(target)), STATE, "it is not lifted");
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.must(&handler(), &done(target));
    assert_eq!(owed(&world, &Key::Attribution(attribution)), Some(true));
    assert_eq!(world.replayed().rows, world.rows);
}

/// Who answered under a listing that is void was acted on too: each is owed redress in a file of their
/// own, whoever found it void, and once.
#[test]
fn a_person_under_a_void_listing_is_owed_redress() {
    let (mut world, listing, id) = acted_on();
    let mut by_outcome = world.clone();
    let from = world.log.len();
    let back = revoke(&world, CaseRef::Listing(listing));
    world.must(&head(), &back);
    let to: Vec<_> = owed_to(&world, from);
    assert_eq!(to, [person(1)], "in the file of the person");
    assert_eq!(owed(&world, &Key::Attribution(id)), Some(false));
    // A later outcome about the person's own file adds none.
    let filed = suit(&world, Target::Attribution(id));
    world.must(&party(person(1)), &filed);
    let from = world.log.len();
    let ruled = rule(&world, RemedyOutcome::Revoked);
    world.must(&handler(), &ruled);
    assert_eq!(owed_to(&world, from), []);

    let objection = by_outcome.objection(organisation(1), Target::Listing(listing), false);
    let from = by_outcome.log.len();
    by_outcome.outcome(objection, Finding::Error);
    assert_eq!(owed_to(&by_outcome, from), [person(1)]);
    let target = Target::Attribution(id);
    assert_eq!(by_outcome.refused(&handler(), &done(target)), STATE, "not lifted yet");
}

/// What had come to an end of its own before is left as it was.
#[test]
fn who_answers_no_more_is_owed_nothing_anew() {
    let (mut world, listing, id) = acted_on();
    let back = revoke(&world, CaseRef::Attribution(id));
    world.must(&head(), &back);
    let from = world.log.len();
    let back = revoke(&world, CaseRef::Listing(listing));
    world.must(&head(), &back);
    assert!(!owed_to(&world, from).contains(&person(1)));
}

/// A listing that was repaired is void all the same, and who answered under it was acted on.
#[test]
fn a_person_under_a_repaired_listing_that_is_void_is_owed_redress() {
    let (mut world, listing, _) = acted_on();
    let filed = suit(&world, Target::Listing(listing));
    world.must(&party(organisation(1)), &filed);
    world.pass(200);
    let repair = checked(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    let from = world.log.len();
    let ruled = rule(&world, RemedyOutcome::Revoked);
    world.must(&clerk(), &ruled);
    assert_eq!(owed_to(&world, from), [person(1)]);
}
