//! Forgeries about measures on their way to a department and back, extensions, and days behind the
//! calendar.

use shouxin_core::event::calendar::{CalendarEvent, Clock};
use shouxin_core::event::catalogue::{CatalogueEvent, EntryKind, Proposal};
use shouxin_core::rules::Strength;

use super::*;
use crate::forge::kit::rules::{BARRED, LISTABLE, MARKET, OFFICE, REFERRED, TAX};
use crate::forge::kit::{Post, officer};
use crate::forge::sending as courses;

fn of_due(own: &mut Envelope, days: i32) {
    match &mut own.event {
        Event::Assessment(
            AssessmentEvent::DispatchDue { due, .. } | AssessmentEvent::DispatchLate { due, .. },
        ) => due.day = due.day.plus_days(days),
        other => panic!("{other:?}"),
    }
}

/// What is done late states the day that was owed, and no other that has passed too.
pub(super) fn late_days(table: &mut Table) {
    let office = further::office_late();
    for (what, world, event) in [
        ("sent after another day", &courses::sent_late(), "assessment.dispatch_late"),
        ("lifted after another day", &further::lifted_late(), "assessment.lift_late"),
        ("referred after another day", &courses::referred_late(), "assessment.referral_late"),
        ("its result after another day", &office, "assessment.result_late"),
        ("reviewed after another day", &office, "assessment.review_late"),
    ] {
        table.change("DEADLINE", what, world, event, |own| match &mut own.event {
            Event::Assessment(
                AssessmentEvent::DispatchLate { due, .. }
                | AssessmentEvent::LiftLate { due, .. }
                | AssessmentEvent::ReferralLate { due, .. }
                | AssessmentEvent::ResultLate { due, .. }
                | AssessmentEvent::ReviewLate { due, .. },
            ) => due.day = due.day.plus_days(-1),
            other => panic!("{other:?}"),
        });
    }
}

/// Days anew for a decision: with the end of what suspended it, and no other.
pub(super) fn decided_anew(table: &mut Table) {
    let anew = courses::decided_anew();
    let (due, late) = ("assessment.case_decision_due", "assessment.case_decision_overdue");
    table.change("DEADLINE", "more days to decide it", &anew, due, |own| match &mut own.event {
        Event::Assessment(AssessmentEvent::CaseDecisionDue { due, .. }) => {
            due.day = due.day.plus_days(1);
        }
        other => panic!("{other:?}"),
    });
    table.other("INV-10", "its days anew without any outcome", &anew, |log| {
        let own = log.at(log.last(due)).clone();
        log.cut(log.last("objection.filed"));
        log.append(own)
    });
    table.other("INV-4", "late while its record is disputed", &anew, |log| {
        let own = log.at(log.last(late)).clone();
        let place = log.last("objection.filed");
        log.cut(place);
        log.append(own)
    });
}

pub(super) fn on_the_way(table: &mut Table) {
    let late = courses::sent_late();
    let (due, overdue) = ("assessment.dispatch_due", "assessment.dispatch_overdue");
    table.change("DEADLINE", "a longer time to dispatch it", &late, due, |own| of_due(own, 1));
    table.change("DEADLINE", "late before its day", &late, "assessment.dispatch_late", |own| {
        of_due(own, 100);
    });
    table.change("G-COMPETENT", "an officer calls it overdue", &late, overdue, by(&clerk()));
    table.other("DEADLINE", "overdue on its day", &late, |log| {
        let own = log.at(log.last(overdue)).clone();
        let place = log.last(due);
        log.cut(place);
        let like = log.at(place).clone();
        log.append(Envelope { actor: own.actor, event: own.event, ..like })
    });
    table.other("INV-10", "its day is said twice", &late, |log| {
        let place = log.last(due);
        log.cut(place);
        log.append(log.at(place).clone())
    });
    let put_off = courses::put_off();
    let off = "assessment.dispatch_put_off";
    table.other("INV-4", "nobody may dispatch it, and it is late", &put_off, |log| {
        let place = log.last(off);
        log.cut(place);
        let date = log.at(place).legal_date.plus_days(60);
        let Event::Assessment(AssessmentEvent::DispatchPutOff { measure }) = log.at(place).event
        else {
            panic!("it is put off");
        };
        let event = Event::Assessment(AssessmentEvent::DispatchOverdue { measure });
        log.change(place, |own| own.event = event);
        log.date(place, date);
        log.at(place).position
    });
    table.other("INV-10", "put off while it has effect", &put_off, |log| {
        let own = log.at(log.last(off)).clone();
        let place = log.place(due, 1);
        log.cut(place);
        let like = log.at(place).clone();
        log.append(Envelope { event: own.event, ..like })
    });
}

/// The days at the department of what is suspended there.
pub(super) fn working(table: &mut Table) {
    let world = courses::worked_late();
    let (off, respond) = ("assessment.work_put_off", "assessment.response_due");
    let execute = "assessment.execution_due";
    for late in ["measure.response_overdue", "assessment.execution_overdue"] {
        table.other("INV-4", "nobody may do it, and it is late", &world, |log| {
            let own = log.at(log.last(late)).clone();
            let place = log.last(off);
            log.cut(place);
            log.append(own)
        });
    }
    table.other("INV-10", "put off while it has effect", &world, |log| {
        let own = log.at(log.last(off)).clone();
        let place = log.last("measure.dispatched");
        log.cut(place);
        let like = log.at(place).clone();
        let actor = own.actor.clone();
        log.append(Envelope { event: own.event, actor, subject: None, ..like })
    });
    for (name, other) in [(respond, execute), (execute, respond)] {
        table.other("INV-10", "days anew of what was never put off", &world, |log| {
            let place = log.last(respond);
            log.cut(place);
            log.remove(log.last(other));
            log.remove(log.last(off));
            log.at(log.last(name)).position
        });
    }
    for event in [respond, execute] {
        table.change("DEADLINE", "more days than it had", &world, event, |own| {
            match &mut own.event {
                Event::Assessment(
                    AssessmentEvent::ResponseDue { due, .. }
                    | AssessmentEvent::ExecutionDue { due, .. },
                ) => due.day = due.day.plus_days(1),
                other => panic!("{other:?}"),
            }
        });
    }
}

pub(super) fn declined(table: &mut Table) {
    let world = courses::declined();
    let (escalated, answered) = ("measure.decline_escalated", "measure.decline_answered");
    table.remove("INV-10", "the office is not told", &world, &[escalated], "measure.declined");
    table.change("G-COMPETENT", "whoever initiated it answers", &world, answered, by(&handler()));
    table.change("G-DOC", "answered with no reasons", &world, answered, |own| {
        if let Event::Measure(MeasureEvent::DeclineAnswered { reasons, .. }) = &mut own.event {
            *reasons = no_text();
        }
    });
    table.other("INV-10", "answered twice", &world, |log| {
        let own = log.at(log.last(answered)).clone();
        log.append(own)
    });
    table.other("G-4EYES", "who declined it answers", &world, |log| {
        log.change(log.last(escalated), by(&officer(OFFICE, Post::Handler)));
        log.at(log.last(answered)).position
    });
    table.other("INV-10", "escalated, and nobody declined it", &world, |log| {
        let own = log.at(log.last(escalated)).clone();
        let place = log.last("measure.dispatched");
        log.cut(place);
        log.append(own)
    });
}

pub(super) fn referred(table: &mut Table) {
    let world = courses::referred();
    let sent = "measure.forwarded";
    table.change("G-COURT", "referred with no court's document", &world, sent, |own| {
        if let Event::Measure(MeasureEvent::Forwarded { court_document, .. }) = &mut own.event {
            *court_document = None;
        }
    });
    let listed = courses::sent_late();
    for (name, event) in [("G-NO-ORDER", "measure.initiated"), ("INV-12", "measure.dispatched")] {
        table.other(name, "another organ's procedure is ordered", &listed, |log| {
            let place = log.last(event);
            log.reload(place, |rules| {
                let own = rules.measures.iter_mut().find(|own| own.id == STATUTE);
                own.expect("it is there").executor = Executor::Referral;
            });
            let place = log.last(event);
            log.cut(place);
            log.commits.last_mut().expect("a commit").truncate(1);
            log.at(place).position
        });
    }
    assert!(world.log.iter().any(|own| match &own.event {
        Event::Measure(MeasureEvent::Forwarded { measure, .. }) => measure == REFERRED,
        _ => false,
    }));
}

pub(super) fn extensions(table: &mut Table) {
    table.other("G-PUBLISHED", "extended for what is not published", &further::extended(), |log| {
        let place = log.last("listing.proposed");
        log.reload(place, |rules| rules.behaviours.retain(|own| own.id != LISTABLE));
        let place = log.last("listing.proposed");
        let proposal = Proposal {
            kind: EntryKind::Behaviour,
            code: LISTABLE.to_owned(),
            strength: Strength::Recommended,
            basis: vec![cite("law")],
            departments: vec![TAX.to_owned()],
            text: "失信行为".to_owned(),
            reduces_rights: true,
            amends: None,
        };
        let department = MARKET.to_owned();
        let drafted = Event::Catalogue(CatalogueEvent::Drafted { department, proposal });
        let own = Envelope { subject: None, ..log.like(place, drafted) };
        log.insert(place, own);
        let place = log.last("listing.proposed");
        log.reload(place, |rules| rules.version = [9; 32]);
        let place = log.last("listing.proposed");
        log.cut(place);
        log.at(place).position
    });
    table.other("INV-3", "extended for another behaviour", &further::extended(), |log| {
        let place = log.place("listing.proposed", 0);
        log.change(place, |own| {
            if let Event::ListingProposed { behaviour, .. } = &mut own.event {
                *behaviour = BARRED.to_owned();
            }
        });
        // What nobody may repair keeps no rule.
        log.remove(log.place("listing.repair_rule_kept", 0));
        log.at(log.last("listing.extension_proposed")).position
    });
}

pub(super) fn beyond_the_calendar(table: &mut Table) {
    let world = courses::starts_later();
    let (said, counted) = ("deadline.provisional", "deadline.recomputed");
    table.remove("DEADLINE", "nobody says that it may move", &world, &[said], "decision.served");
    table.change("DEADLINE", "another standstill than the decision's", &world, said, |own| {
        if let Event::Calendar(CalendarEvent::Provisional { deadline, .. }) = &mut own.event {
            deadline.from = deadline.from.plus_days(1);
        }
    });
    table.change("DEADLINE", "counted from another day", &world, counted, |own| {
        if let Event::Calendar(CalendarEvent::Recomputed { before, .. }) = &mut own.event {
            *before = before.plus_days(1);
        }
    });
    table.other("INV-2", "effect before the day it was put off to", &world, |log| {
        let place = log.last("listing.took_effect");
        log.cut(place);
        let served = log.at(log.last("decision.served")).clone();
        let Event::DecisionServed { starts_on, .. } = served.event else {
            panic!("a service");
        };
        for at in 0..log.commits[place.0].len() {
            log.date((place.0, at), starts_on);
        }
        log.at(place).position
    });
    let owed = courses::owed_later();
    table.other("DEADLINE", "a revocation's day counted anew from another", &owed, |log| {
        let places = log.commits.iter().enumerate().flat_map(|(commit, events)| {
            events.iter().enumerate().map(move |(place, own)| (commit, place, own))
        });
        let revocation = |own: &Envelope| {
            matches!(
                own.event,
                Event::Calendar(CalendarEvent::Recomputed { clock: Clock::Revocation(_), .. })
            )
        };
        let found = places.filter(|own| revocation(own.2)).map(|own| (own.0, own.1)).next_back();
        let place = found.expect("it was counted anew");
        log.cut(place);
        log.change(place, |own| {
            if let Event::Calendar(CalendarEvent::Recomputed { before, .. }) = &mut own.event {
                *before = before.plus_days(1);
            }
        })
    });
}
