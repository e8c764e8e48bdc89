//! What a timer may do (design.md 1): end a burden, close a party's period, mark overdue, and
//! put into effect on its date a start fixed in a served decision. Nothing else.

use crate::decide::case::opened;
use crate::decide::checks;
use crate::decide::classification::{self, Turn};
use crate::decide::extension;
use crate::decide::ground;
use crate::decide::listing;
use crate::decide::measure::with_parents;
use crate::decide::objection::referral_due;
use crate::decide::sending;
use crate::decide::undo::{self, Turned, first_end, lift_within, owes_a_lift};
use crate::decide::working;
use crate::decide::{Context, Drafts, Outcome};
use crate::event::assessment::AssessmentEvent;
use crate::event::calendar::{CalendarEvent, Clock};
use crate::event::measure::MeasureEvent;
use crate::event::record::RecordEvent;
use crate::event::remedy::ReviewOf;
use crate::event::{CaseRef, Event};

use crate::id::{ListingId, MeasureId, ObjectionId};
use crate::path::{DecisionCase, Path, Standing};
use crate::row::clock::provisional;
use crate::row::social::SocialRow;
use crate::row::{
    Due, Key, ListingKind, MeasureRow, ObjectionRow, ObjectionState, Owed, RecordState, RedCase,
    RedState, Row,
};
use crate::rows::{Rows, Stop};

pub(super) fn decide(rows: &Rows, due: Due, context: &Context<'_>) -> Result<Outcome, Stop> {
    checks::system(context)?;
    match due {
        Due::Case(CaseRef::Listing(id)) => {
            let row = rows.must_listing(id)?;
            rows.want([Key::Subject(row.subject)])?;
            match &row.kind {
                ListingKind::Black { .. } => case(rows, CaseRef::Listing(id), context),
                ListingKind::Red(red) => red_listing(rows, id, red, context),
            }
        }
        Due::Case(reference) => case(rows, reference, context),
        Due::Record(id) => {
            let row = rows.must_record(id)?;
            let over = row.publicity_until.is_some_and(|until| context.today > until);
            let mut drafts = Drafts::new(context);
            if row.state == RecordState::Accepted && over {
                drafts.push(row.subject, Event::RecordExpired { record: id });
                ground::expired(rows, context, &mut drafts, id)?;
            }
            let archived = row.archived_from().is_some_and(|on| context.today >= on);
            if archived && row.holds.is_empty() {
                let event = RecordEvent::Archived { record: id };
                drafts.push(row.subject, Event::Record(event));
            }
            drafts.finish()
        }
        Due::Measure(id) => measure(rows, id, context),
        Due::Objection(id) => objection(rows, id, context),
        Due::Repair(id) => crate::decide::repair::timer(rows, id, context),
        Due::Commitment(id) => crate::decide::commitment::timer(rows, id, context),
        Due::Tolerance(id) => crate::decide::tolerance::timer(rows, id, context),
    }
}

/// Counts a provisional deadline anew by the calendar in force, as long as it has not passed: what
/// has passed has had its effect (domain.md 5.2).
pub(super) fn recompute(rows: &Rows, clock: Clock, context: &Context<'_>) -> Result<Outcome, Stop> {
    checks::system(context)?;
    let mut drafts = Drafts::new(context);
    let Some(row) = rows.get(&clock.key())? else {
        return drafts.finish();
    };
    let runs = provisional(row).into_iter().find(|(own, _)| *own == clock);
    let Some((_, before)) = runs.filter(|(_, own)| context.today <= own.day) else {
        return drafts.finish();
    };
    let deadline = context.rules.calendar.after(before.from, before.working_days);
    // A day that has passed meanwhile would take a period away without notice of it.
    if deadline == before || deadline.day < context.today {
        return drafts.finish();
    }
    let subject = match row {
        Row::Listing(row) => Some(row.subject),
        Row::Attribution(row) => Some(row.person),
        Row::Measure(row) => Some(row.subject),
        Row::Objection(row) => Some(row.subject),
        Row::Repair(row) => Some(row.subject),
        Row::Commitment(row) => Some(row.subject),
        Row::Tolerance(row) => Some(row.subject),
        Row::Social(SocialRow::MemberNote(row)) => Some(row.subject),
        // An assessment is about departments.
        Row::Assessment(_) => None,
        _ => return drafts.finish(),
    };
    let event = CalendarEvent::Recomputed { clock, before: before.day, deadline };
    drafts.push(subject, Event::Calendar(event));
    drafts.finish()
}

fn case(rows: &Rows, reference: CaseRef, context: &Context<'_>) -> Result<Outcome, Stop> {
    let found = opened(rows, reference)?;
    let subject = found.subject;
    rows.want([Key::Subject(subject)])?;
    let mut drafts = Drafts::new(context);
    match &found.case.path {
        Path::Noticed(noticed) if context.today > noticed.notice.window.day => {
            drafts.push(subject, Event::StatementWindowClosed { case: reference });
        }
        Path::Served(served) if context.today > served.decided.decision.end => {
            drafts.push(subject, Event::CaseExpired { case: reference });
        }
        Path::Served(served)
            if context.today >= served.starts_on
                && found.case.holds.is_empty()
                && !context.starts_stopped =>
        {
            start(rows, reference, &found, context, &mut drafts)?;
        }
        Path::Effective(effective) if context.today > effective.served.decided.decision.end => {
            drafts.push(subject, Event::CaseExpired { case: reference });
            match reference {
                CaseRef::Listing(id) => {
                    classification::turn_listing(rows, context, &mut drafts, id, Turn::End)?;
                }
                CaseRef::Attribution(_) => {
                    classification::turn_one(rows, &mut drafts, subject, reference, Turn::End)?;
                }
            }
        }
        _ => {}
    }
    late_case(rows, found.case, reference, context, &mut drafts)?;
    drafts.finish()
}

/// What the authority owes in a case and did not do in time is marked, once. While the case, or what it
/// rests on, is suspended, nobody may decide it (G-NOSUSP), so nobody is late; whatever ends the
/// suspension gives the days for it anew.
fn late_case(
    rows: &Rows,
    case: &DecisionCase,
    reference: CaseRef,
    context: &Context<'_>,
    drafts: &mut Drafts,
) -> Result<(), Stop> {
    if case.decision_due().is_some_and(|by| context.today > by.day)
        && !may_not_decide(rows, case, reference, context)?
    {
        let event = AssessmentEvent::CaseDecisionOverdue { case: reference };
        drafts.push(None, Event::Assessment(event));
    }
    let days = i32::from(context.rules_of(case.proposed_on).serve_within_days);
    if case.unserved_since().is_some_and(|on| context.today > on.plus_days(days)) {
        let event = AssessmentEvent::CaseServiceOverdue { case: reference };
        drafts.push(None, Event::Assessment(event));
    }
    Ok(())
}

fn may_not_decide(
    rows: &Rows,
    case: &DecisionCase,
    reference: CaseRef,
    context: &Context<'_>,
) -> Result<bool, Stop> {
    let standing = match reference {
        CaseRef::Listing(id) => rows.listing_standing(id, context.today)?,
        CaseRef::Attribution(id) => rows.attribution_standing(id, context.today)?,
    };
    Ok(!case.holds.is_empty() || standing == Standing::Suspended)
}

/// Puts a served decision into effect on its own date, unless what it rests on is disputed or
/// gone (G-NOSUSP).
fn start(
    rows: &Rows,
    reference: CaseRef,
    found: &crate::decide::case::Opened<'_>,
    context: &Context<'_>,
    drafts: &mut Drafts,
) -> Result<(), Stop> {
    let allowed = match reference {
        CaseRef::Listing(id) => {
            let ListingKind::Black { records, .. } = &rows.must_listing(id)?.kind else {
                return Ok(());
            };
            let mut clear = extension::is_carried(rows, id)?;
            for record in records {
                clear &= rows.record_standing(*record, context.today)? == Standing::InForce;
            }
            clear
        }
        CaseRef::Attribution(id) => {
            let mut clear =
                rows.listing_standing(found.listing, context.today)? == Standing::InForce;
            for record in &rows.must_attribution(id)?.records {
                clear &= rows.record_standing(*record, context.today)? == Standing::InForce;
            }
            clear
        }
    };
    // Nor is anybody listed who has lost full capacity since.
    let capacity = rows.must_subject(found.subject)?.capacity;
    if !allowed || checks::capacity(capacity, found.subject).is_err() {
        return Ok(());
    }
    let published = !found.subject.is_personal();
    drafts.push(found.subject, Event::CaseTookEffect { case: reference, published });
    if let Some(mark) = found.case.mark(reference, false) {
        classification::start(rows, drafts, found.subject, mark)?;
    }
    // Said again where a red listing was decided after the black one.
    listing::owe_revocation(rows, context, drafts, found.subject, found.listing)
}

fn red_listing(
    rows: &Rows,
    id: ListingId,
    red: &RedCase,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    let RedState::Active { until, .. } = &red.state else {
        return drafts.finish();
    };
    let subject = rows.must_listing(id)?.subject;
    if context.today > *until {
        let case = CaseRef::Listing(id);
        drafts.push(subject, Event::CaseExpired { case });
        classification::turn_one(rows, &mut drafts, subject, case, Turn::End)?;
    } else if let Some(own) = red.owed.filter(|own| context.today > own.owed.by.day) {
        listing::overdue(rows, context, &mut drafts, id, own)?;
    }
    drafts.finish()
}

fn measure(rows: &Rows, id: MeasureId, context: &Context<'_>) -> Result<Outcome, Stop> {
    let row = with_parents(rows, id)?;
    let standing = rows.measure_standing(id, context.today)?;
    let ended = standing == Standing::Ended;
    let mut drafts = Drafts::new(context);
    // What nobody executed ends here; nobody is late with it any more.
    if ended && row.state.never_executed() {
        let event = MeasureEvent::Closed { measure: id, reference: None };
        drafts.push(row.subject, Event::Measure(event));
        return drafts.finish();
    }
    if let Some(Owed { by, overdue: false }) = row.feedback
        && context.today > by.day
    {
        let event = AssessmentEvent::FeedbackOverdue { measure: id };
        drafts.push(None, Event::Assessment(event));
    }
    working::tick(row, standing, context, &mut drafts);
    if let Some(event) = sending::tick(row, standing, context) {
        drafts.push(None, event);
    }
    if row.state.owes_undoing() && !row.expired && context.today > row.until {
        drafts.push(row.subject, Event::MeasureExpired { measure: id });
    }
    match ended {
        true => lift(rows, row, context, &mut drafts)?,
        false => telling(row, standing, context, &mut drafts),
    }
    drafts.finish()
}

/// What a higher authority is to be told is said once with its day, and once more when that day
/// has passed.
fn telling(row: &MeasureRow, standing: Standing, context: &Context<'_>, drafts: &mut Drafts) {
    let measure = row.id;
    let event = match (undo::turned(row, standing), row.telling.map(|own| own.owed)) {
        (Some(Turned::Tell { suspended }), _) => {
            let dispatch_wd = context.rules_of(row.initiated_on).dispatch_wd;
            let due = context.rules.calendar.after(context.today, dispatch_wd);
            MeasureEvent::ForwardTellingRequired { measure, suspended, due }
        }
        (Some(Turned::Moot), _) => MeasureEvent::ForwardTellingMoot { measure },
        (None, Some(Owed { by, overdue: false })) if context.today > by.day => {
            MeasureEvent::ForwardTellingOverdue { measure }
        }
        _ => return,
    };
    drafts.push(row.subject, Event::Measure(event));
}

/// A lift that is owed is said once with its day, and once more when that day has passed.
fn lift(
    rows: &Rows,
    row: &MeasureRow,
    context: &Context<'_>,
    drafts: &mut Drafts,
) -> Result<(), Stop> {
    let measure = row.id;
    let owed = match owes_a_lift(row) {
        true => {
            // Of an exemplar's withdrawal no day is kept: the day on which it is noticed counts.
            let ended = first_end(rows, row, context.today)?.unwrap_or(context.today);
            let due = lift_within(row, ended, context);
            let event = MeasureEvent::LiftRequired { measure, due };
            drafts.push(row.subject, Event::Measure(event));
            Some(Owed { by: due, overdue: false })
        }
        false => row.lift,
    };
    if let (true, Some(Owed { by, overdue: false })) = (row.state.owes_undoing(), owed)
        && context.today > by.day
    {
        let event = MeasureEvent::LiftOverdue { measure };
        drafts.push(row.subject, Event::Measure(event));
    }
    Ok(())
}

/// What the office owes in the matter of an objection is late, and nobody has said so.
fn late(row: &ObjectionRow, context: &Context<'_>) -> bool {
    row.office_due().is_some_and(|by| context.today > by.day)
}

fn objection(rows: &Rows, id: ObjectionId, context: &Context<'_>) -> Result<Outcome, Stop> {
    let row = rows.must_objection(id)?;
    let mut drafts = Drafts::new(context);
    match &row.state {
        ObjectionState::Filed { accept_by } if context.today > accept_by.day => {
            let event = Event::ObjectionAccepted { objection: id, silent: true };
            drafts.push(row.subject, event);
            drafts.push(None, referral_due(row, context));
        }
        ObjectionState::Accepted if late(row, context) => {
            let event = AssessmentEvent::ReferralOverdue { objection: id };
            drafts.push(None, Event::Assessment(event));
        }
        ObjectionState::Verified { .. } if late(row, context) => {
            let event = AssessmentEvent::ResultOverdue { objection: id };
            drafts.push(None, Event::Assessment(event));
        }
        ObjectionState::Review { .. } if late(row, context) => {
            let event = AssessmentEvent::ReviewOverdue { of: ReviewOf::Objection(id) };
            drafts.push(None, Event::Assessment(event));
        }
        ObjectionState::Verifying { verify_by, overdue: false }
            if context.today > verify_by.day =>
        {
            drafts.push(row.subject, Event::ObjectionOverdue { objection: id });
        }
        _ => {}
    }
    drafts.finish()
}
