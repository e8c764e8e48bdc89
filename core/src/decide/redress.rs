//! Redress of what an authority took back itself: who was shown, or was subjected to, something
//! void has its reputation restored, whoever found it void (domain.md 2.3a).
//!
//! Source: domain.md O67.

use std::collections::BTreeSet;

use crate::command::remedy::RemedyCommand;
use crate::decide::checks::{self, refuse, stated, wrong_state};
use crate::decide::commitment::documents;
use crate::decide::objection::{bounded, disputed};
use crate::decide::{Context, Drafts, Outcome, closing};
use crate::event::remedy::RemedyEvent;
use crate::event::{Event, Target};
use crate::guard::Guard;
use crate::id::{ListingId, Position};
use crate::path::{EndReason, Path};
use crate::row::{Key, ListingKind};
use crate::rows::{Rows, Stop};
use crate::text::Digest;

/// It, or what extends it and ends with it.
fn listing_had_effect(rows: &Rows, id: ListingId) -> Result<bool, Stop> {
    rows.with_extensions(id)?.into_iter().try_fold(false, |found, own| {
        let row = rows.must_listing(own)?;
        Ok(found || row.told.is_some() || row.acted_on)
    })
}

/// Whether the public was shown it, or what rests on it, or a measure on it was ordered. What
/// nobody ever saw or acted on leaves no reputation to restore.
fn had_effect(rows: &Rows, target: Target) -> Result<bool, Stop> {
    match target {
        Target::Record(id) => {
            let row = rows.must_record(id)?;
            rows.want(row.listings.iter().map(|listing| Key::Listing(*listing)))?;
            let mut found = row.told.is_some();
            for listing in &row.listings {
                found |= listing_had_effect(rows, *listing)?;
            }
            for own in &row.attributions {
                found |= rows.must_attribution(*own)?.acted_on;
            }
            Ok(found)
        }
        Target::Listing(id) => listing_had_effect(rows, id),
        Target::Attribution(id) => Ok(rows.must_attribution(id)?.acted_on),
        Target::Measure(_) | Target::Commitment(_) => Ok(false),
    }
}

/// Whether its own authority owes redress for a thing (`Some(false)`), or has done it.
fn done(rows: &Rows, target: Target) -> Result<Option<bool>, Stop> {
    match target {
        Target::Record(id) => Ok(rows.must_record(id)?.redress_done),
        Target::Listing(id) => Ok(rows.must_listing(id)?.redress_done),
        Target::Attribution(id) => Ok(rows.must_attribution(id)?.redress_done),
        Target::Measure(_) | Target::Commitment(_) => Ok(None),
    }
}

/// Whether redress of a thing is owed, or was done, because its own authority took it back or an outcome
/// found it void: another outcome that finds the same thing void adds none. A finding that was made anew
/// since the dispute began at `since` is another thing.
pub(super) fn is_owed(
    rows: &Rows,
    context: &Context<'_>,
    target: Target,
    since: Position,
) -> Result<bool, Stop> {
    let found = disputed(rows, target, context)?.disputes.is_some_and(|own| own.redressed);
    Ok(done(rows, target)?.is_some() || (found && rows.is_about(target, since)?))
}

/// The authority that takes something back owes redress for it, in the same commit.
pub(super) fn owe(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    target: Target,
) -> Result<(), Stop> {
    if had_effect(rows, target)? {
        let found = disputed(rows, target, context)?;
        let event = RemedyEvent::AnnulmentRedressOwed { target, provider: found.provider };
        drafts.push(found.subject, Event::Remedy(event));
    }
    owe_persons(rows, drafts, target)
}

/// Who answered under a listing that is void, and was acted on, is owed redress too, whoever found it
/// void: in the person's own file, by the authority that listed. What had come to an end of its own
/// before stays as it was.
pub(super) fn owe_persons(rows: &Rows, drafts: &mut Drafts, target: Target) -> Result<(), Stop> {
    let above = match target {
        Target::Record(id) => {
            let listings = &rows.must_record(id)?.listings;
            rows.want(listings.iter().map(|listing| Key::Listing(*listing)))?;
            listings.clone()
        }
        Target::Listing(id) => vec![id],
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => return Ok(()),
    };
    let mut void = BTreeSet::new();
    for id in above {
        void.extend(rows.with_extensions(id)?);
    }
    for id in void {
        let row = rows.must_listing(id)?;
        let ListingKind::Black { case, .. } = &row.kind else {
            continue;
        };
        if let Path::Ended(own) = &case.path
            && !matches!(own.reason, EndReason::Removed(_) | EndReason::Expired)
        {
            continue;
        }
        rows.want(row.attributions.iter().map(|id| Key::Attribution(*id)))?;
        for id in &row.attributions {
            let own = rows.must_attribution(*id)?;
            let stood = !matches!(own.case.path, Path::Ended(_));
            if stood && own.acted_on && own.redress_done.is_none() {
                let provider = own.case.proposed_by.authority;
                let target = Target::Attribution(*id);
                let event = RemedyEvent::AnnulmentRedressOwed { target, provider };
                drafts.push(own.person, Event::Remedy(event));
            }
        }
    }
    Ok(())
}

/// What was done is shown: the retraction in each channel, the correction to each recipient, the apology
/// (domain.md O67).
pub(super) fn shown(evidence: &[Digest]) -> Result<(), Stop> {
    bounded(evidence.len(), "evidence")?;
    documents(Guard::Document, evidence, "恢复信誉材料").map_err(|stop| match stop {
        Stop::Refuse(refusal) => Stop::Refuse(refusal.on("evidence")),
        other => other,
    })
}

/// The authority reports what it did.
pub(super) fn complete(
    rows: &Rows,
    command: &RemedyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let RemedyCommand::CompleteAnnulmentRedress { target, account, evidence } = command else {
        return Err(Stop::Defect("not a redress".to_owned()));
    };
    let found = disputed(rows, *target, context)?;
    if checks::human(context)?.reference.authority != found.provider {
        refuse::<()>(
            Guard::Competent,
            "由撤销机关恢复信誉 / the authority that took it back restores the reputation",
            format!("请由 {} 办理 / ask that unit", found.provider.as_str()),
        )?;
    }
    if done(rows, *target)? != Some(false) {
        return Ok(wrong_state("恢复信誉 / redress", "not owed", "owed")?);
    }
    closing::restorable(rows, Some(*target), closing::told_of(rows, *target)?)?;
    stated(Guard::Document, &[("account", account)])?;
    shown(evidence)?;
    let mut drafts = Drafts::new(context);
    let event = RemedyEvent::AnnulmentRedressDone {
        target: *target,
        account: account.clone(),
        evidence: evidence.clone(),
    };
    drafts.push(found.subject, Event::Remedy(event));
    drafts.finish()
}
