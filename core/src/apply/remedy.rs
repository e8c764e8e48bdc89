//! Folds reviews, reconsiderations and suits, revoked repairs, and relief.

use crate::apply::channel::{self, shown};
use crate::apply::objection::{
    Dispute, applied, change_repairable, dispute, ended, open_repair, opened, redressed,
};
use crate::apply::{
    case, commitment, defect, here, officer_of, put_walks, record, remedy_source, subject_of, walks,
};
use crate::calendar::Deadline;
use crate::event::remedy::{RemedyEvent, RemedyOutcome, ReviewOf};
use crate::event::{CaseRef, Envelope, Target};
use crate::id::{CourtDocumentId, ObjectionId, ReliefId, RemedyId, RepairId};
use crate::path::{Hold, Path};
use crate::row::{
    AttributionRow, CourtDocumentRow, Key, ListingKind, ListingRow, Newest, ObjectionRow,
    ObjectionState, RecordRow, RecordState, RedState, ReliefRow, ReliefState, RemedyRow,
    RemedyState, RepairRow, RepairState, Repairable, Revocation, Row, Testing,
};
use crate::rows::{Rows, Stop};
use crate::rules::Severity;

pub(super) fn apply(rows: &mut Rows, envelope: &Envelope, event: &RemedyEvent) -> Result<(), Stop> {
    use RemedyEvent as E;
    match event {
        E::EvidenceRequested { objection, .. } | E::EvidenceAdded { objection, .. } => {
            Rows::known(rows.objection(*objection)?, &objection.0).map(|_| ())
        }
        E::Unverified { objection, .. } => unverified(rows, envelope, *objection),
        E::ObjectionClosed { objection } => {
            change_objection(rows, *objection, |row| match row.state {
                ObjectionState::Resolved { upheld } => {
                    Some(ObjectionRow { state: ObjectionState::Closed { upheld }, ..row })
                }
                _ => None,
            })
            .map_err(|stop| named(stop, envelope))
        }
        E::ReviewRequested { of, suspends, decide_by, .. } => match of {
            ReviewOf::Objection(id) => {
                let row = Rows::known(rows.objection(*id)?, &id.0)?.clone();
                let found = match suspends {
                    true => walks(rows, envelope, row.target)?,
                    false => Vec::new(),
                };
                let refused = matches!(row.state, ObjectionState::Refused);
                let target = row.target;
                let row = ObjectionRow {
                    state: ObjectionState::Review { decide_by: *decide_by, refused },
                    suspends: *suspends,
                    ..row
                };
                if *suspends {
                    dispute(rows, envelope, target, Hold::Objection(*id), Dispute::Open)?;
                }
                opened(rows, envelope, &row)?;
                rows.put(Key::Objection(*id), Row::Objection(row))?;
                put_walks(rows, found)
            }
            ReviewOf::Repair(id) => {
                let state = RepairState::Review { decide_by: *decide_by };
                put_repair(rows, *id, |row| RepairRow { state, ..row })
            }
        },
        E::ReviewDecided { of, upheld, act_by, .. } => match of {
            ReviewOf::Objection(id) => objection_reviewed(rows, envelope, *id, *upheld),
            ReviewOf::Repair(id) => {
                let outcome = Some((envelope.legal_date, officer_of(envelope)?));
                let row = Rows::known(rows.repair(*id)?, &id.0)?.clone();
                let row = match act_by {
                    Some(act_by) => {
                        open_repair(rows, row.of, *id, true)?;
                        let state = RepairState::Applied { accept_by: *act_by, overdue: false };
                        RepairRow { state, decide_by: *act_by, overdue: false, ..row }
                    }
                    None => RepairRow { state: RepairState::Refused, ..row },
                };
                let row = RepairRow { outcome, reviewed: true, ..row };
                rows.put(Key::Repair(*id), Row::Repair(row))
            }
        },
        E::RemedyFiled { .. }
        | E::StayOrdered { .. }
        | E::StayEnded { .. }
        | E::RedressOwed { .. }
        | E::RedressDone { .. }
        | E::RemedyDecided { .. } => external(rows, envelope, event),
        E::RepairRevocationNoticed { .. }
        | E::RepairRevocationStated { .. }
        | E::RepairRevocationDropped { .. }
        | E::RepairRevoked { .. }
        | E::RepairRevocationLapsed { .. }
        | E::RepairedRestored { .. }
        | E::RecordRestored { .. }
        | E::BreachRestored { .. }
        | E::AttributionRestored { .. } => revocation(rows, envelope, event),
        E::ReliefGranted { .. } | E::ReliefCompleted { .. } | E::ReliefEnded { .. } => {
            relief(rows, envelope, event)
        }
        E::RepairExtended { repair, decide_by, .. } => put_repair(rows, *repair, |row| RepairRow {
            decide_by: *decide_by,
            extended: true,
            ..row
        }),
        E::RepairBarred { repair, again_from } => {
            let of = Rows::known(rows.repair(*repair)?, &repair.0)?.of;
            change_repairable(rows, of, |_, barred| *barred = Some(*again_from))
        }
        E::RecordRepairApplied { record, accept_by, decide_by, .. } => {
            applied(rows, envelope, Repairable::Record(*record), *accept_by, *decide_by)
        }
        E::BreachRepairApplied { commitment, accept_by, decide_by, .. } => {
            applied(rows, envelope, Repairable::Commitment(*commitment), *accept_by, *decide_by)
        }
        E::AttributionRepairApplied { attribution, accept_by, decide_by, .. } => {
            applied(rows, envelope, Repairable::Attribution(*attribution), *accept_by, *decide_by)
        }
        E::ListingDisplayEnded { listing, .. } => {
            let target = Target::Listing(*listing);
            let changes = shown(rows, target)?;
            display(rows, target, false)?;
            let row = Rows::known(rows.listing(*listing)?, &listing.0)?.clone();
            let row = ListingRow { display_ended: true, ..row };
            rows.put(Key::Listing(*listing), Row::Listing(row))?;
            channel::note(rows, envelope, changes);
            Ok(())
        }
        E::TestingBegun { objection, from, verify_by, .. } => {
            testing(rows, envelope, *objection, *verify_by, |before, _| {
                Some(Testing { from: *from, before, ended: false })
            })
        }
        E::TestingEnded { objection, verify_by, .. } => {
            testing(rows, envelope, *objection, *verify_by, |_, own| {
                own.map(|own| Testing { ended: true, ..own })
            })
        }
        E::AnnulmentRedressOwed { target, .. } => redress(rows, envelope, *target, false),
        E::AnnulmentRedressDone { target, .. } => redress(rows, envelope, *target, true),
        E::CourtDocumentFiled { document, effect } => {
            let id = CourtDocumentId(here(envelope));
            rows.want([Key::CourtDocument(id)])?;
            let row = CourtDocumentRow {
                id,
                subject: subject_of(envelope)?,
                document: document.clone(),
                effect: effect.clone(),
                filed_by: officer_of(envelope)?,
            };
            rows.put(Key::CourtDocument(id), Row::CourtDocument(row))
        }
    }
}

/// The provider's clock is set anew, because of testing that began or ended.
fn testing(
    rows: &mut Rows,
    envelope: &Envelope,
    id: ObjectionId,
    verify_by: Deadline,
    of: impl FnOnce(Deadline, Option<Testing>) -> Option<Testing>,
) -> Result<(), Stop> {
    let row = Rows::known(rows.objection(id)?, &id.0)?.clone();
    let ObjectionState::Verifying { verify_by: before, overdue } = row.state else {
        return Err(defect(envelope, "nothing is verified"));
    };
    let state = ObjectionState::Verifying { verify_by, overdue };
    let testing = of(before, row.testing);
    rows.put(Key::Objection(id), Row::Objection(ObjectionRow { state, testing, ..row }))
}

/// A defect that says at which event it was met.
fn named(stop: Stop, envelope: &Envelope) -> Stop {
    match stop {
        Stop::Defect(what) => defect(envelope, &what),
        other => other,
    }
}

fn change_objection(
    rows: &mut Rows,
    id: ObjectionId,
    to: impl FnOnce(ObjectionRow) -> Option<ObjectionRow>,
) -> Result<(), Stop> {
    let row = Rows::known(rows.objection(id)?, &id.0)?.clone();
    let row =
        to(row).ok_or_else(|| Stop::Defect("the objection is in another state".to_owned()))?;
    rows.put(Key::Objection(id), Row::Objection(row))
}

fn put_repair(
    rows: &mut Rows,
    id: RepairId,
    to: impl FnOnce(RepairRow) -> RepairRow,
) -> Result<(), Stop> {
    let row = Rows::known(rows.repair(id)?, &id.0)?.clone();
    rows.put(Key::Repair(id), Row::Repair(to(row)))
}

/// Shows or hides a target; what is not shown keeps standing.
fn display(rows: &mut Rows, target: Target, on: bool) -> Result<(), Stop> {
    match target {
        Target::Record(id) => {
            let row = Rows::known(rows.record(id)?, &id.0)?.clone();
            rows.put(Key::Record(id), Row::Record(RecordRow { published: on, ..row }))
        }
        Target::Listing(id) => {
            let row = Rows::known(rows.listing(id)?, &id.0)?.clone();
            let mut kind = row.kind.clone();
            match &mut kind {
                ListingKind::Black { case, .. } => {
                    if let Path::Effective(effective) = &mut case.path {
                        effective.published = on;
                    }
                }
                ListingKind::Red(red) => {
                    if let RedState::Active { published, .. } = &mut red.state {
                        *published = on;
                    }
                }
            }
            rows.put(Key::Listing(id), Row::Listing(ListingRow { kind, ..row }))
        }
        // A disputed finding is off display already.
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => Ok(()),
    }
}

fn unverified(rows: &mut Rows, envelope: &Envelope, id: ObjectionId) -> Result<(), Stop> {
    let row = Rows::known(rows.objection(id)?, &id.0)?.clone();
    let target = row.target;
    let own = match target {
        Target::Record(id) => Rows::known(rows.record(id)?, &id.0)?.published,
        Target::Listing(id) => {
            channel::listing_is_published(Rows::known(rows.listing(id)?, &id.0)?)
        }
        _ => false,
    };
    // What another took off display already is shown again by the last of them alone.
    let undisplayed = own || off_display(rows, target, id)?;
    let changes = shown(rows, target)?;
    if own {
        display(rows, target, false)?;
        channel::touch(rows, envelope, target)?;
    }
    let row = ObjectionRow { state: ObjectionState::Unverified, undisplayed, ..row };
    rows.put(Key::Objection(id), Row::Objection(row))?;
    channel::note(rows, envelope, changes);
    Ok(())
}

/// Whether another open objection keeps a thing off display until its outcome.
pub(super) fn off_display(rows: &Rows, target: Target, except: ObjectionId) -> Result<bool, Stop> {
    let disputes = match target {
        Target::Record(id) => &Rows::known(rows.record(id)?, &id.0)?.disputes,
        Target::Listing(id) => match &Rows::known(rows.listing(id)?, &id.0)?.kind {
            ListingKind::Black { case, .. } => &*case.disputes,
            ListingKind::Red(red) => &red.disputes,
        },
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => return Ok(false),
    };
    let others = || disputes.open.iter().map(|own| own.id).filter(|own| *own != except);
    rows.want(others().map(Key::Objection))?;
    for id in others() {
        if Rows::known(rows.objection(id)?, &id.0)?.undisplayed {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Shows again what an unverified objection had taken off display, where it still stands.
pub(super) fn show_again(rows: &mut Rows, envelope: &Envelope, target: Target) -> Result<(), Stop> {
    if let Target::Record(id) = target {
        let row = Rows::known(rows.record(id)?, &id.0)?;
        // A correction may have made it minor meanwhile, and such are not shown (domain.md 4.4).
        if row.state != RecordState::Accepted || row.severity == Some(Severity::Minor) {
            return Ok(());
        }
    }
    if let Target::Listing(id) = target
        && Rows::known(rows.listing(id)?, &id.0)?.display_ended
    {
        return Ok(());
    }
    display(rows, target, true)?;
    channel::touch(rows, envelope, target)?;
    let changes = shown(rows, target)?;
    channel::note(rows, envelope, changes);
    Ok(())
}

fn objection_reviewed(
    rows: &mut Rows,
    envelope: &Envelope,
    id: ObjectionId,
    upheld: bool,
) -> Result<(), Stop> {
    let row = Rows::known(rows.objection(id)?, &id.0)?.clone();
    let ObjectionState::Review { refused, .. } = row.state else {
        return Err(defect(envelope, "the objection is not under review"));
    };
    let by = officer_of(envelope)?;
    // A refused objection that has to be looked at suspends from now on, like any objection.
    let taken_up = refused && upheld;
    let opens = taken_up && !row.suspends;
    let ends = row.suspends && !taken_up;
    let found = match opens || ends {
        true => walks(rows, envelope, row.target)?,
        false => Vec::new(),
    };
    let state = match (refused, upheld) {
        (true, true) => ObjectionState::Accepted,
        (true, false) => ObjectionState::Refused,
        (false, upheld) => ObjectionState::Resolved { upheld: upheld || row.kept },
    };
    let target = row.target;
    let rejected = !upheld && !row.kept && !refused;
    let settle = channel::to_settle(rows, envelope, target, ends || opens || upheld)?;
    let row = ObjectionRow {
        state,
        suspends: row.suspends || opens,
        kept: row.kept && !upheld,
        reviewed: true,
        settle,
        outcome: Some((envelope.legal_date, by)),
        ..row
    };
    if opens {
        dispute(rows, envelope, target, Hold::Objection(id), Dispute::Open)?;
    }
    if ends {
        dispute(rows, envelope, target, Hold::Objection(id), Dispute::Close)?;
    }
    match taken_up {
        true => opened(rows, envelope, &row)?,
        false => ended(rows, envelope, &row, rejected)?,
    }
    rows.put(Key::Objection(id), Row::Objection(row))?;
    put_walks(rows, found)
}

/// What an authority owes for what it took back itself stands with the thing.
fn redress(rows: &mut Rows, envelope: &Envelope, target: Target, done: bool) -> Result<(), Stop> {
    let redress_done = Some(done);
    match target {
        Target::Record(id) => {
            let row = Rows::known(rows.record(id)?, &id.0)?.clone();
            rows.put(Key::Record(id), Row::Record(RecordRow { redress_done, ..row }))
        }
        Target::Listing(id) => {
            let row = Rows::known(rows.listing(id)?, &id.0)?.clone();
            rows.put(Key::Listing(id), Row::Listing(ListingRow { redress_done, ..row }))
        }
        Target::Attribution(id) => {
            let row = Rows::known(rows.attribution(id)?, &id.0)?.clone();
            rows.put(Key::Attribution(id), Row::Attribution(AttributionRow { redress_done, ..row }))
        }
        Target::Measure(_) | Target::Commitment(_) => {
            Err(defect(envelope, "no authority takes it back itself"))
        }
    }
}

fn external(rows: &mut Rows, envelope: &Envelope, event: &RemedyEvent) -> Result<(), Stop> {
    let id = match event {
        RemedyEvent::RemedyFiled { target, kind, body, number, filed_on, .. } => {
            let id = RemedyId(here(envelope));
            let tag = remedy_source(*target, *kind, body, number);
            let newest = Key::Newest(Newest::Remedy(tag));
            rows.want([Key::Remedy(id), newest.clone()])?;
            let changes = shown(rows, *target)?;
            let row = RemedyRow {
                id,
                subject: subject_of(envelope)?,
                target: *target,
                kind: *kind,
                body: body.clone(),
                number: number.clone(),
                filed_on: *filed_on,
                stay: None,
                state: RemedyState::Filed,
                redress_done: None,
                redress_by: None,
            };
            rows.put(Key::Remedy(id), Row::Remedy(row))?;
            rows.put(newest, Row::Newest(id.0))?;
            channel::touch(rows, envelope, *target)?;
            channel::note(rows, envelope, changes);
            return Ok(());
        }
        RemedyEvent::StayOrdered { remedy, .. }
        | RemedyEvent::StayEnded { remedy, .. }
        | RemedyEvent::RedressOwed { remedy, .. }
        | RemedyEvent::RedressDone { remedy, .. }
        | RemedyEvent::RemedyDecided { remedy, .. } => *remedy,
        _ => return Err(defect(envelope, "not an event of a remedy")),
    };
    let row = Rows::known(rows.remedy(id)?, &id.0)?.clone();
    let redress = match event {
        RemedyEvent::RedressOwed { provider, .. } => Some((false, Some(*provider))),
        RemedyEvent::RedressDone { .. } => Some((true, row.redress_by)),
        _ => None,
    };
    if let Some((done, redress_by)) = redress {
        if !done {
            redressed(rows, envelope, row.target, id.0)?;
        }
        let row = RemedyRow { redress_done: Some(done), redress_by, ..row };
        return rows.put(Key::Remedy(id), Row::Remedy(row));
    }
    let stayed = row.state == RemedyState::Stayed;
    let (state, turn) = match event {
        RemedyEvent::StayOrdered { .. } => (RemedyState::Stayed, Some(Dispute::Open)),
        RemedyEvent::StayEnded { .. } => (RemedyState::Filed, Some(Dispute::Close)),
        RemedyEvent::RemedyDecided { outcome, .. } => {
            (RemedyState::Decided(*outcome), stayed.then_some(Dispute::Close))
        }
        _ => return Err(defect(envelope, "not an event of a remedy")),
    };
    let void = state == RemedyState::Decided(RemedyOutcome::Revoked);
    case::want_case(rows, row.target)?;
    let changes = shown(rows, row.target)?;
    let target = row.target;
    let found = match turn {
        Some(_) => walks(rows, envelope, target)?,
        None => Vec::new(),
    };
    if let Some(turn) = turn {
        dispute(rows, envelope, target, Hold::Stay(id), turn)?;
    } else {
        channel::touch(rows, envelope, target)?;
        channel::note(rows, envelope, changes);
    }
    let stay = match event {
        RemedyEvent::StayOrdered { document, .. } => Some(document.clone()),
        _ => row.stay.clone(),
    };
    rows.put(Key::Remedy(id), Row::Remedy(RemedyRow { state, stay, ..row }))?;
    if void {
        case::found_void(rows, envelope, target)?;
    }
    put_walks(rows, found)
}

fn revocation(rows: &mut Rows, envelope: &Envelope, event: &RemedyEvent) -> Result<(), Stop> {
    let (RemedyEvent::RepairRevocationNoticed { repair: id, .. }
    | RemedyEvent::RepairRevocationStated { repair: id, .. }
    | RemedyEvent::RepairRevocationDropped { repair: id, .. }
    | RemedyEvent::RepairRevoked { repair: id, .. }
    | RemedyEvent::RepairRevocationLapsed { repair: id }
    | RemedyEvent::RepairedRestored { repair: id, .. }
    | RemedyEvent::RecordRestored { repair: id, .. }
    | RemedyEvent::BreachRestored { repair: id, .. }
    | RemedyEvent::AttributionRestored { repair: id, .. }) = event
    else {
        return Err(defect(envelope, "not an event of a revocation"));
    };
    let row = Rows::known(rows.repair(*id)?, &id.0)?.clone();
    let state = match (row.state.clone(), event) {
        (_, RemedyEvent::RepairRevocationNoticed { service, window, .. }) => {
            RepairState::Revoking(Revocation {
                opened_by: officer_of(envelope)?,
                told_on: service.on,
                window: *window,
                points: None,
            })
        }
        (RepairState::Revoking(own), RemedyEvent::RepairRevocationStated { points, .. }) => {
            let points = own.with(points.len());
            RepairState::Revoking(Revocation { points, ..own })
        }
        (RepairState::Revoking(_), RemedyEvent::RepairRevocationDropped { .. }) => {
            RepairState::Done
        }
        (RepairState::Revoking(_), RemedyEvent::RepairRevoked { starts_on, .. }) => {
            RepairState::Revoked { starts_on: *starts_on, standstill: None }
        }
        (RepairState::Revoked { .. }, RemedyEvent::RepairRevocationLapsed { .. }) => {
            RepairState::Done
        }
        (RepairState::Revoked { .. }, RemedyEvent::RepairedRestored { published, .. }) => {
            let Repairable::Listing(listing) = row.of else {
                return Err(defect(envelope, "the repair is about a record"));
            };
            let case = CaseRef::Listing(listing);
            rows.want([Key::Listing(listing)])?;
            restore(rows, envelope, case, *published)?;
            if *published {
                channel::note(rows, envelope, vec![Target::Listing(listing)]);
            }
            RepairState::Restored
        }
        (
            RepairState::Revoked { .. },
            RemedyEvent::BreachRestored { commitment, published, .. },
        ) if row.of == Repairable::Commitment(*commitment) => {
            commitment::restore(rows, envelope, *commitment, *published)?;
            RepairState::Restored
        }
        (RepairState::Revoked { .. }, RemedyEvent::AttributionRestored { attribution, .. })
            if row.of == Repairable::Attribution(*attribution) =>
        {
            rows.want([Key::Attribution(*attribution)])?;
            restore(rows, envelope, CaseRef::Attribution(*attribution), false)?;
            RepairState::Restored
        }
        (RepairState::Revoked { .. }, RemedyEvent::RecordRestored { record, published, .. }) => {
            if row.of != Repairable::Record(*record) {
                return Err(defect(envelope, "the repair is about something else"));
            }
            record::restore(rows, envelope, *record, *published)?;
            RepairState::Restored
        }
        // What a repair had ended with what it was about comes back behind it.
        (RepairState::Restored, RemedyEvent::RecordRestored { record, published, .. }) => {
            if !matches!(row.of, Repairable::Listing(_) | Repairable::Attribution(_)) {
                return Err(defect(envelope, "the record was restored already"));
            }
            record::restore(rows, envelope, *record, *published)?;
            RepairState::Restored
        }
        _ => return Err(defect(envelope, "the repair is in another state")),
    };
    rows.put(Key::Repair(*id), Row::Repair(RepairRow { state, ..row }))
}

/// A repaired case has effect again, to the end it always had.
fn restore(
    rows: &mut Rows,
    envelope: &Envelope,
    case: CaseRef,
    published: bool,
) -> Result<(), Stop> {
    case::change(rows, case, envelope, |mut own| {
        own.path = own.path.restore(published)?;
        Some(own)
    })
}

fn relief(rows: &mut Rows, envelope: &Envelope, event: &RemedyEvent) -> Result<(), Stop> {
    let (id, row, turn) = match event {
        RemedyEvent::ReliefGranted { listing, ruling, until, .. } => {
            let id = ReliefId(here(envelope));
            rows.want([Key::Relief(id)])?;
            let row = ReliefRow {
                id,
                subject: subject_of(envelope)?,
                listing: *listing,
                ruling: ruling.clone(),
                until: *until,
                state: ReliefState::Open,
            };
            (id, row, Dispute::Open)
        }
        RemedyEvent::ReliefCompleted { relief, .. } | RemedyEvent::ReliefEnded { relief, .. } => {
            let row = Rows::known(rows.relief(*relief)?, &relief.0)?.clone();
            let state = match event {
                RemedyEvent::ReliefCompleted { .. } => ReliefState::Completed,
                _ => ReliefState::Ended,
            };
            (*relief, ReliefRow { state, ..row }, Dispute::Close)
        }
        _ => return Err(defect(envelope, "not an event of a relief")),
    };
    let target = Target::Listing(row.listing);
    let found = walks(rows, envelope, target)?;
    let open = matches!(turn, Dispute::Open);
    let listing = row.listing;
    shown(rows, target)?;
    dispute(rows, envelope, target, Hold::Relief(id), turn)?;
    let own = Rows::known(rows.listing(listing)?, &listing.0)?.clone();
    let own = ListingRow { relief: open.then_some(id), ..own };
    rows.put(Key::Listing(listing), Row::Listing(own))?;
    rows.put(Key::Relief(id), Row::Relief(row))?;
    put_walks(rows, found)
}
