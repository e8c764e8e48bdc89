//! RFC 9457 problems: a closed table of codes, and refusals under the guard's own name.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};
use shouxin_core::guard::{Ground, Guard, Misfit, Refusal};

use crate::engine::EngineError;
use crate::engine::query::QueryError;

macro_rules! codes {
    ($($variant:ident $status:literal $code:literal $zh:literal $en:literal;)*) => {
        /// Every problem that is no guard's refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $(#[doc = $en] $variant,)* }

        impl Code {
            /// The whole table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// HTTP status, code, title in Chinese, title in English.
            pub fn row(self) -> (u16, &'static str, &'static str, &'static str) {
                match self { $(Code::$variant => ($status, $code, $zh, $en),)* }
            }
        }
    };
}

codes! {
    MalformedJson 400 "MALFORMED_JSON" "请求不是有效的 JSON" "The body is not valid JSON";
    UnknownField 400 "UNKNOWN_FIELD" "请求含有未知字段" "The body has an unknown field";
    ValueInvalid 422 "VALUE_INVALID" "字段的值不符合要求" "A field has a value it does not take";
    DateInvalid 422 "DATE_INVALID" "日期不存在或格式错误" "A date does not exist or is not YYYY-MM-DD";
    IdentifierInvalid 422 "IDENTIFIER_INVALID" "代码或编号校验不通过" "A code or id does not pass its checks";
    Limit 422 "LIMIT" "超过数量或长度上限" "A bound on number or length is exceeded";
    BodyTooLarge 413 "BODY_TOO_LARGE" "请求体过大" "The body is too large";
    DocumentType 415 "DOCUMENT_TYPE" "不接受的文书类型" "The document is of no type that is taken, or not of the declared one";
    DocumentMissing 422 "DOCUMENT_MISSING" "引用的文书未上传" "A document that is named was not uploaded for this subject";
    TextIncomplete 409 "TEXT_INCOMPLETE" "文书要素不全" "The text lacks what the law requires of it";
    DocumentDamaged 500 "DOCUMENT_DAMAGED" "文书已损坏" "A stored document is not what its digest says";
    Erased 410 "ERASED" "内容已依法删除" "The subject was erased, its texts and documents are gone";
    UploadTimeout 408 "UPLOAD_TIMEOUT" "上传超时" "The document took too long to arrive";
    Unauthenticated 401 "UNAUTHENTICATED" "密钥缺失、无效或已过期" "The key is missing, wrong or expired";
    ForbiddenRole 403 "FORBIDDEN_ROLE" "该角色无权访问" "The role may not do this";
    PurposeRequired 403 "PURPOSE_REQUIRED" "查询非公开信息须注明用途和依据" "A purpose and its basis are required";
    NotFound 404 "NOT_FOUND" "没有可向您显示的内容" "There is nothing that can be shown to you";
    NotAcceptable 406 "NOT_ACCEPTABLE" "没有所要求的格式" "It is not given in this form";
    Exists 409 "EXISTS" "已存在" "It exists already";
    State 409 "STATE" "当前状态不允许该操作" "The state does not allow this";
    IdempotencyConflict 409 "IDEMPOTENCY_CONFLICT" "幂等键已用于其他请求" "The idempotency key was used for another request";
    IdempotencyRequired 400 "IDEMPOTENCY_KEY_REQUIRED" "写操作须带 Idempotency-Key" "Writes need an Idempotency-Key";
    PreconditionFailed 412 "PRECONDITION_FAILED" "档案已变更" "The file has changed";
    ConfirmWarnings 409 "CONFIRM_WARNINGS" "内容可能暴露举报人身份，须确认" "The text may tell who wrote it; confirm to go on";
    TooMany 429 "TOO_MANY" "今日数量已满" "The number of the day is reached";
    Busy 503 "BUSY" "系统繁忙，请稍后重试" "The queue is full; try again later";
    Unavailable 503 "UNAVAILABLE" "服务暂不可用" "The service is not available";
    Internal 500 "INTERNAL" "内部错误" "An internal error";
}

/// A problem, ready to be answered. Boxed, because nearly every result carries room for one.
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    code: Cow<'static, str>,
    title_zh: &'static str,
    title_en: &'static str,
    detail: String,
    cure: String,
    field: Option<Cow<'static, str>>,
    more: Option<(&'static str, Value)>,
}

impl Problem {
    /// What is wrong and what would be right, for a terminal.
    pub fn in_words(&self) -> String {
        format!("{} {}\n{}\n{}", self.0.code, self.0.title_zh, self.0.detail, self.0.cure)
    }

    /// A problem of the table.
    pub fn new(code: Code, detail: impl Into<String>, cure: impl Into<String>) -> Problem {
        let (status, code, title_zh, title_en) = code.row();
        Problem(Box::new(Parts {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: Cow::Borrowed(code),
            title_zh,
            title_en,
            detail: detail.into(),
            cure: cure.into(),
            field: None,
            more: None,
        }))
    }

    /// The same problem with one more member.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Problem {
        self.0.more = Some((name, value));
        self
    }

    /// The same problem, naming the field it is about.
    #[must_use]
    pub fn on(mut self, field: impl Into<Cow<'static, str>>) -> Problem {
        self.0.field = Some(field.into());
        self
    }

    /// Whoever asks holds no key that opens anything today. What is wrong with it is not told.
    pub fn unauthenticated() -> Problem {
        Problem::new(
            Code::Unauthenticated,
            "密钥缺失、无效、已吊销或已过期 / the key is missing, wrong, revoked or expired",
            "请使用 Authorization: Bearer <密钥> / send the key as a bearer token",
        )
    }

    /// Nothing that this reader may see is there: the same for what is unknown and what is not
    /// theirs to see.
    pub fn not_found() -> Problem {
        let detail = "没有可显示的内容 / nothing here that can be shown to you";
        Problem::new(Code::NotFound, detail, "请核对地址和权限 / check the address and your key")
    }

    /// The code: of the table, or the guard's name.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// What is wrong here.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The field it is about; `-` for the whole.
    pub fn field(&self) -> &str {
        self.0.field.as_deref().unwrap_or("-")
    }

    fn guard(guard: Guard, refusal: &Refusal) -> Problem {
        Problem(Box::new(Parts {
            status: StatusCode::CONFLICT,
            code: Cow::Borrowed(guard.name()),
            title_zh: guard.title_zh(),
            title_en: guard.title_en(),
            detail: refusal.detail.clone(),
            cure: refusal.cure.clone(),
            field: refusal.field.map(Cow::Borrowed),
            more: None,
        }))
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let code = match refusal.ground {
            Ground::Guard(guard) => return Problem::guard(guard, &refusal),
            Ground::Misfit(Misfit::NotFound) => Code::NotFound,
            Ground::Misfit(Misfit::Exists) => Code::Exists,
            Ground::Misfit(Misfit::State) => Code::State,
            Ground::Misfit(Misfit::Limit) => Code::Limit,
            Ground::Misfit(Misfit::Value) => Code::ValueInvalid,
            Ground::Misfit(Misfit::Forbidden) => Code::ForbiddenRole,
            Ground::Misfit(Misfit::Stale) => Code::PreconditionFailed,
        };
        let problem = Problem::new(code, refusal.detail, refusal.cure);
        match refusal.field {
            Some(field) => problem.on(field),
            None => problem,
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Problem {
        let retry = "请稍后重试 / try again later";
        match error {
            EngineError::Refused(refusal) => refusal.into(),
            EngineError::KeyEnded => Problem::unauthenticated(),
            EngineError::KeyReused => Problem::new(
                Code::IdempotencyConflict,
                "同一幂等键的请求内容不同 / the same key came with another body",
                "新的请求请使用新的 Idempotency-Key / use a new key for a new request",
            ),
            EngineError::Busy => {
                Problem::new(Code::Busy, "写入队列已满 / the queue is full", retry)
            }
            EngineError::Stopped => {
                Problem::new(Code::Unavailable, "服务正在停止 / the server is stopping", retry)
            }
            EngineError::Defect(what) => {
                tracing::error!(%what, "a command met a defect");
                Problem::new(
                    Code::Internal,
                    "命令未执行，原因已记入日志 / the command was not carried out; see the log",
                    "请联系操作员 / tell the operator",
                )
            }
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Problem {
        match error {
            QueryError::NotThere(_) => Problem::not_found(),
            QueryError::Read(what) => {
                tracing::error!(%what, "a read met a defect");
                Problem::new(
                    Code::Internal,
                    "读取失败，原因已记入日志 / the read failed; see the log",
                    "请联系操作员 / tell the operator",
                )
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let parts = &self.0;
        let mut body = json!({
            "type": format!("/docs/problems#{}", parts.code),
            "title": format!("{} / {}", parts.title_zh, parts.title_en),
            "status": parts.status.as_u16(),
            "code": parts.code,
            "detail": parts.detail,
            "cure": parts.cure,
        });
        if let (Some(field), Some(object)) = (&parts.field, body.as_object_mut()) {
            object.insert("field".to_owned(), json!(field));
        }
        if let (Some((name, value)), Some(object)) = (&parts.more, body.as_object_mut()) {
            object.insert((*name).to_owned(), value.clone());
        }
        let mut response = HttpResponse::build(parts.status);
        if parts.status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((RETRY_AFTER, "1"));
        }
        if parts.status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        response.content_type("application/problem+json").body(body.to_string())
    }
}
