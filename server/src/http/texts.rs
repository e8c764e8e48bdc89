//! Texts of notices and decisions over HTTP: `GET` makes them from what is recorded, `POST` from
//! the words of a step that has not been taken yet, so that the document can be uploaded first.

mod gather;

use actix_web::web::{Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::event::CaseRef;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::row::ListingKind;
use shouxin_core::rules::Severity;
use shouxin_core::time::Day;
use utoipa::{IntoParams, ToSchema};

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{NamedMeasureBody, id, parse, subject_key};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::Sight;
use crate::http::remedies::AcceptanceOutcome;
use crate::http::words;
use crate::http::{App, Body, Table, bytes};
use crate::texts::{self, Desk, Incomplete, Text};
use gather::{Revocable, Words};

type Answer = Result<HttpResponse, Problem>;

const OFFICERS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];

/// `?format=html`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Format {
    /// 格式 / the form of the answer.
    format: Option<String>,
}

/// The words of a step that has not been taken yet. Each text takes what its step takes and
/// lists what it misses.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    pub(super) facts: Option<String>,
    pub(super) reasons: Option<String>,
    #[serde(default)]
    pub(super) measures: Vec<NamedMeasureBody>,
    #[serde(default)]
    pub(super) hearing_offered: bool,
    pub(super) document_number: Option<String>,
    #[serde(default)]
    pub(super) answers: Vec<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) end: Option<Day>,
    pub(super) removal_conditions: Option<String>,
    pub(super) remedies: Option<String>,
    /// For the acceptance of a repair.
    pub(super) outcome: Option<AcceptanceOutcome>,
    /// For the decision of a repair or of a review.
    pub(super) approved: Option<bool>,
    /// For a letter to a higher authority, and the notice to its subject: to whom.
    pub(super) to: Option<String>,
    /// And which measure, by its id in the catalogue.
    pub(super) measure: Option<String>,
    /// For what is told when an adverse record is collected: its item in the directory.
    pub(super) item: Option<String>,
    /// How heavy it is.
    #[schema(schema_with = words::of::<Severity>)]
    pub(super) severity: Option<Severity>,
    /// Day of its document.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) document_date: Option<Day>,
    /// Its own fields, as the record is to have them.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(super) content: serde_json::Map<String, serde_json::Value>,
    /// It is kept from the public.
    #[serde(default)]
    pub(super) withheld: bool,
}

/// The texts of each noun. A file has one before there is a record to name.
const TEXTS: &[(&str, &[&str])] = &[
    ("subjects", &["collection-notice"]),
    ("records", &["collection-notice"]),
    (
        "listings",
        &[
            "notice",
            "decision",
            "repair-guide",
            "service-receipt",
            "withdrawal",
            "revocation-notice",
            "revocation-decision",
            "red-decision",
            "red-closure",
            "forward-notice",
            "forward-letter",
        ],
    ),
    (
        "attributions",
        &[
            "notice",
            "decision",
            "repair-guide",
            "service-receipt",
            "withdrawal",
            "forward-notice",
            "forward-letter",
        ],
    ),
    (
        "measures",
        &[
            "notice",
            "forward-suspension-letter",
            "forward-resumption-letter",
            "forward-recall-letter",
        ],
    ),
    ("objections", &["acceptance", "refusal", "unverified", "result", "review"]),
    (
        "repairs",
        &[
            "acceptance",
            "extension",
            "decision",
            "review",
            "revocation-notice",
            "revocation-decision",
        ],
    ),
    ("commitments", &["cure-notice", "breach-notice", "breach-decision", "repair-guide"]),
    ("reliefs", &["grant", "end"]),
];

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    for (noun, _) in TEXTS {
        let path = format!("/v1/{noun}/{{id}}/texts/{{text}}");
        let noun = *noun;
        let recorded = move |request: HttpRequest, path: Path<(String, String)>, format, app| {
            recorded(noun, request, path, format, app)
        };
        let drafted =
            move |request: HttpRequest, path: Path<(String, String)>, format, body, app| {
                drafted(noun, request, path, format, body, app)
            };
        table
            .list::<Format>(
                &path,
                actix_web::web::get().to(recorded),
                "文书文本 / the text of a document",
            )
            .ask_in::<Draft, Format>(
                &path,
                actix_web::web::post().to(drafted),
                "文书草稿 / the text of a document to be",
            );
    }
}

async fn recorded(
    noun: &'static str,
    request: HttpRequest,
    path: Path<(String, String)>,
    format: UrlQuery<Format>,
    app: Data<App>,
) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    let text = text(noun, &path.1)?;
    let file = file(noun, text, &path.0, &caller, &app)?;
    looks::record_access(&request, &app, &caller, file.subject.to_string(), Sight::Government)
        .await?;
    answer(&app, &file, text, None, &format)
}

async fn drafted(
    noun: &'static str,
    request: HttpRequest,
    path: Path<(String, String)>,
    format: UrlQuery<Format>,
    body: Body,
    app: Data<App>,
) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    let body = bytes(body)?;
    let text = text(noun, &path.1)?;
    let draft: Draft = parse(&body)?;
    let file = file(noun, text, &path.0, &caller, &app)?;
    looks::record_access(&request, &app, &caller, file.subject.to_string(), Sight::Government)
        .await?;
    answer(&app, &file, text, Some(draft), &format)
}

fn text(noun: &str, name: &str) -> Result<&'static str, Problem> {
    let known = TEXTS.iter().find(|(own, _)| *own == noun).map_or(&[][..], |(_, texts)| texts);
    known.iter().find(|own| **own == name).copied().ok_or_else(Problem::not_found)
}

/// What a text is about.
#[derive(Clone, Copy, Debug)]
enum Of {
    File,
    Record(shouxin_core::id::RecordId),
    Case(CaseRef),
    Measure(shouxin_core::id::MeasureId),
    Objection(shouxin_core::id::ObjectionId),
    Repair(shouxin_core::id::RepairId),
    Commitment(shouxin_core::id::CommitmentId),
    Honour(shouxin_core::id::ListingId),
    Relief(shouxin_core::id::ReliefId),
}

/// The file a text is made from, and who makes it.
struct File {
    of: Of,
    subject: SubjectKey,
    officer: OfficerRef,
}

/// Finds the case and lets through the officers of the authority that handles it.
fn file(noun: &str, text: &str, path: &str, caller: &Caller, app: &App) -> Result<File, Problem> {
    caller.require(OFFICERS)?;
    let Some(Actor::Officer(officer)) = &caller.actor else {
        return Err(Problem::not_found());
    };
    let mut query = Query::new(app.engine.view.read());
    let (of, subject, authorities) = match noun {
        "subjects" => {
            let subject = subject_key(path)?;
            query.ask(|rows| rows.must_subject(subject).map(|_| ()))?;
            (Of::File, subject, vec![officer.authority])
        }
        "records" => {
            let id = id(path)?;
            let row = query.ask(|rows| rows.must_record(id).cloned())?;
            (Of::Record(id), row.subject, vec![row.provider])
        }
        "listings" if text.starts_with("revocation") || text.starts_with("red-") => {
            let id = id(path)?;
            let row = query.ask(|rows| rows.must_listing(id).cloned())?;
            let ListingKind::Red(red) = row.kind else {
                return Err(Problem::not_found());
            };
            (Of::Honour(id), row.subject, vec![red.authority])
        }
        "reliefs" => {
            let id = id(path)?;
            let row = query.ask(|rows| rows.must_relief(id).cloned())?;
            let case = CaseRef::Listing(row.listing);
            let (_, found) = gather::decision_case(&mut query, case)?;
            (Of::Relief(id), row.subject, vec![found.proposed_by.authority])
        }
        "listings" | "attributions" => {
            let case = match noun {
                "listings" => CaseRef::Listing(id(path)?),
                _ => CaseRef::Attribution(id(path)?),
            };
            let (subject, found) = gather::decision_case(&mut query, case)?;
            (Of::Case(case), subject, vec![found.proposed_by.authority])
        }
        "measures" => {
            let id = id(path)?;
            let row = query.ask(|rows| rows.must_measure(id).cloned())?;
            (Of::Measure(id), row.subject, vec![row.initiated_by.authority])
        }
        "objections" => {
            let id = id(path)?;
            let row = query.ask(|rows| rows.must_objection(id).cloned())?;
            // The credit office checks, refers and answers every objection.
            let office = (caller.role == Role::CreditOffice).then_some(officer.authority);
            let handling = [Some(row.provider), office].into_iter().flatten().collect();
            (Of::Objection(id), row.subject, handling)
        }
        "commitments" => {
            let id = id(path)?;
            let row = query.ask(|rows| rows.must_commitment(id).cloned())?;
            (Of::Commitment(id), row.subject, vec![row.offered_by.authority])
        }
        _ => {
            let id = id(path)?;
            let row = query.ask(|rows| rows.must_repair(id).cloned())?;
            let found = gather::repaired(&mut query, row.of)?;
            // A review of it is decided at the credit office.
            let office = (text == "review" && caller.role == Role::CreditOffice)
                .then_some(officer.authority);
            let handling = [Some(found.authority), office].into_iter().flatten();
            (Of::Repair(id), row.subject, handling.collect())
        }
    };
    if !authorities.contains(&officer.authority) {
        return Err(Problem::not_found());
    }
    Ok(File { of, subject, officer: officer.clone() })
}

fn answer(
    app: &App,
    file: &File,
    text: &'static str,
    draft: Option<Draft>,
    format: &Format,
) -> Answer {
    let rules = app.engine.rules.clone();
    let today = app.engine.clock.now().legal_date();
    let words = Words { app, subject: file.subject, officer: &file.officer, draft, today };
    let opened_on = words.opened_on(file.of)?;
    let desk = |on: Day| Desk { rules: &rules, on, opened_on };
    let made = match file.of {
        Of::File => texts::collection_notice(desk(today), &words.to_collect()?),
        Of::Record(id) => {
            let (case, on) = words.collected(id)?;
            texts::collection_notice(desk(on), &case)
        }
        Of::Case(id) if text == "forward-letter" => {
            let (case, by, on) = words.forwarding(id)?;
            texts::forward_letter(desk(on), &case, &by)
        }
        Of::Case(id) if text == "forward-notice" => {
            let (case, by, on, remedies) = words.forward_notice(id)?;
            texts::forward_notice(desk(on), &case, &by, remedies.as_ref())
        }
        Of::Case(id) => {
            let case = words.case(id)?;
            match text {
                "notice" => {
                    let (by, on, own) = words.notice(id)?;
                    let case = texts::Case { proposed_by: by, ..case };
                    texts::notice(desk(on), &case, &own)
                }
                "decision" => {
                    let (on, own) = words.decision(id)?;
                    texts::decision(desk(on), &case, &own)
                }
                "withdrawal" => {
                    let (_, decided) = words.decided(id)?;
                    let (on, own) = words.withdrawal(id)?;
                    texts::withdrawal(desk(on), &case, &decided, &own)
                }
                "repair-guide" => {
                    let (on, own) = words.decided(id)?;
                    texts::repair_guide(desk(on), &case, &own)
                }
                _ => {
                    let (on, own) = words.decided(id)?;
                    let served = words.served(id)?;
                    texts::service_receipt(desk(on), &case, &own, served.as_ref())
                }
            }
        }
        Of::Measure(id) if text != "notice" => {
            let news = match text {
                "forward-suspension-letter" => texts::News::Suspended,
                "forward-resumption-letter" => texts::News::InEffect,
                _ => texts::News::Ended,
            };
            let (case, by, on) = words.news(id, news)?;
            texts::news_letter(desk(on), news, &case, &by)
        }
        Of::Measure(id) if words.is_forwarded(id)? => {
            let (case, by, on, remedies) = words.notice_of_forwarded(id)?;
            texts::forward_notice(desk(on), &case, &by, remedies.as_ref())
        }
        Of::Measure(id) => {
            let case = words.measure(id)?;
            let (on, reasons, remedies) = words.measure_notice(id)?;
            texts::measure_notice(desk(on), &case, reasons.as_ref(), remedies.as_ref())
        }
        Of::Objection(id) => {
            let case = words.objection(id)?;
            match text {
                "acceptance" => {
                    let (by, on) = words.objection_accepted(id)?;
                    texts::objection_acceptance(desk(on), &case, &by)
                }
                "refusal" => {
                    let (by, on, reasons) = words.objection_refused(id)?;
                    texts::objection_refusal(desk(on), &case, &by, reasons.as_ref())
                }
                "unverified" => {
                    let (by, on, received_on, reasons) = words.objection_unverified(id)?;
                    let reasons = reasons.as_ref();
                    texts::objection_unverified(desk(on), &case, &by, received_on, reasons)
                }
                "review" => {
                    let (case, by, on, own) = words.review(ReviewOf::Objection(id))?;
                    texts::review(desk(on), &case, &by, &own)
                }
                _ => {
                    let (by, on, reasons) = words.objection_resolved(id)?;
                    texts::objection_result(desk(on), &case, &by, reasons.as_ref())
                }
            }
        }
        Of::Honour(id) if text == "red-decision" => {
            let (on, own) = words.red_decision(id)?;
            texts::red_decision(desk(on), &words.red(id)?, &own)
        }
        Of::Honour(id) if text == "red-closure" => {
            let (by, on, end, reasons) = words.red_closure(id)?;
            texts::red_closure(desk(on), &words.red(id)?, &by, end, reasons.as_ref())
        }
        Of::Honour(id) => revocation(&words, Revocable::Honour(id), text, desk)?,
        Of::Relief(id) => {
            let (case, on, own) = words.relief(id, text == "end")?;
            texts::relief(desk(on), &case, &own)
        }
        Of::Repair(id) if text.starts_with("revocation") => {
            revocation(&words, Revocable::Repair(id), text, desk)?
        }
        Of::Repair(id) if text == "review" => {
            let (case, by, on, own) = words.review(ReviewOf::Repair(id))?;
            texts::review(desk(on), &case, &by, &own)
        }
        Of::Repair(id) => {
            let case = words.repair(id)?;
            match text {
                "acceptance" => {
                    let (by, on, own) = words.repair_accepted(id)?;
                    texts::repair_acceptance(desk(on), &case, &by, &own)
                }
                "extension" => {
                    let (by, on, reasons, until) = words.repair_extended(id)?;
                    texts::repair_extension(desk(on), &case, &by, reasons.as_ref(), until)
                }
                _ => {
                    let (on, own) = words.repair_decided(id)?;
                    texts::repair_decision(desk(on), &case, &own)
                }
            }
        }
        Of::Commitment(id) => {
            let case = words.commitment(id)?;
            match text {
                "cure-notice" => {
                    let (by, on, reasons, cure_by) = words.cure_notice(id)?;
                    texts::cure_notice(desk(on), &case, &by, reasons.as_ref(), cure_by)
                }
                "breach-notice" => {
                    let (by, on, own) = words.breach_notice(id)?;
                    texts::breach_notice(desk(on), &case, &by, &own)
                }
                "breach-decision" => {
                    let (on, own) = words.breach_decision(id)?;
                    texts::breach_decision(desk(on), &case, &own)
                }
                _ => {
                    let (on, own) = words.breach_decision(id)?;
                    texts::breach_repair_guide(desk(on), &case, &own)
                }
            }
        }
    };
    let made = made.map_err(|own| incomplete(&own))?;
    Ok(sent(&made, format))
}

/// Notice or decision of a revocation.
fn revocation<'d>(
    words: &Words<'_>,
    of: Revocable,
    text: &str,
    desk: impl Fn(Day) -> Desk<'d>,
) -> Result<Result<Text, Incomplete>, Problem> {
    if text == "revocation-notice" {
        let (case, by, on, reasons) = words.revocation_notice(of)?;
        return Ok(texts::revocation_notice(desk(on), &case, &by, reasons.as_ref()));
    }
    let (case, on, own) = words.revocation_decision(of)?;
    Ok(texts::revocation_decision(desk(on), &case, &own))
}

fn sent(text: &Text, format: &Format) -> HttpResponse {
    let (kind, body) = match format.format.as_deref() {
        Some("html") => ("text/html; charset=utf-8", text.html()),
        _ => ("text/plain; charset=utf-8", text.plain()),
    };
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"))
        .insert_header(("Cache-Control", "private, no-store"))
        .body(body)
}

fn incomplete(own: &Incomplete) -> Problem {
    Problem::new(
        Code::TextIncomplete,
        format!("缺少：{} / these are missing", own.missing.join("；")),
        "请在办理步骤或草稿中补齐 / complete the step, or give them in the draft",
    )
}
