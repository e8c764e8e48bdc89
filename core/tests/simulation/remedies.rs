//! The part of those who object, sue, repair and are relieved, and of those who try what is not
//! theirs.

use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::{RemedyKind, RemedyOutcome, ReviewOf};
use shouxin_core::event::{
    CaseHook, CaseRef, Finding, ObjectionGround, RepairAcceptance, Target, Trigger,
};
use shouxin_core::id::{ListingId, MeasureId, ObjectionId, Position, ReliefId, RemedyId, RepairId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::row::{Key, Repairable, Row};

use super::county::{County, Task};
use crate::kit::steps::{ask_repair, digest, no_text, served, text};
use crate::kit::{Who, operator, party, timer};

impl County {
    pub fn object(&mut self, target: Target) -> bool {
        let Some(subject) = self.subject_of(target) else {
            return true;
        };
        let command = Command::FileObjection {
            target,
            trigger: Trigger::Subject,
            grounds: vec![ObjectionGround::Error],
            statement: text(),
            evidence: Vec::new(),
            new_facts: self.chance(30),
        };
        let at = self.world.next();
        if self.world.run(&party(subject), &command).is_ok() {
            self.later(0..3, Task::Objection(ObjectionId(at)));
        }
        true
    }

    pub fn subject_of(&self, target: Target) -> Option<SubjectKey> {
        match target {
            Target::Record(id) => match self.world.row(&Key::Record(id))? {
                Row::Record(row) => Some(row.subject),
                _ => None,
            },
            Target::Listing(id) => match self.world.row(&Key::Listing(id))? {
                Row::Listing(row) => Some(row.subject),
                _ => None,
            },
            Target::Attribution(id) => match self.world.row(&Key::Attribution(id))? {
                Row::Attribution(row) => Some(row.person),
                _ => None,
            },
            Target::Measure(id) => match self.world.row(&Key::Measure(id))? {
                Row::Measure(row) => Some(row.subject),
                _ => None,
            },
            Target::Commitment(id) => match self.world.row(&Key::Commitment(id))? {
                Row::Commitment(row) => Some(row.subject),
                _ => None,
            },
        }
    }

    /// The next step of an objection; one provider in five never answers in time.
    pub fn objection(&mut self, id: ObjectionId) -> bool {
        use shouxin_core::row::ObjectionState as S;
        let Some(Row::Objection(row)) = self.world.row(&Key::Objection(id)).cloned() else {
            return true;
        };
        let today = self.world.today;
        let clerk = self.office("SC-03");
        let (who, command) = match row.state {
            S::Filed { .. } if self.chance(10) => (
                clerk,
                Command::RefuseObjection { objection: id, reasons: text(), service: served(today) },
            ),
            S::Filed { .. } => (clerk, Command::AcceptObjection { objection: id }),
            S::Accepted => (clerk, Command::ReferObjection { objection: id, received_on: today }),
            S::Verifying { .. } if self.chance(50) => {
                let command = Command::Remedy(RemedyCommand::MarkUnverified {
                    objection: id,
                    reasons: text(),
                    service: served(today),
                });
                // Refused until the provider's time and ten working days are over.
                if self.world.run(&clerk, &command).is_err() {
                    self.later(8..30, Task::Objection(id));
                    return true;
                }
                self.later(5..40, Task::Objection(id));
                return true;
            }
            S::Verifying { .. } | S::Unverified => (
                self.of(row.provider, "SC-01"),
                Command::ReportVerification {
                    objection: id,
                    finding: if self.chance(35) { Finding::Error } else { Finding::Correct },
                    reasons: text(),
                    evidence: Vec::new(),
                },
            ),
            S::Verified { .. } => (
                clerk,
                Command::ResolveObjection {
                    objection: id,
                    reasons: text(),
                    service: served(today),
                },
            ),
            S::Refused | S::Resolved { upheld: false } | S::Closed { upheld: false }
                if !row.reviewed && self.chance(60) =>
            {
                (
                    party(row.subject),
                    Command::Remedy(RemedyCommand::RequestReview {
                        of: ReviewOf::Objection(id),
                        statement: text(),
                        evidence: vec![digest(16)],
                        new_facts: self.rng.bool(),
                    }),
                )
            }
            S::Review { .. } => (
                self.office("SC-01"),
                Command::Remedy(RemedyCommand::DecideReview {
                    of: ReviewOf::Objection(id),
                    upheld: self.chance(30),
                    reasons: text(),
                    service: served(today),
                }),
            ),
            _ => return true,
        };
        let taken = self.world.run(&who, &command).is_ok();
        if taken {
            self.later(1..9, Task::Objection(id));
        }
        taken
    }

    pub fn sue(&mut self, target: Target) -> bool {
        let Some(subject) = self.subject_of(target) else {
            return true;
        };
        let command = Command::Remedy(RemedyCommand::FileRemedy {
            target,
            kind: RemedyKind::Litigation,
            body: "尤溪县人民法院".to_owned(),
            number: self.number(),
            filed_on: self.world.today,
            document_sha256: digest(17),
        });
        let at = self.world.next();
        if self.world.run(&party(subject), &command).is_ok() {
            self.later(5..60, Task::Suit(RemedyId(at)));
        }
        true
    }

    pub fn suit(&mut self, id: RemedyId) -> bool {
        use shouxin_core::row::RemedyState as S;
        let Some(Row::Remedy(row)) = self.world.row(&Key::Remedy(id)).cloned() else {
            return true;
        };
        let document = self.judgment(row.subject);
        let outcomes = [
            RemedyOutcome::Upheld,
            RemedyOutcome::Withdrawn,
            RemedyOutcome::Revoked,
            RemedyOutcome::Changed { end: self.world.today.plus_days(self.rng.i32(1..60)) },
        ];
        let command = match row.state {
            S::Filed if self.chance(40) => RemedyCommand::OrderStay { remedy: id, document },
            S::Stayed if self.chance(30) => RemedyCommand::EndStay { remedy: id, document },
            S::Decided(_) => return true,
            _ => RemedyCommand::DecideRemedy {
                remedy: id,
                outcome: outcomes[self.rng.usize(..4)],
                document,
                reasons: text(),
            },
        };
        let taken = self.world.run(&self.office("SC-03"), &Command::Remedy(command)).is_ok();
        if taken {
            self.later(10..90, Task::Suit(id));
        }
        taken
    }

    pub fn repair(&mut self, of: Repairable) -> bool {
        let Some(subject) = self.subject_of(of.target()) else {
            return true;
        };
        let command = ask_repair(of);
        let at = self.world.next();
        let taken = self.world.run(&party(subject), &command).is_ok();
        if taken {
            self.later(1..5, Task::Repairing(RepairId(at)));
        }
        taken
    }

    /// Who decides on a repair.
    fn repairer(&self, of: Repairable) -> Option<Uscc> {
        match of {
            Repairable::Listing(id) => self.decided(CaseRef::Listing(id)).map(|own| own.0),
            Repairable::Record(id) => match self.world.row(&Key::Record(id)) {
                Some(Row::Record(own)) => Some(own.provider),
                _ => None,
            },
            Repairable::Attribution(id) => self.decided(CaseRef::Attribution(id)).map(|own| own.0),
            Repairable::Commitment(id) => match self.world.row(&Key::Commitment(id)) {
                Some(Row::Commitment(own)) => Some(own.offered_by.authority),
                _ => None,
            },
        }
    }

    pub fn repairing(&mut self, id: RepairId) -> bool {
        use shouxin_core::row::RepairState as S;
        let Some(Row::Repair(row)) = self.world.row(&Key::Repair(id)).cloned() else {
            return true;
        };
        let Some(authority) = self.repairer(row.of) else {
            return true;
        };
        let today = self.world.today;
        let head = self.of(authority, "SC-01");
        let (who, command) = match row.state {
            S::Applied { .. } => (
                self.of(authority, "SC-03"),
                Command::DecideRepairAcceptance { repair: id, outcome: RepairAcceptance::Accepted },
            ),
            S::Accepted { .. } if self.chance(20) => (
                head,
                Command::RefuseRepair { repair: id, reasons: text(), service: served(today) },
            ),
            S::Accepted { .. } => (
                head,
                Command::ApproveRepair {
                    repair: id,
                    document_number: self.number(),
                    document_sha256: digest(20),
                    reasons: text(),
                    service: served(today),
                },
            ),
            S::Refused if !row.reviewed => (
                party(row.subject),
                Command::Remedy(RemedyCommand::RequestReview {
                    of: ReviewOf::Repair(id),
                    statement: text(),
                    evidence: Vec::new(),
                    new_facts: false,
                }),
            ),
            S::Review { .. } => (
                self.office("SC-01"),
                Command::Remedy(RemedyCommand::DecideReview {
                    of: ReviewOf::Repair(id),
                    upheld: self.rng.bool(),
                    reasons: text(),
                    service: served(today),
                }),
            ),
            S::Propagating | S::Done => {
                // Little is left of what a person answers for once it may be repaired.
                let soon = matches!(row.of, Repairable::Attribution(_));
                if soon || self.chance(50) {
                    self.later(if soon { 1..5 } else { 5..60 }, Task::Revoke(id));
                }
                return true;
            }
            _ => return true,
        };
        let taken = self.world.run(&who, &command).is_ok();
        if taken {
            self.later(1..8, Task::Repairing(id));
        }
        taken
    }

    pub fn revoke(&mut self, id: RepairId) -> bool {
        use shouxin_core::row::RepairState as S;
        let Some(Row::Repair(row)) = self.world.row(&Key::Repair(id)).cloned() else {
            return true;
        };
        let Some(authority) = self.repairer(row.of) else {
            return true;
        };
        let today = self.world.today;
        let (who, command) = match row.state {
            S::Done => (
                self.of(authority, "SC-03"),
                RemedyCommand::NoticeRevocation {
                    repair: id,
                    reasons: text(),
                    document_sha256: digest(21),
                    service: served(today),
                },
            ),
            S::Revoking(own) => (
                self.of(authority, "SC-01"),
                RemedyCommand::RevokeRepair {
                    repair: id,
                    document_number: self.number(),
                    document_sha256: digest(22),
                    reasons: text(),
                    answers: vec![text(); usize::from(own.points.unwrap_or(0))],
                    service: served(today),
                },
            ),
            S::Propagating => return false,
            _ => return true,
        };
        let taken = self.world.run(&who, &Command::Remedy(command)).is_ok();
        if taken {
            self.later(8..20, Task::Revoke(id));
        }
        taken
    }

    pub fn relieve(&mut self, listing: ListingId) -> bool {
        let Some((authority, _, end)) = self.decided(CaseRef::Listing(listing)) else {
            return true;
        };
        let Some(subject) = self.subject_of(Target::Listing(listing)) else {
            return true;
        };
        let command = Command::Remedy(RemedyCommand::GrantRelief {
            listing,
            ruling: self.judgment(subject),
            reasons: text(),
            until: end,
        });
        let at = self.world.next();
        let taken = self.world.run(&self.of(authority, "SC-01"), &command).is_ok();
        if taken {
            self.later(30..300, Task::Relief(ReliefId(at)));
        }
        taken
    }

    pub fn relief(&mut self, id: ReliefId) -> bool {
        let Some(Row::Relief(row)) = self.world.row(&Key::Relief(id)).cloned() else {
            return true;
        };
        let Some((authority, ..)) = self.decided(CaseRef::Listing(row.listing)) else {
            return true;
        };
        let document = self.judgment(row.subject);
        let command = match self.rng.bool() {
            true => RemedyCommand::CompleteRelief { relief: id, document, reasons: text() },
            false => RemedyCommand::EndRelief { relief: id, document, reasons: text() },
        };
        self.world.run(&self.of(authority, "SC-01"), &Command::Remedy(command)).is_ok()
    }

    /// Somebody tries what is not theirs to do, or leaves out what the law asks for. Whether the
    /// register takes it is its own affair: the model sees what was written.
    pub fn trespass(&mut self) {
        let Some(subject) = self.rng.choice(&self.subjects).copied() else {
            return;
        };
        let last = self.world.next().sequence;
        let somewhere = Position::local(self.rng.u64(..last));
        let (listing, measure) = (ListingId(somewhere), MeasureId(somewhere));
        let case = CaseRef::Listing(listing);
        let departments = self.world.rules.departments.len();
        let any = self.world.rules.departments[self.rng.usize(..departments)].code.clone();
        let plugin = Actor::Plugin { name: "x".to_owned(), version: "1".to_owned() };
        let whos = [
            timer(),
            operator(),
            Who { actor: plugin, role: Role::Operator },
            party(subject),
            self.who(&any, "SC-01"),
            self.who(&any, "SC-03"),
        ];
        let who = whos[self.rng.usize(..whos.len())].clone();
        let today = self.world.today;
        let command = match self.rng.u8(0..9) {
            0 => Command::DecideCase {
                case,
                document_number: "一号".to_owned(),
                document_sha256: digest(1),
                facts: text(),
                reasons: text(),
                answers: Vec::new(),
                measures: Vec::new(),
                end: today.plus_months(600),
                removal_conditions: text(),
                remedies: text(),
            },
            1 => Command::ServeDecision {
                case,
                service: served(today.plus_days(-400)),
                repair_guide_sha256: digest(1),
            },
            2 => Command::ExecuteMeasure { measure },
            3 => Command::DispatchMeasure { measure },
            4 => Command::ConfirmByHand {
                measure,
                hook: CaseHook::Resume,
                reference: "x".to_owned(),
            },
            5 => Command::RefuseObjection {
                objection: ObjectionId(somewhere),
                reasons: no_text(),
                service: served(today),
            },
            6 => Command::Listing(ListingCommand::Revoke {
                case,
                document_number: "一号".to_owned(),
                document_sha256: digest(1),
                reasons: text(),
                service: served(today),
            }),
            7 => Command::ProposeListing {
                subject,
                behaviour: "B1.1".to_owned(),
                basis: Vec::new(),
                facts: Vec::new(),
                records: Vec::new(),
                act: text(),
            },
            _ => Command::SettleFamily { cause: somewhere, root: Target::Listing(listing) },
        };
        let _answer = self.world.run(&who, &command);
    }
}
