//! The way of an entry into the joint catalogue as a table, its guards, and the documents that
//! departments file.

use crate::kit;

use std::sync::Arc;

use crate::kit::asked::record_of;
use crate::kit::later::listed;
use crate::kit::rules::{
    INCENTIVE, LISTABLE, MARKET, OFFICE, STATUTE, TAX, UNPUBLISHED, cite, day,
};
use crate::kit::steps::{digest, fact, handler, text};
use crate::kit::table::{Asked, compare};
use crate::kit::{Post, Who, World, guard, machines, misfit, officer, organisation};
use shouxin_core::command::Command;
use shouxin_core::command::catalogue::CatalogueCommand;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::event::catalogue::{EntryKind, Proposal};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{CatalogueEntryId, Position};
use shouxin_core::limits::ENTRY_DEPARTMENTS_MAX;
use shouxin_core::row::catalogue::EntryState;
use shouxin_core::row::{Index, Key, Row};
use shouxin_core::rules::{Department, Strength};

fn ask(command: CatalogueCommand) -> Command {
    Command::Catalogue(command)
}

fn proposal() -> Proposal {
    Proposal {
        kind: EntryKind::Measure,
        code: STATUTE.to_owned(),
        strength: Strength::Mandatory,
        basis: vec![cite("law")],
        departments: vec![TAX.to_owned()],
        text: "依法限制".to_owned(),
        reduces_rights: false,
        amends: None,
    }
}

fn incentive() -> Proposal {
    Proposal { code: INCENTIVE.to_owned(), strength: Strength::Recommended, ..proposal() }
}

fn draft(proposal: Proposal) -> Command {
    ask(CatalogueCommand::Draft { proposal })
}

fn submit(entry: CatalogueEntryId) -> Command {
    ask(CatalogueCommand::Submit { entry, cc: vec![TAX.to_owned()] })
}

fn check(entry: CatalogueEntryId) -> Command {
    ask(CatalogueCommand::CheckFormat { entry })
}

fn review(entry: CatalogueEntryId) -> Command {
    ask(CatalogueCommand::ReviewLaw { entry, document_sha256: digest(50) })
}

fn comment(entry: CatalogueEntryId) -> Command {
    ask(CatalogueCommand::OpenComment { entry, days: 30 })
}

fn publish(entry: CatalogueEntryId) -> Command {
    ask(CatalogueCommand::Publish { entry })
}

fn retire(entry: CatalogueEntryId) -> Command {
    ask(CatalogueCommand::Retire { entry, reasons: "依据已废止".to_owned() })
}

fn drafter() -> Who {
    officer(MARKET, Post::Handler)
}

fn checker() -> Who {
    officer(OFFICE, Post::Handler)
}

fn reviewer() -> Who {
    officer(OFFICE, Post::Colleague)
}

fn chief() -> Who {
    officer(OFFICE, Post::Head)
}

/// An entry that has come so many steps.
fn entry(proposal: Proposal, steps: usize) -> (World, CatalogueEntryId) {
    let mut world = World::seeded();
    let id = CatalogueEntryId(world.must(&drafter(), &draft(proposal)));
    let way = [
        (drafter(), submit(id)),
        (checker(), check(id)),
        (reviewer(), review(id)),
        (checker(), comment(id)),
    ];
    for (who, command) in way.into_iter().take(steps) {
        world.must(&who, &command);
    }
    (world, id)
}

fn state(world: &World, id: CatalogueEntryId) -> EntryState {
    match world.row(&Key::CatalogueEntry(id)) {
        Some(Row::CatalogueEntry(row)) => row.state.clone(),
        other => panic!("{other:?}"),
    }
}

/// Rules of a later version that no longer publish the measure.
fn without_the_measure(world: &mut World) {
    let mut rules = (*world.rules).clone();
    rules.measures.retain(|own| own.id != STATUTE);
    rules.version = [8; 32];
    world.rules = Arc::new(rules);
}

/// Covers O54.
#[test]
fn an_entry_knows_no_other_way() {
    let (drafted, id) = entry(proposal(), 0);
    let (submitted, _) = entry(proposal(), 1);
    let (checked, _) = entry(proposal(), 2);
    let (reviewed, _) = entry(proposal(), 3);
    let (open, _) = entry(proposal(), 4);
    let mut over = open.clone();
    over.today = over.today.plus_days(31);
    let mut published = over.clone();
    published.must(&chief(), &publish(id));
    let mut dropped = published.clone();
    without_the_measure(&mut dropped);
    let mut retired = dropped.clone();
    retired.must(&chief(), &retire(id));
    let (harmless, _) = entry(incentive(), 3);
    let mut published_before = entry(incentive(), 3).0;
    published_before.must(&chief(), &publish(id));
    let new = published_before.next();
    let amended = draft(Proposal { amends: Some(id), ..incentive() });
    published_before.must(&drafter(), &amended);
    let new = CatalogueEntryId(new);
    for (who, command) in
        [(drafter(), submit(new)), (checker(), check(new)), (reviewer(), review(new))]
    {
        published_before.must(&who, &command);
    }
    let states = [
        ("none", World::seeded()),
        ("drafted", drafted),
        ("submitted", submitted),
        ("format_checked", checked),
        ("legal_reviewed", reviewed),
        ("legal_reviewed, an incentive", harmless),
        ("legal_reviewed, amends", published_before),
        ("public_comment", open),
        ("public_comment, over", over),
        ("published", published),
        ("published, not in the rules", dropped),
        ("retired", retired),
    ];
    let of = |world: &World| {
        let found = world.rows.keys().filter_map(|key| match key {
            Key::CatalogueEntry(id) => Some(*id),
            _ => None,
        });
        found.max().unwrap_or(id)
    };
    for (name, world) in states.iter().skip(1) {
        assert!(name.starts_with(state(world, of(world)).name()), "{name}");
    }
    let commands: [Asked<'_>; 7] = [
        ("draft", drafter(), &|_| draft(proposal())),
        ("submit", drafter(), &|world| submit(of(world))),
        ("format-check", checker(), &|world| check(of(world))),
        ("legal-review", reviewer(), &|world| review(of(world))),
        ("open-comment", checker(), &|world| comment(of(world))),
        ("publish", chief(), &|world| publish(of(world))),
        ("retire", chief(), &|world| retire(of(world))),
    ];
    const NO_COMMENT: Ground = Ground::Guard(Guard::PublicNotice);
    const RETIRED: &[&str] = &["catalogue.retired"];
    compare(
        &machines::ENTRY,
        &states,
        &commands,
        &[
            ("*", "draft", &["catalogue.drafted"]),
            ("drafted", "submit", &["catalogue.submitted"]),
            ("drafted", "retire", RETIRED),
            ("submitted", "format-check", &["catalogue.format_checked"]),
            ("submitted", "retire", RETIRED),
            ("format_checked", "legal-review", &["catalogue.legal_reviewed"]),
            ("format_checked", "retire", RETIRED),
            ("legal_reviewed", "open-comment", &["catalogue.comment_opened"]),
            ("legal_reviewed", "retire", RETIRED),
            ("legal_reviewed, an incentive", "open-comment", &["catalogue.comment_opened"]),
            ("legal_reviewed, an incentive", "publish", &["catalogue.published"]),
            ("legal_reviewed, an incentive", "retire", RETIRED),
            ("legal_reviewed, amends", "open-comment", &["catalogue.comment_opened"]),
            ("legal_reviewed, amends", "publish", &["catalogue.published"]),
            ("legal_reviewed, amends", "retire", RETIRED),
            ("public_comment", "retire", RETIRED),
            ("public_comment, over", "publish", &["catalogue.published"]),
            ("public_comment, over", "retire", RETIRED),
            ("published, not in the rules", "retire", RETIRED),
        ],
        &[
            ("legal_reviewed", "publish", NO_COMMENT),
            ("public_comment", "publish", NO_COMMENT),
            ("published", "retire", Ground::Guard(Guard::Published)),
        ],
    );
}

/// Covers O55.
#[test]
fn a_draft_rests_on_law_in_force_of_sufficient_level() {
    let world = World::seeded();
    let spoiled = |change: &dyn Fn(&mut Proposal)| {
        let mut proposal = proposal();
        change(&mut proposal);
        world.refused(&drafter(), &draft(proposal))
    };
    assert_eq!(spoiled(&|own| own.basis = vec![cite("plan")]), guard(Guard::BasisRank));
    assert_eq!(spoiled(&|own| own.basis = vec![cite("repealed")]), guard(Guard::Basis));
    assert_eq!(spoiled(&|own| own.basis.clear()), guard(Guard::Basis));
    assert_eq!(spoiled(&|own| own.departments.clear()), misfit(Misfit::Value));
    assert_eq!(spoiled(&|own| own.departments.push(TAX.to_owned())), misfit(Misfit::Value));
    assert_eq!(spoiled(&|own| own.departments = vec!["x".to_owned()]), misfit(Misfit::Value));
    assert_eq!(spoiled(&|own| own.code.clear()), misfit(Misfit::Value));
    assert_eq!(spoiled(&|own| own.text.clear()), guard(Guard::Document));
    let weak = Proposal { basis: vec![cite("plan")], ..incentive() };
    let mut world = world.clone();
    world.must(&drafter(), &draft(weak));
    for who in [kit::timer(), kit::plugin(), kit::operator(), kit::party(organisation(1))] {
        assert_eq!(world.refused(&who, &draft(proposal())), guard(Guard::Human), "{who:?}");
    }
}

#[test]
fn every_step_is_anothers_and_in_its_own_hands() {
    let (world, id) = entry(proposal(), 0);
    assert_eq!(world.refused(&officer(TAX, Post::Handler), &submit(id)), guard(Guard::Competent));
    let without = ask(CatalogueCommand::Submit { entry: id, cc: Vec::new() });
    assert_eq!(world.refused(&drafter(), &without), misfit(Misfit::Value));
    let (world, id) = entry(proposal(), 1);
    assert_eq!(world.refused(&drafter(), &check(id)), misfit(Misfit::Forbidden));
    assert_eq!(world.refused(&chief(), &check(id)), guard(Guard::FourEyes), "the head publishes");
    let (world, id) = entry(proposal(), 2);
    assert_eq!(world.refused(&checker(), &review(id)), guard(Guard::FourEyes));
    assert_eq!(world.refused(&drafter(), &review(id)), misfit(Misfit::Forbidden));
    let (world, id) = entry(proposal(), 3);
    let short = ask(CatalogueCommand::OpenComment { entry: id, days: 29 });
    assert_eq!(world.refused(&checker(), &short), guard(Guard::PublicNotice));
    let (mut world, id) = entry(proposal(), 4);
    world.today = world.today.plus_days(30);
    assert_eq!(world.refused(&chief(), &publish(id)), guard(Guard::PublicNotice));
    world.today = world.today.plus_days(1);
    assert_eq!(world.refused(&reviewer(), &publish(id)), guard(Guard::FourEyes));
    world.must(&chief(), &publish(id));
}

#[test]
fn the_office_does_not_check_what_it_drafted_itself() {
    let mut world = World::seeded();
    let id = CatalogueEntryId(world.must(&checker(), &draft(incentive())));
    world.must(&checker(), &submit(id));
    assert_eq!(world.refused(&checker(), &check(id)), guard(Guard::FourEyes));
    world.must(&reviewer(), &check(id));
    assert_eq!(world.refused(&checker(), &review(id)), guard(Guard::FourEyes));
    assert_eq!(world.refused(&reviewer(), &review(id)), guard(Guard::FourEyes));
}

#[test]
fn what_reduces_rights_is_no_matter_of_what_the_drafter_says() {
    let said = |proposal: Proposal| {
        let (world, id) = entry(proposal, 0);
        match world.row(&Key::CatalogueEntry(id)) {
            Some(Row::CatalogueEntry(row)) => row.proposal.reduces_rights,
            other => panic!("{other:?}"),
        }
    };
    assert!(said(proposal()));
    assert!(said(Proposal {
        kind: EntryKind::Behaviour,
        code: LISTABLE.to_owned(),
        ..incentive()
    }));
    assert!(said(Proposal { reduces_rights: true, ..incentive() }));
    assert!(!said(incentive()));
    let (mut world, id) = entry(incentive(), 3);
    world.must(&chief(), &publish(id));
}

#[test]
fn only_what_the_loaded_rules_hold_as_reviewed_is_published() {
    let refused = |proposal: Proposal| {
        let (mut world, id) = entry(proposal, 4);
        world.today = world.today.plus_days(31);
        world.refused(&chief(), &publish(id))
    };
    let published = guard(Guard::Published);
    assert_eq!(refused(Proposal { code: "M-A99".to_owned(), ..proposal() }), published);
    assert_eq!(refused(Proposal { strength: Strength::Recommended, ..proposal() }), published);
    assert_eq!(refused(Proposal { basis: vec![cite("unrelated")], ..proposal() }), published);
    let more = vec![TAX.to_owned(), MARKET.to_owned()];
    assert_eq!(refused(Proposal { departments: more, ..proposal() }), published);
    let behaviour = Proposal {
        kind: EntryKind::Behaviour,
        code: LISTABLE.to_owned(),
        departments: vec![MARKET.to_owned()],
        strength: Strength::Recommended,
        ..proposal()
    };
    let (mut world, id) = entry(behaviour, 4);
    world.today = world.today.plus_days(31);
    world.must(&chief(), &publish(id));
    let version = world.rules.version;
    assert!(
        matches!(state(&world, id), EntryState::Published { version: own, .. } if own == version)
    );
}

/// Covers O56.
#[test]
fn an_amendment_takes_the_place_of_what_it_amends() {
    let (mut world, old) = entry(incentive(), 3);
    let amends = |old| draft(Proposal { amends: Some(old), ..incentive() });
    assert_eq!(world.refused(&drafter(), &amends(old)), misfit(Misfit::State));
    world.must(&chief(), &publish(old));
    let other = draft(Proposal { amends: Some(old), ..proposal() });
    assert_eq!(world.refused(&drafter(), &other), misfit(Misfit::Value));
    let mut ids = Vec::new();
    for _ in 0..2 {
        let id = CatalogueEntryId(world.must(&drafter(), &amends(old)));
        for (who, command) in
            [(drafter(), submit(id)), (checker(), check(id)), (reviewer(), review(id))]
        {
            world.must(&who, &command);
        }
        ids.push(id);
    }
    world.must(&chief(), &publish(ids[0]));
    assert!(matches!(state(&world, old), EntryState::Amended { by, .. } if by == ids[0]));
    assert_eq!(world.refused(&chief(), &publish(ids[1])), misfit(Misfit::State));
    assert_eq!(world.replayed().rows, world.rows);
}

/// Covers O69.
#[test]
fn a_department_files_its_own_documents_only() {
    let mut world = World::seeded();
    let file = |department: &str, title: &str, on: &str| {
        ask(CatalogueCommand::FileDocument {
            department: department.to_owned(),
            title: title.to_owned(),
            number: "尤税发〔2026〕3号".to_owned(),
            issued_on: day(on),
            document_sha256: digest(51),
        })
    };
    let who = officer(TAX, Post::Handler);
    assert_eq!(
        world.refused(&who, &file(MARKET, "实施细则", "2026-02-01")),
        guard(Guard::Competent)
    );
    assert_eq!(world.refused(&who, &file(TAX, "", "2026-02-01")), guard(Guard::Document));
    assert_eq!(world.refused(&who, &file(TAX, "实施细则", "2026-03-03")), guard(Guard::Document));
    let at: Position = world.must(&who, &file(TAX, "实施细则", "2026-02-01"));
    assert!(world.index.contains(&Index::DepartmentDocuments(TAX.to_owned(), at)));
    assert_eq!(world.replayed().rows, world.rows);
}

#[test]
fn a_document_on_file_is_whole_and_of_today_at_the_latest() {
    let world = World::seeded();
    let who = officer(TAX, Post::Handler);
    let file = |title: &str, number: &str, sha: u8, on: &str| {
        ask(CatalogueCommand::FileDocument {
            department: TAX.to_owned(),
            title: title.to_owned(),
            number: number.to_owned(),
            issued_on: day(on),
            document_sha256: [sha; 32],
        })
    };
    assert!(world.ask(&who, &file("实施细则", "尤税发〔2026〕3号", 51, "2026-03-02")).is_ok());
    for bare in [
        file("", "尤税发〔2026〕3号", 51, "2026-03-02"),
        file("实施细则", "", 51, "2026-03-02"),
        file("实施细则", "尤税发〔2026〕3号", 0, "2026-03-02"),
        file("实施细则", "尤税发〔2026〕3号", 51, "2026-03-03"),
    ] {
        assert_eq!(world.refused(&who, &bare), guard(Guard::Document));
    }
}

#[test]
fn a_draft_is_taken_back_by_its_department_or_the_office_and_what_is_public_by_the_head() {
    let (drafted, id) = entry(proposal(), 0);
    for who in [drafter(), officer(MARKET, Post::Colleague), checker()] {
        assert!(drafted.ask(&who, &retire(id)).is_ok(), "{who:?}");
    }
    let other = officer(TAX, Post::Handler);
    assert_eq!(drafted.refused(&other, &retire(id)), guard(Guard::Competent));
    let (mut world, id) = entry(proposal(), 4);
    world.pass(31);
    world.must(&chief(), &publish(id));
    without_the_measure(&mut world);
    assert!(world.ask(&chief(), &retire(id)).is_ok());
    for who in [checker(), officer(MARKET, Post::Head), other] {
        assert_eq!(world.refused(&who, &retire(id)), guard(Guard::FourEyes), "{who:?}");
    }
}

#[test]
fn an_entry_names_each_department_once_and_no_more_than_the_bound() {
    let mut world = World::seeded();
    let mut rules = kit::rules::rules().clone();
    let codes: Vec<String> = (0..=ENTRY_DEPARTMENTS_MAX).map(|at| format!("unit{at}")).collect();
    for code in &codes {
        let own = Department { code: code.clone(), ..rules.departments[0].clone() };
        rules.departments.push(own);
    }
    rules.departments.sort_by(|one, other| one.code.cmp(&other.code));
    world.rules = Arc::new(rules);
    let id = CatalogueEntryId(world.must(&drafter(), &draft(proposal())));
    let told =
        |cc: Vec<String>| world.ask(&drafter(), &ask(CatalogueCommand::Submit { entry: id, cc }));
    let named = |others: usize| [vec![TAX.to_owned()], codes[..others].to_vec()].concat();
    told(named(ENTRY_DEPARTMENTS_MAX - 1)).expect("as many as may be named");
    for over in [ENTRY_DEPARTMENTS_MAX, ENTRY_DEPARTMENTS_MAX + 1] {
        let ground = told(named(over)).expect_err("too many").ground;
        assert_eq!(ground, misfit(Misfit::Value));
    }
}

/// What is new to the catalogue is used from its publication on and until it is retired, however early
/// or long the loaded files hold it; what they published before anybody drafted it stays in use.
/// Covers G-PUBLISHED, INV-11.
#[test]
fn what_is_new_is_used_while_it_is_published_and_no_longer() {
    use crate::kit::later::listed;
    use crate::kit::steps::{Stage, handler, initiate, notice, propose};
    use shouxin_core::event::CaseRef;

    let proposal = Proposal { code: UNPUBLISHED.to_owned(), ..incentive() };
    let proposal = Proposal { reduces_rights: true, ..proposal };
    let (mut world, id) = entry(proposal.clone(), 0);
    let names: Vec<&str> = world.log.iter().rev().take(2).map(|own| own.event.name()).collect();
    assert_eq!(names, ["catalogue.awaits_publication", "catalogue.drafted"]);
    // The files may hold it as published ahead of its publication: it is not used.
    let with = |world: &mut World, published: bool| {
        let rules = Arc::make_mut(&mut world.rules);
        let own = rules.measures.iter_mut().filter(|own| own.id == UNPUBLISHED);
        own.for_each(|own| own.published = published);
    };
    let used = |world: &World| {
        let mut world = world.clone();
        let listing = world.listing(&[], &[], Stage::Proposed);
        world.ask(&handler(), &notice(&world, CaseRef::Listing(listing), &[UNPUBLISHED]))
    };
    let ground = |world: &World| used(world).expect_err("it is not used").ground;
    for early in [false, true] {
        with(&mut world, early);
        assert_eq!(ground(&world), guard(Guard::Published), "held as published: {early}");
    }
    for (who, command) in [
        (drafter(), submit(id)),
        (checker(), check(id)),
        (reviewer(), review(id)),
        (checker(), comment(id)),
    ] {
        world.must(&who, &command);
        assert_eq!(ground(&world), guard(Guard::Published));
    }
    world.pass(31);
    with(&mut world, false);
    world.must(&chief(), &publish(id));
    used(&world).expect("its publication is what makes it usable");
    let listing = world.listing(&[], &[UNPUBLISHED], Stage::Effective);
    let measure = initiate(listing, None, UNPUBLISHED);
    let opened = shouxin_core::id::MeasureId(world.must(&handler(), &measure));
    world.must(&handler(), &crate::kit::steps::measure_notice(&world, opened));
    world.must(&chief(), &retire(id));
    with(&mut world, true);
    assert_eq!(ground(&world), guard(Guard::Published), "retired");
    let dispatch = Command::DispatchMeasure { measure: opened };
    assert_eq!(world.refused(&handler(), &dispatch), guard(Guard::Published));
    assert_eq!(world.refused(&handler(), &measure), guard(Guard::Published));
    assert_eq!(world.replayed().rows, world.rows);
    // An entry of the initial catalogue is not taken out of use by a draft.
    let (mut amended, listing) = listed();
    amended.must(&drafter(), &draft(Proposal { reduces_rights: true, ..self::proposal() }));
    assert_eq!(amended.log.last().unwrap().event.name(), "catalogue.drafted");
    amended.must(&handler(), &initiate(listing, None, STATUTE));
    // A behaviour that is drafted anew is nobody's ground before it is published.
    let mut behaviour = World::seeded();
    let mut without = (*behaviour.rules).clone();
    without.behaviours.retain(|own| own.id != LISTABLE);
    let with_it = std::mem::replace(&mut behaviour.rules, Arc::new(without));
    let kind = EntryKind::Behaviour;
    let departments = vec![MARKET.to_owned()];
    let code = LISTABLE.to_owned();
    behaviour.must(&drafter(), &draft(Proposal { kind, code, departments, ..proposal }));
    behaviour.rules = with_it;
    let refused = behaviour.refused(&handler(), &propose(organisation(1), &[]));
    assert_eq!(refused, guard(Guard::Published));
}

/// What an extension is for is published as what is proposed first: a behaviour that waits for its
/// publication, or was retired, grounds none. Covers INV-11.
#[test]
fn nothing_is_extended_for_a_behaviour_that_is_not_published() {
    let (mut world, listing) = listed();
    let extend = Command::Listing(ListingCommand::Extend {
        listing,
        basis: vec![cite("law")],
        facts: vec![fact(organisation(1))],
        records: vec![record_of(&world)],
        act: text(),
    });
    let extended = world.ask(&handler(), &extend).expect("it is published");
    let names: Vec<&str> = extended.drafts.iter().map(|own| own.event.name()).collect();
    let proposed = ["listing.proposed", "listing.repair_rule_kept", "listing.extension_proposed"];
    assert_eq!(names, proposed);
    // The files hold it no more; a draft awaits its publication when they hold it again.
    let held = world.rules.clone();
    Arc::make_mut(&mut world.rules).behaviours.retain(|own| own.id != LISTABLE);
    let proposal = Proposal {
        kind: EntryKind::Behaviour,
        code: LISTABLE.to_owned(),
        strength: Strength::Recommended,
        ..proposal()
    };
    world.must(&drafter(), &draft(proposal));
    world.rules = held;
    assert_eq!(world.refused(&handler(), &extend), guard(Guard::Published));
}
