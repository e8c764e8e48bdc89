//! What a version of the rules that has come into force does to burdens that run: where it caps
//! them lower than they are, or the catalogue the behaviour they are for, they end earlier
//! (design.md 6). It is a timer's to end a burden, never
//! to lengthen one, and each thing is a small commit of its own, so a run that is broken off is
//! simply begun again. And where the catalogue asks for less before a repair than a listing keeps, the
//! listing keeps that from then on.
//!
//! Source: design.md 1, 6, domain.md 4.4.

use crate::decide::record::publicity_months;
use crate::decide::{Context, Drafts, Outcome, breach, case, checks, ground};
use crate::event::commitment::CommitmentEvent;
use crate::event::listing::ListingEvent;
use crate::event::record::RecordEvent;
use crate::event::{CaseRef, Event};
use crate::id::{CommitmentId, ListingId, RecordId};
use crate::path::{DecisionCase, Path};
use crate::row::commitment::{CommitmentRow, CommitmentState};
use crate::row::{Due, Key, ListingKind, ListingRow, RecordState};
use crate::rows::{Rows, Stop};
use crate::time::Day;

pub(super) fn decide(rows: &Rows, due: Due, context: &Context<'_>) -> Result<Outcome, Stop> {
    checks::system(context)?;
    let mut drafts = Drafts::new(context);
    match due {
        Due::Record(id) => record(rows, id, context, &mut drafts)?,
        Due::Case(CaseRef::Listing(id)) => listing(rows, id, context, &mut drafts)?,
        Due::Commitment(id) => finding(rows, id, context, &mut drafts)?,
        // Whatever rests on a listing ends with it, and a person answers by a later decision for no
        // longer than the organisation; of the others nothing runs that weighs.
        Due::Case(CaseRef::Attribution(_))
        | Due::Measure(_)
        | Due::Objection(_)
        | Due::Repair(_)
        | Due::Tolerance(_) => {}
    }
    drafts.finish()
}

/// The last day on which something was rightly shown: it was so until the version that shortens it
/// was looked at, and no day that has passed is made wrong.
fn no_earlier_than_yesterday(context: &Context<'_>, end: Day) -> Day {
    end.max(context.today.plus_days(-1))
}

/// A record that is shown, or one whose repair may still be taken back, is shown no longer than the
/// version allows that favours its subject.
fn record(
    rows: &Rows,
    id: RecordId,
    context: &Context<'_>,
    drafts: &mut Drafts,
) -> Result<(), Stop> {
    let row = rows.must_record(id)?;
    let months = publicity_months(row.collected_on, row.severity, context);
    let (Some(before), Some((_, most))) = (row.publicity_until, months) else {
        return Ok(());
    };
    let revocable = row.state == RecordState::Repaired && row.repaired.is_some();
    let stands = row.state == RecordState::Accepted || revocable;
    let until = no_earlier_than_yesterday(context, row.document_date.plus_months(most));
    if stands && until < before {
        let event = RecordEvent::PublicityShortened { record: id, before, until };
        drafts.push(row.subject, Event::Record(event));
        ground::shortened(rows, context, drafts, id, until)?;
    }
    Ok(())
}

/// The last day that the catalogue and the version which favours the party allow for a served decision
/// about a behaviour; today at the earliest.
pub(super) fn allowed_end(
    case: &DecisionCase,
    behaviour: &str,
    context: &Context<'_>,
) -> Option<Day> {
    let decision = &case.path.served()?.decided.decision;
    let months = case::months_at_most(behaviour, case.proposed_on, context);
    Some(decision.on.plus_months(months).max(context.today))
}

/// What the catalogue in force asks for before a repair, where that is less than the rule that the
/// listing keeps: kept now, it stays when a later catalogue asks for more.
fn fewer_months(row: &ListingRow, behaviour: &str, context: &Context<'_>) -> Option<u16> {
    let rule = context.rules.behaviour(behaviour)?.repair.as_ref()?;
    let allows = rule.barred_by.is_none();
    let less = row.repair_min_months.is_none_or(|kept| rule.min_months < kept);
    (allows && less).then_some(rule.min_months)
}

fn listing(
    rows: &Rows,
    id: ListingId,
    context: &Context<'_>,
    drafts: &mut Drafts,
) -> Result<(), Stop> {
    let row = rows.must_listing(id)?;
    let ListingKind::Black { case, behaviour, .. } = &row.kind else {
        // An honour is nobody's burden.
        return Ok(());
    };
    if let Some(min_months) = fewer_months(row, behaviour, context)
        && !matches!(case.path, Path::Ended(_))
    {
        let event = ListingEvent::RepairRuleKept { listing: id, min_months };
        drafts.push(row.subject, Event::Listing(event));
    }
    // What has ended stays as it is; what a revoked repair brings back is shortened as it comes.
    if !matches!(case.path, Path::Served(_) | Path::Effective(_)) {
        return Ok(());
    }
    let Some(end) = allowed_end(case, behaviour, context) else {
        return Ok(());
    };
    ground::one_shortened(rows, drafts, CaseRef::Listing(id), (row.subject, case), end)?;
    // A person answers no longer than the organisation does.
    rows.want(row.attributions.iter().map(|id| Key::Attribution(*id)))?;
    for id in &row.attributions {
        let under = rows.must_attribution(*id)?;
        let case = CaseRef::Attribution(*id);
        ground::one_shortened(rows, drafts, case, (under.person, &under.case), end)?;
    }
    Ok(())
}

/// The last day to which that version lets a served finding of breach be shown, where that is earlier
/// than the one it has; yesterday at the earliest.
pub(super) fn earlier_finding_end(
    row: &CommitmentRow,
    case: &DecisionCase,
    context: &Context<'_>,
) -> Option<Day> {
    let before = case.path.served()?.decided.decision.end;
    let latest = breach::latest_end(context, row, case.proposed_on);
    let end = no_earlier_than_yesterday(context, latest);
    (end < before).then_some(end)
}

/// The finding that a commitment was broken is shown no longer than that version allows.
fn finding(
    rows: &Rows,
    id: CommitmentId,
    context: &Context<'_>,
    drafts: &mut Drafts,
) -> Result<(), Stop> {
    let row = rows.must_commitment(id)?;
    let (CommitmentState::Breached { .. }, Some(case)) = (&row.state, &row.breach) else {
        return Ok(());
    };
    let Path::Effective(_) = &case.path else {
        return Ok(());
    };
    if let Some(end) = earlier_finding_end(row, case, context) {
        let event = CommitmentEvent::BreachShortened { commitment: id, end };
        drafts.push(row.subject, Event::Commitment(event));
    }
    Ok(())
}
