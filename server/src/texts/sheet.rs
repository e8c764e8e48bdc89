//! A sheet in the making: lines, and what is missing for it. Nothing is left blank unseen.

use std::fmt::Write as _;

use shouxin_core::actor::{OfficerRef, SubjectKey};
use shouxin_core::rules::Citation;

use crate::texts::{Desk, NamedWords, Party, date};

/// Numbers of headings; no text has more.
const HEADINGS: [&str; 12] =
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
/// Two full-width spaces open a paragraph.
const INDENT: &str = "　　";

/// What keeps a text from being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// What is missing, in the order of the text.
    pub missing: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Title(String),
    Plain(String),
    Heading(String),
    Paragraph(String),
    Signature(String),
}

/// A finished text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    lines: Vec<Line>,
}

impl Text {
    /// As plain text, UTF-8, line ends `\n`.
    pub fn plain(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let written = match line {
                Line::Title(own) => writeln!(text, "{own}\n"),
                Line::Plain(own) => writeln!(text, "{own}"),
                Line::Heading(own) => writeln!(text, "\n{own}"),
                Line::Paragraph(own) => writeln!(text, "{INDENT}{own}"),
                Line::Signature(own) => writeln!(text, "\n{own}"),
            };
            // Writing to a string does not fail.
            let _ = written;
        }
        text
    }

    /// As a page for printing, without scripts, styles of others or links.
    pub fn html(&self) -> String {
        let title = self.lines.iter().find_map(|line| match line {
            Line::Title(own) => Some(escape(own)),
            _ => None,
        });
        let mut page = format!(
            "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{}</title>\
             <style>body{{max-width:42em;margin:3em auto;line-height:1.8;font-family:serif}}\
             h1{{text-align:center}}h2{{font-size:1.1em}}p{{margin:0.3em 0}}\
             .paragraph{{text-indent:2em}}.signature{{text-align:right}}</style></head><body>\n",
            title.unwrap_or_default()
        );
        for line in &self.lines {
            let (open, own, close) = match line {
                Line::Title(own) => ("<h1>", own, "</h1>"),
                Line::Plain(own) => ("<p>", own, "</p>"),
                Line::Heading(own) => ("<h2>", own, "</h2>"),
                Line::Paragraph(own) => ("<p class=\"paragraph\">", own, "</p>"),
                Line::Signature(own) => ("<p class=\"signature\">", own, "</p>"),
            };
            let _ = writeln!(page, "{open}{}{close}", escape(own));
        }
        page.push_str("</body></html>\n");
        page
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A sheet in the making.
pub(super) struct Sheet<'a> {
    desk: Desk<'a>,
    lines: Vec<Line>,
    headings: usize,
    missing: Vec<String>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(desk: Desk<'a>, title: &str) -> Sheet<'a> {
        let lines = vec![Line::Title(title.to_owned())];
        Sheet { desk, lines, headings: 0, missing: Vec::new() }
    }

    pub(super) fn plain(&mut self, text: impl Into<String>) {
        self.lines.push(Line::Plain(text.into()));
    }

    pub(super) fn heading(&mut self, text: &str) {
        let number = HEADINGS.get(self.headings).copied().unwrap_or("附");
        self.headings += 1;
        self.lines.push(Line::Heading(format!("{number}、{text}")));
    }

    /// A paragraph; line ends in what somebody wrote begin new ones.
    pub(super) fn paragraph(&mut self, text: impl AsRef<str>) {
        let parts = text.as_ref().lines().map(str::trim).filter(|part| !part.is_empty());
        self.lines.extend(parts.map(|part| Line::Paragraph(part.to_owned())));
    }

    pub(super) fn missing(&mut self, what: impl Into<String>) {
        self.missing.push(what.into());
    }

    /// What must be there; where it is not, it is named and nothing stands in its place.
    pub(super) fn need(&mut self, what: &str, value: Option<&String>) -> String {
        match value.map(|own| own.trim()).filter(|own| !own.is_empty()) {
            Some(own) => own.to_owned(),
            None => {
                self.missing(what);
                String::new()
            }
        }
    }

    /// A heading with a text that must be there.
    pub(super) fn section(&mut self, heading: &str, value: Option<&String>) {
        self.heading(heading);
        let text = self.need(heading, value);
        self.paragraph(text);
    }

    /// Name and code of whom the text is about.
    pub(super) fn party(&mut self, party: &Party) -> String {
        let name = self.need("当事人名称", party.name.as_ref());
        self.plain(format!("当事人：{name}"));
        self.plain(code(party.key));
        name
    }

    /// Name of an authority by its own code.
    pub(super) fn authority(&mut self, uscc: &str) -> String {
        match self.desk.rules.department_by_uscc(uscc) {
            Some(found) => found.name_zh.clone(),
            None => {
                self.missing(format!("机关名称（{uscc}）"));
                String::new()
            }
        }
    }

    /// Name of a department by its short code.
    pub(super) fn department(&mut self, code: &str) -> String {
        match self.desk.rules.department(code) {
            Some(found) => found.name_zh.clone(),
            None => {
                self.missing(format!("部门名称（{code}）"));
                String::new()
            }
        }
    }

    /// Name of a measure with its id.
    pub(super) fn measure(&mut self, id: &str) -> String {
        match self.desk.rules.measure(id) {
            Some(found) => format!("{}（{id}）", found.name_zh),
            None => {
                self.missing(format!("措施名称（{id}）"));
                String::new()
            }
        }
    }

    /// Title and number of an instrument.
    pub(super) fn instrument(&mut self, id: &str) -> String {
        match self.desk.rules.instrument(id) {
            Some(found) if found.number.is_empty() => format!("《{}》", found.title),
            Some(found) => format!("《{}》（{}）", found.title, found.number),
            None => {
                self.missing(format!("依据名称（{id}）"));
                String::new()
            }
        }
    }

    /// A heading with each article by the title of its instrument.
    pub(super) fn basis(&mut self, basis: &[Citation]) {
        self.heading("依据");
        if basis.is_empty() {
            self.missing("依据");
        }
        for (number, own) in (1..).zip(basis) {
            let title = self.instrument(&own.instrument);
            self.paragraph(format!("{number}. {title}{}", own.article));
        }
    }

    /// A heading with each measure, who carries it out, and why it is proportionate.
    pub(super) fn measures(&mut self, heading: &str, measures: &[NamedWords]) {
        self.heading(heading);
        if measures.is_empty() {
            self.paragraph("除列入名单外，不采取其他惩戒措施。");
        }
        for (number, own) in (1..).zip(measures) {
            let name = self.measure(&own.measure);
            let department = self.department(&own.department);
            let what = format!("措施 {} 的相当性说明", own.measure);
            let why = self.need(&what, own.proportionality.as_ref());
            self.paragraph(format!("{number}. {name}，由{department}实施。{why}"));
        }
    }

    /// A heading with when a refusal is looked at again, once; after it an objection may also be repeated.
    pub(super) fn review(&mut self, what: &str, repeats: bool) {
        self.heading("复核");
        let days = self.desk.pack().review_request_wd;
        let again = if repeats { "；有新的事实的，可以再次提出异议" } else { "" };
        self.paragraph(format!(
            "有新的事实，或者认为有错误的，可以自收到{what}之日起{days}个工作日内申请复核{again}。"
        ));
    }

    /// A heading with where and until when the text's decision can be challenged.
    pub(super) fn remedies(&mut self, what: &str, authority: &str, added: Option<&String>) {
        self.heading("救济途径");
        let (Some(own), Some(department)) =
            (&self.desk.rules.remedies, self.desk.rules.department_by_uscc(authority))
        else {
            self.missing("行政复议机关和人民法院（departments.toml [remedies]）");
            return;
        };
        let text = format!(
            "如不服{what}，可以自知道之日起{}日内向{}申请行政复议，也可以自知道之日起{}个月内\
             向{}提起行政诉讼。",
            own.reconsideration_days,
            own.reconsideration_of(&department.code),
            own.suit_months,
            own.court,
        );
        self.paragraph(text);
        if let Some(added) = added {
            self.paragraph(added);
        }
    }

    /// Post of an officer.
    pub(super) fn post(&mut self, officer: &OfficerRef) -> String {
        let authority = self.desk.rules.department_by_uscc(officer.authority.as_str());
        match authority.and_then(|found| found.officer(&officer.officer)) {
            Some(found) => format!("{}（{}）", found.post_zh, found.id),
            None => {
                self.missing(format!("工作人员（{officer}）"));
                String::new()
            }
        }
    }

    /// The head of an authority, who signs what weighs on a subject.
    pub(super) fn head(&mut self, uscc: &str) -> String {
        let authority = self.desk.rules.department_by_uscc(uscc);
        match authority.and_then(|found| found.officers.iter().find(|own| own.head)) {
            Some(found) => format!("{}（{}）", found.post_zh, found.id),
            None => {
                self.missing("机关负责人");
                String::new()
            }
        }
    }

    /// Authority, officer and day under the text.
    pub(super) fn sign(&mut self, authority: &str, signed: &str) {
        self.lines.push(Line::Signature(format!("{authority}（印章）")));
        self.plain(signed);
        self.plain(date(self.desk.on));
    }

    pub(super) fn finish(self) -> Result<Text, Incomplete> {
        match self.missing.is_empty() {
            true => Ok(Text { lines: self.lines }),
            false => Err(Incomplete { missing: self.missing }),
        }
    }
}

/// The code under which somebody is registered; never the number of an identity card.
pub(super) fn code(key: SubjectKey) -> String {
    match key.is_person() {
        true => format!("自然人登记编号：{key}"),
        false => format!("统一社会信用代码：{key}"),
    }
}
