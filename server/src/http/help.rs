//! `/docs`: the table of problems, to which the `type` of each problem leads, and where the rest is found.
//! Pages without scripts or anything from elsewhere.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use shouxin_core::guard::Guard;

use crate::http::problem::Code;

/// Registers the pages.
pub(super) fn routes(service: &mut ServiceConfig) {
    service.route("/docs", web::get().to(|| async { page(&docs()) }));
    service.route("/docs/problems", web::get().to(|| async { page(&problems()) }));
}

fn page(text: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"))
        .body(text.to_owned())
}

fn html(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head><meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <style>body{{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}\
         td,th{{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc}}\
         tr:target{{background:#ffc}}</style></head>\n<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )
}

fn docs() -> String {
    html(
        "守信 / Shouxin",
        "<p>县级公共信用登记的接口。<br>The interface of a county's public-credit register.</p>\n<ul>\n\
         <li><a href=\"/openapi.json\">/openapi.json</a>：全部接口、参数和请求体 / every address, parameter \
         and body</li>\n<li><a href=\"/docs/problems\">/docs/problems</a>：问题代码 / the codes of \
         problems</li>\n</ul>\n",
    )
}

/// The closed table of codes: first those of requests, then the guards.
fn problems() -> String {
    let mut body = String::from(
        "<p>每个问题注明代码、原因（detail）和补救办法（cure）。<br>Each problem names its code, what is \
         wrong (detail) and what would be right (cure).</p>\n<table>\n<tr><th>代码 / code</th><th>HTTP</th>\
         <th>含义</th><th>meaning</th></tr>\n",
    );
    let codes = Code::ALL.iter().map(|code| code.row());
    let guards =
        Guard::ALL.iter().map(|guard| (409, guard.name(), guard.title_zh(), guard.title_en()));
    for (status, code, zh, en) in codes.chain(guards) {
        // Writing to a string does not fail.
        let _ = writeln!(
            body,
            "<tr id=\"{code}\"><td><code>{code}</code></td><td>{status}</td><td>{zh}</td><td>{en}</td></tr>"
        );
    }
    body.push_str("</table>\n<p><a href=\"/docs\">/docs</a></p>\n");
    html("问题代码 / Problems", &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_place_that_the_type_of_a_problem_leads_to() {
        let page = problems();
        let codes = Code::ALL.iter().map(|code| code.row().1);
        for code in codes.chain(Guard::ALL.iter().map(|guard| guard.name())) {
            assert_eq!(page.matches(&format!("id=\"{code}\"")).count(), 1, "{code}");
        }
        assert!(docs().contains("/docs/problems") && docs().contains("/openapi.json"));
    }
}
