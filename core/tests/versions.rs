//! A running case keeps its opening version of the rules unless later ones favour its party; what has
//! begun is changed by no load; and a version that begins ends burdens earlier, never later.
//!
//! Covers: design.md 6, domain.md 4.4.

use std::sync::Arc;

use crate::kit::commitments::{
    Word, commitment_row, decide_breach, serve_breach, shown_until, word,
};
use crate::kit::later::{listed, revocation_notice, revoke_repair};
use crate::kit::repairs::{done, revoked};
use crate::kit::rules::{LISTABLE, STATUTE, day};
use crate::kit::steps::*;
use crate::kit::{World, guard, misfit, operator, organisation, party, plugin, timer};
use shouxin_core::calendar::Deadline;
use shouxin_core::command::commitment::CommitmentCommand;
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::job::Job;
use shouxin_core::event::{CaseRef, Event, Finding, RepairAcceptance, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{RecordId, RepairId};
use shouxin_core::path::Path;
use shouxin_core::row::{Due, Key, Repairable, Row};
use shouxin_core::rules::{RulePack, Severity};
use shouxin_core::text::Digest;
use shouxin_core::time::Day;

/// A version that is worse for every party than that of these tests.
fn harsher(pack: &mut RulePack) {
    for protects in [
        &mut pack.statement_window_wd,
        &mut pack.hearing_request_wd,
        &mut pack.standstill_wd,
        &mut pack.review_request_wd,
    ] {
        *protects = 1;
    }
    for weighs in [
        &mut pack.objection_refer_wd,
        &mut pack.verification_wd,
        &mut pack.resolve_wd,
        &mut pack.unverified_after_wd,
        &mut pack.repair_accept_wd,
        &mut pack.repair_decide_wd,
        &mut pack.repair_extend_wd,
        &mut pack.repair_bar_months,
        &mut pack.lift_wd,
        &mut pack.publicity_serious_months.0,
    ] {
        *weighs += 20;
    }
}

/// A version that is better for every party.
fn milder(pack: &mut RulePack) {
    pack.statement_window_wd = 9;
    pack.hearing_request_wd = 9;
    pack.standstill_wd = 9;
    pack.verification_wd = 2;
    pack.repair_decide_wd = 2;
}

/// The deadlines that the newest event states.
fn deadlines(world: &World) -> Vec<u16> {
    fn walk(value: &serde_json::Value, found: &mut Vec<u16>) {
        match value {
            serde_json::Value::Object(fields) => match fields.get("working_days") {
                Some(_) => {
                    let own: Deadline = serde_json::from_value(value.clone()).unwrap();
                    found.push(own.working_days);
                }
                None => fields.values().for_each(|own| walk(own, found)),
            },
            serde_json::Value::Array(items) => items.iter().for_each(|own| walk(own, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(&serde_json::to_value(world.log.last()).unwrap(), &mut found);
    found
}

#[test]
fn a_case_keeps_its_periods_where_a_later_version_gives_less() {
    for (change, window, hearing, standstill) in
        [(harsher as fn(&mut RulePack), 5, 5, 3), (milder as fn(&mut RulePack), 9, 9, 9)]
    {
        let mut world = World::seeded();
        world.begins("2026-03-04", change);
        let record = world.with_record();
        let case = CaseRef::Listing(world.listing(&[record], &[], Stage::Proposed));
        world.go_to(day("2026-03-04"));
        world.must(&handler(), &notice(&world, case, &[]));
        assert_eq!(deadlines(&world), [window]);
        let mut silent = world.clone();
        silent.go_to(silent.rules.calendar.after(silent.today, window).day.plus_days(1));
        let decide = decision(case, 0, &[]);
        silent.must(&head(), &decide);
        let asked = |world: &World| {
            let mut asked = statement(world, case, true);
            if let Command::ReceiveStatement { points, .. } = &mut asked {
                points.clear();
            }
            asked
        };
        let mut late = world.clone();
        late.today = late.rules.calendar.after(late.today, hearing).day;
        assert!(late.ask(&party(organisation(1)), &asked(&late)).is_ok(), "its last day");
        late.today = late.today.plus_days(1);
        assert_eq!(late.refused(&party(organisation(1)), &asked(&late)), misfit(Misfit::State));
        world.must(&party(organisation(1)), &statement(&world, case, false));
        world.must(&colleague(), &crate::kit::steps::hearing(case));
        world.must(&head(), &decision(case, 2, &[]));
        world.must(&handler(), &serve(&world, case));
        let served = world.log.iter().rev().find_map(|own| match &own.event {
            Event::DecisionServed { starts_on, .. } => Some(*starts_on),
            _ => None,
        });
        let starts_on = served.expect("it was served");
        let last = world.rules.calendar.after(world.today, standstill).day;
        assert_eq!(starts_on, last.plus_days(1));
        assert_eq!(world.replayed().rows, world.rows);
    }
}

#[test]
fn a_case_that_a_later_version_opened_is_judged_by_that() {
    let mut world = World::seeded();
    world.begins("2026-03-04", harsher);
    world.go_to(day("2026-03-04"));
    let record = world.with_record();
    let case = CaseRef::Listing(world.listing(&[record], &[], Stage::Proposed));
    world.must(&handler(), &notice(&world, case, &[]));
    assert_eq!(deadlines(&world), [1]);
}

#[test]
fn an_objection_and_its_review_keep_their_times() {
    for (change, verification) in
        [(harsher as fn(&mut RulePack), 7), (milder as fn(&mut RulePack), 2)]
    {
        let mut world = World::seeded();
        world.begins("2026-03-03", change);
        let record = world.with_record();
        let id = world.objection(organisation(1), Target::Record(record), false);
        world.go_to(day("2026-03-03"));
        world.must(&clerk(), &Command::AcceptObjection { objection: id });
        assert_eq!(deadlines(&world), [1]);
        let received_on = world.today;
        world.must(&clerk(), &Command::ReferObjection { objection: id, received_on });
        assert_eq!(deadlines(&world), [verification]);
        world.must(&head(), &report(id, Finding::Correct));
        assert_eq!(deadlines(&world), [3], "the result");
        world.must(&clerk(), &resolve(&world, id));
        // The version gives one day, the opening one ten.
        world.pass(10);
        let review = crate::kit::later::remedy(
            shouxin_core::command::remedy::RemedyCommand::RequestReview {
                of: shouxin_core::event::remedy::ReviewOf::Objection(id),
                statement: text(),
                evidence: Vec::new(),
                new_facts: false,
            },
        );
        world.must(&party(organisation(1)), &review);
        assert_eq!(deadlines(&world), [verification]);
    }
}

/// The listing of these tests, repaired and its repair noticed to be revoked.
#[test]
fn a_repair_is_judged_from_the_opening_of_what_it_repairs() {
    let (mut world, listing) = listed();
    world.begins("2026-05-01", harsher);
    world.go_to(day("2026-07-01"));
    let repaired = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    assert_eq!(deadlines(&world), [2, 10]);
    world.must(&handler(), &repair_check(repaired, RepairAcceptance::Accepted));
    world.must(&handler(), &extend_repair(&world, repaired));
    assert_eq!(deadlines(&world), [20], "ten more");
    world.must(&head(), &approve(&world, repaired));
    world.close();
    world.must(&handler(), &revocation_notice(&world, repaired));
    assert_eq!(deadlines(&world), [5]);
    world.pass(8);
    world.must(&head(), &revoke_repair(&world, repaired, 0));
    let barred = world.log.iter().rev().find_map(|own| match &own.event {
        Event::Remedy(shouxin_core::event::remedy::RemedyEvent::RepairBarred {
            again_from,
            ..
        }) => Some(*again_from),
        _ => None,
    });
    assert_eq!(barred, Some(world.today.plus_months(6)), "not twenty-six months");
}

fn with_rule(world: &mut World, min_months: u16, barred: bool) {
    let rules = Arc::make_mut(&mut world.rules);
    let law = rules.behaviours[0].basis[0].clone();
    let own = rules.behaviours.iter_mut().find(|own| own.id == LISTABLE).expect("it is there");
    let rule = own.repair.as_mut().expect("a rule");
    rule.min_months = min_months;
    rule.barred_by = barred.then_some(law);
}

#[test]
fn a_listing_keeps_its_repair_rule_unless_a_later_one_asks_for_less() {
    let (listed, listing) = listed();
    let start = listed.listing_row(listing).repair_min_months;
    assert_eq!(start, Some(3));
    let party = party(organisation(1));
    let on = |months: u16, change: &dyn Fn(&mut World)| {
        let mut world = listed.clone();
        change(&mut world);
        let starts_on = match world.path(CaseRef::Listing(listing)) {
            shouxin_core::path::Path::Effective(own) => own.served.starts_on,
            other => panic!("{other:?}"),
        };
        world.today = starts_on.plus_months(months).plus_days(-1);
        assert_eq!(world.refused(&party, &repair(listing)), guard(Guard::RepairPeriod));
        world.today = world.today.plus_days(1);
        world.must(&party, &repair(listing));
        assert_eq!(world.replayed().rows, world.rows);
    };
    on(3, &|_| {});
    on(3, &|world| with_rule(world, 12, false));
    on(2, &|world| with_rule(world, 2, false));
    on(3, &|world| with_rule(world, 3, true));
    // The behaviour is no more in the catalogue.
    on(3, &|world| {
        Arc::make_mut(&mut world.rules).behaviours.retain(|own| own.id != LISTABLE);
    });
    // What the opening rule barred, a later one may allow.
    let mut world = World::seeded();
    with_rule(&mut world, 3, true);
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    assert_eq!(world.listing_row(listing).repair_min_months, None);
    world.pass(120);
    assert_eq!(world.refused(&party, &repair(listing)), guard(Guard::RepairRule));
    with_rule(&mut world, 3, false);
    world.must(&party, &repair(listing));
}

/// Covers: design.md 6.
#[test]
fn a_rule_that_asked_for_less_meanwhile_is_kept_and_never_raised() {
    let (mut world, listing) = listed();
    let kept = ["listing.repair_rule_kept"];
    let rule = |world: &World| world.listing_row(listing).repair_min_months;
    assert!(world.shorten().is_empty(), "the catalogue asks for what it did");
    // More, barred, or no such behaviour any more: the party keeps what it had.
    for (months, barred) in [(12, false), (1, true)] {
        with_rule(&mut world, months, barred);
        assert!(world.shorten().is_empty(), "{months}");
    }
    let mut without = world.clone();
    Arc::make_mut(&mut without.rules).behaviours.retain(|own| own.id != LISTABLE);
    assert!(without.shorten().is_empty());
    for months in [2, 1] {
        with_rule(&mut world, months, false);
        assert_eq!(world.shorten(), kept);
        assert!(world.shorten().is_empty(), "once");
        assert_eq!(rule(&world), Some(months));
    }
    with_rule(&mut world, 12, false);
    assert!(world.shorten().is_empty());
    assert_eq!(rule(&world), Some(1));
    assert_eq!(world.replayed().rows, world.rows);
    let Path::Effective(own) = world.path(CaseRef::Listing(listing)) else { panic!("in force") };
    world.today = own.served.starts_on.plus_months(1).plus_days(-1);
    let party = party(organisation(1));
    assert_eq!(world.refused(&party, &repair(listing)), guard(Guard::RepairPeriod));
    world.pass(1);
    world.must(&party, &repair(listing));
    // What the opening rule barred, and one meanwhile allowed, stays allowed; and a case that is not
    // decided yet keeps it as well.
    let mut world = World::seeded();
    with_rule(&mut world, 3, true);
    let listing = world.listing(&[], &[STATUTE], Stage::Proposed);
    assert!(world.shorten().is_empty());
    with_rule(&mut world, 3, false);
    assert_eq!(world.shorten(), kept);
    assert_eq!(world.listing_row(listing).repair_min_months, Some(3));
    // One whose time for a decision has passed is looked at too, proposed or decided.
    let mut late = World::seeded();
    let listing = late.listing(&[], &[STATUTE], Stage::Heard);
    late.pass(120);
    with_rule(&mut late, 2, false);
    assert_eq!(late.shorten(), kept);
    assert!(late.shorten().is_empty());
    late.must(&head(), &decision(CaseRef::Listing(listing), 2, &[STATUTE]));
    late.pass(30);
    with_rule(&mut late, 1, false);
    assert_eq!(late.shorten(), kept);
    assert!(late.tick().is_empty(), "no day of a timer has come by that");
    // What is over is nobody's burden.
    let drop = Command::DropCase { case: CaseRef::Listing(listing), reasons: text() };
    world.must(&handler(), &drop);
    with_rule(&mut world, 1, false);
    let due = Due::Case(CaseRef::Listing(listing));
    assert!(world.run(&timer(), &Command::Shorten(due)).expect("a timer").is_empty());
}

/// Covers: design.md 1, 6.
#[test]
fn a_job_is_said_to_be_done_once_for_each_version_and_by_the_register_alone() {
    let mut world = World::seeded();
    world.begins("2026-05-01", harsher);
    let row = |world: &World, job: Job| match world.row(&Key::Job(job)) {
        Some(Row::Job(row)) => Some(*row),
        None => None,
        other => panic!("{other:?}"),
    };
    let opening = world.rules.pack(world.today).in_force_from;
    for job in [Job::Shorten, Job::Recount] {
        let finish = Command::FinishJob { job, in_force_from: opening };
        for who in [head(), operator(), party(organisation(1)), plugin()] {
            assert!(world.ask(&who, &finish).is_err(), "{}", who.actor);
        }
        assert_eq!(row(&world, job), None);
        assert_eq!(world.finish(job), ["job.finished"]);
        assert!(world.finish(job).is_empty(), "it stands there already");
        let own = row(&world, job).expect("it is there");
        assert!(own.covers(world.rules.version, opening));
    }
    // Begun before a version, and done after its day: some of it was looked at by the older one.
    world.go_to(day("2026-05-01"));
    for wrong in [opening, day("2026-05-02")] {
        let late = Command::FinishJob { job: Job::Shorten, in_force_from: wrong };
        let refusal = world.ask(&timer(), &late).expect_err("it is refused");
        assert_eq!(refusal.ground, misfit(Misfit::State));
    }
    let newest = day("2026-05-01");
    let own = row(&world, Job::Shorten).expect("it is there");
    assert!(!own.covers(world.rules.version, newest));
    assert_eq!(world.finish(Job::Shorten), ["job.finished"]);
    assert!(row(&world, Job::Recount).expect("its own row").covers(world.rules.version, opening));
    // And again for other files: a catalogue, a calendar.
    Arc::make_mut(&mut world.rules).version = [77; 32];
    assert!(!row(&world, Job::Shorten).expect("a row").covers(world.rules.version, newest));
    assert_eq!(world.finish(Job::Shorten), ["job.finished"]);
    assert_eq!(world.replayed().rows, world.rows);
}

fn load(version: u8, packs: &[(&str, u8)]) -> Command {
    let name = |day: &str| format!("rules/{day}.toml");
    let pack = |(day, sha): &(&str, u8)| (name(day), [*sha; 32]);
    let others: [(String, Digest); 1] = [("departments.toml".to_owned(), [version; 32])];
    let files = packs.iter().map(pack).chain(others).collect();
    Command::LoadRules { version: [version; 32], files }
}

#[test]
fn what_has_begun_is_changed_by_no_load() {
    let mut world = World::seeded();
    let (past, today, ahead) = ("2024-01-01", "2026-03-02", "2026-04-01");
    world.must(&operator(), &load(1, &[(past, 1), (today, 2), (ahead, 3)]));
    let refused = |world: &World, packs: &[(&str, u8)]| {
        let refusal = world.ask(&operator(), &load(9, packs)).expect_err("it is refused");
        assert_eq!((refusal.ground, refusal.field), (misfit(Misfit::State), Some("files")));
        assert!(refusal.detail.contains(" / ") && refusal.cure.contains(" / "), "{refusal:?}");
        refusal
    };
    for packs in [
        // Changed, left out, and put in before today or for today.
        &[(past, 9), (today, 2), (ahead, 3)][..],
        &[(past, 1), (today, 9), (ahead, 3)][..],
        &[(today, 2), (ahead, 3)][..],
        &[(past, 1), (ahead, 3)][..],
        &[(past, 1), ("2025-01-01", 5), (today, 2), (ahead, 3)][..],
        &[][..],
    ] {
        refused(&world, packs);
    }
    let refusal = refused(&world, &[(past, 9), (today, 2), (ahead, 3)]);
    assert!(refusal.detail.contains(past) && refusal.cure.contains("2026-03-03"), "{refusal:?}");
    // What is to come may change, go and come; so may everything else.
    let mut changed = world.clone();
    changed.must(&operator(), &load(2, &[(past, 1), (today, 2), (ahead, 9)]));
    changed.must(&operator(), &load(3, &[(past, 1), (today, 2)]));
    changed.must(&operator(), &load(4, &[(past, 1), (today, 2), ("2026-03-03", 4)]));
    assert_eq!(changed.replayed().rows, changed.rows);
    // Its day comes, and it stays.
    world.today = day(ahead);
    refused(&world, &[(past, 1), (today, 2), (ahead, 9)]);
    world.must(&operator(), &load(5, &[(past, 1), (today, 2), (ahead, 3)]));
}

fn until(world: &World, id: RecordId) -> Option<shouxin_core::time::Day> {
    match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row.publicity_until,
        other => panic!("{other:?}"),
    }
}

fn general(world: &mut World) -> RecordId {
    let severity = Some(Severity::General);
    let own = NewRecord { severity, ..record(organisation(1), "二号") };
    RecordId(world.must(&handler(), &Command::SubmitRecords { records: vec![own] }))
}

#[test]
fn a_version_that_begins_shortens_what_is_shown_and_never_lengthens_it() {
    let mut world = World::seeded();
    let (serious, general) = (world.with_record(), general(&mut world));
    let listing = world.listing(&[serious], &[STATUTE], Stage::Effective);
    world.begins("2026-05-01", |pack| {
        pack.publicity_general_months.1 = 36;
        pack.publicity_serious_months.1 = 18;
    });
    world.go_to(day("2026-04-30"));
    assert!(world.shorten().is_empty(), "it has not begun");
    world.pass(1);
    let said = world.shorten();
    assert_eq!(said, ["record.publicity_shortened", "listing.shortened", "classification.changed"]);
    assert_eq!(until(&world, serious), Some(day("2027-07-15")));
    assert_eq!(until(&world, general), Some(day("2027-01-15")), "twelve months, as it was");
    let own = world.path(CaseRef::Listing(listing)).served().expect("it was served");
    assert_eq!(own.decided.decision.end, day("2027-07-15"), "no longer than what it rests on");
    assert!(world.shorten().is_empty(), "it is done once");
    assert_eq!(world.replayed().rows, world.rows);
    assert_eq!(world.replayed().index, world.index);
    // A correction is counted by what favours the subject too.
    let mut correction = world.clone();
    let corrected = Command::CorrectRecord {
        record: general,
        document_number: "二号".to_owned(),
        document_date: day("2026-02-15"),
        document_sha256: Some(digest(40)),
        content: None,
        severity: Some(Severity::General),
        reasons: text(),
    };
    correction.must(&handler(), &corrected);
    assert_eq!(until(&correction, general), Some(day("2027-01-15")));
}

#[test]
fn what_a_version_shows_no_more_ends_with_the_day_before() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    world.begins("2026-05-01", |pack| pack.publicity_serious_months = (1, 2));
    world.go_to(day("2026-05-01"));
    assert_eq!(world.shorten(), ["record.publicity_shortened"]);
    assert_eq!(until(&world, record), Some(day("2026-04-30")), "it was rightly shown until then");
    let said = world.tick();
    assert!(said.starts_with(&["record.expired", "listing.expired"]), "{said:?}");
    assert_eq!(world.listing_row(listing).id, listing);
}

#[test]
fn a_listing_and_a_finding_end_with_the_cap_that_begins() {
    let (mut world, listing) = listed();
    let person = world.attribution(listing, crate::kit::person(1), Stage::Effective);
    world.begins("2026-06-01", |pack| pack.black_cap_months = 12);
    world.go_to(day("2026-06-01"));
    let said = world.shorten();
    assert_eq!(said.iter().filter(|own| **own == "listing.shortened").count(), 2, "{said:?}");
    let end = |case| {
        let own = world.path(case).served().expect("it was served");
        (own.decided.decision.on, own.decided.decision.end)
    };
    let (on, ends) = end(CaseRef::Listing(listing));
    assert_eq!(ends, on.plus_months(12));
    assert_eq!(end(CaseRef::Attribution(person)).1, ends, "no longer than the organisation");
    assert!(world.shorten().is_empty());
    assert_eq!(world.replayed().rows, world.rows);

    let (mut world, id) = word(Word::Breached);
    world.begins("2026-09-01", |pack| pack.publicity_general_months.1 = 3);
    world.go_to(day("2026-09-01"));
    let shown = |world: &World| {
        let own = commitment_row(world, id).breach.clone().expect("a finding");
        own.path.served().expect("it was served").decided.decision.end
    };
    assert_eq!(shown(&world), shown_until());
    assert_eq!(world.shorten(), ["breach.shortened"]);
    assert!(shown(&world) < shown_until() && shown(&world) >= day("2026-08-31"));
    assert!(world.shorten().is_empty());
    assert_eq!(world.replayed().rows, world.rows);
}

#[test]
fn what_was_decided_before_a_lower_cap_is_not_served_after_it() {
    let mut world = World::seeded();
    let id = world.listing(&[], &[STATUTE], Stage::Decided);
    world.begins("2026-03-03", |pack| pack.black_cap_months = 12);
    let case = CaseRef::Listing(id);
    assert!(world.ask(&handler(), &serve(&world, case)).is_ok());
    world.today = day("2026-03-03");
    assert_eq!(world.refused(&handler(), &serve(&world, case)), guard(Guard::End));
}

/// What ends on the very last day that a lower cap allows is served as it was decided.
#[test]
fn what_ends_on_the_last_day_of_a_lower_cap_is_served() {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Heard));
    let mut asked = decision(case, 2, &[STATUTE]);
    if let Command::DecideCase { end, .. } = &mut asked {
        *end = world.today.plus_months(12);
    }
    world.must(&head(), &asked);
    let tomorrow = world.today.plus_days(1);
    let mut lower = world.clone();
    for (world, months) in [(&mut world, 12), (&mut lower, 11)] {
        world.begins(&tomorrow.to_string(), |pack| pack.black_cap_months = months);
        world.today = tomorrow;
    }
    world.must(&handler(), &serve(&world, case));
    assert_eq!(lower.refused(&handler(), &serve(&lower, case)), guard(Guard::End));
}

/// A catalogue that allows a behaviour so many months at most.
fn allows(world: &mut World, months: u16) {
    let rules = Arc::make_mut(&mut world.rules);
    let own = rules.behaviours.iter_mut().find(|own| own.id == LISTABLE).expect("it is there");
    own.period_months.1 = months;
}

/// A catalogue that allows a behaviour less than was decided ends what runs for it, and what persons
/// answer for under it, earlier; what is not served yet is not served any more.
///
/// Covers: design.md 6, domain.md 4.4.
#[test]
fn a_listing_ends_with_the_period_of_a_later_catalogue() {
    let (mut world, listing) = listed();
    let person = world.attribution(listing, crate::kit::person(1), Stage::Effective);
    let of = |case| {
        move |world: &World| {
            let own = world.path(case).served().expect("it was served");
            (own.decided.decision.on, own.decided.decision.end)
        }
    };
    let (listed, answers) = (of(CaseRef::Listing(listing)), of(CaseRef::Attribution(person)));
    let (on, end) = listed(&world);
    allows(&mut world, 36);
    assert!(world.shorten().is_empty(), "more months are for nobody who was decided on");
    assert_eq!(listed(&world), (on, end));
    allows(&mut world, 12);
    let said = world.shorten();
    assert_eq!(said.iter().filter(|own| **own == "listing.shortened").count(), 2, "{said:?}");
    assert_eq!((listed(&world).1, answers(&world).1), (on.plus_months(12), on.plus_months(12)));
    assert!(world.shorten().is_empty());
    // Where the new last day is past, today is the last one.
    let mut late = world.clone();
    late.go_to(on.plus_months(9));
    allows(&mut late, 6);
    late.shorten();
    assert_eq!((listed(&late).1, answers(&late).1), (late.today, late.today));
    assert_eq!(late.marks(organisation(1)).len(), 1, "to the end of today");
    assert_eq!(late.replayed().rows, late.rows);

    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Decided));
    let mut fewer = world.clone();
    allows(&mut fewer, 12);
    assert_eq!(fewer.refused(&handler(), &serve(&fewer, case)), guard(Guard::End));
    world.must(&handler(), &serve(&world, case));
}

/// A finding of breach that ends on the very last day that a later version allows is served as it was
/// made, and so is one that ends before; one that ends a day later is not.
#[test]
fn a_finding_that_ends_on_the_last_day_allowed_is_served() {
    let (mut world, id) = word(Word::Heard);
    let tomorrow = world.today.plus_days(1);
    world.begins(&tomorrow.to_string(), |pack| pack.publicity_general_months.1 = 6);
    let proposed_on = commitment_row(&world, id).breach.as_ref().expect("a case").proposed_on;
    let pack = world.rules.pack(tomorrow);
    let steps = pack.decide_within_wd + pack.serve_within_days;
    let last = world.rules.calendar.after(proposed_on, steps).day.plus_months(6);
    for (days, is_served) in [(-1, true), (0, true), (1, false)] {
        let mut world = world.clone();
        let mut finding = decide_breach(id, 2);
        if let Command::Commitment(CommitmentCommand::DecideBreach { end, .. }) = &mut finding {
            *end = last.plus_days(days);
        }
        world.must(&head(), &finding);
        world.today = tomorrow;
        let service = serve_breach(&world, id);
        match is_served {
            true => {
                world.must(&handler(), &service);
            }
            false => assert_eq!(world.refused(&handler(), &service), guard(Guard::End)),
        }
    }
}

/// What comes back by a revoked repair ends no later than what it rests on, which was shortened while
/// it was away.
#[test]
fn what_comes_back_ends_with_what_it_rests_on() {
    let own = party(crate::kit::person(1));
    let (mut world, listing) = listed();
    let id = world.attribution(listing, crate::kit::person(1), Stage::Effective);
    world.pass(200);
    let of = done(&mut world, &own, Repairable::Attribution(id));
    allows(&mut world, 12);
    assert_eq!(world.shorten(), ["listing.shortened", "classification.changed"]);
    revoked(&mut world, &own, of);
    world.pass(20);
    let end = |case| world.path(case).served().expect("it was served").decided.decision.end;
    let above = end(CaseRef::Listing(listing));
    assert_eq!(end(CaseRef::Attribution(id)), above);
    assert_eq!(mark_until(&world), above, "the file says so too");
    assert_eq!(world.replayed().rows, world.rows);

    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    world.pass(200);
    let of = done(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    revoked(&mut world, &party(organisation(1)), of);
    world.begins(&world.today.to_string(), |pack| pack.publicity_serious_months.1 = 12);
    assert_eq!(world.shorten(), ["record.publicity_shortened"]);
    world.pass(20);
    let until = until(&world, record).expect("a last day");
    let own = world.path(CaseRef::Listing(listing)).served().expect("it was served");
    assert_eq!(own.decided.decision.end, until);
    assert_eq!(mark_until(&world), until);
    assert_eq!(world.replayed().rows, world.rows);
}

/// The last day of the mark that the newest classification of any file begins with.
fn mark_until(world: &World) -> Day {
    let marks = world.log.iter().rev().find_map(|own| match &own.event {
        Event::ClassificationChanged { in_force } => in_force.first().cloned(),
        _ => None,
    });
    marks.expect("a mark").until
}

/// What comes back by a revoked repair comes back no longer than the rules let it last by then.
#[test]
fn what_a_revoked_repair_brings_back_is_capped_as_it_comes() {
    let (mut world, listing) = listed();
    world.go_to(day("2026-07-01"));
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    world.must(&head(), &approve(&world, id));
    world.close();
    world.must(&handler(), &revocation_notice(&world, id));
    world.pass(8);
    world.must(&head(), &revoke_repair(&world, id, 0));
    world.begins("2026-07-10", |pack| pack.black_cap_months = 12);
    world.go_to(day("2026-07-10"));
    let said = world.pass(20);
    assert!(said.contains(&"listing.restored") && said.contains(&"listing.shortened"), "{said:?}");
    let own = world.path(CaseRef::Listing(listing)).served().expect("it was served");
    assert_eq!(own.decided.decision.end, own.decided.decision.on.plus_months(12));
    assert_eq!(mark_until(&world), own.decided.decision.end);
    assert_eq!(world.replayed().rows, world.rows);
}
