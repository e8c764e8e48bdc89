//! `shouxin import`: NDJSON in, a rejects file out; resumable by running it again.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest as _, Sha256};

use crate::cli::admin::Operator;
use crate::cli::{Data, Done, Failure};
use crate::import::{BATCH_LINES, Batch, Kind, Loaded, RejectedLine};
use crate::socket::Ask;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    data: Data,
    /// 种类 / what the file holds
    kind: Kind,
    /// NDJSON 文件 / one object a line
    file: PathBuf,
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

pub(super) fn import(arguments: &Import) -> Done {
    let name = arguments.file.display();
    let bytes = std::fs::read(&arguments.file)
        .map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
    let mut operator = Operator::reach(&arguments.data.data, &arguments.config)?;
    let lines: Vec<String> = BufReader::new(bytes.as_slice())
        .split(b'\n')
        .map_while(Result::ok)
        .map(|line| String::from_utf8_lossy(&line).into_owned())
        .collect();
    let bar = ProgressBar::new(u64::try_from(lines.len()).unwrap_or(0));
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} 行 lines {per_sec} {eta}")
    {
        bar.set_style(style);
    }
    let mut total = Loaded::default();
    for (place, part) in (0u64..).zip(lines.chunks(BATCH_LINES)) {
        let first_line = place * u64::try_from(BATCH_LINES).unwrap_or(0) + 1;
        // An empty line is no item; it keeps its number.
        let batch = Batch {
            kind: arguments.kind,
            officer: arguments.officer.clone(),
            file: hash.clone(),
            first_line,
            lines: part.to_vec(),
        };
        let answer = operator.ask(Ask::Import(batch))?;
        let loaded: Loaded = serde_json::from_value(answer).map_err(Failure::wrong)?;
        total.accepted += loaded.accepted;
        total.repeated |= loaded.repeated;
        total.rejects.extend(loaded.rejects);
        bar.inc(u64::try_from(part.len()).unwrap_or(0));
    }
    bar.finish_and_clear();
    operator.close()?;
    report(arguments, total)
}

fn report(arguments: &Import, total: Loaded) -> Done {
    let path = PathBuf::from(format!("{}.rejects.ndjson", arguments.file.display()));
    let mut rejects: BTreeSet<RejectedLine> = total.rejects.into_iter().collect();
    if total.repeated
        && let Ok(earlier) = std::fs::read_to_string(&path)
    {
        // Batches that were loaded in an earlier run told their rejects then.
        rejects.extend(earlier.lines().filter_map(|line| serde_json::from_str(line).ok()));
    }
    if rejects.is_empty() {
        // A rejects file of an earlier run would say that something is still wrong.
        let _absent = std::fs::remove_file(&path);
    } else {
        let write = || -> std::io::Result<()> {
            let mut file = std::fs::File::create(&path)?;
            for reject in &rejects {
                writeln!(file, "{}", serde_json::to_string(reject)?)?;
            }
            file.sync_all()
        };
        write().map_err(|error| Failure::wrong(format!("{}: {error}", path.display())))?;
    }
    if arguments.json {
        let body = serde_json::json!({
            "accepted": total.accepted, "rejected": rejects.len(), "repeated": total.repeated,
        });
        println!("{body}");
    } else {
        println!("接受 {} 条，拒收 {} 条 / accepted, rejected", total.accepted, rejects.len());
    }
    if rejects.is_empty() {
        return Ok(());
    }
    Err(Failure::wrong(format!("拒收明细见 {} / see the rejects file", path.display())))
}
