//! Which step of a report is allowed: one command leads to one event, or is refused by name.
//!
//! Source: domain.md O44.

use crate::actor::{Actor, OfficerRef, Role};
use crate::decide::checks::{self, Human, misfit, refuse, wrong_state};
use crate::guard::{Guard, Misfit, Refusal};
use crate::identifier::uscc::Uscc;
use crate::limits::{OPENINGS_MAX, REPORT_ANSWERS_MAX, REPORT_EVIDENCE_MAX, RETALIATIONS_MAX};
use crate::rules::{Citation, RulePack, RuleSet};
use crate::text::{Digest, Sealed, digest_is_stated};
use crate::time::Day;
use crate::whistle::aside::stands_aside;
use crate::whistle::escalate::supervises;
use crate::whistle::row::{Identity, ReportRow, ReportState};
use crate::whistle::{By, WhistleEvent};

/// What can be asked of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "fields are those of the events")]
pub enum Command {
    /// Report wrongdoing.
    Receive {
        reported: Sealed,
        facts: Sealed,
        evidence: Vec<Sealed>,
        identity_sha256: Option<Digest>,
    },
    /// Take it in.
    Triage { note: Sealed },
    /// Point to who is competent.
    PutOutOfScope { pointer: Sealed },
    /// Give it to a department, by its code in `departments.toml`.
    Assign { department: String },
    /// Say what was found.
    Verify { substantiated: bool, reasons: Sealed },
    /// Take longer.
    Extend { reasons: Sealed },
    /// Follow it up by the department's own means.
    Transfer { note: Sealed },
    /// Answer the reporter.
    PostFeedback { text: Sealed },
    /// Ask for the identity.
    RequestUnseal { ground: Citation, reasons: Sealed, law_forbids_telling: Option<Citation> },
    /// Hand the ciphertext out, as the second person, who has read this request: the one whose event has
    /// that sequence.
    ApproveUnseal { request: u64 },
    /// Destroy identity and texts.
    Purge,
    /// Say that one suffers for the report.
    ReportRetaliation { account: Sealed },
    /// Say that the last day of the next step has passed.
    MarkOverdue,
    /// Count it anew by a newer calendar.
    Recount,
    /// Put a tag of the reported body's code on record, before a purge destroys the code.
    Tag { reported: Digest },
}

/// What a command is judged by besides the report.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The legal date.
    pub today: Day,
    /// Who asks.
    pub by: &'a By,
    /// With which role.
    pub role: Role,
    /// The rules in force on `today`.
    pub rules: &'a RuleSet,
    /// The reported organisation, opened for this decision alone. Once it is purged: the authority of
    /// whoever asks, where the report's tag says that it is that, or nothing.
    pub reported: Option<Uscc>,
}

impl<'a> Context<'a> {
    fn pack(&self) -> &'a RulePack {
        self.rules.pack(self.today)
    }

    fn keep_until(&self) -> Day {
        self.today.plus_months(self.pack().whistle_keep_months)
    }
}

/// Decides a command. Pure: the same report, command and context always give the same answer.
pub fn decide(
    row: Option<&ReportRow>,
    command: &Command,
    context: &Context<'_>,
) -> Result<WhistleEvent, Refusal> {
    let row = match (row, command) {
        (None, Command::Receive { .. }) => return receive(command, context),
        (Some(_), Command::Receive { .. }) => {
            return misfit(Misfit::Exists, "回执重复 / the receipt exists", "请重新提交 / again");
        }
        (None, _) => {
            return misfit(
                Misfit::NotFound,
                "没有这份举报 / there is no such report",
                "请核对编号 / check the id",
            );
        }
        (Some(row), _) => row,
    };
    match command {
        Command::Receive { .. } | Command::Triage { .. } | Command::PutOutOfScope { .. } => {
            triage(row, command, context)
        }
        Command::Assign { department } => assign(row, department, context),
        Command::Verify { .. } | Command::Extend { .. } | Command::Transfer { .. } => {
            examine(row, command, context)
        }
        Command::PostFeedback { text } => answer(row, text, context),
        Command::RequestUnseal { ground, reasons, law_forbids_telling } => {
            staff(row, context, &[Role::Triage])?;
            let identity = identity(row)?;
            if identity.openings.len() >= OPENINGS_MAX {
                return misfit(
                    Misfit::Limit,
                    format!("身份已开启 {OPENINGS_MAX} 次 / it was opened that often"),
                    "请使用已开启的内容 / use what was opened",
                );
            }
            checks::basis_on(context.rules, context.today, std::slice::from_ref(ground))?;
            if let Some(citation) = law_forbids_telling {
                checks::basis_on(context.rules, context.today, std::slice::from_ref(citation))?;
            }
            stated("reasons", reasons)?;
            Ok(WhistleEvent::UnsealRequested {
                ground: ground.clone(),
                reasons: reasons.clone(),
                law_forbids_telling: law_forbids_telling.clone(),
            })
        }
        Command::ApproveUnseal { request } => approve_unseal(row, *request, context),
        Command::Purge => purge(row, context),
        Command::Tag { reported } => tag(row, reported, context),
        Command::ReportRetaliation { account } => retaliation(row, account, context),
        Command::MarkOverdue => overdue(row, context),
        Command::Recount => recount(row, context),
    }
}

fn stated(field: &'static str, text: &Sealed) -> Result<(), Refusal> {
    if text.is_stated() {
        return Ok(());
    }
    refuse(
        Guard::Document,
        format!("缺少或超长：{field} / missing or too long: {field}"),
        "请补全该项 / state it",
    )
    .map_err(|refusal: Refusal| refusal.on(field))
}

/// A named officer with one of these roles, who is not of the reported body.
fn staff<'a>(row: &ReportRow, context: &Context<'a>, roles: &[Role]) -> Result<Human<'a>, Refusal> {
    let actor = match context.by {
        By::Officer(reference) => Actor::Officer(reference.clone()),
        // Without an officer there is nobody to name: G-HUMAN refuses it.
        By::Reporter | By::Timer => Actor::System,
    };
    let human = checks::on_file(context.rules, &actor)?;
    if !roles.contains(&context.role) {
        return misfit(
            Misfit::Forbidden,
            format!(
                "{:?} 角色不能办理 / the role {:?} may not do this",
                context.role, context.role
            ),
            format!("允许的角色：{roles:?} / roles that may"),
        );
    }
    let authority = human.reference.authority;
    if supervises(context.role, authority, context.rules) {
        return refuse(
            Guard::Competent,
            "监督机关只接收打击报复情况 / the supervision organ has the accounts of retaliation alone",
            "由受理人员和承办部门办理 / whoever takes reports in, and the department, act",
        );
    }
    let about = row.about(context.reported, authority);
    if !stands_aside(about, context.role, authority, context.rules) {
        return Ok(human);
    }
    let what = match about {
        Some(_) => "举报的是本单位，应当回避 / the report is about this very authority",
        None => "被举报单位已无从得知，应当回避 / nobody knows any more whom it was about",
    };
    refuse(
        Guard::Competent,
        what,
        "请由其他机关的受理人员办理 / an officer of another authority acts",
    )
}

/// An officer of the department that has the report.
fn case_officer(row: &ReportRow, context: &Context<'_>) -> Result<(), Refusal> {
    let human = staff(row, context, &[Role::Department, Role::Provider, Role::CreditOffice])?;
    if row.department.is_none_or(|own| own == human.reference.authority) {
        return Ok(());
    }
    refuse(
        Guard::Competent,
        "该举报已交由其他部门核实 / another department has it",
        "由承办部门办理 / that department acts",
    )
}

fn receive(command: &Command, context: &Context<'_>) -> Result<WhistleEvent, Refusal> {
    let Command::Receive { reported, facts, evidence, identity_sha256 } = command else {
        return wrong_state("举报 / report", "-", "-");
    };
    stated("reported", reported)?;
    stated("facts", facts)?;
    if evidence.len() > REPORT_EVIDENCE_MAX {
        return misfit(
            Misfit::Limit,
            format!("证据 {} 份，上限 {REPORT_EVIDENCE_MAX} / too many", evidence.len()),
            "请合并或精简 / join or shorten them",
        );
    }
    for text in evidence {
        stated("evidence", text)?;
    }
    if identity_sha256.as_ref().is_some_and(|sha256| !digest_is_stated(sha256)) {
        return misfit(
            Misfit::Value,
            "身份密文摘要缺失 / the digest of the identity is missing",
            "请重新提交 / send it again",
        );
    }
    let wd = context.pack().whistle_triage_wd;
    Ok(WhistleEvent::Received {
        reported: reported.clone(),
        facts: facts.clone(),
        evidence: evidence.clone(),
        identity_sha256: *identity_sha256,
        triage_by: context.rules.calendar.after(context.today, wd),
    })
}

fn triage(
    row: &ReportRow,
    command: &Command,
    context: &Context<'_>,
) -> Result<WhistleEvent, Refusal> {
    staff(row, context, &[Role::Triage])?;
    let ReportState::Received { .. } = row.state else {
        return not_in(row, "received");
    };
    match command {
        Command::PutOutOfScope { pointer } => {
            stated("pointer", pointer)?;
            let keep_until = context.keep_until();
            Ok(WhistleEvent::OutOfScope { pointer: pointer.clone(), keep_until })
        }
        Command::Triage { note } => {
            stated("note", note)?;
            Ok(WhistleEvent::Triaged { note: note.clone() })
        }
        _ => not_in(row, "received"),
    }
}

fn not_in<T>(row: &ReportRow, expected: &str) -> Result<T, Refusal> {
    wrong_state("举报 / the report", row.state.name(), expected)
}

fn assign(
    row: &ReportRow,
    department: &str,
    context: &Context<'_>,
) -> Result<WhistleEvent, Refusal> {
    staff(row, context, &[Role::Triage])?;
    let ReportState::Triaged = row.state else {
        return not_in(row, "triaged");
    };
    let code = context
        .rules
        .department(department)
        .and_then(|own| Uscc::parse_attested(&own.uscc).ok())
        .map(|(code, _)| code);
    let Some(code) = code else {
        return misfit(
            Misfit::Value,
            "未登记的部门 / no such department",
            "部门代码见 departments.toml / see departments.toml",
        )
        .map_err(|refusal: Refusal| refusal.on("department"));
    };
    if context.reported == Some(code) {
        return refuse(
            Guard::Competent,
            "不得交由被举报单位核实 / the reported body never verifies a report about itself",
            "请交由其他有权部门或其上级 / another competent department",
        );
    }
    let verify_by = context.rules.calendar.after(context.today, context.pack().whistle_verify_wd);
    Ok(WhistleEvent::Assigned { department: code, verify_by })
}

fn examine(
    row: &ReportRow,
    command: &Command,
    context: &Context<'_>,
) -> Result<WhistleEvent, Refusal> {
    case_officer(row, context)?;
    let calendar = &context.rules.calendar;
    let feedback_by = calendar.after(context.today, context.pack().whistle_feedback_wd);
    match (command, &row.state) {
        (Command::Verify { substantiated, reasons }, ReportState::Assigned { .. }) => {
            stated("reasons", reasons)?;
            let feedback_by = (!substantiated).then_some(feedback_by);
            let (substantiated, reasons) = (*substantiated, reasons.clone());
            Ok(WhistleEvent::Verified { substantiated, reasons, feedback_by })
        }
        (Command::Extend { reasons }, ReportState::Assigned { verify_by, extended }) => {
            if *extended || context.today > verify_by.day {
                return misfit(
                    Misfit::State,
                    "已延长一次，或期限已过 / extended before, or the period is over",
                    "请办结核实 / report what was found",
                );
            }
            stated("reasons", reasons)?;
            let later = calendar.extended(*verify_by, context.pack().whistle_verify_wd);
            Ok(WhistleEvent::Extended { reasons: reasons.clone(), verify_by: later })
        }
        (Command::Transfer { note }, ReportState::Substantiated) => {
            stated("note", note)?;
            Ok(WhistleEvent::Transferred { note: note.clone(), feedback_by })
        }
        (Command::Transfer { .. }, _) => not_in(row, "substantiated"),
        _ => not_in(row, "assigned"),
    }
}

fn answer(row: &ReportRow, text: &Sealed, context: &Context<'_>) -> Result<WhistleEvent, Refusal> {
    if context.role == Role::Triage {
        staff(row, context, &[Role::Triage])?;
    } else {
        case_officer(row, context)?;
    }
    let answerable = matches!(
        row.state,
        ReportState::Transferred { .. }
            | ReportState::Unsubstantiated { .. }
            | ReportState::FedBack
    );
    if !answerable {
        return not_in(row, "transferred, unsubstantiated, fed_back");
    }
    if row.answers.len() >= REPORT_ANSWERS_MAX {
        return misfit(
            Misfit::Limit,
            format!("已答复 {REPORT_ANSWERS_MAX} 次 / answered that often"),
            "无需再答复 / there is nothing more to answer",
        );
    }
    stated("text", text)?;
    // A later answer never shortens how long things are kept, e.g. after retaliation.
    let keep_until =
        row.keep_until.map_or(context.keep_until(), |day| day.max(context.keep_until()));
    Ok(WhistleEvent::FeedbackPosted { text: text.clone(), keep_until })
}

fn identity(row: &ReportRow) -> Result<&Identity, Refusal> {
    match &row.identity {
        Some(identity) => Ok(identity),
        None => misfit(
            Misfit::State,
            "该举报为匿名，或身份已销毁 / it is anonymous, or the identity was destroyed",
            "无可开启的内容 / there is nothing to open",
        ),
    }
}

fn approve_unseal(
    row: &ReportRow,
    read: u64,
    context: &Context<'_>,
) -> Result<WhistleEvent, Refusal> {
    let human = staff(row, context, &[Role::DataOfficer])?;
    let Some(request) = &identity(row)?.request else {
        return misfit(
            Misfit::State,
            "没有待批准的开启申请 / nobody has asked for it",
            "须由受理人员书面申请 / a triage officer asks first, in writing",
        );
    };
    second_person(&request.by, &human.reference)?;
    if request.at != read {
        return misfit(
            Misfit::Stale,
            "该申请已被新的申请替代，或编号不符 / another request stands in its place",
            "请查阅现有申请后再批准 / read the one that is open, and name its number",
        );
    }
    Ok(WhistleEvent::Unsealed { requested_by: request.by.clone(), told: request.told })
}

fn second_person(first: &OfficerRef, second: &OfficerRef) -> Result<(), Refusal> {
    if first != second {
        return Ok(());
    }
    refuse(
        Guard::FourEyes,
        "申请人与批准人为同一人 / who asked cannot approve",
        "须由另一名数据管理员批准 / another person, the data officer, approves",
    )
}

/// A report whose time is over, and who may end it.
fn expired(row: &ReportRow, context: &Context<'_>) -> Result<(), Refusal> {
    staff(row, context, &[Role::DataOfficer])?;
    let (ReportState::FedBack | ReportState::OutOfScope, Some(until)) =
        (&row.state, row.keep_until)
    else {
        return not_in(row, "fed_back, out_of_scope");
    };
    if context.today <= until {
        return misfit(
            Misfit::State,
            format!("保存期至 {until} / it is kept to that day"),
            format!("{until} 之后可销毁 / destroy it after that day"),
        );
    }
    Ok(())
}

fn purge(row: &ReportRow, context: &Context<'_>) -> Result<WhistleEvent, Refusal> {
    expired(row, context)?;
    // With the code goes what shows who has to stand aside.
    if row.reported_tag.is_none() && context.reported.is_some() {
        return not_in(row, "tagged");
    }
    Ok(WhistleEvent::Purged { slots: row.slots.clone() })
}

/// Just before the first purge, by whoever purges, and on the same conditions.
fn tag(row: &ReportRow, reported: &Digest, context: &Context<'_>) -> Result<WhistleEvent, Refusal> {
    expired(row, context)?;
    if row.reported_tag.is_some() || context.reported.is_none() || !digest_is_stated(reported) {
        return not_in(row, "untagged, with a code that is not destroyed");
    }
    Ok(WhistleEvent::Tagged { reported: *reported })
}

fn retaliation(
    row: &ReportRow,
    account: &Sealed,
    context: &Context<'_>,
) -> Result<WhistleEvent, Refusal> {
    if *context.by != By::Reporter {
        return misfit(
            Misfit::Forbidden,
            "须由举报人凭回执提交 / only the holder of the receipt reports retaliation",
            "请使用回执 / use the receipt",
        );
    }
    if row.retaliations.len() >= RETALIATIONS_MAX {
        return misfit(
            Misfit::Limit,
            format!("已提交 {RETALIATIONS_MAX} 次 / reported that often"),
            "请直接联系信用办或监督机关 / turn to the credit office or the supervision organ",
        );
    }
    stated("account", account)?;
    Ok(WhistleEvent::Retaliation { account: account.clone(), keep_until: context.keep_until() })
}

fn timers(context: &Context<'_>) -> Result<(), Refusal> {
    if *context.by == By::Timer {
        return Ok(());
    }
    misfit(
        Misfit::Forbidden,
        "期限由定时器标记和重算 / a timer marks what is late and counts anew",
        "无需办理 / there is nothing to do",
    )
}

/// A timer counts the last day of the next step anew, once a newer calendar reaches it: from the same
/// day, as many days, and never to a day that has passed (domain.md 5.2).
fn recount(row: &ReportRow, context: &Context<'_>) -> Result<WhistleEvent, Refusal> {
    timers(context)?;
    let Some(before) = row.provisional(context.today) else {
        return not_in(row, "waiting for a day beyond the calendar");
    };
    let deadline = context.rules.calendar.after(before.from, before.working_days);
    if deadline == before || deadline.day < context.today {
        return not_in(row, "to be counted anew");
    }
    Ok(WhistleEvent::Recounted { before: before.day, deadline })
}

/// A timer marks what is late, once; it changes nothing else of a report.
fn overdue(row: &ReportRow, context: &Context<'_>) -> Result<WhistleEvent, Refusal> {
    timers(context)?;
    match row.state.due().filter(|_| row.is_late(context.today)) {
        Some(due) => Ok(WhistleEvent::Overdue { due: due.day }),
        None => not_in(row, "late"),
    }
}
