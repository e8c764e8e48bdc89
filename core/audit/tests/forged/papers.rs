//! Forgeries about the same paper twice: each proposal that had to rest on another paper is said to rest
//! on that of the case before it, or on one with its number or its digest.

use shouxin_core::guard::{Ground, Misfit};
use shouxin_core::text::FactDocument;

use super::*;
use crate::forge::papers::{self, Again};

/// The documents that an event cites.
fn facts(event: &mut Event) -> &mut Vec<FactDocument> {
    match event {
        Event::ListingProposed { facts, .. } | Event::AttributionProposed { facts, .. } => facts,
        other => panic!("not a proposal: {other:?}"),
    }
}

fn forged(
    table: &mut Table,
    own: Again,
    event: &str,
    first: usize,
    by: fn(&mut FactDocument, &FactDocument),
) {
    let guard = match own.refused {
        None => return,
        Some(Ground::Misfit(Misfit::Exists)) => "INV-10",
        Some(_) => "G-FACT",
    };
    table.other(guard, own.name, &own.world, |log| {
        let before = log.place(event, first);
        let before = facts(&mut log.at(before).event.clone()).clone();
        let place = log.last(event);
        log.change(place, |own| {
            facts(&mut own.event).iter_mut().zip(&before).for_each(|(own, before)| by(own, before));
        })
    });
}

/// What was taken back and begins anew on the same paper is given a day more than it had.
fn longer(table: &mut Table, own: &Again, event: &str) {
    table.other("G-END", own.name, &own.world, |log| {
        let before = log.place(event, 0);
        let had = cap(&mut log.at(before).event.clone()).plus_days(1);
        let place = log.last(event);
        log.change(place, |own| *cap(&mut own.event) = had)
    });
}

/// The day to which a proposal may last.
fn cap(event: &mut Event) -> &mut shouxin_core::time::Day {
    match event {
        Event::ListingProposed { cap, .. } | Event::AttributionProposed { cap, .. } => cap,
        other => panic!("not a proposal: {other:?}"),
    }
}

pub(super) fn papers(table: &mut Table) {
    let besides = papers::listed_besides();
    table.other("INV-10", "listed for what the person answers for", &besides, |log| {
        let before = log.place("attribution.proposed", 0);
        let before = facts(&mut log.at(before).event.clone()).clone();
        log.change(log.last("listing.proposed"), |own| *facts(&mut own.event) = before.clone())
    });
    let taken_back = |own: &&Again| own.name == "taken back";
    papers::listings()
        .iter()
        .filter(taken_back)
        .for_each(|own| longer(table, own, "listing.proposed"));
    papers::answers()
        .iter()
        .filter(taken_back)
        .for_each(|own| longer(table, own, "attribution.proposed"));
    let whole = |own: &mut FactDocument, before: &FactDocument| *own = before.clone();
    forged(table, papers::fell_with_its_record(true), "listing.proposed", 0, whole);
    forged(table, papers::repaired_extension(), "listing.proposed", 1, whole);
    for own in papers::under_others() {
        forged(table, own, "attribution.proposed", 0, whole);
    }
    let ways: [fn(&mut FactDocument, &FactDocument); 4] = [
        whole,
        |own, before| own.number = format!(" {}", before.number),
        |own, before| own.number = before.number.replace('〔', "[").replace('〕', "］第００"),
        |own, before| own.sha256 = before.sha256,
    ];
    for by in ways {
        papers::listings()
            .into_iter()
            .for_each(|own| forged(table, own, "listing.proposed", 0, by));
        papers::answers()
            .into_iter()
            .for_each(|own| forged(table, own, "attribution.proposed", 0, by));
    }
}
