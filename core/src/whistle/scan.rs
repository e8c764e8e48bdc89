//! Finds places of a text that tell who wrote it, so that the writer is warned before anything is
//! kept. It errs towards warning: the writer may go on, a place that was missed cannot be unsaid.

use serde::Serialize;

use crate::identifier::citizen_number::CitizenNumber;
use crate::identifier::narrow;
use crate::limits::WARNINGS_MAX;
use crate::time::Day;

/// What a place looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// A citizen identity number, by its checksum, or one of the first generation.
    CitizenNumber,
    /// A mobile or fixed telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// Words with which people introduce themselves.
    SelfNaming,
    /// Words that introduce an account or a way to be reached.
    Contact,
}

impl WarningKind {
    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            WarningKind::CitizenNumber => "公民身份号码 / a citizen identity number",
            WarningKind::Phone => "电话号码 / a telephone number",
            WarningKind::Email => "电子邮箱 / an e-mail address",
            WarningKind::SelfNaming => "自报姓名或身份 / words that introduce you",
            WarningKind::Contact => "联系方式 / a way to reach you",
        }
    }
}

/// A place that may tell who wrote the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What it looks like.
    pub kind: WarningKind,
    /// Characters before it.
    pub at: usize,
    /// Its length in characters.
    pub length: usize,
}

const NAMING: &[&str] = &[
    "我叫",
    "我的名字",
    "我的姓名",
    "本人姓名",
    "本人叫",
    "本人名叫",
    "本人系",
    "举报人姓名",
    "举报人:",
    "my name is",
];
const CONTACT: &[&str] =
    &["微信号", "微信:", "qq号", "qq:", "联系我", "我的电话", "我的手机", "身份证号", "my phone"];

/// Groups of digits that one number may be written in.
const GROUPS_MAX: usize = 6;

/// Places in `text` that may tell who wrote it, in their order; `WARNINGS_MAX` at most.
pub fn self_identifying(text: &str, today: Day) -> Vec<Warning> {
    let chars: Vec<char> = text.chars().map(plain).collect();
    let mut found = Vec::new();
    for (kind, words) in [(WarningKind::SelfNaming, NAMING), (WarningKind::Contact, CONTACT)] {
        for word in words {
            found.extend(places(&chars, word).map(|(at, length)| Warning { kind, at, length }));
        }
    }
    found.extend(numbers(&chars, today));
    found.extend(emails(&chars));
    found.sort_by_key(|own| (own.at, own.kind));
    found.truncate(WARNINGS_MAX);
    found
}

/// A full-width character as its plain form, in lower case: forms are filled in either way.
fn plain(letter: char) -> char {
    match letter {
        '\u{3000}' => ' ',
        other => narrow(other).to_ascii_lowercase(),
    }
}

fn places<'a>(chars: &'a [char], word: &str) -> impl Iterator<Item = (usize, usize)> + 'a {
    let word: Vec<char> = word.chars().collect();
    let length = word.len();
    chars
        .windows(length)
        .enumerate()
        .filter(move |(_, window)| *window == word.as_slice())
        .map(move |(at, _)| (at, length))
}

/// A run of digits, or digits and a closing x.
struct Group {
    at: usize,
    end: usize,
}

fn groups(chars: &[char]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let digits = chars[at..].iter().take_while(|own| own.is_ascii_digit()).count();
        if digits == 0 {
            at += 1;
            continue;
        }
        let mut end = at + digits;
        let before_end = chars.get(end + 1).is_none_or(|next| !next.is_ascii_alphanumeric());
        if chars.get(end) == Some(&'x') && before_end {
            end += 1;
        }
        groups.push(Group { at, end });
        at = end;
    }
    groups
}

fn numbers(chars: &[char], today: Day) -> Vec<Warning> {
    let groups = groups(chars);
    let mut found = Vec::new();
    let mut first = 0;
    while let Some(start) = groups.get(first) {
        let mut text = String::new();
        let mut hit = None;
        let mut end = start.at;
        for (place, group) in groups.iter().enumerate().skip(first).take(GROUPS_MAX) {
            let between = &chars[end..group.at];
            let joined = match between {
                [] => true,
                [only] => [' ', '-', '.', '·', '—', '(', ')'].contains(only),
                _ => false,
            };
            if place > first && !joined {
                break;
            }
            text.extend(&chars[group.at..group.end]);
            end = group.end;
            if let Some(kind) = kind_of(&text, today) {
                hit = Some((place, Warning { kind, at: start.at, length: end - start.at }));
            }
        }
        match hit {
            Some((place, warning)) => {
                found.push(warning);
                first = place + 1;
            }
            None => first += 1,
        }
    }
    found
}

/// What a number is, without its separators.
fn kind_of(text: &str, today: Day) -> Option<WarningKind> {
    let citizen = match text.len() {
        18 => CitizenNumber::parse(&text.to_ascii_uppercase(), today).is_ok(),
        15 => text.get(6..12).is_some_and(is_short_birth_date),
        _ => false,
    };
    if citizen {
        return Some(WarningKind::CitizenNumber);
    }
    let national = text.strip_prefix("0086").or_else(|| text.strip_prefix("86")).unwrap_or(text);
    let mobile = |own: &str| {
        own.len() == 11
            && own.starts_with('1')
            && matches!(own.as_bytes().get(1), Some(b'3'..=b'9'))
            && !own.ends_with('x')
    };
    let fixed = |own: &str| {
        (10..=12).contains(&own.len())
            && own.starts_with('0')
            && matches!(own.as_bytes().get(1), Some(b'1'..=b'9'))
            && !own.ends_with('x')
    };
    (mobile(text) || mobile(national) || fixed(text)).then_some(WarningKind::Phone)
}

/// Whether six digits are year, month and day of the last century, as numbers of the first
/// generation had them.
fn is_short_birth_date(text: &str) -> bool {
    format!("19{}-{}-{}", &text[..2], &text[2..4], &text[4..6]).parse::<Day>().is_ok()
}

fn emails(chars: &[char]) -> Vec<Warning> {
    let local = |own: &char| own.is_ascii_alphanumeric() || "._%+-".contains(*own);
    let domain = |own: &char| own.is_ascii_alphanumeric() || ".-".contains(*own);
    let signs = chars.iter().enumerate().filter(|(_, own)| **own == '@').map(|(at, _)| at);
    signs
        .filter_map(|at| {
            let before = chars[..at].iter().rev().take_while(|own| local(own)).count();
            let after = chars[at + 1..].iter().take_while(|own| domain(own)).count();
            let dotted = chars[at + 1..at + 1 + after].contains(&'.');
            let length = before + 1 + after;
            (before > 0 && dotted).then_some(Warning {
                kind: WarningKind::Email,
                at: at - before,
                length,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(WarningKind, String)> {
        let warnings = self_identifying(text, "2026-11-23".parse().unwrap());
        let place = |own: &Warning| text.chars().skip(own.at).take(own.length).collect();
        warnings.iter().map(|own| (own.kind, place(own))).collect()
    }

    #[test]
    fn what_tells_who_wrote_it_is_found_however_it_is_written() {
        use WarningKind as K;
        for (text, kind, place) in [
            ("证号11010519491231002X。", K::CitizenNumber, "11010519491231002X"),
            ("证号11010519491231002x", K::CitizenNumber, "11010519491231002x"),
            ("110105 19491231 002X", K::CitizenNumber, "110105 19491231 002X"),
            (
                "１１０１０５１９４９１２３１００２Ｘ",
                K::CitizenNumber,
                "１１０１０５１９４９１２３１００２Ｘ",
            ),
            ("sfz11010519491231002X", K::CitizenNumber, "11010519491231002X"),
            ("旧号110105491231002", K::CitizenNumber, "110105491231002"),
            ("打13800138000找", K::Phone, "13800138000"),
            ("138-0013-8000", K::Phone, "138-0013-8000"),
            ("+86 138 0013 8000", K::Phone, "86 138 0013 8000"),
            ("座机0598-6321234", K::Phone, "0598-6321234"),
            ("写信到li.lei@example.com吧", K::Email, "li.lei@example.com"),
            ("ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", K::Email, "ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ"),
            ("我叫李雷", K::SelfNaming, "我叫"),
            ("本人姓名：李雷", K::SelfNaming, "本人姓名"),
            ("My Name is Li", K::SelfNaming, "My Name is"),
            ("微信：lilei", K::Contact, "微信："),
        ] {
            assert_eq!(found(text), [(kind, place.to_owned())], "{text}");
        }
    }

    #[test]
    fn two_numbers_side_by_side_are_two() {
        let both = found("13800138000 13900139000");
        assert_eq!(both.len(), 2, "{both:?}");
    }

    #[test]
    fn what_a_report_is_about_is_no_warning() {
        for text in [
            "开办单位11350426XY0001023Q；",
            "该公司（91350426MA2XXXXX0Q）2025年3月12日排放污水，罚款250000元。",
            "110105194912310021",
            "合同编号 20250312-0001",
            "面积1380013800亩，@所有人",
            "账号6222021402001234567",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn warnings_are_bounded_and_no_text_makes_it_panic() {
        assert_eq!(found(&"我叫".repeat(100)).len(), WARNINGS_MAX);
        for text in ["", "@", "1", "x", "１", "1@", "@.", "1x1x1x", "0-0-0-0-0-0-0-0-0-0"] {
            found(text);
        }
    }
}
