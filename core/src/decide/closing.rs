//! Objections and repairs close only when every channel has confirmed what changed and every
//! department has lifted what ended (INV-13).
//!
//! Source: domain.md O60, O65, T03.

use crate::decide::checks;
use crate::decide::revocation::removed_by;
use crate::decide::{Context, Drafts, Outcome};
use crate::event::remedy::RemedyEvent;
use crate::event::{Event, Target};
use crate::id::RecordId;
use crate::row::{
    Closing, Key, ListingKind, ObjectionState, RepairRow, RepairState, Repairable, Told,
};
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
            Ok(propagating && ended(rows, row)? && confirmed(rows, row.settle)?)
        }
    }
}

/// Nothing is left to be undone of what a repair ended: of what it is about, and of every other
/// listing that fell with the records it ended (domain.md 2.5). No measure rests on a record alone,
/// or on a finding of breach.
fn ended(rows: &Rows, row: &RepairRow) -> Result<bool, Stop> {
    match row.of {
        Repairable::Listing(id) => match &rows.must_listing(id)?.kind {
            ListingKind::Black { records, .. } => {
                Ok(lifted(rows, row.of.target())? && all_lifted(rows, row, records)?)
            }
            ListingKind::Red(_) => lifted(rows, row.of.target()),
        },
        Repairable::Record(id) => all_lifted(rows, row, &[id]),
        Repairable::Attribution(_) => lifted(rows, row.of.target()),
        Repairable::Commitment(_) => Ok(true),
    }
}

/// Nothing is left to be undone of the listings on these records that this repair ended.
fn all_lifted(rows: &Rows, row: &RepairRow, records: &[RecordId]) -> Result<bool, Stop> {
    rows.want(records.iter().map(|id| Key::Record(*id)))?;
    for record in records {
        let listings = &rows.must_record(*record)?.listings;
        rows.want(listings.iter().map(|id| Key::Listing(*id)))?;
        for id in listings {
            let listing = rows.must_listing(*id)?;
            let with = match &listing.kind {
                ListingKind::Black { case, .. } => removed_by(case) == Some(row.id),
                ListingKind::Red(_) => false,
            };
            if with && listing.unlifted > 0 {
                return Ok(false);
            }
        }
    }
    Ok(true)
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
            let listings = rows.must_record(id)?.listings.clone();
            rows.want(listings.iter().map(|listing| Key::Listing(*listing)))?;
            listings.iter().try_fold(true, |all, listing| {
                Ok(all && rows.must_listing(*listing)?.unlifted == 0)
            })
        }
        Target::Listing(id) => Ok(rows.must_listing(id)?.unlifted == 0),
        Target::Attribution(id) => Ok(rows.must_attribution(id)?.unlifted == 0),
        Target::Measure(id) => Ok(!rows.must_measure(id)?.state.owes_undoing()),
        Target::Commitment(_) => Ok(true),
    }
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
