//! Review (复核) of an objection's outcome or of a refused repair: asked for in time, decided by
//! somebody else.

use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::event::remedy::{RemedyEvent, ReviewOf};
use shouxin_core::guard::Guard;
use shouxin_core::text::digest_is_stated;
use shouxin_core::time::Day;

use crate::admin;
use crate::commit::Commit;
use crate::dispute::Open;
use crate::fold::{Fold, Hold, ObjectionStage, RepairStage};
use crate::here::Here;
use crate::names::{DEADLINE, INV_2, INV_5};
use crate::{objection, redress, repair};

struct Reviewed {
    subject: SubjectKey,
    /// Since when the versions of the rules are looked at.
    opened_on: Option<Day>,
    outcome: Option<(Day, OfficerRef)>,
    /// Whether it can be asked for, or decided, as it stands.
    asked: bool,
    under_way: bool,
    reviewed: bool,
}

fn reviewed(fold: &Fold, of: ReviewOf) -> Option<Reviewed> {
    match of {
        ReviewOf::Objection(id) => {
            let own = fold.objections.get(&id)?;
            let asked = matches!(
                own.stage,
                ObjectionStage::Refused
                    | ObjectionStage::Resolved { upheld: false }
                    | ObjectionStage::Closed { upheld: false }
            );
            let kept = own.kept
                && matches!(
                    own.stage,
                    ObjectionStage::Resolved { .. } | ObjectionStage::Closed { .. }
                );
            let asked = asked || kept;
            let under_way = matches!(own.stage, ObjectionStage::Review { .. });
            let (subject, reviewed) = (own.subject, own.reviewed);
            let (opened_on, outcome) = (Some(own.filed_on), own.outcome.clone());
            Some(Reviewed { subject, opened_on, outcome, asked, under_way, reviewed })
        }
        ReviewOf::Repair(id) => {
            let own = fold.repairs.get(&id)?;
            let asked = matches!(own.stage, RepairStage::Refused | RepairStage::NotAccepted);
            let under_way = matches!(own.stage, RepairStage::Review);
            let (subject, reviewed) = (own.subject, own.reviewed);
            let (opened_on, outcome) = (repair::opened_on(fold, own.of), own.outcome.clone());
            Some(Reviewed { subject, opened_on, outcome, asked, under_way, reviewed })
        }
    }
}

pub(crate) fn requested(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    event: &RemedyEvent,
) {
    let RemedyEvent::ReviewRequested { of, statement, evidence, suspends, decide_by } = event
    else {
        return;
    };
    let Some(own) = reviewed(fold, *of) else {
        at.missing("what is to be reviewed");
        return;
    };
    at.about(own.subject);
    at.own_matter(own.subject);
    let by_party = matches!(at.event.actor, Actor::Subject(_));
    let signed = by_party || evidence.iter().any(digest_is_stated);
    at.must(signed, Guard::Document, "an officer asks for the party without its signed paper");
    at.stated(Guard::Document, &[("statement", statement)]);
    // What the head of the credit office refused is looked at one level up.
    let top = own
        .outcome
        .as_ref()
        .is_some_and(|(_, by)| at.is_head(by) && fold.keys.open(by, Role::CreditOffice, at.event));
    let own_matter = top && matches!(of, ReviewOf::Repair(_));
    at.must(!own_matter, Guard::FourEyes, "the office is asked to review what its head refused");
    let new = !suspends || !evidence.is_empty();
    at.must(new, Guard::Document, "it suspends for new facts, and nothing shows them");
    let opened_on = own.opened_on.unwrap_or(at.today);
    let verification_wd = at.least(opened_on, |pack| pack.verification_wd);
    at.deadline("decide_by", *decide_by, at.today, verification_wd);
    if !own.asked || own.reviewed {
        at.broken(INV_2, "there is nothing to review, or it was reviewed");
    }
    let request_wd = at.most(opened_on, |pack| pack.review_request_wd);
    let by = own.outcome.map(|own| at.rules.calendar.after(own.0, request_wd).day);
    if by.is_some_and(|by| at.today > by) {
        at.broken(DEADLINE, "the time to ask for a review has passed");
    }
    match of {
        ReviewOf::Objection(id) => {
            let Some(own) = fold.objections.get_mut(id) else {
                return;
            };
            let refused = own.stage == ObjectionStage::Refused;
            own.stage = ObjectionStage::Review { refused };
            own.suspends = *suspends;
            own.review_by = Some(*decide_by);
            let (target, trigger, grounds) = (own.target, own.trigger, own.grounds.clone());
            let about = fold.is_about(target, id.0);
            if let (true, Some((_, disputes))) = (about, fold.holds_mut(target)) {
                let open = Open { trigger, grounds, suspends: *suspends };
                disputes.open.insert(*id, open);
            }
            if *suspends {
                commit.hold(fold, at.at(), target, Hold::Objection(*id));
            }
        }
        ReviewOf::Repair(id) => {
            if let Some(own) = fold.repairs.get_mut(id) {
                own.stage = RepairStage::Review;
                own.review_by = Some(*decide_by);
            }
        }
    }
}

pub(crate) fn decided(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    event: &RemedyEvent,
) {
    let RemedyEvent::ReviewDecided { of, upheld, reasons, service, act_by } = event else {
        return;
    };
    let Some(own) = reviewed(fold, *of) else {
        at.missing("what is reviewed");
        return;
    };
    at.about(own.subject);
    at.stated(Guard::Document, &[("reasons", reasons)]);
    at.service(Guard::Served, service, at.today);
    // Another officer stands in for the head who decided before.
    match own.outcome.as_ref().is_some_and(|before| at.is_head(&before.1)) {
        true => admin::by_office(fold, at),
        false => admin::by_office_head(fold, at),
    }
    if let Some((.., by)) = at.officer() {
        let same = own.outcome.as_ref().is_some_and(|before| before.1 == *by);
        at.must(!same, Guard::FourEyes, "who decided before reviews it");
    }
    if !own.under_way {
        at.broken(INV_5, "no review is under way");
    }
    match of {
        ReviewOf::Objection(id) => objection_decided(fold, commit, at, *id, *upheld),
        ReviewOf::Repair(id) => {
            // Upheld, it is looked at anew by a day; otherwise it stays refused.
            if act_by.is_some() != *upheld {
                at.broken(DEADLINE, "an upheld review has its day, and no other has");
            }
            if let Some(by) = act_by {
                let opened_on = own.opened_on.unwrap_or(at.today);
                let decide_wd = at.least(opened_on, |pack| pack.repair_decide_wd);
                at.deadline("act_by", *by, at.today, decide_wd);
            }
            let Some(own) = fold.repairs.get_mut(id) else {
                return;
            };
            own.reviewed = true;
            if let Some(by) = act_by {
                own.accept_by = *by;
                own.decide_by = *by;
            }
            own.stage = match upheld {
                true => RepairStage::Applied,
                false => RepairStage::Refused,
            };
            if let Some(before) = &mut own.outcome {
                *before = (at.today, at.by(before.1.authority));
            }
        }
    }
}

fn objection_decided(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    id: shouxin_core::id::ObjectionId,
    upheld: bool,
) {
    let Some(own) = fold.objections.get(&id) else {
        return;
    };
    let refused = own.stage == ObjectionStage::Review { refused: true };
    let (target, suspends, kept) = (own.target, own.suspends, own.kept);
    let taken_up = refused && upheld;
    let heard = !upheld || refused || objection::may_take(fold, own);
    at.must(heard, Guard::Notice, "a complaint takes an honour with no notice or hearing");
    let open =
        Open { trigger: own.trigger, grounds: own.grounds.clone(), suspends: suspends || taken_up };
    if taken_up {
        let about = fold.is_about(target, id.0);
        if let (true, Some((_, disputes))) = (about, fold.holds_mut(target)) {
            disputes.open.insert(id, open);
        }
        // It has to be looked at after all, and suspends like any objection.
        commit.hold(fold, at.at(), target, Hold::Objection(id));
    }
    let changes = (fold.marked(target) && (upheld || suspends)).then_some(at.at());
    let through = changes.or(fold.told_of(target).map(|own| own.1));
    if !taken_up {
        objection::closed(fold, commit, at, id, !upheld && !kept && !refused);
    }
    if upheld && !refused {
        redress::persons(fold, commit, at, target);
        commit.void(fold, at.at(), (target, id.0));
    }
    if let Some(own) = fold.objections.get_mut(&id) {
        own.stage = match (refused, upheld) {
            (true, true) => ObjectionStage::Accepted,
            (true, false) => ObjectionStage::Refused,
            (false, upheld) => ObjectionStage::Resolved { upheld: upheld || own.kept },
        };
        own.kept &= !upheld;
        own.suspends |= taken_up;
        own.reviewed = true;
        own.through = through;
        own.outcome = Some((at.today, at.by(own.provider)));
    }
}
