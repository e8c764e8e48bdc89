//! The one list of routes. Roles stand with each write's type; the OpenAPI document is made from
//! the same list.

pub mod assessment;
pub mod attributions;
pub mod authorisations;
mod basis;
pub mod bundle;
pub mod caller;
pub mod case_studies;
pub mod cases;
pub mod catalogue;
mod changes;
pub mod collection;
pub mod commitments;
pub mod county;
pub mod credit_reviews;
pub mod documents;
pub mod edge;
pub mod erasures;
pub mod events;
pub mod feeds;
mod format;
pub mod forwarding;
mod help;
pub mod imported;
pub mod listings;
pub mod lists;
pub mod looks;
pub mod measures;
pub mod members;
mod openapi;
pub mod outcomes;
mod own_case;
pub mod persons;
pub mod plugins;
pub mod problem;
pub mod publicity;
pub mod query;
pub mod read;
pub mod reads;
mod recommendation;
pub mod remedies;
pub mod report;
pub mod search;
pub(crate) mod sharing;
pub mod streams;
pub mod supports;
pub mod tasks;
pub mod texts;
pub mod tolerances;
pub mod whistle;
mod words;
pub mod write;

use std::sync::Arc;

use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError as _};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::access::AccessLog;
use crate::documents::Documents;
use crate::engine::Engine;
use crate::http::openapi::Document;
use crate::http::problem::{Code, Problem};
use crate::http::query::Known;
use crate::http::streams::Streams;
use crate::http::write::{Write, write};
use crate::plugins::{Life, Plugins};
use crate::whistle::Whistle;

/// Longest body, in bytes.
pub const BODY_BYTES_MAX: usize = 4 << 20;

/// What every handler can reach.
pub struct App {
    /// Changes and reads.
    pub engine: Arc<Engine>,
    /// Who looked.
    pub access: AccessLog,
    /// Notices, proofs of service, evidence.
    pub documents: Arc<Documents>,
    /// Whether a command may name only documents that are stored.
    pub documents_required: bool,
    /// Plugins, for health and queries.
    pub plugins: Arc<Plugins>,
    /// Steps of their lives.
    pub life: Arc<Life>,
    /// Reports of wrongdoing, beside everything else.
    pub whistle: Arc<Whistle>,
    /// Open streams of the change feed.
    pub streams: Arc<Streams>,
}

/// The list of routes in the making: the service and its description, from the same lines.
pub(crate) struct Table<'a> {
    service: &'a mut ServiceConfig,
    document: Document,
    known: Known,
}

impl Table<'_> {
    pub(crate) fn post<T: Write>(&mut self, path: &str, title: &str) -> &mut Self {
        self.known.takes_none(Method::POST, path);
        self.service.route(path, web::post().to(write::<T>));
        self.document.write::<T>(path, title);
        self
    }

    /// A write that a handler of its own answers.
    pub(crate) fn post_by<T: Write>(
        &mut self,
        path: &str,
        route: actix_web::Route,
        title: &str,
    ) -> &mut Self {
        self.known.takes_none(Method::POST, path);
        self.service.route(path, route);
        self.document.write::<T>(path, title);
        self
    }

    /// A read that takes no query.
    pub(crate) fn read(&mut self, path: &str, route: actix_web::Route, title: &str) -> &mut Self {
        self.known.takes_none(Method::GET, path);
        self.service.route(path, route);
        self.document.read(path, title, Vec::new());
        self
    }

    /// A read with a query.
    pub(crate) fn list<Q: IntoParams + DeserializeOwned>(
        &mut self,
        path: &str,
        route: actix_web::Route,
        title: &str,
    ) -> &mut Self {
        self.known.takes::<Q>(Method::GET, path);
        self.service.route(path, route);
        self.document.read(path, title, query::parameters::<Q>());
        self
    }

    fn upload<Q: IntoParams + DeserializeOwned>(
        &mut self,
        path: &str,
        route: actix_web::Route,
        title: &str,
    ) -> &mut Self {
        self.known.takes::<Q>(Method::POST, path);
        self.service.route(path, route);
        self.document.upload(path, title, query::parameters::<Q>());
        self
    }

    /// A read with a body.
    pub(crate) fn ask<T: utoipa::ToSchema>(
        &mut self,
        path: &str,
        route: actix_web::Route,
        title: &str,
    ) -> &mut Self {
        self.known.takes_none(Method::POST, path);
        self.service.route(path, route);
        self.document.ask::<T>(path, title, Vec::new());
        self
    }

    /// A read with a body and a query.
    pub(crate) fn ask_in<T: utoipa::ToSchema, Q: IntoParams + DeserializeOwned>(
        &mut self,
        path: &str,
        route: actix_web::Route,
        title: &str,
    ) -> &mut Self {
        self.known.takes::<Q>(Method::POST, path);
        self.service.route(path, route);
        self.document.ask::<T>(path, title, query::parameters::<Q>());
        self
    }
}

/// Registers every route.
pub fn routes(service: &mut ServiceConfig) {
    let (document, known) = (Document::default(), Known::default());
    let mut table = Table { service, document, known };
    every_route(&mut table);
    let Table { service, document, known } = table;
    let text = Arc::new(document.text());
    service.route(
        "/openapi.json",
        web::get().to(move || {
            let text = text.clone();
            async move { HttpResponse::Ok().content_type("application/json").body(text.to_string()) }
        }),
    );
    help::routes(service);
    service.app_data(Data::new(known)).app_data(query::config());
}

fn every_route(table: &mut Table<'_>) {
    collection_routes(table);
    case_routes(table);
    listings::routes(table);
    tasks::routes(table);
    forwarding::routes(table);
    measure_routes(table);
    remedy_routes(table);
    outcomes::routes(table);
    plugins::routes(table);
    publicity::routes(table);
    assessment::routes(table);
    authorisations::routes(table);
    attributions::routes(table);
    bundle::routes(table);
    supports::routes(table);
    erasures::routes(table);
    feeds::routes(table);
    case_studies::routes(table);
    members::routes(table);
    catalogue::routes(table);
    county::routes(table);
    sharing::routes(table);
    commitments::routes(table);
    credit_reviews::routes(table);
    tolerances::routes(table);
    imported::routes(table);
    whistle::routes(table);
    document_routes(table);
    texts::routes(table);
    read_routes(table);
    looks::routes(table);
    lists::routes(table);
    report::routes(table);
    search::routes(table);
    events::routes(table);
}

fn collection_routes(table: &mut Table<'_>) {
    use collection as c;
    table
        .post::<c::RegisterSubjects>("/v1/subjects", "建档 / register organisations")
        .post::<c::LinkAlias>("/v1/subjects/{key}/aliases", "旧代码转换 / link a legacy code")
        .post::<c::Rename>("/v1/subjects/{key}/name", "名称变更 / state a new name")
        .post::<c::RegisterPersons>("/v1/persons", "自然人建档 / register persons")
        .post::<persons::StateCapacity>(
            "/v1/persons/{key}/capacity",
            "民事行为能力变更 / state a person's capacity anew",
        )
        .post::<c::SubmitRecords>("/v1/records", "征集记录 / submit records")
        .post::<c::AnnulRecord>("/v1/records/{id}/annul", "撤销记录 / annul a record")
        .post::<c::CorrectRecord>("/v1/records/{id}/correct", "更正记录 / correct a record")
        .post::<c::EndDisplay>("/v1/records/{id}/hide", "停止公示 / take it off display");
}

fn case_routes(table: &mut Table<'_>) {
    use cases as c;
    table
        .post::<c::ProposeListing>("/v1/listings", "拟列入 / propose a black listing")
        .post::<c::ProposeAttribution>("/v1/attributions", "落实到人 / propose an attribution");
    for noun in ["listings", "attributions"] {
        let at = |step: &str| format!("/v1/{noun}/{{id}}/{step}");
        table
            .post::<c::ServeNotice>(&at("notice"), "事先告知 / serve the notice")
            .post::<c::Statement>(&at("statement"), "陈述申辩 / statement or waiver")
            .post::<c::HoldHearing>(&at("hearing"), "听证 / hold the hearing")
            .post::<c::DecideCase>(&at("decide"), "决定 / decide")
            .post::<c::NotDecide>(&at("not-decide"), "不予列入 / decide against")
            .post::<c::Drop>(&at("drop"), "撤回 / drop")
            .post::<c::ServeDecision>(&at("serve"), "送达 / serve the decision");
    }
    table
        .post::<c::Nominate>("/v1/nominations", "诚信典型提名 / nominate")
        .post::<c::CheckNomination>("/v1/nominations/{id}/check", "核查 / check the facts")
        .post::<c::OpenPublicNotice>("/v1/nominations/{id}/notice", "公示 / public notice")
        .post::<c::DecideRedListing>("/v1/nominations/{id}/decide", "列入红名单 / decide")
        .post::<c::CloseRedListing>("/v1/nominations/{id}/close", "退出 / withdraw or refuse");
}

fn measure_routes(table: &mut Table<'_>) {
    use measures as m;
    table
        .post::<m::InitiateMeasure>("/v1/measures", "发起措施 / initiate a measure")
        .post::<m::ServeMeasureNotice>("/v1/measures/{id}/notice", "告知 / serve the notice")
        .post::<m::Dispatch>("/v1/measures/{id}/dispatch", "派送 / dispatch")
        .post::<m::Accept>("/v1/measures/{id}/accept", "接受 / accept")
        .post::<m::Decline>("/v1/measures/{id}/decline", "不予执行 / decline")
        .post::<m::AnswerDecline>(
            "/v1/measures/{id}/decline/answer",
            "信用办答复不予执行 / the credit office answers a refusal",
        )
        .post::<m::Execute>("/v1/measures/{id}/execute", "执行 / order the execution")
        .post::<m::ConfirmByHand>("/v1/measures/{id}/confirm", "人工办结 / confirm by hand")
        .post::<m::Lift>("/v1/measures/{id}/lift", "解除 / lifted by hand")
        .post::<m::Feedback>("/v1/measures/{id}/feedback", "反馈 / feed back");
}

fn remedy_routes(table: &mut Table<'_>) {
    use remedies as r;
    table
        .post::<r::FileObjection>("/v1/objections", "提出异议 / object")
        .post::<r::AcceptObjection>("/v1/objections/{id}/accept", "受理 / accept")
        .post::<r::RefuseObjection>("/v1/objections/{id}/refuse", "不予受理 / refuse")
        .post::<r::ReferObjection>("/v1/objections/{id}/refer", "转交核实 / refer")
        .post::<r::ReportVerification>("/v1/objections/{id}/verification", "核实反馈 / report")
        .post::<r::ResolveObjection>("/v1/objections/{id}/resolve", "办结送达 / resolve")
        .post::<r::CompleteRedress>("/v1/redress/{id}", "恢复信誉 / complete redress")
        .post::<r::ApplyForRepair>("/v1/repairs", "申请修复 / apply for repair")
        .post::<r::AcceptRepair>("/v1/repairs/{id}/accept", "受理修复 / accept")
        .post::<r::DecideRepair>("/v1/repairs/{id}/decide", "修复决定 / decide");
}

fn document_routes(table: &mut Table<'_>) {
    table
        .upload::<documents::About>(
            "/v1/documents",
            web::post().to(documents::upload),
            "上传文书 / upload a document",
        )
        .list::<documents::About>(
            "/v1/documents/{sha256}",
            web::get().to(documents::download),
            "文书 / a document",
        );
}

fn read_routes(table: &mut Table<'_>) {
    table
        .read("/v1/subjects/{key}", web::get().to(reads::subject), "信用档案 / the credit file")
        .list::<reads::Cursor>(
            "/v1/subjects/{key}/history",
            web::get().to(reads::history),
            "事件 / its events",
        )
        .read("/v1/listings/{id}", web::get().to(reads::listing), "名单 / a listing")
        .list::<reads::Work>(
            "/v1/measures",
            web::get().to(reads::worklist),
            "待办 / a department's worklist",
        )
        .read("/v1/measures/{id}", web::get().to(reads::measure), "措施 / a measure case")
        .read("/v1/objections/{id}", web::get().to(reads::objection), "异议 / an objection")
        .read("/v1/remedies/{id}", web::get().to(reads::remedy), "复议、诉讼 / a remedy")
        .read("/v1/channels", web::get().to(reads::channels), "渠道 / channels")
        .read("/v1/repairs/{id}", web::get().to(reads::repair), "修复 / a repair")
        .list::<reads::OldCode>(
            "/v1/resolve",
            web::get().to(reads::resolve),
            "旧代码查询 / resolve a legacy code",
        )
        .read("/v1/catalogue", web::get().to(reads::catalogue), "目录 / the catalogue")
        .read("/v1/instruments", web::get().to(reads::instruments), "依据 / instruments")
        .read("/healthz", web::get().to(reads::healthz), "存活 / liveness")
        .read("/readyz", web::get().to(reads::readyz), "就绪 / readiness")
        .read("/metrics", web::get().to(reads::metrics), "指标 / metrics")
        .ask::<reads::Check>("/v1/check", web::post().to(reads::check), "批量查询 / batch look-up")
        .ask::<reads::Lookup>(
            "/v1/persons/lookup",
            web::post().to(reads::lookup),
            "核验 / confirm a person",
        );
}

/// What is answered where no route fits.
pub async fn nowhere(_: HttpRequest) -> impl Responder {
    Problem::not_found().error_response()
}

/// A body as bytes, or why it could not be read.
pub type Body = Result<web::Bytes, actix_web::Error>;

/// The bytes of a body; one beyond the limit is a problem like any other.
pub fn bytes(body: Body) -> Result<web::Bytes, Problem> {
    body.map_err(|error| match error.as_error::<PayloadError>() {
        Some(error) => payload_problem(error),
        None => payload_problem(&PayloadError::Incomplete(None)),
    })
}

fn payload_problem(error: &PayloadError) -> Problem {
    let cure = format!("请求体不超过 {BODY_BYTES_MAX} 字节 / at most {BODY_BYTES_MAX} bytes");
    match error {
        PayloadError::Overflow => Problem::new(Code::BodyTooLarge, "请求体过大 / too large", cure),
        other => Problem::new(
            Code::MalformedJson,
            format!("读取请求体失败：{other} / reading failed"),
            cure,
        ),
    }
}

/// The OpenAPI document as text, for snapshots and `openapi.json`.
pub fn openapi_text() -> String {
    let text = Arc::new(std::sync::Mutex::new(String::new()));
    let kept = text.clone();
    let app = actix_web::App::new().configure(move |service| {
        let mut table = Table { service, document: Document::default(), known: Known::default() };
        every_route(&mut table);
        if let Ok(mut kept) = kept.lock() {
            *kept = table.document.text();
        }
    });
    drop(app);
    text.lock().map(|text| text.clone()).unwrap_or_default()
}
