//! Objections and repairs close only when every channel has confirmed what changed and every
//! department has lifted what ended (INV-13).
//!
//! Source: domain.md O60, O65, T03.

use crate::decide::checks;
use crate::decide::{Context, Drafts, Outcome};
use crate::event::remedy::RemedyEvent;
use crate::event::{Event, Target};
use crate::id::ListingId;
use crate::path::Path;
use crate::row::{Closing, Key, ListingKind, ObjectionState, RepairState, Repairable, Told};
use crate::rows::{Rows, Stop};

/// Whether nothing is left to wait for.
pub fn is_ready(rows: &Rows, closing: Closing) -> Result<bool, Stop> {
    match closing {
        Closing::Objection(id) => {
            let row = rows.must_objection(id)?;
            let ObjectionState::Resolved { upheld } = row.state else {
                return Ok(false);
            };
            let lifted = !upheld || row.kept || lifted(rows, row.target)?;
            Ok(lifted && confirmed(rows, row.settle)?)
        }
        Closing::Repair(id) => {
            let row = rows.must_repair(id)?;
            let propagating = matches!(row.state, RepairState::Propagating);
            Ok(propagating && ended(rows, row.of)? && confirmed(rows, row.settle)?)
        }
    }
}

/// Nothing is left to be undone that rests on what was repaired; no measure rests on a record alone,
/// or on a finding of breach.
fn ended(rows: &Rows, of: Repairable) -> Result<bool, Stop> {
    match of {
        Repairable::Listing(_) | Repairable::Attribution(_) => lifted(rows, of.target()),
        Repairable::Record(_) | Repairable::Commitment(_) => Ok(true),
    }
}

/// Every channel that got it has confirmed what it was told last, those that are configured no
/// more included: what they show still is on display somewhere.
fn confirmed(rows: &Rows, told: Option<Told>) -> Result<bool, Stop> {
    let Some(told) = told else {
        return Ok(true);
    };
    Ok(rows.channels()?.iter().all(|own| {
        let got = own.closing.is_none_or(|closing| told.first < closing);
        !got || own.confirmed_through >= told.last
    }))
}

/// Nothing that rests on the target is left to be undone.
fn lifted(rows: &Rows, target: Target) -> Result<bool, Stop> {
    match target {
        Target::Record(id) => {
            let record = rows.must_record(id)?;
            let listings = record.listings.iter().map(|own| Key::Listing(*own));
            let attributions = record.attributions.iter().map(|own| Key::Attribution(*own));
            rows.want(listings.chain(attributions))?;
            let mut left = 0;
            for own in &record.listings {
                left += rows.must_listing(*own)?.unlifted + left_of_extensions(rows, *own)?;
            }
            for own in &record.attributions {
                left += rows.must_attribution(*own)?.unlifted;
            }
            Ok(left == 0)
        }
        Target::Listing(id) => {
            Ok(rows.must_listing(id)?.unlifted + left_of_extensions(rows, id)? == 0)
        }
        Target::Attribution(id) => Ok(rows.must_attribution(id)?.unlifted == 0),
        Target::Measure(id) => Ok(!rows.must_measure(id)?.state.owes_undoing()),
        Target::Commitment(_) => Ok(true),
    }
}

/// What is left to be undone of the extensions that ended with a listing.
fn left_of_extensions(rows: &Rows, id: ListingId) -> Result<u32, Stop> {
    rows.with_extensions(id)?.into_iter().skip(1).try_fold(0, |left, own| {
        let row = rows.must_listing(own)?;
        Ok(match &row.kind {
            ListingKind::Black { case, .. } if matches!(case.path, Path::Ended(_)) => {
                left + row.unlifted
            }
            _ => left,
        })
    })
}

pub(super) fn decide(
    rows: &Rows,
    closing: Closing,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    checks::system(context)?;
    let mut drafts = Drafts::new(context);
    if !is_ready(rows, closing)? {
        return drafts.finish();
    }
    match closing {
        Closing::Objection(id) => {
            let subject = rows.must_objection(id)?.subject;
            let event = RemedyEvent::ObjectionClosed { objection: id };
            drafts.push(subject, Event::Remedy(event));
        }
        Closing::Repair(id) => {
            let subject = rows.must_repair(id)?.subject;
            drafts.push(subject, Event::RepairDone { repair: id });
        }
    }
    drafts.finish()
}
