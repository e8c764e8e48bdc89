//! What the model checks of measure cases beside one another, again from events and dates alone:
//!
//! - INV-2: discipline that goes to a higher authority is told to its subject in the same commit, no
//!   later than the letter.
//! - INV-3: no case lasts longer than one of the same kind that was ordered or forwarded before it, and
//!   none follows one that was annulled.

use std::collections::BTreeMap;

use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::event::{Envelope, Event};
use shouxin_core::id::{AttributionId, ListingId, MeasureId, Position};
use shouxin_core::time::Day;

type Kind = (ListingId, Option<AttributionId>, String, String);

/// What was seen of a kind of case.
#[derive(Default)]
struct Seen {
    newest: Option<MeasureId>,
    taken_until: Option<Day>,
    annulled: bool,
}

/// What it has seen of all that.
#[derive(Default)]
pub struct Cases {
    kinds: BTreeMap<Kind, Seen>,
    of: BTreeMap<MeasureId, (Kind, Day)>,
    /// What was forwarded last, with the day of its letter, until its subject was told.
    untold: Option<(Position, Day)>,
}

impl Cases {
    /// Looks at one event; answers what it breaks.
    pub fn see(&mut self, envelope: &Envelope) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        let at = envelope.position;
        if let Some((forwarded, letter)) = self.untold.take() {
            let told = match &envelope.event {
                Event::Measure(MeasureEvent::ForwardNoticed { measure, service, .. }) => {
                    let same = measure.0 == forwarded && envelope.cause == Some(forwarded);
                    same && service.on <= letter
                }
                _ => false,
            };
            if !told {
                found.push(("INV-2", format!("nobody told the subject of {forwarded}")));
            }
        }
        match &envelope.event {
            Event::MeasureInitiated {
                listing, attribution, measure, department, until, ..
            } => {
                let kind = (*listing, *attribution, measure.clone(), department.clone());
                found.extend(self.opened(MeasureId(at), kind, *until));
            }
            Event::Measure(MeasureEvent::Forwarded {
                listing,
                attribution,
                measure,
                department,
                until,
                service,
                ..
            }) => {
                let kind = (*listing, *attribution, measure.clone(), department.clone());
                found.extend(self.opened(MeasureId(at), kind, *until));
                self.taken(MeasureId(at));
                self.untold = Some((at, service.on));
            }
            Event::ExecutionOrdered { measure, .. } => self.taken(*measure),
            Event::MeasureAnnulled { measure, .. } => {
                if let Some(seen) = self.of.get(measure).and_then(|own| self.kinds.get_mut(&own.0))
                {
                    seen.annulled |= seen.newest == Some(*measure);
                }
            }
            _ => {}
        }
        found
    }

    fn opened(&mut self, id: MeasureId, kind: Kind, until: Day) -> Option<(&'static str, String)> {
        let seen = self.kinds.entry(kind.clone()).or_default();
        let broken = seen.annulled || seen.taken_until.is_some_and(|day| until > day);
        seen.newest = Some(id);
        self.of.insert(id, (kind, until));
        broken.then(|| ("INV-3", format!("{id} prolongs a measure, or takes one again")))
    }

    fn taken(&mut self, id: MeasureId) {
        if let Some((kind, until)) = self.of.get(&id)
            && let Some(seen) = self.kinds.get_mut(kind)
        {
            seen.taken_until = Some(*until);
        }
    }
}
