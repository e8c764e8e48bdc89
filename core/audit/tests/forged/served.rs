//! Forged services: each dated before what it is about was there.

use super::*;
use forge::longer;
use shouxin_core::text::Service;

/// The service that an event tells of.
fn service(own: &mut Envelope) -> &mut Service {
    match &mut own.event {
        Event::ObjectionRefused { service, .. }
        | Event::ObjectionResolved { service, .. }
        | Event::RepairApproved { service, .. }
        | Event::RepairRefused { service, .. }
        | Event::Listing(ListingEvent::Revoked { service, .. })
        | Event::Remedy(
            RemedyEvent::Unverified { service, .. }
            | RemedyEvent::ReviewDecided { service, .. }
            | RemedyEvent::RepairExtended { service, .. }
            | RemedyEvent::RepairRevoked { service, .. },
        )
        | Event::Measure(
            MeasureEvent::ForwardTold { service, .. }
            | MeasureEvent::ForwardRecalled { service, .. },
        ) => service,
        other => panic!("{other:?}"),
    }
}

fn day_before(own: &mut Envelope) {
    let on = own.legal_date.plus_days(-1);
    service(own).on = on;
}

/// What is decided and served in one step was there on the day of the step; what a higher authority is
/// told of, on the day on which the register said so, and a reply no earlier than the letter.
pub(super) fn served(table: &mut Table) {
    let sent = further::forwarded();
    for (name, world, event) in [
        ("G-SERVED", further::turned_away(), "objection.refused"),
        ("G-SERVED", lives::disputed(Finding::Correct), "objection.resolved"),
        ("G-SERVED", lives::reviewed(false), "objection.unverified"),
        ("G-SERVED", lives::reviewed(false), "review.decided"),
        ("G-SERVED", lives::repaired(), "repair.approved"),
        ("G-SERVED", longer::repair(), "repair.refused"),
        ("G-NOTICE", longer::repair(), "repair.extended"),
        ("G-SERVED", forge::process::taken_back(), "listing.revoked"),
        ("G-SERVED", sent.clone(), "measure.forward_told"),
        ("G-SERVED", sent.clone(), "measure.forward_recalled"),
    ] {
        table.change(name, "served before it was there", &world, event, day_before);
    }
    table.change(
        "G-DOC",
        "a reply that is older than the letter",
        &sent,
        "measure.forward_answered",
        |own| {
            let on = own.legal_date.plus_days(-1);
            inner!(Measure, MeasureEvent::ForwardAnswered, answered_on => on)(own);
        },
    );
}

/// The notice of a record is no older than the document that the record is about.
pub(super) fn collected(table: &mut Table) {
    let world = lives::listing();
    let what = "told of a document that was not made yet";
    table.change("G-NOTICE", what, &world, "record.accepted", |own| {
        if let Event::RecordAccepted { document_date, notified: Some(service), .. } = &mut own.event
        {
            service.on = document_date.plus_days(-1);
        }
    });
}
