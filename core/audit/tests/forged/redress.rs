//! Forgeries about redress for what an authority took back itself.

use super::*;
use crate::forge::kit::authority;
use crate::forge::kit::rules::TAX;
use crate::forge::process;

/// Owed in the commit of the annulment, by that authority, and done by it.
pub(super) fn own_annulments(table: &mut Table) {
    let (annulled, taken) = (process::annulled(), process::taken_back());
    let (owed, done) = ("redress.owed_by_annulment", "redress.done_after_annulment");
    table.remove(
        "INV-6",
        "annulled after it was shown, and nobody owes redress",
        &annulled,
        &[owed],
        "record.annulled",
    );
    table.remove(
        "INV-6",
        "a listing taken back after a department acted on it, and nobody owes redress",
        &taken,
        &[owed],
        "listing.revoked",
    );
    table.change("G-COMPETENT", "another unit is to do it", &annulled, owed, |own| {
        if let Event::Remedy(RemedyEvent::AnnulmentRedressOwed { provider, .. }) = &mut own.event {
            *provider = authority(TAX);
        }
    });
    table.other("INV-2", "owed for what another commit annulled", &annulled, |log| {
        let place = log.last(owed);
        log.cut(place);
        let again = log.at(place).clone();
        log.append(again)
    });
    table.change("G-COMPETENT", "another unit did it", &annulled, done, by(&implementer()));
    table.change("G-HUMAN", "a timer did it", &annulled, done, |own| own.actor = Actor::System);
    table.other("INV-2", "done twice", &annulled, |log| {
        let place = log.last(done);
        log.cut(place);
        let again = log.at(place).clone();
        log.append(again)
    });
}
