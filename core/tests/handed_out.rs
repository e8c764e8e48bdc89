//! Evidence for a suit in the public interest is of a record that stands on the day on which it is
//! handed out, whatever a timer has said about it (design.md 1).

use crate::kit::rules::cite;
use crate::kit::steps::*;
use crate::kit::{World, guard};
use shouxin_core::command::Command;
use shouxin_core::command::support::SupportCommand;
use shouxin_core::event::Target;
use shouxin_core::event::support::SuitGround;
use shouxin_core::guard::Guard;
use shouxin_core::id::SupportId;
use shouxin_core::row::{Key, Row};

/// Covers O47, M-S09.
#[test]
fn evidence_of_a_record_is_handed_out_to_its_last_day_and_not_behind_it() {
    let mut world = World::seeded();
    let record = world.with_record();
    let open = Command::Support(SupportCommand::Open {
        target: Target::Record(record),
        ground: SuitGround::Consumers,
        plaintiff: "某县人民检察院".to_owned(),
        plaintiff_basis: cite("law"),
        basis: vec![cite("plan")],
        request_sha256: digest(30),
    });
    let support = SupportId(world.must(&handler(), &open));
    let hand_over = Command::Support(SupportCommand::HandOver {
        support,
        documents: vec![digest(31)],
        receipt_sha256: digest(32),
    });
    let Some(Row::Record(row)) = world.row(&Key::Record(record)) else {
        panic!("there is no {record}");
    };
    // No timer looks at it meanwhile: its date rules.
    world.today = row.publicity_until.expect("an adverse record has a last day");
    for own in [&open, &hand_over] {
        assert!(world.ask(&handler(), own).is_ok());
    }
    world.today = world.today.plus_days(1);
    for own in [&open, &hand_over] {
        assert_eq!(world.refused(&handler(), own), guard(Guard::NoSuspension));
    }
}
