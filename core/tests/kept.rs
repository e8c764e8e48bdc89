//! What keeps a file from being erased, and for how long: everything that is open, and what an
//! authority still owes, and no longer than that (design.md 3, PIPL 47).

use shouxin_core::command::Command;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseHook, CaseRef, Finding, Target};
use shouxin_core::id::{AttributionId, MeasureId};
use shouxin_core::row::Due;

use crate::kit::asked::{grant, relief_of, revoke};
use crate::kit::commitments::{Word, fulfil, shown_until, word};
use crate::kit::later::*;
use crate::kit::rules::{HIGHER, PERSONS, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Who, World, organisation, party, person, timer};

fn own() -> Who {
    party(organisation(1))
}

#[test]
fn what_a_person_answered_for_keeps_a_file_until_redress_is_done() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let id = AttributionId(world.must(&handler(), &attribute(listing, person(1))));
    let case = CaseRef::Attribution(id);
    world.advance(case, &[PERSONS], Stage::Effective);
    assert!(keeps(&world, id.0));
    let mut unused = world.clone();
    let back = revoke(&world, case);
    unused.must(&head(), &back);
    assert!(!keeps(&unused, id.0), "nobody acted on it");
    let measure = MeasureId(world.must(&handler(), &initiate(listing, Some(id), PERSONS)));
    world.proceed(measure, Progress::FedBack);
    world.must(&head(), &back);
    assert!(keeps(&world, id.0), "redress is owed");
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    let (target, account, evidence) = (Target::Attribution(id), text(), vec![digest(61)]);
    let done = RemedyCommand::CompleteAnnulmentRedress { target, account, evidence };
    world.must(&handler(), &remedy(done));
    assert!(!keeps(&world, id.0));
}

#[test]
fn a_measure_keeps_a_file_until_it_is_undone_and_reported_on() {
    for progress in [Progress::Noticed, Progress::Executed, Progress::FedBack] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let id = world.measure(listing, STATUTE, progress);
        assert!(keeps(&world, id.0), "{progress:?}");
        let ended = revoke(&world, CaseRef::Listing(listing));
        world.must(&head(), &ended);
        world.must(&timer(), &Command::Tick { due: Due::Measure(id) });
        assert_eq!(keeps(&world, id.0), progress != Progress::Noticed, "{progress:?}");
        if progress == Progress::Noticed {
            continue;
        }
        world.must(&implementer(), &by_hand(id, CaseHook::Lift));
        assert!(keeps(&world, id.0), "what was done is still to be reported");
        world.must(&implementer(), &feedback(id));
        assert!(!keeps(&world, id.0), "{progress:?}");
    }
}

#[test]
fn what_was_forwarded_keeps_a_file_until_it_is_recalled() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    let asked = forward(&world, listing, HIGHER);
    let id = MeasureId(world.must(&handler(), &asked));
    assert!(keeps(&world, id.0));
    let ended = revoke(&world, CaseRef::Listing(listing));
    world.must(&head(), &ended);
    world.must(&timer(), &Command::Tick { due: Due::Measure(id) });
    assert!(keeps(&world, id.0));
    let recall = MeasureCommand::RecallForward {
        measure: id,
        document_sha256: digest(42),
        service: served(world.today),
    };
    world.must(&handler(), &Command::Measure(recall));
    assert!(!keeps(&world, id.0));
}

#[test]
fn what_was_disputed_in_vain_keeps_a_file_until_it_is_closed() {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    assert!(keeps(&world, id.0));
    world.outcome(id, Finding::Correct);
    assert!(keeps(&world, id.0));
    assert_eq!(world.close(), ["objection.closed"]);
    assert!(!keeps(&world, id.0));
}

#[test]
fn a_suit_keeps_a_file_until_its_redress_is_done() {
    let (mut world, listing) = listed();
    let filed = suit(&world, Target::Listing(listing));
    world.must(&own(), &filed);
    let id = remedy_of(&world);
    assert!(keeps(&world, id.0));
    let mut upheld = world.clone();
    let ruled = rule(&world, RemedyOutcome::Upheld);
    upheld.must(&clerk(), &ruled);
    assert!(!keeps(&upheld, id.0));
    let ruled = rule(&world, RemedyOutcome::Revoked);
    world.must(&clerk(), &ruled);
    assert!(keeps(&world, id.0), "redress is owed");
    let (account, evidence) = (text(), vec![digest(61)]);
    let done = RemedyCommand::CompleteRemedyRedress { remedy: id, account, evidence };
    world.must(&handler(), &remedy(done));
    assert!(!keeps(&world, id.0));
}

#[test]
fn relief_keeps_a_file_until_the_plan_is_performed() {
    let (mut world, _) = listed();
    let granted = grant(&world);
    world.must(&head(), &granted);
    let id = relief_of(&world);
    assert!(keeps(&world, id.0));
    let (document, reasons) = (judgment(&world, organisation(1)), text());
    world.must(&head(), &remedy(RemedyCommand::CompleteRelief { relief: id, document, reasons }));
    assert!(!keeps(&world, id.0));
}

#[test]
fn a_word_keeps_a_file_until_it_is_kept_or_its_breach_is_shown_no_more() {
    let (mut world, id) = word(Word::InForce);
    assert!(keeps(&world, id.0));
    world.must(&handler(), &fulfil(id));
    assert!(!keeps(&world, id.0));
    let (mut world, id) = word(Word::Breached);
    world.go_to(shown_until());
    assert!(keeps(&world, id.0));
    world.go_to(shown_until().plus_days(1));
    assert!(!keeps(&world, id.0));
}
