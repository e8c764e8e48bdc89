//! Forgeries about what the subject of a measure, or of a revoked honour, is told, and when.

use super::*;

/// Told before there was anything to tell, served before there was anything to serve.
pub(super) fn told(table: &mut Table) {
    table.change(
        "G-NOTICE",
        "told of a measure before it was initiated",
        &forge::sending::declined(),
        "measure.notice_served",
        |own| {
            if let Event::MeasureNoticeServed { service, .. } = &mut own.event {
                service.on = own.legal_date.plus_days(-1);
            }
        },
    );
    table.change(
        "G-SERVED",
        "a revoked honour, served before it was decided",
        &lives::red_revoked(),
        "red_listing.revoked",
        |own| {
            if let Event::Listing(ListingEvent::RedRevoked { service, .. }) = &mut own.event {
                service.on = own.legal_date.plus_days(-1);
            }
        },
    );
}

/// Discipline that goes to a higher authority, of which its subject was not told as it has to be.
pub(super) fn beyond(table: &mut Table) {
    let world = further::forwarded();
    let told = "measure.forward_noticed";
    table.remove("G-NOTICE", "nobody told the subject", &world, &[told], "measure.forwarded");
    let mut wrong = |what, to: fn(&mut Envelope)| table.change("G-NOTICE", what, &world, told, to);
    wrong(
        "told without reasons",
        inner!(Measure, MeasureEvent::ForwardNoticed, reasons => no_text()),
    );
    wrong(
        "told without remedies",
        inner!(Measure, MeasureEvent::ForwardNoticed, remedies => no_text()),
    );
    wrong(
        "told with no document",
        inner!(Measure, MeasureEvent::ForwardNoticed, document_sha256 => [0; 32]),
    );
    wrong("told before the listing had effect", |own| {
        let on = own.legal_date.plus_days(-60);
        if let Event::Measure(MeasureEvent::ForwardNoticed { service, .. }) = &mut own.event {
            service.on = on;
        }
    });
    wrong("told with no proof", |own| {
        if let Event::Measure(MeasureEvent::ForwardNoticed { service, .. }) = &mut own.event {
            service.proof_sha256 = [0; 32];
        }
    });
    table.other("G-NOTICE", "told after the letter", &world, |log| {
        let letter = log.last("measure.forwarded");
        log.change(letter, |own| {
            let on = own.legal_date.plus_days(-1);
            if let Event::Measure(MeasureEvent::Forwarded { service, .. }) = &mut own.event {
                service.on = on;
            }
        });
        log.cut(letter);
        log.at(log.last(told)).position
    });
    table.change("G-COMPETENT", "another authority tells", &world, told, by(&implementer()));
    table.change("INV-8", "told in a person's file", &world, told, |own| {
        own.subject = Some(person(1));
    });
    table.other("INV-10", "told of what was forwarded before", &world, |log| {
        let place = log.last(told);
        let own = log.at(place).clone();
        log.cut(place);
        log.append(own)
    });
}
