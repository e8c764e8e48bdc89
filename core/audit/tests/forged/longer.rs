//! Forgeries about periods that are made longer, and about deadlines that are counted anew: from
//! another day than that of the act, or of more days than there were.

use super::*;
use crate::forge::longer as courses;
use shouxin_core::calendar::{Calendar, Deadline};
use shouxin_core::event::calendar::{CalendarEvent, Clock};
use shouxin_core::id::MemberNoteId;

/// The deadline that a period which is made longer has since.
fn whole(own: &mut Envelope) -> &mut Deadline {
    match &mut own.event {
        Event::Remedy(
            RemedyEvent::RepairExtended { decide_by: own, .. }
            | RemedyEvent::TestingBegun { verify_by: own, .. }
            | RemedyEvent::TestingEnded { verify_by: own, .. },
        ) => own,
        other => panic!("{other:?}"),
    }
}

/// The deadline that was there before.
fn before(log: &Log) -> Deadline {
    let found = log.commits.iter().flatten().rev().find_map(|own| match &own.event {
        Event::RepairApplied { decide_by, .. } => Some(*decide_by),
        Event::ObjectionReferred { verify_by, .. } => Some(*verify_by),
        _ => None,
    });
    found.expect("a deadline")
}

fn recount(own: &mut Envelope) -> &mut Deadline {
    match &mut own.event {
        Event::Calendar(CalendarEvent::Recomputed { deadline, .. }) => deadline,
        other => panic!("{other:?}"),
    }
}

/// Counted from the day to which it ran: the same day by that calendar, and another one by the next.
pub(super) fn from_elsewhere(table: &mut Table) {
    for (world, event) in [
        (courses::repair(), "repair.extended"),
        (courses::testing(false), "objection.testing_begun"),
        (courses::testing(true), "objection.testing_ended"),
    ] {
        table.other("DEADLINE", "made longer from the day to which it ran", &world, |log| {
            let (place, own) = (log.last(event), before(log));
            log.cut(place);
            let calendar = log.rules.calendar.clone();
            log.change(place, |event| {
                let stated = whole(event);
                let more = stated.working_days - own.working_days;
                *stated = Deadline { day: stated.day, ..calendar.after(own.day, more) };
            })
        });
        table.other("DEADLINE", "made longer by a day more", &world, |log| {
            let place = log.last(event);
            log.cut(place);
            let calendar = log.rules.calendar.clone();
            log.change(place, |event| {
                let stated = whole(event);
                *stated = calendar.extended(*stated, 1);
            })
        });
    }
}

/// Another deadline than the one that a recount gives, by the same calendar.
type Forge = fn(&Calendar, Deadline) -> Deadline;

/// Counted anew by the calendar in force, and not what was counted before.
pub(super) fn anew(table: &mut Table) {
    let counted = "deadline.recomputed";
    let forged: [(&str, Forge); 3] = [
        ("counted anew from another day", |calendar, own| {
            calendar.after(own.from.plus_days(1), own.working_days)
        }),
        ("counted anew with more days", |calendar, own| calendar.extended(own, 1)),
        ("counted anew with fewer days", |calendar, own| {
            calendar.after(own.from, own.working_days - 1)
        }),
    ];
    for world in [courses::repair(), courses::testing(false), courses::testing(true)] {
        for (what, forge) in forged {
            table.other("DEADLINE", what, &world, |log| {
                let place = log.last(counted);
                log.cut(place);
                let calendar = log.later[0].calendar.clone();
                log.change(place, |own| {
                    let own = recount(own);
                    *own = forge(&calendar, *own);
                })
            });
        }
    }
    table.other("DEADLINE", "counted anew twice", &courses::repair(), |log| {
        let place = log.last(counted);
        log.cut(place);
        let mut again = log.at(place).clone();
        if let Event::Calendar(CalendarEvent::Recomputed { before, deadline, .. }) =
            &mut again.event
        {
            *before = deadline.day;
        }
        log.append(again)
    });
    table.other("DEADLINE", "counted anew, and it runs nowhere", &courses::repair(), |log| {
        let place = log.last(counted);
        log.cut(place);
        let mut own = log.at(place).clone();
        if let Event::Calendar(CalendarEvent::Recomputed { clock, .. }) = &mut own.event {
            *clock = Clock::Answer(MemberNoteId(own.position));
        }
        log.append(own)
    });
}
