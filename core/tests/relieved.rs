//! A performed reorganisation plan ends the listing with the records it rests on: nothing of them is
//! shown, shared or used any more (domain.md 2.5, 4.4).

use std::sync::Arc;

use crate::kit::asked::{relief_of, revoke};
use crate::kit::later::{listed, remedy};
use crate::kit::repairs::checked;
use crate::kit::rules::{BARRED, MARKET, PENALTY, STATUTE, TAX, day};
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{Post, World, authority, guard, officer, organisation, party};
use shouxin_core::apply::record_source;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::CaseRef;
use shouxin_core::guard::Guard;
use shouxin_core::id::{ListingId, RecordId};
use shouxin_core::row::{Index, Key, RecordRow, RecordState, Repairable, Row};

fn row(world: &World, id: RecordId) -> &RecordRow {
    match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row,
        _ => panic!("there is no {id}"),
    }
}

fn grant(world: &mut World, listing: ListingId) {
    let (ruling, reasons, until) = (judgment(world, organisation(1)), text(), day("2027-12-31"));
    let granted = RemedyCommand::GrantRelief { listing, ruling, reasons, until };
    world.must(&head(), &remedy(granted));
}

fn performed(world: &World) -> Command {
    let (document, reasons) = (judgment(world, organisation(1)), text());
    remedy(RemedyCommand::CompleteRelief { relief: relief_of(world), document, reasons })
}

fn is_counted(world: &World, id: RecordId) -> bool {
    world.index.iter().any(|own| matches!(own, Index::AdverseRecord(_, _, own) if *own == id))
}

/// Another behaviour's proposal on the same record.
fn another(record: RecordId) -> Command {
    let mut proposal = propose(organisation(1), &[record]);
    if let Command::ProposeListing { behaviour, .. } = &mut proposal {
        *behaviour = BARRED.to_owned();
    }
    proposal
}

/// Covers O60.
#[test]
fn a_performed_plan_ends_the_records_and_all_that_rests_on_them() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let other = ListingId(world.must(&handler(), &another(record)));
    world.advance(CaseRef::Listing(other), &[STATUTE], Stage::Effective);
    grant(&mut world, listing);
    let today = world.today;
    assert!(row(&world, record).is_reviewable(today) && is_counted(&world, record));
    let names = world.run(&head(), &performed(&world)).unwrap();
    let wanted = [
        "relief.completed",
        "listing.relieved",
        "classification.changed",
        "record.relieved",
        "listing.relieved",
    ];
    assert_eq!(names.iter().filter(|own| **own != "classification.changed").count(), 4);
    assert_eq!(&names[..5], wanted);
    let own = row(&world, record);
    assert_eq!(
        (own.state, own.published, own.ended_on),
        (RecordState::Repaired, false, Some(today))
    );
    assert!(!own.is_live(today) && !own.is_shared(today) && !is_counted(&world, record));
    assert_eq!(own.repaired, None, "there is no repair that could be revoked");
    for id in [listing, other] {
        assert_eq!(world.path(CaseRef::Listing(id)).name(), "relieved");
    }
    assert!(world.marks(organisation(1)).is_empty());
    assert_eq!(world.refused(&handler(), &another(record)), guard(Guard::Fact));
    let repair = ask_repair(Repairable::Record(record));
    assert_eq!(world.refused(&party(organisation(1)), &repair), STATE);
    assert_eq!(world.replayed().rows, world.rows);
}

/// What was only proposed on the record falls, and what others collected is theirs to end.
#[test]
fn a_proposal_falls_with_it_and_another_authoritys_record_stays() {
    let mut world = World::seeded();
    let record = world.with_record();
    let number = "尤税罚〔2026〕1号";
    let own = NewRecord {
        source: record_source(authority(TAX), PENALTY, number, organisation(1)),
        ..self::record(organisation(1), number)
    };
    let submit = Command::SubmitRecords { records: vec![own] };
    let foreign = RecordId(world.must(&officer(TAX, Post::Handler), &submit));
    let listing = world.listing(&[record, foreign], &[], Stage::Effective);
    let pending = ListingId(world.must(&handler(), &another(record)));
    grant(&mut world, listing);
    world.must(&head(), &performed(&world));
    assert_eq!(world.path(CaseRef::Listing(pending)).name(), "dropped");
    assert_eq!(row(&world, record).provider, authority(MARKET));
    assert_eq!(row(&world, record).state, RecordState::Repaired);
    assert_eq!(row(&world, foreign).state, RecordState::Accepted);
}

/// The listing may have ended while its plan was performed: its records end with the plan.
#[test]
fn the_records_of_a_listing_that_ended_by_date_end_too() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[], Stage::Effective);
    grant(&mut world, listing);
    for timers in [true, false] {
        let mut world = world.clone();
        match timers {
            true => drop(world.go_to(end().plus_days(1))),
            false => world.today = end().plus_days(1),
        }
        world.must(&head(), &performed(&world));
        assert_eq!(row(&world, record).state, RecordState::Repaired);
        let name = if timers { "expired" } else { "relieved" };
        assert_eq!(world.path(CaseRef::Listing(listing)).name(), name);
    }
}

/// A version of the rules that begins shortens nothing that is over for good.
#[test]
fn what_is_over_for_good_is_shortened_no_more() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[], Stage::Effective);
    grant(&mut world, listing);
    world.must(&head(), &performed(&world));
    world.begins("2026-06-01", |pack| pack.publicity_serious_months = (1, 2));
    world.today = day("2026-06-01");
    assert!(world.shorten().is_empty());
}

/// Officer 02 of the market office, who proposed the listing, is its head from now on.
fn promoted(world: &mut World) {
    let rules = Arc::make_mut(&mut world.rules);
    let own = rules.departments.iter_mut().find(|own| own.code == MARKET);
    for officer in &mut own.expect("the office").officers {
        officer.head = officer.id == "02";
    }
}

/// Who proposed and became head relieves all the same: nothing is decided against anybody.
#[test]
fn who_proposed_and_became_head_lifts_what_weighs() {
    let (mut world, listing) = listed();
    promoted(&mut world);
    let back = revoke(&world, CaseRef::Listing(listing));
    world.clone().must(&handler(), &back);
    assert_eq!(world.refused(&head(), &back), guard(Guard::FourEyes), "the head no more");
    let (ruling_, reasons, until) = (judgment(&world, organisation(1)), text(), day("2027-12-31"));
    let granted = remedy(RemedyCommand::GrantRelief { listing, ruling: ruling_, reasons, until });
    assert_eq!(world.refused(&head(), &granted), guard(Guard::FourEyes));
    let other = officer(TAX, Post::Head);
    assert_eq!(world.refused(&other, &granted), guard(Guard::Competent));
    world.must(&handler(), &granted);
    let (document, reasons) = (judgment(&world, organisation(1)), text());
    let relief = relief_of(&world);
    let failed = remedy(RemedyCommand::EndRelief { relief, document, reasons });
    world.clone().must(&handler(), &failed);
    let done = performed(&world);
    world.must(&handler(), &done);
}

/// What a performed plan ended is not repaired once more by an approval that comes after it.
#[test]
fn a_repair_that_is_approved_behind_a_performed_plan_repairs_no_record() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[], Stage::Effective);
    world.pass(200);
    let repair = checked(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    grant(&mut world, listing);
    world.must(&head(), &performed(&world.clone()));
    let approval = approve(&world, repair);
    assert_eq!(world.run(&head(), &approval).unwrap(), ["repair.approved"]);
    assert_eq!(row(&world, record).repaired, None);
}
