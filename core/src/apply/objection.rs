//! Folds the events of objections, redress and repair.

use crate::apply::channel;
use crate::apply::{case, defect, here, officer_of, put_walks, remedy, subject_of, walks};
use crate::calendar::Deadline;
use crate::event::assessment::AssessmentEvent;
use crate::event::remedy::ReviewOf;
use crate::event::{CaseRef, Envelope, Event, Finding, RepairAcceptance, Target};
use crate::id::{ObjectionId, Position, RepairId};
use crate::path::Hold;
use crate::row::commitment::CommitmentRow;
use crate::row::{
    AttributionRow, Disputes, Key, ListingKind, ListingRow, MeasureRow, ObjectionRow,
    ObjectionState, OpenObjection, Owed, RecordRow, RedCase, RepairRow, RepairState, Repairable,
    Row, Told,
};
use crate::rows::{Rows, Stop};
use crate::time::Day;

/// What happens to the holds of a target.
#[derive(Clone, Copy)]
pub(super) enum Dispute {
    Open,
    Close,
}

/// Adds a hold to a target, or takes it away; channels are told of everything it marks.
pub(super) fn dispute(
    rows: &mut Rows,
    envelope: &Envelope,
    target: Target,
    id: Hold,
    turn: Dispute,
) -> Result<(), Stop> {
    let changes = channel::marked(rows, target)?;
    let since = match id {
        Hold::Objection(id) => id.0,
        Hold::Stay(id) => id.0,
        Hold::Relief(id) => id.0,
    };
    let about = rows.is_about(target, since)?;
    change(rows, envelope, target, |holds, _| match turn {
        Dispute::Open if !about => {}
        Dispute::Open => holds.push(id),
        Dispute::Close => holds.retain(|own| *own != id),
    })?;
    channel::touch(rows, envelope, target)?;
    channel::note(rows, envelope, changes);
    Ok(())
}

/// Notes on a target that an objection to it is open, whether it suspends or not.
pub(super) fn opened(rows: &mut Rows, envelope: &Envelope, row: &ObjectionRow) -> Result<(), Stop> {
    if !rows.is_about(row.target, row.id.0)? {
        return Ok(());
    }
    let own = OpenObjection {
        id: row.id,
        trigger: row.trigger,
        grounds: row.grounds.clone(),
        suspends: row.suspends,
    };
    change(rows, envelope, row.target, |_, disputes| disputes.opened(own))
}

/// Notes on a target that its redress is owed because an outcome found it void.
pub(super) fn redressed(
    rows: &mut Rows,
    envelope: &Envelope,
    target: Target,
    since: Position,
) -> Result<(), Stop> {
    if !rows.is_about(target, since)? {
        return Ok(());
    }
    change(rows, envelope, target, |_, disputes| disputes.redressed = true)
}

/// Notes on a target that an objection to it has its outcome.
pub(super) fn ended(
    rows: &mut Rows,
    envelope: &Envelope,
    row: &ObjectionRow,
    rejected_on_the_merits: bool,
) -> Result<(), Stop> {
    change(rows, envelope, row.target, |_, disputes| disputes.ended(row.id, rejected_on_the_merits))
}

fn change(
    rows: &mut Rows,
    envelope: &Envelope,
    target: Target,
    to: impl FnOnce(&mut Vec<Hold>, &mut Disputes),
) -> Result<(), Stop> {
    match target {
        Target::Record(record) => {
            let mut row: RecordRow = Rows::known(rows.record(record)?, &record.0)?.clone();
            to(&mut row.holds, &mut row.disputes);
            rows.put(Key::Record(record), Row::Record(row))
        }
        Target::Listing(listing) => {
            let row = Rows::known(rows.listing(listing)?, &listing.0)?.clone();
            if let ListingKind::Red(red) = &row.kind {
                let mut red: RedCase = red.clone();
                to(&mut red.holds, &mut red.disputes);
                let row = ListingRow { kind: ListingKind::Red(red), ..row };
                return rows.put(Key::Listing(listing), Row::Listing(row));
            }
            case::change(rows, CaseRef::Listing(listing), envelope, |mut own| {
                to(&mut own.holds, &mut own.disputes);
                Some(own)
            })
        }
        Target::Attribution(attribution) => {
            case::change(rows, CaseRef::Attribution(attribution), envelope, |mut own| {
                to(&mut own.holds, &mut own.disputes);
                Some(own)
            })
        }
        Target::Measure(measure) => {
            let mut row: MeasureRow = Rows::known(rows.measure(measure)?, &measure.0)?.clone();
            to(&mut row.holds, &mut row.disputes);
            rows.put(Key::Measure(measure), Row::Measure(row))
        }
        Target::Commitment(commitment) => {
            let mut row = Rows::known(rows.commitment(commitment)?, &commitment.0)?.clone();
            if let Some(case) = &mut row.breach {
                to(&mut case.holds, &mut case.disputes);
            }
            rows.put(Key::Commitment(commitment), Row::Commitment(row))
        }
    }
}

/// By when the office owes the referral of an objection or its result, and that it was late with
/// one of these or with a review.
pub(super) fn apply_owed(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &AssessmentEvent,
) -> Result<(), Stop> {
    use AssessmentEvent as E;
    let (E::ReferralDue { objection: id, .. }
    | E::ReferralOverdue { objection: id }
    | E::ResultDue { objection: id, .. }
    | E::ResultOverdue { objection: id }
    | E::ReviewOverdue { of: ReviewOf::Objection(id) }) = event
    else {
        return Err(defect(envelope, "not about what an office owes"));
    };
    let mut row = Rows::known(rows.objection(*id)?, &id.0)?.clone();
    let overdue = |own: Option<Owed>| own.map(|own| Owed { overdue: true, ..own });
    match event {
        E::ReferralDue { due, .. } => row.referral = Some(Owed { by: *due, overdue: false }),
        E::ResultDue { due, .. } => row.result = Some(Owed { by: *due, overdue: false }),
        E::ReferralOverdue { .. } => row.referral = overdue(row.referral),
        E::ResultOverdue { .. } => row.result = overdue(row.result),
        _ => row.review_overdue = true,
    }
    rows.put(Key::Objection(*id), Row::Objection(row))
}

pub(super) fn apply(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let id = match &envelope.event {
        Event::ObjectionFiled { .. } => return filed(rows, envelope),
        Event::ObjectionAccepted { objection, .. }
        | Event::ObjectionRefused { objection, .. }
        | Event::ObjectionReferred { objection, .. }
        | Event::ObjectionOverdue { objection }
        | Event::VerificationReported { objection, .. }
        | Event::ObjectionResolved { objection, .. }
        | Event::RedressOpened { objection, .. }
        | Event::RedressCompleted { objection, .. } => *objection,
        _ => return Err(defect(envelope, "not an event of an objection")),
    };
    let mut row = Rows::known(rows.objection(id)?, &id.0)?.clone();
    // What the formal check turns away was not looked at: no later one is a repeat of it.
    let on_the_merits = match &envelope.event {
        Event::ObjectionRefused { .. } => Some(false),
        Event::ObjectionResolved { upheld, .. } => Some(!upheld),
        _ => None,
    };
    let kept_off = match on_the_merits.filter(|_| row.undisplayed) {
        Some(_) => remedy::off_display(rows, row.target, id)?,
        None => false,
    };
    let found = match on_the_merits.filter(|_| row.suspends) {
        Some(_) => walks(rows, envelope, row.target)?,
        None => Vec::new(),
    };
    let void = matches!(
        (&row.state, &envelope.event),
        (ObjectionState::Verified { finding, .. }, Event::ObjectionResolved { upheld: true, .. })
            if finding.voids()
    );
    if void {
        case::want_case(rows, row.target)?;
    }
    row.state = match (&row.state, &envelope.event) {
        (ObjectionState::Filed { .. }, Event::ObjectionAccepted { .. }) => ObjectionState::Accepted,
        (ObjectionState::Filed { .. }, Event::ObjectionRefused { .. }) => ObjectionState::Refused,
        (
            ObjectionState::Filed { .. } | ObjectionState::Accepted,
            Event::ObjectionReferred { verify_by, .. },
        ) => ObjectionState::Verifying { verify_by: *verify_by, overdue: false },
        (ObjectionState::Verifying { verify_by, .. }, Event::ObjectionOverdue { .. }) => {
            ObjectionState::Verifying { verify_by: *verify_by, overdue: true }
        }
        (
            ObjectionState::Verifying { .. } | ObjectionState::Unverified,
            Event::VerificationReported { finding, .. },
        ) => ObjectionState::Verified { finding: *finding, by: officer_of(envelope)? },
        (ObjectionState::Verified { finding, .. }, Event::ObjectionResolved { upheld, .. }) => {
            row.kept = *upheld && !finding.voids();
            ObjectionState::Resolved { upheld: *upheld }
        }
        (state, Event::RedressOpened { .. }) => {
            row.redress_done = Some(false);
            if !row.kept {
                redressed(rows, envelope, row.target, id.0)?;
            }
            state.clone()
        }
        (state, Event::RedressCompleted { .. }) => {
            row.redress_done = Some(true);
            state.clone()
        }
        _ => return Err(defect(envelope, "the objection is in another state")),
    };
    // What should not be shown is not shown again, whatever took it off display.
    row.undisplayed &=
        !matches!(row.state, ObjectionState::Verified { finding: Finding::DisplayStopped, .. });
    if let Some(on_the_merits) = on_the_merits {
        row.settle = channel::to_settle(rows, envelope, row.target, true)?;
        row.outcome = Some((envelope.legal_date, officer_of(envelope)?));
        dispute(rows, envelope, row.target, Hold::Objection(id), Dispute::Close)?;
        ended(rows, envelope, &row, on_the_merits)?;
    }
    // What the office had taken off display because nobody verified it is correct, or is now.
    let stands = row.kept || matches!(row.state, ObjectionState::Resolved { upheld: false });
    let again = row.undisplayed && stands;
    row.undisplayed &= !again;
    let target = row.target;
    rows.put(Key::Objection(id), Row::Objection(row))?;
    if again && !kept_off {
        remedy::show_again(rows, envelope, target)?;
    }
    if void {
        case::found_void(rows, envelope, target)?;
    }
    put_walks(rows, found)
}

fn filed(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let Event::ObjectionFiled { target, trigger, grounds, suspends, accept_by, provider, .. } =
        &envelope.event
    else {
        return Err(defect(envelope, "not an objection"));
    };
    let id = ObjectionId(here(envelope));
    rows.want([Key::Objection(id)])?;
    let found = match suspends {
        true => walks(rows, envelope, *target)?,
        false => Vec::new(),
    };
    if *suspends {
        dispute(rows, envelope, *target, Hold::Objection(id), Dispute::Open)?;
    }
    let row = ObjectionRow {
        id,
        subject: subject_of(envelope)?,
        target: *target,
        trigger: *trigger,
        grounds: grounds.clone(),
        provider: *provider,
        filed_on: envelope.legal_date,
        suspends: *suspends,
        state: ObjectionState::Filed { accept_by: *accept_by },
        referral: None,
        testing: None,
        result: None,
        review_overdue: false,
        redress_done: None,
        settle: None,
        outcome: None,
        undisplayed: false,
        kept: false,
        reviewed: false,
    };
    opened(rows, envelope, &row)?;
    rows.put(Key::Objection(id), Row::Objection(row))?;
    put_walks(rows, found)
}

/// That a repair was not checked, decided or reviewed in time.
pub(super) fn apply_repair_late(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &AssessmentEvent,
) -> Result<(), Stop> {
    let id = match event {
        AssessmentEvent::RepairCheckOverdue { repair }
        | AssessmentEvent::RepairDecisionOverdue { repair }
        | AssessmentEvent::ReviewOverdue { of: ReviewOf::Repair(repair) } => *repair,
        _ => return Err(defect(envelope, "not about a repair")),
    };
    let mut row = Rows::known(rows.repair(id)?, &id.0)?.clone();
    match (&mut row.state, event) {
        (RepairState::Applied { overdue, .. }, AssessmentEvent::RepairCheckOverdue { .. }) => {
            *overdue = true;
        }
        (_, AssessmentEvent::RepairDecisionOverdue { .. }) => row.overdue = true,
        (_, AssessmentEvent::ReviewOverdue { .. }) => row.review_overdue = true,
        _ => return Err(defect(envelope, "the repair is in another state")),
    }
    rows.put(Key::Repair(id), Row::Repair(row))
}

/// Changes the row of what can be repaired: which application is open about it, and from which day
/// another is applied for after a repair of it was revoked.
pub(super) fn change_repairable(
    rows: &mut Rows,
    of: Repairable,
    to: impl FnOnce(&mut Option<RepairId>, &mut Option<Day>),
) -> Result<(), Stop> {
    rows.want([of.key()])?;
    let row = match of {
        Repairable::Listing(id) => {
            let mut row: ListingRow = Rows::known(rows.listing(id)?, &id.0)?.clone();
            to(&mut row.open_repair, &mut row.repair_again_from);
            Row::Listing(row)
        }
        Repairable::Record(id) => {
            let mut row: RecordRow = Rows::known(rows.record(id)?, &id.0)?.clone();
            to(&mut row.open_repair, &mut row.repair_again_from);
            Row::Record(row)
        }
        Repairable::Commitment(id) => {
            let mut row: CommitmentRow = Rows::known(rows.commitment(id)?, &id.0)?.clone();
            to(&mut row.open_repair, &mut row.repair_again_from);
            Row::Commitment(row)
        }
        Repairable::Attribution(id) => {
            let mut row: AttributionRow = Rows::known(rows.attribution(id)?, &id.0)?.clone();
            to(&mut row.open_repair, &mut row.repair_again_from);
            Row::Attribution(row)
        }
    };
    rows.put(of.key(), row)
}

/// An application is open about what is to be repaired, or is open no more. One that a review takes up
/// again stands beside another that came meanwhile, which stays the open one.
pub(super) fn open_repair(
    rows: &mut Rows,
    of: Repairable,
    repair: RepairId,
    is_open: bool,
) -> Result<(), Stop> {
    change_repairable(rows, of, |open, _| match is_open {
        true => *open = open.or(Some(repair)),
        false => *open = open.filter(|own| *own != repair),
    })
}

/// An application as it came in.
pub(super) fn applied(
    rows: &mut Rows,
    envelope: &Envelope,
    of: Repairable,
    accept_by: Deadline,
    decide_by: Deadline,
) -> Result<(), Stop> {
    let id = RepairId(here(envelope));
    rows.want([Key::Repair(id), of.key()])?;
    let authority = match of {
        Repairable::Listing(listing) => {
            match &Rows::known(rows.listing(listing)?, &listing.0)?.kind {
                ListingKind::Black { case, .. } => case.proposed_by.authority,
                ListingKind::Red(red) => red.authority,
            }
        }
        Repairable::Record(record) => Rows::known(rows.record(record)?, &record.0)?.provider,
        Repairable::Commitment(id) => {
            Rows::known(rows.commitment(id)?, &id.0)?.offered_by.authority
        }
        Repairable::Attribution(id) => {
            Rows::known(rows.attribution(id)?, &id.0)?.case.proposed_by.authority
        }
    };
    let row = RepairRow {
        id,
        subject: subject_of(envelope)?,
        of,
        authority,
        applied_on: envelope.legal_date,
        decide_by,
        extended: false,
        overdue: false,
        review_overdue: false,
        state: RepairState::Applied { accept_by, overdue: false },
        settle: None,
        outcome: None,
        reviewed: false,
    };
    open_repair(rows, of, id, true)?;
    rows.put(Key::Repair(id), Row::Repair(row))
}

pub(super) fn apply_repair(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let id = match &envelope.event {
        Event::RepairApplied { listing, decide_by, accept_by, .. } => {
            let of = Repairable::Listing(*listing);
            return applied(rows, envelope, of, *accept_by, *decide_by);
        }
        Event::RepairAcceptDecided { repair, .. }
        | Event::RepairApproved { repair, .. }
        | Event::RepairRefused { repair, .. }
        | Event::RepairDone { repair } => *repair,
        _ => return Err(defect(envelope, "not an event of a repair")),
    };
    let row = Rows::known(rows.repair(id)?, &id.0)?.clone();
    rows.want([row.of.key()])?;
    let state = match (&row.state, &envelope.event) {
        (
            RepairState::Accepted { .. },
            Event::RepairAcceptDecided { outcome: RepairAcceptance::Accepted, .. },
        ) => RepairState::Accepted { by: officer_of(envelope)? },
        (RepairState::Applied { .. }, Event::RepairAcceptDecided { outcome, .. }) => {
            match outcome {
                RepairAcceptance::Accepted => RepairState::Accepted { by: officer_of(envelope)? },
                RepairAcceptance::Returned(_) => RepairState::Returned,
                RepairAcceptance::NotAccepted(_) => RepairState::NotAccepted,
            }
        }
        (RepairState::Accepted { .. }, Event::RepairApproved { .. }) => RepairState::Propagating,
        (RepairState::Accepted { .. }, Event::RepairRefused { .. }) => RepairState::Refused,
        (RepairState::Propagating, Event::RepairDone { .. }) => RepairState::Done,
        _ => return Err(defect(envelope, "the repair is in another state")),
    };
    let decided = match state {
        RepairState::Propagating | RepairState::Refused | RepairState::NotAccepted => {
            Some((envelope.legal_date, officer_of(envelope)?))
        }
        _ => None,
    };
    let settle = match state {
        RepairState::Propagating => {
            let mut all = vec![channel::to_settle(rows, envelope, row.of.target(), true)?];
            if let Repairable::Listing(id) = row.of
                && let ListingKind::Black { records, case, .. } =
                    &Rows::known(rows.listing(id)?, &id.0)?.kind
            {
                for record in records {
                    let own = Rows::known(rows.record(*record)?, &record.0)?;
                    // What others collected is not repaired with it.
                    if own.provider == case.proposed_by.authority {
                        let target = Target::Record(*record);
                        all.push(channel::to_settle(rows, envelope, target, true)?);
                    }
                }
            }
            all.into_iter().flatten().reduce(Told::with)
        }
        _ => row.settle,
    };
    let outcome = decided.or(row.outcome);
    if !matches!(state, RepairState::Accepted { .. }) {
        open_repair(rows, row.of, id, false)?;
    }
    rows.put(Key::Repair(id), Row::Repair(RepairRow { state, settle, outcome, ..row }))
}
