//! `shouxin import`: NDJSON or CSV in, a rejects file out; resumable by running it again.

mod lines;
mod rejects;
mod table;

use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::admin::Operator;
use crate::cli::{Data, Done, Failure};
use crate::import::{BATCH_BYTES, BATCH_LINES, Batch, Kind, Line, Loaded, RejectedLine};
use crate::socket::Ask;

use lines::{Found, Lines};
use rejects::Rejects;
use table::Table;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    data: Data,
    /// 种类 / what the file holds
    kind: Kind,
    /// NDJSON 或 CSV 文件 / one object a line, or a table with a header
    file: PathBuf,
    /// 文件格式，默认按扩展名 / format of the file; by default its extension says
    #[arg(long)]
    format: Option<Format>,
    /// 经办人：机构代码/编号 / the officer whose duty it is, USCC/ID
    #[arg(long)]
    officer: String,
    /// 县级数据文件目录 / folder of the county's data files, where no server runs
    #[arg(long, default_value = "config")]
    config: PathBuf,
    /// 输出 JSON / print the result as JSON
    #[arg(long)]
    json: bool,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// One JSON object a line.
    Ndjson,
    /// A table with a header.
    Csv,
}

impl Format {
    /// What is asked for, or what the extension says.
    pub(super) fn of(asked: Option<Format>, path: &Path) -> Format {
        let csv = path.extension().is_some_and(|own| own.eq_ignore_ascii_case("csv"));
        asked.unwrap_or(if csv { Format::Csv } else { Format::Ndjson })
    }
}

/// A file, line by line.
enum Source {
    Lines(Lines),
    Table(Box<Table>),
}

impl Source {
    fn open(arguments: &Import) -> Result<Source, Failure> {
        let path = &arguments.file;
        let unusable =
            |error: std::io::Error| Failure::usage(format!("{}: {error}", path.display()));
        match Format::of(arguments.format, path) {
            Format::Ndjson => Lines::open(path).map(Source::Lines).map_err(unusable),
            Format::Csv => {
                let table = Table::open(path, arguments.kind);
                let refused = |what| Failure::usage(format!("{}: {what}", path.display()));
                table.map(|table| Source::Table(Box::new(table))).map_err(refused)
            }
        }
    }

    fn next(&mut self) -> std::io::Result<Option<Found>> {
        match self {
            Source::Lines(lines) => lines.next(),
            Source::Table(table) => table.next(),
        }
    }

    /// The line read last.
    fn line(&self) -> u64 {
        match self {
            Source::Lines(lines) => lines.line(),
            Source::Table(table) => table.line(),
        }
    }
}

/// Lines gathered for the next batch, and what was rejected among them.
#[derive(Default)]
struct Gathered {
    lines: Vec<Line>,
    bytes: usize,
    rejects: Vec<RejectedLine>,
}

impl Gathered {
    fn is_full(&self, next: &Line) -> bool {
        self.lines.len() >= BATCH_LINES || self.bytes + next.text.len() > BATCH_BYTES
    }
}

/// A file on its way into the register.
struct Run<'a> {
    arguments: &'a Import,
    operator: Operator,
    hash: String,
    rejects: Rejects,
    bar: ProgressBar,
    total: Loaded,
}

impl Run<'_> {
    /// Sends a batch; what it does not take is on disk when this returns.
    fn send(&mut self, gathered: Gathered) -> Done {
        let Gathered { lines, mut rejects, .. } = gathered;
        if !lines.is_empty() {
            let batch = Batch {
                kind: self.arguments.kind,
                officer: self.arguments.officer.clone(),
                file: self.hash.clone(),
                lines,
            };
            let answer = self.operator.ask(Ask::Import(batch))?;
            let loaded: Loaded = serde_json::from_value(answer).map_err(Failure::wrong)?;
            self.total.accepted += loaded.accepted;
            self.total.repeated |= loaded.repeated;
            rejects.extend(loaded.rejects);
        }
        rejects.sort();
        let path = self.rejects.path().display().to_string();
        self.rejects.add(rejects).map_err(|error| Failure::wrong(format!("{path}: {error}")))
    }

    fn send_all(&mut self, mut source: Source) -> Done {
        let name = self.arguments.file.display();
        let unreadable = |error: std::io::Error| Failure::wrong(format!("{name}: {error}"));
        let mut gathered = Gathered::default();
        while let Some(found) = source.next().map_err(unreadable)? {
            match found {
                Found::Line(line) => {
                    if gathered.is_full(&line) {
                        self.send(std::mem::take(&mut gathered))?;
                        self.bar.set_position(source.line());
                    }
                    gathered.bytes += line.text.len();
                    gathered.lines.push(line);
                }
                Found::Rejected(reject) => gathered.rejects.push(reject),
                Found::Blank => {}
            }
        }
        self.send(gathered)
    }
}

pub(super) fn import(arguments: &Import) -> Done {
    let name = arguments.file.display();
    let unusable = |error: std::io::Error| Failure::usage(format!("{name}: {error}"));
    let survey = lines::survey(&arguments.file).map_err(unusable)?;
    let source = Source::open(arguments)?;
    let operator = Operator::reach(&arguments.data.data, &arguments.config)?;
    let path = PathBuf::from(format!("{name}.rejects.ndjson"));
    let shown = path.display().to_string();
    let rejects = Rejects::open(path, &survey.hash)
        .map_err(|error| Failure::wrong(format!("{shown}: {error}")))?;
    let bar = ProgressBar::new(survey.lines);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} 行 lines {per_sec} {eta}")
    {
        bar.set_style(style);
    }
    let total = Loaded::default();
    let mut run = Run { arguments, operator, hash: survey.hash, rejects, bar, total };
    let sent = run.send_all(source);
    run.bar.finish_and_clear();
    run.operator.close()?;
    sent?;
    let rejected =
        run.rejects.finish().map_err(|error| Failure::wrong(format!("{shown}: {error}")))?;
    let Loaded { accepted, repeated, .. } = run.total;
    if arguments.json {
        let body = serde_json::json!({
            "accepted": accepted, "rejected": rejected, "repeated": repeated,
        });
        println!("{body}");
    } else {
        println!("接受 {accepted} 条，拒收 {rejected} 条 / accepted, rejected");
    }
    if rejected == 0 {
        return Ok(());
    }
    Err(Failure::wrong(format!("拒收明细见 {shown} / see the rejects file")))
}
