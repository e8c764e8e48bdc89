//! Double publicity: a permit or penalty is due on its day, and what is exempt is not shown.

use shouxin_core::event::publicity::{Exemption, PublicityEvent};
use shouxin_core::guard::Guard;

use crate::fold::Fold;
use crate::here::Here;
use crate::names::DEADLINE;

pub(crate) fn check(fold: &Fold, at: &mut Here<'_>, event: &PublicityEvent) {
    let PublicityEvent::Filed { record, decided_on, due, filed_on, late, exempt, reason, .. } =
        event;
    let Some(own) = fold.records.get(record) else {
        at.missing(record);
        return;
    };
    at.about(own.subject);
    at.of_authority(own.provider);
    at.must(own.published == exempt.is_none(), Guard::Open, "what is exempt is not shown");
    at.deadline("due", *due, *decided_on, at.pack().double_publicity_wd);
    if *late != (*filed_on > due.day) || *filed_on != at.today {
        at.broken(DEADLINE, "it does not say rightly whether it came in time");
    }
    match (exempt, reason) {
        (Some(Exemption::Privacy), Some(reason)) => at.stated(Guard::Open, &[("reason", reason)]),
        (Some(Exemption::Privacy), None) => {
            at.guard(Guard::Open, "it is withheld as private, and nobody says why");
        }
        _ => {}
    }
}
