//! The red list: nomination, check, public notice, decision (domain.md 2.3c).
//!
//! An exemplar is found by one of five sources; none of them puts anybody on the list. Whatever the
//! source, an officer on file nominates, of any department, with merits and a basis that the officer
//! answers for: what an association recommends or the media report is entered by such an officer
//! and named as the source. A person, found by whomever, consents first.
//!
//! Source: domain.md O21, O22, O27, O28.

use crate::actor::{Actor, Role};
use crate::command::Command;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::classification;
use crate::decide::{Context, Drafts, Outcome};
use crate::event::listing::ListingEvent;
use crate::event::{CaseRef, Colour, Event, Mark, Target, Trigger};
use crate::guard::{Guard, Misfit};
use crate::id::{ListingId, Position, RecordId};
use crate::limits::EVIDENCE_MAX;
use crate::path::Standing;
use crate::row::{Key, ListingKind, ListingRow, Newest, RedCase, RedState, Row};
use crate::rows::{Rows, Stop};
use crate::text::{Digest, Sealed, digest_is_stated};

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        Command::Nominate { .. } => nominate(rows, command, context),
        Command::CheckNomination { listing, adverse_records, looked_at } => {
            check(rows, *listing, adverse_records, *looked_at, context)
        }
        Command::OpenPublicNotice { listing } => open_notice(rows, *listing, context),
        Command::DecideRedListing { .. } => decide_red(rows, command, context),
        Command::CloseRedListing { listing, reasons, document_sha256 } => {
            close(rows, *listing, reasons, document_sha256.as_ref(), context)
        }
        _ => Err(Stop::Defect("not a red-list step".to_owned())),
    }
}

fn red_listing(rows: &Rows, id: ListingId) -> Result<(&ListingRow, &RedCase), Stop> {
    let row = rows.must_listing(id)?;
    rows.want([Key::Subject(row.subject)])?;
    match &row.kind {
        ListingKind::Red(red) => Ok((row, red)),
        ListingKind::Black { .. } => Ok(misfit(
            Misfit::State,
            format!("{id} 不是红名单 / {id} is no red listing"),
            "请核对编号 / check the id",
        )?),
    }
}

fn nominate(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::Nominate { subject, source, merits, basis, consent_sha256 } = command else {
        return Err(Stop::Defect("not a nomination".to_owned()));
    };
    let human = checks::human(context)?;
    checks::beside_head(&human)?;
    let head = rows.must_subject(*subject)?;
    checks::capacity(head.capacity, *subject)?;
    checks::room_for_mark(head.marks.len())?;
    checks::basis(context, basis)?;
    stated(Guard::Document, &[("merits", merits)])?;
    if subject.is_personal() && !consent_sha256.is_some_and(|sha| digest_is_stated(&sha)) {
        refuse::<()>(
            Guard::Consent,
            "推荐自然人或个体工商户须经本人书面同意 / a person must consent in writing",
            "请附同意书（个人信息保护法第 25 条）/ attach the consent (PIPL 25)",
        )?;
    }
    let mut listed = false;
    for mark in head.marks.iter().filter(|own| own.colour == Colour::Red) {
        listed |= rows.mark_standing(mark, context.today)? != Standing::Ended;
    }
    if listed {
        misfit::<()>(
            Misfit::Exists,
            "该主体已在红名单 / the subject is on the red list already",
            "期满后可再推荐 / nominate again after it ends",
        )?;
    }
    if let Some(Row::Newest(at)) = rows.get(&Key::Newest(Newest::Nomination(*subject, *source)))? {
        let id = ListingId(*at);
        let (_, red) = red_listing(rows, id)?;
        if !matches!(red.state, RedState::Closed | RedState::Expired { .. }) {
            misfit::<()>(
                Misfit::Exists,
                format!("同一来源已有推荐 {id} / {id} is open for the same subject and source"),
                "请在原推荐中办理 / go on with that nomination",
            )?;
        }
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        *subject,
        Event::ListingNominated {
            authority: human.reference.authority,
            source: *source,
            merits: merits.clone(),
            basis: basis.clone(),
            consent_sha256: *consent_sha256,
        },
    );
    drafts.finish()
}

/// An officer of the authority that nominated.
fn of_the_authority<'a>(context: &Context<'a>, red: &RedCase) -> Result<checks::Human<'a>, Stop> {
    let human = checks::human(context)?;
    if human.reference.authority != red.authority {
        refuse::<()>(
            Guard::Competent,
            "由提名机关办理 / the nominating authority handles it",
            "请由提名机关办理 / ask that authority",
        )?;
    }
    Ok(human)
}

fn no_black_mark(rows: &Rows, row: &ListingRow, context: &Context<'_>) -> Result<(), Stop> {
    let head = rows.must_subject(row.subject)?;
    if rows.black_mark(&head.marks, context.today, false)? {
        refuse::<()>(
            Guard::RedCheck,
            "该主体在严重失信主体名单中 / the subject is on the black list",
            "名单终止后方可推荐 / only after that listing ended",
        )?;
    }
    Ok(())
}

/// Whoever is on the list leaves it when it likes, with its own key or with its paper at the
/// counter; against it the head closes only what is not in force yet.
fn close(
    rows: &Rows,
    listing: ListingId,
    reasons: &Sealed,
    document: Option<&Digest>,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let (row, red) = red_listing(rows, listing)?;
    let by_party = *context.actor == Actor::Subject(row.subject);
    match document {
        Some(sha256) => {
            if !by_party {
                of_the_authority(context, red)?;
            }
            if !digest_is_stated(sha256) {
                refuse::<()>(
                    Guard::Document,
                    "窗口代收须附本人书面文件 / at the counter the subject's own document is needed",
                    "请附文件的 SHA-256 / give its SHA-256",
                )
                .map_err(|refusal| refusal.on("document_sha256"))?;
            }
        }
        None if by_party => {}
        None => {
            checks::relieving_head(context, red.authority)?;
            // What is in force ends against the exemplar only after notice and hearing.
            if let RedState::Active { .. } = red.state {
                refuse::<()>(
                    Guard::Notice,
                    "已生效的红名单须经告知、听取陈述后撤销 / in force: revoke it after notice and hearing",
                    "请用 /revocation/notice 启动撤销程序；本人申请退出的，附其书面申请 / open a \
                     revocation; where it withdraws itself, attach its paper",
                )?;
            }
        }
    }
    stated(Guard::Document, &[("reasons", reasons)])?;
    if matches!(red.state, RedState::Closed | RedState::Expired { .. }) {
        return Ok(wrong_state("红名单 / red listing", red.state.name(), "open")?);
    }
    let (subject, case) = (row.subject, CaseRef::Listing(listing));
    let mut drafts = Drafts::new(context);
    if let Some(sha256) = document {
        let event = ListingEvent::WithdrawalReceived { listing, document_sha256: *sha256 };
        drafts.push(subject, Event::Listing(event));
    }
    drafts.push(subject, Event::RedListingClosed { listing, reasons: reasons.clone() });
    classification::turn_one(rows, &mut drafts, subject, case, classification::Turn::End)?;
    drafts.finish()
}

fn check(
    rows: &Rows,
    listing: ListingId,
    adverse: &[RecordId],
    looked_at: Position,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let (row, red) = red_listing(rows, listing)?;
    of_the_authority(context, red)?;
    let RedState::Nominated = red.state else {
        return Ok(wrong_state("红名单 / red listing", red.state.name(), "nominated")?);
    };
    // Facts only: what is found closes the nomination and stands in the event; nothing else is
    // weighed.
    let adverse_records = open_adverse(rows, row, (adverse, looked_at), context)?;
    let head = rows.must_subject(row.subject)?;
    let mut black = Vec::new();
    for mark in head.marks.iter().filter(|own| own.colour == Colour::Black) {
        if rows.mark_standing(mark, context.today)? != Standing::Ended {
            black.push(mark.case);
        }
    }
    let mut drafts = Drafts::new(context);
    drafts.push(row.subject, Event::NominationChecked { listing, adverse_records, black });
    drafts.finish()
}

/// What was found in a file that is open, so many as an event may name: of the version of the file as
/// it stands.
fn open_adverse(
    rows: &Rows,
    row: &ListingRow,
    (found, looked_at): (&[RecordId], Position),
    context: &Context<'_>,
) -> Result<Vec<RecordId>, Stop> {
    let head = rows.must_subject(row.subject)?;
    if head.last != looked_at {
        misfit::<()>(
            Misfit::Stale,
            format!("档案已变更至 {} / the file is at {}", head.last, head.last),
            "请重新提交 / send it again",
        )?;
    }
    // The day may have turned since somebody looked: what is over by date counts no more.
    rows.want(found.iter().map(|id| Key::Record(*id)))?;
    let mut open = Vec::new();
    for id in found {
        if open.len() < EVIDENCE_MAX && rows.must_record(*id)?.is_live(context.today) {
            open.push(*id);
        }
    }
    Ok(open)
}

fn open_notice(rows: &Rows, listing: ListingId, context: &Context<'_>) -> Result<Outcome, Stop> {
    let (row, red) = red_listing(rows, listing)?;
    of_the_authority(context, red)?;
    let RedState::Checked = red.state else {
        return Ok(wrong_state("红名单 / red listing", red.state.name(), "checked")?);
    };
    let days = i32::from(context.rules_of(red.nominated_on).red_public_notice_days);
    let mut drafts = Drafts::new(context);
    let ends_on = context.today.plus_days(days);
    drafts.push(row.subject, Event::PublicNoticeOpened { listing, ends_on });
    drafts.finish()
}

fn decide_red(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::DecideRedListing {
        listing,
        adverse_records,
        looked_at,
        document_number,
        document_sha256,
        reasons,
        until,
    } = command
    else {
        return Err(Stop::Defect("not a red decision".to_owned()));
    };
    let (row, red) = red_listing(rows, *listing)?;
    checks::deciding_head(context, &red.nominated_by)?;
    let RedState::PublicNotice { ends_on } = red.state else {
        return Ok(wrong_state("红名单 / red listing", red.state.name(), "public_notice")?);
    };
    if context.today <= ends_on || !red.disputes.open.is_empty() || !red.holds.is_empty() {
        refuse::<()>(
            Guard::PublicNotice,
            format!(
                "公示至 {ends_on}，未处理异议 {} 件 / notice runs, or an objection is open",
                red.disputes.open.len()
            ),
            "公示期满且异议处理完毕后决定 / decide after both",
        )?;
    }
    checks::capacity(rows.must_subject(row.subject)?.capacity, row.subject)?;
    no_black_mark(rows, row, context)?;
    // What came after the check stands against it like what the check would have found.
    if !open_adverse(rows, row, (adverse_records, *looked_at), context)?.is_empty() {
        refuse::<()>(
            Guard::RedCheck,
            "核查后新增未了结的不良记录 / an adverse record is open that came after the check",
            "不予列入，或待记录了结后另行推荐 / close the nomination; nominate again once it is over",
        )?;
    }
    checks::basis(context, &red.basis)?;
    stated(Guard::Document, &[("reasons", reasons)])?;
    checks::document(document_number, document_sha256)?;
    let cap = context.today.plus_months(context.rules_of(red.nominated_on).red_cap_months);
    if *until <= context.today || *until > cap {
        refuse::<()>(
            Guard::End,
            format!("终止日期须晚于当日且不迟于 {cap} / end date out of range"),
            "请选择范围内的日期 / choose a day in range",
        )?;
    }
    let published = !row.subject.is_personal();
    let mut drafts = Drafts::new(context);
    drafts.push(
        row.subject,
        Event::RedListingDecided {
            listing: *listing,
            document_number: document_number.clone(),
            document_sha256: *document_sha256,
            reasons: reasons.clone(),
            until: *until,
            published,
        },
    );
    let mark = Mark {
        case: CaseRef::Listing(*listing),
        colour: Colour::Red,
        authority: red.authority,
        since: context.today,
        until: *until,
        suspended: false,
    };
    classification::start(rows, &mut drafts, row.subject, mark)?;
    drafts.finish()
}

/// Whether this is somebody's objection to a nomination under public notice. A member of the public
/// has no key: the credit office or the authority that nominated takes the objection down, with the
/// paper that the person, named in it, signed (domain.md 2.3c).
pub(super) fn public_objection(
    rows: &Rows,
    target: Target,
    trigger: Trigger,
    evidence: &[Digest],
    context: &Context<'_>,
) -> Result<bool, Stop> {
    let (Target::Listing(id), Trigger::Complaint) = (target, trigger) else {
        return Ok(false);
    };
    let ListingKind::Red(red) = &rows.must_listing(id)?.kind else {
        return Ok(false);
    };
    let RedState::PublicNotice { .. } = red.state else {
        return Ok(false);
    };
    let human = checks::human(context)?;
    if human.reference.authority != red.authority && context.role != Role::CreditOffice {
        refuse::<()>(
            Guard::Competent,
            "公示期间的异议由信用办或者提名机关登记 / the credit office or the nominating authority \
             takes it down",
            "请向信用办或者提名机关提出 / turn to one of them",
        )?;
    }
    if evidence.is_empty() || !evidence.iter().all(digest_is_stated) {
        refuse::<()>(
            Guard::PublicNotice,
            "缺少异议人署名的书面异议 / the signed paper of the person who objects is missing",
            "请附异议人署名的书面异议或签字的口头异议笔录 / attach it as evidence",
        )
        .map_err(|refusal| refusal.on("evidence"))?;
    }
    Ok(true)
}
