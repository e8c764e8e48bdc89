//! Documents in and out: one route each way, with a limit of their own.

use std::time::Duration;

use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{self, Bytes, Data, Path, Payload, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::Deserialize;
use serde_json::json;
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::text::Digest;
use utoipa::IntoParams;
use zeroize::Zeroizing;

use crate::documents::{DOCUMENT_BYTES_MAX, DocumentError, Kind, Opened, Owner, Place};
use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::edge::subject_key;
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, Sight};

type Answer = Result<HttpResponse, Problem>;

/// Roles that may hand in a document; a subject only for its own file.
const UPLOADERS: &[Role] =
    &[Role::Department, Role::Provider, Role::CreditOffice, Role::CourtRegistrar, Role::Subject];
/// Roles that may read one; a subject only of its own file.
const READERS: &[Role] = &[
    Role::Department,
    Role::Provider,
    Role::CreditOffice,
    Role::CourtRegistrar,
    Role::Auditor,
    Role::DataOfficer,
    Role::Subject,
];

/// How long a document may take to arrive: a place is not held for ever.
const UPLOAD_TIME_MAX: Duration = Duration::from_secs(120);

/// `?subject=KEY`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct About {
    /// 主体代码 / key of a subject.
    subject: Option<String>,
}

impl About {
    fn subject(&self) -> Result<SubjectKey, Problem> {
        let text = self.subject.as_deref().ok_or_else(|| {
            Problem::new(
                Code::ValueInvalid,
                "缺少参数 subject / the parameter subject is missing",
                "文书属于一个主体：?subject=代码 / a document concerns one subject: ?subject=KEY",
            )
            .on("subject")
        })?;
        subject_key(text).map_err(|problem| problem.on("subject"))
    }
}

/// Whose documents: a file that is there.
pub fn owner(engine: &Engine, subject: SubjectKey) -> Result<Owner, Problem> {
    let mut query = Query::new(engine.view.read());
    let slot = query.ask(|rows| rows.must_subject(subject).map(|head| head.slot))?;
    Ok(Owner { subject, slot })
}

/// `POST /v1/documents?subject=KEY`: the bytes of a document, declared by its `Content-Type`.
pub async fn upload(
    request: HttpRequest,
    about: UrlQuery<About>,
    payload: Payload,
    app: Data<App>,
) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(UPLOADERS)?;
    let subject = about.subject()?;
    if caller.role == Role::Subject && caller.subject() != Some(subject) {
        return Err(Problem::not_found());
    }
    let owner = owner(&app.engine, subject)?;
    let declared = declared(&request)?;
    let length = request.headers().get(CONTENT_LENGTH).and_then(|own| own.to_str().ok());
    if let Some(bytes) = length.and_then(|text| text.parse::<usize>().ok())
        && bytes > DOCUMENT_BYTES_MAX
    {
        return Err(too_large());
    }
    let place = app.documents.uploads.enter(&caller.key_id).ok_or_else(full)?;
    let read = tokio::time::timeout(UPLOAD_TIME_MAX, payload.to_bytes_limited(DOCUMENT_BYTES_MAX));
    let bytes = match read.await {
        Ok(Ok(Ok(bytes))) => bytes,
        Ok(Ok(Err(_))) => return Err(broken_off()),
        Ok(Err(_)) => return Err(too_large()),
        Err(_) => return Err(too_slow()),
    };
    let clear = Zeroizing::new(Vec::from(bytes));
    if let Some(kind) = Kind::of_bytes(&clear)
        && kind != declared
    {
        return Err(not_as_declared(declared, kind));
    }
    let documents = app.documents.clone();
    let stored = web::block(move || {
        let _place = place;
        documents.put(owner, clear)
    });
    let stored = stored.await.map_err(|_| stopping())?.map_err(problem)?;
    let mut response = match stored.fresh {
        true => HttpResponse::Created(),
        false => HttpResponse::Ok(),
    };
    Ok(response.json(json!({
        "sha256": HEXLOWER.encode(&stored.sha256),
        "bytes": stored.bytes,
        "type": stored.kind.media_type(),
        "repeated": !stored.fresh,
    })))
}

/// What is on its way out: wiped, and its place free, when the last byte is sent.
struct Outgoing {
    opened: Opened,
    _place: Place,
}

impl AsRef<[u8]> for Outgoing {
    fn as_ref(&self) -> &[u8] {
        &self.opened.clear
    }
}

/// `GET /v1/documents/{sha256}?subject=KEY`
pub async fn download(
    request: HttpRequest,
    path: Path<String>,
    about: UrlQuery<About>,
    app: Data<App>,
) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(READERS)?;
    let subject = about.subject()?;
    let sha256 = digest(&path)?;
    let sight = read::sight(&caller, subject).filter(|sight| *sight != Sight::Public);
    let sight = sight.ok_or_else(Problem::not_found)?;
    let file = format!("{subject} document {}", HEXLOWER.encode(&sha256));
    looks::record_access(&request, &app, &caller, file, sight).await?;
    let owner = owner(&app.engine, subject)?;
    let place = app.documents.downloads.enter(&caller.key_id).ok_or_else(full)?;
    let documents = app.documents.clone();
    let opened = web::block(move || documents.get(owner, &sha256));
    let opened = opened.await.map_err(|_| stopping())?.map_err(problem)?;
    let media_type = match opened.kind {
        Kind::Text => "text/plain; charset=utf-8",
        other => other.media_type(),
    };
    Ok(HttpResponse::Ok()
        .content_type(media_type)
        // What somebody handed in is never run by the browser of whoever looks at it.
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Content-Disposition", "attachment"))
        .insert_header(("Content-Security-Policy", "sandbox"))
        .insert_header(("Cache-Control", "private, no-store"))
        .body(Bytes::from_owner(Outgoing { opened, _place: place })))
}

fn digest(text: &str) -> Result<Digest, Problem> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
    bytes.and_then(|bytes| Digest::try_from(bytes).ok()).ok_or_else(|| {
        Problem::new(
            Code::IdentifierInvalid,
            "文书编号是 64 位十六进制 SHA-256 / a document's address is 64 hexadecimal digits",
            "请使用上传时返回的 sha256 / use the sha256 that the upload answered",
        )
    })
}

fn declared(request: &HttpRequest) -> Result<Kind, Problem> {
    let header = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    header.and_then(Kind::of_media_type).ok_or_else(|| {
        Problem::new(
            Code::DocumentType,
            format!(
                "Content-Type 为 {} / is not a type that is taken",
                header.unwrap_or("空 / missing")
            ),
            types(),
        )
    })
}

fn types() -> String {
    let types: Vec<&str> = Kind::ALL.iter().map(|kind| kind.media_type()).collect();
    format!("接受的类型 / types that are taken: {}", types.join("、"))
}

fn not_as_declared(declared: Kind, found: Kind) -> Problem {
    Problem::new(
        Code::DocumentType,
        format!(
            "声明为 {}，内容是 {} / declared as one type, the bytes are another",
            declared.media_type(),
            found.media_type()
        ),
        "请按内容声明 Content-Type / declare what the bytes are",
    )
}

fn too_large() -> Problem {
    Problem::new(
        Code::BodyTooLarge,
        "文书过大 / the document is too large",
        format!("每份不超过 {DOCUMENT_BYTES_MAX} 字节 / at most {DOCUMENT_BYTES_MAX} bytes each"),
    )
}

fn full() -> Problem {
    Problem::new(
        Code::Busy,
        "同时传输的文书已达上限 / as many documents are on their way as may be at once",
        "请逐份传输，稍后重试 / send one after the other; try again later",
    )
}

fn broken_off() -> Problem {
    Problem::new(
        Code::ValueInvalid,
        "上传中断 / the upload broke off",
        "请重新上传；重复上传无妨 / upload again; doing so twice is no harm",
    )
}

fn too_slow() -> Problem {
    let seconds = UPLOAD_TIME_MAX.as_secs();
    Problem::new(
        Code::UploadTimeout,
        format!("{seconds} 秒内未传完 / the document did not arrive within {seconds} s"),
        "请检查网络，或压缩扫描件后重新上传 / check the network, or make the scan smaller",
    )
}

fn stopping() -> Problem {
    Problem::new(
        Code::Unavailable,
        "服务正在停止 / the server is stopping",
        "请稍后重试 / try again later",
    )
}

/// Why a document cannot be stored or read, for whoever asked.
pub fn problem(error: DocumentError) -> Problem {
    match error {
        DocumentError::Empty => Problem::new(
            Code::ValueInvalid,
            "文书为空 / the document is empty",
            "请上传文书内容 / send the bytes of the document",
        ),
        DocumentError::TooLarge(_) => too_large(),
        DocumentError::Unknown => Problem::new(
            Code::DocumentType,
            "内容不是 PDF、PNG、JPEG、OFD 或 UTF-8 文本 / the bytes are none of the types taken",
            types(),
        ),
        DocumentError::Missing => Problem::not_found(),
        DocumentError::Erased => Problem::new(
            Code::Erased,
            "该主体的密钥已销毁，文书不可恢复 / the subject was erased; nothing can be read or stored",
            "登记簿仍可验证；内容已依法删除 / the log still verifies; the content is gone by law",
        ),
        DocumentError::Damaged { .. } => {
            tracing::error!(%error, "a document is damaged");
            Problem::new(
                Code::DocumentDamaged,
                "文书已损坏，与登记的 SHA-256 不符 / the stored document is not what its digest says",
                "请重新上传原件，或从备份恢复 / upload the original again, or restore the copy",
            )
        }
        other => {
            tracing::error!(error = %other, "documents cannot be used");
            Problem::new(
                Code::Unavailable,
                "文书库不可用，原因已记入日志 / documents cannot be used; see the log",
                "请联系操作员 / tell the operator",
            )
        }
    }
}
