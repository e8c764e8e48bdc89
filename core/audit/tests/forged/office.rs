//! Forgeries about what the credit office does: objections and reviews, the assessment of
//! departments, the joint catalogue.

use shouxin_core::event::assessment::AssessmentEvent as A;
use shouxin_core::event::catalogue::{CatalogueEvent as C, EntryKind, Proposal};
use shouxin_core::id::{AssessmentId, CatalogueEntryId};
use shouxin_core::rules::Strength;
use shouxin_core::tally::Counter;

use super::*;
use crate::forge::kit::later::office_head;
use crate::forge::kit::office::month;
use crate::forge::kit::rules::{MARKET, OFFICE};
use crate::forge::kit::{Post, officer, party, timer};

/// A text with a citizen's number in it, right in every character.
const NUMBER: &str = "张某，35042619000102000X，逾期";

fn reviewer() -> forge::kit::Who {
    officer(OFFICE, Post::Colleague)
}

/// Steps that are the credit office's, or its and the provider's.
pub(super) fn credit_office(table: &mut Table) {
    let rejected = lives::disputed(Finding::Correct);
    let mut office = |what, world: &World, event: &str| {
        table.change("G-COMPETENT", what, world, event, by(&implementer()));
    };
    office("a third department accepts an objection", &rejected, "objection.accepted");
    office("a third department refers an objection", &rejected, "objection.referred");
    office("a third department resolves an objection", &rejected, "objection.resolved");
    office("a third department turns it away", &further::turned_away(), "objection.refused");
    office("a third department asks for evidence", &further::argued(), "evidence.requested");
    let hidden = further::hidden_and_ended();
    office("a third department hides what it disputes", &hidden, "objection.unverified");
    office("a third department reviews", &hidden, "review.decided");
    let mut provider = |what, world: &World, event: &str| {
        table.change("G-COMPETENT", what, world, event, by(&head()));
    };
    provider("the provider turns it away", &further::turned_away(), "objection.refused");
    provider("the provider refers to itself", &rejected, "objection.referred");
    provider("the provider resolves", &rejected, "objection.resolved");
    provider("the provider reviews its own outcome", &hidden, "review.decided");
    table.change(
        "G-COMPETENT",
        "a third department adds evidence for the party",
        &further::argued(),
        "evidence.added",
        by(&implementer()),
    );
    table.change(
        "G-4EYES",
        "a review that is not the head's",
        &hidden,
        "review.decided",
        by(&reviewer()),
    );
    table.change(
        "G-COMPETENT",
        "a department takes a proposal to erase back",
        &crate::forge::words::erased(),
        "erasure.withdrawn",
        by(&handler()),
    );
    for event in ["objection.accepted", "objection.referred", "objection.resolved"] {
        table.other(
            "G-COMPETENT",
            "nobody made its officer the credit office's",
            &rejected,
            |log| {
                let place = log.last(event);
                let actor = log.at(place).actor.clone();
                // A key of its own for an officer of the office whom the log made nothing.
                let other = officer(OFFICE, Post::Colleague);
                assert_ne!(actor, other.actor, "{event}");
                log.unkeyed(&other);
                log.cut(place);
                log.change(place, by(&other))
            },
        );
    }
    table.other("G-COMPETENT", "nobody made the head the credit office's", &hidden, |log| {
        log.unkeyed(&office_head());
        let place = log.last("review.decided");
        log.cut(place);
        log.at(place).position
    });
    // What the timer says silently nobody has to be competent for, but it has to be late.
    table.change(
        "DEADLINE",
        "accepted in silence too early",
        &rejected,
        "objection.accepted",
        |own| {
            own.actor = timer().actor;
            set!(ObjectionAccepted, silent => true)(own);
        },
    );
    let late = further::office_late();
    table.change("INV-5", "a timer decides a review", &late, "review.decided", by(&timer()));
    table.change("G-HUMAN", "the party accepts its objection", &rejected, "objection.accepted", {
        by(&party(organisation(1)))
    });
}

/// The course of an assessment, each step of it spoilt.
pub(super) fn assessments(table: &mut Table) {
    let world = further::assessed();
    let (opened, frozen) = ("assessment.opened", "assessment.metrics_frozen");
    let (commented, finalised) = ("assessment.commented", "assessment.finalised");
    let (ordered, rectified) = ("assessment.rectification_ordered", "assessment.rectified");
    let reported = "assessment.reported_to_county";
    for event in [opened, frozen, finalised, ordered, reported] {
        table.change("G-COMPETENT", "a department's", &world, event, by(&head()));
    }
    for event in [finalised, reported] {
        table.change("G-4EYES", "not the head's", &world, event, by(&reviewer()));
    }
    table.other("G-4EYES", "who froze the figures makes them final", &world, |log| {
        let place = log.last(finalised);
        log.cut(place);
        // The head by now.
        log.reload(place, |rules| {
            let office = rules.departments.iter_mut().find(|own| own.code == OFFICE);
            for officer in &mut office.unwrap().officers {
                officer.head = officer.id == "02";
            }
        });
        log.change(log.last(finalised), by(&clerk()))
    });
    table.change("INV-7", "in a subject's file", &world, opened, |own| {
        own.subject = Some(organisation(1));
    });
    table.change("INV-10", "a period of two years and a month", &world, opened, |own| {
        inner!(Assessment, A::Opened, from => month("2024-03"))(own);
    });
    table.change("INV-10", "a period that has not begun", &world, opened, |own| {
        inner!(Assessment, A::Opened, from => month("2026-05"))(own);
        inner!(Assessment, A::Opened, to => month("2026-06"))(own);
    });
    table.other("INV-10", "a second one of the same period", &world, |log| {
        let own = log.at(log.last(opened)).clone();
        log.append(own)
    });
    table.change("INV-10", "another assessment", &world, frozen, |own| {
        inner!(Assessment, A::MetricsFrozen, assessment => AssessmentId(Position::local(1)))(own);
    });
    table.other("G-END", "frozen before its period is over", &world, |log| {
        log.change(log.last(opened), inner!(Assessment, A::Opened, to => month("2026-04")));
        let place = log.last(frozen);
        log.cut(place);
        log.at(place).position
    });
    table.change("DEADLINE", "a short time for comments", &world, frozen, |own| {
        if let Event::Assessment(A::MetricsFrozen { comment_by, .. }) = &mut own.event {
            comment_by.day = comment_by.day.plus_days(-1);
        }
    });
    table.change("INV-10", "a figure that nothing stands for", &world, frozen, |own| {
        if let Event::Assessment(A::MetricsFrozen { figures, .. }) = &mut own.event {
            figures[0].counts.add(Counter::VerificationOverdue, 1);
        }
    });
    table.change("INV-10", "a figure that is left out", &world, frozen, |own| {
        if let Event::Assessment(A::MetricsFrozen { figures, .. }) = &mut own.event {
            let counts = figures.iter_mut().find(|own| own.counts.get(Counter::LiaisonOnFile) > 0);
            counts.expect("some department has a liaison").counts.0.clear();
        }
    });
    table.change("INV-10", "a figure of no counter", &world, frozen, |own| {
        if let Event::Assessment(A::MetricsFrozen { figures, .. }) = &mut own.event {
            figures[0].counts.0.resize(Counter::ALL.len() + 1, 0);
        }
    });
    table.change("INV-10", "a department left out", &world, frozen, |own| {
        if let Event::Assessment(A::MetricsFrozen { figures, .. }) = &mut own.event {
            figures.pop();
        }
    });
    table.change("INV-10", "a department twice", &world, frozen, |own| {
        if let Event::Assessment(A::MetricsFrozen { figures, .. }) = &mut own.event {
            figures.push(figures[0].clone());
        }
    });
    table.remove("INV-2", "comments on what is not frozen", &world, &[frozen], commented);
    table.change("G-COMPETENT", "another department's comment", &world, commented, by(&handler()));
    table.change(
        "G-COMPETENT",
        "a department that is not assessed",
        &world,
        commented,
        inner!(Assessment, A::Commented, department => MARKET.to_owned()),
    );
    table.change(
        "G-DOC",
        "a comment without words",
        &world,
        commented,
        inner!(Assessment, A::Commented, comment => " ".to_owned()),
    );
    table.change(
        "G-ANONYMOUS",
        "a comment that names a person",
        &world,
        commented,
        inner!(Assessment, A::Commented, comment => NUMBER.to_owned()),
    );
    table.other("INV-10", "a second comment", &world, |log| {
        let place = log.last(commented);
        log.cut(place);
        let own = log.at(place).clone();
        log.append(own)
    });
    table.other("G-HEARD", "final before departments were heard", &world, |log| {
        let place = log.last(finalised);
        let on = log.at(log.last(frozen)).legal_date;
        log.cut(place);
        log.date(place, on);
        log.at(place).position
    });
    table.change(
        "G-DOC",
        "final without a document",
        &world,
        finalised,
        inner!(Assessment, A::Finalised, document_sha256 => [0; 32]),
    );
    table.remove("INV-2", "an order before it is final", &world, &[finalised], ordered);
    table.change("G-END", "an order due today", &world, ordered, |own| {
        let today = own.legal_date;
        inner!(Assessment, A::RectificationOrdered, by => today)(own);
    });
    table.change("G-END", "an order due in two years", &world, ordered, |own| {
        let far = own.legal_date.plus_months(24);
        inner!(Assessment, A::RectificationOrdered, by => far)(own);
    });
    table.change(
        "INV-10",
        "an order to nobody who is assessed",
        &world,
        ordered,
        inner!(Assessment, A::RectificationOrdered, department => "nobody".to_owned()),
    );
    table.other("INV-10", "a second order while one is open", &world, |log| {
        let place = log.last(ordered);
        log.cut(place);
        let own = log.at(place).clone();
        log.append(own)
    });
    table.remove("G-COMPETENT", "nothing was ordered", &world, &[ordered], rectified);
    table.change("G-COMPETENT", "another department's report", &world, rectified, by(&handler()));
    table.change(
        "G-DOC",
        "put right without a report",
        &world,
        rectified,
        inner!(Assessment, A::Rectified, document_sha256 => [0; 32]),
    );
    table.change(
        "G-DOC",
        "reported without a number",
        &world,
        reported,
        inner!(Assessment, A::Reported, document_number => String::new()),
    );
    table.other("INV-2", "an order after it was reported", &world, |log| {
        let own = log.at(log.last(ordered)).clone();
        log.append(own)
    });
    table.other("G-COMPETENT", "put right twice, and reported long ago", &world, |log| {
        let own = log.at(log.last(rectified)).clone();
        log.append(own)
    });
    overdue(table);
}

/// What a timer says of the office's and a department's own days.
fn overdue(table: &mut Table) {
    let slow = further::not_executed();
    table.other("DEADLINE", "late before its day", &slow, |log| {
        let place = log.last("assessment.execution_overdue");
        log.cut(place);
        let dispatched = log.at(log.last("measure.dispatched")).clone();
        // Everything between is later: it goes, and the day with it.
        let own = log.at(place).clone();
        log.cut(log.last("measure.dispatched"));
        log.append(Envelope {
            legal_date: dispatched.legal_date,
            recorded_at: dispatched.recorded_at,
            ..own
        })
    });
    let mut waiting = listed().0;
    let listing = forge::kit::later::listing_of(&waiting);
    let id = waiting.objection(organisation(1), Target::Listing(listing), false);
    waiting.must(&clerk(), &shouxin_core::command::Command::AcceptObjection { objection: id });
    let early = |log: &Log, day| Envelope {
        actor: timer().actor,
        subject: None,
        legal_date: day,
        recorded_at: Timestamp::start_of(day),
        ..log.like(
            log.last("objection.accepted"),
            Event::Assessment(A::ReferralOverdue {
                objection: match log.at(log.last("objection.accepted")).event {
                    Event::ObjectionAccepted { objection, .. } => objection,
                    ref other => panic!("{other:?}"),
                },
            }),
        )
    };
    table.other("DEADLINE", "a referral late before its day", &waiting, |log| {
        let own = early(log, log.at(log.last("objection.accepted")).legal_date);
        log.append(own)
    });
    table.other("INV-10", "nothing to refer", &lives::disputed(Finding::Correct), |log| {
        log.cut(log.last("verification.reported"));
        let on = log.at(log.last("verification.reported")).legal_date;
        let own = early(log, on);
        log.append(own)
    });
}

/// The course of a catalogue entry, each step of it spoilt.
pub(super) fn catalogue(table: &mut Table) {
    let world = further::catalogued();
    let (drafted, submitted) = ("catalogue.drafted", "catalogue.submitted");
    let (checked, reviewed) = ("catalogue.format_checked", "catalogue.legal_reviewed");
    let (opened, published) = ("catalogue.comment_opened", "catalogue.published");
    let (retired, filed) = ("catalogue.retired", "dept_doc.filed");
    for event in [drafted, submitted, filed] {
        table.change("G-COMPETENT", "another department's", &world, event, by(&clerk()));
    }
    for event in [checked, reviewed, opened, published] {
        table.change("G-COMPETENT", "a department's", &world, event, by(&head()));
    }
    table.other("G-4EYES", "the drafter checks the format", &world, |log| {
        drafted_by_the_office(log);
        let place = log.last(checked);
        log.cut(place);
        log.change(place, by(&office_head()))
    });
    table.other("G-4EYES", "the drafter reviews it by the law", &world, |log| {
        drafted_by_the_office(log);
        let place = log.last(reviewed);
        log.cut(place);
        log.change(place, by(&office_head()))
    });
    table.other("G-4EYES", "the drafter publishes it", &world, |log| {
        drafted_by_the_office(log);
        let place = log.last(published);
        log.cut(place);
        log.at(place).position
    });
    table.change("G-4EYES", "who checked its format reviews it", &world, reviewed, by(&clerk()));
    table.change("G-4EYES", "published by no head", &world, published, by(&reviewer()));
    table.remove("INV-2", "not submitted", &world, &[submitted], checked);
    table.remove("INV-2", "format unchecked", &world, &[checked], reviewed);
    table.remove("INV-2", "not reviewed by the law", &world, &[reviewed], opened);
    table.other("INV-2", "submitted twice", &world, |log| {
        let place = log.last(submitted);
        log.cut(place);
        let own = log.at(place).clone();
        log.append(own)
    });
    table.remove("INV-2", "published unreviewed", &world, &[reviewed, opened], published);
    table.remove("G-PUBLIC-NOTICE", "the public is not heard", &world, &[opened], published);
    table.change("G-PUBLIC-NOTICE", "ten days for comments", &world, opened, |own| {
        let on = own.legal_date.plus_days(10);
        inner!(Catalogue, C::CommentOpened, ends_on => on)(own);
    });
    table.other("G-PUBLIC-NOTICE", "published on the last day for comments", &world, |log| {
        let place = log.last(published);
        let on = log.at(log.last(opened)).legal_date.plus_days(30);
        log.cut(place);
        log.date(place, on);
        log.at(place).position
    });
    table.change(
        "G-PUBLIC-NOTICE",
        "it does not say that it cuts rights",
        &world,
        drafted,
        |own| {
            proposal(own).reduces_rights = false;
        },
    );
    proposals(table, &world);
    table.change(
        "INV-10",
        "no copy for a department concerned",
        &world,
        submitted,
        inner!(Catalogue, C::Submitted, cc => Vec::new()),
    );
    table.change(
        "G-DOC",
        "reviewed without an opinion",
        &world,
        reviewed,
        inner!(Catalogue, C::LegalReviewed, document_sha256 => [0; 32]),
    );
    table.change(
        "INV-10",
        "published under another version",
        &world,
        published,
        inner!(Catalogue, C::Published, version => [1; 32]),
    );
    table.change(
        "G-DOC",
        "retired for no reason",
        &world,
        retired,
        inner!(Catalogue, C::Retired, reasons => String::new()),
    );
    table.change("G-DOC", "a document of tomorrow", &world, filed, |own| {
        let on = own.legal_date.plus_days(1);
        inner!(Catalogue, C::DocumentFiled, issued_on => on)(own);
    });
    table.change(
        "G-DOC",
        "a document without a number",
        &world,
        filed,
        inner!(Catalogue, C::DocumentFiled, number => String::new()),
    );
    table.change("INV-10", "an entry in somebody's file", &world, drafted, |own| {
        own.subject = Some(organisation(1));
    });
}

/// What was published is taken back by the head, once the rules hold it no more, and once only.
pub(super) fn amendments(table: &mut Table) {
    let world = further::amended();
    let (drafted, published) = ("catalogue.drafted", "catalogue.published");
    let retired = "catalogue.retired";
    table.other("INV-2", "it replaces what is not published", &world, |log| {
        let first = log.place(published, 0);
        let draft = log.place(drafted, 1);
        log.remove(first);
        let place = log.place(drafted, 1);
        log.cut(place);
        assert!(place < draft);
        log.at(place).position
    });
    table.change("INV-10", "it replaces another entry", &world, drafted, |own| {
        // A change of what it is: the rules hold that too, and the same departments have it.
        proposal(own).code = HEARING.to_owned();
    });
    table.change("INV-10", "it replaces what it did not say", &world, published, |own| {
        inner!(Catalogue, C::Published, amends => None)(own);
    });
    table.other("INV-2", "what was replaced is retired", &world, |log| {
        let entry = CatalogueEntryId(log.at(log.place(drafted, 0)).position);
        let event = C::Retired { entry, reasons: "依据已废止".to_owned() };
        let own = log.like(log.last(published), Event::Catalogue(event));
        log.append(own)
    });
    let head_only = further::catalogued();
    table.change("G-4EYES", "retired by no head", &head_only, retired, by(&reviewer()));
    table.other("G-PUBLISHED", "retired while the rules hold it", &head_only, |log| {
        log.cut(log.last(retired));
        let place = log.last(retired);
        let rules = &mut log.later[0].measures;
        rules.iter_mut().filter(|own| own.id == STATUTE).for_each(|own| own.published = true);
        log.at(place).position
    });
    table.other("G-COMPETENT", "a third department withdraws a draft", &head_only, |log| {
        let place = log.last("catalogue.submitted");
        log.cut(place);
        let CatalogueEntryId(entry) = entry_of(log);
        let event =
            C::Retired { entry: CatalogueEntryId(entry), reasons: "另行起草".to_owned() };
        let own =
            Envelope { actor: implementer().actor, ..log.like(place, Event::Catalogue(event)) };
        log.append(own)
    });
}

fn entry_of(log: &Log) -> CatalogueEntryId {
    CatalogueEntryId(log.at(log.last("catalogue.drafted")).position)
}

/// What a draft has to hold, and what is looked at again before it is published.
fn proposals(table: &mut Table, world: &World) {
    let drafted = "catalogue.drafted";
    let mut spoilt = |name, what, to: fn(&mut Proposal)| {
        table.change(name, what, world, drafted, |own| to(proposal(own)));
    };
    spoilt("G-BASIS-RANK", "mandatory by a plan", |own| own.basis = vec![cite("plan")]);
    spoilt("G-BASIS", "on nothing in force", |own| own.basis.push(cite("repealed")));
    spoilt("G-DOC", "no wording", |own| own.text = String::new());
    spoilt("G-DOC", "no id", |own| own.code = String::new());
    spoilt("G-DOC", "nobody carries it out", |own| own.departments.clear());
    spoilt("G-ANONYMOUS", "it names a person", |own| own.text = NUMBER.to_owned());
    spoilt("INV-10", "a department of nowhere", |own| own.departments.push("nowhere".to_owned()));
    spoilt("INV-10", "it replaces nothing there is", |own| {
        own.amends = Some(CatalogueEntryId(Position::local(2)));
    });
    for (what, to) in [
        ("another strength", (|own| own.strength = Strength::Recommended) as fn(&mut Proposal)),
        ("another basis", |own| own.basis = vec![cite("unrelated")]),
        ("another department", |own| own.departments = vec![MARKET.to_owned()]),
        ("another id", |own| own.code = UNPUBLISHED.to_owned()),
        ("a behaviour that is not there", |own| {
            own.kind = EntryKind::Behaviour;
            own.code = "B9.99".to_owned();
        }),
    ] {
        table.other("G-PUBLISHED", what, world, |log| {
            log.change(log.last(drafted), |own| to(proposal(own)));
            let place = log.last("catalogue.published");
            log.cut(place);
            log.at(place).position
        });
    }
    // In force when it was reviewed, repealed when it is published.
    table.other("G-BASIS", "published on what was repealed since", world, |log| {
        let place = log.last("catalogue.published");
        log.cut(place);
        log.change(log.last(drafted), |own| proposal(own).basis.push(cite("sunset")));
        let laws = &mut log.rules.measures;
        laws.iter_mut().for_each(|own| own.basis.push(cite("sunset")));
        log.at(place).position
    });
}

fn proposal(own: &mut Envelope) -> &mut Proposal {
    match &mut own.event {
        Event::Catalogue(C::Drafted { proposal, .. }) => proposal,
        other => panic!("{other:?}"),
    }
}

/// The credit office's head drafts and submits the entry; its departments stay as they are.
fn drafted_by_the_office(log: &mut Log) {
    let place = log.last("catalogue.drafted");
    log.change(place, |own| {
        own.actor = office_head().actor;
        inner!(Catalogue, C::Drafted, department => OFFICE.to_owned())(own);
    });
    log.change(log.last("catalogue.submitted"), by(&office_head()));
}
