//! Who stands aside once a purge has destroyed whom the report was about: the tag says it, and where
//! there is none, nobody can know.

use super::*;
use shouxin_core::whistle::stands_aside;

/// A closed report to which its author has added an account of retaliation.
fn reopened(tagged: bool) -> World {
    let mut world = at(if tagged { Stage::Closed } else { Stage::Kept });
    if !tagged {
        // As an older program left it: the key is gone and no tag stands in the log.
        let event = WhistleEvent::Purged { slots: world.row().slots.clone() };
        let own = envelope(world.sequence, world.today, data_officer().0, event);
        let (row, ledger) = apply(world.row.as_ref(), &world.ledger, &own).expect("it fits");
        (world.row, world.ledger, world.sequence) = (Some(row), ledger, world.sequence + 1);
    }
    world.must(&reporter(), &Command::ReportRetaliation { account: slot(2) });
    world
}

/// What the store hands over: the officer's own authority where the tag says that it is that.
fn run(world: &World, who: &Who, own: bool, command: &Command) -> Result<&'static str, Ground> {
    let By::Officer(officer) = &who.0 else { panic!("no officer") };
    let reported = own.then_some(officer.authority);
    let (by, role, rules) = (&who.0, who.1, world.rules);
    let context = Context { today: world.today, by, role, rules, reported };
    let event = decide(world.row.as_ref(), command, &context).map_err(|own| own.ground)?;
    Ok(event.name())
}

#[test]
fn after_the_purge_officers_of_the_reported_body_still_stand_aside() {
    let mut world = reopened(true);
    let answer = Command::PostFeedback { text: slot(2) };
    let competent = Err(guard(Guard::Competent));
    for who in [triager(), case_officer()] {
        assert_eq!(run(&world, &who, true, &answer), competent);
        assert_eq!(run(&world, &who, false, &answer), Ok("whistle.feedback_posted"));
    }
    world.pass(400);
    assert_eq!(run(&world, &data_officer(), true, &Command::Purge), competent);
    assert_eq!(run(&world, &data_officer(), false, &Command::Purge), Ok("identity.purged"));
    // The tag stays: there is no second one, and none of nothing.
    assert_eq!(run(&world, &data_officer(), false, &tag()), Err(STATE));
}

#[test]
fn where_nobody_can_know_only_triage_outside_of_the_credit_office_is_left() {
    let mut world = reopened(false);
    let answer = Command::PostFeedback { text: slot(2) };
    let competent = Err(guard(Guard::Competent));
    let outside = officer(MARKET, Post::Handler, Role::Triage);
    assert_eq!(run(&world, &triager(), false, &answer), competent, "of the credit office");
    assert_eq!(run(&world, &case_officer(), false, &answer), competent);
    assert_eq!(run(&world, &outside, false, &answer), Ok("whistle.feedback_posted"));
    world.pass(400);
    // What was written after the purge is not kept for ever: the second person destroys it.
    let second = officer(MARKET, Post::Colleague, Role::DataOfficer);
    assert_eq!(run(&world, &data_officer(), false, &Command::Purge), competent);
    assert_eq!(run(&world, &second, false, &Command::Purge), Ok("identity.purged"));
    assert_eq!(run(&world, &second, false, &tag()), Err(STATE), "there is no code to tag");
}

#[test]
fn a_tag_comes_before_the_purge_and_says_something() {
    let kept = at(Stage::Kept);
    assert_eq!(refused(kept.clone(), &data_officer(), &Command::Purge), STATE);
    assert_eq!(refused(kept, &data_officer(), &Command::Tag { reported: [0; 32] }), STATE);
    assert_eq!(
        refused(at(Stage::FedBack), &data_officer(), &tag()),
        STATE,
        "it is kept for longer"
    );
    let competent = guard(Guard::Competent);
    assert_eq!(refused(about(OFFICE, Stage::Kept), &data_officer(), &tag()), competent);
}

#[test]
fn what_is_known_decides_alone() {
    let (office, market) = (authority(OFFICE), authority(MARKET));
    for role in [Role::Triage, Role::DataOfficer, Role::Department, Role::CreditOffice] {
        for own in [office, market] {
            assert!(stands_aside(Some(true), role, own, rules()), "{role:?}");
            assert!(!stands_aside(Some(false), role, own, rules()), "{role:?}");
        }
        assert!(stands_aside(None, role, office, rules()), "{role:?}");
        let acts = matches!(role, Role::Triage | Role::DataOfficer);
        assert_eq!(stands_aside(None, role, market, rules()), !acts, "{role:?}");
    }
    // Rules from before the mark do not say who is outside of the credit office.
    let mut unmarked = rules().clone();
    unmarked.departments.iter_mut().for_each(|own| own.credit_office = false);
    assert!(stands_aside(None, Role::Triage, market, &unmarked));
}
