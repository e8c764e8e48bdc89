//! Double publicity: a permit or penalty is due on its day, and what is exempt is not shown.

use shouxin_core::event::publicity::{Exemption, PublicityEvent};
use shouxin_core::guard::Guard;
use shouxin_core::rules::{Openness, Severity};

use crate::commit::Commit;
use crate::fold::Fold;
use crate::here::Here;
use crate::names::DEADLINE;

pub(crate) fn check(fold: &Fold, commit: &mut Commit, at: &mut Here<'_>, event: &PublicityEvent) {
    let PublicityEvent::Filed { record, decided_on, due, filed_on, late, exempt, reason, .. } =
        event;
    let Some(own) = fold.records.get(record) else {
        at.missing(record);
        commit.file_nothing();
        return;
    };
    at.about(own.subject);
    at.of_authority(own.provider);
    at.must(own.published == exempt.is_none(), Guard::Open, "what is exempt is not shown");
    // Every penalty is shown but what a rule exempts: a word for it is not enough.
    let so = match exempt {
        Some(Exemption::Person) => own.subject.is_personal(),
        Some(Exemption::Minor) => own.severity == Some(Severity::Minor),
        Some(Exemption::Directory) => own.openness != Openness::Public,
        Some(Exemption::Privacy) | None => true,
    };
    at.must(so, Guard::Open, "it is exempt for what it is not");
    commit.file(*record);
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
