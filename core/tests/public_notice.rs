//! The public notice of a nomination is shown to the public, and whoever objects stops it.
//!
//! Covers: domain.md 2.3c.

use crate::kit::later::{stay, suit};
use crate::kit::rules::OFFICE;
use crate::kit::steps::*;
use crate::kit::{Post, Who, World, guard, misfit, officer, organisation, party, person};
use shouxin_core::actor::SubjectKey;
use shouxin_core::apply::{listing_is_published, nomination_is_shown};
use shouxin_core::command::Command;
use shouxin_core::event::{Finding, Target, Trigger};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{ListingId, ObjectionId};
use shouxin_core::limits::DISPUTES_MAX;
use shouxin_core::row::Index;

fn nominator() -> Who {
    officer(OFFICE, Post::Handler)
}

fn checked(world: &mut World, subject: SubjectKey) -> ListingId {
    checked_by(&nominator(), world, subject)
}

fn checked_by(nominator: &Who, world: &mut World, subject: SubjectKey) -> ListingId {
    let mut command = nominate(subject);
    if let Command::Nominate { consent_sha256, .. } = &mut command {
        *consent_sha256 = Some(digest(63));
    }
    let id = ListingId(world.must(nominator, &command));
    let check = check_nomination(world, id, &[]);
    world.must(nominator, &check);
    id
}

/// A nomination under public notice.
fn under_notice() -> (World, ListingId) {
    let mut world = World::seeded();
    let id = checked(&mut world, organisation(2));
    world.must(&nominator(), &Command::OpenPublicNotice { listing: id });
    (world, id)
}

/// How often channels were told of a listing.
fn told(world: &World, id: ListingId) -> usize {
    let of = Target::Listing(id);
    world
        .index
        .iter()
        .filter(|own| matches!(own, Index::PublicChange(_, what) if *what == of))
        .count()
}

fn listed(world: &World, id: ListingId) -> bool {
    world.index.contains(&Index::Noticed(id))
}

#[test]
fn the_public_is_told_of_a_nomination_of_its_decision_and_of_its_end() {
    let mut world = World::seeded();
    let id = checked(&mut world, organisation(2));
    assert_eq!((told(&world, id), listed(&world, id)), (0, false), "nobody is told of a check");
    world.must(&nominator(), &Command::OpenPublicNotice { listing: id });
    assert_eq!((told(&world, id), listed(&world, id)), (1, true));
    assert!(nomination_is_shown(world.listing_row(id)));
    assert!(!listing_is_published(world.listing_row(id)), "it is no listing yet");
    let mut closed = world.clone();
    closed.must(&officer(OFFICE, Post::Head), &close_red(id));
    assert_eq!((told(&closed, id), listed(&closed, id)), (2, false), "it is withdrawn");
    assert!(!nomination_is_shown(closed.listing_row(id)));
    world.pass(8);
    world.must(&officer(OFFICE, Post::Head), &decide_red(&world, id));
    assert_eq!((told(&world, id), listed(&world, id)), (2, false));
    assert!(listing_is_published(world.listing_row(id)));
    assert_eq!(world.replayed().index, world.index);
}

#[test]
fn a_natural_person_is_on_no_public_list() {
    let mut world = World::seeded();
    let id = checked(&mut world, person(1));
    world.must(&nominator(), &Command::OpenPublicNotice { listing: id });
    assert_eq!((told(&world, id), listed(&world, id)), (0, false));
}

/// An objection of somebody to the nomination, with the paper or without.
fn anybody(id: ListingId, paper: bool) -> Command {
    let mut command = object(Target::Listing(id), false);
    if let Command::FileObjection { trigger, evidence, .. } = &mut command {
        *trigger = Trigger::Complaint;
        *evidence = if paper { vec![digest(62)] } else { Vec::new() };
    }
    command
}

#[test]
fn the_credit_office_or_the_nominating_authority_takes_an_objection_down_with_its_paper() {
    let (world, id) = under_notice();
    let stranger = officer("tax", Post::Handler);
    assert_eq!(world.refused(&stranger, &anybody(id, true)), guard(Guard::Competent));
    assert_eq!(world.refused(&nominator(), &anybody(id, false)), guard(Guard::PublicNotice));
    assert!(world.ask(&nominator(), &anybody(id, true)).is_ok());
    // A complaint about a listing in force is filed as before.
    let mut active = world.clone();
    active.pass(8);
    active.must(&officer(OFFICE, Post::Head), &decide_red(&active, id));
    assert!(active.ask(&stranger, &anybody(id, false)).is_ok());
    // The nominee itself needs no paper.
    assert!(world.ask(&party(organisation(2)), &object(Target::Listing(id), false)).is_ok());
}

/// Where another department nominated, it and the credit office each take it down by themselves.
#[test]
fn an_objection_to_what_a_department_nominated_is_taken_down_there_or_by_the_office() {
    let department = officer("tax", Post::Handler);
    let mut world = World::seeded();
    let id = checked_by(&department, &mut world, organisation(2));
    world.must(&department, &Command::OpenPublicNotice { listing: id });
    for who in [department, nominator()] {
        assert!(world.ask(&who, &anybody(id, true)).is_ok(), "{who:?}");
    }
    assert_eq!(world.refused(&handler(), &anybody(id, true)), guard(Guard::Competent));
}

/// Everybody speaks for themselves: that one objection was rejected does not take the next away.
#[test]
fn an_open_objection_of_anybody_stops_the_decision() {
    let (mut world, id) = under_notice();
    let decider = officer(OFFICE, Post::Head);
    let first = ObjectionId(world.must(&nominator(), &anybody(id, true)));
    let second = ObjectionId(world.must(&nominator(), &anybody(id, true)));
    assert_eq!(told(&world, id), 3, "what is shown says so");
    let stopped = guard(Guard::PublicNotice);
    let decides = |world: &World| {
        let mut later = world.clone();
        later.pass(8);
        later.run(&decider, &decide_red(&later.clone(), id)).map_err(|refusal| refusal.ground)
    };
    assert_eq!(decides(&world), Err(stopped));
    rejected(&mut world, first);
    assert_eq!(decides(&world), Err(stopped), "the second is open");
    rejected(&mut world, second);
    assert!(decides(&world).is_ok());
    let third = ObjectionId(world.must(&nominator(), &anybody(id, true)));
    assert_eq!(decides(&world), Err(stopped), "a third came");
    rejected(&mut world, third);
    assert!(decides(&world).is_ok());
    // The nominee's second one on the same facts suspends nothing, and is answered first all the same.
    let own = object(Target::Listing(id), false);
    for _ in 0..2 {
        let objection = ObjectionId(world.must(&party(organisation(2)), &own));
        assert_eq!(decides(&world), Err(stopped));
        rejected(&mut world, objection);
        assert!(decides(&world).is_ok());
    }
    // So is a court's stay waited for, with no objection open.
    let filed = suit(&world, Target::Listing(id));
    world.must(&nominator(), &filed);
    let stayed = stay(&world);
    world.must(&nominator(), &stayed);
    assert_eq!(decides(&world), Err(stopped));
}

/// The office looks into an objection and finds nothing.
fn rejected(world: &mut World, objection: ObjectionId) {
    let decider = officer(OFFICE, Post::Head);
    world.must(&nominator(), &Command::AcceptObjection { objection });
    let received_on = world.today;
    world.must(&nominator(), &Command::ReferObjection { objection, received_on });
    world.must(&decider, &report(objection, Finding::Correct));
    let other = officer(OFFICE, Post::Colleague);
    world.must(&other, &resolve(world, objection));
}

/// The nomination waits for each of them, so beyond a bound one more changes nothing; it is said.
#[test]
fn as_many_objections_are_open_as_the_bound_says() {
    let (mut world, id) = under_notice();
    for _ in 0..DISPUTES_MAX {
        world.must(&nominator(), &anybody(id, true));
    }
    assert_eq!(world.refused(&nominator(), &anybody(id, true)), misfit(Misfit::Limit));
}
