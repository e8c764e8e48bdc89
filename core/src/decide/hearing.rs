//! How a party is heard before a decision (G-HEARD): its statements, its waiver, a hearing asked for
//! and held. What an officer takes down for it comes with the party's own document, because nobody
//! speaks for a party on their word alone.
//!
//! Source: domain.md 2.3a, O59.

use crate::actor::{Actor, SubjectKey};
use crate::calendar::Deadline;
use crate::command::Command;
use crate::decide::case::{self, Opened, opened};
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::guard::{Guard, Misfit};
use crate::identifier::uscc::Uscc;
use crate::limits::POINTS_MAX;
use crate::path::{Heard, Hearing, Notice, Path};
use crate::rows::{Rows, Stop};
use crate::text::{Digest, Sealed, digest_is_stated};
use crate::time::Day;

/// Whether the party itself brings something, with its own key. Anybody else is an officer of the
/// authority that handles the matter, and has the party's document: what it wrote, or the signed
/// record of what it said.
pub(super) fn brought(
    context: &Context<'_>,
    subject: SubjectKey,
    authority: Uscc,
    document: Option<&Digest>,
) -> Result<bool, Stop> {
    if *context.actor == Actor::Subject(subject) {
        if document.is_some_and(|sha256| !digest_is_stated(sha256)) {
            paper()?;
        }
        return Ok(true);
    }
    let human = checks::human(context)?;
    if human.reference.authority != authority {
        refuse::<()>(
            Guard::Competent,
            "由办理机关代为登记 / the authority that handles the matter takes it down",
            "请由办理机关登记，或由当事人本人提交 / ask that authority, or let the party hand it in",
        )?;
    }
    if !document.is_some_and(digest_is_stated) {
        paper()?;
    }
    Ok(false)
}

fn paper() -> Result<(), Stop> {
    refuse::<()>(
        Guard::Heard,
        "代为登记须附当事人的书面陈述或其签字的口头陈述笔录 / the party's own document is missing",
        "请附该文书的 SHA-256 / give the SHA-256 of its written statement or signed record",
    )
    .map_err(|refusal| refusal.on("document_sha256"))?;
    Ok(())
}

/// It came within its period. An officer's date stands in the document that comes with it; what the
/// party's own key brings comes today.
pub(super) fn in_time(
    context: &Context<'_>,
    (told, period): (Day, Deadline),
    received_on: Day,
    by_party: bool,
) -> Result<(), Stop> {
    checks::received_within(context, told, period, received_on)?;
    if by_party {
        checks::received_within(context, told, period, context.today)?;
    }
    Ok(())
}

/// More points beside those that were made before: all together are no more than one answer takes.
pub(super) fn room_for_points(before: usize, points: &[Sealed]) -> Result<(), Stop> {
    if before + points.len() > POINTS_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("各次陈述合计不超过 {POINTS_MAX} 点 / at most {POINTS_MAX} points in all"),
            "请合并要点 / put points together",
        )?;
    }
    Ok(())
}

/// The last day on which a hearing may be asked for: counted, like the time for a statement, from
/// the day on which the notice was recorded, in the version that favours the party.
fn hearing_by(context: &Context<'_>, opened_on: Day, notice: &Notice) -> Deadline {
    let request_wd = context.rules_of(opened_on).hearing_request_wd;
    context.rules.calendar.after(notice.window.from, request_wd)
}

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let (case, event) = match command {
        Command::ReceiveStatement {
            case,
            points,
            hearing_requested,
            received_on,
            document_sha256,
        } => {
            let event = Event::StatementReceived {
                case: *case,
                points: points.clone(),
                hearing_requested: *hearing_requested,
                received_on: *received_on,
                document_sha256: *document_sha256,
            };
            (*case, event)
        }
        Command::WaiveStatement { case, document_sha256 } => {
            (*case, Event::StatementWaived { case: *case, document_sha256: *document_sha256 })
        }
        Command::HoldHearing { case, record_sha256, summary } => {
            let event = Event::HearingHeld {
                case: *case,
                record_sha256: *record_sha256,
                summary: summary.clone(),
            };
            (*case, event)
        }
        _ => return Err(Stop::Defect("not a hearing step".to_owned())),
    };
    let found = opened(rows, case)?;
    check(&found, &event, context)?;
    let mut drafts = Drafts::new(context);
    drafts.push(found.subject, event);
    drafts.finish()
}

fn check(found: &Opened<'_>, event: &Event, context: &Context<'_>) -> Result<(), Stop> {
    let by_party = *context.actor == Actor::Subject(found.subject);
    if !by_party {
        let human = case::handling(context, found.case)?;
        let own_case = human.reference == found.case.proposed_by;
        if matches!(event, Event::HearingHeld { .. }) && own_case {
            refuse::<()>(
                Guard::FourEyes,
                "听证不得由本案经办人主持 / the proposer may not hold the hearing",
                "请由非本案人员主持 / another officer holds it",
            )?;
        }
    }
    let state = found.case.path.name();
    match (event, &found.case.path) {
        (Event::StatementReceived { .. }, Path::Noticed(own)) => {
            statement(found, event, &own.notice, 0, context)
        }
        // What comes later within the period stands beside what came before.
        (Event::StatementReceived { .. }, Path::Heard(own)) => {
            statement(found, event, &own.notice, points_of(own), context)
        }
        (Event::StatementWaived { document_sha256, .. }, Path::Noticed(_)) => {
            if !digest_is_stated(document_sha256) {
                refuse::<()>(
                    Guard::Heard,
                    "放弃陈述须有书面文件 / a waiver must be in writing",
                    "请附书面放弃声明 / attach it",
                )?;
            }
            Ok(())
        }
        (Event::HearingHeld { record_sha256, summary, .. }, Path::Heard(heard)) if !by_party => {
            stated(Guard::Heard, &[("summary", summary)])?;
            if !digest_is_stated(record_sha256) || heard.party.hearing.is_some() {
                misfit::<()>(
                    Misfit::State,
                    "缺少听证笔录，或已听证 / no record, or held already",
                    "请附听证笔录 / attach the record of the hearing",
                )?;
            }
            Ok(())
        }
        (Event::HearingHeld { .. }, _) => Ok(wrong_state("案件 / case", state, "heard")?),
        _ if matches!(found.case.path, Path::Proposed(_)) => Ok(refuse(
            Guard::Notice,
            "尚未送达事先告知书 / no prior notice was served",
            "先送达告知书 / serve the notice first",
        )?),
        _ => Ok(wrong_state("案件 / case", state, "noticed")?),
    }
}

/// A statement in points, a hearing asked for, or both: each within its own period.
fn statement(
    found: &Opened<'_>,
    event: &Event,
    notice: &Notice,
    before: usize,
    context: &Context<'_>,
) -> Result<(), Stop> {
    let Event::StatementReceived {
        points, hearing_requested, received_on, document_sha256, ..
    } = event
    else {
        return Err(Stop::Defect("not a statement".to_owned()));
    };
    let authority = found.case.proposed_by.authority;
    let by_party = brought(context, found.subject, authority, document_sha256.as_ref())?;
    if *hearing_requested {
        let by = hearing_by(context, found.case.proposed_on, notice);
        in_time(context, (notice.served_on, by), *received_on, by_party)?;
    }
    // To ask for a hearing one need not say anything yet.
    if !points.is_empty() || !hearing_requested {
        checks::points(points)?;
        in_time(context, (notice.served_on, notice.window), *received_on, by_party)?;
        room_for_points(before, points)?;
    }
    Ok(())
}

/// How many points the party made, each of which needs an answer.
pub(super) fn points_of(heard: &Heard) -> usize {
    match &heard.party.how {
        Hearing::Statement { points, .. } => usize::from(*points),
        Hearing::Waived | Hearing::Silent => 0,
    }
}

/// Each point of a statement has its answer, a hearing asked for was held, and where none was, the
/// time to ask for one has passed (G-HEARD).
pub(super) fn answered(
    opened_on: Day,
    heard: &Heard,
    answers: usize,
    context: &Context<'_>,
) -> Result<(), Stop> {
    let points = points_of(heard);
    if answers != points {
        refuse::<()>(
            Guard::Heard,
            format!("陈述共 {points} 点，答复 {answers} 点 / {points} points, {answers} answers"),
            "请逐点答复 / answer each point",
        )?;
    }
    let offered = heard.notice.hearing_offered;
    let requested = matches!(heard.party.how, Hearing::Statement { hearing_requested: true, .. });
    if requested && offered && heard.party.hearing.is_none() {
        refuse::<()>(
            Guard::Heard,
            "当事人要求听证，尚未举行 / the hearing asked for was not held",
            "先举行听证 / hold the hearing first",
        )?;
    }
    // What the party said so far takes nothing of its time to ask; only its waiver does.
    let settled = heard.party.hearing.is_some() || heard.party.how == Hearing::Waived || requested;
    let by = hearing_by(context, opened_on, &heard.notice);
    if offered && !settled && context.today <= by.day {
        refuse::<()>(
            Guard::Heard,
            format!("要求听证的期限至 {} / a hearing may be asked for until that day", by.day),
            "待期满后决定 / decide after that day",
        )?;
    }
    Ok(())
}
