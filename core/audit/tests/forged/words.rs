//! Forgeries about commitments, credit reviews and tolerant acceptance.

use shouxin_core::event::ObjectionGround;
use shouxin_core::event::commitment::{CommitmentEvent, CommitmentKind};
use shouxin_core::event::credit_review::CreditReviewEvent;
use shouxin_core::event::tolerance::{GreenChannel, ToleranceEvent};
use shouxin_core::id::{CommitmentId, ListingId, RecordId};

use super::*;
use crate::forge::kit::commitments as steps;
use crate::forge::kit::commitments::{Word, due, word};
use crate::forge::words;

pub(super) fn commitments(table: &mut Table) {
    let kept = words::kept();
    let offered = "commitment.offered";
    let (in_force, _) = word(Word::InForce);
    let signed = "commitment.signed";
    let published = "commitment.published";
    table.change(
        "G-DOC",
        "an offer that names no consequences",
        &kept,
        offered,
        inner!(Commitment, CommitmentEvent::Offered, consequences => no_text()),
    );
    table.change(
        "DEADLINE",
        "due today",
        &kept,
        offered,
        inner!(Commitment, CommitmentEvent::Offered, due => day("2026-03-02")),
    );
    table.change("G-CAPACITY", "a person of limited capacity", &kept, offered, |own| {
        own.subject = Some(person(3));
    });
    table.change("G-HUMAN", "somebody else signs", &in_force, signed, by(&party(organisation(2))));
    table.change("G-HUMAN", "a timer signs", &in_force, signed, by(&forge::kit::timer()));
    table.change(
        "G-COMPETENT",
        "another counter takes the signature",
        &in_force,
        signed,
        by(&implementer()),
    );
    table.change(
        "G-DOC",
        "nothing was signed",
        &in_force,
        signed,
        inner!(Commitment, CommitmentEvent::Signed, document_sha256 => [0; 32]),
    );
    table.remove("INV-2", "in force unsigned", &in_force, &[signed], published);
    table.change(
        "G-CONSENT",
        "a person's commitment is shown without consent",
        &words::of_a_person(),
        published,
        inner!(Commitment, CommitmentEvent::Published, consent_sha256 => None),
    );
    table.other("G-OPEN", "made to one department, and shown", &in_force, |log| {
        let offer = log.last(offered);
        let alone = CommitmentKind::Permit;
        log.change(offer, inner!(Commitment, CommitmentEvent::Offered, kind => alone));
        let place = log.last(published);
        log.cut(place);
        log.at(place).position
    });
    table.change(
        "G-FACT",
        "kept, and no evidence",
        &words::permit(),
        "commitment.fulfilled",
        inner!(Commitment, CommitmentEvent::Fulfilled, evidence => Vec::new()),
    );
    table.other("INV-2", "withdrawn after the matter was decided", &words::permit(), |log| {
        let place = log.last("commitment.matter_decided");
        log.cut(place);
        let commitment = first_commitment(log);
        let event = CommitmentEvent::Withdrawn {
            commitment,
            reasons: text(),
            document_sha256: Some(digest(1)),
        };
        let own = log.like(place, Event::Commitment(event));
        log.append(own)
    });
    table.other("DEADLINE", "overdue on its last day", &word(Word::Overdue).0, |log| {
        let place = log.last("commitment.overdue");
        log.date(place, due());
        log.at(place).position
    });
    let (notice, _) = word(Word::CurePeriod);
    let cure = "commitment.cure_notice_served";
    table.change("DEADLINE", "too little time to put it right", &notice, cure, |own| {
        if let Event::Commitment(CommitmentEvent::CureNoticeServed { cure_by, service, .. }) =
            &mut own.event
        {
            *cure_by = forge::kit::rules::rules().calendar.after(service.on, 3);
        }
    });
    table.change("G-NOTICE", "a cure notice before it was overdue", &notice, cure, |own| {
        if let Event::Commitment(CommitmentEvent::CureNoticeServed { service, .. }) = &mut own.event
        {
            service.on = due();
        }
    });
}

fn first_commitment(log: &Log) -> CommitmentId {
    CommitmentId(log.at(log.place("commitment.offered", 0)).position)
}

pub(super) fn breaches(table: &mut Table) {
    let world = words::broken();
    let proposed = "breach.proposed";
    let cure = "commitment.cure_notice_served";
    table.remove("G-NOTICE", "no time to put it right", &world, &[cure], proposed);
    table.other("G-NOTICE", "found broken while it can be put right", &world, |log| {
        let place = log.last(proposed);
        log.cut(place);
        let (rules, day) = (forge::kit::rules::rules(), log.at(place).legal_date);
        // The rest of the proposal is right: only the cure period is longer now.
        log.change(log.last(cure), |own| {
            if let Event::Commitment(CommitmentEvent::CureNoticeServed {
                cure_by, service, ..
            }) = &mut own.event
            {
                *cure_by = rules.calendar.after(service.on, 60);
                assert!(cure_by.day > day, "it runs still");
            }
        });
        log.at(place).position
    });
    table.change(
        "G-BASIS",
        "a repealed law",
        &world,
        proposed,
        inner!(Commitment, CommitmentEvent::BreachProposed, basis => vec![cite("repealed")]),
    );
    table.change(
        "G-FACT",
        "no evidence",
        &world,
        proposed,
        inner!(Commitment, CommitmentEvent::BreachProposed, evidence => Vec::new()),
    );
    table.change("G-END", "a later cap", &world, proposed, |own| {
        if let Event::Commitment(CommitmentEvent::BreachProposed { cap, .. }) = &mut own.event {
            *cap = cap.plus_days(1);
        }
    });
    table.change("G-COMPETENT", "another authority proposes", &world, proposed, by(&implementer()));
    let told = "breach.notice_served";
    table.change("DEADLINE", "a shorter window", &world, told, |own| {
        if let Event::Commitment(CommitmentEvent::BreachNoticeServed { window, .. }) =
            &mut own.event
        {
            window.day = window.day.plus_days(-1);
        }
    });
    let stated = "breach.statement_received";
    table.remove("G-NOTICE", "heard about nothing", &world, &[told], stated);
    let decided = "breach.decided";
    table.remove("G-NOTICE", "found broken without notice", &world, &[stated, told], decided);
    table.remove("G-HEARD", "nobody was heard", &world, &[stated], decided);
    let one = vec![text()];
    table.change(
        "G-HEARD",
        "a point without an answer",
        &world,
        decided,
        inner!(Commitment, CommitmentEvent::BreachDecided, answers => one),
    );
    table.change("G-4EYES", "no head decides", &world, decided, by(&colleague()));
    table.change("G-HUMAN", "a timer decides", &world, decided, by(&forge::kit::timer()));
    table.change(
        "G-DOC",
        "no way to make it good",
        &world,
        decided,
        inner!(Commitment, CommitmentEvent::BreachDecided, repair_conditions => no_text()),
    );
    table.change(
        "G-END",
        "shown for ever",
        &world,
        decided,
        inner!(Commitment, CommitmentEvent::BreachDecided, end => day("2036-01-01")),
    );
    let served = "breach.served";
    table.remove("INV-1", "served, and nobody decided", &world, &[decided], served);
    table.change(
        "G-SERVED",
        "without the repair guide",
        &world,
        served,
        inner!(Commitment, CommitmentEvent::BreachServed, repair_guide_sha256 => [0; 32]),
    );
    table.change(
        "G-OPEN",
        "a person's breach is shown",
        &words::of_a_person(),
        served,
        inner!(Commitment, CommitmentEvent::BreachServed, published => true),
    );
    table.other("G-HEARD", "the window is closed early", &words::broken_in_silence(), |log| {
        let place = log.last("breach.window_closed");
        let last = log.at(place).legal_date.plus_days(-1);
        log.date(place, last);
        log.cut(place);
        log.at(place).position
    });
    let disputed = words::disputed();
    table.other("INV-6", "a finding voided without an outcome", &disputed, |log| {
        let place = log.last("objection.filed");
        log.cut(place);
        let commitment = first_commitment(log);
        let event = CommitmentEvent::BreachAnnulled { commitment, reasons: text() };
        let own = log.like(log.last("objection.resolved"), Event::Commitment(event));
        log.append(own)
    });
    table.other("INV-6", "an upheld objection leaves the finding", &disputed, |log| {
        let place = log.last("breach.annulled");
        log.cut(place);
        log.remove(place);
        log.at(log.last("objection.resolved")).position
    });
    table.other("DEADLINE", "a finding ends before its end date", &disputed, |log| {
        let place = log.last("breach.expired");
        log.date(place, steps::shown_until());
        log.at(place).position
    });
    table.other("INV-4", "a first objection to a finding suspends nothing", &disputed, |log| {
        let place = log.place("objection.filed", 0);
        log.change(place, |own| {
            if let Event::ObjectionFiled { suspends, .. } = &mut own.event {
                *suspends = false;
            }
        });
        log.at(place).position
    });
    table.other(
        "G-NOSUSP",
        "found broken anew while the former finding is disputed",
        &disputed,
        |log| {
            // A third objection, on another ground, stays open.
            let mut own = log.at(log.last("objection.filed")).clone();
            set!(ObjectionFiled, grounds => vec![ObjectionGround::Duplicate])(&mut own);
            log.insert(log.place("objection.accepted", 1), own);
            let place = log.place("breach.proposed", 1);
            log.cut(place);
            log.at(place).position
        },
    );
    table.other("G-4EYES", "no head takes its finding back", &words::broken_in_silence(), |log| {
        let place = log.last("breach.dropped");
        log.cut(place);
        log.change(place, by(&handler()))
    });
    table.other("INV-10", "found broken, and it was kept", &words::kept(), |log| {
        let (mut world, id) = word(Word::Proposed);
        world.must(&handler(), &steps::fulfil(id));
        *log = Log::of(&world);
        let own = log.at(log.last(proposed)).clone();
        let today = log.at(log.last("commitment.fulfilled")).legal_date;
        assert_eq!(own.legal_date, today, "the proposal is right on that day");
        log.append(own)
    });
}

pub(super) fn reviews(table: &mut Table) {
    let world = words::looked_at();
    let name = "credit_review.performed";
    table.change(
        "G-DOC",
        "for no matter",
        &world,
        name,
        inner!(CreditReview, CreditReviewEvent::Performed, matter => no_text()),
    );
    table.change("INV-10", "another subject's record", &world, name, |own| {
        own.subject = Some(organisation(2));
    });
    table.change(
        "INV-10",
        "a record that is not there",
        &world,
        name,
        inner!(CreditReview, CreditReviewEvent::Performed, records => vec![RecordId(Position::local(1))]),
    );
    table.other("G-NOSUSP", "a disputed record is listed", &world, |log| {
        let own = log.at(log.last(name)).clone();
        let mut objected = words::looked_at();
        let record = forge::kit::courses::held(&objected).records[0];
        objected.objection(organisation(1), Target::Record(record), false);
        *log = Log::of(&objected);
        log.append(own)
    });
    table.other("G-END", "a record that was annulled is listed", &world, |log| {
        let own = log.at(log.last(name)).clone();
        let mut annulled = words::looked_at();
        let record = forge::kit::courses::held(&annulled).records[0];
        annulled.must(
            &handler(),
            &shouxin_core::command::Command::AnnulRecord { record, reasons: text() },
        );
        *log = Log::of(&annulled);
        log.append(own)
    });
}

pub(super) fn tolerances(table: &mut Table) {
    let world = words::tolerated();
    let opened = "tolerant_acceptance.opened";
    table.change(
        "G-DOC",
        "no promise",
        &world,
        opened,
        inner!(Tolerance, ToleranceEvent::Opened, promise_sha256 => [0; 32]),
    );
    table.change(
        "G-RED-CHECK",
        "an exemplar that is none",
        &world,
        opened,
        inner!(Tolerance, ToleranceEvent::Opened, by_right_of => GreenChannel::Exemplar(
            ListingId(Position::local(1)),
        )),
    );
    table.change(
        "DEADLINE",
        "two clean years instead of three",
        &world,
        opened,
        inner!(Tolerance, ToleranceEvent::Opened, by_right_of => GreenChannel::CleanRecord {
            from: day("2024-03-02"),
        }),
    );
    table.change("DEADLINE", "longer than asked for", &world, opened, |own| {
        if let Event::Tolerance(ToleranceEvent::Opened { due, .. }) = &mut own.event {
            due.day = due.day.plus_days(1);
        }
    });
    table.change(
        "G-BASIS",
        "a repealed law",
        &world,
        opened,
        inner!(Tolerance, ToleranceEvent::Opened, basis => vec![cite("repealed")]),
    );
    table.change("G-CAPACITY", "a person of limited capacity", &world, opened, |own| {
        own.subject = Some(person(3));
    });
    table.change("G-COMPETENT", "another authority accepts it", &world, opened, by(&implementer()));
    table.other("G-RED-CHECK", "an adverse record", &world, |log| {
        let own = log.at(log.last(opened)).clone();
        let mut adverse = World::seeded();
        adverse.with_record();
        *log = Log::of(&adverse);
        log.append(own)
    });
    table.other("G-RED-CHECK", "on the black list", &unrecorded(), |log| {
        let mut own = Log::of(&words::tolerated_exemplar());
        let place = own.last(opened);
        let mut own = own.commits.swap_remove(place.0).swap_remove(place.1);
        own.subject = Some(organisation(1));
        let last = log.commits.last().and_then(|commit| commit.last()).expect("an event");
        (own.legal_date, own.recorded_at) = (last.legal_date, last.recorded_at);
        if let Event::Tolerance(ToleranceEvent::Opened { due, by_right_of, .. }) = &mut own.event {
            *due = log.rules.calendar.after(own.legal_date, 10);
            let years = log.rules.pack(own.legal_date).clean_record_years;
            *by_right_of =
                GreenChannel::CleanRecord { from: own.legal_date.minus_months(years * 12) };
        }
        log.append(own)
    });
    let supplied = "tolerant_acceptance.supplied";
    table.change("INV-10", "a document that is not missing", &world, supplied, |own| {
        if let Event::Tolerance(ToleranceEvent::Supplied { documents, .. }) = &mut own.event {
            documents[0].place = 1;
        }
    });
    table.change(
        "G-HUMAN",
        "somebody else withdraws",
        &world,
        "tolerant_acceptance.withdrawn",
        by(&party(organisation(2))),
    );
    let vain = words::tolerated_in_vain();
    let (overdue, closed) = ("tolerant_acceptance.overdue", "tolerant_acceptance.closed");
    table.remove("INV-2", "closed while its time runs", &vain, &[overdue], closed);
    table.other("DEADLINE", "overdue on its last day", &vain, |log| {
        let place = log.last(overdue);
        let last = log.at(place).legal_date.plus_days(-1);
        log.date(place, last);
        log.cut(place);
        log.at(place).position
    });
}

/// A listing in effect that rests on no record.
fn unrecorded() -> World {
    let mut world = World::seeded();
    world.listing(&[], &[STATUTE], Stage::Effective);
    world
}
