//! An extension follows the very listing that it extends, and rests on it: suspended with it, and over
//! when that is repaired, relieved or void. That the listing's own time has passed leaves it: that is
//! what it was decided for (design.md 1).
//!
//! Source: domain.md INV-3, INV-6.

use crate::command::Command;
use crate::command::listing::ListingCommand;
use crate::decide::checks::{misfit, refuse, wrong_state};
use crate::decide::classification::{self, Turn};
use crate::decide::ground::ends_here;
use crate::decide::{Context, Drafts, Outcome, case};
use crate::event::listing::ListingEvent;
use crate::event::{CaseRef, Event};
use crate::guard::{Guard, Misfit};
use crate::id::{ListingId, ReliefId, RepairId};
use crate::limits::EXTENSIONS_MAX;
use crate::path::{DecisionCase, EndReason, Path, Standing};
use crate::row::{ListingKind, ListingRow};
use crate::rows::{Rows, Stop};
use crate::text::Sealed;
use crate::time::Day;

/// An extension is a new proposal that runs the whole path: notice, hearing, decision, service.
pub(super) fn propose(
    rows: &Rows,
    command: &ListingCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let ListingCommand::Extend { listing, basis, facts, records, act } = command else {
        return Err(Stop::Defect("not an extension".to_owned()));
    };
    let row = rows.must_listing(*listing)?;
    let ListingKind::Black { behaviour, case, .. } = &row.kind else {
        return Ok(misfit(
            Misfit::State,
            "红名单不延长，可在期满后重新推荐 / a red listing is not extended",
            "期满后重新推荐 / nominate anew after it ended",
        )?);
    };
    match rows.listing_standing(*listing, context.today)? {
        Standing::InForce => {}
        Standing::Suspended => refuse::<()>(
            Guard::NoSuspension,
            "该名单因异议等暂停，不得提出延长 / it is suspended",
            "待异议有结论 / wait for the outcome",
        )?,
        _ => return Ok(wrong_state("名单 / listing", case.path.name(), "effective")?),
    }
    room(rows, row, context)?;
    let proposal = Command::ProposeListing {
        subject: row.subject,
        behaviour: behaviour.clone(),
        basis: basis.clone(),
        facts: facts.clone(),
        records: records.clone(),
        act: act.clone(),
    };
    let mut outcome = case::propose_listing(rows, &proposal, Some(*listing), context)?;
    let by = ListingId(context.next);
    let event = ListingEvent::ExtensionProposed { extended: *listing, by };
    outcome.drafts.push(crate::decide::Draft {
        subject: Some(row.subject),
        cause: None,
        event: Event::Listing(event),
    });
    Ok(outcome)
}

/// One extension stands at a time; and what may come back, or follows one another, is bounded.
fn room(rows: &Rows, row: &ListingRow, context: &Context<'_>) -> Result<(), Stop> {
    for by in &row.extensions {
        if rows.listing_standing(*by, context.today)? != Standing::Ended {
            misfit::<()>(
                Misfit::Exists,
                format!("延长案件 {by} 尚未终结 / {by} extends it already"),
                "请在该案件中办理 / go on with that one",
            )?;
        }
    }
    let mut followed = 1;
    let mut above = row.extends;
    while let Some(id) = above {
        followed += 1;
        above = rows.must_listing(id)?.extends;
    }
    if row.extensions.len() >= EXTENSIONS_MAX || followed > EXTENSIONS_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("延长已达 {EXTENSIONS_MAX} 次 / it was extended so many times"),
            "请另行立案 / open a case of its own",
        )?;
    }
    Ok(())
}

/// While the listing that it is to follow is suspended, an extension is not served; the same of what a
/// person answers for under a listing (G-NOSUSP).
pub(super) fn may_be_served(rows: &Rows, of: CaseRef, today: Day) -> Result<(), Stop> {
    let id = match of {
        CaseRef::Listing(id) => id,
        CaseRef::Attribution(id) => {
            let above = rows.must_attribution(id)?.listing;
            if rows.listing_standing(above, today)? == Standing::Suspended {
                refuse::<()>(
                    Guard::NoSuspension,
                    format!(
                        "所依据的名单 {above} 因异议等暂停 / {above}, which it rests on, is suspended"
                    ),
                    "待异议有结论后再送达 / wait for the outcome",
                )?;
            }
            return Ok(());
        }
    };
    if let Some(extended) = rows.must_listing(id)?.extends
        && rows.extended_standing(extended)? == Standing::Suspended
    {
        refuse::<()>(
            Guard::NoSuspension,
            format!(
                "所延长的名单 {extended} 因异议等暂停 / {extended}, which it extends, is suspended"
            ),
            "待异议有结论后再送达 / wait for the outcome",
        )?;
    }
    Ok(())
}

/// Whether the listing that this one extends is in effect, or its time has passed undisputed.
pub(super) fn is_carried(rows: &Rows, id: ListingId) -> Result<bool, Stop> {
    match rows.must_listing(id)?.extends {
        Some(extended) => Ok(rows.extended_standing(extended)? == Standing::InForce),
        None => Ok(true),
    }
}

/// Whether the end that a listing came to leaves something to be ended: a repair may be revoked, and
/// what extends it goes on after its last day.
pub(super) fn is_not_final(row: &ListingRow, case: &DecisionCase, today: Day) -> bool {
    let by_date = match &case.path {
        Path::Ended(own) => own.reason == EndReason::Expired,
        _ => case.standing(today) == Standing::Ended,
    };
    case.path.may_return() || (by_date && !row.extensions.is_empty())
}

/// How a listing came to an end that its extensions do not outlast.
#[derive(Clone, Copy)]
pub(super) enum End<'a> {
    /// Void, with the reasons where there are any.
    Void(Option<&'a Sealed>),
    /// Repaired.
    Repaired(RepairId, &'a Sealed),
    /// Its reorganisation plan was performed.
    Relieved(ReliefId, &'a Sealed),
}

/// The event that ends a case with what it rests on: what is void is void at any stage; otherwise what
/// is served ends in the same way, and what was only proposed is dropped.
pub(super) fn ending(case: CaseRef, how: End<'_>, served: bool) -> Result<Event, Stop> {
    Ok(match (how, case) {
        (End::Void(reasons), _) => Event::CaseAnnulled { case, reasons: reasons.cloned() },
        (End::Repaired(repair, _), _) if served => Event::CaseRemoved { case, repair },
        (End::Relieved(relief, _), CaseRef::Listing(listing)) if served => {
            Event::Listing(ListingEvent::Relieved { listing, relief })
        }
        (End::Relieved(..), CaseRef::Attribution(_)) => {
            return Err(Stop::Defect("a person answers on a record of an enterprise".to_owned()));
        }
        (End::Repaired(_, reasons) | End::Relieved(_, reasons), _) => {
            Event::CaseDropped { case, reasons: reasons.clone() }
        }
    })
}

/// Ends what extends a listing, in the commit that ends the listing: what is void is void at any
/// stage; otherwise what is served ends as the listing does, and what was only proposed is dropped.
pub(super) fn end(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    listing: ListingId,
    how: End<'_>,
) -> Result<(), Stop> {
    for id in rows.with_extensions(listing)?.into_iter().skip(1) {
        let row = rows.must_listing(id)?;
        let ListingKind::Black { case: own, .. } = &row.kind else {
            continue;
        };
        let case = CaseRef::Listing(id);
        // What is void does not come back either, when the repair that ended it is revoked.
        let returns = matches!(how, End::Void(_)) && own.path.may_return();
        let over = own.standing(context.today) == Standing::Ended && !returns;
        if over || ends_here(drafts, case) {
            continue;
        }
        let served = matches!(own.path, Path::Served(_) | Path::Effective(_));
        let event = ending(case, how, served)?;
        drafts.push(row.subject, event);
        classification::turn_listing(rows, context, drafts, id, Turn::End)?;
    }
    Ok(())
}
