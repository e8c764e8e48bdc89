//! Credit commitments (domain.md 2.2): offered, signed, in force, kept or overdue. What finds one
//! broken stands in `breach`. A commitment that nothing can follow on any more is dropped.

use std::collections::{BTreeMap, BTreeSet};

use shouxin_core::actor::{Actor, OfficerRef, SubjectKey};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::Target;
use shouxin_core::event::commitment::{CommitmentEvent, CommitmentKind};
use shouxin_core::guard::Guard;
use shouxin_core::id::{CommitmentId, Position, RepairId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::limits::{COMMITMENT_MONTHS_MAX, CURE_WD_MAX, CURE_WD_MIN};
use shouxin_core::text::{Digest, digest_is_stated, short_text_is_stated};
use shouxin_core::time::Day;

use crate::breach::{self, Breach};
use crate::commit::Commit;
use crate::dispute::Disputes;
use crate::fold::{Fold, Hold};
use crate::here::Here;
use crate::names::{DEADLINE, INV_2, INV_6, INV_10};

/// Every commitment on which something can still follow.
pub(crate) type Commitments = BTreeMap<CommitmentId, Commitment>;

#[derive(Debug)]
pub(crate) struct Commitment {
    pub subject: SubjectKey,
    pub authority: Uscc,
    pub kind: CommitmentKind,
    pub offered_on: Day,
    pub due: Day,
    pub published: bool,
    pub matter_decided: bool,
    pub stage: Stage,
    /// Where the newest finding was decided, be it over since.
    pub found_at: Option<Position>,
    /// The proposal to find it broken that is under way.
    pub breach: Option<Breach>,
    /// What suspends the finding that it was broken, and what was objected to it.
    pub holds: BTreeSet<Hold>,
    pub disputes: Disputes,
    /// A revoked repair is not applied for again before that day.
    pub again_from: Option<Day>,
}

impl Commitment {
    /// Whether a served finding that it was broken stands on `day`.
    pub(crate) fn is_broken(&self, day: Day) -> bool {
        matches!(&self.stage, Stage::Broken(own) if day <= own.shown_until)
    }

    /// The finding that stands, or that a repair ended.
    pub(crate) fn finding(&self) -> Option<&Finding> {
        match &self.stage {
            Stage::Broken(own) | Stage::Repaired { finding: own, .. } => Some(own),
            _ => None,
        }
    }

    /// Whether it was found broken before an application for its repair.
    pub(crate) fn found_before(&self, repair: RepairId) -> bool {
        self.finding().is_some_and(|own| own.decided_at < repair.0)
    }

    /// The repair that ended the finding.
    pub(crate) fn repaired_by(&self) -> Option<RepairId> {
        match &self.stage {
            Stage::Repaired { by, .. } => Some(*by),
            _ => None,
        }
    }

    /// Whether it is on public display.
    pub(crate) fn is_shown(&self) -> bool {
        let live = !matches!(
            self.stage,
            Stage::Offered | Stage::Signed | Stage::Repaired { .. } | Stage::Over
        );
        self.published && !self.subject.is_personal() && live
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Offered,
    Signed,
    InForce,
    Overdue,
    Cure {
        until: Deadline,
    },
    Broken(Finding),
    /// A repair ended the finding, and may be revoked.
    Repaired {
        by: RepairId,
        finding: Finding,
    },
    Over,
}

/// A served finding that it was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Who proposed it.
    pub proposer: OfficerRef,
    pub proposed_on: Day,
    /// Where and when the head decided it.
    pub decided_at: Position,
    pub decided_on: Day,
    /// The last day on which it is shown.
    pub shown_until: Day,
    /// The time that there was to put it right.
    pub cure_until: Deadline,
}

pub(crate) fn check(fold: &mut Fold, commit: &Commit, at: &mut Here<'_>, event: &CommitmentEvent) {
    let Some(id) = event.about() else {
        offered(fold, at, event);
        return;
    };
    // A person's capacity is read from the file before the commitment is borrowed.
    let subject = fold.commitments.get(&id).map(|own| own.subject);
    if let (CommitmentEvent::Signed { .. }, Some(subject)) = (event, subject) {
        at.capacity(fold, subject);
    }
    // Only an outcome of an objection or of a remedy voids a finding.
    if let CommitmentEvent::BreachAnnulled { .. } = event
        && !commit.voids_finding(fold, id)
    {
        at.broken(INV_6, "no outcome of this commit voids it");
    }
    let target = Target::Commitment(id);
    let was_shown = fold.shown(target);
    let Some(own) = fold.commitments.get_mut(&id) else {
        at.missing(id);
        return;
    };
    at.about(own.subject);
    use CommitmentEvent as E;
    match event {
        E::Offered { .. } => {}
        E::Declined { .. } | E::Signed { .. } | E::Withdrawn { .. } => party(own, at, event),
        E::Published { .. }
        | E::Accepted { .. }
        | E::MatterDecided { .. }
        | E::Fulfilled { .. }
        | E::CureNoticeServed { .. } => department(own, at, event),
        E::Overdue { .. } => {
            at.after(Some(own.due), "its time");
            turn(own, at, |stage| *stage == Stage::InForce, Stage::Overdue);
        }
        E::BreachProposed { .. }
        | E::BreachNoticeServed { .. }
        | E::BreachStatementReceived { .. }
        | E::BreachStatementWaived { .. }
        | E::BreachWindowClosed { .. }
        | E::BreachDropped { .. }
        | E::BreachDecided { .. }
        | E::BreachServed { .. }
        | E::BreachAnnulled { .. }
        | E::BreachExpired { .. }
        | E::BreachShortened { .. }
        | E::Repaired { .. } => breach::check(own, commit, at, event),
    }
    if own.stage == Stage::Over {
        fold.commitments.remove(&id);
    }
    if was_shown != fold.shown(target) {
        fold.tell(target, at.at());
    }
}

/// The subject acts, or the department that offered takes down what it hands in, in writing.
pub(crate) fn by_party(
    at: &mut Here<'_>,
    subject: SubjectKey,
    authority: Uscc,
    document: Option<&Digest>,
) {
    at.own_matter(subject);
    at.of_authority(authority);
    let counter = !matches!(at.event.actor, Actor::Subject(_));
    let written = document.is_some_and(digest_is_stated);
    at.must(written || !counter, Guard::Document, "the party's own document is missing");
}

/// Evidence or proof: at least one document, each with its digest.
#[track_caller]
pub(crate) fn documents(at: &mut Here<'_>, guard: Guard, list: &[Digest]) {
    let whole = !list.is_empty() && list.iter().all(digest_is_stated);
    at.must(whole, guard, "there is no document, or one without a digest");
}

fn turn(
    own: &mut Commitment,
    at: &mut Here<'_>,
    fits: impl FnOnce(&Stage) -> bool,
    to: Stage,
) -> bool {
    let fitting = fits(&own.stage);
    if !fitting {
        at.broken(INV_2, "offer, signature, force, overdue, cure, finding come in this order");
    }
    own.stage = to;
    fitting
}

fn offered(fold: &mut Fold, at: &mut Here<'_>, event: &CommitmentEvent) {
    let CommitmentEvent::Offered {
        authority,
        kind,
        template_sha256,
        content,
        conditions,
        checks,
        consequences,
        due,
    } = event
    else {
        return;
    };
    let Some(subject) = at.event.subject else {
        at.missing("no subject");
        return;
    };
    if !fold.files.contains_key(&subject) {
        at.missing(subject);
    }
    at.of_authority(*authority);
    at.capacity(fold, subject);
    at.stated(
        Guard::Document,
        &[
            ("content", content),
            ("conditions", conditions),
            ("checks", checks),
            ("consequences", consequences),
        ],
    );
    at.must(digest_is_stated(template_sha256), Guard::Document, "there is no template");
    let latest = at.today.plus_months(COMMITMENT_MONTHS_MAX);
    if *due <= at.today || *due > latest {
        at.broken(DEADLINE, format!("{due} is past, or later than {latest}"));
    }
    let own = Commitment {
        subject,
        authority: *authority,
        kind: *kind,
        offered_on: at.today,
        due: *due,
        published: false,
        matter_decided: false,
        stage: Stage::Offered,
        found_at: None,
        breach: None,
        holds: BTreeSet::new(),
        disputes: Disputes::default(),
        again_from: None,
    };
    fold.commitments.insert(CommitmentId(at.at()), own);
}

/// A step that had to be taken up to the day for which it was promised.
fn in_time(own: &Commitment, at: &mut Here<'_>) {
    if at.today > own.due {
        at.broken(DEADLINE, format!("it was due on {}", own.due));
    }
}

fn party(own: &mut Commitment, at: &mut Here<'_>, event: &CommitmentEvent) {
    match event {
        CommitmentEvent::Declined { document_sha256, .. } => {
            by_party(at, own.subject, own.authority, document_sha256.as_ref());
            turn(own, at, |stage| *stage == Stage::Offered, Stage::Over);
        }
        CommitmentEvent::Signed { document_sha256, agent_sha256, .. } => {
            by_party(at, own.subject, own.authority, Some(document_sha256));
            let whole = digest_is_stated(document_sha256)
                && agent_sha256.as_ref().is_none_or(digest_is_stated);
            at.must(whole, Guard::Document, "there is no signed text, or no agent's authority");
            in_time(own, at);
            turn(own, at, |stage| *stage == Stage::Offered, Stage::Signed);
        }
        CommitmentEvent::Withdrawn { reasons, document_sha256, .. } => {
            by_party(at, own.subject, own.authority, document_sha256.as_ref());
            at.stated(Guard::Document, &[("reasons", reasons)]);
            if own.matter_decided {
                at.broken(INV_2, "the matter for which it was made is decided");
            }
            if own.stage == Stage::InForce {
                in_time(own, at);
            }
            let fits = |stage: &Stage| matches!(stage, Stage::Signed | Stage::InForce);
            turn(own, at, fits, Stage::Over);
        }
        _ => {}
    }
}

fn department(own: &mut Commitment, at: &mut Here<'_>, event: &CommitmentEvent) {
    at.of_authority(own.authority);
    let signed = |stage: &Stage| *stage == Stage::Signed;
    match event {
        CommitmentEvent::Published { consent_sha256, .. } => {
            at.must(own.kind.is_public(), Guard::Open, "it was made to the department alone");
            let agreed = consent_sha256.as_ref().is_some_and(digest_is_stated);
            let needed = own.subject.is_personal();
            at.must(agreed || !needed, Guard::Consent, "the person has not consented");
            in_time(own, at);
            turn(own, at, signed, Stage::InForce);
            own.published = true;
        }
        CommitmentEvent::Accepted { .. } => {
            if own.kind.is_public() {
                at.broken(INV_10, "it was made to the public");
            }
            in_time(own, at);
            turn(own, at, signed, Stage::InForce);
        }
        CommitmentEvent::MatterDecided { document_number, .. } => {
            if own.stage != Stage::InForce || own.kind.is_public() || own.matter_decided {
                at.broken(INV_2, "it is not in force in a matter that is open");
            }
            at.must(
                short_text_is_stated(document_number),
                Guard::Document,
                "the number of the decision is missing",
            );
            own.matter_decided = true;
        }
        CommitmentEvent::Fulfilled { evidence, .. } => {
            documents(at, Guard::Fact, evidence);
            if own.breach.as_ref().is_some_and(Breach::is_decided) {
                at.broken(INV_2, "the head found it broken");
            }
            let open = |stage: &Stage| {
                matches!(stage, Stage::InForce | Stage::Overdue | Stage::Cure { .. })
            };
            turn(own, at, open, Stage::Over);
        }
        CommitmentEvent::CureNoticeServed { .. } => cure_notice(own, at, event),
        _ => {}
    }
}

fn cure_notice(own: &mut Commitment, at: &mut Here<'_>, event: &CommitmentEvent) {
    let CommitmentEvent::CureNoticeServed { reasons, document_sha256, service, cure_by, .. } =
        event
    else {
        return;
    };
    at.stated(Guard::Notice, &[("reasons", reasons)]);
    at.must(digest_is_stated(document_sha256), Guard::Notice, "there is no notice document");
    at.service(Guard::Notice, service, own.due.plus_days(1));
    let days = cure_by.working_days;
    if !(CURE_WD_MIN..=CURE_WD_MAX).contains(&days) {
        at.broken(DEADLINE, format!("{days} working days to put it right are too few or too many"));
    }
    at.deadline("cure_by", *cure_by, at.today, days);
    turn(own, at, |stage| *stage == Stage::Overdue, Stage::Cure { until: *cure_by });
}
