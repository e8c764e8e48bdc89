//! Forged steps that come once more, or about what has ended: owed twice, applied for twice, heard twice,
//! in effect twice; and outcomes that change what they cannot.

use shouxin_core::event::publicity::PublicityEvent;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{RepairAcceptance, Target};
use shouxin_core::id::RepairId;

use super::*;
use crate::forge::kit::authority;
use crate::forge::kit::later::{office_head, remedy_of, rule, suit};
use crate::forge::kit::rules::{MARKET, OFFICE};
use crate::forge::kit::{Post, officer, timer};
use crate::forge::process;
use shouxin_core::command::remedy::RemedyCommand as C;
use shouxin_core::row::Repairable;

/// Says the last event of a name once more, on the day of that event.
fn again(log: &mut Log, event: &str) -> Position {
    let place = log.last(event);
    log.cut(place);
    let own = log.at(place).clone();
    log.append(own)
}

/// An objection that is upheld, and a suit about the same listing that is revoked afterwards; redress done.
fn redressed() -> World {
    let (mut world, listing) = listed();
    let target = Target::Listing(listing);
    let filed = suit(&world, target);
    world.must(&handler(), &filed);
    let ruled = rule(&world, RemedyOutcome::Revoked);
    world.must(&handler(), &ruled);
    let (account, evidence) = (text(), vec![digest(44)]);
    let done = C::CompleteRemedyRedress { remedy: remedy_of(&world), account, evidence };
    world.must(&handler(), &Command::Remedy(done));
    world
}

fn upheld() -> World {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(id, Finding::Error);
    world.must(&handler(), &redress(id));
    world
}

/// A suit that shortens a record.
fn changed() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let filed = suit(&world, Target::Record(record));
    world.must(&handler(), &filed);
    let ruled = rule(&world, RemedyOutcome::Changed { end: world.today.plus_days(30) });
    world.must(&clerk(), &ruled);
    world
}

/// A suit about a measure that is upheld.
fn measure_upheld() -> World {
    let (mut world, listing) = listed();
    let measure = world.measure(listing, STATUTE, Progress::Executed);
    let filed = suit(&world, Target::Measure(measure));
    world.must(&handler(), &filed);
    let ruled = rule(&world, RemedyOutcome::Upheld);
    world.must(&clerk(), &ruled);
    world
}

/// A repair that was refused, and reviewed.
fn refused(upheld: bool) -> World {
    let (mut world, listing) = listed();
    world.pass(200);
    let id =
        RepairId(world.must(&party(organisation(1)), &ask_repair(Repairable::Listing(listing))));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let refusal = refuse_repair(&world, id);
    world.must(&head(), &refusal);
    let of = ReviewOf::Repair(id);
    let (statement, evidence) = (text(), vec![digest(31)]);
    let asked = C::RequestReview { of, statement, evidence, new_facts: false };
    world.must(&party(organisation(1)), &Command::Remedy(asked));
    let (reasons, service) = (text(), served(world.today));
    let decided = C::DecideReview { of, upheld, reasons, service };
    world.must(&office_head(), &Command::Remedy(decided));
    world
}

pub(super) fn redress_once(table: &mut Table) {
    let (by_suit, by_objection) = (redressed(), upheld());
    table.other("INV-2", "redress of one thing is owed twice", &by_suit, |log| {
        again(log, "redress.owed")
    });
    let bare = "nothing shows what was done";
    table.change("G-DOC", bare, &by_objection, "redress.completed", |own| {
        set!(RedressCompleted, evidence => Vec::new())(own);
    });
    table.change("G-DOC", bare, &by_suit, "redress.done", |own| {
        inner!(Remedy, RemedyEvent::RedressDone, evidence => vec![[0; 32]])(own);
    });
    table.change("G-DOC", bare, &process::annulled(), "redress.done_after_annulment", |own| {
        inner!(Remedy, RemedyEvent::AnnulmentRedressDone, evidence => Vec::new())(own);
    });
}

fn act_by(own: &mut Envelope) -> &mut Option<shouxin_core::calendar::Deadline> {
    match &mut own.event {
        Event::Remedy(RemedyEvent::ReviewDecided { act_by, .. }) => act_by,
        other => panic!("{other:?}"),
    }
}

pub(super) fn reviews_of_repairs(table: &mut Table) {
    let (upheld, kept) = (refused(true), refused(false));
    table.change("DEADLINE", "upheld, and stays refused", &upheld, "review.decided", |own| {
        *act_by(own) = None;
    });
    table.other("DEADLINE", "refused, and to be looked at anew", &kept, |log| {
        let mut other = Log::of(&upheld);
        let given = other.last("review.decided");
        let mut day = None;
        other.change(given, |own| day = *act_by(own));
        let place = log.last("review.decided");
        log.cut(place);
        log.change(place, |own| *act_by(own) = day)
    });
    table.other("G-4EYES", "the office reviews what its own head refused", &kept, |log| {
        let place = log.last("review.requested");
        log.cut(place);
        let clerk = officer(OFFICE, Post::Colleague).actor;
        for own in log.commits.iter_mut().flatten() {
            if let Event::KeyCreated { officer: Some(of), .. } = &mut own.event
                && clerk == Actor::Officer(of.clone())
            {
                let Actor::Officer(head) = head().actor else { panic!("an officer") };
                assert_eq!(head.authority, authority(MARKET));
                *of = head;
            }
        }
        log.at(place).position
    });
}

pub(super) fn second_steps(table: &mut Table) {
    let twice: &[(&str, World)] = &[
        ("repair.applied", refused(false)),
        ("repair.record_applied", further::record_restored()),
        ("listing.took_effect", listed().0),
        ("hearing.held", listed().0),
    ];
    for (event, world) in twice {
        table.other("INV-2", "the same once more", world, |log| again(log, event));
    }
    let red = lives::red_revoked();
    table.other("INV-2", "nominated while on the red list", &red, |log| {
        let first = log.last("listing.nominated");
        let own = log.at(first).event.clone();
        let place = log.last("red_listing.decided");
        log.cut(place);
        let mut nominated = log.like(place, own);
        nominated.actor = log.at(first).actor.clone();
        log.append(nominated)
    });
    table.other("INV-2", "an objection to what has ended", &upheld(), |log| {
        let own = log.at(log.last("objection.filed")).clone();
        let place = log.last("redress.completed");
        assert_eq!(own.legal_date, log.at(place).legal_date, "on the same day");
        log.append(own)
    });
    table.other("INV-10", "a record is named twice", &listed().0, |log| {
        let place = log.last("listing.proposed");
        log.cut(place);
        log.change(place, |own| match &mut own.event {
            Event::ListingProposed { records, .. } => records.push(records[0]),
            other => panic!("{other:?}"),
        })
    });
}

pub(super) fn changes(table: &mut Table) {
    let world = changed();
    let late = day("2029-06-01");
    table.other("G-END", "changed to a later end", &world, |log| {
        let place = log.last("remedy.decided");
        log.cut(place);
        while log.commits[place.0].len() > place.1 + 1 {
            log.commits[place.0].pop();
        }
        log.change(place, |own| {
            inner!(Remedy, RemedyEvent::RemedyDecided, outcome => RemedyOutcome::Changed { end: late })(own);
        })
    });
    table.change("G-END", "a measure is changed", &measure_upheld(), "remedy.decided", |own| {
        inner!(Remedy, RemedyEvent::RemedyDecided, outcome => RemedyOutcome::Changed { end: late })(
            own,
        );
    });
}

/// A measure whose end nobody looked at for some days.
fn late_lift() -> World {
    let (mut world, listing) = listed();
    let id = world.measure(listing, STATUTE, Progress::FedBack);
    world.today = world.measure_row(id).until.plus_days(10);
    let due = shouxin_core::row::Due::Measure(id);
    world.must(&timer(), &Command::Tick { due });
    world
}

pub(super) fn lifts(table: &mut Table) {
    let world = late_lift();
    let calendar = &world.rules.calendar;
    let until = match world.rows.values().find_map(|row| match &**row {
        shouxin_core::row::Row::Measure(row) => Some(row.until),
        _ => None,
    }) {
        Some(until) => until,
        None => panic!("a measure"),
    };
    for (what, from) in [
        ("a lift counted from a later day", until.plus_days(3)),
        ("a lift counted from before there was a measure", day("2026-01-05")),
    ] {
        let due = calendar.after(from, world.rules.pack(world.today).lift_wd);
        table.change("DEADLINE", what, &world, "measure.lift_required", |own| {
            match &mut own.event {
                Event::Measure(MeasureEvent::LiftRequired { due: own, .. }) => *own = due,
                other => panic!("{other:?}"),
            }
        });
    }
    let (mut world, listing) = listed();
    world.measure(listing, STATUTE, Progress::FedBack);
    table.change("INV-2", "a report on a lift that was none", &world, "feedback.filed", |own| {
        set!(FeedbackFiled, of_lift => true)(own);
    });
}

/// A record that was corrected before a listing came to rest on it.
fn corrected() -> (World, String) {
    let mut world = World::seeded();
    let (other, record) = (world.with_record(), world.with_record());
    let number = match world.row(&shouxin_core::row::Key::Record(other)) {
        Some(shouxin_core::row::Row::Record(row)) => row.document_number.clone(),
        _ => panic!("a record"),
    };
    world.listing(&[record], &[], Stage::Heard);
    world.pass(2);
    world.must(&handler(), &correction(record));
    (world, number)
}

fn correction(record: shouxin_core::id::RecordId) -> Command {
    Command::CorrectRecord {
        record,
        document_number: "尤市监罚〔2026〕改1号".to_owned(),
        document_date: day("2026-01-15"),
        document_sha256: Some(digest(38)),
        content: Some(text()),
        severity: Some(shouxin_core::rules::Severity::Serious),
        reasons: text(),
    }
}

pub(super) fn corrections(table: &mut Table) {
    let (world, number) = corrected();
    let own = "record.corrected";
    table.change("INV-10", "corrected to what another is the record of", &world, own, |own| {
        inner!(Record, RecordEvent::Corrected, document_number => number)(own);
    });
    table.change("G-FACT", "dated behind what was proposed on it", &world, own, |own| {
        let on = own.legal_date.plus_days(-1);
        inner!(Record, RecordEvent::Corrected, document_date => on)(own);
    });
    let mut world = World::seeded();
    let record = world.with_record();
    world.must(&handler(), &correction(record));
    table.other("INV-10", "recorded anew under its corrected number", &world, |log| {
        let place = log.last(own);
        let given = match &log.at(place).event {
            Event::Record(RecordEvent::Corrected { document_number, .. }) => {
                document_number.clone()
            }
            other => panic!("{other:?}"),
        };
        let first = log.last("record.accepted");
        let mut again = log.like(place, log.at(first).event.clone());
        set!(RecordAccepted, document_number => given)(&mut again);
        again.actor = log.at(first).actor.clone();
        let at = log.append(again);
        let mut filed = log.at(log.last("publicity.filed")).clone();
        filed.cause = Some(at);
        if let Event::Publicity(PublicityEvent::Filed { record, .. }) = &mut filed.event {
            record.0 = at;
        }
        log.follow(filed);
        at
    });
}

/// Two unverified objections to one record: the first outcome shows nothing yet.
#[test]
fn what_two_outcomes_keep_off_display_is_let_stand() {
    let mut world = World::seeded();
    let record = world.with_record();
    let target = Target::Record(record);
    let own = world.objection(organisation(1), target, false);
    let mut complaint = object(target, false);
    if let Command::FileObjection { trigger, .. } = &mut complaint {
        *trigger = shouxin_core::event::Trigger::Complaint;
    }
    let other = shouxin_core::id::ObjectionId(world.must(&handler(), &complaint));
    for objection in [own, other] {
        world.must(&clerk(), &Command::AcceptObjection { objection });
        let received_on = world.today;
        world.must(&clerk(), &Command::ReferObjection { objection, received_on });
    }
    world.pass(60);
    for objection in [own, other] {
        let marked = C::MarkUnverified { objection, reasons: text(), service: served(world.today) };
        world.must(&clerk(), &Command::Remedy(marked));
    }
    let mut stopped = world.clone();
    for (world, finding) in
        [(&mut world, Finding::Correct), (&mut stopped, Finding::DisplayStopped)]
    {
        for (id, finding) in [(own, finding), (other, Finding::Correct)] {
            world.must(&head(), &report(id, finding));
            let outcome = resolve(world, id);
            world.must(&clerk(), &outcome);
        }
        // The provider takes it off display: that it is shown, or is not, the audit has to know.
        let hide = Command::EndDisplay { record, reasons: text() };
        assert_eq!(world.ask(&handler(), &hide).is_ok(), finding == Finding::Correct);
        if finding == Finding::Correct {
            world.must(&handler(), &hide);
        }
        assert_eq!(Log::of(world).audit(), Vec::new());
    }
}
