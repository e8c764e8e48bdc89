//! Objections and repairs close, and redress is done, only when every channel has confirmed what
//! changed and every department has lifted what ended (INV-13).
//!
//! Source: domain.md O60, O65, O67, T03.

use crate::decide::checks::{self, misfit};
use crate::decide::revocation::removed_by;
use crate::decide::{Context, Drafts, Outcome};
use crate::event::remedy::RemedyEvent;
use crate::event::{Event, Target};
use crate::guard::Misfit;
use crate::id::{ListingId, RecordId};
use crate::path::Path;
use crate::row::{
    ChannelRow, Closing, Key, ListingKind, ObjectionState, RepairRow, RepairState, Repairable, Told,
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
/// listing and attribution that fell with the records it ended (domain.md 2.5). No measure rests on a
/// record alone, or on a finding of breach.
fn ended(rows: &Rows, row: &RepairRow) -> Result<bool, Stop> {
    match row.of {
        Repairable::Listing(id) => match &rows.must_listing(id)?.kind {
            ListingKind::Black { records, .. } => {
                Ok(lifted(rows, row.of.target())? && all_lifted(rows, row, records)?)
            }
            ListingKind::Red(_) => lifted(rows, row.of.target()),
        },
        Repairable::Record(id) => all_lifted(rows, row, &[id]),
        Repairable::Attribution(id) => {
            let records = &rows.must_attribution(id)?.records;
            Ok(lifted(rows, row.of.target())? && all_lifted(rows, row, records)?)
        }
        Repairable::Commitment(_) => Ok(true),
    }
}

/// Nothing is left to be undone of what rested on these records and this repair ended.
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
            if with && !lifted(rows, Target::Listing(*id))? {
                return Ok(false);
            }
        }
        let attributions = &rows.must_record(*record)?.attributions;
        rows.want(attributions.iter().map(|id| Key::Attribution(*id)))?;
        for id in attributions {
            let own = rows.must_attribution(*id)?;
            if removed_by(&own.case) == Some(row.id) && own.unlifted > 0 {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn confirmed(rows: &Rows, told: Option<Told>) -> Result<bool, Stop> {
    Ok(behind(rows, told)?.is_none())
}

/// A channel that got it and has not confirmed what it was told last, one that is configured no more
/// included: what it shows still is on display somewhere.
fn behind(rows: &Rows, told: Option<Told>) -> Result<Option<&ChannelRow>, Stop> {
    let Some(told) = told else {
        return Ok(None);
    };
    Ok(rows.channels()?.iter().find(|own| {
        let got = own.closing.is_none_or(|closing| told.first < closing);
        got && own.confirmed_through < told.last
    }))
}

fn lifted(rows: &Rows, target: Target) -> Result<bool, Stop> {
    Ok(unlifted(rows, target)?.is_none())
}

/// What that rests on the target is left to be undone: whose measures, or which, and how many.
fn unlifted(rows: &Rows, target: Target) -> Result<Option<(String, u32)>, Stop> {
    let left = |id: String, count: u32| (count > 0).then_some((id, count));
    match target {
        Target::Record(id) => {
            let record = rows.must_record(id)?;
            let listings = record.listings.iter().map(|own| Key::Listing(*own));
            let attributions = record.attributions.iter().map(|own| Key::Attribution(*own));
            rows.want(listings.chain(attributions))?;
            for listing in &record.listings {
                let found = unlifted(rows, Target::Listing(*listing))?;
                if found.is_some() {
                    return Ok(found);
                }
            }
            for own in &record.attributions {
                let count = rows.must_attribution(*own)?.unlifted;
                if count > 0 {
                    return Ok(left(own.to_string(), count));
                }
            }
            Ok(None)
        }
        Target::Listing(id) => unlifted_with_extensions(rows, id),
        Target::Attribution(id) => Ok(left(id.to_string(), rows.must_attribution(id)?.unlifted)),
        Target::Measure(id) => {
            let owes = rows.must_measure(id)?.state.owes_undoing();
            Ok(left(id.to_string(), u32::from(owes)))
        }
        Target::Commitment(_) => Ok(None),
    }
}

/// The same of a listing, and of the extensions that ended with it.
fn unlifted_with_extensions(rows: &Rows, id: ListingId) -> Result<Option<(String, u32)>, Stop> {
    for own in rows.with_extensions(id)? {
        let row = rows.must_listing(own)?;
        let ended = match &row.kind {
            ListingKind::Black { case, .. } => matches!(case.path, Path::Ended(_)),
            ListingKind::Red(_) => false,
        };
        if row.unlifted > 0 && (ended || own == id) {
            return Ok(Some((own.to_string(), row.unlifted)));
        }
    }
    Ok(None)
}

/// What channels were told of a thing and of what rests on it, by now.
pub(super) fn told_of(rows: &Rows, target: Target) -> Result<Option<Told>, Stop> {
    match target {
        Target::Record(id) => {
            let row = rows.must_record(id)?;
            rows.want(row.listings.iter().map(|listing| Key::Listing(*listing)))?;
            let mut all = vec![row.told];
            for listing in &row.listings {
                all.push(told_of(rows, Target::Listing(*listing))?);
            }
            Ok(all.into_iter().flatten().reduce(Told::with))
        }
        Target::Listing(id) => {
            let all = rows.with_extensions(id)?.into_iter();
            let all = all.map(|own| Ok(rows.must_listing(own)?.told));
            let all = all.collect::<Result<Vec<_>, Stop>>()?;
            Ok(all.into_iter().flatten().reduce(Told::with))
        }
        Target::Commitment(id) => Ok(rows.must_commitment(id)?.told),
        Target::Attribution(_) | Target::Measure(_) => Ok(None),
    }
}

/// Reputation is restored where the retraction stands in every channel that showed the thing and
/// nobody acts on it any more (domain.md O67); until then a refusal says who is waited for.
pub(super) fn restorable(
    rows: &Rows,
    ended: Option<Target>,
    told: Option<Told>,
) -> Result<(), Stop> {
    let left = match ended {
        Some(target) => unlifted(rows, target)?,
        None => None,
    };
    if let Some((whose, count)) = left {
        misfit::<()>(
            Misfit::State,
            format!("{whose} 尚有 {count} 项措施未解除 / {count} of its measures are not lifted"),
            "请待执行部门解除后办理 / wait until the departments have lifted them",
        )?;
    }
    if let Some(channel) = behind(rows, told)? {
        misfit::<()>(
            Misfit::State,
            format!("渠道 {} 尚未确认撤下或更正 / the channel has not confirmed it", channel.name),
            "请待各渠道确认后办理 / wait until every channel has confirmed",
        )?;
    }
    Ok(())
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
