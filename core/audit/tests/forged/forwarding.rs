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
