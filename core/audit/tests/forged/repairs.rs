//! Forgeries about repairs: their times, and the repair of a record.

use super::*;
use shouxin_core::event::CaseRef;
use shouxin_core::id::{RecordId, RepairId};

/// When a repair is checked and decided, and how long that may take.
pub(super) fn times(table: &mut Table) {
    let late = further::repair_late();
    let extended = "repair.extended";
    table.change("DEADLINE", "longer than the rules give", &late, extended, |own| {
        if let Event::Remedy(RemedyEvent::RepairExtended { decide_by, .. }) = &mut own.event {
            decide_by.day = decide_by.day.plus_days(1);
        }
    });
    table.change(
        "G-NOTICE",
        "more time without a notice",
        &late,
        extended,
        inner!(Remedy, RemedyEvent::RepairExtended, document_sha256 => [0; 32]),
    );
    table.change("G-COMPETENT", "another unit extends", &late, extended, by(&implementer()));
    table.change("G-HUMAN", "a timer extends", &late, extended, |own| own.actor = Actor::System);
    table.other("INV-2", "extended twice", &late, |log| {
        let place = log.last(extended);
        log.cut(place);
        let again = log.at(place).clone();
        log.append(again)
    });
    table.other("DEADLINE", "extended after its day", &late, |log| {
        let place = log.last(extended);
        log.cut(place);
        let late = log.at(place).legal_date.plus_days(30);
        log.date(place, late);
        log.change(place, |own| {
            if let Event::Remedy(RemedyEvent::RepairExtended { service, .. }) = &mut own.event {
                service.on = late;
            }
        })
    });
    let again = further::repaired_again();
    let barred = "repair.barred";
    table.change("DEADLINE", "barred for longer than the rules say", &again, barred, |own| {
        if let Event::Remedy(RemedyEvent::RepairBarred { again_from, .. }) = &mut own.event {
            *again_from = again_from.plus_days(1);
        }
    });
    table.change(
        "G-END",
        "barred beyond the listing",
        &again,
        barred,
        inner!(Remedy, RemedyEvent::RepairBarred, again_from => end().plus_days(1)),
    );
    table.other("INV-2", "barred with nothing revoked", &lives::repaired(), |log| {
        let place = log.last("repair.done");
        let Event::RepairDone { repair } = log.at(place).event else {
            panic!("a repair");
        };
        let again_from = log.at(place).legal_date.plus_months(6);
        let barred = Event::Remedy(RemedyEvent::RepairBarred { repair, again_from });
        let decided = log.at(log.last("repair.approved")).actor.clone();
        let day = log.at(place).recorded_at;
        let own = Envelope { actor: decided, recorded_at: day, ..log.like(place, barred) };
        log.append(own)
    });
    table.other("G-REPAIR-PERIOD", "applied for while it is barred", &again, |log| {
        let place = log.last("repair.applied");
        let early = log.at((place.0 - 1, 0)).legal_date;
        log.date(place, early);
        let calendar = log.rules.calendar.clone();
        log.change(place, |own| {
            if let Event::RepairApplied { accept_by, decide_by, .. } = &mut own.event {
                *accept_by = calendar.after(early, 2);
                *decide_by = calendar.after(early, 10);
            }
        })
    });
    for (name, what) in [
        ("assessment.repair_check_overdue", "a check marked late on its last day"),
        ("assessment.repair_decision_overdue", "a decision marked late on its last day"),
    ] {
        table.other("DEADLINE", what, &late, |log| {
            let place = log.last(name);
            let last = log.commits.iter().flatten().rev().find_map(|own| match &own.event {
                Event::RepairApplied { accept_by, .. } => Some(accept_by.day),
                Event::Remedy(RemedyEvent::RepairExtended { decide_by, .. })
                    if name.ends_with("decision_overdue") =>
                {
                    Some(decide_by.day)
                }
                _ => None,
            });
            log.cut(place);
            log.date(place, last.expect("its last day"));
            log.at(place).position
        });
    }
}

/// What is repaired without a listing: the shortest publicity, who may, and what a revocation
/// brings back.
pub(super) fn of_records(table: &mut Table) {
    let course = further::record_restored();
    let applied = "repair.record_applied";
    table.other("G-REPAIR-PERIOD", "a record repaired too early", &course, |log| {
        let place = log.last(applied);
        log.cut(place);
        let early = log.at(place).legal_date.plus_days(-1);
        log.date(place, early);
        let (calendar, pack) = (log.rules.calendar.clone(), log.rules.pack(early).clone());
        log.change(place, |own| {
            if let Event::Remedy(RemedyEvent::RecordRepairApplied {
                accept_by, decide_by, ..
            }) = &mut own.event
            {
                *accept_by = calendar.after(early, pack.repair_accept_wd);
                *decide_by = calendar.after(early, pack.repair_decide_wd);
            }
        })
    });
    table.change(
        "G-REPAIR-PROOF",
        "a record repaired without proof",
        &course,
        applied,
        inner!(Remedy, RemedyEvent::RecordRepairApplied, proof_sha256 => Vec::new()),
    );
    table.change(
        "DEADLINE",
        "a record's repair decided when it pleases",
        &course,
        applied,
        |own| {
            if let Event::Remedy(RemedyEvent::RecordRepairApplied { decide_by, .. }) =
                &mut own.event
            {
                decide_by.day = decide_by.day.plus_days(1);
            }
        },
    );
    table.other("INV-10", "the repair of what is over", &course, |log| {
        let place = log.last("record.repaired");
        log.cut(place);
        let again = log.at(log.last(applied)).clone();
        let day = log.at(place).legal_date;
        let (calendar, pack) = (log.rules.calendar.clone(), log.rules.pack(day).clone());
        let mut own = Envelope { recorded_at: log.at(place).recorded_at, ..again };
        own.legal_date = day;
        if let Event::Remedy(RemedyEvent::RecordRepairApplied { accept_by, decide_by, .. }) =
            &mut own.event
        {
            *accept_by = calendar.after(day, pack.repair_accept_wd);
            *decide_by = calendar.after(day, pack.repair_decide_wd);
        }
        log.append(own)
    });
    table.change(
        "G-COMPETENT",
        "another unit checks a record's repair",
        &course,
        "repair.accept_decided",
        by(&implementer()),
    );
    table.remove(
        "INV-6",
        "approved, and the record stands",
        &course,
        &["record.repaired"],
        "repair.approved",
    );
    table.other(
        "INV-6",
        "a record repaired beside its listing",
        &further::under_a_listing(),
        |log| {
            let place = log.last("repair.applied");
            log.cut(place);
            let record = log.at(log.last("record.accepted")).position;
            log.change(place, |own| {
                let Event::RepairApplied {
                    proof_sha256,
                    commitment_sha256,
                    statement,
                    accept_by,
                    decide_by,
                    ..
                } = own.event.clone()
                else {
                    panic!("an application");
                };
                own.event = Event::Remedy(RemedyEvent::RecordRepairApplied {
                    record: RecordId(record),
                    proof_sha256,
                    commitment_sha256,
                    statement,
                    accept_by,
                    decide_by,
                });
            })
        },
    );
    let restored = "record.restored";
    table.other("INV-2", "a record restored before its day", &course, |log| {
        let place = log.last(restored);
        log.cut(place);
        let early = log.at(place).legal_date.plus_days(-1);
        log.date(place, early);
        log.at(place).position
    });
    table.other("G-END", "a record restored after its end", &course, |log| {
        let place = log.last(restored);
        log.cut(place);
        let late = log.at(place).legal_date.plus_months(60);
        log.date(place, late);
        log.at(place).position
    });
    table.remove(
        "INV-1",
        "a record restored, and nothing revoked",
        &course,
        &["deadline.provisional", "repair.revoked", "repair.barred"],
        restored,
    );
    table.change(
        "G-OPEN",
        "shown more widely than before its repair",
        &further::withheld_restored(),
        restored,
        inner!(Remedy, RemedyEvent::RecordRestored, published => true),
    );
    table.change(
        "G-COMPETENT",
        "an officer brings a record back",
        &course,
        restored,
        by(&handler()),
    );
    table.other("DEADLINE", "archived while its repair may be revoked", &further::kept(), |log| {
        let place = log.last("record.archived");
        log.cut(place);
        let early = log.at(place).legal_date.plus_days(-1);
        log.date(place, early);
        log.at(place).position
    });
}

/// What every module asks, of a revocation; and the repair of what a law lets nobody repair.
pub(super) fn of_revocations(table: &mut Table) {
    let course = further::record_restored();
    let (noticed, revoked) = ("repair.revocation_noticed", "repair.revoked");
    table.change("INV-8", "in a person's file", &course, noticed, |own| {
        own.subject = Some(person(2));
    });
    table.change(
        "INV-10",
        "the revocation of nothing",
        &course,
        noticed,
        inner!(Remedy, RemedyEvent::RepairRevocationNoticed, repair => RepairId(Position::local(1))),
    );
    table.change("G-NOTICE", "told before it was repaired", &course, noticed, |own| {
        let before = own.legal_date.plus_days(-400);
        match &mut own.event {
            Event::Remedy(RemedyEvent::RepairRevocationNoticed { service, .. }) => {
                service.on = before;
            }
            other => panic!("{other:?}"),
        }
    });
    table.change("G-COMPETENT", "another unit revokes", &course, noticed, by(&implementer()));
    table.change("G-4EYES", "whoever gave notice decides", &course, revoked, by(&handler()));
    table.change(
        "G-DOC",
        "a revocation without reasons",
        &course,
        revoked,
        inner!(Remedy, RemedyEvent::RepairRevoked, reasons => no_text()),
    );
    table.change(
        "G-SERVED",
        "a revocation that begins with its service",
        &course,
        revoked,
        |own| {
            if let Event::Remedy(RemedyEvent::RepairRevoked { service, starts_on, .. }) =
                &mut own.event
            {
                *starts_on = service.on;
            }
        },
    );
    let barred = lives::barred();
    table.other("G-REPAIR-RULE", "the repair of what a law bars", &barred, |log| {
        let of = log.at(log.last("listing.took_effect")).clone();
        let Event::CaseTookEffect { case: CaseRef::Listing(listing), .. } = of.event else {
            panic!("a listing");
        };
        let (day, calendar) = (barred.today, log.rules.calendar.clone());
        let pack = log.rules.pack(day).clone();
        let event = Event::RepairApplied {
            listing,
            proof_sha256: vec![digest(17)],
            commitment_sha256: digest(18),
            statement: text(),
            accept_by: calendar.after(day, pack.repair_accept_wd),
            decide_by: calendar.after(day, pack.repair_decide_wd),
        };
        let actor = Actor::Subject(organisation(1));
        let recorded_at = Timestamp::start_of(day);
        let cause = None;
        log.append(Envelope { event, actor, cause, recorded_at, legal_date: day, ..of })
    });
}
