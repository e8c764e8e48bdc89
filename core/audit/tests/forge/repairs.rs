//! Courses of the repair of a finding of breach, and of what a person answers for.

use shouxin_core::event::{CaseHook, Finding};
use shouxin_core::id::{AttributionId, CommitmentId, ListingId, MeasureId, ObjectionId, RepairId};
use shouxin_core::row::Repairable;

use super::kit::commitments::*;
use super::kit::later::revoke_repair;
use super::kit::repairs::{checked, done, revoked};
use super::kit::rules::STATUTE;
use super::kit::steps::*;
use super::kit::{World, organisation, party, person};
use shouxin_core::command::Command;
use shouxin_core::event::Target;
use shouxin_core::event::commitment::CommitmentKind;

/// A finding of breach on the first day on which its repair is applied for.
fn found_broken() -> (World, CommitmentId) {
    let (mut world, id) = word(Word::Breached);
    world.go_to(ripe_on(&world, id));
    (world, id)
}

/// A finding whose repair was revoked comes back for the time that is left, and ends by its date.
pub fn breach_restored() -> World {
    let (mut world, id) = found_broken();
    let repair = done(&mut world, &party(organisation(1)), Repairable::Commitment(id));
    revoked(&mut world, &party(organisation(1)), repair);
    world.pass(12);
    world.go_to(shown_until().plus_days(1));
    world
}

/// A finding of a commitment that was made to one department: it is not shown when it comes back.
pub fn unshown_restored() -> World {
    let mut world = World::seeded();
    let offered = world.must(&handler(), &offer(organisation(1), CommitmentKind::Permit));
    let id = CommitmentId(offered);
    world.must(&party(organisation(1)), &sign(id));
    world.must(&handler(), &publish(id));
    world.go_to(due().plus_days(1));
    let notice = cure(&world, id);
    world.must(&handler(), &notice);
    world.pass(20);
    world.must(&handler(), &propose_breach(id));
    let notice = breach_notice(&world, id);
    world.must(&handler(), &notice);
    world.must(&party(organisation(1)), &breach_waiver(id));
    world.must(&head(), &decide_breach(id, 0));
    let serve = serve_breach(&world, id);
    world.must(&handler(), &serve);
    world.go_to(ripe_on(&world, id));
    let repair = done(&mut world, &party(organisation(1)), Repairable::Commitment(id));
    revoked(&mut world, &party(organisation(1)), repair);
    world.pass(12);
    world
}

/// The finding that was applied about is void, and one made anew is not repaired by the approval.
pub fn found_anew() -> World {
    let (mut world, id) = found_broken();
    let repair = checked(&mut world, &party(organisation(1)), Repairable::Commitment(id));
    let filed = world.must(&party(organisation(1)), &object(Target::Commitment(id), false));
    world.outcome(ObjectionId(filed), Finding::Error);
    world.must(&handler(), &propose_breach(id));
    let notice = breach_notice(&world, id);
    world.must(&handler(), &notice);
    // It says more within its time; every point is answered.
    for _ in 0..2 {
        let stated = breach_statement(&world, id);
        world.must(&party(organisation(1)), &stated);
    }
    world.must(&head(), &decide_breach(id, 4));
    let serve = serve_breach(&world, id);
    world.must(&handler(), &serve);
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    world.close();
    world
}

/// The finding ended before the head approved: nothing is repaired.
pub fn approved_too_late() -> World {
    let (mut world, id) = found_broken();
    world.go_to(shown_until());
    let repair = checked(&mut world, &party(organisation(1)), Repairable::Commitment(id));
    world.go_to(shown_until().plus_days(1));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    world.close();
    world
}

/// What a person answers for on the first day on which its repair is applied for, with a measure
/// against the person.
fn answering() -> (World, ListingId, AttributionId, MeasureId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let id = world.attribution(listing, person(1), Stage::Effective);
    let initiate = initiate(listing, Some(id), STATUTE);
    let measure = MeasureId(world.must(&handler(), &initiate));
    world.proceed(measure, Progress::Executed);
    world.pass(120);
    (world, listing, id, measure)
}

fn persons_repair(world: &mut World, id: AttributionId, measure: MeasureId) -> RepairId {
    let repair = checked(world, &party(person(1)), Repairable::Attribution(id));
    let approval = approve(world, repair);
    world.must(&head(), &approval);
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.close();
    repair
}

/// A person's repair is revoked, and what they answered for comes back while the listing stands.
pub fn person_restored() -> World {
    let (mut world, _, id, measure) = answering();
    let repair = persons_repair(&mut world, id, measure);
    revoked(&mut world, &party(person(1)), repair);
    world.pass(20);
    world
}

/// The listing is repaired before the day on which a person would answer again.
pub fn person_let_go() -> World {
    let_go(true)
}

/// The same before the head decided to revoke the person's repair: nothing of it is left.
pub fn person_let_go_before() -> World {
    let_go(false)
}

fn let_go(revoked: bool) -> World {
    let (mut world, listing, id, measure) = answering();
    let repair = persons_repair(&mut world, id, measure);
    let notice = super::kit::later::revocation_notice(&world, repair);
    world.must(&handler(), &notice);
    world.pass(12);
    if revoked {
        let decision = revoke_repair(&world, repair, 0);
        world.must(&head(), &decision);
    }
    let of = checked(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    let approval = approve(&world, of);
    world.must(&head(), &approval);
    world.close();
    if revoked {
        world.pass(20);
    }
    world
}

/// An officer takes down what the party said on a breach, with its paper.
pub fn heard_at_the_counter() -> World {
    let (mut world, id) = word(Word::Noticed);
    let Command::Commitment(mut own) = breach_statement(&world, id) else {
        panic!("a statement");
    };
    if let shouxin_core::command::commitment::CommitmentCommand::StateOnBreach {
        document_sha256,
        ..
    } = &mut own
    {
        *document_sha256 = Some(digest(71));
    }
    world.must(&colleague(), &Command::Commitment(own));
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("breach restored", breach_restored()),
        ("breach never shown restored", unshown_restored()),
        ("breach found anew", found_anew()),
        ("breach approved too late", approved_too_late()),
        ("person restored", person_restored()),
        ("person let go", person_let_go()),
        ("person let go before", person_let_go_before()),
        ("heard at the counter", heard_at_the_counter()),
    ]
}
