//! How a subject's classification changes: always as an event in the commit that changes it.
//!
//! Source: domain.md O06.

use crate::actor::SubjectKey;
use crate::decide::{Context, Drafts};
use crate::event::listing::{AttributionEnd, ListingEvent};
use crate::event::{CaseRef, Event, Mark};
use crate::id::{AttributionId, ListingId, RecordId};
use crate::path::{Hold, Path, Standing};
use crate::row::{Key, ListingKind};
use crate::rows::{Rows, Stop};
use crate::time::Day;

/// What happens to the marks of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is suspended.
    Suspend,
    /// Its suspension ends.
    Resume,
    /// It ends.
    End,
}

fn turned(marks: &[Mark], case: CaseRef, turn: Turn) -> Option<Vec<Mark>> {
    let mut marks = marks.to_vec();
    match turn {
        Turn::End => {
            let before = marks.len();
            marks.retain(|mark| mark.case != case);
            (marks.len() != before).then_some(marks)
        }
        Turn::Suspend | Turn::Resume => {
            let suspended = turn == Turn::Suspend;
            let mark = marks.iter_mut().find(|mark| mark.case == case)?;
            if mark.suspended == suspended {
                return None;
            }
            mark.suspended = suspended;
            Some(marks)
        }
    }
}

/// Changes a subject's marks and says so: one event a subject in each commit, whatever number of
/// its cases the commit turns.
fn change(
    rows: &Rows,
    drafts: &mut Drafts,
    subject: SubjectKey,
    to: impl FnOnce(&[Mark]) -> Option<Vec<Mark>>,
) -> Result<(), Stop> {
    if let Some(marks) = drafts.marks_mut(subject) {
        if let Some(in_force) = to(marks) {
            *marks = in_force;
        }
    } else if let Some(in_force) = to(&rows.must_subject(subject)?.marks) {
        drafts.push(subject, Event::ClassificationChanged { in_force });
    }
    Ok(())
}

/// Adds a mark to a subject and says so.
pub(super) fn start(
    rows: &Rows,
    drafts: &mut Drafts,
    subject: SubjectKey,
    mark: Mark,
) -> Result<(), Stop> {
    change(rows, drafts, subject, |marks| {
        let mut in_force = marks.to_vec();
        in_force.retain(|own| own.case != mark.case);
        in_force.push(mark);
        Some(in_force)
    })
}

/// Turns one case's mark of a subject, and says so if anything changed.
pub(super) fn turn_one(
    rows: &Rows,
    drafts: &mut Drafts,
    subject: SubjectKey,
    case: CaseRef,
    turn: Turn,
) -> Result<(), Stop> {
    change(rows, drafts, subject, |marks| turned(marks, case, turn))
}

/// Brings the end of one case's mark forward, and says so.
pub(super) fn until(
    rows: &Rows,
    drafts: &mut Drafts,
    subject: SubjectKey,
    case: CaseRef,
    end: Day,
) -> Result<(), Stop> {
    change(rows, drafts, subject, |marks| {
        let mut marks = marks.to_vec();
        let mark = marks.iter_mut().find(|mark| mark.case == case)?;
        mark.until = end;
        Some(marks)
    })
}

/// Asks at once for whatever a turn of these listings looks at: those that extend them, the persons
/// under each with the records that they answer on, and every file. Asked for one by one, they would be
/// more rounds than a command has, and nobody could object to what so much rests on.
pub(super) fn family(rows: &Rows, listings: &[ListingId]) -> Result<(), Stop> {
    let mut level = listings.to_vec();
    let mut all = Vec::new();
    while !level.is_empty() {
        rows.want(level.iter().map(|id| Key::Listing(*id)))?;
        let mut next = Vec::new();
        for id in &level {
            next.extend(&rows.must_listing(*id)?.extensions);
        }
        all.append(&mut level);
        level = next;
    }
    let (mut persons, mut keys) = (Vec::new(), Vec::new());
    for id in all {
        let row = rows.must_listing(id)?;
        persons.extend(&row.attributions);
        keys.push(Key::Subject(row.subject));
        if let ListingKind::Black { records, .. } = &row.kind {
            keys.extend(records.iter().map(|id| Key::Record(*id)));
        }
    }
    rows.want(persons.iter().map(|id| Key::Attribution(*id)))?;
    for id in persons {
        let row = rows.must_attribution(id)?;
        keys.push(Key::Subject(row.person));
        keys.extend(row.records.iter().map(|id| Key::Record(*id)));
    }
    rows.want(keys)
}

/// Turns a listing's mark and those of every person attributed under it, each in their own file
/// but all in this commit (design.md 2).
pub(super) fn turn_listing(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    listing: ListingId,
    turn: Turn,
) -> Result<(), Stop> {
    family(rows, &[listing])?;
    let row = rows.must_listing(listing)?;
    turn_one(rows, drafts, row.subject, CaseRef::Listing(listing), turn)?;
    // How it ended, if it did: the step that turns the marks says so before.
    let ground = drafts.drafts.iter().find_map(|draft| ended_by(&draft.event, listing));
    for attribution in &row.attributions {
        turn_attribution(rows, context, drafts, *attribution, turn)?;
        let own = rows.must_attribution(*attribution)?;
        if let (Turn::End, Some(ground), false) =
            (turn, ground, matches!(own.case.path, Path::Ended(_)))
        {
            let attribution = *attribution;
            let event = ListingEvent::AttributionEnded { attribution, listing, ground };
            drafts.push(own.person, Event::Listing(event));
        }
    }
    Ok(())
}

/// How an event ends a listing, if it does.
fn ended_by(event: &Event, listing: ListingId) -> Option<AttributionEnd> {
    let (of, ground) = match event {
        Event::CaseExpired { case: CaseRef::Listing(id) } => (id, AttributionEnd::Expired),
        Event::CaseRemoved { case: CaseRef::Listing(id), .. } => (id, AttributionEnd::Removed),
        Event::CaseAnnulled { case: CaseRef::Listing(id), .. }
        | Event::Listing(ListingEvent::Revoked { case: CaseRef::Listing(id), .. }) => {
            (id, AttributionEnd::Annulled)
        }
        Event::Listing(ListingEvent::Relieved { listing: id, .. }) => {
            (id, AttributionEnd::Relieved)
        }
        _ => return None,
    };
    (*of == listing).then_some(ground)
}

fn turn_attribution(
    rows: &Rows,
    context: &Context<'_>,
    drafts: &mut Drafts,
    attribution: AttributionId,
    turn: Turn,
) -> Result<(), Stop> {
    let row = rows.must_attribution(attribution)?;
    let own = row.case.standing(context.today);
    // An open objection of the person's own, to what they answer for or to a record it rests on,
    // keeps their mark suspended when the listing resumes.
    if turn == Turn::Resume
        && (own == Standing::Suspended || records_held(rows, &row.records, None)?)
    {
        return Ok(());
    }
    turn_one(rows, drafts, row.person, CaseRef::Attribution(attribution), turn)
}

/// Whether anything, or anything else than `except`, suspends one of these records.
fn records_held(rows: &Rows, records: &[RecordId], except: Option<Hold>) -> Result<bool, Stop> {
    rows.want(records.iter().map(|record| Key::Record(*record)))?;
    records.iter().try_fold(false, |held, record| {
        Ok(held || rows.must_record(*record)?.holds.iter().any(|own| Some(*own) != except))
    })
}

/// Whether anything else than `except` still suspends what a person answers for: its own holds, those
/// on the person's records it rests on, and what suspends the listing.
pub(super) fn still_held(rows: &Rows, id: AttributionId, except: Hold) -> Result<bool, Stop> {
    let row = rows.must_attribution(id)?;
    Ok(row.case.holds.iter().any(|own| *own != except)
        || records_held(rows, &row.records, Some(except))?
        || still_suspended(rows, row.listing, except)?)
}

/// Whether anything else than `except` still suspends a listing: its own holds, those on the
/// records it rests on, and the same of the listing that it extends.
pub(super) fn still_suspended(rows: &Rows, listing: ListingId, except: Hold) -> Result<bool, Stop> {
    let others = |holds: &[Hold]| holds.iter().any(|hold| *hold != except);
    let row = rows.must_listing(listing)?;
    match &row.kind {
        ListingKind::Red(red) => Ok(others(&red.holds)),
        ListingKind::Black { records, case, .. } => {
            let own = records_held(rows, records, Some(except))? || others(&case.holds);
            match row.extends {
                Some(extended) => Ok(own || still_suspended(rows, extended, except)?),
                None => Ok(own),
            }
        }
    }
}
