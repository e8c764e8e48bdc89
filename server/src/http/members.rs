//! Associations' files about their members: the association's own words, shown as its own, never
//! part of the register's file (domain.md O45, O46).

use actix_web::web::{self, Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::member::MemberCommand;
use shouxin_core::event::Event;
use shouxin_core::event::member::{MemberEvent, NoteKind};
use shouxin_core::id::{MemberNoteId, Position};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::row::Index;
use shouxin_core::row::social::{MemberNoteRow, SocialIndex};
use utoipa::{IntoParams, ToSchema};

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{Edge, Hex32, id, subject_key};
use crate::http::looks;
use crate::http::problem::Problem;
use crate::http::read::{self, Sight};
use crate::http::reads::Cursor;
use crate::http::words;
use crate::http::write::{Creates, Write};
use crate::http::{App, Table, reads};

const ASSOCIATION: &[Role] = &[Role::Association];
/// The member, and the officers who file it at the counter.
const WHO_OBJECTS: &[Role] = &[Role::Subject, Role::CreditOffice, Role::Department, Role::Provider];

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    let at = |step: &str| format!("/v1/member-notes/{{id}}/{step}");
    let members = web::get().to(members);
    table
        .post::<Note>("/v1/associations/{code}/members", "记入会员档案 / note about a member")
        .post::<Correct>(&at("correct"), "更正 / correct it")
        .post::<Withdraw>(&at("withdraw"), "撤回 / take it back")
        .post::<Object>(&at("object"), "会员提出异议 / the member objects")
        .post::<Answer>(&at("answer"), "协会答复 / the association answers")
        .list::<Cursor>(
            "/v1/associations/{code}/members",
            members,
            "会员档案 / an association's notes",
        )
        .list::<OfMember>(
            "/v1/member-notes",
            web::get().to(own),
            "本单位的会员档案 / notes about a member",
        )
        .read("/v1/member-notes/{id}", web::get().to(one), "会员档案 / a note");
}

/// 会员信用档案: an entry of the association's own file.
/// Source: domain.md O45, O46, M-S01..M-S08.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    subject: String,
    #[schema(schema_with = words::of::<NoteKind>)]
    kind: NoteKind,
    text: String,
    /// Who rated, for a rating.
    #[serde(default)]
    rater: Option<String>,
    /// Article of the charter, for self-discipline.
    #[serde(default)]
    charter: Option<String>,
}

impl Write for Note {
    const LABEL: &'static str = "member_notes.note";
    const ROLES: &'static [Role] = ASSOCIATION;
    const CREATES: Creates = Some(("N", &["member_file.noted"]));

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        // A refusal is recorded with its target: only an association's own code gets that far.
        if edge.engine.rules.association(path).is_none() {
            return Err(Problem::not_found());
        }
        let subject = subject_key(&self.subject)?;
        Ok(Command::Member(MemberCommand::Note {
            association: path.to_owned(),
            subject,
            kind: self.kind,
            text: edge.seal_shown(subject, "text", &self.text)?,
            rater: self.rater,
            charter: self.charter,
        }))
    }
}

/// Whose file a note is about, to seal what is said of it.
fn member(edge: &Edge<'_>, note: MemberNoteId) -> Result<SubjectKey, Problem> {
    let mut query = Query::new(edge.engine.view.read());
    Ok(query.ask(|rows| Ok(rows.must_member_note(note)?.subject))?)
}

/// 更正, with reasons.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correct {
    text: String,
    reasons: String,
}

impl Write for Correct {
    const LABEL: &'static str = "member_notes.correct";
    const ROLES: &'static [Role] = ASSOCIATION;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let note = id(path)?;
        let subject = member(edge, note)?;
        let text = edge.seal_shown(subject, "text", &self.text)?;
        let reasons = edge.seal(subject, &self.reasons)?;
        Ok(Command::Member(MemberCommand::Correct { note, text, reasons }))
    }
}

/// 撤回, with reasons.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    reasons: String,
}

impl Write for Withdraw {
    const LABEL: &'static str = "member_notes.withdraw";
    const ROLES: &'static [Role] = ASSOCIATION;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let note = id(path)?;
        let reasons = edge.seal(member(edge, note)?, &self.reasons)?;
        Ok(Command::Member(MemberCommand::Withdraw { note, reasons }))
    }
}

/// 异议: by the member, or at the counter for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Object {
    statement: String,
    #[serde(default)]
    evidence: Vec<Hex32>,
}

impl Write for Object {
    const LABEL: &'static str = "member_notes.object";
    const ROLES: &'static [Role] = WHO_OBJECTS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let note = id(path)?;
        let subject = member(edge, note)?;
        Ok(Command::Member(MemberCommand::Object {
            note,
            statement: edge.seal(subject, &self.statement)?,
            evidence: edge.documents(subject, "evidence", self.evidence)?,
        }))
    }
}

/// 答复: it stands, is corrected, or is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    stands: bool,
    answer: String,
    /// The note as it reads from here on.
    #[serde(default)]
    corrected: Option<String>,
}

impl Write for Answer {
    const LABEL: &'static str = "member_notes.answer";
    const ROLES: &'static [Role] = ASSOCIATION;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let note = id(path)?;
        let subject = member(edge, note)?;
        let seal = |text: &str| edge.seal_shown(subject, "corrected", text);
        let corrected = self.corrected.as_deref().map(seal).transpose()?;
        Ok(Command::Member(MemberCommand::Answer {
            note,
            stands: self.stands,
            answer: edge.seal(subject, &self.answer)?,
            corrected,
        }))
    }
}

fn shown(app: &App, row: &MemberNoteRow) -> Value {
    let dispute = row.dispute.as_ref().map(|own| {
        json!({
            "filed_on": own.filed_on,
            "answer_by": own.answer_by.day,
            "stands": own.stands,
        })
    });
    json!({
        "id": row.id.to_string(),
        "subject": row.subject.to_string(),
        "association": {"code": row.association, "name": row.author},
        "kind": row.kind,
        "text": read::unseal(&app.engine.vault, row.subject, &row.text),
        "rater": row.rater,
        "charter": row.charter,
        "noted_on": row.noted_on,
        "corrected_on": row.corrected_on,
        "withdrawn_on": row.withdrawn_on,
        "status": if row.is_disputed() { "disputed" } else { "noted" },
        "dispute": dispute,
        "note": "由该协会自行记载，非官方信用信息，不属于主体信用档案 / \
                 the association's own words, not the register's; no part of the subject's file",
    })
}

/// What is public by its nature, undisputed and not taken back; of an individual business nothing,
/// because its name is its owner's.
fn is_shown(row: &MemberNoteRow) -> bool {
    let personal = row.subject.is_personal();
    row.kind.is_public() && row.withdrawn_on.is_none() && !row.is_disputed() && !personal
}

fn writes_for(caller: &Caller, association: Uscc) -> bool {
    caller.role == Role::Association
        && matches!(&caller.actor, Some(Actor::Officer(own)) if own.authority == association)
}

/// What the member said and what the association answered, from the log.
fn objection(app: &App, row: &MemberNoteRow) -> Result<Value, Problem> {
    let Some(dispute) = &row.dispute else {
        return Ok(Value::Null);
    };
    let vault = &app.engine.vault;
    let mut body = json!({});
    if let Event::Member(MemberEvent::Objected { statement, evidence, .. }) =
        reads::envelope(&app.engine, dispute.filed)?.event
    {
        body["statement"] = read::unseal(vault, row.subject, &statement);
        body["evidence"] = evidence.iter().map(|own| json!(HEXLOWER.encode(own))).collect();
    }
    if let Some(at) = dispute.answered
        && let Event::Member(MemberEvent::Answered { answer, .. }) =
            reads::envelope(&app.engine, at)?.event
    {
        body["answer"] = read::unseal(vault, row.subject, &answer);
    }
    Ok(body)
}

/// A page of notes, those of them that a reader may see.
fn page(
    app: &App,
    entry: &Index,
    cursor: &Cursor,
    may_see: impl Fn(&MemberNoteRow) -> bool,
) -> Result<HttpResponse, Problem> {
    let mut query = Query::new(app.engine.view.read());
    let (positions, more) = query.page(entry, cursor.after()?, cursor.limit())?;
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let mut found = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_member_note(MemberNoteId(at)).cloned())?;
        if may_see(&row) {
            found.push(shown(app, &row));
        }
    }
    Ok(HttpResponse::Ok().json(json!({"notes": found, "next": next})))
}

/// `GET /v1/associations/{code}/members`: to the association all it wrote, to a member also what was
/// written about itself, to everybody else what is public.
/// Source: domain.md O45, M-S01..M-S08.
async fn members(
    request: HttpRequest,
    path: Path<String>,
    cursor: UrlQuery<Cursor>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let association = app.engine.rules.association(&path).ok_or_else(Problem::not_found)?;
    let code = Uscc::parse(&association.uscc).map_err(|_| Problem::not_found())?;
    let own = writes_for(&caller, code);
    if own {
        let file = format!("members of {}", association.code);
        looks::record_access(&request, &app, &caller, file, Sight::Whole).await?;
    }
    let first = MemberNoteId(Position::local(0));
    let entry = Index::Social(SocialIndex::AssociationNote(code, first));
    page(&app, &entry, &cursor, |row| own || caller.subject() == Some(row.subject) || is_shown(row))
}

/// `GET /v1/member-notes/{id}`: whole to the association that wrote it, the member and auditors,
/// with the objection and its answer; to everybody else what is public.
async fn one(
    request: HttpRequest,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let id: MemberNoteId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_member_note(id).cloned()).map_err(|_| Problem::not_found())?
    };
    let whole = writes_for(&caller, row.association)
        || read::sight(&caller, row.subject) == Some(Sight::Whole);
    if !whole && !is_shown(&row) {
        return Err(Problem::not_found());
    }
    let mut body = shown(&app, &row);
    if whole {
        looks::record_access(&request, &app, &caller, row.subject.to_string(), Sight::Whole)
            .await?;
        body["objection"] = objection(&app, &row)?;
    }
    Ok(HttpResponse::Ok().json(body))
}

/// `?subject=KEY&after=CURSOR&limit=N`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfMember {
    /// 主体代码 / key of a subject.
    subject: String,
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
}

/// `GET /v1/member-notes?subject=KEY`: what associations wrote about a member, for the member.
async fn own(
    request: HttpRequest,
    asked: UrlQuery<OfMember>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let key = subject_key(&asked.subject)?;
    if read::sight(&caller, key) != Some(Sight::Whole) {
        return Err(Problem::not_found());
    }
    looks::record_access(&request, &app, &caller, key.to_string(), Sight::Whole).await?;
    let cursor = Cursor { after: asked.after.clone(), limit: asked.limit };
    let first = MemberNoteId(Position::local(0));
    let entry = Index::Social(SocialIndex::SubjectNote(key, first));
    page(&app, &entry, &cursor, |_| true)
}
