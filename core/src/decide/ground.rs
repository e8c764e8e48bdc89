//! What becomes of the listings that rest on a record when the record is repaired, expires, or
//! ends earlier than it was to: "repair, expiry and annulment end everything that rests on the
//! item" (design.md 1). Annulment is with the outcomes of objections.
//!
//! Source: domain.md INV-3, INV-6.

use crate::actor::SubjectKey;
use crate::apply::record_documents;
use crate::decide::checks::refuse;
use crate::decide::classification::{self, Turn};
use crate::decide::{Context, Drafts};
use crate::event::listing::ListingEvent;
use crate::event::{CaseRef, Event};
use crate::guard::Guard;
use crate::id::{ListingId, RecordId, RepairId};
use crate::path::{DecisionCase, Path};
use crate::row::{Key, ListingKind, RecordRow};
use crate::rows::{Rows, Stop};
use crate::text::{FactDocument, Sealed};
use crate::time::Day;

/// The last day of what a listing rests on; nothing where it rests on no record.
pub(super) fn last_day(rows: &Rows, listing: ListingId) -> Result<Option<Day>, Stop> {
    let ListingKind::Black { records, .. } = &rows.must_listing(listing)?.kind else {
        return Ok(None);
    };
    rows.want(records.iter().map(|id| Key::Record(*id)))?;
    let mut last = None;
    for id in records {
        let own = rows.must_record(*id)?.publicity_until;
        last = last.into_iter().chain(own).min();
    }
    Ok(last)
}

/// Whether a document is that of a record, by its number or by its digest.
fn is_of(document: &FactDocument, row: &RecordRow) -> bool {
    document.number.trim() == row.document_number.trim()
        || row.document_sha256 == Some(document.sha256)
}

/// A proposal names every live record of its subject that its documents are about: so an objection
/// to that record, or its annulment, reaches what is proposed. A document whose record is over, and
/// of which no other record is live, establishes nothing any more: otherwise a repair or annulment
/// would be got round by citing the paper without its record (G-FACT). A document leads to the newest
/// of its records, so many as one proposal may name.
pub(super) fn named(
    rows: &Rows,
    facts: &[FactDocument],
    records: &[RecordId],
    subject: SubjectKey,
    today: Day,
) -> Result<(), Stop> {
    let own = || facts.iter().filter(|document| document.about == subject);
    let tags = own().flat_map(|own| record_documents(subject, &own.number, Some(&own.sha256)));
    let keys: Vec<Key> = tags.map(Key::RecordDocument).collect();
    rows.want(keys.iter().cloned())?;
    let mut found = records.to_vec();
    for key in &keys {
        found.extend(rows.records_at(key)?.iter().copied());
    }
    rows.want(found.iter().map(|id| Key::Record(*id)))?;
    for document in own() {
        let mut over = None;
        let mut stands = false;
        for id in &found {
            let row = rows.must_record(*id)?;
            if !is_of(document, row) {
                continue;
            }
            if !row.is_live(today) {
                over = Some(*id);
            } else if records.contains(id) {
                stands = true;
            } else {
                refuse::<()>(
                    Guard::Fact,
                    format!("事实文书即为记录 {id} 的文书 / a document is that of the record {id}"),
                    format!("请将 {id} 列为所依据的记录 / name {id} among the records it rests on"),
                )?;
            }
        }
        if let (Some(id), false) = (over, stands) {
            refuse::<()>(
                Guard::Fact,
                format!(
                    "事实文书 {} 所属记录 {id} 已撤销、修复或到期 / it is the document of {id}, \
                     which was annulled or repaired, or has expired",
                    document.number
                ),
                "不得再以该文书为据，请引用现行有效记录的文书 / cite the document of a record that stands",
            )?;
        }
    }
    Ok(())
}

/// A black listing that rests on a record and has not come to its end.
struct Resting<'r> {
    id: ListingId,
    subject: SubjectKey,
    case: &'r DecisionCase,
}

/// The listings on a record that no event has ended, nor one of this commit.
fn resting<'r>(
    rows: &'r Rows,
    drafts: &Drafts,
    record: RecordId,
) -> Result<Vec<Resting<'r>>, Stop> {
    let row = rows.must_record(record)?;
    rows.want(row.listings.iter().map(|id| Key::Listing(*id)).chain([Key::Subject(row.subject)]))?;
    let mut found = Vec::new();
    for id in &row.listings {
        let listing = rows.must_listing(*id)?;
        let ListingKind::Black { case, .. } = &listing.kind else {
            continue;
        };
        if !matches!(case.path, Path::Ended(_)) && !ends_here(drafts, *id) {
            found.push(Resting { id: *id, subject: listing.subject, case });
        }
    }
    Ok(found)
}

/// Whether an event of this commit ends a listing already: it may rest on several records.
fn ends_here(drafts: &Drafts, listing: ListingId) -> bool {
    drafts.drafts.iter().any(|draft| match &draft.event {
        Event::CaseRemoved { case, .. }
        | Event::CaseExpired { case }
        | Event::CaseDropped { case, .. } => *case == CaseRef::Listing(listing),
        _ => false,
    })
}

/// A record was repaired: what is served ends as if repaired too, and what was only proposed is
/// dropped, with the reasons of the repair.
pub(super) fn repaired(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    (record, repair): (RecordId, RepairId),
    reasons: &Sealed,
) -> Result<(), Stop> {
    for own in resting(rows, drafts, record)? {
        let case = CaseRef::Listing(own.id);
        if let Path::Served(_) | Path::Effective(_) = own.case.path {
            drafts.push(own.subject, Event::CaseRemoved { case, repair });
            classification::turn_listing(rows, context, drafts, own.id, Turn::End)?;
        } else {
            drafts.push(own.subject, Event::CaseDropped { case, reasons: reasons.clone() });
        }
    }
    Ok(())
}

/// A record expired: what rests on it has ended by date, and this says so.
pub(super) fn expired(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    record: RecordId,
) -> Result<(), Stop> {
    for own in resting(rows, drafts, record)? {
        let case = CaseRef::Listing(own.id);
        drafts.push(own.subject, Event::CaseExpired { case });
        classification::turn_listing(rows, context, drafts, own.id, Turn::End)?;
    }
    Ok(())
}

/// A correction brought the last day of a record forward: what was decided on it ends no later.
/// Where that day has passed, everything on it has ended by date.
pub(super) fn shortened(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    record: RecordId,
    until: Day,
) -> Result<(), Stop> {
    if until < context.today {
        return Ok(());
    }
    for own in resting(rows, drafts, record)? {
        one_shortened(rows, drafts, CaseRef::Listing(own.id), (own.subject, own.case), until)?;
        let attributions = &rows.must_listing(own.id)?.attributions;
        rows.want(attributions.iter().map(|id| Key::Attribution(*id)))?;
        for id in attributions {
            let under = rows.must_attribution(*id)?;
            let case = CaseRef::Attribution(*id);
            one_shortened(rows, drafts, case, (under.person, &under.case), until)?;
        }
    }
    Ok(())
}

/// A served decision that is to end later than on a day ends on that day.
pub(super) fn one_shortened(
    rows: &Rows,
    drafts: &mut Drafts,
    case: CaseRef,
    (subject, own): (SubjectKey, &DecisionCase),
    end: Day,
) -> Result<(), Stop> {
    let (Path::Served(_) | Path::Effective(_)) = own.path else {
        return Ok(());
    };
    if own.path.served().is_some_and(|served| served.decided.decision.end > end) {
        rows.want([Key::Subject(subject)])?;
        drafts.push(subject, Event::Listing(ListingEvent::Shortened { case, end }));
        classification::until(rows, drafts, subject, case, end)?;
    }
    Ok(())
}
