//! Plugins: admitted for what their department implements, told of everything in order. Keys: who
//! was given the role of the credit office, or the duty for personal information.

use shouxin_core::actor::{Actor, Role};
use shouxin_core::event::Event;
use shouxin_core::guard::Guard;

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

/// A key says for whom it is; that it was revoked since does not make earlier steps wrong.
pub(crate) fn key(fold: &mut Fold, at: &Here<'_>) {
    let Event::KeyCreated { role, officer: Some(officer), .. } = &at.event.event else {
        return;
    };
    match role {
        Role::CreditOffice => fold.office.insert(officer.clone()),
        Role::DataOfficer => fold.erasures.guardians.insert(officer.clone()),
        _ => false,
    };
}

/// The plugin that answers is the one that was asked.
pub(crate) fn by_plugin(at: &mut Here<'_>, asked: &str) {
    if let Actor::Plugin { name, .. } = &at.event.actor
        && name != asked
    {
        at.guard(Guard::Competent, format!("{name} answers for {asked}"));
    }
}
