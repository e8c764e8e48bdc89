//! What a subject is told, and when: of a measure once it was initiated and before anybody acts on
//! it, of a decision once it was made.

use crate::kit::commitments::{Word, serve_breach, word};
use crate::kit::later::{after, office_head};
use crate::kit::rules::{HIGHER, OFFICE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Post, World, guard, officer, organisation, party};
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::guard::Guard;
use shouxin_core::id::ListingId;
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
    world.must(&nominator, &Command::CheckNomination { listing, adverse_records: Vec::new() });
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
