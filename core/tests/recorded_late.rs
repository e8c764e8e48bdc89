//! What a party may do, it may do from the day on which a service stands in the register: an earlier
//! day of service lets no period pass unseen. And what it says takes nothing of its time to ask for
//! a hearing.
//!
//! Covers: domain.md 2.2, 2.3a, G-HEARD, G-NOTICE, O59.

use crate::kit::commitments::{
    Word, breach_notice, breach_statement, commitment_row, cure, decide_breach, propose_breach,
    word,
};
use crate::kit::later::{listed, office_head, revocation_notice, revocation_statement};
use crate::kit::repairs::done;
use crate::kit::rules::{OFFICE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Post, Who, World, guard, misfit, officer, organisation, party};
use shouxin_core::command::Command;
use shouxin_core::command::commitment::CommitmentCommand;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::ListingId;
use shouxin_core::path::{Path, Standing};
use shouxin_core::row::Repairable;
use shouxin_core::row::commitment::CommitmentState;
use shouxin_core::time::Day;

fn said(world: &World, case: CaseRef, points: usize, hearing: bool) -> Command {
    Command::ReceiveStatement {
        case,
        points: vec![text(); points],
        hearing_requested: hearing,
        received_on: world.today,
        document_sha256: Some(digest(60)),
    }
}

fn received(mut command: Command, on: Day) -> Command {
    match &mut command {
        Command::ReceiveStatement { received_on, .. }
        | Command::Commitment(CommitmentCommand::StateOnBreach { received_on, .. })
        | Command::Remedy(RemedyCommand::StateOnRevocation { received_on, .. })
        | Command::Listing(ListingCommand::StateOnRedRevocation { received_on, .. }) => {
            *received_on = on;
        }
        other => panic!("{other:?} is no statement"),
    }
    command
}

/// A notice that is recorded twenty days after it was served, on the day of the proposal.
fn told_late() -> (World, CaseRef, Day) {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Proposed));
    let told = world.today;
    world.pass(20);
    let mut late = notice(&world, case, &[STATUTE]);
    if let Command::ServeNotice { service, .. } = &mut late {
        *service = served(told);
    }
    world.must(&handler(), &late);
    (world, case, told)
}

#[test]
fn a_notice_served_long_ago_leaves_the_whole_period() {
    let (mut world, case, _) = told_late();
    let recorded = world.today;
    assert!(world.tick().is_empty(), "its period begins");
    assert_eq!(world.refused(&head(), &decision(case, 0, &[STATUTE])), guard(Guard::Heard));
    let subject = party(organisation(1));
    let last = world.rules.calendar.after(recorded, 5).day;
    world.go_to(last);
    assert!(world.ask(&subject, &said(&world, case, 1, true)).is_ok(), "the last day of both");
    assert_eq!(world.go_to(last.plus_days(1)), ["statement.window_closed"]);
    assert_eq!(world.refused(&subject, &said(&world, case, 1, false)), misfit(Misfit::State));
    world.must(&head(), &decision(case, 0, &[STATUTE]));
}

/// What the party answered to the paper, before that was recorded, is an answer all the same.
#[test]
fn an_answer_between_service_and_its_record_is_taken_with_its_day() {
    let (world, case, told) = told_late();
    let right = said(&world, case, 1, false);
    for on in [told, told.plus_days(3), world.today] {
        assert!(world.ask(&handler(), &received(right.clone(), on)).is_ok(), "{on}");
    }
    let before = received(right, told.plus_days(-1));
    assert_eq!(world.refused(&handler(), &before), misfit(Misfit::Value), "it answers nothing");
}

#[test]
fn a_breach_notice_served_long_ago_leaves_the_whole_period() {
    let (mut world, id) = word(Word::Proposed);
    let told = world.today;
    world.pass(20);
    let mut late = breach_notice(&world, id);
    if let Command::Commitment(CommitmentCommand::ServeBreachNotice { service, .. }) = &mut late {
        *service = served(told);
    }
    world.must(&handler(), &late);
    assert!(world.tick().is_empty(), "its period begins");
    assert_eq!(world.refused(&head(), &decide_breach(id, 0)), guard(Guard::Heard));
    let mut own = breach_statement(&world, id);
    if let Command::Commitment(CommitmentCommand::StateOnBreach { document_sha256, .. }) = &mut own
    {
        *document_sha256 = Some(digest(61));
    }
    assert!(world.ask(&handler(), &received(own.clone(), told.plus_days(3))).is_ok());
    let before = received(own, told.plus_days(-1));
    assert_eq!(world.refused(&handler(), &before), misfit(Misfit::Value));
    let last = world.rules.calendar.after(world.today, 5).day;
    world.go_to(last);
    assert!(world.ask(&party(organisation(1)), &breach_statement(&world, id)).is_ok());
    assert_eq!(world.go_to(last.plus_days(1)), ["breach.window_closed"]);
}

#[test]
fn a_cure_notice_served_long_ago_leaves_the_whole_time() {
    let (mut world, id) = word(Word::Overdue);
    let told = world.today;
    world.pass(30);
    let mut late = cure(&world, id);
    if let Command::Commitment(CommitmentCommand::ServeCureNotice { service, .. }) = &mut late {
        *service = served(told);
    }
    world.must(&handler(), &late);
    let last = world.rules.calendar.after(world.today, 10).day;
    match commitment_row(&world, id).state {
        CommitmentState::CurePeriod { cure_by } => assert_eq!(cure_by.day, last),
        state => panic!("{state:?}"),
    }
    world.go_to(last);
    assert_eq!(world.refused(&handler(), &propose_breach(id)), guard(Guard::Notice));
    world.pass(1);
    world.must(&handler(), &propose_breach(id));
}

/// A decision recorded as served long ago would have effect the next day, before the party could
/// have it stopped here.
#[test]
fn a_decision_served_long_ago_leaves_the_whole_standstill() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Decided);
    let case = CaseRef::Listing(listing);
    let told = world.today;
    world.pass(15);
    let mut late = serve(&world, case);
    if let Command::ServeDecision { service, .. } = &mut late {
        *service = served(told);
    }
    world.must(&handler(), &late);
    let standstill_wd = world.rules.pack(world.today).standstill_wd;
    let last = world.rules.calendar.after(world.today, standstill_wd).day;
    let Path::Served(own) = world.path(case) else { panic!("it is served") };
    assert_eq!((own.served_on, own.starts_on), (told, last.plus_days(1)));
    assert!(world.go_to(last).is_empty(), "nothing has effect in the standstill");
    let mut stopped = world.clone();
    stopped.objection(organisation(1), Target::Listing(listing), false);
    stopped.pass(3);
    let standing = |world: &World| world.standing(|rows, on| rows.listing_standing(listing, on));
    assert_ne!(standing(&stopped), Standing::InForce, "the party stopped it here");
    world.pass(1);
    assert_eq!(standing(&world), Standing::InForce);
}

/// The notice offers a hearing, and the party answers on the first day without asking for one: its
/// time to ask runs on.
#[test]
fn a_statement_takes_nothing_of_the_time_to_ask_for_a_hearing() {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Noticed));
    let last = world.rules.calendar.after(world.today, 5).day;
    let subject = party(organisation(1));
    world.pass(1);
    world.must(&subject, &said(&world, case, 1, false));
    let decide = decision(case, 1, &[STATUTE]);
    assert_eq!(world.refused(&head(), &decide), guard(Guard::Heard));
    world.go_to(last);
    assert_eq!(world.refused(&head(), &decide), guard(Guard::Heard), "its last day");
    let mut asked = world.clone();
    asked.must(&subject, &said(&world, case, 0, true));
    asked.pass(1);
    assert_eq!(asked.refused(&head(), &decide), guard(Guard::Heard), "it was not held");
    asked.must(&colleague(), &hearing(case));
    asked.must(&head(), &decide);
    // Held without being asked for, nothing is left to ask for.
    let mut held = world.clone();
    held.must(&colleague(), &hearing(case));
    held.must(&head(), &decide);
    world.pass(1);
    world.must(&head(), &decide);
}

/// Who waived is not waited for; who spoke after all is.
#[test]
fn a_waiver_ends_the_wait_until_the_party_speaks() {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Noticed));
    world.must(&handler(), &waive(case));
    assert!(world.ask(&head(), &decision(case, 0, &[STATUTE])).is_ok());
    world.must(&party(organisation(1)), &said(&world, case, 1, false));
    assert_eq!(world.refused(&head(), &decision(case, 1, &[STATUTE])), guard(Guard::Heard));
}

/// Where no hearing was offered, nobody waits for a request.
#[test]
fn what_was_not_offered_is_not_waited_for() {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[], Stage::Proposed));
    let mut plain = notice(&world, case, &[]);
    if let Command::ServeNotice { hearing_offered, .. } = &mut plain {
        *hearing_offered = false;
    }
    world.must(&handler(), &plain);
    world.must(&party(organisation(1)), &said(&world, case, 1, false));
    world.must(&head(), &decision(case, 1, &[]));
}

/// A revocation that was told days before it was recorded: what the party said in between was said in
/// time, what is dated before the notice was not said to it, and nobody is told of a revocation
/// before there is something to revoke. Covers O60, G-HEARD, G-NOTICE.
#[test]
fn what_was_said_before_a_notice_of_revocation_was_recorded_counts() {
    let (mut repaired, listing) = listed();
    repaired.pass(120);
    let of = done(&mut repaired, &party(organisation(1)), Repairable::Listing(listing));
    let tell_repair = |world: &World| revocation_notice(world, of);
    let state_repair = |world: &World| revocation_statement(world, of);

    let (nominator, decider) = (officer(OFFICE, Post::Handler), office_head());
    let mut honoured = World::seeded();
    let red = ListingId(honoured.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&honoured, red, &[]);
    honoured.must(&nominator, &check);
    honoured.must(&nominator, &Command::OpenPublicNotice { listing: red });
    honoured.pass(8);
    let decided = decide_red(&honoured, red);
    honoured.must(&decider, &decided);
    let tell_red = |world: &World| {
        Command::Listing(ListingCommand::NoticeRedRevocation {
            listing: red,
            reasons: text(),
            document_sha256: digest(36),
            service: served(world.today),
        })
    };
    let state_red = |world: &World| {
        Command::Listing(ListingCommand::StateOnRedRevocation {
            listing: red,
            points: vec![text()],
            document_sha256: Some(digest(14)),
            received_on: world.today,
        })
    };
    type Asked<'a> = &'a dyn Fn(&World) -> Command;
    let courses: [(World, Who, Asked<'_>, Asked<'_>); 2] = [
        (repaired, handler(), &tell_repair, &state_repair),
        (honoured, nominator, &tell_red, &state_red),
    ];
    for (mut world, who, tell, state) in courses {
        let since = world.today;
        world.pass(10);
        let before = told_on(tell(&world), since.plus_days(-1));
        let refusal = world.ask(&who, &before).expect_err("there was nothing to revoke");
        assert_eq!((refusal.ground, refusal.field), (guard(Guard::Notice), Some("service")));
        assert!(world.ask(&who, &told_on(tell(&world), since)).is_ok());
        let told = since.plus_days(4);
        world.must(&who, &told_on(tell(&world), told));
        let early = received(state(&world), told.plus_days(-1));
        assert_eq!(world.refused(&who, &early), misfit(Misfit::Value));
        world.must(&who, &received(state(&world), told));
        assert_eq!(world.replayed().rows, world.rows);
    }
}

fn told_on(mut command: Command, on: Day) -> Command {
    match &mut command {
        Command::Remedy(RemedyCommand::NoticeRevocation { service, .. })
        | Command::Listing(ListingCommand::NoticeRedRevocation { service, .. }) => service.on = on,
        other => panic!("{other:?} is no notice"),
    }
    command
}
