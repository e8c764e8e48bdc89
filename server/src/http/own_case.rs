//! Whether an authority has an open case of its own in a file, within which it may see the file's history,
//! and whether such a case rests on a record, which it then reads without a sharing contract.
//!
//! Source: domain.md O19, G-OPEN.

use shouxin_core::actor::SubjectKey;
use shouxin_core::id::{AttributionId, ListingId, MeasureId, ObjectionId, Position, RepairId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::path::Standing;
use shouxin_core::row::{Index, Key, RecordRow, Row};
use shouxin_core::time::Day;

use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::problem::Problem;
use crate::http::read::{self, concerns};

/// Cases of each kind looked through, newest first: what is open is among the newest, however long the
/// file grew.
const NEWEST_CASES_MAX: usize = 200;

/// Where cases of one kind stand in a file, and the key of each.
type Kind = (Index, fn(Position) -> Key);

/// Whether a case that is not over yet concerns the caller: the authority that decides, the department
/// that carries out, the unit whose record is disputed, the credit office.
pub(crate) fn is_open(
    engine: &Engine,
    caller: &Caller,
    subject: SubjectKey,
) -> Result<bool, Problem> {
    let today = engine.clock.now().legal_date();
    let mut query = Query::new(engine.view.read());
    query.ask(|rows| rows.must_subject(subject).cloned())?;
    let first = Position::local(0);
    let kinds: [Kind; 5] = [
        (Index::SubjectListing(subject, ListingId(first)), |at| Key::Listing(ListingId(at))),
        (Index::SubjectAttribution(subject, AttributionId(first)), |at| {
            Key::Attribution(AttributionId(at))
        }),
        (Index::SubjectMeasure(subject, MeasureId(first)), |at| Key::Measure(MeasureId(at))),
        (Index::SubjectObjection(subject, ObjectionId(first)), |at| {
            Key::Objection(ObjectionId(at))
        }),
        (Index::SubjectRepair(subject, RepairId(first)), |at| Key::Repair(RepairId(at))),
    ];
    for (entry, key) in kinds {
        for at in query.newest(&entry, NEWEST_CASES_MAX)? {
            let Some(row) = query.row(&key(at))? else { continue };
            let open = match row {
                Row::Listing(row) => {
                    let standing = query.ask(|rows| rows.listing_standing(row.id, today))?;
                    standing != Standing::Ended && concerns(caller, read::authority(&row))
                }
                Row::Attribution(row) => {
                    let standing = query.ask(|rows| rows.attribution_standing(row.id, today))?;
                    let authority = row.case.proposed_by.authority;
                    standing != Standing::Ended && concerns(caller, authority.as_str())
                }
                Row::Measure(row) => {
                    let standing = read::measure(&mut query, &row, today)?["standing"] == "ended";
                    let department = engine.rules.department(&row.department);
                    !standing && department.is_some_and(|own| concerns(caller, &own.uscc))
                }
                Row::Objection(row) => {
                    read::is_open_objection(&row) && concerns(caller, row.provider.as_str())
                }
                Row::Repair(row) => {
                    read::is_open_repair(&row) && concerns(caller, row.authority.as_str())
                }
                _ => false,
            };
            if open {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether a listing, an attribution or a measure that is not over yet rests on a record, and the
/// authority (by its code and its short code) decides about it or carries it out: it works on nothing it may not read.
pub(crate) fn rests_on(
    query: &mut Query<'_>,
    (authority, department): (Uscc, &str),
    record: &RecordRow,
    today: Day,
) -> Result<bool, Problem> {
    for id in &record.listings {
        if query.ask(|rows| rows.listing_standing(*id, today))? == Standing::Ended {
            continue;
        }
        let row = query.ask(|rows| rows.must_listing(*id).cloned())?;
        if read::authority(&row) == authority.as_str()
            || carries_out(query, department, *id, None, today)?
        {
            return Ok(true);
        }
    }
    for id in &record.attributions {
        if query.ask(|rows| rows.attribution_standing(*id, today))? == Standing::Ended {
            continue;
        }
        let row = query.ask(|rows| rows.must_attribution(*id).cloned())?;
        if row.case.proposed_by.authority == authority
            || carries_out(query, department, row.listing, Some(*id), today)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a department has a measure that runs under a listing, or under an attribution
/// that follows it.
fn carries_out(
    query: &mut Query<'_>,
    department: &str,
    listing: ListingId,
    attribution: Option<AttributionId>,
    today: Day,
) -> Result<bool, Problem> {
    let entry = Index::Family(listing, MeasureId(Position::local(0)));
    for at in query.newest(&entry, NEWEST_CASES_MAX)? {
        let Some(Row::Measure(row)) = query.row(&Key::Measure(MeasureId(at)))? else { continue };
        if row.attribution == attribution
            && row.department == department
            && read::measure(query, &row, today)?["standing"] != "ended"
        {
            return Ok(true);
        }
    }
    Ok(false)
}
