//! Who answers: the credit office, which is whoever has a key of that role when something is done; and the
//! plugin that was asked.

use shouxin_core::actor::{Actor, Role};
use shouxin_core::guard::Guard;
use shouxin_core::identifier::uscc::Uscc;

use crate::fold::Fold;
use crate::here::Here;

/// Whether an officer on file acts, and is of the credit office; an officer who is not on file is
/// `actors`' to name.
fn office(fold: &Fold, at: &Here<'_>) -> Option<bool> {
    at.officer().map(|(.., by)| fold.keys.open(by, Role::CreditOffice, at.event))
}

/// Whether an officer of the credit office acts.
pub(crate) fn is_office(fold: &Fold, at: &Here<'_>) -> bool {
    office(fold, at) == Some(true)
}

/// An officer of the credit office does it.
pub(crate) fn by_office(fold: &Fold, at: &mut Here<'_>) {
    let holds = office(fold, at) != Some(false);
    at.must(holds, Guard::Competent, "no officer of the credit office does it");
}

/// An officer of the credit office does it, whose head has the last word on it.
pub(crate) fn by_office_beside_head(fold: &Fold, at: &mut Here<'_>) {
    by_office(fold, at);
    if office(fold, at) != Some(false) {
        at.not_the_head();
    }
}

/// The head of the credit office does it.
pub(crate) fn by_office_head(fold: &Fold, at: &mut Here<'_>) {
    match at.officer() {
        Some(_) if office(fold, at) == Some(false) => by_office(fold, at),
        Some((_, officer, _)) => {
            at.must(officer.head, Guard::FourEyes, "it is not the head of the credit office");
        }
        None => {}
    }
}

/// An officer of the credit office does it, or one of the authority whose it is.
pub(crate) fn by_office_or(fold: &Fold, at: &mut Here<'_>, authority: Uscc) {
    if !is_office(fold, at) {
        at.of_authority(authority);
    }
}

/// The plugin that answers is the one that was asked.
pub(crate) fn by_plugin(at: &mut Here<'_>, asked: &str) {
    if let Actor::Plugin { name, .. } = &at.event.actor
        && name != asked
    {
        at.guard(Guard::Competent, format!("{name} answers for {asked}"));
    }
}
