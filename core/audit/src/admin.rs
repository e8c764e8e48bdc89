//! Plugins: admitted for what their department implements, told of everything in order. The credit
//! office: whoever has a key of that role when something is done.

use shouxin_core::actor::{Actor, Role};
use shouxin_core::event::Event;
use shouxin_core::guard::Guard;
use shouxin_core::identifier::uscc::Uscc;

use crate::fold::{Fold, Plugin};
use crate::here::Here;

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>) {
    match &at.event.event {
        Event::PluginDeployed { name, department, measures, .. } => {
            for id in measures {
                let granted =
                    at.rules.measure(id).is_some_and(|own| own.implementers.contains(department));
                if !granted {
                    at.guard(Guard::Competent, format!("{department} does not implement {id}"));
                }
            }
            let plugin = Plugin { department: department.clone(), measures: measures.clone() };
            fold.plugins.insert(name.clone(), plugin);
        }
        Event::PluginTold { plugin, through, .. } => {
            by_plugin(at, plugin);
            if *through >= at.at() {
                at.missing(through);
            }
        }
        _ => {}
    }
}

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
