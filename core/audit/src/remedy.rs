//! Remedies beyond the first outcome: evidence, review, reconsideration and suit, relief.

use shouxin_core::actor::Actor;
use shouxin_core::event::remedy::{RemedyEvent, RemedyKind, RemedyOutcome};
use shouxin_core::event::{CaseRef, Event, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{ObjectionId, ReliefId, RemedyId};
use shouxin_core::rules::{FactKind, LegalLevel};
use shouxin_core::text::{FactDocument, digest_is_stated, short_text_is_stated};
use shouxin_core::time::Day;

use crate::commit::Commit;
use crate::fold::{Fold, Hold, ObjectionStage, Relief, Remedy, RemedyStage, Standing, Testing};
use crate::ground::plain;
use crate::here::Here;
use crate::names::{DEADLINE, INV_2, INV_4, INV_5, INV_6};
use crate::{admin, changed, dispute, objection, redress, repair, review, revocation};

pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>, event: &RemedyEvent) {
    use RemedyEvent as E;
    match event {
        E::EvidenceRequested { objection, request } => {
            about_objection(fold, at, *objection);
            if let Some(own) = fold.objections.get(objection) {
                admin::by_office_or(fold, at, own.provider);
            }
            at.stated(Guard::Document, &[("request", request)]);
        }
        E::EvidenceAdded { objection, statement, .. } => {
            about_objection(fold, at, *objection);
            if let Some(own) = fold.objections.get(objection) {
                admin::by_office_or(fold, at, own.provider);
            }
            at.stated(Guard::Document, &[("statement", statement)]);
        }
        E::Unverified { objection, reasons, service } => {
            about_objection(fold, at, *objection);
            admin::by_office(fold, at);
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.service(Guard::Served, service, at.today);
            unverified(fold, at, *objection);
        }
        E::ObjectionClosed { objection } => {
            about_objection(fold, at, *objection);
            closed(fold, at, *objection);
        }
        E::ReviewRequested { .. } => review::requested(fold, commit, at, event),
        E::ReviewDecided { .. } => review::decided(fold, commit, at, event),
        E::RemedyFiled { target, kind, body, number, filed_on, document_sha256 } => {
            let Some(subject) = fold.party(*target) else {
                at.missing(format!("{target:?}"));
                return;
            };
            at.about(subject);
            at.own_matter(subject);
            let whole = short_text_is_stated(body)
                && short_text_is_stated(number)
                && digest_is_stated(document_sha256)
                && *filed_on <= at.today;
            at.must(whole, Guard::Document, "body, number, date or document are missing");
            let there = fold.there_since(*target).is_none_or(|since| *filed_on >= since);
            at.must(there, Guard::Document, "it was filed before what it is about was there");
            let same = fold.remedies.values().any(|own| {
                own.target == *target
                    && own.kind == *kind
                    && own.body.trim() == body.trim()
                    && plain(&own.number) == plain(number)
            });
            if same {
                at.broken(INV_2, "the same reconsideration or suit was filed before");
            }
            let remedy = Remedy {
                subject,
                target: *target,
                kind: *kind,
                body: body.clone(),
                number: number.clone(),
                filed_on: *filed_on,
                stay: None,
                stage: RemedyStage::Filed,
                redress: None,
            };
            fold.remedies.insert(RemedyId(at.at()), remedy);
        }
        E::StayOrdered { remedy, document } => stay(fold, commit, at, *remedy, document, true),
        E::StayEnded { remedy, document } => stay(fold, commit, at, *remedy, document, false),
        E::RemedyDecided { remedy, outcome, document } => {
            outcome_of(fold, commit, at, *remedy, *outcome, document);
        }
        E::RedressOwed { remedy, provider } => {
            if let Some(target) = ruled(fold, at, *remedy).map(|own| own.target) {
                if fold.provider(target).is_some_and(|owner| owner != *provider) {
                    at.guard(Guard::Competent, "the provider owes the redress");
                }
                if redress::is_owed(fold, target, remedy.0) {
                    at.broken(INV_2, "its redress is owed already");
                }
                redress::void(fold, target, remedy.0);
            }
            commit.redress(remedy.0);
            redress_is(fold, *remedy, false);
        }
        E::RedressDone { remedy, account, evidence } => {
            redress::shown(at, evidence);
            at.stated(Guard::Document, &[("account", account)]);
            if let Some(own) = ruled(fold, at, *remedy) {
                let (owed, target) = (own.redress == Some(false), own.target);
                if let Some(authority) = fold.provider(target) {
                    at.of_authority(authority);
                }
                if !owed {
                    at.broken(INV_2, "no redress is owed");
                }
                redress::reached(fold, at, target);
            }
            redress_is(fold, *remedy, true);
        }
        E::AnnulmentRedressOwed { .. } | E::AnnulmentRedressDone { .. } => {
            redress::check(fold, commit, at, event);
        }
        E::RepairRevocationNoticed { .. }
        | E::RepairRevocationStated { .. }
        | E::RepairRevoked { .. }
        | E::RepairRevocationDropped { .. }
        | E::RepairRevocationLapsed { .. }
        | E::RepairedRestored { .. }
        | E::RecordRestored { .. }
        | E::BreachRestored { .. }
        | E::AttributionRestored { .. } => revocation::check(fold, commit, at, event),
        E::RecordRepairApplied { .. } => repair::record_applied(fold, at, event),
        E::BreachRepairApplied { .. } => repair::breach_applied(fold, at, event),
        E::AttributionRepairApplied { .. } => repair::attribution_applied(fold, at, event),
        E::RepairBarred { repair, again_from } => {
            revocation::barred(fold, at, *repair, *again_from)
        }
        E::ListingDisplayEnded { listing, reasons } => {
            let Some((subject, authority, _)) = fold.owner(Target::Listing(*listing)) else {
                at.missing(listing);
                return;
            };
            at.about(subject);
            at.of_authority(authority);
            at.stated(Guard::Document, &[("reasons", reasons)]);
            let target = Target::Listing(*listing);
            // What was off display while nobody verified it is not to be shown again.
            let disputes = fold.holds_mut(target).map(|(_, own)| own.open.keys().copied());
            let open: Vec<ObjectionId> = disputes.into_iter().flatten().collect();
            let hidden =
                open.iter().any(|id| fold.objections.get(id).is_some_and(|own| own.undisplayed));
            if !hidden && !fold.shown(target) {
                at.broken(INV_6, "it is not on display");
            }
            fold.display(target, false, at.at());
            if let Some(own) = fold.listings.get_mut(listing) {
                own.display_ended = true;
                own.hidden_at = Some(at.at());
            }
        }
        E::TestingBegun { objection, .. } | E::TestingEnded { objection, .. } => {
            about_objection(fold, at, *objection);
            testing(fold, at, *objection, event);
        }
        E::RepairExtended { .. } => repair::extended(fold, at, event),
        E::ReliefGranted { .. } | E::ReliefCompleted { .. } | E::ReliefEnded { .. } => {
            relief(fold, commit, at, event);
        }
        E::CourtDocumentFiled { document, effect } => {
            at.about(document.about);
            at.of_court(document, document.about);
            at.stated(Guard::Document, &[("effect", effect)]);
        }
    }
}

fn about_objection(fold: &Fold, at: &mut Here<'_>, id: ObjectionId) {
    match fold.objections.get(&id) {
        Some(own) => {
            let subject = own.subject;
            at.about(subject);
            at.own_matter(subject);
        }
        None => at.missing(id),
    }
}

/// The provider never reported: the office takes the thing off display; it stays suspended.
fn unverified(fold: &mut Fold, at: &mut Here<'_>, id: ObjectionId) {
    let Some(own) = fold.objections.get(&id) else {
        return;
    };
    let target = own.target;
    let wait_wd = at.least(own.filed_on, |pack| pack.unverified_after_wd);
    let waited = at.rules.calendar.after(own.verify_by.day, wait_wd).day;
    at.after(Some(waited), "the provider's time");
    let fits = own.stage == ObjectionStage::Verifying;
    let displayed = match target {
        Target::Record(id) => fold.records.get(&id).is_some_and(|own| own.published),
        // A nomination under public notice stays what it is: a notice.
        Target::Listing(id)
            if fold.red(id).is_some_and(|own| {
                matches!(own.1.stage, crate::fold::RedStage::PublicNotice { .. })
            }) =>
        {
            false
        }
        _ => fold.shown(target),
    };
    let off = objection::off_display(fold, target, id);
    if displayed {
        fold.display(target, false, at.at());
    }
    objection::turn(fold, at, id, fits, ObjectionStage::Unverified);
    if let Some(own) = fold.objections.get_mut(&id) {
        own.undisplayed = displayed || off;
    }
}

/// Testing stops the clock once, where a law says so, for the working days it took and no more.
fn testing(fold: &mut Fold, at: &mut Here<'_>, id: ObjectionId, event: &RemedyEvent) {
    let Some(own) = fold.objections.get_mut(&id) else {
        return;
    };
    at.of_authority(own.provider);
    if own.stage != ObjectionStage::Verifying {
        at.broken(INV_2, "nothing is verified");
    }
    match event {
        RemedyEvent::TestingBegun { basis, reasons, document_sha256, from, verify_by, .. } => {
            at.basis(basis);
            let law = basis.iter().any(|own| {
                let found = at.rules.instrument(&own.instrument);
                found.is_some_and(|own| own.level <= LegalLevel::AdministrativeRegulation)
            });
            at.must(law || basis.is_empty(), Guard::BasisRank, "no law says so");
            at.stated(Guard::Document, &[("reasons", reasons)]);
            at.must(digest_is_stated(document_sha256), Guard::Document, "no commission");
            let within = *from >= own.received_on && *from <= at.today;
            let most = at.least(own.filed_on, |pack| pack.expert_testing_wd);
            if own.testing.is_some() {
                at.broken(INV_2, "the clock was stopped once");
            } else if at.today > own.verify_by.day || !within {
                at.broken(DEADLINE, "the clock had run out, or it begins out of its time");
            } else {
                at.longer("verify_by", *verify_by, own.verify_by, most);
            }
            let before = own.verify_by;
            own.testing = Some(Testing { from: *from, before, most, ended: false });
            own.verify_by = *verify_by;
        }
        RemedyEvent::TestingEnded { document_sha256, ended_on, verify_by, .. } => {
            at.must(digest_is_stated(document_sha256), Guard::Document, "no report");
            match own.testing.filter(|own| !own.ended) {
                Some(testing) => {
                    let within = *ended_on >= testing.from && *ended_on <= at.today;
                    if !within {
                        at.broken(DEADLINE, format!("it cannot have ended on {ended_on}"));
                    }
                    let days = worked(at, testing.from, *ended_on).min(testing.most);
                    at.longer("verify_by", *verify_by, testing.before, days);
                    own.testing = Some(Testing { ended: true, ..testing });
                }
                None => at.broken(INV_2, "no testing is under way"),
            }
            own.verify_by = *verify_by;
        }
        _ => {}
    }
}

/// The working days behind one day, up to and with another.
fn worked(at: &Here<'_>, from: Day, to: Day) -> u16 {
    let days = to.number().saturating_sub(from.number()).clamp(0, 4_000);
    let worked =
        (1..=days).filter(|more| at.rules.calendar.is_working_day(from.plus_days(*more)).working);
    u16::try_from(worked.count()).unwrap_or(u16::MAX)
}

fn closed(fold: &mut Fold, at: &mut Here<'_>, id: ObjectionId) {
    let Some(own) = fold.objections.get(&id) else {
        return;
    };
    let ObjectionStage::Resolved { upheld } = own.stage else {
        at.broken(INV_2, "it has no outcome");
        return;
    };
    let target = [own.target];
    let ended = if upheld && !own.kept { &target[..] } else { &[] };
    repair::reached(fold, at, own.through, &target, ended);
    if let Some(own) = fold.objections.get_mut(&id) {
        own.stage = ObjectionStage::Closed { upheld };
    }
}

fn ruled<'f>(fold: &'f Fold, at: &mut Here<'_>, id: RemedyId) -> Option<&'f Remedy> {
    let own = fold.remedies.get(&id);
    match own {
        Some(own) => at.about(own.subject),
        None => at.missing(id),
    }
    own
}

fn redress_is(fold: &mut Fold, id: RemedyId, done: bool) {
    if let Some(own) = fold.remedies.get_mut(&id) {
        own.redress = Some(done);
    }
}

/// The ruling is the asked body's: a court's judgment, or the reviewing body's own decision.
fn ruling(at: &mut Here<'_>, own: &Remedy, document: &FactDocument) {
    let court = own.kind == RemedyKind::Litigation;
    match court {
        true => at.of_court(document, own.subject),
        false => {
            let decided = [FactKind::AdministrativeDecision];
            at.facts(std::slice::from_ref(document), own.subject, &decided);
        }
    }
    if !court && own.body.trim() != document.issuer.trim() {
        at.guard(Guard::Fact, "another body issued the ruling");
    }
    at.must(document.date >= own.filed_on, Guard::Fact, "it is older than what it rules on");
    let stays = matches!(at.event.event, Event::Remedy(RemedyEvent::StayOrdered { .. }));
    if let (false, RemedyStage::Stayed, Some(order)) = (stays, own.stage, &own.stay) {
        ends(at, document, order);
    }
}

/// What ends an order of a court is another document, and no older.
fn ends(at: &mut Here<'_>, document: &FactDocument, order: &FactDocument) {
    let numbered = plain(&document.number) == plain(&order.number);
    let same = numbered || document.sha256 == order.sha256;
    at.must(!same, Guard::Fact, "the former ruling is not ended by itself");
    at.must(document.date >= order.date, Guard::Fact, "it is older than what it ends");
}

/// What ends against the party is not recorded by the authority whose act it challenged.
fn independent(fold: &Fold, at: &mut Here<'_>, target: Target) {
    let owner = fold.provider(target);
    if let (Actor::Officer(by), Some(owner)) = (&at.event.actor, owner)
        && by.authority == owner
    {
        at.guard(Guard::Competent, "the authority whose act was challenged recorded it");
    }
}

fn stay(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    id: RemedyId,
    document: &FactDocument,
    ordered: bool,
) {
    let Some(own) = ruled(fold, at, id) else {
        return;
    };
    let (target, stage) = (own.target, own.stage);
    ruling(at, own, document);
    if !ordered {
        independent(fold, at, target);
    }
    if ordered && !(dispute::live(fold, target, at.today) && fold.is_about(target, id.0)) {
        at.broken(INV_2, "it has ended: there is nothing to stay");
    }
    let before = if ordered { RemedyStage::Filed } else { RemedyStage::Stayed };
    if stage != before {
        at.broken(if ordered { INV_4 } else { INV_5 }, "there is nothing to stay, or to resume");
    }
    let after = if ordered { RemedyStage::Stayed } else { RemedyStage::Filed };
    if let Some(own) = fold.remedies.get_mut(&id) {
        own.stage = after;
        if ordered {
            own.stay = Some(document.clone());
        }
    }
    if ordered {
        commit.hold(fold, at.at(), target, Hold::Stay(id));
    } else {
        commit.release(fold, at.at(), target, Hold::Stay(id));
    }
}

fn outcome_of(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    id: RemedyId,
    outcome: RemedyOutcome,
    document: &FactDocument,
) {
    let Some(own) = ruled(fold, at, id) else {
        return;
    };
    let (target, stage) = (own.target, own.stage);
    ruling(at, own, document);
    if outcome != RemedyOutcome::Revoked {
        independent(fold, at, target);
    }
    if stage == RemedyStage::Decided {
        at.broken(INV_2, "it was decided already");
    }
    if let Some(own) = fold.remedies.get_mut(&id) {
        own.stage = RemedyStage::Decided;
    }
    if stage == RemedyStage::Stayed {
        commit.release(fold, at.at(), target, Hold::Stay(id));
    }
    match outcome {
        RemedyOutcome::Revoked => {
            redress::persons(fold, commit, at, target);
            commit.void(fold, at.at(), (target, id.0));
            if !redress::is_owed(fold, target, id.0) {
                commit.owe_redress(at.at(), id.0);
            }
        }
        RemedyOutcome::Changed { end } => {
            let about = fold.is_about(target, id.0);
            if !about || changed::check(fold, at, target, end) {
                commit.shorten(at.at(), target, (end, about));
            }
        }
        RemedyOutcome::Upheld | RemedyOutcome::Withdrawn => {}
    }
}

fn relief(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>, event: &RemedyEvent) {
    let (id, listing, document, reasons) = match event {
        RemedyEvent::ReliefGranted { listing, ruling, reasons, .. } => {
            (ReliefId(at.at()), *listing, ruling, reasons)
        }
        RemedyEvent::ReliefCompleted { relief, document, reasons }
        | RemedyEvent::ReliefEnded { relief, document, reasons } => {
            match fold.reliefs.get(relief) {
                Some(own) => (*relief, own.listing, document, reasons),
                None => {
                    at.missing(relief);
                    return;
                }
            }
        }
        _ => return,
    };
    let standing = fold.listing_standing(listing, at.today);
    let Some(case) = fold.case(CaseRef::Listing(listing)) else {
        at.missing(listing);
        return;
    };
    let (subject, end) = (case.subject, case.end());
    at.about(subject);
    at.head_of(case.proposer.authority);
    at.stated(Guard::Document, &[("reasons", reasons)]);
    at.of_court(document, subject);
    let open = fold.listings.get(&listing).is_some_and(|own| own.relief);
    let target = Target::Listing(listing);
    match event {
        RemedyEvent::ReliefGranted { until, .. } => {
            if open || !matches!(standing, Standing::InForce | Standing::Suspended) {
                at.broken(INV_6, "there is nothing in force to relieve, or it is relieved");
            }
            if *until <= at.today || end.is_some_and(|end| *until > end) {
                at.broken(DEADLINE, format!("{until} is past, or beyond the listing"));
            }
            let ruling = document.clone();
            fold.reliefs.insert(id, Relief { subject, listing, ruling, open: true });
            commit.hold(fold, at.at(), target, Hold::Relief(id));
        }
        _ => {
            if let Some(own) = fold.reliefs.get(&id) {
                ends(at, document, &own.ruling);
            }
            let was = fold.reliefs.get(&id).is_some_and(|own| own.open);
            if !was {
                at.broken(INV_5, "the relief is over");
            }
            if let Some(own) = fold.reliefs.get_mut(&id) {
                own.open = false;
                at.about(own.subject);
            }
            commit.release(fold, at.at(), target, Hold::Relief(id));
            if matches!(event, RemedyEvent::ReliefCompleted { .. }) {
                commit.relieve(at.at(), id, listing);
            }
        }
    }
    let granted = matches!(event, RemedyEvent::ReliefGranted { .. });
    if let Some(own) = fold.listings.get_mut(&listing) {
        own.relief = granted;
    }
}
