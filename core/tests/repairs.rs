//! What a repair owes its applicant: a check and a decision in time, more time only once and with
//! a served notice, and what is late counted for the authority alone (domain.md 2.5).

use crate::kit::later::*;
use crate::kit::rules::{MARKET, TAX};
use crate::kit::steps::*;
use crate::kit::{Post, World, authority, guard, misfit, officer, organisation, party};
use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::remedy::RemedyEvent;
use shouxin_core::event::{Event, RepairAcceptance};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{ListingId, RepairId};
use shouxin_core::path::Standing;
use shouxin_core::row::{Key, RepairRow, Row};
use shouxin_core::tally::{Counter, Unit};

/// A listing whose repair has been applied for.
fn applied() -> (World, RepairId) {
    let (mut world, listing) = listed();
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    (world, id)
}

fn accepted() -> (World, RepairId) {
    let (mut world, id) = applied();
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    (world, id)
}

fn row(world: &World, id: RepairId) -> RepairRow {
    match world.row(&Key::Repair(id)) {
        Some(Row::Repair(row)) => row.clone(),
        other => panic!("{other:?}"),
    }
}

/// What is counted for the authority that listed, over all months; and for anybody else.
fn count(world: &World, counter: Counter) -> (u32, u32) {
    let own = Unit::Authority(authority(MARKET));
    let mut found = (0, 0);
    for (key, row) in &world.rows {
        if let (Key::Tally { unit, .. }, Row::Tally(counts)) = (key, row.as_ref()) {
            match *unit == own {
                true => found.0 += counts.get(counter),
                false => found.1 += counts.get(counter),
            }
        }
    }
    found
}

fn standing(world: &World) -> Standing {
    let listing = listing_of(world);
    world.standing(|rows, on| rows.listing_standing(listing, on))
}

macro_rules! with {
    ($right:expr, $field:ident = $value:expr) => {{
        let mut command = $right.clone();
        match &mut command {
            Command::Remedy(RemedyCommand::ExtendRepair { $field, .. }) => *$field = $value,
            other => panic!("{other:?}"),
        }
        command
    }};
}

#[test]
fn more_time_needs_reasons_a_served_notice_and_who_listed() {
    let (mut world, id) = accepted();
    let right = extend_repair(&world, id);
    let notice = guard(Guard::Notice);
    let unproven = {
        let mut service = served(world.today);
        service.proof_sha256 = [0; 32];
        service
    };
    for (what, wrong) in [
        ("no reasons", with!(right, reasons = no_text())),
        ("no notice", with!(right, document_sha256 = [0; 32])),
        ("not served", with!(right, service = unproven)),
        ("served tomorrow", with!(right, service = served(world.today.plus_days(1)))),
    ] {
        assert_eq!(world.refused(&handler(), &wrong), notice, "{what}");
    }
    let elsewhere = officer(TAX, Post::Handler);
    assert_eq!(world.refused(&elsewhere, &right), guard(Guard::Competent));
    assert_eq!(world.refused(&party(organisation(1)), &right), guard(Guard::Human));
    let before = row(&world, id).decide_by;
    world.must(&handler(), &right);
    let after = row(&world, id);
    let counted = (after.decide_by.from, after.decide_by.working_days);
    assert_eq!(counted, (before.from, before.working_days + 10), "the whole of its time");
    assert_eq!(after.decide_by.day, world.rules.calendar.after(before.day, 10).day);
    assert!(after.extended);
    assert_eq!(world.refused(&handler(), &right), misfit(Misfit::Exists));
}

#[test]
fn time_that_is_over_is_not_extended() {
    let (world, id) = accepted();
    let last = row(&world, id).decide_by.day;
    for (days, refused) in [(0, None), (1, Some(Ground::Misfit(Misfit::State)))] {
        let mut world = world.clone();
        world.today = last.plus_days(days);
        let asked = extend_repair(&world, id);
        let found = world.run(&handler(), &asked).map_err(|refusal| refusal.ground);
        assert_eq!(found.err(), refused, "{days} days after the last one");
    }
}

/// Whether or not the timer ran, a late check and a late decision count once each, for the authority
/// that listed; nothing of it touches the listing. Covers O60.
#[test]
fn what_is_late_is_counted_once_and_changes_no_burden() {
    for timers in [true, false] {
        let (mut world, id) = applied();
        let wait = |world: &mut World, days| match timers {
            true => world.pass(days).into_iter().filter(|name| name.contains("repair")).collect(),
            false => {
                world.today = world.today.plus_days(days);
                Vec::new()
            }
        };
        let mut said = wait(&mut world, 8);
        said.extend(wait(&mut world, 3));
        world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
        assert_eq!(count(&world, Counter::RepairCheckOverdue), (1, 0), "timers: {timers}");
        assert_eq!(count(&world, Counter::RepairsCheckedLate), (1, 0));
        said.extend(wait(&mut world, 30));
        said.extend(wait(&mut world, 30));
        assert_eq!(standing(&world), Standing::InForce, "a late decision changes nothing");
        assert_eq!(row(&world, id).overdue, timers);
        let refusal = refuse_repair(&world, id);
        world.must(&head(), &refusal);
        assert_eq!(count(&world, Counter::RepairDecisionOverdue), (1, 0), "timers: {timers}");
        assert_eq!(count(&world, Counter::RepairsDecidedLate), (1, 0));
        let marks: &[&str] =
            &["assessment.repair_check_overdue", "assessment.repair_decision_overdue"];
        assert_eq!(said, if timers { marks } else { &[] });
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// The timer waits for the extended day, and what is decided by it is in time.
#[test]
fn an_extension_moves_the_day_behind_which_a_decision_is_late() {
    let (mut world, id) = accepted();
    let asked = extend_repair(&world, id);
    world.must(&handler(), &asked);
    let last = row(&world, id).decide_by.day;
    let late = "assessment.repair_decision_overdue";
    assert!(!world.go_to(last).contains(&late));
    assert!(later(&world, 1).log.iter().any(|own| own.event.name() == late));
    let refusal = refuse_repair(&world, id);
    world.must(&head(), &refusal);
    assert_eq!(count(&world, Counter::RepairsDecidedOnTime), (1, 0));
    assert!(!world.pass(60).contains(&late), "what is decided is not late");
}

/// The time that was added is counted with that which was there, so that a newer calendar moves both.
#[test]
fn a_newer_calendar_counts_the_whole_of_an_extended_time() {
    let (mut world, id) = accepted();
    let before = row(&world, id).decide_by;
    let asked = extend_repair(&world, id);
    world.must(&handler(), &asked);
    assert!(row(&world, id).decide_by.provisional);
    let clock = Clock::Repair(id);
    assert_eq!(recount(&mut world, clock), Vec::<&str>::new(), "no newer calendar");
    // The days that are off lie before the day to which its time ran first.
    let mut then = newer(&world, "off", 3);
    assert!(then.today.plus_days(3) < before.day);
    assert_eq!(recount(&mut then, clock), ["deadline.recomputed"]);
    let counted = row(&then, id).decide_by;
    let calendar = &then.rules.calendar;
    assert_eq!(counted, calendar.after(before.from, before.working_days + 10));
    assert!(counted.day > calendar.after(before.day, 10).day, "not from a day that has moved");
    assert_eq!(then.replayed().rows, then.rows);
    // Extended once the newer calendar is there, it is the same.
    let (world, id) = accepted();
    let mut late = newer(&world, "off", 3);
    let asked = extend_repair(&late, id);
    late.must(&handler(), &asked);
    assert_eq!(row(&late, id).decide_by, counted);
}

fn revoked() -> (World, ListingId) {
    let (mut world, id) = accepted();
    let listing = listing_of(&world);
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    world.close();
    let notice = remedy(RemedyCommand::NoticeRevocation {
        repair: id,
        reasons: text(),
        document_sha256: digest(33),
        service: served(world.today),
    });
    world.must(&handler(), &notice);
    world.pass(12);
    let decision = remedy(RemedyCommand::RevokeRepair {
        repair: id,
        document_number: "尤市监撤〔2026〕1号".to_owned(),
        document_sha256: digest(34),
        reasons: text(),
        answers: Vec::new(),
        service: served(world.today),
    });
    world.must(&head(), &decision);
    (world, listing)
}

/// Who had a repair revoked for fraud may apply again after the months of the rule pack, on that
/// very day and not before; the refusal names the day.
#[test]
fn a_revoked_repair_is_not_applied_for_again_before_its_day() {
    let (mut world, listing) = revoked();
    let day = world.today.plus_months(6);
    world.pass(12);
    let asked = repair(listing);
    let who = party(organisation(1));
    world.go_to(day.plus_days(-1));
    let refusal = world.run(&who, &asked).expect_err("it is barred");
    assert_eq!(refusal.ground, guard(Guard::RepairPeriod));
    assert!(refusal.detail.contains(&day.to_string()) && refusal.cure.contains(&day.to_string()));
    world.go_to(day);
    assert_eq!(world.run(&who, &asked).unwrap(), ["repair.applied"]);
}

/// The bar ends with the listing, however many months the rules set.
#[test]
fn a_bar_never_outlasts_its_listing() {
    let (world, listing) = revoked();
    let said = world.log.iter().rev().find_map(|own| match own.event {
        Event::Remedy(RemedyEvent::RepairBarred { again_from, .. }) => Some(again_from),
        _ => None,
    });
    assert_eq!(said, Some(world.today.plus_months(6)), "it is shorter than the listing");
    let (mut late, id) = accepted();
    let approval = approve(&late, id);
    late.must(&head(), &approval);
    late.close();
    late.go_to(end().plus_days(-40));
    let notice = remedy(RemedyCommand::NoticeRevocation {
        repair: id,
        reasons: text(),
        document_sha256: digest(33),
        service: served(late.today),
    });
    late.must(&handler(), &notice);
    late.pass(12);
    let decision = remedy(RemedyCommand::RevokeRepair {
        repair: id,
        document_number: "尤市监撤〔2026〕1号".to_owned(),
        document_sha256: digest(34),
        reasons: text(),
        answers: Vec::new(),
        service: served(late.today),
    });
    late.must(&head(), &decision);
    let Some(Row::Listing(own)) = late.row(&Key::Listing(listing)) else { panic!("a listing") };
    assert_eq!(own.repair_again_from, Some(end()));
}
