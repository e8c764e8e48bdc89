//! What the suite found, for people and for programs.

use std::fmt;

use serde::Serialize;
use shouxin_plugin_host::AbiInfo;

use crate::Options;

/// The longest detail, in characters: it may hold text from the plugin.
const DETAIL_CHARS_MAX: usize = 1_000;

/// How one rule came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The plugin holds to it.
    Passed,
    /// The plugin breaks it, and is not fit to be signed.
    Failed,
    /// It was not looked at; the detail says why.
    Skipped,
    /// Allowed, but somebody should look.
    Warned,
}

impl Verdict {
    /// The verdict in both languages, all of one width on a terminal.
    const fn label(self) -> &'static str {
        match self {
            Verdict::Passed => "通过 PASS",
            Verdict::Failed => "失败 FAIL",
            Verdict::Skipped => "略过 SKIP",
            Verdict::Warned => "警告 WARN",
        }
    }
}

/// One rule of the contract and how the plugin holds to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's name; it never changes its meaning.
    pub id: &'static str,
    /// The rule in Chinese.
    pub title_zh: &'static str,
    /// The rule in English.
    pub title_en: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// What was seen: one or a few sentences, without control characters.
    pub detail: String,
    /// How long it took to find out, in milliseconds.
    pub took_ms: u64,
}

/// Everything the suite found about one library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The library as it was named by the caller.
    pub library: String,
    /// SHA-256 of the bytes that were checked, in hexadecimal; empty if they could not be read.
    pub sha256: String,
    /// What the library says about itself, if it came that far.
    pub abi: Option<AbiInfo>,
    /// Every rule, in the order in which they were looked at.
    pub findings: Vec<Finding>,
    /// Whether nothing failed and the suite came to its end.
    pub passed: bool,
    /// The rules that were not looked at: whether the plugin holds to them is not known.
    pub not_looked_at: Vec<&'static str>,
    /// The calls of the long run that were asked for.
    pub calls: u64,
    /// How long all of it took, in milliseconds.
    pub took_ms: u64,
}

impl Report {
    /// How many findings came out like this.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }

    /// The finding with this id.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == id)
    }
}

impl Report {
    /// The last line: whether it passed, and what that does not say; or which rules are broken.
    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |verdict| -> Vec<&str> {
            let found = self.findings.iter().filter(|finding| finding.verdict == verdict);
            found.map(|finding| finding.id).collect()
        };
        if !self.passed {
            return writeln!(f, "  未通过 NOT PASSED: {}", named(Verdict::Failed).join(", "));
        }
        write!(f, "  通过 PASSED")?;
        if !self.not_looked_at.is_empty() {
            write!(f, ", 未查 not looked at: {}", self.not_looked_at.join(", "))?;
        }
        if self.calls < Options::CALLS {
            let (calls, full) = (self.calls, Options::CALLS);
            write!(
                f,
                ", 长期运行仅 {calls} 次，全量 {full} 次 / a long run of {calls} calls instead of {full}"
            )?;
        }
        let warned = named(Verdict::Warned);
        if !warned.is_empty() {
            write!(f, ", 请核对 look at: {}", warned.join(", "))?;
        }
        writeln!(f)
    }
}

/// A detail that is safe to print: bounded, and without control characters.
pub(crate) fn clean(text: &str) -> String {
    let mut clean: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(DETAIL_CHARS_MAX).collect();
    if text.chars().nth(DETAIL_CHARS_MAX).is_some() {
        clean.push('…');
    }
    clean
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "守信插件查验 · Shouxin plugin check")?;
        writeln!(f)?;
        writeln!(f, "  库 library     {}", clean(&self.library))?;
        writeln!(f, "  SHA-256        {}", self.sha256)?;
        if let Some(abi) = &self.abi {
            let (major, minor) = (abi.abi_major, abi.abi_minor);
            writeln!(f, "  插件 plugin    {} {}", clean(&abi.name), clean(&abi.version))?;
            writeln!(f, "  部门 department {}", clean(&abi.department))?;
            writeln!(f, "  契约 contract  {major}.{minor}: {}", abi.hooks.join(", "))?;
        }
        writeln!(f)?;
        for finding in &self.findings {
            let Finding { id, title_zh, title_en, verdict, detail, took_ms } = finding;
            writeln!(f, "  {}  {id:<12} {title_zh} · {title_en} ({took_ms} ms)", verdict.label())?;
            if !detail.is_empty() {
                writeln!(f, "                          {detail}")?;
            }
        }
        writeln!(f)?;
        writeln!(
            f,
            "  通过 passed {}, 警告 warned {}, 失败 failed {}, 略过 skipped {}; {}.{} s",
            self.count(Verdict::Passed),
            self.count(Verdict::Warned),
            self.count(Verdict::Failed),
            self.count(Verdict::Skipped),
            self.took_ms / 1_000,
            self.took_ms % 1_000 / 100,
        )?;
        self.verdict(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_plugin_cannot_draw_on_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\nc"), "a [31mb c");
        assert_eq!(clean(&"限".repeat(2_000)).chars().count(), DETAIL_CHARS_MAX + 1);
    }

    #[test]
    fn a_report_says_the_same_to_people_and_to_programs() {
        let report = Report {
            library: "lib.so".to_owned(),
            sha256: "00".to_owned(),
            abi: None,
            findings: vec![Finding {
                id: "loads",
                title_zh: "能载入",
                title_en: "It loads",
                verdict: Verdict::Failed,
                detail: "no symbol".to_owned(),
                took_ms: 3,
            }],
            passed: false,
            not_looked_at: vec!["name", "creates"],
            calls: Options::CALLS,
            took_ms: 1_250,
        };
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["findings"][0]["verdict"], "failed");
        let text = report.to_string();
        assert!(text.contains("失败 FAIL  loads"), "{text}");
        assert!(text.ends_with("  未通过 NOT PASSED: loads\n"), "{text}");
        assert!(text.contains("失败 failed 1, 略过 skipped 0; 1.2 s"), "{text}");
    }

    /// Whoever reads only the end must not take a part for the whole.
    #[test]
    fn the_last_line_says_what_passing_does_not_say() {
        let finding = |id, verdict| Finding {
            id,
            title_zh: "",
            title_en: "",
            verdict,
            detail: String::new(),
            took_ms: 0,
        };
        let mut report = Report {
            library: String::new(),
            sha256: String::new(),
            abi: None,
            findings: vec![finding("order", Verdict::Passed)],
            passed: true,
            not_looked_at: Vec::new(),
            calls: Options::CALLS,
            took_ms: 0,
        };
        let last = |report: &Report| report.to_string().lines().last().unwrap().to_owned();
        assert_eq!(last(&report), "  通过 PASSED");
        report.not_looked_at = vec!["order"];
        report.findings.push(finding("carries_out", Verdict::Warned));
        report.calls = Options::QUICK_CALLS;
        let said = last(&report);
        assert!(said.starts_with("  通过 PASSED, 未查 not looked at: order, "), "{said}");
        assert!(said.contains("a long run of 2000 calls instead of 100000"), "{said}");
        assert!(said.ends_with("请核对 look at: carries_out"), "{said}");
    }
}
