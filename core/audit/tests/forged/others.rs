//! Forgeries about the repair of a finding of breach and of what a person answers for, and about what
//! an officer says for a party without its paper.

use super::*;
use forge::{repairs, words};
use shouxin_core::event::CaseRef;
use shouxin_core::event::commitment::CommitmentEvent;
use shouxin_core::event::member::MemberEvent;
use shouxin_core::time::Day;

/// The days of an application as the rules count them from the day of its event.
fn counted(log: &mut Log, place: (usize, usize)) -> Position {
    let on = log.at(place).legal_date;
    let (calendar, pack) = (log.rules.calendar.clone(), log.rules.pack(on).clone());
    log.change(place, |own| match &mut own.event {
        Event::Remedy(
            RemedyEvent::BreachRepairApplied { accept_by, decide_by, .. }
            | RemedyEvent::AttributionRepairApplied { accept_by, decide_by, .. },
        ) => {
            *accept_by = calendar.after(on, pack.repair_accept_wd);
            *decide_by = calendar.after(on, pack.repair_decide_wd);
        }
        other => panic!("not an application: {other:?}"),
    })
}

fn repair_named(event: &Event) -> shouxin_core::id::RepairId {
    match event {
        Event::RepairApproved { repair, .. } => *repair,
        other => panic!("no approval: {other:?}"),
    }
}

/// What both have in common: the application, who decides, what the approval ends, the day on which
/// a revocation brings it back.
fn alike(
    table: &mut Table,
    course: &World,
    (applied, ended, restored): (&'static str, &'static str, &'static str),
) {
    table.other("G-REPAIR-PERIOD", "applied for while it is barred", course, |log| {
        let place = log.last(restored);
        log.cut(place);
        let place = log.last(applied);
        let again = log.at(place).clone();
        let after = log.last(restored);
        let day = log.at(after).legal_date;
        let own = Envelope { recorded_at: log.at(after).recorded_at, legal_date: day, ..again };
        log.append(own);
        counted(log, log.last(applied))
    });
    table.other("INV-10", "the repair of what is over", course, |log| {
        let place = log.last(ended);
        log.cut(place);
        let again = log.at(log.last(applied)).clone();
        let day = log.at(place).legal_date;
        let own = Envelope { recorded_at: log.at(place).recorded_at, legal_date: day, ..again };
        log.append(own);
        counted(log, log.last(applied))
    });
    table.change("DEADLINE", "decided when it pleases", course, applied, |own| {
        match &mut own.event {
            Event::Remedy(
                RemedyEvent::BreachRepairApplied { decide_by, .. }
                | RemedyEvent::AttributionRepairApplied { decide_by, .. },
            ) => decide_by.day = decide_by.day.plus_days(1),
            other => panic!("{other:?}"),
        }
    });
    table.change("G-HUMAN", "a timer applies", course, applied, |own| own.actor = Actor::System);
    let checked = "repair.accept_decided";
    table.change("G-COMPETENT", "another unit checks", course, checked, by(&implementer()));
    table.change("G-4EYES", "who checked it approves", course, "repair.approved", by(&handler()));
    table.other("INV-2", "restored before its day", course, |log| {
        let place = log.last(restored);
        log.cut(place);
        let early = log.at(place).legal_date.plus_days(-1);
        log.date(place, early);
        log.at(place).position
    });
}

/// The finding that a commitment was broken.
pub(super) fn of_breaches(table: &mut Table) {
    let course = repairs::breach_restored();
    let applied = "repair.breach_applied";
    let (ended, restored) = ("commitment.repaired", "breach.restored");
    alike(table, &course, (applied, ended, restored));
    table.other("G-REPAIR-PERIOD", "a breach repaired too early", &course, |log| {
        let place = log.last(applied);
        log.cut(place);
        let early = log.at(place).legal_date.plus_days(-1);
        log.date(place, early);
        counted(log, place)
    });
    table.change(
        "G-REPAIR-PROOF",
        "a breach repaired without proof",
        &course,
        applied,
        inner!(Remedy, RemedyEvent::BreachRepairApplied, proof_sha256 => Vec::new()),
    );
    table.change(
        "G-REPAIR-PROOF",
        "a breach repaired without the party's letter",
        &course,
        applied,
        inner!(Remedy, RemedyEvent::BreachRepairApplied, commitment_sha256 => [0; 32]),
    );
    let gone = [ended];
    table.remove("INV-6", "approved, and the finding stands", &course, &gone, "repair.approved");
    table.other("INV-6", "repaired by nobody's approval", &course, |log| {
        let place = log.last("repair.approved");
        log.cut(place);
        let own = log.at(log.last(ended)).clone();
        log.commits.pop();
        log.append(own)
    });
    table.other("INV-6", "a finding made anew is repaired", &repairs::found_anew(), |log| {
        let place = log.last("repair.approved");
        log.cut(place);
        let repair = repair_named(&log.at(place).event);
        let Event::Commitment(CommitmentEvent::BreachServed { commitment, .. }) =
            log.at(log.last("breach.served")).event
        else {
            panic!("a served finding");
        };
        let event = Event::Commitment(CommitmentEvent::Repaired { commitment, repair });
        let own = log.like(place, event);
        log.follow(own)
    });
    table.change(
        "G-OPEN",
        "shown when it comes back, and it was not before",
        &repairs::unshown_restored(),
        restored,
        inner!(Remedy, RemedyEvent::BreachRestored, published => true),
    );
    table.change("G-COMPETENT", "an officer brings it back", &course, restored, by(&handler()));
    table.other("G-END", "a finding restored after its end", &course, |log| {
        let place = log.last(restored);
        log.cut(place);
        let late = log.at(place).legal_date.plus_months(60);
        log.date(place, late);
        log.at(place).position
    });
    table.remove(
        "INV-1",
        "a finding restored, and nothing revoked",
        &course,
        &["deadline.provisional", "repair.revoked", "repair.barred"],
        restored,
    );
    table.change(
        "G-HEARD",
        "what the party said last is not answered",
        &repairs::found_anew(),
        "breach.decided",
        inner!(Commitment, CommitmentEvent::BreachDecided, answers => vec![text(); 2]),
    );
}

/// The mark that a file says a person has, with another first day.
fn marked(log: &Log, since: Day) -> Event {
    let marks = log.commits.iter().flatten().rev().find_map(|own| match &own.event {
        Event::ClassificationChanged { in_force }
            if own.subject == Some(person(1)) && !in_force.is_empty() =>
        {
            Some(in_force.clone())
        }
        _ => None,
    });
    let mut in_force = marks.expect("the person was marked");
    in_force[0].since = since;
    Event::ClassificationChanged { in_force }
}

/// What a person answers for under a listing.
pub(super) fn of_persons(table: &mut Table) {
    let course = repairs::person_restored();
    let applied = "repair.attribution_applied";
    let (ended, restored) = ("listing.removed", "attribution.restored");
    alike(table, &course, (applied, ended, restored));
    table.change(
        "G-REPAIR-PROOF",
        "a person's repair without proof",
        &course,
        applied,
        inner!(Remedy, RemedyEvent::AttributionRepairApplied, proof_sha256 => Vec::new()),
    );
    table.change("G-HUMAN", "the company applies for the person", &course, applied, |own| {
        own.actor = Actor::Subject(organisation(1));
    });
    table.other("G-REPAIR-PERIOD", "a person's repair too early", &course, |log| {
        let place = log.last(applied);
        log.cut(place);
        let early = log.at(place).legal_date.plus_days(-100);
        log.date(place, early);
        counted(log, place)
    });
    let gone = [ended, "classification.changed"];
    table.other("INV-6", "approved, and the person answers on", &course, |log| {
        let place = log.last("repair.approved");
        log.cut(place);
        for gone in gone {
            let own = log.last(gone);
            log.remove(own);
        }
        log.at(place).position
    });
    table.other("INV-6", "a person let go by nobody's approval", &course, |log| {
        let place = log.last("repair.approved");
        log.cut(place);
        log.remove(place);
        log.at(log.last(ended)).position
    });
    table.other(
        "INV-6",
        "a person answers again under no listing",
        &repairs::person_let_go(),
        |log| {
            let place = log.last("repair.revocation_lapsed");
            log.cut(place);
            let Event::Remedy(RemedyEvent::RepairRevocationLapsed { repair }) = log.at(place).event
            else {
                panic!("a lapse");
            };
            let of = log.commits.iter().flatten().find_map(|own| match &own.event {
                Event::CaseRemoved { case: CaseRef::Attribution(id), .. } => Some(*id),
                _ => None,
            });
            let attribution = of.expect("a person was let go");
            let at = log.change(place, |own| {
                own.event = Event::Remedy(RemedyEvent::AttributionRestored { repair, attribution });
            });
            let Event::Remedy(RemedyEvent::RepairRevoked { starts_on, .. }) =
                log.at(log.last("repair.revoked")).event
            else {
                panic!("a revocation");
            };
            let own = log.like(place, marked(log, starts_on));
            log.follow(own);
            at
        },
    );
    table.other("INV-1", "a person answers again, and nothing was revoked", &course, |log| {
        let place = log.last(restored);
        log.cut(place);
        let Event::DecisionServed { starts_on, .. } = log.at(log.last("decision.served")).event
        else {
            panic!("a served decision");
        };
        let place = log.last("classification.changed");
        log.change(place, |own| marks(own)[0].since = starts_on);
        for gone in ["deadline.provisional", "repair.revoked", "repair.barred"] {
            let own = log.last(gone);
            log.remove(own);
        }
        log.at(log.last(restored)).position
    });
    table.change("G-COMPETENT", "an officer brings it back", &course, restored, by(&handler()));
}

/// Nobody speaks for a party on their own word.
pub(super) fn on_paper(table: &mut Table) {
    let stated = "breach.statement_received";
    let heard = repairs::heard_at_the_counter();
    for nothing in [None, Some([0; 32])] {
        table.change(
            "G-HEARD",
            "an officer's word for the party's on a breach",
            &heard,
            stated,
            |own| match &mut own.event {
                Event::Commitment(CommitmentEvent::BreachStatementReceived {
                    document_sha256,
                    ..
                }) => *document_sha256 = nothing,
                other => panic!("{other:?}"),
            },
        );
    }
    table.change("G-COMPETENT", "taken down elsewhere", &heard, stated, by(&implementer()));
    let objected = "member_file.objected";
    table.change(
        "G-DOC",
        "an officer objects for the member on no paper",
        &words::noted(),
        objected,
        |own| {
            own.actor = handler().actor.clone();
            if let Event::Member(MemberEvent::Objected { evidence, .. }) = &mut own.event {
                evidence.clear();
            }
        },
    );
}
