//! Forgeries about versions of the rules: a case judged by a later one to its party's harm, a burden
//! that is not shortened, or lengthened, and a version changed after its day (design.md 6).

use shouxin_core::event::commitment::CommitmentEvent;
use shouxin_core::event::job::JobEvent;
use shouxin_core::rules::{Packs, RulePack};

use super::forge::kit::rules::LISTABLE;
use super::forge::versions;
use super::*;

/// Where the log ends.
fn newest(log: &Log) -> Position {
    log.commits.last().and_then(|own| own.last()).expect("an event").position
}

/// A running case is judged by the version that began meanwhile, to its party's harm.
pub(super) fn carried(table: &mut Table) {
    let world = versions::carried(false);
    let calendar = world.rules.calendar.clone();
    table.change("DEADLINE", "the later window", &world, "prenotice.served", |own| {
        let Event::NoticeServed { service, window, .. } = &mut own.event else {
            panic!("a notice");
        };
        *window = calendar.after(service.on, 1);
    });
    table.change("G-SERVED", "the later standstill", &world, "decision.served", |own| {
        let Event::DecisionServed { service, starts_on, .. } = &mut own.event else {
            panic!("a service");
        };
        *starts_on = calendar.after(service.on, 1).day.plus_days(1);
    });
    table.change("DEADLINE", "the later verification", &world, "objection.referred", |own| {
        let Event::ObjectionReferred { received_on, verify_by, .. } = &mut own.event else {
            panic!("a referral");
        };
        *verify_by = calendar.after(*received_on, 27);
    });
    table.change("DEADLINE", "the later time for a repair", &world, "repair.applied", |own| {
        let today = own.legal_date;
        let Event::RepairApplied { decide_by, .. } = &mut own.event else {
            panic!("an application");
        };
        *decide_by = calendar.after(today, 30);
    });
    table.change("DEADLINE", "the opening window", &versions::carried(true), "prenotice.served", {
        |own| {
            let Event::NoticeServed { service, window, .. } = &mut own.event else {
                panic!("a notice");
            };
            *window = calendar.after(service.on, 5);
        }
    });
}

/// The repair rule of the day of a proposal.
pub(super) fn repair_rules(table: &mut Table) {
    let kept = "listing.repair_rule_kept";
    let world = lives::listing();
    table.change(
        "G-REPAIR-RULE",
        "another repair rule is kept",
        &world,
        kept,
        inner!(Listing, ListingEvent::RepairRuleKept, min_months => 30),
    );
    table.remove("G-REPAIR-RULE", "no repair rule is kept", &world, &[kept], "listing.proposed");
}

/// A later rule that asks for less, and what it would take to raise it.
pub(super) fn less_is_kept(table: &mut Table) {
    let kept = "listing.repair_rule_kept";
    let world = versions::less_is_kept();
    let to = |months: u16| {
        move |own: &mut Envelope| match &mut own.event {
            Event::Listing(ListingEvent::RepairRuleKept { min_months, .. }) => {
                *min_months = months;
            }
            other => panic!("{other:?}"),
        }
    };
    table.change("G-REPAIR-RULE", "less than the rule asks for", &world, kept, to(1));
    table.change("G-REPAIR-RULE", "what it had is kept again", &world, kept, to(3));
    table.change("G-REPAIR-RULE", "an officer keeps a later rule", &world, kept, by(&handler()));
    table.change("INV-10", "kept in another's file", &world, kept, |own| {
        own.subject = Some(organisation(2));
    });
    table.other("G-REPAIR-RULE", "a later rule asks for more, and is kept", &world, |log| {
        let place = log.last(kept);
        log.cut(place);
        log.reload(place, |rules| versions::repair_after(rules, 12));
        log.change(log.last(kept), to(12))
    });
    table.other(
        "G-REPAIR-RULE",
        "of a listing that has ended",
        &versions::less_too_late(),
        |log| {
            let own = log.at(log.last(kept)).clone();
            let last = log.at(log.last("rules.loaded")).clone();
            let Event::Listing(ListingEvent::RepairRuleKept { listing, .. }) = own.event else {
                panic!("a rule");
            };
            let event = Event::Listing(ListingEvent::RepairRuleKept { listing, min_months: 2 });
            let (actor, rules) = (Actor::System, Some(last.position));
            log.append(Envelope { actor, subject: own.subject, rules, event, ..last })
        },
    );
}

/// Jobs over everything that runs.
pub(super) fn jobs(table: &mut Table) {
    let (world, job) = (versions::all_looked_at(), "job.finished");
    let rules = inner!(Job, JobEvent::Finished, rules => [9; 32]);
    table.change("INV-10", "done for rules that nobody loaded", &world, job, rules);
    let ahead = inner!(Job, JobEvent::Finished, in_force_from => day("2026-06-02"));
    table.change("INV-10", "done for a version that has not begun", &world, job, ahead);
    let before = inner!(Job, JobEvent::Finished, in_force_from => day("2024-01-01"));
    table.change("INV-10", "done for the version before", &world, job, before);
    table.change("G-COMPETENT", "an officer says that it is done", &world, job, by(&handler()));
    table.change("G-COMPETENT", "the operator does", &world, job, |own| {
        own.actor = Actor::Operator;
    });
    table.other("INV-10", "done twice", &world, |log| {
        let own = log.at(log.last(job)).clone();
        log.append(own)
    });
    table.other("DEADLINE", "done, and one is left as it was", &world, |log| {
        let place = log.last("record.publicity_shortened");
        assert_eq!(log.commits[place.0].len(), 1, "nothing else ends with it");
        log.remove(place);
        newest(log)
    });
}

/// What a version that begins ends earlier.
pub(super) fn shortened(table: &mut Table) {
    table.change(
        "INV-8",
        "shortened in a person's file",
        &versions::shortened(),
        "record.publicity_shortened",
        |own| own.subject = Some(person(2)),
    );
    let world = versions::shortened();
    let record = "record.publicity_shortened";
    let to = |days: i32| {
        move |own: &mut Envelope| match &mut own.event {
            Event::Record(RecordEvent::PublicityShortened { until, .. }) => {
                *until = until.plus_days(days);
            }
            other => panic!("{other:?}"),
        }
    };
    table.change("DEADLINE", "shown longer than the version allows", &world, record, to(1));
    table.change("DEADLINE", "shown for less than it allows", &world, record, to(-1));
    table.change("INV-3", "a shortening that lengthens", &world, record, |own| {
        if let Event::Record(RecordEvent::PublicityShortened { before, until, .. }) = &mut own.event
        {
            *until = before.plus_days(1);
        }
    });
    table.change("G-COMPETENT", "an officer shortens", &world, record, by(&handler()));
    table.other("DEADLINE", "a record is left out", &world, |log| {
        let place = log.last(record);
        assert_eq!(log.commits[place.0].len(), 1, "nothing else ends with it");
        log.remove(place);
        newest(log)
    });
    let (world, case) = (versions::listing_shortened(), "listing.shortened");
    table.other("DEADLINE", "a listing is left out", &world, |log| {
        let place = log.last(case);
        // Its mark too.
        (0..2).for_each(|_| log.remove(place));
        newest(log)
    });
    table.other("INV-6", "shortened to a day of no version", &world, |log| {
        let place = log.last(case);
        log.cut(place);
        log.change((place.0, place.1 + 1), |own| {
            marks(own)[0].until = marks(own)[0].until.plus_days(-10);
        });
        log.change(place, |own| {
            if let Event::Listing(ListingEvent::Shortened { end, .. }) = &mut own.event {
                *end = end.plus_days(-10);
            }
        })
    });
    let world = versions::by_catalogue();
    table.other("DEADLINE", "a new catalogue is left out", &world, |log| {
        // The listing, what the person answers for, and the marks of both.
        for _ in 0..2 {
            let place = log.last(case);
            (0..2).for_each(|_| log.remove(place));
        }
        newest(log)
    });
    let what = "served for longer than a new catalogue allows";
    table.other("G-END", what, &versions::served_later(), |log| {
        let later = log.later.first_mut().expect("a new catalogue");
        later.behaviours.iter_mut().for_each(|own| own.period_months.1 = 12);
        log.at(log.last("decision.served")).position
    });
    let what = "back for longer than the listing lasts";
    table.other("G-END", what, &versions::back_for_less(), |log| {
        // As long as the catalogue allows the person's own decision.
        let own_end = log.at(log.last("listing.decided")).legal_date.plus_months(12);
        let place = log.last(case);
        log.change(place, |own| match &mut own.event {
            Event::Listing(ListingEvent::Shortened { end, .. }) => *end = own_end,
            other => panic!("{other:?}"),
        });
        log.change((place.0, place.1 + 1), |own| marks(own)[0].until = own_end);
        log.cut(place);
        log.at(place).position
    });
    let world = versions::finding_shortened();
    let finding = |days: i32| {
        move |own: &mut Envelope| match &mut own.event {
            Event::Commitment(CommitmentEvent::BreachShortened { end, .. }) => {
                *end = end.plus_days(days);
            }
            other => panic!("{other:?}"),
        }
    };
    table.change("DEADLINE", "a finding to another day", &world, "breach.shortened", finding(1));
    table.change("INV-3", "a finding lengthened", &world, "breach.shortened", finding(2_000));
    table.other("DEADLINE", "a finding is left out", &world, |log| {
        let place = log.last("breach.shortened");
        log.remove(place);
        newest(log)
    });
}

/// A version that has begun is changed, left out or put in by a later load.
pub(super) fn begun(table: &mut Table) {
    let world = versions::carried(false);
    type Change = fn(&mut Vec<RulePack>);
    let changes: [(&str, Change); 3] = [
        ("a version is changed after its day", |packs| packs[0].statement_window_wd += 1),
        ("a version is left out after its day", |packs| drop(packs.remove(0))),
        ("a version is put in before its day", |packs| {
            let in_force_from = day("2026-03-03");
            packs.insert(1, RulePack { in_force_from, ..packs[0].clone() });
        }),
    ];
    for (what, change) in changes {
        table.other("INV-10", what, &world, |log| {
            let place = log.last("repair.done");
            log.reload(place, |rules| {
                let mut packs: Vec<RulePack> = rules.packs.all().cloned().collect();
                change(&mut packs);
                rules.packs = Packs::new(packs).expect("a version");
            });
            log.at(log.last("rules.loaded")).position
        });
    }
}

/// What left the catalogue, or may last less by it, is decided, served and ordered nevertheless.
pub(super) fn allowed_less(table: &mut Table) {
    let world = lives::listing();
    for event in ["listing.decided", "decision.served"] {
        table.other("G-PUBLISHED", "the behaviour left the catalogue", &world, |log| {
            let place = log.last(event);
            log.cut(place);
            log.reload(place, |rules| rules.behaviours.retain(|own| own.id != LISTABLE));
            log.at(log.last(event)).position
        });
    }
    table.other("G-END", "a measure may last less by now", &world, |log| {
        let place = log.last("execution.ordered");
        log.cut(place);
        log.reload(place, |rules| rules.measures.iter_mut().for_each(|own| own.max_months = 0));
        log.at(log.last("execution.ordered")).position
    });
}
