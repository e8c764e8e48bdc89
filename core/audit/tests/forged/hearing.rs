//! Forged hearings: a period counted from an old day of service, a decision before a hearing can be
//! asked for; and a red list that is checked or left otherwise than it may be.

use super::*;
use forge::hearing::*;
use forge::kit::rules::rules;
use shouxin_core::event::commitment::CommitmentEvent;
use shouxin_core::id::RecordId;

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
}
