//! Folds the events of credit commitments and of the finding that one was broken.

use crate::apply::channel::{self, shown};
use crate::apply::{defect, here, officer_of, subject_of};
use crate::event::commitment::CommitmentEvent;
use crate::event::{Envelope, Target};
use crate::id::CommitmentId;
use crate::path::{Decision, DecisionCase, EndReason, HeardParty, Hearing, Notice, Path, Proposed};
use crate::row::commitment::{CommitmentRow, CommitmentState};
use crate::row::{Key, Row};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &CommitmentEvent,
) -> Result<(), Stop> {
    let Some(id) = event.about() else {
        return offered(rows, envelope, event);
    };
    let row = Rows::known(rows.commitment(id)?, &id.0)?.clone();
    let misfit = || defect(envelope, "the commitment is in another state");
    let before = shown(rows, Target::Commitment(id))?;
    let row = match event {
        CommitmentEvent::BreachProposed { .. } => proposed(row, envelope, event)?,
        CommitmentEvent::BreachNoticeServed { .. }
        | CommitmentEvent::BreachStatementReceived { .. }
        | CommitmentEvent::BreachStatementWaived { .. }
        | CommitmentEvent::BreachWindowClosed { .. }
        | CommitmentEvent::BreachDropped { .. }
        | CommitmentEvent::BreachDecided { .. }
        | CommitmentEvent::BreachServed { .. }
        | CommitmentEvent::BreachAnnulled { .. }
        | CommitmentEvent::BreachShortened { .. }
        | CommitmentEvent::BreachExpired { .. }
        | CommitmentEvent::Repaired { .. } => {
            breach_step(row, envelope, event).ok_or_else(misfit)?
        }
        _ => step(row, envelope, event).ok_or_else(misfit)?,
    };
    let told =
        tells(event).then(|| match before.is_empty() && channel::commitment_is_shown(&row) {
            true => vec![Target::Commitment(id)],
            false => before,
        });
    rows.put(Key::Commitment(id), Row::Commitment(row))?;
    channel::note(rows, envelope, told.unwrap_or_default());
    Ok(())
}

/// Whether the public sees something else of the commitment afterwards. That it is late, or that a
/// finding is on its way, is no business of theirs.
fn tells(event: &CommitmentEvent) -> bool {
    use CommitmentEvent as E;
    matches!(
        event,
        E::Published { .. }
            | E::Withdrawn { .. }
            | E::Fulfilled { .. }
            | E::BreachServed { .. }
            | E::BreachAnnulled { .. }
            | E::BreachExpired { .. }
            | E::BreachShortened { .. }
            | E::Repaired { .. }
    )
}

fn offered(rows: &mut Rows, envelope: &Envelope, event: &CommitmentEvent) -> Result<(), Stop> {
    let CommitmentEvent::Offered { kind, template_sha256, due, .. } = event else {
        return Err(defect(envelope, "it names no commitment"));
    };
    let id = CommitmentId(here(envelope));
    rows.want([Key::Commitment(id)])?;
    let row = CommitmentRow {
        id,
        subject: subject_of(envelope)?,
        kind: *kind,
        offered_by: officer_of(envelope)?,
        offered_on: envelope.legal_date,
        template_sha256: *template_sha256,
        due: *due,
        signed: None,
        published: false,
        matter_decided_on: None,
        fulfilled_on: None,
        state: CommitmentState::Offered,
        breach: None,
        open_repair: None,
        repair_again_from: None,
        told: None,
    };
    rows.put(Key::Commitment(id), Row::Commitment(row))
}

/// The commitment after one step of its own; nothing where the step does not fit the state.
fn step(
    mut row: CommitmentRow,
    envelope: &Envelope,
    event: &CommitmentEvent,
) -> Option<CommitmentRow> {
    use CommitmentEvent as E;
    use CommitmentState as S;
    let on = envelope.legal_date;
    row.state = match (row.state, event) {
        (S::Offered, E::Declined { .. }) => S::Closed,
        (S::Offered, E::Signed { document_sha256, .. }) => {
            row.signed = Some((*document_sha256, on));
            S::Signed
        }
        (S::Signed, E::Published { .. }) => {
            row.published = true;
            S::InForce
        }
        (S::Signed, E::Accepted { .. }) => S::InForce,
        (state @ S::InForce, E::MatterDecided { .. }) => {
            row.matter_decided_on = Some(on);
            state
        }
        (S::Signed | S::InForce, E::Withdrawn { .. }) => S::Withdrawn,
        (S::InForce | S::Overdue | S::CurePeriod { .. }, E::Fulfilled { .. }) => {
            row.fulfilled_on = Some(on);
            row.breach = row.breach.map(|case| ended(case, envelope));
            S::Fulfilled
        }
        (S::InForce, E::Overdue { .. }) => S::Overdue,
        (S::Overdue, E::CureNoticeServed { cure_by, .. }) => S::CurePeriod { cure_by: *cure_by },
        _ => return None,
    };
    Some(row)
}

/// The proposal without the outcome that it asked for; one that ended before stays as it is.
fn ended(case: DecisionCase, envelope: &Envelope) -> DecisionCase {
    let path = match case.path {
        Path::Ended(_) => case.path,
        path => path.end(EndReason::Dropped, envelope.legal_date),
    };
    DecisionCase { path, ..case }
}

fn proposed(
    row: CommitmentRow,
    envelope: &Envelope,
    event: &CommitmentEvent,
) -> Result<CommitmentRow, Stop> {
    let (CommitmentEvent::BreachProposed { basis, decide_by, cap, .. }, false) =
        (event, row.breach_is_open())
    else {
        return Err(defect(envelope, "a proposal is on its way already"));
    };
    let case = DecisionCase {
        proposed_by: officer_of(envelope)?,
        proposed_on: envelope.legal_date,
        decide_by: *decide_by,
        cap: *cap,
        basis: basis.clone(),
        path: Path::Proposed(Proposed),
        holds: Vec::new(),
        disputes: Box::default(),
        overdue: false,
        service_overdue: false,
        uninitiated: Vec::new(),
    };
    // A bar is about the finding that was repaired.
    Ok(CommitmentRow { breach: Some(case), repair_again_from: None, ..row })
}

/// The commitment after one step towards the finding that it was broken.
fn breach_step(
    mut row: CommitmentRow,
    envelope: &Envelope,
    event: &CommitmentEvent,
) -> Option<CommitmentRow> {
    use CommitmentEvent as E;
    let case = row.breach?;
    if let E::BreachDropped { .. } = event {
        row.breach = Some(ended(case, envelope));
        return Some(row);
    }
    let cure_by = match row.state {
        CommitmentState::CurePeriod { cure_by }
        | CommitmentState::Breached { cure_by }
        | CommitmentState::Repaired { cure_by } => cure_by,
        _ => return None,
    };
    let at = here(envelope);
    let path = match (case.path, event) {
        (Path::Proposed(state), E::BreachNoticeServed { service, window, .. }) => {
            Path::Noticed(state.notice(Notice {
                at,
                served_on: service.on,
                window: *window,
                hearing_offered: false,
                measures: Vec::new(),
            }))
        }
        (Path::Heard(state), E::BreachStatementReceived { points, .. }) => {
            Path::Heard(state.hear_more(at, u8::try_from(points.len()).ok()?, false))
        }
        (Path::Noticed(state), event) => {
            let how = heard_by(event)?;
            Path::Heard(state.hear(HeardParty { at, how, hearing: None, further: Vec::new() }))
        }
        (Path::Heard(state), E::BreachDecided { document_number, document_sha256, end, .. }) => {
            Path::Decided(state.decide(Decision {
                at,
                by: officer_of(envelope).ok()?,
                on: envelope.legal_date,
                number: document_number.clone(),
                sha256: *document_sha256,
                end: *end,
                measures: Vec::new(),
            }))
        }
        (Path::Decided(state), E::BreachServed { service, published, .. }) => {
            // Nothing is imposed, so there is no standstill: a fact is a fact once it is served.
            row.state = CommitmentState::Breached { cure_by };
            Path::Effective(state.serve(service.on, service.on).take_effect(*published))
        }
        // What a repair ended may be void too.
        (path, E::BreachAnnulled { .. })
            if matches!(path, Path::Effective(_)) || path.may_return() =>
        {
            row.state = CommitmentState::CurePeriod { cure_by };
            path.end(EndReason::Annulled, envelope.legal_date)
        }
        (Path::Effective(mut effective), E::BreachShortened { end, .. }) => {
            effective.served.decided.decision.end = *end;
            Path::Effective(effective)
        }
        (Path::Ended(mut own), E::BreachShortened { end, .. })
            if matches!(own.reason, EndReason::Removed(_)) =>
        {
            own.served.as_mut()?.decided.decision.end = *end;
            Path::Ended(own)
        }
        (path, E::Repaired { repair, .. })
            if matches!(path, Path::Effective(_)) || path.may_return() =>
        {
            row.state = CommitmentState::Repaired { cure_by };
            path.end(EndReason::Removed(*repair), envelope.legal_date)
        }
        (path @ Path::Effective(_), E::BreachExpired { .. }) => {
            path.end(EndReason::Expired, envelope.legal_date)
        }
        _ => return None,
    };
    row.breach = Some(DecisionCase { path, ..case });
    Some(row)
}

/// A repaired finding stands again, to the end it always had.
pub(super) fn restore(
    rows: &mut Rows,
    envelope: &Envelope,
    id: CommitmentId,
    published: bool,
) -> Result<(), Stop> {
    rows.want([Key::Commitment(id)])?;
    let mut row = Rows::known(rows.commitment(id)?, &id.0)?.clone();
    let misfit = || defect(envelope, "the finding is in another state");
    let CommitmentState::Repaired { cure_by } = row.state else {
        return Err(misfit());
    };
    let case = row.breach.ok_or_else(misfit)?;
    let path = case.path.restore(published).ok_or_else(misfit)?;
    row.state = CommitmentState::Breached { cure_by };
    row.breach = Some(DecisionCase { path, ..case });
    let told = channel::commitment_is_shown(&row);
    rows.put(Key::Commitment(id), Row::Commitment(row))?;
    if told {
        channel::note(rows, envelope, vec![Target::Commitment(id)]);
    }
    Ok(())
}

fn heard_by(event: &CommitmentEvent) -> Option<Hearing> {
    match event {
        CommitmentEvent::BreachStatementReceived { points, .. } => Some(Hearing::Statement {
            points: u8::try_from(points.len()).ok()?,
            hearing_requested: false,
        }),
        CommitmentEvent::BreachStatementWaived { .. } => Some(Hearing::Waived),
        CommitmentEvent::BreachWindowClosed { .. } => Some(Hearing::Silent),
        _ => None,
    }
}
