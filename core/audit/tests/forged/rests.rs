//! Forgeries about what rests on what: documents of records that are over.

use super::*;

/// What is proposed on the document of a record that was annulled.
pub(super) fn cited(table: &mut Table) {
    let mut world = World::seeded();
    let record = world.with_record();
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    world.must(&handler(), &propose(organisation(1), &[]));
    let what = "a proposal on the document of a record that was annulled";
    table.other("G-FACT", what, &world, |log| {
        let place = log.last("record.accepted");
        log.change(place, |own| {
            if let Event::RecordAccepted { document_number, .. } = &mut own.event {
                *document_number = fact(organisation(1)).number;
            }
        });
        log.at(log.last("listing.proposed")).position
    });
}
