//! The checks that several commands share: who acts, on what basis, on which facts.
//!
//! Source: domain.md O01, O02, T13.

use crate::actor::{Actor, OfficerRef, Role, SubjectKey};
use crate::anonymity::numbered_field;
use crate::calendar::Deadline;
use crate::decide::catalogue::published_measure;
use crate::decide::fitting::{fits, implemented, no_information};
use crate::decide::grounds::carried;
use crate::decide::{Context, Draft};
use crate::event::{Capacity, Event, NamedMeasure};
use crate::guard::{Guard, Misfit, Refusal};
use crate::identifier::uscc::Uscc;
use crate::limits::{
    BATCH_ITEMS_MAX, CITATIONS_MAX, FACTS_MAX, MARKS_PER_SUBJECT_MAX, MEASURES_PER_DECISION_MAX,
    POINTS_MAX,
};
use crate::rows::{Rows, Stop};
use crate::rules::{Behaviour, Citation, Department, FactKind, LegalLevel, Officer, RuleSet};
use crate::text::{Digest, FactDocument, Sealed, Service, digest_is_stated, short_text_is_stated};
use crate::time::Day;

/// Every reason for which an item of a batch can be rejected.
pub const REJECT_REASONS: &[&str] = &[
    "UNKNOWN_SUBJECT",
    "NOT_IN_DIRECTORY",
    "PROVIDER_NOT_NAMED",
    "SUBJECT_KIND",
    "DOCUMENT_NUMBER",
    "DOCUMENT_DATE",
    "DUPLICATE",
    "CONTENT_LENGTH",
    "SEVERITY",
    "G-FACT",
    "G-NOTICE",
    "G-CAPACITY",
    "EXISTS",
    "NAME",
    "WITHHELD_REASON",
];

pub(crate) fn refuse<T>(
    guard: Guard,
    detail: impl Into<String>,
    cure: impl Into<String>,
) -> Result<T, Refusal> {
    Err(Refusal::guard(guard, detail, cure))
}

pub(crate) fn misfit<T>(
    misfit: Misfit,
    detail: impl Into<String>,
    cure: impl Into<String>,
) -> Result<T, Refusal> {
    Err(Refusal::misfit(misfit, detail, cure))
}

pub(crate) fn wrong_state<T>(what: &str, state: &str, expected: &str) -> Result<T, Refusal> {
    misfit(
        Misfit::State,
        format!("{what} 当前状态为 {state} / it is {state}"),
        format!("该操作要求状态为 {expected} / the command needs it to be {expected}"),
    )
}

/// A named officer of a named authority (G-HUMAN).
pub(crate) struct Human<'a> {
    pub(crate) department: &'a Department,
    pub(crate) officer: &'a Officer,
    pub(crate) reference: OfficerRef,
}

pub(super) fn human<'a>(context: &Context<'a>) -> Result<Human<'a>, Refusal> {
    on_file(context.rules, context.actor)
}

/// The same for whoever decides without the register's rows.
pub(crate) fn on_file<'a>(rules: &'a RuleSet, actor: &Actor) -> Result<Human<'a>, Refusal> {
    let cure = "请使用工作人员的密钥，其机关和编号须登记在 departments.toml / \
                use the key of an officer on file";
    let Actor::Officer(reference) = actor else {
        return refuse(
            Guard::Human,
            format!("行为人为 {actor}，不是工作人员 / {actor} is no officer"),
            cure,
        );
    };
    let found = rules
        .department_by_uscc(reference.authority.as_str())
        .and_then(|department| Some((department, department.officer(&reference.officer)?)));
    match found {
        Some((department, officer)) => {
            Ok(Human { department, officer, reference: reference.clone() })
        }
        None => refuse(Guard::Human, format!("未登记的工作人员 / not on file: {reference}"), cure),
    }
}

/// The head of `authority`, who is not the proposer (G-4EYES).
pub(super) fn deciding_head<'a>(
    context: &Context<'a>,
    proposer: &OfficerRef,
) -> Result<Human<'a>, Refusal> {
    let human = human(context)?;
    if human.reference.authority != proposer.authority {
        return refuse(
            Guard::Competent,
            format!(
                "该案由 {} 办理 / the case is with {}",
                proposer.authority.as_str(),
                proposer.authority.as_str()
            ),
            "须由办案机关负责人决定 / the head of that authority decides",
        );
    }
    if human.reference == *proposer || !human.officer.head {
        return refuse(
            Guard::FourEyes,
            format!("{} 不是负责人，或为经办人 / is not the head, or proposed it", human.reference),
            "须由机关负责人作出，且不得为经办人 / the head decides, and is not the proposer",
        );
    }
    Ok(human)
}

/// Whether an officer is the head of the authority today.
pub(super) fn is_head(context: &Context<'_>, of: &OfficerRef) -> bool {
    let department = context.rules.department_by_uscc(of.authority.as_str());
    department.and_then(|own| own.officer(&of.officer)).is_some_and(|own| own.head)
}

/// What the head alone may finish, another officer begins: an authority has one head, and who began
/// decides nothing about it, so that what the head began could be finished by nobody (G-4EYES).
pub(super) fn beside_head(human: &Human<'_>) -> Result<(), Refusal> {
    if !human.officer.head {
        return Ok(());
    }
    refuse(
        Guard::FourEyes,
        format!(
            "{} 为负责人，该事项须由其决定 / is the head, who is to decide on it",
            human.reference
        ),
        "请由其他工作人员办理，负责人决定 / another officer does; the head decides",
    )
}

/// A natural person about whom anything is listed or looked up has full civil capacity (G-CAPACITY).
pub(super) fn capacity(found: Option<Capacity>, subject: SubjectKey) -> Result<(), Refusal> {
    if subject.is_person() && found != Some(Capacity::Full) {
        return refuse(
            Guard::Capacity,
            "该自然人不具有完全民事行为能力 / the person has no full civil capacity",
            "不得对其列入名单、归责或者信用审查 / they are on no list, answer for nothing, and are not reviewed",
        );
    }
    Ok(())
}

/// The head of the authority, who lifts a burden: that it is the one who once proposed it bars
/// nobody's way out.
pub(super) fn relieving_head<'a>(
    context: &Context<'a>,
    authority: Uscc,
) -> Result<Human<'a>, Refusal> {
    let human = human(context)?;
    if human.reference.authority != authority {
        return refuse(
            Guard::Competent,
            format!("该案由 {0} 办理 / the case is with {0}", authority.as_str()),
            "须由办案机关负责人决定 / the head of that authority decides",
        );
    }
    if !human.officer.head {
        return refuse(
            Guard::FourEyes,
            format!("{} 不是负责人 / is not the head", human.reference),
            "须由机关负责人作出 / the head decides",
        );
    }
    Ok(human)
}

/// An officer of the credit office.
pub(super) fn credit_office<'a>(context: &Context<'a>) -> Result<Human<'a>, Refusal> {
    let human = human(context)?;
    if context.role == Role::CreditOffice {
        Ok(human)
    } else {
        misfit(
            Misfit::Forbidden,
            "须由信用办办理 / this is for the credit office",
            "请使用 credit_office 角色的密钥 / use a key with the role credit_office",
        )
    }
}

/// Only the operator of the machine.
pub(super) fn operator(context: &Context<'_>) -> Result<(), Refusal> {
    match context.actor {
        Actor::Operator => Ok(()),
        _ => misfit(
            Misfit::Forbidden,
            "须由系统操作员办理 / this is for the operator",
            "请在本机使用 shouxin 命令 / use the shouxin command on the machine",
        ),
    }
}

/// Only a timer, or what the register itself follows up.
pub(super) fn system(context: &Context<'_>) -> Result<(), Refusal> {
    match context.actor {
        Actor::System => Ok(()),
        _ => misfit(
            Misfit::Forbidden,
            "该步骤由系统定时处理 / timers do this, nobody else",
            "无需提交，到期自动处理 / nothing to do: it happens by itself when it is due",
        ),
    }
}

/// Every cited instrument exists and is in force today, and one at least is cited (G-BASIS).
pub(super) fn basis(context: &Context<'_>, cited: &[Citation]) -> Result<(), Refusal> {
    basis_on(context.rules, context.today, cited)
}

/// The same for whoever decides without the register's rows.
pub(crate) fn basis_on(rules: &RuleSet, today: Day, cited: &[Citation]) -> Result<(), Refusal> {
    let cure = "请引用现行有效的法律文件及条款，见 /v1/instruments / cite an instrument in force and its article";
    if cited.is_empty() || cited.len() > CITATIONS_MAX {
        return refuse(
            Guard::Basis,
            format!(
                "引用依据 {} 条，须为 1 至 {CITATIONS_MAX} 条 / {} citations",
                cited.len(),
                cited.len()
            ),
            cure,
        );
    }
    for citation in cited {
        let Some(instrument) = rules.instrument(&citation.instrument) else {
            return refuse(
                Guard::Basis,
                format!("未登记的依据 / unknown: {}", citation.instrument),
                cure,
            );
        };
        if !instrument.in_force(today) {
            let title = &instrument.title;
            return refuse(
                Guard::Basis,
                format!("《{title}》在 {today} 不具效力 / not in force on that day"),
                cure,
            );
        }
        if !short_text_is_stated(&citation.article) {
            return refuse(Guard::Basis, "未注明条款 / the article is missing", cure);
        }
    }
    Ok(())
}

/// One cited instrument at least is of sufficient level and stands behind this behaviour in the
/// catalogue (G-BASIS-RANK; 国办发〔2020〕49号: a normative document never suffices).
pub(super) fn listing_basis_rank(
    context: &Context<'_>,
    cited: &[Citation],
    behaviour: &Behaviour,
) -> Result<(), Refusal> {
    let suffices = cited.iter().any(|citation| {
        let level = context.rules.instrument(&citation.instrument).map(|found| found.level);
        let connected = behaviour.basis.iter().any(|own| own.instrument == citation.instrument);
        connected && level.is_some_and(|level| level <= LegalLevel::LocalRegulation)
    });
    if suffices {
        return Ok(());
    }
    refuse(
        Guard::BasisRank,
        format!(
            "所引依据不足以就{}列入名单 / no citation carries a listing for {}",
            behaviour.name_zh, behaviour.id
        ),
        "须引用法律、行政法规、中央政策文件、部门规章或地方性法规中的认定标准 / \
         cite a law, administrative regulation, central document, department rule or local regulation",
    )
}

/// A court's own document about this very subject: who is no court orders, stays and exempts nothing,
/// whatever its paper calls itself.
pub(super) fn ruling(
    context: &Context<'_>,
    document: &FactDocument,
    subject: SubjectKey,
) -> Result<(), Refusal> {
    facts(context, std::slice::from_ref(document), subject, &[FactKind::Judgment])?;
    if is_court(&document.issuer) {
        return Ok(());
    }
    refuse(
        Guard::Fact,
        format!("{} 不是人民法院 / no court issued it", document.issuer),
        "请附人民法院文书，issuer 填写法院全称 / attach the court's document, with the court's full name as its issuer",
    )
}

/// Whether an issuer is a court, by its name.
pub(super) fn is_court(issuer: &str) -> bool {
    issuer.contains("法院")
}

/// Effective documents that establish the act of this very subject (G-FACT, G-PERSON).
pub(super) fn facts(
    context: &Context<'_>,
    documents: &[FactDocument],
    subject: SubjectKey,
    accepted: &[FactKind],
) -> Result<(), Refusal> {
    let cure = "请附生效判决、处罚决定或其他生效行政文书 / attach an effective document";
    if documents.is_empty() || documents.len() > FACTS_MAX {
        return refuse(
            Guard::Fact,
            format!(
                "事实文书 {} 份，须为 1 至 {FACTS_MAX} 份 / {} documents",
                documents.len(),
                documents.len()
            ),
            cure,
        );
    }
    for document in documents {
        let stated = short_text_is_stated(&document.number)
            && short_text_is_stated(&document.issuer)
            && digest_is_stated(&document.sha256);
        if !stated || document.date > context.today {
            return refuse(
                Guard::Fact,
                format!(
                    "文书缺少文号、机关、摘要或日期晚于当日 / incomplete or future: {}",
                    document.number
                ),
                cure,
            );
        }
    }
    let own = |document: &&FactDocument| document.about == subject;
    if subject.is_person() && !documents.iter().any(|document| own(&document)) {
        return refuse(
            Guard::Person,
            "所附文书均针对单位，未认定本人行为 / every document is about the organisation",
            "须有认定本人直接责任的生效文书 / attach a document that finds the person's own responsibility",
        );
    }
    if !documents.iter().filter(own).any(|document| accepted.contains(&document.kind)) {
        return refuse(
            Guard::Fact,
            "所附文书不能证明该行为，或不针对该主体 / none establishes the act of this subject",
            cure,
        );
    }
    Ok(())
}

/// Every text is there and within its limit.
pub(super) fn stated(guard: Guard, texts: &[(&'static str, &Sealed)]) -> Result<(), Refusal> {
    for (field, text) in texts {
        if !text.is_stated() {
            return refuse(
                guard,
                format!("缺少或超长：{field} / missing or too long: {field}"),
                format!("请填写 {field}（不超过 16 KiB）/ state {field} (at most 16 KiB)"),
            )
            .map_err(|refusal| refusal.on(field));
        }
    }
    Ok(())
}

/// A decision is on paper: it has a number, and the register knows the digest of its document.
pub(super) fn document(number: &str, sha256: &Digest) -> Result<(), Refusal> {
    if short_text_is_stated(number) && digest_is_stated(sha256) {
        return Ok(());
    }
    refuse(
        Guard::Document,
        "缺少文号或文书摘要 / number or digest of the document is missing",
        "请填写文号和 SHA-256 / give both",
    )
}

/// What is wrong with a text in clear that names somebody by number.
pub(super) const BY_NUMBER: &str = "含公民身份号码或个体工商户代码，该文字以明文存入日志，请删去 / it names somebody by number, and it is kept in clear: leave the number out";

fn by_number(field: &'static str) -> Result<(), Refusal> {
    misfit(
        Misfit::Value,
        format!(
            "{field} 含公民身份号码或个体工商户代码 / it holds a citizen's number, or the code of an \
             individual business, which is its owner's"
        ),
        "该文字以明文存入日志，请删去号码；需要写明的，写入加密的内容或者附件 / this text is kept in clear: \
         leave the number out, or put it into a sealed text or a document",
    )
    .map_err(|refusal| refusal.on(field))
}

/// No text in clear of what a person's command leads to names somebody by number, whichever event it
/// stands in. Texts of other systems are cleared of them where they come in (`shortened`).
pub(super) fn nobody_by_number(drafts: &[Draft], context: &Context<'_>) -> Result<(), Refusal> {
    if matches!(context.actor, Actor::System | Actor::Plugin { .. }) {
        return Ok(());
    }
    for Draft { event, .. } in drafts {
        // What was asked for in vain may name the file of an individual business by its key.
        let asked = matches!(event, Event::GuardDenied { .. } | Event::Refusal(_));
        if let Some(field) = numbered_field(event, context.today).filter(|_| !asked) {
            by_number(field)?;
        }
    }
    Ok(())
}

/// A proof of service that is complete, of a day on which what is served was there already and that
/// is not to come. What is decided and served in one step is there from the day on which it is
/// recorded: no other day of that decision is known, and a service before it would be of nothing.
pub(super) fn service(
    context: &Context<'_>,
    guard: Guard,
    service: &Service,
    since: Day,
) -> Result<(), Refusal> {
    if !digest_is_stated(&service.proof_sha256) || service.on > context.today {
        return refuse(
            guard,
            "送达回证缺失，或送达日期晚于当日 / proof of service missing, or dated in the future",
            "请附送达回证的 SHA-256 和实际送达日期 / give the proof's SHA-256 and the day of service",
        )
        .map_err(|refusal| refusal.on("service"));
    }
    if service.on < since {
        return refuse(
            guard,
            format!(
                "送达日期 {} 早于所送达事项产生之日 {since} / served on {}, before what it is about was \
                 there, on {since}",
                service.on, service.on
            ),
            format!(
                "请填写实际送达日期，不得早于 {since}；与决定一并登记的，登记之日即为决定之日 / give the day of \
                 service, no earlier than {since}; a decision is dated to the day on which it is recorded"
            ),
        )
        .map_err(|refusal| refusal.on("service"));
    }
    Ok(())
}

/// Measures that a notice or decision names: each in the published catalogue, each fit for the subject
/// and the behaviour, on a basis that carries it, with its proportionality stated (G-PROP), at a
/// department that implements it. The party is told of none that can never be taken.
pub(super) fn named_measures(
    rows: &Rows,
    context: &Context<'_>,
    measures: &[NamedMeasure],
    (subject, behaviour): (SubjectKey, &str),
) -> Result<(), Stop> {
    let on = |refusal: Refusal| refusal.on("measures");
    if measures.len() > MEASURES_PER_DECISION_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!(
                "措施 {} 项，上限 {MEASURES_PER_DECISION_MAX} / too many measures",
                measures.len()
            ),
            "请分案处理 / use several decisions",
        )?;
    }
    for (place, named) in measures.iter().enumerate() {
        let before = measures.iter().take(place);
        if before.into_iter().any(|own| own.is_same(named)) {
            refuse::<()>(
                Guard::Proportion,
                format!(
                    "{}（{}）载明两次 / {} at {} is named twice",
                    named.measure, named.department, named.measure, named.department
                ),
                "同一部门的同一措施只载明一次 / name each measure of a department once",
            )
            .map_err(on)?;
        }
        let Some(measure) = published_measure(rows, context, &named.measure)? else {
            return Ok(refuse(
                Guard::Published,
                format!("{} 不在已公布清单 / not in the published catalogue", named.measure),
                "请从 /v1/catalogue 选择措施 / choose from /v1/catalogue",
            )?);
        };
        fits(measure, subject, Some(behaviour)).map_err(on)?;
        no_information(measure).map_err(on)?;
        carried(context, measure).map_err(on)?;
        implemented(measure, &named.department).map_err(on)?;
        stated(Guard::Proportion, &[("proportionality", &named.proportionality)])?;
    }
    Ok(())
}

/// Refuses a batch without items, or with too many.
pub(super) fn batch(items: usize) -> Result<(), Refusal> {
    if (1..=BATCH_ITEMS_MAX).contains(&items) {
        return Ok(());
    }
    misfit(
        Misfit::Limit,
        format!("每批 1 至 {BATCH_ITEMS_MAX} 条 / 1 to {BATCH_ITEMS_MAX} items a batch"),
        "请分批提交 / split the batch",
    )
}

/// A statement of the party in one to `POINTS_MAX` points, each of which needs an answer (G-HEARD).
pub(super) fn points(points: &[Sealed]) -> Result<(), Refusal> {
    if points.is_empty() || points.len() > POINTS_MAX {
        misfit::<()>(
            Misfit::Value,
            format!("陈述须分 1 至 {POINTS_MAX} 点 / 1 to {POINTS_MAX} points"),
            "请逐点列明 / number the points",
        )?;
    }
    points.iter().try_for_each(|point| stated(Guard::Heard, &[("points", point)]))
}

/// It came after the notice that it answers, and before the end of the period.
pub(super) fn received_within(
    context: &Context<'_>,
    told: Day,
    window: Deadline,
    received_on: Day,
) -> Result<(), Refusal> {
    if received_on < told || received_on > context.today {
        misfit::<()>(
            Misfit::Value,
            format!("收到日期须在 {told} 与当日之间 / day of receipt out of range"),
            "请填写实际收到日期 / give the day of receipt",
        )?;
    }
    if received_on > window.day {
        misfit::<()>(
            Misfit::State,
            format!("陈述期已于 {} 届满 / the period ended", window.day),
            "可在决定后提出异议、复议或诉讼 / object, or seek reconsideration or suit",
        )?;
    }
    Ok(())
}

/// What weighs on somebody begins by a clock that can be trusted (G-CLOCK).
pub(super) fn clock(context: &Context<'_>) -> Result<(), Refusal> {
    if context.starts_stopped {
        return refuse(
            Guard::Clock,
            "系统时钟发生跳变 / the clock jumped",
            "由操作员核对时钟并确认 / an operator checks and confirms it",
        );
    }
    Ok(())
}

/// Room for one more listing or attribution in force on a subject.
pub(super) fn room_for_mark(marks: usize) -> Result<(), Refusal> {
    if marks < MARKS_PER_SUBJECT_MAX {
        return Ok(());
    }
    misfit(
        Misfit::Limit,
        format!(
            "同一主体同时有效的名单上限 {MARKS_PER_SUBJECT_MAX} 项 / too many in force at once"
        ),
        "请先终止其他事项 / end another one first",
    )
}
