//! The credit report as a document to print: each thing that the JSON lists, with its authority, document,
//! days and status; legal bases, digests and what programs need stand in the JSON alone.
//!
//! The font is named and not embedded: `STSong-Light` with the predefined encoding `UniGB-UTF16-H`
//! (ISO 32000-1, 9.7.5.2) is what readers of Chinese documents know how to show with a font of their own,
//! and the register ships none.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use serde_json::Value;
use shouxin_core::rules::RuleSet;

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN_POINTS: f32 = 50.0;
const LEADING: f32 = 1.5;
const FONT: Name<'_> = Name(b"F1");
const BASE_FONT: Name<'_> = Name(b"STSong-Light");

/// How large a line stands, in points.
#[derive(Clone, Copy, PartialEq)]
enum Size {
    Title = 16,
    Heading = 12,
    Text = 10,
    Small = 8,
}

impl Size {
    fn points(self) -> f32 {
        f32::from(self as u8)
    }
}

/// A line that fits the page.
struct Line {
    size: Size,
    text: String,
    /// It is not the last of a page.
    with_next: bool,
}

/// The report as the bytes of a PDF.
pub(super) fn of(rules: &RuleSet, body: &Value) -> Vec<u8> {
    let mut lines = Lines::default();
    lines.report(rules, body);
    written(&lines.pages(), text(&body["title"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Half of the width of a Chinese character for what is Latin.
fn width_halves(letter: char) -> usize {
    if letter.is_ascii() { 1 } else { 2 }
}

#[derive(Default)]
struct Lines {
    lines: Vec<Line>,
}

impl Lines {
    /// Breaks a text into lines that fit.
    fn add(&mut self, size: Size, text: &str) {
        let fits = ((PAGE.0 - 2.0 * MARGIN_POINTS) / size.points() * 2.0) as usize;
        let mut line = String::new();
        let mut halves = 0;
        for letter in text.chars().filter(|letter| !letter.is_control()) {
            if halves + width_halves(letter) > fits {
                self.lines.push(Line { size, text: std::mem::take(&mut line), with_next: false });
                halves = 0;
            }
            halves += width_halves(letter);
            line.push(letter);
        }
        self.lines.push(Line { size, text: line, with_next: false });
    }

    /// `label：value`, where there is one.
    fn field(&mut self, label: &str, value: &Value) {
        let shown = match value {
            Value::Null => return,
            Value::String(own) if own.is_empty() => return,
            Value::String(own) => own.clone(),
            other => other.to_string(),
        };
        self.add(Size::Text, &format!("    {label}：{shown}"));
    }

    fn heading(&mut self, text: &str) {
        self.add(Size::Text, "");
        let first = self.lines.len();
        self.add(Size::Heading, text);
        self.stays_with_next(first);
    }

    fn report(&mut self, rules: &RuleSet, body: &Value) {
        self.add(Size::Title, text(&body["title"]));
        self.add(Size::Text, "");
        self.field("名称 / name", &body["name"]);
        for former in items(&body["former_names"]) {
            self.field("曾用名 / former name", former);
        }
        self.field("统一社会信用代码 / code", &body["key"]);
        self.field("报告日 / as of", &body["as_of"]);
        self.field("登记位置 / position", &body["position"]);
        self.field("范围 / scope", &body["scope"]);
        self.listings(rules, body);
        self.records(rules, body);
        self.commitments(rules, body);
        self.classifications(body);
        self.own_alone(rules, body);
        self.recommendation(body);
        self.ways_out(body);
        self.heading("说明 / Statement");
        self.add(Size::Text, text(&body["statement"]));
        if let Some(next) = body["next"].as_str() {
            self.add(Size::Text, &format!("后续记录见 after={next} / more records follow"));
        }
    }

    fn listings(&mut self, rules: &RuleSet, body: &Value) {
        self.heading("名单 / Listings");
        self.none(&body["listings"]);
        for own in items(&body["listings"]) {
            let list = match text(&own["colour"]) {
                "black" => "严重失信主体名单 / black list",
                _ => "守信激励名单 / red list",
            };
            self.head(own, list);
            let behaviour = rules.behaviour(text(&own["behaviour"]));
            self.field(
                "认定行为 / behaviour",
                &behaviour.map_or(Value::Null, |own| own.name_zh.clone().into()),
            );
            self.field("认定机关 / authority", &named(rules, &own["authority"]));
            self.field("决定文号 / decision", &own["decision"]["number"]);
            self.field("生效 / since", &own["decision"]["starts_on"]);
            self.field("截止 / until", &own["decision"]["end"]);
            self.field("状态 / status", &status(&own["status"]));
        }
    }

    fn records(&mut self, rules: &RuleSet, body: &Value) {
        self.heading("记录 / Records");
        self.none(&body["records"]);
        for own in items(&body["records"]) {
            let item = rules.item(text(&own["item"])).map(|item| item.name_zh.as_str());
            let item = item.unwrap_or_else(|| text(&own["item"]));
            self.head(own, item);
            self.field("文号 / document", &own["document_number"]);
            self.field("文书日期 / date", &own["document_date"]);
            self.field("提供单位 / provider", &named(rules, &own["provider"]));
            self.field("严重程度 / severity", &own["severity"]);
            self.field("公示至 / shown until", &own["publicity_until"]);
            self.field("状态 / status", &status(&own["status"]));
            for (label, value) in own["content"].as_object().into_iter().flatten() {
                self.field(label, value);
            }
        }
    }

    fn commitments(&mut self, rules: &RuleSet, body: &Value) {
        self.section("信用承诺 / Commitments", &body["commitments"], |lines, own| {
            lines.head(own, text(&own["kind"]));
            lines.field("受理机关 / authority", &named(rules, &own["authority"]));
            lines.field("签署 / signed", &own["signed_on"]);
            lines.field("到期 / due", &own["due"]);
            lines.field("履行 / fulfilled", &own["fulfilled_on"]);
            lines.field("状态 / state", &own["state"]);
        });
    }

    /// What nobody but the subject itself is given.
    fn own_alone(&mut self, rules: &RuleSet, body: &Value) {
        self.section("责任认定 / Attributions", &body["attributions"], |lines, own| {
            lines.head(own, text(&own["listing"]));
            lines.field("认定机关 / authority", &named(rules, &own["authority"]));
            lines.field("决定文号 / decision", &own["decision"]["number"]);
            lines.field("截止 / until", &own["decision"]["end"]);
            lines.field("状态 / standing", &own["standing"]);
        });
        self.section("措施 / Measures", &body["measures"], |lines, own| {
            let measure = rules.measure(text(&own["measure"])).map(|known| known.name_zh.as_str());
            lines.head(own, measure.unwrap_or_else(|| text(&own["measure"])));
            let department = rules.department(text(&own["department"]));
            let department = department.map_or(Value::Null, |known| known.name_zh.clone().into());
            lines.field("实施部门 / department", &department);
            lines.field("决定文号 / decision", &own["decision_number"]);
            lines.field("截止 / until", &own["until"]);
            lines.field("状态 / standing", &own["standing"]);
        });
        self.section("异议 / Objections", &body["objections"], |lines, own| {
            lines.head(own, text(&own["target"]));
            lines.field("提出 / filed", &own["filed_on"]);
            lines.field("状态 / state", &own["state"]);
        });
        self.section("信用修复 / Repairs", &body["repairs"], |lines, own| {
            let kinds = ["listing", "record", "commitment", "attribution"];
            let of = kinds.iter().find_map(|kind| own[*kind].as_str());
            lines.head(own, of.unwrap_or_default());
            lines.field("申请 / applied", &own["applied_on"]);
            lines.field("状态 / state", &own["state"]);
        });
    }

    fn classifications(&mut self, body: &Value) {
        let title = "行业主管部门的分类 / Classifications made elsewhere";
        self.section(title, &body["imported_classifications"], |lines, own| {
            lines.head(own, text(&own["class_name"]));
            lines.field("作出单位 / author", &own["author"]["name"]);
            lines.field("标准 / standard", &own["standard"]["title"]);
            lines.field("有效至 / until", &own["valid_until"]);
        });
    }

    /// A heading and what stands under it; nothing where there is nothing.
    fn section(&mut self, title: &str, list: &Value, each: impl Fn(&mut Lines, &Value)) {
        if items(list).next().is_none() {
            return;
        }
        self.heading(title);
        items(list).for_each(|own| each(self, own));
    }

    /// The first line of a thing, which stays with the next.
    fn head(&mut self, own: &Value, what: &str) {
        let first = self.lines.len();
        self.add(Size::Text, &format!("{}  {what}", text(&own["id"])));
        self.stays_with_next(first);
    }

    fn stays_with_next(&mut self, from: usize) {
        self.lines.iter_mut().skip(from).for_each(|line| line.with_next = true);
    }

    fn recommendation(&mut self, body: &Value) {
        let free = &body["recommendation"]["record_free"]["statement"];
        if free.is_string() {
            self.heading("推荐 / Recommendation");
            self.add(Size::Text, text(free));
        }
    }

    fn ways_out(&mut self, body: &Value) {
        self.heading("异议、修复与救济 / Objection, repair, remedies");
        let remedies = &body["remedies"];
        for way in ["objection", "repair"] {
            self.add(Size::Text, text(&remedies[way]));
        }
        let reconsideration = &remedies["reconsideration"];
        if reconsideration.is_object() {
            let line = format!(
                "行政复议：{}，{} 日内 / reconsideration within {} days",
                text(&reconsideration["body"]),
                reconsideration["days"],
                reconsideration["days"]
            );
            self.add(Size::Text, &line);
            let suit = &remedies["suit"];
            let line = format!(
                "行政诉讼：{}，{} 个月内 / suit within {} months",
                text(&suit["court"]),
                suit["months"],
                suit["months"]
            );
            self.add(Size::Text, &line);
        }
    }

    fn none(&mut self, list: &Value) {
        if items(list).next().is_none() {
            self.add(Size::Text, "    无 / none");
        }
    }

    /// What stands on each page.
    fn pages(self) -> Vec<Vec<Line>> {
        let room = PAGE.1 - 2.0 * MARGIN_POINTS;
        let mut pages = Vec::new();
        let mut page: Vec<Line> = Vec::new();
        let mut used = 0.0;
        for line in self.lines {
            let height = line.size.points() * LEADING;
            if used + height > room {
                let kept =
                    page.iter().rposition(|own| !own.with_next).map_or(page.len(), |at| at + 1);
                let moved = page.split_off(kept);
                pages.push(std::mem::replace(&mut page, moved));
                used = page.iter().map(|own| own.size.points() * LEADING).sum();
            }
            used += height;
            page.push(line);
        }
        pages.push(page);
        pages
    }
}

/// An authority by its name, else by its code.
fn named(rules: &RuleSet, code: &Value) -> Value {
    match rules.department_by_uscc(text(code)) {
        Some(own) => own.name_zh.clone().into(),
        None => code.clone(),
    }
}

fn status(code: &Value) -> Value {
    let said = match text(code) {
        "final" => "有效 / final",
        "under_objection" => "异议处理中 / under objection",
        "under_reconsideration" => "行政复议中 / under reconsideration",
        "in_court" => "行政诉讼中 / in court",
        other => other,
    };
    said.into()
}

/// UTF-16, big end first: what the encoding of the font reads.
fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn written(pages: &[Vec<Line>], title: &str) -> Vec<u8> {
    let mut last = 0;
    let mut next = || {
        last += 1;
        Ref::new(last)
    };
    let (catalog, tree, info) = (next(), next(), next());
    let (font, cid, descriptor) = (next(), next(), next());
    let places: Vec<(Ref, Ref)> = pages.iter().map(|_| (next(), next())).collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree).lang(TextStr("zh-CN"));
    pdf.document_info(info).title(TextStr(title)).producer(TextStr("Shouxin"));
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(places.iter().map(|own| own.0)).count(count);
    for (number, (page, (own, contents))) in pages.iter().zip(&places).enumerate() {
        let mut entry = pdf.page(*own);
        entry.parent(tree).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(*contents);
        entry.resources().fonts().pair(FONT, font);
        entry.finish();
        pdf.stream(*contents, &drawn(page, number + 1, pages.len()));
    }
    font_of(&mut pdf, (font, cid, descriptor));
    pdf.finish()
}

fn drawn(page: &[Line], number: usize, of: usize) -> Vec<u8> {
    let mut content = Content::new();
    let mut y = PAGE.1 - MARGIN_POINTS;
    let put = |content: &mut Content, size: Size, y: f32, text: &str| {
        content.begin_text();
        content.set_font(FONT, size.points());
        content.next_line(MARGIN_POINTS, y);
        content.show(Str(&utf16(text)));
        content.end_text();
    };
    for line in page {
        y -= line.size.points() * LEADING;
        put(&mut content, line.size, y, &line.text);
    }
    let foot = format!("第 {number} 页，共 {of} 页 / page {number} of {of}");
    put(&mut content, Size::Small, MARGIN_POINTS / 2.0, &foot);
    content.finish().to_vec()
}

fn font_of(pdf: &mut Pdf, (font, cid, descriptor): (Ref, Ref, Ref)) {
    pdf.type0_font(font)
        .base_font(Name(b"STSong-Light-UniGB-UTF16-H"))
        .encoding_predefined(Name(b"UniGB-UTF16-H"))
        .descendant_font(cid);
    let mut own = pdf.cid_font(cid);
    own.subtype(CidFontType::Type0).base_font(BASE_FONT).font_descriptor(descriptor);
    let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"GB1"), supplement: 4 };
    own.system_info(system).default_width(1000.0);
    // The Latin letters of this character collection.
    own.widths().same(1, 95, 500.0);
    own.finish();
    pdf.font_descriptor(descriptor)
        .name(BASE_FONT)
        .flags(FontFlags::SYMBOLIC | FontFlags::SERIF)
        .bbox(Rect::new(-25.0, -254.0, 1000.0, 880.0))
        .italic_angle(0.0)
        .ascent(880.0)
        .descent(-120.0)
        .cap_height(880.0)
        .stem_v(93.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{load_rules, read_rules};
    use serde_json::json;

    fn rules() -> RuleSet {
        let config = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
        load_rules(&read_rules(&config).unwrap()).unwrap()
    }

    fn report(records: usize) -> Value {
        let record = |number: usize| {
            json!({
                "id": format!("R-{number}"), "item": "FJ-FR-0302", "provider": "11350426XY0001023Q",
                "document_number": format!("尤示字〔2026〕{number}号"), "document_date": "2026-03-02",
                "publicity_until": "2027-03-02", "status": "final",
                "content": {"摘要": "长文字".repeat(60)},
            })
        };
        json!({
            "title": "公共信用信息报告", "name": "尤溪县某某有限公司", "key": "91350426XY00100420",
            "as_of": "2026-03-02", "statement": "不含评分", "listings": [],
            "records": (0..records).map(record).collect::<Vec<_>>(),
        })
    }

    /// The text of a page, line by line.
    fn pages(body: &Value) -> Vec<Vec<Line>> {
        let mut lines = Lines::default();
        lines.report(&rules(), body);
        lines.pages()
    }

    #[test]
    fn every_fact_stands_on_a_page_and_no_line_leaves_it() {
        let pages = pages(&report(40));
        assert!(pages.len() > 3, "{} pages", pages.len());
        let all: String = pages.iter().flatten().map(|line| line.text.as_str()).collect();
        for number in 0..40 {
            assert!(all.contains(&format!("尤示字〔2026〕{number}号")), "{number}");
        }
        assert_eq!(all.matches("长文字").count(), 40 * 60, "a broken line loses nothing");
        for page in &pages {
            let high: f32 = page.iter().map(|line| line.size.points() * LEADING).sum();
            assert!(high <= PAGE.1 - 2.0 * MARGIN_POINTS);
            assert!(page.last().is_some_and(|line| !line.with_next), "a head without its thing");
            for line in page {
                let halves: usize = line.text.chars().map(width_halves).sum();
                let wide = line.size.points() / 2.0 * f32::from(u16::try_from(halves).unwrap());
                assert!(wide <= PAGE.0 - 2.0 * MARGIN_POINTS, "{}", line.text);
            }
        }
    }

    #[test]
    fn the_document_is_the_same_for_the_same_report_and_holds_its_text() {
        let written = of(&rules(), &report(2));
        assert!(written.starts_with(b"%PDF-1.7") && written.trim_ascii_end().ends_with(b"%%EOF"));
        assert_eq!(written, of(&rules(), &report(2)));
        let name = data_encoding::HEXUPPER.encode(&utf16("尤溪县某某有限公司"));
        assert!(String::from_utf8_lossy(&written).contains(&name), "{name}");
    }
}
