//! On which records a case may rest, and what becomes of what rests on one when it is repaired,
//! expires, or ends earlier than it was to: "repair, expiry and annulment end everything that rests
//! on the item" (design.md 1). Annulment is with the outcomes of objections.
//!
//! Source: domain.md INV-3, INV-6.

use crate::actor::SubjectKey;
use crate::apply::record_documents;
use crate::decide::checks::{misfit, refuse};
use crate::decide::classification::{self, Turn};
use crate::decide::extension::{self, End};
use crate::decide::{Context, Drafts};
use crate::event::listing::ListingEvent;
use crate::event::{CaseRef, Event};
use crate::guard::{Guard, Misfit};
use crate::id::RecordId;
use crate::limits::{
    ATTRIBUTIONS_PER_RECORD_MAX, LISTINGS_PER_RECORD_MAX, RECORDS_PER_LISTING_MAX,
};
use crate::path::{DecisionCase, Path};
use crate::row::{Key, ListingKind, RecordRow};
use crate::rows::{Rows, Stop};
use crate::rules::Polarity;
use crate::text::{FactDocument, number_form};
use crate::time::Day;

/// The records on which a case itself rests: an attribution on those of its person, beside the
/// listing.
pub(super) fn records_of(rows: &Rows, case: CaseRef) -> Result<&[RecordId], Stop> {
    match case {
        CaseRef::Listing(id) => match &rows.must_listing(id)?.kind {
            ListingKind::Black { records, .. } => Ok(records),
            ListingKind::Red(_) => Ok(&[]),
        },
        CaseRef::Attribution(id) => Ok(&rows.must_attribution(id)?.records),
    }
}

/// The last day of the records on which a case itself rests; nothing where it rests on none.
pub(super) fn last_day(rows: &Rows, case: CaseRef) -> Result<Option<Day>, Stop> {
    Ok(first_to_end(rows, case)?.map(|(last, _)| last))
}

/// Of the records on which a case itself rests the one whose last day comes first, with that day.
pub(super) fn first_to_end(rows: &Rows, case: CaseRef) -> Result<Option<(Day, RecordId)>, Stop> {
    let records = records_of(rows, case)?;
    rows.want(records.iter().map(|id| Key::Record(*id)))?;
    let mut first = None;
    for id in records {
        let own = rows.must_record(*id)?.publicity_until.map(|until| (until, *id));
        first = first.into_iter().chain(own).min();
    }
    Ok(first)
}

/// The records that a proposal names: live adverse ones of its subject, each once, undisputed, and
/// with room for what rests on them.
pub(super) fn usable(
    rows: &Rows,
    records: &[RecordId],
    subject: SubjectKey,
    today: Day,
) -> Result<(), Stop> {
    if records.len() > RECORDS_PER_LISTING_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!(
                "所依据记录上限 {RECORDS_PER_LISTING_MAX} 条 / at most {RECORDS_PER_LISTING_MAX} records"
            ),
            "请只列直接依据 / name only what it directly rests on",
        )?;
    }
    rows.want(records.iter().map(|id| Key::Record(*id)))?;
    for (place, id) in records.iter().enumerate() {
        if records.iter().take(place).any(|other| other == id) {
            misfit::<()>(
                Misfit::Value,
                format!("{id} 重复引用 / {id} is named twice"),
                "每条记录只列一次 / name each record once",
            )?;
        }
        let record = rows.must_record(*id)?;
        let usable = record.subject == subject
            && record.polarity == Polarity::Adverse
            && record.is_live(today);
        if !usable {
            refuse::<()>(
                Guard::Fact,
                format!(
                    "{id} 不是该主体有效的不良记录 / not a live adverse record of this subject"
                ),
                "请引用该主体现行有效的不良记录 / cite a live adverse record of the subject",
            )?;
        }
        if !record.holds.is_empty() {
            refuse::<()>(
                Guard::NoSuspension,
                format!("{id} 正在异议核实 / an objection to {id} is open"),
                "待异议有结论后再提出 / wait for the outcome",
            )?;
        }
        let full = record.listings.len() >= LISTINGS_PER_RECORD_MAX
            || record.attributions.len() >= ATTRIBUTIONS_PER_RECORD_MAX;
        if full {
            misfit::<()>(
                Misfit::Limit,
                format!("已有过多名单或责任认定引用 {id} / too much rests on {id}"),
                "请引用其他记录 / cite another record",
            )?;
        }
    }
    Ok(())
}

/// Whether a document is that of a record, by its number or by its digest.
fn is_of(document: &FactDocument, row: &RecordRow) -> bool {
    number_form(&document.number) == number_form(&row.document_number)
        || row.document_sha256 == Some(document.sha256)
}

/// The records of a document: those that it is the document of now, or else those that came in by it and
/// were corrected since, because a correction does not make the first paper anybody's.
fn of(
    rows: &Rows,
    document: &FactDocument,
    named: &[RecordId],
    subject: SubjectKey,
) -> Result<Vec<RecordId>, Stop> {
    let tags = record_documents(subject, &document.number, Some(&document.sha256));
    let keys: Vec<Key> = tags.into_iter().map(Key::RecordDocument).collect();
    rows.want(keys.iter().cloned())?;
    let mut came = Vec::new();
    for key in &keys {
        came.extend(rows.records_at(key)?.iter().copied());
    }
    rows.want(came.iter().chain(named).map(|id| Key::Record(*id)))?;
    let mut now = Vec::new();
    for id in came.iter().chain(named) {
        if is_of(document, rows.must_record(*id)?) {
            now.push(*id);
        }
    }
    Ok(if now.is_empty() { came } else { now })
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
    for document in facts.iter().filter(|document| document.about == subject) {
        let mut over = None;
        let mut stands = false;
        for id in &of(rows, document, records, subject)? {
            let row = rows.must_record(*id)?;
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

/// What rests on a record and has not come to its end: a black listing, or what a person answers for.
struct Resting<'r> {
    of: CaseRef,
    subject: SubjectKey,
    case: &'r DecisionCase,
}

/// What rests on a record and no event has ended, nor one of this commit.
fn resting<'r>(
    rows: &'r Rows,
    drafts: &Drafts,
    record: RecordId,
) -> Result<Vec<Resting<'r>>, Stop> {
    let row = rows.must_record(record)?;
    classification::family(rows, &row.listings)?;
    let attributions = row.attributions.iter().map(|id| Key::Attribution(*id));
    rows.want(attributions.chain([Key::Subject(row.subject)]))?;
    let mut found = Vec::new();
    for id in &row.listings {
        let listing = rows.must_listing(*id)?;
        if let ListingKind::Black { case, .. } = &listing.kind {
            found.push(Resting { of: CaseRef::Listing(*id), subject: listing.subject, case });
        }
    }
    for id in &row.attributions {
        let own = rows.must_attribution(*id)?;
        let of = CaseRef::Attribution(*id);
        found.push(Resting { of, subject: own.person, case: &own.case });
    }
    found.retain(|own| !matches!(own.case.path, Path::Ended(_)) && !ends_here(drafts, own.of));
    Ok(found)
}

/// Whether an event of this commit ends a case already: it may rest on several records, or extend a
/// listing that does.
pub(super) fn ends_here(drafts: &Drafts, of: CaseRef) -> bool {
    drafts.drafts.iter().any(|draft| match &draft.event {
        Event::CaseRemoved { case, .. }
        | Event::CaseExpired { case }
        | Event::CaseAnnulled { case, .. }
        | Event::CaseDropped { case, .. } => *case == of,
        Event::Listing(ListingEvent::Relieved { listing, .. }) => CaseRef::Listing(*listing) == of,
        _ => false,
    })
}

/// Ends the mark of a case, and with that of a listing those of the persons under it.
fn end_marks(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    own: &Resting<'_>,
) -> Result<(), Stop> {
    match own.of {
        CaseRef::Listing(id) => classification::turn_listing(rows, context, drafts, id, Turn::End),
        CaseRef::Attribution(_) => {
            classification::turn_one(rows, drafts, own.subject, own.of, Turn::End)
        }
    }
}

/// A record was repaired, or ended because a reorganisation plan was performed: what is served ends in
/// the same way, and what was only proposed is dropped, with the reasons of that.
pub(super) fn ended(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    record: RecordId,
    how: End<'_>,
) -> Result<(), Stop> {
    for own in resting(rows, drafts, record)? {
        let case = own.of;
        // One may have ended with another that it extends.
        if ends_here(drafts, case) {
            continue;
        }
        let served = matches!(own.case.path, Path::Served(_) | Path::Effective(_));
        drafts.push(own.subject, extension::ending(case, how, served)?);
        if served {
            end_marks(rows, context, drafts, &own)?;
        }
        if let CaseRef::Listing(id) = case {
            extension::end(rows, context, drafts, id, how)?;
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
        drafts.push(own.subject, Event::CaseExpired { case: own.of });
        end_marks(rows, context, drafts, &own)?;
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
        one_shortened(rows, drafts, own.of, (own.subject, own.case), until)?;
        let CaseRef::Listing(listing) = own.of else {
            continue;
        };
        let attributions = &rows.must_listing(listing)?.attributions;
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
