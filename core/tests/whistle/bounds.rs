//! The last that is taken of what a report brings and of its days, and the first that is not.

use super::*;
use shouxin_core::limits::REPORT_EVIDENCE_MAX;

#[test]
fn a_report_brings_as_much_evidence_as_the_bound() {
    let with = |count: usize| {
        let (reported, facts, evidence) = (text(), text(), vec![text(); count]);
        let command = Command::Receive { reported, facts, evidence, identity_sha256: None };
        World::new().run(&reporter(), &command)
    };
    for count in [0, 1, REPORT_EVIDENCE_MAX] {
        assert_eq!(with(count), Ok("whistle.received"), "{count}");
    }
    for over in [1, 2] {
        let limit = Err(Ground::Misfit(Misfit::Limit));
        assert_eq!(with(REPORT_EVIDENCE_MAX + over), limit, "{over}");
    }
}

#[test]
fn a_verification_takes_longer_up_to_its_last_day() {
    let mut world = at(Stage::Assigned);
    let ReportState::Assigned { verify_by, .. } = world.row().state else { panic!("assigned") };
    let extend = Command::Extend { reasons: text() };
    world.today = verify_by.day.plus_days(1);
    assert_eq!(refused(world.clone(), &case_officer(), &extend), STATE);
    world.today = verify_by.day;
    world.must(&case_officer(), &extend);
}

/// A refusal says in which state the step is taken.
#[test]
fn a_step_out_of_turn_is_told_its_turn() {
    let told = |world: &World, command: &Command| {
        let Who(by, role) = case_officer();
        let (today, reported) = (world.today, Some(world.reported));
        let context = Context { today, by: &by, role, rules: rules(), reported };
        decide(world.row.as_ref(), command, &context).expect_err("out of turn").cure
    };
    let transfer = Command::Transfer { note: text() };
    for stage in [Stage::Triaged, Stage::Assigned, Stage::Transferred] {
        let cure = told(&at(stage), &transfer);
        assert!(cure.contains("to be substantiated"), "{cure}");
    }
    for command in [verify(true), Command::Extend { reasons: text() }] {
        let cure = told(&at(Stage::Substantiated), &command);
        assert!(cure.contains("to be assigned"), "{cure}");
    }
}
