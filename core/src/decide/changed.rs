//! What a court or reviewing body changed ends earlier than was decided; a later end would be a new
//! decision (INV-3). Where the thing has come to its end, the outcome is recorded and nothing else
//! follows, unless a repair ended it: then it comes back for no longer than that.

use crate::actor::SubjectKey;
use crate::decide::checks::{misfit, refuse, wrong_state};
use crate::decide::measure::with_parents;
use crate::decide::{Context, Drafts, classification, ground};
use crate::event::commitment::CommitmentEvent;
use crate::event::listing::ListingEvent;
use crate::event::record::RecordEvent;
use crate::event::{CaseRef, Event, Target};
use crate::guard::{Guard, Misfit};
use crate::id::{CommitmentId, MeasureId, RecordId};
use crate::path::{DecisionCase, Path, Standing};
use crate::row::{Key, ListingKind, RecordState, RemedyRow};
use crate::rows::{Rows, Stop};
use crate::time::Day;

/// Ends earlier what the outcome of a remedy changed.
pub(super) fn shorten(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    row: &RemedyRow,
    end: Day,
) -> Result<(), Stop> {
    match row.target {
        Target::Listing(id) => match &rows.must_listing(id)?.kind {
            ListingKind::Black { case, .. } => {
                of_case(rows, context, drafts, CaseRef::Listing(id), (row.subject, case), end)
            }
            ListingKind::Red(_) if rows.listing_standing(id, context.today)? == Standing::Ended => {
                Ok(())
            }
            ListingKind::Red(_) => Ok(misfit(
                Misfit::Value,
                "红名单的期限不因复议或诉讼变更 / the end of an honour is not changed",
                "请按 revoked 或 upheld 登记 / record it as revoked or upheld",
            )?),
        },
        Target::Attribution(id) => {
            let case = &rows.must_attribution(id)?.case;
            of_case(rows, context, drafts, CaseRef::Attribution(id), (row.subject, case), end)
        }
        Target::Record(id) => of_record(rows, context, drafts, id, end),
        Target::Commitment(id) => of_finding(rows, context, drafts, (id, row), end),
        Target::Measure(id) => of_measure(rows, context, id),
    }
}

/// A burden that stands ends on a day from today on, before the one that it had.
fn earlier(context: &Context<'_>, end: Day, before: Day) -> Result<(), Stop> {
    if end >= before || end < context.today {
        refuse::<()>(
            Guard::End,
            format!("变更后的终止日须早于 {before} 且不早于当日 / earlier than before, not past"),
            "自始无效的请用 revoked / what is void from the start is revoked",
        )?;
    }
    Ok(())
}

fn of_case(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    case: CaseRef,
    (subject, held): (SubjectKey, &DecisionCase),
    end: Day,
) -> Result<(), Stop> {
    let (Path::Served(_) | Path::Effective(_) | Path::Ended(_)) = held.path else {
        return Ok(wrong_state("案件 / case", held.path.name(), "served, effective or over")?);
    };
    // What was dropped before it was served has no end to change.
    let Some(before) = held.path.served().map(|served| served.decided.decision.end) else {
        return Ok(());
    };
    if held.path.may_return() {
        let end = end.max(context.today);
        if end < before {
            drafts.push(subject, Event::Listing(ListingEvent::Shortened { case, end }));
        }
        return Ok(());
    }
    if held.standing(context.today) == Standing::Ended {
        return Ok(());
    }
    earlier(context, end, before)?;
    drafts.push(subject, Event::Listing(ListingEvent::Shortened { case, end }));
    classification::until(rows, drafts, subject, case, end)?;
    let CaseRef::Listing(listing) = case else {
        return Ok(());
    };
    // A person does not answer for longer than the organisation.
    let attributions = &rows.must_listing(listing)?.attributions;
    rows.want(attributions.iter().map(|id| Key::Attribution(*id)))?;
    for id in attributions {
        let own = rows.must_attribution(*id)?;
        let case = CaseRef::Attribution(*id);
        ground::one_shortened(rows, drafts, case, (own.person, &own.case), end)?;
    }
    Ok(())
}

/// A penalty that was changed is shown for less long, and what rests on its record ends no later. What
/// it says is put right by a correction.
fn of_record(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    id: RecordId,
    end: Day,
) -> Result<(), Stop> {
    let row = rows.must_record(id)?;
    let stands = row.is_live(context.today);
    let returns = row.state == RecordState::Repaired && row.repaired.is_some();
    let Some(before) = row.publicity_until.filter(|_| stands || returns) else {
        return Ok(());
    };
    if stands {
        earlier(context, end, before)?;
    }
    let until = end.max(context.today);
    if until < before {
        let event = RecordEvent::PublicityShortened { record: id, before, until };
        drafts.push(row.subject, Event::Record(event));
        ground::shortened(rows, context, drafts, id, until)?;
    }
    Ok(())
}

/// The finding of breach that the remedy is about; one that was made anew since is another matter.
fn of_finding(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    (id, remedy): (CommitmentId, &RemedyRow),
    end: Day,
) -> Result<(), Stop> {
    let row = rows.must_commitment(id)?;
    let about = rows.is_about(remedy.target, remedy.id.0)?;
    let Some(case) = row.breach.as_ref().filter(|_| about) else {
        return Ok(());
    };
    let Some(before) = case.path.served().map(|served| served.decided.decision.end) else {
        return Ok(());
    };
    if row.finding_standing(context.today) != Standing::Ended {
        earlier(context, end, before)?;
    } else if !case.path.may_return() {
        return Ok(());
    }
    let end = end.max(context.today);
    if end < before {
        let event = CommitmentEvent::BreachShortened { commitment: id, end };
        drafts.push(row.subject, Event::Commitment(event));
    }
    Ok(())
}

/// A measure ends with what it rests on: one that was found too heavy is void, and a lighter one is a
/// case of its own.
fn of_measure(rows: &Rows, context: &Context<'_>, id: MeasureId) -> Result<(), Stop> {
    let row = with_parents(rows, id)?;
    let over =
        rows.measure_standing(id, context.today)? == Standing::Ended && !row.state.owes_undoing();
    if !over {
        misfit::<()>(
            Misfit::Value,
            "措施没有可单独变更的期限 / a measure has no end of its own to change",
            "请按 revoked 登记，该措施即解除；判决准许的较轻措施另行提出 / record it as revoked, which \
             lifts it; a lighter measure that the ruling allows is initiated anew",
        )?;
    }
    Ok(())
}
