//! From the columns of one permit or penalty to what `decide` judges: every column checked, the
//! subject found, what is personal sealed. Numbers of persons are looked up and never kept.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use shouxin_core::actor::{Actor, OfficerRef, SubjectKey};
use shouxin_core::anonymity::holds_personal_number;
use shouxin_core::apply::record_source;
use shouxin_core::command::NewRecord;
use shouxin_core::command::publicity::NewDecision;
use shouxin_core::event::publicity::DecisionKind;
use shouxin_core::identifier::citizen_number::CitizenNumber;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::identifier::{LegacyCode, LegacyKind};
use shouxin_core::limits::{PUBLICITY_BYTES_MAX, SHORT_TEXT_BYTES_MAX};
use shouxin_core::row::publicity::decision_kind;
use shouxin_core::row::{Key, Row, SubjectRow};
use shouxin_core::rules::{Severity, SubjectKind};
use shouxin_core::text::{Service, ServiceManner};
use shouxin_core::time::Day;

use crate::engine::query::Query;
use crate::http::edge::{Edge, sha256};
use crate::http::problem::Problem;
use crate::http::read;
use crate::publicity::columns::{self, Column, Form, Place};
use crate::publicity::values;

/// What is wrong with one decision; the others of its batch are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Column.
    pub field: &'static str,
    /// Reason, of a closed list.
    pub reason: &'static str,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// Why a decision did not come to be.
#[derive(Debug)]
pub enum Stop {
    /// It is at fault.
    Fault(Fault),
    /// The register is: nothing of the batch is taken.
    Problem(Problem),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

impl<P: Into<Problem>> From<P> for Stop {
    fn from(problem: P) -> Stop {
        Stop::Problem(problem.into())
    }
}

fn fault<T>(
    field: &'static str,
    reason: &'static str,
    detail: impl Into<String>,
) -> Result<T, Fault> {
    Err(Fault { field, reason, detail: detail.into() })
}

/// The stated columns of one decision, each within its length.
struct Stated {
    kind: DecisionKind,
    texts: BTreeMap<&'static str, String>,
}

impl Stated {
    fn read(kind: DecisionKind, values: &Map<String, Value>) -> Result<Stated, Fault> {
        let mut texts: BTreeMap<&'static str, String> = BTreeMap::new();
        for (name, value) in values {
            let Some(column) = columns::find(kind, name) else {
                let name: String = name.chars().take(64).collect();
                return fault("-", "UNKNOWN_FIELD", format!("未知字段 {name} / no such column"));
            };
            let text = text_of(column, value)?;
            if text.is_empty() {
                continue;
            }
            check_text(column, &text)?;
            if texts.insert(column.name, text).is_some() {
                let detail = format!("{} 与 {} 重复 / stated twice", column.name, column.other);
                return fault(column.name, "VALUE", detail);
            }
        }
        for column in columns::columns(kind) {
            if column.required && !texts.contains_key(column.name) {
                let detail = format!("缺少{} / missing", column.title);
                return fault(column.name, "MISSING", detail);
            }
        }
        Ok(Stated { kind, texts })
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// A column that both kinds have under their own prefix, as a name and its text.
    fn own(&self, permit: &'static str, penalty: &'static str) -> (&'static str, Option<&str>) {
        let name = columns::own(self.kind, permit, penalty);
        (name, self.get(name))
    }
}

fn text_of(column: &Column, value: &Value) -> Result<String, Fault> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Bool(flag) => Ok(flag.to_string()),
        // A number with a point has been through binary fractions and may have lost a fen.
        Value::Number(number) if number.is_u64() => Ok(number.to_string()),
        _ => fault(
            column.name,
            "VALUE",
            "须为字符串，金额请写作字符串 / must be a string, amounts too",
        ),
    }
}

fn check_text(column: &Column, text: &str) -> Result<(), Fault> {
    let long = text.chars().nth(column.characters_max).is_some();
    if long || (column.place == Place::Record && text.len() > SHORT_TEXT_BYTES_MAX) {
        let most = column.characters_max;
        let detail = format!("{}超过 {most} 个字符或 256 字节 / too long", column.title);
        return fault(column.name, "LENGTH", detail);
    }
    let control = |symbol: char| symbol.is_control() && !matches!(symbol, '\n' | '\r' | '\t');
    if text.chars().any(control) {
        let detail = format!("{}含控制字符 / holds control characters", column.title);
        return fault(column.name, "VALUE", detail);
    }
    if column.place == Place::Shown && holds_personal_number(text, Day::MAX) {
        let detail = format!(
            "{}含公民身份号码或个体工商户代码，公示内容不得出现 / holds a person's number, which is \
             never shown",
            column.title
        );
        return fault(column.name, "PERSONAL_NUMBER", detail);
    }
    Ok(())
}

fn day(column: &'static str, text: &str) -> Result<Day, Fault> {
    match values::day(text) {
        Some(day) => Ok(day),
        None => fault(
            column,
            "DATE",
            format!("{text} 不是日期，请写作 2026-01-05 或 2026/01/05 / no such day"),
        ),
    }
}

fn digest(column: &'static str, text: &str) -> Result<[u8; 32], Fault> {
    match sha256(text) {
        Some(digest) => Ok(digest),
        None => fault(column, "VALUE", "SHA-256 须为 64 位十六进制数字 / 64 hexadecimal digits"),
    }
}

fn flag(column: &'static str, text: &str) -> Result<bool, Fault> {
    match text {
        "1" | "true" | "是" => Ok(true),
        "0" | "false" | "否" => Ok(false),
        _ => fault(column, "VALUE", "须为 是 或 否 / is true or false"),
    }
}

fn severity(text: &str) -> Result<Severity, Fault> {
    match text {
        "minor" | "轻微" => Ok(Severity::Minor),
        "general" | "一般" => Ok(Severity::General),
        "serious" | "严重" => Ok(Severity::Serious),
        _ => fault("severity", "VALUE", "须为 轻微、一般 或 严重 / minor, general or serious"),
    }
}

fn code(column: &'static str, text: &str) -> Result<SubjectKey, Fault> {
    match text.parse() {
        Ok(key @ SubjectKey::Organisation(_)) => Ok(key),
        _ => fault(column, "CODE", "统一社会信用代码校验不通过 / the code does not pass"),
    }
}

/// A legacy code as the register keeps it: an organisation code has its hyphen, which the layout
/// leaves out.
fn legacy(column: &'static str, kind: LegacyKind, text: &str) -> Result<String, Fault> {
    let mut text = text.to_ascii_uppercase();
    if kind == LegacyKind::OrganisationCode && text.len() == 9 && text.is_ascii() {
        text.insert(8, '-');
    }
    match LegacyCode::parse(kind, &text) {
        Ok(_) => Ok(text),
        Err(errors) => {
            fault(column, "CODE", format!("旧代码校验不通过：{errors} / it does not pass"))
        }
    }
}

const COUNTERPARTS: [&str; 3] = ["法人及非法人组织", "自然人", "个体工商户"];
const STATUSES: [(&str, &str); 4] = [("0", "正常"), ("1", "撤销"), ("2", "异议"), ("3", "其他")];

/// A shown column in one way of writing, and the name it has in the content.
fn canonical(column: &Column, text: &str) -> Result<(String, Value), Fault> {
    let name = column.name.to_owned();
    Ok(match column.form {
        Form::Day => (name, json!(day(column.name, text)?)),
        Form::Amount => match values::fen(text) {
            Some(fen) => (shown_name(column), json!(fen)),
            None => {
                return fault(
                    column.name,
                    "AMOUNT",
                    "金额单位为万元，非负，至多 6 位小数 / in 10,000 yuan, not negative, at most \
                     six decimals",
                );
            }
        },
        Form::Code => (name, json!(code(column.name, text)?.to_string())),
        Form::Legacy(kind) => (name, json!(legacy(column.name, kind, text)?)),
        Form::Counterpart => match COUNTERPARTS.contains(&text) {
            true => (name, json!(text)),
            false => {
                return fault(
                    column.name,
                    "VALUE",
                    format!("须为 {} 之一 / is one of these", COUNTERPARTS.join("、")),
                );
            }
        },
        Form::Status => match STATUSES.iter().find(|own| own.0 == text || own.1 == text) {
            Some((_, status)) => (name, json!(status)),
            None => {
                return fault(
                    column.name,
                    "VALUE",
                    "须为 正常、撤销、异议、其他，或 0 至 3 / is one of these",
                );
            }
        },
        _ => (name, json!(text)),
    })
}

/// The name of a column in a record's content. Amounts are integer fen there, and say so.
pub fn shown_name(column: &Column) -> String {
    match column.form {
        Form::Amount => format!("{}_FEN", column.name),
        _ => column.name.to_owned(),
    }
}

/// The fields that may be shown, in one way of writing.
fn content(stated: &Stated, person: bool) -> Result<String, Fault> {
    let mut content = Map::new();
    for column in columns::columns(stated.kind) {
        let Some(text) = stated.get(column.name) else { continue };
        // A person's name stands in the person's own file, sealed there.
        let name = columns::own(stated.kind, "XK_XDR_MC", "CF_XDR_MC") == column.name;
        if column.place == Place::Derived {
            if column.form == Form::Day {
                day(column.name, text)?;
            }
        } else if column.place == Place::Shown && !(person && name) {
            let (name, value) = canonical(column, text)?;
            content.insert(name, value);
        }
    }
    Ok(Value::Object(content).to_string())
}

/// Names and numbers of persons in it: sealed apart from what may be shown.
fn private(stated: &Stated) -> Option<String> {
    let mut private = Map::new();
    for column in columns::columns(stated.kind) {
        if column.place == Place::Private
            && column.name != "withheld_reason"
            && let Some(text) = stated.get(column.name)
        {
            private.insert(column.name.to_owned(), json!(text));
        }
    }
    if private.is_empty() { None } else { Some(Value::Object(private).to_string()) }
}

fn no_subject<T>(field: &'static str) -> Result<T, Fault> {
    fault(field, "UNKNOWN_SUBJECT", "主体未建档 / the subject has no file")
}

/// Whose code it is bears the name beside it, or bore it before: a slip in either would put one
/// company's penalty into another's file.
fn check_name(stated: &Stated, head: &SubjectRow, edge: &Edge<'_>) -> Result<(), Fault> {
    let (column, name) = stated.own("XK_XDR_MC", "CF_XDR_MC");
    if name.is_some_and(|name| read::bears(&edge.engine.vault, head, name)) {
        return Ok(());
    }
    let detail = "名称与代码所属主体的登记名称不符，请核对代码；名称已变更的，先经 POST \
                  /v1/subjects/{key}/name 变更登记 / it is not the name of whose code this is: check \
                  the code, or record the change of the name there first";
    fault(column, "NAME_DISAGREES", detail)
}

/// A permit that begins is not over before.
fn check_validity(stated: &Stated) -> Result<(), Fault> {
    let of = |name| stated.get(name).map(|text| day(name, text)).transpose();
    match (of("XK_YXQZ")?, of("XK_YXQZI")?) {
        (Some(from), Some(until)) if until < from => {
            let detail = format!("有效期至 {until} 早于有效期自 {from} / it ends before it begins");
            fault("XK_YXQZI", "DATE", detail)
        }
        _ => Ok(()),
    }
}

/// The person whose number and name these are. What does not fit is denied, never completed.
fn person(stated: &Stated, edge: &Edge<'_>) -> Result<SubjectKey, Stop> {
    let (manner, stated_manner) = stated.own("XK_XDR_ZJLX", "CF_XDR_ZJLX");
    let (column, number) = stated.own("XK_XDR_ZJHM", "CF_XDR_ZJHM");
    let Some(number) = number else {
        return Ok(fault(column, "MISSING", "自然人须填证件号码 / a person's number is missing")?);
    };
    if stated_manner.is_some_and(|own| !["身份证", "居民身份证", "公民身份号码"].contains(&own))
    {
        let detail = "仅支持居民身份证 / only the identity card can be looked up";
        return Ok(fault(manner, "VALUE", detail)?);
    }
    let today = edge.engine.clock.now().legal_date();
    let Ok(number) = CitizenNumber::parse(number, today) else {
        return Ok(fault(column, "CODE", "公民身份号码校验不通过 / the number does not pass")?);
    };
    let tag = edge.engine.vault.person_lookup(number.expose());
    let query = Query::new(edge.engine.view.read());
    let head = match query.row(&Key::PersonLookup(tag))? {
        Some(Row::PersonLookup(key)) => query.row(&Key::Subject(key))?,
        _ => None,
    };
    let (_, name) = stated.own("XK_XDR_MC", "CF_XDR_MC");
    match head {
        Some(Row::Subject(head))
            if name.is_some_and(|name| read::bears(&edge.engine.vault, &head, name)) =>
        {
            Ok(head.key)
        }
        _ => Ok(no_subject(column)?),
    }
}

/// The organisation that every stated code leads to.
fn organisation(stated: &Stated, edge: &Edge<'_>) -> Result<SubjectKey, Stop> {
    let (number, given) = stated.own("XK_XDR_ZJHM", "CF_XDR_ZJHM");
    if given.is_some() {
        let detail = "证件号码仅自然人填写 / only for natural persons";
        return Ok(fault(number, "VALUE", detail)?);
    }
    let (column, uscc) = stated.own("XK_XDR_SHXYM", "CF_XDR_SHXYM");
    let mut found: BTreeSet<SubjectKey> = BTreeSet::new();
    if let Some(text) = uscc {
        found.insert(code(column, text)?);
    }
    let query = Query::new(edge.engine.view.read());
    for own in columns::columns(stated.kind) {
        let (Form::Legacy(kind), Some(text)) = (own.form, stated.get(own.name)) else { continue };
        let code = legacy(own.name, kind, text)?;
        let alias = Key::Alias { kind: kind.name().to_owned(), code };
        if let Some(Row::Alias(key)) = query.row(&alias)? {
            found.insert(key);
        }
    }
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(key), None) => Ok(key),
        (None, _) => Ok(no_subject(column)?),
        (Some(_), Some(_)) => Ok(fault(
            column,
            "CODES_DISAGREE",
            "所填代码分属不同主体 / the codes belong to different subjects",
        )?),
    }
}

fn subject(stated: &Stated, edge: &Edge<'_>) -> Result<SubjectKey, Stop> {
    let (column, counterpart) = stated.own("XK_XDR_LB", "CF_XDR_LB");
    let (organisation, individual) = match counterpart {
        Some("自然人") => return person(stated, edge),
        Some("个体工商户") => (organisation(stated, edge)?, true),
        Some("法人及非法人组织") => (organisation(stated, edge)?, false),
        _ => {
            let detail = format!("须为 {} 之一 / is one of these", COUNTERPARTS.join("、"));
            return Ok(fault(column, "VALUE", detail)?);
        }
    };
    if organisation.is_personal() != individual {
        let detail =
            "行政相对人类别与代码不符：92 开头为个体工商户 / the kind does not fit the code";
        return Ok(fault(column, "SUBJECT_KIND", detail)?);
    }
    Ok(organisation)
}

/// The directory's item for this kind of decision and subject, where there is one that this
/// department provides. `decide` judges the choice.
fn item(
    kind: DecisionKind,
    subject: SubjectKind,
    authority: Uscc,
    edge: &Edge<'_>,
) -> Option<String> {
    let rules = &edge.engine.rules;
    let department = rules.department_by_uscc(authority.as_str()).map(|own| own.code.as_str());
    let of_kind = || rules.items.iter().filter(|item| decision_kind(item.class) == Some(kind));
    let fits = || of_kind().filter(|item| item.subjects.contains(&subject));
    let provides = |own: &str| department.is_some_and(|department| department == own);
    let best = fits().find(|item| item.providers.iter().any(|own| provides(own)));
    best.or_else(|| fits().next()).or_else(|| of_kind().next()).map(|item| item.id.clone())
}

fn officer(edge: &Edge<'_>) -> Option<OfficerRef> {
    match &edge.caller.actor {
        Some(Actor::Officer(officer)) => Some(officer.clone()),
        _ => None,
    }
}

/// 谁产生、谁负责: a department files its own decisions.
fn check_authority(stated: &Stated, authority: Uscc) -> Result<(), Fault> {
    let (column, text) = stated.own("XK_XKJGDM", "CF_CFJGDM");
    let own = code(column, text.unwrap_or_default())?;
    if own == SubjectKey::Organisation(authority) {
        return Ok(());
    }
    let detail = format!(
        "决定机关 {own} 不是报送机关 {}，谁产生、谁负责 / who decides files",
        authority.as_str()
    );
    fault(column, "PROVIDER_NOT_NAMED", detail)
}

fn notified(stated: &Stated) -> Result<Option<Service>, Fault> {
    let names = ["notified_manner", "notified_on", "notified_proof_sha256"];
    let [manner, on, proof] = names.map(|name| (name, stated.get(name)));
    if [manner, on, proof].iter().all(|(_, text)| text.is_none()) {
        return Ok(None);
    }
    let [manner, on, proof] = [manner, on, proof].map(|(name, text)| match text {
        Some(text) => Ok((name, text)),
        None => fault(name, "MISSING", "告知方式、日期、凭证须同时填写 / all three or none"),
    });
    let (manner, on, proof) = (manner?, on?, proof?);
    let parsed: Result<ServiceManner, _> = serde_json::from_value(json!(manner.1));
    let Ok(manner) = parsed else {
        let detail = "须为 direct、left_at_place、mail、electronic 或 announcement / one of these";
        return fault(manner.0, "VALUE", detail);
    };
    Ok(Some(Service { manner, on: day(on.0, on.1)?, proof_sha256: digest(proof.0, proof.1)? }))
}

fn record(
    stated: &Stated,
    subject: SubjectKey,
    head: Option<&SubjectRow>,
    authority: Option<Uscc>,
    edge: &Edge<'_>,
) -> Result<NewRecord, Fault> {
    let subject_kind = match (head, subject) {
        (Some(head), _) => head.kind,
        (None, SubjectKey::Organisation(code)) => code.subject_kind(),
        (None, SubjectKey::Person(_)) => SubjectKind::NaturalPerson,
    };
    let item = authority.and_then(|own| item(stated.kind, subject_kind, own, edge));
    let item = item.unwrap_or_default();
    let (_, number) = stated.own("XK_WSH", "CF_WSH");
    let document_number = number.unwrap_or_default().to_owned();
    let (column, on) = stated.own("XK_JDRQ", "CF_JDRQ");
    let of = |name| stated.get(name).map(|text| (name, text));
    let source =
        authority.map_or([0; 32], |own| record_source(own, &item, &document_number, subject));
    Ok(NewRecord {
        subject,
        item,
        severity: stated.get("severity").map(severity).transpose()?,
        document_number,
        document_date: day(column, on.unwrap_or_default())?,
        document_sha256: of("document_sha256")
            .map(|(name, text)| digest(name, text))
            .transpose()?,
        content: None,
        withheld: of("withheld").map(|(name, text)| flag(name, text)).transpose()?.unwrap_or(false),
        withheld_reason: None,
        notified: notified(stated)?,
        source,
    })
}

/// Reads one permit or penalty.
pub fn decision(
    kind: DecisionKind,
    index: usize,
    values: &Map<String, Value>,
    edge: &Edge<'_>,
) -> Result<NewDecision, Stop> {
    let stated = Stated::read(kind, values)?;
    let authority = officer(edge).map(|officer| officer.authority);
    if let Some(authority) = authority {
        check_authority(&stated, authority)?;
    }
    check_validity(&stated)?;
    let content = |person: bool| content(&stated, person);
    let shown = content(false)?;
    let key = subject(&stated, edge)?;
    let query = Query::new(edge.engine.view.read());
    let head = match query.row(&Key::Subject(key))? {
        Some(Row::Subject(head)) => Some(head),
        _ => None,
    };
    let mut record = record(&stated, key, head.as_ref(), authority, edge)?;
    // A subject without a file has no data key; `decide` rejects this decision alone.
    let Some(head) = head else {
        return Ok(NewDecision { record, index, private: None });
    };
    check_name(&stated, &head, edge)?;
    let seal = |text: &str| edge.seal_up_to(head.slot, key, text, PUBLICITY_BYTES_MAX);
    let shown = if key.is_person() { content(true)? } else { shown };
    record.content = Some(seal(&shown)?);
    record.withheld_reason = stated.get("withheld_reason").map(seal).transpose()?;
    Ok(NewDecision { record, index, private: private(&stated).as_deref().map(seal).transpose()? })
}
