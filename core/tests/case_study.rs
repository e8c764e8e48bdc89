//! Typical cases: what a text for the public may not hold, who publishes it, and that it goes again.

use crate::kit;
use crate::kit::rules::{MARKET, OFFICE, TAX, code, individual_business};
use crate::kit::steps::*;
use crate::kit::table::{Asked, compare};
use crate::kit::{
    Post, World, guard, machines, misfit, officer, organisation, party, person, timer,
};
use shouxin_core::actor::SubjectKey;
use shouxin_core::anonymity::{holds_name, holds_personal_number};
use shouxin_core::command::Command;
use shouxin_core::command::case_study::CaseStudyCommand;
use shouxin_core::event::case_study::{CaseStudyEvent, TakenDownFor};
use shouxin_core::event::{Capacity, Event};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::CaseStudyId;
use shouxin_core::limits::TEXT_BYTES_MAX;
use shouxin_core::row::social::{SocialIndex, SocialKey};
use shouxin_core::row::{Index, Key};

/// A citizen's number that passes every check and was never issued.
const NUMBER: &str = "11010519491231002X";

fn seeded() -> World {
    let mut world = World::new();
    world.must(&handler(), &register(organisation(1)));
    world.must(&handler(), &register_person(1, Capacity::Full));
    world
}

fn drafted(change: impl Fn(&mut CaseStudyCommand)) -> Command {
    let mut own = CaseStudyCommand::Draft {
        title: "守信故事".to_owned(),
        text: "某企业多年依法诚信经营。".to_owned(),
        subject: None,
        natural_persons: false,
        anonymised: false,
        persons_checked: 0,
        persons_named: 0,
    };
    change(&mut own);
    Command::CaseStudy(own)
}

macro_rules! set {
    ($it:ident, $($field:ident = $value:expr),+) => {
        match $it {
            CaseStudyCommand::Draft { $($field,)+ .. } => { $(*$field = $value;)+ }
            other => panic!("not a draft: {other:?}"),
        }
    };
}

fn newest(world: &World) -> CaseStudyId {
    let found = world.rows.keys().filter_map(|key| match key {
        Key::Social(SocialKey::CaseStudy(id)) => Some(*id),
        _ => None,
    });
    found.max().unwrap_or(CaseStudyId(world.next()))
}

fn publish(world: &World) -> Command {
    Command::CaseStudy(CaseStudyCommand::Publish { case_study: newest(world) })
}

fn withdraw(world: &World) -> Command {
    let ground = TakenDownFor::NoLongerStands;
    Command::CaseStudy(CaseStudyCommand::Withdraw { case_study: newest(world), ground })
}

fn on_display(world: &World) -> usize {
    let shown = |entry: &&Index| matches!(entry, Index::Social(SocialIndex::CaseStudies(_)));
    world.index.iter().filter(shown).count()
}

#[test]
fn every_state_takes_what_it_may_and_nothing_else() {
    let none = seeded();
    let draft = kit::later::after(&none, &handler(), &drafted(|_| {}));
    let published = kit::later::after(&draft, &head(), &publish(&draft));
    let withdrawn = kit::later::after(&published, &handler(), &withdraw(&published));
    assert_eq!([&none, &draft, &published, &withdrawn].map(on_display), [0, 0, 1, 0]);
    assert_eq!(withdrawn.replayed().rows, withdrawn.rows);
    let states =
        [("none", none), ("drafted", draft), ("published", published), ("withdrawn", withdrawn)];
    let commands: [Asked<'_>; 3] = [
        ("draft", handler(), &|_| drafted(|_| {})),
        ("publish", head(), &publish),
        ("withdraw", colleague(), &withdraw),
    ];
    compare(
        &machines::CASE_STUDY,
        &states,
        &commands,
        &[
            ("*", "draft", &["case_study.drafted"]),
            ("drafted", "publish", &["case_study.published"]),
            ("drafted", "withdraw", &["case_study.taken_down"]),
            ("published", "withdraw", &["case_study.taken_down"]),
        ],
        &[
            ("none", "publish", Ground::Misfit(Misfit::NotFound)),
            ("none", "withdraw", Ground::Misfit(Misfit::NotFound)),
        ],
    );
}

/// Covers O26.
#[test]
fn a_story_keeps_the_file_of_whom_it_is_about_until_it_is_taken_down() {
    let keeps = |world: &World| kit::later::keeps(world, newest(world).0);
    let mut world = seeded();
    world.must(&handler(), &drafted(|it| set!(it, subject = Some(organisation(1)))));
    assert!(keeps(&world));
    world.must(&head(), &publish(&world.clone()));
    assert!(keeps(&world));
    world.must(&handler(), &withdraw(&world.clone()));
    assert!(!keeps(&world));
}

#[test]
fn nobody_is_named_in_what_is_told_to_everybody() {
    let world = seeded();
    let owner = SubjectKey::Organisation(individual_business());
    let holder = individual_business();
    let stated = |it: &mut CaseStudyCommand| set!(it, natural_persons = true, anonymised = true);
    let with = |body: String| drafted(move |it| set!(it, text = body.clone()));
    let anonymous = guard(Guard::Anonymous);
    let table: Vec<(&str, Command, Ground)> = vec![
        ("a citizen's number", with(format!("其身份证号{NUMBER}。")), anonymous),
        ("in the title", drafted(|it| set!(it, title = NUMBER.to_owned())), anonymous),
        ("spaced", with("110105 19491231 002x".to_owned()), anonymous),
        ("full width", with("１１０１０５１９４９１２３１００２Ｘ".to_owned()), anonymous),
        ("an individual business", with(format!("代码{holder}")), anonymous),
        (
            "a name that was found",
            drafted(|it| {
                stated(it);
                set!(it, persons_checked = 2, persons_named = 1);
            }),
            anonymous,
        ),
        ("a person, nothing stated", drafted(|it| set!(it, natural_persons = true)), anonymous),
        ("persons, nothing stated", drafted(|it| set!(it, persons_checked = 1)), anonymous),
        ("linked to a person", drafted(|it| set!(it, subject = Some(person(1)))), anonymous),
        (
            "linked to an individual business",
            drafted(|it| set!(it, subject = Some(owner))),
            anonymous,
        ),
        (
            "linked to nobody",
            drafted(|it| set!(it, subject = Some(organisation(2)))),
            misfit(Misfit::NotFound),
        ),
        ("no title", drafted(|it| set!(it, title = " ".to_owned())), misfit(Misfit::Value)),
        ("no text", with(String::new()), misfit(Misfit::Value)),
        ("too long", with("长".repeat(6000)), misfit(Misfit::Value)),
    ];
    for (what, command, ground) in table {
        assert_eq!(world.refused(&handler(), &command), ground, "{what}");
    }
    let mut world = world;
    for change in [
        &stated as &dyn Fn(&mut CaseStudyCommand),
        &|it: &mut CaseStudyCommand| set!(it, subject = Some(organisation(1))),
        &|it: &mut CaseStudyCommand| set!(it, text = format!("企业代码 {}", code(1))),
    ] {
        world.must(&handler(), &drafted(change));
    }
}

#[test]
fn the_head_publishes_what_somebody_else_wrote() {
    let world = seeded();
    for who in [timer(), party(organisation(1))] {
        assert_eq!(world.refused(&who, &drafted(|_| {})), guard(Guard::Human));
    }
    let draft = kit::later::after(&world, &handler(), &drafted(|_| {}));
    let elsewhere = officer(TAX, Post::Head);
    assert_eq!(draft.refused(&handler(), &publish(&draft)), guard(Guard::FourEyes));
    assert_eq!(draft.refused(&elsewhere, &publish(&draft)), guard(Guard::Competent));
    let own = kit::later::after(&world, &head(), &drafted(|_| {}));
    assert_eq!(own.refused(&head(), &publish(&own)), guard(Guard::FourEyes));
    let office = officer(OFFICE, Post::Handler);
    assert_eq!(draft.refused(&office, &withdraw(&draft)), guard(Guard::Competent));
    assert_eq!(officer(MARKET, Post::Handler), handler());
}

#[test]
fn numbers_and_names_are_found_however_they_are_written() {
    let today = kit::rules::day("2026-03-02");
    let table = [
        (NUMBER.to_owned(), true),
        (format!("编号{NUMBER}1"), true),
        ("110105-19491231-002X".to_owned(), true),
        ("110105194912310021".to_owned(), false),
        (format!("A{}Z", individual_business()), true),
        (code(1).to_string(), false),
        ("2026年3月2日，罚款 350000 元，案号 350426202600012345".to_owned(), false),
    ];
    for (text, found) in table {
        assert_eq!(holds_personal_number(&text, today), found, "{text}");
    }
    assert!(holds_name("张 三丰按期还款", "张三丰"));
    assert!(holds_name("Zhang-Sanfeng", "ZHANG SANFENG"));
    assert!(!holds_name("张某按期还款", "张三丰"));
    assert!(!holds_name("张某", ""), "a name that nobody can read is no name");
}

#[test]
fn a_story_is_as_long_as_its_bound_and_says_whether_a_person_occurs() {
    let world = seeded();
    let full = usize::try_from(TEXT_BYTES_MAX).unwrap();
    let of = |bytes: usize| drafted(|own| set!(own, text = "a".repeat(bytes)));
    assert!(world.ask(&handler(), &of(full)).is_ok());
    assert_eq!(world.refused(&handler(), &of(full + 1)), misfit(Misfit::Value));
    let persons = |stated: bool, checked: u16| {
        let command = drafted(|own| {
            set!(own, natural_persons = stated, persons_checked = checked, anonymised = true);
        });
        let outcome = world.ask(&handler(), &command).expect("it is taken");
        match &outcome.drafts[0].event {
            Event::CaseStudy(CaseStudyEvent::Drafted { natural_persons, .. }) => *natural_persons,
            other => panic!("{other:?}"),
        }
    };
    assert!(!persons(false, 0));
    assert!(persons(true, 0));
    assert!(persons(false, 1));
    assert!(persons(true, 2));
}
