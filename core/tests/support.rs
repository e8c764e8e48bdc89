//! Support of public-interest litigation: for a plaintiff whom a law names, with evidence that
//! nobody disputes, and without anything for the subject to follow from it.

use crate::kit::later::{after, keeps, later};
use crate::kit::machines;
use crate::kit::rules::{TAX, cite};
use crate::kit::steps::*;
use crate::kit::table::{Asked, compare};
use crate::kit::{Post, World, guard, misfit, officer, organisation};
use shouxin_core::command::Command;
use shouxin_core::command::support::SupportCommand;
use shouxin_core::event::Target;
use shouxin_core::event::support::SuitGround;
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{RecordId, SupportId};
use shouxin_core::limits::{EVIDENCE_MAX, HANDOVERS_MAX, SUPPORTS_OPEN_MAX};
use shouxin_core::row::Key;
use shouxin_core::row::social::SocialKey;

fn recorded() -> (World, RecordId) {
    let mut world = World::seeded();
    let record = world.with_record();
    (world, record)
}

fn opening(target: Target, change: impl Fn(&mut SupportCommand)) -> Command {
    let mut own = SupportCommand::Open {
        target,
        ground: SuitGround::Consumers,
        plaintiff: "某县人民检察院".to_owned(),
        plaintiff_basis: cite("law"),
        basis: vec![cite("plan")],
        request_sha256: digest(30),
    };
    change(&mut own);
    Command::Support(own)
}

fn newest(world: &World) -> SupportId {
    let found = world.rows.keys().filter_map(|key| match key {
        Key::Social(SocialKey::Support(id)) => Some(*id),
        _ => None,
    });
    found.max().unwrap_or(SupportId(world.next()))
}

fn hand_over(world: &World) -> Command {
    Command::Support(SupportCommand::HandOver {
        support: newest(world),
        documents: vec![digest(31)],
        receipt_sha256: digest(32),
    })
}

fn close(world: &World) -> Command {
    Command::Support(SupportCommand::Close { support: newest(world), outcome: text() })
}

/// Covers O47, M-S09.
#[test]
fn every_state_takes_what_it_may_and_nothing_else() {
    let (none, record) = recorded();
    let open = after(&none, &handler(), &opening(Target::Record(record), |_| {}));
    let handed = after(&open, &handler(), &hand_over(&open));
    let closed = after(&handed, &clerk(), &close(&handed));
    assert_eq!(closed.replayed().rows, closed.rows);
    let kept = [&open, &handed, &closed].map(|world| keeps(world, newest(world).0));
    assert_eq!(kept, [true, true, false], "it keeps the file while it is open");
    // Nothing about the subject is otherwise than before.
    let of_subject = |world: &World| {
        let keys = [Key::Subject(organisation(1)), Key::Record(record)];
        keys.map(|key| world.row(&key).cloned().map(|row| format!("{row:?}")))
    };
    let mut before = of_subject(&none);
    let mut then = of_subject(&closed);
    // The file's version moves with every event about it.
    for own in before.iter_mut().chain(then.iter_mut()).flatten() {
        *own = own.split("last: ").next().unwrap_or_default().to_owned();
    }
    assert_eq!(before, then);
    assert!(closed.marks(organisation(1)).is_empty());
    let states = [("none", none), ("open", open), ("handed over", handed), ("closed", closed)];
    let open = |_: &World| opening(Target::Record(record), |_| {});
    let commands: [Asked<'_>; 3] = [
        ("open", handler(), &open),
        ("hand over", handler(), &hand_over),
        ("close", clerk(), &close),
    ];
    const HANDED: &[&str] = &["litigation_support.evidence_handed_over"];
    const CLOSED: &[&str] = &["litigation_support.closed"];
    compare(
        &machines::SUPPORT,
        &states,
        &commands,
        &[
            ("none", "open", &["litigation_support.opened"]),
            // Another plaintiff may ask for the same.
            ("*", "open", &["litigation_support.opened"]),
            ("open", "hand over", HANDED),
            ("open", "close", CLOSED),
            ("handed over", "hand over", HANDED),
            ("handed over", "close", CLOSED),
        ],
        &[],
    );
}

#[test]
fn only_for_a_plaintiff_of_the_law_and_only_by_whose_it_is() {
    let (mut world, record) = recorded();
    let target = Target::Record(record);
    let other = officer(TAX, Post::Handler);
    assert_eq!(world.refused(&other, &opening(target, |_| {})), guard(Guard::Competent));
    type Spoil = fn(&mut SupportCommand);
    let spoilt: [(Guard, Spoil); 5] = [
        (Guard::BasisRank, |own| {
            let SupportCommand::Open { plaintiff_basis, .. } = own else { return };
            *plaintiff_basis = cite("plan");
        }),
        (Guard::Basis, |own| {
            let SupportCommand::Open { basis, .. } = own else { return };
            basis.clear();
        }),
        (Guard::Basis, |own| {
            let SupportCommand::Open { plaintiff_basis, .. } = own else { return };
            *plaintiff_basis = cite("no such instrument");
        }),
        (Guard::Document, |own| {
            let SupportCommand::Open { plaintiff, .. } = own else { return };
            plaintiff.clear();
        }),
        (Guard::Document, |own| {
            let SupportCommand::Open { request_sha256, .. } = own else { return };
            *request_sha256 = [0; 32];
        }),
    ];
    for (expected, spoil) in spoilt {
        assert_eq!(world.refused(&handler(), &opening(target, spoil)), guard(expected));
    }
    let listing = world.listing(&[record], &[], Stage::Proposed);
    let pending = opening(Target::Listing(listing), |_| {});
    assert_eq!(world.refused(&handler(), &pending), guard(Guard::NoSuspension));
    assert_eq!(
        world.refused(
            &handler(),
            &opening(Target::Measure(shouxin_core::id::MeasureId(world.next())), |_| {})
        ),
        misfit(Misfit::Value)
    );
}

#[test]
fn what_comes_to_be_disputed_is_handed_to_nobody() {
    let (mut world, record) = recorded();
    world.must(&clerk(), &opening(Target::Record(record), |_| {}));
    let nothing = Command::Support(SupportCommand::HandOver {
        support: newest(&world),
        documents: Vec::new(),
        receipt_sha256: digest(32),
    });
    assert_eq!(world.refused(&clerk(), &nothing), guard(Guard::Document));
    world.objection(organisation(1), Target::Record(record), false);
    assert_eq!(world.refused(&clerk(), &hand_over(&world)), guard(Guard::NoSuspension));
    let world = later(&world, 400);
    assert_eq!(world.refused(&clerk(), &hand_over(&world)), guard(Guard::NoSuspension));
}

#[test]
fn no_more_are_open_about_a_subject_than_the_bound_and_one_that_is_closed_makes_room() {
    let (mut world, record) = recorded();
    let open = opening(Target::Record(record), |_| {});
    for _ in 0..SUPPORTS_OPEN_MAX {
        world.must(&handler(), &open);
    }
    assert_eq!(world.refused(&handler(), &open), misfit(Misfit::Limit));
    // Another subject's are counted by themselves.
    let own = submit(organisation(2), "尤市监罚〔2026〕902号");
    let other = RecordId(world.must(&handler(), &own));
    after(&world, &handler(), &opening(Target::Record(other), |_| {}));
    world.must(&handler(), &close(&world));
    world.must(&handler(), &open);
    assert_eq!(world.refused(&handler(), &open), misfit(Misfit::Limit));
    assert_eq!(world.replayed().rows, world.rows);
    for _ in 0..HANDOVERS_MAX {
        world.must(&handler(), &hand_over(&world));
    }
    assert_eq!(world.refused(&handler(), &hand_over(&world)), misfit(Misfit::Limit));
}

#[test]
fn what_the_credit_office_opened_is_still_for_the_authority_whose_it_is() {
    let (mut world, record) = recorded();
    world.must(&clerk(), &opening(Target::Record(record), |_| {}));
    let other = officer(TAX, Post::Handler);
    assert_eq!(world.refused(&other, &hand_over(&world)), guard(Guard::Competent));
    assert_eq!(world.refused(&other, &close(&world)), guard(Guard::Competent));
    world.must(&handler(), &hand_over(&world));
    world.must(&clerk(), &hand_over(&world));
    world.must(&handler(), &close(&world));
}

#[test]
fn documents_are_handed_over_up_to_the_bound_each_a_digest_with_a_receipt() {
    let (mut world, record) = recorded();
    world.must(&handler(), &opening(Target::Record(record), |_| {}));
    let hand = |documents: Vec<[u8; 32]>, receipt: u8| {
        let own = SupportCommand::HandOver {
            support: newest(&world),
            documents,
            receipt_sha256: [receipt; 32],
        };
        world.ask(&handler(), &Command::Support(own)).map_err(|own| own.ground)
    };
    assert!(hand(vec![digest(31); EVIDENCE_MAX], 32).is_ok());
    let document = guard(Guard::Document);
    for over in [1, 2] {
        let many = vec![digest(31); EVIDENCE_MAX + over];
        assert_eq!(hand(many, 32).expect_err("too many"), document);
    }
    assert_eq!(hand(Vec::new(), 32).expect_err("none"), document);
    assert_eq!(hand(vec![[0; 32]], 32).expect_err("no digest"), document);
    assert_eq!(hand(vec![digest(31)], 0).expect_err("no receipt"), document);
}
