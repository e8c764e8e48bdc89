//! Forged rulings: older than what they rule on, the one that they end, or about a case filed before
//! there was anything to challenge, or twice.

use super::*;
use shouxin_core::text::FactDocument;

/// The ruling that an event tells of.
fn ruling(own: &mut Envelope) -> &mut FactDocument {
    match &mut own.event {
        Event::Remedy(
            RemedyEvent::StayOrdered { document, .. }
            | RemedyEvent::StayEnded { document, .. }
            | RemedyEvent::RemedyDecided { document, .. }
            | RemedyEvent::ReliefCompleted { document, .. }
            | RemedyEvent::ReliefEnded { document, .. }
            | RemedyEvent::ReliefGranted { ruling: document, .. },
        ) => document,
        other => panic!("{other:?}"),
    }
}

/// Dated to the first of the year, before anything was there.
fn old(own: &mut Envelope) {
    ruling(own).date = day("2026-01-01");
}

pub(super) fn rulings(table: &mut Table) {
    let (stayed, decided) = ("remedy.stay_ordered", "remedy.decided");
    let suit = lives::suit(RemedyOutcome::Upheld);
    let (relieved, failed) = (lives::relief(true), lives::relief(false));
    for (world, event) in [
        (&suit, stayed),
        (&suit, decided),
        (&relieved, "relief.completed"),
        (&failed, "relief.ended"),
    ] {
        table.change("G-FACT", "older than what it rules on", world, event, old);
    }
    for (world, before, event) in [
        (&suit, stayed, decided),
        (&relieved, "relief.granted", "relief.completed"),
        (&failed, "relief.granted", "relief.ended"),
    ] {
        table.other("G-FACT", "ended by the ruling that it ends", world, |log| {
            let (first, place) = (log.last(before), log.last(event));
            let mut before = log.at(first).clone();
            log.cut(place);
            log.change(place, |own| ruling(own).number = ruling(&mut before).number.clone())
        });
    }
    let filed = "remedy.filed";
    table.change("G-DOC", "filed before there was anything to challenge", &suit, filed, |own| {
        if let Event::Remedy(RemedyEvent::RemedyFiled { filed_on, .. }) = &mut own.event {
            *filed_on = day("2026-01-01");
        }
    });
    table.other("INV-2", "the same case filed twice", &suit, |log| {
        let place = log.last(filed);
        let own = log.at(place).clone();
        log.cut(place);
        log.append(own)
    });
}
