//! Forgeries about plugins that run no more, and about what an officer does in their place.

use shouxin_core::event::plugin::PluginEvent;

use super::*;
use crate::forge::kit::plugin;

pub(super) fn plugins(table: &mut Table) {
    let world = further::retired();
    let gone = "plugin.retired";
    table.change("G-COMPETENT", "an officer retires a plugin", &world, gone, by(&clerk()));
    table.change("INV-10", "a plugin is retired that nobody deployed", &world, gone, |own| {
        own.event = Event::Plugin(PluginEvent::Retired { name: "new-plugin".to_owned() });
    });
    table.other("INV-10", "a plugin is retired twice", &world, |log| {
        let place = log.last(gone);
        log.cut(place);
        log.append(log.at(place).clone())
    });
    let (ordered, resumed) = ("execution.ordered", "measure.resumption_confirmed");
    table.other("G-COMPETENT", "an order goes to a retired plugin", &world, |log| {
        let place = log.last(ordered);
        log.cut(place);
        log.change(place, set!(ExecutionOrdered, plugin => Some("tax-plugin".to_owned())))
    });
    // The order that another plugin got is the last one, the one of what was left behind the last
    // but two.
    let anew = |log: &Log| {
        let all = log.commits.iter().flatten().filter(|own| own.event.name() == ordered).count();
        log.place(ordered, all - 3)
    };
    table.other("INV-2", "a running plugin's order is given anew", &world, |log| {
        let place = anew(log);
        log.cut(place);
        // The order alone, so that nothing but it is judged.
        log.commits[place.0].truncate(place.1 + 1);
        let resumed = log.last(resumed);
        log.remove(resumed);
        let gone = log.last(gone);
        log.remove(gone);
        log.at(log.last(ordered)).position
    });
    table.other("G-COMPETENT", "an officer executes under a plugin's order", &world, |log| {
        let place = anew(log);
        log.cut(place);
        log.remove(place);
        log.at(log.last("measure.executed")).position
    });
    table.remove(
        "G-COMPETENT",
        "an officer resumes for a running plugin",
        &world,
        &[gone],
        resumed,
    );
    table.other("G-COMPETENT", "two plugins carry a measure out", &world, |log| {
        let place = log.place("plugin.deployed", 0);
        log.cut(place);
        let own = log.at(place).clone();
        let position = log.append(own);
        let last = log.last("plugin.deployed");
        log.change(last, set!(PluginDeployed, name => "new-plugin".to_owned()));
        position
    });
    let relieved = further::relieved();
    let department = "another department relieves in a plugin's place";
    let suspended = "measure.suspension_confirmed";
    table.change("G-COMPETENT", department, &relieved, suspended, by(&handler()));
    let lifted = "another department lifts in a plugin's place";
    table.change("G-COMPETENT", lifted, &relieved, "measure.lifted", by(&handler()));
    table.change("G-COMPETENT", "another plugin suspends", &relieved, suspended, |own| {
        by(&plugin())(own);
        if let Actor::Plugin { name, .. } = &mut own.actor {
            *name = "new-plugin".to_owned();
        }
    });
}
