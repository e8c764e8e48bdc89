//! Plugins: let in for what their department implements, one for a measure, each step of their life by the
//! operator's word and from the state before it; told of everything in order, forgetting in order.

use std::collections::{BTreeMap, BTreeSet};

use shouxin_core::event::Event;
use shouxin_core::event::plugin::{Admission, PluginEvent};
use shouxin_core::guard::Guard;
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::limits::PLUGINS_MAX;
use shouxin_core::text::{Digest, digest_is_stated, short_text_is_stated};

use crate::admin::by_plugin;
use crate::fold::Fold;
use crate::here::Here;
use crate::names::INV_10;

/// One version of a plugin.
#[derive(Clone, Debug)]
struct Version {
    version: String,
    sha256: Digest,
    department: String,
    measures: Vec<String>,
    admission: Admission,
}

#[derive(Debug)]
struct Plugin {
    live: Version,
    /// The event that made this version live.
    since: Position,
    /// What it replaced, until that is taken back.
    earlier: Option<Version>,
    told: Position,
    forgotten: Position,
    paused: bool,
    /// It is called no more since then, until it is deployed anew.
    retired: Option<Position>,
}

/// What the log says about plugins.
#[derive(Debug, Default)]
pub(crate) struct Plugins {
    all: BTreeMap<String, Plugin>,
    shadows: BTreeMap<String, Version>,
    /// Classification changes of which a plugin could not be told.
    untold: BTreeSet<(String, Position)>,
}

impl Plugins {
    /// Whether it was deployed and is not retired.
    pub(crate) fn runs(&self, name: &str) -> bool {
        self.all.get(name).is_some_and(|own| own.retired.is_none())
    }

    fn put_live(&mut self, name: &str, live: Version, at: Position) {
        let before = self.all.remove(name);
        let replaced =
            |own: &Plugin| own.live.sha256 != live.sha256 || own.live.version != live.version;
        let own = match before {
            Some(own) if replaced(&own) => {
                Plugin { earlier: Some(own.live), live, since: at, retired: None, ..own }
            }
            Some(own) => Plugin { live, since: at, retired: None, ..own },
            None => Plugin {
                live,
                since: at,
                earlier: None,
                told: at,
                forgotten: at,
                paused: false,
                retired: None,
            },
        };
        self.all.insert(name.to_owned(), own);
    }

    /// The register knows of so many that run no more; the oldest of them counts as never deployed.
    fn retire(&mut self, name: &str, at: Position) {
        if let Some(own) = self.all.get_mut(name) {
            own.retired = Some(at);
        }
        let retired = self.all.iter().filter_map(|(name, own)| Some((own.retired?, name)));
        if retired.clone().count() > PLUGINS_MAX
            && let Some((_, oldest)) = retired.min()
        {
            let oldest = oldest.clone();
            self.all.remove(&oldest);
        }
    }
}

/// Whether a plugin runs that carries a measure out for the department whose it is.
pub(crate) fn carries(fold: &Fold, name: &str, id: MeasureId) -> bool {
    let own = fold.plugins.all.get(name).filter(|own| own.retired.is_none());
    own.zip(fold.measures.get(&id)).is_some_and(|(own, case)| {
        case.department == own.live.department && own.live.measures.contains(&case.measure)
    })
}

/// Whether the order of a measure went to a plugin that is retired since.
pub(crate) fn by_retired(fold: &Fold, id: MeasureId) -> bool {
    let name = fold.measures.get(&id).and_then(|own| own.plugin.as_ref());
    name.is_some_and(|own| !fold.plugins.runs(own))
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>) {
    match &at.event.event {
        Event::PluginDeployed { name, version, sha256, department, measures } => {
            let own = Version {
                version: version.clone(),
                sha256: *sha256,
                department: department.clone(),
                measures: measures.clone(),
                admission: Admission::Unsigned,
            };
            may_carry(fold, at, name, &own);
            fold.plugins.put_live(name, own, at.at());
        }
        Event::PluginTold { plugin, through, undelivered } => {
            by_plugin(at, plugin);
            if *through >= at.at() {
                at.missing(through);
            }
            let Some(own) = fold.plugins.all.get_mut(plugin) else {
                at.missing(plugin);
                return;
            };
            grows(at, own.told, *through);
            if undelivered.iter().any(|change| *change <= own.told || change > through) {
                at.broken(INV_10, "it was told of that change before, or is told of it later");
            }
            own.told = *through;
            let untold = undelivered.iter().map(|change| (plugin.clone(), *change));
            fold.plugins.untold.extend(untold);
        }
        Event::Plugin(event) => later(fold, at, event),
        _ => {}
    }
}

fn later(fold: &mut Fold, at: &mut Here<'_>, event: &PluginEvent) {
    match event {
        PluginEvent::Admitted { name, sha256, admission } => {
            lets_in(at, admission);
            let (here, found) = (at.at(), fold.plugins.all.get_mut(name));
            let fresh = |since: Position| since.sequence.checked_add(1) == Some(here.sequence);
            match found.filter(|own| own.live.sha256 == *sha256 && fresh(own.since)) {
                Some(own) => own.live.admission = admission.clone(),
                None => at.broken(INV_10, "no such version was deployed right before"),
            }
        }
        PluginEvent::Shadowed { name, version, sha256, department, measures, admission } => {
            let own = Version {
                version: version.clone(),
                sha256: *sha256,
                department: department.clone(),
                measures: measures.clone(),
                admission: admission.clone(),
            };
            lets_in(at, admission);
            may_carry(fold, at, name, &own);
            fold.plugins.shadows.insert(name.clone(), own);
        }
        PluginEvent::Promoted { name, version, sha256, from } => {
            let shadow = fold.plugins.shadows.remove(name);
            let Some(own) = shadow.filter(|own| own.sha256 == *sha256 && own.version == *version)
            else {
                at.broken(INV_10, "that version stood in no shadow");
                return;
            };
            lets_in(at, &own.admission);
            may_carry(fold, at, name, &own);
            if let Some(before) = fold.plugins.all.get(name)
                && *from < before.told
            {
                at.broken(INV_10, "it is told again of what it was told");
            }
            if *from > at.at() {
                at.missing(from);
            }
            fold.plugins.put_live(name, own, at.at());
            if let Some(own) = fold.plugins.all.get_mut(name) {
                own.told = *from;
            }
        }
        PluginEvent::ShadowDropped { name, reason } => {
            says_why(at, reason);
            if fold.plugins.shadows.remove(name).is_none() {
                at.missing(name);
            }
        }
        PluginEvent::RolledBack { name, version, sha256, reason } => {
            says_why(at, reason);
            let before = running(fold, at, name).and_then(|own| own.earlier.take());
            let Some(own) = before.filter(|own| own.sha256 == *sha256 && own.version == *version)
            else {
                at.broken(INV_10, "no such version was replaced");
                return;
            };
            // It was let in on a day of its manifest. Past the last one it comes back all the same: it begins
            // nothing then, and relieves.
            may_carry(fold, at, name, &own);
            fold.plugins.put_live(name, own, at.at());
            if let Some(own) = fold.plugins.all.get_mut(name) {
                own.earlier = None;
            }
        }
        PluginEvent::Paused { name, reason } => {
            says_why(at, reason);
            pauses(fold, at, name);
        }
        PluginEvent::Resumed { name } => {
            // Where nothing paused it, its breaker had opened: that stands in no event.
            if let Some(own) = running(fold, at, name) {
                own.paused = false;
            }
        }
        PluginEvent::Retired { name } => {
            running(fold, at, name);
            fold.plugins.retire(name, at.at());
        }
        PluginEvent::Removed { name, reason } => {
            says_why(at, reason);
            if let Some(own) = running(fold, at, name) {
                own.paused = false;
            }
            // What stood beside it goes with it.
            fold.plugins.shadows.remove(name);
            fold.plugins.retire(name, at.at());
        }
        PluginEvent::ToldLate { plugin, at: change } => {
            by_plugin(at, plugin);
            was_untold(fold, at, plugin, *change);
        }
        PluginEvent::UntoldSkipped { plugin, at: change, reason } => {
            says_why(at, reason);
            was_untold(fold, at, plugin, *change);
        }
        PluginEvent::Forgot { plugin, through } => {
            by_plugin(at, plugin);
            if *through >= at.at() {
                at.missing(through);
            }
            match fold.plugins.all.get_mut(plugin) {
                Some(own) => {
                    grows(at, own.forgotten, *through);
                    own.forgotten = *through;
                }
                None => at.missing(plugin),
            }
        }
    }
}

/// A version carries out what its department implements, and whoever orders a measure finds one plugin for
/// it; a retired one gives way.
fn may_carry(fold: &Fold, at: &mut Here<'_>, name: &str, own: &Version) {
    let known = at.rules.department(&own.department).is_some();
    at.must(known, Guard::Competent, "no such department is on file");
    for id in &own.measures {
        let implements =
            |found: &shouxin_core::rules::Measure| found.implementers.contains(&own.department);
        if !at.rules.measure(id).is_some_and(implements) {
            at.guard(Guard::Competent, format!("{} does not implement {id}", own.department));
        }
    }
    let taken = fold.plugins.all.iter().find(|(of, other)| {
        *of != name
            && other.retired.is_none()
            && other.live.department == own.department
            && other.live.measures.iter().any(|id| own.measures.contains(id))
    });
    if let Some((of, _)) = taken {
        at.guard(Guard::Competent, format!("{of} carries one of its measures out"));
    }
}

/// A manifest is signed by a key that is named, and lets a version in on its own days alone.
fn lets_in(at: &mut Here<'_>, admission: &Admission) {
    let Admission::Signed { manifest_sha256, key_id, valid_from, valid_until } = admission else {
        return;
    };
    let signed = digest_is_stated(manifest_sha256) && short_text_is_stated(key_id);
    at.must(signed, Guard::Document, "there is no manifest, or nobody signed it");
    let valid = *valid_from <= at.today && at.today <= *valid_until;
    at.must(valid, Guard::Document, "its manifest is not valid on that day");
}

fn says_why(at: &mut Here<'_>, reason: &str) {
    at.must(short_text_is_stated(reason), Guard::Document, "nobody says why");
}

/// The plugin, which runs.
fn running<'f>(fold: &'f mut Fold, at: &mut Here<'_>, name: &str) -> Option<&'f mut Plugin> {
    let found = fold.plugins.all.get_mut(name).filter(|own| own.retired.is_none());
    if found.is_none() {
        at.missing(name);
    }
    found
}

/// A pause follows on a resumption, and the other way round.
fn pauses(fold: &mut Fold, at: &mut Here<'_>, name: &str) {
    let Some(own) = running(fold, at, name) else {
        return;
    };
    if std::mem::replace(&mut own.paused, true) {
        at.broken(INV_10, "it is so already");
    }
}

fn grows(at: &mut Here<'_>, before: Position, through: Position) {
    if through <= before {
        at.broken(INV_10, format!("it had come to {before} before"));
    }
}

fn was_untold(fold: &mut Fold, at: &mut Here<'_>, plugin: &str, change: Position) {
    if !fold.plugins.untold.remove(&(plugin.to_owned(), change)) {
        at.broken(INV_10, format!("{change} did reach {plugin}"));
    }
}
