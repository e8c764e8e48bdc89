//! Steps in the life of the tax office's plugin, and what it answers.

use shouxin_core::command::Command;
use shouxin_core::event::delivery::DeliveryEvent;
use shouxin_core::event::plugin::{Admission, PluginEvent};
use shouxin_core::event::{CallFault, CaseHook, Event};
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::row::{Index, Key, MeasureState, PluginRow, Row, ShadowRow};

use super::courses::Move;
use super::rules::{STATUTE, TAX, day};
use super::steps::{Progress, deploy, digest, retire, text};
use super::{Who, World, operator, plugin};

/// Name of the plugin.
pub const NAME: &str = "tax-plugin";
/// What is said of a deployment.
pub const DEPLOYED: &[&str] = &["plugin.deployed", "plugin.admitted"];

/// A manifest that is valid on these days.
pub fn signed(from: &str, until: &str) -> Admission {
    Admission::Signed {
        manifest_sha256: digest(71),
        key_id: "tax-2026".to_owned(),
        valid_from: day(from),
        valid_until: day(until),
    }
}

/// A version of the plugin is deployed by a manifest, or by none.
pub fn deploy_version(number: u8, by: Admission) -> Command {
    Command::DeployPlugin {
        name: NAME.to_owned(),
        version: format!("{number}.0.0"),
        sha256: digest(20 + number),
        department: TAX.to_owned(),
        measures: vec![STATUTE.to_owned()],
        admission: by,
    }
}

/// A version of the plugin beside the live one.
pub fn shadow(number: u8, by: Admission) -> Command {
    Command::ShadowPlugin {
        name: NAME.to_owned(),
        version: format!("{number}.0.0"),
        sha256: digest(20 + number),
        department: TAX.to_owned(),
        measures: vec![STATUTE.to_owned()],
        admission: by,
    }
}

fn said() -> (String, String) {
    (NAME.to_owned(), "接口更换".to_owned())
}

/// The version in the shadow is made live.
pub fn promote(from: Option<Position>) -> Command {
    Command::PromotePlugin { name: NAME.to_owned(), from }
}

/// It is dropped.
pub fn drop_shadow() -> Command {
    let (name, reason) = said();
    Command::DropShadow { name, reason }
}

/// The version before is taken back.
pub fn roll_back() -> Command {
    let (name, reason) = said();
    Command::RollBackPlugin { name, reason }
}

/// It begins nothing for a while.
pub fn pause() -> Command {
    let (name, reason) = said();
    Command::PausePlugin { name, reason }
}

/// It begins again.
pub fn resume() -> Command {
    Command::ResumePlugin { name: NAME.to_owned() }
}

/// It is taken away.
pub fn remove() -> Command {
    let (name, reason) = said();
    Command::RemovePlugin { name, reason }
}

/// The row of the plugin.
pub fn plugin_row(world: &World) -> PluginRow {
    match world.row(&Key::Plugins) {
        Some(Row::Plugins(rows)) => {
            rows.iter().find(|own| own.name == NAME).expect("it was deployed").clone()
        }
        other => panic!("{other:?}"),
    }
}

/// Its version in the shadow.
pub fn shadow_row(world: &World) -> Option<ShadowRow> {
    match world.row(&Key::Shadows) {
        Some(Row::Shadows(rows)) => rows.iter().find(|own| own.name == NAME).cloned(),
        _ => None,
    }
}

/// Its call for a case failed, and it is not called again.
pub fn gives_up(measure: MeasureId, hook: CaseHook, order: Position) -> Command {
    Command::PluginFailed {
        measure,
        hook,
        order,
        fault: CallFault::Crash,
        detail: text(),
        attempt: 8,
        final_attempt: true,
    }
}

/// A measure whose execution the plugin gave up, and the order of it.
pub fn given_up() -> (World, MeasureId, Position) {
    let (mut world, listing) = super::later::listed();
    world.must(&operator(), &deploy());
    let id = world.measure(listing, STATUTE, Progress::Executing);
    let order = world.order(id);
    world.must(&plugin(), &gives_up(id, CaseHook::Execute, order));
    assert_eq!(world.measure_row(id).state, MeasureState::Accepted { failures: 1 });
    (world, id, order)
}

/// The answers to a dead letter.
pub fn retry(measure: MeasureId) -> Command {
    Command::RetryDeadLetter { measure }
}

/// It is left.
pub fn skip(measure: MeasureId) -> Command {
    Command::SkipDeadLetter { measure, reasons: text() }
}

/// It is the officers'.
pub fn hand(measure: MeasureId) -> Command {
    Command::HandDeadLetter { measure, reasons: text() }
}

/// One event of each name, each field stated.
pub fn samples() -> Vec<Event> {
    let at = |sequence| Position { log: 3, sequence };
    let (name, reason) = said();
    let measure = MeasureId(at(4));
    let plugins = [
        PluginEvent::Admitted {
            name: name.clone(),
            sha256: digest(4),
            admission: signed("2026-01-01", "2026-12-31"),
        },
        PluginEvent::Shadowed {
            name: name.clone(),
            version: "1.1.0".to_owned(),
            sha256: digest(72),
            department: "tax".to_owned(),
            measures: vec!["M-A01".to_owned()],
            admission: Admission::Unsigned,
        },
        PluginEvent::Promoted {
            name: name.clone(),
            version: "1.1.0".to_owned(),
            sha256: digest(72),
            from: at(9),
        },
        PluginEvent::ShadowDropped { name: name.clone(), reason: reason.clone() },
        PluginEvent::RolledBack {
            name: name.clone(),
            version: "1.0.0".to_owned(),
            sha256: digest(4),
            reason: reason.clone(),
        },
        PluginEvent::Paused { name: name.clone(), reason: reason.clone() },
        PluginEvent::Resumed { name: name.clone() },
        PluginEvent::Removed { name: name.clone(), reason: reason.clone() },
        PluginEvent::ToldLate { plugin: name.clone(), at: at(8) },
        PluginEvent::UntoldSkipped { plugin: name.clone(), at: at(8), reason },
        PluginEvent::Forgot { plugin: name, through: at(12) },
    ];
    let deliveries = [
        DeliveryEvent::Retried { measure },
        DeliveryEvent::Skipped { measure, reasons: text() },
        DeliveryEvent::Handed { measure, reasons: text() },
        DeliveryEvent::PluginTold { measure, hook: CaseHook::Lift },
    ];
    plugins.into_iter().map(Event::Plugin).chain(deliveries.map(Event::Delivery)).collect()
}

/// The other ways in which a version is let in.
pub fn variants() -> Vec<(String, Event)> {
    let event = PluginEvent::Admitted {
        name: NAME.to_owned(),
        sha256: digest(4),
        admission: Admission::Unsigned,
    };
    vec![("Unsigned".to_owned(), Event::Plugin(event))]
}

/// What is tried of plugins in the random courses: a step of the plugin's life, an answer to what it gave up,
/// what it says that it was told.
pub fn tried(world: &World, measure: Option<MeasureId>, it: Move) -> (Who, Command) {
    let free = Admission::Unsigned;
    let last = Position::local(world.next().sequence.saturating_sub(1));
    let at = Position::local(last.sequence.saturating_sub(1));
    let plugin_name = NAME.to_owned();
    let letter = measure.filter(|id| world.measure_row(*id).dead_letter().is_some());
    if let Some(measure) = letter {
        let answers = [retry, skip, hand];
        return (operator(), answers[usize::from(it.pick) % answers.len()](measure));
    }
    match it.pick % 20 {
        3 => (operator(), retire(&[])),
        4 => (operator(), deploy_version(2, free)),
        5 => (operator(), deploy_version(1, signed("2026-01-01", "2027-12-31"))),
        6 | 7 => (operator(), shadow(3, free)),
        8 | 9 => (operator(), promote(None)),
        10 => (operator(), drop_shadow()),
        11 => (operator(), roll_back()),
        12 => (operator(), pause()),
        13 => (operator(), resume()),
        14 => (operator(), remove()),
        15 => {
            let undelivered = vec![at];
            (plugin(), Command::PluginTold { plugin: plugin_name, through: last, undelivered })
        }
        16 | 17 => {
            let untold = world.index.iter().find_map(|own| match own {
                Index::Untold(_, at) => Some(*at),
                _ => None,
            });
            let (at, reason) = (untold.unwrap_or(at), "已由人工通知".to_owned());
            match it.pick % 20 {
                16 => (operator(), Command::SkipUntold { plugin: plugin_name, at, reason }),
                _ => (plugin(), Command::PluginToldLate { plugin: plugin_name, at }),
            }
        }
        18 => (plugin(), Command::PluginForgot { plugin: plugin_name, through: last }),
        _ => (operator(), deploy()),
    }
}

/// The call that tells the plugin what an officer did about a case.
pub fn owed_courtesy_of(world: &World, measure: MeasureId) -> (String, CaseHook, Position) {
    let owed = shouxin_core::decide::owed_courtesy(world.measure_row(measure));
    let (plugin, hook, step) = owed.expect("something is to be told");
    (plugin.to_owned(), hook, step)
}
