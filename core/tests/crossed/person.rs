//! An attribution to a person meets suits, court orders and the end of the listing it rests on, in
//! every state.

use super::*;

fn person_at(stage: Stage) -> World {
    let (mut world, listing) = listed();
    world.attribution(listing, person(1), stage);
    world
}

#[test]
fn an_attribution_meets_courts_and_the_end_of_its_listing() {
    let of = |world: &World| Target::Attribution(attribution_of(world));
    let own = |world: &World| CaseRef::Attribution(attribution_of(world));
    let [proposed, heard, decided, served, effective] =
        [Stage::Proposed, Stage::Heard, Stage::Decided, Stage::Served, Stage::Effective]
            .map(person_at);
    let mut standstill_over = stayed(&served, of(&served));
    standstill_over.today = standstill_over.today.plus_days(10);
    let gone = |world: &World| after(world, &head(), &revoke(world, case_of(world)));
    let mut over = effective.clone();
    over.today = end().plus_days(1);
    let states = [
        ("none", listed().0),
        ("proposed, its listing gone", gone(&proposed)),
        ("proposed", proposed),
        ("heard, stayed", stayed(&heard, of(&heard))),
        ("heard, its listing stayed", stayed(&heard, Target::Listing(first(&heard)))),
        ("heard, its listing gone", gone(&heard)),
        ("heard", heard),
        ("decided, stayed", stayed(&decided, of(&decided))),
        ("decided, its listing gone", gone(&decided)),
        ("decided", decided),
        ("served, stayed, standstill over", standstill_over),
        ("served, its listing gone", gone(&served)),
        ("served", served),
        ("suit filed", sued(&effective, of(&effective))),
        ("stayed", stayed(&effective, of(&effective))),
        ("its listing stayed", stayed(&effective, Target::Listing(first(&effective)))),
        ("end passed, suit filed", sued(&over, of(&over))),
        ("effective", effective),
    ];
    let commands: [Asked<'_>; 14] = [
        ("file a suit", party(person(1)), &|world| suit(world, of(world))),
        ("court stays", handler(), &stay),
        ("court ends the stay", clerk(), &end_stay),
        ("court revokes", handler(), &|world| rule(world, RemedyOutcome::Revoked)),
        ("court upholds", clerk(), &|world| rule(world, RemedyOutcome::Upheld)),
        ("annul the record", colleague(), &annul_record),
        ("take the listing back", head(), &|world| revoke(world, case_of(world))),
        ("notice", handler(), &|world| notice(world, own(world), &[STATUTE])),
        ("decide", head(), &|world| decision_in_time(world, own(world))),
        ("serve", handler(), &|world| serve(world, own(world))),
        ("drop", handler(), &|world| Command::DropCase { case: own(world), reasons: text() }),
        ("object", party(person(1)), &|world| object(of(world), false)),
        ("take back", head(), &|world| revoke(world, own(world))),
        ("tick", timer(), &|world| Command::Tick { due: Due::Case(own(world)) }),
    ];
    compare(
        &machines::ATTRIBUTION_WIDER,
        &states,
        &commands,
        &[
            ("*", "file a suit", &["remedy.filed"]),
            ("suit filed", "court stays", &["remedy.stay_ordered", "classification.changed"]),
            ("heard, stayed", "court ends the stay", &["remedy.stay_ended"]),
            (
                "heard, its listing stayed",
                "court ends the stay",
                &["remedy.stay_ended", "classification.changed"],
            ),
            ("decided, stayed", "court ends the stay", &["remedy.stay_ended"]),
            ("served, stayed, standstill over", "court ends the stay", &["remedy.stay_ended"]),
            ("stayed", "court ends the stay", &["remedy.stay_ended", "classification.changed"]),
            (
                "its listing stayed",
                "court ends the stay",
                &["remedy.stay_ended", "classification.changed", "classification.changed"],
            ),
            (
                "heard, stayed",
                "court revokes",
                &["remedy.decided", "listing.annulled", "redress.owed"],
            ),
            (
                "heard, its listing stayed",
                "court revokes",
                &[
                    "remedy.decided",
                    "listing.annulled",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed",
                ],
            ),
            (
                "decided, stayed",
                "court revokes",
                &["remedy.decided", "listing.annulled", "redress.owed"],
            ),
            (
                "served, stayed, standstill over",
                "court revokes",
                &["remedy.decided", "listing.annulled", "redress.owed"],
            ),
            (
                "suit filed",
                "court revokes",
                &["remedy.decided", "listing.annulled", "classification.changed", "redress.owed"],
            ),
            (
                "stayed",
                "court revokes",
                &["remedy.decided", "listing.annulled", "classification.changed", "redress.owed"],
            ),
            (
                "its listing stayed",
                "court revokes",
                &[
                    "remedy.decided",
                    "listing.annulled",
                    "classification.changed",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed",
                ],
            ),
            ("end passed, suit filed", "court revokes", &["remedy.decided", "redress.owed"]),
            ("heard, stayed", "court upholds", &["remedy.decided"]),
            (
                "heard, its listing stayed",
                "court upholds",
                &["remedy.decided", "classification.changed"],
            ),
            ("decided, stayed", "court upholds", &["remedy.decided"]),
            ("served, stayed, standstill over", "court upholds", &["remedy.decided"]),
            ("suit filed", "court upholds", &["remedy.decided"]),
            ("stayed", "court upholds", &["remedy.decided", "classification.changed"]),
            (
                "its listing stayed",
                "court upholds",
                &["remedy.decided", "classification.changed", "classification.changed"],
            ),
            ("end passed, suit filed", "court upholds", &["remedy.decided"]),
            (
                "*",
                "annul the record",
                &[
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "none",
                "annul the record",
                &[
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "proposed, its listing gone",
                "annul the record",
                &["record.annulled", "redress.owed_by_annulment"],
            ),
            (
                "heard, its listing gone",
                "annul the record",
                &["record.annulled", "redress.owed_by_annulment"],
            ),
            (
                "decided, its listing gone",
                "annul the record",
                &["record.annulled", "redress.owed_by_annulment"],
            ),
            (
                "served, its listing gone",
                "annul the record",
                &["record.annulled", "redress.owed_by_annulment"],
            ),
            (
                "suit filed",
                "annul the record",
                &[
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "stayed",
                "annul the record",
                &[
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "its listing stayed",
                "annul the record",
                &[
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "end passed, suit filed",
                "annul the record",
                &["record.annulled", "redress.owed_by_annulment"],
            ),
            (
                "effective",
                "annul the record",
                &[
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "*",
                "take the listing back",
                &[
                    "listing.revoked",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "none",
                "take the listing back",
                &["listing.revoked", "classification.changed", "redress.owed_by_annulment"],
            ),
            (
                "suit filed",
                "take the listing back",
                &[
                    "listing.revoked",
                    "classification.changed",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "stayed",
                "take the listing back",
                &[
                    "listing.revoked",
                    "classification.changed",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "its listing stayed",
                "take the listing back",
                &[
                    "listing.revoked",
                    "classification.changed",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "effective",
                "take the listing back",
                &[
                    "listing.revoked",
                    "classification.changed",
                    "classification.changed",
                    "attribution.ended",
                    "redress.owed_by_annulment",
                ],
            ),
            ("proposed", "notice", &["prenotice.served"]),
            ("heard", "decide", &["listing.decided"]),
            ("decided, stayed", "serve", &["decision.served", "deadline.provisional"]),
            ("decided", "serve", &["decision.served", "deadline.provisional"]),
            ("proposed, its listing gone", "drop", &["listing.dropped"]),
            ("proposed", "drop", &["listing.dropped"]),
            ("heard, stayed", "drop", &["listing.dropped"]),
            ("heard, its listing stayed", "drop", &["listing.dropped"]),
            ("heard, its listing gone", "drop", &["listing.dropped"]),
            ("heard", "drop", &["listing.dropped"]),
            ("*", "object", &["objection.filed"]),
            ("suit filed", "object", &["objection.filed", "classification.changed"]),
            ("effective", "object", &["objection.filed", "classification.changed"]),
            ("served, stayed, standstill over", "take back", &["listing.revoked"]),
            ("served, its listing gone", "take back", &["listing.revoked"]),
            ("served", "take back", &["listing.revoked"]),
            ("suit filed", "take back", &["listing.revoked", "classification.changed"]),
            ("stayed", "take back", &["listing.revoked", "classification.changed"]),
            ("its listing stayed", "take back", &["listing.revoked", "classification.changed"]),
            ("effective", "take back", &["listing.revoked", "classification.changed"]),
            ("end passed, suit filed", "tick", &["listing.expired", "classification.changed"]),
        ],
        &[
            ("none", "file a suit", ABSENT),
            ("*", "court stays", ABSENT),
            ("heard, stayed", "court stays", STATE),
            ("heard, its listing stayed", "court stays", STATE),
            ("decided, stayed", "court stays", STATE),
            ("served, stayed, standstill over", "court stays", STATE),
            ("stayed", "court stays", STATE),
            ("its listing stayed", "court stays", STATE),
            ("end passed, suit filed", "court stays", STATE),
            ("*", "court ends the stay", ABSENT),
            ("suit filed", "court ends the stay", STATE),
            ("end passed, suit filed", "court ends the stay", STATE),
            ("*", "court revokes", ABSENT),
            ("*", "court upholds", ABSENT),
            ("proposed, its listing gone", "take the listing back", STATE),
            ("heard, its listing gone", "take the listing back", STATE),
            ("decided, its listing gone", "take the listing back", STATE),
            ("served, its listing gone", "take the listing back", STATE),
            ("end passed, suit filed", "take the listing back", STATE),
            ("proposed, its listing gone", "notice", ENDED),
            ("proposed, its listing gone", "decide", NO_NOTICE),
            ("proposed", "decide", NO_NOTICE),
            ("heard, stayed", "decide", SUSPENDED),
            ("heard, its listing stayed", "decide", SUSPENDED),
            ("heard, its listing gone", "decide", ENDED),
            ("decided, stayed", "decide", SUSPENDED),
            ("served, stayed, standstill over", "decide", SUSPENDED),
            ("stayed", "decide", SUSPENDED),
            ("its listing stayed", "decide", SUSPENDED),
            ("decided, its listing gone", "serve", ENDED),
            ("decided, stayed", "drop", FOUR_EYES),
            ("decided, its listing gone", "drop", FOUR_EYES),
            ("decided", "drop", FOUR_EYES),
            ("none", "object", ABSENT),
            ("proposed, its listing gone", "object", STATE),
            ("heard, its listing gone", "object", STATE),
            ("decided, its listing gone", "object", STATE),
            ("served, its listing gone", "object", STATE),
            ("end passed, suit filed", "object", STATE),
        ],
    );
}
