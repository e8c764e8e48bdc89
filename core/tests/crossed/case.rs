//! Measure cases and records meet suits, court orders and the end of what they rest on, in every
//! state.

use super::*;

fn measured(progress: Progress) -> World {
    let mut world = at(Stage::Effective);
    let listing = first(&world);
    world.measure(listing, STATUTE, progress);
    world
}

#[test]
fn a_measure_meets_courts_and_the_end_of_what_it_rests_on() {
    let of = |world: &World| Target::Measure(measure_of(world));
    let [noticed, accepted, executing, executed] =
        [Progress::Noticed, Progress::Accepted, Progress::Executing, Progress::Executed]
            .map(measured);
    let gone = |world: &World| after(world, &head(), &revoke(world, case_of(world)));
    let lift =
        |world: &World| after(world, &implementer(), &by_hand(measure_of(world), CaseHook::Lift));
    let held = {
        let world = stayed(&executed, of(&executed));
        after(&world, &implementer(), &by_hand(measure_of(&world), CaseHook::Suspend))
    };
    let states = [
        ("none", at(Stage::Effective)),
        ("noticed, stayed", stayed(&noticed, of(&noticed))),
        ("noticed, its listing gone", gone(&noticed)),
        ("noticed", noticed),
        ("accepted, suit filed", sued(&accepted, of(&accepted))),
        ("accepted, stayed", stayed(&accepted, of(&accepted))),
        ("accepted, its listing stayed", stayed(&accepted, Target::Listing(first(&accepted)))),
        ("executing, stayed", stayed(&executing, of(&executing))),
        ("executing, its listing gone", gone(&executing)),
        ("executing", executing),
        ("executed, suit filed", sued(&executed, of(&executed))),
        ("executed, stayed", stayed(&executed, of(&executed))),
        ("executed, its listing stayed", stayed(&executed, Target::Listing(first(&executed)))),
        ("executed, its listing gone", gone(&executed)),
        ("executed, stayed and held", held),
        ("lifted", lift(&gone(&executed))),
        ("executed", executed),
    ];
    let commands: [Asked<'_>; 14] = [
        ("file a suit", party(organisation(1)), &|world| suit(world, of(world))),
        ("court stays", handler(), &stay),
        ("court ends the stay", clerk(), &end_stay),
        ("court revokes", handler(), &|world| rule(world, RemedyOutcome::Revoked)),
        ("court upholds", clerk(), &|world| rule(world, RemedyOutcome::Upheld)),
        ("court shortens", clerk(), &|world| {
            rule(world, RemedyOutcome::Changed { end: world.today.plus_days(30) })
        }),
        ("annul the record", colleague(), &annul_record),
        ("take the listing back", head(), &|world| revoke(world, case_of(world))),
        ("execute", implementer(), &|world| Command::ExecuteMeasure { measure: measure_of(world) }),
        ("done", implementer(), &|world| by_hand(measure_of(world), CaseHook::Execute)),
        ("hold", implementer(), &|world| by_hand(measure_of(world), CaseHook::Suspend)),
        ("resume", implementer(), &|world| by_hand(measure_of(world), CaseHook::Resume)),
        ("lift", implementer(), &|world| by_hand(measure_of(world), CaseHook::Lift)),
        ("tick", timer(), &|world| Command::Tick { due: Due::Measure(measure_of(world)) }),
    ];
    compare(
        &machines::MEASURE_WIDER,
        &states,
        &commands,
        &[
            ("*", "file a suit", &["remedy.filed"]),
            ("accepted, suit filed", "court stays", &["remedy.stay_ordered"]),
            ("executed, suit filed", "court stays", &["remedy.stay_ordered"]),
            ("noticed, stayed", "court ends the stay", &["remedy.stay_ended"]),
            ("noticed, stayed", "tick", &["assessment.dispatch_put_off"]),
            ("accepted, stayed", "court ends the stay", &["remedy.stay_ended"]),
            (
                "accepted, its listing stayed",
                "court ends the stay",
                &["remedy.stay_ended", "classification.changed"],
            ),
            ("executing, stayed", "court ends the stay", &["remedy.stay_ended"]),
            ("executed, stayed", "court ends the stay", &["remedy.stay_ended"]),
            (
                "executed, its listing stayed",
                "court ends the stay",
                &["remedy.stay_ended", "classification.changed"],
            ),
            ("executed, stayed and held", "court ends the stay", &["remedy.stay_ended"]),
            (
                "noticed, stayed",
                "court revokes",
                &["remedy.decided", "measure.annulled", "redress.owed"],
            ),
            (
                "accepted, suit filed",
                "court revokes",
                &["remedy.decided", "measure.annulled", "redress.owed"],
            ),
            (
                "accepted, stayed",
                "court revokes",
                &["remedy.decided", "measure.annulled", "redress.owed"],
            ),
            (
                "accepted, its listing stayed",
                "court revokes",
                &["remedy.decided", "listing.annulled", "classification.changed", "redress.owed"],
            ),
            (
                "executing, stayed",
                "court revokes",
                &["remedy.decided", "measure.annulled", "redress.owed"],
            ),
            (
                "executed, suit filed",
                "court revokes",
                &["remedy.decided", "measure.annulled", "redress.owed"],
            ),
            (
                "executed, stayed",
                "court revokes",
                &["remedy.decided", "measure.annulled", "redress.owed"],
            ),
            (
                "executed, its listing stayed",
                "court revokes",
                &["remedy.decided", "listing.annulled", "classification.changed", "redress.owed"],
            ),
            (
                "executed, stayed and held",
                "court revokes",
                &["remedy.decided", "measure.annulled", "redress.owed"],
            ),
            ("noticed, stayed", "court upholds", &["remedy.decided"]),
            ("accepted, suit filed", "court upholds", &["remedy.decided"]),
            ("accepted, stayed", "court upholds", &["remedy.decided"]),
            (
                "accepted, its listing stayed",
                "court upholds",
                &["remedy.decided", "classification.changed"],
            ),
            ("executing, stayed", "court upholds", &["remedy.decided"]),
            ("executed, suit filed", "court upholds", &["remedy.decided"]),
            ("executed, stayed", "court upholds", &["remedy.decided"]),
            (
                "executed, its listing stayed",
                "court upholds",
                &["remedy.decided", "classification.changed"],
            ),
            ("executed, stayed and held", "court upholds", &["remedy.decided"]),
            (
                "accepted, its listing stayed",
                "court shortens",
                &["remedy.decided", "listing.shortened", "classification.changed"],
            ),
            (
                "executed, its listing stayed",
                "court shortens",
                &["remedy.decided", "listing.shortened", "classification.changed"],
            ),
            (
                "*",
                "annul the record",
                &[
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "noticed, its listing gone",
                "annul the record",
                &["record.annulled", "redress.owed_by_annulment"],
            ),
            (
                "executing, its listing gone",
                "annul the record",
                &["record.annulled", "redress.owed_by_annulment"],
            ),
            (
                "executed, its listing gone",
                "annul the record",
                &["record.annulled", "redress.owed_by_annulment"],
            ),
            ("lifted", "annul the record", &["record.annulled", "redress.owed_by_annulment"]),
            (
                "*",
                "take the listing back",
                &["listing.revoked", "classification.changed", "redress.owed_by_annulment"],
            ),
            ("accepted, suit filed", "execute", &["execution.ordered"]),
            ("executing, stayed", "done", &["measure.executed", "assessment.feedback_due"]),
            (
                "executing, its listing gone",
                "done",
                &["measure.executed", "assessment.feedback_due"],
            ),
            ("executing", "done", &["measure.executed", "assessment.feedback_due"]),
            ("executing, stayed", "hold", &["measure.suspension_confirmed"]),
            ("executed, stayed", "hold", &["measure.suspension_confirmed"]),
            ("executed, its listing stayed", "hold", &["measure.suspension_confirmed"]),
            ("executing, its listing gone", "lift", &["measure.lifted", "assessment.feedback_due"]),
            ("executed, its listing gone", "lift", &["measure.lifted", "assessment.feedback_due"]),
            ("noticed, its listing gone", "tick", &["measure.closed"]),
            ("executing, its listing gone", "tick", &["measure.lift_required"]),
            ("executed, its listing gone", "tick", &["measure.lift_required"]),
        ],
        &[
            ("none", "file a suit", ABSENT),
            ("noticed, its listing gone", "court stays", ABSENT),
            ("noticed", "court stays", ABSENT),
            ("executing, its listing gone", "court stays", ABSENT),
            ("executing", "court stays", ABSENT),
            ("executed, its listing gone", "court stays", ABSENT),
            ("lifted", "court stays", ABSENT),
            ("executed", "court stays", ABSENT),
            ("*", "court ends the stay", ABSENT),
            ("accepted, suit filed", "court ends the stay", STATE),
            ("executed, suit filed", "court ends the stay", STATE),
            ("*", "court revokes", ABSENT),
            ("*", "court upholds", ABSENT),
            ("*", "court shortens", ABSENT),
            ("noticed, stayed", "court shortens", NO_END),
            ("accepted, suit filed", "court shortens", NO_END),
            ("accepted, stayed", "court shortens", NO_END),
            ("executing, stayed", "court shortens", NO_END),
            ("executed, suit filed", "court shortens", NO_END),
            ("executed, stayed", "court shortens", NO_END),
            ("executed, stayed and held", "court shortens", NO_END),
            ("noticed, its listing gone", "take the listing back", STATE),
            ("executing, its listing gone", "take the listing back", STATE),
            ("executed, its listing gone", "take the listing back", STATE),
            ("lifted", "take the listing back", STATE),
            ("*", "execute", SUSPENDED),
            ("none", "execute", ABSENT),
            ("noticed, its listing gone", "execute", ENDED),
            ("noticed", "execute", STATE),
            ("executing, its listing gone", "execute", ENDED),
            ("executing", "execute", STATE),
            ("executed, suit filed", "execute", STATE),
            ("executed, its listing gone", "execute", ENDED),
            ("lifted", "execute", ENDED),
            ("executed", "execute", STATE),
            ("noticed, stayed", "resume", SUSPENDED),
            ("accepted, stayed", "resume", SUSPENDED),
            ("accepted, its listing stayed", "resume", SUSPENDED),
            ("executing, stayed", "resume", SUSPENDED),
            ("executed, stayed", "resume", SUSPENDED),
            ("executed, its listing stayed", "resume", SUSPENDED),
            ("executed, stayed and held", "resume", SUSPENDED),
        ],
    );
}

#[test]
fn a_record_meets_courts_and_the_listings_that_rest_on_it() {
    let of = |world: &World| Target::Record(record_of(world));
    let accepted = {
        let mut world = World::seeded();
        world.with_record();
        world
    };
    let end_display =
        |world: &World| Command::EndDisplay { record: record_of(world), reasons: text() };
    let mut over = stayed(&accepted, of(&accepted));
    over.today = day("2029-01-16");
    let expired = after(&over, &timer(), &Command::Tick { due: Due::Record(record_of(&over)) });
    let annulled = after(&accepted, &colleague(), &annul_record(&accepted));
    let decided = at(Stage::Decided);
    let effective = at(Stage::Effective);
    let states = [
        ("none", World::seeded()),
        ("accepted, suit filed", sued(&accepted, of(&accepted))),
        ("accepted, stayed", stayed(&accepted, of(&accepted))),
        ("stayed, period over", over),
        ("expired, stayed before", expired),
        ("off display, suit filed", {
            let hidden = after(&accepted, &colleague(), &end_display(&accepted));
            sued(&hidden, of(&hidden))
        }),
        ("annulled, suit filed", sued(&annulled, of(&annulled))),
        ("ground of a proposal", at(Stage::Proposed)),
        ("ground of a decision, suit filed", sued(&decided, of(&decided))),
        ("ground of a decision, stayed", stayed(&decided, of(&decided))),
        ("ground of a listing, suit filed", sued(&effective, of(&effective))),
        ("ground of a listing, stayed", stayed(&effective, of(&effective))),
        ("annulled", annulled),
        ("accepted", accepted),
    ];
    let commands: [Asked<'_>; 12] = [
        ("file a suit", party(organisation(1)), &|world| suit(world, of(world))),
        ("court stays", handler(), &stay),
        ("court ends the stay", clerk(), &end_stay),
        ("court revokes", handler(), &|world| rule(world, RemedyOutcome::Revoked)),
        ("court upholds", clerk(), &|world| rule(world, RemedyOutcome::Upheld)),
        ("court shortens", clerk(), &|world| {
            rule(world, RemedyOutcome::Changed { end: world.today.plus_days(30) })
        }),
        ("annul", colleague(), &annul_record),
        ("end display", colleague(), &end_display),
        ("object", party(organisation(1)), &|world| object(of(world), false)),
        ("propose a listing on it", handler(), &|world| {
            propose(organisation(1), &[record_of(world)])
        }),
        ("ask for its repair", party(organisation(1)), &|world| {
            ask_repair(Repairable::Record(record_of(world)))
        }),
        ("tick", timer(), &|world| Command::Tick { due: Due::Record(record_of(world)) }),
    ];
    const SHORTER: &[&str] = &[
        "remedy.decided",
        "record.publicity_shortened",
        "listing.shortened",
        "classification.changed",
    ];
    compare(
        &machines::RECORD_WIDER,
        &states,
        &commands,
        &[
            ("*", "file a suit", &["remedy.filed"]),
            ("accepted, suit filed", "court stays", &["remedy.stay_ordered"]),
            ("off display, suit filed", "court stays", &["remedy.stay_ordered"]),
            ("ground of a decision, suit filed", "court stays", &["remedy.stay_ordered"]),
            (
                "ground of a listing, suit filed",
                "court stays",
                &["remedy.stay_ordered", "classification.changed"],
            ),
            ("accepted, stayed", "court ends the stay", &["remedy.stay_ended"]),
            ("stayed, period over", "court ends the stay", &["remedy.stay_ended"]),
            ("expired, stayed before", "court ends the stay", &["remedy.stay_ended"]),
            ("ground of a decision, stayed", "court ends the stay", &["remedy.stay_ended"]),
            (
                "ground of a listing, stayed",
                "court ends the stay",
                &["remedy.stay_ended", "classification.changed"],
            ),
            ("*", "court revokes", &["remedy.decided", "record.annulled", "redress.owed"]),
            // Its own authority owes the redress already.
            ("annulled, suit filed", "court revokes", &["remedy.decided"]),
            (
                "ground of a decision, suit filed",
                "court revokes",
                &["remedy.decided", "record.annulled", "listing.annulled", "redress.owed"],
            ),
            (
                "ground of a decision, stayed",
                "court revokes",
                &["remedy.decided", "record.annulled", "listing.annulled", "redress.owed"],
            ),
            (
                "ground of a listing, suit filed",
                "court revokes",
                &[
                    "remedy.decided",
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "redress.owed",
                ],
            ),
            (
                "ground of a listing, stayed",
                "court revokes",
                &[
                    "remedy.decided",
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "redress.owed",
                ],
            ),
            ("*", "court upholds", &["remedy.decided"]),
            (
                "ground of a listing, stayed",
                "court upholds",
                &["remedy.decided", "classification.changed"],
            ),
            ("*", "court shortens", &["remedy.decided", "record.publicity_shortened"]),
            // What is over is changed no more, and the matter is closed.
            ("stayed, period over", "court shortens", &["remedy.decided"]),
            ("expired, stayed before", "court shortens", &["remedy.decided"]),
            ("annulled, suit filed", "court shortens", &["remedy.decided"]),
            ("ground of a listing, suit filed", "court shortens", SHORTER),
            ("ground of a listing, stayed", "court shortens", SHORTER),
            ("*", "annul", &["record.annulled", "redress.owed_by_annulment"]),
            (
                "ground of a proposal",
                "annul",
                &["record.annulled", "listing.annulled", "redress.owed_by_annulment"],
            ),
            (
                "ground of a decision, suit filed",
                "annul",
                &["record.annulled", "listing.annulled", "redress.owed_by_annulment"],
            ),
            (
                "ground of a decision, stayed",
                "annul",
                &["record.annulled", "listing.annulled", "redress.owed_by_annulment"],
            ),
            (
                "ground of a listing, suit filed",
                "annul",
                &[
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "ground of a listing, stayed",
                "annul",
                &[
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "redress.owed_by_annulment",
                ],
            ),
            ("*", "end display", &["record.display_ended"]),
            ("*", "object", &["objection.filed"]),
            (
                "ground of a listing, suit filed",
                "object",
                &["objection.filed", "classification.changed"],
            ),
            (
                "accepted, suit filed",
                "propose a listing on it",
                &["listing.proposed", "listing.repair_rule_kept"],
            ),
            (
                "off display, suit filed",
                "propose a listing on it",
                &["listing.proposed", "listing.repair_rule_kept"],
            ),
            (
                "accepted",
                "propose a listing on it",
                &["listing.proposed", "listing.repair_rule_kept"],
            ),
            ("stayed, period over", "tick", &["record.expired"]),
        ],
        &[
            ("none", "file a suit", ABSENT),
            ("ground of a proposal", "court stays", ABSENT),
            ("annulled", "court stays", ABSENT),
            ("accepted", "court stays", ABSENT),
            ("ground of a proposal", "court ends the stay", ABSENT),
            ("annulled", "court ends the stay", ABSENT),
            ("accepted", "court ends the stay", ABSENT),
            ("none", "court revokes", ABSENT),
            ("ground of a proposal", "court revokes", ABSENT),
            ("annulled", "court revokes", ABSENT),
            ("accepted", "court revokes", ABSENT),
            ("none", "court upholds", ABSENT),
            ("ground of a proposal", "court upholds", ABSENT),
            ("annulled", "court upholds", ABSENT),
            ("accepted", "court upholds", ABSENT),
            ("none", "court shortens", ABSENT),
            ("ground of a proposal", "court shortens", ABSENT),
            ("annulled", "court shortens", ABSENT),
            ("accepted", "court shortens", ABSENT),
            ("none", "annul", ABSENT),
            ("annulled, suit filed", "annul", STATE),
            ("annulled", "annul", STATE),
            ("none", "end display", ABSENT),
            ("expired, stayed before", "end display", STATE),
            ("off display, suit filed", "end display", STATE),
            ("annulled, suit filed", "end display", STATE),
            ("annulled", "end display", STATE),
            ("none", "object", ABSENT),
            ("expired, stayed before", "object", STATE),
            ("annulled, suit filed", "object", STATE),
            ("annulled", "object", STATE),
            ("*", "propose a listing on it", SUSPENDED),
            ("none", "propose a listing on it", ABSENT),
            ("expired, stayed before", "propose a listing on it", NO_GROUND),
            ("stayed, period over", "propose a listing on it", NO_GROUND),
            ("annulled, suit filed", "propose a listing on it", NO_GROUND),
            ("ground of a proposal", "propose a listing on it", EXISTS),
            ("ground of a decision, suit filed", "propose a listing on it", EXISTS),
            ("ground of a listing, suit filed", "propose a listing on it", EXISTS),
            ("annulled", "propose a listing on it", NO_GROUND),
            ("accepted, suit filed", "ask for its repair", TOO_EARLY),
            ("ground of a proposal", "ask for its repair", TOO_EARLY),
            ("ground of a decision, suit filed", "ask for its repair", TOO_EARLY),
            ("ground of a decision, stayed", "ask for its repair", TOO_EARLY),
            ("accepted, stayed", "ask for its repair", TOO_EARLY),
            ("off display, suit filed", "ask for its repair", TOO_EARLY),
            ("accepted", "ask for its repair", TOO_EARLY),
        ],
    );
}
