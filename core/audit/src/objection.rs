//! Objections (domain.md 2.6): filing suspends at once, only a reasoned outcome ends that.
//!
//! Which officer holds the role of the credit office says the key that the log created for the
//! officer. The office refers, resolves and turns away, it or the provider accepts, and what the
//! provider alone may do is its own officer's.

use shouxin_core::actor::Actor;
use shouxin_core::event::{Event, Finding, Target, Trigger};
use shouxin_core::guard::Guard;
use shouxin_core::id::{ObjectionId, Position};
use shouxin_core::text::{Digest, digest_is_stated};

use crate::admin;
use crate::commit::Commit;
use crate::dispute::Open;
use crate::fold::{Fold, Hold, Kind, Objection, ObjectionStage, Red, RedStage};
use crate::here::Here;
use crate::names::{DEADLINE, INV_2, INV_4, INV_5, INV_6};
use crate::{dispute, redress, repair};

pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    let id = match &at.event.event {
        Event::ObjectionFiled { .. } => {
            filed(fold, commit, at);
            return;
        }
        Event::ObjectionAccepted { objection, .. }
        | Event::ObjectionRefused { objection, .. }
        | Event::ObjectionReferred { objection, .. }
        | Event::ObjectionOverdue { objection }
        | Event::VerificationReported { objection, .. }
        | Event::ObjectionResolved { objection, .. }
        | Event::RedressOpened { objection, .. }
        | Event::RedressCompleted { objection, .. } => *objection,
        _ => return,
    };
    let Some(own) = fold.objections.get(&id) else {
        at.missing(id);
        return;
    };
    at.about(own.subject);
    match &at.event.event {
        Event::ObjectionAccepted { silent, .. } => {
            if *silent {
                at.over(Some(own.accept_by), "the formal check");
            }
            let stage = own.stage;
            admin::by_office_or(fold, at, own.provider);
            turn(fold, at, id, stage == ObjectionStage::Filed, ObjectionStage::Accepted);
        }
        Event::ObjectionRefused { reasons, service, .. } => {
            settled_by(fold, at, own, false);
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.service(Guard::Served, service, at.today);
            let made = fold.owner(own.target).map(|own| own.2.clone());
            let same = at.officer().is_some_and(|(.., by)| Some(by) == made.as_ref());
            at.must(!same, Guard::FourEyes, "the one who made it turns the objection away");
            if at.today > own.accept_by.day {
                at.broken(DEADLINE, "silence had accepted it");
            }
            let stage = own.stage;
            // What the formal check turned away was not looked at.
            closed(fold, commit, at, id, false);
            turn(fold, at, id, stage == ObjectionStage::Filed, ObjectionStage::Refused);
        }
        Event::ObjectionReferred { received_on, verify_by, .. } => {
            admin::by_office(fold, at);
            let within = *received_on >= own.filed_on && *received_on <= at.today;
            if !within {
                at.broken(DEADLINE, format!("received on {received_on}, before it was filed"));
            }
            let verification_wd = at.least(own.filed_on, |pack| pack.verification_wd);
            at.deadline("verify_by", *verify_by, *received_on, verification_wd);
            let silent = own.stage == ObjectionStage::Filed && at.today > own.accept_by.day;
            let fits = silent || own.stage == ObjectionStage::Accepted;
            turn(fold, at, id, fits, ObjectionStage::Verifying);
            if let Some(own) = fold.objections.get_mut(&id) {
                own.verify_by = *verify_by;
                own.received_on = *received_on;
            }
        }
        Event::ObjectionOverdue { .. } => {
            at.over(Some(own.verify_by), "the verification");
            let stage = own.stage;
            turn(fold, at, id, stage == ObjectionStage::Verifying, stage);
        }
        Event::VerificationReported { finding, reasons, .. } => {
            at.of_authority(own.provider);
            at.stated(Guard::Document, &[("reasons", reasons)]);
            let made = fold.owner(own.target).map(|own| own.2.clone());
            let same = at.officer().is_some_and(|(.., by)| Some(by) == made.as_ref());
            at.must(!same, Guard::FourEyes, "the one who made it verifies it");
            let fits = matches!(own.stage, ObjectionStage::Verifying | ObjectionStage::Unverified);
            let tested = own.testing.is_none_or(|own| own.ended);
            if own.stage == ObjectionStage::Verifying && !tested {
                at.broken(INV_2, "expert testing is under way");
            }
            let heard = *finding != Finding::Error || may_take(fold, own);
            at.must(heard, Guard::Notice, "a complaint takes an honour with no notice or hearing");
            put_right(fold, at, id, *finding);
            turn(fold, at, id, fits, ObjectionStage::Verified { finding: *finding });
        }
        Event::ObjectionResolved { upheld, reasons, service, .. } => {
            let void = own.stage == (ObjectionStage::Verified { finding: Finding::Error });
            settled_by(fold, at, own, void);
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.service(Guard::Served, service, at.today);
            resolved(fold, commit, at, id, *upheld);
        }
        Event::RedressOpened { provider, .. } => {
            if own.provider != *provider {
                at.guard(Guard::Competent, "the provider owes the redress");
            }
            let kept = own.kept && own.stage == (ObjectionStage::Resolved { upheld: true });
            let target = own.target;
            if !kept && !commit.voids(fold, target) {
                at.broken(INV_6, "no outcome of this commit upholds it");
            }
            if redress::is_owed(fold, target, id.0) {
                at.broken(INV_2, "its redress is owed already");
            }
            if !kept {
                redress::void(fold, target, id.0);
            }
            commit.redress(id.0);
            redress_is(fold, id, false);
        }
        Event::RedressCompleted { account, evidence, .. } => {
            redress::shown(at, evidence);
            at.of_authority(own.provider);
            at.stated(Guard::Document, &[("account", account)]);
            if own.redress != Some(false) {
                at.broken(INV_2, "no redress is owed");
            }
            // What was put right and stays is withdrawn nowhere, and nothing on it is lifted.
            let target = [own.target];
            let ended = if own.kept { &[] } else { &target[..] };
            repair::reached(fold, at, own.through, &target, ended);
            redress_is(fold, id, true);
        }
        _ => {}
    }
}

/// The office settles an objection; not its head, who decides the review of that, where one may
/// still be asked for: there is one, and none of what was found void.
fn settled_by(fold: &Fold, at: &mut Here<'_>, own: &Objection, void: bool) {
    match void || own.reviewed {
        true => admin::by_office(fold, at),
        false => admin::by_office_beside_head(fold, at),
    }
}

/// Whether an outcome may void what is disputed: an honour in force only where the exemplar asks.
pub(crate) fn may_take(fold: &Fold, own: &Objection) -> bool {
    let honour = match own.target {
        Target::Listing(id) => {
            fold.red(id).is_some_and(|own| matches!(own.1.stage, RedStage::Active { .. }))
        }
        _ => false,
    };
    own.trigger == Trigger::Subject || !honour
}

/// What was found is done: corrected or supplemented since it was filed, or not shown any more.
fn put_right(fold: &mut Fold, at: &mut Here<'_>, id: ObjectionId, finding: Finding) {
    let Some(own) = fold.objections.get(&id) else {
        return;
    };
    let since = |at: Option<shouxin_core::id::Position>| at.is_some_and(|at| at > id.0);
    let done = match (finding, own.target) {
        (Finding::Error | Finding::Correct, _) => true,
        (Finding::Corrected, Target::Record(id)) => {
            fold.records.get(&id).is_some_and(|own| since(own.corrected_at))
        }
        (Finding::Supplemented, Target::Record(id)) => {
            fold.records.get(&id).is_some_and(|own| since(own.supplemented_at))
        }
        // What nobody saw, or nobody saw any more, is not put right by showing it no more.
        (Finding::DisplayStopped, Target::Record(id)) => {
            fold.records.get(&id).is_some_and(|record| {
                !record.published && (own.undisplayed || since(record.hidden_at))
            })
        }
        (Finding::DisplayStopped, Target::Listing(id)) => {
            fold.listings.get(&id).is_some_and(|own| since(own.hidden_at))
        }
        _ => false,
    };
    if !done {
        at.broken(INV_6, "what was found was not put right");
    }
    if let Some(own) = fold.objections.get_mut(&id) {
        own.undisplayed &= finding != Finding::DisplayStopped;
    }
}

fn redress_is(fold: &mut Fold, id: ObjectionId, done: bool) {
    if let Some(own) = fold.objections.get_mut(&id) {
        own.redress = Some(done);
    }
}

pub(crate) fn turn(
    fold: &mut Fold,
    at: &mut Here<'_>,
    id: ObjectionId,
    fits: bool,
    to: ObjectionStage,
) {
    if !fits {
        at.broken(INV_2, "the steps of an objection come in their order");
    }
    if let Some(own) = fold.objections.get_mut(&id) {
        own.stage = to;
    }
}

/// An outcome: who gave it, whether channels have to hear of it, and that the hold is released.
pub(crate) fn closed(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &Here<'_>,
    id: ObjectionId,
    rejected: bool,
) {
    let Some((target, provider, suspends)) =
        fold.objections.get(&id).map(|own| (own.target, own.provider, own.suspends))
    else {
        return;
    };
    let shown = fold.marked(target).then_some(at.at());
    let through = shown.or(fold.told_of(target).map(|own| own.1));
    if suspends {
        commit.release(fold, at.at(), target, Hold::Objection(id));
    }
    if let Some((_, disputes)) = fold.holds_mut(target) {
        disputes.close(id, rejected);
    }
    if let Some(own) = fold.objections.get_mut(&id) {
        own.through = through;
        own.outcome = Some((at.today, at.by(provider)));
    }
}

fn resolved(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    id: ObjectionId,
    upheld: bool,
) {
    let Some(own) = fold.objections.get(&id) else {
        return;
    };
    let (target, undisplayed) = (own.target, own.undisplayed);
    let stage = own.stage;
    let kept = match stage {
        ObjectionStage::Verified { finding } => upheld && !finding.voids(),
        _ => false,
    };
    match stage {
        ObjectionStage::Verified { finding } if finding.upholds() != upheld => {
            at.broken(INV_5, "the outcome is not what was verified");
        }
        ObjectionStage::Verified { .. } => {}
        _ => at.broken(INV_5, "nothing was verified"),
    }
    closed(fold, commit, at, id, !upheld);
    if upheld && !redress::is_owed(fold, target, id.0) {
        commit.owe_redress(at.at(), id.0);
    }
    if upheld && !kept {
        redress::persons(fold, commit, at, target);
        commit.void(fold, at.at(), (target, id.0));
    } else if undisplayed && !off_display(fold, target, id) {
        show_again(fold, target, at.at());
    }
    if let Some(own) = fold.objections.get_mut(&id) {
        own.stage = ObjectionStage::Resolved { upheld };
        own.undisplayed &= upheld && !kept;
        own.kept = kept;
    }
}

/// Whether another open objection keeps it off display until its own outcome.
pub(crate) fn off_display(fold: &mut Fold, target: Target, except: ObjectionId) -> bool {
    let open: Vec<ObjectionId> = match fold.holds_mut(target) {
        Some((_, disputes)) => disputes.open.keys().copied().collect(),
        None => Vec::new(),
    };
    let mut others = open.iter().filter(|id| **id != except);
    others.any(|id| fold.objections.get(id).is_some_and(|own| own.undisplayed))
}

/// What was off display because nobody verified it is shown again once it was found correct.
fn show_again(fold: &mut Fold, target: Target, at: Position) {
    let stands = match target {
        Target::Record(id) => fold.records.get(&id).is_some_and(|own| {
            let minor = own.severity == Some(shouxin_core::rules::Severity::Minor);
            own.stage == crate::fold::RecordStage::Live && !minor
        }),
        // What is over meanwhile is shown no more, and channels are told of nothing.
        Target::Listing(id) => fold.listings.get(&id).is_some_and(|own| match &own.kind {
            _ if own.display_ended => false,
            Kind::Black { case, .. } => case.effect && case.over.is_none(),
            Kind::Red(red) => matches!(red.stage, RedStage::Active { .. }),
        }),
        _ => true,
    };
    if stands {
        fold.display(target, true, at);
    }
}

/// Whether it is somebody's objection to a nomination under public notice: everybody speaks for
/// themselves there, on paper, and stops it.
fn of_the_public(
    fold: &Fold,
    at: &mut Here<'_>,
    target: Target,
    trigger: Trigger,
    evidence: &[Digest],
    suspends: bool,
) -> bool {
    let (Target::Listing(listing), Trigger::Complaint) = (target, trigger) else {
        return false;
    };
    let noticed = |red: &Red| matches!(red.stage, RedStage::PublicNotice { .. });
    let Some((_, red)) = fold.red(listing).filter(|(_, red)| noticed(red)) else {
        return false;
    };
    admin::by_office_or(fold, at, red.nominator.authority);
    let paper = !evidence.is_empty() && evidence.iter().all(digest_is_stated);
    at.must(paper, Guard::PublicNotice, "an objection of the public without its paper");
    if !suspends {
        at.broken(INV_4, "everybody's objection to a nomination stops it");
    }
    true
}

fn filed(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    let Event::ObjectionFiled {
        target,
        trigger,
        grounds,
        statement,
        evidence,
        suspends,
        accept_by,
        provider,
        ..
    } = &at.event.event
    else {
        return;
    };
    let id = ObjectionId(at.at());
    let Some((subject, authority, _)) = fold.owner(*target) else {
        at.missing(format!("{target:?}"));
        return;
    };
    at.about(subject);
    at.own_matter(subject);
    if *provider != authority {
        at.guard(Guard::Competent, "who provided it verifies it");
    }
    at.stated(Guard::Document, &[("statement", statement)]);
    at.must(!grounds.is_empty(), Guard::Document, "no ground is named");
    if !dispute::live(fold, *target, at.today) {
        at.broken(INV_2, "what it is about has ended");
    }
    at.deadline("accept_by", *accept_by, at.today, at.pack().objection_accept_wd);
    let signed = evidence.iter().any(digest_is_stated);
    let by_party = matches!(at.event.actor, Actor::Subject(_));
    let named = *trigger != Trigger::Subject || by_party || signed;
    at.must(named, Guard::Document, "an officer files for the party without its signed paper");
    let own = Open { trigger: *trigger, grounds: grounds.clone(), suspends: *suspends };
    if !of_the_public(fold, at, *target, *trigger, evidence, *suspends)
        && let Some((_, disputes)) = fold.holds_mut(*target)
    {
        let repeat = grounds.iter().all(|own| disputes.rejected.contains(&(*trigger, *own)));
        if !repeat && !suspends {
            at.broken(INV_4, "an objection that is no repeat suspends what it disputes");
        }
        at.must(!repeat || !suspends || signed, Guard::Document, "a repeat brings nothing new");
        if disputes.said(&own) {
            at.broken(INV_2, "the same objection is open");
        }
    }
    if let Some((_, disputes)) = fold.holds_mut(*target) {
        disputes.open.insert(id, own);
    }
    let objection = Objection {
        subject,
        target: *target,
        provider: *provider,
        filed_on: at.today,
        received_on: at.today,
        trigger: *trigger,
        grounds: grounds.clone(),
        suspends: *suspends,
        accept_by: *accept_by,
        verify_by: *accept_by,
        testing: None,
        result_by: None,
        refer_by: None,
        review_by: None,
        stage: ObjectionStage::Filed,
        outcome: None,
        through: None,
        redress: None,
        undisplayed: false,
        kept: false,
        reviewed: false,
    };
    fold.objections.insert(id, objection);
    if *suspends {
        commit.hold(fold, at.at(), *target, Hold::Objection(id));
    }
}
