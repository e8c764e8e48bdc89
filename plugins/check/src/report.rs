//! What the suite found, for people and for programs.

use std::fmt;

use serde::Serialize;
use shouxin_plugin_host::AbiInfo;

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
        let passed = match self.passed {
            true => "通过 PASSED",
            false => "未通过 NOT PASSED",
        };
        writeln!(f)?;
        writeln!(
            f,
            "  {passed}: 通过 passed {}, 警告 warned {}, 失败 failed {}, 略过 skipped {}; {}.{} s",
            self.count(Verdict::Passed),
            self.count(Verdict::Warned),
            self.count(Verdict::Failed),
            self.count(Verdict::Skipped),
            self.took_ms / 1_000,
            self.took_ms % 1_000 / 100,
        )
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
            took_ms: 1_250,
        };
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["findings"][0]["verdict"], "failed");
        let text = report.to_string();
        assert!(text.contains("失败 FAIL  loads"), "{text}");
        assert!(text.contains("未通过 NOT PASSED"), "{text}");
        assert!(text.contains("失败 failed 1, 略过 skipped 0; 1.2 s"), "{text}");
    }
}
