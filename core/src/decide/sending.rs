//! By when a measure goes to its department (domain.md 2.4): said with its day once its subject was
//! told of it, or, of an incentive, once it was initiated; put off while it is suspended, because
//! nobody may dispatch it then (G-NOSUSP); marked once where the day has passed.
//!
//! Source: domain.md O51.

use crate::decide::Context;
use crate::event::Event;
use crate::event::assessment::AssessmentEvent;
use crate::id::MeasureId;
use crate::path::Standing;
use crate::row::{MeasureRow, Owed};

/// What is to be said of the way to the department, because its standing has turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turned {
    /// It has effect, and a day for it.
    Due,
    /// It is suspended.
    PutOff,
}

fn turned(row: &MeasureRow, standing: Standing) -> Option<Turned> {
    match (standing, row.dispatch) {
        _ if !row.awaits_dispatch() => None,
        (Standing::InForce, None) => Some(Turned::Due),
        (Standing::Suspended, Some(_)) => Some(Turned::PutOff),
        _ => None,
    }
}

/// Whether a timer has to say something of it, that being said nowhere else.
pub(super) fn has_turned(row: &MeasureRow, standing: Standing) -> bool {
    turned(row, standing).is_some()
}

/// The last day for it, counted from today.
pub(super) fn due(measure: MeasureId, context: &Context<'_>) -> Event {
    let dispatch_wd = context.rules.pack(context.today).dispatch_wd;
    let due = context.rules.calendar.after(context.today, dispatch_wd);
    Event::Assessment(AssessmentEvent::DispatchDue { measure, due })
}

/// That it goes there after its last day; for the assessment.
pub(super) fn late(row: &MeasureRow, context: &Context<'_>) -> Option<Event> {
    let due = row.dispatch.map(|own| own.by).filter(|own| context.today > own.day)?;
    Some(Event::Assessment(AssessmentEvent::DispatchLate { measure: row.id, due }))
}

/// What a timer has to say of it.
pub(super) fn tick(row: &MeasureRow, standing: Standing, context: &Context<'_>) -> Option<Event> {
    let measure = row.id;
    match (turned(row, standing), row.dispatch) {
        (Some(Turned::Due), _) => Some(due(measure, context)),
        (Some(Turned::PutOff), _) => {
            Some(Event::Assessment(AssessmentEvent::DispatchPutOff { measure }))
        }
        (None, Some(Owed { by, overdue: false })) if context.today > by.day => {
            Some(Event::Assessment(AssessmentEvent::DispatchOverdue { measure }))
        }
        _ => None,
    }
}
