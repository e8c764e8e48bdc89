//! Moves of the random courses beside the path of a case: remedies, repairs and their revocation,
//! commitments, forwards, corrections, the office's own work, channels, and what others write. What
//! is tried follows from where the newest things stand, so that most of it is right.

use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::assessment::AssessmentCommand;
use shouxin_core::command::case_study::CaseStudyCommand;
use shouxin_core::command::catalogue::CatalogueCommand;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::command::erasure::{ErasureCommand, Kept};
use shouxin_core::command::imported::ImportedCommand;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::command::member::MemberCommand;
use shouxin_core::command::remedy::RemedyCommand as R;
use shouxin_core::command::support::SupportCommand;
use shouxin_core::event::case_study::TakenDownFor;
use shouxin_core::event::catalogue::{EntryKind, Proposal};
use shouxin_core::event::commitment::CommitmentKind;
use shouxin_core::event::member::NoteKind;
use shouxin_core::event::remedy::{RemedyOutcome, ReviewOf};
use shouxin_core::event::support::SuitGround;
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::id::*;
use shouxin_core::path::{Hearing, Path};
use shouxin_core::row::catalogue::EntryState;
use shouxin_core::row::commitment::CommitmentState;
use shouxin_core::row::social::SocialKey;
use shouxin_core::row::{
    Index, Key, ListingKind, ObjectionState, RemedyState, RepairState, Repairable, Row,
};
use shouxin_core::rules::{Severity, Strength};

use super::commitments::*;
use super::courses::{Asked, Held, Move, on_some_paper, organisation_of, pick, subject_of};
use super::later::{begin_testing, end_testing, office_head, suit};
use super::reviews::review;
use super::rules::{GUILD, HIGHER, OFFICE, RATING, STATUTE, TAX, cite, day};
use super::social::guild;
use super::steps::*;
use super::tolerance::{close, give_up, supply, tolerate};
use super::{Post, World, officer, operator, party, person, plugin, timer};

/// Ids of a kind, the oldest first.
fn ids<T: Ord>(world: &World, of: impl Fn(&Key) -> Option<T>) -> Vec<T> {
    world.rows.keys().filter_map(of).collect()
}

/// A subject that a move is about.
fn somebody(it: Move) -> SubjectKey {
    match it.pick % 4 {
        3 => person(it.twist % 8 + 1),
        _ => organisation_of(it.twist),
    }
}

fn suits(world: &World, held: &Held, it: Move) -> Asked {
    let all = ids(world, |key| match key {
        Key::Remedy(id) => Some(*id),
        _ => None,
    });
    let Some(remedy) = pick(&all, it.pick).filter(|_| !it.twist.is_multiple_of(3)) else {
        let target = held.target(it.pick | 1)?;
        let who = match it.who & 1 {
            0 => party(subject_of(world, target)?),
            _ => handler(),
        };
        return Some((who, suit(world, target)));
    };
    let Some(Row::Remedy(row)) = world.row(&Key::Remedy(remedy)) else {
        return None;
    };
    let document = judgment(world, row.subject);
    let outcome = match it.twist / 3 % 5 {
        0 => RemedyOutcome::Upheld,
        1 => RemedyOutcome::Withdrawn,
        2 => RemedyOutcome::Changed { end: world.today.plus_days(i32::from(it.twist)) },
        _ => RemedyOutcome::Revoked,
    };
    let decide = R::DecideRemedy { remedy, outcome, document: document.clone(), reasons: text() };
    let command = match row.state {
        RemedyState::Filed if !it.pick.is_multiple_of(3) => R::OrderStay { remedy, document },
        RemedyState::Stayed if it.pick.is_multiple_of(3) => R::EndStay { remedy, document },
        RemedyState::Decided(_) => {
            R::CompleteRemedyRedress { remedy, account: text(), evidence: vec![digest(44)] }
        }
        _ => decide,
    };
    Some((handler(), Command::Remedy(command)))
}

fn objections(world: &World, held: &Held, it: Move) -> Asked {
    let objection = pick(&held.objections, it.pick)?;
    let row = world.objection_row(objection);
    let own = party(row.subject);
    let service = served(world.today);
    let supplement = R::SupplementRecord {
        objection,
        statement: text(),
        document_sha256: Some(digest(39)),
        reasons: text(),
    };
    let (who, command) = match &row.state {
        ObjectionState::Verifying { .. } | ObjectionState::Unverified => match it.twist % 6 {
            0 => (handler(), begin_testing(world, objection)),
            1 => (handler(), end_testing(world, objection)),
            2 => (handler(), Command::Remedy(supplement)),
            3 => (clerk(), Command::Remedy(R::RequestEvidence { objection, request: text() })),
            4 => (
                own,
                Command::Remedy(R::AddEvidence {
                    objection,
                    statement: text(),
                    evidence: vec![digest(32)],
                }),
            ),
            _ => (
                clerk(),
                Command::Remedy(R::MarkUnverified { objection, reasons: text(), service }),
            ),
        },
        ObjectionState::Review { .. } => (
            office_head(),
            Command::Remedy(R::DecideReview {
                of: ReviewOf::Objection(objection),
                upheld: it.twist & 1 == 0,
                reasons: text(),
                service,
            }),
        ),
        _ => (
            own,
            Command::Remedy(R::RequestReview {
                of: ReviewOf::Objection(objection),
                statement: text(),
                evidence: vec![digest(31)],
                new_facts: it.twist & 1 == 0,
            }),
        ),
    };
    Some((who, command))
}

fn repairs(world: &World, held: &Held, it: Move) -> Asked {
    let repair = pick(&held.repairs, it.pick)?;
    let Some(Row::Repair(row)) = world.row(&Key::Repair(repair)) else {
        return None;
    };
    let own = party(row.subject);
    let service = served(world.today);
    let (who, command) = match &row.state {
        RepairState::Revoking(own_case) => match (it.twist % 4, own_case.points) {
            (0, _) => (head(), R::DropRevocation { repair, reasons: text() }),
            (1, None) => {
                let points = vec![text(); 2];
                (
                    own,
                    R::StateOnRevocation {
                        repair,
                        points,
                        received_on: world.today,
                        document_sha256: None,
                    },
                )
            }
            (_, points) => (
                head(),
                R::RevokeRepair {
                    repair,
                    document_number: "尤市监撤〔2026〕1号".to_owned(),
                    document_sha256: digest(34),
                    reasons: text(),
                    answers: vec![text(); usize::from(points.unwrap_or(0))],
                    service,
                },
            ),
        },
        RepairState::Refused => (
            own,
            R::RequestReview {
                of: ReviewOf::Repair(repair),
                statement: text(),
                evidence: Vec::new(),
                new_facts: false,
            },
        ),
        RepairState::Review { .. } => (
            office_head(),
            R::DecideReview {
                of: ReviewOf::Repair(repair),
                upheld: it.twist & 1 == 0,
                reasons: text(),
                service,
            },
        ),
        RepairState::Accepted { .. } => return Some((handler(), extend_repair(world, repair))),
        _ => (
            handler(),
            R::NoticeRevocation { repair, reasons: text(), document_sha256: digest(33), service },
        ),
    };
    Some((who, Command::Remedy(command)))
}

fn relief(world: &World, held: &Held, it: Move) -> Asked {
    let all = ids(world, |key| match key {
        Key::Relief(id) => Some(*id),
        _ => None,
    });
    if let Some(relief) = pick(&all, it.pick).filter(|_| !it.twist.is_multiple_of(3)) {
        let Some(Row::Relief(row)) = world.row(&Key::Relief(relief)) else {
            return None;
        };
        let (document, reasons) = (judgment(world, row.subject), text());
        let command = match it.twist % 3 {
            1 => R::CompleteRelief { relief, document, reasons },
            _ => R::EndRelief { relief, document, reasons },
        };
        return Some((head(), Command::Remedy(command)));
    }
    let listing = pick(&held.black, it.pick)?;
    let row = world.listing_row(listing);
    let ListingKind::Black { case, .. } = &row.kind else {
        return None;
    };
    let until = case.path.served()?.decided.decision.end;
    let ruling = judgment(world, row.subject);
    let grant = R::GrantRelief { listing, ruling, reasons: text(), until };
    Some((head(), Command::Remedy(grant)))
}

fn records(_: &World, held: &Held, it: Move) -> Asked {
    let record = pick(&held.records, it.pick)?;
    Some(match it.twist % 8 {
        0 => (handler(), Command::EndDisplay { record, reasons: text() }),
        1 => {
            let document = ruling(organisation_of(it.pick));
            let filed = R::FileCourtDocument { document, effect: text() };
            (clerk(), Command::Remedy(filed))
        }
        own => {
            let severities = [Severity::Minor, Severity::General, Severity::Serious];
            let correct = Command::CorrectRecord {
                record,
                document_number: "尤市监罚〔2026〕改1号".to_owned(),
                document_date: day("2026-01-14"),
                document_sha256: Some(digest(38)),
                content: Some(text()),
                severity: Some(severities[usize::from(own % 3)]),
                reasons: text(),
            };
            (handler(), correct)
        }
    })
}

fn forwards(world: &World, held: &Held, it: Move) -> Asked {
    let sent = held.measures.iter().copied().filter(|id| world.measure_row(*id).measure == HIGHER);
    let sent: Vec<MeasureId> = sent.collect();
    let service = served(world.today);
    let Some(measure) = pick(&sent, it.pick).filter(|_| !it.twist.is_multiple_of(4)) else {
        let listing = pick(&held.black, it.pick)?;
        let forward = MeasureCommand::Forward {
            listing,
            attribution: None,
            measure: HIGHER.to_owned(),
            department: TAX.to_owned(),
            to: "福建省地方金融监督管理局".to_owned(),
            basis: vec![cite("law")],
            reasons: text(),
            until: world.today.plus_days(i32::from(it.twist)),
            court_document: None,
            document_sha256: digest(40),
            service,
            notice: Some(subject_notice(world.today)),
        };
        return Some((handler(), Command::Measure(forward)));
    };
    let command = match it.twist % 4 {
        1 => MeasureCommand::AnswerForward {
            measure,
            answer: text(),
            document_sha256: digest(41),
            answered_on: world.today,
        },
        2 => MeasureCommand::ExemptCourtLimit {
            measure,
            document: ruling(world.measure_row(measure).subject),
            until: world.today.plus_days(30),
        },
        _ => MeasureCommand::RecallForward { measure, document_sha256: digest(42), service },
    };
    Some((handler(), Command::Measure(command)))
}

fn listings(world: &World, held: &Held, it: Move) -> Asked {
    let service = served(world.today);
    let document_number = || "尤市监撤〔2026〕2号".to_owned();
    if it.twist & 3 == 0 {
        let case = CaseRef::Listing(pick(&held.black, it.pick)?);
        let revoke = ListingCommand::Revoke {
            case,
            document_number: document_number(),
            document_sha256: digest(39),
            reasons: text(),
            service,
        };
        return Some((head(), Command::Listing(revoke)));
    }
    if it.twist & 3 == 1 {
        let listing = pick(&held.black, it.pick)?;
        let extend = ListingCommand::Extend {
            listing,
            basis: vec![cite("law")],
            facts: vec![fact(world.listing_row(listing).subject)],
            records: Vec::new(),
            act: text(),
        };
        return Some((handler(), on_some_paper(world, it, Command::Listing(extend))));
    }
    let listing = pick(&held.red, it.pick)?;
    let row = world.listing_row(listing);
    let ListingKind::Red(red) = &row.kind else {
        return None;
    };
    let (who, command) = match (&red.revocation, it.twist / 4 % 4) {
        (None, _) => (
            officer(OFFICE, Post::Handler),
            ListingCommand::NoticeRedRevocation {
                listing,
                reasons: text(),
                document_sha256: digest(36),
                service,
            },
        ),
        (Some(_), 0) => {
            (office_head(), ListingCommand::DropRedRevocation { listing, reasons: text() })
        }
        (Some(own), 1) if own.points.is_none() => {
            let points = vec![text()];
            let stated = ListingCommand::StateOnRedRevocation {
                listing,
                points,
                received_on: world.today,
                document_sha256: None,
            };
            (party(row.subject), stated)
        }
        (Some(own), _) => (
            office_head(),
            ListingCommand::RevokeRed {
                listing,
                document_number: document_number(),
                document_sha256: digest(37),
                reasons: text(),
                answers: vec![text(); usize::from(own.points.unwrap_or(0))],
                service,
            },
        ),
    };
    Some((who, Command::Listing(command)))
}

fn commitments(world: &World, it: Move) -> Asked {
    let all = ids(world, |key| match key {
        Key::Commitment(id) => Some(*id),
        _ => None,
    });
    let Some(id) = pick(&all, it.pick).filter(|_| !it.twist.is_multiple_of(5)) else {
        let kinds = [CommitmentKind::Permit, CommitmentKind::Special, CommitmentKind::Repair];
        let mut command = offer(somebody(it), kinds[usize::from(it.twist / 5 % 3)]);
        if let Command::Commitment(shouxin_core::command::commitment::CommitmentCommand::Offer {
            due,
            ..
        }) = &mut command
        {
            *due = world.today.plus_days(i32::from(it.twist) / 4 + 1);
        }
        return Some((handler(), command));
    };
    let row = commitment_row(world, id);
    let own = party(row.subject);
    let rare = it.twist % 16 == 11;
    Some(match &row.state {
        CommitmentState::Offered if rare => (own, decline(id)),
        CommitmentState::Offered => (own, sign(id)),
        CommitmentState::Signed if rare => (own, withdraw(id)),
        CommitmentState::Signed => (handler(), publish(id)),
        CommitmentState::InForce => match it.twist % 4 {
            0 => (handler(), decide_matter(id)),
            1 => (handler(), fulfil(id)),
            2 if rare => (own, withdraw(id)),
            _ => return None,
        },
        CommitmentState::Overdue => (handler(), cure(world, id)),
        CommitmentState::CurePeriod { .. } => match row.breach.as_ref().map(|own| &own.path) {
            None | Some(Path::Ended(_)) => (handler(), propose_breach(id)),
            Some(_) if rare => (head(), drop_breach(id)),
            Some(Path::Proposed(_)) => (handler(), breach_notice(world, id)),
            Some(Path::Noticed(_)) if it.twist & 1 == 0 => (own, breach_waiver(id)),
            Some(Path::Noticed(_)) => (own, breach_statement(world, id)),
            Some(Path::Heard(heard)) => {
                let points = match heard.party.how {
                    Hearing::Statement { points, .. } => usize::from(points),
                    Hearing::Waived | Hearing::Silent => 0,
                };
                (head(), decide_breach(id, points))
            }
            Some(_) => (handler(), serve_breach(world, id)),
        },
        CommitmentState::Breached { .. } if !it.twist.is_multiple_of(3) => {
            (own, object(Target::Commitment(id), it.twist & 1 == 0))
        }
        _ => (own, ask_repair(Repairable::Commitment(id))),
    })
}

fn assessments(world: &World, it: Move) -> Asked {
    let all = ids(world, |key| match key {
        Key::Assessment(id) => Some(*id),
        _ => None,
    });
    use AssessmentCommand as A;
    let Some(assessment) = pick(&all, it.pick).filter(|_| !it.twist.is_multiple_of(8)) else {
        let month = |text: &str| text.parse().expect("a month");
        let open = A::Open { from: month("2026-01"), to: month("2026-02") };
        return Some((clerk(), Command::Assessment(open)));
    };
    let document_number = "尤信考〔2026〕1号".to_owned();
    let document_sha256 = digest(40);
    let (who, command) = match it.twist % 8 {
        1 | 2 => (clerk(), A::Freeze { assessment }),
        3 => {
            let comment = "系统切换所致".to_owned();
            (officer(TAX, Post::Colleague), A::Comment { assessment, comment })
        }
        4 => (office_head(), A::Finalise { assessment, document_number, document_sha256 }),
        5 => {
            let (department, reasons) = (TAX.to_owned(), "反馈逾期".to_owned());
            let by = world.today.plus_days(30);
            (clerk(), A::Order { assessment, department, reasons, by })
        }
        6 => {
            let account = "已补报".to_owned();
            (officer(TAX, Post::Handler), A::Rectify { assessment, account, document_sha256 })
        }
        _ => (office_head(), A::Report { assessment, document_number, document_sha256 }),
    };
    Some((who, Command::Assessment(command)))
}

fn catalogue(world: &World, it: Move) -> Asked {
    use CatalogueCommand as C;
    let all = ids(world, |key| match key {
        Key::CatalogueEntry(id) => Some(*id),
        _ => None,
    });
    let drafter = handler();
    let Some(entry) = pick(&all, it.pick).filter(|_| !it.twist.is_multiple_of(6)) else {
        let proposal = Proposal {
            kind: EntryKind::Measure,
            code: STATUTE.to_owned(),
            strength: Strength::Mandatory,
            basis: vec![cite("law")],
            departments: vec![TAX.to_owned()],
            text: "依法限制".to_owned(),
            reduces_rights: false,
            amends: None,
        };
        let filed = C::FileDocument {
            department: TAX.to_owned(),
            title: "实施细则".to_owned(),
            number: format!("尤税发〔2026〕{}号", world.log.len()),
            issued_on: day("2026-02-01"),
            document_sha256: digest(51),
        };
        return Some(match it.twist % 12 {
            0 => (drafter, Command::Catalogue(C::Draft { proposal })),
            _ => (implementer(), Command::Catalogue(filed)),
        });
    };
    let Some(Row::CatalogueEntry(row)) = world.row(&Key::CatalogueEntry(entry)) else {
        return None;
    };
    let (who, command) = match &row.state {
        _ if it.twist % 16 == 5 => {
            (office_head(), C::Retire { entry, reasons: "依据已废止".to_owned() })
        }
        EntryState::Drafted => (drafter, C::Submit { entry, cc: vec![TAX.to_owned()] }),
        EntryState::Submitted => (clerk(), C::CheckFormat { entry }),
        EntryState::FormatChecked { .. } => {
            (officer(OFFICE, Post::Colleague), C::ReviewLaw { entry, document_sha256: digest(50) })
        }
        EntryState::LegalReviewed { .. } => (clerk(), C::OpenComment { entry, days: 30 }),
        _ => (office_head(), C::Publish { entry }),
    };
    Some((who, Command::Catalogue(command)))
}

fn channels(world: &World, it: Move) -> Asked {
    use ChannelCommand as C;
    let channel = format!("portal-{}", it.pick % 2);
    let last = Position::local(world.next().sequence.checked_sub(1)?);
    let (who, command) = match it.twist % 10 {
        0 | 1 => (operator(), C::Open { channel, from: Position::local(0) }),
        2 => (operator(), C::Close { channel }),
        3 => (timer(), C::Fail { channel, detail: "timeout".to_owned() }),
        4 => (timer(), C::Overdue { channel, oldest: last, due: world.today.plus_days(-1) }),
        5 => {
            let plugin_name = "tax-plugin".to_owned();
            let undelivered = Vec::new();
            let told = Command::PluginTold { plugin: plugin_name, through: last, undelivered };
            return Some((plugin(), told));
        }
        _ => (
            timer(),
            C::Confirm {
                channel,
                through: last,
                items: 1,
                batch_sha256: digest(43),
                reference: "000001.json".to_owned(),
            },
        ),
    };
    Some((who, Command::Channel(command)))
}

fn members(world: &World, it: Move) -> Asked {
    use MemberCommand as M;
    let all = ids(world, |key| match key {
        Key::Social(SocialKey::MemberNote(id)) => Some(*id),
        _ => None,
    });
    let own = guild(GUILD);
    let Some(note) = pick(&all, it.pick).filter(|_| !it.twist.is_multiple_of(5)) else {
        let kinds = [NoteKind::Information, NoteKind::Warning, NoteKind::Rating];
        let kind = kinds[usize::from(it.twist / 5 % 3)];
        let note = M::Note {
            association: GUILD.to_owned(),
            subject: organisation_of(it.twist),
            kind,
            text: text(),
            rater: (kind == NoteKind::Rating).then(|| "某信用服务有限公司".to_owned()),
            charter: kind.is_discipline().then(|| "章程第八条".to_owned()),
        };
        return Some((own, Command::Member(note)));
    };
    let Some(Row::Social(row)) = world.row(&Key::Social(SocialKey::MemberNote(note))) else {
        return None;
    };
    let subject = match row {
        shouxin_core::row::social::SocialRow::MemberNote(row) => row.subject,
        _ => return None,
    };
    let stands = it.twist & 8 == 0;
    let (who, command) = match it.twist % 5 {
        1 => (own, M::Correct { note, text: text(), reasons: text() }),
        2 if it.twist & 8 == 0 => (own, M::Withdraw { note, reasons: text() }),
        3 => {
            let corrected = (!stands && it.twist & 16 == 0).then(text);
            (own, M::Answer { note, stands, answer: text(), corrected })
        }
        _ => (party(subject), M::Object { note, statement: text(), evidence: vec![digest(60)] }),
    };
    Some((who, Command::Member(command)))
}

fn case_studies(world: &World, it: Move) -> Asked {
    use CaseStudyCommand as C;
    let all = ids(world, |key| match key {
        Key::Social(SocialKey::CaseStudy(id)) => Some(*id),
        _ => None,
    });
    let (who, command) = match pick(&all, it.pick).filter(|_| !it.twist.is_multiple_of(3)) {
        Some(case_study) if it.twist % 3 == 1 => (head(), C::Publish { case_study }),
        Some(case_study) => {
            (colleague(), C::Withdraw { case_study, ground: TakenDownFor::Outdated })
        }
        None => (
            handler(),
            C::Draft {
                title: "守信故事".to_owned(),
                text: "某企业多年依法诚信经营。".to_owned(),
                subject: Some(organisation_of(it.twist)),
                natural_persons: false,
                anonymised: false,
                persons_checked: 0,
                persons_named: 0,
            },
        ),
    };
    Some((who, Command::CaseStudy(command)))
}

fn supports(world: &World, held: &Held, it: Move) -> Asked {
    use SupportCommand as S;
    let all = ids(world, |key| match key {
        Key::Social(SocialKey::Support(id)) => Some(*id),
        _ => None,
    });
    let (who, command) = match pick(&all, it.pick).filter(|_| !it.twist.is_multiple_of(3)) {
        Some(support) if it.twist % 3 == 1 => {
            let documents = vec![digest(42)];
            (handler(), S::HandOver { support, documents, receipt_sha256: digest(41) })
        }
        Some(support) => (clerk(), S::Close { support, outcome: text() }),
        None => (
            handler(),
            S::Open {
                target: Target::Record(pick(&held.records, it.pick)?),
                ground: SuitGround::Pollution,
                plaintiff: "某县人民检察院".to_owned(),
                plaintiff_basis: cite("law"),
                basis: vec![cite("plan")],
                request_sha256: digest(40),
            },
        ),
    };
    Some((who, Command::Support(command)))
}

fn imports(world: &World, it: Move) -> Asked {
    let all = ids(world, |key| match key {
        Key::Social(SocialKey::Imported(id)) => Some(*id),
        _ => None,
    });
    let command = match pick(&all, it.pick).filter(|_| it.twist % 4 == 3) {
        Some(classification) => ImportedCommand::Withdraw { classification, reasons: text() },
        None => ImportedCommand::Receive {
            subject: organisation_of(it.twist),
            standard: RATING.to_owned(),
            class_name: if it.pick & 1 == 0 { "A" } else { "B" }.to_owned(),
            decision_number: "税信〔2026〕1号".to_owned(),
            decided_on: world.today.plus_days(-1),
            valid_until: world.today.plus_months(12),
        },
    };
    Some((officer(TAX, Post::Handler), Command::Imported(command)))
}

fn tolerances(world: &World, it: Move) -> Asked {
    let all = ids(world, |key| match key {
        Key::Tolerance(id) => Some(*id),
        _ => None,
    });
    let Some(id) = pick(&all, it.pick).filter(|_| !it.twist.is_multiple_of(5)) else {
        return Some((handler(), tolerate(world, organisation_of(it.twist / 5))));
    };
    let Some(Row::Tolerance(row)) = world.row(&Key::Tolerance(id)) else {
        return None;
    };
    Some(match it.twist % 5 {
        1 => (party(row.subject), give_up(id)),
        2 => (handler(), close(id)),
        own => (handler(), supply(world, id, &[own - 3])),
    })
}

/// The officer whose duty is the protection of personal information.
pub fn guardian() -> super::Who {
    super::Who { role: Role::DataOfficer, ..officer(OFFICE, Post::Colleague) }
}

/// A key for an officer, as the operator creates it.
pub fn give_key(world: &mut World, key_id: &str, who: &super::Who) {
    let Actor::Officer(reference) = who.actor.clone() else { panic!("no officer") };
    let key = Command::CreateKey {
        key_id: key_id.to_owned(),
        secret_hash: digest(39),
        role: who.role,
        officer: Some(reference),
        acts_for: None,
        expires_on: day("2099-01-01"),
    };
    world.must(&operator(), &key);
}

fn erasures(world: &World, it: Move) -> Asked {
    use ErasureCommand as E;
    let subject = organisation_of(it.twist / 4);
    let Some(Row::Subject(row)) = world.row(&Key::Subject(subject)) else {
        return Some((handler(), register(subject)));
    };
    let first = world.index.range(Index::Keeps(subject, world.today, Position::local(0))..).next();
    let by = match first {
        Some(Index::Keeps(of, until, at)) if *of == subject => Some((*at, *until)),
        _ => None,
    };
    let kept = Kept { seen: row.last, by };
    let (who, command) = match it.twist % 4 {
        0 => (guardian(), E::Propose { subject, basis: vec![cite("law")], kept }),
        1 => (clerk(), E::Approve { subject, kept }),
        2 if it.pick < 64 => (clerk(), E::Withdraw { subject }),
        2 => (clerk(), E::Approve { subject, kept }),
        _ => (timer(), E::KeyDestroyed { subject }),
    };
    Some((who, Command::Erasure(command)))
}

fn reviews(world: &World, held: &Held, it: Move) -> Asked {
    let subject = organisation_of(it.twist);
    let own = held.records.iter().copied().filter(|id| match world.row(&Key::Record(*id)) {
        Some(Row::Record(row)) => row.subject == subject && row.is_reviewable(world.today),
        _ => false,
    });
    let own: Vec<RecordId> = own.collect();
    Some((handler(), review(subject, &own)))
}

/// What is tried of all this.
pub fn beside_cases(world: &World, held: &Held, it: Move) -> Asked {
    match it.kind / 24 * 7 + it.who / 4 % 7 {
        0..=5 => suits(world, held, it),
        6..=11 => objections(world, held, it),
        12..=17 => repairs(world, held, it),
        18..=20 => relief(world, held, it),
        21..=24 => records(world, held, it),
        25..=28 => forwards(world, held, it),
        29..=32 => listings(world, held, it),
        33..=40 => commitments(world, it),
        41..=43 => assessments(world, it),
        44..=46 => catalogue(world, it),
        47..=49 => channels(world, it),
        50..=51 => members(world, it),
        52..=53 => case_studies(world, it),
        54..=55 => supports(world, held, it),
        56..=57 => imports(world, it),
        58..=59 => tolerances(world, it),
        60..=61 => reviews(world, held, it),
        _ => erasures(world, it),
    }
}
