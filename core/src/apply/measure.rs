//! Folds the events of measure cases.

use crate::actor::Actor;
use crate::apply::case::begun;
use crate::apply::{defect, here, officer_of, put_walks, subject_of, walks};
use crate::event::assessment::AssessmentEvent;
use crate::event::measure::MeasureEvent;
use crate::event::{CaseHook, Envelope, Event, Target};
use crate::id::MeasureId;
use crate::row::{
    AttributionRow, Courtesy, Disputes, Key, ListingKind, ListingRow, MeasureRow, MeasureState,
    Order, Owed, Remote, Row, Telling,
};
use crate::rows::{Rows, Stop};

pub(super) fn apply(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let id = match &envelope.event {
        Event::MeasureInitiated { .. } => return initiated(rows, envelope),
        Event::MeasureNoticeServed { measure, .. }
        | Event::MeasureDispatched { measure, .. }
        | Event::MeasureAccepted { measure }
        | Event::MeasureDeclined { measure, .. }
        | Event::ExecutionOrdered { measure, .. }
        | Event::MeasureExecuted { measure, .. }
        | Event::ExecutionFailed { measure, .. }
        | Event::SuspensionConfirmed { measure }
        | Event::ResumptionConfirmed { measure }
        | Event::MeasureLifted { measure, .. }
        | Event::DeliveryFailed { measure, .. }
        | Event::FeedbackFiled { measure, .. }
        | Event::ResponseOverdue { measure }
        | Event::MeasureAnnulled { measure, .. }
        | Event::MeasureExpired { measure }
        | Event::Assessment(
            AssessmentEvent::FeedbackDue { measure, .. }
            | AssessmentEvent::FeedbackOverdue { measure }
            | AssessmentEvent::ExecutionDue { measure, .. }
            | AssessmentEvent::ExecutionOverdue { measure }
            | AssessmentEvent::DispatchDue { measure, .. }
            | AssessmentEvent::DispatchOverdue { measure }
            | AssessmentEvent::DispatchPutOff { measure }
            | AssessmentEvent::WorkPutOff { measure }
            | AssessmentEvent::ResponseDue { measure, .. },
        ) => *measure,
        _ => return Err(defect(envelope, "not an event of a measure")),
    };
    let row = Rows::known(rows.measure(id)?, &id.0)?.clone();
    let ends =
        matches!(envelope.event, Event::MeasureAnnulled { .. } | Event::MeasureExpired { .. });
    let found = if ends { walks(rows, envelope, Target::Measure(id))? } else { Vec::new() };
    let owed = row.state.owes_undoing();
    let row =
        step(row, envelope).ok_or_else(|| defect(envelope, "the measure is in another state"))?;
    if row.state.owes_undoing() != owed {
        count(rows, &row, !owed)?;
    }
    rows.put(Key::Measure(id), Row::Measure(row))?;
    put_walks(rows, found)
}

/// Keeps the number of cases that somebody has to undo, on the listing and on the person's attribution.
fn count(rows: &mut Rows, row: &MeasureRow, up: bool) -> Result<(), Stop> {
    let attribution = row.attribution.map(Key::Attribution);
    rows.want([Key::Listing(row.listing)].into_iter().chain(attribution))?;
    let turned = |count: u32| match up {
        true => count.saturating_add(1),
        false => count.saturating_sub(1),
    };
    if let Some(id) = row.attribution {
        let own = Rows::known(rows.attribution(id)?, &id.0)?.clone();
        let own = AttributionRow { unlifted: turned(own.unlifted), acted_on: true, ..own };
        rows.put(Key::Attribution(id), Row::Attribution(own))?;
    }
    let listing = Rows::known(rows.listing(row.listing)?, &row.listing.0)?.clone();
    let listing = ListingRow { unlifted: turned(listing.unlifted), acted_on: true, ..listing };
    rows.put(Key::Listing(row.listing), Row::Listing(listing))
}

fn initiated(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let Event::MeasureInitiated {
        listing,
        attribution,
        measure,
        department,
        basis,
        until,
        decision_number,
        incentive,
        ..
    } = &envelope.event
    else {
        return Err(defect(envelope, "not an initiation"));
    };
    let id = MeasureId(here(envelope));
    let twin = Key::CaseOf {
        listing: *listing,
        attribution: *attribution,
        measure: measure.clone(),
        department: department.clone(),
    };
    let person = attribution.map(Key::Attribution);
    rows.want([Key::Measure(id), Key::Listing(*listing), twin.clone()].into_iter().chain(person))?;
    let taken_until = match rows.get(&twin)? {
        Some(Row::CaseOf(before)) => Rows::known(rows.measure(*before)?, &before.0)?.taken_until,
        _ => None,
    };
    let parent = Rows::known(rows.listing(*listing)?, &listing.0)?;
    let parent = ListingRow { family: parent.family.saturating_add(1), ..parent.clone() };
    let row = MeasureRow {
        id,
        subject: subject_of(envelope)?,
        listing: *listing,
        attribution: *attribution,
        measure: measure.clone(),
        department: department.clone(),
        initiated_by: officer_of(envelope)?,
        initiated_on: envelope.legal_date,
        basis: basis.clone(),
        decision_number: decision_number.clone(),
        until: *until,
        incentive: *incentive,
        accepted_by: None,
        state: MeasureState::Initiated,
        remote: Remote::Nothing,
        feedback: None,
        execution: None,
        lift: None,
        annulled: false,
        annulled_on: None,
        expired: false,
        confirmed_at: None,
        fault: None,
        noticed_on: None,
        sent_on: None,
        taken_until,
        exempt_until: None,
        holds: Vec::new(),
        disputes: Disputes::default(),
        last_order: None,
        telling: None,
        dispatch: None,
        put_off: false,
        escalated: None,
        touched_by: None,
        letter: None,
        courtesy: None,
    };
    rows.put(Key::Listing(*listing), Row::Listing(parent))?;
    begun(rows, (*listing, *attribution), (measure, department), envelope)?;
    rows.put(twin, Row::CaseOf(id))?;
    rows.put(Key::Measure(id), Row::Measure(row))
}

/// Where the newest case of the same kind is found.
fn twin(row: &MeasureRow) -> Key {
    Key::CaseOf {
        listing: row.listing,
        attribution: row.attribution,
        measure: row.measure.clone(),
        department: row.department.clone(),
    }
}

/// Folds what happens to measures beyond the county.
pub(super) fn apply_beyond(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &MeasureEvent,
) -> Result<(), Stop> {
    let id = match event {
        MeasureEvent::Forwarded {
            listing,
            attribution,
            measure,
            department,
            basis,
            until,
            decision_number,
            service,
            ..
        } => {
            let id = MeasureId(here(envelope));
            rows.want([Key::Measure(id), Key::Listing(*listing)])?;
            let parent = Rows::known(rows.listing(*listing)?, &listing.0)?;
            let incentive = matches!(parent.kind, ListingKind::Red(_));
            let parent = ListingRow { family: parent.family.saturating_add(1), ..parent.clone() };
            let row = MeasureRow {
                id,
                subject: subject_of(envelope)?,
                listing: *listing,
                attribution: *attribution,
                measure: measure.clone(),
                department: department.clone(),
                initiated_by: officer_of(envelope)?,
                initiated_on: envelope.legal_date,
                basis: basis.clone(),
                decision_number: decision_number.clone(),
                until: *until,
                incentive,
                accepted_by: None,
                state: MeasureState::Forwarded { answered: false, recalled: false },
                remote: Remote::Nothing,
                annulled: false,
                annulled_on: None,
                feedback: None,
                execution: None,
                lift: None,
                expired: false,
                confirmed_at: None,
                fault: None,
                noticed_on: None,
                sent_on: Some(service.on),
                taken_until: Some(*until),
                exempt_until: None,
                holds: Vec::new(),
                disputes: Disputes::default(),
                last_order: None,
                telling: None,
                dispatch: None,
                put_off: false,
                escalated: None,
                touched_by: None,
                letter: None,
                courtesy: None,
            };
            let twin = twin(&row);
            rows.want([twin.clone()])?;
            count(rows, &row, true)?;
            let parent = Rows::known(rows.listing(*listing)?, &listing.0)
                .map(|counted| ListingRow { unlifted: counted.unlifted, ..parent })?;
            rows.put(Key::Listing(*listing), Row::Listing(parent))?;
            begun(rows, (*listing, *attribution), (measure, department), envelope)?;
            rows.put(twin, Row::CaseOf(id))?;
            return rows.put(Key::Measure(id), Row::Measure(row));
        }
        MeasureEvent::ForwardAnswered { measure, .. }
        | MeasureEvent::ForwardRecalled { measure, .. }
        | MeasureEvent::CourtLimitExempted { measure, .. }
        | MeasureEvent::Closed { measure, .. }
        | MeasureEvent::LiftRequired { measure, .. }
        | MeasureEvent::LiftOverdue { measure }
        | MeasureEvent::ForwardTellingRequired { measure, .. }
        | MeasureEvent::ForwardTold { measure, .. }
        | MeasureEvent::ForwardTellingOverdue { measure }
        | MeasureEvent::ForwardTellingMoot { measure }
        | MeasureEvent::DeclineEscalated { measure }
        | MeasureEvent::DeclineAnswered { measure, .. }
        | MeasureEvent::ForwardNoticed { measure, .. } => *measure,
    };
    let row = Rows::known(rows.measure(id)?, &id.0)?.clone();
    if let Some(after) = ended(&row, envelope, event) {
        let owed = row.state.owes_undoing();
        let row = after.ok_or_else(|| defect(envelope, "its end was said in another state"))?;
        if owed && !row.state.owes_undoing() {
            count(rows, &row, false)?;
        }
        return rows.put(Key::Measure(id), Row::Measure(row));
    }
    if let MeasureEvent::DeclineEscalated { .. } | MeasureEvent::DeclineAnswered { .. } = event {
        let MeasureState::Declined = row.state else {
            return Err(defect(envelope, "the measure was not declined"));
        };
        let escalated = match event {
            MeasureEvent::DeclineEscalated { .. } => Some(officer_of(envelope)?),
            _ => None,
        };
        return rows.put(Key::Measure(id), Row::Measure(MeasureRow { escalated, ..row }));
    }
    let MeasureState::Forwarded { answered, recalled } = row.state else {
        return Err(defect(envelope, "the measure was not forwarded"));
    };
    let mut row = row;
    let state = match event {
        MeasureEvent::CourtLimitExempted { until, .. } => {
            row.exempt_until = Some(*until);
            MeasureState::Forwarded { answered, recalled }
        }
        MeasureEvent::ForwardNoticed { service, .. } => {
            row.noticed_on = Some(service.on);
            MeasureState::Forwarded { answered, recalled }
        }
        MeasureEvent::ForwardAnswered { .. } => {
            MeasureState::Forwarded { answered: true, recalled }
        }
        MeasureEvent::ForwardRecalled { .. } => {
            count(rows, &row, false)?;
            (row.lift, row.telling) = (None, None);
            MeasureState::Forwarded { answered, recalled: true }
        }
        _ => {
            told(&mut row, event);
            MeasureState::Forwarded { answered, recalled }
        }
    };
    rows.put(Key::Measure(id), Row::Measure(MeasureRow { state, ..row }))
}

/// What the higher authority is to be told, and what it was told.
fn told(row: &mut MeasureRow, event: &MeasureEvent) {
    match event {
        MeasureEvent::ForwardTellingRequired { suspended, due, .. } => {
            let owed = Owed { by: *due, overdue: false };
            row.telling = Some(Telling { suspended: *suspended, owed });
        }
        MeasureEvent::ForwardTold { suspended, .. } => {
            row.remote = if *suspended { Remote::Suspended } else { Remote::Nothing };
            row.telling = None;
        }
        MeasureEvent::ForwardTellingOverdue { .. } => {
            if let Some(telling) = &mut row.telling {
                telling.owed.overdue = true;
            }
        }
        MeasureEvent::ForwardTellingMoot { .. } => row.telling = None,
        _ => {}
    }
}

/// The row after what follows from an end, where it is such an event: nothing in another state.
fn ended(
    row: &MeasureRow,
    envelope: &Envelope,
    event: &MeasureEvent,
) -> Option<Option<MeasureRow>> {
    let owes = row.state.owes_undoing();
    let mut row = row.clone();
    // An officer found that the attempt had no effect; the plugin that made it may still have the case.
    if let MeasureEvent::Closed { reference: Some(_), .. } = event {
        known_there(&mut row, envelope, CaseHook::Lift);
    }
    Some(match event {
        MeasureEvent::Closed { reference, .. } => (row.state.never_executed()
            || (reference.is_some() && row.state.given_up()))
        .then_some(MeasureRow {
            state: MeasureState::Closed,
            execution: None,
            lift: None,
            dispatch: None,
            put_off: false,
            escalated: None,
            ..row
        }),
        MeasureEvent::LiftRequired { due, .. } => {
            let lift = Some(Owed { by: *due, overdue: false });
            // What has ended is recalled or lifted; nobody is told of its suspension any more.
            owes.then_some(MeasureRow { lift, telling: None, ..row })
        }
        MeasureEvent::LiftOverdue { .. } => {
            let lift = row.lift.filter(|_| owes)?;
            Some(MeasureRow { lift: Some(Owed { overdue: true, ..lift }), ..row })
        }
        _ => return None,
    })
}

/// The row after an event that leaves its state alone, if it is such an event.
fn beside(row: &mut MeasureRow, envelope: &Envelope) -> bool {
    match &envelope.event {
        Event::SuspensionConfirmed { .. } => row.remote = Remote::Suspended,
        // What was held before it ran has not been executed by being released.
        Event::ResumptionConfirmed { .. } => {
            row.remote = match row.state {
                MeasureState::Executing { .. } => Remote::Nothing,
                _ => Remote::Executed,
            };
        }
        Event::DeliveryFailed { fault, .. } => {
            row.fault = Some(*fault);
            return true;
        }
        Event::MeasureAnnulled { .. } => {
            row.annulled = true;
            row.annulled_on = Some(envelope.legal_date);
            return true;
        }
        Event::MeasureExpired { .. } => {
            row.expired = true;
            return true;
        }
        Event::Assessment(AssessmentEvent::FeedbackDue { due, .. }) => {
            row.feedback = Some(Owed { by: *due, overdue: false });
            return true;
        }
        Event::Assessment(AssessmentEvent::FeedbackOverdue { .. }) => {
            row.feedback = row.feedback.map(|owed| Owed { overdue: true, ..owed });
            return true;
        }
        Event::Assessment(AssessmentEvent::ExecutionDue { due, .. }) => {
            row.execution = Some(Owed { by: *due, overdue: false });
            row.put_off = false;
            return true;
        }
        Event::Assessment(AssessmentEvent::ExecutionOverdue { .. }) => {
            row.execution = row.execution.map(|owed| Owed { overdue: true, ..owed });
            return true;
        }
        Event::Assessment(AssessmentEvent::DispatchDue { due, .. }) => {
            row.dispatch = Some(Owed { by: *due, overdue: false });
            return true;
        }
        Event::Assessment(AssessmentEvent::DispatchOverdue { .. }) => {
            row.dispatch = row.dispatch.map(|owed| Owed { overdue: true, ..owed });
            return true;
        }
        Event::Assessment(AssessmentEvent::DispatchPutOff { .. }) => {
            row.dispatch = None;
            return true;
        }
        Event::Assessment(AssessmentEvent::WorkPutOff { .. }) => {
            row.put_off = true;
            return true;
        }
        _ => return false,
    }
    row.confirmed_at = Some(here(envelope));
    row.fault = None;
    true
}

/// A plugin's own order takes the place of what another was to be told.
fn goes_to(touched_by: &mut Option<String>, courtesy: &mut Option<Courtesy>, order: &Order) {
    if let Some(plugin) = &order.plugin {
        (*touched_by, *courtesy) = (Some(plugin.clone()), None);
    }
}

/// What was confirmed, and by whom: where an officer did it in the place of a plugin that had the case,
/// that plugin's own data does not know. What the plugin says itself it knows.
fn known_there(row: &mut MeasureRow, envelope: &Envelope, hook: CaseHook) {
    let by_hand = matches!(envelope.actor, Actor::Officer(_)) && row.touched_by.is_some();
    row.courtesy = by_hand.then_some(Courtesy { hook, cause: here(envelope) });
}

fn step(mut row: MeasureRow, envelope: &Envelope) -> Option<MeasureRow> {
    let hook = match &envelope.event {
        Event::SuspensionConfirmed { .. } => Some(CaseHook::Suspend),
        Event::ResumptionConfirmed { .. } => Some(CaseHook::Resume),
        Event::MeasureLifted { .. } => Some(CaseHook::Lift),
        _ => None,
    };
    if let Some(hook) = hook {
        known_there(&mut row, envelope, hook);
    }
    if beside(&mut row, envelope) {
        return Some(row);
    }
    match &envelope.event {
        Event::MeasureNoticeServed { service, .. } => row.noticed_on = Some(service.on),
        Event::FeedbackFiled { .. } => row.feedback = None,
        // What is done, declined or over is owed no more.
        Event::MeasureExecuted { .. } | Event::MeasureDeclined { .. } => row.execution = None,
        Event::MeasureLifted { .. } => row.lift = None,
        Event::MeasureDispatched { .. } => row.dispatch = None,
        _ => {}
    }
    row.state = match (row.state, &envelope.event) {
        (MeasureState::Initiated, Event::MeasureNoticeServed { .. }) => MeasureState::Noticed,
        (
            MeasureState::Initiated | MeasureState::Noticed,
            Event::MeasureDispatched { respond_by, .. },
        ) => MeasureState::Dispatched { respond_by: *respond_by, overdue: false },
        (MeasureState::Dispatched { respond_by, .. }, Event::ResponseOverdue { .. }) => {
            MeasureState::Dispatched { respond_by, overdue: true }
        }
        (
            MeasureState::Dispatched { overdue: false, .. },
            Event::Assessment(AssessmentEvent::ResponseDue { due, .. }),
        ) => {
            row.put_off = false;
            MeasureState::Dispatched { respond_by: *due, overdue: false }
        }
        (MeasureState::Dispatched { .. }, Event::MeasureAccepted { .. }) => {
            row.accepted_by = officer_of(envelope).ok();
            MeasureState::Accepted { failures: 0 }
        }
        (MeasureState::Dispatched { .. }, Event::MeasureDeclined { .. }) => MeasureState::Declined,
        (MeasureState::Accepted { failures }, Event::ExecutionOrdered { plugin, .. }) => {
            let by = officer_of(envelope).ok()?;
            let order = Order { at: here(envelope), by, plugin: plugin.clone() };
            row.last_order = None;
            row.letter = None;
            goes_to(&mut row.touched_by, &mut row.courtesy, &order);
            row.taken_until = Some(row.until);
            MeasureState::Executing { order, failures }
        }
        // What went to a plugin that was retired since is ordered anew.
        (
            MeasureState::Executing { order: Order { plugin: Some(_), .. }, failures },
            Event::ExecutionOrdered { plugin, .. },
        ) => {
            let by = officer_of(envelope).ok()?;
            let order = Order { at: here(envelope), by, plugin: plugin.clone() };
            goes_to(&mut row.touched_by, &mut row.courtesy, &order);
            MeasureState::Executing { order, failures }
        }
        (MeasureState::Executing { order, .. }, Event::MeasureExecuted { reference, .. }) => {
            row.remote = Remote::Executed;
            row.confirmed_at = Some(here(envelope));
            row.fault = None;
            MeasureState::Executed { order, reference: reference.clone() }
        }
        (
            MeasureState::Executing { order, failures },
            Event::ExecutionFailed { fault, final_attempt, .. },
        ) => {
            row.fault = Some(*fault);
            let failures = failures.saturating_add(1);
            match final_attempt {
                true => {
                    row.last_order = Some(order);
                    MeasureState::Accepted { failures }
                }
                false => MeasureState::Executing { order, failures },
            }
        }
        (MeasureState::Executed { order, reference }, Event::FeedbackFiled { .. }) => {
            MeasureState::FedBack { order, reference }
        }
        (state, Event::MeasureLifted { .. }) if state.order().is_some() || state.given_up() => {
            // An answer that comes too late is known by it.
            row.last_order = state.order().cloned().or(row.last_order);
            row.remote = Remote::Lifted;
            row.confirmed_at = Some(here(envelope));
            row.fault = None;
            MeasureState::Lifted { fed_back: false }
        }
        (MeasureState::Lifted { .. }, Event::FeedbackFiled { of_lift: true, .. }) => {
            MeasureState::Closed
        }
        _ => return None,
    };
    Some(row)
}
