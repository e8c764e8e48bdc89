//! Plugins: admitted for what their department implements, told of everything in order. The credit
//! office: whoever has a key of that role when something is done.

use shouxin_core::actor::{Actor, Role};
use shouxin_core::event::Event;
use shouxin_core::event::plugin::PluginEvent;
use shouxin_core::guard::Guard;
use shouxin_core::id::MeasureId;
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
            // Whoever orders a measure finds one plugin for it; a retired one gives way.
            let taken = fold.plugins.iter().find(|(of, own)| {
                *of != name
                    && !own.retired
                    && own.department == *department
                    && own.measures.iter().any(|id| measures.contains(id))
            });
            if let Some((of, _)) = taken {
                at.guard(Guard::Competent, format!("{of} carries one of its measures out"));
            }
            let (department, measures) = (department.clone(), measures.clone());
            fold.plugins.insert(name.clone(), Plugin { department, measures, retired: false });
        }
        Event::Plugin(PluginEvent::Retired { name }) => {
            match fold.plugins.get_mut(name).filter(|own| !own.retired) {
                Some(own) => own.retired = true,
                None => at.missing(name),
            }
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

/// Whether a plugin runs that carries a measure out for the department whose it is.
pub(crate) fn carries(fold: &Fold, name: &str, id: MeasureId) -> bool {
    fold.plugins.get(name).zip(fold.measures.get(&id)).is_some_and(|(own, case)| {
        !own.retired && case.department == own.department && own.measures.contains(&case.measure)
    })
}

/// Whether the order of a measure went to a plugin that is retired since.
pub(crate) fn by_retired(fold: &Fold, id: MeasureId) -> bool {
    let name = fold.measures.get(&id).and_then(|own| own.plugin.as_ref());
    name.and_then(|own| fold.plugins.get(own)).is_some_and(|own| own.retired)
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
