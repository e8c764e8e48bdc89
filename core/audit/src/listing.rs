//! Listings beside their path: extension, revocation, a court's earlier end, relief.

use shouxin_core::actor::Actor;
use shouxin_core::event::listing::{AttributionEnd, ListingEvent};
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::ListingId;

use crate::case;
use crate::commit::Commit;
use crate::fold::{Fold, Kind, Over, RedStage, Standing};
use crate::ground;
use crate::here::Here;
use crate::names::{INV_2, INV_3, INV_6};

use crate::revocation::{answered, noticed, stated_on};
use crate::version;

/// Working days for opening the revocation that a black listing makes due (domain.md Q11).
const RED_REVOCATION_WD: u16 = 10;

pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>, event: &ListingEvent) {
    match event {
        ListingEvent::ExtensionProposed { extended, by } => {
            let about = |id: &ListingId| {
                let own = fold.listings.get(id)?;
                match &own.kind {
                    Kind::Black { behaviour, .. } => Some((own.subject, behaviour)),
                    Kind::Red(_) => None,
                }
            };
            let whose = about(extended);
            if !commit.proposes(*by) || whose.is_none() || whose != about(by) {
                let what = "an extension is a new proposal about the same subject and behaviour";
                at.broken(INV_3, what);
            }
            let stands = |id: &&ListingId| fold.listing_standing(**id, at.today) != Standing::Ended;
            let before = fold.listings.get(extended).into_iter().flat_map(|own| &own.extensions);
            if let Some(own) = before.copied().find(|id| stands(&id)) {
                at.broken(INV_3, format!("{own} extends it already"));
            }
            if let Some(own) = fold.listings.get_mut(extended) {
                own.extensions.push(*by);
            }
            if let Some(own) = fold.listings.get_mut(by) {
                own.extends = Some(*extended);
            }
            commit.extend(*by, *extended);
            at.in_force(fold.listing_standing(*extended, at.today));
        }
        ListingEvent::Revoked { case, document_number, document_sha256, reasons, service } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.service(Guard::Served, service, at.today);
            case::revoked(fold, commit, at, *case, (document_number, document_sha256));
        }
        ListingEvent::Shortened { case, end } => {
            let target = match case {
                CaseRef::Listing(id) => Target::Listing(*id),
                CaseRef::Attribution(id) => Target::Attribution(*id),
            };
            commit.bring_forward(target);
            let restored = commit.restores(target);
            let by_rules = || version::case_shortens(fold, at, *case, *end, restored);
            if !commit.shortens(fold, target) && !by_rules() {
                at.broken(INV_6, "no outcome or correction of this commit changes its end");
            }
            let today = at.today;
            let Some(own) = fold.case_mut(*case) else {
                at.missing(case::shown(*case));
                return;
            };
            at.about(own.subject);
            if let Some(decision) = &mut own.decision {
                if *end >= decision.end {
                    at.broken(INV_3, format!("{end} is no earlier than {}", decision.end));
                }
                at.must(*end >= today, Guard::End, "the new end is past");
                decision.end = *end;
            }
            let subject = own.subject;
            commit.touch(subject, at.at());
        }
        ListingEvent::Relieved { listing, relief } => {
            let extended = fold.extended_by(*listing);
            let mut all = [*listing].into_iter().chain(extended);
            let by =
                |own| commit.relieves(*relief, own) || commit.relieves_ground(fold, *relief, own);
            if !all.any(by) {
                at.broken(INV_6, format!("{relief} is not completed in this commit"));
            }
            commit.end(fold, at.at(), CaseRef::Listing(*listing), Over::Relieved);
        }
        ListingEvent::AttributionEnded { attribution, listing, ground } => {
            let Some(own) = fold.attributions.get(attribution) else {
                at.missing(attribution);
                return;
            };
            at.about(own.case.subject);
            commit.tell(*attribution);
            let over = fold.case(CaseRef::Listing(*listing)).and_then(|case| case.over);
            let same = match ground {
                AttributionEnd::Expired => over == Some(Over::Expired),
                AttributionEnd::Removed => matches!(over, Some(Over::Removed(_))),
                AttributionEnd::Relieved => over == Some(Over::Relieved),
                AttributionEnd::Annulled => over == Some(Over::Annulled),
            };
            if own.listing != *listing || own.case.over.is_some() || !same {
                at.broken(INV_6, "its listing has not ended so");
            }
        }
        ListingEvent::RecordsNamed { attribution, records } => {
            ground::named(fold, commit, at, *attribution, records);
        }
        ListingEvent::RepairRuleKept { listing, min_months } => {
            let Some(own) = fold.listings.get_mut(listing) else {
                at.missing(listing);
                return;
            };
            at.about(own.subject);
            if commit.proposes(*listing) {
                let same = own.repair_months == Some(*min_months);
                at.must(same, Guard::RepairRule, "it is not the rule of the day of the proposal");
                commit.keep_rule(*listing);
                return;
            }
            // A later rule that asks for less is kept by the job that looks at what runs.
            let today = match &own.kind {
                Kind::Black { behaviour, case, .. } if case.over.is_none() => {
                    case::repair_months(at, behaviour)
                }
                _ => None,
            };
            let less = own.repair_months.is_none_or(|before| *min_months < before);
            let kept = less && today == Some(*min_months) && at.event.actor == Actor::System;
            at.must(kept, Guard::RepairRule, "no rule in force on that day asks for less");
            own.repair_months = Some(*min_months);
        }
        ListingEvent::WithdrawalReceived { listing, document_sha256 } => {
            let Some((subject, red)) = fold.red(*listing) else {
                at.missing(listing);
                return;
            };
            at.about(subject);
            at.own_matter(subject);
            at.of_authority(red.nominator.authority);
            let there = shouxin_core::text::digest_is_stated(document_sha256);
            at.must(there, Guard::Document, "the subject's own document is missing");
            commit.withdraw(at.at(), *listing);
        }
        ListingEvent::RevocationNotOwed { listing, black } => {
            owed_no_more(fold, commit, at, *listing, *black);
        }
        ListingEvent::RevocationNoticed { listing, .. }
        | ListingEvent::RevocationOwed { listing, .. }
        | ListingEvent::RevocationStated { listing, .. }
        | ListingEvent::RedRevoked { listing, .. }
        | ListingEvent::RevocationDropped { listing, .. } => {
            red(fold, commit, at, event, *listing);
        }
    }
}

/// What a black listing made due is owed no more once it is over, or the person does not answer for
/// it any more; for whatever else weighs on the subject it is owed anew.
fn owed_no_more(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    listing: ListingId,
    black: ListingId,
) {
    let Some((subject, _)) = fold.red(listing) else {
        at.missing(listing);
        return;
    };
    at.about(subject);
    let answers = |fold: &Fold| {
        let under = fold.listings.get(&black).into_iter().flat_map(|own| &own.attributions);
        let mut own = under
            .filter(|id| fold.attributions.get(id).is_some_and(|own| own.case.subject == subject));
        own.any(|id| fold.attribution_standing(*id, at.today) != Standing::Ended)
    };
    let own = fold.listings.get(&black).is_some_and(|own| own.subject == subject);
    let stands = match own {
        true => fold.listing_standing(black, at.today) != Standing::Ended,
        false => answers(fold),
    };
    at.must(!stands, Guard::RedCheck, "what made it due still weighs on the subject");
    let others = fold.files.get(&subject).into_iter().flat_map(|own| &own.cases);
    for case in others.copied() {
        let ended = match case {
            CaseRef::Listing(id) => fold.listing_standing(id, at.today) == Standing::Ended,
            CaseRef::Attribution(id) => fold.attribution_standing(id, at.today) == Standing::Ended,
        };
        if let (false, Some(_), Some(id)) = (ended, fold.case(case), case::listing_id(fold, case)) {
            commit.list(at.at(), subject, id);
        }
    }
    match fold.red_mut(listing) {
        Some(own) if own.owed.is_some_and(|own| own.0 == black) => own.owed = None,
        Some(_) => at.broken(INV_2, "no revocation is owed for it"),
        None => at.missing(listing),
    }
}

/// The revocation of a red listing: notice, statement, the head's decision.
fn red(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    event: &ListingEvent,
    id: ListingId,
) {
    let ended = fold.listing_standing(id, at.today) == Standing::Ended;
    let Some((subject, _)) = fold.red(id) else {
        at.missing(id);
        return;
    };
    let Some(own) = fold.red_mut(id) else {
        return;
    };
    at.about(subject);
    if ended || !matches!(own.stage, RedStage::Active { .. }) {
        at.broken(INV_2, "the red listing is not in force");
    }
    match event {
        ListingEvent::RevocationNoticed { reasons, document_sha256, service, window, .. } => {
            at.of_authority(own.nominator.authority);
            at.not_the_head();
            let window_wd = at.most(own.nominated_on, |pack| pack.statement_window_wd);
            let since = match own.stage {
                RedStage::Active { since, .. } => Some(since),
                _ => None,
            };
            if own.revocation.is_some() {
                at.broken(INV_2, "a revocation is under way");
            }
            let by = at.by(own.nominator.authority);
            own.owed = None;
            let what = (reasons, document_sha256, service);
            own.revocation = Some(noticed(at, what, since, (*window, window_wd), by));
        }
        ListingEvent::RevocationOwed { black, due, .. } => {
            if !commit.lists(subject, *black) {
                at.guard(Guard::RedCheck, format!("{black} is not decided in this commit"));
            }
            at.deadline("due", *due, at.today, RED_REVOCATION_WD);
            if own.revocation.is_some() || own.owed.is_some() {
                at.broken(INV_2, "a revocation is owed, or under way, already");
            }
            own.owed = Some((*black, *due));
        }
        ListingEvent::RevocationStated { points, received_on, document_sha256, .. } => {
            at.own_matter(subject);
            let document = document_sha256.as_ref();
            stated_on(at, own.revocation.as_mut(), points, *received_on, document);
        }
        ListingEvent::RedRevoked {
            document_number,
            document_sha256,
            reasons,
            answers,
            service,
            ..
        } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.document(document_number, document_sha256);
            at.service(Guard::Served, service, at.today);
            answered(at, own.revocation.as_ref(), answers);
            commit.end(fold, at.at(), CaseRef::Listing(id), Over::Closed);
        }
        ListingEvent::RevocationDropped { reasons, .. } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            match own.revocation.take() {
                Some(revocation) => at.head_of(revocation.by.authority),
                None => at.guard(Guard::Notice, "no revocation is under way"),
            }
        }
        _ => {}
    }
}
