//! `shouxin export`: what the register holds, as NDJSON or CSV, page after page.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value};

use crate::cli::admin::Operator;
use crate::cli::import::Format;
use crate::cli::{Data, Done, Failure};
use crate::export::{Page, Personal, Wanted, What, columns_of};
use crate::publicity::table::BYTE_ORDER_MARK;
use crate::socket::Ask;

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    data: Data,
    /// 种类 / what to export
    what: What,
    /// 输出文件，默认标准输出 / the file to write; standard output without it
    #[arg(long)]
    out: Option<PathBuf>,
    /// 文件格式，默认按扩展名 / format; by default the file's extension says
    #[arg(long)]
    format: Option<Format>,
    /// CSV 带字节序标记 / begin a CSV file with a byte order mark, for spreadsheets
    #[arg(long)]
    bom: bool,
    /// 含自然人姓名及部门共享信息，逐页记入查询日志 / with names of persons and what departments share
    #[arg(long, requires = "officer", requires = "purpose")]
    personal: bool,
    /// 经办人：机构代码/编号 / the officer who takes it, USCC/ID
    #[arg(long, requires = "personal")]
    officer: Option<String>,
    /// 用途和依据 / purpose and basis
    #[arg(long, requires = "personal")]
    purpose: Option<String>,
    /// 县级数据文件目录 / folder of the county's data files, where no server runs
    #[arg(long, default_value = "config")]
    config: PathBuf,
}

/// Where the rows go. A file takes its name only when it is whole.
struct Output<'a> {
    file: Option<(&'a Path, PathBuf)>,
    inner: Inner,
    columns: Vec<&'static str>,
}

enum Inner {
    Ndjson(Box<dyn Write>),
    Csv(Box<csv::Writer<Box<dyn Write>>>),
}

impl<'a> Output<'a> {
    fn open(arguments: &'a Export) -> io::Result<Output<'a>> {
        let (file, mut output): (_, Box<dyn Write>) = match &arguments.out {
            Some(path) => {
                let mut part = path.as_os_str().to_owned();
                part.push(".part");
                let part = PathBuf::from(part);
                let output = BufWriter::new(File::create(&part)?);
                (Some((path.as_path(), part)), Box::new(output))
            }
            None => (None, Box::new(BufWriter::new(io::stdout()))),
        };
        let columns = columns_of(arguments.what);
        let path = arguments.out.as_deref().unwrap_or(Path::new("-"));
        let inner = match Format::of(arguments.format, path) {
            Format::Ndjson => Inner::Ndjson(output),
            Format::Csv => {
                if arguments.bom {
                    output.write_all(BYTE_ORDER_MARK)?;
                }
                let mut table = csv::Writer::from_writer(output);
                table.write_record(&columns)?;
                Inner::Csv(Box::new(table))
            }
        };
        Ok(Output { file, inner, columns })
    }

    fn write(&mut self, row: &Map<String, Value>) -> io::Result<()> {
        match &mut self.inner {
            Inner::Ndjson(output) => {
                serde_json::to_writer(&mut *output, row)?;
                output.write_all(b"\n")
            }
            Inner::Csv(table) => {
                let fields = self.columns.iter().map(|column| field(row, column));
                table.write_record(fields).map_err(io::Error::from)
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self.inner {
            Inner::Ndjson(mut output) => output.flush()?,
            Inner::Csv(mut table) => table.flush()?,
        }
        if let Some((path, part)) = self.file {
            File::open(&part)?.sync_all()?;
            std::fs::rename(part, path)?;
        }
        Ok(())
    }
}

/// A field as text; a dot leads into a field.
fn field(row: &Map<String, Value>, column: &str) -> String {
    let value = match column.split_once('.') {
        Some((outer, inner)) => row.get(outer).and_then(|own| own.get(inner)),
        None => row.get(column),
    };
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

pub(super) fn export(arguments: &Export) -> Done {
    let mut operator = Operator::reach(&arguments.data.data, &arguments.config)?;
    let done = pages(arguments, &mut operator);
    operator.close()?;
    done
}

fn pages(arguments: &Export, operator: &mut Operator) -> Done {
    let personal = match (&arguments.officer, &arguments.purpose) {
        (Some(officer), Some(purpose)) if arguments.personal => {
            Some(Personal { officer: officer.clone(), purpose: purpose.clone() })
        }
        _ => None,
    };
    let failed = |error: io::Error| Failure::wrong(format!("export: {error}"));
    let mut wanted = Wanted { what: arguments.what, after: None, personal };
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} 条 rows {per_sec}") {
        bar.set_style(style);
    }
    let began = Instant::now();
    let mut output: Option<Output<'_>> = None;
    let mut rows = 0u64;
    loop {
        let page: Page = serde_json::from_value(operator.ask(Ask::Export(wanted.clone()))?)
            .map_err(Failure::wrong)?;
        // Nothing is made before the first page is given: a refusal leaves no file.
        let output = match &mut output {
            Some(output) => output,
            None => output.insert(Output::open(arguments).map_err(failed)?),
        };
        for row in &page.rows {
            output.write(row).map_err(failed)?;
            rows += 1;
        }
        bar.set_position(rows);
        match page.next {
            Some(next) => wanted.after = Some(next),
            None => break,
        }
    }
    if let Some(output) = output {
        output.finish().map_err(failed)?;
    }
    bar.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64().max(0.001);
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = rows as f64 / seconds;
    eprintln!("导出 {rows} 条，{rate:.0} 条/秒 / rows, rows a second");
    Ok(())
}
