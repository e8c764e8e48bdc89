//! What may stand behind the `?` of an address: what a route does not know is refused, because a misspelt
//! filter would answer everything (docs/API.md). One type for each query says what there is; the table
//! of routes, the OpenAPI document and the refusals are made from it.

use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::QueryPayloadError;
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::{Data, Query, QueryConfig};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::http::problem::{Code, Problem};

/// The parameters of a query type, as the OpenAPI document has them.
pub(crate) fn parameters<Q: IntoParams>() -> Vec<Parameter> {
    Q::into_params(|| Some(ParameterIn::Query))
}

/// What one route takes.
struct Takes {
    names: Vec<String>,
    /// Reads a query string as the route's type; what is wrong with it, if anything.
    read: fn(&str) -> Option<String>,
}

/// What each route takes, by its method and path.
#[derive(Default)]
pub(crate) struct Known(HashMap<(Method, String), Takes>);

fn read<Q: DeserializeOwned>(text: &str) -> Option<String> {
    let wrong = Query::<Q>::from_query(text).err()?;
    Some(match wrong {
        QueryPayloadError::Deserialize(error) => error.to_string(),
        other => other.to_string(),
    })
}

impl Known {
    /// A route with a query.
    pub(crate) fn takes<Q: IntoParams + DeserializeOwned>(&mut self, method: Method, path: &str) {
        let names = parameters::<Q>().into_iter().map(|own| own.name).collect();
        self.0.insert((method, path.to_owned()), Takes { names, read: read::<Q> });
    }

    /// A route without one.
    pub(crate) fn takes_none(&mut self, method: Method, path: &str) {
        let none = Takes { names: Vec::new(), read: |_| None };
        self.0.insert((method, path.to_owned()), none);
    }

    fn check(&self, method: Method, path: String, query: &str) -> Result<(), Problem> {
        let Some(takes) = self.0.get(&(method, path)) else {
            return Ok(());
        };
        let pairs = Query::<Vec<(String, String)>>::from_query(query);
        let pairs = pairs.map(Query::into_inner).map_err(|error| wrong(&error.to_string()))?;
        for (at, (name, _)) in pairs.iter().enumerate() {
            if !takes.names.contains(name) {
                return Err(unknown(name, &takes.names));
            }
            if pairs.iter().take(at).any(|before| before.0 == *name) {
                return Err(named(name, "出现多次 / it is given more than once"));
            }
        }
        let Some(error) = (takes.read)(query) else {
            return Ok(());
        };
        // The error of a wrong value does not say whose it is: each is tried alone.
        let alone = query.split('&').find_map(|pair| {
            let error = (takes.read)(pair).filter(|error| missing(error).is_none())?;
            let own = Query::<Vec<(String, String)>>::from_query(pair).ok()?;
            Some(named(&own.first()?.0, &error))
        });
        Err(alone.unwrap_or_else(|| wrong(&error)))
    }
}

/// The parameter that an error says is missing.
fn missing(error: &str) -> Option<&str> {
    error.split_once("missing field `")?.1.split('`').next()
}

fn unknown(name: &str, names: &[String]) -> Problem {
    let cure = match names {
        [] => {
            "该接口不接受参数，请去掉 / this address takes no parameters: leave it out".to_owned()
        }
        names => format!("该接口的参数：{} / the parameters of this address", names.join("、")),
    };
    // What was misspelt is no part of the register: it is said back, cut to a line.
    let name: String = name.chars().take(64).collect();
    let detail = format!("未知参数 {name} / the parameter {name} is not known here");
    Problem::new(Code::ValueInvalid, detail, cure).on(name)
}

fn named(name: &str, error: &str) -> Problem {
    let code = match error.contains("calendar day") {
        true => Code::DateInvalid,
        false => Code::ValueInvalid,
    };
    let detail = format!("参数 {name} 的值不符合要求：{error} / the value of {name} is not taken");
    let cure = "参数的类型见 /openapi.json / see there for the types of parameters";
    Problem::new(code, detail, cure).on(name.to_owned())
}

fn wrong(error: &str) -> Problem {
    if let Some(name) = missing(error) {
        let detail = format!("缺少参数 {name} / the parameter {name} is missing");
        let cure = format!("请补充 ?{name}=，见 /openapi.json / add it");
        return Problem::new(Code::ValueInvalid, detail, cure).on(name.to_owned());
    }
    let detail = format!("参数无法读取：{error} / the parameters cannot be read");
    let cure =
        "请按 名称=值 并以 & 分隔，特殊字符用百分号编码 / name=value, joined by &, percent-encoded";
    Problem::new(Code::ValueInvalid, detail, cure)
}

/// How a query that a handler cannot read is answered.
pub fn config() -> QueryConfig {
    QueryConfig::default().error_handler(|error: QueryPayloadError, _: &HttpRequest| {
        let text = match &error {
            QueryPayloadError::Deserialize(error) => error.to_string(),
            other => other.to_string(),
        };
        wrong(&text).into()
    })
}

/// Turns away what a route does not know, before anything else is looked at.
pub async fn known(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if !request.query_string().is_empty()
        && let Some(known) = request.app_data::<Data<Known>>()
        && let Some(path) = request.match_pattern()
    {
        known.check(request.method().clone(), path, request.query_string())?;
    }
    next.call(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use shouxin_core::time::Day;

    #[derive(Debug, Deserialize, IntoParams)]
    #[into_params(parameter_in = Query)]
    #[allow(dead_code, reason = "only what is read of it is looked at")]
    struct Asked {
        subject: String,
        limit: Option<usize>,
        #[param(value_type = Option<String>)]
        since: Option<Day>,
    }

    fn asked(query: &str) -> Option<(String, String)> {
        let mut known = Known::default();
        known.takes::<Asked>(Method::GET, "/v1/things");
        known.takes_none(Method::GET, "/v1/thing");
        let problem = known.check(Method::GET, "/v1/things".to_owned(), query).err()?;
        assert!(problem.detail().contains(" / "), "{problem}");
        Some((problem.code().to_owned(), problem.field().to_owned()))
    }

    #[test]
    fn what_is_wrong_with_a_query_is_said_of_its_parameter() {
        let said = |code: &str, field: &str| Some((code.to_owned(), field.to_owned()));
        assert_eq!(asked("subject=P&limit=5&since=2026-03-02"), None);
        assert_eq!(asked("limit=5"), said("VALUE_INVALID", "subject"));
        assert_eq!(asked("subject=P&limit=many"), said("VALUE_INVALID", "limit"));
        assert_eq!(asked("subject=P&limit=-1"), said("VALUE_INVALID", "limit"));
        assert_eq!(asked("subject=P&since=2026-02-30"), said("DATE_INVALID", "since"));
        assert_eq!(asked("subject=P&at=2026-01-01"), said("VALUE_INVALID", "at"));
        assert_eq!(asked("subject=P&subject=Q"), said("VALUE_INVALID", "subject"));
        assert_eq!(asked("subject=%E5%B0%A4"), None);
    }

    #[test]
    fn a_route_without_a_query_takes_none_and_a_strange_route_is_left_to_the_routes() {
        let mut known = Known::default();
        known.takes_none(Method::GET, "/v1/thing");
        let at = |path: &str| known.check(Method::GET, path.to_owned(), "min_position=0.1");
        assert_eq!(
            at("/v1/thing").map_err(|own| own.field().to_owned()),
            Err("min_position".into())
        );
        assert!(at("/nowhere").is_ok());
    }
}
