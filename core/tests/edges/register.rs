//! The edges of what the operator does, and of when an objection closes.

use shouxin_core::actor::Role;
use shouxin_core::command::Command;
use shouxin_core::event::plugin::Admission;
use shouxin_core::event::{CallFault, CaseHook, Event, Finding, Target};
use shouxin_core::guard::Misfit;
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::limits::{PLUGINS_MAX, SHORT_TEXT_BYTES_MAX};
use shouxin_core::row::{Key, Row};

use super::{refused, taken};
use crate::kit::later::*;
use crate::kit::rules::{HEARING, MARKET, STATUTE, TAX, day};
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{World, misfit, operator, organisation, person, plugin};

fn key(key_id: &str) -> Command {
    Command::CreateKey {
        key_id: key_id.to_owned(),
        secret_hash: digest(39),
        role: Role::Auditor,
        officer: None,
        acts_for: None,
        expires_on: day("2027-01-01"),
    }
}

#[test]
fn a_key_has_an_id_of_its_own_and_is_voided_once() {
    let mut world = World::seeded();
    refused(&world, &operator(), &key(""), misfit(Misfit::Exists));
    world.must(&operator(), &key("one"));
    refused(&world, &operator(), &key("one"), misfit(Misfit::Exists));
    let revoke = |key_id: &str| Command::RevokeKey { key_id: key_id.to_owned() };
    refused(&world, &operator(), &revoke("another"), misfit(Misfit::NotFound));
    let names = world.run(&operator(), &revoke("one")).expect("it is live");
    assert_eq!(names, ["key.revoked"]);
    refused(&world, &operator(), &revoke("one"), misfit(Misfit::NotFound));
}

#[test]
fn rules_are_loaded_where_they_differ() {
    let mut world = World::seeded();
    let load = |version: u8| Command::LoadRules { version: [version; 32], files: Vec::new() };
    let names = |world: &mut World, version: u8| {
        world.run(&operator(), &load(version)).expect("the operator loads")
    };
    assert_eq!(names(&mut world, 1), ["rules.loaded"]);
    assert!(names(&mut world, 1).is_empty(), "the same version again");
    assert_eq!(names(&mut world, 2), ["rules.loaded"]);
}

/// An objection to a record closes when what rested on the record's listing is lifted.
#[test]
fn a_records_objection_waits_for_the_measures_under_its_listing() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let measure: MeasureId = world.measure(listing, STATUTE, Progress::Executed);
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.outcome(id, Finding::Error);
    assert!(world.close().is_empty(), "an order stands");
    let lift = by_hand(measure, CaseHook::Lift);
    taken(&world, &implementer(), &lift);
    world.must(&implementer(), &lift);
    assert_eq!(world.close(), ["objection.closed"]);
}

/// An objection to a person's attribution closes when the person's own measure is lifted.
#[test]
fn an_attributions_objection_waits_for_the_persons_measure() {
    let (mut world, listing) = listed();
    let own = world.attribution(listing, person(1), Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(listing, Some(own), STATUTE)));
    world.proceed(measure, Progress::Executed);
    let id = world.objection(person(1), Target::Attribution(own), false);
    world.outcome(id, Finding::Error);
    assert!(world.close().is_empty(), "an order stands");
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    assert_eq!(world.close(), ["objection.closed"]);
}

type Deployed = (&'static str, &'static str, u8, &'static str, &'static [&'static str]);

fn deployed((name, version, sha, department, measures): Deployed) -> Command {
    Command::DeployPlugin {
        name: name.to_owned(),
        version: version.to_owned(),
        sha256: digest(sha),
        department: department.to_owned(),
        measures: measures.iter().map(|own| (*own).to_owned()).collect(),
        admission: Admission::Unsigned,
    }
}

const ONE: Deployed = ("one", "1.0.0", 1, TAX, &[STATUTE]);

/// The same again is nothing new; whatever else it says is.
#[test]
fn a_plugin_is_deployed_where_anything_about_it_differs() {
    let mut world = World::seeded();
    world.must(&operator(), &deployed(ONE));
    let names =
        |own: Deployed| world.clone().run(&operator(), &deployed(own)).map_err(|own| own.ground);
    assert_eq!(names(ONE), Ok(Vec::new()));
    let (name, version, sha, department, measures) = ONE;
    for other in [
        (name, "1.0.1", sha, department, measures),
        (name, version, 2, department, measures),
        (name, version, sha, department, &[HEARING] as &[&str]),
        (name, version, sha, MARKET, &[]),
        ("two", version, sha, department, &[HEARING]),
        // Another department does the same by a plugin of its own.
        ("two", version, sha, MARKET, &[]),
    ] {
        assert_eq!(names(other), Ok(vec!["plugin.deployed", "plugin.admitted"]), "{other:?}");
    }
    let taken = Err(misfit(Misfit::Exists));
    assert_eq!(names(("two", version, sha, department, measures)), taken);
    assert_eq!(names(("two", version, sha, department, &[HEARING, STATUTE])), taken);
    assert_eq!(names(("", version, sha, department, &[HEARING])), taken);
}

#[test]
fn there_are_no_more_plugins_than_the_bound_and_one_of_them_is_still_renewed() {
    let mut world = World::seeded();
    for at in 0..PLUGINS_MAX {
        let mut own = deployed(("", "1.0.0", 1, TAX, &[]));
        if let Command::DeployPlugin { name, .. } = &mut own {
            *name = format!("p{at}");
        }
        world.must(&operator(), &own);
    }
    refused(&world, &operator(), &deployed(ONE), misfit(Misfit::Exists));
    world.must(&operator(), &deployed(("p0", "1.0.1", 2, TAX, &[])));
}

#[test]
fn a_plugin_says_itself_how_far_it_was_told_and_only_forwards() {
    let mut world = World::seeded();
    world.must(&operator(), &deployed(("tax-plugin", "1.0.0", 1, TAX, &[])));
    world.must(&operator(), &deployed(("other", "1.0.0", 1, TAX, &[])));
    let told = |of: &str, through: u64| Command::PluginTold {
        plugin: of.to_owned(),
        through: Position::local(through),
        undelivered: Vec::new(),
    };
    let through = world.next().sequence;
    refused(&world, &plugin(), &told("other", through), misfit(Misfit::Forbidden));
    refused(&world, &operator(), &told("tax-plugin", through), misfit(Misfit::Forbidden));
    world.must(&plugin(), &told("tax-plugin", through));
    let rows = world.row(&Key::Plugins).cloned();
    let Some(Row::Plugins(rows)) = rows else { panic!("plugins") };
    let through_of =
        |name: &str| rows.iter().find(|own| own.name == name).map(|own| own.told_through);
    assert_eq!(through_of("tax-plugin"), Some(Position::local(through)));
    assert_ne!(through_of("other"), Some(Position::local(through)));
    for again in [through, through - 1] {
        let names = world.run(&plugin(), &told("tax-plugin", again)).expect("it is heard");
        assert!(names.is_empty(), "{again}");
    }
    world.must(&plugin(), &told("tax-plugin", through + 1));
}

/// What another system calls its own act stands in the log as far as a short text goes.
#[test]
fn a_plugins_reference_is_recorded_whole_letters_only() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    world.must(&operator(), &deploy());
    let measure = world.measure(listing, STATUTE, Progress::Executing);
    let recorded = |said: &str| {
        let order = world.order(measure);
        let reference = said.to_owned();
        let done = Command::PluginDone { measure, hook: CaseHook::Execute, order, reference };
        let outcome = world.ask(&plugin(), &done).expect("it is heard");
        match &outcome.drafts[0].event {
            Event::MeasureExecuted { reference, .. } => reference.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(recorded("SJ-1"), "SJ-1");
    assert_eq!(recorded(&"回".repeat(SHORT_TEXT_BYTES_MAX)), "回".repeat(SHORT_TEXT_BYTES_MAX / 3));
}

/// An answer to an order that is no longer the one in force changes nothing.
#[test]
fn a_plugin_answers_the_order_that_stands() {
    let (mut world, listing) = listed();
    world.must(&operator(), &deploy());
    let measure = world.measure(listing, STATUTE, Progress::Executing);
    let order = world.order(measure);
    for (at, taken) in [(order, true), (Position::local(order.sequence - 1), false)] {
        let failed = Command::PluginFailed {
            measure,
            hook: CaseHook::Execute,
            order: at,
            fault: CallFault::Deadline,
            detail: text(),
            attempt: 1,
            final_attempt: false,
        };
        for command in [plugin_done(measure, CaseHook::Execute, at), failed] {
            let said = world.ask(&plugin(), &command).map(|_| ()).map_err(|own| own.ground);
            assert_eq!(said, if taken { Ok(()) } else { Err(STATE) }, "{command:?}");
        }
    }
}
