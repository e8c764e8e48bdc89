//! Forged hearings: a period counted from an old day of service, a decision before a hearing can be
//! asked for; and a red list that is checked or left otherwise than it may be.

use super::*;
use forge::hearing::*;
use forge::kit::reviews::review;
use forge::kit::rules::{OFFICE, rules};
use forge::kit::{Post, officer};
use shouxin_core::event::commitment::CommitmentEvent;
use shouxin_core::id::{ListingId, RecordId};

/// Decided on the last day on which a hearing could still be asked for.
fn on_the_last_day(log: &mut Log) -> Position {
    let place = log.last("listing.decided");
    let last = log.at(place).legal_date.plus_days(-1);
    log.date(place, last);
    log.cut(place);
    log.at(place).position
}

pub(super) fn recorded_late(table: &mut Table) {
    let counted = |on, days| rules().calendar.after(on, days);
    let old = "counted from an old day of service";
    table.change("DEADLINE", old, &told_late(), "prenotice.served", |own| {
        if let Event::NoticeServed { window, service, .. } = &mut own.event {
            *window = counted(service.on, 5);
        }
    });
    let breach = breach_told_late();
    table.change("DEADLINE", old, &breach, "breach.notice_served", |own| {
        if let Event::Commitment(CommitmentEvent::BreachNoticeServed { window, service, .. }) =
            &mut own.event
        {
            *window = counted(service.on, 5);
        }
    });
    table.change("DEADLINE", old, &breach, "commitment.cure_notice_served", |own| {
        if let Event::Commitment(CommitmentEvent::CureNoticeServed { cure_by, service, .. }) =
            &mut own.event
        {
            *cure_by = counted(service.on, 10);
        }
    });
    table.other("G-SERVED", old, &served_late(), |log| {
        let place = log.last("decision.served");
        log.cut(place);
        log.change(place, |own| {
            if let Event::DecisionServed { starts_on, service, .. } = &mut own.event {
                *starts_on = counted(service.on, 3).day.plus_days(1);
            }
        })
    });
    let asks = "a hearing may still be asked for after a statement";
    table.other("G-HEARD", asks, &spoke_once(), on_the_last_day);
    let took_back = "a waiver that was taken back";
    table.other("G-HEARD", took_back, &spoke_after_all(), on_the_last_day);
}

pub(super) fn red_list(table: &mut Table) {
    let checked = "listing.checked";
    table.change(
        "G-RED-CHECK",
        "an adverse record is passed over",
        &found_one(),
        checked,
        set!(NominationChecked, adverse_records => Vec::new()),
    );
    let (world, record) = found_none_any_more();
    // Positions of the forged log stand behind its rules and keys.
    let moved = Log::of(&world).at(Log::of(&world).last("record.accepted")).position;
    assert!(moved.sequence > record.0.sequence);
    table.change(
        "G-RED-CHECK",
        "a record past its last day closes the nomination",
        &world,
        checked,
        set!(NominationChecked, adverse_records => vec![RecordId(moved)]),
    );
    let paper = "red_listing.withdrawal_received";
    table.change(
        "G-DOC",
        "an officer's word that the exemplar leaves",
        &left(),
        paper,
        inner!(Listing, ListingEvent::WithdrawalReceived, document_sha256 => [0; 32]),
    );
    table.other("G-COMPETENT", "taken down by another authority", &left(), |log| {
        let place = log.last(paper);
        log.cut(place);
        log.change(place, by(&handler()))
    });
    table.other("INV-6", "a paper that takes nobody off the list", &left(), |log| {
        let place = log.last(paper);
        log.cut(place);
        log.commits[place.0].truncate(place.1 + 1);
        log.at(place).position
    });
    table.other("G-RED-CHECK", "an adverse record came after the check", &left(), |log| {
        let (decided, late) = under_notice();
        let donor = Log::of(&decided);
        let commit = donor.commits[donor.last("red_listing.decided").0].clone();
        *log = Log::of(&late);
        let mut own = commit.into_iter();
        let at = log.append(own.next().expect("the decision"));
        for own in own {
            log.follow(own);
        }
        at
    });
    let limited = "a person of limited capacity";
    let person = forge::process::honoured_person();
    table.change("G-CAPACITY", limited, &person, "listing.nominated", |own| {
        own.subject = Some(forge::kit::person(3));
    });
    let mut reviewed = World::seeded();
    reviewed.must(&handler(), &review(forge::kit::person(1), &[]));
    table.change("G-CAPACITY", limited, &reviewed, "credit_review.performed", |own| {
        own.subject = Some(forge::kit::person(3));
    });
}

/// A nomination whose public notice is over: decided, and where an adverse record came in instead.
fn under_notice() -> (World, World) {
    let nominator = officer(OFFICE, Post::Handler);
    let mut world = World::seeded();
    let listing = ListingId(world.must(&nominator, &nominate(organisation(1))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    let (mut decided, mut late) = (world.clone(), world);
    let decision = decide_red(&decided, listing);
    decided.must(&officer(OFFICE, Post::Head), &decision);
    late.with_record();
    (decided, late)
}
