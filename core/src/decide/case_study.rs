//! Typical cases: drafted by a department, published by its head, without anybody's name (O26).
//!
//! Source: domain.md O72.

use crate::anonymity::holds_personal_number;
use crate::command::case_study::CaseStudyCommand;
use crate::decide::checks::{self, misfit, refuse, wrong_state};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::case_study::{CaseStudyEvent, TakenDownFor};
use crate::guard::{Guard, Misfit};
use crate::id::CaseStudyId;
use crate::limits::TEXT_BYTES_MAX;
use crate::row::social::CaseStudyState;
use crate::rows::{Rows, Stop};
use crate::text::short_text_is_stated;

pub(super) fn decide(
    rows: &Rows,
    command: &CaseStudyCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        CaseStudyCommand::Draft { .. } => draft(rows, command, context),
        CaseStudyCommand::Publish { case_study } => publish(rows, *case_study, context),
        CaseStudyCommand::Withdraw { case_study, ground } => {
            withdraw(rows, *case_study, *ground, context)
        }
    }
}

/// Refuses a text for the public that tells who somebody is.
fn anonymous(text: &str, field: &'static str, context: &Context<'_>) -> Result<(), Stop> {
    if holds_personal_number(text, context.today) {
        refuse::<()>(
            Guard::Anonymous,
            "文中含公民身份号码或个体工商户代码 / it holds a person's number or the code of an \
             individual business",
            "请删去号码 / leave the number out",
        )
        .map_err(|refusal| refusal.on(field))?;
    }
    Ok(())
}

fn draft(rows: &Rows, command: &CaseStudyCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let CaseStudyCommand::Draft {
        title,
        text,
        subject,
        natural_persons,
        anonymised,
        persons_checked,
        persons_named,
    } = command
    else {
        return Err(Stop::Defect("not a draft".to_owned()));
    };
    let human = checks::human(context)?;
    let long = u32::try_from(text.len()).map_or(true, |bytes| bytes > TEXT_BYTES_MAX);
    if !short_text_is_stated(title) || text.trim().is_empty() || long {
        misfit::<()>(
            Misfit::Value,
            "标题或正文缺失或过长 / title or text missing or too long",
            format!("标题不超过 256 字节，正文不超过 {TEXT_BYTES_MAX} 字节 / within these limits"),
        )?;
    }
    anonymous(title, "title", context)?;
    anonymous(text, "text", context)?;
    if *persons_named > 0 {
        refuse::<()>(
            Guard::Anonymous,
            "文中出现所涉自然人姓名 / it names a person whom it is about",
            "请隐去姓名，如“张某” / leave the name out",
        )
        .map_err(|refusal| refusal.on("text"))?;
    }
    if (*natural_persons || *persons_checked > 0) && !anonymised {
        refuse::<()>(
            Guard::Anonymous,
            "涉及自然人，未声明已匿名处理 / a natural person occurs, and nobody states that the text \
             was made anonymous",
            "匿名处理后声明 anonymised: true / make it anonymous and state it",
        )
        .map_err(|refusal| refusal.on("anonymised"))?;
    }
    if let Some(key) = subject {
        if key.is_personal() {
            refuse::<()>(
                Guard::Anonymous,
                "仅可关联法人和非法人组织 / only an organisation can be linked",
                "自然人和个体工商户不予关联 / link no person and no individual business",
            )
            .map_err(|refusal| refusal.on("subject"))?;
        }
        rows.must_subject(*key)?;
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        None,
        Event::CaseStudy(CaseStudyEvent::Drafted {
            authority: human.reference.authority,
            title: title.clone(),
            text: text.clone(),
            subject: *subject,
            natural_persons: *natural_persons || *persons_checked > 0,
            anonymised: *anonymised,
            persons_checked: *persons_checked,
        }),
    );
    drafts.finish()
}

fn publish(rows: &Rows, id: CaseStudyId, context: &Context<'_>) -> Result<Outcome, Stop> {
    let row = rows.must_case_study(id)?;
    checks::deciding_head(context, &row.drafted_by)?;
    if row.state != CaseStudyState::Drafted {
        return Ok(wrong_state("典型案例 / typical case", row.state.name(), "drafted")?);
    }
    let mut drafts = Drafts::new(context);
    drafts.push(None, Event::CaseStudy(CaseStudyEvent::Published { case_study: id }));
    drafts.finish()
}

fn withdraw(
    rows: &Rows,
    id: CaseStudyId,
    ground: TakenDownFor,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = rows.must_case_study(id)?;
    let human = checks::human(context)?;
    if human.reference.authority != row.drafted_by.authority {
        refuse::<()>(
            Guard::Competent,
            "由撰写部门撤下 / the department that wrote it takes it down",
            "请联系撰写部门 / ask that department",
        )?;
    }
    if let CaseStudyState::Withdrawn { .. } = row.state {
        let expected = "drafted, published";
        return Ok(wrong_state("典型案例 / typical case", row.state.name(), expected)?);
    }
    let mut drafts = Drafts::new(context);
    let event = CaseStudyEvent::TakenDown { case_study: id, ground };
    drafts.push(None, Event::CaseStudy(event));
    drafts.finish()
}
