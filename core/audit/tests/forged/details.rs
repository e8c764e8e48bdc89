//! What else a step of a commitment, of a tolerant acceptance or of what others write has to state.

use shouxin_core::event::case_study::CaseStudyEvent;
use shouxin_core::event::commitment::{CommitmentEvent as C, CommitmentKind};
use shouxin_core::event::credit_review::CreditReviewEvent;
use shouxin_core::event::imported::ImportedEvent;
use shouxin_core::event::member::MemberEvent as M;
use shouxin_core::event::tolerance::ToleranceEvent;

use super::*;
use crate::forge::kit::commitments::{Word, word};
use crate::forge::words;

/// A commitment up to the finding and what made it good.
pub(super) fn commitments(table: &mut Table) {
    let (kept, broken) = (words::kept(), words::broken());
    let mut doc = |what, event, to: fn(&mut Envelope)| {
        table.change("G-DOC", what, &broken, event, to);
    };
    let offered = "commitment.offered";
    doc("no template", offered, inner!(Commitment, C::Offered, template_sha256 => [0; 32]));
    let decided = "breach.decided";
    doc(
        "no number",
        decided,
        inner!(Commitment, C::BreachDecided, document_number => String::new()),
    );
    doc("no finding", decided, inner!(Commitment, C::BreachDecided, document_sha256 => [0; 32]));
    let mut told = |what, event, to: fn(&mut Envelope)| {
        table.change("G-NOTICE", what, &broken, event, to);
    };
    let cure = "commitment.cure_notice_served";
    told("no reasons", cure, inner!(Commitment, C::CureNoticeServed, reasons => no_text()));
    told("no paper", cure, inner!(Commitment, C::CureNoticeServed, document_sha256 => [0; 32]));
    told("no proof", cure, |own| {
        if let Event::Commitment(C::CureNoticeServed { service, .. }) = &mut own.event {
            service.proof_sha256 = [0; 32];
        }
    });
    let noticed = "breach.notice_served";
    told("no facts", noticed, inner!(Commitment, C::BreachNoticeServed, facts => no_text()));
    told(
        "no paper",
        noticed,
        inner!(Commitment, C::BreachNoticeServed, document_sha256 => [0; 32]),
    );
    told("no proof", noticed, |own| {
        if let Event::Commitment(C::BreachNoticeServed { service, .. }) = &mut own.event {
            service.proof_sha256 = [0; 32];
        }
    });
    told("served before the proposal", noticed, |own| {
        if let Event::Commitment(C::BreachNoticeServed { service, .. }) = &mut own.event {
            service.on = service.on.plus_days(-7);
        }
    });
    let mut heard = |what, world: &World, event, to: fn(&mut Envelope)| {
        table.change("G-HEARD", what, world, event, to);
    };
    let stated = "breach.statement_received";
    heard("late", &broken, stated, |own| {
        if let Event::Commitment(C::BreachStatementReceived { received_on, .. }) = &mut own.event {
            *received_on = received_on.plus_days(40);
        }
    });
    let none = inner!(Commitment, C::BreachStatementReceived, points => Vec::new());
    heard("no point", &broken, stated, none);
    let silence = words::broken_in_silence();
    let serves = "breach.served";
    let mut served = |what, event, to: fn(&mut Envelope)| {
        table.change("G-SERVED", what, &broken, event, to);
    };
    served("no proof", serves, |own| {
        if let Event::Commitment(C::BreachServed { service, .. }) = &mut own.event {
            service.proof_sha256 = [0; 32];
        }
    });
    served("served before it was decided", serves, |own| {
        if let Event::Commitment(C::BreachServed { service, .. }) = &mut own.event {
            service.on = service.on.plus_days(-1);
        }
    });
    let proposed = "breach.proposed";
    let no_facts = inner!(Commitment, C::BreachProposed, facts => no_text());
    table.change("G-FACT", "no facts", &broken, proposed, no_facts);
    for (what, event) in [(proposed, "decide_by"), (cure, "cure_by")].map(|own| (own.1, own.0)) {
        table.change("DEADLINE", what, &broken, event, |own| match &mut own.event {
            Event::Commitment(C::BreachProposed { decide_by: day, .. })
            | Event::Commitment(C::CureNoticeServed { cure_by: day, .. }) => {
                day.day = day.day.plus_days(1);
            }
            other => panic!("{other:?}"),
        });
    }
    for event in [offered, noticed, serves, "commitment.published", cure] {
        let who = forge::kit::commitments::word(Word::Breached).0;
        table.change("G-COMPETENT", event, &who, event, by(&implementer()));
    }
    table.change("G-HUMAN", "somebody else's", &broken, stated, by(&party(organisation(2))));
    let drop_reasons = inner!(Commitment, C::BreachDropped, reasons => no_text());
    table.change("G-DOC", "dropped for no reason", &silence, "breach.dropped", drop_reasons);
    let no_waiver = inner!(Commitment, C::BreachStatementWaived, document_sha256 => [0; 32]);
    table.change("G-HEARD", "no waiver", &silence, "breach.statement_waived", no_waiver);
    let reasons = inner!(Commitment, C::Withdrawn, reasons => no_text());
    table.change("G-DOC", "withdrawn for no reason", &kept, "commitment.withdrawn", reasons);
    let number = inner!(Commitment, C::MatterDecided, document_number => String::new());
    let matter = "commitment.matter_decided";
    table.change("G-DOC", "a matter of no number", &words::permit(), matter, number);
    table.other("INV-10", "made to the public, and accepted silently", &words::permit(), |log| {
        let public = inner!(Commitment, C::Offered, kind => CommitmentKind::Special);
        log.change(log.last(offered), public);
        let place = log.last("commitment.accepted");
        log.cut(place);
        log.at(place).position
    });
    table.other("G-DOC", "nothing in writing at the counter", &kept, |log| {
        let place = log.last("commitment.withdrawn");
        log.change(place, by(&handler()))
    });
    table.other("INV-2", "stated after the decision", &word(Word::Decided).0, |log| {
        let own = log.at(log.last(stated)).clone();
        log.append(own)
    });
    for event in [noticed, decided, proposed] {
        // The same step twice; each is right by itself.
        table.other("INV-2", event, &word(Word::Decided).0, |log| {
            let place = log.last(event);
            log.cut(place);
            let own = log.at(place).clone();
            log.append(own)
        });
    }
    table.other("INV-2", "the matter is decided twice", &words::permit(), |log| {
        let place = log.last(matter);
        log.cut(place);
        let own = log.at(place).clone();
        log.append(own)
    });
    table.other("G-COMPETENT", "another authority drops it", &silence, |log| {
        let place = log.place("breach.dropped", 0);
        log.cut(place);
        log.change(place, by(&implementer()))
    });
    table.other("INV-2", "a notice of nothing", &word(Word::Noticed).0, |log| {
        *log = log.clone().without(proposed);
        log.at(log.last(noticed)).position
    });
    table.other("INV-2", "kept, after the head found it broken", &word(Word::Decided).0, |log| {
        let place = log.last(decided);
        let Event::Commitment(C::BreachDecided { commitment, .. }) = log.at(place).event else {
            panic!("a finding");
        };
        let event = C::Fulfilled { commitment, evidence: vec![digest(1)] };
        let own = Envelope { actor: handler().actor, ..log.like(place, Event::Commitment(event)) };
        log.append(own)
    });
    table.other("DEADLINE", "signed after its day", &word(Word::Signed).0, |log| {
        let place = log.last("commitment.signed");
        log.date(place, forge::kit::commitments::due().plus_days(1));
        log.at(place).position
    });
    table.other("G-BASIS", "the law was repealed before the finding", &broken, |log| {
        let place = log.last(decided);
        log.reload(place, |rules| {
            rules.instruments.iter_mut().filter(|own| own.id == "law").for_each(|own| {
                own.repealed_on = Some(day("2026-04-01"));
            });
        });
        let place = log.last(decided);
        log.cut(place);
        log.at(place).position
    });
    table.other("G-END", "served after its end", &broken, |log| {
        let place = log.last(serves);
        log.cut(place);
        log.date(place, day("2027-06-01"));
        log.change(place, |own| {
            if let Event::Commitment(C::BreachServed { service, .. }) = &mut own.event {
                service.on = day("2027-06-01");
            }
        })
    });
}

/// Who tried what is said by people's refusals alone.
#[test]
fn a_refusal_is_a_persons_whoever_it_is_and_never_a_timers() {
    use shouxin_core::actor::{Actor, OfficerRef};
    use shouxin_core::event::refusal::RefusalEvent;
    use shouxin_core::guard::RecordedMisfit;

    let world = words::kept();
    let told = |actor: Actor, event: Event| {
        let mut log = Log::of(&world);
        let mut own = log.like(log.last("commitment.offered"), event);
        (own.actor, own.subject, own.idempotency) = (actor, None, None);
        let at = log.append(own);
        let found = log.audit();
        found.iter().filter(|own| own.at == at).map(|own| own.name).collect::<Vec<_>>()
    };
    let (command, target) = ("listings.decide".to_owned(), "L-1".to_owned());
    let misfit = RecordedMisfit::State;
    let refused = RefusalEvent::CommandRefused { command, target, misfit, uncounted: 0 };
    let refused = Event::Refusal(refused);
    let (command, target) = ("listings.decide".to_owned(), "L-1".to_owned());
    let denied = Event::GuardDenied { command, target, guard: Guard::Human, uncounted: 0 };
    // Nobody on file by that number: that is what G-HUMAN said.
    let gone = OfficerRef {
        authority: forge::kit::authority(forge::kit::rules::MARKET),
        officer: "99".to_owned(),
    };
    for actor in [handler().actor, Actor::Subject(person(1)), Actor::Officer(gone)] {
        assert!(told(actor.clone(), refused.clone()).is_empty(), "{actor}");
        assert!(told(actor.clone(), denied.clone()).is_empty(), "{actor}");
    }
    for actor in [Actor::System, Actor::Operator, forge::kit::plugin().actor] {
        assert_eq!(told(actor.clone(), refused.clone()), ["G-HUMAN"], "{actor}");
        assert!(told(actor.clone(), denied.clone()).is_empty(), "{actor}");
    }
}

/// Tolerant acceptance, reviews, classifications.
pub(super) fn others(table: &mut Table) {
    let (file, vain) = (words::tolerated(), words::tolerated_in_vain());
    let opened = "tolerant_acceptance.opened";
    let supplied = "tolerant_acceptance.supplied";
    let withdrawn = "tolerant_acceptance.withdrawn";
    let closed = "tolerant_acceptance.closed";
    let matter = inner!(Tolerance, ToleranceEvent::Opened, matter => no_text());
    table.change("G-DOC", "for no matter", &file, opened, matter);
    let none = inner!(Tolerance, ToleranceEvent::Opened, missing => Vec::new());
    table.change("G-DOC", "nothing is missing", &file, opened, none);
    table.change("DEADLINE", "years to hand in", &file, opened, |own| {
        let rules = forge::kit::rules::rules();
        let day = own.legal_date;
        inner!(Tolerance, ToleranceEvent::Opened, due => rules.calendar.after(day, 300))(own);
    });
    let early = inner!(Tolerance, ToleranceEvent::Supplied, received_on => day("2026-03-01"));
    table.change("DEADLINE", "handed in before", &file, supplied, early);
    let nothing = inner!(Tolerance, ToleranceEvent::Supplied, documents => Vec::new());
    table.change("INV-10", "nothing was handed in", &file, supplied, nothing);
    table.change("G-DOC", "no digest", &file, supplied, |own| {
        if let Event::Tolerance(ToleranceEvent::Supplied { documents, .. }) = &mut own.event {
            documents[0].sha256 = [0; 32];
        }
    });
    let silent = inner!(Tolerance, ToleranceEvent::Withdrawn, reasons => no_text());
    table.change("G-DOC", "withdrawn for no reason", &file, withdrawn, silent);
    let silent = inner!(Tolerance, ToleranceEvent::Closed, reasons => no_text());
    table.change("G-DOC", "closed for no reason", &vain, closed, silent);
    table.change("G-COMPETENT", "another closes", &vain, closed, by(&implementer()));
    table.change("G-COMPETENT", "another receives", &file, supplied, by(&implementer()));
    table.other("INV-2", "overdue twice", &vain, |log| {
        let place = log.last("tolerant_acceptance.overdue");
        log.cut(place);
        let own = log.at(place).clone();
        log.append(own)
    });
    let looked = words::looked_at();
    let review = "credit_review.performed";
    table.change("G-COMPETENT", "for another", &looked, review, by(&implementer()));
    let repealed =
        inner!(CreditReview, CreditReviewEvent::Performed, basis => vec![cite("repealed")]);
    table.change("G-BASIS", "a repealed law", &looked, review, repealed);
    let (own, came) = (words::classified(), "classification.received");
    let nobody = inner!(Imported, ImportedEvent::Withdrawn, reasons => no_text());
    table.change("G-DOC", "taken back for no reason", &own, "classification.withdrawn", nobody);
    let earlier = inner!(Imported, ImportedEvent::Received, decided_on => day("2026-01-31"));
    table.change("INV-10", "an earlier decision replaces a later one", &own, came, earlier);
    table.other("INV-7", "a standard that nobody has on file", &own, |log| {
        let place = log.last(came);
        log.change(place, inner!(Imported, ImportedEvent::Received, supersedes => None));
        log.change(place, inner!(Imported, ImportedEvent::Received, standard => "own".to_owned()))
    });
    table.other("INV-7", "not for this kind of subject", &own, |log| {
        let place = log.last(came);
        log.reload(place, |rules| {
            rules.standards.iter_mut().for_each(|own| own.subjects.clear());
        });
        log.at(log.last(came)).position
    });
    table.other("G-BASIS", "the standard's law is repealed", &own, |log| {
        let place = log.last(came);
        log.reload(place, |rules| {
            rules.standards.iter_mut().for_each(|own| own.basis = vec![cite("repealed")]);
        });
        log.at(log.last(came)).position
    });
}

/// Typical cases and associations' files.
pub(super) fn social(table: &mut Table) {
    let (told, noted) = (words::told(), words::noted());
    let (drafted, down) = ("case_study.drafted", "case_study.taken_down");
    let untitled = inner!(CaseStudy, CaseStudyEvent::Drafted, title => String::new());
    table.change("G-DOC", "no title", &told, drafted, untitled);
    table.change("G-DOC", "taken down for no reason", &told, down, super::social::reason(""));
    table.change("G-COMPETENT", "another takes it down", &told, down, by(&implementer()));
    table.change("G-COMPETENT", "drafted for another", &told, drafted, by(&implementer()));
    table.other("INV-2", "published twice", &told, |log| {
        let place = log.last("case_study.published");
        log.cut(place);
        let own = log.at(place).clone();
        log.append(own)
    });
    let objected = "member_file.objected";
    let own = inner!(Member, M::Noted, text => no_text());
    table.change("G-DOC", "a note of nothing", &noted, "member_file.noted", own);
    let own = inner!(Member, M::Noted, author => "县信用办".to_owned());
    table.change("INV-10", "another author's name", &noted, "member_file.noted", own);
    let own = inner!(Member, M::Corrected, text => no_text());
    table.change("G-DOC", "a correction of nothing", &noted, "member_file.corrected", own);
    let own = inner!(Member, M::Withdrawn, reasons => no_text());
    table.change("G-DOC", "withdrawn for no reason", &noted, "member_file.withdrawn", own);
    let own = inner!(Member, M::Objected, statement => no_text());
    table.change("G-DOC", "an objection of nothing", &noted, objected, own);
    table.change("G-HUMAN", "another's note", &noted, objected, by(&party(organisation(2))));
    table.other("G-DOC", "an answer of nothing", &noted, |log| {
        let place = log.last("member_file.answered");
        log.change(place, inner!(Member, M::Answered, answer => no_text()))
    });
    table.other("INV-2", "objected twice", &noted, |log| {
        let place = log.last(objected);
        log.cut(place);
        let own = log.at(place).clone();
        log.append(own)
    });
}
