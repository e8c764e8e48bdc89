//! The life of a plugin: deployed, tried in the shadow, made live, taken back, paused, resumed, removed, each
//! by the operator's word, and no case changes by any of it (design.md 5).

use crate::kit::later::{after, listed};
use crate::kit::plugins::*;
use crate::kit::rules::{HEARING, MARKET, STATUTE, TAX, day};
use crate::kit::steps::*;
use crate::kit::table::{ABSENT, Asked, EXISTS, STATE, compare};
use crate::kit::{World, machines, misfit, operator, organisation, party, plugin, timer};
use shouxin_core::command::Command;
use shouxin_core::decide::owed_hook;
use shouxin_core::event::plugin::Admission;
use shouxin_core::event::{CaseHook, Target};
use shouxin_core::guard::Misfit;
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::limits::PLUGINS_MAX;
use shouxin_core::row::{Key, PluginVersion, Row};

const VALUE: shouxin_core::guard::Ground = misfit_of(Misfit::Value);

const fn misfit_of(own: Misfit) -> shouxin_core::guard::Ground {
    shouxin_core::guard::Ground::Misfit(own)
}

fn deployed() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    world
}

/// The first version was replaced by the second.
fn replaced() -> World {
    after(&deployed(), &operator(), &deploy_version(2, Admission::Unsigned))
}

fn shadowed(world: &World) -> World {
    after(world, &operator(), &shadow(3, Admission::Unsigned))
}

fn last(world: &World) -> Position {
    world.log.last().expect("something happened").position
}

/// Another plugin for what the tax office's plugin carries out.
fn rival(as_shadow: bool) -> Command {
    let (name, version) = ("rival".to_owned(), "1.0.0".to_owned());
    let (sha256, department) = (digest(80), TAX.to_owned());
    let (measures, admission) = (vec![STATUTE.to_owned()], Admission::Unsigned);
    match as_shadow {
        true => Command::ShadowPlugin { name, version, sha256, department, measures, admission },
        false => Command::DeployPlugin { name, version, sha256, department, measures, admission },
    }
}

/// Covers O51.
#[test]
fn the_life_of_a_plugin_knows_no_other_way() {
    let mut expired = World::seeded();
    expired.must(&operator(), &deploy_version(1, signed("2026-03-01", "2026-03-31")));
    expired.must(&operator(), &deploy_version(2, signed("2026-03-01", "2026-03-31")));
    expired.must(&operator(), &shadow(3, signed("2026-03-01", "2026-03-31")));
    expired.go_to(day("2026-04-01"));
    let states = [
        ("none", World::seeded()),
        ("shadow alone", shadowed(&World::seeded())),
        ("live", deployed()),
        ("live, a shadow beside", shadowed(&deployed())),
        ("live, replaced another", replaced()),
        ("paused", after(&replaced(), &operator(), &pause())),
        ("retired", after(&replaced(), &operator(), &retire(&[]))),
        ("removed", after(&replaced(), &operator(), &remove())),
        ("past its last day", expired),
    ];
    let commands: [Asked<'_>; 9] = [
        ("deploy", operator(), &|_| deploy_version(4, Admission::Unsigned)),
        ("shadow", operator(), &|_| shadow(4, Admission::Unsigned)),
        ("promote", operator(), &|_| promote(None)),
        ("drop", operator(), &|_| drop_shadow()),
        ("roll back", operator(), &|_| roll_back()),
        ("pause", operator(), &|_| pause()),
        ("resume", operator(), &|_| resume()),
        ("remove", operator(), &|_| remove()),
        ("retire", operator(), &|_| retire(&[])),
    ];
    const SHADOWED: &[&str] = &["plugin.shadowed"];
    const RETIRED: &[&str] = &["plugin.retired"];
    const RESUMED: &[&str] = &["plugin.resumed"];
    const BACK: &[&str] = &["plugin.rolled_back"];
    compare(
        &machines::PLUGIN,
        &states,
        &commands,
        &[
            ("*", "deploy", DEPLOYED),
            ("*", "shadow", SHADOWED),
            ("none", "retire", &[]),
            ("shadow alone", "retire", &[]),
            ("shadow alone", "promote", &["plugin.promoted"]),
            ("shadow alone", "drop", &["plugin.shadow_dropped"]),
            ("live", "pause", &["plugin.paused"]),
            ("live", "resume", RESUMED),
            ("live", "remove", &["plugin.removed"]),
            ("live", "retire", RETIRED),
            ("live, a shadow beside", "promote", &["plugin.promoted"]),
            ("live, a shadow beside", "drop", &["plugin.shadow_dropped"]),
            ("live, a shadow beside", "pause", &["plugin.paused"]),
            ("live, a shadow beside", "resume", RESUMED),
            ("live, a shadow beside", "remove", &["plugin.removed"]),
            ("live, a shadow beside", "retire", RETIRED),
            ("live, replaced another", "roll back", BACK),
            ("live, replaced another", "pause", &["plugin.paused"]),
            ("live, replaced another", "resume", RESUMED),
            ("live, replaced another", "remove", &["plugin.removed"]),
            ("live, replaced another", "retire", RETIRED),
            ("paused", "roll back", BACK),
            ("paused", "resume", RESUMED),
            ("paused", "remove", &["plugin.removed"]),
            ("paused", "retire", RETIRED),
            ("retired", "retire", &[]),
            ("removed", "retire", &[]),
            ("past its last day", "drop", &["plugin.shadow_dropped"]),
            ("past its last day", "roll back", BACK),
            ("past its last day", "pause", &["plugin.paused"]),
            ("past its last day", "resume", RESUMED),
            ("past its last day", "remove", &["plugin.removed"]),
            ("past its last day", "retire", RETIRED),
        ],
        &[
            ("shadow alone", "roll back", ABSENT),
            ("shadow alone", "pause", ABSENT),
            ("shadow alone", "resume", ABSENT),
            ("shadow alone", "remove", ABSENT),
            ("live", "promote", ABSENT),
            ("live", "drop", ABSENT),
            ("live, replaced another", "promote", ABSENT),
            ("live, replaced another", "drop", ABSENT),
            ("paused", "promote", ABSENT),
            ("paused", "drop", ABSENT),
            ("retired", "promote", ABSENT),
            ("retired", "drop", ABSENT),
            ("removed", "promote", ABSENT),
            ("removed", "drop", ABSENT),
        ],
    );
}

/// Nobody but the operator moves a plugin, and each word of the operator says why.
#[test]
fn a_plugins_life_is_the_operators_and_has_reasons() {
    let (world, forbidden) = (shadowed(&replaced()), misfit(Misfit::Forbidden));
    let paused = after(&world, &operator(), &pause());
    for who in [handler(), head(), clerk(), plugin(), timer(), party(organisation(1))] {
        for command in [
            deploy_version(4, Admission::Unsigned),
            shadow(4, Admission::Unsigned),
            promote(None),
            drop_shadow(),
            roll_back(),
            pause(),
            remove(),
        ] {
            assert_eq!(world.refused(&who, &command), forbidden, "{command:?}");
        }
        assert_eq!(paused.refused(&who, &resume()), forbidden);
    }
    for blank in [String::new(), " ".to_owned(), "长".repeat(200)] {
        let name = || NAME.to_owned();
        for command in [
            Command::DropShadow { name: name(), reason: blank.clone() },
            Command::RollBackPlugin { name: name(), reason: blank.clone() },
            Command::PausePlugin { name: name(), reason: blank.clone() },
            Command::RemovePlugin { name: name(), reason: blank.clone() },
        ] {
            assert_eq!(world.refused(&operator(), &command), VALUE, "{command:?}");
        }
    }
}

/// What lets a version in stands beside it, and the same again is nothing new.
#[test]
fn a_version_is_let_in_by_its_manifest_on_the_days_of_it() {
    let mut world = World::seeded();
    let by = signed("2026-03-02", "2026-03-31");
    let early = deploy_version(1, signed("2026-03-03", "2026-03-31"));
    assert_eq!(world.refused(&operator(), &early), STATE);
    let late = deploy_version(1, signed("2026-02-01", "2026-03-01"));
    assert_eq!(world.refused(&operator(), &late), STATE);
    assert_eq!(world.refused(&operator(), &shadow(1, signed("2026-03-03", "2026-03-31"))), STATE);
    for (manifest_sha256, key_id) in [([0; 32], "tax-2026"), (digest(71), " ")] {
        let by = Admission::Signed {
            manifest_sha256,
            key_id: key_id.to_owned(),
            valid_from: world.today,
            valid_until: world.today,
        };
        assert_eq!(world.refused(&operator(), &deploy_version(1, by)), VALUE);
    }
    assert_eq!(world.run(&operator(), &deploy_version(1, by.clone())), Ok(DEPLOYED.to_vec()));
    assert_eq!(world.run(&operator(), &deploy_version(1, by.clone())), Ok(Vec::new()));
    let row = plugin_row(&world);
    assert_eq!((row.admission.clone(), row.valid_until()), (by, Some(day("2026-03-31"))));
    assert_eq!(
        row.since,
        Position::local(world.next().sequence - 2),
        "the deployment, not the manifest"
    );
    assert!(row.begins_burdens(day("2026-03-31")) && !row.begins_burdens(day("2026-04-01")));
    assert!(!row.begins_burdens(day("2026-03-01")), "nor before its first day");
    // A manifest that is signed anew lets the same version in for longer; it replaces nothing.
    let anew = deploy_version(1, signed("2026-03-02", "2026-06-30"));
    assert_eq!(world.run(&operator(), &anew), Ok(DEPLOYED.to_vec()));
    let row = plugin_row(&world);
    assert_eq!((row.valid_until(), row.earlier), (Some(day("2026-06-30")), None));
    // Who stands in the configuration alone has no last day.
    let mut free = deployed();
    free.go_to(day("2030-01-01"));
    let row = plugin_row(&free);
    assert!(row.begins_burdens(free.today));
    assert_eq!(row.valid_until(), None);
}

/// A log that was written before manifests were is read as it was meant.
#[test]
fn what_an_older_log_deployed_was_let_in_by_nobodys_word() {
    let mut old = deployed();
    let admitted = old.log.pop().expect("an event");
    assert_eq!(admitted.event.name(), "plugin.admitted");
    let mut old = old.replayed();
    let row = plugin_row(&old);
    assert_eq!(
        (row.admission.clone(), row.paused, row.earlier.clone()),
        (Admission::Unsigned, None, None)
    );
    assert!(row.begins_burdens(old.today));
    assert_eq!(old.run(&operator(), &deploy()), Ok(Vec::new()), "the same again is nothing new");
}

/// A version in the shadow is called for nothing, and is one that could be live.
#[test]
fn a_shadow_stands_beside_the_live_one_and_carries_nothing() {
    let mut world = World::seeded();
    assert_eq!(
        world.run(&operator(), &shadow(1, Admission::Unsigned)),
        Ok(vec!["plugin.shadowed"])
    );
    assert!(!world.read(|rows, _| rows.plugin_runs(NAME)));
    let (since, row) = (last(&world), shadow_row(&world).expect("it stands there"));
    assert_eq!((row.since, row.own.version.as_str()), (since, "1.0.0"));
    assert_eq!(world.run(&operator(), &shadow(1, Admission::Unsigned)), Ok(Vec::new()));
    assert_eq!(
        world.run(&operator(), &shadow(2, Admission::Unsigned)),
        Ok(vec!["plugin.shadowed"])
    );
    assert_eq!(shadow_row(&world).unwrap().own.version, "2.0.0", "one at a time");
    let mut abroad = shadow(3, Admission::Unsigned);
    if let Command::ShadowPlugin { department, .. } = &mut abroad {
        *department = "nowhere".to_owned();
    }
    assert_eq!(world.refused(&operator(), &abroad), VALUE);
    let mut beyond = shadow(3, Admission::Unsigned);
    if let Command::ShadowPlugin { measures, .. } = &mut beyond {
        *measures = vec!["M-Z99".to_owned()];
    }
    assert_eq!(world.refused(&operator(), &beyond), VALUE);
    // What another carries out, a shadow does not try for.
    let live = deployed();
    assert_eq!(live.refused(&operator(), &rival(true)), EXISTS);
    after(&live, &operator(), &shadow(2, Admission::Unsigned));
}

#[test]
fn there_are_no_more_shadows_than_the_bound_and_one_of_them_is_still_renewed() {
    let mut world = World::seeded();
    let own = |at: usize, version: &str| Command::ShadowPlugin {
        name: format!("p{at}"),
        version: version.to_owned(),
        sha256: digest(1),
        department: TAX.to_owned(),
        measures: Vec::new(),
        admission: Admission::Unsigned,
    };
    for at in 0..PLUGINS_MAX {
        world.must(&operator(), &own(at, "1.0.0"));
    }
    assert_eq!(world.refused(&operator(), &own(PLUGINS_MAX, "1.0.0")), misfit(Misfit::Limit));
    world.must(&operator(), &own(0, "1.0.1"));
}

/// The shadow becomes live: it is told from where the live one was, and what that one was can come back.
#[test]
fn what_is_promoted_goes_on_where_the_live_one_was() {
    let world = shadowed(&deployed());
    let before = plugin_row(&world);
    let live = after(&world, &operator(), &promote(None));
    let row = plugin_row(&live);
    assert_eq!((row.version.as_str(), row.since), ("3.0.0", last(&live)));
    assert_eq!(row.told_through, before.told_through);
    assert_eq!(row.forgotten_through, before.forgotten_through);
    assert_eq!(row.earlier, Some(before.live()));
    assert_eq!(shadow_row(&live), None);
    assert_eq!(live.replayed().rows, live.rows);
    // Where nothing was live, it begins with itself.
    let alone = shadowed(&World::seeded());
    let live = after(&alone, &operator(), &promote(None));
    let row = plugin_row(&live);
    let at = last(&live);
    assert_eq!((row.told_through, row.forgotten_through, row.earlier), (at, at, None));
    // Of the past it is told where that is asked for, of the future never.
    let told = |world: &World, from: Position| {
        world.clone().run(&operator(), &promote(Some(from))).map_err(|own| own.ground)
    };
    let start = Position::local(0);
    assert_eq!(told(&alone, start), Ok(vec!["plugin.promoted"]));
    assert_eq!(told(&alone, alone.next()), Ok(vec!["plugin.promoted"]));
    let beyond = Position::local(alone.next().sequence + 1);
    assert_eq!(told(&alone, beyond), Err(VALUE));
    // Nothing is told twice.
    assert_eq!(told(&world, start), Err(VALUE));
    assert_eq!(told(&world, before.told_through), Ok(vec!["plugin.promoted"]));
    let later = after(&world, &operator(), &promote(Some(world.next())));
    assert_eq!(plugin_row(&later).told_through, world.next());
}

/// What another carries out by then stops a promotion and a way back, a manifest that is over a promotion.
#[test]
fn nothing_becomes_live_that_could_not_be_deployed() {
    let shadow_first = after(&shadowed(&World::seeded()), &operator(), &rival(false));
    assert_eq!(shadow_first.refused(&operator(), &promote(None)), EXISTS);
    let mut world = deployed();
    world.must(&operator(), &shadow(2, signed("2026-03-01", "2026-03-31")));
    world.go_to(day("2026-04-01"));
    assert_eq!(world.refused(&operator(), &promote(None)), STATE);
    // The second version carries something else, and another took over what the first did.
    let mut world = deployed();
    let mut second = deploy_version(2, Admission::Unsigned);
    if let Command::DeployPlugin { measures, .. } = &mut second {
        *measures = vec![HEARING.to_owned()];
    }
    world.must(&operator(), &second);
    world.must(&operator(), &rival(false));
    assert_eq!(world.refused(&operator(), &roll_back()), EXISTS);
}

/// A version whose manifest is over begins nothing and relieves: where the one after it does not start, it comes
/// back, whatever the day, or nobody would relieve whom the plugin burdened.
#[test]
fn a_version_past_its_last_day_is_taken_back_and_begins_nothing() {
    let mut world = World::seeded();
    world.must(&operator(), &deploy_version(1, signed("2026-03-01", "2026-03-31")));
    world.must(&operator(), &deploy_version(2, Admission::Unsigned));
    world.go_to(day("2026-04-01"));
    let back = after(&world, &operator(), &roll_back());
    let row = plugin_row(&back);
    assert_eq!((row.version.as_str(), row.retired), ("1.0.0", None));
    assert_eq!(row.admission, signed("2026-03-01", "2026-03-31"));
    assert!(!row.begins_burdens(back.today));
}

#[test]
fn a_roll_back_takes_back_what_was_replaced_and_no_more() {
    let world = replaced();
    let before = plugin_row(&world);
    let first = before.earlier.clone().expect("the first version");
    assert_eq!((first.version.as_str(), first.sha256), ("1.0.0", digest(21)));
    let back = after(&world, &operator(), &roll_back());
    let row = plugin_row(&back);
    assert_eq!(row.live(), PluginVersion { admission: Admission::Unsigned, ..first });
    assert_eq!((row.earlier.clone(), row.since), (None, last(&back)));
    assert_eq!(row.told_through, before.told_through);
    assert_eq!(row.forgotten_through, before.forgotten_through);
    assert_eq!(back.refused(&operator(), &roll_back()), STATE, "once");
    assert_eq!(back.replayed().rows, back.rows);
}

/// A pause survives another version and a start that did not admit the plugin; the operator ends it.
#[test]
fn a_pause_lasts_until_the_operator_ends_it() {
    let paused = after(&replaced(), &operator(), &pause());
    let at = Some(last(&paused));
    assert!(!plugin_row(&paused).begins_burdens(paused.today));
    let newer = after(&paused, &operator(), &deploy_version(3, Admission::Unsigned));
    let promoted = after(&shadowed(&paused), &operator(), &promote(None));
    let back = after(&paused, &operator(), &roll_back());
    let mut again = after(&paused, &operator(), &retire(&[]));
    assert_eq!(again.refused(&operator(), &resume()), STATE, "it does not run");
    again.must(&operator(), &deploy_version(2, Admission::Unsigned));
    for world in [&newer, &promoted, &back, &again] {
        assert_eq!(plugin_row(world).paused, at);
        let resumed = after(world, &operator(), &resume());
        assert!(plugin_row(&resumed).begins_burdens(resumed.today));
    }
    let mut removed = after(&paused, &operator(), &remove());
    removed.must(&operator(), &deploy_version(2, Admission::Unsigned));
    assert_eq!(plugin_row(&removed).paused, None, "what was taken away begins anew");
}

/// What is removed is called for nothing, as what is retired; and its cursors stand where it comes back.
#[test]
fn what_the_operator_removed_runs_no_more() {
    let world = deployed();
    let before = plugin_row(&world);
    let mut removed = after(&world, &operator(), &remove());
    let row = plugin_row(&removed);
    assert_eq!(row.retired, Some(last(&removed)));
    assert!(!row.begins_burdens(removed.today));
    assert!(!removed.read(|rows, _| rows.plugin_runs(NAME)));
    removed.must(&operator(), &rival(false));
    let mut again = after(&world, &operator(), &remove());
    again.must(&operator(), &deploy());
    let row = plugin_row(&again);
    let cursors = (row.told_through, row.forgotten_through);
    assert_eq!(cursors, (before.told_through, before.forgotten_through));
    assert_eq!((row.retired, row.earlier), (None, None), "the same version replaces none");
}

/// A plugin that is paused or past its last day keeps its cases, and gets new ones: they wait for it. What
/// relieves is owed by it all the same.
#[test]
fn cases_wait_for_a_plugin_that_begins_nothing() {
    let (mut world, listing) = listed();
    world.must(&operator(), &deploy_version(1, signed("2026-03-01", "2027-12-31")));
    let paused = after(&world, &operator(), &pause());
    let mut expired = world;
    expired.must(&operator(), &deploy_version(1, signed("2026-03-01", "2026-05-31")));
    expired.go_to(day("2026-06-01"));
    for mut world in [paused, expired] {
        assert!(!plugin_row(&world).begins_burdens(world.today));
        let id: MeasureId = world.measure(listing, STATUTE, Progress::Executing);
        let order = world.measure_row(id).state.order().cloned().expect("an order");
        assert_eq!(order.plugin.as_deref(), Some(NAME), "it goes to nobody else");
        let owed = |world: &World| {
            owed_hook(
                world.measure_row(id),
                world.standing(|rows, on| rows.measure_standing(id, on)),
            )
        };
        assert_eq!(owed(&world), Some(CaseHook::Execute));
        assert_eq!(world.refused(&implementer(), &by_hand(id, CaseHook::Execute)), STATE);
        let held = after(&world, &party(organisation(1)), &object(Target::Measure(id), false));
        assert_eq!(owed(&held), Some(CaseHook::Suspend));
        after(&held, &plugin(), &plugin_done(id, CaseHook::Suspend, order.at));
    }
}

/// A shadow of a plugin that is removed would be called for nothing.
#[test]
fn a_plugin_is_removed_with_its_shadow_and_no_others() {
    let mut world = shadowed(&deployed());
    let another = Command::ShadowPlugin {
        name: "another".to_owned(),
        version: "1.0.0".to_owned(),
        sha256: digest(81),
        department: MARKET.to_owned(),
        measures: Vec::new(),
        admission: Admission::Unsigned,
    };
    world.must(&operator(), &another);
    let reason = "停用 / not used any more".to_owned();
    world.must(&operator(), &Command::RemovePlugin { name: NAME.to_owned(), reason });
    assert_eq!(shadow_row(&world), None);
    let Some(Row::Shadows(rows)) = world.row(&Key::Shadows) else { panic!("shadows") };
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["another"]);
    assert_eq!(world.replayed().rows, world.rows);
}

/// Retired ones leave the list when it is full, shadows and live ones do not.
#[test]
fn removed_plugins_take_no_room() {
    let mut world = World::seeded();
    let own = |at: usize| Command::DeployPlugin {
        name: format!("p{at}"),
        version: "1.0.0".to_owned(),
        sha256: digest(1),
        department: MARKET.to_owned(),
        measures: Vec::new(),
        admission: Admission::Unsigned,
    };
    for at in 0..=PLUGINS_MAX {
        world.must(&operator(), &own(at));
        let (name, reason) = (format!("p{at}"), "停用".to_owned());
        world.must(&operator(), &Command::RemovePlugin { name, reason });
    }
    let Some(Row::Plugins(rows)) = world.row(&Key::Plugins) else { panic!("plugins") };
    assert_eq!(rows.len(), PLUGINS_MAX);
    assert!(rows.iter().all(|row| row.name != "p0"), "the oldest");
}
