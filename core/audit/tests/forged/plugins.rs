//! Forgeries about the life of a plugin, about what was given up, and about what a plugin was told.

use shouxin_core::actor::Role;
use shouxin_core::event::CaseHook;
use shouxin_core::event::delivery::DeliveryEvent as D;
use shouxin_core::event::plugin::{Admission, PluginEvent as P};
use shouxin_core::text::Sealed;

use super::*;
use crate::forge::kit::plugins::{NAME, signed};
use crate::forge::kit::{Who, operator};
use crate::forge::plugins as plugged;
use crate::since::lost;

fn another() -> Who {
    let actor = Actor::Plugin { name: "new-plugin".to_owned(), version: "1.0.0".to_owned() };
    Who { actor, role: Role::Operator }
}

/// The last event of a name happens once more.
fn twice(log: &mut Log, name: &str) -> Position {
    let place = log.last(name);
    log.cut(place);
    let own = log.at(place).clone();
    log.append(own)
}

fn none() -> Sealed {
    Sealed { clear_bytes: 0, ..text() }
}

pub(super) fn lives(table: &mut Table) {
    let world = plugged::whole_life();
    for (event, what) in [
        ("plugin.admitted", "an officer lets a plugin in"),
        ("plugin.shadowed", "an officer puts a version in the shadow"),
        ("plugin.promoted", "an officer makes a version live"),
        ("plugin.shadow_dropped", "an officer drops a shadow"),
        ("plugin.rolled_back", "an officer takes a version back"),
        ("plugin.paused", "an officer pauses a plugin"),
        ("plugin.resumed", "an officer resumes a plugin"),
        ("plugin.removed", "an officer removes a plugin"),
        ("plugin.untold_skipped", "an officer leaves what was not told"),
        ("plugin.told_late", "an officer says what a plugin was told"),
        ("plugin.forgot", "an officer says what a plugin forgot"),
    ] {
        table.change("G-COMPETENT", what, &world, event, by(&clerk()));
    }
    for (event, what) in [
        ("plugin.told_late", "another plugin says that it was told late"),
        ("plugin.forgot", "another plugin says that it forgot"),
    ] {
        table.change("G-COMPETENT", what, &world, event, by(&another()));
    }
    for (event, what) in [
        ("plugin.admitted", "what was not deployed is let in"),
        ("plugin.promoted", "a shadow becomes live twice"),
        ("plugin.shadow_dropped", "a shadow is dropped twice"),
        ("plugin.rolled_back", "a version is taken back twice"),
        ("plugin.paused", "a plugin that is paused is paused"),
        ("plugin.removed", "a plugin that is removed is removed"),
        ("plugin.told", "a plugin is told again"),
        ("plugin.told_late", "a plugin is told late again"),
        ("plugin.untold_skipped", "what was not told is left twice"),
        ("plugin.forgot", "a plugin forgets again"),
    ] {
        table.other("INV-10", what, &world, |log| twice(log, event));
    }
    let blank = || String::new();
    let unreasoned = "nobody says why it is";
    table.change(
        "G-DOC",
        unreasoned,
        &world,
        "plugin.paused",
        inner!(Plugin, P::Paused, reason => blank()),
    );
    table.change(
        "G-DOC",
        unreasoned,
        &world,
        "plugin.removed",
        inner!(Plugin, P::Removed, reason => blank()),
    );
    table.change(
        "G-DOC",
        unreasoned,
        &world,
        "plugin.rolled_back",
        inner!(Plugin, P::RolledBack, reason => blank()),
    );
    table.change(
        "G-DOC",
        unreasoned,
        &world,
        "plugin.shadow_dropped",
        inner!(Plugin, P::ShadowDropped, reason => blank()),
    );
    table.change(
        "G-DOC",
        unreasoned,
        &world,
        "plugin.untold_skipped",
        inner!(Plugin, P::UntoldSkipped, reason => blank()),
    );
    let past = || signed("2026-01-01", "2026-02-01");
    table.change(
        "G-DOC",
        "a manifest that is over lets in",
        &world,
        "plugin.admitted",
        inner!(Plugin, P::Admitted, admission => past()),
    );
    table.change(
        "G-DOC",
        "a manifest that is over stands in the shadow",
        &world,
        "plugin.shadowed",
        inner!(Plugin, P::Shadowed, admission => past()),
    );
    let unsigned = Admission::Signed {
        manifest_sha256: [0; 32],
        key_id: "tax-2026".to_owned(),
        valid_from: day("2026-01-01"),
        valid_until: day("2099-01-01"),
    };
    table.change(
        "G-DOC",
        "a manifest that nobody has lets in",
        &world,
        "plugin.admitted",
        inner!(Plugin, P::Admitted, admission => unsigned),
    );
    table.other("G-DOC", "a manifest that is over becomes live", &world, |log| {
        let place = log.last("plugin.promoted");
        log.cut(place);
        log.date(place, day("2028-01-01"));
        log.at(place).position
    });
    table.change(
        "INV-10",
        "the manifest of other bytes lets in",
        &world,
        "plugin.admitted",
        inner!(Plugin, P::Admitted, sha256 => digest(99)),
    );
    table.change(
        "INV-10",
        "what stood in no shadow becomes live",
        &world,
        "plugin.promoted",
        inner!(Plugin, P::Promoted, sha256 => digest(99)),
    );
    table.change(
        "INV-10",
        "another version than that of the shadow",
        &world,
        "plugin.promoted",
        inner!(Plugin, P::Promoted, version => "9.9.9".to_owned()),
    );
    table.change(
        "INV-10",
        "it is told again of what it was told",
        &world,
        "plugin.promoted",
        inner!(Plugin, P::Promoted, from => Position::local(0)),
    );
    table.change(
        "INV-10",
        "it is told from what has not happened",
        &world,
        "plugin.promoted",
        inner!(Plugin, P::Promoted, from => Position::local(9_999)),
    );
    table.change(
        "INV-10",
        "what replaced nothing comes back",
        &world,
        "plugin.rolled_back",
        inner!(Plugin, P::RolledBack, sha256 => digest(99)),
    );
    table.change(
        "INV-10",
        "another version than the replaced one",
        &world,
        "plugin.rolled_back",
        inner!(Plugin, P::RolledBack, version => "9.9.9".to_owned()),
    );
    table.change(
        "INV-10",
        "a plugin that nobody deployed is paused",
        &world,
        "plugin.paused",
        inner!(Plugin, P::Paused, name => "new-plugin".to_owned()),
    );
    table.change(
        "INV-10",
        "a plugin that nobody deployed is resumed",
        &world,
        "plugin.resumed",
        inner!(Plugin, P::Resumed, name => "new-plugin".to_owned()),
    );
    table.change(
        "INV-10",
        "what reached it is told late",
        &world,
        "plugin.told_late",
        inner!(Plugin, P::ToldLate, at => Position::local(1)),
    );
    table.change(
        "INV-10",
        "what reached it is left",
        &world,
        "plugin.untold_skipped",
        inner!(Plugin, P::UntoldSkipped, at => Position::local(1)),
    );
    table.change(
        "INV-10",
        "what was not its own was not told",
        &world,
        "plugin.told",
        set!(PluginTold, undelivered => vec![Position::local(0)]),
    );
    table.change(
        "INV-10",
        "what it is told later was not told",
        &world,
        "plugin.told",
        set!(PluginTold, undelivered => vec![Position::local(9_999)]),
    );
    table.change(
        "INV-10",
        "it forgot what has not happened",
        &world,
        "plugin.forgot",
        inner!(Plugin, P::Forgot, through => Position::local(9_999)),
    );
    table.change(
        "G-COMPETENT",
        "a shadow of another department",
        &world,
        "plugin.shadowed",
        inner!(Plugin, P::Shadowed, department => "nowhere".to_owned()),
    );
    table.other("G-COMPETENT", "a shadow of a department that nobody knows", &world, |log| {
        let place = log.last("plugin.shadowed");
        log.cut(place);
        log.change(place, |own| match &mut own.event {
            Event::Plugin(P::Shadowed { department, measures, .. }) => {
                *department = "nowhere".to_owned();
                measures.clear();
            }
            other => panic!("{other:?}"),
        })
    });
    // Another plugin carries the measure by then.
    let rival = |log: &Log, before| {
        let mut own = log.like(before, log.at(log.place("plugin.deployed", 0)).event.clone());
        if let Event::PluginDeployed { name, .. } = &mut own.event {
            *name = "new-plugin".to_owned();
        }
        own
    };
    for (event, what) in [
        ("plugin.shadowed", "a shadow of what another carries out"),
        ("plugin.promoted", "what another carries out becomes live"),
    ] {
        table.other("G-COMPETENT", what, &world, |log| {
            let place = log.last(event);
            log.cut(place);
            let other = rival(log, place);
            let gone = Event::Plugin(P::Retired { name: NAME.to_owned() });
            let gone = Envelope { event: gone, ..other.clone() };
            log.insert(place, gone);
            log.insert((place.0 + 1, 0), other);
            log.at(log.last(event)).position
        });
    }
    let back = "what another carries out by now comes back";
    table.other("G-COMPETENT", back, &world, |log| {
        let place = log.last("plugin.rolled_back");
        log.cut(place);
        let shadowed = log.last("plugin.shadowed");
        log.change(shadowed, inner!(Plugin, P::Shadowed, measures => vec![HEARING.to_owned()]));
        let other = rival(log, place);
        log.insert(place, other);
        log.at(log.last("plugin.rolled_back")).position
    });
}

pub(super) fn letters(table: &mut Table) {
    let (retried, answered) = (plugged::retried(), plugged::answered());
    let (again, skipped, handed) =
        ("dead_letter.retried", "dead_letter.skipped", "dead_letter.handed");
    for (world, event) in [(&retried, again), (&answered, skipped), (&answered, handed)] {
        table.change("G-COMPETENT", "an officer answers a dead letter", world, event, by(&clerk()));
        table.other("INV-10", "a dead letter is answered twice", world, |log| twice(log, event));
        table.change("INV-10", "it stands in another file", world, event, |own| {
            own.subject = Some(organisation(2));
        });
    }
    let person_s = plugged::of_a_person();
    table.change("INV-8", "a person's dead letter in another file", &person_s, again, |own| {
        own.subject = Some(organisation(1));
    });
    table.other("G-CAPACITY", "delivered again against who has lost capacity", &person_s, |log| {
        lost(log, again, person(1))
    });
    let nothing = "what no plugin gave up is answered";
    let failed = "execution.failed";
    table.remove("INV-10", nothing, &answered, &[failed], handed);
    table.change(
        "G-DOC",
        "a dead letter is left without reasons",
        &answered,
        skipped,
        inner!(Delivery, D::Skipped, reasons => none()),
    );
    table.change(
        "G-DOC",
        "a dead letter is handed over without reasons",
        &answered,
        handed,
        inner!(Delivery, D::Handed, reasons => none()),
    );
    table.other("G-COMPETENT", "what was handed over goes to a plugin", &answered, |log| {
        let place = log.last("execution.ordered");
        log.cut(place);
        log.change(place, set!(ExecutionOrdered, plugin => Some(NAME.to_owned())))
    });
    table.other("G-NOSUSP", "what is disputed is delivered again", &retried, |log| {
        let own = log.at(log.last(again)).clone();
        let place = log.last("objection.resolved");
        let position = log.insert((place.0, 0), own);
        log.cut((place.0, 0));
        position
    });
    table.other("G-COMPETENT", "a retired plugin has it delivered again", &retried, |log| {
        let place = log.last(again);
        log.cut(place);
        let gone = Event::Plugin(P::Retired { name: NAME.to_owned() });
        let gone = Envelope { subject: None, ..log.like(place, gone) };
        log.insert(place, gone);
        log.at(log.last(again)).position
    });
    table.other("G-HUMAN", "what was given up is executed", &retried, |log| {
        let place = log.last("measure.executed");
        log.cut(place);
        log.remove(log.last(again));
        log.at(log.last("measure.executed")).position
    });
    let told = "measure.plugin_told";
    for nth in 0..3 {
        let what = "a plugin is told what nobody did";
        let hooks = [CaseHook::Suspend, CaseHook::Resume, CaseHook::Lift];
        table.other("INV-10", what, &answered, |log| {
            let place = log.place(told, nth);
            log.cut(place);
            let other = hooks[(nth + 1) % hooks.len()];
            log.change(place, inner!(Delivery, D::PluginTold, hook => other))
        });
        table.other("INV-10", "a plugin is told twice", &answered, |log| {
            let place = log.place(told, nth);
            log.cut(place);
            twice(log, told)
        });
    }
    table.change("G-COMPETENT", "another plugin is told", &answered, told, by(&another()));
    table.change("G-COMPETENT", "the operator says so", &answered, told, by(&operator()));
}
