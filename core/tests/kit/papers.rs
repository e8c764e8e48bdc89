//! How a case may come to stand or end, and what becomes of the same proposal then, on the same paper.

use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::{RemedyOutcome, ReviewOf};
use shouxin_core::event::{CaseRef, Finding, Target};
use shouxin_core::guard::{Ground, Guard};
use shouxin_core::id::ListingId;
use shouxin_core::row::Repairable;
use shouxin_core::text::FactDocument;

use super::asked::revoke;
use super::later::*;
use super::repairs::{done, revoked};
use super::rules::STATUTE;
use super::steps::*;
use super::table::EXISTS;
use super::{Who, World, organisation, party, person};

/// It was proposed on this paper before, and is over.
pub const USED: Ground = Ground::Guard(Guard::Fact);

/// What a dispute of a case is about.
pub fn target(case: CaseRef) -> Target {
    match case {
        CaseRef::Listing(id) => Target::Listing(id),
        CaseRef::Attribution(id) => Target::Attribution(id),
    }
}

/// Whom a case is about.
pub fn own(case: CaseRef) -> Who {
    match case {
        CaseRef::Listing(_) => party(organisation(1)),
        CaseRef::Attribution(_) => party(person(1)),
    }
}

/// The documents that a proposal cites.
pub fn cited(proposal: &mut Command) -> &mut Vec<FactDocument> {
    match proposal {
        Command::ProposeListing { facts, .. }
        | Command::ProposeAttribution { facts, .. }
        | Command::Listing(ListingCommand::Extend { facts, .. }) => facts,
        other => panic!("not a proposal: {other:?}"),
    }
}

/// The party objects, and the provider finds this.
pub fn objected(world: &mut World, case: CaseRef, finding: Finding) {
    let Who { actor, .. } = own(case);
    let Actor::Subject(subject) = actor else { panic!("a party") };
    let id = world.objection(subject, target(case), false);
    world.outcome(id, finding);
}

/// What a court says of a case.
pub fn ruled(world: &mut World, case: CaseRef, outcome: RemedyOutcome) {
    let suit = suit(world, target(case));
    world.must(&own(case), &suit);
    let ruling = rule(world, outcome);
    world.must(&handler(), &ruling);
}

/// A refused objection is reviewed, and found right.
pub fn reviewed(world: &mut World, case: CaseRef, back: bool) {
    let Who { actor, .. } = own(case);
    let Actor::Subject(subject) = actor else { panic!("a party") };
    let objection = world.objection(subject, target(case), false);
    let refusal = refuse_objection(world, objection);
    world.must(&clerk(), &refusal);
    if back {
        taken_back(world, case);
    }
    let review = RemedyCommand::RequestReview {
        of: ReviewOf::Objection(objection),
        statement: text(),
        evidence: vec![digest(31)],
        new_facts: false,
    };
    world.must(&own(case), &remedy(review));
    let (of, service) = (ReviewOf::Objection(objection), served(world.today));
    let upheld = RemedyCommand::DecideReview { of, upheld: true, reasons: text(), service };
    world.must(&office_head(), &remedy(upheld));
    world.must(&clerk(), &Command::ReferObjection { objection, received_on: world.today });
    world.must(&colleague(), &report(objection, Finding::Error));
    let outcome = resolve(world, objection);
    world.must(&clerk(), &outcome);
}

/// The head takes its own decision back.
pub fn taken_back(world: &mut World, case: CaseRef) {
    let back = revoke(world, case);
    world.must(&head(), &back);
}

/// A case as what may be repaired.
pub fn repairable(case: CaseRef) -> Repairable {
    match case {
        CaseRef::Listing(id) => Repairable::Listing(id),
        CaseRef::Attribution(id) => Repairable::Attribution(id),
    }
}

/// What becomes of a case.
pub type Course = fn(&mut World, CaseRef);

/// A name, how far a case came, what became of it, and why it is not proposed once more; nothing where it is.
pub type Tried = (&'static str, Stage, Course, Option<Ground>);

/// How a case came to where it stands, and what becomes of the same proposal then.
pub const COURSES: &[Tried] = &[
    ("proposed", Stage::Proposed, |_, _| (), Some(EXISTS)),
    ("noticed", Stage::Noticed, |_, _| (), Some(EXISTS)),
    ("heard", Stage::Heard, |_, _| (), Some(EXISTS)),
    ("decided", Stage::Decided, |_, _| (), Some(EXISTS)),
    ("served", Stage::Served, |_, _| (), Some(EXISTS)),
    ("in force", Stage::Effective, |_, _| (), Some(EXISTS)),
    (
        "found right",
        Stage::Effective,
        |world, case| {
            objected(world, case, Finding::Correct);
        },
        Some(EXISTS),
    ),
    ("on its last day", Stage::Effective, |world, _| world.today = end(), Some(EXISTS)),
    (
        "dropped",
        Stage::Heard,
        |world, case| {
            world.must(&handler(), &Command::DropCase { case, reasons: text() });
        },
        None,
    ),
    (
        "dropped by the head",
        Stage::Decided,
        |world, case| {
            world.must(&head(), &Command::DropCase { case, reasons: text() });
        },
        None,
    ),
    (
        "not decided",
        Stage::Heard,
        |world, case| {
            world.must(&head(), &Command::NotDecideCase { case, reasons: text() });
        },
        None,
    ),
    (
        "found wrong before it was served",
        Stage::Decided,
        |world, case| {
            objected(world, case, Finding::Error);
        },
        None,
    ),
    ("taken back before its start", Stage::Served, taken_back, None),
    ("taken back", Stage::Effective, taken_back, None),
    (
        "taken back after a rejected objection",
        Stage::Effective,
        |world, case| {
            objected(world, case, Finding::Correct);
            taken_back(world, case);
        },
        None,
    ),
    (
        "taken back under an objection",
        Stage::Effective,
        |world, case| {
            world.must(&own(case), &object(target(case), false));
            taken_back(world, case);
        },
        Some(USED),
    ),
    (
        "taken back under a stay",
        Stage::Effective,
        |world, case| {
            let suit = suit(world, target(case));
            world.must(&own(case), &suit);
            let order = stay(world);
            world.must(&handler(), &order);
            taken_back(world, case);
        },
        Some(USED),
    ),
    (
        "taken back, then void by a court",
        Stage::Effective,
        |world, case| {
            let suit = suit(world, target(case));
            world.must(&own(case), &suit);
            taken_back(world, case);
            let ruling = rule(world, RemedyOutcome::Revoked);
            world.must(&handler(), &ruling);
        },
        Some(USED),
    ),
    (
        "refused an objection, taken back, then void after a review",
        Stage::Effective,
        |world, case| reviewed(world, case, true),
        Some(USED),
    ),
    (
        "past its last day",
        Stage::Effective,
        |world, _| {
            world.today = end().plus_days(1);
        },
        Some(USED),
    ),
    (
        "repaired",
        Stage::Effective,
        |world, case| {
            world.pass(200);
            done(world, &own(case), repairable(case));
        },
        Some(USED),
    ),
    (
        "repaired, to come back",
        Stage::Effective,
        |world, case| {
            world.pass(200);
            let id = done(world, &own(case), repairable(case));
            revoked(world, &own(case), id);
        },
        Some(USED),
    ),
    (
        "come back",
        Stage::Effective,
        |world, case| {
            world.pass(200);
            let id = done(world, &own(case), repairable(case));
            revoked(world, &own(case), id);
            world.pass(12);
        },
        Some(EXISTS),
    ),
    (
        "annulled by an objection",
        Stage::Effective,
        |world, case| {
            objected(world, case, Finding::Error);
        },
        Some(USED),
    ),
    (
        "annulled before its start",
        Stage::Served,
        |world, case| {
            objected(world, case, Finding::Error);
        },
        Some(USED),
    ),
    (
        "annulled after a review",
        Stage::Effective,
        |world, case| reviewed(world, case, false),
        Some(USED),
    ),
    (
        "annulled by a court",
        Stage::Effective,
        |world, case| {
            ruled(world, case, RemedyOutcome::Revoked);
        },
        Some(USED),
    ),
    (
        "upheld by a court",
        Stage::Effective,
        |world, case| {
            let suit = suit(world, target(case));
            world.must(&own(case), &suit);
            let ruling = rule(world, RemedyOutcome::Upheld);
            world.must(&clerk(), &ruling);
        },
        Some(EXISTS),
    ),
    (
        "repaired, then void",
        Stage::Effective,
        |world, case| {
            world.pass(200);
            done(world, &own(case), repairable(case));
            ruled(world, case, RemedyOutcome::Revoked);
        },
        Some(USED),
    ),
];

/// The same under another listing.
pub fn under(other: ListingId, mut proposal: Command) -> Command {
    if let Command::ProposeAttribution { listing, .. } = &mut proposal {
        *listing = other;
    }
    proposal
}

/// Decided to end after so many days.
pub fn short(world: &mut World, case: CaseRef, days: i32) {
    world.advance(case, &[STATUTE], Stage::Heard);
    let mut decide = decision(case, 2, &[STATUTE]);
    if let Command::DecideCase { end, .. } = &mut decide {
        *end = world.today.plus_days(days);
    }
    world.must(&head(), &decide);
    let service = serve(world, case);
    world.must(&handler(), &service);
    world.pass(7);
}

/// A listing so far on its way, and what became of it.
pub fn listing_after(stage: Stage, course: Course) -> (World, CaseRef) {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], stage));
    course(&mut world, case);
    (world, case)
}

/// The same of what a person answers for, and another listing of the same organisation for the same
/// behaviour that stands beside the first. Nobody answers under it once that is over.
pub fn answer_after(stage: Stage, course: Course) -> Option<(World, CaseRef, ListingId)> {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let other = world.listing(&[], &[STATUTE], Stage::Effective);
    let case = CaseRef::Attribution(world.attribution(listing, person(1), stage));
    course(&mut world, case);
    (world.today <= end()).then_some((world, case, other))
}
