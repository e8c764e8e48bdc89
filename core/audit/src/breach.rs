//! The finding that a commitment was broken (domain.md 2.2): cure notice, proposal, notice,
//! hearing, the head's decision, service, and that it was repaired.

use shouxin_core::actor::{Actor, OfficerRef};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::Target;
use shouxin_core::event::commitment::CommitmentEvent;
use shouxin_core::guard::Guard;
use shouxin_core::id::{CommitmentId, Position, RepairId};
use shouxin_core::rules::{Citation, RulePack, RuleSet};
use shouxin_core::text::digest_is_stated;
use shouxin_core::time::Day;

use crate::case;
use crate::commit::Commit;
use crate::commitment::{Commitment, Finding, Stage, by_party, documents};
use crate::dispute::Disputes;
use crate::here::Here;
use crate::names::{DEADLINE, INV_1, INV_2, INV_3, INV_6};
use crate::version;

/// A proposal to find a commitment broken.
#[derive(Debug)]
pub(crate) struct Breach {
    proposer: OfficerRef,
    proposed_on: Day,
    basis: Vec<Citation>,
    cap: Day,
    /// The last day for its decision.
    decide_by: Deadline,
    /// The day of the notice, and the time for a statement.
    window: Option<(Day, Deadline)>,
    /// Points of the party, once it was heard, waived or kept silent.
    points: Option<usize>,
    /// Where and on which day it was decided, and the last day on which it is shown.
    decided: Option<(Position, Day, Day)>,
}

impl Breach {
    /// The party's time for a statement.
    pub(crate) fn window(&mut self) -> Option<&mut Deadline> {
        self.window.as_mut().map(|(_, until)| until)
    }

    /// The time for its decision, while that is awaited.
    pub(crate) fn decide_by(&mut self) -> Option<&mut Deadline> {
        self.decided.is_none().then_some(&mut self.decide_by)
    }

    pub(crate) fn is_decided(&self) -> bool {
        self.decided.is_some()
    }
}

pub(crate) fn check(
    own: &mut Commitment,
    commit: &Commit,
    at: &mut Here<'_>,
    event: &CommitmentEvent,
) {
    use CommitmentEvent as E;
    match event {
        E::BreachProposed { .. } => proposed(own, at, event),
        E::Repaired { commitment, repair } => {
            repaired(own, commit, at, *commitment, *repair);
        }
        E::BreachAnnulled { reasons, .. } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            match &own.stage {
                // What a repair ended may be void too.
                Stage::Broken(found) | Stage::Repaired { finding: found, .. } => {
                    own.stage = Stage::Cure { until: found.cure_until };
                }
                _ => at.broken(INV_2, "there is no served finding"),
            }
        }
        E::BreachShortened { commitment, end } => {
            let court = commit.shortened_to(Target::Commitment(*commitment));
            shortened(own, at, *end, court);
        }
        E::BreachExpired { .. } => {
            match &own.stage {
                Stage::Broken(found) => at.after(Some(found.shown_until), "it"),
                _ => at.broken(INV_2, "there is no served finding"),
            }
            own.stage = Stage::Over;
        }
        _ => {
            let Some(mut breach) = own.breach.take() else {
                at.broken(INV_2, "nobody proposed to find it broken");
                return;
            };
            match event {
                E::BreachNoticeServed { .. } => noticed(own, &mut breach, at, event),
                E::BreachStatementReceived { .. }
                | E::BreachStatementWaived { .. }
                | E::BreachWindowClosed { .. } => heard(own, &mut breach, at, event),
                E::BreachDropped { reasons, .. } => {
                    at.of_authority(own.authority);
                    at.stated(Guard::Document, &[("reasons", reasons)]);
                    if breach.is_decided() {
                        at.head_of(own.authority);
                    }
                    return;
                }
                E::BreachDecided { .. } => decided(own, &mut breach, at, event),
                E::BreachServed { .. } => {
                    served(own, &breach, at, event);
                    let cure_until = match own.stage {
                        Stage::Cure { until } => until,
                        _ => at.rules.calendar.after(at.today, 0),
                    };
                    let (decided_at, decided_on, shown_until) =
                        breach.decided.unwrap_or((at.at(), at.today, at.today));
                    own.found_at = Some(decided_at);
                    own.stage = Stage::Broken(Finding {
                        proposer: breach.proposer,
                        decided_at,
                        decided_on,
                        shown_until,
                        cure_until,
                        proposed_on: breach.proposed_on,
                    });
                    return;
                }
                _ => {}
            }
            own.breach = Some(breach);
        }
    }
}

fn proposed(own: &mut Commitment, at: &mut Here<'_>, event: &CommitmentEvent) {
    let CommitmentEvent::BreachProposed { basis, facts, evidence, decide_by, cap, .. } = event
    else {
        return;
    };
    at.of_authority(own.authority);
    at.not_the_head();
    match own.stage {
        Stage::Cure { until } if at.today > until.day => {}
        Stage::Cure { until } => {
            let until = until.day;
            at.guard(Guard::Notice, format!("the time to put it right runs to {until}"));
        }
        Stage::Overdue => at.guard(Guard::Notice, "no cure notice was served"),
        _ => at.broken(INV_2, "it is not overdue, or was found broken"),
    }
    if own.breach.is_some() {
        at.broken(INV_2, "a proposal is under way");
    }
    if !own.holds.is_empty() {
        at.guard(Guard::NoSuspension, "what was found before is still disputed");
    }
    own.disputes = Disputes::default();
    // A bar is about the finding that was repaired.
    own.again_from = None;
    own.found_at = None;
    at.basis(basis);
    at.stated(Guard::Fact, &[("facts", facts)]);
    documents(at, Guard::Fact, evidence);
    let decide_wd = at.least(own.offered_on, |pack| pack.decide_within_wd);
    at.deadline("decide_by", *decide_by, at.today, decide_wd);
    let latest = latest(at.rules, own.offered_on, at.today, at.today);
    if *cap > latest {
        at.guard(Guard::End, format!("the cap {cap} is later than {latest}"));
    }
    own.breach = Some(Breach {
        proposer: at.by(own.authority),
        proposed_on: at.today,
        basis: basis.clone(),
        cap: *cap,
        decide_by: *decide_by,
        window: None,
        points: None,
        decided: None,
    });
}

/// The latest day to which a finding that was proposed on a day may be shown.
fn latest(rules: &RuleSet, offered_on: Day, proposed_on: Day, today: Day) -> Day {
    let least = |of: fn(&RulePack) -> u16| version::least(rules, offered_on, today, of);
    let steps = least(|pack| pack.decide_within_wd) + least(|pack| pack.serve_within_days);
    let months = least(|pack| pack.publicity_general_months.1);
    rules.calendar.after(proposed_on, steps).day.plus_months(months)
}

/// To which day a served finding is shown, and to which it may be.
pub(crate) fn shown_and_allowed(
    own: &Commitment,
    rules: &RuleSet,
    today: Day,
) -> Option<(Day, Day)> {
    match &own.stage {
        Stage::Broken(found) => {
            Some((found.shown_until, latest(rules, own.offered_on, found.proposed_on, today)))
        }
        _ => None,
    }
}

/// A version that has begun lets a finding be shown for less long, or an outcome changed it, which an
/// officer brings; that of one that a repair ended, too.
fn shortened(own: &mut Commitment, at: &mut Here<'_>, end: Day, court: Option<Day>) {
    let allowed = shown_and_allowed(own, at.rules, at.today);
    let allowed = allowed.map(|own| own.1.max(at.today.plus_days(-1)));
    let day = court.map(|end| end.max(at.today)).or(allowed);
    let system = at.event.actor == Actor::System;
    let brought = system == court.is_none();
    at.must(brought, Guard::Competent, "an officer, and no outcome of this commit");
    let found = match &mut own.stage {
        Stage::Broken(found) => found,
        Stage::Repaired { finding, .. } if court.is_some() => finding,
        _ => {
            at.broken(INV_2, "there is no served finding");
            return;
        }
    };
    let until = found.shown_until;
    if end >= until {
        at.broken(INV_3, format!("{end} is no earlier than {until}"));
    } else if Some(end) != day {
        at.broken(DEADLINE, format!("{end} is not the day to which it may be shown"));
    }
    found.shown_until = end;
}

fn noticed(own: &Commitment, breach: &mut Breach, at: &mut Here<'_>, event: &CommitmentEvent) {
    let CommitmentEvent::BreachNoticeServed {
        facts,
        reasons,
        document_sha256,
        service,
        window,
        ..
    } = event
    else {
        return;
    };
    at.of_authority(own.authority);
    if breach.window.is_some() || breach.is_decided() {
        at.broken(INV_2, "a second notice");
        return;
    }
    at.stated(Guard::Notice, &[("facts", facts), ("reasons", reasons)]);
    at.must(digest_is_stated(document_sha256), Guard::Notice, "there is no notice document");
    at.service(Guard::Notice, service, breach.proposed_on);
    let window_wd = at.most(own.offered_on, |pack| pack.statement_window_wd);
    at.deadline("the window", *window, at.today, window_wd);
    breach.window = Some((service.on, *window));
}

fn heard(own: &Commitment, breach: &mut Breach, at: &mut Here<'_>, event: &CommitmentEvent) {
    let Some((told, until)) = breach.window.map(|(told, until)| (told, until.day)) else {
        at.guard(Guard::Notice, "no prior notice was served");
        return;
    };
    let statement = matches!(event, CommitmentEvent::BreachStatementReceived { .. });
    if breach.is_decided() || (breach.points.is_some() && !statement) {
        at.broken(INV_2, "the party was heard already");
        return;
    }
    let before = breach.points.unwrap_or(0);
    breach.points = Some(before);
    match event {
        CommitmentEvent::BreachStatementReceived {
            points, received_on, document_sha256, ..
        } => {
            at.own_matter(own.subject);
            case::brought(at, own.authority, document_sha256.as_ref());
            // The party's own key brings it on the day of the event.
            let late = matches!(at.event.actor, Actor::Subject(_)) && at.today > until;
            let within = (told..=until.min(at.today)).contains(received_on) && !late;
            at.must(within, Guard::Heard, "received outside the period for a statement");
            at.must(!points.is_empty(), Guard::Heard, "a statement without a point");
            points.iter().for_each(|point| at.stated(Guard::Heard, &[("points", point)]));
            breach.points = Some(before + points.len());
        }
        CommitmentEvent::BreachStatementWaived { document_sha256, .. } => {
            by_party(at, own.subject, own.authority, Some(document_sha256));
            at.must(digest_is_stated(document_sha256), Guard::Heard, "a waiver not in writing");
        }
        _ => {
            let over = at.today > until;
            at.must(over, Guard::Heard, "the period for a statement is not over");
        }
    }
}

fn decided(own: &Commitment, breach: &mut Breach, at: &mut Here<'_>, event: &CommitmentEvent) {
    let CommitmentEvent::BreachDecided {
        document_number,
        document_sha256,
        facts,
        reasons,
        answers,
        end,
        repair_conditions,
        remedies,
        ..
    } = event
    else {
        return;
    };
    if breach.is_decided() {
        at.broken(INV_2, "it was decided already");
        return;
    }
    at.head_beside(&breach.proposer);
    match (breach.window, breach.points) {
        (None, _) => at.guard(Guard::Notice, "no prior notice was served"),
        (Some(_), None) => at.guard(Guard::Heard, "the party was not heard"),
        (Some(_), Some(points)) => {
            let answered = answers.len() == points;
            at.must(answered, Guard::Heard, "not every point was answered");
        }
    }
    answers.iter().for_each(|answer| at.stated(Guard::Heard, &[("answers", answer)]));
    at.basis(&breach.basis);
    at.stated(
        Guard::Document,
        &[
            ("facts", facts),
            ("reasons", reasons),
            ("repair_conditions", repair_conditions),
            ("remedies", remedies),
        ],
    );
    at.document(document_number, document_sha256);
    let cap = breach.cap.min(latest(at.rules, own.offered_on, breach.proposed_on, at.today));
    if *end <= at.today || *end > cap {
        at.guard(Guard::End, format!("{end} is past, or later than the cap {cap}"));
    }
    breach.decided = Some((at.at(), at.today, *end));
}

fn served(own: &Commitment, breach: &Breach, at: &mut Here<'_>, event: &CommitmentEvent) {
    let CommitmentEvent::BreachServed { service, repair_guide_sha256, published, .. } = event
    else {
        return;
    };
    at.of_authority(own.authority);
    let since = breach.decided.map_or(at.today, |own| own.1);
    at.service(Guard::Served, service, since);
    at.must(digest_is_stated(repair_guide_sha256), Guard::Served, "without the repair guide");
    match breach.decided {
        None => at.broken(INV_1, "there is no decision to serve"),
        Some((_, _, end)) => {
            at.must(service.on <= end, Guard::End, "served after its end");
            let latest = latest(at.rules, own.offered_on, breach.proposed_on, at.today);
            at.must(end <= latest, Guard::End, "no rule in force lets it be shown so long");
        }
    }
    let open = own.published && !own.subject.is_personal();
    at.must(open || !published, Guard::Open, "it is shown, and the commitment is not public");
}

/// The head's approval of a repair stands in the same commit, and was applied for about this very
/// finding.
fn repaired(
    own: &mut Commitment,
    commit: &Commit,
    at: &mut Here<'_>,
    id: CommitmentId,
    repair: RepairId,
) {
    if !commit.repairs(repair, Target::Commitment(id)) {
        at.broken(INV_6, format!("no approval of {repair} stands in this commit"));
    }
    if !own.found_before(repair) {
        at.broken(INV_6, "it was found broken anew since the application");
    }
    match &own.stage {
        Stage::Broken(found) if at.today <= found.shown_until => {
            own.stage = Stage::Repaired { by: repair, finding: found.clone() };
        }
        // Another repair may end what one has.
        Stage::Repaired { by, finding } if *by != repair => {
            own.stage = Stage::Repaired { by: repair, finding: finding.clone() };
        }
        _ => at.broken(INV_2, "there is no served finding that stands"),
    }
}
