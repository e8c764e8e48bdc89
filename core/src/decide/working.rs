//! The days that a department has for what was dispatched to it: to respond and, where the catalogue
//! sets days for it, to execute. While it is suspended nobody may accept or execute it (G-NOSUSP), so
//! nobody is late; once it has effect again, it has the same days anew.
//!
//! The same holds of a case that is to be decided: whatever ends its suspension gives its authority the
//! same days anew, in the same commit.
//!
//! Source: domain.md O51, INV-4.

use crate::decide::{Context, Drafts, classification};
use crate::event::assessment::AssessmentEvent;
use crate::event::{CaseRef, Event};
use crate::id::ListingId;
use crate::path::{DecisionCase, Hold, Standing};
use crate::row::{ListingKind, MeasureRow, MeasureState, Owed};
use crate::rows::{Rows, Stop};

/// What is to be said of those days, because the standing of the measure has turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turned {
    /// It has effect, and its days anew.
    Anew,
    /// It is suspended.
    PutOff,
}

fn turned(row: &MeasureRow, standing: Standing) -> Option<Turned> {
    let responds = matches!(row.state, MeasureState::Dispatched { overdue: false, .. });
    let executes = row.execution.is_some_and(|own| !own.overdue);
    match (standing, row.put_off) {
        _ if !responds && !executes => None,
        (Standing::InForce, true) => Some(Turned::Anew),
        (Standing::Suspended, false) => Some(Turned::PutOff),
        _ => None,
    }
}

/// Whether a timer has to say something of them, that being said nowhere else.
pub(super) fn has_turned(row: &MeasureRow, standing: Standing) -> bool {
    turned(row, standing).is_some()
}

/// What a timer has to say of them.
pub(super) fn tick(
    row: &MeasureRow,
    standing: Standing,
    context: &Context<'_>,
    drafts: &mut Drafts,
) {
    let measure = row.id;
    match turned(row, standing) {
        Some(Turned::PutOff) => {
            drafts.push(None, Event::Assessment(AssessmentEvent::WorkPutOff { measure }));
            return;
        }
        Some(Turned::Anew) => {
            let calendar = &context.rules.calendar;
            if let MeasureState::Dispatched { respond_by, overdue: false } = row.state {
                let due = calendar.after(context.today, respond_by.working_days);
                let event = AssessmentEvent::ResponseDue { measure, due };
                drafts.push(None, Event::Assessment(event));
            }
            if let Some(Owed { by, overdue: false }) = row.execution {
                let due = calendar.after(context.today, by.working_days);
                let event = AssessmentEvent::ExecutionDue { measure, due };
                drafts.push(None, Event::Assessment(event));
            }
            return;
        }
        None if standing == Standing::Suspended || row.put_off => return,
        None => {}
    }
    if let Some(Owed { by, overdue: false }) = row.execution
        && context.today > by.day
    {
        let event = AssessmentEvent::ExecutionOverdue { measure };
        drafts.push(None, Event::Assessment(event));
    }
    if let MeasureState::Dispatched { respond_by, overdue: false } = row.state
        && context.today > respond_by.day
    {
        drafts.push(row.subject, Event::ResponseOverdue { measure });
    }
}

/// A listing is suspended no more, `ended` left aside: it and what persons answer for under it have the
/// days for their decisions anew, where these are awaited.
pub(super) fn cases_anew(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    listing: ListingId,
    ended: Hold,
) -> Result<(), Stop> {
    let row = rows.must_listing(listing)?;
    if let ListingKind::Black { case, .. } = &row.kind {
        case_anew(context, drafts, CaseRef::Listing(listing), case);
    }
    for id in &row.attributions {
        if !classification::still_held(rows, *id, ended)? {
            let case = &rows.must_attribution(*id)?.case;
            case_anew(context, drafts, CaseRef::Attribution(*id), case);
        }
    }
    Ok(())
}

/// The days for the decision of one case, once a commit.
pub(super) fn case_anew(
    context: &Context<'_>,
    drafts: &mut Drafts,
    case: CaseRef,
    own: &DecisionCase,
) {
    let Some(before) = own.decision_due() else { return };
    let due = context.rules.calendar.after(context.today, before.working_days);
    let event = Event::Assessment(AssessmentEvent::CaseDecisionDue { case, due });
    // One that extends another may rest on the same record.
    if due != before && !drafts.drafts.iter().any(|draft| draft.event == event) {
        drafts.push(None, event);
    }
}
