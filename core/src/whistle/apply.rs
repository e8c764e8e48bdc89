//! Folds an event into its report and the ledger. Everything is worked out before; nothing of what
//! stands here can refuse an event that fits its report.

use crate::text::Sealed;
use crate::whistle::row::{Identity, Ledger, Opening, ReportRow, ReportState, Request};
use crate::whistle::{By, ReportEnvelope, WhistleEvent};

/// The report and the ledger after `envelope`, or why it does not fit.
pub fn apply(
    before: Option<&ReportRow>,
    ledger: &Ledger,
    envelope: &ReportEnvelope,
) -> Result<(ReportRow, Ledger), String> {
    let row = match (before, &envelope.event) {
        (None, WhistleEvent::Received { .. }) => received(envelope)?,
        (Some(row), event) if row.id == envelope.report => {
            let mut row = row.clone();
            fold(&mut row, event, envelope)?;
            row
        }
        _ => return Err(format!("{} fits no report", envelope.event.name())),
    };
    let mut ledger = ledger.clone();
    if ledger.day < envelope.on {
        ledger.day = envelope.on;
        ledger.received = 0;
    }
    if before.is_none() {
        ledger.received = ledger.received.saturating_add(1);
    }
    let was_open = before.is_some_and(|row| row.state.is_open());
    match (was_open, row.state.is_open()) {
        (false, true) => ledger.open = ledger.open.saturating_add(1),
        (true, false) => ledger.open = ledger.open.saturating_sub(1),
        _ => {}
    }
    if let WhistleEvent::Overdue { .. } = envelope.event {
        let late = &mut ledger.late;
        let own = match row.state {
            ReportState::Received { .. } => &mut late.triage,
            ReportState::Assigned { .. } => &mut late.verification,
            _ => &mut late.feedback,
        };
        *own = own.saturating_add(1);
    }
    let named = row.slots.iter().map(|slot| slot.saturating_add(1)).max();
    ledger.slots = ledger.slots.max(named.unwrap_or_default());
    Ok((row, ledger))
}

fn received(envelope: &ReportEnvelope) -> Result<ReportRow, String> {
    let WhistleEvent::Received { reported, identity_sha256, triage_by, facts, .. } =
        &envelope.event
    else {
        return Err("a report begins with its receipt".to_owned());
    };
    let identity =
        identity_sha256.map(|sha256| Identity { sha256, request: None, openings: Vec::new() });
    let mut row = ReportRow {
        id: envelope.report,
        state: ReportState::Received { triage_by: *triage_by },
        overdue: None,
        received_on: envelope.on,
        reported: reported.clone(),
        received_at: envelope.sequence,
        department: None,
        answers: Vec::new(),
        finding: None,
        retaliations: Vec::new(),
        escalated_on: None,
        keep_until: None,
        slots: Vec::new(),
        identity,
        reported_tag: None,
    };
    seen(&mut row, reported);
    seen(&mut row, facts);
    Ok(row)
}

/// Remembers whose key a text is sealed with, so that a purge destroys it.
fn seen(row: &mut ReportRow, text: &Sealed) {
    if !row.slots.contains(&text.slot) {
        row.slots.push(text.slot);
    }
}

fn fold(
    row: &mut ReportRow,
    event: &WhistleEvent,
    envelope: &ReportEnvelope,
) -> Result<(), String> {
    let misfit = |row: &ReportRow| Err(format!("{} in state {}", event.name(), row.state.name()));
    let before = row.state.clone();
    match event {
        WhistleEvent::Received { .. } => return misfit(row),
        WhistleEvent::Overdue { due } if row.state.due().is_some() => row.overdue = Some(*due),
        WhistleEvent::Overdue { .. } => return misfit(row),
        WhistleEvent::Recounted { deadline, .. } => match row.state.due_mut() {
            Some(due) => *due = *deadline,
            None => return misfit(row),
        },
        WhistleEvent::Triaged { .. } => row.state = ReportState::Triaged,
        WhistleEvent::OutOfScope { keep_until, .. } => {
            row.state = ReportState::OutOfScope;
            row.answers.push(envelope.sequence);
            row.keep_until = Some(*keep_until);
        }
        WhistleEvent::Assigned { department, verify_by } => {
            row.department = Some(*department);
            row.state = ReportState::Assigned { verify_by: *verify_by, extended: false };
        }
        WhistleEvent::Verified { feedback_by, .. } => {
            row.finding = Some(envelope.sequence);
            row.state = match feedback_by {
                Some(by) => ReportState::Unsubstantiated { feedback_by: *by },
                None => ReportState::Substantiated,
            };
        }
        WhistleEvent::Extended { verify_by, .. } => {
            row.state = ReportState::Assigned { verify_by: *verify_by, extended: true };
        }
        WhistleEvent::Transferred { feedback_by, .. } => {
            row.state = ReportState::Transferred { feedback_by: *feedback_by };
        }
        WhistleEvent::FeedbackPosted { keep_until, .. } => {
            row.answers.push(envelope.sequence);
            row.state = ReportState::FedBack;
            row.keep_until = Some(*keep_until);
        }
        WhistleEvent::UnsealRequested { law_forbids_telling, .. } => {
            let (Some(identity), By::Officer(by)) = (&mut row.identity, &envelope.by) else {
                return misfit(row);
            };
            let told = law_forbids_telling.is_none();
            let (by, on, at) = (by.clone(), envelope.on, envelope.sequence);
            identity.request = Some(Request { by, on, told, at });
        }
        WhistleEvent::Unsealed { told, .. } => {
            let Some(identity) = &mut row.identity else {
                return misfit(row);
            };
            identity.request = None;
            identity.openings.push(Opening { on: envelope.on, told: *told });
        }
        WhistleEvent::Purged { slots } => {
            row.slots.retain(|slot| !slots.contains(slot));
            row.identity = None;
            row.keep_until = None;
            row.state = ReportState::Closed;
        }
        WhistleEvent::Tagged { reported } => row.reported_tag = Some(*reported),
        WhistleEvent::Retaliation { account, keep_until } => {
            seen(row, account);
            row.retaliations.push(envelope.sequence);
            row.escalated_on.get_or_insert(envelope.on);
            match row.state {
                // What was written after the purge has to be purged too, in its time.
                ReportState::Closed => {
                    row.state = ReportState::FedBack;
                    row.keep_until = Some(*keep_until);
                }
                _ => row.keep_until = row.keep_until.map(|day| day.max(*keep_until)),
            }
        }
    }
    // What was late is done: the next step has a day of its own.
    if row.state != before {
        row.overdue = None;
    }
    Ok(())
}
