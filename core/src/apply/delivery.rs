//! Folds what becomes of an execution that its plugin gave up, and what a plugin was told afterwards.

use crate::apply::defect;
use crate::event::Envelope;
use crate::event::delivery::DeliveryEvent;
use crate::row::{Key, LetterEnd, MeasureRow, MeasureState, Row};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &DeliveryEvent,
) -> Result<(), Stop> {
    let id = match event {
        DeliveryEvent::Retried { measure }
        | DeliveryEvent::Skipped { measure, .. }
        | DeliveryEvent::Handed { measure, .. }
        | DeliveryEvent::PluginTold { measure, .. } => *measure,
    };
    let row = Rows::known(rows.measure(id)?, &id.0)?.clone();
    let row = step(row, event).ok_or_else(|| defect(envelope, "the case is in another state"))?;
    rows.put(Key::Measure(id), Row::Measure(row))
}

fn step(row: MeasureRow, event: &DeliveryEvent) -> Option<MeasureRow> {
    if let DeliveryEvent::PluginTold { hook, .. } = event {
        row.courtesy.filter(|own| own.hook == *hook)?;
        return Some(MeasureRow { courtesy: None, ..row });
    }
    row.dead_letter()?;
    match event {
        DeliveryEvent::Retried { .. } => {
            let MeasureState::Accepted { failures } = row.state else { return None };
            let order = row.last_order?;
            let state = MeasureState::Executing { order, failures };
            Some(MeasureRow { state, last_order: None, fault: None, ..row })
        }
        DeliveryEvent::Skipped { .. } => {
            Some(MeasureRow { letter: Some(LetterEnd::Skipped), ..row })
        }
        DeliveryEvent::Handed { .. } => Some(MeasureRow { letter: Some(LetterEnd::Handed), ..row }),
        DeliveryEvent::PluginTold { .. } => None,
    }
}
