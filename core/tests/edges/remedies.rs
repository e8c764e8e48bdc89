//! The edges of what follows a first outcome: revoked repairs and honours.

use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand as R;
use shouxin_core::event::{CaseRef, RepairAcceptance};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{ListingId, RepairId};
use shouxin_core::limits::POINTS_MAX;
use shouxin_core::row::Due;

use super::{refused, taken};
use crate::kit::later::*;
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{Who, World, guard, misfit, organisation, party, person, timer};

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
    assert_eq!(said, ["listing.restored", "classification.changed"]);
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
