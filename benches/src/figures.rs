//! Figures as the lines of a table for `benches/README.md`: with the machine, the day and the command.

use std::process::Command;

/// A table under way.
pub struct Table {
    question: String,
    columns: usize,
    lines: Vec<String>,
}

fn line(cells: impl IntoIterator<Item = String>) -> String {
    format!("| {} |", cells.into_iter().collect::<Vec<_>>().join(" | "))
}

impl Table {
    /// A table that answers a question of `make bench`, with its columns.
    pub fn new(question: &str, columns: &[&str]) -> Table {
        let head = line(columns.iter().map(|own| (*own).to_owned()));
        let rule = line(columns.iter().map(|_| "---".to_owned()));
        Table { question: question.to_owned(), columns: columns.len(), lines: vec![head, rule] }
    }

    /// One row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().collect();
        assert_eq!(cells.len(), self.columns, "a cell a column");
        self.lines.push(line(cells));
    }

    /// Prints it, ready to be pasted.
    pub fn print(&self) {
        println!("\n`make bench ARGS=\"{}\"`, {}, {}:\n", self.question, day(), machine());
        for line in &self.lines {
            println!("{line}");
        }
    }
}

/// Microseconds, from nanoseconds.
pub fn microseconds(ns: f64) -> String {
    format!("{:.1}", ns / 1000.0)
}

fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn day() -> String {
    said("date", &["+%F"]).unwrap_or_else(|| "no date".to_owned())
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |own| own.1);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = said("uname", &["-sr"]).unwrap_or_default();
    format!("{model}, {cores} cores, {kernel}")
}
