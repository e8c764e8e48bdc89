//! What may be open only once: a second is refused, and the refusal names the one that is open.

use crate::kit::later::{after, office_head};
use crate::kit::rules::{MARKET, OFFICE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Post, Who, World, misfit, officer, organisation, party, person};
use shouxin_core::command::Command;
use shouxin_core::command::assessment::AssessmentCommand;
use shouxin_core::event::{CaseRef, NominationSource};
use shouxin_core::guard::Misfit;
use shouxin_core::id::{AttributionId, ListingId, Position};

/// The second is refused by name, and the refusal says which is open.
#[track_caller]
fn names(world: &World, who: &Who, command: &Command, open: &str) {
    assert_eq!(world.refused(who, command), misfit(Misfit::Exists));
    let refusal = world.ask(who, command).unwrap_err();
    assert!(refusal.detail.contains(open), "{} does not name {open}", refusal.detail);
}

/// A person answers once for a listing; what was dropped may be proposed again.
#[test]
fn a_person_answers_once_at_a_time_for_a_listing() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let own = world.attribution(listing, person(1), Stage::Proposed);
    let again = attribute(listing, person(1));
    names(&world, &handler(), &again, &own.to_string());
    world.must(&handler(), &attribute(listing, person(2)));
    let case = CaseRef::Attribution(own);
    let mut effective = world.clone();
    effective.advance(case, &[STATUTE], Stage::Effective);
    names(&effective, &handler(), &again, &AttributionId(own.0).to_string());
    let dropped = after(&world, &handler(), &Command::DropCase { case, reasons: text() });
    let mut dropped = dropped;
    dropped.must(&handler(), &again);
}

/// One record leads to one open proposal for one behaviour; what has no record in common may stand
/// beside it, and what is over may be proposed again.
#[test]
fn a_record_leads_to_one_open_proposal_for_a_behaviour() {
    let mut world = World::seeded();
    let record = world.with_record();
    let other = {
        world.must(&handler(), &submit(organisation(1), "尤市监罚〔2026〕77号"));
        crate::kit::later::newest(&world, |key| match key {
            shouxin_core::row::Key::Record(id) => Some(*id),
            _ => None,
        })
    };
    assert_ne!(record, other);
    let open = world.listing(&[record], &[STATUTE], Stage::Noticed);
    let again = propose(organisation(1), &[record]);
    names(&world, &handler(), &again, &open.to_string());
    names(&world, &handler(), &propose(organisation(1), &[other, record]), &open.to_string());
    let mut beside = world.clone();
    beside.must(&handler(), &propose(organisation(1), &[other]));
    let case = CaseRef::Listing(open);
    let mut dropped = after(&world, &handler(), &Command::DropCase { case, reasons: text() });
    dropped.must(&handler(), &again);
}

/// One assessment of a period.
#[test]
fn a_period_is_assessed_once() {
    let mut world = World::seeded();
    let month = |text: &str| text.parse().unwrap();
    let open = |from, to| {
        Command::Assessment(AssessmentCommand::Open { from: month(from), to: month(to) })
    };
    let clerk = clerk();
    let at: Position = world.must(&clerk, &open("2025-01", "2025-06"));
    let id = shouxin_core::id::AssessmentId(at).to_string();
    names(&world, &clerk, &open("2025-01", "2025-06"), &id);
    world.must(&clerk, &open("2025-01", "2025-07"));
    assert_eq!(world.replayed().rows, world.rows);
}

/// One nomination of a subject by one source; another source may have found it too.
#[test]
fn a_source_nominates_a_subject_once_at_a_time() {
    let nominator = officer(OFFICE, Post::Handler);
    let mut world = World::seeded();
    let open = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let again = nominate(organisation(2));
    names(&world, &nominator, &again, &open.to_string());
    names(&world, &officer(MARKET, Post::Handler), &again, &open.to_string());
    let mut elsewhere = again.clone();
    if let Command::Nominate { source, .. } = &mut elsewhere {
        *source = match source {
            NominationSource::MediaFinding => NominationSource::MoralModel,
            _ => NominationSource::MediaFinding,
        };
    }
    world.must(&nominator, &elsewhere);
    world.must(&nominator, &nominate(organisation(1)));
    let mut closed = after(&world, &party(organisation(2)), &close_red(open));
    closed.must(&nominator, &again);
    let mut other = after(&world, &office_head(), &close_red(open));
    other.must(&nominator, &again);
}

#[test]
fn a_record_is_named_once_as_the_ground_of_a_listing() {
    let mut world = World::seeded();
    let record = world.with_record();
    let twice = propose(organisation(1), &[record, record]);
    assert_eq!(world.refused(&handler(), &twice), misfit(Misfit::Value));
    world.must(&handler(), &propose(organisation(1), &[record]));
}
