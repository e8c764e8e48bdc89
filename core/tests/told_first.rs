//! What a subject is told, and when: of a measure once it was initiated and before anybody acts on
//! it, of a decision once it was made.

use crate::kit::commitments::{Word, serve_breach, word};
use crate::kit::later::{after, office_head};
use crate::kit::repairs::{checked, revoked};
use crate::kit::rules::{HIGHER, INCENTIVE, OFFICE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Post, World, guard, officer, organisation, party, person};
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::measure::{MeasureCommand, SubjectNotice};
use shouxin_core::event::CaseRef;
use shouxin_core::guard::Guard;
use shouxin_core::id::{AttributionId, ListingId, MeasureId};
use shouxin_core::row::Repairable;
use shouxin_core::rules::Executor;
use shouxin_core::time::Day;

/// Covers O62, INV-2.
#[test]
fn a_measure_is_told_of_once_it_was_initiated() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Initiated);
    let initiated_on = world.today;
    world.pass(3);
    let told = |on: Day| {
        let mut command = measure_notice(&world, measure);
        if let Command::ServeMeasureNotice { service, .. } = &mut command {
            service.on = on;
        }
        command
    };
    let before = told(initiated_on.plus_days(-1));
    assert_eq!(world.refused(&handler(), &before), guard(Guard::Notice));
    assert_eq!(world.ask(&handler(), &before).unwrap_err().field, Some("service"));
    for on in [initiated_on, world.today] {
        assert!(world.ask(&handler(), &told(on)).is_ok(), "{on}");
    }
}

/// An honour that is revoked is not revoked before its head decided so.
#[test]
fn a_revoked_honour_is_served_once_it_was_decided() {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), office_head());
    let mut world = World::seeded();
    let listing = ListingId(world.must(&nominator, &nominate(organisation(2))));
    world.must(&nominator, &check_nomination(&world, listing, &[]));
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decision = decide_red(&world, listing);
    world.must(&decider, &decision);
    let tell = Command::Listing(ListingCommand::NoticeRedRevocation {
        listing,
        reasons: text(),
        document_sha256: digest(36),
        service: served(world.today),
    });
    world.must(&nominator, &tell);
    let state = Command::Listing(ListingCommand::StateOnRedRevocation {
        listing,
        points: vec![text()],
        document_sha256: Some(digest(14)),
        received_on: world.today,
    });
    world.must(&party(organisation(2)), &state);
    world.pass(3);
    let revoke = |on: Day| {
        Command::Listing(ListingCommand::RevokeRed {
            listing,
            document_number: "尤信撤〔2026〕1号".to_owned(),
            document_sha256: digest(37),
            reasons: text(),
            answers: vec![text()],
            service: served(on),
        })
    };
    let early = revoke(world.today.plus_days(-1));
    assert_eq!(world.refused(&decider, &early), guard(Guard::Served));
    assert!(after(&world, &decider, &revoke(world.today)).marks(organisation(2)).is_empty());
}

/// What begins with its own service begins by no clock that jumped: a measure that a higher authority
/// is asked for, a finding that a commitment was broken (design.md 1).
#[test]
fn nothing_begins_by_forwarding_or_by_a_served_finding_while_the_clock_is_not_trusted() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    let asked = forward(&world, listing, HIGHER);
    let (broken, id) = word(Word::Decided);
    let serve = serve_breach(&broken, id);
    for (world, command) in [(world, asked), (broken, serve)] {
        let mut stopped = world.clone();
        stopped.starts_stopped = true;
        assert_eq!(stopped.refused(&handler(), &command), guard(Guard::Clock));
        assert!(world.ask(&handler(), &command).is_ok());
    }
}

/// The day on which a served decision has effect.
fn began(world: &World, case: CaseRef) -> Day {
    world.path(case).served().expect("it was served").starts_on
}

/// Changes the notice that goes with a forwarding.
fn noticed(command: &Command, change: impl FnOnce(&mut SubjectNotice)) -> Command {
    let mut command = command.clone();
    match &mut command {
        Command::Measure(MeasureCommand::Forward { notice: Some(own), .. }) => change(own),
        other => panic!("{other:?}"),
    }
    command
}

fn without_notice(command: &Command) -> Command {
    let mut command = command.clone();
    if let Command::Measure(MeasureCommand::Forward { notice, .. }) = &mut command {
        *notice = None;
    }
    command
}

/// What goes to a higher authority is told to its subject first, like what the county takes itself:
/// reasons, remedies, a document, served no later than the letter. Covers O42, INV-2, M-M03, M-A24.
#[test]
fn what_is_forwarded_is_told_to_its_subject_first() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    let since = began(&world, CaseRef::Listing(listing));
    world.pass(5);
    let right = forward(&world, listing, HIGHER);
    let bare = without_notice(&right);
    assert_eq!(world.refused(&handler(), &bare), guard(Guard::Notice));
    assert_eq!(world.ask(&handler(), &bare).unwrap_err().field, Some("notice"));
    let letter = world.today.plus_days(-2);
    let mut earlier = right.clone();
    if let Command::Measure(MeasureCommand::Forward { service, .. }) = &mut earlier {
        service.on = letter;
    }
    let on = |day: Day| noticed(&earlier, |own| own.service.on = day);
    let wrong = [
        ("no reasons", noticed(&right, |own| own.reasons = no_text())),
        ("no remedies", noticed(&right, |own| own.remedies = no_text())),
        ("no document", noticed(&right, |own| own.document_sha256 = [0; 32])),
        ("no proof", noticed(&right, |own| own.service.proof_sha256 = [0; 32])),
        ("in the future", noticed(&right, |own| own.service.on = own.service.on.plus_days(1))),
        ("after the letter", on(letter.plus_days(1))),
        ("before the listing had effect", on(since.plus_days(-1))),
    ];
    for (what, command) in &wrong {
        assert_eq!(world.refused(&handler(), command), guard(Guard::Notice), "{what}");
    }
    for day in [since, letter] {
        let mut sent = world.clone();
        let said = sent.run(&handler(), &on(day)).unwrap();
        assert_eq!(said, ["measure.forwarded", "measure.forward_noticed"]);
        let id = MeasureId(sent.log[sent.log.len() - 2].position);
        assert_eq!(sent.measure_row(id).noticed_on, Some(day));
        assert_eq!(sent.replayed().rows, sent.rows);
    }
    // The county's own measure says the same of itself.
    let mut own = World::seeded();
    let listing = own.listing(&[], &[STATUTE], Stage::Effective);
    let id = own.measure(listing, STATUTE, Progress::Initiated);
    assert_eq!(own.measure_row(id).noticed_on, None);
    own.proceed(id, Progress::Noticed);
    assert_eq!(own.measure_row(id).noticed_on, Some(own.today));
}

/// A person is told of what goes against the person, since the person's own decision has effect.
#[test]
fn a_person_is_told_of_their_own() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    world.pass(3);
    let own = AttributionId(world.must(&handler(), &attribute(listing, person(1))));
    world.advance(CaseRef::Attribution(own), &[HIGHER], Stage::Effective);
    let mut asked = forward(&world, listing, HIGHER);
    if let Command::Measure(MeasureCommand::Forward { attribution, .. }) = &mut asked {
        *attribution = Some(own);
    }
    let since = began(&world, CaseRef::Attribution(own));
    let early = noticed(&asked, |own| own.service.on = since.plus_days(-1));
    assert_eq!(world.refused(&handler(), &early), guard(Guard::Notice));
    assert_eq!(world.refused(&handler(), &without_notice(&asked)), guard(Guard::Notice));
    world.must(&handler(), &noticed(&asked, |own| own.service.on = since));
    let of = world.log.iter().rev().find(|own| own.event.name() == "measure.forward_noticed");
    assert_eq!(of.and_then(|own| own.subject), Some(person(1)));
}

/// A notice of before a repair is none for what its revocation brings back.
#[test]
fn what_came_back_is_told_of_anew() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    let asked = forward(&world, listing, HIGHER);
    let id = MeasureId(world.must(&handler(), &asked));
    world.pass(120);
    let repair = checked(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    let recall = Command::Measure(MeasureCommand::RecallForward {
        measure: id,
        document_sha256: digest(42),
        service: served(world.today),
    });
    world.must(&handler(), &recall);
    world.close();
    revoked(&mut world, &party(organisation(1)), repair);
    while !world.pass(1).contains(&"listing.restored") {}
    let back = world.today;
    world.pass(1);
    let again = forward(&world, listing, HIGHER);
    let stale = noticed(&again, |own| own.service.on = back.plus_days(-1));
    assert_eq!(world.refused(&handler(), &stale), guard(Guard::Notice));
    world.must(&handler(), &noticed(&again, |own| own.service.on = back));
}

/// Whoever is honoured need not be told first.
#[test]
fn an_incentive_that_is_forwarded_needs_no_notice() {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), office_head());
    let mut world = World::seeded();
    let rules = std::sync::Arc::make_mut(&mut world.rules);
    let entry = rules.measures.iter_mut().find(|own| own.id == INCENTIVE);
    entry.expect("it is there").executor = Executor::Higher;
    let listing = ListingId(world.must(&nominator, &nominate(organisation(2))));
    world.must(&nominator, &check_nomination(&world, listing, &[]));
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decision = decide_red(&world, listing);
    world.must(&decider, &decision);
    let mut asked = without_notice(&forward(&world, listing, INCENTIVE));
    if let Command::Measure(MeasureCommand::Forward { until, .. }) = &mut asked {
        *until = world.today.plus_days(40);
    }
    let id = MeasureId(world.must(&nominator, &asked));
    assert!(world.measure_row(id).incentive);
    assert_eq!(world.replayed().rows, world.rows);
}
