//! Folds what is said of plugins: which version is live, how far it was told, what did not reach it.

use crate::apply::defect;
use crate::event::plugin::{Admission, PluginEvent};
use crate::event::{Envelope, Event};
use crate::id::Position;
use crate::limits::PLUGINS_MAX;
use crate::row::{Key, PluginRow, PluginVersion, Row, ShadowRow, UntoldRow};
use crate::rows::{Rows, Stop};

pub(super) fn apply(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let mut plugins = rows.plugins()?.to_vec();
    match &envelope.event {
        Event::PluginDeployed { name, version, sha256, department, measures } => {
            let live = PluginVersion {
                version: version.clone(),
                sha256: *sha256,
                department: department.clone(),
                measures: measures.clone(),
                admission: Admission::Unsigned,
            };
            put_live(&mut plugins, name, live, envelope.position);
        }
        Event::PluginTold { plugin, through, undelivered } => {
            for row in plugins.iter_mut().filter(|row| row.name == *plugin) {
                row.told_through = *through;
            }
            keep_untold(rows, plugin, undelivered, envelope.position)?;
        }
        Event::Plugin(event) => return later(rows, plugins, envelope, event),
        _ => return Err(defect(envelope, "not an event of a plugin")),
    }
    rows.put(Key::Plugins, Row::Plugins(plugins))
}

/// Folds what happens to a plugin after it was deployed.
fn later(
    rows: &mut Rows,
    mut plugins: Vec<PluginRow>,
    envelope: &Envelope,
    event: &PluginEvent,
) -> Result<(), Stop> {
    let at = envelope.position;
    match event {
        PluginEvent::Admitted { name, sha256, admission } => {
            let row = named(&mut plugins, name, envelope)?;
            if row.sha256 != *sha256 {
                return Err(defect(envelope, "another version is live"));
            }
            row.admission = admission.clone();
        }
        PluginEvent::Shadowed { name, version, sha256, department, measures, admission } => {
            let own = PluginVersion {
                version: version.clone(),
                sha256: *sha256,
                department: department.clone(),
                measures: measures.clone(),
                admission: admission.clone(),
            };
            let mut shadows = without_shadow(rows, name)?;
            shadows.push(ShadowRow { name: name.clone(), own, since: at });
            return rows.put(Key::Shadows, Row::Shadows(shadows));
        }
        PluginEvent::Promoted { name, sha256, from, .. } => {
            let Some(shadow) = rows.shadow(name)?.filter(|own| own.own.sha256 == *sha256) else {
                return Err(defect(envelope, "it stood in no shadow"));
            };
            put_live(&mut plugins, name, shadow.own.clone(), at);
            named(&mut plugins, name, envelope)?.told_through = *from;
            let shadows = without_shadow(rows, name)?;
            rows.put(Key::Shadows, Row::Shadows(shadows))?;
        }
        PluginEvent::ShadowDropped { name, .. } => {
            let shadows = without_shadow(rows, name)?;
            return rows.put(Key::Shadows, Row::Shadows(shadows));
        }
        PluginEvent::RolledBack { name, sha256, .. } => {
            let row = named(&mut plugins, name, envelope)?;
            let Some(earlier) = row.earlier.take().filter(|own| own.sha256 == *sha256) else {
                return Err(defect(envelope, "it replaced no such version"));
            };
            *row = PluginRow { earlier: None, ..row.clone().with(earlier, at) };
        }
        PluginEvent::Paused { name, .. } => {
            named(&mut plugins, name, envelope)?.paused = Some(at);
        }
        PluginEvent::Resumed { name } => named(&mut plugins, name, envelope)?.paused = None,
        PluginEvent::Retired { name } => retire(&mut plugins, name, at),
        PluginEvent::Removed { name, .. } => {
            named(&mut plugins, name, envelope)?.paused = None;
            retire(&mut plugins, name, at);
            // What stood beside it goes with it: it would be called for nothing.
            if rows.shadow(name)?.is_some() {
                let shadows = without_shadow(rows, name)?;
                rows.put(Key::Shadows, Row::Shadows(shadows))?;
            }
        }
        PluginEvent::ToldLate { plugin, at } | PluginEvent::UntoldSkipped { plugin, at, .. } => {
            let key = Key::Untold { plugin: plugin.clone(), at: *at };
            rows.want([key.clone()])?;
            return rows.remove(key);
        }
        PluginEvent::Forgot { plugin, through } => {
            named(&mut plugins, plugin, envelope)?.forgotten_through = *through;
        }
    }
    rows.put(Key::Plugins, Row::Plugins(plugins))
}

fn named<'p>(
    plugins: &'p mut [PluginRow],
    name: &str,
    envelope: &Envelope,
) -> Result<&'p mut PluginRow, Stop> {
    let found = plugins.iter_mut().find(|row| row.name == name);
    found.ok_or_else(|| defect(envelope, "no such plugin was deployed"))
}

/// What is put on the list last stands last: the order in which they were deployed.
fn put_live(plugins: &mut Vec<PluginRow>, name: &str, live: PluginVersion, at: Position) {
    let place = plugins.iter().position(|row| row.name == name);
    let row = match place.map(|place| plugins.remove(place)) {
        Some(before) => before.with(live, at),
        None => PluginRow::first(name, live, at),
    };
    plugins.push(row);
}

fn retire(plugins: &mut Vec<PluginRow>, name: &str, at: Position) {
    for row in plugins.iter_mut().filter(|row| row.name == name) {
        row.retired = Some(at);
    }
    // Who is not on the list counts as retired, so the oldest of them may leave it.
    let retired = || plugins.iter().filter_map(|row| row.retired);
    if retired().count() > PLUGINS_MAX {
        let oldest = retired().min();
        plugins.retain(|row| row.retired.is_none() || row.retired != oldest);
    }
}

fn without_shadow(rows: &Rows, name: &str) -> Result<Vec<ShadowRow>, Stop> {
    let mut shadows = rows.shadows()?.to_vec();
    shadows.retain(|own| own.name != name);
    Ok(shadows)
}

fn keep_untold(
    rows: &mut Rows,
    plugin: &str,
    undelivered: &[Position],
    since: Position,
) -> Result<(), Stop> {
    let key = |at: Position| Key::Untold { plugin: plugin.to_owned(), at };
    rows.want(undelivered.iter().map(|at| key(*at)))?;
    for at in undelivered {
        let row = UntoldRow { plugin: plugin.to_owned(), at: *at, since };
        rows.put(key(*at), Row::Untold(row))?;
    }
    Ok(())
}
