//! What goes on in the county beside listings: commitments, tolerant acceptance, credit reviews,
//! classifications of others, typical cases, associations' files; and the dispatcher's part.

use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::case_study::CaseStudyCommand;
use shouxin_core::command::commitment::CommitmentCommand as C;
use shouxin_core::command::credit_review::CreditReviewCommand;
use shouxin_core::command::imported::ImportedCommand;
use shouxin_core::command::member::MemberCommand;
use shouxin_core::command::tolerance::{Missing, ToleranceCommand};
use shouxin_core::decide::{clean_from, owed_hook};
use shouxin_core::event::case_study::TakenDownFor;
use shouxin_core::event::commitment::CommitmentKind;
use shouxin_core::event::member::NoteKind;
use shouxin_core::event::tolerance::HandedIn;
use shouxin_core::event::{CaseHook, Target};
use shouxin_core::id::{
    CaseStudyId, CommitmentId, ListingId, MeasureId, MemberNoteId, Position, RecordId, ToleranceId,
};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::path::Path;
use shouxin_core::row::commitment::CommitmentState as S;
use shouxin_core::row::{Index, Key, Repairable, Row};
use shouxin_core::rules::{Citation, LegalLevel};

use super::county::{County, Task};
use crate::kit::steps::{digest, served, text};
use crate::kit::tolerance::{adverse, version};
use crate::kit::{Who, party, person, timer};

/// What is open beside listings.
#[derive(Default)]
pub struct Others {
    commitments: Vec<CommitmentId>,
    tolerances: Vec<ToleranceId>,
    notes: Vec<(MemberNoteId, SubjectKey)>,
    case_studies: Vec<CaseStudyId>,
    /// Nominations and red listings.
    pub honours: Vec<ListingId>,
}

impl County {
    /// Whether a plugin is still owed word of a change under a target; an execution that merely
    /// waits is not.
    fn is_owed(&self, root: Target) -> bool {
        let under = |listing: ListingId| {
            let first = Index::Family(listing, MeasureId(Position::local(0)));
            self.world.index.range(first..).map_while(move |entry| match entry {
                Index::Family(own, id) if *own == listing => Some(*id),
                _ => None,
            })
        };
        let owed = |id: MeasureId| match self.world.row(&Key::Measure(id)) {
            Some(Row::Measure(row)) => {
                let fits = match root {
                    Target::Attribution(attribution) => row.attribution == Some(attribution),
                    _ => true,
                };
                let standing = self.world.standing(|rows, on| rows.measure_standing(id, on));
                fits && owed_hook(row, standing).is_some_and(|hook| hook != CaseHook::Execute)
            }
            _ => false,
        };
        match root {
            Target::Listing(id) => under(id).any(owed),
            Target::Attribution(id) => match self.world.row(&Key::Attribution(id)) {
                Some(Row::Attribution(row)) => under(row.listing).any(owed),
                _ => false,
            },
            Target::Measure(id) => owed(id),
            Target::Record(_) | Target::Commitment(_) => false,
        }
    }

    /// What followed from a change was followed up: the dispatcher's part. Whom nobody is owed
    /// word of any more is settled, and not before.
    pub fn settle(&mut self) {
        let nowhere = Position::local(0);
        let first = Key::Walk { cause: nowhere, root: Target::Record(RecordId(nowhere)) };
        let walks: Vec<_> = self
            .world
            .rows
            .range(first..)
            .map_while(|(key, _)| match key {
                Key::Walk { cause, root } => Some((*cause, *root)),
                _ => None,
            })
            .collect();
        for (cause, root) in walks {
            if self.is_owed(root) {
                continue;
            }
            self.world.must(&timer(), &Command::SettleFamily { cause, root });
        }
    }

    /// A law in force, to rest on.
    pub fn law(&self) -> Vec<Citation> {
        let today = self.world.today;
        let found = self
            .world
            .rules
            .instruments
            .iter()
            .find(|own| own.level == LegalLevel::Law && own.in_force(today));
        let instrument = found.expect("a law is in force").id.clone();
        vec![Citation { instrument, article: "一".to_owned() }]
    }

    /// One day of everything else.
    pub fn beside(&mut self) {
        match self.rng.u8(0..24) {
            0..=3 => self.offer(),
            4 => self.tolerate(),
            5 => self.review(),
            6 => self.classify(),
            7 => self.note(),
            8 => self.tell(),
            9 => self.honour(),
            _ => {}
        }
        self.praise();
        for _ in 0..4 {
            let open = self.others.commitments.len();
            if open > 0 {
                let at = self.rng.usize(..open);
                let id = self.others.commitments[at];
                if self.word(id) {
                    self.others.commitments.swap_remove(at);
                }
            }
        }
        if self.chance(30) {
            self.hand_in();
        }
        if self.chance(20) {
            self.answer();
        }
    }

    /// An officer of any department.
    pub fn anyone(&mut self, officer: &str) -> Who {
        let departments = self.world.rules.departments.len();
        let code = self.world.rules.departments[self.rng.usize(..departments)].code.clone();
        self.who(&code, officer)
    }

    pub fn anybody(&mut self) -> SubjectKey {
        let at = self.rng.usize(..self.subjects.len());
        self.subjects[at]
    }

    fn offer(&mut self) {
        use CommitmentKind as K;
        let kinds = [K::Permit, K::Comprehensive, K::Special, K::Repair, K::TolerantAcceptance];
        let kind = kinds[self.rng.usize(..kinds.len())];
        let subject = match self.chance(25) {
            true => person(self.rng.u8(1..200)),
            false => self.anybody(),
        };
        let due = self.world.today.plus_days(self.rng.i32(5..90));
        let command = Command::Commitment(C::Offer {
            subject,
            kind,
            template_sha256: digest(50),
            content: text(),
            conditions: text(),
            checks: text(),
            consequences: text(),
            ordinary_path_stated: true,
            due,
        });
        let at = self.world.next();
        let who = self.anyone("SC-03");
        if self.world.run(&who, &command).is_ok() {
            self.others.commitments.push(CommitmentId(at));
        }
    }

    /// The next step of a commitment, taken or refused; whether nothing more can follow.
    fn word(&mut self, id: CommitmentId) -> bool {
        let Some(Row::Commitment(row)) = self.world.row(&Key::Commitment(id)).cloned() else {
            return true;
        };
        let to = row.offered_by.authority;
        let (officer, head) = (self.of(to, "SC-03"), self.of(to, "SC-01"));
        let own = party(row.subject);
        let commitment = id;
        let service = served(self.world.today);
        let (reasons, facts) = (text(), text());
        let (who, step) = match row.state {
            S::Offered if self.chance(15) => {
                (own, C::Decline { commitment, document_sha256: None })
            }
            S::Offered => (
                own,
                C::Sign {
                    commitment,
                    template_sha256: digest(50),
                    document_sha256: digest(51),
                    agent_sha256: None,
                },
            ),
            S::Signed => (officer, C::Publish { commitment, consent_sha256: Some(digest(52)) }),
            S::InForce if self.chance(2) => {
                (own, C::Withdraw { commitment, reasons, document_sha256: None })
            }
            S::InForce if self.chance(20) => {
                (officer, C::DecideMatter { commitment, document_number: "一号".to_owned() })
            }
            S::InForce if self.chance(95) => return false,
            S::InForce => (officer, C::Fulfil { commitment, evidence: vec![digest(53)] }),
            S::Overdue => (
                officer,
                C::ServeCureNotice {
                    commitment,
                    reasons,
                    document_sha256: digest(54),
                    service,
                    working_days: 10,
                },
            ),
            S::CurePeriod { .. } => match row.breach.as_ref().map(|case| &case.path) {
                None | Some(Path::Ended(_)) => {
                    let (basis, evidence) = (self.law(), vec![digest(55)]);
                    (officer, C::ProposeBreach { commitment, basis, facts, evidence })
                }
                Some(_) if self.chance(10) => (head, C::DropBreach { commitment, reasons }),
                Some(Path::Proposed(_)) => (
                    officer,
                    C::ServeBreachNotice {
                        commitment,
                        facts,
                        reasons,
                        rights_stated: true,
                        document_sha256: digest(56),
                        service,
                    },
                ),
                Some(Path::Noticed(_)) if self.chance(50) => return false,
                Some(Path::Noticed(_)) => {
                    let points = vec![text(); self.rng.usize(1..4)];
                    let received_on = self.world.today;
                    let (document_sha256, who) = match self.chance(50) {
                        true => (Some(digest(56)), officer),
                        false => (None, own),
                    };
                    (who, C::StateOnBreach { commitment, points, received_on, document_sha256 })
                }
                Some(Path::Heard(heard)) => {
                    use shouxin_core::path::Hearing as H;
                    let points = match heard.party.how {
                        H::Statement { points, .. } => usize::from(points),
                        H::Waived | H::Silent => 0,
                    };
                    let decision = C::DecideBreach {
                        commitment,
                        document_number: self.number(),
                        document_sha256: digest(57),
                        facts,
                        reasons,
                        answers: vec![text(); points],
                        end: self.world.today.plus_months(11),
                        repair_conditions: text(),
                        remedies: text(),
                    };
                    (head, decision)
                }
                Some(_) => (
                    officer,
                    C::ServeBreach { commitment, service, repair_guide_sha256: digest(58) },
                ),
            },
            S::Breached { .. } | S::Closed | S::Withdrawn | S::Fulfilled | S::Repaired { .. } => {
                return true;
            }
        };
        let served = matches!(step, C::ServeBreach { .. });
        // What is refused is tried again when its turn comes.
        let taken = self.world.run(&who, &Command::Commitment(step)).is_ok();
        if served && taken && self.chance(50) {
            self.later(1..60, Task::Object(Target::Commitment(commitment)));
        }
        if served && taken {
            // What ends before its shortest period is never applied for.
            self.later(60..300, Task::Repair(Repairable::Commitment(commitment)));
        }
        false
    }

    fn tolerate(&mut self) {
        let subject = self.anybody();
        let years = self.world.rules.pack(self.world.today).clean_record_years;
        let from = clean_from(self.world.today, years);
        let command = Command::Tolerance(ToleranceCommand::Open {
            subject,
            matter: text(),
            basis: self.law(),
            missing: vec![Missing { name: text(), required_by_law: self.chance(10) }; 2],
            working_days: 10,
            promise_sha256: digest(70),
            adverse: adverse(&self.world, subject, from),
            looked_at: version(&self.world, subject),
        });
        let at = self.world.next();
        let who = self.anyone("SC-03");
        if self.world.run(&who, &command).is_ok() {
            self.others.tolerances.push(ToleranceId(at));
        }
    }

    fn hand_in(&mut self) {
        let Some(acceptance) = self.rng.choice(&self.others.tolerances).copied() else {
            return;
        };
        let place = self.rng.u8(0..2);
        let command = match self.rng.u8(0..4) {
            0 => ToleranceCommand::Close { acceptance, reasons: text() },
            _ => ToleranceCommand::Supply {
                acceptance,
                documents: vec![HandedIn { place, sha256: digest(71) }],
                received_on: self.world.today,
            },
        };
        let opened_by = match self.world.row(&Key::Tolerance(acceptance)) {
            Some(Row::Tolerance(row)) => row.opened_by.authority,
            _ => panic!("{acceptance} was opened"),
        };
        let who = self.of(opened_by, "SC-03");
        // A document that is there already is refused, and so is a closing in time.
        let _tried = self.world.run(&who, &Command::Tolerance(command));
    }

    fn review(&mut self) {
        let Some(record) = self.rng.choice(&self.records).copied() else {
            return;
        };
        let Some(Row::Record(row)) = self.world.row(&Key::Record(record)) else {
            return;
        };
        let command = Command::CreditReview(CreditReviewCommand::Perform {
            subject: row.subject,
            matter: text(),
            basis: self.law(),
            records: vec![record],
            complete: true,
        });
        // One that ended meanwhile or is disputed is refused.
        let who = self.anyone("SC-03");
        let _tried = self.world.run(&who, &command);
    }

    fn classify(&mut self) {
        let standards = self.world.rules.standards.len();
        let standard = self.world.rules.standards[self.rng.usize(..standards)].clone();
        let class_name = standard.classes[self.rng.usize(..standard.classes.len())].clone();
        let today = self.world.today;
        let subject = self.anybody();
        let command = Command::Imported(ImportedCommand::Receive {
            subject,
            standard: standard.id,
            class_name,
            decision_number: self.number(),
            decided_on: today.plus_days(-1),
            valid_until: today.plus_months(12),
        });
        // Before its standard is in force nobody may hand it in.
        let _tried = self.world.run(&self.who(&standard.authority, "SC-03"), &command);
    }

    fn tell(&mut self) {
        if let Some(case_study) = self.others.case_studies.pop() {
            let publish = CaseStudyCommand::Publish { case_study };
            self.world.must(&self.who("market", "SC-01"), &Command::CaseStudy(publish));
            let ground = TakenDownFor::Outdated;
            let down = CaseStudyCommand::Withdraw { case_study, ground };
            self.world.must(&self.who("market", "SC-04"), &Command::CaseStudy(down));
            return;
        }
        let draft = CaseStudyCommand::Draft {
            title: "守信故事".to_owned(),
            text: "某企业多年依法诚信经营。".to_owned(),
            subject: Some(self.anybody()),
            natural_persons: false,
            anonymised: false,
            persons_checked: 0,
            persons_named: 0,
        };
        let at = self.world.must(&self.who("market", "SC-03"), &Command::CaseStudy(draft));
        self.others.case_studies.push(CaseStudyId(at));
    }

    fn guild(&self) -> (String, Who) {
        let found = &self.world.rules.associations[0];
        let reference = OfficerRef {
            authority: Uscc::parse(&found.uscc).unwrap(),
            officer: found.officers[0].id.clone(),
        };
        (found.code.clone(), Who { actor: Actor::Officer(reference), role: Role::Association })
    }

    fn note(&mut self) {
        let (association, who) = self.guild();
        let kinds = [NoteKind::Information, NoteKind::Warning, NoteKind::Rating];
        let kind = kinds[self.rng.usize(..kinds.len())];
        let subject = self.anybody();
        let command = Command::Member(MemberCommand::Note {
            association,
            subject,
            kind,
            text: text(),
            rater: (kind == NoteKind::Rating).then(|| "某信用服务有限公司".to_owned()),
            charter: kind.is_discipline().then(|| "章程第八条".to_owned()),
        });
        let at = self.world.must(&who, &command);
        self.others.notes.push((MemberNoteId(at), subject));
    }

    fn answer(&mut self) {
        let Some((note, subject)) = self.rng.choice(&self.others.notes).copied() else {
            return;
        };
        let (_, own) = self.guild();
        let stands = self.rng.bool();
        let corrected = (!stands && self.rng.bool()).then(text);
        let (who, command) = match self.rng.bool() {
            true => {
                let object =
                    MemberCommand::Object { note, statement: text(), evidence: Vec::new() };
                (party(subject), object)
            }
            false => (own, MemberCommand::Answer { note, stands, answer: text(), corrected }),
        };
        // A note that is withdrawn, or not objected to, takes neither.
        let _tried = self.world.run(&who, &Command::Member(command));
    }
}
