//! The second person approves what they have read.

use super::*;

/// Covers INV-9.
#[test]
fn an_approval_is_of_the_request_that_was_read() {
    let mut world = asked();
    let read = approve(&world);
    let sequence = world.sequence;
    world.must(&triager(), &ask());
    let open = world.row().identity.clone().and_then(|own| own.request).expect("a request");
    assert_eq!((open.at, open.on), (sequence, world.today));
    let stale = Ground::Misfit(Misfit::Stale);
    assert_eq!(refused(world.clone(), &data_officer(), &read), stale, "another took its place");
    let next = Command::ApproveUnseal { request: sequence + 1 };
    assert_eq!(refused(world.clone(), &data_officer(), &next), stale);
    let read = approve(&world);
    world.must(&data_officer(), &read);
}

#[test]
fn an_identity_takes_two_persons_and_a_ground_in_force() {
    let both = officer(OFFICE, Post::Handler, Role::DataOfficer);
    assert_eq!(refused(asked(), &both, &approve(&asked())), guard(Guard::FourEyes));
    for instrument in ["repealed", "unknown"] {
        let command = Command::RequestUnseal {
            ground: cite(instrument),
            reasons: text(),
            law_forbids_telling: None,
        };
        assert_eq!(refused(at(Stage::Triaged), &triager(), &command), guard(Guard::Basis));
        let command = Command::RequestUnseal {
            ground: cite("law"),
            reasons: text(),
            law_forbids_telling: Some(cite(instrument)),
        };
        assert_eq!(refused(at(Stage::Triaged), &triager(), &command), guard(Guard::Basis));
    }
    let command = Command::RequestUnseal {
        ground: cite("law"),
        reasons: no_text(),
        law_forbids_telling: None,
    };
    assert_eq!(refused(at(Stage::Triaged), &triager(), &command), guard(Guard::Document));
    let mut world = asked();
    for opening in 0..OPENINGS_MAX {
        let approval = approve(&world);
        world.must(&data_officer(), &approval);
        // One approval is one opening.
        assert_eq!(world.run(&data_officer(), &approval), Err(STATE));
        let more = world.run(&triager(), &ask());
        assert_eq!(more.is_ok(), opening + 1 < OPENINGS_MAX, "{more:?}");
    }
    assert_eq!(world.row().identity.as_ref().expect("it is kept").openings.len(), OPENINGS_MAX);
}

#[test]
fn whether_the_reporter_is_told_follows_from_the_request() {
    let mut world = at(Stage::Triaged);
    let command = Command::RequestUnseal {
        ground: cite("law"),
        reasons: text(),
        law_forbids_telling: Some(cite("law")),
    };
    world.must(&triager(), &command);
    world.must(&data_officer(), &approve(&world));
    world.must(&triager(), &ask());
    world.must(&data_officer(), &approve(&world));
    let openings = &world.row().identity.as_ref().expect("it is kept").openings;
    let told: Vec<bool> = openings.iter().map(|own| own.told).collect();
    assert_eq!(told, [false, true]);
}
