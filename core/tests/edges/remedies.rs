//! The edges of what follows a first outcome: revoked repairs and honours.

use shouxin_core::apply::record_source;
use shouxin_core::command::remedy::RemedyCommand as R;
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::listing::ListingEvent;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseRef, Event, NominationSource, RepairAcceptance, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{ListingId, RecordId, RepairId};
use shouxin_core::limits::POINTS_MAX;
use shouxin_core::row::{Due, Key, ListingKind, Row};
use shouxin_core::time::Day;

use super::{refused, taken};
use crate::kit::later::*;
use crate::kit::rules::{MARKET, OFFICE, PENALTY, TAX, day};
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{
    Post, Who, World, authority, guard, misfit, officer, organisation, party, person, timer,
};

/// The command with other values in some of its fields.
macro_rules! remedied {
    ($command:expr, $variant:ident, $($field:ident = $value:expr),+) => {{
        let Command::Remedy(mut own) = $command.clone() else { panic!("not about a remedy") };
        match &mut own {
            R::$variant { $($field,)+ .. } => { $(*$field = $value;)+ }
            other => panic!("not a {}: {other:?}", stringify!($variant)),
        }
        Command::Remedy(own)
    }};
}

/// A listing that was removed by a repair whose revocation the subject was told of.
fn told() -> (World, ListingId, RepairId) {
    let (mut world, listing) = listed();
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    world.close();
    let notice = revocation_notice(&world, id);
    world.must(&handler(), &notice);
    (world, listing, id)
}

fn silent() -> (World, ListingId, RepairId) {
    let (mut world, listing, id) = told();
    world.pass(12);
    (world, listing, id)
}

fn asked(world: &World, who: &Who, command: &Command, wanted: Result<(), Ground>) {
    match wanted {
        Ok(()) => taken(world, who, command),
        Err(ground) => refused(world, who, command, ground),
    }
}

#[test]
fn a_statement_on_a_revocation_comes_within_its_period_in_one_to_so_many_points() {
    let (mut world, _, id) = told();
    let subject = party(organisation(1));
    let right = revocation_statement(&world, id);
    let value = Err(misfit(Misfit::Value));
    let of = |count: usize| remedied!(right, StateOnRevocation, points = vec![text(); count]);
    for (count, wanted) in [(0, value), (1, Ok(())), (POINTS_MAX, Ok(())), (POINTS_MAX + 1, value)]
    {
        asked(&world, &subject, &of(count), wanted);
    }
    let mute = remedied!(right, StateOnRevocation, points = vec![no_text()]);
    refused(&world, &subject, &mute, guard(Guard::Heard));
    let on = |day| remedied!(right, StateOnRevocation, received_on = day);
    let told = world.today;
    refused(&world, &subject, &on(told.plus_days(-1)), misfit(Misfit::Value));
    refused(&world, &subject, &on(told.plus_days(1)), misfit(Misfit::Value));
    let last = world.rules.calendar.after(told, world.rules.pack(told).statement_window_wd).day;
    world.today = last;
    taken(&world, &subject, &on(last));
    // The head waits for the end of the last day.
    refused(&world, &head(), &revoke_repair(&world, id, 0), guard(Guard::Heard));
    world.today = last.plus_days(1);
    taken(&world, &handler(), &on(last));
    refused(&world, &handler(), &on(last.plus_days(1)), STATE);
    taken(&world, &head(), &revoke_repair(&world, id, 0));
}

#[test]
fn a_revocation_needs_its_document_and_a_start_before_the_old_end() {
    let (world, _, id) = silent();
    let right = revoke_repair(&world, id, 0);
    taken(&world, &head(), &right);
    let document = guard(Guard::Document);
    refused(
        &world,
        &head(),
        &remedied!(right, RevokeRepair, document_number = String::new()),
        document,
    );
    refused(&world, &head(), &remedied!(right, RevokeRepair, document_sha256 = [0; 32]), document);
    let early = remedied!(right, RevokeRepair, service = served(world.today.plus_days(-1)));
    refused(&world, &head(), &early, guard(Guard::Served));
    // Its standstill ends on the last day that the listing had, or it is too late.
    let start = |today| {
        let standstill = world.rules.pack(today).standstill_wd;
        world.rules.calendar.after(today, standstill).day.plus_days(1)
    };
    let days = (0..800).map(|days| world.today.plus_days(days));
    let (fits, late): (Vec<_>, Vec<_>) = days.partition(|day| start(*day) <= end());
    for (today, wanted) in [
        (fits.last().copied().expect("a day"), Ok(())),
        (late.first().copied().expect("a day"), Err(guard(Guard::End))),
        // On the last day of the listing itself there is nothing to bring back.
        (end(), Err(STATE)),
    ] {
        let mut then = world.clone();
        then.today = today;
        asked(&then, &head(), &revoke_repair(&then, id, 0), wanted);
    }
    let last = fits.last().copied().expect("a day");
    assert_eq!(start(last), end(), "some day starts on the very last one");
}

#[test]
fn what_comes_back_is_what_this_repair_had_removed() {
    let (mut world, listing, id) = silent();
    let decision = revoke_repair(&world, id, 0);
    world.must(&head(), &decision);
    // Its last day counts: it comes back for a day rather than lapse.
    let mut last = world.clone();
    last.today = end();
    let tick = Command::Tick { due: Due::Repair(id) };
    let said = last.run(&timer(), &tick).expect("a timer is not refused");
    assert_eq!(said, ["listing.restored", "record.restored", "classification.changed"]);
    assert_eq!(last.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
    // A second repair takes it off again; the first one's revocation cannot touch that.
    world.pass(12);
    world.today = world.today.plus_months(8);
    let second = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(second, RepairAcceptance::Accepted));
    let approval = approve(&world, second);
    world.must(&head(), &approval);
    world.close();
    refused(&world, &handler(), &revocation_notice(&world, id), STATE);
    taken(&world, &handler(), &revocation_notice(&world, second));
}

#[test]
fn persons_whose_case_ended_before_are_not_ended_again() {
    let (mut world, listing) = listed();
    let attribution = world.attribution(listing, person(1), Stage::Effective);
    let open = world.attribution(listing, person(2), Stage::Effective);
    let dropped =
        world.objection(person(1), shouxin_core::event::Target::Attribution(attribution), false);
    world.outcome(dropped, shouxin_core::event::Finding::Error);
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    world.close();
    let notice = revocation_notice(&world, id);
    world.must(&handler(), &notice);
    world.pass(12);
    let decision = revoke_repair(&world, id, 0);
    world.must(&head(), &decision);
    let before = world.log.len();
    world.pass(12);
    let annulled = world.log[before..].iter().filter_map(|own| match &own.event {
        shouxin_core::event::Event::CaseAnnulled { case: CaseRef::Attribution(id), .. } => {
            Some(*id)
        }
        _ => None,
    });
    assert_eq!(annulled.collect::<Vec<_>>(), [open]);
}

fn grant(world: &World, listing: ListingId, until: Day) -> Command {
    let (ruling, reasons) = (judgment(world, organisation(1)), text());
    remedy(R::GrantRelief { listing, ruling, reasons, until })
}

#[test]
fn a_plan_of_relief_ends_after_today_and_within_its_listing() {
    let (world, listing) = listed();
    let value = misfit(Misfit::Value);
    taken(&world, &head(), &grant(&world, listing, world.today.plus_days(1)));
    taken(&world, &head(), &grant(&world, listing, end()));
    refused(&world, &head(), &grant(&world, listing, world.today), value);
    refused(&world, &head(), &grant(&world, listing, world.today.plus_days(-1)), value);
    refused(&world, &head(), &grant(&world, listing, end().plus_days(1)), value);
}

/// A displayed record, another authority's, a withheld one and a light one, under one listing.
fn with_records() -> (World, ListingId, Vec<RecordId>) {
    let mut world = World::seeded();
    let mut records = Vec::new();
    for (serial, provider) in [(1, MARKET), (2, TAX), (3, MARKET), (4, MARKET)] {
        let number = format!("尤罚〔2026〕{serial}号");
        let own = NewRecord {
            withheld: serial == 3,
            withheld_reason: (serial == 3).then(text),
            // The fourth ends before the others, and not before the listing.
            document_date: day(if serial == 4 { "2025-06-01" } else { "2026-01-15" }),
            source: record_source(authority(provider), PENALTY, &number, organisation(1)),
            ..record(organisation(1), &number)
        };
        let who = officer(provider, Post::Handler);
        let submit = Command::SubmitRecords { records: vec![own] };
        records.push(RecordId(world.must(&who, &submit)));
    }
    let listing = world.listing(&records, &[], Stage::Effective);
    (world, listing, records)
}

fn names(world: &World, from: usize, of: &str) -> usize {
    world.log[from..].iter().filter(|own| own.event.name() == of).count()
}

/// Relief and repair end the display or the record that the listing authority itself collected.
#[test]
fn what_another_authority_collected_is_its_own_to_end() {
    let (mut world, listing, records) = with_records();
    let mut relieved = world.clone();
    relieved.must(&head(), &grant(&world, listing, end()));
    let relief = newest(&relieved, |key| match key {
        Key::Relief(id) => Some(*id),
        _ => None,
    });
    let (document, reasons) = (judgment(&relieved, organisation(1)), text());
    relieved.must(&head(), &remedy(R::CompleteRelief { relief, document, reasons }));
    let shown: Vec<_> = records.iter().map(|id| is_shown(&relieved, *id)).collect();
    assert_eq!(shown, [false, true, false, false]);
    assert_eq!(names(&relieved, 0, "record.relieved"), 3, "the withheld one is in use too");
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let before = world.log.len();
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    assert_eq!(names(&world, before, "record.repaired"), 3);
    assert!(is_shown(&world, records[1]));
}

fn is_shown(world: &World, id: RecordId) -> bool {
    match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row.published,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_record_that_ended_before_is_not_repaired() {
    let (mut world, listing, records) = with_records();
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let expired = Command::Tick { due: Due::Record(records[3]) };
    let mut late = world.clone();
    late.today = day("2028-06-02");
    let said = late.run(&timer(), &expired).expect("a timer is not refused");
    assert_eq!(said, ["record.expired", "listing.expired", "classification.changed"]);
    let before = late.log.len();
    let approval = approve(&late, id);
    late.must(&head(), &approval);
    assert_eq!(names(&late, before, "record.repaired"), 2);
}

#[test]
fn a_repair_is_applied_for_from_its_first_day() {
    let (mut world, listing) = listed();
    let Some(Row::Listing(row)) = world.row(&Key::Listing(listing)) else { panic!("a listing") };
    let ListingKind::Black { case, behaviour, .. } = &row.kind else { panic!("a black one") };
    let rule = world.rules.behaviour(behaviour).and_then(|own| own.repair.clone()).expect("a rule");
    let first = case.path.served().expect("served").starts_on.plus_months(rule.min_months);
    let subject = party(organisation(1));
    world.today = first.plus_days(-1);
    refused(&world, &subject, &repair(listing), guard(Guard::RepairPeriod));
    world.today = first;
    taken(&world, &subject, &repair(listing));
}

#[test]
fn a_red_listing_ends_after_today_and_within_the_months_of_the_rules() {
    let mut world = World::seeded();
    let nominator = officer(OFFICE, Post::Handler);
    let listing = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    let right = decide_red(&world, listing);
    let until = |day| with!(right, DecideRedListing, until = day);
    let cap = world.today.plus_months(world.rules.pack(world.today).red_cap_months);
    taken(&world, &office_head(), &until(world.today.plus_days(1)));
    taken(&world, &office_head(), &until(cap));
    for day in [world.today, world.today.plus_days(-1), cap.plus_days(1)] {
        refused(&world, &office_head(), &until(day), guard(Guard::End));
    }
}

/// On the red list is on the red list, whoever nominates once more; and the day behind its last one
/// the listing is over whether or not a timer has run.
#[test]
fn an_exemplar_is_nominated_from_elsewhere_only_when_its_listing_is_over() {
    let mut world = World::seeded();
    let nominator = officer(OFFICE, Post::Handler);
    let listing = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let again = with!(nominate(organisation(2)), Nominate, source = NominationSource::MoralModel);
    taken(&world, &nominator, &again);
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decision = decide_red(&world, listing);
    world.must(&office_head(), &decision);
    let until = world.today.plus_months(12);
    for today in [world.today, until] {
        world.today = today;
        refused(&world, &nominator, &again, misfit(Misfit::Exists));
    }
    world.today = until.plus_days(1);
    taken(&world, &nominator, &again);
}

/// Nothing changes for a person who answers no longer than the changed end: nothing is said of them.
#[test]
fn a_changed_end_reaches_those_who_answered_longer() {
    let (mut world, listing) = listed();
    let earlier = day("2027-01-01");
    let case = |id| CaseRef::Attribution(id);
    let until = |world: &mut World, serial: u8, last: Day| {
        let id = world.attribution(listing, person(serial), Stage::Heard);
        let decided = with!(decision(case(id), 2, &[]), DecideCase, end = last);
        world.must(&head(), &decided);
        let service = serve(world, case(id));
        world.must(&handler(), &service);
        id
    };
    until(&mut world, 1, earlier);
    let longer = until(&mut world, 2, earlier.plus_days(1));
    world.pass(8);
    let filed = suit(&world, Target::Listing(listing));
    world.must(&handler(), &filed);
    let outcome = rule(&world, RemedyOutcome::Changed { end: earlier });
    world.must(&clerk(), &outcome);
    let shortened = world.log.iter().filter_map(|own| match &own.event {
        Event::Listing(ListingEvent::Shortened { case, end }) => Some((*case, *end)),
        _ => None,
    });
    let wanted = [(CaseRef::Listing(listing), earlier), (case(longer), earlier)];
    assert_eq!(shortened.collect::<Vec<_>>(), wanted);
}
