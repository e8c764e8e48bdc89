//! The working-day calendar (domain.md 5): which days count, and the last day of a period.
//!
//! The State Council's notice for a year appears in the November before it, so a period may run
//! into days that no notice covers yet. Such days follow the week and the statutory fixed days,
//! and the deadline says that it is provisional; nothing fails for want of a notice.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// First line of a calendar file.
const HEADER: &str = "date,kind,holiday,notice_year";
/// Bytes of one calendar file; twenty years are 25 KiB.
const FILE_BYTES_MAX: usize = 1024 * 1024;
/// Statutory holidays with a fixed date, as (month, day): New Year, Labour Day and National Day in
/// the wording in force since 2025-01-01. Those of the lunar calendar are known by notice only.
const FIXED_HOLIDAYS: [(i8, i8); 6] = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)];
/// The fixed days that every notice since 2007 lists as off: a notice without one is truncated.
const LISTED_IN_EVERY_NOTICE: [(i8, i8); 5] = [(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)];

/// A computed last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Deadline {
    /// The last counted day; the period ends at its 24:00.
    pub day: Day,
    /// The calendar did not reach far enough: weekdays and statutory fixed days were counted. A
    /// newer calendar counts anew, as long as the day has not passed (domain.md 5.2).
    pub provisional: bool,
    /// The day of the act, which is not counted itself (Civil Code 201).
    pub from: Day,
    /// How many working days it is.
    pub working_days: u16,
}

/// What the calendar knows of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingDay {
    /// Whether it counts.
    pub working: bool,
    /// Whether a notice for its year is loaded; if not, `working` may still turn out otherwise.
    pub covered: bool,
}

/// A calendar file that cannot be used, with the place of the first problem.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct CalendarError {
    /// Name of the file as given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to do, Chinese / English.
    pub problem: String,
}

/// Days that the yearly notices moved, and the years that have a notice. The default knows none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Whether the day is worked, for each day that a notice names.
    moved: BTreeMap<Day, bool>,
    /// Years with a notice.
    years: BTreeSet<i16>,
}

impl Calendar {
    /// Reads calendar files, given as name and text, in any order. A file is CSV without quoting,
    /// `date,kind,holiday,notice_year`: `2026-01-04,work,元旦,2026`. `off` is a day off, `work` a
    /// day worked, mostly a Saturday or Sunday in exchange; days on no line follow the week.
    ///
    /// # Errors
    /// The first line that is malformed, names a day twice or belongs to a notice of another year;
    /// or a notice that misses one of its fixed holidays.
    pub fn parse(files: &[(&str, &str)]) -> Result<Calendar, CalendarError> {
        let mut calendar = Calendar::default();
        let mut seen_at = BTreeMap::new();
        // Where each year's notice was last seen, to tell where it is incomplete.
        let mut notices: BTreeMap<i16, (&str, usize)> = BTreeMap::new();
        for &(file, text) in files {
            for (line, row) in rows(file, text)? {
                let place = (file, line);
                let row = Row::parse(row).map_err(|problem| error(place, problem))?;
                if let Some((file, line)) = seen_at.insert(row.day, place) {
                    let day = row.day;
                    return Err(error(
                        place,
                        format!(
                            "{day} 重复，已见于 {file}:{line} / {day} is listed already at {file}:{line}"
                        ),
                    ));
                }
                calendar.moved.insert(row.day, row.working);
                notices.insert(row.notice_year, place);
            }
        }
        for (year, place) in notices {
            calendar.check_complete(year).map_err(|problem| error(place, problem))?;
            calendar.years.insert(year);
        }
        Ok(calendar)
    }

    fn check_complete(&self, year: i16) -> Result<(), String> {
        for (month, day) in LISTED_IN_EVERY_NOTICE {
            let day = Day::new(year, month, day);
            if let Some(day) = day.filter(|day| self.moved.get(day) != Some(&false)) {
                return Err(format!(
                    "{year} 年放假通知不完整：缺 {day} 放假 / the notice for {year} is incomplete: \
                     {day} is not listed as off"
                ));
            }
        }
        Ok(())
    }

    /// Whether `day` is a working day in Asia/Shanghai. Where its year has no notice, Monday to
    /// Friday except the statutory holidays with a fixed date.
    pub fn is_working_day(&self, day: Day) -> WorkingDay {
        let (year, month, day_of_month) = day.ymd();
        let covered = self.years.contains(&year);
        // The notice for the next year may move days of this December, so `moved` comes first.
        let working = self.moved.get(&day).copied().unwrap_or_else(|| {
            let fixed = !covered && FIXED_HOLIDAYS.contains(&(month, day_of_month));
            day.weekday() <= 5 && !fixed
        });
        WorkingDay { working, covered }
    }

    /// Every day that a notice names, and whether it is worked.
    pub fn moved(&self) -> impl Iterator<Item = (Day, bool)> {
        self.moved.iter().map(|(day, working)| (*day, *working))
    }

    /// The last day up to which every year since the first loaded one has a notice; none without
    /// notices. Later days are provisional, unless their year has a notice of its own.
    pub fn covers_through(&self) -> Option<Day> {
        let first = *self.years.first()?;
        let unbroken = (first..).zip(&self.years).take_while(|(want, year)| want == *year);
        unbroken.last().and_then(|(year, _)| Day::new(year, 12, 31))
    }

    /// How many working days lie behind `from`, up to and with `to`; no more than `most`.
    pub fn between(&self, from: Day, to: Day, most: u16) -> u16 {
        let (mut day, mut counted) = (from, 0);
        while counted < most && day < to {
            day = day.plus_days(1);
            counted += u16::from(self.is_working_day(day).working);
        }
        counted
    }

    /// The `count`-th working day after `from`, which itself is not counted (Civil Code 201);
    /// `from` itself where `count` is 0. Provisional if any day up to it has no notice.
    pub fn after(&self, from: Day, count: u16) -> Deadline {
        let mut last = Deadline { day: from, provisional: false, from, working_days: count };
        let mut counted = 0;
        while counted < count {
            if last.day == Day::MAX {
                // The register's days end here, before the period does.
                return Deadline { day: Day::MAX, provisional: true, ..last };
            }
            last.day = last.day.plus_days(1);
            let WorkingDay { working, covered } = self.is_working_day(last.day);
            last.provisional |= !covered;
            counted += u16::from(working);
        }
        last
    }

    /// A period that is made longer: all its working days together, from the day from which it was
    /// counted first. Counted from its last day, it would rest on a day that a newer calendar moves.
    pub fn extended(&self, before: Deadline, more: u16) -> Deadline {
        self.after(before.from, before.working_days.saturating_add(more))
    }
}

/// One line of a calendar file.
struct Row {
    day: Day,
    working: bool,
    notice_year: i16,
}

impl Row {
    fn parse(line: &str) -> Result<Row, String> {
        let fields: Vec<&str> = line.splitn(5, ',').collect();
        let [day, kind, holiday, notice_year] = fields.as_slice() else {
            return Err(format!("应为四栏 {HEADER} / four fields are needed: {HEADER}"));
        };
        let day: Day =
            day.parse().map_err(|error| format!("日期应为 YYYY-MM-DD / date: {error}"))?;
        let working = match *kind {
            "off" => false,
            // On a weekday too: the notice of 2020 states the Monday on which work resumed.
            "work" => true,
            _ => return Err("kind 应为 off 或 work / kind is `off` or `work`".to_owned()),
        };
        if holiday.is_empty() {
            return Err("缺节日名称 / holiday is empty".to_owned());
        }
        let (year, month, _) = day.ymd();
        let stated = notice_year.parse().ok();
        let notice_year = stated.filter(|stated| {
            // A notice may also move days of the December before its year.
            *stated == year || (month == 12 && Some(*stated) == year.checked_add(1))
        });
        match notice_year {
            Some(notice_year) => Ok(Row { day, working, notice_year }),
            None => Err(format!(
                "notice_year 应为 {year}（上年 12 月可为次年）/ notice_year of {day} is {year}, or \
                 the next year for a day of December"
            )),
        }
    }
}

/// The lines after the header that are not empty, numbered from 1 for the header.
fn rows<'a>(
    file: &str,
    text: &'a str,
) -> Result<impl Iterator<Item = (usize, &'a str)>, CalendarError> {
    if text.len() > FILE_BYTES_MAX {
        let problem = format!("文件超过 {FILE_BYTES_MAX} 字节 / more than {FILE_BYTES_MAX} bytes");
        return Err(error((file, 1), problem));
    }
    // Spreadsheets write a byte-order mark and carriage returns; `lines` takes off the latter.
    let mut lines = text.strip_prefix('\u{FEFF}').unwrap_or(text).lines().zip(1..);
    if lines.next().is_none_or(|(header, _)| header != HEADER) {
        let problem = format!("首行应为 {HEADER} / the first line must be {HEADER}");
        return Err(error((file, 1), problem));
    }
    let mut rows =
        lines.map(|(row, line)| (line, row)).filter(|(_, row)| !row.is_empty()).peekable();
    if rows.peek().is_none() {
        let problem = "文件没有日期 / the file lists no day".to_owned();
        return Err(error((file, 1), problem));
    }
    Ok(rows)
}

fn error((file, line): (&str, usize), problem: String) -> CalendarError {
    CalendarError { file: file.to_owned(), line, problem }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Last day, and whether it is provisional.
    fn ends(deadline: Deadline) -> (Day, bool) {
        (deadline.day, deadline.provisional)
    }

    const OFFICIAL: &str = include_str!("../../config/calendar/holidays-2007-2026.csv");

    fn official() -> Calendar {
        Calendar::parse(&[("holidays-2007-2026.csv", OFFICIAL)]).unwrap()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// A file with the fixed holidays of a year and the given lines.
    fn notice(year: i16, lines: &[&str]) -> String {
        let mut text = format!("{HEADER}\n");
        for (month, day) in LISTED_IN_EVERY_NOTICE {
            text.push_str(&format!("{year}-{month:02}-{day:02},off,假,{year}\n"));
        }
        text + &lines.join("\n")
    }

    #[test]
    fn the_worked_examples_of_the_specification() {
        let calendar = official();
        for (from, three, seven, ten, twenty) in [
            ("2025-01-20", "2025-01-23", "2025-02-05", "2025-02-08", "2025-02-21"),
            ("2025-09-26", "2025-09-30", "2025-10-13", "2025-10-16", "2025-10-30"),
            ("2025-12-31", "2026-01-06", "2026-01-12", "2026-01-15", "2026-01-29"),
            ("2026-02-13", "2026-02-25", "2026-03-02", "2026-03-05", "2026-03-19"),
            ("2026-04-24", "2026-04-29", "2026-05-08", "2026-05-12", "2026-05-26"),
            ("2026-09-18", "2026-09-22", "2026-09-29", "2026-10-09", "2026-10-22"),
            ("2026-09-30", "2026-10-10", "2026-10-15", "2026-10-20", "2026-11-03"),
            ("2026-11-23", "2026-11-26", "2026-12-02", "2026-12-07", "2026-12-21"),
        ] {
            for (count, want) in [(3, three), (7, seven), (10, ten), (20, twenty)] {
                let found = calendar.after(day(from), count);
                assert_eq!((found.from, found.working_days), (day(from), count));
                assert_eq!(ends(found), (day(want), false), "{count} after {from}");
            }
        }
    }

    #[test]
    fn working_days_of_the_years_are_the_published_ones() {
        let calendar = official();
        for (year, want) in [(2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248)] {
            let first = Day::new(year, 1, 1).unwrap();
            let days = (0..366).map(|days| first.plus_days(days)).filter(|day| day.ymd().0 == year);
            let found = days.filter(|day| calendar.is_working_day(*day).working).count();
            assert_eq!(found, want, "{year}");
        }
    }

    #[test]
    fn a_period_that_leaves_the_notices_is_provisional() {
        let calendar = official();
        assert_eq!(calendar.covers_through(), Some(day("2026-12-31")));
        let last = (day("2026-12-31"), false);
        assert_eq!(ends(calendar.after(day("2026-12-30"), 1)), last);
        // 1 January 2027 is a Friday and a statutory holiday; 2 and 3 January are a weekend.
        let next = (day("2027-01-04"), true);
        assert_eq!(ends(calendar.after(day("2026-12-31"), 1)), next);
        for (text, working) in [
            ("2027-04-30", true),
            ("2028-05-01", false),
            ("2028-05-02", false),
            ("2028-05-03", true),
            ("2029-10-03", false),
            ("2029-10-04", true),
        ] {
            let want = WorkingDay { working, covered: false };
            assert_eq!(calendar.is_working_day(day(text)), want, "{text}");
        }
    }

    #[test]
    fn without_notices_the_week_counts_and_says_so() {
        let calendar = Calendar::default();
        assert_eq!(calendar.covers_through(), None);
        let friday = day("2026-11-27");
        let monday = (day("2026-11-30"), true);
        assert_eq!(ends(calendar.after(friday, 1)), monday);
        assert_eq!(ends(calendar.after(friday, 0)), (friday, false));
        let end = (Day::MAX, true);
        assert_eq!(ends(calendar.after(Day::MAX, 1)), end);
        assert_eq!(ends(calendar.after(Day::MAX.plus_days(-3), u16::MAX)), end);
        let most = calendar.after(Day::MAX.plus_days(-3), u16::MAX);
        assert_eq!(calendar.extended(most, 1), most, "no more days than a number takes");
    }

    #[test]
    fn the_next_notice_takes_effect_and_may_move_a_day_of_this_december() {
        // A Thursday and, in exchange, a Saturday.
        let text = notice(2027, &["2026-12-31,off,元旦,2027", "2027-01-09,work,元旦,2027"]);
        let files = [("a.csv", text.as_str()), ("b.csv", OFFICIAL)];
        let calendar = Calendar::parse(&files).unwrap();
        assert_eq!(calendar.covers_through(), Some(day("2027-12-31")));
        let want = (day("2027-01-04"), false);
        assert_eq!(ends(calendar.after(day("2026-12-30"), 1)), want);
        assert!(calendar.is_working_day(day("2027-01-09")).working);
    }

    #[test]
    fn a_year_with_a_notice_follows_the_notice_alone() {
        // 2 May 2028 is a Tuesday, a fixed holiday as long as no notice says more.
        let may = day("2028-05-02");
        let without = Calendar::default().is_working_day(may);
        assert_eq!(without, WorkingDay { working: false, covered: false });
        let with = Calendar::parse(&[("n.csv", &notice(2028, &[]))]).unwrap().is_working_day(may);
        assert_eq!(with, WorkingDay { working: true, covered: true });
    }

    #[test]
    fn coverage_stops_at_a_missing_year() {
        let (earlier, later) = (notice(2027, &[]), notice(2029, &[]));
        let calendar = Calendar::parse(&[("l", &later), ("e", &earlier)]).unwrap();
        assert_eq!(calendar.covers_through(), Some(day("2027-12-31")));
        assert!(!calendar.is_working_day(day("2028-06-01")).covered);
        assert!(calendar.is_working_day(day("2029-06-01")).covered);
        assert!(calendar.after(day("2027-12-30"), 300).provisional);
        assert!(!calendar.after(day("2028-12-31"), 20).provisional);
    }

    #[test]
    fn a_bad_file_is_refused_with_its_place() {
        for (line, problem) in [
            ("2027-02-30,off,春节,2027", "2027-02-30"),
            ("2027-02-10,closed,春节,2027", "`off` or `work`"),
            ("2027-02-10,off,,2027", "holiday is empty"),
            ("2027-02-10,off,春节", "four fields"),
            ("2027-02-10,off,春节,2027,x", "four fields"),
            ("2027-02-10,off,春节,2028", "notice_year"),
            ("2027-02-10,off,春节,丁未", "notice_year"),
            ("2027-01-01,off,元旦,2027", "already at n.csv:2"),
        ] {
            let text = notice(2027, &[line]);
            let error = Calendar::parse(&[("n.csv", &text)]).unwrap_err();
            assert_eq!((error.file.as_str(), error.line), ("n.csv", 7), "{line}");
            assert!(error.to_string().contains(problem), "{error}");
        }
        for text in ["", "day,kind\n", &format!("{HEADER}\n\n")] {
            assert_eq!(Calendar::parse(&[("n.csv", text)]).unwrap_err().line, 1);
        }
    }

    #[test]
    fn a_truncated_notice_does_not_count_as_one() {
        let text = notice(2027, &[]);
        let cut = text.rsplit_once("2027-10-03").unwrap().0;
        let error = Calendar::parse(&[("n.csv", cut)]).unwrap_err();
        assert_eq!(error.line, 5);
        assert!(error.problem.contains("2027-10-03 is not listed as off"), "{error}");
    }

    #[test]
    fn files_saved_by_a_spreadsheet_are_read() {
        let text = format!("\u{FEFF}{}", OFFICIAL.replace('\n', "\r\n"));
        assert_eq!(Calendar::parse(&[("n.csv", &text)]), Ok(official()));
    }

    proptest! {
        #[test]
        fn a_deadline_is_the_first_day_with_that_many_working_days_behind_it(
            from in 13_000_i32..21_500, count in 1_u16..60,
        ) {
            let (calendar, from) = (official(), Day::from_number(from));
            let last = calendar.after(from, count);
            let between = (from.number() + 1..=last.day.number()).map(Day::from_number);
            let kinds: Vec<_> = between.map(|day| calendar.is_working_day(day)).collect();
            prop_assert_eq!(kinds.iter().filter(|kind| kind.working).count(), usize::from(count));
            prop_assert!(kinds.last().is_some_and(|kind| kind.working));
            prop_assert_eq!(last.provisional, kinds.iter().any(|kind| !kind.covered));
        }

        #[test]
        fn a_longer_period_is_counted_as_a_whole(
            from in 13_000_i32..21_500, first in 0_u16..60, more in 0_u16..60,
        ) {
            let (own, from) = (official(), Day::from_number(from));
            let before = own.after(from, first);
            let whole = own.extended(before, more);
            prop_assert_eq!((whole.from, whole.working_days), (from, first + more));
            // On one calendar the days that are added come behind those that were there.
            let added = own.after(before.day, more);
            prop_assert_eq!(whole.day, added.day);
            prop_assert_eq!(whole.provisional, before.provisional || added.provisional);
            // By another calendar the whole period is counted, wherever its parts met before.
            let week = Calendar::default();
            let before = week.after(from, first);
            let whole = week.extended(before, more);
            prop_assert_eq!(own.after(whole.from, whole.working_days), own.after(from, first + more));
            // It was made longer once the newer calendar was there, and never counted anew before.
            prop_assert_eq!(own.extended(before, more), own.after(from, first + more));
        }

        #[test]
        fn no_text_makes_the_parser_panic(tail in "[0-9a-z,年\\r\\n-]{0,60}") {
            let text = format!("{HEADER}\n2027-{tail}");
            prop_assert!(Calendar::parse(&[("n.csv", &text)]).is_err());
        }
    }
}
